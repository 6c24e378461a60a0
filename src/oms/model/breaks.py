"""A difference between the books and a broker's word, while it is open."""

from __future__ import annotations

from oms.model.define import record
from oms.model.enums import BreakKind
from oms.model.ids import BrokerName, OrderId


@record
class Break:
    """What differs, since when, and whose it is.

    Attributes:
        number: The sequence number of its `BreakOpened`.
        broker: Whose word.
        kind: In what.
        key: What tells it from other breaks of its kind at this broker: the order, the execution, or account and symbol.
        order_id: The order it is about; None if there is none here.
        expected: What is held to be true here.
        said: What the broker says.
        text: What it is about, in words.
        since_ns: When it was opened, in nanoseconds UTC.
        owner: Who looks after it; empty while nobody does.
    """

    number: int
    broker: BrokerName
    kind: BreakKind
    key: str
    order_id: OrderId | None
    expected: str
    said: str
    text: str
    since_ns: int
    owner: str = ""

    def age_ns(self, now_ns: int) -> int:
        """Give for how long it has been open at a time, in nanoseconds."""
        return max(0, now_ns - self.since_ns)
