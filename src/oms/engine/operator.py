"""What a person may say and ask beside orders: settle a doubt, adopt an order, acknowledge an anomaly, ask for a status."""

from __future__ import annotations

from attrs import evolve

from oms.engine import adoption
from oms.engine.doubt import OPERATOR, ask, is_askable, record_settled, resolve_absent, settled_by
from oms.engine.plain_reports import plain_report
from oms.engine.report_processing import release_ready
from oms.engine.retention import order_of_id, recall_named
from oms.engine.state import State
from oms.errors import UnknownOrderError, ValidationError
from oms.lifecycle.anomalies import At, shown
from oms.lifecycle.interpret import interpret
from oms.model import events as ev
from oms.model.break_commands import AssignBreak, ResolveBreak
from oms.model.commands import (
    AcknowledgeAnomaly,
    AdoptOrder,
    RequestStatus,
    ResolveDoubt,
)
from oms.model.enums import Life
from oms.model.ids import OrderId
from oms.model.order import Order
from oms.model.outstanding import OutstandingRequest
from oms.model.reports import Absent, ExecutionReport, OrderCancelReject
from oms.model.requests import Request
from oms.model.venue_profile import EXCHANGE


def request_status(state: State, command: RequestStatus, requests: list[Request]) -> None:
    """Ask the broker what an order is now.

    Raises:
        UnknownOrderError: There is no such order.
        ValidationError: It was never sent, or its broker cannot be asked about it.
    """
    order = _order(state, command.order_id)
    if order.life in {Life.UNSENT, Life.DENIED}:
        raise ValidationError(
            "order", f"{order.order_id}, {order.life.value}", "ask about an order that was sent"
        )
    if not is_askable(state, order, None):
        allowed = "an order at an attached broker that has given it an id, or that looks orders up by ClOrdID"
        raise ValidationError("order", f"{order.order_id} at {order.broker}", allowed)
    by = f" by {command.asked_by}" if command.asked_by else ""
    ask(state, order, None, f"asked for{by}", requests)


def resolve(state: State, command: ResolveDoubt) -> None:
    """Settle a request that is in doubt or undecided by what a person knows of it.

    Raises:
        UnknownOrderError: There is no such order.
        ValidationError: Nothing of it is in doubt or undecided, or the evidence settles nothing; nothing has changed.
    """
    order = _order(state, command.order_id)
    asked = _doubted(order, command)
    evidence = command.evidence
    text = f"{command.by}: {command.reason}"
    if isinstance(evidence, Absent):
        if not asked.in_doubt:
            allowed = f"a report of what was decided: the broker has said that it has {asked.cl_ord_id}"
            raise ValidationError("evidence", shown(evidence), allowed)
        resolve_absent(state, order, asked, OPERATOR, text)
        return
    report = _about(state, order, asked, evidence)
    broker = order.broker
    assert broker is not None, "what is in doubt was sent"
    profile = state.profiles.get(broker, EXCHANGE)
    events = interpret(order, report, At(*state.envelope(), broker), state.executions, profile)
    if asked.cl_ord_id not in settled_by(order, events, asked.cl_ord_id):
        allowed = f"a report that shows what became of {asked.kind.value} {asked.cl_ord_id}"
        raise ValidationError("evidence", shown(evidence), allowed)
    record_settled(state, order, events, OPERATOR, text, asked.cl_ord_id)
    for event in events:
        if isinstance(event, ev.OrderEvent):
            state.record_of(order, event)
        else:
            state.record(event)


