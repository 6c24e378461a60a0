"""What happens to the orders of groups, taken in leg by leg: what each leg has executed, and has at work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final, TypeAlias, TypeVar

from oms.engine.list_exits import is_done_with
from oms.engine.replaces import asked_qty
from oms.lifecycle.facts import is_later
from oms.model import events as ev
from oms.model.contingency import TAKES_TURNS
from oms.model.decimals import ZERO
from oms.model.door import OWN_NAMES, REDUCE_ONLY
from oms.model.enums import LegEnd, Life
from oms.model.group import NO_ORDERS, NOTHING_REFUSED, Group, GroupLeg
from oms.model.order import ENDED, Order
from oms.model.reasons import ReasonCode
from oms.model.terms import (
    Limit,
    LimitIfTouched,
    Market,
    MarketIfTouched,
    Stop,
    StopLimit,
    Terms,
    TrailingStop,
)
from oms.model.time_in_force import Day

# What is kept on a leg is the group book's own. The functions are all called alike; the book comes in as `Any`, as it is what
# calls them.
# ruff: noqa: SLF001, ANN401, ARG001
# pyright: reportPrivateUsage=false

ORIGIN: Final = "contingency"
"""Who speaks where a group asks for something."""

OF_GATE: Final = frozenset(
    {
        ReasonCode.KILL_SWITCH, ReasonCode.MSG_RATE, ReasonCode.MAX_OPEN_ORDERS, ReasonCode.MAX_ORDER_QTY,
        ReasonCode.MAX_ORDER_VALUE, ReasonCode.PRICE_COLLAR, ReasonCode.INPUT_UNAVAILABLE, ReasonCode.SELF_MATCH,
    }
)  # fmt: skip
"""Why the gate refuses: another time it may not. An exit that is denied for nothing else is not lost."""

_K = TypeVar("_K")
Taken: TypeAlias = Callable[[Any, Any, GroupLeg, Order], None]
_REFUSALS: Final = frozenset({ev.OrderDenied, ev.CancelDenied, ev.ReplaceDenied})
"""What may come of something that a group itself asks for, and must be looked at: all else of that is as it was meant."""


def count(leg: GroupLeg) -> None:
    """Add up anew what the orders of a leg have executed, and may still execute."""
    held = leg.held
    executed = open_qty = asked = ZERO
    for order in leg.orders:
        executed += order._cum_qty
        if order is not held:
            open_qty += order._exposed_qty
            asked += asked_qty(order)
    leg.executed_qty, leg.open_qty, leg.asked_qty = executed, open_qty, asked


def forget_refusals(group: Group) -> None:
    """Take in that what was refused of a group may be asked for again."""
    for leg in group.legs:
        leg._no_cancel = leg._no_replace = NOTHING_REFUSED
        leg._stuck = NO_ORDERS


def may_be_held(leg: GroupLeg, order: Order) -> bool:
    """Tell whether an exit that its venue has refused as it was placed can be held here until its price comes."""
    return (
        order._life is Life.REJECTED
        and leg._entry is not None
        and not leg.reached
        and type(leg.leg.terms) in TAKES_TURNS
    )


def _without(refused: Mapping[_K, int], key: _K) -> Mapping[_K, int]:
    return {one: at_ns for one, at_ns in refused.items() if one != key} if refused else refused


def moved(book: Any, event: ev.OrderEvent, leg: GroupLeg, order: Order) -> None:
    """Take in that what the orders of a leg come to has changed."""
    group, is_only = leg._group, len(leg.orders) == 1
    if not is_only:
        count(leg)
    # Nearly every leg has one order, and nothing is to be added up.
    elif order is leg.held:
        leg.executed_qty, leg.open_qty, leg.asked_qty = order._cum_qty, ZERO, ZERO
    else:
        leg.executed_qty, leg.open_qty, leg.asked_qty = order._cum_qty, order._exposed_qty, asked_qty(order)
    if event.cause.origin != ORIGIN:
        book.dirty[group.group_id] = group
    if leg.has_ended or not (order._life in ENDED or not order._leaves_qty):
        return
    if is_only or all(one.is_closed for one in leg.orders):
        leg.has_ended = True
        if leg.is_entry:
            book.dirty[group.group_id] = group


def _created(book: Any, event: ev.OrderCreated, leg: GroupLeg, order: Order) -> None:
    leg.orders.append(order)


def _submitted(book: Any, event: ev.OrderSubmitted, leg: GroupLeg, order: Order) -> None:
    if leg._group._has_notes:
        _goes(leg)
    if len(leg.orders) != 1 or event.cause.origin != ORIGIN:
        moved(book, event, leg, order)
    else:
        leg.open_qty, leg.asked_qty = order._exposed_qty, order._order_qty


def _acknowledged(book: Any, event: ev.OrderAcknowledged, leg: GroupLeg, order: Order) -> None:
    if event.order_qty is not None:
        moved(book, event, leg, order)


def _traded(
    book: Any, event: ev.Traded | ev.TradeCorrected | ev.TradeCanceled, leg: GroupLeg, order: Order
) -> None:
    group = leg._group
    is_looked_at = group.list_id is None or group.group_id in book.dirty
    before = leg.executed_qty
    moved(book, event, leg, order)
    if group._has_lost:
        _note_bare(leg, before)
    if not leg.reached and type(order._terms) in _FIRES and type(event) is ev.Traded:
        _fired(book, event, leg, order)
    if leg.reached and type(event) is ev.TradeCanceled:
        _wait_anew(leg)
    if group.list_id is not None:
        _put_right(book, event, group)
    executed = leg.executed_qty
    leg.first_qty = (leg.first_qty or executed) if executed else ZERO
    if leg._entry is not None or type(event) is not ev.Traded:
        # More of an entry never leaves its exits too large.
        group._has_executed = True
    elif not is_looked_at and not group.is_canceled and _all_work(leg):
        # And while all of them work at the venue, nothing of it concerns anybody.
        book.dirty.pop(group.group_id, None)
    if group._has_notes:
        book.look_through_notes(group)


def _fired(book: Any, event: ev.OrderEvent, leg: GroupLeg, order: Order) -> None:
    # What more its entry brings goes out as what it has become, and waits for nothing. While it works its siblings wait as before.
    terms = order._terms
    if leg.reached or leg._entry is None or type(terms) not in _FIRES:
        return
    leg.reached, leg.may_rest, leg.terms = event.sequence, True, _fired_terms(terms)
    give_way(leg, book.sharing[leg._group.group_id].turns)


def _fired_terms(terms: Terms) -> Terms:
    return Limit(terms.price) if isinstance(terms, StopLimit | LimitIfTouched) else Market()


def give_way(leg: GroupLeg, turns: Mapping[int, int]) -> None:
    """Take in that it is a leg's turn: one that its venue has fired, and that cannot wait as what it is now, waits as at first."""
    turn = turns.get(leg.number)
    if turn is None:
        return
    for other in leg._group.legs:
        has_fired = other.reached and not other.is_final and type(other.terms) is Market
        if has_fired and other is not leg and turns.get(other.number) == turn:
            other.reached, other.terms = 0, _as_asked(other)


