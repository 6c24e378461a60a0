"""Every small thing that can be wrong in a module, one at a time: each mutant is one changed place in its syntax tree.

Tables are data of the module itself, so they are mutated too, cell by cell. Left alone is what no test should hold:
docstrings, annotations, aliases of types, `__all__`, asserts, and the words of a message.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

Path = tuple[str | int, ...]
Change = tuple[str, Path, ast.AST]
"""In words, where below the node in hand, and what stands there instead."""

MODULE = "module"
"""Where a statement of the module is that gives nothing a name."""

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    # A boundary moved, and the opposite.
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_WORDS: dict[type[ast.AST], str] = {ast.If: "if", ast.IfExp: "if-else", ast.While: "while"}
_IS_TUPLE = ("tuple[", "Events")
"""How the annotation of a tuple begins; `Events` is the alias that lifecycle/ has for one."""

_UNTOUCHED_NAMES = frozenset({"__all__", "__slots__"})
# `assert` is for what only a bug can cause: no test reaches it, and none reads an import.
_UNTOUCHED = (ast.Import, ast.ImportFrom, ast.Assert, ast.Global, ast.Nonlocal)
_STEPS = (
    ast.Expr, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Delete, ast.Raise, ast.Break, ast.Continue,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A module with one thing changed.

    Attributes:
        module: The dotted name of the module.
        where: The function, `Class.method` or module-level name that the change is in.
        change: What was changed, in words that stay the same while the code around it moves.
        line: Where it is today.
        path: The way through the tree to the node that is replaced.
        new: What stands there instead.
    """

    module: str
    where: str
    change: str
    line: int
    path: Path
    new: ast.AST

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is known by from one campaign to the next."""
        return self.module, self.where, self.change

    def tree(self, text: str) -> ast.Module:
        """Give the mutated tree of the module's text, ready to be compiled."""
        tree = ast.parse(text)
        *way, last = self.path
        parent = _at(tree, way)
        if isinstance(last, int):
            parent[last] = self.new
        else:
            setattr(parent, last, self.new)
        return ast.fix_missing_locations(tree)


def mutants(module: str, text: str) -> tuple[Mutant, ...]:
    """Give every mutant of a module, in the order of its text; no two have one key."""
    tree = ast.parse(text)
    blanks = frozenset(_names_of_nothing(tree))
    seen: set[tuple[Path, str]] = set()
    count: Counter[tuple[str, str]] = Counter()
    found: list[Mutant] = []
    for where, path, node, changes in _places(tree, blanks):
        for change, below, new in changes:
            place = (*path, *below)
            if (place, dumped := ast.dump(new)) in seen:
                continue
            seen.add((place, dumped))
            count[where, change] += 1
            found.append(
                Mutant(
                    module=module,
                    where=where,
                    change=change,
                    line=getattr(_at(tree, place), "lineno", getattr(node, "lineno", 0)),
                    path=place,
                    new=new,
                )
            )
    return tuple(_numbered(found, count))


def _numbered(found: Sequence[Mutant], count: Counter[tuple[str, str]]) -> Iterator[Mutant]:
    # The same change twice in one function is told apart by its turn.
    turn: Counter[tuple[str, str]] = Counter()
    for mutant in found:
        known = mutant.where, mutant.change
        turn[known] += 1
        yield mutant if count[known] == 1 else replace(mutant, change=f"{mutant.change} [{turn[known]}]")


def _at(tree: ast.AST, way: Sequence[str | int]) -> Any:  # noqa: ANN401  # a node, a list of them, or nothing yet
    node: Any = tree
    for step in way:
        node = node[step] if isinstance(step, int) else getattr(node, step)
    return node


# ---------------------------------------------------------------- the way through a tree


@dataclass(frozen=True, kw_only=True)
class _Inside:
    """What is known about the surroundings of a node."""

    where: str = MODULE
    function: ast.FunctionDef | ast.AsyncFunctionDef | None = None
    qualified: str = ""
    blanks: frozenset[str] = frozenset()

    @property
    def is_module(self) -> bool:
        return not self.qualified


Place = tuple[str, Path, ast.AST, Iterator[Change]]


