"""What each column of a file is: how files of any layout are read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Final

from attrs import field

from oms.errors import ValidationError
from oms.feeds.fields import TimeFormat
from oms.model.decimals import positive
from oms.model.define import value
from oms.model.enums import Choice, MDUpdateAction, Side

_QUOTE_BAR: Final = tuple(
    f"{side}_{name}" for side in ("bid", "ask") for name in ("open", "high", "low", "close")
)
_LEVEL: Final = ("time", "side", "price", "size")


class Kind(Choice):
    """What a row is."""

    QUOTES = "quotes"
    """A `Quote`, with the fields time, bid, ask, and perhaps bid_size and ask_size. Where a price is empty or 0, nobody is there."""
    TRADES = "trades"
    """A `TradePrint`, with the fields time, price, size, and perhaps aggressor, the side that took; empty where it is not known."""
    BARS = "bars"
    """A `Bar`, with the fields time, open, high, low, close, and perhaps volume."""
    QUOTE_BARS = "quote bars"
    """A `QuoteBar`, with the fields time, bid_open, bid_high, bid_low, bid_close, the same of ask, and perhaps bid_size and ask_size."""
    SNAPSHOTS = "snapshots"
    """A level of a `BookSnapshot`, with the fields time, side, price, size, and perhaps last_id. Rows in a row that have one time and
    one last_id are one snapshot."""
    UPDATES = "updates"
    """A change of a level, with the fields time, side, price, size, and perhaps first_id and last_id. Rows in a row that have one time
    and one range of numbers are one `BookUpdate`."""
    ORDERS = "orders"
    """A `BookOrder`, with the fields time, action, entry_id, side, price, size, and perhaps executed."""


class BarLabel(Choice):
    """Which end of a bar its time is."""

    START = "start"
    """The beginning, as in most files: the bar is known a whole span later."""
    END = "end"
    """The end, when the bar is known."""


NEEDED: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.QUOTES: ("time", "bid", "ask"),
    Kind.TRADES: ("time", "price", "size"),
    Kind.BARS: ("time", "open", "high", "low", "close"),
    Kind.QUOTE_BARS: ("time", *_QUOTE_BAR),
    Kind.SNAPSHOTS: _LEVEL,
    Kind.UPDATES: _LEVEL,
    Kind.ORDERS: ("time", "action", "entry_id", "side", "price", "size"),
}
"""The fields that each kind must have."""

OPTIONAL: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.QUOTES: ("bid_size", "ask_size"),
    Kind.TRADES: ("aggressor",),
    Kind.BARS: ("volume",),
    Kind.QUOTE_BARS: ("bid_size", "ask_size"),
    Kind.SNAPSHOTS: ("last_id",),
    Kind.UPDATES: ("first_id", "last_id"),
    Kind.ORDERS: ("executed",),
}
"""The fields that each kind may have besides."""

_TOGETHER: Final = (
    ("bid_size", "ask_size", (Kind.QUOTES, Kind.QUOTE_BARS)),
    ("first_id", "last_id", (Kind.UPDATES,)),
)

SIDES: Final[Mapping[str, Side]] = {"BUY": Side.BUY, "BID": Side.BUY, "SELL": Side.SELL, "ASK": Side.SELL}
"""How sides are written unless it is said otherwise."""

ACTIONS: Final[Mapping[str, MDUpdateAction]] = {
    "NEW": MDUpdateAction.NEW,
    "CHANGE": MDUpdateAction.CHANGE,
    "DELETE": MDUpdateAction.DELETE,
}
"""How actions are written unless it is said otherwise."""


def _span(seconds: int | None) -> int | None:
    if seconds is not None and (type(seconds) is not int or seconds <= 0):
        raise ValidationError("span_s", seconds, "pass whole seconds, more than zero")
    return seconds


def _assumed(size: Decimal | int | str | None) -> Decimal | None:
    return None if size is None else positive(size, "assumed_size")


@value(kw_only=True)
class ColumnMap:
    """How a file of rows is to be read.

    Attributes:
        kind: What a row is.
        columns: Where each field of that kind stands (see `Kind`): the name of its column in the header or, where there is
            no header, its place, counted from 0. Other columns are ignored.
        time_format: How times are written.
        has_header: Whether the first line names the columns.
        delimiter: What stands between the fields; for text only.
        span_s: How long a bar is, in seconds; needed for bars.
        label: Which end of a bar its time is.
        assumed_size: The size that quotes are taken to be for where the file has no sizes; needed there, since nothing
            trades against a quote of nothing.
        sides: What is written for each side.
        actions: What is written for each thing that can become of an order.
        loss_is_execution: Of orders: whatever one has lost since its row before was traded; what is left of it as it goes
            was not. Without it nothing is known to have traded but what an `executed` field says.
        negative_px: Whether prices can be below zero; of quotes an empty price alone is nobody then.
        only: Which rows are wanted: for some columns the texts that count. The others are left out, and counted.

    Raises:
        ValidationError: A field is missing, belongs to another kind or is placed in no way that can be, or something that
            the kind needs is not given.
    """

    kind: Kind
    columns: Mapping[str, str | int]
    time_format: TimeFormat = TimeFormat.ISO
    has_header: bool = True
    delimiter: str = ","
    span_s: int | None = field(default=None, converter=_span)
    label: BarLabel = BarLabel.START
    assumed_size: Decimal | None = field(default=None, converter=_assumed)
    sides: Mapping[str, Side] = SIDES
    actions: Mapping[str, MDUpdateAction] = ACTIONS
    loss_is_execution: bool = False
    negative_px: bool = False
    only: Mapping[str | int, Collection[str]] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        """Check what needs several fields."""
        if not isinstance(self.kind, Kind):
            raise ValidationError("kind", self.kind, "pass a Kind, such as Kind.TRADES")
        if not isinstance(self.time_format, TimeFormat):
            raise ValidationError(
                "time_format", self.time_format, "pass a TimeFormat, such as TimeFormat.ISO"
            )
        if len(self.delimiter) != 1:
            raise ValidationError("delimiter", self.delimiter, 'pass one character, such as ";"')
        self._check_fields()
        self._check_places()
        for where, texts in self.only.items():
            if isinstance(texts, str):
                text = f"pass the texts that count as a set, such as {{{texts!r}}}"
                raise ValidationError("only", f"{where}: {texts!r}", text)
        if self.kind in {Kind.BARS, Kind.QUOTE_BARS} and self.span_s is None:
            raise ValidationError("span_s", None, "say how long a bar is, in seconds, such as span_s=60")
        if self.kind is Kind.QUOTES and "bid_size" not in self.columns and self.assumed_size is None:
            text = (
                "quotes without sizes: say for how much they are taken to be, such as assumed_size=1_000_000"
            )
            raise ValidationError("assumed_size", None, text)

    def _check_fields(self) -> None:
        needed, optional = NEEDED[self.kind], OPTIONAL[self.kind]
        missing = [name for name in needed if name not in self.columns]
        if missing:
            text = f"{self.kind.value} need {', '.join(needed)}; place {', '.join(missing)}"
            raise ValidationError("columns", ", ".join(self.columns), text)
        unknown = [name for name in self.columns if name not in needed + optional]
        if unknown:
            text = f"{self.kind.value} have {', '.join(needed)} and may have {', '.join(optional)}"
            raise ValidationError("columns", ", ".join(unknown), text)
        for one, other, kinds in _TOGETHER:
            if self.kind in kinds and (one in self.columns) is not (other in self.columns):
                raise ValidationError(
                    "columns", ", ".join(self.columns), f"place both {one} and {other}, or neither"
                )

    def _check_places(self) -> None:
        for where in (*self.columns.values(), *self.only):
            if self.has_header and (type(where) is not str or not where):
                raise ValidationError("columns", where, "pass the name of a column in the header")
            if not self.has_header and (type(where) is not int or where < 0):
                raise ValidationError(
                    "columns", where, "without a header, pass the place of a column, from 0"
                )
