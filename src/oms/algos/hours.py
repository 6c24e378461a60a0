"""When instruments trade, as far as whoever opened the manager has said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from attrs import evolve

from oms.algos.open_time import OpenTime, open_time, trading
from oms.errors import ValidationError
from oms.model.ids import Symbol
from oms.model.trading_session import TradingSession
from oms.ports.working_handler import View

SessionAt: TypeAlias = Callable[[str, int], TradingSession | None]
"""Gives the trading session that a symbol is in, or comes to next, at a moment in nanoseconds UTC; None where it has none."""

MAX_SESSIONS: Final = 1_000
"""How many sessions an order may be worked over."""


class Hours:
    """What tells the sessions of instruments; where nothing does, an instrument trades at all times."""

    __slots__ = ("_session_at",)

    def __init__(self, session_at: SessionAt | None = None) -> None:
        """Go by the sessions that this gives."""
        self._session_at = session_at

    def session(self, symbol: Symbol, time_ns: int) -> TradingSession | None:
        """Give the session that an instrument is in, or comes to next; None where nobody knows of any."""
        return None if self._session_at is None else self._session_at(symbol, time_ns)

    def sessions(self, symbol: Symbol, start_ns: int, end_ns: int) -> tuple[TradingSession, ...]:
        """Give the sessions of an instrument between two moments, in order; none where nobody knows of any.

        Raises:
            ValidationError: There are more than `MAX_SESSIONS`.
        """
        found: list[TradingSession] = []
        for session in self._from(symbol, start_ns):
            if found and session.open_ns > end_ns:
                break
            if len(found) == MAX_SESSIONS:
                raise ValidationError("end_time", end_ns, f"pass one within {MAX_SESSIONS} sessions")
            found.append(session)
            if session.close_ns >= end_ns:
                break
        return tuple(found)

    def until(self, symbol: Symbol, start_ns: int, length_ns: int, end_ns: int) -> OpenTime:
        """Give when an instrument trades from a moment on, up to another one, and so much further that it is so long.

        Where no more sessions are known it is shorter.
        """
        found: list[TradingSession] = []
        length, last_ns = 0, max(start_ns + length_ns, end_ns)
        for session in self._from(symbol, start_ns):
            found.append(session)
            length += sum(end - max(begin, start_ns) for begin, end in trading(session) if end > start_ns)
            last_ns = max(last_ns, session.close_ns)
            if (length >= length_ns and session.close_ns >= end_ns) or len(found) == MAX_SESSIONS:
                break
        return open_time(found if length else (), start_ns, last_ns)

    def _from(self, symbol: Symbol, start_ns: int) -> Iterator[TradingSession]:
        session = self.session(symbol, start_ns)
        while session is not None:
            yield session
            after = self.session(symbol, session.close_ns)
            # What is told again and again is told by whoever knows one session alone.
            session = after if after is not None and after.close_ns > session.close_ns else None

    def seen(self, symbol: Symbol, view: View) -> tuple[View, int | None]:
        """Give what is known by the hours too, and when the market opens next where it is closed by them.

        Of a break somebody tells only where the manager has a calendar too. As at an opening, a quote that is older than the end of
        the last one is not to be used.
        """
        now_ns = view.now_ns
        session = self.session(symbol, now_ns)
        if session is None:
            return view, None
        for begin, end in trading(session):
            if now_ns < begin:
                return evolve(view, is_open=False), begin
            if now_ns < end:
                quote = view.quote
                is_old = quote is not None and quote.time_ns < begin and not self._traded(symbol, begin)
                return (evolve(view, quote=None) if is_old else view), None
        return evolve(view, is_open=False), None

    def _traded(self, symbol: Symbol, time_ns: int) -> bool:
        """Tell whether the market traded right before a moment, as where one session opens as the one before closes."""
        before = self.session(symbol, time_ns - 1)
        return before is not None and before.is_open_at(time_ns - 1)
