"""How an order that is worked here is changed: at once where what has executed and works fits, else once enough is taken back.

Of one that may only reduce a position, and is to be for less, no more is taken back than is too much: the newest child first, the
last of them made smaller where its venue does that. So it keeps its exit as the position shrinks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TypeAlias

from attrs import evolve

from oms.engine import parent_entry
from oms.engine.order_entry import OrderEntry
from oms.engine.parent_limits import LIMIT_PRICE, beyond
from oms.engine.reduce_only import ORIGIN as REDUCE_ONLY
from oms.engine.reduce_only_room import why_not_grown
from oms.engine.reducing_sums import is_reduce_only
from oms.engine.replaces import asked_qty, why_not_amendable
from oms.engine.routes import Reasons
from oms.errors import ValidationError
from oms.model import events as ev
from oms.model.commands import DROPPED, ReplaceOrder, SubmitOrder
from oms.model.decimals import ZERO, plain
from oms.model.parent import ORIGIN, Child, Parent
from oms.model.reasons import Reason, ReasonCode
from oms.model.terms import Strategy, Terms
from oms.model.work import Memo
from oms.order_types.grid_checks import check_qty
from oms.order_types.strategy import working
from oms.ports.working_handler import Plan, Replan

# Routes, handlers and the gate are the order entry's own.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

Planned: TypeAlias = Plan | Reasons
InTheWay: TypeAlias = tuple[Sequence[Child], Sequence[ReplaceOrder]]
"""The children that are to be taken back, and what makes others smaller."""


def replace(entry: OrderEntry, command: ReplaceOrder) -> None:
    """Change an order that is worked here, or deny it; of a child, whose terms are its parent's to say, nothing is changed."""
    state = entry.state
    parent = state.of_parent[command.order_id]
    order = parent.order
    if command.order_id != order.order_id:
        child = state.index.by_id[command.order_id]
        allowed = f"a replace of order {order.order_id}, whose child it is, or a cancel"
        reason = Reason(ReasonCode.UNSUPPORTED, "order_id", str(command.order_id), allowed)
        state.record_of(child, ev.ReplaceDenied(*state.envelope(), command.order_id, (reason,)))
        return
    after, reasons = _wanted(parent, command)
    # What the position does not allow any more is no question of the market or the algorithm.
    if after is not None and command.asked_by != REDUCE_ONLY:
        planned = _judged(entry, parent, after, reasons)
        reasons = planned if isinstance(planned, tuple) else ()
    if after is None or reasons:
        state.record_of(order, ev.ReplaceDenied(*state.envelope(), order.order_id, reasons))
        return
    asked = (after.order_qty, after.terms)
    state.record_of(order, ev.WorkAmendRequested(*state.envelope(), order.order_id, *asked))


def in_the_way(entry: OrderEntry, parent: Parent) -> InTheWay | None:
    """Give what is to be done, and to be heard of, before an order is changed as was asked; None where it may be now.

    All children are taken back where more has executed and works than is wanted, but for what only reduces a position; else those
    beyond the limit that is wanted.
    """
    assert parent.amend is not None
    qty, terms = parent.amend
    if not parent.open:
        return None
    if parent.filled + parent.working <= qty:
        stuck = beyond(parent, terms)
        return (stuck, ()) if stuck else None
    if is_reduce_only(parent.order) and terms == parent.order._terms:
        return _too_much(entry, parent, qty)
    return tuple(parent.open.values()), ()


def _too_much(entry: OrderEntry, parent: Parent, qty: Decimal) -> InTheWay:
    back: list[Child] = []
    smaller: list[ReplaceOrder] = []
    orders = [(child, child.order) for child in parent.open.values() if child.order is not None]
    over = parent.filled + parent.missing + sum((asked_qty(order) for _, order in orders), ZERO) - qty
    for child, order in reversed(orders):
        asked = asked_qty(order)
        cut = min(asked, over)
        if cut <= ZERO:
            continue
        over -= cut
        if cut == asked or child.unmoved_ns:
            back.append(child)
            continue
        command = ReplaceOrder(child.order_id, order_qty=order._cum_qty + asked - cut)
        if not (against := why_not_amendable(order, command, entry.reach(order))):
            smaller.append(command)
        elif order.is_in_doubt or any(one.code is not ReasonCode.ALREADY_PENDING for one in against):
            back.append(child)
    return back, smaller


def finish(entry: OrderEntry, parent: Parent) -> Reasons:
    """Change an order now that it fits, and plan what is left of it anew; give every reason why it cannot be planned any more.

    Where the end that it was changed to has come meanwhile, that is its end.

    What has executed meanwhile, by their venue's count too, is the least that it can be changed to: more than was wanted means that it ends here.

    What only reduces a position and cannot be planned anew for less keeps its plan.
    """
    state, order, wanted = entry.state, parent.order, parent.amend
    assert wanted is not None
    qty, terms = max(wanted[0], parent.filled + parent.missing), wanted[1]
    keeps_plan = is_reduce_only(order) and terms == order._terms
    after = _as_asked(parent, qty, terms)
    planned = _plan(entry, parent, after)
    state.begin(ReplaceOrder, state.cause.origin)
    state.record_of(order, ev.WorkAmended(*state.envelope(), order.order_id, qty, terms))
    if not isinstance(planned, Plan):
        if any(one.code is ReasonCode.IN_THE_PAST for one in planned):
            now_ns = state.now_ns
            planned = Plan(start_ns=min(parent.start_ns, now_ns), end_ns=now_ns, memo=parent.memo)
        elif keeps_plan:
            slices = tuple(parent.slices.values())
            planned = Plan(slices=slices, start_ns=parent.start_ns, end_ns=parent.end_ns, memo=parent.memo)
        else:
            return planned
    parent_entry.plan(entry, order, planned, "changed")
    return ()


