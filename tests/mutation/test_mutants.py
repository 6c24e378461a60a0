"""The mutator, on small texts: which mutants there are, and what is left alone; and how a campaign is judged."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.mutation.mutants import Mutant, mutants
from tests.mutation.reasons import REASONS, Reason
from tests.mutation.report import Earlier, Found, complaints, page, shown
from tests.mutation.runner import Baseline, Result, Verdict

LIFECYCLE = "oms.lifecycle.sample"


def found(text: str) -> list[str]:
    """Each mutant in words."""
    return [mutant.change for mutant in mutants(LIFECYCLE, text)]


def texts(text: str) -> set[str]:
    """Each mutant as the text that it makes."""
    return {ast.unparse(mutant.tree(text)) for mutant in mutants(LIFECYCLE, text)}


def in_function(*bodies: str, returns: str = "") -> set[str]:
    """Functions with these bodies, as the mutator's texts come out."""
    arrow = f" -> {returns}" if returns else ""
    return {ast.unparse(ast.parse(f"def f(){arrow}:\n    {body}")) for body in bodies}


@pytest.mark.parametrize(
    ("condition", "instead"),
    [
        pytest.param("a == b", {"a != b"}, id="equal"),
        pytest.param("a < b", {"a <= b", "a >= b"}, id="less"),
        pytest.param("a <= b", {"a < b", "a > b"}, id="at most"),
        pytest.param("a > b", {"a >= b", "a <= b"}, id="more"),
        pytest.param("a >= b", {"a > b", "a < b"}, id="at least"),
        pytest.param("a is b", {"a is not b"}, id="the same"),
        pytest.param("a not in b", {"a in b"}, id="not among"),
        pytest.param("0 <= a", {"0 < a", "0 > a", "1 <= a"}, id="a number is one more"),
        pytest.param("not a", {"a"}, id="not"),
        pytest.param("a", {"not a"}, id="a name"),
        pytest.param("a and b", {"not (a and b)", "a or b", "a", "b"}, id="both"),
        pytest.param(
            "a or b or c", {"not (a or b or c)", "a and b and c", "b or c", "a or c", "a or b"}, id="any"
        ),
    ],
)
def test_a_condition_is_swapped_turned_round_shortened_and_forced(condition: str, instead: set[str]) -> None:
    text = f"def f():\n    if {condition}: pass"

    assert texts(text) == in_function(*(f"if {other}: pass" for other in {*instead, "True", "False"}))


@pytest.mark.parametrize(
    ("statement", "instead"),
    [
        pytest.param("x = a + b", {"x = a - b", "pass"}, id="a sum"),
        pytest.param("x = a * b", {"x = a / b", "pass"}, id="a product"),
        pytest.param("x -= a", {"x += a", "pass"}, id="taken away"),
        pytest.param("x = True", {"x = False", "pass"}, id="a flag"),
        pytest.param("x = None", {"pass"}, id="nothing"),
        pytest.param("x = ''", {"x = 'x'", "pass"}, id="an empty text"),
        pytest.param("x: int = a", {"pass"}, id="an annotated value"),
        pytest.param("g(a, flag=True)", {"g(a, flag=False)", "g(a)", "pass"}, id="a call with a flag"),
        pytest.param("raise a", {"pass"}, id="an error"),
        pytest.param("x = a[:b]", {"x = a[:]", "pass"}, id="a slice"),
        pytest.param("x = {a}", {"x = set()", "pass"}, id="a set of one"),
        pytest.param("x = {a: 0}", {"x = {}", "x = {a: 1}", "pass"}, id="a dictionary"),
        pytest.param("x = f'{a}{b}'", {"x = f'{a}'", "x = f'{b}'", "pass"}, id="a text without words"),
        pytest.param(
            "x = a if b else c",
            {"x = a if True else c", "x = a if False else c", "x = a if not b else c", "pass"},
            id="one of two",
        ),
        pytest.param(
            "x = [a for a in b if c]",
            {
                "x = [a for a in b if True]",
                "x = [a for a in b if False]",
                "x = [a for a in b if not c]",
                "pass",
            },
            id="a choice from many",
        ),
        pytest.param(
            "for x in (a, b): x",
            {"for x in (a,): x", "for x in (b,): x", "for x in (a, b): pass"},
            id="each of some",
        ),
        pytest.param(
            "while a: break",
            {"while True: break", "while False: break", "while not a: break", "while a: pass"},
            id="as long as",
        ),
        pytest.param(
            "match a:\n        case b: c",
            {"match a:\n        case b if False: c", "match a:\n        case b: pass"},
            id="a case",
        ),
    ],
)
def test_a_statement_is_changed_and_deleted(statement: str, instead: set[str]) -> None:
    assert texts(f"def f():\n    {statement}") == in_function(*instead)


