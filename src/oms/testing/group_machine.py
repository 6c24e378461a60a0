"""The rule-based machine of groups: any tree and policy, and every interleaving of what can happen to their orders.

After each step two laws are looked at. *Safety*: what the exits of an entry have executed and may still execute at their venue
is never more than what the entry has executed there. *Protection*: what an entry has brought is at work in its exits, or waits
here for their price, or something unanswered, a leg that has ended or an anomaly says why not. A bust of an execution can
make the first impossible; from then on what is asked for is held against what is known.

Subclass `GroupMachine` with handlers of your own, and run it as `GroupMachine.TestCase` under pytest.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

try:
    from hypothesis import strategies as st
    from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
except ImportError as error:  # pragma: no cover  # the suite itself needs Hypothesis
    raise ImportError("oms.testing needs Hypothesis: pip install 'openoms[testing]'") from error

from oms.engine.engine import Engine
from oms.engine.fingerprint import describe
from oms.engine.inputs import Input, Reported, Start
from oms.engine.invariants import check_state
from oms.engine.snapshot import dump, load
from oms.engine.state import State
from oms.model.capabilities import Capabilities
from oms.model.commands import CancelOrder
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
from oms.model.decimals import ZERO
from oms.model.enums import AnomalyCode, RequestKind, Side
from oms.model.events import AnomalyRaised, Event
from oms.model.group import Group, GroupLeg
from oms.model.ids import Account, BrokerName, Symbol
from oms.model.instrument import Instrument
from oms.model.limits import RiskLimits
from oms.model.market import Quote, TradePrint
from oms.model.order import Order
from oms.model.terms import Limit, Market, Stop
from oms.model.time_in_force import GTC, GoodTillCancel
from oms.order_types.contingency import Sharing
from oms.order_types.registry import HandlerRegistry, default_handlers
from oms.projections.positions import Positions
from oms.testing.group_venue import NumberVenue, Slip

# What a machine looks at is more than anybody else may.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

START_NS: Final = 1_767_623_400_000_000_000
"""2026-01-05 14:30:00 UTC."""
_VENUE: Final = BrokerName("venue")
_MAIN: Final = Account("main")
_AAPL: Final = Instrument(symbol="AAPL", currency="USD", tick="0.01", lot=1)
_BUY: Final = Leg("AAPL", Side.BUY, Limit(100), GTC, order_qty=12)
_STOP: Final = Leg("AAPL", Side.SELL, Stop(95), GTC)
_TARGET: Final = Leg("AAPL", Side.SELL, Limit(110), GTC)
_FIRST: Final = Leg("AAPL", Side.SELL, Limit(105), GTC, order_qty=5)
_PICKS: Final = st.integers(0, 99)
_SIZES: Final = st.integers(1, 12)
_MAX_ANSWERS: Final = 500


@st.composite
def trees(draw: st.DrawFn) -> Oto:
    """Brackets and trees like them, with every policy, for one instrument."""
    oco = Oco((_STOP, _TARGET), draw(st.sampled_from(Siblings)))
    shapes: list[tuple[Contingency, ...]] = [(oco,), (oco,), (_FIRST, oco), (_TARGET,), (_STOP,)]
    return Oto(
        _BUY, draw(st.sampled_from(shapes)), draw(st.sampled_from(Arm)), draw(st.sampled_from(Remainder))
    )


class GroupMachine(RuleBasedStateMachine):
    """One group, at a venue that does what it likes when it likes."""

    def __init__(self) -> None:
        """Begin before the group."""
        super().__init__()
        self.venue = NumberVenue(START_NS)
        self.events: list[Event] = []
        self.now_ns = START_NS
        self.has_busted = False

    def handlers(self) -> HandlerRegistry:
        """Give what works each kind of order; the library's own unless you say otherwise."""
        return default_handlers()

    # ------------------------------------------------------------ the hand that drives the engine

    def _engine(self, state: State | None = None) -> Engine:
        return Engine({_VENUE: self.able}, self.handlers(), state)

    def _start(self) -> Start:
        return Start("groups", 30_000_000_000, RiskLimits.off("a test"), (_AAPL,), _MAIN)

    def tell(self, what: Input) -> None:
        """Hand an input in, and its requests to the venue."""
        self.now_ns += 1_000_000
        outcome = self.engine.handle(what, self.now_ns)
        self.events += outcome.events
        for request in outcome.requests:
            self.venue.take(request)

    @initialize(
        tree=trees(), has_stops=st.booleans(), amends=st.booleans(), size=st.sampled_from([12, 12, 7, 1])
    )
    def begin(self, tree: Oto, has_stops: bool, amends: bool, size: int) -> None:  # drawn by Hypothesis
        """Open an engine at a venue of some kind, and place the group."""
        kinds = (Limit, Market, Stop) if has_stops else (Limit, Market)
        self.able = Capabilities(
            order_types=frozenset((kind, GoodTillCancel) for kind in kinds),
            amendable=frozenset({"order_qty"}) if amends else frozenset(),
            simulated=True,
        )
        self.engine = self._engine()
        self.tell(self._start())
        leg = Leg("AAPL", Side.BUY, Limit(100), GTC, order_qty=size)
        self.tree = Oto(leg, tree.exits, tree.arm, tree.remainder)
        self.tell(SubmitGroup(self.tree, _MAIN))

    # ------------------------------------------------------------ what the venue does

    def _slips(self, pick: int, *, is_open: bool = True) -> Slip | None:
        found = [slip for slip in self.venue.slips.values() if slip.is_open or not is_open]
        return found[pick % len(found)] if found else None

    @rule(pick=_PICKS)
    def accept(self, pick: int) -> None:
        """The venue takes an order."""
        slip = self._slips(pick)
        if slip is not None and slip.is_new:
            self.venue.accept(slip)

    @rule(pick=_PICKS, size=_SIZES)
    def execute(self, pick: int, size: int) -> None:
        """Something trades."""
        slip = self._slips(pick)
        if slip is not None:
            self.venue.execute(slip, Decimal(size))

    @rule(pick=_PICKS, grants=st.sampled_from([True, True, True, False]))
    def decide(self, pick: int, grants: bool) -> None:  # drawn by Hypothesis
        """The venue decides about a request."""
        asked = [slip for slip in self.venue.slips.values() if slip.asked]
        if asked:
            self.venue.decide(asked[pick % len(asked)], grants=grants)

    @rule(pick=_PICKS, wanted=st.integers(0, 5))
    def end(self, pick: int, wanted: int) -> None:
        """The venue ends an order of its own accord; seldom."""
        slip = self._slips(pick)
        if slip is not None and not wanted:
            self.venue.end(slip)

    @rule(pick=_PICKS, wanted=st.integers(0, 3))
    def bust(self, pick: int, wanted: int) -> None:
        """An execution is taken back; seldom."""
        slip = self._slips(pick, is_open=False)
        if slip is not None and slip.executions and not wanted:
            self.has_busted = True
            self.venue.bust(slip)

    @rule(pick=_PICKS)
    def hear(self, pick: int) -> None:
        """A report arrives."""
        said = [slip for slip in self.venue.slips.values() if slip.said]
        if said:
            self.tell(Reported(_VENUE, said[pick % len(said)].said.popleft()))

    # ------------------------------------------------------------ what the market and people do

    @rule()
    def reach_stop(self) -> None:
        """The market falls to the stop."""
        self.tell(TradePrint(Symbol("AAPL"), self.now_ns, 95, 1))

    @rule()
    def reach_target(self) -> None:
        """The market rises to the target."""
        self.tell(Quote(Symbol("AAPL"), self.now_ns, 110, 10, 111, 10))

    @rule(pick=_PICKS, wanted=st.integers(0, 5))
    def cancel_one(self, pick: int, wanted: int) -> None:
        """Somebody cancels an order of the group; seldom."""
        orders = self.group.orders
        if orders and not wanted:
            self.tell(CancelOrder(orders[pick % len(orders)].order_id, "somebody"))

    @rule(wanted=st.integers(0, 15))
    def cancel_group(self, wanted: int) -> None:
        """Somebody cancels the group; seldom."""
        if not wanted:
            self.tell(CancelGroup(self.group.group_id, "somebody"))

    @precondition(lambda self: hasattr(self, "engine"))
    @rule(has_snapshot=st.booleans())
    def restart(self, has_snapshot: bool) -> None:  # drawn by Hypothesis
        """The manager is started again on its journal, or on a snapshot, which makes the same state."""
        before = describe(self.engine.state)
        if has_snapshot:
            state = State()
            load(dump(self.engine.state, Positions()), state, Positions())
            self.engine = self._engine(state)
        else:
            self.engine = self._engine()
            self.engine.replay(self.events)
        assert describe(self.engine.state) == before
        self.tell(self._start())

    # ------------------------------------------------------------ what must be true

    @property
    def group(self) -> Group:
        """The group."""
        return self.engine.state.groups.by_id[1]

    def _exits(self) -> list[GroupLeg]:
        return list(self.group.legs[1:])

    def _wanted(self) -> Decimal:
        # Of those that were sent: what is held waits until there is room for it.
        orders = (order for leg in self._exits() for order in leg.orders if order is not leg.held)
        return sum(map(_asked, orders), ZERO)

    @invariant()
    def nothing_contradicts_itself(self) -> None:
        """The engine's own invariants hold."""
        if hasattr(self, "engine"):
            assert check_state(self.engine.state) == ()

    @invariant()
    def exits_never_exceed_their_entry(self) -> None:
        """Safety, at the venue and in the books."""
        if not hasattr(self, "engine"):
            return
        entry, exits = self.group.legs[0], self._exits()
        executed = sum((leg.executed_qty for leg in exits), ZERO)
        if not self._is_refused() and not any(one.outstanding_requests for one in self.group.orders):
            assert executed + self._wanted() <= max(entry.executed_qty, executed)
        if self.has_busted:
            return
        of_exits = {order.order_id for leg in exits for order in leg.orders}
        brought = sum(
            (slip.cum_qty for slip in self.venue.slips.values() if slip.order_id not in of_exits), ZERO
        )
        most = sum((slip.most for slip in self.venue.slips.values() if slip.order_id in of_exits), ZERO)
        assert most <= brought, f"exits may come to {most}, the entry has brought {brought}"

    @invariant()
    def what_is_brought_is_protected_or_said_not_to_be(self) -> None:
        """Protection."""
        if not hasattr(self, "engine") or not self.is_due():
            return
        entry, exits = self.group.legs[0], self._exits()
        left = entry.executed_qty - sum((leg.executed_qty for leg in exits), ZERO) - self._wanted()
        if left <= ZERO or any(leg.end is not None for leg in exits):
            return
        unanswered = any(order.outstanding_requests for order in self.group.orders)
        waits = sum((leg.held.leaves_qty for leg in exits if leg.held is not None), ZERO)
        assert unanswered or self._is_refused() or (waits >= left and self._none_can_rest()), (
            f"{left} without an exit"
        )

    def is_due(self) -> bool:
        """Tell whether everything that was brought should have exits by now."""
        entry = self.group.legs[0]
        return self.tree.arm is Arm.EACH_FILL or (bool(entry.orders) and entry.has_ended)

    def _is_refused(self) -> bool:
        return any(leg._no_cancel or leg._no_replace for leg in self.group.legs)

    def _none_can_rest(self) -> bool:
        return not any(
            (type(leg.leg.terms), GoodTillCancel) in self.able.order_types for leg in self._exits()
        )

    def teardown(self) -> None:
        """Everything unanswered is answered: then what is open is protected to the last unit."""
        if not hasattr(self, "engine"):
            return
        for _ in range(_MAX_ANSWERS):
            slips = self.venue.slips.values()
            if said := next((slip for slip in slips if slip.said), None):
                self.tell(Reported(_VENUE, said.said.popleft()))
            elif asked := next((slip for slip in slips if slip.asked), None):
                self.venue.decide(asked, grants=True)
            else:
                break
        else:
            raise AssertionError("the group does not come to rest")
        self.exits_never_exceed_their_entry()
        self.what_is_brought_is_protected_or_said_not_to_be()
        entry = self.group.legs[0].executed_qty
        executed = sum((leg.executed_qty for leg in self._exits()), ZERO)
        if executed > entry:
            codes = {event.code for event in self.events if isinstance(event, AnomalyRaised)}
            assert AnomalyCode.EXITS_EXCEED_ENTRY in codes
        if not self._is_refused():
            assert all(order.is_closed for leg in self.group.legs if leg.end for order in leg.orders)
        assert Sharing(self.tree).exits_of[0] == tuple(range(1, len(self.group.legs)))


def _asked(order: Order) -> Decimal:
    pending = {request.kind for request in order.outstanding_requests}
    if order.is_ended or RequestKind.CANCEL in pending:
        return ZERO
    totals = [one.order_qty for one in order.outstanding_requests if one.order_qty is not None]
    return max((totals[-1] if totals else order.order_qty) - order.cum_qty, ZERO)
