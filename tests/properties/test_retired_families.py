"""Law: it makes no difference to an order at work whether its closed family leaves memory, and when."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeAlias

from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from oms.model.enums import Side
from oms.model.events import OrderRecalled, Traded
from oms.model.terms import Strategy
from oms.model.time_in_force import GTC
from oms.runtime.retention import Retention
from oms.simulation.venue_acts import BustTrade, CorrectTrade
from oms.stores.order_archive import MemoryOrderArchive
from tests.algo_desk import AlgoDesk

Deed: TypeAlias = tuple[str, int]
Standing: TypeAlias = tuple[str, Decimal, Decimal, Decimal | None, str]

ORDERS = (
    Strategy("twap", {"duration": 40, "slices": 4}),
    Strategy("twap", {"duration": 20, "slices": 2, "on_residual": "sweep"}),
    Strategy("scale", {"levels": 3, "first_price": 101, "step": 1}),
    Strategy("iceberg", {"limit_price": 101, "display_qty": 7}),
)
deeds = st.lists(
    st.tuples(
        st.sampled_from(["submit", "bust", "bust", "correct", "wait", "wait", "restart"]),
        st.integers(0, 30),
    ),
    min_size=4,
    max_size=20,
)


def after(doings: list[Deed], *, leaves: bool) -> tuple[list[Standing], int]:
    """How every order stands after all of this, and how many came back; what is closed leaves memory after each deed, or never."""
    desk = AlgoDesk(archive=MemoryOrderArchive(), retention=Retention(closed_orders=0))
    orders, spent = [_submit(desk, 0)], set[str]()
    for what, number in doings:
        if what == "submit" and len(orders) < 4:
            orders.append(_submit(desk, number))
        elif what in ("bust", "correct"):
            _change(desk, what, number, spent)
        elif what == "restart":
            desk.restart()
            desk.quote(ask_size=99)
        else:
            desk.wait(number)
            desk.quote(ask_size=101 + number)
            desk.wait(0)
        desk.check()
        if leaves:
            desk.om.retire()
            desk.check()
    found = [desk.om.order(order_id) for order_id in orders]
    standing = [(one.status.name, one.cum_qty, one.leaves_qty, one.avg_px, one.text) for one in found]
    return standing, sum(isinstance(one, OrderRecalled) for one in desk.store.read())


def _submit(desk: AlgoDesk, number: int) -> int:
    return desk.om.submit("X", Side.BUY, 30, ORDERS[number % len(ORDERS)], tif=GTC).order_id


def _change(desk: AlgoDesk, what: str, number: int, spent: set[str]) -> None:
    """An execution that was not changed yet is void, or was at another price."""
    traded = [one for one in desk.store.read() if isinstance(one, Traded) and one.exec_id not in spent]
    if not traded:
        return
    one = traded[number % len(traded)]
    spent.add(one.exec_id)
    act = (
        BustTrade(one.exec_id)
        if what == "bust"
        else CorrectTrade(one.exec_id, one.last_qty, one.last_px + number)
    )
    desk.broker.act(act, desk.clock.now_ns())
    desk.om.poll()


@settings(max_examples=60)
@given(deeds)
@example([("wait", 30), ("wait", 30), ("bust", 1), ("bust", 0), ("restart", 0), ("correct", 0)])
def test_what_leaves_memory_comes_to_the_same(doings: list[Deed]) -> None:
    stayed, _ = after(doings, leaves=False)
    left, recalled = after(doings, leaves=True)
    event("recalled" if recalled else "nothing was recalled")
    assert left == stayed
