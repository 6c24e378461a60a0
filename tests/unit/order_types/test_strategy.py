"""Order types of somebody's own: found by name, and refused where nobody works them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from oms.errors import ValidationError
from oms.model import events as ev
from oms.model.commands import Command, SubmitOrder
from oms.model.events import OrderEvent
from oms.model.instrument import Instrument
from oms.model.order import Order
from oms.model.reasons import Reason, ReasonCode
from oms.model.terms import Market, Strategy, Terms, amended, in_words
from oms.order_types.market import MarketHandler
from oms.order_types.registry import default_handlers
from oms.order_types.strategy import StrategyHandler
from oms.ports.order_type_handler import OrderTypeHandler
from tests.fakes import AAPL, CAN_MORE
from tests.unit.engine.desk import Desk, kinds, submit
from tests.unit.journals import make, new_order

PAGE = Path(__file__).parents[3] / "docs/how-to/add-an-order-type.md"
TWAP = Strategy("twap", {"slices": 10, "over_s": "600"})
NO = Reason(ReasonCode.OTHER, "slices", "10", "9")


class Refusing:
    """Has something against every order, and something to say about every event."""

    wants_events = True

    def check(self, order: SubmitOrder, instrument: Instrument) -> Sequence[Reason]:
        return (NO,)

    def worst_px(self, order: SubmitOrder, reference_px: Decimal | None) -> Decimal | None:
        return Decimal(7)

    def on_event(self, order: Order, event: OrderEvent) -> Sequence[Command]:
        return (submit(qty=1),)


def test_parameters_are_texts_in_the_order_of_their_names() -> None:
    assert TWAP.parameters == (("over_s", "600"), ("slices", "10"))
    assert (TWAP.parameter("slices"), TWAP.parameter("other")) == ("10", None)
    assert Strategy("twap", {"over_s": Decimal("600.0"), "slices": "10"}) == TWAP
    assert Strategy("twap", TWAP.parameters) == TWAP
    assert in_words(TWAP) == "twap over_s=600 slices=10"
    assert amended(TWAP, price=Decimal(1)) is TWAP


WRONG: Mapping[str, tuple[object, object]] = {
    "a name with a space": ("my twap", {}),
    "no name": ("", {}),
    "a parameter's name with a space": ("twap", {"a b": 1}),
    "a float": ("twap", {"over_s": 0.3}),
}


@pytest.mark.parametrize(("name", "parameters"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_meant_cannot_be_built(name: object, parameters: object) -> None:
    with pytest.raises(ValidationError):
        Strategy(name, parameters)  # type: ignore[arg-type]  # on purpose


def test_the_handler_of_its_name_is_asked() -> None:
    by_name: dict[str, OrderTypeHandler] = {"other": MarketHandler(), "twap": Refusing()}
    handler, order = StrategyHandler(by_name), submit(terms=TWAP)

    assert handler.check(order, AAPL) == (NO,)
    assert handler.worst_px(order, Decimal(98)) == 7
    assert StrategyHandler({"twap": MarketHandler()}).check(order, AAPL) == ()


UNKNOWN: Mapping[str, tuple[Terms, Mapping[str, OrderTypeHandler], str, str]] = {
    "none is registered": (TWAP, {}, "twap", "none; open the manager with a handler of it"),
    "only others are": (TWAP, {"vwap": MarketHandler(), "pov": MarketHandler()}, "twap", "pov, vwap"),
    "terms that are no strategy": (Market(), {"pov": MarketHandler()}, "Market", "pov"),
}


@pytest.mark.parametrize(("terms", "by_name", "asked", "allowed"), UNKNOWN.values(), ids=UNKNOWN)
def test_a_strategy_that_nobody_works_is_refused(
    terms: Terms, by_name: Mapping[str, OrderTypeHandler], asked: str, allowed: str
) -> None:
    handler = StrategyHandler(by_name)

    assert handler.check(submit(terms=terms), AAPL) == (
        Reason(ReasonCode.UNSUPPORTED, "strategy", asked, allowed),
    )
    assert handler.worst_px(submit(terms=terms), Decimal(98)) is None
    assert handler.on_event(new_order(), make(ev.OrderCreated)) == ()


def test_it_wants_events_where_one_of_them_does_and_tells_nobody_else() -> None:
    handler = StrategyHandler({"twap": Refusing(), "quiet": MarketHandler()})

    assert (handler.wants_events, StrategyHandler({"quiet": MarketHandler()}).wants_events) == (True, False)
    told = [handler.on_event(_order(Strategy(name)), make(ev.OrderCreated)) for name in ("twap", "quiet")]
    assert told == [(submit(qty=1),), ()]


def _order(terms: Terms) -> Order:
    desk = Desk(can={"paper": CAN_MORE})
    desk.submit(terms=terms)
    return desk.order()


def test_it_goes_out_with_its_parameters_and_is_denied_by_the_registry_of_the_library() -> None:
    handlers = {**default_handlers(), Strategy: StrategyHandler({"twap": MarketHandler()})}
    desk = Desk(can={"paper": CAN_MORE}, handlers=handlers)

    assert kinds(desk.submit(terms=TWAP)) == ["OrderCreated", "OrderSubmitted"]
    assert desk.sent[-1].terms == TWAP  # type: ignore[union-attr]  # a new order
    assert kinds(Desk(can={"paper": CAN_MORE}).submit(terms=TWAP)) == ["OrderCreated", "OrderDenied"]


def test_the_example_of_the_docs_is_shorter_than_80_lines() -> None:
    _, code, _ = PAGE.read_text("utf-8").split("```")

    assert len(code.strip().splitlines()) - 1 < 80
