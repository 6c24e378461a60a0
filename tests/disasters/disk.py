"""A disk as it may be after the power was cut, worked out from what was asked of the operating system until then.

What was synced is there. Of what was not, anything may be: each sector of each write is there or is not, whatever the order
in which they were asked for; a file may have grown without its new part having been written; names may be those of before.
Names come back in their order, as on every file system that journals them.
"""

from __future__ import annotations

import random  # noqa: TID251  # what survives is drawn from a seed
from typing import Final

from attrs import define, field

from tests.disasters.system_calls import Call

SECTOR: Final = 512


@define(eq=False)
class File:
    """A file: what is certainly on the disk, what is there for those who read it, and what came since the last sync."""

    synced: bytearray = field(factory=bytearray)
    length: int = 0
    since: list[Call] = field(factory=list)


@define
class Disk:
    """Everything in one folder.

    Attributes:
        names: The files by their names, as they are for those who read them.
        named: The same, as it certainly is on the disk.
        unnamed: What was done to names since the folder was last synced.
        acked: The last number that the program has told.
    """

    folder: str
    names: dict[str, File] = field(factory=dict)
    named: dict[str, File] = field(factory=dict)
    unnamed: list[tuple[str, File | None]] = field(factory=list)
    acked: int = 0

    def take(self, call: Call) -> None:
        """Let a call have been made."""
        name = call.file
        if call.name == "say":
            self.acked = int(call.content.split()[-1])
        elif call.name == "sync":
            self._sync(name)
        elif call.name == "create":
            if name not in self.names:
                self._name(name, File())
        elif call.name == "unlink":
            self._name(name, None)
        elif call.name == "rename":
            file = self.names[name]
            self._name(call.target, file)
            self._name(name, None)
        elif name in self.names:  # a file that was removed while it was open concerns nobody
            file = self.names[name]
            if call.name == "truncate":
                file.since.append(call)
                file.length = call.length
            else:
                place = file.length if call.place is None else call.place
                file.since.append(Call("write", name, call.content, place))
                file.length = max(file.length, place + len(call.content))

    def after_a_cut(self, dice: random.Random) -> dict[str, bytes]:
        """Give what is there when the power is back, by name."""
        names = dict(self.named)
        for name, file in self.unnamed[: dice.randint(0, len(self.unnamed))]:
            _rename(names, name, file)
        return {name: _survived(file, dice) for name, file in names.items()}

    def is_unsynced(self) -> bool:
        """Tell whether a cut now could change anything but names."""
        return any(file.since for file in self.names.values())

    def _name(self, name: str, file: File | None) -> None:
        _rename(self.names, name, file)
        self.unnamed.append((name, file))

    def _sync(self, name: str) -> None:
        if name == self.folder:
            self.named = dict(self.names)
            self.unnamed.clear()
        elif name in self.names:
            file = self.names[name]
            for call in file.since:
                _apply(file.synced, call)
            file.since.clear()


def _rename(names: dict[str, File], name: str, file: File | None) -> None:
    if file is None:
        names.pop(name, None)
    else:
        names[name] = file


def _apply(content: bytearray, call: Call) -> None:
    if call.name == "truncate":
        if call.length < len(content):
            del content[call.length :]
        else:
            content.extend(bytes(call.length - len(content)))
        return
    assert call.place is not None
    _put(content, call.place, call.content)


def _put(content: bytearray, place: int, written: bytes) -> None:
    if place > len(content):
        content.extend(bytes(place - len(content)))
    content[place : place + len(written)] = written


def _survived(file: File, dice: random.Random) -> bytes:
    content = bytearray(file.synced)
    if not file.since:
        return bytes(content)
    # Most cuts lose little or much of what was not synced, some about half of it.
    share = dice.choice((0.0, 0.1, 0.5, 0.9, 1.0))
    is_torn = dice.random() < 0.7
    for call in file.since:
        if call.name == "truncate":
            if dice.random() < share:
                _apply(content, call)
            continue
        assert call.place is not None
        if not is_torn:
            if dice.random() < share:
                _put(content, call.place, call.content)
            continue
        begin, end = call.place, call.place + len(call.content)
        at = begin
        while at < end:
            upto = min((at // SECTOR + 1) * SECTOR, end)
            if dice.random() < share:
                _put(content, at, call.content[at - begin : upto - begin])
            at = upto
    if len(content) < file.length and dice.random() < 0.2:
        content.extend(bytes(file.length - len(content)))  # it has grown, and nothing was written there
    return bytes(content)
