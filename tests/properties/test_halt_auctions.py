"""Laws of orders with instructions at the simulated exchange, whatever is halted, closed, opened, suspended and resumed."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.errors import ValidationError
from oms.model.enums import ExecType, Side
from oms.model.reports import ExecutionReport, Report
from oms.simulation.venue_acts import ResumeOrder, SuspendOrder
from tests.unit.simulation.venue import Venue

ZERO = Decimal(0)
Happening: TypeAlias = tuple[str, ...]

SIZES = st.integers(1, 9).map(str)
# What is named more often is drawn more often.
NEW = st.tuples(
    st.sampled_from(["buy", "sell"]),
    st.integers(1, 8).map(str),
    st.sampled_from(["mkt", "mkt", "@99", "@100", "@101"]),
    st.sampled_from(["gtc", "gtc", "day", "ioc", "fok"]),
    st.sampled_from(["", "", "aon", "min3", "reduce", "reduce"]),
)
FOR_AUCTION = st.tuples(
    st.sampled_from(["buy", "sell"]),
    st.integers(1, 8).map(str),
    st.sampled_from(["mkt", "@100"]),
    st.sampled_from(["opg", "cls", "gfa"]),
    st.just(""),
)
QUOTE = st.builds(
    lambda bid, bid_size, spread, size: ("quote", f"{bid}x{bid_size}", f"{bid + spread}x{size}"),
    st.integers(98, 101),
    SIZES,
    st.integers(0, 2),
    SIZES,
)
PHASE = st.sampled_from(["halt", "halt", "resume", "close", "open", "pause"]).map(lambda what: (what,))
ACT = st.tuples(st.sampled_from(["suspend", "take up", "cancel"]), st.integers(0, 4).map(str))
ONE = st.one_of(NEW, NEW, NEW, FOR_AUCTION, QUOTE, PHASE, PHASE, ACT)
# What seldom comes about by itself: an order that is taken up, and a halt that ends, in a closed session.
IN_A_ROW = st.one_of(
    QUOTE.map(
        lambda quote: (
            ("quote", "98x5", "101x5"),
            ("buy", "3", "@100", "gtc", ""),
            ("suspend", "0"),
            ("close",),
            quote,
            ("take up", "0"),
            ("open",),
        )
    ),
    st.tuples(
        st.just(("halt",)), NEW, NEW, st.just(("close",)), st.just(("resume",)), QUOTE, st.just(("open",))
    ),
)
# The auctions that an order is for; in any other it has no part.
AUCTIONS = {"opg": {"open"}, "cls": {"close"}, "gfa": {"open", "close"}}
HAPPENINGS = st.lists(st.one_of(*[ONE.map(lambda one: (one,))] * 8, IN_A_ROW), min_size=10, max_size=40).map(
    lambda rows: [one for row in rows for one in row]
)


class Watched:
    """The exchange, and what it has said of each order."""

    def __init__(self) -> None:
        self.venue = Venue()
        self.asked: dict[str, Happening] = {}
        self.last: dict[str, ExecutionReport] = {}
        self.position = ZERO
        self.is_still = {"halt": False, "close": False, "pause": False}
        self.names = 0

    def do(self, happening: Happening) -> None:
        what = happening[0]
        was_still = any(self.is_still.values())
        if what in {"halt", "resume"}:
            self.is_still["halt"] = what == "halt"
        if what in {"open", "close", "pause"}:
            self.is_still |= {"close": what == "close", "pause": what == "pause"}
        # An opening and the end of a halt trade by themselves, unless something else still stands in the way; so does a close.
        may_trade = not any(self.is_still.values()) if what in {"open", "resume"} else not was_still
        if what == "close":
            may_trade = not self.is_still["halt"]
        reports = [one for one in self.reports_of(happening) if isinstance(one, ExecutionReport)]
        for report in reports:
            self.hear(report)
            if report.exec_type is ExecType.TRADE:
                assert may_trade, happening
                assert what in AUCTIONS.get(self.asked[name_of(report)][3], {what}), happening
        for name in {name_of(report) for report in reports}:
            self.check(name)

    def reports_of(self, happening: Happening) -> list[Report]:
        venue = self.venue
        venue.time_ns += 1
        match happening:
            case ("suspend" | "take up" | "cancel") as what, number:
                name = f"o{self.names - 1 - int(number)}"
                self.names += what == "cancel"
                if what == "cancel":
                    return venue.do(["cancel", f"o{self.names - 1}", name])
                act = SuspendOrder(name) if what == "suspend" else ResumeOrder(name)
                try:
                    return venue.exchange.acts.act_on_order(act, venue.time_ns)
                except ValidationError:
                    return []  # it is not open, or not suspended
            case ("buy" | "sell") as side, qty, price, tif, asked:
                name = f"o{self.names}"
                self.names += 1
                self.asked[name] = happening
                return venue.do([side, name, qty, price, tif, *asked.split()])
            case _:
                return venue.do(list(happening))

    def hear(self, report: ExecutionReport) -> None:
        name = name_of(report)
        before = self.last.get(name)
        assert before is None or before.leaves_qty, "it has ended before"
        assert report.leaves_qty is not None
        assert report.leaves_qty >= 0
        self.last[name] = report
        if report.exec_type is not ExecType.TRADE:
            return
        assert report.last_qty
        signed = report.last_qty if report.side is Side.BUY else -report.last_qty
        if self.asked[name][4] == "reduce":
            assert abs(self.position + signed) == abs(self.position) - report.last_qty
        self.position += signed

    def left(self) -> list[Happening]:
        """Give what was asked for with each order that is open."""
        return [self.asked[name_of(one)] for one in self.venue.exchange.open_orders(0)]

    def check(self, name: str) -> None:
        _, qty, _, tif, asked = self.asked[name]
        cum_qty = self.last[name].cum_qty
        assert cum_qty is not None
        # In full is no more than the position for whoever only reduces.
        if asked == "aon" or (tif == "fok" and asked != "reduce"):
            assert cum_qty in {0, int(qty)}
        if asked == "min3":
            assert not cum_qty or cum_qty >= 3


def name_of(report: ExecutionReport) -> str:
    assert report.venue_order_id is not None
    return report.venue_order_id.removeprefix("v")


@pytest.mark.slow
@given(HAPPENINGS)
def test_instructions_hold_through_halts_closes_and_auctions(happenings: list[Happening]) -> None:
    """No order that has ended executes, none beyond its total; in full is in full, and who reduces does no more."""
    watched = Watched()
    watched.do(("quote", "99x5", "101x5"))
    watched.do(("buy", "4", "mkt", "gtc", ""))

    for happening in happenings:
        watched.do(happening)


@pytest.mark.slow
@given(HAPPENINGS)
def test_nothing_that_trades_at_once_is_left_waiting(happenings: list[Happening]) -> None:
    """Once trading goes on in an open session, market orders, and what is IOC or FOK, have ended.

    After a close there is only what is good till canceled or for an opening, and after the opening only the first of these.
    """
    watched = Watched()
    watched.do(("quote", "99x5", "101x5"))

    for happening in happenings:
        if happening[0] != "suspend":
            watched.do(happening)
        if happening[0] == "close":
            assert {tif for *_, tif, _ in watched.left()} <= {"gtc", "opg"}
    watched.do(("resume",))
    watched.do(("open",))

    for _, _, price, tif, _ in watched.left():
        assert tif in AUCTIONS or (price != "mkt" and tif in {"gtc", "day"})
    watched.do(("close",))
    assert {tif for *_, tif, _ in watched.left()} <= {"gtc", "opg"}
    # Of a day whose session was open this is an opening again: it has been closed since.
    watched.do(("open",))
    assert {tif for *_, tif, _ in watched.left()} <= {"gtc"}