def _note_bare(leg: GroupLeg, before: Decimal) -> None:
    # An entry brings more, or what an exit has executed is given back, after an exit was lost.
    if leg.is_entry and leg.executed_qty > before:
        leg._brings_bare = True
    if leg._entry is not None and leg.executed_qty < before:
        leg._entry._brings_bare = True


def _all_work(entry: GroupLeg) -> bool:
    return not any(leg.has_ended or leg._asked_away for leg in entry._group.legs if leg is not entry)


def _wait_anew(leg: GroupLeg) -> None:
    # A bust gives back what is to be exited, and nothing of this leg works any more: it waits for its price as at first,
    # as a venue's own stop would, which is an order of its own then.
    if leg.asked_qty or leg.held is not None:
        return
    leg.reached, leg.is_final, leg._group._is_unknown = 0, False, True
    leg.terms = _as_asked(leg)


def _as_asked(leg: GroupLeg) -> Terms:
    terms = leg.leg.terms
    for one in leg.orders:
        # Where somebody has moved it, it stays.
        for moved_to in (one._given_terms, one._terms):
            if moved_to is not None and type(moved_to) is type(terms):
                terms = moved_to
                break
    return terms


def _held(book: Any, event: ev.OrderHeld, leg: GroupLeg, order: Order) -> None:
    leg.held = order
    # What is held alone has executed nothing, and has nothing at work.
    if len(leg.orders) != 1 or event.cause.origin != ORIGIN:
        moved(book, event, leg, order)


