"""What is true of everything that waits: questions, kept reports, anomalies and fees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Final

from oms.engine.anomaly_book import MAX_OPEN
from oms.engine.held_reports import MAX_HELD, names_of
from oms.engine.inquiries import Inquiry
from oms.engine.plain_reports import content_of
from oms.engine.state import State
from oms.model.enums import Life, WorkedBy
from oms.model.ids import ClOrdId
from oms.model.terms import Pegged


def _check_inquiries(state: State) -> Iterator[str]:
    inquiries = state.inquiries
    in_doubt: dict[ClOrdId, int] = {}
    undecided: dict[ClOrdId, int] = {}
    for order in state.index.by_id.values():
        for request in order.outstanding_requests:
            if request.in_doubt:
                in_doubt[request.cl_ord_id] = order.order_id
            elif request.pending:
                undecided[request.cl_ord_id] = order.order_id
    asked = {identity: inquiry.order.order_id for identity, inquiry in inquiries.of_requests.items()}
    doubts = {identity: asked.pop(identity, None) for identity in inquiries.doubts}
    if doubts != in_doubt:
        yield f"the brokers are asked about {doubts}, in doubt are {in_doubt}"
    if asked != undecided:
        yield f"the brokers are asked about {asked} too, undecided are {undecided}"
    queued = Counter((due_ns, sequence) for due_ns, sequence, _ in inquiries.queue)
    for inquiry in (*inquiries.of_requests.values(), *inquiries.of_orders.values()):
        due_ns, order_id = inquiry.due_ns, inquiry.order.order_id
        if due_ns is None:
            if inquiry.cl_ord_id is not None:
                yield f"order {order_id}: nobody will ask about {inquiry.cl_ord_id}, which is unsettled"
        elif not queued[due_ns, inquiry.sequence] and not _is_mute(state, inquiry):
            yield f"order {order_id}: a question that is due at {due_ns} waits nowhere"


def _is_mute(state: State, inquiry: Inquiry) -> bool:
    key = (inquiry.order.order_id, inquiry.cl_ord_id)
    return key in state.inquiries.mute.get(inquiry.order.order_id, ())


def _check_held(state: State) -> Iterator[str]:
    held = state.held
    contents = Counter((one.broker, *content_of(one.report)) for one in held.by_sequence.values())
    for content, count in contents.items():
        if count > 1:
            yield f"{count} kept reports say the same: {content}"
    for broker, count in Counter(one.broker for one in held.by_sequence.values()).items():
        if count > MAX_HELD:
            yield f"{count} reports of {broker} are kept, at most {MAX_HELD} may be"
    for name, numbers in held.names.items():
        for sequence in numbers:
            if sequence not in held.by_sequence or name not in names_of(held.by_sequence[sequence]):
                yield f"report {sequence} does not wait for {name}"


def _check_anomalies(state: State) -> Iterator[str]:
    book = state.anomalies
    if len(book.open) != min(book.raised - book.acknowledged, MAX_OPEN) and book.raised <= MAX_OPEN:
        yield f"{len(book.open)} anomalies are open of {book.raised}, {book.acknowledged} are acknowledged"


def _check_fees(state: State) -> Iterator[str]:
    for (broker, fee_id), fee in state.fees.items():
        if (fee.broker, fee.fee_id) != (broker, fee_id) or type(fee.amount) is not Decimal:
            yield f"fee {fee_id} of {broker} stands for {fee}"


def _check_reducing(state: State) -> Iterator[str]:
    ledger = state.book.exposure
    listed = {order_id for orders in ledger.reducing.values() for order_id in orders}
    wanted = {
        order_id
        for order_id, order in ledger.open_orders.items()
        if order.instructions is not None and order.instructions.reduce_only
    }
    if listed != wanted:
        yield f"reduce-only orders are {sorted(wanted)}, looked after are {sorted(listed)}"
    yield from state.reductions.faults(state)


def _check_matchable(state: State) -> Iterator[str]:
    limits, ledger = state.book.limits, state.book.exposure
    if (ledger.matchable is not None) != (limits is not None and limits.blocks_self_match):
        yield "open orders are kept by account and symbol, or not, against what the limits say"
    listed = (ledger.matchable or {}).items()
    found = {order_id: holding for holding, orders in listed for order_id in orders}
    wanted = {order_id: (order.account, order.symbol) for order_id, order in ledger.open_orders.items()}
    if ledger.matchable is not None and found != wanted:
        yield f"open orders are {wanted}, by account and symbol they are {found}"


def _check_held_orders(state: State) -> Iterator[str]:
    held = state.held_orders
    waiting = {
        order_id
        for order_id, order in state.index.by_id.items()
        if order.life is Life.UNSENT and order.worked_by is WorkedBy.OMS
    }
    if held.orders.keys() != waiting:
        yield f"held are {sorted(held.orders)}, these orders wait to be released: {sorted(waiting)}"
    for order_id, order in held.orders.items():
        leg = state.groups.of_order.get(order_id)
        is_put_off = order_id in held.reached and order_id in held.due
        is_reached = is_put_off or (leg is not None and leg.reach is not None)
        waits = order_id in held.book or order_id in held.quoted.get(order.symbol, ())
        if is_reached != (order_id in held.reached) or is_reached == waits:
            yield f"order {order_id}: it is held, and nothing would release it"
    for order in state.book.exposure.open_orders.values():
        follows = isinstance(order.given_terms, Pegged) and order.worked_by is WorkedBy.OMS
        if follows and order.order_id not in held.quoted.get(order.symbol, ()):
            yield f"order {order.order_id}: it is pegged, and no quote would move it"


FURTHER: Final[tuple[Callable[[State], Iterator[str]], ...]] = (
    _check_inquiries,
    _check_held,
    _check_held_orders,
    _check_anomalies,
    _check_fees,
    _check_reducing,
    _check_matchable,
)
"""The checks of this module, for `check_state`."""
