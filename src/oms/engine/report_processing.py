"""What brokers say: matched to an order, read as events, made true. Nothing a broker says raises."""

from __future__ import annotations

from typing import Any, Final

from oms.engine import adoption
from oms.engine.doubt import REPORT, record_settled
from oms.engine.fees import process_fee
from oms.engine.held_reports import Place, exec_ref
from oms.engine.inquiries import ANSWER
from oms.engine.plain_reports import plain_report
from oms.engine.reconciliation_run import Run, note_status
from oms.engine.retention import recall_named
from oms.engine.state import State
from oms.engine.unknown_orders import hold, make_room, release
from oms.lifecycle.anomalies import MAX_NAME, Events, anomaly, ignored, shown
from oms.lifecycle.interpret import interpret
from oms.model import events as ev
from oms.model.enums import AnomalyCode, ExecType
from oms.model.ids import BrokerName, OrderId
from oms.model.order import Order
from oms.model.reports import ExecutionReport, FeeReport, OrderCancelReject
from oms.model.venue_profile import EXCHANGE

# A property of `Order` costs a call, for each report.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

_CONTRADICTS: Final = AnomalyCode.CONTRADICTS_ORDER
_ABOUT_EXECUTIONS: Final = frozenset({ExecType.TRADE, ExecType.TRADE_CANCEL, ExecType.TRADE_CORRECT})


def process_report(
    state: State, broker: BrokerName, report: ExecutionReport | OrderCancelReject, evidence: str = REPORT
) -> None:
    """Take in what a broker said.

    Args:
        state: What is moved.
        broker: Who spoke.
        report: What was said; any object will do.
        evidence: What kind of evidence it is where it settles a doubt.
    """
    if state.retired:
        recall_named(state, broker, report)
    at = state.at
    at.sequence = state.version + 1
    at.epoch = state.epoch
    at.cause = state.cause
    at.input_sequence = state.input_sequence
    at.time_ns = state.now_ns
    at.broker = broker
    order: Order | None = None
    try:
        order = state.index.by_cl_ord_id.get(report.cl_ord_id)  # type: ignore[arg-type]  # None is nobody's
        if order is None or order._broker != broker:
            order = state.index.find(broker, report.cl_ord_id, report.orig_cl_ord_id, report.venue_order_id)
            if order is not None and order._cl_ord_id is None:
                _learn_name(state, broker, order, report)
        if order is None:
            events: Events = ()
        else:
            events = interpret(order, report, at, state.executions, state.profiles.get(broker, EXCHANGE))
            kind = type(events[0])
            if kind is not ev.Traded and kind is not ev.OrderAcknowledged:
                events = _looked_over(state, broker, order, report, events)
            if state.inquiries.doubts:
                record_settled(state, order, events, evidence, _in_words(report))
    except MemoryError:
        raise  # we lack it: that says nothing of the report, and something may have been recorded
    except Exception as error:  # noqa: BLE001  # a field may be an object that fails at anything that is done with it
        # Nothing has been applied yet, and the report is kept, whatever it is.
        whose: OrderId | None = None if order is None else order.order_id
        events = (
            anomaly(at, AnomalyCode.MALFORMED, whose, f"{type(error).__name__}: {shown(error)}", report),
        )
        order = None
    else:
        if order is None:
            _take_unknown(state, broker, report)
            return
    for event in events:
        if order is not None and isinstance(event, ev.OrderEvent):
            state.record_of(order, event)
        else:
            if isinstance(report, ExecutionReport) and report.exec_type is ExecType.ORDER_STATUS:
                _note_answer(event)
            state.record(event)
            if type(event) is ev.ReportHeld:
                make_room(state, broker)
    if state.clash is not None:
        _flag_clash(state, order, report)


