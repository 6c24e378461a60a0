"""Which executions stand after busts and corrections."""

from __future__ import annotations

from decimal import Decimal

from oms.model.enums import ExecType
from oms.model.ids import ExecId
from oms.model.reports import ExecutionReport
from oms.simulation.standing import Standing


def said(
    exec_id: str, kind: ExecType = ExecType.TRADE, *, of: str | None = None, qty: int = 1
) -> ExecutionReport:
    before = None if of is None else ExecId(of)
    return ExecutionReport(kind, exec_id=ExecId(exec_id), exec_ref_id=before, last_qty=Decimal(qty))


def test_what_stands_is_known_by_its_last_identity_and_by_what_it_was_at_first() -> None:
    reports = [said("1", qty=5), said("2", qty=6)]
    standing = Standing(reports)
    assert standing.now() == {"1": reports[0], "2": reports[1]}

    reports.append(said("3", ExecType.TRADE_CORRECT, of="1", qty=4))
    reports.append(said("4", ExecType.TRADE_CORRECT, of="3", qty=3))
    reports.append(said("5", ExecType.TRADE_CANCEL, of="2"))

    assert standing.now() == {"4": reports[3]}
    assert standing.first(ExecId("4")) is reports[0]


def test_each_report_is_looked_at_once() -> None:
    class Counted(list[ExecutionReport]):
        looks = 0

        def __getitem__(self, place: int) -> ExecutionReport:  # type: ignore[override]  # it is asked for one at a time
            self.looks += 1
            return super().__getitem__(place)

    reports = Counted([said(str(number)) for number in range(50)])
    standing = Standing(reports)
    for _ in range(20):
        standing.now()
    reports.append(said("51"))
    standing.first(ExecId("51"))

    assert reports.looks == 51
