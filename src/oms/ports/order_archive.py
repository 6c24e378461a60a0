"""Where closed orders go that have left memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from oms.model.define import record


@record
class ArchivedOrder:
    """An order that leaves memory.

    Attributes:
        order_id: Ours.
        keys: Everything by which it may be asked for.
        text: The whole of it, for whoever wrote it.
    """

    order_id: int
    keys: tuple[str, ...]
    text: str


class OrderArchive(Protocol):
    """The closed orders of one journal that have left memory. It can be made again from the journal, and is never the record."""

    def put(self, sweep: int, mark: str, orders: Sequence[ArchivedOrder]) -> None:
        """Keep the orders of a sweep, all or none, as durably as the journal, in place of what is known of them.

        Args:
            sweep: Which sweep it is, counted from 1. The same may come again with other orders, after a crash.
            mark: What tells this sweep from others of the same number.
            orders: What leaves.

        Raises:
            StoreError: They could not be kept.
        """
        ...

    def mark(self, sweep: int) -> str | None:
        """Give the mark of a sweep; None where it was never kept here."""
        ...

    def find(self, key: str) -> Sequence[tuple[int, str]]:
        """Give every order with a key, oldest first: the sweep that it was kept with last, and its text.

        Raises:
            StoreError: The archive cannot be read.
        """
        ...

    def close(self) -> None:
        """Let go of it; may be called twice."""
        ...
