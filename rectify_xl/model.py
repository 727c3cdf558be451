"""The nouns of the whole program: frozen records that every other module speaks in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from rectify_xl.days.first_days import FirstDays

if TYPE_CHECKING:
    from rectify_xl.rules.expression import Node

Level = Literal["error", "warning", "fixed"]
Verdict = Literal["accepted", "returned", "refused", "held", "repeated", "ignored"]
# The verdicts of files whose good rows count, and of those that go back to be corrected.
MERGED: tuple[Verdict, ...] = ("accepted", "returned")
SENT_BACK: tuple[Verdict, ...] = ("returned", "refused")
LEVELS: tuple[Level, ...] = ("error", "warning", "fixed")
# What a finding on the cover has for its form's name.
COVER = "cover"
# What the sentence of a finding names, by name.
Params = tuple[tuple[str, Any], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One problem at one place; `messages` makes its sentence when it is needed.

    `row` is Excel's row number, `column` the form's column name, `value` what was typed, `params` what the
    sentence names besides (already as text or dates), `form` its form's name, COVER or "", `rule` the index of the
    form's rule or -1. `digest` tells which
    of several files it is that came under one name, where that was not plain from where the finding stands.
    """

    level: Level
    code: str
    file: str = ""
    sheet: str = ""
    cell: str = ""
    row: int | None = None
    column: str = ""
    label: str = ""
    value: str = ""
    params: Params = ()
    form: str = ""
    rule: int = -1
    digest: str = field(default="", compare=False)


# ---- what the form files declare


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column of a form (or one field of the cover) as its data file declares it.

    `level` is that of what is wrong in a cell, `choices` the list that its options stand in, `length` (least, most)
    characters, `range` (least, most) of a number, a percent as a fraction of one. What is `personal` is not published,
    what is `assigned` the office gives, what is `locked` is written on the template. `width` is in characters (None:
    as its contents need), `aliases` are other headings it is known by. A deadline may offer the stage's end where its
    cell names no day (立行立改), and `standing_fills` gives the options, by column, that a phrase meaning for good
    (长期坚持) fills in where these are empty.
    """

    name: str
    label: str
    kind: str
    required: bool = True
    level: Level = "error"
    choices: str = ""
    length: tuple[int, int] | None = None
    range: tuple[float, float] | None = None
    personal: bool = False
    assigned: bool = False
    locked: bool = False
    width: float | None = None
    hint: str = ""
    aliases: tuple[str, ...] = ()
    offers_stage_end: bool = False
    standing_fills: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One rule of a form: broken where `when` is true and `holds` is false (see `expression`).

    `on` names the columns of a key (code duplicate), `softened_by` the column whose presence on both rows makes
    a duplicate a warning, `all_of` and `or_only` the options a sheet must show (coverage), `between` marks
    a rule that only the merge can judge.
    """

    index: int
    code: str
    column: str
    level: Level = "error"
    when: Node | None = None
    holds: Node | None = None
    on: tuple[str, ...] = ()
    softened_by: str = ""
    all_of: tuple[str, ...] = ()
    or_only: str = ""
    between: bool = False
    means: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Deadline:
    """What in a form is owed by when: `due` is the column of days, `done` is true of a finished row, whose day is in
    the column `done_on` ("": none), and `standing` of one that is owed for good. The first day of an `agreed`
    deadline stands: a later day is a finding, and only the office extends it."""

    due: str
    done: Node
    done_on: str = ""
    standing: Node | None = None
    agreed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Remarks:
    """A form whose rows are remarks on the numbered rows of another: `number` names the row, `text` and `day` say what
    stands in that form's office columns `into_text` and `into_day` where the office typed nothing."""

    form: str
    number: str
    text: str
    day: str
    into_text: str
    into_day: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OptionList:
    """A list that an office's own form brings with it: its options, and other words for them as (word, option)."""

    name: str
    options: tuple[str, ...]
    aliases: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """One form: a sheet that branches or the office fill in, as a data file or a workbook of 表单/ declares it.

    `template` is the workbook it stands in, `filled_by` branch or office, `key` the columns by which two weeks' rows
    are the same, `id_letter` that of the office's numbers ("": none are given). Rows of a `restricted` form are only
    counted. `row_is` and `from_papers` explain what a row is and which papers asked for it, `notes` stand above
    the heading. `started` is true of a row that was begun, `closed_when` of one that may not be reopened in silence;
    a row is stalled when the columns `unchanged` do not change for long, and shows a task done on the day in the column
    `evidence_on` ("": on 填报日期). `lists` are those that an office's own form brings. `positions` are the places of
    `columns` by name, from 0.
    """

    name: str
    title: str
    template: str
    version: int
    filled_by: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...]
    office_columns: tuple[Column, ...] = ()
    id_letter: str = ""
    restricted: bool = False
    row_is: str = ""
    from_papers: str = ""
    notes: tuple[str, ...] = ()
    deadline: Deadline | None = None
    started: Node | None = None
    closed_when: Node | None = None
    unchanged: tuple[str, ...] = ()
    evidence_on: str = ""
    remarks: Remarks | None = None
    lists: tuple[OptionList, ...] = ()
    positions: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)

    def column(self, name: str) -> Column:
        """The column called `name`; KeyError if the form has none."""
        return self.columns[self.positions[name]]

    @property
    def schema(self) -> Any:
        """A pandera.DataFrameSchema of the form's typed frame, without an office's own lists (see `schema`)."""
        from rectify_xl.frames.schema import schema_for

        return schema_for(self)

    def _repr_html_(self) -> str:
        from rectify_xl.display import form_html

        return form_html(self)


