"""What we hold to be true: the journal's vocabulary. Every event of an order carries the order's values after it.

An event is never changed once it has been handed out. The engine numbers it, the machine fills in the after-values.
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from attrs import field

from oms.model.contingency import GroupNode
from oms.model.decimals import ONE, ZERO
from oms.model.define import record
from oms.model.enums import (
    AnomalyCode,
    BreakKind,
    ExecRestatementReason,
    HeldPolicy,
    LastLiquidityInd,
    LegEnd,
    OrdStatus,
    SecurityTradingStatus,
    SessionPhase,
    Side,
    TriggerPriceType,
)
from oms.model.ids import Account, BrokerName, ClOrdId, ExecId, ListId, OrderId, Symbol, VenueOrderId
from oms.model.instructions import Instructions
from oms.model.instrument import Instrument
from oms.model.limits import RiskLimits
from oms.model.reasons import Reason
from oms.model.reports import ExecutionReport, FeeReport, OrderCancelReject
from oms.model.routing import RouteDecision, VenueHealth
from oms.model.routing_table import Routing
from oms.model.slippage import DriftFinding, SlippageFinding
from oms.model.terms import Terms
from oms.model.time_in_force import TimeInForce
from oms.model.triggers import Release
from oms.model.work import NO_MEMO, Memo, Pace, Slice, WorkEnd


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
        cash_order_qty: The amount of money it is for; `order_qty` is 0 then, until the broker says how much that is.
        instructions: How it is to be handled beside its price and time; None where nothing is asked for.
        leg: The number of its group, and that of its leg in it, from 0; None for an order of no group.
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
    cash_order_qty: Decimal | None = None
    instructions: Instructions | None = None
    leg: tuple[int, int] | None = None


@record
class OrderAdopted(OrderEvent):
    """An order that was not given here is taken into the books: by telephone, or from another system.

    Attributes:
        cl_ord_id: What the broker's reports call it; None where they name only its venue id.
        text: Why it was taken: for a person's word the reason given.
    """

    symbol: Symbol
    side: Side
    order_qty: Decimal
    terms: Terms
    time_in_force: TimeInForce
    account: Account
    broker: BrokerName
    cl_ord_id: ClOrdId | None
    venue_order_id: VenueOrderId | None
    text: str = ""


@record
class OrderDenied(OrderEvent):
    """The order was refused here; it never left."""

    reasons: tuple[Reason, ...]


@record
class OrderHeld(OrderEvent):
    """The order is held here until the market reaches a price or shows one, since its venue does not take it as it was asked for.

    It comes again once the market has come back from a price that was missed and that the order did not follow (`HeldPolicy.WAIT`).

    Attributes:
        broker: Where it is to be sent then.
        trigger: What releases it.
        is_named: It was said that it is to go there; else it is chosen anew then, where there is a choice.
    """

    broker: BrokerName
    trigger: Release
    is_named: bool = False


@record
class OrderAmended(OrderEvent):
    """An order that is held here was changed; nothing left.

    Attributes:
        order_qty: The total from now on.
        terms: The terms from now on.
        trigger: What releases it from now on.
        time_in_force: The time in force from now on; None where it stays.
        instructions: How it is to be handled from now on; None where that stays.
    """

    order_qty: Decimal
    terms: Terms
    trigger: Release
    time_in_force: TimeInForce | None = None
    instructions: Instructions | None = None


@record
class TriggerMissed(OrderEvent):
    """The first price after a start has reached a held order: it may have been reached before, while nobody listened.

    What the manager's policy makes of it follows as an event of its own, but for `WAIT`.

    Attributes:
        trigger_px: The price that it waited for.
        px: The price that reached it.
        policy: What becomes of it.
        water_mark: The best price since its trail began; None where it does not trail.
    """

    trigger_px: Decimal
    px: Decimal
    policy: HeldPolicy
    water_mark: Decimal | None = None


@record
class OrderReleased(OrderEvent):
    """The market has reached the price that a held order waited for: it is sent from here on, or denied.

    Attributes:
        terms: What it is sent as.
        trigger_px: The price that it waited for; of an order that takes its price from a quote, what that showed.
        px: The price that reached it; beyond `trigger_px` where the market jumped.
        px_ns: When that was received, in nanoseconds UTC.
        order_qty: The total that its amount of money was turned into; None where it was not.
        cash_px: The price at which that was done, or was to be: of a quote, its limit, or `px`; None where it was not.
        time_in_force: With what it is sent where its venue does not take its own for these terms; None where it does.
    """

    terms: Terms
    trigger_px: Decimal
    px: Decimal
    px_ns: int
    order_qty: Decimal | None = None
    cash_px: Decimal | None = None
    time_in_force: TimeInForce | None = None


@record
class OrderRouted(OrderEvent):
    """It was decided where the order goes, or the parts of it that are to be placed now; there was a choice.

    Attributes:
        decision: Every place it could have gone to, and what became of each.
    """

    decision: RouteDecision


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
class OrderAcceptedForBidding(OrderEvent):
    """The broker has it and is pricing the list that it belongs to."""

    venue_order_id: VenueOrderId | None


@record
class OrderAcknowledged(OrderEvent):
    """The broker works it.

    Attributes:
        order_qty: The total it works, where that is not what was asked for; None where it is.
        venue_ns: When the venue said so, in nanoseconds UTC; 0 where it gave no time, or did not show the order as at work.
        venue_seq: The place of the report among the broker's own; 0 as with `venue_ns`.
    """

    venue_order_id: VenueOrderId | None
    order_qty: Decimal | None = None
    venue_ns: int = 0
    venue_seq: int = 0


@record
class OrderNamed(OrderEvent):
    """The broker calls the order by an identity that nothing has told before; nothing else changes.

    Attributes:
        venue_order_id: The venue's own id; None where that is no news.
        cl_ord_id: The ClOrdID of an order that was not given here; None where that is no news.
    """

    venue_order_id: VenueOrderId | None
    cl_ord_id: ClOrdId | None = None


@record
class OrderRejected(OrderEvent):
    """The broker refused it, or it certainly never left.

    Attributes:
        never_sent: It never left, so that the broker has refused nothing.
    """

    text: str
    reject_code: str
    never_sent: bool = False


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
        is_synthetic: Nobody reported it: the broker counts more than was reported. Its identity is made from the order and
            the quantity, and the executions that it stands for take its place when they are reported.
        venue_seq: The place of the report among the broker's own; 0 where it does not number them.
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
    is_synthetic: bool = False
    venue_seq: int = 0


@record
class TradeCorrected(OrderEvent):
    """An execution was amended: `last_qty` and `last_px` replace `old_qty` and `old_px`.

    Attributes:
        trade_date: The trading day of the execution; empty where the venue gave no time.
        transact_time_ns: When the execution happened at the venue, nanoseconds UTC; 0 where the venue gave no time.
        reopens: What it takes off the executed quantity works again.
        trade_sequence: The sequence number of the execution's own event.
        venue_ns: When it was amended at the venue, nanoseconds UTC; 0 where the venue gave no time.
        venue_seq: The place of the report among the broker's own; 0 where it does not number them.
        trade_venue_seq: The place of the execution's own report among them; 0 where that is not known.
    """

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
    transact_time_ns: int = 0
    reopens: bool = True
    venue_ns: int = 0
    venue_seq: int = 0
    trade_sequence: int = 0
    trade_venue_seq: int = 0


@record
class TradeCanceled(OrderEvent):
    """An execution was busted: `old_qty` at `old_px` did not happen; the other fields are those of `TradeCorrected`."""

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
    transact_time_ns: int = 0
    reopens: bool = True
    venue_ns: int = 0
    venue_seq: int = 0
    trade_sequence: int = 0


@record
class FeeCharged(OrderEvent):
    """An execution or an order cost something beyond what its report said.

    Attributes:
        fee_id: What the broker calls this fee, or what we tell it apart by.
        exec_id: The execution it belongs to; None where it belongs to the order.
        amount: What was paid, in `currency`; negative is a rebate.
        kind: What it is for.
    """

    fee_id: str
    exec_id: ExecId | None
    symbol: Symbol
    account: Account
    broker: BrokerName
    amount: Decimal
    currency: str
    kind: str
    trade_date: str
    raw: str


@record
class CancelRequested(OrderEvent):
    """A cancel is to be sent: journaled before it leaves, but for an emergency cancel while the journal was down.

    Attributes:
        left_ns: When an emergency cancel left, in nanoseconds UTC; 0 for one that was journaled first.
    """

    cl_ord_id: ClOrdId
    orig_cl_ord_id: ClOrdId
    left_ns: int = 0


@record
class CancelDenied(OrderEvent):
    """A cancel was refused here; nothing left."""

    reasons: tuple[Reason, ...]


@record
class OrderPendingCancel(OrderEvent):
    """The broker is deciding on a cancel: ours, or one that was asked for elsewhere.

    Attributes:
        cl_ord_id: Our request; None where it is none of ours.
    """

    cl_ord_id: ClOrdId | None


@record
class OrderCanceled(OrderEvent):
    """The order ended by cancellation, asked for or not.

    Attributes:
        cl_ord_id: The cancel request that it answers, or the order's own identity.
        venue_ns: When it happened at the venue, in nanoseconds UTC; 0 where the venue gave no time.
        venue_seq: The place of the report among the broker's own; 0 where it does not number them.
    """

    cl_ord_id: ClOrdId | None
    text: str
    venue_ns: int = 0
    venue_seq: int = 0


@record
class CancelRejected(OrderEvent):
    """The broker refused the cancel."""

    cl_ord_id: ClOrdId
    text: str
    reject_code: str


@record
class ReplaceRequested(OrderEvent):
    """A replace is to be sent: journaled before it leaves, but for a reduction while the journal was down.

    Attributes:
        order_qty: The total wanted, what has traded included.
        terms: The terms wanted.
        time_in_force: The time in force wanted; None where it stays.
        left_ns: When a reduction left, in nanoseconds UTC, while the journal was down; 0 for what was journaled first.
    """

    cl_ord_id: ClOrdId
    orig_cl_ord_id: ClOrdId
    order_qty: Decimal
    terms: Terms
    time_in_force: TimeInForce | None = None
    left_ns: int = 0


@record
class ReplaceDenied(OrderEvent):
    """A replace was refused here; nothing left."""

    reasons: tuple[Reason, ...]


@record
class OrderPendingReplace(OrderEvent):
    """The broker is deciding on a replace, ours or another's; the old terms still trade.

    Attributes:
        cl_ord_id: Our request; None where it is none of ours.
    """

    cl_ord_id: ClOrdId | None


@record
class OrderReplaced(OrderEvent):
    """The order now works on these terms.

    Attributes:
        time_in_force: The time in force now; None where it stays.
        is_resumed: The broker shows it as working again: it is not done for the day, stopped or suspended any more.
        venue_ns: When it happened at the venue, in nanoseconds UTC; 0 where the venue gave no time.
        venue_seq: The place of the report among the broker's own; 0 where it does not number them.
        is_overtaken: The venue has changed the order since, and that stays: total and terms are what they were before.
        lost_qty: How much of the total was busted for good, where an answer tells; None where nothing lost before is part of it.
    """

    cl_ord_id: ClOrdId
    venue_order_id: VenueOrderId | None
    order_qty: Decimal
    terms: Terms
    time_in_force: TimeInForce | None = None
    is_resumed: bool = False
    venue_ns: int = 0
    venue_seq: int = 0
    is_overtaken: bool = False
    lost_qty: Decimal | None = None


@record
class ReplaceSuperseded(OrderEvent):
    """The broker accepted a replace, and a later one is in force already: nothing changes."""

    cl_ord_id: ClOrdId


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
class OrderStatusRequested(OrderEvent):
    """The broker is asked what an order is now.

    Attributes:
        cl_ord_id: The identity that is asked about.
        attempt: How often it has been asked about before, from 0.
        text: Why.
    """

    cl_ord_id: ClOrdId
    attempt: int
    text: str


@record
class DoubtResolved(OrderEvent):
    """There is evidence of what became of a request that was in doubt, or a person's word on one that was left undecided.

    What it shows follows as events of its own.

    Attributes:
        cl_ord_id: The request.
        evidence: What kind of evidence: a query, a mass status, an operator.
        text: What it says, and for a person's word the reason given.
    """

    cl_ord_id: ClOrdId
    evidence: str
    text: str


@record
class OrderExpired(OrderEvent):
    """The order ended by its time in force; the last two fields are those of `OrderCanceled`."""

    text: str
    venue_ns: int = 0
    venue_seq: int = 0


@record
class OrderDoneForDay(OrderEvent):
    """No more executions today.

    Attributes:
        is_over: Nothing of it is left to trade: it was a day order.
        trade_date: The trading day that is done, YYYYMMDD; empty where the venue gave no time.
        exec_id: The identity of the report, by which a repeat is known; None where it had none.
        venue_ns: When it happened at the venue, in nanoseconds UTC; 0 where the venue gave no time.
        venue_seq: The place of the report among the broker's own; 0 where it does not number them.
    """

    text: str
    is_over: bool = False
    trade_date: str = ""
    exec_id: ExecId | None = None
    venue_ns: int = 0
    venue_seq: int = 0


@record
class OrderDayBegan(OrderEvent):
    """The venue speaks of the order on a later trading day: what was done for the day works again.

    Attributes:
        trade_date: The trading day, YYYYMMDD.
    """

    trade_date: str


@record
class OrderStopped(OrderEvent):
    """The venue guarantees a size and a price; not yet an execution. The last three fields are those of `OrderSuspended`."""

    last_qty: Decimal | None
    last_px: Decimal | None
    exec_id: ExecId | None = None
    venue_ns: int = 0
    venue_seq: int = 0


@record
class OrderSuspended(OrderEvent):
    """The venue holds the order back.

    Attributes:
        exec_id: The identity of the report, by which a repeat is known; None where it had none.
        venue_ns: When it happened at the venue, in nanoseconds UTC; 0 where the venue gave no time.
        venue_seq: The place of the report among the broker's own; 0 where it does not number them.
    """

    text: str
    exec_id: ExecId | None = None
    venue_ns: int = 0
    venue_seq: int = 0


@record
class OrderResumed(OrderEvent):
    """The venue works the order again after it was suspended; the other fields are those of `OrderSuspended`."""

    text: str
    exec_id: ExecId | None = None
    venue_ns: int = 0
    venue_seq: int = 0


@record
class OrderCalculated(OrderEvent):
    """The venue has reported its end-of-day figures.

    Attributes:
        exec_id: The identity of the report, by which a repeat is known; None where it had none.
        venue_ns: When it happened at the venue, in nanoseconds UTC; 0 where the venue gave no time.
        venue_seq: The place of the report among the broker's own; 0 where it does not number them.
    """

    text: str
    exec_id: ExecId | None = None
    venue_ns: int = 0
    venue_seq: int = 0


@record
class OrderRestated(OrderEvent):
    """The venue changed or renewed the order of its own accord.

    Attributes:
        reason: Why, where the venue says so.
        trade_date: The trading day it is for, YYYYMMDD; empty where the venue gave no time.
        split_new: With `split_old` the ratio by which what had executed before counts from now on, as after a stock split;
            both are 1 where nothing was split.
        unsplit_qty: What had executed after the split already, and counts as it is.
        exec_id: The identity of the report, by which a repeat is known; None where it had none.
        venue_ns: When it happened at the venue, in nanoseconds UTC; 0 where the venue gave no time.
        venue_seq: The place of the report among the broker's own; 0 where it does not number them.
        lost_qty: How much of the total was busted for good, where an answer tells; None where nothing lost before is part of it.
    """

    order_qty: Decimal
    terms: Terms
    text: str
    reason: ExecRestatementReason | None = None
    trade_date: str = ""
    split_new: Decimal = ONE
    split_old: Decimal = ONE
    exec_id: ExecId | None = None
    venue_ns: int = 0
    venue_seq: int = 0
    unsplit_qty: Decimal = ZERO
    lost_qty: Decimal | None = None


@record
class OrderReinstated(OrderEvent):
    """An order that had ended works again, by the venue's word and where its profile allows it."""

    text: str


