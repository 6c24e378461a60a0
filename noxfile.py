"""The jobs of this repository: `nox --list` names them, `nox -s NAME` runs one.

Interpreters are found on the PATH. One that is missing skips its session on your machine and fails it in CI.
"""

import os
import shutil
import zipfile
from pathlib import Path

import nox

nox.needs_version = ">=2024.10"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.download_python = "never"
nox.options.sessions = ["lint", "types", "tests", "docs", "examples"]

# Tests start hundreds of processes. Where bytecode is not written, as container images like to ask for, each of them compiles
# the library and all that it needs anew, and each worker the whole suite.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

PYPROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PYPROJECT)
OLDEST, LATEST = PYTHONS[0], PYTHONS[-1]
ROOT = Path(__file__).parent

# Everything a test may read, besides the library itself. `src` is missing on purpose.
AROUND_THE_LIBRARY = (
    "tests", "examples", "benchmarks", "docs", "news", "noxfile.py", "pyproject.toml", "README.md", "CHANGELOG.md",
)  # fmt: skip
# Here every branch is covered; what waits, opens and sends above is held to the tests it has.
BELOW_THE_RUNTIME = ",".join(
    f"*/oms/{room}"
    for room in (
        "errors.py", "bus.py", "model/*", "ports/*", "lifecycle/*", "simulation/*", "codec/*", "order_types/*",
        "risk/*", "routing/*", "projections/*", "engine/*",
    )
)  # fmt: skip


# One worker a core; a worker that is done takes over from one that is not.
IN_PARALLEL = ("-n", "auto", "--dist", "worksteal")
# What is slow has run with the oldest Python; the others, and what is shipped, are held to the rest.
QUICK = ("-m", "not slow")
# All else has been tried on every Python by then: what is shipped has to be whole, and to work.
OF_WHAT_IS_SHIPPED = ("tests/unit", "tests/integration/test_main_job.py")


