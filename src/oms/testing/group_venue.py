"""A venue of numbers alone for groups: it takes any order, and grants, refuses, executes and busts when it is told to.

What it says of one order arrives in the order in which it was said; what it says of different orders, in any.
"""

from __future__ import annotations

from collections import deque
from decimal import Decimal
from typing import Final

from attrs import define, evolve, field

from oms.model.decimals import ZERO
from oms.model.enums import CxlRejResponseTo, ExecType, OrdStatus
from oms.model.ids import ClOrdId, ExecId, OrderId, VenueOrderId
from oms.model.reports import (
    Absent,
    ExecutionReport,
    Found,
    OrderCancelReject,
    QueryResult,
    Report,
    Sent,
    Undetermined,
)
from oms.model.requests import (
    NewOrderSingle,
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderStatusRequest,
    Request,
)
from oms.model.terms import Terms

PX: Final = Decimal(100)


@define
class Slip:
    """One order as the venue has it.

    Attributes:
        order_id: What the library calls it.
        cl_ord_id: The identity in force.
        order_qty: Its total.
        terms: At what price.
        cum_qty: Executed in all.
        is_open: It may still execute.
        is_new: Nothing was said of it yet.
        is_revived: Something of it was busted: it may have been over before, and work again.
        asked: Requests that are not decided, oldest first.
        said: Reports that have not arrived, oldest first.
        executions: What stands of its executions.
        refusals: What was said of each request that was refused.
        lost: Requests that have never arrived.
        is_rejected: It was refused as it arrived.
        late: How much of what it has executed was found only after it had ended.
    """

    order_id: OrderId
    cl_ord_id: ClOrdId
    order_qty: Decimal
    terms: Terms
    cum_qty: Decimal = ZERO
    is_open: bool = True
    is_new: bool = True
    is_revived: bool = False
    asked: deque[OrderCancelRequest | OrderCancelReplaceRequest] = field(factory=deque)
    said: deque[Report] = field(factory=deque)
    executions: dict[ExecId, Decimal] = field(factory=dict)
    refusals: dict[ClOrdId, OrderCancelReject] = field(factory=dict)
    lost: set[ClOrdId] = field(factory=set)
    is_rejected: bool = False
    late: Decimal = ZERO

    @property
    def status(self) -> OrdStatus:
        """How it is shown."""
        if self.is_open:
            return OrdStatus.PARTIALLY_FILLED if self.cum_qty else OrdStatus.NEW
        if self.is_rejected:
            return OrdStatus.REJECTED
        return OrdStatus.FILLED if self.cum_qty >= self.order_qty else OrdStatus.CANCELED

    @property
    def leaves_qty(self) -> Decimal:
        """What may still execute as it stands."""
        return self.order_qty - self.cum_qty if self.is_open else ZERO

    @property
    def most(self) -> Decimal:
        """What it may have executed in the end, whatever of the undecided is granted."""
        if not self.is_open:
            return self.cum_qty
        totals = [one.order_qty for one in self.asked if isinstance(one, OrderCancelReplaceRequest)]
        return max([self.order_qty, self.cum_qty, *totals])


