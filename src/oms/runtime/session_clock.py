"""Sessions by the clock: what has opened and closed since it was last looked at is told like the word of an embedder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from oms.model.sessions import SessionChange
from oms.ports.calendar import SessionSource
from oms.ports.clock import Clock

NEVER_NS: Final = 2**63
"""After the last moment that there is."""


class SessionClock:
    """Tells each change once, as soon as it is asked after that.

    Attributes:
        due_ns: When the next change is, in nanoseconds UTC; `NEVER_NS` where none is known.
    """

    __slots__ = ("_source", "_tell", "_told_ns", "due_ns")

    def __init__(
        self, source: SessionSource | None, tell: Callable[[SessionChange], None], last_ns: int, clock: Clock
    ) -> None:
        """Begin after the last moment that is on record, in nanoseconds UTC; with the clock where nothing is."""
        self._source, self._tell = source, tell
        self._told_ns = last_ns if source is None or last_ns else clock.now_ns()
        self.due_ns = self._next_ns()

    def go_on(self, now_ns: int) -> None:
        """Tell what has changed up to now."""
        if self._source is None or now_ns < self.due_ns:
            return
        before = self._told_ns, self.due_ns
        changes = self._source.changes(self._told_ns, now_ns)
        # First, so that a listener that polls does not tell them once more.
        self._told_ns = now_ns
        self.due_ns = self._next_ns()
        try:
            for change in changes:
                self._tell(change)
        except BaseException:
            # What was told already is told again then, which changes nothing.
            self._told_ns, self.due_ns = before
            raise

    def _next_ns(self) -> int:
        due_ns = None if self._source is None else self._source.next_ns(self._told_ns)
        return NEVER_NS if due_ns is None else due_ns
