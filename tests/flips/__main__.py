"""The whole campaign: `python -m tests.flips` flips every byte of a journal of 256 KiB in each kind of file.

It writes its report into the docs. One that fails writes nothing, and a count of zero fails it.
"""
# ruff: noqa: T201  # the table is its output

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import Final

from tests.flips.campaign import CAMPAIGNS, COUNTED, Result

REPORT: Final = Path(__file__).parents[2] / "docs" / "reference" / "campaigns" / "flipped-bytes.md"

_PAGE: Final = """# Flipped bytes: the last campaign

Every byte of a journal is changed in turn, by one bit, and `oms audit verify` has to find it at the record that holds the
byte. In a SQLite file the bytes beside the records (its header, its tree, free space, the table `meta`) are flipped as
well: what is not found has to be without effect, which is to say that the store reads the same events. Every record is
removed, said twice, swapped with its neighbor and with one further off, and the journal is cut after every record.
What is counted here was written by the campaign itself; a count of zero fails it.

- Command: `{command}`
- Seed: none; of the byte at place *n* the bit *5 n* mod 8
- Size of the records together: {size:,} bytes
- Wall time: {wall:,.0f} s, in {processes} processes, on CPython {python}

| what | how often |
| --- | ---: |
{rows}

Flips in records that were found and named with the right record: all of them. What the store alone refuses are the marks
by which it knows its own files, of which the verifier needs none. What came without effect lies in parts of the file that nobody
reads. A tail that is cut off cannot be told without an anchor; a line counts how often that was so.
"""


def _part(name: str, size: int) -> Result:
    with tempfile.TemporaryDirectory() as folder:
        return CAMPAIGNS[name](Path(folder) / "journal", size)


def main() -> int:
    """Run the parts side by side, print the counts, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m tests.flips")
    parser.add_argument(
        "--kib", type=int, default=256, help="the size of the journal's records, 256 unless given"
    )
    args = parser.parse_args()
    started, counts, failures = perf_counter(), Counter[str](), []
    with ProcessPoolExecutor(2) as pool:
        for result in pool.map(_part, CAMPAIGNS, [args.kib * 1024] * len(CAMPAIGNS)):
            counts.update(result.counts)
            failures += result.failures
    wall = perf_counter() - started
    rows = "\n".join(f"| {name} | {count:,} |" for name, count in counts.items())
    print(rows)
    print(f"{wall:.0f} s")
    zero = [name for name in COUNTED if not counts[name]]
    if failures or zero:
        print("\n".join([*failures, *(f"never happened: {name}" for name in zero)]))
        return 1
    REPORT.write_text(
        _PAGE.format(
            command="nox -s flips" if args.kib == 256 else f"python -m tests.flips --kib {args.kib}",
            size=args.kib * 1024,
            wall=wall,
            processes=2,
            python=platform.python_version(),
            rows=rows,
        ),
        "utf-8",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
