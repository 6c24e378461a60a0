"""A process that dies in mid-run leaves a journal from which a fresh one finds what was held to be true."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from oms.codec.event_codec import encode
from oms.model import events as ev
from oms.stores.sqlite import SQLiteEventStore
from tests.integration.crashing_process import EXIT_CODE

PROGRAM = Path(__file__).with_name("crashing_process.py")

DEATHS = {
    "while the first order is sent": ("send", 1),
    "while an order in the middle is sent": ("send", 33),
    "while the first event of an order is told": ("observe", 1),
    "while an event in the middle is told": ("observe", 150),
    "while a late event is told": ("observe", 301),
    "inside the first batch": ("batch", 1),
    "inside a batch in the middle": ("batch", 40),
    "after the last update, without a goodbye": ("end", 0),
}


def run(*arguments: str, hash_seed: str = "random") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(PROGRAM), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
    )


def died(journal: Path, where: str, number: int, hash_seed: str = "random") -> list[str]:
    """What the process that trades said before it died."""
    done = run("trade", str(journal), where, str(number), hash_seed=hash_seed)
    assert (done.returncode, done.stderr) == (EXIT_CODE, "")
    return done.stdout.splitlines()


def records(journal: Path) -> list[str]:
    """The text of every event, without the chain, which begins with the journal's own id."""
    with SQLiteEventStore(journal, read_only=True) as store:
        return [encode(event) for event in store.read()]


A_DAY = (
    ev.OrderAcknowledged,
    ev.Traded,
    ev.CancelRequested,
    ev.OrderCanceled,
    ev.ReplaceRequested,
    ev.OrderReplaced,
)


@pytest.mark.slow
@pytest.mark.parametrize(("where", "number"), DEATHS.values(), ids=DEATHS)
def test_a_fresh_process_finds_what_the_dying_one_last_committed(
    where: str, number: int, tmp_path: Path
) -> None:
    journal = tmp_path / "orders.db"
    said = died(journal, where, number)

    looked = run("look", str(journal))

    assert looked.stderr == ""
    *sent, found, following = looked.stdout.splitlines()
    assert found == f"found {said[-1]}"
    ids = [line.split()[1] for line in sent]
    assert len(set(ids)) == len(ids)
    _, order_id, cl_ord_id, epoch = following.split()
    assert cl_ord_id not in ids
    assert int(order_id) > 0
    assert epoch == "2"


@pytest.mark.slow
def test_a_journal_is_the_same_to_the_byte_whatever_the_hash_seed(tmp_path: Path) -> None:
    journals = [tmp_path / f"{seed}.db" for seed in ("0", "1", "12345")]
    said = [died(journal, "end", 0, hash_seed=journal.stem) for journal in journals]

    written = [records(journal) for journal in journals]
    assert written[0] == written[1] == written[2]
    assert said[0] == said[1] == said[2]
    # It was worth comparing: everything that a market maker's day is made of happened.
    happened = {record.partition('"schema"')[0] for record in written[0]}
    assert {f'{{"type":"{kind.__name__}",' for kind in A_DAY} <= happened
