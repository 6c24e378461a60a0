"""What the audit of fills says of reports that no exchange should make; what exchanges do make it looks at in their own tests."""

from __future__ import annotations

from decimal import Decimal

import pytest
from attrs import evolve

from oms.model.bars import Bar
from oms.model.depth import BookSnapshot, BookUpdate
from oms.model.enums import (
    ExecRestatementReason,
    ExecType,
    LastLiquidityInd,
    SecurityTradingStatus,
    SessionPhase,
    Side,
)
from oms.model.ids import Account, ClOrdId, ExecId, Symbol, VenueOrderId
from oms.model.market import Quote, TradePrint
from oms.model.reports import ExecutionReport, FeeReport
from oms.model.requests import NewOrderSingle
from oms.model.security_status import SecurityStatus
from oms.model.sessions import SessionChange
from oms.model.terms import MarketToLimit, StopLimit
from oms.model.time_in_force import CLS
from oms.simulation.purses import Balance, Funds
from oms.testing.fill_audit.audit import MAX_FOUND, FillAudit
from tests.unit.simulation.venue import INSTRUMENT, NOON_NS, X, order

MAKER, TAKER = LastLiquidityInd.ADDED, LastLiquidityInd.REMOVED
ZERO = Decimal(0)


class Told:
    """An audit that is told what somebody makes up; 99 is bid for 5 and 101 asked for 5."""

    def __init__(self) -> None:
        self.audit = FillAudit([INSTRUMENT], balances={"USD": Decimal(1000)})
        self.audit.on_market(Quote(X, NOON_NS, 99, 5, 101, 5))
        self.sides: dict[str, tuple[Side, int]] = {}
        self.done: dict[str, int] = {}
        self.count = 0

    def order(self, name: str, side: Side, qty: int, price: str, *, time_ns: int = NOON_NS) -> None:
        self.take(order(name, side, Decimal(qty), price, time_ns=time_ns), qty)

    def stop(self, name: str, side: Side, qty: int, stop: str, price: str, *, time_ns: int) -> None:
        terms = StopLimit(Decimal(stop), Decimal(price))
        self.take(order(name, side, Decimal(qty), terms, time_ns=time_ns), qty)

    def take(self, request: NewOrderSingle, qty: int) -> None:
        name, time_ns = request.cl_ord_id, request.time_ns
        self.sides[name], self.done[name] = (request.side, qty), 0
        self.audit.on_request(request)
        self.audit.on_report(self.said(name, ExecType.NEW, time_ns=time_ns))

    def said(self, name: str, kind: ExecType, *, time_ns: int = NOON_NS) -> ExecutionReport:
        side, qty = self.sides[name]
        self.count += 1
        return ExecutionReport(
            kind,
            cl_ord_id=ClOrdId(name),
            venue_order_id=VenueOrderId(f"v{name}"),
            exec_id=ExecId(f"e{self.count}"),
            order_qty=Decimal(qty),
            cum_qty=Decimal(self.done[name]),
            leaves_qty=Decimal(qty - self.done[name]),
            symbol=X,
            side=side,
            account=Account("main"),
            transact_time_ns=time_ns,
        )

    def fill(self, name: str, qty: int, px: str, liquidity: LastLiquidityInd | None) -> ExecutionReport:
        self.done[name] += qty
        report = evolve(
            self.said(name, ExecType.TRADE),
            last_qty=Decimal(qty),
            last_px=Decimal(px),
            last_liquidity_ind=liquidity,
        )
        self.audit.on_report(report)
        return report

    @property
    def found(self) -> list[str]:
        """What is said of each fill, without which one it is."""
        return [what.partition(": ")[2] for what in self.audit.found]


def test_fills_of_what_was_there_are_all_right() -> None:
    told = Told()
    told.order("a", Side.BUY, 9, "101")
    told.fill("a", 5, "101", TAKER)
    told.audit.on_market(TradePrint(X, NOON_NS, 100, 3))
    told.fill("a", 3, "101", MAKER)
    told.audit.on_market(Quote(X, NOON_NS, 99, 5, 100, 2))
    told.fill("a", 1, "101", MAKER)

    assert told.found == []
    assert told.audit.fills == 3
    assert told.audit.drawn == {"what is shown": 2, "trades": 1}


@pytest.mark.parametrize(
    ("qty", "px", "liquidity", "what"),
    [
        pytest.param(6, "101", TAKER, "5 are left at 101", id="more than is shown"),
        pytest.param(3, "100", TAKER, "100 is not the best price that is left, 101", id="a better price"),
        pytest.param(3, "102", TAKER, "102 is not the best price that is left, 101", id="a worse price"),
        pytest.param(3, "102", MAKER, "0 have come to its limit", id="nobody has come"),
        pytest.param(3, "102", None, "there is no auction", id="no auction"),
    ],
)
def test_a_fill_of_nothing_that_was_there(
    qty: int, px: str, liquidity: LastLiquidityInd | None, what: str
) -> None:
    told = Told()
    limit = "102" if liquidity is not MAKER else "100"
    told.order("a", Side.BUY, 9, limit)
    told.fill("a", qty, limit if liquidity is MAKER else px, liquidity)

    assert told.found == [what]


