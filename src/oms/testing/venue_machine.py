"""What the machines of groups and of orders worked here have alike: an engine, and a venue that does what it likes when it likes."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

try:
    from hypothesis import strategies as st
    from hypothesis.stateful import RuleBasedStateMachine, rule
except ImportError as error:  # pragma: no cover  # the suite itself needs Hypothesis
    raise ImportError("oms.testing needs Hypothesis: pip install 'openoms[testing]'") from error

from oms.engine.engine import Engine
from oms.engine.fingerprint import describe
from oms.engine.inputs import Answered, Input, Reported
from oms.engine.snapshot import dump, load
from oms.engine.state import State
from oms.model.events import Event
from oms.model.ids import BrokerName
from oms.model.requests import OrderStatusRequest, Request
from oms.projections.positions import Positions
from oms.testing.group_venue import NumberVenue, Slip

START_NS: Final = 1_767_623_400_000_000_000
"""2026-01-05 14:30:00 UTC."""
PICKS: Final = st.integers(0, 99)
"""Which of several, counted round."""


class VenueMachine(RuleBasedStateMachine):
    """An engine, and what it has sent to a venue of numbers; subclasses say what is asked for, and what must be true.

    Attributes:
        engine: It; not there before the machine has begun.
        venue: Every order that was sent.
        events: What was recorded.
        now_ns: What time it is, in nanoseconds UTC.
    """

    engine: Engine

    def __init__(self) -> None:
        """Begin before the engine."""
        super().__init__()
        self.venue = NumberVenue(START_NS)
        self.events: list[Event] = []
        self.now_ns = START_NS

    def tell(self, what: Input) -> None:
        """Hand an input in, and its requests to the venue.

        Raises:
            NotImplementedError: A subclass has not said how.
        """
        raise NotImplementedError

    def send(self, requests: Iterable[Request]) -> None:
        """Hand requests to the venue, and then what it answers to the questions among them in."""
        asked: list[OrderStatusRequest] = []
        for request in requests:
            if isinstance(request, OrderStatusRequest):
                asked.append(request)
            else:
                self.venue.take(request)
        for question in asked:
            self.tell(Answered(question, self.venue.answer(question)))

    def broker_of(self, slip: Slip) -> BrokerName:
        """Give the broker at whose venue an order is.

        Raises:
            NotImplementedError: A subclass has not said which.
        """
        raise NotImplementedError

    def engine_on(self, state: State | None = None) -> Engine:
        """Give an engine on this state, or on a new one.

        Raises:
            NotImplementedError: A subclass has not said which.
        """
        raise NotImplementedError

    def begin_again(self, *, has_snapshot: bool) -> None:
        """Put the engine in the place of another one on the same journal, or on a snapshot; the state must be the same."""
        before = describe(self.engine.state)
        if has_snapshot:
            state = State()
            load(dump(self.engine.state, Positions()), state, Positions())
            self.engine = self.engine_on(state)
        else:
            self.engine = self.engine_on()
            self.engine.replay(self.events)
        assert describe(self.engine.state) == before

    def _slips(self, pick: int, *, is_open: bool = True) -> Slip | None:
        found = [slip for slip in self.venue.slips.values() if slip.is_open or not is_open]
        return found[pick % len(found)] if found else None

    def _hear(self, slip: Slip) -> None:
        self.tell(Reported(self.broker_of(slip), slip.said.popleft()))

    # ------------------------------------------------------------ what the venue does

    @rule(pick=PICKS)
    def accept(self, pick: int) -> None:
        """The venue takes an order."""
        slip = self._slips(pick)
        if slip is not None and slip.is_new:
            self.venue.accept(slip)

    @rule(pick=PICKS, size=st.integers(1, 12))
    def execute(self, pick: int, size: int) -> None:
        """Something trades."""
        slip = self._slips(pick)
        if slip is not None:
            self.venue.execute(slip, Decimal(size))

    @rule(pick=PICKS, grants=st.sampled_from([True, True, True, False]))
    def decide(self, pick: int, grants: bool) -> None:  # drawn by Hypothesis
        """The venue decides about a request."""
        asked = [slip for slip in self.venue.slips.values() if slip.asked]
        if asked:
            self.venue.decide(asked[pick % len(asked)], grants=grants)

    @rule(pick=PICKS, wanted=st.integers(0, 5))
    def end(self, pick: int, wanted: int) -> None:
        """The venue refuses an order, or ends one of its own accord; seldom."""
        slip = self._slips(pick)
        if slip is not None and not wanted:
            self.venue.end(slip)

    @rule(pick=PICKS, wanted=st.integers(0, 3))
    def bust(self, pick: int, wanted: int) -> None:
        """An execution is taken back; seldom."""
        slip = self._slips(pick, is_open=False)
        if slip is not None and slip.executions and not wanted:
            self.venue.bust(slip)

    @rule(pick=PICKS, size=st.integers(1, 12), wanted=st.integers(0, 3))
    def correct(self, pick: int, size: int, wanted: int) -> None:
        """An execution was for another quantity, at another price; seldom."""
        slip = self._slips(pick, is_open=False)
        if slip is not None and slip.executions and not wanted:
            self.venue.correct(slip, Decimal(size))

    @rule(pick=PICKS)
    def hear(self, pick: int) -> None:
        """A report arrives."""
        said = [slip for slip in self.venue.slips.values() if slip.said]
        if said:
            self._hear(said[pick % len(said)])

    @rule(pick=PICKS, size=st.integers(1, 12))
    def fill(self, pick: int, size: int) -> None:
        """Something trades, and is heard of at once."""
        slip = self._slips(pick)
        if slip is not None:
            self.venue.execute(slip, Decimal(size))
            self._hear_out(slip)

    @rule(pick=PICKS)
    def answer(self, pick: int) -> None:
        """The venue grants a request, and that is heard at once."""
        asked = [slip for slip in self.venue.slips.values() if slip.asked]
        if asked:
            slip = asked[pick % len(asked)]
            self.venue.decide(slip, grants=True)
            self._hear_out(slip)

    def _hear_out(self, slip: Slip) -> None:
        while slip.said:
            self._hear(slip)

    def answer_all(self, limit: int) -> bool:
        """Have everything that was asked granted, and heard; False where that does not come to rest within so many steps."""
        for _ in range(limit):
            slips = self.venue.slips.values()
            if said := next((slip for slip in slips if slip.said), None):
                self._hear(said)
            elif asked := next((slip for slip in slips if slip.asked), None):
                self.venue.decide(asked, grants=True)
            else:
                return True
        return False