def _looked_over(
    state: State,
    broker: BrokerName,
    order: Order,
    report: ExecutionReport | OrderCancelReject,
    events: Events,
) -> Events:
    """Give the events of a report that is neither a new execution nor an acknowledgement, or what is wrong with it."""
    if state.runs and broker in state.runs and isinstance(report, ExecutionReport):
        _note_for_run(state.runs[broker], order, report)
    other = state.index.other_named(broker, report.venue_order_id, order)
    if other is None:
        return _kept_plainly(state, broker, order, report, events)
    if not (isinstance(report, ExecutionReport) and report.exec_type in _ABOUT_EXECUTIONS):
        text = f"it has the venue order id of order {other.order_id}; not applied"
        return (anomaly(state.at, _CONTRADICTS, order.order_id, text, report),)
    events = _kept_plainly(state, broker, order, report, events)
    return (*events, _clash(state, order, other, report, len(events)))


def _kept_plainly(
    state: State,
    broker: BrokerName,
    order: Order,
    report: ExecutionReport | OrderCancelReject,
    events: Events,
) -> Events:
    """Give the same events, but for a report that is to be kept: as the journal can hold it, and once."""
    held = events[-1]
    if not isinstance(held, ev.ReportHeld):
        return (*events, *_naming(state, broker, order, report, events))
    kept = plain_report(held.report)
    assert kept is not None, "what was read as an amendment is a report"
    held = ev.ReportHeld(*_head(held), broker, order.order_id, kept, held.text)
    number = state.held.repeated(held)
    if number is None:
        return (*events[:-1], held)
    return ignored(order, report, state.at, f"the same as the report that is kept under number {number}")


def _naming(
    state: State,
    broker: BrokerName,
    order: Order,
    report: ExecutionReport | OrderCancelReject,
    events: Events,
) -> Events:
    """Give that the venue calls the order by an id of which nothing here has told yet: later reports may say no other."""
    name = report.venue_order_id
    # The refusal of a cancel may say NONE, of an order that the broker does not know.
    if not isinstance(report, ExecutionReport):
        return ()
    # What is set aside is not believed in this either.
    if (
        type(name) is not str
        or len(name) > MAX_NAME
        or order.broker is None
        or type(events[0]) is ev.AnomalyRaised
    ):
        return ()
    if state.index.named_at_venue(broker, name) is not None:
        return ()
    if any(getattr(event, "venue_order_id", None) == name for event in events):
        return ()
    return (ev.OrderNamed(*state.at.envelope(len(events)), order.order_id, name),)


def _learn_name(
    state: State, broker: BrokerName, order: Order, report: ExecutionReport | OrderCancelReject
) -> None:
    """Take in by which ClOrdID a broker calls an order that was adopted under its venue id alone."""
    name, index = report.cl_ord_id, state.index
    if (
        type(name) is not str
        or not 0 < len(name) <= MAX_NAME
        or not isinstance(report, ExecutionReport)
        # What is about to be set aside is not believed in this either, and what is ours is no name of this order.
        or report.symbol not in {None, order._symbol}
        or report.side not in {None, order._side}
        or name in index.by_cl_ord_id
        or index.requested(broker, name) is not None
    ):
        return
    state.record_of(order, ev.OrderNamed(*state.envelope(), order.order_id, None, name))
    state.at.sequence = state.version + 1


def _note_for_run(run: Run, order: Order, report: ExecutionReport) -> None:
    # A question may be answered by a report of its own.
    if report.exec_type is ExecType.ORDER_STATUS and order._order_id in run.asked:
        note_status(run, order, report)


def _note_answer(event: ev.Event) -> None:
    # An answer that comes as a report of its own is an answer all the same: what is wrong with it is no cause to ask again.
    unseen: Any = event
    unseen.cause = ev.Cause(ANSWER, event.cause.origin)


def _head(event: ev.Event) -> tuple[int, int, ev.Cause, int, int]:
    return event.sequence, event.epoch, event.cause, event.input_sequence, event.time_ns


def _flag_clash(state: State, order: Order | None, report: object) -> None:
    other, state.clash = state.clash, None
    if order is not None and other is not None:
        state.at.sequence = state.version + 1
        state.record(_clash(state, order, other, report, 0))


