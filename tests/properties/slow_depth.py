"""Markets in depth, slow and obvious: every level and every order in a list, searched from end to end each time.

They share nothing with the library but the reading of the rules; prices are in ticks, sizes in lots.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tests.properties.slow_exchange import Fill, SlowExchange, SlowOrder

Levels = dict[int, int]


class SlowLevels(SlowExchange):
    """A market by level; trades, cancels and reductions are those of the simpler exchange."""

    def __init__(self, model: str = "pessimistic") -> None:
        super().__init__()
        self.model = model
        self.levels: dict[bool, Levels] = {True: {}, False: {}}
        self.untaken: dict[bool, Levels] = {True: {}, False: {}}
        # What was shown last where an order of ours rests, less what has traded since.
        self.seen: dict[tuple[bool, int], int] = {}

    def new(
        self, name: str, qty: int, price: int | None, *, is_buy: bool, rests: bool, in_full: bool
    ) -> list[Fill]:
        self.places += 1
        fills: list[Fill] = []
        left = self.untaken[not is_buy]
        reach = [
            px
            for px in sorted(left, reverse=not is_buy)
            if left[px] and (price is None or (px <= price if is_buy else px >= price))
        ]
        if not in_full or sum(left[px] for px in reach) >= qty:
            for px in reach:
                taken = min(qty, left[px])
                if taken:
                    left[px] -= taken
                    qty -= taken
                    fills.append((name, taken, px, False))
        if qty and rests and price is not None:
            ahead = self.levels[is_buy].get(price, 0)
            if not any(one.is_buy is is_buy and one.price == price for one in self.resting):
                self.seen[is_buy, price] = ahead
            self.resting.append(SlowOrder(name, is_buy, price, qty, self.places, ahead))
        return fills

    def update(self, bids: Iterable[tuple[int, int]], asks: Iterable[tuple[int, int]]) -> list[Fill]:
        """Change levels."""
        for is_bid, changes in ((True, bids), (False, asks)):
            for px, size in changes:
                self._put(is_bid, px, size)
                self._tell(is_bid, px)
        return self._meet()

    def snapshot(self, bids: Levels, asks: Levels) -> list[Fill]:
        """Show the whole book."""
        for is_bid, levels in ((True, bids), (False, asks)):
            for px in {*self.levels[is_bid], *levels}:
                self._put(is_bid, px, levels.get(px, 0))
            for px in {one.price for one in self.resting if one.is_buy is is_bid}:
                self._tell(is_bid, px)
        return self._meet()

    def trade(self, px: int, size: int, *, bought: bool | None) -> list[Fill]:
        """Print a trade, and remember what it says of what is shown."""
        was = {id(order): order.ahead for order in self.resting}
        before = list(self.resting)
        fills = super().trade(px, size, bought=bought)
        for is_buy in (True, False):
            side = [one for one in before if one.is_buy is is_buy]
            beyond = [one for one in side if one.beats(px)]
            for one in beyond:
                self.seen[is_buy, one.price] = 0
            at_px = [one for one in side if one.price == px]
            if at_px and (bought is None or bought is not is_buy):
                # What did not go to a better price has gone through the queue here.
                better = [one.name for one in side if one.beats(px)]
                other = [one.name for one in before if one.is_buy is not is_buy]
                spent = sum(fill[1] for fill in fills if fill[0] in better or fill[0] in other)
                passed = size - spent
                self.seen[is_buy, px] = max(self.seen[is_buy, px] - passed, 0)
        assert all(order.ahead <= was[id(order)] for order in self.resting)
        return fills

    def _put(self, is_bid: bool, px: int, size: int) -> None:
        if self.levels[is_bid].get(px, 0) != size:
            self.untaken[is_bid][px] = size
        self.levels[is_bid][px] = size

    def _tell(self, is_bid: bool, px: int) -> None:
        shown = self.levels[is_bid].get(px, 0)
        here = [one for one in self.resting if one.is_buy is is_bid and one.price == px]
        if not here:
            return
        before = self.seen[is_bid, px]
        for one in here:
            if shown < before and one.ahead <= before:
                if self.model == "optimistic":
                    one.ahead = max(one.ahead - (before - shown), 0)
                elif self.model == "proportional":
                    one.ahead = -(-one.ahead * shown // before)
            one.ahead = min(one.ahead, shown)
        self.seen[is_bid, px] = shown

    def _meet(self) -> list[Fill]:
        fills: list[Fill] = []
        for is_buy in (True, False):
            left = self.untaken[not is_buy]
            for order in self._in_order(is_buy):
                for px in sorted(left, reverse=not is_buy):
                    if order.beats(px) or order.price == px:
                        left[px] -= self._fill(order, left[px], fills)
        return fills


@dataclass
class Theirs:
    """An order of somebody else, known by name."""

    name: str
    is_buy: bool
    price: int
    size: int
    place: int
    taken: int = 0
    about: int = 0

    @property
    def left(self) -> int:
        return max(self.size - self.taken - self.about, 0)


class SlowNamed(SlowExchange):
    """A market by order: theirs and ours stand in one queue, by price and by one count of arrivals."""

    def __init__(self) -> None:
        super().__init__()
        self.theirs: dict[str, Theirs] = {}
        self.gone: set[str] = set()
        self.displays: dict[str, int] = {}

    def new(
        self, name: str, qty: int, price: int | None, *, is_buy: bool, rests: bool, in_full: bool
    ) -> list[Fill]:
        self.places += 1
        reach = [
            one
            for one in self._queue(not is_buy)
            if price is None or (one.price <= price if is_buy else one.price >= price)
        ]
        fills: list[Fill] = []
        if not in_full or sum(one.left for one in reach) >= qty:
            at: dict[int, int] = {}
            for one in reach:
                taken = min(qty, one.left)
                one.taken += taken
                qty -= taken
                if taken:
                    at[one.price] = at.get(one.price, 0) + taken
            fills = [(name, taken, px, False) for px, taken in at.items()]
        if qty and rests and price is not None:
            display = self.displays.get(name, 0)
            self.resting.append(SlowOrder(name, is_buy, price, qty, self.places, display=display))
            self.resting[-1].show()
        return fills

    def reduce(self, name: str, leaves: int) -> None:
        """Leave less of an order where it is, with no more of it shown than before."""
        super().reduce(name, leaves)
        [order] = [order for order in self.resting if order.name == name]
        if order.shown:
            order.shown = min(order.shown, leaves)

    def comes(self, name: str, is_buy: bool, price: int, size: int) -> list[Fill]:
        """An order comes, or one that is there is replaced."""
        if name not in self.gone:
            self.theirs.pop(name, None)
            self._put(name, is_buy, price, size)
        return self._meet()

    def changes(self, name: str, price: int, size: int, executed: int) -> list[Fill]:
        """An order changes, by trading with others or by its owner."""
        one = self.theirs[name]
        traded = self._hit(one, executed)
        was = (one.is_buy, one.price, one.place)
        if price == one.price and size <= one.size:
            one.size = size
        else:
            del self.theirs[name]
            self._put(name, one.is_buy, price, size)
        return [*self._turn(*was, traded), *self._meet()]

    def goes(self, name: str, executed: int) -> list[Fill]:
        """An order is gone."""
        one = self.theirs.pop(name, None)
        self.gone.add(name)
        fills = [] if one is None else self._turn(one.is_buy, one.price, one.place, self._hit(one, executed))
        return [*fills, *self._meet()]

    def _put(self, name: str, is_buy: bool, price: int, size: int) -> None:
        self.places += 1
        reached = sum(
            one.size
            for one in self.theirs.values()
            if one.is_buy is not is_buy and (one.price <= price if is_buy else one.price >= price)
        )
        self.theirs[name] = Theirs(name, is_buy, price, size, self.places, 0, min(size, reached))

    @staticmethod
    def _hit(one: Theirs, executed: int) -> int:
        # How much of an execution is one of an order that rested.
        executed = min(executed, one.size)
        aggressive = min(executed, one.about)
        one.about -= aggressive
        return executed - aggressive

    def _turn(self, is_buy: bool, price: int, place: int, size: int) -> list[Fill]:
        fills: list[Fill] = []
        while size:
            order = self._first(is_buy)
            ahead = order is not None and (
                order.beats(price) or (order.price == price and order.place < place)
            )
            if order is None or not ahead:
                break
            size -= self._serve(order, size, fills)
        return fills

    def _meet(self) -> list[Fill]:
        fills: list[Fill] = []
        bids, asks = self._queue(True), self._queue(False)
        if bids and asks and bids[0].price >= asks[0].price:
            return fills
        for is_buy in (True, False):
            while True:
                order = self._first(is_buy)
                offers = [one for one in self._queue(not is_buy) if one.left]
                if order is None or not offers or order.is_beaten_by(offers[0].price):
                    break
                at_px = [one for one in offers if one.price == offers[0].price]
                served = self._serve(order, sum(one.left for one in at_px), fills)
                for one in at_px:
                    taken = min(one.left, served)
                    one.taken += taken
                    served -= taken
        return fills

    def _first(self, is_buy: bool) -> SlowOrder | None:
        return next(iter(self._in_order(is_buy)), None)

    def _serve(self, order: SlowOrder, most: int, fills: list[Fill]) -> int:
        # What it shows; the next part comes last at its price.
        qty = self._fill(order, min(most, order.shown or most), fills)
        if order.shown:
            order.shown -= qty
            if not order.shown:
                self.places += 1
                order.place = self.places
                order.show()
        return qty

    def _queue(self, is_buy: bool) -> list[Theirs]:
        side = [one for one in self.theirs.values() if one.is_buy is is_buy]
        return sorted(side, key=lambda one: (-one.price if is_buy else one.price, one.place))


@dataclass
class Standing:
    """An order in a market that trades by itself."""

    name: str
    is_buy: bool
    price: int
    size: int


Message = tuple[str, str, bool, int, int, int]
"""What becomes of an order: how, whose, on which side, its price, what is left of it, and how much has traded."""


class TrueMarket:
    """A market that trades by price and then by time, and tells of each of its orders."""

    def __init__(self) -> None:
        self.standing: list[Standing] = []

    def add(self, name: str, is_buy: bool, price: int, size: int, *, aggressor_first: bool) -> list[Message]:
        """Let an order come, trade with whoever is first, and rest with what is left."""
        coming = Standing(name, is_buy, price, size)
        told: list[Message] = [("new", name, is_buy, price, size, 0)]
        others = sorted(
            (one for one in self.standing if one.is_buy is not is_buy),
            key=lambda one: one.price if is_buy else -one.price,
        )
        for other in others:
            meets = other.price <= price if is_buy else other.price >= price
            qty = min(coming.size, other.size)
            if not meets or not qty:
                break
            coming.size -= qty
            other.size -= qty
            pair = [self._said(other, qty), self._said(coming, qty)]
            told += reversed(pair) if aggressor_first else pair
        self.standing = [one for one in self.standing if one.size]
        if coming.size:
            self.standing.append(coming)
        return told

    def reduce(self, name: str, size: int) -> list[Message]:
        """Let somebody take back an order, or a part of it."""
        [one] = [one for one in self.standing if one.name == name]
        one.size = size
        self.standing = [one for one in self.standing if one.size]
        return [self._said(one, 0)]

    @staticmethod
    def _said(one: Standing, traded: int) -> Message:
        return ("change" if one.size else "delete", one.name, one.is_buy, one.price, one.size, traded)