def _places(tree: ast.Module, blanks: frozenset[str]) -> Iterator[Place]:
    for place, statement in enumerate(tree.body):
        yield from _walk(statement, ("body", place), _Inside(blanks=blanks))


def _walk(node: ast.AST, path: Path, inside: _Inside) -> Iterator[Place]:
    if isinstance(node, _UNTOUCHED) or _is_docstring(node) or _is_for_the_type_checker(node):
        return
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        inside = _within(node, inside)
    elif isinstance(node, ast.Assign | ast.AnnAssign) and inside.function is None:
        [target] = node.targets if isinstance(node, ast.Assign) else [node.target]
        name = ast.unparse(target)
        if name in _UNTOUCHED_NAMES or node.value is None or _is_type_alias(node):
            return
        if inside.is_module:
            inside = replace(inside, where=name)
            yield inside.where, (*path, "value"), node.value, _of_table(node.value, inside.blanks)
    yield inside.where, path, node, _of(node, inside)
    if isinstance(node, ast.JoinedStr):
        return  # A message; `_of` has taken what is none.
    if isinstance(node, ast.Dict) and inside.function is None and _cells(node):
        return  # `_of_table` has taken the cells; a row too short is noticed while importing.
    for field, value in ast.iter_fields(node):
        if field in {"annotation", "returns", "type_params", "type_comment"}:
            continue
        if isinstance(value, list):
            for place, child in enumerate(value):
                if isinstance(child, ast.AST):
                    yield from _walk(child, (*path, field, place), inside)
        elif isinstance(value, ast.AST):
            yield from _walk(value, (*path, field), inside)


def _within(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, inside: _Inside) -> _Inside:
    name = f"{inside.qualified}.{node.name}" if inside.qualified else node.name
    function = inside.function if isinstance(node, ast.ClassDef) else node
    return replace(inside, where=name, qualified=name, function=function)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_for_the_type_checker(node: ast.AST) -> bool:
    if isinstance(node, ast.If):
        return ast.unparse(node.test).endswith("TYPE_CHECKING")
    return isinstance(node, ast.Expr) and ast.unparse(node.value).startswith("assert_never(")


def _is_type_alias(node: ast.Assign | ast.AnnAssign) -> bool:
    if isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation).endswith("TypeAlias"):
        return True
    is_bare = isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript)
    return is_bare or (isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "TypeVar")


def _names_of_nothing(tree: ast.Module) -> Iterator[str]:
    """The names that a module gives to None: the gaps of its tables."""
    for node in tree.body:
        if (
            isinstance(node, ast.AnnAssign)
            and isinstance(node.value, ast.Constant)
            and node.value.value is None
        ):
            yield ast.unparse(node.target)


# ---------------------------------------------------------------- the tables of a module


def _of_table(table: ast.expr, blanks: frozenset[str]) -> Iterator[Change]:
    """What is particular to module-level data: cells, neighbors changing places, a row that says what another says."""
    match table:
        case ast.Dict() if (names := _cells(table)) and blanks & set(names):
            yield from _of_cells(table, names, blanks)
        case ast.Dict():
            yield from _other_values(table)
        case ast.Tuple(elts=elements):
            for place, (one, other) in enumerate(pairwise(elements)):
                new = ast.Tuple([*elements[:place], other, one, *elements[place + 2 :]], ast.Load())
                yield f"{ast.unparse(one)} and {ast.unparse(other)} change places", (), new
        case _:
            pass


def _cells(table: ast.Dict) -> list[str]:
    """Every name in a table whose rows are tuples of names; nothing if it is no such table."""
    names: list[str] = []
    for row in table.values:
        if not isinstance(row, ast.Tuple) or not all(isinstance(cell, ast.Name) for cell in row.elts):
            return []
        names += [ast.unparse(cell) for cell in row.elts]
    return names


