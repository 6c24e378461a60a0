"""What trading costs at the simulated exchange, and who is met there, as it is named on the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final, cast

from oms.cli.words import Ways, Words, made, way
from oms.model.decimals import EXACT, ZERO
from oms.model.instrument import Instrument
from oms.simulation.accounts import AccountModel, CashAccount, MarginAccount
from oms.simulation.fee_schedules import Bounded, PaidIn, Per, Received, Tiers, Together
from oms.simulation.fees import FeeModel, MakerTaker, NoFees, PerUnit
from oms.simulation.fill_models import EveryTouch, FillModel, PartOfTouch, SomeTouches
from oms.simulation.queue_models import Optimistic, Pessimistic, Proportional, QueueModel
from oms.simulation.slippage import NoSlippage, SlippageModel, SquareRoot, Ticks, VolumeShare

_BOUNDS: Final = ("min", "max-bps", "per")
_PAID: Final = ("in", "px")
FEE_NOTES: Final = (
    "BOUNDS: min=AMOUNT, max-bps=BPS, per=order or per=execution: the least and the most that is paid;",
    "in=CURRENCY,px=PRICE: paid in another currency, of which one unit costs PRICE",
)
"""What the keys of fees say."""


def _charged(words: Words, model: FeeModel) -> FeeModel:
    # A schedule within its bounds, and in the currency that it is paid in.
    named = words.named
    if any(key in named for key in _BOUNDS):
        model = Bounded(
            model,
            minimum=named.get("min"),
            maximum_bps=named.get("max-bps"),
            per=Per(named.get("per", Per.ORDER)),
        )
    if ("in" in named) is not ("px" in named):
        raise ValueError("give both in= and px=, the price of one unit of that currency, or neither")
    return PaidIn(model, named["in"], {words.instrument.currency: named["px"]}) if "in" in named else model


def _maker_taker(words: Words) -> FeeModel:
    maker_bps, taker_bps = words.values
    return _charged(words, MakerTaker(maker_bps=maker_bps, taker_bps=taker_bps))


def _tiers(words: Words) -> FeeModel:
    rows = tuple(tuple(text.split("/")) for text in words.values)
    return _charged(words, Tiers(rows, days=int(words.named.get("days", "30"))))


def _received(words: Words) -> FeeModel:
    base, maker_bps, taker_bps = words.values
    return Received(base={words.instrument.symbol: base}, maker_bps=maker_bps, taker_bps=taker_bps)


def _square_root(words: Words) -> SlippageModel:
    volatility, volume = words.values
    return SquareRoot(days={words.instrument.symbol: (volatility, volume)}, y=words.named.get("y", "1"))


def _volume_share(words: Words) -> SlippageModel:
    defaults = VolumeShare()
    limit, impact = (*words.values, *(str(defaults.limit), str(defaults.impact))[len(words.values) :])
    return VolumeShare(limit=limit, impact=impact, window_s=int(words.named.get("window", "60")))


def _balances(words: Words) -> Mapping[str, Decimal]:
    # What is not said to be another currency is the instrument's.
    balances: dict[str, Decimal] = {}
    for text in words.values:
        amount, _, currency = text.partition("/")
        key = currency or words.instrument.currency
        balances[key] = EXACT.add(balances.get(key, ZERO), Decimal(amount))
    return balances


def _holding(words: Words) -> Mapping[str, str]:
    qty = words.named.get("holding")
    return {} if qty is None else {words.instrument.symbol: qty}


def _cash(words: Words) -> AccountModel:
    return CashAccount(_balances(words), positions=_holding(words), cushion=words.named.get("cushion", "0"))


def _margin(words: Words) -> AccountModel:
    named = words.named
    return MarginAccount(
        _balances(words),
        initial=named.get("initial", "0.5"),
        maintenance=named.get("maintenance", "0.25"),
        positions=_holding(words),
        cushion=named.get("cushion", "0"),
    )


FEES: Final[Ways] = {
    "none": way("none", "nothing is charged", 0, 0, lambda _: NoFees()),
    "maker-taker": way(
        "maker-taker:MAKER_BPS,TAKER_BPS[,BOUNDS]",
        "basis points of the value",
        2,
        2,
        _maker_taker,
        *_BOUNDS,
        *_PAID,
    ),
    "per-unit": way(
        "per-unit:RATE[,BOUNDS]",
        "so much a share or contract",
        1,
        1,
        lambda words: _charged(words, PerUnit(words.values[0])),
        *_BOUNDS,
        *_PAID,
    ),
    "tiers": way(
        "tiers:0/MAKER/TAKER,VOLUME/MAKER/TAKER...[,days=N][,BOUNDS]",
        "basis points that follow the value traded in so many days",
        1,
        100,
        _tiers,
        "days",
        *_BOUNDS,
        *_PAID,
    ),
    "received": way(
        "received:BASE,MAKER_BPS,TAKER_BPS",
        "a share of what is received: of a purchase the units, in BASE, and of a sale the money",
        3,
        3,
        _received,
    ),
}
SLIPPAGE: Final[Ways] = {
    "none": way("none", "the price that is shown", 0, 0, lambda _: NoSlippage()),
    "ticks": way(
        "ticks:N", "so many steps of the grid worse", 1, 1, lambda words: Ticks(int(words.values[0]))
    ),
    "volume-share": way(
        "volume-share[:LIMIT[,IMPACT][,window=SECONDS]]",
        "price x impact x share^2, and at most LIMIT of the volume of the window",
        0,
        2,
        _volume_share,
        "window",
    ),
    "square-root": way(
        "square-root:DAY_VOLATILITY,DAY_VOLUME[,y=Y]",
        "price x y x volatility x square root of quantity / volume",
        2,
        2,
        _square_root,
        "y",
    ),
}
QUEUES: Final[Ways] = {
    "pessimistic": way("pessimistic", "all of them stood behind us", 0, 0, lambda _: Pessimistic()),
    "proportional": way("proportional", "as many before us as behind us", 0, 0, lambda _: Proportional()),
    "optimistic": way("optimistic", "all of them stood before us", 0, 0, lambda _: Optimistic()),
}
FILLS: Final[Ways] = {
    "every": way("every", "all of it", 0, 0, lambda _: EveryTouch()),
    "some": way(
        "some:PROBABILITY",
        "all of it or nothing, by a draw",
        1,
        1,
        lambda words: SomeTouches(Decimal(words.values[0]), seed=words.seed),
    ),
    "part": way("part:SHARE", "a part of it", 1, 1, lambda words: PartOfTouch(Decimal(words.values[0]))),
}
ACCOUNTS: Final[Ways] = {
    "cash": way(
        "cash:AMOUNT[,AMOUNT/CURRENCY...][,holding=QTY][,cushion=SHARE]",
        "nobody spends or sells what is not there",
        1,
        20,
        _cash,
        "holding",
        "cushion",
    ),
    "margin": way(
        "margin:AMOUNT[,AMOUNT/CURRENCY...][,initial=RATE][,maintenance=RATE][,holding=QTY][,cushion=SHARE]",
        "orders need the initial rate of their value; 0.5 and 0.25 unless given",
        1,
        20,
        _margin,
        "initial",
        "maintenance",
        "holding",
        "cushion",
    ),
}


def fees(texts: Sequence[str], instrument: Instrument) -> FeeModel:
    """Give a fee schedule; several are added up.

    Raises:
        ValidationError: One is no fee schedule.
    """
    models = [cast(FeeModel, made("--fees", text, FEES, instrument)) for text in texts]
    return models[0] if len(models) == 1 else Together(models)


def slippage(text: str, instrument: Instrument) -> SlippageModel:
    """Give a model of slippage.

    Raises:
        ValidationError: It is none.
    """
    return cast(SlippageModel, made("--slippage", text, SLIPPAGE, instrument))


def queue(text: str, instrument: Instrument) -> QueueModel:
    """Give where those who cancel are taken to have stood.

    Raises:
        ValidationError: It is no such model.
    """
    return cast(QueueModel, made("--queue", text, QUEUES, instrument))


def fills(text: str, instrument: Instrument, seed: int) -> FillModel:
    """Give how much of what only touches a price comes to an order that rests there.

    Raises:
        ValidationError: It is no such model.
    """
    return cast(FillModel, made("--fills", text, FILLS, instrument, seed))


def account(text: str, instrument: Instrument) -> AccountModel:
    """Give the terms of an account; amounts without a currency are in the instrument's.

    Raises:
        ValidationError: It is no kind of account.
    """
    return cast(AccountModel, made("--account", text, ACCOUNTS, instrument))
