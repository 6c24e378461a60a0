"""The slow and obvious exchange with more of the rules: who gives way to an own order, orders that show a part, auctions."""

from __future__ import annotations

from oms.simulation.self_match import SelfMatch
from tests.properties.slow_exchange import ENDLESS, Fill, SlowExchange, SlowOrder


class SlowSelfMatch(SlowExchange):
    """All orders are of one account."""

    def __init__(self, mode: SelfMatch) -> None:
        super().__init__()
        self.mode = mode

    def new(
        self, name: str, qty: int, price: int | None, *, is_buy: bool, rests: bool, in_full: bool
    ) -> list[Fill]:
        """Take until it is the turn of an order of ours, let the mode decide, and go on."""
        if self.mode is SelfMatch.REST_BOTH:
            return super().new(name, qty, price, is_buy=is_buy, rests=rests, in_full=in_full)
        fills: list[Fill] = []
        px, taken = self.shown[not is_buy][0], 0
        while qty:
            rival = next(
                (one for one in self._in_order(not is_buy) if _meets(price, one.price, is_buy)), None
            )
            there = self.left[not is_buy] if px is not None and _meets(price, px, is_buy) else 0
            if rival is not None and px is not None and rival.price == px:
                there = min(there, max(rival.ahead - taken, 0))
            elif rival is not None and px is not None and rival.beats(px):
                there = 0
            part = min(there, qty)
            if part and px is not None:
                self.left[not is_buy] -= part
                taken += part
                qty -= part
                fills.append((name, part, px, False))
            if rival is None or not qty:
                break
            qty = self._give_way(rival, qty)
        rest = super().new(name, qty, price, is_buy=is_buy, rests=rests, in_full=True) if qty else []
        assert not rest, "what could be taken was taken"
        return fills

    def _give_way(self, rival: SlowOrder, qty: int) -> int:
        match self.mode:
            case SelfMatch.CANCEL_OLDEST:
                self.resting.remove(rival)
                return qty
            case SelfMatch.CANCEL_NEWEST:
                return 0
            case SelfMatch.CANCEL_BOTH:
                self.resting.remove(rival)
                return 0
            case _:
                less = min(qty, rival.leaves)
                rival.leaves -= less
                if not rival.leaves:
                    self.resting.remove(rival)
                return qty - less


def _meets(price: int | None, px: int, is_buy: bool) -> bool:
    return price is None or (px <= price if is_buy else px >= price)


class SlowIcebergs(SlowExchange):
    """Orders may show a part of themselves at a time, each further part behind what is shown at its price."""

    def __init__(self) -> None:
        super().__init__()
        self.displays: dict[str, int] = {}
        # What was shown last where an order of ours rests, less what has traded since; none where it never was.
        self.seen: dict[tuple[bool, int], int] = {}

    def new(
        self, name: str, qty: int, price: int | None, *, is_buy: bool, rests: bool, in_full: bool
    ) -> list[Fill]:
        fills = super().new(name, qty, price, is_buy=is_buy, rests=rests, in_full=in_full)
        if self.resting and self.resting[-1].name == name:
            order = self.resting[-1]
            order.display = self.displays.get(name, 0)
            order.show()
            alone = [one for one in self._in_order(is_buy) if one.price == order.price] == [order]
            if alone and order.ahead != ENDLESS:
                self.seen[is_buy, order.price] = order.ahead
        return fills

    def quote(self, bid: tuple[int | None, int], ask: tuple[int | None, int]) -> list[Fill]:
        """Show new prices; whoever is reached trades part by part."""
        for is_bid, side in ((True, bid), (False, ask)):
            if side != self.shown[is_bid]:
                self.left[is_bid] = side[1]
            self.shown[is_bid] = side
        for order in self.resting:
            px, size = self.shown[order.is_buy]
            key = order.is_buy, order.price
            if px is None or order.beats(px):
                order.ahead = self.seen[key] = 0
            elif px == order.price:
                order.ahead, self.seen[key] = min(order.ahead, size), size
        fills: list[Fill] = []
        for is_buy in (True, False):
            px, _ = self.shown[not is_buy]
            while px is not None and self.left[not is_buy]:
                first = next(iter(self._in_order(is_buy)), None)
                if first is None or first.is_beaten_by(px):
                    break
                self.left[not is_buy] -= self._serve(first, self.left[not is_buy], fills)
        return fills

    def trade(self, px: int, size: int, *, bought: bool | None) -> list[Fill]:
        """Print a trade: what is beyond its price first, then the queue at it, part by part."""
        fills: list[Fill] = []
        for is_buy in (False, True) if bought else (True, False):
            for order in self._in_order(is_buy):
                if order.beats(px):
                    order.ahead = self.seen[is_buy, order.price] = 0
            while size and (first := self._first_at(is_buy, px)) is not None and first.beats(px):
                size -= self._serve(first, size, fills)
            if not size or (bought is not None and bought is is_buy):
                continue
            key, left = (is_buy, px), size
            is_there = any(one.price == px for one in self._in_order(is_buy))
            while left and (first := self._first_at(is_buy, px)) is not None and first.price == px:
                passed = min(first.ahead, left)
                for one in self._in_order(is_buy):
                    if one.price == px:
                        one.ahead = max(one.ahead - passed, 0)
                left, size = left - passed, size - passed
                if key in self.seen:
                    self.seen[key] = max(self.seen[key] - passed, 0)
                if left:
                    left -= self._serve(first, left, fills)
            if is_there and key in self.seen:
                self.seen[key] = max(self.seen[key] - size, 0)
            size = left
        self._forget()
        return fills

    def cancel(self, name: str) -> SlowOrder | None:
        """Take an order out."""
        found = super().cancel(name)
        self._forget()
        return found

    def reduce(self, name: str, leaves: int) -> None:
        """Leave less of an order where it is, with no more of it shown than before."""
        super().reduce(name, leaves)
        [order] = [order for order in self.resting if order.name == name]
        if order.shown:
            order.shown = min(order.shown, leaves)

    def _first_at(self, is_buy: bool, px: int) -> SlowOrder | None:
        first = next(iter(self._in_order(is_buy)), None)
        return None if first is None or first.is_beaten_by(px) else first

    def _serve(self, order: SlowOrder, most: int, fills: list[Fill]) -> int:
        qty = self._fill(order, min(most, order.shown or most), fills)
        if order.shown:
            order.shown -= qty
            if order.leaves and not order.shown:
                self.places += 1
                order.place = self.places
                order.ahead = self._behind(order)
                order.show()
        return qty

    def _behind(self, order: SlowOrder) -> int:
        seen = self.seen.get((order.is_buy, order.price))
        if seen is not None:
            return seen
        px, size = self.shown[order.is_buy]
        if px is None or order.beats(px):
            return 0
        return size if px == order.price else ENDLESS

    def _forget(self) -> None:
        there = {(one.is_buy, one.price) for one in self.resting}
        for key in self.seen.keys() - there:
            del self.seen[key]
