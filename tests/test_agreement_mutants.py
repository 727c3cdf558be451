"""The proof of agreement has teeth: self-checks translated wrongly on purpose are all found out by the same rows."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest
from agreement_bench import bench, good_cover, judged, made_rows
from agreement_cases import RawRow
from agreement_rows import drawn_rows, in_tables
from returns import settings_for
from soffice import needs_soffice

from rectify_xl.excel.templates import selfcheck_sheets
from rectify_xl.facts import catalog
from rectify_xl.selfcheck.places import Plan
from rectify_xl.selfcheck.rows import HelperColumn, helper_columns
from rectify_xl.selfcheck.strict import Problem

pytestmark = needs_soffice

FORMS = catalog.forms()
SETTINGS = settings_for("gdsta")
ROWS, SIZE = 120, 100
CELL = r"\$[A-Z]+@R"
ITEM = r"\$[A-Z]+\$\d+"
LIST = f"{ITEM}:{ITEM}"
# Where the lists of the helper sheet have the empty text that a character or a word is replaced by.
NOTHING = r"\$A\$2"


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A wrong translation: in the helper columns whose title begins so, this text becomes that one."""

    form: str
    titles: str
    pattern: str
    wrong: str


MUTANTS = {
    "the stage's last day lies outside": Mutant(
        form="ledger", titles="规则", pattern=rf"({CELL})>(\d{{5}})", wrong=r"\1>=\2"
    ),
    "done may be 99 % but not 100 %": Mutant(
        form="ledger", titles="规则", pattern=rf"({CELL})>=1,", wrong=r"\1>1,"
    ),
    "the first sensible day is none": Mutant(form="ledger", titles="取值", pattern=r">=17899", wrong=">17899"),
    "the last sensible day is none": Mutant(form="ledger", titles="取值", pattern=r"<73051", wrong="<73050"),
    "numbers compared by = : a is A": Mutant(
        form="ledger", titles="规则", pattern=rf"EXACT\(({LIST}),({CELL})\)", wrong=r"(\1=\2)"
    ),
    "options found by MATCH: * is any": Mutant(
        form="ledger",
        titles="取值",
        pattern=rf"SUMPRODUCT\(--EXACT\(({LIST}),({CELL})\)\)>0",
        wrong=r"ISNUMBER(MATCH(\2,\1,0))",
    ),
    "one column read for another": Mutant(form="ledger", titles="原值", pattern=r"\$T:\$T", wrong="$U:$U"),
    "one row too low": Mutant(form="guidance", titles="原值", pattern=r"\+@P\)", wrong="+@P+1)"),
    "dates compared without asking whether they are": Mutant(
        form="ledger", titles="规则", pattern=r"IF\(COUNT\([^()]*\)=\d,([^(),]*),FALSE\)", wrong=r"\1"
    ),
    "rules judged on cells that cannot be read": Mutant(
        form="ledger", titles="规则", pattern=rf',ISERROR\(FIND\("[^"]*",(LEFT\({CELL}\)&?)+\)\)', wrong=""
    ),
    "required when it is filled": Mutant(
        form="ledger", titles="规则", pattern=rf"LEN\(({CELL})\)=0\),1,0", wrong=r"LEN(\1)>0),1,0"
    ),
    "wrong where either part is": Mutant(form="ledger", titles="规则", pattern=r"IF\(AND\(", wrong="IF(OR("),
    "weekends that are worked are forgotten": Mutant(
        form="ledger", titles="规则", pattern=rf",SUMPRODUCT\(--\({LIST}={CELL}\)\)>0", wrong=",FALSE"
    ),
    "holidays are forgotten": Mutant(
        form="ledger", titles="规则", pattern=rf"SUMPRODUCT\(--\({LIST}={CELL}\)\)=0", wrong="TRUE"
    ),
    "the week begins on Sunday": Mutant(
        form="ledger", titles="规则", pattern=rf"WEEKDAY\(({CELL}),2\)", wrong=r"WEEKDAY(\1)"
    ),
    "a text too short counts with its spaces": Mutant(
        form="ledger",
        titles="结果",
        pattern=rf"OR\(LEN\({CELL}\)<(\d+),LEN\(({CELL})\)",
        wrong=r"OR(LEN(\2)<\1,LEN(\2)",
    ),
    "of equal rows the first is told too": Mutant(
        form="measures", titles="规则", pattern=r"<ROW\(\)", wrong="<=ROW()"
    ),
    "equal rows with numbers are an error": Mutant(form="measures", titles="规则", pattern=r",2,1\)", wrong=",1,1)"),
    "any reviewer may review anybody": Mutant(
        form="measures",
        titles="规则",
        pattern=rf"SUMPRODUCT\(EXACT\({LIST},{CELL}\)\*(EXACT\({LIST},{CELL}\))\)",
        wrong=r"SUMPRODUCT(--\1)",
    ),
    "spaces stay": Mutant(form="guidance", titles="取值", pattern=r"TRIM\(", wrong="("),
    "an unseen character stays": Mutant(
        form="guidance", titles="取值", pattern=rf"^(.*?),({ITEM}),({NOTHING})\)", wrong=r"\1,\2,\2)"
    ),
    "- is a value": Mutant(
        form="guidance", titles="取值", pattern=rf",({ITEM}),({NOTHING})\)\)\)$", wrong=r",\1,\1)))"
    ),
    "an error value is a blank": Mutant(
        form="guidance", titles="取值", pattern=rf"ISERROR\(({CELL})\),[^,]*,", wrong=r'ISERROR(\1),"",'
    ),
    "a part of a name is the name": Mutant(form="guidance", titles="规则", pattern='"、"&|&"、"', wrong=""),
    "widths tell keys apart": Mutant(form="guidance", titles="关键字", pattern='"１","1"', wrong='"１","１"'),
    "half a ballot is a number": Mutant(
        form="survey", titles="取值", pattern=rf",INT\({CELL}\)={CELL}\)", wrong=",TRUE)"
    ),
    "what is asked of one kind of survey is asked of all": Mutant(
        form="survey", titles="规则", pattern=rf'EXACT\({CELL},"书面测评"\)', wrong="TRUE"
    ),
    "ballots more than handed out": Mutant(
        form="survey", titles="规则", pattern=rf"({CELL})>({CELL})", wrong=r"\2>\1"
    ),
}


