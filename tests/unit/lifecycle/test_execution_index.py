"""An execution is found by every identity that it ever had, and leads to the last word about it."""

from decimal import Decimal
from typing import Any

import pytest

from oms.lifecycle.anomalies import At
from oms.lifecycle.execution_index import Execution, ExecutionIndex
from oms.lifecycle.interpret import interpret
from oms.lifecycle.machine import apply
from oms.model import events as ev
from oms.model.enums import ExecType
from oms.model.ids import BrokerName, ExecId, OrderId
from oms.model.reports import ExecutionReport
from oms.model.venue_profile import FIX_BROKER
from tests.unit.journals import T0, make, new_order

MINE, DAY = OrderId(1), "20260105"


def corrected(exec_id: str, ref: str) -> ev.TradeCorrected:
    return make(ev.TradeCorrected, exec_id=ExecId(exec_id), exec_ref_id=ExecId(ref), trade_sequence=1)


def busted(exec_id: str, ref: str, trade_sequence: int = 1) -> ev.TradeCanceled:
    named = {"exec_id": ExecId(exec_id), "exec_ref_id": ExecId(ref)}
    return make(ev.TradeCanceled, trade_sequence=trade_sequence, **named)


def index_of(*said: Execution) -> ExecutionIndex:
    index = ExecutionIndex()
    for each in said:
        if isinstance(each, ev.Traded):
            index.put(each.exec_id, each)
        else:
            index.amend(each)
    return index


CHAINS = {
    "nothing": ([], ["x1"]),
    "one correction": ([corrected("g1", "x1")], ["x1", "g1"]),
    "a correction of a correction": ([corrected("g1", "x1"), corrected("g2", "g1")], ["x1", "g1", "g2"]),
    "two corrections by the first identity": (
        [corrected("g1", "x1"), corrected("g2", "x1")],
        ["x1", "g1", "g2"],
    ),
    "a bust": ([busted("h1", "x1")], ["x1", "h1"]),
    "a bust of a correction": ([corrected("g1", "x1"), busted("h1", "g1")], ["x1", "g1", "h1"]),
    "a bust by an identity in the middle": (
        [corrected("g1", "x1"), corrected("g2", "g1"), corrected("g3", "g1"), busted("h1", "g2")],
        ["x1", "g1", "g2", "g3", "h1"],
    ),
}


@pytest.mark.parametrize(("amendments", "names"), CHAINS.values(), ids=CHAINS)
def test_every_identity_leads_to_the_last_word(amendments: list[Execution], names: list[str]) -> None:
    said = [make(ev.Traded), *amendments]
    index = index_of(*said)

    assert all(index.latest(MINE, name, DAY) is said[-1] for name in names)


SCOPE = ("paper", "main", "AAPL", DAY)


def test_an_execution_is_found_by_its_whole_identity() -> None:
    traded = make(ev.Traded)

    assert index_of(traded).find("x1", *SCOPE) is traded
    assert index_of().find("x1", *SCOPE) is None


@pytest.mark.parametrize(
    "elsewhere",
    [
        ("live", *SCOPE[1:]),
        ("paper", "hedge", *SCOPE[2:]),
        ("paper", "main", "MSFT", DAY),
        (*SCOPE[:3], "20260106"),
    ],
    ids=["another broker", "another account", "another instrument", "another day"],
)
def test_the_same_exec_id_elsewhere_is_another_execution(elsewhere: tuple[str, str, str, str]) -> None:
    broker, account, symbol, day = elsewhere
    there = make(ev.Traded, sequence=2, broker=broker, account=account, symbol=symbol, trade_date=day)
    here = make(ev.Traded)

    assert index_of(here).find("x1", *elsewhere) is None
    both = index_of(here, there)
    assert (both.find("x1", *SCOPE), both.find("x1", *elsewhere)) == (here, there)
    assert both.find("x1", *SCOPE) is here
    assert list(both.items()) == [("x1", here), ("x1", there)]


def test_what_is_said_of_an_execution_takes_the_place_of_what_was_said_before() -> None:
    tuesday = make(ev.Traded, sequence=2, trade_date="20260106")
    index = index_of(make(ev.Traded), tuesday)
    again = make(ev.Traded, last_px=Decimal(1))
    index.put(ExecId("x1"), again)

    assert [said for _, said in index.items()] == [again, tuesday]


def test_what_is_alone_under_its_exec_id_stands_in_no_list() -> None:
    index = index_of(make(ev.Traded))
    again = make(ev.Traded, last_px=Decimal(1))
    index.put(ExecId("x1"), again)

    assert index.by_exec_id == {"x1": again}


