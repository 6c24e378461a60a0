"""Keys that sign checkpoints: HMAC-SHA256 with the standard library, Ed25519 with the extra `audit`.

A key is kept in a file of its own, one JSON object, away from the journal: whoever has both can sign what he likes. With
HMAC the key that verifies is the key that signs; Ed25519 has a public half that verifies and cannot sign.
"""

from __future__ import annotations

import hmac
import json
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Final

from oms.errors import OmsError, ValidationError
from oms.model.define import value

HMAC: Final = "HMAC-SHA256"
"""The algorithm of keys that are one secret."""
ED25519: Final = "Ed25519"
"""The algorithm of keys with a public half."""
KEY_LENGTH: Final = 32
"""The length of a key in bytes, whichever its algorithm."""

_MAX_FILE: Final = 10_000


@value(kw_only=True)
class Key:
    """A key.

    Attributes:
        algorithm: `HMAC` or `ED25519`.
        secret: What signs, 32 bytes; empty for the public half of an Ed25519 key.
        public: The public half, 32 bytes; empty for HMAC.
        key_id: What it is called in a checkpoint, 16 hex digits; it tells nothing of the secret that could be used.
    """

    algorithm: str
    secret: bytes
    public: bytes
    key_id: str

    def __repr__(self) -> str:
        """Show the key without its secret."""
        return f"Key({self.algorithm}, {self.key_id})"

    def sign(self, message: bytes) -> str:
        """Give the signature of a message as hex digits.

        Raises:
            ValidationError: The key is only the public half.
        """
        if not self.secret:
            raise ValidationError("key", self.key_id, "pass the private key: the public half cannot sign")
        if self.algorithm == HMAC:
            return hmac.new(self.secret, message, sha256).hexdigest()
        return bytes(_ed25519().sign(self.secret, message)).hex()

    def is_signed(self, message: bytes, signature: str) -> bool:
        """Tell whether a signature is of a message and was made with this key."""
        try:
            given = bytes.fromhex(signature)
        except ValueError:
            return False
        if self.algorithm == HMAC:
            return hmac.compare_digest(hmac.new(self.secret, message, sha256).digest(), given)
        return bool(_ed25519().is_signed(self.public, message, given))

    def to_text(self, *, public: bool = False) -> str:
        """Give the key as the content of its file.

        Args:
            public: Only the public half.
        """
        part, content = ("public", self.public) if public else ("secret", self.secret)
        return json.dumps({"algorithm": self.algorithm, part: content.hex()})


def hmac_key(secret: bytes) -> Key:
    """Give a key of 32 secret bytes.

    Raises:
        ValidationError: They are more or fewer.
    """
    _check_length("secret", secret)
    return Key(algorithm=HMAC, secret=secret, public=b"", key_id=_id(HMAC, sha256(secret).digest()))


def ed25519_key(secret: bytes) -> Key:
    """Give a private key made of 32 secret bytes.

    Raises:
        ValidationError: They are more or fewer.
        OmsError: The extra `audit` is not installed.
    """
    _check_length("secret", secret)
    public = bytes(_ed25519().public_of(secret))
    return Key(algorithm=ED25519, secret=secret, public=public, key_id=_id(ED25519, public))


def ed25519_public_key(public: bytes) -> Key:
    """Give the public half of a key.

    Raises:
        ValidationError: It is not 32 bytes long.
    """
    _check_length("public", public)
    return Key(algorithm=ED25519, secret=b"", public=public, key_id=_id(ED25519, public))


def read_key(path: str) -> Key:
    """Give the key in a file.

    Raises:
        ValidationError: There is none in it. What the file holds is not shown.
        OSError: It cannot be read.
    """
    with Path(path).open("rb") as file:
        text = file.read(_MAX_FILE)
    try:
        match json.loads(text):
            case {"algorithm": "HMAC-SHA256", "secret": str(secret)}:
                return hmac_key(bytes.fromhex(secret))
            case {"algorithm": "Ed25519", "secret": str(secret)}:
                return ed25519_key(bytes.fromhex(secret))
            case {"algorithm": "Ed25519", "public": str(public)}:
                return ed25519_public_key(bytes.fromhex(public))
            case _:
                pass
    except ValidationError:
        raise
    except (ValueError, RecursionError):
        pass
    raise ValidationError("key", path, "name a file that `oms audit keygen` made")


def _check_length(field: str, content: bytes) -> None:
    if len(content) != KEY_LENGTH:
        raise ValidationError(field, f"{len(content)} bytes", f"a key is {KEY_LENGTH} bytes long")


def _id(algorithm: str, content: bytes) -> str:
    return sha256(b"openoms key\n" + algorithm.encode() + b"\n" + content).hexdigest()[:16]


def _ed25519() -> ModuleType:
    try:
        from oms.audit import ed25519  # noqa: PLC0415  # what it needs is an extra
    except ImportError as error:
        raise OmsError("Ed25519 keys need the package cryptography: pip install 'openoms[audit]'") from error
    return ed25519
