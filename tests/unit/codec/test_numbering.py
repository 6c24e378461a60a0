"""The numbers of events that are to be appended: one after the other from the last, and nothing else."""

import pytest

from oms.codec.numbering import check_numbering
from oms.errors import ValidationError
from oms.model import events as ev
from tests.unit.journals import make


def numbered(*numbers: int) -> list[ev.KillSwitchReleased]:
    return [make(ev.KillSwitchReleased, sequence=number, reason="") for number in numbers]


@pytest.mark.parametrize("numbers", [(), (8,), (8, 9, 10)], ids=["no event", "one", "three"])
def test_events_that_follow_the_last_are_taken(numbers: tuple[int, ...]) -> None:
    check_numbering(numbered(*numbers), 7)


@pytest.mark.parametrize(
    ("numbers", "found"),
    [
        pytest.param((7,), "number 7 in place of 8", id="the last one again"),
        pytest.param((9,), "number 9 in place of 8", id="a gap before the first"),
        pytest.param((8, 10), "number 10 in place of 9", id="a gap inside"),
        pytest.param((8, 8), "number 8 in place of 9", id="one twice"),
        pytest.param((9, 8), "number 9 in place of 8", id="the wrong way round"),
    ],
)
def test_the_first_event_out_of_place_is_named(numbers: tuple[int, ...], found: str) -> None:
    with pytest.raises(ValidationError) as raised:
        check_numbering(numbered(*numbers), 7)

    error = raised.value
    assert (error.field, error.value, error.allowed) == ("events", found, "number them from 8 without a gap")
