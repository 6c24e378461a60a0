"""What a broker adapter implements, and what it is given to report to."""

from __future__ import annotations

from typing import Protocol

from oms.model.capabilities import Capabilities
from oms.model.ids import BrokerName
from oms.model.reports import QueryResult, Report, SendResult
from oms.model.requests import (
    NewOrderList,
    NewOrderSingle,
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderMassStatusRequest,
    OrderStatusRequest,
    RequestForPositions,
    TradeCaptureReportRequest,
)


class ReportSink(Protocol):
    """Where an adapter puts what its broker says."""

    def put(self, report: Report) -> None:
        """Take a report, from any thread; never raises, never blocks and never calls back."""
        ...


class Broker(Protocol):
    """A place that executes orders.

    An exception that escapes `submit`, `cancel` or `replace` is taken as `Unknown`: the request is in doubt. One that
    escapes `query` leaves the question unanswered; it is asked again.
    """

    @property
    def name(self) -> BrokerName:
        """The name it is attached under."""
        ...

    def capabilities(self) -> Capabilities:
        """Say what may be asked of it; cheap, and the same while it is started."""
        ...

    def start(self, sink: ReportSink) -> None:
        """Connect and report to `sink` from now on."""
        ...

    def stop(self) -> None:
        """Disconnect; may be called twice."""
        ...

    def submit(self, request: NewOrderSingle) -> SendResult:
        """Send a new order."""
        ...

    def cancel(self, request: OrderCancelRequest) -> SendResult:
        """Send a cancel request."""
        ...

    def replace(self, request: OrderCancelReplaceRequest) -> SendResult:
        """Send a cancel/replace request."""
        ...

    def query(self, request: OrderStatusRequest) -> QueryResult:
        """Ask what became of a request or an order.

        Answer `Absent(True)` only where the broker was asked for the ClOrdID itself, or the order's own id, and would know
        of it by now, however late it learns of things: the request is then taken as never arrived.
        """
        ...


class ListingBroker(Broker, Protocol):
    """A broker that can be asked for everything at once: each member that `Capabilities.lists` names must be there.

    The answer is a report, put into the sink or given as `Acknowledged(report)`. Any other result but `Sent`, and an
    exception, leave the question unanswered; it is asked again.
    """

    def executions(self, request: TradeCaptureReportRequest) -> SendResult:
        """Ask what has executed since a cursor (`Listing.EXECUTIONS`).

        The answer is an `ExecutionsReport`, with the executions in it or after them.
        """
        ...

    def open_orders(self, request: OrderMassStatusRequest) -> SendResult:
        """Ask which orders are open (`Listing.OPEN_ORDERS`); the answer is a `MassStatus` with the request's `after_sequence`."""
        ...

    def positions(self, request: RequestForPositions) -> SendResult:
        """Ask what is held (`Listing.POSITIONS`); the answer is a `PositionReport`."""
        ...


class ListBroker(Broker, Protocol):
    """A broker that works orders which depend on one another: `Capabilities.contingencies` says which groups of them.

    Each order of a list is reported, asked about, replaced and canceled like any other. What the venue does to one because of
    another it reports as a restatement (ExecType D) of the total, or as a cancel that nobody asked for.
    """

    def submit_list(self, request: NewOrderList) -> SendResult:
        """Send a list; the result is that of each of its orders. An exception that escapes is taken as `Unknown`."""
        ...
