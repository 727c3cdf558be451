"""What every hostile kind is made from: a sound workbook of the ledger form, taken apart and put together again."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from io import BytesIO
from pathlib import Path

from clean_returns import Clean, clean, clean_names

from rectify_xl.excel.reading.package import Package

ACCEPTED, RETURNED, REFUSED, IGNORED = "accepted", "returned", "refused", "ignored"
Parts = dict[str, bytes]
Maker = Callable[[], bytes]
BOOK, RELATIONS, STYLES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of file: how it is made, and the verdict and code that are promised for it.

    `lays` puts files into an inbox where bytes under one name are not all; `cell` is where the finding must stand. A
    `heavy` kind takes seconds and is left out of the quick tests; a `bomb` must be refused in 2 s and 64 MiB.
    """

    name: str
    verdict: str
    code: str = ""
    make: Callable[[], bytes] = bytes
    suffix: str = ".xlsx"
    lays: Callable[[Path], None] | None = None
    cell: str = ""
    heavy: bool = False

    @property
    def is_bomb(self) -> bool:
        """Whether it is small and means to become large."""
        return "bomb" in self.name

    def lay(self, folder: Path) -> None:
        """Puts it into an inbox."""
        if self.lays:
            self.lays(folder)
        else:
            (folder / f"报送{self.suffix}").write_bytes(self.make())


@cache
def sound() -> Clean:
    """The clean workbook of the ledger form."""
    made = (clean(office, name) for office, name in clean_names() if office == "gdsta")
    return next(held for held in made if [form.name for form in held.forms] == ["ledger"])


def good() -> bytes:
    """The sound workbook as a file."""
    return sound().data


@cache
def _parts() -> tuple[tuple[str, bytes], ...]:
    with zipfile.ZipFile(BytesIO(good())) as package:
        return tuple((name, package.read(name)) for name in package.namelist())


def parts() -> Parts:
    """The parts of the sound workbook."""
    return dict(_parts())


@cache
def sheet_part() -> str:
    """The part of the form's sheet."""
    return Package(good()).sheet_parts[sound().forms[0].title]


def rezipped(held: Mapping[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Parts as a package."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", how, compresslevel=1) as package:
        for name, data in held.items():
            package.writestr(zipfile.ZipInfo(name, (2005, 5, 25, 8, 0, 0)), data, how)
    return made.getvalue()


zipped = rezipped


def with_part(name: str, change: Callable[[str], str | bytes]) -> bytes:
    """The sound workbook with one part changed; a change that changes nothing is a mistake of the kind."""
    held = parts()
    old = held[name].decode()
    new = change(old)
    assert new != old, name
    return rezipped(held | {name: new.encode("utf-8", "surrogatepass") if isinstance(new, str) else new})


def with_sheet(change: Callable[[str], str | bytes]) -> bytes:
    """The sound workbook with the form's sheet changed."""
    return with_part(sheet_part(), change)


def rows(text: str) -> Maker:
    """A maker: the form's sheet with rows behind its last."""
    return lambda: with_sheet(lambda xml: xml.replace("</sheetData>", f"{text}</sheetData>"))


def behind(text: str) -> Maker:
    """A maker: the form's sheet with elements behind its rows."""
    return lambda: with_sheet(lambda xml: xml.replace("</sheetData>", f"</sheetData>{text}", 1))


def of_sheet(old: str, new: str) -> Callable[[], bytes]:
    """A maker: the first of a regular expression in the form's sheet replaced."""
    return partial(with_sheet, partial(re.sub, old, lambda found: found.expand(new), count=1))


def as_cell(name: str, inside: str) -> Callable[[], bytes]:
    """A maker: one cell of the form's sheet written anew; `inside` are its attributes and content."""


    def change(xml: str) -> str:
        found = re.search(rf'<c r="{name}"[^>]*?(?:/>|>.*?</c>)', xml)
        assert found, name
        return f'{xml[: found.start()]}<c r="{name}" {inside}{xml[found.end() :]}'

    return partial(with_sheet, change)


def with_parts(more: Mapping[str, bytes]) -> Callable[[], bytes]:
    """A maker: the sound workbook with parts added or replaced."""
    return lambda: rezipped(parts() | dict(more))


def without(name: str) -> Callable[[], bytes]:
    """A maker: the sound workbook without a part."""
    return lambda: rezipped({key: data for key, data in parts().items() if key != name})
