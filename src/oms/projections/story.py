"""The history of one order as a story: who asked, what was sent, what came back, when, and why it stands where it stands.

The order is rebuilt from copies of its events by the machine that built it the first time, so that the story knows the
same facts (what is unanswered, what is in doubt) and repeats no rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy

from oms.errors import UnknownOrderError
from oms.lifecycle.machine import apply
from oms.model import events as ev
from oms.model.decimals import exact_arithmetic
from oms.model.define import value
from oms.model.ids import ClOrdId, OrderId
from oms.model.order import Order, OrderSnapshot
from oms.projections import telling
from oms.projections.telling import Step


@value(kw_only=True)
class OrderStory:
    """An order's whole history.

    Attributes:
        order: The order as it stands at the end.
        steps: What happened, in order.
        verdict: Why it stands where it stands, as sentences.
    """

    order: OrderSnapshot
    steps: tuple[Step, ...]
    verdict: tuple[str, ...]

    def __str__(self) -> str:
        """Give the story as text for a terminal."""
        head = (telling.headline(self.order), telling.names(self.order))
        return "\n".join([*head, "", telling.table(self.steps), "", *self.verdict])


def tell_story(events: Iterable[ev.Event], order_id: OrderId) -> OrderStory:
    """Give the history of an order from the events of its journal.

    Args:
        events: The journal from its beginning, or at least all that is about the order; they are only read.
        order_id: Which order.

    Raises:
        UnknownOrderError: The journal never created it.
        TransitionError: The events do not follow the tables: the journal was not written by this library.
    """
    order: Order | None = None
    teller = _Teller()
    with exact_arithmetic():
        for event in events:
            if isinstance(event, ev.OrderEvent):
                if event.order_id == order_id:
                    if order is None:
                        order = _begin(event)
                    teller.tell(order, event)
            elif isinstance(event, ev.AnomalyRaised) and event.order_id == order_id:
                teller.remark(event, telling.anomaly(event))
                teller.anomalies += 1
            elif isinstance(event, ev.EpochStarted) and order is not None:
                teller.restart = event
        if order is None:
            raise UnknownOrderError("order", str(order_id), "pass the id of an order of this journal")
        verdict = telling.verdict(order, teller.doubts, teller.executions, teller.ended, teller.anomalies)
    return OrderStory(order=order.snapshot(), steps=tuple(teller.steps), verdict=tuple(verdict))


class _Teller:
    # Collects the steps, and those few facts that an order itself does not keep.

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.doubts: dict[ClOrdId, int] = {}
        self.executions = 0
        self.anomalies = 0
        self.canceled_by = ""
        self.ended = ""
        # A restart is told only if something of the order comes after it.
        self.restart: ev.EpochStarted | None = None

    def tell(self, order: Order, event: ev.OrderEvent) -> None:
        if self.restart is not None:
            restart, self.restart = self.restart, None
            self.remark(restart, f"the manager was started again (run {restart.epoch})")
        text = telling.of_event(event, order)
        was_ended = order.is_ended
        ending = telling.ending(event, order, self.canceled_by)
        # The machine writes the after-values, and the journal's event is not ours to touch.
        after = copy(event)
        apply(order, after)
        if order.is_ended and not was_ended:
            self.ended = ending
        if isinstance(event, ev.CancelRequested):
            self.canceled_by = event.cause.origin
        elif isinstance(event, ev.RequestInDoubt):
            self.doubts.setdefault(event.cl_ord_id, event.time_ns)
        self.executions += isinstance(event, ev.Traded) - isinstance(event, ev.TradeCanceled)
        self._add(event, text, telling.after(after, order))

    def remark(self, event: ev.Event, text: str) -> None:
        self._add(event, text, "")

    def _add(self, event: ev.Event, text: str, after: str) -> None:
        before = self.steps[-1].time_ns if self.steps else None
        self.steps.append(
            Step(
                sequence=event.sequence,
                time_ns=event.time_ns,
                gap_ns=None if before is None else event.time_ns - before,
                who=telling.speaker(event.cause),
                input_sequence=event.input_sequence,
                text=text,
                after=after,
            )
        )


def _begin(event: ev.OrderEvent) -> Order:
    if not isinstance(event, ev.OrderCreated):
        raise UnknownOrderError(
            "order", str(event.order_id), "pass the journal from its beginning: its creation is missing"
        )
    return Order(
        event.order_id,
        event.symbol,
        event.side,
        event.order_qty,
        event.terms,
        event.time_in_force,
        event.account,
        event.client_ref,
        event.reference_px,
        event.time_ns,
    )
