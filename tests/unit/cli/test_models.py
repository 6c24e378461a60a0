"""Models of the simulated exchange, as they are named on the command line."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from oms.cli import models
from oms.errors import ValidationError
from oms.model.instrument import Instrument
from oms.simulation.accounts import CashAccount, MarginAccount
from oms.simulation.fee_schedules import Bounded, PaidIn, Per, Received, Tiers, Together
from oms.simulation.fees import MakerTaker, NoFees, PerUnit
from oms.simulation.fill_models import EveryTouch, PartOfTouch, SomeTouches
from oms.simulation.queue_models import Optimistic, Pessimistic, Proportional
from oms.simulation.slippage import NoSlippage, SquareRoot, Ticks, VolumeShare

X = Instrument(symbol="X", currency="USD", tick="0.01")
D = Decimal


@pytest.mark.parametrize(
    ("text", "model"),
    [
        ("none", NoFees()),
        ("maker-taker:-0.5,3", MakerTaker(maker_bps=D("-0.5"), taker_bps=D(3))),
        ("per-unit:0.005", PerUnit(D("0.005"))),
        ("per-unit:0.005,min=1,max-bps=100", Bounded(PerUnit(D("0.005")), minimum=D(1), maximum_bps=D(100))),
        (
            "maker-taker:-1,3,max-bps=100",
            Bounded(MakerTaker(maker_bps=-1, taker_bps=3), minimum=None, maximum_bps=D(100)),
        ),
        ("tiers:0/2/5,1000000/1/4,days=5", Tiers(((0, 2, 5), (1_000_000, 1, 4)), days=5)),
    ],
)
def test_fees(text: str, model: object) -> None:
    assert models.fees([text], X) == model


def test_fees_are_added_up() -> None:
    assert models.fees(["per-unit:1", "none"], X) == Together([PerUnit(D(1)), NoFees()])


@pytest.mark.parametrize(
    ("read", "text", "model"),
    [
        (models.slippage, "none", NoSlippage()),
        (models.slippage, "ticks:2", Ticks(2)),
        (models.slippage, "volume-share", VolumeShare()),
        (models.slippage, "volume-share:0.1,0.2", VolumeShare(limit=D("0.1"), impact=D("0.2"))),
        (models.slippage, "volume-share:0.1,window=5", VolumeShare(limit=D("0.1"), window_s=5)),
        (models.slippage, "square-root:0.02,1000,y=2", SquareRoot(days={"X": (D("0.02"), D(1000))}, y=D(2))),
        (models.queue, "optimistic", Optimistic()),
        (models.queue, "pessimistic", Pessimistic()),
        (models.queue, "proportional", Proportional()),
        (models.account, "cash:500", CashAccount({"USD": D(500)})),
        (
            models.account,
            "margin:500,initial=0.2,maintenance=0.1",
            MarginAccount({"USD": D(500)}, initial=D("0.2"), maintenance=D("0.1")),
        ),
    ],
)
def test_other_models(read: Callable[[str, Instrument], object], text: str, model: object) -> None:
    assert read(text, X) == model


@pytest.mark.parametrize(
    ("read", "text", "told"),
    [
        (models.account, "cash:-5", "pass zero or more of USD"),
        (models.slippage, "much", "--slippage = much: none; ticks:N; volume-share"),
        (models.slippage, "ticks", "--slippage = ticks: ticks:N"),
        (models.slippage, "ticks:1,2", "--slippage = ticks:1,2: ticks:N"),
        (models.slippage, "ticks:few", "--slippage = ticks:few: ticks:N; invalid literal"),
        (models.slippage, "ticks:1,size=2", "--slippage = ticks:1,size=2: ticks:N"),
        (models.slippage, "volume-share:2", "limit = 2"),
        (models.account, "cash:much", "--account = cash:much: cash:AMOUNT[,AMOUNT/CURRENCY"),
        (models.account, "margin:1,initial=0.5,initial=0.6", "give initial once"),
        (models.queue, "", "--queue = '': pessimistic; proportional; optimistic"),
        (lambda text, x: models.fees([text], x), "per-unit:1,in=BNB", "give both in= and px="),
        (lambda text, x: models.fees([text], x), "per-unit:1,per=day", "'day' is not a valid Per"),
    ],
)
def test_what_is_no_model_is_told_how_to_write_one(
    read: Callable[[str, Instrument], object], text: str, told: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        read(text, X)
    assert told in str(caught.value)


def test_fees_in_another_currency_and_within_bounds() -> None:
    per_unit = Bounded(PerUnit("0.3"), minimum=D(1), maximum_bps=None, per=Per.EXECUTION)
    asked = "per-unit:0.3,min=1,per=execution,in=BNB,px=600"
    assert models.fees([asked], X) == PaidIn(per_unit, "BNB", {"USD": D(600)})
    tiers = Tiers(((0, 2, 5),), days=30)
    assert models.fees(["tiers:0/2/5,in=BNB,px=600"], X) == PaidIn(tiers, "BNB", {"USD": D(600)})
    assert models.fees(["received:BTC,1,2"], X) == Received(base={"X": "BTC"}, maker_bps=D(1), taker_bps=D(2))


def test_accounts_in_several_currencies_that_hold_something() -> None:
    assert models.account("cash:500,3/BNB,holding=2,cushion=0.01", X) == CashAccount(
        {"USD": D(500), "BNB": D(3)}, positions={"X": D(2)}, cushion=D("0.01")
    )


def test_fills_of_a_mere_touch() -> None:
    assert models.fills("every", X, 1) == EveryTouch()
    assert models.fills("some:0.3", X, 1) == SomeTouches(D("0.3"), seed=1)
    assert models.fills("part:0.3", X, 1) == PartOfTouch(D("0.3"))
