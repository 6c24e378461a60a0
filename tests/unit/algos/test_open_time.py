"""Schedules over breaks, nights and holidays: slices fall in open time alone, and what is due counts nothing else."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from attrs import evolve

from oms.algos.hours import MAX_SESSIONS, Hours
from oms.algos.open_time import OpenTime, open_time
from oms.algos.scheduled import Shortfall, TargetClose, Twap, Vwap
from oms.algos.schedules import Occasion, slices_of, windows_of
from oms.algos.volume_curve import VolumeCurve
from oms.algos.working import Working
from oms.errors import ValidationError
from oms.model.ids import Symbol
from oms.model.timetable import Timetable
from oms.model.trading_session import TradingSession

D, F = Decimal, Fraction
S = 1_000_000_000
X = Symbol("X")


def session(
    open_s: int, *breaks: tuple[int, int], close_s: int = 90, date: str = "20260105"
) -> TradingSession:
    pauses = tuple((open_s * S + begin * S, open_s * S + end * S) for begin, end in breaks)
    return TradingSession(date, open_s * S, (open_s + close_s) * S, pauses)


MONDAY = session(1000, (30, 60))
TUESDAY = session(2000, (30, 60), date="20260106")
WEEK = Occasion(qty=D(600), lot=D(100), now_ns=1000 * S, sessions=(MONDAY, TUESDAY))


def times(algorithm: Any, occasion: Occasion = WEEK) -> list[tuple[int, int, int]]:  # noqa: ANN401  # any with a schedule
    """From when to when each slice is, in seconds, and how much."""
    return [(one.start_ns // S, one.end_ns // S, int(one.qty)) for one in slices_of(algorithm, occasion, 1)]


def until(end_s: int, start_s: int | None = None, **told: Any) -> Working:  # noqa: ANN401
    return Working(start_time=None if start_s is None else start_s * S, end_time=end_s * S, **told)


def test_the_slices_of_a_twap_go_on_after_the_break() -> None:
    """An hour of sixty seconds without the lunch of thirty: six slices of ten."""
    expected = [
        (1000, 1010, 100), (1010, 1020, 100), (1020, 1030, 100), (1060, 1070, 100), (1070, 1080, 100), (1080, 1090, 100),
    ]  # fmt: skip
    assert times(Twap(working=until(1090), interval=D(10))) == expected
    assert times(Twap(working=until(1090), slices=6)) == expected
    assert times(Twap(working=until(1090), child_qty=D(100))) == expected
    assert times(Shortfall(working=until(1090), slices=6, urgency=1)) == expected


def test_nights_are_not_in_the_window_either() -> None:
    """Two days of sixty seconds: four slices of thirty."""
    assert times(Twap(working=until(2090), slices=4)) == [
        (1000, 1030, 200), (1060, 1090, 200), (2000, 2030, 100), (2060, 2090, 100),
    ]  # fmt: skip
    # It comes at night, and its window ends in the break.
    assert times(Twap(working=until(2050), slices=3), evolve(WEEK, now_ns=1500 * S)) == [
        (2000, 2010, 200), (2010, 2020, 200), (2020, 2030, 200),
    ]  # fmt: skip


def test_a_slice_that_the_market_closes_in_lies_in_its_longer_part() -> None:
    # Sixty seconds in three: the second has ten before the break and ten after it, the earlier of two that are as long.
    assert times(Twap(working=until(1090), slices=3)) == [
        (1000, 1020, 200),
        (1020, 1030, 200),
        (1070, 1090, 200),
    ]
    # From second 15 on there are 45, in three of fifteen; in two, the first has fifteen and then 7.5.
    assert times(Twap(working=until(1090, 1015), slices=2)) == [(1015, 1030, 300), (1067, 1090, 300)]
    # From second 25 on 35: the first of two has five and then 12.5.
    assert times(Twap(working=until(1090, 1025), slices=2)) == [(1060, 1072, 300), (1072, 1090, 300)]


def test_a_window_without_open_time_is_refused() -> None:
    with pytest.raises(ValidationError, match="a window in which the market is open"):
        windows_of(Twap(working=until(1060, 1030), slices=1), WEEK)
    with pytest.raises(ValidationError, match="a window in which the market is open"):
        windows_of(Shortfall(working=until(1900, 1100), slices=1, urgency=1), WEEK)


def test_where_no_session_is_known_all_time_is_open() -> None:
    assert times(Twap(working=until(1090), slices=3), evolve(WEEK, sessions=())) == [
        (1000, 1030, 200), (1030, 1060, 200), (1060, 1090, 200),
    ]  # fmt: skip


def test_sessions_of_which_one_opens_as_the_other_closes_are_one() -> None:
    days = (session(0, close_s=100), session(100, close_s=100, date="20260106"))
    assert open_time(days, 50 * S, 150 * S) == OpenTime(((50 * S, 150 * S),))


def test_risk_is_counted_in_open_time() -> None:
    """The holdings of the paper's example, with its five days cut in two by a night: six seconds are a day."""
    paper = Shortfall(
        working=until(2018),
        slices=5,
        risk_aversion=D("0.000001"),
        volatility=D("0.95"),
        temporary_impact=D("0.0000025"),
        permanent_impact=D("0.00000025"),
        time_unit=D(6),
    )
    days = (session(1000, close_s=12), session(2000, close_s=90, date="20260106"))
    occasion = Occasion(qty=D(1_000_000), lot=D(1), now_ns=1000 * S, sessions=days)
    assert times(paper, occasion) == [
        (1000, 1006, 458_044), (1006, 1012, 252_101), (2000, 2006, 141_957), (2006, 2012, 85_756), (2012, 2018, 62_142),
    ]  # fmt: skip


