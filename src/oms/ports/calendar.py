"""What tells when a market trades."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from oms.model.trading_session import TradingSession


class TradingCalendar(Protocol):
    """The trading days of one market."""

    @property
    def name(self) -> str:
        """What it is called, such as the market's MIC."""
        ...

    def session(self, day: date) -> TradingSession | None:
        """Give the session of a trading day; None where the market does not trade on it.

        Cheap when asked again, and always the same answer.

        Raises:
            ValidationError: The day lies outside of what the calendar knows.
        """
        ...
