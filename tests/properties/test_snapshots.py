"""Laws of snapshots, under the same histories as the laws of the whole house."""
# ruff: noqa: ANN401  # what is drawn is of any kind

# pyright: reportPrivateUsage=false

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from hypothesis import event as note
from hypothesis import settings
from hypothesis.stateful import precondition, rule

from oms.codec.event_codec import encode
from oms.engine.engine import Engine
from oms.engine.inputs import Start, TimerDue
from oms.engine.outcome import Outcome
from oms.engine.snapshot import dump, load
from oms.engine.state import State
from oms.model.ids import Account
from oms.order_types.registry import default_handlers
from oms.projections.positions import Positions
from oms.runtime.recovery import replay, state_hash, tell
from tests.fakes import AAPL, BTC, S, WatchedStore, all_events
from tests.properties.test_order_laws import TIMEOUT_S, OrderHouse


class Twins:
    """Two engines in the place of one: what is asked of the first is asked of the second, which must answer the same."""

    def __init__(self, engine: Engine, twin: Engine) -> None:
        self._engine = engine
        self._twin = twin

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def handle(self, what: Any, now_ns: int) -> Outcome:
        try:
            outcome = self._engine.handle(what, now_ns)
        except Exception as error:
            try:
                self._twin.handle(what, now_ns)
            except type(error):
                raise error from None
            raise AssertionError(f"only one of the twins raised {error!r}") from error
        again = self._twin.handle(what, now_ns)
        assert [encode(event) for event in again.events] == [encode(event) for event in outcome.events]
        assert again.requests == outcome.requests
        assert again.next_due_ns == outcome.next_due_ns
        return outcome


class HouseWithSnapshots(OrderHouse):
    """The same house, whose state is written down and read again after each step, and which restarts with a twin."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: tuple[int, str] | None = None

    def _compare(self) -> None:
        """Law: what is read from a snapshot is what was written, to the last digit and name."""
        super()._compare()
        text = dump(self.om.state, self.om.positions)
        state, positions = State(), Positions()
        load(text, state, positions)
        assert state_hash(state, positions) == self.om.state_hash()
        assert dump(state, positions) == text

    @rule()
    def take(self) -> None:
        self.taken = self.om.state.version, dump(self.om.state, self.om.positions)

    @precondition(lambda self: self.taken is not None)
    @rule()
    def restart_with_a_twin(self) -> None:
        """Law: snapshot and tail equal the full replay, byte for byte, and decide the same from then on."""
        note("restart with a twin")
        assert self.taken is not None
        version, text = self.taken
        events = all_events(self.store)
        state, positions = State(), Positions()
        load(text, state, positions)
        can = {self.broker.name: self.broker.capabilities()}
        twin = Engine(can, default_handlers(), state)
        replay(twin, events[version:], partial(tell, positions))
        assert dump(state, positions) == dump(self.mirror.state, self.mirror_positions)
        self.store = WatchedStore(events)
        self.open_with(twin, len(events))

    def open_with(self, twin: Engine, version: int) -> None:
        self.open()
        engine = self.om._loop.engine  # the loop asks whatever stands here
        start = Start("oms", TIMEOUT_S * S, self.limits, (AAPL, BTC), Account("main"))
        started = twin.handle(start, self.clock.now_ns())
        recorded = list(self.store.read(version))
        # Once it is connected, the manager asks about what was unanswered; so does the twin, of the same time.
        asked = twin.handle(TimerDue(), self.clock.now_ns())
        expected = [encode(event) for event in (*started.events, *asked.events)]
        assert expected == [encode(event) for event in recorded]
        twin._entry.market.update(engine._entry.market)  # prices are no facts of the journal
        self.om._loop.engine = Twins(engine, twin)  # type: ignore[assignment]  # as above


TestHouseWithSnapshots = pytest.mark.slow(HouseWithSnapshots.TestCase)
TestHouseWithSnapshots.settings = settings(stateful_step_count=30)
