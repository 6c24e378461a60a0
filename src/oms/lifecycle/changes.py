"""Read what a venue says of an order's total, its terms, and the facts beside its life.

These replace one another, so that it matters which was said last. The chain of ClOrdIDs tells it of two replaces, the
venue's own numbers or times of all others; where neither does, the report is taken in the order of its arrival, with an
anomaly beside it if that makes a difference.
"""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import Final

from oms.lifecycle.anomalies import (
    At,
    Events,
    anomaly,
    contradiction,
    dated,
    ignored,
    illegal,
    is_before_the_end,
    late,
    malformed,
    said_at,
)  # fmt: skip
from oms.lifecycle.execution_index import ExecutionIndex
from oms.lifecycle.facts import When, is_later
from oms.lifecycle.losses import is_loss_unclear, lost_there
from oms.lifecycle.machine import is_allowed, request_of
from oms.model import events as ev
from oms.model.decimals import BOUND, ONE, QUOTIENT, ZERO, is_sane
from oms.model.enums import AnomalyCode, ExecRestatementReason, ExecType, OrdStatus, RequestKind
from oms.model.ids import ClOrdId
from oms.model.order import Mark, Order, Said
from oms.model.outstanding import OutstandingRequest
from oms.model.reports import ExecutionReport, OrderCancelReject
from oms.model.sessions import utc_date
from oms.model.terms import Terms, amended
from oms.model.time_in_force import Day
from oms.model.venue_profile import VenueProfile

# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

MAX_SPLIT: Final = 10_000
"""The largest ratio of a stock split that is believed, either way."""
MAX_SPLITS: Final = 16
"""How many splits of one order are believed."""

_WORKING: Final = frozenset({OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED})
_FOR_THE_DAY: Final = frozenset({Mark.DONE_FOR_DAY, Mark.SUSPENDED, Mark.STOPPED})


class _Age(Enum):
    """How a report stands to what was last said of the same thing."""

    NEWER = "newer"
    OLDER = "older"
    UNKNOWN = "unknown"


def day_of(report: ExecutionReport | OrderCancelReject) -> str:
    """Give the trading day of a report, YYYYMMDD: the venue's word, else the day of its time; empty where it gave none."""
    named = report.trade_date if isinstance(report, ExecutionReport) else None
    return named or (utc_date(report.transact_time_ns) if report.transact_time_ns else "")


def _age(said: Said, last: When | None) -> _Age:
    if last is None or is_later(said, last):
        return _Age.NEWER
    return _Age.OLDER if is_later(last, said) else _Age.UNKNOWN


def unordered(
    order: Order, report: ExecutionReport, at: At, place: int, so: str = "taken as it came"
) -> Events:
    """Give that nothing tells whether a report is newer or older than what is in force, and what was made of it."""
    text = f"{report.exec_type.name} cannot be ordered against what was said before; {so}"
    return (anomaly(at, AnomalyCode.UNORDERED, order.order_id, text, report, place),)


# ---------------------------------------------------------------- the total and the terms


def _new_terms(report: ExecutionReport, wanted: Terms) -> Terms | None:
    # The answer's prices win over the request's; None where they make no sense.
    said = [number for number in (report.price, report.stop_px, report.display_qty) if number is not None]
    if not all(is_sane(number) for number in said):
        return None
    if report.display_qty is not None and report.display_qty <= ZERO:
        return None
    return amended(wanted, price=report.price, stop_px=report.stop_px, display_qty=report.display_qty)


def _said_qty(report: ExecutionReport, wanted: Decimal) -> Decimal | None:
    qty = wanted if report.order_qty is None else report.order_qty
    return qty if is_sane(qty) and qty >= ZERO else None


def _new_qty(order: Order, report: ExecutionReport, wanted: Decimal) -> Decimal | None:
    qty = _said_qty(report, wanted)
    if qty is None:
        return None
    if report.exec_type is ExecType.ORDER_STATUS and report.order_qty is not None:
        # An answer shows the total as it is: what has executed beyond it is an overfill, and stays one.
        return qty
    # A total at or below what has executed means "stop here" (FIX C.3.c): what had by then, where the broker says so.
    counted = report.cum_qty
    return max(qty, counted if is_sane(counted) else order.cum_qty)


def read_replaced(order: Order, report: ExecutionReport, at: At) -> Events:
    """Read that a replace was accepted, or that the venue replaced the order of its own accord."""
    if not is_allowed(order, ev.OrderReplaced):
        return illegal(order, report, at)
    identity = report.cl_ord_id
    if identity is not None and identity in order._amendments:
        if order._amendments[identity] is RequestKind.CANCEL:
            return (contradiction(order, report, at, f"replaced by {identity}, which is a cancel request"),)
        asked = request_of(order, identity)
        settled = _settled_replace(order, report, at, identity, asked)
        return settled or _replaced(order, report, at, asked)
    if order.is_ended:
        return illegal(order, report, at)
    if report.order_qty is None and report.price is None:
        return ignored(order, report, at, "no such replace is outstanding")
    return _replaced(order, report, at, None)


