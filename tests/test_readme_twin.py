"""README.zh-CN.md is the twin of README.md: the same sections, commands, names, pictures and links in the same order.

RECTIFY_XL_REGENERATE=1 makes its demo and its Python example anew.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from sources import ROOT, setup

ENGLISH, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"
# The English headings with the Chinese ones.
SECTIONS = {
    "Two commands": "两条命令",
    "Where to read on": "往哪里读",
    "Using it": "怎么用",
    "What it looks like": "样子",
    "The map": "地图",
    "Twelve words": "十二个词",
}
DEMO = "rectify-xl demo play"


def sections(page: Path) -> dict[str, str]:
    """What stands below each heading, by heading; the map itself is left out."""
    text = re.sub("<!-- map -->.*<!-- /map -->", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    parts = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


TWINS = [
    pytest.param(english, chinese, id=english) for english, chinese in SECTIONS.items() if english != "The map"
]  # the map is English alone; the twin leads to it


def test_both_have_the_same_sections_in_the_same_order() -> None:
    assert list(sections(ENGLISH)) == list(SECTIONS)
    assert list(sections(CHINESE)) == list(SECTIONS.values())


@pytest.mark.parametrize(("english", "chinese"), TWINS)
def test_a_section_holds_the_same_pictures_and_links(english: str, chinese: str) -> None:
    links = [re.findall(r"\]\(([^)]+)\)", part) for part in (sections(ENGLISH)[english], sections(CHINESE)[chinese])]
    shown = [[link.removeprefix("README.md") for link in found] for found in links]
    assert shown[0] == shown[1]


@pytest.mark.parametrize(("english", "chinese"), TWINS)
def test_a_section_names_the_same_things(english: str, chinese: str) -> None:
    """Whatever stands in code type: commands, options, names, files; their order may differ as the languages do."""
    named = [
        sorted(set(re.findall(r"`([^`\n]+)`", re.sub("```.*?```", "", part, flags=re.DOTALL))))
        for part in (sections(ENGLISH)[english], sections(CHINESE)[chinese])
    ]
    assert [name.replace("<day>/", "") for name in named[0]] == named[1]


@pytest.mark.parametrize(("english", "chinese"), TWINS)
def test_every_table_has_the_same_first_column(english: str, chinese: str) -> None:
    firsts = [
        [cells[0] for line in part.splitlines() if (cells := re.findall(r"^\| (`[^|]+`) \|", line))]
        for part in (sections(ENGLISH)[english], sections(CHINESE)[chinese])
    ]
    assert firsts[0] == firsts[1]


def test_the_twelve_words_are_the_same() -> None:
    words = [re.findall(r"^\| (\S+) \| (\w+) \|", sections(page)[name], re.MULTILINE)
             for page, name in ((ENGLISH, "Twelve words"), (CHINESE, "十二个词"))]  # fmt: skip
    assert words[0] == words[1] and len(words[0]) == 12


def test_the_python_example_is_the_same() -> None:
    (example,) = re.findall("```python\n.*?```\n", ENGLISH.read_text(encoding="utf-8"), re.DOTALL)
    agrees("python", f"\n{example}\n")


def test_the_demo_prints_the_same_in_chinese(tmp_path: Path) -> None:
    """The figures and files of the English one; its words are the program's, asked for where it is made anew."""
    if os.environ.get("RECTIFY_XL_REGENERATE"):
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
        command = [sys.executable, "-m", "rectify_xl", *shlex.split(DEMO)[1:]]
        told = subprocess.run(
            command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=True, env=environment
        ).stdout
        agrees("demo", f"\n```console\n$ {DEMO}\n{told}```\n\n")
    english, chinese = (between("demo", page).splitlines()[3:-2] for page in (ENGLISH, CHINESE))
    assert len(english) == len(chinese) > 20
    said = [[line for line in told if not line.startswith("  ")] for told in (english, chinese)]
    assert [re.findall(r"\d+", line) for line in said[0]] == [re.findall(r"\d+", line) for line in said[1]]
    named = [re.findall(r"^  ([^:：\n]+\.(?:xlsx|txt))", "\n".join(told), re.MULTILINE) for told in (english, chinese)]
    assert named[0] == named[1] and len(named[0]) > 15


def test_every_extra_is_told() -> None:
    told = re.findall(r"^\| `rectify_xl\[(\w+)\]` \|", sections(ENGLISH)["Using it"], re.MULTILINE)
    assert sorted(told) == sorted(setup()["options.extras_require"])


def between(mark: str, page: Path = CHINESE) -> str:
    return page.read_text(encoding="utf-8").split(f"<!-- {mark} -->\n")[1].split(f"<!-- /{mark} -->\n")[0]


def agrees(mark: str, made: str) -> None:
    """Compares what stands between two marks of the twin, or puts it there where RECTIFY_XL_REGENERATE is set."""
    held = between(mark)
    if os.environ.get("RECTIFY_XL_REGENERATE") and held != made:
        before, rest = CHINESE.read_text(encoding="utf-8").split(f"<!-- {mark} -->\n")
        after = rest.split(f"<!-- /{mark} -->\n")[1]
        CHINESE.write_text(f"{before}<!-- {mark} -->\n{made}<!-- /{mark} -->\n{after}", encoding="utf-8")
        held = made
    assert held == made, "RECTIFY_XL_REGENERATE=1 makes it anew"
