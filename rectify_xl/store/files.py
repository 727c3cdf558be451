"""What the memory holds of received files: their paths, verdicts, rows with source cells, and findings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from rectify_xl import catalog
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

# Files whose rows are read together.
_AT_ONCE = 100
_HOLDERS = ", ".join("?" * 12)


class Arrival(NamedTuple):
    """A file as it came under one path: by which run, on which day, and what the last run made of it.

    `look` is what the system noted of it when it was last met there.
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
        found = self.rows(
            "SELECT a.seq, a.path, coalesce(f.digest, ''), a.run, a.arrived, a.verdict, f.judging, a.sent_back, a.look"
            " FROM arrivals a JOIN files f ON f.key = a.file ORDER BY a.seq"
        )
        return [Arrival(s, p, d, r, date.fromisoformat(day), *rest) for s, p, d, r, day, *rest in found]

    def arrive(
        self, held: Return, judging: str, run: int, arrived: date, numbers: RowNumbers | None = None
    ) -> None:
        """Takes in one file under its path; its content if it is new, with the numbers of its rows.

        What was noted so is taken out of `numbers`.
        """
        key = self.value("SELECT key FROM files WHERE digest = ?", held.digest) if held.digest else None
        if held.digest and self.value("SELECT 1 FROM files WHERE digest IS NULL LIMIT 1"):
            self.write(
                "DELETE FROM arrivals WHERE (path = ?1 OR substr(?1, 1, length(path) + 1) = path || '/')"
                " AND file IN (SELECT key FROM files WHERE digest IS NULL)",
                held.file,
            )
        if key is None:
            key = self._add_file(held, judging, numbers)
        self.write(
            "INSERT INTO arrivals (path, file, run, arrived, verdict) VALUES (?, ?, ?, ?, ?)",
            held.file, key, run, arrived.isoformat(), held.verdict,
        )  # fmt: skip

    def judged_again(self, held: Return, judging: str) -> None:
        """Replaces what the memory knows of a file's content; its paths and its rows' numbers stay."""
        key = self.value("SELECT key FROM files WHERE digest = ?", held.digest)
        query = "SELECT h.form, h.title, n.numbers FROM numbered n JOIN sheets h ON h.key = n.sheet WHERE h.file = ?"
        given = self.rows("SELECT form, title, row, number FROM lapsed WHERE digest = ?", held.digest)
        given += [
            (form, title, row, number)
            for form, title, told in self.rows(query, key)
            for row, number in numbers_from(told).items()
        ]
        self.write("DELETE FROM sheets WHERE file = ?", key)
        self.write("DELETE FROM findings WHERE file = ?", key)
        self.write(
            "UPDATE files SET verdict = ?, unit_code = ?, unit_name = ?, filled_on = ?, saved = ?, cover = ?,"
            " is_restricted = ?, ledger = ?, judging = ? WHERE key = ?", *_about(held), judging, key,
        )  # fmt: skip
        there = {(rows.form, row.sheet, row.row) for rows in held.forms for row in rows.rows()}
        self._add_rows(key, held, RowNumbers.of(held.digest, (told for told in given if told[:3] in there)))
        self.write("DELETE FROM lapsed WHERE digest = ?", held.digest)
        self.write_all(
            "INSERT OR IGNORE INTO lapsed (digest, form, title, row, number) VALUES (?, ?, ?, ?, ?)",
            [(held.digest, *told) for told in given if told[:3] not in there],
        )

    def _add_file(self, held: Return, judging: str, numbers: RowNumbers | None) -> int:
        key = self.write(
            "INSERT INTO files (digest, suffix, size, verdict, unit_code, unit_name, filled_on, saved, cover,"
            " is_restricted, ledger, judging) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            held.digest or None, held.suffix, held.size, *_about(held), judging,
        )  # fmt: skip
        self._add_rows(key, held, numbers)
        return key

    def _add_rows(self, key: int, held: Return, numbers: RowNumbers | None = None) -> None:
        for sheet in sheets_of(held):
            place = self.write(
                "INSERT INTO sheets (file, form, title, letters, good, bad) VALUES (?, ?, ?, ?, ?, ?)",
                key, sheet.form, sheet.title, sheet.letters, sheet.good, sheet.bad,
            )  # fmt: skip
            own = numbers.pop((held.digest, sheet.form, sheet.title), None) if numbers else None
            if sheet.rows is not None:
                self.write("INSERT INTO told (sheet, rows) VALUES (?, ?)", place, sheet.rows)
                if own:
                    self.write("INSERT INTO numbered (sheet, numbers) VALUES (?, ?)", place, numbers_to(own))
        if held.findings:
            self._add_findings(held.findings, file=key)

    def _add_findings(self, findings: Iterable[Finding], *, file: int | None = None, run: int | None = None) -> None:
        self.write_all(
            f"INSERT INTO findings (file, run, place, {FINDING_NAMES}) VALUES (?, ?, ?, {_HOLDERS})",
            [(file, run, place, *finding_row(finding)) for place, finding in enumerate(findings)],
        )

    def returns(self, *, with_rows: bool = True) -> list[Return]:
        """Every file under every path as it was judged, in order of arrival, each under its own name.

        Without their rows the forms say how many there are, and nothing of them.
        """
        forms, findings = self._forms(with_rows=with_rows), self._findings()
        made = []
        for path, key, *about in self.rows(
            "SELECT a.path, f.key, coalesce(f.digest, ''), f.suffix, f.size, f.verdict, f.unit_code, f.unit_name,"
            " f.filled_on, f.saved, f.cover, f.is_restricted, f.ledger"
            " FROM arrivals a JOIN files f ON f.key = a.file ORDER BY a.seq"
        ):
            told = findings.get(key, ())
            if told and told[0].file != path:
                told = tuple(replace(finding, file=path) for finding in told)
            made.append(_return(path, about, forms.get(key, ()), told))
        return made

    def with_rows(self, returns: Iterable[Return]) -> Iterator[Return]:
        """Known returns with their rows, some of them read at once."""
        for some in in_pieces(returns, _AT_ONCE):
            yield from self._with_rows(some)

    def _with_rows(self, wanted: Sequence[Return]) -> list[Return]:
        digests = json.dumps(sorted({held.digest for held in wanted}))
        keys = dict(
            self.rows("SELECT digest, key FROM files WHERE digest IN (SELECT value FROM json_each(?))", digests)
        )
        forms = self._forms(keys.values()) if keys else {}
        return [replace(held, forms=forms.get(keys.get(held.digest, 0), ())) for held in wanted]

    def _findings(self) -> dict[int, tuple[Finding, ...]]:
        made: dict[int, list[Finding]] = {}
        for file, *row in self.rows(
            f"SELECT file, {FINDING_NAMES} FROM findings WHERE file IS NOT NULL ORDER BY file, place"
        ):
            made.setdefault(file, []).append(finding_from(row))
        return {file: tuple(told) for file, told in made.items()}

    def _forms(
        self, files: Iterable[int] | None = None, *, with_rows: bool = True
    ) -> dict[int, tuple[FormRows, ...]]:
        """The forms of some files (None: of all), in the order of their sheets."""
        sheets = self._of_files("SELECT h.key, h.file, h.form, h.title, h.letters, h.good, h.bad FROM sheets h", files)
        rows = self._rows_by_sheet(sheets, files) if with_rows else {}
        grouped: dict[int, dict[str, list[tuple[Any, ...]]]] = {}
        for key, file, form, *about in sorted(sheets):
            grouped.setdefault(file, {}).setdefault(form, []).append((key, *about))
        return {
            file: tuple(
                form_rows(
                    form,
                    [(title, letters, good, bad) for _, title, letters, good, bad in held],
                    [told for key, *_ in held for told in rows.get(key, ())] if with_rows else None,
                )
                for form, held in by_form.items()
                if form in catalog.forms()
            )
            for file, by_form in grouped.items()
        }

    def _of_files(self, query: str, files: Iterable[int] | None) -> list[tuple[Any, ...]]:
        """What a query about sheets (h) gives for some files, or for all."""
        if files is None:
            return self.rows(query)
        return self.rows(f"{query} WHERE h.file IN (SELECT value FROM json_each(?))", json.dumps(list(files)))

    def _rows_by_sheet(
        self, sheets: Iterable[tuple[Any, ...]], files: Iterable[int] | None
    ) -> dict[int, list[tuple[Row, bool]]]:
        """The rows of sheets in order."""
        about = {key: (form, title) for key, _, form, title, *_ in sheets if form in catalog.forms()}
        found = self._of_files("SELECT t.sheet, t.rows FROM told t JOIN sheets h ON h.key = t.sheet", files)
        return {sheet: list(rows_from(*about[sheet], told)) for sheet, told in found if sheet in about}

    def keep_verdicts(self, seq: int, verdicts: Iterable[tuple[int, Verdict, bool]]) -> None:
        """What a run made of every arrival (its place, the verdict), and whether it sends the file back."""
        for arrival, verdict, is_sent in verdicts:
            self.write("UPDATE arrivals SET verdict = ? WHERE seq = ?", verdict, arrival)
            if is_sent:
                self.write("UPDATE arrivals SET sent_back = ? WHERE seq = ?", seq, arrival)

    def keep_looks(self, looks: Iterable[tuple[int, str]]) -> None:
        """What the system notes of the file of an arrival (its place)."""
        self.write_all("UPDATE arrivals SET look = ? WHERE seq = ?", ((look, seq) for seq, look in looks))

    def keep_findings(self, seq: int, findings: Iterable[Finding]) -> None:
        """What the run tells besides the files' own findings; that of runs before it goes."""
        self.write("DELETE FROM findings WHERE run IS NOT NULL")
        self._add_findings(findings, run=seq)


def _about(held: Return) -> tuple[Any, ...]:
    filled_on = held.filled_on.isoformat() if held.filled_on else None
    cover = json.dumps(dict(held.cover), ensure_ascii=False)
    return (
        held.verdict, held.unit_code, held.unit_name, filled_on, held.saved, cover, int(held.is_restricted),
        ledger_to(held.ledger),
    )  # fmt: skip


def _return(path: str, about: Sequence[Any], forms: tuple[FormRows, ...], told: tuple[Finding, ...]) -> Return:
    digest, suffix, size, verdict, unit_code, unit_name, filled_on, saved, cover, is_restricted, ledger = about
    return Return(
        file=path, digest=digest, suffix=suffix, size=size, verdict=verdict, unit_code=unit_code, unit_name=unit_name,
        filled_on=date.fromisoformat(filled_on) if filled_on else None, saved=saved, cover=cover_from(cover),
        forms=forms, findings=told, is_restricted=bool(is_restricted), ledger=ledger_from(ledger),
    )  # fmt: skip
