"""A journal that somebody has changed afterwards: every change below the last checkpoint is found, and its position named."""

from __future__ import annotations

from collections import Counter
from typing import Final

from oms.codec.chain import Chain, genesis
from oms.codec.event_codec import encode
from oms.errors import ChainBrokenError
from oms.ports.event_store import EventStore
from oms.testing.simulator.draws import Draws
from oms.testing.simulator.watch import Violation

_ID: Final = "simulator"
KINDS: Final = ("changed", "removed", "inserted", "swapped", "cut")


def check_tampering(store: EventStore, draws: Draws, seen: Counter[str]) -> None:
    """Change a copy of the journal in each way, at a place that the dice say.

    Raises:
        Violation: A change is not found, or another position is named.
    """
    chain = Chain(genesis(_ID))
    records = [chain.link(encode(event)) for event in store.read()]
    head = chain.head
    _expect("untouched", records, head, None)
    for kind in KINDS:
        place = draws.below(len(records) - 1)
        _expect(kind, _tampered(records, kind, place, draws), head, _position(kind, place))
        seen[f"journal {kind}"] += 1


def _tampered(records: list[str], kind: str, place: int, draws: Draws) -> list[str]:
    before, record, after = records[:place], records[place], records[place + 1 :]
    if kind == "changed":
        at = draws.below(len(record))
        other = "0" if record[at] != "0" else "1"
        return [*before, record[:at] + other + record[at + 1 :], *after]
    if kind == "removed":
        return [*before, *after]
    if kind == "inserted":
        return [*before, record, record, *after]
    if kind == "swapped":
        return [*before, after[0], record, *after[1:]]
    return before


def _position(kind: str, place: int) -> int:
    # The position of the first record that does not stand where it stood; after the last one where none is left.
    return place + 2 if kind == "inserted" else place + 1


def _expect(kind: str, records: list[str], head: str, position: int | None) -> None:
    found = _first_broken(records, head)
    if found != position:
        raise Violation("I18", f"{kind}: position {position} is broken, and {found} was named")


def _first_broken(records: list[str], head: str) -> int | None:
    chain = Chain(genesis(_ID))
    for place, record in enumerate(records):
        try:
            chain.unlink(record, place + 1)
        except ChainBrokenError as error:
            return error.sequence
    return None if chain.head == head else len(records) + 1
