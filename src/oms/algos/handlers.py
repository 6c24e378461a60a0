"""The handlers of the library's algorithms, to open a manager with."""

from __future__ import annotations

from collections.abc import Mapping

from oms.algos.hours import SessionAt
from oms.algos.iceberg_handler import IcebergHandler
from oms.algos.pov_handler import PovHandler
from oms.algos.scale_handler import ScaleHandler
from oms.algos.schedule_handler import ScheduleHandler
from oms.algos.smart_handler import SmartHandler
from oms.algos.sniper_handler import SniperHandler
from oms.algos.volume_curve import VolumeCurve
from oms.model.terms import Strategy
from oms.order_types.registry import HandlerRegistry, default_handlers
from oms.order_types.strategy import StrategyHandler
from oms.ports.order_type_handler import OrderTypeHandler


def with_algorithms(
    *,
    curves: Mapping[str, VolumeCurve] | None = None,
    session_at: SessionAt | None = None,
    others: Mapping[str, OrderTypeHandler] | None = None,
) -> HandlerRegistry:
    """Give the handlers of every kind of order, those of the algorithms among them.

    Args:
        curves: Volume curves by name; that of an instrument stands under its symbol.
        session_at: What tells the trading session that a symbol is in, or comes to next, at a moment in nanoseconds UTC, such as that
            of `oms.calendars.sessions.CalendarSessions`: schedules are made of open time alone, and what goes by a curve or a close
            needs it. Where it is not given, or gives None, all time is open.
        others: Handlers of strategies of your own, by name; one of the library's names takes its place.
    """
    schedule = ScheduleHandler({} if curves is None else curves, session_at)
    known: dict[str, OrderTypeHandler] = dict.fromkeys(
        ("twap", "vwap", "shortfall", "target_close"), schedule
    )
    known |= {
        "iceberg": IcebergHandler(),
        "pov": PovHandler(),
        "scale": ScaleHandler(),
        "smart": SmartHandler(),
        "sniper": SniperHandler(),
    }
    return {**default_handlers(), Strategy: StrategyHandler({**known, **(others or {})})}
