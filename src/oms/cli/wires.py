"""How messages fare on the way to the simulated exchange and back, as it is named on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, cast

from oms.cli.halting import moment
from oms.cli.unasked import A_SECOND, Unasked
from oms.cli.words import Ways, Words, made, moment_ns, nanoseconds, way
from oms.errors import ValidationError
from oms.model.decimals import ZERO, fraction
from oms.model.enums import ExecType, RequestKind
from oms.model.instrument import Instrument
from oms.simulation.busts import Busts
from oms.simulation.faults import Fate, FaultModel, Faults, Outages, RandomOutages, Rejects, ReportFate
from oms.simulation.latency import NO_DELAY, Constant, Delay, Latency, LogNormal, Uniform

_REQUESTS: Final = {f"request.{kind.value}": kind for kind in RequestKind}
_REPORTS: Final = {f"report.{kind.name.lower().replace('_', '-')}": kind for kind in ExecType}
PLACES: Final = ("to-venue", "from-venue", "deciding", "market-data", *_REQUESTS, *_REPORTS)
"""What a delay can be of, besides both directions: one of them, the venue's decision, market data, or a kind of message."""


def _rejects(words: Words) -> FaultModel:
    named = words.named
    kinds = [RequestKind(text) for text in named.get("kinds", "new/cancel/replace").split("/")]
    windows = [_window(named.get("from"), named.get("until"))] if {"from", "until"} & named.keys() else None
    return Rejects(
        Decimal(words.values[0]),
        kinds=kinds,
        windows=windows,
        code=named.get("code", "99"),
        seed=words.seed,
    )


def _outage(words: Words) -> FaultModel:
    return Outages(
        [_window(*words.values)],
        requests=Fate(words.named.get("requests", Fate.NOT_SENT)),
        reports=ReportFate(words.named.get("reports", ReportFate.DELAYED)),
    )


def _outages(words: Words) -> FaultModel:
    seconds, probability = words.values
    return RandomOutages(
        slot_ns=1_000 * nanoseconds(seconds),
        probability=Decimal(probability),
        requests=Fate(words.named.get("requests", Fate.NOT_SENT)),
        reports=ReportFate(words.named.get("reports", ReportFate.DELAYED)),
        seed=words.seed,
    )


def _window(first: str | None, last: str | None) -> tuple[int, int]:
    if first is None or last is None:
        raise ValueError("give both from= and until=, or neither")
    return moment_ns(first), moment_ns(last)


_FATES: Final = "[,requests=FATE][,reports=FATE]"
FAULT_NOTES: Final = (
    f"FATE of requests: {', '.join(fate.value for fate in Fate)}; of reports: {', '.join(fate.value for fate in ReportFate)}",
)
"""What the keys of faults say."""
LATENCY_NOTES: Final = (
    f"WHAT: {', '.join(place for place in PLACES if place not in _REPORTS)},",
    "or an execution report, such as report.trade or report.canceled; both directions without it",
)
"""What can take time."""
DELAYS: Final[Ways] = {
    "none": way("none", "no time", 0, 0, lambda _: NO_DELAY),
    "constant": way(
        "constant:MS", "always as long", 1, 1, lambda words: Constant(nanoseconds(words.values[0]))
    ),
    "uniform": way(
        "uniform:LEAST_MS,MOST_MS",
        "anything between the two",
        2,
        2,
        lambda words: Uniform(*map(nanoseconds, words.values)),
    ),
    "log-normal": way(
        "log-normal:MEDIAN_MS,SIGMA",
        "mostly near the median, and sometimes much longer",
        2,
        2,
        lambda words: LogNormal(nanoseconds(words.values[0]), Decimal(words.values[1])),
    ),
}
FAULTS: Final[Ways] = {
    "rejects": way(
        "rejects:PROBABILITY[,kinds=new/cancel/replace][,from=TIME,until=TIME][,code=CODE]",
        "a part of the requests is refused on arrival",
        1,
        1,
        _rejects,
        "kinds",
        "from",
        "until",
        "code",
    ),
    "outage": way(
        f"outage:FROM,UNTIL{_FATES}",
        "nobody reaches the venue between two times, such as 2018-01-02T15:00:00Z",
        2,
        2,
        _outage,
        "requests",
        "reports",
    ),
    "outages": way(
        f"outages:SECONDS,PROBABILITY{_FATES}",
        "the same, in slots of so many seconds that are drawn",
        2,
        2,
        _outages,
        "requests",
        "reports",
    ),
}


