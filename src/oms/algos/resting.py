"""Children that rest: those that wait at the best price of their side, and those that were meant to trade at once."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Final

from oms.algos.child_terms import passive_px
from oms.algos.handling import is_beyond_band, is_buy, quote_for
from oms.algos.working import Working
from oms.model.ids import OrderId
from oms.model.parent import SLICE, Parent
from oms.model.price_grid import PriceGrid
from oms.model.terms import Limit
from oms.ports.working_handler import View

CROSS: Final = "cross"
"""What a child is for that is to trade at once: what was missed, or is to be finished."""


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
    px = passive_px(working.limit_price, quote, PriceGrid(view.instrument), is_buy=buys, limits=view.limits)
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
