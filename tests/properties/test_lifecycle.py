"""Laws of the lifecycle, over random ways through it: any event, legal or not, in any order."""

from collections.abc import Iterable
from copy import copy
from decimal import Decimal
from typing import TypeAlias

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from oms.errors import TransitionError
from oms.lifecycle.invariants import check_order
from oms.lifecycle.machine import apply, is_allowed
from oms.lifecycle.states import status_of
from oms.model import events as ev
from oms.model.decimals import QUOTIENT, ZERO, exact_arithmetic
from oms.model.enums import Life
from oms.model.ids import ClOrdId, ExecId, OrderId
from oms.model.order import Mark, Order
from oms.model.terms import Limit, Strategy
from tests.unit.journals import kinds_of_events, make, new_order

WORKING = frozenset({Life.UNSENT, Life.SENT, Life.LIVE})
QUANTITIES = st.integers(1, 120).map(Decimal)
PRICES = st.integers(-50, 50).map(lambda cents: Decimal(cents).scaleb(-2))
# Few identities, so that answers often meet their request, and sometimes one of another kind.
IDENTITIES = st.sampled_from([ClOrdId("a"), ClOrdId("b"), ClOrdId("c")])
FIELDS: dict[str, st.SearchStrategy[object]] = {
    "cl_ord_id": IDENTITIES,
    "order_qty": QUANTITIES,
    "last_qty": QUANTITIES,
    "last_px": PRICES,
    "venue_ns": st.integers(0, 3),
    "venue_seq": st.integers(0, 3),
    "is_over": st.booleans(),
    "is_resumed": st.booleans(),
    "reopens": st.booleans(),
    "trade_date": st.sampled_from(["20260105", "20260106", "20260107"]),
    "terms": st.just(Limit("189.50")),
}
BEGINS_DAY = (ev.Traded, ev.OrderDayBegan, ev.OrderDoneForDay, ev.OrderRestated)
"""What begins a trading day, where its day is later than the last one."""
OF_WORK: frozenset[type[ev.OrderEvent]] = frozenset(
    {
        ev.WorkPlanned,
        ev.SliceDecided,
        ev.WorkNoted,
        ev.ChildExecuted,
        ev.WorkHeld,
        ev.WorkSuspended,
        ev.WorkResumed,
        ev.WorkStopped,
        ev.WorkAmendRequested,
        ev.WorkAmended,
    }
)
"""What happens to an order that is worked here, which is never sent itself, and to no other."""
OF_WORKED = OF_WORK | {
    ev.OrderRouted,
    ev.OrderCanceled,
    ev.OrderExpired,
    ev.CancelDenied,
    ev.ReplaceDenied,
    ev.ReportIgnored,
}
WORKED = Strategy("twap")
Standing: TypeAlias = dict[ExecId, tuple[Decimal, Decimal, str]]
"""The executions that stand: how much of each, at which price, on which day."""


def sorted_kinds(kinds: Iterable[type[ev.OrderEvent]]) -> list[type[ev.OrderEvent]]:
    return sorted(kinds, key=lambda kind: kind.__name__)


@st.composite
def events(draw: st.DrawFn) -> ev.OrderEvent:
    kind = draw(st.sampled_from(sorted_kinds(kinds_of_events() - {ev.OrderCreated} - OF_WORK)))
    names = FIELDS.keys() & set(kind.__slots__)  # type: ignore[attr-defined]
    return make(kind, **{name: draw(FIELDS[name]) for name in sorted(names)})


@st.composite
def events_of_work(draw: st.DrawFn) -> ev.OrderEvent:
    kind = draw(st.sampled_from(sorted_kinds(OF_WORKED)))
    fields = FIELDS | {"terms": st.just(WORKED), "child": st.sampled_from([OrderId(2), OrderId(3)])}
    if kind is ev.ChildExecuted:
        # In all, and at which price; `as_told` makes a change of it.
        fields |= {"qty_change": st.integers(0, 120).map(Decimal), "notional_change": PRICES}
    names = fields.keys() & set(kind.__slots__)  # type: ignore[attr-defined]
    return make(kind, **{name: draw(fields[name]) for name in sorted(names)})


def as_written(event: ev.OrderEvent, standing: Standing, day: str) -> ev.OrderEvent | None:
    """An event as the engine writes it, None where it does not: busts are of what stands, days begin after the last one."""
    if isinstance(event, ev.OrderDayBegan):
        return event if event.trade_date > day else None
    if not isinstance(event, ev.TradeCanceled | ev.TradeCorrected):
        return event
    if not standing:
        return None
    exec_id, (old_qty, old_px, traded_on) = next(iter(standing.items()))
    fields = {
        "exec_ref_id": exec_id,
        "old_qty": old_qty,
        "old_px": old_px,
        "trade_date": traded_on,
        "reopens": event.reopens,
    }
    if isinstance(event, ev.TradeCorrected):
        fields |= {"last_qty": event.last_qty, "last_px": event.last_px}
    return make(type(event), **fields)


