"""What a venue says that it works of orders that depend on one another."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from oms.errors import ValidationError
from oms.model.capabilities import Capabilities
from oms.model.contingencies import Contingencies, order_qtys, type_of
from oms.model.contingency import Arm, Contingency, Leg, Oco, Oto, Remainder, Siblings, bracket
from oms.model.enums import ContingencyType, Side
from oms.model.instructions import Instructions
from oms.model.terms import Limit, Market, Stop
from oms.model.time_in_force import DAY, GTC

PLAIN = Contingencies(
    types=frozenset(ContingencyType), order_types=frozenset({(Limit, type(GTC)), (Stop, type(GTC))})
)
BRACKET = bracket("X", Side.BUY, 10, entry=Market(), target=Limit(110), stop=Stop(95))
ENTRY = Leg("X", Side.BUY, Limit(100), GTC, None, 10)
TARGET, STOP = Leg("X", Side.SELL, Limit(110), GTC), Leg("X", Side.SELL, Stop(95), GTC)
PAIR = Oco((evolve(TARGET, order_qty="5"), evolve(STOP, order_qty="7")))
NESTED = Oto(ENTRY, (Oto(TARGET, (evolve(ENTRY, order_qty=None),)),))


def test_a_bracket_is_worked_where_its_parts_are() -> None:
    assert PLAIN.why_not(BRACKET) == ""
    assert PLAIN.why_not(PAIR) == ""


UNWORKED: dict[str, tuple[Contingencies, Contingency, str]] = {
    "one order depends on nothing": (PLAIN, ENTRY, "a single order"),
    "too many orders": (evolve(PLAIN, max_orders=2), BRACKET, "3 orders: at most 2"),
    "several instruments": (
        PLAIN,
        Oto(ENTRY, (evolve(TARGET, symbol="Y"),)),
        "orders of several instruments",
    ),
    "a type": (
        evolve(PLAIN, types=frozenset({ContingencyType.ONE_TRIGGERS_THE_OTHER})),
        BRACKET,
        "the contingency type ONE_UPDATES_THE_OTHER_ABSOLUTE",
    ),
    "an arm": (PLAIN, evolve(BRACKET, arm=Arm.COMPLETE), "exits that are placed with complete"),
    "a remainder": (PLAIN, evolve(BRACKET, remainder=Remainder.REARM), "the remainder policy rearm"),
    "exits of an exit": (PLAIN, NESTED, "an exit with exits of its own"),
    "an entry in an Oco": (PLAIN, Oco((NESTED, PAIR.legs[0])), "an entry among the legs of an Oco"),
    "terms of an exit": (
        PLAIN,
        Oto(ENTRY, (evolve(TARGET, time_in_force=DAY),)),
        "an order that depends on others as Limit Day",
    ),
    "an instruction of an exit": (
        PLAIN,
        Oto(ENTRY, (evolve(TARGET, instructions=Instructions(post_only=True)),)),
        "post_only for an order that depends on others",
    ),
}


@pytest.mark.parametrize(("can", "tree", "why_not"), UNWORKED.values(), ids=UNWORKED)
def test_what_is_not_worked_is_named(can: Contingencies, tree: Contingency, why_not: str) -> None:
    assert can.why_not(tree) == why_not


def test_what_is_nested_is_worked_where_the_venue_says_so() -> None:
    assert evolve(PLAIN, is_nested=True).why_not(NESTED) == ""


@pytest.mark.parametrize(
    ("node", "kind"),
    [
        (BRACKET, ContingencyType.ONE_TRIGGERS_THE_OTHER),
        (PAIR, ContingencyType.ONE_UPDATES_THE_OTHER_ABSOLUTE),
        (evolve(PAIR, siblings=Siblings.CANCEL), ContingencyType.ONE_CANCELS_THE_OTHER),
    ],
)
def test_groups_have_fixs_types(node: Oco | Oto, kind: ContingencyType) -> None:
    assert type_of(node) is kind


TOTALS: dict[str, tuple[Contingency, list[int]]] = {
    "a bracket's exits may both come to all of it": (BRACKET, [10, 10, 10]),
    "legs have their own": (PAIR, [5, 7]),
    "exits share the entry, in their order": (
        Oto(ENTRY, (evolve(TARGET, order_qty="4"), Oco((STOP, TARGET)))),
        [10, 4, 6, 6],
    ),
    "an exit is for no more than its entry": (Oto(ENTRY, (evolve(TARGET, order_qty="40"),)), [10, 10]),
    "exits of an exit are for what that one may be": (NESTED, [10, 10, 10]),
    "an exit for which nothing is left": (Oto(ENTRY, (evolve(TARGET, order_qty="10"), STOP)), [10, 10, 0]),
}


@pytest.mark.parametrize(("tree", "qtys"), TOTALS.values(), ids=TOTALS)
def test_each_order_goes_out_for_what_it_may_come_to(tree: Contingency, qtys: list[int]) -> None:
    assert order_qtys(tree) == tuple(map(Decimal, qtys))


@pytest.mark.parametrize(
    "wrong",
    [
        {"types": {"1"}},
        {"arms": [Arm.EACH_FILL]},
        {"remainders": frozenset({"cancel"})},
        {"order_types": None},
        {"instructions": frozenset({"quickly"})},
        {"max_orders": 1},
        {"max_orders": "9"},
        {"is_nested": 1},
        {"crosses_symbols": None},
    ],
    ids=str,
)
def test_what_is_of_another_kind_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        evolve(PLAIN, **wrong)


def test_capabilities_take_contingencies_alone() -> None:
    assert Capabilities(order_types=frozenset(), contingencies=PLAIN).contingencies is PLAIN
    with pytest.raises(ValidationError, match="contingencies"):
        Capabilities(order_types=frozenset(), contingencies="all")  # type: ignore[arg-type]
