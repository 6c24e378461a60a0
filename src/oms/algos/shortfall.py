"""Arrival price: how fast to trade where waiting is a risk and haste has a price.

The model of Almgren and Chriss, in N steps of tau = T / N. Trading v a unit of time moves the price for good by gamma v, and for the
step itself by epsilon + eta v. With eta~ = eta - gamma tau / 2 and z = lambda sigma^2 tau^2 / (2 eta~), so that cosh(kappa tau) = 1 + z, the
holdings that cost least, risk included, are

    x_j = X sinh(kappa (T - t_j)) / sinh(kappa T),        q = exp(-kappa tau) = 1 / (1 + z + sqrt(z (z + 2)))
        = X q^j (1 - q^(2 (N - j))) / (1 - q^(2 N))

The second form has no term that grows, so that it holds for any kappa T. No float is used: sums, products, quotients, roots, `exp`
and `ln` of `Decimal` are rounded correctly by definition, and are done here with 100 digits, so that each machine and each Python
gives the same. Holdings are then rounded to whole 10^-18 parts of the order, half to even, and all that follows is exact in them.

Source: Almgren and Chriss, Optimal Execution of Portfolio Transactions, Journal of Risk 3 (2000).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from fractions import Fraction
from itertools import pairwise
from typing import Final

from attrs import evolve

from oms.algos.slicing import MAX_SLICES, Window
from oms.errors import ValidationError
from oms.model.decimals import EXACT, GRID, ONE, QUOTIENT, ZERO, plain
from oms.model.define import value

_WIDE: Final = Context(prec=100, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow])
_TWO: Final = Decimal(2)
_STRAIGHT: Final = Decimal("1E-20")
"""A kappa T under which the curve is a straight line to far more than 18 decimals."""


@value(kw_only=True)
class ImpactModel:
    """What trading costs and what waiting risks; money and quantities in units of the instrument, time in a unit of the caller's.

    Attributes:
        volatility: sigma: by how much the price moves in the square root of a unit of time, in money.
        temporary_impact: eta: by how much the price of a step is worse for each unit of quantity a unit of time.
        permanent_impact: gamma: by how much the price moves for good for each unit of quantity.
        fixed_cost: epsilon: what each unit of quantity costs at least, such as half the spread.
        risk_aversion: lambda: how much expected cost is taken to be rid of a unit of variance.
        drift: alpha: how far the price is expected to move in a unit of time in favour of waiting: up for a sale, down for a purchase.

    Raises:
        ValidationError: A number but the drift is below zero, or there is a drift and nothing that keeps one from waiting for it.
    """

    volatility: Decimal
    temporary_impact: Decimal
    permanent_impact: Decimal = ZERO
    fixed_cost: Decimal = ZERO
    risk_aversion: Decimal = ZERO
    drift: Decimal = ZERO

    def __attrs_post_init__(self) -> None:
        """Refuse what has no plan."""
        for name in ("volatility", "temporary_impact", "permanent_impact", "fixed_cost", "risk_aversion"):
            if getattr(self, name) < ZERO:
                raise ValidationError(name, plain(getattr(self, name)), "pass zero or more")
        if self.drift and not (self.risk_aversion and self.volatility):
            raise ValidationError("drift", plain(self.drift), "pass a risk_aversion and a volatility too")


@value(kw_only=True)
class Trajectory:
    """How much of an order is held after each step.

    Attributes:
        qty: The order.
        horizon: T, in the unit of time of the model.
        holdings: What is left to trade after each step, as a part of the order in whole 10^-18: the first is 1, the last 0.
        model: What it was computed from.
        kappa: How fast it decays, a unit of time; zero for a straight line.
    """

    qty: Decimal
    horizon: Decimal
    holdings: tuple[Decimal, ...]
    model: ImpactModel
    kappa: Decimal

    @property
    def trades(self) -> tuple[Decimal, ...]:
        """What is traded in each step, as a part of the order; their sum is exactly 1."""
        return tuple(EXACT.subtract(before, after) for before, after in pairwise(self.holdings))

    @property
    def half_life(self) -> Decimal | None:
        """1 / kappa, in the unit of time, to 28 digits; None for a straight line."""
        return QUOTIENT.divide(ONE, self.kappa) if self.kappa else None

    @property
    def expected_cost(self) -> Decimal:
        """E: what it is expected to cost against the price at arrival, in money, to 28 digits."""
        model, steps = self.model, len(self.holdings) - 1
        tau = _WIDE.divide(self.horizon, Decimal(steps))
        traded, squares, held = ZERO, ZERO, ZERO
        for part in self.trades:
            size = EXACT.multiply(self.qty, part)
            traded = _WIDE.add(traded, size.copy_abs())
            squares = _WIDE.fma(size, size, squares)
        for part in self.holdings[1:]:
            held = _WIDE.fma(self.qty, part, held)
        total = _product(model.permanent_impact, self.qty, self.qty, Decimal("0.5"))
        total = _WIDE.fma(model.fixed_cost, traded, total)
        total = _WIDE.fma(_WIDE.divide(_net_impact(model, tau), tau), squares, total)
        return QUOTIENT.plus(_WIDE.subtract(total, _product(model.drift, tau, held)))

    @property
    def variance(self) -> Decimal:
        """V: the variance of that cost, in money squared, to 28 digits."""
        squares = ZERO
        for part in self.holdings[1:]:
            held = EXACT.multiply(self.qty, part)
            squares = _WIDE.fma(held, held, squares)
        tau = _WIDE.divide(self.horizon, Decimal(len(self.holdings) - 1))
        return QUOTIENT.plus(_product(self.model.volatility, self.model.volatility, tau, squares))


def trajectory(qty: Decimal, horizon: Decimal, steps: int, model: ImpactModel) -> Trajectory:
    """Give the plan that costs least, risk included.

    Raises:
        ValidationError: A number is not above zero, eta~ is not, or a drift would have the order trade against itself.
    """
    _check(qty, horizon, steps)
    tau = _WIDE.divide(horizon, Decimal(steps))
    net = _net_impact(model, tau)
    if net <= ZERO:
        raise ValidationError(
            "temporary_impact",
            plain(model.temporary_impact),
            "pass more than permanent_impact x horizon / (2 x slices)",
        )
    aversion = _product(model.risk_aversion, model.volatility, model.volatility)
    z = _WIDE.divide(_product(aversion, tau, tau), _WIDE.multiply(_TWO, net))
    root = _WIDE.sqrt(_WIDE.multiply(z, _WIDE.add(z, _TWO)))
    if _WIDE.multiply(root, Decimal(steps)) < _STRAIGHT:
        decay, kappa = ONE, ZERO
    else:
        growth = _WIDE.add(_WIDE.add(ONE, z), root)
        decay, kappa = _WIDE.divide(ONE, growth), QUOTIENT.divide(_WIDE.ln(growth), tau)
    ratios = _ratios(decay, steps)
    holdings = [ratios[steps - step] for step in range(steps + 1)]
    if model.drift:
        # What would be held if it never had to end, as a part of the order.
        resting = _WIDE.divide(model.drift, _product(_TWO, aversion, qty))
        holdings = [
            _WIDE.fma(
                resting, _WIDE.subtract(ONE, _WIDE.add(ratios[steps - step], ratios[step])), holdings[step]
            )
            for step in range(steps + 1)
        ]
    rounded = tuple(_WIDE.quantize(part, GRID) for part in holdings)
    if any(after > before for before, after in pairwise(rounded)):
        raise ValidationError(
            "drift", plain(model.drift), "pass a smaller one: the plan would trade both ways"
        )
    return Trajectory(qty=qty, horizon=horizon, holdings=rounded, model=model, kappa=kappa)


def decaying(kappa_t: Decimal, steps: int) -> tuple[Decimal, ...]:
    """Give the parts of an order that are traded in each step where only the decay over the whole horizon is given.

    Args:
        kappa_t: kappa T: 0 for equal parts; with 4, the order has decayed to e^-4 of itself at the end.
        steps: How many.
    """
    _check(ONE, ONE, steps)
    if kappa_t < ZERO:
        raise ValidationError("kappa_t", plain(kappa_t), "pass zero or more")
    rate = _WIDE.divide(kappa_t, Decimal(steps)).copy_negate()
    ratios = _ratios(ONE if kappa_t < _STRAIGHT else _WIDE.exp(rate), steps)
    rounded = [_WIDE.quantize(ratio, GRID) for ratio in reversed(ratios)]
    return tuple(EXACT.subtract(before, after) for before, after in pairwise(rounded))


URGENCIES: Final = {1: ZERO, 2: ONE, 3: _TWO, 4: Decimal(4), 5: Decimal(8)}
"""The kappa T of each urgency, from 1, as even as can be, to 5, where half of the order is traded in a twelfth of the time."""


def weighed(windows: Sequence[Window], parts: Sequence[Decimal]) -> tuple[Window, ...]:
    """Give windows the parts of an order as their weights, one each."""
    return tuple(evolve(window, weight=Fraction(part)) for window, part in zip(windows, parts, strict=True))


def _ratios(decay: Decimal, steps: int) -> list[Decimal]:
    # sinh(kappa m tau) / sinh(kappa T) for m from 0 to N.
    if decay == ONE:
        return [_WIDE.divide(Decimal(step), Decimal(steps)) for step in range(steps + 1)]
    powers = [ONE]
    for _ in range(2 * steps):
        powers.append(_WIDE.multiply(powers[-1], decay))
    whole = _WIDE.subtract(ONE, powers[2 * steps])
    return [
        _WIDE.divide(_WIDE.multiply(powers[steps - step], _WIDE.subtract(ONE, powers[2 * step])), whole)
        for step in range(steps + 1)
    ]


def _net_impact(model: ImpactModel, tau: Decimal) -> Decimal:
    # eta~: what a step pays for its haste beyond what it would have moved the price for good anyhow.
    half = _WIDE.divide(_WIDE.multiply(model.permanent_impact, tau), _TWO)
    return _WIDE.subtract(model.temporary_impact, half)


def _product(*factors: Decimal) -> Decimal:
    result = ONE
    for factor in factors:
        result = _WIDE.multiply(result, factor)
    return result


def _check(qty: Decimal, horizon: Decimal, steps: int) -> None:
    for name, number in (("qty", qty), ("horizon", horizon)):
        if number <= ZERO:
            raise ValidationError(name, plain(number), "pass more than zero")
    if not 0 < steps <= MAX_SLICES:
        raise ValidationError("slices", steps, f"pass from 1 to {MAX_SLICES}")
