"""The picture and the page of the docs are what the tables say today."""

import xml.etree.ElementTree as ET
from argparse import Namespace

import pytest

from oms.cli.diagram import FORMATS, graph, run
from oms.cli.state_picture import StateGraph, draw
from oms.lifecycle.transitions import LIFE
from oms.model.enums import Life
from tests.conftest import REPOSITORY
from tests.unit.journals import kinds_of_events

DOCS = REPOSITORY / "docs" / "reference"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(("name", "form"), [("lifecycle.md", "markdown"), ("lifecycle.svg", "svg")])
def test_the_docs_are_what_the_tables_say(name: str, form: str) -> None:
    """After a change of the tables: `oms diagram --format markdown > docs/reference/lifecycle.md`, and the same for svg."""
    assert (DOCS / name).read_text(encoding="utf-8") == FORMATS[form]() + "\n"


def test_the_graph_holds_every_cell_of_the_table() -> None:
    drawn = graph()
    moves = {(before, after, event) for (before, after), events in drawn.moves.items() for event in events}
    stays = {(state, state, event) for state, events in drawn.stays.items() for event in events}

    assert moves | stays == {
        (before.value, after.value, event.__name__)
        for before in Life
        for event, after in LIFE[before].items()
    }
    assert not moves & stays
    # The venue may reinstate what it ended; what never left stays denied.
    assert drawn.ends() == ("denied",)


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_names_every_state(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Namespace(format=form)) == 0

    text = capsys.readouterr().out.lower()
    assert [life.value for life in Life if life.value not in text] == []


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_the_tables_name_every_event(form: str) -> None:
    text = FORMATS[form]()

    assert [kind.__name__ for kind in kinds_of_events() if kind.__name__ not in text] == []


def test_the_picture_is_an_svg_with_a_box_a_state_and_a_label_an_event() -> None:
    picture = ET.fromstring(FORMATS["svg"]())
    texts = [element.text for element in picture.iter(f"{SVG}text")]
    moving = {event for events in graph().moves.values() for event in events}

    assert picture.tag == f"{SVG}svg"
    assert {life.value.upper() for life in Life} <= set(texts)
    # What leads back to life has an arrow from each of three ends; what was held may end without having been sent.
    assert {event: texts.count(event) for event in moving} == {
        **dict.fromkeys(moving, 1),
        "OrderReinstated": 3,
        "OrderCanceled": 2,
        "OrderExpired": 2,
    }


def test_what_sent_and_live_do_not_share_is_drawn_from_box_to_box() -> None:
    drawn = graph()
    moves = {
        **drawn.moves,
        ("live", "canceled"): ("OrderCanceled", "OrderDropped"),
        ("canceled", "sent"): ("OrderRevived",),
    }
    plain, changed = (
        ET.fromstring(draw(drawn)),
        ET.fromstring(draw(StateGraph(states=drawn.states, moves=moves, stays=drawn.stays))),
    )

    def arrows(picture: ET.Element) -> int:
        return sum(path.get("class") == "arrow" for path in picture.iter(f"{SVG}path"))

    # One shared arrow becomes two of their own, and the way back is a third.
    assert arrows(changed) == arrows(plain) + 2
    assert {"OrderDropped", "OrderRevived"} <= {element.text for element in changed.iter(f"{SVG}text")}
