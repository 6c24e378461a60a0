"""Anomalies and who has looked at them, read off a journal."""

from typing import Any

import pytest

from oms.model import events as ev
from oms.model.ids import OrderId
from oms.projections.anomalies import Anomalies, AnomalyRow
from tests.unit.journals import Journal

FIRST, SECOND = OrderId(1), OrderId(2)


def anomalies_of(journal: Journal) -> Anomalies:
    anomalies = Anomalies()
    for event in journal.events:
        anomalies.apply(event)
    return anomalies


def three_and_one_looked_at() -> Journal:
    journal = Journal()
    journal.report(ev.AnomalyRaised, order_id=FIRST)
    journal.report(ev.AnomalyRaised, order_id=None)
    journal.report(ev.AnomalyRaised, order_id=SECOND)
    journal.add(ev.AnomalyAcknowledged, by="alice", anomaly=1, reason="it was a test")
    journal.add(ev.AnomalyAcknowledged, anomaly=99)
    return journal


@pytest.mark.parametrize(
    ("filters", "sequences"),
    [
        ({}, [1, 2, 3]),
        ({"open_only": True}, [2, 3]),
        ({"order_id": FIRST}, [1]),
        ({"order_id": FIRST, "open_only": True}, []),
        ({"order_id": OrderId(7)}, []),
    ],
    ids=["all", "open", "of an order", "open, of an order", "of nobody"],
)
def test_rows_are_what_the_filters_let_through(filters: dict[str, Any], sequences: list[int]) -> None:
    rows = anomalies_of(three_and_one_looked_at()).rows(**filters)

    assert [row.raised.sequence for row in rows] == sequences


def test_a_row_has_the_anomaly_and_who_has_looked_at_it() -> None:
    journal = three_and_one_looked_at()
    raised, acknowledged = journal.events[0], journal.events[3]
    assert isinstance(raised, ev.AnomalyRaised)
    assert isinstance(acknowledged, ev.AnomalyAcknowledged)

    anomalies = anomalies_of(journal)

    assert anomalies.rows(order_id=FIRST) == [AnomalyRow(raised, acknowledged)]
    assert (len(anomalies), 1 in anomalies, 4 in anomalies) == (3, True, False)
