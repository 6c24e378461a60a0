"""Every parameter of every algorithm does something: a market in which what leaves is not the same with it and without it.

What would do nothing beside others is refused: those rules are held by `tests/unit/algos/test_parameters.py`.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any, Final

import pytest

from oms.algos.algorithms import ALGORITHMS
from oms.algos.volume_curve import VolumeCurve
from oms.brokers.paper import PaperBroker
from oms.model.enums import SecurityTradingStatus, Side
from oms.model.events import CancelRequested, OrderCreated, OrderDenied, ReplaceRequested
from oms.model.ids import Symbol
from oms.model.market import Quote, TradePrint
from oms.model.security_status import SecurityStatus
from oms.model.terms import Strategy
from oms.model.time_in_force import GTC
from oms.model.trading_session import TradingSession
from tests.algo_desk import NOON_NS, STOCK, AlgoDesk, even_curve
from tests.smart_desk import Desk

S: Final = 1_000_000_000
Told = dict[str, Any]

CURVE: Final = VolumeCurve(
    bucket_ns=50 * S,
    length_ns=100 * S,
    shares=(Decimal("0.5"), Decimal("0.3")),
    opening=Decimal("0.1"),
    closing=Decimal("0.1"),
    days=("20260102",),
    dropped=(),
)
FLAT: Final = even_curve(1, 100)
HOURS: Final = TradingSession("20260105", NOON_NS + 10 * S, NOON_NS + 110 * S)
EARLY: Final = TradingSession("20260105", NOON_NS, NOON_NS + 110 * S)
BEGUN: Final = "20260105-15:00:05"
"""Five seconds after noon; the order comes ten seconds after it."""
END: Final = "20260105-15:01:50"
"""As the market closes, a hundred seconds after it came."""

BASE: Final[dict[str, Told]] = {
    "twap": {"end_time": END, "slices": 4},
    "vwap": {"end_time": END},
    "pov": {"end_time": END, "participation_rate": "0.3"},
    "shortfall": {"end_time": END, "slices": 4, "urgency": 3},
    "iceberg": {"end_time": END, "limit_price": "100", "display_qty": 12},
    "sniper": {"end_time": END, "limit_price": 101, "min_size": 4},
    "target_close": {"end_time": END, "expected_volume": 2_000, "participation_rate": "0.5", "slices": 4},
    "scale": {"end_time": END, "levels": 3, "first_price": "100", "step": "0.5"},
    "smart": {"end_time": END, "limit_price": 101},
}
"""What each algorithm is told in any case, unless a row says otherwise; None takes it away."""

PASSIVE: Final[Told] = {"child_style": "passive_then_cross"}
DRAWN: Final[Told] = {"randomise_size": "0.9", "random_band": 20}
FORCED: Final[Told] = {"force_completion": "Y", "completion_window": 30}
MODEL: Final[Told] = {
    "urgency": None, "risk_aversion": "0.001", "volatility": "1", "temporary_impact": "0.01", "time_unit": 10,
}  # fmt: skip
SHOWN: Final[Told] = {"display_method": 3, "display_variance": "0.5"}
DELAYED: Final[Told] = {"min_refresh_delay": 1, "max_refresh_delay": 9}
BY_VOLUME: Final[Told] = {"dynamic_band": "0.5", "expected_volume": 900}
SOONER: Final = "20260105-15:01:40"
PATIENT: Final = frozenset({"smart", "sniper", "iceberg"})
"""Those that take as much as is shown in a minute or two."""
TIGHT: Final[Told] = {"limit_price": 101}
WAITS: Final[Told] = {**TIGHT, **PASSIVE}
REST: Final[Told] = {"end_rate": "0.6", "rate_linked_to": "size"}

# What is told besides, with and without; and the parameter itself.
ROWS: Final[dict[str, list[tuple[Told, Told]]]] = {
    "start_time": [({}, {"start_time": "20260105-15:00:30"})],
    "end_time": [({}, {"end_time": "20260105-15:01:10"})],
    "duration": [({"end_time": None, "duration": 90}, {"duration": 50})],
    "allow_past_end": [({"max_child": 5, "end_time": SOONER}, {"allow_past_end": "Y"}), ({**TIGHT, "display_qty": 1}, {"allow_past_end": "Y"}), (TIGHT, {"allow_past_end": "Y"})],
    "limit_price": [({}, {"limit_price": "100.5"}), ({}, {"limit_price": "99.5"}), ({"on_residual": "sweep"}, {"limit_price": "100"})],
    "i_would_price": [({}, {"i_would_price": "100"})],
    "i_would_qty": [({"i_would_price": "100"}, {"i_would_qty": 5})],
    "max_participation": [({}, {"max_participation": "0.05"}), ({"i_would_price": "100"}, {"max_participation": "0.31"})],
    "min_participation": [({}, {"min_participation": "0.29"}), (WAITS, {"min_participation": "0.29"}), ({**TIGHT, "catch_up": "give_up", "slices": 20}, {"min_participation": "0.9"}), ({**WAITS, "slices": 20, "max_child": 5, "start_time": "20260105-15:00:12"}, {"min_participation": "0.9"})],
    "max_child": [({}, {"max_child": 2})],
    "min_child": [({}, {"min_child": 30}), ({}, {"min_child": 9}), ({"slices": 12}, {"min_child": 140}), ({"interval": 5}, {"min_child": 140}), ({"sizes": "weighted", "weights": "1 3 8"}, {"min_child": 200})],
    "child_style": [({}, {"child_style": "market"})],
    "child_offset": [({}, {"child_offset": "0.25"})],
    "no_take_liquidity": [(PASSIVE, {"no_take_liquidity": "Y"}), ({}, {"no_take_liquidity": "Y"}), ({"first_price": 101}, {"no_take_liquidity": "Y"})],
    "force_completion": [({"limit_price": 101, "completion_window": 30}, {"force_completion": "Y"})],
    "completion_window": [({**TIGHT, **FORCED}, {"completion_window": 12}), ({**FORCED, "max_child": 3, "catch_up": "give_up"}, {"completion_window": 2})],
    "completion_ignores_caps": [({**TIGHT, **FORCED, "max_child": 3, "min_rest": 9}, {"completion_ignores_caps": "Y"})],
    "catch_up": [(TIGHT, {"catch_up": "give_up"}), (TIGHT, {"catch_up": "cross"})],
    "on_residual": [({"max_child": 5, "end_time": SOONER}, {"on_residual": "sweep"}), ({**TIGHT, "display_qty": 1}, {"on_residual": "sweep"}), (TIGHT, {"on_residual": "sweep"}), ({"catch_up": "give_up", **TIGHT}, {"on_residual": "sweep"})],
    "halt_clock": [({}, {"halt_clock": "pause"}), ({"interval": 10}, {"halt_clock": "pause"})],
    "on_halt": [({}, {"on_halt": "cancel"}), (WAITS, {"on_halt": "cancel"}), ({**TIGHT, "max_child": 5}, {"on_halt": "cancel"}), ({"participation_rate": "0.3"}, {"on_halt": "cancel"})],
    "randomise_size": [({}, DRAWN)],
    "randomise_time": [({}, {"randomise_time": "1"})],
    "random_band": [({**DRAWN, "seed": 4}, {"random_band": 1})],
    "min_rest": [({}, {"min_rest": 40}), (TIGHT, {"min_rest": 40}), ({"interval": 10}, {"min_rest": 40})],
    "max_quote_age": [({}, {"max_quote_age": 2}), ({"slices": None, "interval": 10}, {"max_quote_age": 2}), ({"slices": 7}, {"max_quote_age": 2})],
    "seed": [({**DRAWN, "randomise_time": 1}, {"seed": 9}), (SHOWN, {"seed": 9})],
    "interval": [({"slices": None, "interval": 10}, {"interval": 20}), ({"slices": None}, {"interval": 30}), ({}, {"interval": 30})],
    "slices": [({}, {"slices": 7})],
    "child_qty": [({"slices": None, "child_qty": 25}, {"child_qty": 40})],
    "late_start": [({"start_time": BEGUN, "slices": 30}, {"late_start": "catch_up"})],
    "curve": [({}, {"curve": "flat"})],
    "in_open": [({}, {"in_open": "Y"})],
    "in_close": [({}, {"in_close": "Y"}), ({}, {"in_close": "N"})],
    "dynamic_band": [({"interval": 10}, {**BY_VOLUME, "expected_volume": 90})],
    "expected_volume": [({**BY_VOLUME, "interval": 10}, {"expected_volume": 90}), ({}, {"expected_volume": 4_000})],
    "participation_rate": [({}, {"participation_rate": "0.25"})],
    "rate_basis": [({}, {"rate_basis": "of_others"})],
    "count_volume_outside_limit": [({"limit_price": "100.5"}, {"count_volume_outside_limit": "Y"})],
    "end_rate": [({}, REST)],
    "rate_linked_to": [(REST, {"rate_linked_to": "time"})],
    "upper_band_price": [({"upper_band_price": "102", "upper_band_rate": "0.9"}, {"upper_band_price": "100"})],
    "upper_band_rate": [({"upper_band_price": "100", "upper_band_rate": "0.9"}, {"upper_band_rate": "0.1"})],
    "lower_band_price": [({"lower_band_price": "99", "lower_band_rate": "0.9"}, {"lower_band_price": "101"})],
    "lower_band_rate": [({"lower_band_price": "101", "lower_band_rate": "0.9"}, {"lower_band_rate": "0.1"})],
    "urgency": [({}, {"urgency": 5})],
    "risk_aversion": [(MODEL, {"risk_aversion": "0.1"})],
    "volatility": [(MODEL, {"volatility": "9"})],
    "temporary_impact": [(MODEL, {"temporary_impact": "1"})],
    "permanent_impact": [(MODEL, {"permanent_impact": "0.004"})],
    "drift": [(MODEL, {"drift": "0.02"})],
    "time_unit": [(MODEL, {"time_unit": 1})],
    "display_qty": [({}, {"display_qty": 20}), ({"display_method": 3, "display_low_qty": 5, "display_high_qty": 9}, {"display_qty": 20})],
    "display_variance": [({"display_method": 3, "display_variance": "0.5"}, {"display_variance": "0.2"})],
    "display_low_qty": [({"display_method": 3, "display_low_qty": 2, "display_high_qty": 9}, {"display_low_qty": 8})],
    "display_high_qty": [({"display_method": 3, "display_low_qty": 2, "display_high_qty": 9}, {"display_high_qty": 20})],
    "display_min_incr": [(SHOWN, {"display_min_incr": 6})],
    "display_method": [({}, {**SHOWN}), ({}, {"display_method": 2, "refresh_qty": 5})],
    "display_when": [({}, {"display_when": 1})],
    "refresh_qty": [({"display_method": 2, "refresh_qty": 5}, {"refresh_qty": 8})],
    "iceberg_mode": [({}, {"iceberg_mode": "native"})],
    "min_refresh_delay": [(DELAYED, {"min_refresh_delay": 8})],
    "max_refresh_delay": [(DELAYED, {"max_refresh_delay": 30})],
    "rest": [({}, {"rest": "N"})],
    "min_size": [({}, {"min_size": 9})],
    "levels": [({}, {"levels": 5})],
    "first_price": [({}, {"first_price": "99.5"})],
    "step": [({}, {"step": "0.25"})],
    "sizes": [({}, {"sizes": "geometric", "ratio": 2})],
    "ratio": [({"sizes": "geometric", "ratio": 2}, {"ratio": 3})],
    "weights": [({"sizes": "weighted", "weights": "1 2 3"}, {"weights": "3 2 1"})],
}  # fmt: skip


class Day:
    """A hundred and thirty seconds: prices fall, rise beyond the limit, stand still and are halted; little is shown, and others trade."""

    def __init__(self, name: str, session: TradingSession) -> None:
        self.desk: Any = (
            AlgoDesk(curve=CURVE, curves={"flat": FLAT}, session=session) if name != "smart" else None
        )
        self.symbol = "X"
        if name == "smart":
            brokers = [PaperBroker([STOCK], name=one) for one in ("one", "two")]
            self.desk = Desk(*brokers, instrument=STOCK)
            self.desk.clock.advance_to(NOON_NS)
        self.is_smart = name == "smart"

    def passes(self) -> None:
        for second in range(1, 131):
            self.desk.clock.advance_by(1)
            self.desk.om.poll()
            if second in (55, 62):
                status = SecurityTradingStatus.TRADING_HALT if second == 55 else SecurityTradingStatus.RESUME
                self.tell(SecurityStatus(Symbol(self.symbol), self.desk.clock.now_ns(), status))
            if not 70 <= second < 82:
                self.shows(second)
            if not 55 <= second < 62:
                px = "101" if second % 3 else "100"
                self.tell(TradePrint(Symbol(self.symbol), self.desk.clock.now_ns(), px, 3 + second % 5))

    def shows(self, second: int) -> None:
        bid = 102 if 15 <= second < 38 else 98 if 40 <= second < 44 or 90 <= second < 93 else 100
        if 80 <= second < 90:
            bid = 99
        size = 5 + second % 7
        # For a while they are told late.
        time_ns = self.desk.clock.now_ns() - (3 * S if 46 <= second < 55 else 0)
        self.tell(Quote(Symbol(self.symbol), time_ns, str(bid), size, str(bid + 1), size))

    def tell(self, update: Any) -> None:  # noqa: ANN401  # of any market
        if self.is_smart and not isinstance(update, SecurityStatus):
            for venue in ("one", "two"):
                self.desk.om.update(update, venue=venue)
        else:
            self.desk.om.update(update)


@cache
def _left(name: str, told: tuple[tuple[str, Any], ...], session: TradingSession) -> list[tuple[object, ...]]:
    """Give all that left of an order that is told so, and when."""
    day = Day(name, session)
    day.shows(0)
    day.desk.clock.advance_by(10)
    day.shows(0)
    order = day.desk.om.submit(
        day.symbol, Side.BUY, 4_000 if name in PATIENT else 1_000, Strategy(name, dict(told)), tif=GTC
    )
    day.passes()
    events = list(day.desk.store.read())
    assert not [one for one in events if isinstance(one, OrderDenied) and one.order_id == order.order_id], [
        str(reason) for reason in order.reasons
    ]
    return [
        (one.time_ns, type(one).__name__, str(one.terms) if isinstance(one, OrderCreated | ReplaceRequested) else "",
         (one.order_qty, one.time_in_force, one.instructions) if isinstance(one, OrderCreated) else ())
        for one in events
        if isinstance(one, OrderCreated | CancelRequested | ReplaceRequested) and one.order_id != order.order_id
    ]  # fmt: skip


def left(name: str, told: Told, session: TradingSession) -> list[tuple[object, ...]]:
    return _left(name, tuple((key, one) for key, one in told.items() if one is not None), session)


EXCUSED: Final = {
    (
        "sniper",
        "on_halt",
    ): "its children are over at once: only what is on its way as trading is halted is taken back",
}
EACH: Final = [
    (name, one.name)
    for name, cls in ALGORITHMS.items()
    for one in cls.DESCRIPTION.parameters
    if (name, one.name) not in EXCUSED
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "parameter"), EACH, ids=[f"{name}: {one}" for name, one in EACH])
def test_a_parameter_changes_what_leaves(name: str, parameter: str) -> None:
    known = {one.name for one in ALGORITHMS[name].DESCRIPTION.parameters}
    why = []
    session = EARLY if parameter == "late_start" else HOURS
    for besides, itself in ROWS[parameter]:
        if not (known >= besides.keys() and known >= itself.keys()):
            continue
        before, after = {**BASE[name], **besides}, {**BASE[name], **besides, **itself}
        if parameter == "force_completion":
            before["completion_window"] = None
        try:
            if left(name, before, session) != left(name, after, session):
                return
        except AssertionError as error:
            why.append(str(error)[:300])
    pytest.fail(f"nothing of it shows: {why}")
