"""Our resting orders on one side, by price and then by time, with what is known of the market's own queue at each price.

An order that joins a price stands behind what the market shows there. Trades at that price use up what is ahead of it; what a
smaller showing says of it is for the queue model (`oms.simulation.queue_models`), but nobody ever has more ahead than is
shown. A best price of the market that is worse than an order's says that nobody is ahead of it at all. Where the market does
not show a price, the queue there counts as endless. What joins the market's queue later is behind us.

From this follows that of our own orders at one price, the earlier one never has more ahead of it than the later one, so
that trades and caps need to look at the front of a level alone, however many orders rest there.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from attrs import define, field
from sortedcontainers import SortedDict

from oms.model.decimals import EXACT, ONE, ZERO
from oms.model.ids import VenueOrderId
from oms.simulation.queue_models import Pessimistic, QueueModel
from oms.simulation.venue_order import VenueOrder

ENDLESS: Final = Decimal("Infinity")
_ADD: Final = EXACT.add
_SUBTRACT: Final = EXACT.subtract


@define(eq=False)
class Level:
    """Our orders at one price, in time order, and what is known of the market's queue there.

    Attributes:
        price: Their limit.
        orders: Them, the first in time first.
        shown: What the market showed here last, less what has traded since; None where it has not shown this price.
        passed: How much of the market's own queue has gone by since the level was made.
    """

    price: Decimal
    orders: dict[VenueOrderId, VenueOrder] = field(factory=dict)
    shown: Decimal | None = None
    passed: Decimal = ZERO
    _newest: int = 0
    # (place, end of queue): no order up to that place has a queue that ends later. Both rise.
    _caps: list[tuple[int, Decimal]] = field(factory=list)

    def join(self, order: VenueOrder, ahead: Decimal) -> None:
        """Put an order last, behind so much of the market's own queue."""
        if not self.orders and ahead.is_finite():
            self.shown = ahead
        order.resting_px = self.price
        order.queue_end = _ADD(self.passed, ahead)
        self.orders[order.venue_order_id] = order
        self._newest = order.place

    def cap(self, shown: Decimal) -> None:
        """Take note that nobody here has more than this ahead."""
        end = _ADD(self.passed, shown) if self.passed else shown
        caps = self._caps
        while caps and caps[-1][1] >= end:
            caps.pop()
        if not caps or caps[-1][0] < self._newest:
            caps.append((self._newest, end))

    def show(self, shown: Decimal, queue: QueueModel, lot: Decimal) -> None:
        """Take note that the market shows so much here now."""
        before = self.shown
        # What the careful model says is what the cap says, which costs the same for any number of orders.
        if before is not None and shown < before and type(queue) is not Pessimistic:
            for order in self.orders.values():
                ahead = self.ahead_of(order)
                left = ahead if ahead > before else queue.left_ahead(ahead, before, shown, lot)
                order.queue_end = _ADD(self.passed, left)
            self._caps.clear()
        self.shown = shown
        self.cap(shown)

    def first(self) -> VenueOrder:
        """Give the order that is first in time."""
        return next(iter(self.orders.values()))

    def pass_queue(self, size: Decimal) -> Decimal:
        """Let a trade of this size use up what is ahead of the first order, and give how much of it did."""
        used = min(self.ahead_of(self.first()), size)
        self.passed = _ADD(self.passed, used)
        self.note_traded(used)
        return used

    def note_traded(self, size: Decimal) -> None:
        """Take note that so much less is left of what the market shows here."""
        if self.shown is not None:
            self.shown = max(_SUBTRACT(self.shown, size), ZERO)

    def ahead_of(self, order: VenueOrder) -> Decimal:
        """Give how much of the market's own queue is still ahead of an order; infinite where it is not shown."""
        end = order.queue_end
        position = bisect_left(self._caps, (order.place,))
        if position < len(self._caps):
            end = min(end, self._caps[position][1])
        return max(_SUBTRACT(end, self.passed), ZERO)


