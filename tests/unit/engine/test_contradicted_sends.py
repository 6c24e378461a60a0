"""A send whose result contradicts what the broker has reported meanwhile."""

import pytest

from oms.model import events as ev
from oms.model.enums import AnomalyCode, ExecType, Life
from oms.model.reports import NotSent, Refused, SendResult, Sent, Unknown
from tests.unit.engine.desk import Desk


@pytest.mark.parametrize("result", [Refused("no"), NotSent("not connected")], ids=["refused", "not sent"])
def test_a_send_that_came_to_nothing_after_its_order_was_acknowledged_is_an_anomaly(
    result: SendResult,
) -> None:
    desk = Desk()
    desk.submit()
    desk.say(ExecType.NEW)

    (event,) = desk.answer(result)

    assert isinstance(event, ev.AnomalyRaised)
    assert event.code is AnomalyCode.CONTRADICTS_ORDER
    assert desk.order().life is Life.LIVE


@pytest.mark.parametrize("result", [Sent(), Unknown("timeout")], ids=["sent", "unknown"])
def test_a_result_that_is_overtaken_by_its_answer_is_no_news(result: SendResult) -> None:
    desk = Desk().acknowledged()
    before = desk.looks()

    assert desk.answer(result) == ()
    assert desk.looks() == before
