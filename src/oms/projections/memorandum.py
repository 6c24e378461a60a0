"""The memorandum of an order: the original and every later version, who, when and why, and what led to each.

The fields are those that order records are asked for in many places. What a journal has not is named as well, since a
memorandum that leaves something out in silence looks complete.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from oms.codec.event_codec import encode
from oms.errors import UnknownOrderError
from oms.model import events as ev
from oms.model.decimals import plain
from oms.model.define import value
from oms.model.ids import OrderId
from oms.projections import wording
from oms.projections.story import OrderStory, tell_story

NOT_KEPT: Final = {
    "responsible associated person": "the journal has who gave each command, as the caller named them, and no register of persons",
    "discretionary flag": "orders have no such field",
    "exchange time of entry": "only our own clock's time is kept, and venue times where reports bear one",
    "clock offset": "events bear our clock's time, and nothing of its error",
}
"""What is asked of order records and is not in a journal, with the reason."""


@value(kw_only=True)
class Version:
    """The order as it was asked for, or as it stood, from some event on.

    Attributes:
        sequence: The event.
        time_ns: When, nanoseconds UTC.
        who: Who spoke.
        how: What kind of input it was.
        stage: `original`, `asked for`, `in force`, `changed by the venue` or `adopted`.
        order_qty: The total quantity.
        terms: Its terms, in words.
        time_in_force: Its time in force, by its short name; empty where the event leaves it as it was.
    """

    sequence: int
    time_ns: int
    who: str
    how: str
    stage: str
    order_qty: Decimal
    terms: str
    time_in_force: str


@value(kw_only=True)
class Memorandum:
    """Everything that a journal has about an order.

    Attributes:
        order_id: The order.
        fields: What order records are asked for, by name, in words.
        versions: The original first.
        story: What happened, event by event.
        events: The events of the order and those that speak of it, in their order.
    """

    order_id: OrderId
    fields: dict[str, str]
    versions: tuple[Version, ...]
    story: OrderStory
    events: tuple[ev.Event, ...]


def memorandum(events: Iterable[ev.Event], order_id: OrderId) -> Memorandum:
    """Give the memorandum of an order.

    Args:
        events: The journal from its beginning.
        order_id: The order.

    Raises:
        UnknownOrderError: The journal has no such order.
    """
    journal = list(events)
    own = tuple(event for event in journal if getattr(event, "order_id", None) == order_id)
    story = tell_story(journal, order_id)
    versions = tuple(filter(None, map(_version, own)))
    if not versions:
        raise UnknownOrderError("order", order_id, "pass the id of an order of this journal")
    return Memorandum(
        order_id=order_id, fields=_fields(own, versions, story), versions=versions, story=story, events=own
    )


def to_json(memo: Memorandum) -> str:
    """Give a memorandum as one JSON object: numbers as texts, times as nanoseconds, the events as they are kept."""
    return json.dumps(
        {
            "order_id": memo.order_id,
            "fields": memo.fields,
            "not_in_the_journal": NOT_KEPT,
            "versions": [
                {
                    "sequence": version.sequence,
                    "time_ns": version.time_ns,
                    "who": version.who,
                    "how": version.how,
                    "stage": version.stage,
                    "order_qty": str(version.order_qty),
                    "terms": version.terms,
                    "time_in_force": version.time_in_force or None,
                }
                for version in memo.versions
            ],
            "events": [json.loads(encode(event)) for event in memo.events],
        },
        indent=1,
    )


def to_rows(memo: Memorandum) -> list[tuple[str, ...]]:
    """Give a memorandum as a table for CSV, with its headings; no cell can be taken for a formula."""
    rows = [("sequence", "time_ns", "time_utc", "epoch", "who", "how", "input", "event", "content")]
    for event in memo.events:
        content = json.loads(encode(event))
        for name in (
            "type",
            "schema",
            "sequence",
            "epoch",
            "cause",
            "prev_hash",
            "input_sequence",
            "time_ns",
        ):
            del content[name]
        rows.append(
            (
                str(event.sequence),
                str(event.time_ns),
                wording.day_and_time(event.time_ns),
                str(event.epoch),
                event.cause.origin,
                event.cause.kind,
                str(event.input_sequence),
                type(event).__name__,
                json.dumps(content, separators=(",", ":")),
            )
        )
    return [tuple(map(wording.csv_cell, row)) for row in rows]


def to_text(memo: Memorandum) -> str:
    """Give a memorandum as text for a terminal."""
    fields = wording.table(("field", "content"), list(memo.fields.items()))
    versions = wording.table(
        (">event", "time (UTC)", "who", "how", "stage", "order"),
        [
            (
                f"#{version.sequence}",
                wording.day_and_time(version.time_ns),
                wording.words(version.who),
                version.how,
                version.stage,
                _in_words(version),
            )
            for version in memo.versions
        ],
    )
    missing = wording.table(("not in the journal", "because"), list(NOT_KEPT.items()))
    return "\n\n".join([fields, versions, missing, str(memo.story)])


def _version(event: ev.Event) -> Version | None:
    match event:
        case ev.OrderCreated():
            stage = "original"
        case ev.OrderAdopted():
            stage = "adopted"
        case ev.ReplaceRequested():
            stage = "asked for"
        case ev.OrderReplaced():
            stage = "accepted, overtaken" if event.is_overtaken else "in force"
        case ev.OrderRestated():
            stage = "changed by the venue"
        case _:
            return None
    tif = None if isinstance(event, ev.OrderRestated) else event.time_in_force
    return Version(
        sequence=event.sequence,
        time_ns=event.time_ns,
        who=event.cause.origin,
        how=event.cause.kind,
        stage=stage,
        order_qty=event.order_qty,
        terms=wording.of_terms(event.terms),
        time_in_force=wording.of_time_in_force(tif) if tif is not None else "",
    )


def _fields(own: tuple[ev.Event, ...], versions: tuple[Version, ...], story: OrderStory) -> dict[str, str]:
    first, order = versions[0], story.order
    sent = [event for event in own if isinstance(event, ev.OrderSubmitted)]
    trades = [event for event in own if isinstance(event, ev.Traded)]
    asked = [event for event in own if isinstance(event, ev.ReplaceRequested | ev.CancelRequested)]
    ends = [
        event
        for event in own
        if isinstance(event, ev.OrderCanceled | ev.OrderExpired | ev.OrderRejected | ev.OrderDenied)
    ]
    return {
        "order": str(order.order_id),
        "instrument and side": f"{order.symbol} {wording.of_side(order.side)}",
        "terms and conditions": _in_words(first),
        "account": order.account,
        "entered or accepted by": f"{first.who} ({first.how})",
        "time received": wording.day_and_time(first.time_ns),
        "time of entry": _times(sent) or "never sent",
        "executions": "; ".join(
            f"{plain(trade.last_qty)} at {plain(trade.last_px)}, {wording.day_and_time(trade.time_ns)}"
            + (
                f" (at the venue {wording.day_and_time(trade.transact_time_ns)})"
                if trade.transact_time_ns
                else ""
            )
            for trade in trades
        )
        or "none",
        "modification and cancellation": "; ".join(
            f"{type(event).__name__} by {event.cause.origin}, {wording.day_and_time(event.time_ns)}"
            for event in asked
        )
        or "none asked for",
        "time of cancellation or refusal": _times(ends) or "none",
        "stands at": f"{wording.of_status(order.status)}, executed {plain(order.cum_qty)}, open {plain(order.leaves_qty)}",
    }


def _times(events: Iterable[ev.Event]) -> str:
    return "; ".join(wording.day_and_time(event.time_ns) for event in events)


def _in_words(version: Version) -> str:
    return " ".join(filter(None, (plain(version.order_qty), version.terms, version.time_in_force)))
