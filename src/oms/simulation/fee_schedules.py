"""Fee schedules that remember, bound others or add them up; `oms.simulation.fees` has what they are made of.

- `Tiers`: maker and taker rates that fall with what was traded in the last days.
- `Bounded`: another schedule with a minimum and a maximum, for each order or each execution.
- `PaidIn`: another schedule, paid in a currency of the venue's choice at a fixed price.
- `Received`: a share of what is received, paid in that.
- `Together`: several schedules at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final, TypeAlias

from attrs import field

from oms.errors import ValidationError
from oms.model.decimals import EXACT, ONE, ZERO, exact, positive
from oms.model.define import record, value
from oms.model.door import shown
from oms.model.enums import Choice, LastLiquidityInd, Side
from oms.model.ids import Account, VenueOrderId
from oms.simulation.fees import (
    QUANTUM,
    WIDE,
    Execution,
    Fee,
    FeeModel,
    checked_quantum,
    checked_rate,
    rounded,
    share_of,
)

_DAY_NS: Final = 86_400 * 1_000_000_000
_MAX_DAYS: Final = 366
_LESS: Final = Decimal(-1)

Tier: TypeAlias = tuple[Decimal, Decimal, Decimal]


def _tiers(tiers: object) -> tuple[Tier, ...]:
    if not isinstance(tiers, tuple | list):
        raise ValidationError("tiers", shown(tiers), "give (volume from, maker bps, taker bps) steps")
    checked: list[Tier] = []
    for tier in tiers:
        if not isinstance(tier, tuple | list) or len(tier) != 3:
            raise ValidationError("tiers", shown(tier), "give (volume from, maker bps, taker bps)")
        start, maker, taker = tier
        checked.append((exact(start, "volume"), checked_rate(maker), checked_rate(taker)))
    starts = [start for start, _, _ in checked]
    if not starts or starts[0] != ZERO or starts != sorted(set(starts)):
        raise ValidationError("tiers", shown(tiers), "give steps in rising order, the first from 0")
    return tuple(checked)


def _days(days: int) -> int:
    if type(days) is not int or not 1 <= days <= _MAX_DAYS:
        raise ValidationError("days", shown(days), f"pass 1 to {_MAX_DAYS} days as an int")
    return days


@value
class Tiers:
    """A share of the value traded, by maker and taker, at rates that go by what was traded before.

    The volume is the value of the account's executions in the instrument's currency, on the UTC day of the execution and the
    `days - 1` days before it, without the execution itself: one that crosses into a tier is charged by the tier below.

    Attributes:
        tiers: `(volume from, maker bps, taker bps)` in rising order, the first from 0.
        days: How many UTC days count.
        quantum: What fees are rounded to, half to even.

    Raises:
        ValidationError: The steps are not in order, or the days are no int from 1 to 366.
    """

    tiers: tuple[Tier, ...] = field(converter=_tiers)
    days: int = field(converter=_days, default=30, kw_only=True)
    quantum: Decimal = field(converter=checked_quantum, default=QUANTUM, kw_only=True)

    def meter(self) -> _TierMeter:
        """Give a meter that nothing was traded on yet."""
        return _TierMeter(self)


class _TierMeter:
    __slots__ = ("_schedule", "volumes")

    def __init__(self, schedule: Tiers) -> None:
        self._schedule = schedule
        # By account and currency: what was traded on each UTC day that may still count.
        self.volumes: dict[tuple[Account, str], dict[int, Decimal]] = {}

    def fees(self, execution: Execution) -> tuple[Fee, ...]:
        currency = execution.instrument.currency
        today = execution.time_ns // _DAY_NS
        volume = ZERO
        for day, traded in self.volumes.get((execution.account, currency), {}).items():
            if today - self._schedule.days < day <= today:
                volume = WIDE.add(volume, traded)
        _, maker, taker = next(tier for tier in reversed(self._schedule.tiers) if volume >= tier[0])
        is_maker = execution.last_liquidity_ind is LastLiquidityInd.ADDED
        amount = share_of(execution.value, maker if is_maker else taker, self._schedule.quantum)
        return (Fee(amount, currency),)

    def note(self, execution: Execution) -> None:
        today = execution.time_ns // _DAY_NS
        volumes = self.volumes.setdefault((execution.account, execution.instrument.currency), {})
        volumes[today] = WIDE.add(volumes.get(today, ZERO), execution.value)
        for day in [day for day in volumes if day <= today - self._schedule.days]:
            del volumes[day]

    def forget(self, execution: Execution) -> None:
        volumes = self.volumes.get((execution.account, execution.instrument.currency), {})
        day = execution.time_ns // _DAY_NS
        if day in volumes:
            volumes[day] = WIDE.subtract(volumes[day], execution.value)


class Per(Choice):
    """What a minimum or maximum holds for."""

    ORDER = "order"
    """All executions of an order together: each one pays what the order's total has risen by."""
    EXECUTION = "execution"
    """Each execution by itself."""


