"""The market of one symbol as those hear it who watch orders in it: sums for running averages, and the last good quote.

What is shared by all orders of a symbol is kept once, so that a print or a quote costs the same however many there are.
"""

from __future__ import annotations

from decimal import Decimal
from heapq import heappop, heappush
from typing import Final

from oms.model.costs import Average
from oms.model.decimals import EXACT, ZERO
from oms.model.ids import Symbol
from oms.model.market import PrintCorrection, Quote, TradePrint

_FAR_NS: Final = 2**63


class Span:
    """What is traded from a moment on, up to another or until now.

    Attributes:
        start_ns: From when on, in nanoseconds UTC; a print at that moment counts.
        begun: The market's sums before it; None while it lies ahead, and where the market was not heard from there on.
        ended: The market's sums at its end; None while it goes on.
        is_heard: Everything from `start_ns` on was heard, or will be.
        bad_before: How many bad quotes the market had shown before it; where it was not heard from there on, before it was.
        bad_quotes: How many it has shown in it, once it has ended.
        earlier: The prints at its very start that were heard before it.
    """

    __slots__ = ("bad_before", "bad_quotes", "begun", "earlier", "ended", "is_heard", "start_ns")

    def __init__(self, start_ns: int, *, is_heard: bool) -> None:
        """Begin at a moment."""
        self.start_ns = start_ns
        self.begun: Average | None = None
        self.ended: Average | None = None
        self.is_heard = is_heard
        self.bad_before = self.bad_quotes = 0
        self.earlier: list[TradePrint] = []


