"""The files around the library keep the habits they promise."""

import ast
import re
import tomllib

import pytest

from tests.architecture.sources import REPOSITORY, definitions

FRAGMENT = re.compile(r"(\d+|\+[\w-]+)\.(breaking|feature|fix|deprecation)\.md")


def nox_sessions() -> dict[str, str | None]:
    """Each session of the noxfile with its docstring."""
    tree = ast.parse((REPOSITORY / "noxfile.py").read_text(encoding="utf-8"))
    return {
        name: ast.get_docstring(node)
        for name, node in definitions(tree)
        if not isinstance(node, ast.ClassDef)
        and any("session" in ast.unparse(d) for d in node.decorator_list)
    }


def test_every_nox_session_says_what_it_does() -> None:
    sessions = nox_sessions()

    assert sessions
    assert [name for name, docstring in sessions.items() if not docstring] == []


@pytest.mark.parametrize("name", sorted(path.name for path in (REPOSITORY / "news").iterdir()))
def test_a_news_fragment_is_named_for_its_issue_and_type(name: str) -> None:
    assert name == "README.md" or FRAGMENT.fullmatch(name)


def test_every_ignored_lint_rule_has_its_excuse_beside_it() -> None:
    text = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    [ignored] = re.findall(r"^ignore = \[\n(.*?)^\]", text, flags=re.DOTALL | re.MULTILINE)
    rules = tomllib.loads(text)["tool"]["ruff"]["lint"]["ignore"]

    assert len(re.findall(r'^ +"\w+", +# \w+', ignored, flags=re.MULTILINE)) == len(rules)


def test_the_readme_carries_the_marks_the_docs_cut_it_by() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")

    assert 0 <= readme.find("<!-- intro-start -->") < readme.find("<!-- intro-end -->")
