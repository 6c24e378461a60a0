"""When the faults stop: everything arrives or is asked for, and manager and venue must agree; said again, nothing moves."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from oms.model.decimals import EXACT
from oms.model.enums import AnomalyCode, ExecType, Life, OrdStatus, WorkedBy
from oms.model.order import Order
from oms.model.reports import ExecutionReport
from oms.model.terms import limit_px
from oms.runtime.order_manager import OrderManager
from oms.testing.decisions import Decision, decide, decide_all, may_decide
from oms.testing.dice import Dice
from oms.testing.line import Letter
from oms.testing.simulator import bot, sessions
from oms.testing.simulator.handled import differs, is_to_be_over, wrong_with
from oms.testing.simulator.lists import STATEMENTS
from oms.testing.simulator.luck import PHONE
from oms.testing.simulator.market import call_off, stand_still
from oms.testing.simulator.news import calm
from oms.testing.simulator.oracle import executed, fees, positions
from oms.testing.simulator.watch import Violation
from oms.testing.simulator.world import World
from oms.testing.venue import TruthfulVenue, is_execution

ROUNDS: Final = 8
"""How often the manager may ask before it must agree."""
_ROUND_NS: Final = 700 * 1_000_000_000
_GRACE_NS: Final = 30 * 1_000_000_000
_DAY_NS: Final = 86_400 * 1_000_000_000
_ENDS: Final = {
    OrdStatus.CANCELED: Life.CANCELED,
    OrdStatus.EXPIRED: Life.EXPIRED,
    OrdStatus.REJECTED: Life.REJECTED,
}
_CAN_BE_ASKED_FOR: Final = frozenset(
    {
        ExecType.PENDING_NEW,
        ExecType.PENDING_CANCEL,
        ExecType.PENDING_REPLACE,
        ExecType.REJECTED,
        ExecType.CANCELED,
        ExecType.EXPIRED,
        ExecType.ORDER_STATUS,
    }
)
"""What a status answer tells as well."""


def end(world: World) -> int:
    """Let the faults stop, end every order, and hold the manager against the venue; gives how many orders there were.

    Raises:
        Violation: They do not agree.
    """
    _mend(world)
    _settle(world)
    _agree(world)
    if world.scene.has_sessions:
        _end_sessions(world)
    _close_all(world)
    _settle(world)
    _agree(world)
    _say_again(world)
    om = _manager(world)
    world.watcher.check_all(om)
    return sum(order.broker is not None and order.life is not Life.UNSENT for order in om.orders())


def _end_sessions(world: World) -> None:
    """Let a last session pass, with both of its auctions: what is good for no longer must be over, here and there."""
    sessions.next_day(world)
    sessions.close(world)
    _settle(world)
    _agree(world)
    closed_date = world.venue.rules.trade_date
    for order in _manager(world).orders():
        book = world.venue.book_of_order(order)
        truth = None if book is None else book.truth
        is_left = not order.is_closed or (truth is not None and bool(truth.leaves_qty))
        if is_left and not order.is_external and is_to_be_over(order, closed_date):
            raise Violation("handling", f"{order.time_in_force} is over, and {order!r} is not: {truth}")


def _manager(world: World) -> OrderManager:
    if world.om is None:
        raise Violation("liveness", "no manager could be started although nothing fails any more")
    return world.om


def _mend(world: World) -> None:
    world.is_sound = world.venue.is_sound = True
    world.store_is_down = False
    world.journal.repair()
    world.renew_plan()
    world.venue.is_connected = True
    world.venue.shut.clear()
    world.drain()
    world.clock.set_right()
    world.restart()
    # The journal may know a time that a wrong clock has shown.
    ahead_ns = _manager(world).state.last_ns - world.now_ns
    if ahead_ns > 0:
        world.leap(ahead_ns + _DAY_NS)
    world.do(_release)
    world.watcher.laws.heard.forget()
    world.do(calm)
    world.do(stand_still)
    world.drain()


def _release(om: OrderManager) -> None:
    if om.state.book.kill_reason is not None:
        om.release_kill("the end", asked_by="ops")


def _settle(world: World) -> None:
    """Let the venue decide everything, let everything arrive, and let the manager ask until nothing is in doubt."""
    _let_decide(world)
    _deliver_missed(world)
    for _ in range(ROUNDS):
        world.leap(_ROUND_NS)
        world.do(OrderManager.poll)
        # Groups ask for more as they are answered.
        _let_decide(world)
        world.look()
        om = _manager(world)
        bot.adopt_all(world, om)
        # One of which a correction has left nothing is not open, and may have ended there all the same.
        for order in [one for one in om.orders() if one.broker is not None and not one.is_ended]:
            world.do(lambda om, order=order: om.request_status(order, asked_by="ops"))  # type: ignore[misc]
        world.drain()
        world.look()
        # What could not be taken back of an algorithm's order is asked for again, and what a bust has brought back is called off.
        # An answer may have had an order cut to its position.
        if not (om.state.inquiries.doubts or om.state.parents.live or om.outstanding()):
            break
        world.do(call_off)
    bot.settle_mistaken(world)
    world.drain()
    if world.venue.capabilities.lists:
        _reconcile(world)
        if _manager(world).state.parents.live:
            # A bust that only a list tells lets a child work again, which its algorithm takes back.
            _let_decide(world)
            _deliver_missed(world)


def _let_decide(world: World) -> None:
    world.venue.rules.pass_time()
    for book in world.venue.books:
        book.now_ns = world.now_ns
        decide_all(book)
        world.venue.collect(book)
    world.drain()


def _reconcile(world: World) -> None:
    """Hold the books against the broker's: once makes both equal, and once more changes nothing."""
    # One that was begun while there were faults is under way perhaps, and was answered by them.
    _finish(world)
    _reconcile_once(world)
    left = _manager(world).breaks()
    if left:
        raise Violation("I16", f"a full reconciliation has left {left}")
    version = world.store.version
    _reconcile_once(world)
    found = list(world.store.read(version))
    if found:
        raise Violation("I16", f"a second reconciliation has found {found}")
    world.seen["reconciliations"] += 1


