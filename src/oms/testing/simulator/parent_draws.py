"""What an algorithm is told in a run: any of its parameters, each where the dice say so, and none beside another that forbids it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from attrs import frozen

from oms.algos.algorithms import ALGORITHMS as CLASSES
from oms.algos.description import defaults
from oms.algos.parameter import Parameter
from oms.algos.rules import holds
from oms.algos.working import USUAL
from oms.model.decimals import EXACT
from oms.model.enums import Side
from oms.model.instrument import Instrument
from oms.testing.simulator.draws import Draws
from oms.testing.simulator.hours import LATE

DESCRIPTIONS: Final = {one.DESCRIPTION.name: one.DESCRIPTION for one in CLASSES.values()}
"""What each algorithm may be told, by its name."""
_KNOWN: Final = {
    name: {parameter.name: parameter for parameter in one.parameters} for name, one in DESCRIPTIONS.items()
}
CHOICES: Final = {
    parameter.name: tuple(str(choice.value) for choice in parameter.choices)
    for known in _KNOWN.values()
    for parameter in known.values()
    if parameter.choices is not None
}
"""What can be chosen, by the parameter's name, as texts."""
_RULES: Final = {
    name: [(rule.claim, rule.fields) for rule in one.all_rules] for name, one in DESCRIPTIONS.items()
}
_USUAL: Final = {name: {**USUAL, **defaults(cls)} for name, cls in CLASSES.items()}
_SHARES: Final = ("0.01", "0.05", "0.2", "0.5", "0.9")
_NUMBERS: Final = ("0.000001", "0.01", "0.5", "2")
_TRIES: Final = 8


@frozen
class Sketch:
    """What parameters are drawn for: an order of so much, in an instrument, by a clock, in steps of so long.

    Attributes:
        draws: What is left to chance.
        instrument: What is traded.
        qty: How much is ordered.
        side: Which way.
        step_ns: How long a step is, in nanoseconds.
        now_ns: What time it is, in nanoseconds UTC.
        middle: Around which price it trades, in ticks.
        span: How far from there prices are, in ticks.
    """

    draws: Draws
    instrument: Instrument
    qty: Decimal
    side: Side
    step_ns: int
    now_ns: int
    middle: int = 1_000
    span: int = 50

    def lots(self, most: int = 20) -> Decimal:
        """Give a few lots, not more than the order has."""
        return min(EXACT.multiply(self.instrument.lot, Decimal(self.draws.between(1, most))), self.qty)

    def ticks(self, most: int = 10) -> Decimal:
        """Give a small distance of prices."""
        return EXACT.multiply(self.instrument.tick_at(Decimal(1)), Decimal(self.draws.between(0, most)))

    def seconds(self, least: int, most: int) -> Decimal:
        """Give so many steps of the run, as seconds."""
        return EXACT.scaleb(Decimal(self.draws.between(least, most) * self.step_ns), -9)

    def moment(self, least: int, most: int) -> int:
        """Give a moment so many steps from now, in nanoseconds UTC."""
        return self.now_ns + (self.draws.between(least, most + 20) - 20) * self.step_ns

    def price(self) -> Decimal:
        """Give a price on the grid, around the middle."""
        ticks = self.draws.between(self.middle - self.span, self.middle + self.span)
        return EXACT.multiply(self.instrument.tick_at(Decimal(1)), Decimal(ticks))

    def better(self) -> Decimal:
        """Give a price that is rather a good one."""
        away = EXACT.multiply(self.ticks(), Decimal(-5 if self.side is Side.BUY else 5))
        return EXACT.add(self.price(), away)


_Drawn = Callable[[Sketch], Any]


def _one_of(*choices: Any) -> _Drawn:  # noqa: ANN401  # what a parameter is
    return lambda sketch: sketch.draws.one_of(choices)


def _between(least: int, most: int) -> _Drawn:
    return lambda sketch: sketch.draws.between(least, most)


def _often(permille: int, draw: _Drawn) -> tuple[int, _Drawn]:
    return permille, draw


_FLAG: Final = _one_of("Y", "N")
_YES: Final = _one_of("Y")
_SECONDS: Final[_Drawn] = lambda sketch: sketch.seconds(1, 30)  # noqa: E731  # a row of the table
_WINDOW: Final[_Drawn] = lambda sketch: sketch.seconds(5, 150)  # noqa: E731
_LOTS: Final[_Drawn] = Sketch.lots

