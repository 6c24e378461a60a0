"""The auction of an opening, a close or the end of a halt: who is in it, and what it does to them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from oms.model.decimals import EXACT
from oms.simulation.auction import Interest, clearing_px, fills
from oms.simulation.book import Book
from oms.simulation.executions import Executions
from oms.simulation.reporting import Reports
from oms.simulation.venue_order import VenueOrder

_HALF: Final = Decimal("0.5")


def uncross(
    book: Book, called: Sequence[VenueOrder], time_ns: int, executions: Executions, reports: Reports
) -> None:
    """Trade at a single price what was called, what of ours rests, and what the market shows, rounded down to whole lots.

    Whoever may trade only in full, by a least quantity, or by what others leave it has no part. Nothing happens where none of
    ours would trade.
    """
    sides: list[list[Interest]] = []
    for ladder in (book.buys, book.sells):
        offers = book.facing(is_buy=not ladder.is_buy).offers()
        shown = [Interest(px, lots) for px, left in offers if (lots := book.whole(left))]
        there = (*ladder.orders(), *(order for order in called if order.is_buy is ladder.is_buy))
        ours = (Interest(order.price, order.leaves_qty, order) for order in there if _takes_part(order))
        sides.append([*shown, *ours])
    found = clearing_px(sides[0], sides[1], book.last_px, book.last_px or _middle(book))
    if found is None:
        return
    px, volume = found
    shares = [fills(side, volume, is_buy=is_buy) for side, is_buy in zip(sides, (True, False), strict=True)]
    if all(one.order is None for share in shares for one, _ in share):
        return
    for share, is_buy in zip(shares, (True, False), strict=True):
        for one, qty in share:
            if one.order is None:
                assert one.price is not None
                book.take(one.price, qty, is_buy=not is_buy)
                continue
            assert qty <= executions.wanted(one.order), "nobody in it can end another, or leave it less"
            executions.execute(book, one.order, qty, px, None, time_ns, reports)
            if not one.order.leaves_qty:
                book.remove(one.order)


def _takes_part(order: VenueOrder) -> bool:
    # Who only reduces, or depends on others, could be given more than there is for it; who has a least quantity, less. How
    # much an amount of money is nobody knows before the price is known.
    if order.is_for_auction:
        return True  # it is taken without instructions, and depends on nobody
    return not (
        order.is_reduce_only
        or order.working_qty is not None
        or order.cash_left is not None
        or order.least_qty(order.leaves_qty)
    )


def _middle(book: Book) -> Decimal | None:
    top = book.top()
    bid, ask = top.bid, top.ask
    return None if bid is None or ask is None else EXACT.multiply(EXACT.add(bid, ask), _HALF)
