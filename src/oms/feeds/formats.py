"""The layouts of market data that can be read, each told by its column names, and how a row becomes an update.

A row's reader gives a `Quote` or `TradePrint`, or None for a row that is right but not wanted; it raises
`ValidationError` for a row that cannot be meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final, TypeAlias

from oms.errors import ValidationError
from oms.model.decimals import ZERO, exact
from oms.model.define import value
from oms.model.enums import Side
from oms.model.ids import Symbol
from oms.model.market import MarketUpdate, Quote, TradePrint

NOT_REGULAR: Final = frozenset("MQTUZ47VWCNRP")
"""CTA sale conditions of trades that say nothing of the market of the moment: out of sequence, out of hours, averages."""

MAX_NUMBERS_KEPT: Final = 65_536
"""How many texts of numbers a reader remembers; the same few prices and sizes come again and again."""

Row: TypeAlias = Sequence[str]
RowReader: TypeAlias = Callable[[Row], MarketUpdate | None]

_MAX_TIME_NS: Final = 2**63
_DAY_NS: Final = 86_400_000_000_000
_EPOCH: Final = date(1970, 1, 1).toordinal()
_ISO: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(?:\.([0-9]{1,9}))?(?:Z|\+00:00)"
)


@value(kw_only=True)
class Layout:
    """One way to write market data as rows.

    Attributes:
        name: What it is, for messages.
        columns: The columns that must be there, in any order; others are ignored.
        reader: Makes the reader of a row from the symbol, the place of each column, and the venue that is wanted.
    """

    name: str
    columns: tuple[str, ...]
    reader: Callable[[Symbol, Mapping[str, int], str | None], RowReader]


def layout_of(columns: Sequence[str]) -> Layout:
    """Give the layout that a header line announces.

    Raises:
        ValidationError: It announces none that is known.
    """
    for layout in LAYOUTS:
        if set(layout.columns) <= set(columns):
            return layout
    known = "; ".join(f"{layout.name}: {','.join(layout.columns)}" for layout in LAYOUTS)
    raise ValidationError(
        "columns", ",".join(columns), f"give a file with the columns of one of these: {known}"
    )


def iso_ns(text: str) -> int:
    """Give the nanoseconds of a UTC time such as `2018-01-02T14:30:00.123Z`.

    Raises:
        ValidationError: It is written otherwise, or there is no such time.
    """
    found = _ISO.fullmatch(text)
    try:
        if found is None:
            raise ValueError(text)
        day, hour, minute, second, fraction = found.groups(default="")
        days = date.fromisoformat(day).toordinal() - _EPOCH
    except ValueError:
        raise ValidationError("ts", text, "give a time in UTC, such as 2018-01-02T14:30:00.123Z") from None
    seconds = (int(hour) * 60 + int(minute)) * 60 + int(second)
    return days * _DAY_NS + seconds * 1_000_000_000 + int(fraction.ljust(9, "0"))


def epoch_ns(text: str) -> int:
    """Give a count of nanoseconds since 1970.

    Raises:
        ValidationError: It is not a plain whole number below 2^63.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= 19 and int(text) < _MAX_TIME_NS):
        raise ValidationError("recv_ns", text, "give nanoseconds since 1970 as a whole number below 2^63")
    return int(text)


class NumberReader:
    """Reads numbers of zero and more, and remembers the latest few thousand texts.

    Attributes:
        kept: What is remembered; it is forgotten whenever it has grown to `limit`.
    """

    __slots__ = ("_limit", "kept")

    def __init__(self, *, limit: int = MAX_NUMBERS_KEPT) -> None:
        """Remember nothing yet."""
        self._limit = limit
        self.kept: dict[str, Decimal] = {}

    def read(self, text: str, column: str) -> Decimal:
        """Give the number that a text stands for.

        Raises:
            ValidationError: It is no exact number in ASCII digits, or below zero.
        """
        number = self.kept.get(text)
        if number is None:
            number = exact(text, column)
            if number < ZERO:
                raise ValidationError(column, text, "give zero or more")
            if len(self.kept) >= self._limit:
                self.kept.clear()
            self.kept[text] = number
        return number


