"""Requests of which nobody knows whether they arrived: what is asked about them, and what evidence settles them.

Never a timeout, never a second request under another id: a report, an answer with authority, a complete snapshot, or the
word of a person who gives a name and a reason.
"""

from __future__ import annotations

from copy import copy
from typing import Any, Final

from oms.engine.inputs import TimerDue
from oms.engine.state import State
from oms.lifecycle.anomalies import Events
from oms.lifecycle.machine import apply
from oms.model import events as ev
from oms.model.enums import RequestKind
from oms.model.ids import ClOrdId
from oms.model.order import Order
from oms.model.outstanding import OutstandingRequest
from oms.model.requests import Request
from oms.model.venue_profile import VenueProfile
from oms.routing.status_requests import can_ask, status_request

# Looked at for each report while something is in doubt; a property costs a call.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

CLOCK: Final = "clock"
REPORT: Final = "report"
QUERY: Final = "query"
MASS_STATUS: Final = "mass status"
OPERATOR: Final = "operator"


def put_in_doubt(state: State, order: Order, asked: OutstandingRequest, text: str) -> None:
    """Say that nobody knows whether a request arrived."""
    if not asked.in_doubt:
        state.record_of(order, ev.RequestInDoubt(*state.envelope(), order.order_id, asked.cl_ord_id, text))


def ask_due(state: State, requests: list[Request]) -> None:
    """Ask the brokers what is due; what cannot be asked waits until something is heard of its order."""
    first = state.version + 1 - len(state.fresh)
    inquiries = state.inquiries
    while (inquiry := inquiries.pop_due(state.now_ns)) is not None:
        order = inquiry.order
        identity = identity_of(order, inquiry.cl_ord_id)
        if not can_ask(order, identity, _profile(state, order)):
            inquiries.silence(inquiry)
            continue
        # What this very input has made due is its own doing, and not that of the clock.
        made_due = state.fresh[inquiry.sequence - first] if inquiry.sequence >= first else None
        if made_due is None or made_due.cause.origin == CLOCK:
            state.begin(TimerDue, CLOCK)
        ask(state, order, inquiry.cl_ord_id, inquiry.text, requests)


def ask(state: State, order: Order, cl_ord_id: ClOrdId | None, text: str, requests: list[Request]) -> None:
    """Ask a broker about a request that is in doubt, or about the order; it can be asked."""
    identity = identity_of(order, cl_ord_id)
    about = identity if identity in state.inquiries.of_requests else None
    attempt = state.inquiries.attempts(order._order_id, about, state.now_ns)
    asked = ev.OrderStatusRequested(*state.envelope(), order._order_id, identity, attempt, text)
    state.record_of(order, asked)
    requests.append(status_request(order, identity, state.now_ns))


def identity_of(order: Order, cl_ord_id: ClOrdId | None) -> ClOrdId:
    """Give the identity that is asked about: the request's, or else the order's; empty where it has none."""
    return cl_ord_id or order._cl_ord_id or ClOrdId("")


def is_askable(state: State, order: Order, cl_ord_id: ClOrdId | None) -> bool:
    """Tell whether a question about a request, or about the order, can be sent now."""
    return can_ask(order, identity_of(order, cl_ord_id), _profile(state, order))


def revive_heard_of(state: State) -> None:
    """Let what could not be asked be tried again where the input under way has said something of the order."""
    mute = state.inquiries.mute
    for event in state.fresh:
        if isinstance(event, ev.OrderEvent) and event.order_id in mute:
            order = state.index.by_id[event.order_id]
            if is_askable(state, order, None):
                state.inquiries.revive(event.order_id)


def settled_by(order: Order, events: Events, asked: ClOrdId | None = None) -> list[ClOrdId]:
    """Give the requests that are settled once these events have happened to their order.

    Args:
        order: Whose.
        events: What is about to happen to it.
        asked: A request that is settled by its answer alone; besides, what is in doubt is settled when it is so no longer.
    """
    doubted = [
        request.cl_ord_id
        for request in order._requests.values()
        if request.in_doubt or request.cl_ord_id == asked
    ]
    if not doubted:
        return []
    # The machine alone knows what an event answers, so it is tried on a copy; the events are stamped again later.
    trial = copy(order)
    for event in events:
        if isinstance(event, ev.OrderEvent):
            apply(trial, event)
    after = trial._requests
    return [
        identity
        for identity in doubted
        if identity not in after or (order._requests[identity].in_doubt and not after[identity].in_doubt)
    ]


def record_settled(
    state: State, order: Order, events: Events, evidence: str, text: str, asked: ClOrdId | None = None
) -> None:
    """Say what these events are about to settle, see `settled_by`, and number the events to come after that."""
    for identity in settled_by(order, events, asked):
        resolved = ev.DoubtResolved(*state.envelope(), order._order_id, identity, evidence, text)
        state.record_of(order, resolved)
    for place, event in enumerate(events):
        # The events are frozen to the type checkers, and nobody has seen these yet.
        unseen: Any = event
        unseen.sequence = state.version + 1 + place


def resolve_absent(state: State, order: Order, asked: OutstandingRequest, evidence: str, text: str) -> None:
    """Take in that a request in doubt never arrived and never will."""
    envelope = (*state.envelope(), order._order_id, asked.cl_ord_id, evidence, text)
    state.record_of(order, ev.DoubtResolved(*envelope))
    refuse(state, order, asked, f"never arrived: {text}", "")


def refuse(
    state: State, order: Order, asked: OutstandingRequest, text: str, code: str, *, never_sent: bool = False
) -> None:
    """Take in that a request came to nothing: it was refused, never arrived, or never left."""
    envelope = (*state.envelope(), order._order_id)
    if asked.kind is RequestKind.CANCEL:
        state.record_of(order, ev.CancelRejected(*envelope, asked.cl_ord_id, text, code))
    elif asked.kind is RequestKind.REPLACE:
        state.record_of(order, ev.ReplaceRejected(*envelope, asked.cl_ord_id, text, code))
    else:
        # Nothing is known of it but that it was sent: what says more also answers the request.
        state.record_of(order, ev.OrderRejected(*envelope, text, code, never_sent))


def _profile(state: State, order: Order) -> VenueProfile | None:
    return None if order._broker is None else state.profiles.get(order._broker)
