"""Snapshots as the manager takes and uses them: what a restart begins from, if it can be trusted."""

from __future__ import annotations

from oms.bus import Bus
from oms.engine.snapshot import dump, load
from oms.engine.state import State
from oms.errors import OmsError, SnapshotError, StoreError, ValidationError
from oms.model.define import record
from oms.ports.event_store import EventStore
from oms.ports.order_archive import OrderArchive
from oms.projections.positions import Positions


@record
class Beginning:
    """Where a restart begins.

    Attributes:
        state: The engine's state, new where no snapshot is used; it moves on with the engine.
        positions: The positions, likewise.
        version: The sequence number of the last event that was in them; 0 where no snapshot is used.
        found: The version that the newest snapshot is kept under; 0 where none was found.
        passed_over: Why a snapshot that was found is not used; empty where none was found, or it is used.
    """

    state: State
    positions: Positions
    version: int
    found: int = 0
    passed_over: str = ""


def begin(store: EventStore, archive: OrderArchive | None = None, *, may_use: bool = True) -> Beginning:
    """Give the newest snapshot of a journal as a state, or a new state where there is none that can be trusted.

    Args:
        store: The journal.
        archive: Where the orders are that have left memory, if there is one.
        may_use: A snapshot will do; where read models need the whole journal, it will not.

    Raises:
        StoreError: The journal cannot be read.
    """
    found = store.snapshot() if may_use else None
    if found is None:
        return Beginning(_state(archive), Positions(), 0)
    version, text = found
    state, positions = _state(archive), Positions()
    try:
        if version > store.version:
            raise SnapshotError(
                f"snapshot {version} is newer than the journal, which ends at {store.version}"
            )
        load(text, state, positions)
        if state.version != version:
            raise SnapshotError(f"the snapshot kept as {version} says that it is {state.version}")
        if archive is not None and state.sweeps and archive.mark(state.sweeps) != state.sweep_mark:
            raise SnapshotError("the archive does not hold all orders that had left memory by then")
    except SnapshotError as error:
        return Beginning(_state(archive), Positions(), 0, version, str(error))
    return Beginning(state, positions, version, version)


def _state(archive: OrderArchive | None) -> State:
    state = State()
    state.archive = archive
    return state


class Snapshots:
    """Takes snapshots of one manager's state.

    Attributes:
        due_at: When the journal has reached this event, the next one is due; never where none were asked for.
    """

    __slots__ = ("_bus", "_every", "_positions", "_state", "_store", "due_at")

    def __init__(self, store: EventStore, begun: Beginning, bus: Bus, every: int | None) -> None:
        """Begin after the snapshot that the manager began from, with the state that it has made of that.

        Raises:
            ValidationError: Snapshots are asked for, and the store keeps none.
        """
        if every is not None and not store.capabilities.snapshots:
            raise ValidationError("snapshot_every", every, "leave it out: this journal keeps no snapshots")
        self._store = store
        self._state = begun.state
        self._positions = begun.positions
        self._bus = bus
        self._every = every
        self.due_at: float = float("inf") if every is None else begun.version + every

    def follow(self, state: State) -> None:
        """Take snapshots of another state from now on; the positions go on."""
        self._state = state

    def take(self) -> int:
        """Keep a snapshot of what is true now, between two inputs, and give its version.

        Raises:
            StoreError: It could not be kept, or the store keeps none.
            ValidationError: A fact could not be read back.
        """
        if not self._store.capabilities.snapshots:
            raise StoreError("this journal keeps no snapshots: its store does not promise them")
        version = self._state.version
        if self._every is not None:
            # Also where it fails: to try again with each call would cost more than to do without.
            self.due_at = version + self._every
        self._store.save_snapshot(version, dump(self._state, self._positions))
        return version

    def take_due(self) -> None:
        """Keep the one that is due; that it could not be kept is published, since nothing is lost with it."""
        try:
            self.take()
        except OmsError as error:
            self._bus.fail("snapshot", self._state.version, error)

    def take_last(self) -> None:
        """Keep one at the end, where snapshots were asked for and something has happened since the last."""
        if self._every is not None and self._state.version > self.due_at - self._every:
            self.take_due()
