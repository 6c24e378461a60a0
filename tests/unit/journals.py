"""Journals written by hand: each event is named with what matters about it, the rest is filled in.

The lifecycle's own machine fills in the values after each event, as it does in the engine.
"""

# ruff: noqa: ANN401  # a field of an event may be anything

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

import attrs

from oms.lifecycle.machine import apply
from oms.model import events as ev
from oms.model.decimals import ZERO, exact_arithmetic
from oms.model.enums import AnomalyCode, HeldPolicy, LastLiquidityInd, Side
from oms.model.ids import Account, BrokerName, ClOrdId, ExecId, OrderId, Symbol, VenueOrderId
from oms.model.order import Order
from oms.model.routing import Candidate, RouteDecision, RouteVerdict, VenueHealth
from oms.model.terms import Limit
from oms.model.time_in_force import DAY
from oms.model.triggers import stop
from oms.model.work import Pace, Slice

E = TypeVar("E", bound=ev.Event)

T0 = 1_767_623_400_000_000_000
"""2026-01-05 14:30:00 UTC."""
MS = 1_000_000
NEW_ID, CANCEL_ID, REPLACE_ID = ClOrdId("new-1"), ClOrdId("cancel-1"), ClOrdId("replace-1")

ROUTED = RouteDecision(
    T0,
    Decimal(100),
    1,
    BrokerName("other"),
    Decimal("189.40"),
    Decimal(20),
    (
        Candidate(
            BrokerName("paper"), 1, RouteVerdict.TAKEN, Decimal(100), VenueHealth.UP, Decimal("189.50"), Decimal(300), T0 - MS,
            True, Decimal("189.45"), Decimal("189.45"), 5, 1_000_000, 0,
        ),
        Candidate(
            BrokerName("other"), 0, RouteVerdict.DOWN, ZERO, VenueHealth.DOWN, Decimal("189.40"), Decimal(20), T0 - MS, True,
            None, None, 0, 1_000_000, 0, "until 14:30:02 UTC",
        ),
    ),
)  # fmt: skip
"""A choice of two brokers of which one is down."""

FILLED_IN: dict[str, Any] = {
    "sequence": 1,
    "epoch": 1,
    "cause": ev.Cause("SubmitOrder", "bot"),
    "input_sequence": 1,
    "time_ns": T0,
    "order_id": OrderId(1),
    "symbol": Symbol("AAPL"),
    "side": Side.BUY,
    "order_qty": Decimal(100),
    "terms": Limit("189.50"),
    "time_in_force": DAY,
    "account": Account("main"),
    "client_ref": None,
    "reference_px": None,
    "reference_ns": 0,
    "reasons": (),
    "cl_ord_id": NEW_ID,
    "orig_cl_ord_id": NEW_ID,
    "broker": BrokerName("paper"),
    "venue_order_id": None,
    "exec_id": ExecId("x1"),
    "exec_ref_id": ExecId("x1"),
    "last_qty": Decimal(40),
    "last_px": Decimal("189.50"),
    "old_qty": Decimal(40),
    "old_px": Decimal("189.50"),
    "trade_date": "20260105",
    "transact_time_ns": 0,
    "last_liquidity_ind": LastLiquidityInd.ADDED,
    "commission": ZERO,
    "comm_currency": "",
    "text": "",
    "reject_code": "",
    "raw": "",
    "exec_type": "NEW",
    "code": AnomalyCode.OVERFILL,
    "fee_id": "f1",
    "amount": Decimal("0.35"),
    "currency": "USD",
    "kind": "commission",
    "attempt": 0,
    "evidence": "a query",
    "anomaly": 1,
    "held": 1,
    "trigger": stop(Side.SELL, 95),
    "trigger_px": Decimal(95),
    "px": Decimal(94),
    "px_ns": T0,
    "policy": HeldPolicy.RELEASE,
    "reason": "",
    "slices": (
        Slice(0, T0, T0 + 1_000 * MS, Decimal(60)),
        Slice(1, T0 + 1_000 * MS, T0 + 2_000 * MS, Decimal(40)),
    ),
    "start_ns": T0,
    "end_ns": T0 + 2_000 * MS,
    "why": "",
    "bid": Decimal("189.40"),
    "ask": Decimal("189.60"),
    "quote_ns": T0 - MS,
    "number": 0,
    "asked_qty": Decimal(60),
    "qty": Decimal(60),
    "pace": Pace.ON_SCHEDULE,
    "role": "slice",
    "child": OrderId(2),
    "qty_change": Decimal(40),
    "notional_change": Decimal(7580),
    "memo": (("others", "12000"),),
    "decision": ROUTED,
    "namespace": "test",
    "request_timeout_ns": 10_000 * MS,
}
REQUEST_IDS: dict[type[ev.Event], ClOrdId] = {
    kind: identity
    for identity, kinds in {
        CANCEL_ID: (ev.CancelRequested, ev.OrderPendingCancel, ev.CancelRejected),
        REPLACE_ID: (
            ev.ReplaceRequested,
            ev.OrderPendingReplace,
            ev.OrderReplaced,
            ev.ReplaceSuperseded,
            ev.ReplaceRejected,
        ),
    }.items()
    for kind in kinds
}


