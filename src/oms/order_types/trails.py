"""Trailing stops that follow one price on one side with offsets of one family, none of them visited until it triggers.

Trails that began at different times have different water marks, but a price better than several of them makes them one and
the same for good. So there is a bucket for each different water mark, the best first. A new best price changes the last
bucket alone, and merges those that it overtakes: the smaller one into the larger, so that an order is moved at most log2(n)
times, however long the market rises. Within a bucket the narrowest offset triggers first, at every water mark, since the
stop price does not fall as the mark rises nor rise with the offset. The buckets are indexed by the stop price of their first
order; the last one, whose stop price moves, stands beside that index.

Held in keys that rise as the market moves in the orders' favour: prices for sales, negated ones for purchases.
"""

from __future__ import annotations

from bisect import bisect_left
from decimal import Decimal

from sortedcontainers import SortedList

from oms.model.price_grid import PriceGrid
from oms.model.triggers import TrailingTrigger
from oms.order_types.trailing_px import relative_width, trailing_stop_px
from oms.order_types.trigger_ladder import ALWAYS, NEVER, Held


class Bucket:
    """Trails with one water mark.

    Attributes:
        mark: The water mark, as a key.
        stop: The stop price of the first order, as a key.
        held: The orders, as (width, arrival, order).
    """

    __slots__ = ("held", "mark", "stop")

    def __init__(self, mark: Decimal) -> None:
        """Make an empty one."""
        self.mark = mark
        self.stop = ALWAYS
        self.held: SortedList[tuple[Decimal, int, Held]] = SortedList()


class Trails:
    """The trails of one instrument, price, side and family of offsets.

    Attributes:
        is_buy: Which side it is.
        stop_px: The nearest stop price; infinitely far where nobody trails.
        mark_px: A price beyond this one moves a stop price; infinitely far where nobody trails.
    """

    __slots__ = ("_buckets", "_grid", "_stops", "is_buy", "mark_px", "stop_px")

    def __init__(self, grid: PriceGrid, *, is_buy: bool) -> None:
        """Make an empty one."""
        self.is_buy = is_buy
        self._grid = grid
        self._buckets: list[Bucket] = []
        # (stop, mark, bucket) of all but the last bucket; marks differ.
        self._stops: SortedList[tuple[Decimal, Decimal, Bucket]] = SortedList()
        self._settle()

    def _key(self, px: Decimal) -> Decimal:
        return px.copy_negate() if self.is_buy else px

    def join(self, held: Held, mark_px: Decimal) -> None:
        """Let an order trail from a water mark on."""
        mark = self._key(mark_px)
        buckets = self._buckets
        place = self._position(mark)
        if place < len(buckets) and buckets[place].mark == mark:
            bucket = buckets[place]
            self._unlist(bucket)
        else:
            bucket = Bucket(mark)
            if place == len(buckets) and buckets:
                self._enlist_stop(buckets[-1])
            buckets.insert(place, bucket)
        held.place, held.bucket, held.given_mark = self, bucket, None
        bucket.held.add(_row(held))
        self._find_stop(bucket)
        self._enlist(bucket)
        self._settle()

    def remove(self, held: Held) -> None:
        """Take an order out."""
        bucket: Bucket = held.bucket
        self._unlist(bucket)
        bucket.held.remove(_row(held))
        held.bucket = None
        self._relist(bucket)
        self._settle()

    def water_mark(self, held: Held) -> Decimal | None:
        """Give the best price since the order's trail began."""
        bucket: Bucket = held.bucket
        return self._key(bucket.mark)

    def is_reached(self, px: Decimal) -> bool:
        """Tell whether a price reaches the nearest stop price."""
        return px >= self.stop_px if self.is_buy else px <= self.stop_px

    def take(self, px: Decimal) -> list[tuple[Held, Decimal]]:
        """Take out whoever is reached by a price, each with its stop price."""
        taken: list[tuple[Held, Decimal]] = []
        while self.is_reached(px):
            stop_px = self.stop_px
            last = self._buckets[-1]
            bucket = last if last.stop == self._key(stop_px) else self._stops[-1][2]
            self._unlist(bucket)
            held = bucket.held.pop(0)[2]
            held.bucket = None
            taken.append((held, stop_px))
            self._relist(bucket)
            self._settle()
        return taken

    def is_left_behind(self, px: Decimal) -> bool:
        """Tell whether a price is better than a water mark."""
        return px < self.mark_px if self.is_buy else px > self.mark_px

    def follow(self, px: Decimal) -> None:
        """Move every water mark that a price is better than; there is one."""
        mark = self._key(px)
        buckets = self._buckets
        last = buckets[-1]
        while len(buckets) > 1 and buckets[-2].mark <= mark:
            buckets.pop()
            self._stops.remove(_listed(buckets[-1]))
            last = _merged(buckets[-1], last)
            buckets[-1] = last
        last.mark = mark
        self._find_stop(last)
        self._settle()

    def _position(self, mark: Decimal) -> int:
        # Of the first bucket whose mark is not better; they fall.
        return bisect_left(self._buckets, mark.copy_negate(), key=lambda bucket: bucket.mark.copy_negate())

    def _find_stop(self, bucket: Bucket) -> None:
        trigger = bucket.held[0][2].trigger
        assert type(trigger) is TrailingTrigger
        px = trailing_stop_px(trigger.offset, self._key(bucket.mark), self._grid, is_buy=self.is_buy)
        bucket.stop = self._key(px)

    def _unlist(self, bucket: Bucket) -> None:
        # Before anything in a bucket changes.
        if bucket is not self._buckets[-1]:
            self._stops.remove(_listed(bucket))

    def _enlist(self, bucket: Bucket) -> None:
        if bucket is not self._buckets[-1]:
            self._enlist_stop(bucket)

    def _enlist_stop(self, bucket: Bucket) -> None:
        self._stops.add(_listed(bucket))

    def _relist(self, bucket: Bucket) -> None:
        # After orders have left a bucket.
        if bucket.held:
            self._find_stop(bucket)
            self._enlist(bucket)
            return
        buckets = self._buckets
        if bucket is buckets[-1]:
            buckets.pop()
            if buckets:
                self._stops.remove(_listed(buckets[-1]))
        else:
            del buckets[self._position(bucket.mark)]

    def _settle(self) -> None:
        buckets, stops = self._buckets, self._stops
        if not buckets:
            self.stop_px, self.mark_px = (NEVER, ALWAYS) if self.is_buy else (ALWAYS, NEVER)
            return
        last = buckets[-1]
        stop = max(last.stop, stops[-1][0]) if stops else last.stop
        self.stop_px, self.mark_px = self._key(stop), self._key(last.mark)


def _row(held: Held) -> tuple[Decimal, int, Held]:
    trigger = held.trigger
    assert type(trigger) is TrailingTrigger
    return relative_width(trigger.offset), held.arrival, held


def _listed(bucket: Bucket) -> tuple[Decimal, Decimal, Bucket]:
    return bucket.stop, bucket.mark, bucket


def _merged(one: Bucket, other: Bucket) -> Bucket:
    # The smaller one goes into the larger.
    larger, smaller = (one, other) if len(one.held) >= len(other.held) else (other, one)
    for _, _, held in smaller.held:
        held.bucket = larger
    larger.held.update(smaller.held)
    return larger