def adopt(state: State, command: AdoptOrder) -> None:
    """Take an order into the books from the reports of it that are kept.

    Raises:
        ValidationError: No kept report names it, or none of them says enough; nothing has changed.
    """
    named = list(adoption.candidates(state, command.broker, command.cl_ord_id, command.venue_order_id))
    what = f"{command.venue_order_id or command.cl_ord_id} at {command.broker}"
    if not named:
        raise ValidationError("adopt", what, "an order that a kept report names: see `held_reports`")
    why_not: str | None = None
    for held, report in named:
        why_not = adoption.why_not_enough(state, report)
        if why_not is None and adoption.is_current(state, held):
            adoption.adopt(state, command.broker, report, f"{command.by}: {command.reason}")
            release_ready(state)
            return
    allowed = f"a report that says symbol, side, order_qty and an identity; of the last one: {why_not or 'its id is of an earlier session'}"
    raise ValidationError("adopt", what, allowed)


def acknowledge(state: State, command: AcknowledgeAnomaly) -> None:
    """Take in that somebody has looked at an anomaly.

    Raises:
        ValidationError: It is none, was acknowledged before, or is older than those that are kept.
    """
    if command.anomaly not in state.anomalies.open:
        allowed = "an unacknowledged anomaly, one of the newest 10 000: see `anomalies`"
        raise ValidationError("anomaly", shown(command.anomaly), allowed)
    state.record(ev.AnomalyAcknowledged(*state.envelope(), command.anomaly, command.reason))


def assign_break(state: State, command: AssignBreak) -> None:
    """Give somebody a break to look after.

    Raises:
        ValidationError: It is not open; nothing has changed.
    """
    _check_open(state, command.number)
    state.record(ev.BreakAssigned(*state.envelope(), command.number, command.owner))


def resolve_break(state: State, command: ResolveBreak) -> None:
    """Take in that a person accepts a difference.

    Raises:
        ValidationError: It is not open; nothing has changed.
    """
    _check_open(state, command.number)
    text = f"{command.by}: {command.reason}"
    state.record(ev.BreakResolved(*state.envelope(), command.number, text, is_accepted=True))


def _check_open(state: State, number: int) -> None:
    if number not in state.breaks.open:
        raise ValidationError("break", shown(number), "an open break: see `breaks`")


def _order(state: State, order_id: OrderId) -> Order:
    order = order_of_id(state, order_id)
    if order is None:
        raise UnknownOrderError("order_id", shown(order_id), "an order of this journal")
    return order


def _doubted(order: Order, command: ResolveDoubt) -> OutstandingRequest:
    doubted = [request for request in order.outstanding_requests if request.in_doubt or request.pending]
    wanted = command.cl_ord_id
    found = [request for request in doubted if wanted is None or request.cl_ord_id == wanted]
    if len(found) == 1:
        return found[0]
    in_doubt = ", ".join(f"{request.kind.value} {request.cl_ord_id}" for request in doubted)
    if not doubted:
        raise ValidationError(
            "order",
            f"{order.order_id}, of which nothing is in doubt",
            "an order of `in_doubt`, or one with a request that the broker has left undecided: see `outstanding`",
        )
    value = "none" if wanted is None else shown(wanted)
    raise ValidationError("cl_ord_id", value, f"the one that is meant: in doubt or undecided are {in_doubt}")


def _about(
    state: State, order: Order, asked: OutstandingRequest, evidence: ExecutionReport | OrderCancelReject
) -> ExecutionReport | OrderCancelReject:
    report = plain_report(evidence)
    if not isinstance(report, ExecutionReport | OrderCancelReject):
        raise ValidationError("evidence", shown(evidence), "a report with fields of the right kinds")
    if isinstance(report, ExecutionReport) and report.cl_ord_id is None and report.orig_cl_ord_id is None:
        report = evolve(report, cl_ord_id=asked.cl_ord_id)
    assert order.broker is not None, "what is in doubt was sent"
    recall_named(state, order.broker, report)
    about = state.index.find(order.broker, report.cl_ord_id, report.orig_cl_ord_id, report.venue_order_id)
    if about is not order or state.index.other_named(order.broker, report.venue_order_id, order) is not None:
        raise ValidationError("evidence", shown(evidence), f"a report about order {order.order_id}")
    return report
