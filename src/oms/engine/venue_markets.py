"""What each broker shows of an instrument: its best prices, its book where that is told, and what was sent against them.

None of it is journaled, as no market is: after a restart nothing is known until it is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final, TypeAlias

from attrs import define, field

from oms.engine.state import State
from oms.model.decimals import EXACT, ZERO
from oms.model.depth import BookOrder, BookSnapshot, Depth, Level, Levels
from oms.model.depth_book import DepthBook
from oms.model.enums import Life, Side
from oms.model.ids import BrokerName, Symbol
from oms.model.market import Quote
from oms.model.order import Order
from oms.model.sessions import NS_PER_S
from oms.model.top_of_book import TopOfBook
from oms.routing.decisions import composite
from oms.routing.ranking import far_side

# What has become of an order is read off its slots.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

_NOTHING: Final[Mapping[BrokerName, Quote]] = {}
_NEVER_THERE: Final = frozenset({Life.UNSENT, Life.DENIED, Life.REJECTED})
_OVER: Final = frozenset({Life.CANCELED, Life.EXPIRED})

MAX_LEVELS: Final = 200
"""How many prices of a broker's book are looked at, at most."""


@define(eq=False)
class _Book:
    """What one broker shows of one instrument behind its best prices.

    Attributes:
        top: The book.
        heard_ns: When it was last told of, in nanoseconds UTC.
    """

    top: TopOfBook
    heard_ns: int = 0


_BySide: TypeAlias = dict[Decimal, list[tuple[Order, Decimal]]]


@define(eq=False)
class _Claims:
    """How much was sent against what a broker shows, by price.

    Attributes:
        quote: What it shows, where that is what the market as a whole does: with the next such quote they are forgotten.
        buys: By those who buy, each order with how much.
        sells: By those who sell.
    """

    quote: Quote | None
    buys: _BySide = field(factory=dict)
    sells: _BySide = field(factory=dict)

    def of(self, side: Side) -> _BySide:
        """Give those of a side."""
        return self.buys if side is Side.BUY else self.sells

    def taken(self, side: Side, px: Decimal, *, is_book: bool) -> Decimal:
        """Give how much may have been taken at a price; `is_book` where it is told price by price what is there."""
        total = ZERO
        for order, qty in self.of(side).get(px, ()):
            if _may_have_taken(order, is_book=is_book):
                total = EXACT.add(total, qty)
        return total


