"""How the texts of a row become numbers and times."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Final

from oms.errors import ValidationError
from oms.model.decimals import ZERO, exact
from oms.model.enums import Choice

MAX_NUMBERS_KEPT: Final = 65_536
"""How many texts of numbers a reader remembers; the same few prices and sizes come again and again."""

_MAX_TIME_NS: Final = 2**63
_DAY_NS: Final = 86_400_000_000_000
_EPOCH: Final = date(1970, 1, 1).toordinal()
_ISO: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(?:\.([0-9]{1,9}))?(?:Z|\+00:00)"
)
_COUNT: Final = re.compile(r"([0-9]{1,19})(?:\.([0-9]{1,9}))?")
_DECIMAL_COMMA: Final = re.compile(r"\s*[+-]?[0-9][0-9.]*(?:,[0-9]+)+(?:\.[0-9]*)?\s*")


class TimeFormat(Choice):
    """How times are written."""

    ISO = "ISO-8601"
    """Date and time with a T or a space between, in UTC and saying so (Z), with up to nine decimals."""
    S = "s"
    """Seconds since 1970 UTC, with decimals or without."""
    MS = "ms"
    """Milliseconds since 1970 UTC, with decimals or without."""
    US = "us"
    """Microseconds since 1970 UTC, with decimals or without."""
    NS = "ns"
    """Nanoseconds since 1970 UTC."""


_DECIMALS: Final = {TimeFormat.S: 9, TimeFormat.MS: 6, TimeFormat.US: 3}
_UNITS: Final = {TimeFormat.S: "seconds", TimeFormat.MS: "milliseconds", TimeFormat.US: "microseconds"}


def iso_ns(text: str, column: str = "ts") -> int:
    """Give the nanoseconds of a UTC time such as `2018-01-02T14:30:00.123Z`.

    Raises:
        ValidationError: It is written otherwise, or there is no such time.
    """
    found = _ISO.fullmatch(text)
    try:
        if found is None:
            raise ValueError(text)
        day, hour, minute, second, fraction = found.groups(default="")
        days = date.fromisoformat(day).toordinal() - _EPOCH
    except ValueError:
        raise ValidationError(column, text, "give a time in UTC, such as 2018-01-02T14:30:00.123Z") from None
    seconds = (int(hour) * 60 + int(minute)) * 60 + int(second)
    return days * _DAY_NS + seconds * 1_000_000_000 + int(fraction.ljust(9, "0"))


def epoch_ns(text: str, column: str = "recv_ns") -> int:
    """Give a count of nanoseconds since 1970.

    Raises:
        ValidationError: It is not a plain whole number below 2^63.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= 19 and int(text) < _MAX_TIME_NS):
        raise ValidationError(column, text, "give nanoseconds since 1970 as a whole number below 2^63")
    return int(text)


def time_reader(time_format: TimeFormat, column: str) -> Callable[[str], int]:
    """Give a function from the text of a time to nanoseconds UTC; it raises `ValidationError` where it cannot be meant."""
    if time_format is TimeFormat.ISO:
        return lambda text: iso_ns(text, column)
    if time_format is TimeFormat.NS:
        return lambda text: epoch_ns(text, column)
    decimals = _DECIMALS[time_format]
    allowed = f"give {_UNITS[time_format]} since 1970 as a plain number, to the nanosecond at most"

    def read(text: str) -> int:
        found = _COUNT.fullmatch(text)
        if found is not None:
            whole, fraction = found.groups(default="")
            if len(fraction) <= decimals:
                time_ns = int(whole + fraction.ljust(decimals, "0"))
                if time_ns < _MAX_TIME_NS:
                    return time_ns
        raise ValidationError(column, text, allowed)

    return read


class NumberReader:
    """Reads numbers, and remembers the latest few thousand texts.

    Attributes:
        kept: What is remembered; it is forgotten whenever it has grown to `limit`.
    """

    __slots__ = ("_limit", "_may_be_negative", "kept")

    def __init__(self, *, limit: int = MAX_NUMBERS_KEPT, may_be_negative: bool = False) -> None:
        """Remember nothing yet."""
        self._limit = limit
        self._may_be_negative = may_be_negative
        self.kept: dict[str, Decimal] = {}

    def read(self, text: str, column: str) -> Decimal:
        """Give the number that a text stands for.

        Raises:
            ValidationError: It is no exact number in ASCII digits, or below zero where that is not allowed.
        """
        number = self.kept.get(text)
        if number is None:
            if _DECIMAL_COMMA.fullmatch(text):
                allowed = 'write numbers with a decimal point and nothing between thousands, such as "1234.5"'
                raise ValidationError(column, text, allowed)
            number = exact(text, column)
            if number < ZERO and not self._may_be_negative:
                raise ValidationError(column, text, "give zero or more")
            if len(self.kept) >= self._limit:
                self.kept.clear()
            self.kept[text] = number
        return number


def id_reader(column: str) -> Callable[[str], int]:
    """Give a function from the text of a number of changes to an int; it raises `ValidationError` where it is none."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= 19 and int(text) < _MAX_TIME_NS):
            raise ValidationError(column, text, "give a whole number from 0 to 2^63 - 1")
        return int(text)

    return read
