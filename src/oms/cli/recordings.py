"""Opens the files that `oms run` is to trade, whatever they are written in."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

from oms.cli.columns import FileMap, file_maps, map_for
from oms.errors import ValidationError
from oms.feeds.arrow import ArrowRecording, is_arrow
from oms.feeds.column_map import Kind
from oms.feeds.recording import Recording

AnyRecording: TypeAlias = Recording | ArrowRecording

_SHOWN_ROWS: Final = 5
_OPTIONS: Final = {"span_s": "--bar-seconds", "assumed_size": "--assumed-size"}


def opened(args: Namespace) -> list[AnyRecording]:
    """Open the files that the options name, each by its map, or else by what its header tells.

    Raises:
        ValidationError: No file is named, one cannot be read, or a map is for none of them.
        OSError: One cannot be opened.
    """
    # At equal times a trade comes first: the quote already shows the book after it.
    paths = [Path(path) for path in (*args.files, args.trades, args.quotes) if path is not None]
    if not paths:
        raise ValidationError("FILE", "none", "name a file of recorded market data, or several")
    maps = file_maps(args.columns or (), args.bar_seconds, args.assumed_size)
    used = [map_for(path, maps) for path in paths]
    for one in maps:
        if one not in used:
            raise ValidationError(
                "--columns", one.text, "it is for none of the files; leave it out, or mend its file="
            )
    return [
        _told_by_header(path, args) if one is None else _mapped(path, one, args)
        for path, one in zip(paths, used, strict=True)
    ]


def share_read(recordings: Sequence[AnyRecording]) -> Callable[[], float]:
    """Give what tells how much of the largest file has been read, from 0 to 1."""
    largest = max(recordings, key=lambda recording: recording.path.stat().st_size)
    return lambda: largest.share_read


def has_trades_alone(recordings: Sequence[AnyRecording]) -> bool:
    """Tell whether nothing in them shows what is offered."""
    return all(recording.kind is Kind.TRADES for recording in recordings)


def tell_bad_rows(recordings: Sequence[AnyRecording]) -> None:
    """Print how many rows were bad, and the first of them."""
    for recording in recordings:
        if recording.bad_row_count:
            print(
                f"{recording.bad_row_count:,} bad rows of {recording.path} were skipped, the first of them:"
            )
            for row in recording.bad_rows[:_SHOWN_ROWS]:
                print(f"  {row}")
            print()


def _mapped(path: Path, one: FileMap, args: Namespace) -> AnyRecording:
    if not is_arrow(path):
        return Recording(path, args.symbol, columns=one.columns, bad_rows=args.bad_rows)
    try:
        return ArrowRecording(
            path,
            args.symbol,
            columns=one.columns,
            floats=one.floats,
            naive_is_utc=one.naive_is_utc,
            bad_rows=args.bad_rows,
        )
    except ValidationError as error:
        remedies = {"shortest": "floats=shortest", "naive_is_utc": "naive-is-utc=yes"}
        said = next((words for word, words in remedies.items() if word in error.allowed), None)
        if said is None:
            raise
        raise ValidationError(
            f"{path}, {error.field}", error.value, f"{error.allowed}: {said} in --columns"
        ) from error


def _told_by_header(path: Path, args: Namespace) -> Recording:
    """Open a file without a map; what only some layouts need is told to those that ask for it."""
    if is_arrow(path):
        raise ValidationError(
            "--columns", "nothing", f"{path} is of Parquet or Arrow: say what its columns are"
        )
    told: dict[str, Any] = {}
    answers = {"span_s": args.bar_seconds, "assumed_size": args.assumed_size}
    while True:
        try:
            return Recording(path, args.symbol, venue=args.venue, bad_rows=args.bad_rows, **told)
        except ValidationError as error:
            if error.field in _OPTIONS and answers[error.field] is None:
                raise ValidationError(_OPTIONS[error.field], "nothing", f"{path} does not say it") from error
            if error.field in told or error.field not in answers:
                raise
            told[error.field] = answers[error.field]
