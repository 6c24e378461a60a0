"""Laws of executions that were inferred and are reported afterwards."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.runtime.test_reconciliation import House


@settings(max_examples=80, deadline=None)
@given(
    fills=st.lists(st.tuples(st.integers(1, 4), st.integers(95, 100)), min_size=1, max_size=5),
    early=st.sets(st.integers(0, 4)),
    order_of_arrival=st.permutations(range(5)),
    restarts_at=st.integers(0, 6),
)
def test_real_executions_take_the_place_of_inferred_ones_in_any_split_and_order(
    fills: list[tuple[int, int]], early: set[int], order_of_arrival: list[int], restarts_at: int
) -> None:
    """Law: what the broker counts is counted once after each report, however often it comes, and the worth is exact in the end."""
    house = House()
    order = house.submit(20)
    reports = [
        house.venue.trade(order, f"E{place}", qty, px, is_told=False) for place, (qty, px) in enumerate(fills)
    ]
    total = Decimal(sum(qty for qty, _ in fills))
    for place in sorted(early):
        if place < len(reports):
            assert house.venue.sink is not None
            house.venue.sink.put(reports[place])
    house.om.poll()
    house.reconcile()
    assert order.cum_qty == total
    for step, place in enumerate(order_of_arrival):
        if step == restarts_at:
            house.restart()
            order = house.om.order(order.order_id)
        for report in reports[place : place + 1] * 2:
            assert house.venue.sink is not None
            house.venue.sink.put(report)
            house.om.poll()
            assert order.cum_qty == total
    assert order.notional == sum(qty * px for qty, px in fills)
    assert house.om.state.executions.synthetic == {}
