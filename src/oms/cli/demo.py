"""`oms demo`: the bot trades a made-up market, journaled, and the journal alone gives the state back."""

from __future__ import annotations

import sys
import tempfile
from argparse import Namespace
from decimal import Decimal
from pathlib import Path
from typing import Final

from oms.brokers.paper import PaperBroker
from oms.cli.command import Subparsers
from oms.cli.journal import NEW_JOURNAL
from oms.cli.summary import describe, prove
from oms.cli.trading import Plan, trade
from oms.errors import ValidationError
from oms.feeds.synthetic import SyntheticMarket
from oms.model.instrument import Instrument
from oms.simulation.fees import MakerTaker

_START_NS: Final = 1_767_364_200_000_000_000  # 2026-01-02 14:30 UTC
MAX_STEPS: Final = 10_000_000


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    summary = "trade a made-up market with a small bot, and prove the recovery"
    parser = subparsers.add_parser("demo", help=summary, description=f"{summary.capitalize()}.")
    parser.add_argument("--db", help=NEW_JOURNAL)
    parser.add_argument("--steps", type=int, default=20_000, help="how long the market runs (default: 20000)")
    parser.add_argument("--seed", type=int, default=7, help="which market (default: 7)")
    parser.add_argument(
        "--exit-after", type=int, metavar="N", help="break off without clean-up after N orders"
    )
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Trade, print the summary and the proof; 1 if the journal does not give the same state."""
    if not 0 < args.steps <= MAX_STEPS:
        raise ValidationError("--steps", str(args.steps), f"pass 1 to {MAX_STEPS}")
    exit_after = checked_exit_after(args.exit_after)
    db = new_journal(args.db, "oms-demo.db")
    acme = Instrument(symbol="ACME", currency="USD", tick="0.01")
    market = SyntheticMarket(
        instrument=acme, start_px="100.00", start_ns=_START_NS, steps=args.steps, seed=args.seed
    )
    print(f"A market-making bot trades a made-up market of {acme.symbol} (seed {args.seed}).")
    print(f"Journal: {db}\n")
    fees = MakerTaker(maker_bps="-0.1", taker_bps="0.3")
    plan = Plan(
        db=db,
        instrument=acme,
        updates=market,
        broker=PaperBroker([acme], fees=fees),
        size=Decimal(5),
        max_qty=Decimal(30),
        pace=10,
        exit_after=exit_after,
    )
    result = trade(plan, sys.stderr)
    print(describe(result, acme.currency))
    print()
    is_same = prove(db, result.state_hash)
    last = len(result.blotter)
    print(f"\nNow look into it:  oms orders {db} --open   oms show {db} {last}   oms state {db}")
    return 0 if is_same else 1


def checked_exit_after(orders: int | None) -> int | None:
    """Check after how many orders a run is to break off.

    Raises:
        ValidationError: Before the first, which no run does.
    """
    if orders is not None and orders < 1:
        raise ValidationError("--exit-after", str(orders), "pass 1 or more orders, or leave it out")
    return orders


def new_journal(path: str | None, name: str) -> Path:
    """Give the path of a journal that does not exist yet.

    Raises:
        ValidationError: It exists; a run begins a journal of its own.
    """
    if path is None:
        return Path(tempfile.mkdtemp(prefix="oms-")) / name
    db = Path(path)
    if db.exists():
        raise ValidationError("--db", str(db), "that exists; name a new file, or remove it first")
    return db
