"""`oms run` where the venue does what nobody asked for, trading is halted, and orders show a part of themselves."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from decimal import Decimal
from itertools import islice
from pathlib import Path

import pytest

from oms.cli.__main__ import main
from oms.feeds.synthetic import SyntheticMarket
from oms.model.enums import LastLiquidityInd, OrdStatus, Side
from oms.model.events import (
    CancelRequested,
    Event,
    OrderAcknowledged,
    OrderCanceled,
    OrderCreated,
    OrderDoneForDay,
    OrderEvent,
    OrderRestated,
    OrderResumed,
    OrderStopped,
    OrderSubmitted,
    OrderSuspended,
    TradeCorrected,
    Traded,
)
from oms.model.instrument import Instrument
from oms.model.market import Quote
from oms.model.terms import Limit
from oms.model.time_in_force import GoodTillCancel
from oms.stores.sqlite import SQLiteEventStore

pytestmark = pytest.mark.slow

ACME = Instrument(symbol="ACME", currency="USD", tick="0.01")
BOT = ("--symbol", "ACME", "--currency", "USD", "--lot", "1", "--size", "5", "--max-qty", "30", "--pace", "5")
# 2018-01-02T14:30:00Z, when New York opens.
OPENING_NS = 1_514_903_400_000_000_000
S = 1_000_000_000


def rows(steps: int = 1_000, start_ns: int = OPENING_NS) -> list[str]:
    market = SyntheticMarket(instrument=ACME, start_px="100.00", start_ns=start_ns, steps=steps, seed=3)
    return [
        f"{one.time_ns},{one.bid},{one.bid_size},{one.ask},{one.ask_size}"
        for one in market
        if isinstance(one, Quote)
    ]


def written(path: Path, lines: Sequence[str]) -> str:
    path.write_text("\n".join(["recv_ns,bid,bid_size,ask,ask_size", *lines]), encoding="utf-8")
    return str(path)


def ran(folder: Path, *arguments: str, name: str = "run") -> list[Event]:
    """Run, see that the run balances and that its journal gives the same state, and give the journal."""
    db = folder / f"{name}.db"
    assert main(["run", *arguments, *BOT, "--db", str(db)]) == 0
    with SQLiteEventStore(db, read_only=True) as store:
        return list(store.read())


def test_the_venue_cancels_a_part_of_the_orders_that_nobody_asked_to_cancel(tmp_path: Path) -> None:
    file = written(tmp_path / "quotes.csv", rows())
    asked = ("--cancel-rate", "0.5", "--cancel-after", "uniform:1,3000", "--account", "margin:50000")

    events = ran(tmp_path, file, *asked)

    requests = {event.cl_ord_id for event in events if isinstance(event, CancelRequested)}
    unasked = [
        event
        for event in events
        if isinstance(event, OrderCanceled) and event.text == "canceled by the venue"
    ]
    submitted = sum(isinstance(event, OrderSubmitted) for event in events)
    assert 0 < len(unasked) < submitted
    assert not requests & {event.cl_ord_id for event in unasked}
    again = ran(tmp_path, file, *asked, name="again")
    other = ran(tmp_path, file, *asked, "--seed", "1", name="other")

    def canceled_at(journal: list[Event]) -> list[int]:
        return [event.time_ns for event in journal if isinstance(event, OrderCanceled)]

    assert canceled_at(again) == canceled_at(events) != canceled_at(other)


def test_which_orders_are_canceled_follows_from_the_seed(tmp_path: Path) -> None:
    # They are all canceled as long after they were taken, so that nothing but the choice is drawn.
    file = written(tmp_path / "quotes.csv", rows())
    asked = ("--cancel-rate", "0.5", "--cancel-after", "constant:1", "--account", "margin:50000")

    def choice(seed: str, name: str) -> list[bool]:
        events = ran(tmp_path, file, *asked, "--seed", seed, name=name)
        canceled = {
            event.order_id
            for event in events
            if isinstance(event, OrderCanceled) and event.text == "canceled by the venue"
        }
        orders = [event.order_id for event in events if isinstance(event, OrderAcknowledged)]
        return [order_id in canceled for order_id in orders[:20]]

    chosen = choice("0", "one")
    assert {True, False} == set(chosen)
    assert choice("0", "again") == chosen != choice("1", "other")


def test_the_venue_suspends_stops_and_corrects(tmp_path: Path) -> None:
    file = written(tmp_path / "quotes.csv", rows())
    asked = (
        "--suspend-rate",
        "0.5",
        "--suspend-for",
        "constant:1500",
        "--stop-rate",
        "0.5",
        "--correct-rate",
        "0.5",
    )

    events = ran(tmp_path, file, *asked, "--account", "margin:50000", "--pace", "20")

    def of(kind: type[OrderEvent]) -> list[OrderEvent]:
        return [event for event in events if isinstance(event, kind)]

    acknowledged = {event.order_id: event.time_ns for event in of(OrderAcknowledged)}
    suspended = {event.order_id: event.time_ns for event in of(OrderSuspended)}
    assert 0 < len(suspended) < len(acknowledged)
    assert {time_ns - acknowledged[order_id] for order_id, time_ns in suspended.items()} == {S}
    resumed = {event.order_id: event.time_ns for event in of(OrderResumed)}
    assert resumed
    assert {time_ns - suspended[order_id] for order_id, time_ns in resumed.items()} == {3 * S // 2}
    stopped = of(OrderStopped)
    assert 0 < len(stopped) < len(acknowledged)
    assert any(event.status is OrdStatus.STOPPED for event in stopped)
    # A tick better: less is paid, and more is got.
    sides = {event.order_id: event.side for event in of(OrderCreated)}  # type: ignore[attr-defined]  # each has one
    traded = {event.exec_id: event for event in events if isinstance(event, Traded)}
    corrected = [event for event in events if isinstance(event, TradeCorrected)]
    assert 0 < len(corrected) < len(traded)
    for event in corrected:
        first = traded[event.exec_ref_id]
        sign = -1 if sides[event.order_id] is Side.BUY else 1
        assert (event.last_qty, event.last_px) == (first.last_qty, first.last_px + sign * Decimal("0.01"))


def test_times_that_never_come_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path / "quotes.csv", rows(100))
    ran(tmp_path, file, "--halt", "1+1,90000+5", "--done-for-day", "14:29:00")
    told = [line for line in capsys.readouterr().out.splitlines() if "never came" in line]
    assert told == [
        "--halt 90000 seconds after the first row: the market's rows end before it, so that it never came",
        "--done-for-day 14:29:00: the market's rows end before it, so that it never came",
    ]

    ran(tmp_path, file, "--halt", "1+1", "--done-for-day", "1", name="in time")
    assert "never came" not in capsys.readouterr().out


def test_the_folder_of_a_chart_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, chart = written(tmp_path / "quotes.csv", rows(100)), tmp_path / "new" / "folder" / "run.html"
    ran(tmp_path, file, "--chart", str(chart))
    assert chart.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")

    db = tmp_path / "never.db"
    within = str(tmp_path / "quotes.csv" / "run.html")
    assert main(["run", file, *BOT, "--chart", within, "--db", str(db)]) == 2
    assert "name a file that can be written" in capsys.readouterr().err
    assert not db.exists()


def test_with_latency_faults_and_pending_reports_it_balances_too(tmp_path: Path) -> None:
    file = written(tmp_path / "quotes.csv", rows())
    asked = (
        "--cancel-rate",
        "0.3",
        "--cancel-after",
        "log-normal:500,0.8",
        "--done-for-day",
        "12",
        "--halt",
        "5+5",
    )
    wires = ("--latency", "uniform:1,400", "--faults", "outages:2,0.1,requests=lost,reports=lost")

    events = ran(tmp_path, file, *asked, *wires, "--profile", "fix-broker", "--display", "2")

    assert any(isinstance(event, OrderCanceled) and event.text == "canceled by the venue" for event in events)


def test_what_is_open_is_done_for_the_day_and_renewed_with_the_next_opening(tmp_path: Path) -> None:
    # Two mornings in New York; the market begins a second after the opening.
    day_ns = 86_400 * S
    lines = [*rows(400, OPENING_NS + S), *rows(400, OPENING_NS + S + day_ns)]
    file = written(tmp_path / "quotes.csv", lines)

    events = ran(tmp_path, file, "--calendar", "nyse", "--done-for-day", "14:30:04")

    done = [event for event in events if isinstance(event, OrderDoneForDay)]
    assert {event.time_ns for event in done} == {OPENING_NS + 4 * S, OPENING_NS + 4 * S + day_ns}
    assert not any(event.is_over for event in done)
    renewed = [event for event in events if isinstance(event, OrderRestated)]
    first_day = [event.order_id for event in done if event.time_ns < OPENING_NS + day_ns]
    assert sorted(event.order_id for event in renewed) == sorted(first_day)
    assert {event.time_ns for event in renewed} == {OPENING_NS + day_ns}
    # Until then none of them trades.
    held = [
        event
        for event in events
        if isinstance(event, Traded)
        and event.order_id in first_day
        and OPENING_NS + 4 * S < event.time_ns < OPENING_NS + day_ns
    ]
    assert not held


def test_day_orders_that_are_done_for_the_day_are_over(tmp_path: Path) -> None:
    file = written(tmp_path / "quotes.csv", rows(400, OPENING_NS + S))

    events = ran(tmp_path, file, "--calendar", "nyse", "--tif", "day", "--done-for-day", "14:30:04")

    done = [event for event in events if isinstance(event, OrderDoneForDay)]
    assert done
    assert all(event.is_over and event.time_ns == OPENING_NS + 4 * S for event in done)


def test_nothing_trades_while_halted_and_it_goes_on_with_an_auction(tmp_path: Path) -> None:
    # The bot bids 100.00 and offers 100.02. While it is halted the market comes down to 99.95 and 99.97: the bid would have
    # traded at once, and does so when trading goes on.
    second = [
        (1, "100.00", "100.02"),
        *((at, "100.00", "100.02") for at in range(2, 6)),
        *((at, "99.95", "99.97") for at in range(7, 11)),
    ]
    lines = [f"{OPENING_NS + at * S},{bid},50,{ask},50" for at, bid, ask in second]
    file = written(tmp_path / "quotes.csv", lines)

    halted = ran(tmp_path, file, "--halt", "14:30:06+2.5", name="halted")
    free = ran(tmp_path, file, name="free")

    def fills(journal: list[Event]) -> list[tuple[int, Decimal]]:
        return [
            ((event.time_ns - OPENING_NS) // (S // 2), event.last_px)
            for event in journal
            if isinstance(event, Traded)
        ]

    # In the auction 5 are bought of the 50 that are offered at 99.97, the price nearest to the middle of 99.95 and 99.97.
    assert fills(free)[0] == (14, Decimal("100.00"))
    assert fills(halted) == [(17, Decimal("99.97"))]


def test_the_orders_of_the_bot_show_a_part_of_themselves(tmp_path: Path) -> None:
    file = written(tmp_path / "quotes.csv", rows())

    events = ran(tmp_path, file, "--display", "2")

    waiting = [
        event
        for event in events
        if isinstance(event, OrderCreated) and isinstance(event.time_in_force, GoodTillCancel)
    ]
    assert waiting
    assert all(isinstance(event.terms, Limit) and event.terms.display_qty == 2 for event in waiting)
    # A part at a time: none of their executions is of more.
    shown = {event.order_id for event in waiting}
    made = [event.last_qty for event in events if isinstance(event, Traded) and event.order_id in shown]
    assert max(made) == 2


BARS = "crypto_btcusd_coinbase_bars_1m_trade.csv.gz"
QUOTE_BARS = "crypto_btcusd_coinbase_bars_1m_quote.csv.gz"
SNAPSHOT, DEPTH, LEVEL_TRADES = (
    f"crypto_btcusdt_binance_2024-08-08_{what}.csv.gz" for what in ("snapshot", "depth", "trades")
)
NAMED_ORDERS = "crypto_btcusd_bitstamp_2015-05-01_orders.csv.gz"


@pytest.mark.market_data
@pytest.mark.parametrize(
    ("files", "rows_each", "pace"),
    [
        pytest.param((BARS,), 1_300, "10", id="bars of trades"),
        pytest.param((QUOTE_BARS,), 1_000, "3", id="bars of quotes"),
        pytest.param((SNAPSHOT, DEPTH, LEVEL_TRADES), 20_000, "20", id="levels"),
        pytest.param((NAMED_ORDERS,), 15_000, "20", id="orders by name"),
    ],
)
def test_parts_are_traded_in_their_turn_in_whatever_was_recorded(
    tmp_path: Path, market_data: Path, files: tuple[str, ...], rows_each: int, pace: str
) -> None:
    kept = [first_rows(market_data / name, tmp_path, rows_each) for name in files]

    made = parts_made(tmp_path, *kept, "--bar-seconds", "60", "--lot", "0.00001", "--pace", pace)

    assert made
    assert max(made) == Decimal("0.03")


def first_rows(file: Path, folder: Path, count: int) -> str:
    kept = folder / file.name
    with gzip.open(file, "rt", encoding="utf-8") as lines, gzip.open(kept, "wt", encoding="utf-8") as out:
        out.writelines(islice(lines, count))
    return str(kept)


def parts_made(folder: Path, *arguments: str) -> list[Decimal]:
    """Run with orders for 0.05 that show 0.03, see that it balances, and give the sizes of what they made."""
    db = folder / "run.db"
    asked = ("--symbol", "X", "--currency", "USD", "--size", "0.05", "--display", "0.03")
    assert main(["run", *arguments, *asked, "--db", str(db)]) == 0
    with SQLiteEventStore(db, read_only=True) as store:
        events = list(store.read())
    added = LastLiquidityInd.ADDED
    return [
        event.last_qty for event in events if isinstance(event, Traded) and event.last_liquidity_ind is added
    ]


# Ten prices up and ten down again, 0.04 apart, so that the bot's orders a tick from the middle are reached from both sides.
MIDDLES = [10_000 + 4 * (step if step < 10 else 20 - step) for step in range(20)] * 10


def made_bars() -> list[str]:
    lines = ["start,open,high,low,close,volume"]
    for minute, middle in enumerate(MIDDLES):
        low, high = middle - 3, middle + 3
        start = f"2018-01-02T{14 + minute // 60:02}:{minute % 60:02}:00Z"
        # Every other one opens beyond where the last has closed.
        opening, closing = (low, high) if minute % 2 else (high, low)
        lines.append(
            f"{start},{opening / 100},{high / 100},{low / 100},{closing / 100},{'0.01' if minute % 2 else '0.07'}"
        )
    return lines


def made_levels() -> list[str]:
    lines = ["recv_ns,last_id,side,price,size"]
    for number, middle in enumerate(MIDDLES, start=1):
        for side, away, size in (("BID", -1, "0.04"), ("BID", -5, 1), ("ASK", 1, "0.04"), ("ASK", 5, 1)):
            lines.append(f"{OPENING_NS + number * S},{number},{side},{(middle + away) / 100},{size}")
    return lines


def made_orders() -> list[str]:
    lines = ["recv_ms,order_s,order_id,side,price,size,action"]
    known: list[str] = []
    for number, middle in enumerate(MIDDLES, start=1):
        at = f"{(OPENING_NS + number * S) // 1_000_000},{(OPENING_NS + number * S) // S}"
        lines += [f"{at},{one},deleted" for one in known]
        known = [f"{number}1,BID,{(middle - 1) / 100},0.04", f"{number}2,ASK,{(middle + 1) / 100},0.04"]
        lines += [f"{at},{one},created" for one in known]
    return lines


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        pytest.param("bars.csv", made_bars(), id="bars of trades"),
        pytest.param("levels.csv", made_levels(), id="levels"),
        pytest.param("orders.csv", made_orders(), id="orders by name"),
    ],
)
def test_parts_are_traded_in_their_turn_in_whatever_was_made_up(
    tmp_path: Path, name: str, lines: list[str]
) -> None:
    file = tmp_path / name
    file.write_text("\n".join(lines), encoding="utf-8")

    made = parts_made(tmp_path, str(file), "--bar-seconds", "60", "--lot", "0.01", "--pace", "1")

    assert max(made) == Decimal("0.03")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--cancel-rate", "2"), "--cancel-rate = 2: pass 0 to 1"),
        (("--cancel-after", "none"), "--cancel-after = none: give --cancel-rate too"),
        (("--done-for-day", "noon"), "--done-for-day = noon: write a time of day in UTC"),
        (("--halt", "14:30"), "--halt = 14:30: write START+SECONDS"),
        (("--display", "6", "--size", "5"), "--display = 6: pass at most 5, the --size of an order"),
        (("--display", "0"), "--display = 0: pass more than zero"),
        (
            ("--size", "5", "--lot", "1", "--display", "2.5"),
            "--display = 2.5: pass a multiple of 1, the --lot",
        ),
        (("--halt", "1_0+5"), "--halt = 1_0+5: write START+SECONDS"),
        (("--halt", "5+1_0"), "--halt = 5+1_0: write START+SECONDS"),
        (("--halt", "\u0663+5"), "--halt = \u0663+5: write START+SECONDS"),
        (("--halt", "\u0661\u0664:\u0663\u0660+5"), "write START+SECONDS"),
        (("--done-for-day", "1_0"), "--done-for-day = 1_0: write a time of day in UTC"),
    ],
)
def test_what_cannot_be_meant_is_one_line_that_names_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str
) -> None:
    file = written(tmp_path / "quotes.csv", rows(5))

    assert main(["run", file, *arguments]) == 2
    assert told in capsys.readouterr().err
