"""What happens to a run without being asked for: the venue decides, the broker lies, and everything that can break breaks."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from attrs import evolve

from oms.model.enums import ExecType, Side
from oms.model.ids import Account, BrokerName, ClOrdId, ExecId, OrderId, Symbol
from oms.model.reports import ExecutionReport
from oms.model.requests import NewOrderSingle
from oms.model.terms import Limit
from oms.model.time_in_force import GTC
from oms.testing.decisions import Decision, begin_day, may_decide
from oms.testing.dice import Dice
from oms.testing.line import Letter
from oms.testing.simulator import bot, market, news, parents, sessions
from oms.testing.simulator.draws import Draws
from oms.testing.simulator.parts import ACCOUNTS, INSTRUMENTS
from oms.testing.simulator.scene import Deed
from oms.testing.simulator.watch import Violation
from oms.testing.simulator.ways import BROKERS
from oms.testing.simulator.world import World
from oms.testing.venue import TruthfulVenue

PHONE: Final = "PHONE-"
"""What the ClOrdIDs of orders begin with that were given by telephone."""
_S: Final = 1_000_000_000
_DAY_NS: Final = 86_400 * _S
_TRIES: Final = 4
_RECENT: Final = 40
"""Of how many orders or reports, the newest, one is chosen."""

_COURSE: Final = (
    (Decision.ACCEPT, 300),
    (Decision.FILL, 250),
    (Decision.ACCEPT_REQUEST, 150),
    (Decision.FILL_ALL, 120),
    (Decision.REFUSE_REQUEST, 50),
    (Decision.PEND_REQUEST, 40),
    (Decision.PEND_NEW, 20),
    (Decision.CANCEL, 20),
    (Decision.EXPIRE, 20),
    (Decision.REJECT, 20),
    (Decision.FILL_AND_CANCEL, 20),
    (Decision.OVERFILL, 10),
    (Decision.TRIGGER, 10),
    (Decision.RESTATE_QTY, 10),
    (Decision.RESTATE_PX, 10),
)
_AMENDMENTS: Final = (
    (Decision.BUST, 200),
    (Decision.CORRECT, 200),
    (Decision.LATE_FILL, 200),
    (Decision.CHARGE, 200),
    (Decision.SAY_STATUS, 50),
)


def venue_decides(world: World) -> None:
    """Let the venue go on with one of its newest orders that has not ended."""
    _decide(world, _COURSE)


def venue_amends(world: World) -> None:
    """Let the venue bust, correct or charge for an execution, or execute after the end."""
    _decide(world, _AMENDMENTS)


def _decide(world: World, choices: tuple[tuple[Decision, int], ...]) -> None:
    draws, venue = world.draws("venue"), world.venue
    venue.rules.pass_time()
    books = venue.books
    if not books:
        return
    for _ in range(_TRIES):
        book = books[-1 - draws.below(min(_RECENT, len(books)))]
        decision = draws.weighted(choices)
        if not (may_decide(book, decision) and venue.order_lists.may_decide(book, decision)):
            continue
        takes = world.scene.has_sessions and world.draws("rules").below(4) == 0
        if venue.decide(book, decision, _dice(draws, book), takes=takes):
            world.seen[f"venue: {decision.value}"] += 1
            venue.collect(book)
            return


def _dice(draws: Draws, book: TruthfulVenue) -> Dice:
    symbol = book.place[1]
    instrument = next(one for one in INSTRUMENTS if one.symbol == symbol)
    return Dice(draws.between(1, 8), draws.below(60), instrument.lot, bot.price(draws, instrument))


def telephone(world: World) -> None:
    """Let somebody give an order by telephone, which the manager learns of from the broker's reports."""
    draws = world.draws("people")
    instrument = draws.one_of(INSTRUMENTS)
    number = sum(book.first_id is not None and book.first_id.startswith(PHONE) for book in world.venue.books)
    request = NewOrderSingle(
        BrokerName("venue"),
        OrderId(0),
        ClOrdId(f"{PHONE}{number}"),
        world.now_ns,
        instrument.symbol,
        draws.one_of((Side.BUY, Side.SELL)),
        bot.quantity(draws, instrument),
        Limit(bot.price(draws, instrument)),
        GTC,
        Account(draws.one_of(ACCOUNTS)),
    )
    world.venue.telephone(request)
    world.seen["orders given by telephone"] += 1


