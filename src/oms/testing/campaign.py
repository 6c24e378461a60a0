"""A long run of the machine of one order: how much, how often each rare path was met, and the page that says so.

`python -m oms.testing.campaign --examples 20000 --seed 1` runs it for both venue profiles, split over processes.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final

from attrs import frozen
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import get_state_machine_test

from oms.model.venue_profile import EXCHANGE, FIX_BROKER, VenueProfile
from oms.testing.order_machine import OrderMachine
from oms.testing.rare import ONLY_CHAINING, RARE

STEPS: Final = 40
"""How many steps an example has at most."""
CHUNK: Final = 500
"""How many examples are run at a time: Hypothesis forgets what it has tried after each."""
PROFILES: Final = {"FIX broker": FIX_BROKER, "exchange": EXCHANGE}


class ExchangeMachine(OrderMachine):
    """The machine at an exchange: no pending states, filled and canceled for good, bundled reports."""

    profile: ClassVar[VenueProfile] = EXCHANGE
    seen: ClassVar[Counter[str]] = Counter()


MACHINES: Final[dict[str, type[OrderMachine]]] = {"FIX broker": OrderMachine, "exchange": ExchangeMachine}


@frozen
class Share:
    """What one process has done.

    Attributes:
        profile: The name of the venue profile.
        seen: How often each thing happened, examples and steps among them.
        wall_s: How long it took, in seconds.
    """

    profile: str
    seen: dict[str, int]
    wall_s: float


def run(profile: str, examples: int, first_seed: int) -> Share:
    """Run so many examples for one venue profile, and give what was met.

    Raises:
        AssertionError: The machine found something.
    """
    machine = MACHINES[profile]
    begun = time.perf_counter()
    done, number = 0, 0
    while done < examples:
        before = machine.seen["examples"]
        test = get_state_machine_test(machine, settings=_settings(min(CHUNK, examples - done)))
        seed(first_seed * 1_000 + number)(test)()
        number += 1
        done += machine.seen["examples"] - before
        print(f"{profile}: {done} of {examples}", file=sys.stderr, flush=True)
    return Share(profile, dict(machine.seen), time.perf_counter() - begun)


def _settings(examples: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=(HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large),
        print_blob=True,
    )


def unmet(shares: Sequence[Share]) -> list[str]:
    """Give the rare paths that a campaign has not met, each with its profile."""
    return [
        f"{share.profile}: {name}"
        for share in shares
        for name in RARE
        if not share.seen.get(name) and (PROFILES[share.profile].chains_replaces or name not in ONLY_CHAINING)
    ]


def page(command: str, first_seed: int, shares: Sequence[Share]) -> str:
    """Give the page that tells of a campaign, as Markdown."""
    lines = [
        "# The machine of one order: the last campaign",
        "",
        "A venue tells the truth about one order, and everything that can go wrong between it and the manager does: reports come",
        "late, twice, out of order or not at all, requests are lost or overtaken, the process dies and starts again.",
        "After every step the invariants hold, and when the faults stop manager and venue agree.",
        "What is counted here was written by the campaign itself; a count of zero fails it.",
        "",
        f"- Command: `{command}`",
        f"- Seed: {first_seed}",
        f"- Examples: {sum(share.seen['examples'] for share in shares):,}, of up to {STEPS} steps each",
        f"- Steps: {sum(share.seen['steps'] for share in shares):,}",
        f"- Wall time: {max(share.wall_s for share in shares):,.0f} s, in {len(shares)} processes",
        "",
        "| met | " + " | ".join(share.profile for share in shares) + " |",
        "| --- |" + " ---: |" * len(shares),
    ]
    for name in ("examples", "steps", *RARE):
        counts = " | ".join(_cell(share, name) for share in shares)
        lines.append(f"| {name} | {counts} |")
    return "\n".join(lines) + "\n"


def _cell(share: Share, name: str) -> str:
    profile: VenueProfile = PROFILES[share.profile]
    if name in ONLY_CHAINING and not profile.chains_replaces:
        return "cannot happen"
    return f"{share.seen.get(name, 0):,}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a campaign; 0 where nothing was found and every rare path was met."""
    parser = argparse.ArgumentParser(prog="python -m oms.testing.campaign", description=__doc__)
    parser.add_argument("--examples", type=int, default=20_000, help="how many, over both venue profiles")
    parser.add_argument("--seed", type=int, default=1, help="the same one draws the same examples")
    parser.add_argument("--page", type=Path, help="where the page is written; nowhere if not given")
    parser.add_argument(
        "--profile", choices=sorted(MACHINES), help="run this profile alone, and print its counts"
    )
    asked = parser.parse_args(arguments)
    if asked.profile is not None:
        share = run(asked.profile, asked.examples, asked.seed)
        json.dump({"profile": share.profile, "seen": share.seen, "wall_s": share.wall_s}, sys.stdout)
        return 0
    each = (asked.examples + len(MACHINES) - 1) // len(MACHINES)
    started = [_start(profile, each, asked.seed) for profile in MACHINES]
    outputs = [process.communicate()[0] for process in started]
    if any(process.returncode for process in started):
        return 1
    shares = [Share(**json.loads(output)) for output in outputs]
    missing = unmet(shares)
    command = f"python -m oms.testing.campaign --examples {asked.examples} --seed {asked.seed}"
    text = page(command, asked.seed, shares)
    print(text)
    for name in missing:
        print(f"never met: {name}", file=sys.stderr)
    if asked.page is not None:
        asked.page.write_text(text, encoding="utf-8")
    return 1 if missing else 0


def _start(profile: str, examples: int, first_seed: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "oms.testing.campaign", "--profile", profile]
    command += ["--examples", str(examples), "--seed", str(first_seed)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603  # our own module, with numbers


if __name__ == "__main__":
    raise SystemExit(main())
