"""How much more must be printed until a largest participation lets a child out: lots of a hundred, a tenth of what others trade."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.algos.others import volume_for
from oms.algos.pacing import Facts
from oms.algos.slicing import Progress

D = Decimal
AT_ONCE = D("1E-18")


@pytest.mark.parametrize(
    ("qty", "filled", "others", "min_child", "more"),
    [
        pytest.param(1000, 200, 2000, 0, D(1000), id="a lot more"),
        pytest.param(1000, 200, 2950, 0, D(50), id="a lot more, of which most was printed"),
        pytest.param(1000, 200, 2000, 300, D(3000), id="no child under three hundred"),
        pytest.param(250, 200, 2000, 0, D(500), id="an odd rest"),
        pytest.param(
            1000,
            200,
            3500,
            0,
            D(6500),
            id="there is room for a lot, so that only all of it is left to wait for",
        ),
        pytest.param(1000, 200, 10_000, 0, AT_ONCE, id="the volume is not what is missing"),
    ],
)
def test_the_volume_that_is_waited_for(
    qty: int, filled: int, others: int, min_child: int, more: Decimal
) -> None:
    facts = Facts(
        progress=Progress(qty=D(qty), filled=D(filled) - 100, working=D(100)),
        now_ns=50,
        start_ns=0,
        end_ns=100,
        lot=D(100),
        min_child=D(min_child),
    )
    assert volume_for(facts, D(others), D("0.1")) == more
