"""What each event changes of an order's facts, beside its life and its unanswered requests. For the machine alone.

Decimal operators are used as they are: see `oms.lifecycle.machine`.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from decimal import Decimal
from typing import Any, Final, TypeAlias

from oms.lifecycle.work_facts import WORK_CHANGES
from oms.model import events as ev
from oms.model.decimals import QUOTIENT, ZERO
from oms.model.enums import ExecType, Life
from oms.model.order import NO_MARKS, NOTHING_SEEN, Mark, Order, Said

# This module writes what `Order` keeps to itself, on the machine's behalf; nobody else may.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

When: TypeAlias = tuple[int, int, *tuple[object, ...]]
"""When a venue said something, and whatever is kept beside that."""

_UNSAID: Final[Said] = (0, 0)
_LIVE: Final = Life.LIVE
_ENDS: Final = frozenset({ev.OrderCanceled, ev.OrderExpired, ev.OrderRejected})
MAX_SEEN: Final = 1_000
"""How many reports of an order are known by their identities; beyond them an old one that is repeated is read anew."""
_FOR_THE_DAY: Final = frozenset({Mark.DONE_FOR_DAY, Mark.SUSPENDED, Mark.STOPPED})
_RENEWED: Final = frozenset({Mark.DONE_FOR_DAY, Mark.SUSPENDED, Mark.CALCULATED})
_SUSPENDED: Final = frozenset({Mark.SUSPENDED})
_HELD: Final = {
    ExecType.DONE_FOR_DAY.name: Mark.DONE_FOR_DAY,
    ExecType.SUSPENDED.name: Mark.SUSPENDED,
    ExecType.CALCULATED.name: Mark.CALCULATED,
}
"""What is said again by a report of this kind."""
_divide: Final = QUOTIENT.divide


def mark(order: Order, event: Any, sets: frozenset[Mark], clears: frozenset[Mark]) -> None:
    """Set and clear the facts beside an order's life that an event always sets and clears."""
    said: Said = (getattr(event, "venue_ns", 0), getattr(event, "venue_seq", 0))
    # What ends the order ends what is beside its life, whenever that was said.
    _clear(order, clears, _UNSAID if type(event) in _ENDS else said)
    if sets:
        order._marks = {**order._marks, **dict.fromkeys(sets, said)}


def _clear(order: Order, marks: Container[Mark], said: Said) -> None:
    # A mark that the venue set later than what is said to clear it stays.
    kept = {mark: since for mark, since in order._marks.items() if mark not in marks or is_later(since, said)}
    order._marks = kept or NO_MARKS


def is_later(said: When, other: When) -> bool:
    """Tell whether a venue certainly said something after something else: by its own numbers, else by its own time."""
    if said[1] and other[1]:
        return said[1] > other[1]
    return 0 < other[0] < said[0]  # A time that was not given is 0.


# ---------------------------------------------------------------- the facts


def _routed(order: Order, event: Any) -> None:
    order._routing = event.decision


def _adopted(order: Order, event: Any) -> None:
    order._is_external = True
    order._broker = event.broker
    order._cl_ord_id = event.cl_ord_id
    order._venue_order_id = event.venue_order_id


def _denied(order: Order, event: Any) -> None:
    order._reasons = event.reasons
    order._leaves_qty = ZERO


def _held(order: Order, event: Any) -> None:
    order._given_terms = order._terms


def _amended_here(order: Order, event: Any) -> None:
    order._order_qty = order._leaves_qty = event.order_qty
    order._terms = order._given_terms = event.terms
    if event.time_in_force is not None:
        order._time_in_force = event.time_in_force
    if event.instructions is not None:
        order._instructions = event.instructions


def _released(order: Order, event: Any) -> None:
    order._terms = event.terms
    if event.time_in_force is not None:
        order._given_time_in_force, order._time_in_force = order._time_in_force, event.time_in_force
    if event.order_qty is not None:
        order._order_qty = order._leaves_qty = event.order_qty


