"""What an entry brings is shared out among its exits in its own units: where a leg beside them is for something else, they would not be placed."""

from __future__ import annotations

from decimal import Decimal

from oms.errors import ValidationError
from oms.model.contingency import Contingency, Leg, Oco, Oto, SubmitGroup, first_leg
from oms.model.decimals import plain
from oms.model.enums import Side
from oms.model.ids import Account


def check_units(command: SubmitGroup) -> None:
    """Refuse exits that take away what others are to close, and those that are for more than their entry can bring.

    Only what trades the instrument of its entry on the other side, for the same account, closes what that brings. A leg that does not
    stands alone behind its entry, and takes a unit for each of the entry's; a whole `Oco` counts as one exit.

    Raises:
        ValidationError: A leg that closes nothing is one of several exits, or has a quantity of its own above its entry's.
    """
    for leg in command.legs[1:]:
        if leg.order_qty is not None:
            break
    else:
        # As nearly all are: without quantities of their own there is one exit behind each entry, which takes what that brings.
        return
    _check(command.contingency, None, command.account)


def _check(node: Contingency, most: Decimal | None, account: Account) -> None:
    if isinstance(node, Leg):
        return
    if isinstance(node, Oco):
        for part in node.legs:
            _check(part, most, account)
        return
    entry = node.entry
    brings = most if entry.order_qty is None else entry.order_qty
    for one in node.exits:
        parts: tuple[Leg | Oto, ...] = one.legs if isinstance(one, Oco) else (one,)
        for leg in map(first_leg, parts):
            if not _closes(leg, entry, account):
                _check_apart(leg, node, brings)
        _check(one, brings, account)


def _closes(leg: Leg, entry: Leg, account: Account) -> bool:
    return (
        leg.symbol == entry.symbol
        and (leg.side is Side.BUY) is not (entry.side is Side.BUY)
        and (leg.account or account) == (entry.account or account)
    )


def _check_apart(leg: Leg, node: Oto, brings: Decimal | None) -> None:
    asked = f"{leg.side.name} {leg.symbol} behind {node.entry.side.name} {node.entry.symbol}"
    if len(node.exits) > 1:
        allowed = (
            f"exits that close {node.entry.symbol}, since what another leg takes of it they do not: "
            "leave it out, and submit it by itself as the entry executes"
        )
        raise ValidationError("exits", asked, allowed)
    if leg.order_qty is not None and brings is not None and leg.order_qty > brings:
        allowed = (
            f"at most {plain(brings)}, a unit for each that the entry brings: leave it out, and submit it by itself as the entry "
            "executes"
        )
        raise ValidationError("order_qty", f"{plain(leg.order_qty)}, {asked}", allowed)
