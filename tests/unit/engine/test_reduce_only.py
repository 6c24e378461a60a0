"""Reduce-only orders, whatever executes beside them."""

# pyright: reportPrivateUsage=false
# ruff: noqa: ANN401  # cases are data of any kind

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from oms.engine.engine import Engine
from oms.engine.fingerprint import describe
from oms.engine.inputs import Reported, Start
from oms.engine.snapshot import dump, load
from oms.engine.state import State
from oms.model import events as ev
from oms.model.capabilities import ALL_ORDER_TYPES, Capabilities
from oms.model.commands import EngageKillSwitch, SubmitOrder
from oms.model.enums import AnomalyCode, CxlRejResponseTo, ExecType, Life, Side
from oms.model.ids import ClOrdId, ExecId, OrderId
from oms.model.instructions import Instructions
from oms.model.limits import RiskLimits
from oms.model.market import TradePrint
from oms.model.reasons import Reason, ReasonCode
from oms.model.reports import ExecutionReport, OrderCancelReject
from oms.model.requests import NewOrderSingle, OrderCancelReplaceRequest, OrderCancelRequest
from oms.model.terms import Limit, Stop
from oms.model.time_in_force import GTC
from oms.model.venue_profile import EXCHANGE
from oms.order_types.registry import default_handlers
from oms.projections.positions import Positions
from tests.fakes import AAPL, CAN_ALL, T0
from tests.unit.engine.desk import MAIN, PAPER, SYMBOL, TIMEOUT_NS, Desk, kinds, request_id

ONLY = Instructions(reduce_only=True)
NO_CHAIN = evolve(CAN_ALL, profile=EXCHANGE)
ONLY_PRICES = evolve(CAN_ALL, amendable=frozenset({"price"}))


class Floor(Desk):
    """A desk that holds 10 AAPL: order 1, filled; the ClOrdID of order 2 is the second."""

    def __init__(self, can: Capabilities = CAN_ALL) -> None:
        super().__init__(can={"paper": can})
        self.submit(qty=10)
        self.trade("E1", 10)

    def place(
        self, qty: int | str, side: Side = Side.SELL, instructions: Instructions | None = ONLY, **more: Any
    ) -> Any:
        """Place an order that the venue acknowledges, and give the events of its placing."""
        events = self.tell(
            SubmitOrder(
                SYMBOL, side, qty, Limit(100), GTC, MAIN, None, "bot", instructions=instructions, **more
            )
        )
        last = self.sent[-1]
        if isinstance(last, NewOrderSingle) and kinds(events)[-1] == "OrderSubmitted":
            self.say(ExecType.NEW, cl_ord_id=last.cl_ord_id)
        return events

    def fill(self, number: int, exec_id: str, qty: int) -> tuple[ev.Event, ...]:
        return self.trade(exec_id, qty, cl_ord_id=request_id(number))

    def replaced(self, number: int, qty: int) -> tuple[ev.Event, ...]:
        return self.say(ExecType.REPLACED, cl_ord_id=request_id(number), order_qty=Decimal(qty))

    def refuse(self, number: int, to: CxlRejResponseTo) -> tuple[ev.Event, ...]:
        return self.report(OrderCancelReject(request_id(number), to))


def reasons_of(events: tuple[ev.Event, ...]) -> tuple[Reason, ...]:
    last = events[-1]
    assert isinstance(last, ev.OrderDenied | ev.ReplaceDenied)
    return last.reasons


def beyond(qty: str, allowed: str) -> tuple[Reason, ...]:
    return (Reason(ReasonCode.REDUCE_ONLY, "order_qty", qty, allowed),)


# ---------------------------------------------------------------- what is let in


def test_what_the_position_allows_is_sent() -> None:
    floor = Floor()

    assert kinds(floor.place(10)) == ["OrderCreated", "OrderSubmitted"]


CASES = {
    "more than the position": (11, Side.SELL, "at most 10: the position is 10"),
    "to buy what is long": (1, Side.BUY, "at most 0: the position is 10"),
}


