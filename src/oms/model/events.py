"""What we hold to be true: the journal's vocabulary. Every event of an order carries the order's values after it.

An event is never changed once it has been handed out. The engine numbers it, the machine fills in the after-values.
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from attrs import field

from oms.model.decimals import ZERO
from oms.model.define import record
from oms.model.enums import AnomalyCode, LastLiquidityInd, OrdStatus, SessionPhase, Side
from oms.model.ids import Account, BrokerName, ClOrdId, ExecId, OrderId, Symbol, VenueOrderId
from oms.model.instrument import Instrument
from oms.model.limits import RiskLimits
from oms.model.reasons import Reason
from oms.model.terms import Terms
from oms.model.time_in_force import TimeInForce


@record
class Cause:
    """The kind of input that led to an event.

    Attributes:
        kind: The input's class, such as `SubmitOrder` or `ExecutionReport`.
        origin: Who spoke: a person, a strategy, a broker's name, or the clock.
    """

    kind: str
    origin: str


@record
class Event:
    """The envelope.

    Attributes:
        sequence: Its place in the journal: 1, 2, 3 … without a gap.
        epoch: Which run of the manager wrote it; each start on a journal begins a new one.
        cause: What kind of input led to it, and who spoke.
        input_sequence: The sequence number of the first event of the same input; events of one input share it.
        time_ns: When it was decided, in nanoseconds UTC.
        schema: The version of its layout.
    """

    schema: ClassVar[int] = 1

    sequence: int
    epoch: int
    cause: Cause
    input_sequence: int
    time_ns: int


@record
class OrderEvent(Event):
    """Something happened to one order.

    Attributes:
        order_id: Which.
        status: What it is shown as after the event.
        cum_qty: Executed in all, after the event.
        leaves_qty: Still open, after the event.
        avg_px: Average price of what executed, to 28 digits; None while nothing has.
    """

    order_id: OrderId
    status: OrdStatus = field(default=OrdStatus.UNSENT, kw_only=True)
    cum_qty: Decimal = field(default=ZERO, kw_only=True)
    leaves_qty: Decimal = field(default=ZERO, kw_only=True)
    avg_px: Decimal | None = field(default=None, kw_only=True)


@record
class OrderCreated(OrderEvent):
    """An order was asked for.

    Attributes:
        reference_px: The market price that the order was judged by: the mid, or the last trade; None if there was none.
        reference_ns: When that price was received, in nanoseconds UTC; 0 if there was none.
    """

    symbol: Symbol
    side: Side
    order_qty: Decimal
    terms: Terms
    time_in_force: TimeInForce
    account: Account
    client_ref: str | None
    reference_px: Decimal | None
    reference_ns: int


@record
class OrderDenied(OrderEvent):
    """The order was refused here; it never left."""

    reasons: tuple[Reason, ...]


@record
class OrderSubmitted(OrderEvent):
    """The order is to be sent: journaled before it leaves."""

    cl_ord_id: ClOrdId
    broker: BrokerName


@record
class OrderPendingNew(OrderEvent):
    """The broker has it and has not decided."""

    venue_order_id: VenueOrderId | None


@record
class OrderAcknowledged(OrderEvent):
    """The broker works it."""

    venue_order_id: VenueOrderId | None


@record
class OrderRejected(OrderEvent):
    """The broker refused it, or it certainly never left."""

    text: str
    reject_code: str


@record
class Traded(OrderEvent):
    """An execution.

    Attributes:
        exec_id: The venue's identity of it.
        last_qty: Its size.
        last_px: Its price.
        trade_date: The venue's trading day, YYYYMMDD; empty where the venue gave no time.
        transact_time_ns: When it happened at the venue, nanoseconds UTC; 0 where the venue gave no time.
        last_liquidity_ind: Added or removed, None where the venue does not say.
        commission: Its cost in `comm_currency`; negative is a rebate.
        venue_order_id: What the venue called the order.
        raw: The message as it came.
    """

    exec_id: ExecId
    symbol: Symbol
    side: Side
    account: Account
    broker: BrokerName
    last_qty: Decimal
    last_px: Decimal
    trade_date: str
    transact_time_ns: int
    last_liquidity_ind: LastLiquidityInd | None
    commission: Decimal
    comm_currency: str
    venue_order_id: VenueOrderId | None
    raw: str


@record
class TradeCorrected(OrderEvent):
    """An execution was amended: `last_qty` and `last_px` replace `old_qty` and `old_px`."""

    exec_id: ExecId
    exec_ref_id: ExecId
    symbol: Symbol
    side: Side
    account: Account
    broker: BrokerName
    last_qty: Decimal
    last_px: Decimal
    old_qty: Decimal
    old_px: Decimal
    trade_date: str
    raw: str


@record
class TradeCanceled(OrderEvent):
    """An execution was busted: `old_qty` at `old_px` did not happen."""

    exec_id: ExecId
    exec_ref_id: ExecId
    symbol: Symbol
    side: Side
    account: Account
    broker: BrokerName
    old_qty: Decimal
    old_px: Decimal
    trade_date: str
    raw: str


@record
class CancelRequested(OrderEvent):
    """A cancel is to be sent: journaled before it leaves."""

    cl_ord_id: ClOrdId
    orig_cl_ord_id: ClOrdId


@record
class CancelDenied(OrderEvent):
    """A cancel was refused here; nothing left."""

    reasons: tuple[Reason, ...]


@record
class OrderPendingCancel(OrderEvent):
    """The broker has the cancel and has not decided."""

    cl_ord_id: ClOrdId


@record
class OrderCanceled(OrderEvent):
    """The order ended by cancellation, asked for or not."""

    cl_ord_id: ClOrdId | None
    text: str


@record
class CancelRejected(OrderEvent):
    """The broker refused the cancel."""

    cl_ord_id: ClOrdId
    text: str
    reject_code: str


@record
class ReplaceRequested(OrderEvent):
    """A replace is to be sent: journaled before it leaves.

    Attributes:
        order_qty: The total wanted, what has traded included.
        terms: The terms wanted.
    """

    cl_ord_id: ClOrdId
    orig_cl_ord_id: ClOrdId
    order_qty: Decimal
    terms: Terms


@record
class ReplaceDenied(OrderEvent):
    """A replace was refused here; nothing left."""

    reasons: tuple[Reason, ...]


@record
class OrderPendingReplace(OrderEvent):
    """The broker has the replace and has not decided; the old terms still trade."""

    cl_ord_id: ClOrdId


@record
class OrderReplaced(OrderEvent):
    """The order now works on these terms."""

    cl_ord_id: ClOrdId
    venue_order_id: VenueOrderId | None
    order_qty: Decimal
    terms: Terms


@record
class ReplaceRejected(OrderEvent):
    """The broker refused the replace."""

    cl_ord_id: ClOrdId
    text: str
    reject_code: str


@record
class RequestInDoubt(OrderEvent):
    """It is not known whether a request had its effect; only evidence can tell."""

    cl_ord_id: ClOrdId
    text: str


@record
class OrderExpired(OrderEvent):
    """The order ended by its time in force."""

    text: str


@record
class OrderDoneForDay(OrderEvent):
    """No more executions today."""

    text: str


@record
class OrderStopped(OrderEvent):
    """The venue guarantees a price; not yet an execution."""

    last_qty: Decimal | None
    last_px: Decimal | None


@record
class OrderSuspended(OrderEvent):
    """The venue holds the order back."""

    text: str


@record
class OrderCalculated(OrderEvent):
    """The venue has reported its end-of-day figures."""

    text: str


@record
class OrderRestated(OrderEvent):
    """The venue changed or renewed the order of its own accord."""

    order_qty: Decimal
    terms: Terms
    text: str


@record
class OrderTriggered(OrderEvent):
    """A stop was triggered; what the order is shown as does not change."""

    text: str


@record
class ReportIgnored(OrderEvent):
    """A report that was no news: a repeat, or a state already known. It changed nothing."""

    exec_type: str
    exec_id: ExecId | None
    text: str


@record
class AnomalyRaised(Event):
    """A broker said something that cannot simply be believed; somebody should look.

    Attributes:
        code: The kind.
        broker: Who said it.
        order_id: The order it was matched to, None if there is none.
        text: What is wrong.
        raw: The report, whole, as text.
    """

    code: AnomalyCode
    broker: BrokerName
    order_id: OrderId | None
    text: str
    raw: str


@record
class EpochStarted(Event):
    """A manager started on this journal.

    Attributes:
        namespace: What its ClOrdIDs are made from.
        request_timeout_ns: How long a request may stay unanswered before it is in doubt.
    """

    namespace: str
    request_timeout_ns: int


@record
class IdBlockReserved(Event):
    """ClOrdID counters below `up_to` may be in use from now on; a later start begins there."""

    up_to: int


@record
class InstrumentDefined(Event):
    """The definition of an instrument, as used from here on."""

    instrument: Instrument


@record
class LimitsSet(Event):
    """The risk limits in force from here on."""

    limits: RiskLimits


@record
class KillSwitchEngaged(Event):
    """New orders are refused from here on."""

    reason: str


@record
class KillSwitchReleased(Event):
    """New orders are taken again."""

    reason: str


@record
class SessionChanged(Event):
    """A trading session opened or closed.

    Attributes:
        phase: What it changed to.
        trade_date: The trading day, YYYYMMDD.
        symbol: The instrument it is about; None for all.
    """

    phase: SessionPhase
    trade_date: str
    symbol: Symbol | None
