"""What must hold between parameters, as data: checked here, and handed on as FIXatdl's StrategyEdit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import Enum
from itertools import combinations
from typing import Final, TypeAlias, assert_never

from oms.errors import ValidationError
from oms.model.decimals import plain
from oms.model.define import value


class Operator(Enum):
    """How two values are compared."""

    EQ = "EQ"
    NE = "NE"
    LT = "LT"
    LE = "LE"
    GT = "GT"
    GE = "GE"


class Logic(Enum):
    """How claims are joined."""

    AND = "AND"
    OR = "OR"
    XOR = "XOR"
    NOT = "NOT"


@value
class Given:
    """A parameter is given (EX)."""

    field: str


@value
class Compare:
    """A parameter is given, and compares so to another one, or to a value.

    Attributes:
        field: Its name.
        operator: How.
        other: The name of the other; None where it is compared to `to`.
        to: A number, a member of an enumeration, or a yes or no.
    """

    field: str
    operator: Operator
    other: str | None = None
    to: Decimal | Enum | bool | None = None


@value
class Joined:
    """Several claims joined; a denial has one part."""

    logic: Logic
    parts: tuple[Claim, ...]


Claim: TypeAlias = Given | Compare | Joined


@value
class Rule:
    """What must hold.

    Attributes:
        claim: What.
        message: What to do where it does not.
    """

    claim: Claim
    message: str

    @property
    def fields(self) -> tuple[str, ...]:
        """The parameters that it speaks of, each once."""
        return tuple(dict.fromkeys(_fields(self.claim)))


def holds(claim: Claim, values: Mapping[str, object]) -> bool:
    """Tell whether a claim is true of the parameters that are given, by name; None is not given."""
    match claim:
        case Given(field=field):
            return values.get(field) is not None
        case Compare():
            return _compares(claim, values)
        case Joined(logic=logic, parts=parts):
            found = [holds(part, values) for part in parts]
            match logic:
                case Logic.AND:
                    return all(found)
                case Logic.OR:
                    return any(found)
                case Logic.XOR:
                    return sum(found) == 1
                case Logic.NOT:
                    return not any(found)
                case _:
                    assert_never(logic)
        case _:
            assert_never(claim)


def broken(rules: Iterable[Rule], values: Mapping[str, object]) -> list[ValidationError]:
    """Give an error for each rule that does not hold, about its first parameter."""
    return [
        ValidationError(rule.fields[0], _said(rule, values), rule.message)
        for rule in rules
        if not holds(rule.claim, values)
    ]


def not_both(first: str, second: str) -> Rule:
    """Require that at most one of two is given."""
    return Rule(any_of(missing(first), missing(second)), f"give {first} or {second}, not both")


def exactly_one(*names: str) -> Rule:
    """Require that exactly one of several is given."""
    message = f"give exactly one of {', '.join(names)}"
    given = tuple(Given(name) for name in names)
    if len(names) == 2:
        return Rule(Joined(Logic.XOR, given), message)
    # What XOR says of three is read in two ways.
    pairs = [any_of(missing(one), missing(other)) for one, other in combinations(names, 2)]
    return Rule(all_of(any_of(*given), *pairs), message)


def needs(name: str, *others: str) -> Rule:
    """Require others where one is given."""
    claim = any_of(missing(name), all_of(*(Given(other) for other in others)))
    return Rule(claim, f"give {' and '.join(others)} with {name}")


def in_order(first: str, operator: Operator, second: str) -> Rule:
    """Require that two compare so where both are given."""
    claim = any_of(missing(first), missing(second), Compare(first, operator, other=second))
    return Rule(claim, f"pass {first} {_WORDS[operator]} {second}")


def required(name: str) -> Rule:
    """Require one that others may leave out."""
    return Rule(Given(name), f"give {name}")


def implies(name: str, to: Enum | bool, then: Claim, message: str) -> Rule:
    """Require something where a choice was made."""
    return Rule(any_of(missing(name), Compare(name, Operator.NE, to=to), then), message)


def any_of(*parts: Claim) -> Joined:
    """Join claims of which one is enough."""
    return Joined(Logic.OR, parts)


def all_of(*parts: Claim) -> Claim:
    """Join claims that must all be true."""
    return parts[0] if len(parts) == 1 else Joined(Logic.AND, parts)


def missing(name: str) -> Joined:
    """Claim that a parameter is not given (NX)."""
    return Joined(Logic.NOT, (Given(name),))


def _compares(claim: Compare, values: Mapping[str, object]) -> bool:
    left = values.get(claim.field)
    right = values.get(claim.other) if claim.other is not None else claim.to
    if left is None or right is None:
        return False
    if claim.operator is Operator.EQ:
        return left == right
    if claim.operator is Operator.NE:
        return left != right
    assert isinstance(left, int | Decimal), claim
    assert isinstance(right, int | Decimal), claim
    match claim.operator:
        case Operator.LT:
            return left < right
        case Operator.LE:
            return left <= right
        case Operator.GT:
            return left > right
        case Operator.GE:
            return left >= right
        case _:
            assert_never(claim.operator)


def _fields(claim: Claim) -> Iterable[str]:
    match claim:
        case Given(field=field):
            yield field
        case Compare(field=field, other=other):
            yield from (field,) if other is None else (field, other)
        case Joined(parts=parts):
            for part in parts:
                yield from _fields(part)
        case _:
            assert_never(claim)


def _said(rule: Rule, values: Mapping[str, object]) -> str:
    found = {name: values.get(name) for name in rule.fields}
    return ", ".join(f"{name} {_shown(what)}" for name, what in found.items())


def _shown(what: object) -> str:
    match what:
        case None:
            return "not given"
        case Decimal():
            return plain(what)
        case Enum():
            return str(what.value)
        case _:
            return str(what)


_WORDS: Final = {
    Operator.EQ: "equal to",
    Operator.NE: "other than",
    Operator.LT: "less than",
    Operator.LE: "at most",
    Operator.GT: "more than",
    Operator.GE: "at least",
}
