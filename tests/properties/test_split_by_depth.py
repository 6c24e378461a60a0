"""An order that is split over books, beside every other way of splitting it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import product
from typing import Final, TypeAlias

from hypothesis import event as note
from hypothesis import given, settings
from hypothesis import strategies as st

from oms.model.decimals import ONE, ZERO
from oms.model.enums import Side
from oms.model.ids import BrokerName, Symbol
from oms.model.market import Quote
from oms.model.routing import VenueHealth
from oms.model.routing_places import Place
from oms.model.routing_table import RouteWeights, Venue
from oms.routing.decisions import split
from oms.routing.ranking import Asked

AAPL: Final = Symbol("AAPL")
T0: Final = 1_700_000_000_000_000_000

Book: TypeAlias = list[tuple[Decimal, int]]
"""Prices and sizes, the better first."""
Shop: TypeAlias = tuple[Book, Decimal]
"""A book, and the fee in basis points."""


@st.composite
def _books(draw: st.DrawFn) -> Book:
    cents, book = draw(st.integers(1_000, 1_010)), []
    for step, size in draw(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 5)), min_size=1, max_size=4)):
        book.append((Decimal(cents) / 100, size))
        cents += step
    return book


_SHOPS: Final = st.lists(st.tuples(_books(), st.integers(-10, 30).map(Decimal)), min_size=1, max_size=3)


def _place(number: int, shop: Shop, *, is_buy: bool) -> Place:
    levels, bps = shop
    signed = [(px if is_buy else -px, Decimal(size)) for px, size in levels]
    (px, size), *behind = signed
    # Sizes of zero stand for what was just taken by somebody else of us.
    shown = size + 3
    quote = Quote(AAPL, T0, None, 0, px, shown) if is_buy else Quote(AAPL, T0, px, shown, None, 0)
    name = BrokerName(f"v{number}")
    return Place(
        name, Venue(broker=name, taker_bps=bps), VenueHealth.UP, quote, Decimal(3), 0, 1_000_000, 0,
        behind=tuple(behind),
    )  # fmt: skip


def _paid(shop: Shop, qty: int) -> Decimal:
    """Give what so much costs at one place, with its fee, unit by unit; all of it is there."""
    levels, bps = shop
    units = [px * (1 + bps / 10_000) for px, size in levels for _ in range(size)]
    return sum(units[:qty], ZERO)


def _within(shop: Shop, limit: Decimal) -> Shop:
    levels, bps = shop
    return [(px, size) for px, size in levels if px <= limit], bps


def _ways(shops: list[Shop], qty: int) -> Iterator[tuple[int, ...]]:
    """Give every way to have as much as can be had, up to so much."""
    shown = [sum(size for _, size in levels) for levels, _ in shops]
    most = min(qty, sum(shown))
    for parts in product(*(range(min(one, most) + 1) for one in shown)):
        if sum(parts) == most:
            yield parts


@settings(max_examples=150)
@given(_SHOPS, st.integers(1, 14), st.integers(1_000, 1_020), st.booleans())
def test_no_other_way_of_splitting_has_as_much_within_the_limit_for_less(
    shops: list[Shop], qty: int, limit_cents: int, is_buy: bool
) -> None:
    """Law: as much as anybody could have within the limit, for no more with fees; sellers as buyers of the negative prices."""
    limit = Decimal(limit_cents) / 100
    asked = Asked(
        Side.BUY if is_buy else Side.SELL, Decimal(qty), limit if is_buy else -limit, may_take=True, may_rest=False,
        lot=ONE, min_qty=ONE, multiplier=ONE,
    )  # fmt: skip
    # What is sold at -10.01 is bought at 10.01: a fee is a part of the price whatever its sign.
    places = [_place(number, shop, is_buy=is_buy) for number, shop in enumerate(shops)]

    found = split(asked, places, rule=1, weights=RouteWeights(), now_ns=T0)

    reachable = [_within(shop, limit) for shop in shops]
    had = {part.broker: part for part in found.parts}
    parts = tuple(int(had[place.broker].qty) if place.broker in had else 0 for place in places)
    ways = list(_ways(reachable, qty))
    assert parts in ways
    paid = sum((_paid(shop, part) for shop, part in zip(reachable, parts, strict=True)), ZERO)
    assert paid == min(
        sum((_paid(shop, part) for shop, part in zip(reachable, way, strict=True)), ZERO) for way in ways
    )
    for shop, part, place in zip(reachable, parts, places, strict=True):
        if part:
            # The worst price of what it gets, and none beyond it.
            units = [px for px, size in shop[0] for _ in range(size)]
            assert had[place.broker].px == (units[part - 1] if is_buy else -units[part - 1])
    note(f"{sum(part > 0 for part in parts)} places")