def _settled_replace(
    order: Order, report: ExecutionReport, at: At, identity: ClOrdId, asked: OutstandingRequest | None
) -> Events:
    """Give what a replaced report amounts to when its request has been overtaken, or was answered before; else nothing."""
    in_force = _place(order, order._cl_ord_id)
    if _place(order, identity) < in_force:
        if asked is not None:
            return (ev.ReplaceSuperseded(*at.envelope(), order.order_id, identity),)
        return ignored(order, report, at, "a later replace is in force")
    if asked is not None:
        return ()
    if order.is_ended and _place(order, identity) > in_force:
        return _late_replace(order, report, at, identity)
    # That request was answered before: brokers resend whole days, and its terms may be out of date by now.
    qty, terms = _new_qty(order, report, order.order_qty), _new_terms(report, order.terms)
    last = order._said
    if (qty, terms) == (order.order_qty, order.terms) or (
        last is not None and is_later(last, said_at(report))
    ):
        return ignored(order, report, at, "repeat of an answered replace")
    text = f"{identity} was answered before, and now {report.order_qty} at {report.price}; not applied"
    return (contradiction(order, report, at, text),)


def _place(order: Order, identity: ClOrdId | None) -> int:
    """Give the place of a request among the cancels and replaces sent, from 0; -1 for any other identity."""
    return next((place for place, known in enumerate(order._amendments) if known == identity), -1)


def _late_replace(order: Order, report: ExecutionReport, at: At, identity: ClOrdId) -> Events:
    """Give what is wrong with a replaced report that comes after the end of the order; nothing where it happened before it."""
    end, said = order._end, said_at(report)
    assert end is not None, "of what was denied or rejected no replace is allowed"
    if is_later(said, end):
        return illegal(order, report, at)
    # A cancel of ours was built on every replace that was sent before it, any other came under the one in force.
    is_built_on = _place(order, identity) <= _place(order, end[2])
    return () if is_built_on or is_later(end, said) else unordered(order, report, at, 0)


def _replaced(order: Order, report: ExecutionReport, at: At, asked: OutstandingRequest | None) -> Events:
    wanted_qty, wanted_terms = order.order_qty, order.terms
    if asked is not None:
        assert asked.order_qty is not None, "a replace asks for a total"
        assert asked.terms is not None, "a replace asks for terms"
        wanted_qty, wanted_terms = asked.order_qty, asked.terms
    qty, terms = _new_qty(order, report, wanted_qty), _new_terms(report, wanted_terms)
    if qty is None or terms is None:
        text = f"a replace to {report.order_qty!r} at {report.price!r}"
        return malformed(order, report, at, text)
    events: list[ev.Event] = []
    # To build on an earlier replace is to have accepted it.
    earlier = request_of(order, report.orig_cl_ord_id)
    if earlier is not None and earlier.kind is RequestKind.REPLACE and earlier is not asked:
        events.append(ev.ReplaceSuperseded(*at.envelope(), order.order_id, earlier.cl_ord_id))
    said = said_at(report)
    last = order._said
    by_chain = asked is not None and (last is None or last[2])
    age = _Age.NEWER if by_chain else _age(said, last)
    is_overtaken = age is _Age.OLDER
    if is_overtaken:
        qty, terms = order.order_qty, order.terms
    # An older word of the venue's own takes back no identity that was accepted since.
    identity = order.cl_ord_id if is_overtaken and asked is None else report.cl_ord_id
    cl_ord_id = identity or order.cl_ord_id or ClOrdId("")
    events.append(
        ev.OrderReplaced(
            *at.envelope(len(events)),
            order.order_id,
            cl_ord_id,
            report.venue_order_id,
            qty,
            terms,
            None if asked is None else asked.time_in_force,
            # What is shown as working is neither held back nor done, also where that is yet to be heard of.
            report.ord_status in _WORKING and (any(said) or not _FOR_THE_DAY.isdisjoint(order._marks)),
            *said,
            is_overtaken,
            # What nobody has heard of as lost may be on its way, and is counted then.
            lost_there(order, report, qty)
            if order._losses and not is_overtaken and report.ord_status in _WORKING
            else None,
        )
    )
    if order.is_ended:
        text = f"replaced under {cl_ord_id}, although the order is {order.life.value}"
        events.append(anomaly(at, AnomalyCode.ILLEGAL_IN_STATE, order.order_id, text, report, len(events)))
    elif (age is _Age.UNKNOWN and (qty, terms) != (order.order_qty, order.terms)) or is_loss_unclear(
        order, said
    ):
        events += unordered(order, report, at, len(events))
    return (*events, *_end_of_nothing(order, report, at, qty, len(events)))