@record
class OrderTriggered(OrderEvent):
    """A stop was triggered; what the order is shown as does not change.

    Attributes:
        exec_id: The identity of the report, by which a repeat is known; None where it had none.
        venue_ns: When it happened at the venue, in nanoseconds UTC; 0 where the venue gave no time.
        venue_seq: The place of the report among the broker's own; 0 where it does not number them.
    """

    text: str
    exec_id: ExecId | None = None
    venue_ns: int = 0
    venue_seq: int = 0


@record
class ReportIgnored(OrderEvent):
    """A report that was no news: a repeat, or a state already known. It changed nothing.

    Attributes:
        exec_type: What it said, or `CANCEL_REJECT`.
        exec_id: Its identity, None where it had none.
        text: Why it is no news.
        venue_ns: When it happened at the venue, in nanoseconds UTC; 0 where the venue gave no time.
        is_known: From now on a repeat is known by `exec_id` and `venue_ns`: it would be news after what comes between.
        venue_seq: The place of the report among the broker's own; 0 where it does not number them.
        is_dated: When it was said is noted: that the order is still held back or done, or that it was at work; what the venue
            said before that to the contrary is overtaken.
    """

    exec_type: str
    exec_id: ExecId | None
    text: str
    venue_ns: int = 0
    is_known: bool = False
    venue_seq: int = 0
    is_dated: bool = False


