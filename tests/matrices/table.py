"""The table of what each report makes of each state, cell by cell; the rules of the standard's text, and its matrices.

A cell is the status AFTER the report, or `same`. The mark behind it:

- `i` no news: it leaves a trace and changes nothing.
- `L` a late execution: booked and flagged.
- `R` where the venue reinstates it re-opens the order, else it is an anomaly and the cell holds.
- `!` an anomaly is raised, and the cell holds.

`overfill` is booked, kept and flagged, with nothing open; `unknown` is a bust or correction of an execution that nobody has
heard of, held and flagged; `-` cannot happen, and must do no harm.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from attrs import frozen

from oms.model.enums import OrdStatus

NAMES: Final = {
    "PndNew": OrdStatus.PENDING_NEW,
    "New": OrdStatus.NEW,
    "PF": OrdStatus.PARTIALLY_FILLED,
    "Filled": OrdStatus.FILLED,
    "PndCxl": OrdStatus.PENDING_CANCEL,
    "PndRpl": OrdStatus.PENDING_REPLACE,
    "DFD": OrdStatus.DONE_FOR_DAY,
    "Stopped": OrdStatus.STOPPED,
    "Susp": OrdStatus.SUSPENDED,
    "Calc": OrdStatus.CALCULATED,
    "Canceled": OrdStatus.CANCELED,
    "Expired": OrdStatus.EXPIRED,
    "Rejected": OrdStatus.REJECTED,
}

STATES: Final[dict[str, OrdStatus]] = {
    "PendingNew": OrdStatus.PENDING_NEW,
    "New": OrdStatus.NEW,
    "PartiallyFilled": OrdStatus.PARTIALLY_FILLED,
    "Filled": OrdStatus.FILLED,
    "PendingCancel over New": OrdStatus.PENDING_CANCEL,
    "PendingCancel over PF": OrdStatus.PENDING_CANCEL,
    "PendingCancel over Filled": OrdStatus.PENDING_CANCEL,
    "PendingReplace over New": OrdStatus.PENDING_REPLACE,
    "PendingReplace over PF": OrdStatus.PENDING_REPLACE,
    "PendingReplace over Filled": OrdStatus.PENDING_REPLACE,
    "DoneForDay, good till cancel": OrdStatus.DONE_FOR_DAY,
    "DoneForDay, day order": OrdStatus.DONE_FOR_DAY,
    "Stopped": OrdStatus.STOPPED,
    "Suspended": OrdStatus.SUSPENDED,
    "Calculated, was Filled": OrdStatus.CALCULATED,
    "Canceled": OrdStatus.CANCELED,
    "Expired": OrdStatus.EXPIRED,
    "Rejected": OrdStatus.REJECTED,
}
"""The rows, and what the order is shown as in each of them."""

_ACKNOWLEDGEMENT_EXECUTION_CANCEL: Final = """
                             | pending-new | ack    | reject     | partial  | fill     | pending-cancel | canceled | cancel-reject
PendingNew                   | same        | New    | Rejected   | PF       | Filled   | PndCxl         | Canceled | same
New                          | same i      | same i | Rejected   | PF       | Filled   | PndCxl         | Canceled | same
PartiallyFilled              | same i      | same i | Canceled ! | same     | Filled   | PndCxl         | Canceled | same
Filled                       | same i      | same i | same !     | overfill | overfill | PndCxl         | same !   | same
PendingCancel over New       | same i      | same   | Rejected   | same     | same     | same           | Canceled | New
PendingCancel over PF        | same i      | same   | Canceled ! | same     | same     | same           | Canceled | PF
PendingCancel over Filled    | same i      | same   | Filled !   | overfill | overfill | same           | Filled ! | Filled
PendingReplace over New      | same i      | same   | Rejected   | same     | same     | PndCxl         | Canceled | same
PendingReplace over PF       | same i      | same   | Canceled ! | same     | same     | PndCxl         | Canceled | same
PendingReplace over Filled   | same i      | same   | Filled !   | overfill | overfill | PndCxl         | Filled ! | same
DoneForDay, good till cancel | same i      | same i | Canceled ! | same L   | same L   | PndCxl         | Canceled | same
DoneForDay, day order        | same i      | same i | Canceled ! | same L   | same L   | PndCxl         | Canceled | same
Stopped                      | same i      | same i | Rejected   | same     | Filled   | PndCxl         | Canceled | same
Suspended                    | same i      | same i | Canceled ! | same L   | Filled L | PndCxl         | Canceled | same
Calculated, was Filled       | same i      | same i | same !     | overfill | overfill | PndCxl         | same !   | same
Canceled                     | same i      | same ! | same !     | same L   | Filled L | same !         | same i   | same
Expired                      | same i      | same ! | same !     | same L   | Filled L | same !         | same !   | same
Rejected                     | same i      | same ! | same i     | PF !     | Filled ! | same !         | same !   | same
"""

_REPLACE_EXPIRY_DONE_FOR_DAY_SUSPENSION: Final = """
                             | pending-replace | replaced above cum | replaced to cum | replace-reject | expired  | done-for-day | suspended
