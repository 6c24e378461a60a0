"""An algorithm of somebody's own that gives what it may not: its order is suspended or refused, and nothing else is the worse."""

# ruff: noqa: ANN401  # the answers are of any kind

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve, fields_dict
from hypothesis import given
from hypothesis import strategies as st

from oms.algos.handlers import with_algorithms
from oms.brokers.paper import PaperBroker
from oms.codec.event_codec import decode, encode
from oms.errors import ValidationError
from oms.model.commands import CancelOrder
from oms.model.enums import OrdStatus, Side
from oms.model.ids import BrokerName, OrderId, Symbol
from oms.model.instrument import Instrument
from oms.model.market import Quote
from oms.model.order import Order
from oms.model.terms import Limit, Strategy
from oms.model.work import Pace, Slice, WorkEnd
from oms.order_types.strategy import StrategyHandler
from oms.ports.working_handler import NewChild, NextWake, Plan, Replan, Skip, Steps
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore
from tests.fakes import T0, S
from tests.junk import JUNK

X = Instrument(symbol="X", currency="USD", tick="0.01", lot=1)
CHILD = NewChild(qty=Decimal(5), terms=Limit("9.99"), number=0, pace=Pace.ON_SCHEDULE)
FIELDS = [(cls, name) for cls in (Steps, NewChild, Skip, NextWake, Replan, Plan) for name in fields_dict(cls)]


class Own:
    """Does nothing, unless a test says otherwise."""

    wants_events = False
    needs_prints = False

    def __init__(self, **own: Any) -> None:
        for name, does in own.items():
            setattr(self, name, does)

    def check(self, order: Any, instrument: Any) -> Any:
        return ()

    def worst_px(self, order: Any, reference_px: Any) -> Any:
        return reference_px

    def on_event(self, order: Any, event: Any) -> Any:
        return ()

    def begin(self, order: Any, order_id: Any, view: Any) -> Any:
        return plan_of()

    def amend(self, parent: Any, after: Any, view: Any) -> Any:
        return plan_of()

    def step(self, parent: Any, view: Any, why: Any) -> Any:
        return Steps()


def plan_of(**told: Any) -> Plan:
    usual: dict[str, Any] = {"start_ns": T0, "end_ns": T0 + 60 * S}
    return Plan(**(usual | told))


def gives(answer: Any) -> Callable[..., Any]:
    return lambda *_: answer


def fails(*_: Any) -> Any:
    raise LookupError("a fault")


def opened(store: MemoryEventStore, own: Own) -> OrderManager:
    handlers = with_algorithms(others={"own": own})
    om = OrderManager(
        brokers=[PaperBroker([X])], store=store, instruments=[X], clock=ManualClock(T0), handlers=handlers
    )
    om.update(Quote(Symbol("X"), T0, "9.98", 500, "10.05", 500))
    return om


def worked(own: Own) -> tuple[OrderManager, Order]:
    """Open a manager with an order that is worked so, beside one that is not; the other works, and the journal can be read again."""
    store = MemoryEventStore()
    om = opened(store, own)
    beside = om.submit("X", Side.BUY, 10, Limit("9.90"))
    order = om.submit("X", Side.BUY, 100, Strategy("own"))
    om.update(Quote(Symbol("X"), T0, "9.97", 500, "10.05", 500))
    om.cancel(beside)
    assert beside.status is OrdStatus.CANCELED
    stands = order.status
    events = list(store.read())
    om.close()
    again = MemoryEventStore()
    again.append([decode(encode(event)) for event in events], 0)
    om = opened(again, own)
    order = om.order(order.order_id)
    assert order.status is stands
    return om, order


def why_suspended(own: Own) -> str | None:
    om, order = worked(own)
    return om.work(order).suspended


