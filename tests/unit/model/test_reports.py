"""Reports as they are shown: what they say, and nothing of what they leave out."""
# ruff: noqa: ANN401  # cases are data of any kind

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from oms.model.enums import CxlRejResponseTo, ExecType, RequestKind
from oms.model.ids import ClOrdId
from oms.model.outstanding import OutstandingRequest
from oms.model.reports import ExecutionReport, FeeReport, MassStatus, OrderCancelReject

SHOWN: dict[str, tuple[Any, str]] = {
    "an execution report": (
        ExecutionReport(ExecType.NEW, ClOrdId("a"), order_qty=Decimal(5), text="so be it"),
        "ExecutionReport(exec_type=<ExecType.NEW: '0'>, cl_ord_id='a', order_qty=Decimal('5'), text='so be it')",
    ),
    "a refusal": (
        OrderCancelReject(ClOrdId("a"), CxlRejResponseTo.CANCEL),
        "OrderCancelReject(cl_ord_id='a', response_to=<CxlRejResponseTo.CANCEL: '1'>)",
    ),
    "a fee": (FeeReport(Decimal(-1), "USD"), "FeeReport(amount=Decimal('-1'), currency='USD')"),
    "a mass status": (MassStatus((), True, 7), "MassStatus(reports=(), is_complete=True, as_of_ns=7)"),
    "a request": (
        OutstandingRequest(ClOrdId("a"), RequestKind.CANCEL, 7, None, None, pending=True),
        "OutstandingRequest(cl_ord_id='a', kind=<RequestKind.CANCEL: 'cancel'>, sent_ns=7, pending=True)",
    ),
    "a number that nothing can be compared with": (
        ExecutionReport(ExecType.NEW, cum_qty=Decimal("sNaN")),
        "ExecutionReport(exec_type=<ExecType.NEW: '0'>, cum_qty=Decimal('sNaN'))",
    ),
}


@pytest.mark.parametrize(("said", "shown"), SHOWN.values(), ids=SHOWN)
def test_what_is_left_out_is_not_shown(said: Any, shown: str) -> None:
    assert repr(said) == shown
