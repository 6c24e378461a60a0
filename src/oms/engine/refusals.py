"""Why an order is refused for its reference; and whether a child that was refused may be tried again."""

from __future__ import annotations

from typing import Final

from oms.engine.cut_off import are_too_many
from oms.engine.parent_book import Refusal
from oms.engine.retention import CLIENT_REF, recall
from oms.engine.state import State
from oms.model import events as ev
from oms.model.ids import OrderId
from oms.model.parent import Parent
from oms.model.reasons import Reason, ReasonCode

PASSING: Final = frozenset(
    {
        ReasonCode.MSG_RATE,
        ReasonCode.NOT_RECONCILED,
        ReasonCode.VENUE_DOWN,
        ReasonCode.INPUT_UNAVAILABLE,
        ReasonCode.PRICE_COLLAR,
        ReasonCode.KILL_SWITCH,
        ReasonCode.MAX_OPEN_ORDERS,
        ReasonCode.SELF_MATCH,
        ReasonCode.REDUCE_ONLY,
    }
)
"""Refusals here that pass: too many messages or orders, a broker that is not known well enough yet or is down, a price that is stale or gone,
an own order in the way, a position that has shrunk, to which its order is about to be cut, and a kill switch, which is for all.
Any other is of the order itself."""

STAYING: Final = frozenset(
    {
        "1", "3", "5", "7", "9", "10", "11", "13", "14", "15", "18",
        "20", "21", "22", "23", "24", "25", "26", "27", "28", "29",
    }
)  # fmt: skip
"""OrdRejReason (103) of a venue that stay as they are: unknown symbol, order exceeds limit, unknown order, what somebody has given by
word of mouth, trade along required, invalid investor, unsupported characteristic, incorrect quantity, incorrect allocated quantity,
unknown account, invalid price increment, and the limits of risk, of credit and of short sales. Any other may pass: exchange closed,
too late to enter, stale order, beyond the price band, no reference price, or what the venue does not say."""


def why_suspended(parent: Parent, refusal: Refusal, *, is_routed: bool = False) -> str:
    """Give why an order is to be suspended since a child of it was refused; empty where the child may be tried again.

    What its venue ends soon after it was sent, with nothing executed, is refused too.
    Where its algorithm says where each child goes (`is_routed`), what one broker refuses may be tried at another: it takes as many
    refusals by each. What only waits is
    refused as often as the market comes to its price before it does: that passes, however often.
    """
    child = refusal.order_id
    if isinstance(refusal, ev.OrderCanceled | ev.OrderExpired):
        said = refusal.text or "its venue ended it soon after it was sent"
        if _only_waits(parent, child):
            return ""
    elif isinstance(refusal, ev.OrderRejected):
        said = refusal.text or "no reason given"
        is_staying = refusal.reject_code in STAYING
        if is_staying and not is_routed:
            return f"its child {child} was rejected [{refusal.reject_code}]: {said}"
        if not is_staying and _only_waits(parent, child):
            return ""
    else:
        said = str(refusal.reasons[0])
        staying = [str(reason) for reason in refusal.reasons if reason.code not in PASSING]
        if staying:
            return f"its child {child} was denied here: {staying[0]}"
    if not are_too_many(parent, is_routed=is_routed):
        return ""
    return f"{parent.rejects} children in a row were refused, the last one, {child}: {said}"


def _only_waits(parent: Parent, child: OrderId) -> bool:
    order = parent.children[child].order
    return order is not None and order.instructions is not None and order.instructions.post_only


def why_used(state: State, client_ref: str | None) -> tuple[Reason, ...]:
    """Give the reason against a reference that another order has; none where it is free, or none is given."""
    if client_ref is not None and state.retired and client_ref not in state.index.by_client_ref:
        recall(state, CLIENT_REF, client_ref)
    order = None if client_ref is None else state.index.by_client_ref.get(client_ref)
    if order is None or client_ref is None:
        return ()
    allowed = f"a reference that is not in use; order {order.order_id} has it"
    return (Reason(ReasonCode.DUPLICATE_CLIENT_REF, "client_ref", client_ref, allowed),)
