"""Maps of columns as they are given on the command line: `kind=trades,time=ts,price=px,size=qty`, or a TOML file of the same words.

A map with `file=PATTERN` is for the files whose name fits, one without for all others. In a TOML file several maps are a table
each.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final, Literal

from oms.cli.words import yes_or_no
from oms.errors import ValidationError
from oms.feeds.column_map import NEEDED, OPTIONAL, BarLabel, ColumnMap, Kind
from oms.feeds.fields import TimeFormat
from oms.model.define import value
from oms.model.enums import MDUpdateAction, Side

_OPTION: Final = "--columns"
_TIMES: Final = {"iso": TimeFormat.ISO, **{one.value: one for one in TimeFormat}}
_SIDES: Final = {"buy": Side.BUY, "sell": Side.SELL}
_ACTIONS: Final = {
    one.name.lower(): one for one in (MDUpdateAction.NEW, MDUpdateAction.CHANGE, MDUpdateAction.DELETE)
}
_FIELDS: Final = frozenset(name for kind in Kind for name in (*NEEDED[kind], *OPTIONAL[kind]))
_SETTINGS: Final = (
    "kind", "file", "time-format", "header", "delimiter", "bar-seconds", "label", "assumed-size", "loss-is-execution",
    "negative-px", "floats", "naive-is-utc",
)  # fmt: skip
_TABLES: Final = ("sides", "actions", "only")
USAGE: Final = "kind=KIND,FIELD=COLUMN,...[,SETTING=...][,file=PATTERN]"
"""How a map is written."""
HELP: Final = f"""
--columns MAP
  {USAGE}
  MAPS.toml                   the same words as keys of a file, or of several tables of it
  KIND: {", ".join(kind.value for kind in Kind)}
  COLUMN: a name in the header; with header=no a place, counted from 0
  SETTING: time-format=iso|s|ms|us|ns, header=yes|no, delimiter=CHARACTER|tab, bar-seconds=N, label=start|end,
  assumed-size=QTY, loss-is-execution=yes|no, negative-px=yes|no, sides.TEXT=buy|sell, actions.TEXT=new|change|delete,
  only.COLUMN=TEXT|TEXT; of Parquet and Arrow floats=refuse|shortest, naive-is-utc=yes|no
  file=PATTERN: for the files whose name fits alone"""


@value(kw_only=True)
class FileMap:
    """How some of the files are to be read.

    Attributes:
        text: How it was given, for messages.
        pattern: What the names of the files fit; None for all that no other map names.
        columns: What each column is.
        floats: What is done about numbers that are stored as floats.
        naive_is_utc: Whether timestamps without a zone are UTC.
    """

    text: str
    pattern: str | None
    columns: ColumnMap
    floats: Literal["refuse", "shortest"]
    naive_is_utc: bool

    def fits(self, path: Path) -> bool:
        """Tell whether it is for a file by its name, or by its whole path."""
        pattern = self.pattern
        return pattern is not None and (fnmatchcase(path.name, pattern) or fnmatchcase(str(path), pattern))


def file_maps(texts: Sequence[str], bar_seconds: int | None, assumed_size: str | None) -> tuple[FileMap, ...]:
    """Give the maps, those with a pattern first.

    Args:
        texts: Each a map, or the name of a TOML file with some.
        bar_seconds: How long bars are where a map does not say.
        assumed_size: The size of quotes where a map does not say.

    Raises:
        ValidationError: One cannot be meant, or two of them are for all files.
    """
    told = [(name, words) for text in texts for name, words in _told(text)]
    maps = [_map(name, words, bar_seconds, assumed_size) for name, words in told]
    usual = [one for one in maps if one.pattern is None]
    if len(usual) > 1:
        raise ValidationError(
            _OPTION, usual[1].text, "one map is for all files already; give file=PATTERN in the others"
        )
    return (*(one for one in maps if one.pattern is not None), *usual)


def map_for(path: Path, maps: Sequence[FileMap]) -> FileMap | None:
    """Give the map that a file is read by, None where its header has to tell."""
    return next((one for one in maps if one.pattern is None or one.fits(path)), None)


def _told(text: str) -> list[tuple[str, Mapping[str, Any]]]:
    # Every map in a text, with how it is called in messages.
    if "=" in text:
        return [(text, _words(text))]
    try:
        told = tomllib.loads(Path(text).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValidationError(
            _OPTION, text, f"write {USAGE}, or name a TOML file that has such keys; {error}"
        ) from error
    tables = {name: one for name, one in told.items() if isinstance(one, Mapping) and name not in _TABLES}
    if not tables:
        return [(text, told)]
    if len(tables) < len(told):
        raise ValidationError(_OPTION, text, "put every key into a table, or have no tables")
    return [(f"{text} [{name}]", one) for name, one in tables.items()]


def _words(text: str) -> dict[str, Any]:
    words: dict[str, Any] = {}
    for word in filter(None, text.split(",")):
        key, is_named, said = word.partition("=")
        table, _, inner = key.partition(".")
        into, key = (words.setdefault(table, {}), inner) if inner and table in _TABLES else (words, key)
        if not is_named or key in into:
            raise ValidationError(
                _OPTION, text, f"{word} is {'there twice' if is_named else 'no pair'}; {USAGE}"
            )
        into[key] = said
    return words


def _map(text: str, words: Mapping[str, Any], bar_seconds: int | None, assumed_size: str | None) -> FileMap:
    unknown = sorted(words.keys() - _FIELDS - {*_SETTINGS, *_TABLES})
    if unknown:
        fields = ", ".join((*_SETTINGS, *(f"{name}.…" for name in _TABLES)))
        raise ValidationError(_OPTION, text, f"{unknown[0]} is neither a field nor one of {fields}")
    try:
        return _made(text, words, bar_seconds, assumed_size)
    except (ValueError, KeyError, TypeError) as error:
        raise ValidationError(_OPTION, text, str(error)) from error


def _made(text: str, words: Mapping[str, Any], bar_seconds: int | None, assumed_size: str | None) -> FileMap:
    def yes(key: str, usual: bool) -> bool:
        said = words.get(key, usual)
        return said if isinstance(said, bool) else yes_or_no(str(said))

    kind = _chosen("kind", words.get("kind"), {one.value: one for one in Kind})
    has_header = yes("header", True)
    span = words.get("bar-seconds", bar_seconds if kind in {Kind.BARS, Kind.QUOTE_BARS} else None)
    needs_size = kind is Kind.QUOTES and "bid_size" not in words
    delimiter = str(words.get("delimiter", ","))
    columns = {key: _place(where, has_header) for key, where in words.items() if key in _FIELDS}
    only = {_place(where, has_header): _texts(texts) for where, texts in words.get("only", {}).items()}
    settings: dict[str, Any] = {}
    if "sides" in words:
        settings["sides"] = {
            one: _chosen(f"sides.{one}", said, _SIDES) for one, said in words["sides"].items()
        }
    if "actions" in words:
        settings["actions"] = {
            one: _chosen(f"actions.{one}", said, _ACTIONS) for one, said in words["actions"].items()
        }
    return FileMap(
        text=text,
        pattern=words.get("file"),
        columns=ColumnMap(
            kind=kind,
            columns=columns,
            time_format=_chosen("time-format", words.get("time-format", "iso"), _TIMES),
            has_header=has_header,
            delimiter="\t" if delimiter == "tab" else delimiter,
            span_s=None if span is None else int(span),
            label=_chosen("label", words.get("label", "start"), {one.name.lower(): one for one in BarLabel}),
            assumed_size=words.get("assumed-size", assumed_size if needs_size else None),
            loss_is_execution=yes("loss-is-execution", False),
            negative_px=yes("negative-px", False),
            only=only,
            **settings,
        ),
        floats=_chosen("floats", words.get("floats", "refuse"), {"refuse": "refuse", "shortest": "shortest"}),
        naive_is_utc=yes("naive-is-utc", False),
    )


def _chosen(key: str, said: object, among: Mapping[str, Any]) -> Any:  # noqa: ANN401  # of whatever is chosen among
    if not isinstance(said, str) or said not in among:
        raise ValueError(f"give {key}= as one of {', '.join(among)}")
    return among[said]


def _place(where: object, has_header: bool) -> str | int:
    if has_header:
        return str(where)
    if not str(where).isdecimal():
        raise ValueError(f"without a header a column is a place, counted from 0, and not {where}")
    return int(str(where))


def _texts(said: object) -> frozenset[str]:
    return frozenset(said.split("|") if isinstance(said, str) else map(str, said))  # type: ignore[call-overload]
