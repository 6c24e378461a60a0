"""What a venue does where an order that comes would trade with one of the same account that rests.

It trades with none of them. Whoever of the market is ahead of the resting order trades with the one that comes; then it is the
resting one's turn, and the mode says who gives way. What is left of the one that comes goes on, to whoever is next.

Orders that trade in full or by a least quantity stand beside the queue and meet nobody of ours. Unless both rest, they trade
with whoever is ahead of the resting order alone, and wait while that is not enough. In auctions, as at most venues, orders of
one account may trade with one another.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from attrs import evolve

from oms.model.decimals import EXACT, ZERO
from oms.model.enums import Choice, ExecRestatementReason, ExecType
from oms.model.reports import ExecutionReport
from oms.simulation.book import Book
from oms.simulation.executions import Executions
from oms.simulation.reporting import Reports, execution_report
from oms.simulation.venue_order import Stage, VenueOrder

_ADD: Final = EXACT.add
_SUBTRACT: Final = EXACT.subtract
_TEXT: Final = "it would have traded with an order of the same account"


class SelfMatch(Choice):
    """Who gives way where an order would trade with one of the same account."""

    REST_BOTH = "rest both"
    """Nobody: the one that comes trades with others, and rests beside or beyond the other."""
    CANCEL_OLDEST = "cancel oldest"
    """The one that rests."""
    CANCEL_NEWEST = "cancel newest"
    """The one that comes, with what is left of it."""
    CANCEL_BOTH = "cancel both"
    """Both."""
    DECREMENT_BOTH = "decrement both"
    """Both, by what is left of the smaller one, which is canceled; the larger one is restated, and goes on."""


def rival_of(book: Book, order: VenueOrder) -> VenueOrder | None:
    """Give the first resting order of the same account that an order would trade with; None for none."""
    for one in (book.sells if order.is_buy else book.buys).orders():
        if not order.is_met_by(one.resting_px):
            return None
        if one.account == order.account:
            return one
    return None


def meetings(
    book: Book, order: VenueOrder, most: Decimal
) -> Iterator[tuple[list[tuple[Decimal, Decimal]], VenueOrder | None]]:
    """Give what an order can take before it meets the next one of its account, and which that is; None for nobody any more.

    What was given is to be taken, and the other one dealt with, before the next is asked for.
    """
    is_buy = order.is_buy
    taken: dict[Decimal, Decimal] = {}
    while True:
        rival = rival_of(book, order)
        left = min(most, order.leaves_qty)
        if not left:
            return
        found = book.in_reach(order, left)
        if rival is not None:
            px = rival.resting_px
            ahead = max(_SUBTRACT(book.ahead_of(rival) or ZERO, taken.get(px, ZERO)), ZERO)
            ahead = book.whole(ahead) if ahead.is_finite() else ahead
            found = [
                (at, min(qty, ahead) if at == px else qty)
                for at, qty in found
                if (ahead and at == px) or (at < px if is_buy else at > px)
            ]
        for at, qty in found:
            taken[at] = EXACT.add(taken.get(at, ZERO), qty)
            most = _SUBTRACT(most, qty)
        if rival is None or not most:
            yield found, None
            return
        yield found, rival
        if not order.leaves_qty:
            return


def ahead_of_own(
    mode: SelfMatch, book: Book, order: VenueOrder, most: Decimal
) -> list[tuple[Decimal, Decimal]]:
    """Give what an order that stands beside the queue can have, up to so much, without passing one of its account that rests."""
    if mode is SelfMatch.REST_BOTH:
        return book.in_reach(order, most)
    return next(meetings(book, order, most), ([], None))[0]


def give_way(
    executions: Executions,
    book: Book,
    order: VenueOrder,
    rival: VenueOrder,
    mode: SelfMatch,
    time_ns: int,
    reports: Reports,
) -> None:
    """Do what the mode says with an order that comes, and is in no book, and the one that it has met."""
    match mode:
        case SelfMatch.CANCEL_OLDEST:
            reason = ExecRestatementReason.SELF_MATCH_PREVENTION_PASSIVE
            book.remove(rival)
            _cancel(executions, book, rival, reason, time_ns, reports)
        case SelfMatch.CANCEL_NEWEST:
            reason = ExecRestatementReason.SELF_MATCH_PREVENTION_AGGRESSIVE
            _cancel(executions, book, order, reason, time_ns, reports)
        case SelfMatch.DECREMENT_BOTH:
            px, cash = rival.resting_px, order.cash_left
            ours = order.leaves_qty if cash is None else book.instrument.lots_for(cash, px)
            qty = min(ours, rival.leaves_qty)
            if qty == rival.leaves_qty:
                book.remove(rival)
            if qty:
                _reduce(executions, book, rival, qty, time_ns, reports)
            if cash is None:
                _reduce(executions, book, order, qty, time_ns, reports)
            elif order.stage is Stage.OPEN and not executions.pay(book, order, qty, px):
                reason = ExecRestatementReason.SELF_MATCH_PREVENTION
                _cancel(executions, book, order, reason, time_ns, reports)
        case _:
            book.remove(rival)
            for one in (rival, order):
                reason = ExecRestatementReason.SELF_MATCH_PREVENTION
                _cancel(executions, book, one, reason, time_ns, reports)


def _reduce(
    executions: Executions, book: Book, order: VenueOrder, qty: Decimal, time_ns: int, reports: Reports
) -> None:
    reason = ExecRestatementReason.SELF_MATCH_PREVENTION
    if order.stage is not Stage.OPEN:
        return  # it has ended with what it depended on
    if qty >= order.leaves_qty:
        _cancel(executions, book, order, reason, time_ns, reports)
        return
    # What was busted of it stays lost: the total falls to what is left.
    order.amend(_ADD(order.cum_qty, _SUBTRACT(order.leaves_qty, qty)), order.terms)
    executions.charging.hold(book, order, time_ns)
    trade_date = book.trade_date_at(time_ns)
    report = execution_report(order, ExecType.RESTATED, time_ns, trade_date, text=_TEXT)
    reports.append(evolve(report, exec_restatement_reason=reason))


def _cancel(
    executions: Executions,
    book: Book,
    order: VenueOrder,
    reason: ExecRestatementReason,
    time_ns: int,
    reports: Reports,
) -> None:
    if order.stage is not Stage.OPEN:
        return  # it has ended with what it depended on
    number = len(reports)
    executions.cancel(book, order, _TEXT, time_ns, reports)
    report = reports[number]
    if isinstance(report, ExecutionReport):
        reports[number] = evolve(report, exec_restatement_reason=reason)
