"""Works an order over several brokers.

What any of them shows within the limit, at its best price or behind it, is taken with orders that are canceled at once where they
do not execute: one for each broker, at the last of its prices that is to be taken, so that none trades worse than was decided.
What comes back is placed anew. What nobody shows rests
at one broker; where another shows something for it, it is made smaller, or taken back where its venue replaces nothing or its
broker goes down, and nothing is sent in its place until that is answered: a part in doubt, or with a cancel on its way, counts as working.
At what price it rests, and when that is changed, is told in `oms.algos.smart_rests`.

With `max_child` no part is larger, a broker gets the next once the one before has ended, and one part rests at a time. With
`min_rest` nothing is sent for so long after something was. At the end `sweep` takes what is shown once, both of these aside.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from decimal import Decimal

from attrs import evolve

from oms.algos.admission import (
    algorithm_of,
    goes_past_end,
    planned,
    told_after,
    told_in,
    why_not_amended,
    why_not_begun,
)
from oms.algos.algorithms import Algorithm
from oms.algos.halts import held_back
from oms.algos.handling import Handler, is_beyond_band, is_buy
from oms.algos.order_checks import against_times
from oms.algos.parameter import in_ns
from oms.algos.post_only import resting_tif
from oms.algos.residual import SWEEP, Swept, end_steps
from oms.algos.schedules import open_span
from oms.algos.smart import Smart
from oms.algos.smart_refusals import REST, TAKE, shows_nothing, until_when, why_no_auction
from oms.algos.smart_rests import (
    MAX_RESTS,
    Less,
    Moved,
    best_far_px,
    following,
    freeing,
    last_tighter,
    left_behind,
    noting_limit,
    once_freed,
    short_of,
)
from oms.model.commands import SubmitOrder
from oms.model.decimals import EXACT, ONE, ZERO, plain
from oms.model.enums import Side
from oms.model.ids import BrokerName, OrderId
from oms.model.instructions import Instructions
from oms.model.parent import Child, Parent
from oms.model.price_grid import PriceGrid
from oms.model.reasons import Reason, ReasonCode
from oms.model.routing import RouteDecision, RouteVerdict, VenueHealth
from oms.model.routing_places import Place, Places
from oms.model.sessions import NS_PER_S
from oms.model.terms import Limit
from oms.model.time_in_force import IOC, TimeInForce
from oms.model.work import Pace, Wake, WorkEnd
from oms.ports.working_handler import NewChild, NextWake, Plan, Steps, View
from oms.routing.decisions import Part, Split, split
from oms.routing.ranking import Asked


class SmartHandler(Handler):
    """Splits orders over the brokers of the rule that they follow."""

    routes_children = True

    def begin(self, order: SubmitOrder, order_id: OrderId, view: View) -> Plan | tuple[Reason, ...]:
        """Plan a new order: from when to when it is worked."""
        known = told_in(order.terms)
        reasons = (*why_not_begun(order, view), *why_no_auction(order, known, view))
        if view.places is None:
            allowed = "a rule of the manager's `routing` that names several brokers"
            reasons += (Reason(ReasonCode.NO_ROUTE, "symbol", order.symbol, allowed),)

        def plan(smart: Algorithm) -> Plan:
            start_ns, end_ns = open_span(smart.working, view.now_ns)
            return Plan(start_ns=start_ns, end_ns=end_ns)

        return planned(reasons, known, plan)

    def amend(self, parent: Parent, after: SubmitOrder, view: View) -> Plan | tuple[Reason, ...]:
        """Plan what will be left of an order; its beginning stays."""
        known = told_after(parent, after)
        reasons = (*why_not_amended(parent, after, view), *why_no_auction(after, known, view))
        if not goes_past_end(known):
            reasons += against_times(known, parent.start_ns, view.now_ns)

        def plan(smart: Algorithm) -> Plan:
            _, end_ns = open_span(smart.working, parent.start_ns)
            memo = noting_limit(parent, smart.working.limit_price)
            return Plan(start_ns=parent.start_ns, end_ns=end_ns, memo=memo)

        return planned(reasons, known, plan)

    def step(self, parent: Parent, view: View, why: frozenset[Wake]) -> Steps:
        """Take what is shown, rest what is left, take back what stands in the way of better."""
        smart = _smart(parent.order.terms)
        if view.now_ns >= parent.end_ns:
            steps = end_steps(parent, view, smart.working, lambda: _sweep(parent, view, smart))
            if steps is not None:
                return steps
        if view.now_ns < parent.start_ns:
            return Steps(wake=NextWake(at_ns=parent.start_ns))
        # Of a halt, a session, limits of prices or a person one is told.
        if not _may_send(parent, view):
            return held_back(Steps(), parent, view, smart.working)
        if is_beyond_band(view, smart.working, is_buy=is_buy(parent)):
            return Steps(held=Pace.BEYOND_BAND)
        return _Round(parent, view, smart, smart.working.max_child).steps()


def _may_send(parent: Parent, view: View) -> bool:
    is_shut = view.is_killed or view.is_halted or not view.is_open
    return not is_shut and parent.may_send and view.places is not None


def _sweep(parent: Parent, view: View, smart: Smart) -> Swept:
    """Give how all that is shown within the limit is taken once, whatever the size of parts, or why that is nothing."""
    if not _may_send(parent, view):
        is_halted = view.is_halted and view.is_open and parent.may_send and not view.is_killed
        return Pace.HALTED if is_halted else Pace.PAST_END
    if is_beyond_band(view, smart.working, is_buy=is_buy(parent)):
        return Pace.BEYOND_BAND
    return _Round(parent, view, smart, None).sweep()


class _Round:
    """What is decided about an order at one time."""

    def __init__(self, parent: Parent, view: View, smart: Smart, max_part: Decimal | None) -> None:
        self.parent = parent
        self.view = view
        self.smart = smart
        self.max_part = max_part
        self.limit_px = smart.working.limit_price
        self.is_passive = smart.working.no_take_liquidity
        # Until when nothing is sent since something was.
        self.rested_ns = parent.last_child_ns + in_ns(smart.working.min_rest)
        at_work = [] if max_part is None else list(parent.open.values())
        # Of parts that may only be so large one is sent to a broker at a time, and one rests.
        taking = [child for child in at_work if child.role == TAKE]
        self.busy = {_broker(child) for child in taking}
        self.in_doubt = {_broker(child) for child in taking if child.order and child.order.is_in_doubt}
        rests = [child for child in parent.open.values() if child.role == REST]
        # What comes back rests in one piece: nothing rests before all of it is there.
        waits = any(child.is_pending_cancel for child in rests)
        self.is_full = waits or len(rests) >= (MAX_RESTS if max_part is None else 1)
        self.rests = sorted((child for child in rests if not child.is_pending_cancel), key=_working)
        self.tried, self.missed = until_when(parent, view.now_ns)
        # Until when what a broker shows is not taken, since it showed it before and it was not there.
        self.phantom: dict[BrokerName, int] = {}
        rests_for = resting_tif(parent.order)
        self.taking = self._places(rests_for if self.is_passive else IOC)
        # Looked at only where something is left that nobody shows.
        self.resting = lambda: self.taking.places if self.is_passive else self._places(rests_for).places
        # Trading has just gone on, and nobody shows anything since: then nothing rests either.
        is_blind = view.quote is None and view.good_quote is not None
        self.is_unseen = is_blind and not any(place.quote for place in self.taking.places)
        self.far_px = best_far_px(parent.order.side, self.taking.places) if self.is_passive else None
        # At what price it rests; None where it may not.
        self.rest_px = self.limit_px if smart.rest else None
        if self.far_px is not None and self.rest_px is not None:
            self.rest_px = short_of(self.rest_px, self.far_px, view.instrument, is_buy=is_buy(parent))

    def steps(self) -> Steps:
        parent = self.parent
        is_resting = bool(parent.children) and self.view.now_ns < self.rested_ns
        back, less, freeing = self._back(only_stuck=is_resting or self.is_unseen)
        taken_back = tuple(child.order_id for child in back)
        if is_resting:
            return Steps(cancel=taken_back, wake=NextWake(at_ns=self.rested_ns))
        if self.is_unseen:
            return Steps(cancel=taken_back, wake=NextWake(on_quote=True))
        moved, stale = self._moved({*taken_back, *(order_id for order_id, _ in less)})
        taken_back += stale
        if not parent.available:
            return Steps(cancel=taken_back, reprice=moved, reduce=less, wake=self._awake(), freeing=freeing)
        may_rest = self.rest_px is not None and not (taken_back or self.is_full)
        parts = self._split(parent.available, may_rest=may_rest)
        made = self._children(parts)
        if not (made or parent.open) and self._is_over():
            text = f"nothing more is shown for {plain(parent.available)} of {plain(parent.qty)}"
            return Steps(finish=WorkEnd.FINISHED, text=text, routing=parts.decision)
        # What there is to do is less than may be placed, or would leave so little.
        is_too_small = (
            not made
            and self._has_least
            and bool(self._split(parent.available, may_rest=may_rest, of_any_size=True).parts)
        )
        # That nothing could be placed is told once.
        is_told = made or parent.order.routing is None
        routing = parts.decision if is_told else None
        return Steps(
            cancel=taken_back,
            reprice=moved,
            reduce=less,
            children=made,
            routing=routing,
            wake=self._awake(made),
            held=Pace.TOO_SMALL if is_too_small else None,
            freeing=freeing,
        )

    def sweep(self) -> Swept:
        """Take all that is shown within the limit; where that is nothing, tell whether somebody may show it yet."""
        parts = self._split(self.parent.available, may_rest=False, is_last=True)
        made = tuple(evolve(child, role=SWEEP, pace=Pace.COMPLETING) for child in self._children(parts))
        if made:
            return Steps(children=made, routing=parts.decision)
        return Pace.BEYOND_LIMIT if self._shows_all() else Pace.NO_QUOTE

    def _children(self, parts: Split) -> tuple[NewChild, ...]:
        return tuple(
            self._child(number, part) for number, part in enumerate(parts.parts, len(self.parent.children))
        )

    def _places(self, tif: TimeInForce) -> Places:
        """Give what is known of each broker, for a child that is good for so long; those that were tried are out."""
        order, places = self.parent.order, self.view.places
        assert places is not None
        terms = Limit(self.limit_px or ONE)
        like = SubmitOrder(
            order.symbol, order.side, order.order_qty, terms, tif, order.account, instructions=self._how()
        )
        known = places(like)
        takes = tif is IOC
        return evolve(known, places=tuple(self._judged(place, takes=takes) for place in known.places))

    def _judged(self, place: Place, *, takes: bool) -> Place:
        if takes and place.broker in self.busy and place.verdict is None:
            # Nobody waits for one of which it is not known whether it has the part.
            is_lost = place.broker in self.in_doubt
            place = evolve(place, verdict=RouteVerdict.AT_WORK) if is_lost else evolve(place, is_busy=True)
        if takes and place.is_as_before and place.broker in self.missed:
            gone = shows_nothing(place, self.parent)
            if gone.claimed > place.claimed:
                self.phantom[place.broker] = self.missed[place.broker]
            place = gone
        until_ns = self.tried.get(place.broker)
        if place.verdict is not None or until_ns is None:
            return place
        wait_s = -(-(until_ns - self.view.now_ns) // NS_PER_S)
        return evolve(place, verdict=RouteVerdict.TRIED, text=f"it refused a part; again in {wait_s} s")

    def _split(
        self, qty: Decimal, *, may_rest: bool, is_last: bool = False, of_any_size: bool = False
    ) -> Split:
        instrument, known = self.view.instrument, self.taking
        least = ZERO if of_any_size or qty < instrument.lot else max(instrument.min_qty, instrument.lot)
        asked = Asked(
            self.parent.order.side,
            qty,
            self.rest_px if self.is_passive else self.limit_px,
            may_take=not self.is_passive,
            may_rest=may_rest,
            lot=instrument.lot,
            min_qty=least,
            multiplier=instrument.multiplier,
            max_part=self.max_part,
            min_notional=ZERO if of_any_size else instrument.min_notional,
            is_last=is_last or of_any_size,
        )
        places, now_ns = known.places, self.view.now_ns
        return split(
            asked, places, rule=known.rule, weights=known.weights, now_ns=now_ns, resting=self.resting
        )

    def _back(self, *, only_stuck: bool) -> tuple[Sequence[Child], Less, RouteDecision | None]:
        """Give what rests and is to be taken back, whole or in part: its broker is down, or others show something for it.

        With it goes what they show, where it is for that.
        """
        resting = self.rests
        if not resting:
            return (), (), None
        down = {place.broker for place in self.taking.places if place.health is VenueHealth.DOWN}
        stuck = [child for child in resting if _broker(child) in down]
        if stuck or only_stuck:
            return stuck, (), None
        at = {_broker(child) for child in resting}
        qty = self.parent.available
        for child in resting:
            qty = EXACT.add(qty, child.working)
        shown, wanted = ZERO, self._split(qty, may_rest=False)
        for part in wanted.parts:
            # Where it rests it would trade by itself.
            shown = EXACT.add(shown, ZERO if part.broker in at else part.qty)
        is_crowded = self.max_part is None and len(resting) >= MAX_RESTS and bool(self.parent.available)
        short = EXACT.subtract(shown, self.parent.available)
        back, less = freeing(resting, short, is_crowded=is_crowded)
        is_for_that = short > ZERO and bool(back or less)
        return back, less, once_freed(wanted.decision, at) if is_for_that else None

    def _moved(self, aside: Container[OrderId]) -> Moved:
        """Give what rests and is to have another price, each with it, and what is taken back for that; those `aside` are left alone."""
        if self.rest_px is None or (self.is_passive and self.far_px is None):
            return (), ()
        last = None if self.is_passive else last_tighter(self.parent)
        resting = [child for child in self.rests if child.order_id not in aside]
        now_ns = self.view.now_ns
        return left_behind(resting, self.rest_px, is_buy=is_buy(self.parent), last=last, now_ns=now_ns)

    def _child(self, number: int, part: Part) -> NewChild:
        return NewChild(
            qty=part.qty,
            terms=Limit(self._on_grid(part.px)),
            number=number,
            pace=Pace.ON_SCHEDULE,
            role=TAKE if part.is_taking else REST,
            time_in_force=IOC if part.is_taking else resting_tif(self.parent.order),
            instructions=self._how(),
            broker=part.broker,
        )

    def _on_grid(self, px: Decimal) -> Decimal:
        """Give the price on the grid that still trades with what is shown: the limit, which is on it, is not passed by that."""
        grid = PriceGrid(self.view.instrument)
        return grid.up(px) if self.parent.order.side is Side.BUY else grid.down(px)

    def _how(self) -> Instructions | None:
        given = self.parent.order.instructions
        if not self.is_passive:
            return given
        return Instructions(post_only=True, reduce_only=given is not None and given.reduce_only)

    def _is_over(self) -> bool:
        """Tell whether there is nothing to wait for: it may not rest, and somebody shows prices, none of them for it."""
        return not self._can_rest and bool(self.parent.available) and self._shows_all()

    def _shows_all(self) -> bool:
        """Tell whether what is shown is all that there is to wait for: somebody shows prices, and nobody is tried again later."""
        known = [place for place in self.taking.places if place.verdict is None]
        return any(place.quote is not None for place in known) and not (self.tried or self.phantom)

    def _awake(self, made: Sequence[NewChild] = ()) -> NextWake:
        """Give when to look again, once these children are sent: most quotes change nothing for it."""
        at_ns, left = self._again_ns(), self.parent.available
        for child in made:
            left = EXACT.subtract(left, child.qty)
        if self.is_passive:
            away, times = following(self.rests, self.limit_px)
            is_away = away or any(child.terms != Limit(self.limit_px or ONE) for child in made)
            later = [one for one in (at_ns, *times) if one is not None and one > self.view.now_ns]
            return NextWake(at_ns=min(later, default=None), on_price=is_away or bool(left))
        if not (left or self.rests or any(child.role == REST for child in made)):
            return NextWake(at_ns=at_ns)
        # Where nothing may rest, it is over with the first quote that shows nothing for it.
        return NextWake(at_ns=at_ns, on_quote=not self._can_rest, shown_to=self.limit_px)

    @property
    def _has_least(self) -> bool:
        instrument = self.view.instrument
        return instrument.min_qty > instrument.lot or instrument.min_notional > ZERO

    @property
    def _can_rest(self) -> bool:
        return self.smart.rest and self.limit_px is not None

    def _again_ns(self) -> int | None:
        """Give when to look again for what no quote tells: a refusal that is forgiven, a broker that may be tried."""
        if not self.parent.available:
            # What rests may be freed for what was not there, or was refused, once that is tried again.
            forgiven = (
                [] if self.is_passive or not self.rests else [*self.tried.values(), *self.phantom.values()]
            )
            return min(forgiven, default=None)
        times = [*self.tried.values(), *self.phantom.values()]
        if any(place.verdict is RouteVerdict.DOWN for place in self.taking.places):
            times.append(self.view.now_ns + NS_PER_S)
        return min(times, default=None)


def _working(child: Child) -> Decimal:
    return child.working


def _smart(terms: object) -> Smart:
    algorithm = algorithm_of(terms)  # type: ignore[arg-type]  # it says itself what it does not take
    assert isinstance(algorithm, Smart)
    return algorithm


def _broker(child: Child) -> BrokerName | None:
    return None if child.order is None else child.order.broker
