"""How an order that is worked here comes in: planned or refused, changed, and stopped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final, Protocol

from attrs import evolve

from oms.engine import parent_halts
from oms.engine.routes import Reasons, Route
from oms.engine.state import State
from oms.engine.tapes import Tape, Tapes
from oms.engine.ways import Routes
from oms.errors import UnknownOrderError, ValidationError
from oms.model import events as ev
from oms.model.commands import SubmitOrder
from oms.model.enums import Side
from oms.model.ids import Account, BrokerName, OrderId, Symbol
from oms.model.instrument import Instrument
from oms.model.market import MarketNews, MarketUpdate, OwnTrade, PrintCorrection, Quote, TradePrint
from oms.model.order import Order
from oms.model.parent import Parent
from oms.model.price_grid import PriceGrid
from oms.model.reasons import Reason, ReasonCode
from oms.model.routing_places import Places
from oms.model.security_status import SecurityStatus
from oms.model.sessions import NS_PER_S
from oms.model.terms import Limit, Market, Terms
from oms.model.time_in_force import (
    AtTheClose,
    AtTheOpening,
    Day,
    GoodTillCancel,
    GoodTillDate,
    TimeInForce,
    in_words,
)
from oms.model.work import MAX_PLANNED, Slice, Wake, WorkEnd, checked_memo
from oms.model.work_commands import PauseWork, ResumeWork
from oms.order_types.handler_answers import check_plan, check_reasons, failure
from oms.ports.working_handler import NewChild, Plan, View, WorkingHandler, back_off_ns

# Routes and quotes are the order entry's own.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

_TIMES_IN_FORCE: Final = (Day, GoodTillCancel, GoodTillDate)
_WHOLE: Final = "a quantity: the order is worked here"


class Entry(Protocol):
    """The way in for orders, as far as it is looked at here; see `oms.engine.order_entry.OrderEntry`."""

    state: State
    quotes: dict[Symbol, Quote]
    market: dict[Symbol, MarketUpdate]
    tapes: Tapes
    routes: Routes

    def _route(self, symbol: Symbol) -> Route: ...

    def _reference(self, symbol: Symbol) -> tuple[Decimal | None, int]: ...

    def home(self, symbol: Symbol, account: Account, named: BrokerName | None = None) -> Route:
        """Give the way out of an account's orders in an instrument, as far as it can be told before they are chosen for."""
        ...

    def places_of(self, instrument: Instrument, account: Account) -> Callable[[SubmitOrder], Places] | None:
        """Give what tells of the brokers that an account's orders in an instrument could go to."""


def view_of(
    entry: Entry,
    symbol: Symbol,
    account: Account,
    parent: Parent | None = None,
    *,
    reads: bool | None = None,
    broker: BrokerName | None = None,
) -> View:
    """Give what an algorithm is shown.

    Args:
        entry: What knows the market and the brokers.
        symbol: The instrument.
        account: Whose order it is.
        parent: The order that is asked about; None for one that is yet to come.
        reads: Its algorithm is asked what to do: whether it is to be shown every print; None where it is not asked.
        broker: Where one that is yet to come is to go; None where that is not said.
    """
    state = entry.state
    named = broker if parent is None else parent.broker
    # Where a broker was named there is no choice.
    has_choice = named is None and entry._route(symbol).has_choice
    route = entry.home(symbol, account, named)
    quote = entry.quotes.get(symbol)
    tape = entry.tapes.of(symbol, quote, entry.market.get(symbol))
    prints: tuple[TradePrint, ...] = ()
    own: Sequence[OwnTrade] = ()
    corrections: Sequence[PrintCorrection] = ()
    if reads is not None and parent is not None:
        corrections = tape.corrected(parent.order_id)
    had_gap = parent is None or (bool(reads) and tape.has_gap(parent.order_id))
    if reads and parent is not None:
        own = _own(entry, tape, parent)
        prints = tuple(tape.read(parent.order_id))
    return View(
        now_ns=state.now_ns,
        instrument=route.instrument,
        capabilities=route.capabilities,
        quote=entry.tapes.usable(quote),
        good_quote=tape.good_quote,
        last_trade=tape.last_trade,
        prints=prints,
        printed_qty=tape.printed_qty,
        own_qty=entry.routes.own_qty(symbol),
        own=own,
        is_open=state.sessions.takes_orders(symbol),
        is_halted=symbol in entry.tapes.halted,
        halted_ns=entry.tapes.halted.get(symbol, 0),
        is_killed=state.book.kill_reason is not None,
        is_reconciled=route.broker not in state.breaks.unreconciled,
        resting_ns=0 if parent is None else resting_ns(parent),
        free_ns=state.book.free_at(1) or 0,
        had_gap=had_gap,
        corrections=corrections,
        limits=entry.tapes.limits.get(symbol),
        is_lost=bool(entry.tapes.lost) and entry.tapes.is_lost(symbol, quote, tape.last_trade),
        places=entry.places_of(route.instrument, account) if has_choice else None,
        broker=route.broker,
    )


