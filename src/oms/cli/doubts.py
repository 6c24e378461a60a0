"""`oms doubts DB`: the requests of which nobody knows whether they arrived."""

from __future__ import annotations

from argparse import Namespace
from typing import Final

from oms.cli.command import Subparsers
from oms.cli.journal import JOURNAL, read_journal
from oms.projections import wording
from oms.projections.doubts import doubts_of
from oms.projections.rebuilding import Doubt

_HEADINGS: Final = (
    ">order", "symbol", "broker", "request", "ClOrdID", "in doubt since (UTC)", ">asked", "last asked (UTC)", "last words",
)  # fmt: skip


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    summary = "list the requests that are in doubt"
    parser = subparsers.add_parser(
        "doubts",
        help=summary,
        description="List the requests of which nobody knows whether they arrived, by order: since when, and how often "
        "the broker was asked. Only evidence settles them. Times are UTC.",
    )
    parser.add_argument("db", metavar="DB", help=JOURNAL)
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Print what is in doubt at the end of a journal."""
    doubts = doubts_of(read_journal(args.db))
    if doubts:
        print(wording.table(_HEADINGS, map(_cells, doubts)))
        print()
    orders = len({doubt.order.order_id for doubt in doubts})
    whose = f", of {_count(orders, 'order')}" if doubts else ""
    print(f"{_count(len(doubts), 'request')} in doubt{whose}")
    return 0


def _cells(doubt: Doubt) -> tuple[str, ...]:
    order, request, asked = doubt.order, doubt.request, doubt.asked
    return (
        str(order.order_id),
        order.symbol,
        order.broker or "",
        wording.of_request(request.kind),
        request.cl_ord_id,
        wording.day_and_time(asked.since_ns),
        str(asked.attempts),
        wording.day_and_time(asked.asked_ns) if asked.attempts else "",
        wording.words(asked.text),
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
