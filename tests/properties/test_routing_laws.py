"""Laws of choosing and splitting, over any number of places and any prices."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Final, TypeAlias

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from oms.model.decimals import ZERO
from oms.model.depth import Levels
from oms.model.enums import Side
from oms.model.ids import BrokerName, OrderId, Symbol
from oms.model.market import Quote
from oms.model.routing import RouteVerdict, VenueHealth
from oms.model.routing_places import Place
from oms.model.routing_table import HealthRules, RouteBy, RouteWeights, Venue
from oms.routing.decisions import Split, choose, split
from oms.routing.health import judge
from oms.routing.ranking import Asked
from oms.routing.records import VenueRecord

AAPL: Final = Symbol("AAPL")
T0: Final = 1_700_000_000_000_000_000
_TICK: Final = Decimal("0.01")
Case: TypeAlias = tuple[Asked, list[Place]]
"""What is asked, and where it may go."""
# Negative prices too: a sale at a price is then the mirror of a purchase at its negative.
_PRICES = st.integers(-1_100, 1_100).map(lambda ticks: ticks * _TICK)
_RATES = st.integers(-30, 30).map(lambda tenths: Decimal(tenths) / 10)
_PPM = st.integers(0, 1_000_000)
_WEIGHTS = st.builds(
    RouteWeights,
    latency_bps_per_ms=st.sampled_from([0, "0.1"]),
    reject_bps=st.sampled_from([0, 5]),
    unfilled_bps=st.sampled_from([0, 3]),
)


@st.composite
def _places(draw: st.DrawFn, side: Side) -> list[Place]:
    found = []
    for number in range(draw(st.integers(1, 5))):
        name = BrokerName(f"v{number}")
        venue = Venue(
            broker=name, taker_bps=draw(_RATES), maker_bps=draw(_RATES), taker_per_unit=draw(_RATES), maker_per_unit=draw(_RATES)
        )  # fmt: skip
        sizes = st.integers(0, 40).map(Decimal)
        quote = Quote(
            AAPL, T0, draw(st.none() | _PRICES), draw(sizes), draw(st.none() | _PRICES), draw(sizes)
        )
        far_px = quote.ask if side is Side.BUY else quote.bid
        steps = draw(st.lists(st.tuples(st.integers(1, 300), st.integers(1, 40)), max_size=3))
        found.append(
            Place(
                name,
                venue,
                draw(st.sampled_from(VenueHealth)),
                draw(st.sampled_from([quote, quote, None])),
                Decimal(draw(st.sampled_from([0, 0, 7]))),
                draw(st.integers(0, 3)) * 1_000_000,
                draw(_PPM),
                draw(_PPM),
                draw(st.sampled_from([None, None, None, RouteVerdict.CANNOT])),
                is_forgiven=draw(st.booleans()),
                behind=() if far_px is None else _behind(far_px, steps, side),
            )
        )
    return found


def _behind(best_px: Decimal, steps: list[tuple[int, int]], side: Side) -> Levels:
    levels, px = [], best_px
    for ticks, size in steps:
        px += ticks * _TICK * side.sign
        levels.append((px, Decimal(size)))
    return tuple(levels)


@st.composite
def _asked(draw: st.DrawFn) -> Asked:
    lot = Decimal(draw(st.sampled_from([1, 1, 5])))
    limit_px = draw(st.none() | _PRICES)
    return Asked(
        draw(st.sampled_from([Side.BUY, Side.SELL])),
        Decimal(draw(st.integers(1, 90))),
        limit_px,
        may_take=draw(st.booleans()),
        may_rest=limit_px is not None and draw(st.booleans()),
        lot=lot,
        min_qty=Decimal(draw(st.sampled_from([1, 4]))),
        multiplier=Decimal(draw(st.sampled_from([1, 3]))),
    )


@st.composite
def _cases(draw: st.DrawFn) -> Case:
    asked = draw(_asked())
    return asked, draw(_places(asked.side))


def _split(asked: Asked, places: list[Place], weights: RouteWeights) -> Split:
    return split(asked, places, rule=1, weights=weights, now_ns=T0)


@settings(max_examples=150)
@given(_cases(), _WEIGHTS)
def test_parts_are_never_more_than_was_asked_or_is_shown_and_say_so(
    case: Case, weights: RouteWeights
) -> None:
    """Law: whole lots (but an odd rest), nothing below the least, nothing beyond the limit, and the record says the same."""
    asked, places = case
    found = _split(asked, places, weights)
    by_name = {place.broker: place for place in places}

    assert sum(part.qty for part in found.parts) <= asked.qty
    for part in found.parts:
        place = by_name[part.broker]
        assert place.verdict is None
        assert min(asked.min_qty, asked.qty) <= part.qty
        if part.is_taking:
            quote = place.quote
            assert quote is not None
            px, size = (quote.ask, quote.ask_size) if asked.side is Side.BUY else (quote.bid, quote.bid_size)
            assert px is not None
            levels = [(px, max(size - place.claimed, ZERO)), *place.behind]
            sign = asked.side.sign
            assert part.px in [level_px for level_px, _ in levels]
            assert part.qty <= sum(shown for at, shown in levels if sign * at <= sign * part.px)
            if asked.limit_px is not None:
                assert sign * part.px <= sign * asked.limit_px
        else:
            assert (asked.may_rest, part.px) == (True, asked.limit_px)
    told = {one.broker: one.qty for one in found.decision.candidates}
    assert set(told) == set(by_name)
    for broker, qty in told.items():
        assert qty == sum((part.qty for part in found.parts if part.broker == broker), ZERO)
    assert all(
        (one.rank == 0) == (by_name[one.broker].verdict is not None) for one in found.decision.candidates
    )


@settings(max_examples=150)
@given(_cases(), _WEIGHTS)
def test_a_worse_score_is_taken_only_once_the_better_is_used_up(case: Case, weights: RouteWeights) -> None:
    """Law: of places that are equally healthy, the better is used up to less than a part before the worse gets anything."""
    asked, places = case
    asked = evolve(asked, may_rest=False, min_qty=asked.lot)
    found = _split(asked, [evolve(place, health=VenueHealth.UP) for place in places], weights)
    sign = asked.side.sign
    takers = [one for one in found.decision.candidates if one.is_taking and one.rank]

    for better in takers:
        for worse in takers:
            assert better.score is not None
            assert worse.score is not None
            if worse.qty and sign * better.score < sign * worse.score:
                assert better.size - better.qty < asked.lot


@settings(max_examples=150)
@given(_cases(), _WEIGHTS)
def test_a_sale_is_the_mirror_of_a_purchase(case: Case, weights: RouteWeights) -> None:
    """Law: what is bought at a price is sold at its negative, at the same places in the same parts."""
    asked, places = case

    def mirrored(place: Place) -> Place:
        quote = place.quote
        if quote is None:
            return place
        bid = None if quote.ask is None else -quote.ask
        ask = None if quote.bid is None else -quote.bid
        behind = tuple((-px, size) for px, size in place.behind)
        return evolve(place, behind=behind, quote=Quote(AAPL, T0, bid, quote.ask_size, ask, quote.bid_size))

    other = Side.SELL if asked.side is Side.BUY else Side.BUY
    limit_px = None if asked.limit_px is None else -asked.limit_px
    there = _split(asked, places, weights)
    here = _split(
        evolve(asked, side=other, limit_px=limit_px), [mirrored(place) for place in places], weights
    )

    assert [(part.broker, part.qty, -part.px, part.is_taking) for part in here.parts] == [
        (part.broker, part.qty, part.px, part.is_taking) for part in there.parts
    ]
    assert [(one.broker, one.verdict) for one in here.decision.candidates] == [
        (one.broker, one.verdict) for one in there.decision.candidates
    ]


@settings(max_examples=150)
@given(_cases(), _WEIGHTS, st.sampled_from(RouteBy))
def test_a_whole_order_goes_to_one_place_if_any_can_take_it(
    case: Case, weights: RouteWeights, by: RouteBy
) -> None:
    """Law: all of it at the first that could be taken, never at one that could not; ties fall as the rule lists them."""
    asked, places = case
    decision = choose(asked, places, rule=1, by=by, weights=weights, now_ns=T0)
    able = [place for place in places if place.verdict is None]

    assert [one.qty for one in decision.taken] == ([asked.qty] if able else [])
    assert {one.broker for one in decision.candidates} == {place.broker for place in places}
    ranks = [one.rank for one in decision.candidates]
    assert ranks == [*range(1, len(able) + 1), *[0] * (len(places) - len(able))]
    twins = [evolve(places[0], broker=BrokerName(f"t{number}"), verdict=None) for number in range(3)]
    tied = choose(asked, twins, rule=1, by=by, weights=weights, now_ns=T0)
    assert [one.broker for one in tied.candidates] == ["t0", "t1", "t2"]


@settings(max_examples=100)
@given(_cases())
def test_the_best_price_is_the_best_that_anybody_shows(case: Case) -> None:
    """Law: what is recorded beside the choice is the best price there was, wherever the order went."""
    asked, places = case
    decision = choose(asked, places, rule=1, by=RouteBy.BEST, weights=RouteWeights(), now_ns=T0)
    shown = [
        px
        for place in places
        if place.quote is not None
        for px, size in [
            (place.quote.ask, place.quote.ask_size)
            if asked.side is Side.BUY
            else (place.quote.bid, place.quote.bid_size)
        ]
        if px is not None and size
    ]

    best = (min if asked.side is Side.BUY else max)(shown, default=None)
    assert decision.best_px == best


_STEPS = st.lists(
    st.tuples(st.sampled_from(["fails", "doubt", "refused", "answers"]), st.integers(0, 4_000_000_000)),
    max_size=40,
)


@settings(max_examples=150)
@given(_STEPS, st.integers(1, 3), st.integers(0, 3))
def test_health_is_decided_once_and_its_back_off_stays_in_bounds(
    steps: list[tuple[str, int]], degraded_after: int, further: int
) -> None:
    """Law: a decision taken settles the matter; it only goes down by bad news and better by good; back-off is bounded."""
    rules = HealthRules(
        degraded_after=degraded_after, down_after=degraded_after + further, backoff_s=1, max_backoff_s=7
    )
    known, now_ns, seen = VenueRecord(), T0, [VenueHealth.UP]
    order = list(VenueHealth)
    for number, (what, passed_ns) in enumerate(steps, 1):
        now_ns += passed_ns
        known.on_sent(OrderId(number), now_ns)
        if what == "answers":
            known.on_heard(OrderId(number), now_ns)
        elif what == "refused":
            known.on_rejected(OrderId(number), now_ns)
        else:
            known.on_failed(OrderId(number), now_ns, is_over=what == "fails")
        was = known.health
        change = judge(known, rules, now_ns)
        if change is not None:
            assert (order.index(change.health) < order.index(was)) == (what == "answers")
            assert change.health is not was or change.health is VenueHealth.DOWN
            assert (change.until_ns > now_ns) == (change.health is not VenueHealth.UP)
            assert change.until_ns <= now_ns + 7_000_000_000
            known.change(change.health, change.strikes, change.until_ns)
            seen.append(change.health)
        assert judge(known, rules, now_ns) is None
    # Down is left by way of degraded alone.
    assert (VenueHealth.DOWN, VenueHealth.UP) not in set(pairwise(seen))
