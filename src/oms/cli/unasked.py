"""What the venue of a run does that nobody asked for: it cancels a part of the orders, and works no more for the day."""

from __future__ import annotations

from decimal import Decimal
from heapq import heappop, heappush

from oms.brokers.paper import PaperBroker
from oms.cli.halting import Moment
from oms.errors import ValidationError
from oms.model.define import value
from oms.model.draws import drawn, happens
from oms.model.events import OrderAcknowledged
from oms.runtime.order_manager import OrderManager
from oms.simulation.latency import Delay
from oms.simulation.opening_hours import NEVER_NS
from oms.simulation.venue_acts import CancelOrder, FinishDay, OrderAct


@value
class Unasked:
    """What is done to which orders, and when.

    Attributes:
        probability: Which part of the orders is canceled, from 0 to 1.
        after: How long after the order was acknowledged.
        seed: What the draws follow from.
        done_for_day: When all orders that are open are done for the day; None for never.
    """

    probability: Decimal
    after: Delay
    seed: int
    done_for_day: Moment | None


class UnaskedActs:
    """Lets a venue do it to the orders of a manager.

    Whether an order is canceled, and when, follows from SHA-256 of the seed and its ClOrdID. What cannot be done to an order by
    then, which may have ended, is left.

    Attributes:
        due_ns: When something is to be done next, in nanoseconds UTC; `NEVER_NS` where nothing is.
    """

    __slots__ = ("_begun", "_broker", "_cancels", "_finish_ns", "_model", "_names", "_om", "due_ns")

    def __init__(self, model: Unasked, om: OrderManager, broker: PaperBroker) -> None:
        """Begin before the market does."""
        self._model, self._om, self._broker = model, om, broker
        self._cancels: list[tuple[int, str]] = []
        self._names: dict[int, str] = {}
        self._finish_ns = NEVER_NS
        self._begun = False
        self.due_ns = NEVER_NS
        om.on(OrderAcknowledged, self._note)

    def begin(self, time_ns: int) -> None:
        """Take the time of the first row; later ones change nothing."""
        if not self._begun and self._model.done_for_day is not None:
            self._finish_ns = self._model.done_for_day.first_ns(time_ns)
            self._look_ahead()
        self._begun = True

    def act(self, time_ns: int) -> None:
        """Do what is due by a moment, the cancels first."""
        while self._cancels and self._cancels[0][0] <= time_ns:
            self._try(CancelOrder(heappop(self._cancels)[1]), time_ns)
        if self._finish_ns <= time_ns and self._model.done_for_day is not None:
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
        model, name = self._model, order.cl_ord_id
        self._names[event.order_id] = name
        if happens(drawn(model.seed, f"cancel/{name}"), model.probability):
            delay_ns = model.after.delay_ns(drawn(model.seed, f"cancel delay/{name}"))
            heappush(self._cancels, (event.time_ns + delay_ns, name))
            self._look_ahead()

    def _try(self, act: OrderAct, time_ns: int) -> None:
        try:
            self._broker.act(act, time_ns)
        except ValidationError:
            return  # It has ended at the venue, or is held back already.

    def _look_ahead(self) -> None:
        self.due_ns = min(self._cancels[0][0] if self._cancels else NEVER_NS, self._finish_ns)
