"""What an algorithm is told, as data, and how its parameters are made of what was given: all errors at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final

from attrs import NOTHING, fields_dict

from oms.algos.catalogue import COMMON
from oms.algos.choices import ChildStyle, OnResidual
from oms.algos.pacing import CatchUp
from oms.algos.parameter import Parameter
from oms.algos.rules import (
    Compare,
    Given,
    Operator,
    Rule,
    any_of,
    broken,
    implies,
    in_order,
    missing,
    needs,
    not_both,
)
from oms.errors import ParametersError, ValidationError
from oms.model.decimals import ZERO
from oms.model.define import value

UNSCHEDULED: Final = frozenset({"catch_up", "halt_clock", "randomise_size", "randomise_time", "random_band"})
"""What says nothing where there is no schedule."""
NO_COMPLETION: Final = frozenset({"force_completion", "completion_window", "completion_ignores_caps"})
"""What says nothing where an order waits for its price."""
AT_ITS_PRICE: Final = frozenset({"i_would_price", "i_would_qty", "max_quote_age"})
"""What says nothing where children stand at prices of the order's own."""

WORKING_RULES: Final = (
    in_order("end_time", Operator.GT, "start_time"),
    not_both("end_time", "duration"),
    in_order("min_participation", Operator.LE, "max_participation"),
    in_order("min_child", Operator.LE, "max_child"),
    needs("i_would_qty", "i_would_price"),
    implies(
        "no_take_liquidity",
        to=True,
        then=Compare("force_completion", Operator.EQ, to=False),
        message="drop it or force_completion, which crosses",
    ),
    *(
        implies("no_take_liquidity", to=True, then=claim, message=f"drop it or {what}, which crosses")
        for claim, what in (
            (missing("i_would_price"), "i_would_price"),
            (missing("min_participation"), "min_participation"),
            (Compare("catch_up", Operator.NE, to=CatchUp.CROSS), "catch_up cross"),
            (Compare("on_residual", Operator.NE, to=OnResidual.SWEEP), "on_residual sweep"),
        )
    ),
    implies(
        "force_completion", to=True, then=Given("completion_window"), message="give completion_window with it"
    ),
    implies(
        "completion_ignores_caps",
        to=True,
        then=Compare("force_completion", Operator.EQ, to=True),
        message="give force_completion with it",
    ),
    Rule(
        any_of(missing("completion_window"), Compare("force_completion", Operator.EQ, to=True)),
        "give force_completion with it, or drop it",
    ),
    implies(
        "on_residual",
        to=OnResidual.EXTEND,
        then=Compare("allow_past_end", Operator.EQ, to=True),
        message="give allow_past_end with extend",
    ),
    Rule(
        any_of(
            missing("on_residual"),
            Compare("on_residual", Operator.EQ, to=OnResidual.CANCEL),
            Compare("on_residual", Operator.EQ, to=OnResidual.EXTEND),
            missing("allow_past_end"),
            Compare("allow_past_end", Operator.EQ, to=False),
        ),
        "drop it or allow_past_end, with which what is left is worked on",
    ),
    Rule(
        any_of(
            missing("randomise_size"), Compare("randomise_size", Operator.EQ, to=ZERO), Given("random_band")
        ),
        "give random_band, in lots, with it",
    ),
    Rule(
        any_of(missing("random_band"), Compare("randomise_size", Operator.NE, to=ZERO)),
        "give randomise_size with it, or drop it",
    ),
    Rule(
        any_of(
            missing("child_offset"),
            Compare("child_offset", Operator.EQ, to=ZERO),
            missing("child_style"),
            Compare("child_style", Operator.NE, to=ChildStyle.MARKET),
        ),
        "drop it or child_style market, which takes any price within the limit",
    ),
    Rule(
        any_of(
            missing("child_offset"),
            Compare("child_offset", Operator.EQ, to=ZERO),
            missing("no_take_liquidity"),
            Compare("no_take_liquidity", Operator.EQ, to=False),
        ),
        "drop it or no_take_liquidity, with which nothing crosses",
    ),
    Rule(
        any_of(
            missing("catch_up"),
            Compare("catch_up", Operator.EQ, to=CatchUp.SPREAD),
            Compare("catch_up", Operator.EQ, to=CatchUp.CROSS),
            missing("child_style"),
            Compare("child_style", Operator.NE, to=ChildStyle.PASSIVE_THEN_CROSS),
            Compare("no_take_liquidity", Operator.EQ, to=True),
        ),
        "drop it, or pass cross: what has waited goes across the spread as its slice ends",
    ),
)
"""What must hold for any algorithm."""

