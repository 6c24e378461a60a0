"""At what price an order may trade: a closed union, so that a limit order has a price and a market order has none."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, TypeAlias, assert_never

from attrs import evolve, field

from oms.errors import ValidationError
from oms.model.decimals import GRID, ZERO, exact, not_negative, plain, positive, residue
from oms.model.define import record
from oms.model.door import shown
from oms.model.enums import PegPriceType, TriggerPriceType
from oms.model.ids import name as checked_name
from oms.model.offset import Offset

Parameter: TypeAlias = Decimal | int | str
Parameters: TypeAlias = tuple[tuple[str, str], ...]
"""What a `Strategy` needs: names and texts."""


@record
class Market:
    """OrdType 1: at whatever price there is."""


@record(init=False)
class Limit:
    """OrdType 2: at the limit price or better.

    Attributes:
        price: Price (44), in the instrument's currency.
        display_qty: How much of it the market is shown at a time (1138), in units of the instrument; None for all of it.

    Raises:
        ValidationError: The price is not an exact, finite number, or the quantity shown is not one above zero.
    """

    price: Decimal
    display_qty: Decimal | None = None

    # Written out, since a call of a converter for each field would cost more than the rest.
    def __init__(self, price: Decimal | int | str, display_qty: Decimal | int | str | None = None) -> None:
        """Take a Decimal, an int or a decimal text for each."""
        new: Any = self
        new.price = price if type(price) is Decimal and not residue(price, GRID) else exact(price, "price")
        new.display_qty = None if display_qty is None else positive(display_qty, "display_qty")


def _price(price: Decimal | int | str) -> Decimal:
    return exact(price, "price")


def _stop_px(stop_px: Decimal | int | str) -> Decimal:
    return exact(stop_px, "stop_px")


def _price_type(price_type: TriggerPriceType) -> TriggerPriceType:
    if type(price_type) is not TriggerPriceType:
        raise ValidationError("price_type", shown(price_type), "pass a TriggerPriceType")
    return price_type


def _activation_px(px: Decimal | int | str | None) -> Decimal | None:
    return None if px is None else exact(px, "activation_px")


def _trail(offset: Offset) -> Offset:
    if type(offset) is not Offset or not offset.distance:
        raise ValidationError(
            "offset", shown(offset), 'pass an Offset of more than zero, such as Offset("0.50")'
        )
    return offset


def _limit_offset(offset: Offset) -> Offset:
    if type(offset) is not Offset:
        raise ValidationError("limit_offset", shown(offset), 'pass an Offset, such as Offset("0.10")')
    return offset


_LAST: Final = TriggerPriceType.LAST


@record
class Stop:
    """OrdType 3: a market order once the market has reached the stop price: at or above it to buy, at or below it to sell.

    Attributes:
        stop_px: StopPx (99), in the instrument's currency; a Decimal, an int or a decimal text.
        price_type: Which price is compared to it (1107).

    Raises:
        ValidationError: The price is not an exact, finite number, or the choice is none.
    """

    stop_px: Decimal = field(converter=_stop_px)
    price_type: TriggerPriceType = field(converter=_price_type, default=_LAST)


@record
class StopLimit:
    """OrdType 4: a limit order once the market has reached the stop price.

    Attributes:
        stop_px: StopPx (99), in the instrument's currency; a Decimal, an int or a decimal text.
        price: Price (44) of the limit order, likewise.
        price_type: Which price is compared to the stop price (1107).

    Raises:
        ValidationError: A price is not an exact, finite number, or the choice is none.
    """

    stop_px: Decimal = field(converter=_stop_px)
    price: Decimal = field(converter=_price)
    price_type: TriggerPriceType = field(converter=_price_type, default=_LAST)


@record
class MarketIfTouched:
    """OrdType J: a market order once the market has come to a better price: at or below it to buy, at or above it to sell.

    Attributes:
        stop_px: The price that releases it, in StopPx (99); a Decimal, an int or a decimal text.
        price_type: Which price is compared to it (1107).

    Raises:
        ValidationError: The price is not an exact, finite number, or the choice is none.
    """

    stop_px: Decimal = field(converter=_stop_px)
    price_type: TriggerPriceType = field(converter=_price_type, default=_LAST)


@record
class LimitIfTouched:
    """A limit order once the market has come to a better price; FIX has it as OrdType 2 with a trigger (1102).

    Attributes:
        stop_px: The price that releases it; a Decimal, an int or a decimal text.
        price: Price (44) of the limit order, likewise.
        price_type: Which price is compared to `stop_px` (1107).

    Raises:
        ValidationError: A price is not an exact, finite number, or the choice is none.
    """

    stop_px: Decimal = field(converter=_stop_px)
    price: Decimal = field(converter=_price)
    price_type: TriggerPriceType = field(converter=_price_type, default=_LAST)


@record
class TrailingStop:
    """OrdType P with a market order behind it: a stop whose price follows the market at a distance, never away from it.

    Attributes:
        offset: How far the stop price lies from the best price since the trail began; more than zero.
        price_type: Which price is followed, and compared to the stop price (1107).
        activation_px: The trail begins when the price has come so far in the order's favour; None where it begins at once.

    Raises:
        ValidationError: The offset is none or zero, the price is not an exact, finite number, or the choice is none.
    """

    offset: Offset = field(converter=_trail)
    price_type: TriggerPriceType = field(converter=_price_type, default=_LAST)
    activation_px: Decimal | None = field(converter=_activation_px, default=None)


@record
class TrailingStopLimit:
    """OrdType P with a limit order behind it.

    Attributes:
        offset: As in `TrailingStop`.
        limit_offset: How far beyond the stop price the limit of the released order lies; zero or more.
        price_type: As in `TrailingStop`.
        activation_px: As in `TrailingStop`.

    Raises:
        ValidationError: An offset is none, the trail's is zero, the price is no exact number, or the choice is none.
    """

    offset: Offset = field(converter=_trail)
    limit_offset: Offset = field(converter=_limit_offset)
    price_type: TriggerPriceType = field(converter=_price_type, default=_LAST)
    activation_px: Decimal | None = field(converter=_activation_px, default=None)


@record
class MarketToLimit:
    """OrdType K: at the best price of the other side; what that leaves rests as a limit order at the price it traded at."""


def _peg(peg: PegPriceType) -> PegPriceType:
    if type(peg) is not PegPriceType:
        raise ValidationError("peg", shown(peg), "pass a PegPriceType, such as PegPriceType.PRIMARY")
    return peg


def _peg_offset(offset: Decimal | int | str) -> Decimal:
    return exact(offset, "offset")


def _cap(price: Decimal | int | str | None) -> Decimal | None:
    return None if price is None else exact(price, "price")


def _min_move(min_move: Decimal | int | str) -> Decimal:
    return not_negative(min_move, "min_move")


@record
class Pegged:
    """OrdType P: a limit order whose price follows the market.

    Attributes:
        peg: Which price it follows (1094).
        offset: PegOffsetValue (211), in the instrument's currency, added to that price as it is: below zero is further from
            the market for a purchase, above zero for a sale.
        price: Price (44): the worst price that it follows to; None for any.
        min_move: The peg must have moved by so much, in the instrument's currency, before the order follows; 0 for every move.

    Raises:
        ValidationError: A number is not exact, the least move is below zero, or the choice is none.
    """

    peg: PegPriceType = field(converter=_peg, default=PegPriceType.PRIMARY)
    offset: Decimal = field(converter=_peg_offset, default=ZERO)
    price: Decimal | None = field(converter=_cap, default=None)
    min_move: Decimal = field(converter=_min_move, default=ZERO)


def _strategy_name(name: str) -> str:
    return checked_name(name, "strategy")


def checked_parameters(given: Mapping[str, Parameter] | Parameters) -> Parameters:
    """Give parameters as texts, in the order of their names.

    Raises:
        ValidationError: A name has characters that are not allowed, or a number is not exact.
    """
    items = given.items() if isinstance(given, Mapping) else given
    found = {checked_name(name, "parameters"): _text(name, said) for name, said in items}
    return tuple(sorted(found.items()))


def _text(name: str, said: Parameter) -> str:
    return said if isinstance(said, str) else plain(exact(said, name))


@record
class Strategy:
    """TargetStrategy (847): a kind of order of somebody's own, worked by the handler that is registered under its name.

    Attributes:
        name: Which one; 1 to 32 of letters, digits, `.`, `_` and `-`.
        parameters: StrategyParametersGrp (957): what it needs, by name, as texts; a mapping of names to Decimals, ints or
            texts will do. They are kept in the order of their names.

    Raises:
        ValidationError: A name has other characters, or a number is not exact.
    """

    name: str = field(converter=_strategy_name)
    parameters: Parameters = field(converter=checked_parameters, default=())

    def parameter(self, name: str) -> str | None:
        """Give what a parameter says; None where it is not given."""
        return dict(self.parameters).get(name)


Terms: TypeAlias = (
    Market
    | Limit
    | Stop
    | StopLimit
    | MarketIfTouched
    | LimitIfTouched
    | TrailingStop
    | TrailingStopLimit
    | MarketToLimit
    | Pegged
    | Strategy
)


def limit_px(terms: Terms) -> Decimal | None:
    """Give the worst price that the terms allow, None where they allow any."""
    return terms.price if isinstance(terms, Limit | StopLimit | LimitIfTouched | Pegged) else None


def stop_px(terms: Terms) -> Decimal | None:
    """Give the price that releases the order, None where it works at once or the price follows the market."""
    return terms.stop_px if isinstance(terms, Stop | StopLimit | MarketIfTouched | LimitIfTouched) else None


def display_qty(terms: Terms) -> Decimal | None:
    """Give how much is shown at a time, None where all of it is."""
    return terms.display_qty if isinstance(terms, Limit) else None


def amended(
    terms: Terms,
    *,
    price: Decimal | None = None,
    stop_px: Decimal | None = None,
    display_qty: Decimal | None = None,
) -> Terms:
    """Give terms of the same kind with other numbers; None leaves one as it is, and so does one that the kind lacks."""
    match terms:
        case Market() | MarketToLimit() | TrailingStop() | TrailingStopLimit() | Strategy():
            return terms
        case Limit():
            return Limit(
                terms.price if price is None else price,
                terms.display_qty if display_qty is None else display_qty,
            )
        case Stop() | MarketIfTouched():
            return terms if stop_px is None else evolve(terms, stop_px=stop_px)
        case StopLimit() | LimitIfTouched():
            return evolve(
                terms,
                stop_px=terms.stop_px if stop_px is None else stop_px,
                price=terms.price if price is None else price,
            )
        case Pegged():
            return terms if price is None else evolve(terms, price=price)
        case _:
            assert_never(terms)


def in_words(terms: Terms) -> str:
    """Give terms in a few words, such as `limit 189.5` or `stop 95 limit 94.5`."""
    match terms:
        case Market():
            return "market"
        case Limit(price=price, display_qty=Decimal() as shown_qty):
            return f"limit {plain(price)} showing {plain(shown_qty)}"
        case Limit(price=price):
            return f"limit {plain(price)}"
        case Stop(stop_px=trigger):
            return f"stop {plain(trigger)}{_on(terms)}"
        case StopLimit(stop_px=trigger, price=price):
            return f"stop {plain(trigger)}{_on(terms)} limit {plain(price)}"
        case MarketIfTouched(stop_px=trigger):
            return f"market if touched {plain(trigger)}{_on(terms)}"
        case LimitIfTouched(stop_px=trigger, price=price):
            return f"if touched {plain(trigger)}{_on(terms)} limit {plain(price)}"
        case TrailingStop(offset=offset):
            return f"trailing stop {offset}{_on(terms)}{_from(terms)}"
        case TrailingStopLimit(offset=offset, limit_offset=limit_offset):
            return f"trailing stop {offset}{_on(terms)}{_from(terms)} limit {limit_offset} beyond"
        case MarketToLimit():
            return "market to limit"
        case Pegged():
            return _pegged_in_words(terms)
        case Strategy(name=name, parameters=parameters):
            return " ".join((name, *(f"{key}={said}" for key, said in parameters)))
        case _:
            assert_never(terms)


def _on(terms: Stop | StopLimit | MarketIfTouched | LimitIfTouched | TrailingStop | TrailingStopLimit) -> str:
    return "" if terms.price_type is _LAST else f" on {terms.price_type.name.lower().replace('_', ' ')}"


def _from(terms: TrailingStop | TrailingStopLimit) -> str:
    return "" if terms.activation_px is None else f" from {plain(terms.activation_px)}"


def _pegged_in_words(terms: Pegged) -> str:
    sign = "+" if terms.offset > ZERO else ""
    offset = f" {sign}{plain(terms.offset)}" if terms.offset else ""
    cap = "" if terms.price is None else f" limit {plain(terms.price)}"
    return f"pegged to {terms.peg.name.lower()}{offset}{cap}"
