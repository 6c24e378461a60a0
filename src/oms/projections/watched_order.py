"""An order that is worked here, as far as its cost and its plan are watched: facts from events, figures from them and the market."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from oms.model import costs
from oms.model.costs import Average, Figure, Missing
from oms.model.decimals import EXACT, ONE, QUOTIENT, ZERO
from oms.model.define import record, value
from oms.model.enums import Side
from oms.model.ids import OrderId, Symbol
from oms.model.slippage import AlertState, Liquidity, Measure
from oms.model.timetable import Due, Timetable
from oms.projections.market_tape import MarketTape, Span

_NS: Final = Decimal(1_000_000_000)


class WatchedOrder:
    """The facts of one order. Written by the monitor alone.

    Attributes:
        order_id: Which.
        symbol: What is traded.
        side: Bought or sold.
        strategy: The algorithm's name.
        order_qty: How much was ordered.
        cum_qty: How much has executed.
        traded: The exact sums of its executions.
        arrival_ns: When it came to work, in nanoseconds UTC; 0 before that.
        arrival: The mid then; None where there was none.
        arrival_quote_ns: When the quote of that was received.
        start_ns: When its plan begins.
        end_ns: The first moment after its time.
        has_end: It was given one.
        timetable: Its schedule, as it was planned for its quantity; None where it goes by none.
        planned_before: How much had executed as that was planned, and how much more was at work.
        decided: The numbers of the slices that were decided since.
        stands_ns: Since when its time stands, in nanoseconds UTC; None where it goes on.
        is_overrun: Its end has come all the same: its time stands no more.
        qty_of: How much each child has executed, of those that have.
        span: What is traded in its market since its start.
        children: Every child that was made of it.
        is_ended: It executes no more, as far as is known.
        is_put_away: Its market is not heard for it any more.
        ended_ns: When that was, in nanoseconds UTC.
        states: How each figure stands, as it was last said; those not here are ok.
        asked: What was asked to be said and has not been heard yet.
        looked_ns: When it was last looked at.
        every_ns: How often it is looked at while nothing executes.
    """

    __slots__ = (
        "arrival", "arrival_ns", "arrival_quote_ns", "asked", "children", "cum_qty", "decided", "end_ns", "ended_ns", "every_ns", "has_end",
        "is_ended", "is_overrun", "is_put_away", "looked_ns", "order_id", "order_qty", "planned_before", "qty_of", "side", "span",
        "stands_ns", "start_ns", "states", "strategy", "symbol", "timetable", "traded",
    )  # fmt: skip

    def __init__(
        self, order_id: OrderId, symbol: Symbol, side: Side, strategy: str, order_qty: Decimal
    ) -> None:
        """Begin with an order that is not at work yet."""
        self.order_id = order_id
        self.symbol = symbol
        self.side = side
        self.strategy = strategy
        self.order_qty = order_qty
        self.cum_qty = ZERO
        self.traded = Average()
        self.arrival_ns = 0
        self.arrival: Decimal | None = None
        self.arrival_quote_ns = 0
        self.start_ns = 0
        self.end_ns = 0
        self.has_end = True
        self.timetable: Timetable | None = None
        self.planned_before = (ZERO, ZERO)
        self.decided: set[int] = set()
        self.stands_ns: int | None = None
        self.is_overrun = False
        self.qty_of: dict[OrderId, Decimal] = {}
        self.span: Span | None = None
        self.children: list[OrderId] = []
        self.is_ended = False
        self.is_put_away = False
        self.ended_ns = 0
        self.states: dict[Measure, AlertState] = {}
        self.asked: dict[Measure, AlertState] = {}
        self.looked_ns = self.every_ns = 0

    @property
    def state(self) -> AlertState:
        """The worst of its states."""
        return max(self.states.values(), key=_rank, default=AlertState.OK)

    @property
    def leaves_qty(self) -> Decimal:
        """What is left of it; zero where more has executed than was ordered."""
        return max(EXACT.subtract(self.order_qty, self.cum_qty), ZERO)

    def due(self, now_ns: int) -> Due | None:
        """Give what should have traded by now; None where it goes by no schedule."""
        if self.timetable is None:
            return None
        due, (done, working) = self.timetable.due(now_ns, self.stands_ns, self.decided), self.planned_before
        if not done and not working:
            return due
        both = EXACT.add(done, working)
        return Due(EXACT.add(due.least, done), QUOTIENT.add(due.ideal, both), EXACT.add(due.most, both))


def _rank(state: AlertState) -> int:
    return state.rank


@record
class Standing:
    """What the figures of an order are made of, at a moment.

    Attributes:
        now_ns: When, in nanoseconds UTC.
        market: Everything traded since its start, its own executions included.
        others: How much of that was not its own.
        why_no_market: Why there is nothing, where there is nothing.
        days: What the others have traded since, in days' volumes; None where that is not known.
        risk_bps: One standard deviation of its cost to date; None where it is not known.
        due: What should have traded; None where it goes by no schedule.
    """

    now_ns: int
    market: Average
    others: Decimal
    why_no_market: Missing
    days: Decimal | None
    risk_bps: Decimal | None
    due: Due | None


def standing(
    order: WatchedOrder,
    tape: MarketTape | None,
    liquidity: Liquidity | None,
    now_ns: int,
    *,
    own_prints: bool,
) -> Standing:
    """Give what the figures of an order are made of now."""
    span, own = order.span, order.traded
    market, others, why = Average(), ZERO, Missing.NOT_HEARD
    is_heard = False
    # Of what has ended, as of its end.
    now_ns = order.ended_ns if order.is_put_away else now_ns
    if span is not None and span.is_heard:
        # Where nothing was traded since its start, nobody has told the market to begin it.
        is_heard = span.begun is not None or span.start_ns <= now_ns
        why = Missing.NO_VOLUME if is_heard else Missing.TOO_EARLY
        printed = Average() if tape is None and span.ended is None else _printed(tape, span)
        if own_prints:
            # More of our own than was printed in all: prints are late.
            market, others = printed, max(EXACT.subtract(printed.qty, own.qty), ZERO)
        else:
            market = Average(EXACT.add(printed.notional, own.notional), EXACT.add(printed.qty, own.qty))
            others = printed.qty
    days = _days(order, others, liquidity, now_ns, is_heard=is_heard)
    risk = None if days is None or liquidity is None else costs.timing_risk_bps(liquidity.volatility, days)
    return Standing(now_ns, market, others, why, days, risk, order.due(now_ns))


def _printed(tape: MarketTape | None, span: Span) -> Average:
    if span.ended is not None and span.begun is not None:
        return span.ended.since(span.begun)
    return Average() if tape is None else tape.traded(span)


def _days(
    order: WatchedOrder, others: Decimal, liquidity: Liquidity | None, now_ns: int, *, is_heard: bool
) -> Decimal | None:
    if liquidity is None:
        return None
    if is_heard:
        return QUOTIENT.divide(others, liquidity.daily_volume)
    if liquidity.session_s is None:
        return None
    gone = max(min(now_ns, order.end_ns) - max(order.start_ns, order.arrival_ns), 0)
    return QUOTIENT.divide(Decimal(gone), EXACT.multiply(Decimal(liquidity.session_s), _NS))


# ---------------------------------------------------------------- the figures


@value(kw_only=True)
class SlippageRow:
    """The figures of an order; a cost above zero is worse.

    Attributes:
        order_id: Which order.
        symbol: What is traded.
        side: Bought or sold.
        strategy: The algorithm's name.
        state: The worst of `states`.
        states: How each figure that is not ok stands.
        is_live: It may still execute.
        is_stale: Its market has no good quote that is fresh: nothing is judged.
        order_qty: How much was ordered.
        cum_qty: How much has executed.
        avg_px: At what price on average, to 28 digits; None where nothing has.
        children: How many children have executed.
        arrival_px: The mid as it came.
        arrival_cost: What its executions cost against that, in the instrument's currency.
        arrival_bps: The same in basis points.
        vwap_px: At what price everybody has traded on average since its start.
        vwap_bps: What its executions cost against that, in basis points.
        timing_risk_bps: One standard deviation of the cost against arrival to date.
        risk_multiple: How many of them the cost is above what is expected.
        due_qty: How much should have traded by now, each slice evenly.
        deviation_qty: How much has traded beyond that; below zero is behind.
        deviation: The same as a part of the order.
        off_schedule: By which part of the order it is ahead of what has begun, or, below zero, behind what has ended.
        participation: Its part in everything traded since its start.
        expected_residual: How much will be left at its end if it goes on as until now.
        open_cost: What the rest would cost at the mid now, against arrival, in the instrument's currency.
        quote_ns: When the last good quote was received, in nanoseconds UTC; 0 before the first.
        bad_quotes: How many quotes since its start had one side only, or crossed.
    """

    order_id: OrderId
    symbol: Symbol
    side: Side
    strategy: str
    state: AlertState
    states: dict[Measure, AlertState]
    is_live: bool
    is_stale: bool
    order_qty: Decimal
    cum_qty: Decimal
    avg_px: Decimal | None
    children: int
    arrival_px: Figure
    arrival_cost: Figure
    arrival_bps: Figure
    vwap_px: Figure
    vwap_bps: Figure
    timing_risk_bps: Figure
    risk_multiple: Figure
    due_qty: Figure
    deviation_qty: Figure
    deviation: Figure
    off_schedule: Figure
    participation: Figure
    expected_residual: Figure
    open_cost: Figure
    quote_ns: int
    bad_quotes: int


def arrival_bps(order: WatchedOrder) -> Figure:
    """Give what an order's executions cost against arrival."""
    benchmark = Average() if order.arrival is None else Average.at(order.arrival)
    return costs.cost_bps(order.side, order.traded, benchmark, Missing.NO_QUOTE)


