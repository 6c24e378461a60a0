"""The blotter: one row an order, as a trader would look at it. Fed by events alone; it never sees an order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator
from decimal import Decimal
from typing import Any, Final, Protocol

from attrs import Factory, define

from oms.model import events as ev
from oms.model.decimals import EXACT, ZERO, plain
from oms.model.enums import OrdStatus, Side
from oms.model.ids import Account, BrokerName, ClOrdId, OrderId, Symbol
from oms.model.reasons import Reason
from oms.model.terms import Terms
from oms.model.time_in_force import TimeInForce
from oms.projections import wording

MAX_HTML_ROWS: Final = 200
"""How many rows a notebook is shown, the newest; ask for `rows` or `to_dicts` to see all."""

_HEADINGS: Final = (
    ">order", "created (UTC)", "symbol", "side", "terms", "tif", "status", "note", ">executed", ">average", "broker", "account",
    "ref", ">replaces", "remark",
)  # fmt: skip


@define(slots=True, weakref_slot=False)
class BlotterRow:
    """One order. To be read: the blotter moves it with its order; `copy.copy` gives one that stays.

    Attributes:
        order_id: Ours.
        symbol: What is traded.
        side: Buy or sell.
        order_qty: The total in force.
        terms: The terms in force.
        time_in_force: For how long.
        account: For whom.
        client_ref: The caller's own name for it.
        created_ns: When it was asked for, in nanoseconds UTC.
        updated_ns: When it was last heard of, in nanoseconds UTC.
        status: What it is shown as.
        cum_qty: Executed in all.
        leaves_qty: Still open; 0 once ended.
        avg_px: Average price of what executed, None while nothing has.
        broker: Where it was sent; None before that.
        cl_ord_id: The identity in force at the broker; None before it is sent.
        reasons: Why it was denied; empty if it was not.
        last_text: The last words about it: the venue's, or why a cancel or replace was refused here.
        replaces: How often it was replaced.
        cancels_asked: How many cancels were sent.
        fees: What was charged beyond its executions' own commissions, by currency; negative is a rebate.
        is_external: It was not given here but adopted from what a broker reported.
        is_ended: It was denied, canceled, expired or rejected.
        cash_order_qty: The amount of money it is for; `order_qty` is 0 then, until the broker says how much that is.
    """

    order_id: OrderId
    symbol: Symbol
    side: Side
    order_qty: Decimal
    terms: Terms
    time_in_force: TimeInForce
    account: Account
    client_ref: str | None
    created_ns: int
    updated_ns: int
    status: OrdStatus
    cum_qty: Decimal
    leaves_qty: Decimal
    avg_px: Decimal | None
    broker: BrokerName | None = None
    cl_ord_id: ClOrdId | None = None
    reasons: tuple[Reason, ...] = ()
    last_text: str = ""
    replaces: int = 0
    cancels_asked: int = 0
    fees: dict[str, Decimal] = Factory(dict)
    is_external: bool = False
    is_ended: bool = False
    cash_order_qty: Decimal | None = None

    @property
    def is_open(self) -> bool:
        """Something is left to trade."""
        return bool(self.leaves_qty) or (self.awaits_quantity and not self.is_ended)

    @property
    def awaits_quantity(self) -> bool:
        """It was given as an amount of money, and the broker has not said how many units that is."""
        return self.cash_order_qty is not None and not self.order_qty

    @property
    def remark(self) -> str:
        """Why it was denied, or else the last words about it."""
        return _sentence(self.reasons) or self.last_text


class _Worded(Protocol):
    """An event that carries words."""

    @property
    def text(self) -> str: ...


class Blotter:
    """Every order, by its id. Attach `apply` to `OrderEvent`; orders created before it listened are left out."""

    __slots__ = ("_rows",)

    def __init__(self) -> None:
        """Begin without orders."""
        self._rows: dict[OrderId, BlotterRow] = {}

    def apply(self, event: ev.OrderEvent) -> None:
        """Take an event of an order in."""
        row = self._rows.get(event.order_id)
        if row is None:
            if isinstance(event, ev.OrderCreated | ev.OrderAdopted):
                self._rows[event.order_id] = _new_row(event)
            return
        row.status = event.status
        row.cum_qty = event.cum_qty
        row.leaves_qty = event.leaves_qty
        row.avg_px = event.avg_px
        row.updated_ns = event.time_ns
        change = _CHANGES.get(type(event))
        if change is not None:
            change(row, event)

    def get(self, order_id: OrderId) -> BlotterRow | None:
        """Give the row of an order; None if it is not known."""
        return self._rows.get(order_id)

    def rows(
        self, *, symbol: str | None = None, account: str | None = None, open_only: bool = False
    ) -> list[BlotterRow]:
        """Give the rows, oldest order first; each filter that is given must hold."""
        return [
            row
            for row in self._rows.values()
            if (symbol is None or row.symbol == symbol)
            and (account is None or row.account == account)
            and (row.is_open or not open_only)
        ]

    def counts(self) -> dict[OrdStatus, int]:
        """Count the orders by status; a status that no order has is left out."""
        counted = Counter(row.status for row in self._rows.values())
        return {status: counted[status] for status in OrdStatus if status in counted}

    def to_dicts(self, rows: Iterable[BlotterRow] | None = None) -> list[dict[str, object]]:
        """Give rows (all, unless some are given) as dicts, fit for a data frame.

        Numbers stay `Decimal`, times nanoseconds UTC; enumerations, terms and reasons are texts.
        """
        return [_to_dict(row) for row in (self if rows is None else rows)]

    def table(self, rows: Iterable[BlotterRow] | None = None, *, in_doubt: Container[OrderId] = ()) -> str:
        """Give rows (all, unless some are given) as an aligned text table; averages to 12 digits.

        Args:
            rows: Which.
            in_doubt: The orders to be noted as in doubt; the blotter does not know of any.
        """
        shown = self if rows is None else rows
        return wording.table(_HEADINGS, (_cells(row, row.order_id in in_doubt) for row in shown))

    def __iter__(self) -> Iterator[BlotterRow]:
        """Give the rows, oldest order first."""
        return iter(self._rows.values())

    def __len__(self) -> int:
        """Count the orders."""
        return len(self._rows)

    def _repr_html_(self) -> str:
        newest = list(self._rows.values())[-MAX_HTML_ROWS:]
        left_out = len(self) - len(newest)
        caption = f"{len(self)} orders" + (f", the newest {len(newest)} shown" if left_out else "")
        return wording.html_table(_HEADINGS, (_cells(row) for row in newest), caption)


def _new_row(event: ev.OrderCreated | ev.OrderAdopted) -> BlotterRow:
    adopted = event if isinstance(event, ev.OrderAdopted) else None
    return BlotterRow(
        event.order_id,
        event.symbol,
        event.side,
        event.order_qty,
        event.terms,
        event.time_in_force,
        event.account,
        event.client_ref if isinstance(event, ev.OrderCreated) else None,
        event.time_ns,
        event.time_ns,
        event.status,
        event.cum_qty,
        event.leaves_qty,
        event.avg_px,
        None if adopted is None else adopted.broker,
        None if adopted is None else adopted.cl_ord_id,
        last_text="" if adopted is None else adopted.text,
        is_external=adopted is not None,
        cash_order_qty=event.cash_order_qty if isinstance(event, ev.OrderCreated) else None,
    )


def _sentence(reasons: tuple[Reason, ...]) -> str:
    return "; ".join(str(reason) for reason in reasons)


def _denied(row: BlotterRow, event: ev.OrderDenied) -> None:
    row.reasons = event.reasons
    row.is_ended = True


def _ended(row: BlotterRow, event: _Worded) -> None:
    row.is_ended = True
    _said(row, event)


def _reinstated(row: BlotterRow, event: ev.OrderReinstated) -> None:
    row.is_ended = False
    _said(row, event)


def _refused(row: BlotterRow, event: ev.CancelDenied | ev.ReplaceDenied) -> None:
    row.last_text = _sentence(event.reasons)


def _held(row: BlotterRow, event: ev.OrderHeld) -> None:
    row.broker = event.broker


def _amended(row: BlotterRow, event: ev.OrderAmended) -> None:
    row.order_qty = event.order_qty
    row.terms = event.terms
    if event.time_in_force is not None:
        row.time_in_force = event.time_in_force


def _released(row: BlotterRow, event: ev.OrderReleased) -> None:
    row.terms = event.terms
    if event.time_in_force is not None:
        row.time_in_force = event.time_in_force
    if event.order_qty is not None:
        row.order_qty = event.order_qty


def _submitted(row: BlotterRow, event: ev.OrderSubmitted) -> None:
    row.broker = event.broker
    row.cl_ord_id = event.cl_ord_id


def _acknowledged(row: BlotterRow, event: ev.OrderAcknowledged) -> None:
    if event.order_qty is not None:
        row.order_qty = event.order_qty


def _named(row: BlotterRow, event: ev.OrderNamed) -> None:
    if row.cl_ord_id is None:
        row.cl_ord_id = event.cl_ord_id


def _charged(row: BlotterRow, event: ev.FeeCharged) -> None:
    row.fees = {**row.fees, event.currency: EXACT.add(row.fees.get(event.currency, ZERO), event.amount)}


def _cancel_asked(row: BlotterRow, _: ev.CancelRequested) -> None:
    row.cancels_asked += 1


def _replaced(row: BlotterRow, event: ev.OrderReplaced) -> None:
    row.cl_ord_id = event.cl_ord_id
    row.order_qty = event.order_qty
    row.terms = event.terms
    if event.time_in_force is not None:
        row.time_in_force = event.time_in_force
    row.replaces += 1


def _restated(row: BlotterRow, event: ev.OrderRestated) -> None:
    row.order_qty = event.order_qty
    row.terms = event.terms
    row.last_text = event.text


def _said(row: BlotterRow, event: _Worded) -> None:
    if event.text:
        row.last_text = event.text


_CHANGES: Final[dict[type[ev.OrderEvent], Callable[[BlotterRow, Any], None]]] = {
    ev.OrderDenied: _denied,
    ev.OrderHeld: _held,
    ev.OrderAmended: _amended,
    ev.OrderReleased: _released,
    ev.OrderSubmitted: _submitted,
    ev.OrderAcknowledged: _acknowledged,
    ev.OrderNamed: _named,
    ev.FeeCharged: _charged,
    ev.OrderRejected: _ended,
    ev.CancelRequested: _cancel_asked,
    ev.CancelDenied: _refused,
    ev.OrderCanceled: _ended,
    ev.CancelRejected: _said,
    ev.ReplaceDenied: _refused,
    ev.OrderReplaced: _replaced,
    ev.ReplaceRejected: _said,
    ev.RequestInDoubt: _said,
    ev.DoubtResolved: _said,
    ev.OrderExpired: _ended,
    ev.OrderDoneForDay: _said,
    ev.OrderSuspended: _said,
    ev.OrderResumed: _said,
    ev.OrderCalculated: _said,
    ev.OrderRestated: _restated,
    ev.OrderReinstated: _reinstated,
    ev.OrderTriggered: _said,
}
"""What an event changes besides the values that every event of an order carries."""


def _to_dict(row: BlotterRow) -> dict[str, object]:
    return {
        "order_id": row.order_id,
        "symbol": row.symbol,
        "side": row.side.name,
        "order_qty": row.order_qty,
        "terms": wording.of_terms(row.terms),
        "time_in_force": wording.of_time_in_force(row.time_in_force),
        "account": row.account,
        "client_ref": row.client_ref,
        "broker": row.broker,
        "cl_ord_id": row.cl_ord_id,
        "status": row.status.name,
        "cum_qty": row.cum_qty,
        "leaves_qty": row.leaves_qty,
        "avg_px": row.avg_px,
        "created_ns": row.created_ns,
        "updated_ns": row.updated_ns,
        "reasons": [str(reason) for reason in row.reasons],
        "last_text": row.last_text,
        "replaces": row.replaces,
        "cancels_asked": row.cancels_asked,
        "fees": row.fees,
        "is_external": row.is_external,
        "cash_order_qty": row.cash_order_qty,
    }


def _executed(row: BlotterRow) -> str:
    if row.awaits_quantity and row.cash_order_qty is not None:
        return f"{plain(row.cum_qty)} for {plain(row.cash_order_qty)} in cash"
    return f"{plain(row.cum_qty)}/{plain(row.order_qty)}"


def _cells(row: BlotterRow, is_in_doubt: bool = False) -> tuple[str, ...]:
    return (
        str(row.order_id),
        wording.day_and_time(row.created_ns),
        row.symbol,
        wording.of_side(row.side),
        wording.of_terms(row.terms),
        wording.of_time_in_force(row.time_in_force),
        wording.of_status(row.status),
        ", ".join(filter(None, ("IN DOUBT" if is_in_doubt else "", "external" if row.is_external else ""))),
        _executed(row),
        wording.rounded(row.avg_px),
        row.broker or "",
        row.account,
        row.client_ref or "",
        str(row.replaces) if row.replaces else "",
        wording.words(row.remark),
    )