def _quote_reader(symbol: Symbol, at: Mapping[str, int], time_of: Callable[[Row], int]) -> RowReader:
    number = NumberReader().read
    bid_at, bid_size_at, ask_at, ask_size_at = at["bid"], at["bid_size"], at["ask"], at["ask_size"]

    def read(row: Row) -> Quote:
        bid, bid_size = number(row[bid_at], "bid"), number(row[bid_size_at], "bid_size")
        ask, ask_size = number(row[ask_at], "ask"), number(row[ask_size_at], "ask_size")
        # A price of zero is how these files say that nobody is there.
        has_bid, has_ask = bool(bid), bool(ask)
        return Quote(
            symbol,
            time_of(row),
            bid if has_bid else None,
            bid_size if has_bid else ZERO,
            ask if has_ask else None,
            ask_size if has_ask else ZERO,
        )

    return read


def _trade_reader(
    symbol: Symbol,
    at: Mapping[str, int],
    time_of: Callable[[Row], int],
    aggressor_of: Callable[[Row], Side | None],
) -> RowReader:
    number = NumberReader().read
    price_at, size_at = at["price"], at["size"]

    def read(row: Row) -> TradePrint:
        price, size = number(row[price_at], "price"), number(row[size_at], "size")
        if not price or not size:
            raise ValidationError(
                "price" if not price else "size", "0", "a trade has a price and a size above zero"
            )
        return TradePrint(symbol, time_of(row), price, size, aggressor_of(row))

    return read


_TAKERS: Final = {"BUY": Side.BUY, "SELL": Side.SELL}


def _binance_quotes(symbol: Symbol, at: Mapping[str, int], venue: str | None) -> RowReader:
    del venue  # one venue's own file
    time_at = at["recv_ns"]
    return _quote_reader(symbol, at, lambda row: epoch_ns(row[time_at]))


def _binance_trades(symbol: Symbol, at: Mapping[str, int], venue: str | None) -> RowReader:
    del venue  # one venue's own file
    time_at, taker_at = at["recv_ns"], at["taker_side"]

    def aggressor_of(row: Row) -> Side:
        side = _TAKERS.get(row[taker_at])
        if side is None:
            raise ValidationError("taker_side", row[taker_at], "give BUY or SELL")
        return side

    return _trade_reader(symbol, at, lambda row: epoch_ns(row[time_at]), aggressor_of)


def _equity_quotes(symbol: Symbol, at: Mapping[str, int], venue: str | None) -> RowReader:
    time_at, venue_at = at["ts"], at["venue"]
    read = _quote_reader(symbol, at, lambda row: iso_ns(row[time_at]))
    return lambda row: read(row) if venue is None or row[venue_at] == venue else None


def _equity_trades(symbol: Symbol, at: Mapping[str, int], venue: str | None) -> RowReader:
    del venue  # a trade anywhere is a trade of the market
    time_at, cond_at, corr_at = at["ts"], at["cond"], at["corr"]
    read = _trade_reader(symbol, at, lambda row: iso_ns(row[time_at]), lambda _: None)
    return lambda row: read(row) if row[corr_at] == "0" and NOT_REGULAR.isdisjoint(row[cond_at]) else None


LAYOUTS: Final = (
    Layout(
        name="equity quotes",
        columns=("ts", "venue", "bid", "bid_size", "ask", "ask_size"),
        reader=_equity_quotes,
    ),
    Layout(
        name="equity trades",
        columns=("ts", "venue", "price", "size", "cond", "corr"),
        reader=_equity_trades,
    ),
    Layout(
        name="Binance quotes",
        columns=("recv_ns", "bid", "bid_size", "ask", "ask_size"),
        reader=_binance_quotes,
    ),
    Layout(
        name="Binance trades",
        columns=("recv_ns", "price", "size", "taker_side"),
        reader=_binance_trades,
    ),
)
"""Every layout that is known; none has all the columns of another."""
