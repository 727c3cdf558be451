"""Workbooks written part by part, so that each can be wrong in exactly one way."""

from __future__ import annotations

from collections.abc import Mapping

from hard_packages import zipped

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
# The number formats of the styles s="0" to s="6".
FORMATS = ("General", "yyyy-mm-dd", "0%", "[h]:mm", "yyyy-mm-dd hh:mm", '0.0"d"', "@")
_CUSTOM = 164


def styles(formats: tuple[str, ...] = FORMATS) -> str:
    """A styles part with these number formats, one a style."""
    told = "".join(
        f'<numFmt numFmtId="{_CUSTOM + i}" formatCode="{code.replace(chr(34), "&quot;")}"/>'
        for i, code in enumerate(formats)
    )
    used = "".join(f'<xf numFmtId="{_CUSTOM + i}" fontId="0"/>' for i, _ in enumerate(formats))
    return (
        f'<styleSheet xmlns="{MAIN}"><numFmts>{told}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
        f"<cellXfs>{used}</cellXfs></styleSheet>"
    )


def relations(*held: tuple[str, str, str]) -> str:
    """A relations part of (id, kind, target)."""
    told = "".join(f'<Relationship Id="{i}" Type="{LINKS}/{kind}" Target="{to}"/>' for i, kind, to in held)
    return f'<Relationships xmlns="{RELATIONS}">{told}</Relationships>'


def worksheet(rows: str, behind: str = "") -> str:
    """A worksheet of these rows."""
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{behind}</worksheet>'


def parts(*sheets: str, texts: str = "", before: str = "", formats: tuple[str, ...] = FORMATS) -> dict[str, str]:
    """The parts of a workbook with these worksheet parts, titled 表1, 表2 ...; `before` stands before its sheets."""
    listed = "".join(f'<sheet name="表{i}" sheetId="{i}" r:id="r{i}"/>' for i, _ in enumerate(sheets, 1))
    held = [(f"r{i}", "worksheet", f"worksheets/sheet{i}.xml") for i, _ in enumerate(sheets, 1)]
    held += [("rs", "styles", "styles.xml")]
    made = {
        "_rels/.rels": relations(("r", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}">{before}<sheets>{listed}</sheets></workbook>'
        ),
        "xl/styles.xml": styles(formats),
        **{f"xl/worksheets/sheet{i}.xml": sheet for i, sheet in enumerate(sheets, 1)},
    }
    if texts:
        held.append(("rt", "sharedStrings", "sharedStrings.xml"))
        made["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{texts}</sst>'
    made["xl/_rels/workbook.xml.rels"] = relations(*held)
    return made


def book(*sheets: str, more: Mapping[str, str | bytes] | None = None, **how: str) -> bytes:
    """The workbook as a file, `more` parts replaced or added."""
    held: dict[str, str | bytes] = {**parts(*sheets, **how), **(more or {})}
    return zipped({name: part.encode() if isinstance(part, str) else part for name, part in held.items()})


def rows_book(rows: str, **how: str) -> bytes:
    """A workbook of one sheet of these rows."""
    return book(worksheet(rows), **how)
