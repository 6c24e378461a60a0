"""`oms reconcile`: a broker's files held against a journal, with every expected value worked by hand."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from oms.cli.__main__ import main
from oms.cli.statement import BadRow, read_statement
from oms.cli.statement_columns import NEEDED, Kind
from oms.errors import ValidationError
from oms.model import events as ev
from oms.model.enums import ExecType, OrdStatus, Side
from oms.model.ids import ExecId, OrderId, Symbol
from oms.stores.sqlite import SQLiteEventStore
from tests.unit.journals import Journal, venue_id

# The journal: order 1, V1 there, BUY 100 AAPL at 189.50, executed x1 40 at 189.50 and x2 10 at 189.40, of which x2 was
# busted; order 2, V2 there, BUY 100 MSFT at 189.50, executed x3 40 at 189.50.
EXECUTIONS = """\
Order ID,exec_id,Symbol,Side,Last Qty,LastPx,Transact Time,Exec Type,Exec Ref ID
V1,x1,AAPL,BUY,40,189.50,2026-01-05T14:30:00Z,F,
V1,x2,AAPL,BUY,10,189.40,2026-01-05T14:30:00Z,F,
V1,x2b,AAPL,BUY,,,2026-01-05T14:30:00Z,H,x2
V2,x3,MSFT,BUY,40,189.50,2026-01-05T14:30:00Z,F,
"""
ORDERS = """\
OrderID;Status;OrderQty;CumQty;Price;Symbol;Side
V1;1;100;40;189.50;AAPL;1
V2;Partially Filled;100;40;189.50;MSFT;B
"""
POSITIONS = "Account\tTicker\tNet Qty\nmain\tAAPL\t40\nmain\tMSFT\t40\n"


def journal() -> Journal:
    journal = Journal()
    journal.add(ev.EpochStarted, how="Start", by="")
    journal.submit()
    journal.report(ev.OrderAcknowledged, venue_order_id=venue_id("V1"))
    journal.report(ev.Traded)
    journal.report(ev.Traded, exec_id=ExecId("x2"), last_qty=Decimal(10), last_px=Decimal("189.40"))
    journal.report(
        ev.TradeCanceled, exec_id=ExecId("x2b"), exec_ref_id=ExecId("x2"), old_qty=Decimal(10), old_px=Decimal("189.40"),
        trade_sequence=5, reopens=True,
    )  # fmt: skip
    journal.submit(2, cl_ord_id="new-2", symbol=Symbol("MSFT"))
    journal.report(ev.OrderAcknowledged, order_id=OrderId(2), venue_order_id=venue_id("V2"))
    journal.report(ev.Traded, order_id=OrderId(2), exec_id=ExecId("x3"), symbol=Symbol("MSFT"))
    return journal


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("journal") / "orders.db"
    with SQLiteEventStore(path) as store:
        store.append(journal().events, 0)
    return str(path)


class Told:
    """What the command has said."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def breaks(self) -> list[tuple[Any, ...]]:
        said = json.loads(self.out)["breaks"]
        return [(one["kind"], one["order"], one["expected"], one["said"], one["line"]) for one in said]


Reconcile = Callable[..., Told]


