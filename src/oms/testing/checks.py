"""What is true of every order, state and journal whatever has happened: plain functions, for tests and for production.

`check_order` and `check_state` work facts out again from an order and from a manager's state. `check_journal` reads a journal
alone, with nothing of the library's own arithmetic or tables, and says where it cannot be believed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Context, Decimal
from functools import cache
from typing import Any, Final

from attrs import define, field, fields, has

from oms.engine.invariants import check_state
from oms.lifecycle.invariants import check_order
from oms.model import events as ev
from oms.model.enums import AnomalyCode
from oms.model.ids import ClOrdId, OrderId

__all__ = ["JournalChecker", "check_journal", "check_order", "check_state", "floats_in"]

_ZERO: Final = Decimal(0)
_EXACT: Final = Context(prec=200)
_AVERAGE: Final = Context(prec=28)

_REQUESTS: Final = (ev.OrderSubmitted, ev.CancelRequested, ev.ReplaceRequested)
_ENDS: Final = (ev.OrderDenied, ev.OrderRejected, ev.OrderCanceled, ev.OrderExpired)
_AFTER_THE_END: Final = frozenset(
    {
        ev.Traded,
        ev.TradeCorrected,
        ev.TradeCanceled,
        ev.FeeCharged,
        ev.ReportIgnored,
        ev.OrderDayBegan,
        ev.CancelDenied,
        ev.ReplaceDenied,
        ev.CancelRejected,
        ev.ReplaceRejected,
        ev.OrderNamed,
        ev.ReplaceSuperseded,
        ev.OrderReplaced,
        ev.OrderReinstated,
        ev.OrderStatusRequested,
        ev.DoubtResolved,
        ev.OrderCalculated,
        ev.ChildExecuted,
    }
)
"""What an order that has ended still takes in."""
_UNPROVEN: Final = frozenset({"TimerDue", "Start"})
"""Inputs that are no evidence of anything: no order ends by them."""


@define
class _Kept:
    """What the journal has said of an order so far."""

    order_qty: Decimal
    adopted_in: int = 0
    is_ended: bool = False
    is_split: bool = False
    is_held: bool = False
    cum_qty: Decimal = _ZERO
    trades: dict[tuple[str, str], tuple[Decimal, Decimal]] = field(factory=dict)
    identities: dict[str, tuple[str, str]] = field(factory=dict)
    told: dict[OrderId, tuple[Decimal, Decimal]] = field(factory=dict)


class JournalChecker:
    """Reads a journal event by event."""

    def __init__(self, *, looks_for_floats: bool = True) -> None:
        """Begin before the first event.

        Args:
            looks_for_floats: Every value is taken apart in search of a float, which costs about half of all.
        """
        self._looks_for_floats = looks_for_floats
        self._last = 0
        self._time_ns = 0
        self._epoch = 0
        self._orders: dict[OrderId, _Kept] = {}
        self._asked: set[ClOrdId] = set()
        self._overfilled: dict[OrderId, int] = {}
        self._breaks: dict[int, OrderId | None] = {}

    def take(self, event: ev.Event) -> list[str]:
        """Take an event in, and give everything that is wrong with it, as sentences that begin with its number."""
        found = [*self._check_envelope(event), *self._check_flags(event)]
        if isinstance(event, ev.BreakOpened):
            self._breaks[event.sequence] = event.order_id
        elif isinstance(event, ev.BreakResolved):
            self._breaks.pop(event.number, None)
        if isinstance(event, ev.OrderEvent):
            found += self._check_order_event(event)
        if self._looks_for_floats:
            found += [f"it holds the float {number!r}" for number in floats_in(event)]
        if not found:
            return found
        return [f"event {event.sequence}, {type(event).__name__}: {what}" for what in found]

    def _check_envelope(self, event: ev.Event) -> Iterator[str]:
        if event.sequence != self._last + 1:
            yield f"it follows event {self._last}"
        if event.time_ns < self._time_ns:
            yield "time goes back"
        is_start = isinstance(event, ev.EpochStarted)
        if event.epoch != self._epoch + is_start:
            yield f"it is of epoch {event.epoch}, after epoch {self._epoch}"
        self._last, self._time_ns, self._epoch = event.sequence, event.time_ns, event.epoch

    def _check_flags(self, event: ev.Event) -> Iterator[str]:
        if (
            isinstance(event, ev.AnomalyRaised)
            and event.code is AnomalyCode.OVERFILL
            and event.order_id is not None
        ):
            self._overfilled.pop(event.order_id, None)
        for order_id, since in list(self._overfilled.items()):
            if since != event.input_sequence:
                del self._overfilled[order_id]
                yield f"order {order_id} was filled beyond its total, and nothing was said of it"

    def _check_order_event(self, event: ev.OrderEvent) -> Iterator[str]:
        if isinstance(event, ev.OrderCreated | ev.OrderAdopted):
            if event.order_id in self._orders:
                yield f"order {event.order_id} was there before"
            adopted_in = event.input_sequence if isinstance(event, ev.OrderAdopted) else 0
            self._orders[event.order_id] = _Kept(event.order_qty, adopted_in)
            return
        kept = self._orders.get(event.order_id)
        if kept is None:
            yield f"order {event.order_id} was never there"
            return
        if isinstance(event, _REQUESTS):
            if event.cl_ord_id in self._asked:
                yield f"ClOrdID {event.cl_ord_id} was used before"
            self._asked.add(event.cl_ord_id)
        yield from _check_end(kept, event, has_break=event.order_id in self._breaks.values())
        if isinstance(event, ev.ChildExecuted):
            yield from self._check_child(kept, event)
        yield from _check_quantities(kept, event)
        if type(event) is ev.Traded and not kept.is_split and event.cum_qty > kept.order_qty > _ZERO:
            self._overfilled[event.order_id] = event.input_sequence

    def _check_child(self, kept: _Kept, event: ev.ChildExecuted) -> Iterator[str]:
        qty, notional = kept.told.get(event.child, (_ZERO, _ZERO))
        qty, notional = _EXACT.add(qty, event.qty_change), _EXACT.add(notional, event.notional_change)
        kept.told[event.child] = (qty, notional)
        child = self._orders.get(event.child)
        if child is None:
            yield f"its child {event.child} was never there"
        elif not child.is_split and _sums(child) != (qty, notional):
            yield f"its child {event.child} has executed {_sums(child)}, and it was told of {(qty, notional)}"


def _check_end(kept: _Kept, event: ev.OrderEvent, *, has_break: bool) -> Iterator[str]:
    if type(event) is ev.OrderRouted and event.decision.after == event.order_id:
        # What is left of it goes to another broker.
        if not kept.is_ended:
            yield f"order {event.order_id} goes on to another broker, and had not ended"
        left = _EXACT.subtract(kept.order_qty, event.cum_qty)
        if not kept.is_split and event.decision.qty != left:
            yield f"{event.decision.qty} of order {event.order_id} go on, and {left} were left"
    elif kept.is_ended and type(event) not in _AFTER_THE_END:
        yield f"order {event.order_id} had ended"
    if isinstance(event, ev.OrderHeld | ev.OrderSubmitted):
        kept.is_held = isinstance(event, ev.OrderHeld)
    if isinstance(event, _ENDS):
        # What a broker has said of everything is concluded from later, and is evidence of what was found to differ.
        # What is held here has no venue that could tell, and ends by our own clock.
        is_concluded = has_break or kept.is_held or kept.adopted_in == event.input_sequence
        if event.cause.kind in _UNPROVEN and not is_concluded:
            yield f"order {event.order_id} ends by {event.cause.kind}, which is no evidence"
        kept.is_ended = True
    elif isinstance(event, ev.OrderReinstated):
        kept.is_ended = False


def _check_quantities(kept: _Kept, event: ev.OrderEvent) -> Iterator[str]:
    may_fall = isinstance(event, ev.TradeCorrected | ev.TradeCanceled | ev.ChildExecuted)
    match event:
        case ev.Traded():
            key = (event.trade_date, str(event.exec_id))
            if key in kept.trades:
                yield f"execution {event.exec_id} is booked twice"
            kept.trades[key] = (event.last_qty, event.last_px)
            kept.identities[event.exec_id] = key
        case ev.TradeCorrected():
            key = kept.identities.get(event.exec_ref_id, ("", ""))
            if kept.trades.pop(key, None) != (event.old_qty, event.old_px):
                yield f"it corrects {event.exec_ref_id}, which was another execution"
            kept.trades[key] = (event.last_qty, event.last_px)
            kept.identities[event.exec_id] = key
        case ev.TradeCanceled():
            key = kept.identities.get(event.exec_ref_id, ("", ""))
            if kept.trades.pop(key, None) != (event.old_qty, event.old_px):
                yield f"it busts {event.exec_ref_id}, which was another execution"
        case ev.OrderAcknowledged(order_qty=order_qty) if order_qty is not None:
            kept.order_qty = order_qty
        case (
            ev.OrderReplaced(order_qty=order_qty)
            | ev.OrderAmended(order_qty=order_qty)
            | ev.WorkAmended(order_qty=order_qty)
        ):
            kept.order_qty = order_qty
        case ev.OrderReleased(order_qty=order_qty) if order_qty is not None:
            kept.order_qty = order_qty
        case ev.OrderRestated():
            kept.order_qty = event.order_qty
            may_fall = event.split_new != event.split_old
            kept.is_split = kept.is_split or may_fall
        case _:
            pass
    if event.cum_qty < kept.cum_qty and not may_fall:
        yield f"cum_qty falls from {kept.cum_qty} to {event.cum_qty}"
    if event.cum_qty != kept.cum_qty and not may_fall and type(event) is not ev.Traded:
        yield f"cum_qty goes from {kept.cum_qty} to {event.cum_qty} without an execution"
    kept.cum_qty = event.cum_qty
    yield from _check_sums(kept, event)


def _check_sums(kept: _Kept, event: ev.OrderEvent) -> Iterator[str]:
    executed, notional = _sums(kept)
    if not kept.is_split and event.cum_qty != executed:
        yield f"cum_qty is {event.cum_qty}, the executions are {executed}"
    average = _AVERAGE.divide(notional, event.cum_qty) if event.cum_qty else None
    if event.avg_px != average:
        yield f"avg_px is {event.avg_px}, the executions make it {average}"
    most = max(_EXACT.subtract(kept.order_qty, event.cum_qty), _ZERO)
    if event.leaves_qty < _ZERO or (not kept.is_ended and event.leaves_qty > most):
        yield f"leaves_qty is {event.leaves_qty}, with {event.cum_qty} of {kept.order_qty} executed"
    if kept.is_ended and event.leaves_qty:
        yield f"leaves_qty is {event.leaves_qty} after the end"


def _sums(kept: _Kept) -> tuple[Decimal, Decimal]:
    executed, notional = _ZERO, _ZERO
    for qty, px in kept.trades.values():
        executed = _EXACT.add(executed, qty)
        notional = _EXACT.fma(qty, px, notional)
    for qty, worth in kept.told.values():
        executed, notional = _EXACT.add(executed, qty), _EXACT.add(notional, worth)
    return executed, notional


def check_journal(events: Iterable[ev.Event]) -> tuple[str, ...]:
    """Give everything that is wrong with a journal, as sentences that begin with an event's number; nothing if all is well."""
    checker = JournalChecker()
    return tuple(what for event in events for what in checker.take(event))


def floats_in(value: object) -> Iterator[float]:
    """Give every float inside a value of the library's own, at any depth."""
    if isinstance(value, float):
        yield value
    elif isinstance(value, tuple | list | frozenset | set):
        for item in value:
            yield from floats_in(item)
    elif not isinstance(value, str | Decimal | int):
        cls: Any = type(value)
        for name in _names_of(cls):
            yield from floats_in(getattr(value, name))


@cache
def _names_of(cls: Any) -> tuple[str, ...]:  # noqa: ANN401  # mypy takes no class for hashable
    return tuple(item.name for item in fields(cls)) if has(cls) else ()