def kinds_of_events() -> set[type[ev.OrderEvent]]:
    """Every class of event that an order can have."""
    # Not by `__subclasses__`: attrs makes slotted classes anew, and the first ones linger there until they are collected.
    return {
        kind
        for kind in vars(ev).values()
        if isinstance(kind, type) and issubclass(kind, ev.OrderEvent) and kind is not ev.OrderEvent
    }


def make(kind: type[E], /, **fields: Any) -> E:
    """An event with these fields, and for the others what is usual; a field with a default has that."""
    names = {a.name for a in attrs.fields(kind) if a.default is attrs.NOTHING}
    usual: dict[str, Any] = {name: FILLED_IN[name] for name in names - fields.keys() if name in FILLED_IN}
    if "cl_ord_id" in usual:
        usual["cl_ord_id"] = REQUEST_IDS.get(kind, NEW_ID)
    return kind(**usual, **fields)


def new_order(**fields: Any) -> Order:
    """An unsent order for 100 AAPL at 189.50, but for these fields."""
    created = make(ev.OrderCreated, **fields)
    return Order(
        created.order_id,
        created.symbol,
        created.side,
        created.order_qty,
        created.terms,
        created.time_in_force,
        created.account,
        created.client_ref,
        created.reference_px,
        created.time_ns,
        created.cash_order_qty,
    )


@dataclass
class Journal:
    """Events that follow one another, and the orders that they move."""

    events: list[ev.Event] = field(default_factory=list)
    orders: dict[OrderId, Order] = field(default_factory=dict)
    now_ns: int = T0

    def add(
        self,
        kind: type[E],
        /,
        *,
        after_ms: float = 0,
        by: str = "bot",
        how: str = "",
        also: bool = False,
        **fields: Any,
    ) -> E:
        """Append an event, `after_ms` later; `also` says that the last event's input led to this one too."""
        self.now_ns += round(after_ms * MS)
        sequence = len(self.events) + 1
        last = self.events[-1] if also else None
        event = make(
            kind,
            sequence=sequence,
            cause=last.cause if last else ev.Cause(how, by),
            input_sequence=last.input_sequence if last else sequence,
            time_ns=self.now_ns,
            **fields,
        )
        if isinstance(event, ev.OrderEvent):
            if isinstance(event, ev.OrderCreated | ev.OrderAdopted):
                shared = {a.name for a in attrs.fields(ev.OrderCreated)} & {
                    a.name for a in attrs.fields(type(event))
                }
                self.orders[event.order_id] = new_order(**{name: getattr(event, name) for name in shared})
            with exact_arithmetic():
                apply(self.orders[event.order_id], event)
        self.events.append(event)
        return event

    def submit(self, order_id: int = 1, **fields: Any) -> None:
        """Append what a good order leads to: it is created and sent."""
        named = {name: fields.pop(name) for name in ("cl_ord_id", "broker") if name in fields}
        self.add(ev.OrderCreated, how="SubmitOrder", order_id=OrderId(order_id), **fields)
        self.add(ev.OrderSubmitted, also=True, order_id=OrderId(order_id), **named)

    def report(self, kind: type[E], /, **fields: Any) -> E:
        """Append what a broker's report leads to."""
        return self.add(kind, **{"by": "paper", "how": "ExecutionReport", "after_ms": 12, **fields})


def venue_id(text: str) -> VenueOrderId:
    """A venue's name for an order."""
    return VenueOrderId(text)
