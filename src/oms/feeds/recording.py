"""Reads a recorded market from a file of comma-separated values, gzipped or plain, row by row."""

from __future__ import annotations

import csv
import gzip
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from io import TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final, TextIO, cast

from oms.errors import ValidationError
from oms.feeds.column_map import ColumnMap, Kind
from oms.feeds.faults import BadRows, Faults, FeedError, checked_policy
from oms.feeds.formats import Layout, Wants, layout_of
from oms.feeds.reading import ReadFile, Reading, column_places, row_reader
from oms.model.ids import symbol as checked_symbol
from oms.model.market import MarketData

REFERENCE_VENUE: Final = "N"
"""Whose equity quotes are read unless another venue is asked for: New York, which alone is complete in the sample."""

_GZIP_MAGIC: Final = b"\x1f\x8b"


class Recording(ReadFile):
    """What a market said, in one file, in time order; each iteration reads the file anew.

    How it is written is told by a map of columns, or else by the header (`oms.feeds.formats` has the list of what is known).
    Of known layouts, trades that were corrected, and those whose sale condition takes them out of the regular market, are
    left out, as are quotes of other venues.

    Attributes:
        path: The file.
        symbol: What its rows are about.
        layout: How it is written, where the header told it; None with a map of columns.
    """

    def __init__(
        self,
        path: Path | str,
        symbol: str,
        *,
        columns: ColumnMap | None = None,
        venue: str | None = REFERENCE_VENUE,
        span_s: int | None = None,
        assumed_size: Decimal | int | str | None = None,
        bad_rows: BadRows = "raise",
    ) -> None:
        """Open the file and read its header.

        Args:
            path: The file.
            symbol: What its rows are about; the files do not say.
            columns: What each column is; told by the header if not given. The arguments below are then in it.
            venue: Whose quotes are wanted where a file has those of several; None for all.
            span_s: How long a bar is, in seconds; needed for bars, and for nothing else.
            assumed_size: The size that quotes are taken to be for; needed where the file has none, and for nothing else.
            bad_rows: What a row that cannot be meant does: raise; be skipped and listed; or be skipped and told to a function.

        Raises:
            FeedError: The file is empty, its columns are those of no known layout, it lacks one that the map names, or what it
                does not say is not given.
            ValidationError: An argument is wrong.
            OSError: The file cannot be opened.
        """
        self._policy: BadRows = checked_policy(bad_rows)
        self.path = Path(path)
        self.symbol = checked_symbol(symbol)
        if columns is not None and (span_s is not None or assumed_size is not None):
            raise ValidationError(
                "columns", columns.kind.value, "give span_s and assumed_size in the map of columns"
            )
        self._map = columns
        self._wants = Wants(venue=venue, span_s=span_s, assumed_size=assumed_size)
        self.layout: Layout | None = None
        with self._open() as file:
            self._reading, _, _ = self._begin(self._lines(file))

    def __iter__(self) -> Iterator[MarketData]:
        """Give what was heard, one by one.

        Raises:
            FeedError: A row has too few or too many fields, a value that is no plain number or time, or an earlier time
                than the row before, and bad rows raise; there are too many of them; or the file is cut short.
        """
        with self._open() as file:
            self._reading, lines, width = self._begin(self._lines(file))
            yield from self._reading.through(lines, width)

    @property
    def kind(self) -> Kind:
        """What a row of the file is."""
        if self._map is not None:
            return self._map.kind
        assert self.layout is not None
        return self.layout.kind

    @property
    def share_read(self) -> float:
        """How much of the file the latest iteration has read, from 0 to 1; 1 before the first and after the last."""
        return min(self._tell() / self._size, 1.0)

    @contextmanager
    def _open(self) -> Iterator[TextIO]:
        with self.path.open("rb") as binary:
            is_gzip = binary.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
            binary.seek(0)
            self._size = max(os.fstat(binary.fileno()).st_size, 1)
            self._tell = binary.tell
            unpacked = cast(BinaryIO, gzip.GzipFile(fileobj=binary)) if is_gzip else binary
            # What is not UTF-8 becomes a mark that no number contains, so that the row that has it can be named.
            # A mark of the byte order, as spreadsheets write it, is no part of the first column's name.
            with TextIOWrapper(unpacked, encoding="utf-8-sig", errors="replace", newline="") as file:
                try:
                    yield file
                finally:
                    self._tell = lambda: self._size

    def _lines(self, file: TextIO) -> Iterator[tuple[int, list[str]]]:
        # Every row with its line; blank lines say nothing.
        rows = csv.reader(file, delimiter="," if self._map is None else self._map.delimiter)
        try:
            for row in rows:
                if row:
                    yield rows.line_num, row
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            text = "the gzip file is damaged or cut short; fetch it again"
            raise FeedError(self.path, rows.line_num, "file", str(error), text) from error
        except csv.Error as error:
            text = "give comma-separated values, one row a line"
            raise FeedError(self.path, rows.line_num, "file", str(error), text) from error

    def _begin(
        self, lines: Iterator[tuple[int, list[str]]]
    ) -> tuple[Reading, Iterator[tuple[int, list[str]]], int]:
        line, columns = next(lines, (0, None))
        if columns is None:
            raise FeedError(self.path, 0, "file", "empty", "give a file that begins with a header line")
        faults = Faults(self.path, self._policy)
        column_map = self._map
        try:
            if column_map is None:
                self.layout = layout_of(columns)
                places = {column: place for place, column in enumerate(columns)}
                reader = self.layout.reader(self.symbol, places, self._wants, faults)
            else:
                reader = row_reader(self.symbol, column_map, column_places(column_map, columns), faults)
        except ValidationError as error:
            raise FeedError(self.path, line, error.field, error.value, error.allowed) from error
        if column_map is not None and not column_map.has_header:
            lines = chain([(line, columns)], lines)
        return Reading(reader, faults), lines, len(columns)
