"""What the venue of a run does that nobody asked for: it cancels, suspends, stops and corrects, and works no more for the day."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from heapq import heappop, heappush
from typing import Final

from attrs import field

from oms.brokers.paper import PaperBroker
from oms.cli.halting import Moment
from oms.errors import ValidationError
from oms.model.decimals import EXACT, ZERO
from oms.model.define import value
from oms.model.draws import drawn, happens
from oms.model.enums import Side
from oms.model.events import OrderAcknowledged, Traded
from oms.model.ids import ExecId, OrderId
from oms.model.instrument import Instrument
from oms.model.sessions import NS_PER_S
from oms.model.terms import limit_px
from oms.runtime.order_manager import OrderManager
from oms.simulation.latency import Constant, Delay
from oms.simulation.opening_hours import NEVER_NS
from oms.simulation.venue_acts import (
    CancelOrder,
    CorrectTrade,
    FinishDay,
    ResumeOrder,
    StopOrder,
    SuspendOrder,
    VenueAct,
)

A_SECOND: Final = Constant(NS_PER_S)


@value
class Unasked:
    """What is done to which orders, and when.

    Attributes:
        probability: Which part of the orders is canceled, from 0 to 1.
        after: How long after the order was acknowledged.
        seed: What the draws follow from.
        done_for_day: When all orders that are open are done for the day; None for never.
        suspends: Which part of the orders is suspended, a second after they were acknowledged.
        suspended_for: How long they are.
        stops: Which part of the orders is stopped then: what is open of them is guaranteed at their limits.
        corrects: Which part of the executions is corrected, a second later, to a price that is a tick better.
    """

    probability: Decimal
    after: Delay
    seed: int
    done_for_day: Moment | None
    suspends: Decimal = field(default=ZERO, kw_only=True)
    suspended_for: Delay = field(default=A_SECOND, kw_only=True)
    stops: Decimal = field(default=ZERO, kw_only=True)
    corrects: Decimal = field(default=ZERO, kw_only=True)


class UnaskedActs:
    """Lets a venue do it to the orders of a manager.

    What is done to whom, and when, follows from SHA-256 of the seed and the order's ClOrdID, or the ExecID. What cannot be done to
    it by then, which may have ended, is left.

    Attributes:
        due_ns: When something is to be done next, in nanoseconds UTC; `NEVER_NS` where nothing is.
        has_finished: Whether the time has come at which orders are done for the day.
    """

    __slots__ = (
        "_begun",
        "_broker",
        "_coming",
        "_count",
        "_finish_ns",
        "_instrument",
        "_model",
        "_names",
        "_om",
        "due_ns",
        "has_finished",
    )

    def __init__(self, model: Unasked, om: OrderManager, broker: PaperBroker, instrument: Instrument) -> None:
        """Begin before the market does."""
        self._model, self._om, self._broker, self._instrument = model, om, broker, instrument
        # What comes, by time, then in the order in which it was drawn; it says at its time what it is, or that it is nothing.
        self._coming: list[tuple[int, int, Callable[[], VenueAct | None]]] = []
        self._count = 0
        self._names: dict[int, str] = {}
        self._finish_ns = NEVER_NS
        self._begun = self.has_finished = False
        self.due_ns = NEVER_NS
        om.on(OrderAcknowledged, self._note)
        if model.corrects:
            om.on(Traded, self._note_trade)

    def begin(self, time_ns: int) -> None:
        """Take the time of the first row; later ones change nothing."""
        if not self._begun and self._model.done_for_day is not None:
            self._finish_ns = self._model.done_for_day.first_ns(time_ns)
            self._look_ahead()
        self._begun = True

    def act(self, time_ns: int) -> None:
        """Do what is due by a moment, what is done to single orders first."""
        while self._coming and self._coming[0][0] <= time_ns:
            self._try(heappop(self._coming)[2](), time_ns)
        if self._finish_ns <= time_ns and self._model.done_for_day is not None:
            self.has_finished = True
            for order in self._om.open_orders():
                name = self._names.get(order.order_id)
                if name is not None:
                    self._try(FinishDay(name), time_ns)
            self._finish_ns = self._model.done_for_day.next_ns(self._finish_ns) or NEVER_NS
        self._look_ahead()

    def _note(self, event: OrderAcknowledged) -> None:
        order = self._om.order(event.order_id)
        if event.order_id in self._names or order.cl_ord_id is None:
            return
        model, name, time_ns = self._model, order.cl_ord_id, event.time_ns
        self._names[event.order_id] = name
        if self._happens("cancel", name, model.probability):
            self._add(time_ns + self._delay_ns("cancel", name, model.after), lambda: CancelOrder(name))
        if self._happens("suspend", name, model.suspends):
            begin_ns = time_ns + self._delay_ns("suspend", name, A_SECOND)
            self._add(begin_ns, lambda: SuspendOrder(name))
            until_ns = begin_ns + self._delay_ns("resume", name, model.suspended_for)
            self._add(until_ns, lambda: ResumeOrder(name))
        if self._happens("stop", name, model.stops):
            stop_ns = time_ns + self._delay_ns("stop", name, A_SECOND)
            self._add(stop_ns, lambda: self._stop(event.order_id, name))

    def _note_trade(self, event: Traded) -> None:
        if self._happens("correct", event.exec_id, self._model.corrects):
            self._add(event.time_ns + A_SECOND.delay_ns(0), lambda: self._correct(event))

    def _stop(self, order_id: OrderId, name: str) -> VenueAct | None:
        order = self._om.order(order_id)
        px = limit_px(order.terms)
        return StopOrder(name, order.leaves_qty, px) if order.leaves_qty and px is not None else None

    def _correct(self, event: Traded) -> VenueAct | None:
        px, tick = event.last_px, self._instrument.tick_at(event.last_px)
        is_buy = self._om.order(event.order_id).side is Side.BUY
        better = EXACT.subtract(px, tick) if is_buy else EXACT.add(px, tick)
        return CorrectTrade(event.exec_id, event.last_qty, better) if better > ZERO else None

    def _happens(self, what: str, name: str | ExecId, probability: Decimal) -> bool:
        return happens(drawn(self._model.seed, f"{what}/{name}"), probability)

    def _delay_ns(self, what: str, name: str, delay: Delay) -> int:
        return delay.delay_ns(drawn(self._model.seed, f"{what} delay/{name}"))

    def _add(self, due_ns: int, act: Callable[[], VenueAct | None]) -> None:
        self._count += 1
        heappush(self._coming, (due_ns, self._count, act))
        self._look_ahead()

    def _try(self, act: VenueAct | None, time_ns: int) -> None:
        if act is None:
            return
        try:
            self._broker.act(act, time_ns)
        except ValidationError:
            return  # It has ended at the venue, is held back already, or was taken back.

    def _look_ahead(self) -> None:
        self.due_ns = min(self._coming[0][0] if self._coming else NEVER_NS, self._finish_ns)
