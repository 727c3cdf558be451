"""The self-check of a whole sheet: figures on top of the helper sheet, and the lines of the cover.

Everything is made twice, as a formula and as the value it has when the workbook is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.facts.catalog import Cover
from rectify_xl.layouts.layout import COVER_VALUE, HEADER_ROW, cell_name, column_letter
from rectify_xl.model import LEVELS, Rule
from rectify_xl.selfcheck.places import Plan, Total
from rectify_xl.selfcheck.rows import sheet_reference
from rectify_xl.selfcheck.strict import StrictSheet
from rectify_xl.selfcheck.strict_formulas import exact_count, is_unread, quoted
from rectify_xl.selfcheck.true_values import cell_numbers, row_text
from rectify_xl.selfcheck.words import LEVEL_STEP

_SHEET_ROWS = 1_048_576
# More than a list of options in words ever has.
_LONGEST = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class FormulaValue:
    """A formula (without its =) and its value."""

    formula: str
    value: Any


def _words() -> Mapping[str, str]:
    words: Mapping[str, str] = catalog.words("selfcheck")["cover"]
    return words


# ---- coverage: the line beside the header


def header_line(plan: Plan, sheet: StrictSheet) -> dict[str, FormulaValue]:
    """The cells beside the form's header, by helper column: problems of the whole sheet."""
    line = {}
    for rule in _coverage(plan):
        letter = plan.letters.problems[plan.strict.facts.positions[rule.column]]
        number = coverage_number(rule)
        line[letter] = FormulaValue(
            formula=f"IF({_is_lacking(plan, rule)},{number},0)", value=number if rule.index in sheet.coverage else 0
        )
    return line


def coverage_number(rule: Rule) -> int:
    """The number beside the header where a rule on coverage is broken."""
    return LEVEL_STEP * (LEVELS.index(rule.level) + 1)


def _coverage(plan: Plan) -> list[Rule]:
    return [rule for rule in plan.strict.judged if rule.all_of]


def _is_lacking(plan: Plan, rule: Rule) -> str:
    area = plan.area(plan.letters.values[plan.strict.facts.positions[rule.column]])
    filled = f"SUMPRODUCT(--(LEN({area})>0))"
    lacking = ",".join(f"{exact_count(area, quoted(option))}=0" for option in rule.all_of)
    readable = f"SUMPRODUCT(--{is_unread(area)})=0"
    return f"AND({readable},{filled}>{exact_count(area, quoted(rule.or_only))},OR({lacking}))"


def _missing_formula(plan: Plan) -> str:
    """The missing options in words; "" where none is."""
    parts = []
    for rule in _coverage(plan):
        place = plan.strict.facts.positions[rule.column]
        area, cell = plan.area(plan.letters.values[place]), f"{plan.letters.problems[place]}{plan.first_row - 1}"
        joint = quoted(_words()["missing_joint"])
        options = "&".join(f'IF({exact_count(area, quoted(o))}=0,{joint}&{quoted(o)},"")' for o in rule.all_of)
        text = quoted(_words()["missing"].format(label=plan.strict.facts.column(rule.column).label))
        parts.append(f'IF({cell}>0,{text}&MID({options},{len(_words()["missing_joint"]) + 1},{_LONGEST}),"")')
    return "&".join(parts) or '""'


def _missing_value(plan: Plan, sheet: StrictSheet) -> str:
    parts = []
    for index, options in sheet.coverage.items():
        column = plan.strict.facts.column(plan.strict.facts.rules[index].column)
        parts += [_words()["missing"].format(label=column.label), _words()["missing_joint"].join(options)]
    return "".join(parts)


# ---- the figures


def figures(plan: Plan, sheet: StrictSheet, first_cover_row: int) -> list[FormulaValue]:
    """The figures of a block in the order of `Total`; `first_cover_row` is Excel's row of the cover's first field."""
    formulas = _formulas(plan, first_cover_row)
    values = _values(plan, sheet, first_cover_row)
    return [FormulaValue(formula=formulas[total], value=values[total]) for total in Total]


def _formulas(plan: Plan, first_cover_row: int) -> dict[Total, str]:
    total, letters = plan.total, plan.letters
    formulas = {
        Total.USED: f"SUM({plan.area(letters.used)})",
        Total.ERRORS: f"SUM({plan.area(letters.errors)})+{_in_header_line(plan, 1)}",
        Total.WARNINGS: f"SUM({plan.area(letters.warnings)})+{_in_header_line(plan, 2)}",
        Total.FIRST_ROW: _first_row(plan),
        Total.FIRST_COLUMN: _first_column(plan),
        Total.MISSING: _missing_formula(plan),
    }
    is_any = f"{total(Total.FIRST_ROW)}+{total(Total.FIRST_COLUMN)}>0"
    if isinstance(plan.strict.facts, Cover):
        cell = f"ADDRESS({first_cover_row - 1}+{total(Total.FIRST_COLUMN)},{COVER_VALUE + 1})"
        of_sheet = {Total.ANCHOR: "0", Total.DEEP: "0", Total.INSERTED: "0"}
    else:
        cell = f"ADDRESS({total(Total.ANCHOR)}+{total(Total.FIRST_ROW)},{total(Total.FIRST_COLUMN)})"
        of_sheet = _places(plan)
    link = f'IF({is_any},{quoted(_link_to(plan))}&{cell},"")'
    return {**formulas, **of_sheet, Total.LINK: link}


