"""Those who watch and act, such as the slippage monitor: told of events and of the market, their wishes wait their turn."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, get_args

from oms.bus import SubscriberFailed
from oms.errors import OmsError, ValidationError
from oms.model.commands import Command
from oms.model.door import shown
from oms.model.events import Event
from oms.model.market import WatchedUpdate
from oms.ports.event_store import EventStore
from oms.ports.watcher import Watcher
from oms.runtime.loop import Loop
from oms.runtime.parts import check_members

_MEMBERS: Final = ("events", "on_recorded", "on_event", "on_market", "on_refused")
_COMMANDS: Final = get_args(Command)


class Watching:
    """Who is attached.

    Attributes:
        watchers: They, in the order in which they came; to be looked at before `on_market` is called.
    """

    __slots__ = ("_loop", "_store", "watchers")

    def __init__(self, loop: Loop, store: EventStore) -> None:
        """Begin with nobody."""
        self._loop = loop
        self._store = store
        self.watchers: list[Watcher] = []

    def attach(self, watcher: Watcher) -> Callable[[], None]:
        """Tell a watcher of the whole journal, and from now on of what happens; gives the function that stops that.

        Raises:
            ValidationError: It is no watcher, is attached already, or this is called within a batch or from within a listener.
            HaltedError: A delivery was broken off, or the manager is closed.
            StoreError: The journal cannot be read.
        """
        allowed = "pass what watches, such as SlippageMonitor(), once"
        check_members(watcher, _MEMBERS, "watcher", allowed)
        if watcher in self.watchers:
            raise ValidationError("watcher", shown(watcher), allowed)
        self._loop.check_idle("attach")
        kinds = tuple(watcher.events)
        for event in self._store.read():
            if isinstance(event, kinds):
                watcher.on_recorded(event)

        def on_event(event: Event) -> None:
            self._ask(watcher, watcher.on_event(event))

        def on_failed(failed: SubscriberFailed) -> None:
            # A wish that had to wait may be refused when its turn comes.
            if isinstance(failed.heard, _COMMANDS):
                watcher.on_refused(failed.heard)

        bus = self._loop.bus
        detach = [bus.project(kind, on_event) for kind in kinds]
        detach.append(bus.observe(SubscriberFailed, on_failed))
        self.watchers.append(watcher)

        def stop() -> None:
            if watcher in self.watchers:
                self.watchers.remove(watcher)
                for each in detach:
                    each()

        return stop

    def on_market(self, update: WatchedUpdate) -> None:
        """Tell them what the market says; while the manager is halted, what they want is refused.

        Raises:
            StoreError: The journal failed now as a wish was recorded.
            ClockError: The clock did.
        """
        for watcher in self.watchers:
            wishes = watcher.on_market(update)
            if wishes:
                self._ask(watcher, wishes)

    def _ask(self, watcher: Watcher, wishes: Iterable[Any]) -> None:
        loop = self._loop
        for wish in wishes:
            if loop.halted is not None:
                watcher.on_refused(wish)
                continue
            try:
                loop.enter(wish)
            except OmsError as error:
                if loop.halted is not None:
                    watcher.on_refused(wish)
                    raise
                # It hears of that as of what is refused later.
                loop.bus.fail(type(wish).__name__, wish, error)
