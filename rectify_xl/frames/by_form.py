"""A frame a form, each made when first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rectify_xl.facts import catalog
from rectify_xl.facts.in_force import using
from rectify_xl.model import Form

if TYPE_CHECKING:
    import pandas as pd


class FramesByForm(Mapping[str, "pd.DataFrame"]):
    """The frames by form name, of every form but restricted ones; one without rows has an empty frame."""

    def __init__(self, own: Sequence[Form], make: Callable[[Form], pd.DataFrame]) -> None:
        self._own, self._make, self._made = own, make, dict[str, "pd.DataFrame"]()
        with using(own):
            self._forms = {form.name: form for form in open_forms()}

    def __getitem__(self, name: str) -> pd.DataFrame:
        form = self._forms[name]
        if name not in self._made:
            with using(self._own):
                self._made[name] = self._make(form)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._forms)

    def __len__(self) -> int:
        return len(self._forms)


def open_forms() -> Iterator[Form]:
    """The forms in force that are not restricted."""
    return (form for form in catalog.forms().values() if not form.restricted)
