"""The picture docs/layers.svg: the layers of the program as setup.cfg has them, from the roof down."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "rectify_xl"
WIDTH, EDGE, TITLE, LINE, GAP = 960, 16, 22, 18, 10
# How wide a letter of the modules' names is, and how many of them stand on a line.
LETTER = 8.2
LETTERS = int((WIDTH - 4 * EDGE) / LETTER)
FILLS = ("#dce6f2", "#e9eff7")
FONT = "font-family='Consolas, Menlo, monospace' font-size='12.5'"


def layers() -> list[tuple[str, list[str]]]:
    """(title, modules) of every layer from the roof down, as setup.cfg declares them."""
    listed = (ROOT / "setup.cfg").read_text(encoding="utf-8").split("\nlayers =\n")[1].split("\nignore_imports")[0]
    groups: list[tuple[str, list[str]]] = []
    for line in map(str.strip, listed.splitlines()):
        if line.startswith("# "):
            groups.append((line[2:], []))
        else:
            groups[-1][1].append(line)
    return groups


def picture() -> str:
    """The picture as SVG: a box a layer, its modules in it, folders with a slash."""
    boxes, top = [], EDGE
    for place, (title, names) in enumerate(layers()):
        lines = list(_lines([f"{name}/" if (PACKAGE / name).is_dir() else name for name in names]))
        height = TITLE + LINE * len(lines) + GAP
        boxes.append(_box(title, lines, top, height, FILLS[place % 2]))
        top += height + GAP
    foot = "A module imports only from what stands below it; what the data files of facts/ say lies under all."
    boxes.append(f"<text x='{EDGE}' y='{top + LINE}' font-family='sans-serif' font-size='13'>{foot}</text>")
    size = f"width='{WIDTH}' height='{top + LINE + EDGE}'"
    head = f"<svg xmlns='http://www.w3.org/2000/svg' {size}>\n<rect {size} fill='#ffffff'/>"
    return "\n".join([head, *boxes, "</svg>"]) + "\n"


def _lines(names: list[str]) -> Iterator[str]:
    """The names with dots between, on lines that are not too long."""
    line = ""
    for name in names:
        if line and len(line) + 3 + len(name) > LETTERS:
            yield line
            line = ""
        line += f" · {name}" if line else name
    yield line


def _box(title: str, lines: list[str], top: int, height: int, fill: str) -> str:
    rect = f"<rect x='{EDGE}' y='{top}' width='{WIDTH - 2 * EDGE}' height='{height}' rx='4' fill='{fill}' "
    told = [rect + "stroke='#1f3864'/>"]
    told.append(
        f"<text x='{2 * EDGE}' y='{top + LINE}' font-family='sans-serif' font-size='14' font-weight='bold' "
        f"fill='#1f3864'>{escape(title)}</text>"
    )
    for place, line in enumerate(lines, start=1):
        told.append(f"<text x='{2 * EDGE}' y='{top + LINE + LINE * place + 2}' {FONT}>{escape(line)}</text>")
    return "\n".join(told)


if __name__ == "__main__":
    print(picture())
