"""A share of the benchmark of seeded mistakes: every kind once, found at the exact cell, and nothing told besides."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import seen_in_excel
from clean_returns import clean_names
from judging import Outcome, is_at
from mistakes import KINDS, all_cases, load_kinds
from mistakes_table import goals, print_table
from seeded_mistakes import Asked, Reader, outcomes
from soffice import needs_soffice
from spoiling import Case, Kind, Paper, Told, cases_of

from rectify_xl.facts import catalog
from rectify_xl.model import Finding

ONCE = Asked(most=1)
CASES = all_cases(most=1)


def expected(case: Case) -> object:
    """The case as a parameter."""
    return pytest.param(CASES.index(case), id=case.name)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    reader = Reader(ONCE, tmp_path_factory.mktemp("seeded"))
    yield reader
    reader.end()


# ---- the library


@pytest.mark.parametrize(("office", "template"), clean_names())
def test_nothing_is_told_of_a_clean_workbook(office: str, template: str, reader: Reader) -> None:
    told, good, rows = reader.clean(office, template)
    assert told == []
    assert good == rows


@pytest.mark.parametrize("number", [expected(case) for case in CASES])
def test_every_kind_of_mistake_is_found_where_it_was_made(number: int, reader: Reader) -> None:
    outcome = reader.result(reader.submit(number), CASES[number])
    assert outcome.is_good, f"wanted {outcome.wanted}, got {outcome.got}; {outcome.false_alarms} {outcome.trouble}"


# ---- the benchmark itself


def test_the_kinds_are_many_and_reach_every_form_column_code_and_rule() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS) >= 80
    spoiled = {place for kind in KINDS for place in kind.where}
    for form in catalog.forms().values():
        named = {column.name for column in form.columns if f"{form.name}.{column.name}" in spoiled}
        required = {column.name for column in form.columns if column.required}
        ruled = {rule.column for rule in form.rules if not rule.between}
        assert (required | ruled) - named == set(), form.name
    told = {code for kind in KINDS for code in kind.codes.split()}
    judged = {name for name, code in catalog.codes().items() if code.scope in ("cell", "row", "sheet", "fixed")}
    assert judged - told == set()


def _finding(cell: str = "", row: int | None = None, label: str = "", sheet: str = "表") -> Finding:
    return Finding(level="error", code="date", sheet=sheet, cell=cell, row=row, label=label)


@pytest.mark.parametrize(
    ("finding", "place", "is_there"),
    [
        (_finding("R5", 5, "完成时限"), "表!R5", True),
        (_finding("R5", 5, "完成时限"), "表!R6", False),
        (_finding("R5", 5, "完成时限"), "表!R6|表!R5", True),
        (_finding("R5", 5, "完成时限"), "别的表!R5", False),
        (_finding("R5", 5, "完成时限"), "表!5", True),
        (_finding("R5", 5, "完成时限"), "表!*", True),
        (_finding("R5", 5, "完成时限"), "表!完成时限", False),
        (_finding("R5", 5, "完成时限"), "表", False),
        (_finding("", 3, "完成时限"), "表!完成时限", True),
        (_finding(), "表", True),
        (_finding(sheet=""), "", True),
        (_finding("C10", 10), "", False),
    ],
)
def test_a_place_is_a_cell_a_row_a_column_a_sheet_or_the_file(finding: Finding, place: str, is_there: bool) -> None:
    assert is_at(finding, place) == is_there


UNTOLD = """
from spoiling import Kind, Told, alike

KINDS = [
    Kind("没有人说的错", lambda paper: paper.at(), ("ledger.due",), "date"),
    Kind("说错了地方", lambda paper: Told([paper.at("goal")]) if paper.put(None) else Told(), ("ledger.due",)),
    Kind("没有照原样读", lambda paper: Told() if paper.put("别的目标") else Told(), ("ledger.goal",), keeps=True),
    Kind("找到了", lambda paper: paper.put(None), ("ledger.goal",), "required"),
    Kind("读者因此丧命", lambda paper: __import__("os")._exit(3), ("ledger",)),
    Kind("下一个照样找到", lambda paper: paper.put(None), ("ledger.owner",), "required"),
]
"""


def test_what_is_missed_is_said_to_be(tmp_path: Path) -> None:
    kinds = tmp_path / "kinds.py"
    kinds.write_text(UNTOLD, encoding="utf-8")
    asked = Asked(files=(kinds,), ours=False)
    held = list(outcomes(asked, asked.cases(), tmp_path))
    assert [(o.found, o.exact, len(o.false_alarms)) for o in held] == [
        (False, False, 0),
        (False, False, 1),
        (False, False, 0),
        (True, True, 0),
        (False, False, 0),
        (True, True, 0),
    ]
    reached = {goal: is_reached for goal, is_reached, _ in goals(print_table(asked.cases(), held), on_clean=0)}
    assert list(reached.values()) == [False, False, False, True]


def test_a_file_without_kinds_is_refused(tmp_path: Path) -> None:
    (tmp_path / "none.py").write_text("KINDS = []", encoding="utf-8")
    with pytest.raises(ValueError, match="KINDS"):
        load_kinds(tmp_path / "none.py")


# ---- what the template shows


def _too_deep(paper: Paper) -> Told:
    paper.add(paper.row_values("usual"), 230)
    return Told()


SHOWN = (
    (Kind("红", lambda paper: paper.put("2005.5.27"), ("ledger.due",)), "cell"),
    (Kind("黄", lambda paper: paper.put(31), ("activities.attended",)), "cell"),
    (Kind("封面", lambda paper: paper.put(None), ("branches:filled_on",)), "cell"),
    (Kind("太深", _too_deep, ("filings",)), "cover"),
    (Kind("没有错", lambda paper: Told(), ("survey",)), ""),
)


@needs_soffice
@pytest.mark.parametrize(("kind", "how"), SHOWN, ids=[kind.name for kind, _ in SHOWN])
def test_the_template_shows_it(kind: Kind, how: str, tmp_path: Path) -> None:
    case: Case = cases_of(kind)[0]
    _, data, told = case.spoiled()
    path = tmp_path / "报送.xlsx"
    path.write_bytes(data)
    seen = seen_in_excel.look(path, case.clean)
    assert (seen.shows(told.at), seen.trouble) == (how, "")
    assert seen.beside(told.at) == ()


def test_a_cell_lit_without_reason_is_told() -> None:
    seen = seen_in_excel.Seen(lit=frozenset(("整改台帐!R4", "整改台帐!Q5")))
    assert seen.beside(["整改台帐!R4"]) == ("整改台帐!Q5",)
    assert seen.beside(["整改台帐!4", "整改台帐!Q5|整改台帐!Q6"]) == ()


def test_the_table_counts_what_was_made(capsys: pytest.CaptureFixture[str]) -> None:
    cases = cases_of(next(kind for kind in KINDS if kind.name == "必填栏目留空"), 3)
    held = [Outcome.of(case, found=True, exact=number > 0, in_excel=number < 2) for number, case in enumerate(cases)]
    lines = print_table(cases, held)
    assert [line.cells for line in lines] == [("3", "3", "2/3", "0", "2/3", "0")]
    assert "2/3" in capsys.readouterr().out
