"""What participation may send beside what was printed lately: what the largest size kept back of a child, and what was refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from oms.algos.resting import CROSS
from oms.model.decimals import EXACT, ZERO, plain
from oms.model.enums import Life
from oms.model.parent import SLICE, Parent

_LEFT: Final = "left"
_BACK: Final = "back"
_PAUSED: Final = "paused"
"""Names in the memo: how much that is, the number of the last child that was refused, and that the order is suspended."""

_REFUSED: Final = frozenset({Life.DENIED, Life.REJECTED})


def left_in(memo: dict[str, str]) -> Decimal:
    """Give how much is left of what could have been sent."""
    return Decimal(memo.get(_LEFT, "0"))


def keep_left(memo: dict[str, str], qty: Decimal) -> None:
    """Keep how much is left; nothing where that is zero."""
    if qty > ZERO:
        memo[_LEFT] = plain(qty)
    else:
        memo.pop(_LEFT, None)


def put_back(memo: dict[str, str], parent: Parent) -> None:
    """Put back what was refused since the last look: it may be sent again, once the rest that follows is over."""
    if not parent.rejects:
        return
    last, qty = int(memo.get(_BACK, "-1")), ZERO
    for child in reversed(parent.children.values()):
        if child.number <= last:
            break
        if child.order is not None and child.order.life in _REFUSED and child.role in (SLICE, CROSS):
            qty = EXACT.add(qty, child.order.order_qty)
            memo[_BACK] = str(max(child.number, int(memo.get(_BACK, "-1"))))
    if qty:
        keep_left(memo, EXACT.add(left_in(memo), qty))


def goes_on_now(memo: dict[str, str], parent: Parent) -> bool:
    """Note whether an order is suspended, and tell whether it was, and goes on now."""
    if parent.suspended is not None:
        memo[_PAUSED] = "Y"
        return False
    return memo.pop(_PAUSED, None) is not None
