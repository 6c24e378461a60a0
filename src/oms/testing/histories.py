"""Hypothesis strategies for what a venue does with one order, and for what arrives of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from attrs import frozen

try:
    from hypothesis import strategies as st
except ImportError as error:  # pragma: no cover  # the suite itself needs Hypothesis
    raise ImportError("oms.testing needs Hypothesis: pip install 'openoms[testing]'") from error

from oms.model.decimals import EXACT
from oms.model.ids import ClOrdId
from oms.model.reports import Report
from oms.model.requests import NewOrderSingle, OrderCancelReplaceRequest, OrderCancelRequest
from oms.model.venue_profile import VenueProfile
from oms.testing.decisions import decide, possible
from oms.testing.dice import Dice
from oms.testing.truth import Truth
from oms.testing.venue import TruthfulVenue, Wording, is_answer, is_execution

MOST_STEPS: Final = 12
"""How many things happen in a history at most, beside the order itself."""
_STEP_NS: Final = 1_000_000_000


@frozen
class History:
    """What happened to one order at a venue.

    Attributes:
        order: The order.
        amendments: The cancels and replaces that reached the venue, oldest first.
        reports: What it said, oldest first.
        truth: What is true after that.
        status: What it would answer if it was asked now.
    """

    order: NewOrderSingle
    amendments: tuple[OrderCancelRequest | OrderCancelReplaceRequest, ...]
    reports: tuple[Report, ...]
    truth: Truth
    status: Report


@frozen(kw_only=True)
class Faults:
    """What may happen to reports on their way.

    Attributes:
        repeats: Some arrive twice.
        window: How many places a report may be early or late; 0 keeps their order.
        replays: Some are lost at first, and said again at the end.
        losses: Some that are no executions are lost for good; an answer to a question comes at the end instead.
        answers: Answers to questions come in between, which tell of what has not arrived yet.
    """

    repeats: bool = True
    window: int = 3
    replays: bool = True
    losses: bool = False
    answers: bool = True


@st.composite
def venue_histories(
    draw: st.DrawFn,
    profile: VenueProfile,
    order: NewOrderSingle,
    *,
    wording: Wording | None = None,
    lot: Decimal = Decimal(1),
    most_steps: int = MOST_STEPS,
) -> History:
    """Histories of an order: the venue decides this and that, and our own requests arrive in between.

    Args:
        draw: Hypothesis's.
        profile: How the venue behaves.
        order: The order.
        wording: How much the venue says; everything if not given.
        lot: What quantities are multiples of.
        most_steps: How many things happen at most.
    """
    venue = TruthfulVenue(profile, wording=wording, now_ns=order.time_ns)
    venue.hear(order)
    amendments: list[OrderCancelRequest | OrderCancelReplaceRequest] = []
    for number in range(draw(st.integers(1, most_steps))):
        venue.now_ns += _STEP_NS
        size, which = draw(st.integers(1, 8)), draw(st.integers(0, 59))
        choices = possible(venue)
        if draw(st.integers(0, 4)) == 4 or not choices:
            amendment = _amendment(order, venue, f"{order.cl_ord_id}-{number + 1}", size, which, lot)
            amendments.append(amendment)
            venue.hear(amendment)
        else:
            px = EXACT.add(Decimal(10), Decimal(draw(st.integers(1, 50))).scaleb(-2))
            decide(venue, choices[which % len(choices)], Dice(size, which, lot, px))
    return History(order, tuple(amendments), tuple(venue.said), venue.existing, venue.status_report())


def _amendment(
    order: NewOrderSingle, venue: TruthfulVenue, identity: str, size: int, which: int, lot: Decimal
) -> OrderCancelRequest | OrderCancelReplaceRequest:
    truth = venue.existing
    whose = (truth.in_force, venue.venue_order_id, order.symbol, order.side)
    head = (order.broker, order.order_id, ClOrdId(identity), venue.now_ns)
    if which % 2:
        return OrderCancelRequest(*head, *whose, truth.order_qty, order.account)
    qty = EXACT.multiply(Decimal(size), lot)
    return OrderCancelReplaceRequest(*head, *whose, qty, truth.terms, truth.time_in_force, order.account)


@st.composite
def deliveries(draw: st.DrawFn, history: History, faults: Faults = Faults()) -> list[Report]:
    """What arrives of a history, in the order of arrival.

    Executions always arrive, sooner or later: a broker resends them. So does all else unless `faults.losses`.
    """
    said = list(history.reports)
    lost = [report for report in said if faults.losses and not is_execution(report) and draw(st.booleans())]
    late = [
        report for report in said if report not in lost and faults.replays and draw(st.integers(0, 5)) == 5
    ]
    on_time = [report for report in said if report not in lost and report not in late]
    places = [
        place + (draw(st.integers(0, faults.window)) if faults.window else 0) for place in range(len(on_time))
    ]
    arrived = [
        on_time[place] for place in sorted(range(len(on_time)), key=lambda place: (places[place], place))
    ]
    if faults.answers and draw(st.booleans()):
        arrived.insert(draw(st.integers(0, len(arrived))), history.status)
    arrived += late
    if faults.repeats and arrived:
        # An answer is not repeated: it would be another one by then.
        again = draw(st.lists(st.sampled_from(arrived), max_size=3))
        arrived += [report for report in again if not is_answer(report)]
    return [*arrived, history.status] if lost else arrived
