"""Ed25519 by way of `cryptography`, which the extra `audit` brings; imported by `oms.audit.keys` when it is asked for."""

from __future__ import annotations

from importlib import import_module

# By name, so that checking the types of the library does not take the extra.
_ED25519 = import_module("cryptography.hazmat.primitives.asymmetric.ed25519")
_EXCEPTIONS = import_module("cryptography.exceptions")


def public_of(private: bytes) -> bytes:
    """Give the public key of a private one; 32 bytes each."""
    return bytes(_ED25519.Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw())


def sign(private: bytes, message: bytes) -> bytes:
    """Give the signature of a message: 64 bytes."""
    return bytes(_ED25519.Ed25519PrivateKey.from_private_bytes(private).sign(message))


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether a signature is of a message and made with the private key to a public one."""
    try:
        _ED25519.Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except _EXCEPTIONS.InvalidSignature:
        return False
    return True
