"""Orders that are worked here: what their children do to them, what refusals do, and how they are paused, changed and ended."""

# ruff: noqa: ANN401  # parameters are data of any kind

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from oms.algos.handlers import with_algorithms
from oms.engine.inputs import TimerDue
from oms.model import events as ev
from oms.model.commands import SubmitOrder
from oms.model.enums import (
    AnomalyCode,
    CxlRejResponseTo,
    ExecType,
    Life,
    OrdStatus,
    SecurityTradingStatus,
    Side,
    WorkedBy,
)
from oms.model.ids import ExecId, OrderId
from oms.model.limits import RiskLimits
from oms.model.market import Quote
from oms.model.market_news import PriceLimits
from oms.model.parent import Parent
from oms.model.reasons import Reason, ReasonCode
from oms.model.reports import OrderCancelReject
from oms.model.requests import NewOrderSingle, OrderCancelRequest
from oms.model.security_status import SecurityStatus
from oms.model.terms import Limit, Market, Strategy
from oms.model.work import Pace, Slice, WorkEnd
from oms.model.work_commands import PauseWork, ResumeWork
from oms.ports.working_handler import NewChild, NextWake, Plan, Steps, View
from tests.fakes import CAN_ALL, T0, S
from tests.unit.engine.desk import SYMBOL, Desk, request_id

REAL = evolve(CAN_ALL, simulated=False)
"""What it can is the same, and nobody here ends its orders for it."""


class Work(Desk):
    """A desk with the library's algorithms and a quote of 99.99 to 100.01."""

    def __init__(self, **fields: Any) -> None:
        super().__init__(handlers=fields.pop("handlers", with_algorithms()), can={"paper": REAL}, **fields)
        self.quote()

    def quote(self, bid: str = "99.99", ask: str = "100.01") -> None:
        self.tell(Quote(SYMBOL, self.now_ns, bid, 500, ask, 500))

    def begin(self, qty: int = 100, **told: Any) -> tuple[ev.Event, ...]:
        """Order 1 is worked for a minute, in 4 slices unless told otherwise."""
        name = told.pop("strategy", "twap")
        usual = {} if {"slices", "interval", "child_qty"} & told.keys() else {"slices": 4}
        return self.submit(qty=qty, terms=Strategy(name, {"duration": 60, **usual, **told}))

    def wait(self, seconds: float) -> tuple[ev.Event, ...]:
        self.now_ns += int(seconds * S)
        self.quote()
        return self.tell(TimerDue())

    def at(self, seconds: float) -> tuple[ev.Event, ...]:
        return self.wait((T0 + int(seconds * S) - self.now_ns) / S)

    @property
    def parent(self) -> Parent:
        return self.engine.state.parents.by_id[OrderId(1)]

    def fill(self, number: int, qty: int, px: int | str = 100, name: str = "") -> tuple[ev.Event, ...]:
        """The n-th request, a child, executes."""
        return self.trade(name or f"x{len(self.journal)}", qty, px, cl_ord_id=request_id(number))

    def children(self) -> list[tuple[int, str]]:
        return [(order_id, str(child.working)) for order_id, child in self.parent.children.items()]

    def decided(self) -> list[tuple[int, int, str]]:
        return [
            (one.number, int(one.qty), one.pace.value)
            for one in self.journal
            if isinstance(one, ev.SliceDecided)
        ]


def of(events: Sequence[ev.Event], kind: type[ev.Event]) -> list[Any]:
    return [event for event in events if type(event) is kind]


# ---------------------------------------------------------------- the course


def test_an_order_is_planned_and_its_first_slice_goes_out() -> None:
    work = Work()
    events = work.begin()

    assert [type(event).__name__ for event in events] == [
        "OrderCreated", "WorkPlanned", "SliceDecided", "OrderCreated", "OrderSubmitted",
    ]  # fmt: skip
    (planned,) = of(events, ev.WorkPlanned)
    assert [(one.start_ns - T0, int(one.qty)) for one in planned.slices] == [
        (0, 25), (15 * S, 25), (30 * S, 25), (45 * S, 25),
    ]  # fmt: skip
    assert (planned.bid, planned.ask, planned.end_ns - T0) == (Decimal("99.99"), Decimal("100.01"), 60 * S)
    (request,) = work.sent
    assert isinstance(request, NewOrderSingle)
    assert (request.order_qty, request.terms) == (Decimal(25), Limit("100.01"))
    order = work.order()
    assert (order.worked_by, order.status, order.broker) == (WorkedBy.OMS, OrdStatus.NEW, None)
    assert work.next_due_ns == T0 + 15 * S


