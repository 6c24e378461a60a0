"""`oms run`: the bot trades a recorded market, journaled, and the journal alone gives the state back."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import Final

from oms.analytics.run_chart import chart_page
from oms.cli.command import Subparsers
from oms.cli.demo import checked_exit_after, new_journal
from oms.cli.journal import NEW_JOURNAL
from oms.cli.summary import describe, prove
from oms.cli.trading import Plan, trade
from oms.errors import ValidationError
from oms.feeds.merging import merge
from oms.feeds.recording import REFERENCE_VENUE, Recording
from oms.model.decimals import positive
from oms.model.instrument import Instrument
from oms.simulation.fees import MakerTaker

_MAX_PACE: Final = 1_000_000


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    summary = "trade recorded quotes and trades with a small bot, and prove the recovery"
    parser = subparsers.add_parser("run", help=summary, description=f"{summary.capitalize()}.")
    add = parser.add_argument
    add("--quotes", metavar="FILE", required=True, help="recorded quotes, CSV or gzipped CSV")
    add("--trades", metavar="FILE", help="recorded trades, CSV or gzipped CSV")
    add("--db", help=NEW_JOURNAL)
    add("--symbol", default="BTCUSDT", help="what the files are about (default: BTCUSDT)")
    add("--currency", default="USDT", help="what prices are in (default: USDT)")
    add("--tick", default="0.01", help="the price increment (default: 0.01)")
    add("--lot", default="0.00001", help="the quantity increment (default: 0.00001)")
    add("--size", default="0.05", help="how much each order of the bot is for (default: 0.05)")
    add("--max-qty", default="0.3", help="how much the bot may hold (default: 0.3)")
    add("--pace", type=int, default=10, help="the bot looks at every so-manieth quote (default: 10)")
    add("--maker-bps", default="1", help="fee of an execution that made, in basis points (default: 1)")
    add("--taker-bps", default="3", help="fee of an execution that took, in basis points (default: 3)")
    add("--venue", default=REFERENCE_VENUE, help="whose quotes, where a file has several venues (default: N)")
    add("--bad-rows", choices=("raise", "skip"), default="raise", help="what a bad row does (default: raise)")
    add("--chart", metavar="FILE", help="draw the run into this HTML page")
    add("--exit-after", type=int, metavar="N", help="break off without clean-up after N orders")
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Trade, print the summary and the proof; 1 if the journal does not give the same state."""
    if not 0 < args.pace <= _MAX_PACE:
        raise ValidationError("--pace", str(args.pace), f"pass 1 to {_MAX_PACE}")
    exit_after = checked_exit_after(args.exit_after)
    instrument = Instrument(symbol=args.symbol, currency=args.currency, tick=args.tick, lot=args.lot)
    fees = MakerTaker(maker_bps=args.maker_bps, taker_bps=args.taker_bps)
    size, max_qty = positive(args.size, "--size"), positive(args.max_qty, "--max-qty")
    files = [path for path in (args.trades, args.quotes) if path is not None]
    # At equal times a trade comes first: the quote already shows the book after it.
    recordings = [Recording(path, args.symbol, venue=args.venue, bad_rows=args.bad_rows) for path in files]
    db = new_journal(args.db, "oms-run.db")
    print(f"A market-making bot trades {args.symbol} as recorded in {', '.join(files)}.")
    print(f"Journal: {db}\n")
    plan = Plan(db, instrument, merge(*recordings), fees, size, max_qty, args.pace, None, exit_after)
    result = trade(plan, sys.stderr)
    skipped = sum(recording.bad_row_count for recording in recordings)
    if skipped:
        print(f"{skipped:,} bad rows were skipped\n")
    summary = describe(result, args.currency)
    print(summary)
    print()
    if args.chart is not None:
        title = f"{args.symbol}: {', '.join(Path(path).name for path in files)}"
        page = chart_page(title, result.market, result.orders, instrument, summary=summary)
        Path(args.chart).write_text(page, encoding="utf-8")
        print(f"Chart: {args.chart}\n")
    is_same = prove(db, result.state_hash)
    print(
        f"\nNow look into it:  oms orders {db} --open   oms show {db} {len(result.blotter)}   oms state {db}"
    )
    return 0 if is_same else 1
