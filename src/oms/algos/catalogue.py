"""Every parameter, once: its names, its kind, its bounds and what it means."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from oms.algos.choices import (
    ChildStyle,
    DisplayMethod,
    DisplayWhen,
    HaltClock,
    IcebergMode,
    LinkedTo,
    OnHalt,
    OnResidual,
)
from oms.algos.pacing import CatchUp
from oms.algos.parameter import Kind, Parameter
from oms.algos.pov import RateBasis
from oms.algos.scale import MAX_LEVELS, Sizes
from oms.algos.slicing import MAX_SLICES
from oms.algos.twap import LateStart
from oms.model.decimals import ONE, ZERO

_MAX_INT: Final = Decimal(2**31 - 1)
_P = Parameter

# fmt: off
COMMON: Final = (
    _P(name="start_time", atdl="StartTime", kind=Kind.TIME, tag=168, about="when it begins; at once unless given"),
    _P(name="end_time", atdl="EndTime", kind=Kind.TIME, tag=126, about="when it ends"),
    _P(name="duration", atdl="Duration", kind=Kind.SECONDS, least=ZERO, is_open_below=True, about="how long it works, in seconds, instead of `end_time`"),
    _P(name="allow_past_end", atdl="AllowPastEndTime", kind=Kind.FLAG, about="whether it may work on after the end"),
    _P(name="limit_price", atdl="Price", kind=Kind.PRICE, tag=44, about="the worst price of any child"),
    _P(name="i_would_price", atdl="IWouldPrice", kind=Kind.PRICE, about="at this price or a better one all is taken, the schedule aside"),
    _P(name="i_would_qty", atdl="IWouldSize", kind=Kind.QTY, least=ZERO, is_open_below=True, about="how much is taken at that price at most"),
    _P(name="max_participation", atdl="MaxPctVolume", kind=Kind.SHARE, least=ZERO, is_open_below=True, most=ONE, is_open_above=True, about="the largest part of the volume"),
    _P(name="min_participation", atdl="MinPctVolume", kind=Kind.SHARE, least=ZERO, is_open_below=True, most=ONE, is_open_above=True, about="the least part of the volume"),
    _P(name="max_child", atdl="MaxChildQty", kind=Kind.QTY, least=ZERO, is_open_below=True, about="how much is sent at a time at most"),
    _P(name="min_child", atdl="MinQty", kind=Kind.QTY, tag=110, least=ZERO, is_open_below=True, about="how much is sent at a time at least"),
    _P(name="child_style", atdl="ChildStyle", kind=Kind.CHOICE, choices=ChildStyle, about="how children are sent"),
    _P(name="child_offset", atdl="ChildOffset", kind=Kind.OFFSET, least=ZERO, about="how far beyond the other side a marketable limit lies"),
    _P(name="no_take_liquidity", atdl="NoTakeLiq", kind=Kind.FLAG, about="whether children only wait"),
    _P(name="force_completion", atdl="ForceCompletion", kind=Kind.FLAG, about="whether it is finished by the end at any price within the limit"),
    _P(name="completion_window", atdl="CompletionWindow", kind=Kind.SECONDS, least=ZERO, is_open_below=True, about="how long before the end that begins, in seconds"),
    _P(name="completion_ignores_caps", atdl="CompletionIgnoresCaps", kind=Kind.FLAG, about="whether finishing may pass the caps"),
    _P(name="catch_up", atdl="CatchUp", kind=Kind.CHOICE, choices=CatchUp, about="what becomes of what was missed"),
    _P(name="on_residual", atdl="OnResidual", kind=Kind.CHOICE, choices=OnResidual, about="what becomes at the end of what is left"),
    _P(name="halt_clock", atdl="HaltClock", kind=Kind.CHOICE, choices=HaltClock, about="whether the schedule's time goes on in a halt"),
    _P(name="on_halt", atdl="OnHalt", kind=Kind.CHOICE, choices=OnHalt, about="what becomes of children at work as trading is halted"),
    _P(name="randomise_size", atdl="RandomizationPercent", kind=Kind.SHARE, least=ZERO, most=ONE, is_open_above=True, about="by which part the size of a slice may differ"),
    _P(name="randomise_time", atdl="RandomizationTime", kind=Kind.SHARE, least=ZERO, most=ONE, about="over which part of its span a slice may be moved"),
    _P(name="random_band", atdl="RandomizationBand", kind=Kind.COUNT, least=ONE, most=_MAX_INT, about="by how many lots what is due may differ from the schedule"),
    _P(name="min_rest", atdl="MinRest", kind=Kind.SECONDS, least=ZERO, about="how long is waited between children at least, in seconds"),
    _P(name="max_quote_age", atdl="MaxQuoteAge", kind=Kind.SECONDS, least=ZERO, is_open_below=True, about="how old a quote may be, in seconds"),
    _P(name="seed", atdl="Seed", kind=Kind.COUNT, least=ZERO, most=_MAX_INT, about="what the draws follow from"),
)

INTERVAL: Final = _P(name="interval", atdl="SliceInterval", kind=Kind.SECONDS, least=ZERO, is_open_below=True, about="the time between children, in seconds")
SLICES: Final = _P(name="slices", atdl="Slices", kind=Kind.COUNT, least=ONE, most=Decimal(MAX_SLICES), about="how many children")
CHILD_QTY: Final = _P(name="child_qty", atdl="SliceSize", kind=Kind.QTY, least=ZERO, is_open_below=True, about="a fixed size of children; their interval follows from it")
LATE_START: Final = _P(name="late_start", atdl="LateStart", kind=Kind.CHOICE, choices=LateStart, about="what becomes of slices that were due before it came")

CURVE: Final = _P(name="curve", atdl="VolumeCurve", kind=Kind.TEXT, about="the name of the volume curve; that of the instrument unless given")
IN_OPEN: Final = _P(name="in_open", atdl="InOpen", kind=Kind.FLAG, about="whether it takes part in the opening auction")
IN_CLOSE: Final = _P(name="in_close", atdl="InClose", kind=Kind.FLAG, about="whether it takes part in the closing auction")
DYNAMIC_BAND: Final = _P(name="dynamic_band", atdl="DynamicBand", kind=Kind.SHARE, least=ZERO, is_open_below=True, most=ONE, about="by which part of the order what is due may differ from the curve; none for the curve alone")
EXPECTED_VOLUME: Final = _P(name="expected_volume", atdl="ExpectedVolume", kind=Kind.QTY, least=ZERO, is_open_below=True, about="what the window is expected to trade")

PARTICIPATION_RATE: Final = _P(name="participation_rate", atdl="TargetPercentVolume", kind=Kind.SHARE, tag=849, is_required=True, least=ZERO, is_open_below=True, most=ONE, about="the part of the volume")
RATE_BASIS: Final = _P(name="rate_basis", atdl="RateBasis", kind=Kind.CHOICE, choices=RateBasis, about="what the rate is a part of")
COUNT_OUTSIDE: Final = _P(name="count_volume_outside_limit", atdl="CountVolumeOutsideLimit", kind=Kind.FLAG, about="whether volume beyond the limit counts")
END_RATE: Final = _P(name="end_rate", atdl="EndPctVolume", kind=Kind.SHARE, least=ZERO, is_open_below=True, most=ONE, is_open_above=True, about="the rate at the end, from `participation_rate` at the beginning")
RATE_LINKED_TO: Final = _P(name="rate_linked_to", atdl="PctVolumeLinkedTo", kind=Kind.CHOICE, choices=LinkedTo, about="what the rate changes with")
UPPER_BAND_PRICE: Final = _P(name="upper_band_price", atdl="UpperBandPrice", kind=Kind.PRICE, about="from this price up another rate holds")
UPPER_BAND_RATE: Final = _P(name="upper_band_rate", atdl="UpperBandTargetPercentVolume", kind=Kind.SHARE, least=ZERO, is_open_below=True, most=ONE, is_open_above=True, about="the rate from there up")
LOWER_BAND_PRICE: Final = _P(name="lower_band_price", atdl="LowerBandPrice", kind=Kind.PRICE, about="from this price down another rate holds")
LOWER_BAND_RATE: Final = _P(name="lower_band_rate", atdl="LowerBandTargetPercentVolume", kind=Kind.SHARE, least=ZERO, is_open_below=True, most=ONE, is_open_above=True, about="the rate from there down")

URGENCY: Final = _P(name="urgency", atdl="Urgency", kind=Kind.COUNT, least=ONE, most=Decimal(5), about="how much haste, from 1, as even as can be, to 5")
RISK_AVERSION: Final = _P(name="risk_aversion", atdl="RiskAversion", kind=Kind.NUMBER, least=ZERO, about="lambda: how much cost is taken to be rid of a unit of variance")
VOLATILITY: Final = _P(name="volatility", atdl="Volatility", kind=Kind.NUMBER, least=ZERO, about="sigma: the price's move in the root of a unit of time, in money")
TEMPORARY_IMPACT: Final = _P(name="temporary_impact", atdl="TemporaryImpact", kind=Kind.NUMBER, least=ZERO, is_open_below=True, about="eta: what a unit of quantity in a unit of time costs each unit")
PERMANENT_IMPACT: Final = _P(name="permanent_impact", atdl="PermanentImpact", kind=Kind.NUMBER, least=ZERO, about="gamma: by how much each unit moves the price for good")
DRIFT: Final = _P(name="drift", atdl="Drift", kind=Kind.NUMBER, about="alpha: the move in favour of waiting in a unit of time")
TIME_UNIT: Final = _P(name="time_unit", atdl="TimeUnit", kind=Kind.SECONDS, least=ZERO, is_open_below=True, about="how long a unit of time is, in seconds")

DISPLAY_QTY: Final = _P(name="display_qty", atdl="DisplayQty", kind=Kind.QTY, tag=1138, is_required=True, least=ZERO, is_open_below=True, about="how much is shown at a time")
DISPLAY_VARIANCE: Final = _P(name="display_variance", atdl="DisplayVariance", kind=Kind.SHARE, least=ZERO, most=ONE, is_open_above=True, about="by which part what is shown may differ")
DISPLAY_LOW_QTY: Final = _P(name="display_low_qty", atdl="DisplayLowQty", kind=Kind.QTY, tag=1085, least=ZERO, is_open_below=True, about="the least that is shown")
DISPLAY_HIGH_QTY: Final = _P(name="display_high_qty", atdl="DisplayHighQty", kind=Kind.QTY, tag=1086, least=ZERO, is_open_below=True, about="the most that is shown")
DISPLAY_MIN_INCR: Final = _P(name="display_min_incr", atdl="DisplayMinIncr", kind=Kind.QTY, tag=1087, least=ZERO, is_open_below=True, about="by how much two sizes differ at least")
DISPLAY_METHOD: Final = _P(name="display_method", atdl="DisplayMethod", kind=Kind.CHOICE, tag=1084, choices=DisplayMethod, about="what the next size is")
DISPLAY_WHEN: Final = _P(name="display_when", atdl="DisplayWhen", kind=Kind.CHOICE, tag=1083, choices=DisplayWhen, about="when the next part is shown")
REFRESH_QTY: Final = _P(name="refresh_qty", atdl="RefreshQty", kind=Kind.QTY, tag=1088, least=ZERO, is_open_below=True, about="how much is shown at a time after the first, with `display_method` 2")
ICEBERG_MODE: Final = _P(name="iceberg_mode", atdl="IcebergMode", kind=Kind.CHOICE, choices=IcebergMode, is_mutable=False, about="who holds what is not shown")
MIN_REFRESH_DELAY: Final = _P(name="min_refresh_delay", atdl="MinRefreshDelay", kind=Kind.SECONDS, least=ZERO, about="the shortest wait before the next part, in seconds")
MAX_REFRESH_DELAY: Final = _P(name="max_refresh_delay", atdl="MaxRefreshDelay", kind=Kind.SECONDS, least=ZERO, about="the longest, in seconds")

REST: Final = _P(name="rest", atdl="RestResidual", kind=Kind.FLAG, about="whether what nobody shows rests at a broker")

MIN_SIZE: Final = _P(name="min_size", atdl="MinSize", kind=Kind.QTY, is_required=True, least=ZERO, is_open_below=True, about="how much must be shown at the price")

LEVELS: Final = _P(name="levels", atdl="Levels", kind=Kind.COUNT, is_required=True, least=ONE, most=Decimal(MAX_LEVELS), about="how many prices")
FIRST_PRICE: Final = _P(name="first_price", atdl="FirstPrice", kind=Kind.PRICE, is_required=True, about="the price nearest to the market")
STEP: Final = _P(name="step", atdl="PriceStep", kind=Kind.OFFSET, is_required=True, least=ZERO, about="how far apart the prices are")
SIZES: Final = _P(name="sizes", atdl="SizeDistribution", kind=Kind.CHOICE, choices=Sizes, about="how much there is at each price")
RATIO: Final = _P(name="ratio", atdl="SizeRatio", kind=Kind.NUMBER, least=ZERO, is_open_below=True, about="how many times the size before each size is")
WEIGHTS: Final = _P(name="weights", atdl="SizeWeights", kind=Kind.NUMBERS, least=ZERO, about="the weight of each price")
