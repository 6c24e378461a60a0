"""Where pegged orders stand beside a market, and which of them it has moved away from."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from oms.model.decimals import EXACT, ZERO
from oms.model.enums import PegPriceType
from oms.model.market import Quote
from oms.model.terms import Pegged, Terms, limit_px
from oms.simulation.book import Book
from oms.simulation.venue_order import Stage, VenueOrder
from oms.simulation.watch import counts

_HALF: Final = Decimal("0.5")


def set_limit(book: Book, order: VenueOrder) -> None:
    """Set the limit of a pegged order by the market as it is shown; where there is none, its limit stays, no worse than asked.

    Where the market has moved by less than it takes to be followed, the order goes by the price that it follows already.
    """
    terms = order.terms
    if not isinstance(terms, Pegged):
        return
    book.note_peg(order)
    peg = _peg(terms, book.top(), is_buy=order.is_buy)
    if peg is not None and not _has_moved(terms, order.peg, peg):
        peg = order.peg
    px = None if peg is None else _limit_px(book, order, terms, peg)
    if px is not None:
        order.peg, order.price = peg, px
    elif order.price is not None:
        order.price = _no_worse(order, terms, order.price)


def px_at_once(book: Book, order: VenueOrder, terms: Terms) -> Decimal | None:
    """Give the limit that an order would work at now with these terms; None for any price, or where it would wait for one."""
    if isinstance(terms, Pegged):
        peg = _peg(terms, book.top(), is_buy=order.is_buy)
        return None if peg is None else _limit_px(book, order, terms, peg)
    price = limit_px(terms)
    return order.price if price is None else price


def moved(book: Book) -> Iterator[VenueOrder]:
    """Give the pegged orders whose limit is another now, in order of arrival; those that have ended by then are left out."""
    for order in list(book.pegs.values()):
        terms = order.terms
        if order.stage is not Stage.OPEN or not isinstance(terms, Pegged):
            book.forget_peg(order)
            continue
        peg = _peg(terms, book.top(), is_buy=order.is_buy)
        if peg is None:
            continue
        if not _has_moved(terms, order.peg, peg):
            continue
        px = _limit_px(book, order, terms, peg)
        # A post-only order does not follow to where it would take.
        if px is not None and px != order.price and not (order.is_post_only and book.is_met_by(order, px)):
            yield order


def _has_moved(terms: Pegged, before: Decimal | None, peg: Decimal) -> bool:
    return before is None or EXACT.subtract(peg, before).copy_abs() >= terms.min_move


def _peg(terms: Pegged, quote: Quote, *, is_buy: bool) -> Decimal | None:
    # The price that is followed, with the offset, not rounded; None where the quote shows no market.
    bid, ask = quote.bid, quote.ask
    if bid is None or ask is None or not counts(quote):
        return None
    if terms.peg is PegPriceType.MID:
        px = EXACT.multiply(EXACT.add(bid, ask), _HALF)
    else:
        px = bid if (terms.peg is PegPriceType.PRIMARY) is is_buy else ask
    return EXACT.add(px, terms.offset)


def _limit_px(book: Book, order: VenueOrder, terms: Pegged, peg: Decimal) -> Decimal | None:
    # Rounded away from the other side; None where it would be no price of this instrument.
    px = _no_worse(order, terms, book.grid.down(peg) if order.is_buy else book.grid.up(peg))
    return None if px <= ZERO and not book.instrument.negative_px else px


def _no_worse(order: VenueOrder, terms: Pegged, px: Decimal) -> Decimal:
    worst = terms.price
    if worst is None:
        return px
    return min(px, worst) if order.is_buy else max(px, worst)
