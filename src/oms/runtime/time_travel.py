"""The state as it stood: a journal is replayed to a point and no further, and looked at without being moved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TypeAlias

from oms.engine.outstanding import Outstanding, outstanding
from oms.engine.state import State
from oms.errors import UnknownOrderError, ValidationError
from oms.model.door import MAX_TIME_NS, shown
from oms.model.events import AnomalyRaised, Event
from oms.model.ids import ClOrdId, OrderId
from oms.model.order import Order
from oms.model.position import Position
from oms.model.sessions import to_datetime, to_ns
from oms.projections.positions import Positions
from oms.runtime.recovery import recover, state_hash

Point: TypeAlias = int | datetime
"""The number of an event, or an aware moment: what is seen is the state after it."""


class Past:
    """Everything that was held to be true after an event. To be read; nothing moves it any more.

    Attributes:
        state: The engine's state as it stood.
        positions: What was held.
        time_ns: What counts as now, in nanoseconds UTC: the moment that was asked for, or the event's own time.
    """

    __slots__ = ("positions", "state", "time_ns")

    def __init__(self, state: State, positions: Positions, time_ns: int) -> None:
        """Look at a state that nobody else moves."""
        self.state = state
        self.positions = positions
        self.time_ns = time_ns

    @property
    def version(self) -> int:
        """The number of the last event that is in it."""
        return self.state.version

    def orders(self) -> list[Order]:
        """Give every order as it stood, oldest first."""
        return [order for _, order in sorted(self.state.index.by_id.items())]

    def open_orders(self) -> list[Order]:
        """Give every order that could still trade, oldest first."""
        return [order for _, order in sorted(self.state.book.exposure.open_orders.items())]

    def order(self, identity: int | str) -> Order:
        """Give an order as it stood, by our id, by a ClOrdID of its chain, or by the caller's own reference.

        Raises:
            UnknownOrderError: Nothing had been submitted under it by then.
        """
        index = self.state.index
        found: Order | None = None
        if isinstance(identity, str):
            called = index.called(ClOrdId(identity))
            found = index.by_client_ref.get(identity) or (called[0] if len(called) == 1 else None)
        elif type(identity) is int:
            found = index.by_id.get(OrderId(identity))
        if found is None:
            allowed = f"an order that was there after event {self.version}"
            raise UnknownOrderError("order", shown(identity), allowed)
        return found

    def outstanding(self) -> list[Outstanding]:
        """Give every request that was without an answer, with its age at that time."""
        return outstanding(self.state, self.orders(), self.time_ns)

    def anomalies(self) -> list[AnomalyRaised]:
        """Give the anomalies that nobody had acknowledged, oldest first; the newest 10 000."""
        return list(self.state.anomalies.open.values())

    def position(self, symbol: str, account: str) -> Position | None:
        """Give what an account held; None where it had never traded the symbol."""
        return self.positions.get(symbol, account)

    def state_hash(self) -> str:
        """Give the SHA-256 of everything that was held to be true; a manager at that event had the same."""
        return state_hash(self.state, self.positions)

    def __repr__(self) -> str:
        """Give one readable line."""
        return f"<Past after event {self.version}: {len(self.state.index.by_id)} orders>"


def as_of(events: Iterable[Event], point: Point, *, now_ns: int | None = None) -> Past:
    """Give what was held to be true after an event, or at a moment.

    Args:
        events: The whole journal, in order.
        point: The number of the event, or an aware datetime.
        now_ns: Up to when nothing more has happened than the journal says; the time of its last event if not given.

    Raises:
        ValidationError: The point is neither, or lies before the journal's first event or after its end.
        JournalDamagedError: The events do not follow one another.
    """
    if isinstance(point, datetime):
        at_ns = to_ns(point)
        if not 0 <= at_ns <= MAX_TIME_NS:
            raise ValidationError("point", point.isoformat(), "a moment from 1970 to 2262")
        return _at_moment(events, at_ns, now_ns)
    if type(point) is not int or point < 1:
        raise ValidationError("point", shown(point), "the number of an event, from 1, or an aware datetime")
    recovered = recover(_up_to(events, point))
    if recovered.count < point:
        raise ValidationError("point", f"event {point}", f"the journal ends at event {recovered.count}")
    return Past(recovered.state, recovered.positions, recovered.state.last_ns)


def _up_to(events: Iterable[Event], sequence: int) -> Iterator[Event]:
    for event in events:
        yield event
        if event.sequence >= sequence:
            return


def _at_moment(events: Iterable[Event], time_ns: int, now_ns: int | None) -> Past:
    later: list[Event] = []

    def until() -> Iterator[Event]:
        for event in events:
            if event.time_ns > time_ns:
                later.append(event)
                return
            yield event

    recovered = recover(until())
    state = recovered.state
    asked = to_datetime(time_ns).isoformat()
    if not recovered.count:
        begins = (
            f"the journal begins at {to_datetime(later[0].time_ns).isoformat()}" if later else "it is empty"
        )
        raise ValidationError("point", asked, begins)
    if not later and time_ns > (state.last_ns if now_ns is None else now_ns):
        ends = to_datetime(state.last_ns).isoformat()
        raise ValidationError("point", asked, f"the journal ends at {ends} with event {state.version}")
    return Past(state, recovered.positions, time_ns)
