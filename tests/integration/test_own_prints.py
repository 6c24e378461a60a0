"""Orders that follow the volume, at a broker whose prints hold what executes here: nothing of that is the volume of others."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from oms.algos.handlers import with_algorithms
from oms.engine.fingerprint import describe
from oms.engine.snapshot import dump, load
from oms.engine.state import State
from oms.model.capabilities import ALL_ORDER_TYPES, Capabilities
from oms.model.enums import ExecType, SecurityTradingStatus, Side
from oms.model.ids import Account, ClOrdId, ExecId, VenueOrderId
from oms.model.instrument import Instrument
from oms.model.limits import RiskLimits
from oms.model.market import Quote, TradePrint
from oms.model.order import Order
from oms.model.reports import ExecutionReport
from oms.model.requests import NewOrderSingle
from oms.model.security_status import SecurityStatus
from oms.model.terms import Market, Strategy
from oms.projections.positions import Positions
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore
from tests.algo_desk import NOON_NS, STOCK, X
from tests.fakes import ScriptedBroker

Told = tuple[str, dict[str, Any]]
POV: Told = ("pov", {"participation_rate": "0.5", "duration": 3600})
MOST: Told = ("twap", {"duration": 600, "slices": 10, "max_participation": "0.9", "catch_up": "carry"})
PX = Decimal("10.02")


class Venue(ScriptedBroker):
    """Executes all that it is sent, whole."""

    def __init__(self, *, is_simulated: bool) -> None:
        super().__init__(name="house", can=Capabilities(order_types=ALL_ORDER_TYPES, simulated=is_simulated))
        self.executed: list[NewOrderSingle] = []

    def execute(self, px: Decimal = PX, at_ns: int | None = None) -> list[Decimal]:
        """Execute what was sent since, and give how much each was for."""
        done = []
        for request in self.requests:
            assert isinstance(request, NewOrderSingle)
            assert request.order_qty is not None
            exec_id = ExecId(f"E{len(self.executed)}")
            self.executed.append(request)
            self._say(ExecType.NEW, request.cl_ord_id)
            self._say(
                ExecType.TRADE, request.cl_ord_id, exec_id=exec_id, last_qty=request.order_qty, last_px=px, transact_time_ns=at_ns
            )  # fmt: skip
            done.append(request.order_qty)
        self.requests.clear()
        return done

    def bust(self, number: int) -> None:
        """Take an execution back."""
        whose, (bust, was) = self.executed[number].cl_ord_id, (ExecId(f"B{number}"), ExecId(f"E{number}"))
        self._say(ExecType.TRADE_CANCEL, whose, exec_id=bust, exec_ref_id=was)

    def correct(self, number: int, qty: int) -> None:
        """Tell that an execution was of another size."""
        whose, (new, was) = self.executed[number].cl_ord_id, (ExecId(f"C{number}"), ExecId(f"E{number}"))
        self._say(
            ExecType.TRADE_CORRECT, whose, exec_id=new, exec_ref_id=was, last_qty=Decimal(qty), last_px=PX
        )

    def _say(self, kind: ExecType, cl_ord_id: ClOrdId, **fields: Any) -> None:  # noqa: ANN401  # those of a report
        assert self.sink is not None
        name = VenueOrderId(f"V-{cl_ord_id}")
        self.sink.put(ExecutionReport(kind, cl_ord_id, venue_order_id=name, **fields))


class House:
    """A manager at it; the market prints what has executed there a second later."""

    def __init__(self, *, is_simulated: bool = False, venue: Venue | None = None) -> None:
        self.venue = Venue(is_simulated=is_simulated) if venue is None else venue
        self.clock = ManualClock(NOON_NS)
        self._is_simulated, self._store = is_simulated, MemoryEventStore()
        self._unprinted: list[Decimal] = []
        self.om = self._open([STOCK])
        self.wait(1)

    def _open(self, instruments: list[Instrument]) -> OrderManager:
        return OrderManager(
            brokers=[self.venue],
            store=self._store,
            clock=self.clock,
            instruments=instruments,
            limits=RiskLimits.off("a test"),
            handlers=with_algorithms(),
        )

    def restart(self, *, after_s: int) -> None:
        """Another process takes over after a while, from the journal alone."""
        events, self._store = list(self._store.read()), MemoryEventStore()
        self.om.close()
        self._store.append(events, 0)
        self.clock.advance_by(after_s)
        self.om = self._open([])
        self.om.poll()

    def halt(self, *, is_over: bool = False) -> None:
        """Halt trading, or let it go on."""
        status = SecurityTradingStatus.RESUME if is_over else SecurityTradingStatus.TRADING_HALT
        self.om.update(SecurityStatus(X, self.clock.now_ns(), status))
        self.om.poll()

    def wait_quietly(self, seconds: int) -> None:
        """Let time pass in which the venue does nothing."""
        self.clock.advance_by(seconds)
        self.om.update(Quote(X, self.clock.now_ns(), "10.00", 500, PX, 500))
        self.om.poll()

    def work(self, told: Told, account: str = "main") -> Order:
        """Place an order for ten thousand that an algorithm works."""
        order = self.om.submit("X", Side.BUY, 10_000, Strategy(*told), account=Account(account))
        self.om.poll()
        return order

    def trade(self, size: int | Decimal, px: str = "10.01") -> None:
        """Tell a print."""
        self.clock.advance_by(1)  # What is printed as an order begins does not count.
        self.om.update(TradePrint(X, self.clock.now_ns(), px, size))
        self.om.poll()

    def replayed(self) -> State:
        """Give the state that the journal makes."""
        state = State()
        for event in self._store.read():
            state.apply(event)
        return state

    def wait(self, seconds: int) -> None:
        """Let time pass."""
        for _ in range(seconds):
            self.clock.advance_by(1)
            for qty in self._unprinted if not self._is_simulated else ():
                self.trade(qty)
            self.om.update(Quote(X, self.clock.now_ns(), "10.00", 500, PX, 500))
            self.om.poll()
            self._unprinted = self.venue.execute()
            self.om.poll()


@pytest.mark.parametrize("other", ["main", "another"], ids=["one account", "two accounts"])
@pytest.mark.parametrize(("told", "each"), [(POV, 100), (MOST, 90)], ids=["pov", "most participation"])
def test_two_orders_do_not_follow_one_another(told: Told, each: int, other: str) -> None:
    """Others trade a hundred, and after that nobody but these two."""
    house = House()
    orders = [house.work(told), house.work(told, other)]
    house.trade(100)
    house.wait(400)
    assert [order.cum_qty for order in orders] == [each, each]


@pytest.mark.parametrize(("told", "each"), [(POV, 100), (MOST, 90)], ids=["pov", "most participation"])
def test_what_an_order_of_ours_executes_that_is_not_worked_here_counts_for_nothing(
    told: Told, each: int
) -> None:
    house = House()
    house.om.submit("X", Side.BUY, 500, Market())  # before there is anything at work
    house.wait(3)
    order = house.work(told)
    house.om.submit("X", Side.SELL, 700, Market())
    house.om.submit("X", Side.BUY, 300, Market(), account=Account("another"))
    house.trade(100)
    house.wait(400)
    assert order.cum_qty == each


@pytest.mark.parametrize(("told", "each"), [(POV, 800), (MOST, 720)], ids=["pov", "most participation"])
def test_at_a_simulated_broker_all_that_is_printed_is_of_others(told: Told, each: int) -> None:
    """A hundred and seven hundred: nothing that executes there is printed."""
    house = House(is_simulated=True)
    order = house.work(told)
    house.om.submit("X", Side.SELL, 700, Market())
    house.trade(100)
    house.wait(2)
    house.trade(700)
    house.wait(500)
    assert order.cum_qty == each


def test_what_was_busted_or_corrected_was_not_executed_here() -> None:
    """Of a thousand that were ours 300 did not happen; they were printed all the same, so that they were of others."""
    house = House()
    house.om.submit("X", Side.SELL, 600, Market())
    house.om.submit("X", Side.SELL, 400, Market())
    order = house.work(POV)
    house.wait(2)
    assert order.cum_qty == 0
    house.venue.bust(0)
    house.venue.correct(1, 700)
    house.om.poll()
    house.trade(1)
    house.wait(2)
    assert order.cum_qty == 301


def test_what_has_executed_here_is_the_same_by_the_journal_and_by_a_snapshot() -> None:
    house = House()
    house.work(POV)
    house.om.submit("X", Side.SELL, 600, Market())
    house.om.submit("X", Side.SELL, 400, Market())
    house.trade(100)
    house.wait(3)
    house.venue.bust(0)
    house.om.poll()
    live = house.om.state
    read, held = State(), Positions()
    load(dump(live, house.om.positions), read, held)
    qty = sum(one.order_qty or 0 for one in house.venue.executed) - 600
    assert live.traded.executed(X) == {"house": qty}
    for made in (read, house.replayed()):
        assert describe(made)["executed"] == [["X", "house", str(qty)]]


# ---------------------------------------------------------------- what is not printed where prints count


def test_what_executes_beyond_the_limit_is_not_taken_off_the_others() -> None:
    """A thousand of ours execute, and are printed, beyond it; of others a thousand count: half of everything is as much."""
    house = House()
    order = house.work(("pov", {"participation_rate": "0.5", "duration": 3600, "limit_price": "10.02"}))
    house.om.submit("X", Side.BUY, 1000, Market())
    house.om.poll()
    house.venue.execute(px=Decimal("10.10"))
    house.om.poll()
    house.trade(1000, "10.10")
    for _ in range(10):
        house.trade(100)
        house.wait(2)
    assert order.cum_qty == 1000


def test_what_executes_in_a_halt_is_not_taken_off_the_others() -> None:
    """The auction that ends the halt does not count, neither what others trade in it nor what we do."""
    house = House()
    order = house.work(POV)
    house.om.submit("X", Side.SELL, 3000, Market())
    house.om.poll()
    house.halt()
    house.clock.advance_by(10)
    house.venue.execute()
    house.om.poll()
    house.trade(8000)
    house.halt(is_over=True)
    house.wait_quietly(1)
    house.trade(100)
    house.wait(10)
    assert order.cum_qty == 100


def test_what_has_executed_before_the_start_is_not_taken_off_though_it_is_told_later() -> None:
    house = House()
    house.om.submit("X", Side.SELL, 3000, Market())
    house.om.poll()
    executed_ns = house.clock.now_ns()
    house.wait_quietly(10)
    order = house.work(POV)
    house.trade(100)
    house.venue.execute(at_ns=executed_ns)
    house.wait(10)
    assert order.cum_qty == 100


@pytest.mark.parametrize("executed_after_s", [5, 60], ids=["while it was down", "since"])
def test_what_has_executed_while_the_manager_was_down_is_not_taken_off(executed_after_s: int) -> None:
    """Its print was missed, as all of that time was; what executes after it is printed, and taken off."""
    house = House()
    order = house.work(POV)
    house.om.submit("X", Side.SELL, 3000, Market())
    house.om.poll()
    began_ns = house.clock.now_ns()
    house.restart(after_s=30)
    house.wait_quietly(40)
    is_printed = executed_after_s > 30
    house.venue.execute(at_ns=began_ns + executed_after_s * 1_000_000_000)
    house.om.poll()
    if is_printed:
        house.trade(3000)
    house.trade(100)
    house.wait(10)
    assert house.om.order(order.order_id).cum_qty == 100


def test_a_bust_of_what_executed_before_gives_a_schedule_no_volume() -> None:
    """A thousand of ours executed before the order came, and never happened: of others nothing was printed since."""
    house = House()
    house.om.submit("X", Side.SELL, 1000, Market())
    house.wait(2)
    order = house.work(MOST)
    house.venue.bust(0)
    house.om.poll()
    house.wait(100)
    assert order.cum_qty == 0


@pytest.mark.parametrize("amends", ["bust", "correct"])
def test_an_amendment_of_what_executed_just_before_gives_participation_no_volume(amends: str) -> None:
    """It executed in the second before the order came, and never happened, or happened smaller."""
    house = House()
    house.om.submit("X", Side.SELL, 1000, Market())
    house.om.poll()
    house.venue.execute()
    house.om.poll()
    order = house.work(POV)
    if amends == "bust":
        house.venue.bust(0)
    else:
        house.venue.correct(0, 400)
    house.om.poll()
    house.trade(100)
    house.wait(10)
    assert order.cum_qty == 100


def test_a_bust_gives_nothing_back_of_what_was_never_taken_off() -> None:
    house = House()
    order = house.work(("pov", {"participation_rate": "0.5", "duration": 3600, "limit_price": "10.02"}))
    house.om.submit("X", Side.BUY, 1000, Market())
    house.om.poll()
    house.venue.execute(px=Decimal("10.10"))
    house.om.poll()
    house.venue.bust(0)
    house.om.poll()
    house.trade(100)
    house.wait(10)
    assert order.cum_qty == 100
