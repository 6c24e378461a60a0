"""Orders that were taken with parameters that are refused by now, since they did nothing: they are worked on as they were."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from oms.algos.admission import algorithm_of
from oms.model.enums import Life
from oms.model.events import OrderCreated, ReplaceDenied, WorkAmended
from oms.model.order import Order
from oms.model.terms import Strategy
from oms.model.trading_session import TradingSession
from oms.stores.memory import MemoryEventStore
from tests.algo_desk import NOON_NS, AlgoDesk, even_curve

Told = dict[str, Any]

TWAP: Told = {"duration": 100, "slices": 5}
VWAP: Told = {"duration": 100, "interval": 20}
POV: Told = {"participation_rate": "0.2"}
SHORTFALL: Told = {
    "duration": 100,
    "slices": 5,
    "risk_aversion": "0.001",
    "volatility": "1",
    "temporary_impact": "0.01",
    "time_unit": 10,
}
ICEBERG: Told = {"limit_price": "100", "display_qty": 12}
SNIPER: Told = {"limit_price": 100, "min_size": 4}
SCALE: Told = {"levels": 3, "first_price": "100", "step": "0.5"}
PASSIVE: Told = {"child_style": "passive_then_cross"}
HOURS = TradingSession("20260105", NOON_NS, NOON_NS + 100_000_000_000)
CURVE = even_curve(1, 100)

# The algorithm, what it is told, and what was taken beside that and did nothing.
TAKEN: dict[str, tuple[str, Told, Told]] = {
    "a window without completion": ("twap", TWAP, {"completion_window": 30}),
    "a band of nothing drawn": ("twap", TWAP, {"random_band": 4}),
    "a drawn size within no band": ("twap", TWAP, {"random_band": 0, "randomise_size": "0.4", "seed": 3}),
    "a seed of nothing drawn": ("twap", TWAP, {"seed": 3}),
    "an offset from the market": ("twap", {**TWAP, "child_style": "market"}, {"child_offset": "0.5"}),
    "an offset of what only waits": ("twap", {**TWAP, **PASSIVE, "no_take_liquidity": "Y"}, {"child_offset": "0.5"}),
    "what is missed is crossed": ("twap", {**TWAP, **PASSIVE}, {"catch_up": "give_up"}),
    "a rest that is worked on": ("twap", {**TWAP, "max_child": 1, "allow_past_end": "Y"}, {"on_residual": "sweep"}),
    "late from nowhere": ("twap", TWAP, {"late_start": "catch_up"}),
    "a volume of no use": ("vwap", VWAP, {"expected_volume": 500}),
    "no room around the curve": ("vwap", VWAP, {"dynamic_band": 0, "expected_volume": 500}),
    "a cost of any pace": ("shortfall", SHORTFALL, {"fixed_cost": "0.2"}),
    "completion without an end": ("pov", POV, {"force_completion": "Y", "completion_window": 30, "completion_ignores_caps": "Y"}),
    "a rate of no time": ("pov", POV, {"end_rate": "0.9", "rate_linked_to": "time"}),
    "beyond no limit": ("pov", POV, {"count_volume_outside_limit": "Y"}),
    "past no end": ("pov", POV, {"allow_past_end": "Y", "on_residual": "extend"}),
    "a rest of no end": ("sniper", SNIPER, {"on_residual": "sweep"}),
    "seeds where nothing is drawn": ("pov", POV, {"seed": 3}),
    "a seed of an iceberg": ("iceberg", ICEBERG, {"seed": 3}),
    "a seed of levels": ("scale", SCALE, {"seed": 3}),
    "least parts of the venue's": ("iceberg", {**ICEBERG, "iceberg_mode": "native"}, {"min_child": 2}),
}  # fmt: skip
each_taken = pytest.mark.parametrize(("name", "told", "idle"), TAKEN.values(), ids=TAKEN)


def taken(name: str, told: Told, idle: Told) -> tuple[AlgoDesk, Order]:
    """An order at work, and its manager opened again on a journal in which it was told more, as it could be once."""
    desk = AlgoDesk(curve=CURVE, session=HOURS)
    order = desk.submit(name, 60, **told)
    assert order.life is Life.LIVE, order.reasons
    desk.wait(1)
    events, desk.store = list(desk.store.read()), MemoryEventStore()
    more = Strategy(name, {**told, **idle})
    for at, event in enumerate(events):
        if isinstance(event, OrderCreated) and event.order_id == order.order_id:
            events[at] = evolve(event, terms=more)
    desk.store.append(events, 0)
    desk.restart()
    assert desk.om.order(order.order_id).terms == (more if idle else order.terms)
    desk.quote()
    return desk, desk.om.order(order.order_id)


def worked(name: str, told: Told, idle: Told) -> tuple[list[str], Decimal, str]:
    """Work it to its end, and a while beyond."""
    desk, order = taken(name, told, idle)
    for second in range(130):
        desk.wait(1)
        desk.trade(2 + second % 3)
        desk.quote("99" if second % 3 else "100", "101" if second % 3 else "100.5", ask_size=5 + second % 4)
        if second == 60:
            desk.quote("98", "99.5", 20, 20)
    desk.check()
    assert desk.om.work(order.order_id).suspended is None
    return desk.children(order), order.cum_qty, order.life.value


@each_taken
def test_it_is_refused_now(name: str, told: Told, idle: Told) -> None:
    desk = AlgoDesk(curve=CURVE, session=HOURS)
    denied = desk.submit(name, 60, **told, **idle)
    assert denied.life is Life.DENIED
    assert {reason.field for reason in denied.reasons} <= idle.keys()


@each_taken
def test_it_is_worked_on_as_if_it_had_not_been_told(name: str, told: Told, idle: Told) -> None:
    assert worked(name, told, idle) == worked(name, told, {})


@each_taken
def test_a_change_of_something_else_is_none_of_its(name: str, told: Told, idle: Told) -> None:
    desk, order = taken(name, told, idle)
    desk.om.replace(order, order_qty=70)
    desk.wait(1)
    assert not [
        str(one) for event in desk.store.read() if isinstance(event, ReplaceDenied) for one in event.reasons
    ]
    assert order.order_qty == 70
    desk.restart()
    desk.quote()
    desk.wait(1)
    assert desk.om.order(order.order_id).order_qty == 70
    desk.check()


@each_taken
def test_it_may_be_dropped(name: str, told: Told, idle: Told) -> None:
    desk, order = taken(name, told, idle)
    desk.om.replace(order, parameters=dict.fromkeys(idle))
    desk.wait(1)
    assert order.terms == Strategy(name, told)
    assert [type(event) for event in desk.store.read() if isinstance(event, ReplaceDenied | WorkAmended)] == [
        WorkAmended
    ]


@pytest.mark.parametrize(
    ("case", "change"),
    [
        ("a window without completion", {"completion_window": 40}),
        ("a band of nothing drawn", {"random_band": 5}),
        ("a seed of nothing drawn", {"seed": 4}),
        ("what is missed is crossed", {"catch_up": "carry"}),
        ("a cost of any pace", {"fixed_cost": "0.3"}),
        ("a rest of no end", {"on_residual": "auction"}),
        ("seeds where nothing is drawn", {"seed": 4}),
    ],
    ids=["window", "band", "seed", "catch_up", "cost", "rest", "pov seed"],
)
def test_a_change_of_it_is_refused(case: str, change: Told) -> None:
    desk, order = taken(*TAKEN[case])
    before = order.terms
    desk.om.replace(order, order_qty=70, parameters=change)
    (denied,) = (event for event in desk.store.read() if isinstance(event, ReplaceDenied))
    assert [reason.field for reason in denied.reasons] == list(change)
    assert (order.order_qty, order.terms) == (Decimal(60), before)


def test_what_makes_it_act_is_taken() -> None:
    desk, order = taken(*TAKEN["a window without completion"])
    desk.om.replace(order, parameters={"force_completion": "Y"})
    algorithm = algorithm_of(order.terms)
    assert (algorithm.working.force_completion, algorithm.working.completion_window) == (True, Decimal(30))
