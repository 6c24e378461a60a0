"""More groups than the steps that one input may take."""

import pytest

from oms import Limit, OrderManager, Quote, Side, Stop
from oms.brokers.paper import PaperBroker
from oms.engine.groups import MAX_STEPS
from oms.model.enums import SessionPhase
from oms.model.ids import Symbol
from oms.model.sessions import SessionChange
from oms.runtime.manual_clock import ManualClock
from oms.stores.memory import MemoryEventStore
from tests.fakes import AAPL, BTC, T0


@pytest.mark.slow
def test_as_a_session_opens_more_groups_are_looked_at_than_one_may_take_steps() -> None:
    broker = PaperBroker([AAPL, BTC], contingencies=None)
    count = MAX_STEPS + 1
    with OrderManager(brokers=[broker], store=MemoryEventStore(), clock=ManualClock(T0)) as om:
        om.update(Quote(Symbol("AAPL"), T0, "100", 100, "101", 100))
        for _ in range(count):
            om.bracket("AAPL", Side.BUY, 1, entry=Limit(90), target=Limit(110), stop=Stop(80))

        om.session(SessionChange(T0, SessionPhase.OPEN, "20260105"))

        assert len(om.open_orders()) == count
