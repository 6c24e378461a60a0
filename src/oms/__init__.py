"""The front door: the names that an embedder needs, and no adapter: those are imported by their own names.

A name is loaded from its home when it is first asked for, so that `import oms` itself costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oms.bus import Bus, SubscriberFailed
    from oms.errors import (
        BrokerError,
        HaltedError,
        OmsError,
        StoreError,
        UnknownInstrumentError,
        UnknownOrderError,
        ValidationError,
    )
    from oms.model.contingency import Arm, Leg, Oco, Oto, Remainder, Siblings
    from oms.model.enums import (
        HeldPolicy,
        OrdStatus,
        PegOffsetType,
        PegPriceType,
        SessionPhase,
        Side,
        TriggerPriceType,
        WorkedBy,
    )
    from oms.model.events import (
        AnomalyRaised,
        CancelDenied,
        CancelRejected,
        Event,
        FeeCharged,
        OrderAcknowledged,
        OrderCanceled,
        OrderCreated,
        OrderDenied,
        OrderEvent,
        OrderExpired,
        OrderRejected,
        OrderReplaced,
        OrderSubmitted,
        ReplaceDenied,
        ReplaceRejected,
        RequestInDoubt,
        Traded,
    )
    from oms.model.group import Group
    from oms.model.instructions import Instructions
    from oms.model.instrument import Instrument
    from oms.model.limits import RiskLimits
    from oms.model.market import MarkPrice, Quote, TradePrint
    from oms.model.offset import Offset
    from oms.model.order import Order
    from oms.model.order_snapshot import OrderSnapshot
    from oms.model.reasons import Reason, ReasonCode
    from oms.model.reports import Absent
    from oms.model.sessions import SessionChange
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
        TrailingStop,
        TrailingStopLimit,
    )
    from oms.model.time_in_force import (
        AtTheClose,
        AtTheOpening,
        Day,
        FillOrKill,
        GoodForAuction,
        GoodForTime,
        GoodTillCancel,
        GoodTillDate,
        GoodTillTime,
        ImmediateOrCancel,
    )
    from oms.runtime.manual_clock import ManualClock
    from oms.runtime.order_manager import OrderManager

_HOMES = {
    "Absent": "oms.model.reports",
    "AnomalyRaised": "oms.model.events",
    "Arm": "oms.model.contingency",
    "AtTheClose": "oms.model.time_in_force",
    "AtTheOpening": "oms.model.time_in_force",
    "BrokerError": "oms.errors",
    "Bus": "oms.bus",
    "CancelDenied": "oms.model.events",
    "CancelRejected": "oms.model.events",
    "Day": "oms.model.time_in_force",
    "Event": "oms.model.events",
    "FeeCharged": "oms.model.events",
    "FillOrKill": "oms.model.time_in_force",
    "GoodForAuction": "oms.model.time_in_force",
    "GoodForTime": "oms.model.time_in_force",
    "GoodTillCancel": "oms.model.time_in_force",
    "GoodTillDate": "oms.model.time_in_force",
    "GoodTillTime": "oms.model.time_in_force",
    "Group": "oms.model.group",
    "HaltedError": "oms.errors",
    "HeldPolicy": "oms.model.enums",
    "ImmediateOrCancel": "oms.model.time_in_force",
    "Instructions": "oms.model.instructions",
    "Instrument": "oms.model.instrument",
    "Leg": "oms.model.contingency",
    "Limit": "oms.model.terms",
    "LimitIfTouched": "oms.model.terms",
    "ManualClock": "oms.runtime.manual_clock",
    "MarkPrice": "oms.model.market",
    "Market": "oms.model.terms",
    "MarketIfTouched": "oms.model.terms",
    "MarketToLimit": "oms.model.terms",
    "Oco": "oms.model.contingency",
    "Offset": "oms.model.offset",
    "OmsError": "oms.errors",
    "OrdStatus": "oms.model.enums",
    "Order": "oms.model.order",
    "OrderAcknowledged": "oms.model.events",
    "OrderCanceled": "oms.model.events",
    "OrderCreated": "oms.model.events",
    "OrderDenied": "oms.model.events",
    "OrderEvent": "oms.model.events",
    "OrderExpired": "oms.model.events",
    "OrderManager": "oms.runtime.order_manager",
    "OrderRejected": "oms.model.events",
    "OrderReplaced": "oms.model.events",
    "OrderSnapshot": "oms.model.order_snapshot",
    "OrderSubmitted": "oms.model.events",
    "Oto": "oms.model.contingency",
    "PegOffsetType": "oms.model.enums",
    "PegPriceType": "oms.model.enums",
    "Pegged": "oms.model.terms",
    "Quote": "oms.model.market",
    "Reason": "oms.model.reasons",
    "ReasonCode": "oms.model.reasons",
    "Remainder": "oms.model.contingency",
    "ReplaceDenied": "oms.model.events",
    "ReplaceRejected": "oms.model.events",
    "RequestInDoubt": "oms.model.events",
    "RiskLimits": "oms.model.limits",
    "SessionChange": "oms.model.sessions",
    "SessionPhase": "oms.model.enums",
    "Siblings": "oms.model.contingency",
    "Side": "oms.model.enums",
    "Stop": "oms.model.terms",
    "StopLimit": "oms.model.terms",
    "StoreError": "oms.errors",
    "Strategy": "oms.model.terms",
    "SubscriberFailed": "oms.bus",
    "TradePrint": "oms.model.market",
    "Traded": "oms.model.events",
    "TrailingStop": "oms.model.terms",
    "TrailingStopLimit": "oms.model.terms",
    "TriggerPriceType": "oms.model.enums",
    "UnknownInstrumentError": "oms.errors",
    "UnknownOrderError": "oms.errors",
    "ValidationError": "oms.errors",
    "WorkedBy": "oms.model.enums",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'oms' has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(home), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})


__all__ = [
    "Absent",
    "AnomalyRaised",
    "Arm",
    "AtTheClose",
    "AtTheOpening",
    "BrokerError",
    "Bus",
    "CancelDenied",
    "CancelRejected",
    "Day",
    "Event",
    "FeeCharged",
    "FillOrKill",
    "GoodForAuction",
    "GoodForTime",
    "GoodTillCancel",
    "GoodTillDate",
    "GoodTillTime",
    "Group",
    "HaltedError",
    "HeldPolicy",
    "ImmediateOrCancel",
    "Instructions",
    "Instrument",
    "Leg",
    "Limit",
    "LimitIfTouched",
    "ManualClock",
    "MarkPrice",
    "Market",
    "MarketIfTouched",
    "MarketToLimit",
    "Oco",
    "Offset",
    "OmsError",
    "OrdStatus",
    "Order",
    "OrderAcknowledged",
    "OrderCanceled",
    "OrderCreated",
    "OrderDenied",
    "OrderEvent",
    "OrderExpired",
    "OrderManager",
    "OrderRejected",
    "OrderReplaced",
    "OrderSnapshot",
    "OrderSubmitted",
    "Oto",
    "PegOffsetType",
    "PegPriceType",
    "Pegged",
    "Quote",
    "Reason",
    "ReasonCode",
    "Remainder",
    "ReplaceDenied",
    "ReplaceRejected",
    "RequestInDoubt",
    "RiskLimits",
    "SessionChange",
    "SessionPhase",
    "Siblings",
    "Side",
    "Stop",
    "StopLimit",
    "StoreError",
    "Strategy",
    "SubscriberFailed",
    "TradePrint",
    "Traded",
    "TrailingStop",
    "TrailingStopLimit",
    "TriggerPriceType",
    "UnknownInstrumentError",
    "UnknownOrderError",
    "ValidationError",
    "WorkedBy",
]
