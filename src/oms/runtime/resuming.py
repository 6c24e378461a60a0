"""How a halted manager goes on: the engine is thrown away, and the journal read again.

What the journal says is what is true, the append that was in doubt included. Handles that somebody holds go on: they are
filled anew. Read models go on too: they have heard everything up to the delivery in doubt, and are told of that one if it
was kept. If anything fails here, all is as it was before, and the manager stays halted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy

from attrs import frozen

from oms.engine.engine import Engine
from oms.engine.inputs import Answered, EmergencyCancel, EmergencyReduction, Input, Resume, Start
from oms.errors import ConcurrencyConflictError, HaltedError, JournalDamagedError
from oms.lifecycle.machine import become, unsend
from oms.model.commands import RequestStatus, ResumeManager
from oms.model.events import Event
from oms.model.requests import OrderStatusRequest
from oms.ports.event_store import EventStore
from oms.runtime.halting import NEVER_LEFT, Doubtful, Halting
from oms.runtime.loop import CLOSED, Loop


@frozen
class Reread:
    """What the journal says.

    Attributes:
        engine: The engine on it.
        unheard: The events that nobody has heard of: those of the append that was in doubt, if they were kept.
    """

    engine: Engine
    unheard: list[Event]


def resume(
    loop: Loop,
    store: EventStore,
    begin: Callable[[], Engine],
    start: Start,
    word: ResumeManager,
    follow: Callable[[Engine], None],
) -> bool:
    """Let a halted manager take orders again; give False where it was not halted, and nothing was done.

    Args:
        loop: The manager's.
        store: Its journal.
        begin: Makes an engine with nothing in it.
        start: What the manager was started with.
        word: Whose word it is.
        follow: Is told of the new engine before anybody hears of anything from it.

    Raises:
        HaltedError: It is closed, or a person's word is not enough.
        ValidationError: Within a batch or from within a listener.
        ClockError: The clock is still at fault.
        StoreError: The journal is; the manager stays halted.
    """
    halting = loop.halting
    if loop.halted is None:
        return False
    if loop.halted is CLOSED or not halting.may_resume:
        raise HaltedError(loop.halted, halting.remedy or "open another one on the journal")
    loop.check_alone("resume")
    loop.now_ns()
    reread = _read_again(loop.engine, store, begin, halting)
    # Before what was lost is counted: everything from here on is handled.
    loop.inbox.unbound()
    doubtful, halting.doubtful = halting.doubtful, None
    first: list[Input] = [start, _in_words(loop, word, doubtful, was_kept=bool(reread.unheard))]
    if doubtful is not None and reread.unheard:
        # They are on record, and it is certain that they never left.
        inquired = reread.engine.state.inquiries.of_requests
        for request in doubtful.requests:
            if not isinstance(request, OrderStatusRequest):
                first.append(Answered(request, NEVER_LEFT))
            elif request.cl_ord_id not in inquired:
                # About a request in doubt or undecided it is asked again in time by itself, about an order only once.
                first.append(RequestStatus(request.order_id, word.by))
    elif doubtful is not None:
        first += doubtful.inputs
    follow(reread.engine)
    loop.go_on(reread.engine, first, reread.unheard)
    return True


def _in_words(loop: Loop, word: ResumeManager, doubtful: Doubtful | None, *, was_kept: bool) -> Resume:
    waiting = [*(() if doubtful is None or was_kept else doubtful.inputs), *loop.inbox]
    left = sum(isinstance(what, EmergencyCancel | EmergencyReduction) for what in waiting)
    halting = loop.halting
    return Resume(
        word.by,
        word.reason,
        halting.reason,
        halting.since_ns,
        0 if doubtful is None else doubtful.events[0].sequence,
        0 if doubtful is None else doubtful.events[-1].sequence,
        was_kept,
        len(waiting) - left,
        halting.held.lost(),
        left,
    )


def _read_again(old: Engine, store: EventStore, begin: Callable[[], Engine], halting: Halting) -> Reread:
    doubtful = halting.doubtful
    heard = old.state.version - len(old.state.fresh) if doubtful is None else doubtful.events[0].sequence - 1
    engine = begin()
    handles = {**old.state.away, **old.state.index.by_id}
    before = {order_id: copy(order) for order_id, order in handles.items()}
    unheard: list[Event] = []
    engine.state.handles.update(handles)
    try:
        engine.replay(_read(store, heard, doubtful, unheard))
        if engine.state.version < heard:
            raise JournalDamagedError(
                engine.state.version + 1, f"it ends before event {heard}, which it had kept"
            )
        if unheard and (doubtful is None or unheard != list(doubtful.events)):
            raise ConcurrencyConflictError(heard, engine.state.version)
    except BaseException as error:
        for order_id, order in handles.items():
            become(order, before[order_id])
        if isinstance(error, ConcurrencyConflictError):
            halting.fence()
        raise
    for order in engine.state.handles.values():
        unsend(order)
    engine.state.handles.clear()
    # What is handled next may speak of orders that have left memory.
    engine.state.archive = old.state.archive
    engine.follow(old)
    return Reread(engine, unheard)


def _read(store: EventStore, heard: int, doubtful: Doubtful | None, unheard: list[Event]) -> Iterator[Event]:
    last = heard if doubtful is None else doubtful.events[-1].sequence
    # A store that is in doubt itself takes nothing until it was asked where it ends.
    if (version := store.version) > last:
        raise ConcurrencyConflictError(last, version)
    for event in store.read():
        if event.sequence > heard:
            unheard.append(event)
        yield event