@pytest.mark.parametrize(
    ("returns", "value", "instead"),
    [
        pytest.param("bool", "a", {"True", "False"}, id="a claim"),
        pytest.param("Events", "a", {"()"}, id="events"),
        pytest.param("tuple[int, ...]", "(a, b)", {"()", "(a,)", "(b,)"}, id="a tuple"),
        pytest.param("int | None", "a", {"None"}, id="perhaps"),
        pytest.param("int", "a", set(), id="a number"),
        pytest.param("int | None", "None", set(), id="nothing already"),
    ],
)
def test_what_a_function_gives_is_replaced_by_what_its_annotation_allows(
    returns: str, value: str, instead: set[str]
) -> None:
    text = f"def f() -> {returns}:\n    return {value}"

    assert texts(text) == in_function(*(f"return {other}" for other in instead), returns=returns)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("'''Say.'''", id="a docstring"),
        pytest.param("def f(x: int | None) -> bool:\n    '''Say 1.'''", id="an annotation"),
        pytest.param("Said: TypeAlias = int | None", id="an alias"),
        pytest.param("_Said = dict[int, str | None]", id="an alias without a name for it"),
        pytest.param("__all__ = ('a', 'b')", id="__all__"),
        pytest.param("import a\nfrom b import c", id="imports"),
        pytest.param("if TYPE_CHECKING:\n    x = 1", id="what only the type checker sees"),
        pytest.param("def f():\n    assert a < 1", id="an assert"),
        pytest.param("def f():\n    assert_never(a)", id="assert_never"),
        pytest.param("def f(a=f'{b + 1} too many', c='words'): ...", id="the words of a message"),
    ],
)
def test_what_no_test_should_hold_is_left_alone(text: str) -> None:
    assert found(text) == []


TABLE = """
_U, _S = COLUMNS
_x: Final = None
ROWS: Final = {
    ev.Created: (_U, _x),
    ev.Sent:    (_S, _S),
}
"""


def test_each_cell_of_a_table_becomes_a_gap_or_another_life_and_each_row_goes() -> None:
    assert found(TABLE) == [
        "ev.Created, column 0: _U -> _x",
        "ev.Created, column 0: _U -> _S",
        "ev.Created, column 1: _x -> _S",
        "ev.Created, column 1: _x -> _U",
        "ev.Sent, column 0: _S -> _x",
        "ev.Sent, column 0: _S -> _U",
        "ev.Sent, column 1: _S -> _x",
        "ev.Sent, column 1: _S -> _U",
        "without ev.Created",
        "without ev.Sent",
    ]


def test_a_row_of_any_table_says_what_another_says_or_is_gone() -> None:
    assert texts("T = {a: X, b: X, c: Y}") == {
        "T = {a: Y, b: X, c: Y}",
        "T = {a: X, b: Y, c: Y}",
        "T = {a: X, b: X, c: X}",
        "T = {b: X, c: Y}",
        "T = {a: X, c: Y}",
        "T = {a: X, b: X}",
    }


