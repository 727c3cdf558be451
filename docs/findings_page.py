"""The page docs/findings.md: every finding there can be, with its level, its names, what it means and its sentences."""

from __future__ import annotations

from rectify_xl.facts import catalog
from rectify_xl.facts.phrasing import LANGUAGES
from rectify_xl.messages import level_name, messages


def page() -> str:
    """docs/findings.md: every code by scope with its level, its names, what it means and its sentences."""
    words = catalog.words("phrases")["page"]
    lines = [words["title"], "", words["intro"], ""]
    for scope, title in words["scopes"].items():
        lines += [f"## {title}", ""]
        for code, facts in catalog.codes().items():
            if facts.scope == scope:
                refuses = f" · {words['refuses']}" if facts.refuses else ""
                lines += [f"### `{code}`", "", f"{level_name(facts.level)} · {facts.level}{refuses}", ""]
                lines += [line for lang in LANGUAGES for line in _entry(code, lang)] + [""]
    return "\n".join(lines[:-1]) + "\n"


def _entry(code: str, lang: str) -> list[str]:
    message = messages(lang)[code]
    told = [f"  - {f'`{case}` ' if case else ''}{text}" for case, text in message.sentences().items()]
    return [f"- **{message.name}** {message.means}", *told]
