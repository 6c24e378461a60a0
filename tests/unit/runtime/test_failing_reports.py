"""What a broker said meets a bug of the engine's: it is kept, the manager halts, and nothing goes round for ever."""

# pyright: reportPrivateUsage=false

from __future__ import annotations

from collections.abc import Callable

import pytest

from oms.engine import answers, report_processing
from oms.engine import engine as engine_module
from oms.engine.inputs import Answered
from oms.engine.state import State
from oms.errors import HaltedError, ReportFailedError, TransitionError, ValidationError
from oms.model import events as ev
from oms.model.enums import AnomalyCode, ExecType, Life
from oms.model.reports import ExecutionReport, Unknown
from oms.model.terms import Limit, Market
from oms.order_types.limit import LimitHandler
from tests.fakes import d
from tests.unit.runtime.test_halting import House
from tests.unit.runtime.test_order_manager import FailsOnce

BUGS: dict[str, Exception] = {
    "a lookup": KeyError("lost"),
    "a value that cannot be meant": ValidationError("last_qty", "1", "a bug of ours"),
    "an event that no table allows": TransitionError("no such step"),
}


class Bug:
    """Stands in for the part of the engine that takes reports in, and fails as often as it is told to."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, error: Exception, times: int, *, late: bool = False
    ) -> None:
        self.left = times
        self._error = error
        self._late = late
        self._real: Callable[..., None] = report_processing.process_report
        monkeypatch.setattr(engine_module, "process_report", self._take)

    def _take(self, state: object, broker: object, report: object) -> None:
        fails = isinstance(report, ExecutionReport) and report.exec_id == "x1" and self.left
        if not fails or self._late:
            self._real(state, broker, report)
        if fails:
            self.left -= 1
            raise self._error


@pytest.mark.parametrize("late", [False, True], ids=["before anything moved", "after something moved"])
@pytest.mark.parametrize("error", BUGS.values(), ids=BUGS)
def test_a_report_that_meets_a_bug_halts_and_is_handled_when_it_goes_on(
    error: Exception, monkeypatch: pytest.MonkeyPatch, *, late: bool
) -> None:
    house = House()
    order = house.live()
    Bug(monkeypatch, error, 1, late=late)
    house.fill(order, "x1", 40)
    house.fill(order, "x2", 30)

    with pytest.raises(ReportFailedError) as raised:
        house.om.poll()

    assert raised.value.__cause__ is error
    assert raised.value.broker == "paper"
    for named in (type(error).__name__, str(error), "paper", "exec_id='x1'"):
        assert named in raised.value.reason
    assert house.om.halted == raised.value.reason == house.notices[0].reason
    assert "resume" in raised.value.remedy == house.notices[0].remedy
    with pytest.raises(HaltedError):
        house.buy()

    house.resume()

    trades = [event.exec_id for event in house.store.inner.read() if isinstance(event, ev.Traded)]
    assert (order.cum_qty, trades) == (d(70), ["x1", "x2"])
    assert house.om.halted is None
    assert not house.om.anomalies()
    house.check()


def test_a_report_that_fails_again_is_put_on_record_as_it_came_and_stops_nobody_any_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = House()
    order = house.live()
    bug = Bug(monkeypatch, KeyError("lost"), 1_000)
    house.fill(order, "x1", 40)
    house.fill(order, "x2", 30)
    with pytest.raises(ReportFailedError):
        house.om.poll()
    with pytest.raises(ReportFailedError, match="puts it on record as an anomaly"):
        house.resume()
    assert house.om.halted is not None
    assert "exec_id='x1'" in house.om.halted

    house.resume()

    assert bug.left == 998
    (found,) = house.om.anomalies()
    assert (found.code, found.broker) == (AnomalyCode.MALFORMED, "paper")
    assert "KeyError" in found.text
    assert "exec_id='x1'" in found.raw
    assert order.cum_qty == d(30)
    assert house.buy().life is Life.SENT
    house.check()


def test_an_answer_to_a_send_that_meets_a_bug_is_kept_too(monkeypatch: pytest.MonkeyPatch) -> None:
    house = House(Unknown("the line was cut"))
    real = answers.process_answer
    fails = [True, True]

    def answer(state: State, what: Answered) -> None:
        if fails:
            fails.pop()
            raise KeyError("lost")
        real(state, what)

    monkeypatch.setattr(engine_module, "process_answer", answer)

    with pytest.raises(ReportFailedError, match="the line was cut"):
        house.buy()
    (order,) = house.om.orders()
    with pytest.raises(ReportFailedError):
        house.resume()
    house.resume()

    assert [one.code for one in house.om.anomalies()] == [AnomalyCode.MALFORMED]
    # Nobody has said that it arrived: it is in doubt, as any request without an answer.
    assert house.om.in_doubt() == [order]
    house.check()


def test_a_bug_that_has_nothing_to_do_with_the_report_keeps_it_for_ever_and_names_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = House()
    order = house.live()
    house.fill(order, "x1", 40)

    def fail(*_: object) -> None:
        raise KeyError("lost")

    with monkeypatch.context() as patched:
        patched.setattr(engine_module, "process_report", fail)
        patched.setattr(engine_module, "set_aside", fail)
        with pytest.raises(ReportFailedError):
            house.om.poll()
        for _ in range(4):
            with pytest.raises(ReportFailedError, match="exec_id='x1'"):
                house.resume()

    house.resume()

    assert [one.code for one in house.om.anomalies()] == [AnomalyCode.MALFORMED]
    house.check()


def test_a_bug_of_an_order_types_handler_is_not_the_reports_fault() -> None:
    handler = FailsOnce()
    handler.is_fresh = False
    house = House(handlers={Market: handler, Limit: LimitHandler()})
    order = house.om.submit("AAPL", house.live().side, 100, Market())
    house.say(ExecType.NEW, order)
    handler.is_fresh = True
    house.fill(order, "x1", 40)

    house.om.poll()

    assert house.om.halted is None
    assert order.cum_qty == d(40)
    assert [one.code for one in house.om.anomalies()] == [AnomalyCode.HANDLER_FAILED]
    house.check()
