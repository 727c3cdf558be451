"""Files at URLs of any kind that fsspec knows: listed as sources, and fetched a chunk at a time where they are read."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rectify_xl.errors import WrongUse
from rectify_xl.facts.limits import limits
from rectify_xl.files import TEMPORARY_PREFIX
from rectify_xl.normal import inert
from rectify_xl.receiving.intake import UNREADABLE, Refusal, Source, clutter, suffix_of
from rectify_xl.receiving.places import file_system, is_url

_SECRET = re.compile(r"(?<=://)[^/@]*@")
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}\Z")


def sources_at(url: str) -> list[Source]:
    """The file at a URL, or those below a folder there (under their path there), in order of their names.

    Raises WrongUse for what does not exist, and where the URL cannot be understood (see `places.file_system`).
    """
    shown = inert(_SECRET.sub("", url))
    system, path = file_system(url)
    try:
        about = system.info(path)
        below = system.find(path, detail=True) if about["type"] == "directory" else None
    except _troubles() as error:
        raise WrongUse(shown, "no-such-path" if isinstance(error, FileNotFoundError) else "no-such-place") from error
    if below is None:
        return [_source(url, shown, about)]
    found = []
    for name in sorted(below):
        inside = name[len(path.rstrip("/")) :].lstrip("/")
        found.append(_source(f"{url.rstrip('/')}/{inside}", inside, below[name]))
    return found


def _source(url: str, name: str, about: Any) -> Source:
    """One file; one that is too large by what its place says is not fetched."""
    size, most = about.get("size") or 0, limits().file_bytes
    if size > most:
        refusal: Refusal = ("too-large", "", (("size", size), ("limit", most)))
        return Source(path=url, name=inert(name), is_regular=False, refusal=refusal)
    return Source(path=url, name=inert(name), is_clutter=clutter(name), is_regular=about["type"] == "file")


def beginnings(sources: Sequence[Source], length: int) -> list[bytes]:
    """The first bytes of files at URLs; b"" for a file that cannot be read."""
    found: dict[str, bytes] = {}
    by_system: dict[Any, list[tuple[str, str]]] = {}
    for source in sources:
        system, path = file_system(source.path)
        by_system.setdefault(system, []).append((source.path, path))
    for system, pairs in by_system.items():
        paths = [path for _, path in pairs]
        answers = system.cat_ranges(paths, [0] * len(paths), [length] * len(paths), on_error="return")
        found |= {url: data for (url, _), data in zip(pairs, answers, strict=True) if isinstance(data, bytes)}
    return [found.get(source.path, b"") for source in sources]


def fetched_source(source: Source, folder: Path) -> Source:
    """The source with its file fetched into a folder; one that cannot be fetched is refused for that."""
    ending = _ENDING.search(suffix_of(source.path))
    name_digest = sha256(source.path.encode("utf-8", "surrogateescape")).hexdigest()
    target = folder / f"{name_digest}{ending[0] if ending else ''}"
    system, path = file_system(source.path)
    try:
        system.get_file(path, str(target))
    except _troubles():
        return replace(source, is_regular=False, refusal=UNREADABLE)
    return replace(source, path=str(target))


@contextmanager
def fetched(chunk: Sequence[Source]) -> Iterator[Sequence[Source]]:
    """The chunk with every file at a path on this machine; those from URLs are removed at the end."""
    away = [source for source in chunk if is_url(source.path) and source.is_regular and not source.is_clutter]
    if not away:
        yield chunk
        return
    with TemporaryDirectory(prefix=TEMPORARY_PREFIX) as folder:
        here = {source.path: fetched_source(source, Path(folder)) for source in away}
        yield [here.get(source.path, source) for source in chunk]


def _troubles() -> tuple[type[BaseException], ...]:
    """The errors of file systems that cannot read something: those by HTTP raise their own."""
    http = sys.modules.get("aiohttp")
    return (OSError,) if http is None else (OSError, http.ClientError)
