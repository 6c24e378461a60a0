"""Orders that the library works by children, in a run: a bot gives them, and changes, pauses and cancels them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from oms.errors import UnknownOrderError
from oms.model.decimals import EXACT, plain
from oms.model.enums import Life, Side
from oms.model.instrument import Instrument
from oms.model.order import Order
from oms.model.terms import Strategy
from oms.runtime.order_manager import OrderManager
from oms.testing.simulator.bot import price, quantity
from oms.testing.simulator.draws import Draws
from oms.testing.simulator.parts import ACCOUNTS, INSTRUMENTS
from oms.testing.simulator.watch import Violation
from oms.testing.simulator.world import World

ALGORITHMS: Final = ("twap", "shortfall", "pov", "iceberg", "sniper", "scale")
"""What parents are worked by; schedules after a curve differ from these in their numbers alone."""

_OVER_BROKERS: Final = ("smart",) * 8
"""What else they are worked by where there are two brokers; more of them than of all others."""
_MOST_LOTS: Final = 100
_STYLES: Final = ("market", "marketable_limit", "passive_then_cross")
_CATCH_UPS: Final = ("carry", "spread", "give_up", "cross")
_RESIDUALS: Final = ("cancel", "sweep", "extend")


def work(world: World) -> None:
    """Place an order that an algorithm works."""
    draws = world.draws("bot")

    def place(om: OrderManager) -> None:
        names = (*ALGORITHMS, *_OVER_BROKERS) if world.scene.has_two_brokers else ALGORITHMS
        instrument, name = draws.one_of(INSTRUMENTS), draws.one_of(names)
        qty = EXACT.multiply(instrument.lot, Decimal(draws.between(1, _MOST_LOTS)))
        side = draws.one_of((Side.BUY, Side.SELL))
        step_ns = world.scene.step_ns
        given = (
            _smart(draws, instrument, qty, step_ns)
            if name == "smart"
            else _parameters(draws, name, instrument, qty, step_ns)
        )
        terms = Strategy(name, given)
        is_killed = om.state.book.kill_reason is not None
        order = om.submit(instrument.symbol, side, qty, terms, account=draws.one_of(ACCOUNTS), asked_by="bot")
        world.seen["parents"] += order.life is not Life.DENIED
        world.seen[f"parents: {name}"] += order.life is not Life.DENIED
        if is_killed and order.life is not Life.DENIED:
            raise Violation("I12", f"an order was taken although the kill switch is engaged: {order!r}")

    world.do(place)


def _parameters(
    draws: Draws, name: str, instrument: Instrument, qty: Decimal, step_ns: int
) -> dict[str, Any]:
    """Give parameters with which an order lasts for a part of a run."""
    seconds = EXACT.scaleb(Decimal(draws.between(5, 150) * step_ns), -9)
    given: dict[str, Any] = {"seed": draws.below(1_000)}
    if draws.below(3) == 0 or name in ("iceberg", "sniper"):
        given["limit_price"] = price(draws, instrument)
    if name in ("twap", "shortfall", "pov") or draws.below(2):
        given["duration"] = seconds
        given["on_residual"] = draws.one_of(_RESIDUALS)
        given["allow_past_end"] = "Y" if given["on_residual"] == "extend" else "N"
    if name in ("twap", "shortfall"):
        given["slices"] = draws.between(1, 12)
        given["catch_up"] = draws.one_of(_CATCH_UPS)
        given["child_style"] = draws.one_of(_STYLES)
        if name == "shortfall":
            given["urgency"] = draws.between(1, 5)
        if draws.below(3) == 0:
            given |= {"randomise_size": "0.4", "randomise_time": "0.5", "random_band": 3}
    elif name == "pov":
        given["participation_rate"] = "0.2"
        given["child_style"] = draws.one_of(_STYLES)
    elif name == "iceberg":
        shown = EXACT.multiply(instrument.lot, Decimal(draws.between(1, 20)))
        given["display_qty"] = plain(min(shown, qty))
        given["display_when"] = draws.between(1, 2)
    elif name == "sniper":
        given["min_size"] = instrument.lot
    else:
        given["levels"] = draws.between(1, 5)
        given["first_price"] = price(draws, instrument)
        given["step"] = EXACT.multiply(instrument.tick_at(Decimal(1)), Decimal(draws.between(1, 10)))
    return given


def _smart(draws: Draws, instrument: Instrument, qty: Decimal, step_ns: int) -> dict[str, Any]:
    """Give parameters of an order over several brokers."""
    given: dict[str, Any] = {"rest": draws.one_of(("Y", "N"))}
    if draws.below(4):
        given["limit_price"] = price(draws, instrument)
    if draws.below(3) == 0:
        given["max_child"] = plain(min(EXACT.multiply(instrument.lot, Decimal(draws.between(1, 20))), qty))
    if draws.below(4) == 0:
        given["min_rest"] = EXACT.scaleb(Decimal(draws.between(1, 5) * step_ns), -9)
    if draws.below(2):
        given["duration"] = EXACT.scaleb(Decimal(draws.between(5, 150) * step_ns), -9)
        given["on_residual"] = draws.one_of(_RESIDUALS)
        given["allow_past_end"] = "Y" if given["on_residual"] == "extend" else "N"
    return given


def tend(world: World) -> None:
    """Change, pause, resume or cancel one of the orders that are worked."""
    draws = world.draws("people")

    def ask(om: OrderManager) -> None:
        order = _one(om, draws)
        if order is None:
            return
        kind = draws.below(5)
        try:
            if kind == 0:
                om.pause_order(order, "somebody looks at it", asked_by="ops")
                world.seen["parents paused"] += 1
            elif kind < 3:
                om.resume_order(order, "it may go on", asked_by="ops")
                world.seen["parents resumed"] += 1
            elif kind == 3:
                instrument = om.state.instruments[order.symbol]
                om.replace(order, order_qty=quantity(draws, instrument, _MOST_LOTS), asked_by="bot")
                world.seen["parents amended"] += 1
            else:
                om.cancel(order, asked_by="bot")
                world.seen["parents canceled"] += 1
        except UnknownOrderError:
            # It has left memory meanwhile.
            world.seen["parents that were gone"] += 1

    world.do(ask)


def _one(om: OrderManager, draws: Draws) -> Order | None:
    """Give one of the orders that are worked, at times one that is over."""
    live = om.state.parents.live if draws.below(10) else om.state.parents.by_id
    return draws.one_of(tuple(live.values())).order if live else None
