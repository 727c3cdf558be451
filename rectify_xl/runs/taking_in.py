"""The returns that a run works on: those that the memory knows, those judged again, and new ones."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from zlib import crc32

from rectify_xl.facts.limits import limits
from rectify_xl.little_memory.laid_aside import Shelf, room_for
from rectify_xl.model import MERGED, FormRows, Return, Settings
from rectify_xl.office.grounds import Grounds
from rectify_xl.receiving.intake import Source, suffix_of
from rectify_xl.runs.archive import ToArchive, refusal_in
from rectify_xl.runs.read_options import ReadOptions
from rectify_xl.runs.unchanged import looks_of, unchanged
from rectify_xl.runs.workspace import Workspace
from rectify_xl.store import Store
from rectify_xl.store.files import Arrival

# So much of a file's end is compared before the whole file is.
_END_BYTES = 2048
# So many units are named in one remark.
_MOST_NAMED = 5
# So many rows are expected of a file that has not been read: few forms have more.
_EXPECTED_ROWS = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One call on one workspace: its settings and memory, how files are read, and remarks by code."""

    workspace: Workspace
    settings: Settings
    store: Store
    options: ReadOptions
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class Intake:
    """The returns that a run works on: `known` ones, side by side with their `arrivals`, then `fresh` ones.

    `fresh` are the files first seen by this run with their sources, `again` the known ones whose verdict the memory
    must replace, `renamed` the code and the name on their covers where the two have come to disagree. `inbox` has the
    sources in the inbox by name, `looks` their file system entries (see `unchanged`) by path and digest.
    """

    arrivals: tuple[Arrival, ...]
    known: tuple[Return, ...]
    fresh: tuple[tuple[Source, Return], ...] = ()
    again: tuple[Return, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    inbox: Mapping[str, Source] = field(default_factory=dict)
    looks: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @property
    def returns(self) -> tuple[Return, ...]:
        """Every file under every path, in order of arrival."""
        return (*self.known, *(return_ for _, return_ in self.fresh))

    @property
    def notes(self) -> list[str]:
        """Remarks by code."""
        if not self.renamed:
            return []
        more = f"… ({len(self.renamed)})" if len(self.renamed) > _MOST_NAMED else ""
        return [f"unit-renamed:{'、'.join(map(' '.join, self.renamed[:_MOST_NAMED]))}{more}"]


def take_in(job: Job, sources: Sequence[Source], as_of: date) -> Intake:
    """Reads files not known by path and digest, and judges known ones again whose grounds have changed.

    Changes nothing. Known files that are not judged again have no rows, only their counts.
    """
    arrivals, before = job.store.arrivals(), job.store.returns(with_rows=False)
    known, again = _judged_again(job, arrivals, before, sources, as_of)
    looks = looks_of(sources)
    digests = _digests(sources, arrivals, known, unchanged(looks, ((a.path, a.digest, a.look) for a in arrivals)))
    fresh = _fresh(job, arrivals, known, digests, as_of)
    digest_by_name = {source.name: digest for source, digest in digests}
    digest_by_name |= {return_.file: return_.digest for _, return_ in fresh}
    readable = {name for source, return_ in fresh if return_.digest for name in _name_and_parents(source.name)}
    indices = [index for index, arrival in enumerate(arrivals) if arrival.digest or arrival.path not in readable]
    return Intake(
        arrivals=tuple(arrivals[index] for index in indices),
        known=tuple(known[index] for index in indices),
        fresh=tuple(fresh),
        again=tuple(again),
        renamed=tuple(dict.fromkeys(_renamed(before, known))),
        inbox={source.name: source for source in sources},
        looks={(name, digest_by_name[name]): look for name, look in looks.items() if digest_by_name[name]},
    )


def _name_and_parents(name: str) -> Iterator[str]:
    """A file's name, and those of the folders, archives and mails that it is in."""
    while name:
        yield name
        name = name.rpartition("/")[0]


def to_archive(intake: Intake, as_of: date) -> Iterator[ToArchive]:
    """What is archived of an intake: the files first seen by this run, and the archives and mails they came in.

    A file with a restricted form stays in the inbox alone, as does the container of one.
    """
    for source, return_ in intake.fresh:
        if return_.digest and not return_.is_restricted:
            yield ToArchive(source, return_.digest, return_.suffix, as_of)
    restricted = {return_.file for return_ in intake.returns if return_.is_restricted}
    members = [(source.name, source.within) for source in intake.inbox.values() if source.within]
    left_out = {container.name for name, container in members if name in restricted}
    for container in {container.name: container for _, container in members}.values():
        if container.name not in left_out and (digest := file_digest(container)):
            yield ToArchive(container, digest, suffix_of(container.path), as_of, is_container=True)


def _renamed(before: Iterable[Return], now: Iterable[Return]) -> Iterator[tuple[str, str]]:
    """The code and the name on the cover of every file in which they agreed, and do no more: the roster has changed."""
    for known, return_ in zip(before, now, strict=True):
        if return_ is not known and known.verdict in MERGED and not any(_names_at_odds(known)):
            yield from _names_at_odds(return_)


def _names_at_odds(return_: Return) -> Iterator[tuple[str, str]]:
    for finding in return_.findings:
        params = dict(finding.params)
        if finding.code == "unit-mismatch" and finding.level == "error" and "name" in params:
            yield str(params["code"]), str(params["name"])


# ---- judged again


def _judged_again(
    job: Job, arrivals: Sequence[Arrival], known: Sequence[Return], sources: Sequence[Source], as_of: date
) -> tuple[list[Return], list[Return]]:
    """All known returns, some of them judged again, and those whose verdict the memory must replace."""
    grounds = Grounds(job.settings)
    changed = {r.digest for a, r in zip(arrivals, known, strict=True) if r.digest and a.judging != grounds.of(r)}
    by_day = {r.digest for r in known if r.digest and (r.verdict == "held" or (r.filled_on or as_of) > as_of)}
    originals = _originals(job, arrivals, known, changed | by_day, sources)
    read = job.options.read(list(originals.values()), job.settings, as_of) if originals else ()
    rejudged = {r.digest: r for r in shelved(read, len(originals) * _EXPECTED_ROWS) if r.digest in originals}
    returns = [under_name(rejudged[r.digest], r.file) if r.digest in rejudged else r for r in known]
    first = {r.digest: r for r in reversed(known) if r.digest in rejudged}
    again = [
        under_name(return_, first[digest].file)
        for digest, return_ in rejudged.items()
        if digest in changed or (return_.verdict == "held") != (first[digest].verdict == "held")
    ]
    return returns, again


def _originals(
    job: Job, arrivals: Sequence[Arrival], known: Sequence[Return], digests: set[str], sources: Sequence[Source]
) -> dict[str, Source]:
    """Where the bytes of files are, by digest: in the archive, else (restricted ones, and what is torn or does not open
    there) in the inbox; others are gone.
    """
    in_inbox = {source.name: source for source in sources}
    originals: dict[str, Source] = {}
    refusals = {entry["digest"]: refusal_in(entry) for entry in job.workspace.archive.entries()} if digests else {}
    for arrival, return_ in zip(arrivals, known, strict=True):
        if return_.digest not in digests or return_.digest in originals:
            continue
        path, refusal = str(job.workspace.archive.path_of(return_)), refusals.get(return_.digest)
        archived = Source(path=path, name=arrival.path, refusal=refusal)
        if not return_.is_restricted and file_digest(archived) == return_.digest:
            originals[return_.digest] = archived
        elif (source := in_inbox.get(arrival.path)) and file_digest(source) == return_.digest:
            originals[return_.digest] = source
    return originals


# ---- first seen


def _fresh(
    job: Job,
    arrivals: Sequence[Arrival],
    known: Sequence[Return],
    digests: Sequence[tuple[Source, str]],
    as_of: date,
) -> list[tuple[Source, Return]]:
    """The files that are not known by path and digest, in order; equal bytes are read once."""
    seen = {(arrival.path, arrival.digest) for arrival in arrivals}
    known_by_digest = {return_.digest: return_ for return_ in reversed(known) if return_.digest}
    unseen = [(source, digest) for source, digest in digests if (source.name, digest) not in seen]
    to_read: dict[str, Source] = {}
    for source, digest in unseen:
        if digest not in known_by_digest:
            to_read.setdefault(digest or source.name, source)
    read = shelved(job.options.read(list(to_read.values()), job.settings, as_of), len(to_read) * _EXPECTED_ROWS)
    read_returns = dict(zip(to_read, read, strict=True))
    fresh = []
    for source, digest in unseen:
        return_ = known_by_digest.get(digest) or read_returns[digest or source.name]
        if return_.digest or (source.name, "") not in seen:
            fresh.append((source, under_name(return_, source.name)))
    return fresh


def _digests(
    sources: Sequence[Source],
    arrivals: Sequence[Arrival],
    known: Sequence[Return],
    unchanged_digests: Mapping[str, str],
) -> list[tuple[Source, str]]:
    """The sources with their digests; "" where the bytes are certainly new, unlike those of any known or other file.

    Reading such a file gives its digest anyway; taking it here too would cost half as much as reading it.
    """
    paths, sizes = {arrival.path for arrival in arrivals}, {return_.size for return_ in known}
    looks = {
        source.name: look
        for source in sources
        if source.name not in paths and (look := _look_of(source)) and look[0] not in sizes
    }
    look_counts = Counter(looks.values())
    with_digests = []
    for source in sources:
        look = looks.get(source.name)
        is_new = look is not None and look_counts[look] == 1
        with_digests.append((source, "" if is_new else unchanged_digests.get(source.name) or file_digest(source)))
    return with_digests


def _look_of(source: Source) -> tuple[int, int] | None:
    """A file's size and the checksum of its end, where a zip lists the checksums of its parts; None if unreadable."""
    if source.is_clutter or not source.is_regular:
        return None
    try:
        with open(source.path, "rb") as opened:  # noqa: PTH123 - a name may hold bytes that are not UTF-8
            size = opened.seek(0, os.SEEK_END)
            opened.seek(max(0, size - _END_BYTES))
            return size, crc32(opened.read(_END_BYTES))
    except OSError:
        return None


def file_digest(source: Source) -> str:
    """SHA-256 (hex) of a file's bytes; "" for clutter and what is no regular file, unreadable or far too large."""
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


def shelved(returns: Iterable[Return], expected: int = 0) -> Iterator[Return]:
    """Returns with their rows laid aside on a shelf that has room for the expected number of rows.

    Rows of a file with a restricted form are not: they are never written anywhere.
    """
    shelf, letters = Shelf(room_for(expected)), dict[Any, Mapping[str, tuple[str, ...]]]()

    def laid(rows: FormRows) -> FormRows:
        same = letters.setdefault(tuple(rows.letters.items()), rows.letters)  # nearly all returns have the same
        return replace(rows, good=shelf.lay(rows.good), bad=shelf.lay(rows.bad), letters=same)

    for return_ in returns:
        yield return_ if return_.is_restricted else replace(return_, forms=tuple(map(laid, return_.forms)))


def under_name(return_: Return, name: str) -> Return:
    """The same return under another file name."""
    if return_.file == name:
        return return_
    return replace(return_, file=name, findings=tuple(replace(finding, file=name) for finding in return_.findings))


def original_of(job: Job, intake: Intake, return_: Return) -> Source:
    """Where the bytes of a received file are: in the archive, else (restricted ones) in the inbox; "" if nowhere.

    An archived file that does not open is pointed to where the inbox has it no more.
    """
    archived = job.workspace.archive.path_of(return_)
    is_archived = bool(return_.digest) and not return_.is_restricted and archived.is_file()
    if is_archived and os.access(archived, os.R_OK):
        return Source(path=str(archived), name=return_.file)
    source = intake.inbox.get(return_.file)
    if source and (not return_.digest or file_digest(source) == return_.digest):  # no later file of that name
        return source
    return Source(path=str(archived) if is_archived else "", name=return_.file, is_regular=is_archived)
