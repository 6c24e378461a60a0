"""The leg of a group that waits while another one lies at the venue: an order that is held here. Every figure worked by hand."""
# pyright: reportPrivateUsage=false

from __future__ import annotations

import pytest
from attrs import evolve

from oms.engine.engine import Engine
from oms.engine.fingerprint import describe
from oms.engine.inputs import Start
from oms.engine.snapshot import dump, load
from oms.engine.state import State
from oms.model import events as ev
from oms.model.commands import MassCancel
from oms.model.contingency import Leg, Oto
from oms.model.enums import (
    AnomalyCode,
    ExecType,
    HeldPolicy,
    LegEnd,
    Life,
    PegPriceType,
    SessionPhase,
    Side,
    WorkedBy,
)
from oms.model.ids import BrokerName
from oms.model.offset import Offset
from oms.model.sessions import SessionChange
from oms.model.terms import (
    Limit,
    Market,
    MarketToLimit,
    Pegged,
    Stop,
    StopLimit,
    Terms,
    TrailingStop,
    TrailingStopLimit,
)
from oms.order_types.registry import default_handlers
from oms.projections.positions import Positions
from tests.fakes import AAPL, BTC, CAN_ALL, CAN_MORE, T0
from tests.unit.engine.desk import MAIN, OFF, TIMEOUT_NS, kinds
from tests.unit.engine.floor import Floor, simple


def bracketed(stop: Terms | None = None, can: object = CAN_ALL, **choices: object) -> Floor:
    """A desk with a filled entry (1), the target at the venue (2) and the stop held here (3)."""
    desk = Floor({"paper": can})  # type: ignore[dict-item]  # what a broker can do
    desk.place(simple(**({} if stop is None else {"stop": stop}), **choices))
    desk.new(1)
    desk.fill(1, 100)
    desk.new(2)
    assert desk.order(3).worked_by is WorkedBy.OMS
    desk.news()
    return desk


def started(desk: Floor, policy: HeldPolicy = HeldPolicy.RELEASE, *, has_snapshot: bool = False) -> Floor:
    """Another desk that goes on where one was, after a restart: from its journal, or from a snapshot."""
    can = {BrokerName("paper"): desk.engine._entry.reach(desk.order(2))}
    state = State() if has_snapshot else None
    if state is not None:
        load(dump(desk.engine.state, Positions()), state, Positions())
    other = Floor()
    other.engine = Engine(can, default_handlers(), state)
    if state is None:
        other.engine.replay(desk.journal)
    assert describe(other.engine.state) == describe(desk.engine.state)
    other.journal = list(desk.journal)
    other.tell(Start("desk", TIMEOUT_NS, OFF, (AAPL, BTC), MAIN, 0, policy))
    return other


# ---------------------------------------------------------------- it is an order like others


def test_it_is_kept_equal_to_what_it_protects() -> None:
    desk = bracketed()
    stop = desk.order(3)
    assert [stop.order_qty, stop.terms, stop.life] == [100, Stop(95), Life.UNSENT]

    desk.fill(2, 40, 110)
    assert stop.order_qty == 60

    desk.fill(2, 60, 110)
    assert [stop.life, stop.cum_qty] == [Life.CANCELED, 0]
    assert desk.news() == []


def test_somebody_may_cancel_it_and_it_stays_canceled() -> None:
    desk = bracketed()

    desk.cancel(3)
    desk.print(90)
    desk.fill(2, 40, 110)

    assert desk.order(3).life is Life.CANCELED
    group = desk.engine.state.groups.by_id[1]
    assert [leg.end for leg in group.legs] == [None, LegEnd.WITHDRAWN, None]
    assert [desk.news(), desk.order(2).leaves_qty] == [[], 60]
    assert not [one for one in desk.journal if isinstance(one, ev.AnomalyRaised)]