@pytest.mark.parametrize(("name", "told"), [("twap", {"slices": 4}), ("iceberg", {"display_qty": 25})])
def test_an_end_that_has_come_while_a_change_waited_is_its_end(name: str, told: dict[str, Any]) -> None:
    work = Work()
    work.submit(qty=100, terms=Strategy(name, {"duration": 60, "limit_price": "100.01", **told}))
    work.say(ExecType.NEW, cl_ord_id=request_id(1))
    changed = {"duration": 20} | ({"display_qty": 5} if name == "iceberg" else {})
    work.replace(1, order_qty=10, parameters=changed)
    work.wait(30)
    assert work.order(1).order_qty == 100  # the child is being taken back
    (cancel,) = [one for one in work.sent if isinstance(one, OrderCancelRequest)]
    work.say(ExecType.CANCELED, cl_ord_id=cancel.cl_ord_id, orig_cl_ord_id=request_id(1))
    work.wait(1)

    assert (len(work.children()), work.order(1).life) == (1, Life.EXPIRED)
    assert work.order(1).text.startswith("end_time")


def test_what_children_execute_is_the_orders_own() -> None:
    work = Work()
    work.begin()
    work.fill(1, 10, "100.01")
    (told,) = of(work.fill(1, 15, 100), ev.ChildExecuted)

    assert (told.child, told.qty_change, told.notional_change) == (2, 15, 1500)
    # 10 at 100.01 and 15 at 100 are 2500.10 for 25.
    assert (told.cum_qty, told.leaves_qty, told.avg_px) == (25, 75, Decimal("100.004"))
    assert work.order().status is OrdStatus.PARTIALLY_FILLED


def test_it_is_filled_by_its_last_child_and_asks_for_nothing_more() -> None:
    work = Work()
    work.begin(qty=2, slices=2)
    work.fill(1, 1)
    work.at(30)
    work.fill(2, 1)

    assert work.order().status is OrdStatus.FILLED
    assert work.next_due_ns is None
    assert work.engine.state.parents.live == {}


def test_a_correction_moves_the_average_alone() -> None:
    work = Work()
    work.begin()
    work.fill(1, 25, 100, "x1")
    events = work.say(
        ExecType.TRADE_CORRECT, exec_id=ExecId("c1"), exec_ref_id=ExecId("x1"), last_qty=Decimal(25), last_px=Decimal(101),
        transact_time_ns=T0,
    )  # fmt: skip

    (told,) = of(events, ev.ChildExecuted)
    assert (told.qty_change, told.notional_change, told.avg_px) == (0, 25, 101)


def test_a_bust_gives_back_and_reopens_what_was_filled() -> None:
    work = Work()
    work.begin(qty=4, slices=1)
    work.fill(1, 4, 100, "x1")
    assert work.order().status is OrdStatus.FILLED
    work.say(ExecType.TRADE_CANCEL, exec_id=ExecId("b1"), exec_ref_id=ExecId("x1"), transact_time_ns=T0)

    order = work.order()
    assert (order.cum_qty, order.leaves_qty, order.status, order.avg_px) == (
        Decimal(0),
        Decimal(4),
        OrdStatus.NEW,
        None,
    )
    # This venue works on nothing that was busted: so it may be sent again.
    assert (work.parent.working, work.parent.available) == (Decimal(0), Decimal(4))


def test_its_end_takes_children_back_and_waits_for_their_fills() -> None:
    work = Work()
    work.begin(slices=1)
    work.say(ExecType.NEW)
    work.at(60)
    assert isinstance(work.sent[-1], OrderCancelRequest)
    assert not work.order().is_closed
    work.fill(1, 60)
    events = work.say(ExecType.CANCELED, cl_ord_id=request_id(2), orig_cl_ord_id=request_id(1))

    (stopped,) = of(events, ev.WorkStopped)
    assert (stopped.why, stopped.text) == (WorkEnd.END_TIME, "end_time: 40 of 100 did not trade")
    assert (work.order().status, work.order().text) == (
        OrdStatus.EXPIRED,
        "end_time: 40 of 100 did not trade",
    )
    assert work.order().cum_qty == 60


