"""What leaves at once while the journal is down: cancels, and replaces that only take less. Nothing here makes an event."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeAlias

from oms.engine import replaces
from oms.engine.order_entry import OrderEntry
from oms.model.commands import CancelOrder, ReplaceOrder
from oms.model.ids import ClOrdId, cl_ord_id, cl_ord_id_head
from oms.model.order import Order
from oms.model.reasons import Reason
from oms.model.requests import OrderCancelReplaceRequest, OrderCancelRequest

# It is a part of the order entry that is needed in emergencies only.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

Reasons: TypeAlias = tuple[Reason, ...]


def cancel(
    entry: OrderEntry,
    command: CancelOrder,
    counter: int,
    unsent: Collection[ClOrdId],
    now_ns: int,
    reduced: ClOrdId | None,
) -> OrderCancelRequest | Reasons:
    """Give a cancel to be sent at once; or the reasons why there is nothing to cancel.

    Args:
        entry: What knows the orders.
        command: Which order, and who asks for it.
        counter: What its ClOrdID is made from.
        unsent: Requests that the state holds and that never left.
        now_ns: The time, in nanoseconds UTC.
        reduced: The identity that a reduction has given the order at once; None where none has.
    """
    order = entry.state.index.by_id.get(command.order_id)
    if order is None:
        return _never_placed(command)
    reasons = _why_not(entry, order, counter, unsent)
    if reasons:
        return reasons
    identity = cl_ord_id(cl_ord_id_head(entry.state.prefix, counter), counter)
    orig = reduced or replaces.last_sent(order, unsent)
    return entry._router.cancel(entry._gate.approve_cancel(command), order, identity, orig, now_ns)


def reduce(
    entry: OrderEntry, command: ReplaceOrder, counter: int, unsent: Collection[ClOrdId], now_ns: int
) -> OrderCancelReplaceRequest | Reasons | None:
    """Give a replace to be sent at once, the reasons against it, or None where it does not only take less.

    The arguments are those of `cancel`.
    """
    order = entry.state.index.by_id.get(command.order_id)
    if order is None:
        return _never_placed(command)
    if not replaces.takes_less(order, command, unsent):
        return None
    capabilities = entry.reach(order)
    reasons = (
        _why_not(entry, order, counter, unsent)
        or replaces.why_not_replaceable(order, command, capabilities.profile)
        or replaces.why_not_amendable(order, command, capabilities, unsent)
    )
    if reasons:
        return reasons
    after = replaces.after(order, command, unsent)
    verdict = entry._judge_replace(command, after, order.broker or "", capabilities, takes_less=True)
    if isinstance(verdict, tuple):
        return verdict
    identity = cl_ord_id(cl_ord_id_head(entry.state.prefix, counter), counter)
    orig = replaces.last_sent(order, unsent)
    return entry._router.replace(verdict, order, identity, orig, after, now_ns)


def _why_not(entry: OrderEntry, order: Order, counter: int, unsent: Collection[ClOrdId]) -> Reasons:
    reasons = replaces.why_not_working(order) or entry._why_cut_off(order, counter)
    if not reasons and order.cl_ord_id in unsent:
        return (replaces.never_sent(f"{order.order_id}, unsent"),)
    return reasons


def _never_placed(command: CancelOrder | ReplaceOrder) -> Reasons:
    return (replaces.never_sent(f"{command.order_id}, which was never placed"),)
