"""Books that are rebuilt from recorded depth, beside what their markets themselves said of their best prices.

Each figure is printed, whatever pytest captures.
"""

from __future__ import annotations

import csv
import gzip
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from oms.brokers.paper import PaperBroker
from oms.feeds.merging import merge
from oms.feeds.recording import Recording
from oms.model.capabilities import Capabilities
from oms.model.decimals import ZERO
from oms.model.depth import BookOrder, BookSnapshot, BookUpdate, Level
from oms.model.depth_book import DepthBook
from oms.model.enums import Side, TriggerPriceType
from oms.model.events import OrderReleased
from oms.model.ids import Symbol
from oms.model.instrument import Instrument
from oms.model.market import MarketData, Quote
from oms.model.market_order_book import MarketOrderBook
from oms.model.terms import Market, Stop
from oms.model.time_in_force import GTC, GoodTillCancel
from oms.model.top_of_book import TopOfBook
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore

pytestmark = [pytest.mark.market_data, pytest.mark.slow]

BTCUSDT, BTCUSD = Symbol("BTCUSDT"), Symbol("BTCUSD")
BINANCE = "crypto_btcusdt_binance_2024-08-08_{}.csv.gz"
BITSTAMP = "crypto_btcusd_bitstamp_2015-05-01_{}.csv.gz"
HOUR_NS = 3_600_000_000_000

Say = Callable[[str], None]


class Deaf(PaperBroker):
    """Takes market orders alone, and hears nothing of the market."""

    def capabilities(self) -> Capabilities:
        return Capabilities(order_types=frozenset({(Market, GoodTillCancel)}), simulated=True)

    def on_market(self, update: MarketData) -> None:
        del update


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], record_property: Callable[[str, object], None]) -> Say:
    """Print a figure although output is captured, and keep it with the result."""

    def said(figure: str) -> None:
        record_property("figure", figure)
        with capsys.disabled():
            print(f"\n{figure}")  # noqa: T201  # the figure is what is wanted

    return said


def best(levels: Sequence[Level]) -> Level | None:
    return levels[0] if levels else None


# ---------------------------------------------------------------- Binance, by level


def test_the_best_prices_rebuilt_from_binance_depth_are_those_of_its_quotes(
    market_data: Path, say: Say
) -> None:
    quotes = list(Recording(market_data / BINANCE.format("quotes"), BTCUSDT))
    # A quote stands until the next one: the file has the number of the change that each is of.
    ids = _update_ids(market_data / BINANCE.format("quotes"))
    book = DepthBook(BTCUSDT)
    compared = same_px = same = 0

    for message in depth_of(market_data):
        book.take(message)
        if isinstance(message, BookSnapshot) or not book.has_begun:
            continue
        assert book.last_id is not None
        place = bisect_right(ids, book.last_id) - 1
        if place < 0:
            continue
        quote = quotes[place]
        assert isinstance(quote, Quote)
        bid, ask = book.bids.best, book.asks.best
        assert bid is not None
        assert ask is not None
        compared += 1
        same_px += (bid[0], ask[0]) == (quote.bid, quote.ask)
        same += (bid, ask) == ((quote.bid, quote.bid_size), (quote.ask, quote.ask_size))

    say(
        f"Binance L2: best bid and offer are those of the quotes after {same_px} of {compared} updates "
        f"({same_px / compared:.2%}), with their sizes after {same}"
    )
    assert compared > 6_400
    assert same_px / compared >= 0.9996
    assert same == same_px
    assert book.is_complete
    assert (book.counts.gaps, book.counts.locked, book.counts.crossed) == (0, 0, 0)


def test_what_binance_sent_before_the_snapshot_is_taken_where_it_is_newer(market_data: Path) -> None:
    # Three updates were received before the snapshot; the third is newer than it in part.
    messages = depth_of(market_data)
    before = [next(messages) for _ in range(3)]
    snapshot = next(messages)
    assert all(isinstance(message, BookUpdate) for message in before)
    assert isinstance(snapshot, BookSnapshot)
    assert snapshot.last_id is not None
    assert [message.last_id - snapshot.last_id for message in before if message.last_id is not None] == [
        -16,
        -11,
        6,
    ]

    book = DepthBook(BTCUSDT)
    for message in (*before, snapshot):
        book.take(message)

    assert book.last_id == snapshot.last_id + 6
    assert (book.counts.stale_updates, book.is_complete) == (2, True)


