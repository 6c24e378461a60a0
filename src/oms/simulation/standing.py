"""Which executions stand after busts and corrections, and what each was at first."""

from __future__ import annotations

from collections.abc import Sequence

from oms.model.enums import ExecType
from oms.model.ids import ExecId
from oms.model.reports import ExecutionReport


class Standing:
    """The executions that stand, of reports that are only ever added to; each report is looked at once."""

    __slots__ = ("_firsts", "_now", "_read", "_said")

    def __init__(self, said: Sequence[ExecutionReport]) -> None:
        """Follow these executions, busts and corrections, the oldest first, as more of them come."""
        self._said = said
        self._read = 0
        self._now: dict[ExecId, ExecutionReport] = {}
        self._firsts: dict[ExecId, ExecutionReport] = {}

    def now(self) -> dict[ExecId, ExecutionReport]:
        """Give them, each as it is now, by the last identity of each; for looking at only."""
        while self._read < len(self._said):
            self._take(self._said[self._read])
            self._read += 1
        return self._now

    def first(self, exec_id: ExecId) -> ExecutionReport:
        """Give the execution that one that stands was before all corrections, by its last identity."""
        self.now()
        return self._firsts[exec_id]

    def _take(self, report: ExecutionReport) -> None:
        first, before = report, report.exec_ref_id
        if before is not None:
            self._now.pop(before, None)
            first = self._firsts.pop(before, report)
        if report.exec_type in {ExecType.TRADE, ExecType.TRADE_CORRECT} and report.exec_id is not None:
            self._now[report.exec_id] = report
            self._firsts[report.exec_id] = first
