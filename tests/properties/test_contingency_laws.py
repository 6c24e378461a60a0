"""The arithmetic of groups against a venue of numbers alone: any interleaving of executions, busts and late answers."""

from decimal import Decimal

from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from oms.model.contingency import Arm, Contingency, Leg, Oco, Oto, Remainder, Siblings
from oms.model.decimals import ZERO
from oms.model.enums import LegEnd, Side
from oms.model.terms import Limit, Stop
from oms.order_types.contingency import Sharing

BUY = Leg("AAPL", Side.BUY, Limit(100), order_qty=12)
STOP = Leg("AAPL", Side.SELL, Stop(95))
TARGET = Leg("AAPL", Side.SELL, Limit(110))
FIRST = Leg("AAPL", Side.SELL, Limit(105), order_qty=5)


@st.composite
def trees(draw: st.DrawFn) -> Contingency:
    oco = Oco((STOP, TARGET), draw(st.sampled_from(Siblings)))
    exits = draw(st.sampled_from([(oco,), (FIRST, oco), (TARGET,), (FIRST, TARGET)]))
    return Oto(BUY, exits, draw(st.sampled_from(Arm)), draw(st.sampled_from(Remainder)))


@frozen
class Facts:
    """How a leg stands."""

    executed_qty: Decimal
    open_qty: Decimal
    first_qty: Decimal
    has_ended: bool
    end: LegEnd | None
    may_rest: bool = True
    reached: int = 0
    is_final: bool = False


class Numbers:
    """Legs at a venue: what executed, what is asked for and what may still execute; a cut is confirmed when it likes."""

    def __init__(self, tree: Contingency, legs: int) -> None:
        self.sharing = Sharing(tree)
        self.done = [ZERO] * legs
        self.asked = [ZERO] * legs
        self.open = [ZERO] * legs
        self.first = [ZERO] * legs
        self.rank = [0] * legs
        self.placed = [False] * legs
        self.ended = [False] * legs
        self.stopped = [False] * legs
        self.busts = ZERO

    def facts(self) -> list[Facts]:
        return [
            Facts(
                self.done[n],
                self.open[n],
                self.first[n],
                self.ended[n],
                LegEnd.LOST if self.stopped[n] else None,
                reached=self.rank[n],
            )
            for n in range(len(self.done))
        ]

    def settle(self) -> None:
        """Do what the goals say until there is nothing left to do."""
        for _ in range(50):
            if not self.step():
                return
        raise AssertionError("it does not come to rest")

    def step(self) -> bool:
        for n, goal in enumerate(self.sharing.goals(self.facts())):
            if goal.completes:
                self.stopped[n] = True
                return True
            if goal.total is None:
                if not self.placed[n]:
                    self.placed[n] = True
                    self.asked[n] = self.open[n] = Decimal(12)
                    return True
                continue
            wanted = ZERO if goal.is_held else goal.total - self.done[n]
            if wanted < self.asked[n]:
                self.asked[n] = wanted
                return True
            more = wanted - self.asked[n]
            more = more if goal.room is None else min(more, goal.room)
            if more > ZERO:
                self.placed[n] = True
                self.asked[n] += more
                self.open[n] += more
                return True
        return False

    def confirm(self, n: int) -> None:
        self.open[n] = self.asked[n]
        self.ended[n] = self.ended[n] or (self.placed[n] and not self.open[n])

    def execute(self, n: int, qty: Decimal) -> None:
        qty = min(qty, self.open[n])
        if not qty:
            return
        self.done[n] += qty
        self.open[n] -= qty
        self.asked[n] = min(self.asked[n], self.open[n]) if self.asked[n] > self.open[n] else self.asked[n]
        if not self.first[n]:
            self.first[n] = qty
        if not self.open[n]:
            self.ended[n] = True


STEPS = st.tuples(
    st.sampled_from(["execute", "confirm", "bust", "reach", "stop"]),
    st.integers(0, 3),
    st.integers(1, 8),
)


@settings(max_examples=300, deadline=None)
@given(trees(), st.lists(STEPS, max_size=30))
def test_exits_never_trade_more_than_their_entry_has(
    tree: Contingency, steps: list[tuple[str, int, int]]
) -> None:
    """What exits have executed and may still execute is never more than the entry executed, unless that was taken back."""
    legs = len(Sharing(tree).exits_of[0]) + 1
    venue = Numbers(tree, legs)
    venue.settle()
    for place, (what, number, qty) in enumerate(steps):
        n = number % legs
        match what:
            case "execute":
                venue.execute(n, Decimal(qty))
            case "confirm":
                venue.confirm(n)
            case "bust" if n == 0 and venue.done[0]:
                venue.done[0] -= min(Decimal(qty), venue.done[0])
                venue.busts += qty
            case "reach" if n:
                venue.rank[n] = place + 1
            case "stop" if n and place % 3 == 0:
                venue.stopped[n] = True
            case _:
                pass
        venue.settle()
        exits = range(1, legs)
        may = sum((venue.done[n] + venue.open[n] for n in exits), ZERO)
        wanted = sum((venue.done[n] + venue.asked[n] for n in exits), ZERO)
        executed = sum((venue.done[n] for n in exits), ZERO)
        assert wanted <= max(venue.done[0], executed)
        if not venue.busts:
            assert may <= venue.done[0]
