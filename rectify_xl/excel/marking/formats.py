"""Formats of our own sheets as XML: the layers of style.toml, as xlsxwriter would write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rectify_xl.excel.marking.elements import xml_value
from rectify_xl.facts import catalog

_COLOURS = ("font_color", "bg_color", "border_color")
_FLAGS = ((b"b", "bold"), (b"i", "italic"), (b"u", "underline"))
_VERTICAL = {"vcenter": "center"}


def properties_of(layers: Sequence[str]) -> Mapping[str, Any]:
    """The properties of some layers, later ones over earlier ones; colours as AARRGGBB, fonts by their names."""
    facts = catalog.words("style")
    properties: dict[str, Any] = dict(facts["base"])
    for name in layers:
        properties |= facts["formats"][name]
    for key in _COLOURS:
        if key in properties:
            properties[key] = "FF" + facts["colours"][properties[key]][1:]
    return {**properties, "font_name": facts["fonts"][properties["font_name"]]}


def solid_xml(colour: str) -> bytes:
    """A fill of one colour (AARRGGBB)."""
    colours = b"<fgColor rgb=" + xml_value(colour) + b'/><bgColor indexed="64"/>'
    return b'<fill><patternFill patternType="solid">' + colours + b"</patternFill></fill>"


def font_xml(properties: Mapping[str, Any]) -> bytes:
    """The font of a format."""
    flags = [b"<" + tag + b"/>" for tag, key in _FLAGS if properties.get(key)]
    colour = b"<color rgb=" + xml_value(properties["font_color"]) + b"/>" if "font_color" in properties else b""
    size = b"<sz val=" + xml_value(str(properties["font_size"])) + b"/>"
    name = b"<name val=" + xml_value(properties["font_name"]) + b"/>"
    family = b"<family val=" + xml_value(str(properties["font_family"])) + b"/>"
    charset = b"<charset val=" + xml_value(str(properties["font_charset"])) + b"/>"
    return b"<font>" + b"".join(flags) + size + colour + name + family + charset + b"</font>"


def border_xml(properties: Mapping[str, Any]) -> bytes:
    """The border of a format: thin lines on all sides, or none."""
    sides = (b"left", b"right", b"top", b"bottom")
    if not properties.get("border"):
        return b"<border>" + b"".join(b"<" + side + b"/>" for side in sides) + b"<diagonal/></border>"
    colour = b"<color rgb=" + xml_value(properties["border_color"]) + b"/>"
    lines = b"".join(b"<" + side + b' style="thin">' + colour + b"</" + side + b">" for side in sides)
    return b"<border>" + lines + b"<diagonal/></border>"


def format_xml(properties: Mapping[str, Any], ids: tuple[int, int, int], *, is_based: bool) -> bytes:
    """A cell format of font, fill and border (their ids); its texts stay texts when somebody edits them."""
    font, fill, border = ids
    attributes = {
        "numFmtId": str(properties.get("num_format", 0)),
        "fontId": str(font),
        "fillId": str(fill),
        "borderId": str(border),
        **({"xfId": "0"} if is_based else {}),
        "quotePrefix": "1",
        **dict.fromkeys(("applyNumberFormat", "applyFont", "applyFill", "applyBorder", "applyAlignment"), "1"),
    }
    align = {
        "horizontal": properties.get("align"),
        "vertical": _VERTICAL.get(properties.get("valign", ""), properties.get("valign")),
        "wrapText": "1" if properties.get("text_wrap") else None,
        "indent": str(properties["indent"]) if "indent" in properties else None,
        "shrinkToFit": "1" if properties.get("shrink") else None,
    }
    return b"<xf" + _attributes_xml(attributes) + b"><alignment" + _attributes_xml(align) + b"/></xf>"


def _attributes_xml(attributes: Mapping[str, str | None]) -> bytes:
    return b"".join(b" " + key.encode() + b"=" + xml_value(value) for key, value in attributes.items() if value)
