"""What a start costs: the whole journal read again, beside `json.loads` of the same rows; and from a snapshot, on top of it.

Both arms read the same rows of one SQLite file in the same run, and take turns; processor time. The plain arm makes a dict
of each row, keeps one dict an order that each row updates, and adds the executions up in a float: nothing is checked,
and nothing is exact. The library's arm opens the journal, checks the chain of hashes, makes the events, and moves the
orders, the indexes, the exposure, the timers and the positions.

The orders differ in size and price, and are executed at two prices, so that averages hardly ever are the same.
"""

from __future__ import annotations

import gc
import json
import sqlite3
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.arms import (
    BUY,
    NEW,
    SELL,
    SHOWN_FILLED,
    SHOWN_NEW,
    SHOWN_PARTIALLY_FILLED,
    SYMBOL,
    TIME_NS,
    TRADE,
    ZERO,
    OmsArm,
    SinkBroker,
)
from benchmarks.measuring import Figure, figure, ratios
from oms.model.ids import ClOrdId, ExecId, VenueOrderId
from oms.model.limits import RiskLimits
from oms.model.reports import ExecutionReport
from oms.model.terms import Limit
from oms.runtime.order_manager import OrderManager
from oms.runtime.recovery import Recovered, recover, state_hash
from oms.runtime.retention import Retention
from oms.stores.order_archive import SQLiteOrderArchive
from oms.stores.sqlite import SQLiteEventStore

MAX_OF_JSON = 2.0
"""A recovery, in readings of the same rows with `json.loads` and updates of dicts: a target of the journal's design."""
MAX_OF_CLOSED = 1.25
"""What a start from a snapshot may take longer beside a hundred times as many closed orders: it depends on open ones alone."""
BATCH = 100
EVENTS_AN_ORDER = 5
OPEN = 100
_CENT = Decimal("0.01")
_PRICES = [Decimal("189.50") + number * _CENT for number in range(-400, 401)]
_SIZES = [Decimal(100 * number) for number in range(1, 21)]

Wanted = tuple[int, Decimal, Decimal]


