"""The oracle: what orders and positions must be, from the venue's executions alone.

Plain sums, with nothing of the library's arithmetic, tables or read models.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Context, Decimal
from typing import Final

from oms.model.enums import Side
from oms.testing.venue import TruthfulVenue

_EXACT: Final = Context(prec=200)

Sums = tuple[Decimal, Decimal]
"""What has executed, and what that was worth."""


def executed(book: TruthfulVenue) -> Sums:
    """Give what has executed of one order, and what that was worth."""
    qty, worth = Decimal(0), Decimal(0)
    for trade in () if book.truth is None else book.truth.executions.values():
        qty = _EXACT.add(qty, trade.qty)
        worth = _EXACT.fma(trade.qty, trade.px, worth)
    return qty, worth


def positions(books: Iterable[TruthfulVenue]) -> dict[tuple[str, str], Decimal]:
    """Give what every account holds of every instrument, where that is not nothing."""
    held: dict[tuple[str, str], Decimal] = {}
    for book in books:
        qty, _ = executed(book)
        if book.truth is not None and qty:
            signed = qty if book.truth.side is Side.BUY else -qty
            held[book.place] = _EXACT.add(held.get(book.place, Decimal(0)), signed)
    return {place: qty for place, qty in held.items() if qty}


def fees(books: Iterable[TruthfulVenue]) -> dict[str, Decimal]:
    """Give what was charged, by currency, where that is not nothing."""
    charged: dict[str, Decimal] = {}
    for book in books:
        for currency, amount in () if book.truth is None else book.truth.fees.values():
            charged[currency] = _EXACT.add(charged.get(currency, Decimal(0)), amount)
    return {currency: amount for currency, amount in charged.items() if amount}