def test_a_packet_of_binance_depth_that_is_lost_is_a_gap_with_the_line_that_shows_it(
    market_data: Path, tmp_path: Path
) -> None:
    with gzip.open(market_data / BINANCE.format("depth"), "rt", encoding="utf-8") as file:
        lines = file.read().splitlines()[:3_000]
    lost = lines[1_000].split(",")[2]
    kept = [line for line in lines if line.split(",")[2] != lost]
    path = tmp_path / "depth.csv"
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")

    recording = Recording(path, BTCUSDT, bad_rows="skip")
    book = DepthBook(BTCUSDT)
    for message in recording:
        assert isinstance(message, BookUpdate)
        book.take(message)

    (fault,) = recording.bad_rows
    assert (fault.column, fault.is_dropped) == ("first_id", False)
    assert kept[fault.line - 1].split(",")[2] == fault.value
    assert book.counts.gaps == 1
    assert not book.is_complete


def depth_of(market_data: Path) -> Iterator[BookSnapshot | BookUpdate]:
    """What Binance sent of its book, as it was received."""
    snapshot = Recording(market_data / BINANCE.format("snapshot"), BTCUSDT)
    for message in merge(snapshot, Recording(market_data / BINANCE.format("depth"), BTCUSDT)):
        assert isinstance(message, BookSnapshot | BookUpdate)
        yield message


def _update_ids(path: Path) -> list[int]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return [int(row["update_id"]) for row in csv.DictReader(file)]


# ---------------------------------------------------------------- Bitstamp, by order


def orders_of(market_data: Path) -> list[BookOrder]:
    orders = list(Recording(market_data / BITSTAMP.format("orders"), BTCUSD))
    assert all(isinstance(order, BookOrder) for order in orders)
    return [order for order in orders if isinstance(order, BookOrder)]


def agreement(market_data: Path, from_ns: int, to_ns: int, slack_ns: int = 0) -> tuple[int, int, int, int]:
    """How many of the exchange's own books were looked at in a span since the first order, and agreed in bid, offer and both.

    What is compared are the best prices: those of a book of the exchange, and ours of the same moment by the receiver's clock,
    after every message that was received by then; or of any moment in so many nanoseconds before it.
    """
    orders = orders_of(market_data)
    start_ns = orders[0].time_ns
    book = MarketOrderBook(BTCUSD)
    best_px: list[tuple[int, object, object]] = [(0, None, None)]
    place = looked = bids = asks = both = 0
    for shown in Recording(market_data / BITSTAMP.format("book10"), BTCUSD):
        assert isinstance(shown, BookSnapshot)
        while place < len(orders) and orders[place].time_ns <= shown.time_ns:
            book.take(orders[place])
            best_px.append((orders[place].time_ns, _px(book.bids.best), _px(book.asks.best)))
            place += 1
        if from_ns <= shown.time_ns - start_ns < to_ns:
            bid, ask = _px(best(shown.bids)), _px(best(shown.asks))
            # The last state from before the slack stood at its beginning.
            first = max(bisect_right(best_px, shown.time_ns - slack_ns, key=lambda one: one[0]) - 1, 0)
            ours = best_px[first:] if slack_ns else best_px[-1:]
            looked += 1
            bids += any(one[1] == bid for one in ours)
            asks += any(one[2] == ask for one in ours)
            both += any(one[1:] == (bid, ask) for one in ours)
    return looked, bids, asks, both


def _px(level: Level | None) -> object:
    return None if level is None else level[0]


def test_the_best_prices_rebuilt_from_bitstamp_orders_are_those_of_its_own_book(
    market_data: Path, say: Say
) -> None:
    looked, bids, asks, _ = agreement(market_data, HOUR_NS, 24 * HOUR_NS)

    say(
        f"Bitstamp L3: after the first hour the best bid is that of the exchange's book in {bids} of {looked} snapshots "
        f"({bids / looked:.2%}), the best offer in {asks} ({asks / looked:.2%})"
    )
    # Of the bids 99.97 %, as the data say of themselves; they say nothing of the offers.
    assert (looked, bids, asks) == (3_956, 3_955, 3_954)
    assert bids / looked > 0.9997


def test_what_of_bitstamp_does_not_agree_is_a_snapshot_of_a_moment_before(
    market_data: Path, say: Say
) -> None:
    looked, _, _, both = agreement(market_data, HOUR_NS, 24 * HOUR_NS)
    _, _, _, before = agreement(market_data, HOUR_NS, 24 * HOUR_NS, slack_ns=20_000_000)

    say(
        f"Bitstamp L3: after the first hour bid and offer together agree in {both} of {looked} snapshots, and in {before} "
        "with the book as it was at some moment of the 20 ms before them"
    )
    # In the three others an order at the best price came 0, 2 and 15 ms before the snapshot, which is not in it.
    assert (looked - both, looked - before) == (3, 0)


