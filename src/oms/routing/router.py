"""Which broker an order goes to, and the request that is made of it. Nothing else makes requests."""

from __future__ import annotations

from collections.abc import Mapping

from oms.model.approval import Approved
from oms.model.capabilities import Capabilities
from oms.model.commands import CancelOrder, ReplaceOrder, SubmitOrder
from oms.model.ids import BrokerName, ClOrdId, OrderId
from oms.model.instrument import Instrument
from oms.model.order import Order
from oms.model.reasons import Reason, ReasonCode
from oms.model.requests import NewOrderSingle, OrderCancelReplaceRequest, OrderCancelRequest


class Router:
    """Sends an instrument's orders to the broker it names, or to the only one there is."""

    __slots__ = ("_capabilities", "_only")

    def __init__(self, capabilities: Mapping[BrokerName, Capabilities]) -> None:
        """Choose among these brokers."""
        self._capabilities = capabilities
        self._only = next(iter(capabilities)) if len(capabilities) == 1 else None

    def reach(self, broker: BrokerName | None) -> Capabilities | None:
        """Give what the broker that has an order can do; None if it is not attached."""
        return None if broker is None else self._capabilities.get(broker)

    def choose(self, instrument: Instrument) -> tuple[BrokerName, Capabilities] | Reason:
        """Give the broker for an instrument, or the reason why there is none."""
        name = instrument.broker if instrument.broker is not None else self._only
        if name is not None:
            capabilities = self._capabilities.get(name)
            if capabilities is not None:
                return name, capabilities
        known = ", ".join(sorted(self._capabilities)) or "none is attached"
        allowed = f"an instrument that names its broker, one of: {known}"
        return Reason(ReasonCode.NO_ROUTE, "broker", str(name), allowed)

    def new_order(
        self,
        approved: Approved[SubmitOrder],
        order_id: OrderId,
        broker: BrokerName,
        cl_ord_id: ClOrdId,
        now_ns: int,
    ) -> NewOrderSingle:
        """Give the request that places an approved order."""
        command = approved.command
        instructions = command.instructions
        if instructions is not None:
            instructions = instructions.said_to(self._capabilities[broker].instructions)
        return NewOrderSingle(
            broker,
            order_id,
            cl_ord_id,
            now_ns,
            command.symbol,
            command.side,
            command.order_qty,
            command.terms,
            command.time_in_force,
            command.account,
            command.cash_order_qty,
            instructions,
        )

    def cancel(
        self, approved: Approved[CancelOrder], order: Order, cl_ord_id: ClOrdId, orig: ClOrdId, now_ns: int
    ) -> OrderCancelRequest:
        """Give the request that cancels an order."""
        return OrderCancelRequest(
            order.broker or BrokerName(""),
            approved.command.order_id,
            cl_ord_id,
            now_ns,
            orig,
            order.venue_order_id,
            order.symbol,
            order.side,
            order.order_qty,
            order.account,
        )

    def replace(
        self,
        approved: Approved[ReplaceOrder],
        order: Order,
        cl_ord_id: ClOrdId,
        orig: ClOrdId,
        after: SubmitOrder,
        now_ns: int,
    ) -> OrderCancelReplaceRequest:
        """Give the request that changes an order to what `after` says."""
        return OrderCancelReplaceRequest(
            order.broker or BrokerName(""),
            approved.command.order_id,
            cl_ord_id,
            now_ns,
            orig,
            order.venue_order_id,
            order.symbol,
            order.side,
            after.order_qty,
            after.terms,
            after.time_in_force,
            order.account,
        )
