"""What may happen to an order: two tables that decide legality, and one of the facts beside them.

1. LIFE says for each event which life an order is in afterwards, from each life it may happen in. A gap is illegal.
2. REQUESTS says what each event adds to, takes from or notes in the set of unanswered requests.
3. MARKS says which facts beside the life an event sets and clears.

Nothing else in the library decides what may follow what, and only the machine reads these tables (and the program that
draws them). They know nothing of quantities: whether an order is filled is arithmetic, not a state.

Columns of LIFE, left to right: U unsent, D denied, S sent, L live, C canceled, E expired, R rejected.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from oms.model import events as ev
from oms.model.define import value
from oms.model.enums import Life, RequestKind
from oms.model.order import Mark

COLUMNS: Final = (Life.UNSENT, Life.DENIED, Life.SENT, Life.LIVE, Life.CANCELED, Life.EXPIRED, Life.REJECTED)

_U, _D, _S, _L, _C, _E, _R = COLUMNS
_x: Final = None

# fmt: off
_LIFE_ROWS: Final[dict[type[ev.OrderEvent], tuple[Life | None, ...]]] = {
    #                        U   D   S   L   C   E   R
    ev.OrderCreated:        (_U, _x, _x, _x, _x, _x, _x),
    ev.OrderAdopted:        (_S, _x, _x, _x, _x, _x, _x),
    ev.OrderDenied:         (_D, _x, _x, _x, _x, _x, _x),
    # What is held here is not sent: until it is released it may be changed and ended without asking anybody.
    ev.OrderHeld:           (_U, _x, _x, _x, _x, _x, _x),
    ev.OrderAmended:        (_U, _x, _x, _x, _x, _x, _x),
    ev.TriggerMissed:       (_U, _x, _x, _x, _x, _x, _x),
    ev.OrderReleased:       (_U, _x, _x, _x, _x, _x, _x),
    # Before it is sent; of an order that is worked here, before each of its parts is; after its end, where what is left goes.
    ev.OrderRouted:         (_U, _x, _x, _L, _C, _E, _R),
    ev.OrderSubmitted:      (_S, _x, _x, _x, _x, _x, _x),
    ev.OrderPendingNew:     (_x, _x, _S, _x, _x, _x, _x),
    ev.OrderAcceptedForBidding: (_x, _x, _S, _x, _x, _x, _x),
    # Late, it may still bring the total that the broker works.
    ev.OrderAcknowledged:   (_x, _x, _L, _L, _x, _x, _x),
    ev.OrderNamed:          (_x, _x, _S, _L, _C, _E, _R),
    # New to Rejected is legal: the sales desk took it, the exchange did not (FIX A.1.a).
    ev.OrderRejected:       (_x, _x, _R, _R, _x, _x, _x),
    # An execution implies the acknowledgement (EX:A.1.c); after the end it is late, is booked, and revives nothing.
    ev.Traded:              (_x, _x, _L, _L, _C, _E, _R),
    ev.TradeCorrected:      (_x, _x, _x, _L, _C, _E, _R),
    ev.TradeCanceled:       (_x, _x, _x, _L, _C, _E, _R),
    ev.FeeCharged:          (_x, _x, _S, _L, _C, _E, _R),
    ev.CancelRequested:     (_x, _x, _S, _L, _x, _x, _x),
    ev.CancelDenied:        (_U, _D, _S, _L, _C, _E, _R),
    ev.OrderPendingCancel:  (_x, _x, _S, _L, _x, _x, _x),
    # A canceled order need never have been acknowledged (FIX B.1.d), nor sent where it was held here.
    ev.OrderCanceled:       (_C, _x, _C, _C, _x, _x, _x),
    # The refusal of a request that the order's end already closed may still arrive, and is only informational.
    ev.CancelRejected:      (_x, _x, _S, _L, _C, _E, _R),
    ev.ReplaceRequested:    (_x, _x, _S, _L, _x, _x, _x),
    ev.ReplaceDenied:       (_U, _D, _S, _L, _C, _E, _R),
    ev.OrderPendingReplace: (_x, _x, _S, _L, _x, _x, _x),
    # After a cancel it is late: the total was changed before the order ended.
    ev.OrderReplaced:       (_x, _x, _L, _L, _C, _E, _x),
    ev.ReplaceSuperseded:   (_x, _x, _S, _L, _C, _E, _R),
    ev.ReplaceRejected:     (_x, _x, _S, _L, _C, _E, _R),
    ev.RequestInDoubt:      (_x, _x, _S, _L, _x, _x, _x),
    ev.OrderStatusRequested: (_x, _x, _S, _L, _C, _E, _R),
    ev.DoubtResolved:       (_x, _x, _S, _L, _C, _E, _R),
    ev.OrderExpired:        (_E, _x, _E, _E, _x, _x, _x),
    ev.OrderDoneForDay:     (_x, _x, _L, _L, _x, _x, _x),
    ev.OrderDayBegan:       (_x, _x, _S, _L, _C, _E, _R),
    ev.OrderStopped:        (_x, _x, _L, _L, _x, _x, _x),
    ev.OrderSuspended:      (_x, _x, _L, _L, _x, _x, _x),
    ev.OrderResumed:        (_x, _x, _x, _L, _x, _x, _x),
    # After the end it is late, and shows all the same: it outranks the end that it came before.
    ev.OrderCalculated:     (_x, _x, _L, _L, _C, _E, _x),
    ev.OrderRestated:       (_x, _x, _L, _L, _x, _x, _x),
    ev.OrderReinstated:     (_x, _x, _x, _x, _L, _L, _L),
    # A trigger changes what the order is shown as in no state (FIX E.1.f).
    ev.OrderTriggered:      (_x, _x, _S, _L, _x, _x, _x),
    ev.ReportIgnored:       (_U, _D, _S, _L, _C, _E, _R),
    # What is worked here is never sent itself: it is live from its first plan on, and what its children execute is its own.
    ev.WorkPlanned:         (_L, _x, _x, _L, _x, _x, _x),
    ev.SliceDecided:        (_x, _x, _x, _L, _x, _x, _x),
    ev.WorkNoted:           (_x, _x, _x, _L, _x, _x, _x),
    ev.ChildExecuted:       (_x, _x, _x, _L, _C, _E, _x),
    ev.WorkHeld:            (_x, _x, _x, _L, _x, _x, _x),
    ev.WorkSuspended:       (_x, _x, _x, _L, _x, _x, _x),
    ev.WorkResumed:         (_x, _x, _x, _L, _x, _x, _x),
    ev.WorkStopped:         (_x, _x, _x, _L, _x, _x, _x),
    ev.WorkAmendRequested:  (_x, _x, _x, _L, _x, _x, _x),
    ev.WorkAmended:         (_x, _x, _x, _L, _x, _x, _x),
}
# fmt: on

LIFE: Final[dict[Life, dict[type[ev.OrderEvent], Life]]] = {
    life: {event: after for event, row in _LIFE_ROWS.items() if (after := row[column]) is not None}
    for column, life in enumerate(COLUMNS)
}
"""State, then event, to the state after it; an absent key is illegal."""


class Takes(Enum):
    """Which unanswered requests an event answers."""

    NOTHING = "nothing"
    ITS_OWN = "the one it names"
    NEW = "the new order"
    NEW_AND_ITS_OWN = "the new order and the one it names"
    ALL = "all of them"


class Notes(Enum):
    """What an event notes about the request that it names."""

    NOTHING = "nothing"
    PENDING = "the broker is deciding"
    NEW_PENDING = "the broker has the new order and is deciding"
    IN_DOUBT = "nobody knows whether it arrived"


@value(kw_only=True)
class RequestEffect:
    """What an event does to the set of unanswered requests."""

    adds: RequestKind | None = None
    takes: Takes = Takes.NOTHING
    notes: Notes = Notes.NOTHING


NO_EFFECT: Final = RequestEffect()
_ADDS_NEW: Final = RequestEffect(adds=RequestKind.NEW)
_ADDS_CANCEL: Final = RequestEffect(adds=RequestKind.CANCEL)
_ADDS_REPLACE: Final = RequestEffect(adds=RequestKind.REPLACE)
_ANSWERS_NEW: Final = RequestEffect(takes=Takes.NEW)
_ANSWERS_ITS_OWN: Final = RequestEffect(takes=Takes.ITS_OWN)
_ENDS_ALL: Final = RequestEffect(takes=Takes.ALL)
_PENDING: Final = RequestEffect(notes=Notes.PENDING)

REQUESTS: Final[dict[type[ev.OrderEvent], RequestEffect]] = {
    ev.OrderCreated: NO_EFFECT,
    ev.OrderAdopted: NO_EFFECT,
    ev.OrderDenied: NO_EFFECT,
    ev.OrderHeld: NO_EFFECT,
    ev.OrderAmended: NO_EFFECT,
    ev.TriggerMissed: NO_EFFECT,
    ev.OrderReleased: NO_EFFECT,
    ev.OrderRouted: NO_EFFECT,
    ev.OrderSubmitted: _ADDS_NEW,
    # Received and undecided: the answer is still to come.
    ev.OrderPendingNew: RequestEffect(notes=Notes.NEW_PENDING),
    ev.OrderAcceptedForBidding: RequestEffect(notes=Notes.NEW_PENDING),
    ev.OrderAcknowledged: _ANSWERS_NEW,
    ev.OrderNamed: NO_EFFECT,
    ev.OrderRejected: _ENDS_ALL,
    # A cancel or replace stays unanswered through any execution, the last one too (FIX B.1.c).
    ev.Traded: _ANSWERS_NEW,
    ev.TradeCorrected: NO_EFFECT,
    ev.TradeCanceled: NO_EFFECT,
    ev.FeeCharged: NO_EFFECT,
    ev.CancelRequested: _ADDS_CANCEL,
    ev.CancelDenied: NO_EFFECT,
    # The acknowledgement may still come after it (FIX B.1.d).
    ev.OrderPendingCancel: _PENDING,
    ev.OrderCanceled: _ENDS_ALL,
    ev.CancelRejected: _ANSWERS_ITS_OWN,
    ev.ReplaceRequested: _ADDS_REPLACE,
    ev.ReplaceDenied: NO_EFFECT,
    ev.OrderPendingReplace: _PENDING,
    ev.OrderReplaced: RequestEffect(takes=Takes.NEW_AND_ITS_OWN),
    ev.ReplaceSuperseded: _ANSWERS_ITS_OWN,
    ev.ReplaceRejected: _ANSWERS_ITS_OWN,
    ev.RequestInDoubt: RequestEffect(notes=Notes.IN_DOUBT),
    ev.OrderStatusRequested: NO_EFFECT,
    ev.DoubtResolved: NO_EFFECT,
    ev.OrderExpired: _ENDS_ALL,
    ev.OrderDoneForDay: _ANSWERS_NEW,
    ev.OrderDayBegan: NO_EFFECT,
    ev.OrderStopped: _ANSWERS_NEW,
    ev.OrderSuspended: _ANSWERS_NEW,
    ev.OrderResumed: NO_EFFECT,
    ev.OrderCalculated: _ANSWERS_NEW,
    ev.OrderRestated: _ANSWERS_NEW,
    ev.OrderReinstated: NO_EFFECT,
    ev.OrderTriggered: NO_EFFECT,
    ev.ReportIgnored: NO_EFFECT,
    ev.WorkPlanned: NO_EFFECT,
    ev.SliceDecided: NO_EFFECT,
    ev.WorkNoted: NO_EFFECT,
    ev.ChildExecuted: NO_EFFECT,
    ev.WorkHeld: NO_EFFECT,
    ev.WorkSuspended: NO_EFFECT,
    ev.WorkResumed: NO_EFFECT,
    ev.WorkStopped: NO_EFFECT,
    ev.WorkAmendRequested: NO_EFFECT,
    ev.WorkAmended: NO_EFFECT,
}


@value
class MarkEffect:
    """Which facts beside the life an event sets and clears."""

    sets: frozenset[Mark] = frozenset()
    clears: frozenset[Mark] = frozenset()


_ENDS: Final = MarkEffect(clears=frozenset(Mark) - {Mark.CALCULATED})
_DECIDED: Final = MarkEffect(clears=frozenset({Mark.ACCEPTED_FOR_BIDDING}))

MARKS: Final[dict[type[ev.OrderEvent], MarkEffect]] = {
    ev.OrderAcceptedForBidding: MarkEffect(sets=frozenset({Mark.ACCEPTED_FOR_BIDDING})),
    ev.OrderAcknowledged: _DECIDED,
    # A stray execution does not resume a suspended or finished day (FIX J.1.d); the venue's restatement does (H.1.a).
    ev.Traded: _DECIDED,
    ev.OrderReplaced: MarkEffect(clears=frozenset({Mark.ACCEPTED_FOR_BIDDING, Mark.PENDING_REPLACE})),
    ev.OrderRestated: MarkEffect(
        clears=frozenset(
            {
                Mark.ACCEPTED_FOR_BIDDING,
                Mark.SUSPENDED,
                Mark.DONE_FOR_DAY,
                Mark.CALCULATED,
            }
        )
    ),
    ev.OrderDoneForDay: MarkEffect(sets=frozenset({Mark.DONE_FOR_DAY}), clears=_DECIDED.clears),
    ev.OrderStopped: MarkEffect(sets=frozenset({Mark.STOPPED}), clears=_DECIDED.clears),
    ev.OrderSuspended: MarkEffect(sets=frozenset({Mark.SUSPENDED}), clears=_DECIDED.clears),
    ev.OrderResumed: MarkEffect(clears=frozenset({Mark.SUSPENDED})),
    ev.OrderCalculated: MarkEffect(sets=frozenset({Mark.CALCULATED}), clears=_DECIDED.clears),
    ev.WorkSuspended: MarkEffect(sets=frozenset({Mark.SUSPENDED})),
    ev.WorkResumed: MarkEffect(clears=frozenset({Mark.SUSPENDED})),
    ev.OrderRejected: _ENDS,
    ev.OrderCanceled: _ENDS,
    ev.OrderExpired: _ENDS,
}
"""Events that are not listed touch no mark, but for these, where it depends on what they say: a pending report about a
request that is none of ours sets `PENDING_CANCEL` or `PENDING_REPLACE`, the refusal of such a request clears it, a replaced
order that is shown as working, and an execution on a later trading day, end what was for the day."""
