"""Trees of legs for the machine of groups: brackets, trees like them, and trees within trees, for two instruments at two brokers.

And what somebody may ask of their orders.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

try:
    from hypothesis import strategies as st
except ImportError as error:  # pragma: no cover  # the suite itself needs Hypothesis
    raise ImportError("oms.testing needs Hypothesis: pip install 'openoms[testing]'") from error

from attrs import evolve

from oms.model.commands import ReplaceOrder
from oms.model.contingency import Arm, Contingency, Leg, Oco, Oto, Remainder, Siblings
from oms.model.enums import Side
from oms.model.instructions import Instructions
from oms.model.offset import Offset
from oms.model.order import Order
from oms.model.terms import Limit, Stop, StopLimit, Terms, TrailingStop, TrailingStopLimit, limit_px, stop_px
from oms.model.time_in_force import GTC

_STOP: Final = Leg("AAPL", Side.SELL, Stop(95), GTC)
_STOP_LIMIT: Final = Leg("AAPL", Side.SELL, StopLimit(95, 94), GTC)
_TARGET: Final = Leg("AAPL", Side.SELL, Limit(110), GTC)
# The same again as far as turns go: the account of the machine by its name, and a short sale.
_NAMED: Final = Leg("AAPL", Side.SELL, Limit(110), GTC, "main")
_SHORT: Final = Leg("AAPL", Side.SELL_SHORT, Limit(110), GTC)
_TRAIL: Final = Leg("AAPL", Side.SELL, TrailingStop(Offset(5)), GTC)
_TRAIL_LIMIT: Final = Leg("AAPL", Side.SELL, TrailingStopLimit(Offset(5), Offset(1)), GTC)
_FIRST: Final = Leg("AAPL", Side.SELL, Limit(105), GTC, order_qty=5)
_HEDGE: Final = Leg("BTC-USD", Side.BUY, Limit(9), GTC)
_HEDGE_STOP: Final = Leg("BTC-USD", Side.SELL, Stop(8), GTC)
_HEDGE_TARGET: Final = Leg("BTC-USD", Side.SELL, Limit(10), GTC)

SIZES: Final = st.sampled_from([12, 12, 7, 1])
"""How much an entry is for."""


@st.composite
def alternatives(draw: st.DrawFn) -> Oco:
    """Give entries of which only one is to execute, on both sides, at two brokers or taking turns, some with exits of their own."""
    size, other = draw(SIZES), draw(SIZES)
    buy = Leg("AAPL", Side.BUY, Limit(100), GTC, None, size)
    away: list[Terms] = [Limit(108), Stop(95)]
    sell = Leg("AAPL", Side.SELL_SHORT, draw(st.sampled_from(away)), GTC, None, other)
    coin = Leg("BTC-USD", Side.BUY, Limit(9), GTC, None, other)
    again = Leg("AAPL", Side.BUY, Stop(103), GTC, "main", other)
    long = Oto(buy, (Oco((_STOP, _TARGET)),), draw(st.sampled_from(Arm)), draw(st.sampled_from(Remainder)))
    short = Oto(sell, (Leg("AAPL", Side.BUY, Limit(90), GTC),))
    shapes: list[tuple[Leg | Oto, ...]] = [
        (buy, sell),
        (long, short),
        (long, coin),
        (buy, again),
        (sell, long, coin),
    ]
    return Oco(draw(st.sampled_from(shapes)), draw(st.sampled_from(Siblings)))


@st.composite
def trees(draw: st.DrawFn) -> Oto:
    """Give an entry in AAPL with exits behind it, every policy and kind of exit among them."""
    siblings = draw(st.sampled_from(Siblings))
    stop = draw(st.sampled_from([_STOP, _STOP, _STOP_LIMIT, _TRAIL, _TRAIL_LIMIT]))
    target = draw(st.sampled_from([_TARGET, _TARGET, _NAMED, _SHORT]))
    oco = Oco((stop, target), siblings)
    hedged = Oto(_HEDGE, (Oco((_HEDGE_STOP, _HEDGE_TARGET), siblings),), draw(st.sampled_from(Arm)))
    shapes: list[tuple[Contingency, ...]] = [
        (oco,),
        (oco,),
        (_FIRST, oco),
        (_TARGET,),
        (stop,),
        (Oco((target, stop, _FIRST), siblings),),
        (hedged,),
        (_FIRST, stop),
        (Oco((stop, hedged), siblings),),
        (Oco((stop, target, hedged), siblings),),
    ]
    size = draw(SIZES)
    entry = Leg("AAPL", Side.BUY, Limit(100), GTC, order_qty=size)
    arm, remainder = draw(st.sampled_from(Arm)), draw(st.sampled_from(Remainder))
    return Oto(entry, draw(st.sampled_from(shapes)), arm, remainder)


def reducing(tree: Contingency) -> Contingency:
    """Give a tree all of whose legs in AAPL behind an entry may only reduce a position; one without an entry as it is."""
    return evolve(tree, exits=tuple(_reducing(one) for one in tree.exits)) if isinstance(tree, Oto) else tree


def _reducing(node: Contingency) -> Contingency:
    if isinstance(node, Leg):
        return (
            evolve(node, side=Side.SELL, instructions=Instructions(reduce_only=True))
            if node.side is not Side.BUY and node.symbol == "AAPL"
            else node
        )
    if isinstance(node, Oco):
        return Oco(tuple(_reducing(one) for one in node.legs), node.siblings)  # type: ignore[misc]  # an Oco holds none
    return node


def replacement(order: Order, more: int | None, move: int) -> ReplaceOrder | None:
    """Give the command by which somebody replaces an order; None where it would change nothing.

    Args:
        order: It.
        more: How much larger its total is to be, at least what has filled; 0 for no more than that, None for the same as now.
        move: By how much its prices are to be higher.
    """
    px, trigger_px, least = limit_px(order.terms), stop_px(order.terms), max(order.cum_qty, Decimal(1))
    qty = None if more is None else max(order.order_qty + more, least) if more else least
    to_px = None if px is None or not move else px + move
    to_trigger_px = None if trigger_px is None or not move else trigger_px + move
    if qty is to_px is to_trigger_px is None:
        return None
    return ReplaceOrder(
        order.order_id, order_qty=qty, price=to_px, stop_px=to_trigger_px, asked_by="somebody"
    )
