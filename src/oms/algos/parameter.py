"""What a parameter of an algorithm is: its name here and elsewhere, its kind and bounds, and how it is written as text.

Texts are those of FIX, so that they can travel in `Strategy.parameters` and in StrategyParametersGrp (957) as they are: a moment is a
UTCTimestamp, a yes or no is `Y` or `N`, a part is a fraction of 1, numbers in a list stand apart by a space.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Final, assert_never

from oms.errors import ValidationError
from oms.model.decimals import EXACT, ONE, ZERO, exact, plain
from oms.model.define import value
from oms.model.door import MAX_TIME_NS, flag, moment, shown
from oms.model.sessions import NS_PER_S, to_ns

_STAMP: Final = re.compile(
    r"([0-9]{4})([0-9]{2})([0-9]{2})-([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(?:\.([0-9]{1,9}))?"
)
_INT: Final = re.compile(r"[0-9]{1,18}")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NANO: Final = Decimal(NS_PER_S)
_MAX_SECONDS: Final = Decimal(MAX_TIME_NS // NS_PER_S)
_MAX_NUMBERS: Final = 1_000

Given = int | bool | Decimal | str | datetime | Enum | tuple[Decimal, ...] | None
"""What a parameter may be given as."""


class Kind(Enum):
    """A kind of value: its type in FIXatdl, and its number in StrategyParameterType (959)."""

    TIME = "UTCTimestamp_t", 19
    SECONDS = "Float_t", 6
    COUNT = "Int_t", 1
    QTY = "Qty_t", 7
    PRICE = "Price_t", 8
    OFFSET = "PriceOffset_t", 9
    SHARE = "Percentage_t", 11
    NUMBER = "Float_t", 6, "any"
    FLAG = "Boolean_t", 13
    CHOICE = "String_t", 14
    TEXT = "String_t", 14, "any"
    NUMBERS = "MultipleStringValue_t", 24

    def __init__(self, atdl_type: str, fix_type: int, _note: str = "") -> None:
        """Keep both names; the note tells apart two kinds that are one to FIX."""
        self.atdl_type = atdl_type
        self.fix_type = fix_type


@value(kw_only=True)
class Parameter:
    """One parameter.

    Attributes:
        name: Its name here.
        atdl: The common name of it in FIXatdl, which is its StrategyParameterName (958).
        kind: What it is.
        about: What it means, in a sentence without its end.
        tag: The FIX tag that holds it; None where there is none of its own.
        is_required: It must be given.
        least: The smallest number.
        most: The largest number.
        is_open_below: `least` itself is too small.
        is_open_above: `most` itself is too large.
        choices: What a choice is among.
        is_mutable: It may be changed while the order works (mutableOnCxlRpl).
    """

    name: str
    atdl: str
    kind: Kind
    about: str
    tag: int | None = None
    is_required: bool = False
    least: Decimal | None = None
    most: Decimal | None = None
    is_open_below: bool = False
    is_open_above: bool = False
    choices: type[Enum] | None = None
    is_mutable: bool = True

    def typed(self, given: object) -> object:
        """Give the value that something stands for: of its own kind, or a text of it.

        Raises:
            ValidationError: It stands for none, or is out of the bounds.
        """
        match self.kind:
            case Kind.TIME:
                return self._time(given)
            case Kind.COUNT:
                return int(self._within(Decimal(self._count(given))))
            case Kind.SECONDS:
                return self._seconds(given)
            case Kind.QTY | Kind.PRICE | Kind.OFFSET | Kind.SHARE | Kind.NUMBER:
                return self._within(exact(given, self.name))
            case Kind.FLAG:
                return given == "Y" if given in ("Y", "N") else flag(given, self.name)  # type: ignore[arg-type]  # it is what is checked
            case Kind.CHOICE:
                return self._choice(given)
            case Kind.TEXT:
                if not isinstance(given, str) or _NAME.fullmatch(given) is None:
                    raise self._error(given, "use 1 to 64 of letters, digits, '.', '_' and '-'")
                return given
            case Kind.NUMBERS:
                return self._numbers(given)
            case _:
                assert_never(self.kind)

    def text(self, typed: object) -> str:
        """Give a value of its kind as text."""
        match typed:
            case bool():
                return "Y" if typed else "N"
            case int() if self.kind is Kind.TIME:
                return _stamp(typed)
            case Decimal():
                return plain(typed)
            case Enum():
                return str(typed.value)
            case tuple():
                return " ".join(plain(number) for number in typed)
            case _:
                return str(typed)

    def _time(self, given: object) -> int:
        if isinstance(given, datetime):
            return moment(to_ns(given))
        if not isinstance(given, str):
            if type(given) is not int or not 0 <= given <= MAX_TIME_NS:
                raise self._error(given, "pass nanoseconds UTC, an aware datetime, or YYYYMMDD-HH:MM:SS")
            return given
        found = _STAMP.fullmatch(given)
        try:
            if found is None:
                raise ValueError(given)
            *whole, fraction = found.groups(default="")
            year, month, day, hour, minute, second = map(int, whole)
            start = to_ns(datetime(year, month, day, hour, minute, second, tzinfo=UTC))
        except ValueError:
            raise self._error(given, "write it as YYYYMMDD-HH:MM:SS, with up to 9 decimals, in UTC") from None
        return moment(start + int(fraction.ljust(9, "0")))

    def _count(self, given: object) -> int:
        if isinstance(given, str) and _INT.fullmatch(given):
            return int(given)
        if type(given) is not int:
            raise self._error(given, "pass a whole number")
        return given

    def _seconds(self, given: object) -> Decimal:
        seconds = self._within(exact(given, self.name))
        if seconds > _MAX_SECONDS or EXACT.remainder(EXACT.multiply(seconds, _NANO), ONE):
            raise self._error(plain(seconds), "pass seconds with at most 9 decimals")
        return seconds

    def _choice(self, given: object) -> Enum:
        assert self.choices is not None, self.name
        for choice in self.choices:
            if given is choice or given == choice.value:
                return choice
        known = ", ".join(str(choice.value) for choice in self.choices)
        raise self._error(given, f"pass one of {known}")

    def _numbers(self, given: object) -> tuple[Decimal, ...]:
        parts = given.split(" ") if isinstance(given, str) else given
        if not isinstance(parts, (tuple, list)) or not 0 < len(parts) <= _MAX_NUMBERS:
            raise self._error(given, f"pass from 1 to {_MAX_NUMBERS} numbers, in a text apart by a space")
        return tuple(self._within(exact(part, self.name)) for part in parts)

    def _within(self, number: Decimal) -> Decimal:
        least, most = self.least, self.most
        if least is not None and (number < least or (self.is_open_below and number == least)):
            raise self._error(
                plain(number), f"pass {'more than' if self.is_open_below else 'at least'} {plain(least)}"
            )
        if most is not None and (number > most or (self.is_open_above and number == most)):
            raise self._error(
                plain(number), f"pass {'less than' if self.is_open_above else 'at most'} {plain(most)}"
            )
        return number

    def _error(self, given: object, allowed: str) -> ValidationError:
        return ValidationError(self.name, given if isinstance(given, str) else shown(given), allowed)


def in_ns(seconds: Decimal) -> int:
    """Give seconds with at most 9 decimals as nanoseconds."""
    return int(EXACT.multiply(seconds, _NANO))


def _stamp(time_ns: int) -> str:
    seconds, rest = divmod(time_ns, NS_PER_S)
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y%m%d-%H:%M:%S")
    return f"{text}.{rest:09}".rstrip("0") if rest else text


POSITIVE: Final = {"least": ZERO, "is_open_below": True}
"""The bounds of what must be more than zero."""
NOT_NEGATIVE: Final = {"least": ZERO}
"""The bounds of what may be zero."""
