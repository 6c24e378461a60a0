"""An order over several brokers: what is shown anywhere within its limit is taken, the best first; what is left rests or waits."""

from __future__ import annotations

from typing import ClassVar

from attrs import Factory

from oms.algos import catalogue as cat
from oms.algos.description import AT_AN_END, NO_COMPLETION, UNSCHEDULED, Description
from oms.algos.rules import Compare, Given, Operator, all_of, implies
from oms.algos.working import Working, check
from oms.model.define import value


@value(kw_only=True)
class Smart:
    """Parts at several brokers; each attribute but `working` is one of its parameters.

    Attributes:
        rest: What nobody shows rests at one of them; needs a limit. Where it may not rest, the order ends once nothing more is
            shown within its limit.

    Raises:
        ParametersError: All that is wrong with them, at once.
    """

    DESCRIPTION: ClassVar[Description] = Description(
        name="smart",
        target_strategy=1005,
        title="Smart order routing",
        about="Takes what several brokers show, the best first, and rests what is left at one of them",
        own=(cat.REST,),
        unknown=UNSCHEDULED
        | NO_COMPLETION
        | {
            "i_would_price",
            "i_would_qty",
            "max_participation",
            "min_participation",
            "min_child",
            "child_style",
            "child_offset",
            "max_quote_age",
            "seed",
        },
        rules=(
            implies(
                "no_take_liquidity",
                to=True,
                then=all_of(Given("limit_price"), Compare("rest", Operator.EQ, to=True)),
                message="pass a limit_price and let it rest, or drop it",
            ),
            *AT_AN_END,
        ),
    )
    rest: bool = True
    working: Working = Factory(Working)

    def __attrs_post_init__(self) -> None:
        """Check all of it."""
        check(self)
