"""Whether a broker takes such an order, and whether its time has passed. All reasons at once."""

from __future__ import annotations

from typing import Final

from oms.model.capabilities import Capabilities
from oms.model.commands import SubmitOrder
from oms.model.decimals import plain
from oms.model.instructions import REDUCE_ONLY
from oms.model.reasons import Reason, ReasonCode
from oms.model.sessions import NS_PER_S, to_datetime, utc_date
from oms.model.terms import Market, MarketIfTouched, MarketToLimit, Stop, TrailingStop, display_qty
from oms.model.time_in_force import GoodTillDate, GoodTillTime, TimeInForce, in_words

_WITHOUT_LIMIT: Final = frozenset({Market, MarketToLimit, Stop, MarketIfTouched, TrailingStop})
_DAY_NS: Final = 86_400 * NS_PER_S


def check_capabilities(order: SubmitOrder, capabilities: Capabilities, venue: str) -> tuple[Reason, ...]:
    """Give every reason against a kind of order that the broker does not take; none when it does.

    Args:
        order: What is asked, or what it would be after a replace.
        capabilities: What the broker can do.
        venue: The broker's name, for the reasons.
    """
    reasons: list[Reason] = []
    if (type(order.terms), type(order.time_in_force)) not in capabilities.order_types:
        asked = f"{type(order.terms).__name__} {type(order.time_in_force).__name__}"
        pairs = sorted(f"{terms.__name__} {tif.__name__}" for terms, tif in capabilities.order_types)
        reasons.append(
            Reason(
                ReasonCode.UNSUPPORTED,
                "terms and time_in_force",
                asked,
                ", ".join(pairs) or "nothing",
                venue,
            )
        )
    price_type = getattr(order.terms, "price_type", None)
    if price_type is not None and price_type not in capabilities.trigger_prices:
        kinds = ", ".join(sorted(one.value for one in capabilities.trigger_prices)) or "none"
        reasons.append(Reason(ReasonCode.UNSUPPORTED, "price_type", price_type.value, kinds, venue))
    if order.instructions is not None:
        for name in order.instructions.asked:
            # What a broker cannot be told is seen to here.
            if name != REDUCE_ONLY and name not in capabilities.instructions:
                allowed = ", ".join(sorted(capabilities.instructions)) or "none"
                reasons.append(Reason(ReasonCode.UNSUPPORTED, "instructions", name, allowed, venue))
        if order.instructions.post_only and type(order.terms) in _WITHOUT_LIMIT:
            reasons.append(
                Reason(ReasonCode.UNSUPPORTED, "instructions", "post_only", "an order with a limit")
            )
    shown, cash = display_qty(order.terms), order.cash_order_qty
    if shown is not None and not capabilities.profile.takes_display_qty:
        allowed = "none: the whole order is shown"
        reasons.append(Reason(ReasonCode.UNSUPPORTED, "display_qty", plain(shown), allowed, venue))
    if cash is not None and not capabilities.profile.takes_cash_orders:
        allowed = "none: give order_qty, in units"
        reasons.append(Reason(ReasonCode.UNSUPPORTED, "cash_order_qty", plain(cash), allowed, venue))
    return tuple(reasons)


def check_least_qty(order: SubmitOrder) -> tuple[Reason, ...]:
    """Give the reason against a least quantity (110) above the total; none where it can be had."""
    least = None if order.instructions is None else order.instructions.min_qty
    # How many units an amount of money is, is not known yet.
    if least is None or order.cash_order_qty is not None or least <= order.order_qty:
        return ()
    allowed = f"at most the total, {plain(order.order_qty)}"
    return (Reason(ReasonCode.ABOVE_ORDER_QTY, "min_qty", plain(least), allowed),)


def check_expiry(time_in_force: TimeInForce, now_ns: int, trade_date: str = "") -> tuple[Reason, ...]:
    """Give the reason against a time in force that has passed already; none for any other.

    Args:
        time_in_force: What is asked.
        now_ns: The time, in nanoseconds UTC.
        trade_date: The trading day of the session that opened last, YYYYMMDD; empty where none was ever told.
    """
    match time_in_force:
        case GoodTillTime(expire_time_ns=expire_time_ns) if expire_time_ns <= now_ns:
            allowed = f"an instant after {to_datetime(now_ns):%Y-%m-%d %H:%M:%S} UTC"
        case GoodTillDate(expire_date=expire_date) if expire_date < (
            # West of Greenwich a trading day ends on the next day of UTC.
            first := trade_date or utc_date(max(now_ns - _DAY_NS, 0))
        ):
            allowed = f"{first} or a later day"
        case _:
            return ()
    return (Reason(ReasonCode.IN_THE_PAST, "time_in_force", in_words(time_in_force), allowed),)
