"""Times that are named on the command line, and halts among the updates of a market."""

from __future__ import annotations

import pytest

from oms.cli.halting import Moment, halts, moment
from oms.errors import ValidationError
from oms.model.ids import Symbol
from oms.model.market import MarketData, Quote
from oms.model.security_status import SecurityStatus

X = Symbol("X")
S = 1_000_000_000
DAY_NS = 86_400 * S
# 2018-01-02T14:30:00Z
BEGIN_NS = 1_514_903_400 * S
MIDNIGHT_NS = 1_514_851_200 * S


def told(text: str, *seconds: float) -> list[str]:
    """What is heard, with rows at these seconds after the first: `q` for a row, `H` and `R` for a halt and its end."""
    rows: list[MarketData] = [Quote(X, BEGIN_NS + int(at * S), 1, 1, 2, 1) for at in seconds]
    heard = list(halts(text, X).among(rows))
    times = [one.time_ns for one in heard]
    assert times == sorted(times)
    letters = {"TRADING_HALT": "H", "RESUME": "R"}
    return [
        f"{letters[one.security_trading_status.name] if isinstance(one, SecurityStatus) else 'q'}"
        f"{(one.time_ns - BEGIN_NS) / S:g}"
        for one in heard
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("21:00", Moment(21 * 3_600 * S, is_daily=True)),
        ("00:00:00.5", Moment(S // 2, is_daily=True)),
        ("0", Moment(0, is_daily=False)),
        ("90.25", Moment(90_250_000_000, is_daily=False)),
    ],
)
def test_a_moment(text: str, expected: Moment) -> None:
    assert moment("--done-for-day", text) == expected


def test_a_time_of_day_is_not_before_the_market_begins_and_is_again_the_next_day() -> None:
    noon, begin = Moment(12 * 3_600 * S, is_daily=True), Moment(BEGIN_NS - MIDNIGHT_NS, is_daily=True)
    assert noon.first_ns(BEGIN_NS) == MIDNIGHT_NS + 36 * 3_600 * S
    assert begin.first_ns(BEGIN_NS) == BEGIN_NS
    assert noon.next_ns(5) == 5 + DAY_NS
    once = Moment(3 * S, is_daily=False)
    assert (once.first_ns(BEGIN_NS), once.next_ns(5)) == (BEGIN_NS + 3 * S, None)


@pytest.mark.parametrize(
    ("text", "seconds", "expected"),
    [
        ("1+2", (0, 2, 4), ["q0", "H1", "q2", "R3", "q4"]),
        ("14:30:01+2", (0, 2, 4), ["q0", "H1", "q2", "R3", "q4"]),
        # Before what has the same time.
        ("0+2", (0, 2), ["H0", "q0", "R2", "q2"]),
        # Both between two rows.
        ("1+2", (0, 4), ["q0", "H1", "R3", "q4"]),
        # What begins while another lasts makes it longer, also at its very end, and does not make it shorter.
        ("1+3,2+4", (0, 7), ["q0", "H1", "R6", "q7"]),
        ("1+3,4+1", (0, 7), ["q0", "H1", "R5", "q7"]),
        ("1+5,2+1", (0, 7), ["q0", "H1", "R6", "q7"]),
        ("4+1,1+1", (0, 7), ["q0", "H1", "R2", "H4", "R5", "q7"]),
        # After the last row none begins; one that lasts ends.
        ("5+1", (0, 4), ["q0", "q4"]),
        ("3+5", (0, 4), ["q0", "H3", "q4", "R8"]),
        ("14:30:01+1", (0, 86_403), ["q0", "H1", "R2", "H86401", "R86402", "q86403"]),
        ("1+1", (), []),
    ],
)
def test_halts_among_the_rows_of_a_market(text: str, seconds: tuple[float, ...], expected: list[str]) -> None:
    assert told(text, *seconds) == expected


@pytest.mark.parametrize(
    "text",
    ["", "5", "5+", "+5", "5+0", "5+-1", "-5+1", "25:00+5", "14:30+5,", "14:30:00Z+5", "5+nan", "1e30+1"],
)
def test_what_is_no_halt_is_refused(text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        halts(text, X)
    assert f"--halt = {text or repr(text)}: write START+SECONDS" in str(caught.value)


@pytest.mark.parametrize("text", ["", "noon", "24:00", "-1", "1e30", "inf", "14:30:00+01:00"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        moment("--done-for-day", text)
    assert f"--done-for-day = {text or repr(text)}: write a time of day in UTC" in str(caught.value)
