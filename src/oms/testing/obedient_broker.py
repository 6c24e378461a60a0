"""A venue that takes market and limit orders, and does at once what it is asked; it fills what it is told to."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from oms.model.capabilities import Capabilities
from oms.model.enums import ExecType, OrdStatus
from oms.model.ids import BrokerName, ExecId, VenueOrderId
from oms.model.order import Order
from oms.model.reports import ExecutionReport, QueryResult, SendResult, Sent
from oms.model.requests import (
    NewOrderSingle,
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderStatusRequest,
)
from oms.model.terms import Limit, Market, Terms
from oms.model.time_in_force import Day, GoodTillCancel, GoodTillTime
from oms.ports.broker import ReportSink

_CAPABILITIES: Final = Capabilities(
    order_types=frozenset(
        (terms, tif) for terms in (Market, Limit) for tif in (Day, GoodTillCancel, GoodTillTime)
    ),
    amendable=frozenset({"order_qty", "price"}),
    simulated=True,
)


class ObedientBroker:
    """Says yes to everything.

    Attributes:
        name: What it is attached as.
        heard: What it was asked for and nobody has taken out: "new", "replace" or "cancel", the ClOrdID, and the terms.
    """

    def __init__(self, name: str = "venue") -> None:
        """Begin without orders."""
        self.name = BrokerName(name)
        self.heard: list[tuple[str, str, Terms | None]] = []
        self._sink: ReportSink | None = None
        self._said = 0

    def capabilities(self) -> Capabilities:
        """Give market and limit orders, whose quantity and price can be replaced."""
        return _CAPABILITIES

    def start(self, sink: ReportSink) -> None:
        """Report to this sink from now on."""
        self._sink = sink

    def stop(self) -> None:
        """Report no more."""
        self._sink = None

    def submit(self, request: NewOrderSingle) -> SendResult:
        """Take an order."""
        self.heard.append(("new", request.cl_ord_id, request.terms))
        return self._say(request, ExecType.NEW, OrdStatus.NEW)

    def cancel(self, request: OrderCancelRequest) -> SendResult:
        """Cancel an order."""
        self.heard.append(("cancel", request.cl_ord_id, None))
        return self._say(request, ExecType.CANCELED, OrdStatus.CANCELED)

    def replace(self, request: OrderCancelReplaceRequest) -> SendResult:
        """Replace an order."""
        self.heard.append(("replace", request.cl_ord_id, request.terms))
        return self._say(request, ExecType.REPLACED, OrdStatus.NEW)

    def query(self, request: OrderStatusRequest) -> QueryResult:
        """Give no answer: there is never anything to ask."""
        return Sent()

    def fill(self, order: Order, qty: Decimal, px: Decimal, time_ns: int) -> None:
        """Let an order execute so much at a price, at a moment in nanoseconds UTC."""
        assert self._sink is not None
        self._said += 1
        self._sink.put(
            ExecutionReport(
                ExecType.TRADE,
                cl_ord_id=order.cl_ord_id,
                exec_id=ExecId(f"e{self._said}"),
                last_qty=qty,
                last_px=px,
                transact_time_ns=time_ns,
            )
        )

    def _say(
        self,
        request: NewOrderSingle | OrderCancelRequest | OrderCancelReplaceRequest,
        exec_type: ExecType,
        status: OrdStatus,
    ) -> SendResult:
        assert self._sink is not None
        orig = None if isinstance(request, NewOrderSingle) else request.orig_cl_ord_id
        self._sink.put(
            ExecutionReport(
                exec_type,
                cl_ord_id=request.cl_ord_id,
                orig_cl_ord_id=orig,
                venue_order_id=VenueOrderId(f"v{request.order_id}"),
                ord_status=status,
                transact_time_ns=request.time_ns,
            )
        )
        return Sent()
