"""Whether an order fits its instrument and its broker: quantity grid, minimums, capabilities. All reasons at once."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from oms.model.capabilities import Capabilities
from oms.model.commands import SubmitOrder
from oms.model.decimals import ZERO, plain
from oms.model.instrument import Instrument
from oms.model.reasons import Reason, ReasonCode
from oms.model.sessions import NS_PER_S, to_datetime, utc_date
from oms.model.terms import display_qty
from oms.model.time_in_force import GoodTillDate, GoodTillTime, TimeInForce, in_words

_DAY_NS: Final = 86_400 * NS_PER_S


def check_qty(order_qty: Decimal, px: Decimal | None, instrument: Instrument) -> tuple[Reason, ...]:
    """Give every reason against a quantity; none when it is possible.

    Args:
        order_qty: The total.
        px: The price that its value is computed with; None skips the minimum value.
        instrument: The grid.
    """
    least = instrument.min_notional
    notional = None if px is None or not least else order_qty * px * instrument.multiplier
    if (
        not order_qty % instrument.lot
        and order_qty >= instrument.min_qty
        and (notional is None or notional >= least or notional < ZERO)
    ):
        return ()
    return _against_qty(order_qty, notional, instrument)


def _against_qty(order_qty: Decimal, notional: Decimal | None, instrument: Instrument) -> tuple[Reason, ...]:
    reasons: list[Reason] = []
    if order_qty % instrument.lot:
        reasons.append(_off_lot("order_qty", order_qty, instrument))
    if order_qty < instrument.min_qty:
        allowed = f"at least {plain(instrument.min_qty)}"
        reasons.append(Reason(ReasonCode.BELOW_MIN_QTY, "order_qty", plain(order_qty), allowed))
    if notional is not None and 0 <= notional < instrument.min_notional:
        allowed = f"at least {plain(instrument.min_notional)} {instrument.currency}"
        reasons.append(
            Reason(ReasonCode.BELOW_MIN_NOTIONAL, "order_qty", f"a value of {plain(notional)}", allowed)
        )
    return tuple(reasons)


def check_cash(cash_order_qty: Decimal, instrument: Instrument) -> tuple[Reason, ...]:
    """Give the reason against an amount of money; none when it is possible. How many units it is, is not known yet."""
    if cash_order_qty >= instrument.min_notional:
        return ()
    allowed = f"at least {plain(instrument.min_notional)} {instrument.currency}"
    return (Reason(ReasonCode.BELOW_MIN_NOTIONAL, "cash_order_qty", plain(cash_order_qty), allowed),)


def check_price(price: Decimal, instrument: Instrument, field: str = "price") -> tuple[Reason, ...]:
    """Give every reason against a limit price, or another that is named so; none when it is possible."""
    if instrument.is_on_tick(price) and (price > 0 or instrument.negative_px):
        return ()
    reasons: list[Reason] = []
    if price <= 0 and not instrument.negative_px:
        reasons.append(Reason(ReasonCode.PRICE_NOT_POSITIVE, field, plain(price), "more than zero"))
    if not instrument.is_on_tick(price):
        allowed = " or ".join(plain(px) for px in instrument.neighbours(price))
        reasons.append(
            Reason(
                ReasonCode.OFF_TICK,
                field,
                plain(price),
                f"{allowed} (ticks of {plain(instrument.tick_at(price))})",
            )
        )
    return tuple(reasons)


def check_display(shown: Decimal | None, order: SubmitOrder, instrument: Instrument) -> tuple[Reason, ...]:
    """Give every reason against what an order shows at a time; none when it is possible."""
    if shown is None:
        return ()
    reasons: list[Reason] = []
    if shown % instrument.lot:
        reasons.append(_off_lot("display_qty", shown, instrument))
    # How many units an amount of money is, is not known yet.
    if order.cash_order_qty is None and shown > order.order_qty:
        allowed = f"at most the total, {plain(order.order_qty)}"
        reasons.append(Reason(ReasonCode.ABOVE_ORDER_QTY, "display_qty", plain(shown), allowed))
    return tuple(reasons)


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
    shown, cash = display_qty(order.terms), order.cash_order_qty
    if shown is not None and not capabilities.profile.takes_display_qty:
        allowed = "none: the whole order is shown"
        reasons.append(Reason(ReasonCode.UNSUPPORTED, "display_qty", plain(shown), allowed, venue))
    if cash is not None and not capabilities.profile.takes_cash_orders:
        allowed = "none: give order_qty, in units"
        reasons.append(Reason(ReasonCode.UNSUPPORTED, "cash_order_qty", plain(cash), allowed, venue))
    return tuple(reasons)


def check_expiry(time_in_force: TimeInForce, now_ns: int) -> tuple[Reason, ...]:
    """Give the reason against a time in force that has passed already; none for any other.

    Args:
        time_in_force: What is asked.
        now_ns: The time, in nanoseconds UTC.
    """
    match time_in_force:
        case GoodTillTime(expire_time_ns=expire_time_ns) if expire_time_ns <= now_ns:
            allowed = f"an instant after {to_datetime(now_ns):%Y-%m-%d %H:%M:%S} UTC"
        case GoodTillDate(expire_date=expire_date) if expire_date < (
            # West of Greenwich a trading day ends on the next day of UTC.
            first := utc_date(max(now_ns - _DAY_NS, 0))
        ):
            allowed = f"{first} or a later day"
        case _:
            return ()
    return (Reason(ReasonCode.IN_THE_PAST, "time_in_force", in_words(time_in_force), allowed),)


def _off_lot(field: str, qty: Decimal, instrument: Instrument) -> Reason:
    below = qty - qty % instrument.lot
    # A lot below nothing is no quantity.
    nearest = f"{plain(below)} or " if below else ""
    allowed = f"{nearest}{plain(below + instrument.lot)} (lots of {plain(instrument.lot)})"
    return Reason(ReasonCode.OFF_LOT, field, plain(qty), allowed)
