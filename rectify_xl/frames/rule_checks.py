"""A form's rule as a pandera check that tells, of each row that breaks it, the cell of the rule's column alone."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pandera.pandas as pandera


class RuleCheck(pandera.Check):
    """A check of whole frames: pandera itself would tell every cell of a row that fails, and quote them all."""

    def __init__(self, test: Any, *, column: str, code: str, words: str, **options: Any) -> None:
        super().__init__(test, error=code, description=words, **options)
        self.column, self.code, self.words = column, code, words

    @classmethod
    def get_backend(cls, check_obj: Any) -> Any:
        """What pandera's own checks are run by."""
        return pandera.Check.get_backend(check_obj)

    def __call__(self, check_obj: Any, column: str | None = None) -> Any:
        """The check's result, its failure cases a line a row."""
        outcome = super().__call__(check_obj, column)
        if outcome.check_passed:
            return outcome
        rows = ~outcome.check_output.to_numpy(dtype=bool)
        index = check_obj.index[rows]
        if isinstance(index, pd.MultiIndex):  # as pandera has it
            index = index.map(str)
        cells = pd.Series(check_obj[self.column].to_numpy(dtype=object)[rows], dtype=object)
        cases = pd.DataFrame({"column": self.column, "index": index, "failure_case": cells})
        return outcome._replace(failure_cases=cases)

    def __repr__(self) -> str:
        # This is what the sentence of an error is made of.
        return f"<Check {self.code}: {self.words} {self.code}>"