def _in_header_line(plan: Plan, level: int) -> str:
    return f"SUMPRODUCT(--(INT({_header_cells(plan)}/{LEVEL_STEP})={level}))" if _coverage(plan) else "0"


def _header_cells(plan: Plan) -> str:
    row = plan.first_row - 1
    return f"{plan.letters.problems[0]}{row}:{plan.letters.problems[-1]}{row}"


def _places(plan: Plan) -> dict[Total, str]:
    """Figures that read the form's sheet itself: where its header is, what stands below the prepared rows."""
    sheet, anchor = sheet_reference(plan.sheet), plan.total(Total.ANCHOR)
    width = len(plan.strict.columns)
    first, last, check = "A", column_letter(width - 1), column_letter(width)
    below = f"INDEX({sheet}!${first}:${first},{anchor}+{plan.rows + 1}):INDEX({sheet}!${last}:${last},{_SHEET_ROWS})"
    texts = f"INDEX({sheet}!${check}:${check},{anchor}+1):INDEX({sheet}!${check}:${check},{anchor}+{plan.rows})"
    return {
        Total.ANCHOR: f"ROW({sheet}!$A${HEADER_ROW + 1})",
        Total.DEEP: f"COUNTA({below})",
        Total.INSERTED: f"{plan.total(Total.USED)}-SUMPRODUCT(--(LEN({texts})>0))",
    }


def _first_row(plan: Plan) -> str:
    """The place of the first row with an error, of the first below the prepared ones, of the first with a warning."""

    def first_of(letter: str) -> str:
        area = plan.area(letter)
        return f"{plan.rows + 1}-SUMPRODUCT(MAX(({area}>0)*({plan.last_row + 1}-ROW({area}))))"

    errors, warnings = plan.letters.errors, plan.letters.warnings
    warned = f"IF(SUM({plan.area(warnings)})>0,{first_of(warnings)},0)"
    deep = f"IF({plan.total(Total.DEEP)}>0,{plan.rows + 1},{warned})"
    return f"IF(SUM({plan.area(errors)})>0,{first_of(errors)},{deep})"


def _first_column(plan: Plan) -> str:
    """The position, from 1, of the cell that the row's text names first, or of the header's problem; 0 for none."""
    row, letters = plan.total(Total.FIRST_ROW), plan.letters
    cells = f"INDEX({plan.area(letters.problems[0], letters.problems[-1])},{row},0)"
    problems = "-".join(f"INDEX({plan.area(letter)},{row})" for letter in (letters.errors, letters.warnings))
    position = f"IF({row}>{plan.rows},1,MATCH(SMALL({cells},{len(letters.problems) + 1}-{problems}),{cells},0))"
    return f"IF({row}=0,{_in_header(plan)},{position})"


def _in_header(plan: Plan) -> str:
    """The position of the first column with a problem in the line beside the header; 0 for none."""
    if not _coverage(plan):
        return "0"
    line, first, after = _header_cells(plan), plan.letters.problems[0], len(plan.letters.problems) + 1
    place = f"{after}-SUMPRODUCT(MAX(({line}>0)*({after - 1}+COLUMN({first}1)-COLUMN({line}))))"
    return f"IF(SUMPRODUCT(--({line}>0))=0,0,{place})"


def _link_to(plan: Plan) -> str:
    return f"#{sheet_reference(plan.sheet)}!"


