"""The whole state as text, and back: what a restart reads instead of the journal's beginning.

A snapshot is a convenience and never the record: the journal makes the same state without it, and whatever is wrong with
one is an error here, upon which the journal is read from its beginning.
"""

from __future__ import annotations

import json
from collections import OrderedDict, deque
from collections.abc import Iterator
from typing import Final

from oms.codec.event_codec import decode, encode
from oms.engine import snapshot_breaks, snapshot_groups, snapshot_parents, snapshot_venues
from oms.engine import snapshot_rows as rows
from oms.engine.expiries import Expiry
from oms.engine.held_orders import follow_again
from oms.engine.held_reports import Name
from oms.engine.inquiries import Inquiry
from oms.engine.order_rows import Names, OrderRow, order_of, put_back, row_of
from oms.engine.state import State
from oms.errors import OmsError, SnapshotError
from oms.lifecycle.execution_index import Execution
from oms.model import events as ev
from oms.model.ids import OrderId, namespace_prefix
from oms.projections.positions import Positions

# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

_PARTS: Final = (snapshot_breaks, snapshot_groups, snapshot_parents, snapshot_venues)
"""What rows of their own have the books of the state, in their order."""

SCHEMA: Final = 1
"""The version of the layout that is written, and the newest that is read."""


def dump(state: State, positions: Positions) -> str:
    """Give the state between two inputs, and the positions, as text: JSON objects, one a line, the head first.

    Equal states give equal texts.

    Raises:
        ValidationError: A fact could not be read back, such as a sum of 10^40 or more.
    """
    lines = list(_lines(state, positions))
    return "\n".join([rows.ROWS.write(_head(state, len(lines))), *lines])


def load(text: str, state: State, positions: Positions) -> None:
    """Fill a new state and new positions with what a text says; after an error they are of no use.

    Raises:
        SnapshotError: It is damaged, or of a layout that this version of the library does not know.
    """
    try:
        head, *others = text.split("\n")
        _check_schema(head)
        read = _Reading(state, positions)
        read.head(rows.ROWS.read(head), len(others))
        for line in others:
            read.row(rows.ROWS.read(line) if rows.ROWS.knows(line) else decode(line))
        read.finish()
    except SnapshotError:
        raise
    except (OmsError, LookupError, ValueError, TypeError, AttributeError) as error:
        raise SnapshotError(f"the snapshot is damaged: {error}") from error


def _check_schema(head: str) -> None:
    said = json.loads(head)
    schema = said.get("snapshot") if isinstance(said, dict) else None
    if type(schema) is not int or schema < 1:
        raise SnapshotError("the snapshot is damaged: it does not say which layout it has")
    if schema > SCHEMA:
        raise SnapshotError(f"the snapshot has layout {schema}, newer than {SCHEMA}, the last one known here")


# ---------------------------------------------------------------- writing


def _head(state: State, count: int) -> rows.SnapshotHead:
    book, sessions = state.book, state.sessions
    return rows.SnapshotHead(
        SCHEMA, state.version, count, state.epoch, state.last_ns, state.next_order_id, state.next_counter, state.reserved,
        state.usable, state.namespace, state.request_timeout_ns, book.limits, book.kill_reason, tuple(book.sent_ns),
        state.anomalies.raised, state.anomalies.acknowledged, sessions.scoped, tuple(sessions.dates.items()), tuple(sessions.closed.items()),
        tuple(state.halted.items()),
        tuple(sessions.closes.items()), tuple(sessions.changed_ns.items()),
        state.retired, state.sweeps, state.sweep_mark,
        tuple(sorted(sessions.paused, key=lambda symbol: symbol or "")),
    )  # fmt: skip


