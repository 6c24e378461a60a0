"""A ladder in an instrument with a least value: each level is held to it at its own price, and nothing waits without a word."""

from __future__ import annotations

from typing import Any

import pytest

from oms.model.enums import Life, Side
from oms.model.instrument import Instrument
from oms.model.reasons import Reason, ReasonCode
from oms.model.work import Pace
from tests.algo_desk import AlgoDesk

WORTH = Instrument(symbol="X", currency="USD", tick="0.01", lot="1", min_notional="1000")
# Worth 1000 are 11 at 99, 13 at 79, 17 at 59 and 26 at 39.
STEEP: dict[str, Any] = {"levels": 4, "first_price": "99", "step": "20"}


@pytest.mark.parametrize(
    ("qty", "stands"),
    [
        # 3 + 3 + 3 + 3: never enough on the way down; all of it is enough at the first price.
        (12, ["0/12 @ 99 live"]),
        (11, ["0/11 @ 99 live"]),
        # 7 + 6 stand at 79; 12 are left, which are too small at 39.
        (25, ["0/25 @ 79 live"]),
        # 13 at 99; 13 at 79; 13 + 13 at 39.
        (52, ["0/13 @ 99 live", "0/13 @ 79 live", "0/26 @ 39 live"]),
        (104, ["0/26 @ 99 live", "0/26 @ 79 live", "0/26 @ 59 live", "0/26 @ 39 live"]),
    ],
)
def test_what_is_too_small_goes_with_the_next_level_that_stands(qty: int, stands: list[str]) -> None:
    desk = AlgoDesk(WORTH)
    order = desk.submit("scale", qty, **STEEP)
    assert desk.children(order) == stands
    desk.check()


def test_a_sale_stands_where_its_higher_prices_make_it_enough() -> None:
    desk = AlgoDesk(WORTH)
    # Worth 1000 are 10 at 102 and 5 at 202; 4 + 4 + 3 are 11.
    order = desk.submit("scale", 11, Side.SELL, levels=3, first_price="102", step="100")
    assert desk.children(order) == ["0/11 @ 202 live"]


def test_an_order_that_is_too_small_at_every_level_is_denied() -> None:
    desk = AlgoDesk(WORTH)
    order = desk.submit("scale", 10, **STEEP)
    assert order.life is Life.DENIED
    reason = Reason(ReasonCode.BELOW_MIN_NOTIONAL, "order_qty", "10", "at least 11, the least order at 99")
    assert reason in order.reasons


def test_what_a_size_of_children_leaves_of_a_level_is_enough_for_another() -> None:
    desk = AlgoDesk(WORTH)
    order = desk.submit("scale", 30, levels=1, first_price="99", step="0", max_child=20)
    assert desk.sizes(order) == [19]
    desk.quote("98", "99")
    assert desk.sizes(order) == [19, 11]


def test_what_is_too_little_for_a_child_is_told() -> None:
    desk = AlgoDesk(WORTH)
    order = desk.submit("scale", 30, levels=1, first_price="99", step="0", max_child=10)
    assert desk.children(order) == []
    assert desk.om.work(order).held is Pace.TOO_SMALL
