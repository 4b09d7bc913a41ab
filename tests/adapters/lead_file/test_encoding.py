"""Bytes become the characters their writer meant, or the reader is told."""

import io
from pathlib import Path

import pytest

from adapters.lead_file.encoding import CHUNK_BYTES, detect
from engine.errors import FollowupError

HEADER = "Email,Name\n"
TEXT = HEADER + "zoe@example.com,Zoë Müller\n"
WHERE = Path("leads.csv")


@pytest.mark.parametrize(
    ("content", "name", "codec"),
    [
        pytest.param(TEXT.encode(), "UTF-8", "utf-8", id="utf-8"),
        pytest.param(HEADER.encode(), "UTF-8", "utf-8", id="plain ascii"),
        pytest.param(TEXT.encode("utf-8-sig"), "UTF-8 with BOM", "utf-8", id="utf-8 with mark"),
        pytest.param(TEXT.encode("utf-16-le"), "UTF-16 LE", "utf-16-le", id="utf-16 le without mark"),
        pytest.param(TEXT.encode("utf-16-be"), "UTF-16 BE", "utf-16-be", id="utf-16 be without mark"),
        pytest.param(b"\xff\xfe" + TEXT.encode("utf-16-le"), "UTF-16 LE with BOM", "utf-16-le", id="utf-16 le"),
        pytest.param(b"\xfe\xff" + TEXT.encode("utf-16-be"), "UTF-16 BE with BOM", "utf-16-be", id="utf-16 be"),
        pytest.param(TEXT.encode("cp1252"), "Windows-1252", "cp1252", id="windows-1252"),
        pytest.param("€“”;Zoë".encode("cp1252"), "Windows-1252", "cp1252", id="euro and curly quotes"),
        pytest.param(TEXT.encode() * 9 + b"B\xe9la\n", "UTF-8, damaged in places", "utf-8", id="one damaged row"),
    ],
)
def test_the_encoding_is_found_from_the_bytes(content, name, codec):
    """Nobody who exports a file knows its encoding."""
    stream = io.BytesIO(content)
    found = detect(stream, WHERE)
    assert (found.name, found.codec, stream.tell()) == (name, codec, 0)


def test_a_character_cut_by_the_end_of_a_chunk_is_whole():
    """The file is read in pieces, and a piece may end inside a character."""
    content = b"a" * (CHUNK_BYTES - 1) + "ë".encode()
    assert detect(io.BytesIO(content), WHERE).name == "UTF-8"


def test_a_wrong_byte_at_the_far_end_counts():
    """The first page of a file may be ASCII and its last row Windows-1252."""
    content = b"a,b\n" * CHUNK_BYTES + "Zoë".encode("cp1252")
    assert detect(io.BytesIO(content), WHERE).name == "Windows-1252"


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        pytest.param(b"", "CSV003", "empty", id="no byte"),
        pytest.param(b"PK\x03\x04\x14\x00", "CSV002", "Excel workbook (.xlsx)", id="xlsx"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "CSV002", "Excel workbook (.xls)", id="xls"),
        pytest.param(b"\x1f\x8b\x08", "CSV002", "unpack it", id="gzip"),
        pytest.param(b"%PDF-1.7", "CSV002", "PDF", id="pdf"),
        pytest.param(b"\xff\xfe\x00\x00a\x00\x00\x00", "CSV002", "UTF-32", id="utf-32"),
    ],
)
def test_what_is_no_text_is_refused_with_a_cure(content, code, said):
    """The xlsx file itself is the mistake everybody makes once."""
    with pytest.raises(FollowupError) as error:
        detect(io.BytesIO(content), WHERE)
    assert error.value.code == code
    assert said in str(error.value)
    assert error.value.next


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old mac"])
def test_lines_are_counted_for_the_progress_bar(end):
    """A bar that does not know its end is none."""
    assert detect(io.BytesIO(f"a{end}b{end}c{end}".encode()), WHERE).lines == 3
