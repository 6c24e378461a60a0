"""What algorithms are shown of the market: the last quote that could be used, and what was printed. No journal holds it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from heapq import heappop, heappush
from typing import Final

from oms.engine.price_waits import PriceWaits
from oms.model.decimals import ZERO
from oms.model.depth import BookOrder, Depth
from oms.model.enums import SecurityTradingStatus, Side
from oms.model.ids import OrderId, Symbol
from oms.model.market import MarketNews, MarketUpdate, OwnTrade, PrintCorrection, Quote, TradePrint
from oms.model.market_news import FeedGap, PriceLimits
from oms.model.security_status import SecurityStatus

_HALT: Final = SecurityTradingStatus.TRADING_HALT

TRIM: Final = 4_096
"""After how many prints those are let go that everybody has seen."""


class Tape:
    """The market of one instrument, since orders of it are worked here.

    Attributes:
        good_quote: The last quote that was two-sided and did not cross; None before the first, and where market data was lost since
            and another quote came.
        last_trade: The last print; None before the first.
        printed_qty: What was printed in all.
        quote_listeners: The orders that are to be looked at with each quote.
        price_listeners: Those that are with each by which the best prices have changed.
        price_waits: Those that are with each of these that shows them a price or a better one.
        shown_waits: Those that are with what anybody shows anew at a price or a better one.
    """

    __slots__ = (
        "_awaited",
        "_base",
        "_corrections",
        "_gaps",
        "_lost_ns",
        "_own",
        "_prints",
        "_readers",
        "_touch",
        "_waiting",
        "good_quote",
        "last_trade",
        "price_listeners",
        "price_waits",
        "printed_qty",
        "quote_listeners",
        "shown_waits",
    )  # fmt: skip

    def __init__(self) -> None:
        """Begin with nothing."""
        self.good_quote: Quote | None = None
        self.last_trade: TradePrint | None = None
        self.printed_qty = ZERO
        self.quote_listeners: dict[OrderId, None] = {}
        self.price_listeners: dict[OrderId, None] = {}
        self.price_waits, self.shown_waits = PriceWaits(), PriceWaits()
        # The best prices of the last quote, and whether it could be used.
        self._touch: tuple[Decimal | None, Decimal | None, bool] = (None, None, False)
        # The prints that somebody may still want to see, the number of the first, and up to which each reader has seen them.
        self._prints: list[TradePrint] = []
        self._base = 0
        self._readers: dict[OrderId, int] = {}
        # Since when each of them reads, and what has executed here since, that it has not seen.
        self._own: dict[OrderId, tuple[int, int, list[OwnTrade]]] = {}
        # Who has not seen yet that prints are missing, and which corrections somebody has not seen yet.
        self._gaps: set[OrderId] = set()
        self._lost_ns = -1
        self._corrections: dict[OrderId, list[PrintCorrection]] = {}
        # The volume that each order has asked for last, and those that are waited for, some of them no longer.
        self._awaited: dict[OrderId, Decimal] = {}
        self._waiting: list[tuple[Decimal, OrderId]] = []

    def take(self, update: MarketUpdate) -> Iterable[OrderId]:
        """Take note of the market, and give the orders that are to be looked at for that."""
        if type(update) is Quote:
            is_usable = update.is_two_sided
            if is_usable or (self.good_quote is not None and self.good_quote.time_ns < self._lost_ns):
                self.good_quote = update if is_usable else None
            before, self._touch = self._touch, (update.bid, update.ask, is_usable)
            if before == self._touch or not (self.price_listeners or self.price_waits):
                return tuple(self.quote_listeners)
            reached = self.price_waits.reached(update.bid, update.ask)
            return (*self.quote_listeners, *self.price_listeners, *reached)
        if type(update) is not TradePrint:
            return ()
        self.last_trade = update
        self.printed_qty += update.size
        if self._readers:
            self._prints.append(update)
            if len(self._prints) >= TRIM:
                self._trim()
        found = []
        while self._waiting and self._waiting[0][0] <= self.printed_qty:
            volume, order_id = heappop(self._waiting)
            # Of what is no longer waited for nothing is known any more.
            if self._awaited.get(order_id) == volume:
                del self._awaited[order_id]
                found.append(order_id)
        return found

    def wait(self, order_id: OrderId, volume: Decimal | None) -> None:
        """Have an order looked at once so much was printed in all, and at no other volume; None for none."""
        if volume is None:
            self._awaited.pop(order_id, None)
        elif self._awaited.get(order_id) != volume:
            self._awaited[order_id] = volume
            heappush(self._waiting, (volume, order_id))

    def listen(self, order_id: OrderId, *, to_quotes: bool, to_prices: bool) -> None:
        """Have an order looked at with each quote, or with those by which the best prices have changed, or no more."""
        for listeners, listens in (
            (self.quote_listeners, to_quotes),
            (self.price_listeners, to_prices and not to_quotes),
        ):
            if listens:
                listeners[order_id] = None
            else:
                listeners.pop(order_id, None)

    def listen_within(
        self, order_id: OrderId, side: Side, *, price_to: Decimal | None, shown_to: Decimal | None
    ) -> None:
        """Have an order looked at with best prices that change, and with what is shown anew, up to a price; None for none."""
        self.price_waits.set(order_id, side, price_to)
        self.shown_waits.set(order_id, side, shown_to)

    def hear(self, what: Quote | Depth) -> Iterable[OrderId]:
        """Give the orders that are to be looked at since somebody shows something else than before."""
        if not self.shown_waits:
            return ()
        bid, ask = (what.bid, what.ask) if isinstance(what, Quote) else _best_changed(what)
        return self.shown_waits.reached(bid, ask)

    def forget_prices(self) -> None:
        """Take the next quote for one by which the best prices have changed."""
        self._touch = (None, None, False)

    def read(self, order_id: OrderId) -> Sequence[TradePrint]:
        """Give what was printed since an order's algorithm was last shown prints; nothing the first time."""
        end = self._base + len(self._prints)
        since = self._readers.get(order_id, end)
        self._readers[order_id] = end
        return tuple(self._prints[since - self._base :])

    def own(
        self, order_id: OrderId, trades: Iterable[OwnTrade], from_ns: int, after: int
    ) -> Sequence[OwnTrade]:
        """Give what has executed here since an order's algorithm was last shown prints, and while it was; nothing the first time.

        Args:
            order_id: The order.
            trades: What nobody was shown yet.
            from_ns: What happened after that counts where it is the first time, in nanoseconds UTC.
            after: The sequence number of the last event: where it is the first time, what executed before it was never shown, and
                no bust or correction of it is.
        """
        for trade in trades:
            for since_ns, known, unseen in self._own.values():
                if trade.time_ns > since_ns and trade.sequence > known:
                    unseen.append(trade)
        since_ns, known, seen = self._own.get(order_id, (from_ns, after, []))
        self._own[order_id] = since_ns, known, []
        return tuple(seen)

    @property
    def is_read(self) -> bool:
        """Somebody is shown prints."""
        return bool(self._readers)

    def has_gap(self, order_id: OrderId) -> bool:
        """Tell whether prints are missing that an order's algorithm was not shown: it sees its first ones, or some were lost."""
        is_new = order_id not in self._readers or order_id in self._gaps
        self._gaps.discard(order_id)
        return is_new

    def lose(self, time_ns: int) -> None:
        """Take note that prints and quotes were lost up to a moment, in nanoseconds UTC."""
        self._gaps.update(self._readers)
        self._lost_ns = time_ns

    def correct(self, correction: PrintCorrection, order_ids: Iterable[OrderId]) -> None:
        """Keep a correction for the algorithms of orders, until they have seen it."""
        for order_id in order_ids:
            self._corrections.setdefault(order_id, []).append(correction)

    def corrected(self, order_id: OrderId) -> Sequence[PrintCorrection]:
        """Give the corrections since an order's algorithm was last shown them."""
        return tuple(self._corrections.pop(order_id, ())) if self._corrections else ()

    def forget(self, order_id: OrderId) -> None:
        """Let an order go."""
        self._awaited.pop(order_id, None)
        self._readers.pop(order_id, None)
        self._own.pop(order_id, None)
        self._gaps.discard(order_id)
        self._corrections.pop(order_id, None)
        self.quote_listeners.pop(order_id, None)
        self.price_listeners.pop(order_id, None)
        self.price_waits.set(order_id, Side.BUY, None)
        self.shown_waits.set(order_id, Side.BUY, None)
        if not self._readers:
            self._base += len(self._prints)
            self._prints.clear()

    def _trim(self) -> None:
        seen = min(self._readers.values()) - self._base
        del self._prints[:seen]
        self._base += seen