def test_a_cancel_ends_it_once_its_children_are_taken_back() -> None:
    work = Work()
    work.begin()
    work.say(ExecType.NEW)
    (stopped,) = of(work.cancel(), ev.WorkStopped)
    assert (stopped.why, stopped.text) == (WorkEnd.CANCELED, "canceled by bot")
    assert not work.order().is_closed
    (denied,) = of(work.cancel(), ev.CancelDenied)
    assert denied.reasons[0].code is ReasonCode.ALREADY_PENDING
    work.say(ExecType.CANCELED, cl_ord_id=request_id(2), orig_cl_ord_id=request_id(1))

    assert work.order().status is OrdStatus.CANCELED
    assert work.at(30) == ()


def test_a_refused_cancel_is_asked_for_again_after_a_while() -> None:
    work = Work()
    work.begin()
    work.say(ExecType.NEW)
    work.cancel()
    work.report(OrderCancelReject(request_id(2), CxlRejResponseTo.CANCEL, request_id(1)))
    assert len(work.sent) == 2
    work.wait(29)
    assert len(work.sent) == 2
    work.wait(2)
    assert len(work.sent) == 3


# ---------------------------------------------------------------- refusals


def test_a_refusal_that_passes_is_tried_again_later_and_later() -> None:
    work = Work()
    work.begin(qty=10, slices=1)
    for pause, number in ((1, 2), (2, 3), (4, 4)):
        work.say(ExecType.REJECTED, cl_ord_id=request_id(number - 1), reject_code="2", text="closed")
        assert work.parent.available == 10
        work.wait(pause - 0.5)
        assert len(work.sent) == number - 1
        work.wait(0.6)
        assert len(work.sent) == number
    assert work.parent.suspended is None


def test_a_refusal_that_stays_suspends_the_order_with_its_reason() -> None:
    work = Work()
    work.begin()
    events = work.say(ExecType.REJECTED, reject_code="1", text="unknown symbol")

    (suspended,) = of(events, ev.WorkSuspended)
    assert suspended.why == "its child 2 was rejected [1]: unknown symbol"
    assert work.order().status is OrdStatus.SUSPENDED
    # Nothing of the slice has executed, so that it was due again.
    assert [one[2] for one in work.decided()] == ["on_schedule", "suspended"]
    work.at(15)
    assert work.decided()[-1] == (1, 0, "suspended")
    assert len(work.sent) == 1


def test_five_refusals_in_a_row_suspend_it() -> None:
    work = Work()
    work.begin(qty=10, slices=1)
    for number in range(1, 6):
        work.say(ExecType.REJECTED, cl_ord_id=request_id(number), text="try later")
        work.wait(20 if number == 5 else 1 << number - 1)
    assert work.parent.suspended == "5 children in a row were refused, the last one, 6: try later"
    assert len(work.sent) == 5


def test_a_child_that_the_gate_denies_suspends_it() -> None:
    work = Work(limits=RiskLimits.off("a test"))
    work.begin()
    limits = RiskLimits(
        max_order_qty=10, max_order_notional=None, price_collar=None, max_open_orders=None, max_messages=None, off_by="a test",
    )  # fmt: skip
    work.engine.state.book.set_limits(limits)
    work.at(15)
    assert work.parent.suspended is not None
    assert "MAX_ORDER_QTY" in work.parent.suspended


def test_somebody_who_cancels_a_child_suspends_its_parent() -> None:
    work = Work()
    work.begin()
    work.say(ExecType.NEW)
    (suspended,) = of(work.cancel(2), ev.WorkSuspended)
    assert suspended.why == "its child 2 was canceled by bot"


def test_too_much_is_told_and_ends_it() -> None:
    work = Work()
    work.begin(qty=10, slices=1)
    events = work.fill(1, 12)

    assert {one.code for one in of(events, ev.AnomalyRaised)} == {AnomalyCode.OVERFILL}
    assert [one.order_id for one in of(events, ev.AnomalyRaised)] == [2, 1]
    assert work.order().status is OrdStatus.FILLED
    assert work.order().cum_qty == 12
    assert work.parent.stopped is WorkEnd.OVERFILLED
    assert not any(request for request in work.sent[1:])


def test_what_works_beyond_what_is_left_is_taken_back_the_newest_first() -> None:
    """Three levels of 30; the first executes 40: 50 are left and 60 at work, so that the last one goes."""
    work = Work()
    ladder = Strategy("scale", {"levels": 3, "first_price": "99", "step": 1})
    work.submit(qty=90, terms=ladder)
    for number in (1, 2, 3):
        work.say(ExecType.NEW, cl_ord_id=request_id(number))
    work.fill(1, 40)
    (request,) = work.sent[3:]
    assert isinstance(request, OrderCancelRequest)
    assert request.order_id == 4
    assert work.children() == [(2, "0"), (3, "30"), (4, "30")]


