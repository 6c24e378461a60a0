"""The cases of a journal's life: reading, closing, opening again, readers beside a writer, and snapshots."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable
from functools import partial
from itertools import islice
from typing import Final

from oms.errors import ConcurrencyConflictError, NotAJournalError, StoreError, ValidationError
from oms.model.events import Event
from oms.ports.event_store import EventStore, StoreCapabilities
from oms.testing.store_cases import Case, StoreBench, holds, refused, trade, trades


def _reads_after(after: int, first: int, bench: StoreBench) -> None:
    assert tuple(bench.filled(5).read(after)) == trades(first, 5)


def _reads_after_in_a_long_journal(bench: StoreBench) -> None:
    assert tuple(bench.filled(500).read(490)) == trades(491, 500)


def _refuses_to_read_after(bench: StoreBench) -> None:
    store = bench.filled(1)
    refused(ValidationError, lambda: store.read(-1))


def _ends_where_it_began(bench: StoreBench) -> None:
    store = bench.filled(2)
    reading = store.read()
    assert next(reading) == trade(1)
    store.append(trades(3, 3), 2)
    assert list(reading) == [trade(2)]
    holds(store, trades(1, 3))


def _reads_side_by_side(bench: StoreBench) -> None:
    store = bench.filled(4)
    first, second = store.read(), store.read(2)
    assert [next(first), next(second), next(first), next(second)] == [*_of(1, 3), *_of(2, 4)]
    assert (list(first), list(second)) == (list(trades(3, 4)), [])


def _of(*numbers: int) -> list[Event]:
    return [trade(number) for number in numbers]


def _may_be_left_half_read(bench: StoreBench) -> None:
    store = bench.filled(4)
    for _ in range(3):
        assert tuple(islice(store.read(), 2)) == trades(1, 2)
    store.append(trades(5, 5), 4)
    holds(store, trades(1, 5))


def _reads_the_same_twice(bench: StoreBench) -> None:
    store = bench.filled(3)
    holds(store, trades(1, 3))
    holds(store, trades(1, 3))


# ------------------------------------------------------------------------------------------ closing

_USES: Final[tuple[tuple[str, Callable[[EventStore], object]], ...]] = (
    ("asking for the version", lambda store: store.version),
    ("appending", lambda store: store.append(trades(2, 2), 1)),
    ("reading", lambda store: store.read()),
    ("saving a snapshot", lambda store: store.save_snapshot(1, "{}")),
    ("asking for a snapshot", lambda store: store.snapshot()),
)
_COPIES: Final[tuple[tuple[str, Callable[[EventStore], object]], ...]] = (
    ("copied", copy.copy),
    ("copied deeply", copy.deepcopy),
    ("pickled", lambda store: store.__reduce_ex__(2)),
)


def _closes_twice(bench: StoreBench) -> None:
    store = bench.filled(1)
    store.close()
    store.close()


def _is_not_used_closed(use: Callable[[EventStore], object], bench: StoreBench) -> None:
    store = bench.filled(1)
    store.close()
    refused(StoreError, lambda: use(store))


def _is_not_duplicated(how: Callable[[EventStore], object], bench: StoreBench) -> None:
    store = bench.filled(1)
    refused(TypeError, lambda: how(store))


def _goes_to_another_thread(bench: StoreBench) -> None:
    store = bench.filled(1)
    found: list[Event] = []

    def use() -> None:
        store.append(trades(2, 3), 1)
        found.extend(store.read())

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert tuple(found) == trades(1, 3)
    holds(store, trades(1, 3))


def _says_what_it_can(bench: StoreBench) -> None:
    store = bench.filled(1)
    assert type(store.capabilities) is StoreCapabilities
    assert store.capabilities == store.capabilities


def _has_nothing_to_report(bench: StoreBench) -> None:
    store = bench.filled(1)
    assert tuple(store.notices) == ()


# ------------------------------------------------------------------------------------------ opening again


def _is_there_again(last: int, bench: StoreBench) -> None:
    holds(bench.reopened(bench.filled(last)), trades(1, last))


def _goes_on_when_opened_again(bench: StoreBench) -> None:
    store = bench.open()
    for last in range(8):
        store.append(trades(last + 1, last + 1), last)
        store = bench.reopened(store)
        assert store.version == last + 1
    holds(store, trades(1, 8))


def _knows_its_end_when_opened_again(bench: StoreBench) -> None:
    store = bench.reopened(bench.filled(3))
    error = refused(ConcurrencyConflictError, lambda: store.append(trades(3, 3), 2))
    assert isinstance(error, ConcurrencyConflictError)
    assert (error.expected, error.found) == (2, 3)


def _keeps_nothing_of_what_it_refused(bench: StoreBench) -> None:
    store = bench.filled(2)
    refused(ValidationError, lambda: store.append([trade(3), trade(5)], 2))
    refused(ConcurrencyConflictError, lambda: store.append(trades(2, 3), 1))
    holds(bench.reopened(store), trades(1, 2))


def _has_nothing_to_report_when_opened_again(bench: StoreBench) -> None:
    assert tuple(bench.reopened(bench.filled(3)).notices) == ()


def _reads_after_when_opened_again(bench: StoreBench) -> None:
    assert tuple(bench.reopened(bench.filled(5)).read(3)) == trades(4, 5)


# ------------------------------------------------------------------------------------------ readers, writers


def _shows_a_reader(bench: StoreBench) -> None:
    store = bench.filled(2)
    reader = bench.open(read_only=True)
    holds(reader, trades(1, 2))
    store.append(trades(3, 4), 2)
    holds(reader, trades(1, 4))


def _keeps_a_reader_from(use: Callable[[EventStore], object], bench: StoreBench) -> None:
    store = bench.filled(1)
    reader = bench.open(read_only=True)
    refused(StoreError, lambda: use(reader))
    holds(store, trades(1, 1))


def _lets_a_reading_end(bench: StoreBench) -> None:
    store = bench.filled(2)
    reading = bench.open(read_only=True).read()
    assert next(reading) == trade(1)
    store.append(trades(3, 3), 2)
    assert list(reading) == [trade(2)]


def _has_many_readers(bench: StoreBench) -> None:
    store = bench.filled(2)
    readers = [bench.open(read_only=True) for _ in range(3)]
    readers[1].close()
    store.append(trades(3, 3), 2)
    holds(readers[0], trades(1, 3))
    holds(readers[2], trades(1, 3))


def _needs_no_writer_to_read(bench: StoreBench) -> None:
    bench.filled(2).close()
    holds(bench.open(read_only=True), trades(1, 2))


def _makes_no_journal_for_a_reader(bench: StoreBench) -> None:
    refused(NotAJournalError, lambda: bench.open(read_only=True))


def _shows_a_reader_the_snapshot(bench: StoreBench) -> None:
    bench.filled(2).save_snapshot(2, "two")
    assert bench.open(read_only=True).snapshot() == (2, "two")


def _writes_on_when_a_reader_has_closed(bench: StoreBench) -> None:
    store = bench.filled(2)
    reader = bench.open(read_only=True)
    holds(reader, trades(1, 2))
    reader.close()
    store.append(trades(3, 3), 2)
    holds(bench.reopened(store), trades(1, 3))


def _refuses_a_second_writer(bench: StoreBench) -> None:
    store = bench.filled(1)
    for _ in range(2):
        refused(StoreError, bench.open)
    store.append(trades(2, 2), 1)
    holds(store, trades(1, 2))


def _lets_the_next_writer_in(bench: StoreBench) -> None:
    store = bench.reopened(bench.filled(1))
    store.append(trades(2, 2), 1)
    holds(store, trades(1, 2))


def _lets_a_writer_in_beside_a_reader(bench: StoreBench) -> None:
    bench.filled(1).close()
    reader = bench.open(read_only=True)
    store = bench.open()
    store.append(trades(2, 2), 1)
    holds(reader, trades(1, 2))


# ------------------------------------------------------------------------------------------ snapshots


def _has_no_snapshot_at_first(bench: StoreBench) -> None:
    store = bench.filled(2)
    assert store.snapshot() is None
    assert tuple(store.notices) == ()


def _gives_the_newest(saved: tuple[int, ...], bench: StoreBench) -> None:
    store = bench.filled(5)
    for version in saved:
        store.save_snapshot(version, f"at {version}")
    assert store.snapshot() == (max(saved), f"at {max(saved)}")


def _puts_a_snapshot_in_the_place_of_another(bench: StoreBench) -> None:
    store = bench.filled(2)
    store.save_snapshot(2, "before")
    store.save_snapshot(2, "after")
    assert store.snapshot() == (2, "after")


def _refuses_a_snapshot(version: int, bench: StoreBench) -> None:
    store = bench.filled(2)
    refused(ValidationError, lambda: store.save_snapshot(version, "{}"))
    assert store.snapshot() is None


def _gives_a_snapshot_as_it_was(text: str, bench: StoreBench) -> None:
    store = bench.filled(2)
    store.save_snapshot(2, text)
    assert store.snapshot() == (2, text)


def _refuses_a_text(bench: StoreBench) -> None:
    store = bench.filled(2)
    refused(ValidationError, lambda: store.save_snapshot(2, "ключ"))
    assert store.snapshot() is None


def _leaves_the_journal_alone(bench: StoreBench) -> None:
    store = bench.filled(3)
    store.save_snapshot(2, "{}")
    holds(store, trades(1, 3))
    store.append(trades(4, 4), 3)
    store.save_snapshot(4, "{}")
    holds(store, trades(1, 4))


def _gives_an_older_snapshot(bench: StoreBench) -> None:
    store = bench.filled(2)
    store.save_snapshot(2, "two")
    store.append(trades(3, 9), 2)
    assert store.snapshot() == (2, "two")
    assert tuple(store.read(2)) == trades(3, 9)


def _has_its_snapshot_when_opened_again(bench: StoreBench) -> None:
    store = bench.filled(3)
    store.save_snapshot(2, "two")
    store = bench.reopened(store)
    assert store.snapshot() == (2, "two")
    store.save_snapshot(3, "three")
    assert bench.reopened(store).snapshot() == (3, "three")


_AFTER: Final = (
    ("from the beginning", 0, 1), ("after the first", 1, 2), ("after the last but one", 4, 5), ("after the last", 5, 6),
    ("beyond the end", 50, 6),
)  # fmt: skip
_TEXTS: Final = (
    ("an empty snapshot", ""), ("a snapshot with line breaks", 'a\n\n"b"\r\n'),
    ("a snapshot of a million characters", "0123456789" * 100_000),
)  # fmt: skip

CASES: Final = (
    *(
        Case(42 + place, f"reading begins {words}", partial(_reads_after, after, first))
        for place, (words, after, first) in enumerate(_AFTER)
    ),
    Case(47, "reading begins late in a long journal", _reads_after_in_a_long_journal),
    Case(48, "reading after a number below zero is refused", _refuses_to_read_after),
    Case(49, "events appended while reading are left to the next reading", _ends_where_it_began),
    Case(50, "two readings do not disturb one another", _reads_side_by_side),
    Case(51, "a reading may be left half way", _may_be_left_half_read),
    Case(52, "reading twice gives the same", _reads_the_same_twice),
    Case(53, "closing twice is closing once", _closes_twice),
    *(
        Case(54 + place, f"{words} is refused when closed", partial(_is_not_used_closed, use),
             ("snapshots",) if "snapshot" in words else ())
        for place, (words, use) in enumerate(_USES)
    ),
    *(
        Case(59 + place, f"a journal is not {words}", partial(_is_not_duplicated, how))
        for place, (words, how) in enumerate(_COPIES)
    ),
    Case(62, "a journal may be handed to another thread", _goes_to_another_thread),
    Case(63, "a store says what it promises", _says_what_it_can),
    Case(64, "a new journal has nothing to report", _has_nothing_to_report),
    Case(65, "an empty journal is there when opened again", partial(_is_there_again, 0), ("durable",)),
    Case(66, "events are there when opened again", partial(_is_there_again, 3), ("durable",)),
    Case(67, "many events are there when opened again", partial(_is_there_again, 600), ("durable",)),
    Case(68, "a journal goes on each time it is opened", _goes_on_when_opened_again, ("durable",)),
    Case(69, "a journal knows its end when opened again", _knows_its_end_when_opened_again, ("durable",)),
    Case(70, "nothing of a refused append is there when opened again", _keeps_nothing_of_what_it_refused, ("durable",)),
    Case(71, "a journal closed in good order has nothing to report", _has_nothing_to_report_when_opened_again, ("durable",)),
    Case(72, "reading begins anywhere when opened again", _reads_after_when_opened_again, ("durable",)),
    Case(73, "a reader sees what a writer has appended", _shows_a_reader, ("many_readers",)),
    Case(74, "a reader cannot append", partial(_keeps_a_reader_from, _USES[1][1]), ("many_readers",)),
    Case(75, "a reader cannot save a snapshot", partial(_keeps_a_reader_from, _USES[3][1]), ("many_readers", "snapshots")),
    Case(76, "a reading ends where it began whatever the writer does", _lets_a_reading_end, ("many_readers",)),
    Case(77, "several readers do not disturb one another", _has_many_readers, ("many_readers",)),
    Case(78, "a journal is read without a writer", _needs_no_writer_to_read, ("many_readers", "durable")),
    Case(79, "a reader makes no journal", _makes_no_journal_for_a_reader, ("many_readers", "durable")),
    Case(80, "a reader is given the snapshot", _shows_a_reader_the_snapshot, ("many_readers", "snapshots")),
    Case(81, "a writer goes on when a reader has closed", _writes_on_when_a_reader_has_closed, ("many_readers", "durable")),
    Case(82, "a second writer is refused and the first goes on", _refuses_a_second_writer, ("one_writer",)),
    Case(83, "the next writer is let in when the first has closed", _lets_the_next_writer_in, ("one_writer", "durable")),
    Case(84, "a reader keeps no writer out", _lets_a_writer_in_beside_a_reader, ("one_writer", "many_readers", "durable")),
    Case(85, "there is no snapshot at first", _has_no_snapshot_at_first, ("snapshots",)),
    Case(86, "a snapshot is given with its version", partial(_gives_the_newest, (2,)), ("snapshots",)),
    Case(87, "the newest snapshot is given", partial(_gives_the_newest, (1, 2, 3, 5)), ("snapshots",)),
    Case(88, "an older snapshot saved later does not hide a newer one", partial(_gives_the_newest, (5, 3)), ("snapshots",)),
    Case(89, "a snapshot takes the place of another at the same event", _puts_a_snapshot_in_the_place_of_another, ("snapshots",)),
    Case(90, "a snapshot beyond the end is refused", partial(_refuses_a_snapshot, 3), ("snapshots",)),
    Case(91, "a snapshot of no event is refused", partial(_refuses_a_snapshot, 0), ("snapshots",)),
    Case(92, "a snapshot below zero is refused", partial(_refuses_a_snapshot, -1), ("snapshots",)),
    *(
        Case(93 + place, f"{words} comes back as it was", partial(_gives_a_snapshot_as_it_was, text), ("snapshots",))
        for place, (words, text) in enumerate(_TEXTS)
    ),
    Case(96, "a snapshot that is not ASCII is refused", _refuses_a_text, ("snapshots",)),
    Case(97, "snapshots leave the events alone", _leaves_the_journal_alone, ("snapshots",)),
    Case(98, "a snapshot older than the journal is given and the tail is read", _gives_an_older_snapshot, ("snapshots",)),
    Case(99, "snapshots are there when opened again", _has_its_snapshot_when_opened_again, ("snapshots", "durable")),
)  # fmt: skip
