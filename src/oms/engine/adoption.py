"""Orders that were not given here, taken into the books as the broker reports them: by telephone, or from another system."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from oms.engine.held_reports import VENUE_ORDER, Place
from oms.engine.retention import REQUEST, recall
from oms.engine.state import State
from oms.model import events as ev
from oms.model.decimals import ZERO
from oms.model.enums import Life, RequestKind
from oms.model.ids import BrokerName, ClOrdId, VenueOrderId
from oms.model.order import Order
from oms.model.reports import ExecutionReport
from oms.model.terms import Limit, Market
from oms.model.time_in_force import DAY
from oms.model.venue_profile import ExternalOrders, ReplaceSupport

# Looked for among all open orders; a property costs a call.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

_RENAMING: Final = frozenset({ReplaceSupport.NEW_IDENTITY_ATOMIC, ReplaceSupport.NEW_IDENTITY_NON_ATOMIC})


def is_wanted(state: State, broker: BrokerName) -> bool:
    """Tell whether a broker's orders that were not given here are to be taken without being asked about."""
    profile = state.profiles.get(broker)
    return profile is not None and profile.external_orders is ExternalOrders.ADOPTED


def why_not_enough(state: State, report: ExecutionReport) -> str | None:
    """Give what a plain report lacks to make an order of it; None where it says enough."""
    if report.symbol is None:
        return "it does not say in which instrument"
    if report.symbol not in state.instruments:
        return f"the instrument {report.symbol!r} is not defined"
    if report.side is None:
        return "it does not say on which side"
    if report.order_qty is None or report.order_qty <= ZERO:
        return "it does not say for how much"
    if report.venue_order_id is None and report.cl_ord_id is None:
        return "it names the order neither by a venue id nor by a ClOrdID"
    for identity in (report.cl_ord_id, report.orig_cl_ord_id):
        # What we have sent elsewhere is no order of this broker's, whoever reports it.
        if identity is None:
            continue
        if state.retired and identity not in state.index.by_cl_ord_id:
            recall(state, REQUEST, identity)
        if identity in state.index.by_cl_ord_id:
            return f"{identity} is an order of ours at another broker"
    return None


def place_of(broker: BrokerName, report: ExecutionReport) -> Place:
    """Give where an order of ours would be that a report may be about; for a report that says enough."""
    assert report.symbol is not None
    assert report.side is not None
    return broker, report.symbol, report.side


def may_be_ours(state: State, place: Place) -> bool:
    """Tell whether an order of ours is there that the broker has neither acknowledged nor named yet, or may be naming anew."""
    broker, symbol, side = place
    profile = None if broker is None else state.profiles.get(broker)
    renames = profile is not None and profile.replace in _RENAMING
    return any(
        order._symbol == symbol
        and order._side is side
        and order._broker == broker
        and _may_be_named(order, renames=renames)
        for order in state.book.exposure.open_orders.values()
    )


def _may_be_named(order: Order, *, renames: bool) -> bool:
    if order._life is Life.SENT and order._venue_order_id is None and not order._is_external:
        return True
    # What a replace of it becomes may be reported under its new id before the replace is answered.
    return renames and any(request.kind is RequestKind.REPLACE for request in order._requests.values())


def adopt(state: State, broker: BrokerName, report: ExecutionReport, text: str) -> Order:
    """Take the order into the books that a plain report is about, one that says enough; what it says of it is read later."""
    symbol, side, order_qty = report.symbol, report.side, report.order_qty
    assert symbol is not None
    assert side is not None
    assert isinstance(order_qty, Decimal)
    order_id = state.free_order_id()
    terms = Market() if report.price is None else Limit(report.price)
    account = state.account if report.account is None or not report.account else report.account
    adopted = ev.OrderAdopted(
        *state.envelope(), order_id, symbol, side, order_qty, terms, DAY, account, broker, report.cl_ord_id,
        report.venue_order_id, text,
    )  # fmt: skip
    return state.record_created(adopted)


def candidates(
    state: State, broker: BrokerName, cl_ord_id: ClOrdId | None, venue_order_id: VenueOrderId | None
) -> Iterator[tuple[ev.ReportHeld, ExecutionReport]]:
    """Give the kept reports of unknown orders at a broker that name one of these identities, oldest first."""
    for held in list(state.held.by_sequence.values()):
        report = held.report
        if held.broker == broker and held.order_id is None and isinstance(report, ExecutionReport):
            is_named = venue_order_id is not None and report.venue_order_id == venue_order_id
            if is_named or (cl_ord_id is not None and cl_ord_id in (report.cl_ord_id, report.orig_cl_ord_id)):
                yield held, report


def is_current(state: State, held: ev.ReportHeld) -> bool:
    """Tell whether the venue id in a kept report still means the order that it meant, or the report names none."""
    name = held.report.venue_order_id
    return name is None or held.sequence in state.held.names.get((VENUE_ORDER, held.broker, name), ())
