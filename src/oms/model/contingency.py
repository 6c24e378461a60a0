"""Orders that depend on one another: ContingencyType (1385) as one small tree of legs.

A leg is a template: it makes an order when its turn has come, and may make another one. What a leg is to have at work
follows from what has executed, see `oms.order_types.contingency`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final, TypeAlias, get_args

from attrs import field

from oms.errors import ValidationError
from oms.model.decimals import positive
from oms.model.define import record, value
from oms.model.door import asker, shown
from oms.model.enums import Choice, Side
from oms.model.ids import Account, Symbol
from oms.model.ids import name as checked_name
from oms.model.ids import symbol as checked_symbol
from oms.model.instructions import Instructions
from oms.model.terms import (
    Limit,
    LimitIfTouched,
    MarketIfTouched,
    Stop,
    StopLimit,
    Terms,
    TrailingStop,
    TrailingStopLimit,
)
from oms.model.time_in_force import ALLOWED, DAY, GTC, TimeInForce

MAX_LEGS: Final = 50
"""How many legs one group may have."""

_TIMES_IN_FORCE: Final = frozenset(get_args(TimeInForce))
_CLOSES: Final = {Side.BUY: Side.SELL, Side.SELL: Side.BUY, Side.SELL_SHORT: Side.BUY}


class Siblings(Choice):
    """What an execution of one leg of an `Oco` does to the others."""

    REDUCE = "reduce"
    """It takes as much off each of them (ContingencyType 3, one updates the other)."""
    CANCEL = "cancel"
    """The first one cancels them (ContingencyType 1, one cancels the other)."""


class Arm(Choice):
    """When the exits of an `Oto` are placed, and for how much."""

    EACH_FILL = "each fill"
    """With each execution of the entry, for what has executed so far."""
    FIRST_FILL = "first fill"
    """With the first execution, for that; for all that has executed once the entry has ended."""
    COMPLETE = "complete"
    """Once the entry has ended, for what has executed."""


class Remainder(Choice):
    """What becomes of the rest of an entry when its exits have executed all that it had brought."""

    CANCEL = "cancel"
    """It is canceled; that of an entry which is itself an exit goes on, for what its own entry has brought."""
    REARM = "rearm"
    """It goes on, and what it brings gets exits of its own."""


def _order_qty(qty: Decimal | int | str | None) -> Decimal | None:
    return None if qty is None else positive(qty, "order_qty")


def _account(text: str | None) -> Account | None:
    return None if text is None else Account(checked_name(text, "account"))


@value
class Leg:
    """One order of a group, before it is made.

    Attributes:
        symbol: What to trade.
        side: Buy or sell.
        terms: At what price.
        time_in_force: For how long.
        account: For whom; None for the manager's account.
        order_qty: How much in all, more than zero; None for an exit that takes all that its entry brings and the exits
            before it leave.
        instructions: How it is to be handled beside; None where nothing is asked for.

    Raises:
        ValidationError: A field cannot be meant.
    """

    symbol: Symbol = field(converter=checked_symbol)
    side: Side
    terms: Terms
    time_in_force: TimeInForce = DAY
    account: Account | None = field(converter=_account, default=None)
    order_qty: Decimal | None = field(converter=_order_qty, default=None)
    instructions: Instructions | None = None

    def __attrs_post_init__(self) -> None:
        """Check the kinds: once the group is on record it is too late; whether anything works its terms is asked before."""
        if type(self.side) is not Side:
            raise ValidationError("side", shown(self.side), "pass Side.BUY, Side.SELL or Side.SELL_SHORT")
        if type(self.time_in_force) not in _TIMES_IN_FORCE:
            raise ValidationError("tif", shown(self.time_in_force), ALLOWED)
        if self.instructions is not None and type(self.instructions) is not Instructions:
            raise ValidationError("instructions", shown(self.instructions), "pass Instructions(...) or None")


def _legs(legs: Iterable[Leg | Oto]) -> tuple[Leg | Oto, ...]:
    return tuple(legs)


def _exits(exits: Iterable[Contingency]) -> tuple[Contingency, ...]:
    return tuple(exits)


@value
class Oco:
    """Legs of which only one is to execute in all: what one executes, the others need not.

    Attributes:
        legs: Two or more; an `Oto` among them counts with its entry.
        siblings: What an execution of one does to the others.

    Raises:
        ValidationError: There are fewer than two legs, one is of another kind, or two that trade the same instrument on one
            side, a short sale and another sale among them, cannot take turns: only what waits for a price can (`Limit`, `Stop`, `StopLimit`, `MarketIfTouched`,
            `LimitIfTouched`, `TrailingStop`, `TrailingStopLimit`).
    """

    legs: tuple[Leg | Oto, ...] = field(converter=_legs)
    siblings: Siblings = Siblings.REDUCE

    def __attrs_post_init__(self) -> None:
        """Check the legs."""
        if type(self.siblings) is not Siblings:
            raise ValidationError("siblings", shown(self.siblings), "pass Siblings.REDUCE or Siblings.CANCEL")
        if len(self.legs) < 2:
            raise ValidationError("legs", shown(self.legs), "pass two legs or more")
        for one in self.legs:
            if not isinstance(one, Leg | Oto):
                raise ValidationError(
                    "legs", shown(one), "pass Leg or Oto; write the legs of an Oco into this one"
                )
        _check_turns(self, None)


@value
class Oto:
    """An entry, and the exits that are placed for what it brings (ContingencyType 2, one triggers the other).

    Attributes:
        entry: What is placed first.
        exits: What its executions are shared out among: each takes up to its own quantity, in this order.
        arm: When the exits are placed.
        remainder: What becomes of the entry's rest when its exits have executed all that it had brought.

    Raises:
        ValidationError: There is no exit, one is of another kind, one after an exit that takes all, or a choice is none.
    """

    entry: Leg
    exits: tuple[Contingency, ...] = field(converter=_exits)
    arm: Arm = Arm.EACH_FILL
    remainder: Remainder = Remainder.CANCEL

    def __attrs_post_init__(self) -> None:
        """Check the parts."""
        if type(self.arm) is not Arm:
            raise ValidationError("arm", shown(self.arm), "pass a member of Arm")
        if type(self.remainder) is not Remainder:
            raise ValidationError("remainder", shown(self.remainder), "pass a member of Remainder")
        if type(self.entry) is not Leg:
            raise ValidationError("entry", shown(self.entry), "pass a Leg")
        if not self.exits:
            raise ValidationError("exits", "none", "pass one exit or more")
        for place, one in enumerate(self.exits):
            if not isinstance(one, Leg | Oco | Oto):
                raise ValidationError("exits", shown(one), "pass Leg, Oco or Oto")
            if place + 1 < len(self.exits) and own_qty(one) is None:
                raise ValidationError(
                    "order_qty", None, "only the last exit may take all that the others leave"
                )


Contingency: TypeAlias = Leg | Oco | Oto

TRAILS: Final = frozenset({TrailingStop, TrailingStopLimit})
"""Terms whose order is always held here where it takes turns, so that it goes on trailing while another one rests at the venue."""
TAKES_TURNS: Final = TRAILS | {Limit, Stop, StopLimit, MarketIfTouched, LimitIfTouched}
"""Terms whose order can be held here until its price comes, while another one rests at the venue."""


@record
class OcoNode:
    """An `Oco` as it is written down: the nodes that follow are its legs."""

    legs: int
    siblings: Siblings


@record
class OtoNode:
    """An `Oto` as it is written down: a leg follows, its entry, then so many exits."""

    exits: int
    arm: Arm
    remainder: Remainder


GroupNode: TypeAlias = Leg | OcoNode | OtoNode


_LEG: Final = frozenset({Leg})
_TREES: Final = _LEG | {Oco, Oto}


@record
class SubmitGroup:
    """Place a group.

    Attributes:
        contingency: Its tree.
        account: For whom the legs are that name nobody.
        client_ref: The caller's own name for it; None for none.
        asked_by: Who wants it, for the record.
        nodes: The tree, each node before what belongs to it.
        legs: Every leg; its place here is its number in the group.

    Raises:
        ValidationError: The tree is none, has too many legs, a leg that no entry feeds has no quantity, or two legs of an `Oco`
            cannot take turns that are for the same account only by this one.
    """

    contingency: Contingency
    account: Account
    client_ref: str | None = None
    asked_by: str = field(converter=asker, default="")
    nodes: tuple[GroupNode, ...] = field(init=False, repr=False, eq=False)
    legs: tuple[Leg, ...] = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        """Check the tree as a whole, and write it down."""
        if type(self.contingency) not in _TREES:
            raise ValidationError("contingency", shown(self.contingency), "pass an Oto, an Oco or a Leg")
        nodes = nodes_of(self.contingency)
        legs = tuple([one for one in nodes if type(one) is Leg])
        if len(legs) > MAX_LEGS:
            raise ValidationError("contingency", f"{len(legs)} legs", f"at most {MAX_LEGS}")
        new: Any = self
        new.nodes, new.legs = nodes, legs
        roots = self.contingency.legs if isinstance(self.contingency, Oco) else (self.contingency,)
        for one in roots:
            if first_leg(one).order_qty is None:
                raise ValidationError("order_qty", None, "give a quantity to a leg that no entry feeds")
        if any(one.account is not None for one in legs):
            for node in _ocos(self.contingency):
                _check_turns(node, self.account)


@record
class CancelGroup:
    """Cancel every order of a group, its exits too, and make no more of them.

    Attributes:
        group_id: Which.
        asked_by: Who wants it, for the record.
    """

    group_id: int
    asked_by: str = field(converter=asker, default="")


def first_leg(node: Leg | Oto) -> Leg:
    """Give what stands for a node beside its siblings: of an `Oto` the entry."""
    return node if isinstance(node, Leg) else node.entry


def trades_alike(leg: Leg, other: Leg, account: Account | None = None) -> bool:
    """Tell whether two legs would trade the same instrument in the same direction for the same account.

    Args:
        leg: One of them.
        other: The other one.
        account: For whom a leg is that names nobody; None where that is not known yet.
    """
    return (
        leg.symbol == other.symbol
        and (leg.side is other.side or Side.BUY not in (leg.side, other.side))
        and (leg.account == other.account or (leg.account or account) == (other.account or account))
    )


def _check_turns(oco: Oco, account: Account | None) -> None:
    firsts = [first_leg(one) for one in oco.legs]
    for place, leg in enumerate(firsts):
        shares = any(trades_alike(leg, other, account) for at, other in enumerate(firsts) if at != place)
        if shares and type(leg.terms) not in TAKES_TURNS:
            allowed = f"of legs that share an instrument and a side, each {', '.join(sorted(t.__name__ for t in TAKES_TURNS))}"
            raise ValidationError("terms", shown(leg.terms), allowed)


def _ocos(node: Contingency) -> Iterator[Oco]:
    if isinstance(node, Leg):
        return
    if isinstance(node, Oco):
        yield node
    for one in node.legs if isinstance(node, Oco) else node.exits:
        yield from _ocos(one)


def own_qty(node: Contingency) -> Decimal | None:
    """Give how much a node trades at most by its own word; None where that is all that it is given."""
    if not isinstance(node, Oco):
        return first_leg(node).order_qty
    most = None
    for one in node.legs:
        qty = (one if type(one) is Leg else first_leg(one)).order_qty
        if qty is None:
            return None
        most = qty if most is None else max(most, qty)
    return most


def legs_of(node: Contingency) -> tuple[Leg, ...]:
    """Give every leg of a tree; its place here is its number in the group."""
    return tuple([one for one in nodes_of(node) if type(one) is Leg])


def nodes_of(node: Contingency) -> tuple[GroupNode, ...]:
    """Write a tree down: each node before what belongs to it."""
    nodes: list[GroupNode] = []
    rest: list[Contingency] = [node]
    while rest:
        one = rest.pop()
        if type(one) is Oco:
            nodes.append(OcoNode(len(one.legs), one.siblings))
            if _LEG.issuperset(map(type, one.legs)):
                nodes += one.legs  # type: ignore[arg-type]  # that they are legs was just asked
            else:
                rest += one.legs[::-1]
        elif type(one) is Oto:
            nodes += (OtoNode(len(one.exits), one.arm, one.remainder), one.entry)
            rest += one.exits[::-1]
        elif type(one) is Leg:
            nodes.append(one)
    return tuple(nodes)


def bracket(
    symbol: str,
    side: Side,
    order_qty: Decimal | int | str,
    *,
    entry: Terms,
    target: Terms,
    stop: Terms,
    tif: TimeInForce = DAY,
    exit_tif: TimeInForce = GTC,
    account: str | None = None,
    siblings: Siblings = Siblings.REDUCE,
    arm: Arm = Arm.EACH_FILL,
    remainder: Remainder = Remainder.CANCEL,
) -> Oto:
    """Give an entry with two exits on the other side: a stop, and a target.

    The stop comes first, so that it is what rests where the venue takes stops.

    Args:
        symbol: What to trade.
        side: The entry's.
        order_qty: How much the entry is for.
        entry: The entry's terms.
        target: Where to take the gain.
        stop: Where to end the loss.
        tif: For how long the entry is good.
        exit_tif: For how long the exits are good.
        account: For whom; the manager's account if not given.
        siblings: What an execution of one exit does to the other.
        arm: When the exits are placed.
        remainder: What becomes of the entry's rest when the exits have executed all that it had brought.

    Raises:
        ValidationError: A part cannot be meant.
    """
    if type(side) is not Side:
        raise ValidationError("side", shown(side), "pass Side.BUY, Side.SELL or Side.SELL_SHORT")
    first = Leg(symbol, side, entry, tif, account, order_qty)
    exits = Oco(
        tuple(Leg(symbol, _CLOSES[side], terms, exit_tif, account) for terms in (stop, target)), siblings
    )
    return Oto(first, (exits,), arm, remainder)
