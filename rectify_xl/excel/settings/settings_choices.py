"""The validations of 配置.xlsx: drop-downs that follow the workbook's own lists, days and numbers within bounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from xlsxwriter import Workbook

from rectify_xl.excel.writing.styles import must
from rectify_xl.facts import catalog, terms
from rectify_xl.layouts.layout import column_letter
from rectify_xl.office.settings.layout import SettingsColumn, settings_layout

Area = tuple[int, int]


def name_of_list(name: str) -> str:
    """The defined name under which a drop-down finds its options."""
    return f"list_{name}"


def define_names(book: Workbook, areas: Mapping[str, Area], first_row: int) -> None:
    """Defines a name for the options of every list: growing ranges of 字典 and the roster, fixed ones of 说明.

    `areas` gives the first and last row (from 0) of the other lists in the first column of 说明.
    """
    for name, title in terms.list_titles().items():
        must(book.define_name(name_of_list(name), _list_formula(title)))
    units = settings_layout().sheets["units"].title
    count = f"MAX(1,COUNTA('{units}'!$A:$A)-{first_row})"
    must(book.define_name(name_of_list("unit"), f"=OFFSET('{units}'!$A${first_row + 1},0,0,{count},1)"))
    guide = settings_layout().guide.title
    for name, (first, last) in areas.items():
        must(book.define_name(name_of_list(name), f"='{guide}'!$A${first + 1}:$A${last + 1}"))


def _list_formula(title: str) -> str:
    """The formula of the options of one list: the rows of 字典 from the first that names it."""
    sheet = settings_layout().sheets["lists"]
    page = f"'{sheet.title}'!"
    names, options = (f"${column_letter(sheet.index(column))}" for column in ("list", "option"))
    whole = f"{page}{names}:{names}"
    start = f'MATCH("{title}",{whole},0)-1'
    return f'=OFFSET({page}{options}$1,{start},0,COUNTIF({whole},"{title}"),1)'


def validation_for(column: SettingsColumn) -> dict[str, Any]:
    """The options of xlsxwriter's data_validation for a column; {} for a column without test and prompt."""
    words = settings_layout().looks.wrong
    prompt = {"input_title": column.label, "input_message": column.hint} if column.hint else {}
    test = TESTS[column.kind](column) if column.kind in TESTS else None
    if test is None:
        return {"validate": "any", **prompt} if prompt else {}
    low, high = column.range or (0, 0)
    error = {"error_title": words["title"].format(label=column.label), "error_type": "stop"}
    return {**error, "error_message": words[column.kind].format(low=low, high=high), **prompt, **test}


def _choice_test(column: SettingsColumn) -> dict[str, Any]:
    choices = settings_layout().options.get(column.list)
    if column.list == "level":
        choices = tuple(catalog.states("level")[level] for level in ("error", "warning"))
    if choices:
        return {"validate": "list", "source": list(choices)}
    # Only a warning: the drop-down misses options of a list whose rows an office has separated, the reader does not.
    return {"validate": "list", "source": f"={name_of_list(column.list)}", "error_type": "warning"}


def _day_test(column: SettingsColumn) -> dict[str, Any]:
    facts = catalog.reading()
    first, last = date(facts.earliest_year, 1, 1), date(facts.latest_year, 12, 31)
    return {"validate": "date", "criteria": "between", "minimum": first, "maximum": last}


def _count_test(column: SettingsColumn) -> dict[str, Any]:
    low, high = column.range or (0, 0)
    return {"validate": "integer", "criteria": "between", "minimum": low, "maximum": high}


TESTS: Mapping[str, Callable[[SettingsColumn], dict[str, Any]]] = {
    "choice": _choice_test,
    "day": _day_test,
    "count": _count_test,
}
