"""The sheets of 配置.xlsx as Settings, and the fingerprint by which runs see that settings changed."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from hashlib import sha256

from rectify_xl.model import Settings
from rectify_xl.office.settings.problems import SettingsError, SettingsProblem
from rectify_xl.office.settings.read import lists_in, settings_from

__all__ = ["SettingsError", "SettingsProblem", "fingerprint", "lists_in", "settings_from"]


def fingerprint(settings: Settings) -> str:
    """SHA-256 (hex) of everything the settings say: equal settings have equal fingerprints."""
    content = {**asdict(replace(settings, forms=())), "forms": [repr(form) for form in settings.forms]}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
    return sha256(text.encode()).hexdigest()