def _of_cells(table: ast.Dict, names: list[str], blanks: frozenset[str]) -> Iterator[Change]:
    lives = sorted(set(names) - blanks)
    blank = min(blanks & set(names))
    for place, (key, row) in enumerate(zip(table.keys, table.values, strict=True)):
        assert key is not None
        assert isinstance(row, ast.Tuple)
        for column, cell in enumerate(row.elts):
            name = ast.unparse(cell)
            # A gap is filled in two ways, and a life becomes a gap and another life.
            usual = Counter(name for name in names[column :: len(row.elts)] if name != blank).most_common(1)
            first = (usual[0][0] if usual else lives[0]) if name == blank else name
            after = lives[(lives.index(first) + 1) % len(lives)]
            for other in (first if name == blank else blank, after):
                change = f"{ast.unparse(key)}, column {column}: {name} -> {other}"
                yield change, ("values", place, "elts", column), ast.Name(other, ast.Load())


def _other_values(table: ast.Dict) -> Iterator[Change]:
    values = [ast.unparse(value) for value in table.values]
    for place, (key, value) in enumerate(zip(table.keys, values, strict=True)):
        later = [*range(place + 1, len(values)), *range(place)]
        other = next((at for at in later if values[at] != value), None)
        if key is not None and other is not None:
            yield f"{ast.unparse(key)}: {value} -> {values[other]}", ("values", place), table.values[other]


# ---------------------------------------------------------------- any node


def _of(node: ast.AST, inside: _Inside) -> Iterator[Change]:
    """Everything that can be wrong with one node, its children aside."""
    match node:
        case ast.Compare():
            yield from _of_comparison(node)
        case ast.BoolOp():
            yield from _of_boolean(node)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield _in_place(node, operand)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            yield _in_place(node, operand)
        case ast.BinOp(op=op) if type(op) in _ARITHMETIC:
            yield _in_place(node, ast.BinOp(node.left, _ARITHMETIC[type(op)](), node.right))
        case ast.Constant():
            yield from _of_constant(node)
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
            yield from _of_condition(test, ("test",), _WORDS[type(node)])
        case ast.comprehension(ifs=tests):
            for place, test in enumerate(tests):
                yield from _of_condition(test, ("ifs", place), "if")
            yield from _shorter(node.iter, ("iter",))
        case ast.match_case(pattern=pattern):
            yield f"no case {ast.unparse(pattern)}", ("guard",), ast.Constant(value=False)
        case ast.For(iter=over):
            yield from _shorter(over, ("iter",))
        case ast.Dict() | ast.Set() | ast.List():
            yield from _shorter(node, ())
        case ast.Tuple(ctx=ast.Load()) if inside.function is None:
            yield from _shorter(node, ())
        case ast.Call(keywords=keywords):
            for place, keyword in enumerate(keywords):
                rest = [*keywords[:place], *keywords[place + 1 :]]
                yield (
                    f"{ast.unparse(node.func)}: no {ast.unparse(keyword)}",
                    (),
                    ast.Call(node.func, node.args, rest),
                )
        case ast.Slice(lower=lower, upper=upper):
            if lower is not None:
                yield f"[{ast.unparse(node)}] -> no lower bound", (), ast.Slice(None, upper, node.step)
            if upper is not None:
                yield f"[{ast.unparse(node)}] -> no upper bound", (), ast.Slice(lower, None, node.step)
        case ast.JoinedStr(values=values) if not any(isinstance(part, ast.Constant) for part in values):
            # Without a word of its own it is no message, but a key or a measure.
            for place in range(len(values)):
                rest_of_it = [*values[:place], *values[place + 1 :]]
                yield f"{ast.unparse(node)} without part {place}", (), ast.JoinedStr(rest_of_it)
        case _:
            yield from _of_statement(node, inside)


def _of_statement(node: ast.AST, inside: _Inside) -> Iterator[Change]:
    if isinstance(node, ast.AugAssign) and type(node.op) in _ARITHMETIC:
        yield _in_place(node, ast.AugAssign(node.target, _ARITHMETIC[type(node.op)](), node.value))
    if isinstance(node, ast.Return) and node.value is not None and inside.function is not None:
        yield from _of_return(node.value, inside.function)
    # Deleted outside a function, a statement takes a name away from the whole module: too easily seen to be worth a run.
    is_bare = isinstance(node, ast.AnnAssign) and node.value is None
    if isinstance(node, _STEPS) and not is_bare and inside.function is not None:
        yield f"delete: {ast.unparse(node)}", (), ast.Pass()


