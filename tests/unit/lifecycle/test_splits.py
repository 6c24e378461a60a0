"""Splits: what had executed before counts in another ratio from then on, and amendments of it too."""
# ruff: noqa: ANN401  # the fields of reports are of any kind

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import attrs
import pytest

from oms.lifecycle.changes import MAX_SPLITS
from oms.lifecycle.execution_index import ExecutionIndex
from oms.lifecycle.facts import counted_qty, is_since
from oms.lifecycle.invariants import check_order
from oms.model import events as ev
from oms.model.enums import AnomalyCode, ExecRestatementReason, ExecType, OrdStatus
from oms.model.ids import ExecId
from oms.model.order import Order
from tests.unit.journals import T0, make
from tests.unit.lifecycle.readings import (
    LIVE,
    PART,
    SENT,
    after,
    d,
    read,
    report,
    set_aside,
    take,
    these,
    told,
)

SPLIT, OTHER = ExecRestatementReason.GT_CORPORATE_ACTION, ExecRestatementReason.REPRICING
WHEN: Final = T0 + 1_000
"""When the split took effect at the venue."""


def forty(**fields: Any) -> Order:
    """An order for 100 of which 40 executed at 10 before the split."""
    return after(*LIVE, make(ev.Traded, last_px=d(10), transact_time_ns=T0, **fields))


def restated(**fields: Any) -> Any:
    return report(ExecType.RESTATED, transact_time_ns=WHEN, **fields)


def counts(order: Order, qty: Decimal, transact_time_ns: int, day: str = "", sequence: int = 0) -> Decimal:
    """How much an execution counts for, at a time or on a day or only heard of after so many others."""
    return counted_qty(order, qty, transact_time_ns, day, sequence)


def ratio(order: Order, **fields: Any) -> tuple[object, ...]:
    """The new total and the ratio that a restatement amounts to."""
    event = read(order, restated(**fields))[0]
    assert isinstance(event, ev.OrderRestated)
    return event.order_qty, event.split_new, event.split_old


RATIOS: Final[dict[str, tuple[dict[str, Any], tuple[int, int, int]]]] = {
    "two for one, by the reason": (
        {"order_qty": d(200), "exec_restatement_reason": SPLIT}, (200, 200, 100),
    ),
    "two for one, by what is counted": ({"order_qty": d(200), "cum_qty": d(80)}, (200, 200, 100)),
    "one for two": ({"order_qty": d(50), "exec_restatement_reason": SPLIT}, (50, 50, 100)),
    "one for five, below what had executed": (
        {"order_qty": d(20), "exec_restatement_reason": SPLIT}, (20, 20, 100),
    ),
    "one for five, by what is counted": ({"order_qty": d(20), "cum_qty": d(8)}, (20, 20, 100)),
    "the same total, by the reason": ({"exec_restatement_reason": SPLIT}, (100, 1, 1)),
    "another total for another reason": (
        {"order_qty": d(200), "cum_qty": d(80), "exec_restatement_reason": OTHER}, (200, 1, 1),
    ),
    "another total and nothing counted": ({"order_qty": d(200)}, (200, 1, 1)),
    "another total and the same counted": ({"order_qty": d(200), "cum_qty": d(40)}, (200, 1, 1)),
    "another total and no number counted": ({"order_qty": d(200), "cum_qty": d("NaN")}, (200, 1, 1)),
    "a total of nothing, by the reason": ({"order_qty": d(0), "exec_restatement_reason": SPLIT}, (40, 1, 1)),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "expected"), RATIOS.values(), ids=RATIOS)
def test_a_split_is_told_by_its_reason_or_by_what_is_counted(
    fields: dict[str, Any], expected: tuple[int, int, int]
) -> None:
    assert ratio(forty(), **fields) == expected


def test_where_nothing_executed_a_count_of_nothing_tells_of_no_split() -> None:
    assert ratio(after(*LIVE), order_qty=d(200), cum_qty=d(0)) == (200, 1, 1)


def test_an_order_whose_total_is_not_known_cannot_be_split() -> None:
    order = after(*LIVE, order_qty=d(0), cash_order_qty=d(1000))

    assert ratio(order, order_qty=d(200), exec_restatement_reason=SPLIT) == (200, 1, 1)


