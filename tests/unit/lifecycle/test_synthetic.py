"""Executions that nobody reported: at what price they are inferred, what stands of them, and how they are taken back."""
# ruff: noqa: ANN401  # the fields of events and reports are of any kind

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from oms.lifecycle.execution_index import ExecutionIndex
from oms.lifecycle.synthetic import inferred, standing_for, withdrawn
from oms.model import events as ev
from oms.model.decimals import is_sane
from oms.model.enums import ExecType
from oms.model.ids import ExecId, OrderId
from oms.model.order import Order
from oms.model.reports import ExecutionReport
from oms.model.terms import Limit, Market
from oms.model.venue_profile import FIX_BROKER, LateFills
from tests.unit.journals import T0, make, venue_id
from tests.unit.lifecycle.readings import AT, LIVE, PART, after, d, envelope, read, report, take, told

MINE, OTHER = OrderId(1), OrderId(2)


def guess(number: int, qty: int = 10, **fields: Any) -> ev.Traded:
    """An execution of 10 that was inferred, the event of this number."""
    known = {"exec_id": ExecId(f"s{number}"), "last_qty": d(qty), "is_synthetic": True, "sequence": number}
    return make(ev.Traded, **{**known, **fields})


def index_of(*said: ev.Traded | ev.TradeCorrected | ev.TradeCanceled) -> ExecutionIndex:
    """What is known after these, as the machine's state has it."""
    index = ExecutionIndex()
    for one in said:
        if isinstance(one, ev.Traded):
            index.put(one.exec_id, one)
            if one.is_synthetic:
                index.infer(one)
        else:
            index.amend(one)
    return index


def taken(kind: Any, ref: str, **fields: Any) -> Any:
    """What takes an execution back."""
    return make(kind, exec_id=ExecId(f"{ref}/"), exec_ref_id=ExecId(ref), trade_sequence=1, **fields)


# ---------------------------------------------------------------- what stands


def test_what_was_inferred_stands_until_it_is_taken_back_oldest_first() -> None:
    one, two, other = guess(1), guess(2), guess(3, order_id=OTHER)
    index = index_of(one, two, other, make(ev.Traded))
    assert index.synthetic_of(MINE) == [one, two]
    assert index.synthetic_of(OTHER) == [other]
    assert index.synthetic_of(OrderId(3)) == []

    index.amend(taken(ev.TradeCanceled, "s1"))
    assert index.synthetic_of(MINE) == [two]
    assert index.synthetic == {MINE: ["s2"], OTHER: ["s3"]}
    index.amend(taken(ev.TradeCanceled, "s2"))
    assert index.synthetic_of(MINE) == []
    assert index.synthetic == {OTHER: ["s3"]}


def test_what_is_taken_back_in_part_stands_with_what_is_left() -> None:
    less = taken(ev.TradeCorrected, "s1", last_qty=d(4))
    index = index_of(guess(1), less)
    assert index.synthetic_of(MINE) == [less]
    assert index.synthetic == {MINE: ["s1"]}


def test_a_bust_of_a_real_execution_leaves_what_was_inferred() -> None:
    one = guess(1)
    index = index_of(one, make(ev.Traded), taken(ev.TradeCanceled, "x1"))
    assert index.synthetic_of(MINE) == [one]


def test_a_bust_is_looked_for_among_executions_of_any_day() -> None:
    one = guess(1, trade_date="")
    index = index_of(one)
    assert index.synthetic_of(MINE) == [one]
    index.amend(taken(ev.TradeCanceled, "s1", trade_date="20260106"))
    assert index.synthetic == {}


def test_a_bust_of_an_order_of_which_nothing_was_inferred_leaves_those_of_others() -> None:
    index = index_of(guess(3, order_id=OTHER), make(ev.Traded), taken(ev.TradeCanceled, "x1"))
    assert index.synthetic == {OTHER: ["s3"]}


def test_where_nothing_was_inferred_nothing_is_kept() -> None:
    index = index_of(make(ev.Traded), taken(ev.TradeCanceled, "x1"))
    assert index.synthetic == {}
    assert index.synthetic_of(MINE) == []


