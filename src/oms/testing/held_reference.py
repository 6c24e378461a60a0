"""What a manager does with the orders that it holds, slow and obvious: a list, each order of which is looked at by itself.

It shares nothing with the library but the values that say what is wanted, and counts prices in fractions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Final, TypeAlias

from oms.model.enums import HeldPolicy, PegPriceType, Side, TriggerPriceDirection, TriggerPriceType
from oms.model.market import MarketUpdate, Quote, TradePrint
from oms.model.terms import Limit, LimitIfTouched, Market, MarketToLimit, Pegged, StopLimit, Terms
from oms.model.triggers import PriceTrigger, TrailingTrigger, Trigger, trigger_of
from oms.testing.slow_triggers import DOUBLE, QUOTED, TRADED, Hit, SlowBook

Sent: TypeAlias = tuple[str, int, Terms | None]
"""What leaves: "new", "replace" or "cancel", of which order, and its terms."""

_LEAST: Final = Decimal("1E-18")


@dataclass
class SlowOrder:
    """An order that was asked for: how it stands, and what is remembered of it.

    Attributes:
        terms: As they were asked for last.
        px: The limit that a pegged order has at its venue.
        peg: The price that it has followed last; None where that is not known.
    """

    number: int
    symbol: str
    side: Side
    terms: Terms
    stage: str = "held"
    px: Fraction | None = None
    peg: Fraction | None = None

    @property
    def is_buy(self) -> bool:
        """Whether it buys."""
        return self.side is Side.BUY

    @property
    def trigger(self) -> Trigger | None:
        """What releases it; None where a quote does."""
        return trigger_of(self.side, self.terms)


@dataclass
class HeldReference:
    """Every order that a manager was asked to hold, and what it remembers of the market."""

    grids: dict[str, Sequence[Decimal]]
    orders: dict[int, SlowOrder] = field(default_factory=dict)
    quotes: dict[str, Quote] = field(default_factory=dict)
    absent: set[int] = field(default_factory=set)
    unheard: dict[tuple[str, TriggerPriceType], int] = field(default_factory=dict)
    back: dict[int, Decimal | None] = field(default_factory=dict)
    policy: HeldPolicy = HeldPolicy.RELEASE

    def __post_init__(self) -> None:
        """Begin with nobody."""
        self.book = SlowBook(self.grids)

    def held(self) -> list[SlowOrder]:
        """Give who waits."""
        return [order for order in self.orders.values() if order.stage == "held"]

    # ------------------------------------------------------------ commands

    def submit(self, order: SlowOrder) -> list[Sent]:
        """Take an order, and give what leaves at once; a market-to-limit order is over where there is nothing to take."""
        self.orders[order.number] = order
        trigger = order.trigger
        if trigger is not None:
            self.book.add(order.number, order.symbol, trigger, None)
            return []
        quote = self.quotes.get(order.symbol)
        sent = [] if quote is None else self._quoted(order, quote)
        if not sent and isinstance(order.terms, MarketToLimit):
            order.stage = "over"
        return sent

    def amend(self, number: int, terms: Terms) -> None:
        """Give an order that waits other terms of its kind."""
        order = self.orders[number]
        before, order.terms = order.trigger, terms
        trigger = order.trigger
        if trigger is None or trigger == before:
            return
        if number in self.back:
            self._come_back(order)
        self.absent.discard(number)
        self.book.amend(number, trigger)

    def end(self, number: int) -> None:
        """Forget an order: it was canceled, has expired or has filled."""
        self.orders[number].stage = "over"
        self.book.remove(number)
        self.absent.discard(number)
        self.back.pop(number, None)

    def restart(self, policy: HeldPolicy) -> None:
        """Begin anew with what a journal keeps: no prices, and of two in a row not the first."""
        self.policy = policy
        for number in tuple(self.back):
            self._come_back(self.orders[number])
        self.absent = {order.number for order in self.held()}
        kinds = {(order.symbol, order.trigger.price_type) for order in self.held() if order.trigger}
        self.unheard = {(symbol, kind): 2 if kind in DOUBLE else 1 for symbol, kind in kinds}
        self.quotes.clear()
        for waiting in self.book.orders:
            waiting.saw_first = False
        for order in self.orders.values():
            order.peg = None

    # ------------------------------------------------------------ the market

    def see(self, update: MarketUpdate) -> list[Sent]:
        """Take an update in, and give what leaves."""
        sent: list[Sent] = []
        if isinstance(update, Quote):
            self.quotes[update.symbol] = update
            sent += self.follow(update.symbol)
        marks = {order.number: order.mark for order in self.book.orders}
        for hit in self._hits(update):
            sent += self._reached(hit, marks[hit[0]])
        for kind in _kinds(update):
            left = self.unheard.pop((update.symbol, kind), 0)
            if left > 1:
                self.unheard[update.symbol, kind] = left - 1
        return sent

    def follow(self, symbol: str) -> list[Sent]:
        """Let whoever takes its price from the quotes look at the last one."""
        quote, sent = self.quotes.get(symbol), list[Sent]()
        if quote is not None:
            for order in self.orders.values():
                if order.symbol == symbol and order.trigger is None and order.stage != "over":
                    sent += self._quoted(order, quote)
        return sent

    def _hits(self, update: MarketUpdate) -> list[Hit]:
        if isinstance(update, Quote):
            has_sizes = bool(update.bid_size and update.ask_size)
            return self.book.quote(update.symbol, update.bid, update.ask, has_sizes=has_sizes)
        if isinstance(update, TradePrint):
            return self.book.trade(update.symbol, update.price, int(update.size))
        return self.book.mark(update.symbol, update.price)

    def _reached(self, hit: Hit, mark: Fraction | None) -> list[Sent]:
        number, stop, _, limit = hit
        order = self.orders[number]
        if number in self.back:
            self._come_back(order)
            return []
        trigger = order.trigger
        assert trigger is not None
        if number in self.absent and (order.symbol, trigger.price_type) in self.unheard:
            if self.policy is HeldPolicy.CANCEL:
                order.stage = "over"
                return []
            if self.policy is HeldPolicy.WAIT:
                self._wait(order, trigger, stop, mark)
                return []
        order.stage = "sent"
        match order.terms:
            case StopLimit(price=price) | LimitIfTouched(price=price):
                return [("new", number, Limit(price))]
            case _:
                return [("new", number, Market() if limit is None else Limit(_decimal(limit)))]

    def _wait(self, order: SlowOrder, trigger: Trigger, stop: Fraction, mark: Fraction | None) -> None:
        # Anything beyond the price, on the side where the market is not, brings it back.
        goes_up = (
            trigger.side is Side.BUY
            if isinstance(trigger, TrailingTrigger)
            else trigger.direction is TriggerPriceDirection.UP
        )
        px = _decimal(stop) - _LEAST if goes_up else _decimal(stop) + _LEAST
        direction = TriggerPriceDirection.DOWN if goes_up else TriggerPriceDirection.UP
        self.back[order.number] = None if mark is None else _decimal(mark)
        waiting = PriceTrigger(
            side=order.side, trigger_px=px, direction=direction, price_type=trigger.price_type
        )
        self.book.add(order.number, order.symbol, waiting, None)

    def _come_back(self, order: SlowOrder) -> None:
        trigger = trigger_of(order.side, order.terms)
        assert trigger is not None
        self.book.remove(order.number)
        self.book.add(order.number, order.symbol, trigger, self.back.pop(order.number))

    # ------------------------------------------------------------ what takes its price from the quotes

    def _quoted(self, order: SlowOrder, quote: Quote) -> list[Sent]:
        terms = order.terms
        if isinstance(terms, MarketToLimit):
            px, size = (quote.ask, quote.ask_size) if order.is_buy else (quote.bid, quote.bid_size)
            if order.stage != "held" or px is None or not size:
                return []
            order.stage = "sent"
            return [("new", order.number, Limit(px))]
        assert isinstance(terms, Pegged)
        peg = _peg(terms, quote, is_buy=order.is_buy)
        is_new = order.stage == "held"
        if peg is None or (order.peg is not None and abs(peg - order.peg) < Fraction(terms.min_move)):
            return []
        grid = self.book.grids[order.symbol]
        px_of_grid = SlowBook.rounded(grid, peg, up=not order.is_buy)
        if terms.price is not None:
            worst = Fraction(terms.price)
            px_of_grid = min(px_of_grid, worst) if order.is_buy else max(px_of_grid, worst)
        if px_of_grid == order.px:
            return []
        order.stage, order.peg, order.px = "sent", peg, px_of_grid
        return [("new" if is_new else "replace", order.number, Limit(_decimal(px_of_grid)))]


def _peg(terms: Pegged, quote: Quote, *, is_buy: bool) -> Fraction | None:
    bid, ask = quote.bid, quote.ask
    if bid is None or ask is None or not quote.bid_size or not quote.ask_size or bid > ask:
        return None
    own, other = (bid, ask) if is_buy else (ask, bid)
    followed = {
        PegPriceType.PRIMARY: Fraction(own),
        PegPriceType.MARKET: Fraction(other),
        PegPriceType.MID: (Fraction(bid) + Fraction(ask)) / 2,
    }
    return followed[terms.peg] + Fraction(terms.offset)


def _kinds(update: MarketUpdate) -> set[TriggerPriceType]:
    if isinstance(update, Quote):
        return QUOTED if update.is_two_sided else set()
    if isinstance(update, TradePrint):
        return TRADED if update.size else set()
    return {TriggerPriceType.MARK}


def _decimal(number: Fraction) -> Decimal:
    return Decimal(number.numerator) / Decimal(number.denominator)
