"""Almgren and Chriss: the example of their paper, and figures that another implementation printed for it.

The tables with four decimals are from the samples of DROP (lakshmiDRIP/DROP, org.drip.sample.almgrenchriss), printed by its own run.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from attrs import evolve

from oms.algos.shortfall import URGENCIES, ImpactModel, Trajectory, decaying, trajectory, weighed
from oms.algos.slicing import planned
from oms.algos.twap import by_count
from oms.errors import ValidationError

D = Decimal
MILLION = D(1_000_000)
PAPER = ImpactModel(
    volatility=D("0.95"),
    temporary_impact=D("0.0000025"),
    permanent_impact=D("0.00000025"),
    fixed_cost=D("0.0625"),
    risk_aversion=D("0.000001"),
)


def plan(risk_aversion: str = "1", drift: str = "0", volatility: str = "0.95") -> Trajectory:
    """The paper's plan, with its risk aversion in millionths."""
    model = evolve(
        PAPER,
        risk_aversion=D(risk_aversion) / MILLION,
        drift=D(drift),
        volatility=D(volatility),
    )
    return trajectory(MILLION, D(5), 5, model)


def rounded(number: Decimal, decimals: int) -> Decimal:
    return number.quantize(D(1).scaleb(-decimals))


def test_the_example_of_the_paper() -> None:
    best = plan()

    assert [rounded(MILLION * part, 0) for part in best.holdings] == [
        1_000_000,
        541_956,
        289_854,
        147_897,
        62_142,
        0,
    ]
    assert rounded(best.kappa, 5) == D("0.60708")
    assert best.half_life is not None
    assert rounded(best.half_life, 3) == D("1.647")
    assert rounded(best.expected_cost, 0) == 911_227
    assert rounded(best.variance.sqrt(), 0) == 603_431


def test_without_aversion_it_is_a_straight_line() -> None:
    line = plan("0")

    assert line.holdings == tuple(D(tenths) / 10 for tenths in (10, 8, 6, 4, 2, 0))
    assert line.half_life is None
    # 2.5e-7 X^2/2 + 0.0625 X + (2.375e-6) X^2/5, and 0.9025 X^2 (0.64 + 0.36 + 0.16 + 0.04).
    assert line.expected_cost == 662_500
    assert line.variance == D("1083000000000")


def test_with_endless_aversion_all_is_traded_at_once() -> None:
    haste = plan("1E22")

    assert haste.holdings == (D(1), *[D(0)] * 5)
    # 2.5e-7 X^2/2 + 0.0625 X + 2.375e-6 X^2.
    assert haste.expected_cost == 2_562_500
    assert haste.variance == 0


NO_DRIFT = """
0.001 0.6625 1.0812 0.6636 51.30
0.002 0.6625 1.0794 0.6647 36.27
0.003 0.6625 1.0776 0.6657 29.62
0.004 0.6625 1.0758 0.6668 25.65
0.005 0.6625 1.0740 0.6679 22.94
0.006 0.6625 1.0722 0.6690 20.94
0.007 0.6625 1.0704 0.6700 19.39
0.008 0.6626 1.0687 0.6711 18.14
0.009 0.6626 1.0669 0.6722 17.10
0.250 0.6996 0.7513 0.8875 3.26
0.500 0.7681 0.5634 1.0498 2.31
0.750 0.8412 0.4448 1.1748 1.89
1.000 0.9112 0.3641 1.2754 1.65
1.250 0.9761 0.3061 1.3588 1.48
1.500 1.0358 0.2626 1.4296 1.35
1.750 1.0904 0.2288 1.4909 1.26
2.000 1.1407 0.2019 1.5446 1.18
2.250 1.1871 0.1801 1.5922 1.12
2.500 1.2300 0.1620 1.6349 1.06
2.750 1.2699 0.1468 1.6735 1.02
3.000 1.3071 0.1338 1.7085 0.98
3.250 1.3418 0.1227 1.7405 0.94
3.500 1.3745 0.1130 1.7700 0.91
3.750 1.4052 0.1045 1.7971 0.88
4.000 1.4341 0.0970 1.8223 0.86
"""
WITH_DRIFT = """
0.001 0.6221 1.1195 0.6232 51.30
0.002 0.6221 1.1177 0.6243 36.27
0.003 0.6221 1.1158 0.6254 29.62
0.004 0.6221 1.1139 0.6265 25.65
0.005 0.6221 1.1120 0.6277 22.94
0.006 0.6221 1.1102 0.6288 20.94
0.007 0.6221 1.1083 0.6299 19.39
0.008 0.6221 1.1065 0.6310 18.14
0.009 0.6222 1.1047 0.6321 17.10
0.250 0.6607 0.7761 0.8547 3.26
0.500 0.7319 0.5807 1.0223 2.31
0.750 0.8078 0.4576 1.1510 1.89
1.000 0.8804 0.3739 1.2543 1.65
1.250 0.9475 0.3139 1.3399 1.48
1.500 1.0091 0.2689 1.4125 1.35
1.750 1.0656 0.2341 1.4752 1.26
2.000 1.1174 0.2064 1.5301 1.18
2.250 1.1651 0.1839 1.5788 1.12
2.500 1.2092 0.1653 1.6224 1.06
2.750 1.2502 0.1496 1.6617 1.02
3.000 1.2883 0.1364 1.6974 0.98
3.250 1.3240 0.1249 1.7300 0.94
3.500 1.3574 0.1150 1.7600 0.91
3.750 1.3888 0.1064 1.7877 0.88
4.000 1.4184 0.0987 1.8133 0.86
"""


