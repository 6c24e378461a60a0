"""Law: every venue of the table takes every id of ours that fits it, and gives it back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.model.cl_ord_id_rules import LAST_COUNTER, RULES, ClOrdIdRule, IntegerIds
from oms.model.ids import cl_ord_id, cl_ord_id_head, namespace_prefix

NAMESPACES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=64)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@given(counter=st.integers(0, LAST_COUNTER), namespace=NAMESPACES)
def test_every_venue_takes_our_ids_and_gives_them_back(
    rule: ClOrdIdRule, counter: int, namespace: str
) -> None:
    prefix = namespace_prefix(namespace)
    fitting = counter % (rule.last_counter + 1)
    identity = cl_ord_id(cl_ord_id_head(prefix, fitting), fitting)

    wire = rule.encode(identity)

    assert rule.takes(wire)
    assert rule.decode(wire, prefix) == identity
    assert isinstance(wire, int) is isinstance(rule, IntegerIds)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@given(one=st.integers(0, LAST_COUNTER), other=st.integers(0, LAST_COUNTER))
def test_different_ids_of_a_namespace_differ_on_the_wire(rule: ClOrdIdRule, one: int, other: int) -> None:
    prefix = namespace_prefix("a journal")
    counters = [counter % (rule.last_counter + 1) for counter in (one, other)]
    wires = [rule.encode(cl_ord_id(cl_ord_id_head(prefix, counter), counter)) for counter in counters]

    assert (wires[0] == wires[1]) is (counters[0] == counters[1])
