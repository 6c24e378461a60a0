"""Participation at work: a part of what the others trade, counted from the start on."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from oms.algos.pov import OthersVolume
from oms.algos.pov_round import PovRound
from oms.algos.reacting import Pov
from oms.algos.reacting_handler import ReactingHandler
from oms.model.decimals import EXACT, ZERO
from oms.model.enums import Side
from oms.model.parent import Parent
from oms.model.work import Wake
from oms.ports.working_handler import NextWake, Steps, View

OTHERS: Final = "others"
LATELY: Final = "lately"
OURS: Final = "ours"
OWED: Final = "owed"
"""Names in the memo: the volume that counts, how much of it came since the last look, up to which count of all that executed here it
was taken off, and what is still to be, since its print has not come."""


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
        return PovRound(parent, view, algorithm, counted(parent, view, algorithm)).steps()


def counted(parent: Parent, view: View, algorithm: Pov) -> OthersVolume:
    """Give the volume of the others since the start, with what was printed since the order was looked at last.

    Where the prints hold our own executions too, as at a venue, all that has executed here is taken off again, of whichever order:
    so no two orders follow one another. While trading is
    halted or the session closed nothing that is printed counts. What was printed while market data was lost is not known and
    does not count either; where some of it is missing, what came before and after is not sent in a burst.
    """
    memo = dict(parent.memo)
    others = OthersVolume(
        start_ns=parent.start_ns,
        is_buy=parent.order.side is Side.BUY,
        limit_px=algorithm.working.limit_price,
        counts_outside_limit=algorithm.count_volume_outside_limit,
        total=Decimal(memo.get(OTHERS, "0")),
        lately=Decimal(memo.get(LATELY, "0")),
        owed=Decimal(memo.get(OWED, "0")),
    )
    if not view.is_open:
        return others.after_all((), corrections=view.corrections)
    prints = view.prints
    if view.is_halted:
        # What is told with the news of the halt was printed before it.
        prints = [one for one in prints if one.time_ns <= view.halted_ns]
    own = EXACT.subtract(view.own_qty, Decimal(memo[OURS])) if OURS in memo else ZERO
    others = others.after_all(prints, own, view.corrections, had_gap=view.had_gap)
    return others.next_interval() if view.had_gap else others
