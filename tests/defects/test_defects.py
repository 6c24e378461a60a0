"""The list of defects: each can be built in, and the simulator finds it. `nox -s defects` looks for all of them."""

from __future__ import annotations

import pytest

from tests.defects.__main__ import MAX_ACTIONS, look_for
from tests.defects.child import edited
from tests.defects.defects import DEFECTS, Defect

QUICK = (
    "an execution that comes again is booked again",
    "requests are sent before their events are recorded",
    "the counter of ClOrdIDs begins anew after a restart",
)


@pytest.mark.parametrize("defect", DEFECTS, ids=[defect.name for defect in DEFECTS])
def test_a_defect_can_be_built_in(defect: Defect) -> None:
    compile(edited(defect), defect.module, "exec")


def test_there_are_thirty_of_them_and_each_has_a_name_of_its_own() -> None:
    assert len({defect.name for defect in DEFECTS}) == len(DEFECTS) >= 30


@pytest.mark.slow
@pytest.mark.parametrize("name", QUICK)
def test_a_defect_is_found_and_shrunk(name: str) -> None:
    number = [defect.name for defect in DEFECTS].index(name)
    found = look_for(number, 2_000, 1)
    assert found["invariant"]
    assert 0 < found["actions"] <= MAX_ACTIONS
