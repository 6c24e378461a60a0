"""The files beside a journal as `oms audit` reads and makes them; where one is at fault, the error names it and what to do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from oms.audit.anchors import Line, read_anchors
from oms.audit.keys import Key
from oms.audit.keys import read_key as read
from oms.errors import OmsError, ValidationError

_ANCHORS: Final = "name a file of lines that `oms audit anchor` printed"
_KEY: Final = "name a file that `oms audit keygen` made"
_PROOF: Final = "name a file that holds what `oms audit prove` printed"
_NEW: Final = "name a file that is not there yet, in a directory that is"


def read_anchor_file(path: str) -> list[Line]:
    """Give the lines of a file of anchors.

    Raises:
        OmsError: It cannot be read, or it is none.
    """
    with _named("--anchor", path, _ANCHORS):
        with Path(path).open(encoding="utf-8", errors="replace") as file:
            lines = read_anchors(file)
        if not any(line.is_checkpoint for line in lines):
            raise ValidationError("its lines", len(lines), "there is no checkpoint in it")
    return lines


def read_key_file(path: str, option: str = "--key", *, is_to_sign: bool = False) -> Key:
    """Give the key in a file.

    Raises:
        OmsError: It cannot be read, there is none in it, or it cannot sign and is to.
    """
    with _named(option, path, _KEY):
        key = read(path)
        if is_to_sign and not key.secret:
            raise ValidationError("key", key.key_id, "the public half cannot sign: pass the private key")
    return key


def read_proof_file(path: str) -> str:
    """Give the text of a proof.

    Raises:
        OmsError: It cannot be read.
    """
    with _named("PROOF", path, _PROOF):
        return Path(path).read_text("utf-8", "replace")


def write_new(path: str, text: str, *, mode: int) -> None:
    """Write a line into a file that was not there.

    Raises:
        OmsError: It was there, or cannot be made.
    """
    # Never over another file: that may be a key which something was signed with.
    with _named("FILE", path, _NEW):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text + "\n")


@contextmanager
def _named(option: str, path: str, remedy: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OmsError(f"{option} {path}: {error.strerror or error}: {remedy}") from error
    except ValidationError as error:
        # It may name the same file as a key's value.
        raise OmsError(f"{option} {path}: {error}; {remedy}") from error
