"""What a replace would make of an order, and every reason against asking for it that needs neither market nor limits."""

from __future__ import annotations

from collections.abc import Container
from decimal import Decimal
from typing import Final, TypeAlias

from oms.model.capabilities import Capabilities
from oms.model.commands import REPLACEABLE, ReplaceOrder, SubmitOrder
from oms.model.decimals import ZERO, plain
from oms.model.enums import RequestKind
from oms.model.ids import ClOrdId
from oms.model.order import ENDED, Order
from oms.model.reasons import Reason, ReasonCode
from oms.model.terms import (
    Limit,
    LimitIfTouched,
    Market,
    MarketIfTouched,
    MarketToLimit,
    Pegged,
    Stop,
    StopLimit,
    Strategy,
    Terms,
    TrailingStop,
    TrailingStopLimit,
    amended,
)
from oms.model.time_in_force import TimeInForce
from oms.model.venue_profile import ReplaceSupport, VenueProfile

# What is asked of every order at every event reads its slots: a property costs a call.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

Reasons: TypeAlias = tuple[Reason, ...]

_CANCEL: Final = RequestKind.CANCEL
_KINDS: Final[dict[type[Terms], str]] = {
    Market: "market",
    Limit: "limit",
    Stop: "stop",
    StopLimit: "stop limit",
    MarketIfTouched: "market if touched",
    LimitIfTouched: "limit if touched",
    TrailingStop: "trailing stop",
    TrailingStopLimit: "trailing stop limit",
    MarketToLimit: "market to limit",
    Pegged: "pegged",
    Strategy: "strategy",
}
_HAVE: Final[dict[str, frozenset[type[Terms]]]] = {
    "price": frozenset({Limit, StopLimit, LimitIfTouched, Pegged}),
    "stop_px": frozenset({Stop, StopLimit, MarketIfTouched, LimitIfTouched}),
    "display_qty": frozenset({Limit}),
}
"""Which terms have a field that a replace can name; every order has the others."""


def why_not_working(order: Order) -> Reasons:
    """Give the reason why nothing can be asked for about an order any more, or yet; none when it can.

    An unanswered replace of a filled order may let it trade again, so that there is something to stop.
    """
    grows = any(request.order_qty is not None for request in order.outstanding_requests)
    if order.is_closed and not grows:
        how = order.life.value if order.is_ended else "filled" if order.is_filled else "over"
        return (_closed(order, how),)
    if order.broker is None:
        return (never_sent(f"{order.order_id}, unsent"),)
    return ()


def never_sent(asked: str) -> Reason:
    """Give the reason why nothing can be asked for about what never left."""
    return Reason(ReasonCode.NOT_WORKING, "order_id", asked, "an order that was sent")


def why_not_replaceable(order: Order, command: ReplaceOrder, profile: VenueProfile) -> Reasons:
    """Give the reason why an order cannot be replaced as it stands; none when it can.

    A filled order can be where its venue takes orders up again, and only to be made larger (FIX C.1.c).
    """
    if order.cash_order_qty is not None and not order.order_qty:
        asked = f"{plain(order.cash_order_qty)}, in units not known yet"
        allowed = "a replace once the broker has said how many units it is"
        return why_not_working(order) or (Reason(ReasonCode.UNSUPPORTED, "cash_order_qty", asked, allowed),)
    if not order.is_filled or order.is_ended:
        return why_not_working(order)
    venue = order.broker or ""
    if not profile.reopens_filled:
        return (_closed(order, "filled", venue),)
    qty = wanted(order)[0] if command.order_qty is None else command.order_qty
    if qty > order.cum_qty:
        return ()
    allowed = f"more than {plain(order.cum_qty)}, which is filled"
    return (Reason(ReasonCode.NOT_WORKING, "order_qty", plain(qty), allowed, venue),)


def _closed(order: Order, how: str, venue: str = "") -> Reason:
    asked = f"{order.order_id}, which is {how}"
    return Reason(ReasonCode.NOT_WORKING, "order_id", asked, "an order that still works", venue)


def why_pending(
    order: Order,
    kind: RequestKind,
    *,
    also_in_doubt: bool = False,
    venue: str = "",
    unsent: Container[ClOrdId] = (),
) -> Reasons:
    """Give the reason why a further request of a kind must wait for the answer to the last one; none when it need not."""
    for request in order.outstanding_requests:
        if request.cl_ord_id in unsent:
            continue
        if request.kind is kind and (also_in_doubt or not request.in_doubt):
            asked = f"{order.order_id}, {kind.value} {request.cl_ord_id} unanswered"
            return (
                Reason(ReasonCode.ALREADY_PENDING, "order_id", asked, f"one {kind.value} at a time", venue),
            )
    return ()