# ---- what an office sets


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """One reporting unit of 单位名册: `parent` is the code of the unit above, `members` how many people belong to it.

    From `stopped_on` on (None: it does not stop) it reports no longer, and from then on (None: at once) its rows count
    for the unit whose code is `merged_into`.
    """

    code: str
    name: str
    aliases: tuple[str, ...] = ()
    kind: str = ""
    parent: str = ""
    first_responsible: str = ""
    leader: str = ""
    members: int | None = None
    merged_into: str = ""
    stopped_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What shows a task done: good rows of `form` (where `where` is true), asked of units of `kinds`."""

    form: str
    kinds: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    where: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """One line of the work schedule with its window; without `start` and `end` it is undated.

    `time` is the window in the schedule's own words, `half_day` an option of that list (None: not given).
    """

    id: str
    item: str
    content: str = ""
    remark: str = ""
    time: str = ""
    start: date | None = None
    end: date | None = None
    half_day: str | None = None
    evidence: tuple[Evidence, ...] = ()

    @property
    def is_undated(self) -> bool:
        """Whether the task names no day at all."""
        return self.start is None and self.end is None


@dataclass(frozen=True, kw_only=True, slots=True)
class Filing:
    """Which authority keeps which document of units of one kind; `level` is that of the rule `authority`."""

    unit_kind: str
    document: str
    authority: str
    level: Level = "error"


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiver:
    """A finding of one unit and rule that the office lets pass until a day."""

    unit: str
    rule: str
    item: str = ""
    digest: str = ""
    reason: str = ""
    approved_by: str = ""
    until: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Everything an office edits in 配置.xlsx. Lists keep their order; mappings are by list name.

    A reminder goes out `early_warning` working days before, an item is stalled after `stall_days` days. `reviewers` are
    (a member's role, the role of who reviews), `holidays` (day, whether it is worked), `aliases` other words by list.
    `forms` are the office's own, declared in the workbooks of 表单/; the lists they bring are among `lists`.
    """

    campaign: str
    organisation: str
    stage_start: date | None = None
    stage_end: date | None = None
    followup_end: date | None = None
    followup_months: int | None = None
    early_warning: int = 3
    stall_days: int = 14
    optional_columns: tuple[str, ...] = ()
    remark: str = ""
    units: tuple[Unit, ...] = ()
    tasks: tuple[Task, ...] = ()
    reviewers: tuple[tuple[str, str], ...] = ()
    filings: tuple[Filing, ...] = ()
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    aliases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    holidays: tuple[tuple[date, bool], ...] = ()
    waivers: tuple[Waiver, ...] = ()
    forms: tuple[Form, ...] = ()

    def _repr_html_(self) -> str:
        from rectify_xl.display import settings_html

        return settings_html(self)


# ---- what comes back


class Row(NamedTuple):
    """One row of a form as understood: `values` in the form's column order, `typed` as shown (bad rows only)."""

    sheet: str
    row: int
    values: tuple[Any, ...]
    typed: tuple[str, ...] = ()


@lru_cache(maxsize=4096)
def counted_rows(sheet: str, count: int) -> tuple[Row, ...]:
    """Rows of a sheet that are only counted: without place and values."""
    return (Row(sheet, 0, ()),) * count


