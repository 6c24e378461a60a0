"""The line between an adapter and a venue: requests are lost on it or late, reports late, repeated, out of order or lost.

An adapter under test speaks to a `VenueLine` as to its venue: `send` carries a request, `ask` a question, and what the venue
says comes through `on_report`. `LineBroker` is the plainest adapter there can be.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol, TypeAlias

from attrs import define, frozen

from oms.model.capabilities import Capabilities
from oms.model.enums import Choice, ExecType
from oms.model.ids import BrokerName, ClOrdId, VenueOrderId
from oms.model.reports import (
    Absent,
    Acknowledged,
    ExecutionReport,
    FeeReport,
    Found,
    MassStatus,
    NotSent,
    OrderCancelReject,
    QueryResult,
    Refused,
    Report,
    SendResult,
    Sent,
    Undetermined,
    Unknown,
)
from oms.model.requests import (
    NewOrderSingle,
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderStatusRequest,
    Request,
)
from oms.ports.broker import ReportSink
from oms.testing.decisions import answer_now
from oms.testing.venue import TruthfulVenue, is_execution


class Arrival(Choice):
    """When a request reaches the venue."""

    AT_ONCE = "at once"
    LATER = "later"
    NEVER = "never"


class Reply(Choice):
    """What its sender hears of it."""

    SENT = "sent"
    ANSWERED = "answered"
    """The venue decides at once, and its answer is the result of the send."""
    UNKNOWN = "unknown"
    RAISES = "raises"
    NOT_SENT = "not sent"
    """Only true of what never arrives; else it is `UNKNOWN`."""
    REFUSED = "refused"
    """Only true of what the venue refuses; it does so, where it gets the request at once."""
    CRASHES = "crashes"
    """The process dies while sending, see `Crash`."""


class Answering(Choice):
    """How a question is answered."""

    TRUTHFULLY = "truthfully"
    BY_REPORT = "by report"
    """`Sent`, and a report that may be late."""
    NOT_YET = "not yet"
    """What has not arrived is absent, and that proves nothing."""
    UNKNOWN = "unknown"
    RAISES = "raises"


@frozen
class Fate:
    """What becomes of one request."""

    arrival: Arrival = Arrival.AT_ONCE
    reply: Reply = Reply.SENT


class Crash(BaseException):
    """The process has died: nothing catches this but who starts it again."""


@define(eq=False)
class Letter:
    """A report on its way.

    Attributes:
        report: What was said.
        delivered: How often it has arrived.
        is_lost: It is not on its way any more; somebody has to ask for it, or the venue to say it again.
        is_kept: The venue says it again until it has arrived: what cannot be asked for otherwise.
        way: To which broker it is said, where several lead to the venue.
    """

    report: Report
    delivered: int = 0
    is_lost: bool = False
    is_kept: bool = True
    way: str = ""


Listener: TypeAlias = Callable[[Report], None]

# What a status answer or the answer to a question tells as well.
_CAN_BE_ASKED_FOR = frozenset(
    {
        ExecType.PENDING_NEW,
        ExecType.PENDING_CANCEL,
        ExecType.PENDING_REPLACE,
        ExecType.REPLACED,
        ExecType.REJECTED,
        ExecType.CANCELED,
        ExecType.EXPIRED,
        ExecType.TRIGGERED,
        ExecType.ORDER_STATUS,
    }
)


class VenueLine:
    """The line, and the venues at its far end: one for our order, others for orders that were given elsewhere.

    Attributes:
        venues: Our order's first.
        capabilities: What may be asked of them.
        on_report: Whom reports are delivered to; None while nobody is connected.
        before_send: Is told of each request before anything becomes of it.
        letters: Everything that was ever said.
        in_flight: Requests that are to arrive later.
        fates: What becomes of the next requests; they arrive and are `Sent` when this is used up.
        answering: How the next questions are answered; truthfully when this is used up.
    """

    def __init__(self, venue: TruthfulVenue, capabilities: Capabilities) -> None:
        """Begin with nothing on the way."""
        self.venues = [venue]
        self.capabilities = capabilities
        self.on_report: Listener | None = None
        self.before_send: Callable[[Request], None] | None = None
        self.letters: list[Letter] = []
        self._first_new: dict[VenueOrderId | None, Report] = {}
        self.in_flight: list[Request] = []
        self.fates: deque[Fate] = deque()
        self.answering: deque[Answering] = deque()
        self._collected: list[int] = [0]

    # ------------------------------------------------------------ for the adapter

    def send(self, request: Request) -> SendResult:
        """Carry a request, or fail to.

        Raises:
            ConnectionError: It may have arrived.
            Crash: The process has died; the request may have arrived.
        """
        if self.before_send is not None:
            self.before_send(request)
        fate = self.fates.popleft() if self.fates else Fate()
        if fate.arrival is Arrival.AT_ONCE:
            result = self._arrive_and_answer(request, fate.reply)
        else:
            if fate.arrival is Arrival.LATER:
                self.in_flight.append(request)
            may_say = fate.arrival is Arrival.NEVER and fate.reply is Reply.NOT_SENT
            result = NotSent("no connection") if may_say else _lost_for_words(fate.reply)
        if fate.reply is Reply.CRASHES:
            raise Crash
        if fate.reply is Reply.RAISES:
            raise ConnectionError("the connection broke")
        return result

    def ask(self, request: OrderStatusRequest) -> QueryResult:
        """Carry a question, and give its answer.

        Raises:
            ConnectionError: There is no answer.
        """
        how = self.answering.popleft() if self.answering else Answering.TRUTHFULLY
        if how is Answering.RAISES:
            raise ConnectionError("the connection broke")
        if how is Answering.UNKNOWN:
            return Unknown("no answer")
        venue = self._venue_of(request)
        if how is Answering.NOT_YET:
            return Undetermined("busy") if venue.knows(request.cl_ord_id) else Absent(is_authoritative=False)
        # An answer that something never arrived makes sure that it never will.
        self.drop(request.cl_ord_id)
        answer = venue.answer(request.cl_ord_id)
        if how is Answering.BY_REPORT and isinstance(answer, Found):
            venue.said.append(answer.report)
            answer = Sent()
        self.collect()
        return answer

    # ------------------------------------------------------------ for whoever drives it

    def collect(self) -> None:
        """Put what the venues have said since on its way."""
        for place, venue in enumerate(self.venues):
            if place == len(self._collected):
                self._collected.append(0)
            for report in venue.said[self._collected[place] :]:
                self.letters.append(Letter(report, is_kept=self._is_kept(venue, report)))
            self._collected[place] = len(venue.said)

    def deliver(self, letter: Letter) -> None:
        """Let a report arrive, once more if it has before."""
        self._note(letter)
        letter.is_lost = False
        if self.on_report is not None:
            self.on_report(letter.report)

    def _note(self, letter: Letter) -> None:
        letter.delivered += 1
        report = letter.report
        if isinstance(report, ExecutionReport) and report.exec_type is ExecType.NEW:
            self._first_new.setdefault(report.venue_order_id, report)

    def is_acknowledged_first(self, venue: TruthfulVenue) -> bool:
        """Tell whether, of the reports that say of an order that it is new, the first one has arrived first, or none has."""
        said = [report for report in venue.said if isinstance(report, ExecutionReport)]
        first = next((report for report in said if report.exec_type is ExecType.NEW), None)
        return self._first_new.get(venue.venue_order_id, first) is first

    def on_the_way(self) -> list[Letter]:
        """Give every report that has not arrived and is not lost, oldest first."""
        return [letter for letter in self.letters if not letter.delivered and not letter.is_lost]

    def arrive(self, request: Request) -> None:
        """Let a request reach its venue."""
        self._venue_of(request).hear(request)
        self.collect()

    def drop(self, cl_ord_id: ClOrdId | None = None) -> None:
        """Let what is in flight never arrive: the request with this identity, or all of it."""
        self.in_flight = [
            request for request in self.in_flight if cl_ord_id is not None and request.cl_ord_id != cl_ord_id
        ]

    def mass_status(self, now_ns: int, after_sequence: int | None = None) -> Letter:
        """Let the broker say everything that it holds, as a report on its way; what is in flight never arrives.

        Args:
            now_ns: The moment that it shows, in nanoseconds UTC.
            after_sequence: The newest event of the manager that has asked for it; None where none has.
        """
        self.drop()
        reports = tuple(venue.status_report() for venue in self.venues if venue.truth is not None)
        said = MassStatus(reports, is_complete=True, as_of_ns=now_ns, after_sequence=after_sequence)
        letter = Letter(said, is_kept=False)
        self.letters.append(letter)
        return letter

    def _arrive_and_answer(self, request: Request, reply: Reply) -> SendResult:
        self.arrive(request)
        if reply not in (Reply.ANSWERED, Reply.REFUSED):
            return _lost_for_words(reply)
        said = len(self.letters)
        answer_now(self._venue_of(request), request.cl_ord_id, is_yes=reply is Reply.ANSWERED)
        self.collect()
        if reply is Reply.REFUSED:
            return Refused("not possible", "2")
        fresh = self.letters[said:] or [
            letter
            for letter in self.letters
            if getattr(letter.report, "cl_ord_id", None) == request.cl_ord_id
        ]
        self._note(fresh[0])
        return Acknowledged(fresh[0].report)

    def _venue_of(self, request: Request) -> TruthfulVenue:
        named = {request.cl_ord_id, getattr(request, "orig_cl_ord_id", None)} - {None}
        order = getattr(request, "venue_order_id", None)
        for venue in self.venues[1:]:
            if venue.venue_order_id == order or any(venue.knows(ClOrdId(name)) for name in named if name):
                return venue
        return self.venues[0]

    def _is_kept(self, venue: TruthfulVenue, report: Report) -> bool:
        if isinstance(report, FeeReport) or is_execution(report):
            return True
        if isinstance(report, OrderCancelReject):
            return False
        if not isinstance(report, ExecutionReport):
            return False
        # The first NEW is the acknowledgement, a later one says that the order is resumed. It may be all that names it.
        if report.exec_type is ExecType.NEW:
            return not venue.wording.has_cl_ord_ids or any(
                isinstance(letter.report, ExecutionReport) and letter.report.exec_type is ExecType.NEW
                for letter in self.letters
            )
        return report.exec_type not in _CAN_BE_ASKED_FOR


def _lost_for_words(reply: Reply) -> SendResult:
    return Sent() if reply in (Reply.SENT, Reply.ANSWERED, Reply.REFUSED) else Unknown("no answer")


class Line(Protocol):
    """What an adapter under test speaks over.

    Attributes:
        on_report: Whom reports are delivered to; None while nobody is connected.
    """

    on_report: Listener | None

    @property
    def capabilities(self) -> Capabilities:
        """What may be asked of the venue."""
        ...

    def send(self, request: Request) -> SendResult:
        """Carry a request, or fail to; errors as in `VenueLine.send`."""
        ...

    def ask(self, request: OrderStatusRequest) -> QueryResult:
        """Carry a question, and give its answer; errors as in `VenueLine.ask`."""
        ...


class LineBroker:
    """The plainest adapter: everything goes over the line as it is."""

    def __init__(self, line: Line, name: str = "venue") -> None:
        """Speak over this line, under this name."""
        self._line = line
        self._name = BrokerName(name)

    @property
    def name(self) -> BrokerName:
        """The name it is attached under."""
        return self._name

    def capabilities(self) -> Capabilities:
        """Say what may be asked of the venue."""
        return self._line.capabilities

    def start(self, sink: ReportSink) -> None:
        """Listen."""
        self._line.on_report = sink.put

    def stop(self) -> None:
        """Listen no more."""
        self._line.on_report = None

    def submit(self, request: NewOrderSingle) -> SendResult:
        """Send a new order."""
        return self._line.send(request)

    def cancel(self, request: OrderCancelRequest) -> SendResult:
        """Send a cancel request."""
        return self._line.send(request)

    def replace(self, request: OrderCancelReplaceRequest) -> SendResult:
        """Send a cancel/replace request."""
        return self._line.send(request)

    def query(self, request: OrderStatusRequest) -> QueryResult:
        """Ask what became of a request or an order."""
        return self._line.ask(request)
