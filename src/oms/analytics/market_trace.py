"""What the market of one instrument did, kept in a bounded number of columns however long it lasts.

Each column is a stretch of time of equal width. Where the time runs on beyond the last one, the columns are made twice as wide
and merged in pairs, so that nothing is left out: a column knows the lowest and the highest price of its stretch.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from attrs import define

from oms.errors import ValidationError
from oms.model.bars import Bar, QuoteBar
from oms.model.decimals import EXACT, ZERO
from oms.model.market import MarketData, Quote, TradePrint

MAX_COLUMNS: Final = 2_000
_HALF: Final = Decimal("0.5")


@define(slots=True, weakref_slot=False)
class Column:
    """A stretch of time.

    Attributes:
        start_ns: When it begins, in nanoseconds UTC.
        end_ns: The latest update in it, in nanoseconds UTC.
        bid: The last best price to sell at; None while nobody bade.
        ask: The last best price to buy at; None while nobody offered.
        low: The lowest price of a two-sided quote's bid, or of a trade; None without any.
        high: The highest price of a two-sided quote's ask, or of a trade; None without any.
        last_px: The last trade's price; None without any.
        volume: How much was traded.
    """

    start_ns: int
    end_ns: int
    bid: Decimal | None = None
    ask: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    last_px: Decimal | None = None
    volume: Decimal = ZERO

    @property
    def px(self) -> Decimal | None:
        """What it was worth in the end: the middle of the last quote, or else the last trade's price."""
        if self.bid is None or self.ask is None or self.bid > self.ask:
            return self.last_px
        return EXACT.multiply(EXACT.add(self.bid, self.ask), _HALF)

    def reach(self, low: Decimal, high: Decimal) -> None:
        """Take in that prices from `low` to `high` were there."""
        if self.low is None or low < self.low:
            self.low = low
        if self.high is None or high > self.high:
            self.high = high


class MarketTrace:
    """The market of one instrument, by columns of time."""

    __slots__ = ("_columns", "_max", "_next_ns", "_start_ns", "_width_ns")

    def __init__(self, *, columns: int = MAX_COLUMNS) -> None:
        """Begin with nothing heard.

        Raises:
            ValidationError: The number of columns is not from 2 to 100,000.
        """
        if not 2 <= columns <= 100_000:
            raise ValidationError("columns", str(columns), "pass 2 to 100,000")
        self._max = columns
        self._columns: list[Column] = []
        self._start_ns = 0
        self._width_ns = 1
        self._next_ns = 0  # when the last column ends

    def apply(self, update: MarketData) -> None:
        """Take an update of the market in: quotes, trades and bars; mark prices and the depth of a book move nothing."""
        if type(update) is Quote:
            column = self._column(update.time_ns)
            column.bid, column.ask = update.bid, update.ask
            if update.bid is not None and update.ask is not None and update.bid <= update.ask:
                column.reach(update.bid, update.ask)
        elif type(update) is TradePrint:
            column = self._column(update.time_ns)
            column.last_px = update.price
            column.volume = EXACT.add(column.volume, update.size)
            column.reach(update.price, update.price)
        elif type(update) is Bar:
            column = self._column(update.time_ns)
            column.last_px = update.close
            column.volume = EXACT.add(column.volume, update.volume or ZERO)
            column.reach(update.low, update.high)
        elif type(update) is QuoteBar:
            column = self._column(update.time_ns)
            column.bid, column.ask = update.bid_close, update.ask_close
            if update.bid_low is not None and update.ask_high is not None:
                column.reach(update.bid_low, update.ask_high)

    def columns(self) -> list[Column]:
        """Give the columns in which something was heard, in time order."""
        return list(self._columns)

    def _column(self, time_ns: int) -> Column:
        if not self._columns:
            self._start_ns, self._next_ns = time_ns, time_ns + self._width_ns
            return self._open(time_ns, time_ns, None)
        last = self._columns[-1]
        if time_ns < self._next_ns:
            # A clock that falls back is still in the last column.
            last.end_ns = max(last.end_ns, time_ns)
            return last
        while (time_ns - self._start_ns) // self._width_ns >= self._max:
            self._widen()
        at = (time_ns - self._start_ns) // self._width_ns
        self._next_ns = self._start_ns + (at + 1) * self._width_ns
        start_ns = self._start_ns + at * self._width_ns
        last = self._columns[-1]
        if last.start_ns == start_ns:
            last.end_ns = time_ns
            return last
        return self._open(start_ns, time_ns, last)

    def _open(self, start_ns: int, time_ns: int, before: Column | None) -> Column:
        column = Column(start_ns, time_ns)
        if before is not None:
            # What was shown last is shown until somebody says otherwise.
            column.bid, column.ask, column.last_px = before.bid, before.ask, before.last_px
        self._columns.append(column)
        return column

    def _widen(self) -> None:
        self._width_ns *= 2
        merged: list[Column] = []
        for column in self._columns:
            start_ns = column.start_ns - (column.start_ns - self._start_ns) % self._width_ns
            if merged and merged[-1].start_ns == start_ns:
                into = merged[-1]
                into.end_ns, into.bid, into.ask = column.end_ns, column.bid, column.ask
                into.last_px, into.volume = column.last_px, EXACT.add(into.volume, column.volume)
                if column.low is not None and column.high is not None:
                    into.reach(column.low, column.high)
            else:
                column.start_ns = start_ns
                merged.append(column)
        self._columns = merged
