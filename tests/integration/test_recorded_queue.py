"""Orders of ours in the queue of a recorded market by order; each line of the table was worked out by hand from the file.

The numbers of rows count from 0, without the header. What is ahead are the orders that the file shows at the price when ours
comes; they trade and are canceled in the rows that are named.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from oms.model.depth import BookOrder
from oms.model.enums import ExecType, LastLiquidityInd, MDUpdateAction, Side
from oms.model.ids import ClOrdId, Symbol
from oms.model.instrument import Instrument
from oms.model.reports import ExecutionReport
from oms.model.time_in_force import GTC
from oms.simulation.exchange import SimulatedExchange
from tests.unit.simulation.venue import order

pytestmark = [pytest.mark.market_data, pytest.mark.slow]

BTCUSD = Symbol("BTCUSD")
ORDERS = "crypto_btcusd_bitstamp_2015-05-01_orders.csv.gz"
ACTIONS = {"created": MDUpdateAction.NEW, "changed": MDUpdateAction.CHANGE, "deleted": MDUpdateAction.DELETE}

# Ours comes before this row: side, price, quantity; what is ahead after which rows; what it fills with at which row.
CASES: dict[str, tuple[int, Side, str, str, dict[int, str], dict[int, list[str]]]] = {
    "both ahead have traded, and the aggressor takes a little more from who came after us": (
        1467,
        Side.BUY,
        "234.72",
        "1",
        # 65595935 with 0.93582924 and 65595957 with 0.3
        {1467: "1.23582924", 1471: "1.23582924", 1472: "0.3", 1473: "0.3", 1474: "0", 1475: "0"},
        # 1.2399624 was sold in all
        {1476: ["0.00413316"]},
    ),
    "one ahead was canceled, the other has traded": (
        36206,
        Side.SELL,
        "236.55",
        "1",
        # 65611424 with 1 and 65613102 with 3.6975
        {36206: "4.6975", 36219: "4.6975", 36220: "1", 36391: "1", 36392: "0", 36393: "0"},
        {36394: ["1"]},
    ),
    "who is ahead trades in parts, and the rest of the aggressor is ours too": (
        2497,
        Side.SELL,
        "235.16",
        "1",
        # 65596337
        {2497: "0.27611536", 2579: "0.05611536", 2587: "0.05611536", 2588: "0", 2589: "0"},
        # 0.6687 was bought: 0.05611536 from who was ahead, 0.51011536 from who came after us, and 0.10246928 from nobody
        {2590: ["0.51011536", "0.10246928"]},
    ),
    "both ahead were canceled, and minutes later somebody buys": (
        9624,
        Side.SELL,
        "236.74",
        "12",
        # 65599957 with 6.2799 and 65599962 with 5.644
        {9624: "11.9239", 9639: "5.644", 9683: "5.644", 9684: "0", 9817: "0"},
        {9818: ["10.43696792"]},
    ),
}


def messages(path: Path) -> Iterator[BookOrder]:
    """Read the file: what an order loses has traded, but for what is left of one that is deleted."""
    left: dict[str, Decimal] = {}
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            action, entry_id, size = ACTIONS[row["action"]], row["order_id"], Decimal(row["size"])
            lost = left.get(entry_id, size) - size
            left[entry_id] = size
            is_gone = action is MDUpdateAction.DELETE
            yield BookOrder(
                BTCUSD,
                int(row["recv_ms"]) * 1_000_000,
                action,
                entry_id,
                Side.BUY if row["side"] == "BID" else Side.SELL,
                Decimal(row["price"]),
                Decimal(0) if is_gone else size,
                Decimal(0) if action is MDUpdateAction.NEW else max(lost, Decimal(0)),
            )


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_an_order_fills_when_all_ahead_of_it_are_gone_and_somebody_trades(
    market_data: Path,
    case: tuple[int, Side, str, str, dict[int, str], dict[int, list[str]]],
) -> None:
    joins, side, px, qty, expected_ahead, expected_fills = case
    exchange = SimulatedExchange(
        [Instrument(symbol=BTCUSD, currency="USD", tick="0.01", lot="0.00000001", min_qty="0.00000001")]
    )
    last = max(expected_fills)
    ahead: dict[int, Decimal | None] = {}
    fills: dict[int, list[Decimal]] = {}

    for row, message in enumerate(messages(market_data / ORDERS)):
        if row == joins:
            told = exchange.new_order(
                order("ours", side, qty, px, GTC, symbol=BTCUSD, time_ns=message.time_ns)
            )
            assert [report.exec_type for report in told if isinstance(report, ExecutionReport)] == [
                ExecType.NEW
            ]
        for report in exchange.on_market(message):
            assert isinstance(report, ExecutionReport)
            assert (report.last_px, report.last_liquidity_ind) == (Decimal(px), LastLiquidityInd.ADDED)
            fills.setdefault(row, []).append(report.last_qty or Decimal(0))
        if row in expected_ahead:
            ahead[row] = exchange.queue_ahead(ClOrdId("ours"))
        if row == last:
            break

    assert fills == {row: [Decimal(size) for size in sizes] for row, sizes in expected_fills.items()}
    assert ahead == {row: Decimal(size) for row, size in expected_ahead.items()}