# ---------------------------------------------------------------- at what price


def priced(order: Order, cum_qty: int, **said: Any) -> Decimal | None:
    found = inferred(order, d(cum_qty), report(ExecType.ORDER_STATUS, **said), AT, ExecutionIndex())
    return None if found is None else found.last_px


PRICES: dict[str, tuple[dict[str, Any], tuple[ev.OrderEvent, ...], int, dict[str, Any], str | None]] = {
    # 100 in all at 190 is worth 19,000; 40 at 189.50 of it are known: 11,420 for 60.
    "the one that makes the average come out": ({}, PART, 100, {"avg_px": d(190)}, "190.333333333333333"),
    "an average of nothing": ({}, PART, 100, {"avg_px": d(0)}, "189.50"),
    "an average below nothing": ({}, PART, 100, {"avg_px": d(-1)}, "189.50"),
    "no number": ({}, PART, 100, {"avg_px": Decimal("NaN")}, "189.50"),
    # 60 at 100 are worth less than the 40 that are known.
    "an average that would make it negative": ({}, PART, 60, {"avg_px": d(100)}, "189.50"),
    # 41 at 184.878... : 7,580 is just what the 40 are worth.
    "an average that would make it nothing": ({}, PART, 50, {"avg_px": d("151.6")}, "189.50"),
    "the limit": ({"terms": Limit("189.25")}, LIVE, 10, {}, "189.25"),
    "our own average": ({"terms": Market()}, PART, 100, {}, "189.50"),
    "the market's when it was given": (
        {"terms": Market(), "reference_px": d("188.5")},
        LIVE,
        10,
        {},
        "188.5",
    ),
    "nothing tells it": ({"terms": Market()}, LIVE, 10, {}, None),
}


@pytest.mark.parametrize(("fields", "before", "cum_qty", "said", "px"), PRICES.values(), ids=PRICES)
def test_the_price_of_what_was_missed(
    fields: dict[str, Any],
    before: tuple[ev.OrderEvent, ...],
    cum_qty: int,
    said: dict[str, Any],
    px: str | None,
) -> None:
    found = priced(after(*before, **fields), cum_qty, **said)
    assert found is None if px is None else found is not None and abs(found - d(px)) < d("1e-14")


def test_where_nothing_tells_the_price_nothing_is_inferred() -> None:
    said = report(ExecType.ORDER_STATUS)
    assert inferred(after(*LIVE, terms=Market()), d(10), said, AT, ExecutionIndex()) is None


def test_a_price_that_is_known_is_taken_digit_by_digit() -> None:
    found = priced(after(*LIVE, terms=Limit("189.250")), 10)
    assert str(found) == "189.250"


@pytest.mark.parametrize("average", [0, -1])
def test_an_average_of_nothing_or_less_is_no_word_where_prices_are_negative_either(average: int) -> None:
    order = after(*LIVE, make(ev.Traded, last_px=d(-5)))
    assert priced(order, 60, avg_px=d(average)) == d("189.50")


def test_a_price_of_many_digits_is_worked_out_and_one_beyond_all_is_not() -> None:
    # (80 x 10^15 - 7,580) / 40, with 18 places to round to.
    assert priced(after(*PART), 80, avg_px=d(10) ** 15) == d("1999999999999810.5")
    most = next(d(10) ** power for power in range(99) if not is_sane(d(10) ** power * 41))
    assert is_sane(most)
    assert priced(after(*PART), 41, avg_px=most) == d("189.50")


def test_an_average_that_does_not_come_out_even_is_rounded_to_what_a_price_can_be() -> None:
    # 10 at 100/3 each is no decimal; three fills of one make the average of the order one that has no end.
    order = after(
        *LIVE,
        make(ev.Traded, last_qty=d(1), last_px=d(1)),
        make(ev.Traded, last_qty=d(2), last_px=d(2)),
        terms=Market(),
    )
    found = priced(order, 10)
    assert found is not None
    assert found == d("1.666666666666666667")


