"""What happens at the end of a window: a table of cases."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.algos.choices import OnResidual
from oms.algos.ending import Ending, EndStep, at_end
from oms.algos.slicing import Progress

D = Decimal
CANCEL, SWEEP, EXTEND, AUCTION = OnResidual.CANCEL, OnResidual.SWEEP, OnResidual.EXTEND, OnResidual.AUCTION


def progress(filled: int, working: int = 0) -> Progress:
    return Progress(qty=D(100), filled=D(filled), working=D(working))


@pytest.mark.parametrize(
    ("now", "on_residual", "canceled", "sent", "can_send", "step", "qty"),
    [
        (progress(100), CANCEL, False, False, True, EndStep.FILLED, 0),
        (progress(60), CANCEL, False, False, True, EndStep.RESIDUAL, 40),
        (progress(60, 40), CANCEL, False, False, True, EndStep.CANCEL_CHILDREN, 0),
        (progress(60, 40), CANCEL, True, False, True, EndStep.AWAIT_CHILDREN, 0),
        (progress(120), SWEEP, False, False, True, EndStep.OVERFILLED, 20),
        (progress(120, 10), SWEEP, False, False, True, EndStep.CANCEL_CHILDREN, 0),
        (progress(60), SWEEP, True, False, True, EndStep.SWEEP, 40),
        (progress(60, 10), SWEEP, True, False, True, EndStep.AWAIT_CHILDREN, 0),
        (progress(80), SWEEP, True, True, True, EndStep.RESIDUAL, 20),
        (progress(60), SWEEP, True, False, False, EndStep.RESIDUAL, 40),
        (progress(60), AUCTION, True, False, True, EndStep.AUCTION, 40),
        (progress(80), AUCTION, True, True, True, EndStep.RESIDUAL, 20),
        (progress(60), AUCTION, True, False, False, EndStep.RESIDUAL, 40),
        (progress(60, 10), EXTEND, False, False, True, EndStep.EXTEND, 0),
        (progress(60), EXTEND, False, False, True, EndStep.EXTEND, 0),
        (progress(90, 20), EXTEND, False, False, True, EndStep.EXTEND, 0),
        (progress(100), EXTEND, False, False, True, EndStep.FILLED, 0),
    ],
)
def test_a_case_of_the_table(
    now: Progress,
    on_residual: OnResidual,
    canceled: bool,
    sent: bool,
    can_send: bool,
    step: EndStep,
    qty: int,
) -> None:
    found = at_end(now, on_residual, are_canceled=canceled, was_sent=sent, can_send=can_send)

    assert found == Ending(step, D(qty))


@pytest.mark.parametrize(
    ("now", "on_residual", "sent", "step"),
    [
        (progress(60), SWEEP, False, EndStep.WAIT),
        (progress(60), AUCTION, False, EndStep.WAIT),
        (progress(60), SWEEP, True, EndStep.RESIDUAL),
        (progress(60), CANCEL, False, EndStep.RESIDUAL),
        (progress(60, 10), SWEEP, False, EndStep.AWAIT_CHILDREN),
        (progress(100), SWEEP, False, EndStep.FILLED),
    ],
)
def test_what_may_pass_is_waited_for_where_something_is_to_be_sent(
    now: Progress, on_residual: OnResidual, sent: bool, step: EndStep
) -> None:
    found = at_end(now, on_residual, are_canceled=True, was_sent=sent, can_send=False, may_wait=True)

    assert found.step is step