class VenueMarkets:
    """The markets of all brokers.

    Attributes:
        quotes: What each broker shows, by instrument; none where only the market as a whole is heard.
    """

    __slots__ = ("_against", "_books", "_claims", "_last", "_state", "_whole", "quotes")

    def __init__(self, state: State, whole: Mapping[Symbol, Quote]) -> None:
        """Begin with none; `whole` is the last quote of each instrument, whoever it is from."""
        self._state = state
        self._whole = whole
        self.quotes: dict[Symbol, dict[BrokerName, Quote]] = {}
        # What was seen last, and what its broker showed before; None where nothing, or where something was sent against that.
        self._last: tuple[BrokerName, Quote, Quote | None] | None = None
        self._books: dict[tuple[Symbol, BrokerName], _Book] = {}
        self._claims: dict[tuple[Symbol, BrokerName], _Claims] = {}
        # What each showed as something was last sent to take that.
        self._against: dict[tuple[Symbol, BrokerName], Quote] = {}

    def follow(self, earlier: VenueMarkets) -> None:
        """Take over what was shown to one that is given up."""
        self.quotes.update(earlier.quotes)
        self._books.update(earlier._books)

    # ------------------------------------------------------------ what is told

    def see(self, broker: BrokerName, quote: Quote) -> Quote:
        """Take in what a broker shows, and give what all of them show together; what is too old counts for nobody.

        Where they cross, the older are left out; see `oms.routing.decisions.composite`.
        """
        claims = self._claims.pop((quote.symbol, broker), None)
        before = self.quotes.get(quote.symbol, _NOTHING).get(broker)
        # Nearly always nobody asks what of it is new.
        self._last = broker, quote, None if claims is not None else before
        return self._put(broker, quote)

    def hear(self, broker: BrokerName, depth: Depth) -> Quote | None:
        """Take in what a broker says of its book, and give as `see` does; None where its best prices are as they were."""
        key = depth.symbol, broker
        book = self._books.get(key)
        if book is None:
            book = self._books[key] = _Book(TopOfBook(depth.symbol))
        claims = self._claims.get(key)
        if claims is not None:
            _forget(claims, book.top, depth)
        book.heard_ns = depth.time_ns
        quote = book.top.take(depth)
        return None if quote is None else self._put(broker, quote)

    def _put(self, broker: BrokerName, quote: Quote) -> Quote:
        shown = self.quotes.setdefault(quote.symbol, {})
        shown[broker] = quote
        return self._together(shown, quote)

    def would_see(self, broker: BrokerName, quote: Quote) -> Quote:
        """Give what `see` would give, and take nothing in."""
        return self._together({**self.quotes.get(quote.symbol, {}), broker: quote}, quote)

    def _together(self, shown: Mapping[BrokerName, Quote], latest: Quote) -> Quote:
        if len(shown) == 1:
            return latest
        now_ns = latest.time_ns
        older = (
            one for name, one in shown.items() if one is not latest and self._is_fresh(name, one, now_ns)
        )
        return composite([latest, *older])

    # ------------------------------------------------------------ what is known

    def fresh(self, symbol: Symbol, broker: BrokerName, since_ns: int = 0) -> Quote | None:
        """Give the best prices that a broker shows; None where they are not known, too old, from before `since_ns`, or cross."""
        quote = self._quote(symbol, broker)
        if quote is None or quote.is_crossed or not self._is_fresh(broker, quote, self._state.now_ns):
            return None
        return quote if self._heard_ns(broker, quote) >= since_ns else None

    def is_news(self, since_ns: int) -> bool:
        """Tell whether what was seen last is not what its broker showed before, less what was sent against that.

        So it is where that was too old, or from before `since_ns`.
        """
        if self._last is None:
            return True
        broker, now, before = self._last
        if before is None or before.time_ns < since_ns or not self._is_fresh(broker, before, now.time_ns):
            return True
        return not _is_same(before, now)

    def is_as_before(self, symbol: Symbol, broker: BrokerName, side: Side) -> bool:
        """Tell whether a broker shows an order of a side what it did as something was last sent to take that."""
        before, now = self._against.get((symbol, broker)), self._quote(symbol, broker)
        return before is not None and now is not None and far_side(side, before) == far_side(side, now)

    def claimed(self, symbol: Symbol, broker: BrokerName, side: Side) -> Decimal:
        """Give how much an order of this side finds sent against the best price before it, since that was last shown."""
        px, _ = far_side(side, self._quote(symbol, broker))
        claims = self._claims_of(symbol, broker)
        if claims is None or px is None:
            return ZERO
        return claims.taken(side, px, is_book=(symbol, broker) in self._books)

    def claim(self, order: Order, broker: BrokerName, levels: Levels, qty: Decimal) -> None:
        """Note that so much of an order is sent to take these levels, the first ones first.

        It counts no more once the order has ended without having taken anything: where it was refused or never left, or where its
        broker tells price by price what is there, since that may stay as it is. Any other quote is waited for.
        """
        symbol, side = order._symbol, order._side
        quote = self._quote(symbol, broker)
        if quote is not None:
            self._against[symbol, broker] = quote
        claims = self._claims_of(symbol, broker)
        if claims is None:
            shown = self.quotes.get(symbol)
            claims = _Claims(self._whole.get(symbol) if shown is None else None)
            self._claims[symbol, broker] = claims
        of_side, left = claims.of(side), qty
        for px, size in levels:
            taken = min(size, left)
            if taken <= ZERO:
                break
            of_side.setdefault(px, []).append((order, taken))
            left = EXACT.subtract(left, taken)

    def behind(self, symbol: Symbol, broker: BrokerName, side: Side, qty: Decimal) -> Levels:
        """Give what a broker shows behind its best price to an order of this side, less what was sent there since.

        It goes no further than so much takes. Nothing where it tells no book, where something is missing in that, or where its
        best price is not the one that it shows.
        """
        book = self._books.get((symbol, broker))
        quote = self._quote(symbol, broker)
        if book is None or quote is None:
            return ()
        levels = _levels(book.top, side)
        best = next(levels, None)
        if best is None or best != far_side(side, quote):
            return ()
        claims = self._claims_of(symbol, broker)

        def free_of(px: Decimal, size: Decimal) -> Decimal:
            return size if claims is None else EXACT.subtract(size, claims.taken(side, px, is_book=True))

        left = EXACT.subtract(qty, free_of(*best))
        found: list[Level] = []
        for px, size in levels:
            if left <= ZERO:
                break
            free = free_of(px, size)
            if free > ZERO:
                found.append((px, free))
                left = EXACT.subtract(left, free)
        return tuple(found)

    def _quote(self, symbol: Symbol, broker: BrokerName) -> Quote | None:
        shown = self.quotes.get(symbol)
        return self._whole.get(symbol) if shown is None else shown.get(broker)

    def _claims_of(self, symbol: Symbol, broker: BrokerName) -> _Claims | None:
        claims = self._claims.get((symbol, broker))
        if claims is None or claims.quote is None or claims.quote is self._whole.get(symbol):
            return claims
        return None

    def _is_fresh(self, broker: BrokerName, quote: Quote, now_ns: int) -> bool:
        routing = self._state.venues.routing
        max_age_s = None if routing is None else routing.max_quote_age_s
        if max_age_s is None:
            return True
        return now_ns - self._heard_ns(broker, quote) <= max_age_s * NS_PER_S

    def _heard_ns(self, broker: BrokerName, quote: Quote) -> int:
        # Best prices that stay while the book behind them moves are not old.
        book = self._books.get((quote.symbol, broker))
        return quote.time_ns if book is None else max(quote.time_ns, book.heard_ns)


def _may_have_taken(order: Order, *, is_book: bool) -> bool:
    if order._cum_qty:
        return True
    return order._life not in _NEVER_THERE and not (is_book and order._life in _OVER)


def _is_same(before: Quote, now: Quote) -> bool:
    return before is now or (before.bid, before.bid_size, before.ask, before.ask_size) == (
        now.bid, now.bid_size, now.ask, now.ask_size
    )  # fmt: skip


def _levels(top: TopOfBook, side: Side) -> Iterator[Level]:
    book = top.by_level if top.by_order is None else top.by_order
    if book is None or (isinstance(book, DepthBook) and not book.is_complete):
        return iter(())
    return (book.asks if side is Side.BUY else book.bids).levels(MAX_LEVELS)


def _forget(claims: _Claims, top: TopOfBook, depth: Depth) -> None:
    """Forget what was sent against the prices of which it is told anew what is there."""
    if isinstance(depth, BookSnapshot):
        claims.buys.clear()
        claims.sells.clear()
    elif isinstance(depth, BookOrder):
        known = None if top.by_order is None else top.by_order.entries.get(depth.entry_id)
        of_side = claims.sells if depth.side is Side.BUY else claims.buys
        of_side.pop(depth.price, None)
        if known is not None:
            of_side.pop(known.price, None)
    else:
        for px, _ in depth.bids:
            claims.sells.pop(px, None)
        for px, _ in depth.asks:
            claims.buys.pop(px, None)
