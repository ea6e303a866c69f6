"""The file as pyHanko reads it: one snapshot per signed end, and the signature fields inside.

A snapshot is opened over the first `end` bytes and nothing else, so that it cannot see what was appended later.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.decode_limits import DecodeLimits
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader

from ocr.budget import OutOfTime
from ocr.signatures.gate import CAPS, BadStructure, SignedRange, signed_range, with_header_first

Ref = tuple[int, int]
"""Object number and generation."""

Location = tuple[int, int, int]
"""Where an object's bytes lie: file offset, or offset of its object stream with the index in it; -1 is "nowhere"."""

_NOWHERE = (-1, -1, -1)
_STRINGS = (generic.TextStringObject, generic.ByteStringObject)


class PasswordNeeded(Exception):
    """The file opens with a password only."""


class TooManyFields(Exception):
    """The form has more fields than we look at."""


@dataclass(slots=True)
class Snapshot:
    """The document as its first `end` bytes describe it."""

    reader: PdfFileReader
    end: int
    tolerant: bool = False
    known: dict[tuple[Ref, Location], Any] = field(default_factory=dict)
    """Objects read before, by place: signature values are long hexadecimal texts, slow to read again and again."""
    _locations: dict[Ref, Location] | None = field(default=None)

    @classmethod
    def of(cls, data: bytes, end: int | None = None) -> Snapshot:
        """Open strictly, and if that fails once more tolerantly.

        Raises:
            PasswordNeeded, or whatever the library raises on a file it cannot read.
        """
        content = with_header_first(data if end is None or end == len(data) else data[:end])
        try:
            return cls(_opened(content, strict=True), len(content))
        except (PasswordNeeded, OutOfTime):
            raise
        except Exception:  # noqa: BLE001 - any complaint of the strict reader leads to the tolerant one
            return cls(_opened(content, strict=False), len(content), tolerant=True)

    @property
    def root(self) -> generic.DictionaryObject:
        """The document catalog."""
        root = self.reader.root
        if not isinstance(root, generic.DictionaryObject):
            raise PdfReadError("the catalog is no dictionary")
        return root

    @property
    def section_starts(self) -> list[int]:
        """Offsets of the cross-reference sections, oldest first."""
        xrefs = self.reader.xrefs
        return [xrefs.get_startxref_for_revision(n) for n in range(xrefs.total_revisions)]

    @property
    def locations(self) -> dict[Ref, Location]:
        """Where each object's current version lies."""
        if self._locations is None:
            self._locations = _current_locations(self.reader)
        return self._locations

    def location(self, ref: Ref) -> Location:
        """Where this object lies; nowhere if it does not exist."""
        return self.locations.get(ref, _NOWHERE)

    def object_at(self, ref: Ref) -> Any:
        """The object, or a null object where it does not exist (ISO 32000-1, 7.3.10)."""
        place = self.location(ref)
        if place == _NOWHERE:
            return generic.NullObject()
        if (ref, place) in self.known:
            return self.known[(ref, place)]
        try:
            return self.reader.get_object(generic.Reference(ref[0], ref[1], self.reader))
        except PdfReadError:
            if self.tolerant:
                raise
        self._relax()
        return self.reader.get_object(generic.Reference(ref[0], ref[1], self.reader))

    def _relax(self) -> None:
        """Read on tolerantly: the strict reader opened the file and then found fault with an object."""
        self.reader = _opened(self.reader.stream.getvalue(), strict=False)
        self.tolerant = True

    def resolved(self, value: Any) -> Any:
        """Follow references until a direct object; at most eight, more is a loop."""
        for _ in range(8):
            if not isinstance(value, generic.IndirectObject):
                return value
            value = self.object_at((value.idnum, value.generation))
        return generic.NullObject()

    def entry(self, container: Any, key: str) -> Any:
        """`container[key]` resolved; a null object where there is none."""
        if not isinstance(container, generic.DictionaryObject) or key not in container:
            return generic.NullObject()
        return self.resolved(container.raw_get(key))


