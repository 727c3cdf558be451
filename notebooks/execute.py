"""Runs every notebook from its source and checks that the two agree; with --write keeps what came out.

python notebooks/execute.py [--write] [NAME...]: exit status 1 where a notebook fails, tells of this machine, or
differs in its cells from its source. The source of 01.ipynb is 01.py (jupytext, percent format).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

HERE = Path(__file__).parent
# What an output must not hold: a path of some machine, a time of day, an object's address.
TELLTALE = re.compile(
    r"/(?:tmp|home|root|usr|var|private|opt|work)/|[A-Z]:\\\\|\b\d{1,2}:\d{2}:\d{2}(?!Z)|\bat 0x[0-9a-f]+"
)
# The plain text that stands beside HTML is shown nowhere; of a long one this much is kept.
PLAIN = 200
Notebook = nbformat.NotebookNode


def sources() -> list[Path]:
    """The sources in order: 01_... to 06_..."""
    return sorted(HERE.glob("[0-9][0-9]_*.py"))


def from_source(source: Path) -> Notebook:
    """The notebook that a source makes, without outputs; cells are numbered so that it is the same every time."""
    made = jupytext.read(source)
    for number, cell in enumerate(made.cells, 1):
        cell["id"] = f"cell-{number:02d}"
    made.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return made


def cells_of(notebook: Notebook) -> list[tuple[str, str]]:
    """Kind and text of every cell."""
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


def texts_in(notebook: Notebook) -> Iterator[tuple[int, str]]:
    """(number of the cell, text) of every output that is text: streams, plain text, HTML."""
    for number, cell in enumerate(notebook.cells, 1):
        for output in cell.get("outputs", ()):
            yield number, output.get("text", "")
            yield from ((number, text) for kind, text in output.get("data", {}).items() if kind.startswith("text/"))


def telltales(notebook: Notebook) -> list[str]:
    """What in the outputs tells of a machine or a moment."""
    return [f"cell {number}: {found[0]}" for number, text in texts_in(notebook) for found in TELLTALE.finditer(text)]


def executed(source: Path) -> Notebook:
    """The notebook run from top to bottom in its own folder; raises CellExecutionError."""
    made = from_source(source)
    client = NotebookClient(
        made,
        timeout=600,
        kernel_name="python3",
        record_timing=False,
        extra_arguments=["--log-level=40"],
        resources={"metadata": {"path": str(HERE)}},
    )
    client.execute()
    for data in (output.get("data", {}) for cell in made.cells for output in cell.get("outputs", ())):
        is_frame = "<style scoped>" in data.get("text/html", "<style scoped>")
        if not is_frame and len(data["text/plain"]) > PLAIN:
            data["text/plain"] = data["text/plain"][:PLAIN] + "..."
    return made


def mistakes_of(source: Path, *, write: bool) -> list[str]:
    """What is wrong with one notebook; written anew where that was asked for and nothing is."""
    kept = source.with_suffix(".ipynb")
    try:
        made = executed(source)
    except CellExecutionError as error:
        return [str(error)]
    told = telltales(made)
    if write and not told:
        kept.write_text(nbformat.writes(made) + "\n", encoding="utf-8")
    elif not kept.exists() or cells_of(nbformat.read(kept, as_version=4)) != cells_of(made):
        told.append(f"{kept.name} is not made from {source.name}: make notebooks-write")
    return told


def main(args: Sequence[str]) -> int:
    """Runs the notebooks that are named, or all."""
    names = [arg for arg in args if not arg.startswith("-")]
    wrong = 0
    for source in sources():
        if not names or any(source.name.startswith(name) for name in names):
            told = mistakes_of(source, write="--write" in args)
            print(source.stem, *(told or ["ok"]), sep="\n  " if told else " ", flush=True)
            wrong += bool(told)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
