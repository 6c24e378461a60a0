"""Sessions by the clock: what has opened and closed since it was last looked at is told like the word of an embedder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from oms.engine.inputs import CalendarEnded
from oms.model.ids import Symbol
from oms.model.sessions import NS_PER_S, SessionChange
from oms.ports.calendar import SessionSource

NEVER_NS: Final = 2**63
"""After the last moment that there is."""

_LOOK_BACK_NS: Final = 60 * 86_400 * NS_PER_S
# How long after a start it is still told what has opened and closed before; of earlier times the last change alone.
_LOOK_AGAIN_NS: Final = 86_400 * NS_PER_S


class SessionClock:
    """Tells each change once, as soon as it is asked after that.

    Attributes:
        due_ns: When the next change is, or when it is to be looked for again, in nanoseconds UTC; 0 before the first time that it
            is asked, and `NEVER_NS` where nothing tells of any.
    """

    __slots__ = ("_end", "_ended", "_known", "_source", "_tell", "_told_ns", "due_ns")

    def __init__(
        self,
        source: SessionSource | None,
        tell: Callable[[SessionChange], None],
        end: Callable[[CalendarEnded], None],
        known: Callable[[Symbol | None], SessionChange | None],
    ) -> None:
        """Begin after what is on record.

        Args:
            source: What tells when something opens and closes.
            tell: Is told each change.
            end: Is told once of each calendar that reaches no further.
            known: Gives the last change that is on record of an instrument; None where none is.
        """
        self._source, self._tell, self._end, self._known = source, tell, end, known
        self._told_ns: int | None = None
        self._ended: set[str] = set()
        self.due_ns = NEVER_NS if source is None else 0

    def go_on(self, now_ns: int) -> None:
        """Tell what has changed up to now; the first time, what is not on record: where nothing is, how each market stands."""
        source, told_ns = self._source, self._told_ns
        if source is None or now_ns < self.due_ns:
            return
        before = told_ns, self.due_ns
        changes = self._missed(source, now_ns) if told_ns is None else source.changes(told_ns, now_ns)
        next_ns = source.next_ns(now_ns)
        # First, so that a listener that polls does not tell them once more.
        self._told_ns = now_ns
        self.due_ns = now_ns + _LOOK_AGAIN_NS if next_ns is None else next_ns
        try:
            for change in changes:
                self._tell(change)
            for name in source.ended(now_ns):
                if name not in self._ended:
                    self._end(CalendarEnded(name))
                    self._ended.add(name)
        except BaseException:
            # What was told already is told again then, which changes nothing.
            self._told_ns, self.due_ns = before
            raise

    def _missed(self, source: SessionSource, now_ns: int) -> list[SessionChange]:
        standing = list(source.standing(now_ns))
        on_record = {one.symbol: self._known(one.symbol) for one in standing}
        since = [one.time_ns for one in on_record.values() if one is not None]
        changes = []
        if since:
            # That of the very moment as well: where one session closes as the next one opens, only the one may be on record.
            first_ns = max(min(since), now_ns - _LOOK_BACK_NS) - 1
            changes = [
                one
                for one in source.changes(first_ns, now_ns)
                if (known := on_record.get(one.symbol)) is not None and one.sort_key > known.sort_key
            ]
        for one in standing:
            known = on_record[one.symbol]
            # What is said of this very moment is no change: nothing is known of what was before.
            if known is None or (known.time_ns < one.time_ns < now_ns and one not in changes):
                changes.append(one)
        return sorted(changes, key=lambda one: one.sort_key)
