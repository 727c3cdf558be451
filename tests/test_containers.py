"""What lies in the inbox: archives, mails, clutter, links and pipes, under any name."""

from __future__ import annotations

import base64
import os
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from raw_books import rows_book
from returns import filled_template, row, settings_for

from rectify_xl.facts.limits import limits
from rectify_xl.receiving import containers, intake, mails, unpacking
from rectify_xl.receiving.containers import inbox_sources, sources_in
from rectify_xl.receiving.engine import read_all
from rectify_xl.receiving.intake import read_regular

BOOK = rows_book('<row r="1"><c r="A1"><v>1</v></c></row>')


def archive(members: Mapping[str, bytes]) -> bytes:
    held = BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in members.items():
            package.writestr(name, data)
    return held.getvalue()


def with_gbk_names(members: Mapping[str, bytes]) -> bytes:
    """An archive as Chinese Windows makes it: names in GBK, and no word of it."""
    data = archive({name.encode("gbk").decode("latin-1").encode().decode(): b for name, b in members.items()})
    for name in members:
        wrong = name.encode("gbk").decode("latin-1").encode("utf-8")
        right = name.encode("gbk")
        for sign, flags, length, head in ((b"PK\x03\x04", 6, 26, 30), (b"PK\x01\x02", 8, 28, 46)):
            at = data.index(wrong, data.index(sign)) - head
            while data[at : at + 4] != sign:
                at = data.index(wrong, at + head + 1) - head
            changed = bytearray(data)
            changed[at + flags : at + flags + 2] = b"\0\0"
            changed[at + length : at + length + 2] = len(right).to_bytes(2, "little")
            changed[at + head : at + head + len(wrong)] = right
            data = bytes(changed)
    return _with_places(data)


def _with_places(data: bytes) -> bytes:
    """The directory's places set anew after names became shorter."""
    made = bytearray(data)
    places = []
    at = made.find(b"PK\x03\x04")
    while at >= 0:
        places.append(at)
        at = made.find(b"PK\x03\x04", at + 1)
    at, start = made.find(b"PK\x01\x02"), made.find(b"PK\x01\x02")
    for place in places:
        made[at + 42 : at + 46] = place.to_bytes(4, "little")
        at = made.find(b"PK\x01\x02", at + 1)
    end = made.rfind(b"PK\x05\x06")
    made[end + 12 : end + 20] = (end - start).to_bytes(4, "little") + start.to_bytes(4, "little")
    return bytes(made)


def mail(*attached: tuple[str, bytes]) -> bytes:
    made = EmailMessage()
    made["Subject"], made["From"], made["To"] = "整改台帐", "a@example.org", "b@example.org"
    made.set_content("见附件。")
    for name, data in attached:
        made.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return made.as_bytes()


def mail_named(header: str) -> bytes:
    """A mail whose one attachment's name is written as some program does."""
    return (
        "From: a@example.org\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b\r\nContent-Type: application/octet-stream\r\n"
        f"Content-Disposition: attachment; {header}\r\n\r\nabc\r\n--b--\r\n"
    ).encode("gb18030")


def names(folder: Path) -> list[str]:
    return [source.name for source in inbox_sources(folder)]


def refusals(folder: Path) -> dict[str, str]:
    """The code by name of what is refused for being what it is."""
    return {s.name: s.refusal[0] for s in inbox_sources(folder) if s.refusal}


def test_members_are_called_after_their_container_and_hold_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(archive({"一/乙.xlsx": BOOK, "丙.xlsx": BOOK + b"", "~$丙.xlsx": b"lock"}))
    (tmp_path / "b.xlsx").write_bytes(BOOK)
    sources = inbox_sources(tmp_path)
    assert [source.name for source in sources] == ["a.zip/一/乙.xlsx", "a.zip/丙.xlsx", "b.xlsx"]
    assert [Path(source.path).read_bytes() for source in sources] == [BOOK] * 3
    assert [source.within and source.within.name for source in sources] == ["a.zip", "a.zip", None]


def test_names_of_chinese_windows_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(with_gbk_names({"整改台帐.xlsx": BOOK, "办公室.xlsx": BOOK}))
    assert names(tmp_path) == ["a.zip/整改台帐.xlsx", "a.zip/办公室.xlsx"]


