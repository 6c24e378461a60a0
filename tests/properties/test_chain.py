"""Laws of the hash chain, over events of every kind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.codec.chain import Chain, genesis
from oms.codec.event_codec import decode, encode
from oms.errors import ChainBrokenError
from oms.model.events import Event
from tests.properties.event_strategies import events


def stored(journal: list[Event], store_id: str) -> list[str]:
    chain = Chain(genesis(store_id))
    return [chain.link(encode(event)) for event in journal]


def read(records: list[str], store_id: str) -> list[str]:
    chain = Chain(genesis(store_id))
    return [chain.unlink(record, place) for place, record in enumerate(records, 1)]


@given(journal=st.lists(events(), max_size=4), store_id=st.text(st.characters(codec="utf-8")))
def test_every_event_comes_back_through_the_chain(journal: list[Event], store_id: str) -> None:
    """Law: unlink(link(encode(event))) is encode(event), for any id of a journal; decode gives the event again."""
    plain = read(stored(journal, store_id), store_id)
    assert plain == [encode(event) for event in journal]
    assert [repr(decode(text)) for text in plain] == [repr(event) for event in journal]


@given(journal=st.lists(events(), min_size=1, max_size=4), data=st.data())
def test_a_changed_character_is_found_at_its_record(journal: list[Event], data: st.DataObject) -> None:
    """Law: with one character of one record changed, reading stops at this record."""
    records = stored(journal, "a journal")
    number = data.draw(st.integers(0, len(records) - 1))
    record = records[number]
    place = data.draw(st.integers(0, len(record) - 1))
    other = data.draw(st.characters().filter(lambda character: character != record[place]))
    records[number] = record[:place] + other + record[place + 1 :]
    with pytest.raises(ChainBrokenError) as caught:
        read(records, "a journal")
    assert caught.value.sequence == number + 1


@given(journal=st.lists(events(), min_size=2, max_size=5), data=st.data())
def test_records_in_another_order_are_found_at_the_first_that_moved(
    journal: list[Event], data: st.DataObject
) -> None:
    """Law: whatever is removed, said twice or swapped, reading stops at the first place that holds another record.

    What is left is a beginning of the journal only if something was cut off at its end, which a chain cannot tell.
    """
    records = stored(journal, "a journal")
    others = data.draw(st.lists(st.sampled_from(records), max_size=len(records) + 1))
    first = next((n for n, pair in enumerate(zip(others, records, strict=False)) if pair[0] != pair[1]), None)
    if first is None and len(others) > len(records):
        first = len(records)
    if first is None:
        assert len(read(others, "a journal")) == len(others)
        return
    with pytest.raises(ChainBrokenError) as caught:
        read(others, "a journal")
    assert caught.value.sequence == first + 1
