"""What may go wrong though the program is right: errors that are told in sentences."""

from __future__ import annotations


class RectifyError(Exception):
    """A run that cannot go on: wrong use, wrong settings, a file that cannot be written."""

    def sentences(self, lang: str = "zh") -> list[str]:
        """What is wrong, a sentence a mistake."""
        return [str(self)]


class CannotFinish(RectifyError):
    """A job that could not be finished though it was asked for rightly; `code` names the sentence, `params` fill it."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(f"{code}: {params}")
        self.code, self.params = code, params


class FactsError(RectifyError):
    """A slip in a data file of ours, with the file and the key that hold it."""

    def __init__(self, file: str, key: str, trouble: str) -> None:
        super().__init__(f"{file}: {key}: {trouble}")
        self.file, self.key = file, key
