"""What is said of the markets of a run beside prices: halts, price limits, data that was lost, and prints that were wrong."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from attrs import evolve

from oms.model.decimals import EXACT
from oms.model.enums import SecurityTradingStatus
from oms.model.ids import Symbol
from oms.model.market import PrintCorrection
from oms.model.market_news import FeedGap, PriceLimits
from oms.model.security_status import SecurityStatus
from oms.runtime.order_manager import OrderManager
from oms.testing.simulator.bot import price
from oms.testing.simulator.draws import Draws
from oms.testing.simulator.heard import Heard
from oms.testing.simulator.parts import INSTRUMENTS
from oms.testing.simulator.world import World

# What may be said is told in functions that are all called alike.
# ruff: noqa: ARG001

_LONGEST: Final = 40
"""For how many steps a halt lasts at most."""


def tell(world: World) -> None:
    """Say one such thing of one instrument; what is halted goes on after a while."""
    draws = world.draws("news")
    instrument = draws.one_of(INSTRUMENTS)
    kind = draws.weighted(_KINDS)
    kind(world, instrument.symbol, draws)


def calm(om: OrderManager) -> None:
    """Let everything be traded again, at any price."""
    now_ns = om.state.last_ns
    for instrument in INSTRUMENTS:
        om.update(SecurityStatus(instrument.symbol, now_ns, SecurityTradingStatus.RESUME))
        om.update(PriceLimits(instrument.symbol, now_ns, None, None))


def _heard(world: World) -> Heard:
    """Give what the manager that runs now was told."""
    heard = world.watcher.laws.heard
    connection = world.venue.connection
    epoch = -1 if connection is None else connection.epoch
    if heard.epoch != epoch:
        heard.forget(epoch)
    return heard


def _halt(world: World, symbol: Symbol, draws: Draws) -> None:
    heard = _heard(world)
    heard.halts[symbol] += 1
    halted = SecurityStatus(symbol, world.now_ns, SecurityTradingStatus.TRADING_HALT)
    if world.do(lambda om: om.update(halted)):
        heard.halted.add(symbol)
        world.seen["trading halts"] += 1

    def go_on() -> None:
        _heard(world).halted.discard(symbol)
        world.do(lambda om: om.update(SecurityStatus(symbol, world.now_ns, SecurityTradingStatus.RESUME)))

    world.later_in_steps("news", _LONGEST, go_on)


def _limit(world: World, symbol: Symbol, draws: Draws) -> None:
    heard = _heard(world)
    instrument = next(one for one in INSTRUMENTS if one.symbol == symbol)
    low = price(draws, instrument)
    width = EXACT.multiply(instrument.tick_at(Decimal(1)), Decimal(draws.between(0, 60)))
    kind = draws.below(4)
    band = (None if kind == 0 else low, None if kind < 2 else EXACT.add(low, width))
    heard.bands.pop(symbol, None)
    if world.do(lambda om: om.update(PriceLimits(symbol, world.now_ns, *band))):
        heard.bands[symbol] = band
        world.seen["price limits"] += 1


def _lose(world: World, symbol: Symbol, draws: Draws) -> None:
    world.seen["feed gaps"] += world.do(lambda om: om.update(FeedGap(symbol, world.now_ns)))


def _correct(world: World, symbol: Symbol, draws: Draws) -> None:
    """Correct a print to less, or say that it is void."""
    prints = [one for one in _heard(world).prints if one.symbol == symbol]
    if not prints:
        return
    was = draws.one_of(prints)
    _heard(world).prints.remove(was)
    now = evolve(was, size=was.size / 2) if draws.below(2) else None
    news = PrintCorrection(world.now_ns, was, now)
    world.seen["prints corrected"] += world.do(lambda om: om.update(news))


_KINDS: Final[tuple[tuple[Callable[[World, Symbol, Draws], None], int], ...]] = (
    (_halt, 3),
    (_limit, 2),
    (_lose, 1),
    (_correct, 2),
)
"""What is said, and how often."""
