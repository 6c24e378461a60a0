"""The table of break kinds in the docs names each kind once, in the order of the enum."""

import re
from pathlib import Path

from oms.model.enums import BreakKind

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "reconcile.md"


def test_the_page_has_every_kind_of_break() -> None:
    kinds = re.findall(r"^\| `([a-z ]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert kinds == [kind.value for kind in BreakKind]
