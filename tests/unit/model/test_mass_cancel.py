"""Which orders a mass cancel means, and how its result reads."""

from __future__ import annotations

from typing import Any

import pytest

from oms.errors import ValidationError
from oms.model import events as ev
from oms.model.commands import MassCancel
from oms.model.enums import Side
from oms.model.ids import Account, BrokerName, Symbol
from oms.model.mass_cancel import MassCancelResult
from oms.model.reasons import Reason, ReasonCode
from tests.unit.journals import make, new_order
from tests.unit.model.test_order import moved

MEANT: dict[str, tuple[dict[str, Any], bool]] = {
    "all": ({}, True),
    "its instrument": ({"symbol": Symbol("AAPL")}, True),
    "another instrument": ({"symbol": Symbol("MSFT")}, False),
    "its side": ({"side": Side.BUY}, True),
    "the other side": ({"side": Side.SELL}, False),
    "its account": ({"account": Account("main")}, True),
    "another account": ({"account": Account("hedge")}, False),
    "its broker": ({"broker": BrokerName("paper")}, True),
    "another broker": ({"broker": BrokerName("real")}, False),
    "its instrument on the other side": ({"symbol": Symbol("AAPL"), "side": Side.SELL}, False),
}


@pytest.mark.parametrize(("filters", "is_meant"), MEANT.values(), ids=MEANT)
def test_an_order_is_meant_when_every_filter_fits(filters: dict[str, Any], is_meant: bool) -> None:
    order = moved(new_order(), make(ev.OrderSubmitted))

    assert MassCancel(**filters).fits(order) is is_meant


def test_a_mass_cancel_names_a_side_or_none() -> None:
    with pytest.raises(ValidationError, match=r"Side\.BUY"):
        MassCancel(side="BUY")  # type: ignore[arg-type]


def test_a_result_reads_as_one_line() -> None:
    result = MassCancelResult()
    assert repr(result) == "<MassCancelResult: not handled yet>"

    result.is_handled = True
    result.requested.append(new_order())
    assert repr(result) == "<MassCancelResult: 1 requested, 0 refused>"

    reason = Reason(ReasonCode.NO_ROUTE, "broker", "real", "an order whose broker is attached")
    result.refused.append((new_order(), (reason,)))
    told = "NO_ROUTE: broker = real; allowed: an order whose broker is attached"
    assert repr(result) == f"<MassCancelResult: 1 requested, 1 refused: order 1: {told}>"

    result.refused.append((new_order(), (reason,)))
    assert repr(result) == f"<MassCancelResult: 1 requested, 2 refused: order 1: {told} and so on>"
