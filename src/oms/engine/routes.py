"""What is to be known of an instrument's way out, and of the price that its orders are judged by."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, NoReturn, TypeAlias

from oms.engine.state import EMERGENCY_IDS, ID_BLOCK
from oms.errors import ValidationError
from oms.model.capabilities import Capabilities
from oms.model.define import record
from oms.model.door import shown
from oms.model.ids import BrokerName, Symbol
from oms.model.instrument import Instrument
from oms.model.market import MarketUpdate, Quote, TradePrint
from oms.model.reasons import Reason
from oms.model.terms import Terms
from oms.model.time_in_force import TimeInForce

Reasons: TypeAlias = tuple[Reason, ...]

_HALF: Final = Decimal("0.5")


@record
class Route:
    """What there is to know about an instrument's way out; `why_not` where there is none.

    Where `has_choice`, it is chosen for each order where that goes; `broker` is the one to which groups of orders go.
    """

    instrument: Instrument
    broker: BrokerName
    capabilities: Capabilities
    why_not: Reasons
    order_types: frozenset[tuple[type[Terms], type[TimeInForce]]]
    last_counter: int
    has_choice: bool = False


def last_usable(last_counter: int) -> int:
    """Give the last counter of which a ClOrdID may be made for a broker that takes them up to one."""
    # No block but the first is begun of which a broker does not take every id, those for emergencies too.
    blocks = max((last_counter + 1) // ID_BLOCK, 1)
    return min(last_counter, blocks * ID_BLOCK - EMERGENCY_IDS - 1)


def unworked(terms: Terms) -> NoReturn:
    """Raise that nothing works such terms."""
    raise ValidationError("terms", shown(terms), "open the manager with a handler of them")


def reference_px(update: MarketUpdate | None) -> Decimal | None:
    """Give the price that what the market said last stands for: the middle of a quote; None where there is none."""
    if update is None:
        return None
    if not isinstance(update, Quote):
        return update.price
    return None if update.bid is None or update.ask is None else (update.bid + update.ask) * _HALF


def unquoted_of(
    quotes: Mapping[Symbol, Quote], market: Mapping[Symbol, MarketUpdate], instrument: Instrument
) -> Instrument | None:
    """Give an instrument where its market is told by its trades alone; None where it is quoted, or nothing was heard of it."""
    is_quoted = instrument.symbol in quotes or type(market.get(instrument.symbol)) is not TradePrint
    return None if is_quoted else instrument
