"""Orders of every algorithm on the simulated exchange, or over two of them, in a market that is mirrored for sales."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final, TypeAlias

from hypothesis import strategies as st

from oms.algos.parameter import Kind
from oms.algos.volume_curve import VolumeCurve
from oms.brokers.paper import PaperBroker
from oms.model import events as ev
from oms.model.enums import Side
from oms.model.ids import OrderId
from oms.model.instrument import Instrument
from oms.model.market import Quote
from oms.model.order import Order
from oms.model.routing_table import RouteRule, Routing, Venue
from oms.model.terms import limit_px
from oms.model.trading_session import TradingSession
from oms.runtime.order_manager import OrderManager
from oms.simulation.fees import MakerTaker
from oms.testing.simulator.draws import Draws
from oms.testing.simulator.hours import LATE
from oms.testing.simulator.parent_draws import DESCRIPTIONS, Sketch, amendment, parameters
from tests.algo_desk import NOON_NS, AlgoDesk, X

MID: Final = Decimal(100)
TICK: Final = Decimal("0.1")
S: Final = 1_000_000_000
SHARE: Final = Instrument(symbol="X", currency="USD", tick=TICK, lot=1)
HOURS: Final = TradingSession("20260105", NOON_NS, NOON_NS + 120 * S)
TAKER_BPS: Final = {"one": 7, "two": 1}


def _curve(*shares: str, closing: str = "0") -> VolumeCurve:
    return VolumeCurve(
        bucket_ns=30 * S, length_ns=120 * S, shares=tuple(map(Decimal, shares)),
        opening=Decimal(0), closing=Decimal(closing), days=("20260102",), dropped=(),
    )  # fmt: skip


CURVES: Final = {
    "X": _curve("0.3", "0.1", "0.2", "0.2", closing="0.2"),
    LATE: _curve("0", "0.1", "0.3", "0.6"),
}

Step: TypeAlias = tuple[str, int, int, int]
"""What happens, with three numbers."""
_OTHER: Final = {"upper": "lower", "lower": "upper"}
_ONE = st.one_of(
    st.tuples(st.just("trade"), st.integers(1, 200), st.integers(-8, 8), st.just(0)),
    st.tuples(st.just("trade"), st.integers(1, 200), st.integers(-8, 8), st.just(0)),
    st.tuples(st.just("quote"), st.integers(1, 60), st.integers(-8, 8), st.integers(1, 60)),
    st.tuples(st.just("quote"), st.integers(1, 60), st.integers(-8, 8), st.integers(1, 60)),
    st.tuples(st.just("wait"), st.integers(1, 20), st.just(0), st.just(0)),
)
_HALTS = (
    st.tuples(st.sampled_from(["halt", "resume", "resume", "lose"]), st.just(0), st.just(0), st.just(0)),
    st.tuples(st.just("limits"), st.integers(-30, 30), st.integers(0, 30), st.just(0)),
    st.tuples(st.just("total"), st.integers(1, 400), st.just(0), st.just(0)),
)
_CHANGE = st.tuples(st.just("amend"), st.integers(0, 999), st.just(0), st.just(0))
HALTING: Final = st.lists(st.one_of(_ONE, _ONE, *_HALTS), min_size=5, max_size=30)
"""Trades, quotes and time; halts, price limits, data that is lost, and other totals."""
BUSY: Final = st.lists(st.one_of(_ONE, _ONE, *_HALTS, _CHANGE), min_size=5, max_size=30)
"""These, and other parameters."""
SEEDS: Final = st.integers(0, 2**31 - 1)
"""What it is told follows from one of these."""
NAMES: Final = tuple(sorted(DESCRIPTIONS))


def drawn(name: str, seed: int, qty: int) -> dict[str, str]:
    """Give what a purchase by an algorithm is told: any of its parameters that go with one another."""
    return parameters(name, _sketch(seed, qty))


def _sketch(seed: int, qty: int) -> Sketch:
    return Sketch(Draws(f"worked/{seed}"), SHARE, Decimal(qty), Side.BUY, S, NOON_NS)


def _known(name: str) -> dict[str, Kind]:
    return {one.name: one.kind for one in DESCRIPTIONS[name].parameters}


class WorkedDesk(AlgoDesk):
    """A desk for one order, which knows what a purchase and its mirrored sale have alike.

    Attributes:
        order: The order.
    """

    order: Order

    def __init__(self, name: str, side: Side) -> None:
        """Open it for an order of an algorithm."""
        self.name, self.side, self.sign = name, side, 1 if side is Side.BUY else -1
        venues = TAKER_BPS if name == "smart" else {"one": 0}
        self._venues = [
            PaperBroker([SHARE], name=venue, fees=MakerTaker(maker_bps=0, taker_bps=bps))
            for venue, bps in venues.items()
        ]
        self._routing = (
            Routing(
                rules=(RouteRule(brokers=tuple(venues)),),
                venues=tuple(Venue(broker=venue, taker_bps=bps) for venue, bps in venues.items()),
            )
            if len(venues) > 1
            else None
        )
        super().__init__(SHARE, curves=CURVES, session=HOURS, quotes=False)
        self.begin()

    def _open(self) -> OrderManager:
        return OrderManager(
            brokers=self._venues, store=self.store, clock=self.clock, handlers=self._handlers, routing=self._routing
        )  # fmt: skip

    def begin(self) -> None:
        """Tell the market as it was in the beginning, at once: no journal holds it."""
        self.limits(None, None)
        for number in range(len(self._venues)):
            self._quote(20 + number, 0, 20)

    def px(self, ticks: int) -> Decimal:
        """Give a price so many ticks from the middle, upwards for a purchase."""
        return MID + self.sign * ticks * TICK

    def mirrored(self, px: Decimal | None) -> Decimal | None:
        """Give a price of a purchase as it is for this order, and one of this order as it is for a purchase."""
        return px if px is None or self.side is Side.BUY else 2 * MID - px

    def place(self, qty: int, told: dict[str, str]) -> Order:
        """Place the order, told what a purchase would be."""
        self._told = told
        self.order = self.submit(self.name, qty, self.side, **self._as_told(told))
        return self.order

    def _as_told(self, told: dict[str, str]) -> dict[str, Any]:
        if self.side is Side.BUY:
            return dict(told)
        kinds, found = _known(self.name), dict[str, Any]()
        for key, text in told.items():
            first, _, rest = key.partition("_")
            # What holds from a price up holds from its mirrored price down.
            name = f"{_OTHER[first]}_{rest}" if first in _OTHER else key
            found[name] = self.mirrored(Decimal(text)) if kinds[key] is Kind.PRICE else text
        return found

    def tell(self, step: Step) -> None:
        """Let something happen, a second after what was before."""
        kind, one, two, three = step
        self.wait(1)
        match kind:
            case "trade":
                self.trade(one, str(self.px(two)))
            case "quote":
                self._quote(one, two, three)
            case "wait":
                self.wait(one)
            case "limits":
                low, high = sorted((self.px(one), self.px(one + two)))
                self.limits(str(low), str(high))
            case "lose":
                self.lose()
            case "halt" | "resume":
                self.halt(is_over=kind == "resume")
            case _:
                self._change(kind, one)

    def _quote(self, ours: int, at: int, others: int) -> None:
        near, far = self.px(at - 1 - ours % 3), self.px(at + 1)
        sizes = (ours, others) if self.side is Side.BUY else (others, ours)
        venue = self._venues[ours % len(self._venues)].name if self._routing else None
        quote = Quote(X, self.clock.now_ns(), min(near, far), sizes[0], max(near, far), sizes[1])
        self.om.update(quote, venue=venue)

    def _change(self, kind: str, one: int) -> None:
        order = self.om.order(self.order.order_id)
        if order.is_closed:
            return
        if kind == "total":
            self.om.replace(order, order_qty=one)
        else:
            told = amendment(self.name, self._told, _sketch(one, 300))
            self.om.replace(order, parameters=self._as_told(told))
        self.om.poll()

    def settle(self) -> None:
        """Let all happen that is to happen by now."""
        seen = -1
        while seen != self.store.version:
            seen = self.store.version
            self.om.poll()

    def plan(self) -> tuple[Any, ...]:
        """Give what is left of its plan."""
        return self.om.work(self.order.order_id).slices

    def told_of(self) -> Iterator[tuple[Any, ...]]:
        """Give all that was decided and that happened to the order and its children, with the prices of a purchase."""
        for event in self.store.read():
            what: tuple[Any, ...]
            match event:
                case ev.SliceDecided():
                    what = event.number, event.asked_qty, event.qty, event.pace, event.role, event.child
                case ev.OrderCreated() if event.order_id != self.order.order_id:
                    what = event.order_qty, self.mirrored(limit_px(event.terms)), event.time_in_force
                case ev.OrderSubmitted():
                    what = ()
                case ev.ReplaceRequested():
                    what = event.order_qty, self.mirrored(limit_px(event.terms))
                case ev.Traded():
                    what = event.last_qty, self.mirrored(event.last_px)
                case ev.CancelRequested() | ev.OrderCanceled() | ev.OrderExpired() | ev.OrderRejected():
                    what = ()
                case ev.WorkSuspended() | ev.WorkHeld():
                    what = ()
                case ev.WorkStopped():
                    what = (event.why,)
                case ev.WorkPlanned():
                    what = event.slices, event.end_ns
                case _:
                    continue
            yield event.time_ns - NOON_NS, type(event).__name__, OrderId(event.order_id), *what
