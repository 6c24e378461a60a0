"""What the campaigns of this folder have in common: how they are tallied, and the page that each writes into the docs."""

from __future__ import annotations

import platform
import sqlite3
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from attrs import define, field

PAGES: Final = Path(__file__).parents[2] / "docs" / "reference" / "campaigns"
MEMORY: Final = Path("/dev/shm")
"""Where disasters are played out: there a sync costs nothing, and a process that dies loses nothing either."""


@define
class Tally:
    """What became of a campaign, or of a part of it.

    Attributes:
        tried: How many disasters there were.
        seen: How often what is worth counting was met.
        findings: What was wrong.
    """

    tried: int = 0
    seen: Counter[str] = field(factory=Counter)
    findings: list[str] = field(factory=list)

    def add(self, other: Tally) -> None:
        """Count in another part."""
        self.tried += other.tried
        self.seen.update(other.seen)
        self.findings += other.findings

    def faults(self, rare: Sequence[str]) -> list[str]:
        """Give what fails the campaign: everything that was wrong, and what should have been met and was not."""
        return [*self.findings, *(f"never met: {what}" for what in rare if not self.seen[what])]


@define
class Page:
    """A report in the docs.

    Attributes:
        name: Of the file.
        title: Of the page.
        about: What was done and held, as paragraphs.
        command: What repeats it.
        rare: What must have been met, in order.
    """

    name: str
    title: str
    about: str
    command: str
    rare: tuple[str, ...]

    def write(
        self,
        tally: Tally,
        wall_s: float,
        facts: Sequence[str] = (),
        more: Sequence[str] = (),
        folder: Path = PAGES,
    ) -> Path:
        """Write the page of a campaign that found nothing; give where.

        Args:
            tally: What became of it.
            wall_s: How long it took, in seconds.
            facts: Further points beside the command and the time.
            more: Lines that follow the counters.
            folder: Where to.
        """
        lines = [
            f"# {self.title}",
            "",
            self.about.strip(),
            "",
            f"- Command: `{self.command}`",
            f"- Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}",
            f"- {timedelta(seconds=round(wall_s))} on the wall",
            *(f"- {fact}" for fact in facts),
            f"- Tried: {tally.tried:,}",
            f"- Findings: {len(tally.findings)}",
            "",
            "## What was met on the way",
            "",
            "| what | how often |",
            "|---|---:|",
            *(f"| {what} | {tally.seen[what]:,} |" for what in self.rare),
            "",
            *more,
        ]
        path = folder / f"{self.name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines), encoding="utf-8")
        return path


def playground() -> str | None:
    """Give a folder in memory, where there is one; for `tempfile`."""
    return str(MEMORY) if MEMORY.is_dir() else None
