"""The words of working an order here: its slices, why so much of it is sent or nothing, and why it ends."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import Final, Self, TypeAlias

from oms.errors import ValidationError
from oms.model.define import record
from oms.model.enums import Choice

MAX_PLANNED: Final = 5_000
"""How many slices the plan of an order may have: it is one record of the journal."""

MAX_MEMO: Final = 4_096
"""How many characters the memo of an order may have in all."""

NEVER_NS: Final = 2**62
"""The end of an order that was given none, in nanoseconds UTC."""

Memo: TypeAlias = tuple[tuple[str, str], ...]
"""What a handler keeps of its own on an order: names and texts, in the order of their names."""

NO_MEMO: Final[Memo] = ()

STANDS_SINCE: Final = "halted"
"""The entry of a memo that says since when the time of its order stands, in nanoseconds UTC."""


@record
class Slice:
    """How much is to be sent when.

    Attributes:
        number: Which slice of the schedule, from 0.
        start_ns: When it is due, in nanoseconds UTC.
        end_ns: Until when it is to be done.
        qty: How much, above zero.
    """

    number: int
    start_ns: int
    end_ns: int
    qty: Decimal


class Rule(Choice):
    """The rules by which it is decided how much is sent, in the order of their precedence."""

    RISK = 1
    LIFE = 2
    MARKET = 3
    LIMIT = 4
    CAPS = 5
    I_WOULD = 6
    SCHEDULE = 7
    MIN_PARTICIPATION = 8
    COMPLETION = 9


class Pace(Enum):
    """Why so much is sent, or nothing; each with the rule that said so."""

    KILLED = "killed", "killed", Rule.RISK
    CANCELED = "canceled", "canceled", Rule.LIFE
    SUSPENDED = "suspended", "suspended", Rule.LIFE
    DONE = "done", "nothing is left to send", Rule.LIFE
    NOT_STARTED = "not_started", "before the start", Rule.LIFE
    PAST_END = "past_end", "past the end", Rule.LIFE
    NOT_RECONCILED = "not_reconciled", "the broker is not reconciled yet", Rule.MARKET
    HALTED = "halted", "halted", Rule.MARKET
    CLOSED = "closed", "the session is closed", Rule.MARKET
    NO_QUOTE = "no_quote", "no two-sided, uncrossed quote", Rule.MARKET
    STALE = "stale", "the last quote is too old", Rule.MARKET
    FEED_GAP = "feed_gap", "market data was lost, and nothing was heard since", Rule.MARKET
    BEYOND_BAND = (
        "beyond_band",
        "the market may not trade at its limit: that is outside the price limits",
        Rule.LIMIT,
    )
    BEYOND_LIMIT = "beyond_limit", "beyond the limit price", Rule.LIMIT
    RESTING = "resting", "the rest between children is not over", Rule.CAPS
    CAPPED = "capped", "no room under the caps for a child", Rule.CAPS
    I_WOULD = "i_would", "the price is one at which it would be taken", Rule.I_WOULD
    AHEAD = "ahead", "ahead of the schedule", Rule.SCHEDULE
    ON_SCHEDULE = "on_schedule", "a slice is due", Rule.SCHEDULE
    CATCHING_UP = "catching_up", "a slice is due, and some of what was missed", Rule.SCHEDULE
    CROSSING = "crossing", "a slice has ended", Rule.SCHEDULE
    NOTHING_DUE = "nothing_due", "nothing is due", Rule.SCHEDULE
    TOO_SMALL = "too_small", "it is too little for an order", Rule.SCHEDULE
    MISSED = "missed", "it ended before anything could be sent", Rule.SCHEDULE
    MERGED = "merged", "it goes with a later slice", Rule.SCHEDULE
    UNDER_MINIMUM = "under_minimum", "under the least participation", Rule.MIN_PARTICIPATION
    COMPLETING = "completing", "it is to be finished by the end", Rule.COMPLETION

    words: str
    """What it says."""
    rule: Rule
    """The rule that said so."""

    __hash__ = object.__hash__

    def __new__(cls, name: str, words: str, rule: Rule) -> Self:
        """Keep what it says and which rule it belongs to; its value is its name."""
        member = object.__new__(cls)
        member._value_ = name
        member.words = words
        member.rule = rule
        return member


HELD: Final = frozenset({Pace.STALE, Pace.FEED_GAP, Pace.BEYOND_BAND})
"""What somebody should know of that forbids a child: market data that is too old or was lost, and price limits."""


class Wake(Choice):
    """Why a handler is asked what to do about an order."""

    TIMER = "timer"
    """A time has come: one that it had asked for, the beginning of a slice, or the end of the order."""
    VOLUME = "volume"
    """So much has been printed as it had asked for."""
    QUOTE = "quote"
    """The best prices have changed, and it had asked to be told."""
    CHILD = "child"
    """Something has become of a child: it has executed, ended, or was refused."""
    COMMAND = "command"
    """Somebody has changed the order, or has let it go on."""
    SESSION = "session"
    """The session has opened or closed, trading was halted or goes on, or the broker takes orders again."""
    RESTART = "restart"
    """The manager was started again: what was asked for before is forgotten, and has to be asked for again."""


class WorkEnd(Choice):
    """Why no more children are made of an order."""

    CANCELED = "canceled"
    """Somebody canceled it."""
    END_TIME = "end_time"
    """Its time is over."""
    FINISHED = "finished"
    """Its handler has nothing more to do with it."""
    OVERFILLED = "overfilled"
    """More has executed than was ordered."""


def checked_memo(memo: Memo) -> Memo:
    """Give a memo in the order of its names.

    Raises:
        ValidationError: It is none, has a name twice, or is longer than `MAX_MEMO`.
    """
    if type(memo) is not tuple or not all(_is_pair(entry) for entry in memo):
        raise ValidationError("memo", repr(memo), "pass a tuple of pairs of texts")
    length = sum(len(name) + len(text) for name, text in memo)
    if len(dict(memo)) < len(memo) or length > MAX_MEMO:
        raise ValidationError(
            "memo", f"{len(memo)} entries of {length} characters", f"name each once, in {MAX_MEMO} characters"
        )
    return tuple(sorted(memo))


def _is_pair(entry: object) -> bool:
    return type(entry) is tuple and len(entry) == 2 and all(type(text) is str for text in entry)
