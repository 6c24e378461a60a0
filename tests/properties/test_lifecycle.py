"""Laws of the lifecycle, over random ways through it: any event, legal or not, in any order."""

from copy import copy
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.errors import TransitionError
from oms.lifecycle.invariants import check_order
from oms.lifecycle.machine import apply, is_allowed
from oms.lifecycle.states import status_of
from oms.model import events as ev
from oms.model.decimals import QUOTIENT, ZERO, exact_arithmetic
from oms.model.enums import Life
from oms.model.ids import ClOrdId, ExecId
from oms.model.order import Mark, Order
from tests.unit.journals import kinds_of_events, make, new_order

WORKING = frozenset({Life.UNSENT, Life.SENT, Life.LIVE})
QUANTITIES = st.integers(1, 120).map(Decimal)
PRICES = st.integers(-50, 50).map(lambda cents: Decimal(cents).scaleb(-2))
# Few identities, so that answers often meet their request, and sometimes one of another kind.
IDENTITIES = st.sampled_from([ClOrdId("a"), ClOrdId("b"), ClOrdId("c")])
FIELDS: dict[str, st.SearchStrategy[object]] = {
    "cl_ord_id": IDENTITIES,
    "order_qty": QUANTITIES,
    "last_qty": QUANTITIES,
    "last_px": PRICES,
    "venue_ns": st.integers(0, 3),
    "venue_seq": st.integers(0, 3),
    "is_over": st.booleans(),
    "is_resumed": st.booleans(),
    "reopens": st.booleans(),
}
KINDS = sorted(kinds_of_events() - {ev.OrderCreated}, key=lambda kind: kind.__name__)


@st.composite
def events(draw: st.DrawFn) -> ev.OrderEvent:
    kind = draw(st.sampled_from(KINDS))
    names = FIELDS.keys() & set(kind.__slots__)  # type: ignore[attr-defined]
    return make(kind, **{name: draw(FIELDS[name]) for name in sorted(names)})


def amended(event: ev.OrderEvent, standing: dict[ExecId, tuple[Decimal, Decimal]]) -> ev.OrderEvent | None:
    """A bust or correction, of the oldest execution that stands; None if none does."""
    if not isinstance(event, ev.TradeCanceled | ev.TradeCorrected):
        return event
    if not standing:
        return None
    exec_id, (old_qty, old_px) = next(iter(standing.items()))
    fields = {"exec_ref_id": exec_id, "old_qty": old_qty, "old_px": old_px, "reopens": event.reopens}
    if isinstance(event, ev.TradeCorrected):
        fields |= {"last_qty": event.last_qty, "last_px": event.last_px}
    return make(type(event), **fields)


def book(event: ev.OrderEvent, place: int, standing: dict[ExecId, tuple[Decimal, Decimal]]) -> None:
    """The executions that stand, kept apart from the order."""
    if isinstance(event, ev.Traded):
        standing[ExecId(f"x{place}")] = (event.last_qty, event.last_px)
    elif isinstance(event, ev.TradeCorrected):
        standing[event.exec_ref_id] = (event.last_qty, event.last_px)
    elif isinstance(event, ev.TradeCanceled):
        del standing[event.exec_ref_id]


def check(order: Order, event: ev.OrderEvent, standing: dict[ExecId, tuple[Decimal, Decimal]]) -> None:
    cum_qty = sum((qty for qty, _ in standing.values()), ZERO)
    notional = sum((qty * px for qty, px in standing.values()), ZERO)
    left = max(order.order_qty - cum_qty, ZERO) if order.life in WORKING else ZERO
    assert (order.cum_qty, order.notional) == (cum_qty, notional)
    # Less where a day order is over, or what was busted does not work again.
    assert ZERO <= order.leaves_qty <= left
    assert order.avg_px == (QUOTIENT.divide(notional, cum_qty) if cum_qty else None)
    assert order.status is status_of(order)
    after = (event.status, event.cum_qty, event.leaves_qty, event.avg_px)
    assert after == (order.status, order.cum_qty, order.leaves_qty, order.avg_px)
    if order.life not in WORKING:
        assert order.outstanding_requests == ()
        assert order.marks <= {Mark.CALCULATED}
    assert check_order(order) == ()


@given(st.lists(events(), max_size=25))
def test_an_order_is_always_the_sum_of_its_events(walk: list[ev.OrderEvent]) -> None:
    """After any events: quantities are the sums of what stands, the status that of highest rank, an end leaves nothing."""
    order = new_order()
    standing: dict[ExecId, tuple[Decimal, Decimal]] = {}
    with exact_arithmetic():
        for place, drawn in enumerate([make(ev.OrderSubmitted, cl_ord_id=ClOrdId("new")), *walk]):
            event = amended(drawn, standing)
            if event is None:
                continue
            if not is_allowed(order, type(event)):
                before, untouched = order.snapshot(), copy(event)
                with pytest.raises(TransitionError):
                    apply(order, event)
                assert order.snapshot() == before
                assert event == untouched
                continue
            apply(order, event)
            book(event, place, standing)
            check(order, event, standing)
