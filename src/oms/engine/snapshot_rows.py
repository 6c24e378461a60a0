"""What a snapshot consists of: one class of row for each kind of fact, whose annotations say how it is written.

Events stand in a snapshot as they stand in the journal; these rows hold the rest. All are in the order in which the state
holds them where that order means something.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from oms.codec.row_codec import RowCodec
from oms.engine.order_rows import OrderRow
from oms.model.contingency import GroupNode
from oms.model.decimals import ZERO
from oms.model.define import record
from oms.model.enums import BreakKind, LegEnd
from oms.model.group import Reach
from oms.model.ids import Account, BrokerName, ClOrdId, ExecId, ListId, OrderId, Symbol
from oms.model.instrument import Instrument
from oms.model.limits import RiskLimits
from oms.model.routing import VenueHealth
from oms.model.routing_table import Routing
from oms.model.terms import Terms
from oms.model.triggers import Release
from oms.model.work import Memo, Pace, Slice, WorkEnd


@record
class SnapshotHead:
    """The first row.

    Attributes:
        snapshot: The version of the layout.
        version: The sequence number of the last event that is in it.
        rows: How many rows follow.
        anomalies_raised: How many anomalies were ever raised.
        anomalies_acknowledged: How many of these were acknowledged.
        sent_ns: When the last requests left, as many as the message limit counts.
        scoped: The brokers whose order ids begin anew with each trading session.
        dates: The trading day by instrument; None is for all.
        closed: Whether the session is closed, by instrument; None is for all others.
        halted: The instruments in which trading is halted, each with the moment, in nanoseconds UTC.
        closes: When a session was last over, likewise, in nanoseconds UTC.
        changed_ns: When it changed last, likewise.
        retired: How many orders have left memory.
        sweeps: How often orders left it.
        sweep_mark: What tells the last time from others.
        paused: Where a closed session only has a break.
    """

    snapshot: int
    version: int
    rows: int
    epoch: int
    last_ns: int
    next_order_id: OrderId
    next_counter: int
    reserved: int
    usable: int
    namespace: str
    request_timeout_ns: int
    limits: RiskLimits | None
    kill_reason: str | None
    sent_ns: tuple[int, ...]
    anomalies_raised: int
    anomalies_acknowledged: int
    scoped: tuple[BrokerName, ...]
    dates: tuple[tuple[Symbol | None, str], ...]
    closed: tuple[tuple[Symbol | None, bool], ...]
    halted: tuple[tuple[Symbol, int], ...]
    closes: tuple[tuple[Symbol | None, int], ...]
    changed_ns: tuple[tuple[Symbol | None, int], ...]
    retired: int
    sweeps: int
    sweep_mark: str
    paused: tuple[Symbol | None, ...] = ()


@record
class InstrumentRow:
    """What may be traded."""

    instrument: Instrument


@record
class ExecutionRow:
    """The executions under one ExecID, by the numbers of the events that spoke of them last."""

    exec_id: str
    sequences: tuple[int, ...]


@record
class ExposureRow:
    """What is open in an instrument for an account."""

    account: Account
    symbol: Symbol
    open_orders: int
    open_buy_qty: Decimal
    open_sell_qty: Decimal


@record
class OpenOrdersRow:
    """The orders that make the exposure up."""

    order_ids: tuple[OrderId, ...]


@record
class ReducingRow:
    """The open orders that may only reduce what an account holds of an instrument."""

    account: Account
    symbol: Symbol
    order_ids: tuple[OrderId, ...]


@record
class TimersRow:
    """The requests that wait under one time limit, and when each falls into doubt."""

    timeout_ns: int
    waiting: tuple[tuple[ClOrdId, int], ...]


@record
class ExpiryRow:
    """An order that expires at a known instant: that, when it is asked about then, whether it was, and whether it was looked at."""

    order_id: OrderId
    due_ns: int
    ask_ns: int
    is_told: bool
    is_past: bool


@record
class HeldOrderRow:
    """An order that is held here.

    Where it is to be sent, what releases it, where its trail stands, from which price the market has to come back first,
    whether it is of a group, and whether its broker was named.
    """

    order_id: OrderId
    broker: BrokerName
    trigger: Release
    water_mark: Decimal | None
    back_px: Decimal | None
    is_leg: bool
    is_named: bool = False


@record
class InquiryRow:
    """A question to a broker."""

    order_id: OrderId
    cl_ord_id: ClOrdId | None
    attempts: int
    asked_ns: int
    due_ns: int | None
    sequence: int
    text: str


@record
class HeldNameRow:
    """The kept reports that wait for an identity."""

    kind: str
    broker: BrokerName
    identity: str
    numbers: tuple[int, ...]


@record
class ReadyRow:
    """The kept reports that wait no longer and are still to be handled."""

    numbers: tuple[int, ...]


@record
class MultiplierRow:
    """What a price is worth to the positions."""

    symbol: Symbol
    multiplier: Decimal


@record
class PositionRow:
    """What an account holds of an instrument."""

    account: Account
    symbol: Symbol
    multiplier: Decimal
    net_qty: Decimal
    cost: Decimal
    realised_pnl: Decimal
    fees: tuple[tuple[str, Decimal], ...]
    bought_qty: Decimal
    trades: int


@record
class BooksRow:
    """Where the books stand against the brokers: who gets no new orders, and how far each has told its executions."""

    unreconciled: tuple[BrokerName, ...]
    cursors: tuple[tuple[BrokerName, str], ...]


@record
class BreakRow:
    """An open break."""

    number: int
    broker: BrokerName
    kind: BreakKind
    key: str
    order_id: OrderId | None
    expected: str
    said: str
    text: str
    since_ns: int
    owner: str


@record
class AcceptedRow:
    """A difference that a person has accepted."""

    broker: BrokerName
    kind: BreakKind
    key: str
    difference: str


@record
class SyntheticRow:
    """What stands of what was inferred of an order."""

    order_id: OrderId
    exec_ids: tuple[ExecId, ...]


@record
class TradedRow:
    """What was traded at a broker, net."""

    broker: BrokerName
    account: Account
    symbol: Symbol
    net_qty: Decimal


@record
class ExecutedRow:
    """How much was bought and sold of an instrument at a broker in all."""

    symbol: Symbol
    broker: BrokerName
    qty: Decimal


@record
class GroupsRow:
    """The number that the next group gets, and for which groups the day of which instruments is over."""

    next_id: int
    days_over: tuple[tuple[int, Symbol], ...]


@record
class GroupRow:
    """A group of orders that depend on one another."""

    group_id: int
    account: Account
    client_ref: str | None
    nodes: tuple[GroupNode, ...]
    is_canceled: bool
    list_id: ListId | None


@record
class LegRow:
    """How a leg of a group stands, beside what its orders tell."""

    group_id: int
    number: int
    order_ids: tuple[OrderId, ...]
    terms: Terms
    end: LegEnd | None
    reached: int
    reach: Reach | None
    is_final: bool
    first_qty: Decimal
    has_ended: bool
    asked_away: bool
    excess_told: Decimal
    wait_told: bool
    cut: tuple[OrderId, ...]
    stuck: tuple[OrderId, ...]
    no_replace: tuple[tuple[OrderId, int], ...]
    no_cancel: tuple[tuple[OrderId, int], ...]


@record
class RoutingRow:
    """The table of where orders may go."""

    routing: Routing


@record
class VenueRow:
    """What is remembered of a broker; the fields are those of its record.

    Attributes:
        waiting: When each order was sent that is not answered.
    """

    broker: BrokerName
    health: VenueHealth
    strikes: int
    until_ns: int
    failures: int
    rejects: int
    heard: int
    latency_ns: int | None
    fill_ppm: int
    reject_ppm: int
    sent: int
    rejected: int
    failed: int
    waiting: tuple[tuple[OrderId, int], ...]


@record
class ParentRow:
    """An order that is worked here, as it stands beside what its children tell; the fields are those of `Parent`."""

    order_id: OrderId
    slices: tuple[Slice, ...]
    taken: tuple[Slice, ...]
    decided: tuple[tuple[int, Pace], ...]
    start_ns: int
    end_ns: int
    arrival: tuple[Decimal | None, Decimal | None, int]
    memo: Memo
    rejects: int
    refused_ns: int
    last_child_ns: int
    suspended: str | None
    stopped: WorkEnd | None
    stop_text: str
    amend_qty: Decimal | None
    amend_terms: Terms | None
    told_excess: Decimal
    held: Pace | None
    away: tuple[tuple[int, Decimal], ...]
    away_told: tuple[Decimal, Decimal]
    broker: BrokerName | None


@record
class ChildRow:
    """A child of an order that is worked here; the fields are those of `Child`, `told_…` what its parent was told of."""

    parent: OrderId
    order_id: OrderId
    number: int
    role: str
    until_ns: int
    exec_id: ExecId | None
    is_taken_back: bool
    refused_ns: int
    unmoved_ns: int
    told_qty: Decimal
    told_notional: Decimal
    counted: Decimal = ZERO


ROWS: Final = RowCodec(
    (
        SnapshotHead, InstrumentRow, OrderRow, ExecutionRow, ExposureRow, OpenOrdersRow, TimersRow, ExpiryRow, InquiryRow,
        HeldOrderRow, HeldNameRow, ReadyRow, MultiplierRow, PositionRow, BooksRow, BreakRow, AcceptedRow, SyntheticRow,
        TradedRow, ExecutedRow, ReducingRow,
        GroupsRow, GroupRow, LegRow,
        RoutingRow, VenueRow, ParentRow, ChildRow,
    )
)  # fmt: skip
"""How the rows are written and read."""
