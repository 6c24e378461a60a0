"""A pytest plugin that runs the Python in the README and in these pages, page by page, from top to bottom.

Named with `-p docs.snippets`, and not a conftest, because the README lies above this folder.
"""

import os
import tempfile
from pathlib import Path
from typing import Any

from sybil import Sybil
from sybil.parsers.myst import DocTestDirectiveParser, PythonCodeBlockParser, SkipParser


def _enter_empty_folder(namespace: dict[str, Any]) -> None:
    namespace["_folder"] = tempfile.TemporaryDirectory()
    namespace["_cwd"] = Path.cwd()
    os.chdir(namespace["_folder"].name)


def _leave_it(namespace: dict[str, Any]) -> None:
    os.chdir(namespace["_cwd"])
    namespace["_folder"].cleanup()


pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(), DocTestDirectiveParser(), SkipParser()],
    path=str(Path(__file__).parents[1]),
    patterns=["README.md", "docs/**/*.md"],
    excludes=["docs/_build/**"],
    setup=_enter_empty_folder,
    teardown=_leave_it,
).pytest()
