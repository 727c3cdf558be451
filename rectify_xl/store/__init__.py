"""The memory between runs: what was received, every row state with its source, what runs found, gave and wrote."""

from __future__ import annotations

from rectify_xl.store.files import Files
from rectify_xl.store.look_ups import LookUps
from rectify_xl.store.runs import Runs


class Store(Files, Runs, LookUps):
    """The memory of one workspace, 记录.sqlite (see `store.schema` for its tables)."""
