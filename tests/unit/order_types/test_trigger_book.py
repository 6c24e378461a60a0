"""The book of held orders: who is released in which order, what amendments keep, and what is refused."""
# ruff: noqa: ANN401  # what is refused is of any kind

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from oms.errors import UnknownInstrumentError, UnknownOrderError, ValidationError
from oms.model.enums import PegOffsetType, Side
from oms.model.ids import OrderId, Symbol
from oms.model.market import Quote, TradePrint
from oms.model.offset import Offset
from oms.model.triggers import TrailingTrigger, Trigger, TriggerHit, if_touched, stop
from oms.order_types.trigger_book import TriggerBook
from oms.order_types.trigger_records import TriggerRow
from tests.unit.order_types.trigger_paths import (
    BID_ASK,
    DOUBLE_LAST,
    INSTRUMENTS,
    LAST,
    MARK,
    MID,
    X,
    Y,
    book_with,
    ids,
    show,
)

BUY, SELL = Side.BUY, Side.SELL
ONE, TWO, THREE, FOUR = OrderId(1), OrderId(2), OrderId(3), OrderId(4)


def trailing(side: Side, distance: str, **more: Any) -> TrailingTrigger:
    return TrailingTrigger(side=side, offset=Offset(distance), **more)


def d(text: str) -> Decimal:
    return Decimal(text)


def test_a_trailing_stop_never_moves_away() -> None:
    book = book_with(trailing(SELL, "1"), trailing(BUY, "9"))
    stops = []
    for px in ["100", "102", "101.5", "101.01", "103", "102.01"]:
        assert show(book, px) == ()
        stops.append((book.trigger_px(ONE), book.trigger_px(TWO)))

    # Up with the highest price less 1; down with the lowest, 100, plus 9, and so never moved.
    assert [stop_px for stop_px, _ in stops] == [d("99"), d("101"), d("101"), d("101"), d("102"), d("102")]
    assert {stop_px for _, stop_px in stops} == {d("109")}


def test_what_a_rise_reaches_comes_lowest_first_then_what_a_fall_reaches_highest_first() -> None:
    book = TriggerBook(INSTRUMENTS)
    for number, trigger in (
        (7, stop(SELL, "100", price_type=MID)),
        (3, stop(BUY, "99", price_type=BID_ASK)),
        (9, stop(SELL, "101", price_type=BID_ASK)),
        (2, stop(BUY, "98", price_type=MID)),
        (5, if_touched(SELL, "98", price_type=BID_ASK)),
        (4, stop(BUY, "98", price_type=BID_ASK)),
        (6, if_touched(BUY, "101", price_type=MID)),
    ):
        book.add(OrderId(number), X, trigger)

    # Reached by a rise: 98 (2, 5, 4 as they came), 99 (3). By a fall: 101 (9, 6 as they came), 100 (7).
    assert ids(show(book, "99/99")) == [2, 5, 4, 3, 9, 6, 7]
    assert len(book) == 0


def test_a_jump_releases_fixed_and_trailing_stops_by_their_prices() -> None:
    book = book_with(stop(SELL, "97"), trailing(SELL, "2"), trailing(SELL, "3"), stop(SELL, "98.5"))
    show(book, "100")

    assert show(book, "90") == (
        TriggerHit(FOUR, d("98.5"), d("90")),
        TriggerHit(TWO, d("98"), d("90")),
        TriggerHit(ONE, d("97"), d("90")),
        TriggerHit(THREE, d("97"), d("90")),
    )


def test_trails_that_began_at_different_times_have_their_own_water_marks_until_the_market_overtakes_them() -> (
    None
):
    book = TriggerBook(INSTRUMENTS)
    for number, px in ((1, "110"), (2, "106"), (3, "108"), (4, "104")):
        book.add(OrderId(number), X, trailing(SELL, "5"), water_mark=px)
    stops = [book.trigger_px(OrderId(number)) for number in (1, 2, 3, 4)]

    show(book, "108")

    assert stops == [d("105"), d("101"), d("103"), d("99")]
    assert [book.trigger_px(OrderId(number)) for number in (1, 2, 3, 4)] == [d("105"), *[d("103")] * 3]
    assert ids(show(book, "104")) == [1]
    assert ids(show(book, "103")) == [2, 3, 4]


def test_of_trails_with_one_water_mark_the_narrowest_triggers_first_in_percent_and_basis_points_alike() -> (
    None
):
    percent, points = PegOffsetType.PERCENTAGE, PegOffsetType.BASIS_POINTS
    book = TriggerBook(INSTRUMENTS)
    for number, offset in enumerate((Offset(3, percent), Offset(200, points), Offset("1", percent)), 1):
        book.add(OrderId(number), X, TrailingTrigger(side=SELL, offset=offset), water_mark=100)

    assert [ids(show(book, px)) for px in ("99.01", "99", "98", "97")] == [[], [3], [2], [1]]


def test_an_order_is_not_compared_to_what_came_before_it() -> None:
    book = TriggerBook(INSTRUMENTS)
    show(book, "90")
    book.add(ONE, X, stop(SELL, 95))

    assert book.trigger_px(ONE) == d("95")
    assert show(book, "96") == ()
    assert ids(show(book, "94")) == [1]


