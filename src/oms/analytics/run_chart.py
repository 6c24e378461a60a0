"""The chart of a run: the market, where our orders stood, what they executed, the position and the profit over time.

The page needs nothing but itself: no script, style or font from elsewhere. It is well-formed XML.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final, NamedTuple
from xml.sax.saxutils import escape

from oms.analytics.axes import Axis, number_label, of_numbers, time_label, time_ticks
from oms.analytics.market_trace import Column, MarketTrace
from oms.analytics.order_trace import Line, Mark, OrderTrace
from oms.analytics.page import SCRIPT, STYLE
from oms.model.decimals import EXACT, ZERO, plain
from oms.model.enums import LastLiquidityInd, Side
from oms.model.instrument import Instrument
from oms.model.sessions import to_datetime

WIDTH: Final = 1_200
LEFT: Final = 90
RIGHT: Final = 1_180
HEIGHT: Final = 730
PRICE: Final = (24.0, 400.0)
POSITION: Final = (440.0, 540.0)
PROFIT: Final = (580.0, 690.0)
MAX_MARKS: Final = 20_000
"""How many executions are drawn so that they can be pointed at; the rest are drawn without words."""

_BUY: Final = Side.BUY
_ROLES: Final = {LastLiquidityInd.ADDED: "maker", LastLiquidityInd.REMOVED: "taker"}


class _Worth(NamedTuple):
    """What the run had come to at a moment."""

    time_ns: int
    position: Decimal
    profit: Decimal


def chart_page(
    title: str, market: MarketTrace, orders: OrderTrace, instrument: Instrument, *, summary: str = ""
) -> str:
    """Draw a run as a page of HTML.

    Profit is cash and position at the middle of the market (or the last trade), less the fees that executions report in the
    instrument's currency; times the multiplier. What was busted counts nowhere, and is drawn hollow.

    Args:
        title: What the page is called.
        market: What the market did.
        orders: What the orders of this instrument did.
        instrument: The instrument.
        summary: Text to stand below the chart, as it is.
    """
    columns = market.columns()
    worths = _worths(columns, orders.marks, instrument)
    times = _axis_of_times(columns, orders)
    parts = [
        _price_panel(times, columns, orders),
        _steps_panel(
            "position", POSITION, times, [(one.time_ns, one.position) for one in worths], is_stepped=True
        ),
        _steps_panel(
            f"profit, {instrument.currency}",
            PROFIT,
            times,
            [(one.time_ns, one.profit) for one in worths],
            is_stepped=False,
        ),
        _time_axis(times),
    ]
    view = f'viewBox="0 0 {WIDTH} {HEIGHT}"'
    clip = (
        f'<clipPath id="inside"><rect x="{LEFT}" y="0" width="{RIGHT - LEFT}" height="{HEIGHT}"/></clipPath>'
    )
    scope = f'data-left="{LEFT}" data-right="{RIGHT}" data-start="{int(times.low)}" data-span="{int(times.high - times.low)}"'
    body = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="legend">{_legend(orders)}</p>',
        f'<svg id="chart" {view} xmlns="http://www.w3.org/2000/svg" role="img" {scope}>',
        f"<defs>{clip}</defs>",
        *parts,
        "</svg>",
        '<p id="window" class="legend">Turn the wheel to look closer, drag to move, click twice to see it all.</p>',
        f"<pre>{escape(summary)}</pre>" if summary else "",
        f"<script>{SCRIPT}</script>",
    ]
    head = f'<meta charset="utf-8"/><title>{escape(title)}</title><style>{STYLE}</style>'
    text = "\n".join(filter(None, body))
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>\n<body>\n{text}\n</body></html>\n'


def _axis_of_times(columns: Sequence[Column], orders: OrderTrace) -> Axis:
    moments = [column.start_ns for column in columns[:1]] + [column.end_ns for column in columns[-1:]]
    moments += [mark.time_ns for mark in orders.marks]
    moments += [line.start_ns for line in orders.lines]
    moments += [line.end_ns for line in orders.lines if line.end_ns is not None]
    low, high = (min(moments), max(moments)) if moments else (0, 0)
    return Axis(Decimal(low), Decimal(max(high, low + 1)), LEFT, RIGHT)


def _worths(columns: Sequence[Column], marks: Iterable[Mark], instrument: Instrument) -> list[_Worth]:
    """Give the position and the profit at each execution and at the end of each column."""
    moments: list[tuple[int, int, Column | Mark]] = [(column.end_ns, 1, column) for column in columns]
    moments += [(mark.time_ns, 0, mark) for mark in marks]
    position = cash = ZERO
    px: Decimal | None = None
    worths = []
    for time_ns, _, what in sorted(moments, key=lambda moment: moment[:2]):
        if isinstance(what, Column):
            px = what.px or px
        else:
            position = EXACT.add(position, what.signed_qty)
            cash = EXACT.subtract(cash, _value(what.signed_qty, what.px, instrument))
            if what.currency == instrument.currency and not what.is_busted:
                cash = EXACT.subtract(cash, what.fee)
        at = px if px is not None else what.px if isinstance(what, Mark) else None
        worth = cash if at is None else EXACT.add(cash, _value(position, at, instrument))
        worths.append(_Worth(time_ns, position, worth))
    return worths


def _value(qty: Decimal, px: Decimal, instrument: Instrument) -> Decimal:
    return EXACT.multiply(EXACT.multiply(qty, px), instrument.multiplier)


def _price_panel(times: Axis, columns: Sequence[Column], orders: OrderTrace) -> str:
    prices = [px for column in columns for px in (column.low, column.high) if px is not None]
    prices += [mark.px for mark in orders.marks]
    axis = of_numbers(prices, PRICE[1], PRICE[0])
    lines = [line for line in orders.lines if line.px is not None and axis.low <= line.px <= axis.high]
    stretched = [
        _path("band", _band(columns, times, axis)),
        _path("mid", _mid(columns, times, axis)),
        _path("line buy", _stands((one for one in lines if one.side is _BUY), times, axis)),
        _path("line sell", _stands((one for one in lines if one.side is not _BUY), times, axis)),
        _path("quiet", "".join(_dot(mark, times, axis) for mark in orders.marks[MAX_MARKS:])),
    ]
    marks = [_mark(mark, times, axis) for mark in orders.marks[:MAX_MARKS]]
    refused = [
        _moving(
            "refused",
            times.at(time_ns),
            PRICE[1] - 6,
            "M-4 -4L4 4M-4 4L4 -4",
            f"order {order_id} was refused at {_clock(time_ns)}",
        )
        for time_ns, order_id in orders.refused[:MAX_MARKS]
    ]
    stretch = f'<g class="stretched">{"".join(stretched)}</g>'
    inside = f'<g clip-path="url(#inside)">{stretch}{"".join(marks)}{"".join(refused)}</g>'
    return _frame("price", axis, PRICE) + inside


def _steps_panel(
    name: str,
    place: tuple[float, float],
    times: Axis,
    points: Sequence[tuple[int, Decimal]],
    *,
    is_stepped: bool,
) -> str:
    axis = of_numbers([ZERO, *(number for _, number in points)], place[1], place[0])
    steps = []
    for at, (time_ns, number) in enumerate(points):
        x, y = times.at(time_ns), axis.at(number)
        steps.append(f"M{x} {y}" if not at else f"H{x}V{y}" if is_stepped else f"L{x} {y}")
    zero = f'<line class="zero" x1="{LEFT}" x2="{RIGHT}" y1="{axis.at(ZERO)}" y2="{axis.at(ZERO)}"/>'
    drawn = f'<g clip-path="url(#inside)"><g class="stretched">{_path("worth", "".join(steps))}</g></g>'
    return _frame(name, axis, place) + zero + drawn


def _frame(name: str, axis: Axis, place: tuple[float, float]) -> str:
    height = round(place[1] - place[0], 1)
    box = f'<rect class="frame" x="{LEFT}" y="{place[0]}" width="{RIGHT - LEFT}" height="{height}"/>'
    most = 6 if height > 200 else 4
    labels = [
        f'<line class="grid" x1="{LEFT}" x2="{RIGHT}" y1="{axis.at(tick)}" y2="{axis.at(tick)}"/>'
        f'<text class="number" x="{LEFT - 6}" y="{axis.at(tick) + 4:.1f}">{number_label(tick)}</text>'
        for tick in axis.ticks(most)
    ]
    title = f'<text class="name" x="{LEFT}" y="{place[0] - 6}">{escape(name)}</text>'
    return box + "".join(labels) + title


def _time_axis(times: Axis) -> str:
    start_ns, end_ns = int(times.low), int(times.high)
    span_ns = end_ns - start_ns
    labels = [
        f'<g class="moves" data-x="{times.at(tick)}" data-y="0" transform="translate({times.at(tick)} 0)">'
        f'<line class="grid" y1="{PRICE[0]}" y2="{PROFIT[1]}"/>'
        f'<text class="time" y="{PROFIT[1] + 18}">{time_label(tick, span_ns)}</text></g>'
        for tick in time_ticks(start_ns, end_ns)
    ]
    day = to_datetime(start_ns).strftime("%Y-%m-%d")
    return (
        f'<g clip-path="url(#inside)">{"".join(labels)}</g>'
        f'<text class="name" x="{LEFT}" y="{HEIGHT - 4}">UTC, from {day}</text>'
    )


def _band(columns: Sequence[Column], times: Axis, axis: Axis) -> str:
    """Give the area between the lowest and the highest price of each column."""
    return "".join(
        f"M{times.at(column.start_ns)} {axis.at(column.high)}"
        f"H{max(times.at(column.end_ns), times.at(column.start_ns) + 0.5)}V{axis.at(column.low)}H{times.at(column.start_ns)}Z"
        for column in columns
        if column.low is not None and column.high is not None
    )


def _mid(columns: Sequence[Column], times: Axis, axis: Axis) -> str:
    points = [(times.at(column.end_ns), axis.at(px)) for column in columns if (px := column.px) is not None]
    return "".join(f"{'L' if at else 'M'}{x} {y}" for at, (x, y) in enumerate(points))


def _stands(lines: Iterable[Line], times: Axis, axis: Axis) -> str:
    return "".join(
        f"M{times.at(line.start_ns)} {axis.at(line.px)}H{times.at(line.end_ns) if line.end_ns is not None else times.end}"
        for line in lines
        if line.px is not None
    )


def _dot(mark: Mark, times: Axis, axis: Axis) -> str:
    return f"M{times.at(mark.time_ns)} {axis.at(mark.px)}h0.1"


def _mark(mark: Mark, times: Axis, axis: Axis) -> str:
    is_buy = mark.side is _BUY
    role = "" if mark.last_liquidity_ind is None else _ROLES.get(mark.last_liquidity_ind, "")
    kind = f"mark {'buy' if is_buy else 'sell'} {'busted' if mark.is_busted else role}".rstrip()
    fee = f", fee {plain(mark.fee)} {mark.currency}".rstrip() if mark.fee else ""
    how = f" as {role}" if role else ""
    what = (
        "a busted execution" if mark.is_busted else f"{'bought' if is_buy else 'sold'} {plain(mark.qty)}{how}"
    )
    words = f"{_clock(mark.time_ns)}: {what} at {plain(mark.px)}{fee}; order {mark.order_id}, {mark.exec_id}"
    shape = "M0 0L5 9H-5Z" if is_buy else "M0 0L5 -9H-5Z"
    return _moving(kind, times.at(mark.time_ns), axis.at(mark.px), shape, words)


def _moving(kind: str, x: float, y: float, shape: str, words: str) -> str:
    return (
        f'<g class="moves {kind}" data-x="{x}" data-y="{y}" transform="translate({x} {y})">'
        f'<title>{escape(words)}</title><path d="{shape}"/></g>'
    )


def _path(kind: str, steps: str) -> str:
    return f'<path class="{kind}" d="{steps}"/>' if steps else ""


def _clock(time_ns: int) -> str:
    return f"{to_datetime(time_ns).strftime('%H:%M:%S')}.{time_ns // 1_000_000 % 1_000:03d}"


def _legend(orders: OrderTrace) -> str:
    bought = sum(mark.side is _BUY for mark in orders.marks)
    sold = len(orders.marks) - bought
    said = [
        f'<span class="buy">▲</span> {bought:,} bought, <span class="sell">▼</span> {sold:,} sold',
        "ringed: as taker; hollow: busted",
        f"{len(orders.lines) + orders.left_out:,} prices at which orders stood",
    ]
    if orders.refused:
        said.append(f'<span class="refused">&#215;</span> {len(orders.refused):,} refused')
    if orders.left_out:
        said.append(f"{orders.left_out:,} of the prices are not drawn")
    if len(orders.marks) > MAX_MARKS:
        said.append(f"the first {MAX_MARKS:,} executions tell of themselves when pointed at")
    return "; ".join(said)
