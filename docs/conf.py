"""Configuration of the docs. The pages of the API reference are written here, one a room, from the tree itself."""

import functools
import importlib
import inspect
from importlib.metadata import version as installed_version
from pathlib import Path

from sphinx.application import Sphinx

import oms

project = "openoms"
author = "The openoms contributors"
project_copyright = "The openoms contributors, Apache-2.0"
version = release = installed_version("openoms")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"openoms {release}"
# The menu of each page would list every member of every class.
toc_object_entries = False

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

# A single backtick in a docstring is code, as it is in these pages.
default_role = "code"
napoleon_custom_sections = ["Source"]
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_default_options = {"members": True, "show-inheritance": True}

# Every reference to a name of ours must lead somewhere. Those to other projects would need the network.
nitpicky = True
nitpick_ignore_regex = [
    ("py:.*", r"(?!oms\.).*"),
    ("py:.*", r"oms\.[\w.]*\.[A-Z]"),  # type variables have no page
]

_DOCS = Path(__file__).parent
_API = _DOCS / "reference" / "api"
_LIBRARY = Path(oms.__file__).parent


def _is_public(path: Path) -> bool:
    return not any(
        part.startswith("_") and part != "__init__.py" for part in path.relative_to(_LIBRARY).parts
    )


def _modules_of(room: Path) -> list[str]:
    """The public modules of a room, its package first."""
    files = (
        sorted(room.rglob("*.py"), key=lambda path: (path.name != "__init__.py", path))
        if room.is_dir()
        else [room]
    )
    dotted = [
        ".".join(("oms", *path.relative_to(_LIBRARY).with_suffix("").parts))
        for path in files
        if _is_public(path)
    ]
    return [name.removesuffix(".__init__") for name in dotted]


def _write(path: Path, text: str) -> None:
    # Untouched when it says the same, so that a second build has little to do.
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def _write_front_door() -> None:
    """The names that `import oms` gives, each with the module that documents it."""
    rows = []
    for name in sorted(getattr(oms, "__all__", ())):
        home = getattr(getattr(oms, name), "__module__", "")
        target = f"{{py:obj}}`{home}.{name}`" if home.startswith("oms.") else f"`{name}`"
        rows.append(f"| `{name}` | {target} |\n")
    table = f"| name | documented as |\n| --- | --- |\n{''.join(rows)}" if rows else ""
    _write(_API / "oms.md", f"# The front door: `oms`\n\n{(oms.__doc__ or '').strip()}\n\n{table}")


def _write_rooms() -> None:
    """One page a room, with all its public modules."""
    rooms = [
        path for path in sorted(_LIBRARY.iterdir()) if path.suffix == ".py" or (path / "__init__.py").exists()
    ]
    for room in filter(_is_public, rooms):
        if room.name == "__init__.py":
            continue
        sections = [f"# `oms.{room.stem}`\n"]
        for module in _modules_of(room):
            importlib.import_module(module)  # an import that fails should fail here, with its traceback
            sections.append(f"```{{eval-rst}}\n.. automodule:: {module}\n```\n")
        _write(_API / f"{room.stem}.md", "\n".join(sections))


def _skip_borrowed(
    _app: Sphinx, what: str, _name: str, obj: object, _skip: bool, _options: object
) -> bool | None:
    """Leave out what a module offers under a name of its own but did not write."""
    if what != "module":
        return None
    if isinstance(obj, functools.partial):
        return True
    borrowed = (inspect.isclass(obj) or inspect.isroutine(obj)) and not (obj.__module__ or "oms").startswith(
        "oms"
    )
    return True if borrowed else None


def setup(app: Sphinx) -> None:
    """Tell Sphinx what is ours to document."""
    app.connect("autodoc-skip-member", _skip_borrowed)


_API.mkdir(parents=True, exist_ok=True)
_write_front_door()
_write_rooms()