def test_the_execution_that_is_inferred_is_marked_and_says_what_the_broker_said() -> None:
    said = report(
        ExecType.ORDER_STATUS,
        transact_time_ns=T0 + 5,
        venue_order_id=venue_id("V1"),
        raw="35=8",
        trade_date="20260104",
    )
    order = after(*PART)
    assert inferred(order, d(70), said, AT, ExecutionIndex()) == ev.Traded(
        *envelope(), MINE, ExecId("synthetic-1-70"), order.symbol, order.side, order.account, AT.broker, d(30), d("189.50"),
        "20260104", T0 + 5, None, d(0), "", venue_id("V1"), "35=8", is_synthetic=True,
    )  # fmt: skip


def test_what_the_broker_does_not_time_has_no_time() -> None:
    found = inferred(after(*PART), d(70), report(ExecType.ORDER_STATUS), AT, ExecutionIndex())
    assert found is not None
    assert (found.transact_time_ns, found.trade_date) == (0, "")


def test_the_same_count_inferred_again_has_an_identity_of_its_own() -> None:
    index = ExecutionIndex()
    names = []
    for _ in range(3):
        found = inferred(after(*PART), d("70.0"), report(ExecType.ORDER_STATUS), AT, index)
        assert found is not None
        index.put(found.exec_id, found)
        names.append(found.exec_id)
    assert names == ["synthetic-1-70", "synthetic-1-70-2", "synthetic-1-70-3"]


# ---------------------------------------------------------------- how much of a reported one was inferred before


def stood_for(qty: int, cum_qty: object, *standing: ev.Traded, at_ns: int = 0) -> tuple[Decimal, list[Any]]:
    """An order of which the inferred ones and 40 more are known, and a report of an execution."""
    order = after(*PART, *standing)
    traded = make(ev.Traded, exec_id=ExecId("x9"), last_qty=d(qty), transact_time_ns=at_ns)
    return standing_for(order, traded, cum_qty, index_of(make(ev.Traded), *standing))


@pytest.mark.parametrize(
    ("qty", "cum_qty", "expected"),
    [
        (6, None, 6),  # nothing tells: it was inferred before
        (10, None, 10),
        (25, None, 20),  # more than was inferred
        (6, d(46), 6),  # 40 + 6: all of it is in what was inferred
        (6, d(60), 6),  # the last of the 60
        (6, d(63), 3),  # 3 of it are beyond the 60 that are counted here
        (6, d(66), 0),  # all of it is
        (6, d(90), 0),
        (6, Decimal("NaN"), 6),
        (6, "60", 6),
        (25, d(60), 20),
    ],
)
def test_how_much_of_a_report_was_inferred_before(qty: int, cum_qty: object, expected: int) -> None:
    found, standing = stood_for(qty, cum_qty, guess(1), guess(2))
    assert found == d(expected)
    assert standing == [guess(1), guess(2)]


def test_what_executed_after_the_word_that_it_was_inferred_from_was_not() -> None:
    early, late = guess(1, transact_time_ns=T0), guess(2, transact_time_ns=T0 + 2)
    assert stood_for(10, None, early, late, at_ns=T0) == (d(10), [early, late])
    assert stood_for(10, None, early, late, at_ns=T0 + 1) == (d(10), [late])
    assert stood_for(10, None, early, late, at_ns=T0 + 2) == (d(10), [late])
    assert stood_for(10, None, early, late, at_ns=T0 + 3) == (d(0), [])


# ---------------------------------------------------------------- taken back


def test_nothing_is_taken_back_of_nothing() -> None:
    assert withdrawn(d(0), [guess(1)], AT) == ()
    assert withdrawn(d(5), [], AT) == ()


