"""Law: a sale in a mirrored market is worked as the purchase is: the same slices, sizes and reasons, at mirrored prices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from oms.algos.handlers import with_algorithms
from oms.engine.engine import Engine
from oms.engine.inputs import Start, TimerDue
from oms.model import events as ev
from oms.model.capabilities import ALL_ORDER_TYPES, Capabilities
from oms.model.commands import SubmitOrder
from oms.model.enums import Side
from oms.model.limits import RiskLimits
from oms.model.market import Quote
from oms.model.terms import Limit, Strategy
from oms.model.time_in_force import DAY
from oms.testing.parent_acts import AAPL, HERE, S
from oms.testing.parent_told import parameters
from oms.testing.venue_machine import START_NS

MIDDLE = Decimal(100)
Seen = tuple[int, Decimal, Decimal, str, Decimal | None]


def mirrored(px: Decimal, *, is_buy: bool) -> Decimal:
    return px if is_buy else 2 * MIDDLE - px


def worked(told: dict[str, Any], moves: list[tuple[int, int]], qty: int, *, is_buy: bool) -> list[Seen]:
    """What is decided of an order in a market that goes so; nothing of it executes. Prices of sales are mirrored back."""
    engine = Engine({HERE: Capabilities(order_types=ALL_ORDER_TYPES)}, with_algorithms())
    terms, now_ns, seen, px = Strategy("twap", told), START_NS, [], {}
    events: list[ev.Event] = []

    def tell(what: Any) -> None:  # noqa: ANN401  # any input
        events.extend(engine.handle(what, now_ns).events)

    tell(Start("mirror", 30 * S, RiskLimits.off("a test"), (AAPL,)))
    for number, (seconds, ticks) in enumerate(((0, 0), *moves, (70, 0))):
        now_ns += seconds * S
        sides = [mirrored(MIDDLE + Decimal(ticks + off) / 100, is_buy=is_buy) for off in (-1, 1)]
        tell(Quote(AAPL.symbol, now_ns, min(sides), Decimal(5), max(sides), Decimal(5)))
        tell(TimerDue())
        if not number:
            side = Side.BUY if is_buy else Side.SELL
            tell(SubmitOrder(AAPL.symbol, side, qty, terms, DAY, engine.state.account))
    for event in events:
        if isinstance(event, ev.OrderCreated) and isinstance(event.terms, Limit):
            px[event.order_id] = mirrored(event.terms.price, is_buy=is_buy)
    for event in events:
        if isinstance(event, ev.SliceDecided):
            limit = None if event.child is None else px.get(event.child)
            seen.append((event.number, event.asked_qty, event.qty, event.pace.value, limit))
    return seen


QTY = 40
TOLD = parameters("twap", AAPL, Decimal(QTY), Side.BUY, START_NS).filter(
    lambda told: not {"limit_price", "i_would_price", "start_time", "end_time"} & told.keys()
)


@given(
    told=TOLD,
    moves=st.lists(st.tuples(st.integers(1, 20), st.integers(-5, 5)), min_size=1, max_size=12),
)
@settings(max_examples=40, deadline=None)
def test_a_mirrored_sale_is_worked_as_the_purchase_is(
    told: dict[str, Any], moves: list[tuple[int, int]]
) -> None:
    bought = worked(told, moves, QTY, is_buy=True)

    assert bought
    assert worked(told, moves, QTY, is_buy=False) == bought