def test_archives_and_mails_stand_inside_each_other_three_deep(tmp_path: Path) -> None:
    third = archive({"深.xlsx": BOOK})
    (tmp_path / "a.zip").write_bytes(archive({"b.eml": mail(("c.zip", third), ("浅.xlsx", BOOK))}))
    assert names(tmp_path) == ["a.zip/b.eml/c.zip/深.xlsx", "a.zip/b.eml/浅.xlsx"]
    (tmp_path / "a.zip").write_bytes(archive({"1.zip": archive({"2.zip": archive({"3.zip": third})})}))
    assert refusals(tmp_path) == {"a.zip/1.zip/2.zip/3.zip": "limit-archives"}


@pytest.mark.parametrize(
    "header",
    [
        "filename*=UTF-8''%E6%95%B4%E6%94%B9.xlsx",
        "filename*0*=UTF-8''%E6%95%B4; filename*1*=%E6%94%B9.xlsx",
        'filename="=?UTF-8?B?5pW05pS5Lnhsc3g=?="',
        'filename="=?gb2312?B?1fu4xC54bHN4?="',
        'filename="=?GBK?Q?=D5=FB=B8=C4.xlsx?="',
        'filename="整改.xlsx"',
    ],
)
def test_attachments_keep_their_names(header: str, tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(mail_named(header))
    (source,) = inbox_sources(tmp_path)
    assert (source.name, Path(source.path).read_bytes()) == ("a.eml/整改.xlsx", b"abc")


def test_a_forwarded_mail_is_opened(tmp_path: Path) -> None:
    outer = EmailMessage()
    outer["Subject"], outer["From"] = "Fw", "a@example.org"
    outer.set_content("x")
    inner = EmailMessage()
    inner["Subject"] = "y"
    inner.set_content("y")
    inner.add_attachment(BOOK, maintype="application", subtype="octet-stream", filename="甲.xlsx")
    outer.add_attachment(inner)
    (tmp_path / "a.eml").write_bytes(outer.as_bytes())
    assert names(tmp_path) == ["a.eml/1.eml/甲.xlsx"]


def test_what_cannot_be_opened_is_refused_under_its_own_name(tmp_path: Path) -> None:
    sound = archive({"a.xlsx": BOOK, "b.xlsx": BOOK})
    (tmp_path / "cut.zip").write_bytes(sound[:-30])
    (tmp_path / "twice.zip").write_bytes(archive({"a.xlsx": BOOK, "A.XLSX": BOOK}))
    (tmp_path / "up.zip").write_bytes(archive({"../a.xlsx": BOOK}))
    (tmp_path / "nothing.zip").write_bytes(archive({"folder/": b""}))
    (tmp_path / "nothing.eml").write_bytes(mail())
    (tmp_path / "locked.zip").write_bytes(sound.replace(b"PK\x01\x02\x14\x03\x14\0\0", b"PK\x01\x02\x14\x03\x14\0\x01"))
    assert refusals(tmp_path) == {
        "cut.zip": "damaged",
        "twice.zip": "damaged",
        "up.zip": "damaged",
        "nothing.zip": "not-a-workbook",
        "nothing.eml": "not-a-workbook",
        "locked.zip": "encrypted",
    }


def test_every_member_gets_its_verdict_and_every_refusal_is_one(tmp_path: Path) -> None:
    good = filled_template(tmp_path / "good.xlsx", {"ledger": [row("ledger")]}).read_bytes()
    inbox = tmp_path / "in"
    inbox.mkdir()
    (inbox / "a.zip").write_bytes(archive({"好.xlsx": good, "坏.xlsx": b"PK\x03\x04junk", "注.txt": "说明".encode()}))
    (inbox / "b.zip").write_bytes(b"PK\x03\x04" + bytes(50))
    (inbox / "c.rar").write_bytes(b"Rar!\x1a\x07\x00" + bytes(50))
    (inbox / "台帐.zip").write_bytes(good)
    held = list(read_all(inbox_sources(inbox), settings_for(), date(2005, 6, 30), workers=1))
    assert [(r.file, r.verdict, [f.code for f in r.findings]) for r in held] == [
        ("a.zip/好.xlsx", "accepted", []),
        ("a.zip/坏.xlsx", "refused", ["damaged"]),
        ("a.zip/注.txt", "refused", ["not-a-workbook"]),
        ("b.zip", "refused", ["damaged"]),
        ("c.rar", "refused", ["not-a-workbook"]),
        ("台帐.zip", "accepted", []),
    ]
    assert all(len(r.digest) == 64 for r in held)


# ---- what is no file


@pytest.mark.skipif(os.name == "nt", reason="links and pipes as POSIX has them")
def test_links_pipes_and_closed_folders_are_told_and_never_opened(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(BOOK)
    (tmp_path / "link.xlsx").symlink_to("a.xlsx")
    (tmp_path / "zero.xlsx").symlink_to("/dev/zero")
    (tmp_path / "loop").symlink_to(".")
    (tmp_path / "folder.xlsx").mkdir()
    os.mkfifo(tmp_path / "pipe.xlsx")
    told = {source.name: source.is_regular for source in inbox_sources(tmp_path)}
    expected = {"a.xlsx": True} | dict.fromkeys(("link.xlsx", "loop", "pipe.xlsx", "zero.xlsx"), False)
    assert told == expected
    for name in ("link.xlsx", "pipe.xlsx", "zero.xlsx"):
        with pytest.raises(OSError, match=r"Invalid argument"):
            read_regular(str(tmp_path / name))


@pytest.mark.skipif(os.name == "nt", reason="names as POSIX has them")
def test_any_name_is_shown_inert(tmp_path: Path) -> None:
    odd = [b"=cmd.xlsx", b"-rf.xlsx", b"a\nb.xlsx", "a\u202exslx.exe".encode(), "报送".encode("gbk")]
    for name in odd:
        (tmp_path / os.fsdecode(name)).write_bytes(BOOK)
    assert sorted(names(tmp_path)) == sorted(
        ["-rf.xlsx", "=cmd.xlsx", "a\\x0ab.xlsx", "a\\u202exslx.exe", r"\xb1\xa8\xcb\xcd"]
    )


def test_a_file_that_keeps_changing_is_read_again_and_then_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"1")
    pauses: list[float] = []

    def grows(seconds: float) -> None:
        pauses.append(seconds)
        path.write_bytes(path.read_bytes() + b"1")

    monkeypatch.setattr(intake.time, "sleep", grows)
    real = os.fstat
    monkeypatch.setattr(intake.os, "fstat", lambda fd: (path.write_bytes(path.read_bytes() + b"1"), real(fd))[1])
    with pytest.raises(BlockingIOError):
        read_regular(str(path))
    assert len(pauses) == 2
    monkeypatch.setattr(intake.os, "fstat", real)
    assert read_regular(str(path)) == path.read_bytes()


def test_a_container_named_is_its_members(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(archive({"甲.xlsx": BOOK}))
    first, second = sources_in([path]), sources_in([path])
    assert [source.name for source in first] == [f"{path}/甲.xlsx"]
    assert first == second and Path(first[0].path).is_relative_to(containers._spool())


@pytest.mark.parametrize("name", ["~$甲.xlsx", ".~甲.xlsx", ".~lock.甲.xlsx#"])
def test_the_lock_file_of_a_workbook_that_somebody_has_open_is_nobodys_work(name: str, tmp_path: Path) -> None:
    """Of Excel, of WPS, of LibreOffice."""
    (tmp_path / "甲.xlsx").write_bytes(BOOK)
    (tmp_path / name).write_bytes(b"\x06user")
    assert {source.name: source.is_clutter for source in inbox_sources(tmp_path)} == {"甲.xlsx": False, name: True}


def test_a_folder_that_does_not_open_is_told_with_its_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "开").mkdir()
    (tmp_path / "开/a.xlsx").write_bytes(BOOK)
    (tmp_path / "关").mkdir()
    real = os.scandir
    closed: set[str | Path] = {str(tmp_path / "关")}

    def scandir(path: str | Path) -> Any:
        if path in closed:
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(intake.os, "scandir", scandir)
    sources = inbox_sources(tmp_path)
    assert [(source.name, source.refusal) for source in sources] == [
        ("开/a.xlsx", None), ("关", ("not-a-file", "unreadable", ())),
    ]  # fmt: skip
    closed |= {str(tmp_path), tmp_path}
    with pytest.raises(PermissionError):
        inbox_sources(tmp_path)
    (whole,) = sources_in([tmp_path])
    held = next(iter(read_all([whole], settings_for(), date(2005, 6, 30), workers=1)))
    assert (held.file, held.verdict) == (str(tmp_path), "refused")
    assert held.findings[0].params == (("case", "unreadable"),)


def test_a_file_that_vanishes_while_its_folder_is_listed_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.xlsx").write_bytes(BOOK)
    real = os.lstat

    def lstat(path: str) -> os.stat_result:
        if str(path).endswith("a.xlsx"):
            raise FileNotFoundError(2, "No such file or directory", path)
        return real(path)

    monkeypatch.setattr(intake.os, "lstat", lstat)
    assert refusals(tmp_path) == {"a.xlsx": "not-a-file"}


def test_mailboxes_and_mails_with_their_length_are_opened(tmp_path: Path) -> None:
    first, second = mail(("甲.xlsx", BOOK)), mail(("乙.xlsx", BOOK), ("丙.zip", archive({"1.xlsx": BOOK})))
    line, text = b"From a@example.org Wed May 25 08:00:00 2005\n", b"\nFrom here on\n\n"
    windows = (line + second).replace(b"\n", b"\r\n")
    (tmp_path / "a.mbox").write_bytes(line + first + b"\n" + line + mail() + text + windows)
    (tmp_path / "b.eml").write_bytes(line + first)
    (tmp_path / "c.emlx").write_bytes(b"%d\n%b<?xml version='1.0'?><plist/>" % (len(first), first))
    (tmp_path / "d.mbox").write_bytes(line + mail() + b"\n" + line + mail())
    (tmp_path / "e.txt").write_bytes(b"From me\nhello: world\n")
    assert names(tmp_path) == [
        *("a.mbox/1.eml/甲.xlsx", "a.mbox/3.eml/乙.xlsx", "a.mbox/3.eml/丙.zip/1.xlsx"),
        *("b.eml/甲.xlsx", "c.emlx/甲.xlsx", "d.mbox", "e.txt"),
    ]
    assert refusals(tmp_path) == {"d.mbox": "not-a-workbook"}


def test_only_what_is_attached_to_a_mail_is_a_file(tmp_path: Path) -> None:
    made = EmailMessage()
    made["Subject"], made["From"] = "整改台帐", "a@example.org"
    made.set_content("见附件。")
    made.add_alternative('<p>见附件</p><img src="cid:stamp@example.org">', subtype="html")
    pictures: list[tuple[str, str, str]] = [
        ("inline", "签名.png", ""),
        ("attachment", "公章.png", "<stamp@example.org>"),
        ("attachment", "扫描件.png", "<scan@example.org>"),
    ]
    for way, name, called in pictures:
        told = {"cid": called} if called else {}
        made.add_attachment(b"\x89PNG", maintype="image", subtype="png", disposition=way, filename=name, **told)
    made.add_attachment("落款", disposition="inline", filename="落款.txt")
    made.add_attachment("说明", disposition="attachment", filename="说明.txt")
    made.add_attachment(
        BOOK, maintype="application", subtype="octet-stream", disposition="inline", filename="台帐.xlsx"
    )
    (tmp_path / "a.eml").write_bytes(made.as_bytes())
    assert names(tmp_path) == ["a.eml/扫描件.png", "a.eml/说明.txt", "a.eml/台帐.xlsx"]


def test_an_archive_or_mail_without_files_is_told_wherever_it_lies(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(mail())
    (tmp_path / "b.zip").write_bytes(archive({"空.zip": archive({"夹/": b""}), "信.eml": mail(), "甲.xlsx": BOOK}))
    told = {source.name: source.refusal for source in inbox_sources(tmp_path)}
    empty = ("not-a-workbook", "nothing", ())
    assert told == {"a.eml": empty, "b.zip/空.zip": empty, "b.zip/信.eml": empty, "b.zip/甲.xlsx": None}
    assert all(Path(source.path).is_file() for source in inbox_sources(tmp_path))


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_an_archive_that_holds_too_much_is_refused_as_a_whole(
    depth: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "limits", lambda: replace(limits(), inflated_bytes=30_000))
    data = archive({f"{i}.bin": bytes(10_000) for i in range(4)})
    for _ in range(depth):
        data = archive({"a.xlsx": BOOK, "b.zip": data})
    (tmp_path / "a.zip").write_bytes(data)
    (held,) = intake.files_in([tmp_path / "a.zip"])
    (member,) = unpacking.unpacker_for(os.fsencode(tmp_path))(held)
    assert (member.name, member.refusal and member.refusal[0]) == ("", "limit-inflated")


def sparse(path: Path, size: int) -> Path:
    with path.open("wb") as made:
        made.write(b"PK\x03\x04".ljust(40, b"a"))
        made.truncate(size)
    return path


def test_what_is_larger_than_any_file_may_be_is_never_taken_into_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "read_regular", None)
    sparse(tmp_path / "a.xlsx", 60_000_000)
    (held,) = read_all(inbox_sources(tmp_path), settings_for(), date(2005, 5, 25))
    assert (held.verdict, held.findings[0].code, held.size, len(held.digest)) == (
        "refused",
        "too-large",
        60_000_000,
        64,
    )


def test_an_archive_of_many_gigabytes_is_refused_unopened(tmp_path: Path) -> None:
    (held,) = intake.files_in([sparse(tmp_path / "a.zip", 10_000_000_000)])
    assert containers._is_container(held)
    (member,) = unpacking.unpacker_for(os.fsencode(tmp_path))(held)
    assert (member.name, member.refusal and member.refusal[0]) == ("", "too-large")


@pytest.mark.parametrize(
    ("mail", "code"),
    [
        (b"From: a@example.org\nSubject: x\nContent-Type: text/plain; charset=x-none\n\nhi\n", "not-a-workbook"),
        (b"From: a@example.org\nSubject: x\nContent-Type: multipart/mixed\n\n--B\nhi\n--B--\n", "not-a-workbook"),
    ],
)
def test_mails_that_keep_to_no_rule_are_refused(mail: bytes, code: str, tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(mail)
    (held,) = intake.files_in([tmp_path / "a.eml"])
    (member,) = unpacking.unpacker_for(os.fsencode(tmp_path))(held)
    assert member.refusal and member.refusal[0] == code


@pytest.mark.parametrize("error", [RecursionError, LookupError, AttributeError])
def test_a_mail_over_which_the_parser_stumbles_is_damaged(
    error: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumbles(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(mails, "message_from_bytes", stumbles)
    (tmp_path / "a.eml").write_bytes(b"From: a@example.org\nSubject: x\n\nhi\n")
    (held,) = intake.files_in([tmp_path / "a.eml"])
    (member,) = unpacking.unpacker_for(os.fsencode(tmp_path))(held)
    assert member.refusal and member.refusal[0] == "damaged"


def test_a_fork_leaves_the_spool_to_whom_it_belongs(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    containers._remove(str(tmp_path / "a"), os.getpid() + 1)
    assert (tmp_path / "a").is_dir()
    containers._remove(str(tmp_path / "a"), os.getpid())
    assert not (tmp_path / "a").exists()


def test_a_mail_with_a_byte_mark_or_a_mail_in_base64_is_opened(tmp_path: Path) -> None:
    inner = base64.encodebytes(mail(("乙.xlsx", b"b")))
    outer = b"From: a\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=q\n\n--q\n"
    outer += b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + inner + b"--q--\n"
    (tmp_path / "a.eml").write_bytes(b"\xef\xbb\xbf" + mail(("甲.xlsx", b"a")))
    (tmp_path / "b.eml").write_bytes(outer)
    assert names(tmp_path) == ["a.eml/甲.xlsx", "b.eml/1.eml/乙.xlsx"]


@pytest.mark.parametrize("part", ["Index/Document.iwa", "OFD.xml", "META-INF/MANIFEST.MF", "AndroidManifest.xml"])
def test_the_package_of_another_program_is_one_file(part: str, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(archive({"x.bin": b"x", part: b"y"}))
    assert names(tmp_path) == ["a.zip"]