STYLE_RULES: Final = (
    implies(
        "no_take_liquidity",
        to=True,
        then=Compare("child_style", Operator.EQ, to=ChildStyle.PASSIVE_THEN_CROSS),
        message="pass child_style passive_then_cross, of which only the first half is done, or drop it",
    ),
)
"""What must hold beside that where it can be chosen how children are sent."""

DRAWN_RULES: Final = (
    Rule(
        any_of(
            missing("seed"),
            Compare("seed", Operator.EQ, to=ZERO),
            Compare("randomise_size", Operator.NE, to=ZERO),
            Compare("randomise_time", Operator.NE, to=ZERO),
        ),
        "give randomise_size or randomise_time with it, or drop it",
    ),
)
"""The same where slices can be drawn."""

ENDS: Final = Rule(any_of(Given("end_time"), Given("duration")), "give end_time or duration")
"""A schedule has an end."""

AT_AN_END: Final = (
    *(
        implies(
            "on_residual",
            to=residual,
            then=ENDS.claim,
            message=f"give end_time or duration with {residual.value}",
        )
        for residual in (OnResidual.SWEEP, OnResidual.AUCTION)
    ),
    implies("allow_past_end", to=True, then=ENDS.claim, message="give end_time or duration with it"),
)
"""What must hold for an algorithm that needs no end: what speaks of one says nothing without it."""


@value(kw_only=True)
class Description:
    """What an algorithm is told.

    Attributes:
        name: Its name, which is that of the `Strategy`.
        target_strategy: TargetStrategy (847): 1 to 3 are FIX's, those from 1000 on our own.
        title: How a ticket calls it.
        about: What it does, in a sentence.
        own: What it alone is told.
        unknown: What other algorithms are told and this one is not.
        rules: What must hold between its parameters.
        beyond_rules: Gives what is wrong with them that no rule can say, by their values; asked where no rule is broken among `own`.
    """

    name: str
    target_strategy: int
    title: str
    about: str
    own: tuple[Parameter, ...]
    unknown: frozenset[str] = frozenset()
    rules: tuple[Rule, ...] = ()
    beyond_rules: Callable[[Mapping[str, object]], list[ValidationError]] | None = None

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """All that it is told, what any algorithm may be told first."""
        return (*(each for each in COMMON if each.name not in self.unknown), *self.own)

    @property
    def all_rules(self) -> tuple[Rule, ...]:
        """All that must hold between them."""
        return (
            *(
                rule
                for rule in (*WORKING_RULES, *STYLE_RULES, *DRAWN_RULES)
                if self.unknown.isdisjoint(rule.fields)
            ),
            *self.rules,
        )


def settle(instance: object, parameters: Iterable[Parameter]) -> list[ValidationError]:
    """Make each field what its parameter says it is, and give what was wrong."""
    errors = []
    for parameter in parameters:
        given = getattr(instance, parameter.name)
        if given is None:
            if parameter.is_required:
                errors.append(not_given(parameter))
            continue
        try:
            object.__setattr__(instance, parameter.name, parameter.typed(given))
        except ValidationError as error:
            errors.append(error)
    return errors


def not_given(parameter: Parameter) -> ValidationError:
    """Give the error of one that must be given and is not."""
    return ValidationError(parameter.name, "not given", f"give it: {parameter.about}")


def broken_among(
    rules: Iterable[Rule], values: Mapping[str, object], bad: Collection[str]
) -> list[ValidationError]:
    """Give the errors of rules that do not speak of what is wrong already."""
    return broken((rule for rule in rules if not any(field in bad for field in rule.fields)), values)


def broken_by(
    description: Description, values: Mapping[str, object], bad: Collection[str]
) -> list[ValidationError]:
    """Give what is wrong between the parameters of an algorithm; those that are bad by themselves are left aside."""
    errors = broken_among(description.all_rules, values, bad)
    own, wrong = {one.name for one in description.own}, {*bad, *(error.field for error in errors)}
    if description.beyond_rules is not None and own.isdisjoint(wrong):
        errors += description.beyond_rules(values)
    return errors


def refuse(errors: list[ValidationError]) -> None:
    """Raise all errors at once, where there are any.

    Raises:
        ParametersError: There are.
    """
    if errors:
        raise ParametersError(errors)


def defaults(cls: type) -> dict[str, object]:
    """Give what the fields of a class are where they are not given; None where they must be."""
    return {
        name: None if field.default is NOTHING else field.default
        for name, field in fields_dict(cls).items()
        if name != "working"
    }


def values_of(instance: object, parameters: Iterable[Parameter]) -> Mapping[str, object]:
    """Give the values of parameters by their names."""
    return {parameter.name: getattr(instance, parameter.name) for parameter in parameters}