def _own(entry: Entry, tape: Tape, parent: Parent) -> Sequence[OwnTrade]:
    # Venues tell the time to a second, some of them.
    from_ns = entry.state.now_ns - NS_PER_S
    trades = entry.routes.own_trades(parent.order._symbol)
    return tape.own(parent.order_id, trades, from_ns, entry.state.version)


def resting_ns(parent: Parent) -> int:
    """Give until when nothing is sent since children were refused: for 1, 2, 4 … up to 60 seconds after the last; 0 for no rest."""
    return parent.refused_ns + back_off_ns(parent.rejects) if parent.rejects else 0


def note(entry: Entry, news: MarketNews) -> bool:
    """Take note of what is said of a market beside prices; tell whether orders that are worked in it may trade again after a halt."""
    state, tapes = entry.state, entry.tapes
    tapes.note(news)
    goes_on = isinstance(news, SecurityStatus) and parent_halts.record(state, news)
    found = [parent for parent in state.parents.live.values() if parent.order._symbol == news.symbol]
    if isinstance(news, PrintCorrection):
        tapes.of(news.symbol).correct(news, [parent.order_id for parent in found])
    for parent in found:
        state.parents.wake(parent, Wake.VOLUME if isinstance(news, PrintCorrection) else Wake.SESSION)
    return goes_on and bool(found)


def held_to_limits(entry: Entry, view: View, side: Side, new: NewChild) -> Terms | None:
    """Give the terms of a child with a price that the market may trade at, and the price collar allows; None where its own allows none.

    What goes into an auction has limits of its own at its venue, but for the collar.
    """
    terms = _in_band(view, side, new)
    limits = entry.state.book.limits
    collar = None if limits is None else limits.price_collar
    if collar is None or not isinstance(terms, Limit):
        return terms
    reference_px, _ = entry._reference(view.instrument.symbol)
    if reference_px is None:
        return terms
    room, grid = abs(reference_px) * collar, PriceGrid(view.instrument)
    if side is Side.BUY:
        px = min(terms.price, grid.down(reference_px + room))
    else:
        px = max(terms.price, grid.up(reference_px - room))
    return terms if px == terms.price else evolve(terms, price=px)


def _in_band(view: View, side: Side, new: NewChild) -> Terms | None:
    limits, terms = view.limits, new.terms
    if limits is None or isinstance(new.time_in_force, AtTheOpening | AtTheClose):
        return terms
    is_buy, grid = side is Side.BUY, PriceGrid(view.instrument)
    if isinstance(terms, Limit):
        if limits.refuses(terms.price, is_buy=is_buy):
            return None
        px = limits.nearest(terms.price, grid)
        return terms if px == terms.price else evolve(terms, price=px)
    worst = limits.worst(grid, is_buy=is_buy) if isinstance(terms, Market) else None
    return terms if worst is None else Limit(worst)


def begin(
    entry: Entry,
    command: SubmitOrder,
    handler: WorkingHandler,
    order_id: OrderId,
    broker: BrokerName | None = None,
    known: Reasons = (),
) -> tuple[Plan | None, Reasons]:
    """Give the plan of a new order, or every reason against it.

    Args:
        entry: What knows the market and the brokers.
        command: The order.
        handler: What works it.
        order_id: Its number.
        broker: Where all of it is to go, where that is said.
        known: What speaks against it already.
    """
    reasons = list(known)
    if command.cash_order_qty is not None:
        reasons.append(Reason(ReasonCode.UNSUPPORTED, "cash_order_qty", str(command.cash_order_qty), _WHOLE))
    allowed = _instead(entry, command.symbol, command.time_in_force)
    if allowed:
        asked = in_words(command.time_in_force)
        reasons.append(Reason(ReasonCode.UNSUPPORTED, "time_in_force", asked, allowed))
    if order_id in entry.state.groups.of_order:
        allowed = "an order of its own, not one of a group"
        reasons.append(Reason(ReasonCode.UNSUPPORTED, "terms", "worked here, in a group", allowed))
    if broker is not None and routes_children(handler):
        allowed = "no broker: its algorithm says where its children go; or another algorithm"
        reasons.append(Reason(ReasonCode.UNSUPPORTED, "broker", broker, allowed))
        broker = None
    view = view_of(entry, command.symbol, command.account, broker=broker)
    planned = answered(lambda: handler.begin(command, order_id, view), command.order_qty, tuple(reasons))
    return (None, planned) if isinstance(planned, tuple) else (planned, ())


def _instead(entry: Entry, symbol: Symbol, tif: TimeInForce) -> str:
    """Give for how long an order can be worked instead; nothing where it can be for as long as that."""
    if not isinstance(tif, _TIMES_IN_FORCE):
        return "DAY, GTC or GTD by a day: at a time it ends by its own end_time"
    if isinstance(tif, GoodTillDate) and not entry.state.sessions.is_told(symbol):
        return f"DAY or GTC: nobody has told of the sessions of {symbol}, which end it"
    return ""


