"""Measure everything, print the table, write the JSON, and fail where a limit is broken.

    python -m benchmarks [--quick] [--only WORD] [--folder DIRECTORY]

`--quick` takes fewer orders and rounds: it shows that everything runs, and its figures are not to be quoted.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from benchmarks import (
    acting_orders,
    brackets,
    durable,
    footprint,
    held_orders,
    lifecycle,
    market_data,
    market_tick,
    recovery,
    resident,
    watched_orders,
    worked_orders,
)
from benchmarks.measuring import ROUNDS, Figure

RESULTS = Path(__file__).parent / "results"
Suite = dict[str, Callable[[], list[Figure]]]


def suite(folder: Path, *, quick: bool) -> Suite:
    """Name what is measured."""
    rounds, scale = (2, 20) if quick else (ROUNDS, 1)
    return {
        "floor": lambda: lifecycle.beside_the_floor(4_000 // scale, rounds),
        "flat": lambda: lifecycle.beside_open_orders(1_000, 100_000 // scale, 2_000 // scale, rounds),
        "brackets": lambda: brackets.in_lifecycles(1_000 // scale, rounds),
        "tail": lambda: lifecycle.until_acknowledged(50_000 // scale),
        "batches": lambda: durable.in_batches(folder, max(1, 10 // scale), rounds),
        "commits": lambda: durable.commit_each(folder, 200 // scale, rounds),
        "bytes": lambda: footprint.bytes_an_order(folder, 10_000 // scale),
        "memory": lambda: resident.flat(folder, 20_000 if quick else 1_000_000),
        "recovery": lambda: recovery.recovery(folder, 1_000_000 // scale, 1 if quick else 3),
        "starts": lambda: recovery.starts(
            folder,
            tuple(count // scale for count in (1_000, 10_000, 100_000)),
            tuple(count // scale for count in (100, 1_000, 10_000)),
        ),
        "watched": lambda: watched_orders.each_update(20_000 // scale, 1_000, rounds),
        "worked": lambda: [
            *worked_orders.children(100 // scale, rounds),
            *worked_orders.updates(2_000 // scale, rounds),
        ],
        "acting": lambda: acting_orders.updates(worked_orders.LIVE // scale, min(rounds, 4)),
        "import": lambda: footprint.import_time(rounds),
        # Nothing where the recorded markets are not there.
        "data": lambda: (
            [] if (data := market_data.data_folder()) is None else market_data.figures(data, min(rounds, 3))
        ),
    }


def row(found: Figure) -> str:
    """Give a line of the table."""
    limit = "" if found.limit is None else f"{'<=' if found.is_kept else 'OVER'} {found.limit:g}"
    spread = "" if found.low == found.high else f"{found.low:,.2f} .. {found.high:,.2f}"
    return f"{found.what:<58} {found.value:>12,.2f} {found.unit:<4} {spread:>24}  {limit}"


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__.splitlines()[0] if __doc__ else None
    )
    parser.add_argument("--quick", action="store_true", help="fewer orders and rounds; not to be quoted")
    parser.add_argument("--only", default="", help="only the parts with this word in their name")
    parser.add_argument("--folder", help="where the journals go; the disk that is measured")
    asked = parser.parse_args()
    found: list[Figure] = []
    print(
        f"{platform.python_implementation()} {platform.python_version()}, {platform.machine()}; medians, with the range of rounds"
    )
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        for name, part in suite(Path(folder), quick=asked.quick).items():
            if asked.only in name:
                print(f"-- {name}")
                for one in part():
                    found.append(one)
                    print(row(one), flush=True)
    broken = [one.what for one in found if not one.is_kept]
    if asked.only in "tick" and not asked.quick:
        print("-- tick")
        if market_tick.main():
            broken.append("market tick")
    if asked.only in "held" and not asked.quick:
        print("-- held")
        if held_orders.main():
            broken.append("held orders")
    RESULTS.mkdir(exist_ok=True)
    about = {"python": platform.python_version(), "machine": platform.machine(), "quick": asked.quick}
    content = {"about": about, "figures": [asdict(one) for one in found], "broken": broken}
    (RESULTS / "latest.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    print(f"\nover the limit: {'; '.join(broken) or 'nothing'}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
