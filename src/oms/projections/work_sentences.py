"""The sentences of what happens to an order that is worked here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from oms.model import events as ev
from oms.model.decimals import plain
from oms.model.order import Order
from oms.model.slippage import IN_BPS, AlertState, SlippageFinding
from oms.projections import wording


def _planned(event: ev.WorkPlanned) -> str:
    count = len(event.slices)
    what = f"in {count} slice{'s' if count > 1 else ''}" if count else "without a schedule"
    when = f"from {wording.day_and_time(event.start_ns)} to {wording.day_and_time(event.end_ns)} UTC"
    how = f"planned anew, {wording.words(event.why)}:" if event.why else "worked here"
    return f"{how} {what}, {when}"


def _decided(event: ev.SliceDecided) -> str:
    which = f"{wording.words(event.role)} {event.number}"
    if event.child is None:
        wanted = f", though {plain(event.asked_qty)} would be" if event.asked_qty else ""
        return f"{which}: nothing is sent{wanted}: {event.pace.words}"
    less = f" of {plain(event.asked_qty)}" if event.asked_qty != event.qty else ""
    return f"{which}: {plain(event.qty)}{less} goes out as order {event.child}: {event.pace.words}"


def _executed(event: ev.ChildExecuted) -> str:
    named = f" (execution {wording.words(event.exec_id)})" if event.exec_id else ""
    change = plain(event.qty_change.copy_abs())
    if not event.qty_change:
        what = f"what order {event.child} executed is worth {plain(event.notional_change)} more"
    elif event.qty_change < 0:
        what = f"order {event.child} has executed {change} less"
    else:
        what = f"order {event.child} has executed {change}, worth {plain(event.notional_change)}"
    return f"{what}{named}"


def _because(text: str) -> str:
    return f": {wording.words(text)}" if text else ""


def _terms(event: ev.WorkAmendRequested | ev.WorkAmended) -> str:
    return f"{plain(event.order_qty)} in all, {wording.of_terms(event.terms)}"


def of_slippage(finding: SlippageFinding) -> str:
    """Tell which figure of an order has gone into which band."""
    unit = "bps" if finding.measure in IN_BPS else "of it"
    now = "nothing left to tell by" if finding.figure is None else f"{wording.rounded(finding.figure)} {unit}"
    if finding.state is AlertState.OK:
        return f"{finding.measure.value} is as it should be again: {now}"
    edge = finding.warn if finding.state is AlertState.WARN else finding.breach
    since = "" if edge is None else f", {finding.state.value} from {wording.rounded(edge)} on"
    return f"SLIPPAGE, {finding.measure.value}: {now}{since}"


WORK_TOLD: Final[dict[type[ev.OrderEvent], Callable[[Any, Order], str]]] = {
    ev.WorkPlanned: lambda event, _: _planned(event),
    ev.SliceDecided: lambda event, _: _decided(event),
    ev.WorkNoted: lambda event, _: f"its algorithm notes {_notes(event)}",
    ev.ChildExecuted: lambda event, _: _executed(event),
    ev.WorkHeld: lambda event, _: (
        "what held it back is over" if event.why is None else f"nothing is sent for now: {event.why.words}"
    ),
    ev.WorkSuspended: lambda event, _: f"suspended, nothing more is sent{_because(event.why)}",
    ev.WorkResumed: lambda event, _: f"worked on{_because(event.why)}",
    ev.WorkStopped: lambda event, _: f"no more is sent: {wording.words(event.text)}",
    ev.WorkAmendRequested: lambda event, _: f"to be changed once enough is taken back: {_terms(event)}",
    ev.WorkAmended: lambda event, _: f"changed: {_terms(event)}",
}
"""A sentence for each class of event."""


def _notes(event: ev.WorkNoted) -> str:
    return ", ".join(f"{wording.words(name)} {wording.words(text)}" for name, text in event.memo) or "nothing"
