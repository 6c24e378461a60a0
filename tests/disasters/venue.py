"""A venue whose truth lies in a file, outside of the process: what it has taken survives whatever becomes of us.

The file has one line for each thing that happened there, written by one system call before anything is answered.
"""

from __future__ import annotations

import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Final

from attrs import define, field

from oms.model.capabilities import ALL_ORDER_TYPES, Capabilities
from oms.model.enums import ExecType, OrdStatus, Side
from oms.model.ids import BrokerName, ClOrdId, ExecId, VenueOrderId
from oms.model.instrument import Instrument
from oms.model.reports import Absent, ExecutionReport, Found, QueryResult, SendResult, Sent
from oms.model.requests import (
    NewOrderSingle,
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderStatusRequest,
)
from oms.model.terms import Limit
from oms.ports.broker import ReportSink

COIN: Final = Instrument(symbol="COIN", currency="USD", tick="0.01", lot=1)
T0: Final = 1_767_623_400_000_000_000
"""2026-01-05 14:30:00 UTC."""
TRADE_DATE: Final = "20260105"
NAME: Final = BrokerName("venue")


@define
class Held:
    """One order at the venue.

    Attributes:
        named: Every ClOrdID that its requests had, the first one first.
        executed: What stands of its executions, by their ids: quantity and price.
    """

    venue_id: VenueOrderId
    side: Side
    order_qty: Decimal
    px: Decimal
    named: list[ClOrdId]
    is_canceled: bool = False
    executed: dict[str, tuple[Decimal, Decimal]] = field(factory=dict)

    @property
    def cum_qty(self) -> Decimal:
        """What has executed and was not busted."""
        return sum((qty for qty, _ in self.executed.values()), Decimal(0))

    @property
    def is_open(self) -> bool:
        """Something of it may still trade."""
        return not self.is_canceled and self.cum_qty < self.order_qty

    @property
    def status(self) -> OrdStatus:
        """What the venue shows it as."""
        if self.is_canceled:
            return OrdStatus.CANCELED
        if not self.executed:
            return OrdStatus.NEW
        return OrdStatus.PARTIALLY_FILLED if self.is_open else OrdStatus.FILLED


@define
class Truth:
    """Everything that the venue holds to be true.

    Attributes:
        orders: Its orders, by every ClOrdID that they had.
        reports: What it has to say, in order.
        doubled: ClOrdIDs that reached it twice, and own ids under which a second order did.
    """

    orders: dict[str, Held] = field(factory=dict)
    reports: list[ExecutionReport] = field(factory=list)
    doubled: list[str] = field(factory=list)
    _own_ids: set[int] = field(factory=set)

    def held(self) -> list[Held]:
        """Every order once, the oldest first."""
        return list({order.venue_id: order for order in self.orders.values()}.values())

    def take(self, line: dict[str, str]) -> None:
        """Let one line have happened."""
        what, identity = line["what"], ClOrdId(line["id"])
        if what in ("new", "cancel", "replace") and identity in self.orders:
            self.doubled.append(identity)
            return
        if what == "new":
            number = int(line["order_id"])
            if number in self._own_ids:
                self.doubled.append(f"order {number}")
            self._own_ids.add(number)
            held = Held(
                VenueOrderId(f"V{number}"),
                Side(line["side"]),
                Decimal(line["qty"]),
                Decimal(line["px"]),
                [identity],
            )
            self.orders[identity] = held
            self._say(held, ExecType.NEW)
            return
        held = self.orders[line["of"]]
        if what == "cancel":
            self._name(held, identity)
            held.is_canceled = True
            self._say(held, ExecType.CANCELED, orig=ClOrdId(line["of"]))
        elif what == "replace":
            self._name(held, identity)
            held.order_qty, held.px = Decimal(line["qty"]), Decimal(line["px"])
            self._say(held, ExecType.REPLACED, orig=ClOrdId(line["of"]))
        elif what == "fill":
            held.executed[identity] = (Decimal(line["qty"]), Decimal(line["px"]))
            self._say(held, ExecType.TRADE, exec_id=identity, last=held.executed[identity])
        else:
            held.executed.pop(line["ref"])
            self._say(held, ExecType.TRADE_CANCEL, exec_id=identity, ref=line["ref"])

    def _name(self, held: Held, identity: ClOrdId) -> None:
        held.named.append(identity)
        self.orders[identity] = held

    def _say(
        self,
        held: Held,
        exec_type: ExecType,
        *,
        orig: ClOrdId | None = None,
        exec_id: str | None = None,
        ref: str | None = None,
        last: tuple[Decimal, Decimal] | tuple[None, None] = (None, None),
    ) -> None:
        number = len(self.reports) + 1
        self.reports.append(
            ExecutionReport(
                exec_type,
                cl_ord_id=held.named[-1],
                orig_cl_ord_id=orig,
                venue_order_id=held.venue_id,
                exec_id=ExecId(exec_id or f"R{number}"),
                exec_ref_id=None if ref is None else ExecId(ref),
                ord_status=held.status,
                order_qty=held.order_qty,
                cum_qty=held.cum_qty,
                leaves_qty=held.order_qty - held.cum_qty if held.is_open else Decimal(0),
                last_qty=last[0],
                last_px=last[1],
                price=held.px,
                transact_time_ns=T0 + number,
                trade_date=TRADE_DATE,
                symbol=COIN.symbol,
                side=held.side,
                report_seq=number,
            )
        )


