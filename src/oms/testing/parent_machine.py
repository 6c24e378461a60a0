"""The rule-based machine of orders that are worked here: any algorithm with a schedule, and every interleaving of what can happen.

After each step these laws are looked at; the accounts after every event.

- *Accounts*: what is at work is what the children may still execute, available is what is left of the order without it, and both with
  what has executed are the order; worked out again from the children. The average price is that of their fills.
- *Never over the total*: what the children have executed and may still execute at the venue is never more than was ordered.
- *Never past the end*: no child is sent at or after the end, but for the one of a sweep, or where the order may go on.
- *Never outside the limit*: no child, and no new price of one, is worse than the limit in force, and once another one is in force
  the venue has no child beyond it, and grants none, but for one that a bust has made work again.
- *Its day*: an order for the day is stopped as its session closes.
- *Nothing while it may not*: no child is sent while the order is suspended, canceled, or about to be made smaller.
- *Restarts*: a replay of the journal and a snapshot make the same state, and the slices that are left stay what they were.
- *The end*: once everything is answered and its time is over, it is filled or has ended, and no child works.

Subclass `ParentMachine` with handlers and parameters of your own, and run it as `ParentMachine.TestCase` under pytest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

try:
    from hypothesis import strategies as st
    from hypothesis.stateful import initialize, invariant, precondition, rule
except ImportError as error:  # pragma: no cover  # the suite itself needs Hypothesis
    raise ImportError("oms.testing needs Hypothesis: pip install 'openoms[testing]'") from error

from oms.algos.handlers import with_algorithms
from oms.engine.engine import Engine
from oms.engine.inputs import Input, Start, TimerDue
from oms.engine.invariants import check_state
from oms.engine.parent_invariants import check_parents
from oms.engine.parent_limits import beyond, limit_of
from oms.engine.state import State
from oms.model.capabilities import Capabilities
from oms.model.commands import CancelOrder, EngageKillSwitch, ReleaseKillSwitch, ReplaceOrder, SubmitOrder
from oms.model.decimals import ZERO
from oms.model.enums import SecurityTradingStatus, SessionPhase, Side
from oms.model.events import Event, WorkAmended
from oms.model.ids import Account, BrokerName, OrderId
from oms.model.instrument import Instrument
from oms.model.limits import RiskLimits
from oms.model.market import PrintCorrection, Quote, TradePrint
from oms.model.market_news import FeedGap, PriceLimits
from oms.model.parent import Parent
from oms.model.requests import NewOrderSingle, OrderCancelReplaceRequest, Request
from oms.model.security_status import SecurityStatus
from oms.model.sessions import SessionChange
from oms.model.terms import Limit, Market, Strategy, limit_px
from oms.model.time_in_force import DAY, GTC, AtTheClose, Day, GoodTillCancel, ImmediateOrCancel, TimeInForce
from oms.model.work_commands import PauseWork, ResumeWork
from oms.order_types.registry import HandlerRegistry
from oms.testing.checks import JournalChecker
from oms.testing.group_venue import Slip
from oms.testing.parent_told import parameters
from oms.testing.venue_machine import PICKS, VenueMachine

S: Final = 1_000_000_000
HERE: Final = BrokerName("venue")
AAPL: Final = Instrument(symbol="AAPL", currency="USD", tick="0.01", lot=1, broker=HERE)
_MAIN: Final = Account("main")
_FIRST: Final = OrderId(1)
_MAX_ANSWERS: Final = 2_000
_TIMEOUT_NS: Final = 30 * S
_TICK: Final = Decimal("0.01")
_BANDS: Final = tuple(
    tuple(None if px is None else Decimal(px) for px in band)
    for band in ((None, None), ("99.5", "100"), ("100.02", None), ("90", "110"), (None, "99.98"))
)
_LIMITS: Final = {Side.BUY: Decimal("100.03"), Side.SELL: Decimal("99.97")}


def _wrong_accounts(state: State) -> Iterator[str]:
    yield from check_parents(state)
    for parent in state.parents.by_id.values():
        total, done = parent.order.order_qty, parent.filled + parent.working
        if parent.order.is_ended:
            continue
        if done > total:
            yield f"{parent} has more at work than is left"
        if parent.amend is None and done + parent.available != total:
            yield f"{parent} has {parent.available} left"


class ParentMachine(VenueMachine):
    """One order, at a venue that does what it likes when it likes."""

    def __init__(self) -> None:
        """Begin before the order."""
        super().__init__()
        self.checker = JournalChecker(looks_for_floats=False)
        self.largest = ZERO
        self.band: tuple[Decimal | None, Decimal | None] = (None, None)
        self.prints: list[TradePrint] = []

    def handlers(self) -> HandlerRegistry:
        """Give what works each kind of order; the library's own unless you say otherwise."""
        return with_algorithms()

    def terms(self, told: dict[str, Any]) -> Strategy:
        """Give the terms of the order that is worked; a TWAP unless you say otherwise."""
        return Strategy("twap", told)

    # ------------------------------------------------------------ the hand that drives the engine

    def engine_on(self, state: State | None = None) -> Engine:
        """Give an engine with one broker on this state, or on a new one."""
        return Engine({HERE: self.able}, self.handlers(), state)

    def _start(self) -> Start:
        return Start("parents", _TIMEOUT_NS, RiskLimits.off("a test"), (AAPL,), _MAIN)

    def tell(self, what: Input) -> None:
        """Hand an input in, and its requests to the venue; each is held to the laws as it leaves."""
        self.now_ns += 1_000_000
        forbids = self._why_nothing_may_leave()
        outcome = self.engine.handle(what, self.now_ns)
        self.events += outcome.events
        for event in outcome.events:
            assert not (wrong := self.checker.take(event)), wrong
        self._look_at_the_accounts(outcome.events)
        book = self.engine.state.parents
        assert not book.told, "a parent was not told of what its children have executed"
        assert isinstance(what, Start) or not book.woken, "a parent was not looked at"
        if any(isinstance(event, WorkAmended) for event in outcome.events):
            self._look_at_the_venue()
        for request in outcome.requests:
            self._look_at(request, forbids)
            self.venue.take(request)

    def _look_at_the_accounts(self, events: Sequence[Event]) -> None:
        wrong: list[str] = []

        def look(event: Event) -> None:
            wrong.extend(f"after {event}: {what}" for what in _wrong_accounts(self.shadow.state))

        self.shadow.replay(events, look)
        assert not wrong, wrong

    def broker_of(self, slip: Slip) -> BrokerName:
        """Give the only broker."""
        return HERE

    def _why_nothing_may_leave(self) -> str:
        parent = self.parent
        if parent is None:
            return ""
        return "" if parent.suspended is None and parent.stopped is None else "suspended or stopped"

    def _look_at(self, request: Request, forbids: str) -> None:
        if not isinstance(request, NewOrderSingle | OrderCancelReplaceRequest):
            return
        parent = self.parent
        assert parent is not None
        assert self._is_within(limit_px(request.terms)), "beyond the limit"
        if isinstance(request, NewOrderSingle):
            role = parent.children[request.order_id].role
            is_resumed = parent.suspended is None and parent.stopped is None
            assert not forbids or is_resumed, f"sent while {forbids}"
            assert self.now_ns < parent.end_ns or role in ("sweep", "auction"), f"a {role} past the end"
            is_open = self.engine.state.sessions.takes_orders(AAPL.symbol)
            assert is_open or role == "auction", f"a {role} while nobody trades"
            assert role == "auction" or self._is_in_band(limit_px(request.terms)), (
                "beyond what it may trade at"
            )

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
        low, high = self.band
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
        told=parameters(),
        has_limit=st.booleans(),
        takes_ioc=st.booleans(),
        tif=st.sampled_from([DAY, GTC]),
    )
    def begin(
        self, side: Side, qty: int, told: dict[str, Any], has_limit: bool, takes_ioc: bool, tif: TimeInForce
    ) -> None:  # drawn by Hypothesis
        """Open an engine at a venue of some kind, and place the order."""
        tifs: tuple[type[TimeInForce], ...] = (Day, GoodTillCancel, AtTheClose)
        if takes_ioc:
            tifs = (*tifs, ImmediateOrCancel)
        self.able = Capabilities(
            order_types=frozenset((kind, tif) for kind in (Limit, Market) for tif in tifs),
            amendable=frozenset({"price"}),
        )
        self.is_buy, self.usual_limit = side is Side.BUY, _LIMITS[side]
        if has_limit:
            told["limit_price"] = self.usual_limit
        for name in ("max_child", "min_child"):
            if name in told and told[name] > qty:
                del told[name]
        self.engine, self.shadow = self.engine_on(), self.engine_on()
        self.tell(self._start())
        self.tell(Quote(AAPL.symbol, self.now_ns, "99.99", 10, "100.01", 10))
        self.tell(SubmitOrder(AAPL.symbol, side, qty, self.terms(told), tif, _MAIN))
        self.largest = Decimal(qty)
        assert self.parent is not None, self.engine.state.index.by_id[_FIRST].reasons

    @property
    def parent(self) -> Parent | None:
        """The order at work; None before it was taken."""
        return self.engine.state.parents.by_id.get(_FIRST)

    # ------------------------------------------------------------ what the market, the clock and people do

    @rule(bid=st.sampled_from(["99.95", "99.99", "99.99", "100.03", "100.02"]))
    def quote(self, bid: str) -> None:
        """The market quotes: as before, beyond the limit, or crossed."""
        ask = "100.01" if bid == "99.99" else Decimal(bid) + Decimal("0.01")
        crossed = bid == "100.02"
        self.tell(Quote(AAPL.symbol, self.now_ns, bid, 10, "100.01" if crossed else ask, 10))

    @rule(size=st.integers(1, 200))
    def trade(self, size: int) -> None:
        """Others trade."""
        self.prints.append(TradePrint(AAPL.symbol, self.now_ns, 100, size))
        self.tell(self.prints[-1])

    @precondition(lambda self: self.prints)
    @rule(pick=PICKS, size=st.integers(0, 300))
    def correct(self, pick: int, size: int) -> None:
        """A print was of another size, or is void."""
        was = self.prints.pop(pick % len(self.prints))
        now = TradePrint(AAPL.symbol, was.time_ns, 100, size) if size else None
        self.tell(PrintCorrection(self.now_ns, was, now))

    @rule(band=st.sampled_from(_BANDS))
    def limit_prices(self, band: tuple[Decimal | None, Decimal | None]) -> None:
        """The market may trade between other prices, or at any."""
        self.band = band
        self.tell(PriceLimits(AAPL.symbol, self.now_ns, *band))

    @rule()
    def lose_the_market(self) -> None:
        """Market data was lost."""
        self.tell(FeedGap(AAPL.symbol, self.now_ns))

    @rule(seconds=st.sampled_from([1, 3, 7, 12, 40]))
    def wait(self, seconds: int) -> None:
        """Time passes."""
        self.now_ns += seconds * S
        self.tell(TimerDue())

    @rule(is_on=st.booleans())
    def halt(self, is_on: bool) -> None:  # drawn by Hypothesis
        """Trading is halted, or goes on."""
        status = SecurityTradingStatus.TRADING_HALT if is_on else SecurityTradingStatus.RESUME
        self.tell(SecurityStatus(AAPL.symbol, self.now_ns, status))

    @rule(phase=st.sampled_from([SessionPhase.OPEN, SessionPhase.CLOSED, SessionPhase.HALTED]))
    def change_session(self, phase: SessionPhase) -> None:
        """The session opens, closes or has a break: as it closes the venue ends what is good for the day, and has said all by then."""
        is_over = phase is SessionPhase.CLOSED
        if is_over:
            for slip in [one for one in self.venue.slips.values() if one.is_open]:
                self.venue.end(slip)
            while said := next((one for one in self.venue.slips.values() if one.said), None):
                self._hear(said)
        self.tell(SessionChange(self.now_ns, phase, "20260105", None))
        parent = self.parent
        if is_over and parent is not None and isinstance(parent.order.time_in_force, Day):
            assert parent.stopped is not None or parent.is_over, "a day order outlives its day"

    @rule(is_on=st.booleans(), wanted=st.integers(0, 3))
    def throw_kill_switch(self, is_on: bool, wanted: int) -> None:  # drawn by Hypothesis
        """Somebody engages the kill switch, seldom, or releases it."""
        if not (is_on and wanted):
            self.tell((EngageKillSwitch if is_on else ReleaseKillSwitch)("a test", "somebody"))

    @rule(is_on=st.booleans())
    def pause(self, is_on: bool) -> None:  # drawn by Hypothesis
        """Somebody pauses the order, or lets it go on."""
        self.tell((PauseWork if is_on else ResumeWork)(_FIRST, "a test", "somebody"))

    @rule(qty=st.integers(1, 70))
    def amend(self, qty: int) -> None:
        """Somebody wants another total."""
        self.tell(ReplaceOrder(_FIRST, order_qty=qty))
        self.largest = max(self.largest, Decimal(qty))

    @rule(ticks=st.integers(-6, 4))
    def amend_limit(self, ticks: int) -> None:
        """Somebody wants another limit, tighter or looser."""
        sign = 1 if self.is_buy else -1
        self.tell(ReplaceOrder(_FIRST, price=self.usual_limit + sign * ticks * _TICK))

    @rule(seconds=st.sampled_from([20, 60, 90]), slices=st.integers(1, 8))
    def amend_times(self, seconds: int, slices: int) -> None:
        """Somebody wants it to last as long, in so many slices."""
        self.tell(ReplaceOrder(_FIRST, parameters={"duration": seconds, "slices": slices}))

    @rule(style=st.sampled_from(["market", "marketable_limit", "passive_then_cross"]))
    def amend_style(self, style: str) -> None:
        """Somebody wants its children sent otherwise: the slices stay."""
        parent = self.parent
        before = {} if parent is None else dict(parent.slices)
        self.tell(ReplaceOrder(_FIRST, parameters={"child_style": style}))
        if parent is not None and parent.amend is None:
            assert all(before.get(one.number) == one for one in parent.slices.values()), "another plan"

    @rule(wanted=st.integers(0, 9), pick=PICKS)
    def cancel(self, wanted: int, pick: int) -> None:
        """Somebody cancels the order, or one of its children; seldom."""
        parent = self.parent
        if parent is not None and wanted == 0:
            self.tell(CancelOrder(_FIRST, "somebody"))
        elif parent is not None and wanted == 1 and parent.open:
            self.tell(CancelOrder(list(parent.open)[pick % len(parent.open)], "somebody"))

    @precondition(lambda self: hasattr(self, "engine"))
    @rule(has_snapshot=st.booleans())
    def restart(self, has_snapshot: bool) -> None:  # drawn by Hypothesis
        """The manager is started again on its journal, or on a snapshot, which makes the same state."""
        parent = self.parent
        left = () if parent is None else tuple(parent.slices.values())
        self.begin_again(has_snapshot=has_snapshot)
        # What is said of a market is in no journal: it is told again.
        self.band = (None, None)
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
            most = sum((slip.most for slip in self.venue.slips.values()), ZERO)
            assert most <= self.largest, f"{most} of {self.largest}"

    def teardown(self) -> None:
        """Everything is answered, and time passes: then it is filled or has ended, and nothing of it works."""
        if not hasattr(self, "engine") or self.parent is None:
            return
        self.tell(ReleaseKillSwitch("a test", "somebody"))
        # What stands in a halt ends once that is over, and what is for an auction waits for the next session.
        self.halt(is_on=False)
        self.change_session(SessionPhase.OPEN)
        for _ in range(_MAX_ANSWERS):
            slips = self.venue.slips.values()
            if said := next((slip for slip in slips if slip.said), None):
                self._hear(said)
            elif asked := next((slip for slip in slips if slip.asked), None):
                self.venue.decide(asked, grants=True)
            elif any(child.role == "auction" for child in self.parent.open.values()):
                self.venue.end(next(slip for slip in slips if slip.is_open))
            elif not self.parent.is_over:
                self.now_ns += 10 * S
                self.tell(TimerDue())
            else:
                break
        assert self.parent.is_over, repr(self.parent)
        order = self.parent.order
        assert order.is_closed
        assert order.cum_qty == sum((slip.cum_qty for slip in self.venue.slips.values()), ZERO)
        assert not any(slip.is_open for slip in self.venue.slips.values())
