"""A market that moves, and what is asked for because of it: brackets, which act on their own."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from oms.model.contingency import Siblings
from oms.model.contingency import bracket as group_of
from oms.model.decimals import EXACT
from oms.model.enums import Life, Side
from oms.model.instrument import Instrument
from oms.model.market import MarketUpdate, Quote, TradePrint
from oms.model.terms import Limit, Market, Stop
from oms.runtime.order_manager import OrderManager
from oms.testing.simulator.bot import TIMES_IN_FORCE, price, quantity
from oms.testing.simulator.draws import Draws
from oms.testing.simulator.parts import INSTRUMENTS
from oms.testing.simulator.watch import Violation
from oms.testing.simulator.world import World

_SIZE: Final = Decimal(1_000)


def move(world: World) -> None:
    """Let a quote or a trade be seen: one in ten quotes has one side alone, one in ten crosses.

    Where orders are held here, several of them, since that is what moves these orders.
    """
    draws = world.draws("market")
    for _ in range(4 if world.scene.holds else 1):
        world.do(lambda om: om.update(_update(world, draws)))
        world.seen["market updates"] += 1


def _update(world: World, draws: Draws) -> MarketUpdate:
    instrument = draws.one_of(INSTRUMENTS)
    px = price(draws, instrument)
    if draws.below(2):
        return TradePrint(instrument.symbol, world.now_ns, px, _SIZE)
    tick = instrument.tick_at(Decimal(1))
    kind = draws.below(10)
    if kind == 0:
        return Quote(instrument.symbol, world.now_ns, bid=None, bid_size=0, ask=px, ask_size=_SIZE)
    further = EXACT.add(px, tick) if kind > 1 else EXACT.subtract(px, tick)
    return Quote(instrument.symbol, world.now_ns, bid=px, bid_size=_SIZE, ask=further, ask_size=_SIZE)


def bracket(world: World) -> None:
    """Place an entry with a stop and a target behind it."""
    draws = world.draws("bot")

    def place(om: OrderManager) -> None:
        instrument = draws.one_of(INSTRUMENTS)
        side, entry = draws.one_of((Side.BUY, Side.SELL)), price(draws, instrument)
        up = side is Side.BUY
        is_killed = om.state.book.kill_reason is not None
        tree = group_of(
            instrument.symbol,
            side,
            quantity(draws, instrument),
            entry=Limit(entry) if draws.below(4) else Market(),
            target=Limit(_beyond(draws, instrument, entry, is_above=up)),
            stop=Stop(_beyond(draws, instrument, entry, is_above=not up)),
            tif=draws.one_of(TIMES_IN_FORCE),
            siblings=draws.one_of(tuple(Siblings)),
        )
        group = om.submit_group(tree, asked_by="bot")
        world.seen["brackets"] += 1
        if is_killed and group.entry is not None and group.entry.life is not Life.DENIED:
            raise Violation("I12", f"an entry was taken although the kill switch is engaged: {group!r}")

    world.do(place)


def _beyond(draws: Draws, instrument: Instrument, px: Decimal, *, is_above: bool) -> Decimal:
    away = EXACT.multiply(instrument.tick_at(Decimal(1)), Decimal(draws.between(1, 40)))
    return EXACT.add(px, away) if is_above else EXACT.subtract(px, away)


def cancel_a_group(world: World) -> None:
    """Cancel one of the groups that may still act."""
    draws = world.draws("bot")

    def ask(om: OrderManager) -> None:
        known = om.groups()
        if known:
            om.cancel_group(draws.one_of(tuple(known)), asked_by="bot")

    world.do(ask)


def stand_still(om: OrderManager) -> None:
    """Cancel what acts on its own: groups, and the orders that are held here."""
    for group in om.groups():
        om.cancel_group(group, asked_by="ops")
    for order in om.orders():
        if order.life is Life.UNSENT and not order.is_closed:
            om.cancel(order, asked_by="ops")
