"""What follows from a reconciliation: breaks opened and resolved, and what the books take over from the broker."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from oms.engine import adoption
from oms.engine.break_book import difference_of
from oms.engine.doubt import record_settled
from oms.engine.reconciliation import missing_order, name_of, of_order, of_positions, unknown_order
from oms.engine.reconciliation_run import Difference, Run
from oms.engine.report_processing import process_report, release_ready
from oms.engine.retention import recall_called
from oms.engine.state import State
from oms.lifecycle.anomalies import At, anomaly
from oms.lifecycle.losses import lost_there
from oms.lifecycle.machine import is_allowed
from oms.lifecycle.status_answers import counted_there, is_plainly_working
from oms.lifecycle.synthetic import inferred, withdrawn
from oms.model import events as ev
from oms.model.decimals import ZERO, plain
from oms.model.enums import AnomalyCode, BreakKind, RequestKind
from oms.model.ids import BrokerName
from oms.model.order import Order
from oms.model.reports import ExecutionReport
from oms.model.terms import amended

# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

EVIDENCE: Final = "reconciliation"
_OF_ORDERS: Final = frozenset({BreakKind.STATUS, BreakKind.QUANTITY, BreakKind.PRICE})
_FOR_A_PERSON: Final = frozenset({BreakKind.FILL, BreakKind.FEE})
"""What was told once, and is not told again when it is right: only a person can say that it is settled."""

Found = list[tuple[Difference, Order | None]]


def differences(state: State, run: Run) -> Found:
    """Give in what the books and the broker differ now, by all that it has said."""
    found: Found = []
    for order_id, noticed in run.noticed.items():
        order = state.index.by_id[order_id]
        # What has changed here since the broker spoke is not what it spoke of; that more has executed there stays true.
        found += [
            (one, order)
            for one in of_order(order, run.said[order_id])
            if one.kind is BreakKind.MISSING_FILL or one in noticed
        ]
    for order in run.missing:
        if is_missing(state, run, order):
            found.append((missing_order(order), order))
    found += [(unknown_order(name, said), None) for name, said in _unknown(state, run).items()]
    found += [(one, None if one.order_id is None else state.index.by_id[one.order_id]) for one in run.fills]
    found += [(one, None) for one in _positions(state, run)]
    return [(one, order) for one, order in found if not _is_accepted(state, run.broker, one)]


def _positions(state: State, run: Run) -> list[Difference]:
    if run.positions is None:
        return []
    found = of_positions(state.traded.of(run.broker), run.positions, state.account)
    return [one for one in found if not _is_accepted(state, run.broker, one)]


def is_missing(state: State, run: Run, order: Order) -> bool:
    """Tell whether an order is open here, was to be in the broker's list, and is not."""
    return (
        order._order_id in state.book.exposure.open_orders
        and order._order_id not in run.named
        and order._order_id not in run.confirmed
        and order._order_id not in run.rested
        and order._created_ns < run.as_of_ns
        and not any(
            request.kind is RequestKind.REPLACE or (request.kind is RequestKind.NEW and not request.pending)
            for request in order._requests.values()
        )
    )


def conclude(state: State, run: Run) -> None:
    """Open a break for what differs, settle what the evidence settles, and resolve what differs no longer."""
    seen: set[tuple[BreakKind, str]] = set()
    found = [(one, order) for one, order in differences(state, run) if one.kind is not BreakKind.POSITION]
    for one, order in found:
        seen.add((one.kind, one.key))
        _open(state, run.broker, one)
        why = _settle(state, run, one, order)
        if why is not None:
            _resolve(state, run.broker, one, why)
    # What is held is compared once everything else is settled: it may be why the positions differed.
    for one in _positions(state, run):
        seen.add((one.kind, one.key))
        _open(state, run.broker, one)
    for known in list(state.breaks.open.values()):
        if known.broker == run.broker and (known.kind, known.key) not in seen:
            why = _why_gone(state, run, known.kind, known.key, known.order_id)
            if why is not None:
                state.record(ev.BreakResolved(*state.envelope(), known.number, why))
    if run.broker in state.breaks.unreconciled:
        count = sum(one.broker == run.broker for one in state.breaks.open.values())
        state.record(ev.BrokerReconciled(*state.envelope(), run.broker, count))


