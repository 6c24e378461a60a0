"""Our orders as a witness of fills knows them: by what was asked, and by what the exchange has said of them since."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from attrs import define
from sortedcontainers import SortedDict

from oms.model.enums import ExecRestatementReason, ExecType, Side
from oms.model.ids import Account, Symbol, VenueOrderId
from oms.model.reports import ExecutionReport
from oms.model.requests import NewOrderSingle, OrderCancelReplaceRequest
from oms.model.terms import Pegged, Terms, display_qty, limit_px
from oms.model.time_in_force import (
    AtTheClose,
    AtTheOpening,
    FillOrKill,
    GoodForAuction,
    ImmediateOrCancel,
)
from oms.model.triggers import trigger_of
from oms.testing.fill_audit.showing import SUMS, ZERO

_NEVER_RESTS: Final = (ImmediateOrCancel, FillOrKill, AtTheOpening, AtTheClose, GoodForAuction)


@define(eq=False)
class Standing:
    """Where an order joined the market's own at its price, as `oms.testing.fill_audit.queues` looks at it.

    Attributes:
        ahead: How much stood there.
        gone: How much had gone or traded by then.
        prints: How many trades had been heard by then.
    """

    ahead: Decimal
    gone: Decimal
    prints: int


@define(eq=False, kw_only=True)
class OwnOrder:
    """One order of ours.

    Attributes:
        name: What the venue calls it.
        symbol: What it is in.
        account: Whose.
        is_buy: Whether it buys.
        terms: What was asked for, as last accepted.
        price: Its limit; None where it has none, or had none yet.
        is_plain: Whether it can be told when it rests and with how much: it follows no peg, depends on no other order, and trades in
            any part.
        is_resting: Whether it may stand in the queue.
        lasts: Whether what cannot trade at once may rest at all.
        awaits_px: Whether it waits for a price yet.
        is_aside: Whether it stands beside the queue, as it trades in full, or by a least quantity that it has not had.
        place: Its place in time among ours.
        queue_place: Its place in time among the market's own orders, where these have names.
        placed_ns: When it got its place, in nanoseconds UTC.
        order_qty: Its total.
        cum_qty: What has executed.
        leaves_qty: What is open.
        shown: How much of it is shown in the queue now; None for as much as it shows at a time.
        money: What is left of the amount of money that it is for; None where it is for a quantity.
        standing: Where it joined the market's own at its price; None where it has not.
    """

    name: VenueOrderId
    symbol: Symbol
    account: Account
    is_buy: bool
    terms: Terms
    price: Decimal | None
    is_plain: bool
    is_resting: bool
    lasts: bool
    awaits_px: bool
    is_aside: bool
    order_qty: Decimal
    leaves_qty: Decimal
    place: int = 0
    queue_place: int = 0
    placed_ns: int = 0
    cum_qty: Decimal = ZERO
    shown: Decimal | None = None
    money: Decimal | None = None
    standing: Standing | None = None

    @property
    def key(self) -> tuple[Decimal, int]:
        """What sorts the orders of a side: the better limit first, then the earlier place."""
        assert self.price is not None
        return self.price.copy_negate() if self.is_buy else self.price, self.place

    def show(self) -> Decimal:
        """Give how much of it is shown."""
        if self.shown is None:
            part = display_qty(self.terms)
            self.shown = self.leaves_qty if part is None else min(part, self.leaves_qty)
        return self.shown


class OwnOrders:
    """All of them, and the queue of those whose place can be told."""

    def __init__(self) -> None:
        """Begin without any."""
        self.known: dict[VenueOrderId, OwnOrder] = {}
        self._queues: dict[tuple[Symbol, bool], SortedDict[tuple[Decimal, int], OwnOrder]] = {}
        self._places = 0

    def take(self, asked: NewOrderSingle, report: ExecutionReport, *, depends: bool) -> OwnOrder:
        """Know an order that was accepted; `depends` tells whether others of a list decide how much of it works."""
        asks = asked.instructions
        lasts = not isinstance(asked.time_in_force, _NEVER_RESTS)
        awaits_px = trigger_of(asked.side, asked.terms) is not None
        is_free = asks is None or not (asks.reduce_only or asks.all_or_none or asks.min_qty is not None)
        assert report.venue_order_id is not None
        # Of an amount of money any quantity may come, until the exchange has said which.
        order_qty = asked.order_qty if asked.cash_order_qty is None else Decimal("Infinity")
        order = OwnOrder(
            name=report.venue_order_id,
            symbol=asked.symbol,
            account=asked.account,
            is_buy=asked.side is Side.BUY,
            terms=asked.terms,
            price=limit_px(asked.terms),
            is_plain=is_free and not depends and not isinstance(asked.terms, Pegged),
            is_resting=False,
            lasts=lasts,
            awaits_px=awaits_px,
            is_aside=asks is not None and (asks.all_or_none or asks.min_qty is not None),
            order_qty=order_qty,
            leaves_qty=order_qty,
            money=asked.cash_order_qty,
        )
        self.take_up(order)
        self.known[order.name] = order
        return order

    def put_last(self, order: OwnOrder, *, queue_place: int, time_ns: int) -> None:
        """Give an order the last place, with as much of it shown as it shows at a time."""
        self._take_out(order)
        self._places += 1
        order.place, order.queue_place, order.placed_ns, order.shown = (
            self._places,
            queue_place,
            time_ns,
            None,
        )
        self._put_in(order)

    def put_late_behind(self, order: OwnOrder) -> None:
        """Put who came later than an order got its place behind it, in their own order: they are nothing to the bar it is in."""
        queue = self._queues.get((order.symbol, order.is_buy), SortedDict())
        # The queue gives those of one price in the order of their places.
        late = [one for one in queue.values() if one.price == order.price and one.placed_ns > order.placed_ns]
        for one in late:
            self._take_out(one)
            self._places += 1
            one.place = self._places
            self._put_in(one)

    def release(self, order: OwnOrder, price: Decimal | None) -> None:
        """Let an order work whose price has come."""
        order.awaits_px = False
        order.price = price
        self.take_up(order)

    def take_up(self, order: OwnOrder) -> None:
        """Let an order work again that was held back: it rests where it may, and waits for its price where it did."""
        # What is for money comes to rest once it is said how much it is for.
        order.is_resting = order.lasts and not order.awaits_px and order.order_qty.is_finite()

    def pause(self, order: OwnOrder) -> None:
        """Work an order no more for a while."""
        self._take_out(order)
        order.is_resting = False

    def amend(
        self, order: OwnOrder, report: ExecutionReport, asked: OrderCancelReplaceRequest | None
    ) -> bool:
        """Take another total, and other terms where they were asked for; tell whether it has lost its place by it."""
        terms = order.terms if asked is None else asked.terms
        was, now = display_qty(order.terms), display_qty(terms)
        price = limit_px(terms)
        leaves_qty = report.leaves_qty or ZERO
        is_moved = asked is not None and (
            limit_px(order.terms) != price
            or leaves_qty > order.leaves_qty
            or (was is not None and (now is None or now > was))
        )
        self._take_out(order)
        # What was filled, and busted, stands in the queue again.
        order.is_resting = order.is_resting or (leaves_qty > order.leaves_qty == ZERO)
        order.terms, order.order_qty, order.leaves_qty = terms, report.order_qty or ZERO, leaves_qty
        order.price = order.price if price is None else price
        if order.money is not None:
            order.is_resting, order.money = True, order.money if asked is None else None
        if order.shown is not None:
            order.shown = min(order.shown, leaves_qty if now is None else min(now, leaves_qty))
        self._put_in(order)
        return is_moved

    def fill(self, order: OwnOrder, qty: Decimal) -> None:
        """Book an execution."""
        order.cum_qty = SUMS.add(order.cum_qty, qty)
        order.leaves_qty = SUMS.subtract(order.leaves_qty, qty)
        order.is_aside = False
        if not order.leaves_qty:
            self.end(order)

    def end(self, order: OwnOrder) -> None:
        """Book that nothing of an order is open any more."""
        self._take_out(order)
        order.leaves_qty = ZERO
        order.is_resting = False

    def ahead_of(self, order: OwnOrder, since_ns: int | None) -> OwnOrder | None:
        """Give one of ours that comes before an order in the queue; None where it is first.

        Args:
            order: One that has just traded as its price came.
            since_ns: Who got its place later does not count; None where everybody does.
        """
        queue = self._queues.get((order.symbol, order.is_buy))
        if queue is None or order.price is None:
            return None
        # Of one whose place is not known it can be told only that a better limit comes first.
        key = order.key if order.is_plain else (order.key[0], -1)
        for other_key, other in queue.items():
            if other_key >= key:
                break
            if since_ns is None or other.placed_ns <= since_ns:
                return other
        return None

    def _put_in(self, order: OwnOrder) -> None:
        if order.is_plain and order.is_resting and order.price is not None and order.leaves_qty:
            queue = self._queues.setdefault((order.symbol, order.is_buy), SortedDict())
            queue[order.key] = order

    def _take_out(self, order: OwnOrder) -> None:
        if order.price is not None:
            self._queues.get((order.symbol, order.is_buy), SortedDict()).pop(order.key, None)


def is_renewal(report: ExecutionReport) -> bool:
    """Tell whether a report takes up an order that was done for the day."""
    return (
        report.exec_type is ExecType.RESTATED
        and report.exec_restatement_reason is ExecRestatementReason.GT_RENEWAL
    )
