"""What is true of one order at a venue: its executions, its total and what has become of it.

Worked out anew from the facts whenever it is asked for, in the plainest way, and without anything of `oms.lifecycle`: this is
what the library is held against.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Context, Decimal
from typing import Final

from attrs import define, field

from oms.model.enums import OrdStatus, RequestKind, Side
from oms.model.ids import ClOrdId, ExecId
from oms.model.terms import Terms
from oms.model.time_in_force import TimeInForce

_ZERO: Final = Decimal(0)
_ONE: Final = Decimal(1)
_EXACT: Final = Context(prec=120)
_AVERAGE: Final = Context(prec=28)

_PRECEDENCE: Final = (
    OrdStatus.PENDING_CANCEL,
    OrdStatus.PENDING_REPLACE,
    OrdStatus.DONE_FOR_DAY,
    OrdStatus.CALCULATED,
    OrdStatus.FILLED,
    OrdStatus.STOPPED,
    OrdStatus.SUSPENDED,
    OrdStatus.CANCELED,
    OrdStatus.EXPIRED,
    OrdStatus.PARTIALLY_FILLED,
    OrdStatus.REJECTED,
    OrdStatus.NEW,
    OrdStatus.PENDING_NEW,
)
"""The highest first: FIX 4.4 Volume 4, "Order State Change Matrices", with the ties broken as its matrices do."""


@define
class Execution:
    """A trade that stands, as it was last corrected.

    Attributes:
        exec_id: Its first identity.
        last_id: Its identity since the last correction.
        qty: Its size.
        px: Its price.
        trade_date: Its trading day.
        split: How much one unit of it counts for since.
    """

    exec_id: ExecId
    last_id: ExecId
    qty: Decimal
    px: Decimal
    trade_date: str
    split: Decimal = _ONE


@define
class Asked:
    """A cancel or replace that has reached the venue and is undecided.

    Attributes:
        cl_ord_id: Its identity.
        kind: Which of the two.
        order_qty: The total asked for; None for a cancel.
        terms: The terms asked for; None for a cancel.
        time_in_force: The time in force asked for; None for a cancel.
        is_said: The venue has said that it is deciding.
    """

    cl_ord_id: ClOrdId
    kind: RequestKind
    order_qty: Decimal | None = None
    terms: Terms | None = None
    time_in_force: TimeInForce | None = None
    is_said: bool = False


@define
class Truth:
    """One order at a venue.

    Attributes:
        side: Buy or sell.
        order_qty: The total in force.
        terms: The terms in force.
        time_in_force: For how long.
        in_force: The ClOrdID that was accepted last; that of the order itself before it is.
        is_accepted: The venue has taken it.
        has_traded: Something has executed, be it that it was busted since.
        end: How it ended; None while it has not.
        undecided: What was asked and has no answer, oldest first.
        executions: Every trade that stands, by its first identity.
        lost_qty: What was busted and does not work again.
        is_over: Nothing of it is left to trade, although it has not ended: a day order that is done.
        flags: What is true beside all that: done for the day, stopped, suspended, calculated.
        times_flagged: How often any of that was said.
        times_changed: How often the total or the terms were changed.
        has_lost: Something was busted that does not work again, be it that the total was changed since.
        has_split: What is traded was split.
        fees: What was charged, by currency, by the identity of the fee.
        answers: How each cancel and replace was answered: True where it was accepted.
    """

    side: Side
    order_qty: Decimal
    terms: Terms
    time_in_force: TimeInForce
    in_force: ClOrdId
    is_accepted: bool = False
    has_traded: bool = False
    end: OrdStatus | None = None
    undecided: list[Asked] = field(factory=list)
    executions: dict[ExecId, Execution] = field(factory=dict)
    lost_qty: Decimal = _ZERO
    is_over: bool = False
    flags: dict[OrdStatus, bool] = field(factory=dict)
    times_flagged: int = 0
    times_changed: int = 0
    has_lost: bool = False
    has_split: bool = False
    fees: dict[str, tuple[str, Decimal]] = field(factory=dict)
    answers: dict[ClOrdId, bool] = field(factory=dict)

    @property
    def cum_qty(self) -> Decimal:
        """What has executed, splits counted."""
        return _sum(_EXACT.multiply(trade.qty, trade.split) for trade in self.executions.values())

    @property
    def is_split(self) -> bool:
        """A split has changed what some trade counts for."""
        return any(trade.split != _ONE for trade in self.executions.values())

    @property
    def traded_qty(self) -> Decimal:
        """What has executed, in the units of the trades themselves: what a position is made of."""
        return _sum(trade.qty for trade in self.executions.values())

    @property
    def notional(self) -> Decimal:
        """What that was worth."""
        return _sum(_EXACT.multiply(trade.qty, trade.px) for trade in self.executions.values())

    @property
    def avg_px(self) -> Decimal | None:
        """The average price of what has executed, to 28 digits; None while nothing has."""
        return _AVERAGE.divide(self.notional, self.cum_qty) if self.executions else None

    @property
    def leaves_qty(self) -> Decimal:
        """What may still trade."""
        if self.end is not None or self.is_over:
            return _ZERO
        left = _EXACT.subtract(_EXACT.subtract(self.order_qty, self.cum_qty), self.lost_qty)
        return max(left, _ZERO)

    @property
    def is_filled(self) -> bool:
        """Everything has executed."""
        return bool(self.executions) and self.cum_qty >= self.order_qty

    def day_cum_qty(self, trade_date: str) -> Decimal:
        """Give what has executed on a trading day, splits counted."""
        trades = [trade for trade in self.executions.values() if trade.trade_date == trade_date]
        return _sum(_EXACT.multiply(trade.qty, trade.split) for trade in trades)

    def status(self, *, shows_undecided: bool = False) -> OrdStatus:
        """Give what the venue shows the order as.

        Args:
            shows_undecided: Requests show that the venue has received, also where it has not said so by itself.
        """
        true = {self.end or (OrdStatus.NEW if self.is_accepted else OrdStatus.PENDING_NEW)}
        true |= {flag for flag, is_set in self.flags.items() if is_set}
        for asked in self.undecided:
            if asked.is_said or shows_undecided:
                is_cancel = asked.kind is RequestKind.CANCEL
                true.add(OrdStatus.PENDING_CANCEL if is_cancel else OrdStatus.PENDING_REPLACE)
        if self.executions:
            true.add(OrdStatus.FILLED if self.is_filled else OrdStatus.PARTIALLY_FILLED)
        return next(status for status in _PRECEDENCE if status in true)

    def find(self, cl_ord_id: ClOrdId) -> Asked | None:
        """Give an undecided request by its identity; None if there is none."""
        return next((asked for asked in self.undecided if asked.cl_ord_id == cl_ord_id), None)


def _sum(numbers: Iterable[Decimal]) -> Decimal:
    total = _ZERO
    for number in numbers:
        total = _EXACT.add(total, number)
    return total
