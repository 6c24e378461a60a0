"""Bars of trades, and longer bars of shorter ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

import pytest

from oms.errors import ValidationError
from oms.feeds.resampling import bars_of, resample
from oms.model.bars import Bar, QuoteBar
from oms.model.ids import Symbol
from oms.model.market import TradePrint

X, Y = Symbol("X"), Symbol("Y")
S = 1_000_000_000


def d(number: str | int) -> Decimal:
    return Decimal(number)


def trade(at_s: int, px: int, size: str | int = 1, symbol: Symbol = X) -> TradePrint:
    return TradePrint(symbol, at_s * S, d(px), d(size))


def bar(
    start_s: int, prices: Sequence[int], volume: int | None = 1, length_s: int = 60, symbol: Symbol = X
) -> Bar:
    opening, high, low, closing = (d(px) for px in prices)
    size = None if volume is None else d(volume)
    return Bar(symbol, (start_s + length_s) * S, start_s * S, opening, high, low, closing, size)


def test_trades_make_a_bar_a_span_and_none_where_nothing_was_traded() -> None:
    trades = [trade(59, 10, 2), trade(60, 11), trade(61, 13, 3), trade(119, 9), trade(119, 12), trade(240, 8)]

    assert list(bars_of(trades, span_s=60)) == [
        bar(0, (10, 10, 10, 10), 2),
        bar(60, (11, 13, 9, 12), 6),
        bar(240, (8, 8, 8, 8), 1),
    ]


def test_a_bar_of_trades_is_given_as_the_first_later_trade_is_heard() -> None:
    heard: list[int] = []

    def stream() -> Iterator[TradePrint]:
        for at_s in (1, 2, 61, 62):
            heard.append(at_s)
            yield trade(at_s, 10)

    first = next(bars_of(stream(), span_s=60))

    assert (first.time_ns, heard) == (60 * S, [1, 2, 61])


def test_longer_bars_are_made_of_shorter_ones() -> None:
    bars = [
        bar(0, (10, 12, 9, 11), 5),
        bar(60, (11, 15, 11, 14), 7),
        bar(240, (14, 14, 8, 9), 1),
        bar(300, (9, 10, 9, 10), 2),
        bar(900, (10, 11, 10, 11), None),
        bar(960, (11, 11, 7, 8), 3),
    ]

    assert list(resample(bars, span_s=300)) == [
        bar(0, (10, 15, 8, 9), 13, 300),
        bar(300, (9, 10, 9, 10), 2, 300),
        bar(900, (10, 11, 7, 8), None, 300),
    ]


def test_spans_may_begin_beside_midnight() -> None:
    bars = [bar(60 * minute, (10, 10, 10, 10)) for minute in (30, 31, 90)]

    longer = list(resample(bars, span_s=3600, offset_s=1800))

    assert [(one.start_ns // S, one.volume) for one in longer] == [(1800, d(2)), (5400, d(1))]


def test_quote_bars_are_joined_a_side_at_a_time() -> None:
    none = (None,) * 4

    def quote_bar(
        start_s: int,
        bids: Sequence[int | None],
        asks: Sequence[int | None],
        sizes: tuple[int | None, int | None],
        length_s: int = 60,
    ) -> QuoteBar:
        b, a = ([None if px is None else d(px) for px in side] for side in (bids, asks))
        bid_size, ask_size = (None if size is None else d(size) for size in sizes)
        end_ns, start_ns = (start_s + length_s) * S, start_s * S
        return QuoteBar(
            X, end_ns, start_ns, b[0], b[1], b[2], b[3], bid_size, a[0], a[1], a[2], a[3], ask_size
        )

    bars = [
        quote_bar(0, (9, 10, 8, 9), none, (1, None)),
        quote_bar(60, (9, 11, 9, 10), (12, 14, 11, 13), (2, 3)),
        quote_bar(120, none, (13, 13, 10, 11), (None, None)),
    ]

    assert list(resample(bars, span_s=180)) == [quote_bar(0, (9, 11, 8, 10), (12, 14, 10, 11), (2, 3), 180)]


def test_nothing_makes_nothing() -> None:
    assert list(bars_of([], span_s=60)) == []
    assert list(resample([], span_s=60)) == []


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "no span": (lambda: list(bars_of([], span_s=0)), "span_s = 0: pass whole seconds"),
    "a span that no day is a multiple of": (lambda: list(resample([], span_s=7)), "span_s = 7"),
    "half a second": (lambda: list(resample([], span_s=0.5)), "span_s = 0.5"),  # type: ignore[arg-type]
    "a day beside midnight": (lambda: list(bars_of([], span_s=60, offset_s=86_400)), "offset_s = 86400"),
    "trades that go back": (
        lambda: list(bars_of([trade(60, 1), trade(59, 1)], span_s=60)),
        "start_ns = 0: times must not fall",
    ),
    "trades of two instruments": (
        lambda: list(bars_of([trade(1, 1), trade(2, 1, symbol=Y)], span_s=60)),
        "symbol = Y: give what is about X alone",
    ),
    "bars that go back": (
        lambda: list(resample([bar(300, (1, 1, 1, 1)), bar(60, (1, 1, 1, 1))], span_s=300)),
        "start_ns = 0: times must not fall",
    ),
    "bars of two instruments": (
        lambda: list(resample([bar(0, (1, 1, 1, 1)), bar(60, (1, 1, 1, 1), symbol=Y)], span_s=300)),
        "symbol = Y",
    ),
    "bars in two spans": (
        lambda: list(resample([bar(0, (1, 1, 1, 1), length_s=90)], span_s=60)),
        "pass a multiple of the bars' own length",
    ),
}


@pytest.mark.parametrize(("ask", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_meant_is_refused(ask: Callable[[], object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        ask()