@dataclass(frozen=True, kw_only=True, slots=True)
class FormRows:
    """What one file holds of one form; `letters` is the sheet's column letter by form column ("" if not there)."""

    form: str
    good: Sequence[Row] = ()
    bad: Sequence[Row] = ()
    letters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def rows(self) -> list[Row]:
        """Good and bad rows in the order of the sheets."""
        return sorted((*self.good, *self.bad), key=lambda r: (r.sheet, r.row))

    # Rows are pickled as plain values, which takes half the time.

    def __getstate__(self) -> tuple[Any, ...]:
        return self.form, [*map(tuple, self.good)], [*map(tuple, self.bad)], self.letters

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        form, good, bad, letters = state
        self.__init__(  # type: ignore[misc]
            form=form, good=tuple(map(Row._make, good)), bad=tuple(map(Row._make, bad)), letters=letters
        )


class LedgerRow(NamedTuple):
    """One row of an office's ledger: its item as it stood there, and the row's own place in the ledger.

    The item has one state, whose `digest` are the first DIGEST_DIGITS of its file's, and the office's columns as
    they are shown, which may be a supervision record's words.
    """

    item: Item
    sheet: str
    row: int
    letters: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ledger:
    """An office's ledger workbook as a return: the day it stands for, its rows, what waits, its files' lines.

    `files` are lines of 报送情况 with columns as ledger_table's files, `retired` the numbers that were withdrawn.
    """

    as_of: date | None = None
    run: str = ""
    rows: tuple[LedgerRow, ...] = ()
    pending: tuple[Pending, ...] = ()
    files: tuple[tuple[Any, ...], ...] = ()
    retired: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Return:
    """One received file, read and judged: whose it is, its verdict, rows and findings.

    `file` is the path that reports call it by, `suffix` with its dot, `size` in bytes, `saved` the time its program
    noted as the last saving ("": none), `cover` the cover's fields as text. The unit is "" where none was recognised.
    `is_restricted` says that some form on it is personal and confidential: it is neither copied nor archived.
    `ledger` holds its rows if it is an office's own 整改台帐.xlsx; its `forms` then hold no values.
    """

    file: str
    digest: str = ""
    suffix: str = ""
    size: int = 0
    verdict: Verdict = "accepted"
    unit_code: str = ""
    unit_name: str = ""
    filled_on: date | None = None
    saved: str = ""
    cover: Mapping[str, str] = field(default_factory=dict)
    forms: tuple[FormRows, ...] = ()
    findings: tuple[Finding, ...] = ()
    is_restricted: bool = False
    ledger: Ledger | None = None

    @property
    def order(self) -> tuple[date, str, str]:
        """What returns of one unit are ordered by: the cover's day, the saved time, the digest."""
        return (self.filled_on or date.min, self.saved, self.digest)


