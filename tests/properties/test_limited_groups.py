"""The machine of groups under limits of risk that come and go, for a few seconds."""

# pyright: reportPrivateUsage=false

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from oms.engine.inputs import Input, TimerDue
from oms.model.contingency import Contingency, Leg, Oco, Oto, Siblings
from oms.model.enums import HeldPolicy, Side
from oms.model.limits import RiskLimits
from oms.model.requests import Request
from oms.model.terms import Limit, Stop, StopLimit, in_words
from oms.model.time_in_force import GTC
from oms.testing.group_machine import GroupMachine
from oms.testing.group_trees import alternatives, trees

OFF: Final = RiskLimits.off("a test")
_ANSWERS: Final = 100
"""How many words a group may be worth that nobody does anything to."""
_ROUNDS: Final = 10
"""How often its venue takes new orders of it meanwhile."""
_MOST: Final = 20
"""How many requests one input may lead to."""


def _only(
    notional: int | None = None, collar: str | None = None, opened: int | None = None, sent: int | None = None
) -> RiskLimits:
    return RiskLimits(
        max_order_qty=None,
        max_order_notional=notional,
        price_collar=collar,
        max_open_orders=opened,
        max_messages=sent,
        off_by="a test",
    )


_SPLIT: Final = [
    _only(collar="0.005"),  # A stop limit that may sell at 94 may not go, and its target may.
    _only(notional=1250),  # A target of 12 is worth 1,320, and their stop what the market shows.
]
LIMITS: Final = [
    *(_SPLIT * 3),
    _only(opened=1),
    _only(opened=2, notional=1250),
    _only(sent=3),
    _only(notional=1000),
]


class LimitedGroupMachine(GroupMachine):
    """A group at a manager that is started anew with other limits now and then."""

    sent = 0

    def tell(self, what: Input) -> None:
        """Hand an input in, and count what leaves for it."""
        sent = self.sent
        super().tell(what)
        assert self.sent - sent <= _MOST, "one input leads to more and more"

    def send(self, requests: Iterable[Request]) -> None:
        """Count what leaves."""
        requests = tuple(requests)
        self.sent += len(requests)
        super().send(requests)

    @initialize(
        tree=st.one_of(trees(), trees(), alternatives()),
        has_stops=st.sampled_from([True, True, False]),
        amends=st.booleans(),
        chains=st.booleans(),
        reduces=st.integers(0, 3),
        filled=st.integers(0, 12),
        limits=st.sampled_from(LIMITS),
    )
    def begin(
        self, tree: Contingency, has_stops: bool, amends: bool, chains: bool, reduces: int, filled: int, limits: RiskLimits
    ) -> None:  # drawn by Hypothesis  # fmt: skip
        """Place a group, and then begin again under some limits; most often some of it executes at once after that."""
        super().begin(tree=tree, has_stops=has_stops, amends=amends, chains=chains, reduces=reduces, filled=0)
        self._begin_under(limits)
        if filled:
            self.fill(pick=0, size=filled)

    @precondition(lambda self: hasattr(self, "engine"))
    @rule(limits=st.sampled_from(LIMITS), has_snapshot=st.booleans(), wanted=st.integers(0, 5))
    def set_limits(self, limits: RiskLimits, has_snapshot: bool, wanted: int) -> None:  # drawn by Hypothesis
        """The manager is started again under other limits, and the market is shown; seldom."""
        if not wanted:
            self._begin_under(limits, has_snapshot=has_snapshot)

    def _begin_under(self, limits: RiskLimits, *, has_snapshot: bool = False) -> None:
        self.limits = limits
        self.restart(has_snapshot=has_snapshot, policy=HeldPolicy.RELEASE)
        self.quote(100)

    def _come_to_rest(self) -> None:
        for _ in range(_ROUNDS):
            assert self.answer_all(_ANSWERS), "the group answers itself"
            fresh = [slip for slip in self.venue.slips.values() if slip.is_new and slip.is_open]
            if not fresh:
                return
            for slip in fresh:
                self.venue.accept(slip)
        raise AssertionError("the group does not come to rest under its limits")

    def teardown(self) -> None:
        """Under its limits it comes to rest; without any, everything is protected."""
        if not hasattr(self, "engine"):
            return
        for _ in range(3):
            self._come_to_rest()
            self.now_ns += 31_000_000_000
            self.tell(TimerDue())
        self._come_to_rest()
        self._begin_under(OFF)
        super().teardown()


# Law: whatever a limit of risk lets go and what it does not, a group comes to rest; no input leads to more than a few requests;
# and all that is true of groups without limits is true of it.
TestALimitedGroup = LimitedGroupMachine.TestCase
TestALimitedGroup.settings = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow],
)


_STOPS: Final = [Leg("AAPL", Side.SELL, terms, GTC) for terms in (Stop(95), StopLimit(95, 94))]
_TARGET: Final = Leg("AAPL", Side.SELL, Limit(110), GTC)


@pytest.mark.parametrize("has_stops", [True, False], ids=["the venue takes stops", "it takes none"])
@pytest.mark.parametrize("limits", LIMITS[-6:])
@pytest.mark.parametrize("stop", _STOPS, ids=lambda leg: in_words(leg.terms))
@pytest.mark.parametrize("is_first", [True, False], ids=["the stop first", "the target first"])
@pytest.mark.parametrize("siblings", Siblings, ids=lambda one: one.value)
def test_whichever_exit_a_limit_lets_go_a_bracket_comes_to_rest(
    *, has_stops: bool, limits: RiskLimits, stop: Leg, is_first: bool, siblings: Siblings
) -> None:
    """Law: of any bracket under any limit, in a market that moves, no exit goes to and fro."""
    entry = Leg("AAPL", Side.BUY, Limit(100), GTC, order_qty=12)
    tree = Oto(entry, (Oco((stop, _TARGET) if is_first else (_TARGET, stop), siblings),))
    desk = LimitedGroupMachine()

    desk.begin(tree=tree, has_stops=has_stops, amends=True, chains=True, reduces=1, filled=7, limits=limits)
    for bid in (100, 101, 100):
        desk.quote(bid)
        desk._come_to_rest()
    desk.fill(pick=0, size=5)

    desk.teardown()
