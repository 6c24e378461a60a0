"""What works an order by children: an algorithm. It says what should happen and does nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final, Protocol

from oms.model.capabilities import Capabilities
from oms.model.commands import SubmitOrder
from oms.model.decimals import ZERO
from oms.model.define import record, value
from oms.model.ids import BrokerName, OrderId
from oms.model.instructions import Instructions
from oms.model.instrument import Instrument
from oms.model.market import OwnTrade, PrintCorrection, Quote, TradePrint
from oms.model.market_news import PriceLimits
from oms.model.parent import NOTHING_SEEN, SLICE, Parent, Seen
from oms.model.reasons import Reason
from oms.model.routing import RouteDecision
from oms.model.routing_places import Places
from oms.model.sessions import NS_PER_S
from oms.model.terms import Terms
from oms.model.time_in_force import DAY, TimeInForce
from oms.model.work import NO_MEMO, Memo, Pace, Slice, Wake, WorkEnd
from oms.ports.order_type_handler import OrderTypeHandler

MAX_REJECTS: Final = 5
"""How many children in a row may be refused before their parent is suspended."""
MAX_BACK_OFF_S: Final = 60
"""For how long nothing is sent after refusals in a row, in seconds, at most."""


_NO_BROKER: Final = BrokerName("")


def back_off_ns(refusals: int) -> int:
    """Give for how long nothing is sent after so many refusals in a row: 1, 2, 4 … seconds, in nanoseconds; 0 after none."""
    return min(1 << min(refusals - 1, 6), MAX_BACK_OFF_S) * NS_PER_S if refusals else 0


@record
class View:
    """What is known as a handler is asked. It is made for each question and not kept.

    Attributes:
        now_ns: The time, in nanoseconds UTC.
        instrument: What is traded.
        capabilities: What its broker can do.
        quote: The last quote, whatever it is; None before the first.
        good_quote: The last one that was two-sided and did not cross; None before the first.
        last_trade: The last print; None before the first since an order of the instrument is worked here.
        prints: What was printed since this order's handler was last asked, oldest first.
        printed_qty: What was printed in all since orders of the instrument are worked here, in its units.
        own_qty: What this manager has executed in the instrument in all, of any order and account, as far as the prints hold it too:
            not at simulated brokers. Only by how much it grows says something.
        own: What of that has executed since this order's handler was last asked, where it is shown prints: oldest first, and nothing
            that had executed before it was shown any.
        is_open: The session is open, as far as somebody has said.
        is_halted: Trading in the instrument is halted.
        halted_ns: Since when, in nanoseconds UTC; 0 where it is not.
        is_killed: The kill switch is engaged.
        is_reconciled: The broker takes new orders, as far as it is for a restart to say.
        resting_ns: Until when nothing is sent since children were refused, in nanoseconds UTC; 0 where nothing was.
        free_ns: From when on the message rate lets another order out, in nanoseconds UTC; a time that is over where it does now.
        had_gap: Prints are missing before or among `prints`: the manager was started, the order has just begun, or market data was
            lost (`FeedGap`).
        corrections: What of earlier prints was corrected or declared void since this order's handler was last asked, oldest first.
        limits: Between which prices the instrument may trade; None where nobody has said.
        is_lost: Market data was lost, and nothing was heard since: no quote, or no print where nobody quotes.
        places: Gives, for a child as it would be sent, what is known of every broker of the rule that the order follows; None
            where there is no such rule, or it names one broker alone.
        broker: Whose capabilities these are; empty where there is no way out.
    """

    now_ns: int
    instrument: Instrument
    capabilities: Capabilities
    quote: Quote | None = None
    good_quote: Quote | None = None
    last_trade: TradePrint | None = None
    prints: Sequence[TradePrint] = ()
    printed_qty: Decimal = ZERO
    own_qty: Decimal = ZERO
    own: Sequence[OwnTrade] = ()
    is_open: bool = True
    is_halted: bool = False
    halted_ns: int = 0
    is_killed: bool = False
    is_reconciled: bool = True
    resting_ns: int = 0
    free_ns: int = 0
    had_gap: bool = False
    corrections: Sequence[PrintCorrection] = ()
    limits: PriceLimits | None = None
    is_lost: bool = False
    places: Callable[[SubmitOrder], Places] | None = None
    broker: BrokerName = _NO_BROKER

    @property
    def seen(self) -> Seen:
        """The last usable quote as events have it; nothing where market data was lost since."""
        quote = None if self.is_lost else self.good_quote
        return NOTHING_SEEN if quote is None else (quote.bid, quote.ask, quote.time_ns)

    def fresh_quote(self, max_age_ns: int | None = None) -> Quote | None:
        """Give the last quote where children may be priced by it: two-sided, uncrossed, and not older than that; else None."""
        quote = self.quote
        if quote is None or not quote.is_two_sided:
            return None
        is_old = max_age_ns is not None and self.now_ns - quote.time_ns > max_age_ns
        return None if is_old else quote


@value(kw_only=True)
class NextWake:
    """When a handler is to be asked next; it is always asked when something becomes of a child, or somebody changes the order.

    Attributes:
        at_ns: At the first input from that time on, in nanoseconds UTC; None for no such time.
        at_volume: Once so much has been printed in all, as `View.printed_qty` counts; None for no such volume.
        on_quote: At each quote.
        on_price: At each quote by which the best prices have changed.
        price_to: At each of these of which the other side's best price is this price or a better one; None for no such quote.
        shown_to: At each quote, and each change of a broker's book, that shows the order something else than before at this price
            or a better one; None for no such quote.
    """

    at_ns: int | None = None
    at_volume: Decimal | None = None
    on_quote: bool = False
    on_price: bool = False
    price_to: Decimal | None = None
    shown_to: Decimal | None = None


ASLEEP: Final = NextWake()


@value(kw_only=True)
class Plan:
    """What is to be sent when, of what has not executed and does not work. Its handler is asked for the first steps right after.

    Attributes:
        slices: The slices, none of zero, at most `oms.model.work.MAX_PLANNED`; none where the algorithm has no schedule.
        start_ns: When it begins, in nanoseconds UTC.
        end_ns: The first moment after its time, in nanoseconds UTC: its handler is asked then, whatever it has asked for.
        memo: What the handler keeps of its own.
    """

    slices: tuple[Slice, ...] = ()
    start_ns: int
    end_ns: int
    memo: Memo = NO_MEMO


@value(kw_only=True)
class NewChild:
    """A child to be placed; it passes the gate like any other order.

    Attributes:
        qty: How much; never more than is available, whatever is asked.
        terms: At what price.
        number: Of which slice.
        pace: Why so much.
        asked_qty: How much the rule wanted before the caps; `qty` where that is not given.
        role: What it is for.
        time_in_force: For how long.
        instructions: How it is to be handled beside that; those of the parent where not given.
        broker: Where it goes; wherever the instrument goes where not given. Where it is, it is for the handler to say what
            follows from a refusal there: its order does not rest for it, and is not suspended but for too many in a row.
    """

    qty: Decimal
    terms: Terms
    number: int
    pace: Pace
    asked_qty: Decimal | None = None
    role: str = SLICE
    time_in_force: TimeInForce = DAY
    instructions: Instructions | None = None
    broker: BrokerName | None = None


@value(kw_only=True)
class Skip:
    """A slice of which nothing is sent; it is decided with that.

    Attributes:
        number: Which slice.
        pace: Why.
        asked_qty: How much the rule wanted before the caps.
        role: What the child would have been for.
    """

    number: int
    pace: Pace
    asked_qty: Decimal = ZERO
    role: str = SLICE


@value(kw_only=True)
class Replan:
    """A new plan of what is left.

    Attributes:
        slices: The slices from now on, in place of all that were not decided.
        why: Why.
        end_ns: The first moment after its time from now on, in nanoseconds UTC; None where that stays.
    """

    slices: tuple[Slice, ...]
    why: str
    end_ns: int | None = None


@value(kw_only=True)
class Steps:
    """What a handler wants done now, in this order.

    Attributes:
        cancel: The children to be taken back; what is closed or being canceled already is left alone.
        reprice: The children that are to have another limit price, each with it.
        reduce: The children that are to be for less, each with by how much; what venues leave it keeps its place in the queue.
        grow: The children that are to be for more, each with by how much; never by more than is available, whatever is asked.
        show: The children of which another quantity is to be shown at a time, each with that.
        replan: A new plan; None where the plan stays.
        skips: The slices of which nothing is sent.
        children: The children to be placed.
        memo: What the handler keeps of its own from now on; None where that stays.
        wake: When it is to be asked next.
        suspend: Why the order is to be suspended; None where it is not.
        finish: The kind of end that it comes to now; None where it works on.
        text: Why it ends.
        routing: Where the children go and why, to be recorded before them; None where that is not for the handler to say.
        held: What forbids a child for now that somebody should know of; it is recorded as it begins, and as it ends.
        freeing: What others show for which children are taken back or made smaller, to be recorded before that; None where they
            are not for that.
    """

    cancel: tuple[OrderId, ...] = ()
    reprice: tuple[tuple[OrderId, Decimal], ...] = ()
    reduce: tuple[tuple[OrderId, Decimal], ...] = ()
    grow: tuple[tuple[OrderId, Decimal], ...] = ()
    show: tuple[tuple[OrderId, Decimal], ...] = ()
    replan: Replan | None = None
    skips: tuple[Skip, ...] = ()
    children: tuple[NewChild, ...] = ()
    memo: Memo | None = None
    wake: NextWake = ASLEEP
    suspend: str | None = None
    finish: WorkEnd | None = None
    text: str = ""
    routing: RouteDecision | None = None
    held: Pace | None = None
    freeing: RouteDecision | None = None


class WorkingHandler(OrderTypeHandler, Protocol):
    """How one kind of terms is worked by children.

    It keeps nothing of an order itself: what it must know later stands in the plan and in the memo, which are journaled. So it
    gives the same answers after a restart.

    Attributes:
        needs_prints: It is to be shown every print in `View.prints`; where it need not, none are kept for it. One that says where
            its children go, and tries elsewhere what one broker refuses, has `routes_children = True` beside it.
    """

    needs_prints: bool

    def begin(self, order: SubmitOrder, order_id: OrderId, view: View) -> Plan | tuple[Reason, ...]:
        """Plan a new order, or give every reason against it.

        What the numbers alone tell, `check` has looked at. It is asked also where something speaks against the order already, so
        that all is told at once: then a plan, a reason that is told already, and whatever it raises count for nothing.
        """
        ...

    def amend(self, parent: Parent, after: SubmitOrder, view: View) -> Plan | tuple[Reason, ...]:
        """Plan what will be left of an order with another total or other terms, or give every reason against that; asked as `begin`."""
        ...

    def step(self, parent: Parent, view: View, why: frozenset[Wake]) -> Steps:
        """Say what is to be done about an order now.

        It is asked for everything that has happened since the last time at once. What is past the end of the order or while it is
        suspended is asked too, so that slices are skipped with their reason; whatever it says then, no child is placed while the
        order is suspended, stopped, or about to be made smaller.
        """
        ...
