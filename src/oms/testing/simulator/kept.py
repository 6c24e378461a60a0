"""One order as the venue of a run keeps it: what was asked, for how long it is good, and how it has executed."""

from __future__ import annotations

from decimal import Decimal

from attrs import define, field, frozen

from oms.model.decimals import ZERO
from oms.model.enums import Choice
from oms.model.requests import NewOrderSingle
from oms.model.time_in_force import FillOrKill, TimeInForce


class Phase(Choice):
    """Where in its day a market is."""

    CLOSED = "closed"
    OPENING = "the opening auction"
    CONTINUOUS = "continuous trading"
    CLOSING = "the closing auction"


@frozen(kw_only=True)
class Fill:
    """The circumstances of one execution.

    Attributes:
        qty: How much.
        time_ns: When, in nanoseconds UTC.
        phase: In which part of the day.
        left_qty: What was left of its order before.
        time_in_force: For how long its order was good then.
        is_over: It was over already, by whatever its time in force says.
        shown_qty: How much of the order was shown at a time; None for all.
        takes: It has taken liquidity.
        excess_qty: How much of it did not make the position smaller that the venue's executions make up.
        is_amiss: The venue should not have executed it by its own rules: after the end, or beyond the total.
    """

    qty: Decimal
    time_ns: int
    phase: Phase
    left_qty: Decimal
    time_in_force: TimeInForce
    is_over: bool
    shown_qty: Decimal | None
    takes: bool
    excess_qty: Decimal
    is_amiss: bool


@define(eq=False)
class Kept:
    """One order as the venue has it.

    Attributes:
        asked: What was asked, as it arrived.
        time_in_force: For how long it is good now.
        mark: Which session or auction it is for, see `Rules.mark`.
        due_ns: When it is over by the clock, in nanoseconds UTC; None where no clock says so.
        is_judged: It was to execute at once, and that is past.
        fills: Its executions.
    """

    asked: NewOrderSingle
    time_in_force: TimeInForce
    mark: int
    due_ns: int | None
    is_judged: bool = False
    fills: list[Fill] = field(factory=list)

    @property
    def is_all_or_none(self) -> bool:
        """It waits until it can execute as a whole."""
        instructions = self.asked.instructions
        return instructions is not None and instructions.all_or_none

    @property
    def is_whole(self) -> bool:
        """It executes as a whole or not at all."""
        return isinstance(self.time_in_force, FillOrKill) or self.is_all_or_none

    @property
    def only_reduces(self) -> bool:
        """It must not open or turn a position."""
        instructions = self.asked.instructions
        return instructions is not None and instructions.reduce_only

    @property
    def only_adds(self) -> bool:
        """It must not take."""
        instructions = self.asked.instructions
        return instructions is not None and instructions.post_only

    @property
    def least_qty(self) -> Decimal:
        """The least that its next execution may be."""
        instructions = self.asked.instructions
        least = None if instructions is None or self.fills else instructions.min_qty
        return ZERO if least is None else least
