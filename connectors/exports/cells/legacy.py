"""Text typed for the old fonts: TCVN3 (.VnTime) and VNI, told apart by which reading gives Vietnamese syllables; and
UTF-8 that Excel opened as Windows text and saved so ("MÃ£ há»“ sÆ¡").

Both put Vietnamese letters on Western code points, so "Hå s¬" (TCVN3) and "Hoà sô" (VNI) mean "Hồ sơ". TCVN3's capital
fonts (.VnTimeH) hold small letters; those stay small, because the font is not in the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from connectors.exports.cells.grids import Cells, Grid

_TCVN3 = dict(
    zip(
        "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\u00adõøö÷ùúýûüþ¡¢£¤¥¦§",
        "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂÊÔƠƯĐ",
        strict=True,
    )
)
_VNI_MARKS = {
    **dict(zip("øùûõï", "\u0300\u0301\u0309\u0303\u0323", strict=True)),
    "â": "\u0302",
    "à": "\u0302\u0300",
    "á": "\u0302\u0301",
    "å": "\u0302\u0309",
    "ã": "\u0302\u0303",
    "ä": "\u0302\u0323",
    "ê": "\u0306",
    "è": "\u0306\u0300",
    "é": "\u0306\u0301",
    "ú": "\u0306\u0309",
    "ü": "\u0306\u0303",
    "ë": "\u0306\u0323",
}
_VNI_LETTERS = {"ñ": "đ", "ô": "ơ", "ö": "ư", "î": "ỵ", "æ": "ỉ", "ó": "ĩ", "ò": "ị"}
_VNI_PAIR = re.compile("([aeouyôöAEOUYÔÖ])([øùûõïâàáåãäêèéúüëØÙÛÕÏÂÀÁÅÃÄÊÈÉÚÜË])|([ñôöîæóòÑÔÖÎÆÓÒ])")
_WESTERN = re.compile("[\u0080-\u00ff]")
_MODERN = re.compile("[\u0100-\u1eff]")
_NEVER_MODERN = re.compile("[µ¸¶·¹¨»¾¼½Æ©ÇËÎÏÑ®Ö×ØÜÞßäåæçëîïñö÷øûüþ«¬ª¡¢£¤¥¦§]")
"""Western signs that modern Vietnamese text does not use; some (°, §, ©) may stand in it by chance."""
_WORD = re.compile(r"[^\W\d_]+")
_SYLLABLE = re.compile(
    "(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdđghklmnpqrstvx])?[aăâeêioôơuưy]{1,3}(?:ch|ng|nh|[cmnpt])?"
)
_TONES = dict.fromkeys(map(ord, "\u0300\u0301\u0303\u0309\u0323"))


@dataclass(frozen=True, slots=True)
class OldFont:
    """An old encoding: its name, and how its text is read."""

    name: str
    read: Callable[[str], str]
    how: str = "gõ bằng phông cũ"
    advice: str = "hãy đối chiếu chữ hoa"


def _read_tcvn3(text: str) -> str:
    return "".join(_TCVN3.get(sign, sign) for sign in text)


def _read_vni(text: str) -> str:
    return unicodedata.normalize("NFC", _VNI_PAIR.sub(_vni_letter, text))


def _vni_letter(found: re.Match[str]) -> str:
    base, mark, alone = found.groups()
    letter = base or alone
    small = _VNI_LETTERS.get(letter.lower(), letter.lower())
    whole = small + (_VNI_MARKS[mark.lower()] if mark else "")
    return whole.upper() if letter.isupper() else whole


_CELLS_OF_OLD_ROW = 3
TCVN3 = OldFont("TCVN3", _read_tcvn3)
VNI = OldFont("VNI", _read_vni)


def _bytes_by_sign(codec: str) -> dict[int, int]:
    """Code point -> byte of a Windows code page; bytes that it leaves out are what Windows makes of them."""
    signs = (bytes([byte]).decode(codec, "ignore") or chr(byte) for byte in range(256))
    return {ord(sign): byte for byte, sign in enumerate(signs)}


def _read_as_utf8(signs: dict[int, int], text: str) -> str:
    """The text whose UTF-8 was taken for that of a code page; the same text where it was not."""
    try:
        return bytes(signs[ord(sign)] for sign in text).decode("utf-8")
    except (KeyError, UnicodeDecodeError):
        return text


_MISTAKEN = tuple(
    OldFont(
        f"UTF-8 thành {codec}",
        partial(_read_as_utf8, _bytes_by_sign(codec)),
        "bị mở sai bảng mã",
        "hãy nộp thẳng tệp do phần mềm xuất ra",
    )
    for codec in ("cp1252", "cp1258")
)
_MISTAKEN_SIGNS = re.compile("[ÃÄÆĂ][\u0080-\u02dc\u2013-\u2122]|á[º»]")


def _mistaken_of(texts: Sequence[str]) -> OldFont | None:
    """The code page for which the UTF-8 of these texts was taken, or None."""
    suspects = [text for text in texts if _MISTAKEN_SIGNS.search(text)]
    if 2 * len(suspects) < len(texts) or not suspects:
        return None
    read = max(_MISTAKEN, key=lambda font: sum(font.read(text) != text for text in suspects))
    return read if 2 * sum(read.read(text) != text for text in suspects) > len(suspects) else None


def looks_mistaken(texts: Iterable[str]) -> bool:
    """Whether words show UTF-8 that was opened in another code page."""
    return sum(1 for text in texts if _MISTAKEN_SIGNS.search(text)) > 1


def old_font_of(texts: Iterable[str]) -> OldFont | None:
    """The old encoding in which these texts are written, or None for modern ones."""
    suspects = [text for text in texts if _NEVER_MODERN.search(text) and not _MODERN.search(text)]
    if not suspects:
        return None
    plain = _vietnamese_share(suspects)
    best = max((TCVN3, VNI), key=lambda font: _vietnamese_share(map(font.read, suspects)))
    share = _vietnamese_share(map(best.read, suspects))
    return best if share >= 0.8 and share > plain + 0.1 else None


def _vietnamese_share(texts: Iterable[str]) -> float:
    """The share of words with marks that are possible Vietnamese syllables."""
    words = [word for text in texts for word in _WORD.findall(text.replace("\u00ad", "")) if not word.isascii()]
    return sum(1 for word in words if _is_syllable(word)) / len(words) if words else 0.0


def _is_syllable(word: str) -> bool:
    marks = unicodedata.normalize("NFD", word.lower())
    tones = sum(1 for mark in marks if ord(mark) in _TONES)
    return tones <= 1 and _SYLLABLE.fullmatch(unicodedata.normalize("NFC", marks.translate(_TONES))) is not None


def modernised(grid: Grid) -> tuple[Grid, OldFont | None, list[int]]:
    """The grid in modern text, the old font found (None: nothing changed), and rows touched, filled while reading."""
    texts = [cell for row in grid.head for cell in row if isinstance(cell, str) and not cell.isascii()]
    touched: list[int] = []
    if mistaken := _mistaken_of(texts):
        rows = _rows_read_again([*grid.head], 1, mistaken, touched)
        rest = _rows_read_again(grid.rest, len(grid.head) + 1, mistaken, touched)
        return replace(grid, head=list(rows), rest=rest), mistaken, touched
    font = old_font_of(texts)
    if font is None:
        return grid, None, touched
    whole_file = not any(_MODERN.search(text) for text in texts)
    head = list(_modern_rows(grid.head, 1, font, whole_file, touched))
    rest = _modern_rows(grid.rest, len(head) + 1, font, whole_file, touched)
    above = tuple(font.read(text) for text in grid.above)
    return replace(grid, head=head, rest=rest, above=above), font, touched


def suspects_in(columns: Sequence[list[Any]]) -> set[str]:
    """Values that might have been typed for an old font; each is looked at once."""
    return {text for column in columns for text in _suspects(column)}


def modern_columns(
    columns: Sequence[list[Any]], suspects: set[str]
) -> tuple[OldFont | None, list[list[Any]], list[int]]:
    """The same for what was read of a sheet whose first rows are modern: font, columns, positions of touched rows.

    Only whole values are looked at, each once: a register repeats the same few thousand words.
    """
    font = old_font_of(suspects)
    if font is None:
        return None, list(columns), []
    modern = {text: font.read(text) for text in suspects}
    touched = {place for column in columns for place, value in enumerate(column) if value in modern}
    return font, [[modern.get(value, value) for value in column] for column in columns], sorted(touched)


def _suspects(column: Sequence[Any]) -> Iterator[str]:
    texts = [value for value in column if type(value) is str]
    if "".join(texts).isascii():
        return
    for value in set(texts):
        if not value.isascii() and _NEVER_MODERN.search(value) and not _MODERN.search(value):
            yield value


def readings_of(text: str) -> list[str]:
    """What a text would say if it were typed for one of the old fonts; none for modern text."""
    return [font.read(text) for font in (TCVN3, VNI)] if _WESTERN.search(text) and not _MODERN.search(text) else []


def _rows_read_again(rows: Iterable[Cells], first: int, font: OldFont, touched: list[int]) -> Iterator[Cells]:
    for number, row in enumerate(rows, start=first):
        again = [font.read(cell) if isinstance(cell, str) and not cell.isascii() else cell for cell in row]
        if again != row:
            touched.append(number)
        yield again


def _modern_rows(
    rows: Iterable[Cells], first: int, font: OldFont, whole_file: bool, touched: list[int]
) -> Iterator[Cells]:
    for number, row in enumerate(rows, start=first):
        whole_row = whole_file or _is_old(row)
        modern = [_modern_cell(cell, font, whole_row) for cell in row]
        if modern != row:
            touched.append(number)
        yield modern


def _is_old(row: Cells) -> bool:
    """Whether a row was typed in the old font, as a header may be above modern rows: several of its cells cannot be
    modern, and none must be."""
    texts = [cell for cell in row if isinstance(cell, str) and not cell.isascii()]
    never = sum(1 for text in texts if _NEVER_MODERN.search(text))
    return never >= _CELLS_OF_OLD_ROW and not any(map(_MODERN.search, texts))


def _modern_cell(cell: Any, font: OldFont, whole: bool) -> Any:
    """In a row of both kinds only cells that cannot be modern are converted: "cá" may be "cá" or, in TCVN3, "cỏ"."""
    if not isinstance(cell, str) or not _WESTERN.search(cell) or _MODERN.search(cell):
        return cell
    return font.read(cell) if whole or _NEVER_MODERN.search(cell) else cell


def touched_sentence(sheet: str, font: OldFont, rows: list[int]) -> str:
    """A warning that names the rows converted."""
    shown = ", ".join(map(str, rows[:10])) + (f" và {len(rows) - 10} dòng khác" if len(rows) > 10 else "")
    done = f'trang "{sheet}" {font.how} {font.name}, đã chuyển sang Unicode ở các dòng {shown}'
    return f"{done}; {font.advice}"
