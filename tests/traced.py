"""The numbers of a bulletin as printed, and the same numbers counted from the cells of the ledger beside it."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

# What the bulletin prints before or after each number, by what is counted.
SENTENCES = {
    "holders": r"台帐共有 (\d+) 个单位",
    "items": r"整改事项 (\d+) 项，已完成",
    "completed": r"已完成 (\d+) 项",
    "done_late": r"其中逾期完成 (\d+) 项",
    "completion": r"完成率 (\d+)%",
    "late": r"逾期未完成 (\d+) 项",
    "due_soon": r"个工作日内到期 (\d+) 项",
    "upper": r"提请上级协调的事项 (\d+) 项",
    "pending": r"待更正的 (\d+) 行",
    "to_correct": r"退回文件 (\d+) 个",
}


def printed_numbers(bulletin: Path) -> dict[str, int]:
    """Every number of SENTENCES that the workbook prints."""
    rows = CalamineWorkbook.from_path(bulletin).get_sheet_by_index(0).to_python()
    text = "\n".join(str(row[0]) for row in rows)
    found = {name: re.search(pattern, text) for name, pattern in SENTENCES.items()}
    return {name: int(match[1]) for name, match in found.items() if match}


def printed_units(bulletin: Path) -> dict[str, tuple[int, int]]:
    """Each unit that the bulletin's tables name, with its items and those completed."""
    rows = CalamineWorkbook.from_path(bulletin).get_sheet_by_index(0).to_python()
    first = next(at for at, row in enumerate(rows) if "单位" in (row[0], row[7])) + 1
    last = next(at for at, row in enumerate(rows) if str(row[0]).startswith("注："))
    cells = [row[at : at + 7] for row in rows[first:last] for at in (0, 7) if isinstance(row[at + 3], float)]
    return {str(cell[0]): (int(cell[3]), int(cell[4])) for cell in cells}


def counted_numbers(ledger: Path) -> dict[str, int]:
    """The same numbers from the cells of 整改台帐.xlsx alone."""
    items = rows_of(ledger, "整改台帐")
    states = Counter(row["到期状态"] for row in items)
    done = sum(row["整改状态"] == "已完成" for row in items)
    return {
        "holders": len({row["单位编码"] for row in items}),
        "items": len(items),
        "completed": done,
        "done_late": states["逾期完成"],
        "completion": round(100 * done / len(items)) if items else 0,
        "late": sum(row["剩余工作日"] != "" and row["剩余工作日"] < 0 for row in items),
        "due_soon": states["即将到期"],
        "upper": sum(row["处理方式"] == "提请上级协调" for row in items),
        "pending": len(rows_of(ledger, "待更正")),
        "to_correct": sum(row["尚需更正"] == "是" for row in rows_of(ledger, "报送情况")),
    }


def counted_units(ledger: Path) -> dict[str, tuple[int, int]]:
    """Each unit of the ledger with its items and those completed, from the cells alone."""
    items = rows_of(ledger, "整改台帐")
    held = Counter(row["单位名称"] for row in items)
    done = Counter(row["单位名称"] for row in items if row["整改状态"] == "已完成")
    return {name: (count, done[name]) for name, count in held.items()}


def rows_of(path: Path, title: str) -> list[dict[str, Any]]:
    """The rows of one of the ledger's sheets by their headers; none where the sheet is not there."""
    book = CalamineWorkbook.from_path(path)
    if title not in book.sheet_names:
        return []
    header, *rows = book.get_sheet_by_name(title).to_python(skip_empty_area=False)[2:]
    return [dict(zip(header, row, strict=True)) for row in rows]
