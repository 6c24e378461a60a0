"""`oms orders DB`: every order of a journal, one line each."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Iterator

from oms.cli.command import Subparsers
from oms.cli.journal import JOURNAL, read_journal
from oms.model.events import Event, OrderEvent
from oms.projections.blotter import Blotter
from oms.projections.doubts import doubts_of
from oms.projections.wording import of_status


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    summary = "list the orders of a journal"
    parser = subparsers.add_parser(
        "orders", help=summary, description=f"{summary.capitalize()}, oldest first."
    )
    parser.add_argument("db", metavar="DB", help=JOURNAL)
    parser.add_argument("--open", action="store_true", help="only those that can still trade")
    parser.add_argument("--symbol", help="only those of one instrument")
    parser.add_argument("--account", help="only those of one account")
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Print the blotter of a journal, and the number of orders by status."""
    blotter = Blotter()
    in_doubt = {doubt.order.order_id for doubt in doubts_of(_told(blotter, read_journal(args.db)))}
    rows = blotter.rows(symbol=args.symbol, account=args.account, open_only=args.open)
    if rows:
        print(blotter.table(rows, in_doubt=in_doubt))
        print()
    counts = ", ".join(f"{count} {of_status(status)}" for status, count in blotter.counts().items())
    doubtful = f"; {len(in_doubt)} in doubt: see `oms doubts`" if in_doubt else ""
    print(f"{len(rows)} of {len(blotter)} orders shown{f'; in all: {counts}' if counts else ''}{doubtful}")
    return 0


def _told(blotter: Blotter, events: Iterable[Event]) -> Iterator[Event]:
    # One reading of the journal feeds the blotter and whoever reads on.
    for event in events:
        if isinstance(event, OrderEvent):
            blotter.apply(event)
        yield event
