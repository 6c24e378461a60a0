"""How much of what could trade an account without credit can pay for, at the moment at which it would."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Final, TypeAlias

from oms.model.decimals import EXACT, ZERO
from oms.model.define import record
from oms.model.enums import LastLiquidityInd
from oms.model.ids import Account
from oms.simulation.accounts import AccountModel
from oms.simulation.book import Book
from oms.simulation.fees import Execution, FeeMeter
from oms.simulation.holds import Hold
from oms.simulation.purses import Purse
from oms.simulation.venue_order import VenueOrder

_ADD: Final = EXACT.add
_SUBTRACT: Final = EXACT.subtract
_MULTIPLY: Final = EXACT.multiply

Parts: TypeAlias = Sequence[tuple[Decimal, Decimal]]
"""What would trade: prices and the quantity at each."""

Spent: TypeAlias = dict[tuple[Account, str], Decimal]
"""The money that is promised to others beside, by account and currency."""


@record
class Trading:
    """How an order would trade.

    Attributes:
        book: Where.
        order: Which one.
        mates: It and those of its list, of whose holds it may use.
        liquidity: Whether it would add liquidity or take it; None in an auction.
        time_ns: When, in nanoseconds UTC.
    """

    book: Book
    order: VenueOrder
    mates: tuple[VenueOrder, ...]
    liquidity: LastLiquidityInd | None
    time_ns: int

    def execution(self, qty: Decimal, px: Decimal, *, is_last: bool = False) -> Execution:
        """Give what a fee would be charged for; in an auction nobody waits for anybody: it is charged like what takes."""
        order, charged = self.order, self.liquidity or LastLiquidityInd.REMOVED
        return Execution(
            self.book.instrument,
            order.account,
            order.venue_order_id,
            order.side,
            qty,
            px,
            charged,
            self.time_ns,
            is_last,
        )


class Affording:
    """Tells what accounts can pay for; a purchase with money, a sale with what is held and what it brings."""

    __slots__ = ("_meter", "_model", "_purse_of")

    def __init__(self, meter: FeeMeter, model: AccountModel, purse_of: Callable[[Account], Purse]) -> None:
        """Begin.

        Args:
            meter: What executions cost.
            model: On which terms accounts trade.
            purse_of: What each has.
        """
        self._meter, self._model, self._purse_of = meter, model, purse_of

    def payable(self, trading: Trading, qty: Decimal, px: Decimal, spent: Spent | None = None) -> Decimal:
        """Give how much of a quantity can be paid for at a price, its fees included, in whole lots; all of it where there is credit.

        What it needs beyond what is held for it is added to what is spent.
        """
        purse = self._purse_of(trading.order.account)
        if self._has_credit(trading, purse):
            return qty
        promised = {} if spent is None else spent
        if not self._covers(trading, purse, [(px, qty)], promised):
            qty = self._most(trading, purse, qty, px, promised)
        if spent is not None and qty:
            for currency, cost in self._costs(trading, [(px, qty)]).items():
                beyond = _SUBTRACT(cost, _held(trading, currency))
                key = trading.order.account, currency
                spent[key] = _ADD(spent.get(key, ZERO), max(beyond, ZERO))
        return qty

    def can_pay(self, trading: Trading, parts: Parts) -> bool:
        """Tell whether all of some parts can be paid for."""
        purse = self._purse_of(trading.order.account)
        return self._has_credit(trading, purse) or self._covers(trading, purse, parts, {})

    def _has_credit(self, trading: Trading, purse: Purse) -> bool:
        return self._model.spendable(purse, trading.book.instrument.currency) is None

    def _most(self, trading: Trading, purse: Purse, qty: Decimal, px: Decimal, spent: Spent) -> Decimal:
        # It lies between what can be paid and what cannot: what is bought, and fees, cost no less where the quantity rises.
        lot = trading.book.instrument.lot
        enough, too_much = 0, int(EXACT.divide_int(qty, lot)) + 1
        while too_much - enough > 1:
            middle = (enough + too_much) // 2
            if self._covers(trading, purse, [(px, _MULTIPLY(Decimal(middle), lot))], spent):
                enough = middle
            else:
                too_much = middle
        return _MULTIPLY(Decimal(enough), lot)

    def _covers(self, trading: Trading, purse: Purse, parts: Parts, spent: Spent) -> bool:
        order = trading.order
        if not order.is_buy:
            ours = _total(hold.sale_qty for mate, hold in _holds(trading) if mate.symbol == order.symbol)
            if _total(qty for _, qty in parts) > _ADD(purse.sellable(order.symbol), ours):
                return False
        for currency, cost in self._costs(trading, parts).items():
            if cost > ZERO:
                free = self._model.spendable(purse, currency) or ZERO
                free = _SUBTRACT(free, spent.get((order.account, currency), ZERO))
                if cost > _ADD(free, _held(trading, currency)):
                    return False
        return True

    def _costs(self, trading: Trading, parts: Parts) -> dict[str, Decimal]:
        # By currency; of the instrument's below zero where it brings more than it costs. Nobody counts on a rebate.
        instrument = trading.book.instrument
        costs = {instrument.currency: ZERO}
        for px, qty in parts:
            value = _MULTIPLY(_MULTIPLY(qty, px), instrument.multiplier)
            cost = costs[instrument.currency]
            costs[instrument.currency] = _ADD(cost, value) if trading.order.is_buy else _SUBTRACT(cost, value)
            for fee in self._meter.fees(trading.execution(qty, px)):
                if not fee.is_withheld:
                    costs[fee.currency] = _ADD(costs.get(fee.currency, ZERO), max(fee.amount, ZERO))
        return costs


def _holds(trading: Trading) -> Iterable[tuple[VenueOrder, Hold]]:
    for mate in trading.mates:
        if isinstance(mate.hold, Hold) and mate.account == trading.order.account:
            yield mate, mate.hold


def _held(trading: Trading, currency: str) -> Decimal:
    return _total(hold.money(currency) for _, hold in _holds(trading))


def _total(amounts: Iterable[Decimal]) -> Decimal:
    total = ZERO
    for amount in amounts:
        total = _ADD(total, amount)
    return total
