"""The names of downloads: as given, and never anything but a name."""

from __future__ import annotations

import pytest
from appbuilder_assistants._files.names import disposition_name, safe_name
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ("", ""),
        ("attachment", ""),
        ("attachment; filename=a.txt", "a.txt"),
        ("attachment;filename = a.txt ; x=y", "a.txt"),
        ('attachment; filename="a b;c.txt"', "a b;c.txt"),
        (r'attachment; filename="说\"明\\.txt"', r'说"明\.txt'),
        ('attachment; FileName="说明.txt"', "说明.txt"),
        ('attachment; filename=""', ""),
        ("attachment; filename=100%25.txt", "100%25.txt"),
        ("attachment; filename=x; filename*=UTF-8''%E8%AF%B4.txt", "说.txt"),
        ("attachment; filename*=utf-8'zh'%E8%AF%B4.txt; filename=x", "说.txt"),
        ("attachment; filename*=ISO-8859-1''%A3.txt", "£.txt"),
        ("attachment; filename*=UTF-8''%FF; filename=x", "x"),
        ("attachment; filename*=klingon''x; filename=y", "y"),
        ("attachment; filename*=x; filename=y", "y"),
        ('attachment; xfilename="no"; filename="yes"', "yes"),
        ('attachment; a="; filename=no"; filename=yes', "yes"),
        ("attachment; filename=first; filename=second", "first"),
        ('attachment; filename="unended', '"unended'),
    ],
)
def test_disposition_names(disposition: str, name: str) -> None:
    """`filename*` before `filename`, quoted or not; what cannot be read is passed over."""
    assert disposition_name(disposition) == name


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("a.txt", "a.txt"),
        ('说 "明" 书.txt', '说 "明" 书.txt'),
        ("文件\u3000名.txt", "文件\u3000名.txt"),
        (".env", ".env"),
        ("a:b?.txt", "a:b?.txt"),
        ("../../etc/passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("C:\\b.txt", "b.txt"),
        ("a/", "file-1"),
        ("", "file-1"),
        (".", "file-1"),
        ("..", "file-1"),
        (" .. ", "file-1"),
        ("a\x00b\r\n\x1b[2Jc", "a_b___[2Jc"),
        ("gpj\u202eexe.txt", "gpj_exe.txt"),
        ("a\ud800", "a_"),
        (" a.txt ", "a.txt"),
    ],
)
def test_safe_names(given_name: str, name: str) -> None:
    """As given if that is harmless; never a path, a control character or nothing."""
    assert safe_name(given_name, fallback="file-1") == name


@pytest.mark.parametrize(
    ("given_name", "name"),
    [("a:b?.txt", "a_b_.txt"), ("nul.txt", "_nul.txt"), ("COM1", "_COM1"), ("a. .", "a")],
)
def test_safe_names_on_windows(given_name: str, name: str) -> None:
    """Where devices and streams hide behind names, those are changed, too."""
    assert safe_name(given_name, fallback="file-1", windows=True) == name


@pytest.mark.parametrize("fallback", ["", "..", "../x/..", "\x00/"])
def test_the_fallback_is_made_safe_as_well(fallback: str) -> None:
    """A file's id comes from the caller, who may have it from anywhere."""
    assert safe_name("..", fallback=fallback) == "file"


def test_long_names_keep_their_suffix() -> None:
    """255 bytes, cut between characters."""
    name = safe_name("说" * 200 + ".txt", fallback="x")

    assert name == "说" * 83 + ".txt"
    assert len(name.encode()) == 253
    assert safe_name("a" * 300, fallback="x") == "a" * 255
    assert safe_name("a." + "b" * 300, fallback="x") == ("a." + "b" * 300)[:255]


@given(given_name=st.text(), fallback=st.text(), windows=st.booleans())
def test_any_name_is_one_file_in_the_folder(given_name: str, fallback: str, windows: bool) -> None:
    """For any name."""
    name = safe_name(given_name, fallback=fallback, windows=windows)

    assert name not in ("", ".", "..")
    assert not set(name) & set("/\\\x00\r\n")
    assert 0 < len(name.encode()) <= 255
