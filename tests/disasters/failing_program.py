"""A process whose disk fails: it opens a journal, appends to it, and says on its standard output what each call came to.

Run as `failing_program.py JOURNAL APPENDS [BYTES]`, the last for how long a file may become. Every line begins with the time
in nanoseconds: `opened`, `appended N` or `closed` where a call returned, `failed NAME` where it raised, and `holds N` for what
the store tells when it is asked after that.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from pathlib import Path

from oms.errors import StoreError
from oms.stores.sqlite import SQLiteEventStore
from tests.disasters.workload import appends

SEED = 7
TRIES = 2
"""How often a call is made that fails; what fails but once is then seen to be over."""


def say(line: str) -> None:
    os.write(1, f"{time.time_ns()} {line}\n".encode())  # noqa: TID251  # compared with the times of system calls


def write(journal: Path, count: int) -> None:
    """Open, append and close; nothing but a `StoreError` may come of any of it."""
    store = _opened(journal)
    if store is None:
        return
    kept = 0
    for group in appends(SEED, count):
        for _ in range(TRIES):
            try:
                store.append(group, group[0].sequence - 1)
            except StoreError as error:
                say(f"failed {type(error).__name__}")
                held = _held(store)
                if held is None:
                    store.close()
                    return
                kept = held
            else:
                kept = group[-1].sequence
                say(f"appended {kept}")
            if kept >= group[-1].sequence:
                break
        else:
            break
    store.close()
    say("closed")


def _opened(journal: Path) -> SQLiteEventStore | None:
    for _ in range(TRIES):
        try:
            store = SQLiteEventStore(journal)
        except StoreError as error:
            say(f"failed {type(error).__name__}")
        else:
            say("opened")
            return store
    return None


def _held(store: SQLiteEventStore) -> int | None:
    for _ in range(TRIES):
        try:
            held = len(list(store.read()))
        except StoreError as error:
            say(f"failed {type(error).__name__}")
        else:
            say(f"holds {held}")
            return held
    return None


if __name__ == "__main__":
    if len(sys.argv) > 3:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
    write(Path(sys.argv[1]), int(sys.argv[2]))
