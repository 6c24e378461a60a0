"""The rule-based machine of groups that their venue works: one list of any shape, and every interleaving of what can happen.

After each step these laws are looked at.

- *Soundness*: the engine's state is whole, and what is recorded amounts to it after a restart.
- *Telling*: where the exits of an entry have executed more than that, as far as anybody knows, an anomaly has told of it.
- *Cancel*: of a group that is canceled every order has ended, or is asked to be canceled, or its venue has refused that.
- *Safety*: where the group is worked here by now, its exits are asked for no more than their entry has brought.

In the end everything is heard, and each order stands as it does at the venue. What an entry has brought is at work in its
exits then, at the venue or here, but where one of them has ended, which was told.
"""

from __future__ import annotations

from typing import Final

try:
    from hypothesis import strategies as st
    from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
except ImportError as error:  # pragma: no cover  # the suite itself needs Hypothesis
    raise ImportError("oms.testing needs Hypothesis: pip install 'openoms[testing]'") from error

from collections import Counter
from decimal import Decimal

from oms.engine.engine import Engine
from oms.engine.fingerprint import describe
from oms.engine.group_book import is_refused
from oms.engine.inputs import Answered, Input, Reported, Start, TimerDue
from oms.engine.invariants import check_state
from oms.engine.state import State
from oms.model.commands import CancelOrder, ReplaceOrder
from oms.model.contingency import (
    Arm,
    CancelGroup,
    Contingency,
    Leg,
    Oco,
    Oto,
    Remainder,
    Siblings,
    SubmitGroup,
)
from oms.model.enums import AnomalyCode, RequestKind, Side, WorkedBy
from oms.model.events import AnomalyRaised, Event
from oms.model.group import Group
from oms.model.ids import Account, BrokerName, OrderId
from oms.model.instrument import Instrument
from oms.model.limits import RiskLimits
from oms.model.market import Quote, TradePrint
from oms.model.reports import NotSent, Refused, SendResult, Sent, Unknown
from oms.model.requests import NewOrderList, NewOrderSingle, OrderStatusRequest, Request
from oms.model.terms import Limit, Stop
from oms.model.time_in_force import GTC
from oms.model.venue_profile import EXCHANGE, FIX_BROKER
from oms.order_types.registry import default_handlers
from oms.testing.decisions import Decision, decide, decide_all, may_decide
from oms.testing.dice import Dice
from oms.testing.group_laws import asked_of_leg, at_once, covered, each, entries
from oms.testing.simulator.order_lists import OrderLists
from oms.testing.simulator.parts import Parts, with_lists
from oms.testing.venue import TruthfulVenue

# What a machine looks at is more than anybody else may.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

START_NS: Final = 1_767_623_400_000_000_000
"""2026-01-05 14:30:00 UTC."""
VENUE: Final = BrokerName("venue")
INSTRUMENT: Final = Instrument(symbol="AAPL", currency="USD", tick="0.01", lot=1, broker=VENUE)
_MAIN: Final = Account("main")
_PICKS: Final = st.integers(0, 11)
_DECISIONS: Final = (
    # What goes on comes more often than what ends it.
    *[Decision.ACCEPT, Decision.FILL, Decision.FILL_ALL] * 3,
    *[Decision.ACCEPT_REQUEST, Decision.BUST] * 2,
    Decision.REFUSE_REQUEST,
    Decision.CANCEL,
    Decision.REJECT,
    Decision.OVERFILL,
    Decision.LATE_FILL,
    Decision.CORRECT,
)
_MAX_ROUNDS: Final = 20


_STOP: Final = Leg("AAPL", Side.SELL, Stop(95), GTC)
_TARGET: Final = Leg("AAPL", Side.SELL, Limit(110), GTC)
_FIRST: Final = Leg("AAPL", Side.SELL, Limit(105), GTC, order_qty=5)
_ENTRY: Final = Leg("AAPL", Side.BUY, Limit(100), GTC, order_qty=12)
_BREAKOUT: Final = Leg("AAPL", Side.BUY, Stop(102), GTC, order_qty=12)
_AGAIN: Final = Oto(_TARGET, (Leg("AAPL", Side.BUY, Limit(101), GTC),))


