"""The picture of an order's life: states as boxes in fixed places, events as labelled arrows, written as SVG.

What SENT and LIVE have in common is drawn once, from a frame around both. Whatever the tables come to say is drawn: an
arrow that has no special path goes straight from box to box.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from oms.model.define import value


@value(kw_only=True)
class StateGraph:
    """States and what leads from one to another.

    Attributes:
        states: In the order in which a life goes through them.
        moves: The events that lead from one state to another, by the two.
        stays: The events that leave it in a state, by the state.
    """

    states: tuple[str, ...]
    moves: Mapping[tuple[str, str], tuple[str, ...]]
    stays: Mapping[str, tuple[str, ...]]

    def ends(self) -> tuple[str, ...]:
        """Give the states that nothing leads out of."""
        leads_on = {before for before, _ in self.moves}
        return tuple(state for state in self.states if state not in leads_on)


_WIDTH: Final = 960
_HEIGHT: Final = 410
_BOX_WIDTH: Final = 150
_BOX_HEIGHT: Final = 54
_LINE: Final = 15
# The centre of each state's box.
_PLACES: Final = {
    "unsent": (95, 120),
    "sent": (400, 120),
    "live": (815, 120),
    "denied": (95, 360),
    "rejected": (400, 360),
    "canceled": (607, 360),
    "expired": (815, 360),
}
_FRAMED: Final = ("sent", "live")
_FRAME: Final = "working"
_FRAME_BOX: Final = (306, 30, 628, 195)  # left, top, width, height
_COLORS: Final = {"live": "#e3f1e4", "sent": "#e6eefb", "unsent": "#f4f4f4"}
_END_COLOR: Final = "#faeee2"
_STYLE: Final = """\
text { font-family: 'DejaVu Sans', Verdana, sans-serif; fill: #222; text-anchor: middle; }
.state { font-size: 15px; font-weight: bold; }
.event { font-size: 12px; }
.note { font-size: 11px; fill: #666; }
.start { text-anchor: start; }
.box { stroke: #555; stroke-width: 1.4; }
.frame { fill: none; stroke: #888; stroke-width: 1.2; stroke-dasharray: 6 4; }
.arrow { fill: none; stroke: #444; stroke-width: 1.4; marker-end: url(#tip); }"""

_TIP: Final = """\
<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto">
<path d="M 0 0 L 10 5 L 0 10 z" fill="#444"/></marker></defs>"""


def draw(graph: StateGraph) -> str:
    """Give the picture as the text of an SVG file."""
    shared = _shared(graph)
    size = f'viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="The states of an order">',
        f"<style>\n{_STYLE}\n</style>",
        _TIP,
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" rx="8" fill="#ffffff"/>',
        _frame(),
    ]
    parts += [
        _arrow(_frame_side(after), _side(after, before="frame"), events) for after, events in shared.items()
    ]
    parts += [
        _arrow(_side(before, before="", towards=after), _side(after, before=before), events)
        for (before, after), events in graph.moves.items()
        if not (before in _FRAMED and after in shared)
    ]
    parts += [_box(state, len(graph.stays[state]), is_end=state in graph.ends()) for state in graph.states]
    return "\n".join([*parts, "</svg>"])


def _shared(graph: StateGraph) -> dict[str, tuple[str, ...]]:
    """Give where all framed states lead by the same events."""
    first, *others = _FRAMED
    return {
        after: events
        for (before, after), events in graph.moves.items()
        if before == first and all(graph.moves.get((other, after)) == events for other in others)
    }


def _side(state: str, *, before: str, towards: str = "") -> tuple[int, int]:
    # The point of a box at which an arrow leaves (`towards` is given) or arrives.
    x, y = _PLACES[state]
    other = _PLACES.get(towards or before)
    if other is None or other[1] < y:
        return x, y - _BOX_HEIGHT // 2
    if other[1] > y:
        return x, y + _BOX_HEIGHT // 2
    return (x + _BOX_WIDTH // 2, y) if other[0] > x else (x - _BOX_WIDTH // 2, y)


def _frame_side(after: str) -> tuple[int, int]:
    _, top, _, height = _FRAME_BOX
    return _PLACES[after][0], top + height


def _arrow(start: tuple[int, int], end: tuple[int, int], events: Iterable[str]) -> str:
    (x1, y1), (x2, y2) = start, end
    lines = [f'<path class="arrow" d="M {x1} {y1} L {x2} {y2}"/>']
    x, y = (x1 + x2) // 2, (y1 + y2) // 2
    names = tuple(events)
    if y1 == y2:
        # Above and below a level arrow, so that it stays in sight however many there are.
        above = (len(names) + 1) // 2
        lines += [
            _text("event", x, y - 7 - _LINE * (above - 1 - row), name)
            for row, name in enumerate(names[:above])
        ]
        lines += [_text("event", x, y + 17 + _LINE * row, name) for row, name in enumerate(names[above:])]
    else:
        top = y + 4 - _LINE * (len(names) - 1) // 2
        lines += [_text("event start", x + 8, top + _LINE * row, name) for row, name in enumerate(names)]
    return "\n".join(lines)


def _frame() -> str:
    left, top, width, height = _FRAME_BOX
    return "\n".join(
        [
            f'<rect class="frame" x="{left}" y="{top}" width="{width}" height="{height}" rx="14"/>',
            _text("note start", left + 14, top + height - 10, f"{_FRAME}: {' or '.join(_FRAMED)}"),
        ]
    )


def _box(state: str, stays: int, *, is_end: bool) -> str:
    x, y = _PLACES[state]
    left, top = x - _BOX_WIDTH // 2, y - _BOX_HEIGHT // 2
    color = _END_COLOR if is_end else _COLORS.get(state, "#ffffff")
    note = f"{stays} event{'' if stays == 1 else 's'} leave{'s' if stays == 1 else ''} it here"
    return "\n".join(
        [
            f'<rect class="box" x="{left}" y="{top}" width="{_BOX_WIDTH}" height="{_BOX_HEIGHT}" rx="9" fill="{color}"/>',
            _text("state", x, y - 2, state.upper()),
            _text("note", x, y + 17, note),
        ]
    )


def _text(kind: str, x: int, y: int, text: str) -> str:
    return f'<text class="{kind}" x="{x}" y="{y}">{text}</text>'
