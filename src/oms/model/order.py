"""The order: a live handle that anyone may read and only `oms.lifecycle.machine` writes."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, TypeAlias

from oms.model.decimals import EXACT, ZERO, plain
from oms.model.enums import Choice, Life, OrdStatus, RequestKind, Side, WorkedBy
from oms.model.ids import Account, BrokerName, ClOrdId, OrderId, Symbol, VenueOrderId
from oms.model.instructions import Instructions
from oms.model.order_snapshot import OrderSnapshot
from oms.model.outstanding import NO_REQUESTS, OutstandingRequest
from oms.model.reasons import Reason
from oms.model.routing import RouteDecision
from oms.model.terms import Terms, in_words
from oms.model.time_in_force import TimeInForce


class Mark(Choice):
    """Facts beside an order's life that hold until something clears them."""

    DONE_FOR_DAY = "done for day"
    STOPPED = "stopped"
    SUSPENDED = "suspended"
    CALCULATED = "calculated"
    ACCEPTED_FOR_BIDDING = "accepted for bidding"
    PENDING_CANCEL = "pending cancel"
    """The broker is deciding on a cancel that is none of ours; ours is an outstanding request."""
    PENDING_REPLACE = "pending replace"
    """The broker is deciding on a replace that is none of ours; ours is an outstanding request."""


Said: TypeAlias = tuple[int, int]
"""When a venue said something: its own time in nanoseconds UTC and its own number; 0 where it gave none."""

Loss: TypeAlias = tuple[int, int, Decimal, int, str, int]
"""What was taken off an execution and does not work again: when that was said, how much, and which execution it was by its
time, trading day and event."""

_UNSENT: Final = Life.UNSENT
_SHOWN_UNSENT: Final = OrdStatus.UNSENT
NO_MARKS: Final[dict[Mark, Said]] = {}
NO_AMENDMENTS: Final[dict[ClOrdId, RequestKind]] = {}
NOTHING_SEEN: Final[frozenset[tuple[str, int]]] = frozenset()
ENDED: Final = frozenset({Life.DENIED, Life.CANCELED, Life.EXPIRED, Life.REJECTED})
"""The lives of an order that has ended."""


