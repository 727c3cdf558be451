"""What a run works on: the files that the memory knows, those judged again, and those that came since."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any
from zlib import crc32

from rectify_xl.grounds import Grounds
from rectify_xl.laid_aside import Shelf, room_for
from rectify_xl.limits import limits
from rectify_xl.model import Return, Settings
from rectify_xl.receiving.intake import Refusal, Source
from rectify_xl.runs.means import Means
from rectify_xl.runs.unchanged import looks_of, unchanged
from rectify_xl.runs.workspace import Workspace
from rectify_xl.store import Store
from rectify_xl.store.files import Arrival

# How much of a file's end (bytes) is compared before all of it is.
_END = 2048
# How many rows are expected of a file that nobody has read yet: few forms have more.
_ROWS = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One call on one workspace: its place, settings and memory, the means it works with, and remarks by code."""

    place: Workspace
    settings: Settings
    store: Store
    means: Means
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """What a run works on: `returns` are those of `arrivals` in their order, then those of `fresh`.

    `fresh` are the files first seen by it with where they are, `again` those whose verdict the memory must replace,
    `inbox` where the files of the inbox are, by name, `looks` what the system notes of them, by path and digest.
    """

    arrivals: tuple[Arrival, ...]
    known: tuple[Return, ...]
    fresh: tuple[tuple[Source, Return], ...] = ()
    again: tuple[Return, ...] = ()
    inbox: Mapping[str, Source] = field(default_factory=dict)
    looks: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @property
    def returns(self) -> tuple[Return, ...]:
        """Every file under every path, in order of arrival."""
        return (*self.known, *(held for _, held in self.fresh))


def take_in(job: Job, sources: Sequence[Source], as_of: date) -> Taken:
    """Reads what the memory does not know under its path, and judges again what stands on other grounds than before.

    Touches nothing but the files it reads. Known files that are not judged again have no rows, only their counts.
    """
    arrivals, known = job.store.arrivals(), job.store.returns(with_rows=False)
    known, again = _judged_again(job, arrivals, known, sources, as_of)
    looks = looks_of(sources)
    digests = _digests(sources, arrivals, known, unchanged(looks, ((a.path, a.digest, a.look) for a in arrivals)))
    fresh = _fresh(job, arrivals, known, digests, as_of)
    met = {**{source.name: digest for source, digest in digests}, **{held.file: held.digest for _, held in fresh}}
    readable = {name for source, held in fresh if held.digest for name in _upwards(source.name)}
    kept = [at for at, arrival in enumerate(arrivals) if arrival.digest or arrival.path not in readable]
    return Taken(
        arrivals=tuple(arrivals[at] for at in kept),
        known=tuple(known[at] for at in kept),
        fresh=tuple(fresh),
        again=tuple(again),
        inbox={source.name: source for source in sources},
        looks={(name, met[name]): look for name, look in looks.items() if met[name]},
    )


def _upwards(name: str) -> Iterator[str]:
    """A name, and those of the folders, archives and mails it stands in."""
    while name:
        yield name
        name = name.rpartition("/")[0]


def containers_in(taken: Taken) -> list[tuple[Source, str]]:
    """The archives and mails of the inbox that could be opened, each with its digest.

    One that holds a file with a restricted form is left out: it stays in the inbox alone, as that file does.
    """
    restricted = {held.file for held in taken.returns if held.is_restricted}
    closed = {source.within.name for source in taken.inbox.values() if source.within and source.name in restricted}
    found = {source.within.name: source.within for source in taken.inbox.values() if source.within}
    told = [(source, file_digest(source)) for name, source in found.items() if name not in closed]
    return [(source, digest) for source, digest in told if digest]


# ---- judged again


def _judged_again(
    job: Job, arrivals: Sequence[Arrival], known: Sequence[Return], sources: Sequence[Source], as_of: date
) -> tuple[list[Return], list[Return]]:
    """All known returns, some of them new, and those whose verdict the memory must replace."""
    grounds = Grounds(job.settings)
    changed = {h.digest for a, h in zip(arrivals, known, strict=True) if h.digest and a.judging != grounds.of(h)}
    by_day = {h.digest for h in known if h.digest and (h.verdict == "held" or (h.filled_on or as_of) > as_of)}
    there = _originals(job, arrivals, known, changed | by_day, sources)
    read = job.means.read(list(there.values()), job.settings, as_of) if there else ()
    fresh = {held.digest: held for held in laid(read, len(there) * _ROWS) if held.digest}
    made = [called(fresh[h.digest], h.file) if h.digest in fresh else h for h in known]
    first = {h.digest: h for h in reversed(known) if h.digest in fresh}
    again = [
        called(held, first[digest].file)
        for digest, held in fresh.items()
        if digest in changed or (held.verdict == "held") != (first[digest].verdict == "held")
    ]
    return made, again


def _originals(
    job: Job, arrivals: Sequence[Arrival], known: Sequence[Return], wanted: set[str], sources: Sequence[Source]
) -> dict[str, Source]:
    """Where the bytes of files are: in the archive, else (restricted ones) still in the inbox; others are gone."""
    in_inbox = {source.name: source for source in sources}
    found: dict[str, Source] = {}
    refusals = {entry["digest"]: _refusal_in(entry) for entry in job.place.archive_entries()} if wanted else {}
    for arrival, held in zip(arrivals, known, strict=True):
        if held.digest not in wanted or held.digest in found:
            continue
        archived = job.place.archived(held)
        if archived.is_file() and not held.is_restricted:
            refusal = refusals.get(held.digest)
            found[held.digest] = Source(path=str(archived), name=arrival.path, refusal=refusal)
        elif (source := in_inbox.get(arrival.path)) and file_digest(source) == held.digest:
            found[held.digest] = source
    return found


