"""When a simulated venue opens and closes by itself."""

from __future__ import annotations

from typing import Final

from oms.model.sessions import NS_PER_S, SessionChange
from oms.ports.calendar import SessionSource

NEVER_NS: Final = 2**63
"""After the last moment that there is."""

_LOOK_AGAIN_NS: Final = 86_400 * NS_PER_S


class OpeningHours:
    """Gives each change of a session once, as soon as its time has come.

    Attributes:
        due_ns: When the next change is, in nanoseconds UTC; 0 before the first moment that is passed in, `NEVER_NS` where there
            is none.
    """

    __slots__ = ("_source", "_told_ns", "due_ns")

    def __init__(self, source: SessionSource | None) -> None:
        """Begin before the first moment."""
        self._source = source
        self._told_ns: int | None = None
        self.due_ns = NEVER_NS if source is None else 0

    def changes(self, time_ns: int) -> list[SessionChange]:
        """Give what has changed up to a moment, in order; at first how each market stands."""
        source, told_ns = self._source, self._told_ns
        if source is None or (told_ns is not None and time_ns <= told_ns):
            return []
        # First, so that whoever is told of a change and passes the time in is not told of it once more.
        self._told_ns = time_ns
        next_ns = source.next_ns(time_ns)
        self.due_ns = time_ns + _LOOK_AGAIN_NS if next_ns is None else next_ns
        if told_ns is not None:
            return list(source.changes(told_ns, time_ns))
        return sorted(source.standing(time_ns), key=lambda change: change.time_ns)
