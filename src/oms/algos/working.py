"""How an order is worked, whatever the algorithm."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from oms.algos import catalogue as cat
from oms.algos import choices as ch
from oms.algos.description import (
    WORKING_RULES,
    Description,
    broken_among,
    broken_by,
    defaults,
    refuse,
    settle,
    values_of,
)
from oms.algos.pacing import CatchUp
from oms.errors import ValidationError
from oms.model.decimals import ZERO
from oms.model.define import value


@value(kw_only=True)
class Working:
    """How an order is worked, whatever the algorithm; each attribute is a parameter of `catalogue.COMMON`.

    Raises:
        ParametersError: All that is wrong with them, at once.
    """

    start_time: int | None = None
    end_time: int | None = None
    duration: Decimal | None = None
    allow_past_end: bool = False
    limit_price: Decimal | None = None
    i_would_price: Decimal | None = None
    i_would_qty: Decimal | None = None
    max_participation: Decimal | None = None
    min_participation: Decimal | None = None
    max_child: Decimal | None = None
    min_child: Decimal | None = None
    child_style: ch.ChildStyle = ch.ChildStyle.MARKETABLE_LIMIT
    child_offset: Decimal = ZERO
    no_take_liquidity: bool = False
    force_completion: bool = False
    completion_window: Decimal | None = None
    completion_ignores_caps: bool = False
    catch_up: CatchUp = CatchUp.SPREAD
    on_residual: ch.OnResidual = ch.OnResidual.CANCEL
    halt_clock: ch.HaltClock = ch.HaltClock.RUN
    on_halt: ch.OnHalt = ch.OnHalt.KEEP
    randomise_size: Decimal = ZERO
    randomise_time: Decimal = ZERO
    random_band: int | None = None
    min_rest: Decimal = ZERO
    max_quote_age: Decimal | None = None
    seed: int = 0

    def __attrs_post_init__(self) -> None:
        """Check all of it."""
        errors = settle(self, cat.COMMON)
        bad = {error.field for error in errors}
        refuse(errors + broken_among(WORKING_RULES, values_of(self, cat.COMMON), bad))


USUAL: Final = defaults(Working)
"""What each of its fields is where it is not given."""


def check(algorithm: Any) -> None:  # noqa: ANN401  # any class with a description
    """Make the fields of an algorithm what its description says, and hold them to its rules.

    Args:
        algorithm: One that has a `DESCRIPTION` and a `working`.

    Raises:
        ParametersError: All that is wrong with it, at once.
    """
    description: Description = algorithm.DESCRIPTION
    working, errors = algorithm.working, settle(algorithm, description.own)
    if type(working) is not Working:
        errors.append(ValidationError("working", type(working).__name__, "pass a Working"))
        # What it says is not known: what speaks of nothing else is looked at.
        common = {one.name for one in cat.COMMON}
        bad = {*common, *(error.field for error in errors)}
        refuse(errors + broken_by(description, values_of(algorithm, description.own), bad))
    errors = [
        *errors,
        *(
            ValidationError(
                name, str(getattr(working, name)), f"drop it: {description.name} does not know it"
            )
            for name in sorted(description.unknown)
            if getattr(working, name) != USUAL[name]
        ),
    ]
    values = {**values_of(working, cat.COMMON), **values_of(algorithm, description.own)}
    refuse(errors + broken_by(description, values, {error.field for error in errors}))
