"""Positions, fed by executions and by what was said of them later."""

from decimal import Decimal

from oms.model import events as ev
from oms.model.enums import Side
from oms.model.ids import Account, ExecId, Symbol
from oms.model.instrument import Instrument
from oms.projections.positions import Positions
from tests.unit.journals import make


def positions_of(*events: ev.Event) -> Positions:
    positions = Positions()
    for event in events:
        match event:
            case ev.InstrumentDefined():
                positions.on_instrument(event)
            case ev.Traded():
                positions.on_traded(event)
            case ev.TradeCanceled():
                positions.on_canceled(event)
            case ev.TradeCorrected():
                positions.on_corrected(event)
            case _:
                raise AssertionError(event)
    return positions


def test_each_account_has_its_own_position_and_sales_count_against_it() -> None:
    positions = positions_of(
        make(ev.Traded, symbol=Symbol("MSFT")),
        make(ev.Traded),
        make(ev.Traded, side=Side.SELL, last_qty=Decimal(10), last_px=Decimal("190.50")),
        make(ev.Traded, side=Side.SELL_SHORT, account=Account("hedge")),
    )

    # 10 sold one above their cost
    held = [(p.symbol, p.account, p.net_qty, p.realised_pnl) for p in positions]
    assert held == [
        ("AAPL", "hedge", Decimal(-40), Decimal(0)),
        ("AAPL", "main", Decimal(30), Decimal(10)),
        ("MSFT", "main", Decimal(40), Decimal(0)),
    ]
    assert len(positions) == 3
    assert positions.get("AAPL", "nobody") is None


def test_a_busted_execution_is_as_if_it_had_not_been() -> None:
    for side in Side:
        positions = positions_of(
            make(ev.Traded, side=side), make(ev.TradeCanceled, side=side, exec_id=ExecId("h1"))
        )

        [position] = positions
        assert (position.net_qty, position.cost, position.realised_pnl) == (
            Decimal(0),
            Decimal(0),
            Decimal(0),
        )


def test_a_corrected_execution_counts_as_it_is_now() -> None:
    now = {"last_qty": Decimal(30), "last_px": Decimal(189), "exec_id": ExecId("g1")}
    for side in Side:
        [position] = positions_of(make(ev.Traded, side=side), make(ev.TradeCorrected, side=side, **now))

        assert (position.net_qty, position.cost) == (Decimal(30 * side.sign), Decimal(5670 * side.sign))


def test_a_multiplier_is_what_the_instrument_says() -> None:
    future = Instrument(symbol=Symbol("AAPL"), currency="USD", tick="0.25", multiplier=50)
    positions = positions_of(
        make(ev.InstrumentDefined, instrument=future), make(ev.Traded, last_qty=Decimal(2))
    )

    position = positions.get("AAPL", "main")
    assert position is not None
    assert position.cost == Decimal(18950)


def test_fees_are_added_up_by_currency() -> None:
    fee = {"commission": Decimal("0.10"), "comm_currency": "USD"}
    positions = positions_of(
        make(ev.Traded, **fee),
        make(ev.Traded, exec_id=ExecId("x2"), symbol=Symbol("MSFT"), **fee),
        make(ev.Traded, exec_id=ExecId("x3"), commission=Decimal("-0.001"), comm_currency="BNB"),
    )

    assert positions.fees() == {"USD": Decimal("0.20"), "BNB": Decimal("-0.001")}
