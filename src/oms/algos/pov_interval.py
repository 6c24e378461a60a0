"""The intervals at which participation may be looked at, from the start on."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from oms.algos.parameter import in_ns
from oms.model.parent import Parent
from oms.ports.working_handler import View

MARK: Final = "mark"
"""The entry of the memo that says when the interval began that was looked at last."""


def begin_of(parent: Parent, view: View, interval: Decimal) -> int:
    """Give when the interval of now began, in nanoseconds UTC."""
    return view.now_ns - (view.now_ns - parent.start_ns) % in_ns(interval)


def is_within(parent: Parent, view: View, interval: Decimal | None) -> bool:
    """Tell whether the interval that was looked at last still goes on."""
    return interval is not None and parent.memo_of(MARK) == str(begin_of(parent, view, interval))
