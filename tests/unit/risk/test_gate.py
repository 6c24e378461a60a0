"""The gate before any limits were set: nothing new leaves, and cancels do."""

from __future__ import annotations

from typing import Final

from oms.model.approval import Approved
from oms.model.commands import CancelOrder, ReplaceOrder
from oms.model.ids import OrderId
from oms.model.reasons import Reason, ReasonCode
from oms.risk.book import RiskBook
from oms.risk.gate import Gate
from tests.fakes import AAPL, T0, d
from tests.unit.engine.desk import OFF, submit

NO_LIMITS: Final = (
    Reason(ReasonCode.INPUT_UNAVAILABLE, "limits", "none", "risk limits, or RiskLimits.off(...)"),
)
PX: Final = d(100)
REPLACE: Final = ReplaceOrder(OrderId(1), order_qty=d(50))


def test_without_limits_nothing_that_adds_risk_is_approved() -> None:
    gate = Gate(RiskBook())

    assert gate.approve_submit(submit(), AAPL, PX, PX, T0, T0) == NO_LIMITS
    assert gate.approve_replace(REPLACE, submit(), AAPL, PX, PX, T0, T0) == NO_LIMITS


def test_without_limits_a_cancel_is_approved() -> None:
    approved = Gate(RiskBook()).approve_cancel(CancelOrder(OrderId(1)))

    assert type(approved) is Approved
    assert approved.command == CancelOrder(OrderId(1))


def test_once_limits_are_set_the_same_commands_are_judged_by_them() -> None:
    book = RiskBook()
    gate = Gate(book)
    book.set_limits(OFF)

    assert type(gate.approve_submit(submit(), AAPL, PX, PX, T0, T0)) is Approved
    assert type(gate.approve_replace(REPLACE, submit(), AAPL, PX, PX, T0, T0)) is Approved
