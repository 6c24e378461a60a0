"""What a manager was told of the markets of a run, so that what it sends can be held to it."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from typing import Final, TypeAlias

from oms.model.decimals import EXACT
from oms.model.market import TradePrint

_MOST_PRINTS: Final = 20
Band: TypeAlias = tuple[Decimal | None, Decimal | None]


class Heard:
    """What the manager that runs now was told of its markets.

    Attributes:
        epoch: Which manager, by the number of its connection.
        halted: What it was told is not traded.
        bands: Between which prices it was told that something may trade.
        prints: The last trades that it was told of.
        printed: How much others have traded since the beginning of the run, by instrument; what was corrected to less stays in it.
        halts: How often each instrument was halted.
    """

    def __init__(self) -> None:
        """Begin before anything was told."""
        self.epoch = -1
        self.halted: set[str] = set()
        self.bands: dict[str, Band] = {}
        self.prints: list[TradePrint] = []
        self.printed: defaultdict[str, Decimal] = defaultdict(Decimal)
        self.halts: Counter[str] = Counter()

    def forget(self, epoch: int = -1) -> None:
        """Begin anew: another manager runs, or nobody knows what this one remembers."""
        self.epoch = epoch
        self.halted.clear()
        self.bands.clear()
        self.prints.clear()

    def note(self, one: object) -> None:
        """Take in what is told of a market; of anything else nothing."""
        if isinstance(one, TradePrint):
            self.printed[one.symbol] = EXACT.add(self.printed[one.symbol], one.size)
            self.prints = [*self.prints[1 - _MOST_PRINTS :], one]