PendingNew                   | PndRpl          | New                | -               | same           | Expired  | DFD          | Susp
New                          | PndRpl          | same               | -               | same           | Expired  | DFD          | Susp
PartiallyFilled              | PndRpl          | same               | Filled          | same           | Expired  | DFD          | Susp
Filled                       | PndRpl          | PF                 | same            | same           | same !   | DFD          | same !
PendingCancel over New       | same            | same               | -               | same           | Expired  | same         | same
PendingCancel over PF        | same            | same               | same            | same           | Expired  | same         | same
PendingCancel over Filled    | same            | same               | same            | same           | Filled ! | same         | same !
PendingReplace over New      | same            | New                | -               | New            | Expired  | same         | same
PendingReplace over PF       | same            | PF                 | Filled          | PF             | Expired  | same         | same
PendingReplace over Filled   | same            | PF                 | Filled          | Filled         | Filled ! | same         | same !
DoneForDay, good till cancel | PndRpl          | same               | same            | same           | Expired  | same i       | same
DoneForDay, day order        | PndRpl          | same               | same            | same           | Expired  | same i       | same
Stopped                      | PndRpl          | same               | -               | same           | Expired  | DFD          | same
Suspended                    | PndRpl          | same               | Filled          | same           | Expired  | DFD          | same
Calculated, was Filled       | PndRpl          | same               | same            | same           | same !   | DFD          | same !
Canceled                     | same !          | same !             | same !          | same           | same !   | same !       | same !
Expired                      | same !          | same !             | same !          | same           | same i   | same !       | same !
Rejected                     | same !          | same !             | same !          | same           | same !   | same !       | same !
"""

_RESTATEMENT_GUARANTEE_BUSTS_CORRECTIONS: Final = """
                             | restated | stopped | calculated | bust of a part | bust of all | correction | status
PendingNew                   | New      | Stopped | Calc       | unknown        | unknown     | unknown    | same
New                          | same     | Stopped | Calc       | unknown        | unknown     | unknown    | same
PartiallyFilled              | same     | Stopped | Calc       | same           | New         | same       | same
Filled                       | same     | same !  | Calc       | PF             | New         | PF         | same
PendingCancel over New       | same     | same    | same       | unknown        | unknown     | unknown    | same
PendingCancel over PF        | same     | same    | same       | same           | same        | same       | same
PendingCancel over Filled    | same     | same !  | same       | same           | same        | same       | same
PendingReplace over New      | same     | same    | same       | unknown        | unknown     | unknown    | same
PendingReplace over PF       | same     | same    | same       | same           | same        | same       | same
PendingReplace over Filled   | same     | same !  | same       | same           | same        | same       | same
DoneForDay, good till cancel | PF       | same    | same       | same           | same        | same       | same
DoneForDay, day order        | PF       | same    | same       | same           | same        | same       | same
Stopped                      | same     | same    | Calc       | unknown        | unknown     | unknown    | same
Suspended                    | PF       | Stopped | Calc       | same           | same        | same       | same
Calculated, was Filled       | Filled   | same !  | same       | same           | same        | same       | same
Canceled                     | same R   | same !  | same !     | same           | same        | same       | same
Expired                      | same R   | same !  | same !     | same           | same        | same       | same
Rejected                     | same R   | same !  | same !     | unknown        | unknown     | unknown    | same
"""

_PARTS: Final = (
    _ACKNOWLEDGEMENT_EXECUTION_CANCEL,
    _REPLACE_EXPIRY_DONE_FOR_DAY_SUSPENSION,
    _RESTATEMENT_GUARANTEE_BUSTS_CORRECTIONS,
)


@frozen
class Cell:
    """What one report makes of one state.

    Attributes:
        state: The row.
        report: The column.
        after: The status afterwards; None where it is the one before.
        mark: `i`, `L`, `R`, `!`, `overfill`, `unknown`, `-`, or nothing.
    """

    state: str
    report: str
    after: OrdStatus | None
    mark: str

    @property
    def id(self) -> str:
        """Give its place as words."""
        return f"{self.state} + {self.report}"


def cells() -> Iterator[Cell]:
    """Give every cell of the three parts, row by row."""
    for part in _PARTS:
        head, *rows = part.strip("\n").splitlines()
        columns = [name.strip() for name in head.split("|")[1:]]
        for row in rows:
            state, *texts = (text.strip() for text in row.split("|"))
            for column, text in zip(columns, texts, strict=True):
                yield _cell(state, column, text)


def _cell(state: str, column: str, text: str) -> Cell:
    word, _, mark = text.partition(" ")
    if word in ("overfill", "unknown", "-"):
        return Cell(state, column, None, word)
    return Cell(state, column, None if word == "same" else NAMES[word], mark)
