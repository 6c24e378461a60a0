"""Whether an order fits its instrument and its broker: quantity grid, minimums, capabilities. All reasons at once."""

from __future__ import annotations

from decimal import Decimal

from oms.model.capabilities import Capabilities
from oms.model.commands import SubmitOrder
from oms.model.decimals import ZERO, plain
from oms.model.instrument import Instrument
from oms.model.reasons import Reason, ReasonCode


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
        below = order_qty - order_qty % instrument.lot
        allowed = f"{plain(below)} or {plain(below + instrument.lot)} (lots of {plain(instrument.lot)})"
        reasons.append(Reason(ReasonCode.OFF_LOT, "order_qty", plain(order_qty), allowed))
    if order_qty < instrument.min_qty:
        allowed = f"at least {plain(instrument.min_qty)}"
        reasons.append(Reason(ReasonCode.BELOW_MIN_QTY, "order_qty", plain(order_qty), allowed))
    if notional is not None and 0 <= notional < instrument.min_notional:
        allowed = f"at least {plain(instrument.min_notional)} {instrument.currency}"
        reasons.append(
            Reason(ReasonCode.BELOW_MIN_NOTIONAL, "order_qty", f"a value of {plain(notional)}", allowed)
        )
    return tuple(reasons)


def check_price(price: Decimal, instrument: Instrument) -> tuple[Reason, ...]:
    """Give every reason against a limit price; none when it is possible."""
    if instrument.is_on_tick(price) and (price > 0 or instrument.negative_px):
        return ()
    reasons: list[Reason] = []
    if price <= 0 and not instrument.negative_px:
        reasons.append(Reason(ReasonCode.PRICE_NOT_POSITIVE, "price", plain(price), "more than zero"))
    if not instrument.is_on_tick(price):
        allowed = " or ".join(plain(px) for px in instrument.neighbours(price))
        reasons.append(
            Reason(
                ReasonCode.OFF_TICK,
                "price",
                plain(price),
                f"{allowed} (ticks of {plain(instrument.tick_at(price))})",
            )
        )
    return tuple(reasons)


def check_capabilities(order: SubmitOrder, capabilities: Capabilities) -> tuple[Reason, ...]:
    """Give the reason against a kind of order that the broker does not take; none when it does."""
    if (type(order.terms), type(order.time_in_force)) in capabilities.order_types:
        return ()
    asked = f"{type(order.terms).__name__} {type(order.time_in_force).__name__}"
    pairs = sorted(f"{terms.__name__} {tif.__name__}" for terms, tif in capabilities.order_types)
    return (Reason(ReasonCode.UNSUPPORTED, "terms and time_in_force", asked, ", ".join(pairs) or "nothing"),)
