"""The history of one order as a story: who asked, what was sent, what came back, when, and why it stands where it stands.

The order is rebuilt by the machine that built it the first time, so that the story knows the same facts (what is
unanswered, what is in doubt) and repeats no rule.
"""

from __future__ import annotations

from collections.abc import Iterable

from oms.errors import UnknownOrderError
from oms.model import events as ev
from oms.model.decimals import exact_arithmetic
from oms.model.define import value
from oms.model.ids import OrderId
from oms.model.order_snapshot import OrderSnapshot
from oms.projections import layout
from oms.projections.layout import Step
from oms.projections.telling import Teller


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
        head = (layout.headline(self.order), layout.names(self.order))
        return "\n".join([*head, "", layout.table(self.steps), "", *self.verdict])


def tell_story(events: Iterable[ev.Event], order_id: OrderId) -> OrderStory:
    """Give the history of an order from the events of its journal.

    Args:
        events: The journal from its beginning, or at least all that is about the order; they are only read.
        order_id: Which order.

    Raises:
        UnknownOrderError: The journal never created or adopted it.
        TransitionError: The events do not follow the tables: the journal was not written by this library.
    """
    teller = Teller(order_id)
    with exact_arithmetic():
        for event in events:
            if isinstance(event, ev.OrderEvent):
                if event.order_id == order_id:
                    teller.tell(event)
            else:
                teller.overhear(event)
        if teller.order is None:
            raise UnknownOrderError("order", str(order_id), "pass the id of an order of this journal")
        return OrderStory(
            order=teller.order.snapshot(),
            steps=tuple(teller.steps),
            verdict=tuple(teller.verdict(teller.order)),
        )