def test_a_mass_cancel_means_it_too() -> None:
    desk = bracketed()

    desk.tell(MassCancel(asked_by="bot"))

    assert (desk.order(3).life, desk.news()) == (Life.CANCELED, ["cancel 2"])


def test_somebody_may_move_its_price_and_it_stays_moved() -> None:
    desk = bracketed(
        StopLimit(95, 94), CAN_MORE
    )  # This venue takes stops: the stop lies there (2), the target waits (3).
    assert (type(desk.order(2).terms), type(desk.order(3).terms)) == (StopLimit, Limit)
    desk.replace(3, price=112)
    desk.replace(2, stop_px=97)
    desk.replaced(2)
    desk.news()

    desk.quote(110, 111)
    assert desk.news() == []
    desk.quote(112, 113)
    assert desk.news() == ["cancel 2"]
    desk.done(2)
    assert (desk.news(), desk.order(3).terms) == (["new 3: SELL 100 Limit"], Limit(112))

    # While the target has its turn, the stop waits at the price that it was moved to.
    assert desk.order(4).terms == StopLimit(97, 94)


def test_another_quantity_than_its_groups_is_put_right() -> None:
    desk = bracketed()

    desk.replace(3, order_qty=30)

    assert desk.order(3).order_qty == 100


def test_what_cannot_be_is_lost_when_it_is_placed_and_not_when_it_is_needed() -> None:
    desk = Floor()
    group = desk.place(simple())
    desk.new(1)
    # By now its prices go in steps of ten.
    desk.tell(Start("desk", TIMEOUT_NS, OFF, (evolve(AAPL, tick="10"), BTC)))

    desk.fill(1, 100)

    assert desk.order(3).life is Life.DENIED
    assert group.legs[1].end is LegEnd.LOST
    assert [one.code for one in desk.journal if isinstance(one, ev.AnomalyRaised)] == [AnomalyCode.EXIT_LOST]


# ---------------------------------------------------------------- its price is reached


def test_it_is_released_once_what_lies_at_the_venue_is_gone() -> None:
    desk = bracketed()

    said = desk.tell_print(94)
    assert kinds(said) == ["LegReached", "CancelRequested"]
    (reached, _) = said
    assert isinstance(reached, ev.LegReached)
    assert [reached.order_id, reached.terms, reached.trigger_px, reached.px] == [3, Market(), 95, 94]
    desk.fill(2, 40, 110)
    assert desk.order(3).order_qty == 60  # What is left, while the answer is on its way.
    desk.print(99)

    said = desk.done(2)

    assert kinds(said) == ["OrderCanceled", "OrderReleased", "OrderSubmitted"]
    released = said[1]
    assert isinstance(released, ev.OrderReleased)
    assert [released.trigger_px, released.px] == [95, 94]
    assert desk.news() == ["cancel 2", "new 3: SELL 60 Market"]


def test_it_is_released_at_once_where_nothing_lies_at_the_venue() -> None:
    desk = bracketed()
    desk.done(2)  # The venue cancels the target of its own accord.
    desk.news()

    said = desk.tell_print(95)

    assert kinds(said) == ["LegReached", "OrderReleased", "OrderSubmitted"]
    assert desk.news() == ["new 3: SELL 100 Market"]


def test_once_it_is_reached_its_price_cannot_be_changed_and_it_can_be_canceled() -> None:
    desk = bracketed()
    desk.print(95)

    (denied,) = desk.replace(3, stop_px=90)
    assert isinstance(denied, ev.ReplaceDenied)
    assert [(one.field, one.allowed) for one in denied.reasons] == [
        ("stop_px", "no change of prices: its price was reached")
    ]
    desk.cancel(3)
    desk.done(2)

    assert desk.order(3).life is Life.CANCELED
    # The cancel of the target was the group's own, so that it is placed again.
    assert desk.news() == ["cancel 2", "new 4: SELL 100 Limit"]


