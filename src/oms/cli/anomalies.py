"""`oms anomalies DB`: what brokers said that cannot simply be believed, and who has looked at it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Iterator
from typing import Final

from oms.cli.command import Subparsers
from oms.cli.journal import JOURNAL, read_journal
from oms.cli.show import find_order
from oms.model.events import Event
from oms.projections import wording
from oms.projections.anomalies import Anomalies, AnomalyRow

MAX_RAW: Final = 100_000
"""How much of a report is printed, in characters: all of it, unless somebody has written a journal by hand."""

_HEADINGS: Final = (
    ">event", "time (UTC)", "code", "broker", ">order", "what is wrong", "acknowledged by", "reason",
)  # fmt: skip


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    summary = "list what brokers said that somebody should look at"
    parser = subparsers.add_parser(
        "anomalies",
        help=summary,
        description="List the anomalies that nobody has acknowledged, oldest first: what a broker said that cannot simply "
        "be believed. Times are UTC.",
    )
    parser.add_argument("db", metavar="DB", help=JOURNAL)
    parser.add_argument(
        "--all", action="store_true", help="acknowledged ones too, with who has looked and why"
    )
    parser.add_argument(
        "--order",
        metavar="N",
        help="only those about one order: its number here, or any other name of it that `oms show` takes",
    )
    parser.add_argument("--raw", action="store_true", help="print the reports as well, whole")
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Print the anomalies of a journal."""
    anomalies = Anomalies()
    order_id = None
    if args.order is None:
        for event in read_journal(args.db):
            anomalies.apply(event)
    else:
        order_id = find_order(_told(anomalies, read_journal(args.db)), args.order, argument="--order")
    rows = anomalies.rows(order_id=order_id, open_only=not args.all)
    if rows:
        print("\n\n".join(map(_in_full, rows)) if args.raw else wording.table(_HEADINGS, map(_cells, rows)))
        print()
    opened = len(anomalies.rows(open_only=True))
    print(f"{len(rows)} of {len(anomalies)} anomalies shown; nobody has acknowledged {opened}")
    return 0


def _told(anomalies: Anomalies, events: Iterable[Event]) -> Iterator[Event]:
    # One reading of the journal feeds both who looks for the order and the list.
    for event in events:
        anomalies.apply(event)
        yield event


def _cells(row: AnomalyRow) -> tuple[str, ...]:
    raised, acknowledged = row.raised, row.acknowledged
    return (
        f"#{raised.sequence}",
        wording.day_and_time(raised.time_ns),
        raised.code.value,
        raised.broker,
        "" if raised.order_id is None else str(raised.order_id),
        wording.words(raised.text),
        "" if acknowledged is None else wording.words(acknowledged.cause.origin) or "somebody",
        "" if acknowledged is None else wording.words(acknowledged.reason),
    )


def _in_full(row: AnomalyRow) -> str:
    number, time, code, broker, order, text, by, reason = _cells(row)
    head = "  ".join([number, time, code, wording.words(broker), f"order {order}" if order else "no order"])
    looked = [f"acknowledged by {by}: {reason}"] if by else []
    return "\n  ".join([head, text, *looked, wording.words(row.raised.raw, MAX_RAW)])
