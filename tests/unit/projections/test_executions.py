"""Executions, with what was said of them later."""

from decimal import Decimal

import pytest
from attrs import evolve

from oms.model import events as ev
from oms.model.enums import LastLiquidityInd, Side
from oms.model.ids import Account, BrokerName, ExecId, OrderId, Symbol
from oms.model.instrument import Instrument
from oms.projections.executions import ExecutionRow, Executions, ExecutionTotals
from tests.unit.journals import T0, make

X1, X2 = ExecId("x1"), ExecId("x2")
ES = Symbol("ESH6")


def executions_of(*events: ev.Event) -> Executions:
    executions = Executions()
    for sequence, event in enumerate(events, start=1):
        # Told apart by their place in the journal, as in the journal.
        executions.apply(evolve(event, sequence=sequence))
    return executions


def test_a_row_holds_what_the_event_said() -> None:
    bought = make(ev.Traded, commission=Decimal("0.10"), comm_currency="USD", transact_time_ns=T0 - 5)
    executions = Executions()
    executions.apply(
        make(ev.InstrumentDefined, instrument=Instrument(symbol=Symbol("AAPL"), currency="USD", tick="0.01"))
    )
    executions.apply(bought)

    assert executions.to_dicts() == [
        {
            "order_id": 1,
            "exec_id": "x1",
            "symbol": "AAPL",
            "side": "BUY",
            "account": "main",
            "broker": "paper",
            "trade_date": "20260105",
            "time_ns": T0,
            "transact_time_ns": T0 - 5,
            "last_qty": Decimal(40),
            "last_px": Decimal("189.50"),
            "notional": Decimal(7580),
            "currency": "USD",
            "commission": Decimal("0.10"),
            "comm_currency": "USD",
            "role": "maker",
            "corrections": 0,
            "is_busted": False,
            "fees": {},
        }
    ]


def standing(row: ExecutionRow) -> tuple[str, Decimal, Decimal, int, bool]:
    return row.exec_id, row.last_qty, row.last_px, row.corrections, row.is_busted


CORRECT = make(
    ev.TradeCorrected, exec_id=ExecId("g1"), exec_ref_id=X1, last_qty=Decimal(30), last_px=Decimal(189)
)
AGAIN = {"last_qty": Decimal(25), "last_px": Decimal(188)}

STORIES: dict[str, tuple[list[ev.Event], tuple[str, Decimal, Decimal, int, bool]]] = {
    "left alone": ([], ("x1", Decimal(40), Decimal("189.50"), 0, False)),
    "corrected": ([CORRECT], ("x1", Decimal(30), Decimal(189), 1, False)),
    "corrected twice, by the last identity": (
        [CORRECT, make(ev.TradeCorrected, exec_id=ExecId("g2"), exec_ref_id=ExecId("g1"), **AGAIN)],
        ("x1", Decimal(25), Decimal(188), 2, False),
    ),
    "corrected twice, by the first identity": (
        [CORRECT, make(ev.TradeCorrected, exec_id=ExecId("g2"), exec_ref_id=X1, **AGAIN)],
        ("x1", Decimal(25), Decimal(188), 2, False),
    ),
    "busted": (
        [make(ev.TradeCanceled, exec_id=ExecId("h1"), exec_ref_id=X1)],
        ("x1", Decimal(0), Decimal("189.50"), 0, True),
    ),
    "corrected, then busted": (
        [CORRECT, make(ev.TradeCanceled, exec_id=ExecId("h1"), exec_ref_id=ExecId("g1"))],
        ("x1", Decimal(0), Decimal(189), 1, True),
    ),
    "another one is busted": (
        [make(ev.TradeCanceled, exec_id=ExecId("h1"), exec_ref_id=X2)],
        ("x1", Decimal(40), Decimal("189.50"), 0, False),
    ),
    "the same name on another day is busted": (
        [make(ev.TradeCanceled, exec_id=ExecId("h1"), exec_ref_id=X1, trade_date="20260106")],
        ("x1", Decimal(40), Decimal("189.50"), 0, False),
    ),
    "the same name at another broker is busted": (
        [make(ev.TradeCanceled, exec_id=ExecId("h1"), exec_ref_id=X1, broker=BrokerName("live"))],
        ("x1", Decimal(40), Decimal("189.50"), 0, False),
    ),
    "the same name of another order is busted": (
        [make(ev.TradeCanceled, exec_id=ExecId("h1"), exec_ref_id=X1, order_id=OrderId(9))],
        ("x1", Decimal(40), Decimal("189.50"), 0, False),
    ),
}


