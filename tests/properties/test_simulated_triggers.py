"""Laws of orders that wait for a price at the simulated exchange, beside a list of orders that each look for themselves."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oms.model.depth import BookSnapshot
from oms.model.enums import ExecType, LastLiquidityInd, PegOffsetType, Side, TriggerPriceType
from oms.model.ids import ClOrdId
from oms.model.instrument import Instrument
from oms.model.market import MarkPrice, Quote, TradePrint
from oms.model.offset import Offset
from oms.model.reports import ExecutionReport, Report
from oms.model.terms import (
    LimitIfTouched,
    MarketIfTouched,
    Stop,
    StopLimit,
    Terms,
    TrailingStop,
    TrailingStopLimit,
    amended,
)
from oms.model.triggers import trigger_of
from oms.testing.slow_triggers import Hit, SlowBook
from tests.unit.simulation.venue import NOON_NS, Venue, X, order

D = Decimal
TICK = D("0.5")
GRID = [TICK * steps for steps in range(500)]
SIZE = D(1_000_000)

Happening: TypeAlias = tuple[Any, ...]

# What is named more often is drawn more often. Few prices, so that they are met, missed by a tick and gapped over.
KINDS = st.sampled_from(["quote"] * 4 + ["trade"] * 4 + ["mark"] + ["new"] * 4 + ["cancel", "amend"])
PRICES = st.sampled_from([D(halves) / 2 for halves in range(192, 209)])
# Triggers further out than the market goes, so that some are never met.
WIDE_PRICES = st.sampled_from([D(halves) / 2 for halves in range(184, 217)])
NO_PX_OR_PX = st.one_of(st.none(), PRICES, PRICES, PRICES, PRICES)
SIDES = st.sampled_from([Side.BUY, Side.SELL, Side.SELL_SHORT])
PRICE_TYPES = st.sampled_from(list(TriggerPriceType))
OFFSETS = st.sampled_from(
    [
        Offset("1"),
        Offset("2.5"),
        Offset(1, PegOffsetType.TICKS),
        Offset(4, PegOffsetType.TICKS),
        Offset(30, PegOffsetType.BASIS_POINTS),
        Offset(125, PegOffsetType.BASIS_POINTS),
        Offset("0.1", PegOffsetType.PERCENTAGE),
        Offset("1.7", PegOffsetType.PERCENTAGE),
    ]
)
RECENT = st.integers(min_value=0, max_value=4)


@st.composite
def terms_that_wait(draw: st.DrawFn) -> Terms:
    """Draw one of the six kinds."""
    on, px, limit = draw(PRICE_TYPES), draw(PRICES), draw(PRICES)
    start = draw(st.one_of(st.none(), PRICES))
    match draw(st.integers(0, 5)):
        case 0:
            return Stop(px, on)
        case 1:
            return StopLimit(px, limit, on)
        case 2:
            return MarketIfTouched(px, on)
        case 3:
            return LimitIfTouched(px, limit, on)
        case 4:
            return TrailingStop(draw(OFFSETS), on, start)
        case _:
            return TrailingStopLimit(draw(OFFSETS), draw(OFFSETS), on, start)


@st.composite
def terms_at_one_price(draw: st.DrawFn) -> Terms:
    """Draw one of those that wait for a price which does not move, and need to see it once."""
    on = draw(st.sampled_from([TriggerPriceType[name] for name in ("BID_ASK", "MID", "LAST", "MARK")]))
    px, limit = draw(WIDE_PRICES), draw(WIDE_PRICES)
    kinds: list[Terms] = [
        Stop(px, on),
        StopLimit(px, limit, on),
        MarketIfTouched(px, on),
        LimitIfTouched(px, limit, on),
    ]
    return draw(st.sampled_from(kinds))


@st.composite
def happenings_of_one_market(
    draw: st.DrawFn, terms: st.SearchStrategy[Terms] | None = None, quote: str = "quote"
) -> Happening:
    """Draw an update or a request."""
    kind = draw(KINDS)
    match kind:
        case "quote":
            return quote, draw(NO_PX_OR_PX), draw(NO_PX_OR_PX), draw(st.integers(0, 9)) > 0
        case "trade":
            return kind, draw(PRICES), draw(st.integers(0, 9)) > 0
        case "mark":
            return kind, draw(PRICES)
        case "new":
            return kind, draw(SIDES), draw(terms_that_wait() if terms is None else terms)
        case "cancel":
            return kind, draw(RECENT)
        case _:
            return kind, draw(RECENT), draw(PRICES)


HAPPENINGS = st.lists(happenings_of_one_market(), min_size=20, max_size=60)


class Both:
    """The exchange and the slow book, told the same; who is released is compared after each happening."""

    def __init__(self) -> None:
        self.venue = Venue(Instrument(symbol="X", currency="USD", tick=TICK))
        self.slow = SlowBook({"X": GRID})
        self.waiting: dict[int, tuple[Side, Terms, str]] = {}
        self.numbers = 0
        self.shown = 0
        self.bid: Decimal | None = None
        self.ask: Decimal | None = None

    def do(self, happening: Happening) -> None:
        kind, *what = happening
        reports, hits = getattr(self, f"do_{kind}")(*what)
        told = [one for one in reports if isinstance(one, ExecutionReport)]
        released = [one for one in told if one.exec_type is ExecType.TRIGGERED]
        names = [str(one.venue_order_id) for one in released]
        assert names == [f"vo{number}" for number, *_ in hits]
        for report, (number, _, _, limit_px) in zip(released, hits, strict=True):
            _, terms, _ = self.waiting.pop(number)
            wanted = getattr(terms, "price", None) if limit_px is None else limit_px
            assert report.price == wanted
            follows = [one for one in told[told.index(report) + 1 :] if one.cl_ord_id == report.cl_ord_id]
            self.check_market(report, follows)

    def check_market(self, released: ExecutionReport, follows: list[ExecutionReport]) -> None:
        """It trades at the market that there is, which is as good as its limit; or is canceled; or rests."""
        is_buy, limit = released.side is Side.BUY, released.price
        px = self.ask if is_buy else self.bid
        is_met = px is not None and (limit is None or (px <= limit if is_buy else px >= limit))
        if is_met:
            [trade] = follows
            assert (trade.exec_type, trade.last_px) == (ExecType.TRADE, px)
            assert trade.last_liquidity_ind is LastLiquidityInd.REMOVED
        else:
            assert [one.exec_type for one in follows] == ([ExecType.CANCELED] if limit is None else [])

    def do_quote(
        self, bid: Decimal | None, ask: Decimal | None, has_sizes: bool
    ) -> tuple[list[Report], list[Hit]]:
        size = SIZE if has_sizes else D(0)
        self.bid, self.ask = (bid, ask) if has_sizes else (None, None)
        bid_size, ask_size = (D(0) if px is None else size for px in (bid, ask))
        quote = Quote(X, NOON_NS, bid, bid_size, ask, ask_size)
        return self.venue.exchange.on_quote(quote), self.slow.quote("X", bid, ask, has_sizes=has_sizes)

    def do_levels(
        self, bid: Decimal | None, ask: Decimal | None, has_sizes: bool
    ) -> tuple[list[Report], list[Hit]]:
        if not has_sizes:
            bid = ask = None
        if bid is not None and ask is not None and bid >= ask:
            bid, ask = ask - TICK, bid + TICK  # levels that lock or cross would trade with one another
        self.bid, self.ask = bid, ask
        # Another size each time, so that the best prices are news whatever they are.
        self.shown += 1
        bids, asks = ([] if px is None else [(px, SIZE + self.shown)] for px in (bid, ask))
        snapshot = BookSnapshot(X, NOON_NS, bids, asks)
        return self.venue.exchange.on_depth(snapshot), self.slow.quote("X", bid, ask, has_sizes=True)

    def do_trade(self, px: Decimal, has_size: bool) -> tuple[list[Report], list[Hit]]:
        size = int(has_size)
        return self.venue.exchange.on_trade(TradePrint(X, NOON_NS, px, D(size))), self.slow.trade(
            "X", px, size
        )

    def do_mark(self, px: Decimal) -> tuple[list[Report], list[Hit]]:
        return self.venue.exchange.on_mark(MarkPrice(X, NOON_NS, px)), self.slow.mark("X", px)

    def do_new(self, side: Side, terms: Terms) -> tuple[list[Report], list[Hit]]:
        self.numbers += 1
        name = f"o{self.numbers}"
        self.waiting[self.numbers] = side, terms, name
        request = order(name, side, D(1), terms)
        self.venue.remember(request)
        trigger = trigger_of(side, terms)
        assert trigger is not None
        self.slow.add(self.numbers, "X", trigger, None)
        return self.venue.exchange.new_order(request), []

    def do_cancel(self, recent: int) -> tuple[list[Report], list[Hit]]:
        number = self.numbers - recent
        if number not in self.waiting:
            return [], []
        _, _, name = self.waiting.pop(number)
        self.slow.remove(number)
        return self.venue.exchange.cancel(self.venue.cancel_request(f"c{number}", name)), []

    def do_amend(self, recent: int, px: Decimal) -> tuple[list[Report], list[Hit]]:
        number = self.numbers - recent
        if number not in self.waiting:
            return [], []
        side, before, name = self.waiting[number]
        terms, new_name = amended(before, stop_px=px), ClOrdId(f"{name}r")
        trigger = trigger_of(side, terms)
        assert trigger is not None
        self.slow.amend(number, trigger)
        self.waiting[number] = side, terms, new_name
        return self.venue.exchange.replace(self.venue.replace_request(new_name, name, D(1), terms)), []


@pytest.mark.slow
@settings(max_examples=max(300, settings().max_examples))
@given(HAPPENINGS)
def test_who_is_released_and_at_what_price_is_as_in_the_slow_and_obvious_book(
    happenings: list[Happening],
) -> None:
    """The same orders by the same updates in the same order; what they trade at is the market that there is then."""
    both = Both()

    for happening in happenings:
        both.do(happening)


@pytest.mark.slow
@settings(max_examples=max(200, settings().max_examples))
@given(st.lists(happenings_of_one_market(terms_at_one_price()), min_size=20, max_size=60))
def test_orders_that_one_price_releases_are_found_by_it(happenings: list[Happening]) -> None:
    """The same law where nobody looks at each update: most of them are far from every trigger."""
    both = Both()

    for happening in happenings:
        both.do(happening)


@pytest.mark.slow
@settings(max_examples=max(200, settings().max_examples))
@given(st.lists(happenings_of_one_market(terms_at_one_price(), quote="levels"), min_size=20, max_size=60))
def test_orders_that_one_price_releases_are_found_in_a_market_in_depth(happenings: list[Happening]) -> None:
    """The same law where quotes are the best prices of levels."""
    both = Both()

    for happening in happenings:
        both.do(happening)


@given(st.lists(PRICES, min_size=2, max_size=30), OFFSETS, SIDES)
def test_a_trail_never_moves_away_from_the_market(prices: list[Decimal], offset: Offset, side: Side) -> None:
    """Its stop price only rises for a sale, only falls for a purchase, and is on the grid."""
    both = Both()
    both.do_new(side, TrailingStop(offset))
    before: Decimal | None = None
    for px in prices:
        both.venue.exchange.on_trade(TradePrint(X, NOON_NS, px, D(1)))
        for report in both.venue.exchange.open_orders(NOON_NS):
            assert report.stop_px is not None
            assert report.stop_px in GRID
            assert before is None or (
                report.stop_px <= before if side is Side.BUY else report.stop_px >= before
            )
            before = report.stop_px