def test_a_stop_limit_that_another_one_overtakes_waits_anew_for_what_is_left_of_it() -> None:
    desk = bracketed(StopLimit(95, 94))
    desk.quote(99, 100)
    desk.print(95)
    desk.done(2)
    assert desk.news() == ["cancel 2", "new 3: SELL 100 Limit"]
    # The target waits now (4), and comes: the stop's limit order is taken back.
    desk.new(3)
    assert [desk.order(4).terms, desk.order(4).order_qty] == [Limit(110), 100]
    desk.quote(110, 111)
    assert desk.news() == ["cancel 3"]
    # What is left of the stop is a limit order at 94, which waits for a quote that would fill it.
    assert (desk.order(5).terms, desk.order(5).worked_by) == (Limit(94), WorkedBy.OMS)
    desk.done(3)

    assert desk.news() == ["new 4: SELL 100 Limit"]


# ---------------------------------------------------------------- trailing stops


@pytest.mark.parametrize("can", [CAN_ALL, CAN_MORE], ids=["a venue without", "a venue with trailing stops"])
def test_a_trailing_stop_takes_turns_and_is_held_wherever(can: object) -> None:
    desk = bracketed(TrailingStop(Offset(5)), can)
    assert (type(desk.order(2).terms), type(desk.order(3).terms)) == (Limit, TrailingStop)

    for px in (100, 104, 101):
        desk.print(px)
    assert desk.news() == []
    desk.print(99)
    assert desk.news() == ["cancel 2"]
    desk.done(2)

    assert desk.news() == ["new 3: SELL 100 Market"]


def test_a_trailing_stop_limit_lies_where_the_trail_stood_when_it_was_reached() -> None:
    desk = bracketed(TrailingStopLimit(Offset(5), Offset(1)))
    for px in (100, 104, 98):  # The stop stands at 99; 98 is beyond it.
        desk.print(px)
    desk.print(103)
    desk.done(2)

    assert desk.news() == ["cancel 2", "new 3: SELL 100 Limit"]
    assert desk.order(3).terms == Limit(98)


@pytest.mark.slow
@pytest.mark.parametrize("has_snapshot", [False, True], ids=["the journal", "a snapshot"])
def test_a_trail_stands_where_it_stood_after_a_restart(*, has_snapshot: bool) -> None:
    desk = bracketed(TrailingStop(Offset(5)))
    for px in (100, 104):
        desk.print(px)

    other = started(desk, has_snapshot=has_snapshot)
    other.print(100)
    assert other.news() == []
    other.print(99)

    assert other.news() == ["cancel 2"]


# ---------------------------------------------------------------- a restart


@pytest.mark.slow
@pytest.mark.parametrize("has_snapshot", [False, True], ids=["the journal", "a snapshot"])
def test_what_was_reached_before_a_restart_is_released_after_it(*, has_snapshot: bool) -> None:
    desk = bracketed()
    desk.print(95)

    other = started(desk, has_snapshot=has_snapshot)
    other.print(99)
    assert other.news() == ["OrderStatusRequest"]  # The cancel was unanswered.
    other.done(2)

    assert other.news() == ["new 3: SELL 100 Market"]


MISSED = {
    HeldPolicy.RELEASE: (["TriggerMissed", "LegReached", "CancelRequested"], ["cancel 2"], None),
    HeldPolicy.CANCEL: (["TriggerMissed", "OrderCanceled", "LegStopped", "AnomalyRaised"], [], LegEnd.LOST),
    HeldPolicy.WAIT: (["TriggerMissed"], [], None),
}


@pytest.mark.parametrize("policy", HeldPolicy)
def test_what_may_have_been_reached_while_nobody_listened_is_the_policys(policy: HeldPolicy) -> None:
    other = started(bracketed(), policy)

    said = other.tell_print(94)

    assert (kinds(said), other.news(), other.engine.state.groups.by_id[1].legs[1].end) == MISSED[policy]
    # Once the market has come back, the price is reached as ever.
    other.print(96)
    other.print(95)
    assert other.news() == (["cancel 2"] if policy is HeldPolicy.WAIT else [])


