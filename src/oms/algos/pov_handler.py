"""Participation at work: a part of what the others trade, counted from the start on."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

from attrs import evolve

from oms.algos.due_line import DueLine, line_of
from oms.algos.handling import progress_of
from oms.algos.pov import OthersVolume, RateBasis, part_of, target_of
from oms.algos.pov_interval import is_within
from oms.algos.pov_rate import moves, rate_now, rate_under
from oms.algos.pov_round import LINE, PovRound, count_of
from oms.algos.reacting import Pov
from oms.algos.reacting_handler import ReactingHandler
from oms.algos.residual import Room
from oms.algos.slicing import floored
from oms.model.decimals import EXACT, ONE, ZERO
from oms.model.enums import Side
from oms.model.market import TradePrint
from oms.model.parent import Parent
from oms.model.work import Wake
from oms.ports.working_handler import NextWake, Steps, View

OTHERS: Final = "others"
LATELY: Final = "lately"
OWED: Final = "owed"
"""Names in the memo: the volume that counts, how much of it came since the last look, and how much of what executed here is still to be
taken off, since its print has not come."""

_LEAST: Final = Decimal("1E-18")


class PovHandler(ReactingHandler):
    """Takes part in the volume.

    It looks when its interval is over, or without one as soon as so much has been printed that a child is due. What is sent then
    is never more than the rate allows on what was printed since it looked last, so that neither a halt nor a gap in the
    prints is followed by a burst. The volume that counts stands in the memo: what is printed while nobody listens does not count.
    """

    needs_prints = True

    def work(self, parent: Parent, view: View, why: frozenset[Wake], algorithm: Pov) -> Steps:
        """Count what was printed, and send what is due by it."""
        if view.now_ns < parent.start_ns:
            return Steps(wake=NextWake(at_ns=parent.start_ns))
        others, line = counted(parent, view, algorithm, is_restart=Wake.RESTART in why)
        return PovRound(parent, view, algorithm, others, line).steps()

    def room(self, parent: Parent, view: View, algorithm: Pov) -> Room | None:
        """Give what the most participation leaves at the end, by the volume up to now; None where it is not limited."""
        rate = algorithm.working.max_participation
        if rate is None:
            return None
        (others, line), progress = counted(parent, view, algorithm), progress_of(parent)
        most = target_of(progress, others.total, rate, view.instrument.lot, algorithm.rate_basis)
        memo = {**dict(parent.memo), **count_of(others)}
        if LINE in memo or moves(algorithm):
            memo[LINE] = line.text
        qty = EXACT.subtract(most, EXACT.add(progress.filled, progress.working))
        return Room(qty, tuple(memo.items()))


def counted(
    parent: Parent, view: View, algorithm: Pov, *, is_restart: bool = False
) -> tuple[OthersVolume, DueLine]:
    """Give the volume of the others since the start, with what was printed since the order was looked at last; and what is due by it.

    Where the prints hold our own executions too, as at a venue, what has executed here is taken off again, of whichever order, as
    far as its prints count: so no two orders follow one another. While trading is halted or the session closed nothing that is
    printed counts. What was printed while market data was lost is not known and
    does not count either; where some of it is missing, what came before and after is not sent in a burst: of an interval that a
    restart has not outlasted all may be sent that is on record.
    """
    memo = dict(parent.memo)
    is_buy = parent.order.side is Side.BUY
    before = OthersVolume(
        start_ns=parent.start_ns,
        is_buy=is_buy,
        limit_px=algorithm.working.limit_price,
        counts_outside_limit=algorithm.count_volume_outside_limit,
        total=Decimal(memo.get(OTHERS, "0")),
        lately=Decimal(memo.get(LATELY, "0")),
        owed=Decimal(memo.get(OWED, "0")),
    )
    others, prints = _with_prints(before, view)
    rate = rate_now(algorithm, parent, view, is_buy=is_buy)
    if LINE not in memo and not moves(algorithm):
        line = DueLine(rate=rate, basis=algorithm.rate_basis)
    else:
        known = DueLine(rate=rate, basis=algorithm.rate_basis, most=before.total)
        line = line_of(memo[LINE], algorithm.rate_basis) if LINE in memo else known
        under = rate_under(algorithm, parent, line.rate, [one for one in prints if others.counts(one)])
        if algorithm.working.max_participation is None:
            more = EXACT.subtract(others.lately, before.lately)
            allowed = part_of(before.lately, line.rate, line.basis) + part_of(more, under, line.basis)
            others = evolve(others, lately=_volume_of(allowed, rate, line.basis))
        line = line.counted(others.total, under).by(rate)
    # A restart takes nothing of what waits to be sent, where the interval has not ended meanwhile.
    goes_on = is_restart and (algorithm.interval is None or is_within(parent, view, algorithm.interval))
    begins = view.had_gap and view.is_open and not goes_on
    return (others.next_interval() if begins else others), line


def _with_prints(others: OthersVolume, view: View) -> tuple[OthersVolume, Sequence[TradePrint]]:
    """Give the volume of the others with what was printed since, and of that what may count."""
    if not view.is_open:
        return others.after_all((), corrections=view.corrections), ()
    prints = view.prints
    if view.is_halted:
        # What is told with the news of the halt was printed before it.
        prints = [one for one in prints if one.time_ns <= view.halted_ns]
    own = others.own_of(view.own, view.halted_ns if view.is_halted else None)
    return others.after_all(prints, own, view.corrections, had_gap=view.had_gap), prints


def _volume_of(qty: Fraction, rate: Decimal, basis: RateBasis) -> Decimal:
    """Give of how much volume so much is the part of a rate: what may be sent at a time was earned by the rates of before."""
    return max(floored(qty / part_of(ONE, rate, basis), _LEAST), ZERO)
