"""Groups through the manager, at the paper broker."""

from pathlib import Path
from typing import Any

import pytest

from oms import Limit, OrderManager, Quote, Side, Stop
from oms.brokers.paper import PaperBroker
from oms.errors import StoreError, ValidationError
from oms.model.capabilities import ALL_ORDER_TYPES
from oms.model.contingency import Leg, Oco, Oto
from oms.model.enums import Life, TriggerPriceType, WorkedBy
from oms.model.events import Traded
from oms.model.group import Group
from oms.model.ids import Symbol
from oms.model.market import MarkPrice, TradePrint
from oms.ports.event_store import EventStore
from oms.runtime.manual_clock import ManualClock
from oms.stores.jsonl import JSONLEventStore
from oms.stores.memory import MemoryEventStore
from oms.testing.faulty_store import FaultyStore, StoreFault, StorePlan
from tests.fakes import AAPL, BTC, T0


def opened(store: EventStore | None = None) -> OrderManager:
    broker = PaperBroker([AAPL, BTC], contingencies=None)
    return OrderManager(
        brokers=[broker], store=MemoryEventStore() if store is None else store, clock=ManualClock(T0)
    )


def _held(om: OrderManager) -> object:
    position = om.position("AAPL")
    return None if position is None else position.net_qty


def quote(om: OrderManager, bid: str, ask: str, size: int = 100) -> None:
    om.update(Quote(Symbol("AAPL"), T0, bid, size, ask, size))


def test_a_bracket_goes_from_its_entry_to_its_target() -> None:
    with opened() as om:
        quote(om, "100", "101")
        group = om.bracket(
            "AAPL", Side.BUY, 100, entry=Limit(101), target=Limit(110), stop=Stop(95), client_ref="swing"
        )
        assert om.groups() == [group]
        # This broker takes stops, so that the stop lies there and the target waits here.
        assert [order.worked_by for order in group.orders] == [WorkedBy.VENUE, WorkedBy.VENUE, WorkedBy.OMS]
        assert om.open_orders() == list(group.orders[1:])

        quote(om, "110", "111")

        assert [leg.executed_qty for leg in group.legs] == [100, 0, 100]
        assert not om.open_orders()
        assert _held(om) == 0
        assert repr(group) == (
            "<Group 1 BUY 100 AAPL limit 101 -> (SELL AAPL stop 95 | SELL AAPL limit 110): executed 100, 0, 100>"
        )


def test_a_bracket_goes_from_its_entry_to_its_stop() -> None:
    with opened() as om:
        quote(om, "100", "101")
        group = om.bracket("AAPL", Side.BUY, 100, entry=Limit(101), target=Limit(110), stop=Stop(95))
        quote(om, "94", "95")
        om.update(TradePrint(Symbol("AAPL"), T0, "94.5", 10))

        assert [leg.executed_qty for leg in group.legs] == [100, 100, 0]
        assert not om.open_orders()
        assert _held(om) == 0


def test_a_stop_that_waits_for_the_mark_price_is_reached_by_it() -> None:
    broker = PaperBroker([AAPL], order_types=ALL_ORDER_TYPES)
    with OrderManager(brokers=[broker], store=MemoryEventStore(), clock=ManualClock(T0)) as om:
        quote(om, "100", "101")
        stop = Stop(95, TriggerPriceType.MARK)
        group = om.bracket("AAPL", Side.BUY, 100, entry=Limit(101), target=Limit(110), stop=stop)
        # This broker takes no stops, so that the target lies there.
        assert [order.worked_by for order in group.orders] == [WorkedBy.VENUE, WorkedBy.OMS, WorkedBy.VENUE]
        om.update(TradePrint(Symbol("AAPL"), T0, "94", 1))
        assert [leg.executed_qty for leg in group.legs] == [100, 0, 0]

        om.update(MarkPrice(Symbol("AAPL"), T0, "95"))

        assert [leg.executed_qty for leg in group.legs] == [100, 100, 0]
        assert not om.open_orders()