@pytest.mark.parametrize(("qty", "side", "allowed"), CASES.values(), ids=CASES)
def test_what_would_not_reduce_is_denied(qty: int, side: Side, allowed: str) -> None:
    events = Floor().place(qty, side)

    assert kinds(events) == ["OrderCreated", "OrderDenied"]
    assert reasons_of(events) == beyond(str(qty), allowed)


def test_without_a_position_nothing_reduces() -> None:
    desk = Desk()
    events = desk.tell(
        SubmitOrder(SYMBOL, Side.SELL, 1, Limit(100), GTC, MAIN, None, "bot", instructions=ONLY)
    )

    assert reasons_of(events) == beyond("1", "at most 0: the position is 0")


def test_another_accounts_position_is_not_reduced() -> None:
    floor = Floor()
    command = SubmitOrder(SYMBOL, Side.SELL, 1, Limit(100), GTC, "other", None, "bot", instructions=ONLY)  # type: ignore[arg-type]  # a name

    assert kinds(floor.tell(command)) == ["OrderCreated", "OrderDenied"]


def test_what_others_may_still_take_is_not_there_for_a_second_order() -> None:
    floor = Floor()
    floor.place(6)

    allowed = "at most 4: the position is 10, and reduce-only orders at work may take 6 of it"
    assert reasons_of(floor.place(5)) == beyond("5", allowed)
    assert kinds(floor.place(4)) == ["OrderCreated", "OrderSubmitted"]


def test_a_short_position_is_reduced_by_purchases() -> None:
    floor = Floor()
    floor.place(25, instructions=None)
    floor.fill(2, "E2", 25)

    assert reasons_of(floor.place(16, Side.BUY)) == beyond("16", "at most 15: the position is -15")
    assert kinds(floor.place(15, Side.BUY)) == ["OrderCreated", "OrderSubmitted"]


def test_an_amount_of_money_cannot_be_held_to_a_position() -> None:
    command = SubmitOrder(
        SYMBOL, Side.SELL, None, Limit(100), GTC, MAIN, None, "bot", cash_order_qty=500, instructions=ONLY
    )
    reasons = reasons_of(Floor().tell(command))

    asked = "500, in units not known yet"
    assert (
        Reason(ReasonCode.UNSUPPORTED, "cash_order_qty", asked, "order_qty, in units, with reduce_only")
        in reasons
    )


def test_it_is_not_made_larger_than_the_position() -> None:
    floor = Floor()
    floor.place(6)

    assert reasons_of(floor.replace(2, order_qty=11)) == beyond("11", "at most 10: the position is 10")
    assert kinds(floor.replace(2, order_qty=10)) == ["ReplaceRequested"]


def test_what_has_executed_of_it_counts_when_it_is_made_larger() -> None:
    floor = Floor()
    floor.place(6)
    floor.fill(2, "E2", 2)  # 8 are held, and 4 of it are open

    assert reasons_of(floor.replace(2, order_qty=11)) == beyond("11", "at most 10: the position is 8")
    assert kinds(floor.replace(2, order_qty=10)) == ["ReplaceRequested"]


SAID = {
    "not to a broker that does not know it": (frozenset[str](), ONLY, None),
    "to one that does": (frozenset({"reduce_only"}), ONLY, ONLY),
    "what else is asked goes out": (
        frozenset({"post_only"}),
        Instructions(post_only=True, reduce_only=True),
        Instructions(post_only=True),
    ),
}


@pytest.mark.parametrize(("known", "asked", "sent"), SAID.values(), ids=SAID)
def test_the_instruction_is_said(
    known: frozenset[str], asked: Instructions, sent: Instructions | None
) -> None:
    floor = Floor(evolve(CAN_ALL, instructions=known))
    floor.place(10, instructions=asked)

    request = floor.sent[-1]
    assert isinstance(request, NewOrderSingle)
    assert request.instructions == sent
    assert floor.order(2).instructions == asked


# ---------------------------------------------------------------- as the position changes


