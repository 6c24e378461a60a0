"""The house rules that a linter cannot hold, each a function from modules to places that break it.

A place is a string that stays the same while the code around it moves: `module` or `module:Class.method`. What breaks a
rule for a reason stands in `excuses.py`.
"""

import ast
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping

from tests.architecture.sources import FunctionNode, Module, definitions, imports

MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 60
MAX_INTERNAL_IMPORTS = 8
MAX_AVERAGE_INTERNAL_IMPORTS = 2.5

CORE_DEPENDENCIES = frozenset({"attr", "attrs", "sortedcontainers", "dateutil"})
DISPLAY_ROOMS = frozenset({"cli", "server"})
UNSAFE_CALLS = frozenset({"eval", "exec", "compile", "__import__"})
UNSAFE_MODULES = frozenset({"pickle", "marshal", "shelve", "dill"})

Rule = Callable[[Iterable[Module]], Iterator[str]]


def long_modules(modules: Iterable[Module]) -> Iterator[str]:
    """A module fits in one reading."""
    return (module.name for module in modules if len(module.text.splitlines()) > MAX_MODULE_LINES)


def long_functions(modules: Iterable[Module]) -> Iterator[str]:
    """A function fits on one screen, its docstring included."""
    for module, name, node in _functions(modules):
        if (node.end_lineno or node.lineno) - node.lineno + 1 > MAX_FUNCTION_LINES:
            yield f"{module.name}:{name}"


def internal_imports(modules: Iterable[Module]) -> dict[str, int]:
    """How many other modules of the library each one imports, those for the type checker included."""
    modules = tuple(modules)
    names = {module.name for module in modules}

    def target(source: str, name: str | None) -> str:
        return f"{source}.{name}" if f"{source}.{name}" in names else source

    return {
        module.name: len({target(*imported) for imported in imports(module) if _is_internal(imported[0])})
        for module in modules
    }


def many_internal_imports(modules: Iterable[Module]) -> Iterator[str]:
    """A module that must know many others is doing their work."""
    return (name for name, count in internal_imports(modules).items() if count > MAX_INTERNAL_IMPORTS)


def imports_through_a_package(modules: Iterable[Module]) -> Iterator[str]:
    """Inside the library a name comes from the module that defines it: contracts cannot see through an `__init__`."""
    modules = tuple(modules)
    names = {module.name for module in modules}
    packages = {module.name for module in modules if module.is_package} | {"oms"}
    for module in modules:
        through = {
            source
            for source, name in imports(module)
            if source in packages and f"{source}.{name}" not in names
        }
        yield from (f"{module.name} <- {source}" for source in sorted(through))


def foreign_imports(modules: Iterable[Module]) -> Iterator[str]:
    """Outside the standard library there are three dependencies."""
    known = CORE_DEPENDENCIES | {"oms"} | sys.stdlib_module_names
    for module in modules:
        foreign = {source.partition(".")[0] for source, _ in imports(module)} - known
        yield from (f"{module.name} <- {source}" for source in sorted(foreign))


def unannotated(modules: Iterable[Module]) -> Iterator[str]:
    """Every parameter and every result has a type."""
    for module, name, node in _functions(modules):
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        arguments += [extra for extra in (node.args.vararg, node.args.kwarg) if extra]
        missing = [a for a in arguments if a.annotation is None and a.arg not in {"self", "cls"}]
        if missing or node.returns is None:
            yield f"{module.name}:{name}"


def undocumented(modules: Iterable[Module]) -> Iterator[str]:
    """Every public name says what it gives."""
    for module in modules:
        if _is_public(module.name.removesuffix("__main__")) and ast.get_docstring(module.tree) is None:
            yield module.name
        for name, node in _public_definitions(module.tree):
            if ast.get_docstring(node) is None and not _is_said_elsewhere(node):
                yield f"{module.name}:{name}"