def shown_first(qty: int = 200, **said: int) -> Order:
    """An order for 100 whose total was another one when it was first shown as at work."""
    return after(*SENT, make(ev.OrderAcknowledged, order_qty=d(qty), **said))


def test_a_split_that_an_answer_has_shown_before_is_told_from_the_total_before_the_answer() -> None:
    assert ratio(shown_first(), order_qty=d(200), exec_restatement_reason=SPLIT) == (200, 200, 100)
    assert ratio(shown_first(), order_qty=d(300), exec_restatement_reason=SPLIT) == (300, 300, 200)


def test_a_total_that_was_taken_on_at_a_known_time_is_no_sign_of_a_split() -> None:
    for said in ({"venue_ns": WHEN - 1}, {"venue_seq": 1}):
        order = shown_first(**said)
        assert ratio(order, order_qty=d(200), exec_restatement_reason=SPLIT) == (200, 1, 1)


def test_a_split_that_an_answer_has_shown_counts_once() -> None:
    order = shown_first()
    again = restated(order_qty=d(200), exec_restatement_reason=SPLIT)

    assert told(read(take(order, read(order, again)), again)) != []
    assert order.order_qty == 200
    assert ratio(order, order_qty=d(200), exec_restatement_reason=SPLIT, report_seq=9) == (200, 1, 1)


def test_what_a_split_counts_is_known() -> None:
    doubled = {"order_qty": d(200), "exec_restatement_reason": SPLIT}

    assert told(read(forty(), restated(**doubled, cum_qty=d(80)))) == ["OrderRestated"]
    assert told(read(forty(), restated(**doubled, cum_qty=d(81)))) == ["OrderRestated", "MISSING_EXECUTION"]


def split(new: int = 200, old: int = 100, order: Order | None = None, **fields: Any) -> Order:
    """The order after the split, 80 of 200 executed."""
    order = order or forty()
    event = make(
        ev.OrderRestated, order_qty=d(new), split_new=d(new), split_old=d(old), **{"venue_ns": WHEN, **fields}
    )
    return take(order, (event,))


def test_a_split_multiplies_what_executed_and_not_what_it_cost() -> None:
    order = split()

    assert these(order.order_qty, order.cum_qty, order.day_cum_qty, order.leaves_qty) == (200, 80, 80, 120)
    assert these(order.notional, order.avg_px) == (400, 5)


def test_a_split_of_an_order_that_has_not_executed_changes_only_the_total() -> None:
    order = split(order=after(*LIVE))

    assert these(order.order_qty, order.cum_qty, order.avg_px) == (200, 0, None)


def test_the_average_after_a_split_has_28_digits() -> None:
    order = split(300, 100, trade_date="20260105")

    assert these(order.cum_qty, str(order.avg_px)) == (120, "3.333333333333333333333333333")


def test_a_split_on_a_later_day_counts_nothing_on_that_day() -> None:
    assert split(trade_date="20260106").day_cum_qty == 0


@pytest.mark.parametrize(
    ("traded_ns", "counted"),
    [
        pytest.param(WHEN - 1, 20, id="before the split"),
        pytest.param(WHEN, 10, id="at the split"),
        pytest.param(WHEN + 1, 10, id="after the split"),
    ],
)
def test_an_execution_counts_by_when_it_happened(traded_ns: int, counted: int) -> None:
    order = split()
    assert counts(order, d(10), traded_ns) == counted

    take(order, (make(ev.Traded, exec_id="x2", last_qty=d(10), last_px=d(7), transact_time_ns=traded_ns),))
    assert these(order.cum_qty, order.leaves_qty, order.notional) == (80 + counted, 120 - counted, 470)
    assert order.day_cum_qty == 80 + counted


def test_two_splits_multiply() -> None:
    order = split()
    split(600, 200, order, venue_ns=WHEN + 100)

    assert these(order.cum_qty, order.order_qty) == (240, 600)
    assert [counts(order, d(1), ns) for ns in (WHEN - 1, WHEN, WHEN + 100)] == [6, 3, 1]


def test_a_split_at_no_time_counts_from_when_it_was_heard_of() -> None:
    order = split(venue_ns=0)

    assert [counts(order, d(1), ns) for ns in (T0 - 1, T0)] == [2, 1]


