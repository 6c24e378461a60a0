"""Which handler works which kind of terms: an explicit list, made by whoever builds the manager."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from oms.model.terms import (
    Limit,
    LimitIfTouched,
    Market,
    MarketIfTouched,
    MarketToLimit,
    Pegged,
    Stop,
    StopLimit,
    Strategy,
    Terms,
    TrailingStop,
    TrailingStopLimit,
)
from oms.order_types.limit import LimitHandler
from oms.order_types.market import MarketHandler
from oms.order_types.market_to_limit import MarketToLimitHandler
from oms.order_types.pegged import PeggedHandler
from oms.order_types.stop import StopHandler, StopLimitHandler
from oms.order_types.strategy import StrategyHandler
from oms.order_types.trailing import TrailingHandler
from oms.ports.order_type_handler import OrderTypeHandler

HandlerRegistry: TypeAlias = Mapping[type[Terms], OrderTypeHandler]
"""One handler for each class of terms."""


def default_handlers() -> HandlerRegistry:
    """Give the handlers that come with the library."""
    return {
        Market: MarketHandler(),
        Limit: LimitHandler(),
        Stop: StopHandler(),
        StopLimit: StopLimitHandler(),
        MarketIfTouched: StopHandler(),
        LimitIfTouched: StopLimitHandler(),
        TrailingStop: TrailingHandler(),
        TrailingStopLimit: TrailingHandler(),
        MarketToLimit: MarketToLimitHandler(),
        Pegged: PeggedHandler(),
        Strategy: StrategyHandler({}),
    }
