"""Forms of an office's own, each declared in a workbook: its sheets as a Form, and a Form as its sheets."""

from __future__ import annotations

from rectify_xl.form_book.read import form_from
from rectify_xl.form_book.rows import rows_for_form

__all__ = ["form_from", "rows_for_form"]
