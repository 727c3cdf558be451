"""What a newcomer reads first is true: the map is the code's, every command and example works, every link leads on.

RECTIFY_XL_REGENERATE=1 makes the generated parts of README.md anew.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from layers import layers, picture
from sources import PACKAGE, ROOT, modules, sentence

import rectify_xl
from rectify_xl.commands.table import COMMANDS

README = ROOT / "README.md"
PAGES = [README, ROOT / "README.zh-CN.md", ROOT / "CHANGELOG.md", ROOT / "docs" / "architecture.md"]
MOST_BYTES = 200_000
DEMO = "rectify-xl demo play --lang en"


def text_of(page: Path = README) -> str:
    return page.read_text(encoding="utf-8")


def section(heading: str) -> str:
    """What stands below a heading of the README, up to the next one."""
    return text_of().split(f"## {heading}\n")[1].split("\n## ")[0]


def table_rows(text: str) -> list[list[str]]:
    """The cells of every table row, headings without words and rules left out."""
    lines = [line.strip("|").split(" | ") for line in text.splitlines() if re.match(r"\| *[^\s|-]", line)]
    return [[cell.strip() for cell in cells] for cells in lines]


def agrees(mark: str, made: str) -> None:
    """Compares what stands between two marks of the README, or puts it there where RECTIFY_XL_REGENERATE is set."""
    before, rest = text_of().split(f"<!-- {mark} -->\n")
    held, after = rest.split(f"<!-- /{mark} -->\n")
    if os.environ.get("RECTIFY_XL_REGENERATE") and held != made:
        README.write_text(f"{before}<!-- {mark} -->\n{made}<!-- /{mark} -->\n{after}", encoding="utf-8")
        held = made
    assert held == made, "RECTIFY_XL_REGENERATE=1 makes it anew"


# ---- the map


def the_map() -> Iterator[str]:
    for title, roof_down in layers()[::-1]:
        names = roof_down[::-1]
        yield f"\n**{title}**\n"
        for name in names:
            folder = PACKAGE / name
            module = Path(name, "__init__.py") if folder.is_dir() else Path(f"{name}.py")
            yield f"- **{name}{'/' if folder.is_dir() else ''}** {sentence(module)}"
        for name in names:
            if (PACKAGE / name).is_dir():
                yield from inside(Path(name))


def inside(folder: Path) -> Iterator[str]:
    yield f"\n<details><summary>inside {folder.as_posix()}/</summary>\n"
    for module in modules():
        if folder in module.parents and module != folder / "__init__.py":
            told = module.relative_to(folder)
            name = f"{told.parent.as_posix()}/" if told.name == "__init__.py" else told.with_suffix("").as_posix()
            yield f"- **{name}** {sentence(module)}"
    yield "\n</details>"


def test_the_map_is_the_codes() -> None:
    agrees("map", "\n".join(the_map()).lstrip("\n") + "\n")


def test_the_map_as_a_picture_is_the_codes() -> None:
    page, made = ROOT / "docs" / "layers.svg", picture()
    if os.environ.get("RECTIFY_XL_REGENERATE"):
        page.write_text(made, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == made, "RECTIFY_XL_REGENERATE=1 makes it anew"


def test_every_module_has_its_place() -> None:
    """Says in one line what import-linter would say in twenty."""
    placed = {name for _, names in layers() for name in names}
    assert {module.parts[0].removesuffix(".py") for module in modules()} - placed == {"__init__"}


def places() -> list[tuple[str, str]]:
    """The files and names of the table "Where is …?", each name with every file of its line."""
    lines = [line for line in text_of().split("**Where is …?**")[1].splitlines() if "](rectify_xl/" in line]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [(cell[1], name) for cell in cells for name in re.findall(r"`([^`]+)`", cell[2])]


def test_what_the_newcomer_looks_for_is_there() -> None:
    assert len(places()) > 20
    for files, name in places():
        paths = re.findall(r"\]\(([^)#]+)\)", files)
        assert any(name in (ROOT / path).read_text(encoding="utf-8") for path in paths), (name, paths)


# ---- commands and examples


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("newcomer")


def call(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, *command], cwd=folder, capture_output=True, encoding="utf-8", check=False, env=environment
    )


@pytest.fixture(scope="module")
def demo(folder: Path) -> str:
    """What the demo prints; its workspace is the one that all examples speak of."""
    told = call(["-m", "rectify_xl", *shlex.split(DEMO)[1:]], folder)
    assert (told.returncode, told.stderr) == (0, "")
    return told.stdout


def test_the_demo_prints_this(demo: str) -> None:
    agrees("demo", f"\n```console\n$ {DEMO}\n{demo}```\n\n")


EXAMPLES = {cells[0].strip("`"): cells[2].strip("`") for cells in table_rows(section("Using it")) if len(cells) == 3}
EXAMPLES.pop("command")


def test_every_command_is_told() -> None:
    assert EXAMPLES.keys() == COMMANDS.keys()
    assert all(shlex.split(example)[:2] == ["rectify-xl", name] for name, example in EXAMPLES.items())


@pytest.mark.parametrize("example", [line for name, line in EXAMPLES.items() if name != "demo"])
def test_every_example_works(example: str, folder: Path, demo: str) -> None:
    told = call(["-m", "rectify_xl", *shlex.split(example)[1:]], folder)
    assert told.returncode == (1 if " check " in example else 0), told.stderr
    assert told.stdout


def test_the_python_example_works(folder: Path, demo: str) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", text_of(), re.DOTALL)
    told = call(["-c", example], folder)
    assert told.returncode == 0, told.stderr
    assert "False" in told.stdout and (folder / "整改进度.xlsx").exists()


def test_every_public_name_is_told() -> None:
    told = {name for cells in table_rows(section("Using it")) for name in re.findall(r"`(\w+)`", cells[0])}
    assert set(rectify_xl.__all__) - {"__version__"} <= told


def test_both_make_commands_exist() -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    told = {name for page in PAGES for name in re.findall(r"`make ([\w-]+)`", text_of(page))}
    assert {"demo", "test"} <= told <= targets


def test_the_glossary_has_twelve_words() -> None:
    assert len(table_rows(section("Twelve words"))) == 12


# ---- links, pictures and names


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", text_of(page))
    assert [link for link in links if not (page.parent / link).is_file()] == []


def test_every_picture_is_shown_and_small() -> None:
    pages = [*PAGES, *(ROOT / "docs").glob("*.md")]
    shown = {name for page in pages for name in re.findall(r"!\[[^\]]+\]\((?:docs/)?pictures/([^)]+)\)", text_of(page))}
    pictures = {path.name: path for path in (ROOT / "docs" / "pictures").iterdir()}
    assert {"template.png", "returned.png", "ledger.png", "status.png"} <= shown == set(pictures)
    for path in pictures.values():
        assert path.read_bytes().startswith(b"\x89PNG") and path.stat().st_size < MOST_BYTES, path.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_is_named_exists(page: Path) -> None:
    named = re.findall(r"`((?:[a-z_]+/)*[a-z_.]+\.(?:py|toml|cfg)|(?:[a-z_]+/)+)`", text_of(page))
    assert [name for name in named if not any((place / name).exists() for place in (ROOT, PACKAGE))] == []
