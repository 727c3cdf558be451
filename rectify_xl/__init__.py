"""Excel forms out to branches, one ledger back: the public names, each imported when first asked for."""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # see `__main__`
if TYPE_CHECKING:
    from typing import Any

__version__ = "0.1.0"

_PLACES = {
    "Period": "days.periods",
    "PeriodError": "days.periods",
    "RectifyError": "errors",
    "SettingsError": "office.settings",
    "check": "api",
    "consolidate": "api",
    "export": "api",
    "forms": "api",
    "history": "api",
    "issue": "api",
    "load_form": "excel.settings.form_reader",
    "load_settings": "excel.settings.settings_reader",
    "migrate": "runs.migration",
    "open": "api",
    "parse_period": "days.periods",
    "profile": "office.profiles",
    "read_export": "api",
    "read_ledger": "api",
    "run": "api",
    "with_forms": "facts.in_force",
    "write_bulletin": "api",
    "write_form": "excel.settings.form_writer",
    "write_ledger": "api",
    "write_publication": "api",
    "write_reminders": "api",
    "write_settings": "api",
    "write_status": "api",
    "write_template": "api",
}

__all__ = ["__version__", *_PLACES]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"rectify_xl.{_PLACES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
