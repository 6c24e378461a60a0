"""Everything the engine can be told: a closed union."""

from __future__ import annotations

from typing import TypeAlias

from oms.model.commands import Command, MassCancel, SubmitOrder
from oms.model.contingency import CancelGroup, SubmitGroup
from oms.model.define import record
from oms.model.depth import Depth
from oms.model.enums import HeldPolicy
from oms.model.group import Group
from oms.model.ids import Account, BrokerName, OrderId
from oms.model.instrument import Instrument
from oms.model.limits import RiskLimits
from oms.model.market import MarketNews, MarketUpdate, Quote
from oms.model.mass_cancel import MassCancelResult
from oms.model.reports import QueryResult, Report, SendResult
from oms.model.requests import OrderCancelReplaceRequest, OrderCancelRequest, Outgoing
from oms.model.routing_table import Routing
from oms.model.sessions import SessionChange


@record
class Promised:
    """A submit that waits its turn while its caller already holds the handle.

    Attributes:
        command: What is asked.
        order_id: The number that was promised; nobody else gets it.
        broker: Where it is to go, whatever the rules say; None where these decide.
    """

    command: SubmitOrder
    order_id: OrderId
    broker: BrokerName | None = None


@record
class WatchedMassCancel:
    """A mass cancel whose caller wants to know what became of it.

    Attributes:
        command: What is asked.
        result: Is filled in when it is handled.
    """

    command: MassCancel
    result: MassCancelResult


@record
class PlaceGroup:
    """A group is to be placed, of which the caller has the handle already.

    Attributes:
        command: What is asked.
        group: The handle.
    """

    command: SubmitGroup
    group: Group


@record
class VenueQuote:
    """What one broker shows of an instrument, where several do.

    Attributes:
        broker: Which.
        quote: What.
    """

    broker: BrokerName
    quote: Quote


@record
class VenueDepth:
    """What one broker says of its book of an instrument, where several do.

    Attributes:
        broker: Which.
        depth: What.
    """

    broker: BrokerName
    depth: Depth


@record
class Reported:
    """A broker said something."""

    broker: BrokerName
    report: Report


@record
class Answered:
    """What became of a send, or of a question."""

    request: Outgoing
    result: SendResult | QueryResult


@record
class SetAside:
    """What a broker said could not be handled, again and again: it is to be put on record as it came.

    Attributes:
        broker: Who said it.
        said: What: a report, or an answer to a request.
        text: What became of it.
    """

    broker: BrokerName
    said: Report | Answered
    text: str


@record
class TimerDue:
    """Time has passed; whatever was due by now is to be done."""


@record
class CalendarEnded:
    """What tells when a market opens and closes knows of nothing any more.

    Attributes:
        name: Which one, in words.
    """

    name: str


@record
class Start:
    """A manager starts on this journal.

    Attributes:
        namespace: What the ClOrdIDs of this run are made from.
        request_timeout_ns: How long a request may stay unanswered before it is in doubt.
        limits: The risk limits to be in force.
        instruments: What may be traded.
        account: For whom an order is that was not given here, where the broker's reports name no account.
        grace_ns: For how long what a broker's word differs in may still explain itself.
        after_restart: What becomes of held orders that may have been reached while nobody listened.
        routing: Where orders may go; None where each instrument has one way out.
    """

    namespace: str
    request_timeout_ns: int
    limits: RiskLimits
    instruments: tuple[Instrument, ...]
    account: Account = Account("main")
    grace_ns: int = 0
    after_restart: HeldPolicy = HeldPolicy.RELEASE
    routing: Routing | None = None


@record
class Resume:
    """A person lets the manager take orders again after it had halted; the state has been read from the journal afresh.

    Attributes:
        by: Who says so.
        reason: Why.
        halted: What had failed.
        since_ns: When, in nanoseconds UTC.
        first: The first event whose append was in doubt; 0 where none was.
        last: The last one.
        was_kept: They are in the journal.
        held: How many reports and results were kept meanwhile.
        lost: How many reports of each broker could not be kept.
        emergencies: How many cancels and reductions left unrecorded.
    """

    by: str
    reason: str
    halted: str
    since_ns: int
    first: int
    last: int
    was_kept: bool
    held: int
    lost: tuple[tuple[BrokerName, int], ...]
    emergencies: int


@record
class EmergencyCancel:
    """A cancel that left while the journal was down; it is to be put on record."""

    request: OrderCancelRequest
    asked_by: str


@record
class EmergencyReduction:
    """A replace that only takes less left while the journal was down; it is to be put on record."""

    request: OrderCancelReplaceRequest
    asked_by: str


@record
class Retire:
    """Closed orders are to leave memory; those that are still needed there stay."""

    order_ids: tuple[OrderId, ...]


Input: TypeAlias = (
    Command
    | Promised
    | WatchedMassCancel
    | SubmitGroup
    | PlaceGroup
    | CancelGroup
    | Reported
    | Answered
    | SetAside
    | MarketUpdate
    | VenueQuote
    | VenueDepth
    | MarketNews
    | TimerDue
    | SessionChange
    | CalendarEnded
    | Start
    | Resume
    | EmergencyCancel
    | EmergencyReduction
    | Retire
)
