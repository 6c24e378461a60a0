"""The least Python that does the work of one order lifecycle: the limit that the library is measured against.

The same five events as slotted objects, one dict look-up of the order and one table look-up an event, Decimal
cumulative quantity, leaves and notional, a position, one call to a subscriber, and a counter for ids; nothing else, and
nothing is checked. Events and the order have as many fields as the library's. The broker's reports are the library's own
`ExecutionReport`, which every arm builds by the same calls inside the timed region: what an adapter pays to speak to us
is no part of what we take to listen.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from oms.model.enums import ExecType
from oms.model.reports import ExecutionReport

ZERO = Decimal(0)
UNSENT, SENT, LIVE = range(3)
CREATED, SUBMITTED = range(2)
ACKNOWLEDGED, TRADED = ExecType.NEW, ExecType.TRADE
TABLE: dict[tuple[int, object], int] = {
    (UNSENT, CREATED): UNSENT,
    (UNSENT, SUBMITTED): SENT,
    (SENT, ACKNOWLEDGED): LIVE,
    (LIVE, TRADED): LIVE,
}


def slotted(name: str, fields: list[str]) -> Any:  # noqa: ANN401  # a class that no type checker can know
    """Make a plain class with these slots and a positional constructor."""
    lines = "".join(f"        self.{field} = {field}\n" for field in fields)
    source = (
        f"class {name}:\n    __slots__ = {tuple(fields)!r}\n"
        f"    def __init__(self, {', '.join(fields)}):\n{lines}"
    )
    scope: dict[str, Any] = {}
    exec(source, scope)  # noqa: S102  # the fastest plain class there is, without writing sixty fields out
    return scope[name]


_ENVELOPE = [
    "kind",
    "sequence",
    "epoch",
    "cause",
    "time_ns",
    "order_id",
    "status",
    "cum_qty",
    "leaves_qty",
    "avg_px",
]
Created = slotted(
    "Created",
    [
        *_ENVELOPE,
        "symbol",
        "side",
        "order_qty",
        "price",
        "tif",
        "account",
        "ref",
        "reference_px",
        "reference_ns",
    ],
)
Submitted = slotted("Submitted", [*_ENVELOPE, "cl_ord_id", "broker"])
Acknowledged = slotted("Acknowledged", [*_ENVELOPE, "venue_order_id"])
Traded = slotted(
    "Traded",
    [
        *_ENVELOPE,
        *(
            "exec_id",
            "symbol",
            "side",
            "account",
            "broker",
            "last_qty",
            "last_px",
            "trade_date",
            "transact_time_ns",
        ),
        *("liquidity", "commission", "currency", "venue_order_id", "raw"),
    ],
)
FloorOrder = slotted(
    "FloorOrder",
    [
        *(
            "order_id",
            "cl_ord_id",
            "symbol",
            "side",
            "order_qty",
            "price",
            "tif",
            "account",
            "ref",
            "reference_px",
        ),
        *(
            "created_ns",
            "life",
            "status",
            "cum_qty",
            "leaves_qty",
            "notional",
            "avg_px",
            "broker",
            "venue_order_id",
        ),
        *("requests", "marks", "reasons", "text", "exposed_qty", "exposed_notional"),
    ],
)


class Floor:
    """Orders, a position and one subscriber, with nothing in between."""

    def __init__(self, subscriber: Callable[[object], None]) -> None:
        """Begin with no order."""
        self.orders: dict[object, Any] = {}
        self.subscriber = subscriber
        self.counter = 0
        self.sequence = 0
        self.position_qty = ZERO
        self.position_cost = ZERO
        self.now_ns = 0

    def submit(self, symbol: str, side: int, qty: Decimal, price: Decimal) -> int:
        """Make an order and say that it is sent."""
        self.counter = order_id = self.counter + 1
        now = self.now_ns
        order = FloorOrder(
            order_id, order_id, symbol, side, qty, price, 0, "main", None, None,
            now, UNSENT, UNSENT, ZERO, qty, ZERO, None, None, None,
            None, None, None, "", qty, ZERO,
        )  # fmt: skip
        self.orders[order_id] = order
        order.life = TABLE[order.life, CREATED]
        self.sequence += 1
        self.subscriber(
            Created(
                CREATED, self.sequence, 1, None, now, order_id, order.life, ZERO, qty, None,
                symbol, side, qty, price, 0, "main", None, None, 0,
            )
        )  # fmt: skip
        order.life = TABLE[order.life, SUBMITTED]
        order.broker = "sink"
        self.sequence += 1
        self.subscriber(
            Submitted(
                SUBMITTED,
                self.sequence,
                1,
                None,
                now,
                order_id,
                order.life,
                ZERO,
                qty,
                None,
                order_id,
                "sink",
            )
        )
        return order_id

    def on_report(self, report: ExecutionReport) -> None:
        """Apply a report and tell the subscriber."""
        order = self.orders[report.cl_ord_id]
        kind = report.exec_type
        now = self.now_ns
        order.life = TABLE[order.life, kind]
        self.sequence += 1
        if kind is ACKNOWLEDGED:
            order.venue_order_id = report.venue_order_id
            event = Acknowledged(
                kind, self.sequence, 1, None, now, order.order_id, order.life, order.cum_qty, order.leaves_qty,
                order.avg_px, report.venue_order_id,
            )  # fmt: skip
        else:
            qty: Any = report.last_qty
            px: Any = report.last_px
            order.cum_qty += qty
            order.leaves_qty = order.order_qty - order.cum_qty
            order.notional += qty * px
            order.avg_px = order.notional / order.cum_qty
            if order.side == 1:
                self.position_qty += qty
                self.position_cost += qty * px
            else:
                self.position_qty -= qty
                self.position_cost -= qty * px
            event = Traded(
                kind, self.sequence, 1, None, now, order.order_id, order.life, order.cum_qty, order.leaves_qty,
                order.avg_px, report.exec_id, order.symbol, order.side, order.account, order.broker, qty, px,
                "20260102", report.transact_time_ns, None, ZERO, "", report.venue_order_id, "",
            )  # fmt: skip
        self.subscriber(event)
