"""A schedule that follows today's volume: what is due by it, and from where on the volume counts since its order was changed.

A new plan counts what was done by what it would have had due, so that of what is left the volume before it says nothing more: what has
traded counts from then on, against what is left of the expected volume.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final

from oms.algos.others import others_volume
from oms.algos.vwap import dynamic_share, target_at
from oms.algos.working import Working
from oms.model.decimals import EXACT, ONE, QUOTIENT, ZERO, plain
from oms.model.parent import Parent
from oms.model.work import Memo
from oms.ports.working_handler import View

_SINCE: Final = "since"
"""The entry of the memo: how much of the order was done, what had traded, and which part of the schedule was left."""
_AHEAD: Final = "ahead"
"""The entry of the memo: by how much more than the schedule was due with the last slice."""


def counted_anew(parent: Parent, view: View, working: Working, left: Fraction) -> Memo:
    """Give the memo of an order that is planned anew now.

    Args:
        parent: The order.
        view: What is known.
        working: How it is worked.
        left: Which part of its schedule is left.
    """
    memo = dict(parent.memo)
    others = others_volume(memo, parent, view, working, is_restart=False, is_needed=True)
    done, volume = EXACT.add(parent.filled, parent.working), EXACT.add(others or ZERO, parent.filled)
    part = QUOTIENT.divide(Decimal(left.numerator), Decimal(left.denominator))
    kept = {name: text for name, text in parent.memo if name != _AHEAD}
    return tuple({**kept, _SINCE: f"{plain(done)}:{plain(volume)}:{plain(part)}"}.items())


def ahead_of(memo: Mapping[str, str]) -> Decimal:
    """Give by how much more than the schedule was due with the slice that was decided last, below zero for less."""
    return Decimal(memo.get(_AHEAD, "0"))


def note_ahead(memo: dict[str, str], ahead: Decimal) -> None:
    """Note by how much more than the schedule is due with the slice that is decided now."""
    memo[_AHEAD] = plain(ahead)


def due_by_volume(
    parent: Parent,
    lot: Decimal,
    target: Decimal,
    slice_qty: Decimal,
    volume: Decimal,
    dynamic: tuple[Decimal, Decimal],
) -> Decimal:
    """Give how much of an order is due with a slice as today's volume says, within the band round the schedule.

    Args:
        parent: The order; all of it is due with its last slice, whatever the volume.
        lot: The size of a lot.
        target: What the schedule has due by now in all, the slice included: less than the whole.
        slice_qty: The slice.
        volume: What has traded in the window so far.
        dynamic: By which part of the order the result may differ from the schedule, and what the window was expected to trade.
    """
    done, before, left = (Decimal(text) for text in (parent.memo_of(_SINCE) or "0:0:1").split(":"))
    band, expected = Fraction(dynamic[0]), EXACT.multiply(dynamic[1], min(left, ONE))
    qty = EXACT.subtract(parent.qty, done)
    share = Fraction(EXACT.subtract(target, done)) / Fraction(qty)
    own = Fraction(slice_qty) / Fraction(qty)
    since = max(EXACT.subtract(volume, before), ZERO)
    due = dynamic_share(max(share - own, Fraction(0)), since, expected, dynamic[0]) + own
    due = min(max(due, share - band, Fraction(0)), share + band, Fraction(1))
    return EXACT.add(done, target_at(qty, lot, due))