def test_a_ranking_loses_each_place_and_has_neighbors_swapped() -> None:
    assert texts("T: Final = (a, b, c)") == {
        "T: Final = (b, a, c)",
        "T: Final = (a, c, b)",
        "T: Final = (b, c)",
        "T: Final = (a, c)",
        "T: Final = (a, b)",
    }


def test_a_mutant_is_known_by_its_function_and_its_words_and_not_by_its_line() -> None:
    text = "class A:\n    def f(self):\n        x = 0\n        def g():\n            y = 0\n"

    before = [mutant.key for mutant in mutants(LIFECYCLE, text)]

    assert before == [
        (LIFECYCLE, "A.f", "delete: x = 0"),
        (LIFECYCLE, "A.f", "0 -> 1"),
        (LIFECYCLE, "A.f.g", "delete: y = 0"),
        (LIFECYCLE, "A.f.g", "0 -> 1"),
    ]
    assert [mutant.key for mutant in mutants(LIFECYCLE, f"import a\n\n{text}")] == before


def test_the_same_change_twice_in_a_function_is_told_apart_by_its_turn() -> None:
    twice = mutants(LIFECYCLE, "def f(a=0,\n      b=0): ...")

    assert [(mutant.change, mutant.line) for mutant in twice] == [("0 -> 1 [1]", 1), ("0 -> 1 [2]", 2)]


def test_no_two_mutants_of_the_mutator_itself_are_known_by_one_key() -> None:
    text = Path(__file__).with_name("mutants.py").read_text(encoding="utf-8")
    keys = [mutant.key for mutant in mutants("tests.mutation.mutants", text)]

    assert len(keys) > 200
    assert len(set(keys)) == len(keys)


# ---------------------------------------------------------------- which tests, and what is said in the end

CHANGED, OTHER = mutants(LIFECYCLE, "def f():\n    x = 0")
INNER, _ = mutants(LIFECYCLE, "def f():\n    def g():\n        x = 0")


@pytest.mark.parametrize("mutant", [CHANGED, INNER], ids=["the function", "one within it"])
def test_a_function_is_shown_to_the_tests_that_call_it_in_the_order_of_the_list(mutant: Mutant) -> None:
    callers = frozenset({"tests/unit/lifecycle/test_z.py::test_b", "tests/unit/engine/test_a.py::test_c"})
    baseline = Baseline(
        paths=("tests/unit/lifecycle", "tests/unit/engine"), calls={"sample:f": callers}, count=9, took_s=1.0
    )

    choice = baseline.choice(mutant)

    assert choice.paths == ("tests/unit/lifecycle/test_z.py", "tests/unit/engine/test_a.py")
    assert choice.only == callers
    assert choice.first == "test_sample.py"
    assert baseline.rest(mutant).paths == baseline.paths
    assert baseline.rest(mutant).without == callers


@pytest.mark.parametrize(
    "calls",
    [{}, {"sample:f": frozenset({"*", "tests/unit/engine/test_a.py::test_c"})}],
    ids=["no test", "an import"],
)
def test_what_no_test_or_an_import_calls_is_shown_to_all_tests_nearby(
    calls: dict[str, frozenset[str]],
) -> None:
    baseline = Baseline(paths=("tests/unit/lifecycle", "tests/unit/engine"), calls=calls, count=9, took_s=1.0)

    choice = baseline.choice(CHANGED)

    assert choice.paths == ("tests/unit/lifecycle",)
    assert choice.only is None
    assert baseline.rest(CHANGED).paths == ("tests/unit/engine",)
    assert baseline.rest(CHANGED).without == frozenset()


def campaign(*verdicts: tuple[Mutant, Verdict]) -> Found:
    results = tuple(Result(mutant, verdict) for mutant, verdict in verdicts)
    return Found(results=results, tests=9, took_s=61.0, jobs=2, command="python -m tests.mutation")


def reason(mutant: Mutant, why: str = "it is the same") -> Reason:
    return Reason(mutant.module.removeprefix("oms.lifecycle."), mutant.where, mutant.change, why)


DEAD = [(CHANGED, Verdict.KILLED)] * 18 + [(CHANGED, Verdict.TIMEOUT)]


