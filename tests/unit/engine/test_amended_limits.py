"""A limit made tighter while children work, on the way to the venue or in its book: none of them is left beyond it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from oms.algos.handlers import with_algorithms
from oms.model import events as ev
from oms.model.commands import SubmitOrder
from oms.model.enums import CxlRejResponseTo, ExecType, Side
from oms.model.ids import ExecId, OrderId
from oms.model.parent import Parent
from oms.model.reasons import Reason
from oms.model.reports import OrderCancelReject
from oms.model.requests import NewOrderSingle, OrderCancelReplaceRequest, OrderCancelRequest
from oms.model.terms import Limit, Market, Strategy, Terms, limit_px
from oms.model.time_in_force import GTC
from oms.model.work import Pace
from oms.model.work_commands import PauseWork, ResumeWork
from oms.ports.working_handler import NewChild, NextWake, Plan, Steps, View
from tests.fakes import S
from tests.unit.engine.desk import request_id
from tests.unit.engine.test_parents import Work, of


class Own:
    """An algorithm of somebody's own: a child with its first terms, another with the next once nothing works, for ever."""

    wants_events = False
    needs_prints = False

    def __init__(self, *terms: Terms, reprice: Decimal | None = None) -> None:
        self.terms = terms
        self.moves_to = reprice

    def check(self, order: SubmitOrder, instrument: object) -> Sequence[Reason]:
        return ()

    def worst_px(self, order: SubmitOrder, reference_px: Decimal | None) -> Decimal | None:
        return reference_px

    def on_event(self, order: object, event: object) -> Sequence[Any]:
        return ()

    def begin(self, order: SubmitOrder, order_id: OrderId, view: View) -> Plan:
        return Plan(start_ns=view.now_ns, end_ns=view.now_ns + 100 * S)

    def amend(self, parent: Parent, after: SubmitOrder, view: View) -> Plan:
        return Plan(start_ns=parent.start_ns, end_ns=parent.end_ns)

    def step(self, parent: Parent, view: View, why: object) -> Steps:
        wake = NextWake(at_ns=view.now_ns + S)
        if parent.open:
            moved = () if self.moves_to is None else tuple((one, self.moves_to) for one in parent.open)
            return Steps(reprice=moved, wake=wake)
        number = len(parent.children)
        if not parent.available or number >= len(self.terms):
            return Steps(wake=wake)
        child = NewChild(qty=parent.available, terms=self.terms[number], number=number, pace=Pace.ON_SCHEDULE)
        return Steps(children=(child,), wake=wake)


def own(*terms: Terms, reprice: str | None = None) -> Work:
    handler = Own(*terms, reprice=None if reprice is None else Decimal(reprice))
    return Work(handlers=with_algorithms(others={"own": handler}))


def prices(work: Work) -> list[str]:
    return [
        str(limit_px(one.terms)) for one in work.sent if isinstance(one, NewOrderSingle | OrderCancelReplaceRequest)
    ]  # fmt: skip


CASES = [
    pytest.param("iceberg", {"limit_price": "100.01", "display_qty": 50}, id="an iceberg of children"),
    pytest.param(
        "iceberg", {"limit_price": "100.01", "display_qty": 50, "iceberg_mode": "native"}, id="a venue's iceberg"
    ),
    pytest.param(
        "twap", {"limit_price": "100.01", "duration": 60, "slices": 2, "child_style": "passive_then_cross"},
        id="a child that waits at its own side's best",
    ),
    pytest.param("twap", {"limit_price": "100.01", "duration": 60, "slices": 2}, id="a marketable child"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "told"), CASES)
def test_children_beyond_a_tighter_limit_are_taken_back_before_it_is_in_force(
    name: str, told: dict[str, Any]
) -> None:
    work = Work()
    work.submit(qty=100, terms=Strategy(name, told))
    work.say(ExecType.NEW)
    events = work.replace(1, price="99.95")

    assert of(events, ev.WorkAmended) == []
    assert isinstance(work.sent[-1], OrderCancelRequest)
    events = work.say(ExecType.CANCELED, cl_ord_id=request_id(2), orig_cl_ord_id=request_id(1))
    assert len(of(events, ev.WorkAmended)) == 1
    work.wait(1)
    assert all(Decimal(px) <= Decimal("99.95") for px in prices(work)[1:])


