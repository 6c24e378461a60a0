"""A limit with `post_only` among exits that take turns: it fills where it rests, and is refused where it waits here."""

from __future__ import annotations

import pytest

from oms.brokers.paper import PaperBroker
from oms.model.contingency import Leg, Oco, Oto
from oms.model.enums import AnomalyCode, Side
from oms.model.instructions import Instructions
from oms.model.market import Quote
from oms.model.terms import Limit, Stop
from oms.model.time_in_force import GTC
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore
from tests.fakes import AAPL, d

ENTRY = Leg("AAPL", Side.BUY, Limit(101), GTC, None, 100)
STOP = Leg("AAPL", Side.SELL, Stop(95), GTC)
TARGET = Leg("AAPL", Side.SELL, Limit(110), GTC, None, None, Instructions(post_only=True))


@pytest.mark.parametrize(
    ("exits", "is_native", "sold", "codes"),
    [
        ((STOP, TARGET), True, 100, []),
        ((TARGET, STOP), False, 100, []),
        ((STOP, TARGET), False, 0, [AnomalyCode.EXIT_LOST]),
    ],
    ids=["worked by its venue", "the target rests", "the target waits here"],
)
def test_a_target_that_may_not_take(
    exits: tuple[Leg, Leg], is_native: bool, sold: int, codes: list[AnomalyCode]
) -> None:
    venue = PaperBroker([AAPL]) if is_native else PaperBroker([AAPL], contingencies=None)
    om = OrderManager(brokers=[venue], store=MemoryEventStore(), clock=ManualClock(1))
    om.update(Quote(AAPL.symbol, 1, d(100), d(1000), d(101), d(1000)))
    group = om.submit_group(Oto(ENTRY, (Oco(exits),)))
    om.update(Quote(AAPL.symbol, 1, d(110), d(1000), d(111), d(1000)))
    assert sum(leg.executed_qty for leg in group.legs[1:]) == sold
    assert [one.code for one in om.anomalies()] == codes
