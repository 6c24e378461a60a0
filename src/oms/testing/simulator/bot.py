"""What is asked of the manager in a run: by a bot that trades, and by the people who look after it."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from attrs import evolve

from oms.errors import ValidationError
from oms.model.decimals import EXACT, ZERO
from oms.model.enums import (
    AnomalyCode,
    CxlRejResponseTo,
    Life,
    PegPriceType,
    RequestKind,
    Side,
    TriggerPriceType,
)
from oms.model.ids import OrderId
from oms.model.instrument import Instrument
from oms.model.order import Order
from oms.model.reports import Absent, ExecutionReport, OrderCancelReject
from oms.model.terms import (
    Limit,
    LimitIfTouched,
    Market,
    MarketIfTouched,
    MarketToLimit,
    Pegged,
    Stop,
    StopLimit,
    Terms,
    TrailingStop,
    TrailingStopLimit,
    display_qty,
    limit_px,
)
from oms.model.time_in_force import IOC
from oms.runtime.order_manager import OrderManager
from oms.testing.simulator import kinds
from oms.testing.simulator.draws import Draws
from oms.testing.simulator.kinds import TIMES_IN_FORCE
from oms.testing.simulator.parts import ACCOUNTS, INSTRUMENTS
from oms.testing.simulator.watch import Violation
from oms.testing.simulator.world import World

MOST_LOTS: Final = 20
FURTHER_TERMS: Final = (
    Stop,
    StopLimit,
    MarketIfTouched,
    LimitIfTouched,
    TrailingStop,
    TrailingStopLimit,
    MarketToLimit,
    Pegged,
)
_SIDES: Final = (Side.BUY, Side.SELL, Side.SELL_SHORT)


def price(draws: Draws, instrument: Instrument) -> Decimal:
    """Give a price on the grid, around a thousand ticks."""
    return EXACT.multiply(instrument.tick_at(Decimal(1)), Decimal(draws.between(950, 1050)))


def quantity(draws: Draws, instrument: Instrument, most: int = MOST_LOTS) -> Decimal:
    """Give a small number of lots."""
    return EXACT.multiply(instrument.lot, Decimal(draws.between(1, most)))


def _terms(draws: Draws, instrument: Instrument, *, holds: bool) -> Terms:
    kind = draws.below(10)
    if kind == 0:
        return Market()
    # More of them where they are held here, which is where more can go wrong.
    if kind == 1 or (holds and kind < 5):
        return _further_terms(draws, instrument)
    return Limit(price(draws, instrument))


def _further_terms(draws: Draws, instrument: Instrument) -> Terms:
    """Give terms that wait for a price, follow one, or take theirs from the market."""
    kind, price_type = draws.one_of(FURTHER_TERMS), draws.one_of(tuple(TriggerPriceType))
    if kind is Stop or kind is MarketIfTouched:
        return kind(price(draws, instrument), price_type)
    if kind is StopLimit or kind is LimitIfTouched:
        return kind(price(draws, instrument), price(draws, instrument), price_type)
    if kind is TrailingStop or kind is TrailingStopLimit:
        trail, begins = kinds.offset(draws, instrument), draws.below(3) == 0
        activation_px = price(draws, instrument) if begins else None
        if kind is TrailingStop:
            return TrailingStop(trail, price_type, activation_px)
        return TrailingStopLimit(trail, kinds.offset(draws, instrument), price_type, activation_px)
    if kind is Pegged:
        tick = instrument.tick_at(Decimal(1))
        offset, least = (EXACT.multiply(tick, Decimal(draws.between(low, 5))) for low in (-5, 0))
        cap = price(draws, instrument) if draws.below(2) else None
        return Pegged(draws.one_of(tuple(PegPriceType)), offset, cap, least)
    return MarketToLimit()


def submit(world: World) -> None:
    """Place an order."""
    draws = world.draws("bot")

    def place(om: OrderManager) -> None:
        _place(world, om, draws)

    world.do(place)


def _place(world: World, om: OrderManager, draws: Draws) -> None:
    instrument, account = draws.one_of(INSTRUMENTS), draws.one_of(ACCOUNTS)
    asked = _terms(draws, instrument, holds=world.scene.holds)
    tif = draws.one_of(TIMES_IN_FORCE)
    if world.scene.has_two_brokers and isinstance(asked, Limit | Market) and draws.below(3) == 0:
        tif = IOC
    world.seen[f"orders: {type(asked).__name__}"] += 1
    is_killed = om.state.book.kill_reason is not None
    is_unreconciled = bool(om.state.breaks.unreconciled)
    kind = kinds.Kind(draws.one_of(_SIDES), quantity(draws, instrument), asked, tif)
    if world.scene.has_sessions:
        net_qty = sum(
            (
                one.net_qty
                for one in om.positions
                if (one.account, one.symbol) == (account, instrument.symbol)
            ),
            ZERO,
        )
        further = world.draws("kinds")
        kind = evolve(kind, time_in_force=kinds.any_time(further, world.now_ns, world.scene.step_ns))
        kind = kinds.varied(further, kind, instrument, net_qty)
    order = om.submit(
        instrument.symbol,
        kind.side,
        kind.order_qty,
        kind.terms,
        tif=kind.time_in_force,
        account=account,
        asked_by="bot",
        cash_order_qty=kind.cash_order_qty,
        instructions=kind.instructions,
    )
    if is_unreconciled:
        world.seen["orders refused until reconciled"] += 1
        if order.life is not Life.DENIED:
            raise Violation("I12", f"an order was taken before its broker was reconciled: {order!r}")
    if is_killed:
        world.seen["orders denied by the kill switch"] += 1
        if order.life is not Life.DENIED:
            raise Violation("I12", f"an order was taken although the kill switch is engaged: {order!r}")


def _an_order(om: OrderManager, draws: Draws) -> Order | None:
    """Give one of the open orders, at times one that is open no longer."""
    opened = om.state.book.exposure.open_orders
    if opened and draws.below(20):
        return list(opened.values())[draws.below(len(opened))]
    every = om.state.index.by_id
    return every.get(OrderId(1 + draws.below(len(every)))) if every else None


def cancel(world: World) -> None:
    """Ask for a cancel; of everything at times, while the journal fails."""
    draws = world.draws("bot")
    if world.om is not None and world.om.halted is not None and draws.below(3) == 0:
        mass_cancel(world)
        return

    def ask(om: OrderManager) -> None:
        order = _an_order(om, draws)
        if order is not None:
            world.seen["cancels of orders in doubt"] += order.is_in_doubt
            om.cancel(order, asked_by="bot")

    world.do(ask)


def replace(world: World) -> None:
    """Ask for another total, at times below what has executed, or another price."""
    draws = world.draws("bot")

    def ask(om: OrderManager) -> None:
        order = _an_order(om, draws)
        if order is None:
            return
        instrument = om.state.instruments[order.symbol]
        if draws.below(2) or limit_px(order.terms) is None:
            om.replace(order, order_qty=quantity(draws, instrument, 2 * MOST_LOTS))
        elif display_qty(order.terms) is not None:
            om.replace(order, display_qty=quantity(draws, instrument, 5))
        else:
            tif = draws.one_of((None, *TIMES_IN_FORCE))
            if world.scene.has_sessions and tif is not None:
                tif = kinds.resting(draws, world.now_ns, world.scene.step_ns)
            om.replace(order, price=price(draws, instrument), tif=tif)

    world.do(ask)


def batch(world: World) -> None:
    """Ask for several things under one append."""
    draws = world.draws("bot")

    def ask(om: OrderManager) -> None:
        with om.batch():
            for _ in range(draws.between(2, 5)):
                _place(world, om, draws)
            order = _an_order(om, draws)
            if order is not None:
                om.cancel(order, asked_by="bot")
        world.seen["batches"] += 1

    world.do(ask)


def mass_cancel(world: World) -> None:
    """Ask for everything to be canceled, or all of one instrument."""
    symbol = world.draws("bot").one_of((None, *(instrument.symbol for instrument in INSTRUMENTS)))
    om = world.om
    if om is not None and om.halted is not None:
        world.do(world.halts.mass_cancel)
    else:
        world.do(lambda om: om.mass_cancel(symbol=symbol, asked_by="ops"))


def ask(world: World) -> None:
    """Ask what an order is now."""
    draws = world.draws("bot")

    def request(om: OrderManager) -> None:
        order = _an_order(om, draws)
        if order is not None and order.cl_ord_id is not None:
            om.request_status(order, asked_by="ops")

    world.do(request)


def kill(world: World) -> None:
    """Engage the kill switch, or release it."""
    draws = world.draws("bot")

    def turn(om: OrderManager) -> None:
        if om.state.book.kill_reason is None:
            om.kill("too much", cancel_all=draws.below(4) == 0, asked_by="ops")
        else:
            om.release_kill("all is well", asked_by="ops")

    world.do(turn)


def operate(world: World) -> None:
    """Let a person settle a doubt, adopt an order, or look at an anomaly."""
    draws = world.draws("people")

    def look(om: OrderManager) -> None:
        if draws.below(2):
            _settle(world, om, draws)
        elif draws.below(2):
            adopt(world, om)
        else:
            for anomaly in list(om.state.anomalies.open.values())[:3]:
                om.acknowledge(anomaly, by="ops", reason="seen")

    world.do(look)


def _settle(world: World, om: OrderManager, draws: Draws) -> None:
    doubts = list(om.state.inquiries.doubts.values())
    if not doubts:
        return
    doubt = draws.one_of(doubts)
    identity = doubt.cl_ord_id
    assert identity is not None
    evidence = world.venue.evidence_about(identity)
    assert isinstance(evidence, Absent | ExecutionReport | OrderCancelReject)
    try:
        om.resolve(doubt.order, evidence, cl_ord_id=identity, by="ops", reason="seen on the screen")
    except ValidationError:
        world.seen["evidence that proved nothing"] += 1


def settle_mistaken(world: World) -> None:
    """Let a person settle what was taken for received and is not there.

    An order that is pending for an emergency cancel which never got into the journal looks as if the cancel were pending that
    did. When the broker then does not have that one, its words contradict each other, which only a person can judge.
    """

    def settle(om: OrderManager) -> None:
        for order in om.orders():
            # Nobody would look at what raises no anomaly.
            is_seen = AnomalyCode.ABSENT_AT_BROKER in world.watcher.flagged.get(order.order_id, ())
            for asked in order.outstanding_requests if is_seen else ():
                if asked.pending and world.venue.has_never_heard_of(order, asked.cl_ord_id):
                    to = (
                        CxlRejResponseTo.CANCEL
                        if asked.kind is RequestKind.CANCEL
                        else CxlRejResponseTo.REPLACE
                    )
                    refusal = OrderCancelReject(asked.cl_ord_id, to, text="it never arrived")
                    om.resolve(
                        order, refusal, cl_ord_id=asked.cl_ord_id, by="ops", reason="seen on the screen"
                    )
                    world.seen["requests taken for received by mistake"] += 1

    world.do(settle)


def adopt(world: World, om: OrderManager) -> None:
    """Take the orders of kept reports into the books where these say enough."""
    for held in om.held_reports():
        name = held.report.venue_order_id
        if held.order_id is not None or name is None:
            continue
        identity = held.report.cl_ord_id
        if identity is not None and identity.startswith(om.state.prefix):
            # It was given here: an emergency cancel that is not in the journal names its order so.
            continue
        try:
            om.adopt(held.broker, venue_order_id=name, by="ops", reason="given by telephone")
        except ValidationError:
            world.seen["reports that say too little to adopt an order"] += 1
        else:
            return


def adopt_all(world: World, om: OrderManager) -> None:
    """Take every order of a kept report into the books."""
    for _ in range(len(world.venue.books)):
        before = len(om.held_reports())
        world.do(lambda om: adopt(world, om))
        if world.om is not om or len(om.held_reports()) == before:
            return
