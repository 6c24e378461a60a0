"""`oms run` on files of any layout, with any hours, any behaviour of the venue, and any model of it."""
# pyarrow has no annotations

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from oms.cli.__main__ import main
from oms.feeds.synthetic import SyntheticMarket
from oms.model.events import (
    Event,
    FeeCharged,
    OrderAcknowledged,
    OrderExpired,
    OrderPendingCancel,
    OrderPendingReplace,
    OrderRejected,
    OrderSubmitted,
    SessionChanged,
    TradeCanceled,
    Traded,
)
from oms.model.instrument import Instrument
from oms.model.market import MarketUpdate, Quote, TradePrint
from oms.stores.sqlite import SQLiteEventStore

ACME = Instrument(symbol="ACME", currency="USD", tick="0.01")
BOT = ("--symbol", "ACME", "--currency", "USD", "--lot", "1", "--size", "5", "--max-qty", "30", "--pace", "5")
# 2018-01-02T14:30:00Z, when New York opens.
OPENING_NS = 1_514_903_400_000_000_000
MINUTE_NS = 60_000_000_000


def market(steps: int = 1_000, start_ns: int = OPENING_NS) -> list[MarketUpdate]:
    return list(SyntheticMarket(instrument=ACME, start_px="100.00", start_ns=start_ns, steps=steps, seed=3))


def quotes(path: Path, updates: Sequence[MarketUpdate]) -> str:
    """Write the quotes of a market as a layout that is known."""
    lines = [
        f"{one.time_ns},{one.bid},{one.bid_size},{one.ask},{one.ask_size}"
        for one in updates
        if isinstance(one, Quote)
    ]
    path.write_text("\n".join(["recv_ns,bid,bid_size,ask,ask_size", *lines]), encoding="utf-8")
    return str(path)


def ran(capsys: pytest.CaptureFixture[str], folder: Path, *arguments: str) -> list[Event]:
    """Run, see that the run balances and that its journal gives the same state, and give the journal."""
    db = folder / "run.db"
    assert main(["run", *arguments, "--db", str(db)]) == 0, capsys.readouterr()
    said = capsys.readouterr().out
    assert "the journal has every execution of the exchange, and nothing else" in said
    with SQLiteEventStore(db, read_only=True) as store:
        events = list(store.read())
    assert any(isinstance(event, Traded) for event in events)
    return events


@pytest.mark.slow
def test_trades_in_a_layout_of_their_own_are_read_by_a_map(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trades = [one for one in market(2_000) if isinstance(one, TradePrint)]
    lines = [
        f"{one.time_ns // 1_000};{one.price};{one.size};{'B' if n % 2 else 'S'}"
        for n, one in enumerate(trades)
    ]
    path = tmp_path / "ticks.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    asked = "kind=trades,time=0,price=1,size=2,aggressor=3,header=no,delimiter=;,time-format=us,sides.B=buy,sides.S=sell"

    events = ran(capsys, tmp_path, str(path), "--columns", asked, *BOT)

    printed = {one.price for one in trades}
    assert {event.last_px for event in events if isinstance(event, Traded)} <= printed


@pytest.mark.slow
def test_parquet_is_read_by_a_map_of_a_file_beside_a_layout_that_is_known(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pa: Any = pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")
    updates = market()
    trades = [one for one in updates if isinstance(one, TradePrint)]
    table = pa.table(
        {
            "ts": pa.array([one.time_ns for one in trades], pa.timestamp("ns")),
            "px": [float(one.price) for one in trades],
            "qty": [int(one.size) for one in trades],
        }
    )
    path = tmp_path / "trades.parquet"
    writer: Any = import_module("pyarrow.parquet")
    writer.write_table(table, path)
    maps = tmp_path / "maps.toml"
    words = 'file = "*.parquet"\nkind = "trades"\ntime = "ts"\nprice = "px"\nsize = "qty"\n'
    files = (str(path), "--quotes", quotes(tmp_path / "quotes.csv", updates), "--columns", str(maps))

    maps.write_text(words, encoding="utf-8")
    assert main(["run", *files, *BOT, "--db", str(tmp_path / "run.db")]) == 2
    assert "naive-is-utc=yes in --columns" in capsys.readouterr().err
    maps.write_text(f"{words}naive-is-utc = true\n", encoding="utf-8")
    assert main(["run", *files, *BOT, "--db", str(tmp_path / "run.db")]) == 2
    assert "floats=shortest in --columns" in capsys.readouterr().err

    maps.write_text(f'{words}naive-is-utc = true\nfloats = "shortest"\n', encoding="utf-8")
    events = ran(capsys, tmp_path, *files, *BOT)

    text = tmp_path / "trades.csv"
    rows = [f"{one.time_ns},{one.price},{one.size}," for one in trades]
    text.write_text("\n".join(["recv_ns,price,size,taker_side", *rows]), encoding="utf-8")
    (tmp_path / "run.db").unlink()
    assert ran(capsys, tmp_path, str(text), *files[1:3], *BOT) == events


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("PARQUET",), "--columns = nothing: PARQUET is of Parquet or Arrow"),
        (
            ("QUOTES", "--columns", "kind=trades,time=t,price=p,size=s,file=*.txt"),
            "it is for none of the files",
        ),
        (("QUOTES", "--columns", "kind=trades,time=t,price=p,size=s"), "line 1: columns = t: name one of"),
        (("QUOTES", "--calendar", "mars"), "--calendar = mars: nyse"),
        (("QUOTES", "--profile", "bank"), "--profile = bank: simulated"),
        (("QUOTES", "--latency", "fast"), "--latency = fast: none; constant:MS"),
    ],
)
def test_what_cannot_be_meant_is_one_line_that_names_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str
) -> None:
    parquet = tmp_path / "market.parquet"
    parquet.write_bytes(b"PAR1 and no more")
    names = {"PARQUET": str(parquet), "QUOTES": quotes(tmp_path / "quotes.csv", market(10))}

    assert main(["run", *(names.get(word, word) for word in arguments)]) == 2

    said = capsys.readouterr()
    assert told.replace("PARQUET", str(parquet)) in said.err
    assert (said.err.count("\n"), said.out) == (1, "")


