"""`oms run`: the bot trades a recorded market, journaled, and the journal alone gives the state back."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

from oms.analytics.run_chart import chart_page
from oms.brokers.paper import PaperBroker
from oms.cli import models, venues, wires
from oms.cli.command import Subparsers
from oms.cli.demo import checked_exit_after, new_journal
from oms.cli.halting import Halts, halts
from oms.cli.recordings import AnyRecording, has_trades_alone, opened, share_read, tell_bad_rows
from oms.cli.run_options import add_options, named
from oms.cli.summary import balance, describe, prove
from oms.cli.trading import Plan, Result, trade
from oms.cli.unasked import Unasked
from oms.errors import ValidationError
from oms.feeds.merging import merge
from oms.model.decimals import EXACT, plain, positive
from oms.model.instrument import Instrument
from oms.model.time_in_force import GTC, Day
from oms.simulation.accounts import AccountModel
from oms.simulation.bar_path import BarPath
from oms.simulation.busts import Busts
from oms.simulation.fees import FeeModel, MakerTaker
from oms.simulation.rules import MatchingRules
from oms.simulation.self_match import SelfMatch
from oms.simulation.witness import Witness
from oms.testing.fill_audit.audit import FillAudit

_MAX_PACE: Final = 1_000_000


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    summary = "trade a recorded market with a small bot, and prove the recovery"
    parser = subparsers.add_parser("run", help=summary, description=f"{summary.capitalize()}.")
    add_options(parser)
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Trade, print the summary and the proof; 1 if the journal does not give the same state, or does not balance."""
    if not 0 < args.pace <= _MAX_PACE:
        raise ValidationError("--pace", str(args.pace), f"pass 1 to {_MAX_PACE}")
    exit_after = checked_exit_after(args.exit_after)
    instrument = Instrument(symbol=args.symbol, currency=args.currency, tick=args.tick, lot=args.lot)
    size, max_qty = positive(args.size, "--size"), positive(args.max_qty, "--max-qty")
    display_qty = _display_qty(args.display, size, instrument)
    unasked = _unasked(args, instrument)
    account = None if args.account is None else models.account(args.account, instrument)
    began = None if account is None else account.opening()
    audit = FillAudit(
        [instrument],
        slips=args.slippage is not None,
        balances=None if began is None else began.balances,
        positions=None if began is None else began.positions,
    )
    broker = _broker(args, instrument, account, audit)
    sessions = None if args.calendar is None else venues.sessions(args.calendar, instrument)
    recordings = opened(args)
    pauses = None if args.halt is None else halts(args.halt, instrument.symbol)
    heard = merge(*recordings)
    updates = heard if pauses is None else pauses.among(heard)
    files = ", ".join(str(recording.path) for recording in recordings)
    chart = _writable(args.chart)
    db = new_journal(args.db, "oms-run.db")
    print(f"A market-making bot trades {args.symbol} as recorded in {files}.")
    print(f"Journal: {db}\n")
    plan = Plan(
        db=db,
        instrument=instrument,
        updates=updates,
        broker=broker,
        size=size,
        max_qty=max_qty,
        pace=args.pace,
        share=share_read(recordings),
        exit_after=exit_after,
        reconciles=bool(args.faults),
        bar_path=named(BarPath, args.bar_path),
        sessions=sessions,
        tif=Day() if args.tif == "day" else GTC,
        trades_alone=has_trades_alone(recordings),
        display_qty=display_qty,
        unasked=unasked,
    )
    result = trade(plan, sys.stderr)
    tell_bad_rows(recordings)
    summary = describe(result, args.currency, _never(pauses, unasked, result))
    print(summary)
    print()
    if chart is not None:
        _draw(chart, result, recordings, instrument, summary)
    is_balanced = balance(db, broker, account, audit)
    is_same = prove(db, result.state_hash)
    print(
        f"\nNow look into it:  oms orders {db} --open   oms show {db} {len(result.blotter)}   oms state {db}"
    )
    return 0 if is_same and is_balanced else 1


def _unasked(args: Namespace, instrument: Instrument) -> Unasked | None:
    return wires.unasked(
        args.cancel_rate,
        args.cancel_after,
        args.done_for_day,
        instrument,
        args.seed,
        suspend_rate=args.suspend_rate,
        suspend_for=args.suspend_for,
        stop_rate=args.stop_rate,
        correct_rate=args.correct_rate,
    )


def _never(pauses: Halts | None, unasked: Unasked | None, result: Result) -> list[str]:
    # The times that were asked for, and did not come.
    never = [] if pauses is None else [f"--halt {moment}" for moment in pauses.never()]
    if unasked is not None and unasked.done_for_day is not None and not result.has_finished:
        never.append(f"--done-for-day {unasked.done_for_day}")
    return never


def _broker(
    args: Namespace, instrument: Instrument, account: AccountModel | None, witness: Witness
) -> PaperBroker:
    fees: FeeModel = MakerTaker(maker_bps=args.maker_bps, taker_bps=args.taker_bps)
    if args.fees:
        fees = models.fees(args.fees, instrument)
    latency = None
    if args.latency:
        latency = wires.latency(args.latency, instrument, args.seed, may_overtake=args.may_overtake)
    return PaperBroker(
        [instrument],
        fees=fees,
        slippage=None if args.slippage is None else models.slippage(args.slippage, instrument),
        rules=MatchingRules(
            queue=models.queue(args.queue, instrument),
            fills=models.fills(args.fills, instrument, args.seed),
            bar_path=named(BarPath, args.bar_path),
            fills_on_touch=args.fills_on_touch,
            self_match=named(SelfMatch, args.self_match),
        ),
        latency=latency,
        faults=wires.faults(args.faults, instrument, args.seed) if args.faults else None,
        busts=_busts(args, instrument),
        profile=venues.profile(args.profile, instrument),
        account=account,
        witness=witness,
    )


def _busts(args: Namespace, instrument: Instrument) -> Busts | None:
    if args.bust_rate is not None:
        return wires.busts(args.bust_rate, args.bust_after, instrument, args.seed)
    if args.bust_after is not None:
        raise ValidationError(
            "--bust-after", args.bust_after, "give --bust-rate too: none is busted without it"
        )
    return None


def _draw(
    chart: Path, result: Result, recordings: Sequence[AnyRecording], instrument: Instrument, summary: str
) -> None:
    title = f"{instrument.symbol}: {', '.join(recording.path.name for recording in recordings)}"
    page = chart_page(title, result.market, result.orders, instrument, summary=summary)
    chart.write_text(page, encoding="utf-8")
    print(f"Chart: {chart}\n")


def _display_qty(text: str | None, size: Decimal, instrument: Instrument) -> Decimal | None:
    if text is None:
        return None
    shown = positive(text, "--display")
    if shown > size:
        raise ValidationError("--display", text, f"pass at most {plain(size)}, the --size of an order")
    if EXACT.remainder(shown, instrument.lot):
        raise ValidationError("--display", text, f"pass a multiple of {plain(instrument.lot)}, the --lot")
    return shown


def _writable(path: str | None) -> Path | None:
    """Check before the run that its chart can be written after it; the folder is made."""
    if path is None:
        return None
    chart = Path(path)
    try:
        chart.parent.mkdir(parents=True, exist_ok=True)
        with chart.open("a", encoding="utf-8"):
            return chart
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise ValidationError("--chart", path, f"name a file that can be written: {why}") from error