class Order:
    """An order as it stands. Reading is free; assigning to it raises `AttributeError`.

    Not for use from several threads at once: it moves when its manager handles an input.
    """

    __slots__ = (
        "__weakref__",
        "_account",
        "_acknowledged",
        "_amendments",
        "_asked_qty",
        "_avg_px",
        "_broker",
        "_cash_order_qty",
        "_cl_ord_id",
        "_cleared",
        "_client_ref",
        "_created_ns",
        "_cum_qty",
        "_day",
        "_day_cum_qty",
        "_end",
        "_exposed_qty",
        "_given_terms",
        "_given_time_in_force",
        "_guarantee",
        "_instructions",
        "_is_external",
        "_is_over",
        "_is_pending",
        "_leaves_qty",
        "_life",
        "_losses",
        "_lost_qty",
        "_marks",
        "_notional",
        "_order_id",
        "_order_qty",
        "_reasons",
        "_reference_px",
        "_requests",
        "_routing",
        "_said",
        "_seen",
        "_side",
        "_splits",
        "_status",
        "_symbol",
        "_terms",
        "_text",
        "_time_in_force",
        "_venue_order_id",
    )

    _routing: RouteDecision
    _given_time_in_force: TimeInForce

    def __init__(
        self,
        order_id: OrderId,
        symbol: Symbol,
        side: Side,
        order_qty: Decimal,
        terms: Terms,
        time_in_force: TimeInForce,
        account: Account,
        client_ref: str | None,
        reference_px: Decimal | None,
        created_ns: int,
        cash_order_qty: Decimal | None = None,
        instructions: Instructions | None = None,
    ) -> None:
        """Begin an unsent order; for the engine, which alone makes orders."""
        self._order_id = order_id
        self._symbol = symbol
        self._side = side
        self._order_qty = order_qty
        self._terms = terms
        self._time_in_force = time_in_force
        self._account = account
        self._client_ref = client_ref
        self._reference_px = reference_px
        self._created_ns = created_ns
        self._life = _UNSENT
        self._status = _SHOWN_UNSENT
        self._cum_qty = self._notional = self._exposed_qty = self._day_cum_qty = self._lost_qty = ZERO
        self._leaves_qty = order_qty
        self._avg_px: Decimal | None = None
        self._broker: BrokerName | None = None
        self._cl_ord_id: ClOrdId | None = None
        self._venue_order_id: VenueOrderId | None = None
        self._requests = NO_REQUESTS
        self._marks = NO_MARKS
        self._reasons: tuple[Reason, ...] = ()
        self._text = ""
        self._is_pending = False
        self._cash_order_qty = cash_order_qty
        self._instructions = instructions
        self._given_terms: Terms | None = None  # What was asked for, of an order that is held here.
        self._is_external = False
        # The day that is counted, and what executed on it.
        self._day = ""
        # What trades no more of what has not executed: a day order that is done; what was busted for good, in all and each time.
        self._is_over = False
        self._losses: tuple[Loss, ...] = ()
        self._guarantee: tuple[Decimal | None, Decimal | None] | None = None
        # What tells the order of the venue's words: the cancels and replaces sent, oldest first; when the total and the
        # terms were last said, and whether in answer to a replace; when each mark was last cleared; which reports are known;
        # since when, and by what ratio, what had executed before counts.
        self._amendments = NO_AMENDMENTS
        self._said: tuple[int, int, bool] | None = None
        self._cleared = NO_MARKS
        self._acknowledged: Said | None = None  # When that was last said, of an order at work.
        self._asked_qty: Decimal | None = None  # The total before an answer showed another one.
        self._end: tuple[int, int, ClOrdId | None] | None = None  # When, and under which identity.
        self._seen = NOTHING_SEEN
        self._splits: tuple[tuple[int, Decimal, Decimal, str, int], ...] = ()

    @property
    def order_id(self) -> OrderId:
        """Ours, for life."""
        return self._order_id

    @property
    def symbol(self) -> Symbol:
        """What is traded."""
        return self._symbol

    @property
    def side(self) -> Side:
        """Buy or sell."""
        return self._side

    @property
    def order_qty(self) -> Decimal:
        """The total in force, what has traded included (38)."""
        return self._order_qty

    @property
    def terms(self) -> Terms:
        """The terms in force."""
        return self._terms

    @property
    def time_in_force(self) -> TimeInForce:
        """For how long (59)."""
        return self._time_in_force

    @property
    def account(self) -> Account:
        """For whom (1)."""
        return self._account

    @property
    def client_ref(self) -> str | None:
        """The caller's own name for it."""
        return self._client_ref

    @property
    def created_ns(self) -> int:
        """When it was asked for, in nanoseconds UTC."""
        return self._created_ns

    @property
    def reference_px(self) -> Decimal | None:
        """The market price that it was judged by; None if there was none."""
        return self._reference_px

    @property
    def broker(self) -> BrokerName | None:
        """Where it was sent; None before that."""
        return self._broker

    @property
    def routing(self) -> RouteDecision | None:
        """Why it went where it went, or its parts last did; None where there was no choice."""
        # Not set where there was none: an order that can go one way only pays nothing for this.
        return getattr(self, "_routing", None)

    @property
    def cl_ord_id(self) -> ClOrdId | None:
        """The identity in force at the broker; None before it is sent (11)."""
        return self._cl_ord_id

    @property
    def venue_order_id(self) -> VenueOrderId | None:
        """What the venue calls it; None until it says so (37)."""
        return self._venue_order_id

    @property
    def life(self) -> Life:
        """Where it is in its life."""
        return self._life

    @property
    def marks(self) -> frozenset[Mark]:
        """What holds beside its life."""
        return frozenset(self._marks)

    @property
    def status(self) -> OrdStatus:
        """What it is shown as, by FIX's precedence (39). For people; decide by the facts."""
        return self._status

    @property
    def cum_qty(self) -> Decimal:
        """Executed in all (14)."""
        return self._cum_qty

    @property
    def leaves_qty(self) -> Decimal:
        """Still open; 0 once ended (151)."""
        return self._leaves_qty

    @property
    def notional(self) -> Decimal:
        """The exact sum of size x price of its executions, without the multiplier."""
        return self._notional

    @property
    def avg_px(self) -> Decimal | None:
        """`notional` / `cum_qty` to 28 digits; None while nothing has executed (6)."""
        return self._avg_px

    @property
    def day_cum_qty(self) -> Decimal:
        """Executed on the latest trading day that the venue has spoken of (425)."""
        return self._day_cum_qty

    @property
    def day_order_qty(self) -> Decimal:
        """The total less what executed on earlier days (424)."""
        return EXACT.subtract(self._order_qty, EXACT.subtract(self._cum_qty, self._day_cum_qty))

    @property
    def cash_order_qty(self) -> Decimal | None:
        """The amount of money it is for; None for an order in units (152)."""
        return self._cash_order_qty

    @property
    def instructions(self) -> Instructions | None:
        """How it is to be handled beside its price and time; None where nothing is asked for."""
        return self._instructions

    @property
    def worked_by(self) -> WorkedBy:
        """Who watches the market for it: its venue, or the library, which holds it until it may trade."""
        return WorkedBy.VENUE if self._given_terms is None else WorkedBy.OMS

    @property
    def given_terms(self) -> Terms:
        """The terms that it was given with; `terms` are those in force, plainer ones once a held order is released."""
        return self._terms if self._given_terms is None else self._given_terms

    @property
    def given_time_in_force(self) -> TimeInForce:
        """For how long it was asked for; `time_in_force` is that in force, another one where its venue took no own as it was released."""
        # Not set where it is the same: nearly always.
        return getattr(self, "_given_time_in_force", self._time_in_force)

    @property
    def guarantee(self) -> tuple[Decimal | None, Decimal | None] | None:
        """The size and price that the venue last guaranteed (stopped); None if it never did."""
        return self._guarantee

    @property
    def is_external(self) -> bool:
        """It was not given here but adopted from what a broker reported."""
        return self._is_external

    @property
    def is_filled(self) -> bool:
        """Everything has executed; what is unanswered may still make it larger."""
        return bool(self._order_qty) and self._cum_qty >= self._order_qty

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why it was denied; empty if it was not."""
        return self._reasons

    @property
    def text(self) -> str:
        """The last words of the venue about it (58)."""
        return self._text

    @property
    def outstanding_requests(self) -> tuple[OutstandingRequest, ...]:
        """What was sent and has not been answered, oldest first."""
        return tuple(self._requests.values())

    @property
    def is_in_doubt(self) -> bool:
        """Nobody knows whether one of its requests arrived."""
        return any(request.in_doubt for request in self._requests.values())

    @property
    def is_ended(self) -> bool:
        """It was denied, canceled, expired or rejected; late executions may still come."""
        return self._life in ENDED

    @property
    def is_closed(self) -> bool:
        """Nothing is left to trade: it has ended or is filled."""
        return self._life in ENDED or not (self._leaves_qty or self._awaits_quantity)

    @property
    def _awaits_quantity(self) -> bool:
        # Given as an amount of money, and the broker has not said yet how many units that is.
        return self._cash_order_qty is not None and not self._order_qty

    def snapshot(self) -> OrderSnapshot:
        """Give the order as it stands now, as a value that will not move."""
        return OrderSnapshot(
            self._order_id,
            self._symbol,
            self._side,
            self._order_qty,
            self._terms,
            self._time_in_force,
            self._account,
            self._client_ref,
            self._created_ns,
            self._broker,
            self._cl_ord_id,
            self._venue_order_id,
            self._life,
            self._status,
            self._cum_qty,
            self._leaves_qty,
            self._notional,
            self._avg_px,
            self._reasons,
            self._text,
            self.outstanding_requests,
            self._cash_order_qty,
            self._is_external,
            self._instructions,
            self.given_terms,
        )

    def __repr__(self) -> str:
        """Give one readable line."""
        terms = in_words(self._terms)
        cash = self._cash_order_qty if self._awaits_quantity else None
        total = f"/{plain(self._order_qty)}" if cash is None else f" for {plain(cash)}"
        done = f"{plain(self._cum_qty)}{total}"
        average = "" if self._avg_px is None else f" @ {plain(self._avg_px)}"
        return f"<Order {self._order_id} {self._side.name} {self._symbol} {terms} {self._status.name} {done}{average}>"
