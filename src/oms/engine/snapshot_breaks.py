"""Where the books stand against the brokers, as rows of a snapshot, and back."""

from __future__ import annotations

from collections.abc import Iterator

from oms.engine import snapshot_rows as rows
from oms.engine.state import State
from oms.model.breaks import Break


def rows_of(state: State) -> Iterator[object]:
    """Give the rows."""
    book = state.breaks
    yield rows.BooksRow(tuple(book.unreconciled), tuple(book.cursors.items()))
    for one in book.open.values():
        yield rows.BreakRow(
            one.number, one.broker, one.kind, one.key, one.order_id, one.expected, one.said, one.text, one.since_ns, one.owner
        )  # fmt: skip
    for (broker, kind, key), difference in book.accepted.items():
        yield rows.AcceptedRow(broker, kind, key, difference)
    for order_id, exec_ids in state.executions.synthetic.items():
        yield rows.SyntheticRow(order_id, tuple(exec_ids))
    for broker, held in state.traded.of_all().items():
        for (account, symbol), net_qty in held.items():
            yield rows.TradedRow(broker, account, symbol, net_qty)
    for symbol, executed in state.traded.all_executed().items():
        for broker, qty in executed.items():
            yield rows.ExecutedRow(symbol, broker, qty)


def take(state: State, row: object) -> bool:
    """Put a row back, and tell whether it is one of these."""
    book = state.breaks
    match row:
        case rows.BooksRow(unreconciled, cursors):
            book.unreconciled = dict.fromkeys(unreconciled)
            book.cursors = dict(cursors)
        case rows.BreakRow():
            found = Break(
                row.number, row.broker, row.kind, row.key, row.order_id, row.expected, row.said, row.text, row.since_ns, row.owner
            )  # fmt: skip
            book.open[row.number] = found
            book.by_key[row.broker, row.kind, row.key] = row.number
        case rows.AcceptedRow(broker, kind, key, difference):
            book.accepted[broker, kind, key] = difference
        case rows.SyntheticRow(order_id, exec_ids):
            state.executions.synthetic[order_id] = list(exec_ids)
        case rows.TradedRow(broker, account, symbol, net_qty):
            state.traded.put(broker, (account, symbol), net_qty)
        case rows.ExecutedRow(symbol, broker, qty):
            state.traded.put_executed(symbol, broker, qty)
        case _:
            return False
    return True
