"""The lifecycles that come to another end in another order of arrival, where reports carry no time: reviewed by hand.

In each of them nothing that the reports say tells which came first, so that the last one heard is taken at its word, an
anomaly is raised, and the broker is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import frozen

from tests.matrices.scenarios import Told


@frozen
class Cause:
    """What makes a difference.

    Attributes:
        pairs: The numbers of two reports, of which the first is heard before the second: all of these.
        why: What cannot be told, in words.
    """

    pairs: tuple[tuple[int, int], ...]
    why: str

    def holds(self, heard: Sequence[int]) -> bool:
        """Tell whether it is so in this order of arrival; where a report was heard again does not count."""
        return all(heard.index(first) < heard.index(then) for first, then in self.pairs)


_RENEWAL: Final = Cause(((5, 4),), "done for the day, heard after the renewal of the next morning")

UNORDERED: Final[Mapping[str, tuple[Cause, ...]]] = {
    "E.1.c": (Cause(((8, 5),), "two restatements of the total under one ClOrdID"),),
    "own:C.2.b": (
        Cause(((9, 8),), "a restatement of the price, heard before the replacement that it followed"),
    ),
    "H.1.a": (_RENEWAL,),
    "H.1.d": (
        Cause(
            ((5, 4), (11, 4)), "done for the day, heard after the renewal and the replacement of the next day"
        ),
        Cause(((11, 5),), "a renewal that restates the total, heard after the replacement of the total"),
    ),
    "J.1.c": (_RENEWAL,),
    "4.2:D36": (_RENEWAL,),
    "own:H.1.b": (
        _RENEWAL,
        Cause(((6, 5),), "an execution that followed a split, heard before it"),
    ),
    "own:H.1.g": (
        Cause(((7, 5), (4, 5)), "done for the day for the second time, heard before the renewal in between"),
    ),
    "own:J.1.h": (Cause(((5, 4),), "two corrections that both name the execution, and not one the other"),),
    "own:K.1.d": (Cause(((4, 3),), "a suspension, heard after the restatement that ended it"),),
}
"""Lifecycle: what in it cannot be ordered."""

UNCOUNTED: Final = frozenset({"own:H.1.b", "own:J.1.h"})
"""Where even the executed quantity hangs on it: a split multiplies what executed before it, the later correction counts."""


def is_unordered(scenario_id: str, heard: Sequence[int], told: Told) -> bool:
    """Tell whether reports that were heard in this order must have left a question."""
    causes = UNORDERED.get(scenario_id, ()) if told is Told.NOTHING else ()
    return any(cause.holds(heard) for cause in causes)
