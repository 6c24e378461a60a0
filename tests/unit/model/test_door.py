"""What the journal could not hold is refused where it would come in, with its value and the remedy."""
# ruff: noqa: ANN401  # cases are data of any kind

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from oms.errors import ValidationError
from oms.model.break_commands import ReconcileBroker
from oms.model.commands import (
    AcknowledgeAnomaly,
    CancelOrder,
    EngageKillSwitch,
    MassCancel,
    ReleaseKillSwitch,
    ReplaceOrder,
    RequestStatus,
    SubmitOrder,
)
from oms.model.contingency import CancelGroup, Leg, SubmitGroup
from oms.model.door import MAX_TIME_NS, OWN_NAMES, KnownAsker, namespace, readable, shown
from oms.model.enums import SessionPhase, Side
from oms.model.ids import Account, BrokerName, OrderId, Symbol
from oms.model.market import Quote, TradePrint
from oms.model.sessions import SessionChange
from oms.model.terms import Market
from oms.model.time_in_force import DAY
from oms.runtime.manual_clock import ManualClock
from tests.fakes import T0, S
from tests.junk import JUNK

AAPL = Symbol("AAPL")
OPEN = SessionPhase.OPEN

TIMED: dict[str, Callable[[Any], Any]] = {
    "a quote": lambda time_ns: Quote(AAPL, time_ns, 1, 1, 2, 1),
    "a trade": lambda time_ns: TradePrint(AAPL, time_ns, 1, 1),
    "a session": lambda time_ns: SessionChange(time_ns, OPEN, "20260105"),
    "the start of a clock": ManualClock,
    "the move of a clock": lambda time_ns: ManualClock().advance_to(time_ns),
}
NO_TIMES = {name: value for name, value in JUNK.items() if not (type(value) is int and value == 0)} | {
    "one past the last": MAX_TIME_NS + 1,
    "a float that is whole": float(T0),
}


@pytest.mark.parametrize("make", TIMED.values(), ids=TIMED)
def test_a_time_is_an_int_that_the_journal_can_hold(make: Callable[[Any], Any]) -> None:
    make(0)
    make(MAX_TIME_NS)
    for junk in NO_TIMES.values():
        with pytest.raises(ValidationError, match="pass nanoseconds UTC as an int") as raised:
            make(junk)
        assert raised.value.field == "time_ns"


def test_a_clock_that_was_refused_a_move_stands_where_it_stood() -> None:
    clock = ManualClock(T0)

    for move in (clock.advance_by, clock.advance_to):
        for junk in NO_TIMES.values():
            if type(junk) is not int or junk > 10**20:
                with pytest.raises(ValidationError):
                    move(junk)

    assert clock.now_ns() == T0


@pytest.mark.parametrize("seconds", [1.0, True, "1", None], ids=repr)
def test_a_clock_moves_by_whole_seconds_alone(seconds: Any) -> None:
    with pytest.raises(ValidationError, match="whole seconds as an int") as raised:
        ManualClock(T0).advance_by(seconds)

    assert (raised.value.field, raised.value.value) == ("seconds", repr(seconds))


def test_a_clock_does_not_leave_the_time_that_there_is() -> None:
    clock = ManualClock(MAX_TIME_NS - S)

    clock.advance_by(1)
    with pytest.raises(ValidationError):
        clock.advance_by(1)
    with pytest.raises(ValidationError):
        ManualClock(datetime(1969, 12, 31, tzinfo=UTC))

    assert clock.now_ns() == MAX_TIME_NS


SESSIONS: dict[str, tuple[dict[str, Any], str]] = {
    "a phase that is a text": ({"phase": "OPEN"}, "phase = 'OPEN': pass a member of SessionPhase"),
    "no phase": ({"phase": None}, "phase = None"),
    "no day": ({"trade_date": None}, "trade_date = None"),
    "a day that is a number": ({"trade_date": 20260105}, "trade_date = 20260105: .* text of 8 digits"),
    "a day with dashes": ({"trade_date": "2026-01-05"}, "trade_date = '2026-01-05'"),
    "a day of the week": ({"trade_date": "2026W011"}, "trade_date = '2026W011'"),
    "a day that no month has": ({"trade_date": "20260230"}, "trade_date = '20260230'"),
    "digits of another alphabet": ({"trade_date": "２０２６０１０５"}, "trade_date"),  # noqa: RUF001
    "a symbol that is a number": ({"symbol": 7}, "symbol = 7: pass a symbol, or None"),
    "a symbol with a space": ({"symbol": "AA PL"}, "symbol = AA PL: use 1 to 24"),
}


