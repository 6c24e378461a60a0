"""The rare paths: what a campaign must have met, and how it is known from the journal that it has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from oms.model import events as ev
from oms.model.enums import AnomalyCode, RequestKind
from oms.model.outstanding import OutstandingRequest

_BY_CODE: Final = {
    AnomalyCode.LATE_EXECUTION: "late fills",
    AnomalyCode.OVERFILL: "overfills",
    AnomalyCode.UNORDERED: "reports that could not be ordered",
    AnomalyCode.MISSING_EXECUTION: "executions known to be missing",
    AnomalyCode.ABSENT_AT_BROKER: "orders absent at the broker",
    AnomalyCode.NO_TRADE_DATE: "executions without a trading day",
}
_BY_EVENT: Final[dict[type[ev.Event], str]] = {
    ev.TradeCanceled: "busts",
    ev.TradeCorrected: "corrections",
    ev.ReplaceSuperseded: "superseded replaces",
    ev.OrderAdopted: "adopted orders",
    ev.ReportIgnored: "repeats",
    ev.ReportReleased: "kept reports understood later",
    ev.FeeCharged: "fees",
    ev.OrderStatusRequested: "questions to the broker",
    ev.OrderDoneForDay: "days done",
    ev.OrderStopped: "guarantees",
    ev.OrderSuspended: "suspensions",
    ev.OrderResumed: "resumptions",
    ev.OrderRestated: "restatements",
    ev.OrderPendingCancel: "pending cancels",
    ev.OrderPendingReplace: "pending replaces",
    ev.CancelRejected: "refused cancels",
    ev.ReplaceRejected: "refused replaces",
    ev.OrderRejected: "rejected orders",
    ev.OrderExpired: "expired orders",
    ev.MassCancelRequested: "mass cancels",
    ev.AnomalyAcknowledged: "anomalies that somebody has looked at",
}
_EVIDENCE: Final = {
    "report": "resolved by a report",
    "query": "resolved by a query",
    "mass status": "resolved by a mass status",
    "operator": "resolved by an operator",
}
RARE: Final[tuple[str, ...]] = (
    *_BY_CODE.values(),
    *_BY_EVENT.values(),
    "amendments before their execution",
    "reports of unknown orders",
    "submits in doubt",
    "cancels in doubt",
    "replaces in doubt",
    *_EVIDENCE.values(),
    "evidence that proved nothing",
    "chained replaces",
    "cancels of orders in doubt",
    "splits",
    "fills that bundle the end",
    "executions before the acknowledgement",
    "restarts",
    "crashes while sending",
    "reports delivered again",
    "reports delivered out of order",
    "reports lost for good",
    "requests that never arrived",
    "requests that arrived late",
    "orders that never arrived",
)
"""Everything that is counted."""
ONLY_CHAINING: Final = frozenset({"chained replaces", "superseded replaces"})
"""What a venue that takes one replace at a time never shows."""


def count(seen: Counter[str], events: Iterable[ev.Event]) -> None:
    """Count what is rare among new events."""
    kinds: set[type[ev.Event]] = set()
    for event in events:
        kinds.add(type(event))
        name = _BY_EVENT.get(type(event))
        if name is not None:
            seen[name] += 1
        match event:
            case ev.AnomalyRaised() if event.code in _BY_CODE:
                seen[_BY_CODE[event.code]] += 1
            case ev.ReportHeld():
                seen[
                    "reports of unknown orders"
                    if event.order_id is None
                    else "amendments before their execution"
                ] += 1
            case ev.DoubtResolved():
                seen[_EVIDENCE.get(event.evidence, f"resolved by {event.evidence}")] += 1
            case ev.OrderRestated() if event.split_new != event.split_old:
                seen["splits"] += 1
            case _:
                pass
    if ev.Traded in kinds and ev.OrderCanceled in kinds:
        seen["fills that bundle the end"] += 1


def count_doubt(seen: Counter[str], request: OutstandingRequest) -> None:
    """Count that a request has fallen into doubt."""
    names = {
        RequestKind.NEW: "submits in doubt",
        RequestKind.CANCEL: "cancels in doubt",
        RequestKind.REPLACE: "replaces in doubt",
    }
    seen[names[request.kind]] += 1
