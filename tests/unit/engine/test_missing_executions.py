"""What the broker counts against what was heard of: an execution that was lost on the way shows in the next one."""

from decimal import Decimal
from typing import Any

import pytest

from oms.model import events as ev
from oms.model.enums import AnomalyCode
from tests.unit.engine.desk import Desk

CASES: dict[str, tuple[Any, list[AnomalyCode]]] = {
    "the broker does not say": (None, []),
    "the broker counts the same": (Decimal(50), []),
    "the same with another exponent": (Decimal("5E+1"), []),
    "the broker counts more": (Decimal(51), [AnomalyCode.MISSING_EXECUTION]),
    "an older report that comes late": (Decimal(30), []),
    "no number": (Decimal("NaN"), [AnomalyCode.MALFORMED]),
    "a signalling no number": (Decimal("sNaN"), [AnomalyCode.MALFORMED]),
    "a float": (50.0, [AnomalyCode.MALFORMED]),
    "a text": ("50", [AnomalyCode.MALFORMED]),
}


@pytest.mark.parametrize(("counted", "flags"), CASES.values(), ids=CASES)
def test_an_execution_is_booked_whatever_the_broker_counts(counted: object, flags: list[AnomalyCode]) -> None:
    desk = Desk().acknowledged()
    desk.trade("E1", 20)

    traded, *flagged = desk.trade("E2", 30, cum_qty=counted)

    assert isinstance(traded, ev.Traded)
    assert desk.order().cum_qty == Decimal(50)
    assert [event.code for event in flagged if isinstance(event, ev.AnomalyRaised)] == flags
