"""What the simulated venue says: its reports, built from its own view of an order."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final, TypeAlias

from oms.model.decimals import EXACT, ZERO
from oms.model.enums import (
    CxlRejResponseTo,
    ExecType,
    LastLiquidityInd,
    OrdStatus,
    Side,
)
from oms.model.ids import Account, ClOrdId, ExecId, Symbol
from oms.model.reports import ExecutionReport, FeeReport, OrderCancelReject, PositionLine, Report
from oms.simulation.venue_order import Pause, Stage, VenueOrder

Reports: TypeAlias = list[Report]
"""What follows from one request or one market update, in order."""

_SHOWN_AS: Final[dict[Stage, OrdStatus]] = {
    Stage.OPEN: OrdStatus.NEW,
    Stage.FILLED: OrdStatus.FILLED,
    Stage.CANCELED: OrdStatus.CANCELED,
    Stage.EXPIRED: OrdStatus.EXPIRED,
    Stage.REJECTED: OrdStatus.REJECTED,
}

_PAUSED_AS: Final = {Pause.SUSPENDED: OrdStatus.SUSPENDED, Pause.DONE_FOR_DAY: OrdStatus.DONE_FOR_DAY}


def shown_as(order: VenueOrder) -> OrdStatus:
    """Give the status that the venue shows an order as."""
    if order.stage is Stage.OPEN and order.pause is not None:
        return _PAUSED_AS[order.pause]
    is_cut_short = order.stage is Stage.FILLED and order.cum_qty < order.order_qty
    if order.stage is Stage.OPEN or is_cut_short:
        return OrdStatus.PARTIALLY_FILLED if order.cum_qty else OrdStatus.NEW
    return _SHOWN_AS[order.stage]


def execution_report(
    order: VenueOrder,
    exec_type: ExecType,
    time_ns: int,
    trade_date: str | None,
    *,
    cl_ord_id: ClOrdId | None = None,
    orig_cl_ord_id: ClOrdId | None = None,
    last_qty: Decimal | None = None,
    last_px: Decimal | None = None,
    last_liquidity_ind: LastLiquidityInd | None = None,
    commission: Decimal | None = None,
    comm_currency: str | None = None,
    text: str = "",
    reject_code: str = "",
) -> ExecutionReport:
    """Give a report that shows an order as it stands; its ExecID is made from the order and the report's number.

    Args:
        order: Which order; its count of reports goes up.
        exec_type: What is reported.
        time_ns: When, in nanoseconds UTC.
        trade_date: The trading day, YYYYMMDD; None where there is no book.
        cl_ord_id: The request it answers; the order's latest identity unless given.
        orig_cl_ord_id: The identity before that, in the answer to a cancel or replace request.
        last_qty: The size of an execution, at `last_px`.
        last_liquidity_ind: Whether it added or removed liquidity.
        commission: What it cost.
        comm_currency: In which currency.
        text: Why, in words.
        reject_code: Why, as FIX's OrdRejReason (103).
    """
    order.report_count += 1
    return ExecutionReport(
        exec_type,
        cl_ord_id=order.cl_ord_id if cl_ord_id is None else cl_ord_id,
        orig_cl_ord_id=orig_cl_ord_id,
        venue_order_id=order.venue_order_id,
        exec_id=ExecId(f"{order.venue_order_id}-{order.report_count}"),
        ord_status=shown_as(order),
        order_qty=order.told_order_qty,
        cum_qty=order.cum_qty,
        leaves_qty=order.told_leaves_qty,
        cash_order_qty=order.cash_order_qty,
        last_qty=last_qty,
        last_px=last_px,
        price=order.told_px,
        stop_px=None if order.watch is None else order.watch.stop_px,
        transact_time_ns=time_ns,
        trade_date=trade_date,
        last_liquidity_ind=last_liquidity_ind,
        commission=commission,
        comm_currency=comm_currency,
        symbol=order.symbol,
        side=order.side,
        account=order.account,
        text=text,
        reject_code=reject_code,
        report_seq=order.report_seq,
    )


def fee_report(trade: ExecutionReport, amount: Decimal, currency: str, text: str = "") -> FeeReport:
    """Give the report of a fee beyond the one in an execution's own report."""
    return FeeReport(
        amount,
        currency,
        exec_id=trade.exec_id,
        cl_ord_id=trade.cl_ord_id,
        venue_order_id=trade.venue_order_id,
        trade_date=trade.trade_date,
        transact_time_ns=trade.transact_time_ns,
        text=text,
    )


def answer(
    order: VenueOrder, cl_ord_id: ClOrdId, exec_type: ExecType, time_ns: int, trade_date: str
) -> ExecutionReport:
    """Give the report that grants a cancel or replace request; from here on the order is known by that request's id."""
    orig_cl_ord_id = order.cl_ord_id
    order.cl_ord_id = cl_ord_id
    return execution_report(order, exec_type, time_ns, trade_date, orig_cl_ord_id=orig_cl_ord_id)


def cancel_reject(
    order: VenueOrder | None,
    cl_ord_id: ClOrdId,
    response_to: CxlRejResponseTo,
    time_ns: int,
    *,
    reject_code: str,
    text: str,
) -> OrderCancelReject:
    """Give the refusal of a cancel or replace request.

    Args:
        order: Which order; None when the venue knows none, which FIX shows as Rejected (B.1.f).
        cl_ord_id: The request.
        response_to: Its kind.
        time_ns: When, in nanoseconds UTC.
        reject_code: Why, as FIX's CxlRejReason (102).
        text: Why, in words.
    """
    return OrderCancelReject(
        cl_ord_id,
        response_to,
        orig_cl_ord_id=None if order is None else order.cl_ord_id,
        venue_order_id=None if order is None else order.venue_order_id,
        ord_status=OrdStatus.REJECTED if order is None else shown_as(order),
        transact_time_ns=time_ns,
        text=text,
        reject_code=reject_code,
    )


def status_report(order: VenueOrder, time_ns: int) -> ExecutionReport:
    """Give the answer to the question what an order is now; nothing has happened, so it has no ExecID and counts for nothing."""
    return ExecutionReport(
        ExecType.ORDER_STATUS,
        cl_ord_id=order.cl_ord_id,
        venue_order_id=order.venue_order_id,
        ord_status=shown_as(order),
        order_qty=order.told_order_qty,
        cum_qty=order.cum_qty,
        leaves_qty=order.told_leaves_qty,
        cash_order_qty=order.cash_order_qty,
        price=order.told_px,
        stop_px=None if order.watch is None else order.watch.stop_px,
        transact_time_ns=time_ns,
        symbol=order.symbol,
        side=order.side,
        account=order.account,
    )


def net_positions(executions: Iterable[ExecutionReport]) -> tuple[PositionLine, ...]:
    """Give what is held after these executions, busts and corrections, for each account and instrument that they are of."""
    parts: dict[ExecId | None, tuple[Account, Symbol, Decimal]] = {}
    for report in executions:
        qty, account, symbol = report.last_qty, report.account, report.symbol
        assert qty is not None
        assert account is not None
        assert symbol is not None
        if report.exec_ref_id is not None:
            parts.pop(report.exec_ref_id, None)
        if report.exec_type is not ExecType.TRADE_CANCEL:
            parts[report.exec_id] = account, symbol, qty if report.side is Side.BUY else EXACT.minus(qty)
    held: dict[tuple[Account, Symbol], Decimal] = {}
    for account, symbol, signed in parts.values():
        held[account, symbol] = EXACT.add(held.get((account, symbol), ZERO), signed)
    return tuple(PositionLine(symbol, qty, account) for (account, symbol), qty in sorted(held.items()))
