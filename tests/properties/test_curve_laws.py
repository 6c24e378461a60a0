"""A curve of volume has the buckets that its days were cut into."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.algos.volume_curve import DayVolumes, volume_curve
from oms.errors import ValidationError


@given(length=st.integers(1, 200), bucket_ns=st.integers(1, 60), asked=st.integers(1, 60))
def test_a_curve_takes_the_buckets_that_reach_just_over_the_day(
    length: int, bucket_ns: int, asked: int
) -> None:
    """A curve is made exactly where as many buckets of that length cover the day, and then its last one ends it or passes it."""
    buckets = -(-length // bucket_ns)
    days = [DayVolumes(trade_date="20260105", length_ns=length, volumes=(Decimal(1),) * buckets)]
    if -(-length // asked) == buckets:
        curve = volume_curve(days, asked)
        assert (len(curve.shares) - 1) * asked < length <= len(curve.shares) * asked
    else:
        with pytest.raises(ValidationError, match="bucket_ns = "):
            volume_curve(days, asked)