def test_a_stand_alone_reduce_only_order_untouched_when_the_position_shrinks() -> None:
    """It must not happen: the order is made as small as the position, and canceled with it."""
    floor = Floor()
    floor.place(10)
    floor.place(4, instructions=None)

    events = floor.fill(3, "E2", 3)
    assert kinds(events) == ["Traded", "ReplaceRequested"]
    request = floor.sent[-1]
    assert isinstance(request, OrderCancelReplaceRequest)
    assert (request.order_id, request.order_qty, events[-1].cause) == (
        OrderId(2),
        Decimal(7),
        ev.Cause("ReplaceOrder", "reduce-only"),
    )
    floor.replaced(4, 7)

    floor.place(6, instructions=None)
    assert kinds(floor.fill(5, "E3", 6)) == ["Traded", "ReplaceRequested"]  # 1 is held
    floor.replaced(6, 1)
    assert kinds(floor.fill(3, "E4", 1)) == ["Traded", "CancelRequested"]
    last = floor.sent[-1]
    assert isinstance(last, OrderCancelRequest)
    assert last.order_id == 2


def test_its_own_executions_need_no_request() -> None:
    floor = Floor()
    floor.place(10)

    assert kinds(floor.fill(2, "E2", 4)) == ["Traded"]
    assert kinds(floor.fill(2, "E3", 6)) == ["Traded"]
    assert floor.engine.state.book.exposure.reducing == {(MAIN, SYMBOL): {}}


def test_the_newest_gives_way_first() -> None:
    floor = Floor()
    floor.place(5)
    floor.place(2)
    floor.place(3)
    floor.place(9, instructions=None)

    assert kinds(floor.fill(5, "E2", 4)) == ["Traded", "CancelRequested", "ReplaceRequested"]
    cancel, replace = floor.sent[-2:]
    assert isinstance(cancel, OrderCancelRequest)
    assert isinstance(replace, OrderCancelReplaceRequest)
    assert (cancel.order_id, replace.order_id, replace.order_qty) == (OrderId(4), OrderId(3), Decimal(1))


def test_a_position_that_grows_again_makes_nothing_larger() -> None:
    floor = Floor()
    floor.place(10)
    floor.place(4, instructions=None)
    floor.fill(3, "E2", 4)
    floor.replaced(4, 6)
    floor.submit(qty=20)

    assert kinds(floor.fill(5, "E3", 20)) == ["Traded"]
    assert floor.order(2).order_qty == 6


def test_a_bust_of_what_was_bought_makes_it_smaller() -> None:
    floor = Floor()
    floor.place(10)
    bust = {"exec_ref_id": ExecId("E1"), "exec_id": ExecId("B1")}

    assert kinds(floor.say(ExecType.TRADE_CANCEL, **bust)) == ["TradeCanceled", "CancelRequested"]


def test_a_correction_of_what_was_bought_makes_it_smaller() -> None:
    floor = Floor()
    floor.place(10)
    fields = {
        "exec_ref_id": ExecId("E1"),
        "exec_id": ExecId("C1"),
        "last_qty": Decimal(8),
        "last_px": Decimal(100),
    }

    assert kinds(floor.say(ExecType.TRADE_CORRECT, **fields)) == ["TradeCorrected", "ReplaceRequested"]
    request = floor.sent[-1]
    assert isinstance(request, OrderCancelReplaceRequest)
    assert request.order_qty == 8


def test_a_turned_position_ends_what_reduced_it() -> None:
    floor = Floor()
    floor.place(10)
    floor.place(15, instructions=None)

    assert kinds(floor.fill(3, "E2", 15)) == ["Traded", "CancelRequested"]


def test_neither_kill_switch_nor_message_limit_stands_in_its_way() -> None:
    floor = Floor()
    floor.place(10)
    floor.place(4, instructions=None)
    floor.tell(EngageKillSwitch("a test", "bot"))
    assert kinds(floor.fill(3, "E2", 4)) == ["Traded", "ReplaceRequested"]


# ---------------------------------------------------------------- venues that do not do as asked


def test_where_no_quantity_can_be_amended_it_is_canceled() -> None:
    floor = Floor(ONLY_PRICES)
    floor.place(10)
    floor.place(4, instructions=None)

    assert kinds(floor.fill(3, "E2", 1)) == ["Traded", "CancelRequested"]


def test_where_a_replace_is_refused_it_is_canceled() -> None:
    floor = Floor()
    floor.place(10)
    floor.place(4, instructions=None)
    floor.fill(3, "E2", 4)

    assert kinds(floor.refuse(4, CxlRejResponseTo.REPLACE)) == ["ReplaceRejected", "CancelRequested"]


