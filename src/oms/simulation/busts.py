"""Executions that a venue declares void some time after they happened: a part of them, by draws.

Whether one is busted, and when, follows from SHA-256 of the seed and its ExecID, so that the same run busts the same ones
whenever it is played.
"""

from __future__ import annotations

from decimal import Decimal
from heapq import heappop, heappush
from typing import Final

from attrs import field

from oms.model.decimals import fraction
from oms.model.define import value
from oms.model.draws import drawn, happens
from oms.model.ids import ExecId
from oms.model.sessions import NS_PER_S
from oms.simulation.latency import Constant, Delay, checked_seed
from oms.simulation.opening_hours import NEVER_NS

USUAL_DELAY: Final = Constant(60 * NS_PER_S)


def _probability(number: object) -> Decimal:
    return fraction(number, "probability")


@value
class Busts:
    """A part of the executions is busted (`TRADE_CANCEL`), each after a delay, and its fees are paid back.

    Attributes:
        probability: Which part, from 0 to 1.
        after: How long after the execution; a minute unless given.
        seed: What the draws follow from.
    """

    probability: Decimal = field(converter=_probability)
    after: Delay = field(default=USUAL_DELAY, kw_only=True)
    seed: int = field(converter=checked_seed, default=0, kw_only=True)

    def bust_ns(self, exec_id: ExecId, time_ns: int) -> int | None:
        """Give when an execution of a moment is busted, in nanoseconds UTC; None where it stands."""
        if not happens(drawn(self.seed, f"bust/{exec_id}"), self.probability):
            return None
        return time_ns + self.after.delay_ns(drawn(self.seed, f"bust delay/{exec_id}"))


class ComingBusts:
    """The executions that are going to be busted.

    Attributes:
        due_ns: When the next one is, in nanoseconds UTC; `NEVER_NS` where there is none.
    """

    __slots__ = ("_coming", "_model", "due_ns")

    def __init__(self, model: Busts | None) -> None:
        """Begin with none."""
        self._model = model
        self._coming: list[tuple[int, int, ExecId]] = []
        self.due_ns = NEVER_NS

    def note(self, exec_id: ExecId, time_ns: int, number: int) -> None:
        """Take an execution, the earlier one with the smaller number."""
        due_ns = None if self._model is None else self._model.bust_ns(exec_id, time_ns)
        if due_ns is not None:
            heappush(self._coming, (due_ns, number, exec_id))
            self.due_ns = self._coming[0][0]

    def take(self) -> ExecId:
        """Give the next one; of one moment, the earlier execution."""
        exec_id = heappop(self._coming)[2]
        self.due_ns = self._coming[0][0] if self._coming else NEVER_NS
        return exec_id
