"""Errors name the value, the state and the remedy, and hold the same facts as attributes."""

from __future__ import annotations

import pytest

from oms import errors
from oms.errors import (
    BrokerError,
    ConcurrencyConflictError,
    JournalDamagedError,
    LimitExceededError,
    OmsError,
    OutcomeKnownError,
    OutcomeUnknownError,
    StoreError,
    ValidationError,
)


def test_a_value_that_is_too_long_is_shown_in_part() -> None:
    error = ValidationError("name", "x" * 201, "use fewer characters")

    assert error.value == "x" * 200 + "\u2026"
    assert str(error) == f"name = {error.value}: use fewer characters"
    assert ValidationError("name", "x" * 200, "").value == "x" * 200


@pytest.mark.parametrize(("value", "shown"), [("7", "7"), (7, "7"), (b"7", "b'7'"), (None, "None")], ids=repr)
def test_a_value_is_shown_as_it_would_be_written(value: object, shown: str) -> None:
    assert ValidationError("name", value, "").value == shown


class _Unshowable:
    def __repr__(self) -> str:
        raise RuntimeError("nobody may look at this")


@pytest.mark.parametrize(
    ("value", "shown"),
    [("", "''"), ("a\nb", "'a\\nb'"), ("\ud800", "'\\ud800'"), (_Unshowable(), "a value of type _Unshowable"),
     (10**6000, "a value of type int")],
    ids=["an empty text", "a line break", "half a character", "what cannot be shown", "an int too long to print"],
)  # fmt: skip
def test_what_could_not_be_seen_is_shown_all_the_same(value: object, shown: str) -> None:
    assert ValidationError("name", value, "").value == shown


def test_a_conflict_names_both_ends_of_the_journal() -> None:
    error = ConcurrencyConflictError(7, 9)

    assert (error.expected, error.found) == (7, 9)
    assert str(error).startswith("the journal ends at event 9, this writer expected 7: ")


def test_damage_names_the_first_bad_event() -> None:
    error = JournalDamagedError(7, "it is missing")

    assert error.sequence == 7
    assert str(error) == "the journal is damaged at event 7: it is missing"


def test_a_limit_that_is_reached_is_named_with_its_value_and_the_remedy() -> None:
    error = LimitExceededError("MAX_BATCH", 100, "begin another")

    assert (error.limit, error.bound) == ("MAX_BATCH", 100)
    assert str(error) == "MAX_BATCH of 100 reached: begin another"


RAISED = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]


@pytest.mark.parametrize("kind", RAISED, ids=lambda kind: kind.__name__)
def test_everything_that_is_raised_on_purpose_can_be_caught_as_one(kind: type[Exception]) -> None:
    assert issubclass(kind, OmsError)


def test_who_is_at_fault_can_be_told_apart() -> None:
    yours, theirs, the_records = ValidationError, BrokerError, StoreError

    assert issubclass(yours, ValueError)
    assert issubclass(OutcomeKnownError, theirs)
    assert issubclass(OutcomeUnknownError, theirs)
    assert issubclass(ConcurrencyConflictError, the_records)
    assert not any(
        issubclass(a, b)
        for a in (yours, theirs, the_records)
        for b in (yours, theirs, the_records)
        if a is not b
    )
