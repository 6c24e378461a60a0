"""One trading session: a trading day's hours as instants, worked out once and then only compared."""

from __future__ import annotations

from oms.errors import ValidationError
from oms.model.define import value
from oms.model.door import moment, shown
from oms.model.sessions import is_date


@value
class TradingSession:
    """From when to when a market trades on one trading day.

    Attributes:
        trade_date: The trading day, YYYYMMDD. A session that opens on the evening before belongs to this day all the same.
        open_ns: When it opens, in nanoseconds UTC.
        close_ns: When it closes, in nanoseconds UTC: the first moment that is not part of it.
        breaks: The pauses in it, as pairs of such moments, in order.
        is_early_close: It closes before its usual time.

    Raises:
        ValidationError: It closes before it opens, or a pause lies outside of it or of its order.
    """

    trade_date: str
    open_ns: int
    close_ns: int
    breaks: tuple[tuple[int, int], ...] = ()
    is_early_close: bool = False

    def __attrs_post_init__(self) -> None:
        """Refuse hours that no day can have."""
        if not is_date(self.trade_date):
            raise ValidationError(
                "trade_date", shown(self.trade_date), 'pass a day as a text of 8 digits, such as "20260105"'
            )
        last = moment(self.open_ns)
        for begin, end in (*self.breaks, (moment(self.close_ns), self.close_ns)):
            if not last <= begin <= end <= self.close_ns or self.open_ns >= self.close_ns:
                hours = f"{self.open_ns} to {self.close_ns}, breaks {self.breaks}"
                raise ValidationError(
                    f"session {self.trade_date}", hours, "open before the close, breaks between, in order"
                )
            last = end

    def is_open_at(self, time_ns: int) -> bool:
        """Tell whether the market trades at a moment; the close itself and the breaks are not part of the session."""
        if not self.open_ns <= time_ns < self.close_ns:
            return False
        return not any(begin <= time_ns < end for begin, end in self.breaks)
