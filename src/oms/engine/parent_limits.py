"""What every child of an order that is worked here is held to, whatever its algorithm asks for: its parent's limit before all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Final

from oms.engine.parent_entry import resting_ns
from oms.errors import ValidationError
from oms.model.commands import ReplaceOrder
from oms.model.decimals import plain
from oms.model.enums import Side
from oms.model.ids import OrderId
from oms.model.order import ENDED, Order
from oms.model.parent import AUCTION, Child, Parent
from oms.model.terms import Strategy, Terms, limit_px
from oms.model.work import Pace
from oms.ports.working_handler import NewChild, Steps, View

# What of an order is looked at is read off its slots.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

LIMIT_PRICE: Final = "limit_price"
"""The parameter that says so, and that `price` of a replace stands for."""


def limit_of(terms: Terms) -> Decimal | None:
    """Give the worst price that a child may have; None where there is none, or what is said is no price."""
    if isinstance(terms, Strategy):
        for name, text in terms.parameters:
            if name == LIMIT_PRICE:
                return _read(text)
    return None


def is_beyond(terms: Terms, limit: Decimal, side: Side) -> bool:
    """Tell whether a child of such terms could trade worse than at the limit; one without a price of its own always could."""
    px = limit_px(terms)
    return px is None or (px > limit if side is Side.BUY else px < limit)


def beyond(parent: Parent, terms: Terms) -> list[Child]:
    """Give the open children of an order that are beyond the limit of such terms, by their price or by one that was asked for."""
    limit = limit_of(terms)
    if limit is None:
        return []
    side = parent.order._side
    return [child for child in parent.open.values() if _may_pass(child, limit, side)]


def why_not(parent: Parent, view: View, new: NewChild) -> Pace | None:
    """Give why a child may not be placed now, whatever its algorithm says; None where it may."""
    if parent.stopped is not None or parent.order._life in ENDED:
        return Pace.CANCELED
    if not parent.may_send:
        return Pace.SUSPENDED
    limit = limit_of(parent.order._terms)
    if limit is not None and is_beyond(new.terms, limit, parent.order._side):
        return Pace.BEYOND_LIMIT
    if new.broker is not None:
        return (
            None  # Whether its broker takes it, and when it may be tried again, is known to whoever chose it.
        )
    if not view.is_reconciled:
        return Pace.NOT_RECONCILED
    # One that was placed just before may have been refused since the view was made.
    return Pace.RESTING if view.now_ns < resting_ns(parent) else None


def stays_due(parent: Parent, view: View, new: NewChild, pace: Pace | None) -> bool:
    """Tell whether a part for an auction goes there a little later, since one before it was just refused: it is still planned, or left."""
    if pace is not Pace.RESTING or new.role != AUCTION:
        return False
    return new.number in parent.slices or view.now_ns >= parent.end_ns


def changes(
    parent: Parent, steps: Steps, to_change: Callable[[OrderId], Order | None]
) -> Iterator[ReplaceOrder]:
    """Give the changes of children that an algorithm asks for, one after the other as each was asked for.

    Args:
        parent: Their order.
        steps: What is asked for.
        to_change: Gives a child that may be changed now; None for one that may not.

    Raises:
        ValidationError: A price is beyond the limit of the parent.
    """
    for order_id, price in steps.reprice:
        if to_change(order_id) is not None:
            check_price(parent, price)
            yield ReplaceOrder(order_id, price=price)
    for order_id, less in steps.reduce:
        if (order := to_change(order_id)) is not None:
            yield ReplaceOrder(order_id, order_qty=order._order_qty - less)
    for order_id, more in steps.grow:
        if (order := to_change(order_id)) is not None and parent.available > 0:
            yield ReplaceOrder(order_id, order_qty=order._order_qty + min(more, parent.available))
    for order_id, display_qty in steps.show:
        if to_change(order_id) is not None:
            yield ReplaceOrder(order_id, display_qty=display_qty)


def check_price(parent: Parent, px: Decimal) -> None:
    """Check that a child may have a price.

    Raises:
        ValidationError: It is beyond the limit of its parent.
    """
    limit, buys = limit_of(parent.order._terms), parent.order._side is Side.BUY
    if limit is not None and (px > limit if buys else px < limit):
        bound = "at most" if buys else "at least"
        raise ValidationError("price", plain(px), f"{bound} {plain(limit)}, the {LIMIT_PRICE} of its parent")


def _may_pass(child: Child, limit: Decimal, side: Side) -> bool:
    order = child.order
    if order is None:
        return False
    asked = (one.terms for one in order._requests.values() if one.terms is not None)
    return any(is_beyond(terms, limit, side) for terms in (order._terms, *asked))


def _read(text: str) -> Decimal | None:
    try:
        limit = Decimal(text)
    except InvalidOperation:
        return None
    return limit if limit.is_finite() else None
