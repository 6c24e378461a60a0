"""What of an order's figures is worth saying: each against its bands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

from oms.model.costs import Figure, Missing
from oms.model.decimals import QUOTIENT, ZERO
from oms.model.slippage import (
    NS_PER_MS,
    AlertState,
    Bands,
    Liquidity,
    Measure,
    SlippageFinding,
    SlippageRules,
)
from oms.projections.market_tape import MarketTape
from oms.projections.watched_order import (
    Standing,
    WatchedOrder,
    arrival_bps,
    off_schedule,
    participation,
    vwap_bps,
)

Judged: TypeAlias = tuple[Measure, Figure, Bands | None]
"""A figure and its bands; None where there are none to be had."""

_NOTHING_LEFT: Final = frozenset({Missing.NOTHING_TRADED, Missing.TOO_FEW})


def is_stale(tape: MarketTape | None, rules: SlippageRules, now_ns: int) -> bool:
    """Tell whether a market shows no good quote that is fresh."""
    if tape is None or not tape.is_good:
        return True
    return now_ns - tape.quote_ns > rules.max_quote_age_ms * NS_PER_MS


def findings(
    order: WatchedOrder, now: Standing, tape: MarketTape, rules: SlippageRules, liquidity: Liquidity | None
) -> list[SlippageFinding]:
    """Give each figure that has gone into another band than was last said, unless that was asked to be said already."""
    found = []
    for measure, figure, bands in _measures(order, now, rules):
        if measure in order.asked:
            continue
        before = order.states.get(measure, AlertState.OK)
        if figure.value is None:
            # What has nothing left to be judged by is well; of what is not known now, nothing new is said.
            state = AlertState.OK if figure.missing in _NOTHING_LEFT else before
        else:
            state = before if bands is None else bands.state(before, figure.value)
        if state is not before:
            found.append(_finding(order, now, tape, rules, liquidity, measure, figure, bands, before, state))
    return found


def _measures(order: WatchedOrder, now: Standing, rules: SlippageRules) -> Iterator[Judged]:
    few = Figure(None, Missing.TOO_FEW) if len(order.qty_of) < rules.min_children else None
    cost_bands = _cost_bands(now, rules)
    # Its arrival price says nothing where its quote was old then.
    is_old = order.arrival_ns - order.arrival_quote_ns > rules.max_quote_age_ms * NS_PER_MS
    yield Measure.ARRIVAL, few or arrival_bps(order), None if is_old else cost_bands
    yield Measure.VWAP, few or vwap_bps(order, now), cost_bands
    if rules.participation_warn is not None and rules.participation_breach is not None:
        bands = Bands(ZERO, rules.participation_warn, rules.participation_breach, rules.hysteresis)
        yield Measure.PARTICIPATION, few or participation(order, now), bands
    if not order.is_ended and rules.schedule_warn is not None and rules.schedule_breach is not None:
        off = off_schedule(order, now)
        if off.value is not None:
            bands = Bands(ZERO, rules.schedule_warn, rules.schedule_breach, rules.hysteresis)
            yield Measure.SCHEDULE, Figure(off.value.copy_abs()), bands


def _cost_bands(now: Standing, rules: SlippageRules) -> Bands | None:
    risk = now.risk_bps
    if not risk:
        return None
    warn, breach = QUOTIENT.multiply(rules.warn, risk), QUOTIENT.multiply(rules.breach, risk)
    return Bands(rules.expected_bps, warn, breach, rules.hysteresis)


def _finding(
    order: WatchedOrder,
    now: Standing,
    tape: MarketTape,
    rules: SlippageRules,
    liquidity: Liquidity | None,
    measure: Measure,
    figure: Figure,
    bands: Bands | None,
    before: AlertState,
    state: AlertState,
) -> SlippageFinding:
    assert tape.bid is not None, "what is judged has a good quote"
    assert tape.ask is not None, "what is judged has a good quote"
    span, due = order.span, now.due
    return SlippageFinding(
        measure=measure,
        before=before,
        state=state,
        figure=figure.value,
        warn=None if bands is None else QUOTIENT.add(bands.base, bands.warn),
        breach=None if bands is None else QUOTIENT.add(bands.base, bands.breach),
        symbol=order.symbol,
        side=order.side,
        strategy=order.strategy,
        order_qty=order.order_qty,
        cum_qty=order.cum_qty,
        notional=order.traded.notional,
        children=len(order.qty_of),
        arrival_px=order.arrival,
        arrival_ns=order.arrival_ns,
        market_notional=now.market.notional,
        market_qty=now.market.qty,
        timing_risk_bps=now.risk_bps,
        days_of_volume=now.days,
        volatility=None if liquidity is None else liquidity.volatility,
        expected_bps=rules.expected_bps,
        due_least=None if due is None else due.least,
        due_most=None if due is None else due.most,
        bid=tape.bid,
        ask=tape.ask,
        quote_ns=tape.quote_ns,
        bad_quotes=0 if span is None else tape.bad_in(span),
    )