def say_everything(world: World) -> None:
    """Let the broker say everything that it holds."""
    om = world.om
    if world.venue.is_connected:
        world.venue.say_everything(None if om is None or om.halted is not None else om.state.version)


# ---------------------------------------------------------------- lies


def lie(world: World) -> None:
    """Let the broker say of a known execution what is not true; nothing that is held may move."""
    draws = world.draws("venue")
    om = world.om
    letters = [letter for letter in world.venue.letters[-_RECENT:] if letter.delivered]
    if om is None or not letters:
        return
    said = draws.one_of(letters).report
    if not isinstance(said, ExecutionReport):
        return
    name, change = draws.one_of(_LIES)
    is_trade = said.exec_type is ExecType.TRADE
    if is_trade and (said.exec_id is None or said.exec_id not in om.state.executions.by_exec_id):
        return
    false = change(said, draws)
    if false is None:
        return
    before = _held(world)
    world.deliver(Letter(false))
    if world.om is om:
        world.seen[f"lies: {name}"] += 1
        if _held(world) != before:
            raise Violation("I5", f"a lie ({name}) has moved what is held: {false}")


def _held(world: World) -> list[object]:
    om = world.om
    if om is None:
        return []
    executed: list[object] = [(order.cum_qty, order.notional) for order in om.state.index.by_id.values()]
    return [*executed, *((place.net_qty, place.cost) for place in om.positions)]


def _of_trade(**said: Any) -> Callable[[ExecutionReport, Draws], ExecutionReport | None]:  # noqa: ANN401
    def change(report: ExecutionReport, draws: Draws) -> ExecutionReport | None:
        if report.exec_type is not ExecType.TRADE:
            return None
        return evolve(report, exec_id=ExecId(f"LIE-{draws.number()}"), **said)

    return change


def _other_content(report: ExecutionReport, draws: Draws) -> ExecutionReport | None:
    if report.exec_type is not ExecType.TRADE or report.last_qty is None:
        return None
    return evolve(report, last_qty=report.last_qty + draws.between(1, 9))


def _other_side(report: ExecutionReport, draws: Draws) -> ExecutionReport | None:
    side = Side.SELL if report.side is Side.BUY else Side.BUY
    return evolve(report, side=side, exec_id=ExecId(f"LIE-{draws.number()}"))


def _other_symbol(report: ExecutionReport, draws: Draws) -> ExecutionReport | None:
    return evolve(report, symbol=Symbol("ZZZ"), exec_id=ExecId(f"LIE-{draws.number()}"))


_LIES: Final[tuple[tuple[str, Callable[[ExecutionReport, Draws], ExecutionReport | None]], ...]] = (
    ("the same execution with another size", _other_content),
    ("the wrong side", _other_side),
    ("the wrong instrument", _other_symbol),
    ("a size that is no number", _of_trade(last_qty=Decimal("NaN"))),
    ("a size that signals", _of_trade(last_qty=Decimal("sNaN"))),
    ("a size below zero", _of_trade(last_qty=Decimal(-5))),
    ("a size without end", _of_trade(last_qty=Decimal("Infinity"))),
    ("a price that is no number", _of_trade(last_px=Decimal("NaN"))),
    ("a size that is a float", _of_trade(last_qty=1.5)),
)
LIES: Final = tuple(name for name, _ in _LIES)


# ---------------------------------------------------------------- what breaks


