"""One look at an order that takes part in the volume: what is due by it, what waits, and when to look again."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Final

from attrs import evolve

from oms.algos.child_terms import is_passive, touch_px
from oms.algos.choices import LinkedTo
from oms.algos.handling import PATIENCE_NS, child_of, facts_of, is_buy, progress_of
from oms.algos.least import least_child
from oms.algos.next_look import next_look
from oms.algos.pacing import CatchUp, Decision, decide
from oms.algos.parameter import in_ns
from oms.algos.pov import OthersVolume, linked_rate, next_child, part_of, price_rate, target_of
from oms.algos.reacting import Pov
from oms.algos.resting import CROSS, repriced
from oms.algos.slicing import ceiled
from oms.algos.would import WOULD, note_would, would_have
from oms.model.decimals import EXACT, ONE, ZERO, plain
from oms.model.ids import OrderId
from oms.model.parent import SLICE, Parent
from oms.model.work import Pace, Rule
from oms.ports.working_handler import NewChild, Skip, Steps, View

LAST_NS: Final = 60_000_000_000
"""How long before its end an order is finished that is to be, where it does not say, in nanoseconds."""

_MARK: Final = "mark"
_NUMBER: Final = "number"
"""Names in the memo: the beginning of the interval that was looked at last, and the number of the next decision."""

_DIGITS: Final = Decimal("1E-12")
"""To how much a rate that moves is rounded, down."""

_ON_QUOTE: Final = frozenset({Pace.NO_QUOTE, Pace.STALE, Pace.FEED_GAP, Pace.BEYOND_LIMIT})

_FORBIDS: Final = frozenset({Rule.RISK, Rule.LIFE, Rule.MARKET, Rule.LIMIT})


class PovRound:
    """What is found and decided in one look."""

    __slots__ = (
        "_at_ns", "_cancel", "_child", "_memo", "_on_quote", "_others", "_parent", "_pov", "_skip", "_view", "_working",
    )  # fmt: skip

    def __init__(self, parent: Parent, view: View, pov: Pov, others: OthersVolume) -> None:
        """Look at an order, after so much volume of others."""
        self._parent, self._view, self._pov, self._working = parent, view, pov, pov.working
        self._others = others
        self._memo = dict(parent.memo)
        self._child: NewChild | None = None
        self._skip: Skip | None = None
        self._cancel: list[OrderId] = []
        self._at_ns: list[int] = []
        self._on_quote = False

    def steps(self) -> Steps:
        """Give what is to be done."""
        view, parent = self._view, self._parent
        interval = None if self._pov.interval is None else in_ns(self._pov.interval)
        self._take_back()
        if interval is None:
            self._look()
        else:
            mark = parent.start_ns + (view.now_ns - parent.start_ns) // interval * interval
            self._at_ns.append(mark + interval)
            if self._memo.get(_MARK) != str(mark):
                self._memo[_MARK] = str(mark)
                self._look()
        repriced = self._repriced()
        self._keep()
        at_volume = self._next_volume() if interval is None else None
        return Steps(
            cancel=tuple(self._cancel),
            reprice=repriced,
            skips=() if self._skip is None else (self._skip,),
            children=() if self._child is None else (self._child,),
            memo=tuple(self._memo.items()),
            wake=next_look(
                parent,
                view,
                self._working,
                hears=self._on_quote,
                at_ns=min(self._at_ns, default=None),
                at_volume=at_volume,
            ),
        )

    # ------------------------------------------------------------ what is due

    def _look(self) -> None:
        """Decide about what is due by now, and begin a new interval, whatever comes of it."""
        parent, view, working = self._parent, self._view, self._working
        progress = progress_of(parent)
        child = next_child(
            progress,
            self._others,
            self._rate(),
            view.instrument.lot,
            basis=self._pov.rate_basis,
            max_rate=working.max_participation,
            max_child=working.max_child,
        )
        done = EXACT.add(progress.filled, progress.working)
        least = self._least()
        facts = facts_of(
            parent,
            view,
            working,
            crosses=bool(least),
            target=parent.qty if self._is_completing() else EXACT.add(done, max(child, least)),
            slice_qty=child,
            would_have=would_have(self._memo, parent),
        )
        facts = evolve(
            facts,
            catch_up=CatchUp.GIVE_UP,
            min_qty=least,
            cap_qty=self._room(),
            completing=self._is_completing(),
        )
        decision = decide(facts)
        if decision.qty:
            self._place(decision)
        elif child and decision.pace.rule in _FORBIDS:
            number = int(self._memo.get(_NUMBER, "0"))
            self._skip = Skip(number=number, pace=decision.pace, asked_qty=child)
        if decision.qty or self._skip is not None:
            self._memo[_NUMBER] = str(int(self._memo.get(_NUMBER, "0")) + 1)
        if decision.pace is Pace.RESTING:
            # What may not be sent yet is not lost: it is looked at again.
            self._at_ns.append(facts.rested_ns)
        elif decision.pace is not Pace.TOO_SMALL:
            self._others = self._others.next_interval()
        if decision.pace in _ON_QUOTE:
            self._on_quote = self._pov.interval is None

    def _place(self, decision: Decision) -> None:
        number = int(self._memo.get(_NUMBER, "0"))
        is_waiting = is_passive(self._working) and not decision.crosses
        self._child = child_of(
            self._parent,
            self._view,
            self._working,
            decision.qty,
            decision.pace,
            number=number,
            role=SLICE if is_waiting else WOULD if decision.pace is Pace.I_WOULD else CROSS,
            crosses=decision.crosses,
            asked=decision.asked,
        )
        if decision.pace is Pace.I_WOULD:
            note_would(self._memo, decision.qty)
        if not is_waiting:
            self._at_ns.append(self._view.now_ns + PATIENCE_NS)

    def _is_completing(self) -> bool:
        """Tell whether it is to be finished now: near its end, in its last minute where nothing else was said."""
        working = self._working
        if not working.force_completion:
            return False
        window = working.completion_window
        begins_ns = self._parent.end_ns - (LAST_NS if window is None else in_ns(window))
        if self._view.now_ns < begins_ns:
            self._at_ns.append(begins_ns)
        return self._view.now_ns >= begins_ns

    def _least(self) -> Decimal:
        """Give by how much the order is under its least participation; what only waits does not count."""
        rate = self._working.min_participation
        if rate is None:
            return ZERO
        progress, lot = progress_of(self._parent), self._view.instrument.lot
        least = target_of(progress, self._others.total, rate, lot, self._pov.rate_basis)
        return max(EXACT.subtract(least, EXACT.add(progress.filled, self._crossing())), ZERO)

    def _crossing(self) -> Decimal:
        """Give how much works that is meant to trade at once."""
        crossing = ZERO
        for child in self._parent.open.values():
            if child.role != SLICE:
                crossing = EXACT.add(crossing, child.working)
        return crossing

    def _room(self) -> Decimal | None:
        """Give how much the most participation leaves; None where it is not limited."""
        rate = self._working.max_participation
        if rate is None:
            return None
        progress, lot = progress_of(self._parent), self._view.instrument.lot
        most = target_of(progress, self._others.total, rate, lot, self._pov.rate_basis)
        return max(EXACT.subtract(most, EXACT.add(progress.filled, progress.working)), ZERO)

    def _rate(self) -> Decimal:
        """Give the rate now: as it was given, or as it moves with size, time or price."""
        pov, parent, view = self._pov, self._parent, self._view
        rate = pov.participation_rate
        if pov.end_rate is not None:
            if pov.rate_linked_to is LinkedTo.SIZE:
                moving = linked_rate(rate, pov.end_rate, parent.filled, parent.qty)
            else:
                gone, length = view.now_ns - parent.start_ns, max(parent.end_ns - parent.start_ns, 1)
                moving = linked_rate(rate, pov.end_rate, Decimal(gone), Decimal(length))
            rate = _rounded(moving)
        buys = is_buy(parent)
        px = touch_px(view.good_quote, is_buy=buys)
        if px is None:
            return rate
        upper = _pair(pov.upper_band_price, pov.upper_band_rate)
        lower = _pair(pov.lower_band_price, pov.lower_band_rate)
        better, worse = (lower, upper) if buys else (upper, lower)
        return price_rate(rate, px, is_buy=buys, better=better, worse=worse)

    # ------------------------------------------------------------ what is at work

    def _take_back(self) -> None:
        """Take back what was to trade at once and rests, and all that waits where the order is under its least or near its end."""
        hurries = bool(self._least()) or self._is_completing()
        for child in self._parent.open.values():
            if child.is_pending_cancel or child.order is None:
                continue
            if child.role == SLICE:
                is_over = hurries
            else:
                ends_ns = child.order.created_ns + PATIENCE_NS
                is_over = ends_ns <= self._view.now_ns
                if not is_over:
                    self._at_ns.append(ends_ns)
            if is_over:
                self._cancel.append(child.order_id)

    def _repriced(self) -> tuple[tuple[OrderId, Decimal], ...]:
        if not is_passive(self._working) or not (self._parent.open or self._child is not None):
            return ()
        self._on_quote = True
        return repriced(self._parent, self._view, self._working, self._cancel)

    # ------------------------------------------------------------ what is kept, and when to look again

    def _keep(self) -> None:
        self._memo["others"], self._memo["lately"] = plain(self._others.total), plain(self._others.lately)
        self._memo["ours"], self._memo["owed"] = plain(self._view.own_qty), plain(self._others.owed)

    def _next_volume(self) -> Decimal | None:
        """Give the count of prints at which the next child is due; None where nothing is left."""
        parent, lot, working = self._parent, self._view.instrument.lot, self._working
        progress = progress_of(parent)
        sent = ZERO if self._child is None else self._child.qty
        left = EXACT.subtract(progress.available, sent)
        if left <= ZERO or not parent.may_send:
            return None
        least = max(working.min_child or ZERO, least_child(self._view, working))
        child, rate = min(least, left), self._rate()
        done = EXACT.add(EXACT.add(progress.filled, progress.working), sent)
        due = EXACT.subtract(self._needed(EXACT.add(done, child), rate), self._others.total)
        # What is sent at a time is rounded up to a lot.
        burst = self._needed(max(EXACT.subtract(child, lot), ZERO), working.max_participation or rate)
        more = max(due, EXACT.subtract(burst, self._others.lately), lot)
        return EXACT.add(self._view.printed_qty, more)

    def _needed(self, qty: Decimal, rate: Decimal) -> Decimal:
        """Give the volume of others at which so much is ours, rounded up to whole lots."""
        part = part_of(ONE, rate, self._pov.rate_basis)
        return ceiled(Fraction(qty) / part, self._view.instrument.lot)


def _rounded(rate: Fraction) -> Decimal:
    steps = rate / Fraction(_DIGITS)
    return EXACT.multiply(Decimal(steps.numerator // steps.denominator), _DIGITS)


def _pair(px: Decimal | None, rate: Decimal | None) -> tuple[Decimal, Decimal] | None:
    return None if px is None or rate is None else (px, rate)