def _lines(state: State, positions: Positions) -> Iterator[str]:
    write = rows.ROWS.write
    for instrument in state.instruments.values():
        yield write(rows.InstrumentRow(instrument))
    names = names_of_orders(state)
    for order in state.index.by_id.values():
        has_ref = order._client_ref is not None and state.index.by_client_ref.get(order._client_ref) is order
        yield write(row_of(order, names[order._order_id], has_ref=has_ref))
    said = {event.sequence: event for _, event in state.executions.items()}
    for _, execution in sorted(said.items()):
        yield encode(execution)
    for exec_id, found in state.executions.by_exec_id.items():
        known = found if isinstance(found, list) else [found]
        yield write(rows.ExecutionRow(exec_id, tuple(event.sequence for event in known)))
    for account, symbol, one in state.book.exposure.items():
        yield write(rows.ExposureRow(account, symbol, one.open_orders, one.open_buy_qty, one.open_sell_qty))
    yield write(rows.OpenOrdersRow(tuple(state.book.exposure.open_orders)))
    for (account, symbol), reducing in sorted(state.book.exposure.reducing.items()):
        yield write(rows.ReducingRow(account, symbol, tuple(sorted(reducing))))
    for timeout_ns, queue in state.timers.queues.items():
        yield write(rows.TimersRow(timeout_ns, tuple(queue.items())))
    for order_id, expiry in state.timers.expiries.known.items():
        yield write(rows.ExpiryRow(order_id, expiry.due_ns, expiry.ask_ns, expiry.is_told, expiry.is_past))
    for held_row in state.held_orders.rows():
        order_id = held_row[0]
        is_leg, is_named = order_id in state.groups.of_order, order_id in state.held_orders.named
        yield write(rows.HeldOrderRow(*held_row, is_leg, is_named))
    for asked in (*state.inquiries.of_requests.values(), *state.inquiries.of_orders.values()):
        whose = asked.order._order_id
        attempts = (asked.attempts, asked.asked_ns, asked.due_ns, asked.sequence, asked.text)
        yield write(rows.InquiryRow(whose, asked.cl_ord_id, *attempts))
    for event in (*state.held.by_sequence.values(), *state.anomalies.open.values(), *state.fees.values()):
        yield encode(event)
    for (kind, broker, identity), waiting in state.held.names.items():
        yield write(rows.HeldNameRow(kind, broker, identity, tuple(waiting)))
    ready = sorted(number for number in set(state.held.ready) if number in state.held.by_sequence)
    yield write(rows.ReadyRow(tuple(ready)))
    for row in (row for part in _PARTS for row in part.rows_of(state)):
        yield write(row)
    for symbol, multiplier in positions.multipliers.items():
        yield write(rows.MultiplierRow(symbol, multiplier))
    for held in positions:
        yield write(
            rows.PositionRow(
                held.account, held.symbol, held.multiplier, held.net_qty, held.cost, held.realised_pnl,
                tuple(held.fees.items()), held.bought_qty, held.trades,
            )
        )  # fmt: skip


def names_of_orders(state: State) -> dict[OrderId, Names]:
    """Give by what each order is found."""
    found = {order_id: Names([], [], [], []) for order_id in state.index.by_id}
    for identity, order in state.index.by_cl_ord_id.items():
        found[order._order_id].cl_ord_ids.append(identity)
    for identity, by_broker in state.index.foreign.items():
        for broker, order in by_broker.items():
            found[order._order_id].foreign_ids.append((broker, identity))
    for broker, by_name in state.index.by_venue_id.items():
        for name, order in by_name.items():
            found[order._order_id].venue_ids.append((broker, name))
    for broker, by_name in state.index.earlier.items():
        for name, order in by_name.items():
            found[order._order_id].earlier_ids.append((broker, name))
    return found


# ---------------------------------------------------------------- reading