@record
class WorkPlanned(OrderEvent):
    """An order that is worked here was planned; the first time it goes to work with that.

    Attributes:
        slices: What is to be sent when, of what was not decided before; empty where the algorithm has no schedule.
        start_ns: When it begins, in nanoseconds UTC.
        end_ns: The first moment after its time, in nanoseconds UTC; `oms.model.work.NEVER_NS` where it was given no end.
        why: Why it was planned anew; empty for the first time.
        bid: The best bid of the last quote that could be used; None where there was none.
        ask: The best offer likewise.
        quote_ns: When that was received, in nanoseconds UTC; 0 where there was none.
        memo: What its handler keeps of its own.
        broker: Where all its children go; None where that was not said, and of a plan that is not the first.
    """

    slices: tuple[Slice, ...]
    start_ns: int
    end_ns: int
    why: str
    bid: Decimal | None
    ask: Decimal | None
    quote_ns: int
    memo: Memo = NO_MEMO
    broker: BrokerName | None = None


@record
class SliceDecided(OrderEvent):
    """It was decided how much of an order that is worked here is sent now, or why nothing is.

    Attributes:
        number: Which slice; that of the last one due where the algorithm has no schedule.
        asked_qty: How much the rule wanted, before any caps.
        qty: How much is sent; 0 for nothing.
        pace: Why.
        role: What the child is for, such as `slice`, `sweep` or `auction`.
        child: The number that the order gets which is created next; None where nothing is sent.
        bid: As in `WorkPlanned`; the next two likewise.
        memo: What its handler keeps of its own from now on; None where that has not changed.
    """

    number: int
    asked_qty: Decimal
    qty: Decimal
    pace: Pace
    role: str
    child: OrderId | None
    bid: Decimal | None
    ask: Decimal | None
    quote_ns: int
    memo: Memo | None = None