def _submitted(order: Order, event: Any) -> None:
    order._broker = event.broker
    order._cl_ord_id = event.cl_ord_id


def _acknowledged(order: Order, event: Any) -> None:
    if event.venue_order_id is not None:
        order._venue_order_id = event.venue_order_id


def _named(order: Order, event: Any) -> None:
    if order._venue_order_id is None:
        order._venue_order_id = event.venue_order_id
    if order._cl_ord_id is None:
        order._cl_ord_id = event.cl_ord_id


def _counted(order: Order, event: Any) -> None:
    if event.venue_order_id is not None:
        order._venue_order_id = event.venue_order_id
    if event.order_qty is not None:
        # What an answer shows may be the work of a split that is still to be heard of.
        order._asked_qty = None if event.venue_ns or event.venue_seq else order._order_qty
        order._order_qty = event.order_qty
        _reopen(order)
    if event.venue_ns or event.venue_seq:
        said, last = (event.venue_ns, event.venue_seq), order._acknowledged
        if last is None or not is_later(last, said):
            order._acknowledged = said


def _ended(order: Order, event: Any) -> None:
    order._text = event.text
    order._leaves_qty = ZERO


def _canceled(order: Order, event: Any) -> None:
    _ended(order, event)
    order._end = (event.venue_ns, event.venue_seq, event.cl_ord_id)


def _expired(order: Order, event: Any) -> None:
    _ended(order, event)
    order._end = (event.venue_ns, event.venue_seq, None)


def _traded(order: Order, event: Any) -> None:
    qty = event.last_qty
    notional = order._notional + qty * event.last_px
    if order._splits:
        qty = counted_qty(order, qty, event.transact_time_ns, event.trade_date, event.sequence)
    cum_qty = order._cum_qty + qty
    order._cum_qty = cum_qty
    order._notional = notional
    order._avg_px = _divide(notional, cum_qty)
    if event.trade_date == order._day:
        order._day_cum_qty += qty
    elif event.trade_date > order._day:
        _begin_day(order, event.trade_date, qty)
    if order._venue_order_id is None:
        order._venue_order_id = event.venue_order_id
    if order._life is _LIVE and not order._is_over:
        leaves_qty = order._order_qty - cum_qty - order._lost_qty
        # `max` would cost a call for each execution.
        order._leaves_qty = leaves_qty if leaves_qty > ZERO else ZERO  # noqa: FURB136


def _begin_day(order: Order, day: str, day_cum_qty: Decimal) -> None:
    # Done for the day means the day it was said on; a good-till order works again on the next one (FIX H.1.a).
    if order._day and not order._is_over:
        order._marks = {
            mark: said for mark, said in order._marks.items() if mark is not Mark.DONE_FOR_DAY
        } or NO_MARKS
    order._day = day
    order._day_cum_qty = day_cum_qty


def counted_qty(order: Order, qty: Decimal, transact_time_ns: int, trade_date: str, sequence: int) -> Decimal:
    """Give how much an execution counts for in an order's quantities, after the splits since it happened.

    Args:
        order: Whose execution.
        qty: Its size as reported.
        transact_time_ns: When it happened at the venue, in nanoseconds UTC; 0 where the venue gave no time.
        trade_date: Its trading day, by which it is told where there is no time; empty where that is unknown too.
        sequence: The sequence number of its event, by which it is told where there is neither.
    """
    for since_ns, new, old, day, since in order._splits:
        is_told = transact_time_ns or (trade_date and day)
        if not (is_since(transact_time_ns, trade_date, since_ns, day) if is_told else sequence > since):
            qty = QUOTIENT.divide(qty * new, old)
    return qty


def is_since(transact_time_ns: int, trade_date: str, since_ns: int, day: str) -> bool:
    """Tell whether an execution certainly happened at or after a moment of a trading day."""
    if transact_time_ns:
        return transact_time_ns >= since_ns
    return bool(day) and trade_date >= day


