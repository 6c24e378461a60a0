"""Kinds of value that no event has today, which the codec is ready for, and kinds that it is not."""

from enum import Enum

import pytest

from oms.codec.generate import compile_value
from oms.codec.shapes import shape_of
from oms.model.events import Cause
from oms.model.reasons import Reason, ReasonCode


class Order(Enum):
    UP = "low-high"
    DOWN = "high/low"


PRICE = Reason(ReasonCode.OFF_TICK, "price", '1"', "2}")
OWNER = Cause("SubmitOrder", "desk \\ 7")
NOTHING: tuple[Reason, ...] = ()


@pytest.mark.parametrize(
    ("annotation", "content"),
    [
        pytest.param(Cause | None, OWNER, id="an optional record"),
        pytest.param(Cause | None, None, id="an optional record, missing"),
        pytest.param(Cause | Reason, PRICE, id="a union of records"),
        pytest.param(Cause | Reason | None, None, id="an optional union"),
        pytest.param(tuple[str, int], ("a", 7), id="a pair"),
        pytest.param(
            tuple[tuple[Reason, ...], ...], ((PRICE, PRICE), NOTHING, (PRICE,)), id="a list of lists"
        ),
        pytest.param(tuple[Cause | None, ...], (None, OWNER), id="a list with gaps"),
        pytest.param(
            tuple[Order | None, ...], (Order.UP, None, Order.DOWN), id="names that are more than a word"
        ),
    ],
)
def test_a_compound_comes_back(annotation: object, content: object) -> None:
    shape = shape_of(annotation)
    codec = compile_value(shape)
    text = codec.write(content)
    again = None if text == "null" else codec.read(text)
    assert again == content


@pytest.mark.parametrize("annotation", [float, list[int], dict[str, int], None, "int"], ids=str)
def test_what_has_no_exact_text_has_no_shape(annotation: object) -> None:
    with pytest.raises(TypeError):
        shape_of(annotation)
