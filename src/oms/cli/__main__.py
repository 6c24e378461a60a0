"""The command `oms`, also `python -m oms.cli`."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from importlib.metadata import version
from typing import Final

from oms.cli import anomalies, audit, demo, diagram, doubts, orders, reconcile, replay, run, show, state
from oms.cli.command import Command
from oms.errors import OmsError

COMMANDS: Final[tuple[Command, ...]] = (
    demo, run, orders, show, doubts, anomalies, state, replay, reconcile, audit, diagram,
)  # fmt: skip
"""Every command, in the order of the help; a new one is a module, named here."""

_FAILED: Final = 2
_INTERRUPTED: Final = 130  # as a shell shows a program that SIGINT ended
_PIPE_CLOSED: Final = 141  # as a shell shows a program that SIGPIPE ended


def build_parser() -> ArgumentParser:
    """Give the parser of the whole command line."""
    parser = ArgumentParser(
        prog="oms", description="Order management as a library: trade simulated markets, look into journals."
    )
    parser.add_argument("--version", action="version", version=f"oms {version('openoms')}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND")
    for command in COMMANDS:
        command.add_parser(subparsers)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code: 0, or 2 for an error, which is one line on stderr."""
    parser = build_parser()
    args = parser.parse_args(argv)
    command = getattr(args, "run", None)
    if command is None:
        parser.print_help()
        return 0
    try:
        code: int = command(args)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads has had enough, `oms orders DB | head` for one. Python would complain once more while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _PIPE_CLOSED
    except KeyboardInterrupt:
        return _INTERRUPTED
    except (OmsError, OSError) as error:
        print(f"oms: {error}", file=sys.stderr)
        return _FAILED
    return code


if __name__ == "__main__":
    sys.exit(main())
