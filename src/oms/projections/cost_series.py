"""What the last children of a strategy cost at a broker: a rolling mean by size, and whether it drifts.

A sample is a child, not an execution: how it was split changes nothing. One that is corrected or busted later changes its own
sample, and everything that follows from it.
"""

from __future__ import annotations

from decimal import Decimal

from oms.model.costs import Average, CostSample, Drift, MeanCost, cost, mean_cost
from oms.model.decimals import EXACT, ZERO
from oms.model.enums import Side
from oms.model.ids import OrderId
from oms.model.slippage import AlertState, Bands, DriftRules

_HALF = Decimal("0.5")
_TWO = Decimal(2)


class ChildCost:
    """What one child has executed, against the mid as it was decided.

    Attributes:
        child: Which.
        side: Bought or sold.
        mid: The benchmark.
        traded: What it has executed.
        drift: The cumulative sums after it; None where they are to be computed again.
    """

    __slots__ = ("child", "drift", "mid", "side", "traded")

    def __init__(self, child: OrderId, side: Side, mid: Decimal) -> None:
        """Begin with nothing executed."""
        self.child = child
        self.side = side
        self.mid = mid
        self.traded = Average()
        self.drift: Drift | None = None

    def sample(self) -> CostSample | None:
        """Give its part in a mean; None where nothing stands, or its benchmark is not above zero."""
        qty = self.traded.qty
        if qty <= ZERO or self.mid <= ZERO:
            return None
        paid = cost(self.side, self.traded, Average.at(self.mid))
        return None if paid is None else CostSample(paid, EXACT.multiply(qty, self.mid))


class CostSeries:
    """The last children of a strategy at a broker, oldest first.

    Attributes:
        state: Whether their cost drifts, as it was last said.
        asked: What was asked to be said of that and has not been heard yet; None where nothing was.
    """

    __slots__ = ("_base", "_children", "_clean", "_rules", "_window", "asked", "state")

    def __init__(self, window: int, rules: DriftRules | None) -> None:
        """Keep so many children; without rules, nothing is taken for a drift."""
        self._window = window
        self._rules = rules
        self._children: list[ChildCost] = []
        self._base = Drift()
        # How many of the first children have their cumulative sums.
        self._clean = 0
        self.state = AlertState.OK
        self.asked: AlertState | None = None

    def add(self, child: ChildCost) -> None:
        """Take a child in that executes for the first time; beyond the window the oldest goes."""
        self._children.append(child)
        if len(self._children) > self._window:
            self._base = self.drift(1)
            self._children.pop(0)
            self._clean = max(self._clean - 1, 0)

    def changed(self, child: ChildCost) -> None:
        """Compute again what follows from a child, as far as it is still there."""
        children = self._children
        # Nearly always it is one of the last.
        for place in range(len(children) - 1, -1, -1):
            if children[place] is child:
                self._clean = min(self._clean, place)
                return

    def mean(self) -> MeanCost:
        """Give the mean by size, how many children are in it, and how sure it is."""
        return mean_cost([sample for child in self._children if (sample := child.sample()) is not None])

    def drift(self, count: int | None = None) -> Drift:
        """Give the cumulative sums after all children, or after the first so many; none without rules."""
        rules = self._rules
        if rules is None:
            return self._base
        children = self._children
        last = len(children) if count is None else count
        drift = self._base
        if self._clean:
            known = children[min(self._clean, last) - 1].drift
            assert known is not None, "clean means computed"
            drift = known
        cap = EXACT.multiply(rules.threshold_bps, _TWO)
        for child in children[self._clean : last]:
            sample = child.sample()
            if sample is not None:
                drift = drift.after(sample.bps, expected=rules.expected_bps, slack=rules.slack_bps, cap=cap)
            child.drift = drift
        self._clean = max(self._clean, last)
        return drift

    def judged(self) -> AlertState:
        """Give how the drift for the worse stands now, seen from how it stood."""
        rules = self._rules
        if rules is None:
            return self.state
        bands = Bands(ZERO, EXACT.multiply(rules.threshold_bps, _HALF), rules.threshold_bps, rules.hysteresis)
        return bands.state(self.state, self.drift().worse)

    @property
    def rules(self) -> DriftRules | None:
        """What is taken for a drift."""
        return self._rules