def test_bitstamp_has_no_opening_snapshot_so_that_its_book_builds_up_in_the_first_hour(
    market_data: Path, say: Say
) -> None:
    looked, bids, asks, _ = agreement(market_data, 0, HOUR_NS)

    say(
        f"Bitstamp L3, first hour: {bids / looked:.1%} of the bids and {asks / looked:.1%} of the offers agree"
    )
    assert min(bids, asks) / looked < 0.99


def test_messages_of_bitstamp_that_come_out_of_order_are_left_out_and_counted(market_data: Path) -> None:
    book = MarketOrderBook(BTCUSD)
    for order in orders_of(market_data):
        book.take(order)
    counts = book.counts

    # "205 deletes are of orders never seen": 184 that were never heard of, and 21 that were deleted twice.
    assert (counts.unknown_deletes, counts.repeated_deletes) == (184, 21)
    assert (counts.late_changes, counts.late_news) == (1, 5)
    assert (counts.adopted, counts.repeated_news) == (3, 0)
    assert counts.messages == 50_414


def test_an_order_of_bitstamp_that_changed_after_its_end_would_haunt_the_book(market_data: Path) -> None:
    orders = orders_of(market_data)
    gone: set[str] = set()
    ghosts = []
    for order in orders:
        if order.entry_id in gone and order.size:
            ghosts.append(order)
        if not order.size:
            gone.add(order.entry_id)
    book = MarketOrderBook(BTCUSD)
    for order in orders:
        book.take(order)

    assert len(ghosts) == 6
    assert not {order.entry_id for order in ghosts} & set(book.entries)


def test_the_book_of_bitstamp_is_locked_and_crossed_at_times_and_says_so(market_data: Path, say: Say) -> None:
    top = TopOfBook(BTCUSD)
    quotes = [quote for order in orders_of(market_data) if (quote := top.take(order)) is not None]
    assert top.by_order is not None
    counts = top.by_order.counts
    say(
        f"Bitstamp L3: {counts.locked} messages left the book locked, {counts.crossed} crossed, of {counts.messages}"
    )

    # An order that will trade is shown before its trade is: for that moment the book is crossed.
    assert counts.locked > 0
    assert counts.crossed > 0
    kinds = Counter(quote.is_two_sided for quote in quotes)
    crossed = [
        quote for quote in quotes if quote.bid is not None and quote.ask is not None and quote.bid > quote.ask
    ]
    one_sided = [quote for quote in quotes if quote.bid is None or quote.ask is None]
    assert crossed
    assert one_sided
    assert kinds[False] == len(crossed) + len(one_sided)
    assert all(quote.bid_size > ZERO for quote in quotes if quote.bid is not None)


def test_what_the_market_said_is_quoted_once_for_each_change_of_the_best_prices(market_data: Path) -> None:
    top = TopOfBook(BTCUSDT)
    heard: list[MarketData] = []
    quotes: list[Quote] = []
    for message in depth_of(market_data):
        heard.append(message)
        quote = top.take(message)
        if quote is not None:
            quotes.append(quote)

    assert 1_000 < len(quotes) < len(heard)
    assert all(quote.is_two_sided for quote in quotes)
    shown = [(quote.bid, quote.bid_size, quote.ask, quote.ask_size) for quote in quotes]
    assert all(one != other for one, other in pairwise(shown))


# ---------------------------------------------------------------- to the manager


def released(market_data: Path, *, as_depth: bool) -> list[tuple[int, int]]:
    """When stops that are held here are released by the Binance book, told as depth or as the quotes that follow from it."""
    instrument = Instrument(symbol=BTCUSDT, currency="USDT", tick="0.01", lot="0.00001")
    messages = [message for _, message in zip(range(2_000), depth_of(market_data), strict=False)]
    clock = ManualClock(messages[0].time_ns)
    store = MemoryEventStore()
    om = OrderManager(brokers=[Deaf([instrument])], store=store, clock=clock)
    for px in range(61_750, 61_900, 10):
        for side in (Side.BUY, Side.SELL):
            om.submit(BTCUSDT, side, 1, Stop(px, TriggerPriceType.BID_ASK), tif=GTC)
    top = TopOfBook(BTCUSDT)
    for message in messages:
        clock.advance_to(message.time_ns)
        quote = top.take(message)
        if as_depth:
            om.update(message)
        elif quote is not None:
            om.update(quote)
    return [(event.time_ns, event.order_id) for event in store.read() if isinstance(event, OrderReleased)]


def test_a_market_in_depth_releases_held_orders_when_its_best_prices_do(market_data: Path) -> None:
    by_depth = released(market_data, as_depth=True)

    assert len(by_depth) > 10
    assert len({time_ns for time_ns, _ in by_depth}) > 3
    assert by_depth == released(market_data, as_depth=False)
