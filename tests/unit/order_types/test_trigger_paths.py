"""Paths of the market, worked by hand: at which step an order of each kind triggers, at which price, and which price did it."""

from decimal import Decimal

import pytest

from oms.model.enums import PegOffsetType, Side, TriggerPriceType
from oms.model.ids import OrderId
from oms.model.offset import Offset
from oms.model.triggers import TrailingTrigger, Trigger, TriggerHit, if_touched, stop
from tests.unit.order_types.trigger_paths import (
    BID_ASK,
    DOUBLE_BID_ASK,
    DOUBLE_LAST,
    LAST,
    MARK,
    MID,
    Y,
    first_hit,
)

BUY, SELL = Side.BUY, Side.SELL
POINTS, TICKS, PERCENT = PegOffsetType.BASIS_POINTS, PegOffsetType.TICKS, PegOffsetType.PERCENTAGE

# trigger: the path, and (step, trigger price, price that reached it); a step before shows what does not suffice.
FIXED = {
    (stop, BUY, "105", LAST): ("104.99 105 106", (2, "105", "105")),
    (stop, SELL, "95", LAST): ("95.01 94 93", (2, "95", "94")),
    (if_touched, BUY, "95", LAST): ("106 95.01 95", (3, "95", "95")),
    (if_touched, SELL, "105", LAST): ("94 104.99 107", (3, "105", "107")),
    # The offer for a purchase, whatever is bid; the bid for a sale, whatever is offered.
    (stop, BUY, "105", BID_ASK): ("104/104.99 103/105", (2, "105", "105")),
    (stop, SELL, "95", BID_ASK): ("95.01/95.02 95/97", (2, "95", "95")),
    (if_touched, BUY, "95", BID_ASK): ("94/95.01 94.99/95", (2, "95", "95")),
    (if_touched, SELL, "105", BID_ASK): ("104.99/106 105.5/106", (2, "105", "105.5")),
    # Mids: 104.995, 105 | 95.005, 94.995 | 95.005, 95 | 104.5, 105.
    (stop, BUY, "105", MID): ("104/105.99 104/106", (2, "105", "105")),
    (stop, SELL, "95", MID): ("94/96.01 94/95.99", (2, "95", "94.995")),
    (if_touched, BUY, "95", MID): ("94.5/95.51 94/96", (2, "95", "95")),
    (if_touched, SELL, "105", MID): ("104/105 104.5/105.5", (2, "105", "105")),
    (stop, BUY, "105", MARK): ("=104.99 =105", (2, "105", "105")),
    (stop, SELL, "95", MARK): ("=95.01 =90", (2, "95", "90")),
    (if_touched, BUY, "95", MARK): ("=95.01 =95", (2, "95", "95")),
    (if_touched, SELL, "105", MARK): ("=104.99 =105", (2, "105", "105")),
    (stop, BUY, "105", DOUBLE_LAST): ("105 104.99 105 106", (4, "105", "106")),
    (stop, SELL, "95", DOUBLE_LAST): ("94 95.01 94 93", (4, "95", "93")),
    (if_touched, BUY, "95", DOUBLE_LAST): ("95 95", (2, "95", "95")),
    (if_touched, SELL, "105", DOUBLE_LAST): ("105 104 105 105", (4, "105", "105")),
    (stop, BUY, "105", DOUBLE_BID_ASK): ("104/105 103/104 104/105 104/106", (4, "105", "106")),
    (stop, SELL, "95", DOUBLE_BID_ASK): ("95/97 95.01/97 94/97 95/97", (4, "95", "95")),
    (if_touched, BUY, "95", DOUBLE_BID_ASK): ("93/95 94/96 93/95 93/94", (4, "95", "94")),
    (if_touched, SELL, "105", DOUBLE_BID_ASK): ("105/107 104/107 105/106 106/107", (4, "105", "106")),
}
EVERY = [(kind, side, price_type) for kind in (stop, if_touched) for side in (BUY, SELL) for price_type in TriggerPriceType]  # fmt: skip


def check(
    trigger: Trigger,
    path: str,
    expected: tuple[int, str, str],
    *,
    restarts: bool,
    limit_px: str | None = None,
) -> None:
    step, trigger_px, px = expected
    limit = None if limit_px is None else Decimal(limit_px)
    hit = TriggerHit(OrderId(1), Decimal(trigger_px), Decimal(px), limit)
    assert first_hit(trigger, path, restarts=restarts) == (step, hit)


