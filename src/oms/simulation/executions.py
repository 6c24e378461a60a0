"""What an execution leads to at the venue: the order is filled by so much, a fee is due, and both are reported."""

from __future__ import annotations

from decimal import Decimal

from oms.model.enums import ExecType, LastLiquidityInd
from oms.simulation.book import Book
from oms.simulation.fees import FeeModel
from oms.simulation.reporting import Reports, execution_report
from oms.simulation.venue_order import VenueOrder


class Executions:
    """Where every execution of the venue is booked."""

    __slots__ = ("_fees",)

    def __init__(self, fees: FeeModel) -> None:
        """Begin without any."""
        self._fees = fees

    def execute(
        self,
        book: Book,
        order: VenueOrder,
        qty: Decimal,
        px: Decimal,
        liquidity: LastLiquidityInd | None,
        time_ns: int,
        reports: Reports,
    ) -> None:
        """Book an execution and add its report; a liquidity of None is that of an auction."""
        order.execute(qty)
        reports.append(
            execution_report(
                order,
                ExecType.TRADE,
                time_ns,
                book.trade_date_at(time_ns),
                last_qty=qty,
                last_px=px,
                last_liquidity_ind=liquidity,
                # In an auction nobody waits for anybody; it is charged like what takes.
                commission=self._fees.fee(book.instrument, qty, px, liquidity or LastLiquidityInd.REMOVED),
                comm_currency=book.instrument.currency,
            )
        )
