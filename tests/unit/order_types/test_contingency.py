"""What each leg of a group should have at work; every figure worked by hand."""

# ruff: noqa: ANN401  # cases are data of any kind

from decimal import Decimal
from typing import Any

import pytest
from attrs import frozen

from oms.model.contingency import Arm, Contingency, Leg, Oco, Oto, Remainder, Siblings
from oms.model.enums import LegEnd, Side
from oms.model.terms import Limit, Stop
from oms.order_types.contingency import Sharing
from oms.order_types.leg_goals import LegGoal

BUY = Leg("AAPL", Side.BUY, Limit(100), order_qty=100)
STOP = Leg("AAPL", Side.SELL, Stop(95))
TARGET = Leg("AAPL", Side.SELL, Limit(110))


@frozen
class Facts:
    executed_qty: Decimal
    open_qty: Decimal
    first_qty: Decimal
    has_ended: bool = False
    end: LegEnd | None = None
    may_rest: bool = True
    reached: int = 0
    is_final: bool = False


def facts(executed: int = 0, open_qty: int = 0, **fields: Any) -> Facts:
    first = fields.pop("first_qty", executed)
    return Facts(Decimal(executed), Decimal(open_qty), Decimal(first), **fields)


def at(total: int | None, room: int | None = 0) -> LegGoal:
    return LegGoal(None if total is None else Decimal(total), None if room is None else Decimal(room))


def held(total: int) -> LegGoal:
    return LegGoal(Decimal(total), Decimal(0), is_held=True)


def over(executed: int) -> LegGoal:
    return LegGoal(Decimal(executed), Decimal(0), completes=True)


def bracket(**choices: Any) -> Oto:
    siblings = choices.pop("siblings", Siblings.REDUCE)
    return Oto(BUY, (Oco((STOP, TARGET), siblings),), **choices)


