"""The lists of the import contracts, compared with the tree they speak of.

A contract that names too little passes in silence; these tests are what notices.
"""

import tomllib
from typing import Any

import pytest

from tests.architecture.sources import REPOSITORY, library

# From this floor up rooms may wait, open and send.
FIRST_WAITING_ROOM = "runtime"


def contracts(kind: str) -> list[dict[str, Any]]:
    config = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    return [c for c in config["tool"]["importlinter"]["contracts"] if c["type"] == kind]


def floors() -> list[list[str]]:
    """The layers from the top, each as the rooms on it; a room that is not made yet is in parentheses."""
    [layers] = contracts("layers")
    return [[room.strip() for room in layer.split("|")] for layer in layers["layers"]]


def rooms_in_the_tree() -> set[str]:
    return {module.room for module in library()} - {""}


def test_every_room_has_a_floor_and_every_floor_its_rooms() -> None:
    named = {room for floor in floors() for room in floor if not room.startswith("(")}

    assert named == rooms_in_the_tree()


def test_a_room_once_made_loses_its_parentheses() -> None:
    planned = {room.strip("()") for floor in floors() for room in floor if room.startswith("(")}

    assert planned & rooms_in_the_tree() == set()


def test_every_room_below_the_runtime_is_sans_io() -> None:
    [waiting] = [position for position, floor in enumerate(floors()) if FIRST_WAITING_ROOM in floor]
    below = {f"oms.{room}" for floor in floors()[waiting + 1 :] for room in floor if not room.startswith("(")}
    [sans_io] = contracts("forbidden")

    assert set(sans_io["source_modules"]) == below


@pytest.mark.parametrize("contract", contracts("protected"), ids=lambda contract: contract["name"])
def test_a_protected_module_and_those_it_opens_to_exist(contract: dict[str, Any]) -> None:
    names = {module.name for module in library()}

    assert {*contract["protected_modules"], *contract["allowed_importers"]} <= names
