"""A limit with `post_only` among orders that take turns: it fills where it rests, and is denied at once where it would wait here."""

from __future__ import annotations

import pytest
from attrs import evolve

from oms.brokers.paper import PaperBroker
from oms.model.contingency import Contingency, Leg, Oco, Oto
from oms.model.enums import Life, Side
from oms.model.group import Group
from oms.model.instructions import Instructions
from oms.model.market import Quote
from oms.model.offset import Offset
from oms.model.reasons import Reason, ReasonCode
from oms.model.terms import Limit, Stop, TrailingStop
from oms.model.time_in_force import GTC
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore
from tests.fakes import AAPL, d

POST = Instructions(post_only=True)
ENTRY = Leg("AAPL", Side.BUY, Limit(101), GTC, None, 100)
STOP = Leg("AAPL", Side.SELL, Stop(95), GTC)
TARGET = Leg("AAPL", Side.SELL, Limit(110), GTC, None, None, POST)


REASON = Reason(
    ReasonCode.UNSUPPORTED,
    "instructions",
    "post_only, to wait here",
    "the first in its Oco, so that it is what rests, or a broker that works the group",
)


def submitted(tree: Contingency, *, is_native: bool = False) -> tuple[OrderManager, Group]:
    venue = PaperBroker([AAPL]) if is_native else PaperBroker([AAPL], contingencies=None)
    om = OrderManager(brokers=[venue], store=MemoryEventStore(), clock=ManualClock(1))
    om.update(Quote(AAPL.symbol, 1, d(100), d(1000), d(101), d(1000)))
    return om, om.submit_group(tree)


@pytest.mark.parametrize(
    ("exits", "is_native"),
    [((STOP, TARGET), True), ((TARGET, STOP), False)],
    ids=["worked by its venue", "the target rests"],
)
def test_a_target_that_may_not_take_is_filled_where_it_rests(exits: tuple[Leg, Leg], is_native: bool) -> None:
    om, group = submitted(Oto(ENTRY, (Oco(exits),)), is_native=is_native)
    om.update(Quote(AAPL.symbol, 1, d(110), d(1000), d(111), d(1000)))
    assert sum(leg.executed_qty for leg in group.legs[1:]) == 100
    assert list(om.anomalies()) == []


@pytest.mark.parametrize(
    "tree",
    [
        Oto(ENTRY, (Oco((STOP, TARGET)),)),
        Oco(
            (
                Leg("AAPL", Side.BUY, Stop(103), GTC, None, 100),
                evolve(ENTRY, terms=Limit(99), instructions=POST),
            )
        ),
    ],
    ids=["an exit", "an entry"],
)
def test_a_group_in_which_a_limit_that_may_not_take_would_wait_here_is_denied_as_it_is_placed(
    tree: Contingency,
) -> None:
    _, group = submitted(tree)

    assert group.orders
    assert {order.life for order in group.orders} == {Life.DENIED}
    assert all(order.reasons == (REASON,) for order in group.orders)


def test_what_cannot_rest_there_does_not_take_the_place_of_a_target_that_may_not_take() -> None:
    # A trail that takes turns waits here, wherever it stands in the tree.
    trail = Leg("AAPL", Side.SELL, TrailingStop(Offset(5)), GTC)
    om, group = submitted(Oto(ENTRY, (Oco((trail, TARGET)),)))
    om.update(Quote(AAPL.symbol, 1, d(110), d(1000), d(111), d(1000)))
    assert [leg.executed_qty for leg in group.legs] == [100, 0, 100]
