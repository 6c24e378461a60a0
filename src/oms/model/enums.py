"""The closed lists of the domain, with FIX's names, and its codes where it has them.

Source: FIX 4.4 and FIX 5.0 SP2; the numbers in brackets are FIX tags.
"""

from __future__ import annotations

from enum import Enum


class Choice(Enum):
    """An enumeration whose members hash by identity, which is several times cheaper than `Enum`'s own way."""

    __hash__ = object.__hash__


class Side(Choice):
    """Side (54)."""

    BUY = "1"
    SELL = "2"
    SELL_SHORT = "5"

    @property
    def sign(self) -> int:
        """+1 for a purchase, -1 for a sale."""
        return 1 if self is Side.BUY else -1


class OrdStatus(Choice):
    """OrdStatus (39): how an order is shown. Derived from facts, never stored as the truth."""

    UNSENT = "unsent"
    """Ours, not FIX's: the order exists here and has not been sent."""
    DENIED = "denied"
    """Ours, not FIX's: the order was refused here and will never be sent."""
    NEW = "0"
    PARTIALLY_FILLED = "1"
    FILLED = "2"
    DONE_FOR_DAY = "3"
    CANCELED = "4"
    PENDING_CANCEL = "6"
    STOPPED = "7"
    REJECTED = "8"
    SUSPENDED = "9"
    PENDING_NEW = "A"
    CALCULATED = "B"
    EXPIRED = "C"
    ACCEPTED_FOR_BIDDING = "D"
    PENDING_REPLACE = "E"


class ExecType(Choice):
    """ExecType (150): what one execution report says."""

    NEW = "0"
    DONE_FOR_DAY = "3"
    CANCELED = "4"
    REPLACED = "5"
    PENDING_CANCEL = "6"
    STOPPED = "7"
    REJECTED = "8"
    SUSPENDED = "9"
    PENDING_NEW = "A"
    CALCULATED = "B"
    EXPIRED = "C"
    RESTATED = "D"
    PENDING_REPLACE = "E"
    TRADE = "F"
    TRADE_CORRECT = "G"
    TRADE_CANCEL = "H"
    ORDER_STATUS = "I"
    TRIGGERED = "L"


class ExecRestatementReason(Choice):
    """ExecRestatementReason (378): why a venue restated or ended an order of its own accord."""

    GT_CORPORATE_ACTION = "0"
    GT_RENEWAL = "1"
    VERBAL_CHANGE = "2"
    REPRICING = "3"
    BROKER_OPTION = "4"
    PARTIAL_DECLINE = "5"
    CANCEL_ON_TRADING_HALT = "6"
    CANCEL_ON_SYSTEM_FAILURE = "7"
    MARKET_OPTION = "8"
    CANCELED_NOT_BEST = "9"
    WAREHOUSE_RECAP = "10"
    PEG_REFRESH = "11"
    CANCEL_ON_CONNECTION_LOSS = "12"
    CANCEL_ON_LOGOUT = "13"
    ASSIGN_TIME_PRIORITY = "14"
    CANCELED_FOR_TRADE_PRICE_VIOLATION = "15"
    CANCELED_FOR_CROSS_IMBALANCE = "16"
    SELF_MATCH_PREVENTION = "17"
    SELF_MATCH_PREVENTION_AGGRESSIVE = "18"
    SELF_MATCH_PREVENTION_PASSIVE = "19"
    SELF_MATCH_PREVENTION_BOTH = "20"
    OTHER = "99"


class LastLiquidityInd(Choice):
    """LastLiquidityInd (851): whether an execution added liquidity or took it."""

    ADDED = "1"
    REMOVED = "2"


class CxlRejResponseTo(Choice):
    """CxlRejResponseTo (434): which kind of request an order cancel reject answers."""

    CANCEL = "1"
    REPLACE = "2"


class Life(Choice):
    """Where an order is in its life: the states of the first transition table."""

    UNSENT = "unsent"
    DENIED = "denied"
    SENT = "sent"
    LIVE = "live"
    CANCELED = "canceled"
    EXPIRED = "expired"
    REJECTED = "rejected"


class RequestKind(Choice):
    """What was asked of the broker: the kinds of entry in an order's set of unanswered requests."""

    NEW = "new"
    CANCEL = "cancel"
    REPLACE = "replace"


class AnomalyCode(Choice):
    """Why a report was not, or not only, taken at its word."""

    UNKNOWN_ORDER = "unknown order"
    MALFORMED = "malformed"
    CONTRADICTS_ORDER = "contradicts order"
    CONFLICTING_REPEAT = "conflicting repeat"
    ILLEGAL_IN_STATE = "illegal in state"
    OVERFILL = "overfill"
    LATE_EXECUTION = "late execution"
    NO_TRADE_DATE = "no trade date"
    UNKNOWN_EXECUTION = "unknown execution"
    MISSING_EXECUTION = "missing execution"
    UNORDERED = "unordered"
    ABSENT_AT_BROKER = "absent at broker"
    EXPIRY_OVERDUE = "expiry overdue"
    REDUCE_ONLY_EXCEEDED = "reduce only exceeded"
    EXIT_LOST = "exit lost"
    EXITS_EXCEED_ENTRY = "exits exceed entry"
    NOT_TAKEN_BACK = "not taken back"
    EXIT_WAITS = "exit waits"
    EXIT_REFUSED = "exit refused"
    CALENDAR_ENDED = "calendar ended"
    NOT_RELEASED = "not released"
    HANDLER_FAILED = "handler failed"