def vwap_bps(order: WatchedOrder, now: Standing) -> Figure:
    """Give what an order's executions cost against the running average of everybody's."""
    return costs.cost_bps(order.side, order.traded, now.market, now.why_no_market)


def participation(order: WatchedOrder, now: Standing) -> Figure:
    """Give an order's part in everything traded."""
    if now.why_no_market is not Missing.NO_VOLUME:
        return Figure(None, now.why_no_market)
    whole = EXACT.add(now.others, order.traded.qty)
    return costs.part(order.traded.qty, whole, Missing.NO_VOLUME)


def off_schedule(order: WatchedOrder, now: Standing) -> Figure:
    """Give by which part of an order it is off its schedule, whatever the slice under way may still do."""
    if now.due is None:
        return Figure(None, Missing.NO_SCHEDULE)
    return costs.part(now.due.beyond(order.cum_qty), order.order_qty, Missing.NO_BASE)


def row_of(
    order: WatchedOrder,
    now: Standing,
    tape: MarketTape | None,
    *,
    expected_bps: Decimal,
    multiplier: Decimal = ONE,
    is_stale: bool,
    has_liquidity: bool,
) -> SlippageRow:
    """Give the figures of an order."""
    bps, due = arrival_bps(order), now.due
    no_risk = Missing.NOT_HEARD if has_liquidity else Missing.NO_RISK
    risk = Figure(now.risk_bps) if now.risk_bps is not None else Figure(None, no_risk)
    deviation = None if due is None else QUOTIENT.subtract(order.cum_qty, due.ideal)
    vwap = now.market.px
    return SlippageRow(
        order_id=order.order_id,
        symbol=order.symbol,
        side=order.side,
        strategy=order.strategy,
        state=order.state,
        states=dict(order.states),
        is_live=not order.is_ended,
        is_stale=is_stale,
        order_qty=order.order_qty,
        cum_qty=order.cum_qty,
        avg_px=order.traded.px,
        children=len(order.qty_of),
        arrival_px=_figure(order.arrival, Missing.NO_QUOTE),
        arrival_cost=_money(order, order.traded, multiplier),
        arrival_bps=bps,
        vwap_px=_figure(vwap, now.why_no_market),
        vwap_bps=vwap_bps(order, now),
        timing_risk_bps=risk,
        risk_multiple=_multiple(bps, risk, expected_bps),
        due_qty=_figure(None if due is None else due.ideal, Missing.NO_SCHEDULE),
        deviation_qty=_figure(deviation, Missing.NO_SCHEDULE),
        deviation=Figure(None, Missing.NO_SCHEDULE)
        if deviation is None
        else costs.part(deviation, order.order_qty, Missing.NO_BASE),
        off_schedule=off_schedule(order, now),
        participation=participation(order, now),
        expected_residual=expected_residual(order, now),
        open_cost=_open_cost(order, tape, multiplier, is_stale=is_stale),
        quote_ns=0 if tape is None else tape.quote_ns,
        bad_quotes=_bad_quotes(order, tape),
    )


