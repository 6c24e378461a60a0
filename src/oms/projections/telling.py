"""Tell an order's history event by event: its own events, and what else was said about it."""

from __future__ import annotations

from collections.abc import Iterator

from oms.model import events as ev
from oms.model.ids import OrderId
from oms.model.order import Order
from oms.projections import sentences, verdict
from oms.projections.anomalies import Anomalies
from oms.projections.layout import Step
from oms.projections.rebuilding import Rebuilt


class Teller:
    """Collects the steps of a story, and those few facts that an order itself does not keep.

    To be used inside `oms.model.decimals.exact_arithmetic`.

    Attributes:
        steps: What happened so far, in order.
    """

    def __init__(self, order_id: OrderId) -> None:
        """Begin before the order's first event."""
        self.steps: list[Step] = []
        self._order_id = order_id
        self._rebuilt: Rebuilt | None = None
        self._anomalies = Anomalies()
        # Kept reports by their numbers: those about the order, and those of which nobody knew what they are about.
        self._held: dict[int, ev.ReportHeld] = {}
        self._breaks: set[int] = set()
        self._identities: set[str] = set()
        self._executions = 0
        self._canceled_by = ""
        self._ended = ""
        # A restart is told only if something of the order comes after it.
        self._restarts: list[sentences.Restart] = []

    @property
    def order(self) -> Order | None:
        """The order as it stands after the events told so far; None before its first."""
        return None if self._rebuilt is None else self._rebuilt.order

    def tell(self, event: ev.OrderEvent) -> None:
        """Take in an event of the order.

        Raises:
            UnknownOrderError: It is the first one told, and not the order's first.
            TransitionError: The tables do not allow it.
        """
        if self._rebuilt is None:
            self._rebuilt = Rebuilt(event)
        order = self._rebuilt.order
        text = sentences.of_event(event, order)
        was_ended = order.is_ended
        ending = verdict.ending(event, order, self._canceled_by)
        after = self._rebuilt.apply(event)
        if order.is_ended and not was_ended:
            self._ended = ending
        if isinstance(event, ev.CancelRequested):
            self._canceled_by = event.cause.origin
        self._executions += isinstance(event, ev.Traded) - isinstance(event, ev.TradeCanceled)
        if order.cl_ord_id is not None:
            self._identities.add(order.cl_ord_id)
        self._identities.update(request.cl_ord_id for request in order.outstanding_requests)
        self._add(event, text, sentences.of_values(after, order))

    def overhear(self, event: ev.Event) -> None:
        """Take in any other event; those that are about the order become steps."""
        match event:
            case ev.AnomalyRaised(order_id=self._order_id):
                self._anomalies.apply(event)
                self._add(event, sentences.of_remark(event))
            case ev.AnomalyAcknowledged(anomaly=number) if number in self._anomalies:
                self._anomalies.apply(event)
                self._add(event, sentences.of_remark(event))
            case ev.ReportHeld(order_id=self._order_id):
                self._held[event.sequence] = event
                self._add(event, sentences.of_remark(event))
            case ev.ReportHeld(order_id=None):
                self._held[event.sequence] = event
            case ev.ReportReleased(held=number) if number in self._held:
                held = self._held.pop(number)
                if held.order_id is not None or self._is_named_by(held):
                    self._add(event, sentences.of_release(event, held))
            case ev.BreakOpened(order_id=self._order_id):
                self._breaks.add(event.sequence)
                self._add(event, sentences.of_remark(event))
            case ev.BreakChanged() | ev.BreakAssigned() | ev.BreakResolved() if event.number in self._breaks:
                self._add(event, sentences.of_remark(event))
            case ev.SlippageAlerted(order_id=self._order_id):
                self._add(event, sentences.of_remark(event))
            case ev.EpochStarted() if self.order is not None:
                self._restarts = [event]
            case ev.ManagerHalted() | ev.ManagerResumed() if self.order is not None:
                self._restarts.append(event)
            case _:
                pass

    def verdict(self, order: Order) -> Iterator[str]:
        """Tell why the order stands where it stands."""
        known = verdict.Known(
            doubts=[] if self._rebuilt is None else self._rebuilt.doubts(),
            executions=self._executions,
            ended=self._ended,
            held=[held for held in self._held.values() if held.order_id is not None],
            anomalies=[row.raised.sequence for row in self._anomalies.rows(open_only=True)],
        )
        return verdict.verdict(order, known)

    def _is_named_by(self, held: ev.ReportHeld) -> bool:
        order, report = self.order, held.report
        if order is None or held.broker != order.broker:
            return False
        if report.venue_order_id is not None and report.venue_order_id == order.venue_order_id:
            return True
        return (
            report.cl_ord_id in self._identities
            or getattr(report, "orig_cl_ord_id", None) in self._identities
        )

    def _add(self, event: ev.Event, text: str, after: str = "") -> None:
        restarts, self._restarts = self._restarts, []
        for restart in restarts:
            self._add(restart, sentences.of_remark(restart))
        before = self.steps[-1].time_ns if self.steps else None
        self.steps.append(
            Step(
                sequence=event.sequence,
                time_ns=event.time_ns,
                gap_ns=None if before is None else event.time_ns - before,
                who=sentences.of_speaker(event.cause),
                input_sequence=event.input_sequence,
                text=text,
                after=after,
                raw=getattr(event, "raw", ""),
            )
        )
