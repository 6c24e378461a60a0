"""A desk that speaks of orders by their ids, for tests of groups."""
# ruff: noqa: ANN401  # cases are data of any kind
# pyright: reportPrivateUsage=false

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from oms.engine.engine import Engine
from oms.engine.fingerprint import describe
from oms.engine.inputs import Start, TimerDue
from oms.engine.snapshot import dump, load
from oms.engine.state import State
from oms.model.capabilities import Capabilities
from oms.model.contingency import Oto, SubmitGroup, bracket
from oms.model.enums import CxlRejResponseTo, ExecType, Side
from oms.model.events import Event
from oms.model.group import Group
from oms.model.ids import ExecId
from oms.model.limits import RiskLimits
from oms.model.market import Quote, TradePrint
from oms.model.reports import OrderCancelReject
from oms.model.requests import NewOrderList, NewOrderSingle, OrderCancelReplaceRequest, OrderCancelRequest
from oms.model.terms import Limit, Stop, Terms
from oms.order_types.registry import default_handlers
from oms.projections.positions import Positions
from tests.fakes import AAPL, BTC, CAN_ALL, T0, S
from tests.unit.engine.desk import MAIN, OFF, SYMBOL, TIMEOUT_NS, Desk


class Floor(Desk):
    """A desk at a broker who can trade groups by the ids of their orders."""

    def __init__(self, can: Mapping[str, Capabilities] | None = None, **fields: Any) -> None:
        super().__init__(can=can or {"paper": CAN_ALL}, **fields)
        self.trades = 0
        self.seen = 0

    def place(self, contingency: Any, **fields: Any) -> Group:
        self.tell(SubmitGroup(contingency, MAIN, **fields))
        return next(reversed(self.engine.state.groups.by_id.values()))

    def news(self) -> list[str]:
        """What was sent since this was asked last, in words."""
        new, self.seen = self.sent[self.seen :], len(self.sent)
        return [_words(self, one) for one in new]

    def restart(self, *, has_snapshot: bool, limits: RiskLimits = OFF) -> None:
        """Another engine goes on, from the journal or from a snapshot."""
        before, state = describe(self.engine.state), State()
        if has_snapshot:
            load(dump(self.engine.state, Positions()), state, Positions())
        self.engine = Engine(self.can, default_handlers(), state)
        if not has_snapshot:
            self.engine.replay(self.journal)
        assert describe(self.engine.state) == before
        self.tell(Start("desk", TIMEOUT_NS, limits, (AAPL, BTC)))

    def wait(self, seconds: float) -> None:
        self.now_ns += int(seconds * S)
        self.tell(TimerDue())

    def fill(self, order_id: int, qty: int, px: int = 100) -> None:
        self.trades += 1
        order = self.order(order_id)
        assert order.cl_ord_id is not None
        self.say(
            ExecType.TRADE,
            cl_ord_id=order.cl_ord_id,
            exec_id=ExecId(f"x{self.trades}"),
            last_qty=Decimal(qty),
            last_px=Decimal(px),
            transact_time_ns=T0,
        )

    def bust(self, order_id: int, trade: int, **fields: Any) -> None:
        order = self.order(order_id)
        self.trades += 1
        self.say(
            ExecType.TRADE_CANCEL,
            cl_ord_id=order.cl_ord_id,
            exec_id=ExecId(f"x{self.trades}"),
            exec_ref_id=ExecId(f"x{trade}"),
            transact_time_ns=T0,
            **fields,
        )

    def new(self, order_id: int) -> None:
        self.say(ExecType.NEW, cl_ord_id=self.order(order_id).cl_ord_id)

    def done(self, order_id: int, exec_type: ExecType = ExecType.CANCELED) -> tuple[Event, ...]:
        """The broker grants what was asked for last."""
        order = self.order(order_id)
        asked = order.outstanding_requests[-1].cl_ord_id if order.outstanding_requests else order.cl_ord_id
        return self.say(exec_type, cl_ord_id=asked, orig_cl_ord_id=order.cl_ord_id)

    def replaced(self, order_id: int, **fields: Any) -> None:
        asked = self.order(order_id).outstanding_requests[-1]
        self.say(
            ExecType.REPLACED,
            cl_ord_id=asked.cl_ord_id,
            orig_cl_ord_id=self.order(order_id).cl_ord_id,
            order_qty=asked.order_qty,
            **fields,
        )

    def quote(self, bid: int, ask: int) -> None:
        self.tell(Quote(SYMBOL, T0, bid, 100, ask, 100))

    def waiting(self) -> list[Terms]:
        """What waits here for its price."""
        return [order.terms for order in self.engine.state.held_orders.orders.values()]

    def print(self, price: int) -> None:
        self.tell_print(price)

    def tell_print(self, price: int) -> tuple[Event, ...]:
        """A trade, and the events that it led to."""
        return self.tell(TradePrint(SYMBOL, T0, price, 1))

    def refuse_cancel(self, order_id: int) -> None:
        order = self.order(order_id)
        asked = order.outstanding_requests[-1].cl_ord_id
        self.report(OrderCancelReject(asked, CxlRejResponseTo.CANCEL, order.cl_ord_id))


def _words(desk: Floor, request: Any) -> str:
    match request:
        case NewOrderSingle():
            order = desk.order(request.order_id)
            return f"new {request.order_id}: {request.side.name} {request.order_qty} {type(order.terms).__name__}"
        case NewOrderList(orders=orders):
            return f"list {request.list_id[-2:]}: {', '.join(_words(desk, one) for one in orders)}"
        case OrderCancelReplaceRequest():
            return f"replace {request.order_id}: {request.order_qty}"
        case OrderCancelRequest():
            return f"cancel {request.order_id}"
        case _:
            return type(request).__name__


def simple(**choices: Any) -> Oto:
    terms: dict[str, Terms] = {"entry": Limit(100), "target": Limit(110), "stop": Stop(95)}
    return bracket("AAPL", Side.BUY, 100, **{**terms, **choices})
