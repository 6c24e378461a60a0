"""How much of an order is taken at the price at which it would be taken, the schedule aside."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from oms.model.decimals import EXACT, plain
from oms.model.parent import Parent

WOULD: Final = "would"
"""What a child is for that takes what there is at the price at which it would be taken; and the entry of the memo that says how
much such children were sent for."""


def would_have(memo: Mapping[str, str], parent: Parent) -> Decimal:
    """Give how much children have taken at the price at which it would be taken, and still may: what they left is not taken."""
    taken = Decimal(memo.get(WOULD, "0"))
    if not taken:
        return taken
    for child in parent.children.values():
        if child.role == WOULD and child.order is not None and child.order_id not in parent.open:
            taken = EXACT.subtract(taken, EXACT.subtract(child.order.order_qty, child.filled))
    return taken


def note_would(memo: dict[str, str], qty: Decimal) -> None:
    """Note that a child was sent for so much at the price at which it would be taken."""
    memo[WOULD] = plain(EXACT.add(Decimal(memo.get(WOULD, "0")), qty))
