"""What the engine answers to an input."""

from __future__ import annotations

from oms.model.define import record
from oms.model.events import Event
from oms.model.requests import Request


@record
class Outcome:
    """What is now true, what is to be sent, and when to come back.

    Attributes:
        events: To be recorded before anything is sent, in order.
        requests: To be sent, in order.
        next_due_ns: When the next timer is due, in nanoseconds UTC; None if there is none. A request that has been
            answered may still be waiting here; its timer does nothing.
    """

    events: list[Event]
    requests: list[Request]
    next_due_ns: int | None
