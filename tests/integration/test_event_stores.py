"""What every event store does, run against each."""

from pathlib import Path

import pytest

from oms.ports.event_store import EventStore, StoreCapabilities
from oms.stores import jsonl, memory, sqlite
from oms.testing.contracts import EVENT_STORE_CASES, EventStoreContract, main, support_matrix


class TestMemoryEventStore(EventStoreContract):
    def capabilities(self) -> StoreCapabilities:
        return memory.CAPABILITIES

    def open_store(self, *, read_only: bool = False) -> EventStore:
        assert not read_only
        return memory.MemoryEventStore()


class OnDisk(EventStoreContract):
    @pytest.fixture(autouse=True)
    def _in_a_folder(self, tmp_path: Path) -> None:
        self.path = tmp_path / "orders"


class TestJSONLEventStore(OnDisk):
    def capabilities(self) -> StoreCapabilities:
        return jsonl.CAPABILITIES

    def open_store(self, *, read_only: bool = False) -> EventStore:
        return jsonl.JSONLEventStore(self.path, read_only=read_only)


class TestSQLiteEventStore(OnDisk):
    def capabilities(self) -> StoreCapabilities:
        return sqlite.CAPABILITIES

    def open_store(self, *, read_only: bool = False) -> EventStore:
        return sqlite.SQLiteEventStore(self.path, read_only=read_only)


def test_each_case_has_a_number_of_its_own_and_none_is_left_out() -> None:
    assert [case.number for case in EVENT_STORE_CASES] == list(range(1, 100))
    assert len({case.words for case in EVENT_STORE_CASES}) == 99


def test_a_case_is_skipped_where_the_store_promises_less_and_the_table_says_so() -> None:
    table = support_matrix(
        {"plain": StoreCapabilities(fenced=False, snapshots=False), "memory": memory.CAPABILITIES}
    )
    assert "| EVS-035 | an older epoch is fenced out and told both epochs | needs fenced | yes |" in table
    assert (
        "| EVS-038 | an older epoch is fenced out after reopening | needs fenced, durable | needs durable |"
        in table
    )
    assert table.endswith("| | of 99 cases | 54 | 76 |\n")


def test_the_table_of_our_own_stores_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0
    assert "| case | promise | memory | JSONL | SQLite |" in capsys.readouterr().out
