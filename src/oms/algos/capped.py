"""What the caps have kept back of a slice whose children wait at the best price of their own side."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from oms.model.decimals import ZERO, plain
from oms.model.define import record
from oms.model.work import Memo

_LATER: Final = "later"
"""The entry of the memo: until when, in nanoseconds UTC, and how much."""


@record
class Later:
    """What is still to wait in a slice of which a part was sent.

    Attributes:
        qty: How much; zero where there is nothing.
        end_ns: When the slice ends, in nanoseconds UTC.
    """

    qty: Decimal
    end_ns: int


def later_part(memo: dict[str, str], now_ns: int, until: Callable[[int], int]) -> Later:
    """Give what was kept back of the slice in force.

    Args:
        memo: What the handler keeps.
        now_ns: The time, in nanoseconds UTC.
        until: Gives when a slice is over, from its end.
    """
    end_ns, _, qty = memo.get(_LATER, "0:0").partition(":")
    if until(int(end_ns)) <= now_ns:
        return Later(ZERO, 0)
    return Later(Decimal(qty), int(end_ns))


def keep_later(memo: dict[str, str], qty: Decimal, end_ns: int) -> None:
    """Keep that so much of a slice is still to wait in it; nothing of it where that is not above zero."""
    if qty > ZERO:
        memo[_LATER] = f"{end_ns}:{plain(qty)}"
    else:
        memo.pop(_LATER, None)


def without_later(memo: Memo) -> Memo:
    """Give a memo without what was kept: another plan has other slices."""
    return tuple((name, text) for name, text in memo if name != _LATER)
