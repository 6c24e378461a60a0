"""How a choice is written on the command line: a name, then values after a colon, then `key=value` pairs, divided by commas.

`ticks:1` is one, `per-unit:0.005,min=1` another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, NamedTuple

from oms.errors import ValidationError
from oms.model.instrument import Instrument
from oms.model.sessions import to_ns

_COLUMN: Final = 30


class Words(NamedTuple):
    """What stands behind a name: the values after the colon, the pairs, what is traded, and what all draws follow from."""

    values: tuple[str, ...]
    named: Mapping[str, str]
    instrument: Instrument
    seed: int


class Way(NamedTuple):
    """One choice: how it is written, what it says, how many values it has at least and at most, its keys, and what makes it."""

    usage: str
    says: str
    least: int
    most: int
    keys: frozenset[str]
    make: Callable[[Words], object]


Ways = Mapping[str, Way]
"""The choices of an option, by name."""


def way(usage: str, says: str, least: int, most: int, make: Callable[[Words], object], *keys: str) -> Way:
    """Give a choice with these keys."""
    return Way(usage, says, least, most, frozenset(keys), make)


def made(option: str, text: str, ways: Ways, instrument: Instrument, seed: int = 0) -> object:
    """Give what a text stands for.

    Raises:
        ValidationError: It stands for nothing; the option, the text and how it is written are named.
    """
    name, _, rest = text.partition(":")
    chosen = ways.get(name)
    if chosen is None:
        raise ValidationError(option, text, "; ".join(one.usage for one in ways.values()))
    values: list[str] = []
    named: dict[str, str] = {}
    for word in filter(None, rest.split(",")):
        key, is_named, number = word.partition("=")
        if is_named and key in named:
            raise ValidationError(option, text, f"give {key} once; {chosen.usage}")
        if is_named:
            named[key] = number
        else:
            values.append(word)
    if not chosen.least <= len(values) <= chosen.most or not chosen.keys >= named.keys():
        raise ValidationError(option, text, chosen.usage)
    try:
        return chosen.make(Words(tuple(values), named, instrument, seed))
    except (ArithmeticError, ValueError) as error:
        raise ValidationError(option, text, f"{chosen.usage}; {_said(error)}") from error


def described(option: str, ways: Ways, *notes: str) -> str:
    """Give how the choices of an option are written and what each says, and notes below."""
    lines = [f"\n{option}"]
    for one in ways.values():
        usage = f"  {one.usage}"
        lines += (
            [f"{usage:<{_COLUMN}}{one.says}"]
            if len(usage) < _COLUMN
            else [usage, f"{'':<{_COLUMN}}{one.says}"]
        )
    return "\n".join((*lines, *(f"  {note}" for note in notes)))


def nanoseconds(milliseconds: str) -> int:
    """Give the nanoseconds of a text that counts milliseconds.

    Raises:
        ArithmeticError: It is no number.
        ValueError: It is not whole in nanoseconds, or is written with more than the digits 0 to 9.
    """
    if "_" in milliseconds or not milliseconds.isascii():
        raise ValueError(f"{milliseconds} is not written as a plain number")
    ns = Decimal(milliseconds) * 1_000_000
    if ns != int(ns):
        raise ValueError(f"{milliseconds} milliseconds are no whole nanoseconds")
    return int(ns)


def moment_ns(text: str) -> int:
    """Give the nanoseconds UTC of a time such as `2018-01-02T14:30:00Z`.

    Raises:
        ValueError: It is none, or has no zone.
    """
    when = datetime.fromisoformat(text)
    if when.tzinfo is None:
        raise ValueError(f"{text} has no zone: give a time such as 2018-01-02T14:30:00Z")
    return to_ns(when.astimezone(UTC))


def yes_or_no(text: str) -> bool:
    """Give whether a text says yes.

    Raises:
        ValueError: It says neither.
    """
    if text not in {"yes", "no"}:
        raise ValueError(f"{text!r} is neither yes nor no")
    return text == "yes"


def _said(error: Exception) -> str:
    # The decimal module's own words are the name of a condition.
    return (
        "write each number with digits and a decimal point"
        if isinstance(error, ArithmeticError)
        else str(error)
    )
