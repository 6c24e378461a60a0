from __future__ import annotations

from decimal import Decimal

import pytest

from oms.errors import ValidationError
from oms.model.enums import LastLiquidityInd, Side
from oms.model.ids import Account, VenueOrderId
from oms.model.instrument import Instrument
from oms.simulation.fee_schedules import Bounded, PaidIn, Per, Received, Tiers, Together
from oms.simulation.fees import Execution, FeeMeter, FeeModel, MakerTaker, NoFees, PerUnit

SHARE = Instrument(symbol="X", currency="USD", tick="0.01")
COIN = Instrument(symbol="BTCUSDT", currency="USDT", tick="0.01", lot="0.00001")
DAY_NS = 86_400_000_000_000
ADDED, REMOVED = LastLiquidityInd.ADDED, LastLiquidityInd.REMOVED


def execution(
    qty: str,
    px: str,
    *,
    order: str = "v1",
    side: Side = Side.BUY,
    liquidity: LastLiquidityInd = REMOVED,
    day: int = 0,
    account: str = "main",
    instrument: Instrument = SHARE,
    is_last: bool = False,
) -> Execution:
    return Execution(
        instrument,
        Account(account),
        VenueOrderId(order),
        side,
        Decimal(qty),
        Decimal(px),
        liquidity,
        day * DAY_NS,
        is_last,
    )


def charge(meter: FeeMeter, one: Execution) -> str:
    """What an execution costs, as text; looking twice must give the same."""
    fees = meter.fees(one)
    assert meter.fees(one) == fees
    meter.note(one)
    return ", ".join(f"{fee.amount.normalize():f} {fee.currency}" for fee in fees)


# Interactive Brokers' fixed plan: 0.005 a share, at least 1, at most 1 % of the value.
IBKR = Bounded(PerUnit("0.005"), minimum=1, maximum_bps=100)
TIERS = Tiers(((0, 10, 20), (1000, 5, 15), (5000, -1, 10)), days=2)


@pytest.mark.parametrize(
    ("model", "story"),
    [
        pytest.param(
            IBKR,
            [
                # 100 x 0.005 = 0.50 is below the minimum; the next 100 bring the order to 1.00, which is paid already;
                # the last 50 to 1.25.
                (execution("100", "20"), "1 USD"),
                (execution("100", "20"), "0 USD"),
                (execution("50", "20", is_last=True), "0.25 USD"),
            ],
            id="executions of one order share the minimum",
        ),
        pytest.param(
            IBKR,
            [
                (execution("100", "20", order="v1"), "1 USD"),
                (execution("100", "20", order="v2"), "1 USD"),
                (execution("1000", "20", order="v1"), "4.5 USD"),
            ],
            id="orders do not",
        ),
        pytest.param(
            IBKR,
            # 1000 shares at 0.25: 5.00 by the share, 2.50 at most. 100 shares at 0.25: 0.25 at most, below the minimum too.
            [
                (execution("1000", "0.25", order="v1"), "2.5 USD"),
                (execution("100", "0.25", order="v2"), "0.25 USD"),
            ],
            id="the maximum goes before the minimum",
        ),
        pytest.param(
            Bounded(PerUnit("0.005"), minimum=1, per=Per.EXECUTION),
            [(execution("100", "20"), "1 USD"), (execution("100", "20"), "1 USD")],
            id="a minimum for each execution",
        ),
        pytest.param(
            Bounded(NoFees(), minimum="6.95"),
            [(execution("10", "20"), "6.95 USD"), (execution("10", "20"), "0 USD")],
            id="a flat fee an order",
        ),
        pytest.param(
            TIERS,
            [
                # 1000 x 0.0020.
                (execution("50", "20"), "2 USD"),
                (
                    execution("50", "20", liquidity=ADDED, day=1),
                    "0.5 USD",
                ),  # 1000 were traded: the second tier
                (execution("150", "20", day=1), "4.5 USD"),
                (execution("50", "20", liquidity=ADDED, day=1), "-0.1 USD"),  # 5000: the third
                (execution("50", "20", day=2), "1 USD"),  # day 1 alone: 1000 + 3000 + 1000
                (execution("50", "20", day=3), "1.5 USD"),  # day 2 alone: 1000
            ],
            id="tiers by what was traded in two days",
        ),
        pytest.param(
            TIERS,
            [
                (execution("50", "20", account="one"), "2 USD"),
                (execution("50", "20", account="two"), "2 USD"),
                (execution("50", "20", account="one", instrument=COIN), "2 USDT"),
            ],
            id="tiers of one account and one currency",
        ),
        pytest.param(
            PaidIn(MakerTaker(maker_bps=10, taker_bps=10), "BNB", {"USDT": "600"}, quantum="0.00000001"),
            # 30000 x 0.001 = 30 USDT = 0.05 BNB; 100 x 0.001 = 0.1 USDT = 0.000166666… BNB.
            [
                (execution("0.5", "60000", instrument=COIN), "0.05 BNB"),
                (execution("1", "100", instrument=COIN), "0.00016667 BNB"),
                (execution("5", "100"), "0.5 USD"),
            ],
            id="paid in another currency",
        ),
        pytest.param(
            Received(base={"BTCUSDT": "BTC"}, maker_bps=10, taker_bps=20),
            [
                (execution("0.5", "60000", instrument=COIN), "0.001 BTC"),
                (execution("0.5", "60000", instrument=COIN, side=Side.SELL), "60 USDT"),
                (execution("0.5", "60000", instrument=COIN, liquidity=ADDED), "0.0005 BTC"),
                (execution("5", "100"), "1 USD"),
            ],
            id="paid in what is received",
        ),
        pytest.param(
            Together([PerUnit("0.01"), MakerTaker(maker_bps=-1, taker_bps=3), Bounded(NoFees(), minimum=1)]),
            # 0.05 + 500 x 0.0003 + 1; then 0.05 - 0.05 + 0.
            [(execution("5", "100"), "1.2 USD"), (execution("5", "100", liquidity=ADDED), "0 USD")],
            id="several at once",
        ),
        pytest.param(
            Together([PerUnit("0.01"), PaidIn(PerUnit(1), "EUR", {"USD": 2})]),
            [(execution("5", "100"), "0.05 USD, 2.5 EUR")],
            id="several in several currencies",
        ),
    ],
)
def test_what_executions_cost_one_after_the_other(
    model: FeeModel, story: list[tuple[Execution, str]]
) -> None:
    meter = model.meter()
    assert [charge(meter, one) for one, _ in story] == [cost for _, cost in story]