def test_the_first_of_two_trades_must_come_after_the_order() -> None:
    book = book_with(stop(SELL, 80, price_type=DOUBLE_LAST))
    show(book, "94")
    book.add(TWO, X, stop(SELL, 95, price_type=DOUBLE_LAST))

    assert show(book, "94") == ()
    assert ids(show(book, "94")) == [2]


def test_a_trade_of_no_size_is_none() -> None:
    book = book_with(stop(SELL, 95), stop(SELL, 95, price_type=DOUBLE_LAST))
    nothing = [TradePrint(X, 7, px, 0) for px in ("94", "100")]

    assert [book.on_trade(trade) for trade in nothing] == [(), ()]
    assert ids(show(book, "94")) == [1]
    # Nor does it come between two.
    assert book.on_trade(nothing[1]) == ()
    assert ids(show(book, "94")) == [2]


def test_other_instruments_are_left_alone() -> None:
    book = book_with(stop(SELL, 95), trailing(SELL, "1"))
    book.add(THREE, Y, stop(SELL, 95))
    assert show(book, "90", Y) == (TriggerHit(THREE, d("95"), d("90")),)

    for update in ("90", "90/91", "=90"):
        assert show(book, update, Symbol("Z")) == ()
    assert len(book) == 2


def test_a_short_sale_is_a_sale() -> None:
    book = book_with(
        trailing(Side.SELL_SHORT, "1", price_type=BID_ASK), stop(Side.SELL_SHORT, "50", price_type=BID_ASK)
    )
    show(book, "100/105")

    assert book.trigger_px(ONE) == d("99")
    assert ids(show(book, "50/60")) == [1, 2]


def test_a_share_of_a_price_of_nothing_is_a_tick() -> None:
    shares = [TrailingTrigger(side=side, offset=Offset(10, PegOffsetType.PERCENTAGE)) for side in (BUY, SELL)]
    book = book_with(*shares)

    assert show(book, "0") == ()
    assert [book.trigger_px(number) for number in (ONE, TWO)] == [d("0.01"), d("-0.01")]


def test_what_is_removed_is_not_released() -> None:
    book = book_with(stop(SELL, 95), stop(SELL, 95), trailing(SELL, "1"), trailing(SELL, "1"))
    show(book, "96")
    book.remove(ONE)
    book.remove(THREE)

    assert (ONE in book, TWO in book, len(book)) == (False, True, 2)
    assert ids(show(book, "90")) == [2, 4]


def test_an_amended_order_goes_behind_those_of_its_price() -> None:
    book = book_with(stop(SELL, 96), stop(SELL, 95), stop(SELL, 95))
    book.amend(ONE, stop(SELL, 95))
    book.amend(TWO, stop(SELL, 95))

    assert ids(show(book, "95")) == [2, 3, 1]


def test_an_amended_trail_goes_on_from_its_water_mark() -> None:
    book = book_with(trailing(SELL, "1", activation_px="105"))
    show(book, "110")
    book.amend(ONE, trailing(SELL, "3", activation_px="120"))

    assert book.trigger_px(ONE) == d("107")


@pytest.mark.parametrize(
    "trigger", [trailing(SELL, "1", price_type=MARK), stop(SELL, "50")], ids=["another price", "no trail"]
)
def test_a_trail_that_is_amended_to_something_else_is_over(trigger: Any) -> None:
    book = book_with(trailing(SELL, "1"))
    show(book, "110")
    book.amend(ONE, trigger)
    book.amend(ONE, trailing(SELL, "2"))

    assert book.trigger_px(ONE) is None


def test_an_amendment_forgets_the_first_of_two_trades() -> None:
    book = book_with(*[stop(SELL, 95, price_type=DOUBLE_LAST)] * 2)
    show(book, "94")
    book.amend(ONE, stop(SELL, "94.5", price_type=DOUBLE_LAST))
    # The same again is nothing.
    book.amend(TWO, stop(SELL, 95, price_type=DOUBLE_LAST))

    assert [row.is_pending for row in book.to_rows()] == [True, False]
    assert ids(show(book, "94")) == [2]


def test_rows_hold_all_that_a_book_knows() -> None:
    book = TriggerBook(INSTRUMENTS)
    waits = trailing(SELL, "1", activation_px="120")
    trails = trailing(SELL, "4", limit_offset=Offset("0.5"))
    fixed = stop(BUY, 110, price_type=LAST)
    double = stop(SELL, 101, price_type=DOUBLE_LAST)
    kinds: tuple[Trigger, ...] = (double, fixed, trails, waits)
    for number, trigger in enumerate(kinds, 1):
        book.add(OrderId(number), X, trigger)
    show(book, "103")
    show(book, "100")
    rows = (
        TriggerRow(ONE, X, double, None, is_pending=True),
        TriggerRow(TWO, X, fixed),
        TriggerRow(THREE, X, trails, d("103")),
        TriggerRow(FOUR, X, waits),
    )

    assert book.to_rows() == rows
    again = TriggerBook.from_rows(rows, INSTRUMENTS)
    assert again.to_rows() == rows
    assert (
        show(again, "99")
        == show(book, "99")
        == (
            TriggerHit(ONE, d("101"), d("99")),
            TriggerHit(THREE, d("99"), d("99"), d("98.5")),
        )
    )