@record
class WorkNoted(OrderEvent):
    """The handler of an order that is worked here keeps something else of its own from now on."""

    memo: Memo


@record
class ChildExecuted(OrderEvent):
    """What a child has executed has changed: by an execution, a correction or a bust, or by a split.

    Attributes:
        child: Which child.
        exec_id: The execution, correction or bust; None where it is by something else.
        qty_change: By how much it has executed more; below zero for less.
        notional_change: By how much the sum of size x price is more, without the multiplier.
    """

    child: OrderId
    exec_id: ExecId | None
    qty_change: Decimal
    notional_change: Decimal


@record
class WorkHeld(OrderEvent):
    """Something forbids the children of an order for now that somebody should know of, or does so no longer.

    Attributes:
        why: What: its market data is too old or was lost, or the market may not trade at its limit. None where that is over.
    """

    why: Pace | None


@record
class WorkSuspended(OrderEvent):
    """Nothing more of an order is sent until somebody lets it go on, and what works of it is taken back.

    Attributes:
        why: Why: a person's reason, or what was refused.
    """

    why: str


@record
class WorkResumed(OrderEvent):
    """An order that was suspended is worked on; who says so, is in the cause.

    Attributes:
        why: Why.
    """

    why: str


@record
class WorkStopped(OrderEvent):
    """No more children are made of an order that is worked here; it ends once those that work have been taken back.

    Attributes:
        why: The kind of end.
        text: Why.
    """

    why: WorkEnd
    text: str


