"""What every algorithm's handler does alike: parameters, facts and children; the end of the window is in `oms.algos.residual`.

A handler keeps nothing of an order: its parameters stand in the order's terms, and what else it must know later in the memo.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, TypeAlias

from attrs import evolve

from oms.algos.admission import reasons_of, told_in, why_not
from oms.algos.child_terms import judged_px, terms_of, touch_px
from oms.algos.choices import ChildStyle, OnResidual
from oms.algos.least import least_child
from oms.algos.pacing import Facts
from oms.algos.parameter import in_ns
from oms.algos.post_only import only_waits
from oms.algos.pov import RateBasis, part_of
from oms.algos.slicing import Progress, ceiled, floored
from oms.algos.working import Working
from oms.errors import ValidationError
from oms.model.commands import Command, SubmitOrder
from oms.model.decimals import EXACT, ZERO
from oms.model.enums import Side
from oms.model.events import OrderEvent
from oms.model.instrument import Instrument
from oms.model.market import Quote
from oms.model.order import Order
from oms.model.parent import AUCTION, Parent
from oms.model.reasons import Reason
from oms.model.terms import Limit, Market
from oms.model.time_in_force import AtTheClose, AtTheOpening
from oms.model.work import Pace
from oms.ports.working_handler import NewChild, View

Auction: TypeAlias = AtTheOpening | AtTheClose
AT_THE_CLOSE: Final = AtTheClose()
PATIENCE_NS: Final = 5_000_000_000
"""For how long a child that is meant to trade at once may rest before it is taken back, in nanoseconds."""


class Handler:
    """What is the same for every algorithm; each of them adds `begin`, `amend` and `step`."""

    wants_events = False
    needs_prints = False

    def check(self, order: SubmitOrder, instrument: Instrument) -> Sequence[Reason]:
        """Give all that is wrong with the parameters, by themselves and for the instrument."""
        try:
            # Whether it is too late is for `begin` to say, which knows the time.
            return why_not(order, instrument)
        except ValidationError as error:
            return reasons_of(error)

    def worst_px(self, order: SubmitOrder, reference_px: Decimal | None) -> Decimal | None:
        """Give the limit, and the market's price where there is none: there is no better guess."""
        try:
            limit = told_in(order.terms).values.get("limit_price")
        except ValidationError:
            return reference_px
        return limit if isinstance(limit, Decimal) else reference_px

    def on_event(self, order: Order, event: OrderEvent) -> Sequence[Command]:
        """Nothing follows from events: an algorithm is asked for steps."""
        return ()


def progress_of(parent: Parent) -> Progress:
    """Give how far an order is."""
    return Progress(qty=parent.qty, filled=parent.filled, working=parent.working)


def is_buy(parent: Parent) -> bool:
    """Tell which way an order goes."""
    return parent.order.side is Side.BUY


def quote_for(view: View, working: Working) -> Quote | None:
    """Give the last quote where children may be priced by it; None where it is one-sided, crossed or too old."""
    age = working.max_quote_age
    return view.fresh_quote(None if age is None else in_ns(age))


def facts_of(
    parent: Parent,
    view: View,
    working: Working,
    *,
    crosses: bool = False,
    target: Decimal | None = None,
    slice_qty: Decimal = ZERO,
    left_qty: Decimal = ZERO,
    slice_ends: bool = False,
    others: Decimal | None = None,
    would_have: Decimal = ZERO,
) -> Facts:
    """Give what `pacing.decide` goes by.

    Args:
        parent: The order.
        view: What is known.
        working: How it is worked.
        crosses: The child would go across the spread.
        target: What is due by now in all; None where there is no schedule.
        slice_qty: What is due of slices now.
        left_qty: What the slices that are left were planned with in all, this one included.
        slice_ends: What was missed is to be taken now.
        others: What others have traded since the beginning; None where nobody needs it.
        would_have: How much has been sent at the price at which it would be taken.
    """
    buys, quote = is_buy(parent), quote_for(view, working)
    facts = _standing(parent, view, working)
    return evolve(
        facts,
        has_quote=quote is not None or _needs_no_quote(view, working),
        no_quote=_why_no_quote(view),
        is_beyond_band=is_beyond_band(view, working, is_buy=buys),
        px=judged_px(working, quote, is_buy=buys, crosses=crosses),
        touch_px=touch_px(quote, is_buy=buys),
        cap_qty=room_of(parent, view, working, others),
        i_would_qty=_would_qty(working, would_have),
        target=target,
        slice_qty=slice_qty,
        left_qty=left_qty,
        slice_ends=slice_ends,
        min_qty=_least(parent, view, working, others),
        least_qty=least_child(view, working),
    )


