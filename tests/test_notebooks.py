"""The notebooks as they are kept: made from their sources, run to the end, and telling of no machine and no moment."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jupytext
import pytest
from sources import ROOT

FOLDER = ROOT / "notebooks"
SOURCES = sorted(FOLDER.glob("0*.py"))
# The same as in notebooks/execute.py, which needs more packages than the tests have.
TELLTALE = re.compile(
    r"/(?:tmp|home|root|usr|var|private|opt|work)/|[A-Z]:\\\\|\b\d{1,2}:\d{2}:\d{2}(?!Z)|\bat 0x[0-9a-f]+"
)
ACTIVE = re.compile(r"<script|<iframe|javascript:|https?://|\son\w+=", re.IGNORECASE)
SHOWN = {"image/png", "text/plain", "text/html"}


def kept(source: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(source.with_suffix(".ipynb").read_text(encoding="utf-8"))
    return told


def outputs(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    return [output for cell in notebook["cells"] for output in cell.get("outputs", ())]


def texts(notebook: dict[str, Any]) -> list[str]:
    found = []
    for output in outputs(notebook):
        held = [output.get("text", ""), *(text for kind, text in output.get("data", {}).items() if kind != "image/png")]
        found += ["".join(text) for text in held]
    return found


def test_there_are_six_and_nothing_else() -> None:
    assert [source.stem[:2] for source in SOURCES] == ["01", "02", "03", "04", "05", "06"]
    assert {path.stem for path in FOLDER.glob("*.ipynb")} == {source.stem for source in SOURCES}


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_a_notebook_is_made_from_its_source(source: Path) -> None:
    made = [(cell.cell_type, cell.source) for cell in jupytext.read(source).cells]
    held = [(cell["cell_type"], "".join(cell["source"])) for cell in kept(source)["cells"]]
    assert held == made, "make notebooks-write"


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_what_is_kept_ran_to_the_end_and_is_inert(source: Path) -> None:
    notebook = kept(source)
    counts = [cell["execution_count"] for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert counts == list(range(1, len(counts) + 1))
    assert {kind for output in outputs(notebook) for kind in output.get("data", {})} <= SHOWN
    assert not [told for told in outputs(notebook) if told["output_type"] == "error" or told.get("name") == "stderr"]
    assert [found[0] for text in texts(notebook) for found in TELLTALE.finditer(text)] == []
    assert [found[0] for text in texts(notebook) for found in ACTIVE.finditer(text)] == []
    assert set(notebook["metadata"]) == {"kernelspec", "language_info"}
    assert not any("execution" in cell["metadata"] for cell in notebook["cells"])


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_links_lead_somewhere(source: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", source.read_text(encoding="utf-8"))
    assert [link for link in links if not (FOLDER / link).exists()] == []


def test_pictures_are_there_where_they_are_promised() -> None:
    counted = [sum("image/png" in told.get("data", {}) for told in outputs(kept(source))) for source in SOURCES]
    assert counted == [0, 4, 4, 3, 0, 3]
