"""Orders that are worked here and may only reduce a position: they are held to it as a whole, and keep their exit as it shrinks."""

# pyright: reportPrivateUsage=false
# ruff: noqa: ANN401  # parameters are data of any kind

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from oms.algos.handlers import with_algorithms
from oms.engine.engine import Engine
from oms.engine.fingerprint import describe
from oms.engine.inputs import Start
from oms.engine.reduce_only_room import why_too_large
from oms.engine.snapshot import dump, load
from oms.engine.state import State
from oms.model import events as ev
from oms.model.commands import SubmitOrder
from oms.model.enums import CxlRejResponseTo, ExecType, Life, Side
from oms.model.ids import OrderId
from oms.model.instructions import Instructions
from oms.model.reasons import Reason, ReasonCode
from oms.model.reports import OrderCancelReject
from oms.model.requests import NewOrderSingle, OrderCancelReplaceRequest, OrderCancelRequest
from oms.model.terms import Limit, Strategy
from oms.model.time_in_force import DAY
from oms.model.work_commands import PauseWork, ResumeWork
from oms.projections.positions import Positions
from tests.fakes import AAPL, T0, S
from tests.unit.engine.desk import MAIN, OFF, PAPER, SYMBOL, TIMEOUT_NS, request_id
from tests.unit.engine.test_parents import REAL, Work, of

ONLY = Instructions(reduce_only=True)
LADDER: dict[str, Any] = {"levels": 4, "first_price": "101", "step": "1"}


class Exit(Work):
    """A desk that holds 100 AAPL: order 1, filled. The venue takes what is sent to it at once, and answers the rest when told."""

    def __init__(self, **fields: Any) -> None:
        super().__init__(**fields)
        self.submit()
        self.fill(1, 100)

    def ask(self, name: str, qty: int = 100, side: Side = Side.SELL, **told: Any) -> tuple[ev.Event, ...]:
        """Place a reduce-only order that is worked here."""
        command = SubmitOrder(SYMBOL, side, qty, Strategy(name, told), DAY, MAIN, instructions=ONLY)
        before = len(self.sent)
        events = self.tell(command)
        for request in self.sent[before:]:
            assert isinstance(request, NewOrderSingle)
            self.say(ExecType.NEW, cl_ord_id=request.cl_ord_id)
        return events

    def ladder(self, qty: int = 100) -> tuple[ev.Event, ...]:
        """Order 2 is worked as four levels: requests and orders 3 to 6, but request n is of order n + 1."""
        return self.ask("scale", qty, **LADDER)

    def sell(self, qty: int) -> tuple[ev.Event, ...]:
        """A plain order executes so much of the position."""
        self.submit(side=Side.SELL, qty=qty, terms=Limit(100))
        sent = self.sent[-1]
        assert isinstance(sent, NewOrderSingle)
        return self.trade(f"x{len(self.journal)}", qty, cl_ord_id=sent.cl_ord_id)

    def leave(self) -> None:
        """The venue does whatever was asked of it and is unanswered, in turn."""
        done = getattr(self, "_done", 0)
        for at in range(done, len(self.sent)):
            request = self.sent[at]
            if isinstance(request, OrderCancelReplaceRequest):
                self.say(ExecType.REPLACED, cl_ord_id=request.cl_ord_id, order_qty=request.order_qty)
            elif isinstance(request, OrderCancelRequest):
                self.say(
                    ExecType.CANCELED, cl_ord_id=request.cl_ord_id, orig_cl_ord_id=request.orig_cl_ord_id
                )
        self._done = len(self.sent)

    def asked(self, first: int) -> list[tuple[str, int, int]]:
        """Give what was asked to be changed from the n-th request on: of which order, and for how much; 0 for a cancel."""
        told = []
        for one in self.sent[first:]:
            if isinstance(one, OrderCancelReplaceRequest):
                told.append((type(one).__name__, int(one.order_id), int(one.order_qty)))
            elif isinstance(one, OrderCancelRequest):
                told.append((type(one).__name__, int(one.order_id), 0))
        return told

    def standing(self, order_id: int = 2) -> tuple[int, list[int]]:
        """Give what an order is for by now, and what its children may execute, the oldest first."""
        parent = self.engine.state.parents.by_id[OrderId(order_id)]
        return int(parent.order.order_qty), [int(child.working) for child in parent.open.values()]


def _denied(events: tuple[ev.Event, ...]) -> tuple[Reason, ...]:
    (denied,) = of(events, ev.OrderDenied)
    reasons: tuple[Reason, ...] = denied.reasons
    return reasons


def _why(qty: int, allowed: str) -> tuple[Reason, ...]:
    return (Reason(ReasonCode.REDUCE_ONLY, "order_qty", str(qty), allowed),)


# ---------------------------------------------------------------- as it comes


