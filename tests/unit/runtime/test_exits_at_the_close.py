"""The exits of a group that is worked here, when the session of their instrument closes."""

from oms.brokers.paper import PaperBroker
from oms.model.enums import Life, SessionPhase, Side
from oms.model.ids import Symbol
from oms.model.instrument import Instrument
from oms.model.market import Quote
from oms.model.sessions import SessionChange
from oms.model.terms import Limit, Stop
from oms.model.time_in_force import DAY
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore


def test_no_exit_is_sent_for_the_day_that_has_just_closed() -> None:
    apple = Instrument(symbol="AAPL", currency="USD", tick="0.01")
    broker = PaperBroker([apple], contingencies=None)
    with OrderManager(brokers=[broker], store=MemoryEventStore(), clock=ManualClock()) as om:
        om.session(SessionChange(0, SessionPhase.OPEN, "20260105"))
        om.update(Quote(Symbol("AAPL"), 0, 100, 500, 101, 500))
        om.bracket("AAPL", Side.BUY, 100, entry=Limit(101), target=Limit(110), stop=Stop(95), exit_tif=DAY)

        om.session(SessionChange(0, SessionPhase.CLOSED, "20260105"))

        # The stop lay at the venue, and has ended there first; the target waited here.
        assert [(type(one.terms), one.life) for one in om.orders()] == [
            (Limit, Life.LIVE),
            (Stop, Life.EXPIRED),
            (Limit, Life.EXPIRED),
        ]
        assert om.state.sessions.closing == ()
