"""What recorded markets do that one would not expect; each trap by its name."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from oms.feeds.fields import iso_ns
from oms.feeds.merging import merge
from oms.feeds.recording import Recording
from oms.feeds.resampling import bars_of, resample
from oms.model.bars import Bar, QuoteBar
from oms.model.enums import Side
from oms.model.market import Quote, TradePrint

pytestmark = [pytest.mark.market_data, pytest.mark.slow]

MINUTE_NS, DAY_NS = 60_000_000_000, 86_400_000_000_000
XXX = "us_equity_xxx_{}_2018-01-02.csv.gz"
BINANCE = "crypto_btcusdt_binance_2024-08-08_{}.csv.gz"
COINBASE = "crypto_btcusd_coinbase_bars_1m_{}.csv.gz"
FUTURE = "index_future_bars_1m_2006-01.csv.gz"
FX = "fx_eurusd_oanda_quotes_2014-05-06.csv.gz"
OPENS_NS, CLOSES_NS = iso_ns("2018-01-02T14:30:00Z"), iso_ns("2018-01-02T21:00:00Z")


def rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def bars(path: Path) -> list[Bar]:
    return [bar for bar in Recording(path, "X", span_s=60) if isinstance(bar, Bar)]


# ---------------------------------------------------------------- XXX


def test_thinned_venues_make_a_best_of_all_that_is_crossed_more_than_half_of_the_time(
    market_data: Path,
) -> None:
    shown: dict[str, tuple[Decimal, Decimal]] = {}
    crossed = looked = 0
    for row in rows(market_data / XXX.format("quotes")):
        shown[row["venue"]] = (Decimal(row["bid"]), Decimal(row["ask"]))
        bids = [bid for bid, _ in shown.values() if bid]
        asks = [ask for _, ask in shown.values() if ask]
        if bids and asks and OPENS_NS <= iso_ns(row["ts"]) < CLOSES_NS:
            looked += 1
            crossed += max(bids) > min(asks)

    assert round(crossed / looked, 2) == 0.57
    reference = [
        quote for quote in Recording(market_data / XXX.format("quotes"), "XXX") if isinstance(quote, Quote)
    ]
    assert not [quote for quote in reference if quote.bid and quote.ask and quote.bid >= quote.ask]


def test_trades_of_the_reference_venue_lie_inside_its_quote(market_data: Path) -> None:
    quotes = [
        quote for quote in Recording(market_data / XXX.format("quotes"), "XXX") if isinstance(quote, Quote)
    ]
    inside = looked = place = 0
    for row in rows(market_data / XXX.format("trades")):
        time_ns = iso_ns(row["ts"])
        if row["venue"] != "N" or not OPENS_NS <= time_ns < CLOSES_NS:
            continue
        while place < len(quotes) and quotes[place].time_ns <= time_ns:
            place += 1
        bid, ask = quotes[place - 1].bid, quotes[place - 1].ask
        if bid is not None and ask is not None:
            looked += 1
            inside += bid <= Decimal(row["price"]) <= ask

    assert looked > 5_000
    assert 0.98 < inside / looked < 0.99


def test_sale_conditions_and_corrections_are_told_apart_as_whoever_made_the_bars_did(
    market_data: Path,
) -> None:
    trades = [
        trade
        for trade in Recording(market_data / XXX.format("trades"), "XXX")
        if isinstance(trade, TradePrint) and OPENS_NS <= trade.time_ns < CLOSES_NS
    ]

    made = [
        (bar.start_ns, bar.open, bar.high, bar.low, bar.close, bar.volume)
        for bar in bars_of(trades, span_s=60)
    ]

    assert made == [
        (bar.start_ns, bar.open, bar.high, bar.low, bar.close, bar.volume)
        for bar in bars(market_data / XXX.format("bars_1m"))
    ]
    assert len(made) == 390
    recording = Recording(market_data / XXX.format("trades"), "XXX")
    kept = sum(1 for _ in recording)
    assert kept + recording.left_out_count == 39_462
    assert recording.left_out_count > 0


def test_one_sided_quotes_have_no_price_where_the_file_has_a_zero(market_data: Path) -> None:
    quotes = [
        quote
        for quote in Recording(market_data / XXX.format("quotes"), "XXX", venue=None)
        if isinstance(quote, Quote) and not quote.is_two_sided
    ]

    missing = [quote for quote in quotes if quote.bid is None or quote.ask is None]
    assert len(missing) == 51
    assert all(quote.bid != 0 and quote.ask != 0 for quote in quotes)


# ---------------------------------------------------------------- bars


def test_bars_are_labelled_with_their_beginning_and_heard_at_their_end(market_data: Path) -> None:
    made = bars(market_data / XXX.format("bars_1m"))

    assert (made[0].start_ns, made[0].time_ns) == (OPENS_NS, OPENS_NS + MINUTE_NS)
    assert made[-1].time_ns == CLOSES_NS
    # Beside the trades that it is made of, a bar comes after the last of them.
    trades = list(Recording(market_data / XXX.format("trades"), "XXX"))
    for message, later in pairwise(merge(trades, made[:30])):
        if isinstance(later, Bar):
            assert message.time_ns <= later.time_ns
            assert isinstance(message, TradePrint)
            assert later.start_ns <= message.time_ns


def test_minutes_without_trades_have_no_row_and_no_bar(market_data: Path) -> None:
    made = bars(market_data / FUTURE)
    minutes = Counter(bar.start_ns // DAY_NS for bar in made)

    assert len(made) == 16_511
    assert len(minutes) == 22
    # The session runs from 8:00 to 21:00 UTC, in January: 780 minutes.
    of_day = [bar.start_ns % DAY_NS // MINUTE_NS for bar in made]
    assert (min(of_day), max(of_day)) == (8 * 60, 21 * 60 - 1)
    assert sum(1 for count in minutes.values() if count < 780) == 21
    assert sum(1 for bar, later in pairwise(made) if later.start_ns > bar.time_ns) > 22
    assert not [bar for bar in made if not bar.volume]

    longer = list(resample(made, span_s=3600))

    assert len(longer) < 22 * 13 + 1
    assert sum(bar.volume or 0 for bar in longer) == sum(bar.volume or 0 for bar in made)
    assert max(bar.high for bar in longer) == max(bar.high for bar in made)


def test_days_of_bars_may_lie_years_apart(market_data: Path) -> None:
    made = bars(market_data / COINBASE.format("trade"))
    quoted = [
        bar
        for bar in Recording(market_data / COINBASE.format("quote"), "X", span_s=60)
        if isinstance(bar, QuoteBar)
    ]

    assert (len(made), len(quoted)) == (10_983, 5_749)
    assert len({bar.start_ns // DAY_NS for bar in made}) == 8
    assert len({bar.start_ns // DAY_NS for bar in quoted}) == 4
    assert len(list(resample(made, span_s=86_400))) == 8


# ---------------------------------------------------------------- clocks and sizes


def test_binance_has_two_clocks_and_all_files_are_read_by_the_one_of_the_receiver(market_data: Path) -> None:
    recorded = list(rows(market_data / BINANCE.format("trades")))
    ahead_ns = [int(row["exch_ms"]) * 1_000_000 - int(row["recv_ns"]) for row in recorded]
    trades = [
        trade
        for trade in Recording(market_data / BINANCE.format("trades"), "BTCUSDT")
        if isinstance(trade, TradePrint)
    ]

    assert 1.05e9 < min(ahead_ns) <= max(ahead_ns) < 1.28e9
    assert [trade.time_ns for trade in trades] == [int(row["recv_ns"]) for row in recorded]

    # By the receiver's clock a trade is at the price that was shown before it four times as often as by the exchange's.
    quotes = [
        quote for quote in Recording(market_data / BINANCE.format("quotes"), "X") if isinstance(quote, Quote)
    ]
    right = _at_the_quote(quotes, trades, [trade.time_ns for trade in trades])
    wrong = _at_the_quote(quotes, trades, [int(row["exch_ms"]) * 1_000_000 for row in recorded])
    assert right > 3 * wrong


def _at_the_quote(quotes: list[Quote], trades: list[TradePrint], times_ns: list[int]) -> int:
    place = found = 0
    for trade, time_ns in zip(trades, times_ns, strict=True):
        while place < len(quotes) and quotes[place].time_ns < time_ns:
            place += 1
        if place:
            quote = quotes[place - 1]
            found += trade.price == (quote.bid if trade.aggressor is Side.SELL else quote.ask)
    return found


def test_fx_quotes_without_sizes_are_for_the_size_that_is_said(market_data: Path) -> None:
    quotes = [
        quote
        for quote in Recording(market_data / FX, "EURUSD", assumed_size=1_000_000)
        if isinstance(quote, Quote)
    ]

    assert len(quotes) == 44_864
    assert (
        {quote.bid_size for quote in quotes} == {quote.ask_size for quote in quotes} == {Decimal(1_000_000)}
    )
    assert all(quote.is_two_sided for quote in quotes)
