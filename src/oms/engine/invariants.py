"""What is true of an engine's state after every input: one checker, for tests and for every recovered journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from oms.engine.parent_invariants import check_parents
from oms.engine.state import State
from oms.engine.waiting_invariants import FURTHER
from oms.lifecycle.facts import counted_qty
from oms.lifecycle.invariants import check_order
from oms.model import events as ev
from oms.model.decimals import ZERO, exact_arithmetic
from oms.model.enums import Life, Side
from oms.model.exposure import estimated_qty
from oms.model.ids import Account, OrderId, Symbol
from oms.model.instrument import Instrument
from oms.model.order import Order
from oms.model.parent import is_parent

# What the ledger notes on an order is nobody else's to read, but for this check.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false


def check_state(state: State) -> tuple[str, ...]:
    """Give everything that is wrong with a state, as sentences; nothing when all is well.

    Every order is held to `oms.lifecycle.invariants.check_order`; executions, exposure, timers and the identity index are
    worked out again from the orders.
    """
    with exact_arithmetic():
        orders = [what for order in state.index.by_id.values() for what in check_order(order)]
        rest = (
            _check_executions,
            _check_exposure,
            _check_index,
            _check_timers,
            _check_counters,
            *FURTHER,
            check_parents,
        )
        return (*orders, *(what for check in rest for what in check(state)))


def open_qty(order: Order, instrument: Instrument | None = None) -> Decimal:
    """Give how much of an order may still trade, the larger of its totals while a replace is unanswered."""
    if order.life not in (Life.SENT, Life.LIVE) or is_parent(order):
        return ZERO
    if order.cash_order_qty is not None and not order.order_qty:
        return estimated_qty(order, instrument)
    asked = [
        request.order_qty - order.cum_qty
        for request in order.outstanding_requests
        if request.order_qty is not None
    ]
    return max(order.leaves_qty, *asked, ZERO)


def _check_executions(state: State) -> Iterator[str]:
    executed: dict[OrderId, Decimal] = {}
    value: dict[OrderId, Decimal] = {}
    for exec_id, said in state.executions.items():
        # A correction is known under the execution's id too, and counts under its own.
        if said.exec_id != exec_id or isinstance(said, ev.TradeCanceled):
            continue
        order = state.index.by_id[said.order_id]
        sequence = said.sequence if isinstance(said, ev.Traded) else said.trade_sequence
        qty = counted_qty(order, said.last_qty, said.transact_time_ns, said.trade_date, sequence)
        executed[said.order_id] = executed.get(said.order_id, ZERO) + qty
        value[said.order_id] = value.get(said.order_id, ZERO) + said.last_qty * said.last_px
    for order_id, order in state.index.by_id.items():
        if is_parent(order):
            continue  # What its children have executed is looked at with them.
        qty, notional = executed.get(order_id, ZERO), value.get(order_id, ZERO)
        if (order.cum_qty, order.notional) != (qty, notional):
            yield f"order {order_id}: cum_qty {order.cum_qty} worth {order.notional}, its executions are {qty} worth {notional}"


def _check_exposure(state: State) -> Iterator[str]:
    ledger = state.book.exposure
    expected: dict[tuple[Symbol, Account], list[Decimal]] = {}
    for order in state.index.by_id.values():
        qty = open_qty(order, state.instruments.get(order.symbol))
        if order._exposed_qty != qty:
            yield f"order {order.order_id}: the ledger counts {order._exposed_qty} of it, {qty} may still trade"
        if (order.order_id in ledger.open_orders) is not bool(qty):
            yield f"order {order.order_id}: it is {'' if qty else 'not '}open, and the ledger says otherwise"
        entry = expected.setdefault((order.symbol, order.account), [ZERO, ZERO, ZERO])
        entry[0] += bool(qty)
        entry[1 if order.side is Side.BUY else 2] += qty
    for account, symbol, exposure in ledger.items():
        held = [Decimal(exposure.open_orders), exposure.open_buy_qty, exposure.open_sell_qty]
        wanted = expected.pop((symbol, account), [ZERO, ZERO, ZERO])
        if held != wanted:
            yield f"the exposure of {account} in {symbol} is {held}, its orders make it {wanted}"
    for (symbol, account), wanted in expected.items():
        if any(wanted):
            yield f"the exposure of {account} in {symbol} is nothing, its orders make it {wanted}"


def _check_index(state: State) -> Iterator[str]:
    index = state.index
    if list(index.by_id) != [order.order_id for order in index.by_id.values()]:
        yield "an order stands under the id of another"
    if any(not 0 < order_id < state.next_order_id for order_id in index.by_id):
        yield f"an order is not numbered from 1 to {state.next_order_id - 1}"
    for order in index.by_id.values():
        asked = [request.cl_ord_id for request in order.outstanding_requests]
        for identity in dict.fromkeys((order.cl_ord_id, *asked, *order._amendments)):
            if identity and (order.broker is None or index.requested(order.broker, identity) is not order):
                yield f"order {order.order_id}: its request {identity} is not found"
        yield from _check_names(state, order)
        # Who had it first may have left memory, and has it in the archive; so with the venue's id.
        if order.client_ref is not None and not state.retired and order.client_ref not in index.by_client_ref:
            yield f"order {order.order_id}: its reference {order.client_ref} is not found"


def _check_names(state: State, order: Order) -> Iterator[str]:
    broker, index = order.broker, state.index
    if broker is None:
        return
    names = (index.by_venue_id.get(broker, {}), index.earlier.get(broker, {}))
    # Where ids begin anew with each session, those of closed orders are forgotten.
    is_forgotten = broker in state.sessions.scoped and order.is_closed
    if (
        order.venue_order_id is not None
        and not is_forgotten
        and not state.retired
        and not any(order.venue_order_id in known for known in names)
    ):
        yield f"order {order.order_id}: its venue id {order.venue_order_id} is not found"


def _check_timers(state: State) -> Iterator[str]:
    waiting = Counter(identity for _, identity in state.timers.waiting())
    owed = Counter(
        request.cl_ord_id
        for order in state.index.by_id.values()
        for request in order.outstanding_requests
        if not request.in_doubt and not request.pending
    )
    if waiting != owed:
        yield f"timers wait for {sorted(waiting.elements())}, unanswered are {sorted(owed.elements())}"


def _check_counters(state: State) -> Iterator[str]:
    if state.next_counter > state.reserved:
        yield f"ClOrdID counters up to {state.next_counter} are in use, those below {state.reserved} are reserved"
