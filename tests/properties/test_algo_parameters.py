"""Laws of parameters: whatever is right travels as text and comes back, and a schedule made of it is whole."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.algos.algorithms import ALGORITHMS
from oms.algos.choices import ChildStyle
from oms.algos.pacing import CatchUp
from oms.algos.parameter import Kind, Parameter
from oms.algos.scheduled import Shortfall, Twap
from oms.algos.schedules import Occasion, slices_of
from oms.algos.wire import StrategyParameter, algorithm_of, from_fix, read, strategy_of, to_fix
from oms.algos.working import Working
from oms.errors import ParametersError

NOON = 1_767_614_400_000_000_000
parts = st.integers(0, 99).map(lambda percent: Decimal(percent) / 100)
seconds = st.integers(1, 10**12).map(lambda ns: Decimal(ns) / 10**9)


@st.composite
def workings(draw: st.DrawFn) -> Working:
    low, high = sorted(draw(st.tuples(st.integers(1, 98), st.integers(1, 98))))
    size, time, style = draw(parts), draw(parts), draw(st.sampled_from(ChildStyle))
    waits = style is ChildStyle.PASSIVE_THEN_CROSS
    return Working(
        start_time=draw(st.none() | st.integers(NOON, NOON + 10**12)),
        end_time=NOON + 2 * 10**12,
        limit_price=draw(st.none() | st.integers(-(10**6), 10**6).map(Decimal)),
        min_participation=draw(st.none() | st.just(Decimal(low) / 100)),
        max_participation=draw(st.none() | st.just(Decimal(high) / 100)),
        min_child=draw(st.none() | st.integers(1, 1000).map(Decimal)),
        child_style=style,
        catch_up=draw(st.sampled_from([CatchUp.SPREAD, CatchUp.CROSS] if waits else list(CatchUp))),
        randomise_size=size,
        randomise_time=time,
        random_band=draw(st.integers(1, 100)) if size else None,
        min_rest=draw(st.just(Decimal(0)) | seconds),
        seed=draw(st.integers(0, 2**31 - 1)) if size or time else 0,
    )


@st.composite
def schedules(draw: st.DrawFn) -> Twap | Shortfall:
    working = draw(workings())
    if draw(st.booleans()):
        return Shortfall(working=working, slices=draw(st.integers(1, 50)), urgency=draw(st.integers(1, 5)))
    return Twap(working=working, slices=draw(st.integers(1, 50)))


@given(schedules())
def test_what_is_right_comes_back_from_its_texts(algorithm: Twap | Shortfall) -> None:
    assert algorithm_of(strategy_of(algorithm)) == algorithm
    sent, name = to_fix(algorithm), algorithm.DESCRIPTION.name
    assert from_fix(name, sent.group, sent.fields) == algorithm
    # Some send all in the group.
    by_tag = {each.tag: each for each in algorithm.DESCRIPTION.parameters}
    tagged = [
        StrategyParameter(by_tag[tag].atdl, by_tag[tag].kind.fix_type, text) for tag, text in sent.fields
    ]
    assert from_fix(name, [*tagged, *sent.group]) == algorithm


@given(schedules(), st.integers(1, 10**9), st.integers(0, 99), st.integers(-1, 3), st.integers(0, 2**63))
def test_a_schedule_is_the_whole_order_in_its_window(
    algorithm: Twap | Shortfall, lots: int, tail: int, late: int, order_id: int
) -> None:
    lot, now = Decimal(100), NOON + late * 5 * 10**11
    occasion = Occasion(qty=lots * lot + tail, lot=lot, now_ns=now)
    start, end = algorithm.working.start_time or now, algorithm.working.end_time
    slices = slices_of(algorithm, occasion, order_id)

    assert sum(each.qty for each in slices) == occasion.qty
    assert end is not None
    assert all(max(start, now) <= each.start_ns < end for each in slices)
    assert [each.start_ns for each in slices] == sorted(each.start_ns for each in slices)
    assert slices_of(algorithm, occasion, order_id) == slices


texts = st.text(max_size=8) | st.sampled_from(["Y", "N", "1", "0.5", "-1", "60", "20260105-12:00:00", "1 2"])


@given(st.data(), st.sampled_from(sorted(ALGORITHMS)))
def test_whatever_is_given_is_typed_or_refused_with_every_error_named(data: st.DataObject, name: str) -> None:
    known = _by_both_names(name)
    keys = st.sampled_from(sorted(known)) | st.text(max_size=5)
    _is_typed_or_refused(name, data.draw(st.dictionaries(keys, texts, max_size=6)))


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"Price": ""}, id="a name of FIXatdl, without a number"),
        pytest.param({"Price": "1"}, id="a name of FIXatdl"),
        pytest.param({"Price": "1", "limit_price": "1"}, id="both names of one parameter"),
        pytest.param({"Prise": "1"}, id="no name"),
    ],
)
def test_a_parameter_is_known_by_both_of_its_names(asked: dict[str, str]) -> None:
    for name in ALGORITHMS:
        _is_typed_or_refused(name, asked)


def _by_both_names(name: str) -> dict[str, Parameter]:
    parameters = ALGORITHMS[name].DESCRIPTION.parameters
    return {each.name: each for each in parameters} | {each.atdl: each for each in parameters}


def _is_typed_or_refused(name: str, asked: dict[str, Any]) -> None:
    known = _by_both_names(name)
    given = [known[key].name for key in asked if key in known]
    expected = {key for key in asked if key not in known}
    # What is wrong with a parameter is told by its name here, whichever it was given by.
    expected |= {
        known[key].name for key, text in asked.items() if key in known and not _fits(known[key], text)
    }
    expected |= {each for each in given if given.count(each) > 1}
    try:
        algorithm = read(name, asked)
    except ParametersError as error:
        wrong = {each.field for each in error.errors}
    else:
        wrong = set()
        assert algorithm_of(strategy_of(algorithm)) == algorithm
    assert expected <= wrong


def _fits(parameter: Parameter, text: str) -> bool:
    try:
        typed = parameter.typed(text)
    except ValueError:
        return False
    return parameter.kind is Kind.TIME or parameter.typed(parameter.text(typed)) == typed