def test_a_restatement_in_no_ratio_splits_nothing() -> None:
    order = forty()
    take(order, (make(ev.OrderRestated, order_qty=d(200), split_new=d(3), split_old=d(3), venue_ns=WHEN),))

    assert these(order.cum_qty, counts(order, d(1), T0)) == (40, 1)


def test_busts_and_corrections_of_what_executed_before_count_in_the_ratio() -> None:
    before = {"old_px": d(10), "transact_time_ns": T0}
    busted = take(split(), (make(ev.TradeCanceled, **before),))
    assert these(busted.cum_qty, busted.leaves_qty, busted.notional, busted.day_cum_qty) == (0, 200, 0, 0)

    corrected = take(split(), (make(ev.TradeCorrected, last_qty=d(30), last_px=d(10), **before),))
    assert these(corrected.cum_qty, corrected.leaves_qty, corrected.notional) == (60, 140, 300)

    lost = take(split(), (make(ev.TradeCanceled, reopens=False, **before),))
    assert these(lost.cum_qty, lost.leaves_qty) == (0, 120)


def test_an_execution_after_a_split_is_flagged_by_what_it_counts() -> None:
    def said(qty: int, ns: int, **fields: Any) -> list[str]:
        trade = report(
            ExecType.TRADE,
            exec_id=ExecId("x2"),
            last_qty=d(qty),
            last_px=d(10),
            transact_time_ns=ns,
            **fields,
        )
        return told(read(split(), trade))

    # 61 from before count as 122, and 120 are left; 120 from after are just that.
    assert said(60, T0) == ["Traded"]
    assert said(61, T0) == ["Traded", "OVERFILL"]
    assert said(120, WHEN) == ["Traded"]
    assert said(10, T0, cum_qty=d(100)) == ["Traded"]
    assert said(10, T0, cum_qty=d(101)) == ["Traded", "MISSING_EXECUTION"]
    # All of it executed, so that the end that comes with it is none.
    assert said(60, T0, ord_status=OrdStatus.CANCELED) == ["Traded"]
    assert said(59, T0, ord_status=OrdStatus.CANCELED) == ["Traded", "OrderCanceled"]


# ---------------------------------------------------------------- a split that is heard of late

DAY: Final = "20260105"


def heard_late(order: Order, *executions: ev.Traded, **fields: Any) -> ev.OrderRestated:
    """What a two-for-one split amounts to that is heard of after executions that may have come after it."""
    index = ExecutionIndex()
    for execution in executions:
        index.put(execution.exec_id, execution)
    (event,) = read(order, restated(order_qty=d(200), exec_restatement_reason=SPLIT, **fields), index)
    assert isinstance(event, ev.OrderRestated)
    return event


EARLY: Final = make(ev.Traded, last_px=d(10), transact_time_ns=T0)
LATE: Final = make(ev.Traded, exec_id=ExecId("x2"), last_qty=d(6), last_px=d(5), transact_time_ns=WHEN)


def test_what_executed_after_a_split_that_is_heard_of_late_counts_as_it_is() -> None:
    order = after(*LIVE, EARLY, LATE)

    event = heard_late(order, EARLY, LATE)

    assert event.unsplit_qty == 6
    take(order, (event,))
    assert these(order.cum_qty, order.day_cum_qty, order.leaves_qty) == (86, 86, 114)
    assert these(order.notional, order.avg_px) == (430, 5)


def test_what_is_known_of_such_a_split_is_what_it_counts() -> None:
    order = after(*LIVE, EARLY, LATE)
    index = ExecutionIndex()
    index.put(EARLY.exec_id, EARLY)
    index.put(LATE.exec_id, LATE)
    doubled = {"order_qty": d(200), "exec_restatement_reason": SPLIT}

    # 40 from before count as 80, and 6 from after as they are.
    assert told(read(order, restated(**doubled, cum_qty=d(86)), index)) == ["OrderRestated"]
    said = restated(**doubled, cum_qty=d(87))
    text = "87 executed in all, of which 86 are known here"
    assert read(order, said, index)[1:] == (set_aside(AnomalyCode.MISSING_EXECUTION, text, said, 1),)


