"""A lack of memory is no fault of what was said: nothing is set aside for it, and no read model misses an event for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from oms.bus import Bus, SubscriberFailed
from oms.engine.inputs import Answered, Input, Reported
from oms.model import events as ev
from oms.model.enums import ExecType, Side
from oms.model.ids import ClOrdId, OrderId
from oms.model.reports import ExecutionReport, Found, MassStatus
from oms.model.requests import OrderStatusRequest
from tests.fakes import T0
from tests.unit.engine.desk import MAIN, PAPER, SYMBOL, Desk, request_id


class Greedy(str):
    """A text that takes more memory to look up than there is."""

    __slots__ = ()

    def __hash__(self) -> int:
        raise MemoryError


class GreedyReport(ExecutionReport):
    """A report of which one field takes more memory than there is."""

    def __getattribute__(self, name: str) -> object:
        if name == "text":
            raise MemoryError
        return super().__getattribute__(name)


GREEDY = GreedyReport(ExecType.NEW)
QUESTION = OrderStatusRequest(PAPER, OrderId(1), request_id(1), T0, None, None, SYMBOL, Side.BUY, MAIN)

SAID: dict[str, Input] = {
    "as a report is matched": Reported(PAPER, ExecutionReport(ExecType.NEW, cl_ord_id=ClOrdId(Greedy("x")))),
    "as a report is copied": Reported(PAPER, GREEDY),
    "as a report of a mass status is copied": Reported(PAPER, MassStatus((GREEDY,), True, T0)),
    "as an answer is copied": Answered(QUESTION, Found(GREEDY)),
}


@pytest.mark.parametrize("said", SAID.values(), ids=SAID)
def test_what_was_said_is_not_set_aside_for_it(said: Input) -> None:
    desk = Desk().acknowledged()
    version = desk.version

    with pytest.raises(MemoryError):
        desk.tell(said)

    assert desk.version == version


def _fail(_: ev.Event) -> None:
    raise MemoryError


ATTACH: dict[str, Callable[[Bus], object]] = {
    "a delivery of one event": lambda bus: bus.publish([_killed(1)], ()),
    "a delivery of several": lambda bus: bus.publish([_killed(1), _killed(2)], ()),
    "a rebuild": lambda bus: bus.replay(_killed(1)),
}


def _killed(number: int) -> ev.KillSwitchEngaged:
    return ev.KillSwitchEngaged(number, 1, ev.Cause("EngageKillSwitch", "desk"), number, T0, "a test")


@pytest.mark.parametrize("deliver", ATTACH.values(), ids=ATTACH)
def test_a_read_model_without_memory_breaks_the_delivery_off(deliver: Callable[[Bus], object]) -> None:
    bus = Bus()
    bus.record(lambda _: None)
    bus.project(ev.Event, _fail)

    with pytest.raises(MemoryError):
        deliver(bus)


def test_an_observer_without_memory_harms_nobody() -> None:
    bus = Bus()
    heard: list[object] = []
    bus.record(lambda _: None)
    bus.observe(ev.Event, _fail)
    bus.observe(ev.Event, heard.append)
    bus.observe(SubscriberFailed, lambda failed: heard.append(type(failed.error)))

    bus.publish([_killed(1)], ())

    assert heard == [MemoryError, _killed(1)]