@st.composite
def lists(draw: st.DrawFn) -> Contingency:
    """Give a group that is sent as one list: a bracket, alternatives, or a tree within a tree, of any policy."""
    siblings, arm = draw(st.sampled_from(Siblings)), draw(st.sampled_from(Arm))
    remainder = draw(st.sampled_from(Remainder))
    pair = Oco((_STOP, _TARGET), siblings)
    shapes: list[Contingency] = [
        Oto(_ENTRY, (pair,)),
        Oto(_ENTRY, (pair,), arm, remainder),
        Oto(_ENTRY, (_TARGET,), arm, remainder),
        Oto(_ENTRY, (_FIRST, pair), arm, remainder),
        Oto(_ENTRY, (_FIRST, _TARGET), arm, remainder),
        Oto(_ENTRY, (Oco((_STOP, _AGAIN), siblings),), arm, remainder),
        Oto(_ENTRY, (_AGAIN,), arm, remainder),
        Oto(_ENTRY, (Oco((_STOP, _FIRST, _TARGET), siblings),), arm, remainder),
        Oco((_ENTRY, _BREAKOUT), siblings),
        Oco((Oto(_ENTRY, (pair,), arm, remainder), _BREAKOUT), siblings),
    ]
    return draw(st.sampled_from(shapes))