STEPS = {
    "a quantity that is none": (
        Steps(children=(evolve(CHILD, qty=Decimal("NaN")),)),
        "NewChild.qty = Decimal('NaN'): pass an exact Decimal",
    ),
    "an int for a quantity": (
        Steps(children=(evolve(CHILD, qty=5),)),  # type: ignore[arg-type]
        "NewChild.qty = 5: pass an exact Decimal",
    ),
    "a broker without a name": (
        Steps(children=(evolve(CHILD, broker=BrokerName("")),)),
        "NewChild.broker = '': pass the name of a broker or None",
    ),
    "a time in words": (
        Steps(wake=NextWake(at_ns="soon")),  # type: ignore[arg-type]
        "NextWake.at_ns = 'soon': pass nanoseconds UTC, an int from 0 to 2^62",
    ),
    "no children at all": (
        Steps(children=None),  # type: ignore[arg-type]
        "Steps.children = None: pass a tuple of NewChild",
    ),
    "a slice in words": (
        Steps(skips=(Skip(number="first", pace=Pace.MISSED),)),  # type: ignore[arg-type]
        "Skip.number = 'first': pass an int of at most 2^62",
    ),
    "an end in words": (
        Steps(finish="done"),  # type: ignore[arg-type]
        "Steps.finish = 'done': pass a WorkEnd or None",
    ),
    "a hold in words": (
        Steps(held="because"),  # type: ignore[arg-type]
        "Steps.held = 'because': pass a Pace or None",
    ),
    "more than was ordered": (
        Steps(replan=Replan(slices=(Slice(0, T0, T0 + S, Decimal(101)),), why="more")),
        "Replan.slices = 101 in all: plan at most the order's 100",
    ),
}


@pytest.mark.parametrize(("steps", "said"), STEPS.values(), ids=STEPS)
def test_steps_that_cannot_be_meant_suspend_their_order_with_the_field_and_the_value(
    steps: Steps, said: str
) -> None:
    assert why_suspended(Own(step=gives(steps))) == f"what its algorithm asks for cannot be meant: {said}"


def test_one_that_fails_over_an_event_has_its_order_suspended() -> None:
    said = "the on_event of its algorithm failed: "
    assert why_suspended(Own(wants_events=True, on_event=fails)) == f"{said}LookupError: a fault"
    assert (
        why_suspended(Own(wants_events=True, on_event=gives([7])))
        == f"{said}ValidationError: on_event = [7]: give a sequence of commands"
    )
    _, order = worked(Own(wants_events=True, on_event=fails, begin=fails))
    assert order.status is OrdStatus.DENIED


def test_what_one_asks_for_over_an_event_is_done() -> None:
    asked: list[CancelOrder] = []

    def once(order: Order, _: Any) -> list[CancelOrder]:
        asked.append(CancelOrder(order.order_id))
        return asked[:1] if len(asked) == 1 else []

    _, order = worked(Own(wants_events=True, on_event=once))
    assert order.status is OrdStatus.CANCELED


DENIED = {
    "a check that fails": (Own(check=fails), "the check of its handler failed: LookupError: a fault"),
    "a check without an answer": (
        Own(check=gives(None)),
        "the check of its handler failed: ValidationError: reasons = None: pass a tuple of Reason",
    ),
    "a price that fails": (Own(worst_px=fails), "the worst_px of its handler failed: LookupError: a fault"),
    "a price that is none": (
        Own(worst_px=gives(Decimal("NaN"))),
        "the worst_px of its handler failed: ValidationError: worst_px = Decimal('NaN'): pass an exact Decimal",
    ),
    "a plan that fails": (Own(begin=fails), "its algorithm failed: LookupError: a fault"),
    "a plan that begins in words": (
        Own(begin=gives(plan_of(start_ns="now"))),
        "its algorithm failed: ValidationError: Plan.start_ns = 'now': pass nanoseconds UTC, an int from 0 to 2^62",
    ),
    "a plan that ends before it begins": (
        Own(begin=gives(plan_of(end_ns=T0 - 1))),
        f"its algorithm failed: ValidationError: Plan.end_ns = {T0 - 1}: pass at least start_ns, {T0}",
    ),
    "a plan of more than was ordered": (
        Own(
            begin=gives(
                plan_of(slices=(Slice(0, T0, T0 + S, Decimal(60)), Slice(1, T0, T0 + S, Decimal(41))))
            )
        ),
        "its algorithm failed: ValidationError: Plan.slices = 101 in all: plan at most the order's 100",
    ),
}


