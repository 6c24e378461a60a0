"""What an order is shown as, and what is left of it: derived from facts, whatever the way to them was."""

from collections.abc import Iterator, Sequence
from copy import copy
from decimal import Decimal
from itertools import chain, combinations, product
from typing import Final

import pytest

from oms.lifecycle.machine import apply
from oms.lifecycle.states import OF_LIFE, OF_MARK, RANKING, status_of, true_statuses
from oms.model import events as ev
from oms.model.decimals import exact_arithmetic
from oms.model.enums import Life, OrdStatus
from oms.model.order import Mark, Order
from tests.unit.journals import CANCEL_ID, make, new_order

SUBMITTED = (make(ev.OrderSubmitted),)
WORKING = (*SUBMITTED, make(ev.OrderAcknowledged))
FILL = make(ev.Traded, last_qty=Decimal(100))


MARKING = (
    make(ev.OrderDoneForDay),
    make(ev.OrderStopped),
    make(ev.OrderSuspended),
    make(ev.OrderCalculated),
)
CANCEL = (make(ev.CancelRequested), make(ev.OrderPendingCancel))
REPLACE = (make(ev.ReplaceRequested), make(ev.OrderPendingReplace))
FILLS: Final[dict[int, tuple[ev.OrderEvent, ...]]] = {
    0: (),
    40: (make(ev.Traded),),
    100: (FILL,),
    120: (FILL, make(ev.Traded, exec_id="x2", last_qty=Decimal(20))),
}


def subsets(events: Sequence[ev.OrderEvent]) -> Iterator[tuple[ev.OrderEvent, ...]]:
    return chain.from_iterable(combinations(events, size) for size in range(len(events) + 1))


def begun(events: Sequence[ev.OrderEvent]) -> list[Sequence[ev.OrderEvent]]:
    return [events[:length] for length in range(len(events) + 1)]


@pytest.fixture(autouse=True)
def exact() -> Iterator[None]:
    with exact_arithmetic():
        yield


def after(*events: ev.OrderEvent) -> Order:
    order = new_order()
    for event in events:
        apply(order, copy(event))
    return order


@pytest.mark.parametrize("cancel", begun(CANCEL), ids=["no cancel", "a cancel", "a pending cancel"])
@pytest.mark.parametrize("fills", FILLS.values(), ids=[f"{cum_qty} of 100 executed" for cum_qty in FILLS])
def test_the_short_way_to_the_status_gives_what_the_ranking_gives(
    fills: tuple[ev.OrderEvent, ...], cancel: tuple[ev.OrderEvent, ...]
) -> None:
    """Over every set of facts that events can lead to, together with the ends in the random walks."""
    for news, marks, replace in product(begun((make(ev.OrderPendingNew),)), subsets(MARKING), begun(REPLACE)):
        first = () if fills or marks else (make(ev.OrderAcknowledged),)
        order = after(*SUBMITTED, *news, *marks, *first, *cancel, *replace, *fills)
        assert order.status is status_of(order), (fills, cancel, news, marks, replace)


def test_every_status_has_one_rank() -> None:
    assert sorted(RANKING, key=lambda status: status.name) == sorted(
        OrdStatus, key=lambda status: status.name
    )


# FIX 5.0 SP2 Appendix D; those in brackets there by the order in FIX 4.4 Volume 4.
FIX_RANKS: Final[dict[OrdStatus, int]] = {
    OrdStatus.PENDING_CANCEL: 12,
    OrdStatus.PENDING_REPLACE: 11,
    OrdStatus.DONE_FOR_DAY: 10,
    OrdStatus.CALCULATED: 9,
    OrdStatus.FILLED: 8,
    OrdStatus.STOPPED: 7,
    OrdStatus.SUSPENDED: 6,
    OrdStatus.CANCELED: 5,
    OrdStatus.EXPIRED: 5,
    OrdStatus.PARTIALLY_FILLED: 4,
    OrdStatus.REJECTED: 2,
    OrdStatus.NEW: 2,
    OrdStatus.PENDING_NEW: 2,
    OrdStatus.ACCEPTED_FOR_BIDDING: 1,
}


def test_the_ranking_is_that_of_fix_with_its_ties_broken() -> None:
    ranks = [FIX_RANKS[status] for status in RANKING if status in FIX_RANKS]
    assert ranks == sorted(FIX_RANKS.values(), reverse=True)

    tied = [status for status in RANKING if FIX_RANKS.get(status) == 2]
    assert tied == [OrdStatus.REJECTED, OrdStatus.NEW, OrdStatus.PENDING_NEW]


def test_every_life_and_every_mark_is_shown_as_something() -> None:
    assert set(OF_LIFE) == set(Life)
    assert set(OF_MARK) == set(Mark)


