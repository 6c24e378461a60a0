"""When a venue may decide what: one small question each."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from oms.model.decimals import ZERO
from oms.model.enums import OrdStatus, RequestKind
from oms.model.terms import Stop, StopLimit, limit_px
from oms.testing.venue import TruthfulVenue

_ONE: Final = Decimal(1)
_TRADES_LATE: Final = frozenset({OrdStatus.CANCELED, OrdStatus.EXPIRED})


def is_new(venue: TruthfulVenue) -> bool:
    """The order has arrived, and nobody has decided about it."""
    truth = venue.existing
    return truth.end is None and not truth.is_accepted


def is_open(venue: TruthfulVenue) -> bool:
    """Something of it may still trade."""
    return venue.existing.leaves_qty > ZERO


def is_working(venue: TruthfulVenue) -> bool:
    """It may trade now."""
    truth = venue.existing
    held = truth.flags.get(OrdStatus.DONE_FOR_DAY) or truth.flags.get(OrdStatus.SUSPENDED)
    return truth.leaves_qty > ZERO and not held


def may_be_cut(venue: TruthfulVenue) -> bool:
    """A part of it may trade and the rest end, in one report."""
    return venue.profile.bundles and is_working(venue) and venue.existing.leaves_qty > _ONE


def may_be_rejected(venue: TruthfulVenue) -> bool:
    """It may still be refused: a desk may take what the exchange then does not (FIX A.1.a)."""
    truth = venue.existing
    return truth.end is None and not truth.has_traded and not truth.flags and not truth.undecided


def is_short(venue: TruthfulVenue) -> bool:
    """It has ended short of its total, so that an execution may come late."""
    truth = venue.existing
    return truth.end in _TRADES_LATE and truth.cum_qty < truth.order_qty


def has_traded(venue: TruthfulVenue) -> bool:
    """There is an execution to bust or to charge for."""
    return bool(venue.existing.executions)


def has_unsplit(venue: TruthfulVenue) -> bool:
    """There is an execution that no split has changed since."""
    return any(trade.split == _ONE for trade in venue.existing.executions.values())


def is_asked(venue: TruthfulVenue) -> bool:
    """A request is undecided."""
    return bool(venue.existing.undecided)


def is_asked_silently(venue: TruthfulVenue) -> bool:
    """A request is undecided, and the venue has not said that it has it."""
    return venue.profile.sends_pending and any(not asked.is_said for asked in venue.existing.undecided)


def may_accept(venue: TruthfulVenue) -> bool:
    """The oldest undecided request may be accepted."""
    truth = venue.existing
    if not truth.undecided or truth.end is not None or truth.is_over:
        return False
    asked = truth.undecided[0]
    if asked.kind is RequestKind.CANCEL:
        return truth.leaves_qty > ZERO
    return not truth.has_split and (truth.leaves_qty > ZERO or venue.may_grow(asked))


def may_finish(venue: TruthfulVenue) -> bool:
    """It may be done for the day."""
    truth = venue.existing
    return truth.is_accepted and truth.leaves_qty > ZERO and not truth.flags.get(OrdStatus.DONE_FOR_DAY)


def may_stop(venue: TruthfulVenue) -> bool:
    """A price may be guaranteed."""
    return (
        venue.existing.is_accepted and is_working(venue) and not venue.existing.flags.get(OrdStatus.STOPPED)
    )


def may_suspend(venue: TruthfulVenue) -> bool:
    """It may be held back."""
    return venue.existing.is_accepted and is_working(venue)


def may_resume(venue: TruthfulVenue) -> bool:
    """It is held back, and may work again."""
    return venue.existing.leaves_qty > ZERO and bool(venue.existing.flags.get(OrdStatus.SUSPENDED))


def may_calculate(venue: TruthfulVenue) -> bool:
    """End-of-day figures may come out."""
    truth = venue.existing
    return truth.end is None and truth.is_filled and not truth.flags.get(OrdStatus.CALCULATED)


def may_trigger(venue: TruthfulVenue) -> bool:
    """It is a stop that has not been triggered."""
    truth = venue.existing
    is_stop = isinstance(truth.terms, Stop | StopLimit)
    return is_stop and truth.is_accepted and is_working(venue) and not truth.executions


def may_restate(venue: TruthfulVenue) -> bool:
    """The venue may change it of its own accord."""
    truth = venue.existing
    return truth.is_accepted and is_open(venue) and not truth.has_split


def may_reprice(venue: TruthfulVenue) -> bool:
    """The venue may change its price of its own accord."""
    return may_restate(venue) and limit_px(venue.existing.terms) is not None


def may_split(venue: TruthfulVenue) -> bool:
    """What is traded may be split.

    The ratio can be told from the report only where the total has not been changed otherwise, and which executions came
    before it only by their times; so a split is the only change of its order.
    """
    truth = venue.existing
    is_only_change = not truth.times_changed and not truth.undecided and not truth.has_lost
    is_told = venue.wording.has_times and truth.cum_qty <= truth.order_qty
    return may_restate(venue) and is_only_change and is_told
