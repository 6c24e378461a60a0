"""A campaign: many runs with seeds that follow from one, until so many orders have come to their end.

It fails where anything did not hold, with the command that repeats it, shrunk; and where a rare path was never met.
"""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

from attrs import Factory, asdict, frozen

from oms.testing.simulator.parts import Parts
from oms.testing.simulator.rare import OF_ALGORITHMS, OF_TWO_BROKERS, RARE
from oms.testing.simulator.run import Failure, failure_of, shrink, simulate
from oms.testing.simulator.scene import scene_of

RUNS_A_SEED: Final = 1_000_000
"""How many runs a campaign may have at most."""
TELL_EVERY_S: Final = 10.0
DIGEST_EVERY: Final = 50
"""Of how many runs one has its whole journal made text, for the digest of the campaign."""


@frozen
class Result:
    """What a campaign, or a share of one, has done.

    Attributes:
        runs: How many runs.
        lifecycles: How many orders were sent, and came to their end.
        events: How many events were written.
        wall_s: How long it took, in seconds.
        digest: The SHA-256 over the journals of every run whose number `DIGEST_EVERY` divides.
        seen: How often each rare thing has happened.
        failures: The commands that repeat what did not hold.
    """

    runs: int
    lifecycles: int
    events: int
    wall_s: float
    digest: str
    seen: dict[str, int]
    failures: tuple[str, ...] = Factory(tuple)


def run_campaign(
    lifecycles: int,
    seed: int,
    *,
    parts: Parts | None = None,
    share: tuple[int, int] = (0, 1),
    minutes: float | None = None,
    tells: bool = False,
    parents: int | None = None,
) -> Result:
    """Do runs until so many orders have come to their end, the time is up, or one of them has failed.

    Args:
        lifecycles: How many orders.
        seed: What all seeds of runs follow from.
        parts: Where adapter, store and handlers come from; the library's own if not given.
        share: Which runs: of so many, beginning with the first number, every so many-th.
        minutes: After how many no run is begun; there is no such limit if None.
        tells: Say on standard error how far it is.
        parents: Count orders that algorithms work instead, which each run has then; all orders if None.
    """
    seen: Counter[str] = Counter()
    digest = sha256()
    runs, done, events = 0, 0, 0
    begun = told = time.perf_counter()
    until = None if minutes is None else begun + 60 * minutes
    number, step = share
    failures: tuple[str, ...] = ()
    wanted = lifecycles if parents is None else parents
    while (done if parents is None else seen["parents"]) < wanted:
        scene = scene_of(seed * RUNS_A_SEED + number, works=parents is not None)
        digests = number % DIGEST_EVERY == 0
        try:
            ran = simulate(scene, parts, seen, digests=digests)
        except Exception:  # noqa: BLE001  # whatever it is, it is repeated and told below
            failures = (_told(failure_of(scene, parts), parts),)
            break
        runs, done, events, number = runs + 1, done + ran.lifecycles, events + ran.events, number + step
        if digests:
            digest.update(ran.digest.encode())
        now = time.perf_counter()
        if until is not None and now >= until:
            break
        if tells and now - told >= TELL_EVERY_S:
            told = now
            _tell(done if parents is None else seen["parents"], wanted, now - begun)
    return Result(runs, done, events, time.perf_counter() - begun, digest.hexdigest(), dict(seen), failures)


def _tell(done: int, of: int, took_s: float) -> None:
    rate = done / took_s
    left_s = (of - done) / rate if done else 0.0
    print(f"{done:,} of {of:,}, {rate:,.0f} a second, {left_s:,.0f} s left", file=sys.stderr, flush=True)


def _told(failure: Failure | None, parts: Parts | None) -> str:
    if failure is None:
        return "a run failed in the campaign, and not by itself: it depends on what was before it"
    whole = failure.command(parts)
    short = shrink(failure, parts)
    return "\n".join(
        (
            f"{failure.invariant}: {failure.what}",
            f"seed {failure.scene.seed}; it is repeated by",
            f"  {whole}",
            f"shrunk to {len(short.numbers or ())} actions:",
            f"  {short.command(parts)}",
        )
    )


def rare_of(*, works: bool) -> tuple[str, ...]:
    """Give what must have been met; more where each run gives orders to algorithms."""
    return (*RARE, *OF_ALGORITHMS, *OF_TWO_BROKERS) if works else RARE


def unmet(result: Result, *, works: bool = False) -> list[str]:
    """Give the rare paths that were not met."""
    return [name for name in rare_of(works=works) if not result.seen.get(name)]


def joined(results: Sequence[Result]) -> Result:
    """Give the shares of a campaign as one."""
    seen: Counter[str] = Counter()
    for result in results:
        seen.update(result.seen)
    digest = sha256("".join(result.digest for result in results).encode()).hexdigest()
    return Result(
        sum(result.runs for result in results),
        sum(result.lifecycles for result in results),
        sum(result.events for result in results),
        max(result.wall_s for result in results),
        results[0].digest if len(results) == 1 else digest,
        dict(seen),
        tuple(failure for result in results for failure in result.failures),
    )


