"""Where a fill of one instrument can have come from, as a witness sees it: each source is there once, and is used up by what we get of it.

- What takes gets what is shown on the other side, the best price that is left first, in whole lots.
- What rests gets what is shown on the other side within its limit; or of a trade between others at its limit or beyond; or,
  where orders have names, of what took from an order behind it or at a worse price.
- Where bars alone are known, what was traded in the bar, at its prices.
- In an auction, at one price, each other, and what is shown within that price.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from oms.model.bars import Bar, QuoteBar
from oms.model.depth import BookOrder, BookSnapshot, BookUpdate, Levels
from oms.model.enums import LastLiquidityInd, SecurityTradingStatus, SessionPhase
from oms.model.instrument import Instrument
from oms.model.market import MarketData, Quote, TradePrint
from oms.model.security_status import SecurityStatus
from oms.model.terms import Pegged
from oms.testing.fill_audit.own_orders import OwnOrder
from oms.testing.fill_audit.queues import QueueBounds
from oms.testing.fill_audit.showing import SUMS, ZERO, BestShown, Hit, LevelsShown, OrdersShown, Showing


class Sources:
    """What there is to trade with in one instrument, at every moment.

    Attributes:
        instrument: Which one.
        since_ns: When the bar began that is gone through; None while none is.
        queues: Who stood ahead of our orders, where others have no names.
        drawn: How many fills were of each kind of source.
        found: What does not add up beyond single fills.
    """

    def __init__(self, instrument: Instrument, *, slips: bool) -> None:
        """Begin with nothing.

        Args:
            instrument: What is traded.
            slips: What takes may trade at worse prices than shown.
        """
        self.instrument = instrument
        self.since_ns: int | None = None
        self.queues = QueueBounds()
        self.drawn: Counter[str] = Counter()
        self._slips = slips
        self._best = BestShown()
        self._shown: Showing = self._best
        self._levels: LevelsShown | None = None
        self._orders: OrdersShown | None = None
        self._hears_more_than_bars = False
        self._print: tuple[Decimal, Decimal] | None = None
        self._hit: Hit | None = None
        self._left = ZERO  # of the print, of what took, or of the bar
        self._bar: Bar | None = None
        self._bar_until_ns = -1
        self._is_closed = self._is_halted = self._uncrosses = False
        self._auction: list[tuple[Decimal, Decimal]] = []
        self.found: list[str] = []

    @property
    def next_place(self) -> int:
        """The place in time that the next of the market's orders will have; 0 where they have no names."""
        return 0 if self._orders is None else self._orders.next_place

    @property
    def is_bar_of_trades(self) -> bool:
        """Whether a bar of trades is what there is to trade with."""
        return self._bar is not None

    @property
    def is_gone_through(self) -> bool:
        """Whether a bar is gone through by those alone who were there as it began; who came later stands behind them."""
        is_deep = self._levels is not None or self._orders is not None
        return self.since_ns is not None and not (is_deep or self._is_closed or self._is_halted)

    def hear(self, heard: MarketData) -> None:
        """Take whatever is heard of the market."""
        self._begin()
        kind = type(heard)
        if kind is Quote:
            assert isinstance(heard, Quote)
            self._hears_more_than_bars = True
            self._best.hear(heard)
            if self._levels is None and self._orders is None:
                self.queues.hear_quote(heard)
        elif isinstance(heard, TradePrint):
            self._hears_more_than_bars = True
            if self._orders is None:
                self.queues.hear_print(heard.price, heard.size)
                self._print, self._left = (heard.price, heard.size), heard.size
        elif isinstance(heard, BookOrder):
            self._hears_more_than_bars = True
            if self._orders is None:
                self._orders = OrdersShown(heard.symbol)
                self._shown = self._orders
            self._hit = self._orders.hear(heard)
            self._left = ZERO if self._hit is None else self._hit.size
        elif isinstance(heard, BookSnapshot | BookUpdate):
            self._hears_more_than_bars = True
            if self._orders is None:
                if self._levels is None:
                    self._levels = LevelsShown(heard.symbol)
                    self._shown = self._levels
                self._levels.hear(heard)
                self.queues.hear_levels(heard)
        elif isinstance(heard, Bar):
            self._hear_bar(heard)
        elif isinstance(heard, QuoteBar):
            self._hears_more_than_bars = True
            self.since_ns = heard.start_ns
            self._best.hear_bar(heard)
        elif isinstance(heard, SecurityStatus):
            was, self._is_halted = (
                self._is_halted,
                heard.security_trading_status is SecurityTradingStatus.TRADING_HALT,
            )
            self._uncrosses = was and not self._is_halted

    def _hear_bar(self, bar: Bar) -> None:
        if self._hears_more_than_bars:
            return
        self._bar, self.since_ns = bar, bar.start_ns
        if bar.start_ns < self._bar_until_ns:
            self._left = ZERO  # a part of it was heard before
            return
        if bar.volume != ZERO:  # else there was none
            self._bar_until_ns = bar.time_ns
        self._left = Decimal("Infinity") if bar.volume is None else bar.volume

    def change_session(self, phase: SessionPhase) -> None:
        """Open, close or pause."""
        self._begin()
        self._is_closed = phase is not SessionPhase.OPEN
        self._uncrosses = True

    def _begin(self) -> None:
        # Whatever was there for a moment is over.
        self.end()
        self._best.settle()
        self._print = self._hit = self._bar = self.since_ns = None
        self._left = ZERO
        self._uncrosses = False

    def settle(self) -> None:
        """Take note that somebody has come after what was heard last."""
        self._best.settle()

    # ------------------------------------------------------------ what a fill is of

    def draw(
        self, order: OwnOrder, qty: Decimal, px: Decimal, liquidity: LastLiquidityInd | None
    ) -> str | None:
        """Use up what a fill is of; give what is wrong with it, None for nothing."""
        if liquidity is None:
            return self._draw_in_auction(order, qty, px)
        self.end()
        if self._is_closed or self._is_halted:
            return "while nothing trades"
        takes = liquidity is LastLiquidityInd.REMOVED
        if self._bar is not None:
            return self._draw_of_bar(self._bar, order, qty, px, takes=takes)
        if takes:
            return self._draw_shown(order, qty, px)
        if self._print is not None:
            return self._draw_of_print(order, qty, px, self._print[0])
        # Who stands beside the queue trades with what is shown alone.
        is_met = not order.is_aside and self._hit is not None and self._is_before(order, px, self._hit)
        if is_met and self._hit is not None and self._whole(self._left):
            return self._draw_left(order, qty, px, "what takes others", self._hit.size)
        return self._draw_met(order, qty, px)

    def _draw_shown(self, order: OwnOrder, qty: Decimal, px: Decimal) -> str | None:
        of_bids = not order.is_buy
        for best, worst, left in self._shown.offers(of_bids=of_bids):
            lots = self._whole(left)
            if not lots:
                continue
            is_there = best <= px <= worst or worst <= px <= best
            if not is_there and not (self._slips and (px > best if order.is_buy else px < best)):
                return f"{px} is not the best price that is left, {best}"
            if qty > lots:
                return f"{lots} are left at {best}"
            self._shown.take(best, qty, of_bids=of_bids)
            self.drawn["what is shown"] += 1
            return None
        return "nobody is left on the other side"

    def _draw_met(self, order: OwnOrder, qty: Decimal, px: Decimal) -> str | None:
        # Of those on the other side who have come to its limit, the best first.
        limit = px if order.price is None or isinstance(order.terms, Pegged) else order.price
        of_bids = not order.is_buy
        found: list[tuple[Decimal, Decimal]] = []
        wanted, is_in_range = qty, False
        for best, worst, left in self._shown.offers(of_bids=of_bids):
            if not wanted or (best > limit if order.is_buy else best < limit):
                break
            part = min(self._whole(left), wanted)
            found.append((best, part))
            wanted = SUMS.subtract(wanted, part)
            is_in_range = self.since_ns is not None and (best <= px <= worst or worst <= px <= best)
        if px != limit and not is_in_range:
            return f"its limit is {limit}"
        if wanted:
            return f"{SUMS.subtract(qty, wanted)} have come to its limit"
        for best, part in found:
            self._shown.take(best, part, of_bids=of_bids)
        self.drawn["what is shown"] += 1
        return None

    def _draw_of_print(self, order: OwnOrder, qty: Decimal, px: Decimal, printed: Decimal) -> str | None:
        limit = order.price
        if limit is not None and (printed > limit if order.is_buy else printed < limit):
            return f"{printed} was traded, its limit is {limit}"
        assert self._print is not None
        if order.is_plain and order.standing is not None and printed == limit:
            ahead = self.queues.ahead(order.standing, printed, is_buy=order.is_buy)
            if qty > max(SUMS.subtract(self._print[1], ahead), ZERO):
                return f"{self._print[1]} was traded, and at least {ahead} stood ahead of it"
        return self._draw_left(order, qty, px, "trades", self._print[1])

    def _draw_left(self, order: OwnOrder, qty: Decimal, px: Decimal, of: str, traded: Decimal) -> str | None:
        if px != order.price and not isinstance(order.terms, Pegged):
            return f"its limit is {order.price}"
        if qty > self._whole(self._left):
            return f"{self._whole(self._left)} are left of {traded} traded"
        self._left = SUMS.subtract(self._left, qty)
        self.drawn[of] += 1
        return None

    @staticmethod
    def _is_before(order: OwnOrder, px: Decimal, hit: Hit) -> bool:
        # Of a pegged order only the worst price is known, and the one that it trades at.
        limit = px if isinstance(order.terms, Pegged) else order.price
        if order.is_buy is not hit.is_buy or limit is None:
            return False
        if limit == hit.price:
            return not order.is_plain or order.queue_place <= hit.place
        return (limit > hit.price) is order.is_buy

    def _draw_of_bar(
        self, bar: Bar, order: OwnOrder, qty: Decimal, px: Decimal, *, takes: bool
    ) -> str | None:
        if order.is_plain and order.placed_ns > bar.start_ns:
            return "it came after the bar began"
        is_in_bar = bar.low <= px <= bar.high
        is_beyond = px >= bar.low if order.is_buy else px <= bar.high
        if not is_in_bar and not (is_beyond and (px == order.price or (self._slips and takes))):
            return f"the bar went from {bar.low} to {bar.high}"
        if qty > self._whole(self._left):
            return f"{self._whole(self._left)} are left of the bar's {bar.volume}"
        self._left = SUMS.subtract(self._left, qty)
        self.drawn["bars"] += 1
        return None

    # ------------------------------------------------------------ auctions

    def _draw_in_auction(self, order: OwnOrder, qty: Decimal, px: Decimal) -> str | None:
        if not self._uncrosses:
            return "there is no auction"
        if self._auction and self._auction[0][0] != px:
            return f"the auction is at {self._auction[0][0]}"
        if self._whole(qty) != qty:
            return f"it is no multiple of the lot, {self.instrument.lot}"
        self._auction.append((px, qty if order.is_buy else SUMS.minus(qty)))
        self.drawn["auctions"] += 1
        return None

    def end(self) -> None:
        """End the auction that was held last: what our sides have not traded with one another was somebody's who is shown."""
        if not self._auction:
            return
        px = self._auction[0][0]
        ours = {True: ZERO, False: ZERO}  # what we have bought, and sold
        for _, qty in self._auction:
            ours[qty > ZERO] = SUMS.add(ours[qty > ZERO], qty.copy_abs())
        self._auction = []
        # Those on one side at least have all traded, others as well as ours; so this is how much was traded in all.
        in_reach = {is_buy: self._in_reach(px, of_bids=is_buy) for is_buy in ours}
        volume = min(SUMS.add(ours[is_buy], _total(in_reach[is_buy])) for is_buy in ours)
        for is_buy, mine in ours.items():
            wanted = SUMS.subtract(volume, mine)
            if wanted < ZERO:
                self.found.append(
                    f"in an auction of {self.instrument.symbol} at {px}, {wanted.copy_abs()} had nobody on the other side"
                )
            for best, lots in in_reach[is_buy]:
                part = max(min(lots, wanted), ZERO)
                self._shown.take(best, part, of_bids=is_buy)
                wanted = SUMS.subtract(wanted, part)

    def _in_reach(self, px: Decimal, *, of_bids: bool) -> list[tuple[Decimal, Decimal]]:
        # What others show who would trade at a price, the best first, in whole lots.
        found: list[tuple[Decimal, Decimal]] = []
        for best, _, left in self._shown.offers(of_bids=of_bids):
            if best < px if of_bids else best > px:
                break
            found.append((best, self._whole(left)))
        return found

    # ------------------------------------------------------------ what is left

    def untaken(self, *, of_bids: bool) -> Levels:
        """Give what is left of a side, from the best price on."""
        self.settle()
        return tuple((best, left) for best, _, left in self._shown.offers(of_bids=of_bids))

    def _whole(self, size: Decimal) -> Decimal:
        if not size.is_finite():
            return size
        return SUMS.subtract(size, SUMS.remainder(size, self.instrument.lot))


def _total(found: list[tuple[Decimal, Decimal]]) -> Decimal:
    total = ZERO
    for _, qty in found:
        total = SUMS.add(total, qty)
    return total
