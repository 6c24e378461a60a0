"""`oms demo` and `oms run`, as a user runs them: in processes of their own, ended cleanly and broken off."""

import gzip
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from oms.cli.trading import EXIT_EARLY
from oms.model.enums import OrdStatus
from oms.model.events import OrderCreated, OrderEvent, OrderReplaced, Traded
from oms.model.time_in_force import IOC
from oms.projections.blotter import Blotter
from oms.stores.sqlite import SQLiteEventStore
from tests.fakes import T0, S

QUOTES = "crypto_btcusdt_binance_2024-08-08_quotes.csv.gz"
TRADES = "crypto_btcusdt_binance_2024-08-08_trades.csv.gz"


def oms(*arguments: str, hash_seed: str = "random") -> subprocess.CompletedProcess[str]:
    """Run the command line in a fresh process."""
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-m", "oms.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=110, check=False, env=environment)


def state_hash(output: str) -> str:
    """Find the hash in what a command printed."""
    found = re.findall(r"\b[0-9a-f]{64}\b", output)
    assert found, output
    assert len(set(found)) == 1, output
    return str(found[0])


def payloads(db: Path) -> list[str]:
    """Read the bare records of a journal."""
    with SQLiteEventStore(db, read_only=True) as store:
        return [repr(event) for event in store.read()]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "begins"),
    [("demo.db", b"SQLite format 3\0"), ("demo.jsonl", b'{"format":"oms journal",')],
    ids=["SQLite", "lines"],
)
def test_the_demo_prints_what_happened_and_recovers_the_same_state(
    tmp_path: Path, name: str, begins: bytes
) -> None:
    db = tmp_path / name
    done = oms("demo", "--steps", "2000", "--db", str(db))
    assert done.returncode == 0, done.stderr
    for heading in ("ORDERS", "POSITIONS", "EXECUTIONS", "RECOVERY", "the same"):
        assert heading in done.stdout
    assert state_hash(done.stdout) == state_hash(oms("state", str(db)).stdout)
    assert db.read_bytes().startswith(begins)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_journal_whatever_the_hash_seed(tmp_path: Path) -> None:
    journals = []
    for hash_seed in ("0", "1"):
        db = tmp_path / f"{hash_seed}.db"
        assert oms("demo", "--steps", "500", "--db", str(db), hash_seed=hash_seed).returncode == 0
        journals.append(payloads(db))
    assert journals[0] == journals[1]
    assert len(journals[0]) > 100


@pytest.mark.slow
@pytest.mark.parametrize("orders", [1, 2, 37], ids=["at the first order", "at the second", "in mid-run"])
def test_a_process_broken_off_leaves_a_journal_that_gives_its_state_back(tmp_path: Path, orders: int) -> None:
    db = tmp_path / "crash.db"
    broken = oms("demo", "--steps", "2000", "--db", str(db), "--exit-after", str(orders))
    assert broken.returncode == EXIT_EARLY, broken.stderr
    assert f"after {orders} orders" in broken.stdout
    rebuilt = oms("state", str(db))
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert state_hash(rebuilt.stdout) == state_hash(broken.stdout)


@pytest.mark.slow
@pytest.mark.market_data
def test_the_recorded_market_is_traded_and_recovered(tmp_path: Path, market_data: Path) -> None:
    db = tmp_path / "run.db"
    files = ("--quotes", str(market_data / QUOTES), "--trades", str(market_data / TRADES))
    chart = tmp_path / "run.html"
    done = oms("run", *files, "--db", str(db), "--chart", str(chart))
    assert done.returncode == 0, done.stderr
    assert state_hash(done.stdout) == state_hash(oms("state", str(db)).stdout)

    blotter = Blotter()
    replaced = executions = 0
    with SQLiteEventStore(db, read_only=True) as store:
        for event in store.read():
            if isinstance(event, OrderEvent):
                blotter.apply(event)
                replaced += isinstance(event, OrderReplaced)
                executions += isinstance(event, Traded)
    rows = list(blotter)
    assert len(rows) >= 1_000
    assert replaced >= 100
    assert sum(row.cancels_asked > 0 for row in rows) >= 100
    partly = [row for row in rows if 0 < row.cum_qty < row.order_qty]
    assert len(partly) >= 50
    leftovers = [row for row in partly if row.time_in_force == IOC and row.status is OrdStatus.CANCELED]
    assert len(leftovers) >= 50
    drawn = ET.fromstring(chart.read_text(encoding="utf-8").partition("\n")[2]).iter()
    assert sum("mark" in element.get("class", "").split() for element in drawn) == executions > 1_000