@pytest.mark.parametrize(("later", "expected"), STORIES.values(), ids=STORIES)
def test_an_execution_stands_as_the_last_word_says(
    later: list[ev.Event], expected: tuple[str, Decimal, Decimal, int, bool]
) -> None:
    executions = executions_of(make(ev.Traded), *later)

    assert [standing(row) for row in executions] == [expected]


def market() -> Executions:
    future = Instrument(symbol=ES, currency="USD", tick="0.25", multiplier=50)
    sold = {"order_id": OrderId(2), "side": Side.SELL, "last_liquidity_ind": LastLiquidityInd.REMOVED}
    return executions_of(
        make(ev.InstrumentDefined, instrument=Instrument(symbol=Symbol("AAPL"), currency="USD", tick="0.01")),
        make(ev.InstrumentDefined, instrument=future),
        make(ev.Traded, commission=Decimal("-0.10"), comm_currency="USD"),
        make(ev.Traded, exec_id=X2, commission=Decimal("0.30"), comm_currency="USD", **sold),
        make(ev.Traded, exec_id=ExecId("x3"), last_liquidity_ind=None, commission=Decimal(1), comm_currency="EUR"),
        make(
            ev.Traded,
            order_id=OrderId(3),
            symbol=ES,
            account=Account("hedge"),
            exec_id=ExecId("x4"),
            last_qty=Decimal(2),
            last_px=Decimal(6000),
        ),
        make(ev.TradeCanceled, exec_id=ExecId("h1"), exec_ref_id=ExecId("x3")),
        make(ev.TradeCorrected, order_id=OrderId(2), exec_id=ExecId("g1"), exec_ref_id=X2, last_qty=Decimal(10), last_px=Decimal(190)),
    )  # fmt: skip


def test_sums_are_over_what_stands_and_fees_over_all_that_was_paid() -> None:
    # 40 x 189.50 + 10 x 190 + 2 x 6000 x 50
    assert market().totals() == ExecutionTotals(
        executions=3,
        busted=1,
        corrected=1,
        bought_qty=Decimal(42),
        sold_qty=Decimal(10),
        notional={"USD": Decimal(609480)},
        fees={"USD": Decimal("0.20"), "EUR": Decimal(1)},
        makers=2,
        takers=1,
    )


def test_sums_are_given_by_symbol_in_order() -> None:
    totals = market().totals_by_symbol()

    assert list(totals) == ["AAPL", "ESH6"]
    assert [each.notional for each in totals.values()] == [{"USD": Decimal(9480)}, {"USD": Decimal(600_000)}]


def test_executions_are_found_by_what_they_are() -> None:
    executions = market()

    assert [row.exec_id for row in executions.rows(order_id=OrderId(1))] == ["x1", "x3"]
    assert [row.exec_id for row in executions.rows(order_id=OrderId(1), symbol="ESH6")] == []
    assert [row.exec_id for row in executions.rows(symbol="ESH6")] == ["x4"]
    assert [row.exec_id for row in executions.rows(account="main")] == ["x1", "x2", "x3"]
    assert executions.rows(order_id=OrderId(9)) == []
    assert executions.totals(account="hedge").executions == 1
    assert len(executions) == 4


def test_without_its_instrument_an_execution_has_no_currency() -> None:
    [row] = executions_of(make(ev.Traded))

    assert (row.notional, row.currency) == (Decimal(7580), "")


def test_events_that_are_not_about_executions_change_nothing() -> None:
    executions = executions_of(make(ev.OrderAcknowledged))

    assert list(executions) == []
    assert executions.totals() == Executions().totals()


def test_the_table_shows_what_stands() -> None:
    lines = market().table().split("\n")

    assert [" ".join(line.split()) for line in lines] == [
        "time (UTC) order symbol side size price notional role fee exec id broker account remark",
        " ".join(lines[1].split()),
        "2026-01-05 14:30:00.000 1 AAPL BUY 40 189.5 7580 USD maker -0.1 USD x1 paper main",
        "2026-01-05 14:30:00.000 2 AAPL SELL 10 190 1900 USD taker 0.3 USD x2 paper main corrected 1 x",
        "2026-01-05 14:30:00.000 1 AAPL BUY 0 189.5 0 USD 1 EUR x3 paper main busted",
        "2026-01-05 14:30:00.000 3 ESH6 BUY 2 6000 600000 USD maker x4 paper hedge",
    ]
