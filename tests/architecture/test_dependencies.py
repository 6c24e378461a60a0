"""What the library costs whoever imports it."""

import re
import subprocess
import sys
import tomllib

from tests.architecture.rules import CORE_DEPENDENCIES
from tests.architecture.sources import REPOSITORY

# `six` comes with python-dateutil 2.9; 4.0 has dropped it.
COMPANIONS = {"six"}
# What a distribution is called where its import name differs; attrs installs both of its names.
IMPORT_NAMES = {"attrs": {"attr", "attrs"}, "python-dateutil": {"dateutil"}}

REPORT_NEW_MODULES = """
import sys
before = set(sys.modules)
import oms
print(*sorted({name.partition(".")[0] for name in set(sys.modules) - before} - sys.stdlib_module_names))
"""


def test_importing_the_library_brings_nothing_third_party_but_its_dependencies() -> None:
    done = subprocess.run(
        [sys.executable, "-c", REPORT_NEW_MODULES], capture_output=True, text=True, check=True
    )

    assert set(done.stdout.split()) - COMPANIONS <= CORE_DEPENDENCIES | {"oms"}


def test_the_project_requires_what_the_rules_allow_to_be_imported() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    everywhere = [requirement for requirement in project["dependencies"] if ";" not in requirement]
    names = [re.split(r"[<>=!~\[ ]", requirement)[0] for requirement in everywhere]

    assert set().union(*(IMPORT_NAMES.get(name, {name}) for name in names)) == CORE_DEPENDENCIES
