"""The layouts of market data that are known, each told by its column names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Final, TypeAlias

from oms.errors import ValidationError
from oms.feeds.column_map import ACTIONS, ColumnMap, Kind
from oms.feeds.faults import Faults
from oms.feeds.fields import NumberReader, TimeFormat, time_reader
from oms.feeds.reading import row_reader
from oms.feeds.row_readers import Row, RowReader, remembering
from oms.model.define import value
from oms.model.depth import BookSnapshot, Level
from oms.model.enums import MDUpdateAction
from oms.model.ids import Symbol

NOT_REGULAR: Final = frozenset("MQTUZ47VWCNRP")
"""CTA sale conditions of trades that say nothing of the market of the moment: out of sequence, out of hours, averages."""

BOOK_LEVELS: Final = 10
"""How many levels a side a row of a book has."""


@value(kw_only=True)
class Wants:
    """What a file of a known layout does not say.

    Attributes:
        venue: Whose quotes are wanted where a file has those of several; None for all.
        span_s: How long its bars are, in seconds.
        assumed_size: The size that its quotes are taken to be for.
    """

    venue: str | None = None
    span_s: int | None = None
    assumed_size: Decimal | int | str | None = None


_Reader: TypeAlias = Callable[[Symbol, Mapping[str, int], Wants, Faults], RowReader]
_Keeps: TypeAlias = Callable[[Mapping[str, int], Wants], Callable[[Row], bool] | None]


@value(kw_only=True)
class Layout:
    """One way to write market data as rows.

    Attributes:
        name: What it is, for messages.
        kind: What a row is.
        columns: The columns that must be there, in any order; others are ignored.
        reader: Makes the reader of rows from the symbol, the place of each column, what is wanted, and what takes faults.
    """

    name: str
    kind: Kind
    columns: tuple[str, ...]
    reader: _Reader


def layout_of(columns: Sequence[str]) -> Layout:
    """Give the layout that a header line announces; of several that fit the one with most columns.

    Raises:
        ValidationError: It announces none that is known, or names a column of it twice.
    """
    fitting = [layout for layout in LAYOUTS if set(layout.columns) <= set(columns)]
    if fitting:
        layout = max(fitting, key=lambda layout: len(layout.columns))
        twice = [column for column in layout.columns if list(columns).count(column) > 1]
        if twice:
            raise ValidationError(
                "columns", ", ".join(twice), "name each column once: which of them is meant?"
            )
        return layout
    known = "; ".join(f"{layout.name}: {','.join(layout.columns)}" for layout in LAYOUTS)
    raise ValidationError(
        "columns",
        ",".join(columns),
        f"tell what each column is with a ColumnMap, or give a file with the columns of one of these: {known}",
    )


def _layout(
    name: str,
    kind: Kind,
    fields: str,
    time_format: TimeFormat,
    *,
    keeps: _Keeps | None = None,
    also: Sequence[str] = (),
    actions: Mapping[str, MDUpdateAction] = ACTIONS,
) -> Layout:
    # `fields` is written as `time=ts bid ask`: a field whose column has its own name is named once.
    columns: dict[str, str | int] = {}
    for text in fields.split():
        field, _, column = text.partition("=")
        columns[field] = column or field
    is_bars = kind in {Kind.BARS, Kind.QUOTE_BARS}
    has_no_sizes = kind is Kind.QUOTES and "bid_size" not in columns

    def reader(symbol: Symbol, at: Mapping[str, int], wants: Wants, faults: Faults) -> RowReader:
        if wants.span_s is not None and not is_bars:
            raise ValidationError("span_s", wants.span_s, f"leave it out: {name} are no bars")
        if wants.assumed_size is not None and not has_no_sizes:
            raise ValidationError("assumed_size", str(wants.assumed_size), f"leave it out: {name} have sizes")
        column_map = ColumnMap(
            kind=kind,
            columns=columns,
            time_format=time_format,
            span_s=wants.span_s,
            assumed_size=wants.assumed_size,
            loss_is_execution=actions is not ACTIONS,
            actions=actions,
        )
        made = row_reader(symbol, column_map, at, faults)
        made.keeps = None if keeps is None else keeps(at, wants)
        return made

    named = (*(str(column) for column in columns.values()), *also)
    return Layout(name=name, kind=kind, columns=named, reader=reader)


def _of_the_venue(at: Mapping[str, int], wants: Wants) -> Callable[[Row], bool] | None:
    venue_at, venue = at["venue"], wants.venue
    return None if venue is None else lambda row: row[venue_at] == venue


def _regular(at: Mapping[str, int], wants: Wants) -> Callable[[Row], bool]:
    # Of all venues: a trade anywhere is a trade of the market.
    del wants
    cond_at, corr_at = at["cond"], at["corr"]
    return lambda row: row[corr_at] == "0" and NOT_REGULAR.isdisjoint(row[cond_at])


def _book_reader(symbol: Symbol, at: Mapping[str, int], wants: Wants, faults: Faults) -> RowReader:
    del wants, faults
    time, time_at = remembering(time_reader(TimeFormat.MS, "recv_ms")), at["recv_ms"]
    number = NumberReader().read
    places = [
        [
            (at[f"{side}{n}_px"], at[f"{side}{n}_sz"], f"{side}{n}_px", f"{side}{n}_sz")
            for n in range(1, BOOK_LEVELS + 1)
        ]
        for side in ("bid", "ask")
    ]

    def side_of(row: Row, levels: list[tuple[int, int, str, str]]) -> list[Level]:
        # Where a book is not as deep as the row is wide, the rest of the row is empty.
        return [
            (number(row[px_at], px_name), number(row[size_at], size_name))
            for px_at, size_at, px_name, size_name in levels
            if row[px_at]
        ]

    def read(row: Row) -> BookSnapshot:
        bids, asks = (side_of(row, levels) for levels in places)
        return BookSnapshot(symbol, time(row[time_at]), bids, asks)

    return RowReader(read, lambda row: time(row[time_at]))


_QUOTE_BAR: Final = " ".join(
    f"{side}_{name}" for side in ("bid", "ask") for name in ("open", "high", "low", "close", "size")
)
_BITSTAMP: Final = {
    "created": MDUpdateAction.NEW,
    "changed": MDUpdateAction.CHANGE,
    "deleted": MDUpdateAction.DELETE,
}
_ISO, _MS, _NS = TimeFormat.ISO, TimeFormat.MS, TimeFormat.NS

LAYOUTS: Final = (
    _layout(
        "equity quotes",
        Kind.QUOTES,
        "time=ts bid bid_size ask ask_size",
        _ISO,
        keeps=_of_the_venue,
        also=("venue",),
    ),
    _layout(
        "equity trades",
        Kind.TRADES,
        "time=ts price size",
        _ISO,
        keeps=_regular,
        also=("venue", "cond", "corr"),
    ),
    _layout("bars", Kind.BARS, "time=start open high low close volume", _ISO),
    _layout("quote bars", Kind.QUOTE_BARS, f"time=start {_QUOTE_BAR}", _ISO),
    _layout("FX quotes", Kind.QUOTES, "time=ts bid ask", _ISO),
    _layout("Binance quotes", Kind.QUOTES, "time=recv_ns bid bid_size ask ask_size", _NS),
    _layout("Binance trades", Kind.TRADES, "time=recv_ns price size aggressor=taker_side", _NS),
    _layout("Binance snapshots", Kind.SNAPSHOTS, "time=recv_ns last_id side price size", _NS),
    _layout("Binance depth", Kind.UPDATES, "time=recv_ns first_id last_id side price size", _NS),
    _layout("Bitstamp trades", Kind.TRADES, "time=recv_ms price size", _MS, also=("trade_id",)),
    _layout(
        "Bitstamp orders",
        Kind.ORDERS,
        "time=recv_ms entry_id=order_id side price size action",
        _MS,
        actions=_BITSTAMP,
    ),
    Layout(
        name="Bitstamp books",
        kind=Kind.SNAPSHOTS,
        columns=(
            "recv_ms",
            *(
                f"{side}{n}_{what}"
                for side in ("bid", "ask")
                for n in range(1, BOOK_LEVELS + 1)
                for what in ("px", "sz")
            ),
        ),
        reader=_book_reader,
    ),
)
"""Every layout that is known; times are those of the receiver's clock where a file has two."""
