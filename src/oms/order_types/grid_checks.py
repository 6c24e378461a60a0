"""Whether quantities, prices and distances between them lie on an instrument's grids and above its minimums. All reasons at once."""

from __future__ import annotations

from decimal import Decimal

from oms.model.commands import SubmitOrder
from oms.model.decimals import ZERO, plain
from oms.model.enums import PegOffsetType
from oms.model.instrument import Instrument
from oms.model.offset import Offset
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
        reasons.append(off_lot("order_qty", order_qty, instrument))
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


def check_offset(offset: Offset, instrument: Instrument, field: str) -> tuple[Reason, ...]:
    """Give the reason against an offset in the instrument's currency that is off its grid; none where it is possible."""
    return check_step(offset.distance, instrument, field) if offset.offset_type is PegOffsetType.PRICE else ()


def check_step(distance: Decimal, instrument: Instrument, field: str) -> tuple[Reason, ...]:
    """Give the reason against a distance between prices that is no multiple of the only tick; none where it is possible."""
    # Of a grid whose steps differ from price to price nothing can be said before the price is known.
    tick = instrument.only_tick
    if tick is None or not distance % tick:
        return ()
    below = distance - distance % tick
    allowed = f"{plain(below)} or {plain(below + tick.copy_sign(distance))} (ticks of {plain(tick)})"
    return (Reason(ReasonCode.OFF_TICK, field, plain(distance), allowed),)


def check_display(shown: Decimal | None, order: SubmitOrder, instrument: Instrument) -> tuple[Reason, ...]:
    """Give every reason against what an order shows at a time; none when it is possible."""
    if shown is None:
        return ()
    reasons: list[Reason] = []
    if shown % instrument.lot:
        reasons.append(off_lot("display_qty", shown, instrument))
    # How many units an amount of money is, is not known yet.
    if order.cash_order_qty is None and shown > order.order_qty:
        allowed = f"at most the total, {plain(order.order_qty)}"
        reasons.append(Reason(ReasonCode.ABOVE_ORDER_QTY, "display_qty", plain(shown), allowed))
    return tuple(reasons)


def off_lot(field: str, qty: Decimal, instrument: Instrument) -> Reason:
    """Give the reason against a quantity that is no whole number of lots."""
    below = qty - qty % instrument.lot
    # A lot below nothing is no quantity.
    nearest = f"{plain(below)} or " if below else ""
    allowed = f"{nearest}{plain(below + instrument.lot)} (lots of {plain(instrument.lot)})"
    return Reason(ReasonCode.OFF_LOT, field, plain(qty), allowed)