def test_where_a_cancel_is_refused_too_it_is_flagged_and_not_asked_for_without_end() -> None:
    floor = Floor(ONLY_PRICES)
    floor.place(10)
    floor.place(4, instructions=None)
    floor.fill(3, "E2", 4)

    events = floor.refuse(4, CxlRejResponseTo.CANCEL)
    assert kinds(events) == ["CancelRejected", "AnomalyRaised"]
    last = events[-1]
    assert isinstance(last, ev.AnomalyRaised)
    assert (last.code, last.order_id) == (AnomalyCode.REDUCE_ONLY_EXCEEDED, 2)
    assert last.text == "it may execute 4 more than the position, and could not be canceled"
    assert kinds(floor.fill(2, "E3", 1)) == ["Traded", "CancelRequested"]  # what has changed is tried anew


def test_where_replaces_do_not_chain_the_next_one_waits_for_the_answer() -> None:
    floor = Floor(NO_CHAIN)
    floor.place(10)
    floor.place(4, instructions=None)
    floor.fill(3, "E2", 1)

    assert kinds(floor.fill(3, "E3", 1)) == ["Traded"]
    assert kinds(floor.replaced(4, 9)) == ["OrderReplaced", "ReplaceRequested"]
    request = floor.sent[-1]
    assert isinstance(request, OrderCancelReplaceRequest)
    assert request.order_qty == 8


def test_a_replace_of_somebody_elses_that_is_refused_is_no_reason_to_cancel() -> None:
    floor = Floor(NO_CHAIN)
    floor.place(10)
    floor.replace(2, price=101)
    floor.place(4, instructions=None)
    assert kinds(floor.fill(4, "E2", 4)) == ["Traded"]

    assert kinds(floor.refuse(3, CxlRejResponseTo.REPLACE)) == ["ReplaceRejected", "ReplaceRequested"]


def test_what_is_left_below_the_least_quantity_is_canceled() -> None:
    floor = Floor()
    floor.engine.state.instruments[SYMBOL] = evolve(AAPL, min_qty=5)
    floor.engine._entry.forget_routes()
    floor.place(10)
    floor.place(7, instructions=None)

    assert kinds(floor.fill(3, "E2", 7)) == ["Traded", "ReplaceDenied", "CancelRequested"]


def test_what_executes_beyond_the_position_is_booked_and_flagged() -> None:
    floor = Floor()
    floor.place(10)
    floor.place(7, instructions=None)
    floor.fill(3, "E2", 7)

    events = floor.fill(2, "E3", 5)  # 3 were left
    flagged = next(event for event in events if isinstance(event, ev.AnomalyRaised))
    assert (flagged.code, flagged.order_id) == (AnomalyCode.REDUCE_ONLY_EXCEEDED, 2)
    assert flagged.text == "2 more than the position executed; it is -2 now"
    assert floor.order(2).cum_qty == 5
    # The replace to 3 that is unanswered leaves it nothing as soon as it is accepted.
    assert kinds(events) == ["Traded", "AnomalyRaised"]


def test_what_executes_after_the_end_is_flagged_too() -> None:
    floor = Floor()
    floor.place(10)
    floor.place(10, instructions=None)
    floor.fill(3, "E2", 10)
    floor.say(ExecType.CANCELED, cl_ord_id=request_id(4), orig_cl_ord_id=request_id(2))
    assert floor.order(2).life is Life.CANCELED

    codes = [e.code for e in floor.fill(2, "E3", 1) if isinstance(e, ev.AnomalyRaised)]
    assert AnomalyCode.REDUCE_ONLY_EXCEEDED in codes


# ---------------------------------------------------------------- what outlives a process


def restarted(floor: Floor, *, by_snapshot: bool) -> Engine:
    state = State()
    brokers = {PAPER: CAN_ALL}
    if by_snapshot:
        load(dump(floor.engine.state, Positions()), state, Positions())
        return Engine(brokers, default_handlers(), state)
    engine = Engine(brokers, default_handlers())
    engine.replay(floor.journal)
    return engine


