"""A form as a pandera schema of its typed frame, its row rules as checks: what analysts validate frames with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from rectify_xl.facts import catalog
from rectify_xl.facts.in_force import lists_of
from rectify_xl.facts.phrasing import rule_words
from rectify_xl.frames.columns import DTYPES
from rectify_xl.frames.expression_frames import Functions, test_frame
from rectify_xl.kinds import excel_length
from rectify_xl.model import Column, Form, Rule, Settings
from rectify_xl.office.roster import Roster
from rectify_xl.office.ruling import COMPARED_AS_TEXT, ruling_for
from rectify_xl.rules.expression import BOUNDS, Call, names_in

if TYPE_CHECKING:
    import pandas as pd

Bounds = Mapping[str, date | None]

# The functions that a schema without settings can still judge: they need only the row.
_NEEDS_NO_SETTINGS = frozenset({"excludes"})


def schema_for(form: Form, settings: Settings | None = None, *, bounds: Bounds | None = None) -> Any:
    """A pandera.DataFrameSchema of the form's typed frame: a row per row of the form, columns by English name.

    Other columns are allowed; two of them are read where they are present: `filled_on` (for rules about the day of
    filling in) and `unit_code` (numbers are unique in a unit; an authority is judged by the unit's kind).
    The check of a rule is named code:index and fails with the code, told of the rule's column alone, a case a row;
    its sentence has the rule in words; warnings come as SchemaWarning. Without
    `settings` only the lists that all organisations share or the form brings are judged, and no rule that rests on an
    office's own lists, roster or calendar; `bounds` overrides the settings' bounds of the stage, by name. Duplicate
    keys, and rules about a whole sheet or earlier weeks, are left to `check` and `run`. Validate with lazy=True to get
    every error at once (pandera's SchemaErrors).
    """
    import pandera.pandas as pandera

    optional = settings.optional_columns if settings else ()
    needed = {rule.column for rule in form.rules if rule.code == "required-when"}
    lists = {**catalog.base_lists(), **lists_of([form])[0], **(settings.lists if settings else {})}
    columns = {
        column.name: pandera.Column(
            _PANDERA_TYPES.get(column.kind),
            checks=_column_checks(column, lists.get(column.choices)),
            nullable=not column.required or column.label in optional or column.level != "error",
            required=(column.required or column.name in needed) and column.label not in optional,
            title=column.label,
        )
        for column in form.columns
    }
    checks = _frame_checks(form, settings, bounds)
    return pandera.DataFrameSchema(
        columns, checks=checks, strict=False, coerce=False, name=form.name, title=form.title
    )


def dtypes_for(form: Form) -> dict[str, str]:
    """The dtype of every column of the form's typed frame: datetime64[ns], Int64, float64, else object (text, None)."""
    return {column.name: DTYPES.get(column.kind, "object") for column in form.columns}


# ---- columns

# Any unit of datetime64 passes the first; texts have no dtype of their own (see _holds_texts).
_PANDERA_TYPES = {"date": "datetime64[ns]", "integer": "Int64", "percent": float}


def _column_checks(column: Column, options: Sequence[str] | None) -> list[Any]:
    """What a column must hold; `options` are a choice's, None where only an office's settings know them."""
    import pandera.pandas as pandera

    warns = column.level != "error"
    checks = [] if column.kind in _PANDERA_TYPES else [pandera.Check(_holds_texts, name="dtype", error="dtype")]
    if column.required and warns:
        checks.append(
            pandera.Check(_is_filled, name="required", error="required", ignore_na=False, raise_warning=True)
        )
    if options is not None:
        among, statistics = _is_among(options), {"allowed_values": options}
        checks.append(pandera.Check(among, name="choice", error="choice", raise_warning=warns, statistics=statistics))
    if column.length:
        checks.append(pandera.Check(_has_length(*column.length), name="length", error="length", raise_warning=warns))
    if column.range:
        checks.append(pandera.Check(_is_between(*column.range), name="range", error="range", raise_warning=warns))
    return checks


def _holds_texts(series: pd.Series[Any]) -> pd.Series[bool]:
    # Not a pandera dtype: str refuses an empty column of dtype object, object refuses pandas' own str.
    return series.map(lambda value: isinstance(value, str)).astype(bool)


def _is_filled(series: pd.Series[Any]) -> pd.Series[bool]:
    return series.notna()


def _is_among(options: Sequence[str]) -> Callable[[pd.Series[Any]], pd.Series[bool]]:
    # Not pandera's own isin: 0.24 knows it only where `pandera` itself was imported first.
    return lambda series: series.isin(options)


def _has_length(low: int, high: int) -> Callable[[pd.Series[Any]], pd.Series[bool]]:
    def fits(series: pd.Series[Any]) -> pd.Series[bool]:
        flags = series.map(lambda value: not isinstance(value, str) or low <= excel_length(value) <= high)
        return flags.astype(bool)

    return fits


def _is_between(low: float, high: float) -> Callable[[pd.Series[Any]], pd.Series[bool]]:
    def fits(series: pd.Series[Any]) -> pd.Series[bool]:
        if series.dtype.kind not in "iuf":  # already reported as a wrong dtype
            return series.map(lambda value: True).astype(bool)
        return series.between(low, high).fillna(False).astype(bool)

    return fits


# ---- the frame: rules of the form


@dataclass(frozen=True, kw_only=True, slots=True)
class _Judge:
    """Judges the row rules of one schema."""

    form: Form
    bounds: Bounds
    functions: Functions
    roster: Roster | None

    def is_readable(self, frame: pd.DataFrame, name: str) -> bool:
        """Whether a rule may read the name in this frame: it is there, and of its kind."""
        if name not in self.form.positions:
            return name not in frame.columns or name == "unit_kind" or frame[name].dtype.kind == "M"
        if name not in frame.columns:
            return False
        return frame[name].dtype.kind in _READABLE.get(self.form.column(name).kind, "OU")

    def test(self, frame: pd.DataFrame, rule: Rule) -> pd.Series[bool]:
        """Whether each row keeps the rule; true where it cannot be judged."""
        import pandas as pd

        names = [name for tree in (rule.when, rule.holds) for name in names_in(tree)]
        if not all(self.is_readable(frame, name) for name in names):
            return pd.Series(True, index=frame.index)
        broken = pd.Series(True, index=frame.index)
        texts = {column.name for column in self.form.columns if column.kind in COMPARED_AS_TEXT}
        judged = self.with_unit_kinds(frame)
        if rule.when:
            broken &= test_frame(rule.when, judged, self.bounds, self.functions, texts=texts)[0]
        if rule.holds:
            broken &= test_frame(rule.holds, judged, self.bounds, self.functions, texts=texts)[1]
        return ~broken

    def with_unit_kinds(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame with the kind of every row's unit as the roster has it, where both are known."""
        if self.roster is None or "unit_code" not in frame.columns:
            return frame
        kinds = {unit.code: unit.kind for unit in self.roster.units if unit.kind}
        return frame.assign(unit_kind=frame["unit_code"].map(kinds.get).astype(object))


# What numpy calls the dtypes of each kind; texts are object, or pandas' own str.
_READABLE = {"date": "M", "integer": "iu", "percent": "f"}


def _frame_checks(form: Form, settings: Settings | None, bounds: Bounds | None) -> list[Any]:
    judge = _judge_for(form, settings, bounds)
    checks = [_check(form, rule, _keeps(judge, rule)) for rule in form.rules if _is_judged(rule, judge.functions)]
    # A merged frame may have a key twice (of a unit and of the one merged into it); a number never.
    numbers = [rule for rule in form.rules if rule.on and form.column(rule.column).assigned]
    return checks + [_check(form, rule, _is_unique(rule)) for rule in numbers]


def _is_judged(rule: Rule, functions: Functions) -> bool:
    """Whether the rule is about single rows and needs no function that is missing here."""
    if isinstance(rule.holds, Call):
        return rule.holds.function in functions
    return rule.holds is not None


def _judge_for(form: Form, settings: Settings | None, bounds: Bounds | None) -> _Judge:
    ruling = ruling_for(settings or Settings(campaign="", organisation=""))
    functions = {n: f for n, f in ruling.functions.items() if settings or n in _NEEDS_NO_SETTINGS}
    own = {name: getattr(settings, name, None) for name in BOUNDS}
    roster = ruling.roster if settings else None
    return _Judge(form=form, bounds={**own, **(bounds or {})}, functions=functions, roster=roster)


def _check(form: Form, rule: Rule, test: Callable[[pd.DataFrame], pd.Series[bool]]) -> Any:
    from rectify_xl.frames.rule_checks import RuleCheck

    return RuleCheck(
        test,
        column=rule.column,
        code=rule.code,
        words=rule_words(form, rule),
        name=f"{rule.code}:{rule.index}",
        ignore_na=False,
        raise_warning=rule.level == "warning",
    )


def _keeps(judge: _Judge, rule: Rule) -> Callable[[pd.DataFrame], pd.Series[bool]]:
    return lambda frame: judge.test(frame, rule)


def _is_unique(rule: Rule) -> Callable[[pd.DataFrame], pd.Series[bool]]:
    """Every row whose number another row of its unit has too fails."""

    def test(frame: pd.DataFrame) -> pd.Series[bool]:
        import pandas as pd

        names = ["unit_code", *rule.on] if "unit_code" in frame.columns else list(rule.on)
        if not set(names) <= set(frame.columns):
            return pd.Series(True, index=frame.index)
        is_duplicate = frame.duplicated(list(dict.fromkeys(names)), keep=False)
        return ~(is_duplicate & frame[list(rule.on)].notna().all(axis=1))

    return test
