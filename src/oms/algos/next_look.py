"""When an order is looked at next: not by prices that are known to change nothing for it, since nearly all do not."""

from __future__ import annotations

from decimal import Decimal

from oms.algos.child_terms import touch_px
from oms.algos.handling import is_buy, quote_for
from oms.algos.working import Working
from oms.model.parent import Parent
from oms.ports.working_handler import NextWake, View


def next_look(
    parent: Parent,
    view: View,
    working: Working,
    *,
    hears: bool,
    awaits_limit: bool = False,
    at_ns: int | None,
    at_volume: Decimal | None,
) -> NextWake:
    """Give when an order is looked at next.

    One that waits for its limit, or would be taken at a price, sleeps while the market is known to be worse than that.

    Args:
        parent: The order.
        view: What is known.
        working: How it is worked.
        hears: Other prices may change something for it, whatever they are.
        awaits_limit: The market is beyond its limit, and it is to go on once that is over.
        at_ns: When it is looked at anyway, in nanoseconds UTC; None for no such time.
        at_volume: At which count of prints; None for none.
    """
    quote, buys = quote_for(view, working), is_buy(parent)
    # The price at which it would be taken is never beyond the limit.
    px = working.limit_price if awaits_limit else working.i_would_price
    is_asleep = False
    if px is not None and not hears:
        touch = touch_px(quote, is_buy=buys)
        is_asleep = touch is not None and (touch > px if buys else touch < px)
        hears = not is_asleep
    # After one that is too old one of the same prices says something too.
    ages = working.max_quote_age is not None and quote is None
    return NextWake(
        at_ns=at_ns,
        at_volume=at_volume,
        on_quote=hears and ages,
        on_price=hears and not ages,
        price_to=px if is_asleep else None,
    )
