"""What a broker adapter implements, and what it is given to report to."""

from __future__ import annotations

from typing import Protocol

from oms.model.capabilities import Capabilities
from oms.model.ids import BrokerName
from oms.model.reports import Report, SendResult
from oms.model.requests import NewOrderSingle, OrderCancelReplaceRequest, OrderCancelRequest


class ReportSink(Protocol):
    """Where an adapter puts what its broker says."""

    def put(self, report: Report) -> None:
        """Take a report, from any thread; never raises, never blocks and never calls back."""
        ...


class Broker(Protocol):
    """A place that executes orders.

    An exception that escapes `submit`, `cancel` or `replace` is taken as `Unknown`: the request is in doubt.
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
