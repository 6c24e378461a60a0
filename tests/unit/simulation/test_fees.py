from __future__ import annotations

from decimal import Decimal, localcontext

import pytest

from oms.errors import ValidationError
from oms.model.enums import LastLiquidityInd, Side
from oms.model.ids import Account, VenueOrderId
from oms.model.instrument import Instrument
from oms.simulation.fees import Execution, Fee, FeeModel, MakerTaker, NoFees, PerUnit

SHARE = Instrument(symbol="X", currency="USD", tick="0.01")
FUTURE = Instrument(symbol="F", currency="EUR", tick=1, multiplier=10)
ADDED, REMOVED = LastLiquidityInd.ADDED, LastLiquidityInd.REMOVED


def execution(instrument: Instrument, qty: str, px: str, liquidity: LastLiquidityInd) -> Execution:
    order = VenueOrderId("v1")
    return Execution(instrument, Account("main"), order, Side.BUY, Decimal(qty), Decimal(px), liquidity, 0)


@pytest.mark.parametrize(
    ("fees", "instrument", "qty", "px", "liquidity", "fee"),
    [
        pytest.param(NoFees(), SHARE, "5", "100", REMOVED, "0", id="nothing"),
        pytest.param(MakerTaker(maker_bps=1, taker_bps=5), SHARE, "5", "100", REMOVED, "0.25", id="taker"),
        pytest.param(MakerTaker(maker_bps=1, taker_bps=5), SHARE, "5", "100", ADDED, "0.05", id="maker"),
        pytest.param(MakerTaker(maker_bps=-1, taker_bps=5), SHARE, "5", "100", ADDED, "-0.05", id="a rebate"),
        pytest.param(
            MakerTaker(maker_bps=1, taker_bps=5), FUTURE, "2", "4000", REMOVED, "40", id="multiplier"
        ),
        pytest.param(
            MakerTaker(maker_bps=1, taker_bps=5), SHARE, "5", "-100", REMOVED, "0.25", id="below zero"
        ),
        pytest.param(
            MakerTaker(maker_bps=0, taker_bps=1),
            SHARE,
            "0.00045",
            "1",
            REMOVED,
            "0.00000004",
            id="4.5 goes to 4",
        ),
        pytest.param(
            MakerTaker(maker_bps=0, taker_bps=1),
            SHARE,
            "0.00055",
            "1",
            REMOVED,
            "0.00000006",
            id="5.5 goes to 6",
        ),
        pytest.param(
            MakerTaker(maker_bps=0, taker_bps=1, quantum="0.01"),
            SHARE,
            "350",
            "1",
            REMOVED,
            "0.04",
            id="cents",
        ),
        pytest.param(
            MakerTaker(maker_bps=0, taker_bps=1, quantum="0.05"),
            SHARE,
            "1300",
            "1",
            REMOVED,
            "0.15",
            id="five cents",
        ),
        pytest.param(PerUnit("0.0035"), SHARE, "200", "17", REMOVED, "0.7", id="a unit, taker"),
        pytest.param(
            PerUnit("0.0035"), SHARE, "200", "99", ADDED, "0.7", id="a unit, maker at another price"
        ),
        pytest.param(
            PerUnit("-0.002", quantum="0.01"), SHARE, "107", "1", ADDED, "-0.21", id="a unit's rebate"
        ),
        pytest.param(
            MakerTaker(maker_bps=0, taker_bps="0.000000000000000001"),
            Instrument(
                symbol="B", currency="USD", tick="0.000000000000000001", multiplier="999999999999999999"
            ),
            "999999999999999999.999999999999999999",
            "999999999999999999.999999999999999999",
            REMOVED,
            # (10^18 - 10^-18)^2 x (10^18 - 1) x 10^-22 = 10^32 - 10^14 - 2 x 10^-4 + 2 x 10^-22 + …
            "99999999999999999899999999999999.9998",
            id="as large as numbers get",
        ),
    ],
)
def test_a_fee_is_exact_and_rounded_half_to_even(
    fees: FeeModel, instrument: Instrument, qty: str, px: str, liquidity: LastLiquidityInd, fee: str
) -> None:
    with localcontext(prec=3):  # the caller's context is no business of ours
        charged = fees.meter().fees(execution(instrument, qty, px, liquidity))
    assert charged == (() if fee == "0" else (Fee(Decimal(fee), instrument.currency),))


def test_a_rate_is_an_exact_number() -> None:
    with pytest.raises(ValidationError, match="floats are inexact"):
        MakerTaker(maker_bps=0.1, taker_bps=1)
    with pytest.raises(ValidationError, match="more than zero"):
        PerUnit(1, quantum=0)
