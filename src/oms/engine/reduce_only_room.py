"""How much a reduce-only order may be for: the position, less what others of its side may still take of it."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeAlias

from oms.engine import replaces
from oms.engine.state import State
from oms.model.commands import ReplaceOrder, SubmitOrder
from oms.model.decimals import ZERO, plain
from oms.model.enums import RequestKind, Side
from oms.model.ids import Account, Symbol
from oms.model.order import Order
from oms.model.reasons import Reason, ReasonCode

# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

Holding: TypeAlias = tuple[Account, Symbol]
Reasons: TypeAlias = tuple[Reason, ...]


def is_reduce_only(order: Order) -> bool:
    """Tell whether an order may only make a position smaller."""
    return order._instructions is not None and order._instructions.reduce_only


def reducing(state: State, holding: Holding) -> list[Order]:
    """Give the reduce-only orders of a holding, those at their brokers and those that are held here, oldest first."""
    sent, held = state.book.exposure.reducing, state.held_orders.reducing
    return [order for _, order in sorted({**sent.get(holding, {}), **held.get(holding, {})}.items())]


def asked_qty(order: Order) -> Decimal:
    """Give how much of an open order may still execute once everything asked of it is done."""
    if any(request.kind is RequestKind.CANCEL for request in order.outstanding_requests):
        return ZERO
    return max(replaces.wanted(order)[0] - order._cum_qty, ZERO)


def net_qty(state: State, holding: Holding) -> Decimal:
    """Give what was traded here, net of all brokers; positive is long."""
    return sum((held[holding] for held in state.traded.of_all().values() if holding in held), ZERO)


def why_too_large(state: State, command: SubmitOrder) -> Reasons:
    """Give the reason why a new order would not only reduce the position; none where it would, or need not."""
    if command.instructions is None or not command.instructions.reduce_only:
        return ()
    if command.cash_order_qty is not None:
        asked = f"{plain(command.cash_order_qty)}, in units not known yet"
        allowed = "order_qty, in units, with reduce_only"
        return (Reason(ReasonCode.UNSUPPORTED, "cash_order_qty", asked, allowed),)
    assert command.order_qty is not None, "a command has a quantity or an amount"
    holding = (command.account, command.symbol)
    return _why_beyond(state, holding, command.side, command.order_qty, command.order_qty, None)


def why_not_grown(state: State, order: Order, command: ReplaceOrder) -> Reasons:
    """Give the reason why a replace would let an order do more than reduce the position; none where it would not."""
    qty = command.order_qty
    if qty is None or not is_reduce_only(order) or qty <= min(order._order_qty, replaces.wanted(order)[0]):
        return ()
    holding = (order._account, order._symbol)
    return _why_beyond(state, holding, order._side, qty, qty - order._cum_qty, order)


def _why_beyond(
    state: State, holding: Holding, side: Side, qty: Decimal, open_qty: Decimal, order: Order | None
) -> Reasons:
    is_buy, net = side is Side.BUY, net_qty(state, holding)
    held = -net if is_buy else net
    others = [
        max(other._exposed_qty, other._leaves_qty)
        for other in reducing(state, holding)
        if other is not order and (other._side is Side.BUY) is is_buy
    ]
    room = max(held, ZERO) - sum(others, ZERO)
    if open_qty <= room:
        return ()
    most = max(room + qty - open_qty, ZERO)
    allowed = f"at most {plain(most)}: the position is {plain(net)}"
    if others:
        allowed += f", and reduce-only orders at work may take {plain(sum(others, ZERO))} of it"
    return (Reason(ReasonCode.REDUCE_ONLY, "order_qty", plain(qty), allowed),)
