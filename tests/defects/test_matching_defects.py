"""The audit of fills sees each defect of what matches, and nothing where there is none."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.defects.child import edited
from tests.defects.defects import Defect
from tests.defects.matching import MATCHING_DEFECTS, first_complaint


@pytest.mark.parametrize("defect", MATCHING_DEFECTS, ids=[defect.name for defect in MATCHING_DEFECTS])
def test_a_defect_of_what_matches_can_be_built_in(defect: Defect) -> None:
    compile(edited(defect), defect.module, "exec")


@pytest.mark.slow
def test_where_there_is_no_defect_the_audit_sees_none() -> None:
    assert first_complaint() == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    "number", range(len(MATCHING_DEFECTS)), ids=[defect.name for defect in MATCHING_DEFECTS]
)
def test_the_audit_sees_a_defect_of_what_matches(number: int) -> None:
    command = [sys.executable, "-m", "tests.defects.matching", str(number)]
    told = subprocess.run(command, capture_output=True, text=True, check=True)  # our own command line
    assert told.stdout.strip()
