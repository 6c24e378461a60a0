from __future__ import annotations

from decimal import Decimal

from attrs import evolve

from oms.brokers.paper import PaperBroker
from oms.model.enums import Side
from oms.model.events import Event, FeeCharged, Traded
from oms.model.ids import Account
from oms.model.terms import Limit
from oms.simulation.accounts import MarginAccount
from oms.simulation.fee_schedules import Bounded, PaidIn, Together
from oms.simulation.fees import PerUnit
from oms.simulation.latency import Constant, Latency
from oms.simulation.venue_acts import BustTrade, CorrectTrade
from oms.testing.conservation import check_conservation, totals
from tests.unit.brokers.house import INSTRUMENT, MS, House, X

FEES = Together([Bounded(PerUnit("0.01"), minimum="0.1"), PaidIn(PerUnit("0.02"), "EUR", {"USD": 1})])
MONEY = {"USD": Decimal(10_000)}


def played(latency: Latency | None = None) -> tuple[House, list[Event]]:
    """Some trading, a bust and a correction, and the journal of it."""
    desk = House(PaperBroker([INSTRUMENT], fees=FEES, account=MarginAccount(MONEY), latency=latency))
    desk.buy(8, "101")
    desk.om.submit("X", Side.SELL, 2, Limit("99"))
    desk.trade(10, "100.5", 2)
    desk.to(40)
    first, last = desk.broker.executed[0], desk.broker.executed[-1]
    desk.broker.act(CorrectTrade(str(first.exec_id), 4, "101.01"), desk.clock.now_ns())
    desk.broker.act(BustTrade(str(last.exec_id)), desk.clock.now_ns())
    desk.to(90)
    return desk, list(desk.store.read())


def test_a_run_balances() -> None:
    desk, events = played()

    assert check_conservation(events, desk.broker, balances=MONEY) == ()


def test_a_run_over_slow_wires_balances_once_everything_was_heard() -> None:
    latency = Latency(to_venue=Constant(5 * MS), from_venue=Constant(7 * MS))
    desk, events = played(latency)
    assert check_conservation(events, desk.broker, balances=MONEY) == ()


def test_what_the_executions_come_to() -> None:
    _, events = played()
    came_to = totals(events)
    main = Account("main")

    # 5 at 101 became 4 at 101.01; 2 sold at 99; 2 of the rest of 3 at 101, which was busted.
    assert came_to.bought == {(main, X): 4}
    assert came_to.sold == {(main, X): 2}
    assert came_to.spent == {(main, "USD"): Decimal("206.04")}
    # 0.10 for each order's first execution and nothing for the other; 5 + 2 at 0.02, what was busted paid back.
    assert came_to.fees == {(main, "USD"): Decimal("0.2"), (main, "EUR"): Decimal("0.14")}


def test_whatever_does_not_balance_is_found() -> None:
    desk, events = played()
    trades = [place for place, event in enumerate(events) if isinstance(event, Traded)]
    lost = [event for place, event in enumerate(events) if place != trades[1]]
    assert check_conservation(lost, desk.broker, balances=MONEY)[0].endswith("and None in the journal")

    first = events[trades[0]]
    assert isinstance(first, Traded)
    dearer = [*events[: trades[0]], evolve(first, commission=first.commission + 1), *events[trades[0] + 1 :]]
    assert [what.split(" in ")[0] for what in check_conservation(dearer, desk.broker, balances=MONEY)] == [
        "main has 9793.76 USD, and the journal makes it 9792.76",
        "main paid 0.2 USD",
    ]
    free = [event for event in events if not isinstance(event, FeeCharged)]
    assert any("EUR" in what for what in check_conservation(free, desk.broker, balances=MONEY))
    assert len(check_conservation(events, desk.broker)) == 1
    assert check_conservation(events, desk.broker, balances=MONEY, positions={"X": Decimal(1)}) == (
        "main holds 2 X, and the journal makes it 3",
    )