def _opened(content: bytes, *, strict: bool) -> PdfFileReader:
    reader = PdfFileReader(BytesIO(content), strict=strict, decode_limits=DecodeLimits())
    if reader.encrypted:
        _unlock(reader)
    if strict and reader.xrefs.hybrid_xrefs_present:
        raise PdfReadError("hybrid references are read tolerantly")
    _ = reader.root
    return reader


def _unlock(reader: PdfFileReader) -> None:
    from pyhanko.pdf_utils.crypt import AuthStatus

    try:
        status = reader.decrypt(b"").status
    except OutOfTime:
        raise
    except Exception as error:
        raise PasswordNeeded(str(error)) from error
    if status == AuthStatus.FAILED:
        raise PasswordNeeded("the empty password does not open it")


def _current_locations(reader: PdfFileReader) -> dict[Ref, Location]:
    """Replay the cross-reference sections from the oldest on."""
    xrefs = reader.xrefs
    plain: dict[Ref, Location] = {}
    packed: dict[Ref, Any] = {}
    for number in range(xrefs.total_revisions):
        section = xrefs.get_xref_data(number)
        layers = [section.hybrid.xref_data, section] if section.hybrid else [section]
        for layer in layers:
            _replay(layer, plain, packed)
    for ref, place in packed.items():
        container = plain.get((place.obj_stream_id, 0), _NOWHERE)
        plain[ref] = (container[0], place.obj_stream_id, place.ix_in_stream)
    return plain


def _replay(section: Any, plain: dict[Ref, Location], packed: dict[Ref, Any]) -> None:
    for number, generation in section.freed.items():
        for past in {generation - 1, generation}:
            plain.pop((number, past), None)
            packed.pop((number, past), None)
    for number, (generation, offset) in section.standard_xrefs.items():
        plain[(number, generation)] = (offset, -1, -1)
        packed.pop((number, generation), None)
    for number, place in section.xrefs_in_objstm.items():
        packed[(number, 0)] = place


@dataclass(frozen=True, slots=True)
class FilledField:
    """A signature field with a value. `problem` says why its value cannot be a signature over this file."""

    name: str
    dictionary: Any
    value: Any
    signed: SignedRange | None
    problem: BadStructure | None = None

    @property
    def subfilter(self) -> str:
        """Name of the encoding, without the slash."""
        return _name(self.value, "/SubFilter")

    @property
    def place(self) -> Ref | None:
        """Object number of the value; None for a value that stands in the field itself."""
        raw = self.dictionary.raw_get("/V")
        return (raw.idnum, raw.generation) if isinstance(raw, generic.IndirectObject) else None

    @property
    def is_document_timestamp(self) -> bool:
        """The value is a time stamp over the document and nobody's signature."""
        return self.subfilter == "ETSI.RFC3161" or _name(self.value, "/Type") == "DocTimeStamp"

    @property
    def contents(self) -> bytes:
        """The raw signature value, padding included; empty where there is none."""
        return contents_of(self.value)

    @property
    def certificates(self) -> list[bytes]:
        """The certificates beside a value that carries none itself (/Cert): one, or the signer's and its issuers'."""
        given = self.value.raw_get("/Cert", decrypt=generic.EncryptedObjAccess.RAW) if "/Cert" in self.value else None
        several = [given.raw_get(n) for n in range(len(given))] if isinstance(given, generic.ArrayObject) else [given]
        return [bytes(one.original_bytes) for one in several if isinstance(one, _STRINGS)]


def filled_fields(data: bytes, snapshot: Snapshot) -> list[FilledField]:
    """Every signature field with a value, in order of signed ends."""
    found = _with_values(data, snapshot, form_fields(snapshot))
    found = found or _with_values(data, snapshot, page_widgets(snapshot))
    return sorted(found, key=lambda item: item.signed.end if item.signed else len(data))


def _with_values(data: bytes, snapshot: Snapshot, nodes: Iterable[tuple[str, Any]]) -> list[FilledField]:
    signatures = [(name, node) for name, node in nodes if _field_type(snapshot, node) == "/Sig"]
    values = [(name, node, snapshot.entry(node, "/V")) for name, node in signatures]
    return [
        _filled(data, name, node, value, snapshot)
        for name, node, value in values
        if isinstance(value, generic.DictionaryObject)
    ]


