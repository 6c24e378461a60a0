"""Each algorithm by its name.

What any of them may be told of how it works is a `Working`; what one alone needs are fields of its own class. A parameter that an
algorithm does not know is refused, never ignored. Numbers may be given as Decimals, ints or decimal texts, moments as nanoseconds
UTC or aware datetimes, choices as members or their words.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from oms.algos.reacting import Iceberg, Pov, Scale, Sniper
from oms.algos.scheduled import Shortfall, TargetClose, Twap, Vwap
from oms.algos.smart import Smart

Algorithm: TypeAlias = Twap | Vwap | Pov | Shortfall | Iceberg | Sniper | TargetClose | Scale | Smart

ALGORITHMS: Final[dict[str, type[Algorithm]]] = {
    cls.DESCRIPTION.name: cls
    for cls in (Twap, Vwap, Pov, Shortfall, Iceberg, Sniper, TargetClose, Scale, Smart)
}
"""Each algorithm by its name."""
