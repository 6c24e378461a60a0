"""Every type that waits for a price, on either side, by every kind of price: where it triggers and what it fills at.

Each row is a path of the market, worked by hand, and holds for an order that the venue works and for one that is held here.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from typing import Final

import pytest

from oms.brokers.paper import PaperBroker
from oms.model.capabilities import ALL_ORDER_TYPES
from oms.model.enums import Side, TriggerPriceType, WorkedBy
from oms.model.events import Event, OrderReleased, OrderTriggered
from oms.model.ids import Symbol
from oms.model.instrument import Instrument
from oms.model.market import MarketUpdate, MarkPrice, Quote, TradePrint
from oms.model.offset import Offset
from oms.model.terms import (
    LimitIfTouched,
    MarketIfTouched,
    Stop,
    StopLimit,
    Terms,
    TrailingStop,
    TrailingStopLimit,
)
from oms.model.time_in_force import GTC
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore

X: Final = Symbol("X")
BUY, SELL = Side.BUY, Side.SELL
LAST, BID_ASK, MID, MARK = (
    TriggerPriceType.LAST,
    TriggerPriceType.BID_ASK,
    TriggerPriceType.MID,
    TriggerPriceType.MARK,
)
DOUBLE_LAST, DOUBLE_BID_ASK = TriggerPriceType.DOUBLE_LAST, TriggerPriceType.DOUBLE_BID_ASK
RESTS = "rests"

# A trade is `100`, a quote `99/101`, a mark price `=100`; the last of a path is what triggers.
# (family, side, price): the path, what the market order fills at, the limit, what the limit order fills at.
# Stops to sell stand at 95 and to buy at 105; touched orders to buy at 95 and to sell at 105.
# Trails are 2 wide, and their limit is 0.5 beyond the stop price: the stop stands at 101 to sell and at 99 to buy in the end.
TABLE: Final = {
    ("stop", SELL, LAST): ("99/101 95.01 94.9/95.1 95", "94.9", "94.8", "94.9"),
    ("stop", SELL, BID_ASK): ("99/101 95.01/95.02 94/96", "94", "94.5", RESTS),
    ("stop", SELL, MID): ("99/101 94/96.01 94/95.99", "94", "94", "94"),
    ("stop", SELL, MARK): ("94.5/95.5 =95.01 =90", "94.5", "94.5", "94.5"),
    ("stop", SELL, DOUBLE_LAST): ("94.9/95.1 94 95.01 94 93", "94.9", "95", RESTS),
    ("stop", SELL, DOUBLE_BID_ASK): ("95/97 95.01/97 94/97 93.5/97", "93.5", "93", "93.5"),
    ("stop", BUY, LAST): ("99/101 104.99 104.9/105.1 105", "105.1", "105.2", "105.1"),
    ("stop", BUY, BID_ASK): ("104/104.99 105/106", "106", "105.5", RESTS),
    ("stop", BUY, MID): ("104/105.99 104/106", "106", "106", "106"),
    ("stop", BUY, MARK): ("104.5/105.5 =104.99 =110", "105.5", "105.4", RESTS),
    ("stop", BUY, DOUBLE_LAST): ("104.9/105.1 105 104.99 105 106", "105.1", "105.1", "105.1"),
    ("stop", BUY, DOUBLE_BID_ASK): ("104/105 103/104 104/105 104/106", "106", "107", "106"),
    ("touched", BUY, LAST): ("99/101 95.01 94.9/95.1 95", "95.1", "95.2", "95.1"),
    ("touched", BUY, BID_ASK): ("94/95.01 93/94.99", "94.99", "94.5", RESTS),
    ("touched", BUY, MID): ("94.5/95.51 94/96", "96", "95", RESTS),
    ("touched", BUY, MARK): ("94.5/95.5 =95.01 =90", "95.5", "95.5", "95.5"),
    ("touched", BUY, DOUBLE_LAST): ("94.9/95.1 95 95", "95.1", "95", RESTS),
    ("touched", BUY, DOUBLE_BID_ASK): ("93/95 94/96 93/95 93/94", "94", "94.5", "94"),
    ("touched", SELL, LAST): ("99/101 104.99 104.9/105.1 107", "104.9", "104.9", "104.9"),
    ("touched", SELL, BID_ASK): ("104.99/106 105.5/106", "105.5", "105", "105.5"),
    ("touched", SELL, MID): ("104/105 104.5/105.5", "104.5", "105", RESTS),
    ("touched", SELL, MARK): ("104.5/105.5 =104.99 =105", "104.5", "104", "104.5"),
    ("touched", SELL, DOUBLE_LAST): ("104.9/105.1 105 104 105 105", "104.9", "105", RESTS),
    ("touched", SELL, DOUBLE_BID_ASK): ("105/107 104/107 105/106 106/107", "106", "105.5", "106"),
    ("trail", SELL, LAST): ("100.7/101.2 100 103 102 101", "100.7", "100.5", "100.7"),
    ("trail", SELL, BID_ASK): ("100/102 103/104 101.01/102 100.9/102", "100.9", "100.5", "100.9"),
    ("trail", SELL, MID): ("99/101 102/104 100/102.02 100/102", "100", "100.5", RESTS),
    ("trail", SELL, MARK): ("99/101 =100 =103 =101.01 =101", "99", "100.5", RESTS),
    ("trail", SELL, DOUBLE_LAST): ("100.6/101 100 103 101 101.5 101 100", "100.6", "100.5", "100.6"),
    ("trail", SELL, DOUBLE_BID_ASK): (
        "103/104 101/104 101.5/104 101/104 100.8/104",
        "100.8",
        "100.5",
        "100.8",
    ),
    ("trail", BUY, LAST): ("98.5/99.3 100 97 98.99 99", "99.3", "99.5", "99.3"),
    ("trail", BUY, BID_ASK): ("99/100 96/97 98/98.99 98/99.2", "99.2", "99.5", "99.2"),
    ("trail", BUY, MID): ("99/101 96/98 98/99.98 98/100", "100", "99.5", RESTS),
    ("trail", BUY, MARK): ("99/101 =100 =97 =98.99 =99", "101", "99.5", RESTS),
    ("trail", BUY, DOUBLE_LAST): ("98/99.4 100 97 99 98.5 99 99.1", "99.4", "99.5", "99.4"),
    ("trail", BUY, DOUBLE_BID_ASK): ("96/97 98/99 98/98.5 98/99 98/99.3", "99.3", "99.5", "99.3"),
}
STANDS: Final = {("stop", SELL): "95", ("stop", BUY): "105", ("touched", BUY): "95", ("touched", SELL): "105"}


def market(text: str) -> MarketUpdate:
    """Read an update of a path; each quote shows a size of 10."""
    if text.startswith("="):
        return MarkPrice(X, 1, text[1:])
    bid, slash, ask = text.partition("/")
    return Quote(X, 1, bid, 10, ask, 10) if slash else TradePrint(X, 1, text, 1)


def quote(bid: Decimal, ask: Decimal) -> Quote:
    """Show a size of 10 on either side."""
    return Quote(X, 1, bid, 10, ask, 10)


def terms(family: str, side: Side, kind: TriggerPriceType, limit: str | None) -> Terms:
    """The market or the limit order of a row."""
    if family == "trail":
        width = Offset("2")
        return TrailingStop(width, kind) if limit is None else TrailingStopLimit(width, Offset("0.5"), kind)
    at = STANDS[family, side]
    if limit is None:
        return Stop(at, kind) if family == "stop" else MarketIfTouched(at, kind)
    return StopLimit(at, limit, kind) if family == "stop" else LimitIfTouched(at, limit, kind)


def test_the_table_has_every_family_and_side_and_price() -> None:
    assert set(TABLE) == set(product(("stop", "touched", "trail"), (BUY, SELL), TriggerPriceType))


@pytest.mark.parametrize("worked_by", WorkedBy)
@pytest.mark.parametrize("has_limit", [False, True], ids=["market", "limit"])
@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row[0]}-{row[1].name}-{row[2].name}")
def test_it_triggers_where_it_should_and_fills_at_the_market(
    row: tuple[str, Side, TriggerPriceType], *, has_limit: bool, worked_by: WorkedBy
) -> None:
    path, market_px, limit, limit_px = TABLE[row]
    expected = limit_px if has_limit else market_px
    instrument = Instrument(symbol=X, currency="USD", tick="0.01")
    broker = (
        PaperBroker([instrument])
        if worked_by is WorkedBy.VENUE
        else PaperBroker([instrument], order_types=ALL_ORDER_TYPES)
    )
    om = OrderManager(brokers=[broker], store=MemoryEventStore(), clock=ManualClock(1))
    triggers: list[Event] = []
    for kind in (OrderTriggered, OrderReleased):
        om.on(kind, triggers.append)
    order = om.submit(X, row[1], 3, terms(*row, limit if has_limit else None), tif=GTC)
    assert order.worked_by is worked_by
    *before, last = path.split()

    for text in before:
        om.update(market(text))
        assert not triggers, text
        assert not order.cum_qty, text
    om.update(market(last))

    assert len(triggers) == 1
    if expected == RESTS:
        assert not order.cum_qty
        # It rests where it should: it fills when the market comes to its limit, and not before.
        near, tick = Decimal(limit), Decimal("0.01")
        om.update(quote(near + tick, near + 1) if row[1] is BUY else quote(near - 1, near - tick))
        assert not order.cum_qty
        om.update(quote(near - 1, near) if row[1] is BUY else quote(near, near + 1))
        expected = limit
    assert (order.status.name, order.cum_qty, order.avg_px) == ("FILLED", Decimal(3), Decimal(expected))
