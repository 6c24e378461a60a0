"""How rows become what a market says, by a map of columns.

A reader takes rows one by one. It gives what a row says, or None where the rows after it belong to the same message; what is
left at the end of the file is asked for. It raises `ValidationError` for a row that cannot be meant, and is as it was before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Final, TypeAlias, TypeVar

from attrs import define

from oms.errors import ValidationError
from oms.feeds.column_map import BarLabel, ColumnMap
from oms.feeds.fields import NumberReader, time_reader
from oms.model.bars import Bar, QuoteBar
from oms.model.decimals import ZERO
from oms.model.ids import Symbol
from oms.model.market import MarketData, Quote, TradePrint

Row: TypeAlias = Sequence[str]
Places: TypeAlias = Mapping[str, int]
"""Where each field of a map stands in a row."""

T = TypeVar("T")

_NS_PER_S: Final = 1_000_000_000


def _nothing() -> None:
    return None


def _nothing_of(row: Row, is_timed: bool) -> None:
    del row, is_timed


def remembering(time: Callable[[str], int]) -> Callable[[str], int]:
    """Give the same function, which reads a text that comes again at once only the first time."""
    latest: str | None = None
    latest_ns = 0

    def read(text: str) -> int:
        nonlocal latest, latest_ns
        if text != latest:
            latest_ns = time(text)
            latest = text
        return latest_ns

    return read


@define
class RowReader:
    """Reads the rows of one file from the first to the last.

    Attributes:
        read: Takes a row.
        time_of: Gives the time of a row, in nanoseconds UTC.
        finish: Gives the message that the last rows belong to, None where there is none.
        keeps: Whether a row is wanted; all are where it is None.
        spoil: Told of a row that is left out, and whether its time is right; gives what is over with that.
    """

    read: Callable[[Row], MarketData | None]
    time_of: Callable[[Row], int]
    finish: Callable[[], MarketData | None] = _nothing
    keeps: Callable[[Row], bool] | None = None
    spoil: Callable[[Row, bool], MarketData | None] = _nothing_of


class Fields:
    """The fields of a row by a map, each read from its text.

    Attributes:
        symbol: What the rows are about.
        time_at: Where the time stands.
        time: From its text to nanoseconds UTC.
        number: From a text and the name of a column to a number of zero and more.
        price: The same for prices, which may be below zero where the map says so.
    """

    __slots__ = ("_columns", "_places", "number", "price", "symbol", "time", "time_at")

    def __init__(self, symbol: Symbol, column_map: ColumnMap, places: Places) -> None:
        """Begin at the first row."""
        self._columns, self._places, self.symbol = column_map.columns, places, symbol
        self.time_at = places["time"]
        self.time = remembering(time_reader(column_map.time_format, self.column("time")))
        self.number = NumberReader().read
        self.price = NumberReader(may_be_negative=True).read if column_map.negative_px else self.number

    def time_of(self, row: Row) -> int:
        """Give the time of a row, in nanoseconds UTC."""
        return self.time(row[self.time_at])

    def column(self, field: str) -> str:
        """Give the name of a field's column, for errors."""
        where = self._columns[field]
        return where if isinstance(where, str) else f"column {where}"

    def at(self, field: str) -> tuple[int, str]:
        """Give where a field stands and what its column is called."""
        return self._places[field], self.column(field)

    def maybe_at(self, field: str) -> tuple[int, str]:
        """The same; -1 and no name for a field that the file does not have."""
        return self.at(field) if field in self._columns else (-1, "")


def chosen(text: str, among: Mapping[str, T], column: str) -> T:
    """Give what a text stands for.

    Raises:
        ValidationError: It stands for nothing.
    """
    made = among.get(text)
    if made is None:
        raise ValidationError(column, text, f"give {' or '.join(among)}")
    return made


def quotes(symbol: Symbol, column_map: ColumnMap, places: Places) -> RowReader:
    """Give a reader that makes a `Quote` of each row."""
    fields = Fields(symbol, column_map, places)
    time, price, number, time_at = fields.time, fields.price, fields.number, fields.time_at
    (bid_at, bid_name), (ask_at, ask_name) = fields.at("bid"), fields.at("ask")
    (bid_size_at, bid_size_name), (ask_size_at, ask_size_name) = (
        fields.maybe_at("bid_size"),
        fields.maybe_at("ask_size"),
    )
    assumed, may_be_zero = column_map.assumed_size, column_map.negative_px
    has_sizes = bid_size_at >= 0

    def read(row: Row) -> Quote:
        bid_text, ask_text = row[bid_at], row[ask_at]
        bid = price(bid_text, bid_name) if bid_text else None
        ask = price(ask_text, ask_name) if ask_text else None
        if has_sizes:
            # The size of nobody may be missing as the price is.
            bid_size = number(row[bid_size_at], bid_size_name) if bid is not None else ZERO
            ask_size = number(row[ask_size_at], ask_size_name) if ask is not None else ZERO
        else:
            assert assumed is not None
            bid_size = ask_size = assumed
        # A price of zero is how files say that nobody is there.
        if bid is None or not (bid or may_be_zero):
            bid, bid_size = None, ZERO
        if ask is None or not (ask or may_be_zero):
            ask, ask_size = None, ZERO
        return Quote(symbol, time(row[time_at]), bid, bid_size, ask, ask_size)

    return RowReader(read, fields.time_of)


