"""A broker's statement or drop copy in CSV: read line by line, with nothing left out in silence."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, TypeVar

from attrs import define, field, frozen

from oms.cli.statement_columns import Kind, columns_of
from oms.errors import ValidationError
from oms.model.decimals import exact
from oms.model.enums import Choice, ExecType, OrdStatus, Side
from oms.model.sessions import to_ns, utc_date

MAX_ROWS: Final = 1_000_000
"""How many lines a statement may have."""

C = TypeVar("C", bound=Choice)

_DELIMITERS: Final = ",;\t|"
_FIX_TIME: Final = re.compile(r"(\d{8})-(\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z?")
_DATE: Final = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)")
_SIDES: Final[dict[str, Side]] = {
    "1": Side.BUY, "b": Side.BUY, "buy": Side.BUY, "bot": Side.BUY, "bought": Side.BUY,
    "2": Side.SELL, "s": Side.SELL, "sell": Side.SELL, "sld": Side.SELL, "sold": Side.SELL,
    "5": Side.SELL_SHORT, "ss": Side.SELL_SHORT, "short": Side.SELL_SHORT, "sellshort": Side.SELL_SHORT,
}  # fmt: skip
_STATUSES: Final[dict[str, OrdStatus]] = {
    **{one.value.lower(): one for one in OrdStatus if len(one.value) == 1},
    **{one.name.replace("_", "").lower(): one for one in OrdStatus if len(one.value) == 1},
    "open": OrdStatus.NEW, "working": OrdStatus.NEW, "live": OrdStatus.NEW, "accepted": OrdStatus.NEW,
    "partial": OrdStatus.PARTIALLY_FILLED, "cancelled": OrdStatus.CANCELED,
}  # fmt: skip
_TYPES: Final[dict[str, ExecType]] = {
    **dict.fromkeys(("f", "1", "2", "trade", "fill", "partialfill", "filled", "partiallyfilled"), ExecType.TRADE),
    **dict.fromkeys(("h", "bust", "tradecancel", "tradebust"), ExecType.TRADE_CANCEL),
    **dict.fromkeys(("g", "correct", "tradecorrect", "correction"), ExecType.TRADE_CORRECT),
}  # fmt: skip
_NO_EXECUTIONS: Final[frozenset[str]] = frozenset(
    name for one in ExecType for name in (one.value.lower(), one.name.replace("_", "").lower())
) - frozenset(_TYPES)


@frozen
class BadRow:
    """A line that cannot be read.

    Attributes:
        line: Its number in the file.
        column: Where, as the file calls it.
        value: What is there.
        remedy: What would be right.
    """

    line: int
    column: str
    value: str
    remedy: str


@frozen(kw_only=True)
class Row:
    """One line of a statement; None and empty where it does not say."""

    line: int
    order_id: str | None
    cl_ord_id: str | None
    exec_id: str | None
    exec_ref_id: str | None
    exec_type: ExecType
    symbol: str | None
    side: Side | None
    account: str | None
    last_qty: Decimal | None
    last_px: Decimal | None
    order_qty: Decimal | None
    cum_qty: Decimal | None
    leaves_qty: Decimal | None
    price: Decimal | None
    stop_px: Decimal | None
    ord_status: OrdStatus | None
    commission: Decimal | None
    comm_currency: str | None
    position: Decimal | None
    time_ns: int | None
    trade_date: str


@define
class Statement:
    """What a file says.

    Attributes:
        kind: What it tells.
        rows: Its lines, in their order.
        bad: The lines that cannot be read.
        repeated: The lines that repeat an earlier one, as pairs of line numbers: which, and of which.
        passed_over: The lines of a drop copy that are about something else than executions.
    """

    kind: Kind
    rows: list[Row] = field(factory=list)
    bad: list[BadRow] = field(factory=list)
    repeated: list[tuple[int, int]] = field(factory=list)
    passed_over: list[int] = field(factory=list)


def read_statement(lines: Iterable[str], renamed: Mapping[str, str], kind: Kind | None = None) -> Statement:
    """Read a statement.

    Args:
        lines: The lines of the file, opened with `newline=""`.
        renamed: Our name for columns that it calls otherwise.
        kind: What it tells; found out from the columns if not given.

    Raises:
        ValidationError: It has no header that can be read, or too many lines.
    """
    source = iter(lines)
    first = next((line for line in source if line.strip()), "")
    if not first:
        raise ValidationError("statement", "an empty file", "a header line and one line per row")
    delimiter = max(_DELIMITERS, key=first.count)
    header = [name.strip() for name in next(csv.reader([first], delimiter=delimiter))]
    told, places = columns_of(header, renamed, kind)
    statement = Statement(told)
    seen: dict[tuple[str, ...], int] = {}
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            statement.bad.append(BadRow(reader.line_num + 1, "", str(error), "close every quote"))
            return statement
        if cells is None:
            return statement
        line = reader.line_num + 1
        if line > MAX_ROWS:
            raise ValidationError("statement", f"more than {MAX_ROWS} lines", "split the file")
        if any(cell.strip() for cell in cells):
            _take(statement, _Cells(line, header, places, cells), seen)


class _Cells:
    """One line, cell by cell; what cannot be read raises with the name of its column."""

    def __init__(
        self, line: int, header: Sequence[str], places: Mapping[str, int], cells: Sequence[str]
    ) -> None:
        self.line = line
        self.cells = tuple(cell.strip() for cell in cells)
        self.header = header
        self._places = places

    def text(self, name: str) -> str:
        place = self._places.get(name)
        return "" if place is None else self.cells[place]

    def called(self, name: str) -> str:
        return self.header[self._places[name]]

    def number(self, name: str) -> Decimal | None:
        text = self.text(name)
        # Statements of accounts write what is owed in brackets.
        if text.startswith("(") and text.endswith(")"):
            text = f"-{text[1:-1]}"
        return exact(text, self.called(name)) if text else None

    def choice(self, name: str, known: Mapping[str, C]) -> C | None:
        text = re.sub(r"[ _-]", "", self.text(name).lower())
        if text and text not in known:
            allowed = ", ".join(one for one in known if len(one) > 1)
            raise ValidationError(self.called(name), self.text(name), f"write one of {allowed}")
        return known[text] if text else None

    def time_ns(self) -> int | None:
        text = self.text("TransactTime")
        if not text:
            return None
        fix = _FIX_TIME.fullmatch(text)
        try:
            if fix is not None:
                moment = datetime.strptime(f"{fix[1]} {fix[2]}", "%Y%m%d %H:%M:%S").replace(tzinfo=UTC)
                return to_ns(moment) + int((fix[3] or "").ljust(9, "0") or 0)
            moment = datetime.fromisoformat(text)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            allowed = "write ISO 8601 with its zone, 2026-01-05T14:30:00Z, or FIX's 20260105-14:30:00"
            raise ValidationError(self.called("TransactTime"), text, allowed)
        return to_ns(moment)

    def date(self) -> str:
        text = self.text("TradeDate")
        if not text:
            return ""
        found = _DATE.fullmatch(text)
        if found is None:
            raise ValidationError(self.called("TradeDate"), text, "write 2026-01-05 or 20260105")
        return "".join(found.groups())


def _take(statement: Statement, cells: _Cells, seen: dict[tuple[str, ...], int]) -> None:
    if len(cells.cells) != len(cells.header):
        remedy = f"write {len(cells.header)} cells, as in the header"
        statement.bad.append(BadRow(cells.line, "", f"{len(cells.cells)} cells", remedy))
        return
    earlier = seen.setdefault(cells.cells, cells.line)
    if earlier != cells.line:
        statement.repeated.append((cells.line, earlier))
        return
    if statement.kind is Kind.EXECUTIONS:
        said = re.sub(r"[ _-]", "", cells.text("ExecType").lower())
        if said in _NO_EXECUTIONS:
            statement.passed_over.append(cells.line)
            return
    try:
        row = _row(cells)
        _check(statement.kind, cells, row)
        if statement.kind is Kind.EXECUTIONS:
            day = row.trade_date or ("" if row.time_ns is None else utc_date(row.time_ns))
            first = seen.setdefault(("", cells.text("ExecID"), row.symbol or "", day), row.line)
            if first != row.line:
                allowed = f"line {first} says something else of it: keep the one that is right"
                raise ValidationError(cells.called("ExecID"), cells.text("ExecID"), allowed)
    except ValidationError as error:
        statement.bad.append(BadRow(cells.line, error.field, str(error.value), error.allowed))
        return
    statement.rows.append(row)


def _row(cells: _Cells) -> Row:
    side = cells.choice("Side", _SIDES)
    last_qty = cells.number("LastQty")
    if last_qty is not None and last_qty < 0 and side is not Side.BUY:
        # A sale that is written as a negative quantity.
        side, last_qty = side or Side.SELL, -last_qty
    return Row(
        line=cells.line,
        order_id=cells.text("OrderID") or None,
        cl_ord_id=cells.text("ClOrdID") or None,
        exec_id=cells.text("ExecID") or None,
        exec_ref_id=cells.text("ExecRefID") or None,
        exec_type=cells.choice("ExecType", _TYPES) or ExecType.TRADE,
        symbol=cells.text("Symbol") or None,
        side=side,
        account=cells.text("Account") or None,
        last_qty=last_qty,
        last_px=cells.number("LastPx"),
        order_qty=cells.number("OrderQty"),
        cum_qty=cells.number("CumQty"),
        leaves_qty=cells.number("LeavesQty"),
        price=cells.number("Price"),
        stop_px=cells.number("StopPx"),
        ord_status=cells.choice("OrdStatus", _STATUSES),
        commission=cells.number("Commission"),
        comm_currency=cells.text("CommCurrency") or None,
        position=cells.number("Position"),
        time_ns=cells.time_ns(),
        trade_date=cells.date(),
    )


def _check(kind: Kind, cells: _Cells, row: Row) -> None:
    if kind is not Kind.POSITIONS and row.order_id is None and row.cl_ord_id is None:
        raise ValidationError("OrderID, ClOrdID", "", "name the order")
    if kind is Kind.EXECUTIONS:
        if row.exec_id is None:
            raise ValidationError(cells.called("ExecID"), "", "name the execution")
        if row.exec_type is not ExecType.TRADE and row.exec_ref_id is None:
            raise ValidationError("ExecRefID", "", "name the execution that is busted or corrected")
        if row.exec_type is not ExecType.TRADE_CANCEL:
            _positive(cells, "LastQty", row.last_qty)
            if row.last_px is None:
                raise ValidationError(cells.called("LastPx"), "", "write the price")
    elif kind is Kind.ORDERS:
        _positive(cells, "OrderQty", row.order_qty)
        if row.ord_status is None:
            raise ValidationError(cells.called("OrdStatus"), "", "write how the order stands")
    elif row.symbol is None:
        raise ValidationError(cells.called("Symbol"), "", "name what is held")
    elif row.position is None:
        raise ValidationError(cells.called("Position"), "", "write what is held; 0 for nothing")


def _positive(cells: _Cells, name: str, number: Decimal | None) -> None:
    if number is None or number <= 0:
        raise ValidationError(cells.called(name), cells.text(name), "write a number above 0")
