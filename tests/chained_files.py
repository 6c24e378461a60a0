"""Journals put together with `hashlib`, `json` and `sqlite3` alone, to be meddled with."""

import json
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from hashlib import sha256
from pathlib import Path

STORE_ID = "0123456789abcdef0123456789abcdef"
FIRST_LINE = {"about": "a journal", "id": STORE_ID}


def plain_records(count: int, *, shift: int = 0) -> list[str]:
    """Records that begin as every record does, numbered from 1."""
    return [
        f'{{"type":"KillSwitchReleased","schema":1,"sequence":{number},"epoch":{1 + number // 5},'
        f'"cause":{{"kind":"Say","origin":"\\"prev_hash\\":{number}"}},"prev_hash":"","input_sequence":{number},'
        f'"time_ns":{1_700_000_000_000_000_000 + number},"reason":"number {number + shift}"}}'
        for number in range(1, count + 1)
    ]


def linked(texts: Sequence[str], store_id: str = STORE_ID) -> list[bytes]:
    """The records of a journal as they are stored."""
    stored, before = [], sha256(b"openoms journal\n" + store_id.encode("ascii")).hexdigest()
    for text in texts:
        covered = text.replace('"prev_hash":""', f'"prev_hash":"{before}"', 1).removesuffix("}")
        before = sha256(covered.encode("ascii")).hexdigest()
        stored.append(f'{covered},"hash":"{before}"}}'.encode("ascii"))
    return stored


def with_a_hash_of_its_own(record: bytes) -> bytes:
    """A record whose own hash fits what it says."""
    covered = record[: record.rindex(b',"hash":"')]
    return b'%b,"hash":"%b"}' % (covered, sha256(covered).hexdigest().encode("ascii"))


def write_lines(path: Path, records: Sequence[bytes]) -> Path:
    """Write a journal of lines."""
    path.write_bytes(
        b"".join([json.dumps(FIRST_LINE).encode(), b"\n", *(record + b"\n" for record in records)])
    )
    return path


def write_sqlite(path: Path, records: Sequence[bytes], *, page_size: int = 4096) -> Path:
    """Write a journal in a SQLite file, each record filed under its place."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA page_size = {page_size}")
        connection.execute("CREATE TABLE events (sequence INTEGER PRIMARY KEY, payload TEXT NOT NULL)")
        connection.execute("CREATE TABLE meta (name TEXT PRIMARY KEY, content TEXT NOT NULL) WITHOUT ROWID")
        connection.execute("INSERT INTO meta VALUES ('id', ?)", (STORE_ID,))
        connection.executemany("INSERT INTO events VALUES (?, CAST(? AS TEXT))", list(enumerate(records, 1)))
        connection.commit()
    return path


def hash_in(record: bytes) -> str:
    """The own hash that a record carries."""
    found = re.search(rb'"hash":"([0-9a-f]{64})"\}$', record)
    assert found
    return found[1].decode("ascii")


def root_by_definition(records: Sequence[bytes]) -> str:
    """The root of the tree over the own hashes, as RFC 6962 defines it."""

    def mth(data: list[bytes]) -> bytes:
        if len(data) < 2:
            return sha256(b"\x00" + data[0] if data else b"").digest()
        k = 1
        while 2 * k < len(data):
            k *= 2
        return sha256(b"\x01" + mth(data[:k]) + mth(data[k:])).digest()

    return mth([bytes.fromhex(hash_in(record)) for record in records]).hex()
