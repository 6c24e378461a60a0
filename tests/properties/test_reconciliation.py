"""The machine of one order, at a broker that can be asked for everything and loses what it is not asked for."""

from __future__ import annotations

from collections import Counter, deque
from decimal import Decimal
from functools import partial
from typing import ClassVar, Final

from attrs import evolve
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from oms.engine.engine import Engine
from oms.engine.snapshot import dump, load
from oms.engine.state import State
from oms.model import events as ev
from oms.model.capabilities import Capabilities
from oms.model.enums import BreakKind, Choice, ExecType, Life, Listing, OrdStatus, Side
from oms.model.order import Order
from oms.model.reports import ExecutionReport, Report, SendResult, Sent, Unknown
from oms.model.requests import OrderMassStatusRequest, RequestForPositions, TradeCaptureReportRequest
from oms.model.terms import limit_px
from oms.model.venue_profile import EXCHANGE, VenueProfile
from oms.ports.broker import Broker
from oms.projections.positions import Positions
from oms.runtime.recovery import recover, replay, tell
from oms.testing.decisions import Decision, decide, decide_all, possible
from oms.testing.desk import STEP_NS, Desk
from oms.testing.dice import Dice
from oms.testing.line import Letter, VenueLine
from oms.testing.listing_line import ListingLineBroker
from oms.testing.order_machine import OrderMachine
from oms.testing.settling import ROUND_NS
from oms.testing.venue import TruthfulVenue, is_execution

GRACE_NS: Final = 6 * 1_000_000_000
"""A little more than what differs gets to explain itself."""
ROUNDS: Final = 8

_ENDS: Final = {
    OrdStatus.CANCELED: Life.CANCELED,
    OrdStatus.EXPIRED: Life.EXPIRED,
    OrdStatus.REJECTED: Life.REJECTED,
}
_LOST: Final = frozenset({ExecType.NEW, ExecType.CANCELED, ExecType.EXPIRED, ExecType.REJECTED})
_OF_A_START: Final = (
    ev.EpochStarted,
    ev.IdBlockReserved,
    ev.BrokerReconciled,
    ev.InstrumentDefined,
    ev.LimitsSet,
)
# Whoever hears of an order after a split cannot know the ratio, and a list does not say what was charged.
_LEFT_OUT: Final = frozenset({Decision.SPLIT, Decision.CHARGE})


class Listed(Choice):
    """What becomes of a question for everything."""

    AT_ONCE = "at once"
    LATER = "later"
    """The answer is a report on its way, which may be lost."""
    NEVER = "never"
    RAISES = "raises"


class LossyListing(ListingLineBroker):
    """Answers late or not at all, as it is told to."""

    def __init__(self, line: VenueLine, fates: deque[Listed]) -> None:
        super().__init__(line)
        self._fates = fates
        self._letters = line.letters

    def executions(self, request: TradeCaptureReportRequest) -> SendResult:
        return self._say(super().executions(request))

    def open_orders(self, request: OrderMassStatusRequest) -> SendResult:
        return self._say(super().open_orders(request))

    def positions(self, request: RequestForPositions) -> SendResult:
        return self._say(super().positions(request))

    def _say(self, result: SendResult) -> SendResult:
        fate = self._fates.popleft() if self._fates else Listed.AT_ONCE
        if fate is Listed.AT_ONCE:
            return result
        if fate is Listed.RAISES:
            raise ConnectionError("the connection broke")
        if fate is Listed.NEVER:
            return Unknown("no answer")
        self._letters.append(Letter(result.report, is_kept=False))  # type: ignore[union-attr]
        return Sent()


