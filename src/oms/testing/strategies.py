"""Hypothesis strategies for what is asked of a manager: instruments, numbers on and off their grids, terms, orders, ids.

Needs the extra `testing`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from attrs import evolve

try:
    from hypothesis import strategies as st
except ImportError as error:  # pragma: no cover  # the suite itself needs Hypothesis
    raise ImportError("oms.testing needs Hypothesis: pip install 'openoms[testing]'") from error

from oms.model.capabilities import Capabilities
from oms.model.cl_ord_id_rules import LAST_COUNTER, ClOrdIdRule, TextIds
from oms.model.commands import SubmitOrder
from oms.model.decimals import EXACT, ONE, ZERO
from oms.model.enums import PegOffsetType, PegPriceType, Side, TriggerPriceType
from oms.model.ids import Account, ClOrdId, cl_ord_id, cl_ord_id_head, namespace_prefix
from oms.model.instrument import Instrument
from oms.model.offset import Offset
from oms.model.terms import (
    Limit,
    LimitIfTouched,
    Market,
    MarketIfTouched,
    MarketToLimit,
    Pegged,
    Stop,
    StopLimit,
    Terms,
    TrailingStop,
    TrailingStopLimit,
    amended,
    limit_px,
    stop_px,
)
from oms.model.time_in_force import (
    AtTheClose,
    AtTheOpening,
    Day,
    FillOrKill,
    GoodForAuction,
    GoodForTime,
    GoodTillCancel,
    GoodTillDate,
    GoodTillTime,
    ImmediateOrCancel,
    TimeInForce,
)

ALL_TERMS: Final[tuple[type[Terms], ...]] = (
    Market,
    Limit,
    Stop,
    StopLimit,
    MarketIfTouched,
    LimitIfTouched,
    TrailingStop,
    TrailingStopLimit,
    MarketToLimit,
    Pegged,
)
ALL_TIMES_IN_FORCE: Final[tuple[type[TimeInForce], ...]] = (
    Day,
    GoodTillCancel,
    ImmediateOrCancel,
    FillOrKill,
    GoodTillDate,
    GoodTillTime,
    GoodForTime,
    AtTheOpening,
    AtTheClose,
    GoodForAuction,
)
_TIMES_IN_FORCE: Final[dict[type[TimeInForce], st.SearchStrategy[TimeInForce]]] = {
    **{kind: st.builds(kind) for kind in ALL_TIMES_IN_FORCE},
    GoodTillDate: st.builds(GoodTillDate, st.dates(date(2100, 1, 1), date(2199, 12, 31))),
    GoodTillTime: st.builds(GoodTillTime, st.integers(4_102_444_800 * 10**9, 7_258_118_400 * 10**9)),
    GoodForTime: st.builds(
        GoodForTime, st.integers(1, 86_400 * 10**9).map(lambda ns: Decimal(ns).scaleb(-9))
    ),
}
MOST_LOTS: Final = 1_000
"""How many lots above the least that is possible a drawn quantity has at most."""
MOST_TICKS: Final = 10_000
"""How many ticks above the start of a step of the ladder a drawn price has at most."""

_STEPS: Final = tuple(
    Decimal(step) for step in ("0.00000001", "0.001", "0.01", "0.05", "0.25", "1", "2.5", "100")
)
_MULTIPLIERS: Final = tuple(Decimal(number) for number in ("0.1", "1", "10", "50", "1000"))


def instruments(
    *, symbols: st.SearchStrategy[str] | None = None, negative_px: bool | None = False
) -> st.SearchStrategy[Instrument]:
    """Instruments with one tick or a ladder of them, with lots, minimums and multipliers.

    Args:
        symbols: Where the symbols come from; any that are possible if not given.
        negative_px: Whether prices of zero and below are possible; None for both.
    """
    return st.builds(
        Instrument,
        symbol=st.from_regex(r"[A-Z0-9][A-Z0-9./-]{0,23}", fullmatch=True) if symbols is None else symbols,
        currency=st.sampled_from(["USD", "EUR", "JPY", "USDT"]),
        tick=_ladders(),
        lot=st.sampled_from(_STEPS),
        min_qty=st.sampled_from([ZERO, ONE, Decimal("0.002"), Decimal(10)]),
        min_notional=st.sampled_from([ZERO, ZERO, Decimal(5), Decimal("1000.5")]),
        multiplier=st.sampled_from(_MULTIPLIERS),
        negative_px=st.booleans() if negative_px is None else st.just(negative_px),
    )


def _ladders() -> st.SearchStrategy[tuple[tuple[Decimal, Decimal], ...]]:
    # Every step starts at a multiple of its own tick, as those of exchanges do.
    one = st.sampled_from(_STEPS).map(lambda tick: ((ZERO, tick),))
    two = st.builds(
        lambda tick, times, ticks: ((ZERO, tick), (_times(times * ticks, tick), _times(times, tick))),
        st.sampled_from(_STEPS[:-1]),
        st.sampled_from([2, 5, 10]),
        st.integers(1, 500),
    )
    return st.one_of(one, one, two)


def prices(instrument: Instrument) -> st.SearchStrategy[Decimal]:
    """Prices that an order in this instrument may have: on the grid, and above zero unless prices may be negative."""
    steps = [_on_step(instrument.tick, place) for place in range(len(instrument.tick))]
    positive = st.one_of(steps)
    if not instrument.negative_px:
        return positive
    return st.one_of(positive, positive.map(lambda px: px.copy_negate()), st.just(ZERO))


def _on_step(ladder: Sequence[tuple[Decimal, Decimal]], place: int) -> st.SearchStrategy[Decimal]:
    start, tick = ladder[place]
    first = max(int(EXACT.divide_int(start, tick)), 1)
    if _times(first, tick) < start:
        first += 1
    last = first + MOST_TICKS
    if place + 1 < len(ladder):
        last = min(last, int(EXACT.divide_int(ladder[place + 1][0], tick)) - 1)
    return st.integers(first, max(first, last)).map(lambda ticks: _times(ticks, tick))


def off_grid_prices(instrument: Instrument) -> st.SearchStrategy[Decimal]:
    """Prices above zero that no order in this instrument may have: between two ticks."""
    inside = st.sampled_from([Decimal("0.1"), Decimal("0.5"), Decimal("0.9")])
    above_zero = prices(instrument).filter(lambda px: px > ZERO)
    return st.builds(lambda px, part: EXACT.fma(instrument.tick_at(px), part, px), above_zero, inside).filter(
        lambda px: not instrument.is_on_tick(px)
    )


def quantities(
    instrument: Instrument, *, px: Decimal | None = None, most_lots: int = MOST_LOTS
) -> st.SearchStrategy[Decimal]:
    """Quantities that an order in this instrument may have: whole lots, and no less than the minimums.

    Args:
        instrument: The grid.
        px: The price at which the least value has to be reached; None where it does not matter.
        most_lots: How many lots above the least there may be at most.
    """
    lot = instrument.lot
    least = max(instrument.min_qty, lot)
    if px is not None and px > ZERO and instrument.min_notional:
        worth = EXACT.multiply(px, instrument.multiplier)
        least = max(
            least,
            EXACT.multiply(EXACT.divide_int(instrument.min_notional, EXACT.multiply(worth, lot)) + 1, lot),
        )
    first = int(EXACT.divide_int(least, lot))
    if _times(first, lot) < least:
        first += 1
    return st.integers(first, first + most_lots).map(lambda lots: _times(lots, lot))


def off_grid_quantities(instrument: Instrument) -> st.SearchStrategy[Decimal]:
    """Quantities above zero that no order in this instrument may have: no whole lots."""
    inside = st.sampled_from([Decimal("0.1"), Decimal("0.5"), Decimal("0.9")])
    return st.builds(lambda qty, part: EXACT.fma(instrument.lot, part, qty), quantities(instrument), inside)


def terms(
    instrument: Instrument,
    *,
    kinds: Collection[type[Terms]] = ALL_TERMS,
    px: st.SearchStrategy[Decimal] | None = None,
    trigger_prices: Collection[TriggerPriceType] = tuple(TriggerPriceType),
) -> st.SearchStrategy[Terms]:
    """Terms of these kinds.

    Args:
        instrument: Whose grid the prices lie on.
        kinds: Which classes of terms.
        px: Where the prices come from; those on the grid if not given.
        trigger_prices: What a trigger may be compared to; at least one.
    """
    at = prices(instrument) if px is None else px
    price_types = st.sampled_from([kind for kind in TriggerPriceType if kind in trigger_prices])
    trails = st.builds(
        Offset, st.integers(1, 50), st.sampled_from((PegOffsetType.TICKS, PegOffsetType.BASIS_POINTS))
    )
    of_kind: dict[type[Terms], st.SearchStrategy[Terms]] = {
        Market: st.just(Market()),
        Limit: st.builds(Limit, at),
        Stop: st.builds(Stop, at, price_types),
        StopLimit: st.builds(StopLimit, at, at, price_types),
        MarketIfTouched: st.builds(MarketIfTouched, at, price_types),
        LimitIfTouched: st.builds(LimitIfTouched, at, at, price_types),
        TrailingStop: st.builds(TrailingStop, trails, price_types, st.none() | at),
        TrailingStopLimit: st.builds(TrailingStopLimit, trails, trails, price_types, st.none() | at),
        MarketToLimit: st.just(MarketToLimit()),
        Pegged: st.builds(Pegged, st.sampled_from(PegPriceType)),
    }
    return st.one_of([of_kind[kind] for kind in ALL_TERMS if kind in kinds])


def times_in_force(
    kinds: Collection[type[TimeInForce]] = ALL_TIMES_IN_FORCE,
) -> st.SearchStrategy[TimeInForce]:
    """Times in force of these kinds; days and instants lie in the 22nd century, durations between a nanosecond and a day."""
    return st.one_of([_TIMES_IN_FORCE[kind] for kind in ALL_TIMES_IN_FORCE if kind in kinds])


def client_ids(rule: ClOrdIdRule = TextIds()) -> st.SearchStrategy[ClOrdId]:  # noqa: B008  # a value, never changed
    """ClOrdIDs of ours that a venue with this rule takes, of any namespace."""
    prefixes = st.text(min_size=1, max_size=8).filter(lambda text: text.isascii()).map(namespace_prefix)
    counters = st.integers(0, min(rule.last_counter, LAST_COUNTER))
    return st.builds(
        lambda prefix, counter: cl_ord_id(cl_ord_id_head(prefix, counter), counter), prefixes, counters
    )


# ---------------------------------------------------------------- orders


def new_orders(
    instrument: Instrument,
    capabilities: Capabilities,
    *,
    valid: bool | None = True,
    account: str = "main",
    most_lots: int = MOST_LOTS,
) -> st.SearchStrategy[SubmitOrder]:
    """Orders in an instrument for a broker.

    Args:
        instrument: What is traded.
        capabilities: What the broker takes; must be something.
        valid: True for orders that are not denied for what they are, False for those that are, None for both. What a
            risk limit says of them is another matter.
        account: For whom.
        most_lots: How many lots above the least there may be at most.
    """
    good = _valid_orders(instrument, capabilities, account, most_lots)
    if valid is True:
        return good
    bad = _invalid_orders(instrument, capabilities, good)
    return bad if valid is False else st.one_of(good, bad)


def _pairs(capabilities: Capabilities, *, taken: bool) -> list[tuple[type[Terms], type[TimeInForce]]]:
    # In an order of its own: that of a set differs from run to run.
    every = [(kind, tif) for kind in ALL_TERMS for tif in ALL_TIMES_IN_FORCE]
    return [pair for pair in every if (pair in capabilities.order_types) is taken]


@st.composite
def _valid_orders(
    draw: st.DrawFn, instrument: Instrument, capabilities: Capabilities, account: str, most_lots: int
) -> SubmitOrder:
    kind, tif_kind = draw(st.sampled_from(_pairs(capabilities, taken=True)))
    tif = draw(times_in_force({tif_kind}))
    # What is compared to other prices than the broker does is held here.
    trigger_prices = capabilities.trigger_prices or frozenset(TriggerPriceType)
    asked = draw(terms(instrument, kinds={kind}, trigger_prices=trigger_prices))
    px = limit_px(asked) if limit_px(asked) is not None else stop_px(asked)
    qty = draw(quantities(instrument, px=px, most_lots=most_lots))
    if isinstance(asked, Limit) and capabilities.profile.takes_display_qty and draw(st.integers(0, 3)) == 3:
        asked = Limit(
            asked.price,
            _times(draw(st.integers(1, max(int(EXACT.divide_int(qty, instrument.lot)), 1))), instrument.lot),
        )
    return SubmitOrder(instrument.symbol, draw(st.sampled_from(Side)), qty, asked, tif, Account(account))


def _invalid_orders(
    instrument: Instrument, capabilities: Capabilities, good: st.SearchStrategy[SubmitOrder]
) -> st.SearchStrategy[SubmitOrder]:
    faulty = [
        st.builds(lambda order, qty: _changed(order, order_qty=qty), good, off_grid_quantities(instrument))
    ]
    least = max(instrument.min_qty, instrument.lot)
    if least > instrument.lot:
        faulty.append(good.map(lambda order: _changed(order, order_qty=instrument.lot)))
    if any(kind in _PRICED for kind, _ in _pairs(capabilities, taken=True)):
        priced = good.filter(lambda order: type(order.terms) in _PRICED)
        faulty.append(st.builds(_at, priced, off_grid_prices(instrument)))
        if not instrument.negative_px:
            faulty.append(st.builds(_at, priced, prices(instrument).map(lambda px: px.copy_negate())))
    takes = capabilities.order_types
    # What is held here becomes something that the broker takes.
    unsupported = [
        (kind, tif)
        for kind, tif in _pairs(capabilities, taken=False)
        if kind not in _BECOMES or (_BECOMES[kind], tif) not in takes
    ]
    if unsupported:
        faulty.append(
            st.sampled_from(unsupported).flatmap(
                lambda pair: st.builds(
                    lambda order, asked, tif: _changed(order, terms=asked, time_in_force=tif),
                    good,
                    terms(instrument, kinds={pair[0]}),
                    times_in_force({pair[1]}),
                )
            )
        )
    return st.one_of(faulty)


_PRICED: Final = (Limit, Stop, StopLimit, MarketIfTouched, LimitIfTouched)
"""Terms with a price that must lie on the grid."""
_BECOMES: Final[dict[type[Terms], type[Terms]]] = {
    Stop: Market,
    MarketIfTouched: Market,
    TrailingStop: Market,
    StopLimit: Limit,
    LimitIfTouched: Limit,
    TrailingStopLimit: Limit,
}
"""What an order becomes that is held until its price comes."""


def _at(order: SubmitOrder, px: Decimal) -> SubmitOrder:
    match order.terms:
        case Limit():
            return _changed(order, terms=Limit(px))
        case asked:
            return _changed(order, terms=amended(asked, stop_px=px))


def _changed(order: SubmitOrder, **changes: Any) -> SubmitOrder:  # noqa: ANN401  # its fields are of any kind
    return evolve(order, **changes)


def _times(count: int, step: Decimal) -> Decimal:
    return EXACT.multiply(Decimal(count), step)
