"""What is wrong with a file of market data or a row of it, and what is done about it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal, TypeAlias

from oms.errors import ValidationError
from oms.model.define import value

MAX_LISTED: Final = 10_000
"""How many faults of a file are listed before it is given up: it is read in the wrong way then."""


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


@value(kw_only=True)
class BadRow:
    """A fault of one row.

    Attributes:
        path: The file.
        line: The line, counted from 1 with the header; in a file of columns (Parquet, Arrow) the row, counted from 1.
        column: Where the fault is: a column, `row` for the whole, `time_ns` for a time that falls.
        value: What stands there.
        reason: What would have been right.
        is_dropped: Whether the row was left out. What is missing before a row, as after a gap in numbers, is a fault of
            the row that shows it, which is kept.
    """

    path: Path
    line: int
    column: str
    value: str
    reason: str
    is_dropped: bool = True

    def __str__(self) -> str:
        """Give it as one line of text."""
        return f"{self.path}, line {self.line}: {self.column} = {self.value}: {self.reason}"


BadRows: TypeAlias = Literal["raise", "skip"] | Callable[[BadRow], None]
"""What a fault does: raise `FeedError`; be listed; or be told to a function, which may raise to end the reading."""


def checked_policy(bad_rows: BadRows) -> BadRows:
    """Check what is to be done about faults.

    Raises:
        ValidationError: It is none of the three.
    """
    if not callable(bad_rows) and bad_rows != "raise" and bad_rows != "skip":  # noqa: PLR1714  # a set hides the type
        raise ValidationError("bad_rows", bad_rows, 'pass "raise", "skip", or a function that takes a BadRow')
    return bad_rows


class Faults:
    """Takes the faults of a file as it is read.

    Attributes:
        count: How many there were.
        listed: Those that were listed, in the order in which they were found; none where a function is told.
    """

    __slots__ = ("_path", "_policy", "count", "line", "listed")

    def __init__(self, path: Path, policy: BadRows) -> None:
        """Begin with none."""
        self._path = path
        self._policy = policy
        self.count = 0
        self.line = 0
        self.listed: list[BadRow] = []

    @property
    def is_end(self) -> bool:
        """Whether the first fault ends the reading."""
        return self._policy == "raise"

    def drop(self, error: ValidationError) -> None:
        """Take a row that cannot be meant, at the line that is read.

        Raises:
            FeedError: Faults are to raise, or there are more of them than `MAX_LISTED`.
        """
        self._take(error, is_dropped=True)

    def note(self, error: ValidationError) -> None:
        """Take that something is missing before the row that is read; errors as in `drop`."""
        self._take(error, is_dropped=False)

    def _take(self, error: ValidationError, *, is_dropped: bool) -> None:
        path, line, policy = self._path, self.line, self._policy
        if policy == "raise":
            raise FeedError(path, line, error.field, error.value, error.allowed) from error
        self.count += 1
        row = BadRow(
            path=path,
            line=line,
            column=error.field,
            value=str(error.value),
            reason=error.allowed,
            is_dropped=is_dropped,
        )
        if callable(policy):
            policy(row)
        elif len(self.listed) < MAX_LISTED:
            self.listed.append(row)
        else:
            text = f"more than {MAX_LISTED} rows are bad: tell how the file is to be read"
            raise FeedError(path, line, error.field, error.value, f"{error.allowed}; {text}")
