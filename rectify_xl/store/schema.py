"""The memory's tables and their versions, and opening the file: one that cannot be used is refused."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from rectify_xl.errors import CannotFinish
from rectify_xl.files import temporary_for
from rectify_xl.store.packed_lines import packed_text

# "rxl1": marks a database as ours.
APPLICATION_ID = 0x72786C31
# Seconds to wait for another program that has locked the file.
PATIENCE = 3.0

_FIRST = """
CREATE TABLE runs (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL, as_of TEXT NOT NULL, is_finished INTEGER NOT NULL DEFAULT 0,
  settings TEXT NOT NULL, summary TEXT NOT NULL DEFAULT '{}', snapshot BLOB
) STRICT;
CREATE TABLE files (
  key INTEGER PRIMARY KEY, digest TEXT UNIQUE, suffix TEXT NOT NULL, size INTEGER NOT NULL, verdict TEXT NOT NULL,
  unit_code TEXT NOT NULL, unit_name TEXT NOT NULL, filled_on TEXT, saved TEXT NOT NULL, cover TEXT NOT NULL,
  is_restricted INTEGER NOT NULL, ledger BLOB, judging TEXT NOT NULL
) STRICT;
CREATE TABLE arrivals (
  seq INTEGER PRIMARY KEY, path TEXT NOT NULL, file INTEGER NOT NULL REFERENCES files ON DELETE CASCADE,
  run INTEGER NOT NULL REFERENCES runs, arrived TEXT NOT NULL, verdict TEXT NOT NULL,
  sent_back INTEGER REFERENCES runs, UNIQUE (path, file)
) STRICT;
CREATE TABLE sheets (
  key INTEGER PRIMARY KEY, file INTEGER NOT NULL REFERENCES files ON DELETE CASCADE, form TEXT NOT NULL,
  title TEXT NOT NULL, letters TEXT NOT NULL, good INTEGER NOT NULL, bad INTEGER NOT NULL
) STRICT;
CREATE INDEX sheets_of_file ON sheets (file);
CREATE TABLE contents (
  key INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, told TEXT NOT NULL, typed TEXT
) STRICT;
CREATE TABLE items (
  key INTEGER PRIMARY KEY, form TEXT NOT NULL, number TEXT NOT NULL UNIQUE, unit_code TEXT NOT NULL,
  is_withdrawn INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE states (
  sheet INTEGER NOT NULL REFERENCES sheets ON DELETE CASCADE, row INTEGER NOT NULL, is_good INTEGER NOT NULL,
  content INTEGER NOT NULL REFERENCES contents, item INTEGER REFERENCES items, PRIMARY KEY (sheet, row)
) STRICT, WITHOUT ROWID;
CREATE INDEX states_of_item ON states (item) WHERE item IS NOT NULL;
CREATE TABLE findings (
  file INTEGER REFERENCES files ON DELETE CASCADE, run INTEGER REFERENCES runs, place INTEGER NOT NULL,
  path TEXT NOT NULL, level TEXT NOT NULL, code TEXT NOT NULL, sheet TEXT NOT NULL, cell TEXT NOT NULL, row INTEGER,
  name TEXT NOT NULL, label TEXT NOT NULL, value TEXT NOT NULL, params TEXT NOT NULL, form TEXT NOT NULL,
  rule INTEGER NOT NULL
) STRICT;
CREATE INDEX findings_of_file ON findings (file);
CREATE INDEX findings_of_run ON findings (run) WHERE run IS NOT NULL;
CREATE TABLE entries (
  seq INTEGER PRIMARY KEY, form TEXT NOT NULL, number TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
  as_of TEXT NOT NULL
) STRICT;
CREATE TABLE edits (as_of TEXT NOT NULL, told TEXT NOT NULL, UNIQUE (as_of, told)) STRICT;
CREATE TABLE written (id TEXT PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs, told BLOB NOT NULL) STRICT;
CREATE TABLE ledgers (name TEXT PRIMARY KEY, digest TEXT NOT NULL) STRICT;
CREATE TABLE reminders (told TEXT PRIMARY KEY, sent_on TEXT NOT NULL) STRICT;
"""

# The fold of each unit's rows, so that only new rows need be folded; a cache that may be emptied at any time.
_FOLDS = "CREATE TABLE folds (unit TEXT PRIMARY KEY, rests_on TEXT NOT NULL, told BLOB NOT NULL) STRICT;"

# Reminders are read all at once: many that one run sent are stored as one text.
_REMINDED = """
CREATE TABLE reminded (seq INTEGER PRIMARY KEY, sent_on TEXT NOT NULL, told TEXT NOT NULL) STRICT;
INSERT INTO reminded (sent_on, told)
  SELECT sent_on, '[' || group_concat(told) || ']' FROM reminders GROUP BY sent_on ORDER BY sent_on;
DROP TABLE reminders;
"""

# The numbers of rows that do not count for now (their unit is not in the roster, the file is waived): should they
# count again, they are the same.
_LAPSED = """
CREATE TABLE lapsed (
  digest TEXT NOT NULL, form TEXT NOT NULL, title TEXT NOT NULL, row INTEGER NOT NULL,
  item INTEGER NOT NULL REFERENCES items, PRIMARY KEY (digest, form, title, row)
) STRICT, WITHOUT ROWID;
"""

# A sheet's rows are one packed text (see `rows_to`), their numbers another; items are known by their numbers.
_TOLD = """
CREATE TABLE told (sheet INTEGER PRIMARY KEY REFERENCES sheets ON DELETE CASCADE, rows BLOB NOT NULL) STRICT;
INSERT INTO told (sheet, rows)
  SELECT sheet, packed('[' || group_concat(told) || ']') FROM (
    SELECT s.sheet, '[' || s.row || ',' || s.is_good || ',' || c.told || ',' || coalesce(c.typed, '[]') || ']' AS told
    FROM states s JOIN contents c ON c.key = s.content ORDER BY s.sheet, s.row
  ) GROUP BY sheet;
CREATE TABLE numbered (sheet INTEGER PRIMARY KEY REFERENCES sheets ON DELETE CASCADE, numbers TEXT NOT NULL) STRICT;
INSERT INTO numbered (sheet, numbers)
  SELECT s.sheet, json_group_array(json_array(s.row, i.number)) FROM states s JOIN items i ON i.key = s.item
  GROUP BY s.sheet;
ALTER TABLE items RENAME TO items_by_key;
CREATE TABLE items (
  number TEXT PRIMARY KEY, form TEXT NOT NULL, unit_code TEXT NOT NULL, is_withdrawn INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
INSERT INTO items SELECT number, form, unit_code, is_withdrawn FROM items_by_key ORDER BY number;
ALTER TABLE lapsed RENAME TO lapsed_by_key;
CREATE TABLE lapsed (
  digest TEXT NOT NULL, form TEXT NOT NULL, title TEXT NOT NULL, row INTEGER NOT NULL,
  number TEXT NOT NULL REFERENCES items, PRIMARY KEY (digest, form, title, row)
) STRICT, WITHOUT ROWID;
INSERT INTO lapsed
  SELECT l.digest, l.form, l.title, l.row, i.number FROM lapsed_by_key l JOIN items_by_key i ON i.key = l.item;
DROP TABLE states;
DROP TABLE contents;
DROP TABLE lapsed_by_key;
DROP TABLE items_by_key;
"""

# The file's status as the system reported it when the file was read (see `runs.unchanged`).
_LOOKS = "ALTER TABLE arrivals ADD COLUMN look TEXT;"

# A run's snapshot of every item, in pieces: that of very many items is never in memory whole.
_SNAPSHOTS = """
CREATE TABLE snapshots (
  run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE, place INTEGER NOT NULL, told BLOB NOT NULL,
  PRIMARY KEY (run, place)
) STRICT;
INSERT INTO snapshots (run, place, told) SELECT seq, 0, snapshot FROM runs WHERE snapshot IS NOT NULL;
ALTER TABLE runs DROP COLUMN snapshot;
"""

# What each reminder of a lot is known by, as digests one after the other; of lots stored before they are made anew.
# Where another version knows reminders by something else, its migration must empty the column.
_DIGESTS = "ALTER TABLE reminded ADD COLUMN digests BLOB;"

# Each brings a memory from one version to the next; its version is how many of them it has seen. No semicolon may stand
# within a statement.
MIGRATIONS: tuple[str, ...] = (_FIRST, _FOLDS, _REMINDED, _LAPSED, _TOLD, _LOOKS, _SNAPSHOTS, _DIGESTS)

_ERRNOS = {"SQLITE_FULL": errno.ENOSPC, "SQLITE_READONLY": errno.EROFS, "SQLITE_CANTOPEN": errno.EACCES}
# SQLite opens no path of more than 512 bytes, and its log's has a few more.
_LONGEST_PATH = 500
_LOCKED = ("SQLITE_BUSY", "SQLITE_LOCKED")
_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


@contextmanager
def translate_errors(path: Path) -> Iterator[None]:
    """Turns SQLite's errors about the file into CannotFinish (memory-locked, memory-damaged) or an OSError."""
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith(_LOCKED):
            raise CannotFinish("memory-locked", name=path.name) from error
        if name.startswith(_DAMAGED):
            raise CannotFinish("memory-damaged", name=path.name) from error
        number = next((code for prefix, code in _ERRNOS.items() if name.startswith(prefix)), None)
        if number is None and name.startswith("SQLITE_IOERR"):
            number = errno.EIO
        if number == errno.EACCES and len(os.fsencode(path.absolute())) > _LONGEST_PATH:
            number = errno.ENAMETOOLONG
        if number is None:
            raise
        raise OSError(number, os.strerror(number), path.name) from error


def is_quiet(path: Path) -> bool:
    """Whether no log stands beside the memory: nobody has it open."""
    return not path.with_name(f"{path.name}-wal").exists()


def connect(path: Path, *, read_only: bool = False, immutable: bool = False) -> sqlite3.Connection:
    """The memory at `path`, created or migrated to our version unless `read_only`.

    `read_only` touches nothing: of a missing or older memory a migrated copy is opened in RAM. One that is `immutable`
    is read without a log and locks of our own: the caller must see to it that nobody writes meanwhile. Raises
    CannotFinish (memory-damaged, memory-newer, memory-locked) and OSError.
    """
    with translate_errors(path):
        if not path.exists():
            if read_only:
                return _migrate(_open(":memory:"), path)
            _create(path)
        # What a checkpoint could not write, on a full disk, still stands in the log.
        is_cut = _is_cut(path)
        if is_cut and not _has_log(path):
            raise CannotFinish("memory-damaged", name=path.name)
        connection = _open(path) if not read_only else _open_to_read(path, immutable=immutable)
        if is_cut:
            _refuse_damaged(connection, path)
        return _migrate(connection, path) if not read_only else _migrated_copy(connection, path)


def _open(target: Path | str, *, uri: bool = False) -> sqlite3.Connection:
    connection = sqlite3.connect(target, timeout=PATIENCE, isolation_level=None, uri=uri)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    connection.create_function("packed", 1, packed_text, deterministic=True)
    return connection


def _open_to_read(path: Path, *, immutable: bool) -> sqlite3.Connection:
    return _open(f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if immutable else ''}", uri=True)


def _migrated_copy(connection: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    """The memory itself if it is of our version, else a copy in RAM that was brought to it."""
    with ExitStack() as stack:
        stack.enter_context(closing(connection))
        if version_of(connection, path) == len(MIGRATIONS):
            stack.pop_all()
            return connection
        copy = _open(":memory:")
        connection.backup(copy)
    return _migrate(copy, path)


def _create(path: Path) -> None:
    """Puts a complete new memory in place at once, so that a file cut short is always damage."""
    temporary = temporary_for(path)
    try:
        with closing(_open(temporary)) as connection:
            _migrate(connection, path)
            # Only now: of a log, SQLite keeps silent where its close cannot write it into the file.
            connection.execute("PRAGMA journal_mode = WAL")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def version_of(connection: sqlite3.Connection, path: Path) -> int:
    """How many migrations a memory has seen; CannotFinish where it is not ours, or of a newer version than we know."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version and connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise CannotFinish("memory-damaged", name=path.name)
    if not version and connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
        raise CannotFinish("memory-damaged", name=path.name)
    if version > len(MIGRATIONS):
        raise CannotFinish("memory-newer", name=path.name)
    return version


def _migrate(connection: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    try:
        if version_of(connection, path) < len(MIGRATIONS):
            connection.execute("BEGIN IMMEDIATE")
            # The version is asked again: another program may have brought the memory here while this one waited.
            for version in range(version_of(connection, path), len(MIGRATIONS)):
                _bring_to(connection, version + 1)
            connection.execute("COMMIT")
    except BaseException:
        connection.close()  # else its log and lock would stay beside a file that is not ours to touch
        raise
    return connection


def _bring_to(connection: sqlite3.Connection, version: int) -> None:
    """Brings a memory from the version before, within a transaction: `executescript` would end that first."""
    for statement in MIGRATIONS[version - 1].split(";"):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {version}")


def _is_cut(path: Path) -> bool:
    """Whether the file is shorter than its own first page says, or no database at all."""
    with path.open("rb") as opened:
        head = opened.read(100)
    size = path.stat().st_size
    page = int.from_bytes(head[16:18], "big")
    pages = int.from_bytes(head[28:32], "big") if head[24:28] == head[92:96] else 0
    return not head.startswith(b"SQLite format 3\0") or size < (65536 if page == 1 else page) * pages


def _has_log(path: Path) -> bool:
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0


def _refuse_damaged(connection: sqlite3.Connection, path: Path) -> None:
    """CannotFinish (memory-damaged) where the memory and its log together are not whole."""
    try:
        if connection.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok":
            return
    except BaseException:
        connection.close()
        raise
    connection.close()
    raise CannotFinish("memory-damaged", name=path.name)