def test_what_was_taken_is_gone_until_something_else_is_shown() -> None:
    told = Told()
    told.order("a", Side.BUY, 20, "101")
    told.fill("a", 5, "101", TAKER)
    told.audit.on_market(Quote(X, NOON_NS, 98, 5, 101, 5))
    told.fill("a", 1, "101", TAKER)
    told.audit.on_market(Quote(X, NOON_NS, 98, 5, 101, 6))
    told.fill("a", 6, "101", MAKER)

    assert told.found == ["nobody is left on the other side"]


def test_a_trade_between_others_is_there_once() -> None:
    told = Told()
    told.order("a", Side.BUY, 9, "100")
    told.order("b", Side.BUY, 9, "99")
    told.audit.on_market(TradePrint(X, NOON_NS, "99.5", 3))
    told.fill("a", 2, "100", MAKER)
    told.fill("a", 2, "100", MAKER)
    told.fill("b", 1, "99", MAKER)

    assert told.found == [
        "1 are left of 3 traded",
        "order va, 5 at 100, comes before it",
        "99.5 was traded, its limit is 99",
    ]


@pytest.mark.parametrize(
    ("px", "liquidity"), [("101", TAKER), ("99", None)], ids=["at once", "in an auction"]
)
def test_what_is_left_of_a_market_to_limit_order_is_in_the_queue(
    px: str, liquidity: LastLiquidityInd | None
) -> None:
    told = Told()
    is_auction = liquidity is None
    side = Side.SELL if is_auction else Side.BUY
    told.take(order("a", side, Decimal(8), MarketToLimit()), 8)
    if is_auction:
        told.audit.on_market(SecurityStatus(X, NOON_NS, SecurityTradingStatus.TRADING_HALT))
        told.audit.on_market(SecurityStatus(X, NOON_NS, SecurityTradingStatus.RESUME))
    told.fill("a", 5, px, liquidity)
    told.order("b", side, 3, px)
    told.audit.on_market(TradePrint(X, NOON_NS, px, 6))
    told.fill("b", 3, px, MAKER)
    told.fill("a", 3, px, MAKER)

    assert told.found == [f"order va, 3 at {px}, comes before it"]


def test_a_limit_that_is_not_kept_and_sums_that_are_not_right() -> None:
    told = Told()
    told.order("a", Side.BUY, 3, "100")
    told.done["a"] = 1
    told.fill("a", 4, "101", TAKER)

    assert told.found == [
        "beyond its limit, 100",
        "executed 5 in all, and its fills come to 4",
        "it is for 3, and 4 have executed",
    ]


def test_who_came_later_and_who_has_a_worse_limit_wait() -> None:
    told = Told()
    for name, price in (("a", "100"), ("b", "100"), ("c", "99.5")):
        told.order(name, Side.BUY, 3, price)
    told.audit.on_market(Quote(X, NOON_NS, 98, 5, 99, 9))
    told.fill("b", 3, "100", MAKER)
    told.fill("a", 3, "100", MAKER)
    told.fill("c", 3, "99.5", MAKER)

    assert told.found == ["order va, 3 at 100, comes before it"]


def test_nothing_trades_in_a_halt_or_while_the_market_is_closed() -> None:
    told = Told()
    told.order("a", Side.BUY, 9, "101")
    told.audit.on_market(SecurityStatus(X, NOON_NS, SecurityTradingStatus.TRADING_HALT))
    told.fill("a", 1, "101", TAKER)
    told.audit.on_market(SecurityStatus(X, NOON_NS, SecurityTradingStatus.RESUME))
    told.audit.on_session(SessionChange(NOON_NS, SessionPhase.CLOSED, "20240108"))
    told.fill("a", 1, "101", MAKER)

    assert told.found == ["while nothing trades"] * 2


def test_an_auction_has_one_price_and_as_much_on_either_side() -> None:
    told = Told()
    told.order("a", Side.BUY, 9, "102")
    told.order("b", Side.SELL, 3, "98")
    told.audit.on_session(SessionChange(NOON_NS, SessionPhase.OPEN, "20240108"))
    told.fill("a", 9, "101", None)
    told.fill("b", 3, "101", None)
    told.fill("b", 0, "100", None)
    told.audit.on_market(Quote(X, NOON_NS, 99, 5, 101, 5))

    assert told.found == ["the auction is at 101"]
    # 6 more were bought than sold, and 5 were offered.
    told.audit.check(Venue(told.audit))
    assert "in an auction of X at 101, 1 had nobody on the other side" in told.audit.found