@pytest.mark.parametrize(("changed", "said"), SESSIONS.values(), ids=SESSIONS)
def test_a_session_that_cannot_be_is_refused(changed: dict[str, Any], said: str) -> None:
    fields: dict[str, Any] = {"time_ns": T0, "phase": OPEN, "trade_date": "20260105", **changed}

    with pytest.raises(ValidationError, match=said):
        SessionChange(**fields)


def test_a_session_may_be_of_one_symbol_or_of_all() -> None:
    assert SessionChange(T0, OPEN, "20240229", AAPL).symbol == AAPL
    assert SessionChange(T0, OPEN, "20240229").symbol is None


COMMANDS: dict[str, Callable[[Any], Any]] = {
    "submit": lambda by: SubmitOrder(AAPL, Side.BUY, 1, Market(), DAY, Account("main"), asked_by=by),
    "cancel": lambda by: CancelOrder(OrderId(1), by),
    "replace": lambda by: ReplaceOrder(OrderId(1), price=1, asked_by=by),
    "kill": lambda by: EngageKillSwitch("why", by),
    "release": lambda by: ReleaseKillSwitch("why", by),
    "mass cancel": lambda by: MassCancel(asked_by=by),
    "status": lambda by: RequestStatus(OrderId(1), by),
    "group": lambda by: SubmitGroup(Leg("AAPL", Side.BUY, Market(), order_qty=1), Account("main"), None, by),
    "cancel of a group": lambda by: CancelGroup(1, by),
    "reconcile": lambda by: ReconcileBroker(BrokerName("paper"), by),
}
BY_PERSONS: dict[str, Callable[[Any], Any]] = {
    "acknowledge": lambda by: AcknowledgeAnomaly(1, by=by, reason="seen"),
}


@pytest.mark.parametrize("make", COMMANDS.values(), ids=COMMANDS)
def test_who_asks_is_a_text_of_bounded_length(make: Callable[[Any], Any]) -> None:
    assert make("x" * 256).asked_by == "x" * 256
    for junk in [*(value for value in JUNK.values() if type(value) is not str), "x" * 257]:
        with pytest.raises(ValidationError, match="pass a text of at most 256 characters") as raised:
            make(junk)
        assert raised.value.field == "asked_by"


@pytest.mark.parametrize("make", [*COMMANDS.values(), *BY_PERSONS.values()], ids=[*COMMANDS, *BY_PERSONS])
@pytest.mark.parametrize("name", sorted(OWN_NAMES))
def test_nobody_asks_by_a_name_of_the_library(make: Callable[[Any], Any], name: str) -> None:
    with pytest.raises(ValidationError, match=f"= '{name}': another name: the library asks by this one"):
        make(name)
    make(name.upper())

    assert type(CancelOrder(OrderId(1), KnownAsker(name)).asked_by) is str


@pytest.mark.parametrize("make", [EngageKillSwitch, ReleaseKillSwitch])
def test_a_reason_is_a_text_that_says_something(make: Callable[[Any], Any]) -> None:
    assert make("x" * 4096).reason == "x" * 4096
    for junk in [*(value for value in JUNK.values() if type(value) is not str), "", "x" * 4097]:
        with pytest.raises(ValidationError, match="say why, in a text of 1 to 4096 characters") as raised:
            make(junk)
        assert raised.value.field == "reason"


def test_a_namespace_is_a_text_that_can_be_hashed() -> None:
    assert namespace("x" * 64) == "x" * 64
    for junk in [*(value for value in JUNK.values() if type(value) is not str), "", "x" * 65, "\ud800"]:
        with pytest.raises(ValidationError, match="pass a text of 1 to 64 characters"):
            namespace(junk)


def test_a_choice_is_told_by_its_name() -> None:
    assert [readable(Side.SELL_SHORT), shown(Side.SELL_SHORT)] == ["SELL_SHORT", "Side.SELL_SHORT"]
    assert [readable("2"), readable(None)] == ["'2'", "None"]
