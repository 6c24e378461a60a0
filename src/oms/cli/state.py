"""`oms state DB`: what a journal amounts to, rebuilt from nothing but its events."""

from __future__ import annotations

import time
from argparse import Namespace

from oms.cli.command import Subparsers
from oms.cli.journal import JOURNAL, read_journal
from oms.runtime.recovery import recover, state_hash


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    summary = "rebuild the state of a journal and print its hash"
    parser = subparsers.add_parser("state", help=summary, description=f"{summary.capitalize()}.")
    parser.add_argument("db", metavar="DB", help=JOURNAL)
    parser.add_argument("--hash", action="store_true", help="print the hash alone")
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Rebuild, and print what came of it."""
    started = time.perf_counter()
    recovered = recover(read_journal(args.db))
    took_s = time.perf_counter() - started
    found = state_hash(recovered.state, recovered.positions)
    if args.hash:
        print(found)
        return 0
    state = recovered.state
    opened = len(state.book.exposure.open_orders)
    print(f"{recovered.count:,} events, {state.epoch} start(s), rebuilt in {took_s:.2f} s")
    print(f"{len(state.index.by_id):,} orders, {opened:,} open, {len(recovered.positions)} position(s)")
    if state.book.kill_reason is not None:
        print(f"the kill switch is engaged: {state.book.kill_reason}")
    print(f"state hash {found}")
    return 0