class Listing(Choice):
    """What a broker can be asked for as a whole."""

    EXECUTIONS = "executions"
    OPEN_ORDERS = "open orders"
    POSITIONS = "positions"


class BreakKind(Choice):
    """In what the books here and a broker's word differ."""

    UNKNOWN_ORDER = "unknown order"
    """The broker has an order that was not given here."""
    MISSING_ORDER = "missing order"
    """An order that is open here is not at the broker."""
    STATUS = "status"
    """An order that has ended here works at the broker, or the other way round."""
    QUANTITY = "quantity"
    """The total of an order is another one there."""
    PRICE = "price"
    """The prices of an order are other ones there."""
    MISSING_FILL = "missing fill"
    """More has executed there."""
    UNKNOWN_FILL = "unknown fill"
    """More has executed here: the broker does not know of it."""
    FILL = "fill"
    """An execution has another size or price there."""
    POSITION = "position"
    """What is held is another quantity there."""
    FEE = "fee"
    """An execution has cost something else there."""


class LegEnd(Choice):
    """Why nothing more is made of a leg of a group."""

    WITHDRAWN = "withdrawn"
    """Somebody canceled its order."""
    LOST = "lost"
    """Its order was refused, canceled or expired, and nobody here had asked for that."""
    COMPLETED = "completed"
    """Its exits have executed all that it had brought."""
    UNPROTECTED = "unprotected"
    """An exit of what it brings is lost."""
    CANCELED = "canceled"
    """The whole group was canceled."""


class ContingencyType(Choice):
    """ContingencyType (1385): how the orders of a list depend on one another."""

    ONE_CANCELS_THE_OTHER = "1"
    """The first execution of one cancels the others."""
    ONE_TRIGGERS_THE_OTHER = "2"
    """The executions of the first release the others."""
    ONE_UPDATES_THE_OTHER_ABSOLUTE = "3"
    """What one executes is taken off the others."""


class SessionPhase(Choice):
    """What a trading session changes to (compare TradSesStatus, 340)."""

    HALTED = "1"
    """A break of the session: nobody trades, what rests stays, and the day goes on as it is open again."""
    OPEN = "2"
    CLOSED = "3"


class SecurityTradingStatus(Choice):
    """SecurityTradingStatus (326): whether an instrument is traded, within its session."""

    TRADING_HALT = "2"
    RESUME = "3"


class TriggerPriceType(Choice):
    """TriggerPriceType (1107): which price a trigger is compared to. Bid and ask are one kind here: the side says which."""

    LAST = "2"
    """The price of each trade."""
    BID_ASK = "bid or ask"
    """What the order would trade at: the best offer (FIX's 1) for a purchase, the best bid (FIX's 3) for a sale."""
    MID = "6"
    """Half-way between bid and ask, not rounded."""
    MARK = "mark"
    """Ours, not FIX's: the mark price that a venue publishes."""
    DOUBLE_LAST = "double last"
    """Ours, not FIX's: two trades, one right after the other."""
    DOUBLE_BID_ASK = "double bid or ask"
    """Ours, not FIX's: two quotes, one right after the other."""


class TriggerPriceDirection(Choice):
    """TriggerPriceDirection (1109): from which side the trigger price is reached."""

    UP = "U"
    """The price goes up to the trigger price or through it."""
    DOWN = "D"
    """The price goes down to the trigger price or through it."""


class PegOffsetType(Choice):
    """PegOffsetType (836): what an offset is counted in."""

    PRICE = "0"
    """In the instrument's currency."""
    BASIS_POINTS = "1"
    """In hundredths of a percent of the price that it is taken from."""
    TICKS = "2"
    """In steps on the instrument's grid of prices."""
    PERCENTAGE = "4"
    """In percent of the price that it is taken from."""


class PegPriceType(Choice):
    """PegPriceType (1094): which price a pegged order follows."""

    MID = "2"
    """Half-way between bid and ask."""
    MARKET = "4"
    """The best price of the other side: the offer for a purchase, the bid for a sale."""
    PRIMARY = "5"
    """The best price of its own side: the bid for a purchase, the offer for a sale."""


class WorkedBy(Choice):
    """Who watches the market for an order and releases it."""

    VENUE = "venue"
    """It is sent as it was asked for."""
    OMS = "oms"
    """It is held here, and sent as something plainer once it may trade."""


class HeldPolicy(Choice):
    """What becomes of a held order that the first price after a restart reaches: it may have been reached while nobody listened."""

    RELEASE = "release"
    """It is released now, which is late; its venue would have done so in time."""
    CANCEL = "cancel"
    """It is canceled."""
    WAIT = "wait"
    """It is held on, and released when its price is reached anew, from the other side."""


class MDUpdateAction(Choice):
    """MDUpdateAction (279): what became of somebody's order in a book."""

    NEW = "0"
    """It came."""
    CHANGE = "1"
    """Its price or what is left of it is another than before."""
    DELETE = "2"
    """It is gone."""