_OF: Final[Mapping[str, tuple[int, _Drawn]]] = {
    "start_time": _often(120, lambda sketch: sketch.moment(0, 20)),
    "end_time": _often(200, lambda sketch: sketch.moment(40, 150)),
    "duration": _often(700, _WINDOW),
    "allow_past_end": _often(60, _YES),
    "limit_price": _often(450, Sketch.price),
    "i_would_price": _often(100, Sketch.better),
    "i_would_qty": _often(60, _LOTS),
    "max_participation": _often(120, _one_of("0.005", *_SHARES)),
    "min_participation": _often(70, _one_of("0.001", "0.01", "0.05")),
    "max_child": _often(250, _LOTS),
    "min_child": _often(150, lambda sketch: sketch.lots(4)),
    "child_style": _often(800, _one_of("market", "marketable_limit", "passive_then_cross")),
    "child_offset": _often(200, Sketch.ticks),
    "no_take_liquidity": _often(100, _YES),
    "force_completion": _often(120, _YES),
    "completion_window": _often(100, _SECONDS),
    "completion_ignores_caps": _often(60, _YES),
    "catch_up": _often(800, _one_of("carry", "spread", "give_up", "cross")),
    "on_residual": _often(800, _one_of("cancel", "sweep", "extend", "auction")),
    "halt_clock": _often(500, _one_of("run", "pause")),
    "on_halt": _often(500, _one_of("keep", "cancel")),
    "randomise_size": _often(250, _one_of("0.1", "0.4", "0.9")),
    "randomise_time": _often(250, _one_of("0.2", "0.5", "1")),
    "random_band": _often(250, _between(1, 8)),
    "min_rest": _often(150, lambda sketch: sketch.seconds(0, 10)),
    "max_quote_age": _often(200, _SECONDS),
    "seed": _often(800, _between(0, 1_000)),
    "interval": _often(300, lambda sketch: sketch.seconds(1, 40)),
    "slices": _often(500, _between(1, 12)),
    "child_qty": _often(250, _LOTS),
    "late_start": _often(300, _one_of("compress", "catch_up")),
    "curve": _often(200, lambda sketch: sketch.draws.one_of((LATE, sketch.instrument.symbol))),
    "in_open": _often(300, _FLAG),
    "in_close": _often(300, _FLAG),
    "dynamic_band": _often(300, _one_of("0.01", "0.1", "0.5")),
    "expected_volume": _often(400, _one_of(10, 500, 20_000)),
    "participation_rate": _often(0, _one_of(*_SHARES)),
    "rate_basis": _often(500, _one_of("of_total", "of_others")),
    "count_volume_outside_limit": _often(300, _FLAG),
    "end_rate": _often(200, _one_of(*_SHARES)),
    "rate_linked_to": _often(200, _one_of("size", "time")),
    "upper_band_price": _often(150, Sketch.price),
    "upper_band_rate": _often(150, _one_of(*_SHARES)),
    "lower_band_price": _often(150, Sketch.price),
    "lower_band_rate": _often(150, _one_of(*_SHARES)),
    "urgency": _often(600, _between(1, 5)),
    "risk_aversion": _often(400, _one_of("0", *_NUMBERS)),
    "volatility": _often(0, _one_of(*_NUMBERS)),
    "temporary_impact": _often(0, _one_of("0.5", "2", "10")),
    "permanent_impact": _often(150, _one_of(*_NUMBERS)),
    "drift": _often(100, _one_of("-0.01", "0.001")),
    "time_unit": _often(0, lambda sketch: sketch.seconds(1, 50)),
    "display_qty": _often(0, _LOTS),
    "display_variance": _often(200, _one_of("0", "0.2", "0.5")),
    "display_low_qty": _often(250, _LOTS),
    "display_high_qty": _often(250, _LOTS),
    "display_min_incr": _often(150, lambda sketch: sketch.lots(3)),
    "display_method": _often(600, _one_of("1", "2", "3")),
    "display_when": _often(700, _one_of("1", "2")),
    "refresh_qty": _often(300, _LOTS),
    "iceberg_mode": _often(300, _one_of("native", "synthetic")),
    "min_refresh_delay": _often(250, lambda sketch: sketch.seconds(0, 3)),
    "max_refresh_delay": _often(250, lambda sketch: sketch.seconds(3, 6)),
    "rest": _often(600, _FLAG),
    "min_size": _often(0, _LOTS),
    "levels": _often(0, _between(1, 5)),
    "first_price": _often(0, Sketch.price),
    "step": _often(0, Sketch.ticks),
    "sizes": _often(500, _one_of("equal", "geometric", "weighted")),
    "ratio": _often(400, _one_of("0.5", "2", "3")),
    "weights": _often(
        300, lambda sketch: tuple(sketch.draws.below(4) for _ in range(sketch.draws.between(1, 5)))
    ),
}
"""How many times in a thousand each parameter is told, where it need not be, and what is told then."""

