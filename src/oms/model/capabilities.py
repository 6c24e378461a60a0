"""What a broker can do, as data, so that a backtest refuses what the live venue would refuse."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Final, get_args

from oms.errors import ValidationError
from oms.model.contingencies import Contingencies
from oms.model.define import value
from oms.model.door import shown
from oms.model.enums import Listing, TriggerPriceType
from oms.model.instructions import INSTRUCTIONS
from oms.model.terms import Limit, Market, Terms
from oms.model.time_in_force import TimeInForce
from oms.model.venue_profile import EXCHANGE, VenueProfile

AMENDABLE: Final = frozenset({"order_qty", "price", "stop_px", "display_qty", "time_in_force"})
"""Every field of an order that a replace can name."""


@value(kw_only=True)
class Capabilities:
    """What may be asked of a broker.

    Attributes:
        order_types: The allowed pairs of terms and time in force.
        amendable: The fields that a replace may change, out of `AMENDABLE`.
        simulated: No real money is behind it; only then may a manager run without risk limits.
        profile: How the venue behaves where venues differ.
        lists: What it can be asked for as a whole; it is reconciled by that before it gets new orders.
        instructions: What can be asked of an order beside its price and time, out of `INSTRUCTIONS`.
        trigger_prices: The prices that it can compare to a trigger, where it takes orders with one.
        contingencies: Which groups it works by itself, as one list; None where it takes no lists.

    Raises:
        ValidationError: A field is named that no replace can change, or something is of another kind.
    """

    order_types: frozenset[tuple[type[Terms], type[TimeInForce]]]
    amendable: frozenset[str] = frozenset()
    simulated: bool = False
    profile: VenueProfile = EXCHANGE
    lists: frozenset[Listing] = frozenset()
    instructions: frozenset[str] = frozenset()
    trigger_prices: frozenset[TriggerPriceType] = frozenset({TriggerPriceType.LAST})
    contingencies: Contingencies | None = None

    def __attrs_post_init__(self) -> None:
        """Check the names, and the kinds: what is only taken for false may trade without limits."""
        if not isinstance(self.order_types, AbstractSet):
            allowed = "pass a frozenset of pairs, such as {(Limit, Day), (Market, Day)}"
            raise ValidationError("order_types", shown(self.order_types), allowed)
        if not isinstance(self.amendable, AbstractSet):
            raise ValidationError("amendable", shown(self.amendable), "pass a frozenset of field names")
        if type(self.simulated) is not bool:
            raise ValidationError("simulated", shown(self.simulated), "pass True or False")
        if not isinstance(self.profile, VenueProfile):
            raise ValidationError("profile", shown(self.profile), "pass a VenueProfile, such as EXCHANGE")
        if not isinstance(self.lists, AbstractSet) or not all(type(one) is Listing for one in self.lists):
            raise ValidationError("lists", shown(self.lists), "pass a frozenset of Listing members")
        if not isinstance(self.instructions, AbstractSet) or not self.instructions <= INSTRUCTIONS:
            allowed = f"pass a frozenset of names out of {', '.join(sorted(INSTRUCTIONS))}"
            raise ValidationError("instructions", shown(self.instructions), allowed)
        if not isinstance(self.trigger_prices, AbstractSet) or not all(
            type(one) is TriggerPriceType for one in self.trigger_prices
        ):
            allowed = "pass a frozenset of TriggerPriceType members"
            raise ValidationError("trigger_prices", shown(self.trigger_prices), allowed)
        if not isinstance(self.contingencies, Contingencies | None):
            raise ValidationError(
                "contingencies", shown(self.contingencies), "pass Contingencies(...), or leave it out"
            )
        unknown = self.amendable - AMENDABLE
        if unknown:
            allowed = f"name some of {', '.join(sorted(AMENDABLE))}"
            raise ValidationError("amendable", shown(sorted(unknown)), allowed)


ALL_ORDER_TYPES: Final[frozenset[tuple[type[Terms], type[TimeInForce]]]] = frozenset(
    (terms, time_in_force) for terms in (Market, Limit) for time_in_force in get_args(TimeInForce)
)
"""Market and limit orders with every time in force: what may be expected of any venue, and no more."""
