"""What every event store does, run against each."""

import copy
import pickle  # noqa: TID251  # that it is refused is what is tested
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from oms.errors import ConcurrencyConflictError, StoreError, ValidationError
from oms.ports.event_store import EventStore
from oms.stores.memory import MemoryEventStore
from oms.stores.sqlite import SQLiteEventStore
from tests.integration.journal_events import trade, trades

USES: dict[str, Callable[[EventStore], object]] = {
    "asking for the version": lambda store: store.version,
    "appending": lambda store: store.append(trades(1, 1), 0),
    "reading": lambda store: store.read(),
}


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EventStore]:
    made = MemoryEventStore() if request.param == "memory" else SQLiteEventStore(tmp_path / "orders.db")
    with made as opened:
        yield opened


def test_a_new_journal_is_empty(store: EventStore) -> None:
    assert (store.version, list(store.read())) == (0, [])


def test_what_was_appended_is_read_in_order(store: EventStore) -> None:
    store.append(trades(1, 3), 0)
    store.append(trades(4, 4), 3)
    assert store.version == 4
    assert tuple(store.read()) == trades(1, 4)


@pytest.mark.parametrize(
    ("after", "first"),
    [
        pytest.param(0, 1, id="from the beginning"),
        pytest.param(1, 2, id="after the first"),
        pytest.param(4, 5, id="after the last but one"),
        pytest.param(5, 6, id="after the last"),
        pytest.param(50, 6, id="beyond the end"),
    ],
)
def test_reading_begins_after_the_number_given(store: EventStore, after: int, first: int) -> None:
    store.append(trades(1, 5), 0)
    assert tuple(store.read(after)) == trades(first, 5)


def test_reading_after_a_number_below_zero_is_refused(store: EventStore) -> None:
    with pytest.raises(ValidationError, match="after = -1"):
        store.read(-1)


def test_events_appended_while_reading_are_left_to_the_next_reading(store: EventStore) -> None:
    store.append(trades(1, 2), 0)
    reading = store.read()
    assert next(reading) == trade(1)
    store.append(trades(3, 3), 2)
    assert list(reading) == [trade(2)]
    assert tuple(store.read()) == trades(1, 3)


def test_appending_nothing_changes_nothing(store: EventStore) -> None:
    store.append((), 0)
    store.append(trades(1, 1), 0)
    store.append([], 1)
    assert store.version == 1


@pytest.mark.parametrize(
    "expected", [0, 1, 3, 100], ids=["at the start", "before", "just after", "far after"]
)
def test_a_writer_that_knows_another_end_is_told_so(store: EventStore, expected: int) -> None:
    store.append(trades(1, 2), 0)
    with pytest.raises(ConcurrencyConflictError) as caught:
        store.append(trades(expected + 1, expected + 1), expected)
    assert (caught.value.expected, caught.value.found) == (expected, 2)
    assert tuple(store.read()) == trades(1, 2)
    store.append(trades(3, 3), 2)
    assert tuple(store.read()) == trades(1, 3)


@pytest.mark.parametrize(
    "numbers",
    [
        pytest.param((1, 3), id="a gap"),
        pytest.param((2, 3), id="a gap at the start"),
        pytest.param((1, 1), id="one twice"),
        pytest.param((2, 1), id="backwards"),
        pytest.param((0, 1), id="from zero"),
    ],
)
def test_events_out_of_number_are_refused_whole(store: EventStore, numbers: tuple[int, ...]) -> None:
    with pytest.raises(ValidationError, match="number them from 1 without a gap"):
        store.append([trade(number) for number in numbers], 0)
    assert (store.version, list(store.read())) == (0, [])


def test_closing_twice_is_closing_once(store: EventStore) -> None:
    store.close()
    store.close()


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_closed_journal_is_not_used(store: EventStore, use: Callable[[EventStore], object]) -> None:
    store.close()
    with pytest.raises(StoreError, match="closed"):
        use(store)


@pytest.mark.parametrize(
    "how", [pickle.dumps, copy.copy, copy.deepcopy], ids=["pickled", "copied", "copied deeply"]
)
def test_a_journal_is_not_duplicated(store: EventStore, how: Callable[[object], object]) -> None:
    with pytest.raises(TypeError, match="cannot be pickled or copied"):
        how(store)


def test_a_journal_may_be_handed_to_another_thread(store: EventStore) -> None:
    thread = threading.Thread(target=store.append, args=(trades(1, 2), 0))
    thread.start()
    thread.join()
    assert tuple(store.read()) == trades(1, 2)
