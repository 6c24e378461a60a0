"""The canonical form of an engine's state: two engines with the same form hold the same things to be true."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from operator import itemgetter
from typing import TypeVar

from attrs import astuple

from oms.engine.state import State
from oms.model.decimals import EXACT
from oms.model.group import Group
from oms.model.ids import OrderId
from oms.model.order import Order
from oms.model.outstanding import OutstandingRequest
from oms.model.parent import Parent
from oms.model.terms import Terms
from oms.model.time_in_force import TimeInForce

# Some facts are for the machine alone, and for whoever compares two states.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

K = TypeVar("K", bound=str)
L = TypeVar("L", bound=str)


def describe(state: State) -> dict[str, object]:
    """Give the state as plain lists, dicts, ints and texts in a fixed order, fit for `json.dumps`.

    Order facts, unanswered requests, the identity index, executions, fees, kept reports, anomalies, exposure, timers,
    questions to brokers, sessions, limits, instruments and counters;
    what is derived from these (the status, averages) is left in, so that a wrong derivation shows too.
    """
    index = state.index
    return {
        "orders": [_order(order) for _, order in sorted(index.by_id.items())],
        "marked": [_marked(order) for _, order in sorted(index.by_id.items())],
        "cl_ord_ids": {key: order.order_id for key, order in sorted(index.by_cl_ord_id.items())},
        "foreign_cl_ord_ids": _orders_by(index.foreign),
        "venue_ids": _orders_by(index.by_venue_id),
        "earlier_venue_ids": _orders_by(index.earlier),
        "client_refs": {key: order.order_id for key, order in sorted(index.by_client_ref.items())},
        "executions": [[exec_id, said.sequence] for exec_id, said in state.executions.items()],
        "exposure": [
            [
                account,
                symbol,
                exposure.open_orders,
                text(exposure.open_buy_qty),
                text(exposure.open_sell_qty),
            ]
            for account, symbol, exposure in state.book.exposure.items()
        ],
        **_waiting(state),
        "held": [[sequence, repr(held)] for sequence, held in state.held.by_sequence.items()],
        "held_names": [[*name, list(numbers)] for name, numbers in sorted(state.held.names.items())],
        "anomalies": [list(state.anomalies.open), state.anomalies.raised, state.anomalies.acknowledged],
        "fees": [
            [broker, fee_id, fee.sequence, text(fee.amount), fee.currency]
            for (broker, fee_id), fee in sorted(state.fees.items())
        ],
        **_reconciled(state),
        "routing": repr(state.venues.routing),
        "venues": [[broker, repr(known)] for broker, known in sorted(state.venues.records.items())],
        "sessions": [
            sorted((symbol or "", date) for symbol, date in state.sessions.dates.items()),
            list(state.sessions.scoped),
            sorted((symbol or "", is_closed) for symbol, is_closed in state.sessions.closed.items()),
            sorted((symbol or "", over_ns) for symbol, over_ns in state.sessions.closes.items()),
            sorted((symbol or "", changed_ns) for symbol, changed_ns in state.sessions.changed_ns.items()),
            sorted(symbol or "" for symbol in state.sessions.paused),
        ],
        "halted": sorted(state.halted.items()),
        **_settings(state),
    }


def _settings(state: State) -> dict[str, object]:
    return {
        "limits": repr(state.book.limits),
        "kill_reason": state.book.kill_reason,
        "sent_ns": list(state.book.sent_ns),
        "instruments": [repr(instrument) for _, instrument in sorted(state.instruments.items())],
        "counters": [
            state.version,
            state.epoch,
            state.last_ns,
            state.next_order_id,
            state.next_counter,
            (state.reserved, state.usable),
            state.request_timeout_ns,
        ],
        "namespace": state.namespace,
        "retired": [state.retired, state.sweeps, state.sweep_mark],
    }


def _orders_by(names: Mapping[K, Mapping[L, Order]]) -> dict[K, dict[L, OrderId]]:
    return {
        outer: {inner: order.order_id for inner, order in sorted(orders.items())}
        for outer, orders in sorted(names.items())
        if orders
    }


def text(number: Decimal | None) -> str | None:
    """Give a number as text in which equal numbers look equal."""
    if number is None:
        return None
    return f"{EXACT.normalize(number):f}" if number else "0"


def _inquiries(state: State) -> list[object]:
    inquiries = state.inquiries
    asked = sorted(
        (*inquiries.of_requests.values(), *inquiries.of_orders.values()),
        key=lambda inquiry: (inquiry.order.order_id, inquiry.cl_ord_id or ""),
    )
    return [
        [one.order.order_id, one.cl_ord_id, one.attempts, one.asked_ns, one.due_ns, one.sequence, one.text]
        for one in asked
    ]


def _waiting(state: State) -> dict[str, object]:
    return {
        "open_orders": sorted(state.book.exposure.open_orders),
        "reducing": [
            [*holding, *sorted(found)] for holding, found in sorted(state.book.exposure.reducing.items())
        ],
        "timers": [list(entry) for entry in state.timers.waiting()],
        "expiries": [
            [order_id, one.due_ns, one.ask_ns, one.is_told]
            for order_id, one in sorted(state.timers.expiries.known.items())
        ],
        "inquiries": _inquiries(state),
        "parents": [_parent(parent) for _, parent in sorted(state.parents.by_id.items())],
        "groups": [
            state.groups.next_id,
            sorted(map(list, state.groups.days_over)),
            *map(_group, state.groups.by_id.values()),
        ],
        "held_orders": [
            [
                order_id,
                broker,
                str(trigger),
                text(mark),
                text(back_px),
                *(["named"] if order_id in state.held_orders.named else ()),
            ]
            for order_id, broker, trigger, mark, back_px in sorted(
                state.held_orders.rows(), key=itemgetter(0)
            )
        ],
    }


def _group(group: Group) -> list[object]:
    legs = [
        [
            [order.order_id for order in leg.orders],
            None if leg.held is None else leg.held.order_id,
            None if leg.end is None else leg.end.value,
            [leg.reached, leg.is_final, None if leg.reach is None else str(leg.reach), str(leg.terms)],
            [text(qty) for qty in (leg.executed_qty, leg.open_qty, leg.asked_qty, leg.first_qty)],
            [leg.has_ended, leg._asked_away, text(leg._excess_told), leg._wait_told],
            [sorted(leg._cut), sorted(leg._stuck)],
            [sorted(leg._no_replace.items()), sorted(leg._no_cancel.items())],
        ]
        for leg in group.legs
    ]
    tree = repr(group.contingency)
    return [group.group_id, group.account, group.client_ref, group.is_canceled, group.list_id, tree, legs]


def _parent(parent: Parent) -> list[object]:
    bid, ask, quote_ns = parent.arrival
    return [
        parent.order_id,
        [repr(each) for each in (*parent.slices.values(), *parent.taken.values())],
        sorted((number, pace.value) for number, pace in parent.decided.items()),
        [
            parent.start_ns,
            parent.end_ns,
            text(bid),
            text(ask),
            quote_ns,
            [list(pair) for pair in parent.memo],
        ],
        [parent.rejects, parent.refused_ns, parent.last_child_ns, parent.suspended],
        None if parent.held is None else parent.held.value,
        parent.broker,
        [None if parent.stopped is None else parent.stopped.value, parent.stop_text],
        None if parent.amend is None else [text(parent.amend[0]), _terms(parent.amend[1])],
        [
            text(qty)
            for qty in (
                parent.filled,
                parent.working,
                parent.planned,
                parent._told_excess,
                *parent._away_told,
            )
        ],
        sorted((number, text(qty)) for number, qty in parent.away.items()),
        sorted(parent.open),
        [
            [
                child.order_id,
                child.number,
                child.role,
                child.until_ns,
                child.exec_id,
                child.is_taken_back,
                child.refused_ns,
                child.unmoved_ns,
                *(text(number) for number in (child.filled, child.working, child.counted, *child._told)),
            ]
            for child in parent.children.values()
        ],
    ]


def _reconciled(state: State) -> dict[str, object]:
    """Give where the books stand against what brokers say."""
    return {
        "synthetic": [
            [order_id, *exec_ids] for order_id, exec_ids in sorted(state.executions.synthetic.items())
        ],
        "breaks": [repr(one) for one in state.breaks.open.values()],
        "accepted_breaks": sorted(
            [broker, kind.value, key, difference]
            for (broker, kind, key), difference in state.breaks.accepted.items()
        ),
        "unreconciled": list(state.breaks.unreconciled),
        "cursors": sorted(state.breaks.cursors.items()),
        "traded": [
            [broker, account, symbol, text(qty)]
            for broker, held in sorted(state.traded.of_all().items())
            for (account, symbol), qty in sorted(held.items())
        ],
        "executed": [
            [symbol, broker, text(qty)]
            for symbol, executed in sorted(state.traded.all_executed().items())
            for broker, qty in sorted(executed.items())
        ],
    }


def _terms(terms: Terms | None) -> list[str | None] | None:
    if terms is None:
        return None
    return [type(terms).__name__, *(_item(item) for item in astuple(terms, recurse=False))]


def _item(item: object) -> str | None:
    return text(item) if item is None or isinstance(item, Decimal) else str(item)


def _kind(time_in_force: TimeInForce) -> str:
    return repr(time_in_force).removesuffix("()")


def _request(request: OutstandingRequest) -> list[object]:
    return [
        request.cl_ord_id,
        request.kind.value,
        request.sent_ns,
        text(request.order_qty),
        _terms(request.terms),
        None if request.time_in_force is None else _kind(request.time_in_force),
        request.pending,
        request.in_doubt,
    ]


def _order(order: Order) -> list[object]:
    return [
        order.order_id,
        order.symbol,
        order.side.value,
        text(order.order_qty),
        _terms(order.terms),
        _kind(order.time_in_force),
        order.account,
        order.client_ref,
        order.created_ns,
        text(order.reference_px),
        order.broker,
        order.cl_ord_id,
        order.venue_order_id,
        order.life.value,
        sorted(mark.value for mark in order.marks),
        order.status.value,
        text(order.cum_qty),
        text(order.leaves_qty),
        text(order.notional),
        text(order.avg_px),
        [_request(request) for request in order.outstanding_requests],
        [str(reason) for reason in order.reasons],
        order.text,
        *_further(order),
        *([] if order.routing is None else [repr(order.routing)]),
        *(
            []
            if order.given_time_in_force == order.time_in_force
            else [f"given {_kind(order.given_time_in_force)}"]
        ),
    ]


def _marked(order: Order) -> list[object]:
    """Give when each mark was set, and when one was last said not to hold."""
    return [
        sorted([mark.value, *said] for mark, said in marks.items())
        for marks in (order._marks, order._cleared)
    ]


def _further(order: Order) -> list[object]:
    """Give the facts by which later reports are judged."""
    size, px = order.guarantee or (None, None)
    return [
        order.is_external,
        text(order.cash_order_qty),
        None if order.instructions is None else str(order.instructions),
        _terms(order._given_terms),
        [order._day, text(order.day_cum_qty)],
        [text(size), text(px)],
        [order._is_over, text(order._lost_qty)],
        [[venue_ns, venue_seq, text(qty), *rest] for venue_ns, venue_seq, qty, *rest in order._losses],
        [[identity, kind.value] for identity, kind in order._amendments.items()],
        repr((order._said, order._end, order._acknowledged)),
        text(order._asked_qty),
        sorted(map(repr, order._seen)),
        [[since_ns, text(new), text(old), *rest] for since_ns, new, old, *rest in order._splits],
    ]
