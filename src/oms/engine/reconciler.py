"""Reconciliations: what a broker is asked, in which order, and when what it has said is enough to conclude.

Executions come first, so that what is missing is booked as it was reported; then the open orders; then the positions. What
differs is asked about once, order by order, and is given time to explain itself before anything is concluded. A broker that
does not answer is asked again, later from time to time; without its answer nothing is concluded.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any, Final

from oms.engine.conclusions import conclude, differences, is_missing
from oms.engine.doubt import ask, is_askable
from oms.engine.inquiries import wait_ns
from oms.engine.reconciliation import of_order
from oms.engine.reconciliation_run import Run, note_status
from oms.engine.state import State
from oms.model import events as ev
from oms.model.enums import BreakKind, Listing
from oms.model.ids import BrokerName
from oms.model.order import Order
from oms.model.reports import Absent, Acknowledged, Found, Sent
from oms.model.requests import (
    OrderMassStatusRequest,
    OrderStatusRequest,
    RequestForPositions,
    TradeCaptureReportRequest,
)

# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

_LOOKS_AT_POSITIONS: Final = 2
"""How often positions are looked at before they are said to differ: executions may be on their way."""


def begin(
    state: State, broker: BrokerName, lists: AbstractSet[Listing], grace_ns: int, requests: list[Any]
) -> None:
    """Begin to compare the books with a broker's word, unless that is under way; one that lists nothing is done at once.

    Args:
        state: What is compared.
        broker: Who is asked.
        lists: What it can be asked for as a whole.
        grace_ns: For how long what differs may still explain itself, in nanoseconds.
        requests: Where the questions go.
    """
    if broker in state.runs:
        return
    state.runs[broker] = run = Run(broker, grace_ns, [one for one in Listing if one in lists])
    _advance(state, run, requests)


def advance(state: State, requests: list[Any]) -> None:
    """Go on with every reconciliation under way, as far as what was heard and the time allow."""
    for run in list(state.runs.values()):
        _advance(state, run, requests)


def take_query_result(state: State, order: Order, request: OrderStatusRequest, result: object) -> None:
    """Take in what became of a question about an order, after the order was moved by it."""
    run = state.runs.get(request.broker)
    if run is None or order._order_id not in run.asked or isinstance(result, Sent):
        return
    run.asked.discard(order._order_id)
    if isinstance(result, Found | Acknowledged):
        note_status(run, order, result.report)
    elif isinstance(result, Absent) and result.is_authoritative is True:
        run.absent.add(order._order_id)


def _advance(state: State, run: Run, requests: list[Any]) -> None:
    now = state.now_ns
    while True:
        _compare_heard(run)
        if run.awaited is not None:
            if now < run.due_ns:
                break
            run.attempts += 1
            _ask_for(state, run, run.awaited, requests)
        elif run.to_ask:
            run.awaited = run.to_ask.pop(0)
            _ask_for(state, run, run.awaited, requests)
        elif not run.is_compared:
            run.is_compared = True
            run.due_ns = now + max(1, state.request_timeout_ns)
            _ask_about_suspects(state, run, requests)
        elif (run.asked and now < run.due_ns) or _waits(state, run):
            break
        elif _wants_another_look(state, run):
            run.to_ask.append(Listing.POSITIONS)
        else:
            conclude(state, run)
            del state.runs[run.broker]
            state.inquiries.alarms.pop(run.broker, None)
            return
    state.inquiries.wake(run.broker, run.due_ns)


def _compare_heard(run: Run) -> None:
    for order, said in run.heard:
        order_id = order._order_id
        found = of_order(order, said)
        if order_id in run.said:
            # That an ended order works there is believed only where it had ended before the question left.
            earlier = run.noticed.get(order_id, ())
            found = tuple(
                one
                for one in found
                if one.kind is not BreakKind.STATUS or not order.is_ended or one in earlier
            )
        run.said[order_id] = said
        if found:
            run.noticed[order_id] = found
        else:
            run.noticed.pop(order_id, None)
    run.heard.clear()


def _ask_for(state: State, run: Run, listing: Listing, requests: list[Any]) -> None:
    now = state.now_ns
    run.due_ns = now + max(1, wait_ns(state.request_timeout_ns, run.attempts))
    if listing is Listing.EXECUTIONS:
        requests.append(TradeCaptureReportRequest(run.broker, now, state.breaks.cursors.get(run.broker)))
    elif listing is Listing.OPEN_ORDERS:
        requests.append(OrderMassStatusRequest(run.broker, now, state.version))
    else:
        requests.append(RequestForPositions(run.broker, now))


def _ask_about_suspects(state: State, run: Run, requests: list[Any]) -> None:
    suspects = {order_id: state.index.by_id[order_id] for order_id in run.noticed}
    if run.has_all_open:
        opened = [o for o in state.book.exposure.open_orders.values() if o._broker == run.broker]
        run.missing = [order for order in opened if is_missing(state, run, order)]
        suspects.update((order._order_id, order) for order in run.missing)
    for one in state.breaks.open.values():
        if one.broker == run.broker and one.order_id is not None and one.order_id not in run.said:
            suspects[one.order_id] = state.index.by_id[one.order_id]
    for _, order in sorted(suspects.items()):
        if not is_askable(state, order, None):
            continue
        if _was_asked_lately(state, order):
            run.rested.add(order._order_id)
        else:
            ask(state, order, None, "it differs from what the broker says of everything", requests)
            run.asked.add(order._order_id)


def _was_asked_lately(state: State, order: Order) -> bool:
    """Tell whether a question would only get the answer of the last one: the older a break, the less often it is asked about."""
    since = [one.since_ns for one in state.breaks.open.values() if one.order_id == order._order_id]
    inquiry = state.inquiries.of_orders.get(order._order_id)
    if not since or inquiry is None or not inquiry.asked_ns:
        return False
    pause = max(state.request_timeout_ns, (state.now_ns - min(since)) // 2)
    return state.now_ns - inquiry.asked_ns < pause


def _waits(state: State, run: Run) -> bool:
    """Tell whether something differs that may still explain itself."""
    if run.grace_until_ns is None:
        if not differences(state, run):
            return False
        run.grace_until_ns = state.now_ns + run.grace_ns
    run.due_ns = run.grace_until_ns
    return state.now_ns < run.grace_until_ns


def _wants_another_look(state: State, run: Run) -> bool:
    if run.positions is None or not 0 < run.looks < _LOOKS_AT_POSITIONS:
        return False
    return any(one.kind is BreakKind.POSITION for one, _ in differences(state, run))


def cleared(events: list[ev.Event]) -> bool:
    """Tell whether some broker may get new orders from these events on."""
    return any(type(event) is ev.BrokerReconciled for event in events)
