"""What the cases of the event store's contract are made of: events, a bench to open stores at, and the case itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final, Protocol

from oms.model.define import value
from oms.model.enums import LastLiquidityInd, OrdStatus, Side
from oms.model.events import Cause, Event, Traded
from oms.model.ids import Account, BrokerName, ExecId, OrderId, Symbol, VenueOrderId
from oms.ports.event_store import EventStore, StoreCapabilities

START_NS: Final = 1_767_623_400_000_000_000


class OpenStore(Protocol):
    """Opens the one journal of a test."""

    def __call__(self, *, read_only: bool = False) -> EventStore:
        """Begin the journal, or open it again; for reading only, where it is asked for."""
        ...


def trade(number: int, *, epoch: int = 1, raw: str = "") -> Traded:
    """Give the event with this number; each is a little different, and none of its numbers is a float's."""
    return Traded(
        number,
        epoch,
        Cause("ExecutionReport", "contract"),
        number,
        START_NS + number,
        OrderId(1),
        ExecId(f"X-{number}"),
        Symbol("AAPL"),
        Side.BUY,
        Account("main"),
        BrokerName("contract"),
        Decimal("0.50"),
        Decimal("189.50"),
        "20260105",
        START_NS,
        LastLiquidityInd.ADDED,
        Decimal("-0.0010"),
        "USD",
        VenueOrderId("V-1"),
        raw,
        status=OrdStatus.PARTIALLY_FILLED,
        cum_qty=Decimal(number) / 2,
        leaves_qty=Decimal("1E+4"),
        avg_px=Decimal("189.50"),
    )


def trades(first: int, last: int, *, epoch: int = 1) -> tuple[Event, ...]:
    """Give the events with these numbers."""
    return tuple(trade(number, epoch=epoch) for number in range(first, last + 1))


class StoreBench:
    """Opens stores for one case, and closes what is still open at its end."""

    def __init__(self, open_store: OpenStore) -> None:
        """Take over whatever opens a store."""
        self._open_store = open_store
        self._opened: list[EventStore] = []

    def open(self, *, read_only: bool = False) -> EventStore:
        """Open the journal."""
        store = self._open_store(read_only=read_only)
        self._opened.append(store)
        return store

    def filled(self, last: int) -> EventStore:
        """Begin a journal that holds the events up to this one, from one append."""
        store = self.open()
        if last:
            store.append(trades(1, last), 0)
        return store

    def reopened(self, store: EventStore) -> EventStore:
        """Close the journal, and open it again."""
        store.close()
        return self.open()

    def close(self) -> None:
        """Close everything."""
        for store in reversed(self._opened):
            store.close()


Check = Callable[[StoreBench], None]


@value
class Case:
    """One promise of an event store.

    Attributes:
        number: What it is called by, for ever; a case that is given up leaves a gap.
        words: The promise.
        check: Raises where it is broken.
        needs: The capabilities without which it is none.
    """

    number: int
    words: str
    check: Check
    needs: tuple[str, ...] = ()

    @property
    def case_id(self) -> str:
        """Its name in tables, such as EVS-001."""
        return f"EVS-{self.number:03}"

    @property
    def test_name(self) -> str:
        """Its name as a test, such as `test_evs_001_a_new_journal_is_empty`."""
        return f"test_evs_{self.number:03}_{self.words.replace(' ', '_')}"

    def missing(self, capabilities: StoreCapabilities) -> tuple[str, ...]:
        """Give what a store would have to promise besides, for the case to be tried on it."""
        return tuple(need for need in self.needs if not getattr(capabilities, need))


def refused(kind: type[BaseException], use: Callable[[], object]) -> BaseException:
    """Give the error with which something is refused.

    Raises:
        AssertionError: It is not refused, or not with this error.
    """
    try:
        use()
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} was not raised")


def holds(store: EventStore, events: Sequence[Event]) -> None:
    """Check that a journal holds these events and no others.

    Raises:
        AssertionError: It holds others.
    """
    found = tuple(store.read())
    assert found == tuple(events), f"the journal holds {found}, not {tuple(events)}"
    assert store.version == len(events), f"its version is {store.version}, not {len(events)}"
