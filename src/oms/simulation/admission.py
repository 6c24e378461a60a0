"""What the simulated venue lets in: its own checks of orders and requests, with FIX's codes of refusal."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from oms.model.capabilities import ALL_ORDER_TYPES
from oms.model.decimals import EXACT, ZERO, plain
from oms.model.define import record
from oms.model.instrument import Instrument
from oms.model.terms import (
    Limit,
    LimitIfTouched,
    MarketIfTouched,
    MarketToLimit,
    Pegged,
    Stop,
    StopLimit,
    Terms,
    TrailingStop,
    TrailingStopLimit,
    display_qty,
    limit_px,
    stop_px,
)
from oms.model.time_in_force import (
    Day,
    FillOrKill,
    GoodForTime,
    GoodTillCancel,
    GoodTillDate,
    GoodTillTime,
    ImmediateOrCancel,
    TimeInForce,
    in_words,
)
from oms.simulation.venue_order import VenueOrder

# OrdRejReason (103).
UNKNOWN_SYMBOL: Final = "1"
EXCHANGE_CLOSED: Final = "2"
EXCEEDS_LIMIT: Final = "3"
DUPLICATE_ORDER: Final = "6"
UNSUPPORTED: Final = "11"
INCORRECT_QUANTITY: Final = "13"
INVALID_PRICE_INCREMENT: Final = "18"

# CxlRejReason (102).
TOO_LATE_TO_CANCEL: Final = "0"
UNKNOWN_ORDER: Final = "1"
EXCHANGE_OPTION: Final = "2"
DUPLICATE_REQUEST: Final = "6"
OTHER: Final = "99"


@record
class Refusal:
    """Why an order or a request is not taken.

    Attributes:
        code: The reason of an order's refusal (103).
        text: The reason in words, with the value and what is allowed.
    """

    code: str
    text: str

    @property
    def cxl_code(self) -> str:
        """The reason as that of a replace request's refusal (102), whose list is shorter."""
        return _AS_CXL_REJ_REASON.get(self.code, OTHER)


_AS_CXL_REJ_REASON: Final = {
    EXCHANGE_CLOSED: EXCHANGE_OPTION,
    INVALID_PRICE_INCREMENT: INVALID_PRICE_INCREMENT,
}
RESTING: Final = (Day, GoodTillCancel, GoodTillDate, GoodTillTime, GoodForTime)
"""The times in force for which an order rests until it trades; one of them may be replaced by another."""
_LIMITED: Final = (Pegged, Limit, StopLimit, LimitIfTouched, TrailingStopLimit)
_TRIGGERED: Final = (Stop, StopLimit, MarketIfTouched, LimitIfTouched, TrailingStop, TrailingStopLimit)

ORDER_TYPES: Final[frozenset[tuple[type[Terms], type[TimeInForce]]]] = (
    ALL_ORDER_TYPES
    | {
        (terms, tif)
        for terms in (*_TRIGGERED, MarketToLimit)
        for tif in (*RESTING, ImmediateOrCancel, FillOrKill)
    }
    | {(Pegged, tif) for tif in RESTING}
)
"""Every pair of terms and time in force that the venue works. What waits for a price is IOC or FOK from its release on."""


def refusal(
    instrument: Instrument, order_qty: Decimal, price: Decimal | None, *, is_closed: bool
) -> Refusal | None:
    """Give the first reason why an order of this size and limit is not possible now; None when it is."""
    if is_closed:
        return Refusal(EXCHANGE_CLOSED, f"the session of {instrument.symbol} is closed")
    if order_qty <= ZERO or EXACT.remainder(order_qty, instrument.lot):
        return Refusal(
            INCORRECT_QUANTITY, f"order_qty {plain(order_qty)} is not a multiple of {plain(instrument.lot)}"
        )
    if order_qty < instrument.min_qty:
        return Refusal(
            INCORRECT_QUANTITY, f"order_qty {plain(order_qty)} is below {plain(instrument.min_qty)}"
        )
    return None if price is None else _refusal_of_price(instrument, order_qty, price)