@cache
def rows_for(name: str) -> list[RawRow]:
    return made_rows(FORMS[name], SETTINGS) + drawn_rows(FORMS[name], SETTINGS, ROWS, 2005)


@pytest.mark.parametrize("what", MUTANTS)
def test_a_wrong_translation_is_found_out(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant = MUTANTS[what]
    changed: set[str] = set()

    def mistranslated(plan: Plan, first_cover_row: int) -> tuple[HelperColumn, ...]:
        columns = helper_columns(plan, first_cover_row)
        return tuple(_wrong(column, mutant, changed) if plan.index else column for column in columns)

    monkeypatch.setattr(selfcheck_sheets, "helper_columns", mistranslated)
    with bench(tmp_path, FORMS[mutant.form], SETTINGS, prepared=SIZE) as seat:
        tables = in_tables(rows_for(mutant.form), SIZE)
        outcomes = (judged(seat, table, good_cover(SETTINGS), SIZE) for table in tables)
        is_found_out = any(isinstance(one.what, Problem) for outcome in outcomes for one in outcome.disagreements)
    assert changed, "no formula was mistranslated"
    assert is_found_out, f"not found out in {sorted(changed)}"


def _wrong(column: HelperColumn, mutant: Mutant, changed: set[str]) -> HelperColumn:
    if not column.title.startswith(mutant.titles):
        return column
    formula = re.sub(mutant.pattern, mutant.wrong, column.formula)
    if formula != column.formula:
        changed.add(column.letter)
    return replace(column, formula=formula)
