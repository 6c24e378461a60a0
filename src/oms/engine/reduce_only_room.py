"""How much a reduce-only order may be for: the position, less what others of its side may still take of it."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeAlias

from oms.engine import replaces
from oms.engine.reducing_sums import Holding, claimant, is_reduce_only
from oms.engine.state import State
from oms.model.commands import ReplaceOrder, SubmitOrder
from oms.model.decimals import ZERO, plain
from oms.model.enums import Side
from oms.model.ids import OrderId
from oms.model.order import Order
from oms.model.reasons import Reason, ReasonCode

# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

Reasons: TypeAlias = tuple[Reason, ...]


def net_qty(state: State, holding: Holding) -> Decimal:
    """Give what was traded here, net of all brokers; positive is long."""
    return sum((held[holding] for held in state.traded.of_all().values() if holding in held), ZERO)


def why_too_large(state: State, command: SubmitOrder, order_id: OrderId | None = None) -> Reasons:
    """Give the reason why a new order would not only reduce the position; none where it would, or need not.

    What an order that is worked here may take of the position is its children's: they are known by their number.
    """
    if command.instructions is None or not command.instructions.reduce_only:
        return ()
    if command.cash_order_qty is not None:
        asked = f"{plain(command.cash_order_qty)}, in units not known yet"
        allowed = "order_qty, in units, with reduce_only"
        return (Reason(ReasonCode.UNSUPPORTED, "cash_order_qty", asked, allowed),)
    assert command.order_qty is not None, "a command has a quantity or an amount"
    holding = (command.account, command.symbol)
    return _why_beyond(state, holding, command.side, command.order_qty, command.order_qty, order_id)


def why_not_grown(state: State, order: Order, command: ReplaceOrder) -> Reasons:
    """Give the reason why a replace would let an order do more than reduce the position; none where it would not."""
    qty, parent = command.order_qty, state.parents.by_id.get(order._order_id)
    amend = None if parent is None else parent.amend
    wanted = replaces.wanted(order)[0] if amend is None else amend[0]
    if qty is None or not is_reduce_only(order) or qty <= min(order._order_qty, wanted):
        return ()
    holding = (order._account, order._symbol)
    return _why_beyond(state, holding, order._side, qty, qty - order._cum_qty, order._order_id)


def _why_beyond(
    state: State, holding: Holding, side: Side, qty: Decimal, open_qty: Decimal, order_id: OrderId | None
) -> Reasons:
    is_buy, net = side is Side.BUY, net_qty(state, holding)
    held = -net if is_buy else net
    others = state.reductions.of(state, holding, is_buy=is_buy)
    parent = claimant(state, order_id)
    own_id = order_id if parent is None else parent.order_id
    own = None if own_id is None else others.shares.get(own_id)
    taken = others.open_qty if own_id is None else others.beside(own_id)
    child = None if parent is None or order_id is None else parent.children.get(order_id)
    if parent is not None and child is not None:
        taken += parent.working - child.working
    room = max(held, ZERO) - taken
    if open_qty <= room:
        return ()
    most = max(room + qty - open_qty, ZERO)
    allowed = f"at most {plain(most)}: the position is {plain(net)}"
    if len(others.shares) > (own is not None):
        allowed += f", and reduce-only orders at work may take {plain(taken)} of it"
    return (Reason(ReasonCode.REDUCE_ONLY, "order_qty", plain(qty), allowed),)
