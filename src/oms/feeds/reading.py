"""Reads rows from the first to the last, whatever file they come from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final, TypeAlias, assert_never

from oms.errors import ValidationError
from oms.feeds.column_map import ColumnMap, Kind
from oms.feeds.depth_rows import orders, snapshots, updates
from oms.feeds.faults import BadRow, Faults, FeedError
from oms.feeds.row_readers import Places, Row, RowReader, bars, quote_bars, quotes, trades
from oms.model.ids import Symbol
from oms.model.market import MarketData

MAX_JUMP_NS: Final = 86_400_000_000_000
"""How far after the row before a time is believed without a look at the row after it: a day."""

_Timed: TypeAlias = tuple[int, int, Row]
# The time of a row in nanoseconds UTC, its line, and the row.
_BEFORE: Final[_Timed] = (0, 0, ())


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
            return snapshots(symbol, column_map, places, faults)
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

    __slots__ = ("_latest", "_reader", "faults", "left_out")

    def __init__(self, reader: RowReader, faults: Faults) -> None:
        """Begin at the first row."""
        self._reader = reader
        self.faults = faults
        self.left_out = 0
        self._latest = _BEFORE

    def through(self, rows: Iterable[tuple[int, Row]], width: int) -> Iterator[MarketData]:
        """Give what the rows say.

        A time that is more than `MAX_JUMP_NS` after the row before is believed once the next row is not that much before it:
        otherwise one wrong time would make bad rows of all that follow.

        Args:
            rows: Each with its line.
            width: How many fields each has.

        Raises:
            FeedError: A row cannot be meant, and faults are to raise.
        """
        faults, keeps, time_of = self.faults, self._reader.keeps, self._reader.time_of
        held = self._latest = _BEFORE
        for line, row in rows:
            faults.line = line
            try:
                if len(row) != width:
                    raise _too_wide(row, width)
                if keeps is not None and not keeps(row):
                    self.left_out += 1
                    continue
                time_ns = time_of(row)
                if time_ns < self._latest[0]:
                    raise _falls(time_ns, self._latest)
                if held is not _BEFORE and time_ns < held[0] <= time_ns + MAX_JUMP_NS:
                    raise _falls(time_ns, held)
            except ValidationError as error:
                if faults.is_end and held is not _BEFORE:
                    # Nothing comes after it, and what was held back came before.
                    made = self._taken(held)
                    if made is not None:
                        yield made
                made = self._dropped((0, line, row), error)
                if made is not None:
                    yield made
                continue
            now = time_ns, line, row
            if held is not _BEFORE:
                is_believed = held[0] <= time_ns
                made = (
                    self._taken(held) if is_believed else self._dropped(held, _jumps(held, self._latest, now))
                )
                held = _BEFORE
                if made is not None:
                    yield made
            if time_ns > self._latest[0] + MAX_JUMP_NS:
                held = now
                continue
            made = self._taken(now)
            if made is not None:
                yield made
        made = None if held is _BEFORE else self._taken(held)
        if made is not None:
            yield made
        last = self._reader.finish()
        if last is not None:
            yield last

    def _taken(self, now: _Timed) -> MarketData | None:
        # Reads a row whose time is believed; that of a bad one does not count for those after it.
        self.faults.line = now[1]
        try:
            made = self._reader.read(now[2])
        except FeedError:
            raise
        except ValidationError as error:
            return self._dropped(now, error, is_timed=True)
        self._latest = now
        return made

    def _dropped(self, now: _Timed, error: ValidationError, *, is_timed: bool = False) -> MarketData | None:
        # Tells of a row that is left out; what was put together before it may be over.
        self.faults.line = now[1]
        self.faults.drop(error)
        return self._reader.spoil(now[2], is_timed)


def _too_wide(row: Row, width: int) -> ValidationError:
    return ValidationError("row", ",".join(row), f"it has {len(row)} fields, and the first line has {width}")


def _falls(time_ns: int, latest: _Timed) -> ValidationError:
    text = f"times must not fall; the row before, in line {latest[1]}, is at {latest[0]}"
    return ValidationError("time_ns", time_ns, text)


def _jumps(held: _Timed, latest: _Timed, now: _Timed) -> ValidationError:
    after = "" if latest is _BEFORE else f"more than a day after line {latest[1]}, and "
    text = f"it is {after}more than a day after line {now[1]}, which is at {now[0]}: one of the two is wrong"
    return ValidationError("time_ns", held[0], text)


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
