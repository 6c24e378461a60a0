"""Orders that depend on one another at the venue of a run: an entry with exits behind it, or orders that reduce one another.

The plainest account of it, of what is true of the orders alone. A list is accepted or refused as a whole. Exits work for what
their entry has executed, and come to at most what it may still bring; what one executes is taken off the other, or ends it,
and when they have executed all that the entry has, its rest is canceled. What a total becomes is said as a restatement, and
what has nothing left is canceled. A bust, an overfill and a late fill come all the same, and the list follows them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from attrs import define, evolve

from oms.model.contingency import Contingency, Leg, Oco, Oto, Siblings, legs_of
from oms.model.decimals import EXACT, ZERO
from oms.model.enums import ExecRestatementReason, ExecType, OrdStatus
from oms.testing.decisions import Decision, decide, may_decide
from oms.testing.dice import Dice
from oms.testing.venue import TruthfulVenue

_NO_CHANCE: Final = Dice(1, 0, Decimal(1), Decimal(1))
_REFUSED: Final = frozenset({OrdStatus.REJECTED})
_ONLY_WHERE_ALL_WORKS: Final = frozenset({Decision.FILL_ALL, Decision.FILL_AND_CANCEL})
_ONLY_WHERE_IT_WORKS: Final = frozenset({Decision.FILL, Decision.OVERFILL, Decision.TRIGGER})


@define(eq=False)
class _Exit:
    """An order that depends on others; `own_qty` is its own total, None for all that its entry brings."""

    book: TruthfulVenue
    own_qty: Decimal | None
    told_qty: Decimal

    @property
    def cum_qty(self) -> Decimal:
        return self.book.existing.cum_qty


@define(eq=False)
class _OrderList:
    """One list; an `Oco` alone has no entry."""

    entry: TruthfulVenue | None
    exits: tuple[_Exit, ...]
    cancels: bool

    @property
    def books(self) -> tuple[TruthfulVenue, ...]:
        exits = tuple(one.book for one in self.exits)
        return exits if self.entry is None else (self.entry, *exits)

    def others_qty(self, one: _Exit) -> Decimal:
        return _total([other.cum_qty for other in self.exits if other is not one])

    def most(self, one: _Exit, brought: Decimal | None) -> Decimal:
        """Give what an exit may come to, where the entry brings so much."""
        others = self.others_qty(one)
        if self.cancels and others:
            return ZERO
        known = [qty for qty in (one.own_qty, brought) if qty is not None]
        return max(EXACT.subtract(min(known), others), ZERO)

    def working_qty(self, one: _Exit) -> Decimal:
        """Give what of an exit may trade now."""
        truth = one.book.existing
        brought = None if self.entry is None else self.entry.existing.cum_qty
        armed = EXACT.subtract(self.most(one, brought), truth.cum_qty)
        return max(min(truth.leaves_qty, armed), ZERO)


class OrderLists:
    """Every list of the venue."""

    __slots__ = ("_of", "_seen")

    def __init__(self, seen: Counter[str]) -> None:
        """Begin without any; rare things are counted in `seen`."""
        self._seen = seen
        self._of: dict[TruthfulVenue, _OrderList] = {}

    def add(self, tree: Contingency, books: Sequence[TruthfulVenue]) -> None:
        """Tie orders together that have arrived; each is a leg of the tree, in the order of `legs_of`."""
        cancels, rest = False, tree
        entry = books[0] if isinstance(tree, Oto) else None
        if isinstance(rest, Oto):
            assert len(rest.exits) == 1, "brackets alone are said to be taken"
            rest = rest.exits[0]
        if isinstance(rest, Oco):
            cancels = rest.siblings is Siblings.CANCEL
            assert all(isinstance(leg, Leg) for leg in rest.legs), "brackets alone are said to be taken"
        pairs = list(zip(legs_of(tree), books, strict=True))[entry is not None :]
        exits = tuple(_Exit(book, leg.order_qty, book.existing.order_qty) for leg, book in pairs)
        one = _OrderList(entry, exits, cancels)
        for book in books:
            self._of[book] = one
        self._seen["order lists that arrived"] += 1

    def exceeded(self) -> list[TruthfulVenue]:
        """Give every entry whose exits have executed more than it has, after a bust or against the venue's own rules."""
        return [
            one.entry
            for one in dict.fromkeys(self._of.values())
            if one.entry is not None
            and _total([exit_.cum_qty for exit_ in one.exits]) > one.entry.existing.cum_qty
        ]

    # ------------------------------------------------------------ what the venue may decide

    def may_decide(self, book: TruthfulVenue, decision: Decision) -> bool:
        """Tell whether the list of an order lets the venue decide this now."""
        one = self._of.get(book)
        if one is None:
            return True
        if decision is Decision.REJECT:
            return not any(other.existing.is_accepted for other in one.books)
        working_qty = self._working_qty(book)
        if working_qty is None:
            return True
        if decision in _ONLY_WHERE_ALL_WORKS:
            return working_qty >= book.existing.leaves_qty
        return working_qty > ZERO or decision not in _ONLY_WHERE_IT_WORKS

    def within(self, book: TruthfulVenue, decision: Decision, dice: Dice) -> Dice:
        """Give dice that fill no more of an order than works."""
        working_qty = self._working_qty(book)
        if decision is not Decision.FILL or working_qty is None:
            return dice
        return evolve(dice, size=min(dice.size, int(working_qty // dice.lot)))

    def _working_qty(self, book: TruthfulVenue) -> Decimal | None:
        one = self._of.get(book)
        found = None if one is None else next((exit_ for exit_ in one.exits if exit_.book is book), None)
        return None if one is None or found is None else one.working_qty(found)

    # ------------------------------------------------------------ what follows

    def follow(self, book: TruthfulVenue) -> tuple[TruthfulVenue, ...]:
        """Let a list follow what has happened to one of its orders; gives the others, of which something may have been said."""
        one = self._of.get(book)
        if one is None:
            return ()
        others = tuple(other for other in one.books if other is not book)
        for other in others:
            other.now_ns = max(other.now_ns, book.now_ns)
        self._decide_as_a_whole(one)
        for exit_ in one.exits:
            total = exit_.book.existing.order_qty
            if total != exit_.told_qty:
                # It was replaced, or restated, beside what was taken off it by then.
                exit_.own_qty, exit_.told_qty = EXACT.add(total, one.others_qty(exit_)), total
        self._end_entry(one)
        for exit_ in one.exits:
            self._move(one, exit_)
        return others

    def _decide_as_a_whole(self, one: _OrderList) -> None:
        truths = [book.existing for book in one.books]
        is_accepted = any(truth.is_accepted for truth in truths)
        is_refused = any(truth.end in _REFUSED for truth in truths)
        for book in one.books:
            truth = book.existing
            if truth.end is not None or truth.is_accepted:
                continue
            if is_accepted:
                decide(book, Decision.ACCEPT, _NO_CHANCE)
            elif is_refused and may_decide(book, Decision.REJECT):
                decide(book, Decision.REJECT, _NO_CHANCE)

    def _end_entry(self, one: _OrderList) -> None:
        entry = one.entry
        if entry is None:
            return
        done = _total([exit_.cum_qty for exit_ in one.exits])
        if ZERO < entry.existing.cum_qty <= done and may_decide(entry, Decision.CANCEL):
            decide(entry, Decision.CANCEL, _NO_CHANCE)
            self._seen["entries whose rest their list has canceled"] += 1

    def _move(self, one: _OrderList, exit_: _Exit) -> None:
        entry, truth = one.entry, exit_.book.existing
        if not truth.leaves_qty:
            return
        brought = None
        if entry is not None:
            brought = EXACT.add(entry.existing.cum_qty, entry.existing.leaves_qty)
        total = one.most(exit_, brought)
        if total <= truth.cum_qty:
            decide(exit_.book, Decision.CANCEL, _NO_CHANCE)
            self._seen["exits that their list has ended"] += 1
        elif total != truth.order_qty:
            is_less = total < truth.order_qty
            truth.order_qty = exit_.told_qty = total
            truth.lost_qty = ZERO
            truth.times_changed += 1
            reason = ExecRestatementReason.PARTIAL_DECLINE if is_less else ExecRestatementReason.OTHER
            exit_.book.say(ExecType.RESTATED, exec_restatement_reason=reason)
            self._seen["totals that their list has changed"] += 1


def _total(qtys: Sequence[Decimal]) -> Decimal:
    total = ZERO
    for qty in qtys:
        total = EXACT.add(total, qty)
    return total
