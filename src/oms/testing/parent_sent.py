"""What must be true of what leaves for an order that is worked here, and of what is decided about its slices.

The laws of the simulator's runs, held against a venue of numbers; and those of single algorithms.

- *On schedule*: no slice is sent for more than what the plan has due by then.
- *Shown*: an iceberg shows no more at a time than it may.
- *Sniped*: what a sniper takes was shown, within its limit, and enough of it.
- *On a level*: what waits in a ladder has one of its prices.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from oms.algos.reacting import Iceberg, Scale, Sniper
from oms.algos.scheduled import Vwap
from oms.model import events as ev
from oms.model.decimals import ZERO
from oms.model.enums import Side
from oms.model.ids import OrderId
from oms.model.market import Quote
from oms.model.requests import NewOrderSingle, OrderCancelReplaceRequest, Request
from oms.model.terms import Limit, limit_px
from oms.model.work import Pace
from oms.testing.group_venue import NumberVenue
from oms.testing.simulator.kids import Kid, total_of
from oms.testing.simulator.parent_laws import ParentLaws, Worked
from oms.testing.venue import TruthfulVenue

_AT_THE_END: Final = frozenset({"sweep", "auction"})
_DUE: Final = frozenset({Pace.ON_SCHEDULE, Pace.CATCHING_UP, Pace.CROSSING})


class _Nowhere:
    """No other venue than that of numbers."""

    def of_order(self, order_id: OrderId) -> TruthfulVenue | None:
        return None

    def is_flying(self, cl_ord_id: object) -> bool:
        return False


class SentLaws(ParentLaws):
    """The laws of what leaves, at a venue of numbers.

    Attributes:
        quotes: The last quote of each broker, or of the market under an empty name.
    """

    def __init__(self, venue: NumberVenue) -> None:
        """Begin before the first order."""
        super().__init__(_Nowhere())
        self.quotes: dict[str, Quote] = {}
        self._slips = venue.slips
        self._planned: dict[OrderId, ev.WorkPlanned] = {}
        self._displays: dict[OrderId, Decimal] = {}
        self._numbers: dict[OrderId, int] = {}

    def most(self, kid: Kid) -> Decimal:
        """Give what a child has executed and may still execute; not what was found to have executed after its end."""
        slip = self._slips.get(kid.order_id)
        if slip is not None:
            return slip.most - slip.late
        is_coming = kid.cl_ord_id is not None and not (kid.has_left or kid.has_ended)
        return kid.qty if is_coming else ZERO

    def left_of(self, order_id: OrderId) -> list[int]:
        """Give the slices of an order that are planned, and of which nobody was told what became of them."""
        worked = self._by_id.get(order_id)
        return [] if worked is None or worked.is_stopped else sorted(worked.left)

    def take(self, event: ev.Event) -> Iterator[str]:
        """Take an event in, and give what is wrong with it."""
        if isinstance(event, ev.WorkPlanned):
            self._planned[event.order_id] = event
        if isinstance(event, ev.SliceDecided) and event.child is not None:
            worked, self._numbers[event.child] = self._by_id[event.order_id], event.number
            yield from self._ahead(worked, event)
            if isinstance(worked.algorithm, Scale) and event.role not in _AT_THE_END:
                yield from self._at_level(worked, event)
        yield from super().take(event)
        if isinstance(event, ev.WorkPlanned | ev.WorkAmended):
            worked = self._by_id[event.order_id]
            self._displays[event.order_id] = max(_display(worked), self._displays.get(event.order_id, ZERO))

    def _ahead(self, worked: Worked, event: ev.SliceDecided) -> Iterator[str]:
        plan = self._planned[worked.order_id]
        is_dynamic = isinstance(worked.algorithm, Vwap) and worked.algorithm.dynamic_band is not None
        if event.pace not in _DUE or not plan.slices or is_dynamic or event.role == "auction":
            return
        to_come = total_of(one.qty for one in plan.slices if one.start_ns > event.time_ns)
        whole = event.qty + total_of(map(self.most, worked.kids.values()))
        if whole > worked.total - to_come:
            yield f"{whole} of {worked.total}, of which {to_come} are planned for later: {event}"

    def _at_level(self, worked: Worked, event: ev.SliceDecided) -> Iterator[str]:
        """Hold a level of a ladder to its part of the first plan, while that is in force."""
        plan = self._planned[worked.order_id]
        others = (kid for kid in worked.kids.values() if self._numbers[kid.order_id] == event.number)
        whole = event.qty + total_of(map(self.most, others))
        level = total_of(one.qty for one in plan.slices if one.number == event.number)
        if not plan.why and whole > level:
            yield f"{whole} at a level of {level}: {event}"

    def judge(self, request: Request, *, epoch: int) -> Iterator[str]:
        """Look at a request as it leaves, and give what is wrong with it."""
        yield from super().judge(request, epoch=epoch)
        if not isinstance(request, NewOrderSingle | OrderCancelReplaceRequest):
            return
        worked = self._of_child.get(request.order_id)
        if worked is None or worked.kids[request.order_id].role in _AT_THE_END:
            return
        for what in self._of_algorithm(worked, request):
            yield f"{what}: {request} of order {worked.order_id}, {worked.terms}"

    def _of_algorithm(
        self, worked: Worked, request: NewOrderSingle | OrderCancelReplaceRequest
    ) -> Iterator[str]:
        algorithm, px = worked.algorithm, limit_px(request.terms)
        if isinstance(algorithm, Iceberg):
            # What is too small to be shown by itself goes with the part before it.
            allowed = self._displays[worked.order_id] + (algorithm.working.min_child or ZERO)
            if (shown := self._shown(worked, request)) > allowed:
                yield f"{shown} shown, {allowed} allowed"
        elif isinstance(algorithm, Scale):
            step, away = algorithm.step, worked.side is Side.BUY
            levels = [algorithm.first_price + (-k if away else k) * step for k in range(algorithm.levels)]
            # Where the market may not trade at the price of a level, it is the nearest at which it may.
            low, high = self.heard.bands.get(worked.symbol) or (None, None)
            nearest = [max(one, one if low is None else low) for one in levels]
            nearest = [min(one, one if high is None else high) for one in nearest]
            if px not in levels and px not in nearest:
                yield "at a price that is none of its levels"
        elif isinstance(algorithm, Sniper) and isinstance(request, NewOrderSingle):
            quote = self.quotes[""]
            there, size = (
                (quote.ask, quote.ask_size) if worked.side is Side.BUY else (quote.bid, quote.bid_size)
            )
            is_there = there is not None and worked.is_within(there) and px is not None
            if not is_there or size < algorithm.min_size or request.order_qty > size:
                yield f"taken although {quote} is shown"

    def _shown(self, worked: Worked, request: NewOrderSingle | OrderCancelReplaceRequest) -> Decimal:
        """Give what the venue shows of an order with a request; what a bust has made work again nobody has asked for."""
        others = [self._slips[one] for one in worked.kids if one != request.order_id and one in self._slips]
        at_work = (one for one in others if one.is_open and not one.is_revived)
        terms = request.terms
        assert isinstance(terms, Limit)
        own = self._slips.get(request.order_id)
        left = request.order_qty - (ZERO if own is None else own.cum_qty)
        return total_of([_part(one.terms, one.leaves_qty) for one in at_work]) + _part(terms, left)


def _part(terms: object, left: Decimal) -> Decimal:
    display = terms.display_qty if isinstance(terms, Limit) else None
    return left if display is None else min(left, display)


def _display(worked: Worked) -> Decimal:
    """Give the most that an iceberg may show at a time."""
    algorithm = worked.algorithm
    if not isinstance(algorithm, Iceberg):
        return ZERO
    most = algorithm.display_qty
    if algorithm.display_variance is not None:
        most *= 1 + algorithm.display_variance
    return max(most, algorithm.display_high_qty or ZERO, algorithm.refresh_qty or ZERO)
