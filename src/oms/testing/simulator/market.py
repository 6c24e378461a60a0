"""A market that moves, and what is asked for because of it: brackets, which act on their own."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from attrs import evolve

from oms.model.contingency import Arm, Contingency, Leg, Oco, Oto, Remainder, Siblings
from oms.model.contingency import bracket as group_of
from oms.model.decimals import EXACT
from oms.model.depth import BookSnapshot
from oms.model.enums import Life, Side
from oms.model.instructions import Instructions
from oms.model.instrument import Instrument
from oms.model.market import MarketUpdate, MarkPrice, Quote, TradePrint
from oms.model.terms import Limit, Market, Stop
from oms.runtime.order_manager import OrderManager
from oms.testing.simulator import kinds
from oms.testing.simulator.bot import price, quantity
from oms.testing.simulator.draws import Draws
from oms.testing.simulator.kinds import TIMES_IN_FORCE
from oms.testing.simulator.parts import INSTRUMENTS
from oms.testing.simulator.watch import Violation
from oms.testing.simulator.ways import BROKERS
from oms.testing.simulator.world import World

_SIZE: Final = Decimal(1_000)
_MOST_LOTS: Final = 2_000
"""How much a trade of others is at most."""


def move(world: World) -> None:
    """Let a quote or a trade be seen: one in ten quotes has one side alone, one in ten crosses.

    Where orders are held here, several of them, since that is what moves these orders.
    """
    draws = world.draws("market")
    for _ in range(4 if world.scene.holds else 1):
        world.do(lambda om: _tell(world, om, draws))
        world.seen["market updates"] += 1


def _tell(world: World, om: OrderManager, draws: Draws) -> None:
    if not world.scene.has_two_brokers or draws.below(4) == 0:
        om.update(_noted(world, _update(world, draws)))
    else:
        broker = draws.one_of(BROKERS)
        book = _book(world, draws) if draws.below(2) else None
        om.update(_noted(world, _update(world, draws)) if book is None else book, venue=broker)


def _noted(world: World, update: MarketUpdate) -> MarketUpdate:
    world.watcher.laws.heard.note(update)
    return update


def _book(world: World, draws: Draws) -> BookSnapshot:
    """Give what a broker shows at several prices."""
    instrument = draws.one_of(INSTRUMENTS)
    tick, lot = instrument.tick_at(Decimal(1)), instrument.lot
    px = price(draws, instrument)
    sides = []
    for sign in (-1, 1):
        steps = [sign * (2 * place + draws.between(1, 2)) for place in range(draws.between(1, 4))]
        prices = [EXACT.add(px, EXACT.multiply(tick, Decimal(step))) for step in steps]
        sides.append([(one, EXACT.multiply(lot, Decimal(draws.between(1, 30)))) for one in prices])
    return BookSnapshot(instrument.symbol, world.now_ns, sides[0], sides[1])


def _update(world: World, draws: Draws) -> MarketUpdate:
    instrument = draws.one_of(INSTRUMENTS)
    px = price(draws, instrument)
    what = draws.below(9)
    if what == 0:
        return MarkPrice(instrument.symbol, world.now_ns, px)
    if what < 5:
        return TradePrint(instrument.symbol, world.now_ns, px, quantity(draws, instrument, _MOST_LOTS))
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
        tree: Contingency = group_of(
            instrument.symbol,
            side,
            quantity(draws, instrument),
            entry=Limit(entry) if draws.below(4) else Market(),
            target=Limit(_beyond(draws, instrument, entry, is_above=up)),
            stop=Stop(_beyond(draws, instrument, entry, is_above=not up)),
            tif=draws.one_of(TIMES_IN_FORCE),
            siblings=draws.one_of(tuple(Siblings)),
        )
        if world.scene.has_sessions:
            tree = _varied(tree, world)
        if world.scene.works_lists and world.draws("lists").below(2):
            tree = _reshaped(tree, world.draws("lists"))
            world.seen["groups that are no brackets"] += 1
        group = om.submit_group(tree, asked_by="bot")
        world.seen["brackets"] += 1
        # Alternatives without an entry may wait here, and pass the gate later.
        first = group.entry if isinstance(tree, Oto) else None
        if is_killed and first is not None and first.life is not Life.DENIED:
            raise Violation("I12", f"an entry was taken although the kill switch is engaged: {group!r}")

    world.do(place)


def _varied(tree: Contingency, world: World) -> Contingency:
    """Give the same group with an entry of any kind, and with exits that end by themselves, or only reduce a position."""
    assert isinstance(tree, Oto)
    (pair,) = tree.exits
    assert isinstance(pair, Oco)
    draws, now_ns, step_ns = world.draws("kinds"), world.now_ns, world.scene.step_ns
    entry = evolve(tree.entry, time_in_force=kinds.any_time(draws, now_ns, step_ns))
    if draws.below(4) == 0:
        has_limit = isinstance(entry.terms, Limit)
        how = Instructions(post_only=True) if has_limit else Instructions(all_or_none=True)
        entry = evolve(entry, instructions=how)
    tif = kinds.resting(draws, now_ns, step_ns)
    how_out = Instructions(reduce_only=True) if draws.below(4) == 0 else None
    legs = tuple(
        evolve(leg, time_in_force=tif, instructions=how_out) for leg in pair.legs if isinstance(leg, Leg)
    )
    return Oto(entry, (Oco(legs, pair.siblings),))


def _reshaped(tree: Contingency, draws: Draws) -> Contingency:
    """Give another group of the same orders: another policy, exits one after the other, alternatives, a tree within a tree."""
    assert isinstance(tree, Oto)
    (pair,) = tree.exits
    assert isinstance(pair, Oco)
    first, second = pair.legs
    assert isinstance(first, Leg)
    assert isinstance(second, Leg)
    entry, target = tree.entry, first if isinstance(first.terms, Limit) else second
    stop = second if target is first else first
    arm, remainder = draws.one_of(tuple(Arm)), draws.one_of(tuple(Remainder))
    again = Oto(target, (evolve(entry, order_qty=None),))
    shapes: tuple[Contingency, ...] = (
        Oto(entry, (pair,), arm, remainder),
        Oto(entry, (target,), arm, remainder),
        Oto(entry, (stop,), arm, remainder),
        Oto(entry, (Oco((stop, again), pair.siblings),), arm, remainder),
        Oto(entry, (again,), arm, remainder),
        Oco(tuple(evolve(leg, order_qty=entry.order_qty) for leg in (stop, target)), pair.siblings),
    )
    return draws.one_of(shapes)


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


def call_off(om: OrderManager) -> None:
    """Cancel every order that an algorithm works."""
    for parent in list(om.state.parents.live.values()):
        om.cancel(parent.order, asked_by="ops")


def stand_still(om: OrderManager) -> None:
    """Cancel what acts on its own: algorithms, groups, and the orders that are held here."""
    call_off(om)
    for group in om.groups():
        om.cancel_group(group, asked_by="ops")
    for order in om.orders():
        if order.life is Life.UNSENT and not order.is_closed:
            om.cancel(order, asked_by="ops")
