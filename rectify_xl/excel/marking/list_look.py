"""How the list of problems looks, in a clerk's workbook and in one of its own alike: layers, heights, widths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from rectify_xl.excel.marking.problems import Line, Problems
from rectify_xl.excel.writing.fit import height_of, line_width, lines_in
from rectify_xl.facts import catalog
from rectify_xl.model import Level

HEADER_HEIGHT, _TITLE_HEIGHT, _LEAST_HEIGHT = 24.0, 34.0, 20.0


class Top(NamedTuple):
    """One line above the list, written across all its columns."""

    text: str
    layers: tuple[str, ...]
    height: float


def column_facts() -> Mapping[str, Any]:
    """The columns of the list as marked.toml declares them."""
    columns: Mapping[str, Any] = catalog.words("marked")["columns"]
    return columns


def top_of(problems: Problems) -> Iterator[Top]:
    """The title and the lines below it."""
    yield Top(problems.title, ("title", "lefted"), _TITLE_HEIGHT)
    width = line_width(sum(column_facts()["widths"]))
    for place, text in enumerate(problems.notes):
        bold = ("bold",) if place == 0 else ()
        yield Top(text, ("text", *bold), max(height_of(lines_in(text, width)), _LEAST_HEIGHT))


def layers_of(name: str, level: Level) -> tuple[str, ...]:
    """The layers of one column on a line of that level."""
    return (*column_facts()["look"][name], "grid", *([column_facts()["level"][level]] if name == "level" else []))


def height_of_line(line: Line) -> float:
    """The height of a line of the list, which no program fits to the texts when it opens the file."""
    widths = column_facts()["widths"]
    counts = [lines_in(text, line_width(width)) for text, width in zip(line.texts, widths, strict=True)]
    return max(height_of(max(counts)), _LEAST_HEIGHT)
