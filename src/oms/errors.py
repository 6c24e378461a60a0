"""The errors of `oms`, split by what is known when one is raised.

::

    OmsError
    ├── ValidationError            you did it: the call cannot be right, nothing was changed
    │   ├── UnknownInstrumentError
    │   ├── UnknownOrderError
    │   ├── UnknownBrokerError
    │   └── ParametersError        several at once
    ├── HaltedError                you asked for something while the manager is halted
    ├── ClockError                 the clock is at fault
    ├── BrokerError                they did it
    │   ├── OutcomeKnownError      the request certainly had no effect
    │   └── OutcomeUnknownError    the request may have had its effect: in doubt
    ├── StoreError                 the record is at fault
    │   ├── ConcurrencyConflictError
    │   │   └── FencedOutError     a newer run of the manager has taken the journal over
    │   ├── StoreBusyError         locked by somebody for longer than may be waited: nothing was kept
    │   ├── JournalMovedError      the file is not the one that was opened any more
    │   ├── JournalDamagedError
    │   │   └── ChainBrokenError
    │   ├── JournalNewerError
    │   └── NotAJournalError
    ├── LimitExceededError         a queue or loop reached its named limit
    ├── ReportFailedError          a bug: what a broker said could not be handled, and is kept
    └── TransitionError            a bug: an event that no table allows was applied

A refusal that is part of business (a risk limit, a tick size) is an event, never one of these.
"""

from __future__ import annotations

from collections.abc import Sequence


class OmsError(Exception):
    """Whatever this library raises on purpose."""


class ValidationError(OmsError, ValueError):
    """A value that cannot be meant.

    Attributes:
        field: The name of the argument or field.
        value: What was given, as text, at most 200 characters.
        allowed: What would have been right, as a sentence.
    """

    def __init__(self, field: str, value: object, allowed: str) -> None:
        """Name the field, the value and the remedy."""
        text = _in_text(value)
        self.field = field
        self.value = text if len(text) <= 200 else f"{text[:200]}…"
        self.allowed = allowed
        super().__init__(f"{field} = {self.value!s}: {allowed}")


def _in_text(value: object) -> str:
    # A text is shown as it is, but for one that could not be seen or printed.
    if isinstance(value, str) and value and value.isprintable():
        return value
    try:
        return repr(value)
    except Exception:  # noqa: BLE001  # a repr may do anything, and the error must name something
        return f"a value of type {type(value).__name__}"


class UnknownInstrumentError(ValidationError):
    """A symbol that no reference data knows."""


class UnknownOrderError(ValidationError):
    """An order id under which nothing was ever submitted here."""


class UnknownBrokerError(ValidationError):
    """A broker name that is not attached to this manager."""


class ParametersError(ValidationError):
    """Parameters that cannot be meant together, or one by one: all that is wrong with them, at once.

    Attributes:
        errors: Each of them; field, value and remedy of the first are those of this error.
    """

    def __init__(self, errors: Sequence[ValidationError]) -> None:
        """Name each of them, one or more."""
        first = errors[0]
        super().__init__(first.field, first.value, first.allowed)
        self.errors = tuple(errors)
        self.args = ("; ".join(str(error) for error in errors),)


class HaltedError(OmsError):
    """Something was asked for while the manager is halted: the journal failed, and memory is not to be trusted.

    Attributes:
        reason: What has failed.
        remedy: What is to be done.
    """

    def __init__(self, reason: str, remedy: str = "") -> None:
        """Name what has failed and the remedy."""
        self.reason = reason
        self.remedy = remedy
        super().__init__(f"{reason}: {remedy}" if remedy else reason)


class ClockError(OmsError):
    """The clock raised, or gave what is no time."""


class BrokerError(OmsError):
    """The broker, or the way to it, failed."""


class OutcomeKnownError(BrokerError):
    """The request certainly had no effect at the broker."""


class OutcomeUnknownError(BrokerError):
    """The request may or may not have had its effect at the broker."""


class StoreError(OmsError):
    """The journal could not be read or written."""


class ConcurrencyConflictError(StoreError):
    """Somebody else appended to this journal.

    Attributes:
        expected: The last sequence number that this writer knew.
        found: The last sequence number in the store.
    """

    def __init__(self, expected: int, found: int) -> None:
        """Name both versions."""
        self.expected = expected
        self.found = found
        super().__init__(
            f"the journal ends at event {found}, this writer expected {expected}: "
            "another process writes to it; stop one of the two and open the journal again"
        )


class FencedOutError(ConcurrencyConflictError):
    """The journal was taken over by a newer run: this one is out, and writes nothing any more.

    Attributes:
        epoch: The run that wanted to append.
        newer_epoch: The run that the journal belongs to now.
    """

    def __init__(self, expected: int, found: int, epoch: int, newer_epoch: int) -> None:
        """Name both versions and both epochs."""
        super().__init__(expected, found)
        self.epoch = epoch
        self.newer_epoch = newer_epoch
        text = (
            f"the journal belongs to epoch {newer_epoch}, which has ended epoch {epoch}: nothing was kept; "
        )
        self.args = (f"{text}stop this manager, whose orders the newer one has in hand",)


class StoreBusyError(StoreError):
    """Somebody else had the journal locked for as long as may be waited; nothing was kept, and nothing is in doubt."""


class JournalMovedError(StoreError):
    """The file, or one that belongs to it, was deleted, replaced or moved, or the process was forked; nothing was kept."""


class JournalDamagedError(StoreError):
    """The journal is a journal, but not every record in it is whole.

    Attributes:
        sequence: The first event that is missing or unreadable.
    """

    def __init__(self, sequence: int, reason: str) -> None:
        """Name the first bad position and what is wrong there."""
        self.sequence = sequence
        super().__init__(f"the journal is damaged at event {sequence}: {reason}")


class ChainBrokenError(JournalDamagedError):
    """A record was changed, or is not the one that followed the record before it."""


class JournalNewerError(StoreError):
    """The journal was written by a newer version of this library."""


class NotAJournalError(StoreError):
    """The file is something else than a journal of this library."""


class SnapshotError(StoreError):
    """A snapshot cannot be used; nothing is lost with it, since the journal makes the same state."""


class LimitExceededError(OmsError):
    """A bounded queue or loop reached its limit.

    Attributes:
        limit: The name of the limit.
        bound: Its value.
    """

    def __init__(self, limit: str, bound: int, remedy: str) -> None:
        """Name the limit, its value and what to do."""
        self.limit = limit
        self.bound = bound
        super().__init__(f"{limit} of {bound} reached: {remedy}")


class ReportFailedError(OmsError):
    """What a broker said met a bug on its way: it is kept, and the manager halts.

    Attributes:
        broker: Who said it.
        said: What, as text.
        reason: What has failed.
        remedy: What is to be done.
    """

    def __init__(self, broker: str, said: object, why: str, remedy: str) -> None:
        """Name the bug's exception, the broker, what it said, and the remedy."""
        self.broker = broker
        self.said = _in_text(said)
        self.reason = f"{why}, while this of {broker} was handled: {self.said}"
        self.remedy = remedy
        super().__init__(f"{self.reason}: {remedy}")


class TransitionError(OmsError):
    """An event was applied to an order in a state that does not allow it: a bug, never input."""
