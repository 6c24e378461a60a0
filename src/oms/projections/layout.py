"""How an order's story is laid out: its head, and its steps as a table."""

from __future__ import annotations

from collections.abc import Sequence

from oms.model.define import value
from oms.model.order_snapshot import OrderSnapshot
from oms.projections import wording
from oms.projections.sentences import title


@value(kw_only=True)
class Step:
    """One event of the story.

    Attributes:
        sequence: Its place in the journal.
        time_ns: When, in nanoseconds UTC.
        gap_ns: How long after the step before it; None for the first.
        who: Who spoke and how, such as `paper: ExecutionReport`.
        input_sequence: The first event of the input that led to it; steps of one input share it.
        text: What happened.
        after: What the order was shown as afterwards; empty where the step is not an event of the order itself.
        raw: The report that led to it as it came, where the event keeps it.
    """

    sequence: int
    time_ns: int
    gap_ns: int | None
    who: str
    input_sequence: int
    text: str
    after: str
    raw: str = ""


def headline(order: OrderSnapshot) -> str:
    """Give which order it is, and what it is for."""
    return f"Order {order.order_id}: {title(order)}"


def names(order: OrderSnapshot) -> str:
    """Give the other names that an order has, and whom it belongs to."""
    known = {
        "account": order.account,
        "ref": order.client_ref,
        "broker": order.broker,
        "ClOrdID": order.cl_ord_id,
        "venue id": order.venue_order_id,
    }
    return ", ".join(f"{what} {wording.words(name)}" for what, name in known.items() if name)


def reports(steps: Sequence[Step]) -> str:
    """Give the reports that led to the steps, as far as their events keep them, one a line; each once."""
    kept = {step.raw: step for step in reversed(steps) if step.raw}
    lines = [
        f"#{step.sequence} {step.who}: {wording.words(raw, len(raw))}" for raw, step in reversed(kept.items())
    ]
    return "\n".join(lines)


def table(steps: Sequence[Step]) -> str:
    """Give the steps of a story as an aligned text table, with a line wherever a day begins."""
    rows: list[tuple[str, ...]] = []
    day = ""
    spoken: int | None = None
    for step in steps:
        today = wording.day(step.time_ns)
        if today != day:
            rows.append(("", f"{today} UTC", "", "", "", ""))
            day = today
        # What one input led to is one paragraph: who spoke is said once.
        is_same_input = spoken == step.input_sequence
        spoken = step.input_sequence
        passed = "" if is_same_input or step.gap_ns is None else f"+{wording.gap(step.gap_ns)}"
        rows.append(
            (
                f"#{step.sequence}",
                wording.time_of_day(step.time_ns),
                passed,
                "" if is_same_input else step.who,
                step.after,
                step.text,
            )
        )
    return wording.table((">event", "time", ">after", "who and how", "stands at", "what happened"), rows)
