"""What a broker says: reports of what happened, and the result of one send.

Nothing is checked when these are built, so that an adapter's callback never raises; the engine looks at every field and
sets aside what it cannot believe.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TypeAlias

from oms.model.define import record, told
from oms.model.enums import (
    CxlRejResponseTo,
    ExecRestatementReason,
    ExecType,
    LastLiquidityInd,
    OrdStatus,
    Side,
)
from oms.model.ids import Account, ClOrdId, ExecId, Symbol, VenueOrderId


@record
class ExecutionReport:
    """Message 8. Leave out what the venue does not say; quantities are totals of the order unless named `last_`.

    Attributes:
        exec_type: What this report says (150).
        cl_ord_id: The request or order it answers (11).
        orig_cl_ord_id: The identity before it (41).
        venue_order_id: What the venue calls the order (37).
        exec_id: What the venue calls this execution (17); unique within a trade date.
        exec_ref_id: The execution that a bust or correction is about (19).
        ord_status: What the venue shows the order as (39).
        order_qty: The order's total (38).
        cum_qty: Executed in all (14).
        leaves_qty: Still open (151).
        last_qty: Size of this execution (32).
        last_px: Price of this execution (31).
        price: The limit price in force (44).
        transact_time_ns: When it happened at the venue, in nanoseconds UTC (60).
        trade_date: The venue's trading day as YYYYMMDD (75), where it says so.
        last_liquidity_ind: Added or removed (851).
        commission: What the execution cost, in `comm_currency`; negative is a rebate (12).
        comm_currency: The currency of `commission` (479).
        symbol: What is traded (55).
        side: Buy or sell (54).
        account: For whom (1).
        text: What the venue says in words (58).
        reject_code: The venue's own code of a refusal (103).
        raw: The message as it came, kept with executions.
        exec_restatement_reason: Why the venue restated or ended the order of its own accord (378).
        stop_px: The trigger price in force (99).
        display_qty: How much of the order is shown (1138).
        cash_order_qty: The amount of money that the order is for (152).
        report_seq: The place of this report among the broker's own, where it numbers them; it only ever rises.
        avg_px: The average price of what has executed in all (6).
    """

    exec_type: ExecType
    cl_ord_id: ClOrdId | None = None
    orig_cl_ord_id: ClOrdId | None = None
    venue_order_id: VenueOrderId | None = None
    exec_id: ExecId | None = None
    exec_ref_id: ExecId | None = None
    ord_status: OrdStatus | None = None
    order_qty: Decimal | None = None
    cum_qty: Decimal | None = None
    leaves_qty: Decimal | None = None
    last_qty: Decimal | None = None
    last_px: Decimal | None = None
    price: Decimal | None = None
    transact_time_ns: int | None = None
    trade_date: str | None = None
    last_liquidity_ind: LastLiquidityInd | None = None
    commission: Decimal | None = None
    comm_currency: str | None = None
    symbol: Symbol | None = None
    side: Side | None = None
    account: Account | None = None
    text: str = ""
    reject_code: str = ""
    raw: str = ""
    exec_restatement_reason: ExecRestatementReason | None = None
    stop_px: Decimal | None = None
    display_qty: Decimal | None = None
    cash_order_qty: Decimal | None = None
    report_seq: int | None = None
    avg_px: Decimal | None = None

    def __repr__(self) -> str:
        """Give what is said, without what is left out."""
        return told(self)


@record
class OrderCancelReject:
    """Message 9: a cancel or replace request was refused.

    Attributes:
        cl_ord_id: The request that was refused (11).
        response_to: Which kind of request it was (434).
        orig_cl_ord_id: The last identity the venue accepted (41).
        venue_order_id: What the venue calls the order (37).
        ord_status: What the venue shows the order as (39).
        transact_time_ns: When, in nanoseconds UTC (60).
        text: What the venue says in words (58).
        reject_code: The venue's own code of the refusal (102).
        raw: The message as it came.
    """

    cl_ord_id: ClOrdId
    response_to: CxlRejResponseTo
    orig_cl_ord_id: ClOrdId | None = None
    venue_order_id: VenueOrderId | None = None
    ord_status: OrdStatus | None = None
    transact_time_ns: int | None = None
    text: str = ""
    reject_code: str = ""
    raw: str = ""

    def __repr__(self) -> str:
        """Give what is said, without what is left out."""
        return told(self)


@record
class FeeReport:
    """What an execution, or an order, cost beyond what its own report said; brokers often say so later.

    Attributes:
        amount: What was paid, in `currency`; negative is a rebate.
        currency: The currency of `amount`.
        fee_id: What the broker calls this fee; where it has no name, the execution (or the order and the day), kind and
            currency tell fees apart.
        kind: What it is for, in the broker's words, such as `commission` or `exchange`.
        exec_id: The execution it belongs to (17); None where it belongs to the order.
        cl_ord_id: The order's identity (11).
        venue_order_id: What the venue calls the order (37).
        trade_date: The venue's trading day of the execution as YYYYMMDD (75).
        transact_time_ns: When it was charged, in nanoseconds UTC (60).
        text: What the broker says in words (58).
        raw: The message as it came.
    """

    amount: Decimal
    currency: str
    fee_id: str | None = None
    kind: str = ""
    exec_id: ExecId | None = None
    cl_ord_id: ClOrdId | None = None
    venue_order_id: VenueOrderId | None = None
    trade_date: str | None = None
    transact_time_ns: int | None = None
    text: str = ""
    raw: str = ""

    def __repr__(self) -> str:
        """Give what is said, without what is left out."""
        return told(self)


@record
class MassStatus:
    """What a broker holds of us, asked for as a whole: one report for each order.

    Attributes:
        reports: What each order is now, as answers to a status request.
        is_complete: Every order that the broker took from us this session is among them, ended ones too, and nothing that
            left before the question is still under way: it has arrived or never will, however late the broker learns of
            things. Only then, and only with `after_sequence`, does it prove that an order which is missing never arrived.
        as_of_ns: The moment that it shows, in nanoseconds UTC: requests that left later are none of its business.
        raw: The message as it came.
        has_all_open: Every order of ours that is open there is among them. One that is missing is asked about: such a
            list does not prove what became of it.
        after_sequence: The one of the `OrderMassStatusRequest` that it answers; None where the manager has not asked for
            it. What left before the question is told by this alone, as two clocks, or one that is set, cannot tell it.
    """

    reports: tuple[ExecutionReport, ...]
    is_complete: bool
    as_of_ns: int
    raw: str = ""
    has_all_open: bool = False
    after_sequence: int | None = None

    def __repr__(self) -> str:
        """Give what is said, without what is left out."""
        return told(self)


@record
class ExecutionsReport:
    """The end of an answer to what has executed since a cursor.

    Attributes:
        cursor: Where the next answer is to begin, in the broker's own words; None where it always tells everything.
        is_complete: Nothing that executed since the cursor that was asked with is left out.
        reports: The executions, busts and corrections, oldest first; or none, where they went before, one by one.
        raw: The message as it came.
    """

    cursor: str | None
    is_complete: bool
    reports: tuple[ExecutionReport, ...] = ()
    raw: str = ""


@record
class PositionLine:
    """What a broker says is held of one instrument.

    Attributes:
        symbol: What is held (55).
        net_qty: How much, positive when long.
        account: For whom (1); None where the broker has one account only.
    """

    symbol: Symbol
    net_qty: Decimal
    account: Account | None = None


@record
class PositionReport:
    """What a broker says is held.

    Attributes:
        positions: One line for each instrument and account.
        is_complete: What is not among them is not held.
        as_of_ns: The moment that it shows, in nanoseconds UTC.
        raw: The message as it came.
    """

    positions: tuple[PositionLine, ...]
    is_complete: bool
    as_of_ns: int
    raw: str = ""


Statement: TypeAlias = MassStatus | ExecutionsReport | PositionReport
"""What answers a question about everything."""

Report: TypeAlias = ExecutionReport | OrderCancelReject | FeeReport | Statement


@record
class Sent:
    """The request left; its answer will come as a report."""


@record
class Acknowledged:
    """The request left and was answered at once.

    Attributes:
        report: The answer.
    """

    report: Report


@record
class Refused:
    """The broker certainly refused the request.

    Attributes:
        text: What it said.
        code: Its own code.
    """

    text: str
    code: str = ""


@record
class NotSent:
    """The request certainly never left.

    Attributes:
        text: Why.
    """

    text: str


@record
class Unknown:
    """The request may or may not have arrived: it is in doubt until there is evidence.

    Attributes:
        text: What went wrong.
    """

    text: str


SendResult: TypeAlias = Sent | Acknowledged | Refused | NotSent | Unknown
"""What became of one send, as an adapter returns it."""


@record
class Found:
    """The broker has the order.

    Attributes:
        report: What it is now, as an answer to a status request.
    """

    report: ExecutionReport


@record
class Absent:
    """The broker does not have what was asked about.

    Attributes:
        is_authoritative: It can never turn up any more: the broker looked where it must be, after any lag of its own.
        text: What the broker said.
    """

    is_authoritative: bool
    text: str = ""


@record
class Undetermined:
    """The broker could not say.

    Attributes:
        text: Why.
    """

    text: str


QueryResult: TypeAlias = Sent | Found | Absent | Undetermined | Unknown
"""What became of one question about an order; `Sent` where the answer will come as a report."""
