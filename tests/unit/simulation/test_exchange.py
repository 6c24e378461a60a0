"""What the simulated exchange's reports carry, and what does not fit into a story."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.model.enums import CxlRejResponseTo, ExecType, LastLiquidityInd, OrdStatus, SessionPhase, Side
from oms.model.ids import Account, ClOrdId, ExecId, Symbol, VenueOrderId
from oms.model.instrument import Instrument
from oms.model.market import Quote, TradePrint
from oms.model.reports import ExecutionReport, OrderCancelReject
from oms.model.sessions import SessionChange
from oms.model.terms import Limit
from oms.model.time_in_force import DAY, GTC, IOC
from oms.simulation.exchange import SimulatedExchange
from oms.simulation.fees import MakerTaker
from tests.unit.simulation.venue import INSTRUMENT, NOON_NS, Venue, X, order

ZERO = Decimal(0)
Y = Symbol("Y")


def quote(symbol: Symbol = X) -> Quote:
    return Quote(symbol, NOON_NS, Decimal(99), Decimal(5), Decimal(101), Decimal(5))


def test_an_accepted_order_and_its_execution_are_reported_in_full() -> None:
    exchange = SimulatedExchange([INSTRUMENT], fees=MakerTaker(maker_bps=-1, taker_bps="2.5"))
    exchange.on_quote(quote())

    reports = exchange.new_order(order("id1", Side.SELL, "8", "99", time_ns=NOON_NS + 7))

    accepted = ExecutionReport(
        ExecType.NEW,
        cl_ord_id=ClOrdId("id1"),
        venue_order_id=VenueOrderId("vid1"),
        exec_id=ExecId("vid1-1"),
        ord_status=OrdStatus.NEW,
        order_qty=Decimal(8),
        cum_qty=ZERO,
        leaves_qty=Decimal(8),
        price=Decimal(99),
        transact_time_ns=NOON_NS + 7,
        trade_date="20240108",
        symbol=X,
        side=Side.SELL,
        account=Account("main"),
    )
    traded = ExecutionReport(
        ExecType.TRADE,
        cl_ord_id=ClOrdId("id1"),
        venue_order_id=VenueOrderId("vid1"),
        exec_id=ExecId("vid1-2"),
        ord_status=OrdStatus.PARTIALLY_FILLED,
        order_qty=Decimal(8),
        cum_qty=Decimal(5),
        leaves_qty=Decimal(3),
        last_qty=Decimal(5),
        last_px=Decimal(99),
        price=Decimal(99),
        transact_time_ns=NOON_NS + 7,
        trade_date="20240108",
        last_liquidity_ind=LastLiquidityInd.REMOVED,
        commission=Decimal("0.12375"),  # 5 x 99 x 2.5 / 10,000
        comm_currency="USD",
        symbol=X,
        side=Side.SELL,
        account=Account("main"),
    )
    assert reports == [accepted, traded]


def test_a_resting_order_reports_the_time_of_the_market_that_reached_it() -> None:
    exchange = SimulatedExchange([INSTRUMENT], fees=MakerTaker(maker_bps=-1, taker_bps=2))
    exchange.new_order(order("id1", Side.BUY, "2", "100"))

    [report] = exchange.on_trade(TradePrint(X, NOON_NS + 9, Decimal(99), Decimal(4)))

    assert isinstance(report, ExecutionReport)
    assert (report.transact_time_ns, report.ord_status) == (NOON_NS + 9, OrdStatus.FILLED)
    assert (report.last_liquidity_ind, report.commission) == (LastLiquidityInd.ADDED, Decimal("-0.02"))


def test_a_cancel_and_a_replace_are_answered_under_their_own_ids() -> None:
    venue = Venue()
    venue.tell("buy a 5 @100 gtc")

    venue.tell("replace b a 4@100.5")
    venue.tell("cancel c a")

    replaced, canceled = venue.reports[1:]
    assert isinstance(replaced, ExecutionReport)
    assert isinstance(canceled, ExecutionReport)
    assert (replaced.cl_ord_id, replaced.orig_cl_ord_id, replaced.exec_id) == ("b", "a", "va-2")
    assert (replaced.order_qty, replaced.price, replaced.ord_status) == (
        Decimal(4),
        Decimal("100.5"),
        OrdStatus.NEW,
    )
    assert (canceled.cl_ord_id, canceled.orig_cl_ord_id, canceled.exec_id) == ("c", "b", "va-3")
    assert (canceled.order_qty, canceled.leaves_qty, canceled.ord_status) == (
        Decimal(4),
        ZERO,
        OrdStatus.CANCELED,
    )


def test_a_used_id_is_refused_with_the_first_orders_status_and_quantities() -> None:
    venue = Venue()
    venue.tell("buy a 5 @100 gtc")
    venue.tell("trade 99x2")

    venue.tell("sell a 9 @120 gtc")

    refused = venue.reports[-1]
    assert isinstance(refused, ExecutionReport)
    assert (refused.exec_type, refused.ord_status) == (ExecType.REJECTED, OrdStatus.PARTIALLY_FILLED)
    assert (refused.side, refused.order_qty, refused.cum_qty, refused.leaves_qty) == (
        Side.BUY,
        Decimal(5),
        Decimal(2),
        Decimal(3),
    )
    assert refused.reject_code == "6"


def test_a_symbol_that_is_not_traded_is_refused() -> None:
    exchange = SimulatedExchange([INSTRUMENT])

    [report] = exchange.new_order(order("a", Side.BUY, "1", "1", symbol="Y"))

    assert isinstance(report, ExecutionReport)
    assert (report.exec_type, report.reject_code, report.trade_date) == (ExecType.REJECTED, "1", None)
    assert (report.ord_status, report.leaves_qty) == (OrdStatus.REJECTED, ZERO)


def test_the_market_of_a_symbol_that_is_not_traded_is_no_news() -> None:
    exchange = SimulatedExchange([INSTRUMENT])

    assert exchange.on_quote(quote(Y)) == []
    assert exchange.on_trade(TradePrint(Y, NOON_NS, Decimal(1), Decimal(1))) == []
    assert exchange.on_session(SessionChange(NOON_NS, SessionPhase.CLOSED, "20240108", Y)) == []


LIMITED = Instrument(
    symbol="X", currency="USD", tick="0.01", lot="0.5", min_qty=2, min_notional=100, multiplier=10
)


@pytest.mark.parametrize(
    ("qty", "price", "reject_code"),
    [
        pytest.param("1.5", "100", "13", id="below the smallest quantity"),
        pytest.param("2", "4.99", "13", id="below the smallest value, the multiplier counted"),
        pytest.param("2", "5", "", id="just large enough"),
        pytest.param("2", None, "", id="a market order has no value yet"),
        pytest.param("2.25", None, "13", id="a market order off the lot"),
        pytest.param("2", "-5", "18", id="a negative price"),
    ],
)
def test_the_smallest_order_is_the_instruments(qty: str, price: str | None, reject_code: str) -> None:
    exchange = SimulatedExchange([LIMITED])

    report = exchange.new_order(order("a", Side.BUY, qty, price))[0]

    assert isinstance(report, ExecutionReport)
    assert report.reject_code == reject_code


def test_prices_below_zero_trade_where_the_instrument_has_them() -> None:
    spread = Instrument(symbol="X", currency="USD", tick="0.01", negative_px=True)
    exchange = SimulatedExchange([spread], fees=MakerTaker(maker_bps=0, taker_bps=10))
    exchange.on_quote(Quote(X, NOON_NS, Decimal(-2), Decimal(5), Decimal(-1), Decimal(5)))

    _, traded = exchange.new_order(order("a", Side.BUY, "5", "-0.5"))

    assert isinstance(traded, ExecutionReport)
    assert (traded.last_px, traded.commission) == (Decimal(-1), Decimal("0.005"))


def test_a_refusal_of_a_request_says_what_it_answers_and_how_the_order_stands() -> None:
    venue = Venue()
    venue.tell("buy a 5 @100 ioc")

    venue.tell("cancel b a")

    assert venue.reports[-1] == OrderCancelReject(
        ClOrdId("b"),
        CxlRejResponseTo.CANCEL,
        orig_cl_ord_id=ClOrdId("a"),
        venue_order_id=VenueOrderId("va"),
        ord_status=OrdStatus.CANCELED,
        transact_time_ns=venue.time_ns,
        text="too late: the order is canceled",
        reject_code="0",
    )


def test_a_refusal_for_an_unknown_order_shows_it_as_rejected() -> None:
    venue = Venue()

    venue.tell("replace b a 5@100")

    assert venue.reports == [
        OrderCancelReject(
            ClOrdId("b"),
            CxlRejResponseTo.REPLACE,
            ord_status=OrdStatus.REJECTED,
            transact_time_ns=venue.time_ns,
            text="no order a is known here",
            reject_code="1",
        )
    ]


@pytest.mark.parametrize(
    ("field", "other"),
    [("side", Side.SELL), ("symbol", Y), ("account", Account("other")), ("time_in_force", IOC)],
)
def test_a_replace_cannot_make_another_order_of_it(field: str, other: object) -> None:
    venue = Venue()
    venue.tell("buy a 5 @100 gtc")
    request = venue.replace_request("b", "a", Decimal(4), Limit(100))
    setattr(request, field, other)

    [report] = venue.exchange.replace(request)

    assert isinstance(report, OrderCancelReject)
    assert report.reject_code == "99"


def test_a_session_of_one_symbol_leaves_the_others_open() -> None:
    exchange = SimulatedExchange([INSTRUMENT, Instrument(symbol="Y", currency="USD", tick="0.01")])
    exchange.new_order(order("a", Side.BUY, "1", "1", DAY))
    exchange.new_order(order("b", Side.BUY, "1", "1", DAY, symbol="Y"))

    reports = exchange.on_session(SessionChange(NOON_NS, SessionPhase.CLOSED, "20240108", Y))

    assert [report.cl_ord_id for report in reports if isinstance(report, ExecutionReport)] == ["b"]
    assert len(exchange.on_session(SessionChange(NOON_NS, SessionPhase.CLOSED, "20240108"))) == 1


def test_the_trade_date_is_the_sessions_once_there_was_one() -> None:
    exchange = SimulatedExchange([INSTRUMENT])
    exchange.on_session(SessionChange(NOON_NS, SessionPhase.OPEN, "20240109"))

    [report] = exchange.new_order(order("a", Side.BUY, "1", "1", GTC))

    assert isinstance(report, ExecutionReport)
    assert report.trade_date == "20240109"


def test_a_venue_that_starts_anew_uses_no_exec_id_twice() -> None:
    ids: set[str | None] = set()
    for number in range(3):
        exchange = SimulatedExchange([INSTRUMENT])
        exchange.on_quote(quote())
        # ClOrdIDs are counted on in the journal, which outlives the venue.
        reports = exchange.new_order(order(f"id{number}", Side.BUY, "8", "101"))
        ids |= {report.exec_id for report in reports if isinstance(report, ExecutionReport)}

    assert len(ids) == 6
