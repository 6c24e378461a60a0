"""How long an order works: a closed union, so that what belongs to one kind cannot be given to another."""

from __future__ import annotations

from typing import Final, TypeAlias

from oms.model.define import record


@record
class Day:
    """TimeInForce 0: until the trading session closes."""


@record
class GoodTillCancel:
    """TimeInForce 1: until it is canceled."""


@record
class ImmediateOrCancel:
    """TimeInForce 3: what can trade at once does, the rest is canceled."""


@record
class FillOrKill:
    """TimeInForce 4: the whole quantity at once, or nothing."""


TimeInForce: TypeAlias = Day | GoodTillCancel | ImmediateOrCancel | FillOrKill

DAY: Final = Day()
GTC: Final = GoodTillCancel()
IOC: Final = ImmediateOrCancel()
FOK: Final = FillOrKill()
