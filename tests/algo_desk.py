"""A manager with the library's algorithms on a simulated exchange, and a market that a test tells."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from oms.algos.handlers import with_algorithms
from oms.algos.volume_curve import VolumeCurve
from oms.brokers.paper import PaperBroker
from oms.calendars.sessions import CalendarSessions
from oms.engine.invariants import check_state
from oms.model.decimals import plain
from oms.model.enums import SecurityTradingStatus, Side
from oms.model.ids import Symbol
from oms.model.instrument import Instrument
from oms.model.limits import RiskLimits
from oms.model.market import PrintCorrection, Quote, TradePrint
from oms.model.market_news import FeedGap, PriceLimits
from oms.model.order import Order
from oms.model.security_status import SecurityStatus
from oms.model.sessions import NS_PER_S
from oms.model.terms import Strategy, limit_px
from oms.model.trading_session import TradingSession
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.runtime.retention import Retention
from oms.stores.memory import MemoryEventStore
from oms.stores.order_archive import MemoryOrderArchive

NOON_NS = 1_767_625_200_000_000_000
"""2026-01-05 15:00 UTC."""

X = Symbol("X")
STOCK = Instrument(symbol="X", currency="USD", tick="0.01", lot=1)


def even_curve(buckets: int, bucket_s: int) -> VolumeCurve:
    """A volume curve of so many buckets of so many seconds, each with the same share, and no auctions."""
    bucket_ns = bucket_s * NS_PER_S
    return VolumeCurve(
        bucket_ns=bucket_ns,
        length_ns=buckets * bucket_ns,
        shares=(1 / Decimal(buckets),) * buckets,
        opening=Decimal(0),
        closing=Decimal(0),
        days=("20260102",),
        dropped=(),
    )


class AlgoDesk:
    """What is wanted of it, told in seconds.

    Attributes:
        om: The manager that runs now.
        clock: Its time.
        broker: The simulated exchange.
    """

    def __init__(
        self,
        instrument: Instrument = STOCK,
        *,
        curve: VolumeCurve | None = None,
        curves: Mapping[str, VolumeCurve] | None = None,
        session: TradingSession | None = None,
        sessions: CalendarSessions | None = None,
        quotes: bool = True,
        archive: MemoryOrderArchive | None = None,
        retention: Retention | None = None,
        limits: RiskLimits | None = None,
    ) -> None:
        """Open it, with a market of 100 to 101 and a hundred on either side.

        Args:
            instrument: What is traded.
            curve: Its volume curve.
            curves: Others that an order may name.
            session: The one that schedules go by, of which the test tells the rest.
            sessions: What opens and closes by the clock, for schedules and all others.
            quotes: Whether its market is quoted from the beginning.
            archive: Where orders go that leave memory.
            retention: How long closed ones stay.
            limits: Its limits of risk; none unless given.
        """
        known = {**(curves or {}), **({} if curve is None else {"X": curve})}
        session_at = (lambda *_: session) if sessions is None else sessions.session_at
        self._handlers = with_algorithms(curves=known, session_at=session_at)
        self._sessions = sessions
        self.archive, self._retention, self._limits = archive, retention, limits
        self.clock = ManualClock(NOON_NS)
        self.broker = PaperBroker([instrument])
        self.store = MemoryEventStore()
        self.om = self._open()
        if quotes:
            self.quote()

    def _open(self) -> OrderManager:
        return OrderManager(
            brokers=[self.broker],
            store=self.store,
            clock=self.clock,
            handlers=self._handlers,
            sessions=self._sessions,
            archive=self.archive,
            retention=self._retention,
            limits=self._limits,
        )

    def restart(self) -> None:
        """Another process takes over, from the journal alone."""
        events, self.store = list(self.store.read()), MemoryEventStore()
        self.om.close()
        self.store.append(events, 0)
        self.om = self._open()

    def submit(
        self, name: str, qty: int = 100, side: Side = Side.BUY, **parameters: int | str | Decimal
    ) -> Order:
        """Place an order that an algorithm works."""
        return self.om.submit("X", side, qty, Strategy(name, parameters))

    def quote(self, bid: str = "100", ask: str = "101", bid_size: int = 100, ask_size: int = 100) -> None:
        """Tell the best prices."""
        self.om.update(Quote(X, self.clock.now_ns(), bid, bid_size, ask, ask_size))

    def trade(self, size: int, px: str = "100.5") -> TradePrint:
        """Tell a print."""
        one = TradePrint(X, self.clock.now_ns(), px, size)
        self.om.update(one)
        return one

    def correct(self, was: TradePrint, size: int = 0, px: str = "100.5") -> None:
        """Tell that a print was of another size or price; of zero: that it is void."""
        now = TradePrint(X, was.time_ns, px, size) if size else None
        self.om.update(PrintCorrection(self.clock.now_ns(), was, now))

    def limits(self, low: str | None, high: str | None) -> None:
        """Tell between which prices it may trade."""
        self.om.update(PriceLimits(X, self.clock.now_ns(), low, high))

    def lose(self) -> None:
        """Tell that market data was lost up to now."""
        self.om.update(FeedGap(X, self.clock.now_ns()))

    def halt(self, *, is_over: bool = False) -> None:
        """Halt trading, or let it go on."""
        status = SecurityTradingStatus.RESUME if is_over else SecurityTradingStatus.TRADING_HALT
        self.om.update(SecurityStatus(X, self.clock.now_ns(), status))

    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.clock.advance_by(seconds)
        self.om.poll()

    def children(self, order: Order) -> list[str]:
        """Give each child in a few words: executed / total @ limit, and how it stands."""
        return [
            f"{plain(child.cum_qty)}/{plain(child.order_qty)} @ {_px(child)} {child.life.value}"
            for child in self.om.children(order)
        ]

    def sizes(self, order: Order) -> list[int]:
        """Give the size of each child."""
        return [int(child.order_qty) for child in self.om.children(order)]

    def check(self) -> None:
        """What must always hold of the engine's state does."""
        assert check_state(self.om.state) == ()


def _px(order: Order) -> str:
    px = limit_px(order.terms)
    return "market" if px is None else plain(px)
