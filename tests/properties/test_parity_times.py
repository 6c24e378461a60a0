"""Native and held end at the same moment: any time in force gives the same fills and the same end, whoever works the order.

Both brokers are paper brokers at zero latency, and the exchange sees each update before the library does.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, TypeAlias

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from oms.brokers.paper import PaperBroker
from oms.engine.invariants import check_state
from oms.model.define import record
from oms.model.enums import Life, SecurityTradingStatus, SessionPhase, Side, WorkedBy
from oms.model.events import Traded
from oms.model.market import MarketUpdate, MarkPrice, Quote, TradePrint
from oms.model.order import Order
from oms.model.security_status import SecurityStatus
from oms.model.sessions import SessionChange
from oms.model.terms import MarketToLimit, Terms
from oms.model.time_in_force import (
    DAY,
    FOK,
    GTC,
    IOC,
    GoodForTime,
    GoodTillDate,
    GoodTillTime,
    TimeInForce,
)
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore
from tests.properties.test_parity import INSTRUMENT, Plain, X, pegs, terms, updates

pytestmark = pytest.mark.slow

START_NS: Final = 1_767_623_400_000_000_000
"""2026-01-05 14:30 UTC, when the first session opens."""
MS: Final = 1_000_000
DAYS: Final = ("20260105", "20260106", "20260107")
HALTS: Final = SecurityStatus(X, 0, SecurityTradingStatus.TRADING_HALT)
RESUMES: Final = SecurityStatus(X, 0, SecurityTradingStatus.RESUME)

Asked: TypeAlias = tuple[Side, int, Terms, TimeInForce]
Step: TypeAlias = MarketUpdate | Asked | SecurityStatus | SessionChange | int
"""What happens: a market, an order, a session that changes, or so many milliseconds that pass."""
Ending: TypeAlias = tuple[list[tuple[str, str, int]], Life]
"""What an order has traded (how much, at which price, in which millisecond), and what has become of it."""


def resting() -> st.SearchStrategy[TimeInForce]:
    return st.one_of(
        st.just(DAY),
        st.just(GTC),
        st.sampled_from(DAYS).map(GoodTillDate),
        st.integers(1, 60).map(lambda ms: GoodTillTime(START_NS + ms * MS)),
        st.integers(1, 30).map(lambda ms: GoodForTime(f"0.{ms:03}")),
    )


def any_time() -> st.SearchStrategy[TimeInForce]:
    return resting() | st.sampled_from([IOC, FOK])


def asked() -> st.SearchStrategy[Asked]:
    sides, qtys = st.sampled_from([Side.BUY, Side.SELL]), st.integers(1, 30)
    return st.one_of(
        st.tuples(sides, qtys, terms(), any_time()),
        st.tuples(sides, qtys, terms(), st.sampled_from([IOC, FOK])),
        st.tuples(sides, qtys, pegs(), resting()),
    )


def session(*, is_open: bool = True) -> st.SearchStrategy[list[Step]]:
    """What happens while a session is open; while it is closed, when nobody places orders."""
    market = st.one_of(st.integers(-4, 4).map(Move), st.integers(-4, 4).map(Move), updates())
    waits: st.SearchStrategy[Step | Move] = st.integers(1, 6)
    happens = st.one_of(asked(), market, market, waits) if is_open else market | waits
    return st.lists(happens, max_size=18).map(_walked)


@record
class Move:
    """By how many ticks the market moves."""

    ticks: int


def _walked(steps: Sequence[Step | Move]) -> list[Step]:
    px, walked = Decimal(100), list[Step]()
    for step in steps:
        if not isinstance(step, Move):
            walked.append(step)
            continue
        px += Decimal(step.ticks) / 2
        walked += [
            Quote(X, 0, px, 20, px + Decimal("0.5"), 20),
            TradePrint(X, 0, px, 10),
            MarkPrice(X, 0, px),
        ]
    return walked


@st.composite
def days(draw: st.DrawFn) -> list[Step]:
    """Up to three sessions with nights between them, and breaks and halts in some of them, in which orders are placed too."""
    played: list[Step] = []
    for day in DAYS[: draw(st.integers(1, 3))]:
        opens, closes = (SessionChange(0, phase, day) for phase in (SessionPhase.OPEN, SessionPhase.CLOSED))
        played += [opens, *draw(session())]
        for _ in range(draw(st.integers(0, 2))):
            ways: list[tuple[Step, Step]] = [
                (SessionChange(0, SessionPhase.HALTED, day), opens),
                (HALTS, RESUMES),
            ]
            pauses, goes_on = draw(st.sampled_from(ways))
            played += [pauses, *draw(session()), goes_on, *draw(session())]
        played += [closes, *draw(session(is_open=False))]
    return played


def play(broker: PaperBroker, played: list[Step], worked_by: WorkedBy) -> list[Ending]:
    """What each order traded and when, and how it ended; each step comes a millisecond after the last one."""
    clock, orders, traded = ManualClock(START_NS), [], dict[int, list[tuple[str, str, int]]]()
    with OrderManager(brokers=[broker], store=MemoryEventStore(), clock=clock) as om:

        def note(event: Traded) -> None:
            when = (event.transact_time_ns - START_NS) // MS
            traded.setdefault(event.order_id, []).append((str(event.last_qty), str(event.last_px), when))

        om.on(Traded, note)
        for step in played:
            clock.advance_to(clock.now_ns() + (step if isinstance(step, int) else 1) * MS)
            if isinstance(step, int):
                om.poll()
            elif isinstance(step, SessionChange):
                om.session(evolve(step, time_ns=clock.now_ns()))
            elif isinstance(step, tuple):
                side, qty, wanted, tif = step
                orders.append(om.submit(X, side, qty, wanted, tif=tif))
                assert orders[-1].worked_by is worked_by or orders[-1].reasons
            else:
                om.update(evolve(step, time_ns=clock.now_ns()))
        assert check_state(om.state) == ()
        assert not om.anomalies()
        return [(traded.get(order.order_id, []), _ended(order)) for order in orders]


def _ended(order: Order) -> Life:
    # What was refused is refused, by whomever; and what waits here is unsent, while a venue works it.
    if isinstance(order.given_terms, MarketToLimit) and order.life is Life.DENIED:
        return Life.CANCELED  # a venue cancels one that finds nothing to take
    return {Life.DENIED: Life.REJECTED, Life.UNSENT: Life.LIVE}.get(order.life, order.life)


@settings(max_examples=80, deadline=None)
@given(days())
def test_any_time_in_force_gives_the_same_fills_and_the_same_end_native_and_held(played: list[Step]) -> None:
    """The fills of each order and what has become of it are equal, whoever works it."""
    native = play(PaperBroker([INSTRUMENT]), played, WorkedBy.VENUE)
    held = play(Plain([INSTRUMENT]), played, WorkedBy.OMS)

    assert held == native


@settings(max_examples=80, deadline=None)
@given(
    session(is_open=False),
    st.sampled_from([Side.BUY, Side.SELL]),
    st.integers(1, 30),
    any_time(),
    session(is_open=False),
)
def test_a_market_to_limit_order_ends_alike_native_and_held(
    before: list[Step], side: Side, qty: int, tif: TimeInForce, after: list[Step]
) -> None:
    """The fills of an order that is alone and what has become of it are equal, in any time in force."""
    opens, closes = (SessionChange(0, phase, DAYS[0]) for phase in (SessionPhase.OPEN, SessionPhase.CLOSED))
    played = [opens, *before, (side, qty, MarketToLimit(), tif), *after, closes]
    native = play(PaperBroker([INSTRUMENT]), played, WorkedBy.VENUE)
    held = play(Plain([INSTRUMENT]), played, WorkedBy.OMS)

    assert held == native