def routes_children(handler: WorkingHandler | None) -> bool:
    """Tell whether a handler says itself where the children of its orders go."""
    # A handler of somebody's own need not say so.
    return handler is not None and getattr(handler, "routes_children", False) is True


def answered(ask: Callable[[], Plan | Reasons], order_qty: Decimal, known: Reasons = ()) -> Plan | Reasons:
    """Give what a handler answers to an order that is to be planned; where it fails, or what it gives is no plan, that as a reason.

    A handler of somebody's own may raise anything; the order is not worked then, and nothing else is the worse for it.

    Args:
        ask: Asks it.
        order_qty: How much the order is for: no more can be planned.
        known: What speaks against the order already: then there is no plan, each reason is told once, and where the handler fails
            over what is wrong, no more is said.
    """
    try:
        planned = ask()
        if isinstance(planned, Plan):
            check_plan(planned, order_qty)
            check_slices(planned.slices)
            return known or planned
        if isinstance(planned, tuple) and planned:
            check_reasons(planned)
            return (*known, *(one for one in planned if one not in known))
        told = f"gave {type(planned).__name__}, neither a Plan nor reasons"
    except (MemoryError, RecursionError):
        raise
    except Exception as error:  # noqa: BLE001
        told = f"failed: {failure(error)}"
    return known or (
        Reason(ReasonCode.OTHER, "terms", f"its algorithm {told}", "terms that its algorithm can plan"),
    )


def plan(entry: Entry, order: Order, planned: Plan, why: str = "", broker: BrokerName | None = None) -> None:
    """Put a plan on record; with the first one the order goes to work, at the broker named where one was.

    Raises:
        ValidationError: It is none: a slice is not above zero, is there twice, or is not in the order of time, or the memo is none.
    """
    check_slices(planned.slices)
    state = entry.state
    bid, ask, quote_ns = view_of(entry, order.symbol, order.account).seen
    memo = checked_memo(planned.memo)
    state.record_of(
        order,
        ev.WorkPlanned(
            *state.envelope(), order.order_id, planned.slices, planned.start_ns, planned.end_ns, why, bid, ask, quote_ns, memo,
            broker,
        ),
    )  # fmt: skip


def check_slices(slices: tuple[Slice, ...]) -> None:
    """Check that slices can be a plan.

    Raises:
        ValidationError: There are too many, one is not above zero or is there twice, or they are not in the order of time.
    """
    if len(slices) > MAX_PLANNED:
        raise ValidationError("slices", len(slices), f"plan at most {MAX_PLANNED}")
    numbers = {each.number for each in slices}
    times = [each.start_ns for each in slices]
    if len(numbers) < len(slices) or times != sorted(times) or not all(each.qty > 0 for each in slices):
        raise ValidationError(
            "slices", f"{len(slices)} of them", "plan each once, above zero, in the order of time"
        )


def stop(state: State, order: Order) -> Reasons:
    """Stop an order that is worked here by somebody's word: it ends once its children are taken back; or deny that."""
    parent = state.parents.by_id[order.order_id]
    if parent.stopped is None and not parent.is_over:
        text = f"canceled by {state.cause.origin}" if state.cause.origin else "canceled"
        state.record_of(order, ev.WorkStopped(*state.envelope(), order.order_id, WorkEnd.CANCELED, text))
        return ()
    how = order.life.value if order.is_ended else "filled" if order.is_filled else "stopped already"
    code = ReasonCode.NOT_WORKING if parent.is_over else ReasonCode.ALREADY_PENDING
    allowed = "an order that still works" if parent.is_over else "one cancel at a time"
    reasons = (Reason(code, "order_id", f"{order.order_id}, which is {how}", allowed),)
    state.record_of(order, ev.CancelDenied(*state.envelope(), order.order_id, reasons))
    return reasons


def pause(state: State, what: PauseWork) -> None:
    """Suspend an order that is worked here; where it is suspended, stopped or over already, there is nothing to do.

    Raises:
        UnknownOrderError: No such order is worked here; nothing has changed.
    """
    parent = _parent(state, what.order_id)
    if parent.suspended is None and parent.stopped is None and not parent.is_over:
        state.record_of(parent.order, ev.WorkSuspended(*state.envelope(), what.order_id, what.reason))


def resume(state: State, what: ResumeWork) -> None:
    """Let an order go on that was suspended; where it was not, or is over, there is nothing to do. Errors as in `pause`."""
    parent = _parent(state, what.order_id)
    if parent.suspended is not None and parent.stopped is None and not parent.is_over:
        state.record_of(parent.order, ev.WorkResumed(*state.envelope(), what.order_id, what.reason))


def _parent(state: State, order_id: OrderId) -> Parent:
    parent = state.parents.by_id.get(order_id)
    if parent is None:
        raise UnknownOrderError("order_id", repr(order_id), "the id of an order that is worked here")
    return parent
