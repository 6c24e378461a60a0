"""Markets of the `exchange_calendars` package: some seventy of them, in the extra `calendars`."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from oms.errors import ValidationError
from oms.model.trading_session import TradingSession


class ExchangeCalendar:
    """A market's trading days, read from the package once and then looked up."""

    def __init__(self, name: str, first: date, last: date) -> None:
        """Read the sessions of a span of days; it takes a second to load the package, and a moment a market.

        Args:
            name: What the package calls the market, such as XLON.
            first: The first day that may be asked for.
            last: The last one.

        Raises:
            ValidationError: The package is not installed, or does not know the market or the days.
        """
        package = _package()
        try:
            known: Any = package.get_calendar(name, start=first.isoformat(), end=last.isoformat())
        except Exception as error:
            allowed = f"a market and days that exchange_calendars knows ({error})"
            raise ValidationError("name, first, last", f"{name}, {first} to {last}", allowed) from error
        self.name: Final = name
        self._first, self._last = first, last
        early = {day.date() for day in known.early_closes}
        self._sessions = {
            day.date(): TradingSession(
                day.strftime("%Y%m%d"),
                opens.value,
                closes.value,
                () if _is_missing(pause) else ((pause.value, resumed.value),),
                day.date() in early,
            )
            for day, opens, pause, resumed, closes in known.schedule.itertuples()
        }

    def session(self, day: date) -> TradingSession | None:
        """Give the session of a trading day; None where there is none.

        Raises:
            ValidationError: The day lies outside the span that was read.
        """
        if not self._first <= day <= self._last:
            raise ValidationError(
                "day", day.isoformat(), f"pass a day from {self._first} to {self._last}, or read more"
            )
        return self._sessions.get(day)

    def __repr__(self) -> str:
        """Give one readable line."""
        return f"<ExchangeCalendar {self.name} {self._first} to {self._last}>"


def _package() -> Any:  # noqa: ANN401  # a package without annotations, and perhaps not there
    try:
        import exchange_calendars  # pyright: ignore[reportMissingTypeStubs]  # noqa: PLC0415  # it takes a second, and is an extra
    except ImportError as error:
        raise ValidationError(
            "exchange_calendars", "not installed", "pip install 'openoms[calendars]'"
        ) from error
    return exchange_calendars


def _is_missing(moment: Any) -> bool:  # noqa: ANN401  # pandas has a value of its own for it, which equals nothing
    return moment is None or moment != moment  # noqa: PLR0124
