"""Where an order goes as a whole, or in parts; each decision says of every place why it was or was not taken.

A part is never larger than what its place shows within the limit, nor smaller than the smallest that may be placed, by its quantity or
its value; nor is what is left after all parts. The parts are never more than what was asked, and of what
places show that are equally healthy, at their best prices and behind them, what costs least is used up first. What nobody shows
rests at one place, where it may.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from decimal import Decimal

from attrs import evolve

from oms.model.decimals import EXACT, ONE, ZERO
from oms.model.define import record
from oms.model.enums import Side
from oms.model.ids import BrokerName
from oms.model.market import Quote
from oms.model.routing import Candidate, RouteDecision, RouteVerdict, VenueHealth
from oms.model.routing_places import Place
from oms.model.routing_table import RouteBy, RouteWeights
from oms.routing.ranking import Asked, Offer, Ranked, offers, part_key, valued, whole_key


def choose(
    asked: Asked,
    places: Sequence[Place],
    *,
    rule: int,
    by: RouteBy,
    weights: RouteWeights,
    now_ns: int,
) -> RouteDecision:
    """Give the one place that the whole order goes to, if there is one.

    Args:
        asked: What is to be placed.
        places: The places of the rule, in its order.
        rule: The rule's number.
        by: How the rule chooses.
        weights: What is added to prices.
        now_ns: The time, in nanoseconds UTC.
    """
    ranked = valued(asked, places, weights)
    able = sorted(
        (one for one in ranked if one.place.verdict is None), key=lambda one: whole_key(one, asked, by)
    )
    candidates: list[Candidate] = []
    if able:
        first = able[0]
        verdict = RouteVerdict.PROBE if first.place.health is VenueHealth.DOWN else RouteVerdict.TAKEN
        candidates.append(first.candidate(1, verdict, asked.qty))
        candidates += [
            one.candidate(rank, _why_not_whole(one, first, asked, by), ZERO)
            for rank, one in enumerate(able[1:], 2)
        ]
    return _decision(asked, ranked, candidates, rule, now_ns)


def given(
    asked: Asked,
    places: Sequence[Place],
    broker: BrokerName,
    verdicts: tuple[RouteVerdict, RouteVerdict],
    *,
    rule: int,
    by: RouteBy,
    weights: RouteWeights,
    now_ns: int,
) -> RouteDecision:
    """Give what is to be recorded of an order that goes to one of these whatever they show.

    Args:
        asked: What is to be placed.
        places: The places of the rule, in its order, and the one to which it goes.
        broker: That one; it gets nothing where something speaks against it.
        verdicts: What is said of it, and of the others of which nothing else is to be said.
        rule: The rule's number.
        by: How those are compared that could be taken.
        weights: What is added to prices.
        now_ns: The time, in nanoseconds UTC.
    """
    of_it, of_others = verdicts
    ranked = valued(asked, places, weights)
    able = sorted(
        (one for one in ranked if one.place.verdict is None), key=lambda one: whole_key(one, asked, by)
    )
    candidates = [
        one.candidate(rank, of_it, asked.qty)
        if one.place.broker == broker
        else one.candidate(rank, of_others, ZERO)
        for rank, one in enumerate(able, 1)
    ]
    return _decision(asked, ranked, candidates, rule, now_ns)


@record
class Part:
    """What one place is to get.

    Attributes:
        broker: Which.
        qty: How much.
        px: The worst price that it may execute at there: the last one shown that it takes from; else the order's limit.
        is_taking: It takes what is shown, at once or not at all; else it rests.
    """

    broker: BrokerName
    qty: Decimal
    px: Decimal
    is_taking: bool


@record
class Split:
    """What an order is divided into, and why.

    Attributes:
        parts: The best place first, what rests last.
        decision: What is to be recorded.
    """

    parts: tuple[Part, ...]
    decision: RouteDecision


def split(
    asked: Asked,
    places: Sequence[Place],
    *,
    rule: int,
    weights: RouteWeights,
    now_ns: int,
    resting: Callable[[], Sequence[Place]] | None = None,
) -> Split:
    """Give each place the part of the order that it should get; what is in none of them is kept back.

    One that is down and may be tried gets one part of the smallest size, where it would be taken if it were up. What no place
    shows within the limit rests, where the order may, at the healthiest place where it costs least.

    Args:
        asked: What is to be placed.
        places: The places of the rule, in its order.
        rule: The rule's number.
        weights: What is added to prices.
        now_ns: The time, in nanoseconds UTC.
        resting: Gives the same places, where others can take an order that rests than one that does not.
    """
    ranked = valued(asked, places, weights)
    able = [one for one in ranked if one.place.verdict is None]
    shown = offers(asked, able, weights)
    parts = _tried(asked, shown)
    swept, last = _swept(asked, shown, EXACT.subtract(asked.qty, _total(part.qty for part in parts)))
    parts = _leaving_enough(asked, [*parts, *swept])
    left = EXACT.subtract(asked.qty, _total(part.qty for part in parts))
    if asked.may_rest and asked.limit_px is not None and left and left >= asked.least_qty(asked.limit_px):
        open_to = places if resting is None else resting()
        where = _rests_at(asked, [one for one in open_to if one.verdict is None], weights)
        if where is not None:
            parts.append(Part(where, left, asked.limit_px, is_taking=False))
    busy = {one.place.broker for one in able if one.place.is_busy}
    kept = busy.intersection(part.broker for part in swept)
    parts = [_capped(part, asked.max_part) for part in parts if not (part.is_taking and part.broker in busy)]
    parts = _leaving_enough(asked, [part for part in parts if part.qty >= asked.least_qty(part.px)])
    decision = _decision(asked, ranked, _explained(asked, able, parts, last, kept), rule, now_ns)
    return Split(tuple(parts), decision)


def _tried(asked: Asked, shown: Sequence[Offer]) -> list[Part]:
    """Give the smallest part to the best place that is down, where it would have been taken if it were up."""
    best = next((offer for offer in shown if offer.one.place.health is VenueHealth.DOWN), None)
    if best is None:
        return []
    left, worst = asked.qty, best.cost
    for offer in shown:
        if offer.one.place.health is not VenueHealth.DOWN and left > ZERO and offer.size:
            left, worst = EXACT.subtract(left, offer.size), offer.cost
    qty = _part(asked, best.size, _smallest(asked, best.px), best.px)
    if qty and (left > ZERO or best.cost < worst):
        return [Part(best.one.place.broker, qty, best.px, is_taking=True)]
    return []


def _swept(asked: Asked, shown: Sequence[Offer], left: Decimal) -> tuple[list[Part], Decimal | None]:
    """Give what each place gets of so much that is left, where all of it is taken that costs least; and what the last unit costs.

    A place gets nothing before what it shows so far is enough for the smallest part. What of one price is no whole lot is
    taken with the next.
    """
    parts: dict[BrokerName, Part] = {}
    reach: dict[BrokerName, Decimal] = {}
    last: Decimal | None = None
    for offer in shown:
        if not left:
            break
        broker = offer.one.place.broker
        if offer.one.place.health is VenueHealth.DOWN:
            continue
        known = parts.get(broker)
        before = ZERO if known is None else known.qty
        reach[broker] = EXACT.add(reach.get(broker, ZERO), offer.size)
        most = EXACT.add(before, left)
        qty = _part(asked, reach[broker], most, offer.px)
        if qty > before:
            parts[broker] = Part(broker, qty, offer.px, is_taking=True)
            left, last = EXACT.subtract(most, qty), offer.cost
    return list(parts.values()), last


def _capped(part: Part, most: Decimal | None) -> Part:
    return part if most is None or part.qty <= most else evolve(part, qty=most)


def _leaving_enough(asked: Asked, parts: Sequence[Part]) -> list[Part]:
    """Give parts that leave nothing, or enough for another one: the last of them are made smaller for that, or left out."""
    found = list(parts)
    left = EXACT.subtract(asked.qty, _total(part.qty for part in found))
    # What is less than a lot goes as it is.
    while found and left >= asked.lot and not asked.is_last:
        last = found[-1]
        px = last.px if asked.limit_px is None else min(last.px, asked.limit_px)
        if (missing := EXACT.subtract(asked.least_qty(px), left)) <= ZERO:
            break
        kept = EXACT.subtract(last.qty, _in_lots(asked, missing))
        if kept > ZERO and kept >= asked.least_qty(last.px):
            found[-1] = evolve(last, qty=kept)
            break
        left = EXACT.add(left, found.pop().qty)
    return found


def _smallest(asked: Asked, px: Decimal) -> Decimal:
    # As many lots as the smallest quantity takes; never more than is asked.
    return min(_in_lots(asked, max(asked.least_qty(px), asked.lot)), asked.qty)


def _in_lots(asked: Asked, qty: Decimal) -> Decimal:
    """Give the smallest number of whole lots that is so much."""
    lots, rest = EXACT.divmod(qty, asked.lot)
    return EXACT.multiply(EXACT.add(lots, ONE) if rest else lots, asked.lot)


def _part(asked: Asked, size: Decimal, left: Decimal, px: Decimal) -> Decimal:
    """Give how much of `left` a place gets that shows `size` down to a price: whole lots, nothing below the smallest part."""
    # What is left may be an odd lot: it goes as it is.
    lots = EXACT.divide_int(size, asked.lot)
    part = left if size >= left else EXACT.multiply(lots, asked.lot)
    return part if part >= asked.least_qty(px) else ZERO


def _rests_at(asked: Asked, able: Sequence[Place], weights: RouteWeights) -> BrokerName | None:
    healthy = [one for one in able if one.health is not VenueHealth.DOWN]
    resting = valued(evolve(asked, may_take=False, may_rest=True), healthy, weights)
    return min(resting, key=part_key).place.broker if resting else None


def _explained(
    asked: Asked,
    able: Sequence[Ranked],
    made: Sequence[Part],
    last_cost: Decimal | None,
    kept: Container[BrokerName],
) -> list[Candidate]:
    parts: dict[BrokerName, Decimal] = {}
    for made_part in made:
        broker = made_part.broker
        parts[broker] = EXACT.add(parts.get(broker, ZERO), made_part.qty)

    def key(one: Ranked) -> tuple[bool, bool, int, Decimal, tuple[int, int, int, int]]:
        cost = ZERO if one.cost is None else one.cost
        return one.place.broker not in parts, one.cost is None, one.health_key, cost, one.tie_key

    ordered = sorted(able, key=key)
    last = next((one for one in reversed(ordered) if one.place.broker in parts), None)
    # What costs as much as the last unit that was taken has lost a tie.
    marginal = last_cost if last_cost is not None or last is None else last.cost
    found: list[Candidate] = []
    for rank, one in enumerate(ordered, 1):
        part = parts.get(one.place.broker, ZERO)
        if part:
            is_probe = one.place.health is VenueHealth.DOWN
            verdict = RouteVerdict.PROBE if is_probe else RouteVerdict.TAKEN
        elif one.place.broker in kept:
            verdict = RouteVerdict.AT_WORK
        else:
            verdict = _why_no_part(one, last, marginal, asked)
        found.append(one.candidate(rank, verdict, part))
    return found


def _why_no_part(one: Ranked, last: Ranked | None, marginal: Decimal | None, asked: Asked) -> RouteVerdict:
    if one.px is None:
        return RouteVerdict.NO_QUOTE
    if one.is_taking and not _part(asked, one.reach, asked.qty, one.px):
        return RouteVerdict.NOTHING_SHOWN
    if not one.is_taking and asked.may_take:
        return RouteVerdict.LIMIT
    if last is not None and one.health_key > last.health_key:
        return RouteVerdict.AFTER_THE_HEALTHY
    if last is None or one.cost != marginal:
        return RouteVerdict.COSTS_MORE
    return RouteVerdict.LOST_A_TIE


def _why_not_whole(one: Ranked, first: Ranked, asked: Asked, by: RouteBy) -> RouteVerdict:
    if one.health_key > first.health_key:
        return RouteVerdict.AFTER_THE_HEALTHY
    if one.place.may_hold and not first.place.may_hold:
        return RouteVerdict.CANNOT
    if by is RouteBy.IN_TURN:
        return RouteVerdict.LATER_IN_TURN
    if one.px is None and first.px is not None:
        return RouteVerdict.NO_QUOTE
    if first.is_taking and not one.is_taking:
        return RouteVerdict.LIMIT
    if one.is_taking and one.size < asked.qty <= first.size:
        return RouteVerdict.LESS_SHOWN
    return RouteVerdict.COSTS_MORE if one.cost != first.cost else RouteVerdict.LOST_A_TIE


def _decision(
    asked: Asked, ranked: Sequence[Ranked], candidates: Sequence[Candidate], rule: int, now_ns: int
) -> RouteDecision:
    out = [one.candidate(0, one.place.verdict, ZERO) for one in ranked if one.place.verdict is not None]
    best = _best(asked, ranked)
    broker, px, size = (None, None, ZERO) if best is None else (best.place.broker, best.px, best.shown)
    return RouteDecision(now_ns, asked.qty, rule, broker, px, size, (*candidates, *out))


def _best(asked: Asked, ranked: Sequence[Ranked]) -> Ranked | None:
    """Give the place that shows the best price, whatever else speaks against it; of equal ones the larger, then the earlier."""
    shown = [one for one in ranked if one.px is not None]
    return min(
        shown, key=lambda one: (_cost_of(asked, one.px), one.shown.copy_negate(), one.position), default=None
    )


def _cost_of(asked: Asked, px: Decimal | None) -> Decimal:
    assert px is not None
    return px if asked.side is Side.BUY else px.copy_negate()


def composite(symbol_quotes: Sequence[Quote]) -> Quote:
    """Give the best prices of several places as one quote, with what all of them show there, of the time of the newest.

    Where they cross, what was heard last is believed: the newest counts, and of the others those that cross nothing newer. Where that
    leaves one side alone, the next newest is begun with, and so on, until there are both. One that crosses by itself counts only where
    all of them do.

    Args:
        symbol_quotes: At least one, all of the same instrument; of those of the same time the first is the newest.
    """
    found = _as_one(symbol_quotes)
    if not found.is_crossed:
        return found
    newest_first = sorted(symbol_quotes, key=lambda quote: -quote.time_ns)
    sets = [_agreeing(first, newest_first) for first in newest_first]
    return next((one for one in sets if one.is_two_sided), sets[0])


def _agreeing(first: Quote, newest_first: Sequence[Quote]) -> Quote:
    """Give a quote with those that cross neither it nor a newer one of these; where it crosses by itself, the others alone."""
    found: list[Quote] = []
    for quote in (first, *newest_first):
        if quote is not first or not found:
            known = [*found, quote]
            if not _as_one(known).is_crossed:
                found = known
    return _as_one(found or [first])


def _as_one(quotes: Sequence[Quote]) -> Quote:
    newest = max(quotes, key=lambda quote: quote.time_ns)
    bids = [(quote.bid, quote.bid_size) for quote in quotes if quote.bid is not None and quote.bid_size]
    asks = [(quote.ask, quote.ask_size) for quote in quotes if quote.ask is not None and quote.ask_size]
    bid = max((px for px, _ in bids), default=None)
    ask = min((px for px, _ in asks), default=None)
    bid_size = _total(size for px, size in bids if px == bid)
    ask_size = _total(size for px, size in asks if px == ask)
    return Quote(newest.symbol, newest.time_ns, bid, bid_size, ask, ask_size)


def _total(sizes: Iterable[Decimal]) -> Decimal:
    total = ZERO
    for size in sizes:
        total = EXACT.add(total, size)
    return total
