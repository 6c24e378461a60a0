"""What the gate judges by besides the order itself. The engine moves it with the events it applies."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Final

from oms.model.commands import SubmitOrder
from oms.model.exposure import NO_INSTRUMENTS, ExposureLedger
from oms.model.ids import Symbol
from oms.model.instrument import Instrument
from oms.model.limits import RiskLimits
from oms.model.reasons import Reason
from oms.risk.self_match import why_self_match

_NS_PER_S: Final = 1_000_000_000


class RiskBook:
    """The state of risk.

    Attributes:
        limits: What is in force; None until limits were set, and then nothing may leave.
        exposure: What could still trade.
        kill_reason: Why the kill switch is engaged; None when it is not.
        sent_ns: When the last requests left, in nanoseconds UTC, as many as the message limit counts.
    """

    __slots__ = ("_full", "_window_ns", "exposure", "kill_reason", "limits", "sent_ns")

    def __init__(self, instruments: Mapping[Symbol, Instrument] = NO_INSTRUMENTS) -> None:
        """Begin closed: no limits, nothing open in these instruments, of which more may be defined later."""
        self.limits: RiskLimits | None = None
        self.exposure = ExposureLedger(instruments)
        self.kill_reason: str | None = None
        self.sent_ns: deque[int] = deque(maxlen=0)
        # How many sent requests fill the window; where no limit counts them, more than are kept.
        self._full = 1
        self._window_ns = 0

    def set_limits(self, limits: RiskLimits) -> None:
        """Put limits in force; what was sent before still counts."""
        self.limits = limits
        self.exposure.match(is_on=limits.blocks_self_match)
        self.sent_ns = deque(self.sent_ns, maxlen=limits.max_messages or 0)
        self._full = limits.max_messages or 1
        self._window_ns = limits.message_window_s * _NS_PER_S

    def why_self_match(self, order: SubmitOrder) -> tuple[Reason, ...]:
        """Give the reason against an order that would trade with one of its account; none if it would not."""
        return why_self_match(self.exposure, order)

    def is_rate_reached(self, now_ns: int) -> bool:
        """Tell whether one more request would be one too many in the window."""
        return len(self.sent_ns) >= self._full and now_ns - self.sent_ns[0] < self._window_ns

    def free_at(self, count: int) -> int | None:
        """Give from when on so many more requests may leave, in nanoseconds UTC; 0 where they may now, None where they never may."""
        limits, sent_ns = self.limits, self.sent_ns
        if limits is None or limits.max_messages is None:
            return 0
        # The newest that has to be out of the window by then.
        place = len(sent_ns) + count - limits.max_messages - 1
        if place < 0:
            return 0
        return sent_ns[place] + self._window_ns if place < len(sent_ns) else None
