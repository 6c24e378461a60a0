"""Rebuild from the journal: the recorded events go through the same state and the same read models as when they were new."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final

from oms.engine.engine import Engine
from oms.engine.fingerprint import describe, text
from oms.engine.state import State
from oms.model import events as ev
from oms.model.define import record
from oms.order_types.registry import default_handlers
from oms.projections.positions import Positions

PROGRESS_EVERY = 10_000


@record
class Recovered:
    """What a journal amounts to.

    Attributes:
        state: The engine's state after the last event.
        positions: The positions after it.
        count: How many events there were.
    """

    state: State
    positions: Positions
    count: int


def recover(events: Iterable[ev.Event], progress: Callable[[int], None] | None = None) -> Recovered:
    """Give the state that a journal amounts to, from its events alone.

    Args:
        events: The whole journal, in order.
        progress: Called with the number of events done, every `PROGRESS_EVERY`.

    Raises:
        JournalDamagedError: The events do not follow one another.
        TransitionError: The events do not follow the tables.
    """
    engine = Engine({}, default_handlers())
    positions = Positions()
    count = replay(engine, events, partial(tell, positions), progress)
    return Recovered(engine.state, positions, count)


def replay(
    engine: Engine,
    events: Iterable[ev.Event],
    listener: Callable[[ev.Event], None],
    progress: Callable[[int], None] | None = None,
) -> int:
    """Feed recorded events to an engine and each then to read models; give how many there were. Errors as in `recover`."""
    before = engine.state.version
    engine.replay(events if progress is None else _counted(events, progress), listener)
    return engine.state.version - before


def _counted(events: Iterable[ev.Event], progress: Callable[[int], None]) -> Iterable[ev.Event]:
    for count, event in enumerate(events, 1):
        yield event
        if not count % PROGRESS_EVERY:
            progress(count)


def tell(positions: Positions, event: ev.Event) -> None:
    """Hand an event to the positions, as the PROJECT lane would."""
    told = TOLD.get(type(event))
    if told is not None:
        told(positions, event)


TOLD: Final[dict[type[ev.Event], Callable[[Positions, Any], None]]] = {
    ev.Traded: Positions.on_traded,
    ev.InstrumentDefined: Positions.on_instrument,
    ev.TradeCanceled: Positions.on_canceled,
    ev.TradeCorrected: Positions.on_corrected,
    ev.FeeCharged: Positions.on_fee,
}


def acknowledged_anomalies(events: Iterable[ev.Event]) -> list[ev.AnomalyRaised]:
    """Give the anomalies of a journal that somebody has acknowledged, oldest first."""
    raised: dict[int, ev.AnomalyRaised] = {}
    acknowledged: set[int] = set()
    for event in events:
        if isinstance(event, ev.AnomalyRaised):
            raised[event.sequence] = event
        elif isinstance(event, ev.AnomalyAcknowledged):
            acknowledged.add(event.anomaly)
    return [event for sequence, event in raised.items() if sequence in acknowledged]


def state_hash(state: State, positions: Positions) -> str:
    """Give the SHA-256 of everything that is held to be true, as 64 hexadecimal digits.

    Order facts, unanswered requests, the identity index, executions, fees, kept reports, anomalies, exposure, timers, counters
    and positions.
    """
    form = describe(state)
    form["positions"] = [
        [
            position.account,
            position.symbol,
            text(position.net_qty),
            text(position.cost),
            text(position.realised_pnl),
            {currency: text(amount) for currency, amount in sorted(position.fees.items())},
            text(position.bought_qty),
            text(position.sold_qty),
            position.trades,
        ]
        for position in positions
    ]
    canonical = json.dumps(form, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
