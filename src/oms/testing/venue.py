"""A venue that tells the truth about one order, however late its words arrive.

It takes our requests, decides (see `oms.testing.decisions`) and says what happened, with its own time and numbers. What it
says is true when it is said; what becomes of it on the way is somebody else's business (`oms.testing.line`).
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias, TypeGuard

from attrs import define, evolve, frozen

from oms.model.enums import CxlRejResponseTo, ExecType, LastLiquidityInd, OrdStatus, RequestKind
from oms.model.ids import Account, ClOrdId, ExecId, Symbol, VenueOrderId
from oms.model.reports import (
    Absent,
    ExecutionReport,
    Found,
    MassStatus,
    OrderCancelReject,
    QueryResult,
    Report,
    Sent,
    Undetermined,
)
from oms.model.requests import (
    NewOrderList,
    NewOrderSingle,
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderStatusRequest,
    Request,
)
from oms.model.sessions import utc_date
from oms.model.terms import display_qty, limit_px, stop_px
from oms.model.venue_profile import VenueProfile
from oms.testing.truth import Asked, Truth

_TICK_NS: Final = 1_000
_TOO_LATE: Final = "0"
_UNKNOWN_ORDER: Final = "1"
_ALREADY_PENDING: Final = "3"
_OTHER: Final = "99"
_NOWHERE: Final = VenueOrderId("NONE")
_ANSWERS_A_REQUEST: Final = frozenset(
    {
        ExecType.NEW,
        ExecType.PENDING_NEW,
        ExecType.REJECTED,
        ExecType.REPLACED,
        ExecType.PENDING_CANCEL,
        ExecType.PENDING_REPLACE,
    }
)
_EXECUTES: Final = frozenset({ExecType.TRADE, ExecType.TRADE_CANCEL, ExecType.TRADE_CORRECT})

Amendment: TypeAlias = OrderCancelRequest | OrderCancelReplaceRequest


@frozen(kw_only=True)
class Wording:
    """How much a venue says in its reports, beside what it must.

    Attributes:
        has_times: Its time and trading day.
        has_numbers: Its own number of each report.
        has_cl_ord_ids: Our identity, where nothing of ours is answered; else only its own.
        has_totals: The total, what has executed and what is left, with executions; else only the execution itself.
    """

    has_times: bool = True
    has_numbers: bool = True
    has_cl_ord_ids: bool = True
    has_totals: bool = True

    @property
    def is_ordered(self) -> bool:
        """Which of two reports was said first can be told."""
        return self.has_times or self.has_numbers

    def of(self, report: ExecutionReport) -> ExecutionReport:
        """Give a report without what is not said here."""
        left_out: dict[str, Any] = {}
        if not self.has_times:
            left_out |= {"transact_time_ns": None, "trade_date": None}
        if not self.has_numbers:
            left_out["report_seq"] = None
        if (
            not self.has_cl_ord_ids
            and report.exec_type not in _ANSWERS_A_REQUEST
            and report.orig_cl_ord_id is None
        ):
            left_out["cl_ord_id"] = None
        if not self.has_totals and report.exec_type in _EXECUTES:
            left_out |= {"order_qty": None, "cum_qty": None, "leaves_qty": None}
        return evolve(report, **left_out) if left_out else report


@define
class _Place:
    symbol: Symbol
    account: Account


# What a report says beside the usual is of any kind.
# ruff: noqa: ANN401


class TruthfulVenue:
    """One order, from its first request on, and everything that was ever said about it.

    Attributes:
        profile: How the venue behaves.
        wording: How much it says.
        now_ns: What time it is, in nanoseconds UTC; to be set before the venue is told or asked something.
        truth: What is true; None until an order has arrived.
        said: Every report, in the order in which they were said.
        first_id: The ClOrdID of the order itself; None until it has arrived.
        venue_order_id: What the venue calls the order.
        refusals: What was said to each request that was refused.
        liquidity: Whether what it executes next adds liquidity or takes it.
        broken: What was asked of it that never may be, as sentences: an intent that was sent twice.
    """

    def __init__(
        self, profile: VenueProfile, *, wording: Wording | None = None, now_ns: int = 0, name: str = "V1"
    ) -> None:
        """Begin without an order.

        Args:
            profile: How the venue behaves.
            wording: How much it says; everything if not given.
            now_ns: What time it is, in nanoseconds UTC.
            name: What the venue will call the order; its executions are named after that.
        """
        self.profile = profile
        self.wording = Wording() if wording is None else wording
        self.now_ns = now_ns
        self.truth: Truth | None = None
        self.said: list[Report] = []
        self.first_id: ClOrdId | None = None
        self.venue_order_id = VenueOrderId(name)
        self.refusals: dict[ClOrdId, OrderCancelReject] = {}
        self.liquidity = LastLiquidityInd.ADDED
        self.broken: list[str] = []
        self._place = _Place(Symbol(""), Account(""))
        self._last_ns = 0
        self._latest_ns = 0
        self._built_on: set[ClOrdId] = set()  # What the replaces that have arrived were built on.
        self._names = 0
        self._is_named = False

    # ------------------------------------------------------------ what is asked of it

    def hear(self, request: Request) -> list[Report]:
        """Take a request, and give what is said to it at once, if anything.

        A second order is not taken, and noted in `broken`: an exception would reach the adapter, whose errors mean only that
        nobody knows.
        """
        before = len(self.said)
        match request:
            case NewOrderSingle():
                if self.truth is not None:
                    self.broken.append(f"a second order has arrived: {request}")
                    return []
                self._place = _Place(request.symbol, request.account)
                self.first_id = request.cl_ord_id
                self.truth = Truth(
                    request.side, request.order_qty, request.terms, request.time_in_force, request.cl_ord_id
                )
            case OrderCancelRequest() | OrderCancelReplaceRequest():
                self._hear_amendment(request)
            case NewOrderList():
                self.broken.append(f"a list has arrived where none is taken: {request}")
            case OrderStatusRequest():
                answer = self.answer(request.cl_ord_id)
                if isinstance(answer, Found):
                    self.said.append(answer.report)
        return self.said[before:]

    def knows(self, cl_ord_id: ClOrdId) -> bool:
        """Tell whether a request with this identity has arrived."""
        truth = self.truth
        return truth is not None and (
            cl_ord_id == self.first_id or cl_ord_id in truth.answers or truth.find(cl_ord_id) is not None
        )

    def _hear_amendment(self, request: Amendment) -> None:
        truth = self.truth
        is_cancel = isinstance(request, OrderCancelRequest)
        response_to = CxlRejResponseTo.CANCEL if is_cancel else CxlRejResponseTo.REPLACE
        if truth is None:
            # It does not become known by that (FIX B.1.f).
            self._say_refusal(request.cl_ord_id, response_to, _UNKNOWN_ORDER, is_known=False)
            return
        kind = RequestKind.CANCEL if is_cancel else RequestKind.REPLACE
        asked = Asked(request.cl_ord_id, kind)
        if isinstance(request, OrderCancelReplaceRequest):
            asked.order_qty, asked.terms = request.order_qty, request.terms
            asked.time_in_force = request.time_in_force
        # A replace that was overtaken by another builds on terms that are not in force any more.
        is_overtaken = request.time_ns < self._latest_ns or request.cl_ord_id in self._built_on
        is_stale = not is_cancel and is_overtaken
        if not is_cancel:
            self._latest_ns = max(self._latest_ns, request.time_ns)
            self._built_on.add(request.orig_cl_ord_id)
        why_not = _OTHER if is_stale else self._why_not(asked)
        if why_not:
            self.refuse(asked, why_not)
        else:
            truth.undecided.append(asked)

    def _why_not(self, asked: Asked) -> str:
        truth = self.existing
        if truth.end is not None or truth.is_over or (truth.is_filled and not self.may_grow(asked)):
            return _TOO_LATE
        if asked.kind is RequestKind.REPLACE and truth.undecided:
            kinds = {other.kind for other in truth.undecided}
            if RequestKind.CANCEL in kinds or not self.profile.chains_replaces:
                return _ALREADY_PENDING
        return ""

    def may_grow(self, asked: Asked) -> bool:
        """Tell whether a request, or one before it, may make a filled order larger here, or there is such an order to cancel."""
        truth = self.existing
        if not self.profile.reopens_filled:
            return False
        wanted = [asked] if asked.kind is RequestKind.REPLACE else truth.undecided
        return any(other.order_qty is not None and other.order_qty > truth.cum_qty for other in wanted)

    @property
    def place(self) -> tuple[Account, Symbol]:
        """For whom the order is, and in what."""
        return self._place.account, self._place.symbol

    @property
    def existing(self) -> Truth:
        """What is true of an order that has arrived."""
        assert self.truth is not None, "no order has arrived"
        return self.truth

    # ------------------------------------------------------------ what it says of its own accord

    def say(
        self, exec_type: ExecType, cl_ord_id: ClOrdId | None = None, orig: ClOrdId | None = None, **said: Any
    ) -> ExecutionReport:
        """Say what is true now, as a report of this kind about the order or one of its requests."""
        said.setdefault("exec_id", self.next_exec_id())
        report = self._report(exec_type, cl_ord_id, orig, **said)
        # Nobody can know the venue's name of an order before it has been said beside ours.
        wording = self.wording if self._is_named else evolve(self.wording, has_cl_ord_ids=True)
        self._is_named = self._is_named or exec_type is ExecType.NEW
        report = wording.of(report)
        self.said.append(report)
        return report

    def next_exec_id(self) -> ExecId:
        """Give an identity for a report that has not been used."""
        self._names += 1
        return ExecId(f"{self.venue_order_id}-{self._names}")

    def refuse(self, asked: Asked, code: str) -> None:
        """Answer a request with no."""
        truth = self.existing
        truth.undecided = [other for other in truth.undecided if other is not asked]
        truth.answers[asked.cl_ord_id] = False
        is_cancel = asked.kind is RequestKind.CANCEL
        self._say_refusal(
            asked.cl_ord_id, CxlRejResponseTo.CANCEL if is_cancel else CxlRejResponseTo.REPLACE, code
        )

    def _say_refusal(
        self, cl_ord_id: ClOrdId, response_to: CxlRejResponseTo, code: str, *, is_known: bool = True
    ) -> None:
        refusal = OrderCancelReject(
            cl_ord_id,
            response_to,
            self.existing.in_force if is_known else None,
            self.venue_order_id if is_known else _NOWHERE,
            self.existing.status() if is_known else OrdStatus.REJECTED,
            self._moment() if self.wording.has_times else None,
            "not possible",
            code,
        )
        self.refusals[cl_ord_id] = refusal
        self.said.append(refusal)

    # ------------------------------------------------------------ what it answers when asked

    def answer(self, cl_ord_id: ClOrdId, *, is_authoritative: bool = True) -> QueryResult:
        """Give what is known of a request of ours.

        Args:
            cl_ord_id: The request, or the order.
            is_authoritative: What has not arrived by now never will: whoever asks sees to that.
        """
        truth = self.truth
        refusal = self.refusals.get(cl_ord_id)
        if refusal is not None:
            self.said.append(refusal)
            return Sent()
        if truth is None or not self.knows(cl_ord_id):
            return Absent(is_authoritative, "no such request")
        if not is_authoritative:
            return Undetermined("busy")
        # What was decided is part of the order, which answers to the identity that is in force.
        return Found(self.status_report(cl_ord_id if truth.find(cl_ord_id) is not None else None))

    def status_report(self, cl_ord_id: ClOrdId | None = None) -> ExecutionReport:
        """Give what the order is now, as an answer to a status request; it is not among what was said."""
        truth = self.existing
        status = truth.status(shows_undecided=True)
        if cl_ord_id is None and truth.undecided:
            # What is pending is named, so that nobody takes it for another request: a cancel goes before a replace.
            first = min(truth.undecided, key=lambda asked: asked.kind is not RequestKind.CANCEL)
            cl_ord_id = first.cl_ord_id
        report = self._report(ExecType.ORDER_STATUS, cl_ord_id, None, ord_status=status)
        kept = self.wording
        return evolve(kept, has_totals=True, has_cl_ord_ids=True).of(report)

    def _report(
        self, exec_type: ExecType, cl_ord_id: ClOrdId | None, orig: ClOrdId | None, **said: Any
    ) -> ExecutionReport:
        truth = self.existing
        time_ns = self._moment()
        content: dict[str, Any] = {
            "ord_status": truth.status(),
            "order_qty": truth.order_qty,
            "cum_qty": truth.cum_qty,
            "leaves_qty": truth.leaves_qty,
            "price": limit_px(truth.terms),
            "stop_px": stop_px(truth.terms),
            "display_qty": display_qty(truth.terms),
            "transact_time_ns": time_ns,
            "trade_date": utc_date(time_ns),
            "symbol": self._place.symbol,
            "side": truth.side,
            "account": self._place.account,
            "report_seq": time_ns // _TICK_NS,
        }
        return ExecutionReport(
            exec_type, cl_ord_id or truth.in_force, orig, self.venue_order_id, **{**content, **said}
        )

    @property
    def symbol(self) -> Symbol:
        """What is traded."""
        return self._place.symbol

    @property
    def account(self) -> Account:
        """For whom."""
        return self._place.account

    @property
    def trade_date(self) -> str:
        """The trading day."""
        return utc_date(self.now_ns)

    def _moment(self) -> int:
        # No two things are said at the same time.
        self._last_ns = max(self._last_ns + _TICK_NS, self.now_ns)
        return self._last_ns


def is_execution(report: Report) -> TypeGuard[ExecutionReport]:
    """Tell whether a report is of an execution, a bust or a correction: what a broker resends until it has arrived."""
    return isinstance(report, ExecutionReport) and report.exec_type in _EXECUTES


def is_answer(report: Report) -> bool:
    """Tell whether a report only answers a question: it says what is, and not what has happened."""
    return isinstance(report, MassStatus) or (
        isinstance(report, ExecutionReport) and report.exec_type is ExecType.ORDER_STATUS
    )
