"""Commands about differences between the books and the brokers: look for them, give them to somebody, accept them."""

from __future__ import annotations

from attrs import field

from oms.errors import ValidationError
from oms.model.define import record
from oms.model.door import asker, owner, person, reason, shown
from oms.model.ids import BrokerName


@record
class AssignBreak:
    """Give somebody a break to look after.

    Attributes:
        number: The sequence number of its `BreakOpened`.
        owner: Who is to look after it.
        by: Who says so.

    Raises:
        ValidationError: It is no number, or owner or name are missing.
    """

    number: int
    owner: str = field(converter=owner)
    by: str = field(converter=person)

    def __attrs_post_init__(self) -> None:
        """Refuse what is no number."""
        _number(self.number)


@record
class ResolveBreak:
    """Accept that the books and a broker differ, or say that they do not any more.

    Attributes:
        number: The sequence number of its `BreakOpened`.
        by: Who says so.
        reason: Why.

    Raises:
        ValidationError: It is no number, or name or reason are missing.
    """

    number: int
    by: str = field(converter=person)
    reason: str = field(converter=reason)

    def __attrs_post_init__(self) -> None:
        """Refuse what is no number."""
        _number(self.number)


def _number(given: object) -> None:
    if type(given) is not int:
        raise ValidationError("break", shown(given), "pass a break of `breaks`, or its number")


@record
class ReconcileBroker:
    """Compare the books with what a broker says.

    Attributes:
        broker: Which.
        asked_by: Who wants it.
    """

    broker: BrokerName
    asked_by: str = field(converter=asker, default="")
