"""Stories of which every order of arrival comes to the same end, where the venue says when it said what."""
# ruff: noqa: ANN401  # cases are data of any kind

from __future__ import annotations

from itertools import permutations
from typing import Any, Final

import pytest
from attrs import evolve

from oms.model.enums import AnomalyCode, ExecRestatementReason, ExecType, Life, OrdStatus
from oms.model.events import AnomalyRaised
from oms.model.ids import ExecId
from oms.model.order import Mark
from oms.model.reports import ExecutionReport
from oms.model.time_in_force import GTC
from tests.fakes import T0, d
from tests.unit.engine.desk import Desk, request_id

NEW_ORDER, REPLACE = request_id(1), request_id(2)


def trade(exec_id: str, qty: int, **said: Any) -> ExecutionReport:
    return ExecutionReport(
        ExecType.TRADE, NEW_ORDER, exec_id=ExecId(exec_id), last_qty=d(qty), last_px=d(100), **said
    )


def says(exec_type: ExecType, **said: Any) -> ExecutionReport:
    return ExecutionReport(exec_type, **{"cl_ord_id": NEW_ORDER, **said})


def bust(exec_id: str, ref: str, left: int, counted: int) -> ExecutionReport:
    """A bust of what does not work again: the venue's own numbers say so."""
    return says(
        ExecType.TRADE_CANCEL, exec_id=ExecId(exec_id), exec_ref_id=ExecId(ref), leaves_qty=d(left), cum_qty=d(counted),
        order_qty=d(100),
    )  # fmt: skip


ACK: Final = says(ExecType.NEW, exec_id=ExecId("a"))
SUSPENDED: Final = says(ExecType.SUSPENDED, exec_id=ExecId("s1"))
AGAIN: Final = says(ExecType.SUSPENDED, exec_id=ExecId("s2"))
WORKS: Final = says(ExecType.NEW, exec_id=ExecId("n"), ord_status=OrdStatus.NEW)
STOPPED: Final = says(ExecType.STOPPED, exec_id=ExecId("t1"), last_qty=d(10), last_px=d(99))
STOPPED_BETTER: Final = says(ExecType.STOPPED, exec_id=ExecId("t2"), last_qty=d(20), last_px=d(98))
RENEWED: Final = says(
    ExecType.RESTATED, exec_id=ExecId("r"), order_qty=d(100), exec_restatement_reason=ExecRestatementReason.GT_RENEWAL
)  # fmt: skip
REPLACED: Final = ExecutionReport(
    ExecType.REPLACED, REPLACE, NEW_ORDER, exec_id=ExecId("p"), order_qty=d(100), price=d(99), ord_status=OrdStatus.NEW
)  # fmt: skip
DONE: Final = says(ExecType.DONE_FOR_DAY, exec_id=ExecId("d"), leaves_qty=d(100))

