"""Reads a recorded market from a file of comma-separated values, gzipped or plain, row by row."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal, TextIO

from oms.errors import ValidationError
from oms.feeds.formats import Layout, RowReader, layout_of
from oms.model.ids import symbol as checked_symbol
from oms.model.market import MarketUpdate

REFERENCE_VENUE: Final = "N"
"""Whose equity quotes are read unless another venue is asked for: New York, which alone is complete in the sample."""

_GZIP_MAGIC: Final = b"\x1f\x8b"


class FeedError(ValidationError):
    """A file of market data, or a row of it, that cannot be meant.

    Attributes:
        path: The file.
        line: The line, counted from 1; 0 for the file as a whole.
    """

    def __init__(self, path: Path, line: int, field: str, value: object, allowed: str) -> None:
        """Name the place, the value and the remedy."""
        self.path = path
        self.line = line
        super().__init__(field, value, allowed)
        self.args = (f"{path}, line {line}: {self}" if line else f"{path}: {self}",)


class Recording:
    """The quotes or trades in one file, in time order; each iteration reads the file anew.

    The layout is told by the header (`oms.feeds.formats` has the list). Trades that were corrected, and those whose sale
    condition takes them out of the regular market, are left out, as are quotes of other venues.

    Attributes:
        path: The file.
        symbol: What its rows are about.
        layout: How it is written.
        bad_row_count: How many rows the latest iteration skipped because they could not be meant.
    """

    def __init__(
        self,
        path: Path | str,
        symbol: str,
        *,
        venue: str | None = REFERENCE_VENUE,
        bad_rows: Literal["raise", "skip"] = "raise",
    ) -> None:
        """Open the file and read its header.

        Args:
            path: The file.
            symbol: What its rows are about; the files do not say.
            venue: Whose quotes are wanted where a file has those of several; None for all.
            bad_rows: What a row that cannot be meant does: raise, or be counted and skipped.

        Raises:
            FeedError: The file is empty, or its columns are those of no known layout.
            ValidationError: An argument is wrong.
            OSError: The file cannot be opened.
        """
        if bad_rows not in {"raise", "skip"}:
            raise ValidationError("bad_rows", bad_rows, 'pass "raise" or "skip"')
        self.path = Path(path)
        self.symbol = checked_symbol(symbol)
        self.bad_row_count = 0
        self._venue = venue
        self._skips = bad_rows == "skip"
        with self._open() as file:
            self.layout, _ = self._begin(self._lines(file))

    def __iter__(self) -> Iterator[MarketUpdate]:
        """Give the updates one by one.

        Raises:
            FeedError: A row has too few or too many fields, a value that is no plain number or time, or an earlier time
                than the row before, and bad rows are not skipped; or the file is cut short.
        """
        self.bad_row_count = 0
        latest_ns = 0
        with self._open() as file:
            lines = self._lines(file)
            layout, places = self._begin(lines)
            read = layout.reader(self.symbol, places, self._venue)
            for line, row in lines:
                try:
                    update = _read(row, read, len(places), latest_ns)
                except ValidationError as error:
                    if not self._skips:
                        raise FeedError(self.path, line, error.field, error.value, error.allowed) from error
                    self.bad_row_count += 1
                    continue
                if update is not None:
                    latest_ns = update.time_ns
                    yield update

    @contextmanager
    def _open(self) -> Iterator[TextIO]:
        with self.path.open("rb") as binary:
            is_gzip = binary.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
        # What is not UTF-8 becomes a mark that no number contains, so that the row that has it can be named.
        if is_gzip:
            with gzip.open(self.path, "rt", encoding="utf-8", errors="replace", newline="") as file:
                yield file
        else:
            with self.path.open(encoding="utf-8", errors="replace", newline="") as file:
                yield file

    def _lines(self, file: TextIO) -> Iterator[tuple[int, list[str]]]:
        # Every row with its line; blank lines say nothing.
        rows = csv.reader(file)
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

    def _begin(self, lines: Iterator[tuple[int, list[str]]]) -> tuple[Layout, dict[str, int]]:
        line, columns = next(lines, (0, None))
        if columns is None:
            raise FeedError(self.path, 0, "file", "empty", "give a file that begins with a header line")
        try:
            layout = layout_of(columns)
        except ValidationError as error:
            raise FeedError(self.path, line, error.field, error.value, error.allowed) from error
        return layout, {column: place for place, column in enumerate(columns)}


def _read(row: list[str], read: RowReader, width: int, latest_ns: int) -> MarketUpdate | None:
    if len(row) != width:
        raise ValidationError("row", ",".join(row), f"it has {len(row)} fields, the header has {width}")
    update = read(row)
    if update is not None and update.time_ns < latest_ns:
        raise ValidationError(
            "time_ns", update.time_ns, f"times must not fall; the row before is at {latest_ns}"
        )
    return update