def _in_place(node: ast.AST, new: ast.AST) -> Change:
    return f"{ast.unparse(node)} -> {ast.unparse(new)}", (), new


def _of_comparison(node: ast.Compare) -> Iterator[Change]:
    for place, op in enumerate(node.ops):
        for other in _COMPARISONS[type(op)]:
            ops = [*node.ops[:place], other(), *node.ops[place + 1 :]]
            yield _in_place(node, ast.Compare(node.left, ops, node.comparators))


def _of_boolean(node: ast.BoolOp) -> Iterator[Change]:
    swapped = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    old, new = (" and ", " or ") if isinstance(node.op, ast.And) else (" or ", " and ")
    words = [ast.unparse(value) for value in node.values]
    # A long chain would make a long name: its ends say which one it is.
    shown = old.join(words) if len(words) <= 3 else f"{words[0]}{old}...{old}{words[-1]}"
    yield f"{shown}:{old}->{new}".rstrip(), (), ast.BoolOp(swapped, node.values)
    for place, word in enumerate(words):
        rest = [*node.values[:place], *node.values[place + 1 :]]
        yield f"{shown}: no {word}", (), rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)


def _of_constant(node: ast.Constant) -> Iterator[Change]:
    match node.value:
        case bool(value):
            yield _in_place(node, ast.Constant(value=not value))
        case int(number):
            yield _in_place(node, ast.Constant(value=number + 1))
        case "":
            yield _in_place(node, ast.Constant(value="x"))
        case _:
            pass


def _of_condition(test: ast.expr, below: Path, word: str) -> Iterator[Change]:
    shown = f"{word} {ast.unparse(test)}"
    for forced in (True, False):
        yield f"{shown} -> {word} {forced}", below, ast.Constant(value=forced)
    # One comparison negated is its operator swapped, and a `not` negated is the `not` removed.
    is_done_elsewhere = (isinstance(test, ast.Compare) and len(test.ops) == 1) or isinstance(
        test, ast.UnaryOp
    )
    if not is_done_elsewhere:
        yield f"{shown} -> {word} not", below, ast.UnaryOp(ast.Not(), test)


def _of_return(value: ast.expr, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Change]:
    annotation = ast.unparse(function.returns) if function.returns is not None else ""
    instead: list[ast.expr] = []
    if annotation == "bool":
        instead += [ast.Constant(value=True), ast.Constant(value=False)]
    if annotation.startswith(_IS_TUPLE):
        instead.append(ast.Tuple([], ast.Load()))
    if annotation == "str":
        instead.append(ast.Constant(value=""))
    if annotation.endswith("| None"):
        instead.append(ast.Constant(value=None))
    for new in instead:
        if ast.dump(new) != ast.dump(value):
            yield f"return {ast.unparse(value)} -> return {ast.unparse(new)}", ("value",), new
    if isinstance(value, ast.Tuple) and len(value.elts) > 1:
        yield from _shorter(value, ("value",))


def _shorter(node: ast.expr, below: Path) -> Iterator[Change]:
    """A display without one of its elements."""
    match node:
        case ast.Dict(keys=keys, values=values):
            for place, (key, value) in enumerate(zip(keys, values, strict=True)):
                said = f"**{ast.unparse(value)}" if key is None else ast.unparse(key)
                rest = ast.Dict([*keys[:place], *keys[place + 1 :]], [*values[:place], *values[place + 1 :]])
                yield f"without {said}", below, rest
        case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
            make: Callable[[list[ast.expr]], ast.expr] = {
                ast.Tuple: lambda rest: ast.Tuple(rest, ast.Load()),
                ast.List: lambda rest: ast.List(rest, ast.Load()),
                # There is no display of an empty set.
                ast.Set: lambda rest: ast.Set(rest) if rest else ast.parse("set()", mode="eval").body,
            }[type(node)]
            for place, element in enumerate(elements):
                yield (
                    f"without {ast.unparse(element)}",
                    below,
                    make([*elements[:place], *elements[place + 1 :]]),
                )
        case _:
            pass