def test_each_exchange_has_a_meter_of_its_own() -> None:
    one, other = IBKR.meter(), IBKR.meter()

    assert charge(one, execution("100", "20")) == "1 USD"
    assert charge(other, execution("100", "20")) == "1 USD"


def test_what_was_traded_before_the_window_is_forgotten() -> None:
    meter = TIERS.meter()
    for day in range(50):
        charge(meter, execution("50", "20", day=day))

    assert len(meter.volumes[Account("main"), "USD"]) == 2


def test_an_order_that_is_filled_is_forgotten() -> None:
    meter = IBKR.meter()
    charge(meter, execution("100", "20"))
    charge(meter, execution("100", "20", is_last=True))

    assert not meter.accounts


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: Tiers(()), "the first from 0"),
        (lambda: Tiers(((1, 1, 1),)), "the first from 0"),
        (lambda: Tiers(((0, 1, 1), (0, 1, 1))), "rising order"),
        (lambda: Tiers(((0, 1),)), "volume from, maker bps, taker bps"),
        (lambda: Tiers(((0, 1, 0.5),)), "floats are inexact"),
        (lambda: Tiers(((0, 1, 1),), days=0), "1 to 366"),
        (lambda: Bounded(PerUnit), "a fee schedule"),  # type: ignore[arg-type]  # that is the test
        (lambda: Bounded(PerUnit(1), maximum_bps=0), "more than zero"),
        (lambda: PaidIn(PerUnit(1), "BNB", {}), "a price by currency"),
        (lambda: PaidIn(PerUnit(1), "BNB", {"USD": 0}), "more than zero"),
        (lambda: Together([5]), "a fee schedule"),  # type: ignore[list-item]  # that is the test
    ],
)
def test_what_cannot_be_meant_is_refused(make: object, why: str) -> None:
    assert callable(make)
    with pytest.raises(ValidationError, match=why):
        make()


@pytest.mark.parametrize(
    "model",
    [
        IBKR,
        Together([IBKR, PerUnit("0.01")]),
        PaidIn(IBKR, "EUR", {"USD": 1}),
        Bounded(Tiers(((0, 10, 10), (1000, 0, 0))), minimum=2),
        Bounded(PerUnit("0.01"), minimum=1, per=Per.EXECUTION),
        Received(base={}, maker_bps=1, taker_bps=2),
        NoFees(),
    ],
)
def test_what_is_forgotten_was_never_noted(model: FeeModel) -> None:
    meter, other = model.meter(), model.meter()
    charge(meter, execution("50", "10"))
    charge(other, execution("50", "10"))
    charge(other, execution("300", "10"))
    other.forget(execution("300", "10"))
    other.forget(execution("7", "10", order="gone"))
    assert charge(other, execution("300", "10")) == charge(meter, execution("300", "10"))


def test_a_maximum_alone_leaves_a_rebate() -> None:
    # 100 x 10 at -1 basis point.
    meter = Bounded(MakerTaker(maker_bps=-1, taker_bps=3), maximum_bps=100).meter()
    assert charge(meter, execution("100", "10", liquidity=ADDED)) == "-0.1 USD"
