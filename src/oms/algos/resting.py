"""Children that rest: those that wait at the best price of their side, and those that were meant to trade at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Final

from oms.algos.child_terms import passive_px
from oms.algos.handling import is_beyond_band, is_buy, quote_for
from oms.algos.working import Working
from oms.model.decimals import EXACT, plain
from oms.model.ids import OrderId
from oms.model.parent import SLICE, Parent
from oms.model.price_grid import PriceGrid
from oms.model.terms import Limit
from oms.ports.working_handler import View

CROSS: Final = "cross"
"""What a child is for that is to trade at once: what was missed, or is to be finished."""
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


def repriced(
    parent: Parent, view: View, working: Working, taken_back: Collection[OrderId] = ()
) -> tuple[tuple[OrderId, Decimal], ...]:
    """Give the passive children that the market has left behind, each with the price at which it is to wait now.

    Args:
        parent: Their order.
        view: What is known.
        working: How it is worked; its children are passive.
        taken_back: Those of them that are about to be canceled.
    """
    quote, buys = quote_for(view, working), is_buy(parent)
    if quote is None or view.is_killed or not (view.is_open and view.is_reconciled) or view.is_halted:
        return ()
    if is_beyond_band(view, working, is_buy=buys):
        return ()
    px = passive_px(working, quote, PriceGrid(view.instrument), is_buy=buys, limits=view.limits)
    found = []
    for child in parent.open.values():
        order = child.order
        if order is None or child.role != SLICE or order.outstanding_requests:
            continue
        terms = order.terms
        is_left = isinstance(terms, Limit) and (terms.price < px if buys else terms.price > px)
        if is_left and child.order_id not in taken_back:
            found.append((child.order_id, px))
    return tuple(found)
