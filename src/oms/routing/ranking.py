"""Which place is better: by what a unit costs there with fees, and what is added for latency and history. Exact."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, TypeAlias

from oms.model.decimals import EXACT, ONE, QUOTIENT, ZERO
from oms.model.define import record
from oms.model.depth import Levels
from oms.model.enums import Side
from oms.model.market import Quote
from oms.model.routing import Candidate, RouteVerdict, VenueHealth
from oms.model.routing_places import Place
from oms.model.routing_table import RouteBy, RouteWeights, Venue

_BPS: Final = Decimal("0.0001")
_PPM: Final = Decimal("0.000001")
_MS_PER_NS: Final = Decimal("0.000001")
_HEALTH: Final = {VenueHealth.UP: 0, VenueHealth.DEGRADED: 1, VenueHealth.DOWN: 2}


@record
class Asked:
    """What is to be placed.

    Attributes:
        side: Buy or sell.
        qty: How much.
        limit_px: The worst price; None where there is none.
        may_take: It may trade with what is shown; not so a post-only order.
        may_rest: What is not executed at once stays in the book.
        lot: The quantity increment.
        min_qty: The smallest quantity of a part.
        multiplier: What a unit at a price of 1 is worth.
        max_part: The largest quantity of a part; None for any. What is left of what a place shows then is kept for it.
        min_notional: The smallest value of a part, at its price.
        is_last: Nothing is placed after it, so that what is left may be too small for a part.
        is_later: It trades with nothing that is shown now: it waits for its price, or for an auction, and takes what is there then.
    """

    side: Side
    qty: Decimal
    limit_px: Decimal | None
    may_take: bool
    may_rest: bool
    lot: Decimal
    min_qty: Decimal
    multiplier: Decimal
    max_part: Decimal | None = None
    min_notional: Decimal = ZERO
    is_last: bool = False
    is_later: bool = False

    def least_qty(self, px: Decimal) -> Decimal:
        """Give the smallest quantity of a part at a price; where that is not above zero, its value does not count."""
        worth = EXACT.multiply(EXACT.multiply(px, self.multiplier), self.lot)
        if not self.min_notional or worth <= ZERO:
            return self.min_qty
        lots, rest = EXACT.divmod(self.min_notional, worth)
        return max(self.min_qty, EXACT.multiply(EXACT.add(lots, ONE) if rest else lots, self.lot))


Key: TypeAlias = tuple[int | Decimal, ...]


@record
class Ranked:
    """A place, and how good it is.

    Attributes:
        place: Which.
        position: Its place in the rule, from 0.
        px: What it shows on the side that is taken from; None where nothing is known.
        shown: How much it shows there.
        size: How much of that is left after what was sent there since.
        is_taking: The order would trade at once there.
        net_px: The price with fees.
        score: What it is compared by.
        cost: The score so that less is better, whichever the side; None without a price.
        behind: What else it shows within the limit, the better first; empty where the order would not trade at once there.
    """

    place: Place
    position: int
    px: Decimal | None
    shown: Decimal
    size: Decimal
    is_taking: bool
    net_px: Decimal | None
    score: Decimal | None
    cost: Decimal | None
    behind: Levels = ()

    @property
    def reach(self) -> Decimal:
        """How much it shows within the limit in all."""
        total = self.size
        for _, size in self.behind:
            total = EXACT.add(total, size)
        return total

    @property
    def health_key(self) -> int:
        """How far it is from being up."""
        return 0 if self.place.is_forgiven else _HEALTH[self.place.health]

    @property
    def tie_key(self) -> tuple[int, int, int, int]:
        """What decides between equal scores: fills, refusals, latency, the place in the rule."""
        place = self.place
        return -place.fill_ppm, place.reject_ppm, place.latency_ns, self.position

    def candidate(self, rank: int, verdict: RouteVerdict, qty: Decimal) -> Candidate:
        """Give it as it is recorded."""
        place = self.place
        quote_ns = 0 if place.quote is None else place.quote.time_ns
        return Candidate(
            place.broker, rank, verdict, qty, place.health, self.px, self.size, quote_ns, self.is_taking, self.net_px,
            self.score, place.latency_ns, place.fill_ppm, place.reject_ppm, place.text, self.behind,
        )  # fmt: skip


def valued(asked: Asked, places: Sequence[Place], weights: RouteWeights) -> list[Ranked]:
    """Give every place with its price and score, in the order of the rule."""
    return [_valued(asked, place, position, weights) for position, place in enumerate(places)]


def _valued(asked: Asked, place: Place, position: int, weights: RouteWeights) -> Ranked:
    px, shown = far_side(asked.side, place.quote)
    size = max(ZERO, EXACT.subtract(shown, place.claimed))
    will_take = asked.may_take and px is not None and is_within(asked.side, px, asked.limit_px)
    is_taking = will_take and not asked.is_later
    at_px = px if will_take or asked.limit_px is None else asked.limit_px
    if at_px is None or (px is None and asked.may_take and not asked.may_rest):
        return Ranked(place, position, px, shown, size, is_taking, None, None, None)
    net_px, score, cost = _costs(asked, place, weights, at_px, is_taking=will_take)
    behind = tuple(one for one in place.behind if is_within(asked.side, one[0], asked.limit_px))
    return Ranked(
        place, position, px, shown, size, is_taking, net_px, score, cost, behind if is_taking else ()
    )


def _costs(
    asked: Asked, place: Place, weights: RouteWeights, px: Decimal, *, is_taking: bool
) -> tuple[Decimal, Decimal, Decimal]:
    """Give what a unit at a price comes to with fees, with what is added to that, and the latter so that less is better."""
    worse = EXACT.add if asked.side is Side.BUY else EXACT.subtract
    net_px = worse(px, _fee(asked, place.venue, px, is_taking=is_taking))
    score = worse(net_px, EXACT.multiply(_added_bps(place, weights), abs_bps(px)))
    return net_px, score, score if asked.side is Side.BUY else score.copy_negate()


@record
class Offer:
    """What a place shows at one price within the limit.

    Attributes:
        one: Which place.
        px: At what price.
        size: How much, less what was sent there since.
        cost: What a unit comes to there, with fees and what is added, so that less is better, whichever the side.
    """

    one: Ranked
    px: Decimal
    size: Decimal
    cost: Decimal


def offers(asked: Asked, ranked: Sequence[Ranked], weights: RouteWeights) -> list[Offer]:
    """Give what all of them show within the limit, what costs least first; what a place shows stays in the order of its book."""
    found = []
    for one in ranked:
        if not one.is_taking or one.px is None or one.cost is None:
            continue
        cost = one.cost
        found.append(Offer(one, one.px, one.size, cost))
        for px, size in one.behind:
            # Nobody is served there before those who show a better price are.
            cost = max(cost, _costs(asked, one.place, weights, px, is_taking=True)[2])
            found.append(Offer(one, px, size, cost))
    return sorted(found, key=_offer_key)


def _offer_key(offer: Offer) -> Key:
    return offer.one.health_key, offer.cost, *offer.one.tie_key


def far_side(side: Side, quote: Quote | None) -> tuple[Decimal | None, Decimal]:
    """Give the price and size that an order on this side would trade with; no price where nobody shows any size."""
    if quote is None:
        return None, ZERO
    px, size = (quote.ask, quote.ask_size) if side is Side.BUY else (quote.bid, quote.bid_size)
    return (None, ZERO) if px is None or not size else (px, size)


def is_within(side: Side, px: Decimal, limit_px: Decimal | None) -> bool:
    """Tell whether a price is one that a limit allows."""
    if limit_px is None:
        return True
    return px <= limit_px if side is Side.BUY else px >= limit_px


def abs_bps(px: Decimal) -> Decimal:
    """Give what a basis point of a price is, whatever its sign."""
    return EXACT.multiply(px.copy_abs(), _BPS)


def _fee(asked: Asked, venue: Venue, px: Decimal, *, is_taking: bool) -> Decimal:
    bps, per_unit = (
        (venue.taker_bps, venue.taker_per_unit) if is_taking else (venue.maker_bps, venue.maker_per_unit)
    )
    # As a part of the price, to 28 digits where the multiplier does not divide it.
    of_unit = QUOTIENT.divide(per_unit, asked.multiplier) if per_unit else ZERO
    return EXACT.add(EXACT.multiply(bps, abs_bps(px)), of_unit)


def _added_bps(place: Place, weights: RouteWeights) -> Decimal:
    multiply, add = EXACT.multiply, EXACT.add
    of_latency = multiply(weights.latency_bps_per_ms, multiply(Decimal(place.latency_ns), _MS_PER_NS))
    of_rejects = multiply(weights.reject_bps, multiply(Decimal(place.reject_ppm), _PPM))
    unfilled_ppm = Decimal(1_000_000 - place.fill_ppm)
    of_fills = multiply(weights.unfilled_bps, multiply(unfilled_ppm, _PPM))
    return add(of_latency, add(of_rejects, of_fills))


def whole_key(one: Ranked, asked: Asked, by: RouteBy) -> Key:
    """Give what places for a whole order are sorted by, the best first."""
    held = int(one.place.may_hold)
    if by is RouteBy.IN_TURN:
        return one.health_key, held, one.position
    is_unpriced = int(one.cost is None)
    takes_less = int(not one.is_taking and asked.may_take and not asked.is_later)
    shows_less = int(one.is_taking and one.size < asked.qty)
    cost = ZERO if one.cost is None else one.cost
    return one.health_key, held, is_unpriced, takes_less, shows_less, cost, *one.tie_key


def part_key(one: Ranked) -> Key:
    """Give what places for a part of an order are sorted by, the best first; each has a price."""
    assert one.cost is not None
    return one.health_key, one.cost, *one.tie_key