def _amended(book: Any, event: ev.OrderAmended, leg: GroupLeg, order: Order) -> None:
    _note_cut(event, leg)
    if leg.reach is None:
        leg.terms = event.terms
    moved(book, event, leg, order)


def _released(book: Any, event: ev.OrderReleased, leg: GroupLeg, order: Order) -> None:
    leg.held = leg.reach = None
    moved(book, event, leg, order)


def _goes(leg: GroupLeg) -> None:
    # Should it have to wait another time, somebody is told again.
    (leg._entry or leg)._wait_told = leg._wait_told = False


def _replaced(book: Any, event: ev.OrderReplaced, leg: GroupLeg, order: Order) -> None:
    if leg._group._has_notes:
        _goes(leg)
    leg._no_replace = _without(leg._no_replace, event.order_id)
    leg._stuck -= {event.order_id}
    # Somebody has moved its price: so it stays where it is placed anew.
    if type(order._terms) is type(leg.terms):
        leg.terms = order._terms
    elif leg.reached and type(order._terms) in _FIRES:
        leg.terms = _fired_terms(order._terms)
    moved(book, event, leg, order)


def _to_be_canceled(book: Any, event: ev.CancelRequested, leg: GroupLeg, order: Order) -> None:
    _note_who(event, leg)
    moved(book, event, leg, order)


def _to_be_replaced(book: Any, event: ev.ReplaceRequested, leg: GroupLeg, order: Order) -> None:
    _note_cut(event, leg)
    moved(book, event, leg, order)


def _note_cut(event: ev.OrderEvent, leg: GroupLeg) -> None:
    # As it was wanted, there was room for it.
    if event.cause.origin == REDUCE_ONLY and leg._cut_at != leg._wanted_at:
        leg._cut_at, leg._cut_told = leg._wanted_at, False


def _note_who(event: ev.CancelRequested | ev.OrderCanceled, leg: GroupLeg) -> None:
    _note_cut(event, leg)
    if event.cause.origin in OWN_NAMES:
        leg._cut |= {event.order_id}
    else:
        leg._asked_away = leg._group._is_unknown = True


def _ended(book: Any, event: ev.OrderEvent, leg: GroupLeg, order: Order) -> None:
    was_held = order is leg.held
    if was_held:
        leg.held = leg.reach = None
        leg._wait_told = False
        # What is held here ends without a request.
        if type(event) is ev.OrderCanceled and event.cause.kind in _COMMANDS:
            _note_who(event, leg)
    group, kind = leg._group, type(event)
    if kind is ev.OrderCanceled and not was_held:
        others = [asked_qty(one) for one in leg.orders if one is not order and one is not leg.held]
        if leg.asked_qty <= sum(others, ZERO):
            # Nothing of it worked any more, as where it was filled and busted: there is nothing to lose with it.
            leg._cut |= {event.order_id}
        elif group.list_id is not None:
            note_done(book, leg, order)
    if event.order_id not in leg._cut or kind is ev.OrderExpired:
        group._is_unknown = True
    if kind is ev.OrderExpired and type(order._time_in_force) is Day:
        book.days_over.add((group.group_id, order._symbol))
    moved(book, event, leg, order)


def note_done(book: Any, leg: GroupLeg, order: Order) -> None:
    """Take in that its venue has canceled an exit of a list, where the list leaves it nothing: it is as if that was asked for here."""
    entry = leg._entry
    if entry is not None and is_done_with(leg, book.sharing[leg._group.group_id].exits_of[entry.number]):
        leg._cut |= {order._order_id}


