"""Every defect built into the library in turn, and what the simulator says to it: `python -m tests.defects --page FILE`."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.defects.defects import DEFECTS

LIFECYCLES = 20_000
"""After how many lifecycles a defect counts as missed."""
MAX_ACTIONS = 20
"""How many actions a failing run may have that is shrunk."""
LIMIT_S = 900


def look_for(number: int, lifecycles: int, seed: int) -> dict[str, Any]:
    """Give what was found of a defect, by its number; an empty invariant where nothing was."""
    command = [sys.executable, "-m", "tests.defects.child", str(number), str(lifecycles), str(seed)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    if ran.returncode:
        raise RuntimeError(f"{DEFECTS[number].name}: {ran.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def page(seed: int, found: Sequence[dict[str, Any]]) -> str:
    """Give the page with the table, as Markdown."""
    lines = [
        "# Defects that were built in",
        "",
        "Each of these is a small edit of the library, built in on purpose: the simulator has to say that something is wrong, and",
        f"to shrink the run that shows it to at most {MAX_ACTIONS} actions. `nox -s defects` builds them in one after the other;",
        "the edits are in `tests/defects/defects.py`.",
        "",
        f"- Command: `python -m tests.defects --seed {seed}`",
        f"- Defects: {len(found)}",
        f"- Caught: {sum(bool(one['invariant']) for one in found)}",
        "",
        "| defect | module | caught by | lifecycles before | actions, shrunk |",
        "| --- | --- | --- | ---: | ---: |",
    ]
    for defect, one in zip(DEFECTS, found, strict=False):
        caught = one["invariant"] or "nothing"
        lines.append(
            f"| {defect.name} | `{defect.module}` | {caught} | {one['lifecycles']:,} | {one['actions']} |"
        )
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Look for every defect; 0 where each was caught and shrunk."""
    parser = argparse.ArgumentParser(prog="python -m tests.defects", description=__doc__)
    parser.add_argument(
        "--lifecycles", type=int, default=LIFECYCLES, help="after how many one counts as missed"
    )
    parser.add_argument("--seed", type=int, default=1, help="the same one draws the same runs")
    parser.add_argument("--processes", type=int, default=2, help="how many are looked for at a time")
    parser.add_argument("--page", type=Path, help="where the page is written; nowhere if not given")
    asked = parser.parse_args(arguments)
    found: list[dict[str, Any]] = []
    with ThreadPoolExecutor(asked.processes) as pool:
        for number, one in enumerate(
            pool.map(lambda number: look_for(number, asked.lifecycles, asked.seed), range(len(DEFECTS)))
        ):
            found.append(one)
            caught = one["invariant"] or "MISSED"
            line = f"{number:2} {caught:10} {one['lifecycles']:6} {one['actions']:3}  {DEFECTS[number].name}"
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
    if asked.page is not None:
        asked.page.write_text(page(asked.seed, found), encoding="utf-8")
    missed = [one for one in found if not one["invariant"] or one["actions"] > MAX_ACTIONS]
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
