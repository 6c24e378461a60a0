"""How rows become depth: levels put together to snapshots and updates, and orders one by one."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TypeAlias

from oms.errors import ValidationError
from oms.feeds.column_map import ColumnMap
from oms.feeds.faults import Faults
from oms.feeds.fields import id_reader
from oms.feeds.row_readers import Fields, Places, Row, RowReader, chosen
from oms.model.decimals import EXACT, ZERO, plain
from oms.model.depth import BookOrder, BookSnapshot, BookUpdate, Level
from oms.model.enums import MDUpdateAction, Side
from oms.model.ids import Symbol

_LevelReader: TypeAlias = Callable[[Row], tuple[bool, Level]]
# Whether a row is of the bids, and its level.


def snapshots(symbol: Symbol, column_map: ColumnMap, places: Places, faults: Faults) -> RowReader:
    """Give a reader that makes a `BookSnapshot` of rows that follow one another with one time and one number.

    A snapshot that lacks a row is none: it is left out as a whole, and told as a fault of its first row. A bad row of which
    nobody knows where it belongs spoils the snapshot before it and, unless that goes on, the one after it.
    """
    fields = Fields(symbol, column_map, places)
    level_of = _level_reader(fields, column_map)
    last_at, last_name = fields.maybe_at("last_id")
    snapshot = _Snapshot(symbol, faults, fields)
    last_of = id_reader(last_name)
    price_name, size_name = fields.column("price"), fields.column("size")

    def begin(row: Row) -> BookSnapshot | None:
        # What a row is the first of, unless it goes on with what is there; gives what is over with that.
        key = (fields.time_of(row), last_of(row[last_at]) if last_at >= 0 else None)
        return None if key == snapshot.key else snapshot.begin(key)

    def read(row: Row) -> BookSnapshot | None:
        is_bid, (px, size) = level_of(row)
        if not size:
            raise ValidationError(size_name, "0", "a snapshot names the levels that are there")
        made = begin(row)
        snapshot.spoils_next = False
        side = snapshot.sides[0 if is_bid else 1]
        if px in side:
            raise ValidationError(price_name, plain(px), "a snapshot names each price of a side once")
        side[px] = size
        return made

    def spoil(row: Row, is_timed: bool) -> BookSnapshot | None:
        made = None
        try:
            made = begin(row) if is_timed else None
        except ValidationError:
            is_timed = False
        snapshot.is_spoiled = True
        snapshot.spoils_next = not is_timed
        return made

    return RowReader(read, fields.time_of, snapshot.finish, spoil=spoil)


class _Snapshot:
    """The rows of one snapshot, as they are put together."""

    def __init__(self, symbol: Symbol, faults: Faults, fields: Fields) -> None:
        self._symbol, self._faults, self._fields = symbol, faults, fields
        self.key: tuple[int, int | None] | None = None
        self.sides: tuple[dict[Decimal, Decimal], dict[Decimal, Decimal]] = ({}, {})
        self.is_spoiled = self.spoils_next = False
        self._line = 0

    def begin(self, key: tuple[int, int | None]) -> BookSnapshot | None:
        """Begin another one, and give the one before it if that is whole."""
        made = self.finish()
        self.key, self.sides, self._line = key, ({}, {}), self._faults.line
        self.is_spoiled, self.spoils_next = self.spoils_next, False
        return made

    def finish(self) -> BookSnapshot | None:
        """Give it if it is there and whole; told is one that is not."""
        key, self.key = self.key, None
        if key is None:
            return None
        bids, asks = self.sides
        if self.is_spoiled:
            faults, line = self._faults, self._faults.line
            faults.line = self._line
            text = (
                f"a row of this snapshot is bad, so that none of its {len(bids) + len(asks)} levels is taken"
            )
            faults.drop(ValidationError(self._fields.column("time"), key[0], text))
            faults.line = line
            return None
        return BookSnapshot(
            self._symbol, key[0], sorted(bids.items(), reverse=True), sorted(asks.items()), key[1]
        )


def updates(symbol: Symbol, column_map: ColumnMap, places: Places, faults: Faults) -> RowReader:
    """Give a reader that makes a `BookUpdate` of rows that follow one another with one time and one range of numbers.

    A number that is missing between two of them is noted as a fault of the row that shows it.
    """
    fields = Fields(symbol, column_map, places)
    time, time_at = fields.time, fields.time_at
    level_of = _level_reader(fields, column_map)
    (first_at, first_name), (last_at, last_name) = fields.maybe_at("first_id"), fields.maybe_at("last_id")
    first_of, last_of = id_reader(first_name), id_reader(last_name)
    has_ids = first_at >= 0
    key: tuple[str, str, str] | None = None
    time_ns, first_id, last_id, latest_id = 0, None, None, None
    bids: list[Level] = []
    asks: list[Level] = []

    def finish() -> BookUpdate | None:
        nonlocal key
        if key is None:
            return None
        key = None
        return BookUpdate(symbol, time_ns, bids, asks, first_id, last_id)

    def begin(new_key: tuple[str, str, str]) -> BookUpdate | None:
        nonlocal key, time_ns, first_id, last_id, latest_id, bids, asks
        new_ns = time(new_key[0])
        first = last = None
        if has_ids:
            first, last = first_of(new_key[1]), last_of(new_key[2])
            if first > last:
                raise ValidationError(first_name, new_key[1], f"it is not above {last_name}, which is {last}")
            if latest_id is not None and first > latest_id + 1:
                text = (
                    f"{first - latest_id - 1} changes are missing before it: the last number was {latest_id}"
                )
                faults.note(ValidationError(first_name, new_key[1], text))
            latest_id = last if latest_id is None else max(last, latest_id)
        made = finish()
        key, time_ns, first_id, last_id, bids, asks = new_key, new_ns, first, last, [], []
        return made

    def read(row: Row) -> BookUpdate | None:
        is_bid, level = level_of(row)
        new_key = (row[time_at], row[first_at], row[last_at]) if has_ids else (row[time_at], "", "")
        made = begin(new_key) if new_key != key else None
        (bids if is_bid else asks).append(level)
        return made

    return RowReader(read, fields.time_of, finish)


def orders(symbol: Symbol, column_map: ColumnMap, places: Places) -> RowReader:
    """Give a reader that makes a `BookOrder` of each row."""
    fields = Fields(symbol, column_map, places)
    time, time_at, number, price_of = fields.time, fields.time_at, fields.number, fields.price
    (action_at, action_name), (id_at, _), (side_at, side_name) = (
        fields.at(name) for name in ("action", "entry_id", "side")
    )
    (price_at, price_name), (size_at, size_name) = fields.at("price"), fields.at("size")
    executed_at, executed_name = fields.maybe_at("executed")
    sides, actions, loss_is_execution = column_map.sides, column_map.actions, column_map.loss_is_execution
    left: dict[str, Decimal] = {}

    def read(row: Row) -> BookOrder:
        action, entry_id = chosen(row[action_at], actions, action_name), row[id_at]
        size = number(row[size_at], size_name)
        executed = number(row[executed_at], executed_name) if executed_at >= 0 and row[executed_at] else ZERO
        if loss_is_execution and action is not MDUpdateAction.NEW:
            known = left.get(entry_id, size)
            executed = EXACT.subtract(known, size) if known > size else ZERO
        is_gone = action is MDUpdateAction.DELETE
        message = BookOrder(
            symbol,
            time(row[time_at]),
            action,
            entry_id,
            chosen(row[side_at], sides, side_name),
            price_of(row[price_at], price_name),
            ZERO if is_gone else size,
            executed,
        )
        if is_gone:
            left.pop(entry_id, None)
        elif loss_is_execution:
            left[entry_id] = size
        return message

    return RowReader(read, fields.time_of)


def _level_reader(fields: Fields, column_map: ColumnMap) -> _LevelReader:
    price, number, sides = fields.price, fields.number, column_map.sides
    (side_at, side_name), (price_at, price_name), (size_at, size_name) = (
        fields.at(name) for name in ("side", "price", "size")
    )

    def read(row: Row) -> tuple[bool, Level]:
        side = chosen(row[side_at], sides, side_name)
        return side is Side.BUY, (price(row[price_at], price_name), number(row[size_at], size_name))

    return read
