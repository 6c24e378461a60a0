"""Works an iceberg: a part of the order is shown at a time, by the venue itself or by one child after the other."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from oms.algos.choices import DisplayMethod, DisplayWhen, IcebergMode
from oms.algos.handling import is_buy
from oms.algos.iceberg import refresh_delay_ns
from oms.algos.least import least_qty
from oms.algos.order_checks import display_of
from oms.algos.parameter import in_ns
from oms.algos.post_only import only_waits, resting_tif
from oms.algos.reacting import Iceberg
from oms.algos.reacting_handler import ReactingHandler, would_take
from oms.algos.slicing import in_whole_lots
from oms.algos.told import Told
from oms.algos.working import Working
from oms.errors import ValidationError
from oms.model.commands import SubmitOrder
from oms.model.decimals import EXACT, ZERO, plain
from oms.model.draws import Draws
from oms.model.ids import OrderId
from oms.model.parent import Parent
from oms.model.price_grid import PriceGrid
from oms.model.reasons import Reason, ReasonCode
from oms.model.sessions import NS_PER_S
from oms.model.terms import Limit
from oms.model.terms import limit_px as px_of
from oms.model.work import Pace, Wake
from oms.ports.working_handler import NewChild, NextWake, Steps, View

SHOWN: Final = "shown"
"""What a child is for that is the part of an iceberg in the book."""

NATIVE: Final = "native"
"""The same where the venue holds the part that is not shown."""

_PARTS: Final = frozenset(
    {
        "iceberg_mode",
        "limit_price",
        "display_qty",
        "display_variance",
        "display_low_qty",
        "display_high_qty",
        "refresh_qty",
    }
)
"""What the size of the parts depends on, and how small it may be."""

DELAYS: Final = 2**32
"""The first draw of a delay: those before it are for sizes."""


class IcebergHandler(ReactingHandler):
    """One price, of which a part is shown at a time.

    Where the venue does it, all goes there as one order. Where children do, the next one goes to the back of the queue at its price
    once the one before is exhausted, or after each execution for what that took (DisplayWhen); never is more in the book than is to be shown.
    A child in doubt counts as shown. Size `k` is draw `k` of the order, the delay before it draw 2^32 + `k`.
    """

    needs_quote = False

    def against(self, order: SubmitOrder, known: Told, view: View) -> tuple[Reason, ...]:
        """Give why the parts cannot be shown: too small for the instrument, or nothing that a venue does by itself."""
        if known.values.get("iceberg_mode") is IcebergMode.NATIVE:
            return _against_native(known.values)
        iceberg = known.algorithm
        if not isinstance(iceberg, Iceberg) or not _PARTS.isdisjoint(known.wrong):
            return ()
        try:
            least = min(display_of(iceberg, view.instrument.lot, k).sizes[0] for k in (0, 1))
        except ValidationError:
            return ()  # It is told with the numbers.
        limit_px = iceberg.working.limit_price
        assert limit_px is not None  # an iceberg has one
        needed = least_qty(view.instrument, limit_px)
        if least >= needed:
            return ()
        return (
            Reason(
                ReasonCode.BELOW_MIN_QTY, "display_qty", plain(least), f"parts of {plain(needed)} at least"
            ),
        )

    def work(self, parent: Parent, view: View, why: frozenset[Wake], algorithm: Iceberg) -> Steps:
        """Show the next part, once it is its turn."""
        if (pace := self.why_not(parent, view, algorithm.working)) is not None and pace is not Pace.DONE:
            return Steps(wake=self.until(pace, parent, view, algorithm.working))
        if elsewhere := _elsewhere(parent, view, algorithm):
            return Steps(cancel=elsewhere)
        if self._is_too_small(parent, view, algorithm):
            return Steps(held=Pace.TOO_SMALL)
        if self._has_to_wait(parent, view, algorithm):
            return Steps(wake=NextWake(on_price=True))
        if algorithm.iceberg_mode is IcebergMode.NATIVE:
            return self._native(parent, view, algorithm)
        memo = dict(parent.memo)
        asked = int(memo.get("draws", "0"))
        if parent.open and (
            algorithm.display_when is DisplayWhen.EXHAUST or memo.get("filled") == plain(parent.filled)
        ):
            return Steps()
        due_ns = self._due_ns(parent, view, algorithm, asked)
        if due_ns > view.now_ns:
            memo["due"] = f"{asked}:{due_ns}"
            return Steps(memo=tuple(memo.items()), wake=NextWake(at_ns=due_ns))
        memo.pop("due", None)
        memo["draws"], memo["filled"] = str(asked + 1), plain(parent.filled)
        qty = self._next_qty(parent, view, algorithm, asked, memo)
        if not qty:
            return Steps(memo=tuple(memo.items()))
        child = self._child(qty, asked, algorithm, parent, view, SHOWN)
        return Steps(children=(child,), memo=tuple(memo.items()))

    @staticmethod
    def _is_too_small(parent: Parent, view: View, algorithm: Iceberg) -> bool:
        """Tell whether what is left is less than the instrument lets through, with nothing at work beside it."""
        limit_px = algorithm.working.limit_price
        assert limit_px is not None  # an iceberg has one
        return not parent.open and ZERO < parent.available < least_qty(view.instrument, limit_px)

    @staticmethod
    def _has_to_wait(parent: Parent, view: View, algorithm: Iceberg) -> bool:
        """Tell whether what is shown next would take what others show, and must not."""
        working = algorithm.working
        limit_px = working.limit_price
        assert limit_px is not None  # an iceberg has one
        is_due = working.no_take_liquidity and not parent.open and bool(parent.available)
        return is_due and would_take(view, limit_px, is_buy=is_buy(parent))

    def _next_qty(
        self, parent: Parent, view: View, algorithm: Iceberg, k: int, memo: dict[str, str]
    ) -> Decimal:
        lot, working = view.instrument.lot, algorithm.working
        left = EXACT.add(parent.available, parent.working)
        last = Decimal(memo["size"]) if "size" in memo else None
        size = display_of(algorithm, lot, k).shown(left, Draws(working.seed, parent.order_id), k, last)
        memo["size"] = plain(size)
        qty = min(EXACT.subtract(size, parent.working), parent.available)
        if working.max_child is not None:
            qty = min(qty, working.max_child)
        if qty <= ZERO:
            return ZERO
        limit_px = working.limit_price
        assert limit_px is not None
        return _worth_showing(qty, parent.available, least_qty(view.instrument, limit_px), lot, working)

    @staticmethod
    def _due_ns(parent: Parent, view: View, algorithm: Iceberg, k: int) -> int:
        """Give when part `k` may be shown: the first at once, the others after their delay."""
        kept = parent.memo_of("due")
        if kept is not None and kept.startswith(f"{k}:"):
            return int(kept.partition(":")[2])
        least, most = algorithm.min_refresh_delay, algorithm.max_refresh_delay
        if not k or least is None or most is None:
            return 0
        draws = Draws(algorithm.working.seed, parent.order_id)
        return view.now_ns + refresh_delay_ns(in_ns(least), in_ns(most), draws, DELAYS + k)

    def _native(self, parent: Parent, view: View, algorithm: Iceberg) -> Steps:
        if parent.open:
            return _kept_in_step(parent, view, algorithm)
        if not parent.available:
            return Steps()
        number, cap = len(parent.children), algorithm.working.max_child
        qty = parent.available if cap is None else min(parent.available, cap)
        return Steps(children=(self._child(qty, number, algorithm, parent, view, NATIVE),))

    @staticmethod
    def _child(
        qty: Decimal, number: int, algorithm: Iceberg, parent: Parent, view: View, role: str
    ) -> NewChild:
        limit_px = algorithm.working.limit_price
        assert limit_px is not None
        shown = min(algorithm.display_qty, qty) if role == NATIVE else None
        return NewChild(
            qty=qty,
            terms=Limit(limit_px, display_qty=shown),
            number=number,
            pace=Pace.ON_SCHEDULE,
            role=role,
            time_in_force=resting_tif(parent.order),
            instructions=only_waits(parent, view, algorithm.working),
        )


def _worth_showing(
    wish: Decimal, available: Decimal, least: Decimal, lot: Decimal, working: Working
) -> Decimal:
    """Give how much of what is wished for is shown, so that neither a part nor what it leaves is too small; zero for nothing now.

    A rest that is too small to be shown by itself goes with the part before it, or where that would be more than `max_child`, the
    part leaves more of it. The last part of all may be less than `min_child`.
    """
    if wish >= available:
        return available if available >= least else ZERO
    qty, needed = in_whole_lots(wish, lot), max(least, working.min_child or ZERO)
    if qty < needed:
        return ZERO
    rest = EXACT.subtract(available, qty)
    if rest >= needed:
        return qty
    if working.max_child is None or available <= working.max_child:
        return available
    for kept in (needed, least):
        smaller = in_whole_lots(min(qty, max(EXACT.subtract(available, kept), ZERO)), lot)
        if smaller >= kept:
            return smaller
    return ZERO


def _kept_in_step(parent: Parent, view: View, algorithm: Iceberg) -> Steps:
    """Give how the one that its venue works is brought to what the order has become since: its total, then what is shown of it.

    One request at a time; where the venue refuses, it is taken back, and what is left goes there anew.
    """
    child = next(iter(parent.open.values()))
    order = child.order
    if len(parent.open) > 1 or order is None or child.is_pending_cancel:
        return Steps()
    terms, shown = order.terms, min(algorithm.display_qty, order.order_qty)
    shows = isinstance(terms, Limit) and terms.display_qty not in {None, shown}
    cap, more = algorithm.working.max_child, parent.available
    if cap is not None:
        # What is beyond the largest child goes there after this one.
        more = min(more, max(EXACT.subtract(cap, order.order_qty), ZERO))
    if not (more or shows):
        return Steps()
    if order.outstanding_requests:
        # Of what its venue acknowledges nobody is told.
        return Steps(wake=NextWake(at_ns=view.now_ns + NS_PER_S))
    if child.unmoved_ns:
        return Steps(cancel=(child.order_id,))
    if more:
        return Steps(grow=((child.order_id, more),))
    return Steps(show=((child.order_id, shown),))


def _elsewhere(parent: Parent, view: View, algorithm: Iceberg) -> tuple[OrderId, ...]:
    """Give what still stands at the price from before the limit was changed."""
    limit_px, limits = algorithm.working.limit_price, view.limits
    assert limit_px is not None  # an iceberg has one
    # Where the market may not trade at it, a child has the nearest price at which that may.
    at = {limit_px} if limits is None else {limit_px, limits.nearest(limit_px, PriceGrid(view.instrument))}
    return tuple(
        child.order_id
        for child in parent.open.values()
        if child.order is not None and not child.is_pending_cancel and px_of(child.order.terms) not in at
    )


def _against_native(values: Mapping[str, object]) -> tuple[Reason, ...]:
    """Give what of the display no venue is told."""
    reasons = []
    method, when = values.get("display_method"), values.get("display_when")
    if isinstance(method, DisplayMethod) and method is not DisplayMethod.INITIAL:
        text = "1 (the same size each time) where the venue works it; or iceberg_mode synthetic"
        reasons.append(Reason(ReasonCode.UNSUPPORTED, "display_method", str(method.value), text))
    if isinstance(when, DisplayWhen) and when is not DisplayWhen.EXHAUST:
        text = "2 (once it is exhausted) where the venue works it; or iceberg_mode synthetic"
        reasons.append(Reason(ReasonCode.UNSUPPORTED, "display_when", str(when.value), text))
    return tuple(reasons)
