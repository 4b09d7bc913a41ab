"""Which characters the bytes of a file stand for, found out from the bytes alone."""

import codecs
import re
from pathlib import Path
from typing import BinaryIO, Literal

from adapters.lead_file import faults
from engine.frozen import Frozen

CHUNK_BYTES = 1 << 20
HEAD_BYTES = 4096

EXPORT_AS_CSV = "open it in the program it comes from and save it as CSV"
UNPACK = "unpack it and import the CSV file inside"
MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "an Excel workbook (.xlsx) or another zip archive", EXPORT_AS_CSV),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (.xls)", EXPORT_AS_CSV),
    (b"%PDF-", "a PDF document", EXPORT_AS_CSV),
    (b"\x1f\x8b", "a gzip archive", UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", UNPACK),
    (b"SQLite format 3\x00", "a database", EXPORT_AS_CSV),
    (b"\x89PNG", "a picture", EXPORT_AS_CSV),
    (b"GIF8", "a picture", EXPORT_AS_CSV),
    (b"\xff\xd8\xff", "a picture", EXPORT_AS_CSV),
    (codecs.BOM_UTF32_LE, "text in UTF-32", "save it as UTF-8"),
    (codecs.BOM_UTF32_BE, "text in UTF-32", "save it as UTF-8"),
)

_DAMAGED = re.compile("[\udc80-\udcff]")
_WIDE = re.compile("[^\x00-\x7f\udc80-\udcff]")


class Encoding(Frozen):
    """How to turn the file's bytes into text; bytes that do not fit stay visible in the text as damage."""

    name: str
    """As a person knows it."""
    codec: str
    errors: Literal["surrogateescape", "replace"]
    """UTF-16 has no way to carry a damaged byte along, so there it becomes U+FFFD."""
    skip: int = 0
    """Bytes of the byte order mark."""
    lines: int = 0
    """How many line ends the file has, for a progress bar; not exact for every line-end style."""


def detect(stream: BinaryIO, path: Path) -> Encoding:
    """
    The file's encoding: its byte order mark, else the NUL pattern of UTF-16, else UTF-8, else Windows-1252.

    Reads the whole file once in pieces and leaves the stream at its start.
    Raises: LeadFileInvalid CSV002 when the bytes are no text, CSV003 when there are none.
    """
    head = stream.read(HEAD_BYTES)
    if not head:
        raise faults.empty(path)
    for magic, kind, cure in MAGIC:
        if head.startswith(magic):
            raise faults.no_text(path, kind, cure)
    stream.seek(0)
    found = _by_mark(head) or _by_nul_pattern(head) or _utf_8_or_windows(stream)
    stream.seek(0)
    lines = _line_ends(stream)
    stream.seek(0)
    return found.model_copy(update={"lines": lines})


def _by_mark(head: bytes) -> Encoding | None:
    if head.startswith(codecs.BOM_UTF8):
        return Encoding(name="UTF-8 with BOM", codec="utf-8", errors="surrogateescape", skip=3)
    if head.startswith(codecs.BOM_UTF16_LE):
        return Encoding(name="UTF-16 LE with BOM", codec="utf-16-le", errors="replace", skip=2)
    if head.startswith(codecs.BOM_UTF16_BE):
        return Encoding(name="UTF-16 BE with BOM", codec="utf-16-be", errors="replace", skip=2)
    return None


def _by_nul_pattern(head: bytes) -> Encoding | None:
    """In UTF-16 every Latin letter has a NUL on the same side of it; a header line is full of Latin letters."""
    pairs = len(head) // 2
    first, second = head[0 : pairs * 2 : 2].count(0), head[1 : pairs * 2 : 2].count(0)
    if second > pairs * 0.4 and first < pairs * 0.05:
        return Encoding(name="UTF-16 LE", codec="utf-16-le", errors="replace")
    if first > pairs * 0.4 and second < pairs * 0.05:
        return Encoding(name="UTF-16 BE", codec="utf-16-be", errors="replace")
    return None


def _utf_8_or_windows(stream: BinaryIO) -> Encoding:
    """
    UTF-8 when every byte fits, or when more characters fit than bytes do not: then only damaged rows suffer.

    Text in Windows-1252 hardly ever holds a valid multi-byte sequence of UTF-8, so the two cannot be mistaken.
    """
    wide = damaged = 0
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    while chunk := stream.read(CHUNK_BYTES):
        text = decoder.decode(chunk)
        if not text.isascii():
            wide += len(_WIDE.findall(text))
            damaged += len(_DAMAGED.findall(text))
    damaged += len(_DAMAGED.findall(decoder.decode(b"", final=True)))
    if not damaged:
        return Encoding(name="UTF-8", codec="utf-8", errors="surrogateescape")
    if wide > damaged:
        return Encoding(name="UTF-8, damaged in places", codec="utf-8", errors="surrogateescape")
    return Encoding(name="Windows-1252", codec="cp1252", errors="surrogateescape")


def _line_ends(stream: BinaryIO) -> int:
    feeds = returns = 0
    while chunk := stream.read(CHUNK_BYTES):
        feeds += chunk.count(b"\n")
        returns += chunk.count(b"\r")
    return feeds or returns
