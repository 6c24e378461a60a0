"""What it costs to write and to read one event, for each kind of event.

Run from the repository: `python -m benchmarks.codec`. The events are those of the fixture of version 1. Beside each
stands what `json` alone needs for the same text: `json.dumps` of the ready-made dict, `json.loads` to a dict. The last
column is `decode` with `msgspec`, where that is installed; without it the column repeats `decode`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from oms.codec import fast
from oms.codec.event_codec import decode, encode
from oms.errors import OmsError

FIXTURE = Path(__file__).parents[1] / "tests" / "unit" / "codec" / "fixtures" / "v1.jsonl"
ROUNDS = 15
CALLS = 1_000


def best_us(*works: Callable[[], object]) -> list[float]:
    """The least time of one call of each, in microseconds of the processor; the works take turns."""
    least = [float("inf")] * len(works)
    for _ in range(ROUNDS):
        for place, work in enumerate(works):
            start = time.process_time_ns()
            for _ in range(CALLS):
                work()
            least[place] = min(least[place], (time.process_time_ns() - start) / CALLS / 1_000)
    return least


def row(text: str) -> str:
    """One line of the table."""
    event, plain = decode(text), json.loads(text)
    assert encode(event) == text

    def dumps() -> str:
        return json.dumps(plain, separators=(",", ":"))

    times = best_us(lambda: encode(event), dumps, lambda: decode(text), lambda: json.loads(text))
    with suppress(OmsError):
        fast.switch_on()
    times += best_us(lambda: decode(text))
    fast.switch_off()
    return f"{type(event).__name__:20} {len(text):6}" + "".join(f"{us:10.2f}" for us in times)


def main() -> None:
    """Print the table, the first event of each kind."""
    print(
        f"{'µs an event':20} {'bytes':>6}{'encode':>10}{'dumps':>10}{'decode':>10}{'loads':>10}{'fast':>10}"
    )
    seen: set[str] = set()
    for text in FIXTURE.read_text("ascii").splitlines():
        name = text.split('"', 4)[3]
        if name not in seen:
            seen.add(name)
            print(row(text))


if __name__ == "__main__":
    main()
