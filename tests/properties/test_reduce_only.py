"""The machine of reduce-only orders: several at once, at a venue that answers when it likes, refuses and executes meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal

import pytest
from attrs import evolve
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from oms.algos.handlers import with_algorithms
from oms.engine.engine import Engine
from oms.engine.fingerprint import describe
from oms.engine.inputs import Input, Reported, Start, TimerDue
from oms.engine.invariants import check_state
from oms.engine.reduce_only import ORIGIN
from oms.engine.snapshot import dump, load
from oms.engine.state import State
from oms.model import events as ev
from oms.model.capabilities import Capabilities
from oms.model.commands import CancelOrder, ReplaceOrder, SubmitOrder
from oms.model.enums import CxlRejResponseTo, ExecType, Side
from oms.model.ids import Account, BrokerName, ClOrdId, ExecId, OrderId, Symbol
from oms.model.instructions import Instructions
from oms.model.limits import RiskLimits
from oms.model.reports import ExecutionReport, OrderCancelReject
from oms.model.requests import NewOrderSingle, OrderCancelReplaceRequest, OrderCancelRequest, Request
from oms.model.terms import Limit, Strategy
from oms.model.time_in_force import GTC
from oms.model.venue_profile import EXCHANGE
from oms.model.work_commands import ResumeWork
from oms.order_types.registry import default_handlers
from oms.projections.positions import Positions
from tests.fakes import AAPL, CAN_ALL, CAN_MORE, T0, S

ONLY = Instructions(reduce_only=True)
PAPER, MAIN, AAPL_SYMBOL = BrokerName("paper"), Account("main"), Symbol("AAPL")
START = Start("desk", 30 * S, RiskLimits.off("a test"), (AAPL,))
PICKS = st.integers(0, 99)

pytestmark = pytest.mark.slow


class _AtVenue:
    """An order as the venue has it, in the venue's own books."""

    def __init__(self, request: NewOrderSingle) -> None:
        self.order_id = request.order_id
        self.cl_ord_id = request.cl_ord_id
        self.is_buy = request.side is Side.BUY
        self.total = request.order_qty
        self.cum = self.lost = Decimal(0)
        self.is_live = True
        self.fills: dict[str, Decimal] = {}

    @property
    def leaves(self) -> Decimal:
        return max(self.total - self.cum - self.lost, Decimal(0)) if self.is_live else Decimal(0)

    def give_back(self, qty: Decimal, *, works: bool) -> None:
        """So much did not execute after all; where it does not work again, a total that is said later lets it."""
        self.cum -= qty
        if not works:
            self.lost += qty


