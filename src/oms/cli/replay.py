"""`oms replay DB --as-of POINT`: a journal as it stood at a moment, or after an event."""

from __future__ import annotations

from argparse import Namespace
from datetime import datetime

from oms.cli.command import Subparsers
from oms.cli.journal import JOURNAL, opened
from oms.errors import ValidationError
from oms.model.decimals import plain
from oms.model.events import OrderEvent
from oms.projections import wording
from oms.projections.blotter import Blotter
from oms.projections.positions import Positions
from oms.runtime.time_travel import Past, Point, as_of


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "replay",
        help="show the orders and positions of a journal as they stood",
        description="Replay a journal to a point, and show its orders, positions and state hash as they stood there.",
    )
    parser.add_argument("db", metavar="DB", help=JOURNAL)
    parser.add_argument(
        "--as-of",
        metavar="POINT",
        required=True,
        help="the number of an event, or a moment with its zone, such as 2026-01-05T14:30:00Z",
    )
    parser.add_argument("--open", action="store_true", help="only the orders that could still trade")
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Print the blotter, the positions and the hash as they stood."""
    blotter = Blotter()
    with opened(args.db) as journal:
        past = as_of(journal.read(), point_of(args.as_of))
        for event in journal.read():
            if event.sequence > past.version:
                break
            if isinstance(event, OrderEvent):
                blotter.apply(event)
    in_doubt = {waiting.order.order_id for waiting in past.outstanding() if waiting.request.in_doubt}
    moment = f"{wording.day(past.state.last_ns)} {wording.time_of_day(past.state.last_ns)}"
    print(f"after event {past.version:,} of {moment} UTC\n")
    if rows := blotter.rows(open_only=args.open):
        print(f"{blotter.table(rows, in_doubt=in_doubt)}\n")
    if len(past.positions):
        print(f"{_table(past.positions)}\n")
    print(_counts(past))
    print(f"state hash {past.state_hash()}")
    return 0


def point_of(text: str) -> Point:
    """Give the point that is meant: digits are an event's number, everything else a moment in ISO 8601.

    Raises:
        ValidationError: It is neither, or the moment has no zone.
    """
    if text.isascii() and text.isdigit() and len(text) < 16:  # no journal has so many events
        return int(text)
    allowed = "the number of an event, or a moment with its zone, such as 2026-01-05T14:30:00Z"
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValidationError("--as-of", text, allowed) from error
    if moment.tzinfo is None:
        raise ValidationError("--as-of", text, allowed)
    return moment


def _table(positions: Positions) -> str:
    headings = ("account", "symbol", ">held", ">average", ">realised", "fees")
    rows = (
        (
            held.account,
            held.symbol,
            plain(held.net_qty),
            wording.rounded(held.avg_cost_px),
            plain(held.realised_pnl),
            ", ".join(f"{plain(amount)} {currency}" for currency, amount in sorted(held.fees.items())),
        )
        for held in positions
    )
    return wording.table(headings, rows)


def _counts(past: Past) -> str:
    opened, waiting, raised = len(past.open_orders()), len(past.outstanding()), len(past.anomalies())
    return f"{len(past.orders()):,} orders, {opened:,} open; {waiting:,} requests unanswered; {raised:,} anomalies"
