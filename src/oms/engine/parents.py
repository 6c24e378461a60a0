"""Orders at work here: their algorithms are asked what to do, and it is done, as far as it may be.

Whatever an algorithm says, its order is never exceeded: a child is never larger than what is available, and none is placed while the
order is suspended, stopped, ended, about to be made smaller, or resting after refusals. Each child passes the gate like any other order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, Final

from oms.engine import parent_amends, parent_ends, parent_entry, parent_failover, parent_halts
from oms.engine.inputs import Input, VenueDepth, VenueQuote
from oms.engine.order_entry import OrderEntry
from oms.engine.parent_book import ParentBook
from oms.engine.parent_days import why_over
from oms.engine.parent_limits import beyond, changes, stays_due, why_not
from oms.engine.refusals import why_suspended
from oms.engine.wakes import Wakes
from oms.errors import LimitExceededError, OmsError
from oms.model import events as ev
from oms.model.commands import CancelOrder, ReplaceOrder, SubmitOrder
from oms.model.decimals import ZERO, plain
from oms.model.enums import AnomalyCode, SessionPhase
from oms.model.ids import BrokerName, OrderId, Symbol
from oms.model.market import NEWS, MarketNews, Quote, TradePrint
from oms.model.order import ENDED, Order
from oms.model.parent import ORIGIN, Child, Parent
from oms.model.requests import Request
from oms.model.routing import RouteDecision
from oms.model.sessions import SessionChange
from oms.model.work import Memo, Pace, Wake, WorkEnd, checked_memo
from oms.model.work_commands import PauseWork, ResumeWork
from oms.order_types.handler_answers import failure, is_the_librarys, why_not_steps
from oms.order_types.strategy import working
from oms.ports.working_handler import NewChild, NextWake, Steps, View, WorkingHandler

# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

MAX_STEPS: Final = 10_000
"""How many steps orders may take after one input before it is taken for a loop."""

_NOTHING: Final = Steps()


class Parents:
    """What works the parents of an engine."""

    __slots__ = ("_book", "_entry", "_memo", "_requests", "_resumed", "_state", "_wakes")

    def __init__(self, entry: OrderEntry) -> None:
        """Work on the state of an order entry, through which all children go."""
        self._entry = entry
        self._state = entry.state
        self._book: ParentBook = entry.state.parents
        self._wakes = Wakes()
        self._requests: list[Request] = []
        # What trades again since this input, of which brokers are to be asked.
        self._resumed: Symbol | None = None
        # What is to be noted with the next event of the order that is looked at.
        self._memo: Memo | None = None

    @property
    def inputs(self) -> dict[type[Any], Callable[[Any], None]]:
        """What is done with each input that is about orders that are worked here."""
        return {PauseWork: self._pause, ResumeWork: self._resume, **dict.fromkeys(NEWS, self.note)}

    def _pause(self, what: PauseWork) -> None:
        self._state.begin(PauseWork, what.asked_by)
        parent_entry.pause(self._state, what)

    def _resume(self, what: ResumeWork) -> None:
        self._state.begin(ResumeWork, what.asked_by)
        parent_entry.resume(self._state, what)

    def note(self, what: MarketNews) -> None:
        """Take note of what is said of a market beside prices."""
        if parent_entry.note(self._entry, what):
            self._resumed = what.symbol

    # ------------------------------------------------------------ what has happened

    def see(self, what: Input) -> None:
        """Take note of an input, and of the time: whoever it concerns is to be looked at."""
        book, tapes = self._book, self._entry.tapes
        if isinstance(what, Quote | VenueQuote):
            quote = what if isinstance(what, Quote) else what.quote
            if quote is what or self._entry._choice.markets.is_news(tapes.went_on_ns(quote.symbol)):
                self._wake(tapes.hear(quote), Wake.QUOTE)
            self.see_together(self._entry.quotes[quote.symbol])
        elif isinstance(what, VenueDepth):
            self._wake(tapes.hear(what.depth), Wake.QUOTE)
        elif isinstance(what, TradePrint):
            self._wake(tapes.take(what), Wake.VOLUME)
        elif isinstance(what, SessionChange):
            if what.phase is SessionPhase.OPEN:
                tapes.go_on(what.symbol, what.time_ns)
            for parent in book.live.values():
                if what.symbol is None or parent.order._symbol == what.symbol:
                    book.wake(parent, Wake.SESSION)
        while (waiting := self._wakes.pop(self._state.now_ns)) is not None:
            self._wake((waiting,), Wake.TIMER)

    def see_together(self, quote: Quote) -> None:
        """Take note of what all brokers show together."""
        self._wake(self._entry.tapes.take(quote), Wake.QUOTE)

    def _wake(self, order_ids: Iterable[OrderId], why: Wake) -> None:
        for order_id in order_ids:
            parent = self._book.live.get(order_id)
            if parent is not None:
                self._book.wake(parent, why)

    @property
    def next_due_ns(self) -> int | None:
        """When somebody is to be looked at next, in nanoseconds UTC; at once where an input is waited for, None if nobody is."""
        return 0 if self._book.woken else self._wakes.next_ns

    # ------------------------------------------------------------ what follows

    def advance(self, requests: list[Request]) -> bool:
        """Do all that follows, and tell whether there was anything.

        Raises:
            LimitExceededError: It does not come to rest.
        """
        book = self._book
        if not (book.woken or book.told):
            return False
        self._requests = requests
        if self._resumed is not None:
            parent_halts.ask_about_kept(self._state, self._resumed, requests)
            self._resumed = None
        steps = 0
        while book.woken or book.told:
            self._tell()
            if not book.woken:
                break
            steps += 1
            if steps > MAX_STEPS:
                raise LimitExceededError("MAX_STEPS", MAX_STEPS, "an algorithm answers itself")
            order_id, why = next(iter(book.woken.items()))
            del book.woken[order_id]
            self._look(book.by_id[order_id], frozenset(why))
        return True

    def _tell(self) -> None:
        """Tell parents what their children have executed."""
        state, book = self._state, self._book
        while book.told:
            order_id, child = next(iter(book.told.items()))
            del book.told[order_id]
            parent, order = book.of_order[order_id], child.order
            assert order is not None
            qty, notional = child._told
            more, worth = order._cum_qty - qty, order._notional - notional
            if not (more or worth):
                continue
            if not state.fresh:
                state.begin(SubmitOrder, ORIGIN)
            told = ev.ChildExecuted(*state.envelope(), parent.order_id, order_id, child.exec_id, more, worth)
            state.record_of(parent.order, told)
            if parent.excess > parent._told_excess:
                self._tell_excess(parent)

    def _tell_excess(self, parent: Parent) -> None:
        state = self._state
        state.begin(SubmitOrder, ORIGIN)
        text = f"its children have executed {plain(parent.excess)} more than was ordered"
        whose = AnomalyCode.OVERFILL, BrokerName(""), parent.order_id
        state.record(ev.AnomalyRaised(*state.envelope(), *whose, text, ""))
        if parent.stopped is None and parent.order._life not in ENDED:
            self._stop(parent, WorkEnd.OVERFILLED, text)

    def _look(self, parent: Parent, why: frozenset[Wake]) -> None:
        handler = working(self._entry._handlers, parent.order._terms)
        self._note_refusals(parent, handler)
        self._cut(parent)
        if Wake.CHILD in why or Wake.RESTART in why:
            # A bust may have what was filled work again, at a price of before the limit was changed.
            self._take_back(parent, beyond(parent, parent.order._terms))
        if parent.order._life in ENDED:
            self._take_back(parent, parent.open.values())
            self._settle(parent, NextWake())
            return
        text = why_over(self._state, parent, why)
        if text is not None and parent.stopped is None and not (parent.order.is_filled and not parent.open):
            self._stop(parent, WorkEnd.END_TIME, text)
        if parent.amend is not None:
            self._amend(parent)
        if parent.stopped is not None or parent.suspended is not None:
            self._take_back(parent, parent.open.values())
            if parent.stopped is not None:
                if not parent.open:
                    parent_ends.end(self._state, parent)
                self._settle(parent, NextWake())
                return
        if not parent.open and parent.order.is_filled:
            parent_ends.end(self._state, parent)
            self._settle(parent, NextWake())
            return
        if handler is None:
            self._suspend(parent, f"no handler works {parent.order._terms}")
            self._settle(parent, NextWake())
            return
        order = parent.order
        view = parent_entry.view_of(
            self._entry, order._symbol, order._account, parent, reads=handler.needs_prints
        )
        steps = self._ask(handler, parent, view, why)
        try:
            self._follow(parent, view, steps)
        except OmsError as error:
            self._suspend(parent, f"what its algorithm asks for cannot be meant: {error}")
        self._settle(parent, steps.wake)

    def _ask(self, handler: WorkingHandler, parent: Parent, view: View, why: frozenset[Wake]) -> Steps:
        try:
            steps = handler.step(parent, view, why)
        except (MemoryError, RecursionError):
            raise
        except Exception as error:  # noqa: BLE001  # an algorithm of somebody's own may raise anything; its order is not worked on
            self._suspend(parent, f"its algorithm failed: {failure(error)}")
            return _NOTHING
        if is_the_librarys(handler):
            return steps
        if why_not_taken := why_not_steps(steps, parent.order._order_qty):
            self._suspend(parent, why_not_taken)
            return _NOTHING
        return steps

    def _note_refusals(self, parent: Parent, handler: WorkingHandler | None) -> None:
        """Suspend an order whose child was refused for good, or canceled by somebody else."""
        book = self._book
        for order_id in [one for one in book.asked_away if one in parent.children]:
            who = book.asked_away.pop(order_id)
            self._suspend(parent, f"its child {order_id} was canceled{f' by {who}' if who else ''}")
        for order_id in [one for one in book.refused if one in parent.children]:
            elsewhere = parent_failover.goes_elsewhere(self._entry, parent, order_id, handler)
            text = why_suspended(parent, book.refused.pop(order_id), is_routed=elsewhere)
            if text:
                self._suspend(parent, text)

    # ------------------------------------------------------------ what an algorithm asks for

    def _follow(self, parent: Parent, view: View, steps: Steps) -> None:
        state, self._memo = self._state, None
        if steps.memo is not None and (memo := checked_memo(steps.memo)) != parent.memo:
            self._memo = memo
        if steps.freeing is not None:
            self._begin()
            self._entry._choice.record(parent.order, steps.freeing, is_sent=False)
        self._take_back(parent, [parent.children[one] for one in steps.cancel if one in parent.open])
        for command in changes(parent, steps, lambda order_id: self._to_change(parent, order_id)):
            self._replace(command)
        if steps.replan is not None:
            parent_amends.replan(self._entry, parent, steps.replan, self._memo)
            self._memo = None
        if steps.routing is not None:
            self._begin()
            self._entry._choice.record(parent.order, steps.routing, is_sent=False)
        for skip in steps.skips:
            self._decide(parent, view, skip.number, skip.asked_qty, skip.pace, skip.role)
        for new in steps.children:
            self._place(parent, view, new, steps.routing)
        if self._memo is not None:
            self._begin()
            state.record_of(parent.order, ev.WorkNoted(*state.envelope(), parent.order_id, self._memo))
        if steps.held is not parent.held:
            self._begin()
            state.record_of(parent.order, ev.WorkHeld(*state.envelope(), parent.order_id, steps.held))
        if steps.suspend is not None:
            self._suspend(parent, steps.suspend)
        if steps.finish is not None and parent.stopped is None:
            self._stop(parent, steps.finish, steps.text or steps.finish.value)

    def _to_change(self, parent: Parent, order_id: OrderId) -> Order | None:
        child = parent.open.get(order_id) if parent.may_send else None
        return None if child is None or child.is_pending_cancel or not self._may_move(child) else child.order

    def _replace(self, command: ReplaceOrder) -> None:
        self._state.begin(ReplaceOrder, ORIGIN)
        self._entry.replace(command, self._requests)

    def _begin(self) -> None:
        self._state.begin(SubmitOrder, ORIGIN)

    def _decide(
        self, parent: Parent, view: View, number: int, asked: Decimal, pace: Pace, role: str,
        qty: Decimal = ZERO, child: OrderId | None = None,
    ) -> None:  # fmt: skip
        self._begin()
        memo, self._memo = self._memo, None
        bid, ask, quote_ns = view.seen
        decided = ev.SliceDecided(
            *self._state.envelope(), parent.order_id, number, asked, qty, pace, role, child, bid, ask, quote_ns, memo
        )  # fmt: skip
        self._state.record_of(parent.order, decided)

    def _place(self, parent: Parent, view: View, new: NewChild, routing: RouteDecision | None) -> None:
        """Place a child, or record why not."""
        asked = new.qty if new.asked_qty is None else new.asked_qty
        qty = min(new.qty, parent.available)
        pace = why_not(parent, view, new)
        terms = parent_entry.held_to_limits(self._entry, view, parent.order._side, new)
        if pace is None and qty <= ZERO:
            pace = Pace.DONE
        if terms is None or pace is not None:
            if not stays_due(parent, view, new, pace):
                self._decide(parent, view, new.number, asked, pace or Pace.BEYOND_BAND, new.role)
            return
        state, order = self._state, parent.order
        order_id = state.free_order_id()
        command = SubmitOrder(
            order._symbol, order._side, qty, terms, new.time_in_force, order._account,
            instructions=order._instructions if new.instructions is None else new.instructions,
        )  # fmt: skip
        self._decide(parent, view, new.number, asked, new.pace, new.role, qty, order_id)
        state.begin(SubmitOrder, ORIGIN)
        broker, decision = parent_failover.broker_for(self._entry, parent, new, command)
        self._entry.submit(command, self._requests, promised=order_id, broker=broker, decision=decision)
        parent_failover.claim(self._entry, new, order_id, routing)

    # ------------------------------------------------------------ the course of an order

    def _suspend(self, parent: Parent, why: str) -> None:
        if parent.suspended is None and parent.stopped is None and parent.order._life not in ENDED:
            self._begin()
            state = self._state
            state.record_of(parent.order, ev.WorkSuspended(*state.envelope(), parent.order_id, why))

    def _stop(self, parent: Parent, why: WorkEnd, text: str) -> None:
        self._begin()
        state = self._state
        state.record_of(parent.order, ev.WorkStopped(*state.envelope(), parent.order_id, why, text))

    def _take_back(self, parent: Parent, children: Iterable[Child]) -> None:
        """Ask for children to be canceled, where that is not asked for; what was refused, once so long has passed as a request may."""
        state = self._state
        for child in list(children):
            if child.order is None or child.is_pending_cancel or self._again_ns(child) > state.now_ns:
                continue
            state.begin(CancelOrder, ORIGIN)
            self._entry.cancel(CancelOrder(child.order_id), self._requests)

    def _may_move(self, child: Child) -> bool:
        """Tell whether another price may be asked for: not while one was refused as lately as a request may be unanswered."""
        return not child.unmoved_ns or child.unmoved_ns + self._state.request_timeout_ns <= self._state.now_ns

    def _again_ns(self, child: Child) -> int:
        return child.refused_ns + self._state.request_timeout_ns if child.refused_ns else 0

    def _amend(self, parent: Parent) -> None:
        """Change an order as was asked, once all is taken back that stands in the way."""
        if stuck := parent_amends.in_the_way(self._entry, parent):
            self._take_back(parent, stuck[0])
            for command in stuck[1]:
                self._replace(command)
        elif reasons := parent_amends.finish(self._entry, parent):
            self._suspend(parent, f"what it was changed to cannot be planned any more: {reasons[0]}")

    def _cut(self, parent: Parent) -> None:
        """Take back, the newest first, what works beyond what is left: a child was overfilled, or its venue has made it larger."""
        over = parent.beyond
        for child in reversed(parent.open.values()) if over else ():
            if over <= ZERO:
                return
            if not child.is_pending_cancel:
                self._take_back(parent, (child,))
                over -= child.working

    def _settle(self, parent: Parent, wake: NextWake) -> None:
        """Note when an order is to be looked at next; what it asked for before is forgotten."""
        state, order_id = self._state, parent.order_id
        tape = self._entry.tapes.of(parent.order._symbol)
        if parent.is_over:
            tape.forget(order_id)
            if not tape.is_read:
                state.traded.listened.pop(parent.order._symbol, None)
            self._wakes.set(order_id, None)
            self._book.settle(parent)
            return
        tape.listen(order_id, to_quotes=wake.on_quote, to_prices=wake.on_price)
        tape.listen_within(order_id, parent.order._side, price_to=wake.price_to, shown_to=wake.shown_to)
        tape.wait(order_id, wake.at_volume)
        now_ns = state.now_ns
        times = [self._again_ns(child) for child in parent.open.values() if child.refused_ns]
        times.append(parent_entry.resting_ns(parent))
        if parent.stopped is None and parent.order._life not in ENDED:
            times.append(parent.end_ns)
            if wake.at_ns is not None:
                times.append(max(wake.at_ns, now_ns + 1))
        later = [at_ns for at_ns in times if at_ns > now_ns]
        self._wakes.set(order_id, min(later, default=None))
