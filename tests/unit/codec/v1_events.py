"""What the lines of `fixtures/v1.jsonl` mean, one of each kind. Neither this nor the file ever changes.

When a class of event changes its fields, its schema becomes 2: the fixture of that schema is a file of its own, and the
line here is read into what the newer library makes of it.
"""

from decimal import Decimal

from oms.model import events as e
from oms.model.enums import AnomalyCode, LastLiquidityInd, OrdStatus, SessionPhase, Side
from oms.model.ids import Account, BrokerName, ClOrdId, ExecId, OrderId, Symbol, VenueOrderId
from oms.model.instrument import Instrument
from oms.model.limits import RiskLimits
from oms.model.reasons import Reason, ReasonCode
from oms.model.terms import Limit, Market
from oms.model.time_in_force import Day, FillOrKill, GoodTillCancel, ImmediateOrCancel

T0 = 1_700_000_000_000_000_000
ASK = e.Cause("SubmitOrder", "strategy-1")
SAID = e.Cause("ExecutionReport", "paper")
CLOCK = e.Cause("TimerDue", "clock")

NEW_ID = ClOrdId("k5u3gmlkpaaaaaaaab")
CANCEL_ID = ClOrdId("k5u3gmlkpaaaaaaaac")
VENUE_ID = VenueOrderId("V-77")
EXEC = ExecId("X-1")
BUST = ExecId("X-2")
AAPL = Symbol("AAPL")
SPREAD = Symbol("CL/Z6-F7")
MAIN = Account("main")
PAPER = BrokerName("paper")
NEW, PENDING, PART = OrdStatus.NEW, OrdStatus.PENDING_CANCEL, OrdStatus.PARTIALLY_FILLED
ORDER = OrderId(1)
LADDER = ((Decimal(0), Decimal("0.0001")), (Decimal(1), Decimal("0.01")))
OFF_TICK = Reason(ReasonCode.OFF_TICK, "price", "189.503", "189.50 or 189.51")
KILLED = Reason(ReasonCode.KILL_SWITCH, "order", 'a "buy"', "nothing\nat all")
RAW = "8=FIX.4.4\x0135=8\x0158=Ausführung\x01"