def _reconcile_once(world: World) -> None:
    world.do(lambda om: om.reconcile(asked_by="ops"))
    _finish(world)


def _finish(world: World) -> None:
    for _ in range(ROUNDS):
        world.drain()
        world.look()
        if not _manager(world).state.runs:
            return
        world.leap(_GRACE_NS)
        world.do(OrderManager.poll)
    raise Violation("I16", f"a reconciliation does not end: {_manager(world).state.runs}")


def _deliver_missed(world: World) -> None:
    is_lossy = world.scene.may_lose
    for letter in list(world.venue.letters):
        if letter.delivered:
            continue
        if is_lossy and _can_be_asked_for(world, letter):
            world.seen["reports lost for good"] += 1
            letter.delivered += 1
            continue
        world.deliver(letter)
        world.look()


def _can_be_asked_for(world: World, letter: Letter) -> bool:
    report = letter.report
    if letter.is_kept:
        # A broker that lists its executions tells them there.
        is_told = bool(world.venue.capabilities.lists) and is_execution(report)
        world.seen["executions that only a list tells"] += is_told
        return is_told
    if not isinstance(report, ExecutionReport):
        return isinstance(report, STATEMENTS)
    book = world.venue.book_named(report.venue_order_id)
    if book is None or (book.first_id is not None and book.first_id.startswith(PHONE)):
        # Nobody asks about an order that was given elsewhere and never heard of.
        return False
    truth = book.truth
    # A status answer does not tell of an end that FIX's precedence hides behind a fill, and nobody asks about an order of
    # which nothing is left because it was busted.
    is_told = truth is None or not (truth.is_filled or truth.times_flagged or truth.has_lost)
    return is_told and report.exec_type in _CAN_BE_ASKED_FOR


def _close_all(world: World) -> None:
    nothing = Dice(1, 0, Decimal(1), Decimal(1))
    for place, book in enumerate(world.venue.books):
        book.now_ns = world.now_ns
        way = Decision.CANCEL if place % 2 else Decision.EXPIRE
        if book.truth is not None and may_decide(book, way):
            decide(book, way, nothing)
            world.venue.collect(book)
    world.drain()


def _say_again(world: World) -> None:
    """Say every execution once more: nothing that is held may move."""
    before = world.looks()
    for letter in list(world.venue.letters):
        if letter.is_kept:
            world.deliver(letter)
            world.look()
    if world.looks() != before:
        raise Violation("I16", "what was said again has moved something")


# ---------------------------------------------------------------- what must be equal


def _agree(world: World) -> None:
    om = _manager(world)
    if om.state.inquiries.doubts:
        raise Violation("I16", f"in doubt, although the venue has answered: {om.outstanding()}")
    told = set()
    for order in om.orders():
        if order.order_id in om.state.parents.by_id:
            _agree_on_parent(world, om, order)
        elif order.cl_ord_id is None and not order.is_external:
            _agree_on_unsent(world, order)
        elif order.broker is not None:
            book = world.venue.book_of_order(order)
            told.add(book)
            _agree_on(world, book, order)
    for book in world.venue.books:
        if book.truth is not None and book.said and book not in told:
            raise Violation("I1", f"{book.venue_order_id} is in no book")
    _agree_on_lists(world, om)
    for what in world.watcher.laws.at_the_end():
        raise Violation("parents", what)
    held = {(p.account, p.symbol): p.net_qty for p in om.positions if p.net_qty}
    wanted = positions(world.venue.books)
    if held != wanted:
        raise Violation("oracle", f"positions: {wanted} at the venue, {held} here")
    charged: dict[str, Decimal] = {}
    for position in om.positions:
        for currency, amount in position.fees.items():
            charged[currency] = charged.get(currency, Decimal(0)) + amount
    charged = {currency: amount for currency, amount in charged.items() if amount}
    if charged != fees(world.venue.books):
        raise Violation("oracle", f"fees: {fees(world.venue.books)} at the venue, {charged} here")


