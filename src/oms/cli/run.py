"""`oms run`: the bot trades a recorded market, journaled, and the journal alone gives the state back."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from oms.analytics.run_chart import chart_page
from oms.brokers.paper import PaperBroker
from oms.cli import models
from oms.cli.command import Subparsers
from oms.cli.demo import checked_exit_after, new_journal
from oms.cli.journal import NEW_JOURNAL
from oms.cli.summary import balance, describe, prove
from oms.cli.trading import Plan, trade
from oms.errors import ValidationError
from oms.feeds.merging import merge
from oms.feeds.recording import REFERENCE_VENUE, Recording
from oms.model.decimals import positive
from oms.model.enums import Choice
from oms.model.instrument import Instrument
from oms.simulation.accounts import AccountModel
from oms.simulation.bar_path import BarPath
from oms.simulation.fees import FeeModel, MakerTaker
from oms.simulation.rules import MatchingRules
from oms.simulation.self_match import SelfMatch

C = TypeVar("C", bound=Choice)
_MAX_PACE: Final = 1_000_000
_SHOWN_ROWS: Final = 5
_OPTIONS: Final = {"span_s": "--bar-seconds", "assumed_size": "--assumed-size"}


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    summary = "trade a recorded market with a small bot, and prove the recovery"
    parser = subparsers.add_parser("run", help=summary, description=f"{summary.capitalize()}.")
    add = parser.add_argument
    add(
        "files",
        metavar="FILE",
        nargs="*",
        help="recorded market data of any known layout, CSV or gzipped CSV",
    )
    add("--quotes", metavar="FILE", help="recorded quotes; the same as naming the file last")
    add("--trades", metavar="FILE", help="recorded trades; the same as naming the file before the quotes")
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
    add("--fees", action="append", help=f"other fees, added up: {models.usage('--fees')}")
    add("--slippage", help=models.usage("--slippage"))
    add(
        "--queue",
        default="pessimistic",
        help=f"where those who cancel stood: {models.usage('--queue')} (default: pessimistic)",
    )
    add(
        "--fills",
        default="every",
        help=f"what a mere touch fills: {models.usage('--fills')} (default: every)",
    )
    add("--bar-path", choices=_names(BarPath), default="adaptive", help="which extreme of a bar comes first")
    add("--fills-on-touch", action="store_true", help="a bar that only touches a limit fills it")
    add("--self-match", choices=_names(SelfMatch), default="rest-both", help="who gives way to an own order")
    add("--latency", help=f"how long messages take, either way: {models.usage('--latency')} (default: none)")
    add("--faults", action="append", help=f"what goes wrong: {models.usage('--faults')} (default: nothing)")
    add("--seed", type=int, default=0, help="what is drawn at random follows from it (default: 0)")
    add(
        "--account",
        help=f"on which terms it is traded: {models.usage('--account')} (default: without limits)",
    )
    add("--venue", default=REFERENCE_VENUE, help="whose quotes, where a file has several venues (default: N)")
    add("--bar-seconds", type=int, metavar="N", help="how long a bar is, where a file has bars")
    add("--assumed-size", metavar="QTY", help="the size of quotes, where a file has none")
    add("--bad-rows", choices=("raise", "skip"), default="raise", help="what a bad row does (default: raise)")
    add("--chart", metavar="FILE", help="draw the run into this HTML page")
    add("--exit-after", type=int, metavar="N", help="break off without clean-up after N orders")
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Trade, print the summary and the proof; 1 if the journal does not give the same state, or does not balance."""
    if not 0 < args.pace <= _MAX_PACE:
        raise ValidationError("--pace", str(args.pace), f"pass 1 to {_MAX_PACE}")
    exit_after = checked_exit_after(args.exit_after)
    instrument = Instrument(symbol=args.symbol, currency=args.currency, tick=args.tick, lot=args.lot)
    size, max_qty = positive(args.size, "--size"), positive(args.max_qty, "--max-qty")
    account = None if args.account is None else models.account(args.account, instrument)
    broker = _broker(args, instrument, account)
    # At equal times a trade comes first: the quote already shows the book after it.
    files = [path for path in (*args.files, args.trades, args.quotes) if path is not None]
    if not files:
        raise ValidationError("FILE", "none", "name a file of recorded market data, or several")
    recordings = [_opened(path, args) for path in files]
    chart = _writable(args.chart)
    db = new_journal(args.db, "oms-run.db")
    print(f"A market-making bot trades {args.symbol} as recorded in {', '.join(files)}.")
    print(f"Journal: {db}\n")
    plan = Plan(
        db=db,
        instrument=instrument,
        updates=merge(*recordings),
        broker=broker,
        size=size,
        max_qty=max_qty,
        pace=args.pace,
        share=_share(recordings),
        exit_after=exit_after,
        reconciles=bool(args.faults),
        bar_path=_named(BarPath, args.bar_path),
    )
    result = trade(plan, sys.stderr)
    _tell_bad_rows(recordings)
    summary = describe(result, args.currency)
    print(summary)
    print()
    if chart is not None:
        title = f"{args.symbol}: {', '.join(Path(path).name for path in files)}"
        page = chart_page(title, result.market, result.orders, instrument, summary=summary)
        chart.write_text(page, encoding="utf-8")
        print(f"Chart: {chart}\n")
    is_balanced = balance(db, broker, {} if account is None else account.opening().balances)
    is_same = prove(db, result.state_hash)
    print(
        f"\nNow look into it:  oms orders {db} --open   oms show {db} {len(result.blotter)}   oms state {db}"
    )
    return 0 if is_same and is_balanced else 1


def _broker(args: Namespace, instrument: Instrument, account: AccountModel | None) -> PaperBroker:
    fees: FeeModel = MakerTaker(maker_bps=args.maker_bps, taker_bps=args.taker_bps)
    if args.fees:
        fees = models.fees(args.fees, instrument)
    return PaperBroker(
        [instrument],
        fees=fees,
        slippage=None if args.slippage is None else models.slippage(args.slippage, instrument),
        rules=MatchingRules(
            queue=models.queue(args.queue, instrument),
            fills=models.fills(args.fills, instrument, args.seed),
            bar_path=_named(BarPath, args.bar_path),
            fills_on_touch=args.fills_on_touch,
            self_match=_named(SelfMatch, args.self_match),
        ),
        latency=None if args.latency is None else models.latency(args.latency, instrument, args.seed),
        faults=models.faults(args.faults, instrument, args.seed) if args.faults else None,
        account=account,
    )


def _writable(path: str | None) -> Path | None:
    """Check before the run that its chart can be written after it."""
    if path is None:
        return None
    with Path(path).open("a", encoding="utf-8"):
        return Path(path)


def _names(choices: type[C]) -> list[str]:
    return [choice.name.lower().replace("_", "-") for choice in choices]


def _named(choices: type[C], text: str) -> C:
    return choices[text.upper().replace("-", "_")]


def _opened(path: str, args: Namespace) -> Recording:
    """Open a file; what only some layouts need is told to those that ask for it."""
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


def _share(recordings: Sequence[Recording]) -> Callable[[], float]:
    """Give what tells how much of the largest file has been read."""
    largest = max(recordings, key=lambda recording: recording.path.stat().st_size)
    return lambda: largest.share_read


def _tell_bad_rows(recordings: Sequence[Recording]) -> None:
    for recording in recordings:
        if recording.bad_row_count:
            print(
                f"{recording.bad_row_count:,} bad rows of {recording.path} were skipped, the first of them:"
            )
            for row in recording.bad_rows[:_SHOWN_ROWS]:
                print(f"  {row}")
            print()
