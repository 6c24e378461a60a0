"""What a venue counts as executed of a child and has not reported yet: it is not sent again, and not forgotten."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from oms.algos.handlers import with_algorithms
from oms.engine.engine import Engine
from oms.engine.fingerprint import describe
from oms.engine.snapshot import dump, load
from oms.engine.state import State
from oms.model import events as ev
from oms.model.commands import AcknowledgeAnomaly
from oms.model.enums import ExecType, OrdStatus
from oms.model.ids import ExecId, OrderId
from oms.model.reports import ExecutionReport, Found
from oms.model.requests import NewOrderSingle, OrderCancelRequest
from oms.projections.positions import Positions
from tests.fakes import T0, S
from tests.unit.engine.desk import request_id
from tests.unit.engine.test_parents import Work


def _ended() -> Work:
    """A child of 50 of 100 is canceled by its venue, which counts 20 executed; 5 of them were reported."""
    work = Work()
    work.begin(slices=2, catch_up="carry")
    work.fill(1, 5, name="x1")
    work.say(
        ExecType.CANCELED,
        ord_status=OrdStatus.CANCELED,
        cum_qty=Decimal(20),
        transact_time_ns=T0 + S,
        exec_id=ExecId("c"),
    )
    return work


def _sent(work: Work) -> list[int]:
    return [int(one.order_qty) for one in work.sent if isinstance(one, NewOrderSingle)]


def _numbers(work: Work) -> tuple[int, int, int]:
    parent = work.parent
    return int(parent.filled), int(parent.working), int(parent.available)


def test_what_a_venue_counts_and_has_not_reported_is_not_sent_again() -> None:
    work = _ended()
    assert _numbers(work) == (5, 15, 80)
    work.at(30)
    # All of it but the 20 of which the venue speaks.
    assert _sent(work) == [50, 80]


def test_once_it_is_reported_it_is_executed_and_counted_once() -> None:
    work = _ended()
    work.fill(1, 10, name="x2")
    assert _numbers(work) == (15, 5, 80)
    work.fill(1, 5, name="x3")
    assert _numbers(work) == (20, 0, 80)


def test_a_bust_of_what_was_reported_is_taken_off_what_the_venue_counts() -> None:
    work = _ended()
    bust = {
        "exec_ref_id": ExecId("x1"),
        "last_qty": Decimal(0),
        "last_px": Decimal(0),
        "cum_qty": Decimal(15),
    }
    work.say(ExecType.TRADE_CANCEL, exec_id=ExecId("b1"), transact_time_ns=T0 + 2 * S, **bust)
    assert _numbers(work) == (0, 15, 85)


def test_an_answer_that_counts_no_more_than_was_reported_gives_it_back() -> None:
    work = _ended()
    asked = next(one for one in reversed(work.sent) if not isinstance(one, NewOrderSingle))
    found = ExecutionReport(
        ExecType.ORDER_STATUS, request_id(1), ord_status=OrdStatus.CANCELED, cum_qty=Decimal(5), leaves_qty=Decimal(0),
        transact_time_ns=T0 + 3 * S,
    )  # fmt: skip
    work.answer(Found(found), work.sent.index(asked))
    assert _numbers(work) == (5, 0, 95)


@pytest.mark.parametrize("counted", [0, 5])
def test_an_answer_from_before_the_end_gives_nothing_back(counted: int) -> None:
    """A question that was asked while it worked is answered late: of what has executed since, that says nothing."""
    work = _ended()
    asked = next(one for one in reversed(work.sent) if not isinstance(one, NewOrderSingle))
    found = ExecutionReport(
        ExecType.ORDER_STATUS, request_id(1), ord_status=OrdStatus.PARTIALLY_FILLED, cum_qty=Decimal(counted),
        leaves_qty=Decimal(50 - counted), transact_time_ns=T0 + S // 2,
    )  # fmt: skip
    work.answer(Found(found), work.sent.index(asked))
    assert _numbers(work) == (5, 15, 80)


def test_what_is_counted_only_after_it_was_sent_again_is_taken_back() -> None:
    work = Work()
    work.begin(slices=2, catch_up="carry")
    canceled: dict[str, Any] = {
        "exec_type": ExecType.CANCELED,
        "ord_status": OrdStatus.CANCELED,
        "transact_time_ns": T0 + S,
    }
    work.say(**canceled, cum_qty=Decimal(0), exec_id=ExecId("c1"))
    work.at(30)
    assert _sent(work) == [50, 100]
    work.say(**canceled, cum_qty=Decimal(20), exec_id=ExecId("c2"))
    assert _numbers(work) == (0, 120, 0)
    assert [one.order_id for one in work.sent if isinstance(one, OrderCancelRequest)] == [3]


def _acknowledge(work: Work, counted: int) -> None:
    (raised,) = [
        one for one in work.journal if isinstance(one, ev.AnomalyRaised) and one.counted_qty == counted
    ]
    work.tell(AcknowledgeAnomaly(raised.sequence, "ops", "they have counted wrongly"))


def test_that_somebody_has_looked_at_it_gives_nothing_back() -> None:
    work = _ended()
    before = _numbers(work)
    _acknowledge(work, 20)
    assert _numbers(work) == before
    assert before[1] > 0


def test_its_end_waits_for_it_and_a_person_need_not() -> None:
    work = _ended()
    work.at(30)
    work.say(
        ExecType.CANCELED,
        cl_ord_id=request_id(2),
        ord_status=OrdStatus.CANCELED,
        transact_time_ns=T0 + 31 * S,
    )
    work.at(61)
    assert work.parent.stopped is None
    work.cancel()
    assert work.order().status is OrdStatus.CANCELED
    work.fill(1, 15, name="x2")
    assert work.order().cum_qty == 20


def test_a_smaller_total_leaves_room_for_it() -> None:
    work = _ended()
    work.replace(order_qty=10)
    amended = next(one for one in work.journal if isinstance(one, ev.WorkAmended))
    assert amended.order_qty == 20


@pytest.mark.slow  # a snapshot is written and read
def test_it_is_known_after_a_restart_from_the_journal_and_from_a_snapshot() -> None:
    work = _ended()
    before = describe(work.engine.state)
    replayed = Engine(work.can, with_algorithms())
    replayed.replay(work.journal)
    assert describe(replayed.state) == before

    state = State()
    load(dump(work.engine.state, Positions()), state, Positions())
    assert describe(state) == before
    assert state.parents.by_id[OrderId(1)].working == 15