def refusal_of_size(instrument: Instrument, order: VenueOrder, *, is_closed: bool) -> Refusal | None:
    """Give the first reason why a new order of this quantity, or amount of money, is not possible now; None when it is."""
    price, cash = limit_px(order.terms), order.cash_left
    if cash is None or is_closed:
        return refusal(instrument, order.order_qty, price, is_closed=is_closed)
    text = f"cash_order_qty {plain(cash)}"
    if order.is_for_auction or display_qty(order.terms) is not None:
        return Refusal(UNSUPPORTED, f"{text}: not in an auction, and not with a part shown")
    asked = () if order.instructions is None else order.instructions.asked
    if set(asked) - {"post_only"}:
        return Refusal(UNSUPPORTED, f"{text}: with no instruction but post_only")
    if cash < instrument.min_notional:
        return Refusal(
            INCORRECT_QUANTITY, f"{text} is below {plain(instrument.min_notional)} {instrument.currency}"
        )
    if price is None:
        return None
    qty = instrument.lots_for(cash, price)
    if not qty or qty < instrument.min_qty:
        least = max(instrument.min_qty, instrument.lot)
        return _refusal_off_grid(instrument, "price", price) or Refusal(
            INCORRECT_QUANTITY, f"{text} buys {plain(qty)} at {plain(price)}, and {plain(least)} is the least"
        )
    return _refusal_off_grid(instrument, "price", price)


def refusal_of_kind(instrument: Instrument, terms: Terms, time_in_force: TimeInForce) -> Refusal | None:
    """Give the reason why terms are not worked here, or name a price or a size that cannot be; None where there is none."""
    if (type(terms), type(time_in_force)) not in ORDER_TYPES:
        kind = f"{type(terms).__name__} {type(time_in_force).__name__}"
        return Refusal(UNSUPPORTED, f"{kind} is not worked here")
    part = display_qty(terms)
    if part is not None and EXACT.remainder(part, instrument.lot):
        return Refusal(
            INCORRECT_QUANTITY, f"display_qty {plain(part)} is not a multiple of {plain(instrument.lot)}"
        )
    trigger_px = (
        terms.activation_px if isinstance(terms, TrailingStop | TrailingStopLimit) else stop_px(terms)
    )
    return None if trigger_px is None else _refusal_off_grid(instrument, "stop price", trigger_px)


def refusal_of_instructions(order: VenueOrder, order_qty: Decimal) -> Refusal | None:
    """Give the reason against what is asked of an order of this size beside its price and time; None where there is none."""
    asked = order.instructions
    if asked is None:
        return None
    if order.is_for_auction:
        return Refusal(UNSUPPORTED, f"an order for an auction takes no instructions, such as {asked}")
    if asked.post_only and not isinstance(order.terms, _LIMITED):
        return Refusal(UNSUPPORTED, "post_only is for orders with a limit")
    if asked.min_qty is not None and asked.min_qty > order_qty:
        return Refusal(INCORRECT_QUANTITY, f"min_qty {plain(asked.min_qty)} is above {plain(order_qty)}")
    return None


def _refusal_off_grid(instrument: Instrument, name: str, px: Decimal) -> Refusal | None:
    if px <= ZERO and not instrument.negative_px:
        return Refusal(INVALID_PRICE_INCREMENT, f"{name} {plain(px)} is not above zero")
    if not instrument.is_on_tick(px):
        tick = plain(instrument.tick_at(px))
        return Refusal(INVALID_PRICE_INCREMENT, f"{name} {plain(px)} is not a multiple of {tick}")
    return None


def _refusal_of_price(instrument: Instrument, order_qty: Decimal, price: Decimal) -> Refusal | None:
    why_not = _refusal_off_grid(instrument, "price", price)
    if why_not is not None:
        return why_not
    notional = EXACT.multiply(EXACT.multiply(order_qty, price.copy_abs()), instrument.multiplier)
    if notional < instrument.min_notional:
        least = f"{plain(instrument.min_notional)} {instrument.currency}"
        return Refusal(INCORRECT_QUANTITY, f"a value of {plain(notional)} is below {least}")
    return None


def why_past(time_in_force: TimeInForce, trade_date: str, time_ns: int) -> Refusal | None:
    """Give the reason against a time in force that has passed on a trading day, YYYYMMDD, and at a moment; None for any other."""
    match time_in_force:
        case GoodTillTime(expire_time_ns=expire_time_ns):
            is_past = expire_time_ns <= time_ns
        case GoodTillDate(expire_date=expire_date):
            is_past = expire_date < trade_date
        case _:
            return None
    return Refusal(OTHER, f"{in_words(time_in_force)} has passed") if is_past else None