@record
class WorkAmendRequested(OrderEvent):
    """An order that is worked here is to be changed to less than what has executed and works: that is taken back first.

    Attributes:
        order_qty: The total wanted.
        terms: The terms wanted.
    """

    order_qty: Decimal
    terms: Terms


@record
class WorkAmended(OrderEvent):
    """An order that is worked here was changed; a new plan follows.

    Attributes:
        order_qty: The total from now on.
        terms: The terms from now on.
    """

    order_qty: Decimal
    terms: Terms


@record
class AnomalyRaised(Event):
    """A broker said something that cannot simply be believed; somebody should look.

    Attributes:
        code: The kind.
        broker: Who said it.
        order_id: The order it was matched to, None if there is none.
        text: What is wrong.
        raw: The report, whole, as text.
        counted_qty: How much of the order has executed in all by the broker's count, where that is more than is known here; None of any
            other anomaly.
    """

    code: AnomalyCode
    broker: BrokerName
    order_id: OrderId | None
    text: str
    raw: str
    counted_qty: Decimal | None = None


@record
class AnomalyAcknowledged(Event):
    """Somebody has looked at an anomaly; who, is in the cause.

    Attributes:
        anomaly: Its sequence number.
        reason: What was found.
    """

    anomaly: int
    reason: str


