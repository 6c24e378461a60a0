"""What the gate judges by besides the order itself. The engine moves it with the events it applies."""

from __future__ import annotations

from collections import deque
from typing import Final

from oms.model.exposure import ExposureLedger
from oms.model.limits import RiskLimits

_NS_PER_S: Final = 1_000_000_000


class RiskBook:
    """The state of risk.

    Attributes:
        limits: What is in force; None until limits were set, and then nothing may leave.
        exposure: What could still trade.
        kill_reason: Why the kill switch is engaged; None when it is not.
        sent_ns: When the last requests left, in nanoseconds UTC, as many as the message limit counts.
    """

    __slots__ = ("exposure", "kill_reason", "limits", "sent_ns")

    def __init__(self) -> None:
        """Begin closed: no limits, nothing open."""
        self.limits: RiskLimits | None = None
        self.exposure = ExposureLedger()
        self.kill_reason: str | None = None
        self.sent_ns: deque[int] = deque(maxlen=0)

    def set_limits(self, limits: RiskLimits) -> None:
        """Put limits in force; what was sent before still counts."""
        self.limits = limits
        self.sent_ns = deque(self.sent_ns, maxlen=limits.max_messages or 0)

    def is_rate_reached(self, now_ns: int) -> bool:
        """Tell whether one more request would be one too many in the window."""
        limits = self.limits
        if limits is None or limits.max_messages is None or len(self.sent_ns) < limits.max_messages:
            return False
        return now_ns - self.sent_ns[0] < limits.message_window_s * _NS_PER_S
