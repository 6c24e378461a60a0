"""`oms diagram`: the life of an order, drawn from the tables that decide it.

The page `docs/reference/lifecycle.md` and its picture are the output of this command, in the formats `markdown` and `svg`.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from oms.cli.ambiguous_cases import CASES
from oms.cli.command import Subparsers
from oms.cli.state_picture import StateGraph, draw
from oms.lifecycle.states import OF_LIFE, OF_MARK, RANKING
from oms.lifecycle.transitions import COLUMNS, LIFE, MARKS, REQUESTS, Notes, Takes
from oms.model.events import OrderEvent
from oms.model.order import Mark
from oms.projections.wording import of_status, table

_EVENTS: Final[tuple[type[OrderEvent], ...]] = tuple(REQUESTS)


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    summary = "draw the life of an order from the tables that decide it"
    parser = subparsers.add_parser("diagram", help=summary, description=f"{summary.capitalize()}.")
    parser.add_argument(
        "--format",
        choices=sorted(FORMATS),
        default="table",
        help="table: the tables as text (the default); mermaid, dot, svg: the diagram; markdown: the page of the docs",
    )
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Print the diagram or the tables."""
    print(FORMATS[args.format]())
    return 0


def graph() -> StateGraph:
    """Give the life of an order as a graph: its states, what leads from one to another, and what leaves it in one."""
    moves: dict[tuple[str, str], list[str]] = {}
    stays: dict[str, list[str]] = {life.value: [] for life in COLUMNS}
    for before in COLUMNS:
        for event, life in LIFE[before].items():
            if life is before:
                stays[before.value].append(event.__name__)
            else:
                moves.setdefault((before.value, life.value), []).append(event.__name__)
    return StateGraph(
        states=tuple(life.value for life in COLUMNS),
        moves={edge: tuple(events) for edge, events in moves.items()},
        stays={state: tuple(events) for state, events in stays.items()},
    )


# ---------------------------------------------------------------- formats


def mermaid() -> str:
    """Give the diagram as Mermaid text."""
    drawn = graph()
    lines = ["stateDiagram-v2", "    direction LR", f"    [*] --> {drawn.states[0]}"]
    lines += [
        f"    {before} --> {after}: {', '.join(events)}" for (before, after), events in drawn.moves.items()
    ]
    lines += [f"    {state} --> [*]" for state in drawn.ends()]
    return "\n".join(lines)


def dot() -> str:
    """Give the diagram as Graphviz text."""
    drawn = graph()
    lines = ["digraph life {", "    rankdir=LR;", "    node [shape=box, style=rounded];"]
    lines += [f"    {state} [peripheries=2];" for state in drawn.ends()]
    for (before, after), events in drawn.moves.items():
        label = "\\n".join(events)
        lines.append(f'    {before} -> {after} [label="{label}"];')
    return "\n".join([*lines, "}"])


def svg() -> str:
    """Give the diagram as an SVG picture."""
    return draw(graph())


def tables() -> str:
    """Give the tables as text."""
    return "\n\n".join(f"{title}\n\n{table(headings, rows)}" for title, headings, rows in _tables())


def markdown() -> str:
    """Give the page of the docs."""
    sections = (f"## {title}\n\n{_markdown_table(headings, rows)}" for title, headings, rows in _tables())
    return "\n\n".join([_OPENING, *sections])


FORMATS: Final[dict[str, Callable[[], str]]] = {
    "dot": dot,
    "markdown": markdown,
    "mermaid": mermaid,
    "svg": svg,
    "table": tables,
}
"""Every format by its name."""

_OPENING: Final = """\
<!-- Made by `oms diagram --format markdown`, the picture by `--format svg`; a test holds both to the tables. -->

# The life of an order

An order's life has seven states. What executed, which requests are unanswered and what else the venue has said are
facts beside it, and the status that is shown (OrdStatus, 39) is derived from all of them together. The tables below are
those that the library itself decides by.

![States of an order's life, and the events that lead from one to the next](lifecycle.svg)"""


# ---------------------------------------------------------------- the tables

_Table = tuple[str, Sequence[str], list[Sequence[str]]]


def _tables() -> Iterator[_Table]:
    yield (
        "Life: the state after each event, by the state before; a dash means it may not happen",
        ("event", *(life.value for life in COLUMNS)),
        [(event.__name__, *(_after(event, column) for column in range(len(COLUMNS)))) for event in _EVENTS],
    )
    yield (
        "Requests: what each event adds to, answers or notes in the set of unanswered requests",
        ("event", "adds", "answers", "notes"),
        [row for event in _EVENTS if any((row := _request_row(event))[1:])],
    )
    yield (
        "Marks: which facts beside the life each event sets and clears",
        ("event", "sets", "clears"),
        [(event.__name__, _names(effect.sets), _names(effect.clears)) for event, effect in MARKS.items()],
    )
    yield (
        "Status: of all that are true the first one is shown",
        ("status", "is true while"),
        [(of_status(status), _truth(status.name)) for status in RANKING],
    )
    yield (
        "Where FIX leaves it open: what is done in each case",
        ("case", "what happens", "what is done"),
        [(number, *case) for number, case in CASES.items()],
    )


def _after(event: type[OrderEvent], column: int) -> str:
    life = LIFE[COLUMNS[column]].get(event)
    return "-" if life is None else life.value


def _request_row(event: type[OrderEvent]) -> tuple[str, str, str, str]:
    effect = REQUESTS[event]
    return (
        event.__name__,
        "" if effect.adds is None else effect.adds.value,
        "" if effect.takes is Takes.NOTHING else effect.takes.value,
        "" if effect.notes is Notes.NOTHING else effect.notes.value,
    )


def _names(marks: frozenset[Mark]) -> str:
    if marks == frozenset(Mark):
        return "all"
    return ", ".join(mark.value for mark in Mark if mark in marks)


def _truth(status: str) -> str:
    truths = [f"its life is {life.value}" for life, shown in OF_LIFE.items() if shown.name == status]
    truths += [f"it is marked {mark.value}" for mark, shown in OF_MARK.items() if shown.name == status]
    if status in _TRUTHS:
        truths.append(_TRUTHS[status])
    return " or ".join(truths)


_TRUTHS: Final = {
    "PENDING_CANCEL": "the broker is deciding on a cancel of ours",
    "PENDING_REPLACE": "the broker is deciding on a replace of ours",
    "FILLED": "its whole quantity has executed",
    "PARTIALLY_FILLED": "something has executed",
}
"""What makes a status true beside a life or a mark."""


def _markdown_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(headings)} |", f"|{' --- |' * len(headings)}"]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows])
