"""Anomalies that nobody has acknowledged: the newest in memory, and how many there are in all."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Final

from oms.engine.inquiries import ASKS
from oms.model.enums import AnomalyCode
from oms.model.events import AnomalyAcknowledged, AnomalyRaised

MAX_OPEN: Final = 10_000
"""How many unacknowledged anomalies are kept in memory, the newest; the journal has them all."""


class AnomalyBook:
    """What somebody should look at.

    Attributes:
        open: The unacknowledged anomalies by their numbers, oldest first.
        raised: How many were ever raised.
        acknowledged: How many of these were acknowledged.
    """

    __slots__ = ("acknowledged", "open", "raised")

    def __init__(self) -> None:
        """Begin with none."""
        # Not a plain dict: to find the first key of one takes as long as many were deleted before it.
        self.open: OrderedDict[int, AnomalyRaised] = OrderedDict()
        self.raised = 0
        self.acknowledged = 0

    def on_raised(self, event: AnomalyRaised) -> None:
        """Take an anomaly in."""
        self.raised += 1
        self.open[event.sequence] = event
        if len(self.open) > MAX_OPEN:
            self.open.popitem(last=False)

    def on_acknowledged(self, event: AnomalyAcknowledged) -> None:
        """Take in that somebody has looked at one."""
        if self.open.pop(event.anomaly, None) is not None:
            self.acknowledged += 1


# The state comes in as `Any`: its module imports this one.
def on_raised(state: Any, event: AnomalyRaised) -> None:  # noqa: ANN401
    """Take in everything that it does to the state that an anomaly was raised."""
    state.anomalies.on_raised(event)
    state.groups.on_raised(event)
    state.parents.on_raised(event)
    if event.code is AnomalyCode.EXPIRY_OVERDUE:
        state.timers.expiries.on_told(event.order_id)
    if event.code in ASKS and event.order_id is not None:
        state.inquiries.on_anomaly(state.index.by_id[event.order_id], event, state.request_timeout_ns)
