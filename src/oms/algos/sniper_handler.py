"""Works a sniper: it takes what is shown, only when enough of it is there at the price."""

from __future__ import annotations

from typing import Final

from attrs import evolve

from oms.algos.child_terms import within
from oms.algos.least import least_qty
from oms.algos.parameter import in_ns
from oms.algos.reacting import Sniper
from oms.algos.reacting_handler import ReactingHandler
from oms.algos.sniper import snipe
from oms.model.decimals import ZERO
from oms.model.enums import Side
from oms.model.parent import Parent
from oms.model.terms import Limit
from oms.model.time_in_force import IOC
from oms.model.work import Pace, Wake
from oms.ports.working_handler import NewChild, NextWake, Steps, View

SHOT: Final = "shot"
"""What a child of a sniper is for; and the entry of the memo that says of when the quote was that was shot at last."""

_EVER: Final = 2**63


class SniperHandler(ReactingHandler):
    """Takes what is shown, with one child at a time that is canceled at once where it does not execute.

    No quote is shot at twice: what it shows may be what was just taken.
    """

    def work(self, parent: Parent, view: View, why: frozenset[Wake], algorithm: Sniper) -> Steps:
        """Shoot at what is shown now, if that is enough and was not shot at before."""
        awake = NextWake(on_quote=True)
        quote, working, order = view.quote, algorithm.working, parent.order
        limit_px = working.limit_price
        assert limit_px is not None  # a sniper has one
        bid = None if quote is None else quote.bid
        least = least_qty(view.instrument, min(bid or limit_px, limit_px))
        if not parent.open and ZERO < parent.available < least:
            # What it is worth may become enough with another price.
            return Steps(wake=NextWake(on_quote=bool(view.instrument.min_notional)), held=Pace.TOO_SMALL)
        if parent.open or quote is None or quote.time_ns <= _shot_ns(parent):
            return Steps(wake=awake)
        # Nearly every quote is beyond the limit: nobody has to look before one is not.
        px = quote.ask if order.side is Side.BUY else quote.bid
        if px is None or within(px, working.limit_price, is_buy=order.side is Side.BUY) != px:
            return Steps(wake=NextWake(shown_to=working.limit_price))
        if (pace := self.why_not(parent, view, working)) is not None:
            return Steps(wake=evolve(self.until(pace, parent, view, working), on_quote=True))
        shot = snipe(
            quote,
            is_buy=order.side is Side.BUY,
            limit_px=limit_px,
            min_size=algorithm.min_size,
            left=parent.available,
            lot=view.instrument.lot,
            now_ns=view.now_ns,
            max_age_ns=_EVER if working.max_quote_age is None else in_ns(working.max_quote_age),
            max_child=working.max_child,
            least=least,
        )
        if not shot.qty or shot.px is None:
            return Steps(wake=awake)
        child = NewChild(
            qty=shot.qty,
            terms=Limit(shot.px),
            number=len(parent.children),
            pace=Pace.ON_SCHEDULE,
            role=SHOT,
            time_in_force=IOC,
        )
        return Steps(children=(child,), memo=((SHOT, str(quote.time_ns)),), wake=awake)


def _shot_ns(parent: Parent) -> int:
    """Give of when the quote was that was shot at last, in nanoseconds UTC; its clock may be ahead of ours."""
    return max(parent.last_child_ns, int(parent.memo_of(SHOT) or 0))
