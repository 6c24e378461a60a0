"""The budgets of the style guide and the rules of the house, held over the library and over the tests."""

from functools import cache
from statistics import mean

import pytest

from tests.architecture.excuses import EXCUSES, Excuse
from tests.architecture.rules import (
    MAX_AVERAGE_INTERNAL_IMPORTS,
    RULES,
    RULES_FOR_TESTS,
    internal_imports,
    unsafe_constructs,
)
from tests.architecture.sources import Module, library, suite


@cache
def broken(rule: str) -> frozenset[str]:
    modules = library() + suite() if rule in RULES_FOR_TESTS else library()
    return frozenset(RULES[rule](modules))


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_is_broken_only_where_there_is_an_excuse(rule: str) -> None:
    assert broken(rule) - {excuse.where for excuse in EXCUSES if excuse.rule == rule} == set()


@pytest.mark.parametrize(
    "excuse",
    [excuse for excuse in EXCUSES if excuse.rule in RULES],
    ids=lambda excuse: f"{excuse.rule}, {excuse.where}",
)
def test_an_excuse_goes_when_it_is_no_longer_needed(excuse: Excuse) -> None:
    assert excuse.where in broken(excuse.rule)
    assert excuse.why


def test_every_excuse_is_from_a_rule_that_there_is() -> None:
    assert {excuse.rule for excuse in EXCUSES} - set(RULES) == {"average of internal imports"}


def test_a_module_imports_few_others_on_average() -> None:
    excused = {excuse.where for excuse in EXCUSES if excuse.rule == "many internal imports"}
    counts = [count for name, count in internal_imports(library()).items() if name not in excused]

    (allowed,) = [float(excuse.where) for excuse in EXCUSES if excuse.rule == "average of internal imports"]
    assert MAX_AVERAGE_INTERNAL_IMPORTS < mean(counts) <= allowed, (
        "above the budget, and by no more than is excused"
    )


LONG_BODY = "    pass\n" * 60
IMPORTS = "".join(f"from oms.model.m{n} import x\n" for n in range(9))

# rule: (text that breaks it, the places it then reports, text that keeps it)
SAMPLES: dict[str, tuple[str, set[str], str]] = {
    "long modules": ("x = 1\n" * 401, {"oms.engine.sample"}, "x = 1\n" * 400),
    "long functions": (
        f"class A:\n  def f(self):\n{LONG_BODY}",
        {"oms.engine.sample:A.f"},
        f"def f():\n{LONG_BODY.removesuffix(LONG_BODY[:9])}",
    ),
    "many internal imports": (
        IMPORTS,
        {"oms.engine.sample"},
        "from oms.model.m1 import x\nfrom oms.model.m1 import y\nimport json\n",
    ),
    "imports through a package": (
        "from oms.model import Order\nfrom oms import Engine\nimport oms.model\n",
        {"oms.engine.sample <- oms", "oms.engine.sample <- oms.model"},
        "from oms.model.order import Order\nfrom oms.model import order\n",
    ),
    "foreign imports": (
        "def f():\n    import numpy.linalg\n",
        {"oms.engine.sample <- numpy"},
        "import json\nfrom attrs import frozen\nfrom dateutil.rrule import rrule\n",
    ),
    "unannotated": (
        "def f(x): ...\nclass A:\n    def g(self, *args: int): ...\n",
        {"oms.engine.sample:f", "oms.engine.sample:A.g"},
        "class A:\n    def f(self, x: int, *, y: int = 1) -> None: ...\n",
    ),
    "undocumented": (
        "class A:\n    def f(self): ...\n    def _g(self): ...\ndef h():\n    '''Say.'''\n    def inner(): ...\n",
        {"oms.engine.sample", "oms.engine.sample:A", "oms.engine.sample:A.f"},
        "'''Say.'''\nclass A:\n    '''Say.'''\n    @x.setter\n    def x(self, value): ...\n    def __eq__(self, o): ...\n",
    ),
    "status comparisons": (
        "if order.ord_status is OrdStatus.FILLED: ...\n",
        {"oms.engine.sample"},
        "report = make(ord_status=OrdStatus.FILLED)\nif report.ord_status is None: ...\n",
    ),
    "unsafe constructs": (
        "import pickle\nexec('x')\n",
        {"oms.engine.sample: pickle", "oms.engine.sample: exec"},
        "import re\nre.compile('x')\n",
    ),
    "sleeps": ("import time\ntime.sleep(1)\n", {"oms.engine.sample"}, "import asyncio\nasyncio.sleep(0)\n"),
}


def around(text: str) -> tuple[Module, ...]:
    """A small library: a package with one module, and the sample in another room."""
    return (
        Module.from_text("oms.model", "'''Say.'''", is_package=True),
        Module.from_text("oms.model.order", "'''Say.'''"),
        Module.from_text("oms.engine.sample", text),
    )


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_sees_what_breaks_it_and_nothing_else(rule: str) -> None:
    breaks, where, keeps = SAMPLES[rule]

    assert set(RULES[rule](around(breaks))) == where
    assert set(RULES[rule](around(keeps))) == set()


@pytest.mark.parametrize(
    "text",
    [
        "if status == OrdStatus.NEW: ...",
        "if status in {OrdStatus.NEW, OrdStatus.FILLED}: ...",
        "if status in (enums.OrdStatus.NEW,): ...",
        "match status:\n    case OrdStatus.NEW: ...",
        "match status:\n    case OrdStatus.NEW | OrdStatus.FILLED: ...",
        "if order.ord_status != report.ord_status: ...",
        "x = 1 if OrdStatus.NEW is status else 2",
    ],
)
def test_a_comparison_of_statuses_is_seen_in_any_form(text: str) -> None:
    assert list(RULES["status comparisons"](around(text))) == ["oms.engine.sample"]


def test_the_display_may_compare_statuses() -> None:
    display = Module.from_text("oms.cli.show", "if order.ord_status is OrdStatus.FILLED: ...")

    assert list(RULES["status comparisons"]([display])) == []


def test_a_method_called_compile_is_not_the_builtin() -> None:
    assert list(unsafe_constructs(around("pattern.compile('x')"))) == []
