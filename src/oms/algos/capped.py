"""What the caps have kept back of a slice: it goes out while the slice lasts, one child after the other, as the caps leave room."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from oms.model.decimals import EXACT, ZERO, plain
from oms.model.define import record
from oms.model.enums import Life
from oms.model.parent import SLICE, Parent
from oms.model.work import Memo

_LATER: Final = "later"
"""The entry of the memo: until when, in nanoseconds UTC, and how much of the slice was to go out in all."""
_REFUSED: Final = frozenset({Life.DENIED, Life.REJECTED})


@record
class Later:
    """What is still to go out in a slice of which a part was sent.

    Attributes:
        qty: How much; zero where there is nothing.
        end_ns: When the slice ends, in nanoseconds UTC.
    """

    qty: Decimal
    end_ns: int


def later_part(parent: Parent, now_ns: int, until: Callable[[int], int]) -> Later:
    """Give what was kept back of the slice in force, with what was refused of it since.

    Args:
        parent: The order.
        now_ns: The time, in nanoseconds UTC.
        until: Gives when a slice is over, from its end.
    """
    end_ns, _, qty = (parent.memo_of(_LATER) or "0:0").partition(":")
    if until(int(end_ns)) <= now_ns:
        return Later(ZERO, 0)
    left = EXACT.subtract(Decimal(qty), _sent_of(parent, int(end_ns)))
    return Later(max(left, ZERO), int(end_ns))


def keep_later(memo: dict[str, str], parent: Parent, asked: Decimal, sent: Decimal, end_ns: int) -> None:
    """Keep how much of a slice is to go out until it ends, so much of it now; nothing where that is all of it."""
    if sent < asked:
        memo[_LATER] = f"{end_ns}:{plain(EXACT.add(_sent_of(parent, end_ns), asked))}"
    else:
        memo.pop(_LATER, None)


def _sent_of(parent: Parent, end_ns: int) -> Decimal:
    """Give how much was sent of the slice that ends then, and not refused."""
    sent = ZERO
    for child in parent.children.values():
        order = child.order
        if child.until_ns == end_ns and child.role == SLICE and order is not None:
            sent = EXACT.add(sent, ZERO if order.life in _REFUSED else order.order_qty)
    return sent


def without_later(memo: Memo) -> Memo:
    """Give a memo without what was kept: another plan has other slices."""
    return tuple((name, text) for name, text in memo if name != _LATER)
