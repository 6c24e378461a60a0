"""Damage in records that a start from a snapshot does not read: who sees it, and who does not."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from oms.brokers.paper import PaperBroker
from oms.cli.__main__ import main
from oms.errors import JournalDamagedError
from oms.model.enums import Side
from oms.model.terms import Limit
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.sqlite import SQLiteEventStore
from tests.fakes import AAPL, T0


def manager(store: SQLiteEventStore) -> OrderManager:
    return OrderManager(brokers=[PaperBroker([AAPL])], store=store, clock=ManualClock(T0))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal with a snapshot, and a record before that in which a price was changed."""
    path = tmp_path / "orders.db"
    with manager(SQLiteEventStore(path)) as om:
        om.submit("AAPL", Side.BUY, 100, Limit("189.50"))
        om.snapshot()
    with closing(sqlite3.connect(path)) as plain, plain:
        changed = plain.execute("UPDATE events SET payload = replace(payload, '189.50', '189.40')")
        assert changed.rowcount > 0
    return path


def test_a_quick_start_from_the_snapshot_does_not_see_it(path: Path) -> None:
    with manager(SQLiteEventStore(path)) as om:
        assert om.began_from.version > 0
        assert om.orders()[0].terms == Limit("189.50")


def test_a_full_check_refuses_to_open(path: Path) -> None:
    with pytest.raises(JournalDamagedError):
        SQLiteEventStore(path, check="full")


def test_the_audit_names_it(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "verify", str(path)]) == 1
    assert "changed: content and hash of the record do not agree" in capsys.readouterr().out