# ---------------------------------------------------------------- opened and resolved


def _is_accepted(state: State, broker: BrokerName, one: Difference) -> bool:
    accepted = state.breaks.accepted.get((broker, one.kind, one.key))
    return accepted is not None and accepted == difference_of(one.kind, one.expected, one.said)


def _open(state: State, broker: BrokerName, one: Difference) -> None:
    known = state.breaks.find(broker, one.kind, one.key)
    if known is None:
        opened = ev.BreakOpened(
            *state.envelope(), broker, one.kind, one.key, one.order_id, one.expected, one.said, one.text
        )
        state.record(opened)
    elif not one.is_same_as(known):
        state.record(ev.BreakChanged(*state.envelope(), known.number, one.expected, one.said))


def _resolve(state: State, broker: BrokerName, one: Difference, why: str) -> None:
    known = state.breaks.find(broker, one.kind, one.key)
    assert known is not None, "it was opened just before"
    state.record(ev.BreakResolved(*state.envelope(), known.number, why))


def _why_gone(state: State, run: Run, kind: BreakKind, key: str, order_id: object) -> str | None:
    """Give why a break that was not found again is resolved; None where this round has not looked at it, or cannot."""
    agree = "the books and the broker agree"
    if kind is BreakKind.POSITION:
        return None if run.positions is None else agree
    if kind is BreakKind.UNKNOWN_ORDER:
        known = _known_as(state, run.broker, key)
        if known is not None:
            return f"it is order {known.order_id} here"
        return "the broker does not show it any more" if run.has_all_open else None
    if kind in _FOR_A_PERSON:
        return None
    order = next((known for known in (state.index.by_id.get(order_id),) if known is not None), None)  # type: ignore[call-overload]
    if order is None:
        return None
    if order._order_id in run.said:
        return agree
    if kind is BreakKind.MISSING_ORDER or (kind in _OF_ORDERS and run.has_all_open):
        return None if order._order_id in state.book.exposure.open_orders else "the order has ended"
    return None


# ---------------------------------------------------------------- what is taken over


def _settle(state: State, run: Run, one: Difference, order: Order | None) -> str | None:
    """Do what the evidence allows, and give why the break is resolved by it; None where it stays open."""
    if one.kind is BreakKind.UNKNOWN_ORDER:
        return _adopt(state, run, one.key)
    if order is None:
        return None
    said = run.said.get(order._order_id)
    if one.kind is BreakKind.MISSING_ORDER:
        return _end(state, run, order)
    if said is None:
        return None
    if one.kind is BreakKind.MISSING_FILL:
        return _infer(state, run, order, said)
    if one.kind is BreakKind.UNKNOWN_FILL:
        return _take_back(state, run, order, said)
    # One question and its answer are wanted before the books follow a list.
    if order._order_id not in run.confirmed:
        return None
    if one.kind is BreakKind.STATUS:
        return _reinstate(state, order) if order.is_ended else _take_what_is_left(state, order, said)
    if one.kind in {BreakKind.QUANTITY, BreakKind.PRICE}:
        return _restate(state, order, said)
    return None


def _infer(state: State, run: Run, order: Order, said: ExecutionReport) -> str | None:
    counted = counted_there(said)
    assert counted is not None, "it differs"
    traded = (
        inferred(order, counted, said, At(*state.envelope(), run.broker), state.executions)
        if is_allowed(order, ev.Traded)
        else None
    )
    if traded is None:
        return None
    _record(state, order, (traded,))
    is_total_known = bool(order._order_qty) or not order._awaits_quantity
    if is_total_known and order._cum_qty > order._order_qty:
        at = At(*state.envelope(), run.broker)
        text = f"booked, {plain(order._cum_qty)} executed of {plain(order._order_qty)}"
        state.record(anomaly(at, AnomalyCode.OVERFILL, order._order_id, text, said))
    return f"booked as {traded.exec_id} until it is reported"