class ReduceOnlyMachine(RuleBasedStateMachine):
    """Law: what reduce-only orders may execute exceeds the position only while what was asked of them would mend it, unanswered.

    When all is answered it never exceeds it. The venue refuses replaces as it likes, and cancels only of what has executed.
    Nothing is taken off them while they fit: what was busted for good of one is there for another.
    """

    can: Capabilities = CAN_ALL
    handlers = default_handlers()

    @initialize(lost=st.integers(0, 3))
    def begin(self, lost: int) -> None:
        self.engine = Engine({PAPER: self.can}, self.handlers)
        self.journal: list[ev.Event] = []
        self.book: dict[OrderId, _AtVenue] = {}
        self.asked: list[Request] = []
        self.exec_ids = 0
        self.now_ns = T0
        self.tell(START)
        # 9 are held; two orders reduce that, and one may come between.
        self.submit(is_buy=True, qty=9, only=False)
        self.execute(pick=0, qty=9)
        self.exits()
        if lost:
            # Of the first exit; what works again of it depends on the venue.
            self.execute(pick=0, qty=lost)
            self.amend(pick=1, corrected=0)
        self.submit(is_buy=False, qty=9, only=False)

    def exits(self) -> None:
        self.submit(is_buy=False, qty=5, only=True)
        self.submit(is_buy=False, qty=4, only=True)

    def tell(self, what: Input) -> None:
        outcome = self.engine.handle(what, self.now_ns)
        self.journal += outcome.events
        placed = [request for request in outcome.requests if isinstance(request, NewOrderSingle)]
        self.book |= {request.order_id: _AtVenue(request) for request in placed}
        self.asked += [
            request
            for request in outcome.requests
            if isinstance(request, OrderCancelRequest | OrderCancelReplaceRequest)
        ]
        self.only_what_is_too_much_is_taken_off(outcome.events)
        for request in placed:
            self.say(self.book[request.order_id], ExecType.NEW)

    def only_what_is_too_much_is_taken_off(self, events: Sequence[ev.Event]) -> None:
        """What the rule asks for is needed; what is worked here asks for more than its orders show."""
        cuts = {
            event.cl_ord_id: event.order_id
            for event in events
            if isinstance(event, ev.CancelRequested | ev.ReplaceRequested) and event.cause.origin == ORIGIN
        }
        if self.engine.state.parents.by_id:
            return
        for is_buy in {self.book[order_id].is_buy for order_id in cuts.values()}:
            net = self.net()
            asked = sum((self.asked_of(one, cuts) for one in self.reducing(is_buy=is_buy)), Decimal(0))
            assert asked > max(-net if is_buy else net, Decimal(0))

    def reducing(self, *, is_buy: bool) -> list[_AtVenue]:
        known = self.engine.state.index.by_id
        return [
            one
            for number, one in self.book.items()
            if known[number].instructions == ONLY and one.is_buy is is_buy
        ]

    def say(self, one: _AtVenue, exec_type: ExecType, **fields: object) -> None:
        fields = {"cl_ord_id": one.cl_ord_id, **fields}
        self.tell(Reported(PAPER, ExecutionReport(exec_type, **fields)))  # type: ignore[arg-type]  # by name

    def net(self) -> Decimal:
        return sum((one.cum if one.is_buy else -one.cum for one in self.book.values()), Decimal(0))

    # ------------------------------------------------------------ what is asked

    @rule(is_buy=st.booleans(), qty=st.integers(1, 9), only=st.booleans())
    def submit(self, is_buy: bool, qty: int, only: bool) -> None:
        side = Side.BUY if is_buy else Side.SELL
        instructions = ONLY if only else None
        self.tell(SubmitOrder(AAPL_SYMBOL, side, qty, Limit(100), GTC, MAIN, instructions=instructions))

    @precondition(lambda self: self.book)
    @rule(pick=PICKS, qty=st.integers(1, 12))
    def replace(self, pick: int, qty: int) -> None:
        self.tell(ReplaceOrder(self.pick(pick).order_id, order_qty=qty))

    @precondition(lambda self: self.book)
    @rule(pick=PICKS)
    def cancel(self, pick: int) -> None:
        self.tell(CancelOrder(self.pick(pick).order_id))

    def pick(self, number: int) -> _AtVenue:
        known = sorted(self.book)
        return self.book[known[number % len(known)]]

    # ------------------------------------------------------------ what happens

    @precondition(lambda self: any(one.leaves for one in self.book.values()))
    @rule(pick=PICKS, qty=st.integers(1, 9))
    def execute(self, pick: int, qty: int) -> None:
        working = [one for _, one in sorted(self.book.items()) if one.leaves]
        one = working[pick % len(working)]
        self.exec_ids += 1
        name, size = f"E{self.exec_ids}", min(Decimal(qty), one.leaves)
        one.fills[name] = size
        one.cum += size
        one.is_live = bool(one.leaves) or self.can.profile.reopens_filled
        self.say(
            one,
            ExecType.TRADE,
            exec_id=ExecId(name),
            last_qty=size,
            last_px=Decimal(100),
            transact_time_ns=T0,
        )

    @precondition(lambda self: any(one.fills for one in self.book.values()))
    @rule(pick=PICKS, corrected=st.integers(0, 9))
    def amend(self, pick: int, corrected: int) -> None:
        """Bust an execution, or correct it down; where a venue does not take orders up again, it does not work again."""
        works = self.can.profile.reopens_filled
        filled = [one for _, one in sorted(self.book.items()) if one.fills]
        if not filled:
            return
        one = filled[pick % len(filled)]
        name = sorted(one.fills)[pick % len(one.fills)]
        self.exec_ids += 1
        fields = {
            "exec_id": ExecId(f"E{self.exec_ids}"),
            "exec_ref_id": ExecId(name),
            "last_px": Decimal(100),
        }
        if 0 < corrected < one.fills[name]:
            one.give_back(one.fills[name] - corrected, works=works)
            one.fills[name] = Decimal(corrected)
            self.say(one, ExecType.TRADE_CORRECT, **fields, last_qty=Decimal(corrected))
        elif not corrected:
            one.give_back(one.fills.pop(name), works=works)
            self.say(one, ExecType.TRADE_CANCEL, **fields)

    @precondition(lambda self: self.asked)
    @rule(refuses=st.booleans())
    def answer(self, refuses: bool) -> None:
        request = self.asked.pop(0)
        assert isinstance(request, OrderCancelRequest | OrderCancelReplaceRequest)
        one = self.book[request.order_id]
        names = {"cl_ord_id": request.cl_ord_id, "orig_cl_ord_id": one.cl_ord_id}
        if isinstance(request, OrderCancelReplaceRequest):
            if refuses or not one.leaves:
                self.reject(request, CxlRejResponseTo.REPLACE)
            else:
                one.total, one.cl_ord_id = request.order_qty, ClOrdId(request.cl_ord_id)
                one.lost = Decimal(0)
                self.say(one, ExecType.REPLACED, **names, order_qty=request.order_qty)
        elif not one.leaves:
            self.reject(request, CxlRejResponseTo.CANCEL)
        else:
            one.is_live = False
            self.say(one, ExecType.CANCELED, **names)

    def reject(self, request: OrderCancelRequest | OrderCancelReplaceRequest, to: CxlRejResponseTo) -> None:
        self.tell(Reported(PAPER, OrderCancelReject(request.cl_ord_id, to)))

    @rule()
    def wait(self) -> None:
        """What is unanswered falls into doubt."""
        self.now_ns += 31 * S
        self.tell(TimerDue())

    @rule(by_snapshot=st.booleans())
    def restart(self, by_snapshot: bool) -> None:
        state = State()
        if by_snapshot:
            load(dump(self.engine.state, Positions()), state, Positions())
            engine = Engine({PAPER: self.can}, self.handlers, state)
        else:
            engine = Engine({PAPER: self.can}, self.handlers, state)
            engine.replay(self.journal)
        assert describe(state) == describe(self.engine.state)
        self.engine = engine

    # ------------------------------------------------------------ what is always true

    @invariant()
    def nothing_reduces_more_than_there_is(self) -> None:
        if not hasattr(self, "engine"):
            return
        state, net = self.engine.state, self.net()
        assert check_state(state) == ()
        unanswered = {request.order_id for request in self.asked}
        for is_buy, room in ((True, max(-net, Decimal(0))), (False, max(net, Decimal(0)))):
            orders = self.reducing(is_buy=is_buy)
            if sum((one.leaves for one in orders), Decimal(0)) <= room:
                continue
            assert any(one.order_id in unanswered for one in orders if one.leaves)
            # Where a replace may not follow another one, the next waits for the answer.
            if self.can.profile.chains_replaces:
                assert sum(map(self.asked_of, orders), Decimal(0)) <= room

    def asked_of(self, one: _AtVenue, but: Collection[ClOrdId] = ()) -> Decimal:
        """What is left of an order if the venue does all that it was asked to, but for these requests."""
        total = None
        for request in self.asked:
            if request.cl_ord_id in but:
                continue
            if request.order_id == one.order_id and isinstance(request, OrderCancelRequest):
                return Decimal(0)
            if request.order_id == one.order_id and isinstance(request, OrderCancelReplaceRequest):
                total = request.order_qty
        if total is None:
            return one.leaves
        # That the venue refuses to take up what was filled is not known before that.
        return max(total - one.cum, Decimal(0)) if one.is_live or but else Decimal(0)

    def teardown(self) -> None:
        """When the venue has answered everything, nothing exceeds the position."""
        if not hasattr(self, "engine"):
            return
        for _ in range(200):
            if not self.asked:
                break
            self.answer(refuses=False)
            self.nothing_reduces_more_than_there_is()
        assert not self.asked