def test_an_entry_that_is_held_is_released_like_its_exits() -> None:
    desk = Floor()
    desk.place(simple(entry=Stop(105)))
    assert (desk.order(1).worked_by, desk.news()) == (WorkedBy.OMS, [])

    said = desk.tell_print(105)

    assert kinds(said) == ["LegReached", "OrderReleased", "OrderSubmitted"]
    assert desk.news() == ["new 1: BUY 100 Market"]
    desk.fill(1, 100, 105)
    assert desk.news() == ["new 2: SELL 100 Limit"]


def test_a_cancel_that_is_refused_leaves_what_was_reached_waiting() -> None:
    desk = bracketed()
    desk.print(95)

    desk.refuse_cancel(2)

    # It may still execute at the venue: nothing is sent beside it, and it is not asked again before something executes.
    assert desk.news() == ["cancel 2"]
    desk.fill(2, 40, 110)
    assert desk.news() == ["cancel 2"]
    desk.done(2, ExecType.CANCELED)
    assert desk.news() == ["new 3: SELL 60 Market"]


def test_legs_that_a_quote_releases_are_released_by_it() -> None:
    desk = Floor()
    desk.quote(99, 100)
    entry = Leg("AAPL", Side.BUY, MarketToLimit(), order_qty=100)
    desk.place(Oto(entry, (Leg("AAPL", Side.SELL, Pegged(PegPriceType.MARKET)),)))
    assert (desk.news(), desk.order(1).terms) == (["new 1: BUY 100 Limit"], Limit(100))

    desk.fill(1, 40)
    desk.new(2)
    desk.fill(1, 60)
    desk.replaced(2)
    desk.quote(100, 101)

    assert [type(leg.terms) for leg in desk.engine.state.groups.by_id[1].legs] == [MarketToLimit, Pegged]
    # It follows the bid at its venue.
    assert desk.news() == ["new 2: SELL 40 Limit", "replace 2: 100", "replace 2: 100"]
    assert desk.order(2).outstanding_requests[-1].terms == Limit(100)


# ---------------------------------------------------------------- sessions


def test_no_price_takes_the_resting_exit_back_while_the_session_is_closed() -> None:
    desk = bracketed()
    desk.tell(SessionChange(T0, SessionPhase.CLOSED, "20260105"))

    assert desk.tell_print(94) == ()
    assert (desk.news(), desk.order(3).life) == ([], Life.UNSENT)

    desk.tell(SessionChange(T0, SessionPhase.OPEN, "20260106"))
    assert desk.news() == []
    desk.print(94)
    assert desk.news() == ["cancel 2"]


def test_one_that_was_reached_before_the_close_is_sent_as_the_session_opens() -> None:
    desk = bracketed()
    desk.print(94)
    assert desk.news() == ["cancel 2"]
    desk.tell(SessionChange(T0, SessionPhase.CLOSED, "20260105"))

    desk.done(2)
    assert (desk.news(), desk.order(3).life) == ([], Life.UNSENT)

    desk.tell(SessionChange(T0, SessionPhase.OPEN, "20260106"))
    assert desk.news() == ["new 3: SELL 100 Market"]


def test_the_exits_of_what_traded_in_the_close_are_placed_as_the_session_opens() -> None:
    desk = Floor({"paper": CAN_ALL})
    desk.place(simple())
    desk.new(1)
    desk.news()
    desk.tell(SessionChange(T0, SessionPhase.CLOSED, "20260105"))

    desk.fill(1, 100)
    assert desk.news() == []

    desk.tell(SessionChange(T0, SessionPhase.OPEN, "20260106"))
    assert desk.news() == ["new 2: SELL 100 Limit"]
    assert desk.waiting() == [Stop(95)]