class Ladder:
    """One side of our resting orders, the best price first.

    Attributes:
        is_buy: Which side it is.
        best_px: The best price on it; infinitely bad when it is empty.
        at_px: Its levels by price, in no order; for looking at only.
    """

    __slots__ = ("_levels", "_lot", "_nothing", "_queue", "at_px", "best_px", "is_buy")

    def __init__(self, *, is_buy: bool, queue: QueueModel | None = None, lot: Decimal = ONE) -> None:
        """Make an empty side.

        Args:
            is_buy: Which side it is.
            queue: What a smaller showing says of the queue ahead; `Pessimistic` unless given.
            lot: What quantities are multiples of.
        """
        self.is_buy = is_buy
        self._queue: QueueModel = Pessimistic() if queue is None else queue
        self._lot = lot
        # The key rises as prices get worse, so that both sides are the same code.
        self._levels: SortedDict[Decimal, Level] = SortedDict()
        self.at_px: dict[Decimal, Level] = {}
        self._nothing = ENDLESS.copy_negate() if is_buy else ENDLESS
        self.best_px = self._nothing

    def _key(self, px: Decimal) -> Decimal:
        return px.copy_negate() if self.is_buy else px

    def add(self, order: VenueOrder, price: Decimal, ahead: Decimal) -> None:
        """Put an order last at its price, behind so much of the market's own queue; infinite where that is not shown."""
        key = self._key(price)
        level = self._levels.get(key)
        if level is None:
            level = self._levels[key] = self.at_px[price] = Level(price)
            if key < self._key(self.best_px):
                self.best_px = price
        level.join(order, ahead)

    def remove(self, order: VenueOrder) -> None:
        """Take an order out."""
        key = self._key(order.resting_px)
        level = self._levels[key]
        del level.orders[order.venue_order_id]
        if not level.orders:
            del self._levels[key], self.at_px[order.resting_px]
            if order.resting_px == self.best_px:
                self.best_px = self.best().price if self._levels else self._nothing

    def requeue(self, order: VenueOrder, ahead: Decimal) -> None:
        """Put an order last at its price, behind what the market shows there now; `ahead` where it does not show that price."""
        level = self._levels[self._key(order.resting_px)]
        del level.orders[order.venue_order_id]
        level.join(order, ahead if level.shown is None else level.shown)

    @property
    def is_empty(self) -> bool:
        """Whether no order rests here."""
        return not self._levels

    def prices(self) -> list[Decimal]:
        """Give the prices at which orders rest, the best first."""
        return [level.price for level in self._levels.values()]

    def best(self) -> Level:
        """Give the level of the best price; there must be one."""
        return self._levels.peekitem(0)[1]

    def level(self, px: Decimal) -> Level | None:
        """Give the level of a price; None where no order of ours rests."""
        return self.at_px.get(px)

    def reaches(self, px: Decimal) -> bool:
        """Tell whether the best order here would trade at `px`."""
        return self.best_px >= px if self.is_buy else self.best_px <= px

    def is_beyond(self, px: Decimal) -> bool:
        """Tell whether the best order here would trade at a price worse for it than `px`."""
        return self.best_px > px if self.is_buy else self.best_px < px

    def note_shown(self, px: Decimal, shown: Decimal) -> None:
        """Take note that the market shows so much of its own on this side at `px`."""
        level = self.at_px.get(px)
        if level is not None:
            self.note_shown_at(level, shown)

    def note_shown_at(self, level: Level, shown: Decimal) -> None:
        """Take note of the same, of a level that is known."""
        level.show(shown, self._queue, self._lot)

    def note_best(self, before: Decimal | None, px: Decimal | None) -> None:
        """Take note that the market's best price on this side went from `before` to `px`: nobody is ahead at any better one."""
        if before is not None:
            self._clear_queues(self._key(before), None if px is None else self._key(px))

    def note_trade_beyond(self, px: Decimal) -> None:
        """Take note that the market traded at `px`: nobody is ahead at any better price."""
        self._clear_queues(None, self._key(px))

    def _clear_queues(self, start: Decimal | None, stop: Decimal | None) -> None:
        # From `start` on, before `stop`: these prices are better than the best that the market shows.
        if start is None or stop is None or start < stop:
            for key in self._levels.irange(start, stop, (True, False)):
                level = self._levels[key]
                level.shown = ZERO
                level.cap(ZERO)

    def orders(self) -> Iterator[VenueOrder]:
        """Give every order, by price and then by time."""
        for level in self._levels.values():
            yield from level.orders.values()
