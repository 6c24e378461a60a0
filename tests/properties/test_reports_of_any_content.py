"""Laws of what brokers say, whatever they say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.model import events as ev
from oms.model.enums import CxlRejResponseTo, ExecType
from oms.model.reports import ExecutionReport, OrderCancelReject
from tests.junk import JUNK
from tests.unit.engine.desk import request_id
from tests.unit.engine.test_reports import FULL, busy, keeps

FIELDS = [item.name for item in attrs.fields(ExecutionReport)]
REJECT_FIELDS = [item.name for item in attrs.fields(OrderCancelReject)]


@given(
    exec_type=st.sampled_from(ExecType),
    junk=st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(sorted(JUNK)), max_size=4),
)
def test_junk_in_any_field_of_an_execution_report_is_kept_and_never_raises(
    exec_type: ExecType, junk: dict[str, str]
) -> None:
    """Law: a report of any content leads to events, at least one, all of which can be kept."""
    said = attrs.evolve(
        FULL, **{"exec_type": exec_type, **{name: JUNK[value] for name, value in junk.items()}}
    )
    desk = busy()
    before = desk.looks()

    events = keeps(desk, said)

    assert events
    assert_readable(events, junk)
    if all(isinstance(event, ev.AnomalyRaised) for event in events):
        assert desk.looks() == before


@given(
    response_to=st.sampled_from(CxlRejResponseTo),
    junk=st.dictionaries(st.sampled_from(REJECT_FIELDS), st.sampled_from(sorted(JUNK)), max_size=3),
)
def test_junk_in_any_field_of_a_cancel_reject_is_kept_and_never_raises(
    response_to: CxlRejResponseTo, junk: dict[str, str]
) -> None:
    """Law: a refusal of any content leads to events, at least one, all of which can be kept."""
    refusal = OrderCancelReject(request_id(3), response_to, text="no")
    said = attrs.evolve(refusal, **{name: JUNK[value] for name, value in junk.items()})

    events = keeps(busy(), said)

    assert events
    assert_readable(events, junk)


def assert_readable(events: Iterable[ev.Event], junk: dict[str, str]) -> None:
    """What a person reads tells choices by their names, unless there is one where a number has to be."""
    if not any(isinstance(JUNK[value], Enum) for value in junk.values()):
        for event in events:
            assert re.search(r"<\w+\.\w+: ", str(getattr(event, "text", ""))) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    "exec_type",
    [
        ExecType.TRADE,
        ExecType.NEW,
        ExecType.TRADE_CANCEL,
        ExecType.REPLACED,
        ExecType.STOPPED,
        ExecType.REJECTED,
    ],
    ids=lambda exec_type: exec_type.name.lower().replace("_", " "),
)
def test_every_kind_of_junk_in_every_field_alone_can_be_kept(exec_type: ExecType) -> None:
    """Law: as above, for each field and each kind of junk, of the reports that put most into the journal."""
    said = attrs.evolve(FULL, exec_type=exec_type)
    desk = busy()
    desk.is_watched = False
    for field in FIELDS:
        for junk in JUNK.values():
            events = keeps(desk, attrs.evolve(said, **{field: junk}))
            assert events
            if any(not isinstance(event, (ev.AnomalyRaised, ev.ReportIgnored)) for event in events):
                desk = busy()
                desk.is_watched = False