# ---------------------------------------------------------------- people


def test_a_pause_takes_children_back_and_what_was_missed_is_caught_up() -> None:
    work = Work()
    work.begin(qty=100, catch_up="carry")
    work.say(ExecType.NEW)
    work.tell(PauseWork(OrderId(1), "lunch", "ann"))
    assert isinstance(work.sent[-1], OrderCancelRequest)
    work.say(ExecType.CANCELED, cl_ord_id=request_id(2), orig_cl_ord_id=request_id(1))
    work.at(15)
    assert work.decided()[-1] == (1, 0, "suspended")
    work.tell(ResumeWork(OrderId(1), "back", "ann"))
    assert len(work.sent) == 2
    work.at(30)
    # 25 are due, and 50 were missed.
    assert work.decided()[-1] == (2, 75, "catching_up")


def test_a_larger_total_is_planned_over_what_is_left() -> None:
    work = Work()
    work.begin()
    work.fill(1, 25)
    events = work.replace(1, order_qty=190)
    (planned,) = of(events, ev.WorkPlanned)
    # 190 in four slices are 48, 48, 47 and 47: 23 more of the first, of which 25 have executed, and 142 of the others.
    assert [int(one.qty) for one in planned.slices] == [23, 48, 47, 47]
    assert work.order().order_qty == 190


def test_less_than_what_works_is_taken_back_first() -> None:
    work = Work()
    work.begin()
    work.say(ExecType.NEW)
    work.fill(1, 5)
    events = work.replace(1, order_qty=10)
    assert of(events, ev.WorkAmended) == []
    assert isinstance(work.sent[-1], OrderCancelRequest)
    events = work.say(ExecType.CANCELED, cl_ord_id=request_id(2), orig_cl_ord_id=request_id(1))
    assert [one.order_qty for one in of(events, ev.WorkAmended)] == [10]
    assert work.parent.available + work.parent.working == 5


def test_what_executes_beyond_what_was_wanted_meanwhile_ends_it() -> None:
    work = Work()
    work.begin()
    work.say(ExecType.NEW)
    work.replace(1, order_qty=10)
    events = work.fill(1, 25)
    assert [one.order_qty for one in of(events, ev.WorkAmended)] == [25]
    assert work.order().is_filled


def test_less_than_what_has_executed_is_refused() -> None:
    work = Work()
    work.begin()
    work.fill(1, 25)
    (denied,) = of(work.replace(1, order_qty=20), ev.ReplaceDenied)
    assert denied.reasons == (
        Reason(ReasonCode.ABOVE_ORDER_QTY, "order_qty", "20", "at least 25, which has executed"),
    )
    (denied,) = of(work.replace(1, parameters={"seed": 5}), ev.ReplaceDenied)
    assert denied.reasons[0].field == "seed"


def test_another_limit_holds_for_the_next_child() -> None:
    work = Work()
    work.begin()
    work.fill(1, 25)
    work.replace(1, price="100.00")
    work.at(15)
    assert len(work.sent) == 1
    work.tell(Quote(SYMBOL, work.now_ns, "99.98", 500, "100.00", 500))
    assert isinstance(work.sent[-1], NewOrderSingle)
    assert work.sent[-1].terms == Limit("100")


# ---------------------------------------------------------------- the market


def test_a_halt_is_waited_out_and_the_first_good_quote_after_it() -> None:
    work = Work()
    work.begin()
    work.fill(1, 25)
    work.tell(SecurityStatus(SYMBOL, work.now_ns, SecurityTradingStatus.TRADING_HALT))
    work.at(16)
    assert len(work.sent) == 1
    work.now_ns += S
    work.tell(SecurityStatus(SYMBOL, work.now_ns, SecurityTradingStatus.RESUME))
    assert len(work.sent) == 1
    work.quote("100.02", "100.01")
    assert len(work.sent) == 1
    work.quote()
    assert len(work.sent) == 2
    assert work.decided()[-1] == (1, 25, "on_schedule")