STORIES: Final[dict[str, tuple[tuple[ExecutionReport, ...], OrdStatus, set[Mark], int]]] = {
    "suspended and resumed": ((SUSPENDED, WORKS), OrdStatus.NEW, set(), 100),
    "suspended, resumed and suspended again": (
        (SUSPENDED, WORKS, AGAIN), OrdStatus.SUSPENDED, {Mark.SUSPENDED}, 100,
    ),
    "suspended, and renewed": ((SUSPENDED, RENEWED), OrdStatus.NEW, set(), 100),
    "suspended, renewed and suspended again": (
        (SUSPENDED, RENEWED, AGAIN), OrdStatus.SUSPENDED, {Mark.SUSPENDED}, 100,
    ),
    "suspended, and replaced to work": ((SUSPENDED, REPLACED), OrdStatus.NEW, set(), 100),
    "stopped, and resumed after a halt": (
        (SUSPENDED, STOPPED, WORKS), OrdStatus.STOPPED, {Mark.STOPPED}, 100,
    ),
    "done for the day, and resumed after a halt": (
        (SUSPENDED, DONE, WORKS), OrdStatus.DONE_FOR_DAY, {Mark.DONE_FOR_DAY}, 100,
    ),
    "done, renewed and done again": (
        (DONE, RENEWED, evolve(DONE, exec_id=ExecId("d2"))), OrdStatus.DONE_FOR_DAY, {Mark.DONE_FOR_DAY}, 100,
    ),
    "done for the day, and replaced to work": ((DONE, REPLACED), OrdStatus.NEW, set(), 100),
    "two guarantees": ((STOPPED, STOPPED_BETTER), OrdStatus.STOPPED, {Mark.STOPPED}, 100),
    "stopped, and replaced to work": ((STOPPED, REPLACED), OrdStatus.NEW, set(), 100),
    "suspended, and filled all the same": ((SUSPENDED, trade("f", 100)), OrdStatus.FILLED, {Mark.SUSPENDED}, 0),
    "restated, and busted for good after that": (
        (trade("f", 40), RENEWED, bust("b", "f", 60, 0)), OrdStatus.NEW, set(), 60,
    ),
    "busted for good, and restated after that": (
        (trade("f", 40), bust("b", "f", 60, 0), RENEWED), OrdStatus.NEW, set(), 100,
    ),
    "replaced, and busted for good after that": (
        (trade("f", 40), REPLACED, bust("b", "f", 60, 0)), OrdStatus.NEW, set(), 60,
    ),
    "filled in part with the end, and late for the rest": (
        (trade("f", 40, ord_status=OrdStatus.CANCELED), trade("g", 60)), OrdStatus.FILLED, set(), 0,
    ),
    "the same, counted by the venue": (
        (trade("f", 40, ord_status=OrdStatus.EXPIRED, cum_qty=d(40)), trade("g", 60, cum_qty=d(100))),
        OrdStatus.FILLED, set(), 0,
    ),
}  # fmt: skip


def stamped(report: ExecutionReport, place: int, told: str) -> ExecutionReport:
    """The same, said at its place in the story."""
    if told == "times":
        return evolve(report, transact_time_ns=T0 + place)
    return evolve(report, report_seq=place, trade_date="20260105")


def end_of(reports: tuple[ExecutionReport, ...]) -> tuple[dict[str, object], set[AnomalyCode]]:
    desk = Desk()
    desk.submit(tif=GTC)
    desk.report(evolve(ACK, transact_time_ns=None))
    desk.replace(price=99)
    raised = [desk.report(report) for report in reports]
    order = desk.order()
    end: dict[str, object] = {
        "status": order.status,
        "marks": set(order.marks),
        "left": order.leaves_qty,
        "life": order.life,
        "cum_qty": order.cum_qty,
        "guarantee": order.guarantee if Mark.STOPPED in order.marks else None,
        "total": order.order_qty,
    }
    return end, {event.code for events in raised for event in events if isinstance(event, AnomalyRaised)}


@pytest.mark.parametrize(
    ("story", "status", "marks", "left", "told"),
    [
        pytest.param(*story, told, id=f"{name}, told {told}")
        for name, story in STORIES.items()
        for told in ("times", "numbers")
        # Numbers alone do not tell how much had executed by then.
        if told == "times" or story[0][0].ord_status is not OrdStatus.CANCELED
    ],
)
def test_every_order_of_arrival_comes_to_the_same_end(
    story: tuple[ExecutionReport, ...], status: OrdStatus, marks: set[Mark], left: int, told: str
) -> None:
    said = tuple(stamped(report, place, told) for place, report in enumerate(story, 1))
    straight, _ = end_of(said)

    assert (straight["status"], straight["marks"], straight["left"]) == (status, marks, d(left))
    for heard in permutations(said):
        assert end_of(heard)[0] == straight, [report.exec_id for report in heard]


def test_an_end_with_an_execution_ends_the_order_though_later_fills_were_heard_first() -> None:
    end, _ = end_of(
        (
            trade("g", 60, transact_time_ns=T0 + 2),
            trade("f", 40, transact_time_ns=T0 + 1, ord_status=OrdStatus.CANCELED),
        )
    )

    assert (end["life"], end["status"]) == (Life.CANCELED, OrdStatus.FILLED)


def test_where_nothing_tells_if_the_loss_is_part_of_the_total_it_is_asked_for() -> None:
    _, raised = end_of((trade("f", 40), bust("b", "f", 60, 0), evolve(RENEWED, exec_id=None)))

    assert AnomalyCode.UNORDERED in raised
