"""Texts in normal form: what is laid aside, what is kept, and how a value is quoted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rectify_xl.normal import as_seen, escaped, inert, is_tidy, key_text, narrow, plain, shown, tidy

# Controls, zero-width, direction and other format characters: nobody types them on purpose.
UNSEEN = {0xAD, 0x34F, 0x61C, 0x180E, 0xFEFF, 0xFE0E, 0xFE0F, *range(0x20), *range(0x7F, 0xA0)}
UNSEEN |= {*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), *range(0x2066, 0x2070)}
TEXTS = st.text(
    alphabet=st.one_of(st.characters(), st.sampled_from(" \u3000\u200b\u00a0Ａ０（\n\r\t\x07甲")), max_size=30
)


@pytest.mark.parametrize(
    ("text", "tidied"),
    [
        ("学习", "学习"),
        ("", ""),
        (" 学习 ", "学习"),
        ("\u3000学习\u00a0", "学习"),
        ("学 习", "学 习"),
        ("学\u200b习\ufeff", "学习"),
        ("学\x07习", "学习"),
        ("学\u202e习", "学习"),
        ("\u200b 学习 \u200b", "学习"),
        ("一\r\n二\r三", "一\n二\n三"),
        ("一\t二", "一\t二"),
        ("ＡＢ（一）", "ＡＢ（一）"),
        (" \u200b ", ""),
    ],
)
def test_tidy(text: str, tidied: str) -> None:
    assert tidy(text) == tidied


@pytest.mark.parametrize(
    ("text", "said"), [("学习", True), ("一\r\n二", True), (" 学习", False), ("学\u200b习", False), ("学习\n", False)]
)
def test_whether_there_is_something_to_tell(text: str, said: bool) -> None:
    assert is_tidy(text) is said


@pytest.mark.parametrize(
    ("text", "narrowed"),
    [("ＡＢｃ０９", "ABc09"), ("（一）：；，", "(一):;,"), ("\u3000", " "), ("、。「」", "、。「」"), ("学习", "学习")],
)
def test_narrow(text: str, narrowed: str) -> None:
    assert narrow(text) == narrowed


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("理论学习", "理论 学习", True),
        ("理论学习", "理论\n学习", True),
        ("理论学习", "理论\u200b学习\u3000", True),
        ("（一）", "(一)", True),
        ("ＫＸ０１", "KX01", True),
        ("kx01", "KX01", False),
        ("理论学习", "理论、学习", False),
        ("台帐", "台账", False),
    ],
)
def test_what_is_equal_in_normal_form(one: str, other: str, equal: bool) -> None:
    assert (key_text(one) == key_text(other)) is equal
    assert (plain(one) == plain(other)) is equal


def test_nothing_has_no_normal_form() -> None:
    assert plain(None) is None


@given(TEXTS)
def test_what_was_laid_aside_stays_so(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)
    assert is_tidy(tidy(text))
    assert narrow(narrow(text)) == narrow(text)
    assert key_text(key_text(text)) == key_text(text) == key_text(tidy(text))


@given(TEXTS)
def test_the_normal_form_has_no_space(text: str) -> None:
    assert not any(character.isspace() for character in key_text(text))
    assert "\u200b" not in key_text(text)


@pytest.mark.parametrize(
    ("value", "quoted"),
    [
        ("2005.5.32", "2005.5.32"),
        ("一\r\n二\n三\r四\u2028五", "一⏎二⏎三⏎四⏎五"),
        ("甲\x07\x1b[31m", "甲\\x07\\x1b[31m"),
        ("甲\u202e乙\u200b", "甲\\u202e乙\\u200b"),
        (12, "12"),
        ("长" * 60, "长" * 60),
        ("长" * 61, "长" * 59 + "…"),
    ],
)
def test_how_a_finding_quotes_a_value(value: object, quoted: str) -> None:
    assert shown(value) == quoted


def test_a_quote_may_be_longer() -> None:
    assert shown("长" * 300, 200) == "长" * 199 + "…"


@given(TEXTS)
def test_a_quote_stands_on_one_line_and_hides_nothing(text: str) -> None:
    quoted = shown(text)
    assert len(quoted.splitlines()) <= 1
    assert not any(ord(character) < 0x20 and character != "\t" for character in quoted)
    assert "\u202e" not in quoted


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("收件/一支部.xlsx", "收件/一支部.xlsx"),
        ("a\nb\t.xlsx", "a\\x0ab\\x09.xlsx"),
        ("a\u202exslx.exe", "a\\u202exslx.exe"),
        ("\udcc4\udce3.xlsx", "\\xc4\\xe3.xlsx"),
        ("a\u2028b", "a\\u2028b"),
        ("\x1b[2J", "\\x1b[2J"),
        ("\x85", "\\x85"),
    ],
)
def test_a_name_is_told_without_doing_anything(name: str, told: str) -> None:
    assert inert(name) == told


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=20))
def test_a_told_name_can_always_be_printed(name: str) -> None:
    inert(name).encode("utf-8")
    assert inert(inert(name)) == inert(name)


@pytest.mark.parametrize(
    ("character", "told"), [("\x07", "\\x07"), ("\xad", "\\xad"), ("\u202e", "\\u202e"), ("\udcff", "\\xff")]
)
def test_escaped(character: str, told: str) -> None:
    assert escaped(character) == told


def test_every_character_is_laid_aside_or_kept_as_it_is_by_itself() -> None:
    wide = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
    for code in (*range(0xD800), *range(0xE000, 0x10000), 0xD83D, 0x1F600, 0x20000, 0xE0001, 0xE0100):
        sign = chr(code)
        is_unseen = code in UNSEEN and sign not in "\t\n\r"
        folded = chr(wide.get(code, code))
        text = f"甲{sign}乙"
        assert narrow(text) == f"甲{folded}乙"
        assert key_text(text) == ("甲乙" if is_unseen or folded.isspace() else f"甲{folded}乙"), hex(code)
        assert tidy(text) == ("甲乙" if is_unseen else f"甲{chr(10) if code == 13 else sign}乙"), hex(code)


@pytest.mark.parametrize(
    ("text", "kind", "seen"),
    [
        ("0.8", "percent", "80%"),
        ("0.125", "percent", "12.5%"),
        ("1", "percent", "100%"),
        ("0", "percent", "0%"),
        ("1.5", "percent", "1.5"),
        ("八成", "percent", "八成"),
        ("nan", "percent", "nan"),
        ("0.8", "text", "0.8"),
    ],
)
def test_a_fraction_is_seen_as_a_percent_in_a_percent_column_alone(text: str, kind: str, seen: str) -> None:
    assert as_seen(text, kind) == seen
