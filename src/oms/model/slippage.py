"""What is said when what an order costs, or how it keeps to its plan, is not as it should be; and by which rules."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from attrs import field

from oms.errors import ValidationError
from oms.model.decimals import ONE, QUOTIENT, ZERO, exact, fraction, not_negative, plain, positive
from oms.model.define import record, value
from oms.model.door import flag, shown
from oms.model.enums import Choice, Side
from oms.model.ids import Symbol

NS_PER_MS: Final = 1_000_000
_MAX_MS: Final = 86_400_000
_MAX_KEPT: Final = 100_000


class AlertState(Choice):
    """How a figure stands against its bands."""

    OK = "ok"
    WARN = "warn"
    BREACH = "breach"

    @property
    def rank(self) -> int:
        """How bad it is: 0, 1 or 2."""
        return (AlertState.OK, AlertState.WARN, AlertState.BREACH).index(self)


class Measure(Choice):
    """What of an order is watched."""

    ARRIVAL = "cost against arrival"
    """In basis points of the mid as the order came; bands are multiples of its timing risk to date."""
    VWAP = "cost against running VWAP"
    """In basis points of what everybody has traded at on average since its start; the same bands."""
    SCHEDULE = "off schedule"
    """By which part of the order it is behind what has ended, or ahead of what has begun."""
    PARTICIPATION = "participation"
    """Its part in everything traded since its start."""


IN_BPS: Final = frozenset({Measure.ARRIVAL, Measure.VWAP})
"""What is measured in basis points; the others are parts."""


@record
class SlippageFinding:
    """A figure of an order has gone into another band, with all that it was computed from.

    Attributes:
        measure: Which figure.
        before: How it stood.
        state: How it stands.
        figure: The figure, in its unit; None where nothing is left to compute it from.
        warn: From where on it is worth a warning.
        breach: From where on it is a breach.
        symbol: What is traded.
        side: Bought or sold.
        strategy: The algorithm's name.
        order_qty: How much was ordered.
        cum_qty: How much has executed.
        notional: The sum of its executions' size x price.
        children: How many children have executed.
        arrival_px: The mid as the order came; None where there was none.
        arrival_ns: When it came, in nanoseconds UTC.
        market_notional: The sum of size x price of everything traded since its start.
        market_qty: How much that was; 0 where the market was not heard from the start on.
        timing_risk_bps: One standard deviation of the cost against arrival to date; None where it is not known.
        days_of_volume: The days' volume that the risk was computed from; None where it is not known.
        volatility: Of a year, as it was given; None where it was not.
        expected_bps: What the order was expected to cost.
        due_least: How much should have traded at least; None where it goes by no schedule.
        due_most: How much may have traded at most; None likewise.
        bid: The best bid of the last good quote.
        ask: The best offer.
        quote_ns: When that was received, in nanoseconds UTC.
        bad_quotes: How many quotes since its start had one side only, or crossed.
    """

    measure: Measure
    before: AlertState
    state: AlertState
    figure: Decimal | None
    warn: Decimal | None
    breach: Decimal | None
    symbol: Symbol
    side: Side
    strategy: str
    order_qty: Decimal
    cum_qty: Decimal
    notional: Decimal
    children: int
    arrival_px: Decimal | None
    arrival_ns: int
    market_notional: Decimal
    market_qty: Decimal
    timing_risk_bps: Decimal | None
    days_of_volume: Decimal | None
    volatility: Decimal | None
    expected_bps: Decimal
    due_least: Decimal | None
    due_most: Decimal | None
    bid: Decimal
    ask: Decimal
    quote_ns: int
    bad_quotes: int


@record
class DriftFinding:
    """What the children of a strategy cost at a broker has drifted away from what is expected, or has come back.

    Attributes:
        before: How the cumulative sum stood.
        state: How it stands.
        worse_bps: The cumulative sum of what was dearer than expected, beyond the slack.
        better_bps: That of what was cheaper.
        expected_bps: What a child is expected to cost.
        slack_bps: What a cost may be away from that and count as nothing.
        threshold_bps: From where on the sum is a breach; from half of it on it is a warning.
        children: How many children are in the mean.
        mean_bps: What they cost, by size; None where there are none.
        standard_error_bps: One standard deviation of that mean; None for fewer than two.
    """

    before: AlertState
    state: AlertState
    worse_bps: Decimal
    better_bps: Decimal
    expected_bps: Decimal
    slack_bps: Decimal
    threshold_bps: Decimal
    children: int
    mean_bps: Decimal | None
    standard_error_bps: Decimal | None


# ---------------------------------------------------------------- the rules


def _volatility(number: Decimal | int | str) -> Decimal:
    return positive(number, "volatility")


def _volume(number: Decimal | int | str) -> Decimal:
    return positive(number, "daily_volume")


@value(kw_only=True)
class Liquidity:
    """What is known of an instrument beforehand, without which there is no timing risk.

    Attributes:
        volatility: The standard deviation of a year's return, such as "0.3" for 30%, of 250 days.
        daily_volume: How much trades on an average day, in units of the instrument.
        session_s: How long a day's trading is, in whole seconds: where the market was not heard from an order's start on, as after a
            restart, the others are taken to have traded evenly. None for no such guess.

    Raises:
        ValidationError: A number is not above zero.
    """

    volatility: Decimal = field(converter=_volatility)
    daily_volume: Decimal = field(converter=_volume)
    session_s: int | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse a day without time."""
        if self.session_s is not None and (
            type(self.session_s) is not int or not 0 < self.session_s <= 86_400
        ):
            raise ValidationError("session_s", shown(self.session_s), "pass an int from 1 to 86400, or None")


