"""Orders that their venue does not take are held here, and sent as something plainer once their price has come."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from oms.codec.event_codec import decode, encode
from oms.engine.engine import Engine
from oms.engine.fingerprint import describe
from oms.engine.inputs import Start, TimerDue
from oms.engine.snapshot import dump, load
from oms.engine.state import State
from oms.model import events as ev
from oms.model.capabilities import Capabilities
from oms.model.commands import EngageKillSwitch, MassCancel, SubmitOrder
from oms.model.enums import (
    HeldPolicy,
    Life,
    OrdStatus,
    SessionPhase,
    Side,
    TriggerPriceType,
    WorkedBy,
)
from oms.model.ids import BrokerName, OrderId, Symbol
from oms.model.instructions import Instructions
from oms.model.limits import RiskLimits
from oms.model.market import MarketUpdate, MarkPrice, Quote, TradePrint
from oms.model.offset import Offset
from oms.model.reasons import ReasonCode
from oms.model.requests import NewOrderSingle
from oms.model.sessions import SessionChange
from oms.model.terms import (
    Limit,
    LimitIfTouched,
    Market,
    MarketIfTouched,
    Stop,
    StopLimit,
    Strategy,
    Terms,
    TrailingStop,
    TrailingStopLimit,
)
from oms.model.time_in_force import DAY, GTC, Day, GoodForTime, GoodTillCancel, GoodTillTime, TimeInForce
from oms.model.triggers import Trigger, TriggerHit, if_touched
from oms.order_types.limit import LimitHandler
from oms.order_types.market import MarketHandler
from oms.order_types.registry import default_handlers
from oms.order_types.stop import StopHandler
from oms.order_types.strategy import StrategyHandler
from oms.order_types.trigger_book import TriggerBook
from oms.projections.positions import Positions
from tests.fakes import AAPL, BTC, T0, S
from tests.unit.engine.desk import MAIN, OFF, PAPER, SYMBOL, TIMEOUT_NS, Desk, kinds

PAIRS: frozenset[Any] = frozenset(
    (terms, tif) for terms in (Market, Limit) for tif in (Day, GoodTillCancel, GoodTillTime)
)
PLAIN = Capabilities(order_types=PAIRS, amendable=frozenset({"order_qty", "price"}))
BID_ASK, MID, MARK = TriggerPriceType.BID_ASK, TriggerPriceType.MID, TriggerPriceType.MARK
DOUBLE_LAST = TriggerPriceType.DOUBLE_LAST


def desk(limits: RiskLimits = OFF, **can: Any) -> Desk:  # noqa: ANN401  # whatever a broker can do
    """A desk whose only broker takes market and limit orders."""
    return Desk(limits, can={"paper": evolve(PLAIN, **can)})


def trade(px: int | str, size: int = 100) -> TradePrint:
    return TradePrint(SYMBOL, T0, px, size)


def quote(bid: int | str | None, ask: int | str | None, size: int = 100) -> Quote:
    return Quote(SYMBOL, T0, bid, size, ask, size)


def mark(px: int | str) -> MarkPrice:
    return MarkPrice(SYMBOL, T0, px)


def hold(of: Desk, terms: Terms, side: Side = Side.SELL, tif: TimeInForce = DAY) -> tuple[ev.Event, ...]:
    return of.submit(side=side, qty=10, terms=terms, tif=tif)


def sent(of: Desk) -> list[Terms]:
    return [request.terms for request in of.sent if isinstance(request, NewOrderSingle)]


def test_a_stop_that_the_venue_does_not_take_is_held_and_released_as_a_market_order() -> None:
    here = desk()

    assert kinds(hold(here, Stop(95))) == ["OrderCreated", "OrderHeld"]

    order = here.order()
    assert (order.life, order.status, order.worked_by) == (Life.UNSENT, OrdStatus.UNSENT, WorkedBy.OMS)
    assert here.sent == []
    assert here.tell(trade("95.01")) == ()
    at = (here.version + 1, 1, ev.Cause("TradePrint", "market"), here.version + 1, T0)
    events = here.tell(trade(94))
    assert events[0] == ev.OrderReleased(
        *at, OrderId(1), Market(), Decimal(95), Decimal(94), T0, leaves_qty=Decimal(10)
    )
    assert kinds(events) == ["OrderReleased", "OrderSubmitted"]
    assert sent(here) == [Market()]
    assert (order.terms, order.given_terms, order.worked_by) == (Market(), Stop(95), WorkedBy.OMS)
    assert order.life is Life.SENT
    assert here.tell(trade(90)) == ()


BECOMES: dict[str, tuple[Side, Terms, list[MarketUpdate], Terms]] = {
    "a stop to buy": (Side.BUY, Stop(105), [trade("104.99"), trade(106)], Market()),
    "a stop limit": (Side.SELL, StopLimit(95, "94.50"), [trade(95)], Limit("94.50")),
    "a market if touched": (Side.SELL, MarketIfTouched(105), [trade("104.99"), trade(105)], Market()),
    "a limit if touched": (Side.BUY, LimitIfTouched(95, 96), [trade("95.01"), trade(94)], Limit(96)),
    "a trailing stop": (Side.SELL, TrailingStop(Offset(2)), [trade(100), trade(103), trade(101)], Market()),
    "a trailing stop limit": (
        Side.SELL,
        TrailingStopLimit(Offset(2), Offset("0.50")),
        [trade(100), trade(103), trade("100.90")],
        Limit("100.50"),
    ),
    "one by bid and ask": (
        Side.SELL,
        Stop(95, BID_ASK),
        [trade(94), quote(94, None), quote(96, 94), quote(94, "94.02")],
        Market(),
    ),
    "one by the mid": (Side.SELL, Stop(95, MID), [quote(95, "95.02"), quote("94.99", "95.01")], Market()),
    "one by the mark": (Side.SELL, Stop(95, MARK), [trade(90), quote(90, 91), mark(95)], Market()),
    "one by two trades": (
        Side.SELL,
        Stop(95, DOUBLE_LAST),
        [trade(99), trade(94), trade(96), trade(94), trade("94.50")],
        Market(),
    ),
}


@pytest.mark.parametrize(("side", "terms", "path", "becomes"), BECOMES.values(), ids=BECOMES)
def test_what_is_held_is_released_by_the_last_of_these_updates(
    side: Side, terms: Terms, path: list[MarketUpdate], becomes: Terms
) -> None:
    here = desk(amendable=frozenset())
    hold(here, terms, side)

    for update in path[:-1]:
        assert not {"OrderReleased"} & set(kinds(here.tell(update)))
    here.tell(path[-1])

    assert sent(here) == [becomes]


def test_what_the_venue_takes_is_sent_as_it_is() -> None:
    here = desk(order_types=PAIRS | {(Stop, Day)}, trigger_prices=frozenset({TriggerPriceType.LAST}))

    assert kinds(hold(here, Stop(95))) == ["OrderCreated", "OrderSubmitted"]
    assert here.order().worked_by is WorkedBy.VENUE
    # The kind of price is none of the venue's.
    assert kinds(hold(here, Stop(95, MID))) == ["OrderCreated", "OrderHeld"]


def test_what_would_become_of_it_must_be_taken_too() -> None:
    here = desk(order_types=frozenset({(Limit, Day)}))

    *_, denied = hold(here, Stop(95))

    assert isinstance(denied, ev.OrderDenied)
    assert [(one.field, one.value) for one in denied.reasons] == [
        ("terms and time_in_force", "Stop Day"),
        ("terms and time_in_force", "Market Day"),
    ]


@pytest.mark.parametrize(
    "asked", [Instructions(post_only=True), Instructions(all_or_none=True), Instructions(min_qty=5)]
)
def test_no_instruction_is_emulated(asked: Instructions) -> None:
    here = desk()

    *_, denied = here.tell(
        SubmitOrder(SYMBOL, Side.SELL, 10, StopLimit(95, 94), DAY, MAIN, instructions=asked)
    )

    assert isinstance(denied, ev.OrderDenied)
    assert [reason.field for reason in denied.reasons] == ["terms and time_in_force", "instructions"]


class Fade(MarketHandler):
    """Sells into a rise to the price that it is given, with a limit there."""

    def trigger(self, order: SubmitOrder) -> Trigger | None:
        assert isinstance(order.terms, Strategy)
        px = order.terms.parameter("px")
        return None if px is None else if_touched(order.side, px)

    def released(self, order: SubmitOrder, hit: TriggerHit) -> Terms:
        return Limit(hit.trigger_px)


def test_an_order_type_of_somebodys_own_can_be_held() -> None:
    handlers = {
        **default_handlers(),
        Strategy: StrategyHandler({"fade": Fade(), "plain": MarketHandler()}),
    }
    here = Desk(can={"paper": PLAIN}, handlers=handlers)

    assert kinds(hold(here, Strategy("fade", {"px": 105}))) == ["OrderCreated", "OrderHeld"]
    assert kinds(hold(here, Strategy("fade"))) == ["OrderCreated", "OrderDenied"]
    assert kinds(hold(here, Strategy("plain"))) == ["OrderCreated", "OrderDenied"]
    here.tell(trade(106))
    assert sent(here) == [Limit(105)]


def test_what_it_becomes_needs_a_handler_too() -> None:
    here = Desk(can={"paper": PLAIN}, handlers={Stop: StopHandler(), Limit: LimitHandler()})

    assert kinds(hold(here, Stop(95))) == ["OrderCreated", "OrderDenied"]


def test_a_cancel_ends_it_here_and_asks_nobody() -> None:
    here = desk()
    hold(here, Stop(95))

    assert kinds(here.cancel()) == ["OrderCanceled"]

    assert here.sent == []
    assert here.tell(trade(90)) == ()
    assert here.order().is_ended


def test_a_replace_changes_it_here() -> None:
    here = desk()
    hold(here, Stop(95))

    assert kinds(here.replace(stop_px=97, order_qty=5, time_in_force=GTC)) == ["OrderAmended"]

    order = here.order()
    assert (order.terms, order.order_qty, order.leaves_qty, order.time_in_force) == (
        Stop(97),
        Decimal(5),
        Decimal(5),
        GTC,
    )
    assert here.sent == []
    here.tell(trade(97))
    assert sent(here) == [Market()]


DENIED_REPLACES: dict[str, dict[str, Any]] = {
    "off the grid": {"stop_px": "95.001"},
    "a price that it has not": {"price": 90},
    "no change": {"stop_px": 95},
    "a time in force that the venue does not take": {"time_in_force": GoodTillTime(T0 - 1)},
}


@pytest.mark.parametrize("change", DENIED_REPLACES.values(), ids=DENIED_REPLACES)
def test_a_replace_that_cannot_be_changes_nothing(change: dict[str, Any]) -> None:
    here = desk()
    hold(here, Stop(95))

    assert kinds(here.replace(**change)) == ["ReplaceDenied"]
    here.tell(trade(95))
    assert sent(here) == [Market()]


def test_a_mass_cancel_means_what_is_held_too() -> None:
    here = desk()
    hold(here, Stop(95))
    hold(here, Stop(94))
    here.submit(symbol="BTC-USD", side=Side.SELL, qty=1, terms=Stop(90))

    events = here.tell(MassCancel(symbol=SYMBOL, broker=BrokerName("paper")))

    assert kinds(events) == ["MassCancelRequested", "OrderCanceled", "OrderCanceled"]
    assert list(here.engine.state.held_orders.orders) == [3]
    assert kinds(here.tell(MassCancel(broker=BrokerName("other")))) == ["MassCancelRequested"]


def test_while_the_kill_switch_is_engaged_it_is_denied_and_not_released() -> None:
    here = desk()
    hold(here, Stop(95))
    here.tell(EngageKillSwitch("enough", "risk"))

    events = here.tell(trade(94))

    assert kinds(events) == ["OrderReleased", "OrderDenied", "AnomalyRaised"]
    assert here.sent == []
    assert [reason.code for reason in here.order().reasons] == [ReasonCode.KILL_SWITCH]


def test_a_limit_at_its_release_denies_it() -> None:
    here = desk(evolve(OFF, max_open_orders=1))
    hold(here, Stop(95))
    hold(here, Stop(95))

    events = here.tell(trade(94))

    denied = ["OrderReleased", "OrderDenied", "AnomalyRaised"]
    assert kinds(events) == ["OrderReleased", "OrderSubmitted", *denied]
    assert here.order(2).reasons[0].code is ReasonCode.MAX_OPEN_ORDERS


def test_a_day_order_that_is_held_ends_with_the_day() -> None:
    here = desk()
    hold(here, Stop(95))
    hold(here, Stop(95), tif=GTC)

    events = here.tell(SessionChange(T0, SessionPhase.CLOSED, "20260105"))

    assert kinds(events) == ["SessionChanged", "OrderExpired"]
    assert here.order(1).life is Life.EXPIRED
    assert list(here.engine.state.held_orders.orders) == [2]


def session(phase: SessionPhase, symbol: str | None = None, date: str = "20260105") -> SessionChange:
    return SessionChange(T0, phase, date, None if symbol is None else Symbol(symbol))


@pytest.mark.parametrize("terms", [Stop(95), StopLimit(95, 94), TrailingStop(Offset(5))])
def test_no_price_counts_while_the_session_is_closed(terms: Terms) -> None:
    here = desk()
    hold(here, terms, tif=GTC)
    here.tell(trade(100))
    here.tell(session(SessionPhase.CLOSED))

    assert [here.tell(trade(94)), here.tell(trade(90)), here.tell(quote(90, 91))] == [(), (), ()]

    assert kinds(here.tell(session(SessionPhase.OPEN, date="20260106"))) == ["SessionChanged"]
    assert here.tell(trade(96)) == ()
    assert kinds(here.tell(trade(95))) == ["OrderReleased", "OrderSubmitted"]


def test_no_trail_moves_while_the_session_is_closed() -> None:
    here = desk()
    hold(here, TrailingStop(Offset(5)), tif=GTC)
    here.tell(trade(100))
    here.tell(session(SessionPhase.CLOSED))
    assert here.tell(trade(110)) == ()
    here.tell(session(SessionPhase.OPEN, date="20260106"))

    assert here.tell(trade(96)) == ()
    assert kinds(here.tell(trade(95))) == ["OrderReleased", "OrderSubmitted"]


def test_an_instrument_of_its_own_session_is_closed_alone() -> None:
    here = desk()
    hold(here, Stop(95), tif=GTC)
    here.tell(session(SessionPhase.CLOSED, "MSFT"))
    here.tell(session(SessionPhase.CLOSED, SYMBOL))
    assert here.tell(trade(94)) == ()
    here.tell(session(SessionPhase.OPEN, SYMBOL))
    assert kinds(here.tell(trade(94))) == ["OrderReleased", "OrderSubmitted"]

    hold(here, Stop(95), tif=GTC)
    here.tell(session(SessionPhase.CLOSED))
    here.tell(session(SessionPhase.OPEN, SYMBOL))
    assert kinds(here.tell(trade(94))) == ["OrderReleased", "OrderSubmitted"]


def test_that_it_is_closed_is_known_after_a_restart() -> None:
    here = desk()
    hold(here, Stop(95), tif=GTC)
    here.tell(session(SessionPhase.CLOSED))

    new = again(here)

    assert new.tell(trade(94)) == ()
    new.tell(session(SessionPhase.OPEN, date="20260106"))
    assert kinds(new.tell(trade(94))) == ["TriggerMissed", "OrderReleased", "OrderSubmitted"]


def test_what_is_good_for_some_time_has_the_rest_of_it_once_it_is_released() -> None:
    here = desk(order_types=PAIRS | {(Limit, GoodForTime)})
    hold(here, StopLimit(95, 94), tif=GoodForTime(10))
    here.now_ns = T0 + 9 * 10**9 + 1

    assert kinds(here.tell(trade(94))) == ["OrderAmended", "OrderReleased", "OrderSubmitted"]

    (request,) = (one for one in here.sent if isinstance(one, NewOrderSingle))
    assert request.time_in_force == here.order().time_in_force == GoodForTime("0.999999999")
    assert here.engine.state.timers.expiries.known[OrderId(1)].due_ns == T0 + 10 * 10**9


def test_what_is_released_at_once_has_all_of_its_time() -> None:
    here = desk(order_types=PAIRS | {(Limit, GoodForTime)})
    hold(here, StopLimit(95, 94), tif=GoodForTime(10))

    assert kinds(here.tell(trade(94))) == ["OrderReleased", "OrderSubmitted"]
    assert here.order().time_in_force == GoodForTime(10)


def test_the_clock_ends_what_is_held_to_the_nanosecond() -> None:
    here = desk()
    hold(here, Stop(95), tif=GoodTillTime(T0 + 5))
    assert here.next_due_ns == T0 + 5

    here.now_ns = T0 + 5
    events = here.tell(TimerDue())

    assert kinds(events) == ["OrderExpired"]
    assert here.sent == []


def test_a_released_order_is_its_venues_to_end() -> None:
    here = desk()
    hold(here, Stop(95), tif=GoodTillTime(T0 + 5 * S))
    here.tell(trade(94))

    assert here.engine.state.timers.expiries.known[OrderId(1)].ask_ns == T0 + 5 * S + TIMEOUT_NS


# ---------------------------------------------------------------- after a restart


def again(of: Desk, policy: HeldPolicy = HeldPolicy.RELEASE) -> Desk:
    """A new engine on the journal, started."""
    new = desk()
    new.engine = Engine({PAPER: PLAIN}, default_handlers())
    new.journal, new.sent = [], []
    new.engine.replay(of.journal)
    assert describe(new.engine.state) == describe(of.engine.state)
    new.journal = list(of.journal)
    new.tell(Start("desk", TIMEOUT_NS, OFF, (AAPL, BTC), after_restart=policy))
    return new


@pytest.mark.slow  # the first to write a row, or to read one, makes its codec
def test_what_is_held_is_in_the_snapshot_and_in_the_journals_lines() -> None:
    here = desk()
    hold(here, Stop(95))
    hold(here, TrailingStop(Offset(2)))
    hold(here, Stop(95, DOUBLE_LAST))
    here.tell(trade(100))
    here.tell(trade(99))
    snapshot = dump(here.engine.state, Positions())
    loaded, read = State(), Engine({PAPER: PLAIN}, default_handlers())

    load(snapshot, loaded, Positions())
    read.replay(map(decode, map(encode, here.journal)))

    assert describe(loaded) == describe(read.state) == describe(here.engine.state)
    assert dump(loaded, Positions()) == snapshot
    assert loaded.held_orders.rows()[1][3] == 100


def test_what_is_held_is_held_after_a_restart() -> None:
    here = desk()
    hold(here, Stop(95))
    hold(here, TrailingStop(Offset(2)))
    for px in (100, 104, 103):
        here.tell(trade(px))

    new = again(here)

    assert new.tell(trade("102.50")) == ()
    assert kinds(new.tell(trade(102))) == ["OrderReleased", "OrderSubmitted"]
    assert new.order(2).life is Life.SENT
    assert kinds(new.tell(trade(95))) == ["OrderReleased", "OrderSubmitted"]


def test_a_trail_moves_the_journal_once_however_many_follow() -> None:
    here = desk()
    for _ in range(5):
        hold(here, TrailingStop(Offset(2)))

    assert kinds(here.tell(trade(100))) == ["TrailsMoved"]
    assert kinds(here.tell(trade(100))) == []
    assert kinds(here.tell(trade("100.01"))) == ["TrailsMoved"]
    assert kinds(here.tell(trade(99))) == []


MISSED: dict[HeldPolicy, list[str]] = {
    HeldPolicy.RELEASE: ["TriggerMissed", "OrderReleased", "OrderSubmitted"],
    HeldPolicy.CANCEL: ["TriggerMissed", "OrderCanceled"],
    HeldPolicy.WAIT: ["TriggerMissed"],
}


@pytest.mark.parametrize("policy", HeldPolicy)
@pytest.mark.parametrize("terms", [Stop(95), TrailingStop(Offset(5))], ids=["a stop", "a trail"])
def test_what_the_first_price_after_a_start_reaches_is_missed(policy: HeldPolicy, terms: Terms) -> None:
    here = desk()
    hold(here, terms)
    here.tell(trade(100))
    new = again(here, policy)
    hold(new, terms)

    assert kinds(new.tell(quote(90, 91))) == []
    events = new.tell(trade(94))

    told = [event for event in events if isinstance(event, ev.OrderEvent) and event.order_id == 1]
    assert [type(event).__name__ for event in told] == MISSED[policy]
    missed = told[0]
    assert isinstance(missed, ev.TriggerMissed)
    assert (missed.trigger_px, missed.px, missed.policy) == (Decimal(95), Decimal(94), policy)
    assert again(new).engine.state.held_orders.orders.keys() == new.engine.state.held_orders.orders.keys()


@pytest.mark.parametrize("terms", [Stop(95), TrailingStop(Offset(5))], ids=["a stop", "a trail"])
def test_what_waits_on_is_released_when_its_price_is_reached_from_the_other_side(terms: Terms) -> None:
    here = desk()
    hold(here, terms)
    here.tell(trade(100))
    new = again(here, HeldPolicy.WAIT)
    new.tell(trade(94))

    for px in (93, 95):
        assert new.tell(trade(px)) == ()
    assert kinds(new.tell(trade("95.01"))) == ["OrderHeld"]
    assert new.tell(trade("95.01")) == ()
    assert kinds(new.tell(trade(95))) == ["OrderReleased", "OrderSubmitted"]


def test_the_first_price_after_a_start_looks_at_no_other_instrument(monkeypatch: pytest.MonkeyPatch) -> None:
    """It asks where the trails of its own instrument stood, and for nothing of all the others that wait."""
    here = desk()
    hold(here, TrailingStop(Offset(5)))
    here.submit(symbol="BTC-USD", side=Side.SELL, qty=1, terms=TrailingStop(Offset(5)))
    here.submit(symbol="BTC-USD", side=Side.SELL, qty=1, terms=Stop(5))
    new = again(here, HeldPolicy.RELEASE)
    asked: list[list[int]] = []

    def water_marks(self: TriggerBook, order_ids: Iterable[OrderId]) -> dict[OrderId, Decimal | None]:
        asked.append(sorted(found := real(self, order_ids)))
        return found

    real = TriggerBook.water_marks
    monkeypatch.setattr(TriggerBook, "water_marks", water_marks)
    monkeypatch.delattr(TriggerBook, "to_rows")

    new.tell(TradePrint(BTC.symbol, T0, 60, 1))
    new.tell(trade(94))
    new.tell(trade(95))
    assert asked == [[2], [1]]


def test_a_trail_that_was_missed_and_has_followed_since_is_no_wider_after_another_restart() -> None:
    here = desk()
    hold(here, TrailingStop(Offset(2)))
    here.tell(trade(100))
    new = again(here, HeldPolicy.WAIT)
    assert kinds(new.tell(trade(97))) == ["TriggerMissed"]
    assert kinds(new.tell(trade(99))) == ["OrderHeld"]
    assert kinds(new.tell(trade(103))) == ["TrailsMoved"]

    newer = again(new, HeldPolicy.RELEASE)

    # Two below 103, and not two below 100.
    assert newer.tell(trade("101.01")) == ()
    assert kinds(newer.tell(trade(101))) == ["OrderReleased", "OrderSubmitted"]


@pytest.mark.parametrize(
    ("terms", "before", "reaches"),
    [
        (Stop(95), trade(96), trade(94)),
        (Stop(95, BID_ASK), quote(96, 97), quote(94, 97)),
        (Stop(95, MARK), mark(96), mark(94)),
    ],
    ids=["a trade", "a quote", "a mark price"],
)
def test_what_is_reached_later_was_not_missed(
    terms: Terms, before: MarketUpdate, reaches: MarketUpdate
) -> None:
    here = desk()
    hold(here, terms)
    new = again(here, HeldPolicy.CANCEL)

    new.tell(before)
    assert kinds(new.tell(reaches)) == ["OrderReleased", "OrderSubmitted"]


def test_what_waits_is_canceled_and_changed_like_any_other() -> None:
    here = desk()
    hold(here, Stop(95))
    hold(here, Stop(95))
    new = again(here, HeldPolicy.WAIT)
    new.tell(trade(94))

    assert kinds(new.cancel(1)) == ["OrderCanceled"]
    assert kinds(new.replace(2, stop_px=93)) == ["OrderAmended"]
    assert kinds(new.tell(trade(93))) == ["OrderReleased", "OrderSubmitted"]


def test_the_second_of_two_prices_after_a_start_may_have_been_missed_too() -> None:
    here = desk()
    hold(here, Stop(95, DOUBLE_LAST))
    new = again(here, HeldPolicy.CANCEL)

    assert new.tell(trade(94)) == ()
    assert kinds(new.tell(trade(94))) == ["TriggerMissed", "OrderCanceled"]


def test_an_instrument_that_is_defined_anew_keeps_who_is_held() -> None:
    here = desk()
    hold(here, Stop(95))
    hold(here, TrailingStop(Offset(2)))
    here.tell(trade(100))
    here.tell(Start("desk", TIMEOUT_NS, OFF, (evolve(AAPL, lot=Decimal(2)), BTC)))
    here.tell(trade(99))

    assert kinds(here.tell(trade(98))) == ["OrderReleased", "OrderSubmitted"]
    assert [row[3] for row in here.engine.state.held_orders.rows()] == [None]
