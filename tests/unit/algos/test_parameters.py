"""Typed parameters: each is checked, rules hold between them, and all errors come at once."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest
from attrs import fields_dict

from oms.algos import catalogue as cat
from oms.algos.algorithms import ALGORITHMS, Algorithm
from oms.algos.choices import ChildStyle, DisplayMethod, DisplayWhen, IcebergMode, OnResidual
from oms.algos.description import settle, values_of
from oms.algos.parameter import Kind, Parameter, in_ns
from oms.algos.reacting import Iceberg, Pov, Scale, Sniper
from oms.algos.rules import (
    Compare,
    Given,
    Joined,
    Logic,
    Operator,
    Rule,
    all_of,
    any_of,
    broken,
    exactly_one,
    holds,
    missing,
)
from oms.algos.scale import Sizes
from oms.algos.scheduled import Shortfall, TargetClose, Twap, Vwap
from oms.algos.smart import Smart
from oms.algos.wire import (
    StrategyParameter,
    algorithm_of,
    description_of,
    from_fix,
    read,
    strategy_of,
    to_fix,
)
from oms.algos.working import Working
from oms.errors import ParametersError, ValidationError
from oms.model.terms import Strategy

D = Decimal
NOON = 1_767_614_400_000_000_000  # 2026-01-05 12:00:00 UTC
HOUR = 3_600 * 10**9
WINDOW = Working(start_time=NOON, end_time=NOON + HOUR)

EXAMPLES: tuple[tuple[Algorithm, dict[str, str]], ...] = (
    (
        Twap(working=WINDOW, interval=D(60)),
        {"start_time": "20260105-12:00:00", "end_time": "20260105-13:00:00", "interval": "60"},
    ),
    (
        Vwap(working=Working(duration=D("0.5")), in_close=True, curve="FESX.2026"),
        {"duration": "0.5", "in_close": "Y", "curve": "FESX.2026"},
    ),
    (
        Pov(
            working=Working(limit_price=D("10.50"), child_style=ChildStyle.PASSIVE_THEN_CROSS),
            participation_rate=D("0.1"),
        ),
        {"limit_price": "10.5", "child_style": "passive_then_cross", "participation_rate": "0.1"},
    ),
    (
        Shortfall(working=Working(end_time=NOON + 1), slices=5, urgency=3),
        {"end_time": "20260105-12:00:00.000000001", "slices": "5", "urgency": "3"},
    ),
    (
        Iceberg(
            working=Working(limit_price=D(10), seed=7),
            display_qty=D(500),
            display_variance=D("0.5"),
            display_method=DisplayMethod.RANDOM,
        ),
        {
            "limit_price": "10",
            "seed": "7",
            "display_qty": "500",
            "display_variance": "0.5",
            "display_method": "3",
        },
    ),
    (Sniper(working=Working(limit_price=D(10)), min_size=D(300)), {"limit_price": "10", "min_size": "300"}),
    (
        TargetClose(participation_rate=D("0.2"), expected_volume=D(1_000_000), in_close=False),
        {"participation_rate": "0.2", "expected_volume": "1000000", "in_close": "N"},
    ),
    (
        Scale(
            levels=3, first_price=D(10), step=D("0.1"), sizes=Sizes.WEIGHTED, weights=(D(3), D("1.5"), D(0))
        ),
        {
            "levels": "3",
            "first_price": "10",
            "step": "0.1",
            "sizes": "weighted",
            "weights": "3 1.5 0",
        },
    ),
    (
        Smart(rest=False, working=Working(limit_price=D("10.05"), duration=D(60))),
        {"rest": "N", "limit_price": "10.05", "duration": "60"},
    ),
)
NAMES = [algorithm.DESCRIPTION.name for algorithm, _ in EXAMPLES]


def test_there_is_an_example_of_each_algorithm() -> None:
    assert list(ALGORITHMS) == NAMES


@pytest.mark.parametrize(("algorithm", "texts"), EXAMPLES, ids=NAMES)
def test_parameters_travel_as_texts_and_come_back(algorithm: Algorithm, texts: dict[str, str]) -> None:
    terms = strategy_of(algorithm)

    assert terms == Strategy(algorithm.DESCRIPTION.name, texts)
    assert algorithm_of(terms) == algorithm


@pytest.mark.parametrize(("algorithm", "texts"), EXAMPLES, ids=NAMES)
def test_parameters_travel_in_fix_and_come_back(algorithm: Algorithm, texts: dict[str, str]) -> None:
    sent = to_fix(algorithm)

    values = [*(value for _, value in sent.fields), *(entry.value for entry in sent.group)]
    assert sorted(values) == sorted(texts.values())
    assert from_fix(algorithm.DESCRIPTION.name, sent.group, sent.fields) == algorithm


def test_what_has_a_tag_of_fix_travels_there_and_the_rest_in_the_group() -> None:
    sent = to_fix(EXAMPLES[0][0])

    assert sent.fields == ((168, "20260105-12:00:00"), (126, "20260105-13:00:00"))
    assert sent.group == (StrategyParameter("SliceInterval", 6, "60"),)


def test_what_has_a_tag_of_fix_is_read_in_the_group_too() -> None:
    group = (StrategyParameter("Price", 8, "10"), StrategyParameter("MinSize", 7, "300"))

    assert from_fix("sniper", group) == from_fix("sniper", group[1:], [(44, "10")])
    assert from_fix("sniper", group).working.limit_price == 10


def test_a_field_that_is_no_parameter_is_left_to_the_order() -> None:
    # 55 is Symbol, 38 OrderQty: a whole message may be handed over.
    fields = [(55, "FESX"), (38, "100"), (126, "20260105-13:00:00")]

    assert from_fix("twap", [StrategyParameter("Slices", 1, "4")], fields) == Twap(
        working=Working(end_time=NOON + HOUR), slices=4
    )


@pytest.mark.parametrize(
    ("names", "fields", "error"),
    [
        (("Price", "Price"), (), "Price = 1: give it once"),
        (("Price",), ((44, "0"),), "Price = 0: give it once"),
        ((), ((44, "1"), (44, "0")), "Price = 0: give it once"),
        (("limit_price",), ((44, "0"),), "limit_price = 0: give it once, not as Price too"),
        ((), ((1138, "5"),), "DisplayQty = 5: drop it: sniper does not know it"),
    ],
    ids=["twice in the group", "in both", "twice as a field", "by both names", "of another algorithm"],
)
def test_a_parameter_twice_or_of_another_algorithm_is_refused(
    names: tuple[str, ...], fields: tuple[tuple[int, str], ...], error: str
) -> None:
    group = [StrategyParameter(name, 8, str(number)) for number, name in enumerate(names)]
    with pytest.raises(ParametersError, match=error):
        from_fix("sniper", group, fields)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_each_parameter_is_a_field_and_each_field_a_parameter(name: str) -> None:
    cls = ALGORITHMS[name]

    assert tuple(fields_dict(cls)) == (*(each.name for each in cls.DESCRIPTION.own), "working") or set(
        fields_dict(cls)
    ) == {*(each.name for each in cls.DESCRIPTION.own), "working"}
    assert tuple(fields_dict(Working)) == tuple(each.name for each in cat.COMMON)


def test_every_parameter_has_one_name_here_and_one_elsewhere() -> None:
    every = {each for cls in ALGORITHMS.values() for each in cls.DESCRIPTION.parameters}

    assert len({each.name for each in every}) == len({each.atdl for each in every}) == len(every)
    assert {each.tag for each in every} - {None} == {
        44,
        110,
        126,
        168,
        849,
        1083,
        1084,
        1085,
        1086,
        1087,
        1088,
        1138,
    }
    targets = [cls.DESCRIPTION.target_strategy for cls in ALGORITHMS.values()]
    assert len(set(targets)) == len(targets)


def refused(*, strategy: str = "twap", **given: Any) -> list[str]:  # noqa: ANN401  # of any kind
    with pytest.raises(ParametersError) as caught:
        read(strategy, given)
    return [str(error) for error in caught.value.errors]


def test_all_that_is_wrong_is_told_at_once() -> None:
    assert refused(
        start_time="20260105-13:00:00",
        end_time="20260105-12:00:00",
        interval="-5",
        slices="0",
        max_participaton="0.5",
        max_child="x",
        min_participation="1",
        force_completion="Y",
    ) == [
        "interval = -5: pass more than 0",
        "slices = 0: pass at least 1",
        "max_participaton = 0.5: drop it: twap does not know it; did you mean max_participation?",
        'max_child = x: pass a plain decimal number in ASCII digits, such as "189.50"',
        "min_participation = 1: pass less than 1",
        f"end_time = end_time {NOON}, start_time {NOON + HOUR}: pass end_time more than start_time",
        "force_completion = force_completion True, completion_window not given: give completion_window with it",
    ]


def test_the_first_error_is_that_of_the_whole_and_all_are_in_its_words() -> None:
    with pytest.raises(ParametersError) as caught:
        Twap(working=WINDOW, interval=D(-1), slices=-1)

    assert (caught.value.field, caught.value.value) == ("interval", "-1")
    assert str(caught.value) == "interval = -1: pass more than 0; slices = -1: pass at least 1"


def test_a_parameter_that_nothing_resembles_is_answered_with_all_that_are_known() -> None:
    [error] = refused(strategy="sniper", zzz="1", limit_price="1", min_size="1")

    assert error.startswith("zzz = 1: drop it: sniper does not know it; sniper knows start_time, end_time, ")


def test_a_parameter_of_another_algorithm_is_refused() -> None:
    assert refused(duration="60", interval="5", participation_rate="0.1") == [
        "participation_rate = 0.1: drop it: twap does not know it; did you mean min_participation?"
    ]
    with pytest.raises(ParametersError, match=r"catch_up .*: drop it: sniper does not know it"):
        Sniper(working=Working(limit_price=D(1), catch_up="carry"), min_size=D(1))  # type: ignore[arg-type]


def test_an_algorithm_that_is_not_known_is_refused_and_the_nearest_named() -> None:
    with pytest.raises(ValidationError, match="did you mean twap"):
        description_of("twab")
    with pytest.raises(ValidationError, match=r"target_close, scale, smart$"):
        read("zzzzzz", {})


def test_what_must_be_given_and_is_not_is_named() -> None:
    assert refused(strategy="scale") == [
        "levels = not given: give it: how many prices",
        "first_price = not given: give it: the price nearest to the market",
        "step = not given: give it: how far apart the prices are",
    ]


def test_one_parameter_by_two_names_is_refused() -> None:
    assert refused(strategy="sniper", limit_price="1", Price="1", min_size="1") == [
        "limit_price = 1: give it once, not as Price too"
    ]
    assert refused(strategy="sniper", limit_price="x", Price="1", min_size="1")[1:] == [
        "limit_price = 1: give it once, not as Price too"
    ]


# What breaks one rule, and only that one; the texts beside it make the rest of the algorithm right.
RIGHT: dict[str, dict[str, str]] = {algorithm.DESCRIPTION.name: texts for algorithm, texts in EXAMPLES}
_WITHOUT_AN_END: list[tuple[str, dict[str, str | None], str]] = [
    (name, {field: text}, f"give end_time or duration with {what}")
    for name in ("pov", "iceberg", "sniper", "scale")
    for field, text, what in (
        ("on_residual", "sweep", "sweep"),
        ("on_residual", "auction", "auction"),
        ("allow_past_end", "Y", "it"),
    )
]
BREAKING: list[tuple[str, dict[str, str | None], str]] = [
    ("twap", {"start_time": "20260105-13:00:00"}, "pass end_time more than start_time"),
    ("twap", {"duration": "5"}, "give end_time or duration, not both"),
    ("twap", {"end_time": None}, "give end_time or duration"),
    ("twap", {"interval": None}, "give exactly one of interval, slices, child_qty"),
    ("twap", {"slices": "5"}, "give exactly one of interval, slices, child_qty"),
    (
        "twap",
        {"min_participation": "0.2", "max_participation": "0.1"},
        "pass min_participation at most max_participation",
    ),
    ("twap", {"min_child": "2", "max_child": "1"}, "pass min_child at most max_child"),
    ("twap", {"i_would_qty": "5"}, "give i_would_price with i_would_qty"),
    (
        "twap",
        {"no_take_liquidity": "Y"},
        "pass child_style passive_then_cross, of which only the first half is done, or drop it",
    ),
    (
        "twap",
        {
            "no_take_liquidity": "Y",
            "child_style": "passive_then_cross",
            "force_completion": "Y",
            "completion_window": "5",
        },
        "drop it or force_completion, which crosses",
    ),
    (
        "twap",
        {"no_take_liquidity": "Y", "child_style": "passive_then_cross", "i_would_price": "1"},
        "drop it or i_would_price, which crosses",
    ),
    (
        "twap",
        {"no_take_liquidity": "Y", "child_style": "passive_then_cross", "min_participation": "0.1"},
        "drop it or min_participation, which crosses",
    ),
    (
        "twap",
        {"no_take_liquidity": "Y", "child_style": "passive_then_cross", "catch_up": "cross"},
        "drop it or catch_up cross, which crosses",
    ),
    (
        "twap",
        {"no_take_liquidity": "Y", "child_style": "passive_then_cross", "on_residual": "sweep"},
        "drop it or on_residual sweep, which crosses",
    ),
    ("twap", {"force_completion": "Y"}, "give completion_window with it"),
    ("twap", {"completion_ignores_caps": "Y"}, "give force_completion with it"),
    ("twap", {"on_residual": "extend"}, "give allow_past_end with extend"),
    ("twap", {"completion_window": "5"}, "give force_completion with it, or drop it"),
    ("twap", {"randomise_size": "0.1"}, "give random_band, in lots, with it"),
    ("twap", {"random_band": "5"}, "give randomise_size with it, or drop it"),
    (
        "twap",
        {"allow_past_end": "Y", "on_residual": "sweep"},
        "drop it or allow_past_end, with which what is left is worked on",
    ),
    (
        "twap",
        {"allow_past_end": "Y", "on_residual": "auction"},
        "drop it or allow_past_end, with which what is left is worked on",
    ),
    (
        "twap",
        {"child_style": "market", "child_offset": "0.1"},
        "drop it or child_style market, which takes any price within the limit",
    ),
    (
        "twap",
        {"no_take_liquidity": "Y", "child_style": "passive_then_cross", "child_offset": "0.1"},
        "drop it or no_take_liquidity, with which nothing crosses",
    ),
    (
        "twap",
        {"child_style": "passive_then_cross", "catch_up": "carry"},
        "drop it, or pass cross: what has waited goes across the spread as its slice ends",
    ),
    (
        "twap",
        {"child_style": "passive_then_cross", "catch_up": "give_up"},
        "drop it, or pass cross: what has waited goes across the spread as its slice ends",
    ),
    ("twap", {"seed": "7"}, "give randomise_size or randomise_time with it, or drop it"),
    ("twap", {"start_time": None, "late_start": "catch_up"}, "give start_time with it: else nothing is late"),
    ("vwap", {"late_start": "catch_up"}, "give start_time with it: else nothing is late"),
    ("vwap", {"expected_volume": "5"}, "give dynamic_band with expected_volume"),
    ("shortfall", {"late_start": "catch_up"}, "give start_time with it: else nothing is late"),
    ("pov", {"count_volume_outside_limit": "Y", "limit_price": None}, "give limit_price with it"),
    (
        "pov",
        {"end_rate": "0.2", "rate_linked_to": "time"},
        "give end_time or duration with a rate that changes with time",
    ),
    ("pov", {"force_completion": "Y", "completion_window": "5"}, "give end_time or duration with it"),
    ("iceberg", {"iceberg_mode": "native", "min_child": "5"}, "drop it: the venue shows the parts by itself"),
    (
        "iceberg",
        {"display_method": "1", "display_variance": None},
        "give a random display, or delays to draw, with it, or drop it",
    ),
    *_WITHOUT_AN_END,
    ("vwap", {"duration": None}, "give end_time or duration"),
    ("vwap", {"interval": "5", "slices": "5"}, "give interval or slices, not both"),
    ("vwap", {"dynamic_band": "0.1"}, "give expected_volume with dynamic_band"),
    (
        "pov",
        {"participation_rate": "1"},
        "pass a participation_rate of less than 1: all of everything leaves nothing to others",
    ),
    ("pov", {"max_participation": "0.05"}, "pass participation_rate at most max_participation"),
    ("pov", {"min_participation": "0.5"}, "pass participation_rate at least min_participation"),
    ("pov", {"end_rate": "0.2"}, "give rate_linked_to with end_rate"),
    ("pov", {"rate_linked_to": "size"}, "give end_rate with rate_linked_to"),
    ("pov", {"upper_band_price": "5"}, "give upper_band_rate with upper_band_price"),
    ("pov", {"upper_band_rate": "0.5"}, "give upper_band_price with upper_band_rate"),
    ("pov", {"lower_band_price": "5"}, "give lower_band_rate with lower_band_price"),
    ("pov", {"lower_band_rate": "0.5"}, "give lower_band_price with lower_band_rate"),
    (
        "pov",
        {
            "upper_band_price": "5",
            "upper_band_rate": "0.5",
            "lower_band_price": "5",
            "lower_band_rate": "0.5",
        },
        "pass upper_band_price more than lower_band_price",
    ),
    ("shortfall", {"end_time": None}, "give end_time or duration"),
    ("shortfall", {"interval": "5"}, "give exactly one of interval, slices"),
    ("shortfall", {"urgency": None}, "give exactly one of urgency, risk_aversion"),
    (
        "shortfall",
        {"urgency": None, "risk_aversion": "1", "volatility": "1", "temporary_impact": "1"},
        "give volatility and temporary_impact and time_unit with risk_aversion",
    ),
    ("shortfall", {"permanent_impact": "1"}, "give risk_aversion with permanent_impact"),
    ("shortfall", {"drift": "1"}, "give risk_aversion with drift"),
    ("iceberg", {"limit_price": None}, "give limit_price"),
    (
        "iceberg",
        {"display_low_qty": "5", "display_variance": None},
        "give display_high_qty with display_low_qty",
    ),
    (
        "iceberg",
        {"display_high_qty": "5"},
        "give display_low_qty with display_high_qty",
    ),
    (
        "iceberg",
        {"display_low_qty": "5", "display_high_qty": "6"},
        "give display_variance or display_low_qty, not both",
    ),
    (
        "iceberg",
        {"display_low_qty": "7", "display_high_qty": "6", "display_variance": None},
        "pass display_low_qty at most display_high_qty",
    ),
    (
        "iceberg",
        {"display_variance": None},
        "give display_variance, or display_low_qty and display_high_qty, with a random display",
    ),
    (
        "iceberg",
        {"display_method": "1", "seed": None},
        "pass display_method 3, random, with sizes to choose among",
    ),
    (
        "iceberg",
        {"display_method": "2", "display_variance": None, "seed": None},
        "give refresh_qty with display_method 2, new",
    ),
    ("iceberg", {"refresh_qty": "5"}, "pass display_method 2, new, or drop it"),
    ("iceberg", {"min_refresh_delay": "1"}, "give max_refresh_delay with min_refresh_delay"),
    ("iceberg", {"max_refresh_delay": "1"}, "give min_refresh_delay with max_refresh_delay"),
    (
        "iceberg",
        {"min_refresh_delay": "2", "max_refresh_delay": "1"},
        "pass min_refresh_delay at most max_refresh_delay",
    ),
    (
        "iceberg",
        {"min_refresh_delay": "1", "max_refresh_delay": "1", "iceberg_mode": "native"},
        "drop the delays: the venue shows the next part by itself",
    ),
    ("sniper", {"limit_price": None}, "give limit_price"),
    (
        "target_close",
        {"participation_rate": "1"},
        "pass a participation_rate of less than 1: all of everything leaves nothing to others",
    ),
    ("target_close", {"interval": "5", "slices": "5"}, "give interval or slices, not both"),
    ("scale", {"sizes": "geometric", "weights": None}, "give ratio with geometric sizes"),
    ("scale", {"weights": None}, "give weights with weighted sizes"),
    ("scale", {"ratio": "2"}, "drop it, or pass sizes geometric"),
    ("scale", {"sizes": "equal"}, "drop them, or pass sizes weighted"),
    ("smart", {"no_take_liquidity": "Y"}, "pass a limit_price and let it rest, or drop it"),
    ("smart", {"duration": None, "on_residual": "sweep"}, "give end_time or duration with sweep"),
    ("smart", {"duration": None, "on_residual": "auction"}, "give end_time or duration with auction"),
    ("smart", {"duration": None, "allow_past_end": "Y"}, "give end_time or duration with it"),
]


@pytest.mark.parametrize(
    ("name", "changes", "message"), BREAKING, ids=[f"{name}: {message}" for name, _, message in BREAKING]
)
def test_a_rule_between_parameters_is_held(name: str, changes: dict[str, str | None], message: str) -> None:
    given = {key: text for key, text in {**RIGHT[name], **changes}.items() if text is not None}

    assert [error.split(": ", 1)[1] for error in refused(strategy=name, **given)] == [message]


def test_every_rule_is_broken_by_a_case_above() -> None:
    rules = {
        (cls.DESCRIPTION.name, rule.message) for cls in ALGORITHMS.values() for rule in cls.DESCRIPTION.rules
    }
    # What must be given is told as missing first.
    rules -= {("target_close", "give expected_volume")}
    common = {rule.message for rule in Twap.DESCRIPTION.all_rules} - {
        rule.message for rule in Twap.DESCRIPTION.rules
    }

    assert rules <= {(name, message) for name, _, message in BREAKING}
    assert common <= {message for name, _, message in BREAKING if name == "twap"}


def test_a_weight_for_each_level_and_one_above_zero() -> None:
    right = {**RIGHT["scale"], "weights": "1 2"}
    assert refused(strategy="scale", **right) == [
        "weights = 2 of them: pass 3, one for each level, not all of them zero"
    ]
    with pytest.raises(ParametersError, match="weights"):
        read("scale", {**RIGHT["scale"], "weights": "0 0 0"})


P = Parameter
KINDS: list[tuple[Parameter, object, object, str]] = [
    (P(name="x", atdl="X", kind=Kind.TIME, about=""), NOON, NOON, "20260105-12:00:00"),
    (
        P(name="x", atdl="X", kind=Kind.TIME, about=""),
        datetime(2026, 1, 5, 12, 0, 0, 500_000, tzinfo=UTC),
        NOON + 500_000_000,
        "20260105-12:00:00.5",
    ),
    (
        P(name="x", atdl="X", kind=Kind.TIME, about=""),
        "20260105-12:00:00.000000123",
        NOON + 123,
        "20260105-12:00:00.000000123",
    ),
    (P(name="x", atdl="X", kind=Kind.SECONDS, about=""), "0.000000001", D("1E-9"), "0.000000001"),
    (P(name="x", atdl="X", kind=Kind.COUNT, about=""), "12", 12, "12"),
    (P(name="x", atdl="X", kind=Kind.COUNT, about=""), 12, 12, "12"),
    (P(name="x", atdl="X", kind=Kind.QTY, about=""), 5, D(5), "5"),
    (P(name="x", atdl="X", kind=Kind.PRICE, about=""), "-1.50", D("-1.5"), "-1.5"),
    (P(name="x", atdl="X", kind=Kind.FLAG, about=""), "Y", True, "Y"),
    (P(name="x", atdl="X", kind=Kind.FLAG, about=""), "N", False, "N"),
    (P(name="x", atdl="X", kind=Kind.FLAG, about=""), True, True, "Y"),
    (
        P(name="x", atdl="X", kind=Kind.CHOICE, about="", choices=OnResidual),
        "sweep",
        OnResidual.SWEEP,
        "sweep",
    ),
    (
        P(name="x", atdl="X", kind=Kind.CHOICE, about="", choices=OnResidual),
        OnResidual.SWEEP,
        OnResidual.SWEEP,
        "sweep",
    ),
    (P(name="x", atdl="X", kind=Kind.TEXT, about=""), "A.b-1", "A.b-1", "A.b-1"),
    (P(name="x", atdl="X", kind=Kind.NUMBERS, about=""), "1 2.50", (D(1), D("2.5")), "1 2.5"),
    (P(name="x", atdl="X", kind=Kind.NUMBERS, about=""), (1, "2.5"), (D(1), D("2.5")), "1 2.5"),
]


@pytest.mark.parametrize(("parameter", "given", "typed", "text"), KINDS)
def test_a_value_of_each_kind_is_typed_and_written(
    parameter: Parameter, given: object, typed: object, text: str
) -> None:
    assert parameter.typed(given) == typed
    assert parameter.text(parameter.typed(given)) == text
    assert parameter.typed(text) == typed


WRONG: list[tuple[Kind, object]] = [
    *(
        (Kind.TIME, given)
        for given in (-1, 2**63, 1.5, True, "2026-01-05", "20260132-12:00:00", "20260105-24:00:00")
    ),
    *((Kind.TIME, given) for given in (datetime(2026, 1, 5), "20260105-12:00:00.1234567890", "")),  # noqa: DTZ001  # no zone is what is wrong
    *((Kind.SECONDS, given) for given in ("0.0000000001", 1.5, "1e18", None)),
    *((Kind.COUNT, given) for given in ("1.5", "-1", "x", 1.0, True, D(1), "9" * 19)),
    *((Kind.QTY, given) for given in ("x", 1.5, None, "NaN")),
    *((Kind.FLAG, given) for given in ("true", "y", 1, None)),
    *((Kind.CHOICE, given) for given in ("SWEEP", 1, None, "")),
    *((Kind.TEXT, given) for given in ("", "a b", "x" * 65, 5)),
    *((Kind.NUMBERS, given) for given in ("", "1  2", "x", 5, (), " 1", "1 " * 1001)),
]


@pytest.mark.parametrize(("kind", "given"), WRONG)
def test_a_value_of_another_kind_is_refused(kind: Kind, given: object) -> None:
    with pytest.raises(ValidationError):
        P(name="x", atdl="X", kind=kind, about="", choices=OnResidual).typed(given)


def test_bounds_are_held_and_named() -> None:
    parameter = P(
        name="x",
        atdl="X",
        kind=Kind.NUMBER,
        about="",
        least=D(0),
        most=D(1),
        is_open_below=True,
        is_open_above=True,
    )

    for given, message in (
        ("0", "more than 0"),
        ("1", "less than 1"),
        ("-1", "more than 0"),
        ("2", "less than 1"),
    ):
        with pytest.raises(ValidationError, match=message):
            parameter.typed(given)
    assert parameter.typed("0.5") == D("0.5")


def test_seconds_are_whole_nanoseconds() -> None:
    assert (in_ns(D("1.5")), in_ns(D("0.000000001"))) == (1_500_000_000, 1)


def test_a_working_that_is_none_is_refused() -> None:
    with pytest.raises(ParametersError, match="working = int: pass a Working"):
        Sniper(working=5, min_size=D(1))  # type: ignore[arg-type]


def test_what_is_not_given_is_as_documented() -> None:
    assert Working().child_style is ChildStyle.MARKETABLE_LIMIT
    iceberg = read("iceberg", {"limit_price": "1", "display_qty": "1"})
    assert isinstance(iceberg, Iceberg)
    assert (iceberg.display_when, iceberg.iceberg_mode) == (DisplayWhen.EXHAUST, IcebergMode.SYNTHETIC)
    # Passive only is a matter of an iceberg too, though how its children are sent is not.
    assert read(
        "iceberg", {"limit_price": "1", "display_qty": "1", "no_take_liquidity": "Y"}
    ).working.no_take_liquidity


class Colour(Enum):
    RED = "r"


GIVEN = {"a": D(1), "b": D(2), "c": None, "d": Colour.RED, "e": True}
A, B, C = Given("a"), Given("b"), Given("c")
CLAIMS: list[tuple[Any, bool]] = [
    (A, True),
    (C, False),
    (missing("c"), True),
    (missing("a"), False),
    (any_of(C, A), True),
    (any_of(C, C), False),
    (all_of(A, B), True),
    (all_of(A, C), False),
    (Joined(Logic.XOR, (A, C)), True),
    (Joined(Logic.XOR, (A, B)), False),
    *(
        (Compare("a", operator, other="b"), operator in {Operator.NE, Operator.LT, Operator.LE})
        for operator in Operator
    ),
    *(
        (Compare("a", operator, to=D(1)), operator in {Operator.EQ, Operator.LE, Operator.GE})
        for operator in Operator
    ),
    *((Compare("a", operator, other="c"), False) for operator in Operator),
    (Compare("d", Operator.EQ, to=Colour.RED), True),
    (Compare("e", Operator.EQ, to=False), False),
]


@pytest.mark.parametrize(("claim", "is_true"), CLAIMS, ids=str)
def test_a_claim_is_true_or_not(claim: Any, is_true: bool) -> None:  # noqa: ANN401  # of several classes
    assert holds(claim, GIVEN) is is_true


def test_exactly_one_of_three() -> None:
    rule = exactly_one("a", "b", "c")

    assert [holds(rule.claim, dict.fromkeys(names, 1)) for names in ("", "a", "c", "ab", "abc")] == [
        False,
        True,
        True,
        False,
        False,
    ]


def test_a_broken_rule_shows_what_its_parameters_are() -> None:
    rule = Rule(all_of(Given("c"), Compare("d", Operator.EQ, other="a"), Given("e")), "do so")

    [error] = broken([rule], GIVEN)
    assert str(error) == "c = c not given, d r, a 1, e True: do so"


def test_settling_keeps_what_is_right_and_names_what_is_not() -> None:
    working = Working()
    object.__setattr__(working, "max_child", "7")
    object.__setattr__(working, "seed", "x")

    assert [error.field for error in settle(working, cat.COMMON)] == ["seed"]
    assert values_of(working, cat.COMMON)["max_child"] == 7


def test_all_that_one_algorithm_is_told_wrong_is_told_at_once_by_its_class() -> None:
    weights: Any = "1 2"
    with pytest.raises(ParametersError) as raised:
        Scale(levels=3, first_price="a", step=-1, sizes="weighted", weights=weights, working=None)  # type: ignore[arg-type]
    assert [error.field for error in raised.value.errors] == ["first_price", "step", "working"]

    with pytest.raises(ParametersError) as raised:
        Scale(levels=3, first_price=1, step=1, weights=weights)  # type: ignore[arg-type]
    assert [error.field for error in raised.value.errors] == ["weights"]

    with pytest.raises(ParametersError) as raised:
        Iceberg(display_qty=None, min_refresh_delay=5)  # type: ignore[arg-type]
    fields = [error.field for error in raised.value.errors]
    assert fields == ["display_qty", "limit_price", "min_refresh_delay"]
