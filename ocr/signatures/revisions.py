"""What one update of a file did: compares two snapshots and names every difference by where it lies.

The comparison walks from the catalog, so it sees what a viewer sees. What is not expressly lawful is forbidden:

| lawful | where |
|---|---|
| security store, metadata, version, extensions | catalog |
| new signature fields with their widgets; a prepared field signed | form, page annotations |
| values and appearances of other fields: recorded as form changes | form |
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pyhanko.pdf_utils import generic

from ocr.signatures.likeness import Edges, Likeness, raw, touched
from ocr.signatures.nodes import (
    DEEPEST,
    annotation_refs,
    draws,
    form_refs,
    identity,
    inherited_entry,
    is_plain,
    is_timestamp,
    is_visible,
    items_of,
    joined_name,
    page_refs,
    trailer_entry,
)
from ocr.signatures.reading import Ref, Snapshot

_FREE_IN_CATALOG = {"/DSS", "/Extensions", "/Version", "/Metadata", "/MarkInfo", "/PieceInfo", "/LastModified"}
_FREE_IN_TRAILER = {
    *("/Root", "/Info", "/Prev", "/Size", "/ID", "/XRefStm", "/Encrypt", "/DocChecksum"),
    *("/Type", "/W", "/Index", "/Length", "/Filter", "/DecodeParms", "/DL"),
}
_STYLE = ("/DA", "/Q")
_REDRAWS_FORM = {*_STYLE, "/NeedAppearances"}
_FREE_IN_PAGE = {"/Annots", "/Kids", "/Parent", "/Tabs", "/PieceInfo", "/LastModified"}
_FREE_WHEN_SIGNED = {"/V", "/AP", "/AS", "/F", "/M", "/MK", "/DA", "/Ff"}
_FREE_WHEN_FILLED = {"/V", "/AP", "/AS", "/I", "/RV", "/M", "/DA", "/MK"}
_READ_ONLY = 1


class Kind(StrEnum):
    """What happened, from harmless to forbidden."""

    EXTENSION = "extension"
    TIMESTAMP = "timestamp"
    EMPTY_FIELD = "empty_field"
    SIGNED_FIELD = "signed_field"
    NEW_SIGNATURE = "new_signature"
    FORM = "form"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `what` is for people, `field` names the form field, `visible` is about new signature fields."""

    kind: Kind
    what: str
    field: str = ""
    visible: bool = False


