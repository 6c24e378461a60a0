"""What is asked of us. A command that cannot be meant cannot be built; whether it may be done is decided later."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, TypeAlias, get_args

from attrs import field

from oms.errors import ValidationError
from oms.model.alert_commands import RaiseCostDrift, RaiseSlippageAlert
from oms.model.break_commands import AssignBreak, ReconcileBroker, ResolveBreak
from oms.model.decimals import GRID, ZERO, exact, positive, residue
from oms.model.define import record
from oms.model.door import asker, person, reason, shown
from oms.model.enums import Side
from oms.model.ids import Account, BrokerName, ClOrdId, OrderId, Symbol, VenueOrderId
from oms.model.instructions import Instructions
from oms.model.order import Order
from oms.model.reports import Absent, ExecutionReport, OrderCancelReject
from oms.model.terms import Parameter, Parameters, Terms, checked_parameters
from oms.model.time_in_force import ALLOWED, TimeInForce
from oms.model.work_commands import PauseWork, ResumeWork

_TERMS = frozenset(get_args(Terms))
_TIMES_IN_FORCE = frozenset(get_args(TimeInForce))


@record(init=False)
class SubmitOrder:
    """Place an order, for so many units or for so much money.

    Attributes:
        symbol: What to trade.
        side: Buy or sell.
        order_qty: How much, in units of the instrument, more than zero; 0 for an order given as an amount of money.
        terms: At what price.
        time_in_force: For how long.
        account: For whom.
        client_ref: The caller's own name for the order, unique for the life of the journal; None for none.
        asked_by: Who wants it, for the record.
        cash_order_qty: The amount of money to trade for, in the instrument's currency, more than zero (152); None for an
            order in units.
        instructions: How it is to be handled beside its price and time (18, 110); None where nothing is asked for.

    Raises:
        ValidationError: The quantity or the amount is not an exact number above zero, both or neither are given, or an
            argument is of another kind.
    """

    symbol: Symbol
    side: Side
    order_qty: Decimal
    terms: Terms
    time_in_force: TimeInForce
    account: Account
    client_ref: str | None = None
    asked_by: str = ""
    cash_order_qty: Decimal | None = None
    instructions: Instructions | None = None

    # Written out, since a call of a converter for each field would cost more than the rest.
    def __init__(
        self,
        symbol: Symbol,
        side: Side,
        order_qty: Decimal | int | str | None,
        terms: Terms,
        time_in_force: TimeInForce,
        account: Account,
        client_ref: str | None = None,
        asked_by: str = "",
        cash_order_qty: Decimal | int | str | None = None,
        instructions: Instructions | None = None,
    ) -> None:
        """Check what can be checked without knowing the instrument.

        Numbers may be a Decimal, an int or a decimal text. Give `order_qty` or `cash_order_qty`, and None for the other.
        """
        new: Any = self
        new.symbol = symbol
        new.side = side
        new.terms = terms
        new.time_in_force = time_in_force
        new.account = account
        new.client_ref = client_ref
        if cash_order_qty is not None:
            new.order_qty, new.cash_order_qty = ZERO, _amount(order_qty, cash_order_qty)
        else:
            is_usual = type(order_qty) is Decimal and not residue(order_qty, GRID) and order_qty > ZERO
            new.order_qty = order_qty if is_usual else positive(order_qty, "order_qty")
            new.cash_order_qty = None
        new.asked_by = asker(asked_by)
        new.instructions = instructions
        if instructions is not None and type(instructions) is not Instructions:
            raise ValidationError("instructions", shown(instructions), "pass Instructions(...) or None")
        if type(side) is not Side:
            raise ValidationError("side", shown(side), "pass Side.BUY, Side.SELL or Side.SELL_SHORT")
        if type(terms) not in _TERMS:
            raise ValidationError(
                "terms",
                shown(terms),
                'pass terms of an order, such as Market(), Limit("189.50") or Stop("180")',
            )
        if type(time_in_force) not in _TIMES_IN_FORCE:
            raise ValidationError("tif", shown(time_in_force), ALLOWED)


def _amount(order_qty: object, cash_order_qty: Decimal | int | str) -> Decimal:
    # 0 units is how such an order says that it is in money: what was built may be built again.
    if order_qty is not None and not (type(order_qty) is Decimal and order_qty.is_zero()):
        raise ValidationError("order_qty", shown(order_qty), "pass order_qty or cash_order_qty, not both")
    return positive(cash_order_qty, "cash_order_qty")


@record
class CancelOrder:
    """Cancel what is left of an order.

    Raises:
        ValidationError: Who asks is not told as a text of at most 256 characters; so in all commands.
    """

    order_id: OrderId
    asked_by: str = field(converter=asker, default="")


def _new_qty(order_qty: Decimal | int | str | None) -> Decimal | None:
    return None if order_qty is None else positive(order_qty, "order_qty")


def _new_price(price: Decimal | int | str | None) -> Decimal | None:
    return None if price is None else exact(price, "price")


def _new_stop_px(stop_px: Decimal | int | str | None) -> Decimal | None:
    return None if stop_px is None else exact(stop_px, "stop_px")


def _new_display_qty(display_qty: Decimal | int | str | None) -> Decimal | None:
    return None if display_qty is None else positive(display_qty, "display_qty")


def _new_parameters(given: Mapping[str, Parameter | None] | Parameters | None) -> Parameters | None:
    if not given:
        return None
    items = given.items() if isinstance(given, Mapping) else given
    return checked_parameters({name: DROPPED if said is None else said for name, said in items})


@record
class ReplaceOrder:
    """Change an order: what is not given stays as it was last asked for.

    Attributes:
        order_id: Which order.
        order_qty: The new total, what has traded included. At or below the traded quantity it means "stop here".
        price: The new limit price.
        asked_by: Who wants it, for the record.
        stop_px: The new price that releases it.
        display_qty: How much of it is to be shown at a time; its total to show all of it.
        time_in_force: For how long from now on.
        parameters: Those of an order that is worked here which are to change, by name, as in `Strategy`; None, which is kept as
            `DROPPED`, for one that is to be as if it had not been given.

    Raises:
        ValidationError: A number is not exact, a quantity is not above zero, or nothing is to change.
    """

    order_id: OrderId
    order_qty: Decimal | None = field(converter=_new_qty, default=None)
    price: Decimal | None = field(converter=_new_price, default=None)
    asked_by: str = field(converter=asker, default="")
    stop_px: Decimal | None = field(converter=_new_stop_px, default=None)
    display_qty: Decimal | None = field(converter=_new_display_qty, default=None)
    time_in_force: TimeInForce | None = None
    parameters: Parameters | None = field(converter=_new_parameters, default=None)

    def __attrs_post_init__(self) -> None:
        """Refuse to change nothing, and another kind of time in force."""
        if self.time_in_force is not None and type(self.time_in_force) not in _TIMES_IN_FORCE:
            raise ValidationError("tif", shown(self.time_in_force), ALLOWED)
        if all(getattr(self, name) is None for name in REPLACEABLE):
            allowed = "pass order_qty=, price=, stop_px=, display_qty=, tif= or parameters="
            raise ValidationError("replace", "nothing", allowed)


DROPPED: Final = ""
"""What stands for a parameter in a change that drops it."""

REPLACEABLE: Final = ("order_qty", "price", "stop_px", "display_qty", "time_in_force", "parameters")
"""The fields of `ReplaceOrder` that say what is to change."""


@record
class MassCancel:
    """Cancel every open order that fits; None fits all.

    Attributes:
        symbol: In this instrument.
        side: On this side.
        account: For this account.
        broker: At this broker.
        asked_by: Who wants it, for the record.
    """

    symbol: Symbol | None = None
    side: Side | None = None
    account: Account | None = None
    broker: BrokerName | None = None
    asked_by: str = field(converter=asker, default="")

    def __attrs_post_init__(self) -> None:
        """Refuse another kind of side."""
        if self.side is not None and type(self.side) is not Side:
            raise ValidationError(
                "side", shown(self.side), "pass Side.BUY, Side.SELL, Side.SELL_SHORT or None"
            )

    def fits(self, order: Order) -> bool:
        """Tell whether it means this order, if that is open."""
        return (
            (self.symbol is None or order.symbol == self.symbol)
            and (self.side is None or order.side is self.side)
            and (self.account is None or order.account == self.account)
            and (self.broker is None or order.broker == self.broker)
        )


@record
class EngageKillSwitch:
    """Refuse every new order until the switch is released; cancels still go out.

    Raises:
        ValidationError: The reason is no text of 1 to 4096 characters.
    """

    reason: str = field(converter=reason)
    asked_by: str = field(converter=asker, default="")


@record
class ReleaseKillSwitch:
    """Take new orders again; errors as in `EngageKillSwitch`."""

    reason: str = field(converter=reason)
    asked_by: str = field(converter=asker, default="")


def _identity(given: str | None, field: str) -> None:
    if given is not None and (type(given) is not str or not given):
        raise ValidationError(field, shown(given), "pass a text, or leave it out")


@record
class RequestStatus:
    """Ask the broker what an order is now."""

    order_id: OrderId
    asked_by: str = field(converter=asker, default="")


@record
class ResolveDoubt:
    """Settle a request that is in doubt by what a person knows of it.

    Attributes:
        order_id: The order.
        evidence: That it can never have arrived, or what the broker told that person of it.
        cl_ord_id: The request; None where only one of the order's is in doubt.
        by: Who says so.
        reason: Why that person may be believed.

    Raises:
        ValidationError: The evidence proves nothing or is of another kind, or name or reason are missing.
    """

    order_id: OrderId
    evidence: Absent | ExecutionReport | OrderCancelReject
    cl_ord_id: ClOrdId | None
    by: str = field(converter=person)
    reason: str = field(converter=reason)

    def __attrs_post_init__(self) -> None:
        """Refuse what cannot be evidence."""
        _identity(self.cl_ord_id, "cl_ord_id")
        evidence = self.evidence
        if isinstance(evidence, Absent):
            if evidence.is_authoritative is not True:
                allowed = (
                    "only an Absent that is authoritative proves that the request can never turn up any more"
                )
                raise ValidationError("evidence", shown(evidence), allowed)
        elif not isinstance(evidence, ExecutionReport | OrderCancelReject):
            allowed = "pass an Absent(True), an ExecutionReport or an OrderCancelReject"
            raise ValidationError("evidence", shown(evidence), allowed)


@record
class AdoptOrder:
    """Take an order into the books that was not given here, from what its broker has reported of it.

    Attributes:
        broker: Whose.
        venue_order_id: What the broker calls it.
        cl_ord_id: Under which ClOrdID it was given elsewhere.
        by: Who wants it.
        reason: Why.

    Raises:
        ValidationError: It is named by nothing, or name or reason are missing.
    """

    broker: BrokerName
    venue_order_id: VenueOrderId | None
    cl_ord_id: ClOrdId | None
    by: str = field(converter=person)
    reason: str = field(converter=reason)

    def __attrs_post_init__(self) -> None:
        """Refuse to adopt nothing."""
        _identity(self.venue_order_id, "venue_order_id")
        _identity(self.cl_ord_id, "cl_ord_id")
        if self.venue_order_id is None and self.cl_ord_id is None:
            raise ValidationError("adopt", "nothing", "pass venue_order_id=, cl_ord_id= or both")


@record
class AcknowledgeAnomaly:
    """Say that somebody has looked at an anomaly.

    Attributes:
        anomaly: Its sequence number.
        by: Who.
        reason: What was found.

    Raises:
        ValidationError: It is no number, or name or reason are missing.
    """

    anomaly: int
    by: str = field(converter=person)
    reason: str = field(converter=reason)

    def __attrs_post_init__(self) -> None:
        """Refuse what is no number."""
        if type(self.anomaly) is not int:
            raise ValidationError("anomaly", shown(self.anomaly), "pass an AnomalyRaised, or its sequence")


@record
class ResumeManager:
    """Let a halted manager take orders again; a person's word, and no command to the engine that is given up.

    Attributes:
        by: Who says so.
        reason: Why.

    Raises:
        ValidationError: Name or reason are missing.
    """

    by: str = field(converter=person)
    reason: str = field(converter=reason)


Command: TypeAlias = (
    SubmitOrder
    | CancelOrder
    | ReplaceOrder
    | MassCancel
    | PauseWork
    | ResumeWork
    | EngageKillSwitch
    | ReleaseKillSwitch
    | RequestStatus
    | ResolveDoubt
    | AdoptOrder
    | AcknowledgeAnomaly
    | AssignBreak
    | ResolveBreak
    | ReconcileBroker
    | RaiseSlippageAlert
    | RaiseCostDrift
)
