"""Reads rows from the first to the last, whatever file they come from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import assert_never

from oms.errors import ValidationError
from oms.feeds.column_map import ColumnMap, Kind
from oms.feeds.depth_rows import orders, snapshots, updates
from oms.feeds.faults import BadRow, Faults, FeedError
from oms.feeds.row_readers import Places, Row, RowReader, bars, quote_bars, quotes, trades
from oms.model.ids import Symbol
from oms.model.market import MarketData


def row_reader(symbol: Symbol, column_map: ColumnMap, at: Mapping[str, int], faults: Faults) -> RowReader:
    """Give what reads the rows of a file by a map.

    Args:
        symbol: What the rows are about.
        column_map: What each column is.
        at: Where in a row each column stands that the map names; one without a name goes by its place.
        faults: Takes what is missing between rows.
    """
    places = {field: at[str(where)] for field, where in column_map.columns.items()}
    reader = _by_kind(symbol, column_map, places, faults)
    if column_map.only:
        wanted = [(at[str(where)], frozenset(texts)) for where, texts in column_map.only.items()]
        reader.keeps = lambda row: all(row[place] in texts for place, texts in wanted)
    return reader


def _by_kind(symbol: Symbol, column_map: ColumnMap, places: Places, faults: Faults) -> RowReader:
    match column_map.kind:
        case Kind.QUOTES:
            return quotes(symbol, column_map, places)
        case Kind.TRADES:
            return trades(symbol, column_map, places)
        case Kind.BARS:
            return bars(symbol, column_map, places)
        case Kind.QUOTE_BARS:
            return quote_bars(symbol, column_map, places)
        case Kind.SNAPSHOTS:
            return snapshots(symbol, column_map, places)
        case Kind.UPDATES:
            return updates(symbol, column_map, places, faults)
        case Kind.ORDERS:
            return orders(symbol, column_map, places)
        case _:
            assert_never(column_map.kind)


def column_places(column_map: ColumnMap, columns: Collection[str]) -> dict[str, int]:
    """Give where each column stands that a map names.

    Args:
        column_map: What each column is.
        columns: The columns of the file, or the fields of its first row where it has no header.

    Raises:
        ValidationError: A column is not there, or its name is there twice.
    """
    named = [*column_map.columns.values(), *column_map.only]
    if not column_map.has_header:
        beyond = [where for where in named if isinstance(where, int) and where >= len(columns)]
        if beyond:
            text = f"a row has {len(columns)} fields; places are from 0 to {len(columns) - 1}"
            raise ValidationError("columns", ", ".join(map(str, beyond)), text)
        return {str(place): place for place in range(len(columns))}
    known = list(columns)
    for where in named:
        if known.count(str(where)) != 1:
            text = f"name one of the columns {', '.join(known)}"
            raise ValidationError(
                "columns", where, text if where not in known else f"{text}; it is there twice"
            )
    return {column: place for place, column in enumerate(known)}


class Reading:
    """One way through a file.

    Attributes:
        faults: What was wrong.
        left_out: How many rows were right, and not wanted.
    """

    __slots__ = ("_reader", "faults", "left_out")

    def __init__(self, reader: RowReader, faults: Faults) -> None:
        """Begin at the first row."""
        self._reader = reader
        self.faults = faults
        self.left_out = 0

    def through(self, rows: Iterable[tuple[int, Row]], width: int) -> Iterator[MarketData]:
        """Give what the rows say.

        Args:
            rows: Each with its line.
            width: How many fields each has.

        Raises:
            FeedError: A row cannot be meant, and faults are to raise.
        """
        reader, faults = self._reader, self.faults
        read, keeps = reader.read, reader.keeps
        latest_ns = 0
        for line, row in rows:
            faults.line = line
            try:
                if len(row) != width:
                    raise ValidationError(
                        "row", ",".join(row), f"it has {len(row)} fields, and the first line has {width}"
                    )
                if keeps is not None and not keeps(row):
                    self.left_out += 1
                    continue
                message = read(row)
                if message is None:
                    continue
                if message.time_ns < latest_ns:
                    text = f"times must not fall; the row before is at {latest_ns}"
                    raise ValidationError("time_ns", message.time_ns, text)
            except FeedError:
                raise
            except ValidationError as error:
                faults.drop(error)
                continue
            latest_ns = message.time_ns
            yield message
        last = reader.finish()
        if last is not None:
            yield last


class ReadFile:
    """What is read anew by each iteration, and what the latest of them came to."""

    _reading: Reading

    @property
    def bad_rows(self) -> list[BadRow]:
        """What the latest iteration found wrong; empty where a function is told."""
        return self._reading.faults.listed

    @property
    def bad_row_count(self) -> int:
        """How many faults the latest iteration found."""
        return self._reading.faults.count

    @property
    def left_out_count(self) -> int:
        """How many rows the latest iteration read that were right and not wanted."""
        return self._reading.left_out
