"""An order as the simulated venue knows it: a state of its own, which knows nothing of the library's."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, Protocol

from attrs import define

from oms.model.decimals import EXACT, ZERO
from oms.model.enums import Choice, SessionPhase, Side
from oms.model.ids import Account, ClOrdId, Symbol, VenueOrderId
from oms.model.instructions import Instructions
from oms.model.sessions import SessionChange
from oms.model.terms import MarketToLimit, Pegged, Terms, display_qty, limit_px
from oms.model.time_in_force import (
    AtTheClose,
    AtTheOpening,
    Day,
    FillOrKill,
    GoodForAuction,
    ImmediateOrCancel,
    TimeInForce,
    is_over,
)
from oms.simulation.watch import Watch

_ADD: Final = EXACT.add
_SUBTRACT: Final = EXACT.subtract


ANY_QTY: Final = Decimal("Infinity")
"""What is open of an order that is for an amount of money alone."""


class Stage(Choice):
    """How far an order has come at this venue: its own words, which know nothing of the library's."""

    OPEN = "open"
    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"
    REJECTED = "rejected"


class Pause(Choice):
    """Why an open order is held back."""

    SUSPENDED = "suspended"
    DONE_FOR_DAY = "done for the day"


class Held(Protocol):
    """What an open order holds of its account."""

    def release(self) -> None:
        """Hold nothing more."""
        ...


