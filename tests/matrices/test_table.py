"""Every cell of the table: the state is made by reports, then its column's report comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Final

import pytest
from attrs import evolve

from oms.model import events as ev
from oms.model.enums import AnomalyCode, CxlRejResponseTo, ExecType, Life, OrdStatus
from oms.model.ids import ClOrdId
from oms.model.time_in_force import DAY, GTC
from oms.model.venue_profile import FIX_BROKER, VenueProfile
from tests.fakes import T0, S
from tests.matrices.bench import Bench, flags
from tests.matrices.table import STATES, Cell, cells

CELLS: Final = tuple(cells())
REINSTATING: Final = evolve(FIX_BROKER, reinstates=True)
ENDED: Final = ("Canceled", "Expired", "Rejected")
FILLED_10: Final = (
    "Filled",
    "PendingCancel over Filled",
    "PendingReplace over Filled",
    "Calculated, was Filled",
)
ELSEWHERE: Final = ClOrdId("elsewhere")
"""The id of a request that is none of ours."""
NOTHING_EXECUTED: Final = (
    "PendingNew",
    "New",
    "PendingCancel over New",
    "PendingReplace over New",
    "Stopped",
    "Rejected",
)


def is_replacing(state: str, column: str) -> bool:
    """Tell whether a replace is unanswered when the report comes."""
    return "replace" in column or state.startswith("PendingReplace")


def is_canceling(state: str, column: str) -> bool:
    """Tell whether a cancel is unanswered when the report comes."""
    return column in ("pending-cancel", "cancel-reject", "canceled") or state.startswith("PendingCancel")


class Row:
    """An order in a state of the table, with the requests outstanding that its column is to answer.

    Attributes:
        status: What the broker shows the order as from now on.
    """

    def __init__(
        self,
        state: str,
        column: str,
        after: OrdStatus | None,
        profile: VenueProfile = FIX_BROKER,
        *,
        is_ours: bool = True,
    ) -> None:
        """Make the order, and bring it there: 10 are wanted, and 4 of them have executed where some have.

        Args:
            state: The row.
            column: The report that is to come.
            after: The status that it is to lead to; None where it stays.
            profile: How the venue behaves.
            is_ours: Cancels and replaces are asked for here; else by telephone, or in another system.
        """
        self.state = state
        self._is_ours = is_ours
        self.bench = Bench(tif=GTC if "till cancel" in state else DAY, profile=profile)
        self.status = after or STATES[state]
        self._cancel: ClOrdId | None = None
        self._replace: ClOrdId | None = None
        is_acknowledged = state != "PendingNew"
        if is_acknowledged:
            self.bench.say(ExecType.NEW)
        # Requests leave before the executions, so that they cross what fills or ends the order.
        if is_replacing(state, column):
            self._replace = self._ask(lambda: self.bench.replace(order_qty=4 if "to cum" in column else 12))
        if is_canceling(state, column):
            self._cancel = self._ask(self.bench.cancel)
        self._bring()
        assert self.bench.order.status is STATES[state], (
            f"the row {state} begins as {self.bench.order.status.name}"
        )

    def _ask(self, ask: Callable[[], ClOrdId | None]) -> ClOrdId | None:
        return ask() if self._is_ours else ELSEWHERE

    def _bring(self) -> None:
        bench, state = self.bench, self.state
        if state.startswith("PendingCancel"):
            bench.say(ExecType.PENDING_CANCEL, cl_ord_id=self._cancel)
        if state.startswith("PendingReplace"):
            bench.say(ExecType.PENDING_REPLACE, cl_ord_id=self._replace)
        if state not in NOTHING_EXECUTED:
            bench.trade("E1", 3, 100)
            bench.trade("E2", 1, 99)
        if state in FILLED_10:
            bench.trade("E3", 6, 98)
        ends = {"Canceled": ExecType.CANCELED, "Expired": ExecType.EXPIRED, "Rejected": ExecType.REJECTED}
        if state in ends:
            bench.say(ends[state], leaves_qty=Decimal(0))
        elif state.startswith("DoneForDay"):
            self.done_for_day()
        elif state == "Stopped":
            bench.say(ExecType.STOPPED, last_qty=Decimal(5), last_px=Decimal(100))
        elif state == "Suspended":
            bench.say(ExecType.SUSPENDED)
        elif state.startswith("Calculated"):
            bench.say(ExecType.CALCULATED)

    def done_for_day(self) -> list[ev.Event]:
        # Nothing of a day order is left to trade; of one that is good till canceled it is.
        left = self.bench.order_qty - self.bench.cum_qty if "till cancel" in self.state else Decimal(0)
        return self.bench.say(ExecType.DONE_FOR_DAY, leaves_qty=left)

    # ------------------------------------------------------------ the columns

    def acknowledge(self) -> list[ev.Event]:
        """A suspended order would be resumed by a New that is said afterwards (A23): here the first one comes late."""
        if self.state == "Suspended":
            return self.bench.say(ExecType.NEW, transact_time_ns=T0 + S // 2)
        return self.bench.say(ExecType.NEW)

    def execute(self, *, is_last: bool) -> list[ev.Event]:
        left = int(self.bench.order_qty - self.bench.cum_qty)
        qty = 2 if self.state in FILLED_10 or not is_last else left
        ended: dict[str, Any] = {"leaves_qty": Decimal(0)} if self.state in ENDED else {}
        return self.bench.trade("E9", qty, 97, self.status, **ended)

    def pending(self, exec_type: ExecType) -> list[ev.Event]:
        ours = self._cancel if exec_type is ExecType.PENDING_CANCEL else self._replace
        return self.bench.say(exec_type, cl_ord_id=ours or self.bench.cl_ord_id)

    def end(self, exec_type: ExecType) -> list[ev.Event]:
        ours = self._cancel if exec_type is ExecType.CANCELED else None
        return self.bench.say(exec_type, cl_ord_id=ours or self.bench.cl_ord_id, leaves_qty=Decimal(0))

    def refuse(self, to: CxlRejResponseTo) -> list[ev.Event]:
        ours = self._cancel if to is CxlRejResponseTo.CANCEL else self._replace
        return self.bench.refuse(ours or ELSEWHERE, to, self.status)

    def replaced(self, *, is_above: bool) -> list[ev.Event]:
        self.bench.order_qty = Decimal(12) if is_above else self.bench.cum_qty
        return self.bench.say(ExecType.REPLACED, self.status, cl_ord_id=self._replace or self.bench.cl_ord_id)

    def busted(self, *, is_all: bool) -> list[ev.Event]:
        sizes = {"E1": 3, "E2": 1, "E3": 6} if self.state in FILLED_10 else {"E1": 3, "E2": 1}
        if self.state in NOTHING_EXECUTED:
            return self.bench.bust("B9", "E9", 0)
        ended: dict[str, Any] = {"leaves_qty": Decimal(0)} if self.state in ENDED else {}
        events = self.bench.bust("B1", "E1", sizes.pop("E1"), **ended)
        if is_all:
            for exec_id, qty in sizes.items():
                events += self.bench.bust(f"of {exec_id}", exec_id, qty, **ended)
        return events

    def corrected(self) -> list[ev.Event]:
        if self.state in NOTHING_EXECUTED:
            return self.bench.correct("C9", "E9", 0, 2)
        ended: dict[str, Any] = {"leaves_qty": Decimal(0)} if self.state in ENDED else {}
        return self.bench.correct("C1", "E1", 3, 2, 100, **ended)


REPORTS: Final[dict[str, Callable[[Row], list[ev.Event]]]] = {
    "pending-new": lambda row: row.bench.say(ExecType.PENDING_NEW),
    "ack": Row.acknowledge,
    "reject": lambda row: row.end(ExecType.REJECTED),
    "partial": lambda row: row.execute(is_last=False),
    "fill": lambda row: row.execute(is_last=True),
    "pending-cancel": lambda row: row.pending(ExecType.PENDING_CANCEL),
    "canceled": lambda row: row.end(ExecType.CANCELED),
    "cancel-reject": lambda row: row.refuse(CxlRejResponseTo.CANCEL),
    "pending-replace": lambda row: row.pending(ExecType.PENDING_REPLACE),
    "replaced above cum": lambda row: row.replaced(is_above=True),
    "replaced to cum": lambda row: row.replaced(is_above=False),
    "replace-reject": lambda row: row.refuse(CxlRejResponseTo.REPLACE),
    "expired": lambda row: row.end(ExecType.EXPIRED),
    "done-for-day": lambda row: row.done_for_day(),
    "suspended": lambda row: row.bench.say(ExecType.SUSPENDED),
    "restated": lambda row: row.bench.say(ExecType.RESTATED, row.status),
    "stopped": lambda row: row.bench.say(ExecType.STOPPED, last_qty=Decimal(5), last_px=Decimal(100)),
    "calculated": lambda row: row.bench.say(ExecType.CALCULATED),
    "bust of a part": lambda row: row.busted(is_all=False),
    "bust of all": lambda row: row.busted(is_all=True),
    "correction": Row.corrected,
    "status": lambda row: row.bench.say(ExecType.ORDER_STATUS, row.status),
}


def look_up(state: str, report: str) -> Cell:
    return next(cell for cell in CELLS if (cell.state, cell.report) == (state, report))


def quantity_after(cell: Cell) -> Decimal:
    """What has executed in all after the report, worked out by hand from the sizes above."""
    before = Decimal(0 if cell.state in NOTHING_EXECUTED else 10 if cell.state in FILLED_10 else 4)
    if cell.report in ("partial", "fill"):
        return before + (2 if cell.report == "partial" or cell.state in FILLED_10 else 10 - before)
    if before:
        change = {"bust of a part": Decimal(-3), "bust of all": -before, "correction": Decimal(-1)}
        return before + change.get(cell.report, Decimal(0))
    return before


def wrong_marks(cell: Cell, row: Row, events: list[ev.Event], was: dict[str, object]) -> Iterator[str]:
    """What the cell's mark asks for and the events do not show."""
    raised = flags(events)
    if cell.mark == "i":
        if [type(event) for event in events] != [ev.ReportIgnored]:
            yield f"no news should leave a trace and nothing else: {events}"
        if row.bench.looks() != was:
            yield "no news changed something"
    elif cell.mark in ("!", "R") and not raised:
        yield f"an anomaly should be raised: {events}"
    elif cell.mark == "L" and AnomalyCode.LATE_EXECUTION not in raised:
        yield f"the execution should be flagged as late: {raised}"
    elif cell.mark == "overfill" and AnomalyCode.OVERFILL not in raised:
        yield f"the overfill should be flagged: {raised}"
    elif cell.mark == "unknown":
        if AnomalyCode.UNKNOWN_EXECUTION not in raised:
            yield f"the unknown execution should be flagged: {raised}"
        if not any(isinstance(event, ev.ReportHeld) for event in events):
            yield f"the report should be held: {events}"
    elif not cell.mark and raised:
        yield f"nothing is odd about it, and it is flagged: {raised}"


