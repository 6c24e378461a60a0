"""The rule-based machine of orders that are worked here: any algorithm, told anything, and every interleaving of what can happen.

After each step these laws are looked at, and those of `oms.testing.parent_sent` with each request; the accounts after every event.

- *Accounts*: what is at work is what the children may still execute, available is what is left of the order without it, and both with
  what has executed are the order; worked out again from the children. The average price is that of their fills.
- *Never over the total*: what the children have executed and may still execute at the venue is never more than was ordered.
- *Never over a cap*: no child is larger than `max_child`, nor all together more than their part of what others have printed.
- *Never past the end*: no child is sent at or after the end, but for the one of a sweep, or where the order may go on.
- *Never outside the limit*: no child, and no new price of one, is worse than the limit in force, and once another one is in force
  the venue has no child beyond it, and grants none, but for one that a bust has made work again.
- *Its day*: an order for the day is stopped as its session closes.
- *Nothing while it may not*: no child is sent while the order is suspended, canceled, or about to be made smaller.
- *Every slice*: what is planned is sent, or it is told why not.
- *Restarts*: a replay of the journal and a snapshot make the same state, and the slices that are left stay what they were.
- *The end*: once everything is answered and its time is over, it is filled or has ended, and no child works.

Requests, and answers to them, may be lost, and orders refused by the line; executions are busted and corrected.
Subclass `ParentMachine` with an algorithm, handlers and parameters of your own, and run it as `ParentMachine.TestCase` under pytest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

try:
    from hypothesis import assume
    from hypothesis import strategies as st
    from hypothesis.stateful import initialize, invariant, precondition, rule
except ImportError as error:  # pragma: no cover  # the suite itself needs Hypothesis
    raise ImportError("oms.testing needs Hypothesis: pip install 'openoms[testing]'") from error

from oms.algos.choices import OnResidual
from oms.algos.handlers import with_algorithms
from oms.algos.wire import read
from oms.engine.engine import Engine
from oms.engine.inputs import Answered, Input, Start, TimerDue
from oms.engine.invariants import check_state
from oms.engine.parent_invariants import check_parents
from oms.engine.parent_limits import beyond, limit_of
from oms.engine.state import State
from oms.model.capabilities import Capabilities
from oms.model.commands import CancelOrder, ReleaseKillSwitch, SubmitOrder
from oms.model.decimals import ZERO
from oms.model.enums import SessionPhase, Side
from oms.model.events import Event, WorkAmended
from oms.model.ids import Account, BrokerName, OrderId
from oms.model.limits import RiskLimits
from oms.model.market import Quote
from oms.model.reports import Absent
from oms.model.requests import NewOrderSingle, OrderCancelReplaceRequest, OrderStatusRequest, Request
from oms.model.routing_table import RouteRule, Routing
from oms.model.terms import Limit, Market, Strategy, limit_px
from oms.model.time_in_force import (
    DAY,
    GTC,
    AtTheClose,
    AtTheOpening,
    Day,
    GoodTillCancel,
    ImmediateOrCancel,
    TimeInForce,
)
from oms.model.work import NEVER_NS
from oms.order_types.registry import HandlerRegistry
from oms.testing import parent_told
from oms.testing.checks import JournalChecker
from oms.testing.group_venue import Slip
from oms.testing.parent_acts import AAPL, FIRST, ParentActs, S
from oms.testing.simulator.hours import CURVES, LATE, session_at

_MAIN: Final = Account("main")
_HOURS: Final = "AAA"
_MAX_ANSWERS: Final = 2_000
_MAX_ROUNDS: Final = 60
_TIMEOUT_NS: Final = 30 * S
_LIMITS: Final = {Side.BUY: Decimal("100.03"), Side.SELL: Decimal("99.97")}


def _wrong_accounts(state: State) -> Iterator[str]:
    yield from check_parents(state)
    for parent in state.parents.by_id.values():
        total, done = parent.order.order_qty, parent.filled + parent.working
        if parent.order.is_ended or parent.excess:
            continue
        if done > total:
            yield f"{parent} has more at work than is left"
        if parent.amend is None and done + parent.available != total:
            yield f"{parent} has {parent.available} left"


class ParentMachine(ParentActs):
    """One order, at venues that do what they like when they like."""

    def __init__(self) -> None:
        """Begin before the order."""
        super().__init__()
        self.checker = JournalChecker(looks_for_floats=False)
        self.places: dict[OrderId, BrokerName] = {}

    def handlers(self) -> HandlerRegistry:
        """Give what works each kind of order; the library's own unless you say otherwise."""
        curves = {AAPL.symbol: CURVES[_HOURS], LATE: CURVES[LATE]}
        return with_algorithms(curves=curves, session_at=lambda _, time_ns: session_at(_HOURS, time_ns))

    def parameters(self, qty: Decimal, side: Side) -> st.SearchStrategy[dict[str, Any]]:
        """Give what an order may be told; any parameters of its algorithm unless you say otherwise."""
        return parent_told.parameters(self.algorithm, AAPL, qty, side, self.now_ns)

    # ------------------------------------------------------------ the hand that drives the engine

    def engine_on(self, state: State | None = None) -> Engine:
        """Give an engine with the brokers on this state, or on a new one."""
        return Engine(dict.fromkeys(self.brokers, self.able), self.handlers(), state)

    def _start(self) -> Start:
        is_split = len(self.brokers) > 1
        routing = Routing(rules=(RouteRule(brokers=self.brokers),)) if is_split else None
        return Start("parents", _TIMEOUT_NS, RiskLimits.off("a test"), (AAPL,), _MAIN, routing=routing)

    def tell(self, what: Input) -> None:
        """Hand an input in, and its requests to the venue; each is held to the laws as it leaves."""
        self.now_ns += 1_000_000
        self.laws.heard.note(what)
        outcome = self.engine.handle(what, self.now_ns)
        self.events += outcome.events
        wrong: list[str] = []
        for event in outcome.events:
            wrong += [*self.checker.take(event), *self.laws.take(event)]
        assert not wrong, wrong
        self._look_at_the_accounts(outcome.events)
        book = self.engine.state.parents
        assert not book.told, "a parent was not told of what its children have executed"
        assert isinstance(what, Start) or not book.woken, "a parent was not looked at"
        if any(isinstance(event, WorkAmended) for event in outcome.events):
            self._look_at_the_venue()
        answers = [answer for request in outcome.requests if (answer := self._take(request)) is not None]
        for answer in answers:
            self.tell(answer)

    def _take(self, request: Request) -> Answered | None:
        """Look at a request and hand it to the venue; give what becomes of it where that is known at once."""
        self._look_at(request)
        self.places.setdefault(request.order_id, request.broker)
        if isinstance(request, NewOrderSingle) and self.word is not None:
            word, self.word = self.word, None
            return Answered(request, word)
        if isinstance(request, NewOrderSingle) or request.order_id in self.venue.slips:
            if isinstance(request, OrderStatusRequest):
                return Answered(request, self.venue.answer(request))
            self.venue.take(request)
        elif isinstance(request, OrderStatusRequest):
            return Answered(request, Absent(is_authoritative=True, text="no such order"))
        return None

    def _look_at_the_accounts(self, events: Sequence[Event]) -> None:
        wrong: list[str] = []

        def look(event: Event) -> None:
            wrong.extend(f"after {event}: {what}" for what in _wrong_accounts(self.shadow.state))

        self.shadow.replay(events, look)
        assert not wrong, wrong

    def broker_of(self, slip: Slip) -> BrokerName:
        """Give the broker at whose venue an order is."""
        return self.places[slip.order_id]

    def _look_at(self, request: Request) -> None:
        wrong = [*self.laws.judge(request, epoch=self.laws.heard.epoch)]
        assert not wrong, wrong
        parent = self.parent
        if not isinstance(request, NewOrderSingle) or parent is None:
            return
        role = parent.children[request.order_id].role
        assert parent.amend is None, "sent while it is about to be made smaller"
        is_late = self.now_ns >= parent.end_ns
        assert not is_late or role in ("sweep", "auction") or self._goes_on, f"a {role} past the end"
        is_open = self.engine.state.sessions.takes_orders(AAPL.symbol)
        assert is_open or role == "auction", f"a {role} while nobody trades"
        assert role == "auction" or self._is_in_band(limit_px(request.terms)), "beyond what it may trade at"

    @property
    def _goes_on(self) -> bool:
        """It may be worked on after its end."""
        assert self.parent is not None
        terms = self.parent.order.terms
        assert isinstance(terms, Strategy)
        working = read(terms.name, dict(terms.parameters)).working
        return working.allow_past_end or working.on_residual is OnResidual.EXTEND

    @property
    def limit(self) -> Decimal | None:
        """The limit in force; None where there is none."""
        parent = self.parent
        return None if parent is None else limit_of(parent.order.terms)

    def _is_within(self, px: Decimal | None) -> bool:
        if self.limit is None:
            return True
        return px is not None and (px <= self.limit if self.is_buy else px >= self.limit)

    def _is_in_band(self, px: Decimal | None) -> bool:
        low, high = self.laws.heard.bands.get(AAPL.symbol, (None, None))
        if px is None:
            return (high if self.is_buy else low) is None
        return (low is None or px >= low) and (high is None or px <= high)

    def _look_at_the_venue(self) -> None:
        for slip in self.venue.slips.values():
            asked = (one for one in slip.asked if isinstance(one, OrderCancelReplaceRequest))
            if slip.is_open and not slip.is_revived:
                prices = [limit_px(slip.terms), *(limit_px(one.terms) for one in asked)]
                assert all(map(self._is_within, prices)), f"{self.limit} in force, and at work {prices}"

    @initialize(
        side=st.sampled_from([Side.BUY, Side.SELL]),
        qty=st.integers(1, 60),
        tif=st.sampled_from([DAY, GTC]),
        takes_ioc=st.booleans(),
        amendable=st.frozensets(st.sampled_from(["price", "order_qty", "display_qty"])),
        data=st.data(),
    )
    def begin(
        self,
        side: Side,
        qty: int,
        tif: TimeInForce,
        takes_ioc: bool,  # drawn by Hypothesis
        amendable: frozenset[str],
        data: st.DataObject,
    ) -> None:
        """Open an engine at a venue of some kind, and place the order."""
        tifs: tuple[type[TimeInForce], ...] = (Day, GoodTillCancel, AtTheClose, AtTheOpening)
        if takes_ioc or self.algorithm in ("sniper", "smart"):
            tifs = (*tifs, ImmediateOrCancel)
        self.able = Capabilities(
            order_types=frozenset((kind, tif) for kind in (Limit, Market) for tif in tifs),
            amendable=amendable,
        )
        self.is_buy, self.usual_limit = side is Side.BUY, _LIMITS[side]
        self.engine, self.shadow = self.engine_on(), self.engine_on()
        self.tell(self._start())
        for broker in self.brokers:
            self._quote(broker, Quote(AAPL.symbol, self.now_ns, "99.99", 10, "100.01", 10))
        told = data.draw(self.parameters(Decimal(qty), side))
        self.tell(SubmitOrder(AAPL.symbol, side, qty, Strategy(self.algorithm, told), tif, _MAIN))
        self.largest = Decimal(qty)
        assume(self.parent is not None)

    @precondition(lambda self: hasattr(self, "engine"))
    @rule(has_snapshot=st.booleans())
    def restart(self, has_snapshot: bool) -> None:  # drawn by Hypothesis
        """The manager is started again on its journal, or on a snapshot, which makes the same state."""
        parent = self.parent
        left = () if parent is None else tuple(parent.slices.values())
        self.begin_again(has_snapshot=has_snapshot)
        # What is said of a market is in no journal: it is told again.
        self.laws.heard.forget()
        assert self.parent is None or tuple(self.parent.slices.values()) == left
        self.tell(self._start())

    # ------------------------------------------------------------ what must be true

    @invariant()
    def nothing_contradicts_itself(self) -> None:
        """Accounts: the engine's own invariants hold."""
        if hasattr(self, "engine"):
            assert check_state(self.engine.state) == ()

    @invariant()
    def nothing_works_beyond_the_limit(self) -> None:
        """Never outside the limit: where a child is beyond it, a bust has made it work again, and a cancel of it was asked for."""
        parent = self.parent if hasattr(self, "engine") else None
        for child in [] if parent is None else beyond(parent, parent.order.terms):
            assert self.venue.slips[child.order_id].is_revived, f"{child} is beyond {self.limit}"
            assert child.is_pending_cancel or child.refused_ns, f"nobody takes {child} back"

    @invariant()
    def the_total_is_never_exceeded(self) -> None:
        """At the venue: what has executed and may still execute, whatever of the unanswered is granted."""
        if hasattr(self, "engine"):
            most = sum((slip.most - slip.late for slip in self.venue.slips.values()), ZERO)
            assert most <= self.largest, f"{most} of {self.largest}"

    def teardown(self) -> None:
        """Everything is answered, and time passes: then it is filled or has ended, and nothing of it works."""
        if not hasattr(self, "engine") or self.parent is None:
            return
        self.word = None
        self.tell(ReleaseKillSwitch("a test", "somebody"))
        # What stands in a halt ends once that is over, and what is for an auction waits for the next session.
        self.halt(is_on=False)
        self.change_session(SessionPhase.OPEN)
        rounds = 0
        for _ in range(_MAX_ANSWERS):
            slips = self.venue.slips.values()
            if said := next((slip for slip in slips if slip.said), None):
                self._hear(said)
            elif asked := next((slip for slip in slips if slip.asked), None):
                self.venue.decide(asked, grants=True)
            elif any(child.role == "auction" for child in self.parent.open.values()):
                self.venue.end(next(slip for slip in slips if slip.is_open))
            elif not self.parent.is_over:
                rounds += 1
                self.now_ns += 10 * S
                # What has no end is worked until somebody wants it no more.
                is_endless = rounds > _MAX_ROUNDS and (self._goes_on or self.parent.end_ns == NEVER_NS)
                self.tell(CancelOrder(FIRST, "somebody") if is_endless else TimerDue())
            else:
                break
        assert self.parent.is_over, repr(self.parent)
        order = self.parent.order
        assert order.is_closed
        assert order.cum_qty == sum((slip.cum_qty for slip in self.venue.slips.values()), ZERO)
        assert not any(slip.is_open for slip in self.venue.slips.values())
        left = self.laws.left_of(FIRST)
        assert not left, f"nobody is told of slices {left}"
