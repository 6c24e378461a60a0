"""An order that is worked here arrives at the last quote that could be used, whatever has been shown since."""

from __future__ import annotations

import pytest

from oms.model.events import WorkPlanned
from oms.model.market import Quote
from tests.algo_desk import NOON_NS, AlgoDesk, X
from tests.smart_desk import Desk

Shown = tuple[str | None, int, str | None, int]

CROSSED: Shown = ("102", 100, "101", 100)
ONE_SIDED: Shown = (None, 0, "101", 100)
EMPTY: Shown = ("100", 0, "101", 100)
GOOD: Shown = ("100", 100, "101", 100)
S = 1_000_000_000


def arrival(*quotes: Shown, others: int = 0) -> tuple[str, str, int]:
    """Give the quote that an order arrives at after these, one a second, and when it was; the first orders come before them."""
    desk = AlgoDesk(quotes=False)
    for _ in range(others):
        desk.submit("twap", duration=600, slices=10)
    for bid, bid_size, ask, ask_size in quotes:
        desk.wait(1)
        desk.om.update(Quote(X, desk.clock.now_ns(), bid, bid_size, ask, ask_size))
    order = desk.submit("twap", duration=600, slices=10)
    (planned,) = [
        one for one in desk.store.read() if isinstance(one, WorkPlanned) and one.order_id == order.order_id
    ]
    assert desk.om.work(order).arrival == (planned.bid, planned.ask, planned.quote_ns)
    return str(planned.bid), str(planned.ask), (planned.quote_ns - NOON_NS) // S if planned.quote_ns else 0


@pytest.mark.parametrize("bad", [CROSSED, ONE_SIDED, EMPTY], ids=["crossed", "one-sided", "no size"])
@pytest.mark.parametrize("others", [0, 1])
def test_bad_quotes_are_skipped_back_to_the_last_good_one(bad: Shown, others: int) -> None:
    """However many there were, and whether an order of the instrument was worked before or not."""
    later: Shown = ("200", 1, "201", 1)
    assert arrival(GOOD, bad, others=others) == ("100", "101", 1)
    assert arrival(GOOD, bad, ONE_SIDED, bad, others=others) == ("100", "101", 1)
    assert arrival(GOOD, bad, later, bad, bad, others=others) == ("200", "201", 3)
    assert arrival(GOOD, bad, later, others=others) == ("200", "201", 3)
    assert arrival(bad, others=others) == ("None", "None", 0)


def test_what_brokers_show_together_is_skipped_back_too() -> None:
    desk = Desk()
    desk.shows("one", "10.00")
    desk.shows("one", None)
    order = desk.buy(10, limit_price="8.00")
    bid, ask, _ = desk.om.work(order).arrival
    assert (str(bid), str(ask)) == ("9.00", "10.00")
