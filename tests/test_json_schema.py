"""The objects of --json are as docs/json.schema.json promises: every command's real output is validated."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from sources import ROOT
from test_cli import DAY, call

from rectify_xl.commands.table import COMMANDS
from rectify_xl.facts import catalog
from rectify_xl.frames.build import FINDING_COLUMNS
from rectify_xl.runs.workspace import Workspace

SCHEMA: dict[str, Any] = json.loads((ROOT / "docs/json.schema.json").read_text(encoding="utf-8"))
DEFINED = SCHEMA["$defs"]


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": DEFINED})


def mistakes(name: str, told: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in validator(name).iter_errors(told)]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """What each command printed, on a small demo and in cases of its own."""
    top = tmp_path_factory.mktemp("json")
    demo, new = top / "demo", top / "new"
    found: dict[str, list[Any]] = {name: [] for name in COMMANDS}

    def say(name: str, *args: object) -> None:
        said = call(name, *args, "--json")
        assert said.stdout, said.stderr
        found[name].append(json.loads(said.stdout))

    say("init", new, "--profile", "sysu")
    say("status", new, "--as-of", DAY)
    say("schedule", new, "--as-of", DAY)
    say("demo", demo, "--units", 4)
    say("templates", top / "blank", "--profile", "gdsta")
    say("check", Workspace(demo).inbox, "--as-of", DAY)
    say("check", ROOT / "README.md", "--profile", "gdsta")
    say("run", demo, "--as-of", "2005-05-30")
    say("run", demo, "--as-of", "2005-05-30", "--dry-run")
    say("schedule", demo, "--as-of", DAY)
    say("status", demo, "--as-of", "2005-06-15")
    say("issue", demo, "--as-of", "2005-05-30", "--unit", "KX01")
    say("export", demo, "--to", top / "tables", "--as-of", "2005-05-30")
    say("form", "export", "survey", top / "own.xlsx")
    ledger = Workspace(demo).results / Workspace(demo).names["ledger"]
    say("migrate", ledger, "--out", top / "migrated.xlsx")
    for number in ("KX01-T002", "KX01-C001"):
        say("history", demo, number)
    return found


@pytest.mark.parametrize("name", COMMANDS)
def test_what_a_command_prints_is_as_promised(name: str, told: dict[str, list[Any]]) -> None:
    assert told[name]
    assert [mistake for printed in told[name] for mistake in mistakes(name, printed)] == []


def test_the_outputs_tried_hold_what_there_is_to_promise(told: dict[str, list[Any]]) -> None:
    assert {level["level"] for level in told["run"][0]["findings"]} >= {"error", "warning"}
    assert told["status"][0]["run"] is None and told["status"][1]["late"] and told["status"][1]["since"]
    assert any(state["changed"] for printed in told["history"] for state in printed["states"])
    assert told["migrate"][0]["left"] and told["check"][0]["files"]


def test_the_schema_is_one_and_has_every_command() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert set(COMMANDS) <= set(DEFINED)


def test_what_the_schema_names_is_what_the_facts_name() -> None:
    assert list(DEFINED["itemStates"]["properties"]) == list(catalog.states("item").values())
    assert list(DEFINED["taskStates"]["properties"]) == list(catalog.states("task").values())
    assert set(DEFINED["finding"]["properties"]) == set(FINDING_COLUMNS)
    assert DEFINED["finding"]["properties"]["level"]["enum"] == list(catalog.states("level"))
    assert set(DEFINED["run"]["properties"]["files"]["properties"]) == {"received", *catalog.states("verdict")}


@pytest.mark.parametrize("name", ["check", "run", "schedule", "status", "history", "migrate", "export", "init"])
def test_another_member_or_one_too_few_breaks_the_promise(name: str, told: dict[str, list[Any]]) -> None:
    printed = told[name][-1]
    assert mistakes(name, {**printed, "other": 1})
    first = DEFINED[name]["required"][0]
    assert mistakes(name, {key: value for key, value in printed.items() if key != first})
