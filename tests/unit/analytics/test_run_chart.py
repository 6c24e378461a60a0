"""The chart of a run: what is drawn lies where it should, and the page needs nothing else."""

from __future__ import annotations

from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from attrs import evolve

from oms.analytics.axes import Axis, number_label, of_numbers, time_label, time_ticks
from oms.analytics.market_trace import MarketTrace
from oms.analytics.order_trace import OrderTrace
from oms.analytics.run_chart import LEFT, PRICE, RIGHT, chart_page
from oms.brokers.paper import PaperBroker
from oms.errors import ValidationError
from oms.model.enums import Side
from oms.model.events import OrderEvent, TradeCanceled, Traded
from oms.model.ids import ExecId, Symbol
from oms.model.instrument import Instrument
from oms.model.market import Quote
from oms.model.terms import Limit, Market, Stop
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.simulation.fees import PerUnit
from oms.simulation.venue_acts import BustTrade
from oms.stores.memory import MemoryEventStore

D = Decimal
X = Instrument(symbol="X", currency="USD", tick="0.01", multiplier=10)
SVG = "{http://www.w3.org/2000/svg}"
NOON = 1_767_355_200_000_000_000  # 2026-01-02 12:00:00 UTC
SECOND = 1_000_000_000


class Run:
    """A run of a few orders, drawn."""

    def __init__(self) -> None:
        self.market, self.orders = MarketTrace(), OrderTrace(Symbol("X"))
        self.clock = ManualClock(NOON)
        self.broker = PaperBroker([X], fees=PerUnit("0.5"))
        self.om = OrderManager(
            brokers=[self.broker],
            store=MemoryEventStore(),
            clock=self.clock,
            projections=[(OrderEvent, self.orders.apply)],
        )

    def quote(self, second: int, bid: str, ask: str, size: int = 100) -> None:
        self.clock.advance_to(NOON + second * SECOND)
        update = Quote(Symbol("X"), self.clock.now_ns(), bid, 100, ask, size)
        self.om.update(update)
        self.market.apply(update)

    def page(self) -> ET.Element:
        text = chart_page("A & B", self.market, self.orders, X, summary="1 < 2")
        assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
        return ET.fromstring(text.partition("\n")[2])


def marks(page: ET.Element, kind: str) -> list[tuple[float, float, str]]:
    """Where marks of a kind lie, and what they say."""
    return [
        (float(one.attrib["data-x"]), float(one.attrib["data-y"]), one.findtext(f"{SVG}title", ""))
        for one in page.iter(f"{SVG}g")
        if set(kind.split()) <= set(one.get("class", "").split())
    ]


def drawn(page: ET.Element, kind: str) -> list[str]:
    """The paths of a kind."""
    return [one.attrib["d"] for one in page.iter(f"{SVG}path") if one.get("class") == kind]


def test_an_execution_lies_at_its_time_and_price() -> None:
    run = Run()
    run.quote(0, "99", "100")
    run.om.submit("X", Side.BUY, 2, Market())  # at 12:00:00 for 100
    run.quote(5, "109", "110")
    run.om.submit("X", Side.SELL, 2, Limit("109"))  # at 12:00:05 for 109
    run.quote(10, "109", "110")
    page = run.page()

    # Prices from 99 to 110: the axis has a twentieth of that range more on either side, 98.45 to 110.55.
    top, bottom = PRICE
    [bought], [sold] = marks(page, "mark buy taker"), marks(page, "mark sell taker")
    assert bought[0] == LEFT
    assert bought[1] == pytest.approx(bottom - (100 - 98.45) / 12.1 * (bottom - top), abs=0.1)
    assert sold[0] == (LEFT + RIGHT) / 2
    assert sold[1] == pytest.approx(bottom - (109 - 98.45) / 12.1 * (bottom - top), abs=0.1)
    assert bought[2].startswith("12:00:00.000: bought 2 as taker at 100, fee 1 USD; order 1, ")
    # Bought 2 for 100 and sold them for 109, ten dollars a point, a dollar of fees each time: 178.
    [*_, profit] = drawn(page, "worth")
    assert profit.count("M") == 1
    assert {one.text for one in page.iter("h1")} == {"A & B"}
    assert {one.text for one in page.iter("pre")} == {"1 < 2"}