def latency(
    texts: Sequence[str], instrument: Instrument, seed: int, *, may_overtake: bool = False
) -> Latency:
    """Give how long messages are under way.

    Args:
        texts: A model for both directions; or, behind `WHAT=`, one for a direction or a kind of message.
        instrument: What is traded.
        seed: What the draws follow from.
        may_overtake: Whether messages of one direction may overtake one another.

    Raises:
        ValidationError: One is no such model, is for nothing that takes time, or is given twice.
    """
    delays: dict[str, Delay] = {}
    for text in texts:
        what, model = _parted(text)
        if what in delays:
            raise ValidationError("--latency", text, f"give that of {what or 'both ways'} once")
        delays[what] = cast(Delay, made("--latency", model, DELAYS, instrument, seed))
    both = delays.get("", NO_DELAY)
    return Latency(
        to_venue=delays.get("to-venue", both),
        from_venue=delays.get("from-venue", both),
        deciding=delays.get("deciding", NO_DELAY),
        market_data=delays.get("market-data", NO_DELAY),
        by_request={kind: delays[name] for name, kind in _REQUESTS.items() if name in delays},
        by_report={kind: delays[name] for name, kind in _REPORTS.items() if name in delays},
        keeps_order=not may_overtake,
        seed=seed,
    )


def faults(texts: Sequence[str], instrument: Instrument, seed: int) -> FaultModel:
    """Give what goes wrong; of several everything does.

    Raises:
        ValidationError: One is no such model.
    """
    return Faults(tuple(cast(FaultModel, made("--faults", text, FAULTS, instrument, seed)) for text in texts))


def busts(rate: str, after: str | None, instrument: Instrument, seed: int) -> Busts:
    """Give which executions are declared void, and how long after.

    Raises:
        ValidationError: The rate is no number from 0 to 1, or the delay no model.
    """
    probability = fraction(rate, "--bust-rate")
    if after is None:
        return Busts(probability, seed=seed)
    return Busts(probability, after=cast(Delay, made("--bust-after", after, DELAYS, instrument)), seed=seed)


def unasked(
    rate: str | None,
    after: str | None,
    done_for_day: str | None,
    instrument: Instrument,
    seed: int,
    *,
    suspend_rate: str | None = None,
    suspend_for: str | None = None,
    stop_rate: str | None = None,
    correct_rate: str | None = None,
) -> Unasked | None:
    """Give what the venue does that nobody asked for; None where it is nothing.

    Raises:
        ValidationError: A rate is no number from 0 to 1, a delay no model or for none, or the time no time.
    """
    if rate is None and after is not None:
        raise ValidationError("--cancel-after", after, "give --cancel-rate too: none is canceled without it")
    if suspend_rate is None and suspend_for is not None:
        raise ValidationError("--suspend-for", suspend_for, "give --suspend-rate too: none is without it")
    if all(one is None for one in (rate, done_for_day, suspend_rate, stop_rate, correct_rate)):
        return None
    return Unasked(
        _rate(rate, "--cancel-rate"),
        _after(after, "--cancel-after", instrument),
        seed,
        None if done_for_day is None else moment("--done-for-day", done_for_day),
        suspends=_rate(suspend_rate, "--suspend-rate"),
        suspended_for=_after(suspend_for, "--suspend-for", instrument),
        stops=_rate(stop_rate, "--stop-rate"),
        corrects=_rate(correct_rate, "--correct-rate"),
    )


def _rate(text: str | None, option: str) -> Decimal:
    return ZERO if text is None else fraction(text, option)


def _after(text: str | None, option: str, instrument: Instrument) -> Delay:
    return A_SECOND if text is None else cast(Delay, made(option, text, DELAYS, instrument))


def _parted(text: str) -> tuple[str, str]:
    # What a delay is of, "" for both directions, and the model; a pair of the model itself stands after its colon.
    what, is_named, model = text.partition("=")
    if not is_named or ":" in what:
        return "", text
    if what not in PLACES:
        raise ValidationError("--latency", text, f"name what takes the time: {', '.join(PLACES)}")
    return what, model