def test_the_table_has_every_kind_and_side_and_price() -> None:
    assert sorted(map(str, EVERY)) == sorted(str((kind, side, price)) for kind, side, _, price in FIXED)
    assert {(trail.side, trail.price_type) for trail in (case[0] for case in TRAILS.values())} == {
        (side, price) for side in (BUY, SELL) for price in TriggerPriceType
    }
    for side in (BUY, SELL):
        assert {case[0].offset.offset_type for case in TRAILS.values() if case[0].side is side} == set(
            PegOffsetType
        )


@pytest.mark.parametrize("restarts", [False, True], ids=["in one run", "with a restart before each step"])
@pytest.mark.parametrize(
    ("kind", "side", "px", "price_type", "path", "expected"),
    [(*key, *case) for key, case in FIXED.items()],
    ids=[f"{kind.__name__} {side.name} by {price.value}" for kind, side, _, price in FIXED],
)
def test_stops_and_if_touched_orders_trigger_where_the_table_says(
    kind: type, side: Side, px: str, price_type: TriggerPriceType, path: str, expected: tuple[int, str, str], *, restarts: bool
) -> None:  # fmt: skip
    check(kind(side, px, price_type=price_type), path, expected, restarts=restarts)


def trail(
    side: Side,
    distance: str,
    unit: PegOffsetType = PegOffsetType.PRICE,
    price_type: TriggerPriceType = LAST,
    **more: object,
) -> TrailingTrigger:
    return TrailingTrigger(side=side, offset=Offset(distance, unit), price_type=price_type, **more)  # type: ignore[arg-type]


# The water mark and the stop price stand beside each path.
TRAILS: dict[str, tuple[TrailingTrigger, str, tuple[int, str, str]]] = {
    "a sale by price": (trail(SELL, "1"), "100 101 100.5 100.01 100", (5, "100", "100")),  # 101 - 1
    "a purchase by price": (trail(BUY, "1"), "100 99 99.99 101", (4, "100", "101")),  # 99 + 1
    "a sale by ticks": (trail(SELL, "50", TICKS), "100 102 101.51 101.5", (4, "101.5", "101.5")),  # 102 - 0.50
    "a purchase by ticks": (trail(BUY, "50", TICKS), "100 98 98.49 98.6", (4, "98.5", "98.6")),  # 98 + 0.50
    # 103.33 x 0.99 = 102.2967, down to the tick; 98.77 x 1.01 = 99.7577, up to it.
    "a sale by basis points": (trail(SELL, "100", POINTS), "100 103.33 102.3 102.29", (4, "102.29", "102.29")),
    "a purchase by basis points": (trail(BUY, "100", POINTS), "100 98.77 99.75 99.76", (4, "99.76", "99.76")),
    # 101 x 0.975 = 98.475; 101 x 1.025 = 103.525.
    "a sale by percent": (trail(SELL, "2.5", PERCENT), "101 98.48 98.47", (3, "98.47", "98.47")),
    "a purchase by percent": (trail(BUY, "2.5", PERCENT), "101 103.52 103.53", (3, "103.53", "103.53")),
    "a sale by the bid": (trail(SELL, "1", price_type=BID_ASK), "100/109 101/109 100.01/100.02 100/102", (4, "100", "100")),
    "a purchase by the offer": (trail(BUY, "1", price_type=BID_ASK), "91/100 91/99 98/99.99 98/100", (4, "100", "100")),
    # Mids: 100.5, 101, 100.005, 100 | 100.5, 99.5, 100.495, 100.505.
    "a sale by the mid": (trail(SELL, "1", price_type=MID), "100/101 100.5/101.5 99.99/100.02 99/101", (4, "100", "100")),
    "a purchase by the mid": (trail(BUY, "1", price_type=MID), "100/101 99/100 100/100.99 100/101.01", (4, "100.5", "100.505")),
    # Mids: 100.005, 99.005, 99. The water mark is between two ticks; 99.005 goes down to 99.
    "a sale by a mid off the grid": (trail(SELL, "1", price_type=MID), "100/100.01 99/99.01 98.99/99.01", (3, "99", "99")),
    # From 100.005 down to 100, then 2 ticks.
    "ticks from a mid off the grid": (trail(SELL, "2", TICKS, MID), "100/100.01 99.98/99.99 99.97/99.99", (3, "99.98", "99.98")),
    "a sale by the mark price": (trail(SELL, "1", price_type=MARK), "=100 =102 =101", (3, "101", "101")),
    "a purchase by the mark price": (trail(BUY, "1", price_type=MARK), "=100 =98 =98.99 =99", (4, "99", "99")),
    "a sale by two trades": (trail(SELL, "1", price_type=DOUBLE_LAST), "101 100 100.01 100 99", (5, "100", "99")),
    "a purchase by two trades": (trail(BUY, "1", price_type=DOUBLE_LAST), "100 101 102", (3, "101", "102")),
    # One trade is enough to move the trail: 103 - 1.
    "a trail by two trades moved by one": (trail(SELL, "1", price_type=DOUBLE_LAST), "101 100 103 102 101", (5, "102", "101")),
    "a sale by two bids": (trail(SELL, "1", price_type=DOUBLE_BID_ASK), "101/102 100/102 100/103", (3, "100", "100")),
    "a purchase by two offers": (trail(BUY, "1", price_type=DOUBLE_BID_ASK), "98/99 99/100 98/99.5 99/100 99/101", (5, "100", "101")),
    # Before 105 there is no trail; the price that activates it is its first water mark.
    "a sale once activated": (trail(SELL, "1", activation_px="105"), "104 100 105 104.5 104", (5, "104", "104")),
    "a sale activated by a jump": (trail(SELL, "1", activation_px="105"), "104 107 106.01 106", (4, "106", "106")),
    "a purchase once activated": (trail(BUY, "1", activation_px="95"), "96 99 95 95.5 96", (5, "96", "96")),
    "a sale by two trades activated by one": (
        trail(SELL, "1", price_type=DOUBLE_LAST, activation_px="105"), "105 104 103", (3, "104", "103")),
}  # fmt: skip


