"""What executions and orders do to money at the venue: fees are charged, accounts are checked, held and moved."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_CEILING, Context, Decimal
from typing import Final

from oms.model.decimals import EXACT, ONE, QUOTIENT, ZERO
from oms.model.enums import LastLiquidityInd, Side
from oms.model.ids import Account
from oms.model.terms import Market, Terms, limit_px, stop_px
from oms.simulation.accounts import AccountModel
from oms.simulation.affording import Affording, Trading
from oms.simulation.book import Book
from oms.simulation.fees import Fee, FeeMeter, NoFees
from oms.simulation.holds import Hold
from oms.simulation.purses import Claim, Funds, Purse
from oms.simulation.venue_order import VenueOrder

_ADD: Final = EXACT.add
_SUBTRACT: Final = EXACT.subtract
_MULTIPLY: Final = EXACT.multiply
# An average is rounded up: what it is multiplied with stays exact, and is never less than the sum.
_UP: Final = Context(prec=28, rounding=ROUND_CEILING)


class Charging:
    """The fees and the accounts of a venue.

    Attributes:
        affording: Tells what an account can pay for; None where accounts are not watched.
        is_free: Nothing costs anything, and no account is moved.
    """

    __slots__ = ("_books", "_meter", "_model", "_purses", "affording", "is_free")

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
        self.affording = None if model is None else Affording(meter, model, self._purse)
        self.is_free = model is None and isinstance(meter, NoFees)

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
        hold = order.hold if isinstance(order.hold, Hold) else None
        if hold is None:
            return self._model.why_not(purse, self._claim(purse, book, order, order_qty, unit, time_ns))
        held = hold.take_back()
        why_not = self._model.why_not(purse, self._claim(purse, book, order, order_qty, unit, time_ns))
        hold.restore(held)
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
        return order.hold.qty if isinstance(order.hold, Hold) else None

    def charge(self, trading: Trading, qty: Decimal, px: Decimal) -> tuple[Fee, ...]:
        """Charge an execution that the order has booked, and move the account by it."""
        order = trading.order
        execution = trading.execution(qty, px, is_last=not order.leaves_qty)
        fees = self._meter.fees(execution)
        self._meter.note(execution)
        if self._model is not None:
            self.move(trading.book, order, qty, px)
            for fee in fees:
                self.pay_fee(order.account, fee.amount, fee.currency)
                if fee.is_withheld:
                    self._purse(order.account).stake(order.symbol).base = fee.currency
            self._hold_less(trading, qty, fees)
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

    def forget(self, trading: Trading, qty: Decimal, px: Decimal, *, was_last: bool) -> None:
        """Let the schedule take an execution back that it was charged for, since it was busted."""
        if not self.is_free:
            self._meter.forget(trading.execution(qty, px, is_last=was_last))

    def pay_fee(self, account: Account, amount: Decimal, currency: str) -> None:
        """Take a fee out of an account; put it back where it is negative."""
        if self._model is not None:
            self._purse(account).pay_fee(amount, currency)

    def _hold_less(self, trading: Trading, qty: Decimal, fees: tuple[Fee, ...]) -> None:
        assert self._model is not None
        order = trading.order
        if isinstance(order.hold, Hold):
            order.hold.execute(qty, fees)
            if not order.leaves_qty:
                order.hold.release()
        # What it has cost beyond what it held, and beyond what is free, is what the rest of it held: nobody else pays for it.
        for mate in trading.mates:
            free = self._model.spendable(self._purse(order.account), trading.book.instrument.currency)
            if free is not None and free < ZERO and isinstance(mate.hold, Hold):
                mate.hold.give_up(free.copy_negate())

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
        value, fees = _MULTIPLY(qty, unit), self._fees(book, order, qty, px, time_ns)
        home = instrument.currency
        assert self._model is not None
        if not order.is_buy and home in fees and self._model.spendable(purse, home) is not None:
            fees[home] = max(_SUBTRACT(fees[home], value), ZERO)
        return Claim(instrument, order.is_buy, order.side is Side.SELL_SHORT, qty, value, fees)

    def _fees(
        self, book: Book, order: VenueOrder, qty: Decimal, px: Decimal, time_ns: int
    ) -> dict[str, Decimal]:
        # What it is thought to cost in each currency, as maker or as taker, whichever is more; nothing where it is a rebate.
        most: dict[str, Decimal] = {}
        for liquidity in (LastLiquidityInd.REMOVED, LastLiquidityInd.ADDED):
            execution = Trading(book, order, (order,), liquidity, time_ns).execution(qty, px)
            for fee in self._meter.fees(execution):
                if fee.amount > most.get(fee.currency, ZERO) and not fee.is_withheld:
                    most[fee.currency] = fee.amount
        return most


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