def test_from_within_a_listener_the_handle_is_filled_in_later() -> None:
    with opened() as om:
        quote(om, "100", "101")
        seen: list[Group] = []
        ids = []

        def act(event: Traded) -> None:
            if event.order_id == 1:
                seen.append(om.submit_group(Oto(_buy(50), (Leg("AAPL", Side.SELL, Limit(120)),))))
                ids.append(seen[0].group_id)

        om.on(Traded, act)
        om.submit("AAPL", Side.BUY, 10, Limit(101))

        assert ids == [0]
        assert [(group.group_id, len(group.orders)) for group in seen] == [(1, 1)]


def test_a_group_is_canceled_whole() -> None:
    with opened() as om:
        quote(om, "100", "101")
        group = om.submit_group(Oco((_buy(10), Leg("AAPL", Side.SELL, Limit(200), order_qty=10))))
        assert len(om.open_orders()) == 2

        om.cancel_group(group)

        assert not om.open_orders()
        with pytest.raises(ValidationError):
            om.cancel_group(7)


def test_a_cancel_of_a_group_that_leaves_while_the_journal_is_down_is_its_own() -> None:
    store = FaultyStore(MemoryEventStore())
    with opened(store) as om:
        quote(om, "100", "101")
        exits = Oco((Leg("AAPL", Side.SELL, Stop(95)), Leg("AAPL", Side.SELL, Limit(110))))
        group = om.submit_group(Oto(_buy(100, 101), (exits,)))
        stop = next(order for order in om.open_orders() if type(order.terms) is Stop)
        store.plan = StorePlan(appends={store.appends + 1: StoreFault.FAILS_BEFORE})

        with pytest.raises(StoreError):  # The stop, which rests, is to be taken back for the target.
            quote(om, "110", "111")
        store.repair()
        om.resume(by="ann", reason="the disk is back")

        (again,) = om.groups()
        assert (stop.life, again.legs[1].end) == (Life.CANCELED, None)
        assert group.group_id == again.group_id


@pytest.mark.slow
def test_a_group_survives_a_restart(tmp_path: Path) -> None:
    with opened(JSONLEventStore(tmp_path / "orders.jsonl")) as om:
        quote(om, "100", "101")
        om.bracket("AAPL", Side.BUY, 100, entry=Limit(99), target=Limit(110), stop=Stop(95), client_ref="a")
    with opened(JSONLEventStore(tmp_path / "orders.jsonl")) as om:
        (group,) = om.groups()
        assert (group.client_ref, len(group.orders)) == ("a", 1)


def _buy(qty: int, px: int = 99) -> Leg:
    return Leg("AAPL", Side.BUY, Limit(px), order_qty=qty)


@pytest.mark.parametrize("field", ["side", "time_in_force", "instructions"])
def test_a_leg_that_cannot_be_meant_is_refused_before_anything_is_on_record(field: str) -> None:
    leg: dict[str, Any] = {
        "symbol": "AAPL",
        "side": Side.BUY,
        "terms": Limit(90),
        "order_qty": 5,
        field: "junk",
    }
    with opened() as om:
        quote(om, "100", "101")
        with pytest.raises(ValidationError, match="junk"):
            om.submit_group(Leg(**leg))

        assert om.groups() == []
        assert om.submit("AAPL", Side.BUY, 1, Limit(90)).life is Life.LIVE


def test_a_leg_that_would_leave_the_stop_with_nothing_is_refused_before_anything_is_on_record() -> None:
    om = opened()
    version = om.state.version
    more = Leg("AAPL", Side.BUY, Limit(98), order_qty=100)

    with pytest.raises(ValidationError, match="BUY AAPL behind BUY AAPL"):
        om.submit_group(Oto(_buy(100), (more, Leg("AAPL", Side.SELL, Stop(95)))))

    assert (om.groups(), om.open_orders(), om.state.version) == ([], [], version)
