"""A broker's statement held against a journal: what the one has and the other lacks, and in what they differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from attrs import frozen

from oms.cli.statement import Row, Statement
from oms.cli.statement_columns import Kind
from oms.engine.reconciliation import missing_order, of_order, of_positions, unknown_order
from oms.engine.reconciliation_run import Difference
from oms.engine.state import State
from oms.errors import ValidationError
from oms.lifecycle.execution_index import Execution
from oms.model import events as ev
from oms.model.decimals import EXACT, ZERO, plain
from oms.model.enums import BreakKind, ExecType, Side
from oms.model.ids import Account, BrokerName, ClOrdId, OrderId, Symbol, VenueOrderId
from oms.model.order import Order
from oms.model.reports import ExecutionReport, PositionLine, PositionReport
from oms.model.sessions import utc_date

NOTHING = "nothing"


@frozen
class StatedBreak:
    """A difference between a journal and a statement.

    Attributes:
        difference: What differs.
        line: The line of the statement; None where it is what the statement lacks.
        since_ns: Since when: when the journal's own break was opened, else when it executed; None where neither tells.
    """

    difference: Difference
    line: int | None
    since_ns: int | None


def brokers_of(state: State) -> list[BrokerName]:
    """Give the brokers that have an order in a journal."""
    found = {order.broker for order in state.index.by_id.values() if order.broker is not None}
    return sorted(found)


def check(
    state: State, statement: Statement, broker: BrokerName, *, account: Account, is_whole: bool
) -> list[StatedBreak]:
    """Give in what a journal and a statement differ, by lines, and what the statement lacks at the end.

    Args:
        state: What the journal amounts to.
        statement: What the broker says.
        broker: Which.
        account: For whom a line is that names no account.
        is_whole: The statement has everything, so that what it lacks is a break: every execution of the trading days it
            names, every open order, every position.
    """
    if statement.kind is Kind.EXECUTIONS:
        found = _executions(state, statement.rows, broker, is_whole=is_whole)
    elif statement.kind is Kind.ORDERS:
        found = _orders(state, statement.rows, broker, is_whole=is_whole)
    else:
        found = _positions(state, statement.rows, broker, account, is_whole=is_whole)
    return [_since(state, broker, one) for one in found]


def _since(state: State, broker: BrokerName, one: StatedBreak) -> StatedBreak:
    known = state.breaks.find(broker, one.difference.kind, one.difference.key)
    return one if known is None else StatedBreak(one.difference, one.line, known.since_ns)


def _find(state: State, broker: BrokerName, row: Row) -> Order | None:
    cl_ord_id = None if row.cl_ord_id is None else ClOrdId(row.cl_ord_id)
    venue_order_id = None if row.order_id is None else VenueOrderId(row.order_id)
    return state.index.find(broker, cl_ord_id, None, venue_order_id)


def _as_report(row: Row, exec_type: ExecType) -> ExecutionReport:
    return ExecutionReport(
        exec_type,
        None if row.cl_ord_id is None else ClOrdId(row.cl_ord_id),
        venue_order_id=None if row.order_id is None else VenueOrderId(row.order_id),
        ord_status=row.ord_status,
        order_qty=row.order_qty,
        cum_qty=row.cum_qty,
        leaves_qty=row.leaves_qty,
        price=row.price,
        stop_px=row.stop_px,
        symbol=None if row.symbol is None else Symbol(row.symbol),
        side=row.side,
    )


# ---------------------------------------------------------------- executions


def _executions(
    state: State, rows: Sequence[Row], broker: BrokerName, *, is_whole: bool
) -> Iterator[StatedBreak]:
    known: dict[str, list[Execution]] = {}
    for exec_id, said in state.executions.items():
        if said.broker == broker:
            known.setdefault(exec_id, []).append(said)
    overruled = {row.exec_ref_id for row in rows if row.exec_type is not ExecType.TRADE}
    named: set[int] = set()
    for row in rows:
        found = [
            said
            for name in (row.exec_id, row.exec_ref_id)
            for said in known.get(name or "", ())
            if _is_same_day(row, said) and (row.symbol is None or row.symbol == said.symbol)
        ]
        named.update(_root(said) for said in found)
        if row.exec_id in overruled:
            continue  # What stands is on another line.
        for difference in _execution(state, broker, row, found[-1] if found else None):
            yield StatedBreak(difference, row.line, row.time_ns)
    if is_whole:
        days = {_day(row) for row in rows} - {""}
        for said in _last_words(known.values()):
            if (
                _root(said) not in named
                and said.trade_date in days
                and not isinstance(said, ev.TradeCanceled)
            ):
                lacking = Difference(
                    BreakKind.UNKNOWN_FILL, said.exec_id, said.order_id, _told(said), NOTHING,
                    f"execution {said.exec_id} is not in the statement",
                )  # fmt: skip
                yield StatedBreak(lacking, None, said.transact_time_ns or None)


def _day(row: Row) -> str:
    return row.trade_date or ("" if row.time_ns is None else utc_date(row.time_ns))


def _is_same_day(row: Row, said: Execution) -> bool:
    # Only a day that is named tells executions apart: one that a time falls on in UTC may be another one at the venue.
    return not row.trade_date or not said.trade_date or row.trade_date == said.trade_date


def _root(said: Execution) -> int:
    return said.sequence if isinstance(said, ev.Traded) else said.trade_sequence


def _last_words(known: Iterable[list[Execution]]) -> list[Execution]:
    last: dict[int, Execution] = {}
    for said in (one for each in known for one in each):
        if _root(said) not in last or last[_root(said)].sequence < said.sequence:
            last[_root(said)] = said
    return [last[root] for root in sorted(last)]


def _told(said: Execution) -> str:
    if isinstance(said, ev.TradeCanceled):
        return "busted"
    inferred = ", inferred" if isinstance(said, ev.Traded) and said.is_synthetic else ""
    return f"{plain(said.last_qty)} at {plain(said.last_px)}{inferred}"


def _execution(state: State, broker: BrokerName, row: Row, known: Execution | None) -> Iterator[Difference]:
    assert row.exec_id is not None, "a line of executions names one"
    is_bust = row.exec_type is ExecType.TRADE_CANCEL
    qty, px = row.last_qty or ZERO, row.last_px or ZERO
    theirs = "busted" if is_bust else f"{plain(qty)} at {plain(px)}"
    order = _find(state, broker, row)
    key = row.exec_ref_id or row.exec_id
    if known is None:
        if order is None:
            name = row.order_id or row.cl_ord_id or ""
            yield unknown_order(name, _as_report(row, ExecType.TRADE))
        elif not is_bust:
            text = f"execution {row.exec_id} is not in the journal"
            yield Difference(BreakKind.MISSING_FILL, row.exec_id, order.order_id, NOTHING, theirs, text)
        return
    ours = _told(known)
    text = f"execution {key}"
    stands = None if isinstance(known, ev.TradeCanceled) else (known.last_qty, known.last_px)
    if stands != (None if is_bust else (qty, px)):
        yield Difference(BreakKind.FILL, key, known.order_id, ours, theirs, text)
    if row.side is not None and (row.side is Side.BUY) != (known.side is Side.BUY):
        sides = (known.side.name.lower(), row.side.name.lower())
        yield Difference(BreakKind.FILL, f"{key} side", known.order_id, *sides, f"the side of {text}")
    if order is not None and order.order_id != known.order_id:
        orders = (f"of order {known.order_id}", f"of order {order.order_id}")
        yield Difference(BreakKind.FILL, f"{key} order", known.order_id, *orders, f"the order of {text}")
    if row.commission is not None and isinstance(known, ev.Traded):
        yield from _fee(row, row.commission, known, key)


def _fee(row: Row, commission: Decimal, known: ev.Traded, key: str) -> Iterator[Difference]:
    currency = row.comm_currency or known.comm_currency
    if (commission, currency) != (known.commission, known.comm_currency):
        ours = f"{plain(known.commission)} {known.comm_currency}".strip()
        theirs = f"{plain(commission)} {currency}".strip()
        yield Difference(BreakKind.FEE, key, known.order_id, ours, theirs, f"execution {key}")


# ---------------------------------------------------------------- orders and positions


def _orders(
    state: State, rows: Sequence[Row], broker: BrokerName, *, is_whole: bool
) -> Iterator[StatedBreak]:
    named: set[OrderId] = set()
    for row in rows:
        said = _as_report(row, ExecType.ORDER_STATUS)
        order = _find(state, broker, row)
        if order is None:
            name = row.order_id or row.cl_ord_id or ""
            yield StatedBreak(unknown_order(name, said), row.line, row.time_ns)
            continue
        named.add(order.order_id)
        for difference in of_order(order, said):
            yield StatedBreak(difference, row.line, row.time_ns)
    if is_whole:
        for order in state.book.exposure.open_orders.values():
            if order.broker == broker and order.order_id not in named:
                yield StatedBreak(missing_order(order), None, None)


def _positions(
    state: State, rows: Sequence[Row], broker: BrokerName, account: Account, *, is_whole: bool
) -> Iterator[StatedBreak]:
    lines: list[PositionLine] = []
    at: dict[str, int] = {}
    for row in rows:
        assert row.symbol is not None, "a line of positions names one"
        assert row.position is not None, "a line of positions says how much"
        whose = account if row.account is None else Account(row.account)
        net_qty = -abs(row.position) if row.side in {Side.SELL, Side.SELL_SHORT} else row.position
        lines.append(PositionLine(Symbol(row.symbol), EXACT.plus(net_qty), whose))
        at.setdefault(f"{whose} {row.symbol}", row.line)
    said = PositionReport(tuple(lines), is_complete=is_whole, as_of_ns=state.last_ns)
    for difference in of_positions(state.traded.of(broker), said, account):
        yield StatedBreak(difference, at.get(difference.key), None)


def chosen_broker(state: State, given: str | None) -> BrokerName:
    """Give the broker whose statement it is: the one that was given, or the only one.

    Raises:
        ValidationError: The journal has no order of it, or of several brokers and none was given.
    """
    known = brokers_of(state)
    if given is None and len(known) == 1:
        return known[0]
    if given is None or given not in known:
        allowed = f"the journal has orders of {', '.join(known)}" if known else "the journal has no orders"
        raise ValidationError("--broker", "" if given is None else given, allowed)
    return BrokerName(given)
