"""What every command of `oms` offers: `add_parser(subparsers)` and `run(args) -> int`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Protocol


class Subparsers(Protocol):
    """What `ArgumentParser.add_subparsers` gives, as far as commands use it."""

    def add_parser(self, name: str, *, help: str, description: str) -> ArgumentParser:  # noqa: A002  # argparse's word
        """Make the parser of one command."""
        ...


class Command(Protocol):
    """A module that is a command."""

    def add_parser(self, subparsers: Subparsers) -> None:
        """Make the command's parser, and set its `run` as the default of that name."""
