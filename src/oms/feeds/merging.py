"""Brings several streams of market data into one order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import merge as _merge
from operator import attrgetter
from typing import TypeVar

from oms.errors import ValidationError
from oms.model.market import MarketData

M = TypeVar("M", bound=MarketData)


def merge(*streams: Iterable[M]) -> Iterator[M]:
    """Give the updates of all streams by time; at equal times by the order of the streams, then by their own order.

    Each stream is read only as far as needed.

    Raises:
        ValidationError: A stream is not in time order.
    """
    latest_ns: int | None = None
    for update in _merge(*streams, key=attrgetter("time_ns")):
        if latest_ns is not None and update.time_ns < latest_ns:
            text = f"give streams in time order; this one goes back from {latest_ns}"
            raise ValidationError("time_ns", update.time_ns, text)
        latest_ns = update.time_ns
        yield update
