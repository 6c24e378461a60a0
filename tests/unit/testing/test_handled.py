"""What is said of how orders were handled at the venue of the simulator: each thing that must not be is shown to be found."""

from __future__ import annotations

import pytest
from attrs import evolve

from oms.model.enums import Side
from oms.model.ids import Account, BrokerName, ClOrdId, OrderId, Symbol
from oms.model.instructions import Instructions
from oms.model.order import Order
from oms.model.requests import NewOrderSingle
from oms.model.terms import Limit
from oms.model.time_in_force import (
    CLS,
    DAY,
    FOK,
    GFA,
    GTC,
    IOC,
    OPG,
    GoodForTime,
    GoodTillDate,
    GoodTillTime,
    TimeInForce,
    in_words,
)
from oms.testing.simulator.handled import is_to_be_over, wrong_with
from oms.testing.simulator.kept import Fill, Kept, Phase
from tests.fakes import T0, d

FILL = Fill(
    qty=d(4), time_ns=T0, phase=Phase.CONTINUOUS, left_qty=d(10), time_in_force=DAY, is_over=False, shown_qty=None,
    takes=True, excess_qty=d(4), is_amiss=False,
)  # fmt: skip
WHOLE = evolve(FILL, qty=d(10))


def order(tif: TimeInForce = DAY, instructions: Instructions | None = None) -> Order:
    """An order to buy 10."""
    return Order(
        OrderId(1), Symbol("TEST"), Side.BUY, d(10), Limit(5), tif, Account("main"), None, None, T0,
        instructions=instructions,
    )  # fmt: skip


def kept(*fills: Fill, instructions: Instructions | None = None) -> Kept:
    """The same as its venue has it, with what has executed."""
    where = BrokerName("venue"), OrderId(1), ClOrdId("1"), T0, Symbol("TEST")
    asked = NewOrderSingle(*where, Side.BUY, d(10), Limit(5), DAY, Account("main"), None, instructions)
    return Kept(asked, DAY, 0, None, fills=list(fills))


def found(what: Kept, asked: Order, *, knows_reduce_only: bool = True) -> list[str]:
    """What is wrong."""
    return list(wrong_with(what, asked, knows_reduce_only=knows_reduce_only))


POST, REDUCE = Instructions(post_only=True), Instructions(reduce_only=True)
WHOLLY, LEAST = Instructions(all_or_none=True), Instructions(min_qty=6)
RESTS = evolve(FILL, takes=False)
REDUCES = evolve(FILL, excess_qty=d(0))

# What was asked, what has executed, whether that is wrong.
OF_INSTRUCTIONS: list[tuple[str, Instructions, tuple[Fill, ...], bool]] = [
    ("post-only that takes", POST, (RESTS, FILL), True),
    ("post-only that rests", POST, (RESTS,), False),
    ("reduce-only that turns a position", REDUCE, (FILL,), True),
    ("reduce-only that reduces", REDUCE, (REDUCES,), False),
    ("all or none in parts", WHOLLY, (FILL,), True),
    ("all or none as a whole", WHOLLY, (WHOLE,), False),
    ("less than the least at first", LEAST, (FILL,), True),
    ("less than the least later", LEAST, (evolve(FILL, qty=d(6)), evolve(FILL, left_qty=d(4))), False),
    ("a fault of the venue's own", WHOLLY, (evolve(FILL, is_amiss=True),), False),
]


@pytest.mark.parametrize(
    ("asked", "fills", "is_wrong"),
    [case[1:] for case in OF_INSTRUCTIONS],
    ids=[c[0] for c in OF_INSTRUCTIONS],
)
def test_an_execution_against_an_instruction_is_found(
    asked: Instructions, fills: tuple[Fill, ...], is_wrong: bool
) -> None:
    assert bool(found(kept(*fills, instructions=asked), order(instructions=asked))) is is_wrong


def test_an_instruction_that_was_lost_on_the_way_is_found() -> None:
    assert "its venue was told None" in found(kept(), order(instructions=POST))[0]
    assert found(kept(instructions=POST), order())
    # Where the venue knows of no such thing, the manager sees to it.
    assert found(kept(FILL), order(instructions=REDUCE), knows_reduce_only=False) == []


# When it may execute, of the opening auction, continuous trading and the closing auction.
PHASES: list[tuple[TimeInForce, set[Phase]]] = [
    (OPG, {Phase.OPENING}),
    (CLS, {Phase.CLOSING}),
    (GFA, {Phase.OPENING, Phase.CLOSING}),
    (IOC, {Phase.CONTINUOUS}),
    (FOK, {Phase.CONTINUOUS}),
    (DAY, {Phase.OPENING, Phase.CONTINUOUS, Phase.CLOSING}),
    (GTC, {Phase.OPENING, Phase.CONTINUOUS, Phase.CLOSING}),
]


@pytest.mark.parametrize(("tif", "phases"), PHASES, ids=[in_words(case[0]) for case in PHASES])
def test_an_execution_at_another_time_of_day_is_found(tif: TimeInForce, phases: set[Phase]) -> None:
    for phase in Phase:
        fill = evolve(WHOLE, time_in_force=tif, phase=phase)
        assert (not found(kept(fill), order(tif))) is (phase in phases), phase


def test_an_execution_after_the_time_of_its_order_is_found() -> None:
    assert found(kept(evolve(FILL, is_over=True)), order())
    assert found(kept(evolve(FILL, is_over=True, is_amiss=True)), order()) == []


def test_fill_or_kill_in_parts_is_found() -> None:
    part = evolve(FILL, time_in_force=FOK)
    assert found(kept(part), order(FOK))
    assert found(kept(evolve(part, qty=d(10))), order(FOK)) == []
    assert found(kept(evolve(part, qty=d(10)), evolve(part, left_qty=d(4))), order(FOK))


def test_more_at_once_than_is_shown_is_found() -> None:
    assert found(kept(evolve(FILL, shown_qty=d(3))), order())
    assert found(kept(evolve(FILL, shown_qty=d(4))), order()) == []


OVER: list[tuple[TimeInForce, bool]] = [
    *((tif, True) for tif in (IOC, FOK, DAY, OPG, CLS, GFA, GoodForTime(5), GoodTillTime(T0))),
    (GTC, False),
    (GoodTillDate("20260105"), True),
    (GoodTillDate("20260106"), False),
]


@pytest.mark.parametrize(("tif", "is_over"), OVER, ids=[in_words(case[0]) for case in OVER])
def test_what_must_be_over_after_the_last_session(tif: TimeInForce, is_over: bool) -> None:
    assert is_to_be_over(order(tif), "20260105") is is_over
