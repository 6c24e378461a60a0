"""Whether an order would trade with one of its own account, by the limits of what is open at the brokers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from oms.model.commands import SubmitOrder
from oms.model.decimals import plain
from oms.model.enums import Side
from oms.model.exposure import ExposureLedger
from oms.model.order import Order
from oms.model.reasons import Reason, ReasonCode
from oms.model.terms import Limit, Market, MarketToLimit, limit_px
from oms.model.time_in_force import AtTheClose, AtTheOpening, GoodForAuction

# A property of `Order` costs a call.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

_AT_MARKET: Final = (Market, MarketToLimit)
_FOR_AUCTION: Final = (AtTheOpening, AtTheClose, GoodForAuction)
_BUY: Final = Side.BUY


def why_self_match(exposure: ExposureLedger, order: SubmitOrder) -> tuple[Reason, ...]:
    """Give the reason against an order that would trade with one of its account that is open at a broker; none if it would not.

    Terms that wait for a price, follow one or are worked here say nothing yet: what they become is asked about in its turn. What
    is for an auction alone is judged by nobody and stands in nobody's way: there, orders of one account may meet.
    """
    terms, is_buy = order.terms, order.side is _BUY
    if (type(terms) is not Limit and type(terms) not in _AT_MARKET) or type(
        order.time_in_force
    ) in _FOR_AUCTION:
        return ()
    orders = exposure.matchable
    others = () if orders is None else orders.get((order.account, order.symbol), {}).values()
    px = limit_px(terms)
    against: tuple[Decimal, Order] | None = None
    for at, other in _prices(others, is_buy=not is_buy):
        if at is None:
            allowed = f"nothing while order {other._order_id} of this account is open at the market"
            return (Reason(ReasonCode.SELF_MATCH, "price", _shown(px), allowed),)
        if px is not None and (px < at if is_buy else px > at):
            continue
        if against is None or (at < against[0] if is_buy else at > against[0]):
            against = at, other
    if against is None:
        return ()
    beyond = "below" if is_buy else "above"
    allowed = f"{beyond} {plain(against[0])}, where order {against[1]._order_id} of this account rests"
    return (Reason(ReasonCode.SELF_MATCH, "price", _shown(px), allowed),)


def _shown(px: Decimal | None) -> str:
    return "any" if px is None else plain(px)


def _prices(orders: Iterable[Order], *, is_buy: bool) -> Iterator[tuple[Decimal | None, Order]]:
    """Give at what limit each order of a side may be at work, None for any; an unanswered replace adds what it asks for.

    What is left of a market-to-limit order, once a part has traded, is taken to be at the average price of that.
    """
    for order in orders:
        if (order._side is _BUY) is not is_buy or type(order._time_in_force) in _FOR_AUCTION:
            continue
        asked = [request.terms for request in order._requests.values() if request.terms is not None]
        for terms in (order._terms, *asked):
            px = order._avg_px if type(terms) is MarketToLimit else limit_px(terms)
            if px is not None or type(terms) in _AT_MARKET:
                yield px, order
