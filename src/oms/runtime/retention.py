"""Which closed orders stay in memory, and when the others leave it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from oms.engine.inputs import Retire
from oms.engine.order_rows import order_of
from oms.engine.retention import (
    CLIENT_REF,
    MAX_SWEEP,
    ORDER,
    REQUEST,
    VENUE_ORDER,
    archived,
    key_of,
    retirable,
)
from oms.engine.state import State
from oms.errors import StoreError, ValidationError
from oms.model.define import value
from oms.model.door import shown
from oms.model.ids import OrderId
from oms.model.order import Order

MAX_CLOSED: Final = 100_000_000
MAX_SECONDS: Final = 366 * 86_400
MIN_SLACK: Final = 64
"""Orders leave together, so many or half of what may stay at a time, whichever is more."""

_NS_PER_S: Final = 1_000_000_000


@value(kw_only=True)
class Retention:
    """How long closed orders stay in memory; each condition that is given must hold before one leaves.

    Attributes:
        closed_orders: How many of them stay, the newest.
        closed_for_s: How long each stays at least after it was first seen closed, in seconds.
    """

    closed_orders: int = 10_000
    closed_for_s: int = 0

    def __attrs_post_init__(self) -> None:
        """Check both.

        Raises:
            ValidationError: One is no count.
        """
        for field, given, most in (
            ("closed_orders", self.closed_orders, MAX_CLOSED),
            ("closed_for_s", self.closed_for_s, MAX_SECONDS),
        ):
            if type(given) is not int or not 0 <= given <= most:
                raise ValidationError(field, shown(given), f"pass an int from 0 to {most}")


def check(retention: Retention | None, archive: object) -> Retention | None:
    """Give a policy as it was given, if it is one and there is somewhere for the orders to go.

    Raises:
        ValidationError: It is not.
    """
    if retention is None:
        return None
    if not isinstance(retention, Retention):
        raise ValidationError("retention", shown(retention), "pass Retention(...), or leave it out")
    if archive is None:
        allowed = 'pass archive=SQLiteOrderArchive("orders-archive.db"), from which they can be recalled'
        raise ValidationError("archive", "none, with a retention", allowed)
    return retention


def check_covered(state: State) -> None:
    """Check that the orders that have left memory can be recalled.

    Raises:
        ValidationError: There is no archive.
        StoreError: It belongs to another journal, or does not hold them all.
    """
    archive = state.archive
    if not state.sweeps:
        return
    if archive is None:
        allowed = "the archive that they are in, or an empty one, which is filled from the journal"
        raise ValidationError("archive", f"none, and {state.retired} orders have left memory", allowed)
    if archive.mark(state.sweeps) != state.sweep_mark:
        raise StoreError(
            "the archive belongs to another journal, or was changed: name an empty one, which is filled from the journal"
        )


class Keeping:
    """Lets closed orders leave memory, and reads those that have.

    Attributes:
        due_at: When so many orders are in memory, it is time to look.
    """

    __slots__ = ("_enter", "_first_seen", "_retention", "_slack", "_state", "due_at")

    def __init__(self, state: State, retention: Retention | None, enter: Callable[[Retire], None]) -> None:
        """Begin to watch over a state; `enter` hands the engine an input."""
        self._state = state
        self._retention = retention
        self._enter = enter
        self._first_seen: dict[OrderId, int] = {}
        self._slack = MIN_SLACK if retention is None else max(MIN_SLACK, retention.closed_orders // 2)
        self.due_at: float = float("inf")
        self._look_again(0)

    def follow(self, state: State) -> None:
        """Watch over another state from now on: the manager was resumed."""
        self._state = state
        self._look_again(0)

    def sweep(self, now_ns: int) -> int:
        """Let the orders leave that need not stay, and give how many did.

        Raises:
            StoreError: The archive or the journal failed.
        """
        retention, state = self._retention, self._state
        if retention is None:
            return 0
        closed = retirable(state, list(state.index.by_id))
        seen = self._first_seen
        self._first_seen = {order_id: seen.get(order_id, now_ns) for order_id in closed}
        spare = closed[: max(0, len(closed) - retention.closed_orders)]
        latest = now_ns - retention.closed_for_s * _NS_PER_S
        leaving = [order_id for order_id in spare if self._first_seen[order_id] <= latest]
        before = state.retired
        for start in range(0, len(leaving), MAX_SWEEP):
            self._enter(Retire(tuple(leaving[start : start + MAX_SWEEP])))
        # Those that could not leave are not looked through again before as many others have come.
        self._look_again(len(state.index.by_id))
        return state.retired - before

    def find(self, identity: int | str, broker: str | None = None) -> list[Order]:
        """Give the orders with a name that have left memory, as they were then."""
        state = self._state
        if not state.retired:
            return []
        if isinstance(identity, int):
            keys = [key_of(ORDER, identity)]
        elif broker is None:
            keys = [key_of(CLIENT_REF, identity), key_of(REQUEST, identity)]
        else:
            keys = [key_of(VENUE_ORDER, identity, broker)]
        found = {row.order_id: row for key in keys for row, _ in archived(state, key)}
        return [state.away.get(order_id) or order_of(row) for order_id, row in found.items()]

    def _look_again(self, stayed: int) -> None:
        if self._retention is not None:
            stays = len(self._state.book.exposure.open_orders) + self._retention.closed_orders
            self.due_at = max(stays, stayed) + self._slack
