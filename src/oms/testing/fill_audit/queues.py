"""How many of the market must at least have stood ahead of an order, where they have no names: what the best of luck leaves of them.

Who joins a price stands behind all that is shown there, less what has traded since it was shown. Whoever goes may have
stood ahead, and all that trades at the price may have been ahead: so it is at least what was there, less all that went and
all that traded; and nobody, once a trade was beyond the price. No estimate of a queue, the optimistic one included, may let an order trade with a print before that.
"""

from __future__ import annotations

from bisect import bisect_right
from decimal import Decimal

from oms.model.depth import BookSnapshot, BookUpdate
from oms.model.market import Quote
from oms.testing.fill_audit.own_orders import Standing
from oms.testing.fill_audit.showing import SUMS, ZERO


class QueueBounds:
    """What is shown at the prices at which our orders stand, and what has gone from there since."""

    def __init__(self) -> None:
        """Begin with nothing shown."""
        self._sizes: dict[tuple[bool, Decimal], Decimal] = {}
        self._gone: dict[tuple[bool, Decimal], Decimal] = {}
        self._traded: dict[Decimal, Decimal] = {}
        self._best: dict[bool, tuple[Decimal | None, Decimal]] = {True: (None, ZERO), False: (None, ZERO)}
        self._last = ZERO
        # The trades than which no later one was lower, and those than which none was higher, with their numbers.
        self._lows: list[tuple[int, Decimal]] = []
        self._highs: list[tuple[int, Decimal]] = []
        self.prints = 0

    def hear_quote(self, quote: Quote) -> None:
        """Take the best prices: what was shown at another price is not known any more."""
        for of_bids, now in ((True, (quote.bid, quote.bid_size)), (False, (quote.ask, quote.ask_size))):
            was = self._best[of_bids]
            if now == was:
                continue
            self._best[of_bids] = now
            for px in {was[0], now[0]} - {None}:
                assert px is not None
                self._show(of_bids, px, now[1] if px == now[0] else ZERO)

    def hear_levels(self, message: BookSnapshot | BookUpdate) -> None:
        """Take levels; of those that a whole book does not name nothing is left."""
        for of_bids, levels in ((True, message.bids), (False, message.asks)):
            sizes = dict(levels)
            if isinstance(message, BookSnapshot):
                for side, px in list(self._sizes):
                    if side is of_bids and px not in sizes:
                        self._show(of_bids, px, ZERO)
            for px, size in sizes.items():
                self._show(of_bids, px, size)

    def _show(self, of_bids: bool, px: Decimal, size: Decimal) -> None:
        key = of_bids, px
        was = self._sizes.get(key, ZERO)
        if size < was:
            self._gone[key] = SUMS.add(self._gone.get(key, ZERO), SUMS.subtract(was, size))
        if size != was:
            self._traded.pop(px, None)
        if size:
            self._sizes[key] = size
        else:
            self._sizes.pop(key, None)

    def hear_print(self, px: Decimal, size: Decimal) -> None:
        """Take a trade: it may have been with whoever stood ahead, on either side."""
        self.prints += 1
        self._last = size
        while self._lows and self._lows[-1][1] >= px:
            self._lows.pop()
        while self._highs and self._highs[-1][1] <= px:
            self._highs.pop()
        self._lows.append((self.prints, px))
        self._highs.append((self.prints, px))
        self._traded[px] = SUMS.add(self._traded.get(px, ZERO), size)
        for of_bids in (True, False):
            key = of_bids, px
            self._gone[key] = SUMS.add(self._gone.get(key, ZERO), size)

    def join(self, px: Decimal, *, is_buy: bool) -> Standing:
        """Let an order come last at a price."""
        key = is_buy, px
        shown = SUMS.subtract(self._sizes.get(key, ZERO), self._traded.get(px, ZERO))
        return Standing(max(shown, ZERO), self._gone.get(key, ZERO), self.prints)

    def ahead(self, standing: Standing, px: Decimal, *, is_buy: bool) -> Decimal:
        """Give how much of the market's own at least was ahead as the last trade was heard; 0 for who came after it."""
        if standing.prints == self.prints or self._has_gone_beyond(px, standing.prints, is_buy=is_buy):
            return ZERO
        gone = SUMS.subtract(self._gone.get((is_buy, px), ZERO), standing.gone)
        return max(SUMS.subtract(standing.ahead, SUMS.subtract(gone, self._last)), ZERO)

    def _has_gone_beyond(self, px: Decimal, since: int, *, is_buy: bool) -> bool:
        extremes = self._lows if is_buy else self._highs
        at = bisect_right(extremes, since, key=lambda one: one[0])
        return at < len(extremes) and (extremes[at][1] < px if is_buy else extremes[at][1] > px)
