"""Who watches: hears events and the market, and asks for commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from oms.model.events import Event
from oms.model.market import WatchedUpdate


class Watcher(Protocol):
    """A read model that acts: it does nothing itself, but gives the commands that it wants done.

    They wait their turn like anybody else's. What it keeps must follow from what it was told: it asks no clock.
    """

    @property
    def events(self) -> tuple[type[Event], ...]:
        """The classes of events that it is told of, none of them derived from another."""
        ...

    def on_recorded(self, event: Event) -> None:
        """Take in an event that was recorded before it was attached; whatever was to be done of it was done then."""
        ...

    def on_event(self, event: Event) -> Sequence[Any]:
        """Take in an event, and give the commands that follow."""
        ...

    def on_market(self, update: WatchedUpdate) -> Sequence[Any]:
        """Take in what the market says, before the engine does, and give the commands that follow.

        That is a quote, a trade, a mark price, that a trade was another one, or that some of it was lost.
        """
        ...

    def on_refused(self, command: Any) -> None:  # noqa: ANN401  # a command of any kind
        """Take in that a command was refused when its turn had come, or lost; it may be somebody else's."""
        ...
