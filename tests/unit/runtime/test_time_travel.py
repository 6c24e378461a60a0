"""Looking back: what was held to be true after an event, or at a moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from oms.errors import UnknownOrderError, ValidationError
from oms.model.enums import ExecType, OrdStatus, Side
from oms.model.ids import ExecId
from oms.model.reports import ExecutionReport
from oms.model.sessions import to_datetime
from oms.model.terms import Limit
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.runtime.time_travel import as_of
from oms.stores.memory import MemoryEventStore
from tests.fakes import AAPL, T0, ScriptedBroker, d


class Desk:
    """A manager whose hash is noted after each second: an order of 100 is sent at 1 s, taken at 2 s, fills 40 at 3 s."""

    def __init__(self) -> None:
        self.clock = ManualClock(T0)
        self.broker = ScriptedBroker()
        self.om = OrderManager(
            brokers=[self.broker], store=MemoryEventStore(), instruments=[AAPL], clock=self.clock
        )
        self.noted: list[tuple[int, str]] = []
        self.note()
        order = self.om.submit("AAPL", Side.BUY, 100, Limit(100), client_ref="mine")
        self.note()
        self.report(ExecutionReport(ExecType.NEW, cl_ord_id=order.cl_ord_id))
        fill: dict[str, Any] = {"exec_id": ExecId("x1"), "last_qty": d(40), "last_px": d(99)}
        self.report(ExecutionReport(ExecType.TRADE, cl_ord_id=order.cl_ord_id, transact_time_ns=T0, **fill))

    def note(self) -> None:
        self.noted.append((self.om.state.version, self.om.state_hash()))
        self.clock.advance_by(1)

    def report(self, report: ExecutionReport) -> None:
        assert self.broker.sink is not None
        self.broker.sink.put(report)
        self.om.poll()
        self.note()


def test_what_was_true_after_an_event_has_the_hash_that_the_manager_had_then() -> None:
    desk = Desk()
    assert [version for version, _ in desk.noted] == [4, 6, 7, 8]
    for version, noted in desk.noted:
        past = desk.om.as_of(version)
        assert (past.version, past.state_hash()) == (version, noted)


@pytest.mark.parametrize(
    ("second", "version"), [(0, 4), (0.5, 4), (1, 6), (2, 7), (2.999, 7), (3, 8), (4, 8)]
)
def test_what_was_true_at_a_moment_is_what_the_last_event_before_it_left(second: float, version: int) -> None:
    moment = to_datetime(T0) + timedelta(seconds=second)
    assert Desk().om.as_of(moment).version == version


def test_orders_positions_and_requests_are_seen_as_they_stood() -> None:
    om = Desk().om
    sent = om.as_of(6)
    assert [(one.status, one.cum_qty, one.life.value) for one in sent.orders()] == [
        (OrdStatus.PENDING_NEW, d(0), "sent")
    ]
    assert [(one.request.cl_ord_id, one.age_ns) for one in sent.outstanding()] == [(om.order(1).cl_ord_id, 0)]
    assert sent.open_orders() == sent.orders() == [sent.order("mine")] == [sent.order(1)]
    assert sent.position("AAPL", "main") is None
    filled = om.as_of(8)
    held = filled.position("AAPL", "main")
    assert held is not None
    assert (held.net_qty, filled.order(1).leaves_qty, filled.outstanding()) == (d(40), d(60), [])
    assert filled.anomalies() == []
    assert repr(filled) == "<Past after event 8: 1 orders>"
    with pytest.raises(UnknownOrderError, match="after event 4"):
        om.as_of(4).order(1)


def test_to_look_back_moves_nothing() -> None:
    om = Desk().om
    before = om.state_hash()
    om.as_of(6).orders()
    assert (om.state_hash(), om.order(1).cum_qty) == (before, d(40))


@pytest.mark.parametrize(
    ("point", "why"),
    [
        (0, "from 1"),
        (9, "the journal ends at event 8"),
        ("8", "the number of an event"),
        (True, "the number of an event"),
        (to_datetime(T0 - 1_000_000_000), "the journal begins at 2026-01-05T14:30:00"),
        (to_datetime(T0) + timedelta(seconds=4.001), "the journal ends at 2026-01-05T14:30:03"),
        (datetime(2026, 1, 5, 14, 30), "pass an aware datetime"),  # noqa: DTZ001  # naive is what is tried
        (datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))), "a moment from 1970 to 2262"),
        (datetime.min.replace(tzinfo=timezone(timedelta(hours=12))), "a moment from 1970 to 2262"),
    ],
    ids=[
        "before the first",
        "after the last",
        "text",
        "bool",
        "too early",
        "later than now",
        "naive",
        "never",
        "long ago",
    ],
)
def test_a_point_outside_the_journal_is_refused(point: Any, why: str) -> None:  # noqa: ANN401  # whatever is passed
    with pytest.raises(ValidationError, match=why):
        Desk().om.as_of(point)


def test_an_empty_journal_has_no_past() -> None:
    with pytest.raises(ValidationError, match="ends at event 0"):
        as_of([], 1)
    with pytest.raises(ValidationError, match="it is empty"):
        as_of([], datetime(2026, 1, 5, tzinfo=UTC))