# ---- first seen


def _fresh(
    job: Job,
    arrivals: Sequence[Arrival],
    known: Sequence[Return],
    digests: Sequence[tuple[Source, str]],
    as_of: date,
) -> list[tuple[Source, Return]]:
    """The files that are not known under their path, in order; equal bytes are read once."""
    seen = {(arrival.path, arrival.digest) for arrival in arrivals}
    said = {held.digest: held for held in reversed(known) if held.digest}
    found = [(source, digest) for source, digest in digests if (source.name, digest) not in seen]
    unread: dict[str, Source] = {}
    for source, digest in found:
        if digest not in said:
            unread.setdefault(digest or source.name, source)
    read = laid(job.means.read(list(unread.values()), job.settings, as_of), len(unread) * _ROWS)
    told = dict(zip(unread, read, strict=True))
    made = []
    for source, digest in found:
        held = said.get(digest) or told[digest or source.name]
        if held.digest or (source.name, "") not in seen:
            made.append((source, called(held, source.name)))
    return made


def _digests(
    sources: Sequence[Source],
    arrivals: Sequence[Arrival],
    known: Sequence[Return],
    still: Mapping[str, str],
) -> list[tuple[Source, str]]:
    """The sources with their digests; "" where the bytes can be neither known ones nor those of another source.

    Who reads such a file takes its digest anyway, and taking it here would cost as much as half of reading it. Of what
    is `still` what it was the digest is known.
    """
    paths, sizes = {arrival.path for arrival in arrivals}, {held.size for held in known}
    looks = {
        source.name: look
        for source in sources
        if source.name not in paths and (look := _look_of(source)) and look[0] not in sizes
    }
    times = Counter(looks.values())
    made = []
    for source in sources:
        look = looks.get(source.name)
        is_new = look is not None and times[look] == 1
        made.append((source, "" if is_new else still.get(source.name) or file_digest(source)))
    return made


def _look_of(source: Source) -> tuple[int, int] | None:
    """A file's size and the checksum of its end, where a workbook lists its parts with theirs; None: no file."""
    if source.is_clutter or not source.is_regular:
        return None
    try:
        with open(source.path, "rb") as opened:  # noqa: PTH123 - a name may hold bytes that are not UTF-8
            size = opened.seek(0, os.SEEK_END)
            opened.seek(max(0, size - _END))
            return size, crc32(opened.read(_END))
    except OSError:
        return None


def file_digest(source: Source) -> str:
    """SHA-256 (hex) of a file's bytes, "" of what is clutter, no regular file, cannot be read or is far too large."""
    if source.is_clutter or not source.is_regular:
        return ""
    try:
        with open(source.path, "rb") as opened:  # noqa: PTH123 - a name may hold bytes that are not UTF-8
            if opened.seek(0, os.SEEK_END) > limits().archived_bytes:
                return ""
            opened.seek(0)
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError:
        return ""


def laid(returns: Iterable[Return], expected: int = 0) -> Iterator[Return]:
    """Returns whose rows, about as many as are expected, lie on a shelf.

    What is on a file with a restricted form is never written anywhere.
    """
    shelf = Shelf(room_for(expected))
    for held in returns:
        forms = (replace(rows, good=shelf.lay(rows.good), bad=shelf.lay(rows.bad)) for rows in held.forms)
        yield held if held.is_restricted else replace(held, forms=tuple(forms))


def called(held: Return, name: str) -> Return:
    """The same verdict under another name."""
    if held.file == name:
        return held
    return replace(held, file=name, findings=tuple(replace(told, file=name) for told in held.findings))


# ---- from the archive, where there is no memory


def arrived_by_day(place: Workspace, files: Mapping[str, Path]) -> Iterator[tuple[date, list[Source]]]:
    """The archived files (by digest) under the paths they came by, a day of arrival at a time, in the list's order."""
    days: dict[str, list[Source]] = {}
    for entry in place.archive_entries():
        path = files.get(entry["digest"])
        if path is not None and not entry.get("container"):
            source = Source(path=str(path), name=entry["path"], refusal=_refusal_in(entry))
            days.setdefault(entry["arrived"], []).append(source)
    for day in sorted(days):
        yield date.fromisoformat(day), days[day]


def _refusal_in(entry: Mapping[str, Any]) -> Refusal | None:
    """Why a file of the archive's list was not read, if it was not."""
    if "refusal" not in entry:
        return None
    code, case, params = entry["refusal"]
    return code, case, tuple(params.items())


def original_of(job: Job, taken: Taken, held: Return) -> Source:
    """Where the bytes of a received file can be had: a restricted one's in the inbox alone, else the archive's."""
    if held.is_restricted or not held.digest:
        return taken.inbox.get(held.file) or Source(path="", name=held.file, is_regular=False)
    return Source(path=str(job.place.archived(held)), name=held.file)
