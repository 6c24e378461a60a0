"""The tables of parameters in the docs: what they say is what the code has."""

from enum import Enum
from pathlib import Path

import pytest

from oms.algos.algorithms import ALGORITHMS
from oms.algos.catalogue import COMMON
from oms.algos.description import UNSCHEDULED, defaults
from oms.algos.parameter import Kind, Parameter
from oms.algos.working import USUAL
from oms.model.decimals import plain

PAGE = Path(__file__).parents[2] / "docs/reference/algorithms.md"
HEAD = "| parameter | FIXatdl | FIX | kind | given | bounds | unless given | meaning |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n"
WORDS = {
    Kind.TIME: "moment",
    Kind.SECONDS: "seconds",
    Kind.COUNT: "count",
    Kind.QTY: "quantity",
    Kind.PRICE: "price",
    Kind.OFFSET: "distance",
    Kind.SHARE: "part",
    Kind.NUMBER: "number",
    Kind.FLAG: "Y/N",
    Kind.CHOICE: "choice",
    Kind.TEXT: "text",
    Kind.NUMBERS: "numbers",
}


def table(parameters: tuple[Parameter, ...], usual: dict[str, object]) -> str:
    """The rows of some parameters, under their head."""
    return HEAD + "".join(row(each, usual[each.name]) for each in parameters)


def row(parameter: Parameter, usual: object) -> str:
    kind = WORDS[parameter.kind]
    if parameter.choices is not None:
        kind = ", ".join(f"`{choice.value}`" for choice in parameter.choices)
    cells = (
        f"`{parameter.name}`",
        parameter.atdl,
        "" if parameter.tag is None else str(parameter.tag),
        kind,
        "must be" if parameter.is_required else "may be",
        bounds(parameter),
        "" if usual is None else f"`{parameter.text(usual)}`",
        parameter.about,
    )
    return "".join(f"| {cell} ".replace("  ", " ") for cell in cells) + "|\n"


def bounds(parameter: Parameter) -> str:
    found = []
    if parameter.least is not None:
        found.append(f"{'>' if parameter.is_open_below else '>='} {plain(parameter.least)}")
    if parameter.most is not None:
        found.append(f"{'<' if parameter.is_open_above else '<='} {plain(parameter.most)}")
    return ", ".join(found)


def test_the_common_parameters_are_those_of_the_code() -> None:
    assert table(COMMON, USUAL) in PAGE.read_text("utf-8")


@pytest.mark.parametrize("name", ALGORITHMS)
def test_the_parameters_of_an_algorithm_are_those_of_the_code(name: str) -> None:
    cls = ALGORITHMS[name]
    description = cls.DESCRIPTION
    text = PAGE.read_text("utf-8")

    assert f"## {description.title}: `{name}`\n" in text
    assert table(description.own, defaults(cls)) in text
    rules = "".join(f"- {rule.message}\n" for rule in description.rules)
    assert not rules or rules in text
    unknown = sorted(description.unknown - UNSCHEDULED)
    assert not unknown or ", ".join(f"`{each}`" for each in unknown) in text


def test_the_rules_for_all_are_those_of_the_code() -> None:
    every = ALGORITHMS["twap"].DESCRIPTION
    common = [rule for rule in every.all_rules if rule not in every.rules]

    assert "".join(f"- {rule.message}\n" for rule in common) in PAGE.read_text("utf-8")


def test_every_choice_travels_by_a_word() -> None:
    every = [each for cls in ALGORITHMS.values() for each in cls.DESCRIPTION.parameters]
    words = [choice.value for each in every if each.choices for choice in each.choices]

    assert all(isinstance(word, str) and word and word == word.strip() for word in words)
    assert all(issubclass(each.choices, Enum) for each in every if each.choices)
