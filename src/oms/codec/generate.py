"""The code that writes and reads one kind of record, made from its layout.

This is the one module of the library that compiles code. A loop over fields that asks each one how it is written costs
several times what straight code costs, and the codec stands on the path of every order. What is compiled contains the
names of classes and fields of `oms.model`, which are checked to be identifiers, and the expressions of
`oms.codec.shapes`; nothing that was read from outside ever gets into it.

A record is read by one regular expression that knows its whole layout, so that what matches needs no further checks: the
keys are there, once and in order, and each value is of its kind. The expressions give back nothing (`++`, `*+`), so that
matching takes time in proportion to the text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from json.encoder import encode_basestring_ascii
from typing import Any, Final

from oms.model.define import value

_NO_NAMES: Final[Mapping[str, object]] = {}
# CPython makes an f-string of more than 30 parts (a field and the text before it are two) by way of a list.
_MAX_PIECES: Final = 14


@value(kw_only=True)
class Shape:
    """How one kind of value stands in a record. In the code below, `{v}` is where the value or its text goes.

    Attributes:
        name: A name for the kind, an identifier.
        meaning: What is right, for errors.
        pattern: The regular expression of its text, without groups.
        capture: The same, or less strict where `read` finds the rest, with one group; empty for a record of which the
            fields are captured one by one.
        write: The expression that gives the text of a value.
        fragment: How the text stands in an f-string, where that is cheaper than to put `write` in braces.
        guard: The expression that is true for what may be written; empty if `write` itself raises for the rest.
        read: The expression that gives the value of a captured text; it may raise `KeyError`.
        is_text: The captured text is the inside of a JSON string and may have escapes.
        names: What the code refers to, each beginning with an underscore.
        layout: The fields of a record, None for other kinds.
    """

    name: str
    meaning: str
    pattern: str
    capture: str = ""
    write: str = ""
    fragment: str = ""
    guard: str = ""
    read: str = ""
    is_text: bool = False
    names: Mapping[str, object] = _NO_NAMES
    layout: Layout | None = None


@value
class Field:
    """One field of a record.

    Attributes:
        name: Its name, in the class as in the record.
        shape: How its value is written.
        kw_only: It is given to the class by name.
        is_given: The class has it; False for what only the record has.
    """

    name: str
    shape: Shape
    kw_only: bool = False
    is_given: bool = True


@value
class Layout:
    """One kind of record: what stands between its braces.

    Attributes:
        cls: The class of the values.
        parts: In their order: a text that is always the same, or a field.
    """

    cls: type
    parts: tuple[str | Field, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """The parts that are fields."""
        return tuple(part for part in self.parts if isinstance(part, Field))


@value
class Codec:
    """What was made from a layout.

    Attributes:
        write: Gives the text of a value; raises one of `WRITE_ERRORS` for what could not be read again.
        read: Gives the value of a text, None where the text is not of this layout; raises one of
            `READ_ERRORS` where a part of it is not.
    """

    write: Callable[[Any], str]
    read: Callable[[str], Any]


@value
class LinkedCodec:
    """What was made from the layout of a record in a chain of hashes, see `oms.codec.chain`.

    Attributes:
        write: Gives what of the record its own hash covers, for a value and the hash of the record before; errors as in
            `Codec`.
        read: Gives the value of a record that goes on from a hash, and the record's own; None where it does not, or is not
            of this layout. Errors as in `Codec`.
    """

    write: Callable[[Any, str], str]
    read: Callable[[str, str], tuple[Any, str] | None]


WRITE_ERRORS: Final = (AttributeError, ArithmeticError, KeyError, TypeError, ValueError)
READ_ERRORS: Final = (KeyError, ValueError)


def compile_codec(layout: Layout) -> Codec:
    """Make the writer and the reader of a layout."""
    names = _names(layout)
    names["_match"] = re.compile(_pattern(layout, captures=True)).fullmatch
    return Codec(*_compile(_writer(layout), _reader(layout), names))


def compile_linked_codec(layout: Layout, prev: str, own: str, covered: int) -> LinkedCodec:
    """Make the writer and the reader of a record in a chain.

    Args:
        layout: Of the whole record; two of its fields are hashes.
        prev: The name of the field with the hash of the record before; the writer calls it so too.
        own: The name of the last field: the SHA-256 of the text before it.
        covered: Where that text ends; counted from the end of the record, and so below zero.
    """
    names = _names(layout)
    names["_match"] = re.compile(_pattern(layout, captures=True)).fullmatch
    names["_sha256"] = sha256
    writer = _writer(Layout(layout.cls, layout.parts[:-1]), f", {prev}", end="")
    check = [
        f"    if {prev} != _head or _sha256(_text[:{covered}].encode()).hexdigest() != {own}:",
        "        return None",
    ]
    reader = _reader(layout, ", _head", check, f", {own}")
    return LinkedCodec(*_compile(writer, reader, names))


def compile_value(shape: Shape) -> Codec:
    """Make a writer of one value alone, and a reader of what its pattern captures."""
    writer = [
        "def _write(_value):",
        f"    if not ({(shape.guard or 'True').replace('{v}', '_value')}): raise ValueError(_value)",
        f"    return {shape.write.replace('{v}', '_value')}",
    ]
    text = "_unescaped(_value)" if shape.is_text else "_value"
    reader = ["def _read(_value):", f"    return {shape.read.replace('{v}', text)}"]
    return Codec(*_compile(writer, reader, dict(shape.names)))


def compile_function(expression: str, names: Mapping[str, object], guard: str = "") -> Callable[[Any], Any]:
    """Make a function of one value, `_s` in the expression; it raises `ValueError` where the guard is false."""
    lines = [
        "def _write(_s):",
        *([f"    if not ({guard}):", "        raise ValueError(_s)"] if guard else ()),
    ]
    write: Callable[[Any], Any]
    write, _ = _compile([*lines, f"    return {expression}"], ["def _read(_text): ..."], dict(names))
    return write


def _compile(writer: Sequence[str], reader: Sequence[str], names: dict[str, Any]) -> tuple[Any, Any]:
    names["_unescaped"] = unescaped
    exec("\n".join([*writer, *reader]), names)  # noqa: S102  # see above
    return names["_write"], names["_read"]


def pattern_of(layout: Layout) -> str:
    """Give the regular expression of a record, without groups."""
    return _pattern(layout, captures=False)


def unescaped(text: str | None) -> str | None:
    """Undo the escapes of the inside of a JSON string, if they are those that `json.dumps` makes.

    Raises:
        ValueError: It has others.
    """
    if text is None or "\\" not in text:
        return text
    quoted = f'"{text}"'
    result = str(json.loads(quoted))
    if encode_basestring_ascii(result) != quoted:
        raise ValueError(f"the text {text[:80]} is not escaped as this library does it")
    return result


def _pattern(layout: Layout, *, captures: bool) -> str:
    def part(item: str | Field) -> str:
        if isinstance(item, str):
            return re.escape(item)
        shape = item.shape
        if not captures:
            return f'"{item.name}":{shape.pattern}'
        inner = shape.capture
        if shape.layout is not None and not inner:
            inner = _pattern(shape.layout, captures=True)
        return f'"{item.name}":{inner}'

    return r"\{" + ",".join(map(part, layout.parts)) + r"\}"


def _names(layout: Layout) -> dict[str, object]:
    names: dict[str, object] = {_class_name(layout): layout.cls}
    for item in layout.fields:
        names.update(item.shape.names)
        if item.shape.layout is not None:
            names.update(_names(item.shape.layout))
    return names


def _class_name(layout: Layout) -> str:
    return f"_{layout.cls.__name__}"


def _leaves(layout: Layout, prefix: str = "", *, is_written: bool) -> Iterator[tuple[str, Shape]]:
    """Every field that is written or captured by itself, under its name in the code: a field of a field is `outer__inner`."""
    for item in layout.fields:
        assert item.name.isidentifier()
        assert not item.name.startswith("_")
        if item.shape.layout is None or (item.shape.capture and not is_written):
            yield prefix + item.name, item.shape
        else:
            yield from _leaves(item.shape.layout, f"{prefix}{item.name}__", is_written=is_written)


def _writer(layout: Layout, parameters: str = "", end: str = "}}") -> list[str]:
    leaves = _leaves(layout, is_written=True)
    guards = " and ".join(shape.guard.replace("{v}", name) for name, shape in leaves if shape.guard)
    pieces = _template(layout, "_value", "", end)
    cuts = range(0, len(pieces), _MAX_PIECES)
    strings = [f"f'''{''.join(pieces[cut : cut + _MAX_PIECES])}'''" for cut in cuts]
    return [
        f"def _write(_value{parameters}):",
        *_fetches(layout, "_value", ""),
        *([f"    if not ({guards}):", "        raise ValueError(_value)"] if guards else ()),
        f"    return {' + '.join(strings)}",
    ]


def _is_fetched(shape: Shape) -> bool:
    # What stands in the code once is read where it stands; the rest gets a local variable.
    return bool(shape.guard) or shape.layout is not None or shape.write.count("{v}") > 1


def _fetches(layout: Layout, owner: str, prefix: str) -> Iterator[str]:
    for item in layout.fields:
        local = prefix + item.name
        if _is_fetched(item.shape):
            yield f"    {local} = {owner}.{item.name}"
        if item.shape.layout is not None:
            yield from _fetches(item.shape.layout, local, f"{local}__")


def _template(layout: Layout, owner: str, prefix: str, end: str = "}}") -> list[str]:
    """The inside of an f-string, cut so that each piece but the last ends with a field."""
    pieces, text, separator = [], "{{", ""
    for item in layout.parts:
        text += separator
        separator = ","
        if isinstance(item, str):
            text += item.replace("{", "{{").replace("}", "}}")
            continue
        local = prefix + item.name
        text += f'"{item.name}":'
        if item.shape.layout is not None:
            first, *others = _template(item.shape.layout, local, f"{local}__")
            *inner, text = text + first, *others
            pieces += inner
        else:
            where = local if _is_fetched(item.shape) else f"{owner}.{item.name}"
            fragment = item.shape.fragment or f"{{{item.shape.write}}}"
            pieces.append(text + fragment.replace("{v}", where))
            text = ""
    return [*pieces, text + end]


def _reader(layout: Layout, parameters: str = "", check: Sequence[str] = (), beside: str = "") -> list[str]:
    leaves = tuple(_leaves(layout, is_written=False))
    lines = [
        f"def _read(_text{parameters}):",
        "    _found = _match(_text)",
        "    if _found is None:",
        "        return None",
    ]
    if leaves:
        lines.append(f"    {', '.join(name for name, _ in leaves)}, = _found.groups()")
    lines += check
    texts = [name for name, shape in leaves if shape.is_text]
    if texts:
        lines.append('    if "\\\\" in _text:')
        lines += [f"        {name} = _unescaped({name})" for name in texts]
    return [*lines, f"    return {_construction(layout, '')}{beside}"]


def _construction(layout: Layout, prefix: str) -> str:
    arguments = []
    for item in layout.fields:
        if not item.is_given:
            continue
        local = prefix + item.name
        if item.shape.layout is None or item.shape.capture:
            expression = item.shape.read.replace("{v}", local)
        else:
            expression = _construction(item.shape.layout, f"{local}__")
        arguments.append((item.kw_only, f"{item.name}={expression}" if item.kw_only else expression))
    # Positional arguments come before the named ones, whatever the order in the record.
    return (
        f"{_class_name(layout)}({', '.join(text for _, text in sorted(arguments, key=lambda pair: pair[0]))})"
    )