def _amended(order: Order, event: Any) -> None:
    when = (event.transact_time_ns, event.trade_date, event.trade_sequence)
    taken = counted_qty(order, event.old_qty, *when)
    given = ZERO
    order._notional -= event.old_qty * event.old_px
    if type(event) is ev.TradeCorrected:
        given = counted_qty(order, event.last_qty, *when)
        order._notional += event.last_qty * event.last_px
    order._cum_qty += given - taken
    if event.trade_date == order._day:
        order._day_cum_qty += given - taken
    if not event.reopens and taken > given:
        left = event.last_qty if type(event) is ev.TradeCorrected else ZERO
        order._losses = (*order._losses, (event.venue_ns, event.venue_seq, event.old_qty - left, *when))
        order._lost_qty += taken - given
    order._avg_px = QUOTIENT.divide(order._notional, order._cum_qty) if order._cum_qty else None
    _reopen(order)


def _replaced(order: Order, event: Any) -> None:
    order._cl_ord_id = event.cl_ord_id
    if not event.is_overtaken:
        order._said = (event.venue_ns, event.venue_seq, event.cl_ord_id in order._amendments)
    if event.venue_order_id is not None:
        order._venue_order_id = event.venue_order_id
    if event.time_in_force is not None:
        order._time_in_force = event.time_in_force
    if event.is_resumed:
        _resume(order, event)
        _clear(order, _FOR_THE_DAY, (event.venue_ns, event.venue_seq))
        _note_cleared(order, _FOR_THE_DAY, event)
    _change_terms(order, event)


def _restated(order: Order, event: Any) -> None:
    _remember(order, event)
    order._text = event.text
    order._said = (event.venue_ns, event.venue_seq, False)
    if event.split_new != event.split_old:
        since_ns = event.venue_ns or event.time_ns
        split = (since_ns, event.split_new, event.split_old, event.trade_date, event.sequence)
        order._splits = (*order._splits, split)
        before = (order._cum_qty - event.unsplit_qty) * event.split_new
        order._cum_qty = event.unsplit_qty + QUOTIENT.divide(before, event.split_old)
        if event.trade_date == order._day or not event.trade_date:
            before = (order._day_cum_qty - event.unsplit_qty) * event.split_new
            order._day_cum_qty = event.unsplit_qty + QUOTIENT.divide(before, event.split_old)
        order._avg_px = QUOTIENT.divide(order._notional, order._cum_qty) if order._cum_qty else None
    if event.trade_date > order._day:
        _begin_day(order, event.trade_date, ZERO)
    _resume(order, event)
    _note_cleared(order, _RENEWED, event)
    _change_terms(order, event)


def _note_cleared(order: Order, marks: frozenset[Mark], event: Any) -> None:
    """Note when the venue said that these are not true, so that what it had said before that does not set them again."""
    said, cleared = (event.venue_ns, event.venue_seq), order._cleared
    order._cleared = {
        **cleared,
        **{mark: said for mark in marks if mark not in cleared or not is_later(cleared[mark], said)},
    }


def _resume(order: Order, event: Any) -> None:
    said = (event.venue_ns, event.venue_seq)
    # What the venue said later stays.
    done = order._marks.get(Mark.DONE_FOR_DAY)
    if done is None or not is_later(done, said):
        order._is_over = False


def _change_terms(order: Order, event: Any) -> None:
    order._order_qty = event.order_qty
    order._asked_qty = None
    order._terms = event.terms
    if event.lost_qty is not None:
        order._lost_qty = event.lost_qty
        when = (event.venue_ns, event.venue_seq, event.lost_qty, event.venue_ns, "", event.sequence)
        order._losses = (when,) if event.lost_qty else ()
    elif order._losses:
        # What was lost before the total was said is no part of it; what the venue took off later is, whenever we heard of it.
        said: Said = (event.venue_ns, event.venue_seq)
        order._losses = tuple(loss for loss in order._losses if is_later(loss, said))
        order._lost_qty = sum((counted_qty(order, *loss[2:]) for loss in order._losses), ZERO)
    _reopen(order)