def _times(number: Decimal | int | str) -> Decimal:
    return positive(number, "warn and breach")


def _part(number: Decimal | int | str) -> Decimal:
    return fraction(number, "hysteresis")


def _bps(number: Decimal | int | str) -> Decimal:
    return exact(number, "expected_bps")


def _band(number: Decimal | int | str | None) -> Decimal | None:
    return None if number is None else positive(number, "band")


@value(kw_only=True)
class SlippageRules:
    """What is worth an alert.

    Attributes:
        warn: How many times its timing risk an order may cost beyond what is expected before it is worth a warning.
        breach: How many times before it is a breach.
        expected_bps: What an order is expected to cost, such as half the spread.
        hysteresis: By which part of a band a figure has to come back inside before the state is left.
        min_children: How many children have to have executed before costs and participation are judged.
        schedule_warn: By which part of an order it may be off its schedule before it is worth a warning; None for never.
        schedule_breach: By which part before it is a breach.
        participation_warn: Which part of everything traded it may be before it is worth a warning; None for never.
        participation_breach: Which part before it is a breach.
        max_quote_age_ms: For how long a quote is good; with an older one, or none, nothing is judged.
        check_every_ms: How often an order is looked at while its market moves; it is looked at with each execution besides.
        own_prints: Whether the market's trades contain our own executions, as those of a venue do; recorded and simulated markets do not.

    Raises:
        ValidationError: A number is out of range, or a warning comes after its breach.
    """

    warn: Decimal = field(converter=_times, default=Decimal(2))
    breach: Decimal = field(converter=_times, default=Decimal(3))
    expected_bps: Decimal = field(converter=_bps, default=ZERO)
    hysteresis: Decimal = field(converter=_part, default=Decimal("0.2"))
    min_children: int = 3
    schedule_warn: Decimal | None = field(converter=_band, default=Decimal("0.1"))
    schedule_breach: Decimal | None = field(converter=_band, default=Decimal("0.25"))
    participation_warn: Decimal | None = field(converter=_band, default=None)
    participation_breach: Decimal | None = field(converter=_band, default=None)
    max_quote_age_ms: int = 5_000
    check_every_ms: int = 1_000
    own_prints: bool = True

    def __attrs_post_init__(self) -> None:
        """Refuse what cannot be meant."""
        if not 1 <= _whole(self.min_children, "min_children") <= _MAX_KEPT:
            raise ValidationError("min_children", self.min_children, f"pass 1 to {_MAX_KEPT}")
        for name in ("max_quote_age_ms", "check_every_ms"):
            if not 1 <= _whole(getattr(self, name), name) <= _MAX_MS:
                raise ValidationError(name, getattr(self, name), f"pass 1 to {_MAX_MS} milliseconds")
        flag(self.own_prints, "own_prints")
        for kind, warn, breach in (
            ("cost", self.warn, self.breach),
            ("schedule", self.schedule_warn, self.schedule_breach),
            ("participation", self.participation_warn, self.participation_breach),
        ):
            if (warn is None) is not (breach is None):
                raise ValidationError(f"{kind} bands", f"{warn}, {breach}", "pass both, or neither")
            if warn is not None and breach is not None and warn > breach:
                told = f"a warning from {plain(warn)} on, a breach from {plain(breach)} on"
                raise ValidationError(f"{kind} bands", told, "pass a breach not before the warning")


def _drift_bps(number: Decimal | int | str) -> Decimal:
    return exact(number, "expected_bps")


def _slack_bps(number: Decimal | int | str) -> Decimal:
    return not_negative(number, "slack_bps")


def _threshold_bps(number: Decimal | int | str) -> Decimal:
    return positive(number, "threshold_bps")


@value(kw_only=True)
class DriftRules:
    """What is taken for a drift of what children cost.

    Attributes:
        expected_bps: What a child is expected to cost against the mid at its decision.
        slack_bps: What a cost may be away from that and count as nothing: half of the drift that is to be found soon.
        threshold_bps: From where on the sum of what is beyond that is a breach; from half of it on it is a warning.
        hysteresis: By which part of a band the sum has to come back before the state is left.

    Raises:
        ValidationError: A number is out of range.
    """

    expected_bps: Decimal = field(converter=_drift_bps)
    slack_bps: Decimal = field(converter=_slack_bps)
    threshold_bps: Decimal = field(converter=_threshold_bps)
    hysteresis: Decimal = field(converter=_part, default=Decimal("0.2"))


@record
class Bands:
    """From where on a figure is worth a warning, and a breach.

    Attributes:
        base: What the figure is expected to be.
        warn: How far above that it is worth a warning, above zero.
        breach: How far above that it is a breach.
        hysteresis: By which part of a band the figure has to come back inside before the state is left.
    """

    base: Decimal
    warn: Decimal
    breach: Decimal
    hysteresis: Decimal

    def state(self, before: AlertState, figure: Decimal) -> AlertState:
        """Give how a figure stands that stood otherwise before: a band is entered at its edge, and left some way inside it."""
        above = QUOTIENT.subtract(figure, self.base)
        if above >= self.breach:
            return AlertState.BREACH
        if before is AlertState.BREACH and above >= self._kept(self.breach):
            return AlertState.BREACH
        if above >= self.warn or (before is not AlertState.OK and above >= self._kept(self.warn)):
            return AlertState.WARN
        return AlertState.OK

    def _kept(self, edge: Decimal) -> Decimal:
        return QUOTIENT.multiply(edge, QUOTIENT.subtract(ONE, self.hysteresis))


def _whole(number: int, field: str) -> int:
    if type(number) is not int:
        raise ValidationError(field, shown(number), "pass an int")
    return number
