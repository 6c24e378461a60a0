"""When the instruments of a run trade, and how their volume goes: what orders are planned by that go by a curve, or up to a close."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from attrs import frozen

from oms.algos.volume_curve import VolumeCurve
from oms.model.sessions import utc_date
from oms.model.trading_session import TradingSession

_S: Final = 1_000_000_000
LATE: Final = "late"
"""The name of a curve that any instrument may be planned by."""


@frozen
class _Hours:
    """Sessions that begin every so often from midnight UTC, with what is a break in them; all in seconds."""

    every_s: int
    open_s: int
    pause: tuple[int, int] | None = None

    def session(self, time_ns: int) -> TradingSession:
        """Give the session at a moment, or the next."""
        every_ns = self.every_s * _S
        open_ns = time_ns // every_ns * every_ns
        if time_ns >= open_ns + self.open_s * _S:
            open_ns += every_ns
        pauses = () if self.pause is None else ((open_ns + self.pause[0] * _S, open_ns + self.pause[1] * _S),)
        return TradingSession(utc_date(open_ns), open_ns, open_ns + self.open_s * _S, pauses)


HOURS: Final = {"AAA": _Hours(600, 540, (240, 270)), "BBB-USD": _Hours(45, 40), "CCC": _Hours(86_400, 86_400)}
"""A run is of minutes at most: some sessions are too, so that it meets breaks and closes."""


def session_at(symbol: str, time_ns: int) -> TradingSession | None:
    """Give the session of an instrument at a moment in nanoseconds UTC, or the next."""
    hours = HOURS.get(symbol)
    return None if hours is None else hours.session(time_ns)


def _curve(length_s: int, weights: tuple[int, ...]) -> VolumeCurve:
    """Give a curve over a session of so many buckets of one length; each auction has a twentieth of the volume."""
    parts = [Decimal(weight) * Decimal("0.9") / sum(weights) for weight in weights]
    return VolumeCurve(
        bucket_ns=length_s * _S // len(weights),
        length_ns=length_s * _S,
        shares=tuple(parts),
        opening=Decimal("0.05"),
        closing=Decimal("0.05"),
        days=("20260102",),
        dropped=(),
    )


_SMILE: Final = (5, 2, 1, 4, 6)
CURVES: Final = {
    **{symbol: _curve(hours.open_s, _SMILE) for symbol, hours in HOURS.items()},
    LATE: _curve(540, (0, 1, 3)),
}
"""By the symbols of their instruments, and one beside."""
