"""How much worse than shown an order trades that takes: the next size was thinner than the quote, or the market moved away.

A model says by how much of the price. What it says is rounded to the grid, away from whoever takes; it goes neither through the
order's limit nor, where prices are above zero, below the lowest price of the grid. Orders that rest, auctions and market-to-limit
orders trade at their prices as ever.

- `NoSlippage`: at the price that is shown.
- `Ticks`: so many steps of the grid worse.
- `VolumeShare`: by the square of the share in what has traded lately, and no more than a part of that.
- `SquareRoot`: by the square root of the share in a day's volume.
"""

from __future__ import annotations

from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Mapping
from decimal import ROUND_FLOOR, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Final, Protocol

from attrs import field

from oms.errors import ValidationError
from oms.model.decimals import EXACT, ONE, QUOTIENT, ZERO, not_negative, plain, positive
from oms.model.define import record, value
from oms.model.door import shown
from oms.model.ids import Symbol
from oms.model.instrument import Instrument
from oms.model.price_grid import PriceGrid
from oms.model.sessions import NS_PER_S

_DOWN: Final = Context(prec=192, rounding=ROUND_FLOOR, traps=[InvalidOperation, DivisionByZero, Overflow])
_MAX_WINDOW_S: Final = 7 * 86_400
_MAX_TICKS: Final = 1_000_000


@record
class Taking:
    """An execution that takes what is shown.

    Attributes:
        instrument: What is traded.
        grid: Its prices.
        is_buy: Whether it is a purchase.
        qty: Its size.
        px: The price that is shown.
        time_ns: When, in nanoseconds UTC.
    """

    instrument: Instrument
    grid: PriceGrid
    is_buy: bool
    qty: Decimal
    px: Decimal
    time_ns: int

    def worse_by(self, amount: Decimal) -> Decimal:
        """Give the price that is worse by so much, not rounded."""
        return EXACT.add(self.px, amount) if self.is_buy else EXACT.subtract(self.px, amount)


class SlippageGauge(Protocol):
    """A model of slippage at work on one exchange."""

    @abstractmethod
    def px(self, taking: Taking) -> Decimal:
        """Give the price at which it trades, rounded or not; never better than the price that is shown."""

    @abstractmethod
    def most(self, instrument: Instrument, time_ns: int) -> Decimal | None:
        """Give how much may be taken now, in whole lots; None where that is not limited."""

    @abstractmethod
    def note_taken(self, taking: Taking) -> None:
        """Take note of what was taken."""

    @abstractmethod
    def note_volume(self, symbol: Symbol, volume: Decimal, time_ns: int) -> None:
        """Take note of what others have traded up to a moment, in nanoseconds UTC."""


class SlippageModel(Protocol):
    """How much worse than shown an order trades that takes."""

    @abstractmethod
    def gauge(self) -> SlippageGauge:
        """Give what remembers the volumes of one exchange."""


class _Forgetful:
    """The gauge of a model that goes by nothing that was before."""

    __slots__ = ("_px",)

    def __init__(self, px: Callable[[Taking], Decimal]) -> None:
        self._px = px

    def px(self, taking: Taking) -> Decimal:
        return self._px(taking)

    def most(self, instrument: Instrument, time_ns: int) -> Decimal | None:
        return None

    def note_taken(self, taking: Taking) -> None:
        pass

    def note_volume(self, symbol: Symbol, volume: Decimal, time_ns: int) -> None:
        pass


@value
class NoSlippage:
    """What takes trades at the price that is shown."""

    def gauge(self) -> _Forgetful:
        """Give a gauge that remembers nothing."""
        return _Forgetful(self.px)

    def px(self, taking: Taking) -> Decimal:
        """Give the price that is shown."""
        return taking.px


def _ticks(ticks: int) -> int:
    if type(ticks) is not int or not 0 <= ticks <= _MAX_TICKS:
        raise ValidationError("ticks", shown(ticks), f"pass 0 to {_MAX_TICKS} as an int")
    return ticks


@value
class Ticks:
    """What takes trades so many steps of the grid worse than shown.

    Attributes:
        ticks: How many, from 0.
    """

    ticks: int = field(converter=_ticks)

    def gauge(self) -> _Forgetful:
        """Give a gauge that remembers nothing."""
        return _Forgetful(self.px)

    def px(self, taking: Taking) -> Decimal:
        """Give the price so many steps away."""
        return taking.grid.stepped(taking.px, self.ticks if taking.is_buy else -self.ticks)


def _impact(number: object) -> Decimal:
    return not_negative(number, "impact")


def _limit(number: object) -> Decimal:
    limit = positive(number, "limit")
    if limit > ONE:
        raise ValidationError("limit", plain(limit), "pass a share of the volume, at most 1")
    return limit


def _window(window_s: int) -> int:
    if type(window_s) is not int or not 1 <= window_s <= _MAX_WINDOW_S:
        raise ValidationError("window_s", shown(window_s), f"pass 1 to {_MAX_WINDOW_S} seconds as an int")
    return window_s


@value(kw_only=True)
class VolumeShare:
    """What takes trades at price x (1 +- impact x share^2), and takes no more than a part of what others have traded.

    The share is what we have taken in the window, this execution included, over what others have traded in it, and at most the
    limit. Where nobody has traded, nothing can be taken.

    Attributes:
        limit: The largest share, such as 0.025.
        impact: How much of the price a share of 1 moves it, such as 0.1.
        window_s: How long what was traded counts, in seconds: what is younger than that, at the time of the execution.

    Source:
        Zipline, `zipline.finance.slippage.VolumeShareSlippage`, whose window is one bar.
    """

    limit: Decimal = field(converter=_limit, default=Decimal("0.025"))
    impact: Decimal = field(converter=_impact, default=Decimal("0.1"))
    window_s: int = field(converter=_window, default=60)

    def gauge(self) -> _VolumeGauge:
        """Give a gauge that has heard of no trade."""
        return _VolumeGauge(self)


