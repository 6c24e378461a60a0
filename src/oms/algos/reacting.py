"""What algorithms are told that react to the market, or wait at a price."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import ClassVar

from attrs import Factory

from oms.algos import catalogue as cat
from oms.algos import choices as ch
from oms.algos.description import AT_AN_END, AT_ITS_PRICE, ENDS, NO_COMPLETION, UNSCHEDULED, Description
from oms.algos.pov import RateBasis
from oms.algos.rules import (
    Compare,
    Given,
    Operator,
    Rule,
    all_of,
    any_of,
    implies,
    in_order,
    missing,
    needs,
    not_both,
    required,
)
from oms.algos.scale import Sizes
from oms.algos.working import Working, check
from oms.errors import ValidationError
from oms.model.decimals import ONE, ZERO
from oms.model.define import value


@value(kw_only=True)
class Pov:
    """A part of what the others trade; each attribute but `working` is one of its parameters.

    Raises:
        ParametersError: All that is wrong with them, at once.
    """

    DESCRIPTION: ClassVar[Description] = Description(
        name="pov",
        target_strategy=2,
        title="Participate",
        about="A part of what the others trade",
        own=(
            cat.PARTICIPATION_RATE,
            cat.RATE_BASIS,
            cat.COUNT_OUTSIDE,
            cat.INTERVAL,
            cat.END_RATE,
            cat.RATE_LINKED_TO,
            cat.UPPER_BAND_PRICE,
            cat.UPPER_BAND_RATE,
            cat.LOWER_BAND_PRICE,
            cat.LOWER_BAND_RATE,
        ),
        unknown=UNSCHEDULED | {"seed"},
        rules=(
            implies(
                "rate_basis",
                to=RateBasis.OF_TOTAL,
                then=Compare("participation_rate", Operator.LT, to=ONE),
                message="pass a participation_rate of less than 1: all of everything leaves nothing to others",
            ),
            in_order("participation_rate", Operator.LE, "max_participation"),
            in_order("participation_rate", Operator.GE, "min_participation"),
            needs("end_rate", "rate_linked_to"),
            needs("rate_linked_to", "end_rate"),
            needs("upper_band_rate", "upper_band_price"),
            needs("upper_band_price", "upper_band_rate"),
            needs("lower_band_rate", "lower_band_price"),
            needs("lower_band_price", "lower_band_rate"),
            in_order("upper_band_price", Operator.GT, "lower_band_price"),
            implies(
                "count_volume_outside_limit",
                to=True,
                then=Given("limit_price"),
                message="give limit_price with it",
            ),
            implies(
                "rate_linked_to",
                to=ch.LinkedTo.TIME,
                then=ENDS.claim,
                message="give end_time or duration with a rate that changes with time",
            ),
            implies(
                "force_completion", to=True, then=ENDS.claim, message="give end_time or duration with it"
            ),
            *AT_AN_END,
        ),
    )
    participation_rate: Decimal
    rate_basis: RateBasis = RateBasis.OF_TOTAL
    count_volume_outside_limit: bool = False
    interval: Decimal | None = None
    end_rate: Decimal | None = None
    rate_linked_to: ch.LinkedTo | None = None
    upper_band_price: Decimal | None = None
    upper_band_rate: Decimal | None = None
    lower_band_price: Decimal | None = None
    lower_band_rate: Decimal | None = None
    working: Working = Factory(Working)

    def __attrs_post_init__(self) -> None:
        """Check all of it."""
        check(self)


@value(kw_only=True)
class Iceberg:
    """One price, of which a part is shown at a time; each attribute but `working` is one of its parameters.

    Raises:
        ParametersError: All that is wrong with them, at once.
    """

    DESCRIPTION: ClassVar[Description] = Description(
        name="iceberg",
        target_strategy=1001,
        title="Iceberg",
        about="One price, of which a part is shown at a time",
        own=(
            cat.DISPLAY_QTY,
            cat.DISPLAY_VARIANCE,
            cat.DISPLAY_LOW_QTY,
            cat.DISPLAY_HIGH_QTY,
            cat.DISPLAY_MIN_INCR,
            cat.DISPLAY_METHOD,
            cat.DISPLAY_WHEN,
            cat.REFRESH_QTY,
            cat.ICEBERG_MODE,
            cat.MIN_REFRESH_DELAY,
            cat.MAX_REFRESH_DELAY,
        ),
        unknown=UNSCHEDULED
        | {"max_participation", "min_participation", "child_style", "child_offset"}
        | NO_COMPLETION
        | AT_ITS_PRICE,
        rules=(
            required("limit_price"),
            implies(
                "display_method",
                to=ch.DisplayMethod.NEW,
                then=Given("refresh_qty"),
                message="give refresh_qty with display_method 2, new",
            ),
            Rule(
                any_of(
                    Compare("display_method", Operator.EQ, to=ch.DisplayMethod.NEW), missing("refresh_qty")
                ),
                "pass display_method 2, new, or drop it",
            ),
            needs("display_low_qty", "display_high_qty"),
            needs("display_high_qty", "display_low_qty"),
            not_both("display_variance", "display_low_qty"),
            in_order("display_low_qty", Operator.LE, "display_high_qty"),
            implies(
                "display_method",
                to=ch.DisplayMethod.RANDOM,
                then=any_of(Given("display_variance"), Given("display_low_qty")),
                message="give display_variance, or display_low_qty and display_high_qty, with a random display",
            ),
            Rule(
                any_of(
                    Compare("display_method", Operator.EQ, to=ch.DisplayMethod.RANDOM),
                    all_of(
                        missing("display_variance"), missing("display_low_qty"), missing("display_min_incr")
                    ),
                ),
                "pass display_method 3, random, with sizes to choose among",
            ),
            needs("min_refresh_delay", "max_refresh_delay"),
            needs("max_refresh_delay", "min_refresh_delay"),
            in_order("min_refresh_delay", Operator.LE, "max_refresh_delay"),
            Rule(
                any_of(
                    Compare("iceberg_mode", Operator.EQ, to=ch.IcebergMode.SYNTHETIC),
                    missing("max_refresh_delay"),
                ),
                "drop the delays: the venue shows the next part by itself",
            ),
            Rule(
                any_of(
                    missing("min_child"),
                    missing("iceberg_mode"),
                    Compare("iceberg_mode", Operator.EQ, to=ch.IcebergMode.SYNTHETIC),
                ),
                "drop it: the venue shows the parts by itself",
            ),
            Rule(
                any_of(
                    missing("seed"),
                    Compare("seed", Operator.EQ, to=ZERO),
                    Compare("display_method", Operator.EQ, to=ch.DisplayMethod.RANDOM),
                    Given("max_refresh_delay"),
                ),
                "give a random display, or delays to draw, with it, or drop it",
            ),
            *AT_AN_END,
        ),
    )
    display_qty: Decimal
    display_variance: Decimal | None = None
    display_low_qty: Decimal | None = None
    display_high_qty: Decimal | None = None
    display_min_incr: Decimal | None = None
    display_method: ch.DisplayMethod = ch.DisplayMethod.INITIAL
    display_when: ch.DisplayWhen = ch.DisplayWhen.EXHAUST
    refresh_qty: Decimal | None = None
    iceberg_mode: ch.IcebergMode = ch.IcebergMode.SYNTHETIC
    min_refresh_delay: Decimal | None = None
    max_refresh_delay: Decimal | None = None
    working: Working = Factory(Working)

    def __attrs_post_init__(self) -> None:
        """Check all of it."""
        check(self)


@value(kw_only=True)
class Sniper:
    """Takes what is shown, only when enough of it is there at the price; each attribute but `working` is one of its parameters.

    Raises:
        ParametersError: All that is wrong with them, at once.
    """

    DESCRIPTION: ClassVar[Description] = Description(
        name="sniper",
        target_strategy=1002,
        title="Sniper",
        about="Takes what is shown, only when enough of it is there at the price",
        own=(cat.MIN_SIZE,),
        unknown=UNSCHEDULED
        | {"no_take_liquidity", "max_participation", "min_participation", "child_style", "child_offset"}
        | {"i_would_price", "i_would_qty", "min_child", "seed"}
        | NO_COMPLETION,
        rules=(required("limit_price"), *AT_AN_END),
    )
    min_size: Decimal
    working: Working = Factory(Working)

    def __attrs_post_init__(self) -> None:
        """Check all of it."""
        check(self)


def _against_weights(values: Mapping[str, object]) -> list[ValidationError]:
    weights, levels = values.get("weights"), values.get("levels")
    if not isinstance(weights, tuple) or (len(weights) == levels and any(weights)):
        return []
    allowed = f"pass {levels}, one for each level, not all of them zero"
    return [ValidationError("weights", f"{len(weights)} of them", allowed)]


@value(kw_only=True)
class Scale:
    """Orders at several prices, each further from the first; each attribute but `working` is one of its parameters.

    Raises:
        ParametersError: All that is wrong with them, at once.
    """

    DESCRIPTION: ClassVar[Description] = Description(
        name="scale",
        target_strategy=1004,
        title="Scale",
        about="Orders at several prices, each further from the first",
        own=(
            cat.LEVELS,
            cat.FIRST_PRICE,
            cat.STEP,
            cat.SIZES,
            cat.RATIO,
            cat.WEIGHTS,
        ),
        unknown=UNSCHEDULED
        | {"max_participation", "min_participation", "child_style", "child_offset", "seed"}
        | NO_COMPLETION
        | AT_ITS_PRICE,
        rules=(
            implies(
                "sizes", to=Sizes.GEOMETRIC, then=Given("ratio"), message="give ratio with geometric sizes"
            ),
            implies(
                "sizes", to=Sizes.WEIGHTED, then=Given("weights"), message="give weights with weighted sizes"
            ),
            Rule(
                any_of(missing("ratio"), Compare("sizes", Operator.EQ, to=Sizes.GEOMETRIC)),
                "drop it, or pass sizes geometric",
            ),
            Rule(
                any_of(missing("weights"), Compare("sizes", Operator.EQ, to=Sizes.WEIGHTED)),
                "drop them, or pass sizes weighted",
            ),
            *AT_AN_END,
        ),
        beyond_rules=_against_weights,
    )
    levels: int
    first_price: Decimal
    step: Decimal
    sizes: Sizes = Sizes.EQUAL
    ratio: Decimal | None = None
    weights: tuple[Decimal, ...] | None = None
    working: Working = Factory(Working)

    def __attrs_post_init__(self) -> None:
        """Check all of it."""
        check(self)
