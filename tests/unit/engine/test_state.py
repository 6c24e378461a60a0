"""The engine's state: what it keeps for itself has an end."""

from __future__ import annotations

from oms.engine.state import MAX_ORIGINS, State
from oms.model import events as ev
from oms.model.commands import CancelOrder, SubmitOrder


def test_a_cause_is_shared_by_all_that_one_speaker_asks_for() -> None:
    state = State()
    state.begin(SubmitOrder, "bot")
    first = state.cause
    state.begin(CancelOrder, "bot")
    assert state.cause == ev.Cause("CancelOrder", "bot")
    state.begin(SubmitOrder, "bot")

    assert state.cause is first


def test_however_many_speak_each_is_named_and_only_so_many_are_kept() -> None:
    state = State()
    for number in range(MAX_ORIGINS + 5):
        state.begin(SubmitOrder, f"bot {number}")
        assert state.cause == ev.Cause("SubmitOrder", f"bot {number}")
        assert len(state.causes) <= MAX_ORIGINS

    state.begin(SubmitOrder, "bot 0")
    assert state.cause == ev.Cause("SubmitOrder", "bot 0")
