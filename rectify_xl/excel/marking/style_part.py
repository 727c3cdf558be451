"""The styles part: formats cloned for marks or made for our own sheet, equal ones reused."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from rectify_xl.excel.marking.archive import CannotPatch
from rectify_xl.excel.marking.colours import MOST_FILLS, NO_FILL, fill_text, is_fill_text, mark_colour, number_in
from rectify_xl.excel.marking.elements import (
    XML_DECLARATION,
    Edits,
    Element,
    attributes_of,
    parse,
    prefix_of,
    tag_end,
    with_attribute,
    with_prefix,
    xml_value,
)
from rectify_xl.excel.marking.formats import border_xml, font_xml, format_xml, properties_of, solid_xml
from rectify_xl.model import Level

_MOST_FORMATS = 64_000
_SECTIONS = ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs")
# The items that a styles part without the section is taken to have.
_DEFAULTS: Mapping[str, tuple[bytes, ...]] = {
    "fonts": (b'<font><sz val="11"/></font>',),
    "fills": (
        b'<fill><patternFill patternType="none"/></fill>',
        b'<fill><patternFill patternType="gray125"/></fill>',
    ),
    "borders": (b"<border><left/><right/><top/><bottom/><diagonal/></border>",),
    "cellXfs": (b'<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>',),
}
_REFERENCES = {
    name: re.compile(rb"\b" + key + rb"\s*=\s*[\"'](\d{1,9})[\"']")
    for name, key in (("fonts", b"fontId"), ("fills", b"fillId"), ("borders", b"borderId"))
}
# A colour's digits, b"" where it is written in an unusual way.
_COLOURS = re.compile(rb"\brgb\b(?:=[\"']([0-9A-Fa-f]{6,8})[\"'])?")
_RGB = re.compile("[0-9A-Fa-f]{6,8}")
_WHITE_INDEXES, _WHITE_THEMES = ("1", "9"), ("0", "2")


def bare_styles(namespace: str) -> bytes:
    """A styles part for a workbook that has none."""
    return XML_DECLARATION + b"<styleSheet xmlns=" + xml_value(namespace) + b"></styleSheet>"


def may_hold_marks(data: bytes) -> bool:
    """Whether some colour of a styles part may be that of a mark: a quick look before the whole part is read."""
    return any(not colour or number_in(colour.decode()) is not None for colour in _COLOURS.findall(data))


class _Section:
    """The items of one section (fonts, fills, borders or formats): the existing ones and those added behind them."""

    def __init__(self, data: bytes, root: Element, name: str, prefix: bytes) -> None:
        self.element = root.child(name)
        self.elements = self.element.children if self.element else []
        self.items = [data[e.start : e.end] for e in self.elements]
        self.existing_count = len(self.items)
        self._prefix = prefix
        self._places: dict[bytes, int] = {}
        defaults = [with_prefix(xml, prefix) for xml in _DEFAULTS[name]]
        if not self.items:
            self.items = list(defaults)
        # An index that is used without an item must not come to mean an item that we add.
        used = max((int(n) for n in _REFERENCES[name].findall(data)), default=0) if name in _REFERENCES else 0
        if used < _MOST_FORMATS:
            self.items += defaults[:1] * (used + 1 - len(self.items))
        for place, item in enumerate(self.items):
            self._places.setdefault(item, place)

    def add(self, xml: bytes) -> int:
        """The index of an item: that of an equal one, else behind the last."""
        if xml not in self._places:
            self._places[xml] = len(self.items)
            self.items.append(xml)
        return self._places[xml]

    def add_ours(self, xml: bytes) -> int:
        """The index of an item of ours, which has no namespace prefix yet."""
        return self.add(with_prefix(xml, self._prefix))


class StyleBook:
    """The formats of one workbook; `fills` are the fills that marks replace, by number."""

    def __init__(self, data: bytes) -> None:
        self._data, self._root = data, parse(data)
        self._prefix = prefix_of(data, self._root)
        self._fonts, self._fills, self._borders, self._formats = (
            _Section(data, self._root, name, self._prefix) for name in ("fonts", "fills", "borders", "cellXfs")
        )
        self.fills: list[str] = [NO_FILL]
        self._own: dict[tuple[str, ...], int] = {}

    # ---- putting marks on

    def marked(self, index: int, level: Level) -> int:
        """The format `index` with the fill of a mark instead of its own."""
        raw = self._format(index)
        attributes = attributes_of(raw)
        number = self._number_for(_index(attributes.get("fillId")))
        colour = mark_colour(level, self._is_light(_index(attributes.get("fontId"))), number)
        return self._clone(raw, self._fills.add_ours(solid_xml(colour)))

    def own(self, *layers: str) -> int:
        """A format of our own sheets, made of layers of style.toml."""
        if layers not in self._own:
            properties = properties_of(layers)
            fill = self._fills.add_ours(solid_xml(properties["bg_color"])) if "bg_color" in properties else 0
            ids = (self._fonts.add_ours(font_xml(properties)), fill, self._borders.add_ours(border_xml(properties)))
            is_based = self._root.child("cellStyleXfs") is not None
            self._own[layers] = self._formats.add_ours(format_xml(properties, ids, is_based=is_based))
        return self._own[layers]

    def _format(self, index: int) -> bytes:
        items = self._formats.items
        return items[index] if 0 <= index < len(items) else items[0]

    def _clone(self, raw: bytes, fill: int) -> int:
        end = tag_end(raw, 0)
        tag = with_attribute(with_attribute(raw[:end], "fillId", str(fill)), "applyFill", "1")
        return self._formats.add(tag + raw[end:])

    def _number_for(self, fill: int) -> int:
        elements = self._fills.elements
        text = fill_text(elements[fill]) if 0 <= fill < len(elements) else NO_FILL
        if text not in self.fills and len(self.fills) < MOST_FILLS:
            self.fills.append(text)
        return self.fills.index(text) if text in self.fills else 0

    def _is_light(self, font: int) -> bool:
        """Whether letters of that font are too light for a light ground."""
        elements = self._fonts.elements
        colour = elements[font].child("color") if 0 <= font < len(elements) else None
        attributes = colour.attributes if colour else {}
        if _RGB.fullmatch(attributes.get("rgb", "")):
            channels = bytes.fromhex(attributes["rgb"][-6:])
            return 2 * channels[0] + 5 * channels[1] + channels[2] > 8 * 0xA0
        return attributes.get("theme") in _WHITE_THEMES or attributes.get("indexed") in _WHITE_INDEXES

    # ---- taking marks off

    @cached_property
    def fill_numbers(self) -> Mapping[int, int]:
        """The number of the replaced fill by format, for every format that is a mark."""
        numbers = {place: _number_of(fill) for place, fill in enumerate(self._fills.elements)}
        fills = {place: number for place, number in numbers.items() if number is not None}
        if not fills:
            return {}
        used = ((place, _index(attributes_of(raw).get("fillId"))) for place, raw in enumerate(self._formats.items))
        return {place: fills[fill] for place, fill in used if fill in fills}

    def restored(self, index: int, fills: Sequence[str]) -> int:
        """The format `index` with the fill that its mark replaced (no fill where `fills` does not have it)."""
        number = self.fill_numbers[index]
        text = fills[number] if number < len(fills) and is_fill_text(fills[number]) else NO_FILL
        raw = self._format(index)
        look = _look(raw)
        places = [place for place, fill in enumerate(self._fill_texts) if fill == text]
        same = next((self._by_look[look, place] for place in places if (look, place) in self._by_look), None)
        if same is not None:
            return same
        fill = places[0] if places else self._fills.add_ours(text.encode()) if text else 0
        return self._clone(raw, fill)

    @cached_property
    def _fill_texts(self) -> list[str]:
        return [fill_text(fill) for fill in self._fills.elements]

    @cached_property
    def _by_look(self) -> Mapping[tuple[Any, int], int]:
        formats: dict[tuple[Any, int], int] = {}
        for place, raw in enumerate(self._formats.items):
            formats.setdefault((_look(raw), _index(attributes_of(raw).get("fillId"))), place)
        return formats

    # ---- the part again

    def to_bytes(self) -> bytes:
        """The part with what was added; CannotPatch("styles-full") if Excel could not hold it."""
        if len(self._formats.items) > _MOST_FORMATS:
            raise CannotPatch("styles-full")
        edits = Edits(self._data)
        sections = {"fonts": self._fonts, "fills": self._fills, "borders": self._borders, "cellXfs": self._formats}
        for name, section in sections.items():
            self._write(edits, name, section)
        return edits.to_bytes()

    def _write(self, edits: Edits, name: str, section: _Section) -> None:
        added = b"".join(section.items[section.existing_count :])
        if not added:
            return
        if section.element is None:
            tag, count = name.encode(), xml_value(str(len(section.items)))
            start = with_prefix(b"<" + tag + b" count=" + count + b">", self._prefix)
            end = with_prefix(b"</" + tag + b">", self._prefix)
            edits.insert(self._place_for(name), start + added + end)
            return
        edits.append(section.element, added)
        if "count" in section.element.attributes:
            edits.set(section.element, "count", str(len(section.items)))

    def _place_for(self, name: str) -> int:
        """The offset of a missing section: behind the last of those that come before it."""
        before = _SECTIONS[: _SECTIONS.index(name)]
        return max((e.end for e in self._root.children if e.name in before), default=self._root.inner)


def _index(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0


def _number_of(fill: Element) -> int | None:
    pattern = fill.child("patternFill")
    colour = pattern.child("fgColor") if pattern and pattern.attributes.get("patternType") == "solid" else None
    return number_in(colour.attributes.get("rgb", "")) if colour else None


def _look(raw: bytes) -> tuple[Any, ...]:
    """A format without its fill, for comparison."""
    end = tag_end(raw, 0)
    attributes = attributes_of(raw[:end])
    return (frozenset((k, v) for k, v in attributes.items() if k not in ("fillId", "applyFill")), raw[end:])
