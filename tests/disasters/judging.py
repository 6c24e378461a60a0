"""What must be true after a disaster, judged from the durable bytes alone: the journal's file and the venue's.

The numbers in the messages are those of the invariants in the reliability specification: I1 no lost fill, I2 no double fill,
I3 intent first, I4 one live order per intent, I7 replay equality, I8 prefix durability.
"""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path

from attrs import define

from oms.engine.invariants import check_state
from oms.engine.state import EMERGENCY_IDS
from oms.model import events as ev
from oms.model.enums import OrdStatus, Side
from oms.model.ids import ClOrdId, counter_of
from oms.model.terms import Limit
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.runtime.recovery import recover, state_hash
from oms.stores.sqlite import SQLiteEventStore
from tests.disasters.venue import T0, FileVenue, Truth, read_truth

LONG_AFTER_S = 100
"""How much later the journal is opened: longer than a request may stay unanswered."""
BOOKKEEPING = (
    ev.EpochStarted,
    ev.IdBlockReserved,
    ev.ReportIgnored,
    ev.OrderStatusRequested,
    ev.AnomalyRaised,  # an acknowledgement that is told again after the order's end is taken for a contradiction
)
"""What an opening may write that finds nothing new."""


class AckedStore(SQLiteEventStore):
    """A journal that notes outside of the process that an append has returned."""

    def __init__(self, path: Path, acks: Path | int) -> None:
        self._acks = (
            acks if isinstance(acks, int) else os.open(acks, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        )
        super().__init__(path)

    def append(self, events: Sequence[ev.Event], expected_version: int) -> None:
        super().append(events, expected_version)
        os.write(self._acks, f"{expected_version + len(events):7}\n".encode())

    def close(self) -> None:
        super().close()
        if self._acks >= 0:
            os.close(self._acks)
            self._acks = -1


@define(frozen=True)
class Place:
    """Where the durable bytes of one run lie."""

    folder: Path

    @property
    def journal(self) -> Path:
        """The journal."""
        return self.folder / "orders.db"

    @property
    def truth(self) -> Path:
        """What the venue took."""
        return self.folder / "venue.jsonl"

    @property
    def acks(self) -> Path:
        """How far appends have returned: one number a line."""
        return self.folder / "acks"

    def acked(self) -> int:
        """The last event for which an append has returned."""
        text = self.acks.read_text() if self.acks.exists() else ""
        return int(text.splitlines()[-1]) if text else 0

    def opened(self, venue: FileVenue, later_s: int = 0, *, pipe: int | None = None) -> OrderManager:
        """Open a manager on it; whatever is acknowledged to it is noted in a file, or told on a pipe."""
        store = AckedStore(self.journal, self.acks if pipe is None else pipe)
        try:
            clock = ManualClock(T0 + later_s * 1_000_000_000)
            return OrderManager(brokers=[venue], store=store, clock=clock, namespace="crash")
        except BaseException:
            store.close()
            raise


def events_of(journal: Path) -> list[ev.Event]:
    """Everything in a journal; nothing where there is none yet."""
    if not journal.exists():
        return []
    with SQLiteEventStore(journal, read_only=True) as store:
        return list(store.read())


def record_findings(place: Place, found: Sequence[ev.Event], expected: Sequence[ev.Event]) -> Iterator[str]:
    """Give what is wrong with the journal itself.

    Args:
        found: What it holds.
        expected: What a run without a disaster leaves.
    """
    if found != list(expected[: len(found)]):
        pairs = enumerate(zip(found, expected, strict=False))
        at = next((number for number, (one, other) in pairs if one != other), len(expected))
        yield f"I8: the journal is no prefix of what was decided, from event {at + 1} on"
    if len(found) < place.acked():
        yield f"I8: it ends at {len(found)}, and {place.acked()} were acknowledged"
    if place.journal.exists():
        with closing(sqlite3.connect(f"{place.journal.as_uri()}?mode=ro", uri=True)) as connection:
            said = connection.execute("PRAGMA integrity_check").fetchall()
        if said != [("ok",)]:
            yield f"I8: SQLite finds {said}"


def outcome_findings(place: Place, found: Sequence[ev.Event]) -> Iterator[str]:
    """Give what is wrong with what follows from the journal: it is recovered, opened three times and traded on."""
    truth = read_truth(place.truth)
    asked = _asked(found)
    for identity in truth.orders:
        if identity not in asked and not _is_emergency(ClOrdId(identity), found):
            yield f"I3: the venue has {identity}, which the journal does not know"
    if truth.doubled:
        yield f"I4: the venue was asked twice: {truth.doubled}"
    hashes = set()
    for _ in range(3):
        recovered = recover(found)
        hashes.add(state_hash(recovered.state, recovered.positions))
        yield from check_state(recovered.state)
    if len(hashes) > 1:
        yield "I7: three recoveries differ"
    unanswered = _unanswered(found)
    yield from _silent_opening(place, len(found), unanswered)
    yield from _telling_opening(place)


def _is_emergency(identity: ClOrdId, found: Sequence[ev.Event]) -> bool:
    """Tell whether an identity is one of those that are kept, on record, for what leaves while the manager is halted."""
    counter = counter_of(identity)
    ends = [event.up_to for event in found if isinstance(event, ev.IdBlockReserved)]
    return any(end - EMERGENCY_IDS <= counter < end for end in ends)


def _asked(found: Sequence[ev.Event]) -> dict[ClOrdId, int]:
    kinds = (ev.OrderSubmitted, ev.CancelRequested, ev.ReplaceRequested)
    return {event.cl_ord_id: event.sequence for event in found if isinstance(event, kinds)}


def _unanswered(found: Sequence[ev.Event]) -> set[ClOrdId]:
    last = {event.order_id: event for event in found if isinstance(event, ev.OrderEvent)}
    kinds = (ev.OrderSubmitted, ev.CancelRequested, ev.ReplaceRequested)
    return {event.cl_ord_id for event in last.values() if isinstance(event, kinds)}


def _silent_opening(place: Place, before: int, unanswered: set[ClOrdId]) -> Iterator[str]:
    """The venue says nothing of itself: what was sent without an answer is in doubt, and asked about first."""
    venue = FileVenue(place.truth, answers=False, resends=False)
    om = place.opened(venue, LONG_AFTER_S)
    om.poll()
    fresh = [event for event in events_of(place.journal) if event.sequence > before]
    doubted = {event.cl_ord_id for event in fresh if isinstance(event, ev.RequestInDoubt)}
    queried = {event.cl_ord_id for event in fresh if isinstance(event, ev.OrderStatusRequested)}
    if not unanswered <= doubted & queried:
        yield f"unanswered were {sorted(unanswered)}, in doubt {sorted(doubted)}, asked about {sorted(queried)}"
    yield from live_findings(om, place)
    om.close()
    venue.close()


def _telling_opening(place: Place) -> Iterator[str]:
    """The venue reports its day again, twice: the first time whatever was missed is learnt, the second time nothing."""
    for turn in (2, 3):
        before = len(events_of(place.journal))
        venue = FileVenue(place.truth)
        om = place.opened(venue, LONG_AFTER_S * turn)
        om.poll()
        yield from live_findings(om, place)
        yield from _venue_findings(om, read_truth(place.truth))
        fresh = [event for event in events_of(place.journal) if event.sequence > before]
        if turn == 3:
            news = [event for event in fresh if not isinstance(event, BOOKKEEPING)]
            if news:
                yield f"the second opening finds something new: {news[:3]}"
            known = set(read_truth(place.truth).orders) | set(_asked(events_of(place.journal)))
            order = om.submit("COIN", Side.BUY, 1, Limit("9"))
            if order.status is not OrdStatus.NEW or order.cl_ord_id in known:
                yield f"I4: the next order is {order.status} under {order.cl_ord_id}"
        om.close()
        venue.close()


def live_findings(om: OrderManager, place: Place) -> Iterator[str]:
    """Give where what is live is inconsistent, or other than what the journal amounts to."""
    yield from check_state(om.state)
    again = recover(events_of(place.journal))
    if om.state_hash() != state_hash(again.state, again.positions):
        yield "I7: what is live is not what the journal amounts to"


def _venue_findings(om: OrderManager, truth: Truth) -> Iterator[str]:
    """Give where we and the venue disagree: I1 and I2."""
    net = Decimal(0)
    at_venue = Counter(truth.held()[n].named[0] for n in range(len(truth.held())))
    for held in truth.held():
        if held.named[0] not in om.state.index.by_cl_ord_id:
            yield f"I1: nobody here knows {held.named[0]}"
            continue
        order = om.order(held.named[0])
        wanted = (
            held.cum_qty,
            sum((qty * px for qty, px in held.executed.values()), Decimal(0)),
            held.order_qty,
            held.is_open,
        )
        shown = (order.cum_qty, order.notional, order.order_qty, not order.is_closed)
        if shown != wanted:
            yield f"I1, I2: order {order.order_id} is {shown} here and {wanted} at the venue"
        net += held.side.sign * held.cum_qty
    for order in om.open_orders():
        if not at_venue[order.cl_ord_id or ClOrdId("")] and order.cl_ord_id not in truth.orders:
            yield f"order {order.order_id} is open here, and the venue does not have it"
    position = om.position("COIN")
    if (Decimal(0) if position is None else position.net_qty) != net:
        yield f"I1, I2: the position is {position}, the venue's executions come to {net}"
