"""Models of the simulated exchange as they are named on the command line: `ticks:1`, `per-unit:0.005,min=1`.

A name, then values after a colon, then `key=value` pairs, all divided by commas.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple, cast

from oms.errors import ValidationError
from oms.model.decimals import positive
from oms.model.instrument import Instrument
from oms.simulation.accounts import AccountModel, CashAccount, MarginAccount
from oms.simulation.faults import Fate, FaultModel, Faults, RandomOutages, Rejects, ReportFate
from oms.simulation.fee_schedules import Bounded, Tiers, Together
from oms.simulation.fees import FeeModel, MakerTaker, NoFees, PerUnit
from oms.simulation.fill_models import EveryTouch, FillModel, PartOfTouch, SomeTouches
from oms.simulation.latency import Constant, Delay, Latency, LogNormal, Uniform
from oms.simulation.queue_models import Optimistic, Pessimistic, Proportional, QueueModel
from oms.simulation.slippage import NoSlippage, SlippageModel, SquareRoot, Ticks, VolumeShare


class _Words(NamedTuple):
    """What stands behind a model's name."""

    values: tuple[str, ...]
    named: Mapping[str, str]
    instrument: Instrument
    seed: int


class _Way(NamedTuple):
    """One model: how it is written, how many values it has at least and at most, its keys, and what makes it."""

    usage: str
    least: int
    most: int
    keys: frozenset[str]
    make: Callable[[_Words], object]


def _way(usage: str, least: int, most: int, make: Callable[[_Words], object], *keys: str) -> _Way:
    return _Way(usage, least, most, frozenset(keys), make)


def _bounded(words: _Words, model: FeeModel) -> FeeModel:
    if not words.named:
        return model
    return Bounded(model, minimum=words.named.get("min"), maximum_bps=words.named.get("max-bps"))


def _tiers(words: _Words) -> FeeModel:
    rows = tuple(tuple(text.split("/")) for text in words.values)
    return Tiers(rows, days=int(words.named.get("days", "30")))


def _square_root(words: _Words) -> SlippageModel:
    volatility, volume = words.values
    return SquareRoot(days={words.instrument.symbol: (volatility, volume)}, y=words.named.get("y", "1"))


def _ns(milliseconds: str) -> int:
    return int(positive(milliseconds, "milliseconds") * 1_000_000)


def _latency(words: _Words, delay: Delay) -> Latency:
    return Latency(to_venue=delay, from_venue=delay, seed=words.seed)


def _balances(words: _Words) -> Mapping[str, str]:
    return {words.instrument.currency: words.values[0]}


_FEES: Final = {
    "none": _way("none", 0, 0, lambda _: NoFees()),
    "maker-taker": _way(
        "maker-taker:MAKER_BPS,TAKER_BPS[,min=AMOUNT][,max-bps=BPS]",
        2,
        2,
        lambda words: _bounded(words, MakerTaker(maker_bps=words.values[0], taker_bps=words.values[1])),
        "min",
        "max-bps",
    ),
    "per-unit": _way(
        "per-unit:RATE[,min=AMOUNT][,max-bps=BPS]",
        1,
        1,
        lambda words: _bounded(words, PerUnit(words.values[0])),
        "min",
        "max-bps",
    ),
    "tiers": _way("tiers:0/MAKER/TAKER,VOLUME/MAKER/TAKER...[,days=N]", 1, 100, _tiers, "days"),
}
_SLIPPAGE: Final = {
    "none": _way("none", 0, 0, lambda _: NoSlippage()),
    "ticks": _way("ticks:N", 1, 1, lambda words: Ticks(int(words.values[0]))),
    "volume-share": _way(
        "volume-share[:LIMIT[,IMPACT]]",
        0,
        2,
        lambda words: VolumeShare(**dict(zip(("limit", "impact"), words.values, strict=False))),  # type: ignore[arg-type]  # checked there
    ),
    "square-root": _way("square-root:DAY_VOLATILITY,DAY_VOLUME[,y=Y]", 2, 2, _square_root, "y"),
}
_QUEUES: Final = {
    "pessimistic": _way("pessimistic", 0, 0, lambda _: Pessimistic()),
    "proportional": _way("proportional", 0, 0, lambda _: Proportional()),
    "optimistic": _way("optimistic", 0, 0, lambda _: Optimistic()),
}
_FILLS: Final = {
    "every": _way("every", 0, 0, lambda _: EveryTouch()),
    "some": _way(
        "some:PROBABILITY", 1, 1, lambda words: SomeTouches(Decimal(words.values[0]), seed=words.seed)
    ),
    "part": _way("part:SHARE", 1, 1, lambda words: PartOfTouch(Decimal(words.values[0]))),
}
_DELAYS: Final = {
    "none": _way("none", 0, 0, lambda _: Latency()),
    "constant": _way("constant:MS", 1, 1, lambda words: _latency(words, Constant(_ns(words.values[0])))),
    "uniform": _way(
        "uniform:LEAST_MS,MOST_MS", 2, 2, lambda words: _latency(words, Uniform(*map(_ns, words.values)))
    ),
    "log-normal": _way(
        "log-normal:MEDIAN_MS,SIGMA",
        2,
        2,
        lambda words: _latency(words, LogNormal(_ns(words.values[0]), Decimal(words.values[1]))),
    ),
}
_FAULTS: Final = {
    "rejects": _way(
        "rejects:PROBABILITY", 1, 1, lambda words: Rejects(Decimal(words.values[0]), seed=words.seed)
    ),
    "outages": _way(
        "outages:SECONDS,PROBABILITY[,requests=not sent|lost|unanswered][,reports=delayed|lost]",
        2,
        2,
        lambda words: RandomOutages(
            slot_ns=1_000 * _ns(words.values[0]),
            probability=Decimal(words.values[1]),
            requests=Fate(words.named.get("requests", Fate.NOT_SENT)),
            reports=ReportFate(words.named.get("reports", ReportFate.DELAYED)),
            seed=words.seed,
        ),
        "requests",
        "reports",
    ),
}
_ACCOUNTS: Final = {
    "cash": _way("cash:AMOUNT", 1, 1, lambda words: CashAccount(_balances(words))),
    "margin": _way(
        "margin:AMOUNT[,initial=RATE][,maintenance=RATE]",
        1,
        1,
        lambda words: MarginAccount(
            _balances(words),
            initial=words.named.get("initial", "0.5"),
            maintenance=words.named.get("maintenance", "0.25"),
        ),
        "initial",
        "maintenance",
    ),
}
_OPTIONS: Final[Mapping[str, Mapping[str, _Way]]] = {
    "--fees": _FEES,
    "--slippage": _SLIPPAGE,
    "--queue": _QUEUES,
    "--fills": _FILLS,
    "--latency": _DELAYS,
    "--faults": _FAULTS,
    "--account": _ACCOUNTS,
}