_NEEDS: Final = {
    "i_would_qty": ("i_would_price",),
    "force_completion": ("completion_window",),
    "completion_window": ("force_completion",),
    "completion_ignores_caps": ("force_completion", "completion_window"),
    "no_take_liquidity": ("child_style",),
    "randomise_size": ("random_band",),
    "random_band": ("randomise_size",),
    "dynamic_band": ("expected_volume",),
    "expected_volume": ("dynamic_band",),
    "end_rate": ("rate_linked_to",),
    "rate_linked_to": ("end_rate",),
    "upper_band_price": ("upper_band_rate",),
    "upper_band_rate": ("upper_band_price",),
    "lower_band_price": ("lower_band_rate",),
    "lower_band_rate": ("lower_band_price",),
    "risk_aversion": ("volatility", "temporary_impact", "time_unit"),
    "display_low_qty": ("display_high_qty",),
    "display_high_qty": ("display_low_qty",),
    "min_refresh_delay": ("max_refresh_delay",),
    "max_refresh_delay": ("min_refresh_delay",),
}
"""What is told beside what."""
_FIXED: Final = {
    "no_take_liquidity": {"child_style": "passive_then_cross"},
    "refresh_qty": {"display_method": "2"},
    "display_variance": {"display_method": "3"},
    "display_low_qty": {"display_method": "3"},
    "ratio": {"sizes": "geometric"},
    "weights": {"sizes": "weighted"},
}
"""What is told in one way alone beside what."""
_ALWAYS: Final = {
    "twap": ("duration", "slices"),
    "vwap": ("duration",),
    "shortfall": ("duration", "slices", "urgency"),
    "target_close": ("expected_volume",),
    "pov": ("duration",),
    "iceberg": ("limit_price",),
    "sniper": ("limit_price",),
}
"""What an algorithm is told where nothing drawn stands for it: it must have one of these kinds."""
_STAND_FOR: Final = {
    "duration": ("end_time",),
    "slices": ("interval", "child_qty"),
    "urgency": ("risk_aversion",),
}


def parameters(name: str, sketch: Sketch) -> dict[str, str]:
    """Give what an order of an algorithm is told, as far as the algorithm allows it all at once."""
    known = _KNOWN[name]
    told: dict[str, Any] = {}
    for parameter in known.values():
        permille, draw = _OF[parameter.name]
        if parameter.is_required or sketch.draws.happens(permille):
            told[parameter.name] = draw(sketch)
    for one in _ALWAYS.get(name, ()):
        if not any(other in told for other in (one, *_STAND_FOR.get(one, ()))):
            told[one] = _OF[one][1](sketch)
    for one in list(told):
        for other in _NEEDS.get(one, ()):
            if other in known and other not in told:
                told[other] = _OF[other][1](sketch)
        told |= {other: value for other, value in _FIXED.get(one, {}).items() if other in known}
    if "weights" in told:
        told["weights"] = (1, *told["weights"])[: told["levels"]]
        told["levels"] = len(told["weights"])
    if told.get("on_residual") == "extend":
        told["allow_past_end"] = "Y"
    return _texts(name, _fitted(name, told, sketch.draws))


def _texts(name: str, told: Mapping[str, Any]) -> dict[str, str]:
    known = _KNOWN[name]
    return {one: known[one].text(known[one].typed(value)) for one, value in told.items()}


def _fitted(name: str, told: Mapping[str, Any], draws: Draws) -> dict[str, Any]:
    """Give what of it an algorithm allows: of what is in the way of a rule one after the other is left out."""
    left, known = dict(told), _KNOWN[name]
    required = {one.name for one in known.values() if one.is_required}
    required |= set(_ALWAYS.get(name, ())) & {"limit_price", "expected_volume"}
    for _ in range(_TRIES):
        values = {**_USUAL[name], **{one: known[one].typed(value) for one, value in left.items()}}
        broken = [fields for claim, fields in _RULES[name] if not holds(claim, values)]
        in_the_way = [one for fields in broken for one in fields if one in left and one not in required]
        if not in_the_way:
            break
        del left[draws.one_of(in_the_way)]
    return left


def amendment(name: str, told: Mapping[str, str], sketch: Sketch) -> dict[str, str]:
    """Give another value for one of the parameters that may be changed as an order works: its times, its shape, its limits, its policies."""
    mutable = [one for one in _KNOWN[name].values() if one.is_mutable and _may_change(one, told)]
    one = sketch.draws.one_of(mutable).name
    return _texts(name, {one: _OF[one][1](sketch)})


def _may_change(one: Parameter, told: Mapping[str, Any]) -> bool:
    # What it was told; and what it need not be told of, beside which little else must be.
    return one.name in told or (one.name not in _NEEDS and not one.is_required)
