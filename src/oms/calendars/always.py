"""Markets that never close: a trading day is a day of UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from oms.model.sessions import to_ns
from oms.model.trading_session import TradingSession


class AlwaysOpen:
    """Around the clock, every day; the close of a day is the opening of the next one."""

    name = "24/7"

    def session(self, day: date) -> TradingSession:
        """Give the day from midnight to midnight UTC."""
        start = datetime.combine(day, time(), UTC)
        return TradingSession(day.strftime("%Y%m%d"), to_ns(start), to_ns(start + timedelta(days=1)))
