"""What is remembered of the brokers that orders are routed to, as rows of a snapshot, and back."""

from __future__ import annotations

from collections.abc import Iterator

from oms.engine import snapshot_rows as rows
from oms.engine.state import State
from oms.engine.venue_book import begin_watching
from oms.routing.records import VenueRecord


def rows_of(state: State) -> Iterator[object]:
    """Give the rows; none where nothing is routed."""
    venues = state.venues
    if venues.routing is None:
        return
    yield rows.RoutingRow(venues.routing)
    for broker, known in venues.records.items():
        yield rows.VenueRow(
            broker, known.health, known.strikes, known.until_ns, known.failures, known.rejects, known.heard, known.latency_ns,
            known.fill_ppm, known.reject_ppm, known.sent, known.rejected, known.failed, tuple(known.waiting.items()),
        )  # fmt: skip


def take(state: State, row: object) -> bool:
    """Put a row back, and tell whether it is one of these."""
    venues = state.venues
    match row:
        case rows.RoutingRow(routing):
            venues.routing = routing
            begin_watching(state)
        case rows.VenueRow():
            venues.records[row.broker] = VenueRecord(
                row.health, row.strikes, row.until_ns, row.failures, row.rejects, row.heard, row.latency_ns, row.fill_ppm,
                row.reject_ppm, row.sent, row.rejected, row.failed, dict(row.waiting),
            )  # fmt: skip
            venues.watch()
        case _:
            return False
    return True
