"""What those who watch have found is put on record, and changes nothing else."""

from typing import Any

import pytest

from oms.engine.engine import Engine
from oms.engine.fingerprint import describe
from oms.engine.invariants import check_state
from oms.errors import UnknownOrderError, ValidationError
from oms.model import events as ev
from oms.model.alert_commands import RaiseCostDrift, RaiseSlippageAlert
from oms.model.ids import BrokerName, OrderId
from oms.order_types.registry import default_handlers
from tests.fakes import CAN_ALL, T0
from tests.unit.engine.desk import PAPER, Desk
from tests.unit.projections.watched import a_drift, a_finding


def test_an_alert_is_recorded_with_who_watches_and_moves_no_order() -> None:
    desk = Desk().acknowledged()
    before, version = desk.looks(), desk.version

    events = desk.tell(RaiseSlippageAlert(OrderId(1), a_finding()))

    cause, number = ev.Cause("RaiseSlippageAlert", "slippage monitor"), version + 1
    assert events == (ev.SlippageAlerted(number, 1, cause, number, T0, OrderId(1), a_finding()),)
    drift = RaiseCostDrift("twap", BrokerName("paper"), a_drift(), "the desk")
    cause, number = ev.Cause("RaiseCostDrift", "the desk"), version + 2
    told = ev.CostDriftAlerted(number, 1, cause, number, T0, "twap", BrokerName("paper"), a_drift())
    assert desk.tell(drift) == (told,)
    assert desk.looks() == before

    again = Engine({PAPER: CAN_ALL}, default_handlers())
    again.replay(desk.journal)
    assert describe(again.state) == describe(desk.engine.state)
    assert check_state(again.state) == ()


@pytest.mark.parametrize("order_id", [0, 2, -1])
def test_an_order_of_no_journal_has_no_alerts(order_id: int) -> None:
    desk = Desk().acknowledged()
    version = desk.version
    with pytest.raises(UnknownOrderError):
        desk.tell(RaiseSlippageAlert(OrderId(order_id), a_finding()))
    assert desk.version == version


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (RaiseSlippageAlert, ("1", a_finding())), (RaiseSlippageAlert, (1, a_drift())), (RaiseSlippageAlert, (1, a_finding(), 5)),
        (RaiseCostDrift, ("twap", "paper", a_finding())), (RaiseCostDrift, (None, "paper", a_drift())),
        (RaiseCostDrift, ("twap", 3, a_drift())),
    ],
)  # fmt: skip
def test_alerts_that_cannot_be_meant(kind: type[Any], given: tuple[Any, ...]) -> None:
    with pytest.raises(ValidationError):
        kind(*given)