@pytest.mark.parametrize("restarts", [False, True], ids=["in one run", "with a restart before each step"])
@pytest.mark.parametrize(("trigger", "path", "expected"), TRAILS.values(), ids=TRAILS)
def test_trailing_stops_trigger_where_the_table_says(
    trigger: TrailingTrigger, path: str, expected: tuple[int, str, str], *, restarts: bool
) -> None:
    check(trigger, path, expected, restarts=restarts)


# Stop price 99 for a sale, 101 for a purchase; the limit is rounded towards it.
LIMITS = {
    "a sale by price": (SELL, Offset("0.5"), "98.5"),
    "a purchase by price": (BUY, Offset("0.5"), "101.5"),
    "a sale by ticks": (SELL, Offset(3, TICKS), "98.97"),
    "a purchase by ticks": (BUY, Offset(3, TICKS), "101.03"),
    "a sale by basis points": (SELL, Offset(10, POINTS), "98.91"),  # 99 - 0.099 = 98.901
    "a purchase by basis points": (BUY, Offset(10, POINTS), "101.1"),  # 101 + 0.101 = 101.101
    "a sale by percent": (SELL, Offset(1, PERCENT), "98.01"),  # 99 - 0.99
    "a purchase by percent": (BUY, Offset(1, PERCENT), "102.01"),  # 101 + 1.01
    "a limit at the stop price": (SELL, Offset(0), "99"),
}


@pytest.mark.parametrize(("side", "limit_offset", "limit_px"), LIMITS.values(), ids=LIMITS)
def test_the_limit_lies_beyond_the_stop_price_and_not_beyond_its_offset(
    side: Side, limit_offset: Offset, limit_px: str
) -> None:
    trigger = trail(side, "1", limit_offset=limit_offset)
    stop_px = "99" if side is SELL else "101"

    check(trigger, f"100 {stop_px}", (2, stop_px, stop_px), restarts=False, limit_px=limit_px)


# Ticks of 1 below 1,000 and of 5 from there on. 1,010 less 4 ticks: 1,005, 1,000, 999, 998; 998 plus 4: 999, 1,000, 1,005, 1,010.
@pytest.mark.parametrize(
    ("side", "path", "expected"),
    [(SELL, "1010 999 998", (3, 998, 998)), (BUY, "998 1005 1010", (3, 1010, 1010))],
    ids=["a sale", "a purchase"],
)
def test_ticks_are_counted_along_the_ladder(side: Side, path: str, expected: tuple[int, int, int]) -> None:
    step, trigger_px, px = expected

    found = first_hit(trail(side, "4", TICKS), path, symbol=Y)

    assert found == (step, TriggerHit(OrderId(1), Decimal(trigger_px), Decimal(px)))