def recovery(folder: Path, events: int, rounds: int) -> list[Figure]:
    """The journal from its beginning."""
    path = folder / "recovery.db"
    expected = _write(path, events // EVENTS_AN_ORDER)
    arms: dict[str, Callable[[Path], Any]] = {"json": _plain, "ours": _ours}
    samples: dict[str, list[float]] = {name: [] for name in arms}
    for turn in range(rounds + 1):
        for name, arm in arms.items():
            took = _timed(arm, path, expected)
            if turn:
                samples[name].append(took)
    return [
        figure(f"json.loads and dicts, {events:,} events, an event", samples["json"], "us"),
        figure("recovery, an event", samples["ours"], "us"),
        figure("recovery, events a second", [1e6 / took for took in samples["ours"]], "1/s"),
        figure(
            "recovery, in readings with json.loads",
            ratios(samples["ours"], samples["json"]),
            "x",
            MAX_OF_JSON,
        ),
    ]


def _timed(arm: Callable[[Path], Any], path: Path, expected: str) -> float:
    gc.collect()
    start = time.process_time_ns()
    found = arm(path)
    took = (time.process_time_ns() - start) / 1_000
    if isinstance(found, Recovered):
        assert state_hash(found.state, found.positions) == expected
        return took / found.count
    orders, held, count = found
    # A few are no order's: the epoch, the limits, blocks of ClOrdIDs.
    assert 0 < count - EVENTS_AN_ORDER * len(orders) < 100
    assert held == {("main", "AAPL"): 0.0}
    return float(took / count)


def _ours(path: Path) -> Recovered:
    with SQLiteEventStore(path, read_only=True) as store:
        return recover(store.read())


def _plain(path: Path) -> tuple[dict[int, dict[str, Any]], dict[tuple[str, str], float], int]:
    journal = sqlite3.connect(path)
    loads = json.loads
    orders: dict[int, dict[str, Any]] = {}
    held: dict[tuple[str, str], float] = {}
    count = 0
    for _, payload in journal.execute("SELECT sequence, payload FROM events ORDER BY sequence"):
        row = loads(payload)
        count += 1
        if "order_id" not in row:
            continue
        number = row["order_id"]
        if number in orders:
            orders[number].update(row)
        else:
            orders[number] = row
        if row["type"] == "Traded":
            holding = row["account"], row["symbol"]
            qty = float(row["last_qty"])
            held[holding] = held.get(holding, 0.0) + (qty if row["side"] == "1" else -qty)
    journal.close()
    return orders, held, count


# ---------------------------------------------------------------- from a snapshot


def starts(folder: Path, closed: tuple[int, ...], opened: tuple[int, ...]) -> list[Figure]:
    """A manager opened on a journal with a snapshot at its end: beside closed orders out of memory, and with open ones."""
    beside = {done: _starts(folder / f"closed-{done}.db", done, OPEN) for done in closed}
    figures = [
        figure(f"start from a snapshot, {OPEN} open orders, {done:,} closed", took, "ms")
        for done, took in beside.items()
    ]
    flat = ratios(beside[closed[-1]], beside[closed[0]])
    figures.append(figure(f"from {closed[0]:,} to {closed[-1]:,} closed orders", flat, "x", MAX_OF_CLOSED))
    for count in opened:
        what = f"start from a snapshot, {count:,} open orders, none closed"
        figures.append(figure(what, _starts(folder / f"open-{count}.db", 0, count), "ms"))
    return figures


def _starts(path: Path, done: int, opened: int) -> list[float]:
    _write(path, done, opened)
    samples = []
    for _ in range(3):
        gc.collect()
        start = time.process_time_ns()
        with SQLiteEventStore(path) as store, SQLiteOrderArchive(f"{path}-archive") as archive:
            om = OrderManager(
                brokers=[SinkBroker()],
                store=store,
                limits=RiskLimits.off("a benchmark"),
                retention=Retention(closed_orders=0),
                archive=archive,
            )
            samples.append((time.process_time_ns() - start) / 1e6)
            assert len(om.open_orders()) == opened
            # The next start is to find everything in its snapshot.
            om.snapshot()
            om.close()
    return samples


# ---------------------------------------------------------------- the journal


def _write(path: Path, orders: int, opened: int = 0) -> str:
    """Make a journal of these orders, and give the hash of the state.

    With open orders it ends with a snapshot, and the closed ones have left memory.
    """
    archive = SQLiteOrderArchive(f"{path}-archive") if opened else None
    retention = None if archive is None else Retention(closed_orders=0)
    arm = OmsArm(SQLiteEventStore(path), retention=retention, archive=archive)
    for start in range(0, orders, BATCH):
        _trade(arm, range(start, min(start + BATCH, orders)))
    for start in range(0, opened, BATCH):
        _trade(arm, range(orders + start, orders + min(start + BATCH, opened)), is_executed=False)
    assert len(arm.om.open_orders()) == opened
    if archive is not None:
        arm.om.retire()
        assert len(arm.om.orders()) == opened
        arm.om.snapshot()
    expected = state_hash(arm.om.state, arm.om.positions)
    arm.om.close()
    if archive is not None:
        archive.close()
    return expected


def _trade(arm: OmsArm, numbers: range, *, is_executed: bool = True) -> None:
    wanted = [(number, _SIZES[number // 2 % 20], _PRICES[number * 37 % 800]) for number in numbers]
    arm.sent.clear()
    with arm.om.batch():
        for number, qty, px in wanted:
            arm.om.submit(SYMBOL, BUY if number & 1 else SELL, qty, Limit(px))
    left = [request.cl_ord_id for request in arm.sent]
    with arm.om.batch():
        for order, identity in zip(wanted, left, strict=True):
            for report in _reports(order, identity)[: None if is_executed else 1]:
                arm.put(report)
        arm.om.poll()


def _reports(order: Wanted, identity: ClOrdId) -> list[ExecutionReport]:
    number, qty, px = order
    name, part = VenueOrderId(f"V{number}"), qty * 2 / 5
    acknowledged = ExecutionReport(
        NEW,
        identity,
        venue_order_id=name,
        ord_status=SHOWN_NEW,
        cum_qty=ZERO,
        leaves_qty=qty,
        transact_time_ns=TIME_NS + 1_000_000 * number,
    )
    executed = [
        ExecutionReport(
            TRADE,
            identity,
            venue_order_id=name,
            exec_id=ExecId(f"E{number}.{place}"),
            ord_status=SHOWN_FILLED if place == 2 else SHOWN_PARTIALLY_FILLED,
            last_qty=last,
            last_px=px - (place - 1) * _CENT,
            cum_qty=cum,
            leaves_qty=qty - cum,
            transact_time_ns=TIME_NS + 1_000_000 * number + 1_000 * place,
        )
        for place, last, cum in ((1, part, part), (2, qty - part, qty))
    ]
    return [acknowledged, *executed]