def _put_right(book: Any, event: ev.Traded | ev.TradeCorrected | ev.TradeCanceled, group: Group) -> None:
    # That its list was done with an exit may be heard only after it has canceled it: then it was not lost.
    said = (event.transact_time_ns if isinstance(event, ev.Traded) else event.venue_ns, event.venue_seq)
    for leg in group.legs:
        if leg.end is not LegEnd.LOST:
            continue
        order = leg.orders[-1]
        if order._end is not None and order._life is Life.CANCELED and not is_later(said, order._end):
            note_done(book, leg, order)
            if order._order_id in leg._cut:
                leg.end = None


def _denied(book: Any, event: ev.OrderDenied, leg: GroupLeg, order: Order) -> None:
    # What no entry feeds may open a position: where its price was reached, it is not asked for later.
    may_wait = leg._entry is not None or (not leg.reached and len(leg.orders) > 1)
    # What nobody gives a reason for never may.
    if (
        may_wait
        and order is not leg.held
        and event.reasons
        and all(one.code in OF_GATE for one in event.reasons)
    ):
        leg._cut |= {event.order_id}
    _ended(book, event, leg, order)
    _look_again(book, leg)


def _look_again(book: Any, leg: GroupLeg) -> None:
    # Of what a group asks for, this is not as it was meant.
    group = leg._group
    book.dirty[group.group_id] = group


def _stays(book: Any, event: ev.CancelRejected | ev.CancelDenied, leg: GroupLeg, order: Order) -> None:
    leg._no_cancel = {**leg._no_cancel, event.order_id: event.time_ns}
    _refused(book, event, leg, order)


def _unchanged(book: Any, event: ev.ReplaceRejected | ev.ReplaceDenied, leg: GroupLeg, order: Order) -> None:
    leg._no_replace = {**leg._no_replace, event.order_id: event.time_ns}
    _refused(book, event, leg, order)


def _refused(book: Any, event: ev.OrderEvent, leg: GroupLeg, order: Order) -> None:
    leg._group._has_notes = True
    book.refused[leg._group.group_id] = event.time_ns
    moved(book, event, leg, order)
    if type(event) in _REFUSALS:
        _look_again(book, leg)


_FIRES: Final = frozenset({Stop, StopLimit, MarketIfTouched, LimitIfTouched, TrailingStop})
"""Terms that become others at their venue once their price was reached, and it is known which."""
_COMMANDS: Final = frozenset({"CancelOrder", "MassCancel"})
_TELLS_NOTHING: Final = frozenset(
    {
        ev.OrderPendingNew, ev.OrderAcceptedForBidding, ev.OrderNamed, ev.OrderPendingCancel, ev.OrderPendingReplace,
        ev.OrderStatusRequested, ev.FeeCharged, ev.ReportIgnored, ev.TriggerMissed,
    }
)  # fmt: skip
"""Events that change nothing of what a group has executed, has at work or wants."""

HAPPENED: Final[dict[type[ev.OrderEvent], Taken | None]] = {
    **dict.fromkeys(_TELLS_NOTHING, None),
    ev.OrderCreated: _created,
    ev.OrderSubmitted: _submitted,
    ev.OrderAcknowledged: _acknowledged,
    ev.Traded: _traded,
    ev.TradeCorrected: _traded,
    ev.TradeCanceled: _traded,
    ev.OrderTriggered: _fired,
    ev.OrderHeld: _held,
    ev.OrderAmended: _amended,
    ev.OrderReleased: _released,
    ev.OrderReplaced: _replaced,
    ev.CancelRequested: _to_be_canceled,
    ev.ReplaceRequested: _to_be_replaced,
    ev.OrderCanceled: _ended,
    ev.OrderExpired: _ended,
    ev.OrderRejected: _ended,
    ev.OrderDenied: _denied,
    ev.CancelRejected: _stays,
    ev.CancelDenied: _stays,
    ev.ReplaceRejected: _unchanged,
    ev.ReplaceDenied: _unchanged,
}
"""What events of an order do to its leg; `moved` for those that are not named here."""
