"""The market in columns: nothing is lost when they are merged."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oms.analytics.market_trace import Column, MarketTrace
from oms.errors import ValidationError
from oms.model.bars import Bar, QuoteBar
from oms.model.ids import Symbol
from oms.model.market import MarkPrice, Quote, TradePrint

X = Symbol("X")
D = Decimal


def quote(time_ns: int, bid: str | None, ask: str | None) -> Quote:
    return Quote(X, time_ns, bid, 0 if bid is None else 1, ask, 0 if ask is None else 1)


def test_each_moment_has_a_column_while_there_is_room() -> None:
    trace = MarketTrace(columns=2)
    trace.apply(quote(10, "99", "101"))
    trace.apply(TradePrint(X, 11, "100.5", 3))

    assert trace.columns() == [
        Column(10, 10, D(99), D(101), D(99), D(101)),
        Column(11, 11, D(99), D(101), D("100.5"), D("100.5"), D("100.5"), D(3)),
    ]


def test_columns_are_merged_in_pairs_when_the_time_runs_on() -> None:
    trace = MarketTrace(columns=2)
    trace.apply(quote(10, "99", "101"))
    trace.apply(TradePrint(X, 11, "95", 3))
    trace.apply(TradePrint(X, 12, "97", 4))  # two columns of two: 10 and 11, 12 and 13

    assert trace.columns() == [
        Column(10, 11, D(99), D(101), D(95), D(101), D(95), D(3)),
        Column(12, 12, D(99), D(101), D(97), D(97), D(97), D(4)),
    ]


def test_what_a_column_is_worth() -> None:
    trace = MarketTrace()
    trace.apply(quote(1, "99", None))
    assert trace.columns()[-1].px is None
    trace.apply(TradePrint(X, 2, "98", 1))
    assert trace.columns()[-1].px == 98  # no middle of one side
    trace.apply(quote(3, "99", "102"))
    assert trace.columns()[-1].px == D("100.5")
    trace.apply(quote(4, "103", "102"))
    assert trace.columns()[-1].px == 98  # crossed
    assert trace.columns()[-1].high is None


def test_a_mark_price_moves_nothing_and_a_clock_that_falls_back_is_borne() -> None:
    trace = MarketTrace()
    trace.apply(MarkPrice(X, 1, "100"))
    assert trace.columns() == []
    trace.apply(TradePrint(X, 5, "100", 1))
    trace.apply(TradePrint(X, 3, "101", 2))
    assert trace.columns() == [Column(5, 5, low=D(100), high=D(101), last_px=D(101), volume=D(3))]


def test_bars_are_known_at_their_end() -> None:
    trace = MarketTrace()
    trace.apply(Bar(X, 60, 0, "100", "105", "99", "104", "7"))
    trace.apply(QuoteBar(X, 120, 60, "99", "106", "98", "103", 1, "100", "107", "99", "105", 2))

    assert trace.columns() == [
        Column(60, 60, low=D(99), high=D(105), last_px=D(104), volume=D(7)),
        Column(120, 120, D(103), D(105), D(98), D(107), D(104)),
    ]


@pytest.mark.parametrize("columns", [1, 100_001])
def test_the_number_of_columns_is_bounded(columns: int) -> None:
    with pytest.raises(ValidationError, match=f"columns = {columns}"):
        MarketTrace(columns=columns)


@settings(max_examples=30)
@given(
    st.integers(2, 9),
    st.lists(st.tuples(st.integers(0, 200), st.integers(1, 50), st.integers(1, 9)), min_size=1, max_size=40),
)
def test_volume_and_range_and_last_price_survive_every_merge(
    columns: int, trades: list[tuple[int, int, int]]
) -> None:
    trace, now = MarketTrace(columns=columns), 1_000
    for gap, px, size in trades:
        now += gap
        trace.apply(TradePrint(X, now, px, size))
    found = trace.columns()

    assert len(found) <= columns
    assert [one.start_ns for one in found] == sorted({one.start_ns for one in found})
    assert sum(one.volume for one in found) == sum(size for _, _, size in trades)
    assert min(one.low for one in found if one.low is not None) == min(px for _, px, _ in trades)
    assert max(one.high for one in found if one.high is not None) == max(px for _, px, _ in trades)
    assert (found[-1].end_ns, found[-1].last_px) == (now, D(trades[-1][1]))
