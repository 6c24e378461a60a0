"""What must be true of orders that are worked here, in a run: held against what the bot has asked for and what the venue has done.

Nothing of the library's own books is looked at. What a child may execute is what has reached the venue, or is on its way; what was
asked of its parent, and whether it may send, is what the journal says; what it may trade at, what the manager was told of the market.

- *Never over the total*: what the venue has executed and may still execute of the children, and the next one, is never more than the total.
- *Never over a cap*: no child is larger than `max_child`, but for a sweep, nor are all together more than their part of what was
  printed; what an auction will trade nobody knows before it.
- *Never past the end*, but for the child of a sweep or an auction, or where the order may go on.
- *Never outside the limit*, a child or another price of one; once another limit is in force the venue has none beyond it.
- *Nothing while it may not*: suspended, stopped, halted, or outside of the prices that the market may trade at.
- *Every slice*: a plan is the whole of what is left; each slice is decided once, sent, or skipped with a reason against it.
- *Accounts*: what its children have executed is what they were told of by the venue, and in the end what the venue has executed.

What a venue does of its own accord is not held against the library before it has heard of it: late fills, overfills and busts.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Final

from attrs import Factory, define

from oms.algos.algorithms import Algorithm
from oms.algos.choices import HaltClock, OnResidual
from oms.algos.parameter import in_ns
from oms.algos.pov import RateBasis
from oms.algos.reacting import Pov
from oms.algos.wire import read
from oms.model import events as ev
from oms.model.decimals import EXACT, ZERO
from oms.model.enums import ExecType, SessionPhase, Side
from oms.model.ids import OrderId
from oms.model.reports import ExecutionReport
from oms.model.requests import NewOrderSingle, OrderCancelReplaceRequest, Request
from oms.model.sessions import SessionChange
from oms.model.terms import Strategy, limit_px
from oms.model.work import NEVER_NS, Pace, WorkEnd
from oms.testing.simulator.heard import Heard
from oms.testing.simulator.kids import Kid, Reached, total_of
from oms.testing.venue import TruthfulVenue

_AT_THE_END: Final = frozenset({"sweep", "auction"})
_SENDS: Final = frozenset(
    {Pace.I_WOULD, Pace.ON_SCHEDULE, Pace.CATCHING_UP, Pace.CROSSING, Pace.UNDER_MINIMUM, Pace.COMPLETING}
)
"""What is no reason for sending nothing."""


@define(eq=False)
class Worked:
    """An order that is worked here, as it was asked for."""

    order_id: OrderId
    side: Side
    symbol: str
    total: Decimal
    terms: Strategy
    created_ns: int
    printed: Decimal
    end_ns: int = NEVER_NS
    algorithm: Algorithm = None  # type: ignore[assignment]  # read from the terms at once
    kids: dict[OrderId, Kid] = Factory(dict)
    left: dict[int, Decimal] = Factory(dict)
    told_qty: Decimal = ZERO
    is_suspended: bool = False
    is_stopped: bool = False
    was_halted: bool = False
    has_plan: bool = False

    @property
    def limit(self) -> Decimal | None:
        """The worst price that it may have."""
        return self.algorithm.working.limit_price

    def is_within(self, px: Decimal | None) -> bool:
        """Tell whether a price is within the limit; an order without one never is, where there is a limit."""
        if self.limit is None:
            return True
        return px is not None and (px <= self.limit if self.side is Side.BUY else px >= self.limit)

    def read(self) -> None:
        """Take the terms in force: how it is worked, and until when."""
        self.algorithm = read(self.terms.name, dict(self.terms.parameters))
        working = self.algorithm.working
        start_ns = self.created_ns if working.start_time is None else working.start_time
        if working.end_time is not None:
            self.end_ns = working.end_time
        elif working.duration is not None:
            self.end_ns = start_ns + in_ns(working.duration)
        else:
            self.end_ns = NEVER_NS


class ParentLaws:
    """Follows the orders of one journal that are worked here, and what leaves for them.

    Attributes:
        heard: What the manager was told of its markets.
    """

    def __init__(self, venue: Reached) -> None:
        """Begin before the first order; `venue` is where the children go."""
        self.heard = Heard()
        self._venue = venue
        self._by_id: dict[OrderId, Worked] = {}
        self._of_child: dict[OrderId, Worked] = {}

    def most(self, kid: Kid) -> Decimal:
        """Give what a child has executed and may still execute at its venue."""
        return kid.most(self._venue)

    # ------------------------------------------------------------ what the journal says

    def take(self, event: ev.Event) -> Iterator[str]:
        """Take an event in, and give what is wrong with it."""
        if isinstance(event, ev.OrderCreated) and isinstance(event.terms, Strategy):
            self._by_id[event.order_id] = Worked(
                event.order_id, event.side, event.symbol, event.order_qty, event.terms, event.time_ns,
                Decimal(self.heard.printed[event.symbol]),
            )  # fmt: skip
        if isinstance(event, ev.SessionChanged) and event.phase is SessionPhase.OPEN:
            for each in self._by_id.values():
                for kid in each.kids.values():
                    kid.note_opening()
        if not isinstance(event, ev.OrderEvent):
            return
        worked = self._by_id.get(event.order_id)
        if worked is not None:
            for what in self._of_parent(worked, event):
                yield f"{what}: order {worked.order_id}, {worked.terms}"
        elif event.order_id in self._of_child:
            worked = self._of_child[event.order_id]
            kid = worked.kids[event.order_id]
            self._of_kid(kid, event)
            if isinstance(event, ev.OrderSubmitted):
                # It may leave with others only, after more was decided and heard.
                kid.was_held = worked.is_suspended or worked.is_stopped
                for what in self._beyond(worked, kid):
                    yield f"{what}: child {kid.order_id} of order {worked.order_id}, {worked.terms}"

    def _of_parent(self, worked: Worked, event: ev.OrderEvent) -> Iterator[str]:
        match event:
            case ev.WorkPlanned():
                yield from self._plan(worked, event)
            case ev.SliceDecided():
                yield from self._decide(worked, event)
            case ev.WorkSuspended():
                worked.is_suspended = True
            case ev.WorkResumed():
                worked.is_suspended = False
            case ev.WorkStopped():
                worked.is_stopped = True
                # By a person's word, or as its day is over, that is the reason of all of them.
                if event.why is WorkEnd.END_TIME and "did not trade" in event.text and worked.left:
                    yield f"slices {sorted(worked.left)} have come to nothing, and nobody is told why"
            case ev.WorkAmended():
                worked.total, worked.terms = event.order_qty, _strategy(event)
                worked.read()
                yield from self._hold_to_new_terms(worked)
            case ev.ChildExecuted():
                worked.told_qty = EXACT.add(worked.told_qty, event.qty_change)
            case _:
                pass

    def _plan(self, worked: Worked, event: ev.WorkPlanned) -> Iterator[str]:
        if not worked.has_plan:
            worked.has_plan = True
            worked.read()
        worked.left = {one.number: one.qty for one in event.slices}
        planned = total_of(worked.left.values())
        if planned > worked.total or (event.slices and not event.why and planned != worked.total):
            yield f"{planned} are planned of {worked.total}"

    def _decide(self, worked: Worked, event: ev.SliceDecided) -> Iterator[str]:
        worked.left.pop(event.number, None)
        if event.child is None:
            if event.pace in _SENDS:
                yield f"nothing is sent since {event.pace.words}"
            return
        worked.kids[event.child] = Kid(event.child, event.role)
        self._of_child[event.child] = worked
        if event.pace not in _SENDS or event.qty <= ZERO:
            yield f"{event.qty} are sent although {event.pace.words}"

    @staticmethod
    def _of_kid(kid: Kid, event: ev.OrderEvent) -> None:
        match event:
            case ev.OrderCreated():
                kid.qty = event.order_qty
            case ev.OrderSubmitted():
                kid.cl_ord_id = event.cl_ord_id
            case ev.OrderRejected() | ev.OrderCanceled() | ev.OrderExpired():
                kid.has_ended = True
                kid.ended_by_session = (
                    type(event) is ev.OrderExpired and event.cause.kind == SessionChange.__name__
                )
            case ev.Traded():
                kid.heard[event.exec_id] = event.last_qty
            case ev.TradeCorrected():
                kid.heard.pop(event.exec_ref_id, None)
                kid.heard[event.exec_id] = event.last_qty
            case ev.TradeCanceled():
                kid.heard.pop(event.exec_ref_id, None)
            case _:
                pass

    # ------------------------------------------------------------ what leaves

    def judge(self, request: Request, *, epoch: int) -> Iterator[str]:
        """Look at a request as it reaches the line, and give what is wrong with it."""
        if not isinstance(request, NewOrderSingle | OrderCancelReplaceRequest):
            return
        worked = self._of_child.get(request.order_id)
        if worked is None:
            return
        kid = worked.kids[request.order_id]
        if not worked.is_within(limit_px(request.terms)):
            yield f"beyond the limit {worked.limit}: {request}"
        if isinstance(request, OrderCancelReplaceRequest):
            return
        for what in self._why_not(worked, kid, request, epoch):
            yield f"{what}: {request} of order {worked.order_id}, {worked.terms}"
        kid.has_left = True

    def _why_not(self, worked: Worked, kid: Kid, request: NewOrderSingle, epoch: int) -> Iterator[str]:
        heard, working = self.heard, worked.algorithm.working
        if kid.was_held:
            yield "sent while suspended or stopped"
        is_last = kid.role in _AT_THE_END
        if heard.epoch == epoch and kid.role != "auction":
            if worked.symbol in heard.halted:
                yield "sent while trading is halted"
            low, high = heard.bands.get(worked.symbol, (None, None))
            px = limit_px(request.terms)
            if px is not None and ((low is not None and px < low) or (high is not None and px > high)):
                yield f"at a price outside of {low} to {high}"
        extends = working.allow_past_end or working.on_residual is OnResidual.EXTEND
        is_put_off = working.halt_clock is HaltClock.PAUSE and heard.halts[worked.symbol]
        if request.time_ns >= worked.end_ns and not (is_last or extends or is_put_off):
            yield f"sent at {request.time_ns}, past the end at {worked.end_ns}"
        is_taking = limit_px(request.terms) is None or kid.role == "cross"
        if working.no_take_liquidity and is_taking and kid.role != "auction":
            yield "takes liquidity"

    def _beyond(self, worked: Worked, kid: Kid) -> Iterator[str]:
        """Give by what a child that is to be sent is too much."""
        others = total_of(self.most(one) for one in worked.kids.values() if one is not kid)
        whole = EXACT.add(others, kid.qty)
        if whole > worked.total:
            yield f"the venue may execute {whole} of {worked.total}"
        working = worked.algorithm.working
        if kid.role == "auction" or working.completion_ignores_caps:
            return
        is_sweep = kid.role == "sweep"
        if working.max_child is not None and kid.qty > working.max_child and not is_sweep:
            yield f"{kid.qty} is more than max_child {working.max_child}"
        room = self._room(worked, is_sweep=is_sweep)
        if room is not None and whole > room:
            yield f"{whole} is more than its part of what was printed, {room}"

    def _room(self, worked: Worked, *, is_sweep: bool) -> Fraction | None:
        """Give how much may be sent in all by what others have traded since the order came, at most; None where nothing says so.

        A sweep is not held to the rate that is aimed at.
        """
        working, algorithm = worked.algorithm.working, worked.algorithm
        others = EXACT.subtract(Decimal(self.heard.printed[worked.symbol]), worked.printed)
        rooms: list[Fraction] = []
        if working.max_participation is not None:
            basis = algorithm.rate_basis if isinstance(algorithm, Pov) else RateBasis.OF_OTHERS
            rooms.append(_part(others, working.max_participation, basis))
        goes_by_rate = not (working.i_would_price or working.force_completion or is_sweep)
        if isinstance(algorithm, Pov) and goes_by_rate:
            rates = (
                algorithm.participation_rate,
                algorithm.end_rate,
                algorithm.upper_band_rate,
                algorithm.lower_band_rate,
            )
            rate = max(one for one in rates if one is not None)
            rooms.append(_part(others, rate, algorithm.rate_basis))
        return min(rooms, default=None)

    def _hold_to_new_terms(self, worked: Worked) -> Iterator[str]:
        whole = total_of(map(self.most, worked.kids.values()))
        if whole > worked.total:
            yield f"changed to {worked.total}, and the venue may execute {whole}"
        for kid in worked.kids.values():
            book = kid.book
            truth = None if book is None else book.truth
            if truth is None or not truth.leaves_qty or _was_altered(book):
                continue
            if not worked.is_within(limit_px(truth.terms)):
                yield f"its limit is {worked.limit}, and the venue works {truth.terms} of child {kid.order_id}"

    # ------------------------------------------------------------ after each step, and in the end

    def accounts(self, event: ev.Event) -> str:
        """Give what is wrong with the accounts of the order that an event is about, once all that follows from it is known."""
        worked = self._by_id.get(event.order_id) if isinstance(event, ev.ChildExecuted) else None
        if worked is None:
            return ""
        heard = total_of(total_of(kid.heard.values()) for kid in worked.kids.values())
        if heard == worked.told_qty:
            return ""
        return f"order {worked.order_id} was told of {worked.told_qty}, and its children of {heard}"

    def at_the_end(self) -> Iterator[str]:
        """Give what is wrong once everything was answered: what the venue has executed is what was told, and nothing works."""
        for worked in self._by_id.values():
            books = [self._venue.of_order(one) for one in worked.kids]
            truths = [book.truth for book in books if book is not None and book.truth is not None]
            executed = total_of(truth.traded_qty for truth in truths)
            if executed != worked.told_qty:
                yield f"the venue has executed {executed}, and it was told of {worked.told_qty}: order {worked.order_id}"
            left = [truth.leaves_qty for truth in truths if truth.leaves_qty]
            if left:
                yield f"the venue works {left} of order {worked.order_id}, of which nothing is to work any more"


def _part(others: Decimal, rate: Decimal, basis: RateBasis) -> Fraction:
    part = Fraction(rate)
    return Fraction(others) * part / (1 - part if basis is RateBasis.OF_TOTAL else 1)


def _strategy(event: ev.WorkAmended) -> Strategy:
    assert isinstance(event.terms, Strategy)
    return event.terms


def _was_altered(book: TruthfulVenue | None) -> bool:
    """Tell whether the venue has changed an order of its own accord, or has busted some of it, so that it works again."""
    kinds = {ExecType.RESTATED, ExecType.TRADE_CANCEL, ExecType.TRADE_CORRECT}
    said = [] if book is None else book.said
    return any(isinstance(one, ExecutionReport) and one.exec_type in kinds for one in said)