Call = Callable[[TriggerBook], object]
STOP = stop(SELL, 95)
TRAIL = trailing(SELL, "1")
REFUSED: dict[str, tuple[Call, type[ValidationError], str]] = {
    "an order that is held": (lambda book: book.add(ONE, X, STOP), ValidationError, "order_id"),
    "an unknown instrument": (lambda book: book.add(TWO, Symbol("Z"), STOP), UnknownInstrumentError, "symbol"),
    "no trigger": (lambda book: book.add(TWO, X, "95"), ValidationError, "trigger"),  # type: ignore[arg-type]
    "a water mark of a stop": (lambda book: book.add(TWO, X, STOP, water_mark=1), ValidationError, "water_mark"),
    "a water mark as float": (lambda book: book.add(TWO, X, TRAIL, water_mark=1.5), ValidationError, "water_mark"),  # type: ignore[arg-type]
    "to remove what is not held": (lambda book: book.remove(TWO), UnknownOrderError, "order_id"),
    "to amend what is not held": (lambda book: book.amend(TWO, STOP), UnknownOrderError, "order_id"),
    "to amend to nothing": (lambda book: book.amend(ONE, None), ValidationError, "trigger"),  # type: ignore[arg-type]
    "to change sides": (lambda book: book.amend(ONE, stop(BUY, 95)), ValidationError, "trigger.side"),
    "the price of what is not held": (lambda book: book.trigger_px(TWO), UnknownOrderError, "order_id"),
}  # fmt: skip


@pytest.mark.parametrize(("call", "error", "field"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_meant_is_refused_and_changes_nothing(
    call: Call, error: type[ValidationError], field: str
) -> None:
    book = book_with(stop(SELL, 96))
    before = book.to_rows()

    with pytest.raises(error) as caught:
        call(book)

    assert caught.value.field == field
    assert book.to_rows() == before
    assert ids(show(book, "95")) == [1]


DAMAGED = {
    "an order twice": ((TriggerRow(ONE, X, STOP), TriggerRow(ONE, X, STOP)), "order_id"),
    "a stop with a water mark": ((TriggerRow(ONE, X, STOP, d("1")),), "water_mark"),
    "the first of two where one is enough": (
        (TriggerRow(ONE, X, STOP, None, is_pending=True),),
        "is_pending",
    ),
    "a trail reached before it began": (
        (TriggerRow(ONE, X, trailing(SELL, "1", price_type=DOUBLE_LAST), None, is_pending=True),),
        "is_pending",
    ),
}


@pytest.mark.parametrize(("rows", "field"), DAMAGED.values(), ids=DAMAGED)
def test_rows_that_no_book_gives_are_refused(rows: tuple[TriggerRow, ...], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TriggerBook.from_rows(rows, INSTRUMENTS)

    assert caught.value.field == field


def test_a_mid_is_not_rounded() -> None:
    book = book_with(stop(BUY, "100.01", price_type=MID))

    assert show(book, "100/100.01") == ()
    assert show(book, "100.01/100.02") == (TriggerHit(ONE, d("100.01"), d("100.015")),)


def test_a_trail_that_is_gone_leaves_no_stop_price_behind() -> None:
    book = TriggerBook(INSTRUMENTS)
    book.add(ONE, X, trailing(SELL, "5"), water_mark=110)
    book.add(TWO, X, trailing(SELL, "5"), water_mark=104)
    book.remove(TWO)
    show(book, "120")
    assert ids(show(book, "115")) == [1]

    book.add(THREE, X, trailing(SELL, "5"), water_mark=100)

    # Where the first one stood before the rise.
    assert show(book, "105") == ()
    assert ids(show(book, "100")) == [3]


def test_who_waits_for_the_middle_makes_no_quote_dearer_whose_middle_changes_nothing() -> None:
    book = book_with(trailing(SELL, "5", price_type=MID), trailing(BUY, "5", price_type=MID))
    desk = book.desks[X]
    for px in ("100.5", "101.5"):
        assert book.on_quote(Quote(X, 1, d(px) - d("0.5"), 1, d(px) + d("0.5"), 1)) == ()

    # The middle has been from 100.5 to 101.5; these quotes reach as far, and their bid or ask beyond it.
    assert desk.is_quiet(d("100"), d("101"))
    assert desk.is_quiet(d("101"), d("102"))
    assert desk.is_quiet(d("98"), d("105"))
    # Lower and higher by as little as there is.
    assert not desk.is_quiet(d("100"), d("100.999999999999999999"))
    assert not desk.is_quiet(d("101.000000000000000001"), d("102"))

    book.add(FOUR, X, stop(SELL, "100", price_type=BID_ASK))
    assert not desk.is_quiet(d("100"), d("101"))
    assert desk.is_quiet(d("100.5"), d("101"))
