"""All triggers of one instrument that one price moves: what is reached, what begins to trail, what follows.

A line knows the range of prices at which nothing happens, so that a price within it costs two comparisons, however many
orders are held.

A double trigger needs two prices in a row. Of two prices the one that is less far is what both have reached, so that the line
keeps the price before and looks nobody up twice. Who came since that price has not seen it and waits apart for one price. While
that price has reached anybody there is no price at which nothing happens: any other one makes up for it. Once it has reached
nobody, it is as good as every other one that has not, and need not be told of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Final, TypeAlias, assert_never

from oms.model.decimals import EXACT
from oms.model.enums import PegOffsetType, TriggerPriceDirection
from oms.model.ids import OrderId
from oms.model.price_grid import PriceGrid
from oms.model.triggers import DOUBLES, PriceTrigger, TrailingTrigger
from oms.order_types.trailing_px import family, trailing_limit_px, trailing_stop_px
from oms.order_types.trails import Trails
from oms.order_types.trigger_ladder import ALWAYS, NEVER, Held, Ladder
from oms.order_types.trigger_records import LineName

_UP: Final = TriggerPriceDirection.UP
_STEP: Final = Decimal("5E-19")
"""Every price is a multiple of this: prices have 18 decimals, and the middle of two of them one more."""

Reached: TypeAlias = tuple[int, Decimal, int, Held, Decimal, Decimal, Decimal | None]
"""In the order of release: (direction, distance, arrival, order, its trigger price, the price that reached it, its limit)."""


class Waiting:
    """Orders that have to see one price before they can be reached by one."""

    __slots__ = ("held",)

    def __init__(self) -> None:
        """Begin with none."""
        self.held: dict[OrderId, Held] = {}

    def remove(self, held: Held) -> None:
        """Take an order out."""
        del self.held[held.order_id]

    def water_mark(self, held: Held) -> Decimal | None:
        """Give the one that it came with."""
        return held.given_mark


class TriggerLine:
    """The triggers that one price of one instrument moves.

    Attributes:
        low: The lowest price at which nothing happens.
        high: The highest one. Below `low` where something happens at every price.
    """

    __slots__ = (
        "_before_down",
        "_before_up",
        "_down",
        "_falling",
        "_grid",
        "_is_double",
        "_moves",
        "_name",
        "_rising",
        "_settled",
        "_trails",
        "_up",
        "_waiting",
        "high",
        "low",
    )

    def __init__(
        self,
        grid: PriceGrid,
        name: LineName,
        moves: dict[LineName, Decimal],
        settled: Callable[[], None] | None = None,
    ) -> None:
        """Make an empty line.

        Args:
            grid: Where trailing stops can stand.
            name: Which price it is.
            moves: Where a price is noted that lets trails begin or follow.
            settled: What is called when the range may have changed.
        """
        is_double = name[1] in DOUBLES
        self._grid, self._name, self._moves = grid, name, moves
        self._is_double, self._settled = is_double, settled
        self._up, self._down = Ladder(is_up=True), Ladder(is_up=False)
        # The activation prices of trails that have not begun: sales wait for a rise, purchases for a fall.
        self._rising, self._falling = Ladder(is_up=True), Ladder(is_up=False)
        self._trails: dict[tuple[bool, PegOffsetType], Trails] = {}
        self._waiting = Waiting()
        # The price before, from both sides: infinitely far where there was none that counts.
        self._before_up, self._before_down = ALWAYS, NEVER
        self.low, self.high = ALWAYS, NEVER

    def add(self, held: Held, water_mark: Decimal | None) -> None:
        """Hold an order that is new here."""
        trigger = held.trigger
        if type(trigger) is PriceTrigger and not self._is_double:
            ladder = self._up if trigger.direction is _UP else self._down
            before = ladder.edge
            ladder.add(held, trigger.trigger_px)
            if ladder.edge != before:
                self._settle()
            return
        match trigger:
            case TrailingTrigger(activation_px=Decimal() as px) if water_mark is None:
                (self._falling if trigger.is_buy else self._rising).add(held, px)
            case TrailingTrigger() if water_mark is None or self._is_double:
                self._let_wait(held, water_mark)
            case PriceTrigger():
                self._let_wait(held, None)
            case TrailingTrigger():
                self._admit(held, water_mark)
            case _:
                assert_never(trigger)
        self._settle()

    def restore_pending(self, held: Held, water_mark: Decimal | None) -> None:
        """Hold an order that the price before had reached, where two are needed; to be called before there are prices."""
        # Nobody else is there yet but those that wait apart, so that any price will do.
        self._before_up, self._before_down = NEVER, ALWAYS
        self._admit(held, water_mark)
        self._settle()

    def remove(self, held: Held) -> None:
        """Take an order out."""
        place = held.place
        assert place is not None
        before = place.edge if type(place) is Ladder else None
        place.remove(held)
        held.place = None
        if type(place) is not Ladder or place.edge != before:
            self._settle()

    def stop_px(self, held: Held) -> Decimal | None:
        """Give the price that releases an order; None where its trail has not begun."""
        trigger = held.trigger
        if type(trigger) is PriceTrigger:
            return trigger.trigger_px
        assert type(trigger) is TrailingTrigger
        mark = held.water_mark
        if mark is None:
            return None
        return trailing_stop_px(trigger.offset, mark, self._grid, is_buy=trigger.is_buy)

    def is_pending(self, held: Held) -> bool:
        """Tell whether the price before has reached an order that needs two in a row."""
        if not self._is_double or held.place is self._waiting:
            return False
        px = self.stop_px(held)
        return px is not None and (self._before_up >= px if goes_up(held) else self._before_down <= px)

    def forget_before(self) -> None:
        """Take note of an update without a price: the next one is not the second in a row."""
        self._before_up, self._before_down = ALWAYS, NEVER
        self._settle()

    def meet(self, px: Decimal) -> Sequence[Reached]:
        """Take note of a price.

        Returns:
            Who is reached; they are not held any more.
        """
        if self.low <= px <= self.high:
            if self._is_double:
                self._before_up = self._before_down = px
            return ()
        rise = fall = px
        if self._is_double:
            rise, fall = min(px, self._before_up), max(px, self._before_down)
            self._before_up = self._before_down = px
        reached = self._reached(rise, fall, px)
        self._move_on(px)
        self._settle()
        return reached

    def follow(self, px: Decimal) -> None:
        """Let trails begin and follow as a price did that was met before; nobody is reached by it again."""
        self._move_on(px)
        self._settle()

    def _reached(self, rise: Decimal, fall: Decimal, px: Decimal) -> list[Reached]:
        taken: list[tuple[Held, Decimal]] = []
        if self._up.is_reached(rise):
            taken += ((held, held.px) for held in self._up.take(rise))
        if self._down.is_reached(fall):
            taken += ((held, held.px) for held in self._down.take(fall))
        for trails in self._trails.values():
            far = rise if trails.is_buy else fall
            if trails.is_reached(far):
                taken += trails.take(far)
        return [self._release(held, stop_px, px) for held, stop_px in taken]

    def _release(self, held: Held, stop_px: Decimal, px: Decimal) -> Reached:
        trigger, limit_px = held.trigger, None
        held.place = None
        if type(trigger) is TrailingTrigger and trigger.limit_offset is not None:
            limit_px = trailing_limit_px(trigger.limit_offset, stop_px, self._grid, is_buy=trigger.is_buy)
        if goes_up(held):
            return 0, stop_px, held.arrival, held, stop_px, px, limit_px
        return 1, stop_px.copy_negate(), held.arrival, held, stop_px, px, limit_px

    def _move_on(self, px: Decimal) -> None:
        has_moved = False
        for ladder in (self._rising, self._falling):
            if ladder.is_reached(px):
                has_moved = True
                self._admit_all(ladder.take(px), px)
        waiting = self._waiting.held
        if waiting:
            has_moved |= any(type(held.trigger) is TrailingTrigger for held in waiting.values())
            self._waiting.held = {}
            self._admit_all(waiting.values(), px)
        for trails in self._trails.values():
            if trails.is_left_behind(px):
                has_moved = True
                trails.follow(px)
        if has_moved:
            self._moves[self._name] = px

    def _let_wait(self, held: Held, water_mark: Decimal | None) -> None:
        held.place, held.given_mark = self._waiting, water_mark
        self._waiting.held[held.order_id] = held

    def _admit_all(self, orders: Iterable[Held], px: Decimal) -> None:
        for held in orders:
            self._admit(held, px if held.given_mark is None else held.given_mark)

    def _admit(self, held: Held, water_mark: Decimal | None) -> None:
        trigger = held.trigger
        if type(trigger) is PriceTrigger:
            (self._up if goes_up(held) else self._down).add(held, trigger.trigger_px)
            return
        assert type(trigger) is TrailingTrigger
        assert water_mark is not None
        key = (trigger.is_buy, family(trigger.offset))
        trails = self._trails.get(key)
        if trails is None:
            trails = self._trails[key] = Trails(self._grid, is_buy=trigger.is_buy)
        trails.join(held, water_mark)

    def _settle(self) -> None:
        self._find_range()
        if self._is_double and (self._before_up > self.high or self._before_down < self.low):
            self.low, self.high = NEVER, ALWAYS
        if self._settled is not None:
            self._settled()

    def _find_range(self) -> None:
        if self._waiting.held:
            self.low, self.high = NEVER, ALWAYS
            return
        # Being at a price releases an order; to move a water mark takes a price beyond it.
        low, high, other = self._down.edge, self._up.edge, self._falling.edge
        # `max` and `min` would each cost a call, for every order that comes or goes; and nearly always nobody else waits.
        if other is not ALWAYS and other > low:
            low = other
        other = self._rising.edge
        if other is not NEVER and other < high:
            high = other
        if not self._trails:
            self.low = low if low is ALWAYS else EXACT.add(low, _STEP)
            self.high = high if high is NEVER else EXACT.subtract(high, _STEP)
            return
        low_mark, high_mark = ALWAYS, NEVER
        for trails in self._trails.values():
            if trails.is_buy:
                high, low_mark = min(high, trails.stop_px), max(low_mark, trails.mark_px)
            else:
                low, high_mark = max(low, trails.stop_px), min(high_mark, trails.mark_px)
        self.low, self.high = (
            max(EXACT.add(low, _STEP), low_mark),
            min(EXACT.subtract(high, _STEP), high_mark),
        )


def goes_up(held: Held) -> bool:
    """Tell whether an order is reached by a price that rises."""
    trigger = held.trigger
    if type(trigger) is PriceTrigger:
        return trigger.direction is _UP
    assert type(trigger) is TrailingTrigger
    return trigger.is_buy
