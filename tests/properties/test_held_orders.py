"""What is held comes back from the journal, whatever was done with it and wherever the market went."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from oms.engine.engine import Engine
from oms.engine.fingerprint import describe
from oms.engine.inputs import Start
from oms.engine.snapshot import dump, load
from oms.engine.state import State
from oms.model.capabilities import Capabilities
from oms.model.commands import SubmitOrder
from oms.model.enums import HeldPolicy
from oms.model.ids import BrokerName, OrderId
from oms.model.terms import Limit, Market
from oms.model.time_in_force import GoodTillCancel
from oms.order_types.registry import default_handlers
from oms.projections.positions import Positions
from tests.properties.test_parity import INSTRUMENT, Step, X, prices, steps
from tests.unit.engine.desk import MAIN, OFF, TIMEOUT_NS, Desk

Done: TypeAlias = tuple[str, int, object]
PAIRS = frozenset({(Market, GoodTillCancel), (Limit, GoodTillCancel)})


def done() -> st.SearchStrategy[list[Done]]:
    """What is done after so many steps, and to which order, from the newest."""
    return st.lists(
        st.one_of(
            st.tuples(st.just("cancel"), st.integers(0, 5), st.none()),
            st.tuples(st.just("replace"), st.integers(0, 5), prices()),
            st.tuples(st.just("start"), st.just(0), st.sampled_from(HeldPolicy)),
        ),
        max_size=12,
    )


@settings(max_examples=60, deadline=None)
@given(steps(qtys=st.integers(1, 8) | st.integers(50, 1500).map(Decimal)), done())
def test_what_is_held_comes_back_from_the_journal_and_from_a_snapshot(
    played: list[Step], between: list[Done]
) -> None:
    """describe(replayed) == describe(live) == describe(loaded) after every restart and at the end."""
    can = {"paper": Capabilities(order_types=PAIRS)}
    desk = Desk(instruments=(INSTRUMENT,), can=can)
    every = max(len(played) // (len(between) + 1), 1)
    for place, step in enumerate(played, 1):
        if isinstance(step, tuple):
            side, qty, terms = step
            units, cash = (qty, None) if isinstance(qty, int) else (None, qty)
            desk.tell(
                SubmitOrder(
                    X, side, units, terms, GoodTillCancel(), MAIN, asked_by="bot", cash_order_qty=cash
                )
            )
        else:
            desk.tell(step)
        if not place % every and between:
            _do(desk, *between.pop())
    _restart(desk, HeldPolicy.RELEASE)


def _do(desk: Desk, what: str, back: int, value: object) -> None:
    order_id = desk.engine.state.next_order_id - 1 - back
    if isinstance(value, HeldPolicy):
        _restart(desk, value)
    elif order_id > 0 and what == "cancel":
        desk.cancel(order_id)
    elif order_id > 0:
        desk.replace(order_id, stop_px=value)


def _restart(desk: Desk, policy: HeldPolicy) -> None:
    live = describe(desk.engine.state)
    again = Engine({BrokerName("paper"): Capabilities(order_types=PAIRS)}, default_handlers())
    again.replay(desk.journal)
    loaded = State()
    load(dump(desk.engine.state, Positions()), loaded, Positions())
    assert describe(again.state) == live
    assert describe(loaded) == live
    held = desk.engine.state.held_orders.orders
    assert {OrderId(one) for one in again.state.held_orders.orders} == set(held)
    desk.engine = again
    desk.tell(Start("desk", TIMEOUT_NS, OFF, (INSTRUMENT,), after_restart=policy))