@pytest.fixture
def reconcile(db: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Reconcile:
    def run(text: str | bytes, *options: str, output: str = "json") -> Told:
        path = tmp_path / "statement.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        code = main(["reconcile", db, str(path), "--format", output, *options])
        told = capsys.readouterr()
        return Told(code, told.out, told.err)

    return run


@pytest.mark.parametrize("text", [EXECUTIONS, ORDERS, POSITIONS], ids=["executions", "orders", "positions"])
def test_a_statement_that_agrees_has_no_break(reconcile: Reconcile, text: str) -> None:
    told = reconcile(text)
    assert (told.code, told.breaks, told.err) == (0, [], "")


CASES: list[tuple[str, str, str, str, list[tuple[Any, ...]]]] = [
    ("an execution of another size", EXECUTIONS, ",40,189.50,2026-01-05T14:30:00Z,F,\nV1,x2", ",41,189.50,2026-01-05T14:30:00Z,F,\nV1,x2", [("fill", 1, "40 at 189.5", "41 at 189.5", 2)]),
    ("an execution on the other side", EXECUTIONS, "MSFT,BUY", "MSFT,SELL", [("fill", 2, "buy", "sell", 5)]),
    ("an execution of another order", EXECUTIONS, "V2,x3,MSFT", "V1,x3,", [("fill", 2, "of order 2", "of order 1", 5)]),
    ("an execution that is missing here", EXECUTIONS, "V2,x3", "V2,x4", [("missing fill", 2, "nothing", "40 at 189.5", 5), ("unknown fill", 2, "40 at 189.5", "nothing", None)]),
    ("an execution of an unknown order", EXECUTIONS, "V2,x3", "V9,x9", [("unknown order", None, "nothing", "buy MSFT", 5), ("unknown fill", 2, "40 at 189.5", "nothing", None)]),
    ("an execution that is busted here alone", EXECUTIONS, "V1,x2b,AAPL,BUY,,,2026-01-05T14:30:00Z,H,x2\n", "", [("fill", 1, "busted", "10 at 189.4", 3)]),
    ("an execution that is busted there alone", EXECUTIONS, "V1,x2b,AAPL,BUY,,,2026-01-05T14:30:00Z,H,x2\n", "V1,x2b,AAPL,BUY,,,2026-01-05T14:30:00Z,H,x2\nV1,x1b,AAPL,BUY,,,2026-01-05T14:30:00Z,H,x1\n", [("fill", 1, "40 at 189.5", "busted", 5)]),
    ("an order that has executed more there", ORDERS, "V1;1;100;40", "V1;1;100;50", [("missing fill", 1, "40", "50", 2)]),
    ("an order that has executed more here", ORDERS, "V1;1;100;40", "V1;1;100;30", [("unknown fill", 1, "40", "30", 2)]),
    ("an order that has ended there", ORDERS, "V1;1;100", "V1;Cancelled;100", [("status", 1, "open, 60 left", "canceled", 2)]),
    ("an order of another total", ORDERS, "V1;1;100", "V1;1;120", [("quantity", 1, "100", "120", 2)]),
    ("an order at another price", ORDERS, "40;189.50;MSFT", "40;189.60;MSFT", [("price", 2, "189.5", "189.6", 3)]),
    ("an order that the broker does not show", ORDERS, "V2;Partially Filled;100;40;189.50;MSFT;B\n", "", [("missing order", 2, "open, 60 left", "nothing", None)]),
    ("an order that was not given here", ORDERS, "V2;Part", "V7;Part", [("unknown order", None, "nothing", "buy 100 MSFT", 3), ("missing order", 2, "open, 60 left", "nothing", None)]),
    ("another position", POSITIONS, "AAPL\t40", "AAPL\t-40", [("position", None, "40", "-40", 2)]),
    ("a position in brackets", POSITIONS, "AAPL\t40", "AAPL\t(40)", [("position", None, "40", "-40", 2)]),
    ("a position that the broker does not show", POSITIONS, "main\tMSFT\t40\n", "", [("position", None, "40", "0", None)]),
    ("a position of another account", POSITIONS, "main\tMSFT", "hedge\tMSFT", [("position", None, "0", "40", 3), ("position", None, "40", "0", None)]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "old", "new", "breaks"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_difference_is_a_break(
    reconcile: Reconcile,
    text: str,
    old: str,
    new: str,
    breaks: list[tuple[Any, ...]],
) -> None:
    assert old in text
    told = reconcile(text.replace(old, new))
    assert (told.code, told.breaks) == (1, breaks)


def test_a_fee_is_compared_where_the_file_tells_it(reconcile: Reconcile) -> None:
    text = "OrderID,ExecID,LastQty,LastPx,Fee,Fee Currency\nV1,x1,40,189.50,0.35,USD\n"
    (found,) = reconcile(text).breaks
    assert (found[0], found[1], found[3]) == ("fee", 1, "0.35 USD")


def test_what_an_extract_lacks_is_no_break(reconcile: Reconcile) -> None:
    first = "".join(ORDERS.splitlines(keepends=True)[:2])
    assert reconcile(first).code == 1
    assert reconcile(first, "--partial").code == 0


def test_columns_of_any_name_can_be_mapped(reconcile: Reconcile) -> None:
    text = "wo,was,wieviel,zu,nummer\nV1,AAPL,40,189.50,x1\n"
    told = reconcile(text, "--columns", "wo=OrderID,was=symbol,wieviel=LastQty,zu=LastPx,nummer=ExecID")
    assert (told.code, json.loads(told.out)["rows"]) == (0, 1)


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("", [], "statement = '': "),
        ("a,b\n1,2\n", [], "header = none: "),
        ("OrderID,ExecID\nV1,x1\n", [], "a file of executions needs LastQty, LastPx"),
        ("Exec ID,ExecutionID,OrderID\nx1,x1,V1\n", [], "one column for ExecID"),
        (ORDERS, ["--columns", "Nr=OrderID"], "the file has OrderID, Status"),
        (ORDERS, ["--columns", "OrderID"], "write THEIRS=OURS"),
        (ORDERS, ["--broker", "nobody"], "the journal has orders of paper"),
        (b"OrderID\xff\n", [], "a text file in UTF-8"),
    ],
    ids=[
        "nothing", "no column known", "too few columns", "a column twice", "a column that is not there", "half a mapping",
        "an unknown broker", "no text",
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_why(
    reconcile: Reconcile,
    text: str | bytes,
    options: list[str],
    said: str,
) -> None:
    told = reconcile(text, *options)
    assert told.code == 2
    assert said in told.err or (text == "" and "an empty file" in told.err)


HEAD = "OrderID,ExecID,ExecType,LastQty,LastPx,TransactTime,TradeDate,Side"
GOOD = "V1,x1,F,40,189.50,20260105-14:30:00.5,2026-01-05,1"


@pytest.mark.parametrize(
    ("line", "column", "value"),
    [
        ("V1,x1,F,\"1,000\",189.50,,,1", "LastQty", "1,000"),
        ("V1,x1,F,0,189.50,,,1", "LastQty", "0"),
        ("V1,x1,F,NaN,189.50,,,1", "LastQty", "NaN"),
        ("V1,x1,F,40,,,,1", "LastPx", "''"),
        ("V1,x1,F,40,1e999999,,,1", "LastPx", "1e999999"),
        ("V1,x1,F,40,189.50,2026-01-05 14:30:00,,1", "TransactTime", "2026-01-05 14:30:00"),
        ("V1,x1,F,40,189.50,yesterday,,1", "TransactTime", "yesterday"),
        ("V1,x1,F,40,189.50,,5.1.26,1", "TradeDate", "5.1.26"),
        ("V1,x1,F,40,189.50,,,up", "Side", "up"),
        ("V1,x1,?,40,189.50,,,1", "ExecType", "?"),
        ("V1,x1,H,,,,,1", "ExecRefID", "''"),
        (",x1,F,40,189.50,,,1", "OrderID, ClOrdID", "''"),
        ("V1,,F,40,189.50,,,1", "ExecID", "''"),
        ("V1,x1,F,40", "", "4 cells"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_read_is_told_with_its_number(line: str, column: str, value: str) -> None:
    statement = read_statement([f"{HEAD}\n", f"{GOOD}\n", f"{line}\n", f"{GOOD.replace('x1', 'x9')}\n"], {})
    (bad,) = statement.bad
    assert (bad.line, bad.column, bad.value) == (3, column, value)
    assert bad.remedy
    assert [row.line for row in statement.rows] == [2, 4]


def test_a_bad_line_makes_the_result_unreadable_and_the_rest_is_compared(reconcile: Reconcile) -> None:
    told = reconcile(POSITIONS.replace("MSFT\t40", "MSFT\tmany").replace("AAPL\t40", "AAPL\t41"), "--partial")
    assert (told.code, told.breaks) == (2, [("position", None, "40", "41", 2)])
    assert "1 lines cannot be read" in told.err
    assert json.loads(told.out)["unreadable"] == [
        {
            "line": 3, "column": "Net Qty", "value": "many",
            "remedy": 'pass a plain decimal number in ASCII digits, such as "189.50"',
        }
    ]  # fmt: skip


def test_a_quote_that_is_not_closed_is_told() -> None:
    statement = read_statement([f"{HEAD}\n", 'V1,"x1,F,40\n'], {})
    assert [(bad.line, bad.remedy) for bad in statement.bad] == [(2, "close every quote")]


def test_a_repeated_line_is_told_and_counts_once(reconcile: Reconcile) -> None:
    told = reconcile(f"{POSITIONS}main\tAAPL\t40\n")
    assert (told.code, told.breaks) == (0, [])
    assert told.err == "line 4 repeats line 2, and is not counted again\n"


def test_an_exec_id_that_means_two_things_cannot_be_read(reconcile: Reconcile) -> None:
    told = reconcile(EXECUTIONS + EXECUTIONS.splitlines()[1].replace("40", "39") + "\n")
    assert told.code == 2
    assert json.loads(told.out)["unreadable"][0]["line"] == 6


def test_what_a_drop_copy_says_beside_executions_is_passed_over_and_told(reconcile: Reconcile) -> None:
    told = reconcile(f"{EXECUTIONS}V1,x0,AAPL,BUY,,,2026-01-05T14:30:00Z,New,\n")
    assert (told.code, told.breaks) == (0, [])
    assert told.err == "about something else than executions: lines 6\n"


def test_the_whole_of_a_line_is_read() -> None:
    statement = read_statement([f"{HEAD},Qty\n", f"{GOOD},7\n"], {})
    (row,) = statement.rows
    assert (row.order_id, row.exec_id, row.exec_type, row.side) == ("V1", "x1", ExecType.TRADE, Side.BUY)
    assert (row.last_qty, row.last_px) == (Decimal(40), Decimal("189.50"))
    assert (row.time_ns, row.trade_date) == (1_767_623_400_500_000_000, "20260105")


def test_a_negative_quantity_is_a_sale() -> None:
    (row,) = read_statement(["OrderID,ExecID,Qty,Price\n", "V1,x1,-40,189.50\n"], {}).rows
    assert (row.side, row.last_qty, row.last_px) == (Side.SELL, Decimal(40), Decimal("189.50"))


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("CLORDID,execution id,last shares,Last_Px", Kind.EXECUTIONS),
        ("Trade ID,Order No,Qty,Price", Kind.EXECUTIONS),
        ("Client Order ID,Order Status,Quantity,Price", Kind.ORDERS),
        ("Instrument,Net Position", Kind.POSITIONS),
        ("Symbol,Quantity", Kind.POSITIONS),
    ],
)
def test_the_columns_tell_what_a_file_is(header: str, kind: Kind) -> None:
    assert read_statement([header], {}).kind is kind


def test_statuses_are_read_by_code_and_by_name() -> None:
    lines = [
        f"V{place},{status},10\n" for place, status in enumerate(["0", "PartiallyFilled", "canceled", "A"])
    ]
    statement = read_statement(["OrderID,OrdStatus,OrderQty\n", *lines], {})
    assert [row.ord_status for row in statement.rows] == [
        OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED, OrdStatus.CANCELED, OrdStatus.PENDING_NEW,
    ]  # fmt: skip


def test_cells_that_look_like_formulas_come_out_as_texts(reconcile: Reconcile) -> None:
    told = reconcile("Symbol,Position\n=cmd|' /C calc'!A0,1\n@SUM,-2\n", "--partial", output="csv")
    header, first, second = list(csv.reader(io.StringIO(told.out)))
    assert header == ["kind", "order", "expected", "said", "since (UTC)", "line", "what"]
    assert first == ["position", "", "0", "1", "", "2", "what account main holds of =cmd|' /C calc'!A0"]
    assert second[3] == "'-2"


def test_the_table_names_every_break(reconcile: Reconcile) -> None:
    told = reconcile(ORDERS.replace("V1;1;100;40", "V1;1;100;50"), output="table")
    assert told.out == (
        "kind          order  expected  said  line  what\n"
        "------------  -----  --------  ----  ----  ---------------------------------------\n"
        "missing fill      1  40        50       2  10 executed that is not known here\n\n"
        "1 break; 2 lines of orders held against the journal\n"
    ).replace("---------------------------------------", "-" * 34)


def test_every_needed_column_is_asked_for() -> None:
    for kind, names in NEEDED.items():
        with pytest.raises(ValidationError, match=names[-1]):
            read_statement(["nothing,known\n"], {}, kind)


def test_a_bad_row_says_all_that_is_needed_to_mend_it() -> None:
    statement = read_statement(["Symbol,Position\n", "AAPL,\n"], {})
    assert statement.bad == [BadRow(2, "Position", "''", "write what is held; 0 for nothing")]
