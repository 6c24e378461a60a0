"""A broker without money: the simulated exchange behind the same port that real brokers implement.

It is also an example of how short an adapter may be. It hears the market from the manager, which shows each update to its
brokers before it looks at it itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from oms.model.capabilities import ALL_ORDER_TYPES, Capabilities
from oms.model.ids import BrokerName
from oms.model.ids import name as checked_name
from oms.model.instrument import Instrument
from oms.model.market import MarketUpdate, Quote
from oms.model.reports import (
    Absent,
    Found,
    NotSent,
    QueryResult,
    Report,
    SendResult,
    Sent,
    Undetermined,
)
from oms.model.requests import (
    NewOrderSingle,
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderStatusRequest,
)
from oms.model.sessions import SessionChange
from oms.model.venue_profile import ReplaceSupport, VenueProfile
from oms.ports.broker import ReportSink
from oms.simulation.exchange import SimulatedExchange
from oms.simulation.fees import FeeModel

_CAPABILITIES: Final = Capabilities(
    order_types=ALL_ORDER_TYPES,
    amendable=frozenset({"order_qty", "price"}),
    simulated=True,
    profile=VenueProfile(
        name="simulated exchange",
        replace=ReplaceSupport.IN_PLACE,
        chains_replaces=True,
        looks_up_by_cl_ord_id=True,
    ),
)
_NOT_STARTED: Final = NotSent("the paper broker is not started")


class PaperBroker:
    """Executes against the market data that the manager is fed; the rules are those of `oms.simulation.exchange`.

    Requests are `Sent`, and their answers reach the sink before the call returns. Orders live as long as this object:
    they survive a stop, but not the process, and what the exchange says while nobody listens is lost.

    Attributes:
        name: The name it is attached under.
    """

    def __init__(
        self, instruments: Iterable[Instrument], *, fees: FeeModel | None = None, name: str = "paper"
    ) -> None:
        """Open the exchange.

        Args:
            instruments: What can be traded, and what reference data it gives.
            fees: What executions cost; nothing unless given.
            name: 1 to 32 of letters, digits, `.`, `_` and `-`.

        Raises:
            ValidationError: The name has other characters.
        """
        self.name: Final = BrokerName(checked_name(name, "broker"))
        self._instruments = tuple(instruments)
        self._exchange = SimulatedExchange(self._instruments, fees=fees)
        self._sink: ReportSink | None = None

    def capabilities(self) -> Capabilities:
        """Every order type; quantity and price of a working order can be changed."""
        return _CAPABILITIES

    def instruments(self) -> tuple[Instrument, ...]:
        """Give what can be traded here."""
        return self._instruments

    def start(self, sink: ReportSink) -> None:
        """Report to `sink` from now on."""
        self._sink = sink

    def stop(self) -> None:
        """Report no more."""
        self._sink = None

    def submit(self, request: NewOrderSingle) -> SendResult:
        """Send a new order; not sent unless started."""
        return _NOT_STARTED if self._sink is None else self._tell(self._exchange.new_order(request))

    def cancel(self, request: OrderCancelRequest) -> SendResult:
        """Send a cancel request; not sent unless started."""
        return _NOT_STARTED if self._sink is None else self._tell(self._exchange.cancel(request))

    def replace(self, request: OrderCancelReplaceRequest) -> SendResult:
        """Send a cancel/replace request; not sent unless started."""
        return _NOT_STARTED if self._sink is None else self._tell(self._exchange.replace(request))

    def query(self, request: OrderStatusRequest) -> QueryResult:
        """Look a request or an order up in its own book, which is all there is to know; no answer unless started."""
        if self._sink is None:
            return Undetermined(_NOT_STARTED.text)
        report = self._exchange.status(request)
        if report is None:
            return Absent(is_authoritative=True, text="it is not in the book of the paper broker")
        return Found(report)

    def on_market(self, update: MarketUpdate) -> None:
        """Let a quote or a trade move the exchange."""
        exchange = self._exchange
        reports = exchange.on_quote(update) if isinstance(update, Quote) else exchange.on_trade(update)
        if reports:
            self._tell(reports)

    def on_session(self, change: SessionChange) -> None:
        """Open or close the exchange."""
        self._tell(self._exchange.on_session(change))

    def _tell(self, reports: Iterable[Report]) -> SendResult:
        if self._sink is not None:
            for report in reports:
                self._sink.put(report)
        return _SENT


_SENT: Final = Sent()
