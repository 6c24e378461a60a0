"""What a broker in front of the simulated exchange says that it can do."""

from __future__ import annotations

from typing import Final

from oms.errors import ValidationError
from oms.model.capabilities import Capabilities
from oms.model.contingencies import Contingencies
from oms.model.enums import Listing, TriggerPriceType
from oms.model.terms import Terms
from oms.model.time_in_force import TimeInForce
from oms.model.venue_profile import VenueProfile
from oms.simulation.admission import ORDER_TYPES

_AMENDABLE: Final = frozenset({"order_qty", "price", "stop_px", "display_qty", "time_in_force"})


def capabilities(
    order_types: frozenset[tuple[type[Terms], type[TimeInForce]]],
    trigger_prices: frozenset[TriggerPriceType],
    instructions: frozenset[str],
    contingencies: Contingencies | None,
    profile: VenueProfile,
) -> Capabilities:
    """Give it, where these are the order types, trigger prices, instructions and groups that it is to take.

    Raises:
        ValidationError: It is to take what the exchange does not work.
    """
    unworked = sorted(f"{terms.__name__} {tif.__name__}" for terms, tif in order_types - ORDER_TYPES)
    if unworked:
        raise ValidationError("order_types", ", ".join(unworked), "pass a part of what the exchange works")
    return Capabilities(
        order_types=order_types,
        amendable=_AMENDABLE,
        trigger_prices=trigger_prices,
        instructions=instructions,
        simulated=True,
        profile=profile,
        lists=frozenset({Listing.EXECUTIONS, Listing.OPEN_ORDERS}),
        contingencies=contingencies,
    )
