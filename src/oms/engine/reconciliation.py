"""What a broker says, held against the books: pure comparisons, which know of no time and change nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from oms.engine.reconciliation_run import Difference
from oms.lifecycle.anomalies import said_at
from oms.lifecycle.facts import is_later
from oms.lifecycle.status_answers import counted_there, has_filled_there, how_it_ended, is_at_work
from oms.model.decimals import EXACT, ZERO, is_sane, plain
from oms.model.enums import BreakKind, RequestKind
from oms.model.ids import Account, Symbol
from oms.model.order import Order
from oms.model.reports import ExecutionReport, PositionReport
from oms.model.terms import limit_px, stop_px

# Every order of a list is held against the books; a property costs a call.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

UNSAID: Final = "nothing"


def of_order(order: Order, said: ExecutionReport) -> tuple[Difference, ...]:
    """Give in what an order differs from what its broker says that it is now.

    A word that is older than what is in force says nothing; while a replace is unanswered, total and prices may be either.
    """
    found: list[Difference] = []
    key = str(order._order_id)

    def differs(kind: BreakKind, expected: str, there: str, text: str) -> None:
        found.append(Difference(kind, key, order._order_id, expected, there, text))

    works_there = is_at_work(said)
    if (
        order.is_ended
        and works_there
        and not (order._end is not None and is_later(order._end, said_at(said)))
    ):
        differs(BreakKind.STATUS, order.life.value, "working", "it has ended here and works there")
    elif not order.is_ended and order._leaves_qty:
        left = f"open, {plain(order._leaves_qty)} left"
        if end := how_it_ended(said):
            differs(BreakKind.STATUS, left, end, "it has ended there and works here")
        elif said.leaves_qty == ZERO and not has_filled_there(order, said):
            # What ranks before an end may hide it: a suspended order that was canceled is shown as suspended.
            differs(BreakKind.STATUS, left, "nothing left", "nothing of it works there")
    counted = counted_there(said)
    if is_sane(counted) and counted != order._cum_qty:
        kind = BreakKind.MISSING_FILL if counted > order._cum_qty else BreakKind.UNKNOWN_FILL
        less = "here" if kind is BreakKind.MISSING_FILL else "there"
        missing = plain((counted - order._cum_qty).copy_abs())
        differs(kind, plain(order._cum_qty), plain(counted), f"{missing} executed that is not known {less}")
    is_settled = not any(request.kind is RequestKind.REPLACE for request in order._requests.values())
    is_older = order._said is not None and is_later(order._said, said_at(said))
    if works_there and is_settled and not is_older and not order.is_ended:
        total = said.order_qty
        if is_sane(total) and total != order._order_qty:
            differs(BreakKind.QUANTITY, plain(order._order_qty), plain(total), "its total")
        ours = (limit_px(order._terms), stop_px(order._terms))
        theirs = tuple(
            mine if mine is None or not is_sane(px) else px
            for mine, px in zip(ours, (said.price, said.stop_px), strict=True)
        )
        if theirs != ours:
            differs(BreakKind.PRICE, _prices(ours), _prices(theirs), "its prices")
    return tuple(found)


def missing_order(order: Order) -> Difference:
    """Give that an order which is open here is not at its broker."""
    text = "it is open here, and the broker does not show it"
    left = f"open, {plain(order._leaves_qty)} left"
    return Difference(BreakKind.MISSING_ORDER, str(order._order_id), order._order_id, left, UNSAID, text)


def unknown_order(name: str, said: ExecutionReport) -> Difference:
    """Give that a broker has an order, or executions of one, that nobody knows here."""
    parts = [
        "" if said.side is None else said.side.name.lower(),
        plain(said.order_qty) if is_sane(said.order_qty) else "",
        said.symbol or "",
    ]
    there = " ".join(filter(None, parts)) or "an order"
    return Difference(BreakKind.UNKNOWN_ORDER, name, None, UNSAID, there, f"{name} was not given here")


def name_of(report: ExecutionReport) -> str | None:
    """Give what a broker calls an order that is not known here; None where it does not call it anything."""
    return report.venue_order_id or report.cl_ord_id or report.orig_cl_ord_id


def of_positions(
    held: Mapping[tuple[Account, Symbol], Decimal], said: PositionReport, account: Account
) -> tuple[Difference, ...]:
    """Give in which instruments something else is held than a broker says.

    Args:
        held: What was traded at that broker, net.
        said: What it says.
        account: For whom a line is that names no account.
    """
    there: dict[tuple[Account, Symbol], Decimal] = {}
    for line in said.positions:
        holding = (line.account or account, line.symbol)
        there[holding] = EXACT.add(there.get(holding, ZERO), line.net_qty)
    holdings: Iterable[tuple[Account, Symbol]] = {**there, **held} if said.is_complete else there
    found: list[Difference] = []
    for holding in sorted(holdings):
        ours, theirs = held.get(holding, ZERO), there.get(holding, ZERO)
        if ours != theirs:
            whose, symbol = holding
            text = f"what account {whose} holds of {symbol}"
            key = f"{whose} {symbol}"
            found.append(Difference(BreakKind.POSITION, key, None, plain(ours), plain(theirs), text))
    return tuple(found)


def _prices(prices: Iterable[Decimal | None]) -> str:
    return " ".join(plain(px) for px in prices if px is not None) or UNSAID