def why_not_amendable(
    order: Order, command: ReplaceOrder, capabilities: Capabilities, unsent: Container[ClOrdId] = ()
) -> Reasons:
    """Give every reason why an order that works cannot be changed so at its broker; none when it can."""
    venue = order.broker or ""
    if capabilities.profile.replace is ReplaceSupport.NONE:
        return (Reason(ReasonCode.UNSUPPORTED, "replace", "asked for", "cancel and submit anew", venue),)
    reasons: list[Reason] = []
    for name in REPLACEABLE:
        value = getattr(command, name)
        if value is None:
            continue
        text = plain(value) if isinstance(value, Decimal) else type(value).__name__
        if name in _HAVE and type(order.terms) not in _HAVE[name]:
            allowed = f"no {name} for a {_KINDS[type(order.terms)]} order"
            reasons.append(Reason(ReasonCode.UNSUPPORTED, name, text, allowed))
        elif name not in capabilities.amendable:
            allowed = f"to change {', '.join(sorted(capabilities.amendable)) or 'nothing'}"
            reasons.append(Reason(ReasonCode.UNSUPPORTED, name, text, allowed, venue))
    reasons += why_pending(order, RequestKind.CANCEL, unsent=unsent)
    if not capabilities.profile.chains_replaces:
        reasons += why_pending(order, RequestKind.REPLACE, also_in_doubt=True, venue=venue, unsent=unsent)
    asked = wanted(order, unsent)
    if not reasons and _as_asked(command, *asked) == asked and not _drops_what_was_lost(order, command):
        allowed = "something else than what was asked for last"
        reasons.append(Reason(ReasonCode.NO_CHANGE, "replace", "what is asked for already", allowed))
    return tuple(reasons)


def _drops_what_was_lost(order: Order, command: ReplaceOrder) -> bool:
    # It says what works, and the total is larger by what was busted for good.
    is_said = any(request.order_qty is not None for request in order._requests.values())
    return bool(order._lost_qty) and command.order_qty is not None and not is_said


def asked_qty(order: Order) -> Decimal:
    """Give how much of an order is wanted to execute still, once everything that is unanswered is granted."""
    if order._life in ENDED:
        return ZERO
    total = None
    for request in order._requests.values():
        if request.kind is _CANCEL:
            return ZERO
        if request.order_qty is not None:
            total = request.order_qty
    if total is None:
        return order._leaves_qty
    return max(total - order._cum_qty, ZERO)


def takes_less(order: Order, command: ReplaceOrder, unsent: Container[ClOrdId] = ()) -> bool:
    """Tell whether a replace does nothing but make the total smaller than what was asked for last, and than it is."""
    if any(getattr(command, name) is not None for name in REPLACEABLE if name != "order_qty"):
        return False
    qty = command.order_qty
    return qty is not None and qty < wanted(order, unsent)[0] and qty < order.order_qty


def wanted(order: Order, unsent: Container[ClOrdId] = ()) -> tuple[Decimal, Terms, TimeInForce]:
    """Give what was asked for last: the total, the terms and the time in force.

    A replace builds on the last one that is unanswered: what it does not name stays as was asked, not as it is.
    What was busted for good is no part of the total: said anew, one that has room for it would let it work again.
    """
    qty, terms, time_in_force = order.order_qty - order._lost_qty, order.terms, order.time_in_force
    for request in order.outstanding_requests:
        if request.cl_ord_id in unsent:
            continue
        if request.order_qty is not None and request.terms is not None:
            qty, terms = request.order_qty, request.terms
            time_in_force = request.time_in_force or time_in_force
    return qty, terms, time_in_force


def after(order: Order, command: ReplaceOrder, unsent: Container[ClOrdId] = ()) -> SubmitOrder:
    """Give the order as it would be, as the command that would place it."""
    qty, terms, time_in_force = _as_asked(command, *wanted(order, unsent))
    return SubmitOrder(
        order.symbol,
        order.side,
        qty,
        terms,
        time_in_force,
        order.account,
        order.client_ref,
        instructions=order.instructions,
    )


def asked_time_in_force(order: Order, command: ReplaceOrder) -> TimeInForce | None:
    """Give the time in force that a replace has to name; None where nobody has asked for another."""
    asked = command.time_in_force
    if asked is None:
        # An unanswered replace may change it first.
        for request in order.outstanding_requests:
            asked = request.time_in_force or asked
    return asked


def _as_asked(
    command: ReplaceOrder, qty: Decimal, terms: Terms, time_in_force: TimeInForce
) -> tuple[Decimal, Terms, TimeInForce]:
    changed = amended(terms, price=command.price, stop_px=command.stop_px, display_qty=command.display_qty)
    return command.order_qty or qty, changed, command.time_in_force or time_in_force


def last_sent(order: Order, unsent: Container[ClOrdId] = ()) -> ClOrdId:
    """Give the last identity sent for an order that has not been refused.

    An unanswered replace counts, a cancel names nothing, and what is in doubt may never have arrived, so that the venue
    would not know it; nor does it know what is `unsent`.
    """
    sent = [
        request.cl_ord_id
        for request in order.outstanding_requests
        if request.kind is not RequestKind.CANCEL and not request.in_doubt and request.cl_ord_id not in unsent
    ]
    return sent[-1] if sent else order.cl_ord_id or ClOrdId("")
