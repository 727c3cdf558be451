from __future__ import annotations

from pathlib import Path

import lowest_check
import pytest


def test_every_lower_bound_is_one_that_can_be_installed_alone() -> None:
    found = lowest_check.lowest()
    assert {"pandas", "xlsxwriter", "pandera[pandas]", "dask[distributed]", "pytest"} <= set(found)
    assert "ruff" not in found and "matplotlib" not in found


@pytest.mark.parametrize(
    ("needed", "told"),
    [
        ("a>=1\nb<2", "b<2 is no lower bound"),
        ("a>=1\nb", "b is no lower bound"),
        ("a>=1\nc>=2", "c has two lower bounds, 2 and 3"),
    ],
)
def test_what_is_no_lower_bound_is_told(
    needed: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    extras = "[options.extras_require]\n# Why.\nmore =\n    c>=3\nlint =\n    d\n"
    text = "[options]\ninstall_requires =\n    " + needed.replace("\n", "\n    ") + "\n" + extras
    (tmp_path / "setup.cfg").write_text(text, encoding="utf-8")
    monkeypatch.setattr(lowest_check, "ROOT", tmp_path)
    with pytest.raises(SystemExit, match=told):
        lowest_check.lowest()
