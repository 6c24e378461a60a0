"""`oms reconcile DB FILE`: a journal held against a broker's statement or drop copy."""

from __future__ import annotations

import csv
import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from oms.cli.command import Subparsers
from oms.cli.journal import read_journal
from oms.cli.statement import Statement, read_statement
from oms.cli.statement_check import StatedBreak, check, chosen_broker
from oms.cli.statement_columns import NAMES, Kind
from oms.errors import ValidationError
from oms.model.ids import Account
from oms.projections import wording
from oms.runtime.recovery import recover

SAME: Final = 0
DIFFERENT: Final = 1
UNREADABLE: Final = 2

_HEADINGS: Final = ("kind", ">order", "expected", "said", "since (UTC)", ">line", "what")
_BAD_HEADINGS: Final = (">line", "column", "value", "remedy")


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    parser: ArgumentParser = subparsers.add_parser(
        "reconcile",
        help="hold a journal against a broker's statement in CSV",
        description="Hold a journal against a broker's statement or drop copy in CSV: its executions, its open orders or its "
        "positions. Nothing is written. The exit code is 0 where they agree, 1 where they differ, 2 where the file, or a "
        "line of it, cannot be read.",
    )
    parser.add_argument("db", metavar="DB", help="the journal, a SQLite file")
    parser.add_argument("file", metavar="FILE", help="the statement, with a header line")
    parser.add_argument(
        "--columns",
        metavar="THEIRS=OURS,...",
        default="",
        help=f"what the file calls otherwise; ours are {', '.join(NAMES)}",
    )
    parser.add_argument(
        "--kind", choices=[kind.value for kind in Kind], help="what the file tells, if not clear"
    )
    parser.add_argument("--broker", help="whose statement it is, where the journal has several brokers")
    parser.add_argument("--account", help="for whom a line is that names no account")
    parser.add_argument(
        "--partial", action="store_true", help="the file is an extract: what it lacks is no break"
    )
    parser.add_argument(
        "--format", choices=["table", "json", "csv"], default="table", help="table unless given"
    )
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Print in what a journal and a statement differ."""
    renamed = _renamed(args.columns)
    kind = None if args.kind is None else Kind(args.kind)
    state = recover(read_journal(args.db)).state
    broker = chosen_broker(state, args.broker)
    try:
        with Path(args.file).open(encoding="utf-8-sig", newline="") as file:
            statement = read_statement(file, renamed, kind)
    except UnicodeDecodeError as error:
        raise ValidationError("statement", args.file, "a text file in UTF-8") from error
    account = state.account if args.account is None else Account(args.account)
    breaks = check(state, statement, broker, account=account, is_whole=not args.partial)
    match args.format:
        case "json":
            print(json.dumps(_as_json(statement, breaks), indent=2, ensure_ascii=True))
        case "csv":
            _print_csv(breaks)
        case _:
            _print_table(statement, breaks)
    _print_lines(statement)
    if statement.bad:
        return UNREADABLE
    return DIFFERENT if breaks else SAME


def _renamed(text: str) -> dict[str, str]:
    renamed: dict[str, str] = {}
    ours = {name.lower(): name for name in NAMES}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        theirs, _, name = pair.rpartition("=")
        if not theirs or name.strip().lower() not in ours:
            raise ValidationError(
                "--columns", pair, f"write THEIRS=OURS, where OURS is one of {', '.join(NAMES)}"
            )
        renamed[theirs.strip()] = ours[name.strip().lower()]
    return renamed


def _cells(one: StatedBreak) -> tuple[str, ...]:
    what = one.difference
    return (
        what.kind.value,
        "" if what.order_id is None else str(what.order_id),
        what.expected,
        what.said,
        "" if one.since_ns is None else wording.day_and_time(one.since_ns),
        "" if one.line is None else str(one.line),
        what.text,
    )


def _print_table(statement: Statement, breaks: Sequence[StatedBreak]) -> None:
    if breaks:
        print(f"{wording.table(_HEADINGS, map(_cells, breaks))}\n")
    read = f"{len(statement.rows):,} lines of {statement.kind.value} held against the journal"
    print(f"{len(breaks):,} break{'' if len(breaks) == 1 else 's'}; {read}")


def _print_csv(breaks: Sequence[StatedBreak]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(heading.removeprefix(">") for heading in _HEADINGS)
    writer.writerows([wording.csv_cell(cell) for cell in _cells(one)] for one in breaks)


def _as_json(statement: Statement, breaks: Sequence[StatedBreak]) -> dict[str, object]:
    return {
        "kind": statement.kind.value,
        "rows": len(statement.rows),
        "breaks": [
            {
                "kind": one.difference.kind.value,
                "key": one.difference.key,
                "order": one.difference.order_id,
                "expected": one.difference.expected,
                "said": one.difference.said,
                "since_ns": one.since_ns,
                "line": one.line,
                "text": one.difference.text,
            }
            for one in breaks
        ],
        "unreadable": [
            {"line": bad.line, "column": bad.column, "value": bad.value, "remedy": bad.remedy}
            for bad in statement.bad
        ],
        "repeated": [{"line": line, "first": first} for line, first in statement.repeated],
        "passed_over": statement.passed_over,
    }


def _print_lines(statement: Statement) -> None:
    # Beside the result, which may be read by a program.
    if statement.bad:
        rows = [(str(bad.line), bad.column, bad.value, bad.remedy) for bad in statement.bad]
        print(f"{len(rows)} lines cannot be read:\n{wording.table(_BAD_HEADINGS, rows)}", file=sys.stderr)
    for line, first in statement.repeated:
        print(f"line {line} repeats line {first}, and is not counted again", file=sys.stderr)
    if statement.passed_over:
        lines = ", ".join(map(str, statement.passed_over[:20]))
        more = ", …" if len(statement.passed_over) > 20 else ""
        print(f"about something else than executions: lines {lines}{more}", file=sys.stderr)
