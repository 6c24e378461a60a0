"""One seed gives one journal: with every model of the exchange, on every Python and with every hash seed."""

from __future__ import annotations

import csv
import gzip
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

import attrs
import pytest

import oms
from oms.cli.__main__ import main
from oms.codec.chain import Chain, genesis
from oms.codec.event_codec import encode
from oms.feeds.synthetic import SyntheticMarket
from oms.model.events import Event
from oms.model.instrument import Instrument
from oms.model.market import Quote, TradePrint
from oms.stores.sqlite import SQLiteEventStore

MODELS = (
    "--pace", "10", "--latency", "log-normal:40,0.8", "--faults", "rejects:0.02", "--faults",
    "outages:2,0.1,requests=lost,reports=lost", "--slippage", "volume-share:0.2,0.1", "--fees", "tiers:0/10/20,100/5/15",
    "--fees", "per-unit:0.001,min=0.01",
)  # fmt: skip
BITSTAMP = (
    "--symbol", "BTCUSD", "--currency", "USD", "--lot", "0.00000001", "--bad-rows", "skip", "--size", "0.1", "--max-qty", "1",
    "--account", "margin:5000", *MODELS,
)  # fmt: skip
ACME = (
    "--symbol", "ACME", "--currency", "USD", "--lot", "1", "--size", "5", "--max-qty", "30", "--account", "margin:20000",
    *MODELS,
)  # fmt: skip

# The same two numbers for every Python, so that each is compared with all others although it runs alone.
# A change of what is journaled, or of what the exchange does, changes them: then put those that the test shows.
MADE_UP = "ce0b4b350ab1060b28bfb6ee7285c804b6e8605790e2d39bbada9a413c420dc4"
RECORDED = "c28e86e4d9a4bd434bdeada01362ebba84d43ad71e7032df87f7394ca22da7bf"


def hash_of(db: Path) -> str:
    """The hash of a whole journal: the head of its chain, begun with a name that does not change."""
    chain = Chain(genesis("one seed"))
    for event in events_of(db):
        chain.link(encode(event))
    return chain.head


def events_of(db: Path) -> list[Event]:
    with SQLiteEventStore(db, read_only=True) as store:
        return list(store.read())


def write(path: Path, rows: Iterable[Sequence[object]]) -> str:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return str(path)


def test_a_made_up_market_gives_the_same_journal_on_every_python(tmp_path: Path) -> None:
    acme = Instrument(symbol="ACME", currency="USD", tick="0.01")
    market = list(SyntheticMarket(instrument=acme, start_px="100.00", start_ns=10**18, steps=4_000, seed=3))
    quotes = [
        (one.time_ns, one.bid, one.bid_size, one.ask, one.ask_size)
        for one in market
        if isinstance(one, Quote)
    ]
    trades = [
        (one.time_ns, one.price, one.size, "" if one.aggressor is None else one.aggressor.name)
        for one in market
        if isinstance(one, TradePrint)
    ]
    files = (
        write(tmp_path / "trades.csv", [("recv_ns", "price", "size", "taker_side"), *trades]),
        write(tmp_path / "quotes.csv", [("recv_ns", "bid", "bid_size", "ask", "ask_size"), *quotes]),
    )

    assert hash_of(run(files, ACME, tmp_path)) == MADE_UP


@pytest.mark.market_data
def test_a_recorded_market_gives_the_same_journal_on_every_python(tmp_path: Path, market_data: Path) -> None:
    path = tmp_path / "orders.csv"
    with gzip.open(recorded(market_data)[0], "rt", encoding="utf-8") as whole:
        path.write_text("".join(islice(whole, 6_000)), encoding="utf-8")

    assert hash_of(run([str(path), recorded(market_data)[1]], BITSTAMP, tmp_path)) == RECORDED


def run(files: Sequence[str], asked: Sequence[str], folder: Path) -> Path:
    """Let the bot trade, in this process, and give the journal."""
    db = folder / "run.db"
    assert main(["run", *files, *asked, "--seed", "1", "--db", str(db)]) == 0
    rare = {type(event).__name__ for event in events_of(db)}
    assert {"OrderRejected", "RequestInDoubt", "Traded", "ReplaceRequested"} <= rare
    return db


def recorded(market_data: Path) -> list[str]:
    return [
        str(market_data / f"crypto_btcusd_bitstamp_2015-05-01_{kind}.csv.gz") for kind in ("orders", "trades")
    ]


@pytest.mark.slow
@pytest.mark.market_data
def test_one_seed_gives_one_journal_in_every_process(tmp_path: Path, market_data: Path) -> None:
    files = recorded(market_data)
    here = elsewhere(sys.executable, "0", 1, tmp_path, files)
    others = {version: shutil.which(f"python{version}") for version in ("3.11", "3.12", "3.13")}
    works = {version: python for version, python in others.items() if python and answers(python)}
    if os.environ.get("CI"):  # where changes are let in, none may be missing
        assert list(works) == list(others)
    assert works, "not one python3.x on the PATH"
    for version, python in works.items():
        assert elsewhere(python, "random", 1, tmp_path, files) == here, version
    assert elsewhere(sys.executable, "1", 2, tmp_path, files) != here


def answers(python: str) -> bool:
    """Whether an interpreter is there; a name may stand for a version that was never installed."""
    return not subprocess.run([python, "-c", ""], check=False, capture_output=True).returncode


def elsewhere(python: str, hash_seed: str, seed: int, folder: Path, files: Sequence[str]) -> str:
    """Run in a process of its own, and give the hash of the journal."""
    # What the library needs is pure Python, so that another interpreter can run it from where it is installed here.
    found = {str(Path(module.__file__ or "").parent.parent) for module in (oms, attrs)}
    env = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sorted(found))}
    db = folder / f"{Path(python).name}-{hash_seed}-{seed}.db"
    command = [python, "-m", "oms.cli", "run", *files, *BITSTAMP, "--seed", str(seed), "--db", str(db)]
    subprocess.run(command, env=env, capture_output=True, check=True)
    return hash_of(db)