def fees(texts: Sequence[str], instrument: Instrument) -> FeeModel:
    """Give a fee schedule; several are added up.

    Raises:
        ValidationError: One is no fee schedule.
    """
    models = [cast(FeeModel, _made("--fees", text, _FEES, instrument)) for text in texts]
    return models[0] if len(models) == 1 else Together(models)


def slippage(text: str, instrument: Instrument) -> SlippageModel:
    """Give a model of slippage.

    Raises:
        ValidationError: It is none.
    """
    return cast(SlippageModel, _made("--slippage", text, _SLIPPAGE, instrument))


def queue(text: str, instrument: Instrument) -> QueueModel:
    """Give where those who cancel are taken to have stood.

    Raises:
        ValidationError: It is no such model.
    """
    return cast(QueueModel, _made("--queue", text, _QUEUES, instrument))


def fills(text: str, instrument: Instrument, seed: int) -> FillModel:
    """Give how much of what only touches a price comes to an order that rests there.

    Raises:
        ValidationError: It is no such model.
    """
    return cast(FillModel, _made("--fills", text, _FILLS, instrument, seed))


def account(text: str, instrument: Instrument) -> AccountModel:
    """Give the terms of an account, in the instrument's currency.

    Raises:
        ValidationError: It is no kind of account.
    """
    return cast(AccountModel, _made("--account", text, _ACCOUNTS, instrument))


def latency(text: str, instrument: Instrument, seed: int) -> Latency:
    """Give how long messages are under way, either way.

    Raises:
        ValidationError: It is no such model.
    """
    return cast(Latency, _made("--latency", text, _DELAYS, instrument, seed))


def faults(texts: Sequence[str], instrument: Instrument, seed: int) -> FaultModel:
    """Give what goes wrong; of several everything does.

    Raises:
        ValidationError: One is no such model.
    """
    return Faults(
        tuple(cast(FaultModel, _made("--faults", text, _FAULTS, instrument, seed)) for text in texts)
    )


def usage(option: str) -> str:
    """Give how the models of an option are written."""
    return "; ".join(way.usage for way in _OPTIONS[option].values())


def _made(option: str, text: str, ways: Mapping[str, _Way], instrument: Instrument, seed: int = 0) -> object:
    name, _, rest = text.partition(":")
    way = ways.get(name)
    if way is None:
        raise ValidationError(option, text, "; ".join(one.usage for one in ways.values()))
    values, named = [], {}
    for word in filter(None, rest.split(",")):
        key, is_named, number = word.partition("=")
        if is_named and key in named:
            raise ValidationError(option, text, f"give {key} once; {way.usage}")
        if is_named:
            named[key] = number
        else:
            values.append(word)
    if not way.least <= len(values) <= way.most or not way.keys >= named.keys():
        raise ValidationError(option, text, way.usage)
    try:
        return way.make(_Words(tuple(values), named, instrument, seed))
    except (ArithmeticError, ValueError) as error:
        raise ValidationError(option, text, f"{way.usage}; {error}") from error