OTHER_MARKETS = {
    "levels": ("crypto_btcusdt_binance_2024-08-08_snapshot", "crypto_btcusdt_binance_2024-08-08_depth",
        "crypto_btcusdt_binance_2024-08-08_trades", "--queue", "proportional", "--slippage", "ticks:1"),
    "orders": ("crypto_btcusd_bitstamp_2015-05-01_orders", "--lot", "0.00000001", "--bad-rows", "skip",
        "--latency", "uniform:1,20", "--faults", "outages:10,0.05,requests=lost,reports=lost"),
    "quote bars": ("crypto_btcusd_coinbase_bars_1m_quote", "--bar-seconds", "60", "--lot", "0.00000001"),
    "trade bars": ("us_equity_xxx_bars_1m_2018-01-02", "--bar-seconds", "60", "--lot", "1",
        "--bar-path", "olhc", "--fills-on-touch", "--fills", "some:0.5", "--self-match", "cancel-oldest", "--size", "5", "--max-qty", "50"),
    "quotes without sizes": ("fx_eurusd_oanda_quotes_2014-05-06", "--assumed-size", "1000000",
        "--tick", "0.00001", "--lot", "1", "--size", "1000", "--max-qty", "5000", "--fees", "per-unit:0.00001,min=2"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.market_data
@pytest.mark.parametrize("asked", OTHER_MARKETS.values(), ids=OTHER_MARKETS)
def test_markets_of_other_kinds_are_traded_too(
    tmp_path: Path, market_data: Path, asked: tuple[str, ...]
) -> None:
    pace = "1" if "--bar-seconds" in asked else "100"
    files = [str(market_data / f"{word}.csv.gz") if "_" in word else word for word in asked]
    done = oms(
        "run", *files, "--db", str(tmp_path / "run.db"), "--account", "margin:1000000", "--pace", "100"
    )
    assert done.returncode == 0, done.stderr
    assert "\n0 executions" not in done.stdout
    assert "the journal has every execution of the exchange, and nothing else" in done.stdout
    assert ("s left" in done.stderr) is (pace == "100")  # bars are over before there is progress to tell
    assert state_hash(done.stdout) == state_hash(oms("state", str(tmp_path / "run.db")).stdout)


@pytest.mark.slow
@pytest.mark.market_data
def test_a_recorded_run_broken_off_gives_its_state_back(tmp_path: Path, market_data: Path) -> None:
    db = tmp_path / "crash.db"
    files = ("--quotes", str(market_data / QUOTES), "--trades", str(market_data / TRADES))
    broken = oms("run", *files, "--db", str(db), "--exit-after", "300")
    assert broken.returncode == EXIT_EARLY, broken.stderr
    rebuilt = oms("state", str(db))
    assert state_hash(rebuilt.stdout) == state_hash(broken.stdout)
    with SQLiteEventStore(db, read_only=True) as store:
        assert sum(isinstance(event, OrderCreated) for event in store.read()) >= 300


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("demo", "--steps", "0"), "--steps = 0"),
        (("demo", "--exit-after", "0"), "--exit-after = 0"),
        (("run", "--quotes", QUOTES, "--exit-after", "-1"), "--exit-after = -1"),
        (("run", "--quotes", "no-such-file.csv"), "no-such-file.csv"),
        (("run",), "FILE = none: name a file"),
        (("run", "README.md", "--queue", "long"), "--queue = long: pessimistic"),
        (("run", "BARS.csv"), "--bar-seconds = nothing"),
        (
            ("run", "BARS.csv", "--bar-seconds", "60", "--chart", "README.md/x.html"),
            "README.md/x.html",
        ),
        (("run", "--quotes", "README.md", "--tick", "0"), "tick = 0"),
        (("run", "--quotes", "README.md", "--size", "nan"), "--size = nan"),
        (("state", "no-such.db"), "no-such.db"),
    ],
    ids=[
        "no steps",
        "break off before the first order",
        "break off before the start",
        "no such recording",
        "no recording",
        "no such queue",
        "bars of no length",
        "a chart that cannot be written",
        "tick of zero",
        "size that is no number",
        "no such journal",
    ],
)
def test_bad_input_is_one_line_that_names_it(tmp_path: Path, arguments: tuple[str, ...], named: str) -> None:
    bars = tmp_path / "BARS.csv"
    bars.write_text("start,open,high,low,close,volume\n2006-01-02T08:00:00Z,3602,3603,3597,3599,5699\n")
    done = oms(*(str(bars) if argument == bars.name else argument for argument in arguments))
    assert done.returncode == 2
    assert named in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


@pytest.mark.slow
def test_a_run_on_a_file_that_is_cut_short_says_that_its_journal_is_partial(tmp_path: Path) -> None:
    rows = [f"{T0 + n * S},{100 + n % 7}.00,{1 + n % 3},{101 + n % 7}.00,{1 + n % 5}" for n in range(20_000)]
    whole = gzip.compress("\n".join(["recv_ns,bid,bid_size,ask,ask_size", *rows]).encode(), mtime=0)
    cut, db = tmp_path / "cut.csv.gz", tmp_path / "cut.db"
    cut.write_bytes(whole[: len(whole) // 2])

    broken = oms("run", "--quotes", str(cut), "--db", str(db))

    assert broken.returncode == 2, broken.stderr
    assert f"the journal {db} is partial" in broken.stderr
    assert "broken off after" in broken.stderr
    assert broken.stderr.splitlines()[-1].endswith("the gzip file is damaged or cut short; fetch it again")
    assert state_hash(oms("state", str(db)).stdout)


def test_a_run_does_not_write_to_a_journal_that_exists(tmp_path: Path) -> None:
    db = tmp_path / "mine.db"
    db.write_text("mine")
    done = oms("demo", "--db", str(db))
    assert done.returncode == 2
    assert "exists" in done.stderr
    assert db.read_text() == "mine"