def page_widgets(snapshot: Snapshot) -> Iterator[tuple[str, Any]]:
    """Name and dictionary of the annotations of every page: some tools forget to list their fields in the form.

    Stops after CAPS.form_fields: a signature beyond is not seen, which never makes a file pass.
    """
    seen: set[int] = set()
    waiting = [snapshot.entry(snapshot.root, "/Pages")]
    count = 0
    while waiting:
        node = snapshot.resolved(waiting.pop())
        if id(node) in seen or not isinstance(node, generic.DictionaryObject):
            continue
        seen.add(id(node))
        waiting.extend(_items(snapshot.entry(node, "/Kids")))
        for item in _items(snapshot.entry(node, "/Annots")):
            widget = snapshot.resolved(item)
            count += 1
            if count > CAPS.form_fields:
                return
            if isinstance(widget, generic.DictionaryObject) and "/FT" in widget:
                yield str(snapshot.entry(widget, "/T")), widget


def has_empty_field(snapshot: Snapshot) -> bool:
    """A signature field waits for a signature."""
    return any(
        _field_type(snapshot, dictionary) == "/Sig"
        and not isinstance(snapshot.entry(dictionary, "/V"), generic.DictionaryObject)
        and not isinstance(snapshot.entry(dictionary, "/Kids"), generic.ArrayObject)
        for _, dictionary in form_fields(snapshot)
    )


def form_fields(snapshot: Snapshot) -> Iterator[tuple[str, Any]]:
    """Qualified name and dictionary of every node of the form tree, each object once.

    Raises:
        TooManyFields: more than CAPS.form_fields.
    """
    seen: set[Ref] = set()
    waiting = [("", item) for item in _items(snapshot.entry(snapshot.entry(snapshot.root, "/AcroForm"), "/Fields"))]
    count = 0
    while waiting:
        prefix, raw = waiting.pop()
        if isinstance(raw, generic.IndirectObject):
            ref = (raw.idnum, raw.generation)
            if ref in seen:
                continue
            seen.add(ref)
        node = snapshot.resolved(raw)
        if not isinstance(node, generic.DictionaryObject):
            continue
        count += 1
        if count > CAPS.form_fields:
            raise TooManyFields(f"more than {CAPS.form_fields} form fields")
        name = ".".join(part for part in (prefix, str(snapshot.entry(node, "/T")) if "/T" in node else "") if part)
        yield name, node
        waiting.extend((name, kid) for kid in _items(snapshot.entry(node, "/Kids")))


def _items(value: Any) -> list[Any]:
    return [value.raw_get(n) for n in range(len(value))] if isinstance(value, generic.ArrayObject) else []


def _field_type(snapshot: Snapshot, dictionary: Any) -> str:
    """The field's own or inherited type."""
    node = dictionary
    for _ in range(32):
        if not isinstance(node, generic.DictionaryObject):
            break
        if "/FT" in node:
            return str(snapshot.entry(node, "/FT"))
        node = snapshot.entry(node, "/Parent")
    return ""


def _filled(data: bytes, name: str, dictionary: Any, value: Any, snapshot: Snapshot) -> FilledField:
    byte_range = snapshot.entry(value, "/ByteRange")
    plain = [snapshot.resolved(item) for item in _items(byte_range)]
    signed = signed_range(data, plain, contents_of(value))
    if isinstance(signed, BadStructure):
        return FilledField(name, dictionary, value, None, signed)
    return FilledField(name, dictionary, value, signed)


def contents_of(value: Any) -> bytes:
    """The raw /Contents of a signature dictionary, never decrypted; empty where it is no string."""
    if "/Contents" not in value:
        return b""
    raw = value.raw_get("/Contents", decrypt=generic.EncryptedObjAccess.RAW)
    return bytes(raw.original_bytes) if isinstance(raw, _STRINGS) else b""


def _name(dictionary: Any, key: str) -> str:
    value = dictionary.raw_get(key) if key in dictionary else ""
    return str(value).lstrip("/")
