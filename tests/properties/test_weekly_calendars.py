"""Whatever a zone's clocks do, the sessions of a week follow each other."""

from __future__ import annotations

from datetime import date, time
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from oms.calendars.walking import sessions
from oms.calendars.weekly import Hours, WeeklyCalendar

ZONES = ("America/New_York", "Europe/Berlin", "Atlantic/Azores", "America/Havana", "Australia/Lord_Howe")
MINUTES = st.integers(0, 3 * 60).map(lambda minutes: time(minutes // 60, minutes % 60))


@settings(max_examples=50)
@given(
    st.sampled_from(ZONES),
    MINUTES,
    MINUTES,
    st.lists(MINUTES, min_size=4, max_size=4, unique=True),
    st.booleans(),
)
def test_whatever_the_clocks_do_sessions_follow_each_other_and_breaks_lie_within(
    zone: str,
    opening: time,
    close: time,
    marks: list[time],
    goes_on: bool,
) -> None:
    first, second, third, fourth = sorted(marks)
    breaks = tuple(one for one in ((first, second), (third, fourth)) if one[0] > opening)
    if goes_on and close <= opening:
        hours = Hours(open=opening, close=close, close_day=1, breaks=breaks)
    else:
        hours = Hours(open=opening, close=time(23, 30), breaks=breaks)
    calendar = WeeklyCalendar("any", zone, dict.fromkeys(range(7), hours))
    known = list(sessions(calendar, date(2025, 12, 30), date(2027, 1, 2)))
    assert len(known) == 369
    assert all(one.close_ns <= after.open_ns for one, after in pairwise(known))
    for one in known:
        marks_ns = [one.open_ns, *(at for each in one.breaks for at in each), one.close_ns]
        assert marks_ns == sorted(marks_ns)