@dataclass(slots=True)
class Revision:
    """The update that leads from `old` to `new`."""

    old: Snapshot
    new: Snapshot
    edges: Edges
    _found: list[Change] = field(default_factory=list)
    _likeness: Likeness = field(init=False)
    _dirty: set[Ref] = field(default_factory=set)
    _fields: set[Ref] = field(default_factory=set)
    _new_widgets: set[Ref] = field(default_factory=set)

    def changes(self) -> tuple[Change, ...]:
        """Every difference that a viewer could show or that a signature must speak about."""
        self._dirty = touched(self.old, self.new, self.edges)
        self._fields = set(form_refs(self.old)) | set(form_refs(self.new))
        placed = {*self._fields, *page_refs(self.old), *annotation_refs(self.old)}
        self._likeness = Likeness(self.old, self.new, self._dirty, placed)
        if not self._likeness.same(trailer_entry(self.old, "/Encrypt"), trailer_entry(self.new, "/Encrypt")):
            self._forbid("mã hóa của tệp bị đổi")
        self._trailer()
        self._catalog()
        return tuple(dict.fromkeys(self._found))

    def _forbid(self, what: str) -> None:
        self._found.append(Change(Kind.FORBIDDEN, what))

    def _note(self, kind: Kind, what: str, name: str = "", *, visible: bool = False) -> None:
        self._found.append(Change(kind, what, name, visible))

    def _trailer(self) -> None:
        """Private entries of the trailer: no viewer needs them, so none may start to mean something else."""
        for key in sorted(set(self.old.reader.trailer) - _FREE_IN_TRAILER):
            if not self._likeness.same(trailer_entry(self.old, key), trailer_entry(self.new, key)):
                self._forbid(f"mục {key} ở cuối tệp bị đổi")

    def _catalog(self) -> None:
        old, new = self.old.root, self.new.root
        for key in sorted((set(old) | set(new)) - {"/AcroForm", "/Pages"}):
            if self._likeness.same(raw(old, key), raw(new, key)):
                continue
            lawful = key in _FREE_IN_CATALOG or (key == "/StructTreeRoot" and self._structure_grew(old, new))
            if lawful:
                self._note(Kind.EXTENSION, f"mục {key} của tệp")
            else:
                self._forbid(f"mục {key} của tệp bị đổi")
        self._form(self.old.entry(old, "/AcroForm"), self.new.entry(new, "/AcroForm"))
        self._page_node(raw(old, "/Pages"), raw(new, "/Pages"), 0)

    def _structure_grew(self, old: Any, new: Any) -> bool:
        """The structure tree only gained elements, as it does for a new signature field in a tagged file."""
        return "/StructTreeRoot" in old and self._likeness.grown(
            raw(old, "/StructTreeRoot"), raw(new, "/StructTreeRoot")
        )

    # pages -----------------------------------------------------------------------------------------------------

    def _page_node(self, old_raw: Any, new_raw: Any, depth: int) -> None:
        if identity(old_raw) != identity(new_raw) or depth > 64:
            self._forbid("cây trang bị thay")
            return
        if identity(old_raw) is not None and identity(old_raw) not in self._dirty:
            return
        old, new = self.old.resolved(old_raw), self.new.resolved(new_raw)
        if not (is_plain(old) and is_plain(new)):
            self._forbid("cây trang bị hỏng")
            return
        for key in sorted((set(old) | set(new)) - _FREE_IN_PAGE):
            if not self._likeness.same(raw(old, key), raw(new, key)):
                self._forbid(f"nội dung trang bị đổi ({key})")
        self._kids(old, new, depth)
        self._annotations(old, new)

    def _kids(self, old: Any, new: Any, depth: int) -> None:
        before, after = items_of(self.old.entry(old, "/Kids")), items_of(self.new.entry(new, "/Kids"))
        if len(before) != len(after):
            self._forbid("số trang bị đổi")
            return
        for old_kid, new_kid in zip(before, after, strict=True):
            self._page_node(old_kid, new_kid, depth + 1)

    def _annotations(self, old: Any, new: Any) -> None:
        before, after = items_of(self.old.entry(old, "/Annots")), items_of(self.new.entry(new, "/Annots"))
        pairs, added, removed = self._matched(before, after)
        if removed:
            self._forbid("chú thích hoặc ô ký trên trang bị bỏ đi")
        for item in added:
            if identity(item) not in self._new_widgets:
                self._forbid("chú thích hoặc nội dung phủ lên trang được thêm vào")
        for old_item, new_item in pairs:
            if identity(old_item) not in self._fields and not self._annotation_same(old_item, new_item):
                self._forbid("chú thích trên trang bị sửa")

    def _annotation_same(self, old_raw: Any, new_raw: Any) -> bool:
        if identity(old_raw) is not None and identity(old_raw) not in self._dirty:
            return True
        old, new = self.old.resolved(old_raw), self.new.resolved(new_raw)
        if not (is_plain(old) and is_plain(new)):
            return False
        return all(self._likeness.same(raw(old, key), raw(new, key)) for key in set(old) | set(new))

    def _matched(self, before: list[Any], after: list[Any]) -> tuple[list[tuple[Any, Any]], list[Any], bool]:
        """Pairs that stayed, in order; what was added; and whether anything was removed."""
        pairs, added, place = [], [], 0
        for item in after:
            if place < len(before) and self._is_item(before[place], item):
                pairs.append((before[place], item))
                place += 1
            else:
                added.append(item)
        return pairs, added, place < len(before)

    def _is_item(self, old: Any, new: Any) -> bool:
        if identity(old) is None or identity(new) is None:
            return self._likeness.same(old, new)
        return identity(old) == identity(new)

    # form ------------------------------------------------------------------------------------------------------

    def _form(self, old: Any, new: Any) -> None:
        if isinstance(old, generic.NullObject) and isinstance(new, generic.NullObject):
            return
        old = old if isinstance(old, generic.DictionaryObject) else generic.DictionaryObject()
        new = new if isinstance(new, generic.DictionaryObject) else generic.DictionaryObject()
        if self._is_redrawn(old, new) and self._has_values():
            self._note(Kind.FORM, "cách vẽ các ô biểu mẫu bị đổi")
        for key in sorted((set(old) | set(new)) - {"/Fields", "/SigFlags", *_REDRAWS_FORM}):
            lawful = self._likeness.grown if key == "/DR" and key in old else self._likeness.same
            if not lawful(raw(old, key), raw(new, key)) and not (key == "/DR" and key not in old):
                self._forbid(f"mục {key} của biểu mẫu bị đổi")
        self._field_list("", items_of(self.old.entry(old, "/Fields")), items_of(self.new.entry(new, "/Fields")), "")

    def _is_redrawn(self, old: Any, new: Any) -> bool:
        """Viewers are told to draw fields anew, or another way; a default where there was none changes nothing."""
        asked = bool(self.new.entry(new, "/NeedAppearances")) and not self.old.entry(old, "/NeedAppearances")
        return asked or any(key in old and not self._likeness.same(raw(old, key), raw(new, key)) for key in _STYLE)

    def _has_values(self) -> bool:
        """The form had fields other than signatures, which a viewer may draw anew from their values."""
        kinds = (self.old.entry(self.old.object_at(ref), "/FT") for ref in form_refs(self.old))
        return any(str(kind) not in {"/Sig", ""} for kind in kinds if not isinstance(kind, generic.NullObject))

    def _field_list(self, prefix: str, before: list[Any], after: list[Any], inherited: str) -> None:
        pairs, added, removed = self._matched(before, after)
        if removed:
            self._forbid("ô biểu mẫu hoặc ô ký bị bỏ đi")
        for old_item, new_item in pairs:
            self._field(prefix, old_item, new_item, inherited)
        for item in added:
            self._added_field(prefix, item, inherited)

    def _field(self, prefix: str, old_raw: Any, new_raw: Any, inherited: str) -> None:
        if identity(old_raw) is not None and identity(old_raw) not in self._dirty:
            return
        old, new = self.old.resolved(old_raw), self.new.resolved(new_raw)
        if not (is_plain(old) and is_plain(new)):
            self._forbid("ô biểu mẫu bị hỏng")
            return
        name = joined_name(prefix, self.old.entry(old, "/T"))
        kind = str(self.old.entry(old, "/FT")) if "/FT" in old else inherited
        differing = {k for k in set(old) | set(new) if not self._likeness.same(raw(old, k), raw(new, k))}
        self._judge_field(name, kind, differing - {"/Kids", "/Parent"}, (old, new))
        before, after = items_of(self.old.entry(old, "/Kids")), items_of(self.new.entry(new, "/Kids"))
        self._field_list(name, before, after, kind)

    def _judge_field(self, name: str, kind: str, differing: set[str], pair: tuple[Any, Any]) -> None:
        if not differing:
            return
        old, new = pair
        if differing == {"/Ff"} and self._only_locked(old, new):
            self._note(Kind.EXTENSION, f"khóa ô “{name}”", name)
            return
        if kind != "/Sig":
            if differing <= _FREE_WHEN_FILLED:
                self._note(Kind.FORM, f"ô biểu mẫu “{name}” được điền hoặc sửa", name)
            else:
                self._forbid(f"ô biểu mẫu “{name}” bị đổi ({', '.join(sorted(differing - _FREE_WHEN_FILLED))})")
            return
        was_signed = isinstance(inherited_entry(self.old, old, "/V"), generic.DictionaryObject)
        value = inherited_entry(self.new, new, "/V")
        signed_now = isinstance(value, generic.DictionaryObject)
        if was_signed or not differing <= _FREE_WHEN_SIGNED or (not signed_now and draws(self.old, old)):
            self._forbid(f"ô ký “{name}” bị đổi sau khi ký")
        elif not signed_now:
            self._empty_field(name, [new], visible=is_visible(self.new, new))
        elif "/AP" in differing and self._drawn_elsewhere(raw(old, "/AP")):
            self._forbid(f"hình vẽ của ô ký “{name}” còn được dùng ở chỗ khác của tệp")
        else:
            self._signed_field(name, new, value)

    def _drawn_elsewhere(self, appearance: Any) -> bool:
        """Something besides form and annotations refers to the field's appearance dictionary."""
        ref = identity(appearance)
        if ref is None:
            return False
        users = {user for user, place in self.old.locations.items() if ref in (self.edges.get((user, place)) or ())}
        trailer = self.old.reader.trailer
        return not users <= self._likeness.placed or any(identity(trailer.raw_get(key)) == ref for key in trailer)

    def _signed_field(self, name: str, new: Any, value: Any) -> None:
        if is_timestamp(self.new, value):
            self._timestamp(name, [new])
        else:
            self._note(Kind.SIGNED_FIELD, f"ký vào ô “{name}”", name)

    def _timestamp(self, name: str, widgets: list[Any]) -> None:
        """A time stamp speaks for nobody, so it may draw nothing over what others signed."""
        shown = [self.new.resolved(widget) for widget in widgets]
        if any(is_visible(self.new, widget) and draws(self.new, widget) for widget in shown):
            self._forbid(f"dấu thời gian “{name}” vẽ nội dung lên trang")
        else:
            self._note(Kind.TIMESTAMP, f"dấu thời gian “{name}”", name)

    def _only_locked(self, old: Any, new: Any) -> bool:
        """The field became read-only and nothing else, as signing with a lock does."""
        before, after = self.old.entry(old, "/Ff"), self.new.entry(new, "/Ff")
        number = int(before) if isinstance(before, int) else 0
        return isinstance(after, int) and int(after) == number | _READ_ONLY

    def _added_field(self, prefix: str, item: Any, inherited: str = "", depth: int = 0) -> None:
        node = self.new.resolved(item)
        ref = identity(item)
        if ref is None or ref in self.old.locations or not is_plain(node) or depth > DEEPEST:
            self._forbid("ô biểu mẫu mới dùng lại đối tượng cũ")
            return
        name = joined_name(prefix, self.new.entry(node, "/T"))
        kind = str(self.new.entry(node, "/FT")) if "/FT" in node else inherited
        if not kind and "/V" not in node and "/Rect" not in node:
            for kid in items_of(self.new.entry(node, "/Kids")):  # only a step in the names of the fields below
                self._added_field(name, kid, depth=depth + 1)
            return
        if kind != "/Sig":
            self._forbid(f"ô biểu mẫu “{name}” được thêm vào")
            return
        self._added_signature_field(name, node, list(self._widgets_of(item, 0)))

    def _added_signature_field(self, name: str, node: Any, widgets: list[Any]) -> None:
        self._new_widgets |= {ref for ref in map(identity, widgets) if ref is not None}
        visible = any(is_visible(self.new, self.new.resolved(widget)) for widget in widgets)
        value = self.new.entry(node, "/V")
        if not isinstance(value, generic.DictionaryObject):
            self._empty_field(name, widgets, visible)
        elif is_timestamp(self.new, value):
            self._timestamp(name, widgets)
        else:
            self._note(Kind.NEW_SIGNATURE, f"chữ ký mới “{name}”", name, visible=visible)

    def _empty_field(self, name: str, widgets: list[Any], visible: bool) -> None:
        """A field without a signature may be prepared, but may not draw anything."""
        drawn = any(draws(self.new, self.new.resolved(widget)) for widget in widgets)
        if visible and drawn:
            self._forbid(f"ô ký trống “{name}” vẽ nội dung lên trang")
        else:
            self._note(Kind.EMPTY_FIELD, f"ô ký trống “{name}”", name, visible=visible)

    def _widgets_of(self, item: Any, depth: int) -> Iterator[Any]:
        kids = items_of(self.new.entry(self.new.resolved(item), "/Kids"))
        if not kids or depth > DEEPEST:
            yield item
        for kid in kids:
            yield from self._widgets_of(kid, depth + 1)