@pytest.mark.parametrize(
    ("qty", "side", "allowed"),
    [(101, Side.SELL, "at most 100: the position is 100"), (1, Side.BUY, "at most 0: the position is 100")],
    ids=["more than the position", "the other way"],
)
def test_what_would_not_reduce_is_denied_as_it_comes(qty: int, side: Side, allowed: str) -> None:
    work = Exit()
    assert _denied(work.ask("twap", qty, side, duration=60, slices=1)) == _why(qty, allowed)
    assert len(work.sent) == 1


def test_what_it_has_not_sent_yet_is_not_there_for_another_order() -> None:
    work = Exit()
    work.ask("twap", 90, duration=60, slices=4)
    text = "at most 10: the position is 100, and reduce-only orders at work may take 90 of it"
    assert _denied(work.ask("twap", 11, duration=60, slices=1)) == _why(11, text)
    plain = SubmitOrder(SYMBOL, Side.SELL, 11, Limit(100), DAY, MAIN, instructions=ONLY)
    assert _denied(work.tell(plain)) == _why(11, text)

    work.ask("twap", 10, duration=60, slices=1)
    # Of the 90, 23 were sent at once; the 10 after them.
    assert [(int(one.order_id), int(one.order_qty)) for one in work.sent[1:]] == [(3, 23), (7, 10)]  # type: ignore[union-attr]


def test_a_child_has_what_its_order_may_take_but_for_its_siblings() -> None:
    work = Exit()
    work.ladder(60)
    text = "at most 55: the position is 100"
    asked = SubmitOrder(SYMBOL, Side.SELL, 56, Limit(101), DAY, MAIN, instructions=ONLY)
    assert why_too_large(work.engine.state, asked, OrderId(3)) == _why(56, text)


def test_what_an_ended_order_had_is_there_again() -> None:
    work = Exit()
    work.ladder()
    work.cancel(2)
    text = "at most 0: the position is 100, and reduce-only orders at work may take 100 of it"
    assert _denied(work.ask("twap", 1, duration=60, slices=1)) == _why(1, text)
    work.leave()
    assert work.order(2).life is Life.CANCELED
    work.ladder()
    assert work.standing(8) == (100, [25, 25, 25, 25])


def test_it_works_the_whole_position_to_its_end() -> None:
    work = Exit()
    work.ask("twap", 100, duration=60, slices=4)
    for seconds in (15, 30, 45, 60):
        work.fill(len(work.sent), 25)
        work.at(seconds)
    assert work.order(2).is_filled
    assert of(work.journal, ev.AnomalyRaised) == []


# ---------------------------------------------------------------- as the position shrinks


def test_its_children_are_made_smaller_in_place_the_newest_first() -> None:
    work = Exit()
    work.ladder()
    first = len(work.sent) + 1
    work.sell(1)
    assert work.asked(first) == [("OrderCancelReplaceRequest", 6, 24)]
    work.leave()
    assert work.standing() == (99, [25, 25, 25, 24])
    assert work.engine.state.parents.by_id[OrderId(2)].suspended is None

    first = len(work.sent) + 1
    work.sell(30)
    assert work.asked(first) == [("OrderCancelRequest", 6, 0), ("OrderCancelReplaceRequest", 5, 19)]
    work.leave()
    assert work.standing() == (69, [25, 25, 19])
    assert work.engine.state.parents.by_id[OrderId(2)].suspended is None


def test_what_is_not_sent_yet_gives_way_before_what_works() -> None:
    work = Exit()
    work.ask("twap", 100, duration=60, slices=4)
    first = len(work.sent) + 1
    work.sell(40)
    assert work.asked(first) == []
    assert work.standing() == (60, [25])
    work.fill(2, 25)
    for seconds in (15, 30, 45):
        work.at(seconds)
        if isinstance(work.sent[-1], NewOrderSingle):
            work.fill(len(work.sent), int(work.sent[-1].order_qty or 0))
    assert (work.order(2).is_filled, int(work.order(2).cum_qty)) == (True, 60)
    assert of(work.journal, ev.AnomalyRaised) == []


def test_nothing_is_sent_in_place_of_what_is_being_made_smaller() -> None:
    work = Exit()
    work.ladder()
    work.sell(30)
    sent = len(work.sent)
    work.quote()
    work.wait(5)
    assert len(work.sent) == sent
    # Two more while that is unanswered.
    work.sell(2)
    asked = work.asked(sent + 1)
    assert asked == [("OrderCancelReplaceRequest", 5, 18)]
    work.leave()
    assert work.standing() == (68, [25, 25, 18])


def test_where_nothing_is_left_it_is_canceled() -> None:
    work = Exit()
    work.ladder()
    work.sell(100)
    work.leave()
    order = work.order(2)
    assert (order.life, order.text) == (Life.CANCELED, "canceled by reduce-only")
    assert work.standing() == (100, [])


def test_the_newer_of_two_gives_way() -> None:
    work = Exit()
    work.ladder(60)
    work.ask("iceberg", 40, display_qty=10, limit_price="101")
    work.sell(50)
    work.leave()
    assert work.order(7).life is Life.CANCELED
    assert work.standing() == (50, [15, 15, 15, 5])


