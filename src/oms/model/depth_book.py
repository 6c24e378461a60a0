"""A market's book by level (L2), rebuilt from snapshots and changes.

Numbered changes are put together with a snapshot as venues prescribe it: what the snapshot contains already is left out,
what comes after it is applied in order, and a number that is missing is a gap. Changes give the size that is there now, so
that after a gap each level is right again as soon as it is named; until a snapshot comes nobody knows which are not.
"""

from __future__ import annotations

from collections import deque
from typing import Final, TypeAlias

from attrs import define

from oms.errors import ValidationError
from oms.model.book_side import BookSide
from oms.model.decimals import ZERO
from oms.model.depth import BookSnapshot, BookUpdate
from oms.model.door import shown
from oms.model.enums import Side
from oms.model.ids import Symbol
from oms.model.market import Quote

MAX_PENDING: Final = 10_000
"""How many updates are kept for a snapshot that is awaited; the oldest are forgotten, which makes a gap."""

_LevelMessage: TypeAlias = BookSnapshot | BookUpdate


@define
class DepthCounts:
    """What has come to a book by level, and what about it was odd; nothing is dropped that is not counted here.

    Updates that are applied once more, on top of a snapshot, are looked at and counted once more too.

    Attributes:
        snapshots: Snapshots taken.
        updates: Updates heard, those left out too.
        changes: Changes of levels applied.
        stale_snapshots: Snapshots left out, since the book was whole and later than they.
        stale_updates: Updates left out, since the book had all that is in them.
        gaps: How often numbers of changes were missing.
        missed_ids: How many numbers were missing.
        forgotten: Updates that a snapshot might have needed and that were too many to keep.
        unknown_levels: Levels that were taken away and were not there.
        locked: Messages after which the best bid was the best offer.
        crossed: Messages after which the best bid was above the best offer.
    """

    snapshots: int = 0
    updates: int = 0
    changes: int = 0
    stale_snapshots: int = 0
    stale_updates: int = 0
    gaps: int = 0
    missed_ids: int = 0
    forgotten: int = 0
    unknown_levels: int = 0
    locked: int = 0
    crossed: int = 0


class DepthBook:
    """A market's book by level; it shows what was told, crossed or not.

    Attributes:
        symbol: What is traded.
        bids: Those who want to buy.
        asks: Those who want to sell.
        last_id: The number of the last change that is in it; None where none was numbered.
        counts: What has come, and what about it was odd.
    """

    __slots__ = ("_is_awaited", "_pending", "asks", "bids", "counts", "last_id", "symbol")

    def __init__(self, symbol: Symbol) -> None:
        """Begin with an empty book."""
        self.symbol = symbol
        self.bids = BookSide(Side.BUY)
        self.asks = BookSide(Side.SELL)
        self.last_id: int | None = None
        self.counts = DepthCounts()
        self._is_awaited = False
        self._pending: deque[BookUpdate] = deque(maxlen=MAX_PENDING)

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing: no gap since the last snapshot and, where changes are numbered, a snapshot."""
        return not self._is_awaited

    @property
    def has_begun(self) -> bool:
        """Whether it is a book at all: with numbered changes there must have been a snapshot first."""
        return bool(self.counts.snapshots) or self.last_id is None

    def take(self, message: _LevelMessage) -> None:
        """Take a snapshot or changes in.

        Raises:
            ValidationError: It is about something else, or is neither.
        """
        if message.symbol != self.symbol:
            raise ValidationError("symbol", shown(message.symbol), f"this is the book of {self.symbol}")
        if type(message) is BookUpdate:
            self.counts.updates += 1
            if message.last_id is None or self._follows(message):
                self._apply(message)
        elif type(message) is BookSnapshot:
            self._begin(message)
        else:
            raise ValidationError("message", shown(message), "pass a BookSnapshot or a BookUpdate")
        self._look()

    def quote(self, time_ns: int) -> Quote:
        """Give the best prices and the sizes shown there."""
        bid, bid_size = self.bids.best or (None, ZERO)
        ask, ask_size = self.asks.best or (None, ZERO)
        return Quote(self.symbol, time_ns, bid, bid_size, ask, ask_size)

    # ------------------------------------------------------------ numbered changes

    def _follows(self, update: BookUpdate) -> bool:
        # Whether an update says something new; notes what is missing before it.
        first_id, last_id, known = update.first_id, update.last_id, self.last_id
        assert first_id is not None
        assert last_id is not None
        if known is None:
            self._is_awaited = not self.counts.snapshots
        elif last_id <= known:
            self.counts.stale_updates += 1
            return False
        elif first_id > known + 1:
            self.counts.gaps += 1
            self.counts.missed_ids += first_id - known - 1
            self._is_awaited = True
        if self._is_awaited:
            self.counts.forgotten += len(self._pending) == MAX_PENDING
            self._pending.append(update)
        self.last_id = last_id
        return True

    def _begin(self, snapshot: BookSnapshot) -> None:
        last_id = snapshot.last_id
        if (
            last_id is not None
            and self.last_id is not None
            and last_id < self.last_id
            and not self._is_awaited
        ):
            self.counts.stale_snapshots += 1
            return
        self.counts.snapshots += 1
        self.bids.replace(snapshot.bids)
        self.asks.replace(snapshot.asks)
        pending, self._pending = self._pending, deque(maxlen=MAX_PENDING)
        self._is_awaited = False
        if last_id is None:
            return
        # A snapshot may be older than changes that came before it: they are applied once more, on top of it.
        self.last_id = last_id
        for update in pending:
            if self._follows(update):
                self._apply(update)

    def _apply(self, update: BookUpdate) -> None:
        counts = self.counts
        for side, levels in ((self.bids, update.bids), (self.asks, update.asks)):
            put = side.put
            counts.changes += len(levels)
            for px, size in levels:
                if not put(px, size):
                    counts.unknown_levels += 1

    def _look(self) -> None:
        bid, ask = self.bids.best_px, self.asks.best_px
        if bid is not None and ask is not None and bid >= ask:
            if bid == ask:
                self.counts.locked += 1
            else:
                self.counts.crossed += 1
