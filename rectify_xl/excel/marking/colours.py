"""The colours of our marks: each carries in its lowest bits the number of the fill it replaces, to restore it later.

A program that saves the file again renumbers its styles, but keeps colours as they are. A mark's colour differs
from the usual red or amber by less than an eye can see, and the difference is the number of the old fill.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from rectify_xl.excel.marking.elements import Element
from rectify_xl.facts import catalog
from rectify_xl.model import Level

_LOW_BITS = 0x070707
# How many old fills one workbook can name: three bits of each of three channels.
MOST_FILLS = 512
_MOST_LEVELS = 3
_NUMBER = r"-?\d+(?:\.\d+)?(?:[Ee]-?\d+)?"
_COLOUR = rf'(?: (?:auto="(?:0|1|true|false)"|(?:indexed|theme|tint)="{_NUMBER}"|rgb="[0-9A-Fa-f]{{8}}"))*/>'
_PATTERN = (
    r"solid|mediumGray|gray125|gray0625|(?:dark|light)(?:Gray|Horizontal|Vertical|Down|Up|Grid|Trellis)"
)
_GRADIENT = rf'(?: (?:(?:bottom|degree|left|right|top)="{_NUMBER}"|type="(?:linear|path)"))*'
# Every valid fill as `fill_text` writes it. A text that comes back in a file is checked against this before use.
_FILL = re.compile(
    rf'<fill>(?:<patternFill patternType="(?:{_PATTERN})"'
    rf"(?:/>|>(?:<fgColor{_COLOUR})?(?:<bgColor{_COLOUR})?</patternFill>)"
    rf'|<gradientFill{_GRADIENT}>(?:<stop position="{_NUMBER}"><color{_COLOUR}</stop>)+</gradientFill>)</fill>'
)
NO_FILL = ""


@cache
def _bases() -> Mapping[tuple[Level, bool], int]:
    """The colour of each level with number 0, on cells with dark and (True) with light letters."""
    facts = catalog.words("marked")["colours"]
    return {
        ("error", False): int(facts["error"][1:], 16),
        ("warning", False): int(facts["warning"][1:], 16),
        ("error", True): int(facts["error_dark"][1:], 16),
        ("warning", True): int(facts["warning_dark"][1:], 16),
    }


def mark_colour(level: Level, is_light: bool, number: int) -> str:
    """The colour AARRGGBB of a mark on a cell whose own fill has that number; 0 is no fill."""
    base = _bases()[level, is_light]
    code = (_code(base) + number) % MOST_FILLS
    return f"FF{base & ~_LOW_BITS | (code >> 6 & 7) << 16 | (code >> 3 & 7) << 8 | code & 7:06X}"


def number_in(colour: str) -> int | None:
    """The number of the old fill that a colour AARRGGBB names; None if it is no colour of a mark."""
    if not re.fullmatch(r"[0-9A-Fa-f]{8}", colour):
        return None
    value = int(colour[2:], 16)
    for base in _bases().values():
        if value & ~_LOW_BITS == base & ~_LOW_BITS:
            return (_code(value) - _code(base)) % MOST_FILLS
    return None


def _code(colour: int) -> int:
    return (colour >> 16 & 7) << 6 | (colour >> 8 & 7) << 3 | colour & 7


# ---- fills as texts


def fill_text(fill: Element) -> str:
    """A fill as a line of plain XML, the same for the same fill whatever program wrote it; "" is no fill."""
    pattern = fill.children[0] if fill.children else None
    if pattern is None or (pattern.name == "patternFill" and pattern.attributes.get("patternType", "none") == "none"):
        return NO_FILL
    text = _xml_of(fill)
    return text if is_fill_text(text) else NO_FILL


def is_fill_text(text: str) -> bool:
    """Whether a text that came back in a file is a fill as `fill_text` writes it, and nothing else."""
    return _FILL.fullmatch(text) is not None


def _xml_of(element: Element, depth: int = 0) -> str:
    if depth > _MOST_LEVELS:
        return ""
    attributes = "".join(f' {key}="{value}"' for key, value in sorted(element.attributes.items()) if " " not in key)
    content = "".join(_xml_of(child, depth + 1) for child in element.children)
    name = element.name
    return f"<{name}{attributes}>{content}</{name}>" if content or name == "fill" else f"<{name}{attributes}/>"
