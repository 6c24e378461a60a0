"""What a simulated venue does where venues differ."""

from __future__ import annotations

from attrs import field

from oms.errors import ValidationError
from oms.model.define import value
from oms.model.door import shown
from oms.simulation.bar_path import BarPath
from oms.simulation.queue_models import Pessimistic, QueueModel


@value(kw_only=True)
class MatchingRules:
    """The rules of one venue.

    Attributes:
        queue: Where those who cancel stood in the market's queue, where its orders have no names.
        bar_path: Which extreme of a bar comes first.
        fills_on_touch: Whether a bar that goes to the limit of a resting order, and not beyond, fills it. It may have traded
            there with others alone, so that it does not unless asked for.

    Raises:
        ValidationError: A value is of another kind.
    """

    queue: QueueModel = Pessimistic()
    bar_path: BarPath = BarPath.ADAPTIVE
    fills_on_touch: bool = field(default=False)

    def __attrs_post_init__(self) -> None:
        """Check the kinds."""
        if type(self.bar_path) is not BarPath:
            raise ValidationError(
                "bar_path", shown(self.bar_path), "pass a BarPath, such as BarPath.ADAPTIVE"
            )
        if type(self.fills_on_touch) is not bool:
            raise ValidationError("fills_on_touch", shown(self.fills_on_touch), "pass True or False")


USUAL_RULES = MatchingRules()
"""The rules unless others are given."""
