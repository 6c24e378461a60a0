"""Events of every kind, drawn field by field from the annotations of their classes; nothing here knows the codec."""

from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, NewType, Union, get_args, get_origin, get_type_hints

from attrs import fields
from hypothesis import strategies as st

from oms.model import events as module
from oms.model.contingency import Leg
from oms.model.enums import PegOffsetType, PegPriceType, Side, TriggerPriceDirection, TriggerPriceType
from oms.model.events import Event, OrderEvent
from oms.model.instructions import Instructions
from oms.model.instrument import Instrument
from oms.model.limits import RiskLimits
from oms.model.offset import Offset
from oms.model.routing_table import HealthRules, Reroute, RouteBy, RouteRule, RouteWeights, Routing, Venue
from oms.model.terms import (
    Limit,
    LimitIfTouched,
    MarketIfTouched,
    Pegged,
    Stop,
    StopLimit,
    Strategy,
    TrailingStop,
    TrailingStopLimit,
)
from oms.model.time_in_force import GoodForTime, GoodTillDate, GoodTillTime
from oms.model.triggers import PriceTrigger, QuoteTrigger, ReachedTrigger, TrailingTrigger
from oms.testing.strategies import times_in_force

EVENT_CLASSES: tuple[type[Event], ...] = tuple(
    found
    for found in vars(module).values()
    if isinstance(found, type) and issubclass(found, Event) and found not in (Event, OrderEvent)
)

AWKWARD_NUMBERS = [
    "0",
    "-0",
    "0.00",
    "1E+3",
    "1.500",
    "-1.5E-9",
    "1E-18",
    "0E-30",
    "0E+7",
    "0E+999999",
    "999999999999999999",
    "0.000000000000000001",
    "1.000000000000000000000000001E-18",
    "189.9999999999999999999999999",
    "99999999999999999999",
]
AWKWARD_TEXTS = (
    '"',
    "\\",
    '\\"}],{"',
    "\x00\x1f\x7f",
    "é",
    "\uff11\uff10",
    "\u2028",
    "😀",
    "\ud800",
    "null",
    "N" * 300,
)


def numbers() -> st.SearchStrategy[Decimal]:
    """Numbers as they may stand in an event: as long and as small as averages get, and zeros of any exponent."""
    return st.one_of(
        _scaled(10**28, range(-40, 0)),
        _scaled(10**6, range(-4, 12)),
        st.sampled_from(AWKWARD_NUMBERS).map(Decimal),
    )


def prices() -> st.SearchStrategy[Decimal]:
    """Numbers within the bounds of `oms.model.decimals.exact`, trailing zeros among them."""
    return _scaled(10**17, range(-18, 1))


def _scaled(bound: int, exponents: range) -> st.SearchStrategy[Decimal]:
    return st.builds(
        lambda number, exponent: Decimal(f"{number}E{exponent}"),
        st.integers(-bound, bound),
        st.sampled_from(exponents),
    )


def texts() -> st.SearchStrategy[str]:
    """Any text, with what JSON escapes, what it need not escape, and half a surrogate pair."""
    return st.one_of(st.text(max_size=30), st.sampled_from(AWKWARD_TEXTS))


def instruments() -> st.SearchStrategy[Instrument]:
    """Instruments with one tick or a ladder."""
    sizes = st.integers(1, 10**6).map(lambda number: Decimal(number).scaleb(-4))
    starts = st.sets(st.integers(1, 1000), max_size=3).map(lambda found: [0, *sorted(found)])
    ladders = starts.flatmap(
        lambda found: st.tuples(*(st.tuples(st.just(Decimal(start)), sizes) for start in found))
    )
    return st.builds(
        Instrument,
        symbol=st.from_regex(r"[A-Z0-9][A-Z0-9./-]{0,23}", fullmatch=True),
        currency=st.from_regex(r"[A-Z0-9]{3,8}", fullmatch=True),
        tick=st.one_of(sizes, ladders),
        lot=sizes,
        min_qty=sizes,
        min_notional=sizes,
        multiplier=sizes,
        negative_px=st.booleans(),
        broker=st.one_of(st.none(), st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}", fullmatch=True)),
    )


def limits() -> st.SearchStrategy[RiskLimits]:
    """Risk limits, each of them on or off."""
    numbers = st.none() | _scaled(10**9, range(-9, 1)).filter(lambda number: number > 0)
    counts = st.none() | st.integers(1, 10**5)
    return st.builds(
        RiskLimits,
        max_order_qty=numbers,
        max_order_notional=numbers,
        price_collar=numbers,
        max_open_orders=counts,
        max_messages=counts,
        message_window_s=st.integers(1, 86_400),
        max_reference_age_s=st.integers(1, 86_400),
        off_by=texts().filter(bool),
        blocks_self_match=st.booleans(),
    )


