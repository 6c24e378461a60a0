"""The ways to the simulated exchange and back, whatever is sent and however long it takes."""

# pyright: reportPrivateUsage=false
from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from oms.brokers.paper import PaperBroker
from oms.model.enums import ExecType
from oms.model.market import Quote, TradePrint
from oms.model.reports import ExecutionReport, OrderCancelReject, Report
from oms.model.terms import Limit
from oms.simulation.latency import Constant, Delay, Latency, LogNormal, Uniform
from tests.properties.test_simulated_exchange import HAPPENINGS, TICK, Happening, px_of
from tests.unit.simulation.venue import INSTRUMENT, NOON_NS, Venue, X, order

MS = 1_000_000
DELAYS: st.SearchStrategy[Delay] = st.one_of(
    st.integers(0, 5 * MS).map(Constant),
    st.integers(0, 9 * MS).map(lambda most: Uniform(0, most)),
    st.just(LogNormal(2 * MS, "0.7")),
)
LATENCIES = st.builds(
    Latency,
    to_venue=DELAYS,
    from_venue=DELAYS,
    deciding=DELAYS,
    keeps_order=st.booleans(),
    seed=st.integers(0, 99),
)
WAITS = st.lists(st.integers(0, 4), min_size=1, max_size=20)


class Heard:
    """What the manager hears, and what the venue has made."""

    def __init__(self, latency: Latency | None) -> None:
        self.broker = PaperBroker([INSTRUMENT], latency=latency)
        self.reports: list[Report] = []
        self.made: list[Report] = []
        if self.broker._wire is not None:
            note = self.broker._wire.on_made

            def made(report: Report) -> None:
                self.made.append(report)
                note(report)

            self.broker._wire.on_made = made
        self.broker.start(self)
        self.requests = Venue()
        self.now_ns = 0
        self.names: list[str] = []
        self.sent: list[str] = []

    def put(self, report: Report) -> None:
        assert isinstance(report, ExecutionReport | OrderCancelReject)
        assert report.transact_time_ns is not None
        assert NOON_NS <= report.transact_time_ns <= self.now_ns, "it is heard before it was made"
        self.reports.append(report)

    def play(self, happenings: Sequence[Happening], waits: Sequence[int]) -> list[Report]:
        """Let everything happen, some milliseconds apart, then wait until nothing is under way."""
        for index, (kind, *what) in enumerate(happenings):
            self.requests.time_ns += waits[index % len(waits)] * MS
            self.now_ns = self.requests.time_ns
            self.do(kind, what, self.now_ns)
        while (due_ns := self.broker.due_ns) is not None:
            self.now_ns = due_ns
            self.broker.on_clock(due_ns)
        return self.reports

    def do(self, kind: str, what: list[Any], now_ns: int) -> None:
        match kind, what:
            case "quote", [(bid, bid_size), (ask, ask_size)]:
                quote = Quote(X, now_ns, px_of(bid), Decimal(bid_size), px_of(ask), Decimal(ask_size))
                self.broker.on_market(quote)
            case "trade", [px, int(size), aggressor]:
                px = 1000 if px is None else px
                assert isinstance(px, int)
                self.broker.on_market(TradePrint(X, now_ns, px * TICK, Decimal(size), aggressor))
            case "new", [side, qty, px, is_market, time_in_force]:
                name = f"o{len(self.names)}"
                self.names.append(name)
                price = None if is_market else px_of(1000 if px is None else px)
                request = order(name, side, str(qty), price, time_in_force, time_ns=now_ns)
                self.requests.remember(request)
                self.sent.append(name)
                self.broker.submit(request)
            case (("cancel" | "replace"), [int(number), *rest]) if self.names:
                orig = self.names[-1 - number % len(self.names)]
                identity = f"r{len(self.sent)}"
                self.sent.append(identity)
                if kind == "cancel":
                    self.broker.cancel(self.requests.cancel_request(identity, orig))
                else:
                    qty, px = rest
                    assert isinstance(px, int)
                    terms = Limit(px * TICK)
                    self.broker.replace(
                        self.requests.replace_request(identity, orig, Decimal(str(qty)), terms)
                    )
            case _:
                pass  # there is no order yet to ask something of


@given(HAPPENINGS, WAITS)
def test_ways_that_take_no_time_change_nothing(happenings: list[Happening], waits: list[int]) -> None:
    """With all delays zero, the manager hears the same reports in the same order as without any ways."""
    assert Heard(Latency()).play(happenings, waits) == Heard(None).play(happenings, waits)


@given(HAPPENINGS, WAITS, LATENCIES)
def test_every_request_is_answered_and_every_report_is_heard(
    happenings: list[Happening], waits: list[int], latency: Latency
) -> None:
    """Whatever takes however long: each request is answered once, all is heard, none before it was made; a replay is the same."""
    heard = Heard(latency)
    reports = heard.play(happenings, waits)

    answers = [
        report.cl_ord_id
        for report in reports
        if isinstance(report, OrderCancelReject)
        or (
            isinstance(report, ExecutionReport)
            and report.exec_type in {ExecType.NEW, ExecType.REJECTED, ExecType.REPLACED}
        )
        or (
            isinstance(report, ExecutionReport)
            and report.exec_type is ExecType.CANCELED
            and report.orig_cl_ord_id is not None
        )
    ]
    assert sorted(str(name) for name in answers) == sorted(heard.sent)
    assert sorted(map(repr, reports)) == sorted(map(repr, heard.made))
    if latency.keeps_order:
        assert reports == heard.made
    assert Heard(latency).play(happenings, waits) == reports
