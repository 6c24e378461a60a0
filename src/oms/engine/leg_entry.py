"""What the way in for orders says of a leg before there is an order of it."""

from __future__ import annotations

from oms.engine.order_entry import OrderEntry
from oms.errors import UnknownInstrumentError, ValidationError
from oms.model.commands import SubmitOrder
from oms.model.contingency import Leg
from oms.model.door import shown
from oms.order_types.grid_checks import check_qty
from oms.order_types.validation import check_capabilities

# Routes and handlers are the order entry's own.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false


def check_known(entry: OrderEntry, leg: Leg) -> None:
    """Check that an order of a leg could be asked for.

    Raises:
        UnknownInstrumentError: The symbol was never defined.
        ValidationError: No handler works such terms.
    """
    if leg.symbol not in entry.state.instruments:
        raise UnknownInstrumentError("symbol", leg.symbol, "define the instrument first")
    if type(leg.terms) not in entry._handlers:
        raise ValidationError("terms", shown(leg.terms), "open the manager with a handler of them")


def is_taken(entry: OrderEntry, command: SubmitOrder) -> bool:
    """Tell whether the venue of an instrument takes such an order as it is."""
    route = entry._route(command.symbol)
    return not check_capabilities(command, route.capabilities, route.broker)


def is_open_for(entry: OrderEntry, command: SubmitOrder, *, is_last: bool) -> bool:
    """Tell whether an exit can be placed now; False where it should wait: for its broker, or, if not the last, for more of it."""
    route = entry._route(command.symbol)
    if entry._why_unreconciled(route.broker):
        return False
    if is_last:
        return True
    px, _ = entry._reference(command.symbol)
    worst_px = entry._handlers[type(command.terms)].worst_px(command, px)
    return not check_qty(command.order_qty, worst_px, route.instrument)
