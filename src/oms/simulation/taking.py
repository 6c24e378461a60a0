"""How an order takes what the market shows as it comes: level by level, for a quantity or for an amount of money.

An order for an amount of money (CashOrderQty, 152) is for no quantity until it is known. At each price it trades as many whole
lots as what is left of the money buys there, without fees. It is filled by the execution after which that is not one lot more at
the same price, and canceled where it is not one lot at the next price, or at the limit that it would rest at. Where it comes
to rest it becomes an order for the quantity that what is left buys at its limit, and is restated.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from oms.model.decimals import EXACT, ZERO
from oms.model.enums import LastLiquidityInd
from oms.simulation.book import Book
from oms.simulation.executions import NO_MONEY, Executions
from oms.simulation.reporting import Reports
from oms.simulation.self_match import SelfMatch, give_way, meetings
from oms.simulation.venue_order import Stage, VenueOrder

_ADD: Final = EXACT.add
_SUBTRACT: Final = EXACT.subtract


def take(
    executions: Executions,
    mode: SelfMatch,
    book: Book,
    order: VenueOrder,
    time_ns: int,
    reports: Reports,
) -> None:
    """Trade an order that is in no book, unless all in its reach is less than the least that it may trade."""
    wanted = executions.wanted(order)
    least, most = order.least_qty(wanted), executions.may_take(book, wanted, time_ns)
    if mode is SelfMatch.REST_BOTH:
        found = book.in_reach(order, most)
        if found and _is_enough(executions, book, order, found, least, time_ns):
            _take_all(executions, book, order, found, time_ns, reports)
        return
    for found, rival in meetings(book, order, most):
        if least:
            goes_on = rival is None or mode is SelfMatch.CANCEL_OLDEST
            reach = book.in_reach(order, most) if goes_on else found
            if not _is_enough(executions, book, order, reach, least, time_ns):
                return
            least = ZERO
        _take_all(executions, book, order, found, time_ns, reports)
        if rival is not None and order.leaves_qty and rival.stage is Stage.OPEN:
            give_way(executions, book, order, rival, mode, time_ns, reports)


def _take_all(
    executions: Executions,
    book: Book,
    order: VenueOrder,
    found: list[tuple[Decimal, Decimal]],
    time_ns: int,
    reports: Reports,
) -> None:
    for px, shown in found:
        left = shown
        while left and order.leaves_qty:
            if order.cash_left is not None:
                qty = executions.affordable(book, order, left, px, time_ns)
                if not qty:
                    executions.cancel_money(book, order, px, time_ns, reports)
                    return
            else:
                qty = executions.payable(book, order, left, px, LastLiquidityInd.REMOVED, time_ns)
                if not qty:
                    executions.cancel(book, order, NO_MONEY, time_ns, reports)
                    return
            book.take(px, qty, is_buy=order.is_buy)
            if order.becomes_limit:
                order.price = px
            executions.execute(book, order, qty, px, LastLiquidityInd.REMOVED, time_ns, reports)
            left = _SUBTRACT(left, qty)


def _is_enough(
    executions: Executions,
    book: Book,
    order: VenueOrder,
    found: list[tuple[Decimal, Decimal]],
    least: Decimal,
    time_ns: int,
) -> bool:
    """Tell whether what was found is the least that an order may trade; for money, whether that is used up with it."""
    cash = order.cash_left
    if not least:
        return True
    if cash is None:
        return total(found) >= least and executions.can_pay(book, order, first_of(found, least), time_ns)
    instrument = book.instrument
    for px, shown in found:
        qty = min(shown, instrument.lots_for(cash, px))
        cash = _SUBTRACT(cash, EXACT.multiply(EXACT.multiply(qty, px), instrument.multiplier))
        if qty < shown or not instrument.lots_for(cash, px):
            return True
    return False


def first_of(found: list[tuple[Decimal, Decimal]], most: Decimal) -> list[tuple[Decimal, Decimal]]:
    """Give as much of what was found as comes first."""
    parts: list[tuple[Decimal, Decimal]] = []
    for px, shown in found:
        parts.append((px, min(shown, most)))
        most = _SUBTRACT(most, parts[-1][1])
        if not most:
            break
    return parts


def total(found: list[tuple[Decimal, Decimal]]) -> Decimal:
    """Give how much there is at all prices together."""
    sum_qty = ZERO
    for _, qty in found:
        sum_qty = _ADD(sum_qty, qty)
    return sum_qty
