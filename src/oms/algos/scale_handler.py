"""Works a ladder: an order at each of several prices, and again what ends of one before it has executed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from oms.algos.admission import told_in
from oms.algos.child_terms import within
from oms.algos.least import least_qty
from oms.algos.parameter import in_ns
from oms.algos.post_only import only_waits, resting_tif
from oms.algos.reacting import Scale
from oms.algos.reacting_handler import ReactingHandler, would_take
from oms.algos.scale import Level, ladder, weights_of
from oms.algos.told import Told
from oms.errors import ValidationError
from oms.model.commands import SubmitOrder
from oms.model.decimals import EXACT, ZERO, plain
from oms.model.enums import Side
from oms.model.ids import OrderId
from oms.model.parent import Parent
from oms.model.price_grid import PriceGrid
from oms.model.reasons import Reason, ReasonCode
from oms.model.terms import Limit
from oms.model.work import Pace, Slice, Wake
from oms.ports.working_handler import NewChild, NextWake, Plan, Skip, Steps, View

LEVEL: Final = "level"
"""What a child is for that stands at a price of a ladder."""


class ScaleHandler(ReactingHandler):
    """Orders at several prices, each further from the first; slice `k` is level `k`.

    What of a level has neither executed nor works is placed again at its price: a day order that has expired, one that its
    venue took back or refused, a bust. A level beyond the limit waits until that is changed. With `max_child` one part of a level
    works at a time.
    """

    needs_quote = False

    def begin(self, order: SubmitOrder, order_id: OrderId, view: View) -> Plan | tuple[Reason, ...]:
        """Plan a new order, whose prices are within its limit; where that is changed, levels beyond it are left out."""
        plan = super().begin(order, order_id, view)
        against = _beyond_limit(order)
        return (*(plan if isinstance(plan, tuple) else ()), *against) if against else plan

    def against(self, order: SubmitOrder, known: Told, view: View) -> tuple[Reason, ...]:
        """Give the reason against an order of which not even one level may be placed."""
        if not isinstance(known.algorithm, Scale) or order.order_qty is None:
            return ()
        try:
            levels = levels_of(known.algorithm, order.order_qty, view, is_buy=order.side is Side.BUY)
        except ValidationError:
            return ()  # It is told as the order is planned.
        if all(level.qty >= least_qty(view.instrument, level.price) for level in levels):
            return ()
        # The dearest price asks for the least.
        scale, buys = known.algorithm, order.side is Side.BUY
        away = ZERO if buys else EXACT.multiply(scale.step, Decimal(scale.levels - 1))
        px = EXACT.add(scale.first_price, away)
        code = ReasonCode.BELOW_MIN_NOTIONAL if view.instrument.min_notional else ReasonCode.BELOW_MIN_QTY
        allowed = f"at least {plain(least_qty(view.instrument, px))}, the least order at {plain(px)}"
        return (Reason(code, "order_qty", plain(order.order_qty), allowed),)

    def slices_of(
        self, order: SubmitOrder, qty: Decimal, algorithm: Scale, view: View, start_ns: int
    ) -> Sequence[Slice]:
        """Give a slice for each level, all of them due at the start."""
        levels = levels_of(algorithm, qty, view, is_buy=order.side is Side.BUY)
        return [Slice(level.number, start_ns, start_ns, level.qty) for level in levels]

    def work(self, parent: Parent, view: View, why: frozenset[Wake], algorithm: Scale) -> Steps:
        """Place what is missing at each level, the first level first, within what is available."""
        if (pace := self.why_not(parent, view, algorithm.working)) is not None:
            return Steps(wake=self.until(pace, parent, view, algorithm.working))
        order = parent.order
        at_work = dict(parent.away)
        for child in parent.children.values():
            done = EXACT.add(child.filled, child.working)
            at_work[child.number] = EXACT.add(at_work.get(child.number, ZERO), done)
        left, skips, waits, is_small = parent.available, [], False, False
        children: list[NewChild] = []
        rest_ns, rested_ns = in_ns(algorithm.working.min_rest), None
        most = algorithm.working.max_child
        # The next part of a level follows the one before; what becomes of that wakes the order.
        busy = set() if most is None else {child.number for child in parent.open.values()}
        buys = order.side is Side.BUY
        for level in levels_of(algorithm, parent.qty, view, is_buy=buys):
            if view.limits is not None and view.limits.refuses(level.price, is_buy=buys):
                # The market may not trade there: it is placed once it may.
                if level.number not in parent.decided:
                    skips.append(Skip(number=level.number, pace=Pace.BEYOND_BAND, asked_qty=level.qty))
                continue
            if level.number in busy:
                continue
            missing = min(EXACT.subtract(level.qty, at_work.get(level.number, ZERO)), left)
            if not _may_stand(level.price, algorithm, view, is_buy=buys):
                waits = waits or missing > ZERO
                continue
            # What an expired order has left of a level can be too little for another one.
            qty = _part(missing, least_qty(view.instrument, level.price), most)
            is_small = is_small or ZERO == qty < missing
            if qty > ZERO and rest_ns and children:
                rested_ns = view.now_ns + rest_ns
                break
            if qty > ZERO:
                left = EXACT.subtract(left, qty)
                children.append(
                    NewChild(
                        qty=qty,
                        terms=Limit(level.price),
                        number=level.number,
                        pace=Pace.ON_SCHEDULE,
                        role=LEVEL,
                        time_in_force=resting_tif(order),
                        instructions=only_waits(parent, view, algorithm.working),
                    )
                )
        held = Pace.TOO_SMALL if is_small and not children else None
        wake = NextWake(at_ns=rested_ns, on_price=waits)
        return Steps(children=tuple(children), skips=tuple(skips), wake=wake, held=held)


def _beyond_limit(order: SubmitOrder) -> tuple[Reason, ...]:
    values, is_buy = told_in(order.terms).values, order.side is Side.BUY
    limit_px, first_px = values.get("limit_price"), values.get("first_price")
    if not isinstance(limit_px, Decimal) or not isinstance(first_px, Decimal):
        return ()
    if within(first_px, limit_px, is_buy=is_buy) == first_px:
        return ()
    allowed = f"at or {'below' if is_buy else 'above'} the limit price {plain(limit_px)}"
    return (Reason(ReasonCode.OTHER, "first_price", plain(first_px), allowed),)


def _part(missing: Decimal, least: Decimal, most: Decimal | None) -> Decimal:
    """Give how much of what is missing at a level goes out at once: nothing below the least, nor what would leave so little."""
    qty = missing if most is None else min(missing, most)
    if ZERO < EXACT.subtract(missing, qty) < least:
        qty = EXACT.subtract(missing, least)
    return qty if qty >= least else ZERO


def _may_stand(px: Decimal, algorithm: Scale, view: View, *, is_buy: bool) -> bool:
    """Tell whether a level may stand now: within the limit as it is by now, and taking nothing where it must not."""
    working = algorithm.working
    if within(px, working.limit_price, is_buy=is_buy) != px:
        return False
    return not (working.no_take_liquidity and would_take(view, px, is_buy=is_buy))


def levels_of(algorithm: Scale, qty: Decimal, view: View, *, is_buy: bool) -> tuple[Level, ...]:
    """Give the levels of a ladder for so much; the same numbers always give the same levels."""
    return ladder(
        qty,
        view.instrument.lot,
        PriceGrid(view.instrument),
        is_buy=is_buy,
        first_px=algorithm.first_price,
        step=algorithm.step,
        weights=weights_of(
            algorithm.sizes, algorithm.levels, ratio=algorithm.ratio, weights=algorithm.weights or ()
        ),
        min_child=algorithm.working.min_child or ZERO,
        least_at=lambda px: least_qty(view.instrument, px),
    )
