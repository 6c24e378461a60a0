"""Orders that the library works by children, in a run: a bot gives them, and people change, pause and cancel them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from oms.errors import UnknownOrderError
from oms.model.decimals import EXACT
from oms.model.enums import Life, Side
from oms.model.instrument import Instrument
from oms.model.order import Order
from oms.model.terms import Strategy
from oms.model.time_in_force import DAY, GTC, TimeInForce
from oms.runtime.order_manager import OrderManager
from oms.testing.simulator.bot import price, quantity
from oms.testing.simulator.draws import Draws
from oms.testing.simulator.parent_draws import Sketch, amendment, parameters
from oms.testing.simulator.parts import ACCOUNTS, INSTRUMENTS
from oms.testing.simulator.watch import Violation
from oms.testing.simulator.world import World

# What people do about an order is told in functions that are all called alike.
# ruff: noqa: ARG001

ALGORITHMS: Final = ("twap", "vwap", "shortfall", "target_close", "pov", "iceberg", "sniper", "scale")
"""What parents are worked by."""

_OVER_BROKERS: Final = ("smart",) * 8
"""What else they are worked by where there are two brokers; as many of them as of all others."""
_MOST_LOTS: Final = 100


def work(world: World) -> None:
    """Place an order that an algorithm works."""
    draws = world.draws("bot")

    def place(om: OrderManager) -> None:
        names = (*ALGORITHMS, *_OVER_BROKERS) if world.scene.has_two_brokers else ALGORITHMS
        instrument, name = draws.one_of(INSTRUMENTS), draws.one_of(names)
        qty = EXACT.multiply(instrument.lot, Decimal(draws.between(1, _MOST_LOTS)))
        side = draws.one_of((Side.BUY, Side.SELL))
        tif: TimeInForce = GTC if draws.below(3) else DAY
        terms = Strategy(name, parameters(name, _sketch(world, draws, instrument, qty, side)))
        is_killed = om.state.book.kill_reason is not None
        order = om.submit(
            instrument.symbol, side, qty, terms, tif=tif, account=draws.one_of(ACCOUNTS), asked_by="bot"
        )
        is_denied = order.life is Life.DENIED
        world.seen["parents denied"] += is_denied
        world.seen["parents"] += not is_denied
        world.seen[f"parents: {name}"] += not is_denied
        if is_killed and not is_denied:
            raise Violation("I12", f"an order was taken although the kill switch is engaged: {order!r}")

    world.do(place)


def _sketch(world: World, draws: Draws, instrument: Instrument, qty: Decimal, side: Side) -> Sketch:
    return Sketch(draws, instrument, qty, side, world.scene.step_ns, world.clock.now_ns())


def tend(world: World) -> None:
    """Change, pause, resume or cancel one of the orders that are worked."""
    draws = world.draws("people")
    deed = draws.weighted(_CARES)

    def ask(om: OrderManager) -> None:
        order = _one(om, draws)
        if order is None:
            return
        try:
            deed(world, om, order, draws)
        except UnknownOrderError:
            # It has left memory meanwhile.
            world.seen["parents that were gone"] += 1

    world.do(ask)


def _pause(world: World, om: OrderManager, order: Order, draws: Draws) -> None:
    om.pause_order(order, "somebody looks at it", asked_by="ops")
    world.seen["parents paused"] += 1


def _resume(world: World, om: OrderManager, order: Order, draws: Draws) -> None:
    om.resume_order(order, "it may go on", asked_by="ops")
    world.seen["parents resumed"] += 1


def _cancel(world: World, om: OrderManager, order: Order, draws: Draws) -> None:
    om.cancel(order, asked_by="bot")
    world.seen["parents canceled"] += 1


def _amend(world: World, om: OrderManager, order: Order, draws: Draws) -> None:
    """Ask for another total, another limit, or another parameter; at times for two of them at once."""
    terms, instrument = order.terms, om.state.instruments[order.symbol]
    assert isinstance(terms, Strategy)
    qty = quantity(draws, instrument, _MOST_LOTS) if draws.below(4) == 0 else None
    px = price(draws, instrument) if draws.below(4) == 0 else None
    told = None
    if draws.below(2) or (qty is None and px is None):
        sketch = _sketch(world, draws, instrument, order.order_qty, order.side)
        told = amendment(terms.name, dict(terms.parameters), sketch)
    om.replace(order, order_qty=qty, price=px, parameters=told, asked_by="bot")
    world.seen["parents amended"] += 1


_CARES: Final[tuple[tuple[Callable[[World, OrderManager, Order, Draws], None], int], ...]] = (
    (_pause, 1),
    (_resume, 2),
    (_amend, 6),
    (_cancel, 1),
)
"""What people do about orders that are worked, and how often."""


def _one(om: OrderManager, draws: Draws) -> Order | None:
    """Give one of the orders that are worked, at times one that is over."""
    live = om.state.parents.live if draws.below(10) else om.state.parents.by_id
    return draws.one_of(tuple(live.values())).order if live else None
