"""Trading days: what day a moment belongs to, and the news that a session opened or closed, or has a break."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

from attrs import field

from oms.errors import ValidationError
from oms.model.define import record
from oms.model.door import moment, shown
from oms.model.enums import SessionPhase
from oms.model.ids import Symbol
from oms.model.ids import symbol as checked_symbol

NS_PER_S: Final = 1_000_000_000
_DAY_NS: Final = 86_400 * NS_PER_S
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_DATES: Final = 4096

_dates: dict[int, str] = {}


@record
class SessionChange:
    """A trading session opens or closes, or has a break.

    Attributes:
        time_ns: When, in nanoseconds UTC.
        phase: What it changes to. Open after a break, of the same trading day, is no opening: no auction of one is held.
        trade_date: The trading day, YYYYMMDD.
        symbol: The instrument it is about; None for all.

    Raises:
        ValidationError: One of them cannot be meant.
    """

    time_ns: int = field(converter=moment)
    phase: SessionPhase
    trade_date: str
    symbol: Symbol | None = None

    def __attrs_post_init__(self) -> None:
        """Check what would otherwise come to light when it is recorded."""
        if type(self.phase) is not SessionPhase:
            raise ValidationError(
                "phase", shown(self.phase), "pass a member of SessionPhase, such as SessionPhase.CLOSED"
            )
        if not is_date(self.trade_date):
            raise ValidationError(
                "trade_date", shown(self.trade_date), 'pass a day as a text of 8 digits, such as "20260105"'
            )
        if self.symbol is not None:
            if type(self.symbol) is not str:
                raise ValidationError("symbol", shown(self.symbol), "pass a symbol, or None for all of them")
            checked_symbol(self.symbol)

    @property
    def sort_key(self) -> tuple[int, int]:
        """Where it belongs among others: by its time, and of one time what closes comes first, and a break last."""
        return self.time_ns, _RANKS[self.phase]


_RANKS: Final = {SessionPhase.CLOSED: 0, SessionPhase.OPEN: 1, SessionPhase.HALTED: 2}


def is_date(text: object) -> bool:
    """Tell whether something is a day as a text of 8 digits, YYYYMMDD."""
    if type(text) is not str or len(text) != 8 or not (text.isascii() and text.isdigit()):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def utc_date(time_ns: int) -> str:
    """Give the UTC day of a moment as YYYYMMDD; the trade date of a market that never closes."""
    day = time_ns // _DAY_NS
    text = _dates.get(day)
    if text is None:
        if len(_dates) >= _MAX_DATES:
            _dates.clear()
        text = _dates[day] = (_EPOCH + timedelta(days=day)).strftime("%Y%m%d")
    return text


def to_ns(moment: datetime) -> int:
    """Give the nanoseconds UTC of an aware datetime.

    Raises:
        ValidationError: It has no time zone, so that nobody knows which moment is meant.
    """
    if moment.tzinfo is None:
        raise ValidationError(
            "time", moment.isoformat(), "pass an aware datetime, such as datetime(..., tzinfo=UTC)"
        )
    elapsed = moment - _EPOCH
    return (elapsed.days * 86_400 + elapsed.seconds) * NS_PER_S + elapsed.microseconds * 1_000


def to_datetime(time_ns: int) -> datetime:
    """Give the moment as an aware datetime in UTC, cut to microseconds."""
    return _EPOCH + timedelta(microseconds=time_ns // 1_000)


def came_before(created_ns: int, changed_ns: int, told_ns: int) -> bool:
    """Tell whether an order was there when a session changed.

    What has the very time of a change came before it where that was told of at once, and after it where it was told of later.

    Args:
        created_ns: When the order came, in nanoseconds UTC.
        changed_ns: When the session changed.
        told_ns: When that was told of.
    """
    return created_ns < changed_ns or (created_ns == changed_ns == told_ns)
