"""The one place where a command becomes `Approved`. Every limit is looked at, and every reason is given.

Checks are written in the form "passes if", so that a value that cannot be compared blocks. Cancels pass a gate of their
own, which nothing closes: taking risk off never waits.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from oms.model.approval import Approved
from oms.model.commands import CancelOrder, ReplaceOrder, SubmitOrder
from oms.model.decimals import plain
from oms.model.enums import Side
from oms.model.instrument import Instrument
from oms.model.limits import RiskLimits
from oms.model.reasons import Reason, ReasonCode
from oms.model.terms import LimitIfTouched, MarketIfTouched, Stop, StopLimit
from oms.risk.book import RiskBook

_NS_PER_S: Final = 1_000_000_000
_BUY: Final = Side.BUY
_WAITING: Final = frozenset({Stop, MarketIfTouched, StopLimit, LimitIfTouched})
"""What waits for a price that is known."""
_NO_LIMITS: Final = (
    Reason(ReasonCode.INPUT_UNAVAILABLE, "limits", "none", "risk limits, or RiskLimits.off(...)"),
)


class Gate:
    """The risk gate over a book."""

    __slots__ = ("_book",)

    def __init__(self, book: RiskBook) -> None:
        """Judge by this book, whatever it holds at the time."""
        self._book = book

    def approve_submit(
        self,
        command: SubmitOrder,
        instrument: Instrument,
        worst_px: Decimal | None,
        reference_px: Decimal | None,
        reference_ns: int,
        now_ns: int,
    ) -> Approved[SubmitOrder] | tuple[Reason, ...]:
        """Approve a new order, or give every reason against it.

        Args:
            command: What is asked.
            instrument: What it is for.
            worst_px: The price its value is computed with; None where there is none.
            reference_px: The market's price; None where there is none.
            reference_ns: When that was received, in nanoseconds UTC.
            now_ns: The time, in nanoseconds UTC.
        """
        book = self._book
        limits = book.limits
        if limits is None:
            return _NO_LIMITS
        reasons: tuple[Reason, ...] = () if book.kill_reason is None else (_killed(book.kill_reason),)
        most = limits.max_open_orders
        if most is not None and not len(book.exposure.open_orders) < most:
            reasons += (_too_many(len(book.exposure.open_orders), most),)
        if book.is_rate_reached(now_ns):
            reasons += (too_fast(limits),)
        side = command.side
        if command.cash_order_qty is None:
            reasons += _check_size(side, command.order_qty, worst_px, reference_px, instrument, limits)
        else:
            units = instrument.units_for(command.cash_order_qty, worst_px, reference_px)
            reasons += _check_cash(command.cash_order_qty, units, instrument, limits)
        if limits.price_collar is not None:
            age_ns = now_ns - reference_ns
            reasons += _check_collar(command, worst_px, reference_px, age_ns, limits.price_collar, limits)
        if limits.blocks_self_match:
            reasons += book.why_self_match(command)
        return reasons or Approved(command)

    def approve_replace(
        self,
        command: ReplaceOrder,
        order: SubmitOrder,
        instrument: Instrument,
        worst_px: Decimal | None,
        reference_px: Decimal | None,
        reference_ns: int,
        now_ns: int,
    ) -> Approved[ReplaceOrder] | tuple[Reason, ...]:
        """Approve a replace, or give every reason against it.

        Args:
            command: What is asked.
            order: The order as it would be afterwards; the other arguments as in `approve_submit`.
        """
        book = self._book
        limits = book.limits
        if limits is None:
            return _NO_LIMITS
        reasons: tuple[Reason, ...] = () if book.kill_reason is None else (_killed(book.kill_reason),)
        if book.is_rate_reached(now_ns):
            reasons += (too_fast(limits),)
        side = order.side
        reasons += _check_size(side, order.order_qty, worst_px, reference_px, instrument, limits)
        if limits.price_collar is not None:
            age_ns = now_ns - reference_ns
            reasons += _check_collar(order, worst_px, reference_px, age_ns, limits.price_collar, limits)
        if limits.blocks_self_match:
            reasons += book.why_self_match(order)
        return reasons or Approved(command)

    def approve_reduction(self, command: ReplaceOrder) -> Approved[ReplaceOrder]:
        """Approve a replace that only takes less: always, as no limit may stand in the way of having less."""
        return Approved(command)

    def approve_cancel(self, command: CancelOrder) -> Approved[CancelOrder]:
        """Approve a cancel: always."""
        return Approved(command)


def _killed(why: str) -> Reason:
    return Reason(ReasonCode.KILL_SWITCH, "kill switch", why, "nothing new until it is released")


def too_fast(limits: RiskLimits) -> Reason:
    """Give the reason against one more request while as many as may be have left."""
    allowed = f"at most {limits.max_messages} requests in {limits.message_window_s} s"
    return Reason(ReasonCode.MSG_RATE, "message rate", "one more", allowed)


def _too_many(opened: int, most: int) -> Reason:
    return Reason(ReasonCode.MAX_OPEN_ORDERS, "open orders", f"{opened} open", f"at most {most}")


def _check_size(
    side: Side,
    qty: Decimal,
    worst_px: Decimal | None,
    reference_px: Decimal | None,
    instrument: Instrument,
    limits: RiskLimits,
) -> tuple[Reason, ...]:
    # A limit bounds what a purchase can cost; a sale brings its limit or more, which is the market's price.
    px = worst_px
    if side is not _BUY and worst_px is not None and (reference_px is None or reference_px > worst_px):
        px = reference_px
    value = None if px is None else abs(qty * px) * instrument.multiplier
    most_qty, most_value = limits.max_order_qty, limits.max_order_notional
    if (most_qty is None or qty <= most_qty) and (
        most_value is None or (value is not None and value <= most_value)
    ):
        return ()
    return _against_size(qty, value, instrument, limits)


def _against_size(
    qty: Decimal, value: Decimal | None, instrument: Instrument, limits: RiskLimits
) -> tuple[Reason, ...]:
    most_qty, most_value = limits.max_order_qty, limits.max_order_notional
    reasons: list[Reason] = []
    if most_qty is not None and not qty <= most_qty:
        reasons.append(
            Reason(ReasonCode.MAX_ORDER_QTY, "order_qty", plain(qty), f"at most {plain(most_qty)}")
        )
    if most_value is not None and value is None:
        allowed = "a market price to compute the value with"
        reasons.append(Reason(ReasonCode.INPUT_UNAVAILABLE, "reference_px", "none", allowed))
    elif most_value is not None and value is not None and not value <= most_value:
        allowed = f"at most {plain(most_value)} {instrument.currency}"
        reasons.append(Reason(ReasonCode.MAX_ORDER_VALUE, "notional", plain(value), allowed))
    return tuple(reasons)


def _check_cash(
    cash: Decimal, units: Decimal | None, instrument: Instrument, limits: RiskLimits
) -> tuple[Reason, ...]:
    # The amount is the value; how many units it is, is estimated until the broker says so.
    most_qty, most_value = limits.max_order_qty, limits.max_order_notional
    reasons: list[Reason] = []
    if most_qty is not None and units is None:
        allowed = "a market price to estimate the quantity with"
        reasons.append(Reason(ReasonCode.INPUT_UNAVAILABLE, "reference_px", "none", allowed))
    elif most_qty is not None and units is not None and not units <= most_qty:
        about = f"about {plain(units)}"
        reasons.append(Reason(ReasonCode.MAX_ORDER_QTY, "order_qty", about, f"at most {plain(most_qty)}"))
    if most_value is not None and not cash <= most_value:
        allowed = f"at most {plain(most_value)} {instrument.currency}"
        reasons.append(Reason(ReasonCode.MAX_ORDER_VALUE, "cash_order_qty", plain(cash), allowed))
    return tuple(reasons)


def _as_it_trades(
    order: SubmitOrder, worst_px: Decimal | None, reference_px: Decimal
) -> tuple[Decimal | None, Decimal]:
    """Give the worst price of an order that waits for one, and where the market is when it works at that.

    It works once the market is there: at the market, or up to its limit from there on.
    """
    terms = order.terms
    if not isinstance(terms, StopLimit | LimitIfTouched):
        return reference_px, reference_px
    # The market falls to a stop that sells, and rises to one that buys; if-touched it is the other way about.
    falls = (order.side is not _BUY) is isinstance(terms, StopLimit)
    return worst_px, (min if falls else max)(terms.stop_px, reference_px)


def _check_collar(
    order: SubmitOrder,
    px: Decimal | None,
    reference_px: Decimal | None,
    age_ns: int,
    collar: Decimal,
    limits: RiskLimits,
) -> tuple[Reason, ...]:
    if reference_px is not None and type(order.terms) in _WAITING:
        px, reference_px = _as_it_trades(order, px, reference_px)
    if px is None or reference_px is None:
        allowed = "a market price to hold the collar against"
        return (Reason(ReasonCode.INPUT_UNAVAILABLE, "reference_px", "none", allowed),)
    # A market's clock may run ahead of ours; how far off it may be is the same in both directions.
    if not abs(age_ns) <= limits.max_reference_age_s * _NS_PER_S:
        allowed = f"a market price no older than {limits.max_reference_age_s} s, and no further ahead"
        return (
            Reason(
                ReasonCode.INPUT_UNAVAILABLE,
                "reference_px",
                f"{plain(Decimal(age_ns) / _NS_PER_S)} s old",
                allowed,
            ),
        )
    room, is_buy = abs(reference_px) * collar, order.side is _BUY
    bound = reference_px + room if is_buy else reference_px - room
    if (px <= bound) if is_buy else (px >= bound):
        return ()
    allowed = f"{'at most' if is_buy else 'at least'} {plain(bound)} ({plain(reference_px)} and {plain(collar)} of it)"
    return (Reason(ReasonCode.PRICE_COLLAR, "price", plain(px), allowed),)
