"""What rests of an order over several brokers: at what price, what of it is given up, and what gets another price.

It rests at the limit of its order. What only waits (`no_take_liquidity`) rests at the best price within that at which it trades with
nothing that any broker shows: a step short of the best price of the other side. It follows that price to its limit as the market moves
away; where the market comes back it stays, and is met. A looser limit is followed by what rested before it.

What has another price loses its place in the queue. So does what its venue does not change: that is taken back, and rests anew.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from decimal import Decimal
from typing import Final, TypeAlias

from attrs import evolve

from oms.algos.admission import algorithm_of
from oms.model.decimals import EXACT, ZERO
from oms.model.enums import Side
from oms.model.ids import BrokerName, OrderId
from oms.model.instrument import Instrument
from oms.model.parent import Child, Parent
from oms.model.price_grid import PriceGrid
from oms.model.routing import RouteDecision, RouteVerdict
from oms.model.routing_places import Place
from oms.model.terms import Limit
from oms.model.work import Memo
from oms.routing.ranking import far_side

MAX_RESTS: Final = 3
"""How many parts rest at a time; with another one the smaller of them are taken back and put together."""
WORTH: Final = 10
"""What its venue does not reduce is taken back where others show a tenth of it at least: it loses its place in the queue."""
STAYS_NS: Final = 5_000_000_000
"""For how long what follows the market rests at least before it is taken back for a better price, in nanoseconds."""

_LOOSENED: Final = "loosened"
"""The entry of the memo that names the last child before the limit was made looser: what rested before is to follow."""

Less: TypeAlias = tuple[tuple[OrderId, Decimal], ...]
Back: TypeAlias = tuple[Sequence[Child], Less]
"""The children to be taken back, and those to be made smaller, each with by how much."""
Moved: TypeAlias = tuple[tuple[tuple[OrderId, Decimal], ...], tuple[OrderId, ...]]
"""The children to be given another price, each with it, and those to be taken back for that."""


def best_far_px(side: Side, places: Iterable[Place]) -> Decimal | None:
    """Give the best price that anybody shows to an order of a side; None where nobody does."""
    shown = [px for px, _ in (far_side(side, place.quote) for place in places) if px is not None]
    if not shown:
        return None
    return min(shown) if side is Side.BUY else max(shown)


def short_of(limit_px: Decimal, far_px: Decimal, instrument: Instrument, *, is_buy: bool) -> Decimal | None:
    """Give the best price within a limit that does not reach a price of the other side; None where the instrument has none."""
    grid = PriceGrid(instrument)
    if is_buy:
        px = min(limit_px, grid.stepped(grid.up(far_px), -1))
    else:
        px = max(limit_px, grid.stepped(grid.down(far_px), 1))
    return px if px > ZERO or instrument.negative_px else None


def noting_limit(parent: Parent, limit_px: Decimal | None) -> Memo:
    """Give what is kept of an order that is to have another limit: up to which child it was tighter, where it was."""
    before = algorithm_of(parent.order.terms).working.limit_price
    if before is None or limit_px is None or limit_px == before:
        return parent.memo
    if (limit_px > before) is not (parent.order.side is Side.BUY):
        return parent.memo
    others = ((name, text) for name, text in parent.memo if name != _LOOSENED)
    return *others, (_LOOSENED, str(max(parent.children, default=0)))


def last_tighter(parent: Parent) -> OrderId:
    """Give the last child of an order before its limit was made looser; 0 where it never was, or there was none."""
    return OrderId(int(parent.memo_of(_LOOSENED) or 0))


def left_behind(
    resting: Iterable[Child], px: Decimal, *, is_buy: bool, last: OrderId | None, now_ns: int
) -> Moved:
    """Give what rests at a worse price than it is to rest at: what is to have that, and what is taken back since that was refused.

    What follows the market is taken back for that once it has rested for a while: what goes out anew may be held to the same price.

    Args:
        resting: What rests, and is not about to be taken back.
        px: The price at which it is to rest.
        is_buy: Which way it goes.
        last: The last child that is looked at, in the order of their numbers; None where all follow the market.
        now_ns: The time, in nanoseconds UTC.
    """
    moved: list[tuple[OrderId, Decimal]] = []
    stale: list[OrderId] = []
    for child in resting:
        order = child.order
        if order is None or order.outstanding_requests or not isinstance(order.terms, Limit):
            continue
        if last is not None and child.order_id > last:
            continue
        if order.terms.price >= px if is_buy else order.terms.price <= px:
            continue
        if not child.unmoved_ns:
            moved.append((child.order_id, px))
        elif last is not None or order.created_ns + STAYS_NS <= now_ns:
            stale.append(child.order_id)
    return tuple(moved), tuple(stale)


def following(resting: Iterable[Child], limit_px: Decimal | None) -> tuple[bool, list[int]]:
    """Tell whether some of what rests is not at its limit, and give when what is not moved may be taken back for that."""
    away = False
    times: list[int] = []
    for child in resting:
        order = child.order
        if order is not None and isinstance(order.terms, Limit) and order.terms.price != limit_px:
            away = True
            if child.unmoved_ns:
                times.append(order.created_ns + STAYS_NS)
    return away, times


def freeing(resting: Sequence[Child], wanted: Decimal, *, is_crowded: bool) -> Back:
    """Give the smallest parts that free so much, the last of them reduced by what is wanted of it; and those to be put together.

    Args:
        resting: What rests, the smallest first.
        wanted: How much is to be freed.
        is_crowded: No other part may rest, and something is left that would: where nothing is wanted all but the largest are freed.
    """
    found: list[Child] = []
    for child in resting:
        if wanted <= ZERO:
            break
        order = child.order
        if child.working > wanted and order is not None:
            if order.outstanding_requests:
                break
            if not child.unmoved_ns:
                return found, ((child.order_id, wanted),)
            if EXACT.multiply(wanted, Decimal(WORTH)) < child.working:
                break
        found.append(child)
        wanted = EXACT.subtract(wanted, child.working)
    return (found or (resting[:-1] if is_crowded else found)), ()


def once_freed(decision: RouteDecision, at: Container[BrokerName | None]) -> RouteDecision:
    """Give what others show for what rests, as it is recorded: nothing is sent for it yet; `at` is where something rests."""
    taken = decision.taken
    candidates = (
        one
        if one not in taken
        else evolve(one, verdict=RouteVerdict.AT_WORK, qty=ZERO)
        if one.broker in at
        else evolve(one, verdict=RouteVerdict.ONCE_FREED)
        for one in decision.candidates
    )
    return evolve(decision, candidates=tuple(candidates))
