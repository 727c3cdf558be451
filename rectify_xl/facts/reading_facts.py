"""facts/reading.toml as a record: rows that are no data, words for nothing, habits that are understood."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadingFacts:
    """facts/reading.toml; what each entry is for stands there."""

    blanks: tuple[str, ...]
    serial_labels: tuple[str, ...]
    total_labels: tuple[str, ...]
    signature_labels: tuple[str, ...]
    signature_marks: tuple[str, ...]
    line_labels: tuple[str, ...]
    signature_day: str
    example_labels: tuple[str, ...]
    example_titles: tuple[str, ...]
    hint_brackets: tuple[str, ...]
    hint_words: tuple[str, ...]
    hint_example: str
    label_marks: str
    lone_number: str
    heading_marks: str
    instructions_sheet: str
    lists_sheet: str
    problems_sheet: str
    self_check_label: str
    self_check_sheet: str
    header_within_rows: int
    office_kind: str
    clutter: tuple[str, ...]
    suffixes: tuple[str, ...]
    earliest_year: int
    latest_year: int
    longest_text: int
    most_digits: int
    ditto: tuple[str, ...]
    standing: tuple[str, ...]
    standing_joint: str
    day_in_words: str
    day_unit: str
    day_done: str
    hour: str
    loose_day: str
    time_break: str
    weekday: str
    weekdays: tuple[str, ...]
    counters: tuple[str, ...]
    about_before: tuple[str, ...]
    about_behind: tuple[str, ...]
    halves: tuple[str, ...]
    people_joints: tuple[str, ...]
    stray_marks: str
    denying: str
