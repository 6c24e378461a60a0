"""What the reduce-only orders of each position ask for, added up by side: an order costs the same beside many as beside few.

An order that is worked here by children has one part, whatever of it is sent: all that it may still execute. They have none beside it.

Found out from events as it is asked for, and looked through anew where these were not seen (a replay, a snapshot). So the events of
other orders cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final, TypeAlias

from attrs import frozen
from sortedcontainers import SortedDict

from oms.engine import replaces
from oms.model import events as ev
from oms.model.decimals import EXACT, ZERO
from oms.model.enums import RequestKind, Side
from oms.model.ids import Account, OrderId, Symbol
from oms.model.order import ENDED, Order
from oms.model.parent import Parent

# The state comes in as `Any`: it holds these sums.
# ruff: noqa: SLF001, ANN401
# pyright: reportPrivateUsage=false

Holding: TypeAlias = tuple[Account, Symbol]

_ADD: Final = EXACT.add
_SUBTRACT: Final = EXACT.subtract


def is_reduce_only(order: Order) -> bool:
    """Tell whether an order may only make a position smaller."""
    return order._instructions is not None and order._instructions.reduce_only


def asked_qty(order: Order) -> Decimal:
    """Give how much of an open order may still execute once everything asked of it is done."""
    if any(request.kind is RequestKind.CANCEL for request in order.outstanding_requests):
        return ZERO
    return max(replaces.wanted(order)[0] - order._cum_qty, ZERO)


def claimant(state: Any, order_id: OrderId | None) -> Parent | None:
    """Give the reduce-only order that is worked here and that an order is, or is a child of; None where there is none."""
    parent: Parent | None = state.of_parent.get(order_id)
    return parent if parent is not None and is_reduce_only(parent.order) else None


@frozen
class Share:
    """What one order has of the sums.

    Attributes:
        order: Which one.
        asked_qty: How much of it may still execute once everything asked of it is done.
        open_qty: How much of it may execute before that.
    """

    order: Order
    asked_qty: Decimal
    open_qty: Decimal


def _share(order: Order, parent: Parent | None) -> Share:
    if parent is None:
        return Share(order, asked_qty(order), max(order._exposed_qty, order._leaves_qty))
    if parent.stopped is not None or order._life in ENDED:
        return Share(order, ZERO, parent.working)
    total = order._order_qty
    wanted = total if parent.amend is None else parent.amend[0]
    asked, most = (max(_SUBTRACT(qty, parent.filled), ZERO) for qty in (wanted, max(total, wanted)))
    return Share(order, asked, max(most, parent.working))


class ReducingSide:
    """The reduce-only orders of one side of a holding: those at their brokers, those that are held here, and those that are worked here.

    Attributes:
        shares: What each has of the sums, by its id: the oldest first.
        asked_qty: What they ask for together.
        open_qty: What they may execute together.
    """

    __slots__ = ("asked_qty", "open_qty", "shares")

    def __init__(self) -> None:
        """Begin with none."""
        self.shares: SortedDict[OrderId, Share] = SortedDict()
        self.asked_qty = self.open_qty = ZERO

    def take(self, order: Order, parent: Parent | None = None) -> None:
        """Take in what an order asks for now; one that is worked here comes with how it stands."""
        self.drop(order._order_id)
        share = _share(order, parent)
        self.shares[order._order_id] = share
        self.asked_qty = _ADD(self.asked_qty, share.asked_qty)
        self.open_qty = _ADD(self.open_qty, share.open_qty)

    def drop(self, order_id: OrderId) -> None:
        """Take in that an order is not among them any more, if it was."""
        share = self.shares.pop(order_id, None)
        if share is not None:
            self.asked_qty = _SUBTRACT(self.asked_qty, share.asked_qty)
            self.open_qty = _SUBTRACT(self.open_qty, share.open_qty)

    def told(self) -> tuple[dict[OrderId, tuple[Decimal, Decimal]], Decimal, Decimal]:
        """Give what each has of the sums, and these."""
        shares = {number: (one.asked_qty, one.open_qty) for number, one in self.shares.items()}
        return shares, self.asked_qty, self.open_qty


class ReducingSums:
    """The reduce-only orders of every holding, by side."""

    __slots__ = ("_seen", "_sides")

    def __init__(self) -> None:
        """Begin before the first event."""
        self._seen = -1
        self._sides: dict[tuple[Holding, bool], ReducingSide] = {}

    def of(self, state: Any, holding: Holding, *, is_buy: bool) -> ReducingSide:
        """Give those of one side as the state has them now."""
        self.catch_up(state)
        side = self._sides.get((holding, is_buy))
        return ReducingSide() if side is None else side

    def catch_up(self, state: Any) -> None:
        """Take in the events since the last look."""
        missed, fresh = state.version - self._seen, state.fresh
        if not missed:
            return
        if self._seen < 0 or missed > len(fresh) or fresh[-missed].sequence != self._seen + 1:
            self._look_through(state)
        else:
            for event in fresh[-missed:]:
                if isinstance(event, ev.OrderEvent):
                    order = state.index.by_id.get(event.order_id)
                    if order is not None and (is_reduce_only(order) or event.order_id in state.of_parent):
                        self._take(state, order)
                elif isinstance(event, ev.AnomalyRaised) and event.order_id in state.of_parent:
                    # Its venue may count more of a child than was reported.
                    self._take(state, state.of_parent[event.order_id].order)
        self._seen = state.version

    def faults(self, state: Any) -> Iterator[str]:
        """Give in words where sums that were kept event by event differ from a look at every order."""
        if self._seen != state.version:
            return
        anew = ReducingSums()
        # What is held or worked here has an entry there, too.
        for holding in state.book.exposure.reducing:
            for is_buy in (False, True):
                kept, found = (sums.of(state, holding, is_buy=is_buy) for sums in (self, anew))
                if kept.told() != found.told():
                    yield f"reduce-only orders of {holding} add up to {kept.told()}, one by one to {found.told()}"

    def _look_through(self, state: Any) -> None:
        self._sides.clear()
        for found in (state.book.exposure.reducing, state.held_orders.reducing):
            for orders in found.values():
                for order in orders.values():
                    self._take(state, order)
        for parent in state.parents.live.values():
            self._take(state, parent.order)

    def _take(self, state: Any, order: Order) -> None:
        parent = claimant(state, order._order_id)
        order = order if parent is None else parent.order
        holding, order_id = (order._account, order._symbol), order._order_id
        key = (holding, order._side is Side.BUY)
        sent, held = state.book.exposure.reducing, state.held_orders.reducing
        if parent is not None and not parent.is_over:
            self._sides.setdefault(key, ReducingSide()).take(order, parent)
        elif order_id in sent.get(holding, ()) or order_id in held.get(holding, ()):
            side = self._sides.get(key)
            if side is None:
                side = self._sides[key] = ReducingSide()
            side.take(order)
        elif key in self._sides:
            self._sides[key].drop(order_id)
