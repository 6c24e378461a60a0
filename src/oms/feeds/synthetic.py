"""A market made up from a seed, for demonstrations and tests: the same seed gives the same market everywhere.

Prices walk on the tick grid as trades use up what is shown at the best price and others come and go. It looks like a
market and is none: nothing can be learned from it about what a strategy would earn.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from attrs import field

from oms.errors import ValidationError
from oms.model.decimals import EXACT, plain, positive
from oms.model.define import value
from oms.model.enums import Side
from oms.model.instrument import Instrument
from oms.model.market import MarketUpdate, Quote, TradePrint

MAX_SPREAD: Final = 3
"""The widest spread, in ticks."""

MAX_LOTS: Final = 20
"""The largest size shown, in lots."""

MIN_PX: Final = 10
"""The lowest bid, in ticks."""

_MAX_PAUSE_NS: Final = 40_000_000
_TRADES_IN_256: Final = 96
_SHIFTS_IN_256: Final = 40


def _positive_px(number: object) -> Decimal:
    return positive(number, "start_px")


@value(kw_only=True)
class SyntheticMarket:
    """Quotes and trades of one instrument; each iteration begins anew.

    Attributes:
        instrument: What is traded; the tick at the starting price holds throughout.
        start_px: The first bid: on the grid, and `MIN_PX` ticks or more.
        start_ns: The time from which the first update is a moment away, in nanoseconds UTC.
        steps: How many times something happens. A step is a quote, or a trade and the quote that follows from it.
        seed: Which of the possible markets.
    """

    instrument: Instrument
    start_px: Decimal = field(converter=_positive_px)
    start_ns: int
    steps: int
    seed: int = 0

    def __attrs_post_init__(self) -> None:
        """Check what needs the instrument.

        Raises:
            ValidationError: The starting price is off the grid or too low, or the number of steps is negative.
        """
        tick = self.instrument.tick_at(self.start_px)
        if not self.instrument.is_on_tick(self.start_px):
            raise ValidationError("start_px", plain(self.start_px), f"give a multiple of {plain(tick)}")
        if self.start_px < EXACT.multiply(tick, Decimal(MIN_PX)):
            raise ValidationError(
                "start_px", plain(self.start_px), f"give {MIN_PX} ticks of {plain(tick)} or more"
            )
        if self.steps < 0:
            raise ValidationError("steps", self.steps, "give zero or more")

    def __iter__(self) -> Iterator[MarketUpdate]:
        """Give the updates in time order, made as they are asked for."""
        walk = _Walk(self)
        for step in range(self.steps):
            yield from walk.step(hashlib.sha256(f"{self.seed},{step}".encode()).digest())


class _Walk:
    """The state of the market, in ticks and lots; each step is told by 32 bytes of chance.

    A remainder of a byte is not quite uniform, which does not matter here.
    """

    __slots__ = ("ask", "ask_size", "bid", "bid_size", "lot", "symbol", "tick", "time_ns")

    def __init__(self, market: SyntheticMarket) -> None:
        instrument = market.instrument
        self.symbol = instrument.symbol
        self.tick = instrument.tick_at(market.start_px)
        self.lot = instrument.lot
        self.time_ns = market.start_ns
        self.bid = int(EXACT.divide_int(market.start_px, self.tick))
        self.ask = self.bid + 1
        self.bid_size = self.ask_size = MAX_LOTS // 2

    def step(self, dice: bytes) -> Iterator[MarketUpdate]:
        self.time_ns += 1 + int.from_bytes(dice[:4], "big") % _MAX_PAUSE_NS
        kind, is_up = dice[4], bool(dice[5] & 1)
        fresh = 1 + dice[6] % MAX_LOTS
        if kind < _TRADES_IN_256:
            yield self._trade(1 + (dice[7] % MAX_LOTS) * (dice[8] % MAX_LOTS) // MAX_LOTS, fresh, is_up=is_up)
        elif kind < _TRADES_IN_256 + _SHIFTS_IN_256:
            self._shift(fresh, is_up=is_up)
        elif is_up:
            self.ask_size = fresh
        else:
            self.bid_size = fresh
        yield self._quote()

    def _trade(self, wanted: int, fresh: int, *, is_up: bool) -> TradePrint:
        # Somebody takes from the best price; when nothing is left there the price moves on.
        px = self.ask if is_up else self.bid
        shown = self.ask_size if is_up else self.bid_size
        size = min(wanted, shown)
        if is_up:
            self.ask_size -= size
            if not self.ask_size:
                self.ask, self.ask_size = self.ask + 1, fresh
        else:
            self.bid_size -= size
            if not self.bid_size:
                self.bid, self.bid_size = max(self.bid - 1, MIN_PX), fresh
        self._close_gap(fresh, is_up=is_up)
        aggressor = Side.BUY if is_up else Side.SELL
        return TradePrint(
            self.symbol, self.time_ns, self._times(self.tick, px), self._times(self.lot, size), aggressor
        )

    def _shift(self, fresh: int, *, is_up: bool) -> None:
        # Somebody steps into the spread; where there is no room, one side steps back and the other follows later.
        has_room = self.ask - self.bid > 1
        if is_up is has_room:
            self.bid, self.bid_size = max(self.bid + (1 if has_room else -1), MIN_PX), fresh
        else:
            self.ask, self.ask_size = self.ask + (-1 if has_room else 1), fresh

    def _close_gap(self, fresh: int, *, is_up: bool) -> None:
        if self.ask - self.bid <= MAX_SPREAD:
            return
        if is_up:
            self.bid, self.bid_size = self.ask - MAX_SPREAD, fresh
        else:
            self.ask, self.ask_size = self.bid + MAX_SPREAD, fresh

    def _quote(self) -> Quote:
        return Quote(
            self.symbol,
            self.time_ns,
            self._times(self.tick, self.bid),
            self._times(self.lot, self.bid_size),
            self._times(self.tick, self.ask),
            self._times(self.lot, self.ask_size),
        )

    @staticmethod
    def _times(unit: Decimal, count: int) -> Decimal:
        return EXACT.multiply(unit, Decimal(count))