def as_told(event: ev.OrderEvent, standing: Standing) -> ev.OrderEvent:
    """An event of an order that is worked here: what a child executed is told as the change since it was told last."""
    if not isinstance(event, ev.ChildExecuted):
        return event
    qty, px, _ = standing.get(ExecId(str(event.child)), (ZERO, ZERO, ""))
    notional = event.qty_change * event.notional_change
    return make(
        ev.ChildExecuted,
        child=event.child,
        qty_change=event.qty_change - qty,
        notional_change=notional - qty * px,
    )


def book(event: ev.OrderEvent, place: int, standing: Standing) -> None:
    """The executions that stand, kept apart from the order."""
    if isinstance(event, ev.Traded):
        standing[ExecId(f"x{place}")] = (event.last_qty, event.last_px, event.trade_date)
    elif isinstance(event, ev.TradeCorrected):
        standing[event.exec_ref_id] = (event.last_qty, event.last_px, event.trade_date)
    elif isinstance(event, ev.TradeCanceled):
        del standing[event.exec_ref_id]


def check(order: Order, event: ev.OrderEvent, standing: Standing) -> None:
    cum_qty = sum((qty for qty, _, _ in standing.values()), ZERO)
    notional = sum((qty * px for qty, px, _ in standing.values()), ZERO)
    left = max(order.order_qty - cum_qty, ZERO) if order.life in WORKING else ZERO
    assert (order.cum_qty, order.notional) == (cum_qty, notional)
    # Less where a day order is over, or what was busted does not work again.
    assert ZERO <= order.leaves_qty <= left
    assert order.avg_px == (QUOTIENT.divide(notional, cum_qty) if cum_qty else None)
    assert order.status is status_of(order)
    after = (event.status, event.cum_qty, event.leaves_qty, event.avg_px)
    assert after == (order.status, order.cum_qty, order.leaves_qty, order.avg_px)
    if order.life not in WORKING:
        assert order.outstanding_requests == ()
        assert order.marks <= {Mark.CALCULATED}
    assert check_order(order) == ()


def moves(order: Order, event: ev.OrderEvent) -> bool:
    """Whether an event moves the order; where it may not happen, nothing does."""
    if is_allowed(order, type(event)):
        apply(order, event)
        return True
    before, untouched = order.snapshot(), copy(event)
    with pytest.raises(TransitionError):
        apply(order, event)
    assert order.snapshot() == before
    assert event == untouched
    return False


@given(st.lists(events(), max_size=25))
@example([make(ev.Traded), make(ev.OrderDayBegan), make(ev.TradeCanceled)])
@example([make(ev.Traded), make(ev.TradeCorrected, last_qty=Decimal(10))])
@example([make(ev.Traded), make(ev.OrderDayBegan, trade_date="20260106"), make(ev.TradeCanceled)])
def test_an_order_is_always_the_sum_of_its_events(walk: list[ev.OrderEvent]) -> None:
    """After any events: quantities are the sums of what stands, the status that of highest rank, an end leaves nothing."""
    order = new_order()
    standing: Standing = {}
    day = ""
    with exact_arithmetic():
        for place, drawn in enumerate([make(ev.OrderSubmitted, cl_ord_id=ClOrdId("new")), *walk]):
            event = as_written(drawn, standing, day)
            if event is None or not moves(order, event):
                continue
            book(event, place, standing)
            if isinstance(event, BEGINS_DAY):
                day = max(day, event.trade_date)
            check(order, event, standing)
            assert order.day_cum_qty == sum((qty for qty, _, on in standing.values() if on == day), ZERO)


@given(st.lists(events_of_work(), max_size=25))
def test_an_order_that_is_worked_here_is_the_sum_of_what_its_children_executed(
    walk: list[ev.OrderEvent],
) -> None:
    """After any events: quantities are the sums of what its children have, the status that of highest rank."""
    order = new_order(terms=WORKED)
    standing: Standing = {}
    with exact_arithmetic():
        for drawn in [make(ev.WorkPlanned), *walk]:
            event = as_told(drawn, standing)
            if not moves(order, event):
                continue
            if isinstance(event, ev.ChildExecuted) and isinstance(drawn, ev.ChildExecuted):
                standing[ExecId(str(event.child))] = (drawn.qty_change, drawn.notional_change, "")
            check(order, event, standing)
