"""What a broker can do, as data, so that a backtest refuses what the live venue would refuse."""

from __future__ import annotations

from oms.model.define import value
from oms.model.enums import Choice
from oms.model.terms import Limit, Market, Terms
from oms.model.time_in_force import Day, FillOrKill, GoodTillCancel, ImmediateOrCancel, TimeInForce


class ReplaceSupport(Choice):
    """How a venue amends a working order."""

    NONE = "none"
    IN_PLACE = "in place"
    NEW_IDENTITY = "new identity"


@value(kw_only=True)
class Capabilities:
    """What may be asked of a broker.

    Attributes:
        order_types: The allowed pairs of terms and time in force.
        replace: How working orders are amended.
        amendable: The fields that a replace may change: `order_qty`, `price`.
        chains_replaces: Whether a replace may follow one that is still unanswered.
        simulated: No real money is behind it; only then may a manager run without risk limits.
    """

    order_types: frozenset[tuple[type[Terms], type[TimeInForce]]]
    replace: ReplaceSupport = ReplaceSupport.NONE
    amendable: frozenset[str] = frozenset()
    chains_replaces: bool = False
    simulated: bool = False


ALL_ORDER_TYPES: frozenset[tuple[type[Terms], type[TimeInForce]]] = frozenset(
    (terms, time_in_force)
    for terms in (Market, Limit)
    for time_in_force in (Day, GoodTillCancel, ImmediateOrCancel, FillOrKill)
)
"""Every pair of terms and time in force that the library knows."""
