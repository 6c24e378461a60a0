"""An order at one moment, as a value."""

from __future__ import annotations

from decimal import Decimal

from oms.model.define import record
from oms.model.enums import Life, OrdStatus, Side
from oms.model.ids import Account, BrokerName, ClOrdId, OrderId, Symbol, VenueOrderId
from oms.model.instructions import Instructions
from oms.model.outstanding import OutstandingRequest
from oms.model.reasons import Reason
from oms.model.terms import Terms
from oms.model.time_in_force import TimeInForce


@record
class OrderSnapshot:
    """An order at one moment; the fields are those of `Order`."""

    order_id: OrderId
    symbol: Symbol
    side: Side
    order_qty: Decimal
    terms: Terms
    time_in_force: TimeInForce
    account: Account
    client_ref: str | None
    created_ns: int
    broker: BrokerName | None
    cl_ord_id: ClOrdId | None
    venue_order_id: VenueOrderId | None
    life: Life
    status: OrdStatus
    cum_qty: Decimal
    leaves_qty: Decimal
    notional: Decimal
    avg_px: Decimal | None
    reasons: tuple[Reason, ...]
    text: str
    outstanding_requests: tuple[OutstandingRequest, ...]
    cash_order_qty: Decimal | None = None
    is_external: bool = False
    instructions: Instructions | None = None
    given_terms: Terms | None = None
