"""The validations of a form's columns with their prompts and error texts.

A validation helps a clerk who types; it does not catch what is pasted, which the check of the return does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.facts.phrasing import clause
from rectify_xl.kinds import excel_length
from rectify_xl.model import Column, Form

# Excel's own limits (MS-OI29500 2.1.613); beyond most of them xlsxwriter writes no validation.
TITLE_LIMIT, PROMPT_LIMIT, ERROR_LIMIT = 32, 255, 224

Options = dict[str, Any]


class Need(StrEnum):
    """Whether a column has to be filled."""

    REQUIRED = "required"
    CONDITIONAL = "conditional"
    OPTIONAL = "optional"
    ASSIGNED = "assigned"


def need_of(column: Column, form: Form, optional_columns: Sequence[str]) -> Need:
    """Whether the column has to be filled under an office that makes the `optional_columns` (labels) optional."""
    if column.assigned:
        return Need.ASSIGNED
    if column.required and column.label not in optional_columns:
        return Need.REQUIRED
    return Need.CONDITIONAL if conditions_of(column, form) else Need.OPTIONAL


def need_words(need: Need) -> str:
    """The need in one word."""
    words: str = catalog.words("template")["needs"][need]
    return words


# ---- words


def entry_words(column: Column) -> str:
    """How a column is filled in, with its bounds, without a full stop."""
    words = catalog.words("template")
    entry: str = words["kinds"][column.kind]["way"]
    limit = _limit_words(column)
    return entry + (words["prompts"]["limit"].format(limit=limit) if limit else "")


def _limit_words(column: Column) -> str:
    limits = catalog.words("template")["limits"]
    if column.length:
        low, high = column.length
        return str(limits["length" if low < high else "length_exact"].format(low=low, high=high))
    if column.range:
        low_words, high_words = _bounds_words(column)
        return str(limits["range"].format(low=low_words, high=high_words))
    return ""


def _bounds_words(column: Column) -> tuple[str, str]:
    low, high = column.range or (0, 0)
    pattern: str = catalog.words("template")["kinds"][column.kind]["bound"]
    return pattern.format(low), pattern.format(high)


def options_words(options: Sequence[str]) -> str:
    """The options in one sentence without a full stop; empty without options."""
    words = catalog.words("template")["limits"]
    return str(words["options"].format(options=words["options_joint"].join(options))) if options else ""


def conditions_of(column: Column, form: Form) -> tuple[str, ...]:
    """When the column has to be filled, a clause for each of the form's rules that asks for it."""
    rules = (rule for rule in form.rules if rule.code == "required-when" and rule.column == column.name)
    return tuple(clause(form, rule) for rule in rules)


def prompt_for(column: Column, need: Need, conditions: Sequence[str] = ()) -> str:
    """The prompt beside a cell, at most 255 characters; `conditions` say when the cell has to be filled."""
    words = catalog.words("template")["prompts"]
    if need is Need.ASSIGNED:
        return clipped(words["assigned"] + column.hint, PROMPT_LIMIT)
    asks = "".join(words["ask"].format(clause=text) for text in conditions)
    text = words["text"].format(need=need_words(need), way=entry_words(column), asks=asks, hint=column.hint)
    return clipped(text, PROMPT_LIMIT)


def clipped(text: str, limit: int) -> str:
    """The text in at most `limit` characters as Excel counts them, with … at the end if it was cut."""
    if excel_length(text) <= limit:
        return text
    kept = text[: limit - 1]
    while excel_length(kept) > limit - 1:
        kept = kept[:-1]
    return kept + "…"


# ---- validations


def validation_for(column: Column, prompt_text: str, list_name: str = "") -> Options:
    """The options of xlsxwriter's data_validation: the test, the prompt and the error text.

    `list_name` is the defined name of the column's options; a choice column without any takes every text.
    """
    prompt = {"input_title": clipped(column.label, TITLE_LIMIT), "input_message": prompt_text}
    test = TESTS[column.kind](column, list_name)
    if test is None:
        return {"validate": "any", **prompt}
    words = catalog.words("template")
    wrong = test.pop("wrong", words["kinds"][column.kind]["wrong"])
    return {
        **test,
        **prompt,
        "error_type": "stop",
        "error_title": clipped(words["prompts"]["error_title"].format(label=column.label), TITLE_LIMIT),
        "error_message": clipped(wrong, ERROR_LIMIT),
    }


def cover_validation(column: Column) -> Options:
    """The same for a field of the cover."""
    need = Need.REQUIRED if column.required else Need.OPTIONAL
    text = catalog.words("template")["cover"]["prompts"].get(column.name) or prompt_for(column, need)
    return validation_for(column, clipped(text, PROMPT_LIMIT))


def _text_test(column: Column, list_name: str) -> Options | None:
    if column.length is None:
        return None
    low, high = column.length
    wrong = catalog.words("template")["limits"]["length_wrong"].format(low=low, high=high)
    return {"validate": "length", "criteria": "between", "minimum": low, "maximum": high, "wrong": wrong}


def _list_test(column: Column, list_name: str) -> Options | None:
    return {"validate": "list", "source": f"={list_name}"} if list_name else None


def _date_test(column: Column, list_name: str) -> Options | None:
    facts = catalog.reading()
    first, last = date(facts.earliest_year, 1, 1), date(facts.latest_year, 12, 31)
    return {"validate": "date", "criteria": "between", "minimum": first, "maximum": last}


def _integer_test(column: Column, list_name: str) -> Options | None:
    most = 10 ** catalog.reading().most_digits - 1
    low, high = column.range or (-most, most)
    test = {"validate": "integer", "criteria": "between", "minimum": int(low), "maximum": int(high)}
    if column.range is None:
        return test
    low_words, high_words = _bounds_words(column)
    wrong = catalog.words("template")["limits"]["range_wrong"].format(low=low_words, high=high_words)
    return {**test, "wrong": wrong}


def _percent_test(column: Column, list_name: str) -> Options | None:
    low, high = column.range or (0, 1)
    return {"validate": "decimal", "criteria": "between", "minimum": low, "maximum": high}


TESTS: Mapping[str, Callable[[Column, str], Options | None]] = {
    "text": _text_test,
    "people": _text_test,
    "id": _text_test,
    "choice": _list_test,
    "yesno": _list_test,
    "date": _date_test,
    "integer": _integer_test,
    "percent": _percent_test,
}