def routings() -> st.SearchStrategy[Routing]:
    """Tables of where orders may go."""
    names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}", fullmatch=True)
    symbols = st.from_regex(r"[A-Z0-9][A-Z0-9./-]{0,23}", fullmatch=True)
    weights = _scaled(10**6, range(-6, 1)).map(abs)
    rules = st.builds(
        RouteRule,
        brokers=st.lists(names, min_size=1, max_size=3, unique=True).map(tuple),
        symbols=st.lists(symbols, max_size=2).map(tuple),
        accounts=st.lists(names, max_size=2).map(tuple),
        by=st.sampled_from(RouteBy),
    ) | st.builds(
        RouteRule,
        brokers=st.lists(names, min_size=2, max_size=3, unique=True).map(tuple),
        reroute=st.lists(st.sampled_from(Reroute), unique=True).map(tuple),
        reroute_within_s=st.integers(1, 86_400),
    )
    venues = st.builds(
        Venue,
        broker=names,
        taker_bps=prices(),
        maker_bps=prices(),
        taker_per_unit=prices(),
        maker_per_unit=prices(),
        latency_ns=st.integers(0, 10**9),
    )
    return st.builds(
        Routing,
        rules=st.lists(rules, min_size=1, max_size=2).map(tuple),
        venues=st.lists(venues, max_size=2, unique_by=lambda venue: venue.broker).map(tuple),
        weights=st.builds(RouteWeights, latency_bps_per_ms=weights, reject_bps=weights, unfilled_bps=weights),
        health=st.builds(HealthRules, up_after=st.integers(1, 9), max_backoff_s=st.integers(1, 99)),
        max_quote_age_s=st.none() | st.integers(1, 86_400),
    )


def events(*classes: type[Event]) -> st.SearchStrategy[Event]:
    """Events of the classes given, of every class if none is."""
    return st.one_of([_built(cls) for cls in classes or EVENT_CLASSES])


def _terms() -> dict[Any, st.SearchStrategy[Any]]:
    on, above = st.sampled_from(TriggerPriceType), prices().filter(lambda number: number > 0)
    trails = st.builds(Offset, st.integers(1, 99), st.sampled_from(PegOffsetType))
    names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}", fullmatch=True)
    return {
        Limit: st.builds(Limit, prices(), st.none() | above),
        Stop: st.builds(Stop, prices(), on),
        StopLimit: st.builds(StopLimit, prices(), prices(), on),
        MarketIfTouched: st.builds(MarketIfTouched, prices(), on),
        LimitIfTouched: st.builds(LimitIfTouched, prices(), prices(), on),
        TrailingStop: st.builds(TrailingStop, trails, on, st.none() | prices()),
        TrailingStopLimit: st.builds(TrailingStopLimit, trails, trails, on, st.none() | prices()),
        Strategy: st.builds(Strategy, names, st.dictionaries(names, texts(), max_size=3)),
        Pegged: st.builds(Pegged, st.sampled_from(PegPriceType), prices(), st.none() | prices(), above),
    }


def _triggers() -> dict[Any, st.SearchStrategy[Any]]:
    sides, kinds = st.sampled_from(Side), st.sampled_from(TriggerPriceType)
    trails = st.builds(Offset, st.integers(1, 99), st.sampled_from(PegOffsetType))
    directions = st.sampled_from(TriggerPriceDirection)
    return {
        PriceTrigger: st.builds(
            PriceTrigger, side=sides, trigger_px=prices(), direction=directions, price_type=kinds
        ),
        TrailingTrigger: st.builds(
            TrailingTrigger,
            side=sides,
            offset=trails,
            price_type=kinds,
            activation_px=st.none() | prices(),
            limit_offset=st.none() | trails,
        ),
        QuoteTrigger: st.builds(QuoteTrigger, side=sides),
        ReachedTrigger: st.builds(
            ReachedTrigger, st.one_of(*_terms().values()), prices(), prices(), st.integers(0, 2**62)
        ),
    }


def instructions() -> st.SearchStrategy[Instructions]:
    """What may be asked of an order beside its price and time, alone and together."""
    least = _scaled(10**9, range(-9, 1)).filter(lambda number: number > 0)
    return st.one_of(
        st.builds(Instructions, post_only=st.just(True), reduce_only=st.booleans()),
        st.builds(Instructions, all_or_none=st.just(True), reduce_only=st.booleans()),
        st.builds(Instructions, min_qty=least, reduce_only=st.booleans()),
        st.just(Instructions(reduce_only=True)),
    )


def _legs() -> st.SearchStrategy[Leg]:
    wanted = get_type_hints(Leg)
    return st.builds(
        Leg,
        st.from_regex(r"[A-Z0-9][A-Z0-9./-]{0,23}", fullmatch=True),
        st.sampled_from(Side),
        _of(wanted["terms"]),
        _of(wanted["time_in_force"]),
        st.none() | st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}", fullmatch=True),
        st.none() | prices().filter(lambda number: number > 0),
        st.none() | instructions(),
    )


def _built(cls: type) -> st.SearchStrategy[Any]:
    hints = get_type_hints(cls)
    return st.builds(cls, **{item.name: _of(hints[item.name]) for item in fields(cls) if item.init})


@cache
def _of(annotation: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401  # an annotation may be anything
    if isinstance(annotation, NewType):
        return _of(annotation.__supertype__)
    if get_origin(annotation) in (Union, UnionType):
        return st.one_of([_of(member) for member in get_args(annotation)])
    if get_origin(annotation) is tuple:
        items = get_args(annotation)
        if items[-1] is not Ellipsis:
            return st.tuples(*map(_of, items))
        return st.lists(_of(items[0]), max_size=4).map(tuple)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return st.sampled_from(annotation)
    known: dict[Any, st.SearchStrategy[Any]] = {
        bool: st.booleans(),
        int: st.integers(-(2**63), 2**63),
        str: texts(),
        Decimal: numbers(),
        NoneType: st.none(),
        Instrument: instruments(),
        RiskLimits: limits(),
        Routing: routings(),
        **{kind: times_in_force({kind}) for kind in (GoodTillDate, GoodTillTime, GoodForTime)},
        Instructions: instructions(),
        **_triggers(),
        **_terms(),
    }
    if annotation is Leg:
        return _legs()
    return known[annotation] if annotation in known else _built(annotation)