def _end_of_nothing(order: Order, report: ExecutionReport, at: At, qty: Decimal, place: int) -> Events:
    # A total of 0 is a cancel by another name: nothing executed, and nothing ever will.
    if qty or report.order_qty is None or order.is_ended:
        return ()
    text = report.text or f"{report.exec_type.name.lower()} to a total of 0"
    said = said_at(report)
    return (ev.OrderCanceled(*at.envelope(place), order.order_id, report.cl_ord_id, text, *said),)


def read_restated(
    order: Order, report: ExecutionReport, at: At, executions: ExecutionIndex, profile: VenueProfile
) -> Events:
    """Read that the venue changed or renewed an order of its own accord."""
    reinstates = profile.reinstates and is_allowed(order, ev.OrderReinstated)
    if not reinstates and not is_allowed(order, ev.OrderRestated):
        return illegal(order, report, at)
    qty, terms = _said_qty(report, order.order_qty), _new_terms(report, order.terms)
    if qty is None or terms is None:
        text = f"a restatement to {report.order_qty!r} at {report.price!r}"
        return malformed(order, report, at, text)
    said = said_at(report)
    last = order._said
    age = _age(said, last)
    if age is _Age.OLDER:
        return ignored(order, report, at, "older than what is in force")
    events: list[ev.Event] = []
    if reinstates:
        events.append(ev.OrderReinstated(*at.envelope(), order.order_id, report.text))
    split_new, split_old = _split(order, report, qty)
    if not split_old / MAX_SPLIT <= split_new <= split_old * MAX_SPLIT:
        text = f"a split of {split_old} into {split_new}: at most 1 into {MAX_SPLIT}, or {MAX_SPLIT} into 1"
        return malformed(order, report, at, text)
    day = day_of(report)
    unsplit_qty = ZERO
    if split_new != split_old and order._day >= day:
        unsplit_qty = executions.executed_since(order.order_id, said[0] or at.time_ns, day)
    after = unsplit_qty + QUOTIENT.divide((order.cum_qty - unsplit_qty) * split_new, split_old)
    if split_new != split_old and (len(order._splits) >= MAX_SPLITS or not after < BOUND):
        return malformed(
            order, report, at, f"a split after {len(order._splits)}, which makes {after} executed"
        )
    counted = report.cum_qty
    # As with a replace: no total is below what had executed by then, where the venue says how much that is.
    qty = max(qty, counted if is_sane(counted) else after)
    events.append(
        ev.OrderRestated(
            *at.envelope(len(events)),
            order.order_id,
            qty,
            terms,
            report.text,
            report.exec_restatement_reason,
            day,
            split_new,
            split_old,
            report.exec_id,
            *said,
            unsplit_qty=unsplit_qty,
        )
    )
    is_unclear = age is _Age.UNKNOWN and (qty, terms) != (order.order_qty, order.terms)
    if is_unclear or is_loss_unclear(order, said):
        events += unordered(order, report, at, len(events))
    events += _not_counted(order, report, at, after, len(events))
    return (*events, *_end_of_nothing(order, report, at, qty, len(events)))


def _not_counted(order: Order, report: ExecutionReport, at: At, after: Decimal, place: int) -> Events:
    """Give that a restatement counts more than is known here, or no number; nothing where it does neither."""
    counted = report.cum_qty
    if counted is None or (is_sane(counted) and counted <= after):
        return ()
    is_count = is_sane(counted)
    code = AnomalyCode.MISSING_EXECUTION if is_count else AnomalyCode.MALFORMED
    text = f"{counted if is_count else repr(counted)} executed in all, of which {after} are known here"
    return (anomaly(at, code, order.order_id, text, report, place, counted if is_count else None),)


def _split(order: Order, report: ExecutionReport, qty: Decimal) -> tuple[Decimal, Decimal]:
    """Give the ratio by which earlier executions count from now on: what the total went to, and what from."""
    counted = report.cum_qty
    # Where it is the total already, an answer may have shown it before.
    before = order._asked_qty if qty == order.order_qty else order.order_qty
    if not before or not qty:
        return ONE, ONE
    if report.exec_restatement_reason is ExecRestatementReason.GT_CORPORATE_ACTION:
        return qty, before
    if report.exec_restatement_reason is None and order.cum_qty and is_sane(counted):
        # Nothing says why, but what has executed changed in the same ratio as the total.
        return (qty, before) if counted * before == order.cum_qty * qty else (ONE, ONE)
    return ONE, ONE


