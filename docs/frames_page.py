"""The page docs/frames.md: every frame of the library, what a row is, and its columns with dtypes and meanings."""

from __future__ import annotations

from collections.abc import Iterator

from rectify_xl.facts.catalog import forms
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
- `rx.export(result, folder)` and `rectify-xl export` write them as files, a file a frame, named as its frame is headed
  here (`rows_<form>`, `states_<form>`, tasks, arrivals, ...). CSV is UTF-8 with a byte order mark, days as 2005-05-25,
  flags as true and false, a blank as an empty cell. A text that begins with = + - @, tab, line end (or = + - @ in full
  width) could run as a formula in a spreadsheet: it stands behind an apostrophe, and so does one that begins with an
  apostrophe, so that taking one apostrophe away gives the text. Parquet has texts as they are. `rx.read_export(folder)`
  gives the frames back, typed as they were.
- Nothing of a restricted form (教育转化登记) stands in any of them.
"""
# What a frame is exported as, where that is not its name here; a history is not exported.
_FILES = {"ledger": "rows_<form>", "states": "states_<form>", "history": ""}
_FORMS = "The columns of each form stand in [dictionary.md](dictionary.md)."


def page() -> str:
    """The whole page."""
    parts = (_frame(name, facts) for name, facts in frame_facts().items())
    return INTRO + "\n" + "\n".join("\n".join(part) + "\n" for part in parts)


def _frame(name: str, facts: FrameFacts) -> Iterator[str]:
    titles = " · ".join(f"`{of.strip()}`" for of in facts.of.split(", "))
    file = _FILES.get(name, name)
    yield f'<a id="{name}"></a>\n\n## {titles}\n'
    yield f"{facts.rows[0].upper()}{facts.rows[1:]}." + (f" {_FORMS}" if "[form]" in facts.of else "") + "\n"
    if file:
        yield f"Exported as `{file}`.\n"
    yield "| column | dtype | what stands there |"
    yield "|---|---|---|"
    kinds = ledger_kinds(forms()["ledger"]) if name == "ledger" else {}
    for column in facts.columns:
        told = FrameColumn(column.name, kinds.get(column.name, column.kind), column.means)
        yield f"| `{told.name}` | {told.dtype} | {told.means} |"
