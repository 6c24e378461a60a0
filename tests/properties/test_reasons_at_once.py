"""A law of refusals: each of several things that are wrong with an order that is worked here is told in the one refusal of it."""

from __future__ import annotations

from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oms.algos.algorithms import ALGORITHMS
from oms.model.enums import Side
from oms.model.events import OrderDenied, ReplaceDenied
from oms.model.terms import Strategy
from oms.model.time_in_force import DAY, IOC
from oms.model.trading_session import TradingSession
from tests.algo_desk import NOON_NS, AlgoDesk, even_curve
from tests.smart_desk import Desk

S: Final = 1_000_000_000
CURVE: Final = even_curve(2, 50)
HOURS: Final = TradingSession("20260105", NOON_NS, NOON_NS + 100 * S)

END: Final = "20260105-15:01:40"
"""A hundred seconds after noon."""

SOUND: Final[dict[str, dict[str, Any]]] = {
    "twap": {"slices": 4},
    "vwap": {},
    "shortfall": {"slices": 4, "urgency": 1},
    "target_close": {"expected_volume": 10_000, "participation_rate": "0.2"},
    "pov": {"participation_rate": "0.1"},
    "iceberg": {"limit_price": 100, "display_qty": 10},
    "sniper": {"limit_price": 100, "min_size": 10},
    "scale": {"levels": 3, "first_price": 100, "step": 1},
    "smart": {"limit_price": 10},
}
"""What each algorithm is told with which nothing is wrong, beside an end."""

OWN: Final[dict[str, dict[str, Any]]] = {
    "twap": {"slices": 0},
    "vwap": {"curve": "none-such"},
    "shortfall": {"urgency": 9},
    "target_close": {"participation_rate": 2},
    "pov": {"participation_rate": 2},
    "iceberg": {"display_qty": -5},
    "sniper": {"min_size": 0},
    "scale": {"step": -1},
    "smart": {"rest": "maybe"},
}
"""What is wrong with what it alone is told."""

COMMON: Final[dict[str, Any]] = {
    "limit_price": "100.005",
    "end_time": "20260105-15:00:05",
    "max_child": "2.5",
    "min_rest": "soon",
    "seed": -1,
    "on_halt": "pray",
    "colour": "green",
}
"""What is wrong with what any of them is told: 10 seconds after noon, in whole shares at whole cents."""


def faults(name: str) -> list[str]:
    return [*COMMON, *OWN[name], "order_qty", "time_in_force"]


def wrong(name: str, found: set[str]) -> dict[str, Any]:
    return {field: value for field, value in {**COMMON, **OWN[name]}.items() if field in found}


def fields_of(reasons: Any) -> set[str]:  # noqa: ANN401  # those of an event, none where there is no such event
    return {reason.field for reason in reasons}


@pytest.mark.parametrize("name", ALGORITHMS)
@settings(max_examples=25)
@given(data=st.data())
def test_all_that_is_wrong_with_a_new_order_is_told_in_one_refusal(name: str, data: st.DataObject) -> None:
    """So many things are wrong, each with another field: each of these fields is named."""
    found = set(data.draw(st.lists(st.sampled_from(faults(name)), min_size=1, unique=True)))
    desk: Any = AlgoDesk(curve=CURVE, session=HOURS)
    desk.wait(10)
    told = {"end_time": END, **SOUND[name], **wrong(name, found)}
    qty = "100.5" if "order_qty" in found else 100
    tif = IOC if "time_in_force" in found else DAY
    desk.om.submit("X", Side.BUY, qty, Strategy(name, told), tif=tif)

    refusals = [event for event in desk.store.read() if isinstance(event, OrderDenied)]
    assert len(refusals) == 1
    # One over several brokers has none to go to here.
    assert fields_of(refusals[0].reasons) - ({"symbol"} if name == "smart" else set()) == found
    assert len({str(one) for one in refusals[0].reasons}) == len(refusals[0].reasons)


@pytest.mark.parametrize("name", ALGORITHMS)
@settings(max_examples=25)
@given(data=st.data())
def test_all_that_is_wrong_with_a_change_is_told_in_one_refusal(name: str, data: st.DataObject) -> None:
    """As of a new order; what cannot be changed counts too."""
    changeable = [*faults(name), "stop_px"]
    found = set(data.draw(st.lists(st.sampled_from(changeable), min_size=1, unique=True)))
    told = {"end_time": END, **SOUND[name]}
    desk: Any = Desk() if name == "smart" else AlgoDesk(curve=CURVE, session=HOURS)
    if name == "smart":
        desk.clock.advance_to(NOON_NS)
        desk.shows("one", "20")
    order = desk.om.submit("AAPL" if name == "smart" else "X", Side.BUY, 100, Strategy(name, told))
    desk.clock.advance_by(10)
    desk.om.poll()
    desk.om.replace(
        order,
        order_qty="100.5" if "order_qty" in found else None,
        tif=IOC if "time_in_force" in found else None,
        stop_px=5 if "stop_px" in found else None,
        parameters=wrong(name, found) or None,
    )

    (refusal,) = [event for event in desk.store.read() if isinstance(event, ReplaceDenied)]
    assert fields_of(refusal.reasons) == found
    assert len({str(one) for one in refusal.reasons}) == len(refusal.reasons)
