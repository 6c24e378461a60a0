"""What the algorithms share that wait for the market or for their own children, and have no schedule."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

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
from oms.algos.ending import past_end
from oms.algos.halts import held_back
from oms.algos.handling import Handler, facts_of
from oms.algos.order_checks import against_times
from oms.algos.pacing import why_stopped
from oms.algos.residual import Room, end_steps
from oms.algos.schedules import open_span
from oms.algos.told import Told
from oms.algos.working import Working
from oms.model.commands import SubmitOrder
from oms.model.ids import OrderId
from oms.model.parent import Parent
from oms.model.reasons import Reason
from oms.model.work import HELD, Memo, Pace, Slice, Wake
from oms.ports.working_handler import NextWake, Plan, Steps, View

_ON_QUOTE: Final = frozenset(
    {Pace.NO_QUOTE, Pace.STALE, Pace.FEED_GAP, Pace.BEYOND_LIMIT, Pace.KILLED, Pace.NOT_RECONCILED}
)
"""What may be over with the next quote, or is looked at again then for want of a better moment."""


class ReactingHandler(Handler):
    """Works orders that have no schedule. Each class of them says what it does within their time."""

    needs_quote = True
    """Nothing is sent without a usable quote; not where all prices are the order's own."""

    def begin(self, order: SubmitOrder, order_id: OrderId, view: View) -> Plan | tuple[Reason, ...]:
        """Plan a new order: from when to when it is worked."""
        known = told_in(order.terms)
        reasons = (*why_not_begun(order, view), *self.against(order, known, view))

        def plan(algorithm: Algorithm) -> Plan:
            start_ns, end_ns = open_span(algorithm.working, view.now_ns)
            slices = self.slices_of(order, order.order_qty, algorithm, view, start_ns)
            memo = self.first_memo(algorithm, view)
            return Plan(slices=tuple(slices), start_ns=start_ns, end_ns=end_ns, memo=memo)

        return planned(reasons, known, plan)

    def amend(self, parent: Parent, after: SubmitOrder, view: View) -> Plan | tuple[Reason, ...]:
        """Plan what will be left of an order; its beginning stays."""
        known = told_after(parent, after)
        reasons = (*why_not_amended(parent, after, view), *self.against(after, known, view))
        if not goes_past_end(known):
            reasons += against_times(known, parent.start_ns, view.now_ns)

        def plan(algorithm: Algorithm) -> Plan:
            _, end_ns = open_span(algorithm.working, parent.start_ns)
            return Plan(start_ns=parent.start_ns, end_ns=end_ns, memo=parent.memo)

        return planned(reasons, known, plan)

    def step(self, parent: Parent, view: View, why: frozenset[Wake]) -> Steps:
        """Say what is to be done now: at the end to end it, before that what the algorithm says."""
        algorithm: Any = algorithm_of(parent.order.terms)
        if view.now_ns >= parent.end_ns:
            steps = end_steps(parent, view, algorithm.working, room=self.room(parent, view, algorithm))
            if steps is not None:
                return evolve(steps, skips=past_end(parent))
        steps = held_back(self.work(parent, view, why, algorithm), parent, view, algorithm.working)
        held = self._held(parent, view, algorithm.working)
        if held is None:
            return steps
        # With the next quote it may be over; of limits of prices one is told.
        wake = steps.wake if held is Pace.BEYOND_BAND else evolve(steps.wake, on_quote=True)
        return evolve(steps, held=held, wake=wake)

    def _held(self, parent: Parent, view: View, working: Working) -> Pace | None:
        if view.limits is None and not view.is_lost and working.max_quote_age is None:
            return None
        pace = self.why_not(parent, view, working)
        return pace if pace in HELD else None

    # ------------------------------------------------------------ what an algorithm says

    def work(self, parent: Parent, view: View, why: frozenset[Wake], algorithm: Any) -> Steps:  # noqa: ANN401  # its own parameters
        """Say what is to be done before the end, whatever forbids a child included."""
        raise NotImplementedError

    def room(self, parent: Parent, view: View, algorithm: Any) -> Room | None:  # noqa: ANN401
        """Give what the participation that is allowed leaves at the end; None where it is not limited."""
        return None

    def against(self, order: SubmitOrder, known: Told, view: View) -> tuple[Reason, ...]:
        """Give every reason of its own against an order, of which something may be wrong already."""
        return ()

    def slices_of(
        self,
        order: SubmitOrder,
        qty: Decimal,
        algorithm: Any,  # noqa: ANN401
        view: View,
        start_ns: int,
    ) -> Sequence[Slice]:
        """Give what is planned from the beginning; nothing where all depends on the market."""
        return ()

    def first_memo(self, algorithm: Any, view: View) -> Memo:  # noqa: ANN401
        """Give what is kept from the beginning on."""
        return ()

    # ------------------------------------------------------------ for them

    def why_not(self, parent: Parent, view: View, working: Working) -> Pace | None:
        """Give what forbids any child now; None where nothing does."""
        facts = facts_of(parent, view, working)
        if not self.needs_quote:
            facts = evolve(facts, has_quote=True, px=working.limit_price)
        stopped = why_stopped(facts)
        if stopped is None and facts.now_ns < facts.rested_ns:
            return Pace.RESTING
        return stopped

    def until(self, pace: Pace, parent: Parent, view: View, working: Working) -> NextWake:
        """Give when to look again at what is forbidden now; of a halt, a session or a person one is told."""
        if pace is Pace.NOT_STARTED:
            return NextWake(at_ns=parent.start_ns)
        if pace is Pace.RESTING:
            return NextWake(at_ns=facts_of(parent, view, working).rested_ns)
        return NextWake(on_quote=pace in _ON_QUOTE)


def would_take(view: View, px: Decimal, *, is_buy: bool) -> bool:
    """Tell whether a child at a price may execute at once: as the last quote has it, or where there is none."""
    quote = view.fresh_quote(None)
    if quote is None or quote.ask is None or quote.bid is None:
        return True
    return px >= quote.ask if is_buy else px <= quote.bid
