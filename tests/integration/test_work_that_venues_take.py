"""An order of which the children could be sent to no broker is refused as it is given, or changed, and not found out at work."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from oms.algos.handlers import with_algorithms
from oms.algos.volume_curve import DayVolumes, VolumeCurve, volume_curve
from oms.brokers.paper import PaperBroker
from oms.model.enums import Life, Side
from oms.model.events import ReplaceDenied
from oms.model.market import Quote
from oms.model.order import Order
from oms.model.reasons import Reason
from oms.model.terms import Limit, Market, Strategy, Terms
from oms.model.time_in_force import (
    DAY,
    GTC,
    AtTheClose,
    AtTheOpening,
    Day,
    GoodTillCancel,
    ImmediateOrCancel,
    TimeInForce,
)
from oms.model.trading_session import TradingSession
from oms.model.venue_profile import EXCHANGE
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.simulation.admission import ORDER_TYPES
from oms.stores.memory import MemoryEventStore
from tests.algo_desk import NOON_NS, STOCK, X
from tests.fakes import AAPL, CAN_ALL, ScriptedBroker
from tests.smart_desk import Desk as RoutedDesk

S = 1_000_000_000
Pairs = frozenset[tuple[type[Terms], type[TimeInForce]]]
ALL: Pairs = frozenset(ORDER_TYPES)
NO_AUCTION: Pairs = frozenset(pair for pair in ALL if pair[1] not in (AtTheClose, AtTheOpening))
NO_IOC: Pairs = frozenset(pair for pair in ALL if pair[1] is not ImmediateOrCancel)
NO_MARKET: Pairs = frozenset(pair for pair in ALL if pair[0] is not Market)
NO_GTC: Pairs = frozenset(pair for pair in ALL if pair[1] is not GoodTillCancel)
ONLY_MARKET: Pairs = frozenset({(Market, Day)})


def curve(closing: int = 100) -> VolumeCurve:
    day = DayVolumes(
        trade_date="20260102", length_ns=100 * S, volumes=(Decimal(10),) * 10, closing=Decimal(closing), opening=Decimal(closing)
    )  # fmt: skip
    return volume_curve([day], bucket_ns=10 * S)


class Desk:
    """A manager with one broker, which takes some kinds of orders, and a session of a hundred seconds."""

    def __init__(self, can: Pairs, closing: int = 100) -> None:
        session = TradingSession("20260105", NOON_NS, NOON_NS + 100 * S)
        self.store, self.clock = MemoryEventStore(), ManualClock(NOON_NS)
        self.om = OrderManager(
            brokers=[PaperBroker([STOCK], order_types=can)], store=self.store, clock=self.clock,
            handlers=with_algorithms(curves={"X": curve(closing)}, session_at=lambda *_: session),
        )  # fmt: skip
        self.om.update(Quote(X, NOON_NS, "100", 9_999, "101", 9_999))

    def buy(self, name: str, **told: Any) -> Order:  # noqa: ANN401
        tif = told.pop("tif", DAY)
        return self.om.submit("X", Side.BUY, 1_000, Strategy(name, told), tif=tif)


def said(reasons: tuple[Reason, ...]) -> list[tuple[str, str, str]]:
    return [(one.field, one.value, one.allowed) for one in reasons]


TARGET: dict[str, Any] = {"participation_rate": "0.1", "rate_basis": "of_others", "expected_volume": 20_000}
TWAP: dict[str, Any] = {"duration": 60, "slices": 2}
CASES: dict[str, tuple[Pairs, str, dict[str, Any], list[tuple[str, str, str]]]] = {
    "a close that nobody holds": (
        NO_AUCTION, "target_close", TARGET, [("in_close", "Y", "N: paper takes no Market AtTheClose")],
    ),
    "a curve with auctions": (
        NO_AUCTION, "vwap", {"duration": 100, "slices": 5, "in_open": "Y", "in_close": "Y"},
        [
            ("in_close", "Y", "N: paper takes no Market AtTheClose"),
            ("in_open", "Y", "N: paper takes no Market AtTheOpening"),
        ],
    ),
    "an auction for limits alone": (
        NO_MARKET, "target_close", TARGET, [("in_close", "Y", "N, or give a limit_price: paper takes no Market AtTheClose")],
    ),
    "a rest for an auction": (
        NO_AUCTION, "twap", {**TWAP, "on_residual": "auction", "limit_price": "100"},
        [("on_residual", "auction", "cancel, sweep or extend: paper takes no Limit AtTheClose")],
    ),
    "a rest for an auction at any price": (
        NO_MARKET, "pov", {"duration": 60, "participation_rate": "0.1", "on_residual": "auction"},
        [("on_residual", "auction", "cancel, sweep or extend, or give a limit_price: paper takes no Market AtTheClose")],
    ),
    "what is canceled at once": (
        NO_IOC, "sniper", {"limit_price": "101", "min_size": 50},
        [("terms", "sniper", "another algorithm: paper takes no Limit ImmediateOrCancel")],
    ),
    "children at any price": (
        NO_MARKET, "twap", {**TWAP, "child_style": "market"},
        [("child_style", "market", "marketable_limit or passive_then_cross: paper takes no Market Day")],
    ),
    "children with a limit": (
        ONLY_MARKET, "pov", {"duration": 60, "participation_rate": "0.1"},
        [("child_style", "marketable_limit", "market, without a limit_price: paper takes no Limit Day")],
    ),
    "what waits till it is canceled": (
        NO_GTC, "iceberg", {"limit_price": "100", "display_qty": 100, "tif": GTC},
        [("time_in_force", "GTC", "DAY: paper takes no Limit GoodTillCancel")],
    ),
    "several at once, and what is wrong by itself": (
        NO_MARKET - {(Limit, AtTheClose)}, "twap",
        {"duration": 60, "slices": 2, "child_style": "market", "on_residual": "auction", "max_child": -1},
        [
            ("child_style", "market", "marketable_limit or passive_then_cross: paper takes no Market Day"),
            ("max_child", "-1", "pass more than 0"),
            ("on_residual", "auction", "cancel, sweep or extend: paper takes no Market AtTheClose"),
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_the_venue_does_not_take_is_refused_at_once_with_what_would_do(case: str) -> None:
    can, name, told, reasons = CASES[case]
    order = Desk(can).buy(name, **told)
    assert order.life is Life.DENIED
    assert sorted(said(order.reasons)) == reasons


@pytest.mark.parametrize("case", [case for case in CASES if not case.startswith("several")])
def test_the_same_is_worked_where_the_venue_takes_it(case: str) -> None:
    _, name, told, _ = CASES[case]
    assert Desk(ALL).buy(name, **told).life is Life.LIVE


def test_what_is_not_asked_for_is_not_missed() -> None:
    """No child at any price where there is a limit, no auction where the curve has none."""
    assert Desk(NO_MARKET).buy("twap", **TWAP, child_style="market", limit_price="102").life is Life.LIVE
    assert Desk(NO_AUCTION, closing=0).buy("target_close", **TARGET).life is Life.LIVE
    assert Desk(NO_AUCTION).buy("vwap", duration=100, slices=5).life is Life.LIVE
    assert Desk(NO_IOC).buy("twap", **TWAP, on_residual="sweep").life is Life.LIVE


@pytest.mark.parametrize(
    ("can", "change", "field"),
    [(NO_AUCTION, {"on_residual": "auction"}, "on_residual"), (NO_MARKET, {"child_style": "market"}, "child_style")],
)  # fmt: skip
def test_an_order_is_not_changed_to_what_its_venue_does_not_take(
    can: Pairs, change: dict[str, str], field: str
) -> None:
    desk = Desk(can)
    order = desk.buy("twap", **TWAP)
    terms = order.terms
    desk.om.replace(order, parameters=change)
    (denied,) = [event for event in desk.store.read() if isinstance(event, ReplaceDenied)]
    assert [one.field for one in denied.reasons] == [field]
    assert (order.terms, order.life) == (terms, Life.LIVE)
    desk.om.replace(order, parameters={"max_child": 100})
    assert order.terms != terms


def test_over_several_brokers_one_that_takes_it_is_enough() -> None:
    def bought(*can: Pairs) -> Order:
        brokers = [
            PaperBroker([AAPL], name=name, order_types=one)
            for name, one in zip(("one", "two"), can, strict=True)
        ]
        desk = RoutedDesk(*brokers)
        desk.shows("one", "10.00")
        return desk.om.submit("AAPL", Side.BUY, 10, Strategy("twap", {**TWAP, "on_residual": "auction"}))

    assert bought(NO_AUCTION, ALL).life is Life.LIVE
    assert said(bought(NO_AUCTION, NO_AUCTION).reasons) == [
        ("on_residual", "auction", "cancel, sweep or extend: none of one, two takes Market AtTheClose")
    ]


@pytest.mark.parametrize("takes", [True, False])
def test_a_venue_that_shows_the_whole_order_is_given_no_iceberg_to_work_itself(takes: bool) -> None:
    can = evolve(CAN_ALL, profile=evolve(EXCHANGE, takes_display_qty=takes))
    desk = RoutedDesk(ScriptedBroker(name="one", can=can), ScriptedBroker(name="two", can=can))
    told: dict[str, int | str] = {"limit_price": "9.00", "display_qty": 5, "iceberg_mode": "native"}
    order = desk.om.submit("AAPL", Side.BUY, 10, Strategy("iceberg", told))
    against = "synthetic: none of one, two takes Limit Day that shows a part"
    assert said(order.reasons) == ([] if takes else [("iceberg_mode", "native", against)])
