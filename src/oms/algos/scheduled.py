"""What algorithms with a schedule are told."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar, Final

from attrs import Factory

from oms.algos import catalogue as cat
from oms.algos.description import ENDS, Description
from oms.algos.pov import RateBasis
from oms.algos.rules import (
    Compare,
    Given,
    Operator,
    exactly_one,
    implies,
    needs,
    not_both,
    required,
)
from oms.algos.twap import LateStart
from oms.algos.working import Working, check
from oms.model.decimals import ONE
from oms.model.define import value

_LATE: Final = implies(
    "late_start",
    to=LateStart.CATCH_UP,
    then=Given("start_time"),
    message="give start_time with it: else nothing is late",
)
"""An order that is to begin as it comes is never late."""


@value(kw_only=True)
class Twap:
    """Equal slices, one every interval; each attribute but `working` is one of its parameters.

    Raises:
        ParametersError: All that is wrong with them, at once.
    """

    DESCRIPTION: ClassVar[Description] = Description(
        name="twap",
        target_strategy=1000,
        title="TWAP",
        about="Equal slices, one every interval",
        own=(
            cat.INTERVAL,
            cat.SLICES,
            cat.CHILD_QTY,
            cat.LATE_START,
        ),
        unknown=frozenset(),
        rules=(
            ENDS,
            exactly_one("interval", "slices", "child_qty"),
            _LATE,
        ),
    )
    interval: Decimal | None = None
    slices: int | None = None
    child_qty: Decimal | None = None
    late_start: LateStart = LateStart.COMPRESS
    working: Working = Factory(Working)

    def __attrs_post_init__(self) -> None:
        """Check all of it."""
        check(self)


@value(kw_only=True)
class Vwap:
    """Slices after a curve of the volume of the day; each attribute but `working` is one of its parameters.

    Raises:
        ParametersError: All that is wrong with them, at once.
    """

    DESCRIPTION: ClassVar[Description] = Description(
        name="vwap",
        target_strategy=1,
        title="VWAP",
        about="Slices after a curve of the volume of the day",
        own=(
            cat.INTERVAL,
            cat.SLICES,
            cat.LATE_START,
            cat.CURVE,
            cat.IN_OPEN,
            cat.IN_CLOSE,
            cat.DYNAMIC_BAND,
            cat.EXPECTED_VOLUME,
        ),
        unknown=frozenset(),
        rules=(
            ENDS,
            not_both("interval", "slices"),
            needs("dynamic_band", "expected_volume"),
            needs("expected_volume", "dynamic_band"),
            _LATE,
        ),
    )
    interval: Decimal | None = None
    slices: int | None = None
    late_start: LateStart = LateStart.COMPRESS
    curve: str | None = None
    in_open: bool = False
    in_close: bool = False
    dynamic_band: Decimal | None = None
    expected_volume: Decimal | None = None
    working: Working = Factory(Working)

    def __attrs_post_init__(self) -> None:
        """Check all of it."""
        check(self)


@value(kw_only=True)
class Shortfall:
    """As fast as risk is worth it, and as slow as haste costs; each attribute but `working` is one of its parameters.

    Raises:
        ParametersError: All that is wrong with them, at once.
    """

    DESCRIPTION: ClassVar[Description] = Description(
        name="shortfall",
        target_strategy=3,
        title="Arrival Price",
        about="As fast as risk is worth it, and as slow as haste costs",
        own=(
            cat.INTERVAL,
            cat.SLICES,
            cat.URGENCY,
            cat.RISK_AVERSION,
            cat.VOLATILITY,
            cat.TEMPORARY_IMPACT,
            cat.PERMANENT_IMPACT,
            cat.DRIFT,
            cat.TIME_UNIT,
            cat.LATE_START,
        ),
        unknown=frozenset(),
        rules=(
            ENDS,
            exactly_one("interval", "slices"),
            exactly_one("urgency", "risk_aversion"),
            needs("risk_aversion", "volatility", "temporary_impact", "time_unit"),
            *(needs(name, "risk_aversion") for name in ("permanent_impact", "drift")),
            _LATE,
        ),
    )
    interval: Decimal | None = None
    slices: int | None = None
    urgency: int | None = None
    risk_aversion: Decimal | None = None
    volatility: Decimal | None = None
    temporary_impact: Decimal | None = None
    permanent_impact: Decimal | None = None
    drift: Decimal | None = None
    time_unit: Decimal | None = None
    late_start: LateStart = LateStart.COMPRESS
    working: Working = Factory(Working)

    def __attrs_post_init__(self) -> None:
        """Check all of it."""
        check(self)


@value(kw_only=True)
class TargetClose:
    """Begins as late as the expected volume up to the close allows; each attribute but `working` is one of its parameters.

    Raises:
        ParametersError: All that is wrong with them, at once.
    """

    DESCRIPTION: ClassVar[Description] = Description(
        name="target_close",
        target_strategy=1003,
        title="Target Close",
        about="Begins as late as the expected volume up to the close allows",
        own=(
            cat.PARTICIPATION_RATE,
            cat.RATE_BASIS,
            cat.EXPECTED_VOLUME,
            cat.INTERVAL,
            cat.SLICES,
            cat.CURVE,
            cat.IN_CLOSE,
        ),
        unknown=frozenset(),
        rules=(
            required("expected_volume"),
            implies(
                "rate_basis",
                to=RateBasis.OF_TOTAL,
                then=Compare("participation_rate", Operator.LT, to=ONE),
                message="pass a participation_rate of less than 1: all of everything leaves nothing to others",
            ),
            not_both("interval", "slices"),
        ),
    )
    participation_rate: Decimal
    expected_volume: Decimal
    rate_basis: RateBasis = RateBasis.OF_TOTAL
    interval: Decimal | None = None
    slices: int | None = None
    curve: str | None = None
    in_close: bool = True
    working: Working = Factory(Working)

    def __attrs_post_init__(self) -> None:
        """Check all of it."""
        check(self)
