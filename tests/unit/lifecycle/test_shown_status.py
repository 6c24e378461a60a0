"""What a venue shows an order as, read for a comparison: at work, ended, filled, and how much of it executed."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import pytest

from oms.lifecycle.status_answers import (
    counted_there,
    has_filled_there,
    how_it_ended,
    is_at_work,
    is_plainly_working,
)
from oms.model.enums import ExecType, OrdStatus
from tests.unit.lifecycle.readings import LIVE, PART, after, d, report

S = OrdStatus
NAN: Final = Decimal("NaN")

# Whether it may still trade with nothing said of what is left, with 3 left, and with nothing left; how it ended.
SHOWN: Final[dict[OrdStatus, tuple[bool, bool, bool, str]]] = {
    S.NEW: (True, True, True, ""),
    S.PARTIALLY_FILLED: (True, True, True, ""),
    S.PENDING_NEW: (True, True, True, ""),
    S.PENDING_CANCEL: (True, True, True, ""),
    S.PENDING_REPLACE: (True, True, True, ""),
    S.SUSPENDED: (True, True, True, ""),
    S.STOPPED: (True, True, True, ""),
    S.DONE_FOR_DAY: (False, True, False, ""),
    S.CALCULATED: (False, True, False, ""),
    S.ACCEPTED_FOR_BIDDING: (False, False, False, ""),
    S.FILLED: (False, False, False, ""),
    S.CANCELED: (False, False, False, "canceled"),
    S.EXPIRED: (False, False, False, "expired"),
    S.REJECTED: (False, False, False, "rejected"),
}
PLAIN: Final = {S.NEW, S.PARTIALLY_FILLED}


def test_every_status_is_here() -> None:
    assert set(SHOWN) == set(S) - {S.UNSENT, S.DENIED}, "the two that no venue says"


@pytest.mark.parametrize("status", SHOWN, ids=lambda status: status.name)
def test_what_a_status_shows(status: OrdStatus) -> None:
    unsaid, some, nothing, how = SHOWN[status]
    said = report(ExecType.ORDER_STATUS, ord_status=status)
    assert is_at_work(said) is unsaid
    assert is_at_work(report(ExecType.ORDER_STATUS, ord_status=status, leaves_qty=d(3))) is some
    assert is_at_work(report(ExecType.ORDER_STATUS, ord_status=status, leaves_qty=d(0))) is nothing
    assert is_at_work(report(ExecType.ORDER_STATUS, ord_status=status, leaves_qty=NAN)) is unsaid
    assert is_at_work(report(ExecType.ORDER_STATUS, ord_status=status, leaves_qty=d(-3))) is nothing
    assert how_it_ended(said) == how
    assert is_plainly_working(said) is (status in PLAIN)


def test_without_a_status_what_is_left_tells() -> None:
    assert is_at_work(report(ExecType.ORDER_STATUS)) is None
    assert is_at_work(report(ExecType.ORDER_STATUS, leaves_qty=d(3))) is True
    assert is_at_work(report(ExecType.ORDER_STATUS, leaves_qty=d(0))) is False
    assert how_it_ended(report(ExecType.ORDER_STATUS)) == ""
    assert is_plainly_working(report(ExecType.ORDER_STATUS)) is False


@pytest.mark.parametrize(
    ("status", "cum_qty", "order_qty", "expected"),
    [
        (S.NEW, None, None, None),
        (S.NEW, 4, 9, 4),
        (S.NEW, None, 9, None),
        (S.FILLED, None, 9, 9),
        (S.FILLED, 4, 9, 4),
        (S.FILLED, None, None, None),
    ],
)
def test_how_much_executed_there(
    status: OrdStatus, cum_qty: int | None, order_qty: int | None, expected: int | None
) -> None:
    said = report(
        ExecType.ORDER_STATUS,
        ord_status=status,
        cum_qty=None if cum_qty is None else d(cum_qty),
        order_qty=None if order_qty is None else d(order_qty),
    )
    assert counted_there(said) == (None if expected is None else d(expected))


@pytest.mark.parametrize(
    ("status", "cum_qty", "order_qty", "expected"),
    [
        (S.FILLED, None, None, True),
        (S.FILLED, d(1), d(100), True),
        (S.CALCULATED, d(100), None, True),
        (S.CALCULATED, d(101), None, True),
        (S.CALCULATED, d(99), None, False),
        (S.CALCULATED, d(99), d(99), True),
        (S.CALCULATED, d(100), d(101), False),
        (S.CALCULATED, d(100), NAN, True),
        (S.CALCULATED, NAN, d(100), False),
        (S.CALCULATED, None, None, False),
        (None, d(100), None, True),
    ],
)
def test_whether_all_of_it_executed_there(
    status: OrdStatus | None, cum_qty: Decimal | None, order_qty: Decimal | None, expected: bool
) -> None:
    said = report(ExecType.ORDER_STATUS, ord_status=status, cum_qty=cum_qty, order_qty=order_qty)
    for order in (after(*LIVE), after(*PART)):
        assert has_filled_there(order, said) is expected
