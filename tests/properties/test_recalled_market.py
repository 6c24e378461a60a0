"""Laws of what was traded while nobody listened, told again."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from oms.model.ids import Symbol
from oms.model.market import TradePrint
from oms.projections.market_tape import MarketTape, Span

AAPL: Final = Symbol("AAPL")
_PRINTS = st.lists(st.tuples(st.integers(0, 100), st.integers(0, 9), st.integers(990, 1_010)), max_size=30)
"""When, how much, and at what price, in the order in which they are heard: some come late."""


def _tape(starts_ns: list[int], *, is_heard: bool) -> tuple[MarketTape, list[Span]]:
    tape = MarketTape(AAPL)
    spans = [tape.open(key, start_ns, 0, is_heard=is_heard) for key, start_ns in enumerate(starts_ns)]
    return tape, spans


@given(
    _PRINTS,
    st.lists(st.integers(1, 120), min_size=1, max_size=4),
    st.integers(0, 30),
    st.integers(0, 120),
)
def test_who_is_told_what_was_traded_knows_what_one_knows_who_heard_it(
    told: list[tuple[int, int, int]], starts_ns: list[int], restart: int, since_ns: int
) -> None:
    """Law: wherever the restart lies, spans from the moment on from which all is told are the same; others stay unknown."""
    prints = [TradePrint(AAPL, time_ns, Decimal(px) / 10, Decimal(size)) for time_ns, size, px in told]
    heard, whole = _tape(starts_ns, is_heard=True)
    again, spans = _tape(starts_ns, is_heard=False)

    again.hear_from(since_ns)
    for number, one in enumerate(prints):
        heard.on_trade(one)
        again.on_trade(one)
        if number == restart:
            now_ns = max(earlier.time_ns for earlier in prints[: number + 1])
            again.begin_until(now_ns)
            heard.begin_until(now_ns)

    for known, span in zip(whole, spans, strict=True):
        assert span.is_heard == (span.start_ns >= since_ns)
        if span.is_heard:
            assert again.traded(span) == heard.traded(known)
            in_it = [one for one in prints if one.time_ns >= span.start_ns]
            assert again.traded(span).qty == sum(one.size for one in in_it)
        else:
            assert span.begun is None