class ReconcilingMachine(OrderMachine):
    """What `OrderMachine` does, with reconciliations begun, answered and broken off in between."""

    lists: ClassVar[frozenset[Listing]] = frozenset(Listing)
    left_out: ClassVar[frozenset[Decision]] = _LEFT_OUT
    seen: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        self.listed: deque[Listed] = deque()
        self.taken: tuple[int, str] | None = None
        super().__init__()

    def make_broker(self, line: VenueLine) -> Broker:
        return LossyListing(line, self.listed)

    def capabilities(self) -> Capabilities:
        return evolve(super().capabilities(), lists=self.lists)

    @rule(fates=st.lists(st.sampled_from(Listed), max_size=3))
    def reconcile(self, fates: list[Listed]) -> None:
        """Begin to compare the books with the broker's, under way while other things happen."""
        desk = self._step()
        self.listed.extend(fates)
        desk.do(desk.om.reconcile)

    @rule()
    def take_snapshot(self) -> None:
        """Write down what is held to be true, with whatever is open then."""
        om = self._step().om
        self.taken = om.state.version, dump(om.state, om.positions)

    def _decide(self, pick: int, size: int, which: int, ticks: int) -> None:
        desk = self._step()
        venue = desk.line.venues[which % len(desk.line.venues)]
        choices = [one for one in possible(venue, is_calm=bool(pick % 5)) if one not in self.left_out]
        if choices:
            dice = Dice(size, which, self.instrument.lot, self._px(ticks))
            decide(venue, choices[pick % len(choices)], dice)
            desk.line.collect()

    def teardown(self) -> None:
        """Let the faults stop and hold the books against the venue's, once, twice and after a restart."""
        if self.desk is not None and self._is_sound:
            self.listed.clear()
            Settling(self.desk, self._seed).run()
            self._check_snapshot(self.desk)

    def _check_snapshot(self, desk: Desk) -> None:
        """Law: snapshot and tail equal the whole journal."""
        version, text = self.taken or (0, "")
        if not text:
            return
        state, positions = State(), Positions()
        load(text, state, positions)
        tail = list(desk.store.read(version))
        replay(Engine({}, self.make_handlers(), state), tail, partial(tell, positions))
        whole = recover(desk.store.read())
        assert dump(state, positions) == dump(whole.state, whole.positions)


def _is_of_interest(report: Report) -> bool:
    return is_execution(report) or (isinstance(report, ExecutionReport) and report.exec_type in _LOST)


