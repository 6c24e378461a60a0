"""How much others have traded since the beginning of an order, by the counts of all that was printed and of what executed here.

What was printed while nobody listened is not known and does not count: so there is no burst after a restart.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final

from oms.algos.pacing import Facts
from oms.algos.pov import RateBasis, part_of
from oms.algos.slicing import ceiled
from oms.algos.working import Working
from oms.model.decimals import EXACT, ONE, ZERO, plain
from oms.model.parent import Parent
from oms.model.work import Memo
from oms.ports.working_handler import View

_PRINTED: Final = "printed"
"""The entry of the memo that says at which count of prints nothing counted."""
_COUNTED: Final = "counted"
"""The entry that says how much counted when something was decided last."""


_LEAST: Final = Decimal("1E-18")
_PART: Final = Decimal("0.001")
_OURS: Final = "ours"
"""The entry that says at which count of what executed here nothing is taken off."""


def first_memo(working: Working, view: View, start_ns: int, *, is_needed: bool = False) -> Memo:
    """Give what is kept from the beginning on; nothing where nobody asks for the volume, or it begins to count later."""
    is_needed = is_needed or _needs(working)
    if not is_needed:
        return ()
    begins = start_ns <= view.now_ns
    if not begins:
        return ((_COUNTED, "0"),)
    return ((_COUNTED, "0"), (_OURS, plain(view.own_qty)), (_PRINTED, plain(view.printed_qty)))


def begins_count(parent: Parent, view: View) -> bool:
    """Tell whether the volume begins to count: the order has begun, and nothing was counted before, be it that nobody asked for it."""
    return view.now_ns >= parent.start_ns and parent.memo_of(_PRINTED) is None


def _needs(working: Working) -> bool:
    return working.max_participation is not None or working.min_participation is not None


def keep_corrections(memo: dict[str, str], parent: Parent, view: View) -> bool:
    """Keep in the memo what was corrected where the volume itself is not asked for now; and tell whether there was anything."""
    if _PRINTED not in memo or not view.corrections:
        return False
    memo[_PRINTED] = plain(EXACT.subtract(Decimal(memo[_PRINTED]), _corrected(parent, view)))
    return True


def _corrected(parent: Parent, view: View) -> Decimal:
    """Give by how much corrections have changed what was printed since the start; below zero for less."""
    more = ZERO
    for correction in view.corrections:
        was, now = correction.was, correction.now
        if was.time_ns > parent.start_ns:
            more = EXACT.add(more, EXACT.subtract(ZERO if now is None else now.size, was.size))
    return more


def kept(
    memo: Mapping[str, str],
    parent: Parent,
    view: View,
    others: Decimal | None,
    working: Working,
    dynamic: tuple[Decimal, Decimal] | None,
) -> tuple[bool, Decimal | None]:
    """Tell whether the count is to be kept now, so that a restart loses next to nothing, and how much is to be printed until it is next.

    That is what gives room for a thousandth of the order, or for a lot, or a thousandth of what was expected; None where no more
    volume changes anything.

    Args:
        memo: The memo with the count of now; that of the order has the one that was kept last.
        parent: The order.
        view: What is known.
        others: How much others have traded; None where nobody asks for it.
        working: How it is worked.
        dynamic: As `oms.algos.schedule_round.ScheduleRound` has it.
    """
    if others is None or _PRINTED not in memo or parent.order.is_filled:
        return False, None
    steps = [
        step_of(parent, view, rate, RateBasis.OF_OTHERS)
        for rate in (working.max_participation, working.min_participation)
        if rate is not None and part_of(others, rate, RateBasis.OF_OTHERS) < parent.qty
    ]
    if dynamic is not None and dynamic[1] and parent.slices:
        steps.append(EXACT.multiply(dynamic[1], _PART))
    if not steps:
        return False, None
    step = min(steps)
    since = abs(EXACT.subtract(Decimal(memo[_COUNTED]), Decimal(parent.memo_of(_COUNTED) or "0")))
    return (True, step) if since >= step else (False, EXACT.subtract(step, since))


def step_of(parent: Parent, view: View, rate: Decimal, basis: RateBasis) -> Decimal:
    """Give how much volume may go unrecorded: what gives room for a thousandth of the order, or for a lot."""
    part = Fraction(max(view.instrument.lot, EXACT.multiply(parent.qty, _PART)))
    return ceiled(part / part_of(ONE, rate, basis), _LEAST)


def volume_for(facts: Facts, others: Decimal, rate: Decimal) -> Decimal:
    """Give how much more others must trade until a largest participation that forbids a child may allow one; above zero."""
    progress = facts.progress
    done, left = EXACT.add(progress.filled, progress.working), progress.available
    least = min(max(facts.least_qty, facts.min_child, facts.lot), left)
    for qty in (least, left):  # All of it where what would be left could never be sent.
        more = EXACT.subtract(ceiled(Fraction(EXACT.add(done, qty)) / Fraction(rate), _LEAST), others)
        if more > ZERO:
            return more
    return _LEAST


def others_volume(
    memo: dict[str, str],
    parent: Parent,
    view: View,
    working: Working,
    *,
    is_restart: bool,
    is_needed: bool = False,
) -> Decimal | None:
    """Give how much others have traded since the start, and keep it in the memo; None where nobody asks for it."""
    if not (is_needed or _needs(working)):
        return None
    if view.now_ns < parent.start_ns:
        return ZERO
    base, ours = view.printed_qty, view.own_qty
    if _PRINTED in memo:
        # Where it is asked for by a change alone, it counts from then on: what was printed before nobody need have heard.
        base, ours = Decimal(memo[_PRINTED]), Decimal(memo[_OURS])
        if is_restart or view.printed_qty < base:
            base = EXACT.subtract(view.printed_qty, Decimal(memo[_COUNTED]))
        base = EXACT.subtract(base, _corrected(parent, view))
    total = max(EXACT.subtract(view.printed_qty, base), ZERO)
    memo[_PRINTED], memo[_COUNTED], memo[_OURS] = plain(base), plain(total), plain(ours)
    # What was busted of earlier executions is no part of what was printed since.
    own = max(EXACT.subtract(view.own_qty, ours), ZERO)
    return max(EXACT.subtract(total, own), ZERO)
