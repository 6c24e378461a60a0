"""Reading with `msgspec`, switched on and off."""
# pyright: reportPrivateUsage=false

import sys
from collections.abc import Iterator

import pytest

from oms.codec import event_codec, fast
from oms.codec.event_codec import decode, encode
from oms.errors import JournalNewerError, OmsError, ValidationError
from tests.unit.codec.v1_events import EXPECTED


@pytest.fixture
def _switched_on() -> Iterator[None]:
    pytest.importorskip("msgspec")
    fast.switch_on()
    yield
    fast.switch_off()


@pytest.mark.slow  # a reader is made for every class
@pytest.mark.usefixtures("_switched_on")
def test_every_line_of_every_past_version_means_the_same() -> None:
    assert [repr(decode(encode(event))) for event in EXPECTED] == [repr(event) for event in EXPECTED]
    assert len(event_codec._READERS) >= len({type(event) for event in EXPECTED})


@pytest.mark.usefixtures("_switched_on")
@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ('"schema":1', '"schema":2', JournalNewerError),
        ('"type":"EpochStarted"', '"type":"EraStarted"', JournalNewerError),
        (":1,", ": 1,", ValidationError),
        (":1,", ":1.0,", ValidationError),
        ('"prev_hash":""', '"prev_hash":"0"', ValidationError),
    ],
)
def test_what_is_refused_is_refused_in_the_same_way(old: str, new: str, error: type[Exception]) -> None:
    text = encode(EXPECTED[0]).replace(old, new)

    with pytest.raises(error) as caught:
        decode(text)
    fast.switch_off()
    with pytest.raises(error) as without:
        decode(text)
    assert str(caught.value) == str(without.value)


def test_it_is_off_unless_switched_on() -> None:
    assert event_codec._other_reader == []


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "msgspec", None)

    with pytest.raises(OmsError, match=r"pip install 'openoms\[fast\]'"):
        fast.switch_on()
    assert event_codec._other_reader == []