@pytest.mark.parametrize(("own", "said"), DENIED.values(), ids=DENIED)
def test_an_order_is_denied_where_its_algorithm_fails_before_it_begins(own: Own, said: str) -> None:
    _, order = worked(own)
    assert [one.value for one in order.reasons if one.field == "terms"] == [said]
    assert order.status is OrdStatus.DENIED


@pytest.mark.parametrize("amend", [fails, gives(None), gives(()), gives(plan_of(end_ns=None))])
def test_a_change_is_refused_where_its_algorithm_fails(amend: Any) -> None:
    om, order = worked(Own(amend=amend))
    om.replace(order, order_qty=90)
    assert (order.order_qty, order.status) == (Decimal(100), OrdStatus.NEW)
    assert om.work(order).suspended is None


def test_a_change_is_refused_where_no_price_is_to_be_had() -> None:
    own = Own()
    om, order = worked(own)
    own.worst_px = fails  # type: ignore[assignment]
    om.replace(order, order_qty=110)
    assert (order.order_qty, order.status) == (Decimal(100), OrdStatus.NEW)


def test_one_without_a_word_on_prints_is_refused_as_the_manager_opens() -> None:
    own: Any = type("Silent", (), {"wants_events": False, "step": fails})
    with pytest.raises(ValidationError, match="needs_prints"):
        StrategyHandler({"own": own()})


def with_junk(cls: type, name: str, junk: Any) -> Own:
    """An algorithm of whose answers one field is something else."""
    if cls is Plan:
        return Own(begin=gives(plan_of(**{name: junk})), amend=gives(plan_of(**{name: junk})))
    made: Any
    if cls is Steps:
        made = Steps(**{name: junk})
    elif cls is NewChild:
        made = Steps(children=(evolve(CHILD, **{name: junk}),))
    elif cls is Skip:
        made = Steps(skips=(evolve(Skip(number=0, pace=Pace.MISSED), **{name: junk}),))
    elif cls is NextWake:
        made = Steps(wake=NextWake(**{name: junk}))
    else:
        made = Steps(replan=Replan(**({"slices": (), "why": "anew", "end_ns": None} | {name: junk})))
    return Own(step=gives(made))


@given(st.sampled_from(FIELDS), st.sampled_from(sorted(JUNK)))
def test_whatever_stands_in_a_field_the_manager_goes_on_and_can_be_opened_again(
    field: tuple[type, str], kind: str
) -> None:
    """Nothing that an algorithm gives is raised out of the manager, or keeps its journal from being read."""
    cls, name = field
    om, order = worked(with_junk(cls, name, JUNK[kind]))
    om.replace(order, order_qty=90)
    om.close()


@given(st.sampled_from(sorted(JUNK)))
def test_whatever_stands_in_the_entries_of_a_field_the_manager_goes_on(kind: str) -> None:
    """The same is true of what tuples hold."""
    junk = JUNK[kind]
    for steps in (
        Steps(cancel=(junk,)), Steps(reprice=((OrderId(2), junk),)), Steps(grow=((junk, Decimal(1)),)), Steps(children=(junk,)),
        Steps(memo=(("a", junk),)), Steps(skips=(junk,)), Steps(finish=WorkEnd.FINISHED, text=junk),
        Steps(replan=Replan(slices=(junk,), why="anew")), Steps(replan=Replan(slices=(Slice(0, T0, T0, junk),), why="anew")),
    ):  # fmt: skip
        worked(Own(step=gives(steps)))[0].close()
    worked(Own(begin=gives((junk,)), check=gives([junk])))[0].close()
    worked(Own(begin=gives(plan_of(slices=(Slice(junk, T0, T0, Decimal(1)),)))))[0].close()
