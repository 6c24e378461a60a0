"""One look at an order that takes part in the volume: what is due by it, what waits, and when to look again."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Final

from attrs import evolve

from oms.algos.child_terms import is_passive
from oms.algos.due_line import DueLine
from oms.algos.handling import PATIENCE_NS, child_of, facts_of, is_buy, progress_of
from oms.algos.least import least_child
from oms.algos.next_look import next_look
from oms.algos.others import step_of
from oms.algos.pacing import CatchUp, Decision, decide, why_stopped
from oms.algos.parameter import in_ns
from oms.algos.pov import OthersVolume, next_child, part_of, target_of, whole_of
from oms.algos.pov_interval import MARK, begin_of
from oms.algos.pov_left import goes_on_now, keep_left, left_in, put_back
from oms.algos.pov_rate import awaits_bands, moves
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

_NUMBER: Final = "number"
_UNDER: Final = "under"
LINE: Final = "line"
"""Names in the memo: the number of the next decision, that what waited has not kept the least participation, so that nothing more waits
before that is crossed, and what is due, where the rate moves."""

_ON_QUOTE: Final = frozenset({Pace.NO_QUOTE, Pace.STALE, Pace.FEED_GAP, Pace.BEYOND_LIMIT})

_PASSES: Final = frozenset({Pace.NO_QUOTE, Pace.STALE, Pace.NOT_RECONCILED})
_KEEPS: Final = frozenset({Pace.RESTING, Pace.TOO_SMALL})
"""What may be sent then is not lost."""

_FORBIDS: Final = frozenset({Rule.RISK, Rule.LIFE, Rule.MARKET, Rule.LIMIT})


class PovRound:
    """What is found and decided in one look."""

    __slots__ = (
        "_at_ns", "_cancel", "_child", "_due", "_least", "_line", "_memo", "_on_quote", "_others", "_parent", "_pov", "_skips", "_under", "_view", "_working",
    )  # fmt: skip

    def __init__(self, parent: Parent, view: View, pov: Pov, others: OthersVolume, line: DueLine) -> None:
        """Look at an order, after so much volume of others, with what is due by it."""
        self._parent, self._view, self._pov, self._working = parent, view, pov, pov.working
        self._others, self._line, self._due = others, line, line.at(others.total)
        self._memo = dict(parent.memo)
        self._child: NewChild | None = None
        self._skips: list[Skip] = []
        self._cancel: list[OrderId] = []
        self._at_ns: list[int] = []
        self._under = self._missing()
        self._least = self._under if self._under and self._may_cross() else ZERO
        self._on_quote = False

    def steps(self) -> Steps:
        """Give what is to be done."""
        view, parent = self._view, self._parent
        is_due = self._pov.interval is None
        if self._pov.interval is not None:
            mark = begin_of(parent, view, self._pov.interval)
            self._at_ns.append(mark + in_ns(self._pov.interval))
            is_due = self._memo.get(MARK) != str(mark)
            self._memo[MARK] = str(mark)
        put_back(self._memo, parent)
        if goes_on_now(self._memo, parent):
            self._pass_over()
        self._judge(is_due=is_due)
        self._take_back()
        goes_on = self._is_owed or self._is_completing() or bool(left_in(self._memo))
        if is_due or goes_on or self._working.i_would_price is not None:
            self._look(is_due=is_due)
        repriced = self._repriced()
        self._keep()
        at_volume = self._next_volume() if self._pov.interval is None else self._volume_to_keep()
        wake = next_look(
            parent,
            view,
            self._working,
            hears=self._on_quote,
            at_ns=min(self._at_ns, default=None),
            at_volume=at_volume,
        )
        return Steps(
            cancel=tuple(self._cancel),
            reprice=repriced,
            skips=tuple(self._skips),
            children=() if self._child is None else (self._child,),
            memo=tuple(self._memo.items()),
            wake=awaits_bands(wake, self._pov, view, is_buy=is_buy(parent)),
        )

    # ------------------------------------------------------------ what is due

    def _judge(self, *, is_due: bool) -> None:
        """Say whether the least participation is to be crossed: what waits, or is being taken back, has not kept it."""
        if not self._under:
            self._memo.pop(_UNDER, None)
        elif is_due and self._least and any(child.role == SLICE for child in self._parent.open.values()):
            self._memo[_UNDER] = "Y"

    def _look(self, *, is_due: bool) -> None:
        """Decide about what is due by now, and begin a new interval where it is, whatever comes of it.

        Between two intervals that is the least that is owed, all as it is to be finished, and what is taken at the price at which
        it would be.
        """
        parent, view, working = self._parent, self._view, self._working
        progress = progress_of(parent)
        left = self._left(is_due=is_due)
        others = self._others if is_due else self._others.next_interval()
        child = self._next(others, left)
        if self._is_owed:
            child = ZERO
        done = EXACT.add(progress.filled, progress.working)
        # What waits counts: together they are never more than is allowed at most.
        least = min(self._least, self._left_under(self._most())) if is_due or self._is_owed else ZERO
        completes = self._is_completing()
        facts = facts_of(
            parent,
            view,
            working,
            crosses=bool(least),
            target=parent.qty if completes else EXACT.add(done, max(child, least)),
            slice_qty=child,
            would_have=would_have(self._memo, parent),
        )
        facts = evolve(
            facts,
            catch_up=CatchUp.GIVE_UP,
            min_qty=least,
            cap_qty=self._room(),
            completing=completes,
        )
        decision = decide(facts)
        # What is left alone is not lost where only a quote is missed, or the broker, as after a restart.
        waits = decision.pace in _KEEPS or (decision.pace in _PASSES and not self._has_more(others))
        if decision.qty:
            self._place(decision)
        elif child and decision.pace.rule in _FORBIDS and not waits:
            self._pass(decision.pace, child)
        if decision.pace is Pace.RESTING:
            # What may not be sent yet is not lost: it is looked at again.
            self._at_ns.append(facts.rested_ns)
        elif child and not waits:
            is_cut = bool(decision.qty) and working.max_child is not None
            cut = EXACT.subtract(child, decision.qty) if is_cut else ZERO
            keep_left(self._memo, EXACT.add(EXACT.subtract(left_in(self._memo), left), max(cut, ZERO)))
        if is_due and not waits:
            self._others = self._others.next_interval()
        if decision.pace in _ON_QUOTE:
            self._on_quote = self._pov.interval is None or completes or bool(left or least)

    def _has_more(self, others: OthersVolume) -> bool:
        """Tell whether some volume counts that did not at the last look; by intervals, in the one that is over."""
        if self._pov.interval is not None:
            return bool(others.lately)
        return others.total > Decimal(self._memo.get("others", "0"))

    def _next(self, others: OthersVolume, left: Decimal = ZERO) -> Decimal:
        """Give what is due now, but for the largest size of a child."""
        return next_child(
            progress_of(self._parent),
            others,
            self._line.rate,
            self._view.instrument.lot,
            basis=self._pov.rate_basis,
            due=self._due,
            left=left,
            max_rate=self._working.max_participation,
        )

    def _left(self, *, is_due: bool) -> Decimal:
        """Give how much may be sent of what was left before: one child after the other, and nothing of an interval that is over."""
        if not self._parent.open:
            return left_in(self._memo)
        missed = left_in(self._memo)
        if is_due and self._pov.interval is not None and missed:
            self._pass(Pace.MISSED, missed)
            keep_left(self._memo, ZERO)
        return ZERO

    def _pass_over(self) -> None:
        """Leave out what was due while it was suspended: a new interval begins."""
        child = self._next(self._others, left_in(self._memo))
        if child:
            self._pass(Pace.SUSPENDED, child)
        keep_left(self._memo, ZERO)
        self._others = self._others.next_interval()

    def _pass(self, pace: Pace, qty: Decimal) -> None:
        self._skips.append(Skip(number=self._number(), pace=pace, asked_qty=qty))

    def _number(self) -> int:
        """Give the number of a decision, and count it."""
        number = int(self._memo.get(_NUMBER, "0"))
        self._memo[_NUMBER] = str(number + 1)
        return number

    def _place(self, decision: Decision) -> None:
        is_waiting = is_passive(self._working) and not decision.crosses
        self._child = child_of(
            self._parent,
            self._view,
            self._working,
            decision.qty,
            decision.pace,
            number=self._number(),
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

    @property
    def _is_owed(self) -> bool:
        """The least participation is to be crossed now, and nothing else is to be sent before that."""
        return bool(self._least) and _UNDER in self._memo

    def _missing(self) -> Decimal:
        """Give by how much the order is under its least participation; what only waits does not count, nor what is too little."""
        rate, parent = self._working.min_participation, self._parent
        if rate is None:
            return ZERO
        lot, basis = self._view.instrument.lot, self._pov.rate_basis
        least = target_of(progress_of(parent), self._others.total, rate, lot, basis)
        done = EXACT.add(parent.filled, self._crossing())
        under = max(EXACT.subtract(least, done), ZERO)
        return under if under >= min(self._smallest(), EXACT.subtract(parent.qty, done)) else ZERO

    def _may_cross(self) -> bool:
        """Tell whether anything may go across the spread now: neither the market nor its limit is in the way."""
        facts = facts_of(self._parent, self._view, self._working, crosses=True)
        # All of it may wait: that is what would be taken back.
        return why_stopped(evolve(facts, progress=evolve(facts.progress, working=ZERO))) is None

    def _crossing(self) -> Decimal:
        """Give how much works that is meant to trade at once."""
        crossing = ZERO
        for child in self._parent.open.values():
            if child.role != SLICE:
                crossing = EXACT.add(crossing, child.working)
        return crossing

    def _most(self) -> Fraction:
        """Give the most that may be at work: by what was said, or else what is due, or the least."""
        working = self._working
        if working.max_participation is not None:
            return self._part_of(working.max_participation)
        least = working.min_participation
        return self._due if least is None else max(self._due, self._part_of(least))

    def _part_of(self, rate: Decimal) -> Fraction:
        return part_of(self._others.total, rate, self._pov.rate_basis)

    def _left_under(self, most: Fraction) -> Decimal:
        """Give how much is left of the most beside what has executed and works."""
        progress = progress_of(self._parent)
        whole = whole_of(progress, most, self._view.instrument.lot)
        return max(EXACT.subtract(whole, EXACT.add(progress.filled, progress.working)), ZERO)

    def _room(self) -> Decimal | None:
        """Give how much the most participation leaves; None where it is not limited."""
        rate = self._working.max_participation
        return None if rate is None else self._left_under(self._part_of(rate))

    # ------------------------------------------------------------ what is at work

    def _take_back(self) -> None:
        """Take back what was to trade at once and rests, and what waits: all near the end, else what stands in the way of the least."""
        completes = self._is_completing()
        wanted = self._stands_in_the_way() if self._is_owed else ZERO
        # What came last has the least to lose.
        for child in reversed(self._parent.open.values()):
            if child.is_pending_cancel or child.order is None:
                continue
            if child.role == SLICE:
                is_over = completes or wanted > ZERO
                wanted = EXACT.subtract(wanted, child.working)
            else:
                ends_ns = child.order.created_ns + PATIENCE_NS
                is_over = ends_ns <= self._view.now_ns
                if not is_over:
                    self._at_ns.append(ends_ns)
            if is_over:
                self._cancel.append(child.order_id)

    def _stands_in_the_way(self) -> Decimal:
        """Give how much of what waits is to be taken back, so that the least may be crossed within the most."""
        free = self._left_under(self._most())
        for child in self._parent.open.values():
            if child.role == SLICE and child.is_pending_cancel:
                free = EXACT.add(free, child.working)
        return EXACT.subtract(self._least, min(free, self._least))

    def _repriced(self) -> tuple[tuple[OrderId, Decimal], ...]:
        if not is_passive(self._working) or not (self._parent.open or self._child is not None):
            return ()
        self._on_quote = True
        return repriced(self._parent, self._view, self._working, self._cancel)

    # ------------------------------------------------------------ what is kept, and when to look again

    def _keep(self) -> None:
        self._memo.update(count_of(self._others))
        if LINE in self._memo or moves(self._pov):
            self._memo[LINE] = self._line.text

    def _next_volume(self) -> Decimal | None:
        """Give the count of prints at which something is due next: by the rate, or of the least; None where nothing is."""
        if not self._parent.may_send:
            return None
        found = [more for more in (self._more_for_next(), self._more_for_least()) if more is not None]
        return EXACT.add(self._view.printed_qty, min(found)) if found else None

    def _volume_to_keep(self) -> Decimal | None:
        """Give the count of prints at which the volume is on record again, between two intervals; None where no more changes anything."""
        parent, working = self._parent, self._working
        limits = [one for one in (working.max_participation, working.min_participation) if one is not None]
        least = min([self._due, *map(self._part_of, limits)])
        if parent.order.is_filled or least >= parent.qty:
            return None
        rate = max(self._line.rate, self._pov.end_rate or ZERO, *limits)
        return EXACT.add(self._view.printed_qty, step_of(parent, self._view, rate, self._pov.rate_basis))

    def _more_for_next(self) -> Decimal | None:
        """Give how much must be printed until the next child is due; None where nothing is left."""
        lot, working, progress = self._view.instrument.lot, self._working, progress_of(self._parent)
        sent = ZERO if self._child is None else self._child.qty
        left = EXACT.subtract(progress.available, sent)
        if left <= ZERO:
            return None
        child, rate = min(self._smallest(), left), self._line.rate
        done = EXACT.add(EXACT.add(progress.filled, progress.working), sent)
        volume = ceiled(self._line.volume_for(EXACT.add(done, child)), lot)
        due = EXACT.subtract(volume, self._others.total)
        # What is sent at a time is rounded up to a lot.
        burst = self._needed(max(EXACT.subtract(child, lot), ZERO), working.max_participation or rate)
        return max(due, EXACT.subtract(burst, self._others.lately), lot)

    def _more_for_least(self) -> Decimal | None:
        """Give how much must be printed until the order is under its least; None where it is, or never will be."""
        rate, child = self._working.min_participation, self._child
        if rate is None:
            return None
        sent = ZERO if child is None or child.role == SLICE else child.qty
        done = EXACT.add(EXACT.add(self._parent.filled, self._crossing()), sent)
        one = min(self._smallest(), EXACT.subtract(self._parent.qty, done))
        if one <= ZERO:
            return None
        more = EXACT.subtract(self._needed(EXACT.add(done, one), rate), self._others.total)
        return more if more > ZERO else None

    def _smallest(self) -> Decimal:
        """Give the smallest child that is worth one, but for the last."""
        return max(self._working.min_child or ZERO, least_child(self._view, self._working))

    def _needed(self, qty: Decimal, rate: Decimal) -> Decimal:
        """Give the volume of others at which so much is ours, rounded up to whole lots."""
        part = part_of(ONE, rate, self._pov.rate_basis)
        return ceiled(Fraction(qty) / part, self._view.instrument.lot)


def count_of(others: OthersVolume) -> dict[str, str]:
    """Give what of the volume is kept in the memo."""
    return {
        "others": plain(others.total),
        "lately": plain(others.lately),
        "owed": plain(others.owed),
    }