NEVER = {
    "a last-price stop is not fired by quotes": (stop(SELL, 95), "94/94.5 90/91"),
    "a last-price stop is not fired by mark prices": (stop(SELL, 95), "=94 =90"),
    "a bid stop is not fired by trades": (stop(SELL, 95, price_type=BID_ASK), "94 90"),
    "an offer stop is not fired by trades": (stop(BUY, 105, price_type=BID_ASK), "106 110"),
    "a mid stop is not fired by trades": (stop(SELL, 95, price_type=MID), "94 =90"),
    "a mark stop is not fired by trades or quotes": (stop(SELL, 95, price_type=MARK), "94 90/91"),
    "a double-last stop is not fired by quotes": (stop(SELL, 95, price_type=DOUBLE_LAST), "94 90/91 =90"),
    "a double-bid stop is not fired by trades": (stop(SELL, 95, price_type=DOUBLE_BID_ASK), "94/95 94 94"),
    "a bid alone fires no stop": (stop(SELL, 95, price_type=BID_ASK), "94/- 90/-"),
    "an offer alone fires no stop": (stop(BUY, 105, price_type=BID_ASK), "-/106 -/110"),
    "an empty market fires no stop": (stop(SELL, 95, price_type=MID), "-/-"),
    "a crossed quote fires no bid stop": (stop(SELL, 95, price_type=BID_ASK), "94/93.99"),
    "a crossed quote fires no offer stop": (stop(BUY, 105, price_type=BID_ASK), "107/106"),
    "a crossed quote fires no mid stop": (stop(SELL, 95, price_type=MID), "94.01/94"),
    "a bid alone moves no trail": (trail(SELL, "1", price_type=BID_ASK), "100/101 105/- 99.01/101"),
    "a crossed quote moves no trail": (trail(SELL, "1", price_type=BID_ASK), "100/101 105/104 99.01/101"),
    "a crossed quote moves no mid trail": (trail(BUY, "1", price_type=MID), "99/101 90/89 100/101.98"),
    "a crossed quote activates no trail": (
        trail(SELL, "1", price_type=BID_ASK, activation_px="105"),
        "100/101 106/105.5 104/105",
    ),
    "a quote moves no trail of trades": (trail(SELL, "1"), "100 104/105 99.01"),
    "a trade moves no trail of bids": (trail(SELL, "1", price_type=BID_ASK), "100/101 105 99.01/101"),
    "a crossed quote comes between two bids": (
        stop(SELL, 95, price_type=DOUBLE_BID_ASK), "94/96 94/93 94/96 94/- 94/96 95.01/96 94/96"),
}  # fmt: skip


@pytest.mark.parametrize(("trigger", "path"), NEVER.values(), ids=NEVER)
def test_what_is_not_the_price_that_counts_does_nothing(trigger: Trigger, path: str) -> None:
    assert first_hit(trigger, path) is None
    assert first_hit(trigger, path, restarts=True) is None


FIRED = {
    "a locked quote fires a bid stop": (stop(SELL, 95, price_type=BID_ASK), "95/95", 1),
    "a locked quote fires a mid stop": (stop(BUY, 105, price_type=MID), "105/105", 1),
    "a locked quote moves a trail": (trail(SELL, "1", price_type=BID_ASK), "100/101 102/102 101/103", 3),
    "a trade does not come between two quotes": (
        stop(SELL, 95, price_type=DOUBLE_BID_ASK), "94/96 100 =100 94/96", 4),
    "a quote does not come between two trades": (stop(SELL, 95, price_type=DOUBLE_LAST), "94 100/101 =99 94", 4),
    "a quote that says the same again is the second": (
        stop(SELL, 95, price_type=DOUBLE_BID_ASK), "94/96 94/96", 2),
}  # fmt: skip


@pytest.mark.parametrize(("trigger", "path", "step"), FIRED.values(), ids=FIRED)
def test_what_is_the_price_that_counts_triggers(trigger: Trigger, path: str, step: int) -> None:
    found = first_hit(trigger, path)

    assert found is not None
    assert found[0] == step
