"""The machine of groups with exits that are good for so many seconds, some of them, and each for its own."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant

from oms.engine.engine import Engine
from oms.engine.inputs import Input, Start, TimerDue
from oms.engine.state import State
from oms.model.commands import ReplaceOrder
from oms.model.contingency import Contingency, Leg, Oco
from oms.model.group import GroupLeg
from oms.model.ids import OrderId
from oms.model.requests import NewOrderSingle, OrderCancelReplaceRequest, Request
from oms.model.time_in_force import GTC, GoodForTime, TimeInForce
from oms.testing.group_machine import GroupMachine
from oms.testing.group_trees import alternatives, trees

TIMES = st.sampled_from((GTC, GoodForTime("0.008"), GoodForTime("0.03"), GoodForTime(45)))
"""A step takes a millisecond; some take half a minute."""


def timed(node: Contingency, times: list[TimeInForce], *, is_exit: bool = False) -> Contingency:
    """Give a tree whose exits, and all legs of an `Oco`, are good for the next of these times each."""
    if isinstance(node, Leg):
        return evolve(node, time_in_force=times.pop()) if is_exit else node
    if isinstance(node, Oco):
        legs = tuple(timed(one, times, is_exit=True) for one in node.legs)
        return Oco(legs, node.siblings)  # type: ignore[arg-type]  # an Oco holds none
    entry = evolve(node.entry, time_in_force=times.pop()) if is_exit else node.entry
    exits = tuple(timed(one, times, is_exit=True) for one in node.exits)
    return evolve(node, entry=entry, exits=exits)


def due_ns(leg: GroupLeg | None) -> int | None:
    """When the seconds of an exit have passed, by its first order; None where it has none."""
    tif = None if leg is None else leg.leg.time_in_force
    if leg is None or not isinstance(tif, GoodForTime):
        return None
    return leg.orders[0].created_ns + tif.duration_ns


class TimedMachine(GroupMachine):
    """Each exit has one end, that of its first order; what is left at a venue then is for the venue to end."""

    @initialize(
        tree=st.one_of(trees(), trees(), alternatives()),
        times=st.lists(TIMES, min_size=8, max_size=8),
        has_stops=st.booleans(),
        amends=st.booleans(),
        chains=st.booleans(),
        filled=st.integers(0, 12),
    )
    def begin(  # drawn by Hypothesis, with the times
        self,
        tree: Contingency,
        times: list[TimeInForce],
        has_stops: bool,
        amends: bool,
        chains: bool,
        filled: int,
    ) -> None:
        self.is_somebody = False
        timed_tree = timed(tree, list(times), is_exit=isinstance(tree, Oco))
        super().begin(timed_tree, has_stops, amends, chains, reduces=1, filled=filled)

    def engine_on(self, state: State | None = None) -> Engine:
        pairs = frozenset((kind, GoodForTime) for kind, _ in self.able.order_types)
        self.able = evolve(self.able, order_types=self.able.order_types | pairs, simulated=False)
        return super().engine_on(state)

    def tell(self, what: Input) -> None:
        self.is_somebody = isinstance(what, ReplaceOrder)
        super().tell(what)
        if isinstance(what, Start):
            # What has ended as it starts is followed by the next input, which is due at once.
            super().tell(TimerDue())

    # Law: each order of an exit that is sent is good until the seconds of its first one have passed, and no longer; after that
    # nothing is sent of it, and what lies at its venue is made no larger.
    def send(self, requests: Iterable[Request]) -> None:
        requests = list(requests)
        for request in requests:
            due = due_ns(self._leg_of(request.order_id))
            if due is None:
                continue
            if isinstance(request, NewOrderSingle):
                assert isinstance(request.time_in_force, GoodForTime)
                assert self.now_ns + request.time_in_force.duration_ns == due
            elif isinstance(request, OrderCancelReplaceRequest) and self.now_ns >= due:
                slip = self.venue.slips[request.order_id]
                totals = [one.order_qty for one in slip.asked if isinstance(one, OrderCancelReplaceRequest)]
                assert self.is_somebody or request.order_qty < max([slip.order_qty, *totals])
        super().send(requests)

    def _leg_of(self, order_id: OrderId) -> GroupLeg | None:
        return self.engine.state.groups.of_order.get(order_id)

    @invariant()
    def what_is_held_ends_with_the_seconds_of_its_exit(self) -> None:
        if not hasattr(self, "engine"):
            return
        known = self.engine.state.timers.expiries.known
        for leg in self.group.legs:
            tif = leg.leg.time_in_force
            if isinstance(tif, GoodForTime) and leg.held is not None:
                assert (
                    known[leg.held.order_id].due_ns
                    == leg.orders[0].created_ns + tif.duration_ns
                    > self.now_ns
                )

    def _answer_all(self) -> None:
        """As any venue would: what is good no longer is ended."""
        super()._answer_all()
        for slip in self.venue.slips.values():
            due = due_ns(self._leg_of(slip.order_id))
            if slip.is_open and due is not None and due <= self.now_ns:
                self.venue.end(slip)
        super()._answer_all()


TestTimedExits = TimedMachine.TestCase
TestTimedExits.settings = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow],
)
