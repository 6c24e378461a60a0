"""What the strategies draw is what they say."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oms.model.capabilities import ALL_ORDER_TYPES, Capabilities
from oms.model.cl_ord_id_rules import IntegerIds, TextIds, UpperCase
from oms.model.enums import ExecType, Side
from oms.model.ids import (
    Account,
    BrokerName,
    ClOrdId,
    OrderId,
    Symbol,
    VenueOrderId,
    cl_ord_id_head,
    namespace_prefix,
)
from oms.model.instrument import Instrument
from oms.model.reports import ExecutionReport
from oms.model.requests import NewOrderSingle
from oms.model.terms import Limit, Market, Stop, StopLimit
from oms.model.time_in_force import GTC, Day, GoodTillCancel
from oms.model.venue_profile import EXCHANGE, FIX_BROKER
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore
from oms.testing import strategies as kit
from oms.testing.histories import Faults, History, deliveries, venue_histories
from oms.testing.report_strategies import Identity, reports, wild_reports
from oms.testing.venue import is_execution
from tests.fakes import AAPL, T0, ScriptedBroker, d

pytestmark = pytest.mark.slow
FEW = settings(max_examples=60)
LADDER = Instrument(
    symbol="L", currency="EUR", tick=[(0, "0.5"), (10, "2.5")], lot="0.3", min_qty="0.5", min_notional="7.1"
)
SPREAD = Instrument(symbol="S", currency="USD", tick="0.25", negative_px=True)
CAN = Capabilities(order_types=ALL_ORDER_TYPES, simulated=True, profile=FIX_BROKER)
OURS = Identity((ClOrdId("A"), ClOrdId("B")), VenueOrderId("V1"), Symbol("AAPL"), Side.BUY, Account("main"))
ORDER = NewOrderSingle(
    BrokerName("venue"),
    OrderId(1),
    ClOrdId("A"),
    T0,
    Symbol("AAPL"),
    Side.BUY,
    d(10),
    Limit(10),
    GTC,
    Account("main"),
)
INSTRUMENTS = st.one_of(st.sampled_from([AAPL, LADDER, SPREAD]), kit.instruments(negative_px=None))


@FEW
@given(st.data())
def test_prices_lie_on_the_grid_and_those_off_it_do_not(data: st.DataObject) -> None:
    """Law: a drawn price is possible, one drawn off the grid is not."""
    instrument = data.draw(INSTRUMENTS)
    px = data.draw(kit.prices(instrument))
    assert instrument.is_on_tick(px)
    assert px > 0 or instrument.negative_px
    assert not instrument.is_on_tick(data.draw(kit.off_grid_prices(instrument)))


@FEW
@given(st.data())
def test_quantities_are_whole_lots_above_the_minimums(data: st.DataObject) -> None:
    """Law: a drawn quantity is possible at its price, one drawn off the grid is not."""
    instrument = data.draw(INSTRUMENTS)
    px = abs(data.draw(kit.prices(instrument)))
    qty = data.draw(kit.quantities(instrument, px=px))
    assert not qty % instrument.lot
    assert qty >= instrument.min_qty
    assert not px or qty * px * instrument.multiplier >= instrument.min_notional
    assert data.draw(kit.off_grid_quantities(instrument)) % instrument.lot


@FEW
@given(st.data())
def test_orders_are_valid_or_not_as_was_asked(data: st.DataObject) -> None:
    """Law: a manager without limits takes every valid order, and denies every other."""
    instrument = data.draw(st.sampled_from([AAPL, LADDER, SPREAD]))
    valid = data.draw(st.booleans())
    command = data.draw(kit.new_orders(instrument, CAN, valid=valid))
    broker = ScriptedBroker(can=CAN)
    om = OrderManager(
        brokers=[broker], store=MemoryEventStore(), instruments=[instrument], clock=ManualClock(T0)
    )
    order = om.submit(
        command.symbol, command.side, command.order_qty, command.terms, tif=command.time_in_force
    )
    assert (not order.reasons) is valid, order.reasons


@FEW
@given(kit.terms(AAPL, kinds={Stop, Market}), kit.times_in_force({Day, GoodTillCancel}))
def test_terms_and_times_are_of_the_kinds_asked_for(terms: object, tif: object) -> None:
    """Law: no other kind is drawn."""
    assert isinstance(terms, Stop | Market)
    assert isinstance(tif, Day | GoodTillCancel)
    assert not isinstance(terms, StopLimit)


@FEW
@given(st.data())
def test_client_ids_are_what_a_rule_takes_and_gives_back(data: st.DataObject) -> None:
    """Law: every drawn id is encoded, and decoded to itself."""
    rules: list[TextIds | IntegerIds] = [TextIds(), TextIds(codec=UpperCase()), IntegerIds(31)]
    rule = data.draw(st.sampled_from(rules))
    identity = data.draw(kit.client_ids(rule))
    assert rule.decode(rule.encode(identity), identity[:9]) == identity
    assert cl_ord_id_head(namespace_prefix("x"), 0)[:9] == namespace_prefix("x")


@FEW
@given(reports(OURS), wild_reports(OURS))
def test_no_report_raises_whatever_is_in_it(sane: object, wild: object) -> None:
    """Law: every report, of whatever content, is taken in and leaves an event."""
    broker, store = ScriptedBroker(), MemoryEventStore()
    om = OrderManager(brokers=[broker], store=store, instruments=[AAPL], clock=ManualClock(T0))
    om.submit("AAPL", Side.BUY, 100, Limit("189.50"))
    assert broker.sink is not None
    for report in (sane, wild):
        before = store.version
        broker.sink.put(report)  # type: ignore[arg-type]  # junk is no report, which is what this is about
        om.poll()
        assert store.version > before


@FEW
@given(st.sampled_from([FIX_BROKER, EXCHANGE]).flatmap(lambda profile: venue_histories(profile, ORDER)))
def test_a_history_adds_up(history: History) -> None:
    """Law: the last words of the venue are its truth."""
    truth = history.truth
    assert isinstance(history.status, ExecutionReport)
    told = (history.status.order_qty, history.status.cum_qty, history.status.leaves_qty)
    assert told == (truth.order_qty, truth.cum_qty, truth.leaves_qty)
    left = max(truth.order_qty - truth.cum_qty - truth.lost_qty, Decimal(0))
    assert truth.leaves_qty == (left if truth.end is None and not truth.is_over else 0)
    executed = [report for report in history.reports if is_execution(report)]
    assert len(executed) >= len(truth.executions)


@FEW
@given(st.data())
def test_whatever_is_lost_executions_arrive(data: st.DataObject) -> None:
    """Law: what is delivered is what was said, all of it unless losses are asked for, executions always."""
    history = data.draw(venue_histories(FIX_BROKER, ORDER))
    faults = Faults(losses=data.draw(st.booleans()), window=data.draw(st.integers(0, 4)))
    arrived = data.draw(deliveries(history, faults))
    said = [*history.reports, history.status]
    assert all(report in said for report in arrived)
    needed = [report for report in history.reports if is_execution(report) or not faults.losses]
    assert all(report in arrived for report in needed)


def test_without_faults_everything_arrives_as_it_was_said() -> None:
    """No repeats, no delay, no answer in between: nothing is left to chance."""
    none = Faults(repeats=False, window=0, replays=False, answers=False)

    @settings(max_examples=20)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        history = data.draw(venue_histories(EXCHANGE, ORDER))
        assert tuple(data.draw(deliveries(history, none))) == history.reports

    check()


def test_execution_reports_of_one_kind_are_of_that_kind() -> None:
    """The kind may be given."""
    from oms.testing.report_strategies import execution_reports

    @settings(max_examples=20)
    @given(execution_reports(OURS, st.just(ExecType.TRADE)))
    def check(report: ExecutionReport) -> None:
        assert report.exec_type is ExecType.TRADE
        assert report.last_qty is None or report.last_qty >= Decimal(0)

    check()
