"""What the venue of a run keeps to where it has sessions: when it trades, how long an order is good, how it is to be handled.

The plainest account of it. A session begins and ends with an auction. An order that is good at once is decided as it comes, or
soon after; one for an auction trades in that alone; what is over expires at its instant, also where a bust or a replace has
brought it back. Of every execution the circumstances are kept, for whoever looks whether it should have been.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from heapq import heappop, heappush
from typing import Final, Protocol

from attrs import evolve

from oms.model.decimals import EXACT, ZERO
from oms.model.enums import LastLiquidityInd, Side
from oms.model.instrument import Instrument
from oms.model.requests import NewOrderSingle
from oms.model.sessions import utc_date
from oms.model.terms import display_qty
from oms.model.time_in_force import (
    AtTheClose,
    AtTheOpening,
    Day,
    FillOrKill,
    GoodForAuction,
    GoodTillDate,
    ImmediateOrCancel,
    TimeInForce,
    expires_at,
)
from oms.testing.decisions import Decision, decide, may_decide
from oms.testing.dice import Dice
from oms.testing.simulator.draws import Draws
from oms.testing.simulator.kept import Fill, Kept, Phase
from oms.testing.simulator.oracle import positions
from oms.testing.simulator.parts import INSTRUMENTS
from oms.testing.venue import TruthfulVenue

AT_ONCE: Final = (ImmediateOrCancel, FillOrKill)
AUCTIONS: Final = (AtTheOpening, AtTheClose, GoodForAuction)
_NOTHING: Final = Dice(1, 0, Decimal(1), Decimal(1))
_AMISS: Final = frozenset({Decision.OVERFILL, Decision.LATE_FILL})
_PARTS: Final = frozenset({Decision.FILL, Decision.FILL_AND_CANCEL})
_FILLS: Final = frozenset({*_PARTS, Decision.FILL_ALL, *_AMISS})


class Surroundings(Protocol):
    """What the rules need of the world they hold in.

    Attributes:
        now_ns: The true time, in nanoseconds UTC.
        seen: How often each rare thing has happened.
    """

    now_ns: int
    seen: Counter[str]

    def draws(self, component: str) -> Draws:
        """Give the draws of a component, for what happens now."""
        ...


class Venue(Protocol):
    """What the rules need of the venue they are for.

    Attributes:
        books: Every order, in the order of arrival.
    """

    books: list[TruthfulVenue]

    def decide(self, book: TruthfulVenue, decision: Decision, dice: Dice, *, takes: bool = False) -> bool:
        """Let the venue decide so, if it may now."""
        ...

    def collect(self, book: TruthfulVenue) -> None:
        """Let out what was said of an order."""
        ...


class Rules:
    """Every order of the venue, as far as it has sessions; of any other it knows none.

    Attributes:
        phase: Where in its day the market is.
        trade_date: The trading day of the session that opened last, YYYYMMDD.
        of: Every order.
    """

    def __init__(self, venue: Venue, around: Surroundings, *, has_sessions: bool) -> None:
        """Begin in continuous trading."""
        self.phase = Phase.CONTINUOUS
        self.trade_date = utc_date(around.now_ns)
        self.of: dict[TruthfulVenue, Kept] = {}
        self._has_sessions = has_sessions
        self._venue, self._around = venue, around
        self._watched = 0
        self._opened = self._closed = 0
        self._closed_date = ""
        self._due: list[tuple[int, int, TruthfulVenue]] = []
        self._sent: dict[str, int] = {}

    def mark(self, time_in_force: TimeInForce) -> int:
        """Give a number that rises when what an order is for is over; 0 where no session or auction ends it."""
        match time_in_force:
            case Day() | AtTheClose():
                return self._closed
            case AtTheOpening():
                return self._opened
            case GoodForAuction():
                return self._opened + self._closed
            case _:
                return 0

    # ------------------------------------------------------------ what comes

    def on_sent(self, order: NewOrderSingle) -> None:
        """Take in when an order has left, which may arrive after what it was for."""
        if self._has_sessions:
            self._sent[order.cl_ord_id] = self.mark(order.time_in_force)

    def on_new(self, book: TruthfulVenue, order: NewOrderSingle) -> None:
        """Take an order in that has just arrived; refuse what can never be."""
        if not self._has_sessions or book in self.of or book.truth is None:
            return
        tif, now_ns = order.time_in_force, self._around.now_ns
        kept = self.of[book] = Kept(order, tif, self.mark(tif), None)
        self._watch(book, kept, expires_at(tif, now_ns))
        why = self._why_refused(book, kept)
        if why and may_decide(book, Decision.REJECT):
            decide(book, Decision.REJECT, _NOTHING)
            self._around.seen[why] += 1

    def _why_refused(self, book: TruthfulVenue, kept: Kept) -> str:
        asked, truth, draws = kept.asked, book.existing, self._around.draws("rules")
        if asked.cash_order_qty is not None:
            truth.order_qty = _instrument(book).lots_for(asked.cash_order_qty, _px(draws, book))
            if not truth.order_qty:
                return "orders in cash that buy no lot"
        if self._sent.pop(asked.cl_ord_id, kept.mark) != kept.mark:
            return "orders that have missed their session"
        if self._is_over(book, kept):
            return "orders that arrive after their time"
        if kept.only_adds and draws.below(4) == 0:
            return "post-only orders refused since they would take"
        return ""

    def _watch(self, book: TruthfulVenue, kept: Kept, due_ns: int | None) -> None:
        kept.due_ns = due_ns
        if due_ns is not None:
            self._watched += 1
            heappush(self._due, (due_ns, self._watched, book))

    # ------------------------------------------------------------ what may be

    def fitted(self, book: TruthfulVenue, decision: Decision, dice: Dice) -> Dice | None:
        """Give dice with which the venue may decide so; None where it may not."""
        kept = self.of.get(book)
        if kept is None or decision not in _FILLS:
            return dice
        if decision is Decision.LATE_FILL:
            return dice
        if not self._trades(kept):
            return None
        if decision is Decision.OVERFILL:
            return dice
        left = book.existing.leaves_qty
        if decision is Decision.FILL_AND_CANCEL:
            left = EXACT.subtract(left, dice.lot)
        shown = display_qty(book.existing.terms)
        reducible = self._reducible(book) if kept.only_reduces else left
        most = min(left, reducible, left if shown is None else shown)
        self._around.seen["reduce-only orders kept waiting"] += reducible < left
        if decision is Decision.FILL_ALL:
            return dice if most == left >= kept.least_qty else None
        if kept.is_whole:
            self._around.seen["all-or-none orders kept waiting"] += kept.is_all_or_none
            return None
        size = min(dice.size, int(most // dice.lot))
        qty = min(left, EXACT.multiply(Decimal(size), dice.lot))
        self._around.seen["least quantities kept waiting"] += ZERO < qty < kept.least_qty
        if size < 1 or qty < kept.least_qty:
            return None
        return evolve(dice, size=size)

    def _trades(self, kept: Kept) -> bool:
        phase, tif = self.phase, kept.time_in_force
        if phase is Phase.CLOSED:
            return False
        if phase is Phase.CONTINUOUS:
            return not isinstance(tif, AUCTIONS)
        other = AtTheClose if phase is Phase.OPENING else AtTheOpening
        return not isinstance(tif, other)

    def _reducible(self, book: TruthfulVenue) -> Decimal:
        net = positions(one for one in self._venue.books if one.place == book.place).get(book.place, ZERO)
        return max(-net if book.existing.side is Side.BUY else net, ZERO)

    def decide(self, book: TruthfulVenue, decision: Decision, dice: Dice, *, takes: bool = False) -> None:
        """Let the venue decide so, and keep the circumstances of what it executes."""
        kept = self.of.get(book)
        if kept is None or decision not in _FILLS:
            decide(book, decision, dice)
            return
        truth = book.existing
        before, left, reducible = truth.cum_qty, truth.leaves_qty, self._reducible(book)
        is_over, shown = self._is_over(book, kept), display_qty(truth.terms)
        takes = takes and not kept.only_adds
        book.liquidity = LastLiquidityInd.REMOVED if takes else LastLiquidityInd.ADDED
        decide(book, decision, dice)
        qty = EXACT.subtract(truth.cum_qty, before)
        fill = Fill(
            qty=qty, time_ns=self._around.now_ns, phase=self.phase, left_qty=left, is_over=is_over,
            time_in_force=kept.time_in_force, shown_qty=shown, takes=takes,
            excess_qty=max(EXACT.subtract(qty, reducible), ZERO), is_amiss=decision in _AMISS,
        )  # fmt: skip
        kept.fills.append(fill)
        self._count_fill(kept, fill)

    def _count_fill(self, kept: Kept, fill: Fill) -> None:
        seen, instructions = self._around.seen, kept.asked.instructions
        seen[f"executions: {type(kept.time_in_force).__name__}"] += 1
        for name in () if instructions is None else instructions.asked:
            seen[f"executions: {name}"] += 1
        seen["executions: cash_order_qty"] += kept.asked.cash_order_qty is not None
        seen["executions: display_qty"] += fill.shown_qty is not None

    # ------------------------------------------------------------ what follows

    def is_for_now(self, book: TruthfulVenue) -> bool:
        """Tell whether an order is good at once, and nothing has become of that."""
        kept = self.of.get(book)
        return kept is not None and isinstance(kept.time_in_force, AT_ONCE) and not kept.is_judged

    def work_at_once(self, book: TruthfulVenue) -> None:
        """Let an order that is good at once execute what it can, and end."""
        if not self.is_for_now(book):
            return
        kept, truth = self.of[book], book.existing
        book.now_ns = self._around.now_ns
        draws = self._around.draws("rules")
        if not truth.is_accepted and may_decide(book, Decision.ACCEPT):
            decide(book, Decision.ACCEPT, _NOTHING)
        how = draws.one_of((Decision.FILL_ALL, Decision.FILL, None))
        if how is not None and not kept.only_adds:
            self._venue.decide(book, how, dice_for(draws, book), takes=True)
        kept.is_judged = True

    def follow(self, book: TruthfulVenue) -> None:
        """End an order that is over, be it that it was taken back to work since."""
        kept, truth = self.of.get(book), book.truth
        if kept is None or truth is None:
            return
        if truth.time_in_force != kept.time_in_force:
            kept.time_in_force = tif = truth.time_in_force
            kept.mark = self.mark(tif)
            self._watch(book, kept, expires_at(tif, self._around.now_ns))
        if self._is_over(book, kept) and may_decide(book, Decision.EXPIRE):
            is_at_once = isinstance(kept.time_in_force, AT_ONCE)
            decide(book, Decision.CANCEL if is_at_once else Decision.EXPIRE, _NOTHING)
            name = type(kept.time_in_force).__name__
            self._around.seen[f"over: {name}"] += 1

    def _is_over(self, book: TruthfulVenue, kept: Kept) -> bool:
        tif = kept.time_in_force
        if isinstance(tif, AT_ONCE):
            return kept.is_judged
        if isinstance(tif, GoodTillDate):
            return tif.expire_date <= self._closed_date or tif.expire_date < self.trade_date
        if kept.due_ns is not None:
            return kept.due_ns <= self._around.now_ns
        return kept.mark != self.mark(tif)

    def pass_time(self) -> None:
        """End what is over by the clock."""
        due = self._due
        while due and due[0][0] <= self._around.now_ns:
            self._venue.collect(heappop(due)[2])

    # ------------------------------------------------------------ sessions

    def open(self) -> None:
        """Begin a session with an auction."""
        self.trade_date, self.phase = utc_date(self._around.now_ns), Phase.OPENING
        self._end_what_is_over()
        self._hold_auction()
        self._opened += 1
        self.phase = Phase.CONTINUOUS
        self._end_what_is_over()

    def close(self) -> None:
        """End the session with an auction."""
        self.phase = Phase.CLOSING
        self._hold_auction()
        self._closed += 1
        self._closed_date, self.phase = self.trade_date, Phase.CLOSED
        self._end_what_is_over()

    def _hold_auction(self) -> None:
        draws = self._around.draws("auction")
        for book, kept in list(self.of.items()):
            is_for_it = isinstance(kept.time_in_force, AUCTIONS)
            if draws.below(2 if is_for_it else 8) == 0 and book.existing.is_accepted:
                how = draws.one_of((Decision.FILL, Decision.FILL_ALL))
                if may_decide(book, how):
                    self._venue.decide(book, how, dice_for(draws, book))
                    self._venue.collect(book)

    def _end_what_is_over(self) -> None:
        for book in list(self.of):
            self._venue.collect(book)


def dice_for(draws: Draws, book: TruthfulVenue) -> Dice:
    """Draw what a venue's decision about an order is about."""
    return Dice(draws.between(1, 8), draws.below(60), _instrument(book).lot, _px(draws, book))


def _instrument(book: TruthfulVenue) -> Instrument:
    return next(one for one in INSTRUMENTS if one.symbol == book.symbol)


def _px(draws: Draws, book: TruthfulVenue) -> Decimal:
    return EXACT.multiply(_instrument(book).tick_at(Decimal(1)), Decimal(draws.between(950, 1050)))
