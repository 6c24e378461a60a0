"""Orders that depend on one another at the venue of a run: entries with exits behind them, and orders that reduce one another.

The plainest account of it, of what is true of the orders alone. A list is accepted or refused as a whole. Exits work for what
their entry has executed, as its list says when, and come to at most what it may still bring; of several exits the first ones
come first. What one leg of an `Oco` executes is taken off the others, or ends them, and when exits have executed all that
their entry has, its rest is canceled, unless the list says otherwise. What a total becomes is said as a restatement, and
what has nothing left is canceled. A bust, an overfill and a late fill come all the same, and the list follows them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import count
from typing import Final

from attrs import define, evolve

from oms.model.contingency import Arm, Contingency, Oco, Oto, Remainder, Siblings, legs_of
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
class _Member:
    """An order of a list; `own_qty` is its own total, None for all that it is given."""

    book: TruthfulVenue
    own_qty: Decimal | None
    told_qty: Decimal
    first_qty: Decimal = ZERO

    @property
    def cum_qty(self) -> Decimal:
        return self.book.existing.cum_qty

    @property
    def is_open(self) -> bool:
        return bool(self.book.existing.leaves_qty)


@define(eq=False)
class _Numbered:
    """A part of a tree: a leg, by its number; an entry with exits; or legs of which each is taken off the others."""

    number: int
    oto: Oto | None = None
    oco: Oco | None = None
    parts: tuple[_Numbered, ...] = ()


def _numbered(tree: Contingency, numbers: Iterator[int]) -> _Numbered:
    if isinstance(tree, Oco):
        legs = tuple(_numbered(one, numbers) for one in tree.legs)
        return _Numbered(legs[0].number, None, tree, legs)
    number = next(numbers)
    if isinstance(tree, Oto):
        return _Numbered(number, tree, None, tuple(_numbered(one, numbers) for one in tree.exits))
    return _Numbered(number)


@define(eq=False)
class _OrderList:
    """One list."""

    members: tuple[_Member, ...]
    root: _Numbered

    @property
    def books(self) -> tuple[TruthfulVenue, ...]:
        return tuple(one.book for one in self.members)

    def is_first(self, number: int) -> bool:
        """Tell whether an order is the entry of the whole, which depends on nobody."""
        return self.root.oto is not None and number == self.root.number

    def entries(self) -> Iterator[_Numbered]:
        return (one for one in self._all(self.root) if one.oto is not None)

    def executed(self, node: _Numbered) -> Decimal:
        """Give what a part has executed: of an entry what it has brought."""
        if node.oco is not None:
            return _total([self.executed(one) for one in node.parts])
        return self.members[node.number].cum_qty

    def others_qty(self, number: int) -> Decimal:
        """Give what was taken off an order since others have executed it."""
        for node in self._all(self.root):
            if node.oco is not None and number in [one.number for one in node.parts]:
                return _total([self.executed(one) for one in node.parts if one.number != number])
        return ZERO

    def totals(self, *, at_most: bool) -> list[Decimal]:
        """Give what each order may come to as its list stands now; or at most, whatever its entry still brings."""
        totals = [ZERO] * len(self.members)
        self._allot(self.root, None, totals, at_most=at_most)
        return totals

    def _all(self, node: _Numbered) -> Iterator[_Numbered]:
        yield node
        for part in node.parts:
            yield from self._all(part)

    def _allot(self, node: _Numbered, most: Decimal | None, totals: list[Decimal], *, at_most: bool) -> None:
        if node.oco is not None:
            spent = self.executed(node)
            for one in node.parts:
                others = EXACT.subtract(spent, self.executed(one))
                left = EXACT.subtract(self._least(one.number, most), others)
                if node.oco.siblings is Siblings.CANCEL and others:
                    left = ZERO
                self._allot(one, max(left, self.executed(one)), totals, at_most=at_most)
            return
        member = self.members[node.number]
        total = max(self._least(node.number, most), member.cum_qty) if member.is_open else member.cum_qty
        totals[node.number] = total
        if node.oto is None:
            return
        budget = total if at_most else self._brought(member, node.oto)
        free = max(EXACT.subtract(budget, _total([self.executed(one) for one in node.parts])), ZERO)
        for one in node.parts:
            wanted = self._wanted(one, free)
            free = EXACT.subtract(free, wanted)
            self._allot(one, EXACT.add(self.executed(one), wanted), totals, at_most=at_most)

    def _least(self, number: int, most: Decimal | None) -> Decimal:
        member, truth = self.members[number], self.members[number].book.existing
        if self.is_first(number):
            return EXACT.add(truth.cum_qty, truth.leaves_qty)
        known = [qty for qty in (member.own_qty, most) if qty is not None]
        return min(known)

    def _wanted(self, node: _Numbered, free: Decimal) -> Decimal:
        """Give how much of what is free an exit takes: what it is for, where anything of it is open."""
        firsts = [one.number for one in node.parts] if node.oco is not None else [node.number]
        owns = [self.members[number].own_qty for number in firsts]
        if not any(self.members[number].is_open for number in firsts):
            return ZERO
        known = [qty for qty in owns if qty is not None]
        if len(known) < len(owns):
            return free
        return min(free, max(EXACT.subtract(max(known), self.executed(node)), ZERO))

    @staticmethod
    def _brought(entry: _Member, oto: Oto) -> Decimal:
        if oto.arm is Arm.EACH_FILL or not entry.is_open:
            return entry.cum_qty
        return min(entry.first_qty, entry.cum_qty) if oto.arm is Arm.FIRST_FILL else ZERO

    def working_qty(self, number: int) -> Decimal:
        """Give what of an order may trade now."""
        truth = self.members[number].book.existing
        armed = EXACT.subtract(self.totals(at_most=False)[number], truth.cum_qty)
        return max(min(truth.leaves_qty, armed), ZERO)


class OrderLists:
    """Every list of the venue."""

    __slots__ = ("_of", "_seen")

    def __init__(self, seen: Counter[str]) -> None:
        """Begin without any; rare things are counted in `seen`."""
        self._seen = seen
        self._of: dict[TruthfulVenue, tuple[_OrderList, int]] = {}

    def add(self, tree: Contingency, books: Sequence[TruthfulVenue]) -> None:
        """Tie orders together that have arrived; each is a leg of the tree, in the order of `legs_of`."""
        pairs = zip(legs_of(tree), books, strict=True)
        members = tuple(_Member(book, leg.order_qty, book.existing.order_qty) for leg, book in pairs)
        one = _OrderList(members, _numbered(tree, count()))
        for number, book in enumerate(books):
            self._of[book] = one, number
        self._seen["order lists that arrived"] += 1

    def exceeded(self) -> list[TruthfulVenue]:
        """Give every entry whose exits have executed more than it has, after a bust or against the venue's own rules."""
        return [
            one.members[node.number].book
            for one in dict.fromkeys(one for one, _ in self._of.values())
            for node in one.entries()
            if _total([one.executed(part) for part in node.parts]) > one.executed(_Numbered(node.number))
        ]

    # ------------------------------------------------------------ what the venue may decide

    def may_decide(self, book: TruthfulVenue, decision: Decision) -> bool:
        """Tell whether the list of an order lets the venue decide this now."""
        if book not in self._of:
            return True
        one, _ = self._of[book]
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
        # None where it depends on nobody.
        if book not in self._of:
            return None
        one, number = self._of[book]
        return None if one.is_first(number) else one.working_qty(number)

    # ------------------------------------------------------------ what follows

    def follow(self, book: TruthfulVenue) -> tuple[TruthfulVenue, ...]:
        """Let a list follow what has happened to one of its orders; gives the others, of which something may have been said."""
        if book not in self._of:
            return ()
        one, _ = self._of[book]
        others = tuple(other for other in one.books if other is not book)
        for other in others:
            other.now_ns = max(other.now_ns, book.now_ns)
        self._decide_as_a_whole(one)
        for number, member in enumerate(one.members):
            member.first_qty = member.first_qty or member.cum_qty
            total = member.book.existing.order_qty
            if total != member.told_qty:
                # It was replaced, or restated, beside what was taken off it by then.
                member.own_qty, member.told_qty = EXACT.add(total, one.others_qty(number)), total
        while self._end_one(one):
            pass
        for number, total in enumerate(one.totals(at_most=True)):
            if not one.is_first(number):
                self._restate(one.members[number], total)
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

    def _end_one(self, one: _OrderList) -> bool:
        """Cancel the first order that need not go on, or can execute nothing more; False where there is none."""
        for node in one.entries():
            entry, done = one.members[node.number], _total([one.executed(part) for part in node.parts])
            # The rest of one that is itself an exit is for what its own entry has brought.
            is_own = node is one.root or (one.root.oco is not None and node in one.root.parts)
            is_done = is_own and node.oto is not None and node.oto.remainder is Remainder.CANCEL
            if is_done and ZERO < entry.cum_qty <= done and may_decide(entry.book, Decision.CANCEL):
                decide(entry.book, Decision.CANCEL, _NO_CHANCE)
                self._seen["entries whose rest their list has canceled"] += 1
                return True
        for member, total in zip(one.members, one.totals(at_most=True), strict=True):
            if member.is_open and total <= member.cum_qty:
                decide(member.book, Decision.CANCEL, _NO_CHANCE)
                self._seen["exits that their list has ended"] += 1
                return True
        return False

    def _restate(self, member: _Member, total: Decimal) -> None:
        truth = member.book.existing
        if not member.is_open or total == truth.order_qty:
            return
        is_less = total < truth.order_qty
        truth.order_qty = member.told_qty = total
        truth.lost_qty = ZERO
        truth.times_changed += 1
        reason = ExecRestatementReason.PARTIAL_DECLINE if is_less else ExecRestatementReason.OTHER
        member.book.say(ExecType.RESTATED, exec_restatement_reason=reason)
        self._seen["totals that their list has changed"] += 1


def _total(qtys: Sequence[Decimal]) -> Decimal:
    total = ZERO
    for qty in qtys:
        total = EXACT.add(total, qty)
    return total
