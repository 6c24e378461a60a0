"""The rule-based machine of groups: any tree and policy, and every interleaving of what can happen to their orders.

After each step these laws are looked at.

- *Safety*: what the exits of an entry have executed and may still execute at their venues is never more than what the entry has
  executed there, whatever somebody asks of them; of legs in different instruments, which can race, each may come to that by itself.
- *Protection*: what an entry has brought is at work in its exits, or is held here until their price comes, or something
  unanswered, somebody's cancel or an anomaly says why not; where an exit is lost, that anomaly is for no less than what has none.
- *Losses*: an entry whose stop is lost, or all of whose exits are, asks for no more.
- *Equality*: legs that take turns are each for the same, the one at its venue and those that are held.
- *Alternatives*: once a leg of an `Oco` has executed that cancels the others, and that no entry feeds, they get no order again, but
  where its executions are busted.
- *Trails never move away*: a trailing stop that is held stands no further from the market than it once did, also after a restart.
- *Leave*: an exit that the gate refuses waits, and is not lost.
- *Reduction*: legs that may only reduce a position ask for no more than there is of it, once everything is answered.

After a bust or a correction of an execution, which can make the first impossible, what is asked for is held against what is
known. Orders are replaced as well as canceled by somebody, in price and in quantity; what is asked for, and what is answered, may
be lost.
Subclass `GroupMachine` with handlers of your own, and run it as `GroupMachine.TestCase` under pytest.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

try:
    from hypothesis import strategies as st
    from hypothesis.stateful import initialize, invariant, precondition, rule
except ImportError as error:  # pragma: no cover  # the suite itself needs Hypothesis
    raise ImportError("oms.testing needs Hypothesis: pip install 'openoms[testing]'") from error

from attrs import evolve

from oms.engine.engine import Engine
from oms.engine.group_book import is_refused
from oms.engine.inputs import Input, Start, TimerDue
from oms.engine.invariants import check_state
from oms.engine.leg_events import OF_GATE
from oms.engine.state import State
from oms.model.capabilities import Capabilities
from oms.model.commands import CancelOrder, EngageKillSwitch, ReleaseKillSwitch, SubmitOrder
from oms.model.contingency import Arm, CancelGroup, Contingency, Oco, Oto, Siblings, SubmitGroup
from oms.model.decimals import ZERO
from oms.model.enums import AnomalyCode, HeldPolicy, LegEnd, Side
from oms.model.events import AnomalyRaised
from oms.model.group import Group, GroupLeg
from oms.model.ids import Account, BrokerName, OrderId
from oms.model.instrument import Instrument
from oms.model.limits import RiskLimits
from oms.model.market import MarketUpdate, Quote, TradePrint
from oms.model.terms import Limit, Market, Stop, StopLimit
from oms.model.time_in_force import GTC, GoodTillCancel
from oms.model.venue_profile import EXCHANGE
from oms.order_types.registry import HandlerRegistry, default_handlers
from oms.testing import group_laws as laws
from oms.testing import loss_laws as losses
from oms.testing.group_laws import at_once, each, entries, turns
from oms.testing.group_trees import alternatives, reducing, replacement, trees
from oms.testing.group_venue import Slip
from oms.testing.venue_machine import PICKS, VenueMachine

# What a machine looks at is more than anybody else may.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

HERE: Final = BrokerName("venue")
THERE: Final = BrokerName("other")
AAPL: Final = Instrument(symbol="AAPL", currency="USD", tick="0.01", lot=1, broker=HERE)
BTC: Final = Instrument(symbol="BTC-USD", currency="USD", tick="0.01", lot=1, broker=THERE)
_MAIN: Final = Account("main")
_AS_ASKED: Final = frozenset(LegEnd) - {LegEnd.LOST}
_KINDS: Final = (Limit, Market, Stop, StopLimit)
_SIZES: Final = st.integers(1, 12)
_TIMEOUT_NS: Final = 30_000_000_000
_LONG_NS: Final = 700_000_000_000
_WAITS: Final = 4


class GroupMachine(VenueMachine):
    """One group, at two venues that do what they like when they like."""

    def __init__(self) -> None:
        """Begin before the group."""
        super().__init__()
        self.brokers: dict[OrderId, BrokerName] = {}
        self.stands: dict[OrderId, Decimal] = {}
        self.lost: dict[int, Decimal] = {}
        self.has_settled = self.is_killed = False
        self.limits = RiskLimits.off("a test")
        self.chosen: int | None = None
        self.frozen: dict[int, int] = {}

    def handlers(self) -> HandlerRegistry:
        """Give what works each kind of order; the library's own unless you say otherwise."""
        return default_handlers()

    # ------------------------------------------------------------ the hand that drives the engine

    def engine_on(self, state: State | None = None) -> Engine:
        """Give an engine with two brokers on this state, or on a new one."""
        return Engine({HERE: self.able, THERE: self.able}, self.handlers(), state)

    def _start(self, policy: HeldPolicy = HeldPolicy.RELEASE) -> Start:
        return Start("groups", _TIMEOUT_NS, self.limits, (AAPL, BTC), _MAIN, 0, policy)

    def tell(self, what: Input) -> None:
        """Hand an input in, and its requests to the venues."""
        self.now_ns += 1_000_000
        outcome = self.engine.handle(what, self.now_ns)
        self.events += outcome.events
        self.lost |= losses.lost_in(outcome.events, self.engine.state.groups.of_order)
        for request in outcome.requests:
            self.brokers.setdefault(request.order_id, request.broker)
        if isinstance(self.tree, Oco) and self.engine.state.groups.by_id:
            self._note_chosen(self.tree)
        self.send(outcome.requests)

    def _note_chosen(self, tree: Oco) -> None:
        if tree.siblings is not Siblings.CANCEL:
            return
        legs = [self.group.legs[number] for turn in turns(tree, 0) for number in turn]
        if self.chosen is None or not self._executed(self.chosen):
            self.chosen = next((leg.number for leg in legs if leg.executed_qty), None)
            self.frozen = {} if self.chosen is None else {leg.number: len(leg.orders) for leg in legs}

    def broker_of(self, slip: Slip) -> BrokerName:
        """Give the broker at whose venue an order is."""
        return self.brokers[slip.order_id]

    @initialize(
        tree=st.one_of(trees(), trees(), alternatives()),
        has_stops=st.booleans(),
        amends=st.booleans(),
        chains=st.booleans(),
        reduces=st.integers(0, 3),
        filled=st.integers(0, 12),
    )
    def begin(
        self, tree: Contingency, has_stops: bool, amends: bool, chains: bool, reduces: int, filled: int
    ) -> None:  # drawn by Hypothesis
        """Open an engine at venues of some kind, and place the group; most often some of it has executed at once."""
        kinds = _KINDS if has_stops else _KINDS[:2]
        self.able = Capabilities(
            order_types=frozenset((kind, GoodTillCancel) for kind in kinds),
            amendable=frozenset({"order_qty", "price", "stop_px"}) if amends else frozenset(),
            simulated=True,
            profile=evolve(EXCHANGE, chains_replaces=chains),
        )
        self.reduces = not reduces and isinstance(tree, Oto)
        self.engine = self.engine_on()
        self.tree = reducing(tree) if self.reduces else tree
        self.tell(self._start())
        self.tell(SubmitGroup(self.tree, _MAIN))
        if filled:
            self.fill(0, filled)

    # ------------------------------------------------------------ what the market and people do

    @rule(pick=PICKS, wanted=st.integers(0, 1))
    def refuse_exit(self, pick: int, wanted: int) -> None:
        """The venue refuses an exit that has just arrived there."""
        exits = {order.order_id for leg in self.group.legs[1:] for order in leg.orders}
        found = [slip for slip in self.venue.slips.values() if slip.is_new and slip.order_id in exits]
        if found and wanted:
            self.venue.end(found[pick % len(found)])

    @rule(px=st.sampled_from([90, 95, 98, 100, 103, 108]))
    def trade(self, px: int) -> None:
        """Somebody trades AAPL: at the stop, beyond it, or so that trails follow."""
        self.tell(TradePrint(AAPL.symbol, self.now_ns, px, 1))

    @rule(bid=st.sampled_from([94, 100, 110]))
    def quote(self, bid: int) -> None:
        """The market quotes AAPL: at the target, or away from it."""
        self.tell(Quote(AAPL.symbol, self.now_ns, bid, 10, bid + 1, 10))

    @rule(is_high=st.booleans())
    def move_hedge(self, is_high: bool) -> None:  # drawn by Hypothesis
        """The market comes to the target of the second instrument, or to its stop."""
        update: MarketUpdate = TradePrint(BTC.symbol, self.now_ns, 8, 1)
        self.tell(Quote(BTC.symbol, self.now_ns, 10, 10, 11, 10) if is_high else update)

    @precondition(lambda self: getattr(self, "reduces", False) and not self.is_killed)
    @rule(side=st.sampled_from([Side.BUY, Side.SELL, Side.SELL]), size=_SIZES)
    def trade_beside(self, side: Side, size: int) -> None:
        """Somebody else changes the position; the venue executes it at once."""
        self.tell(SubmitOrder(AAPL.symbol, side, size, Limit(100), GTC, _MAIN, asked_by="somebody"))
        slip = list(self.venue.slips.values())[-1]
        if slip.is_new and slip.order_id not in {order.order_id for order in self.group.orders}:
            self.venue.execute(slip, Decimal(size))
            self._hear(slip)

    @rule(pick=PICKS, wanted=st.integers(0, 5))
    def cancel_one(self, pick: int, wanted: int) -> None:
        """Somebody cancels an order of the group; seldom."""
        orders = self.group.orders
        if orders and not wanted:
            self.tell(CancelOrder(orders[pick % len(orders)].order_id, "somebody"))

    @rule(pick=PICKS, more=st.sampled_from([None, None, -6, -1, 0, 1, 6]), move=st.sampled_from([-1, 0, 1]))
    def replace_one(self, pick: int, more: int | None, move: int) -> None:
        """Somebody gives an order of the group another price, another quantity, or no more than what it has filled."""
        orders = [order for order in self.group.orders if not order.is_closed]
        if not orders:
            return
        command = replacement(orders[pick % len(orders)], more, move)
        if command is not None:
            self.tell(command)

    @rule(pick=PICKS, wanted=st.integers(0, 2))
    def lose(self, pick: int, wanted: int) -> None:
        """A request never arrives, or the answer to it; seldom."""
        found = [slip for slip in self.venue.slips.values() if slip.asked or slip.said]
        if found and not wanted:
            self.venue.lose(found[pick % len(found)])

    @rule(wanted=st.integers(0, 3))
    def wait(self, wanted: int) -> None:
        """So much time passes that what is unanswered is asked about; seldom."""
        if not wanted:
            self.now_ns += _TIMEOUT_NS
            self.tell(TimerDue())

    @precondition(lambda self: hasattr(self, "engine"))
    @rule(is_on=st.booleans())
    def throw_kill_switch(self, is_on: bool) -> None:  # drawn by Hypothesis
        """Somebody engages the kill switch, or releases it."""
        self.is_killed = is_on
        self.tell((EngageKillSwitch if is_on else ReleaseKillSwitch)("a test", "somebody"))

    @rule(wanted=st.integers(0, 15))
    def cancel_group(self, wanted: int) -> None:
        """Somebody cancels the group; seldom."""
        if not wanted:
            self.tell(CancelGroup(self.group.group_id, "somebody"))

    @precondition(lambda self: hasattr(self, "engine"))
    @rule(has_snapshot=st.booleans(), policy=st.sampled_from(HeldPolicy))
    def restart(self, has_snapshot: bool, policy: HeldPolicy) -> None:  # drawn by Hypothesis
        """The manager is started again on its journal, or on a snapshot, which makes the same state."""
        self.begin_again(has_snapshot=has_snapshot)
        self.tell(self._start(policy))

    # ------------------------------------------------------------ what must be true

    @property
    def group(self) -> Group:
        """The group."""
        return self.engine.state.groups.by_id[1]

    def _asked(self, number: int) -> Decimal:
        return laws.asked_of_leg(self.group.legs[number])

    def _held(self, number: int) -> Decimal:
        return ZERO if (held := self.group.legs[number].held) is None else held.leaves_qty

    def _most(self, number: int) -> Decimal:
        return sum((slip.most for slip in self._slips_of(number)), ZERO)

    def _cum_at_venue(self, number: int) -> Decimal:
        return sum((slip.cum_qty for slip in self._slips_of(number)), ZERO)

    def _slips_of(self, number: int) -> list[Slip]:
        ids = {order.order_id for order in self.group.legs[number].orders}
        return [slip for slip in self.venue.slips.values() if slip.order_id in ids]

    def _executed(self, number: int) -> Decimal:
        return self.group.legs[number].executed_qty

    def _asks_too_much(self, oto: Oto, number: int) -> bool:
        executed = sum(map(self._executed, each(oto, number)), ZERO)
        return executed + at_once(oto, number, self._asked) > max(self._executed(number), executed)

    def _is_unanswered(self) -> bool:
        return any(order.outstanding_requests for order in self.group.orders)

    @invariant()
    def nothing_contradicts_itself(self) -> None:
        """The engine's own invariants hold."""
        if hasattr(self, "engine"):
            assert check_state(self.engine.state) == ()

    @invariant()
    def exits_never_exceed_their_entry(self) -> None:
        """Safety, at the venues and in the books."""
        if not hasattr(self, "engine"):
            return
        for oto, number in entries(self.tree):
            if not self._is_refused() and not self._is_unanswered():
                assert not self._asks_too_much(oto, number)
            if not self.venue.has_busted:
                most, there = at_once(oto, number, self._most), self._cum_at_venue(number)
                assert most <= there, f"exits may come to {most}, the entry has brought {there}"

    @invariant()
    def what_is_brought_is_protected_or_said_not_to_be(self) -> None:
        """Protection."""
        if not hasattr(self, "engine") or self._is_unanswered() or self._is_refused():
            return
        for oto, number in entries(self.tree):
            entry, legs = self.group.legs[number], [self.group.legs[one] for one in each(oto, number)]
            is_due = oto.arm is Arm.EACH_FILL or (entry.orders and entry.has_ended)
            if not is_due or any(leg.end in _AS_ASKED for leg in legs) or self._is_capped(legs):
                continue
            left = entry.executed_qty - sum((leg.executed_qty for leg in legs), ZERO)
            is_told = any(leg._wait_told for leg in (entry, *legs)) and not self.has_settled
            covered = laws.covered(oto, number, self._asked, self._held)
            most = self.lost.get(number, ZERO) if any(leg.end for leg in legs) else covered
            assert is_told or left <= most, f"{left} open"

    @invariant()
    def what_has_lost_an_exit_brings_no_more(self) -> None:
        """Losses."""
        if hasattr(self, "engine") and not self._is_refused():
            assert not any(map(self._asked, losses.bare(self.tree, self.group.legs))), "one brings more"

    def _is_capped(self, legs: list[GroupLeg]) -> bool:
        # What belongs to others, or is gone, is not there to be protected; and an exit of its own quantity takes no more.
        return self.reduces or all(leg.leg.order_qty is not None for leg in legs)

    @invariant()
    def legs_that_take_turns_are_for_the_same(self) -> None:
        """Equality."""
        if not hasattr(self, "engine") or self._is_unanswered() or self._is_refused():
            return
        for oto, number in entries(self.tree):
            for sizes in laws.sizes_in_turns(oto, number, self.group.legs, self._asked, self._held):
                assert len(sizes) == 1, f"of one turn, but for {sizes}"

    @invariant()
    def what_was_canceled_for_another_one_never_comes_back(self) -> None:
        """Alternatives."""
        for number, orders in self.frozen.items():
            if number != self.chosen:
                assert len(self.group.legs[number].orders) == orders, "it has another order"
                assert self.group.legs[number].held is None, "it still waits"

    @invariant()
    def no_exit_is_lost_to_the_gate(self) -> None:
        """Leave."""
        if hasattr(self, "engine"):
            legs = [leg for leg in self.group.legs if leg._entry is not None]
            assert not any(codes <= OF_GATE for codes in laws.lost_for(legs)), "lost to the gate"

    @invariant()
    def trails_never_move_away(self) -> None:
        """Of all that is held; sales alone are trailed here."""
        if hasattr(self, "engine"):
            stand = dict(laws.trails(self.engine.state.held_orders))
            assert all(px >= self.stands.get(order_id, px) for order_id, px in stand.items()), "a stop fell"
            self.stands |= stand

    @invariant()
    def what_may_only_reduce_asks_for_no_more_than_there_is(self) -> None:
        """Reduction."""
        if not hasattr(self, "engine") or not self.reduces or self._is_unanswered() or self._is_refused():
            return
        of_all = self.engine.state.traded.of_all().values()
        net = sum((held.get((_MAIN, AAPL.symbol), ZERO) for held in of_all), ZERO)
        numbers = [leg.number for leg in self.group.legs if leg.reduces]
        assert max([sum(map(self._asked, numbers), ZERO), *map(self._held, numbers)]) <= max(net, ZERO)

    def _is_refused(self) -> bool:
        return not self.has_settled and is_refused(self.group)

    @invariant()
    def what_is_not_taken_back_is_told_of(self) -> None:
        """Refusals: what stands beyond what its entry has brought, and may not be asked for again yet, is an anomaly."""
        if not hasattr(self, "engine") or self._is_unanswered() or not self._is_refused():
            return
        for oto, number in entries(self.tree):
            if self._asks_too_much(oto, number):
                assert any(self.group.legs[one]._stuck for one in each(oto, number)), "nobody was told"

    def teardown(self) -> None:
        """Everything unanswered is answered, and nothing is refused any more: then what is open is protected to the last unit."""
        if not hasattr(self, "engine"):
            return
        self.throw_kill_switch(is_on=False)
        for _ in range(_WAITS):
            self._answer_all()
            # What was refused is asked for again, and what is in doubt is asked about.
            self.now_ns += _LONG_NS
            self.tell(TimerDue())
        self._answer_all()
        self.has_settled = True
        self.exits_never_exceed_their_entry()
        self.what_is_brought_is_protected_or_said_not_to_be()
        self.legs_that_take_turns_are_for_the_same()
        self.what_may_only_reduce_asks_for_no_more_than_there_is()
        codes = {event.code for event in self.events if isinstance(event, AnomalyRaised)}
        for oto, number in entries(self.tree):
            over = sum(map(self._executed, each(oto, number)), ZERO) - self._executed(number)
            assert over <= 0 or AnomalyCode.EXITS_EXCEED_ENTRY in codes
        assert all(order.is_closed for leg in self.group.legs if leg.end for order in leg.orders)

    def _answer_all(self) -> None:
        assert self.answer_all(500), "the group does not come to rest"