@pytest.mark.slow
def test_a_calendar_opens_and_closes_the_market_and_day_orders_end_with_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Ten minutes before New York opens, ten after; the same around its close; and the next morning.
    closing_ns, next_ns = OPENING_NS + 390 * MINUTE_NS, OPENING_NS + 1_440 * MINUTE_NS
    updates: list[MarketUpdate] = []
    for begin_ns in (OPENING_NS - MINUTE_NS // 6, closing_ns - MINUTE_NS // 6, next_ns):
        updates += market(1_000, begin_ns)

    events = ran(
        capsys, tmp_path, quotes(tmp_path / "quotes.csv", updates), *BOT, "--calendar", "nyse", "--tif", "day"
    )

    changes = [(event.time_ns, event.phase.name) for event in events if isinstance(event, SessionChanged)]
    assert changes[1:] == [(OPENING_NS, "OPEN"), (closing_ns, "CLOSED"), (next_ns, "OPEN")]
    expired = [event.time_ns for event in events if isinstance(event, OrderExpired)]
    assert expired
    assert set(expired) == {closing_ns}
    assert not any(isinstance(event, OrderRejected) for event in events)
    sent = [event.time_ns for event in events if isinstance(event, OrderSubmitted)]
    assert all(OPENING_NS <= at <= closing_ns or at >= next_ns for at in sent)
    assert any(at < closing_ns for at in sent)
    assert any(at >= next_ns for at in sent)


@pytest.mark.slow
def test_a_venue_with_pending_reports_a_time_for_each_message_and_fees_in_another_currency(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = (
        "--profile", "fix-broker", "--latency", "constant:1", "--latency", "request.cancel=constant:7",
        "--latency", "deciding=constant:2", "--fees", "per-unit:0.3,in=BNB,px=600", "--fees", "per-unit:0.01",
        "--account", "margin:50000,2/BNB",
    )  # fmt: skip

    events = ran(capsys, tmp_path, quotes(tmp_path / "quotes.csv", market()), *BOT, *asked)

    assert any(isinstance(event, OrderPendingReplace) for event in events)
    assert any(isinstance(event, OrderPendingCancel) for event in events)
    paid = [event for event in events if isinstance(event, FeeCharged)]
    assert {event.currency for event in paid} == {"BNB"}
    by_exec = {event.exec_id: event for event in events if isinstance(event, Traded)}
    assert all(event.comm_currency == "USD" for event in by_exec.values())
    # 0.3 a unit, of which BNB costs 600.
    fees = sum((event.amount for event in paid), Decimal(0))
    traded = sum((event.last_qty for event in by_exec.values()), Decimal(0))
    assert abs(fees - traded * Decimal("0.0005")) < Decimal("0.00000001") * len(paid)
    # 1 ms there, 2 ms to decide, 1 ms back.
    sent = {event.order_id: event.time_ns for event in events if isinstance(event, OrderSubmitted)}
    took = {event.time_ns - sent[event.order_id] for event in events if isinstance(event, OrderAcknowledged)}
    assert took == {4_000_000}


@pytest.mark.slow
def test_a_part_of_the_executions_is_busted_and_the_run_balances(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = quotes(tmp_path / "quotes.csv", market())
    asked = (
        "--bust-rate",
        "0.5",
        "--bust-after",
        "uniform:1,3000",
        "--account",
        "margin:50000",
        "--fees",
        "per-unit:0.01",
    )

    events = ran(capsys, tmp_path, file, *BOT, *asked)

    traded = sum(isinstance(event, Traded) for event in events)
    busted = sum(isinstance(event, TradeCanceled) for event in events)
    assert 0 < busted < traded
    assert main(["run", file, "--bust-after", "none"]) == 2
    assert "--bust-after = none: give --bust-rate too" in capsys.readouterr().err
