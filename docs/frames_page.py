"""The page docs/frames.md: every frame of the library, what a row is, and its columns with dtypes and meanings."""

from __future__ import annotations

from collections.abc import Iterator

from rectify_xl.catalog import forms
from rectify_xl.frames.columns import FrameColumn, FrameFacts, frame_facts, ledger_kinds

INTRO = """# Frames

Generated from `rectify_xl/facts/` by `make docs` (do not edit).
What the library hands out as pandas frames: what a row is, and of each column the dtype and what stands in it.

- Column names are English, values are as the clerk's language has them (整改中); verdicts, levels and codes are as in
  `--json`.
- A day is datetime64[ns] at midnight, without a time zone. A count is Int64. A percent is float64, a fraction of one:
  1.0 is 100 %. A flag is boolean.
- A blank is None in a text column, NaT, <NA> or NaN in the others. Texts and options are of dtype object, not
  categories, so that frames of several weeks can be put together as they are; the options of a list stand in
  [dictionary.md](dictionary.md#lists), their order is the office's.
- Every frame has a fresh index 0..n-1, and all its columns with these dtypes when it has no row.
- Nothing of a restricted form (教育转化登记) stands in any of them.
"""
_FORMS = "The columns of each form stand in [dictionary.md](dictionary.md)."


def page() -> str:
    """The whole page."""
    parts = (_frame(name, facts) for name, facts in frame_facts().items())
    return INTRO + "\n" + "\n".join("\n".join(part) + "\n" for part in parts)


def _frame(name: str, facts: FrameFacts) -> Iterator[str]:
    titles = " · ".join(f"`{of.strip()}`" for of in facts.of.split(", "))
    yield f'<a id="{name}"></a>\n\n## {titles}\n'
    yield f"{facts.rows[0].upper()}{facts.rows[1:]}." + (f" {_FORMS}" if "[form]" in facts.of else "") + "\n"
    yield "| column | dtype | what stands there |"
    yield "|---|---|---|"
    kinds = ledger_kinds(forms()["ledger"]) if name == "ledger" else {}
    for column in facts.columns:
        told = FrameColumn(column.name, kinds.get(column.name, column.kind), column.means)
        yield f"| `{told.name}` | {told.dtype} | {told.means} |"