LET_BE = at(None, None)
CASES: dict[str, tuple[Contingency, list[Facts], list[LegGoal]]] = {
    "nothing has filled: no exit": (
        bracket(),
        [facts(0, 100), facts(), facts()],
        [LET_BE, at(0), at(0)],
    ),
    "the first part: exits for the part and not for the whole": (
        bracket(),
        [facts(30, 70), facts(), facts()],
        [LET_BE, at(30, 30), held(30)],
    ),
    "a second part: the exit that rests grows by it": (
        bracket(),
        [facts(50, 50), facts(0, 30), facts()],
        [LET_BE, at(50, 20), held(50)],
    ),
    "a venue without stops: the target rests, the stop waits here": (
        bracket(),
        [facts(30, 70), facts(may_rest=False), facts()],
        [LET_BE, held(30), at(30, 30)],
    ),
    "a venue with neither: both wait here": (
        bracket(),
        [facts(30, 70), facts(may_rest=False), facts(may_rest=False)],
        [LET_BE, held(30), held(30)],
    ),
    "the target has filled in part: the stop is for what is left": (
        bracket(),
        [facts(100, 0, has_ended=True), facts(may_rest=False), facts(40, 60)],
        [LET_BE, held(60), at(100, 0)],
    ),
    "the stop is reached while the target rests: the target is taken back first": (
        bracket(),
        [facts(100, 0, has_ended=True), facts(reached=7, is_final=True), facts(40, 60)],
        [LET_BE, at(60, 0), at(40)],
    ),
    "the target is gone: the stop is sent for what it has left": (
        bracket(),
        [facts(100, 0, has_ended=True), facts(reached=7, is_final=True), facts(40)],
        [LET_BE, at(60, 60), at(40)],
    ),
    "the price that was reached last has its turn": (
        Oto(BUY, (Oco((STOP, TARGET)),)),
        [facts(100, 0, has_ended=True), facts(10, 90, reached=7), facts(reached=9)],
        [LET_BE, held(100), at(90, 0)],
    ),
    "both have filled in part: what is left is at work once": (
        bracket(),
        [facts(100, 0, has_ended=True), facts(30, 0), facts(50, 0)],
        [LET_BE, at(50, 20), held(70)],
    ),
    "the exits have executed all that the entry brought: its rest goes": (
        bracket(),
        [facts(50, 50), facts(), facts(50)],
        [over(50), at(0), at(50)],
    ),
    "so it goes on where that is wanted": (
        bracket(remainder=Remainder.REARM),
        [facts(50, 50), facts(), facts(50)],
        [LET_BE, at(0), at(50)],
    ),
    "the entry fills after the target was done: exits again, for what is new": (
        bracket(),
        [facts(70, 0, end=LegEnd.LOST), facts(), facts(50)],
        [at(70), at(20, 20), held(70)],
    ),
    "an execution of the entry is busted: the exits shrink": (
        bracket(),
        [facts(20, 0, has_ended=True), facts(0, 50), facts()],
        [LET_BE, at(20, 0), held(20)],
    ),
    "busted below what an exit has executed: everything is taken back": (
        bracket(),
        [facts(20, 0, has_ended=True), facts(0, 10), facts(40, 0)],
        [LET_BE, at(0), at(40)],
    ),
    "one cancels the other: a part of one is its alone": (
        bracket(siblings=Siblings.CANCEL),
        [facts(100, 0, has_ended=True), facts(), facts(10, 90)],
        [LET_BE, at(0), at(100, 0)],
    ),
    "one cancels the other: whoever is lost leaves it to the others": (
        bracket(siblings=Siblings.CANCEL),
        [facts(100, 0, has_ended=True), facts(), facts(10, 0, end=LegEnd.LOST)],
        [LET_BE, at(90, 90), at(10)],
    ),
    "first fill: exits for it, whatever else fills": (
        bracket(arm=Arm.FIRST_FILL),
        [facts(60, 40, first_qty=30), facts(), facts()],
        [LET_BE, at(30, 30), held(30)],
    ),
    "first fill: brought up to the whole once the entry has ended": (
        bracket(arm=Arm.FIRST_FILL),
        [facts(60, 0, first_qty=30, has_ended=True), facts(0, 30), facts()],
        [LET_BE, at(60, 30), held(60)],
    ),
    "complete: no exit while the entry works": (
        bracket(arm=Arm.COMPLETE),
        [facts(60, 40), facts(), facts()],
        [LET_BE, at(0), at(0)],
    ),
    "complete: for whatever it filled": (
        bracket(arm=Arm.COMPLETE),
        [facts(60, 0, has_ended=True), facts(), facts()],
        [LET_BE, at(60, 60), held(60)],
    ),
    "two exits: each takes its part, in their order": (
        Oto(BUY, (Leg("AAPL", Side.SELL, Limit(105), order_qty=40), TARGET)),
        [facts(70, 30), facts(), facts()],
        [LET_BE, at(40, 70), at(30, 70)],
    ),
    "two exits: the room is what none of them may still trade": (
        Oto(BUY, (Leg("AAPL", Side.SELL, Limit(105), order_qty=40), TARGET)),
        [facts(70, 30), facts(0, 40), facts()],
        [LET_BE, at(40, 30), at(30, 30)],
    ),
    "two exits: what the first has lost is the last one's": (
        Oto(BUY, (Leg("AAPL", Side.SELL, Limit(105), order_qty=40), TARGET)),
        [facts(70, 30), facts(10, end=LegEnd.LOST), facts(0, 30)],
        [LET_BE, at(10), at(60, 30)],
    ),
    "an entry behind an exit feeds exits of its own": (
        Oto(BUY, (Oto(Leg("BTC-USD", Side.BUY, Limit(9)), (Leg("BTC-USD", Side.SELL, Limit(10)),)),)),
        [facts(100, 0, has_ended=True), facts(60, 40), facts()],
        [LET_BE, at(100, 0), at(60, 60)],
    ),
    "two instruments: both work at once": (
        Oco((BUY, Leg("BTC-USD", Side.BUY, Limit(9), order_qty=100))),
        [facts(), facts()],
        [LET_BE, LET_BE],
    ),
    "two instruments: what one executes the other need not": (
        Oco((BUY, Leg("BTC-USD", Side.BUY, Limit(9), order_qty=100))),
        [facts(30, 70), facts(0, 100)],
        [LET_BE, at(70, None)],
    ),
    "two instruments: there is room beside what may execute, not beside what is wanted of it": (
        Oto(BUY, (Oco((STOP, Leg("BTC-USD", Side.BUY, Limit(9)))),)),
        [facts(100, 0, has_ended=True), facts(50, 50), facts(0, 100)],
        [LET_BE, at(100, 0), at(50, 0)],
    ),
    "two instruments: once one is for less the other has the room": (
        Oto(BUY, (Oco((STOP, Leg("BTC-USD", Side.BUY, Limit(9)))),)),
        [facts(100, 0, has_ended=True), facts(50, 20), facts(0, 50)],
        [LET_BE, at(100, 30), at(50, 0)],
    ),
    "two entries on one side take turns": (
        Oco((BUY, Leg("AAPL", Side.BUY, Stop(105), order_qty=100))),
        [facts(0, 100), facts()],
        [at(100, 0), held(100)],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_leg_comes_to(case: str) -> None:
    tree, known, expected = CASES[case]

    assert Sharing(tree).goals(known) == expected


def test_the_excess_is_told_by_entry() -> None:
    sharing = Sharing(bracket())

    assert sharing.excess([facts(50), facts(20), facts(30)]) == {}
    assert sharing.excess([facts(20), facts(20), facts(30)]) == {0: Decimal(30)}
