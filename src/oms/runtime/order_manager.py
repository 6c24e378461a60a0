"""The manager: the composition root, and the way in for everybody who embeds the library."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from decimal import Decimal
from functools import partial
from types import TracebackType
from typing import Final, NoReturn, Self, TypeVar

from attrs import evolve

from oms.bus import Bus
from oms.engine.engine import Engine
from oms.engine.inputs import Promised, Start, TimerDue, VenueDepth, VenueQuote, WatchedMassCancel
from oms.engine.outstanding import Outstanding, outstanding
from oms.engine.state import State
from oms.errors import (
    ClockError,
    HaltedError,
    OmsError,
    StoreError,
    UnknownBrokerError,
    UnknownInstrumentError,
    UnknownOrderError,
    ValidationError,
)
from oms.model import events as ev
from oms.model.break_commands import AssignBreak, ResolveBreak
from oms.model.breaks import Break
from oms.model.commands import (
    AcknowledgeAnomaly,
    AdoptOrder,
    CancelOrder,
    EngageKillSwitch,
    MassCancel,
    ReleaseKillSwitch,
    ReplaceOrder,
    RequestStatus,
    ResolveDoubt,
    ResumeManager,
    SubmitOrder,
)
from oms.model.contingency import Contingency, bracket
from oms.model.depth import BookOrder, BookSnapshot, BookUpdate
from oms.model.door import flag, shown
from oms.model.door import namespace as checked_namespace
from oms.model.enums import AnomalyCode, BreakKind, HeldPolicy, Side
from oms.model.group import Group
from oms.model.ids import Account, BrokerName, ClOrdId, OrderId, Symbol, VenueOrderId, name
from oms.model.ids import client_ref as checked_ref
from oms.model.instructions import Instructions
from oms.model.instrument import Instrument
from oms.model.limits import RiskLimits
from oms.model.market import UNWATCHED, MarketData, MarkPrice, Quote, TradePrint
from oms.model.market_news import FeedGap
from oms.model.mass_cancel import MassCancelResult
from oms.model.order import Order
from oms.model.parent import WorkView
from oms.model.position import Position
from oms.model.reports import Absent, ExecutionReport, OrderCancelReject
from oms.model.routing import VenueStanding
from oms.model.routing_table import Routing
from oms.model.security_status import SecurityStatus
from oms.model.sessions import NS_PER_S, SessionChange
from oms.model.terms import Parameter, Terms
from oms.model.time_in_force import DAY, GTC, TimeInForce
from oms.model.work_commands import PauseWork, ResumeWork
from oms.order_types.registry import HandlerRegistry, default_handlers
from oms.ports.broker import Broker
from oms.ports.calendar import SessionSource
from oms.ports.clock import Clock
from oms.ports.event_store import EventStore, StoreNotice
from oms.ports.market_data import ClockListener, MarketListener
from oms.ports.order_archive import OrderArchive
from oms.ports.watcher import Watcher
from oms.runtime import groups as grouping
from oms.runtime import parents
from oms.runtime.checked_clock import checked
from oms.runtime.connections import by_name, capabilities_of, connect, defined, in_turn
from oms.runtime.halting import MAX_HELD
from oms.runtime.loop import CLOSED, Loop
from oms.runtime.market_translation import Translation
from oms.runtime.notices import Notices
from oms.runtime.parts import (
    Projection,
    check_numbers,
    check_parts,
    check_policy,
    check_routing,
    no_limits,
    pairs,
)
from oms.runtime.reconciliation import GRACE_S, Reconciliations
from oms.runtime.recovery import acknowledged_anomalies, replay, state_hash
from oms.runtime.resuming import resume
from oms.runtime.retention import Keeping, Retention, check_covered
from oms.runtime.retention import check as check_retention
from oms.runtime.session_clock import NEVER_NS, SessionClock
from oms.runtime.snapshots import Beginning, Snapshots, begin
from oms.runtime.system_clock import SystemClock
from oms.runtime.time_travel import Past, as_of
from oms.runtime.watching import Watching
from oms.simulation.bar_path import BarPath

E = TypeVar("E", bound=object)

REQUEST_TIMEOUT_S: Final = 30


class OrderManager:
    """Takes orders, sends them, and keeps the record of what became of them.

    Opening one on a journal that holds events carries on where they end. Not for use from several threads at once;
    brokers may report from any thread, and what they reported is handled by `poll` or with the next call.

    Attributes:
        bus: Where read models, publishers and other listeners attach.
        positions: What is held.
    """

    def __init__(
        self,
        *,
        brokers: Iterable[Broker],
        store: EventStore,
        instruments: Iterable[Instrument] = (),
        limits: RiskLimits | None = None,
        clock: Clock | None = None,
        account: str = "main",
        namespace: str = "oms",
        handlers: HandlerRegistry | None = None,
        request_timeout_s: int = REQUEST_TIMEOUT_S,
        projections: Iterable[Projection] = (),
        snapshot_every: int | None = None,
        max_held: int = MAX_HELD,
        reconcile_every_s: int | None = None,
        reconcile_grace_s: int = GRACE_S,
        retention: Retention | None = None,
        archive: OrderArchive | None = None,
        sessions: SessionSource | None = None,
        after_restart: HeldPolicy = HeldPolicy.RELEASE,
        bar_path: BarPath = BarPath.ADAPTIVE,
        routing: Routing | None = None,
    ) -> None:
        """Open the journal, rebuild from it, and connect.

        Args:
            brokers: Where orders are executed.
            store: The journal.
            instruments: What may be traded, besides what the brokers define themselves.
            limits: The risk limits. They may be left out only where every broker is simulated.
            clock: Where the time comes from; the machine's if none is given.
            account: For whom orders are, unless they say otherwise.
            namespace: What ClOrdIDs are made from. Managers whose orders meet at a venue need different ones.
            handlers: What works each kind of order; the library's own if none are given.
            request_timeout_s: How long a request may stay unanswered before it is in doubt, in whole seconds.
            projections: Further read models, as pairs of an event class and what is told of each such event, the recorded ones
                first. They hear the whole journal at each start, so that no snapshot is begun from.
            snapshot_every: After how many events `poll` is to take a snapshot, and `close` a last one; never if not given.
            max_held: How many reports are kept while halted; what is lost beyond is asked about when the manager is resumed.
            reconcile_every_s: How often brokers are compared with the books besides at the start, in whole seconds; never if None.
            reconcile_grace_s: For how long what differs may still explain itself before it is a break, in whole seconds.
            retention: Which closed orders stay in memory; all of them if not given.
            archive: Where the others go; to be given for good once orders have left memory.
            after_restart: What becomes of orders held here that the first price after a start reaches.
            bar_path: How prices are taken to go inside a bar, for orders held here.
            routing: Where orders may go; where each instrument's broker says, or to the only one, if not given.
            sessions: What opens and closes by the clock, such as `CalendarSessions`, told by `poll` and `update`; nothing if not given.

        Raises:
            ValidationError: An argument cannot be right, or limits are missing for a broker with real money.
            StoreError: The journal cannot be read or written.
            Exception: What a broker raised as it started; the others are stopped again, and the journal is left open.
        """
        attached, namespace = by_name(brokers), checked_namespace(namespace)
        check_parts(store, clock, limits, handlers)
        check_numbers(request_timeout_s, snapshot_every, max_held)
        check_policy(after_restart)
        self._translation = Translation(bar_path)
        check_routing(routing, attached)
        self._brokers, self._store, self._account = attached, store, Account(name(account, "account"))
        self._clock: Clock = SystemClock() if clock is None else checked(clock)
        capabilities = capabilities_of(attached)
        limits = no_limits(capabilities) if limits is None else limits
        self._begun = begun = begin(store, archive, may_use=not (others := pairs(projections)))
        self._begin: Callable[..., Engine] = partial(Engine, capabilities, handlers or default_handlers())
        self._rebuild(others, max_held, snapshot_every)
        self._keeping = Keeping(begun.state, check_retention(retention, archive), self._loop.enter)
        self._sessions = SessionClock(sessions, self.session, self._loop.enter, self._last_change)
        self._watching = Watching(self._loop, store)
        self._watchers = self._watching.watchers
        self._asks = asks = Reconciliations(self._loop, attached, reconcile_every_s, reconcile_grace_s)
        known, timeout_ns = defined(attached.values(), instruments), request_timeout_s * NS_PER_S
        self._begin_epoch(
            Start(namespace, timeout_ns, limits, known, self._account, asks.grace_ns, after_restart, routing)
        )

    def _last_change(self, symbol: Symbol | None) -> SessionChange | None:
        return self._engine.state.sessions.last_change(symbol)

    def _begin_epoch(self, start: Start) -> None:
        self._start = start
        self._loop.enter(start)
        self._is_closed = False
        # A manager that fails as it starts is gone: nobody would ever put on record what it had canceled at once.
        self._loop.halting.may_cancel = False
        connect(self._brokers, self._loop.inbox, self._ask_first)
        self._loop.halting.may_cancel = True

    def _ask_first(self) -> None:
        # What is in doubt is asked about before anything else.
        self.poll()
        self._asks.start(self._loop.now_ns())

    def _rebuild(self, projections: Iterable[Projection], max_held: int, snapshot_every: int | None) -> None:
        self.bus, self.positions = Bus(), self._begun.positions
        self._engine = self._begin(self._begun.state)
        self._loop = Loop(self._engine, self.bus, self._clock, max_held)
        self._market_listeners = {
            name: one for name, one in self._brokers.items() if isinstance(one, MarketListener)
        }
        self._clock_listeners = [one for one in self._brokers.values() if isinstance(one, ClockListener)]
        self._attach(projections)
        replay(self._engine, self._store.read(self._begun.version), self.bus.replay)
        check_covered(self._engine.state)
        self._snapshots = Snapshots(self._store, self._begun, self.bus, snapshot_every)
        self._notices = Notices(self._store, self._begun, self.bus)

    def _attach(self, projections: Iterable[Projection]) -> None:
        store = self._store
        self.bus.record(lambda events: store.append(events, events[0].sequence - 1))
        for key, broker in self._brokers.items():
            self.bus.send(key, self._loop.sender(broker))
        self.bus.project(ev.InstrumentDefined, self.positions.on_instrument)
        self.bus.project(ev.Traded, self.positions.on_traded)
        self.bus.project(ev.TradeCanceled, self.positions.on_canceled)
        self.bus.project(ev.TradeCorrected, self.positions.on_corrected)
        self.bus.project(ev.FeeCharged, self.positions.on_fee)
        for kind, listener in projections:
            self.bus.project(kind, listener)

    # ------------------------------------------------------------ what is asked

    def submit(
        self,
        symbol: str,
        side: Side,
        order_qty: Decimal | int | str | None,
        terms: Terms,
        *,
        tif: TimeInForce = DAY,
        account: str | None = None,
        client_ref: str | None = None,
        asked_by: str = "",
        cash_order_qty: Decimal | int | str | None = None,
        instructions: Instructions | None = None,
        broker: str | None = None,
    ) -> Order:
        """Place an order, and give its live handle; a denied order's too.

        Inside a batch the order has been judged but not sent when this returns; from within a listener it has not even
        been judged, and the handle is unsent.

        Args:
            symbol: What to trade.
            side: Buy or sell.
            order_qty: How much, more than zero; a Decimal, an int or a decimal text. None with `cash_order_qty`.
            terms: At what price.
            tif: For how long.
            account: For whom; the manager's account if not given.
            client_ref: Your own name for it, unique in the journal.
            asked_by: Who wants it, for the record.
            cash_order_qty: The amount of money to trade for instead of a quantity, in the instrument's currency, where the
                broker takes such orders; the broker then says how many units it is.
            instructions: How it is to be handled beside its price and time, such as `Instructions(post_only=True)`.
            broker: Where it is to go, whatever the rules of `routing` say; they decide if not given.

        Raises:
            ValidationError: Something that cannot be meant; nothing has changed.
            UnknownInstrumentError, UnknownBrokerError: A symbol that was never defined, or a broker that is not attached.
            HaltedError: The journal failed before, or the manager is closed.
            StoreError: The journal failed now; nothing was sent.
        """
        state, loop = self._engine.state, self._loop
        if type(symbol) is not str or symbol not in state.instruments:
            self._unknown_symbol(symbol)
        command = SubmitOrder(
            Symbol(symbol),
            side,
            order_qty,
            terms,
            tif,
            self._account if account is None else Account(name(account, "account")),
            None if client_ref is None else checked_ref(client_ref),
            asked_by,
            cash_order_qty,
            instructions,
        )
        if loop.is_deferred or loop.inbox or self._engine.wants_events or broker is not None:
            return self._submit_promised(command, broker)
        order_id = state.next_order_id
        loop.enter(command)
        return state.index.by_id[order_id]

    def _submit_promised(self, command: SubmitOrder, broker: str | None) -> Order:
        if broker is not None and (type(broker) is not str or broker not in self._brokers):
            self._unknown_broker(broker)
        # Something else may be placed before this command's turn comes, so that its number is put aside for it.
        state = self._engine.state
        order_id = state.free_order_id()
        handle = Order(
            order_id,
            command.symbol,
            command.side,
            command.order_qty,
            command.terms,
            command.time_in_force,
            command.account,
            command.client_ref,
            None,
            self._loop.now_ns(),
            command.cash_order_qty,
            command.instructions,
        )
        state.handles[order_id] = handle
        try:
            self._loop.enter(Promised(command, order_id, None if broker is None else BrokerName(broker)))
        except OmsError:
            state.handles.pop(order_id, None)
            raise
        return handle

    def submit_group(
        self,
        contingency: Contingency,
        *,
        account: str | None = None,
        client_ref: str | None = None,
        asked_by: str = "",
    ) -> Group:
        """Place orders that depend on one another, and give the group's live handle.

        Args:
            contingency: An `Oto`, an `Oco` or a `Leg`, see `oms.model.contingency`.
            account: For whom the legs are that name nobody; the manager's account if not given.
            client_ref: Your own name for it, which no other group has that may still act.
            asked_by: Who wants it, for the record.

        Raises:
            ValidationError: Something that cannot be meant; nothing has changed. Errors of `submit` besides.
            UnknownInstrumentError: A symbol that was never defined.
        """
        whose = self._account if account is None else Account(name(account, "account"))
        return grouping.submit_group(self._loop, contingency, whose, client_ref, asked_by)

    def bracket(
        self,
        symbol: str,
        side: Side,
        order_qty: Decimal | int | str,
        *,
        entry: Terms,
        target: Terms,
        stop: Terms,
        tif: TimeInForce = DAY,
        exit_tif: TimeInForce = GTC,
        client_ref: str | None = None,
        asked_by: str = "",
    ) -> Group:
        """Place an entry with a stop and a target behind it, of which each works for what the entry has filled.

        Every choice as `oms.model.contingency.bracket` has it; to choose otherwise, pass what that gives to `submit_group`.
        Errors as there.

        Args:
            symbol: What to trade.
            side: The entry's; the exits are on the other.
            order_qty: How much the entry is for.
            entry: The entry's terms.
            target: Where to take the gain.
            stop: Where to end the loss.
            tif: For how long the entry is good.
            exit_tif: For how long the exits are good.
            client_ref: As in `submit_group`.
            asked_by: As in `submit_group`.
        """
        tree = bracket(
            symbol, side, order_qty, entry=entry, target=target, stop=stop, tif=tif, exit_tif=exit_tif
        )
        return self.submit_group(tree, client_ref=client_ref, asked_by=asked_by)

    def cancel_group(self, group: Group | int, *, asked_by: str = "") -> None:
        """Cancel every order of a group, its exits too, and make no more of them; what was filled stays.

        To keep the exits and stop the entry alone, cancel `group.entry`.

        Raises:
            ValidationError: No such group was submitted here.
            HaltedError: While halted, or closed; orders can be canceled then one by one.
        """
        grouping.cancel_group(self._loop, group, asked_by)

    def groups(self) -> list[Group]:
        """Give every group that may still act, oldest first; one that is over stays until its orders leave memory."""
        return grouping.groups(self._loop)

    def cancel(self, order: Order | int, *, asked_by: str = "") -> None:
        """Ask for what is left of an order to be canceled.

        What became of it shows on the order and in the events: `CancelRequested`, or `CancelDenied` with reasons. While the
        manager is halted, also where it halts only now, the cancel leaves at once, and is journaled when it is resumed.

        Raises:
            UnknownOrderError: No such order was submitted here.
            HaltedError: While halted, it could not leave; or the manager is closed.
        """
        self._reduce(CancelOrder(self._order_id(order), asked_by))

    def replace(
        self,
        order: Order | int,
        *,
        order_qty: Decimal | int | str | None = None,
        price: Decimal | int | str | None = None,
        stop_px: Decimal | int | str | None = None,
        display_qty: Decimal | int | str | None = None,
        tif: TimeInForce | None = None,
        parameters: Mapping[str, Parameter | None] | None = None,
        asked_by: str = "",
    ) -> None:
        """Ask for an order's total quantity, prices, shown quantity or time in force to be changed.

        What became of it shows on the order and in the events: `ReplaceRequested`, or `ReplaceDenied` with reasons.

        Args:
            order: Which.
            order_qty: The new total, what has traded included; at or below that, it means "stop here".
            price: The new limit price.
            stop_px: The new price that triggers it.
            display_qty: How much of it is to be shown at a time; its total to show all of it.
            tif: For how long from now on.
            parameters: Those that are to change of an order that is worked here, by name; None drops one.
            asked_by: Who wants it, for the record.

        Raises:
            ValidationError: Nothing is to change, or a number is not exact.
            UnknownOrderError: No such order was submitted here.
        """
        self._loop.enter(
            ReplaceOrder(
                self._order_id(order),
                order_qty=order_qty,
                price=price,
                asked_by=asked_by,
                stop_px=stop_px,
                display_qty=display_qty,
                time_in_force=tif,
                parameters=parameters,
            )
        )

    def pause_order(self, order: Order | int, reason: str, *, asked_by: str = "") -> None:
        """Send nothing more of an order that is worked here until `resume_order`, and take back what works of it.

        Its time goes on: slices that fall due are skipped, and what was missed is caught up as its algorithm does.

        Raises:
            UnknownOrderError: No such order is worked here.
            ValidationError: No reason is given.
        """
        self._loop.enter(PauseWork(self._order_id(order), reason, asked_by))

    def resume_order(self, order: Order | int, reason: str, *, asked_by: str = "") -> None:
        """Go on with an order that was suspended, by somebody or since its children were refused; errors as in `pause_order`."""
        self._loop.enter(ResumeWork(self._order_id(order), reason, asked_by))

    def children(self, order: Order | int) -> list[Order]:
        """Give the orders that were made of one that is worked here, oldest first; none of any other.

        Raises:
            UnknownOrderError: No such order was submitted here.
        """
        return parents.children(self._engine.state, self._order_id(order))

    def parent(self, order: Order | int) -> Order | None:
        """Give the order that another one was made of; None where it was asked for by itself. Errors as in `children`."""
        return parents.parent_of(self._engine.state, self._order_id(order))

    def work(self, order: Order | int) -> WorkView:
        """Give how an order stands that is worked here: slices, what became of each, children, and why it waits.

        Raises:
            UnknownOrderError: No such order is worked here, or it has left memory.
        """
        return parents.work(self._engine.state, self._order_id(order))

    def mass_cancel(
        self,
        *,
        symbol: str | None = None,
        side: Side | None = None,
        account: str | None = None,
        broker: str | None = None,
        asked_by: str = "",
    ) -> MassCancelResult:
        """Ask for every open order that fits to be canceled, oldest first, and tell which could not be and why.

        While the manager is halted the cancels leave at once, as those of `cancel` do.

        Args:
            symbol: Only orders in this instrument.
            side: Only orders on this side; a short sale is a side of its own.
            account: Only orders for this account; all accounts' if not given.
            broker: Only orders at this broker.
            asked_by: Who wants it, for the record.

        Returns:
            What became of each order that fits. From within a listener it is filled in when the command's turn has come.

        Raises:
            ValidationError: A filter cannot be meant; nothing has changed. Errors of `submit` besides.
            UnknownInstrumentError: A symbol that was never defined.
            UnknownBrokerError: No broker of that name is attached.
        """
        if symbol is not None and (type(symbol) is not str or symbol not in self._engine.state.instruments):
            self._unknown_symbol(symbol)
        if broker is not None and (type(broker) is not str or broker not in self._brokers):
            self._unknown_broker(broker)
        command = MassCancel(
            None if symbol is None else Symbol(symbol),
            side,
            None if account is None else Account(name(account, "account")),
            None if broker is None else BrokerName(broker),
            asked_by,
        )
        result = MassCancelResult()
        self._reduce(WatchedMassCancel(command, result))
        return result

    def _reduce(self, what: CancelOrder | WatchedMassCancel | EngageKillSwitch) -> None:
        # What makes nothing worse does not fail for the journal's sake: it has left when this returns, or is kept.
        halting = self._loop.halting
        try:
            self._loop.enter(what)
        except (StoreError, ClockError) as error:
            if error is not halting.error or not halting.has_left_all:
                raise

    def kill(self, reason: str, *, cancel_all: bool = False, asked_by: str = "") -> None:
        """Refuse new orders from now on, also after a restart, until `release_kill`; cancels still go out.

        While the manager is halted it is kept, and in force when the manager is resumed; the cancels leave at once.

        Args:
            reason: Why, for the record.
            cancel_all: Ask for every open order to be canceled too, after the switch is engaged.
            asked_by: Who says so, for the record.

        Raises:
            ValidationError: The reason is no text of 1 to 4096 characters, or `cancel_all` neither True nor False; the switch
                stays as it was.
        """
        flag(cancel_all, "cancel_all")
        self._reduce(EngageKillSwitch(reason, asked_by))
        if cancel_all:
            for order in self.open_orders():
                self.cancel(order, asked_by=asked_by)

    def release_kill(self, reason: str, *, asked_by: str = "") -> None:
        """Take new orders again; errors as in `kill`."""
        self._loop.enter(ReleaseKillSwitch(reason, asked_by))

    # ------------------------------------------------------------ what a person asks and says

    def request_status(self, order: Order | int, *, asked_by: str = "") -> None:
        """Ask the broker what an order is now; the answer comes as a report, and its events follow.

        Raises:
            UnknownOrderError: No such order was submitted here.
            ValidationError: It was never sent, or its broker cannot be asked about it.
        """
        self._loop.enter(RequestStatus(self._order_id(order), asked_by))

    def resolve(
        self,
        order: Order | int,
        evidence: Absent | ExecutionReport | OrderCancelReject,
        *,
        cl_ord_id: str | None = None,
        by: str,
        reason: str,
    ) -> None:
        """Settle a request by what a person knows of it that is in doubt, or that the broker has received and left undecided.

        Args:
            order: Whose request it is.
            evidence: `Absent(True)` where it never arrived and never can any more; or the report that the broker would have
                sent, as that person was told of it, which alone settles what the broker has received.
            cl_ord_id: The request; it may be left out where only one of the order's is in doubt or undecided.
            by: Who says so, for the record.
            reason: Why, for the record.

        Raises:
            UnknownOrderError: No such order was submitted here.
            ValidationError: Nothing of it is unsettled, the evidence proves nothing, or name or reason are missing; nothing has
                changed.
        """
        identity = None if cl_ord_id is None else ClOrdId(cl_ord_id)
        self._loop.enter(ResolveDoubt(self._order_id(order), evidence, identity, by, reason))

    def adopt(
        self,
        broker: str,
        *,
        venue_order_id: str | None = None,
        cl_ord_id: str | None = None,
        by: str,
        reason: str,
    ) -> Order | None:
        """Take an order into the books that was not given here, from the kept reports of it; see `held_reports`.

        Gives its handle; None from within a listener, whose wishes wait their turn.

        Raises:
            ValidationError: No kept report names it or says enough of it, or name or reason are missing.
            UnknownBrokerError: No broker of that name is attached, and no report of one is kept.
        """
        # Reports of a broker that is attached no longer may still be kept.
        if type(broker) is not str or (
            broker not in self._brokers and all(held.broker != broker for held in self.held_reports())
        ):
            self._unknown_broker(broker)
        venue_id = None if venue_order_id is None else VenueOrderId(venue_order_id)
        identity = None if cl_ord_id is None else ClOrdId(cl_ord_id)
        self._loop.enter(AdoptOrder(BrokerName(broker), venue_id, identity, by, reason))
        return self._engine.state.index.find(BrokerName(broker), identity, None, venue_id)

    def acknowledge(self, anomaly: ev.AnomalyRaised | int, *, by: str, reason: str) -> None:
        """Say that somebody has looked at an anomaly.

        Args:
            anomaly: Which; its sequence number will do.
            by: Who, for the record.
            reason: What was found, for the record.

        Raises:
            ValidationError: It is none, nobody needs to look at it any more, or name or reason are missing.
        """
        number = anomaly.sequence if isinstance(anomaly, ev.AnomalyRaised) else anomaly
        self._loop.enter(AcknowledgeAnomaly(number, by, reason))

    def reconcile(self, broker: str | None = None, *, asked_by: str = "") -> None:
        """Compare the books with what a broker says, or every broker: after a reconnect, say. See `breaks` for what differs.

        Raises:
            UnknownBrokerError: No broker of that name is attached.
        """
        if broker is not None and (type(broker) is not str or broker not in self._brokers):
            self._unknown_broker(broker)
        self._asks.ask(None if broker is None else BrokerName(broker), asked_by)

    def assign_break(self, number: Break | int, owner: str, *, by: str) -> None:
        """Give somebody a break to look after.

        Raises:
            ValidationError: It is not open, or a name is missing.
        """
        self._loop.enter(AssignBreak(number.number if isinstance(number, Break) else number, owner, by))

    def resolve_break(self, number: Break | int, *, by: str, reason: str) -> None:
        """Accept that the books and a broker differ: the same difference is no break any more.

        Raises:
            ValidationError: It is not open, or name or reason are missing.
        """
        self._loop.enter(ResolveBreak(number.number if isinstance(number, Break) else number, by, reason))

    # ------------------------------------------------------------ what is heard

    def update(self, update: MarketData, venue: str | None = None) -> None:
        """Take in what a market says; simulated brokers see it first, as it is.

        Orders held here hear quotes, trades and mark prices; of depth the quote that follows whenever the best prices have
        changed, and of a bar the trades or quotes of the path that it is taken to have gone.

        Args:
            update: What is said.
            venue: The broker that says it of its own market, where several show the same instrument: orders are routed by
                it, and no other simulated broker sees it. Orders held here hear of quotes what all of them show together. A halt there
                is one of the instrument where it is traded at no other broker.

        Raises:
            UnknownBrokerError: No broker of that name is attached; nobody has seen it.
            ValidationError: It is nothing that a market says; nobody has seen it.
        """
        if venue is not None:
            self._update_at(update, venue)
            return
        if type(update) is not Quote and type(update) is not TradePrint and type(update) is not MarkPrice:
            self._translate(update)
            return
        if update.time_ns >= self._sessions.due_ns and self._loop.halted is None:
            # The clock has the word: a wrong time of a tick must end no orders.
            self._sessions.go_on(self._loop.now_ns())
        for broker in self._market_listeners.values():
            broker.on_market(update)
        if self._watchers:
            self._watching.on_market(update)
        self._loop.enter(update)

    def _update_at(self, update: MarketData, venue: str) -> None:
        broker = self._brokers.get(BrokerName(venue)) if type(venue) is str else None
        if broker is None:
            self._unknown_broker(venue)
        told = self._translation.at(broker.name, update, is_home=self._is_home(broker.name, update))
        if update.time_ns >= self._sessions.due_ns and self._loop.halted is None:
            self._sessions.go_on(self._loop.now_ns())
        # To ask what it is would cost a fifth of the update.
        listener = self._market_listeners.get(broker.name)
        if listener is not None:
            listener.on_market(update)
        # Where orders are routed by it, all of a book is heard, not its best prices alone.
        book = update if isinstance(update, BookSnapshot | BookUpdate | BookOrder) else None
        is_book = book is not None and self._start.routing is not None
        for one in told:
            if self._watchers and not isinstance(one, UNWATCHED):
                seen = self._loop.engine.would_see(broker.name, one) if type(one) is Quote else one
                self._watching.on_market(seen)
            if not is_book:
                self._loop.enter(VenueQuote(broker.name, one) if type(one) is Quote else one)
        if book is not None and is_book:
            self._loop.enter(VenueDepth(broker.name, book))
        loop = self._loop
        if not (told or is_book):
            if self._watchers and type(update) is FeedGap:
                # The engine hears of losses of the market as a whole. But what was printed here is missing in what is added up of it.
                self._watching.on_market(update)
            if loop.inbox and loop.halted is None and not loop.is_deferred:
                loop.drain()

    def _is_home(self, broker: BrokerName, update: MarketData) -> bool:
        """Tell whether an instrument trades at this broker alone; asked of halts only."""
        if self._start.routing is not None or not isinstance(update, SecurityStatus):
            return False
        instrument = self._engine.state.instruments.get(update.symbol)
        named = None if instrument is None else instrument.broker
        return len(self._brokers) == 1 if named is None else named == broker

    def _translate(self, update: MarketData) -> None:
        told = self._translation.of(update)
        if update.time_ns >= self._sessions.due_ns and self._loop.halted is None:
            self._sessions.go_on(self._loop.now_ns())
        for broker in self._market_listeners.values():
            broker.on_market(update)
        for one in told:
            if self._watchers and not isinstance(one, UNWATCHED):
                self._watching.on_market(one)
            self._loop.enter(one)
        loop = self._loop
        if not told and loop.inbox and loop.halted is None and not loop.is_deferred:
            loop.drain()  # what it has made simulated brokers report is heard at once, as with any other update

    def session(self, change: SessionChange) -> None:
        """Take in that a trading session opened or closed; orders that are good no longer end with it.

        Raises:
            ValidationError: It is no `SessionChange`; nobody has heard it.
        """
        if type(change) is not SessionChange:
            raise ValidationError("change", shown(change), "pass a SessionChange")
        sessions = self._engine.state.sessions
        sessions.expect(change.phase, change.symbol)
        try:
            for broker in self._market_listeners.values():
                broker.on_session(change)
            self._loop.enter(change)
        except BaseException:
            sessions.closing = ()
            raise

    def poll(self) -> None:
        """Handle what brokers have reported, and what has become due; while halted, tell only if reports are being lost.

        Raises:
            ClockError: The clock failed now.
            HaltedError: The manager is closed.
            StoreError: The journal failed now; nothing was sent.
        """
        if self._is_closed:
            raise HaltedError(CLOSED, "open another one on the journal")
        loop = self._loop
        if loop.halted is not None:
            loop.halting.watch()
            return
        for broker in self._clock_listeners:
            if broker.due_ns is not None and broker.due_ns <= (now_ns := loop.now_ns()):
                broker.on_clock(now_ns)
        loop.drain()
        if self._sessions.due_ns != NEVER_NS:
            self._sessions.go_on(loop.now_ns())
        if self._snapshots.due_at <= self._engine.state.version and loop.is_idle:
            self._snapshots.take_due()
        if self._keeping.due_at <= len(self._engine.state.index.by_id) and loop.is_idle:
            self._keeping.sweep(self._clock.now_ns())
        if loop.next_due_ns is not None and loop.next_due_ns <= loop.now_ns():
            loop.enter(TimerDue())
        if self._asks.next_ns is not None:
            self._asks.go_on(loop.now_ns())

    def batch(self) -> AbstractContextManager[None]:
        """Handle what the block asks for under one durable append; sends follow at its end, on an exception too."""
        return self._loop.batch()

    def on(self, kind: type[E], listener: Callable[[E], None]) -> Callable[[], None]:
        """Call a listener for every event of a class, base classes included; gives the function that stops it.

        It is called after the event is recorded and sent. What it raises is published as `oms.bus.SubscriberFailed`;
        what it asks for waits its turn.

        Raises:
            ValidationError: It is no class, or the listener cannot be called.
        """
        if not isinstance(kind, type):
            raise ValidationError("kind", shown(kind), "pass a class of events, such as Traded")
        if not callable(listener):
            raise ValidationError("listener", shown(listener), "pass what takes one event")
        return self.bus.observe(kind, listener)

    def attach(self, watcher: Watcher) -> Callable[[], None]:
        """Attach what watches events and the market and may ask for something, such as a `SlippageMonitor`.

        It is told of the whole journal first, and gives the function that detaches it. Of the market it hears what the engine
        hears, before it does.

        Raises:
            ValidationError: It is no watcher, is attached already, or this is called within a batch or from within a listener.
            HaltedError: The journal failed before, or the manager is closed.
            StoreError: The journal cannot be read.
        """
        return self._watching.attach(watcher)

    # ------------------------------------------------------------ while it is halted

    @property
    def halted(self) -> str | None:
        """Why nothing new is taken: what has failed, or that the manager is closed; None while all is well.

        `oms.bus.Halted` is published when it begins.
        """
        return self._loop.halted

    @property
    def lost_reports(self) -> int:
        """How many reports came since the manager halted when no more could be kept."""
        return sum(count for _, count in self._loop.halting.held.lost())

    def resume(self, by: str, reason: str) -> None:
        """Take new orders again after something had failed; nothing but a person's word does that.

        The journal is read again, and what it says is true: handles are filled anew from it. What was to be sent as it failed
        is not sent any more, but brokers are asked anew, and the books compared with them as at a start. Cancels that left
        meanwhile are journaled, and reports that came are handled. Does nothing where the manager is not halted.

        Args:
            by: Who says so.
            reason: Why: what has been mended.

        Raises:
            ValidationError: Name or reason are missing, or it is called within a batch or from within a listener.
            HaltedError: The manager is closed, another one has the journal, or a delivery was broken off after it was recorded:
                then open the journal again.
            ClockError: The clock is still at fault; the manager stays halted.
            StoreError: The journal is; the manager stays halted.
        """
        word = ResumeManager(by, reason)
        try:
            is_new = resume(self._loop, self._store, self._begin, self._start, word, self._go_on_with)
        finally:
            self._notices.tell()
        if is_new:
            self._asks.start(self._loop.now_ns())

    def _go_on_with(self, engine: Engine) -> None:
        self._engine = engine
        # The state that this run began with is given up.
        self._begun = evolve(self._begun, state=engine.state)
        self._snapshots.follow(engine.state)
        self._keeping.follow(engine.state)

    # ------------------------------------------------------------ what there is

    @property
    def state(self) -> State:
        """Everything that is held to be true; to be read."""
        return self._engine.state

    def order(self, identity: int | str) -> Order:
        """Give an order by our id, by a ClOrdID of its chain, or by your own reference.

        Raises:
            UnknownOrderError: Nothing was ever submitted under it, or orders of several brokers have it.
        """
        index = self._engine.state.index
        found: Order | None = None
        allowed = "pass an order id, a ClOrdID or a client_ref of this journal"
        if isinstance(identity, str):
            called = index.called(ClOrdId(identity))
            found = index.by_client_ref.get(identity) or (called[0] if len(called) == 1 else None)
            if len(called) > 1:
                those = ", ".join(f"{order.order_id} at {order.broker}" for order in called)
                allowed = f"pass an order id: it is the ClOrdID of {those}"
        elif type(identity) is int:
            found = index.by_id.get(OrderId(identity))
        if found is None and type(identity) in (int, str):
            found = next(iter(self._keeping.find(identity)), None)
        if found is None:
            raise UnknownOrderError("order", shown(identity), allowed)
        return found

    def find(self, name: str, *, broker: str | None = None) -> list[Order]:
        """Give the orders with a name: your own reference or a ClOrdID, or with `broker` what that broker calls them.

        Those that have left memory are read from the archive, as they were then.
        """
        index, venue_id = self._engine.state.index, VenueOrderId(name)
        known = (
            [index.by_client_ref.get(name), *index.called(ClOrdId(name))]
            if broker is None
            else [index.named_at_venue(BrokerName(broker), venue_id)]
        )
        found = {order.order_id: order for order in (*known, *self._keeping.find(name, broker)) if order}
        return [order for _, order in sorted(found.items())]

    def retire(self) -> int:
        """Let the closed orders leave memory now that need not stay, and give how many did; `poll` does it by itself.

        Raises:
            HaltedError: The journal failed before, or the manager is closed.
            ValidationError: Called within a batch or from within a listener.
            StoreError: Archive or journal failed.
        """
        self._loop.check_idle("retire")
        return self._keeping.sweep(self._clock.now_ns())

    def orders(self) -> list[Order]:
        """Give every order that is in memory, oldest first; see `Retention`."""
        return [order for _, order in sorted(self._engine.state.index.by_id.items())]

    def open_orders(self) -> list[Order]:
        """Give every order that may still trade, oldest first; those that are held or worked here too."""
        state = self._engine.state
        opened, held = state.book.exposure.open_orders, state.held_orders.orders
        if not (held or state.parents.live):
            return list(opened.values())
        worked = {
            one: parent.order for one, parent in state.parents.live.items() if not parent.order.is_closed
        }
        return [order for _, order in sorted((opened | held | worked).items())]

    def in_doubt(self) -> list[Order]:
        """Give every order with a request of which nobody knows whether it arrived, oldest first.

        Their brokers are asked about them until there is evidence. Where one cannot be asked, `outstanding` says so.
        """
        doubts = self._engine.state.inquiries.doubts.values()
        orders = {inquiry.order.order_id: inquiry.order for inquiry in doubts}
        return [order for _, order in sorted(orders.items())]

    def outstanding(self, order: Order | int | None = None) -> list[Outstanding]:
        """Give every request without an answer, with its age and how often its broker was asked what became of it.

        Args:
            order: Those of this order; those of all, which looks at every order there ever was, if none is given.

        Raises:
            UnknownOrderError: No such order was submitted here.
        """
        state = self._engine.state
        chosen = list(state.index.by_id.values()) if order is None else [self._known(order)]
        return outstanding(state, chosen, self._loop.now_ns())

    def anomalies(
        self, order: Order | int | None = None, code: AnomalyCode | None = None, *, acknowledged: bool = False
    ) -> list[ev.AnomalyRaised]:
        """Give what somebody should look at, oldest first; each filter that is given must hold.

        Args:
            order: Those about this order.
            code: Those of this kind.
            acknowledged: Those that somebody has looked at, which are read from the journal, instead of those that nobody has,
                of which the newest 10 000 are at hand.

        Raises:
            UnknownOrderError: No such order was submitted here.
            ValidationError: The code is no `AnomalyCode`, or `acknowledged` neither True nor False.
            StoreError: The journal cannot be read.
        """
        flag(acknowledged, "acknowledged")
        if code is not None and type(code) is not AnomalyCode:
            raise ValidationError("code", shown(code), "pass an AnomalyCode, such as AnomalyCode.OVERFILL")
        order_id = None if order is None else self._known(order).order_id
        raised: Iterable[ev.AnomalyRaised] = self._engine.state.anomalies.open.values()
        if acknowledged:
            raised = acknowledged_anomalies(self._store.read())
        return [
            event
            for event in raised
            if (order_id is None or event.order_id == order_id) and (code is None or event.code is code)
        ]

    def held_reports(self) -> list[ev.ReportHeld]:
        """Give the reports that are kept because their order or execution is not known here, oldest first."""
        return list(self._engine.state.held.by_sequence.values())

    def breaks(self, broker: str | None = None, kind: BreakKind | None = None) -> list[Break]:
        """Give in what the books and the brokers differ, oldest first; each filter that is given must hold."""
        return [
            one
            for one in self._engine.state.breaks.open.values()
            if (broker is None or one.broker == broker) and (kind is None or one.kind is kind)
        ]

    def venues(self) -> list[VenueStanding]:
        """Give how each broker stands that a rule of `routing` names; none where nothing is routed."""
        records = self._engine.state.venues.records
        return [known.standing(broker) for broker, known in records.items()]

    def unreconciled(self) -> list[str]:
        """Give the brokers that get no new orders yet, since the books were not compared with their word since the start."""
        return list(self._engine.state.breaks.unreconciled)

    def position(self, symbol: str, account: str | None = None) -> Position | None:
        """Give what an account holds, the manager's own if none is given; None where it never traded the symbol.

        Raises:
            ValidationError: Symbol or account are no texts.
        """
        for field, given in (("symbol", symbol), ("account", self._account if account is None else account)):
            if type(given) is not str:
                raise ValidationError(field, shown(given), "pass a text")
        return self.positions.get(symbol, self._account if account is None else account)

    def quote(self, symbol: str) -> Quote | None:
        """Give the best prices last heard of an instrument, also where its market is told in depth; None before the first."""
        return self._engine.quote(symbol)

    def state_hash(self) -> str:
        """Give the SHA-256 of everything that is held to be true; a rebuild from the journal gives the same."""
        return state_hash(self._engine.state, self.positions)

    # ------------------------------------------------------------ snapshots

    def snapshot(self) -> int:
        """Keep a snapshot of what is true now, from which the next start begins, and give its version.

        It takes time in proportion to what is in memory. The journal stays the record: without the snapshot the next start
        reads the journal from its beginning and comes to the same.

        Raises:
            HaltedError: The journal failed before, or the manager is closed.
            ValidationError: Called within a batch or from within a listener, or a fact could not be read back.
            StoreError: It could not be kept; everything else is as it was.
        """
        self._loop.check_idle("snapshot")
        return self._snapshots.take()

    def as_of(self, point: int | datetime) -> Past:
        """Give everything that was held to be true after an event, or at a moment, replayed from the journal.

        Args:
            point: The number of the event, or an aware datetime, not later than now.

        Raises:
            ValidationError: It is neither, or lies before the journal's first event or after its end.
            StoreError: The journal cannot be read.
        """
        # The number of an event needs no clock, and may be asked for since that has failed.
        now_ns = self._clock.now_ns() if isinstance(point, datetime) else None
        return as_of(self._store.read(), point, now_ns=now_ns)

    @property
    def began_from(self) -> Beginning:
        """Where this start began: the version of the snapshot that was used, 0 if none, and why one was passed over."""
        return self._begun

    @property
    def notices(self) -> tuple[StoreNotice, ...]:
        """What the store has repaired in the journal or passed over since it was opened, oldest first.

        What is repaired as the manager is resumed is published too, under its own class, such as `TailCut`.
        """
        return self._notices.all()

    # ------------------------------------------------------------ the end

    def close(self) -> None:
        """Handle what brokers have reported, disconnect them and let go of the journal; a second call does nothing.

        Within a batch, what was put off is recorded and sent first. What was reported is left where it is while halted. Whatever fails, all brokers are told to stop and the journal is
        closed; the first error is raised after that.
        """
        if self._is_closed:
            return
        self._is_closed = True
        loop, stops = self._loop, [broker.stop for broker in self._brokers.values()]
        in_turn([loop.finish, loop.drain, *stops, self._last_snapshot, loop.close, self._store.close])

    def _last_snapshot(self) -> None:
        if self._loop.is_idle:
            self._snapshots.take_last()

    def __enter__(self) -> Self:
        """Give the manager itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled."""
        raise TypeError(
            "an OrderManager holds a journal and connections: open another one on the journal instead"
        )

    def __repr__(self) -> str:
        """Give one readable line."""
        state = self._engine.state
        opened = len(state.book.exposure.open_orders)
        brokers = ", ".join(self._brokers) or "no broker"
        return f"<OrderManager {brokers}: {len(state.index.by_id)} orders, {opened} open, {state.version} events>"

    def _order_id(self, order: Order | int) -> OrderId:
        state = self._engine.state
        is_handle = isinstance(order, Order)
        if is_handle or type(order) is int:
            order_id = OrderId(order.order_id if isinstance(order, Order) else order)
            found = state.index.by_id.get(order_id) or state.handles.get(order_id)
            if found is not None and (found is order or not is_handle):
                return order_id
            if (
                found is None
                and (not is_handle or state.away.get(order_id) is order)
                and self._keeping.find(order_id)
            ):
                return order_id
        raise UnknownOrderError("order", shown(order), "pass an order of this manager, or its order_id")

    def _known(self, order: Order | int) -> Order:
        order_id = self._order_id(order)
        state = self._engine.state
        found = state.index.by_id.get(order_id) or state.handles.get(order_id)
        return found or self._keeping.find(order_id)[0]

    def _unknown_broker(self, broker: object) -> NoReturn:
        known = f"attached are {', '.join(self._brokers)}" if self._brokers else "none is attached"
        raise UnknownBrokerError("broker", shown(broker), known)

    def _unknown_symbol(self, symbol: object) -> NoReturn:
        known = sorted(self._engine.state.instruments)
        near = difflib.get_close_matches(shown(symbol).strip("'"), known, 3) or known[:5]
        allowed = (
            f"known are {', '.join(near)}" if near else "no instrument is defined: pass instruments=[...]"
        )
        raise UnknownInstrumentError("symbol", shown(symbol), allowed)