def trades(symbol: Symbol, column_map: ColumnMap, places: Places) -> RowReader:
    """Give a reader that makes a `TradePrint` of each row."""
    fields = Fields(symbol, column_map, places)
    time, price_of, number, time_at = fields.time, fields.price, fields.number, fields.time_at
    (price_at, price_name), (size_at, size_name) = fields.at("price"), fields.at("size")
    aggressor_at, aggressor_name = fields.maybe_at("aggressor")
    sides, may_be_zero = column_map.sides, column_map.negative_px
    has_aggressor = aggressor_at >= 0

    def read(row: Row) -> TradePrint:
        price, size = price_of(row[price_at], price_name), number(row[size_at], size_name)
        if not size or not (price or may_be_zero):
            raise ValidationError(
                price_name if not (price or may_be_zero) else size_name,
                "0",
                "a trade has a price and a size above zero",
            )
        side = row[aggressor_at] if has_aggressor else ""
        aggressor = chosen(side, sides, aggressor_name) if side else None
        return TradePrint(symbol, time(row[time_at]), price, size, aggressor)

    return RowReader(read, fields.time_of)


def bars(symbol: Symbol, column_map: ColumnMap, places: Places) -> RowReader:
    """Give a reader that makes a `Bar` of each row; a bar that begins before the one before has ended is a bad row."""
    fields = Fields(symbol, column_map, places)
    prices = [fields.at(name) for name in ("open", "high", "low", "close")]
    volume_at, volume_name = fields.maybe_at("volume")
    span = _span_reader(fields, column_map)
    price, number = fields.price, fields.number

    def read(row: Row) -> Bar:
        opening, high, low, closing = [price(row[at], name) for at, name in prices]
        volume = number(row[volume_at], volume_name) if volume_at >= 0 and row[volume_at] else None
        start_ns, end_ns = span.of(row)
        bar = Bar(symbol, end_ns, start_ns, opening, high, low, closing, volume)
        span.latest_ns = end_ns
        return bar

    return RowReader(read, fields.time_of)


def quote_bars(symbol: Symbol, column_map: ColumnMap, places: Places) -> RowReader:
    """Give a reader that makes a `QuoteBar` of each row; a bar that begins before the one before has ended is a bad row."""
    fields = Fields(symbol, column_map, places)
    names = ("open", "high", "low", "close")
    bids = [fields.at(f"bid_{name}") for name in names]
    asks = [fields.at(f"ask_{name}") for name in names]
    bid_size, ask_size = fields.maybe_at("bid_size"), fields.maybe_at("ask_size")
    span = _span_reader(fields, column_map)
    price, number = fields.price, fields.number

    def side(row: Row, at: Sequence[tuple[int, str]]) -> list[Decimal | None]:
        return [price(row[place], name) if row[place] else None for place, name in at]

    def size(row: Row, place: int, name: str) -> Decimal | None:
        return number(row[place], name) if place >= 0 and row[place] else None

    def read(row: Row) -> QuoteBar:
        start_ns, end_ns = span.of(row)
        b, a = side(row, bids), side(row, asks)
        shown, offered = size(row, *bid_size), size(row, *ask_size)
        bar = QuoteBar(
            symbol, end_ns, start_ns, b[0], b[1], b[2], b[3], shown, a[0], a[1], a[2], a[3], offered
        )
        span.latest_ns = end_ns
        return bar

    return RowReader(read, fields.time_of)


@define
class _Span:
    """From the time of a bar to where it begins and ends."""

    time: Callable[[str], int]
    time_at: int
    column: str
    span_ns: int
    is_end: bool
    latest_ns: int = 0

    def of(self, row: Row) -> tuple[int, int]:
        text = row[self.time_at]
        label_ns = self.time(text)
        start_ns = label_ns - self.span_ns if self.is_end else label_ns
        if start_ns < self.latest_ns:
            said = f"the bar before ends later; give bars in order, and span_s as they are long ({self.span_ns // _NS_PER_S} now)"
            raise ValidationError(self.column, text, said)
        return start_ns, start_ns + self.span_ns


def _span_reader(fields: Fields, column_map: ColumnMap) -> _Span:
    assert column_map.span_s is not None
    return _Span(
        fields.time,
        fields.time_at,
        fields.column("time"),
        column_map.span_s * _NS_PER_S,
        column_map.label is BarLabel.END,
    )