def _agree_on_lists(world: World, om: OrderManager) -> None:
    exceeded = world.venue.order_lists.exceeded()
    for order in om.orders() if exceeded else ():
        codes = world.watcher.flagged.get(order.order_id, set())
        if world.venue.book_of_order(order) in exceeded and AnomalyCode.EXITS_EXCEED_ENTRY not in codes:
            raise Violation(
                "oracle", f"more than {order!r} has executed was sold by its exits, and nobody is told"
            )


def _agree_on_parent(world: World, om: OrderManager, order: Order) -> None:
    """Hold an order that was worked here against what the venue has executed of its children, by plain sums."""
    qty = worth = Decimal(0)
    for child in om.children(order):
        book = world.venue.book_of_order(child)
        if book is not None:
            of_child, worth_of_child = executed(book)
            qty, worth = EXACT.add(qty, of_child), EXACT.add(worth, worth_of_child)
        if not child.is_closed:
            raise Violation("oracle", f"over, and it has a child at work: {order!r} {child!r}")
    if (order.cum_qty, order.notional) != (qty, worth):
        raise Violation("oracle", f"its children have executed {qty} worth {worth}, and {order!r}")
    if not order.is_closed:
        raise Violation("oracle", f"nothing works it any more, and {order!r}")


def _agree_on_unsent(world: World, order: Order) -> None:
    if order.cum_qty or not order.is_closed:
        raise Violation("oracle", f"never sent, and {order!r}")
    world.seen["held orders that ended here"] += order.worked_by is WorkedBy.OMS


def _agree_on(world: World, book: TruthfulVenue | None, order: Order) -> None:
    truth = None if book is None else book.truth
    if order.outstanding_requests:
        raise Violation("I16", f"unanswered: {order!r} {order.outstanding_requests}")
    if book is None or truth is None:
        if order.life is not Life.REJECTED or order.cum_qty:
            raise Violation("oracle", f"never arrived, and {order!r}")
        world.seen["orders that never arrived"] += 1
        return
    if (order.cum_qty, order.notional) != executed(book):
        raise Violation(
            "oracle", f"{order!r}: {executed(book)} at the venue, {order.cum_qty, order.notional} here"
        )
    life = order.life if order.is_ended else None
    wanted = None if truth.end is None else _ENDS[truth.end]
    # A session ends an order here, and what its venue has said of it may have been another end.
    is_ended = not truth.leaves_qty and order.order_id in world.watcher.ended_by_session
    if life is not wanted and not (truth.is_filled and order.is_filled) and not is_ended:
        raise Violation("oracle", f"{order!r}: {truth.end} at the venue, {order.life} here")
    _check_handling(world, book, order)
    if _is_known(world, book, order):
        held = [order.order_qty, order.leaves_qty, limit_px(order.terms)]
        right = [truth.order_qty, truth.leaves_qty, limit_px(truth.terms)]
        if held != right:
            raise Violation("oracle", f"{order!r}: total, left, price {right} at the venue, {held} here")


def _check_handling(world: World, book: TruthfulVenue, order: Order) -> None:
    kept = world.venue.rules.of.get(book)
    if kept is None or order.is_external:
        return
    for what in wrong_with(kept, order, knows_reduce_only=world.scene.knows_reduce_only):
        raise Violation("handling", f"{order!r}: {what}")
    what = differs(book, order) if _is_known(world, book, order) else ""
    if what:
        raise Violation("oracle", f"{order!r}: {what}")


def _is_known(world: World, book: TruthfulVenue, order: Order) -> bool:
    # As in `oms.testing.settling`: what comes after the end changes nothing, and where what was lost and the total both
    # changed, only the order in which they did tells what is left.
    codes = world.watcher.flagged.get(order.order_id, set())
    is_late = order.is_ended and AnomalyCode.ILLEGAL_IN_STATE in codes
    is_late = is_late or order.order_id in world.watcher.ended_by_session
    truth = book.existing
    is_mixed = (truth.has_lost and truth.times_changed > 0) or truth.is_over
    # How much an amount of money is, is not learned any more after the end.
    is_unknown = order.cash_order_qty is not None and not order.order_qty
    return not (is_late or is_mixed or (order.is_ended and (world.scene.may_lose or is_unknown)))
