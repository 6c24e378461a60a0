"""A paper broker whose venue declares a part of the executions void, as a whole manager sees it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.brokers.paper import PaperBroker
from oms.errors import ValidationError
from oms.model.enums import ExecType
from oms.model.ids import Account, ExecId
from oms.model.market import TradePrint
from oms.simulation.accounts import CashAccount
from oms.simulation.busts import Busts
from oms.simulation.fees import PerUnit
from oms.simulation.latency import Constant, Latency
from oms.simulation.venue_acts import BustTrade, CorrectTrade
from oms.testing.conservation import check_conservation
from tests.unit.brokers.house import INSTRUMENT, MS, House, X, shown

MONEY = {"USD": Decimal(10_000)}


def house(busts: Busts | None, latency: Latency | None = None) -> House:
    broker = PaperBroker(
        [INSTRUMENT], fees=PerUnit("0.01"), account=CashAccount(MONEY), latency=latency, busts=busts
    )
    return House(broker)


def test_an_execution_is_busted_by_itself_when_its_time_has_come() -> None:
    desk = house(Busts(1, after=Constant(20 * MS)))
    order = desk.buy(5, "100")
    desk.trade(10, "99.5", 2)
    desk.trade(15, "99.5", 1)
    assert desk.broker.due_ns == desk.start_ns + 30 * MS
    desk.to(29)
    assert shown(order) == "PARTIALLY_FILLED 3/5 @100"
    desk.to(40)

    assert desk.heard() == ["0 new", "10 traded", "15 traded", "30 busted", "35 busted"]
    assert order.cum_qty == 0
    position = desk.om.position(X)
    assert position is not None
    assert position.net_qty == 0
    assert position.fees == {"USD": 0}
    assert check_conservation(desk.store.read(), desk.broker, balances=MONEY) == ()
    funds = desk.broker.funds(Account("main"))
    assert funds is not None
    assert funds.balances[0].cash == MONEY["USD"]


def test_the_market_itself_lets_the_time_pass() -> None:
    desk = house(Busts(1, after=Constant(20 * MS)))
    desk.buy(5, "100")
    desk.trade(10, "99.5", 2)
    # The bust was due before it, and nobody has asked.
    desk.broker.on_market(TradePrint(X, desk.start_ns + 31 * MS, "99.5", 1))

    (first, bust, second) = desk.broker.executed
    kinds = [one.exec_type for one in desk.broker.executed]
    assert kinds == [ExecType.TRADE, ExecType.TRADE_CANCEL, ExecType.TRADE]
    assert (bust.exec_ref_id, bust.transact_time_ns) == (first.exec_id, desk.start_ns + 30 * MS)
    assert second.leaves_qty == 2


def test_a_bust_is_under_way_like_any_report() -> None:
    desk = house(Busts(1, after=Constant(20 * MS)), Latency(from_venue=Constant(5 * MS)))
    desk.buy(5, "100")
    desk.trade(10, "99.5", 2)
    desk.to(60)
    assert desk.heard() == ["5 new", "15 traded", "35 busted"]


def test_what_was_busted_or_corrected_before_is_left_alone() -> None:
    desk = house(Busts(1, after=Constant(20 * MS)))
    order = desk.buy(5, "100")
    desk.trade(10, "99.5", 2)
    desk.trade(11, "99.5", 2)
    desk.to(12)
    first, second = (str(one.exec_id) for one in desk.broker.executed)
    desk.broker.act(BustTrade(first), desk.start_ns + 12 * MS)
    desk.broker.act(CorrectTrade(second, last_qty=1, last_px="99"), desk.start_ns + 12 * MS)
    desk.om.poll()
    desk.to(50)
    assert desk.heard() == ["0 new", "10 traded", "11 traded", "12 busted", "12 corrected"]
    assert order.cum_qty == 1


def test_none_is_busted_unless_it_is_asked_for() -> None:
    for busts in (None, Busts(0)):
        desk = house(busts)
        desk.buy(5, "100")
        desk.trade(10, "99.5", 2)
        assert desk.broker.due_ns is None


def test_the_draw_is_of_the_execution_and_the_seed() -> None:
    names = [ExecId(f"e{number}") for number in range(1_000)]
    half = [name for name in names if Busts("0.5", seed=7).bust_ns(name, 0) is not None]
    assert 400 < len(half) < 600
    again = [name for name in names if Busts("0.5", seed=7, after=Constant(9)).bust_ns(name, 0) is not None]
    assert again == half
    other = [name for name in names if Busts("0.5", seed=8).bust_ns(name, 0) is not None]
    assert other != half
    assert Busts(1).bust_ns(names[0], 5) == 60_000_000_005


@pytest.mark.parametrize(
    ("arguments", "told"), [({"probability": "1.5"}, "pass 0 to 1"), ({"probability": 1, "seed": -1}, "seed")]
)
def test_what_is_no_model_of_busts_is_refused(arguments: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Busts(**arguments)  # type: ignore[arg-type]
