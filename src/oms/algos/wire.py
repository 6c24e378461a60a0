"""Parameters as texts and back: in the terms of an order, and in FIX by tags of their own or in StrategyParametersGrp (957 to 960)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from oms.algos.algorithms import ALGORITHMS, Algorithm
from oms.algos.description import Description, broken_by, defaults, not_given, refuse
from oms.algos.parameter import Parameter
from oms.algos.told import Told
from oms.algos.working import USUAL, Working
from oms.errors import ValidationError
from oms.model.define import record
from oms.model.terms import Strategy


@record
class StrategyParameter:
    """One entry of StrategyParametersGrp.

    Attributes:
        name: StrategyParameterName (958).
        type: StrategyParameterType (959).
        value: StrategyParameterValue (960).
    """

    name: str
    type: int
    value: str


@record
class FixParameters:
    """Parameters as a message of FIX holds them.

    Attributes:
        fields: What has a tag of its own: the tag and its value.
        group: The others, as the entries of StrategyParametersGrp.
    """

    fields: tuple[tuple[int, str], ...]
    group: tuple[StrategyParameter, ...]


def description_of(name: str) -> Description:
    """Give what the algorithm of a name is told.

    Raises:
        ValidationError: There is none of that name; the nearest one is named.
    """
    if name not in ALGORITHMS:
        raise ValidationError(
            "strategy", name, f"pass one of {', '.join(ALGORITHMS)}{_nearest(name, ALGORITHMS)}"
        )
    return ALGORITHMS[name].DESCRIPTION


def read(name: str, given: Mapping[str, object]) -> Algorithm:
    """Give the typed parameters that texts stand for, by their names here or in FIXatdl.

    Raises:
        ParametersError: All that is wrong with them, at once: what is unknown, with the nearest name that is known, missing, twice
            there, of another kind, out of its bounds, or against a rule.
        ValidationError: There is no such algorithm.
    """
    return whole(told(name, given))


def whole(what: Told) -> Algorithm:
    """Give parameters typed; errors as in `read`."""
    refuse(list(what.errors))
    assert what.algorithm is not None  # nothing is wrong
    return what.algorithm


def told(name: str, given: Mapping[str, object]) -> Told:
    """Give what can be made of parameters, and all that is wrong with them as in `read`.

    Raises:
        ValidationError: There is no such algorithm.
    """
    description = description_of(name)
    cls = ALGORITHMS[name]
    by_name = {each.name: each for each in description.parameters}
    by_name |= {each.atdl: each for each in description.parameters}
    values: dict[str, object] = {}
    bad: set[str] = set()
    errors: list[ValidationError] = []
    for key, text in given.items():
        parameter = by_name.get(key)
        if parameter is None:
            known = [each.name for each in description.parameters]
            nearest = _nearest(key, known) or f"; {name} knows {', '.join(known)}"
            errors.append(ValidationError(key, str(text), f"drop it: {name} does not know it{nearest}"))
        elif parameter.name in values or parameter.name in bad:
            errors.append(
                ValidationError(parameter.name, str(text), f"give it once, not as {parameter.atdl} too")
            )
        else:
            try:
                values[parameter.name] = parameter.typed(text)
            except ValidationError as error:
                errors.append(error)
                bad.add(parameter.name)
    for parameter in description.own:
        if parameter.is_required and parameter.name not in values and parameter.name not in bad:
            errors.append(not_given(parameter))
            bad.add(parameter.name)
    usual = {**USUAL, **defaults(cls)}
    errors += broken_by(description, {**usual, **values}, bad)
    right = {key: typed for key, typed in values.items() if key not in {error.field for error in errors}}
    there = {key: typed for key, typed in {**usual, **values}.items() if key not in bad}
    return Told(description, there, tuple(errors), _typed(cls, right))


def _typed(cls: type[Algorithm], values: Mapping[str, object]) -> Algorithm | None:
    """Give the algorithm that is told so; None where that is too little for one."""
    description = cls.DESCRIPTION
    is_short = any(each.is_required and each.name not in values for each in description.own)
    if is_short or broken_by(description, {**USUAL, **defaults(cls), **values}, ()):
        return None
    own = {each.name for each in description.own}
    common = {key: typed for key, typed in values.items() if key not in own}
    # Each has been made of its own kind; the classes check that again.
    make: type = cls
    made: Algorithm = make(
        working=Working(**common),  # type: ignore[arg-type]
        **{key: typed for key, typed in values.items() if key in own},
    )
    return made


def as_taken(name: str, given: Mapping[str, object]) -> Algorithm:
    """Give the typed parameters of an order that was taken once: what would be refused by now is left out.

    Parameters came to be refused since they did nothing beside others, so that without them the order is worked as it was.

    Raises:
        ParametersError: There is no algorithm without them; errors as in `read`.
        ValidationError: There is no such algorithm.
    """
    names = {each.atdl: each.name for each in description_of(name).parameters}
    what = told(name, given)
    while what.algorithm is None:
        left = {key: text for key, text in given.items() if names.get(key, key) not in what.wrong}
        if len(left) == len(given):
            return whole(what)
        # What was given for the sake of something that is left out goes with it.
        given, what = left, told(name, left)
    return what.algorithm


def given_in(algorithm: Algorithm) -> list[tuple[Parameter, str]]:
    """Give the parameters that are not as they would be anyhow, each with its text, in the order of the description."""
    usual = {**USUAL, **defaults(type(algorithm))}
    result = []
    for parameter in algorithm.DESCRIPTION.parameters:
        owner = algorithm if parameter in algorithm.DESCRIPTION.own else algorithm.working
        typed = getattr(owner, parameter.name)
        if typed is not None and typed != usual[parameter.name]:
            result.append((parameter, parameter.text(typed)))
    return result


def strategy_of(algorithm: Algorithm) -> Strategy:
    """Give the terms of an order that is worked so."""
    texts = {parameter.name: text for parameter, text in given_in(algorithm)}
    return Strategy(algorithm.DESCRIPTION.name, texts)


def algorithm_of(terms: Strategy) -> Algorithm:
    """Give the typed parameters of an order's terms; errors as in `read`."""
    return read(terms.name, dict(terms.parameters))


