"""Which brokers get no part of an order for a while, since they refused one, threw one out, or had not what they showed."""

from __future__ import annotations

from typing import Final

from attrs import evolve

from oms.algos.choices import OnResidual
from oms.algos.handling import auction_child
from oms.algos.told import Told
from oms.model.commands import SubmitOrder
from oms.model.enums import Life
from oms.model.ids import BrokerName
from oms.model.parent import Child, Parent
from oms.model.reasons import Reason, ReasonCode
from oms.model.routing import RouteVerdict
from oms.model.routing_places import Place
from oms.ports.working_handler import View, back_off_ns
from oms.routing.ranking import far_side

TAKE: Final = "take"
"""What a child is for that takes what is shown."""
REST: Final = "rest"
"""What a child is for that waits at the limit."""

_ENDED: Final = frozenset({Life.CANCELED, Life.EXPIRED})


def until_when(parent: Parent, now_ns: int) -> tuple[dict[BrokerName, int], dict[BrokerName, int]]:
    """Give the brokers that get nothing for now, and those that get nothing to take while they show what they did, each with until when.

    The first have refused the last parts that they got, or thrown out what was to rest; with the others the last parts that were
    to take something executed nothing. That is for 1, 2, 4 … seconds, as often as it was so in a row.
    """
    refused: dict[BrokerName, tuple[int, int]] = {}
    missed: dict[BrokerName, tuple[int, int]] = {}
    for child in parent.children.values():
        order = child.order
        if order is None or order.broker is None or order.life is Life.SENT:
            continue  # What is unanswered says nothing of its broker.
        broker = order.broker
        if order.cum_qty:
            refused.pop(broker, None)
            missed.pop(broker, None)
        elif order.life is Life.REJECTED or _was_thrown_out(child, REST):
            refused[broker] = refused.get(broker, (0, 0))[0] + 1, order.created_ns
        elif _was_thrown_out(child, TAKE):
            missed[broker] = missed.get(broker, (0, 0))[0] + 1, order.created_ns
        elif child.is_taken_back:
            refused.pop(broker, None)
    return _still(refused, now_ns), _still(missed, now_ns)


def _was_thrown_out(child: Child, role: str) -> bool:
    """Tell whether a broker has ended a part of its own accord: some refuse so what only waits and would take."""
    order = child.order
    return child.role == role and not child.is_taken_back and order is not None and order.life in _ENDED


def _still(in_a_row: dict[BrokerName, tuple[int, int]], now_ns: int) -> dict[BrokerName, int]:
    until = {broker: since_ns + back_off_ns(count) for broker, (count, since_ns) in in_a_row.items()}
    return {broker: until_ns for broker, until_ns in until.items() if until_ns > now_ns}


def shows_nothing(place: Place, parent: Parent) -> Place:
    """Give a place as one where all that it shows to an order has gone."""
    _, size = far_side(parent.order.side, place.quote)
    return evolve(place, claimed=max(place.claimed, size), behind=())


def why_no_auction(order: SubmitOrder, known: Told, view: View) -> tuple[Reason, ...]:
    """Give the reason against an order whose rest is for an auction that none of its brokers has."""
    if known.values.get("on_residual") is not OnResidual.AUCTION or known.algorithm is None:
        return ()
    if view.places is None:
        return ()
    child = auction_child(known.algorithm.working, order.order_qty, 0)
    like = SubmitOrder(
        order.symbol, order.side, order.order_qty, child.terms, child.time_in_force, order.account
    )
    if any(place.verdict is not RouteVerdict.CANNOT for place in view.places(like).places):
        return ()
    allowed = "cancel, sweep or extend: none of its brokers takes orders for the closing auction"
    return (Reason(ReasonCode.UNSUPPORTED, "on_residual", "auction", allowed),)
