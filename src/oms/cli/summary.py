"""What a trading run prints at its end, and the proof that its journal alone gives the same state."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

from oms.brokers.paper import PaperBroker
from oms.cli.journal import opened
from oms.cli.trading import Result
from oms.model.decimals import EXACT, plain
from oms.model.enums import OrdStatus
from oms.projections.wording import of_status, table
from oms.simulation.accounts import AccountModel
from oms.testing.conservation import check_conservation
from oms.testing.fill_audit.audit import FillAudit

_LATEST: Final = 5
_HALF: Final = Decimal("0.5")


def describe(result: Result, currency: str, never: Sequence[str] = ()) -> str:
    """Give the blotter's summary, the positions, the fills and the fees as text, and which times that were asked for never came."""
    parts = [
        f"{result.updates:,} market updates, {result.events:,} events journaled, {result.took_s:.1f} s",
        *(f"{one}: the market's rows end before it, so that it never came" for one in never),
        "",
        "ORDERS",
        _orders(result),
        "",
        "POSITIONS",
        _positions(result, currency),
        "",
        "EXECUTIONS",
        _executions(result),
    ]
    return "\n".join(parts)


def _orders(result: Result) -> str:
    rows = list(result.blotter)
    partly = [row for row in rows if row.cum_qty and row.status is not OrdStatus.FILLED]
    left = [row for row in partly if type(row.time_in_force).__name__ == "ImmediateOrCancel"]
    counts = ", ".join(f"{count:,} {of_status(status)}" for status, count in result.blotter.counts().items())
    replaces = sum(row.replaces for row in rows)
    cancels = sum(row.cancels_asked for row in rows)
    ends = f"{len(partly):,} ended partly filled, {len(left):,} of them immediate-or-cancel leftovers"
    latest = result.blotter.table(rows[-_LATEST:])
    return f"{len(rows):,} orders: {counts}\n{replaces:,} replaces, {cancels:,} cancels asked, {ends}\nthe latest:\n{latest}"


def _positions(result: Result, currency: str) -> str:
    quote = result.last_quote
    mid = None
    if quote is not None and quote.bid is not None and quote.ask is not None:
        mid = EXACT.multiply(EXACT.add(quote.bid, quote.ask), _HALF)
    headings = (
        "account",
        "symbol",
        "net",
        "average cost",
        "realised",
        "open at mid",
        "fees",
        "after fees",
        "in",
    )
    cells = []
    for position in result.manager.positions:
        opened = Decimal(0) if mid is None else position.open_pnl(mid)
        fees = position.fees.get(currency, Decimal(0))
        average = position.avg_cost_px
        net = EXACT.subtract(EXACT.add(position.realised_pnl, opened), fees)
        cells.append(
            (
                position.account,
                position.symbol,
                plain(position.net_qty),
                "" if average is None else _money(average),
                _money(position.realised_pnl),
                _money(opened),
                _money(fees),
                _money(net),
                currency,
            )
        )
    return table(headings, cells) if cells else "none"


def _executions(result: Result) -> str:
    totals = result.executions.totals()
    fees = (
        ", ".join(f"{_money(amount)} {currency}" for currency, amount in sorted(totals.fees.items()))
        or "none"
    )
    roles = f"{totals.makers:,} made and {totals.takers:,} taken"
    sizes = f"{plain(totals.bought_qty)} bought, {plain(totals.sold_qty)} sold"
    latest = result.executions.table(list(result.executions)[-_LATEST:])
    return f"{totals.executions:,} executions, {roles}; {sizes}; fees {fees}\nthe latest:\n{latest}"


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def balance(db: Path, broker: PaperBroker, account: AccountModel | None, audit: FillAudit) -> bool:
    """Tell whether all balances to the last decimal, and print what does not.

    Every fill is of something that was there, once and in its turn; the journal and the exchange agree on every execution;
    cash, positions and fees are what these come to.

    Args:
        db: The journal.
        broker: The only broker of the run.
        account: What accounts began with; None where they are not watched.
        audit: The witness of the run.
    """
    began = None if account is None else account.opening()
    money, held = ({}, {}) if began is None else (began.balances, began.positions)
    wrong = list(audit.check(broker))
    with opened(str(db)) as store:
        booked = check_conservation(store.read(), broker, balances=money, positions=held)
    print("BALANCE")
    if not wrong:
        sources = ", ".join(f"{count:,} of {source}" for source, count in sorted(audit.drawn.items()))
        print(f"{audit.fills:,} fills, each of what was there, once and in its turn: {sources or 'none'}")
    if not booked:
        print("the journal has every execution of the exchange, and nothing else")
    wrong += booked
    for sentence in wrong:
        print(sentence)
    funds = broker.funds()
    if funds is not None:
        for one in funds.balances:
            print(
                f"{plain(one.cash)} {one.currency} in cash, worth {plain(one.equity)} with positions, fees {plain(one.fees)}"
            )
    print()
    return not wrong


def prove(db: Path, expected: str) -> bool:
    """Let a fresh process that sees only the journal work out the state, and tell whether it is the same."""
    command = [sys.executable, "-m", "oms.cli", "state", str(db), "--hash"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # our own command line
    found = answer.stdout.strip()
    is_same = answer.returncode == 0 and found == expected
    print("RECOVERY")
    print(f"state hash of this process       {expected}")
    print(f"rebuilt by a fresh one from {db.name}  {found or answer.stderr.strip()}")
    print("the same" if is_same else "NOT THE SAME: the journal does not give the state back")
    return is_same