def to_fix(algorithm: Algorithm) -> FixParameters:
    """Give what a message holds, as the exported FIXatdl says: by its tag, or else by its name there."""
    given = given_in(algorithm)
    return FixParameters(
        tuple((each.tag, text) for each, text in given if each.tag is not None),
        tuple(
            StrategyParameter(each.atdl, each.kind.fix_type, text) for each, text in given if each.tag is None
        ),
    )


def from_fix(
    name: str, group: Iterable[StrategyParameter], fields: Iterable[tuple[int, str]] = ()
) -> Algorithm:
    """Give the typed parameters of a message; errors as in `read`, and for one that is there twice.

    Args:
        name: The algorithm's.
        group: The entries of StrategyParametersGrp; what has a tag of its own may be there too.
        fields: Tags and their values; those that hold no parameter of any algorithm are left aside, so that a whole message may be given.
    """
    by_tag = {each.tag: each.atdl for cls in ALGORITHMS.values() for each in cls.DESCRIPTION.parameters}
    tagged = [(by_tag[tag], text) for tag, text in fields if tag in by_tag]
    texts: dict[str, str] = {}
    errors = []
    for key, text in (*tagged, *((entry.name, entry.value) for entry in group)):
        if key in texts:
            errors.append(ValidationError(key, text, "give it once"))
        texts[key] = text
    refuse(errors)
    return read(name, texts)


def _nearest(name: str, known: Iterable[str]) -> str:
    found = get_close_matches(name, list(known), n=1)
    return f"; did you mean {found[0]}?" if found else ""