def test_what_executed_after_it_on_a_later_day_too() -> None:
    next_day = attrs.evolve(LATE, trade_date="20260106", transact_time_ns=WHEN + 86_400_000_000_000)
    order = after(*LIVE, EARLY, next_day)

    event = heard_late(order, EARLY, next_day, trade_date=DAY)

    assert event.unsplit_qty == 6
    take(order, (event,))
    assert these(order.cum_qty, order.day_cum_qty) == (86, 6)


def test_what_executed_on_a_later_day_than_the_split_stays_as_it_is_on_that_day() -> None:
    next_day = attrs.evolve(
        LATE,
        exec_id=ExecId("x3"),
        last_qty=d(4),
        trade_date="20260106",
        transact_time_ns=WHEN + 86_400_000_000_000,
    )
    order = after(*LIVE, EARLY, LATE, next_day)

    event = heard_late(order, EARLY, LATE, next_day, trade_date=DAY)

    assert event.unsplit_qty == 10
    take(order, (event,))
    assert these(order.cum_qty, order.day_cum_qty) == (90, 4)


def test_the_first_word_of_a_later_day_has_nothing_executed_after_it() -> None:
    order = after(*LIVE, EARLY, LATE)
    index = ExecutionIndex()
    index.put(LATE.exec_id, LATE)
    said = restated(order_qty=d(200), exec_restatement_reason=SPLIT, trade_date="20260106")

    events = read(order, said, index)

    assert isinstance(events[-1], ev.OrderRestated)
    assert events[-1].unsplit_qty == 0
    assert take(order, events).cum_qty == 92


def test_where_there_is_no_split_nothing_is_unsplit() -> None:
    order = after(*LIVE, EARLY, LATE)
    index = ExecutionIndex()
    index.put(LATE.exec_id, LATE)

    (event,) = read(order, restated(order_qty=d(200)), index)
    assert isinstance(event, ev.OrderRestated)
    assert event.unsplit_qty == 0


def test_a_reverse_split_during_a_day_leaves_no_more_executed_on_it_than_in_all() -> None:
    order = after(*LIVE, EARLY, LATE)
    take(order, (make(ev.OrderRestated, order_qty=d(50), split_new=d(50), split_old=d(100), unsplit_qty=d(6),
                      trade_date=DAY, venue_ns=WHEN),))  # fmt: skip

    assert these(order.cum_qty, order.day_cum_qty) == (26, 26)
    assert check_order(order) == ()


def test_a_split_at_no_time_is_held_against_when_it_was_heard_of() -> None:
    order = after(*LIVE, attrs.evolve(EARLY, transact_time_ns=T0 - 1), LATE)
    index = ExecutionIndex()
    index.put(EARLY.exec_id, attrs.evolve(EARLY, transact_time_ns=T0 - 1))
    index.put(LATE.exec_id, LATE)

    (event,) = read(order, report(ExecType.RESTATED, order_qty=d(200), exec_restatement_reason=SPLIT), index)

    assert isinstance(event, ev.OrderRestated)
    assert event.unsplit_qty == 6
    take(order, (event,))
    assert these(order.cum_qty, order.day_cum_qty) == (86, 86)


DATED: Final[dict[str, tuple[str, int]]] = {
    "of an earlier day": ("20260104", 20),
    "of the day of the split": (DAY, 10),
    "of a later day": ("20260106", 10),
}


@pytest.mark.parametrize(("day", "counted"), DATED.values(), ids=DATED)
def test_an_execution_at_no_time_counts_by_its_day(day: str, counted: int) -> None:
    assert counts(split(trade_date=DAY), d(10), 0, day) == counted


def test_an_execution_at_no_time_after_a_split_of_no_day_counts_by_the_order_in_which_they_were_heard() -> (
    None
):
    order = split(sequence=8)

    assert counts(order, d(10), 0, DAY, sequence=7) == 20
    assert counts(order, d(10), 0, DAY, sequence=9) == 10


# ---------------------------------------------------------------- splits that nobody believes

BELIEVED: Final = {"one into ten thousand": (100, 1_000_000), "ten thousand into one": (20_000, 2)}


def to_total(qty: object) -> Any:
    return restated(order_qty=qty, exec_restatement_reason=SPLIT)


