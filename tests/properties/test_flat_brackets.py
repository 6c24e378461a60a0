"""A bracket's arithmetic, written out flat, beside the general one."""

from __future__ import annotations

from decimal import Decimal

import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from oms.model.contingency import Arm, Leg, Oco, Oto, Remainder, Siblings
from oms.model.enums import LegEnd, Side
from oms.model.terms import Limit, MarketIfTouched, Stop
from oms.order_types.contingency import Sharing

pytestmark = pytest.mark.slow

QTYS = st.integers(0, 12).map(Decimal)


@frozen(kw_only=True)
class Facts:
    """How a leg stands."""

    executed_qty: Decimal
    open_qty: Decimal
    first_qty: Decimal
    has_ended: bool
    end: LegEnd | None
    may_rest: bool
    reached: int
    is_final: bool


@st.composite
def legs(draw: st.DrawFn, number: int) -> Facts:
    reached = draw(st.sampled_from([0, 0, number + 1, 10 - number]))
    return Facts(
        executed_qty=draw(QTYS),
        open_qty=draw(QTYS),
        first_qty=draw(QTYS),
        has_ended=draw(st.booleans()),
        end=draw(st.sampled_from([None, None, None, LegEnd.LOST])),
        may_rest=reached > 0 or draw(st.booleans()),
        reached=reached,
        is_final=reached > 0 and draw(st.booleans()),
    )


@st.composite
def brackets(draw: st.DrawFn) -> tuple[Oto, list[Facts]]:
    own = st.none() | st.integers(1, 12)
    kinds = (Stop(95), Limit(110), MarketIfTouched(112))[: draw(st.integers(2, 3))]
    exits = tuple(Leg("AAPL", Side.SELL, terms, order_qty=draw(own)) for terms in kinds)
    entry = Leg("AAPL", Side.BUY, Limit(100), order_qty=12)
    oco = Oco(exits, draw(st.sampled_from(Siblings)))
    tree = Oto(entry, (oco,), draw(st.sampled_from(Arm)), draw(st.sampled_from(Remainder)))
    return tree, [draw(legs(number)) for number in range(1 + len(exits))]


# Law: whatever the facts, the flat arithmetic gives what the general one gives.
@settings(max_examples=1_000, deadline=None)
@given(brackets())
def test_a_bracket_comes_to_what_any_tree_would(case: tuple[Oto, list[Facts]]) -> None:
    tree, facts = case
    flat, general = Sharing(tree), Sharing(tree, is_flat=False)

    assert flat.goals(facts) == general.goals(facts)
    assert (flat.exits_of, flat.turns) == (general.exits_of, general.turns)
