"""How long an order works: a closed union, so that what belongs to one kind cannot be given to another."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final, TypeAlias, assert_never

from attrs import field

from oms.errors import ValidationError
from oms.model.decimals import EXACT, positive
from oms.model.define import record
from oms.model.door import MAX_TIME_NS, shown
from oms.model.enums import SessionPhase
from oms.model.sessions import NS_PER_S, is_date, to_datetime, to_ns

MAX_DURATION_S: Final = 100 * 366 * 86_400
"""For how many seconds an order may be good at the most."""


@record
class Day:
    """TimeInForce 0: until the trading session closes."""


@record
class GoodTillCancel:
    """TimeInForce 1: until it is canceled."""


@record
class AtTheOpening:
    """TimeInForce 2: for the next opening alone; what does not trade in it expires then."""


@record
class ImmediateOrCancel:
    """TimeInForce 3: what can trade at once does, the rest is canceled."""


@record
class FillOrKill:
    """TimeInForce 4: the whole quantity at once, or nothing."""


def _expire_date(day: date | str) -> str:
    if isinstance(day, datetime):
        raise ValidationError(
            "expire_date", shown(day), "pass a date or YYYYMMDD; for an instant, GoodTillTime(...)"
        )
    text = day.strftime("%Y%m%d") if isinstance(day, date) else day
    if not is_date(text):
        raise ValidationError(
            "expire_date", shown(day), 'pass a datetime.date or a text of 8 digits, such as "20260105"'
        )
    return text


@record
class GoodTillDate:
    """TimeInForce 6 with ExpireDate (432): until the end of the session of a trading day.

    Attributes:
        expire_date: That day, the last one that it works on, YYYYMMDD; a `datetime.date` will do.

    Raises:
        ValidationError: It is no day; an instant belongs into `GoodTillTime`.
    """

    expire_date: str = field(converter=_expire_date)


def _expire_time(instant: datetime | int) -> int:
    allowed = (
        "pass an aware datetime, such as datetime(..., tzinfo=UTC), or nanoseconds UTC as an int above 0"
    )
    if isinstance(instant, datetime):
        if instant.tzinfo is None:
            raise ValidationError("expire_time", shown(instant), f"nobody knows whose time it is: {allowed}")
        time_ns = to_ns(instant)
    else:
        time_ns = instant
    if type(time_ns) is not int or not 0 < time_ns <= MAX_TIME_NS:
        raise ValidationError("expire_time", shown(instant), allowed)
    return time_ns


@record
class GoodTillTime:
    """TimeInForce 6 with ExpireTime (126): until an instant, the first at which it does not work any more.

    Attributes:
        expire_time_ns: That instant, in nanoseconds UTC; an aware `datetime` will do.

    Raises:
        ValidationError: It is no instant that the journal can hold, or a datetime without a time zone.
    """

    expire_time_ns: int = field(converter=_expire_time)


@record
class AtTheClose:
    """TimeInForce 7: for the next close alone; what does not trade in it expires then."""


def _duration(seconds: Decimal | int | str) -> Decimal:
    duration = positive(seconds, "exposure_duration_s")
    if EXACT.remainder(EXACT.multiply(duration, Decimal(NS_PER_S)), Decimal(1)):
        raise ValidationError("exposure_duration_s", str(duration), "pass whole nanoseconds: 9 decimals")
    if duration > MAX_DURATION_S:
        raise ValidationError("exposure_duration_s", str(duration), f"pass at most {MAX_DURATION_S}")
    return duration


@record
class GoodForTime:
    """TimeInForce A with ExposureDuration (1629): so many seconds from when the order is placed.

    Attributes:
        exposure_duration_s: How many, exact and more than zero; a Decimal, an int or a decimal text, never a float.

    Raises:
        ValidationError: It is not exact, not above zero, too long, or no whole number of nanoseconds.
    """

    exposure_duration_s: Decimal = field(converter=_duration)

    @property
    def duration_ns(self) -> int:
        """The same in nanoseconds."""
        return int(EXACT.multiply(self.exposure_duration_s, Decimal(NS_PER_S)))


@record
class GoodForAuction:
    """TimeInForce B: for the next auction alone, be it an opening or a close; what does not trade in it expires then."""


TimeInForce: TypeAlias = (
    Day
    | GoodTillCancel
    | ImmediateOrCancel
    | FillOrKill
    | GoodTillDate
    | GoodTillTime
    | GoodForTime
    | AtTheOpening
    | AtTheClose
    | GoodForAuction
)

DAY: Final = Day()
GTC: Final = GoodTillCancel()
IOC: Final = ImmediateOrCancel()
FOK: Final = FillOrKill()
OPG: Final = AtTheOpening()
CLS: Final = AtTheClose()
GFA: Final = GoodForAuction()

ALLOWED: Final = (
    "pass Day(), GoodTillCancel(), ImmediateOrCancel(), FillOrKill(), GoodTillDate(...), GoodTillTime(...), "
    "GoodForTime(...), AtTheOpening(), AtTheClose() or GoodForAuction()"
)
"""What may be given as a time in force, in words."""


def expires_at(time_in_force: TimeInForce, placed_ns: int) -> int | None:
    """Give the instant, in nanoseconds UTC, at which an order expires by the clock alone; None where no clock says so.

    Args:
        time_in_force: Its time in force.
        placed_ns: When it was placed, in nanoseconds UTC.
    """
    match time_in_force:
        case GoodTillTime(expire_time_ns=expire_time_ns):
            return expire_time_ns
        case GoodForTime():
            return min(placed_ns + time_in_force.duration_ns, MAX_TIME_NS)
        case (
            Day()
            | GoodTillCancel()
            | ImmediateOrCancel()
            | FillOrKill()
            | GoodTillDate()
            | AtTheOpening()
            | AtTheClose()
            | GoodForAuction()
        ):
            return None
        case _:
            assert_never(time_in_force)


def is_over(
    time_in_force: TimeInForce, phase: SessionPhase, trade_date: str, time_ns: int, due_ns: int | None
) -> bool:
    """Tell whether an order's time in force has passed once a session has opened or closed, or has a break.

    Args:
        time_in_force: Its time in force.
        phase: What the session has changed to; nothing is to be asked as a break ends.
        trade_date: The session's trading day, YYYYMMDD.
        time_ns: When it changed, in nanoseconds UTC.
        due_ns: When the order expires by the clock or with an auction, likewise; None where that is not known.
    """
    closed = phase is SessionPhase.CLOSED
    match time_in_force:
        case Day() | AtTheClose():
            return closed
        case GoodForAuction():
            return phase is not SessionPhase.HALTED
        case GoodTillDate(expire_date=expire_date):
            return trade_date > expire_date or (closed and trade_date == expire_date)
        case GoodTillTime() | GoodForTime() | AtTheOpening():
            # Of an order for an opening that none was held since is not over when a session closes.
            return due_ns is not None and due_ns <= time_ns
        case GoodTillCancel() | ImmediateOrCancel() | FillOrKill():
            return False
        case _:
            assert_never(time_in_force)


def in_words(time_in_force: TimeInForce) -> str:
    """Give a time in force by its usual short name, and until when where it says so."""
    match time_in_force:
        case GoodTillDate(expire_date=day):
            return f"GTD {day[:4]}-{day[4:6]}-{day[6:]}"
        case GoodTillTime(expire_time_ns=time_ns):
            return f"GTD {to_datetime(time_ns):%Y-%m-%d %H:%M:%S}.{time_ns % NS_PER_S // 1_000_000:03} UTC"
        case GoodForTime(exposure_duration_s=seconds):
            return f"GFT {seconds.normalize():f} s"
        case _:
            return _SHORT[type(time_in_force)]


_SHORT: Final[dict[type[TimeInForce], str]] = {
    Day: "DAY",
    GoodTillCancel: "GTC",
    ImmediateOrCancel: "IOC",
    FillOrKill: "FOK",
    AtTheOpening: "OPG",
    AtTheClose: "CLS",
    GoodForAuction: "GFA",
}