def status_comparisons(modules: Iterable[Module]) -> Iterator[str]:
    """`OrdStatus` is for showing; what is legal is decided on facts."""
    for module in modules:
        if module.room not in DISPLAY_ROOMS and any(map(_compares_status, ast.walk(module.tree))):
            yield module.name


def unsafe_constructs(modules: Iterable[Module]) -> Iterator[str]:
    """Nothing that is read becomes code."""
    for module in modules:
        used = {source.partition(".")[0] for source, _ in imports(module)} & UNSAFE_MODULES
        used |= {
            node.func.id
            for node in ast.walk(module.tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in UNSAFE_CALLS
        }
        yield from (f"{module.name}: {name}" for name in sorted(used))


def sleeps(modules: Iterable[Module]) -> Iterator[str]:
    """A test moves a fake clock instead of waiting; `asyncio.sleep(0)` only yields and is fine."""
    for module in modules:
        if "sleep" not in module.text:
            continue  # most trees need no walk
        borrowed = any(name == "sleep" for source, name in imports(module) if source in {"time", "asyncio"})
        if borrowed or any(map(_is_sleep, ast.walk(module.tree))):
            yield module.name


RULES: Mapping[str, Rule] = {
    "long modules": long_modules,
    "long functions": long_functions,
    "many internal imports": many_internal_imports,
    "imports through a package": imports_through_a_package,
    "foreign imports": foreign_imports,
    "unannotated": unannotated,
    "undocumented": undocumented,
    "status comparisons": status_comparisons,
    "unsafe constructs": unsafe_constructs,
    "sleeps": sleeps,
}
RULES_FOR_TESTS = frozenset({"unannotated", "sleeps"})


def _functions(modules: Iterable[Module]) -> Iterator[tuple[Module, str, FunctionNode]]:
    for module in modules:
        for name, node in definitions(module.tree):
            if not isinstance(node, ast.ClassDef):
                yield module, name, node


def _is_internal(name: str) -> bool:
    return name == "oms" or name.startswith("oms.")


def _is_public(dotted: str) -> bool:
    return not any(part.startswith("_") for part in dotted.split("."))


def _public_definitions(tree: ast.AST, within: str = "") -> Iterator[tuple[str, FunctionNode | ast.ClassDef]]:
    # What is defined inside a function is nobody's to call, so only classes are entered.
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and _is_public(node.name):
            name = f"{within}{node.name}"
            yield name, node
            if isinstance(node, ast.ClassDef):
                yield from _public_definitions(node, f"{name}.")
        elif isinstance(node, ast.If | ast.Try):
            yield from _public_definitions(node, within)


def _is_said_elsewhere(node: FunctionNode | ast.ClassDef) -> bool:
    """An overload is documented by what it overloads, a setter by its property."""
    names = {getattr(d, "id", getattr(d, "attr", "")) for d in node.decorator_list}
    return bool(names & {"overload", "override", "setter", "deleter", "validator", "default"})


def _compares_status(node: ast.AST) -> bool:
    match node:
        case ast.MatchValue(value=value):
            return _is_status_member(value)
        case ast.Compare(left=left, comparators=rest):
            sides = [left, *rest]
            if any(_is_status_member(part) for side in sides for part in ast.walk(side)):
                return True
            # `is None` asks whether there is one, not which.
            others = [side for side in sides if not _is_status_value(side)]
            return len(others) < len(sides) and not all(map(_is_none, others or [left]))
        case _:
            return False


def _is_status_member(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id="OrdStatus") | ast.Attribute(attr="OrdStatus")):
            return True
        case _:
            return False


def _is_status_value(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(attr="ord_status") | ast.Name(id="ord_status"):
            return True
        case _:
            return False


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_sleep(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(attr="sleep"), args=[ast.Constant(value=0)]):
            return False
        case ast.Call(func=ast.Attribute(attr="sleep", value=ast.Name(id="time" | "asyncio"))):
            return True
        case _:
            return False
