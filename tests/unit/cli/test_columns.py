"""Maps of columns, as they are given on the command line."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from oms.cli.columns import file_maps, map_for
from oms.errors import ValidationError
from oms.feeds.column_map import BarLabel, ColumnMap, Kind
from oms.feeds.fields import TimeFormat
from oms.model.enums import MDUpdateAction, Side

TRADES = "kind=trades,time=ts,price=px,size=qty"


def columns_of(text: str, *, bar_seconds: int | None = None, assumed_size: str | None = None) -> ColumnMap:
    (one,) = file_maps([text], bar_seconds, assumed_size)
    return one.columns


def test_fields_are_placed_by_name() -> None:
    assert columns_of(TRADES) == ColumnMap(
        kind=Kind.TRADES, columns={"time": "ts", "price": "px", "size": "qty"}
    )


def test_without_a_header_fields_are_placed_by_number() -> None:
    asked = "kind=bars,time=0,open=1,high=2,low=3,close=4,header=no,delimiter=tab,time-format=s,label=end"
    assert columns_of(asked, bar_seconds=60, assumed_size="5") == ColumnMap(
        kind=Kind.BARS,
        columns={"time": 0, "open": 1, "high": 2, "low": 3, "close": 4},
        has_header=False,
        delimiter="\t",
        time_format=TimeFormat.S,
        span_s=60,
        label=BarLabel.END,
    )


def test_everything_that_a_map_can_say() -> None:
    asked = (
        "kind=orders,time=t,action=a,entry_id=i,side=s,price=p,size=q,time-format=us,loss-is-execution=yes,negative-px=yes,"
        "sides.B=buy,sides.A=sell,actions.+=new,actions.-=delete,only.venue=N|T"
    )
    assert columns_of(asked) == ColumnMap(
        kind=Kind.ORDERS,
        columns={"time": "t", "action": "a", "entry_id": "i", "side": "s", "price": "p", "size": "q"},
        time_format=TimeFormat.US,
        loss_is_execution=True,
        negative_px=True,
        sides={"B": Side.BUY, "A": Side.SELL},
        actions={"+": MDUpdateAction.NEW, "-": MDUpdateAction.DELETE},
        only={"venue": {"N", "T"}},
    )


def test_what_the_options_say_holds_where_a_map_does_not() -> None:
    quotes = "kind=quotes,time=ts,bid=b,ask=a"
    assert columns_of(quotes, assumed_size="100").assumed_size == Decimal(100)
    assert columns_of(f"{quotes},assumed-size=7", assumed_size="100").assumed_size == Decimal(7)
    assert columns_of(f"{quotes},bid_size=x,ask_size=y", assumed_size="100").assumed_size is None


def test_each_file_is_read_by_the_map_that_its_name_fits() -> None:
    maps = file_maps(
        [TRADES, f"{TRADES},file=odd*.csv", f"{TRADES},file=*.parquet,floats=shortest"], None, None
    )
    usual, odd, parquet = maps[-1], maps[0], maps[1]
    assert map_for(Path("data/odd-1.csv"), maps) is odd
    assert map_for(Path("data/all.parquet"), maps) is parquet
    assert map_for(Path("data/all.csv"), maps) is usual
    assert map_for(Path("data/all.csv"), maps[:2]) is None
    assert (parquet.floats, parquet.naive_is_utc, usual.floats) == ("shortest", False, "refuse")


def test_a_file_of_maps_has_a_table_for_each(tmp_path: Path) -> None:
    path = tmp_path / "maps.toml"
    path.write_text(
        """
        [trades]
        file = "t*.csv"
        kind = "trades"
        time = "ts"
        price = "px, last"
        size = "qty"
        sides = { B = "buy", S = "sell" }
        only = { venue = ["N", "T"] }

        [bars]
        kind = "bars"
        time = 0
        open = 1
        high = 2
        low = 3
        close = 4
        header = false
        bar-seconds = 300
        """,
        encoding="utf-8",
    )
    trades, bars = file_maps([str(path)], None, None)
    assert trades.pattern == "t*.csv"
    assert trades.columns.columns["price"] == "px, last"
    assert trades.columns.only == {"venue": {"N", "T"}}
    assert trades.columns.sides == {"B": Side.BUY, "S": Side.SELL}
    assert (bars.columns.has_header, bars.columns.span_s, bars.columns.columns["close"]) == (False, 300, 4)


def test_a_file_may_hold_one_map_without_a_table(tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_text('kind = "trades"\ntime = "ts"\nprice = "px"\nsize = "qty"\n', encoding="utf-8")
    assert columns_of(str(path)) == columns_of(TRADES)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("no-such.toml", "--columns = no-such.toml: write kind=KIND,FIELD=COLUMN"),
        ("kind=ticks,time=ts", "give kind= as one of quotes, trades, bars"),
        ("time=ts,price=px,size=qty", "give kind= as one of"),
        ("kind=trades,time=ts,price=px", "place size"),
        (f"{TRADES},bid=b", "trades have time, price, size"),
        (f"{TRADES},colour=red", "colour is neither a field nor one of kind, file"),
        (f"{TRADES},time=other", "time=other is there twice"),
        (f"{TRADES},red", "red is no pair"),
        (f"{TRADES},header=perhaps", "'perhaps' is neither yes nor no"),
        (f"{TRADES},header=no", "counted from 0, and not ts"),
        (f"{TRADES},time-format=days", "give time-format= as one of iso"),
        (f"{TRADES},sides.B=long", "give sides.B= as one of buy, sell"),
        (f"{TRADES},delimiter=||", "pass one character"),
        (f"{TRADES},floats=round", "give floats= as one of refuse, shortest"),
        ("kind=bars,time=t,open=o,high=h,low=l,close=c", "say how long a bar is"),
        ("kind=bars,time=t,open=o,high=h,low=l,close=c,bar-seconds=long", "--columns = "),
        ("kind=quotes,time=ts,bid=b,ask=a", "quotes without sizes"),
    ],
)
def test_what_is_no_map_is_told_how_to_write_one(text: str, told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        file_maps([text], None, None)
    assert str(caught.value).startswith(f"--columns = {text}")
    assert told in str(caught.value)


def test_two_maps_for_all_files_are_one_too_many() -> None:
    with pytest.raises(ValidationError, match="one map is for all files already"):
        file_maps([TRADES, TRADES], None, None)


def test_keys_beside_tables_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "maps.toml"
    path.write_text('kind = "trades"\n[trades]\ntime = "ts"\n', encoding="utf-8")
    with pytest.raises(ValidationError, match="put every key into a table, or have no tables"):
        file_maps([str(path)], None, None)
