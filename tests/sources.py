"""The source tree as the tests of the house read it: modules, their syntax trees, and what the docstrings say."""

from __future__ import annotations

import ast
from configparser import ConfigParser
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "rectify_xl"


def modules() -> list[Path]:
    """Every module of the package, relative to it, in alphabetical order."""
    return sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))


@cache
def tree(module: Path) -> ast.Module:
    """The syntax tree of a module of the package."""
    return ast.parse((PACKAGE / module).read_text(encoding="utf-8"))


def sentence(module: Path) -> str:
    """The first paragraph of a module's docstring, "" without one."""
    return (ast.get_docstring(tree(module)) or "").split("\n\n")[0]


def setup() -> ConfigParser:
    """setup.cfg."""
    read = ConfigParser(interpolation=None)
    read.read(ROOT / "setup.cfg", encoding="utf-8")
    return read
