"""A broker without money: the simulated exchange behind the same port that real brokers implement.

It is also an example of how short an adapter may be. It hears the market from the manager, which shows each update to its
brokers before it looks at it itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from oms.model.capabilities import Capabilities
from oms.model.contingencies import Contingencies
from oms.model.depth import Levels
from oms.model.enums import ExecType, TriggerPriceType
from oms.model.ids import Account, BrokerName, Symbol
from oms.model.ids import name as checked_name
from oms.model.instructions import INSTRUCTIONS
from oms.model.instrument import Instrument
from oms.model.market import MarketData, Quote, TradePrint
from oms.model.reports import (
    Absent,
    ExecutionReport,
    ExecutionsReport,
    FeeReport,
    Found,
    MassStatus,
    NotSent,
    PositionReport,
    QueryResult,
    Report,
    SendResult,
    Sent,
    Undetermined,
)
from oms.model.requests import (
    NewOrderList,
    NewOrderSingle,
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderMassStatusRequest,
    OrderStatusRequest,
    RequestForPositions,
    TradeCaptureReportRequest,
)
from oms.model.sessions import SessionChange
from oms.model.terms import Terms
from oms.model.time_in_force import TimeInForce
from oms.model.venue_profile import ReplaceSupport, VenueProfile
from oms.ports.broker import ReportSink
from oms.ports.calendar import SessionSource
from oms.simulation.accounts import AccountModel
from oms.simulation.admission import ORDER_TYPES
from oms.simulation.broker_capabilities import capabilities
from oms.simulation.busts import Busts, ComingBusts
from oms.simulation.exchange import SimulatedExchange
from oms.simulation.faults import NO_FAULTS, FaultModel
from oms.simulation.fees import FeeModel
from oms.simulation.latency import Latency
from oms.simulation.list_admission import CONTINGENCIES
from oms.simulation.opening_hours import NEVER_NS, OpeningHours
from oms.simulation.purses import Funds
from oms.simulation.reporting import Reports, net_positions
from oms.simulation.rules import USUAL_RULES, MatchingRules
from oms.simulation.slippage import SlippageModel
from oms.simulation.standing import Standing
from oms.simulation.venue_acts import BustTrade, CorrectTrade, VenueAct
from oms.simulation.wire import Wire
from oms.simulation.witness import Witness

PROFILE: Final = VenueProfile(
    name="simulated exchange",
    replace=ReplaceSupport.IN_PLACE,
    chains_replaces=True,
    looks_up_by_cl_ord_id=True,
    takes_cash_orders=True,
    takes_display_qty=True,
)
"""How the simulated exchange behaves."""

_EXECUTES: Final = frozenset({ExecType.TRADE, ExecType.TRADE_CANCEL, ExecType.TRADE_CORRECT})
_NOT_STARTED: Final = NotSent("the paper broker is not started")
_UNREACHABLE: Final = NotSent("the connection to the venue is down")

R = TypeVar("R", NewOrderSingle, NewOrderList, OrderCancelRequest, OrderCancelReplaceRequest)


class PaperBroker:
    """Executes against the market data that the manager is fed; the rules are those of `oms.simulation.exchange`.

    Requests are `Sent`, and their answers reach the sink before the call returns, unless they take time or something goes wrong on
    the way. Orders live as long as this object: they survive a stop, but not the process. What the exchange says while nobody listens is lost until it is asked for.

    Attributes:
        name: The name it is attached under.
    """

    def __init__(
        self,
        instruments: Iterable[Instrument],
        *,
        fees: FeeModel | None = None,
        slippage: SlippageModel | None = None,
        account: AccountModel | None = None,
        latency: Latency | None = None,
        faults: FaultModel | None = None,
        busts: Busts | None = None,
        profile: VenueProfile = PROFILE,
        rules: MatchingRules = USUAL_RULES,
        sessions: SessionSource | None = None,
        name: str = "paper",
        order_types: frozenset[tuple[type[Terms], type[TimeInForce]]] = ORDER_TYPES,
        trigger_prices: frozenset[TriggerPriceType] = frozenset(TriggerPriceType),
        instructions: frozenset[str] = INSTRUCTIONS,
        contingencies: Contingencies | None = CONTINGENCIES,
        witness: Witness | None = None,
    ) -> None:
        """Open the exchange.

        Args:
            instruments: What can be traded, and what reference data it gives.
            fees: What executions cost; nothing unless given.
            slippage: How much worse than shown what takes trades; not at all unless given.
            account: On which terms each account trades here, such as `CashAccount({"USD": 10000})`; without limits unless given.
            latency: How long requests and reports are under way; no time unless given.
            faults: What goes wrong; nothing unless given.
            busts: Which executions are declared void after a while, such as `Busts("0.001")`; none unless given.
            profile: How it says that it behaves. Where that sends pending reports, it does.
            rules: What the exchange does where venues differ, such as `MatchingRules(queue=Proportional())`.
            sessions: When it opens and closes by itself, such as `CalendarSessions(...)`; by `on_session` alone unless given.
            name: 1 to 32 of letters, digits, `.`, `_` and `-`.
            order_types: The pairs of terms and time in force that it says it takes, such as `ALL_ORDER_TYPES` for market and
                limit orders alone; everything that the exchange works unless given. It plays a broker that can do less.
            trigger_prices: The prices that it says it can compare to a trigger; every one unless given.
            instructions: What it says can be asked of an order beside its price and time; every one unless given.
            contingencies: Which groups of orders it says it works by itself, as one list; every one unless given. None for a
                broker that takes single orders alone.
            witness: Who looks on, such as `oms.testing.fill_audit.audit.FillAudit`; nobody unless given.

        Raises:
            ValidationError: The name has other characters, or it is to take what the exchange does not work.
        """
        self.name: Final = BrokerName(checked_name(name, "broker"))
        self._capabilities = capabilities(order_types, trigger_prices, instructions, contingencies, profile)
        self._instruments = tuple(instruments)
        self._exchange = SimulatedExchange(
            self._instruments, fees=fees, slippage=slippage, account=account, rules=rules
        )
        self._sink: ReportSink | None = None
        self._witness = witness
        self._executions: list[ExecutionReport] = []
        self._standing = Standing(self._executions)
        self._fees: list[tuple[int, FeeReport]] = []  # each with how many executions there were
        # Only where anything takes time or goes wrong; else what the exchange says is told at once.
        self._wire = self._wired(latency, faults, profile)
        self._hours = OpeningHours(sessions)
        self._busts = ComingBusts(busts)

    def capabilities(self) -> Capabilities:
        """Give what it was told to take; quantity, prices and time in force of a working order can be changed."""
        return self._capabilities

    def instruments(self) -> tuple[Instrument, ...]:
        """Give what can be traded here."""
        return self._instruments

    def start(self, sink: ReportSink) -> None:
        """Report to `sink` from now on."""
        self._sink = sink

    def stop(self) -> None:
        """Report no more."""
        self._sink = None

    def submit(self, request: NewOrderSingle) -> SendResult:
        """Send a new order; not sent unless started."""
        return self._send(request, self._exchange.new_order)

    def submit_list(self, request: NewOrderList) -> SendResult:
        """Send orders that depend on one another; not sent unless started."""
        return self._send(request, self._exchange.new_list)

    def cancel(self, request: OrderCancelRequest) -> SendResult:
        """Send a cancel request; not sent unless started."""
        return self._send(request, self._exchange.cancel)

    def replace(self, request: OrderCancelReplaceRequest) -> SendResult:
        """Send a cancel/replace request; not sent unless started."""
        return self._send(request, self._exchange.replace)

    def _send(self, request: R, at_once: Callable[[R], Reports]) -> SendResult:
        if self._sink is None:
            return _NOT_STARTED
        self._bust(request.time_ns)
        self._keep_hours(request.time_ns)
        if self._witness is not None:
            self._witness.on_request(request)
        if self._wire is None:
            return self._tell(at_once(request))
        result = self._wire.send(request)
        self._put(self._wire.heard(request.time_ns))
        return result

    def query(self, request: OrderStatusRequest) -> QueryResult:
        """Look a request or an order up in its own book, which is all there is to know; no answer unless started.

        Questions take no time. Nobody knows of a request that is under way, and nothing is known in an outage.
        """
        if self._sink is None:
            return Undetermined(_NOT_STARTED.text)
        self.on_clock(request.time_ns)
        wire = self._wire
        if wire is not None and not wire.is_reachable(request.time_ns):
            return Undetermined(_UNREACHABLE.text)
        if wire is not None and wire.is_under_way(request.cl_ord_id):
            return Undetermined("it is under way")
        report = self._exchange.status(request)
        if report is None:
            return Absent(is_authoritative=True, text="it is not in the book of the paper broker")
        return Found(report)

    def executions(self, request: TradeCaptureReportRequest) -> SendResult:
        """Say what has executed, and what else it cost, since a cursor: how many executions were told; not sent unless started."""
        if self._sink is None:
            return _NOT_STARTED
        if self._wire is not None and not self._wire.is_reachable(request.time_ns):
            return _UNREACHABLE
        known = self._executions
        told = int(request.cursor) if request.cursor is not None and request.cursor.isdecimal() else 0
        # A cursor beyond the end is one of an earlier exchange under this name: this one has told nothing of its own.
        told = told if told <= len(known) else 0
        self._sink.put(ExecutionsReport(str(len(known)), is_complete=True, reports=tuple(known[told:])))
        self._put(fee for number, fee in self._fees if number > told)
        return _SENT

    def open_orders(self, request: OrderMassStatusRequest) -> SendResult:
        """Say which orders are open; not sent unless started."""
        if self._sink is None:
            return _NOT_STARTED
        if self._wire is not None and not self._wire.is_reachable(request.time_ns):
            return _UNREACHABLE
        self.on_clock(request.time_ns)
        reports = tuple(self._exchange.open_orders(request.time_ns))
        self._sink.put(MassStatus(reports, is_complete=False, as_of_ns=request.time_ns, has_all_open=True))
        return _SENT

    def positions(self, request: RequestForPositions) -> SendResult:
        """Say what was traded here in all, net; not sent unless started.

        It is not among what the capabilities declare: this exchange begins flat, whatever a journal holds from before.
        """
        if self._sink is None:
            return _NOT_STARTED
        if self._wire is not None and not self._wire.is_reachable(request.time_ns):
            return _UNREACHABLE
        lines = net_positions(self._executions)
        self._sink.put(PositionReport(lines, is_complete=True, as_of_ns=request.time_ns))
        return _SENT

    @property
    def executed(self) -> tuple[ExecutionReport, ...]:
        """Every execution, bust and correction that the exchange has made, the oldest first, whoever has heard of it."""
        return tuple(self._executions)

    def act(self, act: VenueAct, time_ns: int) -> None:
        """Let the exchange do something of its own accord at a moment, in nanoseconds UTC.

        Raises:
            ValidationError: There is no such order or execution, or it cannot be done to it.
        """
        self.on_clock(time_ns)
        self._act(act, time_ns)

    def _act(self, act: VenueAct, time_ns: int) -> None:
        acts = self._exchange.acts
        if isinstance(act, BustTrade | CorrectTrade):
            made = acts.act_on_trade(act, self._standing, time_ns)
        else:
            made = acts.act_on_order(act, time_ns)
        if self._wire is None:
            self._tell(made)
        else:
            self._put(self._wire.tell(made, time_ns))

    def funds(self, account: str = "main") -> Funds | None:
        """Give what an account has here, at the prices of now; None where no account was given to the broker."""
        return self._exchange.funds(Account(account))

    def untaken(self, symbol: Symbol) -> tuple[Levels, Levels]:
        """Give what is left of the bids and of the offers that others show, from the best price on.

        Raises:
            ValidationError: Nothing of this name is traded here.
        """
        return self._exchange.untaken(symbol)

    def on_market(self, update: MarketData) -> None:
        """Let a market move the exchange."""
        exchange, wire = self._exchange, self._wire
        if update.time_ns >= self._busts.due_ns:
            self._bust(update.time_ns)
        if update.time_ns >= self._hours.due_ns:
            self._keep_hours(update.time_ns)
        if wire is not None:
            # What arrives by then was sent before.
            self._put(wire.heard(update.time_ns))
        if self._witness is not None:
            # What the clock ends before it is not of this update.
            self._let_pass(update.time_ns)
            self._witness.on_market(update)
        if isinstance(update, Quote):
            reports = exchange.on_quote(update)
        elif isinstance(update, TradePrint):
            reports = exchange.on_trade(update)
        else:
            reports = exchange.on_market(update)
        if reports and wire is not None:
            self._put(wire.tell(reports, update.time_ns))
        elif reports:
            self._tell(reports)

    def on_session(self, change: SessionChange) -> None:
        """Open or close the exchange."""
        wire = self._wire
        if self._witness is not None:
            self._let_pass(change.time_ns)
            self._witness.on_session(change)
        if wire is None:
            self._tell(self._exchange.on_session(change))
            return
        self._put(wire.heard(change.time_ns))
        self._put(wire.tell(self._exchange.on_session(change), change.time_ns))

    @property
    def due_ns(self) -> int | None:
        """When something is to happen by the clock, in nanoseconds UTC; None where nothing is."""
        due_ns = self._exchange.due_ns if self._wire is None else self._wire.due_ns
        own_ns = min(self._hours.due_ns or NEVER_NS, self._busts.due_ns)
        return due_ns if own_ns == NEVER_NS else own_ns if due_ns is None else min(own_ns, due_ns)

    def on_clock(self, time_ns: int) -> None:
        """Let time pass on the exchange and on the ways to it."""
        self._bust(time_ns)
        self._pass(time_ns)

    def _bust(self, until_ns: int) -> None:
        busts = self._busts
        while busts.due_ns <= until_ns:
            due_ns, exec_id = busts.due_ns, busts.take()
            self._pass(due_ns)
            if exec_id in self._standing.now():  # else somebody has busted or corrected it before
                self._act(BustTrade(exec_id), due_ns)

    def _pass(self, time_ns: int) -> None:
        self._keep_hours(time_ns)
        self._let_pass(time_ns)

    def _let_pass(self, time_ns: int) -> None:
        if self._wire is None:
            self._tell(self._exchange.on_clock(time_ns))
        else:
            self._put(self._wire.heard(time_ns))

    def _keep_hours(self, time_ns: int) -> None:
        if time_ns >= self._hours.due_ns:
            for change in self._hours.changes(time_ns):
                self.on_session(change)

    def _wired(
        self, latency: Latency | None, faults: FaultModel | None, profile: VenueProfile
    ) -> Wire | None:
        if latency is None and faults is None and not profile.sends_pending:
            return None
        latency, faults = latency or Latency(), faults or NO_FAULTS
        return Wire(self._exchange, latency, faults, self._note, sends_pending=profile.sends_pending)

    def _tell(self, reports: Iterable[Report]) -> SendResult:
        for report in reports:
            self._note(report)
            if self._sink is not None:
                self._sink.put(report)
        return _SENT

    def _put(self, heard: Iterable[Report]) -> None:
        for report in heard:
            if self._sink is not None:
                self._sink.put(report)

    def _note(self, report: Report) -> None:
        if self._witness is not None:
            self._witness.on_report(report)
        if type(report) is ExecutionReport and report.exec_type in _EXECUTES:
            self._executions.append(report)
            if report.exec_type is ExecType.TRADE and report.exec_id is not None:
                self._busts.note(report.exec_id, report.transact_time_ns or 0, len(self._executions))
        elif type(report) is FeeReport:
            self._fees.append((len(self._executions), report))


_SENT: Final = Sent()
