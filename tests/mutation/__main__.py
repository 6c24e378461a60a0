"""Change the lifecycle in one place at a time, and see whether the tests notice.

    python -m tests.mutation [--module WORD] [--limit N] [--jobs 2] [--list] [--report FILE] [--again FILE]

Run it at the top of the repository. It fails where fewer than 95 % are killed, where a survivor has no reason in
`reasons.py`, and where a reason is no longer needed. Only a whole campaign writes a report. As tests that were added kill
what they kill on top of the others, `--again` takes what a whole campaign on the same lifecycle has printed, and tries only
what survived that.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from pathlib import Path

from tests.mutation.mutants import Mutant
from tests.mutation.report import Earlier, Found, complaints, page, shown
from tests.mutation.runner import Result, Verdict, all_mutants, campaign, prepare, source_folder, sources

# A report to whoever waits for it is what this program is for.
# ruff: noqa: T201

PROGRESS = 50


def asked() -> argparse.Namespace:
    """Read the command line."""
    words = __doc__.splitlines()[0] if __doc__ else None
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=words)
    parser.add_argument("--module", default="", help="only modules with this word in their name")
    parser.add_argument("--where", default="", help="only functions and tables with this word in their name")
    parser.add_argument("--limit", type=int, default=0, help="so many mutants, taken evenly from all of them")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time")
    parser.add_argument("--list", action="store_true", help="name the mutants and run nothing")
    parser.add_argument("--report", type=Path, help="where the page for the docs goes")
    parser.add_argument(
        "--again", type=Path, help="what a whole campaign has printed: only what survived it is tried"
    )
    return parser.parse_args()


def sample(found: tuple[Mutant, ...], limit: int) -> tuple[Mutant, ...]:
    """Take so many, evenly."""
    if not 0 < limit < len(found):
        return found
    return tuple(found[place * len(found) // limit] for place in range(limit))


def main() -> int:
    """Run the campaign that was asked for."""
    wanted = asked()
    texts = sources()
    everything = all_mutants(texts)
    fitting = tuple(one for one in everything if wanted.module in one.module and wanted.where in one.where)
    chosen = sample(fitting, wanted.limit)
    is_whole = len(chosen) == len(everything)
    earlier: Earlier | None = None
    if wanted.again and is_whole:
        earlier = Earlier.read(wanted.again.read_text(encoding="utf-8"), everything)
        if earlier is None:
            print(f"{wanted.again} is not what a whole campaign on this lifecycle has printed")
            return 2
        chosen = earlier.survivors
    if wanted.list:
        print(*map(shown, chosen), sep="\n")
        return 0
    if wanted.report and not is_whole:
        print("a report is of the whole campaign: leave --module, --where and --limit out")
        return 2
    # Told to stop, it takes its children with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    start = time.perf_counter()
    baseline = prepare()
    print(source_folder())
    print(
        f"{baseline.count} tests, green in {baseline.took_s:.1f} s; {len(chosen)} of {len(everything)} mutants"
    )
    results: list[Result] = [] if earlier is None else list(earlier.dead)
    # Each as it comes, so that a campaign that is broken off has still said something.
    for result in campaign(chosen, texts, baseline, jobs=wanted.jobs):
        results.append(result)
        if result.verdict is not Verdict.KILLED:
            print(f"{result.verdict.value}: {shown(result.mutant)}", flush=True)
        if len(results) % PROGRESS == 0:
            print(f"{len(results)} of {len(chosen)}, {time.perf_counter() - start:.0f} s", flush=True)
    command = " ".join(["python -m tests.mutation", *sys.argv[1:]])
    found = Found(
        results=tuple(results),
        tests=baseline.count,
        took_s=time.perf_counter() - start + (0.0 if earlier is None else earlier.took_s),
        jobs=wanted.jobs,
        command=command,
    )
    print(f"{found.killed:.2%} of {len(results)} killed in {found.took_s:.0f} s")
    if wanted.report:
        wanted.report.parent.mkdir(parents=True, exist_ok=True)
        wanted.report.write_text(page(found), encoding="utf-8")
    wrong = tuple(complaints(found, is_whole=is_whole))
    print(*wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