def test_a_turned_position_ends_it() -> None:
    work = Exit()
    work.ask("twap", 100, duration=60, slices=4)
    work.sell(130)
    work.leave()
    assert work.order(2).life is Life.CANCELED
    work.at(60)
    assert [one for one in work.sent[3:] if isinstance(one, NewOrderSingle)] == []


def test_a_position_that_grows_again_makes_nothing_larger() -> None:
    work = Exit()
    work.ladder()
    work.sell(30)
    work.leave()
    sent = len(work.sent)
    work.submit(qty=50)
    work.fill(len(work.sent), 50)
    work.wait(5)
    assert (work.standing(), len(work.sent)) == ((70, [25, 25, 20]), sent + 1)


def test_it_is_made_larger_by_no_more_than_the_position() -> None:
    work = Exit()
    work.ladder(60)
    (denied,) = of(work.replace(2, order_qty=101), ev.ReplaceDenied)
    assert denied.reasons == _why(101, "at most 100: the position is 100")
    work.replace(2, order_qty=100)
    assert sum(work.standing()[1]) == 100
    # What the position has taken is not asked for again while that is being done.
    work.sell(30)
    (denied,) = of(work.replace(2, order_qty=100), ev.ReplaceDenied)
    assert denied.reasons == _why(100, "at most 70: the position is 70")


# ---------------------------------------------------------------- where something else happens


def test_where_a_replace_is_refused_the_child_is_taken_back() -> None:
    work = Exit()
    work.ladder()
    work.sell(10)
    refused = work.sent[-1]
    assert isinstance(refused, OrderCancelReplaceRequest)
    work.report(OrderCancelReject(refused.cl_ord_id, CxlRejResponseTo.REPLACE))
    assert isinstance(work.sent[-1], OrderCancelRequest)
    work.say(ExecType.CANCELED, cl_ord_id=work.sent[-1].cl_ord_id, orig_cl_ord_id=request_id(5))
    # What is left of the last level goes out anew.
    assert work.standing() == (90, [25, 25, 25, 15])
    assert work.engine.state.parents.by_id[OrderId(2)].suspended is None


def test_what_is_left_below_the_least_quantity_of_a_child_is_taken_back() -> None:
    work = Exit(instruments=(evolve(AAPL, min_qty=10),))
    work.ladder()
    work.sell(20)
    work.leave()
    assert work.standing()[0] == 80
    assert sum(work.standing()[1]) <= 80
    assert work.engine.state.parents.by_id[OrderId(2)].suspended is None


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("twap", {"duration": 60, "slices": 4, "min_child": 25}),
        ("iceberg", {"display_qty": 25, "limit_price": "101"}),
    ],
)
def test_its_plan_is_kept_where_it_cannot_be_made_anew_for_less(name: str, told: dict[str, Any]) -> None:
    work = Exit()
    work.ask(name, **told)
    work.sell(80)
    work.leave()
    # Nobody may ask for so little: a part of it is more than the whole.
    assert work.standing() == (20, [20])
    assert work.engine.state.parents.by_id[OrderId(2)].suspended is None
    work.fill(2, 20)
    assert work.order(2).is_filled


def test_what_executes_while_it_is_made_smaller_is_booked_and_flagged() -> None:
    work = Exit()
    work.ladder()
    work.sell(10)
    for number in (2, 3, 4, 5):
        work.fill(number, 25)
    assert work.order(2).cum_qty == 100
    assert work.order(2).is_filled
    assert [one.code.name for one in of(work.journal, ev.AnomalyRaised)] == ["REDUCE_ONLY_EXCEEDED"]


def test_while_it_is_suspended_it_is_cut_and_goes_on_with_what_is_left() -> None:
    work = Exit()
    work.ladder()
    work.tell(PauseWork(OrderId(2), "news", "ann"))
    work.leave()
    work.sell(30)
    assert work.standing() == (70, [])
    work.tell(ResumeWork(OrderId(2), "over", "ann"))
    assert sum(work.standing()[1]) == 70


@pytest.mark.parametrize("by_snapshot", [True, False], ids=["snapshot", "journal"])
def test_a_restart_changes_nothing(*, by_snapshot: bool) -> None:
    work = Exit()
    work.ladder()
    work.sell(30)
    state = State()
    if by_snapshot:
        load(dump(work.engine.state, Positions()), state, Positions())
        engine = Engine({PAPER: REAL}, with_algorithms(), state)
    else:
        engine = Engine({PAPER: REAL}, with_algorithms(), state)
        engine.replay(work.journal)
    assert describe(state) == describe(work.engine.state)
    work.engine = engine
    work.tell(Start("desk", TIMEOUT_NS, OFF, (AAPL,)))
    sent = len(work.sent)
    work.now_ns = T0 + S
    work.quote()
    # What was asked for is not asked for again, and holds.
    assert work.asked(sent) == []
    work.leave()
    assert work.standing() == (70, [25, 25, 20])
    work.sell(20)
    work.leave()
    assert work.standing() == (50, [25, 25])
    assert Decimal(50) == sum(
        held for each in engine.state.traded.of_all().values() for held in each.values()
    )