def test_the_oldest_are_taken_back_first_the_last_of_them_in_part() -> None:
    one, two, three = guess(1, 4, transact_time_ns=T0), guess(2, 5), guess(3, 6)
    busted, less = withdrawn(d(6), [one, two, three], AT)
    of = (MINE, one.symbol, one.side, one.account, AT.broker)
    assert busted == ev.TradeCanceled(
        *envelope(),
        of[0],
        ExecId("s1/0"),
        ExecId("s1"),
        *of[1:],
        d(4),
        d("189.50"),
        "20260105",
        "",
        T0,
        True,
        0,
        0,
        1,
    )
    assert less == ev.TradeCorrected(
        *envelope(1), of[0], ExecId("s2/3"), ExecId("s2"), *of[1:], d(3), d("189.50"), d(5), d("189.50"), "20260105", "", 0,
        True, 0, 0, 2,
    )  # fmt: skip


def test_what_is_left_of_one_is_taken_back_under_the_number_of_its_first_event() -> None:
    less = taken(ev.TradeCorrected, "s1", last_qty=d(4), sequence=9)
    (busted,) = withdrawn(d(4), [less], AT)
    assert (type(busted), busted.exec_id, busted.exec_ref_id, busted.trade_sequence) == (
        ev.TradeCanceled, "s1//0", "s1/", 1,
    )  # fmt: skip


def test_one_that_was_reported_takes_the_place_of_what_was_inferred() -> None:
    """The whole way: 40 known, 20 inferred, and an execution of 15 reported that was among the 20."""
    one = guess(1, 20)
    order = after(*PART, one)
    said = ExecutionReport(
        ExecType.TRADE, make(ev.OrderSubmitted).cl_ord_id, exec_id=ExecId("x9"), last_qty=d(15), last_px=d("189.60"),
        transact_time_ns=T0, cum_qty=d(55),
    )  # fmt: skip
    events = read(order, said, index_of(make(ev.Traded), one))
    assert [type(event) for event in events] == [ev.TradeCorrected, ev.Traded]
    moved = take(order, events)
    assert moved.cum_qty == d(60)
    assert moved.notional == 40 * d("189.50") + 5 * d("189.50") + 15 * d("189.60")


def reported(qty: int, **fields: Any) -> ExecutionReport:
    said: dict[str, Any] = {
        "exec_id": ExecId("x9"),
        "last_qty": d(qty),
        "last_px": d(190),
        "transact_time_ns": T0,
        **fields,
    }
    return report(ExecType.TRADE, **said)


def test_what_takes_the_place_of_all_that_was_inferred_is_no_overfill_and_is_numbered_in_turn() -> None:
    one = guess(1, 60)
    order = after(*PART, one)
    events = read(order, reported(60, commission=d("NaN")), index_of(make(ev.Traded), one))
    assert told(events) == ["TradeCanceled", "Traded", "MALFORMED"]
    assert [event.sequence for event in events] == [7, 8, 9]
    assert take(order, events).cum_qty == d(100)


def test_that_it_comes_late_is_no_news_where_it_was_inferred() -> None:
    one = guess(1, 20)
    order = after(*PART, one, make(ev.OrderCanceled))
    profile = evolve(FIX_BROKER, late_fills=LateFills.FLAGGED)
    known = index_of(make(ev.Traded), one)
    assert told(read(order, reported(20), known, profile)) == ["TradeCanceled", "Traded"]
    assert told(read(order, reported(20, transact_time_ns=T0 + 9), index_of(make(ev.Traded)), profile)) == [
        "Traded",
        "LATE_EXECUTION",
    ]
    # Nor does it excuse one that happened after what was inferred.
    timed = guess(1, 20, transact_time_ns=T0)
    late = read(order, reported(20, transact_time_ns=T0 + 9), index_of(make(ev.Traded), timed), profile)
    assert told(late) == ["Traded", "LATE_EXECUTION"]


def test_one_that_happened_after_what_was_inferred_comes_on_top() -> None:
    one = guess(1, 20, transact_time_ns=T0)
    order = after(*PART, one)
    events = read(order, reported(15, transact_time_ns=T0 + 1), index_of(make(ev.Traded), one))
    assert told(events) == ["Traded"]
    assert take(order, events).cum_qty == d(75)