def test_of_one_exec_id_on_several_days_an_order_is_given_that_of_the_day_and_else_the_last() -> None:
    monday, tuesday = make(ev.Traded), make(ev.Traded, sequence=2, trade_date="20260106")
    index = index_of(monday, tuesday)

    assert index.of_order(MINE, "x1", DAY) is monday
    assert index.of_order(MINE, "x1", "20260106") is tuesday
    assert index.of_order(MINE, "x1", "20260107") is tuesday
    assert index.of_order(MINE, "x2", DAY) is None
    assert index.of_order(OrderId(2), "x1", DAY) is None


def test_an_amendment_on_another_day_leads_to_its_execution() -> None:
    monday, tuesday = make(ev.Traded), make(ev.Traded, sequence=2, trade_date="20260106")
    bust = busted("h1", "x1")
    index = index_of(monday, tuesday, bust)

    assert index.latest(MINE, "x1", "20260106") is tuesday
    assert index.latest(MINE, "x1", DAY) is bust
    assert index.latest(MINE, "h1", "20260107") is bust
    assert index_of(monday).latest(MINE, "x1", "20260109") is monday
    assert index.latest(MINE, "x9", DAY) is None


def test_an_amendment_under_the_exec_id_of_another_execution_stands_beside_it() -> None:
    first, second = make(ev.Traded), make(ev.Traded, sequence=2, exec_id=ExecId("x2"))
    bust = busted("x1", "x2", trade_sequence=2)
    index = index_of(first, second, bust)

    assert index.all_of(MINE, "x1") == (first, bust)
    assert index.latest(MINE, "x1", DAY) is first
    assert index.latest(MINE, "x2", DAY) is bust
    assert index.executed_since(MINE, 0, DAY) == 40


def test_the_executions_of_an_order_under_an_exec_id_are_given_without_those_of_others() -> None:
    mine, theirs = make(ev.Traded), make(ev.Traded, sequence=2, order_id=OrderId(2), symbol="MSFT")
    tuesday = make(ev.Traded, sequence=3, trade_date="20260106")
    index = index_of(mine, theirs, tuesday)

    assert index.all_of(MINE, "x1") == (mine, tuesday)
    assert index_of(mine).all_of(MINE, "x1") == (mine,)
    assert index.all_of(MINE, "x9") == ()


def test_executions_of_other_orders_are_not_mixed_up() -> None:
    mine, theirs = make(ev.Traded), make(ev.Traded, sequence=2, order_id=OrderId(2), symbol="MSFT")

    assert index_of(mine, theirs).latest(MINE, "x1", DAY) is mine
    assert index_of(mine, theirs).latest(OrderId(2), "x1", DAY) is theirs


UNDATED = {
    "the day of the first is not known": ("", DAY, True),
    "the day of the second is not known": (DAY, "", True),
    "neither is": ("", "", True),
    "they are of two days": (DAY, "20260106", False),
}


@pytest.mark.parametrize(("was", "now", "is_same"), UNDATED.values(), ids=UNDATED)
def test_a_day_that_is_not_told_does_not_make_two_executions(was: str, now: str, is_same: bool) -> None:
    traded = make(ev.Traded, trade_date=was)
    found = index_of(traded).undated(MINE, "x1", now, Decimal(40), Decimal("189.50"))

    assert found is (traded if is_same else None)


def test_another_size_price_or_kind_does() -> None:
    index = index_of(make(ev.Traded, trade_date=""))

    assert index.undated(MINE, "x1", DAY, Decimal(41), Decimal("189.50")) is None
    assert index.undated(MINE, "x1", DAY, Decimal(40), Decimal(190)) is None
    assert index.undated(MINE, "x2", DAY, Decimal(40), Decimal("189.50")) is None
    corrections = index_of(corrected("g1", "x1"))
    assert corrections.undated(MINE, "g1", "", Decimal(40), Decimal("189.50")) is None


