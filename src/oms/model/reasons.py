"""Why an order or a request was refused here, for machines and for people."""

from __future__ import annotations

from oms.model.define import record
from oms.model.enums import Choice


class ReasonCode(Choice):
    """The kinds of refusal."""

    OFF_TICK = "OFF_TICK"
    OFF_LOT = "OFF_LOT"
    BELOW_MIN_QTY = "BELOW_MIN_QTY"
    BELOW_MIN_NOTIONAL = "BELOW_MIN_NOTIONAL"
    PRICE_NOT_POSITIVE = "PRICE_NOT_POSITIVE"
    UNSUPPORTED = "UNSUPPORTED"
    MAX_ORDER_QTY = "MAX_ORDER_QTY"
    MAX_ORDER_VALUE = "MAX_ORDER_VALUE"
    PRICE_COLLAR = "PRICE_COLLAR"
    INPUT_UNAVAILABLE = "INPUT_UNAVAILABLE"
    MAX_OPEN_ORDERS = "MAX_OPEN_ORDERS"
    MSG_RATE = "MSG_RATE"
    KILL_SWITCH = "KILL_SWITCH"
    DUPLICATE_CLIENT_REF = "DUPLICATE_CLIENT_REF"
    NO_ROUTE = "NO_ROUTE"
    VENUE_DOWN = "VENUE_DOWN"
    NOT_RECONCILED = "NOT_RECONCILED"
    NOT_WORKING = "NOT_WORKING"
    ALREADY_PENDING = "ALREADY_PENDING"
    NO_CHANGE = "NO_CHANGE"
    ABOVE_ORDER_QTY = "ABOVE_ORDER_QTY"
    IN_THE_PAST = "IN_THE_PAST"
    REDUCE_ONLY = "REDUCE_ONLY"
    SELF_MATCH = "SELF_MATCH"
    OTHER = "OTHER"


@record
class Reason:
    """One cause of a refusal.

    Attributes:
        code: The kind.
        field: What it is about, by its name in the command.
        value: What was asked for, as text.
        allowed: What would have passed, as text.
        venue: The name of the broker whose rule it is; empty where it is ours or the instrument's.
    """

    code: ReasonCode
    field: str
    value: str
    allowed: str
    venue: str = ""

    def __str__(self) -> str:
        """Give the reason as one line."""
        at = f" at {self.venue}" if self.venue else ""
        return f"{self.code.value}: {self.field} = {self.value}; allowed{at}: {self.allowed}"