def test_a_child_within_the_tighter_limit_is_left_where_it_is() -> None:
    work = Work()
    work.submit(
        qty=100,
        terms=Strategy(
            "twap",
            {"limit_price": "100.01", "duration": 60, "slices": 2, "child_style": "passive_then_cross"},
        ),
    )
    work.say(ExecType.NEW)
    (amended,) = of(work.replace(1, price="99.99"), ev.WorkAmended)
    assert amended.terms.parameter("limit_price") == "99.99"
    assert not any(isinstance(one, OrderCancelRequest) for one in work.sent)


def test_what_executes_on_the_way_counts_and_the_rest_keeps_to_the_tighter_limit() -> None:
    work = Work()
    work.submit(qty=100, terms=Strategy("iceberg", {"limit_price": "100.01", "display_qty": 50}))
    work.replace(1, price="99.95")
    work.fill(1, 20)
    work.say(
        ExecType.CANCELED, cl_ord_id=request_id(2), orig_cl_ord_id=request_id(1), order_qty=Decimal(50), cum_qty=Decimal(20),
        avg_px=Decimal(100),
    )  # fmt: skip
    assert work.parent.filled == 20
    assert prices(work) == ["100.01", "99.95"]


def test_a_cancel_that_is_refused_is_asked_for_again_and_the_amendment_waits() -> None:
    work = Work()
    work.submit(qty=100, terms=Strategy("iceberg", {"limit_price": "100.01", "display_qty": 50}))
    work.say(ExecType.NEW)
    work.replace(1, price="99.95")
    work.report(
        OrderCancelReject(
            cl_ord_id=request_id(2), orig_cl_ord_id=request_id(1), response_to=CxlRejResponseTo.CANCEL,
        )
    )  # fmt: skip
    assert work.parent.amend is not None
    work.wait(31)
    assert isinstance(work.sent[-1], OrderCancelRequest)
    work.say(ExecType.CANCELED, cl_ord_id=request_id(3), orig_cl_ord_id=request_id(1))
    assert prices(work) == ["100.01", "99.95"]


def test_a_price_on_its_way_to_the_venue_counts_as_the_childs() -> None:
    work = own(Limit("99.90"), reprice="100.00")
    work.submit(qty=10, terms=Strategy("own", {"limit_price": "100.00"}))
    work.say(ExecType.NEW)
    work.wait(1)
    assert isinstance(work.sent[-1], OrderCancelReplaceRequest)
    events = work.replace(1, price="99.95")
    assert of(events, ev.WorkAmended) == []
    assert isinstance(work.sent[-1], OrderCancelRequest)


def test_a_child_of_ones_own_algorithm_is_never_beyond_the_limit() -> None:
    work = own(Limit("100.00"), Limit("100.02"), Market())
    work.submit(qty=10, terms=Strategy("own", {"limit_price": "100.01"}), tif=GTC)
    work.fill(1, 4)
    work.say(ExecType.EXPIRED, cl_ord_id=request_id(1), cum_qty=Decimal(4), avg_px=Decimal(100))
    assert prices(work) == ["100.00"]
    assert work.decided()[-1] == (1, 0, "beyond_limit")


def test_a_child_at_any_price_is_beyond_every_limit() -> None:
    work = own(Market())
    work.submit(qty=10, terms=Strategy("own", {"limit_price": "100.01"}))
    assert work.sent == []
    assert work.decided() == [(0, 0, "beyond_limit")]


def test_a_child_at_any_price_is_taken_back_as_a_limit_is_given() -> None:
    work = own(Market(), Limit("99.90"))
    work.submit(qty=10, terms=Strategy("own"))
    work.replace(1, price="100.00")
    assert isinstance(work.sent[-1], OrderCancelRequest)
    work.say(ExecType.CANCELED, cl_ord_id=request_id(2), orig_cl_ord_id=request_id(1))
    assert prices(work) == ["None", "99.90"]


