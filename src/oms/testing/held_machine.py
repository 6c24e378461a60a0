"""The rule-based machine of held orders: everything that can be asked of them, any market, and any restart.

A whole manager works them at a venue that takes market and limit orders, and does at once what it is asked. Beside it stands
a slow and obvious reference, `oms.testing.held_reference`. After each step what has left and who waits is the same in both,
and the manager's own books are consistent.

Subclass `HeldMachine` with handlers or a broker of your own, and run it as `HeldMachine.TestCase` under pytest.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

try:
    from hypothesis import strategies as st
    from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
except ImportError as error:  # pragma: no cover  # the suite itself needs Hypothesis
    raise ImportError("oms.testing needs Hypothesis: pip install 'openoms[testing]'") from error

from oms.engine.engine import Engine
from oms.engine.fingerprint import describe
from oms.engine.invariants import check_state
from oms.model.enums import (
    HeldPolicy,
    Life,
    PegOffsetType,
    PegPriceType,
    SessionPhase,
    Side,
    TriggerPriceType,
    WorkedBy,
)
from oms.model.ids import Symbol
from oms.model.instrument import Instrument
from oms.model.market import MarketUpdate, MarkPrice, Quote, TradePrint
from oms.model.offset import Offset
from oms.model.order import Order
from oms.model.sessions import SessionChange
from oms.model.terms import (
    LimitIfTouched,
    MarketIfTouched,
    MarketToLimit,
    Pegged,
    Stop,
    StopLimit,
    Terms,
    TrailingStop,
    TrailingStopLimit,
)
from oms.model.time_in_force import DAY, GTC, Day, GoodTillTime, TimeInForce
from oms.order_types.registry import HandlerRegistry, default_handlers
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore
from oms.testing.held_reference import HeldReference, Sent, SlowOrder
from oms.testing.obedient_broker import ObedientBroker

START_NS: Final = 1_767_623_400_000_000_000
"""2026-01-05 14:30:00 UTC."""
NS_PER_S: Final = 1_000_000_000
SYMBOLS: Final = (Symbol("AAPL"), Symbol("MSFT"))
TICK: Final = Decimal("0.5")
GRID: Final = [number * TICK for number in range(1, 600)]
_PX: Final = st.integers(190, 210).map(lambda number: number * TICK)
_PICKS: Final = st.integers(0, 99)
_SIDES: Final = st.sampled_from([Side.BUY, Side.SELL])
_KINDS: Final = st.sampled_from(TriggerPriceType)
_SYMBOLS: Final = st.sampled_from([SYMBOLS[0], SYMBOLS[0], SYMBOLS[1]])
_OFFSETS: Final = st.one_of(
    st.builds(Offset, st.integers(1, 6).map(lambda number: number * TICK)),
    st.builds(Offset, st.integers(1, 4), st.just(PegOffsetType.TICKS)),
    st.builds(Offset, st.integers(1, 3), st.just(PegOffsetType.PERCENTAGE)),
)
_STEPS: Final = st.integers(-3, 3).map(lambda number: number * TICK)
_MOVES: Final = st.integers(0, 3).map(lambda number: number * TICK)
_TERMS: Final = st.one_of(
    st.builds(Stop, _PX, _KINDS),
    st.builds(StopLimit, _PX, _PX, _KINDS),
    st.builds(MarketIfTouched, _PX, _KINDS),
    st.builds(LimitIfTouched, _PX, _PX, _KINDS),
    st.builds(TrailingStop, _OFFSETS, _KINDS, st.none() | _PX),
    st.builds(TrailingStopLimit, _OFFSETS, _OFFSETS, _KINDS, st.none() | _PX),
    st.just(MarketToLimit()),
    st.builds(Pegged, st.sampled_from(PegPriceType), _STEPS, st.none() | _PX, _MOVES),
)


class HeldMachine(RuleBasedStateMachine):
    """Orders in two instruments that their venue does not take as they are."""

    def __init__(self) -> None:
        """Open a manager on an empty journal."""
        super().__init__()
        self.clock = ManualClock(START_NS)
        self.broker = ObedientBroker()
        self.store = MemoryEventStore()
        self.om = self._open(HeldPolicy.RELEASE)
        self.reference = HeldReference(dict.fromkeys(SYMBOLS, GRID))
        self.ends: dict[int, TimeInForce] = {}
        self.expected: list[Sent] = []

    def handlers(self) -> HandlerRegistry:
        """Give what works each kind of order; the library's own unless you say otherwise."""
        return default_handlers()

    def _open(self, policy: HeldPolicy) -> OrderManager:
        return OrderManager(
            brokers=[self.broker],
            store=self.store,
            clock=self.clock,
            handlers=self.handlers(),
            instruments=[Instrument(symbol=symbol, currency="USD", tick=TICK) for symbol in SYMBOLS],
            after_restart=policy,
        )

    def order(self, number: int) -> Order:
        """Give an order's handle."""
        return self.om.order(number)

    def _waiting(self, pick: int) -> SlowOrder | None:
        held = self.reference.held()
        return held[pick % len(held)] if held else None

    def _working(self, pick: int) -> SlowOrder | None:
        sent = [
            one
            for one in self.reference.orders.values()
            if one.stage == "sent" and not self.order(one.number).is_closed
        ]
        return sent[pick % len(sent)] if sent else None

    # ------------------------------------------------------------ what is asked

    @rule(
        symbol=_SYMBOLS, wanted=st.lists(st.tuples(_SIDES, _TERMS, st.integers(0, 4)), min_size=1, max_size=4)
    )
    def submit(self, symbol: Symbol, wanted: list[tuple[Side, Terms, int]]) -> None:
        """Somebody wants a few orders."""
        for side, terms, days in wanted:
            self._submit(symbol, side, terms, days)

    def _submit(self, symbol: Symbol, side: Side, terms: Terms, days: int) -> None:
        # What follows the market is not given a moment: its venue has the word then, a little later.
        tif = GTC if days > 1 else DAY if days or isinstance(terms, Pegged) else self._moment()
        order = self.om.submit(symbol, side, 10, terms, tif=tif)
        self.ends[order.order_id] = tif
        self.expected += self.reference.submit(SlowOrder(order.order_id, symbol, side, terms))

    def _moment(self) -> GoodTillTime:
        return GoodTillTime(self.clock.now_ns() + 5 * NS_PER_S)

    @rule(pick=_PICKS, px=_PX)
    def amend(self, pick: int, px: Decimal) -> None:
        """Somebody gives an order that waits another price, or else another quantity."""
        order = self._waiting(pick)
        if order is None:
            return
        handle, before = self.order(order.number), order.terms
        if isinstance(before, Stop | StopLimit | MarketIfTouched | LimitIfTouched):
            self.om.replace(handle, stop_px=px)
        elif isinstance(before, Pegged):
            self.om.replace(handle, price=px)
        else:
            self.om.replace(handle, order_qty=10 + int(px) % 3)
        self.reference.amend(order.number, handle.given_terms)
        if handle.given_terms != before:
            named = "price" if isinstance(before, Pegged) else "stop_px"
            assert getattr(handle.given_terms, named) == px

    @rule(pick=_PICKS, wanted=st.integers(0, 2))
    def cancel_held(self, pick: int, wanted: int) -> None:
        """Somebody cancels an order that waits; seldom."""
        order = None if wanted else self._waiting(pick)
        if order is not None:
            self.om.cancel(self.order(order.number))
            self.reference.end(order.number)

    @rule(pick=_PICKS, wanted=st.integers(0, 2))
    def cancel_sent(self, pick: int, wanted: int) -> None:
        """Somebody cancels an order that was released; seldom."""
        order = None if wanted else self._working(pick)
        if order is not None:
            self.om.cancel(self.order(order.number))
            self.expected.append(("cancel", order.number, None))
            self.reference.end(order.number)

    @rule(symbol=st.none() | _SYMBOLS, wanted=st.integers(0, 14))
    def cancel_all(self, symbol: Symbol | None, wanted: int) -> None:
        """Somebody cancels everything, or all of an instrument; seldom."""
        if wanted:
            return
        meant = [one for one in self.reference.orders.values() if symbol in (None, one.symbol)]
        for one in meant:
            if one.stage == "sent" and not self.order(one.number).is_closed:
                self.expected.append(("cancel", one.number, None))
        self.om.mass_cancel(symbol=symbol)
        for one in meant:
            if one.stage != "over":
                self.reference.end(one.number)

    # ------------------------------------------------------------ the market, time and the venue

    def _tell(self, update: MarketUpdate) -> None:
        self.om.update(update)
        self.expected += self.reference.see(update)

    @rule(
        symbol=_SYMBOLS,
        bid=_PX,
        spread=st.sampled_from([0, 1, 1, 2, -1]),
        size=st.sampled_from([5, 5, 5, 0]),
        shows=st.integers(0, 9),
    )
    def quote(self, symbol: Symbol, bid: Decimal, spread: int, size: int, shows: int) -> None:
        """The market shows its best prices, or one of them."""
        is_bid, is_ask = shows != 0, shows != 1
        ask = bid + spread * TICK
        self._tell(
            Quote(
                symbol,
                0,
                bid if is_bid else None,
                5 if is_bid else 0,
                ask if is_ask else None,
                size if is_ask else 0,
            )
        )

    @rule(symbol=_SYMBOLS, px=_PX, walk=st.lists(st.integers(-3, 3), min_size=1, max_size=6))
    def walk(self, symbol: Symbol, px: Decimal, walk: list[int]) -> None:
        """The market walks from somewhere on, in every kind of price."""
        for step in walk:
            px += step * TICK
            self._tell(Quote(symbol, 0, px, 5, px + TICK, 5))
            self._tell(TradePrint(symbol, 0, px, 5))
            self._tell(MarkPrice(symbol, 0, px))

    @rule(symbol=_SYMBOLS, px=_PX, size=st.sampled_from([5, 5, 5, 0]))
    def trade(self, symbol: Symbol, px: Decimal, size: int) -> None:
        """Others trade."""
        self._tell(TradePrint(symbol, 0, px, size))

    @rule(symbol=_SYMBOLS, px=_PX)
    def mark(self, symbol: Symbol, px: Decimal) -> None:
        """A venue says at what it values positions."""
        self._tell(MarkPrice(symbol, 0, px))

    @rule(pick=_PICKS, qty=st.sampled_from([3, 10]))
    def fill(self, pick: int, qty: int) -> None:
        """An order that was released executes, in part or whole."""
        order = self._working(pick)
        if order is None:
            return
        handle = self.order(order.number)
        self.broker.fill(handle, min(Decimal(qty), handle.leaves_qty), Decimal(100), self.clock.now_ns())
        self.om.poll()
        if handle.is_filled:
            self.reference.end(order.number)

    @rule(seconds=st.integers(1, 3))
    def wait(self, seconds: int) -> None:
        """Time passes, and what was good until then is over."""
        self.clock.advance_by(seconds)
        self.om.poll()
        now_ns = self.clock.now_ns()
        for one in self.reference.held():
            tif = self.ends[one.number]
            if isinstance(tif, GoodTillTime) and tif.expire_time_ns <= now_ns:
                self.reference.end(one.number)

    @rule(wanted=st.integers(0, 9))
    def end_of_day(self, wanted: int) -> None:
        """The session closes and opens again; seldom."""
        if wanted:
            return
        self.om.session(SessionChange(self.clock.now_ns(), SessionPhase.CLOSED, "20260105"))
        for one in self.reference.orders.values():
            if one.stage != "over" and isinstance(self.ends[one.number], Day):
                self.reference.end(one.number)
        self.om.session(SessionChange(self.clock.now_ns(), SessionPhase.OPEN, "20260106"))
        for symbol in SYMBOLS:
            self.expected += self.reference.follow(symbol)

    @rule(symbol=_SYMBOLS, px=_PX, wanted=st.integers(0, 4))
    def have_a_break(self, symbol: Symbol, px: Decimal, wanted: int) -> None:
        """The session has a break, in which prints and mark prices count for nobody; seldom."""
        if wanted:
            return
        self.om.session(SessionChange(self.clock.now_ns(), SessionPhase.HALTED, "20260106"))
        self.om.update(TradePrint(symbol, 0, px, 5))
        self.om.update(MarkPrice(symbol, 0, px))
        self.om.session(SessionChange(self.clock.now_ns(), SessionPhase.OPEN, "20260106"))
        for one in SYMBOLS:
            self.expected += self.reference.follow(one)

    @rule(policy=st.sampled_from(HeldPolicy), has_snapshot=st.booleans())
    def restart(self, policy: HeldPolicy, has_snapshot: bool) -> None:  # drawn by Hypothesis
        """The manager is closed, and opened on its journal, or on a snapshot of it."""
        if has_snapshot:
            self.om.snapshot()
        before, journal, snapshot = describe(self.om.state), list(self.store.read()), self.store.snapshot()
        replayed = Engine({self.broker.name: self.broker.capabilities()}, self.handlers())
        replayed.replay(journal)
        assert describe(replayed.state) == before
        self.om.close()
        self.store = MemoryEventStore()
        self.store.append(journal, 0)
        if snapshot is not None:
            self.store.save_snapshot(*snapshot)
        self.om = self._open(policy)
        self.reference.restart(policy)

    # ------------------------------------------------------------ what must be true

    @invariant()
    def the_same_has_left(self) -> None:
        """The venue was asked for what the reference says, in the same order."""
        sent, self.broker.heard = self.broker.heard, []
        numbers = {str(self.order(one).cl_ord_id): one for one in self.reference.orders}
        told = [(kind, self._number(identity, numbers), terms) for kind, identity, terms in sent]
        expected, self.expected = self.expected, []
        assert told == expected

    def _number(self, identity: str, numbers: dict[str, int]) -> int:
        return numbers[identity] if identity in numbers else self.om.order(identity).order_id

    @invariant()
    def the_same_orders_wait(self) -> None:
        """Who is held here is held there, and what is over is over."""
        waiting = {order.order_id for order in self.om.open_orders() if order.life is Life.UNSENT}
        assert waiting == {one.number for one in self.reference.held()}
        for one in self.reference.orders.values():
            order = self.order(one.number)
            if one.stage == "over":
                assert order.is_closed
            else:
                assert (order.worked_by, order.given_terms) == (WorkedBy.OMS, one.terms)

    @invariant()
    def nothing_contradicts_itself(self) -> None:
        """The manager's own invariants hold."""
        assert check_state(self.om.state) == ()

    def teardown(self) -> None:
        """Close the manager."""
        self.om.close()
