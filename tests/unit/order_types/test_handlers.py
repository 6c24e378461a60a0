"""The handlers that come with the library: what they look at, and that nothing follows from an event."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, get_args

import pytest

from oms.model import events as ev
from oms.model.commands import SubmitOrder
from oms.model.enums import Side
from oms.model.reasons import Reason, ReasonCode
from oms.model.terms import Limit, Market, Stop, StopLimit, Terms
from oms.order_types.limit import LimitHandler
from oms.order_types.market import MarketHandler
from oms.order_types.registry import default_handlers
from oms.order_types.stop import StopHandler, StopLimitHandler
from oms.ports.order_type_handler import OrderTypeHandler
from tests.fakes import AAPL
from tests.unit.engine.desk import submit
from tests.unit.journals import make, new_order

REFERENCE: Final = Decimal(98)
OFF_TICK: Final = Reason(ReasonCode.OFF_TICK, "price", "100.005", "100 or 100.01 (ticks of 0.01)")

NOT_A_TRIGGER: Final = (
    Reason(ReasonCode.PRICE_NOT_POSITIVE, "stop_px", "-0.005", "more than zero"),
    Reason(ReasonCode.OFF_TICK, "stop_px", "-0.005", "-0.01 or 0 (ticks of 0.01)"),
)
SHOWS_TOO_MUCH: Final = Reason(ReasonCode.ABOVE_ORDER_QTY, "display_qty", "101", "at most the total, 100")

# Each buys 100, and the market is at 98.
LOOKS: Final[dict[str, tuple[OrderTypeHandler, Terms, tuple[Reason, ...], Decimal | None]]] = {
    "a limit on the grid": (LimitHandler(), Limit(100), (), Decimal(100)),
    "a limit off the grid": (LimitHandler(), Limit("100.005"), (OFF_TICK,), Decimal("100.005")),
    # A registry is anybody's to write; terms without a limit have no limit to be wrong.
    "no limit, before the handler of limits": (LimitHandler(), Market(), (), None),
    "a market order": (MarketHandler(), Market(), (), REFERENCE),
    "a limit that shows a part": (LimitHandler(), Limit(100, 100), (), Decimal(100)),
    "a limit off the grid that shows more than there is": (
        LimitHandler(),
        Limit("100.005", 101),
        (OFF_TICK, SHOWS_TOO_MUCH),
        Decimal("100.005"),
    ),
    "a stop above the market": (StopHandler(), Stop("101.50"), (), Decimal("101.5")),
    "a stop that the market is past": (StopHandler(), Stop(97), (), REFERENCE),
    "a stop that is no price of the instrument": (StopHandler(), Stop("-0.005"), NOT_A_TRIGGER, REFERENCE),
    "no stop, before the handler of stops": (StopHandler(), Market(), (), None),
    "a stop limit": (StopLimitHandler(), StopLimit("101.50", 102), (), Decimal(102)),
    "a stop limit with both prices wrong": (
        StopLimitHandler(),
        StopLimit("-0.005", "100.005"),
        (*NOT_A_TRIGGER, OFF_TICK),
        Decimal("100.005"),
    ),
    "no stop limit, before the handler of those": (StopLimitHandler(), Limit("0.005"), (), None),
}


@pytest.mark.parametrize(("handler", "terms", "against", "worst_px"), LOOKS.values(), ids=LOOKS)
def test_a_handler_looks_at_its_own_terms(
    handler: OrderTypeHandler, terms: Terms, against: tuple[Reason, ...], worst_px: Decimal | None
) -> None:
    order: SubmitOrder = submit(terms=terms)

    assert tuple(handler.check(order, AAPL)) == against
    assert handler.worst_px(order, REFERENCE) == worst_px


SALES: Final[dict[str, tuple[int, Decimal | None, Decimal]]] = {
    "below the market": (95, REFERENCE, Decimal(95)),
    "that the market is past": (99, REFERENCE, REFERENCE),
    "with no market": (95, None, Decimal(95)),
}


@pytest.mark.parametrize(("px", "reference_px", "worst_px"), SALES.values(), ids=SALES)
def test_a_stop_that_sells_trades_at_the_lower_of_its_price_and_the_market(
    px: int, reference_px: Decimal | None, worst_px: Decimal
) -> None:
    for side in (Side.SELL, Side.SELL_SHORT):
        assert StopHandler().worst_px(submit(side=side, terms=Stop(px)), reference_px) == worst_px


@pytest.mark.parametrize("terms", get_args(Terms))
def test_nothing_follows_from_an_event_of_an_order_that_the_venue_works(terms: type[Terms]) -> None:
    handler = default_handlers()[terms]

    assert handler.wants_events is False
    assert handler.on_event(new_order(), make(ev.OrderCreated)) == ()
