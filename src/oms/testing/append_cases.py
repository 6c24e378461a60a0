"""The cases of `append`: what is kept, what is refused, and who is fenced out."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Final

from attrs import evolve

from oms.errors import ConcurrencyConflictError, FencedOutError, ValidationError
from oms.model.events import Cause, EpochStarted, Event, IdBlockReserved
from oms.testing.store_cases import START_NS, Case, StoreBench, holds, refused, trade, trades


def _is_empty(bench: StoreBench) -> None:
    holds(bench.open(), ())


def _keeps(sizes: tuple[int, ...], bench: StoreBench) -> None:
    store, last = bench.open(), 0
    for size in sizes:
        store.append(trades(last + 1, last + size), last)
        last += size
        assert store.version == last
    holds(store, trades(1, last))


def _takes_a_list(bench: StoreBench) -> None:
    store = bench.open()
    events: list[Event] = list(trades(1, 2))
    store.append(events, 0)
    events.clear()
    holds(store, trades(1, 2))


def _keeps_exactly(event: Event, bench: StoreBench) -> None:
    store = bench.open()
    store.append([event], 0)
    [found] = store.read()
    assert repr(found) == repr(event), f"{event!r} came back as {found!r}"
    assert found == event


def _conflicts(expected: int, bench: StoreBench) -> None:
    store = bench.filled(2)
    error = refused(
        ConcurrencyConflictError, lambda: store.append(trades(expected + 1, expected + 1), expected)
    )
    assert isinstance(error, ConcurrencyConflictError)
    assert not isinstance(error, FencedOutError)
    assert (error.expected, error.found) == (expected, 2)
    holds(store, trades(1, 2))


def _goes_on_after_a_conflict(bench: StoreBench) -> None:
    store = bench.filled(2)
    refused(ConcurrencyConflictError, lambda: store.append(trades(2, 2), 1))
    store.append(trades(3, 3), 2)
    holds(store, trades(1, 3))


def _refuses_to_append_nothing_elsewhere(bench: StoreBench) -> None:
    store = bench.filled(2)
    refused(ConcurrencyConflictError, lambda: store.append((), 1))
    holds(store, trades(1, 2))


def _refuses_numbers(numbers: Sequence[int], bench: StoreBench) -> None:
    store = bench.open()
    refused(ValidationError, lambda: store.append([trade(number) for number in numbers], 0))
    holds(store, ())
    store.append(trades(1, 1), 0)
    holds(store, trades(1, 1))


def _refuses_what_has_no_text(bench: StoreBench) -> None:
    store = bench.open()
    bad = evolve(trade(2), last_px=Decimal("NaN"))
    refused(ValidationError, lambda: store.append([trade(1), bad], 0))
    holds(store, ())
    store.append(trades(1, 2), 0)
    holds(store, trades(1, 2))


# ------------------------------------------------------------------------------------------ epochs


def _fences(bench: StoreBench) -> None:
    store = bench.filled(2)
    store.append([trade(3, epoch=3)], 2)
    error = refused(FencedOutError, lambda: store.append([trade(4, epoch=2)], 3))
    assert isinstance(error, FencedOutError)
    assert isinstance(error, ConcurrencyConflictError)
    assert (error.epoch, error.newer_epoch) == (2, 3)
    holds(store, (*trades(1, 2), trade(3, epoch=3)))


def _fences_whoever_knows_no_version(bench: StoreBench) -> None:
    store = bench.filled(2)
    store.append([trade(3, epoch=3)], 2)
    error = refused(FencedOutError, lambda: store.append(trades(3, 3), 2))
    assert isinstance(error, FencedOutError)
    assert (error.expected, error.found, error.epoch, error.newer_epoch) == (2, 3, 1, 3)


def _fences_again(bench: StoreBench) -> None:
    store = bench.filled(1)
    store.append([trade(2, epoch=2)], 1)
    for _ in range(3):
        refused(FencedOutError, lambda: store.append(trades(3, 3), 2))
    store.append([trade(3, epoch=2)], 2)
    holds(store, (trade(1), trade(2, epoch=2), trade(3, epoch=2)))


def _fences_after_reopening(bench: StoreBench) -> None:
    store = bench.filled(1)
    store.append([trade(2, epoch=2)], 1)
    store = bench.reopened(store)
    refused(FencedOutError, lambda: store.append(trades(3, 3), 2))
    holds(store, (trade(1), trade(2, epoch=2)))


def _takes_epochs(epochs: tuple[int, ...], bench: StoreBench) -> None:
    store = bench.open()
    events = [trade(number, epoch=epoch) for number, epoch in enumerate(epochs, 1)]
    store.append(events, 0)
    holds(store, events)
    refused(FencedOutError, lambda: store.append([trade(len(epochs) + 1, epoch=epochs[-1] - 1)], len(epochs)))


def _refuses_epochs_that_come_back(bench: StoreBench) -> None:
    store = bench.open()
    refused(ValidationError, lambda: store.append([trade(1, epoch=2), trade(2, epoch=1)], 0))
    holds(store, ())


_CAUSE = Cause("Start", "")
_KINDS: Final[tuple[tuple[str, Event], ...]] = (
    ("prices and quantities digit by digit", trade(1)),
    (
        "a number with more digits than a float has",
        evolve(trade(1), last_px=Decimal("0.1234567890123456789")),
    ),
    ("trailing zeros of a price", evolve(trade(1), last_px=Decimal("1.5000"))),
    ("a quantity in powers of ten", evolve(trade(1), leaves_qty=Decimal("1E+6"))),
    ("a price below zero", evolve(trade(1), last_px=Decimal("-0.00000001"))),
    ("a time to the nanosecond", evolve(trade(1), time_ns=1_767_623_400_123_456_789)),
    ("a text with line breaks and quotes", trade(1, raw='a\n"b"\r\n\\n\t\x00\u2028')),
    ("a text of other scripts", trade(1, raw="ключ 価格 \U0001f4b9")),
    ("a text that looks like a record", trade(1, raw='{"type":"Traded","prev_hash":"","hash":""}')),
    ("a long text", trade(1, raw="x" * 200_000)),
    ("the start of an epoch", EpochStarted(1, 1, _CAUSE, 1, START_NS, "oms", 30_000_000_000)),
    ("a reserved block of ids", IdBlockReserved(1, 1, _CAUSE, 1, START_NS, 65_536)),
)

_NUMBERS: Final = (
    ("a gap", (1, 3)),
    ("a gap at the start", (2, 3)),
    ("one number twice", (1, 1)),
    ("numbers backwards", (2, 1)),
    ("numbers from zero", (0, 1)),
    ("a gap far behind", (1, 2, 3, 4, 6)),
)

CASES: Final = (
    Case(1, "a new journal is empty", _is_empty),
    Case(2, "one event is kept", partial(_keeps, (1,))),
    Case(3, "several events of one append are kept in order", partial(_keeps, (3,))),
    Case(4, "appends follow one another", partial(_keeps, (1, 3, 1, 2))),
    Case(5, "a thousand events go in one append", partial(_keeps, (1000,))),
    Case(6, "fifty appends follow one another", partial(_keeps, (1,) * 50)),
    Case(7, "appending nothing to an empty journal changes nothing", partial(_keeps, (0, 1))),
    Case(8, "appending nothing between others changes nothing", partial(_keeps, (2, 0, 1))),
    Case(9, "a list that changes later does not change the journal", _takes_a_list),
    *(
        Case(10 + place, f"a writer that expects {expected} where there are 2 is told so", partial(_conflicts, expected))
        for place, expected in enumerate((0, 1, 3, 100))
    ),
    Case(14, "after a conflict the right append is taken", _goes_on_after_a_conflict),
    Case(15, "nothing appended at another end is a conflict too", _refuses_to_append_nothing_elsewhere),
    *(
        Case(16 + place, f"{words} is refused whole", partial(_refuses_numbers, numbers))
        for place, (words, numbers) in enumerate(_NUMBERS)
    ),
    Case(22, "an event that has no text is refused with all of its append", _refuses_what_has_no_text, ("durable",)),
    *(
        Case(23 + place, f"{words} comes back as it was", partial(_keeps_exactly, event))
        for place, (words, event) in enumerate(_KINDS)
    ),
    Case(35, "an older epoch is fenced out and told both epochs", _fences, ("fenced",)),
    Case(36, "an older epoch that expects another end is fenced out", _fences_whoever_knows_no_version, ("fenced",)),
    Case(37, "whoever is fenced out stays out and the newer epoch goes on", _fences_again, ("fenced",)),
    Case(38, "an older epoch is fenced out after reopening", _fences_after_reopening, ("fenced", "durable")),
    Case(39, "epochs may ascend within an append", partial(_takes_epochs, (1, 1, 2)), ("fenced",)),
    Case(40, "epochs may leave numbers out", partial(_takes_epochs, (1, 7)), ("fenced",)),
    Case(41, "an epoch that comes back within an append is refused", _refuses_epochs_that_come_back, ("fenced",)),
)  # fmt: skip
