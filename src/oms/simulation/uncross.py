"""The auction of an opening, a close or the end of a halt: who is in it, and what it does to them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from oms.model.decimals import EXACT
from oms.model.define import record
from oms.simulation.affording import Spent
from oms.simulation.auction import Interest, clearing_px, fills
from oms.simulation.book import Book
from oms.simulation.executions import NO_MONEY, Executions
from oms.simulation.reporting import Reports
from oms.simulation.venue_order import Stage, VenueOrder

_SUBTRACT: Final = EXACT.subtract
_HALF: Final = Decimal("0.5")


def uncross(
    book: Book, called: Sequence[VenueOrder], time_ns: int, executions: Executions, reports: Reports
) -> None:
    """Trade at a single price what was called, what of ours rests, and what the market shows, rounded down to whole lots.

    Whoever may trade only in full, by a least quantity, or by what others leave it has no part. Nothing happens where none of
    ours would trade. What an account cannot pay for at the price that was found is taken out, and the price is found again
    without it; an order of which something was taken out ends with the part that trades.
    """
    sides: list[list[Interest]] = []
    for ladder in (book.buys, book.sells):
        offers = book.facing(is_buy=not ladder.is_buy).offers()
        shown = [Interest(px, lots) for px, left in offers if (lots := book.whole(left))]
        there = (*ladder.orders(), *(order for order in called if order.is_buy is ladder.is_buy))
        ours = (Interest(order.price, order.leaves_qty, order) for order in there if _takes_part(order))
        sides.append([*shown, *ours])
    cut: list[Interest] = []
    found = _struck(book, sides)
    while found is not None and _takes_out(book, executions, found, time_ns, cut):
        sides = [[one for one in side if one.qty] for side in sides]
        found = _struck(book, sides)
    if found is not None:
        _trade(book, executions, found, time_ns, reports)
    for one in cut:
        order = one.order
        if order is not None and order.stage is Stage.OPEN and not one.qty:
            book.remove(order)
            executions.cancel(book, order, NO_MONEY, time_ns, reports)


@record
class _Struck:
    """An auction as it would be: its price, and who buys and who sells how much."""

    px: Decimal
    shares: list[list[tuple[Interest, Decimal]]]


def _struck(book: Book, sides: list[list[Interest]]) -> _Struck | None:
    found = clearing_px(sides[0], sides[1], book.last_px, book.last_px or _middle(book))
    if found is None:
        return None
    px, volume = found
    shares = [fills(side, volume, is_buy=is_buy) for side, is_buy in zip(sides, (True, False), strict=True)]
    if all(one.order is None for share in shares for one, _ in share):
        return None
    return _Struck(px, shares)


def _takes_out(
    book: Book, executions: Executions, struck: _Struck, time_ns: int, cut: list[Interest]
) -> bool:
    # Whether somebody would get more than can be paid for; the first of them is given less.
    spent: Spent = {}
    for one, qty in (entry for share in struck.shares for entry in share):
        if one.order is not None:
            payable = executions.payable(book, one.order, qty, struck.px, None, time_ns, spent)
            if payable < qty:
                one.qty = payable
                if one not in cut:
                    cut.append(one)
                return True
    return False


def _trade(book: Book, executions: Executions, struck: _Struck, time_ns: int, reports: Reports) -> None:
    for share, is_buy in zip(struck.shares, (True, False), strict=True):
        for one, qty in share:
            if one.order is None:
                assert one.price is not None
                book.take(one.price, qty, is_buy=not is_buy)
                continue
            assert qty <= executions.wanted(one.order), "nobody in it can end another, or leave it less"
            one.qty = _SUBTRACT(one.qty, qty)
            if one.order.becomes_limit:
                one.order.price = struck.px
            executions.execute(book, one.order, qty, struck.px, None, time_ns, reports)
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