class MarketTape:
    """The market of a symbol since it is listened to.

    Attributes:
        symbol: Which.
        bid: The best bid of the last good quote: with both sides, each of a size, and not crossed. None before the first.
        ask: The best offer.
        quote_ns: When that was received, in nanoseconds UTC.
        is_good: The last quote was good, and nothing was lost since.
        bad_quotes: How many were not.
    """

    __slots__ = (
        "_coming", "_lately", "_latest_ns", "_lost_ns", "_next_ns", "_notional", "_qty", "_spans", "ask", "bad_quotes", "bid",
        "is_good", "quote_ns", "symbol",
    )  # fmt: skip

    def __init__(self, symbol: Symbol) -> None:
        """Begin with nothing heard."""
        self.symbol = symbol
        self.bid: Decimal | None = None
        self.ask: Decimal | None = None
        self.quote_ns = 0
        self.is_good = False
        self.bad_quotes = 0
        self._notional, self._qty = ZERO, ZERO
        self._spans: dict[int, Span] = {}
        self._coming: list[tuple[int, int]] = []
        self._next_ns, self._latest_ns = _FAR_NS, 0
        self._lost_ns = -1
        self._lately: list[TradePrint] = []

    def on_quote(self, quote: Quote) -> None:
        """Take a quote in; a bad one leaves the last good one as it was, and one from before a loss counts as none."""
        if quote.time_ns < self._lost_ns:
            return
        bid, ask = quote.bid, quote.ask
        # `Quote.is_two_sided`, without the call.
        if bid is not None and ask is not None and quote.bid_size and quote.ask_size and bid <= ask:
            self.bid, self.ask, self.quote_ns = bid, ask, quote.time_ns
            self.is_good = True
        else:
            if quote.time_ns >= self._next_ns:
                self._begin_spans(quote.time_ns)
            self.is_good = False
            self.bad_quotes += 1

    def seed(self, bid: Decimal | None, ask: Decimal | None, quote_ns: int) -> None:
        """Take in which quote somebody else had last, where that is news."""
        if self._lost_ns < quote_ns > self.quote_ns and bid is not None and ask is not None and bid <= ask:
            self.bid, self.ask, self.quote_ns = bid, ask, quote_ns
            self.is_good = True

    def lose(self, time_ns: int) -> None:
        """Take in that what was said up to a moment, in nanoseconds UTC, was lost: spans from before then are not known any more."""
        self._lost_ns = max(self._lost_ns, time_ns)
        if self.quote_ns <= time_ns:
            self.is_good = False
        for span in self._spans.values():
            if span.start_ns <= time_ns:
                if span.is_heard and span.begun is None:
                    span.bad_before = self.bad_quotes
                span.is_heard, span.begun = False, None

    def on_trade(self, trade: TradePrint) -> None:
        """Take a print in; one that comes late counts in no span that begins after it."""
        size, time_ns = trade.size, trade.time_ns
        if not size:
            return
        if time_ns >= self._next_ns:
            self._begin_spans(time_ns)
        self._notional = EXACT.fma(trade.price, size, self._notional)
        self._qty = EXACT.add(self._qty, size)
        if time_ns < self._latest_ns:
            self._leave_out(trade)
        lately = self._lately
        if lately and lately[0].time_ns != time_ns:
            lately.clear()
        lately.append(trade)

    def on_correction(self, told: PrintCorrection) -> None:
        """Take in that a print was another one, or none: it counts so in every span that goes on and that it was made in."""
        was, now = told.was, told.now
        begun = [span for span in self._spans.values() if span.begun is not None]
        outside = [span for span in begun if span.start_ns > was.time_ns or was in span.earlier]
        for span in outside:
            if was in span.earlier:
                span.earlier.remove(was)
                span.earlier += [] if now is None else [now]
        if len(outside) == len(begun):
            return  # It counts for nobody.
        changes = [(was.price, was.size.copy_negate())]
        if now is not None:
            changes.append((now.price, now.size))
        for px, qty in changes:
            self._notional = EXACT.fma(px, qty, self._notional)
            self._qty = EXACT.add(self._qty, qty)
            for span in outside:
                if span.begun is not None:
                    span.begun = span.begun.plus(px, qty)

    @property
    def has_traded(self) -> bool:
        """Whether a print was heard."""
        return bool(self._qty)

    def hear_from(self, since_ns: int) -> None:
        """Take what is told next for all that was said from a moment on, in nanoseconds UTC: spans from then on are heard after all."""
        for key, span in self._spans.items():
            if not span.is_heard and span.start_ns >= since_ns and span.start_ns > self._lost_ns:
                span.is_heard = True
                heappush(self._coming, (span.start_ns, key))
        if self._coming:
            self._next_ns = self._coming[0][0]

    def begin_until(self, now_ns: int) -> None:
        """Begin the spans whose time has come, though nothing was traded in them yet."""
        if now_ns >= self._next_ns:
            self._begin_spans(now_ns)

    def open(self, key: int, start_ns: int, now_ns: int, *, is_heard: bool) -> Span:
        """Begin to add up what is traded for somebody, from now on or from a later moment on.

        Args:
            key: Whose it is.
            start_ns: From when on, in nanoseconds UTC; prints are told apart from those before by the order in which they are heard.
            now_ns: The time.
            is_heard: The market is listened to from here on, and was not before; a replay hears nothing of it.
        """
        is_heard = is_heard and start_ns >= self._lost_ns
        span = self._spans[key] = Span(start_ns, is_heard=is_heard)
        span.bad_before = self.bad_quotes
        if is_heard:
            self._expect(key, span, now_ns)
        return span

    def move(self, key: int, start_ns: int, now_ns: int) -> None:
        """Begin to add up for somebody at another moment than was told, where that has not come; times in nanoseconds UTC."""
        span = self._spans.get(key)
        if span is not None and span.begun is None and start_ns != span.start_ns > now_ns:
            span.start_ns = start_ns
            if span.is_heard:
                self._expect(key, span, now_ns)

    def _expect(self, key: int, span: Span, now_ns: int) -> None:
        if span.start_ns > now_ns:
            heappush(self._coming, (span.start_ns, key))
            self._next_ns = self._coming[0][0]
        else:
            self._begin(span)

    def close(self, key: int) -> None:
        """End what is added up for somebody: what is traded from now on does not count."""
        span = self._spans.pop(key)
        span.bad_quotes = self.bad_in(span)
        if span.begun is not None:
            span.ended = self._sums()

    def traded(self, span: Span) -> Average:
        """Give what was traded in a span so far; nothing where it lies ahead or was not heard."""
        if span.begun is None:
            return Average()
        return (self._sums() if span.ended is None else span.ended).since(span.begun)

    def bad_in(self, span: Span) -> int:
        """Give how many bad quotes the market has shown in a span that goes on, as far as it was heard; none where it lies ahead."""
        return 0 if span.is_heard and span.begun is None else self.bad_quotes - span.bad_before

    def _sums(self) -> Average:
        return Average(self._notional, self._qty)

    def _begin(self, span: Span) -> None:
        span.begun = self._sums()
        span.bad_before = self.bad_quotes
        span.earlier = [one for one in self._lately if one.time_ns == span.start_ns]
        self._latest_ns = max(self._latest_ns, span.start_ns)

    def _begin_spans(self, time_ns: int) -> None:
        coming = self._coming
        while coming and coming[0][0] <= time_ns:
            start_ns, key = heappop(coming)
            span = self._spans.get(key)
            if span is not None and span.is_heard and span.begun is None and span.start_ns == start_ns:
                self._begin(span)
        self._next_ns = coming[0][0] if coming else _FAR_NS

    def _leave_out(self, trade: TradePrint) -> None:
        for span in self._spans.values():
            if span.begun is not None and span.start_ns > trade.time_ns:
                span.begun = span.begun.plus(trade.price, trade.size)
