"""Where orders stood and what they executed, over time: fed by events alone, to be drawn."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from attrs import define

from oms.errors import ValidationError
from oms.model import events as ev
from oms.model.decimals import EXACT, ZERO
from oms.model.enums import LastLiquidityInd, Side
from oms.model.ids import ExecId, OrderId, Symbol
from oms.model.terms import Terms, limit_px, stop_px

MAX_LINES: Final = 50_000
_BUY: Final = Side.BUY
_ENDS: Final = (ev.OrderDenied, ev.OrderRejected, ev.OrderCanceled, ev.OrderExpired)


@define(slots=True, weakref_slot=False)
class Line:
    """An order at one price, for as long as it stood there.

    Attributes:
        order_id: The order.
        side: Its side.
        px: Its limit, or the stop price that it waits for; None for one without either.
        start_ns: From when on, in nanoseconds UTC.
        end_ns: Until when, in nanoseconds UTC; None while it still stands.
    """

    order_id: OrderId
    side: Side
    px: Decimal | None
    start_ns: int
    end_ns: int | None = None


@define(slots=True, weakref_slot=False)
class Mark:
    """An execution as it stands now.

    Attributes:
        order_id: The order.
        exec_id: The venue's identity of it.
        side: Bought or sold.
        time_ns: When we heard of it, in nanoseconds UTC.
        qty: How much; 0 if it was busted.
        px: At which price.
        fee: What it cost by its own report, in `currency`; negative is a rebate.
        currency: The currency of the fee.
        last_liquidity_ind: Added or removed; None where the venue does not say.
        is_busted: It did not happen after all.
    """

    order_id: OrderId
    exec_id: ExecId
    side: Side
    time_ns: int
    qty: Decimal
    px: Decimal
    fee: Decimal
    currency: str
    last_liquidity_ind: LastLiquidityInd | None
    is_busted: bool = False

    @property
    def signed_qty(self) -> Decimal:
        """How much the position grew by it; below zero for a sale."""
        return self.qty if self.side is _BUY else self.qty.copy_negate()


class OrderTrace:
    """The orders and executions of one instrument, over time.

    Attributes:
        symbol: The instrument.
        lines: Where orders stood, in the order of their beginning.
        marks: What they executed, in the order in which we heard of it.
        left_out: How many lines are not kept, because there were too many; executions are all kept.
        refused: When an order was denied or rejected, in nanoseconds UTC, and which.
    """

    __slots__ = ("_by_exec", "_for_money", "_max", "_open", "left_out", "lines", "marks", "refused", "symbol")

    def __init__(self, symbol: Symbol, *, max_lines: int = MAX_LINES) -> None:
        """Begin without orders; attach `apply` to `OrderEvent`.

        Raises:
            ValidationError: The number of lines is below 1.
        """
        if max_lines < 1:
            raise ValidationError("max_lines", str(max_lines), "pass 1 or more")
        self.symbol = symbol
        self.lines: list[Line] = []
        self.marks: list[Mark] = []
        self.left_out = 0
        self.refused: list[tuple[int, OrderId]] = []
        self._max = max_lines
        self._open: dict[OrderId, Line] = {}
        # Those for an amount of money whose quantity nobody has said yet.
        self._for_money: set[OrderId] = set()
        # One name may be given at two venues, or on two days.
        self._by_exec: dict[tuple[OrderId, ExecId], Mark] = {}

    def apply(self, event: ev.OrderEvent) -> None:
        """Take an event of an order in; those of other instruments change nothing."""
        change = _CHANGES.get(type(event))
        if change is not None:
            change(self, event)
        order_id, for_money = event.order_id, self._for_money
        if order_id in for_money and (isinstance(event, _ENDS) or getattr(event, "order_qty", None)):
            for_money.discard(order_id)
        # Nothing is left of an order for an amount of money before its quantity is known, and yet it stands.
        if not event.leaves_qty and order_id in self._open and order_id not in for_money:
            self._end(order_id, event.time_ns)

    def on_created(self, event: ev.OrderCreated | ev.OrderAdopted) -> None:
        """Take in a new order."""
        if event.symbol == self.symbol:
            if isinstance(event, ev.OrderCreated) and event.cash_order_qty is not None:
                self._for_money.add(event.order_id)
            self._begin(event.order_id, event.side, event.terms, event.time_ns)

    def on_terms(
        self, event: ev.OrderReplaced | ev.OrderAmended | ev.OrderReleased | ev.OrderRestated
    ) -> None:
        """Take in that an order stands elsewhere."""
        line = self._open.get(event.order_id)
        if line is not None and line.px != _px(event.terms):
            self._end(event.order_id, event.time_ns)
            self._begin(event.order_id, line.side, event.terms, event.time_ns)

    def on_traded(self, event: ev.Traded) -> None:
        """Take in an execution."""
        if event.symbol != self.symbol:
            return
        mark = Mark(
            event.order_id,
            event.exec_id,
            event.side,
            event.time_ns,
            event.last_qty,
            event.last_px,
            event.commission,
            event.comm_currency,
            event.last_liquidity_ind,
        )
        self.marks.append(mark)
        self._by_exec[event.order_id, event.exec_id] = mark

    def on_corrected(self, event: ev.TradeCorrected) -> None:
        """Take in that an execution was for another size or price."""
        mark = self._by_exec.get((event.order_id, event.exec_ref_id))
        if mark is not None:
            mark.qty, mark.px = event.last_qty, event.last_px
            self._by_exec[event.order_id, event.exec_id] = mark

    def on_busted(self, event: ev.TradeCanceled) -> None:
        """Take in that an execution did not happen."""
        mark = self._by_exec.get((event.order_id, event.exec_ref_id))
        if mark is not None:
            mark.qty, mark.is_busted = ZERO, True

    def on_refused(self, event: ev.OrderDenied | ev.OrderRejected) -> None:
        """Take in that an order came to nothing."""
        if event.order_id in self._open:
            self.refused.append((event.time_ns, event.order_id))

    def net_qty(self) -> Decimal:
        """Give what all of the executions have come to: bought less sold."""
        total = ZERO
        for mark in self.marks:
            total = EXACT.add(total, mark.signed_qty)
        return total

    def _begin(self, order_id: OrderId, side: Side, terms: Terms, time_ns: int) -> None:
        line = self._open[order_id] = Line(order_id, side, _px(terms), time_ns)
        if line.px is None:
            return
        if len(self.lines) < self._max:
            self.lines.append(line)
        else:
            self.left_out += 1

    def _end(self, order_id: OrderId, time_ns: int) -> None:
        self._open.pop(order_id).end_ns = time_ns


def _px(terms: Terms) -> Decimal | None:
    px = limit_px(terms)
    return stop_px(terms) if px is None else px


_CHANGES: Final[dict[type[ev.OrderEvent], Callable[[OrderTrace, Any], None]]] = {
    ev.OrderCreated: OrderTrace.on_created,
    ev.OrderAdopted: OrderTrace.on_created,
    ev.OrderReplaced: OrderTrace.on_terms,
    ev.OrderAmended: OrderTrace.on_terms,
    ev.OrderReleased: OrderTrace.on_terms,
    ev.OrderRestated: OrderTrace.on_terms,
    ev.Traded: OrderTrace.on_traded,
    ev.TradeCorrected: OrderTrace.on_corrected,
    ev.TradeCanceled: OrderTrace.on_busted,
    ev.OrderDenied: OrderTrace.on_refused,
    ev.OrderRejected: OrderTrace.on_refused,
}
