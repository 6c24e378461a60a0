"""What an adapter may put into a field by mistake: values of every wrong kind, each under a phrase."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from oms.model.enums import ExecType, OrdStatus, SessionPhase, Side


class Unshowable:
    """Cannot even be shown, nor compared."""

    def __repr__(self) -> str:
        raise RuntimeError("nobody may look at this")

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("nobody may compare this")

    __hash__ = None  # type: ignore[assignment]  # what defines equality alone has no hash


def _deep() -> list[Any]:
    inner: list[Any] = []
    for _ in range(100_000):
        inner = [inner]
    return inner


JUNK: dict[str, Any] = {
    "none": None,
    "a truth": True,
    "zero": 0,
    "minus one": -1,
    "an int of 41 digits": 10**40,
    "an int before all calendars": -(10**40),
    "an int too long to print": 10**6000,
    "a float": 1.5,
    "not a number, as a float": float("nan"),
    "infinity, as a float": float("inf"),
    "NaN": Decimal("NaN"),
    "a signalling NaN": Decimal("sNaN"),
    "infinity": Decimal("Infinity"),
    "a negative number": Decimal(-1),
    "zero, exactly": Decimal(0),
    "a number too fine": Decimal("1E-30"),
    "a number too large": Decimal("1E999999"),
    "a number with too many digits": Decimal("9" * 60),
    "the largest number": Decimal("9" * 18 + "." + "9" * 18),
    "the smallest number": Decimal("1E-18"),
    "an empty text": "",
    "a text": "junk",
    "half a surrogate pair": "\ud800",
    "control characters": "\x00\x1f",
    "a text too long for a record": "7" * 3_000_000,
    "bytes": b"8=FIX.4.4",
    "an object": object(),
    "an empty list": [],
    "a list": ["a"],
    "a dict": {"a": 1},
    "a tuple": ("a",),
    "a side": Side.SELL_SHORT,
    "a status": OrdStatus.CALCULATED,
    "an exec type": ExecType.TRADE,
    "a member of another enumeration": SessionPhase.OPEN,
    "a class": ExecType,
    "a nest too deep to print": _deep(),
    "what cannot be shown": Unshowable(),
}
