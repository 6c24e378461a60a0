"""However a batch ends, what it put off is on record and sent, or the manager says that it has halted."""

# pyright: reportPrivateUsage=false

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest

from oms.errors import HaltedError, StoreError
from oms.model import events as ev
from oms.model.enums import OrdStatus
from oms.model.requests import NewOrderSingle
from oms.runtime.loop import Loop
from oms.testing.faulty_store import StoreFault
from tests.unit.runtime.test_halting import House, kinds


def test_closing_within_a_batch_records_and_sends_what_it_holds_first() -> None:
    house = House()
    heard: list[ev.Event] = []
    house.om.on(ev.Event, heard.append)

    with house.om.batch():
        order = house.buy()
        house.om.close()
        with pytest.raises(HaltedError, match="closed"):
            house.buy()

    assert kinds(heard) == ["OrderCreated", "OrderSubmitted"]
    assert [type(request) for request in house.broker.requests] == [NewOrderSingle]
    assert (order.status, house.broker.sink) == (OrdStatus.PENDING_NEW, None)
    assert house.om.halted == "this manager is closed"


def test_closing_within_a_batch_that_cannot_be_recorded_says_so_and_closes_all_the_same() -> None:
    house = House()
    house.next_fails(StoreFault.FULL)

    with house.om.batch():
        house.buy()
        with pytest.raises(StoreError):
            house.om.close()

    assert (house.broker.requests, house.broker.sink) == ([], None)
    assert house.om.halted == "this manager is closed"


class Interrupt:
    """Raises once, as the keyboard would, before the so-manieth step of the end of a batch; the call itself is the first."""

    def __init__(self, step: int) -> None:
        self.left = step
        self.has_struck = False

    def __call__(self, frame: FrameType, what: str, _: object) -> Any:  # noqa: ANN401  # as `sys.settrace` has it
        if frame.f_code is not Loop.end.__code__:
            return None
        frame.f_trace_opcodes = True
        if what in {"call", "opcode"} and not self.has_struck:
            if not self.left:
                self.has_struck = True
                raise KeyboardInterrupt
            self.left -= 1
        return self


def interrupted_at(step: int) -> tuple[House, bool]:
    house, interrupt = House(), Interrupt(step)
    earlier, here = sys.gettrace(), sys._getframe()
    here.f_trace_opcodes = (
        True  # from 3.12 on, `settrace` looks for opcodes only if a frame has asked before it
    )
    try:
        with house.om.batch():
            house.buy()
            sys.settrace(interrupt)
    except KeyboardInterrupt:
        pass
    finally:
        sys.settrace(earlier)
    return house, interrupt.has_struck


@pytest.mark.parametrize("part", range(4))
def test_an_interrupt_at_any_step_of_the_end_of_a_batch_leaves_none_open(part: int) -> None:
    struck = 0
    for step in range(part, 1_000, 4):
        house, has_struck = interrupted_at(step)
        if not has_struck:
            break
        struck += 1
        om, journal = house.om, house.store.inner
        recorded = [event.order_id for event in journal.read() if isinstance(event, ev.OrderSubmitted)]
        sent = [request.order_id for request in house.broker.requests]
        assert om._loop._batch is None, step
        assert sent in ([], recorded), step
        if om.halted is not None and om._loop.halting.may_resume:
            house.resume()
            om.poll()
            assert sent == [request.order_id for request in house.broker.requests], step
        if om.halted is None:
            house.buy()
            assert len(house.broker.requests) == len(sent) + 1, step
            house.check()
    assert struck > 5