@pytest.mark.parametrize(
    ("verdict", "reasons", "complaint"),
    [
        pytest.param(
            Verdict.SURVIVED, (), "survived without a reason: oms.lifecycle.sample:2 | f | 0 -> 1", id="none"
        ),
        pytest.param(Verdict.SURVIVED, (reason(OTHER),), None, id="a reason"),
        pytest.param(
            Verdict.SURVIVED, (reason(OTHER, ""),), "a reason without a word: ", id="an empty reason"
        ),
        pytest.param(
            Verdict.KILLED,
            (reason(OTHER),),
            "a reason that is no longer needed, the mutant dies: ",
            id="an idle reason",
        ),
    ],
)
def test_a_survivor_needs_a_reason_and_a_reason_a_survivor(
    verdict: Verdict, reasons: tuple[Reason, ...], complaint: str | None
) -> None:
    said = list(complaints(campaign(*DEAD, (OTHER, verdict)), is_whole=True, reasons=reasons))

    assert [line.startswith(complaint or "-") for line in said] == ([True] if complaint else [])


def test_a_reason_for_a_mutant_that_there_is_not_fails_a_whole_campaign_only() -> None:
    idle = (Reason("sample", "g", "0 -> 1", "it is the same"),)

    said = [list(complaints(campaign(*DEAD), is_whole=whole, reasons=idle)) for whole in (True, False)]

    assert said == [["a reason for a mutant that there is not: oms.lifecycle.sample | g | 0 -> 1"], []]


def test_fewer_killed_than_the_goal_fail_a_campaign() -> None:
    said = list(
        complaints(campaign(*DEAD[1:], (OTHER, Verdict.SURVIVED)), is_whole=True, reasons=(reason(OTHER),))
    )

    assert said == ["94.74% are killed, 95% have to be"]


def test_the_page_counts_each_module_and_gives_each_survivor_its_reason() -> None:
    lines = page(campaign(*DEAD, (OTHER, Verdict.SURVIVED)), (reason(OTHER),)).splitlines()

    assert "| `oms.lifecycle.sample` | 20 | 18 | 1 | 1 |" in lines
    assert "| all | 20 | 18 | 1 | 1 |" in lines
    assert "| wall time | 1 min 1 s, 2 at a time |" in lines
    assert lines[-2:] == ["- `sample.f`: `0 -> 1`\\", "  it is the same"]


def test_no_mutant_has_two_reasons() -> None:
    keys = [one.key for one in REASONS]

    assert len(set(keys)) == len(keys)


def test_what_survived_a_whole_campaign_is_tried_again_and_the_rest_counts_as_it_came_out() -> None:
    everything = tuple(mutants(LIFECYCLE, "def f(a: int) -> bool:\n    return a < 1"))
    alive, slow, *killed = everything
    printed = f"survived: {shown(alive)}\n50 of 9, 2 s\ntimed out: {shown(slow)}\n97.5% of {len(everything)} killed in 77 s\n"
    earlier = Earlier.read(printed, everything)
    assert earlier is not None
    assert earlier.survivors == (alive,)
    assert earlier.took_s == 77
    assert [(one.mutant, one.verdict) for one in earlier.dead] == [
        (slow, Verdict.TIMEOUT),
        *((one, Verdict.KILLED) for one in killed),
    ]


@pytest.mark.parametrize(
    "printed",
    [
        "50 of 9, 2 s",
        "97.5% of 3 killed in 77 s",
        "survived: oms.lifecycle.sample:1 | g | other\n97.5% of {n} killed in 7 s",
    ],
    ids=["broken off", "of fewer", "of another text"],
)
def test_what_is_no_whole_campaign_on_this_text_is_not_gone_on_with(printed: str) -> None:
    everything = tuple(mutants(LIFECYCLE, "def f(a: int) -> bool:\n    return a < 1"))
    assert Earlier.read(printed.format(n=len(everything)), everything) is None
