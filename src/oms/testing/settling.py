"""When the faults stop: everything outstanding arrives, the broker is asked, and manager and venue must agree."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Final

from oms.model.enums import AnomalyCode, Life, OrdStatus, Side
from oms.model.order import Order
from oms.model.terms import limit_px
from oms.testing.decisions import decide_all
from oms.testing.desk import Desk
from oms.testing.line import Letter
from oms.testing.truth import Truth
from oms.testing.venue import TruthfulVenue

ROUNDS: Final = 8
"""How often the manager may ask before it must agree."""
ROUND_NS: Final = 700 * 1_000_000_000
"""How long each round takes: longer than the manager ever waits before it asks again."""

_ENDS: Final = {
    OrdStatus.CANCELED: Life.CANCELED,
    OrdStatus.EXPIRED: Life.EXPIRED,
    OrdStatus.REJECTED: Life.REJECTED,
}


def settle(desk: Desk, seed: int) -> None:
    """Let everything arrive that is on its way, let the manager ask, and hold it against the truth.

    Args:
        desk: What was driven so far.
        seed: What decides on the order of arrival and on what is lost for good: 0 loses nothing and keeps the order.

    Raises:
        AssertionError: They do not agree.
    """
    _arrive(desk, seed)
    # What the faults were is over: nothing fails from here on.
    desk.line.fates.clear()
    desk.line.answering.clear()
    for venue in desk.line.venues:
        decide_all(venue)
    desk.line.collect()
    is_short = _deliver_all(desk, seed)
    for number in range(ROUNDS):
        desk.tick(ROUND_NS)
        desk.do(desk.om.poll)
        _adopt(desk)
        if number == 1:
            desk.deliver(desk.line.mass_status(desk.clock.now_ns(), desk.om.state.version))
        desk.deliver(*desk.line.on_the_way())
        desk.check()
        if number > 1 and not desk.om.outstanding():
            break
    desk.check_replay()
    _agree(desk, is_short=is_short)


def _arrive(desk: Desk, seed: int) -> None:
    for place, request in enumerate(list(desk.line.in_flight)):
        if _dice(seed, "flight", place) % 2:
            desk.seen["requests that never arrived"] += 1
            desk.line.drop(request.cl_ord_id)
        else:
            desk.line.drop(request.cl_ord_id)
            desk.tick()
            desk.line.arrive(request)


def _deliver_all(desk: Desk, seed: int) -> bool:
    waiting = [letter for letter in desk.line.letters if not letter.delivered]
    # The venue resends what it keeps; the rest of what was lost has to be asked for.
    lost = [
        letter
        for letter in waiting
        if letter.is_lost and not letter.is_kept and _is_gone(seed, letter, waiting)
    ]
    # A status answer does not tell of an end that FIX's precedence hides: behind a fill, or behind end-of-day figures.
    truths = [venue.truth for venue in desk.line.venues if venue.truth is not None]
    if any(truth.is_filled or truth.times_flagged for truth in truths):
        lost = []
    desk.seen["reports lost for good"] += len(lost)
    rest = [letter for letter in waiting if letter not in lost]
    if seed:
        places = {id(letter): place for place, letter in enumerate(rest)}
        rest.sort(key=lambda letter: _dice(seed, "place", places[id(letter)]))
    for place, letter in enumerate(rest):
        desk.tick()
        desk.deliver(letter)
        if seed and not _dice(seed, "twice", place) % 4:
            desk.deliver_again(letter)
        desk.check()
    return bool(lost)


def _is_gone(seed: int, letter: Letter, waiting: list[Letter]) -> bool:
    return bool(seed) and bool(_dice(seed, "lost", waiting.index(letter)) % 2)


def _dice(seed: int, what: str, place: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}:{what}:{place}".encode()).digest()[:4], "big")


def _adopt(desk: Desk) -> None:
    # Where a venue's orders from elsewhere are kept, a person takes them in.
    for venue in desk.line.venues[1:]:
        kept = [held.report.venue_order_id for held in desk.om.held_reports() if held.order_id is None]
        if venue.venue_order_id in kept:
            desk.om.adopt(
                desk.broker, venue_order_id=venue.venue_order_id, by="ops", reason="given by telephone"
            )


# ---------------------------------------------------------------- what must be equal


def _agree(desk: Desk, *, is_short: bool) -> None:
    assert not desk.om.in_doubt(), f"in doubt, although the venue has answered: {desk.om.outstanding()}"
    if desk.order_id is not None:
        _agree_on(desk, desk.venue, desk.order, is_short=is_short)
    for venue in desk.line.venues[1:]:
        found = [order for order in desk.om.orders() if order.venue_order_id == venue.venue_order_id]
        if venue.said and found:
            _agree_on(desk, venue, found[0], is_short=is_short)
        else:
            assert not venue.said, "an order that was given elsewhere is in no book"
    _agree_on_position(desk)


def _agree_on(desk: Desk, venue: TruthfulVenue, order: Order, *, is_short: bool) -> None:
    truth = venue.truth
    assert not order.outstanding_requests, f"unanswered: {order.outstanding_requests}"
    if truth is None:
        desk.seen["orders that never arrived"] += 1
        assert order.life is Life.REJECTED, f"never arrived, and {order!r}"
        assert not order.cum_qty, f"never arrived, and {order!r}"
        return
    codes = desk.flagged.get(order.order_id, set())
    is_set_aside = AnomalyCode.ILLEGAL_IN_STATE in codes
    assert order.notional == truth.notional, f"worth: {truth.notional} at the venue, {order.notional} here"
    # A split that is heard of after the end is set aside, so that what executed before it counts as it did.
    if not (is_set_aside and truth.is_split):
        held, wanted = [order.cum_qty, order.avg_px], [truth.cum_qty, truth.avg_px]
        assert held == wanted, f"executed, average: {wanted} at the venue, {held} here"
    life = order.life if order.is_ended else None
    wanted_life = None if truth.end is None else _ENDS[truth.end]
    assert life is wanted_life, f"{truth.end} at the venue, {order.life} here"
    # Nobody asks for the total of an order that has ended, where the report of it was lost for good.
    if _is_known(desk, venue, order) and not (is_short and order.is_ended):
        _agree_on_terms(truth, order)
        status = truth.status()
        # This venue renews no order whose instrument was split, so that it stays done for a day that is past.
        is_set_aside = is_set_aside or (truth.has_split and truth.times_flagged > 0)
        # The first report that it is new is its acknowledgement, also where it says that a halt is over which is heard of later.
        is_set_aside = is_set_aside or not desk.line.is_acknowledged_first(venue)
        assert order.status is status or is_set_aside, f"{status} at the venue, {order.status} here"
        # Reports do not tell for how long an order is.
        if not order.is_external:
            held_tif, wanted_tif = order.time_in_force, truth.time_in_force
            assert held_tif == wanted_tif, f"time in force: {wanted_tif} at the venue, {held_tif} here"


def _is_known(desk: Desk, venue: TruthfulVenue, order: Order) -> bool:
    """Tell whether the manager must know the total: it may not where it has said so."""
    codes = desk.flagged.get(order.order_id, set())
    # Where nothing tells which of two reports was later; and a restatement that arrives after the end changes nothing.
    is_late = order.is_ended and AnomalyCode.ILLEGAL_IN_STATE in codes
    # A day order that is done while a bust is on its way looks filled here, and so not done.
    is_over = venue.existing.is_over
    return not is_late and not is_over and (venue.wording.is_ordered or AnomalyCode.UNORDERED not in codes)


def _agree_on_terms(truth: Truth, order: Order) -> None:
    held: list[object] = [order.order_qty, order.leaves_qty, limit_px(order.terms)]
    wanted: list[object] = [truth.order_qty, truth.leaves_qty, limit_px(truth.terms)]
    assert held == wanted, f"total, left, price: {wanted} at the venue, {held} here"


def _agree_on_position(desk: Desk) -> None:
    wanted, fees = Decimal(0), dict[str, Decimal]()
    for venue in desk.line.venues:
        if venue.truth is not None:
            sign = 1 if venue.truth.side is Side.BUY else -1
            wanted += sign * venue.truth.traded_qty
            for currency, amount in venue.truth.fees.values():
                fees[currency] = fees.get(currency, Decimal(0)) + amount
    positions = list(desk.om.positions)
    held = sum((position.net_qty for position in positions), Decimal(0))
    assert held == wanted, f"position: {wanted} at the venue, {held} here"
    charged: dict[str, Decimal] = {}
    for position in positions:
        for currency, amount in position.fees.items():
            charged[currency] = charged.get(currency, Decimal(0)) + amount
    charged = {currency: amount for currency, amount in charged.items() if amount}
    assert charged == {currency: amount for currency, amount in fees.items() if amount}, (
        f"fees: {fees}, {charged}"
    )