# ---------------------------------------------------------------- facts beside the life


def read_done_for_day(order: Order, report: ExecutionReport, at: At) -> Events:
    """Read that an order does not trade any more today, or not at all."""
    day = day_of(report)
    is_next_day = bool(order._day) and day > order._day and not order._is_over
    if day and day < order._day:
        return ignored(order, report, at, "no news")
    done = order._marks.get(Mark.DONE_FOR_DAY)
    if done is not None and not is_next_day:
        if is_later(said_at(report), done):
            return dated(order, report, at, "no news")
        if day or report.exec_id is None:
            return ignored(order, report, at, "no news")
        # Perhaps another day's, and a renewal that is still to come is of the day before it.
        return (*ignored(order, report, at, "no news", is_known=True), *unordered(order, report, at, 1))
    leaves = report.leaves_qty
    if leaves is None:
        is_over = isinstance(order.time_in_force, Day)
    elif is_sane(leaves):
        is_over = not leaves
    else:
        return malformed(order, report, at, f"a leaves_qty of {leaves!r}")
    # Of a good-till order that has filled nothing is left either way, and a bust on a later day works again.
    is_over = is_over and (isinstance(order.time_in_force, Day) or not order.is_filled)
    said = (report.exec_id, *said_at(report))
    done_for_day = ev.OrderDoneForDay(*at.envelope(), order.order_id, report.text, is_over, day, *said)
    return _marked(order, report, at, done_for_day, Mark.DONE_FOR_DAY)


def read_marking(order: Order, report: ExecutionReport, at: At) -> Events:
    """Read that an order is suspended, or that its end-of-day figures are out."""
    is_suspended = report.exec_type is ExecType.SUSPENDED
    event: type[ev.OrderSuspended | ev.OrderCalculated] = (
        ev.OrderSuspended if is_suspended else ev.OrderCalculated
    )
    mark = Mark.SUSPENDED if is_suspended else Mark.CALCULATED
    since = order._marks.get(mark)
    if since is not None and is_later(said_at(report), since):
        # Said again later it outlives what ended it in between, and may still be heard of.
        return dated(order, report, at, "no news")
    if since is not None:
        return ignored(order, report, at, "no news", is_known=not report.transact_time_ns)
    if order.is_ended and not is_suspended and not is_before_the_end(order, report):
        return illegal(order, report, at)
    said = (report.exec_id, *said_at(report))
    marking = event(*at.envelope(), order.order_id, report.text, *said)
    return _of_filled(order, report, at, _marked(order, report, at, marking, mark), is_wrong=is_suspended)


def read_stopped(order: Order, report: ExecutionReport, at: At) -> Events:
    """Read a guarantee: the venue has stopped the order at a price."""
    if not all(number is None or is_sane(number) for number in (report.last_qty, report.last_px)):
        return malformed(order, report, at, f"a guarantee of {report.last_qty!r} at {report.last_px!r}")
    said = (report.exec_id, *said_at(report))
    stopped = ev.OrderStopped(*at.envelope(), order.order_id, report.last_qty, report.last_px, *said)
    last = order._marks.get(Mark.STOPPED)
    if last is not None and is_later(last, said_at(report)):
        return ignored(order, report, at, "older than what is in force")
    return _of_filled(order, report, at, _marked(order, report, at, stopped, Mark.STOPPED), is_wrong=True)


def _marked(order: Order, report: ExecutionReport, at: At, event: ev.OrderEvent, mark: Mark) -> Events:
    if not is_allowed(order, type(event)):
        return late(order, report, at)
    said, worked = said_at(report), order._acknowledged
    age = _age(said, order._cleared.get(mark))
    # The acknowledgement that is heard first may be the one that resumes the order.
    is_over = mark is Mark.SUSPENDED and worked is not None and is_later(worked, said)
    if is_over or age is _Age.OLDER:
        return ignored(order, report, at, "older than what is in force")
    return (event,) if age is _Age.NEWER else (event, *unordered(order, report, at, 1))


def _of_filled(order: Order, report: ExecutionReport, at: At, events: Events, *, is_wrong: bool) -> Events:
    # It was perhaps said before the last execution, which a bust may take back: it is noted, and shows only then.
    if not is_wrong or not order.is_filled or not isinstance(events[0], ev.OrderSuspended | ev.OrderStopped):
        return events
    text = f"{report.exec_type.name} for an order of which all {order.order_qty} executed"
    return (*events, anomaly(at, AnomalyCode.ILLEGAL_IN_STATE, order.order_id, text, report, len(events)))
