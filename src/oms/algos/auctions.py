"""The slices of a schedule that go into the opening or the closing auction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import evolve

from oms.model.time_in_force import AtTheClose, AtTheOpening
from oms.model.trading_session import TradingSession
from oms.model.work import Memo, Slice

LEAD_NS: Final = 600_000_000_000
"""How long before its auction a slice is sent, in nanoseconds: venues take no more orders for it shortly before."""

_OPENING: Final = "opening"
_CLOSING: Final = "closing"
"""The entries of the memo that name the slices."""


def placed(
    slices: Sequence[Slice], sessions: Sequence[TradingSession], now_ns: int
) -> tuple[tuple[Slice, ...], Memo]:
    """Give slices with those of auctions, which have no length, due earlier, and what is to be kept of which these are."""
    numbers: dict[str, list[str]] = {}
    result = []
    openings = {session.open_ns for session in sessions}
    for one in slices:
        if one.start_ns != one.end_ns or not sessions:
            result.append(one)
            continue
        name = _OPENING if one.start_ns in openings else _CLOSING
        numbers.setdefault(name, []).append(str(one.number))
        due_ns = min(max(one.start_ns - LEAD_NS, now_ns), one.start_ns)
        result.append(evolve(one, start_ns=due_ns))
    # What is due before its auction comes before slices that end with it.
    result.sort(key=lambda one: one.start_ns)
    return tuple(result), tuple((name, ",".join(found)) for name, found in sorted(numbers.items()))


def in_force(memo: Mapping[str, str], number: int) -> AtTheOpening | AtTheClose | None:
    """Give for which auction a slice is; None for none."""
    for name, made in ((_OPENING, AtTheOpening), (_CLOSING, AtTheClose)):
        if str(number) in memo.get(name, "").split(","):
            return made()
    return None


def of_auction(name: str) -> tuple[str, AtTheOpening | AtTheClose]:
    """Give the parameter that asks for slices that `placed` keeps under a name, and for which auction they are."""
    return ("in_open", AtTheOpening()) if name == _OPENING else ("in_close", AtTheClose())


def without_auctions(memo: Memo) -> Memo:
    """Give a memo without what `placed` had kept."""
    return tuple((name, text) for name, text in memo if name not in (_OPENING, _CLOSING))
