"""Which trading session it is: identities depend on it, and while it is closed, or has a break, nothing here follows the market."""

from __future__ import annotations

from oms.engine.held_reports import HeldReports
from oms.engine.order_index import OrderIndex
from oms.model.enums import SessionPhase
from oms.model.events import SessionChanged, Traded
from oms.model.ids import BrokerName, Symbol, VenueOrderId
from oms.model.order import Order
from oms.model.sessions import SessionChange


class Sessions:
    """The trading days, and the brokers whose order ids begin anew with each.

    A break is closed time in which no day ends.

    Attributes:
        scoped: These brokers.
        dates: The trading day of the session that opened last, YYYYMMDD, by instrument; None is for all. Where the first that was
            told is a close, it is that of the session that closed.
        closing: The instrument whose session simulated venues have closed already, which is to be heard of once what they say of
            it was; None in it is all, and nearly always it is empty. Not moved by events.
        closed: Whether the session is closed or has a break, by instrument, as far as somebody has said so; None is for all others.
        paused: Where it is a break: the day is not over.
        closes: When a session was last over, in nanoseconds UTC, by instrument; None is for all. Also as the next day's opens and
            nobody has said that this one closed.
        changed_ns: When the latest change was of which anybody has told, by instrument, in nanoseconds UTC; None is for all.
    """

    __slots__ = ("changed_ns", "closed", "closes", "closing", "dates", "paused", "scoped")

    def __init__(self) -> None:
        """Begin before the first session."""
        self.scoped: tuple[BrokerName, ...] = ()
        self.dates: dict[Symbol | None, str] = {}
        self.closed: dict[Symbol | None, bool] = {}
        self.paused: set[Symbol | None] = set()
        self.closes: dict[Symbol | None, int] = {}
        self.closing: tuple[Symbol | None, ...] = ()
        self.changed_ns: dict[Symbol | None, int] = {}

    def is_closed(self, symbol: Symbol) -> bool:
        """Tell whether nobody can trade an instrument; where no session was ever told, somebody can."""
        closed = self.closed
        return bool(closed) and closed.get(symbol, closed.get(None, False))

    def has_break(self, symbol: Symbol | None) -> bool:
        """Tell whether an instrument's session has a break now, which is closed meanwhile."""
        paused = self.paused
        return bool(paused) and (symbol if symbol in self.closed else None) in paused

    def goes_on_with(self, change: SessionChange | SessionChanged, symbol: Symbol) -> bool:
        """Tell whether an instrument's session is no new one with a change that is not taken in yet: a break ends, or it is told twice."""
        if change.phase is not SessionPhase.OPEN or self.trade_date(symbol) != change.trade_date:
            return False
        return self.is_told(symbol) and (self.has_break(symbol) or not self.is_closed(symbol))

    def is_told(self, symbol: Symbol) -> bool:
        """Tell whether somebody has told of an instrument's session."""
        return symbol in self.closed or None in self.closed

    def over_ns(self, symbol: Symbol) -> int:
        """Give when an instrument's session was last over, in nanoseconds UTC; 0 where nobody has ever told of that."""
        return max(self.closes.get(symbol, 0), self.closes.get(None, 0))

    def trade_date(self, symbol: Symbol) -> str:
        """Give the trading day of an instrument's session that opened last, YYYYMMDD; empty where none was ever told."""
        return self.dates.get(symbol, self.dates.get(None, ""))

    def last_change(self, symbol: Symbol | None) -> SessionChange | None:
        """Give the last change of which anybody has told that an instrument goes by; None where nobody has."""
        known = [(self.changed_ns[one], one) for one in (None, symbol) if one in self.changed_ns]
        if not known:
            return None
        changed_ns, whose = max(known, key=lambda entry: entry[0])
        phase = (
            SessionPhase.CLOSED if self.closed.get(whose, self.closed.get(None, False)) else SessionPhase.OPEN
        )
        if self.has_break(whose):
            phase = SessionPhase.HALTED
        date = self.dates.get(whose, self.dates.get(None, ""))
        return SessionChange(changed_ns, phase, date, whose)

    def takes_orders(self, symbol: Symbol) -> bool:
        """Tell whether venues take orders in an instrument, as far as it is for its session to say."""
        closing = self.closing
        return not (self.is_closed(symbol) or (closing and (symbol in closing or None in closing)))

    def expect(self, phase: SessionPhase, symbol: Symbol | None) -> None:
        """Take in that simulated venues hear of a change first."""
        self.closing = () if phase is SessionPhase.OPEN else (symbol,)

    def name_now(self, event: Traded, order: Order, index: OrderIndex) -> VenueOrderId | None:
        """Give the id that an execution says its order has now; None where it says none, or the one of an earlier session."""
        name, opened = event.venue_order_id, self.trade_date(event.symbol)
        if name is None or event.broker not in self.scoped or not "" < event.trade_date < opened:
            return name
        index.earlier.setdefault(event.broker, {}).setdefault(name, order)
        return None

    def on_changed(self, event: SessionChanged, index: OrderIndex, held: HeldReports) -> None:
        """Take in that a session opened or closed, or has a break: with a new trading day those brokers' order ids begin anew."""
        symbol, dates = event.symbol, self.dates
        self.closing = ()
        date = dates.get(symbol, dates.get(None, event.trade_date))
        was_open = self.closed.get(symbol, self.closed.get(None)) is False or self.has_break(symbol)
        if event.phase is SessionPhase.CLOSED or (was_open and date != event.trade_date):
            self.closes[symbol] = event.time_ns
        if symbol is None:
            self.closed.clear()
            self.paused.clear()
        self.closed[symbol] = event.phase is not SessionPhase.OPEN
        self.paused.discard(symbol)
        if event.phase is SessionPhase.HALTED:
            self.paused.add(symbol)
        # Nobody is believed about what is still to come.
        changed_ns = min(event.changed_ns, event.time_ns)
        self.changed_ns[symbol] = max(self.changed_ns.get(symbol, 0), changed_ns)
        opened = dates.get(symbol, dates.get(None))
        if opened is None and event.phase is SessionPhase.CLOSED:
            dates[symbol] = event.trade_date
        if event.phase is SessionPhase.CLOSED or opened == event.trade_date:
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
