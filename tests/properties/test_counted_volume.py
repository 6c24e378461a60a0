"""What is counted of the volume outlives a restart at any moment, where nothing was printed meanwhile."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oms.model.trading_session import TradingSession
from tests.algo_desk import NOON_NS, AlgoDesk, even_curve

S = 1_000_000_000
CURVE = even_curve(4, 10)
SESSION = TradingSession("20260105", NOON_NS, NOON_NS + 40 * S)
TIMES = {"duration": 40, "slices": 4}
KNOBS: dict[str, tuple[str, dict[str, Any]]] = {
    "most": ("twap", {**TIMES, "max_participation": "0.1", "catch_up": "carry"}),
    "most, spread": ("shortfall", {**TIMES, "max_participation": "0.2", "catch_up": "spread"}),
    "least": ("twap", {**TIMES, "min_participation": "0.1"}),
    "least and most": ("twap", {**TIMES, "min_participation": "0.1", "max_participation": "0.2"}),
    "by today's volume": ("vwap", {"duration": 40, "dynamic_band": "0.3", "expected_volume": 2000}),
    "a part": ("pov", {"duration": 40, "participation_rate": "0.1"}),
    "a part, at intervals": ("pov", {"duration": 40, "participation_rate": "0.1", "interval": 7}),
    "a part, at intervals, least": (
        "pov",
        {
            "duration": 40,
            "participation_rate": "0.1",
            "interval": 7,
            "min_participation": "0.05",
            "child_style": "passive_then_cross",
        },
    ),
}


def plan(
    told: tuple[str, dict[str, Any]], prints: list[int], restart_at: int | None
) -> list[tuple[int, int]]:
    """Give when each child went out, in seconds, and for how much: each print is a second after the one before."""
    desk = AlgoDesk(curve=CURVE, session=SESSION)
    desk.quote(ask_size=100_000)
    order = desk.submit(told[0], 400, **told[1])
    for number, size in enumerate(prints):
        desk.wait(1)
        desk.quote(ask_size=100_000)
        if size:
            desk.trade(size)
        if number == restart_at:
            desk.restart()
            desk.quote(ask_size=100_000)
    desk.check()
    children = desk.om.children(desk.om.order(order.order_id))
    return [((child.created_ns - NOON_NS) // S, int(child.order_qty)) for child in children]


@pytest.mark.parametrize("told", KNOBS.values(), ids=KNOBS)
@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from([0, 10, 20, 90, 300]), min_size=35, max_size=35), st.integers(0, 34))
def test_the_same_is_sent_wherever_the_restart_lies(
    told: tuple[str, dict[str, Any]], prints: list[int], restart_at: int
) -> None:
    """Prints that each give room for a lot; the process is killed, so that only what is on record then is known."""
    assert plan(told, prints, restart_at) == plan(told, prints, None)