@pytest.mark.slow  # a snapshot's codec is made when it is first used
@pytest.mark.parametrize("by_snapshot", [False, True], ids=["replayed", "from a snapshot"])
def test_the_set_is_the_same_after_a_restart(by_snapshot: bool) -> None:
    floor = Floor()
    floor.place(6)
    floor.place(4)
    floor.fill(2, "E2", 6)
    engine = restarted(floor, by_snapshot=by_snapshot)

    assert describe(engine.state) == describe(floor.engine.state)
    assert engine.state.book.exposure.reducing == {
        (MAIN, SYMBOL): {3: engine.state.index.by_id[floor.order(3).order_id]}
    }


def test_what_could_not_be_asked_before_is_asked_after_a_restart() -> None:
    floor = Floor()
    floor.place(10)
    floor.place(4, instructions=None)
    assert kinds(floor.fill(3, "E2", 4)) == ["Traded", "ReplaceRequested"]
    # As if the journal ended between what executed and what follows from it.
    engine = Engine({PAPER: CAN_ALL}, default_handlers())
    engine.replay(floor.journal[:-1])

    engine.handle(Start("desk", TIMEOUT_NS, RiskLimits.off("a test"), (AAPL,)), floor.now_ns)
    report = ExecutionReport(ExecType.NEW, ClOrdId(request_id(1)))
    outcome = engine.handle(Reported(PAPER, report), floor.now_ns)
    assert [type(request) for request in outcome.requests] == [OrderCancelReplaceRequest]


# ---------------------------------------------------------------- orders that are held here


class Holder(Floor):
    """The same floor at a venue that takes no stops: they are held here."""

    def __init__(self) -> None:
        super().__init__(evolve(CAN_ALL, order_types=ALL_ORDER_TYPES))

    def stop(self, qty: int) -> tuple[ev.Event, ...]:
        command = SubmitOrder(SYMBOL, Side.SELL, qty, Stop(90), GTC, MAIN, None, "bot", instructions=ONLY)
        return self.tell(command)


def test_a_held_order_is_made_smaller_and_canceled_at_once() -> None:
    holder = Holder()
    assert kinds(holder.stop(10)) == ["OrderCreated", "OrderHeld"]
    holder.place(10, instructions=None)  # the second request, of order 3

    assert kinds(holder.fill(2, "E2", 4)) == ["Traded", "OrderAmended"]
    assert holder.order(2).order_qty == 6
    assert kinds(holder.fill(2, "E3", 6)) == ["Traded", "OrderCanceled"]


def test_a_held_order_takes_its_part_of_the_position_and_is_released_with_it() -> None:
    holder = Holder()
    holder.stop(6)
    allowed = "at most 4: the position is 10, and reduce-only orders at work may take 6 of it"
    assert reasons_of(holder.place(5)) == beyond("5", allowed)
    assert reasons_of(holder.replace(2, order_qty=11)) == beyond("11", "at most 10: the position is 10")
    assert kinds(holder.place(4)) == ["OrderCreated", "OrderSubmitted"]

    assert kinds(holder.tell(TradePrint(SYMBOL, holder.now_ns, 90, 1))) == ["OrderReleased", "OrderSubmitted"]
    assert sorted(holder.engine.state.book.exposure.reducing[MAIN, SYMBOL]) == [2, 4]


@pytest.mark.slow  # a snapshot's codec is made when it is first used
@pytest.mark.parametrize("by_snapshot", [False, True], ids=["replayed", "from a snapshot"])
def test_a_held_order_is_watched_after_a_restart(by_snapshot: bool) -> None:
    holder = Holder()
    holder.stop(10)
    holder.place(10, instructions=None)
    engine = restarted(holder, by_snapshot=by_snapshot)
    assert describe(engine.state) == describe(holder.engine.state)

    fields: dict[str, Any] = {
        "cl_ord_id": request_id(2),
        "exec_id": ExecId("E2"),
        "last_qty": Decimal(4),
        "last_px": Decimal(100),
    }
    engine.handle(
        Reported(PAPER, ExecutionReport(ExecType.TRADE, **fields, transact_time_ns=T0)), holder.now_ns
    )
    assert engine.state.index.by_id[OrderId(2)].order_qty == 6
