"""What is known of a leg of a group, and what it should come to."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, Protocol

from oms.model.decimals import ZERO
from oms.model.define import record
from oms.model.enums import LegEnd


class LegFacts(Protocol):
    """How a leg stands."""

    @property
    def executed_qty(self) -> Decimal:
        """By all of its orders."""
        ...

    @property
    def open_qty(self) -> Decimal:
        """The most that may still execute of those that were sent, whatever is unanswered."""
        # What is held here is sent only where there is room for it.
        ...

    @property
    def first_qty(self) -> Decimal:
        """What had executed after the first execution."""
        ...

    @property
    def has_ended(self) -> bool:
        """Its orders had all ended once."""
        ...

    @property
    def end(self) -> LegEnd | None:
        """Why nothing more is to be made of it; None while something may be."""
        ...

    @property
    def may_rest(self) -> bool:
        """It may go to its venue as it is; False where it is held here until its price comes, or until it may go."""
        ...

    @property
    def reached(self) -> int:
        """The higher, the later its price was reached; 0 where that has not happened."""
        ...

    @property
    def is_final(self) -> bool:
        """Its price was reached, and it is at the market now: nothing takes its turn."""
        ...


@record
class LegGoal:
    """What a leg should come to.

    Attributes:
        total: What it has executed and has at work, together; None where it is placed with its own quantity and then left
            alone.
        room: How much may be added to what may still execute, now; None for any quantity.
        is_held: It is to be at work here, until its price comes, and not at its venue.
        completes: Its exits have executed all that it had brought: its rest is to be canceled for good.
    """

    total: Decimal | None
    room: Decimal | None = None
    is_held: bool = False
    completes: bool = False


LET_BE: Final = LegGoal(None)
"""It is placed with its own quantity, and then left alone."""
NOTHING: Final = LegGoal(ZERO, ZERO)
"""Nothing has executed of it, and nothing is to be at work."""
HELD: Final = LegGoal(None, ZERO, is_held=True)
"""It is held here with its own quantity until its price comes."""
