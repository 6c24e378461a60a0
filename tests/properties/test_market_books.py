"""The books of a market against slow, obvious ones: a dict that is sorted anew for each look, and a list of orders."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import hypothesis.strategies as st
from hypothesis import given

from oms.model.depth import BookOrder, BookSnapshot, BookUpdate, Level
from oms.model.depth_book import DepthBook
from oms.model.enums import MDUpdateAction, Side
from oms.model.ids import Symbol
from oms.model.market_order_book import MarketOrderBook

AAPL = Symbol("AAPL")

prices = st.integers(-3, 6).map(lambda cents: Decimal(cents) / 2)
sizes = st.integers(0, 3).map(Decimal)
changes = st.lists(st.tuples(prices, sizes), max_size=4)
sides = st.dictionaries(prices, sizes.filter(bool), max_size=5)


@st.composite
def level_messages(draw: st.DrawFn) -> list[BookSnapshot | BookUpdate]:
    made: list[BookSnapshot | BookUpdate] = []
    for time_ns in range(draw(st.integers(0, 8))):
        if draw(st.integers(0, 3)):
            made.append(BookUpdate(AAPL, time_ns, draw(changes), draw(changes)))
        else:
            bids = sorted(draw(sides).items(), reverse=True)
            made.append(BookSnapshot(AAPL, time_ns, bids, sorted(draw(sides).items())))
    return made


@given(level_messages())
def test_a_book_by_level_is_what_a_dict_that_is_sorted_for_each_look_says(
    messages: list[BookSnapshot | BookUpdate],
) -> None:
    book = DepthBook(AAPL)
    slow: tuple[dict[Decimal, Decimal], dict[Decimal, Decimal]] = ({}, {})
    for message in messages:
        book.take(message)
        for plain, levels in zip(slow, (message.bids, message.asks), strict=True):
            if isinstance(message, BookSnapshot):
                plain.clear()
            plain.update(levels)
            for px in [px for px, size in plain.items() if not size]:
                del plain[px]

        bids: list[Level] = sorted(slow[0].items(), reverse=True)
        asks: list[Level] = sorted(slow[1].items())
        assert list(book.bids.levels()) == bids
        assert list(book.asks.levels()) == asks
        assert book.bids.best == (bids[0] if bids else None)
        assert book.asks.best == (asks[0] if asks else None)
        assert (len(book.bids), len(book.asks)) == (len(bids), len(asks))
        assert all(book.asks.size_at(px) == size for px, size in asks)


@given(st.data())
def test_numbered_changes_around_a_snapshot_give_the_book_that_was_there(data: st.DataObject) -> None:
    # The truth is a list of changes; they come in packets, some of them before the snapshot, whatever it contains.
    truth = data.draw(st.lists(st.tuples(st.booleans(), prices, sizes), min_size=1, max_size=12))
    cuts = sorted({0, len(truth), *data.draw(st.lists(st.integers(0, len(truth)), max_size=5))})
    packets = []
    for first, last in pairwise(cuts):
        mine = truth[first:last]
        bids = [(px, size) for is_bid, px, size in mine if is_bid]
        asks = [(px, size) for is_bid, px, size in mine if not is_bid]
        packets.append(BookUpdate(AAPL, 1, bids, asks, first + 1, last))
    known = data.draw(st.integers(0, len(truth)))
    heard = data.draw(st.integers(0, len(packets)))
    messages: list[BookSnapshot | BookUpdate] = [*packets]
    messages.insert(heard, BookSnapshot(AAPL, 1, *_sides(truth[:known]), known))

    book = DepthBook(AAPL)
    for message in messages:
        book.take(message)

    bids, asks = _sides(truth[: max(known, cuts[-1] if packets else 0)])
    assert (list(book.bids.levels()), list(book.asks.levels())) == (bids, asks)
    assert book.is_complete
    assert book.counts.gaps == 0


def _sides(changed: list[tuple[bool, Decimal, Decimal]]) -> tuple[list[Level], list[Level]]:
    bids: dict[Decimal, Decimal] = {}
    asks: dict[Decimal, Decimal] = {}
    for is_bid, px, size in changed:
        (bids if is_bid else asks)[px] = size
    return (
        sorted(((px, size) for px, size in bids.items() if size), reverse=True),
        sorted((px, size) for px, size in asks.items() if size),
    )


orders = st.tuples(
    st.sampled_from(MDUpdateAction),
    st.sampled_from("abcd"),
    st.sampled_from((Side.BUY, Side.SELL)),
    prices,
    st.integers(1, 3).map(Decimal),
)


@given(st.lists(orders, max_size=15))
def test_a_book_by_order_is_what_a_list_of_orders_says(
    messages: list[tuple[MDUpdateAction, str, Side, Decimal, Decimal]],
) -> None:
    book = MarketOrderBook(AAPL)
    # By arrival; each order is its name, side, price and what is left.
    slow: list[tuple[str, Side, Decimal, Decimal]] = []
    gone: set[str] = set()
    for action, entry_id, side, px, drawn in messages:
        size = Decimal(0) if action is MDUpdateAction.DELETE else drawn
        book.take(BookOrder(AAPL, 1, action, entry_id, side, px, size))
        if entry_id in gone:
            continue
        known = [order for order in slow if order[0] == entry_id]
        if action is MDUpdateAction.DELETE:
            slow = [order for order in slow if order[0] != entry_id]
            gone.add(entry_id)
        elif (
            action is MDUpdateAction.CHANGE and known and known[0][1:3] == (side, px) and size <= known[0][3]
        ):
            slow[slow.index(known[0])] = (entry_id, side, px, size)
        else:
            slow = [order for order in slow if order[0] != entry_id] + [(entry_id, side, px, size)]

        assert sorted(book.entries) == sorted(order[0] for order in slow)
        for of_side, shown in ((Side.BUY, book.bids), (Side.SELL, book.asks)):
            there = sorted({order[2] for order in slow if order[1] is of_side}, reverse=of_side is Side.BUY)
            assert [at for at, _ in shown.levels()] == there
            for at in there:
                queue = [order for order in slow if order[1:3] == (of_side, at)]
                found = [(e.entry_id, e.side, e.price, e.size) for e in book.orders_at(of_side, at)]
                assert found == queue
                assert shown.size_at(at) == sum(order[3] for order in queue)
                assert book.ahead_of(of_side, at, book.next_place) == shown.size_at(at)
