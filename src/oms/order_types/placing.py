"""Who works an order: its venue, or the library, which holds it until it can be sent as something plainer."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Final, TypeAlias, cast

from attrs import evolve, fields_dict

from oms.model.capabilities import Capabilities
from oms.model.commands import SubmitOrder
from oms.model.decimals import ONE
from oms.model.door import shown
from oms.model.enums import Side, TriggerPriceType
from oms.model.ids import OrderId
from oms.model.instrument import Instrument
from oms.model.market import Quote
from oms.model.price_grid import PriceGrid
from oms.model.reasons import Reason, ReasonCode
from oms.model.terms import Limit, Market, Strategy, Terms
from oms.model.time_in_force import (
    DAY,
    FOK,
    GTC,
    IOC,
    Day,
    GoodForTime,
    GoodTillCancel,
    GoodTillDate,
    GoodTillTime,
    TimeInForce,
)
from oms.model.triggers import (
    PriceTrigger,
    QuoteTrigger,
    ReachedTrigger,
    Release,
    TrailingTrigger,
    Trigger,
    TriggerHit,
    if_touched,
)
from oms.order_types.cash import as_turned, is_turned, waits_to_be_turned, why_not_turned, why_too_many
from oms.order_types.handler_answers import failure
from oms.order_types.market_to_limit import why_nothing_to_take
from oms.order_types.pegged import why_not_followed
from oms.order_types.registry import HandlerRegistry
from oms.order_types.validation import check_capabilities
from oms.ports.order_type_handler import OrderTypeHandler, TriggeredHandler

Pairs: TypeAlias = frozenset[tuple[type[Terms], type[TimeInForce]]]

_NOBODY: Final = OrderId(0)
_RELEASES: Final[tuple[type, ...]] = (PriceTrigger, TrailingTrigger, QuoteTrigger)
_UNTIL: Final = frozenset({Day, GoodTillCancel, GoodTillDate, GoodTillTime, GoodForTime})
"""The times in force that say how long an order waits, and nothing of how it trades then."""
_INSTEAD: Final[tuple[TimeInForce, ...]] = (DAY, GTC, IOC, FOK)
"""With which of them what waited goes out as a market order, the best first: see the decision record."""


def without_triggers(pairs: Pairs) -> Pairs:
    """Give the pairs of terms and time in force that need no look at which price a venue compares to a trigger.

    Nor at whether they are worked here although their venue takes them.
    """
    return frozenset(
        pair for pair in pairs if "price_type" not in fields_dict(pair[0]) and pair[0] is not Strategy
    )


def place(
    order: SubmitOrder,
    capabilities: Capabilities,
    venue: str,
    handlers: HandlerRegistry,
    quote: Quote | None = None,
    instrument: Instrument | None = None,
) -> tuple[Release | None, tuple[Reason, ...]]:
    """Give what releases an order that is to be held here, and every reason against its kind.

    It is held where its venue does not take it, but takes what it becomes. An order without reasons and without a trigger is
    one for the venue.

    Args:
        order: What is asked, or what it would be after a change.
        capabilities: What the venue can do.
        venue: The broker's name, for the reasons.
        handlers: What works each kind of order.
        quote: What the market shows; None where that is not known.
        instrument: Its own; None where what money is turned into does not matter.
    """
    against = check_capabilities(order, capabilities, venue)
    if not against:
        return None, ()
    trigger, of_both = hold(order, capabilities, venue, handlers, against)
    if trigger is None:
        return None, of_both
    nothing = why_nothing_to_take(order, quote) or why_not_turned(order, quote)
    if not nothing and instrument is not None and is_turned(order, capabilities):
        nothing = why_too_many(order, trigger, instrument)
    return trigger, (*against, *nothing) if nothing else ()


def hold(
    order: SubmitOrder,
    capabilities: Capabilities,
    venue: str,
    handlers: HandlerRegistry,
    against: tuple[Reason, ...] = (),
    *,
    is_leg: bool = False,
    unquoted: Instrument | None = None,
) -> tuple[Release | None, tuple[Reason, ...]]:
    """Give what releases an order that is held here, or every reason why it cannot be, `against` among them.

    A limit order `is_leg` of a group may be held too, until the market comes that would fill it; see `waits_for_market`.
    """
    try:
        trigger, released = _what_waits(order, capabilities, handlers, is_leg=is_leg, unquoted=unquoted)
    except (MemoryError, RecursionError):
        raise
    except Exception as error:  # noqa: BLE001  # a handler of somebody's own may raise anything
        told = f"what releases it is not known, its handler failed: {failure(error)}"
        reason = Reason(ReasonCode.OTHER, "terms", told, "terms that their handler can hold", venue)
        return None, (*against, reason)
    if trigger is None or type(released) not in handlers:
        return None, against
    sent = as_turned(order) if is_turned(order, capabilities) else order
    tif = released_time_in_force(order.time_in_force, order.terms, released, capabilities.order_types)
    of_limit = check_capabilities(evolve(sent, terms=released, time_in_force=tif), capabilities, venue)
    further = (*of_limit, *why_not_followed(order, capabilities, venue))
    return (None, (*against, *(one for one in further if one not in against))) if further else (trigger, ())


def _what_waits(
    order: SubmitOrder,
    capabilities: Capabilities,
    handlers: HandlerRegistry,
    *,
    is_leg: bool,
    unquoted: Instrument | None,
) -> tuple[Release | None, Terms]:
    """Give what releases an order, None where it cannot be held, and the terms that it would be sent with."""
    handler = triggered(handlers[type(order.terms)])
    waits: Release | None = waits_for_market(order, unquoted) if is_leg else None
    trigger = waits if handler is None else handler.trigger(order)
    trigger = trigger or waits_to_be_turned(order, capabilities)
    if trigger is None:
        return None, order.terms
    if (
        isinstance(trigger, ReachedTrigger)
        or type(trigger) not in _RELEASES
        or (trigger.side is Side.BUY) is not (order.side is Side.BUY)
    ):
        raise TypeError(f"trigger() gave {shown(trigger)}; give a trigger of the order's side, or None")
    # As if it were reached now: what kind of order it becomes does not depend on the price.
    px = trigger.trigger_px if type(trigger) is PriceTrigger else ONE
    return trigger, released_terms(order, TriggerHit(_NOBODY, px, px, _limit_px(trigger)), handlers)


def waits_for_market(order: SubmitOrder, unquoted: Instrument | None = None) -> Trigger | None:
    """Give what a limit order waits for that is held here: a quote that would fill it; None for other terms.

    Where nobody quotes its instrument, which is `unquoted` then, that is a trade at a better price: at its own one it may be behind
    others, at a better one it would have executed.
    """
    terms, side = order.terms, order.side
    if type(terms) is not Limit:
        return None
    if unquoted is None:
        return if_touched(side, terms.price, price_type=TriggerPriceType.BID_ASK)
    better = PriceGrid(unquoted).stepped(terms.price, -1 if side is Side.BUY else 1)
    return if_touched(side, better, price_type=TriggerPriceType.LAST)


def released_terms(order: SubmitOrder, hit: TriggerHit, handlers: HandlerRegistry) -> Terms:
    """Give the terms that a held order is sent with once its price has come."""
    handler = triggered(handlers[type(order.terms)])
    return order.terms if handler is None else handler.released(order, hit)


def released_time_in_force(own: TimeInForce, given: Terms, released: Terms, taken: Pairs) -> TimeInForce:
    """Give the time in force that a held order is sent with: its own, unless its venue does not take that for what it becomes.

    A market order has done its waiting here: it goes out with another one that the venue takes. What becomes a limit waits on there,
    and so keeps its own; as does what is to trade at once, or in an auction.

    Args:
        own: Until when it is good.
        given: Its terms while it is held.
        released: What it becomes.
        taken: What its venue takes.
    """
    kind = type(released)
    waited = kind is Market and type(given) is not Market and type(own) in _UNTIL
    if not waited or (kind, type(own)) in taken:
        return own
    return next((one for one in _INSTEAD if (kind, type(one)) in taken), own)


def triggered(handler: OrderTypeHandler) -> TriggeredHandler | None:
    """Give a handler as one whose terms can be held; None where they cannot."""
    return cast("TriggeredHandler", handler) if _is_triggered(type(handler)) else None


@cache
def _is_triggered(kind: type[OrderTypeHandler]) -> bool:
    # What `isinstance` finds out about a protocol, once for each class: each time it costs as much as the rest of a release.
    return hasattr(kind, "trigger") and hasattr(kind, "released")


def _limit_px(trigger: Release) -> Decimal | None:
    has_limit = type(trigger) is TrailingTrigger and trigger.limit_offset is not None
    return ONE if has_limit or type(trigger) is QuoteTrigger else None
