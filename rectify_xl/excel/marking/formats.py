"""Formats of our own sheets as XML: the layers of style.toml, as xlsxwriter would write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rectify_xl import catalog
from rectify_xl.excel.marking.elements import xml_value

_COLOURS = ("font_color", "bg_color", "border_color")
_FLAGS = ((b"b", "bold"), (b"i", "italic"), (b"u", "underline"))
_ALIGN = {"vcenter": "center"}


def properties_of(layers: Sequence[str]) -> Mapping[str, Any]:
    """The properties of some layers laid one over the other, colours as AARRGGBB, fonts by their names."""
    facts = catalog.words("style")
    made: dict[str, Any] = dict(facts["base"])
    for name in layers:
        made |= facts["formats"][name]
    for key in _COLOURS:
        if key in made:
            made[key] = "FF" + facts["colours"][made[key]][1:]
    return {**made, "font_name": facts["fonts"][made["font_name"]]}


def solid_xml(colour: str) -> bytes:
    """A fill of one colour (AARRGGBB)."""
    inside = b"<fgColor rgb=" + xml_value(colour) + b'/><bgColor indexed="64"/>'
    return b'<fill><patternFill patternType="solid">' + inside + b"</patternFill></fill>"


def font_xml(held: Mapping[str, Any]) -> bytes:
    """The font of a format."""
    flags = [b"<" + tag + b"/>" for tag, key in _FLAGS if held.get(key)]
    colour = b"<color rgb=" + xml_value(held["font_color"]) + b"/>" if "font_color" in held else b""
    size = b"<sz val=" + xml_value(str(held["font_size"])) + b"/>"
    name = b"<name val=" + xml_value(held["font_name"]) + b"/>"
    family = b"<family val=" + xml_value(str(held["font_family"])) + b"/>"
    charset = b"<charset val=" + xml_value(str(held["font_charset"])) + b"/>"
    return b"<font>" + b"".join(flags) + size + colour + name + family + charset + b"</font>"


def border_xml(held: Mapping[str, Any]) -> bytes:
    """The border of a format: thin lines on all sides, or none."""
    sides = (b"left", b"right", b"top", b"bottom")
    if not held.get("border"):
        return b"<border>" + b"".join(b"<" + side + b"/>" for side in sides) + b"<diagonal/></border>"
    colour = b"<color rgb=" + xml_value(held["border_color"]) + b"/>"
    lines = b"".join(b"<" + side + b' style="thin">' + colour + b"</" + side + b">" for side in sides)
    return b"<border>" + lines + b"<diagonal/></border>"


def format_xml(held: Mapping[str, Any], ids: tuple[int, int, int], *, is_based: bool) -> bytes:
    """A cell format of font, fill and border; its texts stay texts when somebody edits them."""
    font, fill, border = ids
    about = {
        "numFmtId": str(held.get("num_format", 0)),
        "fontId": str(font),
        "fillId": str(fill),
        "borderId": str(border),
        **({"xfId": "0"} if is_based else {}),
        "quotePrefix": "1",
        **dict.fromkeys(("applyNumberFormat", "applyFont", "applyFill", "applyBorder", "applyAlignment"), "1"),
    }
    align = {
        "horizontal": held.get("align"),
        "vertical": _ALIGN.get(held.get("valign", ""), held.get("valign")),
        "wrapText": "1" if held.get("text_wrap") else None,
        "indent": str(held["indent"]) if "indent" in held else None,
        "shrinkToFit": "1" if held.get("shrink") else None,
    }
    return b"<xf" + _attributes(about) + b"><alignment" + _attributes(align) + b"/></xf>"


def _attributes(held: Mapping[str, str | None]) -> bytes:
    return b"".join(b" " + key.encode() + b"=" + xml_value(value) for key, value in held.items() if value)
