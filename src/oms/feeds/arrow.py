"""Reads a recorded market from Parquet, from Arrow files and from tables in memory; the extra `parquet` brings `pyarrow`.

Columns are read by the same map as those of a text, and their values become the same texts first, so that one rule holds for
all: what would be a bad row there is one here.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Literal, Protocol, runtime_checkable

from attrs import evolve

from oms.errors import ValidationError
from oms.feeds.column_map import ColumnMap
from oms.feeds.faults import BadRows, Faults, FeedError, checked_policy
from oms.feeds.fields import TimeFormat
from oms.feeds.reading import ReadFile, Reading, column_places, row_reader
from oms.model.door import shown
from oms.model.ids import symbol as checked_symbol
from oms.model.market import MarketData

BATCH_ROWS: Final = 65_536
"""How many rows are read into memory at a time."""

_PARQUET: Final = b"PAR1"
_ARROW_FILE: Final = b"ARROW1"
_ARROW_STREAM: Final = b"\xff\xff\xff\xff"
_IN_MEMORY: Final = Path("(a table in memory)")


def is_arrow(path: Path) -> bool:
    """Tell by its first bytes whether a file is of Parquet or Arrow.

    Raises:
        OSError: It cannot be opened.
    """
    with path.open("rb") as file:
        return file.read(len(_ARROW_FILE)).startswith((_PARQUET, _ARROW_FILE, _ARROW_STREAM))


@runtime_checkable
class ArrowTable(Protocol):
    """A table that any Arrow library can read: of pyarrow, polars, pandas, duckdb and others."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Give its rows as an Arrow stream."""
        ...


