"""What is checked of every message of a market: its symbol, its prices and its sizes."""

from __future__ import annotations

from decimal import Decimal

from oms.errors import ValidationError
from oms.model.decimals import GRID, ZERO, exact, plain, residue
from oms.model.door import shown
from oms.model.ids import Symbol


def symbol(symbol: Symbol) -> Symbol:
    """Check what a message is about.

    Raises:
        ValidationError: It is no text, or an empty one.
    """
    if type(symbol) is not str or not symbol:
        raise ValidationError("symbol", shown(symbol), "pass the symbol of an instrument, such as 'AAPL'")
    return symbol


def price(px: Decimal | int | str) -> Decimal:
    """Give a price; it may be below zero, as that of a spread or of oil that nobody can store.

    Raises:
        ValidationError: It is no exact finite number.
    """
    # What is sane already is told by one look, since a recorded day has millions of prices.
    return px if type(px) is Decimal and not residue(px, GRID) else exact(px, "price")


def price_or_none(px: Decimal | int | str | None) -> Decimal | None:
    """Give a price, or None where there is none; errors as in `price`."""
    return None if px is None else price(px)


def size(number: Decimal | int | str) -> Decimal:
    """Give a size.

    Raises:
        ValidationError: It is no exact finite number, or below zero.
    """
    made = number if type(number) is Decimal and not residue(number, GRID) else exact(number, "size")
    if made < ZERO:
        raise ValidationError("size", plain(made), "pass zero or more")
    return made


def size_or_none(number: Decimal | int | str | None) -> Decimal | None:
    """Give a size, or None where it is not known; errors as in `size`."""
    return None if number is None else size(number)
