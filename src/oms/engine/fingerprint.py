"""The canonical form of an engine's state: two engines with the same form hold the same things to be true."""

from __future__ import annotations

from decimal import Decimal

from oms.engine.state import State
from oms.model.decimals import EXACT
from oms.model.order import Order, OutstandingRequest
from oms.model.terms import Limit, Terms


def describe(state: State) -> dict[str, object]:
    """Give the state as plain lists, dicts, ints and texts in a fixed order, fit for `json.dumps`.

    Order facts, unanswered requests, the identity index, executions, exposure, timers, limits, instruments and counters;
    what is derived from these (the status, averages) is left in, so that a wrong derivation shows too.
    """
    index = state.index
    return {
        "orders": [_order(order) for _, order in sorted(index.by_id.items())],
        "cl_ord_ids": {key: order.order_id for key, order in sorted(index.by_cl_ord_id.items())},
        "venue_ids": {
            broker: {key: order.order_id for key, order in sorted(names.items())}
            for broker, names in sorted(index.by_venue_id.items())
        },
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
        "open_orders": sorted(state.book.exposure.open_orders),
        "timers": [list(entry) for entry in state.timers.waiting()],
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
            state.reserved,
            state.request_timeout_ns,
        ],
        "namespace": state.namespace,
    }


def text(number: Decimal | None) -> str | None:
    """Give a number as text in which equal numbers look equal."""
    if number is None:
        return None
    return f"{EXACT.normalize(number):f}" if number else "0"


def _terms(terms: Terms | None) -> list[str | None] | None:
    if terms is None:
        return None
    return [type(terms).__name__, text(terms.price) if isinstance(terms, Limit) else None]


def _request(request: OutstandingRequest) -> list[object]:
    return [
        request.cl_ord_id,
        request.kind.value,
        request.sent_ns,
        text(request.order_qty),
        _terms(request.terms),
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
        type(order.time_in_force).__name__,
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
    ]