@pytest.mark.parametrize(("was", "now"), BELIEVED.values(), ids=BELIEVED)
def test_a_split_by_ten_thousand_is_believed(was: int, now: int) -> None:
    order = after(*LIVE, order_qty=d(was))

    assert ratio(order, order_qty=d(now), exec_restatement_reason=SPLIT) == (now, now, was)


@pytest.mark.parametrize(("was", "now"), [(100, d(1_000_001)), (20_000, d("1.999"))], ids=["up", "down"])
def test_a_split_by_more_is_not(was: int, now: Decimal) -> None:
    said = to_total(now)
    text = f"a split of {was} into {now}: at most 1 into 10000, or 10000 into 1"

    assert read(after(*LIVE, order_qty=d(was)), said) == (set_aside(AnomalyCode.MALFORMED, text, said),)


def test_of_one_order_sixteen_splits_are_believed() -> None:
    order = forty()
    for place in range(15):
        split(200 - 100 * (place % 2), 100 + 100 * (place % 2), order, venue_ns=WHEN - 100 + place)

    # 40 of 100 was doubled and halved in turn, and doubled last: 80 of 200.
    assert these(order.cum_qty, order.order_qty) == (80, 200)
    take(order, read(order, to_total(d(100))))
    assert these(order.cum_qty, order.order_qty) == (40, 100)
    said = to_total(d(200))
    text = "a split after 16, which makes 80 executed"
    assert read(order, said) == (set_aside(AnomalyCode.MALFORMED, text, said),)


def test_a_split_is_not_believed_that_makes_more_executed_than_any_number_may_be() -> None:
    most = 10**18
    order = after(*LIVE, make(ev.Traded, last_qty=d(most // 10_000)), order_qty=d(10**12))
    said = to_total(d(10**16))
    text = f"a split after 0, which makes {d(most)} executed"

    assert read(order, said) == (set_aside(AnomalyCode.MALFORMED, text, said),)


@pytest.mark.parametrize(
    ("time_ns", "day", "expected"),
    [
        pytest.param(WHEN, "", True, id="at that time"),
        pytest.param(WHEN - 1, "20260106", False, id="before it, whatever its day"),
        pytest.param(0, DAY, True, id="on that day, at no time"),
        pytest.param(0, "20260104", False, id="on an earlier day, at no time"),
        pytest.param(0, "", False, id="at no time on no day"),
    ],
)
def test_what_happened_since_a_moment_is_told_by_its_time_and_else_by_its_day(
    time_ns: int, day: str, expected: bool
) -> None:
    assert is_since(time_ns, day, WHEN, DAY) is expected


def test_nothing_at_no_time_has_certainly_happened_since_a_moment_of_no_day() -> None:
    assert not is_since(0, DAY, WHEN, "")


@pytest.mark.parametrize(
    ("when", "counted"),
    [
        pytest.param({"transact_time_ns": T0, "trade_date": ""}, 20, id="at a time on no day"),
        pytest.param({"transact_time_ns": 0, "trade_date": "20260104"}, 20, id="on a day at no time"),
        # By the order in which they were heard, which the numbers of their events tell.
        pytest.param({"transact_time_ns": 0, "trade_date": "", "sequence": 10**6}, 10, id="heard after it"),
        pytest.param({"transact_time_ns": 0, "trade_date": "", "sequence": 0}, 20, id="heard before it"),
    ],
)
def test_an_execution_after_a_split_counts_by_its_time_and_else_by_its_day(
    when: dict[str, Any], counted: int
) -> None:
    order = split(trade_date=DAY)
    take(order, (make(ev.Traded, exec_id=ExecId("x2"), last_qty=d(10), **when),))

    assert order.cum_qty == 80 + counted


def test_what_splits_nothing_is_believed_however_often_the_order_was_split() -> None:
    order = after(*PART)
    for place in range(MAX_SPLITS):
        take(
            order,
            (
                make(
                    ev.OrderRestated,
                    order_qty=order.order_qty,
                    split_new=d(2),
                    split_old=d(1),
                    venue_ns=T0 + place,
                ),
            ),
        )
    said = report(ExecType.RESTATED, price=d(190), transact_time_ns=T0 + 10**6)

    assert told(read(order, said)) == ["OrderRestated"]
