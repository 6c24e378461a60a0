"""What a person asks of an order that is worked here."""

from __future__ import annotations

from attrs import field

from oms.model.define import record
from oms.model.door import asker, reason
from oms.model.ids import OrderId


@record
class PauseWork:
    """Send nothing more of an order that is worked here until somebody lets it go on; what works of it is taken back.

    Attributes:
        order_id: Which order.
        reason: Why.
        asked_by: Who wants it, for the record.
    """

    order_id: OrderId
    reason: str = field(converter=reason)
    asked_by: str = field(converter=asker, default="")


@record
class ResumeWork:
    """Go on with an order that is worked here and was suspended; the attributes are those of `PauseWork`."""

    order_id: OrderId
    reason: str = field(converter=reason)
    asked_by: str = field(converter=asker, default="")
