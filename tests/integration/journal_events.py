"""Events to fill a journal with."""

from decimal import Decimal

from oms.model.enums import LastLiquidityInd, OrdStatus, Side
from oms.model.events import Cause, Event, Traded
from oms.model.ids import Account, BrokerName, ExecId, OrderId, Symbol, VenueOrderId

T0 = 1_767_623_400_000_000_000
REPORT = Cause("ExecutionReport", "paper")


def trade(number: int, *, raw: str = "") -> Traded:
    """The event with this number; each is a little different."""
    return Traded(
        number,
        1,
        REPORT,
        number,
        T0 + number,
        OrderId(1),
        ExecId(f"X-{number}"),
        Symbol("AAPL"),
        Side.BUY,
        Account("main"),
        BrokerName("paper"),
        Decimal("0.50"),
        Decimal("189.50"),
        "20260105",
        T0,
        LastLiquidityInd.ADDED,
        Decimal("-0.0010"),
        "USD",
        VenueOrderId("V-1"),
        raw,
        status=OrdStatus.PARTIALLY_FILLED,
        cum_qty=Decimal(number) / 2,
        leaves_qty=Decimal("1E+4"),
        avg_px=Decimal("189.50"),
    )


def trades(first: int, last: int) -> tuple[Event, ...]:
    """The events with these numbers."""
    return tuple(trade(number) for number in range(first, last + 1))