def _take_back(state: State, run: Run, order: Order, said: ExecutionReport) -> str | None:
    counted = counted_there(said)
    assert counted is not None, "it differs"
    surplus = order._cum_qty - counted
    standing = state.executions.synthetic_of(order._order_id)
    if sum((one.last_qty for one in standing), ZERO) < surplus:
        return None
    _record(state, order, withdrawn(surplus, standing, At(*state.envelope(), run.broker)))
    return "what was inferred is taken back"


def _end(state: State, run: Run, order: Order) -> str | None:
    # Two sources: the list of everything open, and the answer to a question about this one.
    if order._order_id not in run.absent:
        return None
    text = "the broker neither lists it among what is open nor knows of it when asked"
    _record(state, order, (ev.OrderCanceled(*state.envelope(), order._order_id, None, text),))
    return text


def _reinstate(state: State, order: Order) -> str | None:
    if not is_allowed(order, ev.OrderReinstated):
        return None
    text = "the broker works it"
    _record(state, order, (ev.OrderReinstated(*state.envelope(), order._order_id, text),))
    return "it works again here too"


def _take_what_is_left(state: State, order: Order, said: ExecutionReport) -> str | None:
    lost = lost_there(order, said, order._order_qty if said.order_qty is None else said.order_qty)
    # What is asked for may be decided, and then shows what is left otherwise.
    if lost is None or order._requests or not is_plainly_working(said):
        return None
    return _restate(state, order, said, lost)


def _restate(
    state: State, order: Order, said: ExecutionReport, lost_qty: Decimal | None = None
) -> str | None:
    qty = order._order_qty if said.order_qty is None else said.order_qty
    terms = amended(order._terms, price=said.price, stop_px=said.stop_px)
    if lost_qty is not None or (qty, terms) != (order._order_qty, order._terms):
        if not is_allowed(order, ev.OrderRestated) or qty <= ZERO:
            return None
        text = "the broker shows it so when asked"
        event = ev.OrderRestated(
            *state.envelope(), order._order_id, qty, terms, text, venue_ns=said.transact_time_ns or 0,
            venue_seq=said.report_seq or 0, lost_qty=lost_qty,
        )  # fmt: skip
        _record(state, order, (event,))
    return "taken over from the broker"


def _record(state: State, order: Order, events: tuple[ev.OrderEvent, ...]) -> None:
    if state.inquiries.doubts:
        record_settled(state, order, events, EVIDENCE, "what the broker says was compared with the books")
    for event in events:
        state.record_of(order, event)


# ---------------------------------------------------------------- orders that were not given here


def _unknown(state: State, run: Run) -> dict[str, ExecutionReport]:
    """Give what the broker has named, in this round or before, and nobody knows here."""
    found = {name: said for name, said in run.unknown.items() if _known_as(state, run.broker, name) is None}
    for held in state.held.by_sequence.values():
        if held.broker == run.broker and held.order_id is None and isinstance(held.report, ExecutionReport):
            name = name_of(held.report)
            if name is not None:
                found.setdefault(name, held.report)
    return found


def _known_as(state: State, broker: BrokerName, name: str) -> Order | None:
    # A name is what the venue calls the order, or a ClOrdID where it calls it nothing.
    recall_called(state, broker, name)
    found: Order | None = state.index.find(broker, name, None, name)  # type: ignore[arg-type]
    return found


def _adopt(state: State, run: Run, name: str) -> str | None:
    report = run.unknown.get(name)
    if report is None:
        return None
    is_ready = adoption.why_not_enough(state, report) is None and not adoption.may_be_ours(
        state, adoption.place_of(run.broker, report)
    )
    if not is_ready:
        # Kept as any report of an unknown order is: it may be explained, or somebody adopts it.
        at = At(*state.envelope(), run.broker)
        if state.held.repeated(
            ev.ReportHeld(*at.envelope(), run.broker, None, report, "")
        ) is None and not any(
            isinstance(held.report, ExecutionReport) and name_of(held.report) == name
            for held in state.held.by_sequence.values()
        ):
            process_report(state, run.broker, report)
        return None
    order = adoption.adopt(state, run.broker, report, "the broker's list shows it")
    release_ready(state)
    process_report(state, run.broker, report)
    said = counted_there(report)
    if said is not None and said > order._cum_qty:
        _infer(state, run, order, report)
    return f"adopted as order {order.order_id}"
