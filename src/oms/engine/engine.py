"""The engine: one input in, its outcome out. No clock, no randomness, no threads, no sockets, no logging.

The same inputs with the same times give the same events, byte for byte, on every Python and every hash seed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from decimal import getcontext, setcontext
from typing import Any, Final

from oms.engine import emergencies, emergency_requests, operator, parent_amends, reconciler
from oms.engine.alerts import alerting
from oms.engine.answers import process_answer
from oms.engine.doubt import ask_due, put_in_doubt, revive_heard_of
from oms.engine.expiring import end_with_session, going_on, look_at
from oms.engine.failed_handlers import tell_failed, tell_refused
from oms.engine.groups import Groups
from oms.engine.holding import Holding
from oms.engine.incoming import set_aside, take_in
from oms.engine.inputs import (
    Answered,
    EmergencyCancel,
    EmergencyReduction,
    Input,
    Promised,
    Reported,
    Resume,
    Retire,
    SetAside,
    Start,
    TimerDue,
    VenueDepth,
    VenueQuote,
    WatchedMassCancel,
)
from oms.engine.order_entry import OrderEntry
from oms.engine.outcome import Outcome
from oms.engine.parents import Parents
from oms.engine.pegging import Pegging
from oms.engine.reduce_only import ReduceOnly
from oms.engine.report_processing import adopt_settled, process_report, reconsider, release_ready
from oms.engine.retention import retire
from oms.engine.state import ID_BLOCK, State
from oms.engine.venue_desk import VenueDesk
from oms.errors import LimitExceededError, ValidationError
from oms.model import commands as cmd
from oms.model import events as ev
from oms.model.break_commands import AssignBreak, ReconcileBroker, ResolveBreak
from oms.model.capabilities import Capabilities
from oms.model.decimals import EXACT, exact_arithmetic
from oms.model.ids import BrokerName, ClOrdId, Symbol
from oms.model.market import NEWS, MarketNews, MarketUpdate, MarkPrice, Quote, TradePrint
from oms.model.order import Order
from oms.model.reasons import Reason
from oms.model.reports import ExecutionReport, OrderCancelReject
from oms.model.requests import OrderCancelReplaceRequest, OrderCancelRequest, Request
from oms.model.security_status import SecurityStatus
from oms.model.sessions import NS_PER_S, SessionChange
from oms.model.venue_profile import IdScope
from oms.model.work import Wake
from oms.order_types.handler_answers import check_commands
from oms.order_types.registry import HandlerRegistry
from oms.ports.order_type_handler import OrderTypeHandler

MAX_FOLLOW_UPS: Final = 10_000
"""How many commands may follow from one input before it is taken for a loop."""

_CLOCK: Final = "clock"
_PASSING: Final = frozenset({TimerDue, Quote, VenueQuote, VenueDepth, TradePrint, MarkPrice, *NEWS})
"""Inputs that cause no event of their own: what happens with them happens since time has passed."""


class Engine:
    """Orders, held in memory and moved by inputs. Not for use from several threads at once.

    Attributes:
        state: What is true. To be read; only the engine moves it.
        is_following_up: What is done is what handlers have asked for; it stays so where one of them has failed, until it is looked
            at: the input itself has become true then.
        wants_events: Commands may follow from events: some order type's handler listens to them.
    """

    __slots__ = (
        "_desks",
        "_dirty",
        "_dispatch",
        "_due",
        "_entry",
        "_follow_ups",
        "_followed",
        "_grace_ns",
        "_groups",
        "_handlers",
        "_held",
        "_holding",
        "_kept",
        "_lists",
        "_market",
        "_mute",
        "_parents",
        "_pegging",
        "_queue",
        "_quoted",
        "_quotes",
        "_real",
        "_reduce_only",
        "_reducing",
        "_refused",
        "_requests",
        "_simulated",
        "_told",
        "_unheard",
        "_untold",
        "_venues",
        "_wary",
        "_worked",
        "is_following_up",
        "state",
        "wants_events",
    )

    def __init__(
        self,
        capabilities: Mapping[BrokerName, Capabilities],
        handlers: HandlerRegistry,
        state: State | None = None,
    ) -> None:
        """Begin with these brokers and order types: before the first event, or where a state is given, after its last."""
        self.state = State() if state is None else state
        self.state.profiles.update({broker: able.profile for broker, able in capabilities.items()})
        self._lists = {broker: able.lists for broker, able in capabilities.items()}
        self._real = frozenset(broker for broker, able in capabilities.items() if not able.simulated)
        self._simulated = frozenset(capabilities) - self._real
        self._entry, self._handlers = OrderEntry(self.state, capabilities, handlers), handlers
        self._reduce_only, self._holding = ReduceOnly(self._entry), Holding(self._entry)
        self.wants_events = any(handler.wants_events for handler in handlers.values())
        # What waits; nearly always nothing does, and to look there costs each input less than to look in the state.
        self._kept = self.state.held.by_sequence
        self._pegging = Pegging(self._entry, self._holding)
        self._share_what_is_held()
        self._queue, self._mute = self.state.inquiries.queue, self.state.inquiries.mute
        self._groups, self._parents = Groups(self._entry, self._holding), Parents(self._entry)
        self._venues, self._reducing = VenueDesk(self._entry, self._lists), self.state.book.exposure.reducing
        self._dirty, self._refused = self.state.groups.dirty, self.state.groups.refused
        self._requests: list[Request] = []
        # How many of the events that are still to be handed out the handlers have been told of.
        self._told, self._grace_ns, self.is_following_up = 0, 0, False
        self._follow_ups: deque[cmd.Command] = deque()
        self._dispatch: dict[type[Any], Callable[[Any], None]] = {
            cmd.SubmitOrder: self._submit,
            Promised: self._submit_promised,
            cmd.CancelOrder: self._cancel,
            cmd.ReplaceOrder: self._replace,
            cmd.MassCancel: self._mass_cancel,
            WatchedMassCancel: self._mass_cancel_watched,
            cmd.EngageKillSwitch: self._engage,
            cmd.ReleaseKillSwitch: self._release,
            cmd.RequestStatus: self._request_status,
            cmd.ResolveDoubt: self._resolve,
            cmd.AdoptOrder: self._adopt,
            cmd.AcknowledgeAnomaly: self._acknowledge,
            AssignBreak: self._assign,
            ResolveBreak: self._resolve_break,
            ReconcileBroker: self._reconcile,
            **(self._groups.inputs | self._parents.inputs | alerting(self.state) | self._news()),
            Reported: self._reported,
            Answered: self._answered,
            SetAside: self._set_aside,
            Quote: self._quote,
            VenueQuote: self._venue_quote,
            VenueDepth: self._venue_depth,
            TradePrint: self._trade,
            MarkPrice: self._mark,
            TimerDue: self._nothing,
            SessionChange: self._session,
            Start: self._start,
            Resume: self._resume,
            EmergencyCancel: self._emergency,
            EmergencyReduction: self._emergency_reduction,
            Retire: self._retire,
        }

    def _news(self) -> dict[type[Input], Callable[[Any], None]]:
        return {SecurityStatus: self._status}

    def _share_what_is_held(self) -> None:
        held, entry = self.state.held_orders, self._entry
        self._wary = self.state.venues.wary
        self._worked, self._untold = self.state.parents.live, self.state.parents.told
        self._held, self._desks, self._unheard = held.orders, held.desks, held.unheard
        self._quoted, self._due, self._followed = held.quoted, held.due, self._pegging.followed
        self._market, self._quotes = entry.market, entry.quotes

    def handle(self, what: Input, now_ns: int) -> Outcome:
        """Take an input in, after everything that was due before it.

        Args:
            what: The input.
            now_ns: The time, in nanoseconds UTC; where it lies before the last event's, that one's is taken.

        Raises:
            ValidationError: The input names an instrument or order that does not exist; nothing has changed.
            LimitExceededError: Commands followed from one another without end.
        """
        state = self.state
        # `max` would cost a call for each input.
        now = state.now_ns = now_ns if now_ns > state.last_ns else state.last_ns  # noqa: FURB136
        outside = getcontext()
        setcontext(EXACT)
        try:
            due = state.timers.next_due_ns
            if due is not None and due <= now:
                self._fire()
            self._dispatch[type(what)](what)
            if self._kept or self._queue or self._mute:
                self._tie_up(what)
            if self._wary and type(what) is not Start:
                self._tend(what)
            if self._due and type(what) is not Start:
                self._pegging.look_again(self._requests)
            if self.wants_events or self._reducing:
                self._follow_up(what)
            if self._refused:
                self._groups.ask_again()
            # Nobody is connected yet while a manager starts.
            if self._dirty and type(what) is not Start:
                self._work_groups(what)
            if (self._worked or self._untold) and type(what) is not Start:
                self._work_parents(what)
        finally:
            setcontext(outside)
        next_due_ns = state.timers.next_due_ns
        if self._queue:
            next_due_ns = _sooner(next_due_ns, state.inquiries.next_due_ns())
        if self._refused:
            next_due_ns = _sooner(next_due_ns, self._groups.ask_again())
        if self._worked:
            next_due_ns = _sooner(next_due_ns, self._parents.next_due_ns)
        if self._dirty:
            # After a start they wait for the next input, and perhaps nobody else says anything.
            next_due_ns = now
        # After an error what had become true before it (a timer, say) stays here for the next outcome.
        outcome = Outcome(state.fresh, self._requests, next_due_ns)
        state.fresh = []
        self._requests = []
        self._told = 0
        return outcome

    def replay(self, events: Iterable[ev.Event], listener: Callable[[ev.Event], None] | None = None) -> None:
        """Make recorded events true again, and tell a listener of each as soon as it is.

        Raises:
            JournalDamagedError: They do not follow one another.
            TransitionError: They do not follow the tables.
        """
        with exact_arithmetic():
            if listener is None:
                for event in events:
                    self.state.apply(event)
            else:
                apply = self.state.apply
                for event in events:
                    apply(event)
                    listener(event)
        self.state.clash = None

    def emergency_cancel(
        self,
        command: cmd.CancelOrder,
        counter: int,
        unsent: Collection[ClOrdId],
        now_ns: int,
        reduced: ClOrdId | None = None,
    ) -> OrderCancelRequest | tuple[Reason, ...]:
        """Give a cancel to be sent at once, although the journal is down; see `emergency_requests.cancel`."""
        with exact_arithmetic():
            return emergency_requests.cancel(self._entry, command, counter, unsent, now_ns, reduced)

    def emergency_reduction(
        self, command: cmd.ReplaceOrder, counter: int, unsent: Collection[ClOrdId], now_ns: int
    ) -> OrderCancelReplaceRequest | tuple[Reason, ...] | None:
        """Give a replace to be sent at once, although the journal is down; see `emergency_requests.reduce`."""
        with exact_arithmetic():
            return emergency_requests.reduce(self._entry, command, counter, unsent, now_ns)

    def see(self, update: MarketUpdate | VenueQuote | VenueDepth | MarketNews) -> None:
        """Take the market in without anything else, as `handle` would; no order is released."""
        if isinstance(update, VenueQuote):
            update = self._entry.see_at(update.broker, update.quote)
        elif isinstance(update, VenueDepth):
            quote = self._entry.hear_at(update.broker, update.depth)
            if quote is None:
                return
            update = quote
        if isinstance(update, NEWS):
            self._entry.tapes.note(update)
            return
        if type(update) is not MarkPrice:
            self._market[update.symbol] = update
        if type(update) is Quote:
            self._entry.tapes.keep(self._quotes.get(update.symbol))
            self._quotes[update.symbol] = update

    def would_see(self, broker: BrokerName, quote: Quote) -> Quote:
        """Give what the market shows with what a broker shows, and take nothing in."""
        return self._entry.would_see_at(broker, quote)

    def quote(self, symbol: str) -> Quote | None:
        """Give the last quote of an instrument; None before the first. No journal holds it."""
        return self._quotes.get(Symbol(symbol))

    def follow(self, earlier: Engine) -> None:
        """Take over from an engine that is given up what no journal holds: the market as it was last seen."""
        self._market.update(earlier._market)
        self._quotes.update(earlier._quotes)
        self._entry.follow(earlier._entry)
        self._entry.tapes.follow(earlier._entry.tapes)

    # ------------------------------------------------------------ one method an input

    def _submit(self, what: cmd.SubmitOrder) -> None:
        self.state.begin(cmd.SubmitOrder, what.asked_by)
        self._entry.submit(what, self._requests)

    def _submit_promised(self, what: Promised) -> None:
        self.state.begin(cmd.SubmitOrder, what.command.asked_by)
        named = what.broker
        if named is None or self.state.venues.routing is None:
            self._entry.submit(what.command, self._requests, promised=what.order_id, broker=named)
        else:
            self._entry.submit_to(named, what.command, self._requests, what.order_id)

    def _cancel(self, what: cmd.CancelOrder) -> None:
        self.state.begin(cmd.CancelOrder, what.asked_by)
        self._entry.cancel(what, self._requests)

    def _replace(self, what: cmd.ReplaceOrder) -> None:
        self.state.begin(cmd.ReplaceOrder, what.asked_by)
        if what.order_id in self._held:
            self._holding.replace(what)
        elif self.state.of_parent and what.order_id in self.state.of_parent:
            parent_amends.replace(self._entry, what)
        elif (what.price is not None and self._quoted and (reasons := self._pegging.why_not(what))) or (
            self.state.groups.of_order and (reasons := self._groups.why_not_more(what))
        ):
            state = self.state
            state.record(ev.ReplaceDenied(*state.envelope(), what.order_id, reasons))
        else:
            self._entry.replace(what, self._requests)

    def _mass_cancel(self, what: cmd.MassCancel) -> None:
        self.state.begin(cmd.MassCancel, what.asked_by)
        self._entry.mass_cancel(what, self._requests)

    def _mass_cancel_watched(self, what: WatchedMassCancel) -> None:
        self.state.begin(cmd.MassCancel, what.command.asked_by)
        self._entry.mass_cancel(what.command, self._requests, what.result)

    def _engage(self, what: cmd.EngageKillSwitch) -> None:
        state = self.state
        state.begin(cmd.EngageKillSwitch, what.asked_by)
        if state.book.kill_reason is None:
            state.record(ev.KillSwitchEngaged(*state.envelope(), what.reason))
            state.parents.wake_all(Wake.SESSION)

    def _release(self, what: cmd.ReleaseKillSwitch) -> None:
        state = self.state
        state.begin(cmd.ReleaseKillSwitch, what.asked_by)
        if state.book.kill_reason is not None:
            state.record(ev.KillSwitchReleased(*state.envelope(), what.reason))
            state.parents.wake_all(Wake.SESSION)

    def _reported(self, what: Reported) -> None:
        state = self.state
        broker, report = what.broker, what.report
        # What `State.begin` does, without the call: nearly all inputs come this way.
        state.input_sequence = state.version + 1
        try:
            state.cause = state.causes[broker][type(report)]
        except KeyError:
            state.begin(type(report), broker)
        if type(report) is ExecutionReport or type(report) is OrderCancelReject:
            process_report(state, broker, report)
        else:
            take_in(state, broker, report)

    def _answered(self, what: Answered) -> None:
        state = self.state
        state.begin(type(what.result), what.request.broker)
        process_answer(state, what)

    def _set_aside(self, what: SetAside) -> None:
        set_aside(self.state, what)

    def _request_status(self, what: cmd.RequestStatus) -> None:
        self.state.begin(cmd.RequestStatus, what.asked_by)
        operator.request_status(self.state, what, self._requests)

    def _resolve(self, what: cmd.ResolveDoubt) -> None:
        self.state.begin(cmd.ResolveDoubt, what.by)
        operator.resolve(self.state, what)

    def _adopt(self, what: cmd.AdoptOrder) -> None:
        self.state.begin(cmd.AdoptOrder, what.by)
        operator.adopt(self.state, what)

    def _acknowledge(self, what: cmd.AcknowledgeAnomaly) -> None:
        self.state.begin(cmd.AcknowledgeAnomaly, what.by)
        operator.acknowledge(self.state, what)

    def _assign(self, what: AssignBreak) -> None:
        self.state.begin(AssignBreak, what.by)
        operator.assign_break(self.state, what)

    def _resolve_break(self, what: ResolveBreak) -> None:
        self.state.begin(ResolveBreak, what.by)
        operator.resolve_break(self.state, what)

    def _reconcile(self, what: ReconcileBroker) -> None:
        self.state.begin(ReconcileBroker, what.asked_by)
        lists = self._lists.get(what.broker, frozenset())
        reconciler.begin(self.state, what.broker, lists, self._grace_ns, self._requests)
        self._open_routes()

    def _open_routes(self) -> None:
        if reconciler.cleared(self.state.fresh):
            self._entry.forget_routes()
            self.state.groups.look_at_all()
            self.state.parents.wake_all(Wake.SESSION)

    # Nearly always an update reaches nobody who is held. That is written out, since to ask for it would cost a call, or more.

    def _quote(self, what: Quote) -> None:
        symbol, bid, ask = what.symbol, what.bid, what.ask
        # `Quote.is_two_sided`, without the call.
        if bid is None or ask is None or bid > ask or not what.bid_size or not what.ask_size:
            self._odd_quote(what)
            return
        self._quotes[symbol] = self._market[symbol] = what
        if self._quoted and self._followed.get(symbol) != (bid, ask, self.state.version):
            self._pegging.on_quote(what, self._requests)
        if self._held and (desk := self._desks.get(symbol)) is not None:
            is_near = desk.bid_low <= bid <= desk.bid_high and desk.ask_low <= ask <= desk.ask_high
            if not (is_near or desk.is_quiet(bid, ask)) or self._unheard:
                self._holding.watch(what, self._requests)

    def _odd_quote(self, what: Quote) -> None:
        """Take in a quote by which nobody can trade on both sides."""
        symbol = what.symbol
        self._entry.tapes.keep(self._quotes.get(symbol))
        self._quotes[symbol] = self._market[symbol] = what
        if self._quoted:
            self._pegging.on_quote(what, self._requests)
        if self._held and symbol in self._desks:
            self._holding.watch(what, self._requests)

    def _venue_quote(self, what: VenueQuote) -> None:
        self._quote(self._entry.see_at(what.broker, what.quote))

    def _venue_depth(self, what: VenueDepth) -> None:
        quote = self._entry.hear_at(what.broker, what.depth)
        if quote is not None:
            self._quote(quote)
            if self._worked:
                self._parents.see_together(quote)

    def _trade(self, what: TradePrint) -> None:
        symbol, px = what.symbol, what.price
        self._market[symbol] = what
        desk = self._desks.get(symbol) if self._held else None
        if desk is not None and (not desk.last_low <= px <= desk.last_high or self._unheard):
            self._holding.watch(what, self._requests)

    def _mark(self, what: MarkPrice) -> None:
        if self._held and (desk := self._desks.get(what.symbol)) is not None:
            marks = desk.marks
            if not marks.low <= what.price <= marks.high or self._unheard:
                self._holding.watch(what, self._requests)

    def _nothing(self, what: TimerDue) -> None:
        pass

    def _session(self, what: SessionChange) -> None:
        state = self.state
        state.begin(SessionChange, _CLOCK)
        changed = ev.SessionChanged(*state.envelope(), what.phase, what.trade_date, what.symbol, what.time_ns)
        goes_on = going_on(state, what)
        state.record(changed)
        end_with_session(state, what, self._simulated, goes_on)
        # Exits may have waited for an opening.
        state.groups.look_at_all()
        self._pegging.on_session(what, self._requests)

    def _status(self, what: SecurityStatus) -> None:
        self._parents.note(what)
        self._pegging.go_on(what.symbol, self._requests)

    def _retire(self, what: Retire) -> None:
        self.state.begin(Retire, _CLOCK)
        retire(self.state, what.order_ids)

    def _start(self, what: Start) -> None:
        state = self.state
        state.begin(Start, _CLOCK)
        state.timers.settle()
        sequence, epoch, cause, first, now = state.envelope()
        started = ev.EpochStarted(
            sequence,
            epoch + 1,
            cause,
            first,
            now,
            what.namespace,
            what.request_timeout_ns,
            self._session_scoped(),
            self._unreconciled(),
        )
        state.record(started)
        state.record(ev.IdBlockReserved(*state.envelope(), state.reserved + ID_BLOCK))
        if state.book.limits != what.limits:
            state.record(ev.LimitsSet(*state.envelope(), what.limits))
        if state.venues.routing != what.routing:
            state.record(ev.RoutingSet(*state.envelope(), what.routing))
        state.venues.watch()
        for instrument in what.instruments:
            if state.instruments.get(instrument.symbol) != instrument:
                state.record(ev.InstrumentDefined(*state.envelope(), instrument))
        self._entry.forget_routes()
        self._pegging.forget_grids()
        state.account = what.account
        self._grace_ns = what.grace_ns
        self._holding.policy = what.after_restart
        # What became of it while nobody listened is not known.
        for _, identity in state.timers.waiting():
            order = state.index.by_cl_ord_id[identity]
            asked = next(r for r in order.outstanding_requests if r.cl_ord_id == identity)
            put_in_doubt(state, order, asked, "it was unanswered when the manager was started again")
        for order_id in list(state.inquiries.mute):
            state.inquiries.revive(order_id)
        if state.held.by_sequence:
            reconsider(state)

    def _resume(self, what: Resume) -> None:
        emergencies.resume(self.state, what, self._requests)

    def _emergency(self, what: EmergencyCancel) -> None:
        emergencies.journal_cancel(self.state, what)

    def _emergency_reduction(self, what: EmergencyReduction) -> None:
        emergencies.journal_reduction(self.state, what)

    def _unreconciled(self) -> tuple[BrokerName, ...]:
        # A simulated broker has nothing that a journal without orders could have missed.
        is_new = not self.state.index.by_id and not self.state.retired
        listing = sorted(broker for broker, lists in self._lists.items() if lists)
        return tuple(broker for broker in listing if not is_new or broker in self._real)

    def _session_scoped(self) -> tuple[BrokerName, ...]:
        profiles = sorted(self.state.profiles.items())
        return tuple(broker for broker, profile in profiles if profile.venue_id_scope is IdScope.SESSION)

    # ------------------------------------------------------------ what follows

    def _fire(self) -> None:
        state = self.state
        timers, now_ns = state.timers, state.now_ns
        while True:
            expires_ns = timers.expiries.next_ns
            is_next = expires_ns is not None and expires_ns <= now_ns
            identity = timers.pop_due(expires_ns if is_next and expires_ns is not None else now_ns)
            if identity is None:
                if not is_next:
                    return
                state.begin(TimerDue, _CLOCK)
                look_at(state, timers.expiries.pop(), self._simulated)
                continue
            state.begin(TimerDue, _CLOCK)
            order = state.index.by_cl_ord_id[identity]
            asked = next(r for r in order.outstanding_requests if r.cl_ord_id == identity)
            put_in_doubt(state, order, asked, f"no answer within {state.request_timeout_ns / NS_PER_S:g} s")

    def _tend(self, what: Input) -> None:
        if type(what) in _PASSING:
            self.state.begin(TimerDue, _CLOCK)
        if self._venues.tend(self._grace_ns, self._requests) and self._worked:
            # What rests at a broker that is down is to be taken back, whether or not a quote comes.
            self.state.parents.wake_all(Wake.SESSION)

    def _tie_up(self, what: Input) -> None:
        """Do what follows from what the input has made known: kept reports are handled, and what is due is asked."""
        state = self.state
        release_ready(state)
        if state.held.blocked:
            adopt_settled(state)
        if state.inquiries.mute:
            revive_heard_of(state)
        # Nobody is connected yet while a manager starts; what is due then is asked with the next input.
        if state.inquiries.queue and type(what) is not Start:
            ask_due(state, self._requests)
        if state.runs:
            if type(what) in _PASSING:
                state.begin(TimerDue, _CLOCK)
            reconciler.advance(state, self._requests)
            self._open_routes()

    def _work_groups(self, what: Input) -> None:
        while self._dirty:
            self._groups.settle(self._requests)
            if self._due:
                self._pegging.look_again(self._requests)
            if self.wants_events or self._reducing:
                self._follow_up(what)

    def _work_parents(self, what: Input) -> None:
        parents = self._parents
        parents.see(what)
        while parents.advance(self._requests):
            if self._due:
                self._pegging.look_again(self._requests)
            if self.wants_events or self._reducing:
                self._follow_up(what)
            if self._dirty:
                self._work_groups(what)

    def _follow_up(self, what: Input) -> None:
        followed = 0
        self.is_following_up = True
        while True:
            if self.wants_events:
                self._tell_handlers()
            # Only once all that was asked for is done: it would be asked for again. Nobody is connected while a manager starts.
            if self._reducing and not self._follow_ups and type(what) is not Start:
                self._follow_ups.extend(self._reduce_only.follow(self.state.fresh))
            if not self._follow_ups:
                self.is_following_up = False
                return
            followed += 1
            if followed > MAX_FOLLOW_UPS:
                self._follow_ups.clear()
                raise LimitExceededError(
                    "MAX_FOLLOW_UPS", MAX_FOLLOW_UPS, "an order type handler answers itself"
                )
            command = self._follow_ups.popleft()
            try:
                self._dispatch[type(command)](command)
            except ValidationError as error:
                tell_refused(self.state, command, error)
            if self._kept or self._queue or self._mute:
                self._tie_up(command)

    def _tell_handlers(self) -> None:
        state = self.state
        while self._told < len(state.fresh):
            event = state.fresh[self._told]
            self._told += 1
            if isinstance(event, ev.OrderEvent):
                order = state.index.by_id[event.order_id]
                # What is held here is released as other terms, and stays an order of its own kind.
                handler = self._handlers[type(order.given_terms)]
                if handler.wants_events:
                    self._follow_ups.extend(self._asked_for(handler, order, event))

    def _asked_for(
        self, handler: OrderTypeHandler, order: Order, event: ev.OrderEvent
    ) -> Sequence[cmd.Command]:
        try:
            commands = handler.on_event(order, event)
            check_commands(commands)
        except (MemoryError, RecursionError):
            raise
        except Exception as error:  # noqa: BLE001  # a handler of somebody's own may raise anything
            tell_failed(self.state, order, self._handlers, error)
            return ()
        return commands


def _sooner(due_ns: int | None, other_ns: int | None) -> int | None:
    if due_ns is None or other_ns is None:
        return other_ns if due_ns is None else due_ns
    return min(due_ns, other_ns)
