"""What every event store has to do, as tests for a store of your own.

Subclass `EventStoreContract`, say how your store is opened, and run the class with pytest. Which cases are tried is
decided by what the store says of itself in `StoreCapabilities`; the others are skipped, and name what they would need.

`python -m oms.testing.contracts` prints which cases the stores of this library are tried on.
"""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Final
from unittest import SkipTest

from oms.ports.event_store import EventStore, StoreCapabilities
from oms.testing import append_cases, journal_cases
from oms.testing.store_cases import Case, StoreBench

EVENT_STORE_CASES: Final[tuple[Case, ...]] = append_cases.CASES + journal_cases.CASES
"""Every case, by number; a number never changes its meaning."""


class EventStoreContract(ABC):
    """The cases as tests, each named by its id and its promise: `test_evs_001_a_new_journal_is_empty` and so on."""

    @abstractmethod
    def open_store(self, *, read_only: bool = False) -> EventStore:
        """Open the one journal of the test that is running: begin it at the first call, open it again at the next.

        A store that keeps nothing beyond the process gives a new journal each time.

        Args:
            read_only: For reading beside a writer; asked for only where the store says `many_readers`.
        """

    def run_case(self, case: Case) -> None:
        """Try one case.

        Raises:
            SkipTest: The store does not promise what it is about.
            AssertionError: The store breaks the promise.
        """
        missing = case.missing(self.capabilities())
        if missing:
            raise SkipTest(f"{case.case_id} is about a store that is {', '.join(missing)}")
        bench = StoreBench(self.open_store)
        try:
            case.check(bench)
        finally:
            bench.close()

    @abstractmethod
    def capabilities(self) -> StoreCapabilities:
        """What the store promises: what its `capabilities` says."""

    def test_evs_000_the_capabilities_are_those_of_the_store(self) -> None:
        """The contract is tried on what the store itself says."""
        store = self.open_store()
        said = store.capabilities
        store.close()
        assert said == self.capabilities(), f"the store says {said}"


def _as_test(case: Case) -> Callable[[EventStoreContract], None]:
    def test(self: EventStoreContract) -> None:
        self.run_case(case)

    test.__name__ = case.test_name
    test.__qualname__ = f"EventStoreContract.{case.test_name}"
    test.__doc__ = f"{case.case_id}: {case.words}."
    return test


for _case in EVENT_STORE_CASES:
    setattr(EventStoreContract, _case.test_name, _as_test(_case))


def support_matrix(stores: Mapping[str, StoreCapabilities]) -> str:
    """Give a table in Markdown of the cases that each store is tried on, and of what the others would need."""
    head = f"| case | promise | {' | '.join(stores)} |\n| --- | --- |{' --- |' * len(stores)}\n"
    rows = [
        f"| {case.case_id} | {case.words} | "
        + " | ".join(
            "yes" if not missing else f"needs {', '.join(missing)}"
            for missing in map(case.missing, stores.values())
        )
        + " |\n"
        for case in EVENT_STORE_CASES
    ]
    counts = [sum(not case.missing(can) for case in EVENT_STORE_CASES) for can in stores.values()]
    total = f"| | of {len(EVENT_STORE_CASES)} cases | {' | '.join(map(str, counts))} |\n"
    return "".join([head, *rows, total])


def main() -> int:
    """Print the table of the stores in this library."""
    from oms.stores import jsonl, memory, sqlite  # noqa: PLC0415  # whoever tests a store of his own needs none of them

    shown = {
        "memory": memory.CAPABILITIES,
        "JSONL": jsonl.CAPABILITIES,
        "SQLite": sqlite.CAPABILITIES,
    }
    sys.stdout.write(support_matrix(shown))
    return 0


if __name__ == "__main__":
    sys.exit(main())
