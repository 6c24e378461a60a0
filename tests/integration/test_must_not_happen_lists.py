"""What has gone wrong with groups of orders in other systems, each by its name, where the venue works the group."""

from __future__ import annotations

import pytest

from oms.model.contingency import Remainder, Siblings, bracket
from oms.model.enums import AnomalyCode, Life, Side, WorkedBy
from oms.model.group import Group
from oms.model.market import TradePrint
from oms.model.terms import Limit, Stop
from tests.fakes import T0
from tests.unit.runtime.test_native_groups import SYMBOL, House, executed


def placed(
    house: House, siblings: Siblings = Siblings.REDUCE, remainder: Remainder = Remainder.CANCEL
) -> Group:
    """A bracket for 100 that waits at 100, below the market."""
    house.quote("102", "103")
    tree = bracket(
        "AAPL",
        Side.BUY,
        100,
        entry=Limit(100),
        target=Limit(110),
        stop=Stop(95),
        siblings=siblings,
        remainder=remainder,
    )
    group = house.om.submit_group(tree)
    assert group.worked_by is WorkedBy.VENUE
    return group


def test_exits_at_the_full_size_of_the_bracket_on_the_first_partial_fill() -> None:
    house = House()
    group = placed(house)
    house.quote("99", "100", 1)
    assert executed(group) == [1, 0, 0]

    house.quote("112", "113", 1_000)

    assert executed(group) == [1, 0, 1]
    assert house.is_at_rest


@pytest.mark.parametrize("siblings", Siblings)
def test_a_partial_fill_of_one_oco_leg_canceling_both(siblings: Siblings) -> None:
    house = House()
    group = placed(house, siblings)
    house.quote("99", "100", 100)

    house.quote("110", "111", 40)

    _, stop, target = group.orders
    assert (executed(group), int(target.leaves_qty), target.life) == ([100, 0, 40], 60, Life.LIVE)
    assert stop.leaves_qty == (60 if siblings is Siblings.REDUCE else 0)


def test_both_legs_partly_filled_leaving_a_position_without_exits_or_with_an_undersized_stop() -> None:
    house = House()
    group = placed(house)
    house.quote("99", "100", 100)
    house.quote("110", "111", 30)
    assert group.orders[1].leaves_qty == 70
    house.quote("94", "95", 20)
    house.om.update(TradePrint(SYMBOL, T0, "95", 1))

    # The stop has sold what was shown, and its rest was canceled: that is told of, and the target is for all that is left.
    assert executed(group) == [100, 20, 30]
    assert group.orders[2].leaves_qty == 50
    assert [one.code for one in house.told] == [AnomalyCode.EXIT_LOST]
    house.quote("110", "111", 1_000)
    assert executed(group) == [100, 20, 80]
    assert not house.om.open_orders()


@pytest.mark.parametrize("remainder", Remainder)
def test_entry_half_filled_target_done_entry_remainder_filling_unprotected(remainder: Remainder) -> None:
    house = House()
    group = placed(house, remainder=remainder)
    house.quote("99", "100", 50)
    house.quote("110", "111", 50)
    assert executed(group) == [50, 0, 50]

    house.quote("99", "100", 51)
    house.quote("94", "95", 1_000)
    house.om.update(TradePrint(SYMBOL, T0, "95", 1))

    assert executed(group) == ([50, 0, 50] if remainder is Remainder.CANCEL else [100, 50, 50])
    assert house.is_at_rest
