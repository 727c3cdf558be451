"""The house in order: docstrings, sizes, languages and late imports (who may import whom stands in setup.cfg)."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from fnmatch import fnmatch
from io import BytesIO
from pathlib import Path

import pytest
from sources import PACKAGE, ROOT, modules, sentence, setup, tree

MODULES = modules()
MOST_LINES, MOST_LINES_OF_A_FUNCTION = 300, 40
# Larger than a room should be, each for a reason; a shorter list is progress.
LARGE = {
    "model.py": "all nouns, so that nobody asks where one stands",
}
# A grammar of Chinese is code and speaks Chinese: of date phrases, and of 判定条件 (且, 或, 属于).
SPEAKS_CHINESE = {"rules/expression_text.py", "days/periods.py"}
HEAVY = {"numpy", "openpyxl", "pandas", "pandera", "python_calamine", "rich", "xlsxwriter"}


# ---- docstrings


def test_a_module_opens_with_one_sentence() -> None:
    told = {module.as_posix(): sentence(module) for module in MODULES}
    assert {name: said for name, said in told.items() if not said.endswith(".") or "\n" in said} == {}
    assert {name: said for name, said in told.items() if ". " in said.replace("e.g. ", "")} == {}


def public(body: list[ast.stmt], within: str = "") -> Iterator[tuple[str, ast.FunctionDef | ast.ClassDef]]:
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            yield within + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body, f"{node.name}.")


def test_what_is_public_tells_what_it_is() -> None:
    told = [(module.as_posix(), *named) for module in MODULES for named in public(tree(module).body)]
    assert [(module, name) for module, name, node in told if not ast.get_docstring(node)] == []


# ---- sizes


def test_a_module_is_a_room_to_live_in() -> None:
    lines = {module.as_posix(): len((PACKAGE / module).read_text(encoding="utf-8").splitlines()) for module in MODULES}
    assert {name: count for name, count in lines.items() if (count > MOST_LINES) != (name in LARGE)} == {}


def test_a_function_is_seen_at_a_glance() -> None:
    lines = [
        (module.as_posix(), node.name, (node.end_lineno or node.lineno) - node.lineno + 1)
        for module in MODULES
        for node in ast.walk(tree(module))
        if isinstance(node, ast.FunctionDef)
    ]
    assert [(module, name, count) for module, name, count in lines if count > MOST_LINES_OF_A_FUNCTION] == []


# ---- facts are data


def spoken(module: Path) -> Iterator[str]:
    """Every name and text in a module's code: neither comments nor docstrings."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree(module))
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value
        elif isinstance(node, (ast.Name, ast.arg, ast.Attribute, ast.FunctionDef, ast.ClassDef)):
            yield next(str(getattr(node, part)) for part in ("id", "arg", "attr", "name") if hasattr(node, part))


def test_chinese_stands_in_the_facts() -> None:
    told = {module.as_posix(): [t for t in spoken(module) if re.search("[\u4e00-\u9fff]", t)] for module in MODULES}
    assert {name: texts for name, texts in told.items() if bool(texts) != (name in SPEAKS_CHINESE)} == {}


def test_sql_stands_in_the_store() -> None:
    sql = re.compile(r"\b(SELECT .+ FROM|INSERT .*INTO|DELETE FROM|UPDATE \w+ SET) ", re.DOTALL)
    speaks = {module.as_posix() for module in MODULES if any(sql.search(text) for text in spoken(module))}
    assert speaks and {name.partition("/")[0] for name in speaks} == {"store"}


def test_every_fact_is_installed() -> None:
    globs = setup()["options.package_data"]["rectify_xl"].split()
    files = [path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*") if path.is_file()]
    facts = [name for name in files if not name.endswith(".py") and "__pycache__" not in name]
    # A star of package data stops at a slash, one of fnmatch does not.
    depths = [(glob, glob.count("/")) for glob in globs]
    missing = [n for n in facts if not any(fnmatch(n, g) and n.count("/") == depth for g, depth in depths)]
    assert missing == []
    assert [glob for glob, _ in depths if not any(fnmatch(name, glob) for name in facts)] == []
    assert any(name.startswith("facts/forms/") for name in facts)


def test_every_folder_of_modules_is_a_package() -> None:
    assert {path.parent for path in MODULES} == {path.parent for path in MODULES if path.name == "__init__.py"}


# ---- what is imported when


@pytest.mark.parametrize(
    "code",
    [
        "import rectify_xl",
        "import rectify_xl; rectify_xl.parse_period('5月中旬', year=2005)",
        "from rectify_xl.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass",
        "from rectify_xl.cli import main\ntry: main(['run', '--help'])\nexcept SystemExit: pass",
    ],
)
def test_what_is_heavy_is_imported_late(code: str) -> None:
    tell = f"import sys; print(sorted({HEAVY} & set(sys.modules)), file=sys.stderr)"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    told = subprocess.run(
        [sys.executable, "-c", f"{code}\n{tell}"], capture_output=True, encoding="utf-8", check=True, env=environment
    )
    assert told.stderr.strip() == "[]"


def test_the_weekly_job_imports_what_reads_mails_where_it_finds_one() -> None:
    code = "import sys; from rectify_xl.runs import pipeline; print('email.message' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert told.stdout.strip() == "False"


# ---- nothing of the machine it was written on

# Written so that this file does not hold what it looks for.
_MACHINES = re.compile(
    r"(?<![\w.~*<)}\]/])/(?:work|home|root|tmp|mnt|opt|srv|Users|private)/\w|[A-Z]:\\+Users"
    r"|pypi\.|python[h]osted|index[-]url|artifact[o]ry|nexus\d*\.|local[h]ost|\b(?:10|127|172|192)(?:\.\d{1,3}){3}\b"
)


def files_of_the_project() -> list[Path]:
    """What git keeps or would keep; without git everything but hidden folders."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    if (ROOT / ".git").exists():
        told = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True).stdout
        return [path for name in told.split(b"\0") if name and (path := ROOT / os.fsdecode(name)).is_file()]
    hidden = {path for path in ROOT.glob(".*") if path.name != ".ci"}
    return [path for path in ROOT.rglob("*") if path.is_file() and hidden.isdisjoint(path.parents)]


def texts_in(path: Path) -> Iterator[str]:
    """What stands in a file, and in every part of a workbook; nothing of a picture."""
    data = path.read_bytes()
    parts = [data] if path.suffix != ".png" else []
    if zipfile.is_zipfile(BytesIO(data)):
        with zipfile.ZipFile(BytesIO(data)) as package:
            parts = [package.read(name) for name in package.namelist()]
    yield from (part.decode("utf-8", "replace") for part in parts)


def test_no_file_names_a_machine() -> None:
    files = files_of_the_project()
    assert ROOT / "setup.cfg" in files
    hits = [(path, _MACHINES.search(text)) for path in files for text in texts_in(path)]
    assert [(path.relative_to(ROOT).as_posix(), hit[0]) for path, hit in hits if hit] == []


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("cd /wo" "rk/main", True),
        ("see 'C:\\" "Users\\x'", True),
        ("pip install --index" "-url x", True),
        ("10." "0.0.1", True),
        ("收件/work/a.xlsx", False),
        ("xl/worksheets/sheet1.xml", False),
        ("#!/usr/bin/env python3", False),
    ],
)
def test_machines_are_known_by_their_names(text: str, is_told: bool) -> None:
    assert bool(_MACHINES.search(text)) == is_told