EXPECTED: tuple[e.Event, ...] = (
    e.EpochStarted(1, 1, e.Cause("Start", "clock"), 1, T0, "desk-7", 5_000_000_000),
    e.IdBlockReserved(2, 1, e.Cause("Start", "clock"), 1, T0, 1024),
    e.InstrumentDefined(
        3, 1, e.Cause("Start", "clock"), 1, T0, Instrument(symbol=AAPL, currency="USD", tick=Decimal("0.01"))
    ),
    e.InstrumentDefined(
        4,
        1,
        e.Cause("Start", "clock"),
        1,
        T0,
        Instrument(
            symbol=SPREAD,
            currency="USD",
            tick=LADDER,
            lot=Decimal("0.50"),
            min_qty=Decimal(1),
            min_notional=Decimal("1E+1"),
            multiplier=Decimal(1000),
            negative_px=True,
            broker=PAPER,
        ),
    ),
    e.LimitsSet(
        5,
        1,
        e.Cause("Start", "clock"),
        1,
        T0,
        RiskLimits(
            max_order_qty=Decimal(1000),
            max_order_notional=None,
            price_collar=Decimal("0.05"),
            max_open_orders=200,
            max_messages=None,
            message_window_s=1,
            max_reference_age_s=60,
            off_by="R. Iskmanager",
        ),
    ),
    e.SessionChanged(6, 1, e.Cause("SessionChange", "clock"), 6, T0, SessionPhase.OPEN, "20231114", None),
    e.OrderCreated(
        7,
        1,
        ASK,
        7,
        T0,
        ORDER,
        AAPL,
        Side.BUY,
        Decimal(100),
        Limit(Decimal("189.50")),
        Day(),
        MAIN,
        "ref-1",
        Decimal("189.495"),
        T0 - 1,
        leaves_qty=Decimal(100),
    ),
    e.OrderCreated(
        8,
        1,
        ASK,
        8,
        T0,
        OrderId(2),
        AAPL,
        Side.SELL_SHORT,
        Decimal("1E+2"),
        Market(),
        GoodTillCancel(),
        MAIN,
        None,
        None,
        0,
        leaves_qty=Decimal("1E+2"),
    ),
    e.OrderCreated(
        9,
        1,
        ASK,
        9,
        T0,
        OrderId(3),
        AAPL,
        Side.SELL,
        Decimal("0.10"),
        Market(),
        ImmediateOrCancel(),
        MAIN,
        None,
        None,
        0,
        leaves_qty=Decimal("0.10"),
    ),
    e.OrderCreated(
        10,
        1,
        ASK,
        10,
        T0,
        OrderId(4),
        SPREAD,
        Side.BUY,
        Decimal(2),
        Limit(Decimal("-0.0100")),
        FillOrKill(),
        MAIN,
        None,
        Decimal("-0"),
        T0,
        leaves_qty=Decimal(2),
    ),
    e.OrderDenied(11, 1, ASK, 10, T0, OrderId(4), (OFF_TICK, KILLED), status=OrdStatus.DENIED),
    e.OrderSubmitted(
        12, 1, ASK, 7, T0, ORDER, NEW_ID, PAPER, status=OrdStatus.PENDING_NEW, leaves_qty=Decimal(100)
    ),
    e.OrderPendingNew(
        13, 1, SAID, 13, T0, ORDER, None, status=OrdStatus.PENDING_NEW, leaves_qty=Decimal(100)
    ),
    e.OrderAcknowledged(14, 1, SAID, 14, T0, ORDER, VENUE_ID, status=NEW, leaves_qty=Decimal(100)),
    e.OrderRejected(15, 1, SAID, 15, T0, OrderId(2), "not today", "99", status=OrdStatus.REJECTED),
    e.Traded(
        16,
        1,
        SAID,
        16,
        T0,
        ORDER,
        EXEC,
        AAPL,
        Side.BUY,
        MAIN,
        PAPER,
        Decimal(60),
        Decimal("189.50"),
        "20231114",
        T0 - 5,
        LastLiquidityInd.ADDED,
        Decimal("-0.012"),
        "USD",
        VENUE_ID,
        RAW,
        status=PART,
        cum_qty=Decimal(60),
        leaves_qty=Decimal(40),
        avg_px=Decimal("189.50"),
    ),
    e.Traded(
        17,
        1,
        SAID,
        17,
        T0,
        ORDER,
        BUST,
        AAPL,
        Side.BUY,
        MAIN,
        PAPER,
        Decimal(1),
        Decimal("189.49"),
        "",
        0,
        None,
        Decimal(0),
        "",
        None,
        "",
        status=PART,
        cum_qty=Decimal(61),
        leaves_qty=Decimal(39),
        avg_px=Decimal("189.4998360655737704918032787"),
    ),
    e.TradeCorrected(
        18,
        1,
        SAID,
        18,
        T0,
        ORDER,
        ExecId("X-3"),
        EXEC,
        AAPL,
        Side.BUY,
        MAIN,
        PAPER,
        Decimal(50),
        Decimal("189.50"),
        Decimal(60),
        Decimal("189.50"),
        "20231114",
        RAW,
        status=PART,
        cum_qty=Decimal(51),
        leaves_qty=Decimal(49),
        avg_px=Decimal("189.4998039215686274509803922"),
    ),
    e.TradeCanceled(
        19,
        1,
        SAID,
        19,
        T0,
        ORDER,
        ExecId("X-4"),
        BUST,
        AAPL,
        Side.BUY,
        MAIN,
        PAPER,
        Decimal(1),
        Decimal("189.49"),
        "20231114",
        "",
        status=PART,
        cum_qty=Decimal(50),
        leaves_qty=Decimal(50),
        avg_px=Decimal("189.5"),
    ),
    e.CancelRequested(20, 1, ASK, 20, T0, ORDER, CANCEL_ID, NEW_ID, status=PENDING, leaves_qty=Decimal(50)),
    e.CancelDenied(21, 1, ASK, 21, T0, ORDER, (KILLED,), status=PENDING, leaves_qty=Decimal(50)),
    e.OrderPendingCancel(22, 1, SAID, 22, T0, ORDER, CANCEL_ID, status=PENDING, leaves_qty=Decimal(50)),
    e.OrderCanceled(23, 1, SAID, 23, T0, ORDER, CANCEL_ID, "", status=OrdStatus.CANCELED),
    e.OrderCanceled(24, 1, SAID, 24, T0, OrderId(3), None, "by the venue", status=OrdStatus.CANCELED),
    e.CancelRejected(25, 1, SAID, 25, T0, ORDER, CANCEL_ID, "too late", "0", status=NEW),
    e.ReplaceRequested(
        26,
        1,
        ASK,
        26,
        T0,
        ORDER,
        CANCEL_ID,
        NEW_ID,
        Decimal(80),
        Limit(Decimal("189.40")),
        status=OrdStatus.PENDING_REPLACE,
    ),
    e.ReplaceDenied(27, 1, ASK, 27, T0, ORDER, (), status=NEW),
    e.OrderPendingReplace(28, 1, SAID, 28, T0, ORDER, CANCEL_ID, status=OrdStatus.PENDING_REPLACE),
    e.OrderReplaced(
        29, 1, SAID, 29, T0, ORDER, CANCEL_ID, VENUE_ID, Decimal(80), Limit(Decimal("189.40")), status=NEW
    ),
    e.ReplaceRejected(30, 1, SAID, 30, T0, ORDER, CANCEL_ID, "unknown order", "1", status=NEW),
    e.RequestInDoubt(31, 1, CLOCK, 31, T0, ORDER, CANCEL_ID, "no answer in 5 s", status=PENDING),
    e.OrderExpired(32, 2, CLOCK, 32, T0, ORDER, "end of session", status=OrdStatus.EXPIRED),
    e.OrderDoneForDay(33, 2, SAID, 33, T0, ORDER, "", status=OrdStatus.DONE_FOR_DAY),
    e.OrderStopped(34, 2, SAID, 34, T0, ORDER, Decimal(10), None, status=OrdStatus.STOPPED),
    e.OrderSuspended(35, 2, SAID, 35, T0, ORDER, "halt", status=OrdStatus.SUSPENDED),
    e.OrderCalculated(36, 2, SAID, 36, T0, ORDER, "", status=OrdStatus.CALCULATED),
    e.OrderRestated(37, 2, SAID, 37, T0, ORDER, Decimal("79.0"), Market(), "repriced", status=NEW),
    e.OrderTriggered(38, 2, SAID, 38, T0, ORDER, "", status=OrdStatus.ACCEPTED_FOR_BIDDING),
    e.ReportIgnored(39, 2, SAID, 39, T0, ORDER, "F", EXEC, "a repeat", status=OrdStatus.FILLED),
    e.AnomalyRaised(
        40, 2, SAID, 40, T0, AnomalyCode.UNKNOWN_ORDER, PAPER, None, "nobody's", '{"id": "\\u00e9\ud800"}'
    ),
    e.KillSwitchEngaged(41, 2, e.Cause("EngageKillSwitch", "risk"), 41, T0, "limit breached"),
    e.KillSwitchReleased(42, 2, e.Cause("ReleaseKillSwitch", "risk"), 42, T0, "reviewed"),
    e.SessionChanged(43, 2, e.Cause("SessionChange", "clock"), 43, T0, SessionPhase.CLOSED, "20231114", AAPL),
)