def _needs_no_quote(view: View, working: Working) -> bool:
    """Tell whether a child needs no quote: it goes out at any price, in a market that is told by its trades or bars alone."""
    is_unquoted = view.quote is None and view.good_quote is None and view.last_trade is not None
    return (
        is_unquoted
        and not view.is_lost
        and working.child_style is ChildStyle.MARKET
        and working.limit_price is None
    )


def _why_no_quote(view: View) -> Pace:
    """Give why there is no quote to price children by, where there is none."""
    if view.is_lost:
        return Pace.FEED_GAP
    return Pace.NO_QUOTE if view.fresh_quote() is None else Pace.STALE


def is_beyond_band(view: View, working: Working, *, is_buy: bool) -> bool:
    """Tell whether the market may trade at no price that an order's limit allows."""
    limit = working.limit_price
    return limit is not None and view.limits is not None and view.limits.refuses(limit, is_buy=is_buy)


def _standing(parent: Parent, view: View, working: Working) -> Facts:
    """Give what follows from the order and the time alone."""
    window = working.completion_window
    completing = working.force_completion and (window is None or view.now_ns >= parent.end_ns - in_ns(window))
    return Facts(
        progress=progress_of(parent),
        now_ns=view.now_ns,
        start_ns=parent.start_ns,
        end_ns=parent.end_ns,
        lot=view.instrument.lot,
        is_buy=is_buy(parent),
        is_killed=view.is_killed,
        is_canceled=parent.stopped is not None,
        is_suspended=not parent.may_send,
        allow_past_end=extends(working),
        is_reconciled=view.is_reconciled,
        is_halted=view.is_halted,
        is_open=view.is_open,
        limit_px=working.limit_price,
        max_child=working.max_child,
        min_child=working.min_child or ZERO,
        rested_ns=max(parent.last_child_ns + in_ns(working.min_rest), view.resting_ns),
        i_would_px=working.i_would_price,
        catch_up=working.catch_up,
        completing=completing,
        completion_ignores_caps=working.completion_ignores_caps,
    )


def _would_qty(working: Working, would_have: Decimal) -> Decimal | None:
    qty = working.i_would_qty
    return None if qty is None else max(EXACT.subtract(qty, would_have), ZERO)


def extends(working: Working) -> bool:
    """Tell whether an order is worked on after its end."""
    return working.allow_past_end or working.on_residual is OnResidual.EXTEND


def room_of(parent: Parent, view: View, working: Working, others: Decimal | None) -> Decimal | None:
    """Give how much the participation that is allowed leaves after so much volume of others; None where it is not limited."""
    if working.max_participation is None or others is None:
        return None
    allowed = floored(part_of(others, working.max_participation, RateBasis.OF_OTHERS), view.instrument.lot)
    return EXACT.subtract(allowed, EXACT.add(parent.filled, parent.working))


def _least(parent: Parent, view: View, working: Working, others: Decimal | None) -> Decimal:
    if working.min_participation is None or others is None:
        return ZERO
    least = ceiled(part_of(others, working.min_participation, RateBasis.OF_OTHERS), view.instrument.lot)
    return max(EXACT.subtract(least, EXACT.add(parent.filled, parent.working)), ZERO)


# ---------------------------------------------------------------- children


def child_of(
    parent: Parent,
    view: View,
    working: Working,
    qty: Decimal,
    pace: Pace,
    *,
    number: int,
    role: str,
    crosses: bool,
    asked: Decimal | None = None,
) -> NewChild:
    """Give a child by the style of its order; there must be a quote that can be used, where its price depends on one."""
    quote = quote_for(view, working)
    terms = terms_of(
        working,
        view.instrument,
        quote,
        is_buy=is_buy(parent),
        crosses=crosses,
        limits=view.limits,
        # Whatever the style: what is taken at this price or better is taken no worse.
        would_px=working.i_would_price if pace is Pace.I_WOULD else None,
    )
    return NewChild(
        qty=qty,
        terms=terms,
        number=number,
        pace=pace,
        asked_qty=asked,
        role=role,
        instructions=only_waits(parent, view, working),
    )


def auction_child(
    working: Working,
    qty: Decimal,
    number: int,
    pace: Pace = Pace.COMPLETING,
    auction: Auction = AT_THE_CLOSE,
    *,
    asked: Decimal | None = None,
) -> NewChild:
    """Give a child for an auction, the closing one unless told, at the limit where there is one."""
    terms = Market() if working.limit_price is None else Limit(working.limit_price)
    return NewChild(
        qty=qty, terms=terms, number=number, pace=pace, asked_qty=asked, role=AUCTION, time_in_force=auction
    )
