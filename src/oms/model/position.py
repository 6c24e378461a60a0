"""Position arithmetic by average cost, exact until an average must be divided out.

Buying more of a long (or selling more of a short) adds its cost. Trading against the position realises the difference
to the average cost, pro rata; what goes through zero opens at the trade's price. The cost of what is open is kept as a
sum, so that opening and adding lose no digit; only a partial close divides, to 28 significant digits, and the
remaining cost is what realised profit leaves, so that nothing is ever lost between the two.
"""

from __future__ import annotations

from decimal import Decimal, getcontext, setcontext

from oms.model.decimals import EXACT, QUOTIENT, ZERO, plain
from oms.model.ids import Account, Symbol


class Position:
    """What an account holds of an instrument.

    Attributes:
        net_qty: Held, positive when long.
        cost: What is open cost: the sum of size x price x multiplier, negative when short; in the instrument's currency.
        realised_pnl: Profit of what was closed, before fees, in the instrument's currency.
        fees: What was paid, by currency; negative is a rebate.
        bought_qty: Bought in all.
        trades: How many executions.
    """

    __slots__ = (
        "account",
        "bought_qty",
        "cost",
        "fees",
        "multiplier",
        "net_qty",
        "realised_pnl",
        "symbol",
        "trades",
    )

    def __init__(self, account: Account, symbol: Symbol, multiplier: Decimal) -> None:
        """Begin flat."""
        self.account = account
        self.symbol = symbol
        self.multiplier = multiplier
        self.net_qty = ZERO
        self.cost = ZERO
        self.realised_pnl = ZERO
        self.fees: dict[str, Decimal] = {}
        self.bought_qty = ZERO
        self.trades = 0

    @property
    def sold_qty(self) -> Decimal:
        """Sold in all: what was bought and is not held."""
        return EXACT.subtract(self.bought_qty, self.net_qty)

    @property
    def avg_cost_px(self) -> Decimal | None:
        """The average price of what is open, to 28 digits; None when flat."""
        if not self.net_qty:
            return None
        return QUOTIENT.divide(self.cost, EXACT.multiply(self.net_qty, self.multiplier))

    def __repr__(self) -> str:
        """Give one readable line."""
        average = "" if self.avg_cost_px is None else f" @ {plain(self.avg_cost_px)}"
        return f"<Position {self.account} {self.symbol} {plain(self.net_qty)}{average}>"

    def open_pnl(self, px: Decimal) -> Decimal:
        """Give the profit that closing at `px` would realise, before fees, in the instrument's currency."""
        return EXACT.subtract(EXACT.multiply(EXACT.multiply(self.net_qty, px), self.multiplier), self.cost)

    def trade(self, signed_qty: Decimal, px: Decimal) -> None:
        """Take an execution in: positive bought, negative sold."""
        outside = getcontext()
        setcontext(EXACT)
        try:
            value = signed_qty * px * self.multiplier
            held = self.net_qty
            after = held + signed_qty
            is_bought = signed_qty > ZERO
            if not held or (held > ZERO) is is_bought:
                self.cost += value
            elif not after or (after > ZERO) is not is_bought:
                # A part (or all) is closed: its share of the cost leaves with it, what it brought is `-value`.
                share = self.cost if not after else QUOTIENT.divide(self.cost * -signed_qty, held)
                self.cost -= share
                self.realised_pnl -= value + share
            else:
                opened = after * px * self.multiplier
                self.realised_pnl -= value - opened + self.cost
                self.cost = opened
            self.net_qty = after
            if is_bought:
                self.bought_qty += signed_qty
            self.trades += 1
        finally:
            setcontext(outside)

    def pay(self, amount: Decimal, currency: str) -> None:
        """Take a fee in; negative is a rebate."""
        self.fees[currency] = EXACT.add(self.fees.get(currency, ZERO), amount)