def test_what_executed_since_a_moment_is_counted_as_it_stands_now() -> None:
    index = index_of(
        make(ev.Traded, exec_id=ExecId("a"), last_qty=Decimal(1), transact_time_ns=T0 - 1),
        make(ev.Traded, sequence=2, exec_id=ExecId("b"), last_qty=Decimal(2), transact_time_ns=T0),
        make(ev.Traded, sequence=3, exec_id=ExecId("c"), last_qty=Decimal(4), transact_time_ns=T0 + 1),
        make(ev.Traded, sequence=4, exec_id=ExecId("d"), last_qty=Decimal(8), transact_time_ns=T0 + 1),
        make(
            ev.Traded,
            sequence=5,
            exec_id=ExecId("e"),
            last_qty=Decimal(16),
            transact_time_ns=T0 + 1,
            order_id=OrderId(2),
        ),
        make(
            ev.TradeCorrected,
            exec_id=ExecId("g"),
            exec_ref_id=ExecId("c"),
            last_qty=Decimal(32),
            transact_time_ns=T0 + 1,
            trade_sequence=3,
        ),
        make(
            ev.TradeCanceled,
            exec_id=ExecId("h"),
            exec_ref_id=ExecId("d"),
            transact_time_ns=T0 + 1,
            trade_sequence=4,
        ),
    )

    # 2 and, corrected, 32: the first one was before, 8 were busted, 16 are another order's.
    assert index.executed_since(MINE, T0, DAY) == 34
    assert index.executed_after(MINE, (T0, 0)) == 32
    assert index.executed_after(MINE, (T0 - 1, 0)) == 34
    assert index.executed_after(MINE, (0, 0)) == 0
    assert index_of().executed_since(MINE, T0, DAY) == 0


def test_a_bust_of_what_was_never_heard_of_is_the_last_word_under_both_its_identities() -> None:
    bust = busted("h1", "x1")
    index = index_of(bust)

    assert list(index.items()) == [("x1", bust), ("h1", bust)]


def heard(*reports: ExecutionReport) -> tuple[list[str], str]:
    """What the reports lead to, and what has executed in the end."""
    order, index = new_order(), ExecutionIndex()
    kinds: list[str] = []
    apply(order, make(ev.OrderSubmitted))
    for place, report in enumerate(reports):
        at = At(place + 1, 1, ev.Cause("ExecutionReport", "paper"), place + 1, T0, BrokerName("paper"))
        for event in interpret(order, report, at, index, FIX_BROKER):
            kinds.append(type(event).__name__)
            if isinstance(event, ev.OrderEvent):
                apply(order, event)
            if isinstance(event, ev.Traded):
                index.put(event.exec_id, event)
            elif isinstance(event, ev.TradeCorrected | ev.TradeCanceled):
                index.amend(event)
    return kinds, f"{order.cum_qty} worth {order.notional}"


def report(exec_type: ExecType, exec_id: str, ref: str | None = None, **fields: Any) -> ExecutionReport:  # noqa: ANN401
    named = None if ref is None else ExecId(ref)
    return ExecutionReport(
        exec_type, exec_id=ExecId(exec_id), exec_ref_id=named, trade_date="20260105", **fields
    )


TRADE = report(ExecType.TRADE, "x1", last_qty=Decimal(40), last_px=Decimal(10))
FIRST = report(ExecType.TRADE_CORRECT, "g1", "x1", last_qty=Decimal(30), last_px=Decimal(10))
SECOND = report(ExecType.TRADE_CORRECT, "g2", "g1", last_qty=Decimal(20), last_px=Decimal(10))


@pytest.mark.parametrize("name", ["x1", "g1", "g2"])
def test_a_bust_after_two_corrections_takes_out_what_stood_whichever_identity_it_names(name: str) -> None:
    kinds, executed = heard(TRADE, FIRST, SECOND, report(ExecType.TRADE_CANCEL, "h1", name))

    assert kinds == ["Traded", "TradeCorrected", "TradeCorrected", "TradeCanceled"]
    assert executed == "0 worth 0"


@pytest.mark.parametrize("name", ["x1", "g1", "h1"])
def test_what_was_busted_cannot_be_busted_again(name: str) -> None:
    bust, again = report(ExecType.TRADE_CANCEL, "h1", "g1"), report(ExecType.TRADE_CANCEL, "h2", name)

    kinds, executed = heard(TRADE, FIRST, bust, again)

    assert kinds == ["Traded", "TradeCorrected", "TradeCanceled", "AnomalyRaised"]
    assert executed == "0 worth 0"


def test_a_correction_of_an_execution_stands_before_the_bust_that_has_its_exec_id() -> None:
    # On the second day the venue gave the bust of x2 the ExecID that an execution had on the first.
    one, two = make(ev.Traded), make(ev.Traded, sequence=2, exec_id=ExecId("x2"))
    bust = make(ev.TradeCanceled, exec_id=ExecId("x1"), exec_ref_id=ExecId("x2"), trade_sequence=2)
    correction = make(ev.TradeCorrected, exec_id=ExecId("g1"), exec_ref_id=ExecId("x1"), trade_sequence=1)
    index = index_of(one, two, bust, correction)

    assert index.latest(MINE, "x1", DAY) is correction
    assert index.latest(MINE, "x2", DAY) is bust