def _model(model: FeeModel) -> FeeModel:
    if isinstance(model, type) or not callable(getattr(model, "meter", None)):
        raise ValidationError("model", shown(model), 'pass a fee schedule, such as PerUnit("0.005")')
    return model


def _amount(number: object) -> Decimal | None:
    return None if number is None else exact(number, "minimum")


def _share(number: object) -> Decimal | None:
    return None if number is None else positive(number, "maximum_bps")


@value
class Bounded:
    """Another schedule with a minimum and a maximum.

    What is bounded is the sum of the other schedule's fees, in each currency that it charges in; the instrument's, where it
    charges nothing. The maximum goes before the minimum, and bounds fees in the instrument's currency alone.

    Attributes:
        model: The other schedule.
        minimum: The least that is paid; None for no minimum, so that rebates are left alone.
        maximum_bps: The most that is paid, in basis points of the value traded; None for no maximum.
        per: Whether both hold for an order or for an execution.
        quantum: What the maximum is rounded to, half to even.
    """

    model: FeeModel = field(converter=_model)
    minimum: Decimal | None = field(converter=_amount, default=None, kw_only=True)
    maximum_bps: Decimal | None = field(converter=_share, default=None, kw_only=True)
    per: Per = field(default=Per.ORDER, kw_only=True)
    quantum: Decimal = field(converter=checked_quantum, default=QUANTUM, kw_only=True)

    def meter(self) -> _BoundedMeter:
        """Give a meter on which no order has paid yet."""
        return _BoundedMeter(self)

    def bounded(self, total: Decimal, value_traded: Decimal | None) -> Decimal:
        """Give what is paid where the other schedule asks for so much; a value of None is not bounded from above."""
        paid = total if self.minimum is None else max(total, self.minimum)
        if self.maximum_bps is None or value_traded is None:
            return paid
        return min(paid, share_of(value_traded, self.maximum_bps, self.quantum))


@record
class _Charged:
    """One execution of an order: what the other schedule asked for, and what was paid."""

    execution: Execution
    asked: tuple[Fee, ...]
    paid: tuple[Fee, ...]


class _Account:
    """What one order was asked for by the other schedule and has paid, by currency, and what it has traded."""

    __slots__ = ("asked", "charged", "paid", "traded")

    def __init__(self) -> None:
        self.asked: dict[str, Decimal] = {}
        self.paid: dict[str, Decimal] = {}
        self.traded = ZERO
        self.charged: list[_Charged] = []

    def book(self, one: _Charged, *, sign: Decimal = ONE) -> None:
        """Add an execution; take it off where the sign is negative."""
        for sums, fees in ((self.asked, one.asked), (self.paid, one.paid)):
            for fee in fees:
                sums[fee.currency] = WIDE.fma(fee.amount, sign, sums.get(fee.currency, ZERO))
        self.traded = WIDE.fma(one.execution.value, sign, self.traded)


_NEW: Final = _Account()


class _BoundedMeter:
    __slots__ = ("_inner", "_schedule", "accounts")

    def __init__(self, schedule: Bounded) -> None:
        self._schedule = schedule
        self._inner = schedule.model.meter()
        self.accounts: dict[VenueOrderId, _Account] = {}

    def fees(self, execution: Execution) -> tuple[Fee, ...]:
        return self._paid(execution, self._asked(execution))

    def _asked(self, execution: Execution) -> tuple[Fee, ...]:
        return self._inner.fees(execution) or (Fee(ZERO, execution.instrument.currency),)

    def _paid(self, execution: Execution, asked: tuple[Fee, ...]) -> tuple[Fee, ...]:
        # Each execution pays what the order owes after it and has not paid yet.
        home = execution.instrument.currency
        before = self.accounts.get(execution.venue_order_id, _NEW)
        traded = WIDE.add(before.traded, execution.value)
        found: list[Fee] = []
        for fee in asked:
            total = WIDE.add(before.asked.get(fee.currency, ZERO), fee.amount)
            due = self._schedule.bounded(total, traded if fee.currency == home else None)
            owed = WIDE.subtract(due, before.paid.get(fee.currency, ZERO))
            found.append(Fee(owed, fee.currency, fee.is_withheld))
        return tuple(found)

    def note(self, execution: Execution) -> None:
        if self._schedule.per is Per.ORDER:
            if execution.is_last:
                self.accounts.pop(execution.venue_order_id, None)
            else:
                asked = self._asked(execution)
                charged = _Charged(execution, asked, self._paid(execution, asked))
                kept = self.accounts.setdefault(execution.venue_order_id, _Account())
                kept.charged.append(charged)
                kept.book(charged)
        self._inner.note(execution)

    def forget(self, execution: Execution) -> None:
        self._inner.forget(execution)
        kept = self.accounts.get(execution.venue_order_id)
        if kept is None:
            return  # the order has ended, and pays nothing more
        one = next((one for one in kept.charged if one.execution == execution), None)
        if one is not None:
            kept.charged.remove(one)
            kept.book(one, sign=_LESS)


