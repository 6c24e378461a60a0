"""What the reduce-only orders of each position ask for, added up by side: an order costs the same beside many as beside few.

An order that is worked here by children has one part, whatever of it is sent: all that it may still execute. They have none beside it.
Those of one list that its venue works count as what they may execute together: that is less than each by itself may.

Found out from events as it is asked for, and looked through anew where these were not seen (a replay, a snapshot). So the events of
other orders cost nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from functools import partial
from operator import attrgetter
from typing import Any, Final, TypeAlias

from attrs import frozen
from sortedcontainers import SortedDict

from oms.engine.replaces import asked_qty
from oms.model import events as ev
from oms.model.decimals import EXACT, ZERO
from oms.model.enums import Side
from oms.model.group import Group, GroupLeg
from oms.model.ids import Account, OrderId, Symbol
from oms.model.order import ENDED, Order
from oms.model.parent import Parent

# The state comes in as `Any`: it holds these sums.
# ruff: noqa: SLF001, ANN401
# pyright: reportPrivateUsage=false

Holding: TypeAlias = tuple[Account, Symbol]

_ADD: Final = EXACT.add
_SUBTRACT: Final = EXACT.subtract
_ASKED: Final = attrgetter("asked_qty")
_OPEN: Final = attrgetter("open_qty")
NOTHING: Final = (ZERO, ZERO)
"""What the orders of no list ask for, and may execute."""


def is_reduce_only(order: Order) -> bool:
    """Tell whether an order may only make a position smaller."""
    return order._instructions is not None and order._instructions.reduce_only


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
        group: Of which it is, where its venue works that as one list; None where it counts by itself.
    """

    order: Order
    asked_qty: Decimal
    open_qty: Decimal
    group: Group | None = None


def _share(order: Order, parent: Parent | None, group: Group | None) -> Share:
    if parent is None:
        return Share(order, asked_qty(order), max(order._exposed_qty, order._leaves_qty), group)
    if parent.stopped is not None or order._life in ENDED:
        return Share(order, ZERO, parent.working)
    total = order._order_qty
    wanted = total if parent.amend is None else parent.amend[0]
    asked, most = (max(_SUBTRACT(qty, parent.filled), ZERO) for qty in (wanted, max(total, wanted)))
    return Share(order, asked, max(most, parent.working))


class ReducingSide:
    """The reduce-only orders of one side of a holding: those at their brokers, those that are held here, and those that are worked here.

    Attributes:
        shares: What each asks for, by its id: the oldest first.
        lists: What those of each list ask for together, and may execute together, by the number of their group.
        asked_qty: What they ask for together.
        open_qty: What they may execute together.
    """

    __slots__ = ("asked_qty", "lists", "open_qty", "shares")

    def __init__(self) -> None:
        """Begin with none."""
        self.shares: SortedDict[OrderId, Share] = SortedDict()
        self.lists: dict[int, tuple[Decimal, Decimal]] = {}
        self.asked_qty = self.open_qty = ZERO

    def take(self, order: Order, parent: Parent | None = None, group: Group | None = None) -> None:
        """Take in what an order asks for now; one that is worked here comes with how it stands, one of a list counts with its group."""
        self.drop(order._order_id)
        share = _share(order, parent, group)
        self.shares[order._order_id] = share
        if group is None:
            self.asked_qty = _ADD(self.asked_qty, share.asked_qty)
            self.open_qty = _ADD(self.open_qty, share.open_qty)

    def drop(self, order_id: OrderId) -> None:
        """Take in that an order is not among them any more, if it was."""
        share = self.shares.pop(order_id, None)
        if share is not None and share.group is None:
            self.asked_qty = _SUBTRACT(self.asked_qty, share.asked_qty)
            self.open_qty = _SUBTRACT(self.open_qty, share.open_qty)

    def take_list(self, group: Group, together: Callable[[Sequence[Decimal]], Decimal]) -> None:
        """Take in what the orders of a list ask for together now; those of a group that is worked here count by themselves."""
        asked, might = self.lists.pop(group.group_id, NOTHING)
        self.asked_qty, self.open_qty = _SUBTRACT(self.asked_qty, asked), _SUBTRACT(self.open_qty, might)
        shares = [self.shares.get(leg.orders[-1]._order_id) if leg.orders else None for leg in group.legs]
        if group.list_id is None or not any(shares):
            return
        asked, might = (
            together([ZERO if one is None else of(one) for one in shares]) for of in (_ASKED, _OPEN)
        )
        self.lists[group.group_id] = asked, might
        self.asked_qty, self.open_qty = _ADD(self.asked_qty, asked), _ADD(self.open_qty, might)

    def beside(self, order_id: OrderId) -> Decimal:
        """Give what all but one may execute together; those of the same list never do so beside it."""
        own = self.shares.get(order_id)
        if own is None:
            return self.open_qty
        return _SUBTRACT(
            self.open_qty, own.open_qty if own.group is None else self.lists[own.group.group_id][1]
        )

    def told(self) -> object:
        """Give what each has of the sums, and these."""
        shares = {number: (one.asked_qty, one.open_qty) for number, one in self.shares.items()}
        return shares, self.lists, self.asked_qty, self.open_qty


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
            self._take_all(state, fresh[-missed:])
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
        for group in state.groups.by_id.values():
            if group._reduces and group.list_id is not None:
                self._take_list(state, group)

    def _take_all(self, state: Any, fresh: Iterable[ev.Event]) -> None:
        groups = state.groups
        lists: dict[int, Group] = {}
        for event in fresh:
            if isinstance(event, ev.OrderEvent):
                order = state.index.by_id.get(event.order_id)
                if order is not None and (is_reduce_only(order) or event.order_id in state.of_parent):
                    self._take(state, order)
                leg = groups.of_order.get(event.order_id) if groups.reducing else None
                # What its siblings may execute, or its exits, may have changed too.
                if leg is not None and leg._group._reduces and leg._group.list_id is not None:
                    lists[leg._group.group_id] = leg._group
            elif isinstance(event, ev.AnomalyRaised) and event.order_id in state.of_parent:
                # Its venue may count more of a child than was reported.
                self._take(state, state.of_parent[event.order_id].order)
            elif type(event) is ev.GroupUnlisted and (group := groups.by_id.get(event.group_id)) is not None:
                lists[event.group_id] = group
                for leg in group.legs:
                    if leg.reduces:
                        self._take(state, leg.orders[-1])
        for group in lists.values():
            self._take_list(state, group)

    def _take_list(self, state: Any, group: Group) -> None:
        together = partial(state.groups.together, group)
        for side in {id(side): side for side in map(self._side_of, group.legs) if side is not None}.values():
            side.take_list(group, together)

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
            leg = state.groups.of_order.get(order_id) if state.groups.reducing else None
            group = None if leg is None or leg._group.list_id is None else leg._group
            side.take(order, None, group)
        elif key in self._sides:
            self._sides[key].drop(order_id)

    def _side_of(self, leg: GroupLeg) -> ReducingSide | None:
        if not leg.reduces or not leg.orders:
            return None
        order = leg.orders[-1]
        return self._sides.get(((order._account, order._symbol), order._side is Side.BUY))
