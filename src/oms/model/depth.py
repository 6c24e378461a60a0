"""What is heard of a market behind its best prices: whole books, changes of levels, and orders one by one."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import pairwise
from typing import TypeAlias

from attrs import field

from oms.errors import ValidationError
from oms.model.decimals import ZERO, plain
from oms.model.define import record
from oms.model.door import MAX_TIME_NS, moment, shown
from oms.model.enums import MDUpdateAction, Side
from oms.model.ids import Symbol
from oms.model.market_fields import price as _price
from oms.model.market_fields import size as _size
from oms.model.market_fields import symbol as _symbol

Level: TypeAlias = tuple[Decimal, Decimal]
"""A price and the size shown at it."""
Levels: TypeAlias = tuple[Level, ...]
RawLevel: TypeAlias = tuple[Decimal | int | str, Decimal | int | str]
RawLevels: TypeAlias = Iterable[RawLevel]

MAX_ENTRY_ID = 64
"""How many characters the id of somebody's order may have."""


def _levels(levels: RawLevels) -> Levels:
    try:
        return tuple([(_price(px), _size(shown_size)) for px, shown_size in levels])
    except ValidationError:
        raise
    except (TypeError, ValueError):
        raise ValidationError("levels", shown(levels), "pass pairs of a price and a size") from None


def _in_order(levels: Levels, side: str, *, falling: bool) -> None:
    for px, shown_size in levels:
        if not shown_size:
            raise ValidationError(side, f"a size of 0 at {plain(px)}", "leave out the levels that are gone")
    for (better, _), (worse, _) in pairwise(levels):
        if better == worse or (better < worse) is falling:
            text = "pass the levels from the best price on, each price once"
            raise ValidationError(side, f"{plain(better)}, {plain(worse)}", text)


def _sequence(number: int | None) -> int | None:
    if number is not None and (type(number) is not int or not 0 <= number <= MAX_TIME_NS):
        raise ValidationError("update_id", shown(number), "pass None, or an int from 0 to 2^63 - 1")
    return number


@record
class BookSnapshot:
    """The whole book of a market, by level; numbers may be given as ints or decimal texts too.

    A book may be crossed or locked (`is_crossed`), as that of several venues together is, and a side may be empty.

    Attributes:
        symbol: What is traded.
        time_ns: When it was received, in nanoseconds UTC.
        bids: Prices and sizes of those who want to buy, from the highest price on, each price once.
        asks: Prices and sizes of those who want to sell, from the lowest price on, each price once.
        last_id: The number of the last change that is in it; None where changes have no numbers.

    Raises:
        ValidationError: A number is not exact and finite, a size is not above zero, levels are out of order or named
            twice, a number of changes or the time is no int from 0 to 2^63 - 1, or the symbol no text.
    """

    symbol: Symbol = field(converter=_symbol)
    time_ns: int = field(converter=moment)
    bids: Levels = field(converter=_levels)
    asks: Levels = field(converter=_levels)
    last_id: int | None = field(default=None, converter=_sequence)

    def __attrs_post_init__(self) -> None:
        """Check what needs a whole side."""
        _in_order(self.bids, "bids", falling=True)
        _in_order(self.asks, "asks", falling=False)

    @property
    def is_crossed(self) -> bool:
        """Whether somebody bids more than somebody asks, or the same (a locked book)."""
        return bool(self.bids and self.asks) and self.bids[0][0] >= self.asks[0][0]


@record
class BookUpdate:
    """Changes of levels; numbers may be given as ints or decimal texts too.

    Attributes:
        symbol: What is traded.
        time_ns: When it was received, in nanoseconds UTC.
        bids: Prices and the sizes that are shown there now, 0 where the level is gone; in any order. Of several changes of
            one price the last holds.
        asks: The same for those who want to sell.
        first_id: The number of the first change that is in it; None where changes have no numbers.
        last_id: The number of the last change that is in it; None where changes have no numbers.

    Raises:
        ValidationError: A number is not exact and finite, a size is below zero, a number of changes or the time is no int
            from 0 to 2^63 - 1, only one of the numbers of changes is given, the first is above the last, or the symbol is
            no text.
    """

    symbol: Symbol = field(converter=_symbol)
    time_ns: int = field(converter=moment)
    bids: Levels = field(converter=_levels)
    asks: Levels = field(converter=_levels)
    first_id: int | None = field(default=None, converter=_sequence)
    last_id: int | None = field(default=None, converter=_sequence)

    def __attrs_post_init__(self) -> None:
        """Check that the numbers of changes are a range."""
        first, last = self.first_id, self.last_id
        if first is None and last is None:
            return
        if first is None or last is None or first > last:
            text = "pass the numbers of the first and of the last change, in this order, or neither"
            raise ValidationError("first_id", f"{first}, last_id {last}", text)


@record
class BookOrder:
    """What became of one order of somebody else; numbers may be given as ints or decimal texts too.

    Attributes:
        symbol: What is traded.
        time_ns: When it was received, in nanoseconds UTC.
        action: Whether it came, changed or is gone: MDUpdateAction (279).
        entry_id: What the market calls it: MDEntryID (278), at most `MAX_ENTRY_ID` characters.
        side: `Side.BUY` or `Side.SELL`; a market does not show who sells short.
        price: Its limit price, now.
        size: What is left of it; 0 once it is gone.
        executed: How much of what it has lost by this message was traded; the rest was taken back.

    Raises:
        ValidationError: A number is not exact and finite, a size is below zero, an order came with nothing, nothing
            is left of one that changed or something of one that is gone, or an argument is of another kind.
    """

    symbol: Symbol = field(converter=_symbol)
    time_ns: int = field(converter=moment)
    action: MDUpdateAction
    entry_id: str
    side: Side
    price: Decimal = field(converter=_price)
    size: Decimal = field(converter=_size)
    executed: Decimal = field(default=ZERO, converter=_size)

    def __attrs_post_init__(self) -> None:
        """Check what cannot be meant."""
        if type(self.action) is not MDUpdateAction:
            raise ValidationError("action", shown(self.action), "pass a member of MDUpdateAction")
        if type(self.entry_id) is not str or not 0 < len(self.entry_id) <= MAX_ENTRY_ID:
            text = f"pass a text of 1 to {MAX_ENTRY_ID} characters"
            raise ValidationError("entry_id", shown(self.entry_id), text)
        if self.side is not Side.BUY and self.side is not Side.SELL:
            raise ValidationError("side", shown(self.side), "pass Side.BUY or Side.SELL")
        if self.action is MDUpdateAction.NEW and not (self.size and not self.executed):
            said = f"{plain(self.size)} with {plain(self.executed)} executed"
            raise ValidationError(
                "size", said, "an order comes with more than nothing, of which nothing has traded"
            )
        if (self.action is MDUpdateAction.DELETE) is bool(self.size):
            text = (
                "pass DELETE and a size of 0 for an order that is gone, and more than 0 for one that is not"
            )
            raise ValidationError("size", plain(self.size), text)


Depth: TypeAlias = BookSnapshot | BookUpdate | BookOrder
"""What is heard of a market behind its best prices."""