@record
class ReportHeld(Event):
    """A report that cannot be understood yet is kept: its order, or the execution that it amends, is not known here.

    Attributes:
        broker: Who said it.
        order_id: The order it is about; None while that is not known.
        report: What was said.
        text: What it waits for.
    """

    broker: BrokerName
    order_id: OrderId | None
    report: ExecutionReport | OrderCancelReject | FeeReport
    text: str


@record
class ReportReleased(Event):
    """A kept report waits no longer: it is understood now, or given up.

    Attributes:
        held: The sequence number of its `ReportHeld`.
        text: Why.
    """

    held: int
    text: str


@record
class MassCancelRequested(Event):
    """Everything that fits is to be canceled; one event follows for each order.

    Attributes:
        symbol: Orders in this instrument; None for all. The others likewise.
    """

    symbol: Symbol | None
    side: Side | None
    account: Account | None
    broker: BrokerName | None


@record
class EpochStarted(Event):
    """A manager started on this journal.

    Attributes:
        namespace: What its ClOrdIDs are made from.
        request_timeout_ns: How long a request may stay unanswered before it is in doubt.
        session_scoped: The brokers whose order ids begin anew with each trading session.
        unreconciled: The brokers that get no new orders before they have been reconciled.
    """

    namespace: str
    request_timeout_ns: int
    session_scoped: tuple[BrokerName, ...] = ()
    unreconciled: tuple[BrokerName, ...] = ()


