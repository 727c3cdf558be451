"""The profiles as Settings, and every slip in their data files."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from rectify_xl.days.periods import parse_period
from rectify_xl.errors import RectifyError
from rectify_xl.facts import catalog, terms
from rectify_xl.facts.catalog import FactsError
from rectify_xl.model import Evidence, Filing
from rectify_xl.office.profiles import (
    followup_end,
    load_profile,
    months_after,
    profile,
    profile_names,
    profile_of_campaign,
)
from rectify_xl.rules.expression_text import parse_condition


def test_the_two_organisations() -> None:
    assert profile_names() == ("gdsta", "sysu")
    with pytest.raises(RectifyError, match="gdsta"):
        profile("nobody")


def test_gdsta_says_what_its_paper_says() -> None:
    settings = profile("gdsta")
    assert (settings.campaign, settings.organisation) == ("省科协先进性教育活动整改提高阶段", "广东省科协")
    assert (settings.stage_start, settings.stage_end) == (date(2005, 5, 12), date(2005, 5, 31))
    assert (settings.followup_end, settings.followup_months) == (date(2005, 8, 31), 3)
    assert (settings.early_warning, settings.stall_days) == (3, 14)
    assert settings.optional_columns == ("整改层面", "整改范围", "整改方式")
    assert [task.id for task in settings.tasks] == [f"T{n}" for n in range(1, 10)]
    assert settings.units == settings.waivers == settings.holidays == ()
    assert ("党组主要负责同志", "督导组") in settings.reviewers
    assert len(settings.reviewers) == 6


def test_sysu_has_ten_undated_steps() -> None:
    settings = profile("sysu")
    assert (settings.stage_start, settings.stage_end, settings.followup_end) == (None, None, None)
    assert settings.followup_months == 3
    assert [task.id for task in settings.tasks] == [f"S{n}" for n in range(1, 11)]
    assert all(task.is_undated for task in settings.tasks)


def test_evidence_is_asked_of_its_own_kinds_else_of_the_tasks() -> None:
    plan = next(task for task in profile("gdsta").tasks if task.id == "T4")
    assert plan.evidence == (
        Evidence(form="ledger", kinds=("党组", "党委", "党支部")),
        Evidence(form="measures", kinds=("党支部",)),
    )
    everybody = [e for name in profile_names() for task in profile(name).tasks for e in task.evidence]
    assert all(e.kinds and not e.units for e in everybody)


def test_filings_are_one_a_kind_of_unit() -> None:
    assert [f for f in profile("gdsta").filings if f.document == "总结报告"] == [
        Filing(unit_kind=kind, document="总结报告", authority="省科协先进性教育活动办公室", level="warning")
        for kind in ("党委", "党支部")
    ]
    assert len(profile("sysu").filings) == 8


@pytest.mark.parametrize("name", ["gdsta", "sysu"])
def test_every_list_is_there_the_profiles_own_first(name: str) -> None:
    settings = profile(name)
    assert list(settings.lists) == list(terms.list_titles())
    assert list(settings.lists)[:6] == catalog.read_toml("profiles.toml")["lists"]
    assert terms.missing_options(settings.lists) == []
    assert settings.aliases["status"]["销号"] == "已完成"


@pytest.mark.parametrize("name", ["gdsta", "sysu"])
def test_days_are_those_of_the_time(name: str) -> None:
    settings = profile(name)
    year = settings.stage_start.year if settings.stage_start else None
    for task in settings.tasks:
        period = parse_period(task.time, year=year)
        assert (task.start, task.end, task.half_day) == (period.start, period.end, period.half_day), task.id


@pytest.mark.parametrize("name", ["gdsta", "sysu"])
def test_conditions_can_be_read(name: str) -> None:
    settings, read = profile(name), 0
    for task in settings.tasks:
        for proof in task.evidence:
            if proof.where:
                parse_condition(proof.where, terms.condition_words(catalog.forms()[proof.form], settings.lists))
                read += 1
    assert read >= 7


@pytest.mark.parametrize(
    ("campaign", "name"),
    [
        ("省科协先进性教育活动整改提高阶段", "gdsta"),
        (" 省科协　先进性教育活动整改提高阶段\u200b", "gdsta"),
        ("中山大学保持共产党员先进性教育活动第三阶段", "sysu"),
        ("另一次活动", None),
        ("", None),
    ],
)
def test_a_profile_is_known_by_its_campaign(campaign: str, name: str | None) -> None:
    assert profile_of_campaign(campaign) == name


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2005, 5, 31), 3, date(2005, 8, 31)),
        (date(2005, 11, 30), 3, date(2006, 2, 28)),
        (date(2003, 11, 30), 3, date(2004, 2, 29)),
        (date(2005, 12, 31), 12, date(2006, 12, 31)),
        (date(2005, 5, 31), 1, date(2005, 6, 30)),
        (date(2005, 5, 31), 0, date(2005, 5, 31)),
    ],
)
def test_months_are_clipped_to_the_months_end(day: date, months: int, then: date) -> None:
    assert months_after(day, months) == then
    assert followup_end(day, months) == then
    assert followup_end(None, months) is None
    assert followup_end(day, None) is None


# ---- slips: (what stands in gdsta.toml, what is written instead, the key that is named)

SLIPS = {
    "unknown key": ('organisation = "广东省科协"', 'organization = "广东省科协"', "profile.organization"),
    "not its own name": ('name = "gdsta"', 'name = "sysu"', "name"),
    "unknown key of the stage": ("stage = {start =", "stage = {begin =", "stage"),
    "unknown key of the follow-up": ("follow_up = {months =", "follow_up = {weeks =", "follow_up"),
    "a column that no form has": ('"整改层面", "整改范围"', '"整改层次", "整改范围"', "optional_columns"),
    "a list that nobody knows": ("unit_kind = [", 'colours = ["红"]\nunit_kind = [', "lists"),
    "an option twice": ('"思想", "工作", "作风"', '"思想", "思想", "作风"', "lists.member_aspect"),
    "an empty list": ('["思想", "工作", "作风", "纪律", "其他"]', "[]", "lists.member_aspect"),
    "a role that is not in its list": ('"其他党员" = ["党支部书记"]', '"群众" = ["党支部书记"]', "reviewers"),
    "a reviewer that is not in its list": ('= ["督导组"]', '= ["督察组"]', "reviewers.党组主要负责同志"),
    "a unit kind that is not in its list": ('unit_kind = ["党组"]', 'unit_kind = ["党团"]', "filings.0.unit_kind"),
    "a document that is not in its list": ('document = "整改方案"', 'document = "方案"', "filings.0.document"),
    "an authority that is not in its list": ('authority = "省委先进办"', 'authority = "省委"', "filings.0.authority"),
    "a level that a rule cannot have": ('level = "warning"', 'level = "fixed"', "filings.2.level"),
    "a unit kind of a task": ('units = ["党组"]', 'units = ["党团"]', "schedule.T2.units"),
    "a half day": ('half_day = "下午"', 'half_day = "半夜"', "schedule.T1.half_day"),
    "an id twice": ('id = "T2"', 'id = "T1"', "schedule"),
    "an unknown key of a task": ('id = "T2"\ntime', 'id = "T2"\nwhen', "schedule.T2.when"),
    "a task without an item": ('item = "党组理论学习"\n', "", "schedule.T2"),
    "a form that is none": ('{form = "survey"}', '{form = "poll"}', "schedule.T9.evidence.0.form"),
    "a kind asked for evidence": (
        '"measures", units = ["党支部"]}', '"measures", units = ["支部"]}', "schedule.T4.evidence.1.units",
    ),
    "a condition's label": ("整改状态 ≠ 未启动", "整改形势 ≠ 未启动", "schedule.T5.evidence.0.where"),
    "a condition's option": ("整改状态 ≠ 未启动", "整改状态 ≠ 没启动", "schedule.T5.evidence.0.where"),
    "an unknown key of evidence": ('{form = "survey"}', '{form = "survey", who = ""}', "schedule.T9.evidence.0.who"),
}  # fmt: skip


@pytest.mark.parametrize(("there", "instead", "key"), SLIPS.values(), ids=SLIPS.keys())
def test_a_slip_is_refused_with_file_and_key(tmp_path: Path, there: str, instead: str, key: str) -> None:
    (tmp_path / "profiles").mkdir()
    target = tmp_path / "profiles/gdsta.toml"
    text = (catalog.FACTS / "profiles/gdsta.toml").read_text(encoding="utf-8")
    assert there in text
    target.write_text(text.replace(there, instead, 1), encoding="utf-8")
    with pytest.raises(FactsError) as caught:
        load_profile("gdsta", tmp_path)
    assert (caught.value.file, caught.value.key) == ("profiles/gdsta.toml", key)


def test_an_untouched_copy_is_the_profile(tmp_path: Path) -> None:
    shutil.copytree(catalog.FACTS / "profiles", tmp_path / "profiles")
    assert load_profile("sysu", tmp_path) == profile("sysu")
