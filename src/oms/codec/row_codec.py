"""Rows of other texts than the journal, such as snapshots: one JSON object a row, in the exact form of the journal's records."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from oms.codec.generate import READ_ERRORS, WRITE_ERRORS, Codec, Layout, compile_codec
from oms.codec.shapes import fields_of
from oms.errors import ValidationError


class RowCodec:
    """Writes and reads the rows of a closed list of classes; a row begins with the name of its class."""

    __slots__ = ("_classes", "_codecs")

    def __init__(self, classes: Iterable[type]) -> None:
        """Begin with these classes; each is compiled when its first row is written or read."""
        self._classes = {cls.__name__: cls for cls in classes}
        self._codecs: dict[str, Codec] = {}

    def write(self, row: object) -> str:
        """Give a row as text.

        Raises:
            ValidationError: A field holds what could not be read back.
        """
        name = type(row).__name__
        try:
            return self._codec(name).write(row)
        except WRITE_ERRORS as error:
            raise ValidationError(name, repr(row)[:400], "a row with fields of their kinds") from error

    def read(self, text: str) -> Any:  # noqa: ANN401  # one of the classes, which the caller tells apart
        """Give the row that a text was made from.

        Raises:
            ValidationError: It is not the text of one.
        """
        # {"type":"Name", …
        name = text[9 : text.find('"', 9)]
        row: object = None
        if name in self._classes:
            read: Callable[[str], object] = self._codec(name).read
            try:
                row = read(text)
            except READ_ERRORS as error:
                raise ValidationError(name, text[:400], "a row as this library writes it") from error
        if row is None:
            known = ", ".join(self._classes)
            raise ValidationError("row", text[:400], f"a row as this library writes it, of {known}")
        return row

    def knows(self, text: str) -> bool:
        """Tell whether a text begins as a row of one of the classes does."""
        return text[9 : text.find('"', 9)] in self._classes

    def _codec(self, name: str) -> Codec:
        codec = self._codecs.get(name)
        if codec is None:
            cls = self._classes[name]
            codec = self._codecs[name] = compile_codec(Layout(cls, (f'"type":"{name}"', *fields_of(cls))))
        return codec
