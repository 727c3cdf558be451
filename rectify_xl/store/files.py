"""The received files in the memory: their paths, verdicts, rows with source cells, and findings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from rectify_xl.facts import catalog
from rectify_xl.model import Finding, FormRows, Return, Row, Verdict
from rectify_xl.store.base import Database
from rectify_xl.store.packed_lines import in_pieces
from rectify_xl.store.rows import (
    FINDING_NAMES,
    RowNumbers,
    cover_from,
    finding_from,
    finding_row,
    form_rows,
    ledger_from,
    ledger_to,
    numbers_from,
    numbers_to,
    rows_from,
    sheets_of,
)

# How many files' rows are read together.
_BATCH = 100
_PLACEHOLDERS = ", ".join("?" * 12)


class Arrival(NamedTuple):
    """A file as it came under one path: the run and the day it came, and the verdict of the last run.

    `look` is the file's status as the system reported it when the file was last seen there.
    """

    seq: int
    path: str
    digest: str
    run: int
    arrived: date
    verdict: Verdict
    judging: str
    sent_back: int | None
    look: str | None = None


class Files(Database):
    """The received files of a memory."""

    def arrivals(self) -> list[Arrival]:
        """Every file under every path, in order of arrival."""
        rows = self.rows(
            "SELECT a.seq, a.path, coalesce(f.digest, ''), a.run, a.arrived, a.verdict, f.judging, a.sent_back, a.look"
            " FROM arrivals a JOIN files f ON f.key = a.file ORDER BY a.seq"
        )
        return [
            Arrival(seq, path, digest, run, date.fromisoformat(day), *rest)
            for seq, path, digest, run, day, *rest in rows
        ]

    def keep_arrival(
        self, return_: Return, judging: str, run: int, arrived: date, numbers: RowNumbers | None = None
    ) -> None:
        """Adds one file under its path, and its content with the numbers of its rows if that is new.

        The numbers so stored are removed from `numbers`.
        """
        key = self.value("SELECT key FROM files WHERE digest = ?", return_.digest) if return_.digest else None
        if return_.digest and self.value("SELECT 1 FROM files WHERE digest IS NULL LIMIT 1"):
            # What could not be read under this path before (it has no digest) has become this file.
            self.write(
                # Not ?1 twice: Python 3.12.0 to 3.12.3 warn of it.
                "DELETE FROM arrivals WHERE (path = ? OR substr(?, 1, length(path) + 1) = path || '/')"
                " AND file IN (SELECT key FROM files WHERE digest IS NULL)",
                return_.file, return_.file,
            )  # fmt: skip
        if key is None:
            key = self._add_file(return_, judging, numbers)
        self.write(
            "INSERT INTO arrivals (path, file, run, arrived, verdict) VALUES (?, ?, ?, ?, ?)",
            return_.file, key, run, arrived.isoformat(), return_.verdict,
        )  # fmt: skip

    def replace_content(self, return_: Return, judging: str) -> None:
        """Replaces the rows, findings and verdict of a file's content; its paths and its rows' numbers stay."""
        key = self.value("SELECT key FROM files WHERE digest = ?", return_.digest)
        query = "SELECT h.form, h.title, n.numbers FROM numbered n JOIN sheets h ON h.key = n.sheet WHERE h.file = ?"
        numbered = self.rows("SELECT form, title, row, number FROM lapsed WHERE digest = ?", return_.digest)
        for form, title, text in self.rows(query, key):
            numbered += [(form, title, row, number) for row, number in numbers_from(text).items()]
        self.write("DELETE FROM sheets WHERE file = ?", key)
        self.write("DELETE FROM findings WHERE file = ?", key)
        self.write(
            "UPDATE files SET verdict = ?, unit_code = ?, unit_name = ?, filled_on = ?, saved = ?, cover = ?,"
            " is_restricted = ?, ledger = ?, judging = ? WHERE key = ?", *_about(return_), judging, key,
        )  # fmt: skip
        there = {(rows.form, row.sheet, row.row) for rows in return_.forms for row in rows.rows()}
        numbers = RowNumbers.of(return_.digest, (line for line in numbered if line[:3] in there))
        self._add_rows(key, return_, numbers)
        self.write("DELETE FROM lapsed WHERE digest = ?", return_.digest)
        self.write_all(
            "INSERT OR IGNORE INTO lapsed (digest, form, title, row, number) VALUES (?, ?, ?, ?, ?)",
            [(return_.digest, *line) for line in numbered if line[:3] not in there],
        )

    def _add_file(self, return_: Return, judging: str, numbers: RowNumbers | None) -> int:
        key = self.write(
            "INSERT INTO files (digest, suffix, size, verdict, unit_code, unit_name, filled_on, saved, cover,"
            " is_restricted, ledger, judging) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            return_.digest or None, return_.suffix, return_.size, *_about(return_), judging,
        )  # fmt: skip
        self._add_rows(key, return_, numbers)
        return key

    def _add_rows(self, key: int, return_: Return, numbers: RowNumbers | None = None) -> None:
        for sheet in sheets_of(return_):
            sheet_key = self.write(
                "INSERT INTO sheets (file, form, title, letters, good, bad) VALUES (?, ?, ?, ?, ?, ?)",
                key, sheet.form, sheet.title, sheet.letters, sheet.good, sheet.bad,
            )  # fmt: skip
            own = numbers.pop((return_.digest, sheet.form, sheet.title)) if numbers else None
            if sheet.rows is not None:
                self.write("INSERT INTO told (sheet, rows) VALUES (?, ?)", sheet_key, sheet.rows)
                if own:
                    self.write("INSERT INTO numbered (sheet, numbers) VALUES (?, ?)", sheet_key, numbers_to(own))
        if return_.findings:
            self._add_findings(return_.findings, file=key)

    def _add_findings(self, findings: Iterable[Finding], *, file: int | None = None, run: int | None = None) -> None:
        self.write_all(
            f"INSERT INTO findings (file, run, place, {FINDING_NAMES}) VALUES (?, ?, ?, {_PLACEHOLDERS})",
            [(file, run, place, *finding_row(finding)) for place, finding in enumerate(findings)],
        )

    def returns(self, *, with_rows: bool = True) -> list[Return]:
        """Every file under every path as it was judged, in order of arrival, each under its own name.

        Without rows the forms have only empty ones, as many as there are.
        """
        forms, findings = self._forms(with_rows=with_rows), self._findings()
        returns = []
        for path, key, *about in self.rows(
            "SELECT a.path, f.key, coalesce(f.digest, ''), f.suffix, f.size, f.verdict, f.unit_code, f.unit_name,"
            " f.filled_on, f.saved, f.cover, f.is_restricted, f.ledger"
            " FROM arrivals a JOIN files f ON f.key = a.file ORDER BY a.seq"
        ):
            own_findings = findings.get(key, ())
            if own_findings and own_findings[0].file != path:
                own_findings = tuple(replace(finding, file=path) for finding in own_findings)
            returns.append(_return(path, about, forms.get(key, ()), own_findings))
        return returns

    def with_rows(self, returns: Iterable[Return]) -> Iterator[Return]:
        """The returns with their rows, read in batches."""
        for batch in in_pieces(returns, _BATCH):
            yield from self._batch_with_rows(batch)

    def _batch_with_rows(self, returns: Sequence[Return]) -> list[Return]:
        digests = json.dumps(sorted({return_.digest for return_ in returns}))
        keys = dict(
            self.rows("SELECT digest, key FROM files WHERE digest IN (SELECT value FROM json_each(?))", digests)
        )
        forms = self._forms(keys.values()) if keys else {}
        return [replace(return_, forms=forms.get(keys.get(return_.digest, 0), ())) for return_ in returns]

    def _findings(self) -> dict[int, tuple[Finding, ...]]:
        findings: dict[int, list[Finding]] = {}
        for file, *row in self.rows(
            f"SELECT file, {FINDING_NAMES} FROM findings WHERE file IS NOT NULL ORDER BY file, place"
        ):
            findings.setdefault(file, []).append(finding_from(row))
        return {file: tuple(of_file) for file, of_file in findings.items()}

    def _forms(
        self, files: Iterable[int] | None = None, *, with_rows: bool = True
    ) -> dict[int, tuple[FormRows, ...]]:
        """The forms of some files (None: of all), in the order of their sheets."""
        sheets = self._of_files("SELECT h.key, h.file, h.form, h.title, h.letters, h.good, h.bad FROM sheets h", files)
        rows = self._rows_by_sheet(sheets, files) if with_rows else {}
        grouped: dict[int, dict[str, list[tuple[Any, ...]]]] = {}
        for key, file, form, *about in sorted(sheets):
            by_form = grouped.setdefault(file, {})
            if form in catalog.forms():
                by_form.setdefault(form, []).append((key, *about))

        def joined(form: str, lines: Sequence[tuple[Any, ...]]) -> FormRows:
            form_sheets = [(title, letters, good, bad) for _, title, letters, good, bad in lines]
            all_rows = [row for key, *_ in lines for row in rows.get(key, ())]
            return form_rows(form, form_sheets, all_rows if with_rows else None)

        return {file: tuple(joined(*lines) for lines in by_form.items()) for file, by_form in grouped.items()}

    def _of_files(self, query: str, files: Iterable[int] | None) -> list[tuple[Any, ...]]:
        """The rows of a query about sheets (h) for some files (None: for all)."""
        if files is None:
            return self.rows(query)
        return self.rows(f"{query} WHERE h.file IN (SELECT value FROM json_each(?))", json.dumps(list(files)))

    def _rows_by_sheet(
        self, sheets: Iterable[tuple[Any, ...]], files: Iterable[int] | None
    ) -> dict[int, list[tuple[Row, bool]]]:
        """The rows of sheets in order."""
        about = {key: (form, title) for key, _, form, title, *_ in sheets if form in catalog.forms()}
        found = self._of_files("SELECT t.sheet, t.rows FROM told t JOIN sheets h ON h.key = t.sheet", files)
        return {sheet: list(rows_from(*about[sheet], packed_rows)) for sheet, packed_rows in found if sheet in about}

    def keep_verdicts(self, seq: int, verdicts: Iterable[tuple[int, Verdict, bool]]) -> None:
        """Stores a run's verdict of every arrival: (its seq, the verdict, whether the run sends the file back)."""
        for arrival, verdict, is_sent in verdicts:
            self.write("UPDATE arrivals SET verdict = ? WHERE seq = ?", verdict, arrival)
            if is_sent:
                self.write("UPDATE arrivals SET sent_back = ? WHERE seq = ?", seq, arrival)

    def keep_looks(self, looks: Iterable[tuple[int, str]]) -> None:
        """Stores the status of arrivals' files as the system reports it: (seq, look)."""
        self.write_all("UPDATE arrivals SET look = ? WHERE seq = ?", ((look, seq) for seq, look in looks))

    def keep_findings(self, seq: int, findings: Iterable[Finding]) -> None:
        """Stores the run's findings beside the files' own, in place of those of earlier runs."""
        self.write("DELETE FROM findings WHERE run IS NOT NULL")
        self._add_findings(findings, run=seq)


def _about(return_: Return) -> tuple[Any, ...]:
    filled_on = return_.filled_on.isoformat() if return_.filled_on else None
    cover = json.dumps(dict(return_.cover), ensure_ascii=False)
    return (
        return_.verdict, return_.unit_code, return_.unit_name, filled_on, return_.saved, cover,
        int(return_.is_restricted), ledger_to(return_.ledger),
    )  # fmt: skip


def _return(path: str, about: Sequence[Any], forms: tuple[FormRows, ...], findings: tuple[Finding, ...]) -> Return:
    digest, suffix, size, verdict, unit_code, unit_name, filled_on, saved, cover, is_restricted, ledger = about
    return Return(
        file=path, digest=digest, suffix=suffix, size=size, verdict=verdict, unit_code=unit_code, unit_name=unit_name,
        filled_on=date.fromisoformat(filled_on) if filled_on else None, saved=saved, cover=cover_from(cover),
        forms=forms, findings=findings, is_restricted=bool(is_restricted), ledger=ledger_from(ledger),
    )  # fmt: skip
