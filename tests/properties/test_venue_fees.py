"""What executions cost on the simulated exchange, whatever the executions."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from oms.model.enums import LastLiquidityInd, Side
from oms.model.ids import Account, VenueOrderId
from oms.model.instrument import Instrument
from oms.simulation.fee_schedules import Bounded, PaidIn, Tiers, Together
from oms.simulation.fees import Execution, Fee, PerUnit

SHARE = Instrument(symbol="X", currency="USD", tick="0.01")
TIERS = Tiers(((0, 10, 20), (1000, 5, 15), (5000, -1, 10)), days=2)


def execution(qty: int, px: Decimal, *, adds: bool = False) -> Execution:
    liquidity = LastLiquidityInd.ADDED if adds else LastLiquidityInd.REMOVED
    return Execution(SHARE, Account("main"), VenueOrderId("v1"), Side.BUY, Decimal(qty), px, liquidity, 0)


cents = st.integers(1, 10**7).map(lambda n: Decimal(n).scaleb(-2))


@given(
    st.lists(st.tuples(st.integers(1, 5000), cents), min_size=1, max_size=8),
    st.integers(0, 500),
    st.one_of(st.none(), st.integers(1, 300)),
)
def test_the_fees_of_an_order_add_up_to_the_bounded_sum(
    fills: list[tuple[int, Decimal]], minimum: int, maximum_bps: int | None
) -> None:
    """However an order is cut into executions, it pays min(max(rate x quantity, minimum), share of its value)."""
    model = Bounded(PerUnit("0.005"), minimum=minimum, maximum_bps=maximum_bps)
    meter = model.meter()
    paid, fees_paid = Decimal(0), []
    for qty, px in fills:
        one = execution(qty, px)
        (fee,) = meter.fees(one)
        meter.note(one)
        fees_paid.append(fee)
        paid += fee.amount

    total = sum(qty for qty, _ in fills) * Decimal("0.005")
    due = max(total, Decimal(minimum))
    if maximum_bps is not None:
        value = sum((qty * px for qty, px in fills), Decimal(0))
        due = min(due, (value * maximum_bps / 10_000).quantize(Decimal("1E-8")))
    assert paid == due
    assert all(fee.amount >= 0 for fee in fees_paid)


@given(st.lists(st.tuples(st.integers(1, 500), cents, st.booleans()), max_size=8))
def test_several_schedules_cost_what_each_of_them_does(fills: list[tuple[int, Decimal, bool]]) -> None:
    """Together(a, b) charges, in each currency, the sum of what a and b charge."""
    models = (
        TIERS,
        Bounded(PerUnit("0.005"), minimum=1, maximum_bps=100),
        PaidIn(PerUnit("0.1"), "EUR", {"USD": 2}),
    )
    joint, single = Together(models).meter(), [model.meter() for model in models]
    for qty, px, adds in fills:
        one = execution(qty, px, adds=adds)
        sums: dict[str, Decimal] = {}
        for meter in single:
            for fee in meter.fees(one):
                sums[fee.currency] = sums.get(fee.currency, Decimal(0)) + fee.amount
            meter.note(one)
        assert joint.fees(one) == tuple(Fee(amount, currency) for currency, amount in sums.items())
        joint.note(one)
