"""Laws of schedules over closed time: all of a schedule lies in open time, and it is the schedule of a market that never closes."""

from __future__ import annotations

from decimal import Decimal

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from oms.algos.open_time import OpenTime, open_time
from oms.algos.scheduled import Shortfall, Twap, Vwap
from oms.algos.schedules import Occasion, Scheduled, slices_of, windows_of
from oms.algos.twap import LateStart
from oms.algos.volume_curve import VolumeCurve
from oms.algos.working import Working
from oms.errors import ValidationError
from oms.model.decimals import ZERO
from oms.model.trading_session import TradingSession

LOT = Decimal(100)
CURVE = VolumeCurve(
    bucket_ns=40,
    length_ns=160,
    shares=(Decimal("0.4"), Decimal("0.1"), Decimal("0.3"), Decimal("0.2")),
    opening=ZERO,
    closing=ZERO,
    days=("20260105",),
    dropped=(),
)


@st.composite
def weeks(draw: st.DrawFn) -> tuple[TradingSession, ...]:
    """Up to four sessions of up to three pauses each, some of them right after one another."""
    begin, sessions = 1_000, []
    for _ in range(draw(st.integers(1, 4))):
        begin += draw(st.sampled_from((0, 1, 500)))
        marks = sorted(draw(st.sets(st.integers(1, 159), min_size=6, max_size=6)))
        pauses = [(begin + first, begin + last) for first, last in zip(marks[::2], marks[1::2], strict=True)]
        kept = tuple(pauses[: draw(st.integers(0, 3))])
        sessions.append(TradingSession("20260105", begin, begin + 160, kept))
        begin += 160
    return tuple(sessions)


@st.composite
def algorithms(draw: st.DrawFn, last_ns: int) -> Scheduled:
    start = draw(st.integers(900, last_ns - 1))
    moved = draw(st.sampled_from((Decimal(0), Decimal(1))))
    working = Working(
        start_time=start,
        end_time=draw(st.integers(start + 1, last_ns + 100)),
        randomise_time=moved,
        seed=draw(st.integers(0, 99)) if moved else 0,
    )
    count = draw(st.integers(1, 12))
    match draw(st.integers(0, 4)):
        case 0:
            return Twap(working=working, interval=Decimal(count * 7) / 10**9)
        case 1:
            return Shortfall(working=working, slices=count, urgency=draw(st.integers(1, 5)))
        case 2:
            return Vwap(working=working)
        case 3:
            return Vwap(working=working, interval=Decimal(count * 7) / 10**9)
        case _:
            return Twap(working=working, slices=count)


@given(st.data(), weeks(), st.integers(1, 50), st.integers(0, 99))
def test_all_of_a_schedule_lies_in_open_time(
    data: st.DataObject, sessions: tuple[TradingSession, ...], lots: int, tail: int
) -> None:
    algorithm = data.draw(algorithms(sessions[-1].close_ns))
    working = algorithm.working
    assert working.start_time is not None
    assert working.end_time is not None
    occasion = Occasion(
        qty=lots * LOT + tail, lot=LOT, now_ns=working.start_time, sessions=sessions, curve=CURVE
    )
    try:
        opened = open_time(sessions, working.start_time, working.end_time)
        slices = slices_of(algorithm, occasion, 1)
    except ValidationError:
        return  # No open time, more slices than nanoseconds of it, or none in which the curve has volume.

    assert sum(each.qty for each in slices) == occasion.qty
    assert [each.start_ns for each in slices] == sorted(each.start_ns for each in slices)
    assert len({each.number for each in slices}) == len(slices)
    for each in slices:
        assert any(begin <= each.start_ns < each.end_ns <= end for begin, end in opened.spans)


@given(
    weeks(), st.integers(900, 1_100), st.integers(100, 900), st.integers(0, 99), st.integers(1, 12),
    st.sampled_from(LateStart), st.booleans(), st.booleans(),
)  # fmt: skip
def test_auctions_stand_in_the_order_of_time_and_nothing_that_came_late_is_lost(
    sessions: tuple[TradingSession, ...],
    start: int,
    length: int,
    late_percent: int,
    count: int,
    late_start: LateStart,
    in_open: bool,
    in_close: bool,
) -> None:
    working = Working(start_time=start, end_time=start + length)
    vwap = Vwap(working=working, slices=count, in_open=in_open, in_close=in_close, late_start=late_start)
    now = start + length * late_percent // 100
    curve = evolve(CURVE, opening=Decimal("0.1"), closing=Decimal("0.2"))
    occasion = Occasion(qty=Decimal(5_000), lot=LOT, now_ns=now, sessions=sessions, curve=curve)
    try:
        windows, slices = windows_of(vwap, occasion), slices_of(vwap, occasion, 1)
    except ValidationError:
        return
    spans = [(one.start_ns, one.end_ns) for one in windows]
    assert spans == sorted(spans)
    assert [one.number for one in windows] == list(range(len(windows)))
    moments = {one.open_ns for one in sessions} | {one.close_ns for one in sessions}
    assert all(begin < end or begin in moments for begin, end in spans)

    assert sum(one.qty for one in slices) == occasion.qty
    assert [one.start_ns for one in slices] == sorted(one.start_ns for one in slices)
    assert all(one.end_ns >= now for one in slices)


@given(weeks(), st.integers(1, 40), st.integers(900, 1_700))
def test_a_slice_begins_where_it_would_in_open_time_alone(
    sessions: tuple[TradingSession, ...], count: int, start: int
) -> None:
    """It begins after the same open time as it would in a market that never closes, or lies in the rest of its own open time."""
    end = max(sessions[-1].close_ns, start + 1)
    twap = Twap(working=Working(start_time=start, end_time=end), slices=count)
    occasion = Occasion(qty=LOT, lot=LOT, now_ns=start, sessions=sessions)
    try:
        opened = open_time(sessions, start, end)
        windows = windows_of(twap, occasion)
    except ValidationError:
        return
    whole = opened.length_ns
    for number, each in enumerate(windows):
        first, last = whole * number // count, whole * (number + 1) // count
        assert first <= opened.before(each.start_ns) < opened.before(each.end_ns) <= last
        parts = opened.stretches(opened.begins(first), opened.ends(last))
        assert (each.start_ns, each.end_ns) in parts
        assert each.end_ns - each.start_ns == max(finish - begin for begin, finish in parts)


@given(st.lists(st.integers(0, 200), min_size=2, max_size=12, unique=True), st.integers(0, 200))
def test_moments_and_open_time_are_each_others_inverse(marks: list[int], after: int) -> None:
    marks = sorted(marks)[: len(marks) // 2 * 2]
    opened = OpenTime(tuple(zip(marks[::2], marks[1::2], strict=True)))
    inside = min(after, opened.length_ns)
    assert opened.before(opened.begins(inside)) == inside
    assert opened.before(opened.ends(inside)) == inside
    assert opened.ends(inside) <= opened.begins(inside)
