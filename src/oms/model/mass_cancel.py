"""What became of a mass cancel, told to whoever asked for it."""

from __future__ import annotations

from oms.model.order import Order
from oms.model.reasons import Reason


class MassCancelResult:
    """Which orders are to be canceled, and which could not be, and why.

    Asked for from within a listener it is empty at first, and is filled in when the command's turn has come.

    Attributes:
        is_handled: The command's turn has come: the two lists are complete.
        requested: The orders whose cancel was asked for, oldest first; what the broker answers shows on each order.
        refused: The orders that nothing was sent for, oldest first, each with the reasons.
    """

    __slots__ = ("is_handled", "refused", "requested")

    def __init__(self) -> None:
        """Begin with nothing."""
        self.is_handled = False
        self.requested: list[Order] = []
        self.refused: list[tuple[Order, tuple[Reason, ...]]] = []

    def __repr__(self) -> str:
        """Give the counts in one line, with the first refusal."""
        if not self.is_handled:
            return "<MassCancelResult: not handled yet>"
        told = f"{len(self.requested)} requested, {len(self.refused)} refused"
        if not self.refused:
            return f"<MassCancelResult: {told}>"
        order, reasons = self.refused[0]
        more = "" if len(self.refused) == 1 else " and so on"
        return f"<MassCancelResult: {told}: order {order.order_id}: {'; '.join(map(str, reasons))}{more}>"
