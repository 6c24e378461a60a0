"""Makes bars of trades, and longer bars of shorter ones.

Spans are counted from midnight UTC, or from a moment beside it, so that they are the same whatever the first row is. A span
in which nothing happened has no bar. A bar is given once something later is heard, or the stream ends: the last one may be of
a span that was not heard to its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final, TypeVar

from attrs import evolve

from oms.errors import ValidationError
from oms.model.bars import Bar, QuoteBar
from oms.model.decimals import EXACT, ZERO
from oms.model.market import TradePrint

NS_PER_S: Final = 1_000_000_000
DAY_S: Final = 86_400

B = TypeVar("B", bound=Bar | QuoteBar)


def bars_of(trades: Iterable[TradePrint], *, span_s: int, offset_s: int = 0) -> Iterator[Bar]:
    """Give the bars of trades of one instrument.

    Args:
        trades: In time order; anything else that a recording has is to be left out before.
        span_s: How long a bar is to be, in seconds: a part of a day without rest.
        offset_s: How many seconds after midnight UTC a span begins, for spans such as four hours from 14:30 on.

    Raises:
        ValidationError: A span that is none, or trades that go back in time or are of several instruments.
    """
    span_ns, offset_ns = _checked(span_s, offset_s)
    bar: Bar | None = None
    for trade in trades:
        start_ns = _start(trade.time_ns, span_ns, offset_ns)
        px, size = trade.price, trade.size
        if bar is not None and start_ns == bar.start_ns and trade.symbol == bar.symbol:
            assert bar.volume is not None
            volume = EXACT.add(bar.volume, size)
            bar = Bar(
                bar.symbol, bar.time_ns, start_ns, bar.open, max(bar.high, px), min(bar.low, px), px, volume
            )
            continue
        if bar is not None:
            _check_follows(bar, trade.symbol, start_ns)
            yield bar
        bar = Bar(trade.symbol, start_ns + span_ns, start_ns, px, px, px, px, size)
    if bar is not None:
        yield bar


def resample(bars: Iterable[B], *, span_s: int, offset_s: int = 0) -> Iterator[B]:
    """Give longer bars of the bars of one instrument: of trades or of quotes, not of both.

    The volume of a longer bar is not known where that of one of its parts is not; the sizes of a quote bar are those of its
    last part that knows any.

    Args:
        bars: In time order.
        span_s: How long a bar is to be, in seconds: a part of a day without rest.
        offset_s: How many seconds after midnight UTC a span begins.

    Raises:
        ValidationError: A span that is none, bars that go back in time or are of several instruments, or one that lies in two
            spans: it cannot be parted.
    """
    span_ns, offset_ns = _checked(span_s, offset_s)
    made: B | None = None
    for bar in bars:
        start_ns = _start(bar.start_ns, span_ns, offset_ns)
        if bar.time_ns > start_ns + span_ns:
            text = f"a bar from {bar.start_ns} to {bar.time_ns} is not within one span of {span_s} s"
            raise ValidationError("span_s", span_s, f"pass a multiple of the bars' own length; {text}")
        if made is None:
            made = evolve(bar, start_ns=start_ns, time_ns=start_ns + span_ns)
        elif start_ns == made.start_ns and bar.symbol == made.symbol:
            made = _joined(made, bar)
        else:
            _check_follows(made, bar.symbol, start_ns)
            yield made
            made = evolve(bar, start_ns=start_ns, time_ns=start_ns + span_ns)
    if made is not None:
        yield made


def _checked(span_s: int, offset_s: int) -> tuple[int, int]:
    if type(span_s) is not int or span_s <= 0 or DAY_S % span_s:
        raise ValidationError(
            "span_s", span_s, "pass whole seconds of which a day is a multiple, such as 300"
        )
    if type(offset_s) is not int or not 0 <= offset_s < DAY_S:
        raise ValidationError("offset_s", offset_s, "pass whole seconds from 0 to 86399")
    return span_s * NS_PER_S, offset_s * NS_PER_S


def _start(time_ns: int, span_ns: int, offset_ns: int) -> int:
    return time_ns - (time_ns - offset_ns) % span_ns


def _check_follows(made: Bar | QuoteBar, symbol: str, start_ns: int) -> None:
    if symbol != made.symbol:
        raise ValidationError("symbol", symbol, f"give what is about {made.symbol} alone")
    if start_ns < made.start_ns:
        text = f"times must not fall; the span before begins at {made.start_ns}"
        raise ValidationError("start_ns", start_ns, text)


def _joined(made: B, bar: B) -> B:
    if isinstance(made, Bar):
        assert isinstance(bar, Bar)
        return evolve(made, **_bars_joined(made, bar))
    assert isinstance(bar, QuoteBar)
    return evolve(made, **_quote_bars_joined(made, bar))


def _bars_joined(made: Bar, bar: Bar) -> dict[str, Any]:
    known = made.volume is not None and bar.volume is not None
    return {
        "high": max(made.high, bar.high),
        "low": min(made.low, bar.low),
        "close": bar.close,
        "volume": EXACT.add(made.volume or ZERO, bar.volume or ZERO) if known else None,
    }


def _quote_bars_joined(made: QuoteBar, bar: QuoteBar) -> dict[str, Any]:
    return {
        "bid_open": _first(made.bid_open, bar.bid_open),
        "bid_high": _highest(made.bid_high, bar.bid_high),
        "bid_low": _lowest(made.bid_low, bar.bid_low),
        "bid_close": _first(bar.bid_close, made.bid_close),
        "bid_size": _first(bar.bid_size, made.bid_size),
        "ask_open": _first(made.ask_open, bar.ask_open),
        "ask_high": _highest(made.ask_high, bar.ask_high),
        "ask_low": _lowest(made.ask_low, bar.ask_low),
        "ask_close": _first(bar.ask_close, made.ask_close),
        "ask_size": _first(bar.ask_size, made.ask_size),
    }


def _first(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return other if one is None else one


def _highest(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return _first(one, other) if one is None or other is None else max(one, other)


def _lowest(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return _first(one, other) if one is None or other is None else min(one, other)
