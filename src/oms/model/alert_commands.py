"""Commands of those who watch: what they have found is to be put on record."""

from __future__ import annotations

from attrs import field

from oms.errors import ValidationError
from oms.model.define import record
from oms.model.door import asker, shown
from oms.model.ids import BrokerName, OrderId
from oms.model.slippage import DriftFinding, SlippageFinding


@record
class RaiseSlippageAlert:
    """Put on record that a figure of an order has gone into another band.

    Attributes:
        order_id: Which order.
        finding: What was found.
        asked_by: Who watches.

    Raises:
        ValidationError: The finding is none, or the order no number.
    """

    order_id: OrderId
    finding: SlippageFinding
    asked_by: str = field(converter=asker, default="slippage monitor")

    def __attrs_post_init__(self) -> None:
        """Refuse what is no finding."""
        if type(self.order_id) is not int:
            raise ValidationError("order_id", shown(self.order_id), "pass the number of an order")
        if type(self.finding) is not SlippageFinding:
            raise ValidationError("finding", shown(self.finding), "pass a SlippageFinding")


@record
class RaiseCostDrift:
    """Put on record that what a strategy's children cost at a broker drifts, or does not any more.

    Attributes:
        strategy: The algorithm's name.
        broker: Where they execute.
        finding: What was found.
        asked_by: Who watches.

    Raises:
        ValidationError: The finding is none, or a name is no text.
    """

    strategy: str
    broker: BrokerName
    finding: DriftFinding
    asked_by: str = field(converter=asker, default="slippage monitor")

    def __attrs_post_init__(self) -> None:
        """Refuse what is no finding."""
        for name in ("strategy", "broker"):
            if type(getattr(self, name)) is not str:
                raise ValidationError(name, shown(getattr(self, name)), "pass a text")
        if type(self.finding) is not DriftFinding:
            raise ValidationError("finding", shown(self.finding), "pass a DriftFinding")