def replan(entry: OrderEntry, parent: Parent, wanted: Replan, memo: Memo | None) -> None:
    """Put a new plan on record.

    Raises:
        ValidationError: It is none, see `oms.engine.parent_entry.plan`, or nothing says why.
    """
    if not wanted.why:
        raise ValidationError("why", "nothing", "say why it is planned anew")
    end_ns = parent.end_ns if wanted.end_ns is None else wanted.end_ns
    planned = Plan(
        slices=wanted.slices,
        start_ns=parent.start_ns,
        end_ns=end_ns,
        memo=parent.memo if memo is None else memo,
    )
    entry.state.begin(SubmitOrder, ORIGIN)
    parent_entry.plan(entry, parent.order, planned, wanted.why)


def _wanted(parent: Parent, command: ReplaceOrder) -> tuple[SubmitOrder | None, Reasons]:
    order = parent.order
    if parent.is_over or parent.stopped is not None:
        how = order.life.value if order.is_ended else "filled" if order.is_filled else "stopped"
        asked = f"{order.order_id}, which is {how}"
        return None, (Reason(ReasonCode.NOT_WORKING, "order_id", asked, "an order that still works"),)
    reasons = [
        Reason(ReasonCode.UNSUPPORTED, name, str(getattr(command, name)), "order_qty, price or parameters")
        for name in ("stop_px", "time_in_force")
        if getattr(command, name) is not None
    ]
    qty, terms = parent.amend or (order.order_qty, order.terms)
    assert isinstance(terms, Strategy)
    changed = dict(terms.parameters)
    if command.price is not None:
        changed[LIMIT_PRICE] = plain(command.price)
    if command.display_qty is not None:
        changed["display_qty"] = plain(command.display_qty)
    changed.update(command.parameters or ())
    changed = {name: text for name, text in changed.items() if text != DROPPED}
    after_qty = qty if command.order_qty is None else command.order_qty
    if after_qty < parent.filled:
        allowed = f"at least {plain(parent.filled)}, which has executed"
        reasons.append(Reason(ReasonCode.ABOVE_ORDER_QTY, "order_qty", plain(after_qty), allowed))
    after = evolve(terms, parameters=tuple(changed.items()))
    if (after_qty, after) == (qty, terms) and not reasons:
        allowed = "something else than what was asked for last"
        return None, (Reason(ReasonCode.NO_CHANGE, "replace", "what is asked for already", allowed),)
    return _as_asked(parent, after_qty, after), tuple(reasons)


def _as_asked(parent: Parent, qty: Decimal, terms: Terms) -> SubmitOrder:
    order = parent.order
    return SubmitOrder(
        order.symbol, order.side, qty, terms, order.time_in_force, order.account, order.client_ref, instructions=order.instructions
    )  # fmt: skip


def _as_it_is(parent: Parent) -> SubmitOrder:
    return _as_asked(parent, parent.order.order_qty, parent.order.terms)


def _judged(entry: OrderEntry, parent: Parent, after: SubmitOrder, known: Reasons) -> Planned:
    """Give the plan of an order as it would be, or every reason against it; some are known."""
    state, route = entry.state, entry.home(after.symbol, after.account, parent.broker)
    handler = entry._handlers[Strategy]
    px, px_ns = entry._reference(after.symbol)
    worst_px = handler.worst_px(after, px)
    command = ReplaceOrder(parent.order_id, order_qty=after.order_qty)
    takes_less = after.order_qty <= parent.order.order_qty and after.terms == parent.order.terms
    verdict = (
        entry._gate.approve_reduction(command)
        if takes_less
        else entry._gate.approve_replace(command, after, route.instrument, worst_px, px, px_ns, state.now_ns)
    )
    reasons = (
        *known,
        *_news(
            handler.check(after, route.instrument), lambda: handler.check(_as_it_is(parent), route.instrument)
        ),
        *check_qty(after.order_qty, worst_px, route.instrument),
        *why_not_grown(state, parent.order, command),
        *(verdict if isinstance(verdict, tuple) else ()),
    )
    return _plan(entry, parent, after, reasons)


def _news(found: Sequence[Reason], known: Callable[[], Sequence[Reason]]) -> Sequence[Reason]:
    # What an order was taken with speaks against no change of something else, though no new one would be taken so by now.
    if all(one.code is not ReasonCode.UNSUPPORTED for one in found):
        return found
    on_record = [one for one in known() if one.code is ReasonCode.UNSUPPORTED]
    return [one for one in found if one not in on_record]


def _plan(entry: OrderEntry, parent: Parent, after: SubmitOrder, known: Reasons = ()) -> Planned:
    handler = working(entry._handlers, after.terms)
    if handler is None:
        allowed = "terms that the same kind of algorithm works"
        return (*known, Reason(ReasonCode.UNSUPPORTED, "terms", str(after.terms), allowed))
    if after.order_qty == parent.filled and not known:
        return Plan(start_ns=parent.start_ns, end_ns=parent.end_ns, memo=parent.memo)
    view = parent_entry.view_of(entry, after.symbol, after.account, parent)
    return parent_entry.answered(lambda: handler.amend(parent, after, view), after.order_qty, known)
