"""The front door: its table of homes, its `__all__`, and what a type checker sees are one list."""

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import get_args

import pytest

import oms
from oms.model.terms import Terms
from oms.model.time_in_force import TimeInForce

WORDS_OF_AN_ORDER = {
    "oms.model.terms",
    "oms.model.time_in_force",
    "oms.model.offset",
    "oms.model.instructions",
    "oms.model.contingency",
    "oms.model.group",
}


def imported_names() -> dict[str, str]:
    """Read what stands under `TYPE_CHECKING`: each name and its home."""
    tree = ast.parse(Path(oms.__file__).read_text(encoding="utf-8"))
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    return {
        alias.name: str(node.module)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


# Loaded here, since to load them takes longer than a unit test may.
HOMES = {home: import_module(home) for home in imported_names().values()}


def test_every_name_loads_from_the_home_that_type_checkers_see() -> None:
    homes = imported_names()
    assert sorted(homes) == sorted(oms.__all__)
    for name, home in homes.items():
        assert getattr(oms, name) is getattr(HOMES[home], name)
    assert set(oms.__all__) <= set(dir(oms))


def test_the_door_keeps_to_its_names_and_those_of_an_order() -> None:
    of_orders = {name for name, home in imported_names().items() if home in WORDS_OF_AN_ORDER}
    assert len(set(oms.__all__) - of_orders) <= 50
    assert len(of_orders) <= 40


def test_every_kind_of_terms_and_of_time_in_force_is_at_the_door() -> None:
    kinds = {kind.__name__ for kind in (*get_args(Terms), *get_args(TimeInForce))}
    assert kinds <= set(oms.__all__)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'OrderManger'"):
        getattr(oms, "OrderManger")  # noqa: B009  # a type checker would know better


def test_importing_the_door_loads_no_room() -> None:
    program = "import sys, oms; print(sorted(name for name in sys.modules if name.startswith('oms.')))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