def _values(plan: Plan, sheet: StrictSheet, first_cover_row: int) -> dict[Total, Any]:
    numbers_by_row = [cell_numbers(plan, row) for row in sheet.rows]
    header = [plan.strict.facts.rules[index] for index in sheet.coverage]
    counts = {level: [sum(n // LEVEL_STEP == level for n in numbers) for numbers in numbers_by_row] for level in (1, 2)}
    lines = {level: sum(coverage_number(rule) == LEVEL_STEP * level for rule in header) for level in (1, 2)}
    place = next((i for level in (1, 2) for i, n in enumerate(counts[level], start=1) if n), 0)
    column = min((plan.strict.facts.positions[rule.column] + 1 for rule in header), default=0)
    if place:
        numbers = numbers_by_row[place - 1]
        column = numbers.index(min(number for number in numbers if number)) + 1
    is_cover = isinstance(plan.strict.facts, Cover)
    row, at = (first_cover_row - 1 + column, COVER_VALUE) if is_cover else (HEADER_ROW + 1 + place, column - 1)
    address = cell_name(row, at) if column else ""
    absolute = "$" + column_letter(at) + "$" + str(row) if address else ""
    return {
        Total.ANCHOR: 0 if is_cover else HEADER_ROW + 1,
        Total.USED: sum(row.is_used for row in sheet.rows),
        Total.ERRORS: sum(counts[1]) + lines[1],
        Total.WARNINGS: sum(counts[2]) + lines[2],
        Total.DEEP: 0,
        Total.INSERTED: 0,
        Total.FIRST_ROW: place,
        Total.FIRST_COLUMN: column,
        Total.LINK: _link_to(plan) + absolute if absolute else "",
        Total.MISSING: _missing_value(plan, sheet),
    }


# ---- the lines of the cover


def verdict(plans: Sequence[Plan], sheets: Sequence[StrictSheet]) -> FormulaValue:
    """Whether the workbook can be sent in, over all its blocks."""
    errors_of_blocks = "+".join(_on(plan, total) for plan in plans for total in (Total.ERRORS, Total.DEEP))
    words = _words()
    errors = sum(_values(plan, sheet, 1)[Total.ERRORS] for plan, sheet in zip(plans, sheets, strict=True))
    formula = f"IF({errors_of_blocks}=0,{quoted(words['ready'])},{quoted(words['not_ready'])})"
    return FormulaValue(formula=formula, value=words["not_ready" if errors else "ready"])


def _on(plan: Plan, total: Total) -> str:
    """A figure as the cover refers to it."""
    return f"{sheet_reference(plan.title)}!{plan.total(total)}"


def line(plan: Plan, sheet: StrictSheet) -> FormulaValue:
    """How many errors and warnings a sheet has, with its other notes."""
    return FormulaValue(formula=_line_formula(plan), value=_line_value(plan, sheet))


def _line_formula(plan: Plan) -> str:
    words = {key: quoted(text) for key, text in _words().items()}
    errors, warnings, deep, used = (
        _on(plan, total) for total in (Total.ERRORS, Total.WARNINGS, Total.DEEP, Total.USED)
    )
    counts = (
        f'IF({errors}>0,{words["errors_before"]}&{errors}&{words["count_after"]},"")'
        f'&IF(AND({errors}>0,{warnings}>0),{words["joint"]},"")'
        f'&IF({warnings}>0,{words["warnings_before"]}&{warnings}&{words["count_after"]},"")'
    )
    if isinstance(plan.strict.facts, Cover):
        text = f"{sheet_reference(plan.title)}!${plan.letters.text}${plan.first_row}"
        return f"IF({errors}+{warnings}=0,{words['fine']},{counts}&{words['colon']}&{text})"
    counts += f'&IF({deep}>0,IF({errors}+{warnings}>0,{words["joint"]},"")&{words["deep"]},"")'
    fine = f"IF({used}=0,{words['unfilled']},{words['fine']}&{words['rows_before']}&{used}&{words['rows_after']})"
    inserted = _on(plan, Total.INSERTED)
    inserted_note = f'IF({inserted}>0,{words["inserted_before"]}&{inserted}&{words["inserted_after"]},"")'
    return f"IF({errors}+{warnings}+{deep}=0,{fine},{counts})&{_on(plan, Total.MISSING)}&{inserted_note}"


def _line_value(plan: Plan, sheet: StrictSheet) -> str:
    words, values = _words(), _values(plan, sheet, 1)
    counts = (("errors_before", values[Total.ERRORS]), ("warnings_before", values[Total.WARNINGS]))
    counts_text = words["joint"].join(f"{words[key]}{n}{words['count_after']}" for key, n in counts if n)
    if isinstance(plan.strict.facts, Cover):
        return f"{counts_text}{words['colon']}{row_text(plan, sheet.rows[0])}" if counts_text else words["fine"]
    fine = f"{words['fine']}{words['rows_before']}{values[Total.USED]}{words['rows_after']}"
    text = counts_text or (fine if values[Total.USED] else words["unfilled"])
    return f"{text}{values[Total.MISSING]}"


def link(plan: Plan, sheet: StrictSheet) -> FormulaValue:
    """A link to the first cell of a sheet with a problem; "" where there is none."""
    cell, text = _on(plan, Total.LINK), _words()["link"]
    value = text if _values(plan, sheet, 1)[Total.LINK] else ""
    return FormulaValue(formula=f'IF(LEN({cell})=0,"",HYPERLINK({cell},{quoted(text)}))', value=value)