class ListMachine(RuleBasedStateMachine):
    """One list at a venue that works it, and says what it does whenever it likes."""

    def __init__(self) -> None:
        """Begin before the group."""
        super().__init__()
        self.books: dict[OrderId, TruthfulVenue] = {}
        self.heard: Counter[TruthfulVenue] = Counter()
        self.lists = OrderLists(Counter())
        self.has_replaced = False
        self.events: list[Event] = []
        self.now_ns = START_NS

    # ------------------------------------------------------------ the hand that drives the engine

    def _start(self) -> Start:
        return Start("lists", 30_000_000_000, RiskLimits.off("a test"), (INSTRUMENT,), _MAIN)

    def tell(self, what: Input) -> None:
        """Hand an input in, and its requests to the venue."""
        self.now_ns += 1_000_000
        outcome = self.engine.handle(what, self.now_ns)
        self.events += outcome.events
        for request in outcome.requests:
            self._take(request)

    def _take(self, request: Request) -> None:
        if isinstance(request, NewOrderList):
            self.sent += 1
            assert self.sent == 1, "a list is sent once"
            books = []
            for number, one in enumerate(request.orders):
                book = TruthfulVenue(self.profile, now_ns=self.now_ns, name=f"V{number}")
                self.books[one.order_id] = book
                if self.arrives:
                    book.hear(one)
                books.append(book)
            if self.arrives:
                self.lists.add(request.contingency, books)
            if not isinstance(self.word, Sent):
                self.tell(Answered(request, self.word))
            return
        if isinstance(request, NewOrderSingle):
            # Its group is worked here by now; of this one nobody knows at the venue.
            self.books[request.order_id] = TruthfulVenue(
                self.profile, now_ns=self.now_ns, name=f"V{len(self.books)}"
            )
        book = self.books[request.order_id]
        book.now_ns = self.now_ns
        if isinstance(request, OrderStatusRequest):
            self.tell(Answered(request, book.answer(request.cl_ord_id)))
        else:
            book.hear(request)
        self.lists.follow(book)

    @initialize(
        tree=lists(),
        profile=st.sampled_from([EXCHANGE, FIX_BROKER]),
        fate=st.integers(0, 7),
    )
    def begin(self, tree: Contingency, profile: object, fate: int) -> None:  # drawn by Hypothesis
        """Open an engine, and place the group: its list arrives, is lost, is refused, or nobody knows."""
        self.tree = tree
        self.profile = EXCHANGE if profile is EXCHANGE else FIX_BROKER
        fates: dict[int, tuple[bool, SendResult]] = {
            0: (False, NotSent("no connection")),
            1: (False, Refused("not possible", "2")),
            2: (False, Unknown("no answer")),
            3: (True, Unknown("no answer")),
        }
        usual: tuple[bool, SendResult] = (True, Sent())
        self.arrives, self.word = fates.get(fate, usual)
        self.sent = 0
        self.able = with_lists(Parts().capabilities(self.profile), trees=True)
        self.engine = Engine({VENUE: self.able}, default_handlers())
        self.tell(self._start())
        self.tell(SubmitGroup(tree, _MAIN))
        assert self.sent == 1
        orders = [self.engine.state.index.by_id[order_id] for order_id in self.books]
        # What became of the send is what became of each order; where nobody knows, it may have been asked by now.
        if not isinstance(self.word, Unknown):
            assert {order.is_closed for order in orders} == {not isinstance(self.word, Sent)}

    @property
    def group(self) -> Group | None:
        """The group; None where it is over."""
        return self.engine.state.groups.by_id.get(1)

    def _book(self, pick: int) -> tuple[OrderId, TruthfulVenue]:
        return list(self.books.items())[pick % len(self.books)]

    # ------------------------------------------------------------ what the venue does

    @rule(pick=_PICKS, decision=st.sampled_from(_DECISIONS), size=st.integers(1, 12), which=st.integers(0, 9))
    def venue_decides(self, pick: int, decision: Decision, size: int, which: int) -> None:
        """The venue goes on with an order, and with what depends on it."""
        # Of all for which it can, so that something happens.
        able = [
            book
            for book in self.books.values()
            if may_decide(book, decision) and self.lists.may_decide(book, decision)
        ]
        if able:
            book = able[pick % len(able)]
            book.now_ns = self.now_ns
            dice = Dice(size, which, Decimal(1), Decimal(100))
            decide(book, decision, self.lists.within(book, decision, dice))
            self.lists.follow(book)

    @rule(pick=_PICKS)
    def hear(self, pick: int) -> None:
        """The oldest word about an order arrives; those about several in any order."""
        _, book = self._book(pick)
        if self.heard[book] < len(book.said):
            self.heard[book] += 1
            self.tell(Reported(VENUE, book.said[self.heard[book] - 1]))

    @rule()
    def hear_all(self) -> None:
        """Everything that was said arrives, about one order after the other."""
        for pick, book in enumerate(list(self.books.values())):
            while self.heard[book] < len(book.said):
                self.hear(pick)

    @rule(px=st.sampled_from([95, 100, 102]))
    def trade(self, px: int) -> None:
        """Somebody trades: at the stop, or away from it."""
        self.tell(TradePrint(INSTRUMENT.symbol, self.now_ns, px, 1))

    @rule(bid=st.sampled_from([96, 100, 105, 110]))
    def quote(self, bid: int) -> None:
        """The market quotes: at a target, or away from it."""
        self.tell(Quote(INSTRUMENT.symbol, self.now_ns, bid, 10, bid + 1, 10))

    # ------------------------------------------------------------ what is asked for

    @rule(wanted=st.integers(0, 5))
    def cancel_group(self, wanted: int) -> None:
        """Somebody cancels all of it; seldom."""
        if not wanted:
            self.tell(CancelGroup(1))

    @rule(pick=_PICKS, wanted=st.integers(0, 3))
    def cancel_leg(self, pick: int, wanted: int) -> None:
        """Somebody cancels one order; seldom."""
        if not wanted:
            self.tell(CancelOrder(self._book(pick)[0]))

    @rule(pick=_PICKS, qty=st.integers(1, 20))
    def replace_leg(self, pick: int, qty: int) -> None:
        """Somebody gives one order another total."""
        self.has_replaced = True
        self.tell(ReplaceOrder(self._book(pick)[0], order_qty=Decimal(qty)))

    @rule(seconds=st.sampled_from([1, 40, 700]))
    def wait(self, seconds: int) -> None:
        """Time passes, so that what is unanswered falls into doubt, and is asked about."""
        self.now_ns += seconds * 1_000_000_000
        self.tell(TimerDue())

    @rule()
    def restart(self) -> None:
        """The process dies, and another one goes on from what was recorded."""
        before = describe(self.engine.state)
        self.engine = Engine({VENUE: self.able}, default_handlers(), State())
        self.engine.replay(self.events)
        assert describe(self.engine.state) == before
        self.tell(self._start())

    # ------------------------------------------------------------ what holds after every step

    @invariant()
    def is_whole(self) -> None:
        """The engine's state does not contradict itself."""
        if self.books:
            assert check_state(self.engine.state) == ()

    @invariant()
    def is_told_of(self) -> None:
        """Where exits have executed more than their entry, somebody was told."""
        group = self.group if self.books else None
        if group is None:
            return

        def executed(number: int) -> Decimal:
            return group.legs[number].executed_qty

        for oto, number in entries(self.tree):
            if at_once(oto, number, executed) > executed(number):
                assert AnomalyCode.EXITS_EXCEED_ENTRY in self._codes()

    @invariant()
    def asks_for_no_more_than_there_is(self) -> None:
        """Once its venue works a group no more, its exits are for no more than their entry has brought."""
        group = self.group if self.books else None
        if group is None or group.worked_by is WorkedBy.VENUE or self._is_undecided(group):
            return

        def asked(number: int) -> Decimal:
            return asked_of_leg(group.legs[number])

        for oto, number in entries(self.tree):
            brought, executed = self._accounts(group, oto, number)
            assert executed + at_once(oto, number, asked) <= max(brought, executed)

    def _is_undecided(self, group: Group) -> bool:
        return is_refused(group) or any(order.outstanding_requests for order in group.orders)

    @staticmethod
    def _accounts(group: Group, oto: Oto, number: int) -> tuple[Decimal, Decimal]:
        legs = [group.legs[one] for one in each(oto, number)]
        return group.legs[number].executed_qty, sum((leg.executed_qty for leg in legs), Decimal())

    def _is_protected(self) -> None:
        """What an entry has brought is at work in its exits or held here, or an exit of it has ended, which was told."""
        group = self.group
        if group is None or group.is_canceled or self._is_undecided(group):
            return
        if group.worked_by is WorkedBy.VENUE and self.has_replaced:
            return  # There the total is whoever has asked for it.

        def asked(number: int) -> Decimal:
            return asked_of_leg(group.legs[number])

        def held(number: int) -> Decimal:
            one = group.legs[number].held
            return Decimal() if one is None else one.leaves_qty

        for oto, number in entries(self.tree):
            entry, legs = group.legs[number], [group.legs[one] for one in each(oto, number)]
            is_due = oto.arm is Arm.EACH_FILL or entry.has_ended
            has_own = all(leg.leg.order_qty is not None for leg in legs)
            if is_due and not has_own and not any(leg.end is not None for leg in legs):
                brought, executed = self._accounts(group, oto, number)
                left = brought - executed - covered(oto, number, asked, held)
                assert left <= 0, f"{left} of what leg {number} has brought are without an exit"

    @invariant()
    def is_canceled(self) -> None:
        """A canceled group has no order left that nobody has asked to be canceled."""
        group = self.group if self.books else None
        if group is None or not group.is_canceled:
            return
        for leg in group.legs:
            for order in leg.orders:
                asked = any(one.kind is RequestKind.CANCEL for one in order.outstanding_requests)
                assert order.is_closed or asked or order.order_id in leg._no_cancel

    def _codes(self) -> set[AnomalyCode]:
        return {event.code for event in self.events if isinstance(event, AnomalyRaised)}

    def teardown(self) -> None:
        """Let everything be decided and heard: engine and venue agree."""
        for _ in range(_MAX_ROUNDS if self.books else 0):
            for book in list(self.books.values()):
                decide_all(book)
                self.lists.follow(book)
            self.hear_all()
            self.wait(700)
        for order_id, book in self.books.items():
            order = self.engine.state.index.by_id[order_id]
            assert not order.outstanding_requests
            if book.truth is None:
                assert order.is_closed
                assert not order.cum_qty
            else:
                assert order.cum_qty == book.truth.cum_qty
        self._is_protected()
        if self.lists.exceeded():
            assert AnomalyCode.EXITS_EXCEED_ENTRY in self._codes()
