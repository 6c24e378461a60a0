"""What it does to the state that orders leave memory and come back; see `oms.engine.retention`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol, TypeVar
from weakref import WeakValueDictionary

from oms.codec.event_codec import decode, encode
from oms.engine.broker_positions import BrokerPositions
from oms.engine.group_book import GroupBook
from oms.engine.held_orders import HeldOrders
from oms.engine.inquiries import Inquiries
from oms.engine.order_index import OrderIndex
from oms.engine.order_rows import Names, OrderRow, order_of, put_back, row_of
from oms.engine.parent_book import ParentBook
from oms.engine.snapshot_groups import recall as recall_group
from oms.engine.snapshot_groups import rows_of_group
from oms.engine.snapshot_parents import recall
from oms.engine.snapshot_parents import row_of as row_of_family
from oms.engine.snapshot_rows import ROWS, ChildRow, ExecutionRow, GroupRow, LegRow, ParentRow, SyntheticRow
from oms.engine.timers import Timers
from oms.errors import JournalDamagedError, OmsError
from oms.lifecycle.execution_index import Execution, ExecutionIndex
from oms.model import events as ev
from oms.model.ids import BrokerName, OrderId
from oms.model.order import Order
from oms.ports.order_archive import ArchivedOrder, OrderArchive

# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

K = TypeVar("K", bound=str)

ORDER: Final = "order"
CLIENT_REF: Final = "client_ref"
REQUEST: Final = "request"
VENUE_ORDER: Final = "venue order"
EXECUTION: Final = "execution"
FEE: Final = "fee"
_LEG_ROW: Final = '{"type":"LegRow"'


def key_of(kind: str, name: object, broker: str = "") -> str:
    """Give under what an order is kept in the archive; ClOrdIDs, references and our own numbers need no broker."""
    return f"{kind}\x1f{broker}\x1f{name}"


class Holder(Protocol):
    """What of a state is moved; see `oms.engine.state.State`."""

    index: OrderIndex
    executions: ExecutionIndex
    inquiries: Inquiries
    timers: Timers
    traded: BrokerPositions
    fees: dict[tuple[BrokerName, str], ev.FeeCharged]
    retired: int
    sweeps: int
    sweep_mark: str
    archive: OrderArchive | None
    groups: GroupBook
    held_orders: HeldOrders
    parents: ParentBook
    away: WeakValueDictionary[OrderId, Order]


def mark_of(event: ev.OrdersRetired) -> str:
    """Give what tells a sweep from all others."""
    return f"{event.sequence}@{event.time_ns}"


def on_retired(state: Holder, event: ev.OrdersRetired) -> None:
    """Take in that orders leave memory; where there is an archive that does not have them yet, they are put there first."""
    mark = mark_of(event)
    archive = state.archive
    if archive is not None and archive.mark(state.sweeps + 1) != mark:
        archive.put(state.sweeps + 1, mark, forms(state, event.order_ids))
    state.groups.on_retired(event.order_ids)
    state.parents.on_retired(event.order_ids)
    leaving = set(event.order_ids)
    index = state.index
    for order_id in event.order_ids:
        order = index.by_id.pop(order_id, None)
        if order is None:
            raise JournalDamagedError(event.sequence, f"order {order_id} leaves memory, and is not in it")
        state.away[order_id] = order
        state.inquiries.of_orders.pop(order_id, None)
        state.inquiries.mute.pop(order_id, None)
        state.timers.expiries.forget(order_id)
        state.executions.synthetic.pop(order_id, None)
    # New dicts: of one from which much was deleted the first key takes long to find.
    index.by_id = dict(index.by_id)
    index.by_cl_ord_id = _without(index.by_cl_ord_id, leaving)
    foreign = {identity: _without(by_broker, leaving) for identity, by_broker in index.foreign.items()}
    index.foreign = {identity: by_broker for identity, by_broker in foreign.items() if by_broker}
    index.by_client_ref = _without(index.by_client_ref, leaving)
    for names in (index.by_venue_id, index.earlier):
        for broker in names:
            names[broker] = _without(names[broker], leaving)
    kept = {}
    for exec_id, found in state.executions.by_exec_id.items():
        said = [one for one in (found if isinstance(found, list) else [found]) if one.order_id not in leaving]
        if said:
            kept[exec_id] = said if len(said) > 1 else said[0]
    state.executions.by_exec_id = kept
    state.fees = {key: fee for key, fee in state.fees.items() if fee.order_id not in leaving}
    # What is noted for nobody must not grow without end.
    state.traded.add_up()
    state.retired += len(leaving)
    state.sweeps += 1
    state.sweep_mark = mark


def on_recalled(state: Holder, event: ev.OrderRecalled) -> None:
    """Take in that an order is back in memory, as it was when it left; a handle that somebody still has moves on with it."""
    try:
        rows = [_row(line) for line in event.text.split("\n")]
    except OmsError as error:
        raise JournalDamagedError(
            event.sequence, f"order {event.order_id} cannot be recalled: {error}"
        ) from error
    said: dict[int, Execution] = {}
    group_rows: list[GroupRow | LegRow] = []
    for row in rows:
        match row:
            case OrderRow():
                put_back(state.index, row, order_of(row, state.away.pop(event.order_id, None)))
            case ParentRow() | ChildRow():
                recall(state, row)
            case GroupRow() | LegRow():
                group_rows.append(row)
            case ev.Traded() | ev.TradeCorrected() | ev.TradeCanceled():
                said[row.sequence] = row
            case ExecutionRow(exec_id, sequences):
                for sequence in sequences:
                    state.executions.put(exec_id, said[sequence])
            case SyntheticRow(order_id, exec_ids):
                state.executions.synthetic[order_id] = list(exec_ids)
            case ev.FeeCharged():
                state.fees[row.broker, row.fee_id] = row
            case _:
                raise JournalDamagedError(event.sequence, f"a {type(row).__name__} is no part of an order")
    state.retired -= 1
    recall_group(state, group_rows)


def parent_of(text: str) -> OrderId | None:
    """Give the parent of an order by what is kept of it in the archive; None where it has none."""
    lines = text.split("\n", 2)
    row = ROWS.read(lines[1]) if len(lines) > 1 and ROWS.knows(lines[1]) else None
    return row.parent if isinstance(row, ChildRow) else None


def of_group(text: str) -> list[OrderId]:
    """Give every order of the group that an order is of, by what is kept of it in the archive; none where it is of none."""
    if _LEG_ROW not in text:
        return []
    legs = [ROWS.read(line) for line in text.split("\n") if line.startswith(_LEG_ROW)]
    return [order_id for leg in legs if isinstance(leg, LegRow) for order_id in leg.order_ids]


def _row(line: str) -> object:
    return ROWS.read(line) if ROWS.knows(line) else decode(line)


def _without(names: dict[K, Order], leaving: set[OrderId]) -> dict[K, Order]:
    return {name: order for name, order in names.items() if order._order_id not in leaving}


# ---------------------------------------------------------------- what is kept of an order


def forms(state: Holder, order_ids: Sequence[OrderId]) -> list[ArchivedOrder]:
    """Give orders as the archive keeps them."""
    wanted = set(order_ids)
    names = {order_id: Names([], [], [], []) for order_id in order_ids}
    index = state.index
    for identity, order in index.by_cl_ord_id.items():
        if order._order_id in wanted:
            names[order._order_id].cl_ord_ids.append(identity)
    for identity, by_broker in index.foreign.items():
        for broker, order in by_broker.items():
            if order._order_id in wanted:
                names[order._order_id].foreign_ids.append((broker, identity))
    for broker, known in index.by_venue_id.items():
        for name, order in known.items():
            if order._order_id in wanted:
                names[order._order_id].venue_ids.append((broker, name))
    for broker, known in index.earlier.items():
        for name, order in known.items():
            if order._order_id in wanted:
                names[order._order_id].earlier_ids.append((broker, name))
    said: dict[OrderId, dict[str, list[Execution]]] = {order_id: {} for order_id in order_ids}
    for exec_id, execution in state.executions.items():
        if execution.order_id in wanted:
            said[execution.order_id].setdefault(exec_id, []).append(execution)
    fees: dict[OrderId, list[ev.FeeCharged]] = {order_id: [] for order_id in order_ids}
    for fee in state.fees.values():
        if fee.order_id in wanted:
            fees[fee.order_id].append(fee)
    return [_form(state, index.by_id[one], names[one], said[one], fees[one]) for one in order_ids]


def returnable(state: Holder, found: list[ArchivedOrder], most: int) -> list[ArchivedOrder]:
    """Give those of which there is no more to say than so many characters; where there is of one of a family, all of it stays."""
    staying: set[int] = set()
    for one in found:
        if len(one.text) > most:
            parent = state.parents.of_order.get(OrderId(one.order_id))
            staying.update((one.order_id,) if parent is None else state.parents.family(parent))
            staying.update(of_group(one.text))
    return [one for one in found if one.order_id not in staying] if staying else found


def _form(
    state: Holder,
    order: Order,
    names: Names,
    said: dict[str, list[Execution]],
    fees: list[ev.FeeCharged],
) -> ArchivedOrder:
    ref = order._client_ref
    has_ref = ref is not None and state.index.by_client_ref.get(ref) is order
    broker = order._broker or ""
    keys = [key_of(ORDER, order._order_id), *(key_of(REQUEST, identity) for identity in names.cl_ord_ids)]
    if has_ref:
        keys.append(key_of(CLIENT_REF, ref))
    keys += [key_of(REQUEST, identity, where) for where, identity in names.foreign_ids]
    keys += [key_of(VENUE_ORDER, name, where) for where, name in names.venue_ids]
    keys += [key_of(EXECUTION, exec_id, broker) for exec_id in said]
    keys += [key_of(FEE, fee.fee_id, fee.broker) for fee in fees]
    events = {one.sequence: one for known in said.values() for one in known}
    family = row_of_family(state, order._order_id)
    lines = [
        ROWS.write(row_of(order, names, has_ref=has_ref)),
        *(() if family is None else (ROWS.write(family),)),
        *(encode(one) for _, one in sorted(events.items())),
        *(
            ROWS.write(ExecutionRow(exec_id, tuple(one.sequence for one in known)))
            for exec_id, known in said.items()
        ),
        *map(encode, fees),
    ]
    if (leg := state.groups.of_order.get(order._order_id)) is not None:
        # A bust of one may be for the others to make good.
        lines += map(ROWS.write, rows_of_group(leg._group))
    if inferred := state.executions.synthetic.get(order._order_id):
        lines.append(ROWS.write(SyntheticRow(order._order_id, tuple(inferred))))
    return ArchivedOrder(order._order_id, tuple(keys), "\n".join(lines))
