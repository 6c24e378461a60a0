"""What brokers said that cannot simply be believed, and who has looked at it."""

from __future__ import annotations

from oms.model import events as ev
from oms.model.define import record
from oms.model.ids import OrderId


@record
class AnomalyRow:
    """An anomaly, and what became of it.

    Attributes:
        raised: What was wrong, with the report.
        acknowledged: Who has looked at it, and what was found; None while nobody has.
    """

    raised: ev.AnomalyRaised
    acknowledged: ev.AnomalyAcknowledged | None


class Anomalies:
    """Every anomaly of a journal, in the order in which they were raised."""

    __slots__ = ("_acknowledged", "_raised")

    def __init__(self) -> None:
        """Begin with none."""
        self._raised: dict[int, ev.AnomalyRaised] = {}
        self._acknowledged: dict[int, ev.AnomalyAcknowledged] = {}

    def apply(self, event: ev.Event) -> None:
        """Take any event in; those that are not about anomalies known here change nothing."""
        if isinstance(event, ev.AnomalyRaised):
            self._raised[event.sequence] = event
        elif isinstance(event, ev.AnomalyAcknowledged) and event.anomaly in self._raised:
            self._acknowledged[event.anomaly] = event

    def rows(self, *, order_id: OrderId | None = None, open_only: bool = False) -> list[AnomalyRow]:
        """Give the anomalies, oldest first; each filter that is given must hold.

        Args:
            order_id: Those about this order.
            open_only: Those that nobody has acknowledged.
        """
        rows = [
            AnomalyRow(event, self._acknowledged.get(sequence)) for sequence, event in self._raised.items()
        ]
        return [
            row
            for row in rows
            if (order_id is None or row.raised.order_id == order_id)
            and (row.acknowledged is None or not open_only)
        ]

    def __contains__(self, sequence: object) -> bool:
        """Tell whether an anomaly with this number was raised."""
        return sequence in self._raised

    def __len__(self) -> int:
        """Count the anomalies, acknowledged ones too."""
        return len(self._raised)
