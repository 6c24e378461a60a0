"""How a venue behaves where venues differ, as data: what may be asked of it, and how its reports are to be read.

FIX itself publishes two behaviours, which ship: `FIX_BROKER` (FIX 4.4 Volume 4) and `EXCHANGE` (FIX 5.0 SP2 Volume 7).
"""

from __future__ import annotations

from typing import Final

from attrs import evolve

from oms.errors import ValidationError
from oms.model.cl_ord_id_rules import ClOrdIdRule, IntegerIds, TextIds
from oms.model.define import value
from oms.model.door import shown
from oms.model.enums import Choice


class ReplaceSupport(Choice):
    """How a venue amends a working order."""

    NONE = "none"
    IN_PLACE = "in place"
    NEW_IDENTITY_ATOMIC = "new identity, atomic"
    """The order gets another venue id; either both halves happen or none."""
    NEW_IDENTITY_NON_ATOMIC = "new identity, not atomic"
    """A cancel and a new order: the cancel may succeed and the new order fail."""


class LateFills(Choice):
    """What an execution after the order's end is at this venue. It is always booked."""

    FLAGGED = "flagged"
    """Unusual: an anomaly is raised beside it."""
    EXPECTED = "expected"
    """Usual: nothing is raised."""


class DuplicateIds(Choice):
    """What the venue does with a ClOrdID that was used before."""

    REJECTED = "rejected"
    IGNORED = "ignored"
    """The second request is taken for a resend of the first: it changes nothing, and is answered with what is."""
    ACCEPTED = "accepted"
    """The venue takes both: only we can keep the ids apart."""


class IdScope(Choice):
    """For how long an identity means the same thing."""

    FOREVER = "forever"
    SESSION = "session"
    """The venue's order ids begin anew with each trading session."""
    OPEN_ORDERS = "open orders"
    """A ClOrdID may be used again once its order is closed."""


class ExternalOrders(Choice):
    """What becomes of reports about orders that were not given here."""

    HELD = "held"
    """They are kept until the order turns up, or somebody adopts it."""
    ADOPTED = "adopted"
    """The order is taken into the books as soon as a report says enough about it."""


_CHOICES: Final[dict[str, type[Choice]]] = {
    "replace": ReplaceSupport,
    "late_fills": LateFills,
    "duplicate_ids": DuplicateIds,
    "venue_id_scope": IdScope,
    "external_orders": ExternalOrders,
}
_FLAGS: Final = (
    "chains_replaces", "reopens_filled", "reinstates", "sends_pending", "bundles", "looks_up_by_cl_ord_id",
    "takes_cash_orders", "takes_display_qty", "guarantees_by_trade",
)  # fmt: skip
_KINDS: Final[tuple[tuple[str, type | tuple[type, ...], str], ...]] = (
    ("name", str, "a text"),
    ("cl_ord_ids", (TextIds, IntegerIds), "TextIds(...) or IntegerIds(...)"),
    *((field, bool, "True or False") for field in _FLAGS),
    *((field, kind, f"a {kind.__name__}, such as {next(iter(kind))}") for field, kind in _CHOICES.items()),
)


@value(kw_only=True)
class VenueProfile:
    """How a venue behaves.

    Attributes:
        name: What the behaviour is called, in refusals too.
        replace: How working orders are amended.
        chains_replaces: A replace may follow one that is still unanswered.
        reopens_filled: A filled order may be made larger, and what is busted works again unless the report says otherwise.
        reinstates: A restatement of an ended order makes it work again.
        sends_pending: It reports that it has received a cancel or replace before it decides.
        bundles: One report may say that something executed and that the order ended.
        late_fills: What an execution after the end is.
        duplicate_ids: What it does with a ClOrdID that was used before.
        cl_ord_ids: Which ClOrdIDs it takes, and how ours are written there.
        venue_id_scope: For how long its order ids are unique.
        looks_up_by_cl_ord_id: It can be asked about a request by its ClOrdID, not only about an order by its own id.
        external_orders: What becomes of reports about orders that were not given here.
        takes_cash_orders: An order may be given as an amount of money.
        takes_display_qty: A limit order may show less than it is.
        guarantees_by_trade: As in FIX 4.2 a guarantee comes as an execution, shown as Stopped, that leaves CumQty as it was.

    Raises:
        ValidationError: A field is of another kind.
    """

    name: str
    replace: ReplaceSupport = ReplaceSupport.NONE
    chains_replaces: bool = False
    reopens_filled: bool = False
    reinstates: bool = False
    sends_pending: bool = False
    bundles: bool = False
    late_fills: LateFills = LateFills.FLAGGED
    duplicate_ids: DuplicateIds = DuplicateIds.REJECTED
    cl_ord_ids: ClOrdIdRule = TextIds()
    venue_id_scope: IdScope = IdScope.FOREVER
    looks_up_by_cl_ord_id: bool = False
    external_orders: ExternalOrders = ExternalOrders.HELD
    takes_cash_orders: bool = False
    takes_display_qty: bool = False
    guarantees_by_trade: bool = False

    def __attrs_post_init__(self) -> None:
        """Check the kind of every field: a text in the place of a choice would be read as some other one."""
        for field, kind, allowed in _KINDS:
            given = getattr(self, field)
            if not isinstance(given, kind):
                raise ValidationError(field, shown(given), f"pass {allowed}")


FIX_BROKER: Final = VenueProfile(
    name="FIX broker",
    replace=ReplaceSupport.IN_PLACE,
    chains_replaces=True,
    reopens_filled=True,
    sends_pending=True,
    looks_up_by_cl_ord_id=True,
    external_orders=ExternalOrders.ADOPTED,
    takes_cash_orders=True,
    takes_display_qty=True,
)
"""A broker as FIX 4.4 Volume 4 has it: pending reports, replaces in a chain, filled orders that may be made larger."""

FIX_42_BROKER: Final = evolve(FIX_BROKER, name="FIX 4.2 broker", guarantees_by_trade=True)
"""The same as FIX 4.2 has it: guarantees look like executions."""

EXCHANGE: Final = VenueProfile(
    name="exchange",
    replace=ReplaceSupport.IN_PLACE,
    bundles=True,
    looks_up_by_cl_ord_id=True,
    takes_display_qty=True,
)
"""An exchange as FIX 5.0 SP2 Volume 7 has it: no pending states, filled and canceled for good, bundled reports."""