def check(cell: Cell, row: Row) -> None:
    was = row.bench.looks()
    order_qty = row.bench.order.order_qty

    events = REPORTS[cell.report](row)

    order = row.bench.order
    wanted = cell.after or STATES[cell.state]
    wrong = [*wrong_marks(cell, row, events, was)]
    if order.status is not wanted:
        wrong.append(f"status should be {wanted.name}, is {order.status.name}")
    if order.cum_qty != quantity_after(cell):
        wrong.append(f"cum_qty should be {quantity_after(cell)}, is {order.cum_qty}")
    if cell.report.startswith("replaced") and cell.state not in ENDED:
        order_qty = row.bench.order_qty
    if order.order_qty != order_qty:
        wrong.append(f"order_qty should be {order_qty}, is {order.order_qty}")
    if (cell.state in ENDED and order.life is not Life.LIVE) and order.leaves_qty:
        wrong.append(f"leaves_qty should be 0, is {order.leaves_qty}")
    assert not wrong, "\n".join([cell.id, *wrong])


@pytest.mark.parametrize("cell", [cell for cell in CELLS if cell.mark != "-"], ids=lambda cell: cell.id)
def test_a_report_makes_of_a_state_what_the_table_says(cell: Cell) -> None:
    check(cell, Row(cell.state, cell.report, cell.after))