@define(eq=False, kw_only=True)
class VenueOrder:
    """An order as the venue knows it.

    Attributes:
        cl_ord_id: Its latest accepted identity.
        terms: What was asked for, as last accepted.
        price: The limit that it works at; None for a market order, and for a pegged one until there is a market.
        leaves_qty: Still open; 0 once it has ended.
        report_count: How many execution reports it has caused.
        place: Its place in time among all orders of the venue; a later one when priority was lost.
        since_ns: When it was last worked, in nanoseconds UTC; of what a bar released, the bar's start.
        resting_px: The level that it rests on, while it does.
        queue_end: How much the market must have traded at its level, all told, before it is its turn.
        queue_place: Its place in time among the market's own orders, where these are known: whoever has a lower one is ahead.
        shown_qty: How much of it is shown in the queue now, where that is not all of it; None where it is.
        expires_ns: When the clock ends it, in nanoseconds UTC; None where no clock does.
        watch: What it sees of the market while it waits for a price; None once it was released, or where nothing has to.
        instructions: How it is to be handled beside its price and time; None where nothing is asked for.
        peg: The price that it follows, as it was when its limit was last set; None before, or where it follows none.
        working_qty: What it may execute in all as the others of its list stand; None where it depends on none.
        pause: Why it is held back; None while it is not.
        lost_qty: What was busted since the total was last said, and does not work again.
        is_amended: It was changed once: its total or terms, what it has executed, or that it is held back.
        touches: How often its price was touched, as far as a model was asked what of that is its.
        hold: What it holds of its account; None where accounts are not watched.
        room: Where it stands while it rests at no price: beside others that wait; None otherwise.
        cash_order_qty: The amount of money that it was given for; None where it was given for a quantity.
        cash_left: What is left of that while it is for money alone, and then any quantity is open of it; None once that is
            known, and for any other.
    """

    cl_ord_id: ClOrdId
    venue_order_id: VenueOrderId
    symbol: Symbol
    side: Side
    account: Account
    order_qty: Decimal
    terms: Terms
    price: Decimal | None
    time_in_force: TimeInForce
    leaves_qty: Decimal
    cum_qty: Decimal = ZERO
    stage: Stage = Stage.OPEN
    report_count: int = 0
    place: int = 0
    since_ns: int = 0
    resting_px: Decimal = ZERO
    queue_end: Decimal = ZERO
    queue_place: int = 0
    shown_qty: Decimal | None = None
    expires_ns: int | None = None
    watch: Watch | None = None
    instructions: Instructions | None = None
    peg: Decimal | None = None
    working_qty: Decimal | None = None
    room: dict[VenueOrderId, VenueOrder] | None = None
    hold: Held | None = None
    pause: Pause | None = None
    lost_qty: Decimal = ZERO
    is_amended: bool = False
    touches: int = 0
    cash_order_qty: Decimal | None = None
    cash_left: Decimal | None = None

    @property
    def is_buy(self) -> bool:
        """Whether it buys; a short sale sells."""
        return self.side is Side.BUY

    @property
    def may_rest(self) -> bool:
        """Whether what cannot trade at once stays, if it has a price."""
        return not isinstance(self.time_in_force, ImmediateOrCancel | FillOrKill)

    @property
    def report_seq(self) -> int | None:
        """The place of its latest report among its own, where the time does not tell: it may change several times in one moment.

        So does what depends on others. What was taken back before a total was said is no part of that; and of what is held back
        and goes on in one moment only the last is so.
        """
        return None if self.working_qty is None and not self.is_amended else self.report_count

    @property
    def open_qty(self) -> Decimal:
        """How much of it may trade as the others of its list stand."""
        if self.working_qty is None:
            return self.leaves_qty
        return min(self.leaves_qty, max(_SUBTRACT(self.working_qty, self.cum_qty), ZERO))

    @property
    def told_order_qty(self) -> Decimal | None:
        """Its total as it is reported: None where it was given for an amount of money, and no quantity is known yet."""
        return None if self.cash_order_qty is not None and not self.order_qty else self.order_qty

    @property
    def told_leaves_qty(self) -> Decimal:
        """What is open of it as it is reported: 0 where it is for an amount of money alone."""
        return self.leaves_qty if self.cash_left is None else ZERO

    @property
    def is_pegged(self) -> bool:
        """Whether its limit follows the market."""
        return isinstance(self.terms, Pegged)

    @property
    def told_px(self) -> Decimal | None:
        """The limit as it is reported: of a pegged order the worst price, which alone can be replaced."""
        return self.terms.price if isinstance(self.terms, Pegged) else self.price

    @property
    def becomes_limit(self) -> bool:
        """Whether its first execution sets its limit."""
        return self.price is None and isinstance(self.terms, MarketToLimit)

    @property
    def is_post_only(self) -> bool:
        """Whether it never takes."""
        return self.instructions is not None and self.instructions.post_only

    @property
    def is_reduce_only(self) -> bool:
        """Whether it only makes a position smaller."""
        return self.instructions is not None and self.instructions.reduce_only

    def show_part(self) -> None:
        """Show as much of it as it asks for, as it does when it joins a queue."""
        part, open_qty = display_qty(self.terms), self.open_qty
        self.shown_qty = None if part is None or part >= open_qty else part

    def least_qty(self, wanted: Decimal) -> Decimal:
        """Give the least that its next execution may be, where it may trade so much in all; 0 for any."""
        asked = self.instructions
        if isinstance(self.time_in_force, FillOrKill) or (asked is not None and asked.all_or_none):
            return wanted
        if asked is None or asked.min_qty is None or self.cum_qty:
            return ZERO
        return min(asked.min_qty, wanted)

    @property
    def is_for_auction(self) -> bool:
        """Whether it waits for an opening or a close, and trades nowhere else."""
        return isinstance(self.time_in_force, AtTheOpening | AtTheClose | GoodForAuction)

    def is_called_by(self, phase: SessionPhase) -> bool:
        """Tell whether it is for the auction that the session changes with."""
        other = AtTheClose if phase is SessionPhase.OPEN else AtTheOpening
        return self.is_for_auction and not isinstance(self.time_in_force, other)

    def ends_with(self, change: SessionChange) -> bool:
        """Tell whether it is good no longer once the session has changed, and its auction was held."""
        if isinstance(self.time_in_force, AtTheOpening):
            return change.phase is SessionPhase.OPEN
        if isinstance(self.time_in_force, Day) and not self.place:
            return False  # it does not work yet: its day is another one
        return is_over(self.time_in_force, change.phase, change.trade_date, change.time_ns, self.expires_ns)

    def is_met_by(self, px: Decimal) -> bool:
        """Tell whether a price is as good as its limit, or better."""
        if self.price is None:
            return True
        return px <= self.price if self.is_buy else px >= self.price

    def execute(self, qty: Decimal) -> None:
        """Book an execution."""
        self.cum_qty = _ADD(self.cum_qty, qty)
        self.leaves_qty = _SUBTRACT(self.leaves_qty, qty)
        if not self.leaves_qty:
            self.stage = Stage.FILLED

    def set_quantity(self, leaves_qty: Decimal) -> None:
        """Let it be for a quantity from now on: what it has executed, and so much more."""
        self.cash_left = None
        self.order_qty, self.leaves_qty = _ADD(self.cum_qty, leaves_qty), leaves_qty
        if not leaves_qty:
            self.stage = Stage.FILLED

    def amend(self, order_qty: Decimal, terms: Terms) -> None:
        """Book another total, not below what has executed, and other terms; a limit that these do not name stays.

        What has not executed of it works, what was busted before included: a total says what the order is for from here on.
        """
        # The limit of a pegged order is set when it is worked.
        price = None if isinstance(terms, Pegged) else limit_px(terms)
        self.order_qty, self.is_amended = order_qty, True
        self.terms = terms
        self.price = self.price if price is None else price
        self.lost_qty = ZERO
        self.leaves_qty = _SUBTRACT(order_qty, self.cum_qty)
        if not self.leaves_qty:
            self.stage = Stage.FILLED
        shown = self.shown_qty
        self.show_part()
        if shown is not None:
            self.shown_qty = min(shown, self.open_qty if self.shown_qty is None else self.shown_qty)

    def hold_back(self, pause: Pause | None) -> None:
        """Let it be held back for a reason, or go on."""
        self.pause, self.is_amended = pause, True

    def lose(self, qty: Decimal) -> None:
        """Book that so much was not executed after all; it does not work again under this total."""
        self.cum_qty = _SUBTRACT(self.cum_qty, qty)
        self.lost_qty, self.is_amended = _ADD(self.lost_qty, qty), True

    def end(self, stage: Stage) -> None:
        """End it with nothing left open."""
        self.stage = stage
        self.leaves_qty, self.cash_left = ZERO, None
        if self.hold is not None:
            self.hold.release()
