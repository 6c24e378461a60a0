"""Mutants that survive, and why no test can or should kill them.

A mutant is known by its module, its function or table, and what was changed in it; where one of these is no longer so, or
the mutant dies, the reason has to go: the campaign fails until it does.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """Why a mutant may live."""

    module: str
    where: str
    change: str
    why: str

    @property
    def key(self) -> tuple[str, str, str]:
        """The mutant that it is about."""
        return f"oms.lifecycle.{self.module}", self.where, self.change


def _all(module: str, where: str, why: str, *changes: str) -> tuple[Reason, ...]:
    return tuple(Reason(module, where, change, why) for change in changes)


_SLOW_WAY = "the short way is not taken, and the slow way comes to the same"
_SHARED = "an empty dictionary of its own in place of the shared empty one: it saves memory and nothing else"

REASONS: tuple[Reason, ...] = (
    Reason(
        "amendments", "read_amendment", "isinstance(known, ev.TradeCorrected) and ref != known.exec_id: no isinstance(known, ev.TradeCorrected)",
        "for the type checkers: an execution itself is found under no identity but its own",
    ),
    Reason("anomalies", "MAX_RAW", "4096 -> 4097", "any length near it would do, and the tests take it from the module"),
    Reason("anomalies", "MAX_PAYLOAD", "65536 -> 65537", "any length near it would do, and the tests take it from the module"),
    Reason(
        "changes", "read_replaced", "identity is not None and identity in order._amendments: no identity is not None",
        "for the type checkers: None is the name of no request",
    ),
    Reason("changes", "_place", "1 -> 2", "requests have the places from 0 on, and any number below stands before them"),
    Reason(
        "changes", "read_marking", "order.is_ended and not is_suspended and not is_before_the_end(order, report): no not is_suspended",
        "a suspension after the end is set aside in the same way as one that the table does not allow",
    ),
    Reason(
        "changes", "_of_filled", "not is_wrong or not order.is_filled or not isinstance(events[0], ev.OrderSuspended | ev.OrderStopped): no not is_wrong",
        "what is no wrong is no suspension and no guarantee, which is looked at as well",
    ),
    Reason(
        "execution_index", "ExecutionIndex.amend", "self.synthetic and said.order_id in self.synthetic: no self.synthetic",
        "an empty dictionary has no order: it is looked at first as that is the usual case",
    ),
    Reason(
        "execution_index", "ExecutionIndex.synthetic_of", "if isinstance(one, ev.Traded | ev.TradeCorrected) -> if True",
        "for the type checkers: what was withdrawn was forgotten then",
    ),
    *_all(
        "execution_index", "ExecutionIndex.synthetic_of", "what was inferred has an identity of its own, on whatever day",
        "'' -> 'x'",
    ),
    *_all(
        "execution_index", "ExecutionIndex._forget_withdrawn", "what was inferred has an identity of its own, on whatever day",
        "'' -> 'x'",
    ),
    Reason("executions", "_UNUSUAL", "without OrdStatus.STOPPED", _SLOW_WAY),
    *_all(
        "executions", "read_trade", "where nothing of the order was inferred, nothing is taken back: " + _SLOW_WAY,
        "if executions.synthetic and order._order_id in executions.synthetic -> if True",
        "executions.synthetic and order._order_id in executions.synthetic: and -> or",
        "executions.synthetic and order._order_id in executions.synthetic: no executions.synthetic",
        "executions.synthetic and order._order_id in executions.synthetic: no order._order_id in executions.synthetic",
    ),
    Reason("facts", "_change_terms", "if order._losses -> if True", "of no losses none is left, and they come to nothing"),
    *_all(
        "executions", "read_trade", _SLOW_WAY,
        "if-else is_plain(said) -> if-else False",
        "if exec_id in executions.by_exec_id -> if True",
        "if last_qty <= order._leaves_qty and (not order._marks) and (not order._splits) and trade_date and (status not in _UNUSUAL) and (report.account is None or report.account == order._account) and (commission is None or traded.commission is commission) and (not faults) and (cum_qty is None or (type(cum_qty) is Decimal and (not cum_qty.is_snan()) and (cum_qty == order._cum_qty + last_qty))) -> if False",
        "last_qty <= order._leaves_qty -> last_qty < order._leaves_qty",
        "report.account is None or report.account == order._account: or -> and",
        "report.account is None or report.account == order._account: no report.account is None",
        "report.account is None or report.account == order._account: no report.account == order._account",
        "commission is None or traded.commission is commission: or -> and",
        "commission is None or traded.commission is commission: no commission is None",
        "commission is None or traded.commission is commission: no traded.commission is commission",
        "cum_qty is None or type(cum_qty) is Decimal and (not cum_qty.is_snan()) and (cum_qty == order._cum_qty + last_qty): or -> and",
        "cum_qty is None or type(cum_qty) is Decimal and (not cum_qty.is_snan()) and (cum_qty == order._cum_qty + last_qty): no cum_qty is None",
        "cum_qty is None or type(cum_qty) is Decimal and (not cum_qty.is_snan()) and (cum_qty == order._cum_qty + last_qty): no type(cum_qty) is Decimal and (not cum_qty.is_snan()) and (cum_qty == order._cum_qty + last_qty)",
        "order._cum_qty + last_qty -> order._cum_qty - last_qty",
    ),
    Reason(
        "executions", "read_trade", "commission is not None and is_sane(commission): no commission is not None",
        "None is no sane number either; to ask first saves a call for each execution",
    ),
    Reason("facts", "_UNSAID", "0 and 0 change places", "they are the same"),
    Reason("facts", "_ENDS", "without ev.OrderRejected", "a rejection tells no time, so that it clears what a word of no time clears"),
    Reason("facts", "MAX_SEEN", "1000 -> 1001", "any number near it would do, and the tests take it from the module"),
    Reason("facts", "mark", "if sets -> if True", "nothing is added to the marks there are"),
    Reason("facts", "_clear", "kept or NO_MARKS: no NO_MARKS", _SHARED),
    Reason("facts", "_traded", "if order._splits -> if True", "without a split an execution counts for what it is"),
    Reason(
        "facts", "_traded", "event.trade_date > order._day -> event.trade_date >= order._day",
        "the same day is seen to before that",
    ),
    Reason("facts", "_traded", "leaves_qty > ZERO -> leaves_qty >= ZERO", "0 either way"),
    Reason(
        "facts", "_begin_day",
        "{mark: said for mark, said in order._marks.items() if mark is not Mark.DONE_FOR_DAY} or NO_MARKS: no NO_MARKS",
        _SHARED,
    ),
    Reason("facts", "counted_qty", "sequence > since -> sequence >= since", "an execution and a split are two events, of two numbers"),
    Reason("facts", "_amended", "taken > given -> taken >= given", "nothing is lost by what takes as much as it gives"),
    Reason(
        "interpret", "interpret", "if exec_type is _NEW and order._life is _SENT and (not report.cum_qty) and is_plain(report) -> if False",
        _SLOW_WAY,
    ),
    Reason(
        "machine", "apply", "answer is not None and order._requests: no order._requests",
        "where nothing is unanswered nothing is answered, only more slowly",
    ),
    Reason(
        "machine", "apply", "marks is not None and order._marks or marks.sets: no order._marks or marks.sets",
        "where there is no mark and none is set nothing is cleared, only more slowly",
    ),
    Reason("machine", "apply", "if order._is_pending or order._marks -> if True", _SLOW_WAY),
    Reason("machine", "_keep", "requests or NO_REQUESTS: no NO_REQUESTS", _SHARED),
    Reason("machine", "_answer_new", "if len(requests) == 1 -> if False", _SLOW_WAY),
    *_all(
        "machine", "_answer_new", "a flag that stays up only has the status worked out in the slow way, to the same",
        "delete: order._is_pending = False",
        "False -> True",
    ),
    *_all(
        "states", "RANKING", "no order is ever both",
        "OrdStatus.CANCELED and OrdStatus.EXPIRED change places",
        "OrdStatus.ACCEPTED_FOR_BIDDING and OrdStatus.DENIED change places",
        "OrdStatus.DENIED and OrdStatus.UNSENT change places",
    ),
    Reason(
        "status_answers", "how_it_ended", "status is not None and status in _ENDING: no status is not None",
        "for the type checkers: None is no end",
    ),
    Reason(
        "status_answers", "read_status", "asked is not None and asked.kind is RequestKind.CANCEL and _is_over(status, report): no asked.kind is RequestKind.CANCEL",
        "a replace was read before, and the answer to an order that is not acknowledged too: what is left is a cancel",
    ),
    Reason("synthetic", "_ROUNDING", "80 -> 81", "any precision that holds a price and its places would do"),
    *_all(
        "transitions", "RequestEffect", "every effect is made by name; that it must be is for whoever adds one",
        "True -> False",
        "value: no kw_only=True",
    ),
    Reason(
        "transitions", "REQUESTS", "ev.OrderResumed: NO_EFFECT -> _ANSWERS_NEW",
        "only a live order resumes, and its new order has been answered",
    ),
)  # fmt: skip