@pytest.mark.parametrize(
    ("held", "taken_up", "reason"),
    [
        pytest.param(ExecType.SUSPENDED, ExecType.NEW, None, id="suspended"),
        pytest.param(
            ExecType.DONE_FOR_DAY, ExecType.RESTATED, ExecRestatementReason.GT_RENEWAL, id="done for the day"
        ),
    ],
)
@pytest.mark.parametrize("kind", ["stop", "for the close"])
def test_who_rests_nowhere_does_not_rest_once_it_is_taken_up_again(
    held: ExecType, taken_up: ExecType, reason: ExecRestatementReason | None, kind: str
) -> None:
    told = Told()
    if kind == "stop":
        told.stop("a", Side.SELL, 5, "95", "94", time_ns=NOON_NS)
    else:
        told.take(order("a", Side.SELL, Decimal(5), "94", CLS), 5)
    told.audit.on_report(told.said("a", held))
    told.audit.on_report(evolve(told.said("a", taken_up), exec_restatement_reason=reason))
    told.order("b", Side.SELL, 5, "100")
    told.audit.on_market(TradePrint(X, NOON_NS, "100.05", 20))
    told.fill("b", 5, "100", MAKER)
    assert told.found == []

    if kind == "stop":
        told.audit.on_report(told.said("a", ExecType.TRIGGERED))
        told.order("c", Side.SELL, 5, "100")
        told.fill("c", 5, "100", MAKER)
        assert told.found == ["order va, 5 at 94, comes before it"]


def test_a_bar_has_its_prices_and_its_volume() -> None:
    told = Told()
    audit = told.audit = FillAudit([INSTRUMENT])
    told.order("a", Side.BUY, 9, "105")
    told.order("b", Side.BUY, 9, "104", time_ns=NOON_NS + 2)
    audit.on_market(Bar(X, NOON_NS + 9, NOON_NS + 1, 100, 103, 99, 102, 5))
    told.fill("a", 2, "98", MAKER)
    told.fill("a", 6, "103", MAKER)
    told.fill("b", 1, "103", TAKER)

    assert told.found == [
        "the bar went from 99 to 103",
        "5 are left of the bar's 5",
        "it came after the bar began",
    ]


def test_a_bar_without_volume_is_none() -> None:
    told = Told()
    audit = told.audit = FillAudit([INSTRUMENT])
    told.order("a", Side.BUY, 9, "105")
    audit.on_market(Bar(X, NOON_NS + 9, NOON_NS + 1, 100, 103, 99, 102, 0))
    audit.on_market(Bar(X, NOON_NS + 10, NOON_NS + 5, 100, 103, 99, 102, 5))
    told.fill("a", 5, "100", TAKER)

    assert told.found == []


def test_who_came_after_a_bar_began_is_behind_what_it_released() -> None:
    told = Told()
    audit = told.audit = FillAudit([INSTRUMENT])
    told.stop("stop", Side.SELL, 3, "101", "102", time_ns=NOON_NS)
    told.order("late", Side.SELL, 3, "102", time_ns=NOON_NS + 2)
    told.order("later", Side.SELL, 3, "102", time_ns=NOON_NS + 3)
    audit.on_market(Bar(X, NOON_NS + 9, NOON_NS + 1, 101, 101, 101, 101, 5))
    audit.on_report(told.said("stop", ExecType.TRIGGERED, time_ns=NOON_NS + 9))
    audit.on_market(Bar(X, NOON_NS + 19, NOON_NS + 9, 101, 103, 101, 101, 9))
    told.fill("stop", 3, "102", MAKER)
    assert told.found == []

    told.fill("later", 3, "102", MAKER)
    assert told.found == ["order vlate, 3 at 102, comes before it"]


class Venue:
    """Has what an account should have after some fills, or something else."""

    def __init__(self, audit: FillAudit, cash: str = "1000", fees: str = "0", held: str = "0") -> None:
        self._sources = audit
        self._cash, self._fees, self._held = Decimal(cash), Decimal(fees), Decimal(held)

    def untaken(
        self, _: Symbol, /
    ) -> tuple[tuple[tuple[Decimal, Decimal], ...], tuple[tuple[Decimal, Decimal], ...]]:
        return ((Decimal(99), Decimal(5)),), ((Decimal(101), Decimal(3)),)

    def funds(self, account: Account, /) -> Funds:
        balance = Balance("USD", self._cash, ZERO, ZERO, self._cash, ZERO, ZERO, self._fees)
        return Funds(account, (balance,), {X: self._held} if self._held else {})