class ArrowRecording(ReadFile):
    """What a market said, in columns, in time order; each iteration reads the source anew.

    Times may be timestamps, or numbers or texts as the map says. Numbers may be decimals, integers, texts or, where it is said
    how, floats. A missing value is an empty text. What is wrong is told by the row, counted from 1.

    Attributes:
        path: The file; a name in brackets for a table.
        symbol: What its rows are about.
        kind: What a row is.
    """

    def __init__(
        self,
        source: Path | str | ArrowTable,
        symbol: str,
        *,
        columns: ColumnMap,
        floats: Literal["refuse", "shortest"] = "refuse",
        naive_is_utc: bool = False,
        bad_rows: BadRows = "raise",
    ) -> None:
        """Open the source and look at its columns.

        Args:
            source: A Parquet file, an Arrow file (Feather) or stream, or a table in memory that can be read more than once.
            symbol: What its rows are about.
            columns: What each column is, by name.
            floats: What is done about prices and sizes stored as floats, which are seldom the numbers that were meant:
                refuse them, or take the shortest decimal that is stored as that float.
            naive_is_utc: Whether timestamps without a zone are UTC; they are refused otherwise.
            bad_rows: As for `Recording`.

        Raises:
            FeedError: It is no such file, or a column is missing or of a type that cannot be read so.
            ValidationError: An argument is wrong, or `pyarrow` is not installed.
            OSError: The file cannot be opened.
        """
        if floats not in {"refuse", "shortest"}:
            raise ValidationError("floats", shown(floats), 'pass "refuse" or "shortest"')
        if not columns.has_header:
            raise ValidationError(
                "columns", "has_header=False", "name the columns: a file of columns has their names"
            )
        self._arrow: Any = _package("pyarrow")
        self._policy: BadRows = checked_policy(bad_rows)
        self.symbol = checked_symbol(symbol)
        self._source: Any = source
        self.path = Path(source) if isinstance(source, str | Path) else _IN_MEMORY
        self._floats, self._naive_is_utc = floats, naive_is_utc
        self.kind = columns.kind
        self._rows_in_all: int | None = None
        schema, _ = self._open([])
        names = [str(name) for name in schema.names]
        try:
            column_places(columns, names)
            self._names = list(dict.fromkeys([*map(str, columns.columns.values()), *map(str, columns.only)]))
            self._types = {name: schema.field(name).type for name in self._names}
            for name, kind in self._types.items():
                self._check_type(name, kind)
        except ValidationError as error:
            raise FeedError(self.path, 0, error.field, error.value, error.allowed) from error
        when = self._types[str(columns.columns["time"])]
        is_timestamp = self._arrow.types.is_timestamp(when)
        self._map = evolve(columns, time_format=TimeFormat.NS) if is_timestamp else columns
        self._reading = self._begin()
        self._is_over = True

    def __iter__(self) -> Iterator[MarketData]:
        """Give what was heard, one by one.

        Raises:
            FeedError: A row has a value that cannot be meant, or an earlier time than the row before, and bad rows raise;
                there are too many of them; or the file is damaged.
        """
        self._reading = self._begin()
        self._is_over = False
        yield from self._reading.through(self._rows(), len(self._names))
        self._is_over = True

    @property
    def share_read(self) -> float:
        """How much of the source the latest iteration has read, from 0 to 1; 1 before the first and after the last.

        Of an Arrow stream, which does not say how long it is, 0 until it is over.
        """
        if self._is_over:
            return 1.0
        return self._reading.faults.line / self._rows_in_all if self._rows_in_all else 0.0

    def _begin(self) -> Reading:
        faults = Faults(self.path, self._policy)
        at = {name: place for place, name in enumerate(self._names)}
        return Reading(row_reader(self.symbol, self._map, at, faults), faults)

    def _rows(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        line = 0
        try:
            _, batches = self._open(self._names)
            for batch in batches:
                texts = [self._texts(batch.column(name), self._types[name]) for name in self._names]
                for row in zip(*texts, strict=True):
                    line += 1
                    yield line, row
        except self._arrow.ArrowException as error:
            text = "the rows after this one cannot be read; write the file again"
            raise FeedError(self.path, line, "file", str(error), text) from error

    def _open(self, names: list[str]) -> tuple[Any, Iterator[Any]]:
        # The schema, and the batches of the columns that are named.
        if self.path is _IN_MEMORY:
            if not isinstance(self._source, ArrowTable):
                text = "pass the path of a file, or a table that has __arrow_c_stream__"
                raise ValidationError("source", shown(self._source), text)
            table = self._arrow.table(self._source)
            self._rows_in_all = table.num_rows
            return table.schema, iter(table.select(names).to_batches(max_chunksize=BATCH_ROWS))
        with self.path.open("rb") as file:
            head = file.read(len(_ARROW_FILE))
        try:
            if head.startswith(_PARQUET):
                file = _package("pyarrow.parquet").ParquetFile(self.path)
                self._rows_in_all = file.metadata.num_rows
                return file.schema_arrow, file.iter_batches(batch_size=BATCH_ROWS, columns=names)
            if head == _ARROW_FILE:
                # Mapped into memory, so that a batch is not read before its values are asked for.
                reader = _package("pyarrow.ipc").open_file(self._arrow.memory_map(str(self.path)))
                count = reader.num_record_batches
                self._rows_in_all = sum(reader.get_batch(n).num_rows for n in range(count))
                return reader.schema, (reader.get_batch(n).select(names) for n in range(count))
            if head.startswith(_ARROW_STREAM):
                stream = _package("pyarrow.ipc").open_stream(self._arrow.OSFile(str(self.path)))
                return stream.schema, (batch.select(names) for batch in stream)
        except self._arrow.ArrowException as error:
            raise FeedError(self.path, 0, "file", str(error), "it is damaged; write it again") from error
        text = "give a Parquet file, or an Arrow file or stream"
        raise FeedError(self.path, 0, "file", shown(head), text)

    def _check_type(self, name: str, kind: Any) -> None:  # noqa: ANN401  # a type of Arrow's
        types = self._arrow.types
        if types.is_dictionary(kind):
            kind = kind.value_type
        if types.is_timestamp(kind):
            if kind.tz is None and not self._naive_is_utc:
                text = "its times have no zone; pass naive_is_utc=True if they are UTC"
                raise ValidationError(name, str(kind), text)
        elif types.is_floating(kind):
            if self._floats == "refuse":
                text = 'floats are inexact: store decimals or texts, or pass floats="shortest"'
                raise ValidationError(name, str(kind), text)
        elif not (
            types.is_integer(kind)
            or types.is_decimal(kind)
            or types.is_string(kind)
            or types.is_large_string(kind)
        ):
            text = "store times as timestamps, numbers as decimals, integers or texts, and all else as texts"
            raise ValidationError(name, str(kind), text)

    def _texts(self, values: Any, kind: Any) -> list[str]:  # noqa: ANN401  # of Arrow's
        arrow = self._arrow
        if arrow.types.is_timestamp(kind):
            values = values.cast(arrow.timestamp("ns", kind.tz)).cast(arrow.int64())
        texts: list[str] = values.cast(arrow.string()).fill_null("").to_pylist()
        return texts


def _package(name: str) -> Any:  # noqa: ANN401  # a module that may not be there
    try:
        return import_module(name)
    except ImportError:
        raise ValidationError("pyarrow", "not installed", "pip install 'openoms[parquet]'") from None
