"""Orders that are worked here, told by hand to a slippage monitor."""
# ruff: noqa: ANN401  # cases are data of any kind

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from oms.model import events as ev
from oms.model.alert_commands import RaiseCostDrift, RaiseSlippageAlert
from oms.model.enums import Side
from oms.model.ids import Account, BrokerName, ClOrdId, ExecId, OrderId, Symbol
from oms.model.instrument import Instrument
from oms.model.market import Quote, TradePrint, WatchedUpdate
from oms.model.market_news import FeedGap
from oms.model.slippage import AlertState, DriftFinding, Measure, SlippageFinding
from oms.model.terms import Market, Strategy
from oms.model.time_in_force import DAY
from oms.model.work import Memo, Pace, Slice, WorkEnd
from oms.projections.slippage_monitor import Alert, SlippageMonitor

D = Decimal
T0 = 1_767_623_400_000_000_000
S = 1_000_000_000
AAPL = Symbol("AAPL")
PARENT = OrderId(7)
CAUSE = ev.Cause("SubmitOrder", "bot")
Change = tuple[Measure, AlertState, AlertState]


def a_finding(**fields: Any) -> SlippageFinding:
    """A warning of what an order costs, but for these fields."""
    usual: dict[str, Any] = {
        "measure": Measure.ARRIVAL, "before": AlertState.OK, "state": AlertState.WARN, "figure": D("70.5"), "warn": D(60),
        "breach": D(90), "symbol": AAPL, "side": Side.BUY, "strategy": "twap", "order_qty": D(1000), "cum_qty": D(300),
        "notional": D(30211), "children": 3, "arrival_px": D(100), "arrival_ns": T0, "market_notional": D(5700000),
        "market_qty": D(57000), "timing_risk_bps": D(30), "days_of_volume": D("0.075"), "volatility": D("0.3"),
        "expected_bps": D(0), "due_least": D(0), "due_most": D(100), "bid": D("100.69"), "ask": D("100.71"), "quote_ns": T0,
        "bad_quotes": 0,
    }  # fmt: skip
    return SlippageFinding(**{**usual, **fields})


def a_drift(**fields: Any) -> DriftFinding:
    """A breach of what children cost, but for these fields."""
    usual: dict[str, Any] = {
        "before": AlertState.WARN, "state": AlertState.BREACH, "worse_bps": D(40), "better_bps": D(0), "expected_bps": D(10),
        "slack_bps": D(5), "threshold_bps": D(40), "children": 9, "mean_bps": D(21), "standard_error_bps": D(2),
    }  # fmt: skip
    return DriftFinding(**{**usual, **fields})


def ten_slices(qty: int = 100, start_s: int = 0) -> tuple[Slice, ...]:
    """Ten slices of a minute each."""
    return tuple(
        Slice(number, T0 + (start_s + 60 * number) * S, T0 + (start_s + 60 * number + 60) * S, D(qty))
        for number in range(10)
    )


