"""Native and held are the same thing: at zero latency the same terms give the same fills in any market.

The paper broker works triggers itself; one that says that it does not is given market and limit orders, and the library
holds the rest. Both see each update before the library does.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from oms.brokers.paper import PaperBroker
from oms.engine.invariants import check_state
from oms.model.capabilities import Capabilities
from oms.model.enums import (
    PegOffsetType,
    PegPriceType,
    SecurityTradingStatus,
    SessionPhase,
    Side,
    TriggerPriceType,
    WorkedBy,
)
from oms.model.events import Traded
from oms.model.ids import Symbol
from oms.model.instrument import Instrument
from oms.model.market import MarketUpdate, MarkPrice, Quote, TradePrint
from oms.model.offset import Offset
from oms.model.security_status import SecurityStatus
from oms.model.sessions import SessionChange
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
)
from oms.model.time_in_force import GTC
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore

X: Final = Symbol("X")
INSTRUMENT: Final = Instrument(symbol=X, currency="USD", tick="0.5", lot="1")
Asked = tuple[Side, int | Decimal, Terms]
"""An order for a quantity, or for an amount of money."""
Step = MarketUpdate | Asked | SecurityStatus | SessionChange


class Plain(PaperBroker):
    """A paper broker that takes market and limit orders."""

    def capabilities(self) -> Capabilities:
        """Give what is left of its capabilities."""
        can = super().capabilities()
        pairs = frozenset(pair for pair in can.order_types if pair[0] in {Market, Limit})
        return evolve(can, order_types=pairs)


def prices() -> st.SearchStrategy[Decimal]:
    return st.integers(190, 210).map(lambda number: Decimal(number) / 2)


def terms() -> st.SearchStrategy[Terms]:
    kinds, px = st.sampled_from(TriggerPriceType), prices()
    offsets = st.one_of(
        st.builds(Offset, st.integers(1, 6).map(lambda number: Decimal(number) / 2)),
        st.builds(Offset, st.integers(1, 4), st.just(PegOffsetType.TICKS)),
        st.builds(Offset, st.integers(1, 3), st.just(PegOffsetType.PERCENTAGE)),
    )
    return st.one_of(
        st.builds(Stop, px, kinds),
        st.builds(StopLimit, px, px, kinds),
        st.builds(MarketIfTouched, px, kinds),
        st.builds(LimitIfTouched, px, px, kinds),
        st.builds(TrailingStop, offsets, kinds, st.none() | px),
        st.builds(TrailingStopLimit, offsets, offsets, kinds, st.none() | px),
    )


def updates() -> st.SearchStrategy[MarketUpdate]:
    sizes = st.sampled_from([0, 3, 10, 50])
    sides = st.tuples(st.none() | prices(), sizes)
    spreads = st.sampled_from([Decimal("0.5"), Decimal(1), Decimal(0), Decimal(-1)])
    return st.one_of(
        st.builds(
            lambda bid, spread, size, other: Quote(X, 0, bid, size, bid + spread, other),
            prices(),
            spreads,
            sizes,
            sizes,
        ),
        sides.map(lambda bid: Quote(X, 0, bid[0], bid[1] if bid[0] is not None else 0, None, 0)),
        st.builds(lambda px, size: TradePrint(X, 0, px, size), prices(), sizes),
        st.builds(lambda px: MarkPrice(X, 0, px), prices()),
    )


def steps(
    kinds: st.SearchStrategy[Terms] | None = None, qtys: st.SearchStrategy[int | Decimal] | None = None
) -> st.SearchStrategy[list[Step]]:
    """Orders, a market that walks, and now and then an update from anywhere."""
    asked = st.tuples(
        st.sampled_from([Side.BUY, Side.SELL]),
        st.integers(1, 8) if qtys is None else qtys,
        terms() if kinds is None else kinds,
    )
    walks = st.integers(-4, 4)
    return st.lists(st.one_of(asked, walks, walks, updates()), min_size=15, max_size=50).map(_walked)


def _walked(steps: list[Asked | int | MarketUpdate]) -> list[Step]:
    px, walked = Decimal(100), list[Step]()
    for step in steps:
        if not isinstance(step, int):
            walked.append(step)
            continue
        px += Decimal(step) / 2
        walked.append(Quote(X, 0, px, 20, px + Decimal("0.5"), 20))
        walked.append(TradePrint(X, 0, px, 10))
        walked.append(MarkPrice(X, 0, px))
    return walked


def fills(broker: PaperBroker, played: list[Step], worked_by: WorkedBy) -> dict[int, list[tuple[Any, ...]]]:
    """What each order traded, in the order in which it did."""
    traded: dict[int, list[tuple[Any, ...]]] = {}
    with OrderManager(brokers=[broker], store=MemoryEventStore(), clock=ManualClock()) as om:
        om.on(
            Traded,
            lambda event: traded.setdefault(event.order_id, []).append((event.last_qty, event.last_px)),
        )
        for step in played:
            if isinstance(step, SessionChange):
                om.session(step)
            elif isinstance(step, tuple):
                side, qty, wanted = step
                cash = None if isinstance(qty, int) else qty
                order = om.submit(
                    X, side, qty if cash is None else None, wanted, tif=GTC, cash_order_qty=cash
                )
                if order.reasons:
                    # A venue cancels one that finds nothing to take.
                    assert isinstance(wanted, MarketToLimit)
                    assert worked_by is WorkedBy.OMS
                    continue
                assert order.worked_by is worked_by
            else:
                om.update(step)
        assert check_state(om.state) == ()
    return traded


def pegs() -> st.SearchStrategy[Terms]:
    halves = st.integers(-3, 3).map(lambda number: Decimal(number) / 2)
    moves = st.integers(0, 3).map(lambda number: Decimal(number) / 2)
    return st.builds(Pegged, st.sampled_from(PegPriceType), halves, st.none() | prices(), moves)


@settings(max_examples=120, deadline=None)
@given(steps(pegs()))
def test_pegged_orders_give_the_same_fills_native_and_held(played: list[Step]) -> None:
    """The fills of each order are equal, whoever moves it."""
    native = fills(PaperBroker([INSTRUMENT]), played, WorkedBy.VENUE)
    held = fills(Plain([INSTRUMENT]), played, WorkedBy.OMS)

    assert held == native


def market() -> st.SearchStrategy[list[Step]]:
    moves = st.lists(st.one_of(st.integers(-4, 4), updates()), max_size=12)
    return moves.map(lambda steps: _walked([*steps]))


@settings(max_examples=200, deadline=None)
@given(market(), st.sampled_from([Side.BUY, Side.SELL]), st.integers(1, 30), market())
def test_a_market_to_limit_order_gives_the_same_fills_native_and_held(
    before: list[Step], side: Side, qty: int, after: list[Step]
) -> None:
    """The fills are equal, whoever gives it its limit; where it finds nothing to take there are none."""
    played = [*before, (side, qty, MarketToLimit()), *after]
    native = fills(PaperBroker([INSTRUMENT]), played, WorkedBy.VENUE)
    held = fills(Plain([INSTRUMENT]), played, WorkedBy.OMS)

    assert held == native


@settings(max_examples=120, deadline=None)
@given(steps())
def test_the_same_terms_give_the_same_fills_native_and_held(played: list[Step]) -> None:
    """The fills of each order are equal, whoever works it."""
    native = fills(PaperBroker([INSTRUMENT]), played, WorkedBy.VENUE)
    held = fills(Plain([INSTRUMENT]), played, WorkedBy.OMS)

    assert held == native


@settings(max_examples=100, deadline=None)
@given(steps(qtys=st.integers(50, 1500).map(Decimal)))
def test_amounts_of_money_give_the_same_fills_native_and_held_where_the_venue_takes_them(
    played: list[Step],
) -> None:
    """The fills of each order are equal, and none costs more than its money."""
    native = fills(PaperBroker([INSTRUMENT]), played, WorkedBy.VENUE)
    held = fills(Plain([INSTRUMENT]), played, WorkedBy.OMS)

    assert held == native
    asked = [step for step in played if isinstance(step, tuple)]
    for order_id, traded in native.items():
        side, money, _ = asked[order_id - 1]
        assert side is Side.SELL or sum(qty * px for qty, px in traded) <= money


HALT: Final = SecurityStatus(X, 0, SecurityTradingStatus.TRADING_HALT)
RESUME: Final = SecurityStatus(X, 0, SecurityTradingStatus.RESUME)


@settings(max_examples=80, deadline=None)
@given(steps(terms() | pegs()), market(), market())
def test_a_halt_gives_the_same_fills_native_and_held(
    before: list[Step], halt: list[Step], after: list[Step]
) -> None:
    """The fills of each order are equal, whatever is quoted and printed while trading is halted."""
    played = [*before, HALT, *halt, RESUME, *after]
    native = fills(PaperBroker([INSTRUMENT]), played, WorkedBy.VENUE)
    held = fills(Plain([INSTRUMENT]), played, WorkedBy.OMS)

    assert held == native


CLOSED: Final = SessionChange(0, SessionPhase.CLOSED, "20260105")
OPENED: Final = SessionChange(0, SessionPhase.OPEN, "20260106")


@settings(max_examples=80, deadline=None)
@given(steps(), market(), market())
def test_a_night_between_two_sessions_gives_the_same_fills_native_and_held(
    before: list[Step], night: list[Step], after: list[Step]
) -> None:
    """The fills of each order are equal, whatever is printed while the session is closed."""
    played = [*before, CLOSED, *night, OPENED, *after]
    native = fills(PaperBroker([INSTRUMENT]), played, WorkedBy.VENUE)
    held = fills(Plain([INSTRUMENT]), played, WorkedBy.OMS)

    assert held == native