def test_a_slice_that_no_quote_came_for_is_skipped_with_that_reason() -> None:
    work = Work()
    work.begin(max_quote_age=5)
    work.fill(1, 25)
    for seconds in (15, 15):
        work.now_ns += seconds * S
        work.tell(TimerDue())
    assert (1, 0, "stale") in work.decided()
    work.quote()
    # 25 are due, and half of what was missed, in whole lots rounded up.
    assert work.decided()[-1] == (2, 38, "catching_up")


# ---------------------------------------------------------------- one's own


class Once:
    """An algorithm of somebody's own: a child for all of it at once, at the market."""

    wants_events = False
    needs_prints = True

    def __init__(self, *, fails: bool = False) -> None:
        self.fails = fails

    def check(self, order: SubmitOrder, instrument: object) -> Sequence[Reason]:
        return ()

    def worst_px(self, order: SubmitOrder, reference_px: Decimal | None) -> Decimal | None:
        return reference_px

    def on_event(self, order: object, event: object) -> Sequence[Any]:
        return ()

    def begin(self, order: SubmitOrder, order_id: OrderId, view: View) -> Plan:
        only = Slice(0, view.now_ns, view.now_ns + S, order.order_qty)
        return Plan(slices=(only,), start_ns=view.now_ns, end_ns=view.now_ns + 10 * S)

    amend: Any = None

    def step(self, parent: Parent, view: View, why: object) -> Steps:
        if self.fails:
            raise RuntimeError("no idea")
        if view.now_ns >= parent.end_ns:
            return Steps(cancel=tuple(parent.open), finish=WorkEnd.FINISHED, text="that was it")
        twice = parent.qty + parent.qty
        new = [
            NewChild(qty=twice, terms=Market(), number=each.number, pace=Pace.ON_SCHEDULE)
            for each in parent.due(view.now_ns)
        ]
        return Steps(children=tuple(new), wake=NextWake(at_ns=parent.end_ns))


def test_an_algorithm_of_ones_own_never_gets_more_than_was_ordered() -> None:
    work = Work(handlers=with_algorithms(others={"once": Once()}))
    work.submit(qty=7, terms=Strategy("once"))
    assert [request.order_qty for request in work.sent if isinstance(request, NewOrderSingle)] == [7]
    work.fill(1, 3)
    work.wait(11)
    work.say(ExecType.CANCELED, cl_ord_id=request_id(2), orig_cl_ord_id=request_id(1))
    assert (work.order().status, work.order().text) == (OrdStatus.EXPIRED, "that was it")


def test_every_price_is_held_to_the_limits_of_the_market() -> None:
    """An algorithm that does not look at them sends to the market: at the limit of prices, then."""
    work = Work(handlers=with_algorithms(others={"once": Once()}))
    work.tell(PriceLimits(SYMBOL, work.now_ns, "99.001", "100.009"))
    work.submit(qty=7, terms=Strategy("once"))
    work.submit(qty=7, terms=Strategy("once"), side=Side.SELL)
    assert [request.terms for request in work.sent if isinstance(request, NewOrderSingle)] == [
        Limit("100"),
        Limit("99.01"),
    ]


def test_one_that_fails_is_suspended_and_nothing_else_is() -> None:
    work = Work(handlers=with_algorithms(others={"once": Once(fails=True)}))
    work.submit(qty=7, terms=Strategy("once"))
    assert work.parent.suspended == "its algorithm failed: RuntimeError: no idea"
    work.submit(qty=1)
    assert len(work.sent) == 1


# ---------------------------------------------------------------- what has no schedule


def test_levels_that_could_not_stand_are_decided_at_the_end() -> None:
    work = Work()
    # The first level would take what is offered, which it must not; the second rests.
    work.submit(
        qty=20,
        terms=Strategy(
            "scale",
            {"levels": 2, "first_price": "100.01", "step": "0.02", "duration": 60, "no_take_liquidity": "Y"},
        ),
    )
    assert work.decided() == [(1, 10, "on_schedule")]
    work.at(60)
    assert work.decided() == [(1, 10, "on_schedule"), (0, 0, "past_end")]


def test_a_part_whose_venue_hides_the_rest_of_it_is_no_larger_than_max_child() -> None:
    work = Work()
    told: dict[str, int | str] = {
        "display_qty": 5,
        "limit_price": "100",
        "iceberg_mode": "native",
        "max_child": 30,
    }
    work.submit(qty=100, terms=Strategy("iceberg", told))
    work.fill(1, 30)
    assert [int(one.order_qty) for one in work.sent if isinstance(one, NewOrderSingle)] == [30, 30]