def _clash(state: State, order: Order, other: Order, report: object, place: int) -> ev.AnomalyRaised:
    text = f"it has the venue order id of order {other.order_id}; read as one of the order that its ClOrdID names"
    return anomaly(state.at, _CONTRADICTS, order.order_id, text, report, place)


def _in_words(report: ExecutionReport | OrderCancelReject) -> str:
    if isinstance(report, ExecutionReport):
        return shown(report.text) or f"a report of {_name_of(report.exec_type)}"
    return shown(report.text) or "a cancel reject"


def _name_of(exec_type: object) -> str:
    return exec_type.name if isinstance(exec_type, ExecType) else shown(exec_type)


# ---------------------------------------------------------------- reports that nothing explains yet


def _take_unknown(state: State, broker: BrokerName, said: ExecutionReport | OrderCancelReject) -> None:
    report = plain_report(said)
    if report is None or isinstance(report, FeeReport):
        text = "no order here has these identities, and it is no report that could be kept"
        state.record(anomaly(state.at, AnomalyCode.UNKNOWN_ORDER, None, text, said))
        return
    text = "no order here has these identities"
    if report.cl_ord_id is None and report.orig_cl_ord_id is None and report.venue_order_id is None:
        # Nothing can ever turn up that explains it.
        state.record(anomaly(state.at, AnomalyCode.UNKNOWN_ORDER, None, "it names no order", said))
        return
    place: Place | None = None
    if isinstance(report, ExecutionReport) and adoption.is_wanted(state, broker):
        why_not = adoption.why_not_enough(state, report)
        if why_not is None:
            place = adoption.place_of(broker, report)
            if not adoption.may_be_ours(state, place):
                adoption.adopt(state, broker, report, "the broker's profile says so")
                release_ready(state)
                process_report(state, broker, report)
                return
            why_not = "it may be about an order of ours that has no venue id yet"
        text = f"{text}; not adopted: {why_not}"
    held = hold(state, broker, report, AnomalyCode.UNKNOWN_ORDER, None, text)
    if held is not None and place is not None:
        state.held.block(place, held.sequence)


def release_ready(state: State) -> None:
    """Handle the kept reports whose order or execution has turned up, in the order in which they came."""
    while (held := state.held.next_ready()) is not None:
        ref = exec_ref(held)
        what = "its order" if held.order_id is None or ref is None else f"execution {ref}"
        release(state, held, f"{what} has turned up")
        if isinstance(held.report, FeeReport):
            process_fee(state, held.broker, held.report)
        else:
            process_report(state, held.broker, held.report)


def adopt_settled(state: State) -> None:
    """Adopt the orders of kept reports that might have been ours, where the input under way has shown that they are not."""
    orders = [state.index.by_id[event.order_id] for event in state.fresh if isinstance(event, ev.OrderEvent)]
    for place in dict.fromkeys((order._broker, order._symbol, order._side) for order in orders):
        if place in state.held.blocked and not adoption.may_be_ours(state, place):
            for sequence in state.held.blocked.pop(place):
                _adopt_kept(state, sequence)


def reconsider(state: State) -> None:
    """Adopt what may be adopted of all that is kept: a manager has started, perhaps with other profiles."""
    state.held.blocked.clear()
    for sequence, held in list(state.held.by_sequence.items()):
        report = held.report
        if (
            held.order_id is None
            and isinstance(report, ExecutionReport)
            and adoption.is_wanted(state, held.broker)
            and adoption.why_not_enough(state, report) is None
        ):
            place = adoption.place_of(held.broker, report)
            if adoption.may_be_ours(state, place):
                state.held.block(place, sequence)
            else:
                _adopt_kept(state, sequence)


def _adopt_kept(state: State, sequence: int) -> None:
    held = state.held.by_sequence.get(sequence)
    if held is None or not adoption.is_current(state, held) or not isinstance(held.report, ExecutionReport):
        return
    # It may have been adopted meanwhile, with another report of the same order.
    if adoption.why_not_enough(state, held.report) is None:
        adoption.adopt(state, held.broker, held.report, "the broker's profile says so")
        release_ready(state)