# Buckets of twenty seconds: the second has ten of them before the break, the third none, the fourth all.
CURVE = VolumeCurve(
    bucket_ns=20 * S,
    length_ns=90 * S,
    shares=(D("0.2"), D("0.2"), D("0"), D("0.2"), D("0.1")),
    opening=D("0.1"),
    closing=D("0.2"),
    days=("20260102",),
    dropped=(),
)
ON_CURVE = evolve(WEEK, curve=CURVE, qty=D(1400))


def test_a_bucket_has_all_of_its_share_in_its_open_time() -> None:
    windows = CURVE.windows(MONDAY, 0, 9_999 * S)
    assert [(one.start_ns // S, one.end_ns // S, one.weight) for one in windows] == [
        (1000, 1020, F(1, 5)), (1020, 1030, F(1, 5)), (1060, 1080, F(1, 5)), (1080, 1090, F(1, 10)),
    ]  # fmt: skip
    # A break within a bucket: 5 and 10 of its 15 open seconds.
    parted = CURVE.windows(session(1000, (5, 10)), 0, 1020 * S)
    assert [(one.start_ns // S, one.end_ns // S, one.weight) for one in parted] == [
        (1000, 1005, F(1, 15)), (1010, 1020, F(2, 15)),
    ]  # fmt: skip


def test_a_vwap_over_two_days_has_the_curve_of_each() -> None:
    """2 : 2 : 2 : 1 on each day, of fourteen lots."""
    assert times(Vwap(working=until(2090)), ON_CURVE) == [
        (1000, 1020, 200), (1020, 1030, 200), (1060, 1080, 200), (1080, 1090, 100),
        (2000, 2020, 200), (2020, 2030, 200), (2060, 2080, 200), (2080, 2090, 100),
    ]  # fmt: skip
    # At an interval: thirty seconds have 2 + 2 before lunch, and 2 + 1 after it.
    assert times(Vwap(working=until(2090), interval=D(30)), ON_CURVE) == [
        (1000, 1030, 400), (1060, 1090, 300), (2000, 2030, 400), (2060, 2090, 300),
    ]  # fmt: skip


def test_the_auctions_of_each_day_are_there() -> None:
    """1, 2 : 2 : 2 : 1, 2 on each day, of twenty lots; each auction at its own moment."""
    whole = Vwap(working=until(2090), in_open=True, in_close=True)
    assert times(whole, evolve(ON_CURVE, qty=D(2000))) == [
        (1000, 1000, 100), (1000, 1020, 200), (1020, 1030, 200), (1060, 1080, 200), (1080, 1090, 100), (1090, 1090, 200),
        (2000, 2000, 100), (2000, 2020, 200), (2020, 2030, 200), (2060, 2080, 200), (2080, 2090, 100), (2090, 2090, 200),
    ]  # fmt: skip


def test_target_close_is_worked_back_over_the_break() -> None:
    """Of a weight of 0.7, half is needed: 0.1, 0.2 and a quarter of the 0.2 before the break: its last 2.5 seconds."""
    target = TargetClose(
        participation_rate=D("0.5"),
        expected_volume=D(5600),
        rate_basis="of_others",  # type: ignore[arg-type]  # as text
        in_close=False,
    )
    assert [one[:2] for one in times(target, ON_CURVE)] == [(1027, 1030), (1060, 1080), (1080, 1090)]


def test_drawn_times_stay_within_open_time() -> None:
    random = Twap(working=until(2090, randomise_time=D(1), seed=7), slices=7)
    for number in range(20):
        for one in slices_of(random, WEEK, number):
            assert MONDAY.is_open_at(one.start_ns) or TUESDAY.is_open_at(one.start_ns)


def test_what_is_due_stands_while_the_market_is_closed() -> None:
    due = Timetable(slices_of(Twap(working=until(2090), slices=4), WEEK, 1)).due
    # 200 and 200 before and after lunch, then 100 and 100.
    assert [int(due(at * S).ideal) for at in (1000, 1015, 1030, 1045, 1060, 1075)] == [
        0,
        100,
        200,
        200,
        200,
        300,
    ]
    assert [int(due(at * S).ideal) for at in (1090, 1500, 2000, 2015)] == [400, 400, 400, 450]
    assert due(1500 * S).least == due(1500 * S).most == 400


# ---------------------------------------------------------------- sessions that are asked for


def told(_: str, time_ns: int) -> TradingSession | None:
    return next((one for one in (MONDAY, TUESDAY) if time_ns < one.close_ns), None)


def test_sessions_are_asked_for_up_to_the_end() -> None:
    hours = Hours(told)
    assert hours.sessions(X, 1000 * S, 1500 * S) == (MONDAY,)
    assert hours.sessions(X, 1000 * S, 2001 * S) == (MONDAY, TUESDAY)
    assert hours.sessions(X, 1000 * S, 9000 * S) == (MONDAY, TUESDAY)
    assert hours.sessions(X, 3000 * S, 9000 * S) == ()
    assert Hours().sessions(X, 0, 9000 * S) == ()
    # Whoever knows one session alone.
    assert Hours(lambda *_: MONDAY).sessions(X, 0, 9000 * S) == (MONDAY,)


def test_too_many_sessions_are_refused() -> None:
    def every_second(_: str, time_ns: int) -> TradingSession:
        return session(time_ns // S, close_s=1)

    with pytest.raises(ValidationError, match=f"within {MAX_SESSIONS} sessions"):
        Hours(every_second).sessions(X, 0, (MAX_SESSIONS + 1) * S)


def test_time_is_counted_on_until_there_is_enough() -> None:
    hours = Hours(told)
    # 50 from second 1010 on: 20 before lunch and 30 after it.
    assert hours.until(X, 1010 * S, 50 * S, 1020 * S).spans == ((1010 * S, 1030 * S), (1060 * S, 1090 * S))
    assert hours.until(X, 1010 * S, 51 * S, 1020 * S).ends(51 * S) == 2001 * S
    # No more is known.
    assert hours.until(X, 2010 * S, 500 * S, 2020 * S).end_ns == 2090 * S
    assert Hours().until(X, 5, 10, 12) == OpenTime(((5, 15),))
    assert hours.until(X, 2500 * S, 10, 12) == OpenTime(((2500 * S, 2500 * S + 10),))


def test_moments_and_open_time() -> None:
    opened = OpenTime(((10, 20), (30, 40)))
    assert opened.length_ns == 20
    assert [opened.before(at) for at in (5, 10, 15, 20, 25, 30, 35, 50)] == [0, 0, 5, 10, 10, 10, 15, 20]
    assert [opened.begins(after) for after in (-1, 0, 5, 10, 15, 20, 25)] == [10, 10, 15, 30, 35, 40, 40]
    assert [opened.ends(after) for after in (-1, 0, 5, 10, 15, 20, 25)] == [10, 10, 15, 20, 35, 40, 40]
    assert opened.longest(15, 33) == (15, 20)
    assert opened.longest(20, 30) == (20, 30)
