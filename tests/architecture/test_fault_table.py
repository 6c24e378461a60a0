"""The table of faults in the docs: every row is there, and so is every test that it names."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROWS = range(1, 42)
WITHOUT = {33, 38}
"""Rows about what the library does not have."""


def named(text: str) -> dict[int, list[str]]:
    """Give the tests of each row, by its number."""
    found: dict[int, list[str]] = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and cells[0].isdigit():
            shown = cells[-1]
            number = int(cells[0])
            assert number not in found, number
            found[number] = [] if shown == "nothing" else [one.strip("`") for one in shown.split("<br>")]
    return found


def missing(test: str) -> str:
    """Say what of a test's name is not there; nothing where all is."""
    path, _, name = test.partition("::")
    if not (ROOT / path).is_file():
        return f"{test}: no such file"
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    return "" if name.startswith("test_") and name in functions else f"{test}: no such test"


def test_every_fault_has_a_row_and_every_test_that_it_names_is_there() -> None:
    rows = named((ROOT / "docs/reference/faults.md").read_text("utf-8"))

    assert list(rows) == list(ROWS)
    assert {number for number, tests in rows.items() if not tests} == WITHOUT
    assert [fault for tests in rows.values() for one in tests if (fault := missing(one))] == []


def test_a_test_that_is_not_there_is_found() -> None:
    here = "tests/architecture/test_fault_table.py"

    assert missing(f"{here}::test_a_test_that_is_not_there_is_found") == ""
    assert missing(f"{here}::test_of_another_name") != ""
    assert missing(f"{here}::named") != ""
    assert missing("tests/nowhere.py::test_a") != ""


def test_every_test_of_what_must_not_happen_is_there() -> None:
    lines = (ROOT / "docs/reference/must-not-happen.md").read_text("utf-8").splitlines()
    rows = [line.strip("|").split("|")[-1] for line in lines if "::" in line]
    tests = [one.strip().strip("`") for row in rows for one in row.split("<br>")]

    assert len(rows) == 14
    assert [fault for one in tests if (fault := missing(one))] == []
