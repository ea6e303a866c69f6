"""Which format a file really has: told by its bytes, never by its name."""

from __future__ import annotations

import codecs
import re
import zipfile
from pathlib import Path

from connectors.errors import Unreadable

HEAD_BYTES = 64 << 10
_A_MAIL = "đây là cả một thư điện tử. Hãy mở thư, lưu tệp đính kèm ra rồi nộp tệp ấy."
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BIFF = (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")
_OTHERS = {
    b"%PDF": "tệp PDF; hãy nộp vào mục tài liệu, không phải mục dữ liệu một cửa",
    b"\x89PNG": "ảnh PNG, không phải bảng tính; hãy nộp tệp Excel, ODS, CSV do phần mềm xuất ra",
    b"\xff\xd8\xff": "ảnh JPEG, không phải bảng tính; hãy nộp tệp Excel, ODS, CSV do phần mềm xuất ra",
    b"Rar!": "tệp nén RAR; hãy giải nén rồi nộp bảng bên trong",
    b"7z\xbc\xaf": "tệp nén 7z; hãy giải nén rồi nộp bảng bên trong",
    b"{\\rtf": "tệp văn bản RTF, không phải bảng tính; hãy nộp tệp Excel, ODS, CSV do phần mềm xuất ra",
    b"\x00\x01\x00\x00Stan": "cơ sở dữ liệu Access; hãy mở bằng Access, xuất bảng ra Excel rồi nộp",
}
_MAIL = re.compile(
    r"(?:[a-z][a-z-]*: [^\n]*\n(?:[ \t]+[^\n]*\n)*)*?(?:received|return-path|delivered-to|from): [^\n]*@", re.I
)


def format_of(path: Path) -> str:
    """xlsx | xlsb | xls | ods | spreadsheetml | html | json | delimited, or what wraps tables: gzip | zip.

    Raises:
        Unreadable: empty, password-protected, a truncated zip, or another kind of file.
    """
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if not head.strip(b"\x00 \r\n\t"):
        raise Unreadable("tệp rỗng, không có dữ liệu. Hãy xuất lại từ phần mềm một cửa.")
    if head.startswith(b"PK"):
        return _zip_format(path)
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith(_OLE):
        return _ole_format(path)
    if head.startswith(_BIFF) and head[2:4] in (b"\x08\x00", b"\x06\x00", b"\x04\x00", b"\x10\x00"):
        return "xls"
    for magic, sentence in _OTHERS.items():
        if head.startswith(magic):
            raise Unreadable(f"đây là {sentence}.")
    return _text_format(head)


def _zip_format(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = {info.filename for info in archive.infolist()}
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise Unreadable("tệp Excel bị cắt cụt hoặc hỏng (không mở được gói nén). Hãy xuất hoặc tải lại.") from error
    if any(name.startswith("xl/workbook") for name in names):
        return "xlsb" if "xl/workbook.bin" in names else "xlsx"
    if "content.xml" in names:
        return "ods"
    if any(name.endswith(".iwa") for name in names):
        raise Unreadable("đây là tệp Numbers của Apple. Hãy mở bằng Numbers, xuất ra Excel rồi nộp.")
    if any(name.startswith("word/") for name in names):
        raise Unreadable("đây là tệp Word, không phải bảng tính. Hãy nộp tệp Excel, ODS, CSV do phần mềm xuất ra.")
    return "zip"


def _ole_format(path: Path) -> str:
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise Unreadable(
            "tệp Excel có mật khẩu. Hãy mở bằng Excel, bỏ mật khẩu (Tệp > Thông tin > Bảo vệ), rồi nộp lại."
        )
    if "Workbook".encode("utf-16-le") in content or "Book".encode("utf-16-le") in content:
        return "xls"
    if "WordDocument".encode("utf-16-le") in content:
        raise Unreadable("đây là tệp Word, không phải bảng tính. Hãy nộp tệp Excel, ODS, CSV do phần mềm xuất ra.")
    if "__substg1.0_".encode("utf-16-le") in content:
        raise Unreadable(_A_MAIL)
    raise Unreadable("tệp kiểu Office cũ bị cắt cụt hoặc không chứa bảng tính. Hãy xuất hoặc tải lại.")


def _text_format(head: bytes) -> str:
    text = readable_head(head).lstrip("\ufeff \r\n\t")
    lowered = text[:4096].lower()
    if lowered.startswith("<"):
        return _markup_format(lowered)
    if _MAIL.match(text[:4096].replace("\r", "")):
        raise Unreadable(_A_MAIL)
    if lowered.startswith("mime-version:") or "content-type: multipart/related" in lowered:
        raise Unreadable("đây là trang web lưu một tệp (.mht). Hãy mở bằng Excel và lưu lại thành .xlsx.")
    return "json" if lowered.startswith(("{", "[")) else "delimited"


def _markup_format(lowered: str) -> str:
    if "urn:schemas-microsoft-com:office:spreadsheet" in lowered and "<html" not in lowered:
        return "spreadsheetml"
    if lowered.startswith("<?xml") and not any(tag in lowered for tag in ("<html", "<table", "<tr", "<body")):
        raise Unreadable(
            "đây là tệp XML không phải bảng tính. Hãy xuất lại dạng Excel, ODS, CSV, hoặc JSON của bản tin."
        )
    return "html"


def readable_head(head: bytes) -> str:
    """The head of a text file, decoded well enough to recognise its markup."""
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if head.startswith(mark):
            return head.decode(encoding, errors="replace")
    if head[1:2] == b"\x00" and head[3:4] == b"\x00":
        return head.decode("utf-16-le", errors="replace")
    if head[:1] == b"\x00" and head[2:3] == b"\x00":
        return head.decode("utf-16-be", errors="replace")
    return head.decode("utf-8", errors="replace")
