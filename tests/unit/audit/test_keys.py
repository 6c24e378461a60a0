"""Keys sign, verify, and show nothing of their secret."""

import hmac
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from oms.audit.keys import Key, ed25519_key, ed25519_public_key, hmac_key, read_key
from oms.errors import OmsError, ValidationError

SECRET = bytes(range(32))
# RFC 8032, section 7.1, test 2: the private key, its public half, the message 0x72 and its signature.
PRIVATE = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
PUBLIC = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
SIGNATURE = (
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)


def with_the_extra() -> None:
    pytest.importorskip("cryptography")


def test_an_hmac_key_signs_as_hmac_does() -> None:
    key = hmac_key(SECRET)

    assert key.sign(b"a message") == hmac.digest(SECRET, b"a message", "sha256").hex()
    assert key.is_signed(b"a message", key.sign(b"a message"))


def test_an_ed25519_key_signs_as_the_rfc_says() -> None:
    with_the_extra()
    key = ed25519_key(PRIVATE)

    assert key.public == PUBLIC
    assert key.sign(b"\x72") == SIGNATURE
    assert ed25519_public_key(PUBLIC).is_signed(b"\x72", SIGNATURE)
    assert ed25519_public_key(PUBLIC).key_id == key.key_id


@pytest.mark.parametrize("make", [hmac_key, ed25519_key], ids=["HMAC", "Ed25519"])
@pytest.mark.parametrize(
    "wrong", ["", "zz", "00" * 32, "00" * 64], ids=["none", "no hex", "32 zeros", "64 zeros"]
)
def test_a_wrong_signature_is_none(make: Callable[[bytes], Key], wrong: str) -> None:
    if make is ed25519_key:
        with_the_extra()
    key, other = make(SECRET), make(bytes(32))

    assert not key.is_signed(b"m", wrong)
    assert not key.is_signed(b"n", key.sign(b"m"))
    assert not key.is_signed(b"m", other.sign(b"m"))


def test_the_public_half_cannot_sign() -> None:
    with pytest.raises(ValidationError, match="pass the private key"):
        ed25519_public_key(PUBLIC).sign(b"m")


@pytest.mark.parametrize("make", [hmac_key, ed25519_key, ed25519_public_key])
def test_a_key_of_another_length_is_refused_and_not_shown(make: Callable[[bytes], Key]) -> None:
    with pytest.raises(ValidationError, match="31 bytes") as caught:
        make(b"s" * 31)
    assert "sss" not in str(caught.value)


def test_a_key_does_not_show_its_secret() -> None:
    assert SECRET.hex() not in repr(hmac_key(SECRET))
    assert repr(hmac_key(SECRET)) == f"Key(HMAC-SHA256, {hmac_key(SECRET).key_id})"


def test_two_keys_have_two_ids_and_so_have_two_algorithms() -> None:
    with_the_extra()
    keys = [hmac_key(SECRET), hmac_key(bytes(32)), ed25519_key(SECRET), ed25519_key(bytes(32))]

    assert len({key.key_id for key in keys}) == 4
    assert {len(key.key_id) for key in keys} == {16}


@pytest.mark.parametrize("half", ["HMAC", "private", "public"])
def test_a_key_comes_back_from_its_file(tmp_path: Path, half: str) -> None:
    if half != "HMAC":
        with_the_extra()
    key: Key = hmac_key(SECRET) if half == "HMAC" else ed25519_key(SECRET)
    path = tmp_path / "key"
    path.write_text(key.to_text(public=half == "public"), "ascii")

    assert read_key(str(path)) == (ed25519_public_key(key.public) if half == "public" else key)


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"[]", b'{"algorithm":"none","secret":"deadbeef"}', b'{"algorithm":"HMAC-SHA256","secret":"deadbeef"}',
     b'{"algorithm":"HMAC-SHA256","secret":"no hex: deadbeef"}', b'{"algorithm":"HMAC-SHA256"}'],
)  # fmt: skip
def test_a_file_without_a_key_is_refused_and_its_content_not_shown(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)

    with pytest.raises(ValidationError) as caught:
        read_key(str(path))
    assert "deadbeef" not in str(caught.value)


def test_the_public_half_in_a_file_has_no_secret() -> None:
    with_the_extra()

    assert json.loads(ed25519_key(PRIVATE).to_text(public=True)) == {
        "algorithm": "Ed25519",
        "public": PUBLIC.hex(),
    }


def test_without_the_extra_an_ed25519_key_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "oms.audit.ed25519", None)
    monkeypatch.delattr("oms.audit.ed25519", raising=False)

    with pytest.raises(OmsError, match=r"pip install 'openoms\[audit\]'"):
        ed25519_key(SECRET)