@record
class BrokerReconciled(Event):
    """What a broker says was compared with the books for the first time since the start: it gets new orders from here on.

    Attributes:
        broker: Which.
        breaks: How many differences are open.
    """

    broker: BrokerName
    breaks: int


@record
class ExecutionsListed(Event):
    """A broker has told what has executed up to a point.

    Attributes:
        broker: Which.
        cursor: That point, in its own words.
    """

    broker: BrokerName
    cursor: str


@record
class BreakOpened(Event):
    """The books and a broker's word differ; its sequence number is the break's number, its time the beginning of its age.

    Attributes:
        broker: Whose word.
        kind: In what.
        key: What tells it from other breaks of its kind at this broker: the order, the execution, or account and symbol.
        order_id: The order it is about; None if there is none here.
        expected: What is held to be true here.
        said: What the broker says.
        text: What it is about, in words.
    """

    broker: BrokerName
    kind: BreakKind
    key: str
    order_id: OrderId | None
    expected: str
    said: str
    text: str


@record
class BreakChanged(Event):
    """A break is open still, and the difference is another one by now.

    Attributes:
        number: The sequence number of its `BreakOpened`.
        expected: What is held to be true here now.
        said: What the broker says now.
    """

    number: int
    expected: str
    said: str


@record
class BreakAssigned(Event):
    """Somebody is to look after a break; who says so, is in the cause.

    Attributes:
        number: The sequence number of its `BreakOpened`.
        owner: Who looks after it.
    """

    number: int
    owner: str


@record
class BreakResolved(Event):
    """A break is open no longer: the books and the broker agree, or a person accepts the difference.

    Attributes:
        number: The sequence number of its `BreakOpened`.
        text: Why.
        is_accepted: A person accepts that they differ: the same difference is no break any more.
    """

    number: int
    text: str
    is_accepted: bool = False


@record
class ManagerHalted(Event):
    """The manager had stopped taking orders; journaled as it was resumed.

    Attributes:
        reason: What had failed.
        since_ns: When, in nanoseconds UTC.
        first: The first event whose append was in doubt; 0 where none was.
        last: The last one.
        was_kept: These events turned out to be in the journal; what they would have sent never left.
    """

    reason: str
    since_ns: int
    first: int
    last: int
    was_kept: bool


@record
class ManagerResumed(Event):
    """The manager takes orders again, by the word of a person, who is in the cause.

    Attributes:
        reason: Why.
        held: How many reports and results had been kept meanwhile, and are handled from here on.
        lost: How many reports came when no more could be kept.
        emergencies: How many cancels and reductions had left unrecorded; they are journaled from here on.
    """

    reason: str
    held: int
    lost: int
    emergencies: int


@record
class IdBlockReserved(Event):
    """ClOrdID counters below `up_to` may be in use from now on; a later start begins there.

    The last of them are for emergency cancels alone (`oms.engine.state.EMERGENCY_IDS`).
    """

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
class RoutingSet(Event):
    """The table of where orders may go is in force from now on; None where there is none any more."""

    routing: Routing | None


@record
class VenueHealthChanged(Event):
    """A broker is relied on more, or less, than before.

    Attributes:
        broker: Which.
        health: Its health from now on.
        strikes: How often in a row its back-off was begun.
        until_ns: Until when its back-off lasts, in nanoseconds UTC; 0 where it is up.
        text: Why.
    """

    broker: BrokerName
    health: VenueHealth
    strikes: int
    until_ns: int
    text: str


@record
class KillSwitchEngaged(Event):
    """New orders are refused from here on."""

    reason: str


@record
class KillSwitchReleased(Event):
    """New orders are taken again."""

    reason: str


@record
class TrailsMoved(Event):
    """A price let held trails begin, or follow it.

    Attributes:
        symbol: The instrument.
        price_type: The kind of price.
        side: The side of the orders that it is compared to; None where it is the same price for both.
        px: The price.
    """

    symbol: Symbol
    price_type: TriggerPriceType
    side: Side | None
    px: Decimal


