"""Positions by average cost, worked by hand."""

from decimal import Context, Decimal, localcontext
from typing import Final

import pytest

from oms.model.decimals import ONE
from oms.model.ids import Account, Symbol
from oms.model.position import Position

Trades = list[tuple[str, str]]

# name: (size and price of each trade; held, cost, realised, average cost afterwards)
CASES: Final[dict[str, tuple[Trades, str, str, str, str | None]]] = {
    "flat from the start": ([], "0", "0", "0", None),
    "a purchase": ([("10", "5")], "10", "50", "0", "5"),
    "a second purchase adds its cost": ([("10", "5"), ("30", "6")], "40", "230", "0", "5.75"),
    "a sale of a part realises its share": ([("10", "5"), ("-4", "7")], "6", "30", "8", "5"),
    "a sale of all leaves nothing open": ([("10", "5"), ("-10", "4.5")], "0", "0", "-5", None),
    # 10 closed at 7 gains 20; 5 are sold short at 7.
    "a sale through zero opens at its own price": ([("10", "5"), ("-15", "7")], "-5", "-35", "20", "7"),
    "a short sale": ([("-10", "5")], "-10", "-50", "0", "5"),
    "a second short sale adds its cost": ([("-10", "5"), ("-10", "6")], "-20", "-110", "0", "5.5"),
    "a purchase against a short realises the fall": ([("-10", "5"), ("4", "3")], "-6", "-30", "8", "5"),
    "a short that rose loses": ([("-10", "5"), ("10", "6.25")], "0", "0", "-12.5", None),
    "a purchase through zero opens at its own price": ([("-10", "5"), ("12", "4")], "2", "8", "10", "4"),
    # The average of 10 at 5 and 20 at 6 is 17/3; selling 3 at 7 leaves 27/30 of 170.
    "an average that does not end": (
        [("10", "5"), ("20", "6"), ("-3", "7")],
        "27",
        "153",
        "4",
        "5.666666666666666666666666667",
    ),
    "a price below zero": ([("10", "-5"), ("-10", "-3")], "0", "0", "20", None),
    "a price of zero": ([("10", "0"), ("-5", "2")], "5", "0", "10", "0"),
    "a busted purchase taken back out": ([("10", "5"), ("-10", "5")], "0", "0", "0", None),
}


def after(trades: Trades, multiplier: Decimal = ONE) -> Position:
    position = Position(Account("main"), Symbol("AAPL"), multiplier)
    for qty, px in trades:
        position.trade(Decimal(qty), Decimal(px))
    return position


@pytest.mark.parametrize(("trades", "net_qty", "cost", "realised", "average"), CASES.values(), ids=CASES)
def test_a_position_worked_by_hand(
    trades: Trades, net_qty: str, cost: str, realised: str, average: str | None
) -> None:
    position = after(trades)

    assert (position.net_qty, position.cost, position.realised_pnl) == (
        Decimal(net_qty),
        Decimal(cost),
        Decimal(realised),
    )
    assert position.avg_cost_px == (None if average is None else Decimal(average))
    assert position.trades == len(trades)


def test_bought_and_sold_are_counted_apart() -> None:
    position = after([("10", "5"), ("-15", "7"), ("2", "6")])

    assert (position.bought_qty, position.sold_qty) == (Decimal(12), Decimal(15))


def test_open_profit_is_what_closing_now_would_realise() -> None:
    # 10 long at 5 are worth 60 at 6; 5 short at 7 are bought back for 30 at 6.
    assert after([("10", "5")]).open_pnl(Decimal(6)) == Decimal(10)
    assert after([("10", "5"), ("-15", "7")]).open_pnl(Decimal(6)) == Decimal(5)
    assert after([]).open_pnl(Decimal(6)) == Decimal(0)


def test_a_multiplier_scales_money_and_not_prices() -> None:
    position = after([("2", "4000"), ("-1", "4010")], Decimal(50))

    assert (position.cost, position.realised_pnl) == (Decimal(200_000), Decimal(500))
    assert position.avg_cost_px == Decimal(4000)
    assert position.open_pnl(Decimal(4020)) == Decimal(1000)


def test_fees_are_kept_by_currency_and_a_rebate_counts_against_them() -> None:
    position = after([])
    position.pay(Decimal("1.5"), "USD")
    position.pay(Decimal("-0.25"), "USD")
    position.pay(Decimal("0.001"), "BNB")

    assert position.fees == {"USD": Decimal("1.25"), "BNB": Decimal("0.001")}


def test_the_callers_decimal_context_changes_nothing() -> None:
    with localcontext(Context(prec=2)):
        position = after([("123456", "10"), ("-61728", "11")])
        open_pnl = position.open_pnl(Decimal("10.5"))

    assert (position.net_qty, position.cost, position.realised_pnl) == (
        Decimal(61728),
        Decimal(617280),
        Decimal(61728),
    )
    assert open_pnl == Decimal(30864)


def test_a_position_is_shown_in_one_line() -> None:
    position = Position(Account("main"), Symbol("AAPL"), ONE)
    assert repr(position) == "<Position main AAPL 0>"

    position.trade(Decimal("-30.0"), Decimal("5.50"))

    assert repr(position) == "<Position main AAPL -30 @ 5.5>"
