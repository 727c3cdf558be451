"""Errors that are no bugs, each with its sentence for people."""

from __future__ import annotations

from typing import Any

from rectify_xl.normal import inert

_LONGEST_QUOTE = 60


class RectifyError(Exception):
    """A run that cannot go on: wrong use, wrong settings, a file that cannot be written."""

    def sentences(self, lang: str = "zh") -> list[str]:
        """The mistakes, a sentence each."""
        return [str(self)]


class InWords(RectifyError):
    """An error that `code` names: its sentence stands in facts/words/cli.*.toml, and `params` fill it."""

    part = "wrong"

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params

    def __str__(self) -> str:
        return self.sentences()[0]

    def sentences(self, lang: str = "zh") -> list[str]:
        """What is wrong and what to do, in the language `lang` (zh or en)."""
        from rectify_xl.facts.fact_files import words

        return [inert(words(f"cli.{lang}")[self.part][self.code].format(**self.params))]


class WrongUse(InWords):
    """A wrong call: `code` says why (no-such-path, no-such-unit), `path` what was asked for."""

    def __init__(self, path: str, code: str = "no-such-path", **params: Any) -> None:
        super().__init__(code, path=path, **params)
        # The arguments with which pickle makes it again in another process.
        self.args, self.path = (path, code), path


class CannotFinish(InWords):
    """A rightful job that could not be finished."""

    part = "failed"


class FactsError(RectifyError):
    """A slip in a data file of ours, with the file and the key that hold it."""

    def __init__(self, file: str, key: str, trouble: str) -> None:
        super().__init__(f"{file}: {key}: {trouble}")
        self.file, self.key = file, key


def quoted(value: object) -> str:
    """A wrong argument as a sentence quotes it."""
    text = " ".join(repr(value).split())
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"
