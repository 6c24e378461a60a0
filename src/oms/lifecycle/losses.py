"""What was busted for good: no part of what may still trade, and said nowhere but in its own report and in what is left."""

from __future__ import annotations

from decimal import Decimal

from oms.lifecycle.facts import is_later
from oms.model.decimals import ZERO, is_sane
from oms.model.enums import ExecType
from oms.model.order import Order, Said
from oms.model.reports import ExecutionReport

# Readers read the slots of `Order`: a property costs a call, and some facts are for them alone.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false


def lost_there(order: Order, report: ExecutionReport, total: Decimal) -> Decimal | None:
    """Give how much of a total will never trade, by an answer that shows the order as working; None where it does not tell.

    When the answer was given is not when the total was set: what was busted for good meanwhile shows only in what is left.
    """
    leaves = report.leaves_qty
    if (
        report.exec_type is not ExecType.ORDER_STATUS
        or not is_sane(report.cum_qty)
        or report.cum_qty != order._cum_qty
        or not is_sane(leaves)
        or not ZERO <= leaves <= total - order._cum_qty
    ):
        return None
    return total - order._cum_qty - leaves


def is_loss_unclear(order: Order, said: Said) -> bool:
    """Tell whether it is unknown for something that was busted for good if the total was said before or after that."""
    return any(not is_later(loss, said) and not is_later(said, loss) for loss in order._losses)