def _reinstated(order: Order, event: Any) -> None:
    order._text = event.text
    order._end = None
    order._is_over = False
    _reopen(order)


def _reopen(order: Order) -> None:
    works = order._life is _LIVE and not order._is_over
    order._leaves_qty = max(order._order_qty - order._cum_qty - order._lost_qty, ZERO) if works else ZERO


def _done_for_day(order: Order, event: Any) -> None:
    _remember(order, event)
    if event.trade_date > order._day:
        _begin_day(order, event.trade_date, ZERO)
    if event.is_over:
        order._is_over = True
        order._leaves_qty = ZERO


def _day_began(order: Order, event: Any) -> None:
    _begin_day(order, event.trade_date, ZERO)


def _stopped(order: Order, event: Any) -> None:
    _remember(order, event)
    order._guarantee = (event.last_qty, event.last_px)


def _resumed(order: Order, event: Any) -> None:
    _remember(order, event)
    _note_cleared(order, _SUSPENDED, event)


def _remember(order: Order, event: Any) -> None:
    if event.exec_id is not None:
        if len(order._seen) >= MAX_SEEN:
            order._seen = NOTHING_SEEN
        order._seen |= {(event.exec_id, event.venue_ns)}


def _ignored(order: Order, event: Any) -> None:
    if event.is_known:
        _remember(order, event)
    if event.is_dated:
        held = _HELD.get(event.exec_type)
        if held is None:
            _note_cleared(order, _SUSPENDED, event)
        else:
            order._marks = {**order._marks, held: (event.venue_ns, event.venue_seq)}


_ELSEWHERE: Final = {
    ev.OrderPendingCancel: Mark.PENDING_CANCEL,
    ev.CancelRejected: Mark.PENDING_CANCEL,
    ev.OrderPendingReplace: Mark.PENDING_REPLACE,
    ev.ReplaceRejected: Mark.PENDING_REPLACE,
}
"""What is true of an order while its broker decides on a request that is none of ours."""


def _pending(order: Order, event: Any) -> None:
    if event.cl_ord_id is None:
        order._marks = {**order._marks, _ELSEWHERE[type(event)]: _UNSAID}


def _refused(order: Order, event: Any) -> None:
    if event.cl_ord_id not in order._amendments:
        _clear(order, (_ELSEWHERE[type(event)],), _UNSAID)


CHANGES: Final[dict[type[ev.OrderEvent], Callable[[Order, Any], None]]] = {
    ev.OrderAdopted: _adopted,
    ev.OrderDenied: _denied,
    ev.OrderHeld: _held,
    ev.OrderAmended: _amended_here,
    ev.OrderReleased: _released,
    ev.OrderRouted: _routed,
    ev.OrderSubmitted: _submitted,
    ev.OrderPendingNew: _acknowledged,
    ev.OrderAcceptedForBidding: _acknowledged,
    ev.OrderAcknowledged: _counted,
    ev.OrderNamed: _named,
    ev.OrderRejected: _ended,
    ev.OrderCanceled: _canceled,
    ev.OrderExpired: _expired,
    ev.Traded: _traded,
    ev.TradeCorrected: _amended,
    ev.TradeCanceled: _amended,
    ev.OrderReplaced: _replaced,
    ev.OrderPendingCancel: _pending,
    ev.OrderPendingReplace: _pending,
    ev.CancelRejected: _refused,
    ev.ReplaceRejected: _refused,
    ev.OrderRestated: _restated,
    ev.OrderReinstated: _reinstated,
    ev.OrderDoneForDay: _done_for_day,
    ev.OrderDayBegan: _day_began,
    ev.OrderStopped: _stopped,
    ev.OrderSuspended: _remember,
    ev.OrderResumed: _resumed,
    ev.OrderCalculated: _remember,
    ev.OrderTriggered: _remember,
    ev.ReportIgnored: _ignored,
    **WORK_CHANGES,
}
"""Which facts an event sets; events that are not listed set none."""
