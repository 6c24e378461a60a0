"""The orders that are held here until the market reaches a price. Moved by events, and by the market between them.

What the market does to the trigger book between two events is not journaled, but for what must not be forgotten: where the
trails stand (`TrailsMoved`). The first of two prices in a row is forgotten with a restart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from oms.model import events as ev
from oms.model.decimals import EXACT
from oms.model.enums import HeldPolicy, Side, TriggerPriceDirection, TriggerPriceType
from oms.model.ids import Account, BrokerName, OrderId, Symbol
from oms.model.instrument import Instrument
from oms.model.market import MarketUpdate, Quote, TradePrint
from oms.model.order import Order
from oms.model.terms import Pegged
from oms.model.triggers import (
    DOUBLES,
    PriceTrigger,
    QuoteTrigger,
    ReachedTrigger,
    Release,
    Trigger,
    TriggerHit,
)
from oms.order_types.trigger_book import TriggerBook
from oms.order_types.trigger_desk import TriggerDesk

# What follows from an event is read off the slots of `Order`; a property costs a call.
# The state comes in as `Any`: its module has the table in which these functions stand, all called in the same way.
# ruff: noqa: SLF001, ANN401, ARG001, ARG005
# pyright: reportPrivateUsage=false

_LEAST: Final = Decimal("1E-18")
"""The least difference of two prices."""

_NO_PRICES: Final = (QuoteTrigger, ReachedTrigger)
"""What no price releases."""
_OF_QUOTES: Final = (TriggerPriceType.BID_ASK, TriggerPriceType.MID, TriggerPriceType.DOUBLE_BID_ASK)
_OF_TRADES: Final = (TriggerPriceType.LAST, TriggerPriceType.DOUBLE_LAST)
_OF_MARKS: Final = (TriggerPriceType.MARK,)


class HeldOrders:
    """The orders that are held, and the book that they wait in.

    Attributes:
        orders: These, in the order of their arrival.
        desks: What waits in each instrument, while any order is held.
        brokers: Where each is to be sent.
        named: Those of which it was said that they are to go there.
        reached: Those whose price was reached and that no price releases: of groups, which wait for their turn, and put off.
        reducing: Those that may only reduce a position and are of no group, by account and symbol: in a group another one
            does that meanwhile.
        quoted: Those that quotes move, by symbol: they wait for one, or follow them at their venue, which are not among `orders`.
            What has ended there may still be here.
        due: Those of them that are to be looked at without a new quote, and those that were put off.
        unheard: How many prices of a kind are still to come until what happened while nobody listened is settled; only
            kinds that somebody waits for. Not moved by events alone, as with what the market has done to the book.
    """

    __slots__ = (
        "_absent", "_backs", "_book", "_instruments", "_stood", "_trails", "_triggers", "brokers", "desks", "due", "named", "orders", "quoted",
        "reached", "reducing", "unheard",
    )  # fmt: skip

    def __init__(self, instruments: Mapping[Symbol, Instrument]) -> None:
        """Begin with none, in these instruments, of which more may be defined later."""
        self._instruments = instruments
        self._book: TriggerBook | None = None
        self.orders: dict[OrderId, Order] = {}
        self.desks: dict[Symbol, TriggerDesk] = {}
        self.quoted: dict[Symbol, dict[OrderId, Order]] = {}
        self.due: dict[OrderId, Order] = {}
        self.brokers: dict[OrderId, BrokerName] = {}
        self.named: set[OrderId] = set()
        self.reached: set[OrderId] = set()
        self.reducing: dict[tuple[Account, Symbol], dict[OrderId, Order]] = {}
        self.unheard: dict[tuple[Symbol, TriggerPriceType], int] = {}
        self._triggers: dict[OrderId, Release] = {}
        # Held since before the start, of which some trail; those that wait for the market to come back first: from where, and water marks.
        self._absent: set[OrderId] = set()
        self._trails: dict[Symbol, list[OrderId]] = {}
        self._backs: dict[OrderId, tuple[Decimal, Decimal | None]] = {}
        self._stood: dict[OrderId, Decimal | None] = {}

    @property
    def book(self) -> TriggerBook:
        """What the orders wait in."""
        return self._open(TriggerBook(self._instruments.values())) if self._book is None else self._book

    # ------------------------------------------------------------ the market

    def take(self, update: MarketUpdate) -> Sequence[TriggerHit]:
        """Take note of the market, and give whose price is reached, in the order of release."""
        book = self.book
        if self.unheard and any((update.symbol, kind) in self.unheard for kind in _kinds(update)):
            # Where trails stood is asked for once they are reached, and the book forgets whoever is.
            self._stood = book.water_marks(self._trails.get(update.symbol, ()))
        if isinstance(update, Quote):
            return book.on_quote(update)
        return book.on_trade(update) if isinstance(update, TradePrint) else book.on_mark(update)

    def is_missed(self, order_id: OrderId) -> bool:
        """Tell whether an order that is reached now may have been reached while nobody listened."""
        trigger = self._triggers[order_id]
        if order_id not in self._absent or isinstance(trigger, _NO_PRICES):
            return False
        return (self.orders[order_id]._symbol, trigger.price_type) in self.unheard

    def stood(self, order_id: OrderId) -> Decimal | None:
        """Give the water mark of an order that was missed; None where there is none."""
        return self._stood.get(order_id)

    def hear(self, update: MarketUpdate) -> None:
        """Take note that a price has come, and that what happened before it is settled."""
        self._stood = {}
        for kind in _kinds(update):
            key = (update.symbol, kind)
            left = self.unheard.get(key)
            if left is not None and left > 1:
                self.unheard[key] = left - 1
            elif left is not None:
                del self.unheard[key]

    def comes_back(self, order_id: OrderId) -> bool:
        """Tell whether an order that is reached has only waited for the market to come back; it is to be held again."""
        return order_id in self._backs

    # ------------------------------------------------------------ events

    def hold(
        self, order: Order, broker: BrokerName, trigger: Release, water_mark: Decimal | None = None, *,
        is_leg: bool = False, is_named: bool = False,
    ) -> None:  # fmt: skip
        """Take in that an order is held; `is_leg` where it is of a group, `is_named` where its broker was named."""
        order_id = order._order_id
        if self._backs and order_id in self._backs:
            self._come_back(order_id)
            return
        if order_id in self.orders:
            self.amend(order, trigger)
            return
        self.orders[order_id], self.brokers[order_id], self._triggers[order_id] = order, broker, trigger
        if is_named:
            self.named.add(order_id)
        if order._instructions is not None and order._instructions.reduce_only and not is_leg:
            self.reducing.setdefault((order._account, order._symbol), {})[order_id] = order
        if type(trigger) is PriceTrigger:
            # Nearly all.
            book = self.book if self._book is None else self._book
            book.add(order_id, order._symbol, trigger, water_mark=water_mark)
        else:
            self._add(order_id, water_mark)

    def amend(self, order: Order, trigger: Release) -> None:
        """Take in that what an order waits for may have changed."""
        order_id = order._order_id
        before = self._triggers[order_id]
        if trigger == before:
            return
        if order_id in self._backs:
            self._come_back(order_id)
        self._triggers[order_id] = trigger
        self._absent.discard(order_id)
        if isinstance(trigger, _NO_PRICES) or isinstance(before, _NO_PRICES):
            self._remove(order)
            self._add(order_id, None)
        else:
            self.book.amend(order_id, trigger)

    def drop(self, order_id: OrderId) -> None:
        """Take in that an order is held no longer, if it was."""
        order = self.orders.pop(order_id, None)
        if order is None:
            return
        if order._instructions is not None and order._instructions.reduce_only:
            self.reducing.get((order._account, order._symbol), {}).pop(order_id, None)
        self._remove(order)
        del self.brokers[order_id], self._triggers[order_id]
        # Nearly always these are empty.
        if self.named:
            self.named.discard(order_id)
        if self.reached:
            self.reached.discard(order_id)
            self.due.pop(order_id, None)
        if self._absent:
            self._absent.discard(order_id)
        if self._backs:
            self._backs.pop(order_id, None)

    def named_broker(self, order_id: OrderId) -> BrokerName | None:
        """Give the broker that was named for an order; None where it may go anywhere."""
        return self.brokers[order_id] if order_id in self.named else None

    def trigger(self, order_id: OrderId) -> Release:
        """Give what an order waits for."""
        return self._triggers[order_id]

    def reach(self, order_id: OrderId) -> None:
        """Take in that the price of an order of a group was reached: no price releases it, it waits for its turn."""
        self._remove(self.orders[order_id])
        self._backs.pop(order_id, None)
        self.reached.add(order_id)

    def wait_for_return(self, order_id: OrderId, px: Decimal, water_mark: Decimal | None) -> None:
        """Take in that a price has reached an order that waits on: for the market to come back from there first."""
        if order_id in self.book:
            self.book.remove(order_id)
        trigger = self._triggers[order_id]
        assert not isinstance(trigger, _NO_PRICES)
        if _is_reached_by_a_rise(trigger):
            back, direction = EXACT.subtract(px, _LEAST), TriggerPriceDirection.DOWN
        else:
            back, direction = EXACT.add(px, _LEAST), TriggerPriceDirection.UP
        self._backs[order_id] = px, water_mark
        waiting = PriceTrigger(
            side=trigger.side, trigger_px=back, direction=direction, price_type=trigger.price_type
        )
        self.book.add(order_id, self.orders[order_id]._symbol, waiting)

    def start(self) -> None:
        """Take in that a manager starts: nobody has listened for a while."""
        for order_id in tuple(self._backs):
            self._come_back(order_id)
        self._absent = set(self.orders)
        self.unheard.clear()
        self._trails.clear()
        for order_id, order in self.orders.items():
            trigger = self._triggers[order_id]
            if order_id not in self.reached and not isinstance(trigger, _NO_PRICES):
                self.unheard[order._symbol, trigger.price_type] = 2 if trigger.price_type in DOUBLES else 1
                if not isinstance(trigger, PriceTrigger):
                    self._trails.setdefault(order._symbol, []).append(order_id)

    def define(self) -> None:
        """Take in that instruments have changed."""
        rows = self._book.to_rows() if self.orders and self._book is not None else ()
        self._book = None
        if rows:
            self._open(TriggerBook.from_rows(rows, self._instruments.values()))

    def follow(self, order: Order) -> None:
        """Take in that an order is at its venue, and follows the quotes there."""
        self.quoted.setdefault(order._symbol, {})[order._order_id] = order

    def forget(self, order: Order) -> None:
        """Take in that the quotes do not move an order any more."""
        self.due.pop(order._order_id, None)
        of_symbol = self.quoted.get(order._symbol, {})
        if of_symbol.pop(order._order_id, None) is not None and not of_symbol:
            del self.quoted[order._symbol]

    def rows(self) -> list[tuple[OrderId, BrokerName, Release, Decimal | None, Decimal | None]]:
        """Give every order that is held with what a restart must know.

        That is where it goes, its trigger, its water mark, and the price from which the market has to come back first.
        """
        marks = {row.order_id: row.water_mark for row in self.book.to_rows()}
        marks |= {order_id: mark for order_id, (_, mark) in self._backs.items()}
        marks |= {one: None for one, trigger in self._triggers.items() if isinstance(trigger, QuoteTrigger)}
        marks |= dict.fromkeys(self.reached)
        backs, nowhere = self._backs, (None, None)
        return [
            (one, self.brokers[one], self._triggers[one], mark, backs.get(one, nowhere)[0])
            for one, mark in marks.items()
        ]

    def _open(self, book: TriggerBook) -> TriggerBook:
        self._book = book
        self.desks.clear()
        self.desks.update(book.desks)
        return book

    def _add(self, order_id: OrderId, mark: Decimal | None) -> None:
        order, trigger = self.orders[order_id], self._triggers[order_id]
        if isinstance(trigger, QuoteTrigger):
            self.due[order_id] = order
            self.follow(order)
        elif isinstance(trigger, ReachedTrigger):
            self.reached.add(order_id)
            self.due[order_id] = order
        else:
            self.book.add(order_id, order._symbol, trigger, water_mark=mark)

    def _remove(self, order: Order) -> None:
        if self.quoted:
            self.forget(order)
        if self._book is not None:
            self._book.discard(order._order_id)

    def _come_back(self, order_id: OrderId) -> None:
        if order_id in self.book:
            self.book.remove(order_id)
        self._add(order_id, self._backs.pop(order_id)[1])


def _kinds(update: MarketUpdate) -> tuple[TriggerPriceType, ...]:
    """Give the kinds of price that an update has; none where it does not count."""
    if type(update) is Quote:
        return _OF_QUOTES if update.is_two_sided else ()
    if type(update) is TradePrint:
        return _OF_TRADES if update.size else ()
    return _OF_MARKS


def _is_reached_by_a_rise(trigger: Trigger) -> bool:
    if type(trigger) is PriceTrigger:
        return trigger.direction is TriggerPriceDirection.UP
    return trigger.side is Side.BUY


# ---------------------------------------------------------------- what events do to the state


def on_held(state: Any, event: ev.OrderHeld, order: Order) -> None:
    """Take in that an order is held: nobody but us is to end it in time."""
    is_leg = order._order_id in state.groups.of_order
    state.held_orders.hold(order, event.broker, event.trigger, is_leg=is_leg, is_named=event.is_named)
    if order._instructions is not None and order._instructions.reduce_only:
        # From here on positions are watched.
        state.book.exposure.reducing.setdefault((order._account, order._symbol), {})
    if state.timers.expiries.known:
        state.timers.grant(order._order_id, 0)


def on_amended(state: Any, event: ev.OrderAmended, order: Order) -> None:
    """Take in that a held order was changed."""
    state.held_orders.amend(order, event.trigger)
    if event.time_in_force is not None:
        state.timers.expire(order._order_id, event, 0)


def on_missed(state: Any, event: ev.TriggerMissed, order: Order) -> None:
    """Take in that a held order was perhaps reached before: where it waits on, it does so for the market to come back first."""
    if event.policy is HeldPolicy.WAIT:
        state.held_orders.wait_for_return(event.order_id, event.trigger_px, event.water_mark)


def on_released(state: Any, event: ev.OrderReleased, order: Order) -> None:
    """Take in that a held order is sent from here on: its venue has time to say that it has expired."""
    state.held_orders.drop(event.order_id)
    follow_again(state, order)
    state.timers.release(event, state.request_timeout_ns)


def on_ended(state: Any, event: ev.OrderEvent, order: Order) -> None:
    """Take in that an order has ended, which may have been held."""
    if state.held_orders.orders:
        state.held_orders.drop(order._order_id)


def follow_again(state: Any, order: Order) -> None:
    """Let the quotes move an order that was pegged here: it is at its venue, or has turned out to be there still."""
    if type(order._given_terms) is Pegged:
        state.held_orders.follow(order)


def on_reopened(state: Any, event: ev.OrderEvent, order: Order) -> None:
    """Take in that what had filled may work again."""
    state.timers.rearm(order._order_id)
    follow_again(state, order)


def on_trails_moved(state: Any, event: ev.TrailsMoved) -> None:
    """Take in where trails stand."""
    state.held_orders.book.follow((event.symbol, event.price_type, event.side), event.px)


HELD: Final[dict[type[ev.OrderEvent], Callable[[Any, Any, Order], None]]] = {
    ev.OrderHeld: on_held,
    ev.OrderAmended: on_amended,
    ev.TriggerMissed: on_missed,
    ev.OrderReleased: on_released,
    ev.OrderDenied: on_ended,
    ev.OrderCanceled: on_ended,
    ev.OrderExpired: on_ended,
    ev.OrderRestated: on_reopened,
    ev.OrderReinstated: lambda state, event, order: follow_again(state, order),
}
"""What events of orders do to the state on account of those that are held."""
