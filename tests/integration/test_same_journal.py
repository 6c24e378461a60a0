"""One seed gives one journal: a recorded market with every model of the exchange, on every Python and with every hash seed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import attrs
import pytest

import oms
from oms.stores.sqlite import SQLiteEventStore

ASKED = (
    "--symbol", "BTCUSD", "--currency", "USD", "--lot", "0.00000001", "--bad-rows", "skip", "--size", "0.1", "--max-qty", "1",
    "--pace", "10", "--latency", "log-normal:40,0.8", "--faults", "rejects:0.02", "--faults",
    "outages:20,0.01,requests=lost,reports=lost", "--slippage", "volume-share:0.2,0.1", "--account", "margin:5000",
    "--fees", "tiers:0/10/20,100/5/15", "--fees", "per-unit:0.001,min=0.01",
)  # fmt: skip


def journal(python: str, hash_seed: str, seed: int, folder: Path, market_data: Path) -> list[str]:
    """Run in a process of its own, and give every record of the journal."""
    # What the library needs is pure Python, so that another interpreter can run it from where it is installed here.
    found = {str(Path(module.__file__ or "").parent.parent) for module in (oms, attrs)}
    env = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sorted(found))}
    db = folder / f"{Path(python).name}-{hash_seed}-{seed}.db"
    files = [
        str(market_data / f"crypto_btcusd_bitstamp_2015-05-01_{kind}.csv.gz") for kind in ("orders", "trades")
    ]
    command = [python, "-m", "oms.cli", "run", *files, *ASKED, "--seed", str(seed), "--db", str(db)]
    subprocess.run(command, env=env, capture_output=True, check=True)
    with SQLiteEventStore(db, read_only=True) as store:
        return [repr(event) for event in store.read()]


@pytest.mark.slow
@pytest.mark.market_data
def test_one_seed_gives_one_journal_on_every_python(tmp_path: Path, market_data: Path) -> None:
    here = journal(sys.executable, "0", 1, tmp_path, market_data)
    for rare in ("OrderRejected(", "RequestInDoubt(", "Traded(", "ReplaceRequested("):
        assert any(event.startswith(rare) for event in here), rare
    compared = 0
    for version in ("3.11", "3.12", "3.13"):
        python = shutil.which(f"python{version}")
        if python is None or subprocess.run([python, "-c", ""], check=False).returncode:
            continue
        assert journal(python, "random", 1, tmp_path, market_data) == here, version
        compared += 1
    assert compared, "not one python3.x on the PATH"
    assert journal(sys.executable, "1", 2, tmp_path, market_data) != here
