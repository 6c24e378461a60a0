"""The library as text: its modules, parsed once, for rules that read code without running it."""

import ast
import gc
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from attrs import frozen

import oms

REPOSITORY = Path(__file__).parents[2]

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@frozen(kw_only=True)
class Module:
    """One source file and the tree parsed from it."""

    name: str
    text: str
    tree: ast.Module
    is_package: bool = False

    @classmethod
    def from_text(cls, name: str, text: str, *, is_package: bool = False) -> "Module":
        """The module that would be called `name`."""
        return cls(name=name, text=text, tree=ast.parse(text), is_package=is_package)

    @property
    def room(self) -> str:
        """The package or module directly below `oms` to which this belongs; empty for the front door."""
        return self.name.partition(".")[2].partition(".")[0]


def modules_below(folder: Path, package: str) -> tuple[Module, ...]:
    """All modules in `folder`, named as parts of `package`."""

    def parse(path: Path) -> Module:
        parts = path.relative_to(folder).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        name = ".".join((package, *(parts[:-1] if is_package else parts)))
        return Module.from_text(name, path.read_text(encoding="utf-8"), is_package=is_package)

    # Nothing of a tree is garbage. To look for some again and again while millions of nodes come takes three times as long as
    # to parse them.
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return tuple(parse(path) for path in sorted(folder.rglob("*.py")))
    finally:
        if was_enabled:
            gc.enable()


@cache
def library() -> tuple[Module, ...]:
    """The modules of the `oms` that is installed, be it from the checkout or from a wheel."""
    return modules_below(Path(oms.__file__).parent, "oms")


@cache
def suite() -> tuple[Module, ...]:
    """The modules of the tests."""
    return modules_below(REPOSITORY / "tests", "tests")


def definitions(tree: ast.AST, *, within: str = "") -> Iterator[tuple[str, FunctionNode | ast.ClassDef]]:
    """Each class and function with its dotted name, at any depth."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, _SCOPES):
            name = f"{within}.{node.name}" if within else node.name
            yield name, node
            yield from definitions(node, within=name)
        else:
            yield from definitions(node, within=within)


def imports(module: Module) -> Iterator[tuple[str, str | None]]:
    """Each import as (module, name taken from it); the name is None for a plain `import module`."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module, alias.name) for alias in node.names)
