"""The handlers that come with the library: what they look at, and that nothing follows from an event."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import pytest

from oms.model import events as ev
from oms.model.commands import SubmitOrder
from oms.model.reasons import Reason, ReasonCode
from oms.model.terms import Limit, Market, Terms
from oms.order_types.limit import LimitHandler
from oms.order_types.market import MarketHandler
from oms.order_types.registry import default_handlers
from tests.fakes import AAPL
from tests.unit.engine.desk import submit
from tests.unit.journals import make, new_order

REFERENCE: Final = Decimal(98)
OFF_TICK: Final = Reason(ReasonCode.OFF_TICK, "price", "100.005", "100 or 100.01 (ticks of 0.01)")

LOOKS: Final[dict[str, tuple[LimitHandler | MarketHandler, Terms, tuple[Reason, ...], Decimal | None]]] = {
    "a limit on the grid": (LimitHandler(), Limit(100), (), Decimal(100)),
    "a limit off the grid": (LimitHandler(), Limit("100.005"), (OFF_TICK,), Decimal("100.005")),
    # A registry is anybody's to write; terms without a limit have no limit to be wrong.
    "no limit, before the handler of limits": (LimitHandler(), Market(), (), None),
    "a market order": (MarketHandler(), Market(), (), REFERENCE),
}


@pytest.mark.parametrize(("handler", "terms", "against", "worst_px"), LOOKS.values(), ids=LOOKS)
def test_a_handler_looks_at_its_own_terms(
    handler: LimitHandler | MarketHandler, terms: Terms, against: tuple[Reason, ...], worst_px: Decimal | None
) -> None:
    order: SubmitOrder = submit(terms=terms)

    assert tuple(handler.check(order, AAPL)) == against
    assert handler.worst_px(order, REFERENCE) == worst_px


@pytest.mark.parametrize("terms", [Market, Limit])
def test_nothing_follows_from_an_event_of_an_order_that_the_venue_works(terms: type[Terms]) -> None:
    handler = default_handlers()[terms]

    assert handler.wants_events is False
    assert handler.on_event(new_order(), make(ev.OrderCreated)) == ()