class _Window:
    """A sum over the last moments."""

    __slots__ = ("_entries", "_sum", "_window_ns")

    def __init__(self, window_ns: int) -> None:
        self._window_ns = window_ns
        self._entries: deque[tuple[int, Decimal]] = deque()
        self._sum = ZERO

    def add(self, qty: Decimal, time_ns: int) -> None:
        self._entries.append((time_ns, qty))
        self._sum = EXACT.add(self.total(time_ns), qty)

    def total(self, time_ns: int) -> Decimal:
        entries, since = self._entries, time_ns - self._window_ns
        while entries and entries[0][0] <= since:
            self._sum = EXACT.subtract(self._sum, entries.popleft()[1])
        return self._sum


class _VolumeGauge:
    __slots__ = ("_model", "_taken", "_traded")

    def __init__(self, model: VolumeShare) -> None:
        self._model = model
        self._traded: dict[Symbol, _Window] = {}
        self._taken: dict[Symbol, _Window] = {}

    def px(self, taking: Taking) -> Decimal:
        symbol, time_ns, model = taking.instrument.symbol, taking.time_ns, self._model
        traded = self._of(self._traded, symbol).total(time_ns)
        taken = EXACT.add(self._of(self._taken, symbol).total(time_ns), taking.qty)
        share = min(QUOTIENT.divide(taken, traded), model.limit) if traded else model.limit
        impact = QUOTIENT.multiply(model.impact, QUOTIENT.multiply(share, share))
        return taking.worse_by(EXACT.multiply(impact, taking.px.copy_abs()))

    def most(self, instrument: Instrument, time_ns: int) -> Decimal | None:
        traded = self._of(self._traded, instrument.symbol).total(time_ns)
        taken = self._of(self._taken, instrument.symbol).total(time_ns)
        left = EXACT.subtract(EXACT.multiply(traded, self._model.limit), taken)
        lots = _DOWN.to_integral_value(_DOWN.divide(left, instrument.lot))
        return max(EXACT.multiply(lots, instrument.lot), ZERO)

    def note_taken(self, taking: Taking) -> None:
        self._of(self._taken, taking.instrument.symbol).add(taking.qty, taking.time_ns)

    def note_volume(self, symbol: Symbol, volume: Decimal, time_ns: int) -> None:
        self._of(self._traded, symbol).add(volume, time_ns)

    def _of(self, windows: dict[Symbol, _Window], symbol: Symbol) -> _Window:
        window = windows.get(symbol)
        if window is None:
            window = windows[symbol] = _Window(self._model.window_s * NS_PER_S)
        return window


def _days(days: Mapping[str, object]) -> Mapping[str, tuple[Decimal, Decimal]]:
    if not isinstance(days, Mapping):
        raise ValidationError(
            "days", shown(days), 'pass {symbol: (volatility, volume)}, such as {"X": ("0.02", 10**6)}'
        )
    checked: dict[str, tuple[Decimal, Decimal]] = {}
    for symbol, day in days.items():
        if not isinstance(day, tuple | list) or len(day) != 2:
            raise ValidationError("days", shown(day), 'pass (volatility, volume), such as ("0.02", 1000000)')
        checked[symbol] = (_impact(day[0]), positive(day[1], "volume"))
    return checked


@value(kw_only=True)
class SquareRoot:
    """What takes trades at price x (1 +- y x volatility x sqrt(quantity / volume)), each execution by itself.

    Attributes:
        days: By symbol, the volatility of a day's return as a fraction (0.02 is 2 %) and the average volume of a day, in
            units of quantity. What is not named trades at the price that is shown.
        y: How strong the impact is; of the order of 1.

    Source:
        Almgren, Thum, Hauptmann, Li (2005), Direct Estimation of Equity Market Impact; Torre (1997), BARRA Market Impact Model.
    """

    days: Mapping[str, tuple[Decimal, Decimal]] = field(converter=_days)
    y: Decimal = field(converter=_impact, default=ONE)

    def gauge(self) -> _Forgetful:
        """Give a gauge that remembers nothing."""
        return _Forgetful(self.px)

    def px(self, taking: Taking) -> Decimal:
        """Give the price that is worse by the impact; roots and quotients have 28 significant digits, half to even."""
        day = self.days.get(taking.instrument.symbol)
        if day is None:
            return taking.px
        volatility, volume = day
        root = QUOTIENT.sqrt(QUOTIENT.divide(taking.qty, volume))
        impact = QUOTIENT.multiply(QUOTIENT.multiply(self.y, volatility), root)
        return taking.worse_by(EXACT.multiply(impact, taking.px.copy_abs()))


def slipped_px(gauge: SlippageGauge, taking: Taking, limit_px: Decimal | None) -> Decimal:
    """Give the price at which what takes trades: on the grid, not better than shown and not through its limit."""
    instrument, grid = taking.instrument, taking.grid
    px = gauge.px(taking)
    if taking.is_buy:
        px = max(grid.up(px), taking.px)
        return px if limit_px is None else max(min(px, limit_px), taking.px)
    px = min(grid.down(px), taking.px)
    if px <= ZERO and not instrument.negative_px:
        px = min(grid.stepped(ZERO, 1), taking.px)
    return px if limit_px is None else min(max(px, limit_px), taking.px)
