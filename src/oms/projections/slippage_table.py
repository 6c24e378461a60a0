"""The slippage monitor's tables, for people."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Final

from oms.model.costs import Drift, Figure, MeanCost
from oms.model.decimals import plain
from oms.model.slippage import AlertState
from oms.projections import wording
from oms.projections.watched_order import SlippageRow

_ROUNDING: Final = Context(prec=40, rounding=ROUND_HALF_EVEN, traps=[])
_TENTH: Final = Decimal("0.1")
_HUNDRED: Final = Decimal(100)

_ROWS: Final = (
    ">order", "symbol", "side", "strategy", "state", ">done", ">of", ">average", ">arrival", ">cost_bps", ">x risk", ">vwap_cost_bps",
    ">schedule", ">participation", ">will be left", "remark",
)  # fmt: skip
_COSTS: Final = (
    "strategy", "broker", ">children", ">mean_cost_bps", ">standard error", ">worse", ">better", "drift",
)  # fmt: skip


def of_rows(rows: Iterable[SlippageRow]) -> str:
    """Give orders as an aligned text table; what cannot be computed is a dash."""
    return wording.table(_ROWS, (_row(row) for row in rows))


def of_costs(costs: Iterable[tuple[str, str, MeanCost, Drift, AlertState]]) -> str:
    """Give what strategies cost at brokers as an aligned text table."""
    return wording.table(
        _COSTS,
        (
            (
                strategy,
                broker,
                str(mean.count),
                _tenths(mean.mean_bps),
                _tenths(mean.standard_error_bps),
                _rounded(drift.worse),
                _rounded(drift.better),
                state.value,
            )
            for strategy, broker, mean, drift, state in costs
        ),
    )


def _row(row: SlippageRow) -> tuple[str, ...]:
    told = [f"{measure.value}: {state.value}" for measure, state in row.states.items()]
    if row.is_stale and row.is_live:
        told.append("no fresh quote")
    if not row.is_live:
        told.append("ended")
    return (
        str(row.order_id),
        row.symbol,
        wording.of_side(row.side),
        row.strategy,
        row.state.value,
        plain(row.cum_qty),
        plain(row.order_qty),
        wording.rounded(row.avg_px) or "-",
        wording.rounded(row.arrival_px.value) or "-",
        _tenths(row.arrival_bps),
        _tenths(row.risk_multiple),
        _tenths(row.vwap_bps),
        _percent(row.deviation),
        _percent(row.participation),
        wording.rounded(row.expected_residual.value) or "-",
        ", ".join(told),
    )


def _tenths(figure: Figure) -> str:
    return "-" if figure.value is None else _rounded(figure.value)


def _percent(figure: Figure) -> str:
    return "-" if figure.value is None else f"{_rounded(_ROUNDING.multiply(figure.value, _HUNDRED))}%"


def _rounded(number: Decimal) -> str:
    # Adding zero takes the sign off a zero.
    return str(_ROUNDING.add(_ROUNDING.quantize(number, _TENTH), Decimal(0)))
