"""Orders that the quotes move: those that wait for one, and pegged orders, which follow them at a venue that does not peg.

A pegged order is a limit order there, which is given another price when the market has moved. It is never asked to move beyond
its worst price, nor while anything that was asked about it is unanswered or in doubt: what it missed by then it makes up for
with the answer. A price that it was refused is not asked for again before the market has asked for another.

From which price an order has followed last is not journaled: after a start it goes to its place with the first quote, however
little the market has moved.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final, cast

from oms.engine import replaces
from oms.engine.holding import MARKET, Holding
from oms.engine.order_entry import OrderEntry
from oms.model.commands import ReplaceOrder
from oms.model.decimals import plain
from oms.model.enums import Life, SessionPhase, Side
from oms.model.ids import OrderId, Symbol
from oms.model.market import Quote
from oms.model.order import Order
from oms.model.price_grid import PriceGrid
from oms.model.reasons import Reason, ReasonCode
from oms.model.requests import Request
from oms.model.sessions import SessionChange
from oms.model.terms import MarketToLimit, Pegged, limit_px
from oms.model.triggers import TriggerHit
from oms.order_types.market_to_limit import best_px
from oms.order_types.market_to_limit import limit_px as taking_px
from oms.order_types.peg_px import has_moved, limit_at, peg_px, would_take

# It is the part of the order entry that is needed where orders follow the market.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

_ALLOWED: Final = (
    "order_qty and time_in_force: its price follows the market; cancel it, and submit it with another limit"
)


class Pegging:
    """Moves the orders that quotes move.

    Attributes:
        followed: By instrument: the prices, both with a size, by which every order has its place, and the last event of anything
            before. The same prices move nobody while nothing else has happened, so that whoever hears of every quote may leave
            them out.
    """

    __slots__ = ("_asked", "_entry", "_grids", "_held", "_holding", "_pegs", "followed")

    def __init__(self, entry: OrderEntry, holding: Holding) -> None:
        """Send through this entry."""
        self._entry, self._holding = entry, holding
        self._held = entry.state.held_orders
        self._grids: dict[Symbol, PriceGrid] = {}
        # By order: the price that it has followed, with its offset; and the limit that was asked for last.
        self._pegs: dict[OrderId, Decimal] = {}
        self._asked: dict[OrderId, Decimal] = {}
        self.followed: dict[Symbol, tuple[Decimal | None, Decimal | None, int]] = {}

    def on_quote(self, quote: Quote, requests: list[Request]) -> None:
        """Move whoever a quote moves, the oldest order first."""
        symbol, state = quote.symbol, self._entry.state
        version = state.version
        orders = self._held.quoted.get(symbol)
        if orders is None or not self._listens(symbol) or state.is_still(symbol):
            return
        moved = [self._move(order, quote, requests, is_news=True) for _, order in sorted(orders.items())]
        if all(moved) and quote.bid_size and quote.ask_size:
            self.followed[symbol] = quote.bid, quote.ask, version

    def look_again(self, requests: list[Request]) -> None:
        """Move whoever is new, or was waited for, by what the market shows; and send whoever was put off and may go by now."""
        for order_id, order in sorted(self._held.due.items()):
            if order_id in self._held.reached:
                self._holding.try_again(order, requests)
                continue
            symbol, is_new = order.symbol, order.life is Life.UNSENT
            quote = self._entry.quotes.get(symbol)
            if quote is None or is_new:
                # The next quote will find it, if this one does not.
                del self._held.due[order.order_id]
            if quote is not None and self._listens(symbol) and self._may_move(order):
                self._move(order, quote, requests, is_news=False)

    def on_session(self, what: SessionChange, requests: list[Request]) -> None:
        """Take in that a session has opened or closed: while it is closed, or has a break, nobody moves."""
        if what.phase is not SessionPhase.OPEN:
            return
        for symbol in tuple(self._held.quoted) if what.symbol is None else (what.symbol,):
            self.go_on(symbol, requests)

    def go_on(self, symbol: Symbol, requests: list[Request]) -> None:
        """Take in that an instrument is traded again: its orders go to where the market stands."""
        quote = self._entry.quotes.get(symbol)
        if quote is not None:
            self.on_quote(quote, requests)

    def why_not(self, command: ReplaceOrder) -> tuple[Reason, ...]:
        """Give the reason against another price for an order that takes it from the market; none otherwise."""
        order = self._entry.state.index.by_id.get(command.order_id)
        if order is None or command.price is None or not _is_pegged_here(order):
            return ()
        return (Reason(ReasonCode.UNSUPPORTED, "price", plain(command.price), _ALLOWED, order.broker or ""),)

    def forget_grids(self) -> None:
        """Look every instrument's prices up again; to be called when one was defined."""
        self._grids.clear()

    def _may_move(self, order: Order) -> bool:
        # Whether a new one may come in while nobody trades is for its venue to say; but what takes the price of the other side
        # has none in a break or a halt.
        state = self._entry.state
        if order.life is not Life.UNSENT:
            return not state.is_still(order.symbol)
        return not (isinstance(order.terms, MarketToLimit) and state.is_interrupted(order.symbol))

    def _listens(self, symbol: Symbol) -> bool:
        # Until a broker is reconciled nothing new is asked for.
        return not (self._entry.state.breaks.unreconciled and self._entry.routes.is_shut(symbol))

    def _move(self, order: Order, quote: Quote, requests: list[Request], *, is_news: bool) -> bool:
        """Move an order; False where the same quote may move it another time although nothing has happened meanwhile."""
        state = self._entry.state
        if order.life is Life.UNSENT:
            hit = self._hit(order, quote)
            # As at a venue, what is post-only does not follow to where it would take.
            if hit is not None and not (is_news and _takes(order, hit.limit_px, quote)):
                if is_news:
                    state.begin(Quote, MARKET)
                self._holding.release(order, hit, quote.time_ns, requests)
            return True
        if order.is_closed and not order.outstanding_requests:
            self._forget(order)
            return True
        if order.broker in state.breaks.unreconciled:
            return False
        wanted = self._wanted(order, quote)
        self._held.due.pop(order.order_id, None)
        if wanted is None:
            return True
        if order.outstanding_requests:
            self._held.due[order.order_id] = order
            return True
        if state.book.kill_reason is not None or state.book.is_rate_reached(state.now_ns):
            return False
        self._pegs[order.order_id], self._asked[order.order_id] = wanted
        state.begin(Quote, MARKET)
        self._entry.replace(ReplaceOrder(order.order_id, price=wanted[1]), requests)
        return True

    def _hit(self, order: Order, quote: Quote) -> TriggerHit | None:
        """Give the price that an order takes from a quote; None where it shows none."""
        is_buy, terms = order.side is Side.BUY, order.terms
        if not isinstance(terms, Pegged):
            px = best_px(quote, is_buy=is_buy)
            limit = None if px is None else taking_px(px, self._grid(order.symbol), is_buy=is_buy)
        else:
            px = peg_px(terms, quote, is_buy=is_buy)
            limit = None if px is None else self._limit(order, terms, px)
            if px is not None and limit is not None:
                self._pegs[order.order_id] = px
        return None if px is None or limit is None else TriggerHit(order.order_id, px, px, limit)

    def _wanted(self, order: Order, quote: Quote) -> tuple[Decimal, Decimal] | None:
        """Give the price that is followed and the limit that an order should have by it; None where it has its place."""
        # Only what is pegged here stays among these once it is sent.
        terms, order_id, is_buy = cast("Pegged", order.given_terms), order.order_id, order.side is Side.BUY
        peg = peg_px(terms, quote, is_buy=is_buy)
        if peg is None or not has_moved(terms, self._pegs.get(order_id), peg):
            return None
        px = self._limit(order, terms, peg)
        if px is None:
            return None
        if px == limit_px(replaces.wanted(order)[1]):
            if not order.outstanding_requests:
                self._asked.pop(order_id, None)
            return None
        if _takes(order, px, quote):
            return None
        is_asked = self._asked.get(order_id) == px and not order.outstanding_requests
        return None if is_asked else (peg, px)

    def _limit(self, order: Order, terms: Pegged, peg: Decimal) -> Decimal | None:
        instrument = self._entry._route(order.symbol).instrument
        return limit_at(terms, peg, instrument, self._grid(order.symbol), is_buy=order.side is Side.BUY)

    def _grid(self, symbol: Symbol) -> PriceGrid:
        grid = self._grids.get(symbol)
        if grid is None:
            grid = self._grids[symbol] = PriceGrid(self._entry._route(symbol).instrument)
        return grid

    def _forget(self, order: Order) -> None:
        self._held.forget(order)
        self._pegs.pop(order.order_id, None)
        self._asked.pop(order.order_id, None)


def _takes(order: Order, px: Decimal | None, quote: Quote) -> bool:
    """Tell whether an order that is post-only would take at a price."""
    asked = order.instructions
    if asked is None or not asked.post_only or px is None:
        return False
    return would_take(px, quote, is_buy=order.side is Side.BUY)


def _is_pegged_here(order: Order) -> bool:
    return (
        order.life is not Life.UNSENT
        and order.terms is not order.given_terms
        and isinstance(order.given_terms, Pegged)
    )
