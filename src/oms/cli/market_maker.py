"""A small market-making bot: the one that `oms demo` and `oms run` trade with, and an example of embedding the library.

It keeps one buy order at the best bid and one sale at the best ask, moves them when the market moves, and when it holds
too much takes the other side of the market for a part of it. It is honest about what it is: it earns nothing on
purpose, and there is no better strategy hidden in it. Run this file to see it trade a made-up market.
"""

from __future__ import annotations

from decimal import Decimal

from oms import (
    Day,
    GoodTillCancel,
    ImmediateOrCancel,
    Instrument,
    Limit,
    ManualClock,
    Order,
    OrderManager,
    Quote,
    Side,
    Traded,
    ValidationError,
)
from oms.brokers.paper import PaperBroker
from oms.feeds.synthetic import SyntheticMarket
from oms.stores.memory import MemoryEventStore

NAME = "market-maker"


class MarketMaker:
    """One bot in one instrument.

    Attributes:
        size: How much each order is for.
        max_qty: How much it may hold, long or short, before it takes its way out.
        pace: It looks at every so-manieth quote.
        patience: A price is replaced while it is at most this many ticks away; beyond that the order is canceled.
        tif: How long an order is good that waits for somebody.
        display_qty: How much such an order shows at a time; None for all of it.
    """

    def __init__(
        self,
        om: OrderManager,
        symbol: str,
        *,
        size: Decimal,
        max_qty: Decimal,
        pace: int = 10,
        patience: int = 200,
        tif: Day | GoodTillCancel | None = None,
        display_qty: Decimal | None = None,
    ) -> None:
        """Trade an instrument through a manager, from now on.

        Raises:
            ValidationError: A number is not above zero.
        """
        numbers = {"size": size, "max_qty": max_qty, "pace": Decimal(pace), "patience": Decimal(patience)}
        for name, number in numbers.items():
            if number <= 0:
                raise ValidationError(name, str(number), "pass more than zero")
        self.size = size
        self.max_qty = max_qty
        self.pace = pace
        self.patience = patience
        self.tif = tif or GoodTillCancel()
        self.display_qty = display_qty
        self._om = om
        self._symbol = symbol
        self._seen = 0
        self._working: dict[Side, Order] = {}

    def on_quote(self, quote: Quote) -> None:
        """Look at the market, and act on every so-manieth look."""
        self._seen += 1
        if self._seen % self.pace or quote.bid is None or quote.ask is None:
            return
        position = self._om.position(self._symbol)
        held = Decimal(0) if position is None else position.net_qty
        if held > -self.max_qty:
            self._quote(Side.SELL, quote.ask)
        else:
            self._leave(Side.BUY, quote.ask)
        if held < self.max_qty:
            self._quote(Side.BUY, quote.bid)
        else:
            self._leave(Side.SELL, quote.bid)

    def stop(self) -> None:
        """Cancel what still works."""
        for order in self._working.values():
            if not order.is_closed:
                self._om.cancel(order, asked_by=NAME)

    def _quote(self, side: Side, px: Decimal) -> None:
        order = self._working.get(side)
        if order is None or order.is_closed:
            self._working[side] = self._om.submit(
                self._symbol,
                side,
                self.size,
                Limit(px, self.display_qty),
                tif=self.tif,
                asked_by=NAME,
            )
            return
        if order.outstanding_requests or not isinstance(order.terms, Limit) or order.terms.price == px:
            return
        tick = self._om.state.instruments[order.symbol].tick_at(px)
        if abs(order.terms.price - px) <= tick * self.patience:
            self._om.replace(order, price=px, asked_by=NAME)
        else:
            self._om.cancel(order, asked_by=NAME)

    def _leave(self, side: Side, px: Decimal) -> None:
        # Whatever is shown at the price is taken; the rest of the order is canceled by its time in force.
        self._om.submit(self._symbol, side, self.size * 4, Limit(px), tif=ImmediateOrCancel(), asked_by=NAME)


def main() -> None:
    """Trade a made-up market in memory and say how it went."""
    acme = Instrument(symbol="ACME", currency="USD", tick="0.01")
    market = SyntheticMarket(
        instrument=acme, start_px="100.00", start_ns=1_767_349_800_000_000_000, steps=20_000, seed=7
    )
    clock = ManualClock()
    with OrderManager(brokers=[PaperBroker([acme])], store=MemoryEventStore(), clock=clock) as om:
        trades: list[Traded] = []
        om.on(Traded, trades.append)
        bot = MarketMaker(om, "ACME", size=Decimal(5), max_qty=Decimal(30))
        for update in market:
            clock.advance_to(update.time_ns)
            om.update(update)
            if isinstance(update, Quote):
                bot.on_quote(update)
        bot.stop()
        print(om)
        print(f"{len(trades)} executions")
        for position in om.positions:
            print(
                f"holds {position.net_qty} {position.symbol}, realised {position.realised_pnl} {acme.currency}"
            )


if __name__ == "__main__":
    main()