class Table(NamedTuple):
    """A plain table, the same for a writer and for pandas: column names and rows of values."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]


# ---- what the merge makes of the returns


class State(NamedTuple):
    """One row as one return had it: its place and its values.

    `values` and `letters` (the sheet's column letters, "" where a column was missing) are in the form's order.
    """

    file: str
    digest: str
    sheet: str
    row: int
    filled_on: date
    saved: str
    values: tuple[Any, ...]
    letters: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One row of the ledger, known through the weeks.

    `values` is what the ledger shows: the latest good state with its number and the deadline as first agreed.
    `states` are all its states in order, `stands` the place of the one that counts; `first_on` the 填报日期 that first
    had it, `started_on` the one that first showed it begun, `done_seen_on` that first showed it done (None: never).
    """

    form: str
    unit_code: str
    unit_name: str
    number: str
    values: tuple[Any, ...]
    states: Sequence[State]
    first_on: date
    started_on: date | None = None
    done_seen_on: date | None = None
    office: Mapping[str, Any] = field(default_factory=dict)
    stands: int = -1

    @property
    def latest(self) -> State:
        """The state that stands: the last one, unless the office closed the item before."""
        return self.states[self.stands]


@dataclass(frozen=True, kw_only=True, slots=True)
class Pending:
    """A bad row of a unit's latest return of a form: it waits in 待更正 with its findings.

    `typed` is what the clerk typed on one line, where only a lower office's ledger has it.
    """

    unit_code: str
    unit_name: str
    form: str
    row: Row
    file: str
    digest: str
    filled_on: date | None
    findings: tuple[Finding, ...] = ()
    typed: str = ""


class Due(NamedTuple):
    """到期状态 of one item: the state's Chinese name, the day D it is owed by, working days left (None: none owed)."""

    state: str
    day: date | None
    workdays_left: int | None


class TaskState(NamedTuple):
    """The state of one unit with one task: `shown` of `asked` pieces of evidence, the last of them dated `shown_on`."""

    task: str
    unit_code: str
    unit_name: str
    state: str
    shown: int
    asked: int
    shown_on: date | None
    workdays_left: int | None


# ---- what one run leaves to the next


class OfficeEntry(NamedTuple):
    """The office's entry in one of its own columns of the ledger: `value` None clears what stood there.

    `as_of` is the day of the run that read it; of several the one read last stands.
    """

    form: str
    number: str
    column: str
    value: Any
    as_of: date


class Known(NamedTuple):
    """One item as it stood in a finished run, enough to find what has changed since.

    `number` is "" where a form gives none: then form, unit and `text` (its key in words) name the item. `state` is
    the state's code name (done, late, ...), `due` the day D it was owed by, `told_due` the deadline as its unit's
    latest return gave it, `is_missing` that the unit's latest return no longer had the row.
    """

    form: str
    unit_code: str
    number: str
    text: str
    state: str
    due: date | None
    told_due: date | None = None
    is_missing: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """The last finished run of an earlier day: its day and its items, identified by form, unit and number."""

    as_of: date
    items: Sequence[Known] = ()


class Change(NamedTuple):
    """The change of one item since a snapshot: `kind` is new, completed, reopened, moved, missing or gone.

    `before` and `after` are the item as it was and as it is (None: it was not, or is no longer, there).
    """

    kind: str
    form: str
    unit_code: str
    unit_name: str
    number: str
    text: str
    before: Known | None
    after: Known | None


class ReminderKey(NamedTuple):
    """The identity of a reminder, which goes out once. `form` is a form's name, or another of `outgoing.matters`.

    `matter` is an item's number (its key in words where it has none), a task's id, a document or a file's digest;
    `kind` is half, soon, day, late, missing or correct; `due` the day it is about (None: none), so that an extension
    granted begins anew.
    """

    form: str
    unit_code: str
    matter: str
    kind: str
    due: date | None = None


class Reminder(NamedTuple):
    """A reminder of one matter that a unit owes: the matter, who answers for it, and when it first went out.

    `sent_on` is the day of judgement for what goes out now, an earlier day for what went out before; `workdays_left`
    is negative when late, None where no day is owed.
    """

    key: ReminderKey
    unit_name: str
    matter: str
    text: str
    sent_on: date
    number: str = ""
    person: str = ""
    due_on: date | None = None
    workdays_left: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True, weakref_slot=True)
class Book:
    """The result of one consolidation as plain records, from which every workbook, frame and JSON is made.

    `items` by form (units in the roster's order, rows as they came); `dues` by form, side by side with `items`, only
    for forms with a deadline; `returns` every file of the call without its rows; `findings` of all files and
    between returns, in order; `restricted` counts rows of restricted forms by (form, unit code). `withdrawn` are items
    that a waiver took out, `retired` numbers that were withdrawn before (of a lower office, or in a lost memory);
    `lower_files` are the lines of 报送情况 that lower offices' ledgers brought. `run` names the run that writes,
    `previous` what the last finished run of an earlier day knew, `sent` when a reminder first
    went out (see `outgoing.reminders`).
    """

    as_of: date
    settings: Settings
    returns: tuple[Return, ...] = ()
    items: Mapping[str, Sequence[Item]] = field(default_factory=dict)
    dues: Mapping[str, tuple[Due, ...]] = field(default_factory=dict)
    pending: tuple[Pending, ...] = ()
    tasks: tuple[TaskState, ...] = ()
    findings: tuple[Finding, ...] = ()
    restricted: Mapping[tuple[str, str], int] = field(default_factory=dict)
    withdrawn: tuple[Item, ...] = ()
    retired: frozenset[str] = frozenset()
    lower_files: tuple[tuple[Any, ...], ...] = ()
    run: str = ""
    previous: Snapshot | None = None
    sent: FirstDays = field(default_factory=FirstDays)

    @property
    def withdrawn_numbers(self) -> tuple[str, ...]:
        """The numbers that stand on no sheet and may never be given again, in order."""
        return tuple(sorted(self.retired.union(item.number for item in self.withdrawn if item.number)))
