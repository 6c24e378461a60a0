"""What a venue may decide about its order, and what it says when it has: one small function each."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from oms.model.decimals import EXACT, ZERO
from oms.model.enums import Choice, ExecRestatementReason, ExecType, OrdStatus, RequestKind
from oms.model.ids import ClOrdId
from oms.model.reports import FeeReport
from oms.model.terms import amended
from oms.model.time_in_force import Day
from oms.testing import conditions
from oms.testing.dice import Dice
from oms.testing.truth import Asked, Execution
from oms.testing.venue import TruthfulVenue

_ONE: Final = Decimal(1)
_FOR_THE_DAY: Final = (OrdStatus.DONE_FOR_DAY, OrdStatus.SUSPENDED, OrdStatus.STOPPED)


class Decision(Choice):
    """What a venue may decide; what may follow what is in `possible`."""

    ACCEPT = "accept"
    PEND_NEW = "say that the order is received"
    REJECT = "reject"
    FILL = "fill a part"
    FILL_ALL = "fill the rest"
    FILL_AND_CANCEL = "fill a part and cancel the rest, in one report"
    OVERFILL = "fill more than is left"
    LATE_FILL = "fill after the end"
    BUST = "bust an execution"
    CORRECT = "correct an execution"
    PEND_REQUEST = "say that a request is received"
    ACCEPT_REQUEST = "accept a request"
    REFUSE_REQUEST = "refuse a request"
    CANCEL = "cancel unasked"
    EXPIRE = "expire"
    FINISH_DAY = "be done for the day"
    STOP = "guarantee a price"
    SUSPEND = "suspend"
    RESUME = "resume"
    CALCULATE = "calculate"
    TRIGGER = "trigger"
    RESTATE_QTY = "restate the total"
    RESTATE_PX = "restate the price"
    SPLIT = "split"
    CHARGE = "charge a fee"
    SAY_STATUS = "say what the order is now"


def possible(venue: TruthfulVenue, *, is_calm: bool = False) -> tuple[Decision, ...]:
    """Give everything that a venue may decide now, always in the same order.

    Args:
        venue: Which.
        is_calm: Leave out what ends or fills the order, as long as there is anything else: most that can happen happens
            to orders that live.
    """
    if venue.truth is None:
        return ()
    every = tuple(decision for decision, (may, _) in _TABLE.items() if may(venue))
    calm = tuple(decision for decision in every if decision not in _FINAL)
    return calm if is_calm and calm else every


def may_decide(venue: TruthfulVenue, decision: Decision) -> bool:
    """Tell whether a venue may decide this now."""
    return venue.truth is not None and _TABLE[decision][0](venue)


def decide(venue: TruthfulVenue, decision: Decision, dice: Dice) -> None:
    """Let a venue decide; what it says of it is added to `venue.said`.

    Raises:
        AssertionError: It may not decide that now.
    """
    assert may_decide(venue, decision), f"{decision} is not possible"
    _TABLE[decision][1](venue, dice)


def begin_day(venue: TruthfulVenue) -> None:
    """Begin the trading day of `venue.now_ns`: day orders end with the one before, others are renewed if they were done."""
    truth = venue.truth
    if truth is None or truth.end is not None:
        return
    if isinstance(truth.time_in_force, Day):
        if not truth.is_filled:
            _end(venue, OrdStatus.EXPIRED, ExecType.EXPIRED)
    elif truth.flags.get(OrdStatus.DONE_FOR_DAY) and not truth.has_split:
        _restate(venue, ExecRestatementReason.GT_RENEWAL)


def answer_now(venue: TruthfulVenue, cl_ord_id: ClOrdId, *, is_yes: bool) -> None:
    """Let a venue decide about a request, and about those before it; what cannot be accepted is refused."""
    truth = venue.existing
    dice = Dice(1, 0, _ONE, _ONE)
    # A request that has the order's own number, which is wrong, is a request all the same.
    if cl_ord_id == venue.first_id and conditions.is_new(venue):
        (_accept if is_yes else _reject)(venue, dice)
        return
    while (asked := truth.find(cl_ord_id)) is not None:
        if not is_yes:
            venue.refuse(asked, "2")
        elif conditions.may_accept(venue):
            _accept_request(venue, dice)
        else:
            _refuse_request(venue, dice)


def decide_all(venue: TruthfulVenue) -> None:
    """Let a venue decide about everything that it has not decided."""
    if venue.truth is None:
        return
    if conditions.is_new(venue) and venue.first_id is not None:
        answer_now(venue, venue.first_id, is_yes=True)
    while venue.truth.undecided:
        answer_now(venue, venue.truth.undecided[0].cl_ord_id, is_yes=True)


# ---------------------------------------------------------------- what


def _accept(venue: TruthfulVenue, dice: Dice) -> None:
    venue.existing.is_accepted = True
    venue.say(ExecType.NEW)


def _pend_new(venue: TruthfulVenue, dice: Dice) -> None:
    venue.say(ExecType.PENDING_NEW)


def _reject(venue: TruthfulVenue, dice: Dice) -> None:
    _end(venue, OrdStatus.REJECTED, ExecType.REJECTED)


def _trade(venue: TruthfulVenue, qty: Decimal, px: Decimal, end: OrdStatus | None = None) -> None:
    truth = venue.existing
    exec_id = venue.next_exec_id()
    truth.is_accepted = True
    truth.has_traded = True
    truth.executions[exec_id] = Execution(exec_id, exec_id, qty, px, venue.trade_date)
    if end is not None:
        truth.end = end
        _clear(venue, *_FOR_THE_DAY)
    venue.say(ExecType.TRADE, last_qty=qty, last_px=px, last_liquidity_ind=venue.liquidity, exec_id=exec_id)
    if end is not None:
        _drop_requests(venue)


def _fill(venue: TruthfulVenue, dice: Dice) -> None:
    _trade(venue, min(dice.qty, venue.existing.leaves_qty), dice.px)


def _fill_all(venue: TruthfulVenue, dice: Dice) -> None:
    _trade(venue, venue.existing.leaves_qty, dice.px)


def _fill_and_cancel(venue: TruthfulVenue, dice: Dice) -> None:
    left = venue.existing.leaves_qty
    _trade(venue, min(dice.qty, EXACT.subtract(left, dice.lot)), dice.px, OrdStatus.CANCELED)


def _overfill(venue: TruthfulVenue, dice: Dice) -> None:
    _trade(venue, EXACT.add(venue.existing.leaves_qty, dice.qty), dice.px)


def _fill_late(venue: TruthfulVenue, dice: Dice) -> None:
    truth = venue.existing
    _trade(venue, min(dice.qty, EXACT.subtract(truth.order_qty, truth.cum_qty)), dice.px)


def _bust(venue: TruthfulVenue, dice: Dice) -> None:
    truth = venue.existing
    trade = list(truth.executions.values())[dice.which % len(truth.executions)]
    del truth.executions[trade.exec_id]
    _lose(venue, EXACT.multiply(trade.qty, trade.split))
    venue.say(ExecType.TRADE_CANCEL, exec_ref_id=trade.last_id, last_qty=ZERO, last_px=ZERO)


def _correct(venue: TruthfulVenue, dice: Dice) -> None:
    truth = venue.existing
    trades = [trade for trade in truth.executions.values() if trade.split == _ONE]
    trade = trades[dice.which % len(trades)]
    ref, before = trade.last_id, trade.qty
    room = EXACT.subtract(EXACT.subtract(truth.order_qty, truth.cum_qty), truth.lost_qty)
    trade.qty = min(dice.qty, EXACT.add(before, max(room, ZERO)))
    trade.px = dice.px
    trade.last_id = venue.next_exec_id()
    _lose(venue, max(EXACT.subtract(before, trade.qty), ZERO))
    venue.say(
        ExecType.TRADE_CORRECT, exec_ref_id=ref, exec_id=trade.last_id, last_qty=trade.qty, last_px=trade.px
    )


def _lose(venue: TruthfulVenue, qty: Decimal) -> None:
    # On an exchange what was busted has left the book for good.
    if not venue.profile.reopens_filled:
        venue.existing.has_lost = True
        venue.existing.lost_qty = EXACT.add(venue.existing.lost_qty, qty)


def _pend_request(venue: TruthfulVenue, dice: Dice) -> None:
    asked = next(asked for asked in venue.existing.undecided if not asked.is_said)
    asked.is_said = True
    is_cancel = asked.kind is RequestKind.CANCEL
    said = ExecType.PENDING_CANCEL if is_cancel else ExecType.PENDING_REPLACE
    venue.say(said, asked.cl_ord_id, venue.existing.in_force)


def _accept_request(venue: TruthfulVenue, dice: Dice) -> None:
    truth = venue.existing
    asked = truth.undecided.pop(0)
    truth.answers[asked.cl_ord_id] = True
    orig = truth.in_force
    if asked.kind is RequestKind.CANCEL:
        truth.in_force = asked.cl_ord_id
        _end(venue, OrdStatus.CANCELED, ExecType.CANCELED, asked, orig)
        return
    assert asked.order_qty is not None
    assert asked.terms is not None
    truth.is_accepted = True
    # A total below what has executed means "stop here" (FIX C.3.c).
    truth.order_qty = max(asked.order_qty, truth.cum_qty)
    truth.terms = asked.terms
    truth.time_in_force = asked.time_in_force or truth.time_in_force
    truth.in_force = asked.cl_ord_id
    truth.lost_qty = ZERO
    truth.times_changed += 1
    venue.say(ExecType.REPLACED, asked.cl_ord_id, orig)


def _refuse_request(venue: TruthfulVenue, dice: Dice) -> None:
    venue.refuse(venue.existing.undecided[0], "2")


def _cancel(venue: TruthfulVenue, dice: Dice) -> None:
    _end(venue, OrdStatus.CANCELED, ExecType.CANCELED)


def _expire(venue: TruthfulVenue, dice: Dice) -> None:
    _end(venue, OrdStatus.EXPIRED, ExecType.EXPIRED)


def _end(
    venue: TruthfulVenue,
    end: OrdStatus,
    said: ExecType,
    asked: Asked | None = None,
    orig: ClOrdId | None = None,
) -> None:
    truth = venue.existing
    truth.end = end
    _clear(venue, *_FOR_THE_DAY)
    code = "99" if said is ExecType.REJECTED else ""
    if asked is None:
        venue.say(said, reject_code=code)
    else:
        venue.say(said, asked.cl_ord_id, orig)
    _drop_requests(venue)


def _drop_requests(venue: TruthfulVenue) -> None:
    # What is still asked for is answered, though it does not matter any more.
    for asked in list(venue.existing.undecided):
        venue.refuse(asked, "0")


def _flag(venue: TruthfulVenue, flag: OrdStatus) -> None:
    venue.existing.flags[flag] = True
    venue.existing.times_flagged += 1


def _clear(venue: TruthfulVenue, *flags: OrdStatus) -> None:
    for flag in flags:
        venue.existing.flags.pop(flag, None)


def _finish_day(venue: TruthfulVenue, dice: Dice) -> None:
    truth = venue.existing
    _flag(venue, OrdStatus.DONE_FOR_DAY)
    truth.is_over = isinstance(truth.time_in_force, Day)
    venue.say(ExecType.DONE_FOR_DAY)


def _stop(venue: TruthfulVenue, dice: Dice) -> None:
    _flag(venue, OrdStatus.STOPPED)
    venue.say(ExecType.STOPPED, last_qty=min(dice.qty, venue.existing.leaves_qty), last_px=dice.px)


def _suspend(venue: TruthfulVenue, dice: Dice) -> None:
    _flag(venue, OrdStatus.SUSPENDED)
    venue.say(ExecType.SUSPENDED)


def _resume(venue: TruthfulVenue, dice: Dice) -> None:
    _clear(venue, OrdStatus.SUSPENDED)
    venue.say(ExecType.NEW)


def _calculate(venue: TruthfulVenue, dice: Dice) -> None:
    _flag(venue, OrdStatus.CALCULATED)
    venue.say(ExecType.CALCULATED)


def _trigger(venue: TruthfulVenue, dice: Dice) -> None:
    venue.say(ExecType.TRIGGERED)


def _restate(venue: TruthfulVenue, reason: ExecRestatementReason) -> None:
    _clear(venue, OrdStatus.DONE_FOR_DAY, OrdStatus.SUSPENDED, OrdStatus.CALCULATED)
    venue.existing.is_over = False
    venue.existing.lost_qty = ZERO
    venue.existing.times_changed += 1
    venue.say(ExecType.RESTATED, exec_restatement_reason=reason)


def _restate_qty(venue: TruthfulVenue, dice: Dice) -> None:
    truth = venue.existing
    truth.order_qty = EXACT.add(truth.cum_qty, dice.qty)
    _restate(venue, ExecRestatementReason.BROKER_OPTION)


def _restate_px(venue: TruthfulVenue, dice: Dice) -> None:
    venue.existing.terms = amended(venue.existing.terms, price=dice.px)
    _restate(venue, ExecRestatementReason.REPRICING)


def _split(venue: TruthfulVenue, dice: Dice) -> None:
    truth = venue.existing
    truth.has_split = True
    truth.order_qty = EXACT.add(truth.order_qty, truth.order_qty)
    for trade in truth.executions.values():
        trade.split = EXACT.add(trade.split, trade.split)
    _restate(venue, ExecRestatementReason.GT_CORPORATE_ACTION)


def _charge(venue: TruthfulVenue, dice: Dice) -> None:
    truth = venue.existing
    trade = list(truth.executions.values())[dice.which % len(truth.executions)]
    fee_id = f"{venue.venue_order_id}-F{len(truth.fees)}"
    amount = Decimal(dice.size if dice.which % 3 else -dice.size)
    currency = ("USD", "EUR")[dice.which % 2]
    truth.fees[fee_id] = (currency, amount)
    identity = truth.in_force if venue.wording.has_cl_ord_ids else None
    day = trade.trade_date if venue.wording.has_times else None
    exec_id, name = trade.exec_id, venue.venue_order_id
    venue.said.append(FeeReport(amount, currency, fee_id, "exchange", exec_id, identity, name, day))


def _say_status(venue: TruthfulVenue, dice: Dice) -> None:
    venue.said.append(venue.status_report())


_FINAL: Final = frozenset(
    {
        Decision.REJECT,
        Decision.FILL_ALL,
        Decision.FILL_AND_CANCEL,
        Decision.OVERFILL,
        Decision.CANCEL,
        Decision.EXPIRE,
    }
)

_May = Callable[[TruthfulVenue], bool]
_Do = Callable[[TruthfulVenue, Dice], None]

_TABLE: Final[dict[Decision, tuple[_May, _Do]]] = {
    Decision.ACCEPT: (conditions.is_new, _accept),
    Decision.PEND_NEW: (conditions.is_new, _pend_new),
    Decision.FILL: (conditions.is_working, _fill),
    Decision.FILL_ALL: (conditions.is_working, _fill_all),
    Decision.ACCEPT_REQUEST: (conditions.may_accept, _accept_request),
    Decision.REFUSE_REQUEST: (conditions.is_asked, _refuse_request),
    Decision.PEND_REQUEST: (conditions.is_asked_silently, _pend_request),
    Decision.BUST: (conditions.has_traded, _bust),
    Decision.CORRECT: (conditions.has_unsplit, _correct),
    Decision.CANCEL: (conditions.is_open, _cancel),
    Decision.EXPIRE: (conditions.is_open, _expire),
    Decision.REJECT: (conditions.may_be_rejected, _reject),
    Decision.LATE_FILL: (conditions.is_short, _fill_late),
    Decision.FILL_AND_CANCEL: (conditions.may_be_cut, _fill_and_cancel),
    Decision.OVERFILL: (conditions.is_working, _overfill),
    Decision.FINISH_DAY: (conditions.may_finish, _finish_day),
    Decision.STOP: (conditions.may_stop, _stop),
    Decision.SUSPEND: (conditions.may_suspend, _suspend),
    Decision.RESUME: (conditions.may_resume, _resume),
    Decision.CALCULATE: (conditions.may_calculate, _calculate),
    Decision.TRIGGER: (conditions.may_trigger, _trigger),
    Decision.RESTATE_QTY: (conditions.may_restate, _restate_qty),
    Decision.RESTATE_PX: (conditions.may_reprice, _restate_px),
    Decision.SPLIT: (conditions.may_split, _split),
    Decision.CHARGE: (conditions.has_traded, _charge),
    Decision.SAY_STATUS: (conditions.has_traded, _say_status),
}
