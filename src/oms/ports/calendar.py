"""What tells when a market trades."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Protocol

from oms.model.sessions import SessionChange
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


class SessionSource(Protocol):
    """What opens and closes, and has breaks, for a manager that goes by the clock."""

    def changes(self, after_ns: int, until_ns: int) -> Iterable[SessionChange]:
        """Give what opens and closes after one moment and up to and including another, in nanoseconds UTC, in order."""
        ...

    def next_ns(self, after_ns: int) -> int | None:
        """Give when something opens or closes next after a moment, in nanoseconds UTC; None where that is not known."""
        ...

    def standing(self, time_ns: int) -> Iterable[SessionChange]:
        """Give how each market stands at a moment in nanoseconds UTC: what opened or closed last, at or before it."""
        ...

    def ended(self, time_ns: int) -> Iterable[str]:
        """Give, each in words, what knows of nothing after a moment in nanoseconds UTC since it reaches no further."""
        ...