@record
class OrdersRetired(Event):
    """Closed orders leave memory; the archive beside the journal keeps them, and each can be recalled."""

    order_ids: tuple[OrderId, ...]


@record
class OrderRecalled(Event):
    """An order that had left memory is back, since somebody spoke of it.

    Attributes:
        order_id: Which.
        text: The whole of it as it was when it left: its facts, names, executions and fees, one JSON object a line.
    """

    order_id: OrderId
    text: str


@record
class GroupCreated(Event):
    """A group of orders that depend on one another was asked for.

    Attributes:
        group_id: Ours, counted from 1 in each journal.
        account: For whom the legs are that name nobody.
        client_ref: The caller's own name for it.
        nodes: The tree of its legs, each node before what belongs to it.
    """

    group_id: int
    account: Account
    client_ref: str | None
    nodes: tuple[GroupNode, ...]


@record
class GroupListed(Event):
    """A group goes to a venue as one list, which works it from then on.

    Attributes:
        group_id: The group.
        list_id: What the list goes by there (66).
        broker: Where it goes.
        order_ids: The numbers that the orders get which are created next: one for each leg.
    """

    group_id: int
    list_id: ListId
    broker: BrokerName
    order_ids: tuple[OrderId, ...]


@record
class GroupUnlisted(Event):
    """A group that its venue worked as a list is worked here from now on, its orders there among the rest.

    Its venue leaves something that an entry has brought without the exits that it should have: its list was done with them
    before an execution was busted or came late, or it has refused one of them.

    Attributes:
        group_id: The group.
    """

    group_id: int


@record
class LegReached(Event):
    """The market has reached the price of a leg whose order is held here: it is its turn.

    It is released once what it takes the turn of certainly executes no more, at once where nothing does.

    Attributes:
        group_id: The group.
        leg: The leg's number in it, from 0.
        order_id: The order.
        terms: What it is to be sent as.
        trigger_px: The price that it waited for.
        px: The price that reached it; beyond `trigger_px` where the market jumped.
        px_ns: When that was received, in nanoseconds UTC.
    """

    group_id: int
    leg: int
    order_id: OrderId
    terms: Terms
    trigger_px: Decimal
    px: Decimal
    px_ns: int


@record
class LegStopped(Event):
    """Nothing more is made of a leg of a group; what is at work of it is canceled.

    Attributes:
        group_id: The group.
        leg: The leg's number in it, from 0.
        why: Why.
    """

    group_id: int
    leg: int
    why: LegEnd


@record
class GroupCancelRequested(Event):
    """Every order of a group is to be canceled, its exits too, and no more of them are made."""

    group_id: int


@record
class SecurityStatusChanged(Event):
    """Trading in an instrument was halted within its session, or goes on.

    Attributes:
        symbol: The instrument.
        security_trading_status: Whether it is traded.
        status_ns: When that was received, in nanoseconds UTC.
    """

    symbol: Symbol
    security_trading_status: SecurityTradingStatus
    status_ns: int


@record
class SessionChanged(Event):
    """A trading session opened or closed, or has a break.

    Attributes:
        phase: What it changed to.
        trade_date: The trading day, YYYYMMDD.
        symbol: The instrument it is about; None for all.
        changed_ns: When it changed, in nanoseconds UTC, by whoever told it.
    """

    phase: SessionPhase
    trade_date: str
    symbol: Symbol | None
    changed_ns: int


@record
class SlippageAlerted(Event):
    """A figure of an order that is worked here has gone into another band, by whoever watches it: worse, or back.

    Attributes:
        order_id: Which order.
        finding: Which figure, and all that it was computed from.
    """

    order_id: OrderId
    finding: SlippageFinding


@record
class CostDriftAlerted(Event):
    """What the children of a strategy cost at a broker has drifted away from what is expected, or has come back.

    Attributes:
        strategy: The algorithm's name.
        broker: Where they execute.
        finding: How far, and all that it was computed from.
    """

    strategy: str
    broker: BrokerName
    finding: DriftFinding
