"""What a plain xlsx says beside its sheets: their names and parts, shared texts, and which styles make dates."""

from __future__ import annotations

import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from connectors.exports.formats.plain_xml import (
    PRESERVED,
    TRIMMED_TEXT,
    WHOLE_TEXT,
    NotPlain,
    checked,
    checked_head,
    unescaped,
)

_MOST_BYTES = 4 << 20
"""Workbooks, relations and styles of exports take a few KB."""
_TARGETS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_RELATION = re.compile(r"<Relationship ([^<>]*)/>")
_SHEET = re.compile(r"<sheet ([^<>]*)/>")
_ATTRIBUTE = re.compile(r'([\w:]+)="([^"<>]*)"')
_STYLES = re.compile(r"<cellXfs[ >].*?</cellXfs>", re.DOTALL)
_STYLE = re.compile(r"<xf ([^<>]*)>")
_FORMAT = re.compile(r"<numFmt ([^<>]*)/>")
_NUMBER_FORMATS = frozenset({0, 1, 2, 3, 4, 9, 10, 11, 37, 38, 39, 40, 49})
"""Built-in formats that are no date or time (ECMA-376 part 1, 18.8.30)."""
_OWN_NUMBER_FORMAT = re.compile(r"General|[#0?,.%@() _;-]+")
_TEXT_ITEM = re.compile(
    rf"<si><t>{TRIMMED_TEXT}</t></si>\s*|<si><t{PRESERVED}>{WHOLE_TEXT}</t></si>\s*|<si><t/></si>\s*"
)


@dataclass
class PlainBook:
    """An open workbook: its archive, and (name, part) of each sheet."""

    archive: zipfile.ZipFile
    sheets: tuple[tuple[str, str], ...]
    unpacker: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))
    """Unpacks what is looked at next: zlib needs a processor, but not the interpreter."""

    @cached_property
    def texts(self) -> list[str]:
        """The shared texts. Raises `NotPlain`: some are rich."""
        try:
            text = checked(self.archive.read("xl/sharedStrings.xml")).decode()
        except KeyError as error:
            raise NotPlain("no shared texts") from error
        end = text.index("</sst>")
        at = text.index(">", text.index("<sst ")) + 1
        checked_head(text[:at], "sst")
        return _texts_between(text, at, end)

    @cached_property
    def number_styles(self) -> frozenset[int]:
        """Styles under which a number is a number."""
        if "xl/styles.xml" not in self.archive.namelist():
            return frozenset({0})
        text = _small_part(self.archive, "xl/styles.xml")
        own = [_attributes(found) for found in _FORMAT.findall(text)]
        plain = {int(it["numFmtId"]) for it in own if _OWN_NUMBER_FORMAT.fullmatch(it["formatCode"])}
        formats = (_NUMBER_FORMATS - {int(it["numFmtId"]) for it in own}) | plain
        blocks = _STYLES.findall(text)
        if len(blocks) != 1 or len(own) != text.count("<numFmt "):
            raise NotPlain("styles")
        styles = [int(_attributes(found).get("numFmtId", "0")) for found in _STYLE.findall(blocks[0])]
        return frozenset(place for place, number in enumerate(styles) if number in formats)


def plain_book(path: Path) -> PlainBook:
    """Open a workbook. Raises `NotPlain`: hidden sheets, other sheets than tables, parts elsewhere than usual."""
    try:
        archive = zipfile.ZipFile(path)
        names = archive.namelist()
        if len(set(names)) < len(names):
            raise NotPlain("parts of one name")
        return PlainBook(archive, _sheets(archive))
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, LookupError, RuntimeError) as error:
        raise NotPlain(str(error)) from error


def _sheets(archive: zipfile.ZipFile) -> tuple[tuple[str, str], ...]:
    if _relations(archive, "_rels/.rels", "officeDocument") not in (["xl/workbook.xml"], ["/xl/workbook.xml"]):
        raise NotPlain("the workbook lies elsewhere")
    text = _small_part(archive, "xl/workbook.xml")
    checked_head(text[: text.index("<sheets>")], "workbook")
    relations = {it["Id"]: it for it in _all_relations(archive, "xl/_rels/workbook.xml.rels")}
    own = [_attributes(found) for found in _SHEET.findall(text)]
    if not own or len(own) != text.count("<sheet "):
        raise NotPlain("sheets")
    return tuple((unescaped(it["name"]), _part_of(it, relations)) for it in own)


def _part_of(sheet: dict[str, str], relations: dict[str, dict[str, str]]) -> str:
    """The part of a visible sheet of cells."""
    relation = relations[sheet["r:id"]]
    target = relation["Target"]
    if sheet.get("state", "visible") != "visible" or relation["Type"] != f"{_TARGETS}worksheet" or ".." in target:
        raise NotPlain("a sheet that is hidden, or no table")
    return target[1:] if target.startswith("/") else f"xl/{target}"


def _relations(archive: zipfile.ZipFile, part: str, kind: str) -> list[str]:
    return [it["Target"] for it in _all_relations(archive, part) if it["Type"] == _TARGETS + kind]


def _all_relations(archive: zipfile.ZipFile, part: str) -> list[dict[str, str]]:
    text = _small_part(archive, part)
    found = [_attributes(relation) for relation in _RELATION.findall(text)]
    if len(found) != text.count("<Relationship "):
        raise NotPlain(part)
    return found


def _small_part(archive: zipfile.ZipFile, name: str) -> str:
    if archive.getinfo(name).file_size > _MOST_BYTES:
        raise NotPlain(f"{name} is large")
    text = archive.read(name).decode("utf-8-sig")
    if "<!" in text:
        raise NotPlain(f"{name}: declarations or comments")
    return text


def _attributes(text: str) -> dict[str, str]:
    return dict(_ATTRIBUTE.findall(text))


def _texts_between(text: str, at: int, end: int) -> list[str]:
    texts = list[str]()
    while at < end:
        found = _TEXT_ITEM.match(text, at, end)
        if found is None:
            raise NotPlain("rich text")
        texts.append(unescaped(found[1] or found[2] or ""))
        at = found.end()
    return texts
