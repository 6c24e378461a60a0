"""Who hears the market besides the engine: simulated brokers, which see each tick before it does."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from oms.model.market import MarketData
from oms.model.sessions import SessionChange


@runtime_checkable
class MarketListener(Protocol):
    """A broker that executes against the market data that the manager is fed."""

    def on_market(self, update: MarketData) -> None:
        """Take whatever the market says, depth and bars too; what follows from it is reported through the sink."""
        ...

    def on_session(self, change: SessionChange) -> None:
        """Take the news that a session opened or closed."""
        ...


@runtime_checkable
class ClockListener(Protocol):
    """A broker in this process whose orders expire by the manager's clock."""

    @property
    def due_ns(self) -> int | None:
        """When it is to be told the time, in nanoseconds UTC; None where it waits for nothing."""
        ...

    def on_clock(self, time_ns: int) -> None:
        """Take the time, in nanoseconds UTC; what has expired by then is reported through the sink."""
        ...
