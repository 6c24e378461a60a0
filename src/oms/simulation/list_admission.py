"""Which lists of orders the simulated venue takes."""

from __future__ import annotations

from typing import Final

from oms.model.contingencies import Contingencies, order_qtys
from oms.model.contingency import Arm, Remainder, legs_of
from oms.model.decimals import plain
from oms.model.enums import ContingencyType
from oms.model.requests import NewOrderList
from oms.model.time_in_force import ImmediateOrCancel
from oms.simulation.admission import INCORRECT_QUANTITY, ORDER_TYPES, OTHER, RESTING, UNSUPPORTED, Refusal

CONTINGENCIES: Final = Contingencies(
    types=frozenset(ContingencyType),
    order_types=frozenset((terms, tif) for terms, tif in ORDER_TYPES if tif in (*RESTING, ImmediateOrCancel)),
    arms=frozenset(Arm),
    remainders=frozenset(Remainder),
    instructions=frozenset({"post_only", "reduce_only"}),
    is_nested=True,
    crosses_symbols=True,
)
"""Every group that the venue works. What depends on others may trade in any part, so that it is neither FOK nor all or none."""


def refusal_of_list(request: NewOrderList) -> Refusal | None:
    """Give the reason why orders cannot depend on one another like this; None where they can."""
    unworked = CONTINGENCIES.why_not(request.contingency)
    if unworked:
        return Refusal(UNSUPPORTED, f"{unworked} is not worked here in a list")
    said = tuple((one.symbol, one.side, one.terms, one.time_in_force) for one in request.orders)
    meant = tuple(
        (leg.symbol, leg.side, leg.terms, leg.time_in_force) for leg in legs_of(request.contingency)
    )
    if said != meant:
        return Refusal(OTHER, "the orders are not those of the contingency")
    qtys = order_qtys(request.contingency)
    for one, qty in zip(request.orders, qtys, strict=True):
        if one.order_qty != qty:
            return Refusal(INCORRECT_QUANTITY, f"order_qty {plain(one.order_qty)}, which may be {plain(qty)}")
    return None
