"""What executions and orders do to money at the venue: fees are charged, accounts are checked, held and moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_CEILING, Context, Decimal
from typing import Final

from oms.model.decimals import EXACT, ONE, QUOTIENT, ZERO
from oms.model.enums import LastLiquidityInd, Side
from oms.model.ids import Account
from oms.model.terms import Market, Terms, limit_px, stop_px
from oms.simulation.accounts import AccountModel
from oms.simulation.book import Book
from oms.simulation.fees import Execution, Fee, FeeMeter, NoFees
from oms.simulation.purses import Claim, Funds, Purse
from oms.simulation.venue_order import VenueOrder

_ADD: Final = EXACT.add
_SUBTRACT: Final = EXACT.subtract
_MULTIPLY: Final = EXACT.multiply
# An average is rounded up: what it is multiplied with stays exact, and is never less than the sum.
_UP: Final = Context(prec=28, rounding=ROUND_CEILING)


class Hold:
    """What an open order holds of its account."""

    __slots__ = ("_claim", "_fee", "_purse", "_qty", "_unit")

    def __init__(self, purse: Purse, claim: Claim, unit: Decimal) -> None:
        """Hold what is claimed, at so much for one unit of quantity."""
        self._purse, self._claim, self._unit = purse, claim, unit
        self._qty = self._fee = ZERO
        self.add(claim.qty, claim.fee)

    @property
    def amounts(self) -> tuple[Decimal, Decimal]:
        """The quantity and the fee that it holds for."""
        return self._qty, self._fee

    @property
    def money(self) -> Decimal:
        """The money that it holds for a purchase."""
        return _ADD(_MULTIPLY(self._qty, self._unit), self._fee)

    def execute(self, qty: Decimal, fee: Decimal) -> None:
        """Hold so much less, and of the fee what is left of it."""
        self.add(qty.copy_negate(), min(max(fee, ZERO), self._fee).copy_negate())

    def release(self) -> None:
        """Hold nothing more."""
        self.add(self._qty.copy_negate(), self._fee.copy_negate())

    def add(self, qty: Decimal, fee: Decimal) -> None:
        """Hold for so much more; less where it is negative."""
        self._qty, self._fee = _ADD(self._qty, qty), _ADD(self._fee, fee)
        instrument = self._claim.instrument
        self._purse.stake(instrument.symbol).claim(self._claim, qty, _MULTIPLY(qty, self._unit))
        if fee:
            self._purse.hold_fee(fee, instrument.currency)


class Charging:
    """The fees and the accounts of a venue."""

    __slots__ = ("_books", "_is_free", "_meter", "_model", "_purses")

    def __init__(self, books: Mapping[str, Book], meter: FeeMeter, model: AccountModel | None = None) -> None:
        """Begin with nothing charged.

        Args:
            books: Where prices are looked up, by symbol.
            meter: What executions cost.
            model: On which terms accounts trade; without any limits, and unwatched, unless given.
        """
        self._books = books
        self._meter = meter
        self._model = model
        self._purses: dict[Account, Purse] = {}
        self._is_free = model is None and isinstance(meter, NoFees)

    def why_not(
        self, book: Book, order: VenueOrder, order_qty: Decimal, terms: Terms, time_ns: int
    ) -> str | None:
        """Give the reason why an account cannot have an order of this total on these terms beside what else is open.

        None if it can; then `hold` holds what it needs.
        """
        if self._model is None:
            return None
        unit = self._unit(book, order, terms, _SUBTRACT(order_qty, order.cum_qty))
        if unit is None:
            return f"no price is known to value an order in {order.symbol} at"
        purse = self._valued(order.account)
        held = order.hold.amounts if isinstance(order.hold, Hold) else (ZERO, ZERO)
        if isinstance(order.hold, Hold):
            order.hold.release()
        why_not = self._model.why_not(purse, self._claim(purse, book, order, order_qty, unit, time_ns))
        if isinstance(order.hold, Hold):
            order.hold.add(*held)
        return why_not

    def hold(self, book: Book, order: VenueOrder, time_ns: int) -> None:
        """Hold what an order needs as it stands, instead of what it held before."""
        if self._model is None:
            return
        if order.hold is not None:
            order.hold.release()
        unit = self._unit(book, order, order.terms, _SUBTRACT(order.order_qty, order.cum_qty))
        assert unit is not None, "it was valued before it was taken"
        purse = self._valued(order.account)
        order.hold = Hold(purse, self._claim(purse, book, order, order.order_qty, unit, time_ns), unit)

    def held_for(self, order: VenueOrder) -> Decimal | None:
        """Give the quantity that an order holds its account for; None where accounts are not watched."""
        return order.hold.amounts[0] if isinstance(order.hold, Hold) else None

    def payable(self, book: Book, order: VenueOrder, qty: Decimal, px: Decimal, time_ns: int) -> Decimal:
        """Give how much of a quantity an order's account can pay for at a price, its fee included, in whole lots.

        All of it, unless it buys on an account that has no credit; fees do not fall where the quantity rises.
        """
        most = self._means(book, order)
        if most is None or self._cost(book, order, [(px, qty)], time_ns) <= most:
            return qty
        instrument = book.instrument
        lots = min(instrument.lots_for(max(most, ZERO), px), qty)
        left = _SUBTRACT(most, self._taker_fee(book, order, lots, px, time_ns))
        return min(instrument.lots_for(max(left, ZERO), px), lots)

    def can_pay(
        self, book: Book, order: VenueOrder, parts: Iterable[tuple[Decimal, Decimal]], time_ns: int
    ) -> bool:
        """Tell whether an order's account can pay for all of some parts, each a price and a quantity."""
        most = self._means(book, order)
        return most is None or self._cost(book, order, parts, time_ns) <= most

    def _means(self, book: Book, order: VenueOrder) -> Decimal | None:
        # What a purchase may cost: what is held for it, and what is held for nobody; None for any amount.
        if self._model is None or not order.is_buy or not isinstance(order.hold, Hold):
            return None
        free = self._model.spendable(self._purse(order.account), book.instrument.currency)
        return None if free is None else _ADD(free, order.hold.money)

    def _cost(
        self, book: Book, order: VenueOrder, parts: Iterable[tuple[Decimal, Decimal]], time_ns: int
    ) -> Decimal:
        cost = ZERO
        for px, qty in parts:
            value = _MULTIPLY(_MULTIPLY(qty, px), book.instrument.multiplier)
            cost = _ADD(cost, _ADD(value, self._taker_fee(book, order, qty, px, time_ns)))
        return cost

    def charge(
        self,
        book: Book,
        order: VenueOrder,
        qty: Decimal,
        px: Decimal,
        liquidity: LastLiquidityInd | None,
        time_ns: int,
    ) -> tuple[Fee, ...]:
        """Charge an execution that the order has booked, and move the account by it; a liquidity of None is that of an auction."""
        if self._is_free:
            return ()
        execution = _execution(book, order, qty, px, liquidity, time_ns, is_last=not order.leaves_qty)
        fees = self._meter.fees(execution)
        self._meter.note(execution)
        if self._model is not None:
            self.move(book, order, qty, px)
            for fee in fees:
                self.pay_fee(order.account, fee.amount, fee.currency)
            self._hold_less(book, order, qty, fees)
        return fees

    def funds(self, account: Account) -> Funds | None:
        """Give what an account has, at the prices of now; None where accounts are not watched."""
        if self._model is None:
            return None
        purse = self._valued(account)
        return Funds(account, purse.balances(), purse.positions())

    def move(self, book: Book, order: VenueOrder, qty: Decimal, px: Decimal) -> None:
        """Move an account by an execution without its fees; the other way round where the quantity is negative."""
        if self._model is None:
            return
        purse = self._purse(order.account)
        stake = purse.stake(order.symbol)
        stake.instrument, stake.px = book.instrument, px
        signed = qty if order.is_buy else qty.copy_negate()
        stake.position = _ADD(stake.position, signed)
        purse.pay(_MULTIPLY(_MULTIPLY(signed, px), book.instrument.multiplier), book.instrument.currency)

    def forget(
        self,
        book: Book,
        order: VenueOrder,
        qty: Decimal,
        px: Decimal,
        liquidity: LastLiquidityInd | None,
        time_ns: int,
        *,
        was_last: bool,
    ) -> None:
        """Let the schedule take an execution back that it was charged for, since it was busted."""
        if not self._is_free:
            self._meter.forget(_execution(book, order, qty, px, liquidity, time_ns, is_last=was_last))

    def pay_fee(self, account: Account, amount: Decimal, currency: str) -> None:
        """Take a fee out of an account; put it back where it is negative."""
        if self._model is not None:
            self._purse(account).pay_fee(amount, currency)

    def _hold_less(self, book: Book, order: VenueOrder, qty: Decimal, fees: tuple[Fee, ...]) -> None:
        if isinstance(order.hold, Hold):
            home = next((fee.amount for fee in fees if fee.currency == book.instrument.currency), ZERO)
            order.hold.execute(qty, home)
            if not order.leaves_qty:
                order.hold.release()

    def _purse(self, account: Account) -> Purse:
        purse = self._purses.get(account)
        if purse is None:
            assert self._model is not None
            purse = self._purses[account] = Purse(self._model)
        return purse

    def _valued(self, account: Account) -> Purse:
        # At what each position could be closed at; else at the last trade, or what it was valued at before.
        purse = self._purse(account)
        for symbol, stake in purse.stakes.items():
            book = self._books.get(symbol)
            if book is not None:
                stake.instrument = book.instrument
                px, _ = book.facing(is_buy=stake.position < ZERO).best()
                px = book.last_px if px is None else px
                stake.px = stake.px if px is None else px
        return purse

    def _unit(self, book: Book, order: VenueOrder, terms: Terms, qty: Decimal) -> Decimal | None:
        # What one unit of quantity is valued at.
        assert self._model is not None
        px = limit_px(terms)
        if px is None:
            shown, _ = book.facing(is_buy=order.is_buy).best()
            if isinstance(terms, Market) and order.is_buy and order.cash_left is None:
                shown = _walked_px(book, qty)
            known = [one for one in (stop_px(terms), shown) if one is not None]
            if not known and book.last_px is not None:
                known = [book.last_px]
            if not known:
                return None
            px = max(known)
            px = _MULTIPLY(px, _ADD(ONE, self._model.opening().cushion))
        return _MULTIPLY(px.copy_abs(), book.instrument.multiplier)

    def _claim(
        self, purse: Purse, book: Book, order: VenueOrder, order_qty: Decimal, unit: Decimal, time_ns: int
    ) -> Claim:
        instrument = book.instrument
        px = QUOTIENT.divide(unit, instrument.multiplier)
        qty = _SUBTRACT(order_qty, order.cum_qty)
        if order.cash_left is not None:
            # As much as it can come to at the best price, which nothing that it trades at will be better than.
            shown, _ = book.facing(is_buy=order.is_buy).best()
            qty = instrument.units_for(order.cash_left, px, limit_px(order.terms), shown) or ZERO
        purse.stake(instrument.symbol).instrument = instrument
        if order.is_reduce_only:
            qty = min(qty, purse.stake(instrument.symbol).position.copy_abs())
        fee = self._taker_fee(book, order, qty, px, time_ns)
        is_short = order.side is Side.SELL_SHORT
        return Claim(instrument, order.is_buy, is_short, qty, _MULTIPLY(qty, unit), fee)

    def _taker_fee(self, book: Book, order: VenueOrder, qty: Decimal, px: Decimal, time_ns: int) -> Decimal:
        # What it is thought to cost in the instrument's currency; 0 where it is a rebate.
        fees = self._meter.fees(_execution(book, order, qty, px, LastLiquidityInd.REMOVED, time_ns))
        currency = book.instrument.currency
        return max(next((fee.amount for fee in fees if fee.currency == currency), ZERO), ZERO)


def _walked_px(book: Book, qty: Decimal) -> Decimal | None:
    # What one unit costs on average of so much that is bought at the prices shown; what is not shown, at the last of them.
    best, _ = book.asks.best()
    if best is None or not qty:
        return best
    last, left, cost = best, qty, ZERO
    for px, shown in book.asks.offers():
        if not left:
            break
        part = min(book.whole(shown), left)
        last, left, cost = px, _SUBTRACT(left, part), _ADD(cost, _MULTIPLY(part, px))
    cost = _ADD(cost, _MULTIPLY(left, last))
    return best if last == best else _UP.divide(cost, qty)


def _execution(
    book: Book,
    order: VenueOrder,
    qty: Decimal,
    px: Decimal,
    liquidity: LastLiquidityInd | None,
    time_ns: int,
    *,
    is_last: bool = False,
) -> Execution:
    # In an auction nobody waits for anybody; it is charged like what takes.
    charged = liquidity or LastLiquidityInd.REMOVED
    return Execution(
        book.instrument, order.account, order.venue_order_id, order.side, qty, px, charged, time_ns, is_last
    )