def _prices(prices: Mapping[str, Decimal | int | str]) -> Mapping[str, Decimal]:
    if not isinstance(prices, Mapping) or not prices:
        raise ValidationError("prices", shown(prices), 'pass a price by currency, such as {"USDT": "580"}')
    return {currency: positive(px, "price") for currency, px in prices.items()}


@value
class PaidIn:
    """Another schedule, paid in a currency of the venue's choice at a fixed price; what has no price is paid as it is.

    Attributes:
        model: The other schedule.
        currency: What is paid, such as BNB.
        prices: What one unit of that costs, by the currency that the other schedule charges in.
        quantum: What fees are rounded to, half to even.
    """

    model: FeeModel = field(converter=_model)
    currency: str
    prices: Mapping[str, Decimal] = field(converter=_prices)
    quantum: Decimal = field(converter=checked_quantum, default=QUANTUM, kw_only=True)

    def meter(self) -> _PaidInMeter:
        """Give a meter that nothing was noted on."""
        return _PaidInMeter(self)


class _PaidInMeter:
    __slots__ = ("_inner", "_schedule")

    def __init__(self, schedule: PaidIn) -> None:
        self._schedule = schedule
        self._inner = schedule.model.meter()

    def fees(self, execution: Execution) -> tuple[Fee, ...]:
        schedule = self._schedule
        converted: list[Fee] = []
        for fee in self._inner.fees(execution):
            px = schedule.prices.get(fee.currency)
            if px is None:
                converted.append(fee)
            else:
                amount = rounded(WIDE.divide(fee.amount, px), schedule.quantum)
                converted.append(Fee(amount, schedule.currency))
        return _by_currency(converted)

    def note(self, execution: Execution) -> None:
        self._inner.note(execution)

    def forget(self, execution: Execution) -> None:
        self._inner.forget(execution)


@value(kw_only=True)
class Received:
    """A share of what is received, paid in that: of the quantity for a purchase, of the value for a sale.

    Attributes:
        base: What the quantity is counted in, by symbol, such as `{"BTCUSDT": "BTC"}`; what is not named pays in its currency.
        maker_bps: Basis points paid by an execution that added liquidity; negative is a rebate.
        taker_bps: Basis points paid by an execution that removed it.
        quantum: What fees are rounded to, half to even.
    """

    base: Mapping[str, str]
    maker_bps: Decimal = field(converter=checked_rate)
    taker_bps: Decimal = field(converter=checked_rate)
    quantum: Decimal = field(converter=checked_quantum, default=QUANTUM)

    def meter(self) -> Received:
        """Give itself: there is nothing to remember."""
        return self

    def fees(self, execution: Execution) -> tuple[Fee, ...]:
        """Give the rate's share of what is received, rounded half to even."""
        is_maker = execution.last_liquidity_ind is LastLiquidityInd.ADDED
        bps = self.maker_bps if is_maker else self.taker_bps
        base = self.base.get(execution.instrument.symbol)
        if base is None or execution.side is not Side.BUY:
            return (Fee(share_of(execution.value, bps, self.quantum), execution.instrument.currency),)
        return (Fee(share_of(execution.last_qty, bps, self.quantum), base, is_withheld=True),)

    def note(self, execution: Execution) -> None:
        """Forget it."""

    def forget(self, execution: Execution) -> None:
        """Do nothing: nothing is remembered."""


def _models(models: Iterable[FeeModel]) -> tuple[FeeModel, ...]:
    return tuple(_model(model) for model in models)


@value
class Together:
    """Several schedules at once, such as a broker's commission and an exchange's fee; one sum a currency.

    Attributes:
        models: The schedules.
    """

    models: tuple[FeeModel, ...] = field(converter=_models)

    def meter(self) -> _JointMeter:
        """Give a meter that holds one of each schedule."""
        return _JointMeter(self.models)


class _JointMeter:
    __slots__ = ("_meters",)

    def __init__(self, models: tuple[FeeModel, ...]) -> None:
        self._meters = tuple(model.meter() for model in models)

    def fees(self, execution: Execution) -> tuple[Fee, ...]:
        return _by_currency(fee for meter in self._meters for fee in meter.fees(execution))

    def note(self, execution: Execution) -> None:
        for meter in self._meters:
            meter.note(execution)

    def forget(self, execution: Execution) -> None:
        for meter in self._meters:
            meter.forget(execution)


def _by_currency(fees: Iterable[Fee]) -> tuple[Fee, ...]:
    # Fees lie on the grid of their quanta, so that their sums are exact.
    sums: dict[str, Fee] = {}
    for fee in fees:
        known = sums.get(fee.currency)
        if known is not None:
            # What has to be there beforehand is said of both.
            withheld = known.is_withheld and fee.is_withheld
            fee = Fee(EXACT.add(known.amount, fee.amount), fee.currency, withheld)  # noqa: PLW2901  # their sum
        sums[fee.currency] = fee
    return tuple(sums.values())