# status: a way to it
WAYS: Final[dict[OrdStatus, tuple[ev.OrderEvent, ...]]] = {
    OrdStatus.UNSENT: (),
    OrdStatus.DENIED: (make(ev.OrderDenied),),
    OrdStatus.PENDING_NEW: SUBMITTED,
    OrdStatus.ACCEPTED_FOR_BIDDING: (*SUBMITTED, make(ev.OrderAcceptedForBidding)),
    OrdStatus.NEW: WORKING,
    OrdStatus.PARTIALLY_FILLED: (*WORKING, make(ev.Traded)),
    OrdStatus.FILLED: (*WORKING, FILL),
    OrdStatus.DONE_FOR_DAY: (*WORKING, make(ev.OrderDoneForDay)),
    OrdStatus.CANCELED: (*WORKING, make(ev.OrderCanceled)),
    OrdStatus.PENDING_CANCEL: (*WORKING, make(ev.CancelRequested), make(ev.OrderPendingCancel)),
    OrdStatus.STOPPED: (*WORKING, make(ev.OrderStopped)),
    OrdStatus.REJECTED: (*SUBMITTED, make(ev.OrderRejected)),
    OrdStatus.SUSPENDED: (*WORKING, make(ev.OrderSuspended)),
    OrdStatus.CALCULATED: (*WORKING, FILL, make(ev.OrderCalculated)),
    OrdStatus.EXPIRED: (*WORKING, make(ev.OrderExpired)),
    OrdStatus.PENDING_REPLACE: (*WORKING, make(ev.ReplaceRequested), make(ev.OrderPendingReplace)),
}


def test_every_status_can_be_reached() -> None:
    assert set(OrdStatus) == set(WAYS)


@pytest.mark.parametrize(("status", "way"), WAYS.items(), ids=lambda case: getattr(case, "name", ""))
def test_a_way_to_a_status_leads_there(status: OrdStatus, way: tuple[ev.OrderEvent, ...]) -> None:
    order = after(*way)

    assert order.status is status
    assert status in set(true_statuses(order))


CASES: Final = {
    # FIX B.1.c: executed completely while the cancel is undecided
    "a pending cancel is shown above a fill": (
        (*WORKING, make(ev.CancelRequested), make(ev.OrderPendingCancel), FILL),
        OrdStatus.PENDING_CANCEL,
        0,
    ),
    # FIX B.1.b step 4: asked for, and the broker has not said that it is deciding
    "a cancel that was only sent is not shown": (
        (*WORKING, make(ev.Traded), make(ev.CancelRequested)),
        OrdStatus.PARTIALLY_FILLED,
        60,
    ),
    "a cancel in doubt is not shown either": (
        (*WORKING, make(ev.CancelRequested), make(ev.RequestInDoubt, cl_ord_id=CANCEL_ID)),
        OrdStatus.NEW,
        100,
    ),
    "a fill is shown above the end": ((*WORKING, make(ev.OrderCanceled), FILL), OrdStatus.FILLED, 0),
    # FIX J.1.b
    "a late part leaves a canceled order canceled": (
        (*WORKING, make(ev.OrderCanceled), make(ev.Traded)),
        OrdStatus.CANCELED,
        0,
    ),
    "a late part makes a rejected order partially filled": (
        (*SUBMITTED, make(ev.OrderRejected), make(ev.Traded)),
        OrdStatus.PARTIALLY_FILLED,
        0,
    ),
    # FIX J.1.a: what is left opens again
    "a bust reopens a filled order": (
        (
            *WORKING,
            make(ev.Traded),
            make(ev.Traded, exec_id="x2", last_qty=Decimal(60)),
            make(ev.TradeCanceled),
        ),
        OrdStatus.PARTIALLY_FILLED,
        40,
    ),
    "more than the whole leaves nothing": (
        (*WORKING, FILL, make(ev.Traded, exec_id="x2")),
        OrdStatus.FILLED,
        0,
    ),
    # FIX C.3.c: reduced to what has executed
    "a replace down to what has executed fills the order": (
        (*WORKING, make(ev.Traded), make(ev.OrderReplaced, order_qty=Decimal(40))),
        OrdStatus.FILLED,
        0,
    ),
    # FIX C.1.c
    "a replace up reopens a filled order": (
        (*WORKING, FILL, make(ev.OrderReplaced, order_qty=Decimal(150))),
        OrdStatus.PARTIALLY_FILLED,
        50,
    ),
    "done for day is shown above filled": (
        (*WORKING, FILL, make(ev.OrderDoneForDay)),
        OrdStatus.DONE_FOR_DAY,
        0,
    ),
    "a denied order has nothing left": ((make(ev.OrderDenied),), OrdStatus.DENIED, 0),
    "an unsent order has everything left": ((), OrdStatus.UNSENT, 100),
}


@pytest.mark.parametrize(("events", "status", "leaves_qty"), CASES.values(), ids=CASES)
def test_what_is_shown_and_what_is_left(
    events: tuple[ev.OrderEvent, ...], status: OrdStatus, leaves_qty: int
) -> None:
    order = after(*events)

    assert order.status is status
    assert order.leaves_qty == leaves_qty


def test_the_average_price_is_over_all_that_stands() -> None:
    order = after(
        *WORKING,
        make(ev.Traded, last_qty=Decimal(1), last_px=Decimal(10)),
        make(ev.Traded, exec_id="x2", last_qty=Decimal(2), last_px=Decimal(11)),
    )

    assert order.notional == 32
    assert order.avg_px == Decimal("10.66666666666666666666666667")  # 32 / 3 to 28 digits
