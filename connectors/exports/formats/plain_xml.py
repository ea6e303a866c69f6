"""XML as plain as programs write it, looked at by patterns: what a pattern does not know raises `NotPlain`."""

from __future__ import annotations

import re

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

TRIMMED_TEXT, WHOLE_TEXT = r"(?!\s)([^<]*)(?<!\s)", "([^<]*)"
"""calamine trims a text unless its spaces are to be preserved; a text that has some to trim is not plain."""
PRESERVED = ' xml:space="preserve"'

_ENTITY = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#x([0-9a-fA-F]{1,6}));|&")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_ESCAPED = re.compile(rb"_x[0-9a-fA-F]{4}_")
_DECLARED = re.compile(r'<\?xml version="1\.0"(?: encoding="(?:UTF|utf)-8")?(?: standalone="(?:yes|no)")? ?\?>\s*')


class NotPlain(Exception):
    """This reader does not know what it sees; another one has to read the file."""


def checked(xml: bytes) -> bytes:
    """The same, if it needs no treatment of line ends and escapes. Raises `NotPlain`."""
    if b"\r" in xml or (b"_" in xml and _ESCAPED.search(xml)):
        raise NotPlain("line ends or escapes")
    return xml


def checked_head(text: str, root: str) -> str:
    """The beginning of a part, if it is UTF-8 with this root element in the main namespace, without declarations of
    its own and comments. Raises `NotPlain`."""
    text = text.removeprefix("\ufeff")
    declared = _DECLARED.match(text)
    opened = text[declared.end() if declared else 0 :]
    if "<!" in text or "<mc:" in text or not opened.startswith(f"<{root} ") or f' xmlns="{MAIN}"' not in opened:
        raise NotPlain(f"head of {root}")
    return text


def unescaped(text: str) -> str:
    """A text with its entities resolved. Raises `NotPlain`: unknown ones, or such as trimming would see."""
    if "&" not in text:
        return text
    plain = _ENTITY.sub(_sign, text)
    if plain != plain.strip():
        raise NotPlain("spaces as entities")
    return checked(plain.encode()).decode()


def _sign(found: re.Match[str]) -> str:
    name, decimal, hexadecimal = found.groups()
    if name:
        return _NAMED[name]
    if not (decimal or hexadecimal):
        raise NotPlain("an unknown entity")
    return chr(int(decimal) if decimal else int(hexadecimal, 16))