@dataclass
class Told:
    """A monitor, what it was told and what it has asked for."""

    monitor: SlippageMonitor
    echoes: bool = True
    asked: list[Alert] = field(default_factory=list)
    events: list[ev.Event] = field(default_factory=list)
    now_s: float = 0
    _sequence: int = 0
    _cum: dict[OrderId, Decimal] = field(default_factory=dict)
    _qty: dict[OrderId, Decimal] = field(default_factory=dict)
    gone: set[OrderId] = field(default_factory=set)

    @property
    def now_ns(self) -> int:
        return T0 + round(self.now_s * S)

    def changes(self) -> list[Change]:
        """What was asked to be said of orders since the last time."""
        said = [
            (one.finding.measure, one.finding.before, one.finding.state)
            for one in self.asked
            if isinstance(one, RaiseSlippageAlert)
        ]
        self.asked.clear()
        return said

    def goes_on_from(self, earlier: "Told") -> None:
        """Go on where another one has ended, of which this one was told as of what was recorded."""
        for event in earlier.events:
            self.monitor.on_recorded(event)
        self._sequence, self._cum, self._qty = earlier._sequence, earlier._cum, earlier._qty

    # ------------------------------------------------------------ what it is told

    def envelope(self) -> tuple[int, int, ev.Cause, int, int]:
        self._sequence += 1
        return self._sequence, 1, CAUSE, self._sequence, self.now_ns

    def tell(self, event: ev.Event) -> None:
        """Tell it an event, and, if it is to be so, that what it asked for was recorded."""
        self.events.append(event)
        if type(event) in self.monitor.events:
            self._hear(self.monitor.on_event(event))

    def _hear(self, alerts: Sequence[Alert]) -> None:
        self.asked += alerts
        for alert in alerts if self.echoes else ():
            self.record(alert)

    def record(self, alert: Alert) -> None:
        """Record what it asked for."""
        if isinstance(alert, RaiseSlippageAlert):
            self.tell(ev.SlippageAlerted(*self.envelope(), alert.order_id, alert.finding))
        else:
            self.tell(ev.CostDriftAlerted(*self.envelope(), alert.strategy, alert.broker, alert.finding))

    def market(self, update: WatchedUpdate) -> None:
        self._hear(self.monitor.on_market(update))

    def quote(self, bid: str | None = "99.99", ask: str | None = "100.01", symbol: str = "AAPL") -> None:
        sizes = [D(0) if px is None else D(100) for px in (bid, ask)]
        self.market(
            Quote(
                Symbol(symbol),
                self.now_ns,
                None if bid is None else D(bid),
                sizes[0],
                None if ask is None else D(ask),
                sizes[1],
            )
        )

    def trade(self, px: str, size: str, *, at_s: float | None = None, symbol: str = "AAPL") -> None:
        time_ns = self.now_ns if at_s is None else T0 + round(at_s * S)
        self.market(TradePrint(Symbol(symbol), time_ns, D(px), D(size)))

    def lost(self, *, at_s: float | None = None) -> None:
        """What the market has said up to a moment, or until now, was lost."""
        self.market(FeedGap(AAPL, self.now_ns if at_s is None else T0 + round(at_s * S)))

    # ------------------------------------------------------------ orders

    def defined(self, multiplier: str = "1") -> None:
        self.tell(
            ev.InstrumentDefined(
                *self.envelope(),
                Instrument(symbol="AAPL", currency="USD", tick="0.01", lot=1, multiplier=multiplier),
            )
        )

    def created(
        self, order_id: int = PARENT, side: Side = Side.BUY, qty: int = 1000, terms: Any = None
    ) -> None:
        self._qty[OrderId(order_id)] = D(qty)
        given = Strategy("twap") if terms is None else terms
        self.tell(
            ev.OrderCreated(
                *self.envelope(),
                OrderId(order_id),
                AAPL,
                side,
                D(qty),
                given,
                DAY,
                Account("main"),
                None,
                None,
                0,
            )
        )

    def planned(
        self,
        order_id: int = PARENT,
        slices: tuple[Slice, ...] | None = None,
        *,
        bid: str | None = "99.99",
        ask: str | None = "100.01",
        start_s: int = 0,
        end_s: int = 600,
        why: str = "",
        quote_age_s: int = 0,
        memo: Memo = (),
    ) -> None:
        key = OrderId(order_id)
        self.tell(
            ev.WorkPlanned(
                *self.envelope(),
                key,
                ten_slices() if slices is None else slices,
                T0 + start_s * S,
                T0 + end_s * S,
                why,
                None if bid is None else D(bid),
                None if ask is None else D(ask),
                self.now_ns - quote_age_s * S,
                memo,
                leaves_qty=self._left(key),
            )
        )

    def noted(self, memo: Memo, order_id: int = PARENT) -> None:
        """The handler of an order keeps something else of it."""
        self.tell(ev.WorkNoted(*self.envelope(), OrderId(order_id), memo))

    def skipped(self, number: int, pace: Pace, memo: Memo | None = None) -> None:
        """Nothing of a slice is sent."""
        of = (*self.envelope(), PARENT, number, D(0), D(0), pace, "slice", None, None, None, 0, memo)
        self.tell(ev.SliceDecided(*of, leaves_qty=self._left(PARENT)))

    def begun(self, order_id: int = PARENT, side: Side = Side.BUY, **plan: Any) -> None:
        """An order comes and is planned."""
        self.created(order_id, side)
        self.planned(order_id, **plan)

    def child(
        self,
        child: int,
        *fills: tuple[str, str],
        order_id: int = PARENT,
        bid: str | None = "99.99",
        ask: str | None = "100.01",
        quote_age_s: int = 0,
        broker: str = "paper",
    ) -> None:
        """A child is decided, sent, and executes so much at such prices."""
        self.tell(
            ev.SliceDecided(
                *self.envelope(),
                OrderId(order_id),
                0,
                D(100),
                D(100),
                Pace.ON_SCHEDULE,
                "slice",
                OrderId(child),
                None if bid is None else D(bid),
                None if ask is None else D(ask),
                self.now_ns - quote_age_s * S,
                leaves_qty=self._left(OrderId(order_id)),
            )
        )
        self.tell(
            ev.OrderCreated(
                *self.envelope(),
                OrderId(child),
                AAPL,
                Side.BUY,
                D(100),
                Market(),
                DAY,
                Account("main"),
                None,
                None,
                0,
            )
        )
        self.tell(
            ev.OrderSubmitted(*self.envelope(), OrderId(child), ClOrdId(f"c{child}"), BrokerName(broker))
        )
        for qty, px in fills:
            self.executed(child, qty, px, order_id=order_id)

    def executed(self, child: int, qty: str, px: str, *, order_id: int = PARENT) -> None:
        """A child has executed so much more at a price; less, below zero: a bust."""
        self.moved(child, D(qty), D(qty) * D(px), order_id=order_id)

    def moved(self, child: int, qty: Decimal, notional: Decimal, *, order_id: int = PARENT) -> None:
        """What a child has executed has changed."""
        key = OrderId(order_id)
        self._cum[key] = self._cum.get(key, D(0)) + qty
        self.tell(
            ev.ChildExecuted(
                *self.envelope(),
                key,
                OrderId(child),
                ExecId(f"x{self._sequence}"),
                qty,
                notional,
                cum_qty=self._cum[key],
                leaves_qty=self._left(key),
            )
        )

    def amended(self, qty: int, slices: tuple[Slice, ...], order_id: int = PARENT) -> None:
        """An order gets another total and a new plan."""
        self._qty[OrderId(order_id)] = D(qty)
        key = OrderId(order_id)
        told = ev.WorkAmended(*self.envelope(), key, D(qty), Strategy("twap"), leaves_qty=self._left(key))
        self.tell(told)
        self.planned(order_id, slices, why="amended")

    def canceled(self, order_id: int = PARENT) -> None:
        """An order ends."""
        self.gone.add(OrderId(order_id))
        self.tell(ev.WorkStopped(*self.envelope(), OrderId(order_id), WorkEnd.CANCELED, ""))
        self.tell(ev.OrderCanceled(*self.envelope(), OrderId(order_id), None, ""))

    def _left(self, order_id: OrderId) -> Decimal:
        if order_id in self.gone:
            return D(0)
        return max(self._qty[order_id] - self._cum.get(order_id, D(0)), D(0))

    def drifts(self) -> list[tuple[str, str, AlertState]]:
        """What was asked to be said of series since the last time."""
        said = [
            (str(one.strategy), str(one.broker), one.finding.state)
            for one in self.asked
            if isinstance(one, RaiseCostDrift)
        ]
        self.asked.clear()
        return said