ABOUT_REQUESTS: Final = tuple(
    cell
    for cell in CELLS
    if cell.mark != "-" and (is_replacing(cell.state, cell.report) or is_canceling(cell.state, cell.report))
)


@pytest.mark.parametrize("cell", ABOUT_REQUESTS, ids=lambda cell: cell.id)
def test_a_request_from_elsewhere_makes_the_same_of_it(cell: Cell) -> None:
    check(cell, Row(cell.state, cell.report, cell.after, is_ours=False))


@pytest.mark.parametrize("cell", [cell for cell in CELLS if cell.mark == "-"], ids=lambda cell: cell.id)
def test_what_cannot_happen_does_no_harm(cell: Cell) -> None:
    REPORTS[cell.report](Row(cell.state, cell.report, cell.after))


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.id)
def test_a_report_that_is_repeated_changes_nothing(cell: Cell) -> None:
    row = Row(cell.state, cell.report, cell.after)
    REPORTS[cell.report](row)
    before = row.bench.looks()

    row.bench.again()

    assert row.bench.looks() == before


@pytest.mark.parametrize("state", ENDED)
def test_a_restatement_reopens_an_ended_order_where_the_venue_reinstates(state: str) -> None:
    row = Row(state, "restated", None, REINSTATING)
    status, left = (OrdStatus.NEW, 10) if state == "Rejected" else (OrdStatus.PARTIALLY_FILLED, 6)

    events = row.bench.say(ExecType.RESTATED, status)

    assert (row.bench.order.status, row.bench.order.leaves_qty) == (status, Decimal(left))
    assert any(isinstance(event, ev.OrderReinstated) for event in events)


@pytest.mark.parametrize("state", STATES)
def test_a_trigger_changes_what_no_order_is_shown_as(state: str) -> None:
    row = Row(state, "trigger", None)
    quantities = row.bench.quantities

    row.bench.say(ExecType.TRIGGERED, row.status)

    assert (row.bench.order.status, row.bench.quantities) == (STATES[state], quantities)


def test_every_cell_is_there() -> None:
    assert len({cell.id for cell in CELLS}) == len(STATES) * len(REPORTS) == 396
    assert look_up("PendingReplace over Filled", "expired") == Cell(
        "PendingReplace over Filled", "expired", OrdStatus.FILLED, "!"
    )