class ChainingMachine(ReduceOnlyMachine):
    """At a venue that takes a replace behind another one, and works again what was busted."""

    can = CAN_MORE


class OneAtATimeMachine(ReduceOnlyMachine):
    """At a venue where each replace waits for the answer to the last one."""

    can = evolve(CAN_ALL, profile=EXCHANGE)


class WorkedHereMachine(ReduceOnlyMachine):
    """Beside orders that are worked here, which ask for what they have not sent, too; somebody lets them go on as they are suspended."""

    handlers = with_algorithms()

    def exits(self) -> None:
        self.ladder(is_buy=False, qty=5, levels=3)
        self.iceberg(is_buy=False, qty=4, shown=2)

    @rule(is_buy=st.booleans(), qty=st.integers(1, 9), levels=st.integers(1, 3))
    def ladder(self, is_buy: bool, qty: int, levels: int) -> None:
        terms = Strategy("scale", {"levels": levels, "first_price": "100", "step": "1"})
        self.work(is_buy=is_buy, qty=qty, terms=terms)

    @rule(is_buy=st.booleans(), qty=st.integers(1, 9), shown=st.integers(1, 3))
    def iceberg(self, is_buy: bool, qty: int, shown: int) -> None:
        terms = Strategy("iceberg", {"display_qty": shown, "limit_price": "100"})
        self.work(is_buy=is_buy, qty=qty, terms=terms)

    def work(self, *, is_buy: bool, qty: int, terms: Strategy) -> None:
        side = Side.BUY if is_buy else Side.SELL
        self.tell(SubmitOrder(AAPL_SYMBOL, side, qty, terms, GTC, MAIN, instructions=ONLY))

    @precondition(lambda self: self.parents())
    @rule(pick=PICKS, qty=st.integers(1, 12))
    def resize(self, pick: int, qty: int) -> None:
        """Somebody asks for another total."""
        parents = self.parents()
        self.tell(ReplaceOrder(parents[pick % len(parents)], order_qty=qty))

    @precondition(lambda self: self.parents())
    @rule(pick=PICKS)
    def stop(self, pick: int) -> None:
        parents = self.parents()
        self.tell(CancelOrder(parents[pick % len(parents)]))

    @precondition(lambda self: self.parents())
    @rule()
    def let_go_on(self) -> None:
        for parent in self.parents():
            self.tell(ResumeWork(parent, "it is understood"))

    def parents(self) -> list[OrderId]:
        return list(self.engine.state.parents.live)

    @invariant()
    def what_is_worked_here_is_within_the_position(self) -> None:
        """Nobody is suspended for the position, and what is asked for as a whole is within it."""
        if not hasattr(self, "engine"):
            return
        state, net = self.engine.state, self.net()
        for parent in state.parents.live.values():
            assert "reduce-only" not in (parent.suspended or "")
            assert "REDUCE_ONLY" not in (parent.suspended or "")
        for is_buy, room in ((True, max(-net, Decimal(0))), (False, max(net, Decimal(0)))):
            asked = [
                (parent.amend or (parent.order.order_qty,))[0] - parent.filled
                for parent in state.parents.live.values()
                if (parent.order.side is Side.BUY) is is_buy
                and parent.stopped is None
                and not parent.order.is_ended
            ]
            assert sum(asked, Decimal(0)) <= room


QUICK = settings(max_examples=150, stateful_step_count=30, deadline=None)
TestWhereReplacesChain = ReduceOnlyMachine.TestCase
TestWhereReplacesChain.settings = QUICK
TestAtABroker = ChainingMachine.TestCase
TestAtABroker.settings = QUICK
TestAtAnExchange = OneAtATimeMachine.TestCase
TestAtAnExchange.settings = QUICK
TestBesideWhatIsWorkedHere = WorkedHereMachine.TestCase
TestBesideWhatIsWorkedHere.settings = QUICK