def disconnect(world: World) -> None:
    """Let the connection break, and be made anew after a while."""
    venue = world.venue
    if not venue.is_connected:
        return
    if world.scene.has_two_brokers and world.draws("venue").below(3):
        _shut_one(world)
        return
    venue.is_connected = False
    world.seen["disconnects"] += 1
    world.later(world.draws("process").below(20 * world.scene.step_ns), venue.reconnect)


def _shut_one(world: World) -> None:
    """Let the line of one broker break, while that of the other holds."""
    venue, broker = world.venue, world.draws("venue").one_of(BROKERS)
    if venue.shut:
        return

    def open_again() -> None:
        venue.shut.discard(broker)
        venue.reconnect()

    venue.shut.add(broker)
    world.seen["lines of one broker that broke"] += 1
    world.later(world.draws("process").below(40 * world.scene.step_ns), open_again)


def crash(world: World) -> None:
    """Let the process die between two steps."""
    if world.om is not None:
        world.crash()


def rival(world: World) -> None:
    """Let a second process open the same journal."""
    world.rival()


def break_store(world: World) -> None:
    """Let the store keep nothing for a while: it is full, or read-only."""
    if world.store_is_down:
        return
    world.store_is_down = True
    world.renew_plan()
    world.seen["stores that failed for a while"] += 1

    def mend() -> None:
        world.store_is_down = False
        world.renew_plan()

    world.later(world.draws("store").below(20 * world.scene.step_ns), mend)


def move_clock(world: World) -> None:
    """Let the clock jump, stand still, or be set right."""
    draws = world.draws("clock")
    kind = draws.below(6)
    if kind == 0:
        world.clock.set_right()
        world.seen["clocks set right"] += 1
    elif kind == 1:
        world.clock.freeze()
        world.seen["clocks that stand still"] += 1
    else:
        by_ns = draws.one_of((_S, 60 * _S, _DAY_NS))
        world.clock.jump(by_ns if kind % 2 else -by_ns)
        world.seen["clocks that jump ahead" if kind % 2 else "clocks that jump back"] += 1


def wait(world: World) -> None:
    """Let time pass, so that what is unanswered falls into doubt."""
    world.leap(world.draws("clock").between(1, 60) * _S)


def next_day(world: World) -> None:
    """Let the next trading day begin."""
    if world.scene.has_sessions:
        sessions.next_day(world)
        return
    world.leap(_DAY_NS)
    for book in world.venue.books:
        book.now_ns = world.now_ns
        begin_day(book)
        world.venue.collect(book)
    world.seen["days"] += 1


DEEDS: Final[tuple[tuple[Deed, Callable[[World], None]], ...]] = (
    (Deed.SUBMIT, bot.submit),
    (Deed.CANCEL, bot.cancel),
    (Deed.REPLACE, bot.replace),
    (Deed.DECIDE, venue_decides),
    (Deed.AMEND, venue_amends),
    (Deed.BATCH, bot.batch),
    (Deed.MARKET, market.move),
    (Deed.GROUP, market.bracket),
    (Deed.UNGROUP, market.cancel_a_group),
    (Deed.WORK, parents.work),
    (Deed.TEND, parents.tend),
    (Deed.NEWS, news.tell),
    (Deed.MASS_CANCEL, bot.mass_cancel),
    (Deed.ASK, bot.ask),
    (Deed.KILL, bot.kill),
    (Deed.OPERATE, bot.operate),
    (Deed.MASS_STATUS, say_everything),
    (Deed.TELEPHONE, telephone),
    (Deed.LIE, lie),
    (Deed.DISCONNECT, disconnect),
    (Deed.CRASH, crash),
    (Deed.RIVAL, rival),
    (Deed.STORE, break_store),
    (Deed.CLOCK, move_clock),
    (Deed.WAIT, wait),
    (Deed.NEXT_DAY, next_day),
    (Deed.SESSION, sessions.change),
)
"""What each kind of action does."""
