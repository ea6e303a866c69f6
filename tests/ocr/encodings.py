"""Typed PDFs whose letters look right and mean something else: TCVN3 (.VnTime), VNI, letters without meaning."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Callable

from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject

from tests.ocr.layered import written

_TCVN3 = dict(
    zip(
        "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵ",
        "µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊË®ÌÎÏÐÑªÒÓÔÕÖ×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô\xadõö÷øùúûüýþ",
        strict=True,
    )
)
"""Codes of the standard TCVN 5712:1993 (VN3), as Latin-1 letters; capitals are small letters in another font."""
_TONES = "\u0301\u0300\u0309\u0303\u0323"
_VNI = {"": "ùøûõï", "\u0302": "áàåãä", "\u0306": "éèúüë", "\u031b": "ùøûõï"}
_VNI_ALONE = {"\u0302": "â", "\u0306": "ê", "\u031b": ""}
"""VNI writes the mark as a letter of its own behind the vowel: one for a tone, for a circumflex or breve, for both."""


def tcvn3(letter: str) -> str:
    return _TCVN3.get(letter.lower(), letter)


def vni(letter: str) -> str:
    if letter in "đĐ":
        return "ñ" if letter == "đ" else "Ñ"
    base, *marks = unicodedata.normalize("NFD", letter)
    tone = next((mark for mark in marks if mark in _TONES), "")
    shape = next((mark for mark in marks if mark not in _TONES), "")
    if shape == "\u031b":
        base = {"o": "ô", "u": "ö", "O": "Ô", "U": "Ö"}[base]
    return base + (_VNI[shape][_TONES.index(tone)] if tone else _VNI_ALONE.get(shape, ""))


def nothing(_letter: str) -> str:
    return "\ufffd"


def mapped(content: bytes, meaning: Callable[[str], str], font: str = "") -> bytes:
    """The PDF with other meanings given to its letters; `font`: the fonts' new name."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    for page in writer.pages:
        for one in page["/Resources"]["/Font"].get_object().values():
            known = one.get_object()
            if "/ToUnicode" not in known:
                continue
            table = DecodedStreamObject()
            table.set_data(_remapped(known["/ToUnicode"].get_object().get_data(), meaning))
            known[NameObject("/ToUnicode")] = writer._add_object(table)
            if font:
                known[NameObject("/BaseFont")] = NameObject(f"/{font}")
    return written(writer)


def _remapped(table: bytes, meaning: Callable[[str], str]) -> bytes:
    def changed(match: re.Match[bytes]) -> bytes:
        letter = bytes.fromhex(match[2].decode()).decode("utf-16-be")
        return match[1] + b"<" + meaning(letter).encode("utf-16-be").hex().encode() + b">"

    return re.sub(rb"(<[0-9A-F]{2}> )<([0-9A-F]{4})>(?=\n)", changed, table)