def read_truth(path: Path) -> Truth:
    """Give what a venue's file amounts to."""
    truth = Truth()
    for line in path.read_text().splitlines() if path.exists() else ():
        truth.take(json.loads(line))
    return truth


class FileVenue:
    """The adapter of such a venue.

    What was reported before is reported again, from the first report on, whenever somebody connects.

    Attributes:
        answers: It reports what has become of a request; otherwise it takes it and says nothing.
        resends: It reports the day again on connecting.
    """

    def __init__(self, path: Path, *, answers: bool = True, resends: bool = True) -> None:
        self.name = NAME
        self.answers = answers
        self.resends = resends
        self._truth = read_truth(path)
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._sink: ReportSink | None = None

    def capabilities(self) -> Capabilities:
        return Capabilities(
            order_types=ALL_ORDER_TYPES, amendable=frozenset({"order_qty", "price"}), simulated=True
        )

    def instruments(self) -> tuple[Instrument, ...]:
        return (COIN,)

    def start(self, sink: ReportSink) -> None:
        self._sink = sink
        for report in self._truth.reports if self.resends else ():
            sink.put(report)

    def stop(self) -> None:
        self._sink = None

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)

    def submit(self, request: NewOrderSingle) -> SendResult:
        terms = request.terms
        assert isinstance(terms, Limit)
        return self._request(
            what="new",
            id=request.cl_ord_id,
            order_id=str(request.order_id),
            side=request.side.value,
            qty=str(request.order_qty),
            px=str(terms.price),
        )

    def cancel(self, request: OrderCancelRequest) -> SendResult:
        return self._request(what="cancel", id=request.cl_ord_id, of=request.orig_cl_ord_id)

    def replace(self, request: OrderCancelReplaceRequest) -> SendResult:
        terms = request.terms
        assert isinstance(terms, Limit)
        return self._request(
            what="replace",
            id=request.cl_ord_id,
            of=request.orig_cl_ord_id,
            qty=str(request.order_qty),
            px=str(terms.price),
        )

    def query(self, request: OrderStatusRequest) -> QueryResult:
        held = self._truth.orders.get(request.cl_ord_id)
        if held is None:
            return Absent(True, "never heard of it")
        return Found(
            ExecutionReport(
                ExecType.ORDER_STATUS,
                cl_ord_id=held.named[-1],
                venue_order_id=held.venue_id,
                ord_status=held.status,
                order_qty=held.order_qty,
                cum_qty=held.cum_qty,
                leaves_qty=held.order_qty - held.cum_qty if held.is_open else Decimal(0),
                price=held.px,
                transact_time_ns=T0 + len(self._truth.reports),
                trade_date=TRADE_DATE,
                symbol=COIN.symbol,
                side=held.side,
            )
        )

    def fill(self, cl_ord_id: str, exec_id: str, qty: int, px: str) -> None:
        """Execute something of an order, and report it."""
        self._happen(what="fill", id=exec_id, of=cl_ord_id, qty=str(qty), px=px)

    def bust(self, cl_ord_id: str, exec_id: str, ref: str) -> None:
        """Take an execution back, and report it."""
        self._happen(what="bust", id=exec_id, of=cl_ord_id, ref=ref)

    def _request(self, **line: str) -> SendResult:
        self._happen(**line)
        return Sent()

    def _happen(self, **line: str) -> None:
        os.write(self._file, f"{json.dumps(line)}\n".encode())
        said = len(self._truth.reports)
        self._truth.take(line)
        if self._sink is not None and self.answers:
            for report in self._truth.reports[said:]:
                self._sink.put(report)