@pytest.mark.parametrize(
    ("row", "drift"),
    [
        (row, drift)
        for table, drift in ((NO_DRIFT, "0"), (WITH_DRIFT, "0.02"))
        for row in table.split("\n")[1:-1]
    ],
)
def test_the_rows_of_the_frontier_are_what_another_implementation_prints(row: str, drift: str) -> None:
    """Mean and penalty a share, variance a share squared, and the half-life."""
    aversion, *_ = row.split()
    best = plan(aversion, drift)
    penalty = best.expected_cost + best.model.risk_aversion * best.variance
    assert best.half_life is not None

    figures = (
        rounded(best.expected_cost / MILLION, 4),
        rounded(best.variance / MILLION**2, 4),
        rounded(penalty / MILLION, 4),
        rounded(best.half_life, 2),
    )
    assert " ".join((aversion, *map(str, figures))) == row


def test_the_holdings_with_a_drift_are_what_another_implementation_prints() -> None:
    # Its volatility is 30% of 50 over the root of 250 days.
    daily = str(D(15) / D(250).sqrt())[:20]

    assert [rounded(MILLION * part, 1) for part in plan(volatility=daily, drift="0.02").holdings] == [
        D("1000000.0"),
        D("546773.1"),
        D("296533.9"),
        D("154454.9"),
        D("66695.6"),
        D("0.0"),
    ]
    assert [rounded(MILLION * part, 1) for part in plan(volatility=daily).holdings[1:5]] == [
        D("542380.7"),
        D("290295.1"),
        D("148216.1"),
        D("62303.2"),
    ]


def test_the_parts_that_are_traded_are_the_whole_order() -> None:
    assert sum(plan().trades) == 1
    assert sum(decaying(D(3), 7)) == 1


def test_a_thousand_steps_with_a_great_decay_are_stable() -> None:
    parts = decaying(D(1_000_000), 1000)

    assert parts == (1, *[D(0)] * 999)
    assert sum(decaying(D(50), 1000)) == 1
    assert min(decaying(D(50), 1000)) >= 0


def test_a_decay_too_small_to_see_is_a_straight_line() -> None:
    assert decaying(D("1E-18"), 4) == decaying(D(0), 4) == (D("0.25"),) * 4


def test_each_urgency_has_traded_more_by_the_middle() -> None:
    done = [sum(decaying(kappa_t, 10)[:5]) for _, kappa_t in sorted(URGENCIES.items())]

    assert done == sorted(done)
    assert done[0] == D("0.5")
    # e^-8/12 is 0.513, e^-0.8 is 0.449: half is traded in about a twelfth of the time.
    assert rounded(decaying(D(8), 12)[0], 2) == D("0.49")


def test_a_plan_becomes_slices() -> None:
    # 100 lots by the paper's plan: 45.80, 25.21, 14.20, 8.58, 6.21; the left-over two go to .80 and .58.
    windows = weighed(by_count(0, 50, 5), plan().trades)

    assert [int(each.qty) for each in planned(D(100), D(1), windows)] == [46, 25, 14, 9, 6]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"qty": 0}, "qty"),
        ({"horizon": 0}, "horizon"),
        ({"steps": 0}, "slices"),
        ({"permanent_impact": "0.000005"}, "temporary_impact"),  # eta~ = 0
        ({"drift": "-1"}, "drift"),  # it would trade back
    ],
)
def test_what_has_no_plan_is_refused(changes: dict[str, str], field: str) -> None:
    numbers = {name: D(said) for name, said in changes.items()}
    qty, horizon = numbers.pop("qty", MILLION), numbers.pop("horizon", D(5))
    steps = int(numbers.pop("steps", D(5)))

    with pytest.raises(ValidationError) as caught:
        trajectory(qty, horizon, steps, evolve(PAPER, **numbers))
    assert caught.value.field == field


def test_a_model_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValidationError, match="volatility"):
        evolve(PAPER, volatility=D(-1))
    with pytest.raises(ValidationError, match="pass a risk_aversion"):
        evolve(PAPER, drift=D("0.02"), risk_aversion=D(0))
    with pytest.raises(ValidationError, match="kappa_t"):
        decaying(D(-1), 3)
