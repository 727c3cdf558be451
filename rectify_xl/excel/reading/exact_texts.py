"""The shared texts of a workbook read exactly, without their phonetics and Excel's escapes."""

from __future__ import annotations

import re

from rectify_xl.excel.reading.xml_parts import Attributes, Handlers, parse

# Neither surrogates nor the two non-characters that no XML holds: what we write could not be opened.
_ESCAPED = re.compile("_x((?![Dd][89A-Fa-f])(?![Ff]{3}[EeFf])[0-9A-Fa-f]{4})_")


def read_texts(data: bytes) -> list[str]:
    """The shared texts of a workbook, without their phonetics."""
    if not data:
        return []
    handlers = _Texts()
    parse(data, "sharedStrings", handlers)
    return handlers.texts


def unescaped(text: str) -> str:
    """The text with Excel's escapes resolved (_x000D_ is CR); those of surrogates and non-characters stay."""
    return _ESCAPED.sub(lambda escape: chr(int(escape[1], 16)), text) if "_x" in text else text


class _Texts(Handlers):
    def __init__(self) -> None:
        self.texts: list[str] = []
        self.pieces: list[str] = []
        self.is_text = self.is_phonetic = False

    def start(self, local: str, attributes: Attributes) -> None:
        if local == "si":
            self.pieces = []
        elif local == "t":
            self.is_text = not self.is_phonetic
        elif local == "rPh":
            self.is_phonetic = True

    def data(self, text: str) -> None:
        if self.is_text:
            self.pieces.append(text)

    def end(self, local: str) -> None:
        if local == "si":
            self.texts.append(unescaped("".join(self.pieces)))
        elif local == "t":
            self.is_text = False
        elif local == "rPh":
            self.is_phonetic = False
