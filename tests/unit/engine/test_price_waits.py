"""Who waits for a price: by side, the nearest first found, told in the order in which they began to wait."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from oms.engine.price_waits import PriceWaits
from oms.model.enums import Side
from oms.model.ids import OrderId

PRICES = st.integers(-3, 3).map(Decimal)
CHANGES = st.lists(
    st.tuples(
        st.sampled_from([OrderId(n) for n in range(1, 7)]),
        st.sampled_from([Side.BUY, Side.SELL]),
        PRICES | st.none(),
    ),
    max_size=30,
)


@given(CHANGES, PRICES | st.none(), PRICES | st.none())
def test_those_are_reached_who_could_trade_at_their_price_in_the_order_in_which_they_began(
    changes: list[tuple[OrderId, Side, Decimal | None]], bid: Decimal | None, ask: Decimal | None
) -> None:
    """Law: the index finds what a walk over all that wait finds."""
    waits = PriceWaits()
    waiting: dict[OrderId, tuple[Side, Decimal]] = {}
    for order_id, side, px in changes:
        waits.set(order_id, side, px)
        if px is None:
            waiting.pop(order_id, None)
        else:
            waiting[order_id] = side, px

    assert waits.reached(bid, ask) == [
        order_id
        for order_id, (side, px) in waiting.items()
        if (ask is not None and ask <= px if side is Side.BUY else bid is not None and bid >= px)
    ]
    assert len(waits) == len(waiting)


class CountedPx(Decimal):
    """Counts how often any is compared."""

    compared = 0

    def __lt__(self, other: object) -> bool:
        CountedPx.compared += 1
        return Decimal.__lt__(self, other)  # type: ignore[operator]

    def __le__(self, other: object) -> bool:
        CountedPx.compared += 1
        return Decimal.__le__(self, other)  # type: ignore[operator]

    def __gt__(self, other: object) -> bool:
        CountedPx.compared += 1
        return Decimal.__gt__(self, other)  # type: ignore[operator]

    def __ge__(self, other: object) -> bool:
        CountedPx.compared += 1
        return Decimal.__ge__(self, other)  # type: ignore[operator]


def test_prices_that_reach_nobody_cost_the_same_beside_many() -> None:
    counts = []
    for many in (1, 1_000):
        waits = PriceWaits()
        for number in range(many):
            waits.set(OrderId(2 * number), Side.BUY, CountedPx(100 + number % 7))
            waits.set(OrderId(2 * number + 1), Side.SELL, CountedPx(200 + number % 7))
        CountedPx.compared = 0
        assert waits.reached(Decimal(150), Decimal(151)) == []
        counts.append(CountedPx.compared)

    assert counts[1] <= counts[0] <= 4
