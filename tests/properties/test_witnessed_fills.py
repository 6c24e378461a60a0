"""The exchange and the witness of its fills agree, whatever is known of the market, whatever is asked, and whatever the venue does."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oms.errors import ValidationError
from oms.model.bars import QuoteBar
from oms.model.enums import ExecType
from oms.model.reports import ExecutionReport, Report
from oms.simulation.bar_path import BarPath
from oms.simulation.queue_models import Optimistic, Pessimistic, Proportional
from oms.simulation.rules import MatchingRules
from oms.simulation.self_match import SelfMatch
from oms.simulation.slippage import Ticks
from oms.simulation.venue_acts import (
    BustTrade,
    CancelOrder,
    CorrectTrade,
    FinishDay,
    ResumeOrder,
    StopOrder,
    SuspendOrder,
)
from tests.unit.simulation.venue import Venue, X

Happening: TypeAlias = tuple[Any, ...]

PX = st.integers(-4, 4).map(lambda steps: str(100 + Decimal(steps) / 2))
SIZE = st.integers(1, 9).map(str)
MAY_BE_GONE = st.integers(0, 9).map(str)
SIDE = st.sampled_from(["buy", "sell"])
LEVELS = st.dictionaries(PX, SIZE, max_size=3).map(lambda shown: joined(shown.items()))
CHANGES = st.dictionaries(PX, MAY_BE_GONE, max_size=2).map(lambda shown: joined(shown.items()))
TRADE = st.builds(
    lambda px, size, who: ("trade", f"{px}x{size}", *who),
    PX,
    SIZE,
    st.sampled_from([(), ("buy",), ("sell",)]),
)
FOUR = st.tuples(PX, PX, st.integers(0, 2), st.integers(0, 2)).map(lambda drawn: four_prices(*drawn))
BAR = st.tuples(st.just("bar"), FOUR, st.sampled_from(["", "0", "3", "20"]), st.integers(1, 4))
MARKETS: Final[dict[str, st.SearchStrategy[Happening]]] = {
    "quotes": st.one_of(
        st.builds(
            lambda px, spread, bid, ask: ("quote", f"{px}x{bid}", f"{Decimal(px) + spread}x{ask}"),
            PX,
            st.integers(0, 2),
            SIZE,
            SIZE,
        ),
        st.builds(lambda px, size: ("quote", f"{px}x{size}", "-"), PX, SIZE),
        TRADE,
    ),
    "levels": st.one_of(
        st.tuples(st.just("book"), LEVELS, LEVELS), st.tuples(st.just("levels"), CHANGES, CHANGES), TRADE
    ),
    "orders": st.one_of(
        st.tuples(st.just("theirs"), SIDE, PX, SIZE),
        st.tuples(st.just("theirs"), SIDE, PX, SIZE),
        st.tuples(st.just("of theirs"), st.integers(0, 4), st.booleans(), MAY_BE_GONE, MAY_BE_GONE),
    ),
    "bars": BAR,
    "bars of quotes": st.tuples(
        st.just("quote bar"), FOUR, FOUR, st.sampled_from([None, 3, 20]), st.integers(1, 4)
    ),
}

LIMIT = PX.map(lambda px: f"@{px}")
TERMS = st.one_of(
    LIMIT,
    LIMIT,
    LIMIT,
    st.builds(lambda px, part: f"@{px}/show{part}", PX, st.integers(1, 3)),
    st.sampled_from(["mkt", "mtl", "peg", "trail0.5"]),
    PX.map(lambda px: f"stop{px}"),
    PX.map(lambda px: f"mit{px}"),
    st.builds(lambda stop, px: f"stop{stop}@{px}", PX, PX),
)
TIME = st.sampled_from(["gtc", "gtc", "gtc", "gtc", "gtc", "gtc", "day", "ioc", "fok", "opg", "cls", "gft5"])
ASKED = st.sampled_from(["", "", "", "", "", "", "", "", "post", "reduce", "aon", "min3"])
NEW = st.tuples(st.just("ours"), SIDE, SIZE, TERMS, TIME, ASKED)
NUMBER = st.integers(0, 5)
REPLACE = st.tuples(st.just("replace"), NUMBER, SIZE, PX, PX)
ACT = st.tuples(
    st.sampled_from(["cancel", "unasked", "suspend", "suspend", "take up", "take up", "finish", "stop"]),
    NUMBER,
)
TAKE_BACK = st.tuples(st.sampled_from(["bust", "correct"]), NUMBER, PX)
PHASE = st.sampled_from([("halt",), ("resume",), ("resume",), ("close",), ("open",), ("open",)])
# What seldom comes about by itself: who was held back before it worked, and then others of ours trade.
HELD_BACK = st.tuples(NEW, st.just(("suspend", 0)), st.just(("take up", 0)), NEW, NEW)
RULES = st.builds(
    MatchingRules,
    queue=st.sampled_from([Pessimistic(), Optimistic(), Proportional()]),
    bar_path=st.sampled_from(BarPath),
    fills_on_touch=st.booleans(),
    self_match=st.sampled_from(SelfMatch),
)


def joined(shown: Iterable[tuple[str, str]]) -> str:
    return ",".join(f"{px}x{size}" for px, size in shown) or "-"


def four_prices(opening: str, closing: str, above: int, below: int) -> tuple[str, str, str, str]:
    """Give open, high, low and close."""
    ends = Decimal(opening), Decimal(closing)
    return opening, str(max(ends) + above), str(min(ends) - below), closing


class Played:
    """A witnessed exchange, which fails as soon as the two do not agree."""

    def __init__(self, rules: MatchingRules, *, slips: bool) -> None:
        self.venue = Venue(rules=rules, slippage=Ticks(1) if slips else None)
        self.said: list[ExecutionReport] = []
        self.terms: list[str] = []
        self.requests = 0
        self.theirs: list[tuple[str, str, str, int]] = []
        self.entries = 0

    def do(self, happening: Happening) -> None:
        venue = self.venue
        venue.time_ns += 1_000_000
        try:
            reports = self.reports_of(happening)
        except ValidationError:
            return  # there is no such order, it is not suspended, or it can be asked for by nobody
        self.said += [one for one in reports if isinstance(one, ExecutionReport) and one.exec_id is not None]

    def reports_of(self, happening: Happening) -> list[Report]:
        venue = self.venue
        match happening:
            case ("ours", side, qty, terms, tif, asked):
                name = f"o{len(self.terms)}"
                self.terms.append(terms)
                return venue.do([side, name, qty, terms, tif, *asked.split()])
            case ("replace", number, qty, px, stop):
                return self.replace(number, qty, px, stop)
            case ("cancel", number):
                self.requests += 1
                return venue.do(["cancel", f"r{self.requests}", self.name(number)])
            case ("theirs", side, px, size):
                self.entries += 1
                self.theirs.append((f"E{self.entries}", side, px, int(size)))
                return venue.do(["new", f"E{self.entries}", side, f"{size}@{px}"])
            case ("of theirs", number, is_over, size, traded):
                return self.change_theirs(number, is_over, int(size), int(traded))
            case ("bar", prices, volume, span):
                text = ",".join(prices) + (f"x{volume}" if volume else "")
                return venue.do(["bar", text, f"since{span}"])
            case ("quote bar", prices, away, size, span):
                return venue.exchange.on_market(self.quote_bar(prices, away, size, span))
            case ("bust" | "correct" | "unasked" | "suspend" | "take up" | "finish" | "stop", *_):
                return self.act(*happening)
            case _:
                return venue.do(list(happening))

    def name(self, number: int) -> str:
        return f"o{len(self.terms) - 1 - number}"

    def replace(self, number: int, qty: str, px: str, stop: str) -> list[Report]:
        place = len(self.terms) - 1 - number
        if place < 0:
            return []
        self.requests += 1
        was = self.terms[place]
        words = f"{qty}@{px}" if was.startswith("@") else f"{qty}:{was}"
        if was.startswith("stop"):
            words = f"{qty}:stop{stop}@{px}" if "@" in was else f"{qty}:stop{stop}"
            kept = was.removeprefix("stop").partition("@")[0]
            # Every other one keeps its stop price.
            words = words.replace(f"stop{stop}", f"stop{kept}") if number % 2 else words
        return self.venue.do(["replace", f"r{self.requests}", f"o{place}", words])

    def change_theirs(self, number: int, is_over: bool, size: int, traded: int) -> list[Report]:
        if number >= len(self.theirs):
            return []
        entry_id, side, px, left = self.theirs.pop(-1 - number)
        traded = min(traded, left)
        if is_over or traded == left:
            return self.venue.do(["delete", entry_id, side, px, "traded", str(traded)])
        now = left - traded if traded else size or 1
        self.theirs.append((entry_id, side, px, now))
        return self.venue.do(["change", entry_id, side, f"{now}@{px}", "traded", str(traded)])

    def quote_bar(
        self, bids: tuple[str, ...], away: tuple[str, ...], size: int | None, span: int
    ) -> QuoteBar:
        opening, high, low, closing = (Decimal(px) for px in bids)
        up, now = Decimal("0.5"), self.venue.time_ns
        asked = int(Decimal(away[0])) % 9 + 1
        return QuoteBar(
            X, now, now - span * 1_000_000,
            opening, high, low, closing, size,
            opening + up, high + up, low + up, closing + up, asked,
        )  # fmt: skip

    def act(self, what: str, number: int, *px: str) -> list[Report]:
        acts, now = self.venue.exchange.acts, self.venue.time_ns
        if what in {"bust", "correct"}:
            trades = [one for one in self.said if one.exec_type is ExecType.TRADE]
            if number >= len(trades):
                return []
            trade = trades[-1 - number]
            assert trade.exec_id is not None
            assert trade.last_qty is not None
            if what == "bust":
                return acts.act_on_trade(BustTrade(trade.exec_id), self.said, now)
            return acts.act_on_trade(
                CorrectTrade(trade.exec_id, max(trade.last_qty - 1, Decimal(1)), px[0]), self.said, now
            )
        name = self.name(number)
        match what:
            case "unasked":
                return acts.act_on_order(CancelOrder(name), now)
            case "suspend":
                return acts.act_on_order(SuspendOrder(name), now)
            case "take up":
                return acts.act_on_order(ResumeOrder(name), now)
            case "finish":
                return acts.act_on_order(FinishDay(name), now)
            case _:
                return acts.act_on_order(StopOrder(name, 1, 100), now)


@pytest.mark.slow
@pytest.mark.parametrize("market", [*MARKETS, "all of them"])
@settings(max_examples=max(100, settings().max_examples), deadline=None)
@given(st.data(), RULES, st.booleans())
def test_every_fill_is_of_what_was_there(
    market: str, data: st.DataObject, rules: MatchingRules, slips: bool
) -> None:
    """Each fill is of something that was there, once and in its turn, and what is left is what was shown less what was taken."""
    heard = st.one_of(*MARKETS.values()) if market == "all of them" else MARKETS[market]
    one = st.one_of(*[heard] * 7, *[NEW] * 5, REPLACE, ACT, ACT, TAKE_BACK, PHASE).map(lambda alone: (alone,))
    rows = st.lists(st.one_of(*[one] * 12, HELD_BACK), min_size=20, max_size=35)
    played = Played(rules, slips=slips)

    for row in data.draw(rows):
        for happening in row:
            played.do(happening)
    played.venue.time_ns += 10_000_000_000
    played.venue.exchange.on_clock(played.venue.time_ns)
