"""What a process asks the operating system to do to files, as `strace` sees it; and a process whose calls fail."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from attrs import define

STRACE: Final = shutil.which("strace")
IS_WANTED: Final = STRACE is not None or "CI" in os.environ
"""Whether to trace calls: wherever it can be done, and where everything has to be."""
WRITING: Final = ("write", "writev", "pwrite64", "pwritev", "pwritev2", "ftruncate", "truncate", "fallocate")
SYNCING: Final = ("fsync", "fdatasync", "sync_file_range")
NAMING: Final = ("openat", "creat", "unlink", "unlinkat", "rename", "renameat", "renameat2", "link", "linkat")
_LINE: Final = re.compile(
    rb"^\d+ +(?P<name>\w+)\((?P<given>.*)\) = (?P<result>-?\d+)(?:<(?P<opened>[^>]*)>)?(?P<rest>.*)$"
)
_FILE: Final = re.compile(rb"^(-?\d+|AT_FDCWD)<([^>]*)>")
_TEXT: Final = re.compile(rb'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')


@define(frozen=True)
class Call:
    """One call that succeeded.

    Attributes:
        name: Of the system call.
        file: The path of the file that it is about, as it was called then; what is written to standard output is `stdout`.
        content: What was written.
        place: Where it was written, in bytes; None for at the end.
        length: The new length, of a truncation.
        target: The new name, of a renaming.
        is_new: The file was made by it.
    """

    name: str
    file: str
    content: bytes = b""
    place: int | None = None
    length: int = 0
    target: str = ""


def traced(program: Sequence[str], folder: Path) -> list[Call]:
    """Run a program of Python's and give what it asked for, in order.

    Args:
        program: What follows the name of the interpreter.
        folder: Where the files lie that matter; the trace is kept beside it.

    Raises:
        RuntimeError: It failed, or did something to files that is not understood here.
    """
    log = folder.with_suffix(".trace")
    done = _run(
        ["-y", "-xx", "-s", "1048576", "-e", f"trace={','.join((*WRITING, *SYNCING, *NAMING))}"], log, program
    )
    if done.returncode:
        raise RuntimeError(f"the program ended with {done.returncode}: {done.stderr[-2000:]}")
    with log.open("rb") as lines:
        calls = [call for line in lines for call in _read(line.rstrip(b"\n"), str(folder))]
    log.unlink()
    return calls


def failing(
    program: Sequence[str], log: Path, faults: Sequence[str], files: Sequence[Path]
) -> subprocess.CompletedProcess[str]:
    """Run a program of Python's of which some calls to some files fail.

    Args:
        program: What follows the name of the interpreter.
        log: Where the trace goes.
        faults: As in `strace -e inject=`.
        files: Whose calls count, and fail.
    """
    paths = [word for file in files for word in ("-P", str(file))]
    injected = [word for fault in faults for word in ("-e", f"inject={fault}")]
    names = ",".join(fault.partition(":")[0] for fault in faults)
    return _run(["-ttt", *paths, "-e", f"trace={names}", *injected], log, program)


def _run(options: Sequence[str], log: Path, program: Sequence[str]) -> subprocess.CompletedProcess[str]:
    if STRACE is None:
        raise RuntimeError("strace is missing: install it (apt-get install strace)")
    return subprocess.run(
        [STRACE, "-f", "-qq", "--seccomp-bpf", *options, "-o", str(log), sys.executable, *program],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        cwd=Path(__file__).parents[2],
    )


def _read(line: bytes, folder: str) -> Iterator[Call]:
    found = _LINE.match(line)
    if found is None:
        if b"unfinished" in line or b"resumed" in line:
            raise RuntimeError(f"a call of several threads: {line[:200]!r}")
        return
    if int(found["result"]) < 0:
        return
    name, given = found["name"].decode(), found["given"]
    texts = [bytes.fromhex(text.replace(b"\\x", b"").decode()) for text, _ in _TEXT.findall(given)]
    if name in NAMING:
        paths = [text.decode() for text in texts]
        if name in {"openat", "creat"}:
            if paths[0].startswith(folder) and b"O_CREAT" in given:
                yield Call("create", paths[0])
        elif any(path.startswith(folder) for path in paths):
            if not all(path.startswith("/") for path in paths):
                raise RuntimeError(f"a relative name: {line[:200]!r}")
            yield (
                Call("unlink", paths[0])
                if name.startswith("unlink")
                else Call("rename", paths[0], target=paths[-1])
            )
        return
    about = _FILE.match(given)
    if about is None:
        raise RuntimeError(f"a call about no file: {line[:200]!r}")
    path = _plain(about[2]).removesuffix(" (deleted)")
    if about[1] == b"1" and name == "write":
        yield Call("say", "stdout", texts[0])
    elif not path.startswith(folder):
        return
    elif name in SYNCING:
        yield Call("sync", path)
    elif name == "ftruncate":
        yield Call("truncate", path, length=int(given.rpartition(b", ")[2]))
    elif name == "pwrite64":
        size, place = given.rpartition(b", ")[0].rpartition(b", ")[2], given.rpartition(b", ")[2]
        if len(texts[0]) != int(size) or int(size) != int(found["result"]):
            raise RuntimeError(f"a write in part: {line[:100]!r} … {line[-100:]!r}")
        yield Call("write", path, texts[0], int(place))
    elif name == "write":
        yield Call("write", path, texts[0][: int(found["result"])])
    else:
        raise RuntimeError(f"a call that is not understood: {line[:200]!r}")


def _plain(text: bytes) -> str:
    # With -xx, the paths of open files are written in hexadecimal too.
    if b"\\x" in text:
        return bytes.fromhex(text.replace(b"\\x", b"").decode()).decode()
    return text.decode()