def group(*names: str) -> list[str]:
    """The requirements of dependency groups."""
    return list(nox.project.dependency_groups(PYPROJECT, *names))


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the test suite on every supported Python: the whole of it on the oldest."""
    session.install(".", *group("test"))
    less = () if session.python == OLDEST else QUICK
    session.run("pytest", *IN_PARALLEL, *less, *session.posargs)


@nox.session(python=OLDEST)
def tests_bare(session: nox.Session) -> None:
    """Run the test suite with nothing installed but the core dependencies and what runs the tests."""
    # pytest-timeout belongs to it because the configuration names its option, and unknown options are errors.
    session.install(".", "pytest", "hypothesis", "pytest-timeout", "pytest-xdist")
    session.run("python", "-c", "import oms")
    session.run("pytest", *IN_PARALLEL, *QUICK, *(session.posargs or OF_WHAT_IS_SHIPPED))


@nox.session(python=OLDEST)
def coverage(session: nox.Session) -> None:
    """Measure branch coverage; every branch below the runtime has to be reached."""
    session.install(".", *group("test"))
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", "pytest", *session.posargs)
    session.run("coverage", "combine")
    session.run("coverage", "report")
    session.run("coverage", "report", f"--include={BELOW_THE_RUNTIME}", "--fail-under=100")


@nox.session(python=OLDEST)
def lint(session: nox.Session) -> None:
    """Check style, format and the import contracts."""
    session.install("-e", ".", *group("lint"))
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("lint-imports", "--no-logo")


@nox.session(python=OLDEST)
def types(session: nox.Session) -> None:
    """Check types with mypy and with pyright."""
    session.install("-e", ".", *group("lint", "test"))
    session.run("mypy")
    session.run("pyright")


@nox.session(python=LATEST)
def docs(session: nox.Session) -> None:
    """Build the docs with warnings as errors, and run every example in them and in the README."""
    session.install("-e", ".", *group("docs", "test"))
    session.run("sphinx-build", "-W", "-n", "--keep-going", "-q", "docs", "docs/_build/html")
    # Not shuffled: a page tells its story in order.
    session.run("python", "-m", "pytest", "-p", "docs.snippets", "-p", "no:randomly", "README.md", "docs")


@nox.session(python=OLDEST)
def examples(session: nox.Session) -> None:
    """Run every script in examples/."""
    session.install(".", *group("test"))
    session.run("pytest", "tests/examples", *session.posargs)


@nox.session(python=LATEST)
def matrices(session: nox.Session) -> None:
    """Deliver the reports of every lifecycle in every order, and write the report into the docs."""
    # In place: the report goes into the docs of this checkout.
    session.install("-e", ".", *group("test"))
    session.run("python", "-m", "tests.matrices", "--full", *session.posargs)


@nox.session(python=LATEST)
def bench(session: nox.Session) -> None:
    """Measure, print the table and write the JSON beside it."""
    session.install(".")
    session.run("python", "-m", "benchmarks", *session.posargs)


@nox.session(python=OLDEST)
def mutants(session: nox.Session) -> None:
    """Change the lifecycle in one place at a time; the tests have to notice 95 % of it. Takes its time.

    After `--`: `--module WORD` or `--limit N` for a part of it, `--report FILE` for the page of the docs.
    """
    session.install(".", *group("test"))
    session.run("python", "-m", "tests.mutation", *session.posargs)


@nox.session(python=LATEST)
def machine(session: nox.Session) -> None:
    """Run the machine of one order 20,000 times, over both venue profiles, and write its page."""
    session.install(".[testing]")
    page = "docs/reference/campaigns/order-machine.md"
    examples = session.posargs or ["--examples", "20000", "--seed", "1"]
    session.run("python", "-m", "oms.testing.campaign", *examples, "--page", page)


@nox.session(python=LATEST)
def simulator(session: nox.Session) -> None:
    """Simulate 1,000,000 lifecycles with faults, and write the page of it. After `--`: other arguments."""
    session.install(".[testing]")
    page = "docs/reference/campaigns/simulator.md"
    asked = session.posargs or ["--lifecycles", "1000000", "--seed", "1"]
    session.run("python", "-m", "oms.testing.simulator", *asked, "--page", page)


@nox.session(python=LATEST)
def algorithms(session: nox.Session) -> None:
    """Simulate 100,000 orders worked by algorithms, with faults, and write the page of it. After `--`: other arguments."""
    session.install(".[testing]")
    page = "docs/reference/campaigns/algorithms.md"
    asked = session.posargs or ["--parents", "100000", "--seed", "1", "--processes", "2"]
    session.run("python", "-m", "oms.testing.simulator", *asked, "--page", page)


@nox.session(python=OLDEST)
def defects(session: nox.Session) -> None:
    """Build every defect of the list in, let the simulator find it, and write the table of it."""
    session.install("-e", ".", *group("test"))
    page = "docs/reference/campaigns/seeded-defects.md"
    session.run("python", "-m", "tests.defects", "--page", page, *session.posargs)


@nox.session(python=PYTHONS)
def determinism(session: nox.Session) -> None:
    """Compare the journals of the same seeds over hash seeds and over every Python on the PATH."""
    session.install(".", *group("test"))
    session.run("pytest", "tests/integration/test_simulator.py", "-k", "journal", *session.posargs)


@nox.session(python=LATEST)
def flips(session: nox.Session) -> None:
    """Flip every byte of a journal of 256 KiB in turn, in each kind of file, and write the report into the docs."""
    # In place: the report goes into the docs of this checkout.
    session.install("-e", ".", *group("test"))
    session.run("python", "-m", "tests.flips", *session.posargs)


def _disaster(session: nox.Session) -> None:
    # In place: the page goes into the docs of this checkout.
    session.install("-e", ".", *group("test"))
    session.run("python", "-m", "tests.disasters", session.name.partition("-")[0], "--full", *session.posargs)


@nox.session(python=OLDEST)
def crashes(session: nox.Session) -> None:
    """Crash at every bytecode of what a manager does, and of the recovery from that, and write the page."""
    _disaster(session)


@nox.session(python=OLDEST)
def interrupts(session: nox.Session) -> None:
    """Interrupt a manager at every bytecode of what it does most, and write the page."""
    _disaster(session)


@nox.session(python=OLDEST)
def kills(session: nox.Session) -> None:
    """Kill a process under load 2,000 times, and write the page."""
    _disaster(session)


@nox.session(python=OLDEST)
def power_cuts(session: nox.Session) -> None:
    """Cut the power of a journal 10,000 times, and write the page. Needs strace."""
    _disaster(session)


@nox.session(python=OLDEST)
def failing_disks(session: nox.Session) -> None:
    """Let every write, sync and naming of a journal fail in its turn, and write the page. Needs strace."""
    _disaster(session)


@nox.session(python=PYTHONS)
def wheel(session: nox.Session) -> None:
    """Build the wheel, look inside it, and test it where there is no src/."""
    built = Path(session.create_tmp()).resolve() / "wheel"
    shutil.rmtree(built, ignore_errors=True)
    session.install("hatchling", *group("test"))
    session.run("hatchling", "build", "-d", str(built / "dist"))
    [path] = (built / "dist").glob("*.whl")
    _look_inside(session, path)
    session.install(str(path))

    for name in AROUND_THE_LIBRARY:
        source, target = ROOT / name, built / "tree" / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("_build", "__pycache__"))
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    # The recorded market is found beside the checkout, not beside the copy.
    market = os.environ.get("OMS_MARKET_DATA", str(ROOT / ".." / "shared" / "data"))
    with session.chdir(built / "tree"):
        asked = session.posargs or OF_WHAT_IS_SHIPPED
        session.run("pytest", *IN_PARALLEL, *QUICK, *asked, env={"OMS_MARKET_DATA": market})


def _look_inside(session: nox.Session, path: Path) -> None:
    names = zipfile.ZipFile(path).namelist()
    if "oms/py.typed" not in names:
        session.error("the wheel lacks py.typed: type checkers would ignore the annotations")
    if not any(name.endswith("/licenses/LICENSE") for name in names):
        session.error("the wheel lacks its licence")
    strangers = [name for name in names if not name.startswith(("oms/", "openoms-"))]
    if strangers:
        session.error(f"the wheel holds what is not the library: {strangers}")
