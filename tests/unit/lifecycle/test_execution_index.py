"""An execution is found by every identity that it ever had, and leads to the last word about it."""

from decimal import Decimal
from typing import Any

import pytest

from oms.lifecycle.anomalies import At
from oms.lifecycle.execution_index import Execution, ExecutionIndex
from oms.lifecycle.interpret import interpret
from oms.lifecycle.machine import apply
from oms.model import events as ev
from oms.model.decimals import exact_arithmetic
from oms.model.enums import ExecType
from oms.model.ids import BrokerName, ExecId
from oms.model.reports import ExecutionReport
from tests.unit.journals import T0, make, new_order

SCOPE = ("paper", "main", "AAPL", "20260105")


def corrected(exec_id: str, ref: str) -> ev.TradeCorrected:
    return make(ev.TradeCorrected, exec_id=ExecId(exec_id), exec_ref_id=ExecId(ref))


def busted(exec_id: str, ref: str) -> ev.TradeCanceled:
    return make(ev.TradeCanceled, exec_id=ExecId(exec_id), exec_ref_id=ExecId(ref))


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

    assert [index.latest(name, *SCOPE) for name in names] == [said[-1]] * len(names)
    assert all(index.latest(name, *SCOPE) is said[-1] for name in names)


@pytest.mark.parametrize(
    "elsewhere",
    [
        ("live", *SCOPE[1:]),
        ("paper", "hedge", *SCOPE[2:]),
        ("paper", "main", "MSFT", "20260105"),
        (*SCOPE[:3], "20260106"),
    ],
    ids=["another broker", "another account", "another instrument", "another day"],
)
def test_the_same_exec_id_elsewhere_is_another_execution(elsewhere: tuple[str, str, str, str]) -> None:
    assert index_of(make(ev.Traded)).latest("x1", *elsewhere) is None
    assert index_of(make(ev.Traded), busted("h1", "x1")).latest("x1", *elsewhere) is None


def test_an_exec_id_may_be_used_again_on_another_day() -> None:
    monday, tuesday = make(ev.Traded), make(ev.Traded, trade_date="20260106")
    index = index_of(monday, tuesday, busted("h1", "x1"))

    assert index.latest("x1", *SCOPE[:3], "20260106") is tuesday
    assert isinstance(index.latest("x1", *SCOPE), ev.TradeCanceled)


def test_a_bust_of_what_was_never_heard_of_is_the_last_word_under_both_its_identities() -> None:
    bust = busted("h1", "x1")
    index = index_of(bust)

    assert list(index.items()) == [("x1", bust), ("h1", bust)]


def heard(*reports: ExecutionReport) -> tuple[list[str], str]:
    """What the reports lead to, and what has executed in the end."""
    order, index, kinds = new_order(), ExecutionIndex(), []
    with exact_arithmetic():
        apply(order, make(ev.OrderSubmitted))
        for place, report in enumerate(reports):
            at = At(place + 1, 1, ev.Cause("ExecutionReport", "paper"), place + 1, T0, BrokerName("paper"))
            for event in interpret(order, report, at, index):
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
