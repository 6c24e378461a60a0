"""One look at an order that has a schedule: what is due, what was missed, which children have had their time, and when to look again."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from attrs import evolve

from oms.algos.auction_parts import auction_children, why_none_goes
from oms.algos.auctions import in_force
from oms.algos.capped import keep_later, later_part
from oms.algos.child_terms import is_passive
from oms.algos.handling import PATIENCE_NS, child_of, facts_of
from oms.algos.next_look import next_look
from oms.algos.others import begins_count, kept, others_volume, volume_for
from oms.algos.pacing import CatchUp, Decision, Facts, decide, why_stopped
from oms.algos.parameter import in_ns
from oms.algos.resting import CROSS, repriced
from oms.algos.slicing import share_of
from oms.algos.volume_since import ahead_of, due_by_volume, note_ahead
from oms.algos.working import Working
from oms.algos.would import WOULD, note_would, would_have
from oms.model.decimals import EXACT, ZERO
from oms.model.ids import OrderId
from oms.model.parent import SLICE, Child, Parent
from oms.model.work import HELD, Pace, Rule, Slice, Wake
from oms.ports.working_handler import NewChild, NextWake, Skip, Steps, View

_WAITS: Final = frozenset({Rule.RISK, Rule.MARKET, Rule.LIMIT, Rule.CAPS})
"""Rules of which a slice waits until it ends, since what they say may pass."""
_ON_QUOTE: Final = frozenset({Pace.NO_QUOTE, Pace.STALE, Pace.FEED_GAP})
_LEAST: Final = Decimal("1E-18")
_AT_ONCE: Final = frozenset({CROSS, WOULD})
_ON_TIME: Final = frozenset({Pace.ON_SCHEDULE, Pace.CATCHING_UP})


class ScheduleRound:
    """What is found and decided in one look."""

    __slots__ = (
        "_at_ns", "_at_volume", "_auctions", "_awaits_limit", "_begins_count", "_children", "_due", "_dynamic", "_held", "_is_restart", "_later", "_memo", "_on_quote", "_others", "_over", "_parent", "_sent", "_skips", "_view",
        "_working", "_would_have",
    )  # fmt: skip

    def __init__(
        self,
        parent: Parent,
        view: View,
        working: Working,
        why: frozenset[Wake],
        dynamic: tuple[Decimal, Decimal] | None = None,
    ) -> None:
        """Look at an order.

        Args:
            parent: It.
            view: What is known.
            working: How it is worked.
            why: Why it is looked at.
            dynamic: By which part of the order what is due may differ from the schedule with today's volume, and which volume was
                expected; None where the schedule holds.
        """
        self._dynamic = dynamic
        self._parent, self._view, self._working = parent, view, working
        due = list(parent.due(view.now_ns))
        # What has ended was missed; an auction's slice has no length, and ends with its moment.
        self._over = [each for each in due if each.start_ns < self._until(each.end_ns) <= view.now_ns]
        self._due = [each for each in due if each not in self._over]
        self._auctions: list[Slice] = []
        self._memo = dict(parent.memo)
        self._later = later_part(parent, view.now_ns, self._until)
        self._is_restart = Wake.RESTART in why
        self._begins_count = begins_count(parent, view)
        self._others = others_volume(
            self._memo,
            parent,
            view,
            working,
            is_restart=self._is_restart,
            is_needed=dynamic is not None,
        )
        self._held: Pace | None = None
        self._would_have = would_have(self._memo, parent)
        self._children: list[NewChild] = []
        self._skips: list[Skip] = []
        self._sent = ZERO
        self._at_ns: list[int] = []
        self._on_quote = self._awaits_limit = False
        self._at_volume: Decimal | None = None

    def steps(self) -> Steps:
        """Give what is to be done."""
        self._send_auctions()
        self._cross_missed()
        self._send_due()
        ended = self._ended()
        repriced = self._repriced()
        self._wake_for_what_comes()
        keeps, more = kept(self._memo, self._parent, self._view, self._others, self._working, self._dynamic)
        if more is not None:
            self._wait_for_volume(more)
        wake = next_look(
            self._parent, self._view, self._working, hears=self._on_quote, awaits_limit=self._awaits_limit,
            at_ns=min(self._at_ns, default=None), at_volume=self._at_volume,
        )  # fmt: skip
        # What the count of the volume begins with is another one after a correction, and after a restart.
        is_recounted = self._others is not None and (
            self._is_restart or bool(self._view.corrections) or self._begins_count
        )
        is_news = bool(self._children or self._skips) or is_recounted or keeps
        memo = tuple(self._memo.items()) if is_news else None
        return Steps(
            cancel=ended, reprice=repriced, skips=tuple(self._skips), children=tuple(self._children), memo=memo, wake=wake,
            held=self._held,
        )  # fmt: skip

    # ------------------------------------------------------------ what was missed, and what is due

    @property
    def _target(self) -> Decimal:
        """What is due by now in all: the plan is what is left, so that what is not planned for later is due."""
        parent = self._parent
        now = sum((each.qty for each in (*self._over, *self._auctions, *self._due)), ZERO)
        return EXACT.subtract(parent.qty, EXACT.subtract(parent.planned, now))

    @property
    def _due_qty(self) -> Decimal:
        return sum((each.qty for each in self._due), ZERO)

    @property
    def _done(self) -> Decimal:
        """What has traded and works, with what is sent in this look."""
        return EXACT.add(self._parent.filled, EXACT.add(self._parent.working, self._sent))

    @property
    def _left_qty(self) -> Decimal:
        """What is planned for the slices that are due or to come."""
        gone = sum((each.qty for each in (*self._over, *self._auctions)), ZERO)
        return EXACT.subtract(self._parent.planned, gone)

    def _until(self, end_ns: int) -> int:
        """Give when a slice is over: the last one so early that what it leaves has time to be taken across the spread.

        That is a tenth of a slice before the end, and five seconds at most.
        """
        parent = self._parent
        if end_ns < parent.end_ns or not self._crosses:
            return end_ns
        slices = max(len(parent.decided) + len(parent.slices), 1)
        return parent.end_ns - min(PATIENCE_NS, (parent.end_ns - parent.start_ns) // (10 * slices))

    @property
    def _crosses(self) -> bool:
        """What was missed is taken across the spread."""
        working = self._working
        # After the end there are no slices any more: what is worked on then is taken as it can be had.
        is_late = self._view.now_ns >= self._parent.end_ns
        wants_to = is_late or working.catch_up is CatchUp.CROSS or is_passive(working)
        return wants_to and not working.no_take_liquidity

    def _facts(
        self, *, crosses: bool, target: Decimal, slice_qty: Decimal, slice_ends: bool = False
    ) -> Facts:
        facts = facts_of(
            self._parent,
            self._view,
            self._working,
            crosses=crosses,
            target=target,
            slice_qty=slice_qty,
            left_qty=self._left_qty,
            slice_ends=slice_ends,
            others=self._others,
            would_have=self._would_have,
        )
        if not self._sent:
            return facts
        # What was decided before in this look counts as sent, under the caps too.
        progress, room = facts.progress, facts.cap_qty
        rested_ns = self._view.now_ns + in_ns(self._working.min_rest)
        return evolve(
            facts,
            progress=evolve(progress, working=EXACT.add(progress.working, self._sent)),
            cap_qty=None if room is None else EXACT.subtract(room, self._sent),
            rested_ns=max(facts.rested_ns, rested_ns),
        )

    def _cross_missed(self) -> None:
        if not self._crosses:
            return
        done = self._done
        target = EXACT.subtract(self._target, EXACT.add(self._due_qty, self._later.qty))
        if target <= done:
            return
        facts = self._facts(crosses=True, target=target, slice_qty=ZERO, slice_ends=True)
        decision = decide(evolve(facts, catch_up=CatchUp.CROSS, i_would_px=None))
        if decision.qty:
            self._place(decision, max(self._parent.decided, default=-1), CROSS)
        else:
            self._wait_for(decision.pace, facts)

    def _send_auctions(self) -> None:
        """Send what goes into an auction, before that is held, whether the market trades or not."""
        for one in list(self._due):
            auction = in_force(self._memo, one.number)
            if auction is None:
                continue
            parent, view = self._parent, self._view
            left = EXACT.subtract(parent.available, self._sent)
            qty = min(EXACT.add(one.qty, self._missed_of(one)), left)
            why_not, again_ns = why_none_goes(parent, view, one.end_ns)
            self._due.remove(one)
            if again_ns is not None:
                self._at_ns.append(again_ns)
                continue
            self._auctions.append(one)
            pace = Pace.CATCHING_UP if qty > one.qty else Pace.ON_SCHEDULE
            parts = () if why_not else auction_children(view, self._working, qty, one.number, pace, auction)
            self._children += parts
            self._sent = sum((part.qty for part in parts), self._sent)
            if not parts:
                why_not = why_not or (Pace.CAPPED if qty > ZERO else Pace.DONE)
                self._skips.append(Skip(number=one.number, pace=why_not, asked_qty=one.qty))

    def _missed_of(self, auction: Slice) -> Decimal:
        """Give how much of what was missed before goes into an auction, by the catch-up policy."""
        parent, policy = self._parent, self._working.catch_up
        if self._crosses or policy not in (CatchUp.SPREAD, CatchUp.CARRY):
            return ZERO
        due = EXACT.subtract(parent.qty, self._left_qty)
        missed = max(EXACT.subtract(due, self._done), ZERO)
        lot, left = self._view.instrument.lot, self._left_qty
        if policy is CatchUp.CARRY:
            # What is due before the auction comes first.
            return missed if left == auction.qty else ZERO
        return min(share_of(missed, auction.qty, left, lot), missed)

    def into_auctions(self) -> Steps:
        """Give what is to be done while the time of the order stands: auctions are held when they are held."""
        self._send_auctions()
        coming = [one.start_ns for one in self._parent.slices.values() if in_force(self._memo, one.number)]
        later = [at_ns for at_ns in (*coming, *self._at_ns) if at_ns > self._view.now_ns]
        return Steps(
            skips=tuple(self._skips),
            children=tuple(self._children),
            wake=NextWake(at_ns=min(later, default=None)),
        )

    def _send_due(self) -> None:
        due, working, later, done = self._due, self._working, self._later, self._done
        target, slice_qty, ahead = self._target, self._due_qty, ahead_of(self._memo)
        # One child of a slice after the other; where the first was refused, all of it is due again.
        goes_on = not due and bool(later.qty)
        goes_on = goes_on and not any(one.role == SLICE for one in self._parent.open.values())
        if goes_on:
            slice_qty = later.qty
            # What was due by the volume may be more than the schedule has due.
            target = target if self._dynamic is None else EXACT.add(done, slice_qty)
        if self._dynamic is not None and due and target < self._parent.qty:
            volume = EXACT.add(self._others or ZERO, self._parent.filled)
            lot = self._view.instrument.lot
            schedule = target
            target = due_by_volume(self._parent, lot, schedule, slice_qty, volume, self._dynamic)
            # By how much the volume has moved what is due since the last slice is this one's; all else was missed.
            before, ahead = ahead, EXACT.subtract(target, schedule)
            slice_qty = max(EXACT.add(slice_qty, EXACT.subtract(ahead, before)), ZERO)
        facts = self._facts(crosses=False, target=target, slice_qty=slice_qty)
        if self._crosses or goes_on:
            # What was missed has been seen to.
            facts = evolve(facts, catch_up=CatchUp.GIVE_UP)
        asks = (
            bool(due)
            or goes_on
            or working.i_would_price is not None
            or facts.completing
            or bool(facts.min_qty)
        )
        decision = decide(facts) if asks or self._over else Decision(ZERO, Pace.NOTHING_DUE)
        pace = decision.pace
        stopped = why_stopped(facts)
        if stopped in HELD and (asks or self._over or stopped is self._parent.held):
            self._held = stopped
        if decision.qty and asks:
            number = due[-1].number if due else max(self._parent.decided, default=-1)
            self._place(decision, number, SLICE if pace in _ON_TIME else CROSS)
            if due:
                asked, sent = decision.asked, decision.qty
                if pace not in _ON_TIME:
                    asked, sent = EXACT.subtract(slice_qty, sent), ZERO
                keep_later(self._memo, self._parent, asked, sent, max(each.end_ns for each in due))
            self._skips += [Skip(number=each.number, pace=Pace.MERGED) for each in due[:-1]]
        elif due and pace.rule not in _WAITS:
            self._skip(due, pace)
        elif asks:
            self._wait_for(pace, facts)
            ends = [self._until(each.end_ns) for each in due]
            self._at_ns += [end_ns for end_ns in ends if end_ns > self._view.now_ns]
        if self._dynamic is not None and due and (self._sent or pace.rule not in _WAITS):
            note_ahead(self._memo, ahead)
        self._skip(self._over, pace if pace.rule in _WAITS or pace is Pace.SUSPENDED else Pace.MISSED)

    def _skip(self, slices: list[Slice], pace: Pace) -> None:
        self._skips += [Skip(number=each.number, pace=pace, asked_qty=each.qty) for each in slices]

    def _place(self, decision: Decision, number: int, role: str) -> None:
        role = WOULD if decision.pace is Pace.I_WOULD else role
        child = child_of(
            self._parent,
            self._view,
            self._working,
            decision.qty,
            decision.pace,
            number=number,
            role=role,
            crosses=decision.crosses,
            asked=decision.asked,
        )
        self._children.append(child)
        self._sent = EXACT.add(self._sent, decision.qty)
        if decision.pace is Pace.I_WOULD:
            note_would(self._memo, decision.qty)

    # ------------------------------------------------------------ children that have had their time

    def _ends_ns(self, child: Child) -> int | None:
        """Give when a child is taken back; None for never."""
        if child.role == SLICE:
            return self._until(child.until_ns)
        created_ns = self._view.now_ns if child.order is None else child.order.created_ns
        return created_ns + PATIENCE_NS if child.role in _AT_ONCE else None

    def _ended(self) -> tuple[OrderId, ...]:
        found = []
        for child in self._parent.open.values():
            ends_ns = self._ends_ns(child)
            if ends_ns is None or child.is_pending_cancel:
                continue
            if ends_ns <= self._view.now_ns:
                found.append(child.order_id)
            else:
                self._at_ns.append(ends_ns)
        return tuple(found)

    def _repriced(self) -> tuple[tuple[OrderId, Decimal], ...]:
        if not is_passive(self._working) or not (self._parent.open or self._children):
            return ()
        self._on_quote = True
        return repriced(self._parent, self._view, self._working)

    # ------------------------------------------------------------ when to look again

    def _wait_for(self, pace: Pace, facts: Facts) -> None:
        """Look again once what forbids a child may have passed; of a halt or a session one is told."""
        view = self._view
        if pace is Pace.BEYOND_LIMIT:
            self._awaits_limit = True
        elif pace in _ON_QUOTE:
            self._on_quote = True
            if view.good_quote is None:
                # A market that is told by its trades alone has no quotes.
                self._wait_for_volume(_LEAST)
        elif pace is Pace.RESTING:
            self._at_ns.append(facts.rested_ns)
        elif pace is Pace.CAPPED and self._others is not None:
            rate = self._working.max_participation
            if rate is not None:
                self._wait_for_volume(volume_for(facts, self._others, rate))

    def _wait_for_volume(self, more: Decimal) -> None:
        at_volume = EXACT.add(self._view.printed_qty, more)
        self._at_volume = at_volume if self._at_volume is None else min(self._at_volume, at_volume)

    def _wake_for_what_comes(self) -> None:
        now_ns, working, parent = self._view.now_ns, self._working, self._parent
        ahead = next((each.start_ns for each in parent.slices.values() if each.start_ns > now_ns), None)
        if ahead is not None:
            self._at_ns.append(ahead)
        if self._others is not None and parent.start_ns > now_ns:
            # From then on volume counts.
            self._at_ns.append(parent.start_ns)
        ends = [self._until(each.end_ns) for each in self._due] if self._children else []
        self._at_ns += [end_ns for end_ns in (*ends, self._until(self._later.end_ns)) if end_ns > now_ns]
        if any(child.role in _AT_ONCE for child in self._children):
            self._at_ns.append(now_ns + PATIENCE_NS)
        window = working.completion_window
        if working.force_completion and window is not None and parent.end_ns - in_ns(window) > now_ns:
            self._at_ns.append(parent.end_ns - in_ns(window))