class _Reading:
    """A state that is being filled, row by row."""

    def __init__(self, state: State, positions: Positions) -> None:
        self.state = state
        self.positions = positions
        self.said: dict[int, Execution] = {}
        self.names: dict[Name, dict[int, None]] = {}
        self.expiries: dict[OrderId, Expiry] = {}

    def head(self, head: rows.SnapshotHead, count: int) -> None:
        if head.rows != count:
            raise SnapshotError(
                f"the snapshot is damaged: {count} rows follow its head in place of {head.rows}"
            )
        state, book = self.state, self.state.book
        state.version, state.epoch, state.last_ns = head.version, head.epoch, head.last_ns
        state.next_order_id, state.next_counter = head.next_order_id, head.next_counter
        state.reserved, state.usable = head.reserved, head.usable
        state.namespace, state.request_timeout_ns = head.namespace, head.request_timeout_ns
        state.prefix = namespace_prefix(head.namespace) if head.epoch else ""
        if head.limits is not None:
            book.set_limits(head.limits)
        book.kill_reason = head.kill_reason
        book.sent_ns = deque(head.sent_ns, maxlen=book.sent_ns.maxlen)
        state.anomalies.raised, state.anomalies.acknowledged = (
            head.anomalies_raised,
            head.anomalies_acknowledged,
        )
        state.sessions.scoped = head.scoped
        state.sessions.dates.update(head.dates)
        state.sessions.closed.update(head.closed)
        state.sessions.paused.update(head.paused)
        state.halted.update(head.halted)
        state.sessions.closes.update(head.closes)
        state.sessions.changed_ns.update(head.changed_ns)
        state.retired, state.sweeps, state.sweep_mark = head.retired, head.sweeps, head.sweep_mark

    def row(self, row: object) -> None:
        match row:
            case OrderRow():
                self._order(row)
            case ev.Traded() | ev.TradeCorrected() | ev.TradeCanceled():
                self.said[row.sequence] = row
            case rows.ExecutionRow(exec_id, sequences):
                found = [self.said[sequence] for sequence in sequences]
                self.state.executions.by_exec_id[exec_id] = found if len(found) > 1 else found[0]
            case ev.AnomalyRaised():
                self.state.anomalies.open[row.sequence] = row
            case ev.FeeCharged():
                self.state.fees[row.broker, row.fee_id] = row
            case rows.InstrumentRow(instrument):
                self.state.instruments[instrument.symbol] = instrument
            case rows.MultiplierRow(symbol, multiplier):
                self.positions.multipliers[symbol] = multiplier
            case rows.PositionRow():
                self._position(row)
            case _:
                self._waiting(row)

    def _order(self, row: OrderRow) -> None:
        put_back(self.state.index, row, order_of(row))

    def _position(self, row: rows.PositionRow) -> None:
        held = self.positions.opened(row.account, row.symbol)
        held.multiplier, held.net_qty, held.cost = row.multiplier, row.net_qty, row.cost
        held.realised_pnl, held.bought_qty, held.trades = row.realised_pnl, row.bought_qty, row.trades
        held.fees.update(row.fees)

    def _waiting(self, row: object) -> None:
        state = self.state
        match row:
            case rows.ExposureRow(account, symbol, open_orders, open_buy_qty, open_sell_qty):
                exposure = state.book.exposure.of(account, symbol)
                exposure.open_orders = open_orders
                exposure.open_buy_qty, exposure.open_sell_qty = open_buy_qty, open_sell_qty
            case rows.OpenOrdersRow(order_ids):
                known = state.index.by_id
                ledger = state.book.exposure
                ledger.open_orders.update((number, known[number]) for number in order_ids)
                ledger.match(is_on=ledger.matchable is not None)
            case rows.ReducingRow(account, symbol, order_ids):
                known = state.index.by_id
                reducing = {number: known[number] for number in order_ids}
                state.book.exposure.reducing[account, symbol] = reducing
            case rows.TimersRow(timeout_ns, waiting):
                state.timers.queues[timeout_ns] = OrderedDict(waiting)
            case rows.ExpiryRow(order_id, due_ns, ask_ns, is_told, is_past):
                self.expiries[order_id] = Expiry(due_ns, ask_ns, is_told, is_past)
            case rows.HeldOrderRow():
                order = state.index.by_id[row.order_id]
                held = state.held_orders
                told = {"is_leg": row.is_leg, "is_named": row.is_named}
                held.hold(order, row.broker, row.trigger, row.water_mark, **told)
                if row.back_px is not None:
                    held.wait_for_return(row.order_id, row.back_px, row.water_mark)
            case rows.InquiryRow():
                inquiry = Inquiry(
                    state.index.by_id[row.order_id], row.cl_ord_id, row.attempts, row.asked_ns, row.due_ns, row.sequence, row.text
                )  # fmt: skip
                state.inquiries.put_back(inquiry)
            case ev.ReportHeld():
                state.held.hold(row)
            case rows.HeldNameRow(kind, broker, identity, numbers):
                self.names[kind, broker, identity] = dict.fromkeys(numbers)
            case rows.ReadyRow(numbers):
                state.held.ready.extend(numbers)
            case _ if any(part.take(state, row) for part in _PARTS):
                pass
            case _:
                raise SnapshotError(f"the snapshot is damaged: a {type(row).__name__} has no place in it")

    def finish(self) -> None:
        # Some identities are waited for no longer: what was kept under them belongs to an earlier session.
        self.state.timers.expiries.put_back(self.expiries)
        self.state.timers.settle()
        self.state.held.names.clear()
        self.state.held.names.update(self.names)
        for order in self.state.index.by_id.values():
            if order.broker is not None and not order.is_closed:
                follow_again(self.state, order)