def expected_residual(order: WatchedOrder, now: Standing) -> Figure:
    """Give how much of an order will be left at its end if it goes on as until now: by its schedule, or else by the clock."""
    if order.is_ended:
        return Figure(order.leaves_qty)
    due = now.due
    if due is not None:
        gone, whole = due.ideal, order.order_qty
    elif not order.has_end or order.end_ns <= order.start_ns:
        return Figure(None, Missing.NO_END)
    else:
        gone = Decimal(max(min(now.now_ns, order.end_ns) - order.start_ns, 0))
        whole = Decimal(order.end_ns - order.start_ns)
    if not gone:
        return Figure(None, Missing.TOO_EARLY)
    at_end = QUOTIENT.divide(EXACT.multiply(order.cum_qty, whole), gone)
    return Figure(max(QUOTIENT.subtract(order.order_qty, at_end), ZERO))


def _figure(number: Decimal | None, why_none: Missing) -> Figure:
    return Figure(None, why_none) if number is None else Figure(number)


def _bad_quotes(order: WatchedOrder, tape: MarketTape | None) -> int:
    span = order.span
    if span is None or tape is None or order.is_put_away:
        return 0 if span is None else span.bad_quotes
    return tape.bad_in(span)


def _money(order: WatchedOrder, what: Average, multiplier: Decimal) -> Figure:
    if order.arrival is None:
        return Figure(None, Missing.NO_QUOTE)
    if not what.qty:
        return Figure(None, Missing.NOTHING_TRADED)
    paid = costs.cost(order.side, what, Average.at(order.arrival))
    assert paid is not None, "one price has a quantity"
    return Figure(EXACT.multiply(paid, multiplier))


def _multiple(bps: Figure, risk: Figure, expected_bps: Decimal) -> Figure:
    if bps.value is None:
        return bps
    if risk.value is None:
        return risk
    return costs.part(QUOTIENT.subtract(bps.value, expected_bps), risk.value, Missing.NO_VOLUME)


def _open_cost(
    order: WatchedOrder, tape: MarketTape | None, multiplier: Decimal, *, is_stale: bool
) -> Figure:
    mid = None if tape is None else costs.mid(tape.bid, tape.ask)
    if mid is None or order.arrival is None:
        return Figure(None, Missing.NO_QUOTE)
    if is_stale:
        return Figure(None, Missing.STALE_QUOTE)
    left = order.leaves_qty
    if not left:
        return Figure(ZERO)
    return _money(order, Average().plus(mid, left), multiplier)