def test_another_price_beyond_the_limit_suspends_an_order() -> None:
    work = own(Limit("99.90"), reprice="100.02")
    work.submit(qty=10, terms=Strategy("own", {"limit_price": "100.01"}))
    work.say(ExecType.NEW)
    work.wait(1)
    assert work.parent.suspended is not None
    assert "100.02" in work.parent.suspended
    assert "at most 100.01, the limit_price of its parent" in work.parent.suspended
    assert not any(isinstance(one, OrderCancelReplaceRequest) for one in work.sent)


def test_a_limit_that_is_no_number_is_the_handlers_to_judge() -> None:
    work = own(Limit("100.00"))
    work.submit(qty=10, terms=Strategy("own", {"limit_price": "vwap"}))
    assert prices(work) == ["100.00"]


def test_an_iceberg_moves_to_a_looser_limit() -> None:
    work = Work()
    work.submit(qty=100, terms=Strategy("iceberg", {"limit_price": "99.90", "display_qty": 50}))
    work.say(ExecType.NEW)
    work.replace(1, price="99.95")
    assert isinstance(work.sent[-1], OrderCancelRequest)
    work.say(ExecType.CANCELED, cl_ord_id=request_id(2), orig_cl_ord_id=request_id(1))
    assert prices(work) == ["99.90", "99.95"]


def test_levels_of_a_ladder_beyond_the_limit_wait_for_it() -> None:
    work = Work()
    ladder: dict[str, int | str | Decimal] = {
        "levels": 3, "first_price": "100.01", "step": "0.02", "limit_price": "100.01",
    }  # fmt: skip
    work.submit(qty=30, terms=Strategy("scale", ladder))
    assert prices(work) == ["100.01", "99.99", "99.97"]
    for number in (1, 2, 3):
        work.say(ExecType.NEW, cl_ord_id=request_id(number))
    work.replace(1, price="99.98")
    for number, orig in ((4, 1), (5, 2)):
        work.say(ExecType.CANCELED, cl_ord_id=request_id(number), orig_cl_ord_id=request_id(orig))
    assert len(prices(work)) == 3
    assert work.parent.available == 20
    work.replace(1, price="100.00")
    assert prices(work)[3:] == ["99.99"]


def test_a_sale_is_held_to_its_limit_from_below() -> None:
    work = Work()
    work.submit(
        qty=100, side=Side.SELL, terms=Strategy("iceberg", {"limit_price": "99.99", "display_qty": 50})
    )
    work.say(ExecType.NEW)
    work.replace(1, price="100.05")
    work.say(ExecType.CANCELED, cl_ord_id=request_id(2), orig_cl_ord_id=request_id(1))
    assert prices(work) == ["99.99", "100.05"]


def test_what_a_bust_makes_work_again_beyond_the_limit_is_taken_back() -> None:
    work = Work()
    work.submit(qty=100, terms=Strategy("iceberg", {"limit_price": "100.01", "display_qty": 50}))
    work.fill(1, 50, "100.01", "x1")
    work.say(ExecType.NEW, cl_ord_id=request_id(2))
    work.replace(1, price="99.95")
    work.say(ExecType.CANCELED, cl_ord_id=request_id(3), orig_cl_ord_id=request_id(2))
    assert prices(work) == ["100.01", "100.01", "99.95"]
    work.say(
        ExecType.TRADE_CANCEL, exec_id=ExecId("b1"), exec_ref_id=ExecId("x1"), last_qty=Decimal(50),
        last_px=Decimal("100.01"), cum_qty=Decimal(0), leaves_qty=Decimal(50), order_qty=Decimal(50),
    )  # fmt: skip
    (asked,) = [one for one in work.sent[4:] if isinstance(one, OrderCancelRequest)]
    assert asked.orig_cl_ord_id == request_id(1)


def test_to_resume_what_is_filled_changes_nothing() -> None:
    work = Work()
    work.submit(qty=100, terms=Strategy("iceberg", {"limit_price": "100.01", "display_qty": 100}))
    work.tell(PauseWork(OrderId(1), "news", "bot"))
    work.fill(1, 100)
    assert work.tell(ResumeWork(OrderId(1), "over", "bot")) == ()
    assert work.engine.state.parents.woken == {}