class NumberVenue:
    """Every order that was sent to it.

    Attributes:
        slips: The orders, in the order of their arrival.
        now_ns: What time it is, in nanoseconds UTC; each word is a little later than the last.
        has_busted: An execution was taken back, or has become another one than it was.
    """

    def __init__(self, now_ns: int) -> None:
        """Begin without an order."""
        self.slips: dict[OrderId, Slip] = {}
        self.now_ns = now_ns
        self.has_busted = False
        self._executions = 0

    def take(self, request: Request) -> None:
        """Take a request in; nothing is decided yet."""
        match request:
            case NewOrderSingle():
                order_id = request.order_id
                self.slips[order_id] = Slip(order_id, request.cl_ord_id, request.order_qty, request.terms)
            case OrderCancelRequest() | OrderCancelReplaceRequest():
                self.slips[request.order_id].asked.append(request)
            case _:
                pass

    def accept(self, slip: Slip) -> None:
        """Say that an order works."""
        slip.is_new = False
        self._say(slip, ExecType.NEW)

    def execute(self, slip: Slip, qty: Decimal) -> None:
        """Execute so much of an order, or what is left."""
        qty = min(qty, slip.leaves_qty)
        self._executions += 1
        name = ExecId(f"x{self._executions}")
        slip.executions[name] = qty
        slip.cum_qty += qty
        slip.is_new = False
        if not slip.leaves_qty:
            slip.is_open = False
        self._say(slip, ExecType.TRADE, exec_id=name, last_qty=qty, last_px=PX)

    def bust(self, slip: Slip) -> None:
        """Take the last execution of an order back; what was filled works again."""
        self.has_busted = True
        name, qty = slip.executions.popitem()
        was_filled = slip.cum_qty >= slip.order_qty
        slip.cum_qty -= qty
        slip.is_open = slip.is_open or was_filled
        slip.is_revived = True
        self._executions += 1
        bust = ExecId(f"x{self._executions}")
        self._say(slip, ExecType.TRADE_CANCEL, exec_id=bust, exec_ref_id=name, last_qty=qty, last_px=PX)

    def correct(self, slip: Slip, qty: Decimal) -> None:
        """Say that the last execution of an order was for so much, or for what there was room for, and at another price."""
        name, was = slip.executions.popitem()
        was_filled = slip.cum_qty >= slip.order_qty
        qty = min(qty, max(slip.order_qty - slip.cum_qty, ZERO) + was)
        self.has_busted |= qty < was or (qty > was and not slip.is_open)
        slip.late += ZERO if slip.is_open else max(qty - was, ZERO)
        slip.cum_qty += qty - was
        slip.is_open = (slip.is_open or was_filled) and slip.cum_qty < slip.order_qty
        slip.is_revived |= qty < was
        self._executions += 1
        corrected = ExecId(f"x{self._executions}")
        slip.executions[corrected] = qty
        px = PX + self._executions
        self._say(slip, ExecType.TRADE_CORRECT, exec_id=corrected, exec_ref_id=name, last_qty=qty, last_px=px)

    def end(self, slip: Slip) -> None:
        """End an order that nobody has asked to be ended: refuse it, or cancel it."""
        slip.is_open, slip.is_rejected = False, slip.is_new
        self._say(slip, ExecType.REJECTED if slip.is_new else ExecType.CANCELED)
        slip.is_new = False

    def decide(self, slip: Slip, *, grants: bool) -> None:
        """Decide about the oldest request; what comes too late is refused."""
        asked = slip.asked.popleft()
        slip.is_new = False
        is_cancel = isinstance(asked, OrderCancelRequest)
        if not grants or not slip.is_open:
            what = CxlRejResponseTo.CANCEL if is_cancel else CxlRejResponseTo.REPLACE
            refusal = slip.refusals[asked.cl_ord_id] = OrderCancelReject(
                asked.cl_ord_id, what, slip.cl_ord_id
            )
            slip.said.append(refusal)
            return
        before, slip.cl_ord_id = slip.cl_ord_id, asked.cl_ord_id
        if isinstance(asked, OrderCancelReplaceRequest):
            slip.order_qty, slip.terms = max(asked.order_qty, slip.cum_qty), asked.terms
            slip.is_open = slip.order_qty > slip.cum_qty
            self._say(slip, ExecType.REPLACED, before)
        else:
            slip.is_open = False
            self._say(slip, ExecType.CANCELED, before)

    def lose(self, slip: Slip) -> None:
        """Let the oldest request never arrive; or where there is none, the answer to one that was decided last."""
        if slip.asked:
            slip.lost.add(slip.asked.popleft().cl_ord_id)
        elif slip.said and _is_answer(slip.said[-1]):
            slip.said.pop()

    def answer(self, request: OrderStatusRequest) -> QueryResult:
        """Give what is known of a request; while something is on its way, nothing yet."""
        slip = self.slips[request.order_id]
        if request.cl_ord_id in slip.lost:
            return Absent(is_authoritative=True, text="no such request")
        if slip.asked or slip.said:
            return Undetermined("busy")
        if request.cl_ord_id in slip.refusals:
            slip.said.append(slip.refusals[request.cl_ord_id])
            return Sent()
        self._say(slip, ExecType.ORDER_STATUS)
        report = slip.said.pop()
        assert isinstance(report, ExecutionReport), "a status is a report of the order"
        return Found(evolve(report, ord_status=slip.status))

    def _say(
        self,
        slip: Slip,
        exec_type: ExecType,
        before: ClOrdId | None = None,
        *,
        exec_id: ExecId | None = None,
        exec_ref_id: ExecId | None = None,
        last_qty: Decimal | None = None,
        last_px: Decimal | None = None,
    ) -> None:
        self.now_ns += 1_000_000
        slip.said.append(
            ExecutionReport(
                exec_type,
                cl_ord_id=slip.cl_ord_id,
                orig_cl_ord_id=before,
                venue_order_id=VenueOrderId(f"V{slip.order_id}"),
                exec_id=exec_id,
                exec_ref_id=exec_ref_id,
                order_qty=slip.order_qty,
                cum_qty=slip.cum_qty,
                leaves_qty=slip.leaves_qty,
                last_qty=last_qty,
                last_px=last_px,
                transact_time_ns=self.now_ns,
            )
        )


def _is_answer(report: Report) -> bool:
    return isinstance(report, OrderCancelReject) or (
        isinstance(report, ExecutionReport) and report.orig_cl_ord_id is not None
    )