def test_money_and_positions_are_what_the_fills_make_them() -> None:
    told = Told()
    told.order("a", Side.BUY, 9, "101")
    report = told.fill("a", 2, "101", TAKER)
    told.audit.on_report(FeeReport(Decimal("0.25"), "USD", exec_id=report.exec_id))

    assert told.audit.check(Venue(told.audit, "797.75", "0.25", "2")) == ()
    assert told.audit.check(Venue(told.audit, "797.76", "0.24", "3")) == (
        "main has 797.76 USD; its fills and fees make it 797.75",
        "main paid 0.24 USD in fees; its fills make it 0.25",
        "main holds 3 X; its fills make it 2",
    )


def test_what_is_left_is_what_was_shown_less_what_was_taken() -> None:
    told = Told()
    told.order("a", Side.BUY, 9, "101")
    told.fill("a", 1, "101", TAKER)

    assert told.audit.check(Venue(told.audit, "899", held="1")) == (
        "of the offers of X 3 at 101 is left, and by the fills 4 at 101",
    )


def test_a_bust_and_a_correction_are_taken_back() -> None:
    told = Told()
    told.order("a", Side.BUY, 9, "101")
    first, second = told.fill("a", 1, "101", TAKER), told.fill("a", 1, "101", TAKER)
    bust = evolve(told.said("a", ExecType.TRADE_CANCEL), exec_ref_id=first.exec_id, last_qty=Decimal(1))
    told.audit.on_report(bust)
    corrected = evolve(
        told.said("a", ExecType.TRADE_CORRECT),
        exec_ref_id=second.exec_id,
        last_qty=Decimal(1),
        last_px=Decimal("100.5"),
    )
    told.audit.on_report(corrected)
    told.done["a"] = 1
    told.fill("a", 1, "101", TAKER)

    # 1 at 100.50 and 1 at 101 stand; 3 were taken of the offer, and 2 are left.
    assert told.audit.check(Venue(told.audit, "798.5", held="2")) == (
        "of the offers of X 3 at 101 is left, and by the fills 2 at 101",
    )


def test_so_much_is_kept_and_all_is_counted() -> None:
    told = Told()
    told.order("a", Side.BUY, 1000, "100")
    for _ in range(MAX_FOUND + 5):
        told.fill("a", 1, "100", MAKER)

    assert len(told.audit.found) == MAX_FOUND
    assert told.audit.wrong == MAX_FOUND + 5


def test_a_trade_at_its_price_comes_to_an_order_after_those_who_were_ahead_at_the_very_least() -> None:
    told = Told()
    told.order("a", Side.BUY, 9, "99")
    told.audit.on_market(TradePrint(X, NOON_NS, 99, 4))
    told.fill("a", 1, "99", MAKER)  # 5 were ahead
    told.audit.on_market(Quote(X, NOON_NS, 99, 9, 101, 5))
    told.audit.on_market(TradePrint(X, NOON_NS, 99, 3))
    told.fill("a", 2, "99", MAKER)  # 1 was left of them; who has come since is behind
    told.order("b", Side.BUY, 9, "99")
    told.audit.on_market(Quote(X, NOON_NS, 99, 8, 101, 5))
    told.audit.on_market(TradePrint(X, NOON_NS, 99, 9))
    told.fill("a", 6, "99", MAKER)
    told.fill("b", 3, "99", MAKER)  # of 9 - 3 ahead 1 went

    assert told.found == ["4 was traded, and at least 5 stood ahead of it"]


def test_after_a_trade_beyond_its_price_nobody_is_ahead() -> None:
    told = Told()
    told.order("a", Side.BUY, 9, "99")
    told.order("b", Side.SELL, 9, "101")
    for px in ("98", "102", "99"):
        told.audit.on_market(TradePrint(X, NOON_NS, px, 1))
    told.fill("a", 1, "99", MAKER)
    told.audit.on_market(TradePrint(X, NOON_NS, 101, 1))
    told.fill("b", 1, "101", MAKER)
    assert told.found == []


def test_levels_tell_who_is_ahead_too() -> None:
    told = Told()
    told.audit.on_market(BookSnapshot(X, NOON_NS, [(99, 5), (98, 7)], [(101, 5)]))
    told.order("a", Side.BUY, 9, "98")
    told.audit.on_market(TradePrint(X, NOON_NS, 98, 6))
    told.fill("a", 1, "98", MAKER)
    told.audit.on_market(BookUpdate(X, NOON_NS, [(98, 0)], []))
    told.audit.on_market(TradePrint(X, NOON_NS, 98, 6))
    told.fill("a", 6, "98", MAKER)
    assert told.found == ["6 was traded, and at least 7 stood ahead of it"]