def test_an_order_is_drawn_for_as_long_as_it_stands_and_anew_where_it_moves() -> None:
    run = Run()
    run.quote(0, "99", "101")
    order = run.om.submit("X", Side.BUY, 2, Limit("99.5"))
    stop = run.om.submit("X", Side.SELL, 2, Stop("99"))
    run.quote(4, "99", "101")
    run.om.replace(order, price="100")
    run.quote(8, "99", "101")
    run.om.cancel(order)
    run.quote(16, "99", "101")

    lines = [(one.order_id, one.px, (one.start_ns - NOON) // SECOND, one.end_ns) for one in run.orders.lines]
    assert lines == [
        (order.order_id, D("99.5"), 0, NOON + 4 * SECOND),
        (stop.order_id, D(99), 0, None),
        (order.order_id, D(100), 4, NOON + 8 * SECOND),
    ]
    page = run.page()
    quarter = (RIGHT - LEFT) / 4
    [bought] = drawn(page, "line buy")
    assert [float(one.partition("H")[2]) for one in bought.split("M")[1:]] == [
        LEFT + quarter,
        LEFT + 2 * quarter,
    ]
    [sold] = drawn(page, "line sell")
    assert float(sold.partition("H")[2]) == RIGHT


@pytest.mark.parametrize("asks", [[("103", 10)], [("100", 4), ("100", 10)], [("100", 10)]], ids=str)
def test_an_order_for_an_amount_of_money_is_drawn_for_as_long_as_it_stands(
    asks: list[tuple[str, int]],
) -> None:
    # 10,000 dollars at 100, ten dollars a point, are 10: it rests, or takes 4 first, or all.
    run = Run()
    run.quote(0, "99", "101")
    order = run.om.submit("X", Side.BUY, None, Limit("100"), cash_order_qty=10_000)
    held = run.om.submit("X", Side.BUY, None, Stop("102"), cash_order_qty=10_000)
    refused = run.om.submit("X", Side.BUY, None, Limit("100.001"), cash_order_qty=10_000)
    for second, (ask, size) in enumerate(asks, 4):
        run.quote(second, "99", ask, size)
    if not order.is_closed:
        run.quote(8, "99", "101")
        run.om.cancel(order)

    ends = {one.order_id: one.end_ns for one in run.orders.lines}
    end = 8 if asks[0][0] != "100" else 3 + len(asks)
    assert (order.is_closed, ends[order.order_id]) == (True, NOON + end * SECOND)
    assert held.is_closed == (ends[held.order_id] is not None)
    assert ends[refused.order_id] == NOON
    assert [order_id for _, order_id in run.orders.refused] == [refused.order_id]


def test_what_is_refused_is_drawn_and_other_instruments_are_not() -> None:
    run, events = Run(), list[OrderEvent]()
    run.om.on(OrderEvent, events.append)
    run.quote(0, "99", "101")
    run.om.submit("X", Side.BUY, 2, Limit("99.001"))
    assert [order_id for _, order_id in run.orders.refused] == [1]
    [cross] = marks(run.page(), "refused")
    assert cross[2] == "order 1 was refused at 12:00:00.000"

    other = OrderTrace(Symbol("Y"))
    for event in events:
        other.apply(event)
    assert len(events) > 1
    assert (other.lines, other.refused, other.marks) == ([], [], [])


def test_a_bust_is_of_the_order_that_it_names() -> None:
    run, events = Run(), list[OrderEvent]()
    run.om.on(OrderEvent, events.append)
    run.quote(0, "99", "100")
    for _ in range(2):
        run.om.submit("X", Side.BUY, 2, Market())
    first = next(event for event in events if isinstance(event, Traded))
    run.broker.act(BustTrade(first.exec_id), run.clock.now_ns())
    run.om.poll()

    trace = OrderTrace(Symbol("X"))
    for event in events:
        # Two venues may give one name.
        match event:
            case Traded():
                trace.apply(evolve(event, exec_id=ExecId("E")))
            case TradeCanceled():
                trace.apply(evolve(event, exec_ref_id=ExecId("E")))
            case _:
                trace.apply(event)

    assert [(mark.order_id, mark.is_busted) for mark in trace.marks] == [(1, True), (2, False)]


def test_too_many_lines_are_counted_and_said() -> None:
    run = Run()
    run.orders = trace = OrderTrace(Symbol("X"), max_lines=1)
    run.om.on(OrderEvent, trace.apply)
    run.quote(0, "99", "101")
    for _ in range(3):
        run.om.submit("X", Side.BUY, 2, Limit("99"))
    assert (len(trace.lines), trace.left_out) == (1, 2)
    assert "2 of the prices are not drawn" in ET.tostring(run.page(), encoding="unicode")
    with pytest.raises(ValidationError, match="max_lines = 0"):
        OrderTrace(Symbol("X"), max_lines=0)


def test_a_run_in_which_nothing_happened_is_a_page_too() -> None:
    page = chart_page("empty", MarketTrace(), OrderTrace(Symbol("X")), X)
    assert ET.fromstring(page.partition("\n")[2]).findtext(".//h1") == "empty"


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        ("0", "10", ["0", "2", "4", "6", "8", "10"]),
        ("98.45", "110.55", ["100", "105", "110"]),
        ("-0.012", "0.011", ["-0.01", "-0.005", "0", "0.005", "0.01"]),
        ("61540", "61875", ["61600", "61700", "61800"]),
    ],
)
def test_ticks_are_round(low: str, high: str, ticks: list[str]) -> None:
    assert Axis(D(low), D(high), 0, 100).ticks() == list(map(D, ticks))


def test_an_axis_has_room_around_its_numbers() -> None:
    axis = of_numbers([D(10), D(20)], 100, 0)
    assert (axis.low, axis.high) == (D("9.5"), D("20.5"))
    assert (axis.at(D("9.5")), axis.at(D(15)), axis.at(D("20.5"))) == (100, 50, 0)
    assert (of_numbers([D(5)], 0, 1).low, of_numbers([], 0, 1).high) == (D("4.995"), D(1))


@pytest.mark.parametrize(
    ("span_ns", "label", "count"),
    [
        (10 * 86_400 * SECOND, "2026-01-02", 5),
        (2 * 86_400 * SECOND, "02 12:00", 9),
        (3_600 * SECOND, "12:00", 7),
        (60 * SECOND, "12:00:00", 7),
        (SECOND, "12:00:00", 6),
        (1_000, "12:00:00", 6),
    ],
)
def test_times_are_written_as_short_as_can_be(span_ns: int, label: str, count: int) -> None:
    ticks = time_ticks(NOON, NOON + span_ns)
    assert (time_label(NOON, span_ns), len(ticks)) == (label, count)
    assert time_label(NOON + 1, 1_000) == "12:00:00.000000001"


def test_numbers_have_thousands() -> None:
    assert list(map(number_label, (D("61600.50"), D("-1000"), D("-0.5"), D("0.00")))) == [
        "61,600.5",
        "-1,000",
        "-0.5",
        "0",
    ]
