"""What can be chosen of how an order is worked; the words are those that travel."""

from __future__ import annotations

from enum import Enum


class ChildStyle(Enum):
    """How children are sent."""

    MARKET = "market"
    MARKETABLE_LIMIT = "marketable_limit"
    """A limit at the price of the other side, and beyond it by `child_offset`."""
    PASSIVE_THEN_CROSS = "passive_then_cross"
    """It waits at the best price of its own side, and is sent across the spread as its slice ends."""


class OnResidual(Enum):
    """What becomes at the end of what has not traded."""

    CANCEL = "cancel"
    SWEEP = "sweep"
    """One marketable child within the limit."""
    EXTEND = "extend"
    AUCTION = "auction"


class HaltClock(Enum):
    """Whether the time of a schedule goes on in a halt."""

    RUN = "run"
    PAUSE = "pause"


class OnHalt(Enum):
    """What becomes of children that are at work as trading is halted."""

    KEEP = "keep"
    """They stay; as trading goes on the broker is asked what has become of them."""
    CANCEL = "cancel"
    """They are taken back, but for what is to trade in an auction."""


class LinkedTo(Enum):
    """What a rate that changes goes with."""

    SIZE = "size"
    TIME = "time"


class IcebergMode(Enum):
    """Who holds the part that is not shown."""

    NATIVE = "native"
    SYNTHETIC = "synthetic"


class DisplayMethod(Enum):
    """DisplayMethod (1084): what the next size shown is. Nothing is shown of none: there is no 4, undisclosed."""

    INITIAL = "1"
    NEW = "2"
    """The first is `display_qty`, each one after it `refresh_qty`."""
    RANDOM = "3"


class DisplayWhen(Enum):
    """DisplayWhen (1083): when the next part is shown."""

    IMMEDIATE = "1"
    EXHAUST = "2"
