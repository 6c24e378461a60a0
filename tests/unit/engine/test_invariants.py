"""The checker of an engine's state: each index and ledger is broken by hand, and the checker names it and nothing else."""
# pyright: reportPrivateUsage=false

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final

import pytest

from oms.engine.invariants import check_state, open_qty
from oms.model.enums import ExecType, Side
from oms.model.ids import OrderId
from oms.model.outstanding import NO_REQUESTS
from tests.fakes import d
from tests.unit.engine.desk import MAIN, SYMBOL, TIMEOUT_NS, Desk, request_id


def busy() -> Desk:
    """A desk with a purchase of 100 at 100, of which 40 have executed, and a sale of 10 that is unanswered."""
    desk = Desk()
    desk.submit(client_ref="mine")
    desk.say(ExecType.NEW)
    desk.trade("x1", 40)
    desk.submit(side=Side.SELL, qty=10)
    return desk


def forget_executions(desk: Desk) -> None:
    desk.engine.state.executions.by_exec_id.clear()


def count_too_little_of_an_order(desk: Desk) -> None:
    desk.order(1)._exposed_qty = Decimal(50)


def lose_an_open_order(desk: Desk) -> None:
    del desk.engine.state.book.exposure.open_orders[OrderId(1)]


def keep_an_ended_order_open(desk: Desk) -> None:
    desk.say(ExecType.CANCELED)
    desk.engine.state.book.exposure.open_orders[OrderId(1)] = desk.order(1)


def count_too_much_of_an_instrument(desk: Desk) -> None:
    desk.engine.state.book.exposure.of(MAIN, SYMBOL).open_buy_qty = Decimal(61)


def forget_the_instruments_exposure(desk: Desk) -> None:
    desk.engine.state.book.exposure._by_symbol.clear()


def renumber_an_order(desk: Desk) -> None:
    index = desk.engine.state.index
    index.by_id[OrderId(3)] = index.by_id.pop(OrderId(2))
    desk.engine.state.next_order_id = OrderId(4)


def number_an_order_zero(desk: Desk) -> None:
    desk.order(2)._order_id = OrderId(0)
    for orders in (desk.engine.state.index.by_id, desk.engine.state.book.exposure.open_orders):
        orders[OrderId(0)] = orders.pop(OrderId(2))


def promise_a_number_that_is_taken(desk: Desk) -> None:
    desk.engine.state.next_order_id = OrderId(2)


def lose_a_request(desk: Desk) -> None:
    del desk.engine.state.index.by_cl_ord_id[request_id(2)]


def give_a_request_to_another_order(desk: Desk) -> None:
    desk.engine.state.index.by_cl_ord_id[request_id(2)] = desk.order(1)


def lose_a_reference(desk: Desk) -> None:
    desk.engine.state.index.by_client_ref.clear()


def stop_waiting(desk: Desk) -> None:
    desk.engine.state.timers.follow(desk.order(2)._requests, NO_REQUESTS, TIMEOUT_NS)


def use_more_ids_than_are_reserved(desk: Desk) -> None:
    desk.engine.state.next_counter = desk.engine.state.reserved + 1


def spoil_an_order(desk: Desk) -> None:
    desk.order(1)._avg_px = Decimal(99)


IN_ALL: Final = [d(2), d(60), d(10)]
"""Two open orders, 60 to be bought, 10 to be sold."""

BROKEN: Final[dict[str, tuple[Callable[[Desk], None], str]]] = {
    "an execution that is not found": (
        forget_executions,
        "order 1: cum_qty 40 worth 4000, its executions are 0 worth 0",
    ),
    "an order that counts for too little": (
        count_too_little_of_an_order,
        "order 1: the ledger counts 50 of it, 60 may still trade",
    ),
    "an open order that is not listed": (
        lose_an_open_order,
        "order 1: it is open, and the ledger says otherwise",
    ),
    "an ended order that is listed as open": (
        keep_an_ended_order_open,
        "order 1: it is not open, and the ledger says otherwise",
    ),
    "an exposure that its orders do not make": (
        count_too_much_of_an_instrument,
        f"the exposure of main in AAPL is {[d(2), d(61), d(10)]}, its orders make it {IN_ALL}",
    ),
    "an exposure that is missing": (
        forget_the_instruments_exposure,
        f"the exposure of main in AAPL is nothing, its orders make it {IN_ALL}",
    ),
    "an order under a number that is not its own": (
        renumber_an_order,
        "an order stands under the id of another",
    ),
    "an order beyond the numbers that were given": (
        promise_a_number_that_is_taken,
        "an order is not numbered from 1 to 1",
    ),
    "an order before the numbers that are given": (
        number_an_order_zero,
        "an order is not numbered from 1 to 2",
    ),
    "a request that leads nowhere": (lose_a_request, f"order 2: its request {request_id(2)} is not found"),
    "a request that leads to another order": (
        give_a_request_to_another_order,
        f"order 2: its request {request_id(2)} is not found",
    ),
    "a reference that leads nowhere": (lose_a_reference, "order 1: its reference mine is not found"),
    "an unanswered request without a timer": (
        stop_waiting,
        f"timers wait for [], unanswered are ['{request_id(2)}']",
    ),
    "ids that are not on record": (
        use_more_ids_than_are_reserved,
        "ClOrdID counters up to 65537 are in use, those below 65536 are reserved",
    ),
    "an order that is wrong in itself": (spoil_an_order, "order 1: avg_px is 99, 4000 over 40 is 100"),
}


@pytest.mark.parametrize(("harm", "sentence"), BROKEN.values(), ids=BROKEN)
def test_what_is_wrong_with_a_state_is_named_and_nothing_else(
    harm: Callable[[Desk], None], sentence: str
) -> None:
    desk = busy()
    assert check_state(desk.engine.state) == ()

    harm(desk)

    assert check_state(desk.engine.state) == (sentence,)


def test_a_block_of_ids_may_be_used_up_to_its_end() -> None:
    desk = busy()

    desk.engine.state.next_counter = desk.engine.state.reserved

    assert check_state(desk.engine.state) == ()


def test_the_larger_of_two_totals_may_trade_until_a_replace_is_answered() -> None:
    desk = busy()
    order = desk.order(1)
    assert (open_qty(order), open_qty(desk.order(2))) == (d(60), d(10))

    desk.replace(order_qty=80)
    assert open_qty(order) == d(60)
    desk.replace(order_qty=150)
    assert open_qty(order) == d(110)