class Settling:
    """What must be true when the faults have stopped, whatever was lost for good."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk = desk
        self.seed = seed

    def run(self) -> None:
        """Reconcile, again, after a restart, and after what was lost has arrived after all."""
        desk, line = self.desk, self.desk.line
        line.fates.clear()
        line.answering.clear()
        for request in list(line.in_flight):
            line.drop(request.cl_ord_id)
            if self.seed % 2:
                line.arrive(request)
        for venue in line.venues:
            decide_all(venue)
        line.collect()
        for letter in line.letters:
            # Lost for good is what a reconciliation is to find out.
            if letter.delivered or _is_of_interest(letter.report):
                letter.is_lost = not letter.delivered
            else:
                desk.tick()
                desk.deliver(letter)
                desk.check()

        self.reconcile()
        self.agree()
        self.nothing_more()
        version = desk.store.version
        desk.restart()
        self.reconcile()
        fresh = self._news(version)
        assert not fresh, f"a restart has found more: {fresh}"
        self.agree()
        self.nothing_more()

        lost = [letter for letter in line.letters if is_execution(letter.report) and not letter.delivered]
        lost.sort(key=lambda letter: hash((self.seed, letter.report.exec_id)))  # type: ignore[union-attr]
        for letter in lost:
            desk.tick()
            desk.deliver(letter)
            desk.check()
            if self.seed % 3:
                desk.deliver(letter)
                desk.check()
        self.reconcile()
        self.agree(has_told_all=True)
        self.nothing_more()
        desk.check_replay()

    def reconcile(self) -> None:
        """Let one round with the broker come to its end, doubts first.

        A cancel of an order that has filled stays in doubt until its executions are known: an answer that shows it filled
        settles it only then, and they may be told by nothing but the list.
        """
        desk = self.desk
        self._settle_doubts()
        # What was adopted at the very moment of a list need not be in it.
        desk.tick(STEP_NS)
        desk.do(desk.om.reconcile)
        for _ in range(ROUNDS):
            if not desk.om.state.runs:
                break
            self._wait(GRACE_NS)
        assert not desk.om.state.runs, "the round has not ended, although everything was answered"
        self._settle_doubts()
        desk.check()

    def _settle_doubts(self) -> None:
        for _ in range(ROUNDS):
            state = self.desk.om.state
            if not (self.desk.om.outstanding() or state.runs or state.inquiries.waiting()):
                break
            self._wait(ROUND_NS)

    def _wait(self, by_ns: int) -> None:
        desk = self.desk
        desk.tick(by_ns)
        desk.do(desk.om.poll)
        # What was lost stays lost; what the broker is made to say again arrives.
        desk.deliver(*desk.line.on_the_way())

    def nothing_more(self) -> None:
        """A second round changes nothing."""
        desk = self.desk
        version = desk.store.version
        desk.tick(STEP_NS)
        self.reconcile()
        fresh = self._news(version)
        assert not fresh, f"a second round has found more: {fresh}, with {desk.om.breaks()}"

    def _news(self, version: int) -> list[ev.Event]:
        desk = self.desk
        asked_about = {one.order_id for one in desk.om.breaks()}
        return [
            event
            for event in desk.store.read(version)
            if not isinstance(event, _OF_A_START)
            # What is still open is asked about from time to time.
            and not (isinstance(event, ev.OrderStatusRequested) and event.order_id in asked_about)
        ]

    # ------------------------------------------------------------ what must be equal

    def agree(self, *, has_told_all: bool = False) -> None:
        """Every difference is an open break, and where everything was told there is none in what has executed."""
        desk = self.desk
        assert not desk.om.in_doubt(), "in doubt, although the venue has answered"
        held = Decimal(0)
        for venue in desk.line.venues:
            if venue.truth is None:
                continue
            order = self._order(venue)
            held += venue.truth.traded_qty * (1 if venue.truth.side is Side.BUY else -1)
            if order is None:
                # What executed unheard of is shown by nothing but the position, which nets it with everything else.
                is_told = Listing.EXECUTIONS in desk.line.capabilities.lists
                wants = venue.truth.leaves_qty or (is_told and venue.truth.cum_qty)
                assert not wants or self._breaks(BreakKind.UNKNOWN_ORDER, BreakKind.POSITION), (
                    "in no book, and no break"
                )
                continue
            self._agree_on(venue, order, has_told_all=has_told_all)
        ours = sum(position.net_qty for position in desk.om.positions)
        assert ours == held or self._breaks(BreakKind.POSITION), f"position: {held} there, {ours} here"

    def _order(self, venue: TruthfulVenue) -> Order | None:
        desk = self.desk
        if venue is desk.venue:
            return desk.order
        return next((o for o in desk.om.orders() if o.venue_order_id == venue.venue_order_id), None)

    def _breaks(self, *kinds: BreakKind) -> list[object]:
        return [one for one in self.desk.om.breaks() if one.kind in kinds]

    def _agree_on(self, venue: TruthfulVenue, order: Order, *, has_told_all: bool) -> None:
        truth = venue.existing
        breaks = [one for one in self.desk.om.breaks() if one.order_id == order.order_id]
        told = f"{truth} at the venue, {order!r} here, {self.desk.om.breaks()}"
        lists = self.desk.line.capabilities.lists
        # An order that works there is listed, and its limit tells at what price what is missing may be booked.
        is_listed = bool(truth.leaves_qty) and not order.is_ended and limit_px(order.terms) is not None
        # What was busted or corrected before anybody heard of it may leave a break.
        is_plain = all(one.exec_type is ExecType.TRADE for one in venue.said if is_execution(one))
        if is_plain and (has_told_all or Listing.EXECUTIONS in lists or is_listed):
            assert order.cum_qty == truth.cum_qty, told
        elif has_told_all or Listing.EXECUTIONS in lists or order.leaves_qty or truth.leaves_qty:
            # What is in no list shows in nothing but the positions, which are compared net besides.
            assert order.cum_qty == truth.cum_qty or breaks or self._breaks(BreakKind.POSITION), told
        if has_told_all and is_plain:
            assert order.notional == truth.notional, told
        # Of what was busted for good nothing is left on either side, and only a report tells how it ended.
        is_open = bool(order.leaves_qty)
        # What was lost with a bust is said nowhere but in its report; and a day order that is done has not ended.
        assert is_open == bool(truth.leaves_qty) or breaks or truth.has_lost or truth.is_over, told
        if truth.leaves_qty and is_open and not truth.has_lost:
            assert order.order_qty == truth.order_qty or breaks, told


class ExchangeMachine(ReconcilingMachine):
    """The same at an exchange: no pending states, and reports that say several things."""

    profile: ClassVar[VenueProfile] = EXCHANGE
    seen: ClassVar[Counter[str]] = Counter()


class SilentMachine(ReconcilingMachine):
    """The same at a broker that lists no executions."""

    lists: ClassVar[frozenset[Listing]] = frozenset({Listing.OPEN_ORDERS, Listing.POSITIONS})
    seen: ClassVar[Counter[str]] = Counter()


QUICK = settings(
    max_examples=60,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.generate],
    report_multiple_bugs=False,
)

# Law: whatever was lost, one full reconciliation makes books and broker equal but for open breaks, and a second finds nothing.
TestBooksAndAFixBroker = ReconcilingMachine.TestCase
TestBooksAndAFixBroker.settings = QUICK
TestBooksAndASilentBroker = SilentMachine.TestCase
TestBooksAndASilentBroker.settings = QUICK
TestBooksAndAnExchange = ExchangeMachine.TestCase
TestBooksAndAnExchange.settings = QUICK
