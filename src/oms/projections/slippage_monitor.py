"""The slippage monitor: what each order that is worked here costs while it is worked, and how it keeps to its plan.

It is moved by events, and by the market from the moment on at which an order begins: ticks are not journaled, so that what was
traded before a restart is not known after it, unless somebody has kept it and tells it again (`recall`). What it finds it asks to be put on record, and it takes that for said once the event
has come back; a replay hears the events and asks for nothing, so that it does not alert again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias, TypeVar

from oms.errors import UnknownOrderError, ValidationError
from oms.model.alert_commands import RaiseCostDrift, RaiseSlippageAlert
from oms.model.costs import Drift, MeanCost
from oms.model.decimals import ONE
from oms.model.define import value
from oms.model.door import moment, shown
from oms.model.events import Event
from oms.model.ids import BrokerName, OrderId
from oms.model.market import PrintCorrection, Quote, TradePrint, WatchedUpdate
from oms.model.market_news import FeedGap
from oms.model.slippage import (
    AlertState,
    DriftFinding,
    DriftRules,
    Liquidity,
    SlippageRules,
)
from oms.projections import slippage_table
from oms.projections.slippage_findings import findings, is_stale
from oms.projections.watch_list import TAKES, Source, WatchList
from oms.projections.watched_order import SlippageRow, WatchedOrder, row_of, standing

T = TypeVar("T")
Alert: TypeAlias = RaiseSlippageAlert | RaiseCostDrift
_NONE: Final[tuple[Alert, ...]] = ()


@value(kw_only=True)
class SourceCost:
    """What the last children of a strategy cost at a broker, against the mid as each was decided.

    Attributes:
        strategy: The algorithm's name.
        broker: Where they execute.
        mean: Their mean by size, how many they are, and how sure it is.
        drift: The cumulative sums of how far they are from what is expected; zeros where nothing is taken for a drift.
        state: Whether they drift.
    """

    strategy: str
    broker: BrokerName
    mean: MeanCost
    drift: Drift
    state: AlertState


class SlippageMonitor:
    """Watches every order that is worked here; to be attached to a manager.

    Attributes:
        events: The classes of events that it hears.
    """

    __slots__ = ("_by_strategy", "_liquidity", "_list", "_now_ns", "_rules", "events")

    def __init__(
        self,
        liquidity: Mapping[str, Liquidity] | None = None,
        *,
        rules: SlippageRules | None = None,
        by_strategy: Mapping[str, SlippageRules] | None = None,
        drift: DriftRules | None = None,
        window: int = 200,
        keep_ended: int = 1_000,
    ) -> None:
        """Begin with nothing to watch.

        Args:
            liquidity: What is known of each symbol; costs in others are shown and not judged.
            rules: What is worth an alert.
            by_strategy: Other rules for strategies, by name.
            drift: What is taken for a drift of what children cost; nothing if not given.
            window: How many children are in the mean of a strategy at a broker.
            keep_ended: How many orders are kept after they have ended, so that busts of theirs are heard.

        Raises:
            ValidationError: An argument is of another kind, or out of range.
        """
        self._liquidity = _each(liquidity, Liquidity, "liquidity")
        self._by_strategy = _each(by_strategy, SlippageRules, "by_strategy")
        self._rules = SlippageRules() if rules is None else rules
        if type(self._rules) is not SlippageRules:
            raise ValidationError("rules", shown(rules), "pass SlippageRules(...)")
        if drift is not None and type(drift) is not DriftRules:
            raise ValidationError("drift", shown(drift), "pass DriftRules(...)")
        for name, number, least in (("window", window, 2), ("keep_ended", keep_ended, 0)):
            if type(number) is not int or not least <= number <= 1_000_000:
                raise ValidationError(name, shown(number), f"pass an int from {least} to 1000000")
        self._list = WatchList(self._rules_of, drift, window, keep_ended)
        self._now_ns = 0
        self.events = tuple(TAKES)

    # ------------------------------------------------------------ what it is told

    def on_event(self, event: Event) -> Sequence[Alert]:
        """Take in what has happened now, and give what is to be put on record."""
        self._now_ns = max(self._now_ns, event.time_ns)
        order = self._list.take(event, is_live=True)
        if order is None:
            return _NONE
        alerts = self._look(order, event.time_ns)
        self._list.tidy(order, event.time_ns)
        source = self._list.fresh
        if source is not None and (drift := self._drift(source)) is not None:
            return (*alerts, drift)
        return alerts

    def on_recorded(self, event: Event) -> None:
        """Take in what happened before, of which everything that was to be said was said then."""
        self._now_ns = max(self._now_ns, event.time_ns)
        order = self._list.take(event, is_live=False)
        if order is not None:
            self._list.tidy(order, event.time_ns)

    def on_market(self, update: WatchedUpdate) -> Sequence[Alert]:
        """Take in what the market says, and give what is to be put on record; at most one order is looked at."""
        market = self._list.markets.get(update.symbol)
        if market is None:
            if type(update) is FeedGap:
                self._list.lose(update)
            return _NONE
        if type(update) is Quote:
            market.tape.on_quote(update)
        elif type(update) is TradePrint:
            market.tape.on_trade(update)
        elif type(update) is PrintCorrection:
            market.tape.on_correction(update)
        elif type(update) is FeedGap:
            self._list.lose(update)
        now_ns = update.time_ns
        # `max` would cost a call for each update.
        self._now_ns = now_ns if now_ns > self._now_ns else self._now_ns  # noqa: FURB136
        order = market.due(now_ns)
        return _NONE if order is None else self._look(order, now_ns)

    def recall(self, updates: Iterable[WatchedUpdate], *, since_ns: int) -> None:
        """Take in what a market has said before this was attached, as somebody else has kept it; nothing is put on record for that.

        With that the orders that a restart found at work are judged by what was traded since their beginning again. To be told
        before the market goes on: what is heard by both would count twice.

        Args:
            updates: All that was said from then until it was attached, in the order in which it was heard; symbols in which nothing
                is worked are passed over.
            since_ns: From when on that is complete, in nanoseconds UTC; an order that began earlier is left as it is.

        Raises:
            ValidationError: The time is none, or a market has gone on; nothing was taken in.
        """
        moment(since_ns)
        markets = self._list.markets
        for symbol, market in markets.items():
            if market.tape.has_traded:
                text = "tell it what was said before right after it was attached"
                raise ValidationError("recall", f"trades of {symbol} were heard already", text)
        for market in markets.values():
            market.tape.hear_from(since_ns)
        for update in updates:
            found = markets.get(update.symbol)
            if found is None:
                continue
            if isinstance(update, Quote):
                found.tape.on_quote(update)
            elif isinstance(update, TradePrint):
                found.tape.on_trade(update)
            elif isinstance(update, PrintCorrection):
                found.tape.on_correction(update)
            elif isinstance(update, FeedGap):
                self._list.lose(update)
        for market in markets.values():
            market.tape.begin_until(self._now_ns)

    def on_refused(self, command: object) -> None:
        """Take in that what was to be put on record was refused, so that it is asked again where it still holds."""
        if isinstance(command, RaiseSlippageAlert):
            order = self._list.orders.get(command.order_id)
            if order is not None:
                order.asked.pop(command.finding.measure, None)
        elif isinstance(command, RaiseCostDrift):
            series = self._list.series.get((command.strategy, command.broker))
            if series is not None:
                series.asked = None

    # ------------------------------------------------------------ what it shows

    def row(self, order_id: int) -> SlippageRow:
        """Give the figures of an order as they are by what was heard last.

        Raises:
            UnknownOrderError: It is not watched: no order that was worked here, or one that ended long ago.
        """
        order = self._list.orders.get(OrderId(order_id))
        if order is None:
            raise UnknownOrderError("order_id", shown(order_id), "the number of an order that is worked here")
        return self._row(order)

    def rows(self, *, live_only: bool = True) -> list[SlippageRow]:
        """Give the figures of the orders that are worked now, or of all that are kept, oldest first."""
        orders = sorted(self._list.orders.values(), key=lambda order: order.order_id)
        return [self._row(order) for order in orders if not (live_only and order.is_ended)]

    def costs(self) -> list[SourceCost]:
        """Give what the last children of each strategy cost at each broker."""
        return [
            SourceCost(
                strategy=strategy,
                broker=broker,
                mean=series.mean(),
                drift=series.drift(),
                state=series.state,
            )
            for (strategy, broker), series in sorted(self._list.series.items())
        ]

    @property
    def unpriced(self) -> int:
        """How many children are in no mean, since there was no fresh quote as they were decided."""
        return self._list.unpriced

    def table(self, *, live_only: bool = True) -> str:
        """Give `rows` as an aligned text table; costs are in basis points, and above zero is worse."""
        return slippage_table.of_rows(self.rows(live_only=live_only))

    def costs_table(self) -> str:
        """Give `costs` as an aligned text table."""
        return slippage_table.of_costs(
            [(one.strategy, one.broker, one.mean, one.drift, one.state) for one in self.costs()]
        )

    def __repr__(self) -> str:
        """Give one readable line."""
        live = [order.state for order in self._list.orders.values() if not order.is_ended]
        told = ", ".join(f"{live.count(state)} {state.value}" for state in AlertState if state in live)
        drifting = sum(series.state is not AlertState.OK for series in self._list.series.values())
        return f"<SlippageMonitor {len(live)} orders at work{told and f': {told}'}; {drifting} of {len(self._list.series)} sources drift>"

    # ------------------------------------------------------------ looking

    def _rules_of(self, strategy: str) -> SlippageRules:
        return self._by_strategy.get(strategy, self._rules)

    def _look(self, order: WatchedOrder, now_ns: int) -> Sequence[Alert]:
        rules, market = self._rules_of(order.strategy), self._list.markets.get(order.symbol)
        if market is not None:
            market.looked(order, now_ns)
        # What had ended before is shown, and judged no more.
        is_over = order.is_ended and order.is_put_away
        if market is None or is_over or is_stale(market.tape, rules, now_ns):
            return _NONE
        liquidity = self._liquidity.get(order.symbol)
        now = standing(order, market.tape, liquidity, now_ns, own_prints=rules.own_prints)
        found = findings(order, now, market.tape, rules, liquidity)
        for finding in found:
            order.asked[finding.measure] = finding.state
        return [RaiseSlippageAlert(order.order_id, finding) for finding in found]

    def _drift(self, source: Source) -> RaiseCostDrift | None:
        series = self._list.series[source]
        state, rules = series.judged(), series.rules
        if rules is None or series.asked is not None or state is series.state:
            return None
        series.asked = state
        mean, drift = series.mean(), series.drift()
        finding = DriftFinding(
            before=series.state,
            state=state,
            worse_bps=drift.worse,
            better_bps=drift.better,
            expected_bps=rules.expected_bps,
            slack_bps=rules.slack_bps,
            threshold_bps=rules.threshold_bps,
            children=mean.count,
            mean_bps=mean.mean_bps.value,
            standard_error_bps=mean.standard_error_bps.value,
        )
        return RaiseCostDrift(*source, finding)

    def _row(self, order: WatchedOrder) -> SlippageRow:
        rules, market = self._rules_of(order.strategy), self._list.markets.get(order.symbol)
        tape = None if market is None else market.tape
        liquidity = self._liquidity.get(order.symbol)
        now = standing(order, tape, liquidity, self._now_ns, own_prints=rules.own_prints)
        return row_of(
            order,
            now,
            tape,
            expected_bps=rules.expected_bps,
            multiplier=self._list.multipliers.get(order.symbol, ONE),
            is_stale=is_stale(tape, rules, self._now_ns),
            has_liquidity=liquidity is not None,
        )


def _each(given: Mapping[str, T] | None, kind: type[T], field: str) -> dict[str, T]:
    found = {} if given is None else given
    if not isinstance(found, Mapping):
        raise ValidationError(field, shown(given), f"pass a mapping of names to {kind.__name__}(...)")
    for name, one in found.items():
        if type(name) is not str or type(one) is not kind:
            raise ValidationError(
                field, f"{shown(name)}: {shown(one)}", f"pass names and {kind.__name__}(...)"
            )
    return dict(found)