def _best_changed(depth: Depth) -> tuple[Decimal | None, Decimal | None]:
    """Give the highest bid and the lowest offer of which something is said."""
    if isinstance(depth, BookOrder):
        return (depth.price, None) if depth.side is Side.BUY else (None, depth.price)
    bid = max((px for px, _ in depth.bids), default=None)
    ask = min((px for px, _ in depth.asks), default=None)
    return bid, ask


class Tapes:
    """The market of every instrument of which an order is worked here.

    Attributes:
        by_symbol: These.
        good: The last quote that could be used, of the instruments that have shown another since.
        halted: The instruments in which trading is halted, as far as somebody has said so, each with the moment, in nanoseconds UTC.
        since_ns: When trading went on or a session opened last, in nanoseconds UTC, by instrument; None is for all. Older quotes are
            not to be used.
        limits: Between which prices instruments may trade, as far as somebody has said so.
        lost: Up to when market data was lost last, in nanoseconds UTC, by instrument.
    """

    __slots__ = ("by_symbol", "good", "halted", "limits", "lost", "since_ns")

    def __init__(self, halted: dict[Symbol, int]) -> None:
        """Begin with none but the halts that are on record, which stay those of the state."""
        self.by_symbol: dict[Symbol, Tape] = {}
        self.good: dict[Symbol, Quote] = {}
        self.halted = halted
        self.since_ns: dict[Symbol | None, int] = {}
        self.limits: dict[Symbol, PriceLimits] = {}
        self.lost: dict[Symbol, int] = {}

    def follow(self, earlier: Tapes) -> None:
        """Take over from one that is given up what no journal holds of quotes, limits, losses and openings."""
        self.good.update(earlier.good)
        self.since_ns.update(earlier.since_ns)
        self.limits.update(earlier.limits)
        self.lost.update(earlier.lost)

    def of(self, symbol: Symbol, quote: Quote | None = None, last: MarketUpdate | None = None) -> Tape:
        """Give the market of an instrument, from now on looked at.

        Args:
            symbol: The instrument.
            quote: What it begins with; where that cannot be used, with the last one that could.
            last: What was heard last: where that is a print, it begins with it too.
        """
        tape = self.by_symbol.get(symbol)
        if tape is None:
            tape = self.by_symbol[symbol] = Tape()
            is_usable = quote is None or quote.is_two_sided
            good, lost_ns = self.good.get(symbol), self.lost.get(symbol, -1)
            tape.good_quote = quote if is_usable else None if good is None or good.time_ns < lost_ns else good
            tape.lose(lost_ns)
            if type(last) is TradePrint:
                tape.last_trade = last
        return tape

    def keep(self, quote: Quote | None) -> None:
        """Keep a quote in whose place one comes that cannot be used, where it can: orders that come then arrive at it."""
        if quote is not None and quote.is_two_sided:
            self.good[quote.symbol] = quote

    def take(self, update: MarketUpdate) -> Iterable[OrderId]:
        """Take note of the market of an instrument, and give as its `Tape.take` does."""
        tape = self.by_symbol.get(update.symbol)
        return () if tape is None else tape.take(update)

    def hear(self, what: Quote | Depth) -> Iterable[OrderId]:
        """Give as the `Tape.hear` of an instrument does."""
        tape = self.by_symbol.get(what.symbol)
        return () if tape is None else tape.hear(what)

    def note(self, news: MarketNews) -> None:
        """Take note of what is said beside prices; of a correction nothing stays."""
        if isinstance(news, PriceLimits):
            self.limits[news.symbol] = news
        elif isinstance(news, FeedGap):
            self.lost[news.symbol] = news.time_ns
            self.go_on(news.symbol, news.time_ns)
            tape = self.by_symbol.get(news.symbol)
            if tape is not None:
                tape.lose(news.time_ns)
        elif isinstance(news, SecurityStatus) and news.security_trading_status is not _HALT:
            # Halts themselves are on record.
            self.go_on(news.symbol, news.time_ns)

    def is_lost(self, symbol: Symbol, quote: Quote | None, last: TradePrint | None) -> bool:
        """Tell whether nothing of a market was heard since some of it was lost: no quote, or no print where nobody quotes."""
        lost_ns = self.lost.get(symbol)
        heard = last if quote is None else quote
        return lost_ns is not None and (heard is None or heard.time_ns < lost_ns)

    def go_on(self, symbol: Symbol | None, time_ns: int) -> None:
        """Take note that trading goes on, or a session opens; None for all instruments: older quotes are not to be used."""
        self.since_ns[symbol] = time_ns
        for one, tape in self.by_symbol.items():
            if symbol is None or one == symbol:
                tape.forget_prices()

    def usable(self, quote: Quote | None) -> Quote | None:
        """Give a quote where trading has not stopped since."""
        return None if quote is None or quote.time_ns < self.went_on_ns(quote.symbol) else quote

    def went_on_ns(self, symbol: Symbol) -> int:
        """Give when trading in an instrument went on or its session opened last, in nanoseconds UTC; 0 where nobody has said so."""
        if not self.since_ns:
            return 0
        return max(self.since_ns.get(symbol, 0), self.since_ns.get(None, 0))
