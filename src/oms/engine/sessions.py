"""Which trading session it is, where identities depend on it."""

from __future__ import annotations

from oms.engine.held_reports import HeldReports
from oms.engine.order_index import OrderIndex
from oms.model.enums import SessionPhase
from oms.model.events import SessionChanged, Traded
from oms.model.ids import BrokerName, Symbol, VenueOrderId
from oms.model.order import Order


class Sessions:
    """The trading days, and the brokers whose order ids begin anew with each.

    Attributes:
        scoped: These brokers.
        dates: The trading day of the session that opened last, YYYYMMDD, by instrument; None is for all.
    """

    __slots__ = ("dates", "scoped")

    def __init__(self) -> None:
        """Begin before the first session."""
        self.scoped: tuple[BrokerName, ...] = ()
        self.dates: dict[Symbol | None, str] = {}

    def name_now(self, event: Traded, order: Order, index: OrderIndex) -> VenueOrderId | None:
        """Give the id that an execution says its order has now; None where it says none, or the one of an earlier session."""
        name, opened = event.venue_order_id, self.dates.get(event.symbol, self.dates.get(None, ""))
        if name is None or event.broker not in self.scoped or not "" < event.trade_date < opened:
            return name
        index.earlier.setdefault(event.broker, {}).setdefault(name, order)
        return None

    def on_changed(self, event: SessionChanged, index: OrderIndex, held: HeldReports) -> None:
        """Take in that a session opened or closed: with a new trading day those brokers' order ids begin anew."""
        symbol, dates = event.symbol, self.dates
        if event.phase is not SessionPhase.OPEN or dates.get(symbol, dates.get(None)) == event.trade_date:
            return
        dates[symbol] = event.trade_date

        def is_new_to(order: Order) -> bool:
            if symbol is None:
                return dates.get(order.symbol) != event.trade_date
            return order.symbol == symbol

        def is_new_in(traded: Symbol | None) -> bool:
            # A report that does not say which instrument it is about may be about any.
            if symbol is None:
                return traded is None or dates.get(traded) != event.trade_date
            return traded is None or traded == symbol

        for broker in self.scoped:
            index.begin_session(broker, is_new_to)
            held.forget_venue_ids(broker, is_new_in)
        if symbol is None:
            # What an instrument's own session was before is over with it.
            dates.clear()
            dates[None] = event.trade_date