def page(
    command: str, seed: int, processes: int, result: Result, ran_on: str = "", *, works: bool = False
) -> str:
    """Give the page that tells of a campaign, as Markdown; `ran_on` names the source that it ran on."""
    lines = [
        "# The simulator: the last campaign",
        "",
        "A bot trades several instruments for several accounts, over a network that loses, delays, repeats and reorders, at a venue",
        "that lies at times, with a journal that fails, a clock that jumps, and a process that dies at any step, also while it",
        "starts. After every step the invariants hold; when the faults stop, manager and venue agree on every order and position.",
        "What is counted here was written by the campaign itself; a count of zero fails it.",
        "",
        f"- Command: `{command}`",
        *([f"- Ran on: {ran_on}"] if ran_on else []),
        f"- Seed: {seed}",
        f"- Lifecycles: {result.lifecycles:,}, in {result.runs:,} runs",
        f"- Events: {result.events:,}",
        f"- Violations: {len(result.failures)}",
        f"- Wall time: {result.wall_s:,.0f} s, in {processes} process{'es' if processes > 1 else ''}",
        f"- Python: {sys.version.split()[0]}",
        f"- SHA-256 over the journals of every {DIGEST_EVERY}th run: `{result.digest}`",
        "",
        "| met | times |",
        "| --- | ---: |",
        *(f"| {name} | {result.seen.get(name, 0):,} |" for name in rare_of(works=works)),
    ]
    return "\n".join(lines) + "\n"


# ---------------------------------------------------------------- the command


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a campaign, or repeat one run; 0 where everything held and every rare path was met."""
    asked = _parser().parse_args(arguments)
    parts = _parts(asked.parts)
    if asked.run is not None:
        return _repeat(asked.run, asked.only, parts, works=asked.parents is not None)
    if asked.digests is not None:
        seeds = [int(seed) for seed in asked.digests.split(",")]
        json.dump({seed: simulate(scene_of(seed), parts, digests=True).digest for seed in seeds}, sys.stdout)
        return 0
    if asked.share is not None:
        first, step = map(int, asked.share.split("/"))
        result = run_campaign(
            asked.lifecycles,
            asked.seed,
            parts=parts,
            share=(first, step),
            minutes=asked.minutes,
            tells=not first,
            parents=asked.parents,
        )
        json.dump(asdict(result), sys.stdout)
        return 0
    result = joined(_shares(asked) if asked.processes > 1 else [_alone(asked, parts)])
    much = f"--lifecycles {asked.lifecycles}" if asked.parents is None else f"--parents {asked.parents}"
    command = f"python -m oms.testing.simulator {much} --seed {asked.seed}"
    command += f" --processes {asked.processes}" if asked.processes > 1 else ""
    command += f" --minutes {asked.minutes:g}" if asked.minutes is not None else ""
    works = asked.parents is not None
    text = page(command, asked.seed, asked.processes, result, asked.ran_on, works=works)
    print(text)
    for failure in result.failures:
        print(failure, file=sys.stderr)
    missing = [] if result.failures else unmet(result, works=works)
    for name in missing:
        print(f"never met: {name}", file=sys.stderr)
    if asked.page is not None and not result.failures:
        asked.page.write_text(text, encoding="utf-8")
    return 1 if missing or result.failures else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m oms.testing.simulator", description=__doc__)
    parser.add_argument("--lifecycles", type=int, default=1_000_000, help="how many orders")
    parser.add_argument(
        "--parents", type=int, help="how many orders that algorithms work, in place of --lifecycles"
    )
    parser.add_argument("--seed", type=int, default=1, help="the same one draws the same runs")
    parser.add_argument("--processes", type=int, default=1, help="over how many processes they are split")
    parser.add_argument("--minutes", type=float, help="after how many no run is begun, however many are done")
    parser.add_argument("--page", type=Path, help="where the page is written; nowhere if not given")
    parser.add_argument("--ran-on", default="", help="what the page says that it ran on, such as a commit")
    parser.add_argument("--parts", default="", help="MODULE:CLASS, a `Parts` of your own")
    parser.add_argument("--run", type=int, help="repeat the run with this seed alone")
    parser.add_argument("--only", help="with --run: the numbers of the actions that are done, with commas")
    parser.add_argument(
        "--digests", help="give the SHA-256 of the journals of the runs with these seeds, with commas"
    )
    parser.add_argument("--share", help=argparse.SUPPRESS)
    return parser


def _parts(name: str) -> Parts | None:
    if not name:
        return None
    module, _, cls = name.partition(":")
    made = getattr(importlib.import_module(module), cls)()
    if not isinstance(made, Parts):
        raise SystemExit(f"{name} is no oms.testing.simulator.parts.Parts")
    made.name = name
    return made


def _repeat(seed: int, only: str | None, parts: Parts | None, *, works: bool) -> int:
    numbers = None if only is None else [int(number) for number in only.split(",") if number]
    failure = failure_of(scene_of(seed, works=works), parts, numbers=numbers)
    print("nothing was found" if failure is None else f"{failure.invariant}: {failure.what}")
    return 0 if failure is None else 1


def _alone(asked: argparse.Namespace, parts: Parts | None) -> Result:
    return run_campaign(
        asked.lifecycles, asked.seed, parts=parts, minutes=asked.minutes, tells=True, parents=asked.parents
    )


def _shares(asked: argparse.Namespace) -> list[Result]:
    each = -(-asked.lifecycles // asked.processes)
    command = [sys.executable, "-m", "oms.testing.simulator", "--lifecycles", str(each)]
    command += ["--seed", str(asked.seed), "--parts", asked.parts]
    if asked.parents is not None:
        command += ["--parents", str(-(-asked.parents // asked.processes))]
    command += ["--minutes", str(asked.minutes)] if asked.minutes is not None else []
    started = [
        subprocess.Popen(  # noqa: S603  # our own module, with numbers
            [*command, "--share", f"{first}/{asked.processes}"], stdout=subprocess.PIPE, text=True
        )
        for first in range(asked.processes)
    ]
    outputs = [process.communicate()[0] for process in started]
    if any(process.returncode for process in started):
        raise SystemExit("a share of the campaign has died")
    return [Result(**json.loads(output)) for output in outputs]
