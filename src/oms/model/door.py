"""What is checked of a value before it may come in, where any other kind of value would fail later, in the journal."""

from __future__ import annotations

from enum import Enum
from typing import Final

from oms.errors import ValidationError

MAX_TIME_NS: Final = 2**63 - 1
"""The last moment, in nanoseconds UTC, that the journal can hold."""
MAX_ASKED_BY: Final = 256
"""How many characters the name of who asks may have."""
_ANOTHER: Final = "another name: the library asks by this one itself"
REDUCE_ONLY: Final = "reduce-only"
"""Who asks for less of orders that may only reduce a position."""
OWN_NAMES: Final = frozenset({"algo", "contingency", REDUCE_ONLY})
"""Who asks where the library does so by itself. What is asked by these names is taken for its own, so that nobody else may have them."""
MAX_REASON: Final = 4096
"""How many characters a reason may have."""
MAX_NAMESPACE: Final = 64
"""How many characters a namespace may have."""


def shown(value: object) -> str:
    """Give a value as text for an error; its kind where it is long, or cannot be shown at all."""
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001  # a repr may do anything, and the error must name something
        return f"a value of type {type(value).__name__}"
    return text if len(text) <= 200 else f"{text[:200]}…"


def readable(value: object) -> str:
    """Give a choice as text for a person, by its name; anything else that was put in its place as `shown` does."""
    return value.name if isinstance(value, Enum) else shown(value)


def moment(time_ns: int) -> int:
    """Check a time: nanoseconds UTC, an int from 0 to 2^63 - 1.

    Raises:
        ValidationError: It is of another kind (a float or a truth, for two), or out of range.
    """
    if type(time_ns) is not int or not 0 <= time_ns <= MAX_TIME_NS:
        raise ValidationError(
            "time_ns",
            shown(time_ns),
            "pass nanoseconds UTC as an int from 0 to 2^63 - 1, such as time.time_ns()",
        )
    return time_ns


def flag(claim: bool, field: str) -> bool:  # it is the value that is checked
    """Check a yes or no: a text such as "false" would be taken for yes.

    Raises:
        ValidationError: It is neither True nor False.
    """
    if type(claim) is not bool:
        raise ValidationError(field, shown(claim), "pass True or False")
    return claim


class KnownAsker(str):
    """Who asks, where that was checked before, or is a part of the library."""

    __slots__ = ()


def asker(text: str) -> str:
    """Check who asks: a text of at most 256 characters, the empty one for nobody in particular.

    Raises:
        ValidationError: It is no text, too long, or a name by which the library itself asks.
    """
    if type(text) is str and (not text or (len(text) <= MAX_ASKED_BY and text not in OWN_NAMES)):
        return text
    if type(text) is KnownAsker:
        return str(text)
    if type(text) is str and text in OWN_NAMES:
        raise ValidationError("asked_by", shown(text), _ANOTHER)
    raise ValidationError("asked_by", shown(text), f"pass a text of at most {MAX_ASKED_BY} characters")


def reason(text: str) -> str:
    """Check a reason that is to be recorded: a text of 1 to 4096 characters.

    Raises:
        ValidationError: It is no text, empty or too long.
    """
    if type(text) is not str or not 0 < len(text) <= MAX_REASON:
        raise ValidationError("reason", shown(text), f"say why, in a text of 1 to {MAX_REASON} characters")
    return text


def person(by: str) -> str:
    """Check who says something that is to be recorded with a name: a text of 1 to 256 characters.

    Raises:
        ValidationError: It is no text, blank, too long, or a name by which the library itself asks.
    """
    if _named(by, "by") in OWN_NAMES:
        raise ValidationError("by", shown(by), _ANOTHER)
    return by


def owner(name: str) -> str:
    """Check who is to look after something; errors as in `person`."""
    return _named(name, "owner")


def _named(name: str, field: str) -> str:
    if type(name) is not str or not name.strip() or len(name) > MAX_ASKED_BY:
        raise ValidationError(field, shown(name), f"say who, in a text of 1 to {MAX_ASKED_BY} characters")
    return name


def namespace(text: str) -> str:
    """Check what ClOrdIDs are made from: a text of 1 to 64 characters that UTF-8 can hold.

    Raises:
        ValidationError: It is none.
    """
    if type(text) is not str or not 0 < len(text) <= MAX_NAMESPACE or not _is_utf8(text):
        raise ValidationError("namespace", shown(text), f"pass a text of 1 to {MAX_NAMESPACE} characters")
    return text


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
